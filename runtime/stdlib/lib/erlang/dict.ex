defmodule :dict do
  @moduledoc """
  Dictionaries from before there were maps.

  Keys are told apart with `===/2`. New code uses maps.

      iex> dict = :dict.append(:a, 2, :dict.append(:a, 1, :dict.new()))
      iex> :dict.fetch(:a, dict)
      [1, 2]
  """

  # {:dict, map}: tagged, so that a dictionary is not taken for a map.

  @type dict :: {:dict, map}
  @type dict(_key, _value) :: dict

  @doc """
  Returns an empty dictionary.

  ## Examples

      iex> :dict.to_list(:dict.new())
      []
  """
  @spec new() :: dict
  def new(), do: {:dict, %{}}

  @doc """
  Tells whether there is a key.

  ## Examples

      iex> :dict.is_key(:a, :dict.from_list(a: 1))
      true
  """
  @spec is_key(term, dict) :: boolean
  def is_key(key, {:dict, map}), do: is_map_key(map, key)

  @doc """
  Returns the pairs, in no particular order.

  ## Examples

      iex> :dict.to_list(:dict.from_list(a: 1))
      [a: 1]
  """
  @spec to_list(dict) :: [{term, term}]
  def to_list({:dict, map}), do: :maps.to_list(map)

  @doc """
  Builds a dictionary of pairs, of which later ones win.

  ## Examples

      iex> :dict.to_list(:dict.from_list(a: 1, a: 2))
      [a: 2]
  """
  @spec from_list([{term, term}]) :: dict
  def from_list(pairs), do: {:dict, :maps.from_list(pairs)}

  @doc """
  Counts the keys, in constant time.

  ## Examples

      iex> :dict.size(:dict.from_list(a: 1))
      1
  """
  @spec size(dict) :: non_neg_integer
  def size({:dict, map}), do: map_size(map)

  @doc """
  Tells whether there are no keys.

  ## Examples

      iex> :dict.is_empty(:dict.new())
      true
  """
  @spec is_empty(dict) :: boolean
  def is_empty({:dict, map}), do: map_size(map) === 0

  @doc """
  Returns the value of a key that is there.

  ## Examples

      iex> :dict.fetch(:a, :dict.from_list(a: 1))
      1
  """
  @spec fetch(term, dict) :: term
  def fetch(key, {:dict, map}) do
    case map do
      %{^key => value} -> value
      %{} -> :erlang.error(:badarg)
    end
  end

  @doc """
  Returns `{:ok, value}` for a key, or `:error`.

  ## Examples

      iex> :dict.find(:z, :dict.from_list(a: 1))
      :error
  """
  @spec find(term, dict) :: {:ok, term} | :error
  def find(key, {:dict, map}), do: :maps.find(key, map)

  @doc """
  Returns the keys, in no particular order.

  ## Examples

      iex> :dict.fetch_keys(:dict.from_list(a: 1))
      [:a]
  """
  @spec fetch_keys(dict) :: list
  def fetch_keys({:dict, map}), do: :maps.keys(map)

  @doc """
  Removes a key.

  ## Examples

      iex> :dict.to_list(:dict.erase(:a, :dict.from_list(a: 1)))
      []
  """
  @spec erase(term, dict) :: dict
  def erase(key, {:dict, map}), do: {:dict, :maps.remove(key, map)}

  @doc """
  Removes a key, and returns `{value, rest}`, or `:error`.

  ## Examples

      iex> :dict.take(:z, :dict.from_list(a: 1))
      :error
  """
  @spec take(term, dict) :: {term, dict} | :error
  def take(key, {:dict, map}) do
    case :maps.take(key, map) do
      {value, map} -> {value, {:dict, map}}
      :error -> :error
    end
  end

  @doc """
  Puts a value under a key.

  ## Examples

      iex> :dict.to_list(:dict.store(:a, 2, :dict.new()))
      [a: 2]
  """
  @spec store(term, term, dict) :: dict
  def store(key, value, {:dict, map}), do: {:dict, :maps.put(key, value, map)}

  @doc """
  Appends a value to the list under a key.

  ## Examples

      iex> :dict.to_list(:dict.append(:a, 2, :dict.from_list(a: [1])))
      [a: [1, 2]]
  """
  @spec append(term, term, dict) :: dict
  def append(key, value, dict), do: append_list(key, [value], dict)

  @doc """
  Appends values to the list under a key.

  ## Examples

      iex> :dict.to_list(:dict.append_list(:a, [2, 3], :dict.new()))
      [a: [2, 3]]
  """
  @spec append_list(term, list, dict) :: dict
  def append_list(key, values, dict), do: update(key, &(&1 ++ values), values, dict)

  @doc """
  Updates the value of a key that is there.

  ## Examples

      iex> :dict.to_list(:dict.update(:a, &(&1 + 1), :dict.from_list(a: 1)))
      [a: 2]
  """
  @spec update(term, (term -> term), dict) :: dict
  def update(key, fun, {:dict, map}) do
    case map do
      %{^key => value} -> {:dict, %{map | key => fun.(value)}}
      %{} -> :erlang.error(:badarg)
    end
  end

  @doc "Updates the value of a key, or puts `initial` there."
  @spec update(term, (term -> term), term, dict) :: dict
  def update(key, fun, initial, {:dict, map}) do
    case map do
      %{^key => value} -> {:dict, %{map | key => fun.(value)}}
      %{} -> {:dict, :maps.put(key, initial, map)}
    end
  end

  @doc """
  Adds a number to the value of a key, or puts it there.

  ## Examples

      iex> :dict.to_list(:dict.update_counter(:a, 5, :dict.new()))
      [a: 5]
  """
  @spec update_counter(term, number, dict) :: dict
  def update_counter(key, increment, dict) when is_number(increment),
    do: update(key, &(&1 + increment), increment, dict)

  @doc """
  Folds over the pairs, in no particular order.

  ## Examples

      iex> :dict.fold(fn _key, value, acc -> value + acc end, 0, :dict.from_list(a: 1, b: 2))
      3
  """
  @spec fold((term, term, acc -> acc), acc, dict) :: acc when acc: term
  def fold(fun, acc, {:dict, map}), do: :maps.fold(fun, acc, map)

  @doc """
  Replaces each value by the result of `fun`.

  ## Examples

      iex> :dict.to_list(:dict.map(fn _key, value -> -value end, :dict.from_list(a: 1)))
      [a: -1]
  """
  @spec map((term, term -> term), dict) :: dict
  def map(fun, {:dict, map}), do: {:dict, :maps.map(fun, map)}

  @doc """
  Keeps the pairs for which `fun` returns `true`.

  ## Examples

      iex> :dict.to_list(:dict.filter(fn _key, value -> value > 1 end, :dict.from_list(a: 1, b: 2)))
      [b: 2]
  """
  @spec filter((term, term -> boolean), dict) :: dict
  def filter(fun, {:dict, map}), do: {:dict, :maps.filter(fun, map)}

  @doc """
  Merges two dictionaries, and settles with `fun` what both have.

  ## Examples

      iex> :dict.to_list(:dict.merge(fn _key, v1, v2 -> v1 + v2 end, :dict.from_list(a: 1), :dict.from_list(a: 2)))
      [a: 3]
  """
  @spec merge((term, term, term -> term), dict, dict) :: dict
  def merge(fun, {:dict, map1}, {:dict, map2}), do: {:dict, :maps.merge_with(fun, map1, map2)}
end
