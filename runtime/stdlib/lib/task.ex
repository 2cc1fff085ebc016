defmodule Task do
  @moduledoc """
  Work done in processes of its own, most often to wait for it later.

      iex> task = Task.async(fn -> 6 * 7 end)
      iex> Task.await(task)
      42

  A task made by `async/1` is linked to the process that made it, its *owner*: if one of them fails, so does the other. The answer arrives in
  the owner as a message `{ref, result}`, where `ref` is the task's `:ref`; so only the owner can wait for it.

  For many pieces of work at once there is `async_stream/3`, which never runs more of them than it was told to:

      iex> [1, 2, 3]
      ...> |> Task.async_stream(fn n -> n * n end, max_concurrency: 2)
      ...> |> Enum.map(fn {:ok, square} -> square end)
      [1, 4, 9]

  Work that nobody waits for is started by `start/1`, or by `start_link/1` under a supervisor. `Task.Supervisor` starts tasks
  that don't take their owner with them when they fail.

  ## Who called

  A task keeps the process that started it, and those behind that one, under `:"$callers"` in its process dictionary.
  Libraries use that to tell on whose behalf a process works.
  """

  @doc "The fields of a task: `:mfa` that it runs, `:owner`, `:pid` (`nil` if it runs nowhere), and `:ref`."
  @enforce_keys [:mfa, :owner, :pid, :ref]
  defstruct @enforce_keys

  @type t :: %__MODULE__{mfa: mfa, owner: pid, pid: pid | nil, ref: ref}
  @opaque ref :: reference

  @typedoc "An option of `async_stream/3` and `async_stream/5`."
  @type async_stream_option ::
          {:max_concurrency, pos_integer}
          | {:ordered, boolean}
          | {:timeout, timeout}
          | {:on_timeout, :exit | :kill_task}
          | {:zip_input_on_exit, boolean}

  @doc false
  defmacro __using__(options) do
    quote location: :keep, bind_quoted: [options: options] do
      unless Module.has_attribute?(__MODULE__, :doc) do
        @doc """
        Returns a specification to start this module under a supervisor.

        See `Supervisor`.
        """
      end

      def child_spec(arg) do
        Supervisor.child_spec(
          %{id: __MODULE__, start: {__MODULE__, :start_link, [arg]}, restart: :temporary},
          unquote(Macro.escape(options))
        )
      end

      defoverridable child_spec: 1
    end
  end

  @doc """
  Returns a specification to start a task under a supervisor.

  ## Examples

      iex> Task.child_spec(fn -> :work end).restart
      :temporary

  """
  @doc since: "1.5.0"
  @spec child_spec(term) :: Supervisor.child_spec()
  def child_spec(arg), do: %{id: Task, start: {Task, :start_link, [arg]}, restart: :temporary}

  @doc """
  Starts a linked task that nobody waits for.

  ## Examples

      iex> parent = self()
      iex> {:ok, pid} = Task.start_link(fn -> send(parent, :done) end)
      iex> is_pid(pid)
      true
      iex> receive do
      ...>   message -> message
      ...> end
      :done

  """
  @spec start_link((-> any)) :: {:ok, pid}
  def start_link(fun) when is_function(fun, 0), do: start_link(:erlang, :apply, [fun, []])

  @doc """
  Starts a linked task that calls `function` of `module`, and that nobody waits for.

  ## Examples

      iex> {:ok, _pid} = Task.start_link(Kernel, :send, [self(), :done])
      iex> receive do
      ...>   message -> message
      ...> end
      :done

  """
  @spec start_link(module, atom, [term]) :: {:ok, pid}
  def start_link(module, function, args)
      when is_atom(module) and is_atom(function) and is_list(args) do
    Task.Supervised.start_link(Task.Supervised.owner(), Task.Supervised.callers(), {module, function, args})
  end

  @doc """
  Starts a task without a link, that nobody waits for.

  ## Examples

      iex> parent = self()
      iex> {:ok, _pid} = Task.start(fn -> send(parent, :done) end)
      iex> receive do
      ...>   message -> message
      ...> end
      :done

  """
  @spec start((-> any)) :: {:ok, pid}
  def start(fun) when is_function(fun, 0), do: start(:erlang, :apply, [fun, []])

  @doc """
  Starts a task without a link that calls `function` of `module`.

  ## Examples

      iex> {:ok, _pid} = Task.start(Kernel, :send, [self(), :done])
      iex> receive do
      ...>   message -> message
      ...> end
      :done

  """
  @spec start(module, atom, [term]) :: {:ok, pid}
  def start(module, function, args)
      when is_atom(module) and is_atom(function) and is_list(args) do
    Task.Supervised.start(Task.Supervised.owner(), Task.Supervised.callers(), {module, function, args})
  end

  @doc """
  Starts a linked task whose answer will be waited for.

  The answer must be taken by `await/2`, `yield/2` or the like, or given up by `shutdown/2` or `ignore/1`.

  ## Examples

      iex> task = Task.async(fn -> String.upcase("done") end)
      iex> Task.await(task)
      "DONE"

  """
  @spec async((-> any)) :: t
  def async(fun) when is_function(fun, 0), do: async(:erlang, :apply, [fun, []])

  @doc """
  Starts a linked task that calls `function` of `module`, and whose answer will be waited for.

  ## Examples

      iex> task = Task.async(Enum, :sum, [[1, 2, 3]])
      iex> Task.await(task)
      6

  """
  @spec async(module, atom, [term]) :: t
  def async(module, function, args)
      when is_atom(module) and is_atom(function) and is_list(args) do
    {:ok, pid} = Task.Supervised.start_link(Task.Supervised.owner(), :nomonitor)
    __given__(pid, {module, function, args})
  end

  # Hands its work to a process that waits for it, and makes the task.
  @doc false
  def __given__(pid, {module, function, args} = mfa) do
    ref = Process.monitor(pid, alias: :demonitor)
    send(pid, {self(), ref, ref, Task.Supervised.callers(), mfa})
    %Task{pid: pid, ref: ref, owner: self(), mfa: {module, function, length(args)}}
  end

  @doc """
  Runs `fun` on the elements of `enumerable` in tasks of their own, and streams what they return.

  Elements of the stream are `{:ok, result}`; or `{:exit, reason}` for a task that failed, if the calling process traps exits (otherwise
  it fails with the task). Options:

    * `:max_concurrency` - how many tasks run at once, `System.schedulers_online/0` by default
    * `:ordered` - whether results come in the order of the input, `true` by default
    * `:timeout` - how long a task may run, 5000 ms by default
    * `:on_timeout` - `:exit` (the calling process exits, the default) or `:kill_task` (the result is `{:exit, :timeout}`)
    * `:zip_input_on_exit` - whether failures come as `{:exit, {element, reason}}`, `false` by default

  Elements are asked for as tasks are done, and tasks that still run when the stream is left are killed.

  ## Examples

      iex> Enum.to_list(Task.async_stream(["a", "bc"], &String.length/1))
      [ok: 1, ok: 2]
      iex> slow_first = fn time -> Process.sleep(time) && time end
      iex> Enum.to_list(Task.async_stream([10_000, 1], slow_first, timeout: 200, on_timeout: :kill_task))
      [exit: :timeout, ok: 1]

  """
  @doc since: "1.4.0"
  @spec async_stream(Enumerable.t(), (term -> term), [async_stream_option]) :: Enumerable.t()
  def async_stream(enumerable, fun, options \\ []) when is_function(fun, 1) and is_list(options) do
    Task.Stream.build(enumerable, fun, options, :link)
  end

  @doc """
  Calls `function` of `module` on the elements of `enumerable` in tasks of their own; the element is put before `args`.

  ## Examples

      iex> Enum.to_list(Task.async_stream([10, 11], Kernel, :rem, [4]))
      [ok: 2, ok: 3]

  """
  @doc since: "1.4.0"
  @spec async_stream(Enumerable.t(), module, atom, [term], [async_stream_option]) :: Enumerable.t()
  def async_stream(enumerable, module, function, args, options \\ [])
      when is_atom(module) and is_atom(function) and is_list(args) do
    Task.Stream.build(enumerable, {module, function, args}, options, :link)
  end

  @doc """
  Waits for a task, and returns what it returned.

  If the task fails, or `timeout` is over, the calling process exits. A task can be awaited once.

  ## Examples

      iex> task = Task.async(fn -> 1 + 1 end)
      iex> Task.await(task)
      2
      iex> slow = Task.async(fn -> Process.sleep(:infinity) end)
      iex> try do
      ...>   Task.await(slow, 1)
      ...> catch
      ...>   :exit, {:timeout, {Task, :await, [^slow, 1]}} -> :too_slow
      ...> end
      :too_slow
      iex> Task.shutdown(slow, :brutal_kill)
      nil

  """
  @spec await(t, timeout) :: term
  def await(%Task{ref: ref, owner: owner} = task, timeout \\ 5000) do
    check_owner(owner, task)

    case wait(ref, timeout) do
      {:reply, reply} -> reply
      :timeout -> leave(ref, {:timeout, {Task, :await, [task, timeout]}})
      {:down, process, reason} -> exit({reason(reason, process), {Task, :await, [task, timeout]}})
    end
  end

  @doc """
  Waits for several tasks, and returns what they returned, in their order.

  `timeout` is for all of them together. If one fails, or time is over, the calling process exits.

  ## Examples

      iex> tasks = [Task.async(fn -> :first end), Task.async(fn -> :second end)]
      iex> Task.await_many(tasks)
      [:first, :second]

  """
  @doc since: "1.11.0"
  @spec await_many([t], timeout) :: [term]
  def await_many(tasks, timeout \\ 5000)
      when timeout == :infinity or (is_integer(timeout) and timeout >= 0) do
    call = {Task, :await_many, [tasks, timeout]}
    replies = collect_all(awaited(tasks), %{}, deadline(timeout), call)
    for %Task{ref: ref} <- tasks, do: :maps.get(ref, replies)
  end

  defp collect_all(open, replies, _deadline, _call) when map_size(open) == 0, do: replies

  defp collect_all(open, replies, deadline, call) do
    case wait_any(open, left(deadline)) do
      {:reply, ref, reply} ->
        collect_all(:maps.remove(ref, open), :maps.put(ref, reply, replies), deadline, call)

      {:down, _ref, process, reason} ->
        give_up(:maps.keys(open))
        exit({reason(reason, process), call})

      :timeout ->
        give_up(:maps.keys(open))
        exit({:timeout, call})
    end
  end

  # The references of tasks, each checked for its owner.
  defp awaited(tasks) do
    for %Task{ref: ref, owner: owner} = task <- tasks, into: %{} do
      check_owner(owner, task)
      {ref, task}
    end
  end

  @doc """
  Takes the answer of a task if it comes in time.

  Returns `{:ok, result}`, `{:exit, reason}` if the task failed without taking its owner along, or `nil` if `timeout` is over; then it may be
  asked again.

  ## Examples

      iex> task = Task.async(fn -> receive(do: (:go -> :gone)) end)
      iex> Task.yield(task, 0)
      nil
      iex> send(task.pid, :go)
      iex> Task.yield(task)
      {:ok, :gone}

  """
  @spec yield(t, timeout) :: {:ok, term} | {:exit, term} | nil
  def yield(%Task{ref: ref, owner: owner} = task, timeout \\ 5000) do
    check_owner(owner, task)

    case wait(ref, timeout) do
      {:reply, reply} -> {:ok, reply}
      {:down, process, :noconnection} -> exit({{:nodedown, node_of(process)}, {Task, :yield, [task, timeout]}})
      {:down, _process, reason} -> {:exit, reason}
      :timeout -> nil
    end
  end

  @doc """
  Takes the answers of several tasks as far as they come in time.

  Returns a list of `{task, result}`, where the result is as in `yield/2`. Instead of a timeout, options may be given:

    * `:timeout` - 5000 ms by default
    * `:limit` - stops waiting when so many tasks have answered
    * `:on_timeout` - what happens to the others when time is over: `:nothing` (the default), `:ignore` or `:kill_task`, which leave `nil` as their result

  ## Examples

      iex> quick = Task.async(fn -> :here end)
      iex> slow = Task.async(fn -> Process.sleep(:infinity) end)
      iex> results = Task.yield_many([quick, slow], timeout: 100, on_timeout: :kill_task)
      iex> Enum.map(results, fn {_task, result} -> result end)
      [{:ok, :here}, nil]

  """
  @spec yield_many([t], timeout) :: [{t, {:ok, term} | {:exit, term} | nil}]
  @spec yield_many([t],
          limit: pos_integer,
          timeout: timeout,
          on_timeout: :nothing | :ignore | :kill_task
        ) :: [{t, {:ok, term} | {:exit, term} | nil}]
  def yield_many(tasks, options \\ [])

  def yield_many(tasks, timeout) when timeout == :infinity or is_integer(timeout) do
    yield_many(tasks, timeout: timeout)
  end

  def yield_many(tasks, options) when is_list(options) do
    timeout = Keyword.get(options, :timeout, 5000)
    limit = Keyword.get(options, :limit, length(tasks))
    rest = Keyword.get(options, :on_timeout, :nothing)

    case collect_some(awaited(tasks), %{}, limit, deadline(timeout)) do
      {:nodedown, node} -> exit({{:nodedown, node}, {Task, :yield_many, [tasks, timeout]}})
      {:enough, results} -> for task <- tasks, do: {task, yielded(results, task, :nothing)}
      {:timeout, results} -> for task <- tasks, do: {task, yielded(results, task, rest)}
    end
  end

  defp collect_some(open, results, limit, _deadline) when limit <= 0 or map_size(open) == 0 do
    {:enough, results}
  end

  defp collect_some(open, results, limit, deadline) do
    case wait_any(open, left(deadline)) do
      {:reply, ref, reply} ->
        collect_some(:maps.remove(ref, open), :maps.put(ref, {:ok, reply}, results), limit - 1, deadline)

      {:down, _ref, process, :noconnection} ->
        {:nodedown, node_of(process)}

      {:down, ref, _process, reason} ->
        collect_some(:maps.remove(ref, open), :maps.put(ref, {:exit, reason}, results), limit - 1, deadline)

      :timeout ->
        {:timeout, results}
    end
  end

  defp yielded(results, %Task{ref: ref} = task, rest) do
    case results do
      %{^ref => result} -> result
      _late when rest == :nothing -> nil
      _late when rest == :ignore -> ignore(task)
      _late when rest == :kill_task -> shutdown(task, :brutal_kill)
    end
  end

  @doc """
  Stops waiting for a task, and lets it run on without a link.

  Returns its answer if it has already come, as `yield/2` does, otherwise `nil`.

  ## Examples

      iex> task = Task.async(fn -> Process.sleep(:infinity) end)
      iex> Task.ignore(task)
      nil
      iex> Process.alive?(task.pid)
      true
      iex> Process.exit(task.pid, :kill)
      true

  """
  @doc since: "1.13.0"
  @spec ignore(t) :: {:ok, term} | {:exit, term} | nil
  def ignore(%Task{ref: ref, pid: pid, owner: owner} = task) do
    check_owner(owner, task)

    case wait(ref, 0) do
      {:reply, reply} ->
        unlink(pid)
        {:ok, reply}

      {:down, process, :noconnection} ->
        exit({{:nodedown, node_of(process)}, {Task, :ignore, [task]}})

      {:down, _process, reason} ->
        {:exit, reason}

      :timeout ->
        unlink(pid)
        Process.demonitor(ref, [:flush])

        receive do
          {^ref, reply} -> {:ok, reply}
        after
          0 -> nil
        end
    end
  end

  defp unlink(nil), do: true
  defp unlink(pid), do: Process.unlink(pid)

  @doc """
  Makes a task that is done, with `result` as its answer.

  ## Examples

      iex> Task.await(Task.completed(:known))
      :known

  """
  @doc since: "1.13.0"
  @spec completed(any) :: t
  def completed(result) do
    ref = make_ref()
    send(self(), {ref, result})
    %Task{ref: ref, owner: self(), pid: nil, mfa: {Task, :completed, 1}}
  end

  @doc """
  Stops a task, and returns its answer if it came before.

  The task gets the exit signal `:shutdown`, and is killed if it has not ended when `timeout` is over; with `:brutal_kill` it is killed at once.
  Returns `{:ok, result}`, `{:exit, reason}` if the task had failed, or `nil`. Its owner survives.

  ## Examples

      iex> task = Task.async(fn -> Process.sleep(:infinity) end)
      iex> Task.shutdown(task)
      nil
      iex> Process.alive?(task.pid)
      false

  """
  @spec shutdown(t, timeout | :brutal_kill) :: {:ok, term} | {:exit, term} | nil
  def shutdown(task, timeout_or_kill \\ 5000)

  def shutdown(%Task{owner: owner} = task, _how) when owner != self(), do: check_owner(owner, task)

  # What runs nowhere has nothing but an answer.
  def shutdown(%Task{pid: nil, ref: ref}, _how) do
    case wait(ref, 0) do
      {:reply, reply} -> {:ok, reply}
      {:down, _process, reason} -> {:exit, reason}
      :timeout -> nil
    end
  end

  def shutdown(%Task{pid: pid, ref: ref} = task, how) do
    ended = Process.monitor(pid)
    {signal, silent, timeout} = if how == :brutal_kill, do: {:kill, :killed, :infinity}, else: {:shutdown, :shutdown, how}
    signal_unlinked(pid, signal)

    down =
      receive do
        {:DOWN, ^ended, _, process, reason} -> {:down, process, reason}
      after
        timeout ->
          Process.exit(pid, :kill)

          receive do
            {:DOWN, ^ended, _, process, reason} -> {:down, process, reason}
          end
      end

    # The task has ended, so what it said is in the mailbox: an answer, or its end as its own monitor saw it.
    last = wait(ref, 0)
    Process.demonitor(ref, [:flush])

    case if(last == :timeout, do: down, else: last) do
      {:reply, reply} -> {:ok, reply}
      {:down, _process, ^silent} -> nil
      {:down, process, :noconnection} -> exit({{:nodedown, node_of(process)}, {Task, :shutdown, [task, how]}})
      {:down, _process, reason} -> {:exit, reason}
    end
  end

  # Without the link the task's end does not reach its owner. Should the owner be ended between that and the signal, the helper
  # sees to it that the task does not stay.
  defp signal_unlinked(pid, reason) do
    owner = self()

    helper =
      spawn(fn ->
        watch = Process.monitor(owner)

        receive do
          {:unlinked, ^owner} -> Process.exit(pid, reason)
          {:DOWN, ^watch, _, _, _} -> Process.exit(pid, reason)
        end
      end)

    Process.unlink(pid)

    # The owner's own signal keeps its order with the unlink.
    Process.exit(pid, reason)
    send(helper, {:unlinked, owner})
    drop_exit(pid)
  end

  defp drop_exit(pid) do
    receive do
      {:EXIT, ^pid, _reason} -> :ok
    after
      0 -> :ok
    end
  end

  @doc false
  @deprecated "Pattern match directly on the message instead"
  def find(tasks, {ref, reply}) when is_reference(ref) do
    case Enum.find(tasks, fn task -> task.ref == ref end) do
      nil ->
        nil

      task ->
        Process.demonitor(ref, [:flush])
        {reply, task}
    end
  end

  def find(tasks, {:DOWN, ref, _, process, reason} = message) when is_reference(ref) do
    if Enum.any?(tasks, fn task -> task.ref == ref end) do
      exit({reason(reason, process), {Task, :find, [tasks, message]}})
    end
  end

  def find(_tasks, _message), do: nil

  # ## Waiting

  defp wait(ref, timeout) do
    receive do
      {^ref, reply} ->
        Process.demonitor(ref, [:flush])
        {:reply, reply}

      {:DOWN, ^ref, _, process, reason} ->
        {:down, process, reason}
    after
      timeout -> :timeout
    end
  end

  defp wait_any(open, timeout) do
    receive do
      {ref, reply} when is_map_key(open, ref) ->
        Process.demonitor(ref, [:flush])
        {:reply, ref, reply}

      {:DOWN, ref, _, process, reason} when is_map_key(open, ref) ->
        {:down, ref, process, reason}
    after
      timeout -> :timeout
    end
  end

  defp leave(ref, reason) do
    give_up([ref])
    exit(reason)
  end

  defp give_up(refs) do
    for ref <- refs, do: Process.demonitor(ref, [:flush])
    :ok
  end

  defp deadline(:infinity), do: :infinity
  defp deadline(timeout), do: System.monotonic_time(:millisecond) + timeout

  defp left(:infinity), do: :infinity
  defp left(deadline), do: max(0, deadline - System.monotonic_time(:millisecond))

  defp check_owner(owner, _task) when owner == self(), do: :ok

  defp check_owner(_owner, task) do
    raise ArgumentError,
          "task #{inspect(task)} must be queried from the owner but was queried from #{inspect(self())}"
  end

  defp reason(:noconnection, process), do: {:nodedown, node_of(process)}
  defp reason(reason, _process), do: reason

  defp node_of({_name, node}), do: node
  defp node_of(pid) when is_pid(pid), do: node(pid)
end
