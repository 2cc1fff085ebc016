defmodule Registry do
  @moduledoc """
  Names and groups of processes: entries of a key, a process and a value.

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Names)
      iex> {:ok, _} = Registry.register(Doc.Names, "chef", :kitchen)
      iex> Registry.lookup(Doc.Names, "chef")
      [{self(), :kitchen}]

  An entry belongs to the process that made it and goes away with it.

  With unique keys a key has one process at most, and the registry can name servers: `{:via, Registry, {registry, key}}` is taken wherever a
  name is.

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Servers)
      iex> name = {:via, Registry, {Doc.Servers, "basket"}}
      iex> {:ok, _} = Agent.start_link(fn -> ["fig"] end, name: name)
      iex> Agent.get(name, & &1)
      ["fig"]

  With duplicate keys any number of processes may share a key, which makes groups, to be addressed by `dispatch/3`:

      iex> {:ok, _} = Registry.start_link(keys: :duplicate, name: Doc.Listeners)
      iex> {:ok, _} = Registry.register(Doc.Listeners, "news", nil)
      iex> Registry.dispatch(Doc.Listeners, "news", fn entries ->
      ...>   for {pid, _value} <- entries, do: send(pid, :extra)
      ...> end)
      :ok
      iex> receive do
      ...>   message -> message
      ...> end
      :extra

  Reading is done in the calling process, on tables. Between the end of a process and the removal of its entries there is a moment;
  lookups of unique keys leave such entries out.
  """

  import Kernel, except: [send: 2]

  # The table named as the registry holds
  #
  #   * `{:registry, {kind, partitions, listeners}}`
  #   * `{:only_keys, table}`, of a unique registry with one partition: all that a lookup there needs to know
  #   * `{{:meta, key}, value}`
  #
  # Each partition has two tables: `{key, {pid, value}}`, and `{pid, key, key_table, 1}` to find the entries of a process. The first are split
  # by key if keys are unique and by process otherwise, the second always by process. A process whose partition is full of
  # its entries is linked to the partition's process.

  @type registry :: atom
  @type keys :: :unique | :duplicate
  @type key :: term
  @type value :: term
  @type meta_key :: atom | tuple
  @type meta_value :: term
  @type match_pattern :: atom | term
  @type guard :: {atom | tuple, term, term} | tuple
  @type guards :: [guard]
  @type body :: [term]
  @type spec :: [{match_pattern, guards, body}]
  @type start_option ::
          {:keys, keys}
          | {:name, registry}
          | {:partitions, pos_integer}
          | {:listeners, [atom]}
          | {:meta, [{meta_key, meta_value}]}
          | {:compressed, boolean}
  @type listener_message ::
          {:register, registry, key, registry_partition :: pid, value}
          | {:unregister, registry, key, registry_partition :: pid}

  # ## Starting

  @doc """
  Starts a registry as a supervisor, linked to the calling process.

  Options:

    * `:keys` - `:unique` or `:duplicate`, required
    * `:name` - an atom, required
    * `:partitions` - how many tables the entries are spread over, 1 by default
    * `:listeners` - names of processes that are told of each entry by
      `{:register, registry, key, pid, value}` and `{:unregister, registry, key, pid}`
    * `:meta` - a keyword list for `meta/2`
    * `:compressed` - whether keys and values are kept compressed

  ## Examples

      iex> {:ok, pid} = Registry.start_link(keys: :unique, name: Doc.Started)
      iex> Process.whereis(Doc.Started) == pid
      true

  """
  @doc since: "1.5.0"
  @spec start_link([start_option]) :: {:ok, pid} | {:error, term}
  def start_link(options) do
    keys = Keyword.get(options, :keys)

    unless keys in [:unique, :duplicate] do
      raise ArgumentError, "expected :keys to be given and be one of :unique or :duplicate, got: #{inspect(keys)}"
    end

    name =
      case Keyword.fetch(options, :name) do
        {:ok, name} when is_atom(name) -> name
        {:ok, other} -> raise ArgumentError, "expected :name to be an atom, got: #{inspect(other)}"
        :error -> raise ArgumentError, "expected :name option to be present"
      end

    meta = Keyword.get(options, :meta, [])

    unless Keyword.keyword?(meta) do
      raise ArgumentError, "expected :meta to be a keyword list, got: #{inspect(meta)}"
    end

    partitions = Keyword.get(options, :partitions, 1)

    unless is_integer(partitions) and partitions >= 1 do
      raise ArgumentError, "expected :partitions to be a positive integer, got: #{inspect(partitions)}"
    end

    listeners = Keyword.get(options, :listeners, [])

    unless is_list(listeners) and Enum.all?(listeners, &is_atom/1) do
      raise ArgumentError, "expected :listeners to be a list of named processes, got: #{inspect(listeners)}"
    end

    compressed = Keyword.get(options, :compressed, false)

    unless is_boolean(compressed) do
      raise ArgumentError, "expected :compressed to be a boolean, got: #{inspect(compressed)}"
    end

    settings = %{registry: name, keys: keys, listeners: listeners, compressed: compressed}
    Registry.Supervisor.start_link(settings, partitions, meta)
  end

  @doc false
  @deprecated "Use Registry.start_link/1 instead"
  def start_link(keys, name, options \\ []) when is_list(options) do
    start_link([keys: keys, name: name] ++ options)
  end

  @doc """
  Returns a specification to start a registry under a supervisor.

  ## Examples

      iex> Registry.child_spec(keys: :unique, name: Doc.Spec).id
      Doc.Spec

  """
  @doc since: "1.5.0"
  @spec child_spec([start_option]) :: Supervisor.child_spec()
  def child_spec(options) do
    %{
      id: Keyword.get(options, :name, Registry),
      start: {Registry, :start_link, [options]},
      type: :supervisor
    }
  end

  # ## Registering

  @doc """
  Makes an entry of the calling process.

  Returns the process of the partition, to which the calling process is now linked. With unique keys a key that is taken gives an error.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Register)
      iex> {:ok, _} = Registry.register(Doc.Register, :key, :value)
      iex> Registry.register(Doc.Register, :key, :other)
      {:error, {:already_registered, self()}}

  """
  @doc since: "1.4.0"
  @spec register(registry, key, value) :: {:ok, pid} | {:error, {:already_registered, pid}}
  def register(registry, key, value) when is_atom(registry) do
    {kind, partitions, listeners} = info!(registry)
    pid = self()
    pids = pid_table(pid, partitions)
    keys = key_table(kind, key, pid, partitions)

    # Linked first, so that an entry never outlives its process.
    owner = Process.whereis(pids)
    Process.link(owner)

    case insert(kind, keys, key, pid, value) do
      :ok ->
        :ets.insert(pids, {pid, key, keys, 1})
        for listener <- listeners, do: __notify__(listener, {:register, registry, key, pid, value})
        {:ok, owner}

      {:taken, other} ->
        unlink_if_unused(pids, pid)
        {:error, {:already_registered, other}}
    end
  end

  @doc false
  def __notify__(listener, message) do
    Kernel.send(listener, message)
    :ok
  catch
    :error, _nobody -> :ok
  end

  defp insert(:duplicate, table, key, pid, value) do
    :ets.insert(table, {key, {pid, value}})
    :ok
  end

  defp insert(:unique, table, key, pid, value) do
    if :ets.insert_new(table, {key, {pid, value}}) do
      :ok
    else
      case :ets.lookup(table, key) do
        [{^key, {other, _value}} = entry] ->
          if Process.alive?(other) do
            {:taken, other}
          else
            :ets.delete_object(table, entry)
            insert(:unique, table, key, pid, value)
          end

        [] ->
          insert(:unique, table, key, pid, value)
      end
    end
  end

  defp unlink_if_unused(pids, pid) do
    unless :ets.member(pids, pid) do
      case Process.whereis(pids) do
        nil -> :ok
        owner -> Process.unlink(owner)
      end
    end

    :ok
  end

  @doc """
  Removes all entries of the calling process under a key.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Unregister)
      iex> {:ok, _} = Registry.register(Doc.Unregister, :key, 1)
      iex> Registry.unregister(Doc.Unregister, :key)
      :ok
      iex> Registry.lookup(Doc.Unregister, :key)
      []

  """
  @doc since: "1.4.0"
  @spec unregister(registry, key) :: :ok
  def unregister(registry, key) when is_atom(registry) do
    {kind, partitions, listeners} = info!(registry)
    pid = self()
    table = key_table(kind, key, pid, partitions)
    pids = pid_table(pid, partitions)

    # Entries are found by key and process alone, so no pattern is built of the key.
    case own_entries(table, key, pid) do
      [] ->
        :ok

      entries ->
        for entry <- entries, do: :ets.delete_object(table, entry)
        forget(pids, pid, key, length(entries))
        for listener <- listeners, do: __notify__(listener, {:unregister, registry, key, pid})
    end

    unlink_if_unused(pids, pid)
  end

  defp own_entries(table, key, pid) do
    for {^key, {^pid, _value}} = entry <- :ets.lookup(table, key), do: entry
  end

  # One row of the table of processes stands for each entry; they are equal, so as many as needed are put back.
  defp forget(pids, pid, key, count) do
    rows = for {^pid, ^key, _, _} = row <- :ets.lookup(pids, pid), do: row

    case rows do
      [] ->
        :ok

      [row | _] ->
        :ets.delete_object(pids, row)
        for _ <- 1..(length(rows) - count)//1, do: :ets.insert(pids, row)
        :ok
    end
  end

  @doc """
  Removes entries of the calling process under a key whose value matches.

  The pattern and guards are those of match specifications.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :duplicate, name: Doc.UnregisterMatch)
      iex> {:ok, _} = Registry.register(Doc.UnregisterMatch, :key, {:old, 1})
      iex> {:ok, _} = Registry.register(Doc.UnregisterMatch, :key, {:new, 2})
      iex> Registry.unregister_match(Doc.UnregisterMatch, :key, {:old, :_})
      :ok
      iex> Registry.values(Doc.UnregisterMatch, :key, self())
      [{:new, 2}]

  """
  @doc since: "1.5.0"
  @spec unregister_match(registry, key, match_pattern, guards) :: :ok
  def unregister_match(registry, key, pattern, guards \\ []) when is_list(guards) do
    {kind, partitions, listeners} = info!(registry)
    pid = self()
    table = key_table(kind, key, pid, partitions)
    pids = pid_table(pid, partitions)

    case :ets.select_delete(table, entry_spec(key, {pid, pattern}, guards, [true])) do
      0 ->
        :ok

      count ->
        forget(pids, pid, key, count)
        for listener <- listeners, do: __notify__(listener, {:unregister, registry, key, pid})
    end

    unlink_if_unused(pids, pid)
  end

  # A key may look like a pattern, so it is compared, not matched.
  defp entry_spec(key, pattern, guards, body) do
    [{{:_, pattern}, [{:"=:=", {:element, 1, :"$_"}, {:const, key}} | guards], body}]
  end

  @doc """
  Replaces the value of the calling process under a unique key by what `callback` makes of it.

  Returns `{new, old}`, or `:error` if the process has no such entry.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Update)
      iex> {:ok, _} = Registry.register(Doc.Update, :key, 1)
      iex> Registry.update_value(Doc.Update, :key, &(&1 + 1))
      {2, 1}

  """
  @doc since: "1.4.0"
  @spec update_value(registry, key, (value -> value)) :: {new_value :: term, old_value :: term} | :error
  def update_value(registry, key, callback) when is_atom(registry) and is_function(callback, 1) do
    case info!(registry) do
      {:unique, partitions, _listeners} ->
        pid = self()
        table = key_table(:unique, key, pid, partitions)

        case :ets.lookup(table, key) do
          [{^key, {^pid, old}}] ->
            new = callback.(old)
            :ets.insert(table, {key, {pid, new}})
            {new, old}

          _other ->
            :error
        end

      {kind, _, _} ->
        raise ArgumentError, "Registry.update_value/3 is not supported for #{kind} registries"
    end
  end

  # ## Reading

  @doc """
  Returns the entries of a key as `{pid, value}`.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :duplicate, name: Doc.Lookup)
      iex> {:ok, _} = Registry.register(Doc.Lookup, :key, 1)
      iex> {:ok, _} = Registry.register(Doc.Lookup, :key, 2)
      iex> Enum.sort(Registry.lookup(Doc.Lookup, :key)) == [{self(), 1}, {self(), 2}]
      true
      iex> Registry.lookup(Doc.Lookup, :other)
      []

  """
  @doc since: "1.4.0"
  @spec lookup(registry, key) :: [{pid, value}]
  def lookup(registry, key) when is_atom(registry) do
    case only_keys!(registry) do
      nil ->
        case info!(registry) do
          {:unique, partitions, _listeners} ->
            unique(key_table(:unique, key, nil, partitions), key)

          {:duplicate, partitions, _listeners} ->
            for table <- key_tables(partitions), {_, entry} <- :ets.lookup(table, key), do: entry
        end

      table ->
        unique(table, key)
    end
  end

  defp unique(table, key) do
    case :ets.lookup_element(table, key, 2, nil) do
      {pid, _value} = entry -> if alive?(pid), do: [entry], else: []
      nil -> []
    end
  end

  # An entry whose process has just ended would be worse than none where there is one at most.
  defp living(:unique, entries), do: for({pid, _} = entry <- entries, alive?(pid), do: entry)
  defp living(:duplicate, entries), do: entries

  defp alive?(pid) when node(pid) == node(), do: Process.alive?(pid)
  defp alive?(_remote), do: true

  @doc """
  Calls a function with the entries of a key.

  It is called once for each partition that has entries; `parallel: true` does that in tasks.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :duplicate, name: Doc.Dispatch)
      iex> Registry.dispatch(Doc.Dispatch, :key, fn _entries -> raise "never called" end)
      :ok

  """
  @doc since: "1.4.0"
  @spec dispatch(registry, key, dispatcher, keyword) :: :ok
        when dispatcher: (entries :: [{pid, value}] -> term) | {module, atom, [any]}
  def dispatch(registry, key, mfa_or_fun, options \\ [])
      when is_atom(registry) and (is_function(mfa_or_fun, 1) or is_tuple(mfa_or_fun)) do
    {kind, partitions, _listeners} = info!(registry)

    work =
      for table <- tables_of_key(kind, key, partitions) do
        fn ->
          case living(kind, for({_, entry} <- :ets.lookup(table, key), do: entry)) do
            [] -> :ok
            entries -> run(mfa_or_fun, entries)
          end
        end
      end

    if Keyword.get(options, :parallel, false) and match?([_, _ | _], work) do
      side_by_side(work)
    else
      Enum.each(work, fn work -> work.() end)
    end

    :ok
  end

  # Whoever traps exits shall not hear of the tasks.
  defp side_by_side(work) do
    tasks = Enum.map(work, &Task.async/1)
    Task.await_many(tasks, :infinity)

    for %Task{pid: pid} <- tasks do
      Process.unlink(pid)

      receive do
        {:EXIT, ^pid, _reason} -> :ok
      after
        0 -> :ok
      end
    end
  end

  defp run({module, function, args}, entries), do: apply(module, function, [entries | args])
  defp run(fun, entries), do: fun.(entries)

  @doc """
  Returns the keys of a process.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Keys)
      iex> {:ok, _} = Registry.register(Doc.Keys, :a, 1)
      iex> {:ok, _} = Registry.register(Doc.Keys, :b, 2)
      iex> Enum.sort(Registry.keys(Doc.Keys, self()))
      [:a, :b]

  """
  @doc since: "1.4.0"
  @spec keys(registry, pid) :: [key]
  def keys(registry, pid) when is_atom(registry) and is_pid(pid) do
    {kind, partitions, _listeners} = info!(registry)
    rows = :ets.lookup(pid_table(pid, partitions), pid)

    case kind do
      :unique -> for {_, key, table, _} <- rows, own_entries(table, key, pid) != [], uniq: true, do: key
      :duplicate -> for {_, key, _, _} <- rows, do: key
    end
  end

  @doc """
  Returns the values of a process under a key.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Values)
      iex> {:ok, _} = Registry.register(Doc.Values, :key, :mine)
      iex> Registry.values(Doc.Values, :key, self())
      [:mine]

  """
  @doc since: "1.12.0"
  @spec values(registry, key, pid) :: [value]
  def values(registry, key, pid) when is_atom(registry) do
    {kind, partitions, _listeners} = info!(registry)
    table = key_table(kind, key, pid, partitions)
    for {_, {_, value}} <- own_entries(table, key, pid), do: value
  end

  @doc """
  Returns the entries of a key whose value matches a pattern, as `{pid, value}`.

  Pattern and guards are those of match specifications: `:_` matches anything, `:"$1"` and so on are variables.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :duplicate, name: Doc.Match)
      iex> {:ok, _} = Registry.register(Doc.Match, :shape, {:circle, 1})
      iex> {:ok, _} = Registry.register(Doc.Match, :shape, {:square, 2})
      iex> Registry.match(Doc.Match, :shape, {:square, :_})
      [{self(), {:square, 2}}]
      iex> Registry.match(Doc.Match, :shape, {:_, :"$1"}, [{:<, :"$1", 2}])
      [{self(), {:circle, 1}}]

  """
  @doc since: "1.4.0"
  @spec match(registry, key, match_pattern, guards) :: [{pid, term}]
  def match(registry, key, pattern, guards \\ []) when is_atom(registry) and is_list(guards) do
    {kind, partitions, _listeners} = info!(registry)
    spec = entry_spec(key, {:_, pattern}, guards, [{:element, 2, :"$_"}])
    Enum.flat_map(tables_of_key(kind, key, partitions), &:ets.select(&1, spec))
  end

  @doc """
  Counts the entries of a key whose value matches, see `match/4`.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :duplicate, name: Doc.CountMatch)
      iex> {:ok, _} = Registry.register(Doc.CountMatch, :key, 1)
      iex> Registry.count_match(Doc.CountMatch, :key, :_)
      1

  """
  @doc since: "1.7.0"
  @spec count_match(registry, key, match_pattern, guards) :: non_neg_integer
  def count_match(registry, key, pattern, guards \\ []) when is_atom(registry) and is_list(guards) do
    {kind, partitions, _listeners} = info!(registry)
    spec = entry_spec(key, {:_, pattern}, guards, [true])
    Enum.sum_by(tables_of_key(kind, key, partitions), &:ets.select_count(&1, spec))
  end

  @doc """
  Counts all entries.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Count)
      iex> Registry.count(Doc.Count)
      0

  """
  @doc since: "1.7.0"
  @spec count(registry) :: non_neg_integer
  def count(registry) when is_atom(registry) do
    Enum.sum_by(all_key_tables(registry), &:ets.info(&1, :size))
  end

  @doc """
  Selects from all entries by a match specification over `{key, pid, value}`.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Select)
      iex> {:ok, _} = Registry.register(Doc.Select, "one", 1)
      iex> {:ok, _} = Registry.register(Doc.Select, "two", 2)
      iex> Registry.select(Doc.Select, [{{:"$1", :_, :"$2"}, [{:>, :"$2", 1}], [:"$1"]}])
      ["two"]

  """
  @doc since: "1.9.0"
  @spec select(registry, spec) :: [term]
  def select(registry, spec) when is_atom(registry) and is_list(spec) do
    spec = entry_specs(spec, :select)
    Enum.flat_map(all_key_tables(registry), &:ets.select(&1, spec))
  end

  @doc """
  Counts entries by a match specification over `{key, pid, value}`.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.CountSelect)
      iex> {:ok, _} = Registry.register(Doc.CountSelect, "one", 1)
      iex> Registry.count_select(Doc.CountSelect, [{{:_, :_, :"$1"}, [{:is_integer, :"$1"}], [true]}])
      1

  """
  @doc since: "1.14.0"
  @spec count_select(registry, spec) :: non_neg_integer
  def count_select(registry, spec) when is_atom(registry) and is_list(spec) do
    spec = entry_specs(spec, :count_select)
    Enum.sum_by(all_key_tables(registry), &:ets.select_count(&1, spec))
  end

  # Users see three elements where the table has a pair in a pair.
  @whole {{{:element, 1, :"$_"}, {:element, 1, {:element, 2, :"$_"}}, {:element, 2, {:element, 2, :"$_"}}}}

  defp entry_specs(spec, function) do
    for part <- spec do
      case part do
        {{key, pid, value}, guards, body} ->
          {{key, {pid, value}}, whole(guards), whole(body)}

        other ->
          raise ArgumentError,
                "invalid match specification in Registry.#{function}/2: #{inspect(other)}"
      end
    end
  end

  defp whole(:"$_"), do: @whole
  defp whole([first | rest]), do: [whole(first) | whole(rest)]
  defp whole({:const, _} = constant), do: constant
  defp whole(tuple) when is_tuple(tuple), do: tuple |> Tuple.to_list() |> whole() |> List.to_tuple()
  defp whole(map) when is_map(map) and not is_struct(map), do: Map.new(map, fn {key, value} -> {key, whole(value)} end)
  defp whole(other), do: other

  # ## Values of the registry itself

  @doc """
  Reads a value that `put_meta/3` or the option `:meta` stored.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Meta, meta: [colour: :green])
      iex> Registry.meta(Doc.Meta, :colour)
      {:ok, :green}
      iex> Registry.meta(Doc.Meta, :size)
      :error

  """
  @doc since: "1.4.0"
  @spec meta(registry, meta_key) :: {:ok, meta_value} | :error
  def meta(registry, key) when is_atom(registry) and (is_atom(key) or is_tuple(key)) do
    case known(registry, fn -> :ets.lookup(registry, {:meta, key}) end) do
      [{_, value}] -> {:ok, value}
      [] -> :error
    end
  end

  @doc """
  Stores a value in the registry itself.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.PutMeta)
      iex> Registry.put_meta(Doc.PutMeta, :size, 3)
      :ok
      iex> Registry.meta(Doc.PutMeta, :size)
      {:ok, 3}

  """
  @doc since: "1.4.0"
  @spec put_meta(registry, meta_key, meta_value) :: :ok
  def put_meta(registry, key, value) when is_atom(registry) and (is_atom(key) or is_tuple(key)) do
    known(registry, fn -> :ets.insert(registry, {{:meta, key}, value}) end)
    :ok
  end

  @doc """
  Deletes a value of the registry itself.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.DeleteMeta, meta: [a: 1])
      iex> Registry.delete_meta(Doc.DeleteMeta, :a)
      :ok
      iex> Registry.meta(Doc.DeleteMeta, :a)
      :error

  """
  @doc since: "1.11.0"
  @spec delete_meta(registry, meta_key) :: :ok
  def delete_meta(registry, key) when is_atom(registry) and (is_atom(key) or is_tuple(key)) do
    known(registry, fn -> :ets.delete(registry, {:meta, key}) end)
    :ok
  end

  @doc """
  Runs `function` while no other process holds the lock of the same key in this registry.

  ## Examples

      iex> {:ok, _} = Registry.start_link(keys: :unique, name: Doc.Lock)
      iex> Registry.lock(Doc.Lock, :key, fn -> :alone end)
      :alone

  """
  @doc since: "1.18.0"
  @spec lock(registry, key, (-> result)) :: result when result: term
  def lock(registry, key, function) when is_atom(registry) and is_function(function, 0) do
    {_kind, partitions, _listeners} = info!(registry)
    # The process of a partition has the name of its second table.
    partition = pid_table(key, partitions)
    :ok = GenServer.call(partition, {:lock, key}, :infinity)

    try do
      function.()
    after
      GenServer.cast(partition, {:unlock, key, self()})
    end
  end

  # ## As a module for names

  @doc false
  def whereis_name({registry, key}), do: whereis(registry, key)
  def whereis_name({registry, key, _value}), do: whereis(registry, key)

  defp whereis(registry, key) do
    case only_keys!(registry) do
      nil -> whereis_among(registry, key)
      table -> pid_of(unique(table, key))
    end
  end

  defp pid_of([{pid, _value}]), do: pid
  defp pid_of([]), do: :undefined

  defp whereis_among(registry, key) do
    case info!(registry) do
      {:unique, partitions, _listeners} ->
        pid_of(unique(key_table(:unique, key, nil, partitions), key))

      {kind, _, _} ->
        raise ArgumentError, ":via is not supported for #{kind} registries"
    end
  end

  @doc false
  def register_name({registry, key}, pid), do: take_name(registry, key, nil, pid)
  def register_name({registry, key, value}, pid), do: take_name(registry, key, value, pid)

  defp take_name(registry, key, value, pid) when pid == self() do
    case register(registry, key, value) do
      {:ok, _} -> :yes
      {:error, _} -> :no
    end
  end

  @doc false
  def send({registry, key} = name, message) when is_atom(registry), do: send_to(whereis(registry, key), name, message)
  def send({registry, key, _value} = name, message), do: send_to(whereis(registry, key), name, message)

  defp send_to(:undefined, name, message), do: :erlang.error(:badarg, [name, message])
  defp send_to(pid, _name, message), do: Kernel.send(pid, message)

  @doc false
  def unregister_name({registry, key}), do: unregister(registry, key)
  def unregister_name({registry, key, _value}), do: unregister(registry, key)

  # ## Tables

  defp info!(registry) do
    :ets.lookup_element(registry, :registry, 2)
  catch
    :error, :badarg -> raise ArgumentError, "unknown registry: #{inspect(registry)}"
  end

  # The one table of keys, if there is just one, and a key has one entry.
  defp only_keys!(registry) do
    :ets.lookup_element(registry, :only_keys, 2, nil)
  catch
    :error, :badarg -> raise ArgumentError, "unknown registry: #{inspect(registry)}"
  end

  defp known(registry, read) do
    read.()
  catch
    :error, :badarg -> raise ArgumentError, "unknown registry: #{inspect(registry)}"
  end

  # `partitions` holds the names of each partition's two tables. They are made once, as text is joined for them.

  defp partition(_term, {only}), do: only
  defp partition(term, partitions), do: elem(partitions, :erlang.phash2(term, tuple_size(partitions)))

  defp pid_table(pid, partitions), do: elem(partition(pid, partitions), 1)

  defp key_table(:unique, key, _pid, partitions), do: elem(partition(key, partitions), 0)
  defp key_table(:duplicate, _key, pid, partitions), do: elem(partition(pid, partitions), 0)

  defp tables_of_key(:unique, key, partitions), do: [key_table(:unique, key, nil, partitions)]
  defp tables_of_key(:duplicate, _key, partitions), do: key_tables(partitions)

  defp all_key_tables(registry) do
    {_kind, partitions, _listeners} = info!(registry)
    key_tables(partitions)
  end

  defp key_tables(partitions), do: for({keys, _pids} <- Tuple.to_list(partitions), do: keys)
end

defmodule Registry.Supervisor do
  @moduledoc false

  # Owns the registry's own table, and keeps its partitions together: what one of them lost, no other can make up for.

  use Supervisor

  @doc false
  def start_link(settings, partitions, meta) do
    Supervisor.start_link(__MODULE__, {settings, partitions, meta}, name: settings.registry)
  end

  @impl true
  def init({settings, partitions, meta}) do
    table = :ets.new(settings.registry, [:set, :public, :named_table, read_concurrency: true])

    names =
      for number <- 0..(partitions - 1) do
        {Registry.Partition.key_table(settings.registry, number), Registry.Partition.process_name(settings.registry, number)}
      end

    :ets.insert(table, {:registry, {settings.keys, List.to_tuple(names), settings.listeners}})
    with {:unique, [{keys, _process}]} <- {settings.keys, names}, do: :ets.insert(table, {:only_keys, keys})
    :ets.insert(table, for({key, value} <- meta, do: {{:meta, key}, value}))

    children =
      for number <- 0..(partitions - 1) do
        %{
          id: Registry.Partition.process_name(settings.registry, number),
          start: {Registry.Partition, :start_link, [Map.put(settings, :number, number)]}
        }
      end

    Supervisor.init(children, strategy: :one_for_all)
  end
end
