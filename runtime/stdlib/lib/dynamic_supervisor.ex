defmodule DynamicSupervisor do
  @moduledoc """
  Supervisors of children that come and go.

  It starts with no children; each is started by `start_child/2`, lives for itself, and is started again when it fails, if its
  specification says so:

      iex> {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
      iex> {:ok, counter} = DynamicSupervisor.start_child(supervisor, {Agent, fn -> 0 end})
      iex> Agent.get(counter, & &1)
      0
      iex> DynamicSupervisor.count_children(supervisor)
      %{active: 1, specs: 1, supervisors: 0, workers: 1}

  Children need no ids and have no order, so there may be very many of them; when the supervisor stops, all are ended at once. What a
  specification holds is said in `Supervisor`.

  ## Modules

      defmodule Shop.Customers do
        use DynamicSupervisor

        def start_link(arg), do: DynamicSupervisor.start_link(__MODULE__, arg, name: __MODULE__)

        @impl true
        def init(_arg), do: DynamicSupervisor.init(strategy: :one_for_one)
      end

  """

  @behaviour GenServer

  @doc "Says how the supervisor works; made by `init/1`."
  @callback init(init_arg :: term) :: {:ok, sup_flags()} | :ignore

  @typedoc "What `init/1` returns, beside `:ok`."
  @type sup_flags() :: %{
          strategy: strategy,
          intensity: non_neg_integer,
          period: pos_integer,
          max_children: non_neg_integer | :infinity,
          extra_arguments: [term]
        }
  @type option :: GenServer.option()
  @type init_option ::
          {:strategy, strategy}
          | {:max_restarts, non_neg_integer}
          | {:max_seconds, pos_integer}
          | {:max_children, non_neg_integer | :infinity}
          | {:extra_arguments, [term]}
  @type strategy :: :one_for_one
  @type on_start_child ::
          {:ok, pid}
          | {:ok, pid, info :: term}
          | :ignore
          | {:error, {:already_started, pid} | :max_children | term}

  # `children` maps pids to specifications. One that could not be started again yet has its last pid, and `restarting: true`.
  defstruct [
    :args,
    :extra_arguments,
    :mod,
    :name,
    :strategy,
    :max_children,
    :max_restarts,
    :max_seconds,
    children: %{},
    restarts: []
  ]

  @doc """
  Returns a specification to start a supervisor of this kind under another one.

  ## Examples

      iex> DynamicSupervisor.child_spec(name: :a_name).id
      :a_name

  """
  @doc since: "1.6.1"
  def child_spec(options) when is_list(options) do
    id =
      case Keyword.get(options, :name, DynamicSupervisor) do
        name when is_atom(name) -> name
        {:global, name} -> name
        {:via, _module, name} -> name
      end

    %{id: id, start: {DynamicSupervisor, :start_link, [options]}, type: :supervisor}
  end

  @doc false
  defmacro __using__(options) do
    quote location: :keep, bind_quoted: [options: options] do
      @behaviour DynamicSupervisor

      unless Module.has_attribute?(__MODULE__, :doc) do
        @doc """
        Returns a specification to start this module under a supervisor.

        See `Supervisor`.
        """
      end

      def child_spec(arg) do
        Supervisor.child_spec(
          %{id: __MODULE__, start: {__MODULE__, :start_link, [arg]}, type: :supervisor},
          unquote(Macro.escape(options))
        )
      end

      defoverridable child_spec: 1
    end
  end

  @doc """
  Starts a supervisor that is linked to the calling process.

  Options are those of `init/1` and of `GenServer.start_link/3`.

  ## Examples

      iex> {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one, max_children: 0)
      iex> DynamicSupervisor.start_child(supervisor, {Agent, fn -> 0 end})
      {:error, :max_children}

  """
  @doc since: "1.6.0"
  @spec start_link([option | init_option]) :: Supervisor.on_start()
  def start_link(options) when is_list(options) do
    {own, options} =
      Keyword.split(options, [:extra_arguments, :max_children, :max_seconds, :max_restarts, :strategy])

    start_link(Supervisor.Default, init(own), options)
  end

  @doc """
  Starts a supervisor of a module, linked to the calling process.
  """
  @doc since: "1.6.0"
  @spec start_link(module, term, [option]) :: Supervisor.on_start()
  def start_link(module, init_arg, options \\ []) do
    GenServer.start_link(DynamicSupervisor, {module, init_arg, options[:name]}, options)
  end

  @doc """
  Makes what `c:init/1` returns.

  Options: `:strategy` (`:one_for_one`), `:max_restarts` (3), `:max_seconds` (5), `:max_children` (`:infinity`), and `:extra_arguments`, which
  are put before the arguments of all children.

  In a process of this module it is the callback of `GenServer`.

  ## Examples

      iex> {:ok, flags} = DynamicSupervisor.init(max_children: 10)
      iex> flags.max_children
      10

  """
  @doc since: "1.6.0"
  @impl true
  def init(options)

  def init(options) when is_list(options) do
    {:ok,
     %{
       strategy: Keyword.get(options, :strategy, :one_for_one),
       intensity: Keyword.get(options, :max_restarts, 3),
       period: Keyword.get(options, :max_seconds, 5),
       max_children: Keyword.get(options, :max_children, :infinity),
       extra_arguments: Keyword.get(options, :extra_arguments, [])
     }}
  end

  def init({module, init_arg, name}) when is_atom(module) do
    Process.put(:"$initial_call", {:supervisor, module, 1})
    Process.flag(:trap_exit, true)

    case module.init(init_arg) do
      {:ok, flags} when is_map(flags) ->
        state = %DynamicSupervisor{mod: module, args: init_arg, name: report_name(name, module)}

        case put_flags(state, flags) do
          {:ok, state} -> {:ok, state}
          {:error, reason} -> {:stop, {:supervisor_data, reason}}
        end

      :ignore ->
        :ignore

      other ->
        {:stop, {:bad_return, {module, :init, other}}}
    end
  end

  defp report_name(nil, module), do: {self(), module}
  defp report_name(name, _module) when is_atom(name), do: {:local, name}
  defp report_name(name, _module), do: name

  defp put_flags(state, flags) do
    flags =
      Map.merge(
        %{strategy: :one_for_one, intensity: 1, period: 5, max_children: :infinity, extra_arguments: [], auto_shutdown: :never},
        flags
      )

    cond do
      flags.strategy != :one_for_one -> {:error, {:invalid_strategy, flags.strategy}}
      not count?(flags.intensity) -> {:error, {:invalid_intensity, flags.intensity}}
      not count?(flags.period) or flags.period == 0 -> {:error, {:invalid_period, flags.period}}
      flags.max_children != :infinity and not count?(flags.max_children) -> {:error, {:invalid_max_children, flags.max_children}}
      not is_list(flags.extra_arguments) -> {:error, {:invalid_extra_arguments, flags.extra_arguments}}
      flags.auto_shutdown != :never -> {:error, {:invalid_auto_shutdown, flags.auto_shutdown}}
      true ->
        {:ok,
         %{
           state
           | strategy: flags.strategy,
             max_restarts: flags.intensity,
             max_seconds: flags.period,
             max_children: flags.max_children,
             extra_arguments: flags.extra_arguments
         }}
    end
  end

  defp count?(number), do: is_integer(number) and number >= 0

  @doc """
  Starts a child.

  ## Examples

      iex> {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
      iex> {:ok, agent} = DynamicSupervisor.start_child(supervisor, {Agent, fn -> :mine end})
      iex> Agent.get(agent, & &1)
      :mine

  """
  @doc since: "1.6.0"
  @spec start_child(
          Supervisor.supervisor(),
          Supervisor.child_spec()
          | {module, term}
          | module
          | (old_erlang_child_spec :: :supervisor.child_spec())
        ) :: on_start_child
  def start_child(supervisor, {_, _, _, _, _, _} = spec), do: checked(supervisor, spec)
  def start_child(supervisor, spec), do: checked(supervisor, Supervisor.child_spec(spec, []))

  # What is wrong with a specification is found where it was made.
  defp checked(_supervisor, %{} = spec) when not (is_map_key(spec, :id) and is_map_key(spec, :start)) do
    {:error, {:invalid_child_spec, spec}}
  end

  defp checked(supervisor, spec) do
    case Jovial.Children.read(spec) do
      {:ok, %{significant: true}} -> {:error, {:invalid_significant, true}}
      {:ok, %{start: start} = child} -> call(supervisor, {:start_child, {start, child.restart, child.shutdown, child.type, child.modules}})
      {:error, reason} -> {:error, reason}
    end
  end

  @doc """
  Ends a child, given by its pid.

  ## Examples

      iex> {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
      iex> {:ok, agent} = DynamicSupervisor.start_child(supervisor, {Agent, fn -> 1 end})
      iex> DynamicSupervisor.terminate_child(supervisor, agent)
      :ok
      iex> DynamicSupervisor.terminate_child(supervisor, agent)
      {:error, :not_found}

  """
  @doc since: "1.6.0"
  @spec terminate_child(Supervisor.supervisor(), pid) :: :ok | {:error, :not_found}
  def terminate_child(supervisor, pid) when is_pid(pid), do: call(supervisor, {:terminate_child, pid})

  @doc """
  Returns the children as `{:undefined, pid, type, modules}`.

  ## Examples

      iex> {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
      iex> {:ok, agent} = DynamicSupervisor.start_child(supervisor, {Agent, fn -> 1 end})
      iex> DynamicSupervisor.which_children(supervisor) == [{:undefined, agent, :worker, [Agent]}]
      true

  """
  @doc since: "1.6.0"
  @spec which_children(Supervisor.supervisor()) :: [
          {:undefined, pid | :restarting, :worker | :supervisor, [module] | :dynamic}
        ]
  def which_children(supervisor), do: call(supervisor, :which_children)

  @doc """
  Returns how many children there are: `:specs`, `:active`, `:supervisors`, `:workers`.

  ## Examples

      iex> {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
      iex> DynamicSupervisor.count_children(supervisor)
      %{active: 0, specs: 0, supervisors: 0, workers: 0}

  """
  @doc since: "1.6.0"
  @spec count_children(Supervisor.supervisor()) :: %{
          specs: non_neg_integer,
          active: non_neg_integer,
          supervisors: non_neg_integer,
          workers: non_neg_integer
        }
  def count_children(supervisor), do: Map.new(call(supervisor, :count_children))

  @doc """
  Stops a supervisor with `reason` and waits for its end, as `GenServer.stop/3` does.

  ## Examples

      iex> {:ok, supervisor} = DynamicSupervisor.start_link(strategy: :one_for_one)
      iex> DynamicSupervisor.stop(supervisor)
      :ok

  """
  @doc since: "1.7.0"
  @spec stop(Supervisor.supervisor(), reason :: term, timeout) :: :ok
  def stop(supervisor, reason \\ :normal, timeout \\ :infinity) do
    GenServer.stop(supervisor, reason, timeout)
  end

  defp call(supervisor, request), do: GenServer.call(supervisor, request, :infinity)

  # ## The server

  @doc false
  @impl true
  def handle_call({:start_child, {start, restart, shutdown, type, modules}}, _from, state) do
    {answer, state} =
      start_new(%{start: start, restart: restart, shutdown: shutdown, type: type, modules: modules, restarting: false}, state)

    {:reply, answer, state}
  end

  # What a `Task.Supervisor` asks of itself; what the one who starts a task left open was said when it was started.
  def handle_call({:start_task, args, restart, shutdown}, from, state) do
    {usual_restart, usual_shutdown} = Process.get(Task.Supervisor)
    start = {Task.Supervised, :start_link, args}
    child = {start, restart || usual_restart, shutdown || usual_shutdown, :worker, [Task.Supervised]}
    handle_call({:start_child, child}, from, state)
  end

  def handle_call({:terminate_child, pid}, _from, %{children: children} = state) do
    case children do
      %{^pid => %{restarting: true}} ->
        {:reply, :ok, drop(state, pid)}

      %{^pid => child} ->
        with {:error, reason} <- Jovial.Children.end_child(pid, child.restart, child.shutdown) do
          report(state, :shutdown_error, reason, pid, child)
        end

        {:reply, :ok, drop(state, pid)}

      _unknown ->
        {:reply, {:error, :not_found}, state}
    end
  end

  def handle_call(:which_children, _from, state) do
    children =
      for {pid, child} <- state.children do
        {:undefined, if(child.restarting, do: :restarting, else: pid), child.type, child.modules}
      end

    {:reply, children, state}
  end

  def handle_call(:count_children, _from, %{children: children} = state) do
    supervisors = Enum.count(children, fn {_pid, child} -> child.type == :supervisor end)

    {:reply,
     [
       specs: map_size(children),
       active: Enum.count(children, fn {_pid, child} -> not child.restarting end),
       supervisors: supervisors,
       workers: map_size(children) - supervisors
     ], state}
  end

  defp start_new(child, state) do
    if map_size(state.children) >= state.max_children and state.max_children != :infinity do
      {{:error, :max_children}, state}
    else
      case launch(child, state) do
        {:ok, pid} -> {{:ok, pid}, put_child(state, pid, child)}
        {:ok, pid, info} -> {{:ok, pid, info}, put_child(state, pid, child)}
        other -> {other, state}
      end
    end
  end

  # The `:extra_arguments` of the supervisor come first, and the specification keeps only its own.
  defp launch(%{start: {module, function, args}}, state) do
    Jovial.Children.launch({module, function, state.extra_arguments ++ args}, :dynamic)
  end

  defp put_child(state, pid, child) do
    # A temporary child will never be started again, so its arguments need not be kept.
    child =
      case child do
        %{restart: :temporary, start: {module, function, _args}} -> %{child | start: {module, function, :undefined}}
        _comes_back -> child
      end

    %{state | children: Map.put(state.children, pid, %{child | restarting: false})}
  end

  @doc false
  @impl true
  def handle_cast(_request, state), do: {:noreply, state}

  @doc false
  @impl true
  def handle_info({:EXIT, pid, reason}, %{children: children} = state) do
    case children do
      %{^pid => child} -> finish(ended(child.restart, reason, pid, child, state))
      _unknown -> {:noreply, state}
    end
  end

  def handle_info({:"$gen_restart", pid}, %{children: children} = state) do
    case children do
      %{^pid => %{restarting: true} = child} -> finish(restart(pid, child, state))
      _ended_meanwhile -> {:noreply, state}
    end
  end

  def handle_info(message, state) do
    :logger.error(
      %{label: {DynamicSupervisor, :unexpected_msg}, report: %{msg: message}},
      %{
        domain: [:otp, :elixir],
        error_logger: %{tag: :error_msg},
        report_cb: &__MODULE__.format_report/1
      }
    )

    {:noreply, state}
  end

  defp finish({:ok, state}), do: {:noreply, state}
  defp finish({:shutdown, state}), do: {:stop, :shutdown, state}

  @doc false
  def format_report(%{label: {__MODULE__, :unexpected_msg}, report: %{msg: message}}) do
    {~c"DynamicSupervisor received unexpected message: ~p~n", [message]}
  end

  defp ended(:permanent, reason, pid, child, state) do
    report(state, :child_terminated, reason, pid, child)
    restart(pid, child, state)
  end

  defp ended(_restart, reason, pid, _child, state) when reason == :normal or reason == :shutdown do
    {:ok, drop(state, pid)}
  end

  defp ended(_restart, {:shutdown, _}, pid, _child, state), do: {:ok, drop(state, pid)}

  defp ended(:transient, reason, pid, child, state) do
    report(state, :child_terminated, reason, pid, child)
    restart(pid, child, state)
  end

  defp ended(:temporary, reason, pid, child, state) do
    report(state, :child_terminated, reason, pid, child)
    {:ok, drop(state, pid)}
  end

  defp drop(state, pid), do: %{state | children: Map.delete(state.children, pid)}

  defp restart(pid, child, state) do
    case Jovial.Children.count_restart(state.restarts, state.max_restarts, state.max_seconds) do
      {:ok, restarts} ->
        start_again(pid, child, drop(%{state | restarts: restarts}, pid))

      {:too_many, restarts} ->
        report(state, :shutdown, :reached_max_restart_intensity, pid, child)
        {:shutdown, drop(%{state | restarts: restarts}, pid)}
    end
  end

  defp start_again(last, child, state) do
    case launch(child, state) do
      {:ok, pid} ->
        {:ok, put_child(state, pid, child)}

      {:ok, pid, _info} ->
        {:ok, put_child(state, pid, child)}

      :ignore ->
        {:ok, state}

      {:error, reason} ->
        report(state, :start_error, reason, last, child)
        send(self(), {:"$gen_restart", last})
        {:ok, %{state | children: Map.put(state.children, last, %{child | restarting: true})}}
    end
  end

  @doc false
  @impl true
  def terminate(_reason, %{children: children} = state) do
    running = for {pid, %{restarting: false} = child} <- children, do: {pid, child.restart, child.shutdown}

    for {pid, reason} <- Jovial.Children.end_all(running) do
      report(state, :shutdown_error, reason, pid, Map.fetch!(children, pid))
    end

    :ok
  end

  @doc false
  @impl true
  def code_change(_old_version, %{mod: module, args: init_arg} = state, _extra) do
    case module.init(init_arg) do
      {:ok, flags} when is_map(flags) ->
        with {:error, reason} <- put_flags(state, flags), do: {:error, {:supervisor_data, reason}}

      :ignore ->
        {:ok, state}

      other ->
        other
    end
  end

  defp report(state, context, reason, pid, child) do
    pid = if child.restarting, do: :restarting, else: pid
    {module, function, args} = child.start
    args = if args == :undefined, do: :undefined, else: state.extra_arguments ++ args

    child = Map.merge(child, %{id: :undefined, significant: false, start: {module, function, args}})
    Jovial.Children.report(DynamicSupervisor, state.name, context, reason, Jovial.Children.describe(pid, child))
  end
end
