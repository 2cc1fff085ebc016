defmodule Supervisor.Spec do
  @moduledoc """
  The older way of writing what a supervisor starts: `worker(Server, [args])` where one writes `{Server, args}` today.

  It is here for older code and books, which `import` it.

      iex> import Supervisor.Spec
      iex> {:ok, supervisor} = Supervisor.start_link([worker(Agent, [fn -> 1 end], id: :one)], strategy: :one_for_one)
      iex> [{:one, agent, :worker, [Agent]}] = Supervisor.which_children(supervisor)
      iex> Agent.get(agent, & &1)
      1

  Each of the functions says that there is a newer one: see `Supervisor.child_spec/2` and `Supervisor.init/2`.
  """
  @moduledoc deprecated: "Use the new child specifications outlined in the Supervisor module instead"

  @type child_id :: term
  @type strategy :: :one_for_one | :one_for_all | :rest_for_one | :simple_one_for_one
  @type restart :: :permanent | :transient | :temporary
  @type shutdown :: timeout | :brutal_kill
  @type modules :: :dynamic | [module]
  @type spec :: {child_id, {module, atom, [term]}, restart, shutdown, :worker | :supervisor, modules}

  @doc """
  What `init/1` of a module that is a supervisor returns. Options: `:strategy`, which has to be there, `:max_restarts` (3) and
  `:max_seconds` (5).

  ## Examples

      iex> Supervisor.Spec.supervise([], strategy: :one_for_one)
      {:ok, {{:one_for_one, 3, 5}, []}}

  """
  @deprecated "Use the new child specifications outlined in the Supervisor module instead"
  @spec supervise([spec], keyword) :: {:ok, {{strategy, non_neg_integer, pos_integer}, [spec]}}
  def supervise(children, options) do
    strategy = options[:strategy] || raise ArgumentError, "expected :strategy option to be given"
    ids = for child <- children, do: elem(child, 0)

    case ids -- Enum.uniq(ids) do
      [] ->
        {:ok, {{strategy, Keyword.get(options, :max_restarts, 3), Keyword.get(options, :max_seconds, 5)}, children}}

      [id | _] ->
        raise ArgumentError,
              "duplicate ID #{inspect(id)} found in the supervisor specification, please explicitly pass the :id option when defining this worker/supervisor"
    end
  end

  @doc """
  A worker, started by `start_link` of `module` with `args`.

  Options: `:id`, the module by default; `:function`, `:start_link` by default; `:restart` (`:permanent`); `:shutdown` (5000); `:modules`.

  ## Examples

      iex> Supervisor.Spec.worker(Agent, [fn -> 1 end]) |> elem(3)
      5000

  """
  @deprecated "Use the new child specifications outlined in the Supervisor module instead"
  @spec worker(module, [term], keyword) :: spec
  def worker(module, args, options \\ []), do: child(:worker, 5000, module, args, options)

  @doc """
  As `worker/3`, for a child that is a supervisor and may take as long as it likes to end.

  ## Examples

      iex> Supervisor.Spec.supervisor(Registry, [[keys: :unique, name: Names]])
      {Registry, {Registry, :start_link, [[keys: :unique, name: Names]]}, :permanent, :infinity, :supervisor, [Registry]}

  """
  @deprecated "Use the new child specifications outlined in the Supervisor module instead"
  @spec supervisor(module, [term], keyword) :: spec
  def supervisor(module, args, options \\ []), do: child(:supervisor, :infinity, module, args, options)

  defp child(type, shutdown, module, args, options) do
    start = {module, Keyword.get(options, :function, :start_link), args}
    restart = Keyword.get(options, :restart, :permanent)
    shutdown = Keyword.get(options, :shutdown, shutdown)
    {Keyword.get(options, :id, module), start, restart, shutdown, type, Keyword.get(options, :modules, [module])}
  end
end
