defmodule Task.Supervisor do
  @moduledoc """
  Supervisors of tasks.

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> task = Task.Supervisor.async(supervisor, fn -> 1 + 2 end)
      iex> Task.await(task)
      3

  Tasks of `async_nolink/2` don't take the process that waits for them along when they fail:

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> task = Task.Supervisor.async_nolink(supervisor, fn -> exit(:shutdown) end)
      iex> Task.yield(task)
      {:exit, :shutdown}

  It is a `DynamicSupervisor` underneath.
  """

  @typedoc "Options of `start_link/1`: those of `DynamicSupervisor.start_link/1`."
  @type option :: DynamicSupervisor.option() | DynamicSupervisor.init_option()

  @typedoc "Options of the streams."
  @type async_stream_option :: Task.async_stream_option() | {:shutdown, Supervisor.shutdown()}

  @doc """
  Returns a specification to start a supervisor of tasks under another supervisor.

  ## Examples

      iex> Task.Supervisor.child_spec([]).type
      :supervisor

  """
  def child_spec(options) when is_list(options) do
    id =
      case Keyword.get(options, :name, Task.Supervisor) do
        name when is_atom(name) -> name
        {:global, name} -> name
        {:via, _module, name} -> name
      end

    %{id: id, start: {Task.Supervisor, :start_link, [options]}, type: :supervisor}
  end

  @doc """
  Starts a supervisor of tasks, linked to the calling process.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link(max_children: 5)
      iex> Task.Supervisor.children(supervisor)
      []

  """
  @spec start_link([option]) :: Supervisor.on_start()
  def start_link(options \\ []) do
    {deprecated, options} = Keyword.split(options, [:restart, :shutdown])

    unless deprecated == [] do
      IO.warn(
        ":restart and :shutdown options in Task.Supervisor.start_link/1 " <>
          "are deprecated. Please pass those options on start_child/3 instead"
      )
    end

    own = Keyword.take(options, [:max_children, :max_seconds, :max_restarts])
    options = Keyword.drop(options, [:max_children, :max_seconds, :max_restarts])
    restart = Keyword.get(deprecated, :restart, :temporary)
    shutdown = Keyword.get(deprecated, :shutdown, 5000)
    DynamicSupervisor.start_link(Task.Supervisor, {restart, shutdown, own}, options)
  end

  @doc false
  def init({restart, shutdown, options}) do
    Process.put(Task.Supervisor, {restart, shutdown})
    DynamicSupervisor.init([strategy: :one_for_one] ++ options)
  end

  @doc """
  Starts a task that is linked to the calling process, and whose answer will be waited for.

  Options: `:shutdown`, as in a child's specification.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> Task.await(Task.Supervisor.async(supervisor, fn -> :answer end))
      :answer

  """
  @spec async(Supervisor.supervisor(), (-> any), Keyword.t()) :: Task.t()
  def async(supervisor, fun, options \\ []) when is_function(fun, 0) do
    start_awaited(supervisor, :link, {:erlang, :apply, [fun, []]}, options)
  end

  @doc """
  Starts a task that calls `function` of `module`, linked to the calling process, and whose answer will be waited for.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> Task.await(Task.Supervisor.async(supervisor, String, :length, ["four"]))
      4

  """
  @spec async(Supervisor.supervisor(), module, atom, [term], Keyword.t()) :: Task.t()
  def async(supervisor, module, function, args, options \\ [])
      when is_atom(function) and is_list(args) do
    start_awaited(supervisor, :link, {module, function, args}, options)
  end

  @doc """
  Starts a task without a link, whose answer will be waited for.

  If it fails, the calling process gets `{:DOWN, ref, :process, pid, reason}`, which `Task.yield/2` takes.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> Task.await(Task.Supervisor.async_nolink(supervisor, fn -> :answer end))
      :answer

  """
  @spec async_nolink(Supervisor.supervisor(), (-> any), Keyword.t()) :: Task.t()
  def async_nolink(supervisor, fun, options \\ []) when is_function(fun, 0) do
    start_awaited(supervisor, :nolink, {:erlang, :apply, [fun, []]}, options)
  end

  @doc """
  Starts a task without a link that calls `function` of `module`, and whose answer will be waited for.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> Task.await(Task.Supervisor.async_nolink(supervisor, Integer, :parse, ["7"]))
      {7, ""}

  """
  @spec async_nolink(Supervisor.supervisor(), module, atom, [term], Keyword.t()) :: Task.t()
  def async_nolink(supervisor, module, function, args, options \\ [])
      when is_atom(function) and is_list(args) do
    start_awaited(supervisor, :nolink, {module, function, args}, options)
  end

  defp start_awaited(supervisor, link, mfa, options) do
    shutdown = Keyword.get(options, :shutdown)

    case __start__(supervisor, [Task.Supervised.owner(), :monitor], :temporary, shutdown) do
      {:ok, pid} ->
        if link == :link, do: Process.link(pid)
        Task.__given__(pid, mfa)

      {:error, :max_children} ->
        raise __full__()
    end
  end

  @doc false
  def __full__ do
    "reached the maximum number of tasks for this task supervisor. The maximum number " <>
      "of tasks that are allowed to run at the same time under this supervisor can be " <>
      "configured with the :max_children option passed to Task.Supervisor.start_link/1"
  end

  # What is nil is as the supervisor was told at its start.
  @doc false
  def __start__(supervisor, args, restart, shutdown) do
    GenServer.call(supervisor, {:start_task, args, restart, shutdown}, :infinity)
  end

  @doc """
  Starts a task that nobody waits for.

  Options: `:restart` (`:temporary` by default) and `:shutdown`, as in a child's specification.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> parent = self()
      iex> {:ok, _pid} = Task.Supervisor.start_child(supervisor, fn -> send(parent, :done) end)
      iex> receive do
      ...>   message -> message
      ...> end
      :done

  """
  @spec start_child(Supervisor.supervisor(), (-> any), keyword) :: DynamicSupervisor.on_start_child()
  def start_child(supervisor, fun, options \\ []) when is_function(fun, 0) do
    start_unawaited(supervisor, {:erlang, :apply, [fun, []]}, options)
  end

  @doc """
  Starts a task that calls `function` of `module`, and that nobody waits for.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> {:ok, _pid} = Task.Supervisor.start_child(supervisor, Kernel, :send, [self(), :done])
      iex> receive do
      ...>   message -> message
      ...> end
      :done

  """
  @spec start_child(Supervisor.supervisor(), module, atom, [term], keyword) :: DynamicSupervisor.on_start_child()
  def start_child(supervisor, module, function, args, options \\ [])
      when is_atom(function) and is_list(args) do
    start_unawaited(supervisor, {module, function, args}, options)
  end

  defp start_unawaited(supervisor, mfa, options) do
    args = [Task.Supervised.owner(), Task.Supervised.callers(), mfa]
    __start__(supervisor, args, Keyword.get(options, :restart), Keyword.get(options, :shutdown))
  end

  @doc """
  Ends a task, given by its pid.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> {:ok, pid} = Task.Supervisor.start_child(supervisor, fn -> Process.sleep(:infinity) end)
      iex> Task.Supervisor.terminate_child(supervisor, pid)
      :ok

  """
  @spec terminate_child(Supervisor.supervisor(), pid) :: :ok | {:error, :not_found}
  def terminate_child(supervisor, pid) when is_pid(pid), do: DynamicSupervisor.terminate_child(supervisor, pid)

  @doc """
  Returns the pids of all tasks.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> {:ok, pid} = Task.Supervisor.start_child(supervisor, fn -> Process.sleep(:infinity) end)
      iex> Task.Supervisor.children(supervisor) == [pid]
      true

  """
  @spec children(Supervisor.supervisor()) :: [pid]
  def children(supervisor) do
    for {:undefined, pid, _type, _modules} when is_pid(pid) <- DynamicSupervisor.which_children(supervisor), do: pid
  end

  @doc """
  Streams what `fun` makes of the elements of `enumerable`, in linked tasks of the supervisor.

  See `Task.async_stream/3`; there is one more option, `:shutdown`.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> Enum.to_list(Task.Supervisor.async_stream(supervisor, 1..3, &(&1 * 2)))
      [ok: 2, ok: 4, ok: 6]

  """
  @doc since: "1.4.0"
  @spec async_stream(Supervisor.supervisor(), Enumerable.t(), (term -> term), [async_stream_option]) :: Enumerable.t()
  def async_stream(supervisor, enumerable, fun, options \\ []) when is_function(fun, 1) do
    stream(supervisor, enumerable, fun, options, :link)
  end

  @doc """
  Streams what a function of a module makes of the elements of `enumerable`, in linked tasks of the supervisor.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> Enum.to_list(Task.Supervisor.async_stream(supervisor, [5, 6], Kernel, :-, [1]))
      [ok: 4, ok: 5]

  """
  @doc since: "1.4.0"
  @spec async_stream(Supervisor.supervisor(), Enumerable.t(), module, atom, [term], [async_stream_option]) ::
          Enumerable.t()
  def async_stream(supervisor, enumerable, module, function, args, options \\ [])
      when is_atom(module) and is_atom(function) and is_list(args) do
    stream(supervisor, enumerable, {module, function, args}, options, :link)
  end

  @doc """
  Streams what `fun` makes of the elements of `enumerable`, in tasks without links: failures come as `{:exit, reason}`.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> work = fn n -> if n == 2, do: exit(:shutdown), else: n end
      iex> Enum.to_list(Task.Supervisor.async_stream_nolink(supervisor, 1..3, work))
      [ok: 1, exit: :shutdown, ok: 3]

  """
  @doc since: "1.4.0"
  @spec async_stream_nolink(Supervisor.supervisor(), Enumerable.t(), (term -> term), [async_stream_option]) ::
          Enumerable.t()
  def async_stream_nolink(supervisor, enumerable, fun, options \\ []) when is_function(fun, 1) do
    stream(supervisor, enumerable, fun, options, :nolink)
  end

  @doc """
  Streams what a function of a module makes of the elements of `enumerable`, in tasks without links.

  ## Examples

      iex> {:ok, supervisor} = Task.Supervisor.start_link()
      iex> Enum.to_list(Task.Supervisor.async_stream_nolink(supervisor, [5], Kernel, :max, [9]))
      [ok: 9]

  """
  @doc since: "1.4.0"
  @spec async_stream_nolink(Supervisor.supervisor(), Enumerable.t(), module, atom, [term], [async_stream_option]) ::
          Enumerable.t()
  def async_stream_nolink(supervisor, enumerable, module, function, args, options \\ [])
      when is_atom(module) and is_atom(function) and is_list(args) do
    stream(supervisor, enumerable, {module, function, args}, options, :nolink)
  end

  defp stream(supervisor, enumerable, work, options, link) do
    shutdown = Keyword.get(options, :shutdown, 5000)

    unless (is_integer(shutdown) and shutdown >= 0) or shutdown == :brutal_kill do
      raise ArgumentError, ":shutdown must be either a positive integer or :brutal_kill"
    end

    Task.Stream.build(enumerable, work, options, {supervisor, link, shutdown})
  end
end
