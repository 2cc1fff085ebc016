defmodule :maps do
  @moduledoc """
  Erlang's functions for maps.

  Elixir code rather uses `Map`. The functions here take the function or key first and the map last:

      iex> :maps.map(fn _key, value -> value * 2 end, %{a: 1})
      %{a: 2}

  Where a map is expected, most functions that walk also take an iterator from `:maps.iterator/1`. A function that looks at the
  contents raises `BadMapError` for what is no map.

  What needs no function argument is native; see `NATIVES.md` in this folder.
  """

  # A cursor, pairs that were read ahead, and the map: `[cursor, pairs | map]`.
  @type iterator :: nonempty_list(term) | :none

  @doc """
  Returns an iterator, with which `next/1` goes through a map pair by pair.

  ## Examples

      iex> {:a, 1, iterator} = :maps.next(:maps.iterator(%{a: 1}))
      iex> :maps.next(iterator)
      :none
  """
  @spec iterator(map) :: iterator
  def iterator(map) when is_map(map), do: :jovial_maps.iterator(map)
  def iterator(other), do: :erlang.error({:badmap, other})

  @doc """
  Returns `{key, value, iterator}` for the next pair, or `:none`.

  ## Examples

      iex> :maps.next(:maps.iterator(%{}))
      :none
  """
  @spec next(iterator) :: {term, term, iterator} | :none
  def next([_cursor | _] = iterator), do: :jovial_maps.next(iterator)
  def next(:none), do: :none
  def next(_other), do: :erlang.error(:badarg)

  @doc """
  Keeps the pairs for which `fun` returns `true`.

  ## Examples

      iex> :maps.filter(fn _key, value -> value > 1 end, %{a: 1, b: 2})
      %{b: 2}
  """
  @spec filter((term, term -> boolean), map | iterator) :: map
  def filter(fun, map_or_iterator) when is_function(fun, 2),
    do: :maps.from_list(keep(pairs(map_or_iterator), fun))

  def filter(_fun, _map_or_iterator), do: :erlang.error(:badarg)

  defp keep([{key, value} = pair | rest], fun) do
    case fun.(key, value) do
      true -> [pair | keep(rest, fun)]
      false -> keep(rest, fun)
    end
  end

  defp keep([], _fun), do: []

  @doc """
  Keeps, drops or replaces values, as `fun` returns `true`, `false` or `{true, value}`.

  ## Examples

      iex> :maps.filtermap(fn _key, value -> value > 1 and {true, value * 10} end, %{a: 1, b: 2})
      %{b: 20}
  """
  @spec filtermap((term, term -> boolean | {true, term}), map | iterator) :: map
  def filtermap(fun, map_or_iterator) when is_function(fun, 2),
    do: :maps.from_list(keep_or_map(pairs(map_or_iterator), fun))

  def filtermap(_fun, _map_or_iterator), do: :erlang.error(:badarg)

  defp keep_or_map([{key, value} = pair | rest], fun) do
    case fun.(key, value) do
      true -> [pair | keep_or_map(rest, fun)]
      {true, value} -> [{key, value} | keep_or_map(rest, fun)]
      false -> keep_or_map(rest, fun)
    end
  end

  defp keep_or_map([], _fun), do: []

  @doc """
  Folds over the pairs, in no particular order.

  ## Examples

      iex> :maps.fold(fn _key, value, acc -> value + acc end, 0, %{a: 1, b: 2})
      3
  """
  @spec fold((term, term, acc -> acc), acc, map | iterator) :: acc when acc: term
  def fold(fun, acc, map_or_iterator) when is_function(fun, 3),
    do: fold_pairs(pairs(map_or_iterator), acc, fun)

  def fold(_fun, _acc, _map_or_iterator), do: :erlang.error(:badarg)

  defp fold_pairs([{key, value} | rest], acc, fun),
    do: fold_pairs(rest, fun.(key, value, acc), fun)

  defp fold_pairs([], acc, _fun), do: acc

  @doc """
  Calls `fun` for each pair, and returns `:ok`.

  ## Examples

      iex> :maps.foreach(fn key, value -> send(self(), {key, value}) end, %{a: 1})
      :ok
  """
  @spec foreach((term, term -> term), map | iterator) :: :ok
  def foreach(fun, map_or_iterator) when is_function(fun, 2),
    do: call_each(pairs(map_or_iterator), fun)

  def foreach(_fun, _map_or_iterator), do: :erlang.error(:badarg)

  defp call_each([{key, value} | rest], fun) do
    fun.(key, value)
    call_each(rest, fun)
  end

  defp call_each([], _fun), do: :ok

  @doc """
  Replaces each value by the result of `fun`.

  ## Examples

      iex> :maps.map(fn key, value -> {key, value} end, %{a: 1})
      %{a: {:a, 1}}
  """
  @spec map((term, term -> term), map | iterator) :: map
  def map(fun, map_or_iterator) when is_function(fun, 2),
    do: :maps.from_list(map_pairs(pairs(map_or_iterator), fun))

  def map(_fun, _map_or_iterator), do: :erlang.error(:badarg)

  defp map_pairs([{key, value} | rest], fun), do: [{key, fun.(key, value)} | map_pairs(rest, fun)]
  defp map_pairs([], _fun), do: []

  # The pairs of a map, or those that an iterator has left.
  defp pairs(map) when map_size(map) > 32, do: :jovial_maps.pairs(map)
  defp pairs(map) when is_map(map), do: :maps.to_list(map)
  defp pairs([_cursor | _] = iterator), do: left(:jovial_maps.next(iterator))
  defp pairs(:none), do: []
  defp pairs(other), do: :erlang.error({:badmap, other})

  defp left({key, value, iterator}), do: [{key, value} | left(:jovial_maps.next(iterator))]
  defp left(:none), do: []

  @doc """
  Groups elements by the result of a function.

  ## Examples

      iex> :maps.groups_from_list(&rem(&1, 2), [1, 2, 3])
      %{0 => [2], 1 => [1, 3]}
  """
  @spec groups_from_list((term -> term), list) :: map
  def groups_from_list(key_fun, list) when is_function(key_fun, 1),
    do: group(:lists.reverse(list), key_fun, & &1, %{})

  def groups_from_list(_key_fun, _list), do: :erlang.error(:badarg)

  @doc """
  Groups the results of `value_fun` for the elements by the results of `key_fun`.

  ## Examples

      iex> :maps.groups_from_list(&rem(&1, 2), &(&1 * 10), [1, 2, 3])
      %{0 => [20], 1 => [10, 30]}
  """
  @spec groups_from_list((term -> term), (term -> term), list) :: map
  def groups_from_list(key_fun, value_fun, list)
      when is_function(key_fun, 1) and is_function(value_fun, 1),
      do: group(:lists.reverse(list), key_fun, value_fun, %{})

  def groups_from_list(_key_fun, _value_fun, _list), do: :erlang.error(:badarg)

  defp group([element | rest], key_fun, value_fun, groups) do
    key = key_fun.(element)
    value = value_fun.(element)

    case groups do
      %{^key => values} -> group(rest, key_fun, value_fun, %{groups | key => [value | values]})
      %{} -> group(rest, key_fun, value_fun, :maps.put(key, [value], groups))
    end
  end

  defp group([], _key_fun, _value_fun, groups), do: groups

  @doc """
  Keeps the keys that both maps have, with the values of the second.

  ## Examples

      iex> :maps.intersect(%{a: 1, b: 2}, %{b: 3})
      %{b: 3}
  """
  @spec intersect(map, map) :: map
  def intersect(map1, map2) when is_map(map1) and is_map(map2) do
    if map_size(map1) <= map_size(map2) do
      :maps.from_list(pick(:maps.keys(map1), map2))
    else
      :maps.from_list(common(:maps.to_list(map2), map1, fn _key, value2, _value1 -> value2 end))
    end
  end

  def intersect(map1, map2), do: no_map(map1, map2)

  @doc """
  Keeps the keys that both maps have, with the results of `fun`.

  ## Examples

      iex> :maps.intersect_with(fn _key, v1, v2 -> v1 + v2 end, %{a: 1, b: 2}, %{b: 3})
      %{b: 5}
  """
  @spec intersect_with((term, term, term -> term), map, map) :: map
  def intersect_with(fun, map1, map2)
      when is_function(fun, 3) and is_map(map1) and is_map(map2) do
    # The smaller map is walked through, the larger one searched.
    if map_size(map1) <= map_size(map2),
      do: :maps.from_list(common(:maps.to_list(map1), map2, fun)),
      else: :maps.from_list(common(:maps.to_list(map2), map1, &fun.(&1, &3, &2)))
  end

  def intersect_with(fun, map1, map2) when is_function(fun, 3), do: no_map(map1, map2)
  def intersect_with(_fun, _map1, _map2), do: :erlang.error(:badarg)

  defp common([{key, value} | rest], map, fun) do
    case map do
      %{^key => other} -> [{key, fun.(key, value, other)} | common(rest, map, fun)]
      %{} -> common(rest, map, fun)
    end
  end

  defp common([], _map, _fun), do: []

  @doc """
  Merges two maps, and settles with `fun` what both have.

  ## Examples

      iex> :maps.merge_with(fn _key, v1, v2 -> v1 + v2 end, %{a: 1}, %{a: 2, b: 3})
      %{a: 3, b: 3}
  """
  @spec merge_with((term, term, term -> term), map, map) :: map
  def merge_with(fun, map1, map2) when is_function(fun, 3) and is_map(map1) and is_map(map2) do
    if map_size(map1) > map_size(map2),
      do: settle(:maps.to_list(map2), map1, fun),
      else: settle(:maps.to_list(map1), map2, &fun.(&1, &3, &2))
  end

  def merge_with(fun, map1, map2) when is_function(fun, 3), do: no_map(map1, map2)
  def merge_with(_fun, _map1, _map2), do: :erlang.error(:badarg)

  defp settle([{key, value} | rest], map, fun) do
    case map do
      %{^key => other} -> settle(rest, %{map | key => fun.(key, other, value)}, fun)
      %{} -> settle(rest, :maps.put(key, value, map), fun)
    end
  end

  defp settle([], map, _fun), do: map

  defp no_map(map1, map2) when is_map(map1), do: :erlang.error({:badmap, map2})
  defp no_map(map1, _map2), do: :erlang.error({:badmap, map1})

  @doc """
  Replaces the value of a key by the result of `fun`; raises if the key is missing.

  ## Examples

      iex> :maps.update_with(:a, &(&1 + 1), %{a: 1})
      %{a: 2}
  """
  @spec update_with(term, (term -> term), map) :: map
  def update_with(key, fun, map) when is_function(fun, 1) and is_map(map) do
    case map do
      %{^key => value} -> %{map | key => fun.(value)}
      %{} -> :erlang.error({:badkey, key})
    end
  end

  def update_with(_key, _fun, map) when is_map(map), do: :erlang.error(:badarg)
  def update_with(_key, _fun, map), do: :erlang.error({:badmap, map})

  @doc """
  Replaces the value of a key by the result of `fun`, or puts `init` there.

  ## Examples

      iex> :maps.update_with(:b, &(&1 + 1), 0, %{a: 1})
      %{a: 1, b: 0}
  """
  @spec update_with(term, (term -> term), term, map) :: map
  def update_with(key, fun, init, map) when is_function(fun, 1) and is_map(map) do
    case map do
      %{^key => value} -> %{map | key => fun.(value)}
      %{} -> :maps.put(key, init, map)
    end
  end

  def update_with(_key, _fun, _init, map) when is_map(map), do: :erlang.error(:badarg)
  def update_with(_key, _fun, _init, map), do: :erlang.error({:badmap, map})

  @doc """
  Keeps the keys in the list.

  ## Examples

      iex> :maps.with([:a, :z], %{a: 1, b: 2})
      %{a: 1}
  """
  @spec with([term], map) :: map
  def with(keys, map) when is_list(keys) and is_map(map), do: :maps.from_list(pick(keys, map))
  def with(keys, map) when is_list(keys), do: :erlang.error({:badmap, map})
  def with(_keys, map) when is_map(map), do: :erlang.error(:badarg)
  def with(_keys, map), do: :erlang.error({:badmap, map})

  defp pick([key | rest], map) do
    case map do
      %{^key => value} -> [{key, value} | pick(rest, map)]
      %{} -> pick(rest, map)
    end
  end

  defp pick([], _map), do: []

  @doc """
  Removes the keys in the list.

  ## Examples

      iex> :maps.without([:a, :z], %{a: 1, b: 2})
      %{b: 2}
  """
  @spec without([term], map) :: map
  def without(keys, map) when is_list(keys) and is_map(map), do: remove_all(keys, map)
  def without(keys, map) when is_list(keys), do: :erlang.error({:badmap, map})
  def without(_keys, map) when is_map(map), do: :erlang.error(:badarg)
  def without(_keys, map), do: :erlang.error({:badmap, map})

  defp remove_all([key | rest], map), do: remove_all(rest, :maps.remove(key, map))
  defp remove_all([], map), do: map
end
