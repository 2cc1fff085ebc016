defmodule :ordsets do
  @moduledoc """
  Sets as sorted lists without repetitions.

  The lists may be read and compared as they are; elements are told apart with `==/2`. For large sets see `:sets` and `:gb_sets`.

      iex> :ordsets.union([1, 3], [2, 3])
      [1, 2, 3]
  """

  @type ordset :: list

  @doc """
  Returns an empty set.

  ## Examples

      iex> :ordsets.new()
      []
  """
  @spec new() :: []
  def new(), do: []

  @doc """
  Tells whether a term is a sorted list without repetitions.

  ## Examples

      iex> :ordsets.is_set([2, 1])
      false
  """
  @spec is_set(term) :: boolean
  def is_set([]), do: true
  def is_set([head | tail]), do: rising?(tail, head)
  def is_set(_other), do: false

  defp rising?([head | tail], before) when before < head, do: rising?(tail, head)
  defp rising?([], _before), do: true
  defp rising?(_other, _before), do: false

  @doc """
  Counts the elements.

  ## Examples

      iex> :ordsets.size([1, 2])
      2
  """
  @spec size(ordset) :: non_neg_integer
  def size(set), do: length(set)

  @doc """
  Tells whether the set is empty.

  ## Examples

      iex> :ordsets.is_empty([])
      true
  """
  @spec is_empty(ordset) :: boolean
  def is_empty(set), do: set === []

  @doc """
  Returns the elements as a list.

  ## Examples

      iex> :ordsets.to_list([1, 2])
      [1, 2]
  """
  @spec to_list(ordset) :: list
  def to_list(set), do: set

  @doc """
  Builds a set of a list.

  ## Examples

      iex> :ordsets.from_list([2, 1, 2])
      [1, 2]
  """
  @spec from_list(list) :: ordset
  def from_list(list), do: :lists.usort(list)

  @doc """
  Tells whether an element is in the set.

  ## Examples

      iex> :ordsets.is_element(2, [1, 2])
      true
  """
  @spec is_element(term, ordset) :: boolean
  def is_element(element, [head | tail]) when element > head, do: is_element(element, tail)
  def is_element(element, [head | _]), do: element == head
  def is_element(_element, []), do: false

  @doc """
  Adds an element.

  ## Examples

      iex> :ordsets.add_element(2, [1, 3])
      [1, 2, 3]
  """
  @spec add_element(term, ordset) :: ordset
  def add_element(element, [head | tail]) when element > head,
    do: [head | add_element(element, tail)]

  def add_element(element, [head | _] = set) when element < head, do: [element | set]
  def add_element(_element, [_ | _] = set), do: set
  def add_element(element, []), do: [element]

  @doc """
  Removes an element.

  ## Examples

      iex> :ordsets.del_element(2, [1, 2])
      [1]
  """
  @spec del_element(term, ordset) :: ordset
  def del_element(element, [head | tail]) when element > head,
    do: [head | del_element(element, tail)]

  def del_element(element, [head | _] = set) when element < head, do: set
  def del_element(_element, [_ | tail]), do: tail
  def del_element(_element, []), do: []

  @doc """
  Returns what is in at least one of two sets.

  ## Examples

      iex> :ordsets.union([1], [1, 2])
      [1, 2]
  """
  @spec union(ordset, ordset) :: ordset
  def union([one | rest1], [two | _] = set2) when one < two, do: [one | union(rest1, set2)]
  def union([one | _] = set1, [two | rest2]) when one > two, do: [two | union(set1, rest2)]
  def union([one | rest1], [_ | rest2]), do: [one | union(rest1, rest2)]
  def union(set1, []), do: set1
  def union([], set2), do: set2

  @doc "Returns what is in at least one of the sets of a list."
  @spec union([ordset]) :: ordset
  def union(sets), do: :lists.umerge(sets)

  @doc """
  Returns what is in both sets.

  ## Examples

      iex> :ordsets.intersection([1, 2], [2, 3])
      [2]
  """
  @spec intersection(ordset, ordset) :: ordset
  def intersection([one | rest1], [two | _] = set2) when one < two, do: intersection(rest1, set2)
  def intersection([one | _] = set1, [two | rest2]) when one > two, do: intersection(set1, rest2)
  def intersection([one | rest1], [_ | rest2]), do: [one | intersection(rest1, rest2)]
  def intersection(_set1, []), do: []
  def intersection([], _set2), do: []

  @doc "Returns what is in all sets of a list that is not empty."
  @spec intersection([ordset, ...]) :: ordset
  def intersection([set]), do: set
  def intersection([one, two | rest]), do: intersection([intersection(one, two) | rest])

  @doc """
  Tells whether two sets have no element in common.

  ## Examples

      iex> :ordsets.is_disjoint([1], [2])
      true
  """
  @spec is_disjoint(ordset, ordset) :: boolean
  def is_disjoint([one | rest1], [two | _] = set2) when one < two, do: is_disjoint(rest1, set2)
  def is_disjoint([one | _] = set1, [two | rest2]) when one > two, do: is_disjoint(set1, rest2)
  def is_disjoint([_ | _], [_ | _]), do: false
  def is_disjoint(_set1, []), do: true
  def is_disjoint([], _set2), do: true

  @doc """
  Returns what is in the first set but not in the second.

  ## Examples

      iex> :ordsets.subtract([1, 2], [2, 3])
      [1]
  """
  @spec subtract(ordset, ordset) :: ordset
  def subtract([one | rest1], [two | _] = set2) when one < two, do: [one | subtract(rest1, set2)]
  def subtract([one | _] = set1, [two | rest2]) when one > two, do: subtract(set1, rest2)
  def subtract([_ | rest1], [_ | rest2]), do: subtract(rest1, rest2)
  def subtract(set1, []), do: set1
  def subtract([], _set2), do: []

  @doc """
  Tells whether all elements of the first set are in the second.

  ## Examples

      iex> :ordsets.is_subset([1], [1, 2])
      true
  """
  @spec is_subset(ordset, ordset) :: boolean
  def is_subset([one | _], [two | _]) when one < two, do: false
  def is_subset([one | _] = set1, [two | rest2]) when one > two, do: is_subset(set1, rest2)
  def is_subset([_ | rest1], [_ | rest2]), do: is_subset(rest1, rest2)
  def is_subset([], _set2), do: true
  def is_subset(_set1, []), do: false

  @doc """
  Folds over the elements in order.

  ## Examples

      iex> :ordsets.fold(&+/2, 0, [1, 2])
      3
  """
  @spec fold((term, acc -> acc), acc, ordset) :: acc when acc: term
  def fold(fun, acc, set), do: :lists.foldl(fun, acc, set)

  @doc """
  Keeps the elements for which `fun` returns `true`.

  ## Examples

      iex> :ordsets.filter(&(&1 > 1), [1, 2])
      [2]
  """
  @spec filter((term -> boolean), ordset) :: ordset
  def filter(fun, set), do: :lists.filter(fun, set)
end
