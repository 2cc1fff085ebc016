defmodule :sets do
  @moduledoc """
  Sets without an order.

  Elements are told apart with `===/2`.

      iex> set = :sets.from_list([1, 2, 1])
      iex> {:sets.size(set), :sets.is_element(1.0, set)}
      {2, false}

  Sets are maps whose keys are the elements. The `:version` option of `new/1` and `from_list/2` asks Erlang for one of two forms; here there
  is only this one.
  """

  @type set :: %{optional(term) => []}
  @type set(_element) :: set

  @doc """
  Returns an empty set.

  ## Examples

      iex> :sets.size(:sets.new())
      0
  """
  @spec new() :: set
  def new(), do: %{}

  @doc "Returns an empty set."
  @spec new([{:version, 1..2}]) :: set
  def new(options) do
    check_version(options)
    %{}
  end

  defp check_version(options) do
    case :proplists.get_value(:version, options, 1) do
      version when version in [1, 2] -> :ok
      _ -> :erlang.error(:badarg)
    end
  end

  @doc """
  Builds a set of a list.

  ## Examples

      iex> :sets.size(:sets.from_list([1, 1]))
      1
  """
  @spec from_list(list) :: set
  def from_list(list), do: :maps.from_keys(list, [])

  @doc "Builds a set of a list."
  @spec from_list(list, [{:version, 1..2}]) :: set
  def from_list(list, options) do
    check_version(options)
    :maps.from_keys(list, [])
  end

  @doc """
  Returns the elements as a list.

  ## Examples

      iex> :sets.to_list(:sets.from_list([1, 1]))
      [1]
  """
  @spec to_list(set) :: list
  def to_list(set), do: :maps.keys(set)

  @doc """
  Tells whether a term is a set.

  ## Examples

      iex> :sets.is_set(:sets.new())
      true
  """
  @spec is_set(term) :: boolean
  def is_set(set), do: is_map(set)

  @doc """
  Counts the elements, in constant time.

  ## Examples

      iex> :sets.size(:sets.from_list([1, 2]))
      2
  """
  @spec size(set) :: non_neg_integer
  def size(set), do: map_size(set)

  @doc """
  Tells whether the set is empty.

  ## Examples

      iex> :sets.is_empty(:sets.new())
      true
  """
  @spec is_empty(set) :: boolean
  def is_empty(set), do: map_size(set) === 0

  @doc """
  Tells whether an element is in the set.

  ## Examples

      iex> :sets.is_element(1, :sets.from_list([1]))
      true
  """
  @spec is_element(term, set) :: boolean
  def is_element(element, set), do: is_map_key(set, element)

  @doc """
  Adds an element.

  ## Examples

      iex> :sets.size(:sets.add_element(2, :sets.from_list([1])))
      2
  """
  @spec add_element(term, set) :: set
  def add_element(element, set), do: :maps.put(element, [], set)

  @doc """
  Removes an element.

  ## Examples

      iex> :sets.to_list(:sets.del_element(2, :sets.from_list([1, 2])))
      [1]
  """
  @spec del_element(term, set) :: set
  def del_element(element, set), do: :maps.remove(element, set)

  @doc """
  Returns what is in at least one of two sets.

  ## Examples

      iex> :sets.size(:sets.union(:sets.from_list([1]), :sets.from_list([2])))
      2
  """
  @spec union(set, set) :: set
  def union(set1, set2), do: :maps.merge(set1, set2)

  @doc "Returns what is in at least one of the sets of a list."
  @spec union([set]) :: set
  def union(sets), do: :lists.foldl(&:maps.merge(&2, &1), %{}, sets)

  @doc """
  Returns what is in both sets.

  ## Examples

      iex> :sets.to_list(:sets.intersection(:sets.from_list([1, 2]), :sets.from_list([2, 3])))
      [2]
  """
  @spec intersection(set, set) :: set
  def intersection(set1, set2), do: :maps.intersect(set1, set2)

  @doc "Returns what is in all sets of a list that is not empty."
  @spec intersection([set, ...]) :: set
  def intersection([set | sets]), do: :lists.foldl(&:maps.intersect(&2, &1), set, sets)

  @doc """
  Tells whether two sets have no element in common.

  ## Examples

      iex> :sets.is_disjoint(:sets.from_list([1]), :sets.from_list([2]))
      true
  """
  @spec is_disjoint(set, set) :: boolean
  def is_disjoint(set1, set2) do
    {small, large} = if map_size(set1) < map_size(set2), do: {set1, set2}, else: {set2, set1}
    not :lists.any(&is_map_key(large, &1), :maps.keys(small))
  end

  @doc """
  Returns what is in the first set but not in the second.

  ## Examples

      iex> :sets.to_list(:sets.subtract(:sets.from_list([1, 2]), :sets.from_list([2])))
      [1]
  """
  @spec subtract(set, set) :: set
  def subtract(set1, set2), do: filter(&(not is_map_key(set2, &1)), set1)

  @doc """
  Tells whether all elements of the first set are in the second.

  ## Examples

      iex> :sets.is_subset(:sets.from_list([1]), :sets.from_list([1, 2]))
      true
  """
  @spec is_subset(set, set) :: boolean
  def is_subset(set1, set2),
    do: map_size(set1) <= map_size(set2) and :lists.all(&is_map_key(set2, &1), :maps.keys(set1))

  @doc """
  Folds over the elements, in no particular order.

  ## Examples

      iex> :sets.fold(&+/2, 0, :sets.from_list([1, 2]))
      3
  """
  @spec fold((term, acc -> acc), acc, set) :: acc when acc: term
  def fold(fun, acc, set), do: :lists.foldl(fun, acc, :maps.keys(set))

  @doc """
  Keeps the elements for which `fun` returns `true`.

  ## Examples

      iex> :sets.to_list(:sets.filter(&(&1 > 1), :sets.from_list([1, 2])))
      [2]
  """
  @spec filter((term -> boolean), set) :: set
  def filter(fun, set), do: :maps.from_keys(:lists.filter(fun, :maps.keys(set)), [])
end
