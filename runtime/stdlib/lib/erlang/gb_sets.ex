defmodule :gb_sets do
  @moduledoc """
  Sets as balanced trees.

  The elements have an order: the smallest and the largest are found quickly, and an iterator may begin anywhere. They are told apart
  with `==/2`.

      iex> set = :gb_sets.from_list([3, 1, 2, 1])
      iex> {:gb_sets.smallest(set), :gb_sets.size(set)}
      {1, 3}

  `insert/2` and `delete/2` raise when the element is there or not there; `add/2` and `delete_any/2` do not mind.

  The trees are the same as those of `:gb_trees`, where their balance is told.
  """

  # A set is {size, node}, a node nil or {element, smaller, larger}.

  @type set_node :: nil | {term, term, term}
  @type set :: {non_neg_integer, set_node}
  @type set(_element) :: set
  @type iter :: [set_node]

  @doc """
  Returns an empty set.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.empty())
      []
  """
  @spec empty() :: set
  def empty(), do: {0, nil}

  @doc """
  Returns an empty set.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.new())
      []
  """
  @spec new() :: set
  def new(), do: {0, nil}

  @doc """
  Returns a set with one element.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.singleton(1))
      [1]
  """
  @spec singleton(term) :: set
  def singleton(element), do: {1, {element, nil, nil}}

  @doc """
  Tells whether the set is empty.

  ## Examples

      iex> :gb_sets.is_empty(:gb_sets.new())
      true
  """
  @spec is_empty(set) :: boolean
  def is_empty({0, nil}), do: true
  def is_empty(_set), do: false

  @doc """
  Counts the elements, in constant time.

  ## Examples

      iex> :gb_sets.size(:gb_sets.from_list([1, 2]))
      2
  """
  @spec size(set) :: non_neg_integer
  def size({size, _}), do: size

  @doc """
  Tells whether a term looks like such a set.

  ## Examples

      iex> :gb_sets.is_set(:gb_sets.new())
      true
  """
  @spec is_set(term) :: boolean
  def is_set({0, nil}), do: true
  def is_set({size, {_, _, _}}) when is_integer(size) and size >= 0, do: true
  def is_set(_other), do: false

  @doc """
  Tells whether an element is in the set.

  ## Examples

      iex> :gb_sets.is_member(2, :gb_sets.from_list([1, 2]))
      true
  """
  @spec is_member(term, set) :: boolean
  def is_member(element, {_, node}), do: member?(element, node)

  @doc """
  Tells whether an element is in the set.

  ## Examples

      iex> :gb_sets.is_element(3, :gb_sets.from_list([1, 2]))
      false
  """
  @spec is_element(term, set) :: boolean
  def is_element(element, set), do: is_member(element, set)

  defp member?(element, {other, smaller, _}) when element < other, do: member?(element, smaller)
  defp member?(element, {other, _, larger}) when element > other, do: member?(element, larger)
  defp member?(_element, {_, _, _}), do: true
  defp member?(_element, nil), do: false

  ## Changing

  @doc """
  Adds an element that is not there.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.insert(0, :gb_sets.from_list([1])))
      [0, 1]
  """
  @spec insert(term, set) :: set
  def insert(element, {size, node}) when is_integer(size) and size >= 0 do
    size = size + 1
    {size, put(element, node, size * size)}
  end

  # As in :gb_trees, a path that is too long gives {:deep, node, height, size} on the way back.
  defp put(element, nil, 0), do: {:deep, {element, nil, nil}, 1, 1}
  defp put(element, nil, _room), do: {element, nil, nil}

  defp put(element, {other, smaller, larger}, room) when element < other do
    case put(element, smaller, div(room, 2)) do
      {:deep, smaller, height, size} -> check({other, smaller, larger}, height, size, larger)
      smaller -> {other, smaller, larger}
    end
  end

  defp put(element, {other, smaller, larger}, room) when element > other do
    case put(element, larger, div(room, 2)) do
      {:deep, larger, height, size} -> check({other, smaller, larger}, height, size, smaller)
      larger -> {other, smaller, larger}
    end
  end

  defp put(element, {_, _, _}, _room), do: :erlang.error({:key_exists, element})

  defp check(node, height, size, sibling) do
    {sibling_height, sibling_size} = measure(sibling)
    height = Kernel.max(height, sibling_height) * 2
    size = size + sibling_size + 1

    if height > size * size,
      do: build(list(node, []), size),
      else: {:deep, node, height, size}
  end

  defp measure(nil), do: {1, 0}
  defp measure({_, nil, nil}), do: {1, 1}

  defp measure({_, smaller, larger}) do
    {height1, size1} = measure(smaller)
    {height2, size2} = measure(larger)
    {Kernel.max(height1, height2) * 2, size1 + size2 + 1}
  end

  defp build(elements, size) do
    {node, []} = build_part(size, elements)
    node
  end

  defp build_part(0, elements), do: {nil, elements}
  defp build_part(1, [element | elements]), do: {{element, nil, nil}, elements}

  defp build_part(size, elements) do
    on_right = div(size - 1, 2)
    {smaller, [element | elements]} = build_part(size - 1 - on_right, elements)
    {larger, elements} = build_part(on_right, elements)
    {{element, smaller, larger}, elements}
  end

  @doc """
  Adds an element.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.add(1, :gb_sets.from_list([1])))
      [1]
  """
  @spec add(term, set) :: set
  def add(element, set), do: if(is_member(element, set), do: set, else: insert(element, set))

  @doc """
  Adds an element.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.add_element(2, :gb_sets.from_list([1])))
      [1, 2]
  """
  @spec add_element(term, set) :: set
  def add_element(element, set), do: add(element, set)

  @doc """
  Removes an element that is there.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.delete(1, :gb_sets.from_list([1, 2])))
      [2]
  """
  @spec delete(term, set) :: set
  def delete(element, {size, node}), do: {size - 1, remove(element, node)}

  @doc """
  Removes an element, if it is there.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.delete_any(9, :gb_sets.from_list([1, 2])))
      [1, 2]
  """
  @spec delete_any(term, set) :: set
  def delete_any(element, set),
    do: if(is_member(element, set), do: delete(element, set), else: set)

  @doc """
  Removes an element, if it is there.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.del_element(1, :gb_sets.from_list([1, 2])))
      [2]
  """
  @spec del_element(term, set) :: set
  def del_element(element, set), do: delete_any(element, set)

  defp remove(element, {other, smaller, larger}) when element < other,
    do: {other, remove(element, smaller), larger}

  defp remove(element, {other, smaller, larger}) when element > other,
    do: {other, smaller, remove(element, larger)}

  defp remove(_element, {_, smaller, nil}), do: smaller
  defp remove(_element, {_, nil, larger}), do: larger

  defp remove(_element, {_, smaller, larger}) do
    {next, larger} = remove_first(larger)
    {next, smaller, larger}
  end

  defp remove_first({element, nil, larger}), do: {element, larger}

  defp remove_first({element, smaller, larger}) do
    {first, smaller} = remove_first(smaller)
    {first, {element, smaller, larger}}
  end

  @doc """
  Builds the tree anew, as flat as can be.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.balance(:gb_sets.from_list([1, 2])))
      [1, 2]
  """
  @spec balance(set) :: set
  def balance({size, node}), do: {size, build(list(node, []), size)}

  ## The ends

  @doc """
  Removes the smallest element, and returns it with the rest.

  ## Examples

      iex> elem(:gb_sets.take_smallest(:gb_sets.from_list([2, 1])), 0)
      1
  """
  @spec take_smallest(set) :: {term, set}
  def take_smallest({size, node}) do
    {element, node} = remove_first(node)
    {element, {size - 1, node}}
  end

  @doc """
  Removes the largest element, and returns it with the rest.

  ## Examples

      iex> elem(:gb_sets.take_largest(:gb_sets.from_list([2, 1])), 0)
      2
  """
  @spec take_largest(set) :: {term, set}
  def take_largest({size, node}) do
    {element, node} = remove_last(node)
    {element, {size - 1, node}}
  end

  defp remove_last({element, smaller, nil}), do: {element, smaller}

  defp remove_last({element, smaller, larger}) do
    {last, larger} = remove_last(larger)
    {last, {element, smaller, larger}}
  end

  @doc """
  Returns the smallest element.

  ## Examples

      iex> :gb_sets.smallest(:gb_sets.from_list([2, 1]))
      1
  """
  @spec smallest(set) :: term
  def smallest({_, node}), do: first(node)

  defp first({element, nil, _}), do: element
  defp first({_, smaller, _}), do: first(smaller)

  @doc """
  Returns the largest element.

  ## Examples

      iex> :gb_sets.largest(:gb_sets.from_list([2, 1]))
      2
  """
  @spec largest(set) :: term
  def largest({_, node}), do: last(node)

  defp last({element, _, nil}), do: element
  defp last({_, _, larger}), do: last(larger)

  ## Lists and iterators

  @doc """
  Returns the elements in order.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.from_list([2, 1, 2]))
      [1, 2]
  """
  @spec to_list(set) :: list
  def to_list({_, node}), do: list(node, [])

  defp list(nil, acc), do: acc
  defp list({element, smaller, larger}, acc), do: list(smaller, [element | list(larger, acc)])

  @doc """
  Builds a set of a list.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.from_list([3, 1]))
      [1, 3]
  """
  @spec from_list(list) :: set
  def from_list(list), do: from_ordset(:lists.usort(list))

  @doc """
  Builds a set of a sorted list without repetitions.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.from_ordset([1, 3]))
      [1, 3]
  """
  @spec from_ordset(list) :: set
  def from_ordset(elements) do
    size = length(elements)
    {size, build(elements, size)}
  end

  @doc "Returns an iterator over all elements."
  @spec iterator(set) :: iter
  def iterator({_, node}), do: leftmost(node, [])

  defp leftmost(nil, path), do: path
  defp leftmost({_, nil, _} = node, path), do: [node | path]
  defp leftmost({_, smaller, _} = node, path), do: leftmost(smaller, [node | path])

  @doc """
  Returns an iterator over the elements from one on.

  ## Examples

      iex> elem(:gb_sets.next(:gb_sets.iterator_from(2, :gb_sets.from_list([1, 3]))), 0)
      3
  """
  @spec iterator_from(term, set) :: iter
  def iterator_from(start, {_, node}), do: from(start, node, [])

  defp from(start, {element, _, larger}, path) when element < start, do: from(start, larger, path)
  defp from(start, {element, _, _} = node, path) when element == start, do: [node | path]
  defp from(start, {_, smaller, _} = node, path), do: from(start, smaller, [node | path])
  defp from(_start, nil, path), do: path

  @doc """
  Returns `{element, iterator}` for the next element, or `:none`.

  ## Examples

      iex> :gb_sets.next(:gb_sets.iterator(:gb_sets.new()))
      :none
  """
  @spec next(iter) :: :none | {term, iter}
  def next([{element, _, larger} | path]), do: {element, leftmost(larger, path)}
  def next([]), do: :none

  @doc """
  Folds over the elements in order.

  ## Examples

      iex> :gb_sets.fold(&+/2, 0, :gb_sets.from_list([1, 2]))
      3
  """
  @spec fold((term, acc -> acc), acc, set) :: acc when acc: term
  def fold(fun, acc, {_, node}) when is_function(fun, 2), do: fold_node(node, acc, fun)

  defp fold_node(nil, acc, _fun), do: acc

  defp fold_node({element, smaller, larger}, acc, fun),
    do: fold_node(larger, fun.(element, fold_node(smaller, acc, fun)), fun)

  @doc """
  Keeps the elements for which `fun` returns `true`.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.filter(&(&1 > 1), :gb_sets.from_list([1, 2])))
      [2]
  """
  @spec filter((term -> boolean), set) :: set
  def filter(fun, set), do: from_ordset(:lists.filter(fun, to_list(set)))

  ## Several sets

  @doc """
  Returns what is in at least one of two sets.

  ## Examples

      iex> set = :gb_sets.union(:gb_sets.from_list([1, 2]), :gb_sets.from_list([2, 3]))
      iex> :gb_sets.to_list(set)
      [1, 2, 3]
  """
  @spec union(set, set) :: set
  def union({size1, _} = set1, {size2, _} = set2) when size2 < size1, do: unite(set2, set1)
  def union(set1, set2), do: unite(set1, set2)

  # A small set is added element by element; otherwise two sorted lists are merged.
  defp unite({size1, _} = small, {size2, _} = large) do
    if size1 < 10 or size2 > few(size1),
      do: :lists.foldl(&add/2, large, to_list(small)),
      else: from_ordset(:ordsets.union(to_list(small), to_list(large)))
  end

  # The size from which on a set is worth more than walking through it for each of `size` searches.
  defp few(size), do: trunc(1.46 * size * :math.log(size + 1))

  @doc "Returns what is in at least one of the sets of a list."
  @spec union([set]) :: set
  def union([set | sets]), do: :lists.foldl(&union(&2, &1), set, sets)
  def union([]), do: empty()

  @doc """
  Returns what is in both sets.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.intersection(:gb_sets.from_list([1, 2]), :gb_sets.from_list([2, 3])))
      [2]
  """
  @spec intersection(set, set) :: set
  def intersection({size1, _} = set1, {size2, _} = set2) when size2 < size1,
    do: common(set2, set1)

  def intersection(set1, set2), do: common(set1, set2)

  defp common(small, {_, large}),
    do: from_ordset(:lists.filter(&member?(&1, large), to_list(small)))

  @doc "Returns what is in all sets of a list that is not empty."
  @spec intersection([set, ...]) :: set
  def intersection([set | sets]), do: :lists.foldl(&intersection(&2, &1), set, sets)

  @doc """
  Returns what is in the first set but not in the second.

  ## Examples

      iex> :gb_sets.to_list(:gb_sets.subtract(:gb_sets.from_list([1, 2]), :gb_sets.from_list([2, 3])))
      [1]
  """
  @spec subtract(set, set) :: set
  def subtract(set1, {_, node2}),
    do: from_ordset(:lists.filter(&(not member?(&1, node2)), to_list(set1)))

  @doc "Returns what is in the first set but not in the second."
  @spec difference(set, set) :: set
  def difference(set1, set2), do: subtract(set1, set2)

  @doc """
  Tells whether two sets have no element in common.

  ## Examples

      iex> :gb_sets.is_disjoint(:gb_sets.from_list([1]), :gb_sets.from_list([2]))
      true
  """
  @spec is_disjoint(set, set) :: boolean
  def is_disjoint({size1, _} = set1, {size2, _} = set2) when size2 < size1,
    do: apart?(to_list(set2), set1)

  def is_disjoint(set1, set2), do: apart?(to_list(set1), set2)

  defp apart?(elements, {_, node}), do: not :lists.any(&member?(&1, node), elements)

  @doc """
  Tells whether all elements of the first set are in the second.

  ## Examples

      iex> :gb_sets.is_subset(:gb_sets.from_list([1]), :gb_sets.from_list([1, 2]))
      true
  """
  @spec is_subset(set, set) :: boolean
  def is_subset({size1, _} = set1, {size2, node2}),
    do: size1 <= size2 and :lists.all(&member?(&1, node2), to_list(set1))
end
