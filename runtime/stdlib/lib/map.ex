defmodule Map do
  @moduledoc """
  The key-value type of Elixir.

  Any value can be a key, and keys are compared with `===/2`:

      iex> %{1 => :integer, 1.0 => :float}[1.0]
      :float

  Maps are written with `=>`, or with `key: value` when keys are atoms. Reading has three forms: `map[key]` and `get/3` return
  `nil` or a default for a missing key, `fetch/2` tells missing keys apart, and `map.key`, for atoms, raises `KeyError`. So do
  `fetch!/2` and the update syntax `%{map | key: value}`:

      iex> map = %{name: "Ada", born: 1815}
      iex> map.name
      "Ada"
      iex> %{map | born: 1816}
      %{name: "Ada", born: 1816}

  A pattern matches any map that has at least its keys:

      iex> %{name: name} = %{name: "Ada", born: 1815}
      iex> name
      "Ada"

  The order in which a map lists its pairs means nothing. The functions here change nothing in place; they return a new map that
  shares what it can with the old one. Finding, adding and removing a key takes about the same time for small and large maps.
  """

  @type key :: any
  @type value :: any

  ## Building

  @doc """
  Returns an empty map.

  ## Examples

      iex> Map.new()
      %{}
  """
  @spec new() :: map
  def new, do: %{}

  @doc """
  Builds a map from an enumerable of pairs.

  Of several pairs with the same key the last stays. A map is returned as it is.

  ## Examples

      iex> Map.new([{:a, 1}, {"b", 2}, {:a, 3}])
      %{:a => 3, "b" => 2}
  """
  @spec new(Enumerable.t()) :: map
  def new(enumerable)
  def new(list) when is_list(list), do: :maps.from_list(list)
  def new(%_{} = enumerable), do: :maps.from_list(Enum.to_list(enumerable))
  def new(%{} = map), do: map
  def new(enumerable), do: :maps.from_list(Enum.to_list(enumerable))

  @doc """
  Builds a map from the pairs that `transform` makes of the elements.

  ## Examples

      iex> Map.new(1..3, fn x -> {x, x * x} end)
      %{1 => 1, 2 => 4, 3 => 9}
  """
  @spec new(Enumerable.t(), (term -> {key, value})) :: map
  def new(enumerable, transform) when is_function(transform, 1),
    do: :maps.from_list(Enum.map(enumerable, transform))

  @doc """
  Builds a map in which all the keys have the same value.

  ## Examples

      iex> Map.from_keys([:a, :b], 0)
      %{a: 0, b: 0}
  """
  @spec from_keys([key], value) :: map
  def from_keys(keys, value), do: :maps.from_keys(keys, value)

  @doc """
  Turns a struct into a map without `:__struct__`.

  ## Examples

      iex> Map.from_struct(1..5)
      %{first: 1, last: 5, step: 1}
  """
  @spec from_struct(atom | struct) :: map
  def from_struct(struct)

  def from_struct(module) when is_atom(module) do
    IO.warn("Map.from_struct/1 with a module is deprecated, please pass a struct instead")
    :maps.remove(:__struct__, module.__struct__())
  end

  def from_struct(%_{} = struct), do: :maps.remove(:__struct__, struct)

  @doc """
  Returns the pairs as a list, in no particular order.

  ## Examples

      iex> Map.to_list(%{a: 1})
      [a: 1]
  """
  @spec to_list(map) :: [{term, term}]
  def to_list(map), do: :maps.to_list(map)

  ## Reading

  @doc """
  Returns the value of `key`, or `default`.

  ## Examples

      iex> Map.get(%{a: 1}, :a)
      1
      iex> Map.get(%{a: 1}, :b, :none)
      :none
  """
  @spec get(map, key, value) :: value
  def get(map, key, default \\ nil) do
    case map do
      %{^key => value} -> value
      %{} -> default
      other -> bad_map(other)
    end
  end

  @doc """
  Returns the value of `key`, or the result of `fun` if there is none.

  ## Examples

      iex> Map.get_lazy(%{a: 1}, :b, fn -> 1 + 1 end)
      2
  """
  @spec get_lazy(map, key, (-> value)) :: value
  def get_lazy(map, key, fun) when is_function(fun, 0) do
    case map do
      %{^key => value} -> value
      %{} -> fun.()
      other -> bad_map(other)
    end
  end

  @doc """
  Returns `{:ok, value}` for `key`, or `:error`.

  ## Examples

      iex> Map.fetch(%{a: nil}, :a)
      {:ok, nil}
      iex> Map.fetch(%{a: nil}, :b)
      :error
  """
  @spec fetch(map, key) :: {:ok, value} | :error
  def fetch(map, key), do: :maps.find(key, map)

  @doc """
  Returns the value of `key`, and raises `KeyError` if there is none.

  ## Examples

      iex> Map.fetch!(%{a: 1}, :a)
      1
      iex> Map.fetch!(%{a: 1}, :b)
      ** (KeyError) key :b not found in: %{a: 1}
  """
  @spec fetch!(map, key) :: value
  def fetch!(map, key) do
    case map do
      %{^key => value} -> value
      %{} -> raise KeyError, key: key, term: map
      other -> bad_map(other)
    end
  end

  @doc """
  Tells whether the map has `key`.

  ## Examples

      iex> Map.has_key?(%{a: nil}, :a)
      true
  """
  @spec has_key?(map, key) :: boolean
  def has_key?(map, key), do: :maps.is_key(key, map)

  @doc """
  Returns the keys, in no particular order.

  ## Examples

      iex> Map.keys(%{a: 1, b: 2})
      [:a, :b]
  """
  @spec keys(map) :: [key]
  def keys(map), do: :maps.keys(map)

  @doc """
  Returns the values, in the order of `keys/1`.

  ## Examples

      iex> Map.values(%{a: 1, b: 2})
      [1, 2]
  """
  @spec values(map) :: [value]
  def values(map), do: :maps.values(map)

  @doc """
  Tells whether two maps have the same keys and `===/2` values.

  ## Examples

      iex> Map.equal?(%{a: 1}, %{a: 1})
      true
      iex> Map.equal?(%{a: 1}, %{a: 1.0})
      false
  """
  @spec equal?(map, map) :: boolean
  def equal?(map1, map2)
  def equal?(%{} = map1, %{} = map2), do: map1 === map2
  def equal?(%{}, map2), do: bad_map(map2)
  def equal?(map1, _map2), do: bad_map(map1)

  @doc false
  @deprecated "Use Kernel.map_size/1 instead"
  def size(map), do: map_size(map)

  ## Writing

  @doc """
  Puts a value under `key`, whether it was there before or not.

  ## Examples

      iex> Map.put(%{a: 1}, :b, 2)
      %{a: 1, b: 2}
      iex> Map.put(%{a: 1}, :a, 2)
      %{a: 2}
  """
  @spec put(map, key, value) :: map
  def put(map, key, value), do: :maps.put(key, value, map)

  @doc """
  Puts a value under `key`, unless it is there.

  ## Examples

      iex> Map.put_new(%{a: 1}, :a, 2)
      %{a: 1}
  """
  @spec put_new(map, key, value) :: map
  def put_new(map, key, value) do
    case map do
      %{^key => _} -> map
      %{} -> :maps.put(key, value, map)
      other -> bad_map(other)
    end
  end

  @doc """
  Puts the result of `fun` under `key`, unless that is there.

  ## Examples

      iex> Map.put_new_lazy(%{a: 1}, :b, fn -> 2 end)
      %{a: 1, b: 2}
  """
  @spec put_new_lazy(map, key, (-> value)) :: map
  def put_new_lazy(map, key, fun) when is_function(fun, 0) do
    case map do
      %{^key => _} -> map
      %{} -> :maps.put(key, fun.(), map)
      other -> bad_map(other)
    end
  end

  @doc """
  Puts a value under `key`, if it is there.

  ## Examples

      iex> Map.replace(%{a: 1}, :a, 2)
      %{a: 2}
      iex> Map.replace(%{a: 1}, :b, 2)
      %{a: 1}
  """
  @spec replace(map, key, value) :: map
  def replace(map, key, value) do
    case map do
      %{^key => _} -> %{map | key => value}
      %{} -> map
      other -> bad_map(other)
    end
  end

  @doc """
  Puts a value under `key`, and raises `KeyError` if that is not there.

  ## Examples

      iex> Map.replace!(%{a: 1}, :a, 2)
      %{a: 2}
      iex> Map.replace!(%{a: 1}, :b, 2)
      ** (KeyError) key :b not found in: %{a: 1}
  """
  @spec replace!(map, key, value) :: map
  def replace!(map, key, value), do: :maps.update(key, value, map)

  @doc """
  Puts the result of `fun` for the present value under `key`, if it is there.

  ## Examples

      iex> Map.replace_lazy(%{a: 1}, :a, &(&1 * 4))
      %{a: 4}
      iex> Map.replace_lazy(%{a: 1}, :b, &(&1 * 4))
      %{a: 1}
  """
  @spec replace_lazy(map, key, (existing_value :: value -> new_value :: value)) :: map
  def replace_lazy(map, key, fun) when is_map(map) and is_function(fun, 1) do
    case map do
      %{^key => value} -> %{map | key => fun.(value)}
      %{} -> map
    end
  end

  @doc """
  Updates the value of `key` with `fun`, or puts `default` there.

  The default is put as it is, without going through the function.

  ## Examples

      iex> Map.update(%{a: 1}, :a, 10, &(&1 + 1))
      %{a: 2}
      iex> Map.update(%{a: 1}, :b, 10, &(&1 + 1))
      %{a: 1, b: 10}
  """
  @spec update(map, key, default :: value, (existing_value :: value -> new_value :: value)) :: map
  def update(map, key, default, fun) when is_function(fun, 1) do
    case map do
      %{^key => value} -> %{map | key => fun.(value)}
      %{} -> :maps.put(key, default, map)
      other -> bad_map(other)
    end
  end

  @doc """
  Updates the value of `key` with `fun`, and raises `KeyError` if there is none.

  ## Examples

      iex> Map.update!(%{a: 1}, :a, &(&1 + 1))
      %{a: 2}
      iex> Map.update!(%{a: 1}, :b, &(&1 + 1))
      ** (KeyError) key :b not found in: %{a: 1}
  """
  @spec update!(map, key, (existing_value :: value -> new_value :: value)) :: map
  def update!(map, key, fun) when is_function(fun, 1) do
    case map do
      %{^key => value} -> %{map | key => fun.(value)}
      %{} -> raise KeyError, key: key, term: map
      other -> bad_map(other)
    end
  end

  @doc """
  Reads and updates the value of `key` in one go.

  The function gets the value, `nil` if there is none, and returns `{to_return, new_value}` or `:pop`, which removes the key.

  ## Examples

      iex> Map.get_and_update(%{a: 1}, :a, &{&1, &1 + 1})
      {1, %{a: 2}}
      iex> Map.get_and_update(%{a: 1}, :a, fn _ -> :pop end)
      {1, %{}}
  """
  @spec get_and_update(map, key, (value | nil -> {current_value, new_value :: value} | :pop)) ::
          {current_value, new_map :: map}
        when current_value: value
  def get_and_update(map, key, fun) when is_function(fun, 1) do
    current = get(map, key)

    case fun.(current) do
      {to_return, value} -> {to_return, :maps.put(key, value, map)}
      :pop -> {current, :maps.remove(key, map)}
      other -> bad_update(other)
    end
  end

  @doc """
  Reads and updates the value of `key` in one go, and raises `KeyError` if there is none.

  ## Examples

      iex> Map.get_and_update!(%{a: 1}, :a, &{&1, &1 + 1})
      {1, %{a: 2}}
      iex> Map.get_and_update!(%{}, :a, &{&1, 1})
      ** (KeyError) key :a not found in: %{}
  """
  @spec get_and_update!(map, key, (value -> {current_value, new_value :: value} | :pop)) ::
          {current_value, map}
        when current_value: value
  def get_and_update!(map, key, fun) when is_function(fun, 1) do
    current = fetch!(map, key)

    case fun.(current) do
      {to_return, value} -> {to_return, %{map | key => value}}
      :pop -> {current, :maps.remove(key, map)}
      other -> bad_update(other)
    end
  end

  defp bad_update(other),
    do:
      raise("the given function must return a two-element tuple or :pop, got: #{inspect(other)}")

  ## Removing

  @doc """
  Removes `key`, if it is there.

  ## Examples

      iex> Map.delete(%{a: 1, b: 2}, :a)
      %{b: 2}
      iex> Map.delete(%{a: 1}, :z)
      %{a: 1}
  """
  @spec delete(map, key) :: map
  def delete(map, key), do: :maps.remove(key, map)

  @doc """
  Removes `key`, and returns its value, or `default`, with the rest.

  ## Examples

      iex> Map.pop(%{a: 1, b: 2}, :a)
      {1, %{b: 2}}
      iex> Map.pop(%{a: 1}, :z, :none)
      {:none, %{a: 1}}
  """
  @spec pop(map, key, default) :: {value, updated_map :: map} | {default, map} when default: value
  def pop(map, key, default \\ nil) do
    case :maps.take(key, map) do
      {_value, _rest} = popped -> popped
      :error -> {default, map}
    end
  end

  @doc """
  Removes `key`, and returns its value with the rest; raises `KeyError` if there is none.

  ## Examples

      iex> Map.pop!(%{a: 1, b: 2}, :a)
      {1, %{b: 2}}
      iex> Map.pop!(%{a: 1}, :z)
      ** (KeyError) key :z not found in: %{a: 1}
  """
  @spec pop!(map, key) :: {value, updated_map :: map}
  def pop!(map, key) do
    case :maps.take(key, map) do
      {_value, _rest} = popped -> popped
      :error -> raise KeyError, key: key, term: map
    end
  end

  @doc """
  Removes `key`, and returns its value, or the result of `fun`, with the rest.

  ## Examples

      iex> Map.pop_lazy(%{a: 1}, :z, fn -> 5 end)
      {5, %{a: 1}}
  """
  @spec pop_lazy(map, key, (-> value)) :: {value, map}
  def pop_lazy(map, key, fun) when is_function(fun, 0) do
    case :maps.take(key, map) do
      {_value, _rest} = popped -> popped
      :error -> {fun.(), map}
    end
  end

  ## Choosing

  @doc """
  Keeps the keys in the list.

  ## Examples

      iex> Map.take(%{a: 1, b: 2, c: 3}, [:a, :c, :z])
      %{a: 1, c: 3}
  """
  @spec take(map, [key]) :: map
  def take(map, keys)
  def take(map, keys) when is_map(map) and is_list(keys), do: pick(keys, map, [])

  def take(map, keys) when is_map(map) do
    warn_keys("take")
    pick(Enum.to_list(keys), map, [])
  end

  def take(other, _keys), do: bad_map(other)

  defp pick([key | rest], map, acc) do
    case map do
      %{^key => value} -> pick(rest, map, [{key, value} | acc])
      %{} -> pick(rest, map, acc)
    end
  end

  defp pick([], _map, acc), do: :maps.from_list(acc)

  @doc """
  Removes the keys in the list.

  ## Examples

      iex> Map.drop(%{a: 1, b: 2, c: 3}, [:a, :c, :z])
      %{b: 2}
  """
  @spec drop(map, [key]) :: map
  def drop(map, keys)
  def drop(map, keys) when is_map(map) and is_list(keys), do: remove_all(keys, map)

  def drop(map, keys) when is_map(map) do
    warn_keys("drop")
    remove_all(Enum.to_list(keys), map)
  end

  def drop(other, _keys), do: bad_map(other)

  defp remove_all([key | rest], map), do: remove_all(rest, :maps.remove(key, map))
  defp remove_all([], map), do: map

  @doc """
  Splits the map in one with the keys in the list and one with the others.

  ## Examples

      iex> Map.split(%{a: 1, b: 2, c: 3}, [:a, :z])
      {%{a: 1}, %{b: 2, c: 3}}
  """
  @spec split(map, [key]) :: {map, map}
  def split(map, keys)
  def split(map, keys) when is_map(map) and is_list(keys), do: split_keys(keys, map, [])

  def split(map, keys) when is_map(map) do
    warn_keys("split")
    split_keys(Enum.to_list(keys), map, [])
  end

  def split(other, _keys), do: bad_map(other)

  defp split_keys([key | rest], map, acc) do
    case :maps.take(key, map) do
      {value, map} -> split_keys(rest, map, [{key, value} | acc])
      :error -> split_keys(rest, map, acc)
    end
  end

  defp split_keys([], map, acc), do: {:maps.from_list(acc), map}

  defp warn_keys(function) do
    IO.warn(
      "Map.#{function}/2 with an Enumerable of keys that is not a list is deprecated. " <>
        " Use a list of keys instead."
    )
  end

  @doc """
  Splits the map in one with the pairs for which `fun` gives a truthy value and one with the others.

  ## Examples

      iex> Map.split_with(%{a: 1, b: 2}, fn {_key, value} -> value > 1 end)
      {%{b: 2}, %{a: 1}}
  """
  @spec split_with(map, ({key, value} -> as_boolean(term))) :: {map, map}
  def split_with(map, fun) when is_map(map) and is_function(fun, 1) do
    {yes, no} = Enum.split_with(:maps.to_list(map), fun)
    {:maps.from_list(yes), :maps.from_list(no)}
  end

  @doc """
  Keeps the pairs for which `fun` gives a truthy value.

  ## Examples

      iex> Map.filter(%{a: 1, b: 2}, fn {_key, value} -> value > 1 end)
      %{b: 2}
  """
  @spec filter(map, ({key, value} -> as_boolean(term))) :: map
  def filter(map, fun) when is_map(map) and is_function(fun, 1),
    do: :maps.from_list(Enum.filter(:maps.to_list(map), fun))

  @doc """
  Removes the pairs for which `fun` gives a truthy value.

  ## Examples

      iex> Map.reject(%{a: 1, b: 2}, fn {_key, value} -> value > 1 end)
      %{a: 1}
  """
  @spec reject(map, ({key, value} -> as_boolean(term))) :: map
  def reject(map, fun) when is_map(map) and is_function(fun, 1),
    do: :maps.from_list(Enum.reject(:maps.to_list(map), fun))

  @doc false
  @deprecated "Use Map.new/2 instead (invoke Map.from_struct/1 before if you have a struct)"
  def map(map, fun) when is_map(map),
    do: new(:maps.to_list(map), fn {key, value} -> {key, fun.({key, value})} end)

  ## Combining

  @doc """
  Merges two maps; the second wins.

  ## Examples

      iex> Map.merge(%{a: 1, b: 2}, %{b: 3, c: 4})
      %{a: 1, b: 3, c: 4}
  """
  @spec merge(map, map) :: map
  def merge(map1, map2), do: :maps.merge(map1, map2)

  @doc """
  Merges two maps, and settles with `fun` what both have.

  ## Examples

      iex> Map.merge(%{a: 1, b: 2}, %{b: 3, c: 4}, fn _key, v1, v2 -> v1 + v2 end)
      %{a: 1, b: 5, c: 4}
  """
  @spec merge(map, map, (key, value, value -> value)) :: map
  def merge(map1, map2, fun) when is_function(fun, 3) do
    cond do
      not is_map(map1) -> bad_map(map1)
      not is_map(map2) -> bad_map(map2)
      map_size(map1) >= map_size(map2) -> settle(:maps.to_list(map2), map1, fun)
      true -> settle(:maps.to_list(map1), map2, &fun.(&1, &3, &2))
    end
  end

  defp settle([{key, value} | rest], map, fun) do
    case map do
      %{^key => other} -> settle(rest, %{map | key => fun.(key, other, value)}, fun)
      %{} -> settle(rest, :maps.put(key, value, map), fun)
    end
  end

  defp settle([], map, _fun), do: map

  @doc """
  Keeps the keys that both maps have, with the values of the second.

  ## Examples

      iex> Map.intersect(%{a: 1, b: 2}, %{b: 5, c: 6})
      %{b: 5}
  """
  @spec intersect(map, map) :: map
  def intersect(map1, map2), do: :maps.intersect(map1, map2)

  @doc """
  Keeps the keys that both maps have, with the results of `fun` as values.

  ## Examples

      iex> Map.intersect(%{a: 1, b: 2}, %{b: 5, c: 6}, fn _key, v1, v2 -> v1 + v2 end)
      %{b: 7}
  """
  @spec intersect(map, map, (key, value, value -> value)) :: map
  def intersect(map1, map2, fun) when is_function(fun, 3),
    do: :maps.intersect_with(fun, map1, map2)

  defp bad_map(other), do: :erlang.error({:badmap, other})
end
