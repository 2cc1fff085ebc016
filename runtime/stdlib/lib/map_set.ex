defmodule MapSet do
  @moduledoc """
  Sets of values.

  A set holds each value once, and tells quickly whether it holds it. Any values may be mixed; they are compared with
  `===/2`:

      iex> set = MapSet.new([1, 1.0, :a, :a])
      iex> MapSet.size(set)
      3
      iex> :a in set
      true

  The order in which a set lists its values means nothing. Sets are enumerable and collectable:

      iex> Enum.sum(MapSet.new([1, 2, 2]))
      3
      iex> Enum.into([:b], MapSet.new([:a]))
      MapSet.new([:a, :b])

  Finding, adding and removing a value takes about the same time for small and large sets. What the struct holds inside is
  private; two sets with the same values are equal to `==/2`, and `equal?/2` says so by name.
  """

  @type value :: term

  @opaque internal(value) :: %{optional(value) => []}
  @type t(value) :: %__MODULE__{map: internal(value)}
  @type t :: t(term)

  # The values are the keys of a map whose values are all [], which is also what `:sets` in its second version uses.
  defstruct map: %{}

  @doc """
  Returns an empty set.

  ## Examples

      iex> MapSet.new()
      MapSet.new([])
  """
  @spec new() :: t
  def new, do: %MapSet{}

  @doc """
  Builds a set of the elements of an enumerable.

  ## Examples

      iex> MapSet.new([:b, :a, :b])
      MapSet.new([:a, :b])
  """
  @spec new(Enumerable.t()) :: t
  def new(enumerable)
  def new(%__MODULE__{} = map_set), do: map_set
  def new(enumerable), do: %MapSet{map: :maps.from_keys(Enum.to_list(enumerable), [])}

  @doc """
  Builds a set of the results of `transform` for the elements of an enumerable.

  ## Examples

      iex> MapSet.new(1..4, &rem(&1, 2))
      MapSet.new([0, 1])
  """
  @spec new(Enumerable.t(), (term -> value)) :: t(value) when value: term
  def new(enumerable, transform) when is_function(transform, 1),
    do: %MapSet{map: :maps.from_keys(Enum.map(enumerable, transform), [])}

  @doc """
  Adds a value.

  ## Examples

      iex> MapSet.put(MapSet.new([1]), 2)
      MapSet.new([1, 2])
  """
  @spec put(t(value), new_value) :: t(value | new_value) when value: term, new_value: term
  def put(%MapSet{map: map} = map_set, value),
    do: %{map_set | map: :maps.put(value, [], map)}

  @doc """
  Removes a value, if it is there.

  ## Examples

      iex> MapSet.delete(MapSet.new([1, 2]), 1)
      MapSet.new([2])
  """
  @spec delete(t(val1), val2) :: t(val1) when val1: value, val2: value
  def delete(%MapSet{map: map} = map_set, value),
    do: %{map_set | map: :maps.remove(value, map)}

  @doc """
  Tells whether a value is in the set.

  ## Examples

      iex> MapSet.member?(MapSet.new([1, 2]), 2)
      true
  """
  @spec member?(t, value) :: boolean
  def member?(%MapSet{map: map}, value), do: :erlang.is_map_key(value, map)

  @doc """
  Returns the number of values, in constant time.

  ## Examples

      iex> MapSet.size(MapSet.new([1, 2, 2]))
      2
  """
  @spec size(t) :: non_neg_integer
  def size(%MapSet{map: map}), do: map_size(map)

  @doc """
  Returns the values as a list.

  ## Examples

      iex> MapSet.to_list(MapSet.new([2, 1]))
      [1, 2]
  """
  @spec to_list(t(val)) :: [val] when val: value
  def to_list(%MapSet{map: map}), do: :maps.keys(map)

  @doc """
  Returns the values that are in at least one of the sets.

  ## Examples

      iex> MapSet.union(MapSet.new([1, 2]), MapSet.new([2, 3]))
      MapSet.new([1, 2, 3])
  """
  @spec union(t(val1), t(val2)) :: t(val1 | val2) when val1: value, val2: value
  def union(%MapSet{map: map1} = map_set, %MapSet{map: map2}),
    do: %{map_set | map: :maps.merge(map1, map2)}

  @doc """
  Returns the values that are in both sets.

  ## Examples

      iex> MapSet.intersection(MapSet.new([1, 2]), MapSet.new([2, 3]))
      MapSet.new([2])
  """
  @spec intersection(t(val), t(val)) :: t(val) when val: value
  def intersection(%MapSet{map: map1} = map_set, %MapSet{map: map2}),
    do: %{map_set | map: :maps.intersect(map1, map2)}

  @doc """
  Returns the values of the first set that are not in the second.

  ## Examples

      iex> MapSet.difference(MapSet.new([1, 2]), MapSet.new([2, 3]))
      MapSet.new([1])
  """
  @spec difference(t(val1), t(val2)) :: t(val1) when val1: value, val2: value
  def difference(%MapSet{map: map1} = map_set, %MapSet{map: map2}),
    do: %{map_set | map: without(map1, map2)}

  # Either takes out the values of a small second map, or keeps those of the first that a large one does not have.
  defp without(map1, map2) do
    if map_size(map2) < map_size(map1) do
      remove_all(:maps.keys(map2), map1)
    else
      :maps.from_keys(:lists.filter(&(not :erlang.is_map_key(&1, map2)), :maps.keys(map1)), [])
    end
  end

  defp remove_all([key | rest], map), do: remove_all(rest, :maps.remove(key, map))
  defp remove_all([], map), do: map

  @doc """
  Returns the values that are in exactly one of the sets.

  ## Examples

      iex> MapSet.symmetric_difference(MapSet.new([1, 2]), MapSet.new([2, 3]))
      MapSet.new([1, 3])
  """
  @spec symmetric_difference(t(val1), t(val2)) :: t(val1 | val2) when val1: value, val2: value
  def symmetric_difference(%MapSet{map: map1} = map_set, %MapSet{map: map2}),
    do: %{map_set | map: :maps.merge(without(map1, map2), without(map2, map1))}

  @doc """
  Tells whether the sets have no value in common.

  ## Examples

      iex> MapSet.disjoint?(MapSet.new([1]), MapSet.new([2]))
      true
  """
  @spec disjoint?(t, t) :: boolean
  def disjoint?(%MapSet{map: map1}, %MapSet{map: map2}) do
    if map_size(map1) <= map_size(map2), do: :jovial_maps.disjoint(map1, map2), else: :jovial_maps.disjoint(map2, map1)
  end

  @doc """
  Tells whether the sets have the same values.

  ## Examples

      iex> MapSet.equal?(MapSet.new([1, 2]), MapSet.new([2, 1]))
      true
      iex> MapSet.equal?(MapSet.new([1]), MapSet.new([1.0]))
      false
  """
  @spec equal?(t, t) :: boolean
  def equal?(%MapSet{map: map1}, %MapSet{map: map2}), do: map1 === map2

  @doc """
  Tells whether all values of the first set are in the second.

  ## Examples

      iex> MapSet.subset?(MapSet.new([1]), MapSet.new([1, 2]))
      true
  """
  @spec subset?(t, t) :: boolean
  def subset?(%MapSet{map: map1}, %MapSet{map: map2}),
    do: map_size(map1) <= map_size(map2) and :jovial_maps.within(map1, map2)

  @doc """
  Keeps the values for which `fun` gives a truthy value.

  ## Examples

      iex> MapSet.filter(MapSet.new(1..5), &(&1 > 3))
      MapSet.new([4, 5])
  """
  @spec filter(t(a), (a -> as_boolean(term))) :: t(a) when a: value
  def filter(%MapSet{map: map} = map_set, fun) when is_function(fun),
    do: %{map_set | map: :maps.from_keys(Enum.filter(:maps.keys(map), fun), [])}

  @doc """
  Removes the values for which `fun` gives a truthy value.

  ## Examples

      iex> MapSet.reject(MapSet.new(1..5), &(&1 > 3))
      MapSet.new([1, 2, 3])
  """
  @spec reject(t(a), (a -> as_boolean(term))) :: t(a) when a: value
  def reject(%MapSet{map: map} = map_set, fun) when is_function(fun),
    do: %{map_set | map: :maps.from_keys(Enum.reject(:maps.keys(map), fun), [])}

  @doc """
  Splits the set in one with the values for which `fun` gives a truthy value and one with the others.

  ## Examples

      iex> MapSet.split_with(MapSet.new(1..5), &(&1 > 3))
      {MapSet.new([4, 5]), MapSet.new([1, 2, 3])}
  """
  @spec split_with(t, (term -> as_boolean(term))) :: {t, t}
  def split_with(%MapSet{map: map}, fun) when is_function(fun, 1) do
    {yes, no} = Enum.split_with(:maps.keys(map), fun)
    {%MapSet{map: :maps.from_keys(yes, [])}, %MapSet{map: :maps.from_keys(no, [])}}
  end
end

defimpl Enumerable, for: MapSet do
  def count(map_set), do: {:ok, MapSet.size(map_set)}
  def member?(map_set, value), do: {:ok, MapSet.member?(map_set, value)}
  def slice(map_set), do: {:ok, MapSet.size(map_set), &MapSet.to_list/1}

  def reduce(map_set, acc, fun),
    do: Enumerable.List.reduce(MapSet.to_list(map_set), acc, fun)
end

defimpl Collectable, for: MapSet do
  # Elements gather in a list, to be added in one go.
  def into(map_set) do
    {[],
     fn
       acc, {:cont, value} -> [value | acc]
       acc, :done -> MapSet.union(map_set, MapSet.new(acc))
       _acc, :halt -> :ok
     end}
  end
end

defimpl Inspect, for: MapSet do
  import Inspect.Algebra
  import Kernel, except: [inspect: 2]

  def inspect(map_set, opts) do
    values = Inspect.List.inspect(MapSet.to_list(map_set), %{opts | charlists: :as_lists})
    concat(["MapSet.new(", values, ")"])
  end
end
