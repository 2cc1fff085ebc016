defmodule Keyword do
  @moduledoc """
  Lists of pairs with atoms as keys, as they are used for options.

  A keyword list is a list of two-element tuples whose first element is an atom. There is a short way to write it:

      iex> [{:width, 80}, {:pretty, true}] == [width: 80, pretty: true]
      true

  Compared with a map, the pairs have an order and a key may occur more than once. Most functions here treat such a list as if the first
  pair with a key were the only one, and functions that write remove the other pairs with that key. `get_values/2`,
  `delete_first/2` and `pop_values/2` are for those who do want several.

  Reading a key walks the list, so keyword lists should be short. They are made for options, and as such they may be the last
  argument of a call without brackets:

      iex> Keyword.get([limit: 5, order: :asc], :limit)
      5

  The `Access` syntax works as well:

      iex> options = [limit: 5]
      iex> {options[:limit], options[:other]}
      {5, nil}
  """

  @type key :: atom
  @type value :: any
  @type default :: any

  @type t :: [{key, value}]
  @typedoc "A keyword list whose values are of type `value`."
  @type t(value) :: [{key, value}]

  @doc """
  Tells whether a value is a keyword list.

  ## Examples

      iex> Keyword.keyword?(a: 1)
      true
      iex> Keyword.keyword?([{"a", 1}])
      false
      iex> Keyword.keyword?([])
      true
  """
  @spec keyword?(term) :: boolean
  def keyword?(term)
  def keyword?([{key, _value} | rest]) when is_atom(key), do: keyword?(rest)
  def keyword?([]), do: true
  def keyword?(_other), do: false

  @doc """
  Returns an empty keyword list.

  ## Examples

      iex> Keyword.new()
      []
  """
  @spec new() :: []
  def new, do: []

  @doc """
  Builds a keyword list from an enumerable of pairs.

  Of several pairs with the same key the last stays.

  ## Examples

      iex> Keyword.new(a: 1, b: 2, a: 3)
      [b: 2, a: 3]
  """
  @spec new(Enumerable.t()) :: t
  def new(pairs), do: new(pairs, fn pair -> pair end)

  @doc """
  Builds a keyword list from the pairs that `transform` makes of the elements.

  ## Examples

      iex> Keyword.new([:a, :b], fn key -> {key, true} end)
      [a: true, b: true]
  """
  @spec new(Enumerable.t(), (term -> {key, value})) :: t
  def new(pairs, transform) when is_function(transform, 1) do
    pairs
    |> Enum.reduce([], fn element, acc -> push_new(transform.(element), acc) end)
    |> :lists.reverse()
  end

  defp push_new({key, value}, acc) when is_atom(key), do: [{key, value} | without(acc, key)]

  @doc """
  Builds a keyword list in which all the keys have the same value.

  ## Examples

      iex> Keyword.from_keys([:a, :b], 0)
      [a: 0, b: 0]
  """
  @spec from_keys([key], value) :: t(value)
  def from_keys(keys, value) when is_list(keys),
    do: :lists.map(fn key -> {key, value} end, keys)

  ## Reading

  @doc """
  Returns the first value of `key`, or `default`.

  ## Examples

      iex> Keyword.get([a: 1, a: 2], :a)
      1
      iex> Keyword.get([a: 1], :b, :none)
      :none
  """
  @spec get(t, key, default) :: value | default
  def get(keywords, key, default \\ nil) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> value
      false -> default
    end
  end

  @doc """
  Returns the first value of `key`, or the result of `fun` if there is none.

  ## Examples

      iex> Keyword.get_lazy([a: 1], :b, fn -> 1 + 1 end)
      2
  """
  @spec get_lazy(t, key, (-> value)) :: value
  def get_lazy(keywords, key, fun)
      when is_list(keywords) and is_atom(key) and is_function(fun, 0) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> value
      false -> fun.()
    end
  end

  @doc """
  Returns `{:ok, value}` for the first pair with `key`, or `:error`.

  ## Examples

      iex> Keyword.fetch([a: 1], :a)
      {:ok, 1}
      iex> Keyword.fetch([a: 1], :b)
      :error
  """
  @spec fetch(t, key) :: {:ok, value} | :error
  def fetch(keywords, key) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {:ok, value}
      false -> :error
    end
  end

  @doc """
  Returns the first value of `key`, and raises `KeyError` if there is none.

  ## Examples

      iex> Keyword.fetch!([a: 1], :a)
      1
      iex> Keyword.fetch!([a: 1], :b)
      ** (KeyError) key :b not found in: [a: 1]
  """
  @spec fetch!(t, key) :: value
  def fetch!(keywords, key) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> value
      false -> raise KeyError, key: key, term: keywords
    end
  end

  @doc """
  Returns all values of `key`.

  ## Examples

      iex> Keyword.get_values([a: 1, b: 2, a: 3], :a)
      [1, 3]
  """
  @spec get_values(t, key) :: [value]
  def get_values(keywords, key) when is_list(keywords) and is_atom(key),
    do: values_of(keywords, key)

  defp values_of([{key, value} | rest], key), do: [value | values_of(rest, key)]
  defp values_of([{_, _} | rest], key), do: values_of(rest, key)
  defp values_of([], _key), do: []

  @doc """
  Returns all keys, repeated ones included.

  ## Examples

      iex> Keyword.keys(a: 1, b: 2, a: 3)
      [:a, :b, :a]
  """
  @spec keys(t) :: [key]
  def keys(keywords) when is_list(keywords), do: keys_of(keywords)

  defp keys_of([{key, _value} | rest]) when is_atom(key), do: [key | keys_of(rest)]
  defp keys_of([]), do: []

  defp keys_of([other | _]) do
    raise ArgumentError,
          "expected a keyword list, but an entry in the list is not a two-element tuple " <>
            "with an atom as its first element, got: #{inspect(other)}"
  end

  @doc """
  Returns all values.

  ## Examples

      iex> Keyword.values(a: 1, b: 2, a: 3)
      [1, 2, 3]
  """
  @spec values(t) :: [value]
  def values(keywords) when is_list(keywords), do: all_values(keywords)

  defp all_values([{_key, value} | rest]), do: [value | all_values(rest)]
  defp all_values([]), do: []

  defp all_values([other | _]) do
    raise ArgumentError,
          "expected a keyword list, but an entry in the list is not a two-element tuple " <>
            "with an atom as its first element, got: #{inspect(other)}"
  end

  @doc """
  Tells whether there is a pair with `key`.

  ## Examples

      iex> Keyword.has_key?([a: nil], :a)
      true
  """
  @spec has_key?(t, key) :: boolean
  def has_key?(keywords, key) when is_list(keywords) and is_atom(key),
    do: :lists.keymember(key, 1, keywords)

  @doc """
  Tells whether both lists hold the same pairs, in whatever order.

  ## Examples

      iex> Keyword.equal?([a: 1, b: 2], [b: 2, a: 1])
      true
      iex> Keyword.equal?([a: 1], [a: 1, a: 1])
      false
  """
  @spec equal?(t, t) :: boolean
  def equal?(left, right) when is_list(left) and is_list(right),
    do: :lists.sort(left) === :lists.sort(right)

  @doc """
  Returns the list itself.

  ## Examples

      iex> Keyword.to_list(a: 1)
      [a: 1]
  """
  @spec to_list(t) :: t
  def to_list(keywords) when is_list(keywords), do: keywords

  @doc false
  @deprecated "Use Kernel.length/1 instead"
  def size(keywords), do: length(keywords)

  ## Writing

  @doc """
  Puts a pair in front, and removes all others with that key.

  ## Examples

      iex> Keyword.put([a: 1, b: 2], :a, 3)
      [a: 3, b: 2]
      iex> Keyword.put([b: 2], :a, 3)
      [a: 3, b: 2]
  """
  @spec put(t, key, value) :: t
  def put(keywords, key, value) when is_list(keywords) and is_atom(key),
    do: [{key, value} | without(keywords, key)]

  @doc """
  Puts a pair in front, unless there is one with that key.

  ## Examples

      iex> Keyword.put_new([a: 1], :b, 2)
      [b: 2, a: 1]
      iex> Keyword.put_new([a: 1], :a, 2)
      [a: 1]
  """
  @spec put_new(t, key, value) :: t
  def put_new(keywords, key, value) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, _} -> keywords
      false -> [{key, value} | keywords]
    end
  end

  @doc """
  Puts a pair with the result of `fun` in front, unless there is one with that key.

  ## Examples

      iex> Keyword.put_new_lazy([a: 1], :b, fn -> 2 end)
      [b: 2, a: 1]
  """
  @spec put_new_lazy(t, key, (-> value)) :: t
  def put_new_lazy(keywords, key, fun)
      when is_list(keywords) and is_atom(key) and is_function(fun, 0) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, _} -> keywords
      false -> [{key, fun.()} | keywords]
    end
  end

  @doc """
  Replaces the value of the first pair with `key` in its place, and removes the others with that key.

  Without such a pair nothing changes.

  ## Examples

      iex> Keyword.replace([b: 2, a: 1, a: 0], :a, 9)
      [b: 2, a: 9]
      iex> Keyword.replace([a: 1], :z, 9)
      [a: 1]
  """
  @spec replace(t, key, value) :: t
  def replace(keywords, key, value) when is_list(keywords) and is_atom(key) do
    case rewrite(keywords, key, fn _ -> value end) do
      :none -> keywords
      keywords -> keywords
    end
  end

  @doc """
  Replaces the value of `key` as `replace/3` does, and raises `KeyError` if there is none.

  ## Examples

      iex> Keyword.replace!([a: 1], :a, 9)
      [a: 9]
      iex> Keyword.replace!([a: 1], :z, 9)
      ** (KeyError) key :z not found in: [a: 1]
  """
  @spec replace!(t, key, value) :: t
  def replace!(keywords, key, value) when is_list(keywords) and is_atom(key),
    do: update!(keywords, key, fn _ -> value end)

  @doc """
  Replaces the value of `key` by the result of `fun`, if there is one.

  ## Examples

      iex> Keyword.replace_lazy([a: 1], :a, &(&1 + 1))
      [a: 2]
      iex> Keyword.replace_lazy([a: 1], :b, &(&1 + 1))
      [a: 1]
  """
  @spec replace_lazy(t, key, (existing_value :: value -> new_value :: value)) :: t
  def replace_lazy(keywords, key, fun)
      when is_list(keywords) and is_atom(key) and is_function(fun, 1) do
    case rewrite(keywords, key, fun) do
      :none -> keywords
      keywords -> keywords
    end
  end

  @doc """
  Updates the value of `key` with `fun`, or appends the pair with `default`.

  Other pairs with that key are removed.

  ## Examples

      iex> Keyword.update([a: 1, b: 2, a: 3], :a, 0, &(&1 * 10))
      [a: 10, b: 2]
      iex> Keyword.update([a: 1], :b, 0, &(&1 * 10))
      [a: 1, b: 0]
  """
  @spec update(t, key, default :: value, (existing_value :: value -> new_value :: value)) :: t
  def update(keywords, key, default, fun)
      when is_list(keywords) and is_atom(key) and is_function(fun, 1) do
    case rewrite(keywords, key, fun) do
      :none -> keywords ++ [{key, default}]
      keywords -> keywords
    end
  end

  @doc """
  Updates the value of `key` with `fun`, and raises `KeyError` if there is none.

  ## Examples

      iex> Keyword.update!([a: 1], :a, &(&1 * 10))
      [a: 10]
      iex> Keyword.update!([a: 1], :b, &(&1 * 10))
      ** (KeyError) key :b not found in: [a: 1]
  """
  @spec update!(t, key, (current_value :: value -> new_value :: value)) :: t
  def update!(keywords, key, fun)
      when is_list(keywords) and is_atom(key) and is_function(fun, 1) do
    case rewrite(keywords, key, fun) do
      :none -> raise KeyError, key: key, term: keywords
      keywords -> keywords
    end
  end

  # The list with a new value in the first pair with the key and without later ones; `:none` without such a pair.
  defp rewrite(keywords, key, fun) do
    if :lists.keymember(key, 1, keywords), do: rewrite_first(keywords, key, fun), else: :none
  end

  defp rewrite_first([{key, value} | rest], key, fun),
    do: [{key, fun.(value)} | without(rest, key)]

  defp rewrite_first([{_, _} = pair | rest], key, fun), do: [pair | rewrite_first(rest, key, fun)]

  @doc """
  Reads and updates the value of `key` in one go.

  The function gets the value, `nil` if there is none, and returns `{to_return, new_value}` or `:pop`, which removes the key.

  ## Examples

      iex> Keyword.get_and_update([a: 1], :a, &{&1, &1 + 1})
      {1, [a: 2]}
      iex> Keyword.get_and_update([a: 1], :a, fn _ -> :pop end)
      {1, []}
      iex> Keyword.get_and_update([a: 1], :b, &{&1, 5})
      {nil, [b: 5, a: 1]}

  Only the first pair with the key is looked at:

      iex> Keyword.get_and_update([a: 1, a: 2], :a, &{&1, 5})
      {1, [a: 5, a: 2]}
  """
  @spec get_and_update(t, key, (value | nil -> {current_value, new_value :: value} | :pop)) ::
          {current_value, new_keywords :: t}
        when current_value: value
  def get_and_update(keywords, key, fun)
      when is_list(keywords) and is_atom(key) and is_function(fun, 1),
      do: split_at_key(keywords, key, fun, [], true)

  @doc """
  Reads and updates the value of `key` in one go, and raises `KeyError` if there is none.

  ## Examples

      iex> Keyword.get_and_update!([a: 1], :a, &{&1, &1 + 1})
      {1, [a: 2]}
      iex> Keyword.get_and_update!([a: 1], :b, &{&1, 5})
      ** (KeyError) key :b not found in: [a: 1]
  """
  @spec get_and_update!(t, key, (value -> {current_value, new_value :: value} | :pop)) ::
          {current_value, new_keywords :: t}
        when current_value: value
  def get_and_update!(keywords, key, fun)
      when is_list(keywords) and is_atom(key) and is_function(fun, 1) do
    if :lists.keymember(key, 1, keywords) do
      split_at_key(keywords, key, fun, [], false)
    else
      raise KeyError, key: key, term: keywords
    end
  end

  defp split_at_key([{key, value} | rest], key, fun, before, _front?) do
    case fun.(value) do
      {get, value} -> {get, :lists.reverse(before, [{key, value} | rest])}
      :pop -> {value, :lists.reverse(before, rest)}
      other -> bad_update(other)
    end
  end

  defp split_at_key([{_, _} = pair | rest], key, fun, before, front?),
    do: split_at_key(rest, key, fun, [pair | before], front?)

  defp split_at_key([], key, fun, before, true) do
    case fun.(nil) do
      {get, value} -> {get, [{key, value} | :lists.reverse(before)]}
      :pop -> {nil, :lists.reverse(before)}
      other -> bad_update(other)
    end
  end

  defp bad_update(other),
    do:
      raise("the given function must return a two-element tuple or :pop, got: #{inspect(other)}")

  ## Removing

  @doc """
  Removes all pairs with `key`.

  ## Examples

      iex> Keyword.delete([a: 1, b: 2, a: 3], :a)
      [b: 2]
  """
  @spec delete(t, key) :: t
  def delete(keywords, key) when is_list(keywords) and is_atom(key) do
    if :lists.keymember(key, 1, keywords), do: without(keywords, key), else: keywords
  end

  defp without([{key, _} | rest], key), do: without(rest, key)
  defp without([pair | rest], key), do: [pair | without(rest, key)]
  defp without([], _key), do: []

  @doc false
  @deprecated "Use Keyword.fetch/2 + Keyword.delete/2 instead"
  def delete(keywords, key, value) when is_list(keywords) and is_atom(key),
    do: without_pair(keywords, {key, value})

  defp without_pair([pair | rest], pair), do: without_pair(rest, pair)
  defp without_pair([other | rest], pair), do: [other | without_pair(rest, pair)]
  defp without_pair([], _pair), do: []

  @doc """
  Removes the first pair with `key`.

  ## Examples

      iex> Keyword.delete_first([a: 1, b: 2, a: 3], :a)
      [b: 2, a: 3]
  """
  @spec delete_first(t, key) :: t
  def delete_first(keywords, key) when is_list(keywords) and is_atom(key),
    do: :lists.keydelete(key, 1, keywords)

  @doc """
  Removes all pairs with `key`, and returns the first value with the rest.

  ## Examples

      iex> Keyword.pop([a: 1, b: 2, a: 3], :a)
      {1, [b: 2]}
      iex> Keyword.pop([a: 1], :z, :none)
      {:none, [a: 1]}
  """
  @spec pop(t, key, default) :: {value | default, t}
  def pop(keywords, key, default \\ nil) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {value, without(keywords, key)}
      false -> {default, keywords}
    end
  end

  @doc """
  Removes all pairs with `key`, and returns the first value with the rest; raises `KeyError` if there is none.

  ## Examples

      iex> Keyword.pop!([a: 1, b: 2], :a)
      {1, [b: 2]}
      iex> Keyword.pop!([a: 1], :z)
      ** (KeyError) key :z not found in: [a: 1]
  """
  @spec pop!(t, key) :: {value, t}
  def pop!(keywords, key) when is_list(keywords) and is_atom(key) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {value, without(keywords, key)}
      false -> raise KeyError, key: key, term: keywords
    end
  end

  @doc """
  Removes all pairs with `key`, and returns their values with the rest.

  ## Examples

      iex> Keyword.pop_values([a: 1, b: 2, a: 3], :a)
      {[1, 3], [b: 2]}
  """
  @spec pop_values(t, key) :: {[value], t}
  def pop_values(keywords, key) when is_list(keywords) and is_atom(key),
    do: {values_of(keywords, key), without(keywords, key)}

  @doc """
  Removes all pairs with `key`, and returns the first value, or the result of `fun`, with the rest.

  ## Examples

      iex> Keyword.pop_lazy([a: 1], :z, fn -> 5 end)
      {5, [a: 1]}
  """
  @spec pop_lazy(t, key, (-> value)) :: {value, t}
  def pop_lazy(keywords, key, fun)
      when is_list(keywords) and is_atom(key) and is_function(fun, 0) do
    case :lists.keyfind(key, 1, keywords) do
      {^key, value} -> {value, without(keywords, key)}
      false -> {fun.(), keywords}
    end
  end

  @doc """
  Removes the first pair with `key`, and returns its value, or `default`, with the rest.

  ## Examples

      iex> Keyword.pop_first([a: 1, b: 2, a: 3], :a)
      {1, [b: 2, a: 3]}
  """
  @spec pop_first(t, key, default) :: {value | default, t}
  def pop_first(keywords, key, default \\ nil) when is_list(keywords) and is_atom(key) do
    case :lists.keytake(key, 1, keywords) do
      {:value, {^key, value}, rest} -> {value, rest}
      false -> {default, keywords}
    end
  end

  ## Choosing

  @doc """
  Keeps the pairs whose key is in the list.

  ## Examples

      iex> Keyword.take([a: 1, b: 2, a: 3], [:a, :z])
      [a: 1, a: 3]
  """
  @spec take(t, [key]) :: t
  def take(keywords, keys) when is_list(keywords) and is_list(keys),
    do: :lists.filter(fn {key, _} -> :lists.member(key, keys) end, keywords)

  @doc """
  Removes the pairs whose key is in the list.

  ## Examples

      iex> Keyword.drop([a: 1, b: 2, a: 3], [:a, :z])
      [b: 2]
  """
  @spec drop(t, [key]) :: t
  def drop(keywords, keys) when is_list(keywords) and is_list(keys),
    do: :lists.filter(fn {key, _} -> not :lists.member(key, keys) end, keywords)

  @doc """
  Splits the pairs into those whose key is in the list and the others.

  ## Examples

      iex> Keyword.split([a: 1, b: 2, c: 3], [:a, :c])
      {[a: 1, c: 3], [b: 2]}
  """
  @spec split(t, [key]) :: {t, t}
  def split(keywords, keys) when is_list(keywords) and is_list(keys),
    do: :lists.partition(fn {key, _} -> :lists.member(key, keys) end, keywords)

  @doc """
  Splits the pairs into those for which `fun` gives a truthy value and the others.

  ## Examples

      iex> Keyword.split_with([a: 1, b: 2], fn {_key, value} -> value > 1 end)
      {[b: 2], [a: 1]}
  """
  @spec split_with(t, ({key, value} -> as_boolean(term))) :: {while_true :: t, while_false :: t}
  def split_with(keywords, fun) when is_list(keywords) and is_function(fun, 1),
    do: Enum.split_with(keywords, fun)

  @doc """
  Keeps the pairs for which `fun` gives a truthy value.

  ## Examples

      iex> Keyword.filter([a: 1, b: 2], fn {_key, value} -> value > 1 end)
      [b: 2]
  """
  @spec filter(t, ({key, value} -> as_boolean(term))) :: t
  def filter(keywords, fun) when is_list(keywords) and is_function(fun, 1),
    do: :lists.filter(fn {_key, _value} = pair -> !!fun.(pair) end, keywords)

  @doc """
  Removes the pairs for which `fun` gives a truthy value.

  ## Examples

      iex> Keyword.reject([a: 1, b: 2], fn {_key, value} -> value > 1 end)
      [a: 1]
  """
  @spec reject(t, ({key, value} -> as_boolean(term))) :: t
  def reject(keywords, fun) when is_list(keywords) and is_function(fun, 1),
    do: :lists.filter(fn {_key, _value} = pair -> !fun.(pair) end, keywords)

  @doc false
  @deprecated "Use Keyword.new/2 instead"
  def map(keywords, fun) when is_list(keywords),
    do: for({key, value} <- keywords, do: {key, fun.({key, value})})

  ## Combining

  @doc """
  Keeps what both lists have, with the result of `fun` as value, or else the value of the second list.

  ## Examples

      iex> Keyword.intersect([a: 1, b: 2], [b: 5, c: 6])
      [b: 5]
      iex> Keyword.intersect([a: 1, b: 2], [b: 5, a: 4], fn _key, v1, v2 -> v1 + v2 end)
      [a: 5, b: 7]
  """
  @spec intersect(t, t, (key, value, value -> value)) :: t
  def intersect(keyword1, keyword2, fun \\ fn _key, _value1, value2 -> value2 end) do
    for {key, value1} <- keyword1, :lists.keymember(key, 1, keyword2) do
      {key, fun.(key, value1, get(keyword2, key))}
    end
  end

  @doc """
  Merges two lists; the second wins.

  The pairs of the second list follow those of the first whose key it does not have. Repeated keys of the second list stay.

  ## Examples

      iex> Keyword.merge([a: 1, b: 2], [a: 3, c: 4])
      [b: 2, a: 3, c: 4]
  """
  @spec merge(t, t) :: t
  def merge(keywords1, keywords2)
  def merge(keywords1, []) when is_list(keywords1), do: keywords1
  def merge([], keywords2) when is_list(keywords2), do: keywords2

  def merge(keywords1, keywords2) when is_list(keywords1) and is_list(keywords2) do
    if keyword?(keywords2) do
      keep_others(keywords1, keywords2, keywords1)
    else
      raise ArgumentError,
            "expected a keyword list as the second argument, got: #{inspect(keywords2)}"
    end
  end

  defp keep_others([{key, _} = pair | rest], keywords2, all) when is_atom(key) do
    if :lists.keymember(key, 1, keywords2),
      do: keep_others(rest, keywords2, all),
      else: [pair | keep_others(rest, keywords2, all)]
  end

  defp keep_others([], keywords2, _all), do: keywords2

  defp keep_others(_other, _keywords2, all) do
    raise ArgumentError, "expected a keyword list as the first argument, got: #{inspect(all)}"
  end

  @doc """
  Merges two lists, and settles with `fun` what both have.

  Where a key is repeated, its first pairs are settled with each other, then the second ones, and so on.

  ## Examples

      iex> Keyword.merge([a: 1, b: 2], [a: 3, c: 4], fn _key, v1, v2 -> v1 + v2 end)
      [b: 2, a: 4, c: 4]
  """
  @spec merge(t, t, (key, value, value -> value)) :: t
  def merge(keywords1, keywords2, fun)

  def merge(keywords1, keywords2, fun)
      when is_list(keywords1) and is_list(keywords2) and is_function(fun, 3) do
    if keyword?(keywords1) do
      {left, merged} = settle(keywords2, keywords1, keywords1, fun, keywords2)
      left ++ merged
    else
      raise ArgumentError,
            "expected a keyword list as the first argument, got: #{inspect(keywords1)}"
    end
  end

  # `unpaired` loses one pair for each that is settled, `left` all with the key.
  defp settle([{key, value2} | rest], unpaired, left, fun, all) when is_atom(key) do
    {value, unpaired} =
      case :lists.keytake(key, 1, unpaired) do
        {:value, {^key, value1}, unpaired} -> {fun.(key, value1, value2), unpaired}
        false -> {value2, unpaired}
      end

    {left, merged} = settle(rest, unpaired, without(left, key), fun, all)
    {left, [{key, value} | merged]}
  end

  defp settle([], _unpaired, left, _fun, _all), do: {left, []}

  defp settle(_other, _unpaired, _left, _fun, all) do
    raise ArgumentError, "expected a keyword list as the second argument, got: #{inspect(all)}"
  end

  ## Options

  @doc """
  Checks that a list has known keys only, and fills in defaults.

  `values` lists the known keys, alone or as pairs with a default. The result is `{:ok, keywords}` in no particular order, or
  `{:error, keys}` with those that are unknown or repeated.

  ## Examples

      iex> {:ok, options} = Keyword.validate([width: 80], [:width, height: 25])
      iex> Enum.sort(options)
      [height: 25, width: 80]
      iex> Keyword.validate([depth: 3], [:width])
      {:error, [:depth]}
  """
  @spec validate(t, values :: [atom | {atom, term}]) :: {:ok, t} | {:error, [atom]}
  def validate(keyword, values) when is_list(keyword) and is_list(values) do
    case check_keys(keyword, values, [], []) do
      {given, left, []} -> {:ok, add_defaults(left, given)}
      {_given, _left, bad} -> {:error, bad}
    end
  end

  # A key that was met is no longer known, so that the next one like it is bad.
  defp check_keys([{key, _} = pair | rest], known, given, bad) when is_atom(key) do
    case without_key(known, key, []) do
      :error -> check_keys(rest, known, given, [key | bad])
      known -> check_keys(rest, known, [pair | given], bad)
    end
  end

  defp check_keys([], known, given, bad), do: {given, known, bad}

  defp check_keys([other | _], _known, _given, _bad) do
    raise ArgumentError,
          "expected a keyword list as first argument, got invalid entry: #{inspect(other)}"
  end

  defp without_key([key | rest], key, before), do: :lists.reverse(before, rest)
  defp without_key([{key, _default} | rest], key, before), do: :lists.reverse(before, rest)
  defp without_key([other | rest], key, before), do: without_key(rest, key, [checked_known(other) | before])
  defp without_key([], _key, _before), do: :error

  defp add_defaults([{key, _} = pair | rest], given) when is_atom(key), do: add_defaults(rest, [pair | given])
  defp add_defaults([key | rest], given) when is_atom(key), do: add_defaults(rest, given)
  defp add_defaults([other | _], _given), do: checked_known(other)
  defp add_defaults([], given), do: given

  defp checked_known(key) when is_atom(key), do: key
  defp checked_known({key, _default} = pair) when is_atom(key), do: pair

  defp checked_known(other) do
    raise ArgumentError,
          "expected the second argument to be a list of atoms or tuples, got: #{inspect(other)}"
  end

  @doc """
  Checks and fills in options as `validate/2` does, and raises `ArgumentError` where that returns an error.

  ## Examples

      iex> Keyword.validate!([width: 80], width: 0)
      [width: 80]
      iex> Keyword.validate!([depth: 3], [:width, height: 25])
      ** (ArgumentError) unknown keys [:depth] in [depth: 3], the allowed keys are: [:width, :height]
  """
  @spec validate!(t, values :: [atom | {atom, term}]) :: t
  def validate!(keyword, values) do
    case validate(keyword, values) do
      {:ok, keyword} -> keyword
      {:error, bad} -> raise ArgumentError, bad_options(keyword, values, bad)
    end
  end

  defp bad_options(keyword, values, bad) do
    allowed = :lists.map(&if(is_atom(&1), do: &1, else: elem(&1, 0)), values)

    case :lists.filter(&(not :lists.member(&1, allowed)), bad) do
      [] ->
        "duplicate keys #{inspect(bad)} in #{inspect(keyword)}"

      unknown ->
        "unknown keys #{inspect(unknown)} in #{inspect(keyword)}, " <>
          "the allowed keys are: #{inspect(allowed)}"
    end
  end
end
