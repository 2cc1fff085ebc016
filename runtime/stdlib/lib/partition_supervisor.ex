defmodule PartitionSupervisor do
  @moduledoc """
  Several copies of one child, to spread work over them.

  A single process that everybody asks becomes a queue. This supervisor starts the same child several times, and `{:via,
  PartitionSupervisor, {name, key}}` finds the one that is responsible for a key:

      iex> {:ok, _} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> 0 end}, name: Doc.Counters, partitions: 4)
      iex> Agent.update({:via, PartitionSupervisor, {Doc.Counters, "apples"}}, &(&1 + 1))
      :ok
      iex> Agent.get({:via, PartitionSupervisor, {Doc.Counters, "apples"}}, & &1)
      1

  An integer key chooses by its remainder, any other by its hash.
  """

  import Kernel, except: [send: 2]

  @type name :: atom | {:via, module, term}

  # The table of the supervisor (found by its name, or by the entry of its registry) holds `{:partitions, used, all}` and
  # `{number, pid}`.

  @doc """
  Returns a specification to start this under another supervisor.

  ## Examples

      iex> PartitionSupervisor.child_spec(name: Doc.Parts).id
      Doc.Parts

  """
  @doc since: "1.14.0"
  @spec child_spec(keyword) :: Supervisor.child_spec()
  def child_spec(options) when is_list(options) do
    id =
      case Keyword.get(options, :name, PartitionSupervisor) do
        name when is_atom(name) -> name
        {:via, _module, name} -> name
      end

    %{id: id, start: {PartitionSupervisor, :start_link, [options]}, type: :supervisor}
  end

  @doc """
  Starts the copies under a supervisor, linked to the calling process.

  Options:

    * `:child_spec` - the child, as for `Supervisor.start_link/2`; required
    * `:name` - an atom or a `:via` tuple; required
    * `:partitions` - how many copies, `System.schedulers_online/0` by default
    * `:with_arguments` - a function that gets the child's arguments and the number of the copy, and returns its arguments
    * `:strategy`, `:max_restarts`, `:max_seconds` - as for `Supervisor.start_link/2`

  ## Examples

      iex> {:ok, _} =
      ...>   PartitionSupervisor.start_link(
      ...>     child_spec: {Agent, fn -> :none end},
      ...>     name: Doc.Numbered,
      ...>     partitions: 2,
      ...>     with_arguments: fn [_fun], number -> [fn -> number end] end
      ...>   )
      iex> Agent.get({:via, PartitionSupervisor, {Doc.Numbered, 1}}, & &1)
      1

  """
  @doc since: "1.14.0"
  @spec start_link(keyword) :: Supervisor.on_start()
  def start_link(options) when is_list(options) do
    name = options[:name]
    unless name, do: raise(ArgumentError, "the :name option must be given to PartitionSupervisor")

    {child, options} = Keyword.pop(options, :child_spec)
    unless child, do: raise(ArgumentError, "the :child_spec option must be given to PartitionSupervisor")

    {partitions, options} = Keyword.pop(options, :partitions, System.schedulers_online())

    unless is_integer(partitions) and partitions >= 1 do
      raise ArgumentError, "the :partitions option must be a positive integer, got: #{inspect(partitions)}"
    end

    {with_arguments, options} = Keyword.pop(options, :with_arguments, fn args, _number -> args end)

    unless is_function(with_arguments, 2) do
      raise ArgumentError,
            "the :with_arguments option must be a function that receives two arguments, " <>
              "the current call arguments and the partition, got: #{inspect(with_arguments)}"
    end

    {auto_shutdown, options} = Keyword.pop(options, :auto_shutdown, :never)

    unless auto_shutdown == :never do
      raise ArgumentError, "the :auto_shutdown option must be :never, got: #{inspect(auto_shutdown)}"
    end

    spec = Supervisor.child_spec(child, [])
    {flags, options} = Keyword.split(options, [:strategy, :max_restarts, :max_seconds])
    flags = Keyword.put_new(flags, :strategy, :one_for_one)
    Supervisor.start_link(PartitionSupervisor, {name, partitions, spec, with_arguments, flags}, options)
  end

  @doc false
  def init({name, partitions, spec, with_arguments, flags}) do
    table = table_for(name)
    :ets.insert(table, {:partitions, partitions, partitions})

    children =
      for number <- 0..(partitions - 1) do
        {module, function, args} = spec.start
        args = with_arguments.(args, number)

        unless is_list(args) do
          raise "the call to the function in :with_arguments must return a list, got: #{inspect(args)}"
        end

        modules = Map.get(spec, :modules, [module])
        start = {PartitionSupervisor, :start_child, [table, number, {module, function, args}, partitions]}
        Map.merge(spec, %{id: number, start: start, modules: modules})
      end

    Supervisor.init(children, flags)
  end

  defp table_for(name) when is_atom(name) do
    :ets.new(name, [:set, :named_table, :protected, read_concurrency: true])
  end

  # Others find the table by the process.
  defp table_for({:via, _module, _name}) do
    table = :ets.new(PartitionSupervisor, [:set, :protected, read_concurrency: true])
    Process.put(PartitionSupervisor, table)
    table
  end

  @doc false
  def start_child(table, number, {module, function, args}, _partitions) do
    case apply(module, function, args) do
      {:ok, pid} ->
        :ets.insert(table, {number, pid})
        {:ok, pid}

      {:ok, pid, info} ->
        :ets.insert(table, {number, pid})
        {:ok, pid, info}

      other ->
        other
    end
  end

  # ## As a module for names

  @doc false
  def whereis_name({name, key}) when is_atom(name) or is_tuple(name), do: responsible(name, key)

  @doc false
  def send({name, key}, message) when is_atom(name) or is_tuple(name) do
    Kernel.send(responsible(name, key), message)
  end

  @doc false
  def register_name(_name, _pid), do: raise("{:via, PartitionSupervisor, _} cannot be given on registration")

  @doc false
  def unregister_name(_name, _pid), do: raise("{:via, PartitionSupervisor, _} cannot be given on unregistration")

  defp responsible(name, key) do
    table = find_table(name)

    case :ets.lookup(table, :partitions) do
      [{_, 0, _all}] -> raise ArgumentError, "PartitionSupervisor #{inspect(name)} has zero partitions"
      [{_, used, _all}] -> :ets.lookup_element(table, choose(key, used), 2)
    end
  end

  defp choose(key, used) when is_integer(key), do: rem(abs(key), used)
  defp choose(key, used), do: :erlang.phash2(key, used)

  defp find_table(name) when is_atom(name) do
    case :ets.whereis(name) do
      :undefined -> gone(name)
      _table -> name
    end
  end

  defp find_table({:via, _, _} = name) do
    with pid when is_pid(pid) <- GenServer.whereis(name),
         {_, table} when table != :undefined <- table_of(pid) do
      table
    else
      _none -> gone(name)
    end
  end

  defp table_of(pid) do
    case Process.info(pid, :dictionary) do
      {:dictionary, dictionary} -> List.keyfind(dictionary, PartitionSupervisor, 0)
      nil -> nil
    end
  end

  defp gone(name), do: exit({:noproc, {PartitionSupervisor, :partitions, [name]}})

  # ## Looking at it

  @doc """
  Returns how many copies are in use.

  ## Examples

      iex> {:ok, _} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> 0 end}, name: Doc.Three, partitions: 3)
      iex> PartitionSupervisor.partitions(Doc.Three)
      3

  """
  @doc since: "1.14.0"
  @spec partitions(name) :: non_neg_integer
  def partitions(name) do
    [{_, used, _all}] = :ets.lookup(find_table(name), :partitions)
    used
  end

  @doc """
  Changes how many of the copies are in use, and returns how many were.

  Those that aren't in use don't run. There can't be more of them than at the start.

  ## Examples

      iex> {:ok, _} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> 0 end}, name: Doc.Resized, partitions: 3)
      iex> PartitionSupervisor.resize!(Doc.Resized, 1)
      3
      iex> PartitionSupervisor.count_children(Doc.Resized).active
      1

  """
  @doc since: "1.18.0"
  @spec resize!(name, non_neg_integer) :: non_neg_integer
  def resize!(name, partitions) when is_integer(partitions) do
    supervisor = GenServer.whereis(name) || exit({:noproc, {PartitionSupervisor, :resize!, [name, partitions]}})
    table = find_table(name)
    [{_, used, all}] = :ets.lookup(table, :partitions)

    unless partitions in 0..all do
      raise ArgumentError,
            "the number of partitions to resize to must be a number between 0 and #{all}, got: #{partitions}"
    end

    if partitions < used do
      set_used(supervisor, partitions, all)
      for number <- partitions..(used - 1)//1, do: :ok = Supervisor.terminate_child(supervisor, number)
    else
      for number <- used..(partitions - 1)//1, do: {:ok, _} = Supervisor.restart_child(supervisor, number)
      set_used(supervisor, partitions, all)
    end

    used
  end

  # The table belongs to the supervisor, and only it may write.
  defp set_used(supervisor, used, all) do
    :sys.replace_state(supervisor, fn state ->
      table = Process.get(PartitionSupervisor) || elem(Process.info(self(), :registered_name), 1)
      :ets.insert(table, {:partitions, used, all})
      state
    end)
  end

  @doc """
  Returns the copies as `{number, pid, type, modules}`.

  ## Examples

      iex> {:ok, _} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> 0 end}, name: Doc.Which, partitions: 2)
      iex> Enum.sort(for {number, _, _, _} <- PartitionSupervisor.which_children(Doc.Which), do: number)
      [0, 1]

  """
  @doc since: "1.14.0"
  @spec which_children(name) :: [{integer, pid | :restarting, :worker | :supervisor, [module] | :dynamic}]
  def which_children(name) when is_atom(name) or elem(name, 0) == :via, do: Supervisor.which_children(name)

  @doc """
  Returns how many copies there are, as `Supervisor.count_children/1` does.

  ## Examples

      iex> {:ok, _} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> 0 end}, name: Doc.Counted, partitions: 2)
      iex> PartitionSupervisor.count_children(Doc.Counted)
      %{active: 2, specs: 2, supervisors: 0, workers: 2}

  """
  @doc since: "1.14.0"
  @spec count_children(name) :: %{
          specs: non_neg_integer,
          active: non_neg_integer,
          supervisors: non_neg_integer,
          workers: non_neg_integer
        }
  def count_children(supervisor), do: Supervisor.count_children(supervisor)

  @doc """
  Stops all copies and their supervisor.

  ## Examples

      iex> {:ok, _} = PartitionSupervisor.start_link(child_spec: {Agent, fn -> 0 end}, name: Doc.Stopped, partitions: 2)
      iex> PartitionSupervisor.stop(Doc.Stopped)
      :ok

  """
  @doc since: "1.14.0"
  @spec stop(name, reason :: term, timeout) :: :ok
  def stop(supervisor, reason \\ :normal, timeout \\ :infinity) do
    Supervisor.stop(supervisor, reason, timeout)
  end
end
