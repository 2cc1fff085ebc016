defmodule :gb_trees do
  @moduledoc """
  Dictionaries as balanced trees, sorted by key.

  Compared with maps, the pairs have an order: the smallest and the largest key are found quickly, and an iterator may begin anywhere. Keys
  are told apart with `==/2`.

      iex> tree = :gb_trees.insert(:b, 2, :gb_trees.insert(:a, 1, :gb_trees.empty()))
      iex> :gb_trees.smallest(tree)
      {:a, 1}

  The functions differ in what they expect of a key: `insert/3` and `update/3` raise when it is there or not there, `enter/3` takes either;
  `delete/2` and `take/2` raise when it is not there, `delete_any/2` and `take_any/2` do not.

  The trees are those of Arne Andersson, "General Balanced Trees" (1999): nodes hold no balance. A tree may be higher than a perfect one
  by a constant factor; where an insertion goes too deep, the lowest subtree that is too high for its size is built anew.
  """

  # A tree is {size, node}, a node nil or {key, value, smaller, larger}.

  @type tree_node :: nil | {term, term, term, term}
  @type tree :: {non_neg_integer, tree_node}
  @type tree(_key, _value) :: tree
  @type iter :: [tree_node]

  @doc """
  Returns an empty tree.

  ## Examples

      iex> :gb_trees.empty()
      {0, nil}
  """
  @spec empty() :: tree
  def empty(), do: {0, nil}

  @doc """
  Tells whether the tree is empty.

  ## Examples

      iex> :gb_trees.is_empty(:gb_trees.empty())
      true
  """
  @spec is_empty(tree) :: boolean
  def is_empty({0, nil}), do: true
  def is_empty(_tree), do: false

  @doc """
  Counts the keys, in constant time.

  ## Examples

      iex> :gb_trees.size(:gb_trees.from_orddict(a: 1, b: 2))
      2
  """
  @spec size(tree) :: non_neg_integer
  def size({size, _}) when is_integer(size) and size >= 0, do: size

  ## Reading

  @doc """
  Returns `{:value, value}` for a key, or `:none`.

  ## Examples

      iex> :gb_trees.lookup(:a, :gb_trees.from_orddict([a: 1]))
      {:value, 1}
  """
  @spec lookup(term, tree) :: :none | {:value, term}
  def lookup(key, {_, node}), do: find(key, node)

  defp find(key, {key1, _, smaller, _}) when key < key1, do: find(key, smaller)
  defp find(key, {key1, _, _, larger}) when key > key1, do: find(key, larger)
  defp find(_key, {_, value, _, _}), do: {:value, value}
  defp find(_key, nil), do: :none

  @doc """
  Tells whether there is a key.

  ## Examples

      iex> :gb_trees.is_defined(:z, :gb_trees.from_orddict(a: 1))
      false
  """
  @spec is_defined(term, tree) :: boolean
  def is_defined(key, {_, node}), do: find(key, node) !== :none

  @doc """
  Returns the value of a key that is there.

  ## Examples

      iex> :gb_trees.get(:a, :gb_trees.from_orddict(a: 1))
      1
  """
  @spec get(term, tree) :: term
  def get(key, {_, node}), do: fetch(key, node)

  defp fetch(key, {key1, _, smaller, _}) when key < key1, do: fetch(key, smaller)
  defp fetch(key, {key1, _, _, larger}) when key > key1, do: fetch(key, larger)
  defp fetch(_key, {_, value, _, _}), do: value

  ## Writing

  @doc """
  Replaces the value of a key that is there.

  ## Examples

      iex> :gb_trees.to_list(:gb_trees.update(:a, 9, :gb_trees.from_orddict(a: 1)))
      [a: 9]
  """
  @spec update(term, term, tree) :: tree
  def update(key, value, {size, node}), do: {size, replace(key, value, node)}

  defp replace(key, value, {key1, value1, smaller, larger}) when key < key1,
    do: {key1, value1, replace(key, value, smaller), larger}

  defp replace(key, value, {key1, value1, smaller, larger}) when key > key1,
    do: {key1, value1, smaller, replace(key, value, larger)}

  defp replace(key, value, {_, _, smaller, larger}), do: {key, value, smaller, larger}

  @doc """
  Puts a value under a key that is not there.

  ## Examples

      iex> :gb_trees.to_list(:gb_trees.insert(:a, 1, :gb_trees.empty()))
      [a: 1]
  """
  @spec insert(term, term, tree) :: tree
  def insert(key, value, {size, node}) when is_integer(size) do
    size = size + 1
    {size, add(key, value, node, size * size)}
  end

  # `room` is halved at each level; when it is used up the path is too long, and the way back looks for the node to rebuild. There the
  # result is {:deep, node, height, size}, the height as a power of two. A node is too high when that exceeds its size squared.
  defp add(key, value, nil, 0), do: {:deep, {key, value, nil, nil}, 1, 1}
  defp add(key, value, nil, _room), do: {key, value, nil, nil}

  defp add(key, value, {key1, value1, smaller, larger}, room) when key < key1 do
    case add(key, value, smaller, div(room, 2)) do
      {:deep, smaller, height, size} ->
        check({key1, value1, smaller, larger}, height, size, larger)

      smaller ->
        {key1, value1, smaller, larger}
    end
  end

  defp add(key, value, {key1, value1, smaller, larger}, room) when key > key1 do
    case add(key, value, larger, div(room, 2)) do
      {:deep, larger, height, size} ->
        check({key1, value1, smaller, larger}, height, size, smaller)

      larger ->
        {key1, value1, smaller, larger}
    end
  end

  defp add(key, _value, {_, _, _, _}, _room), do: :erlang.error({:key_exists, key})

  defp check(node, height, size, sibling) do
    {sibling_height, sibling_size} = measure(sibling)
    height = Kernel.max(height, sibling_height) * 2
    size = size + sibling_size + 1

    if height > size * size, do: rebuild(node, size), else: {:deep, node, height, size}
  end

  defp measure(nil), do: {1, 0}
  defp measure({_, _, nil, nil}), do: {1, 1}

  defp measure({_, _, smaller, larger}) do
    {height1, size1} = measure(smaller)
    {height2, size2} = measure(larger)
    {Kernel.max(height1, height2) * 2, size1 + size2 + 1}
  end

  defp rebuild(node, size), do: build(list(node, []), size)

  # A perfect tree of a sorted list with `size` pairs; the smaller side gets the odd one.
  defp build(pairs, size) do
    {node, []} = build_part(size, pairs)
    node
  end

  defp build_part(0, pairs), do: {nil, pairs}
  defp build_part(1, [{key, value} | pairs]), do: {{key, value, nil, nil}, pairs}

  defp build_part(size, pairs) do
    on_right = div(size - 1, 2)
    {smaller, [{key, value} | pairs]} = build_part(size - 1 - on_right, pairs)
    {larger, pairs} = build_part(on_right, pairs)
    {{key, value, smaller, larger}, pairs}
  end

  @doc """
  Puts a value under a key, whether it is there or not.

  ## Examples

      iex> :gb_trees.to_list(:gb_trees.enter(:a, 9, :gb_trees.from_orddict(a: 1)))
      [a: 9]
  """
  @spec enter(term, term, tree) :: tree
  def enter(key, value, tree) do
    if is_defined(key, tree), do: update(key, value, tree), else: insert(key, value, tree)
  end

  @doc """
  Builds the tree anew, as flat as can be.

  ## Examples

      iex> :gb_trees.to_list(:gb_trees.balance(:gb_trees.from_orddict(a: 1)))
      [a: 1]
  """
  @spec balance(tree) :: tree
  def balance({size, node}), do: {size, rebuild(node, size)}

  @doc """
  Builds a tree of pairs that are sorted by key, without repetitions.

  ## Examples

      iex> :gb_trees.keys(:gb_trees.from_orddict([a: 1, b: 2]))
      [:a, :b]
  """
  @spec from_orddict([{term, term}]) :: tree
  def from_orddict(pairs) do
    size = length(pairs)
    {size, build(pairs, size)}
  end

  ## Removing

  @doc """
  Removes a key, if it is there.

  ## Examples

      iex> :gb_trees.to_list(:gb_trees.delete_any(:z, :gb_trees.from_orddict(a: 1)))
      [a: 1]
  """
  @spec delete_any(term, tree) :: tree
  def delete_any(key, tree) do
    if is_defined(key, tree), do: delete(key, tree), else: tree
  end

  @doc """
  Removes a key that is there.

  ## Examples

      iex> :gb_trees.to_list(:gb_trees.delete(:a, :gb_trees.from_orddict(a: 1, b: 2)))
      [b: 2]
  """
  @spec delete(term, tree) :: tree
  def delete(key, {size, node}) when is_integer(size) and size >= 0,
    do: {size - 1, elem(remove(key, node), 1)}

  @doc """
  Removes a key that may be there, and returns `{value, rest}` or `:error`.

  ## Examples

      iex> :gb_trees.take_any(:z, :gb_trees.from_orddict(a: 1))
      :error
  """
  @spec take_any(term, tree) :: {term, tree} | :error
  def take_any(key, tree) do
    if is_defined(key, tree), do: take(key, tree), else: :error
  end

  @doc """
  Removes a key that is there, and returns `{value, rest}`.

  ## Examples

      iex> elem(:gb_trees.take(:a, :gb_trees.from_orddict(a: 1)), 0)
      1
  """
  @spec take(term, tree) :: {term, tree}
  def take(key, {size, node}) when is_integer(size) and size >= 0 do
    {value, node} = remove(key, node)
    {value, {size - 1, node}}
  end

  defp remove(key, {key1, value1, smaller, larger}) when key < key1 do
    {value, smaller} = remove(key, smaller)
    {value, {key1, value1, smaller, larger}}
  end

  defp remove(key, {key1, value1, smaller, larger}) when key > key1 do
    {value, larger} = remove(key, larger)
    {value, {key1, value1, smaller, larger}}
  end

  defp remove(_key, {_, value, smaller, nil}), do: {value, smaller}
  defp remove(_key, {_, value, nil, larger}), do: {value, larger}

  # The next larger pair moves up.
  defp remove(_key, {_, value, smaller, larger}) do
    {next_key, next_value, larger} = remove_first(larger)
    {value, {next_key, next_value, smaller, larger}}
  end

  defp remove_first({key, value, nil, larger}), do: {key, value, larger}

  defp remove_first({key, value, smaller, larger}) do
    {first_key, first_value, smaller} = remove_first(smaller)
    {first_key, first_value, {key, value, smaller, larger}}
  end

  ## The ends

  @doc """
  Removes the smallest key, and returns `{key, value, rest}`.

  ## Examples

      iex> :gb_trees.take_smallest(:gb_trees.from_orddict(a: 1))
      {:a, 1, {0, nil}}
  """
  @spec take_smallest(tree) :: {term, term, tree}
  def take_smallest({size, node}) when is_integer(size) and size >= 0 do
    {key, value, node} = remove_first(node)
    {key, value, {size - 1, node}}
  end

  @doc """
  Removes the largest key, and returns `{key, value, rest}`.

  ## Examples

      iex> :gb_trees.take_largest(:gb_trees.from_orddict(a: 1))
      {:a, 1, {0, nil}}
  """
  @spec take_largest(tree) :: {term, term, tree}
  def take_largest({size, node}) when is_integer(size) and size >= 0 do
    {key, value, node} = remove_last(node)
    {key, value, {size - 1, node}}
  end

  defp remove_last({key, value, smaller, nil}), do: {key, value, smaller}

  defp remove_last({key, value, smaller, larger}) do
    {last_key, last_value, larger} = remove_last(larger)
    {last_key, last_value, {key, value, smaller, larger}}
  end

  @doc """
  Returns the pair with the smallest key.

  ## Examples

      iex> :gb_trees.smallest(:gb_trees.from_orddict(a: 1, b: 2))
      {:a, 1}
  """
  @spec smallest(tree) :: {term, term}
  def smallest({_, node}), do: first_pair(node)

  defp first_pair({key, value, nil, _}), do: {key, value}
  defp first_pair({_, _, smaller, _}), do: first_pair(smaller)

  @doc """
  Returns the pair with the largest key.

  ## Examples

      iex> :gb_trees.largest(:gb_trees.from_orddict(a: 1, b: 2))
      {:b, 2}
  """
  @spec largest(tree) :: {term, term}
  def largest({_, node}), do: last_pair(node)

  defp last_pair({key, value, _, nil}), do: {key, value}
  defp last_pair({_, _, _, larger}), do: last_pair(larger)

  ## All of it

  @doc """
  Returns the pairs in the order of their keys.

  ## Examples

      iex> :gb_trees.to_list(:gb_trees.from_orddict(a: 1, b: 2))
      [a: 1, b: 2]
  """
  @spec to_list(tree) :: [{term, term}]
  def to_list({_, node}), do: list(node, [])

  defp list(nil, acc), do: acc

  defp list({key, value, smaller, larger}, acc),
    do: list(smaller, [{key, value} | list(larger, acc)])

  @doc """
  Returns the keys in order.

  ## Examples

      iex> :gb_trees.keys(:gb_trees.from_orddict(a: 1, b: 2))
      [:a, :b]
  """
  @spec keys(tree) :: list
  def keys({_, node}), do: keys(node, [])

  defp keys(nil, acc), do: acc
  defp keys({key, _, smaller, larger}, acc), do: keys(smaller, [key | keys(larger, acc)])

  @doc """
  Returns the values in the order of their keys.

  ## Examples

      iex> :gb_trees.values(:gb_trees.from_orddict(a: 1, b: 2))
      [1, 2]
  """
  @spec values(tree) :: list
  def values({_, node}), do: values(node, [])

  defp values(nil, acc), do: acc

  defp values({_, value, smaller, larger}, acc),
    do: values(smaller, [value | values(larger, acc)])

  @doc """
  Replaces each value by the result of `fun`.

  ## Examples

      iex> :gb_trees.to_list(:gb_trees.map(fn _key, value -> -value end, :gb_trees.from_orddict(a: 1)))
      [a: -1]
  """
  @spec map((term, term -> term), tree) :: tree
  def map(fun, {size, node}) when is_function(fun, 2), do: {size, map_node(node, fun)}

  defp map_node(nil, _fun), do: nil

  defp map_node({key, value, smaller, larger}, fun),
    do: {key, fun.(key, value), map_node(smaller, fun), map_node(larger, fun)}

  @doc """
  Returns an iterator over all pairs.

  ## Examples

      iex> {:a, 1, iterator} = :gb_trees.next(:gb_trees.iterator(:gb_trees.from_orddict([a: 1])))
      iex> :gb_trees.next(iterator)
      :none
  """
  @spec iterator(tree) :: iter
  def iterator({_, node}), do: leftmost(node, [])

  # An iterator is the path to the next pair: the nodes whose own pair and larger side are still to come.
  defp leftmost(nil, path), do: path
  defp leftmost({_, _, nil, _} = node, path), do: [node | path]
  defp leftmost({_, _, smaller, _} = node, path), do: leftmost(smaller, [node | path])

  @doc """
  Returns an iterator over the pairs from a key on.

  ## Examples

      iex> elem(:gb_trees.next(:gb_trees.iterator_from(:b, :gb_trees.from_orddict(a: 1, c: 3))), 0)
      :c
  """
  @spec iterator_from(term, tree) :: iter
  def iterator_from(start, {_, node}), do: from(start, node, [])

  defp from(start, {key, _, _, larger}, path) when key < start, do: from(start, larger, path)
  defp from(start, {key, _, _, _} = node, path) when key == start, do: [node | path]
  defp from(start, {_, _, smaller, _} = node, path), do: from(start, smaller, [node | path])
  defp from(_start, nil, path), do: path

  @doc """
  Returns `{key, value, iterator}` for the next pair, or `:none`.

  ## Examples

      iex> :gb_trees.next(:gb_trees.iterator(:gb_trees.empty()))
      :none
  """
  @spec next(iter) :: :none | {term, term, iter}
  def next([{key, value, _, larger} | path]), do: {key, value, leftmost(larger, path)}
  def next([]), do: :none
end
