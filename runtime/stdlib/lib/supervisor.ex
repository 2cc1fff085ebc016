defmodule Supervisor do
  @moduledoc """
  Processes that start others, watch them, and start them again when they fail.

      iex> children = [{Agent, fn -> 0 end}]
      iex> {:ok, supervisor} = Supervisor.start_link(children, strategy: :one_for_one)
      iex> Supervisor.count_children(supervisor)
      %{active: 1, specs: 1, supervisors: 0, workers: 1}

  ## Children

  A child is given as a module, as `{module, arg}`, or as a map. The first two ask the module's `child_spec/1` for the map, which `use GenServer`, `use Agent`,
  `use Task` and `use Supervisor` define. Its keys:

    * `:id` - tells the children of a supervisor apart
    * `:start` - `{module, function, args}` that starts the child and returns `{:ok, pid}`, with a link
    * `:restart` - `:permanent` (always started again, the default), `:transient` (only after failures) or `:temporary` (never)
    * `:shutdown` - milliseconds that it has to end in after the exit signal `:shutdown`, or `:infinity`, or `:brutal_kill`;
      5000 by default, `:infinity` for supervisors
    * `:type` - `:worker` (the default) or `:supervisor`
    * `:significant` - whether its normal end may end the supervisor, see `:auto_shutdown`
    * `:modules` - the modules that it runs, for upgrades

  ## Strategies

    * `:one_for_one` - a child that ends is started again
    * `:one_for_all` - then all others are ended and started again as well
    * `:rest_for_one` - then those that were started after it are

  More than `:max_restarts` (3) restarts in `:max_seconds` (5) end the supervisor with all of its children. With `:auto_shutdown` being
  `:any_significant` or `:all_significant` it also ends when significant children have done their work.

  ## Modules

      defmodule Shop.Supervisor do
        use Supervisor

        def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)

        @impl true
        def init(_arg), do: Supervisor.init([Shop.Till, Shop.Store], strategy: :one_for_all)
      end

  Children are ended in the opposite order of their start. For children that come and go there is `DynamicSupervisor`.
  """

  @doc "Says how the supervisor works and what its children are; made by `init/2`."
  @callback init(init_arg :: term) ::
              {:ok, {sup_flags(), [child_spec() | :supervisor.child_spec()]}} | :ignore

  @type on_start :: {:ok, pid} | :ignore | {:error, {:already_started, pid} | {:shutdown, term} | term}
  @type on_start_child ::
          {:ok, child}
          | {:ok, child, info :: term}
          | {:error, {:already_started, child} | :already_present | term}
  @type child :: pid | :undefined
  @type name :: atom | {:global, term} | {:via, module, term}
  @type option :: {:name, name}
  @type sup_flags() :: %{
          strategy: strategy,
          intensity: non_neg_integer,
          period: pos_integer,
          auto_shutdown: auto_shutdown
        }
  @type supervisor :: pid | name | {atom, node}
  @type init_option ::
          {:strategy, strategy}
          | {:max_restarts, non_neg_integer}
          | {:max_seconds, pos_integer}
          | {:auto_shutdown, auto_shutdown}
  @type restart :: :permanent | :transient | :temporary
  @type shutdown :: timeout | :brutal_kill
  @type strategy :: :one_for_one | :one_for_all | :rest_for_one
  @type auto_shutdown :: :never | :any_significant | :all_significant
  @type type :: :worker | :supervisor
  @type module_spec :: {module, args :: term} | module
  @type child_spec :: %{
          required(:id) => atom | term,
          required(:start) => {module, function_name :: atom, args :: [term]},
          optional(:restart) => restart,
          optional(:shutdown) => shutdown,
          optional(:type) => type,
          optional(:modules) => [module] | :dynamic,
          optional(:significant) => boolean
        }

  @doc false
  defmacro __using__(options) do
    quote location: :keep, bind_quoted: [options: options] do
      @behaviour Supervisor

      unless Module.has_attribute?(__MODULE__, :doc) do
        @doc """
        Returns a specification to start this module under a supervisor.

        See `Supervisor`.
        """
      end

      def child_spec(init_arg) do
        Supervisor.child_spec(
          %{id: __MODULE__, start: {__MODULE__, :start_link, [init_arg]}, type: :supervisor},
          unquote(Macro.escape(options))
        )
      end

      defoverridable child_spec: 1
    end
  end

  @doc """
  Starts a supervisor with children, linked to the calling process.

  Returns when all children were started. Options are those of `init/2` and `:name`. With a module as the first argument, its `c:init/1` is
  called with the second one.

  ## Examples

      iex> {:ok, supervisor} = Supervisor.start_link([], strategy: :one_for_one, name: :a_supervisor)
      iex> Process.whereis(:a_supervisor) == supervisor
      true

  """
  @spec start_link([child_spec | module_spec | :supervisor.child_spec()], [option | init_option]) ::
          {:ok, pid} | {:error, {:already_started, pid} | {:shutdown, term} | term}
  @spec start_link(module, term) :: on_start
  def start_link(children_or_module, options_or_arg)

  def start_link(children, options) when is_list(children) do
    {own, options} = Keyword.split(options, [:strategy, :max_seconds, :max_restarts, :auto_shutdown])
    start_link(Supervisor.Default, init(children, own), options)
  end

  def start_link(module, init_arg) when is_atom(module), do: start_link(module, init_arg, [])

  @doc """
  Starts a supervisor of a module, linked to the calling process.

  The option `:name` gives it a name, as for `GenServer.start_link/3`.
  """
  @spec start_link(module, term, [option]) :: on_start
  def start_link(module, init_arg, options) when is_list(options) do
    case Keyword.get(options, :name) do
      nil ->
        :supervisor.start_link(module, init_arg)

      name when is_atom(name) ->
        :supervisor.start_link({:local, name}, module, init_arg)

      {:global, _term} = name ->
        :supervisor.start_link(name, module, init_arg)

      {:via, via, _term} = name when is_atom(via) ->
        :supervisor.start_link(name, module, init_arg)

      other ->
        raise ArgumentError, """
        expected :name option to be one of the following:

          * nil
          * atom
          * {:global, term}
          * {:via, module, term}

        Got: #{inspect(other)}
        """
    end
  end

  @doc """
  Makes what `c:init/1` returns.

  Options: `:strategy` (required), `:max_restarts`, `:max_seconds`, `:auto_shutdown`.

  ## Examples

      iex> {:ok, {flags, [spec]}} = Supervisor.init([{Task, fn -> :ok end}], strategy: :one_for_one)
      iex> flags
      %{strategy: :one_for_one, intensity: 3, period: 5, auto_shutdown: :never}
      iex> spec.id
      Task

  """
  @spec init([child_spec | module_spec | :supervisor.child_spec()], [init_option]) ::
          {:ok, {sup_flags, [child_spec | :supervisor.child_spec()]}}
  def init(children, options) when is_list(children) and is_list(options) do
    strategy =
      case Keyword.fetch(options, :strategy) do
        {:ok, nil} -> raise ArgumentError, "expected :strategy option to be given"
        {:ok, strategy} -> strategy
        :error -> raise ArgumentError, "expected :strategy option to be given"
      end

    if strategy == :simple_one_for_one do
      IO.warn(":simple_one_for_one strategy is deprecated, please use DynamicSupervisor instead")
    end

    flags = %{
      strategy: strategy,
      intensity: Keyword.get(options, :max_restarts, 3),
      period: Keyword.get(options, :max_seconds, 5),
      auto_shutdown: Keyword.get(options, :auto_shutdown, :never)
    }

    {:ok, {flags, Enum.map(children, &to_spec/1)}}
  end

  defp to_spec(spec) when is_map(spec) or tuple_size(spec) == 6, do: spec
  defp to_spec(module) when is_atom(module), do: to_spec({module, []})

  defp to_spec({module, arg}) when is_atom(module) do
    module.child_spec(arg)
  rescue
    error in UndefinedFunctionError ->
      case {error, __STACKTRACE__} do
        {%{module: ^module, function: :child_spec, arity: 1}, [{^module, :child_spec, [^arg], _} | _]} ->
          raise ArgumentError, no_child_spec(module)

        {error, stacktrace} ->
          reraise error, stacktrace
      end
  end

  defp to_spec(other) do
    raise ArgumentError, """
    supervisors expect each child to be one of the following:

      * a module
      * a {module, arg} tuple
      * a child specification as a map with at least the :id and :start fields
      * or a tuple with 6 elements generated by Supervisor.Spec (deprecated)

    Got: #{inspect(other)}
    """
  end

  defp no_child_spec(module) do
    if Code.ensure_loaded?(module) do
      """
      The module #{inspect(module)} was given as a child to a supervisor
      but it does not implement child_spec/1.

      If you own the given module, please define a child_spec/1 function
      that receives an argument and returns a child specification as a map.
      For example:

          def child_spec(opts) do
            %{
              id: __MODULE__,
              start: {__MODULE__, :start_link, [opts]},
              type: :worker,
              restart: :permanent,
              shutdown: 500
            }
          end

      Note that "use Agent", "use GenServer" and so on automatically define
      this function for you.

      However, if you don't own the given module and it doesn't implement
      child_spec/1, instead of passing the module name directly as a supervisor
      child, you will have to pass a child specification as a map:

          %{
            id: #{inspect(module)},
            start: {#{inspect(module)}, :start_link, [arg1, arg2]}
          }

      See the Supervisor documentation for more information.
      """
    else
      "The module #{inspect(module)} was given as a child to a supervisor but it does not exist"
    end
  end

  @doc """
  Makes a specification of a child with some keys overridden.

  ## Examples

      iex> Supervisor.child_spec({Agent, fn -> :ok end}, id: :first, restart: :temporary).restart
      :temporary
      iex> Supervisor.child_spec(%{id: :a, start: {M, :f, []}}, shutdown: 10)
      %{id: :a, start: {M, :f, []}, shutdown: 10}

  """
  @spec child_spec(child_spec | module_spec, keyword) :: child_spec
  def child_spec(module_or_map, overrides)

  def child_spec(tuple, _overrides) when tuple_size(tuple) == 6 do
    raise ArgumentError,
          "old tuple-based child specification #{inspect(tuple)} is not supported in Supervisor.child_spec/2"
  end

  def child_spec(module_or_map, overrides) do
    Enum.reduce(overrides, to_spec(module_or_map), fn {key, value}, spec ->
      unless key in [:id, :start, :restart, :shutdown, :type, :modules, :significant] do
        raise ArgumentError, "unknown key #{inspect(key)} in child specification override"
      end

      Map.put(spec, key, value)
    end)
  end

  @doc """
  Adds a child to a running supervisor and starts it.

  ## Examples

      iex> {:ok, supervisor} = Supervisor.start_link([], strategy: :one_for_one)
      iex> {:ok, agent} = Supervisor.start_child(supervisor, {Agent, fn -> :state end})
      iex> Agent.get(agent, & &1)
      :state
      iex> {:error, {:already_started, ^agent}} = Supervisor.start_child(supervisor, {Agent, fn -> :other end})

  """
  @spec start_child(supervisor, child_spec | module_spec | :supervisor.child_spec() | [term]) :: on_start_child
  def start_child(supervisor, {_, _, _, _, _, _} = spec), do: call(supervisor, {:start_child, spec})
  def start_child(supervisor, args) when is_list(args), do: call(supervisor, {:start_child, args})
  def start_child(supervisor, spec), do: call(supervisor, {:start_child, Supervisor.child_spec(spec, [])})

  @doc """
  Ends a child, given by its id. Its specification stays, unless the child is temporary.

  ## Examples

      iex> {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_one)
      iex> Supervisor.terminate_child(supervisor, Agent)
      :ok
      iex> Supervisor.which_children(supervisor)
      [{Agent, :undefined, :worker, [Agent]}]
      iex> Supervisor.terminate_child(supervisor, :nobody)
      {:error, :not_found}

  """
  @spec terminate_child(supervisor, term) :: :ok | {:error, :not_found}
  def terminate_child(supervisor, child_id), do: call(supervisor, {:terminate_child, child_id})

  @doc """
  Removes the specification of a child that does not run.

  ## Examples

      iex> {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_one)
      iex> Supervisor.delete_child(supervisor, Agent)
      {:error, :running}
      iex> Supervisor.terminate_child(supervisor, Agent)
      iex> Supervisor.delete_child(supervisor, Agent)
      :ok

  """
  @spec delete_child(supervisor, term) :: :ok | {:error, :not_found | :running | :restarting}
  def delete_child(supervisor, child_id), do: call(supervisor, {:delete_child, child_id})

  @doc """
  Starts a child again that does not run.

  ## Examples

      iex> {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_one)
      iex> Supervisor.restart_child(supervisor, Agent)
      {:error, :running}
      iex> Supervisor.terminate_child(supervisor, Agent)
      iex> {:ok, agent} = Supervisor.restart_child(supervisor, Agent)
      iex> Process.alive?(agent)
      true

  """
  @spec restart_child(supervisor, term) ::
          {:ok, child} | {:ok, child, term} | {:error, :not_found | :running | :restarting | term}
  def restart_child(supervisor, child_id), do: call(supervisor, {:restart_child, child_id})

  @doc """
  Returns the children as `{id, pid, type, modules}`, the last one started first.

  The pid is `:undefined` for a child that does not run, and `:restarting` for one that is about to be started again.

  ## Examples

      iex> {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_one)
      iex> [{Agent, pid, :worker, [Agent]}] = Supervisor.which_children(supervisor)
      iex> is_pid(pid)
      true

  """
  @spec which_children(supervisor) :: [
          {term | :undefined, child | :restarting, type, [module] | :dynamic}
        ]
  def which_children(supervisor), do: call(supervisor, :which_children)

  @doc """
  Returns how many children there are: `:specs`, `:active`, `:supervisors`, `:workers`.

  ## Examples

      iex> {:ok, supervisor} = Supervisor.start_link([], strategy: :one_for_one)
      iex> Supervisor.count_children(supervisor).specs
      0

  """
  @spec count_children(supervisor) :: %{
          specs: non_neg_integer,
          active: non_neg_integer,
          supervisors: non_neg_integer,
          workers: non_neg_integer
        }
  def count_children(supervisor), do: Map.new(call(supervisor, :count_children))

  @doc """
  Stops a supervisor with `reason` and waits for its end, as `GenServer.stop/3` does.

  ## Examples

      iex> {:ok, supervisor} = Supervisor.start_link([], strategy: :one_for_one)
      iex> Supervisor.stop(supervisor)
      :ok

  """
  @spec stop(supervisor, reason :: term, timeout) :: :ok
  def stop(supervisor, reason \\ :normal, timeout \\ :infinity) do
    GenServer.stop(supervisor, reason, timeout)
  end

  defp call(supervisor, request), do: GenServer.call(supervisor, request, :infinity)
end

defmodule Supervisor.Default do
  @moduledoc false

  # The module of supervisors that have none: what they are started with is what `init/1` returns.

  @doc false
  def init(init_arg), do: init_arg
end
