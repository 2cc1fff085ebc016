defmodule :proplists do
  @moduledoc """
  Lists of properties, Erlang's options.

  An entry is a tuple whose first element is the key, or a lone atom, which is short for `{atom, true}`. Anything else is passed over. Of
  several entries with a key the first counts.

      iex> :proplists.get_value(:port, [:debug, {:port, 80}])
      80
      iex> :proplists.get_bool(:debug, [:debug, {:port, 80}])
      true
  """

  @type property :: atom | tuple
  @type proplist :: [property]

  @doc """
  Turns `{atom, true}` into the atom, and leaves other properties as they are.

  ## Examples

      iex> :proplists.property({:a, true})
      :a
  """
  @spec property(property) :: property
  def property({key, true}) when is_atom(key), do: key
  def property(property), do: property

  @doc "Makes a property, in its short form where there is one."
  @spec property(term, term) :: property
  def property(key, true) when is_atom(key), do: key
  def property(key, value), do: {key, value}

  @doc """
  Turns all entries into tuples.

  ## Examples

      iex> :proplists.unfold([:a, {:b, 1}])
      [a: true, b: 1]
  """
  @spec unfold([term]) :: [tuple]
  def unfold([entry | rest]) when is_atom(entry), do: [{entry, true} | unfold(rest)]
  def unfold([entry | rest]), do: [entry | unfold(rest)]
  def unfold([]), do: []

  @doc """
  Turns entries into their short form where there is one.

  ## Examples

      iex> :proplists.compact([{:a, true}, {:b, 1}])
      [:a, {:b, 1}]
  """
  @spec compact([property]) :: [property]
  def compact(list), do: :lists.map(&property/1, list)

  defp entry_for?(key, entry) when is_atom(entry), do: entry === key

  defp entry_for?(key, entry) when is_tuple(entry) and tuple_size(entry) >= 1,
    do: :erlang.element(1, entry) === key

  defp entry_for?(_key, _entry), do: false

  @doc """
  Returns the first entry of a key as a tuple, or `:none`.

  ## Examples

      iex> :proplists.lookup(:a, [:a, {:b, 1}])
      {:a, true}
  """
  @spec lookup(term, [term]) :: :none | tuple
  def lookup(key, [entry | rest]) do
    cond do
      not entry_for?(key, entry) -> lookup(key, rest)
      is_atom(entry) -> {key, true}
      true -> entry
    end
  end

  def lookup(_key, []), do: :none

  @doc """
  Returns all entries of a key as tuples.

  ## Examples

      iex> :proplists.lookup_all(:a, [:a, {:b, 1}, {:a, 2}])
      [a: true, a: 2]
  """
  @spec lookup_all(term, [term]) :: [tuple]
  def lookup_all(key, list), do: unfold(:lists.filter(&entry_for?(key, &1), list))

  @doc """
  Tells whether there is an entry of a key.

  ## Examples

      iex> :proplists.is_defined(:z, [:a])
      false
  """
  @spec is_defined(term, [term]) :: boolean
  def is_defined(key, list), do: lookup(key, list) !== :none

  @doc """
  Returns the value of a key, or `:undefined`.

  ## Examples

      iex> :proplists.get_value(:z, [:a])
      :undefined
  """
  @spec get_value(term, [term]) :: term
  def get_value(key, list), do: get_value(key, list, :undefined)

  @doc "Returns the value of a key, or `default`; also where the entry has more or less than one value."
  @spec get_value(term, [term], term) :: term
  def get_value(key, list, default) do
    case lookup(key, list) do
      {_, value} -> value
      _ -> default
    end
  end

  @doc """
  Returns the values of all entries of a key that have one.

  ## Examples

      iex> :proplists.get_all_values(:a, [:a, {:b, 1}, {:a, 2}])
      [true, 2]
  """
  @spec get_all_values(term, [term]) :: [term]
  def get_all_values(key, list), do: for({_, value} <- lookup_all(key, list), do: value)

  @doc """
  Joins the values of all entries of a key; values that are no lists are elements.

  ## Examples

      iex> :proplists.append_values(:a, a: [1], b: 0, a: 2)
      [1, 2]
  """
  @spec append_values(term, [term]) :: [term]
  def append_values(key, list) do
    :lists.flatmap(
      fn value -> if is_list(value), do: value, else: [value] end,
      get_all_values(key, list)
    )
  end

  @doc """
  Tells whether the value of a key is `true`.

  ## Examples

      iex> :proplists.get_bool(:a, [:a])
      true
  """
  @spec get_bool(term, [term]) :: boolean
  def get_bool(key, list), do: lookup(key, list) === {key, true}

  @doc """
  Returns the keys, each once, in no particular order.

  ## Examples

      iex> :proplists.get_keys([:a, {:a, 1}])
      [:a]
  """
  @spec get_keys([term]) :: [term]
  def get_keys(list), do: :sets.to_list(:sets.from_list(:lists.flatmap(&key_of/1, list)))

  defp key_of(entry) when is_atom(entry), do: [entry]

  defp key_of(entry) when is_tuple(entry) and tuple_size(entry) >= 1,
    do: [:erlang.element(1, entry)]

  defp key_of(_entry), do: []

  @doc """
  Removes all entries of a key.

  ## Examples

      iex> :proplists.delete(:a, [:a, {:b, 1}, {:a, 2}])
      [b: 1]
  """
  @spec delete(term, [term]) :: [term]
  def delete(key, list), do: :lists.filter(&(not entry_for?(key, &1)), list)

  ## Rewriting

  @doc """
  Gives keys another name: for each `{from, to}`, entries of `from` become entries of `to`.

  ## Examples

      iex> :proplists.substitute_aliases([colour: :color], colour: :red)
      [color: :red]
  """
  @spec substitute_aliases([{term, term}], [term]) :: [term]
  def substitute_aliases(aliases, list), do: :lists.map(&rename(&1, aliases), list)

  defp rename(entry, aliases) do
    case key_of(entry) do
      [key] ->
        case :lists.search(fn {from, _} -> from === key end, aliases) do
          {:value, {_, to}} when is_atom(entry) -> property(to, true)
          {:value, {_, to}} -> property(:erlang.setelement(1, entry, to))
          false -> property(entry)
        end

      [] ->
        entry
    end
  end

  @doc """
  Turns negations round: for each `{from, to}`, `from` becomes `{to, false}`, and `from` with any other value than `true` becomes `to`.
  """
  @spec substitute_negations([{term, term}], [term]) :: [term]
  def substitute_negations(negations, list), do: :lists.map(&negate(&1, negations), list)

  defp negate(entry, negations) do
    case key_of(entry) do
      [key] ->
        case :lists.search(fn {from, _} -> from === key end, negations) do
          {:value, {_, to}} -> property(to, property(entry) !== key)
          false -> property(entry)
        end

      [] ->
        entry
    end
  end

  @doc """
  Puts a list of entries in the place of each property of `expansions` that occurs.

  An expansion is `{property, entries}`. Only the first entry of a key that equals the property is expanded; an entry with that key before
  it keeps it from being so, and those after it are removed.
  """
  @spec expand([{property, [term]}], [term]) :: [term]
  def expand(expansions, list) do
    # What is put in is put aside as a list, so that later expansions leave it alone.
    :lists.flatmap(
      fn
        {:expanded, entries} -> entries
        {:entry, entry} -> [entry]
      end,
      :lists.foldl(&expand_one/2, :lists.map(&{:entry, &1}, list), expansions)
    )
  end

  defp expand_one({property, entries}, list) do
    property = property(property)

    case key_of(property) do
      [key] -> expand_key(list, key, property, entries)
      [] -> list
    end
  end

  defp expand_key([{:entry, entry} = item | rest], key, property, entries) do
    cond do
      not entry_for?(key, entry) -> [item | expand_key(rest, key, property, entries)]
      property(entry) === property -> [{:expanded, entries} | without_key(rest, key)]
      true -> [item | rest]
    end
  end

  defp expand_key([item | rest], key, property, entries),
    do: [item | expand_key(rest, key, property, entries)]

  defp expand_key([], _key, _property, _entries), do: []

  defp without_key(list, key) do
    :lists.filter(
      fn
        {:entry, entry} -> not entry_for?(key, entry)
        {:expanded, _} -> true
      end,
      list
    )
  end

  @doc """
  Rewrites a list in stages: `{:aliases, list}`, `{:negations, list}` and `{:expand, list}`, one after the other; then `compact/1`.
  """
  @spec normalize([term], [{:aliases | :negations | :expand, list}]) :: [term]
  def normalize(list, stages), do: compact(:lists.foldl(&stage/2, list, stages))

  defp stage({:aliases, aliases}, list), do: substitute_aliases(aliases, list)
  defp stage({:negations, negations}, list), do: substitute_negations(negations, list)
  defp stage({:expand, expansions}, list), do: expand(expansions, list)

  @doc """
  Sorts the entries into one list for each key, and a list of the others.

  ## Examples

      iex> :proplists.split([:a, {:b, 1}, {:a, 2}], [:a])
      {[[:a, {:a, 2}]], [{:b, 1}]}
  """
  @spec split([term], [term]) :: {[[term]], [term]}
  def split(list, keys) do
    groups = :lists.map(fn key -> :lists.filter(&entry_for?(key, &1), list) end, keys)
    rest = :lists.filter(fn entry -> not :lists.any(&entry_for?(&1, entry), keys) end, list)
    {groups, rest}
  end

  ## Maps

  @doc """
  Turns a property list into a map; the first entry of a key counts.

  ## Examples

      iex> :proplists.to_map([:a, {:b, 1}, {:b, 2}])
      %{a: true, b: 1}
  """
  @spec to_map([term]) :: map
  def to_map(list), do: :maps.from_list(:lists.reverse(pairs(list)))

  defp pairs([entry | rest]) when is_atom(entry), do: [{entry, true} | pairs(rest)]
  defp pairs([{_, _} = pair | rest]), do: [pair | pairs(rest)]
  defp pairs([_ | rest]), do: pairs(rest)
  defp pairs([]), do: []

  @doc "Rewrites a list as `normalize/2` does, and turns it into a map."
  @spec to_map([term], [{:aliases | :negations | :expand, list}]) :: map
  def to_map(list, stages), do: to_map(normalize(list, stages))

  @doc """
  Turns a map into a property list.

  ## Examples

      iex> :proplists.from_map(%{a: 1})
      [a: 1]
  """
  @spec from_map(map) :: [{term, term}]
  def from_map(map), do: :maps.to_list(map)
end
