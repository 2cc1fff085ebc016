defmodule :orddict do
  @moduledoc """
  Dictionaries as sorted lists of pairs.

  Keys are unique and told apart with `==/2`. For large dictionaries use maps.

      iex> :orddict.store(:b, 2, [a: 1, c: 3])
      [a: 1, b: 2, c: 3]
  """

  @type orddict :: [{term, term}]

  @doc """
  Returns an empty dictionary.

  ## Examples

      iex> :orddict.new()
      []
  """
  @spec new() :: []
  def new(), do: []

  @doc """
  Tells whether there is a key.

  ## Examples

      iex> :orddict.is_key(:a, a: 1)
      true
  """
  @spec is_key(term, orddict) :: boolean
  def is_key(key, dict), do: find(key, dict) !== :error

  @doc """
  Returns the pairs, in the order of their keys.

  ## Examples

      iex> :orddict.to_list(a: 1)
      [a: 1]
  """
  @spec to_list(orddict) :: [{term, term}]
  def to_list(dict), do: dict

  @doc """
  Builds a dictionary of pairs, of which later ones win.

  ## Examples

      iex> :orddict.from_list(b: 1, a: 2, b: 3)
      [a: 2, b: 3]
  """
  @spec from_list([{term, term}]) :: orddict
  def from_list([]), do: []
  def from_list([{_, _}] = pairs), do: pairs

  def from_list(pairs) do
    # Turned round, the last of several pairs is the first, which is the one that stays.
    :lists.ukeysort(1, check_pairs(pairs, []))
  end

  defp check_pairs([{_, _} = pair | rest], acc), do: check_pairs(rest, [pair | acc])
  defp check_pairs([], acc), do: acc

  @doc """
  Counts the pairs.

  ## Examples

      iex> :orddict.size(a: 1, b: 2)
      2
  """
  @spec size(orddict) :: non_neg_integer
  def size(dict), do: length(dict)

  @doc """
  Tells whether there are no pairs.

  ## Examples

      iex> :orddict.is_empty([])
      true
  """
  @spec is_empty(orddict) :: boolean
  def is_empty([]), do: true
  def is_empty([_ | _]), do: false

  @doc """
  Returns the value of a key that is there.

  ## Examples

      iex> :orddict.fetch(:a, a: 1)
      1
  """
  @spec fetch(term, orddict) :: term
  def fetch(key, [{key1, _} | rest]) when key > key1, do: fetch(key, rest)
  def fetch(key, [{key1, value} | _]) when key == key1, do: value

  @doc """
  Returns `{:ok, value}` for a key, or `:error`.

  ## Examples

      iex> :orddict.find(:b, a: 1)
      :error
  """
  @spec find(term, orddict) :: {:ok, term} | :error
  def find(key, [{key1, _} | rest]) when key > key1, do: find(key, rest)
  def find(key, [{key1, value} | _]) when key == key1, do: {:ok, value}
  def find(_key, [{_, _} | _]), do: :error
  def find(_key, []), do: :error

  @doc """
  Returns the keys in order.

  ## Examples

      iex> :orddict.fetch_keys(a: 1, b: 2)
      [:a, :b]
  """
  @spec fetch_keys(orddict) :: list
  def fetch_keys([{key, _} | rest]), do: [key | fetch_keys(rest)]
  def fetch_keys([]), do: []

  @doc """
  Removes a key.

  ## Examples

      iex> :orddict.erase(:a, a: 1, b: 2)
      [b: 2]
  """
  @spec erase(term, orddict) :: orddict
  def erase(key, [{key1, _} = pair | rest]) when key > key1, do: [pair | erase(key, rest)]
  def erase(key, [{key1, _} | rest]) when key == key1, do: rest
  def erase(_key, [{_, _} | _] = dict), do: dict
  def erase(_key, []), do: []

  @doc """
  Removes a key, and returns `{value, rest}`, or `:error`.

  ## Examples

      iex> :orddict.take(:a, a: 1, b: 2)
      {1, [b: 2]}
  """
  @spec take(term, orddict) :: {term, orddict} | :error
  def take(key, dict), do: take(key, dict, [])

  defp take(key, [{key1, _} = pair | rest], before) when key > key1,
    do: take(key, rest, [pair | before])

  defp take(key, [{key1, value} | rest], before) when key == key1,
    do: {value, :lists.reverse(before, rest)}

  defp take(_key, [{_, _} | _], _before), do: :error
  defp take(_key, [], _before), do: :error

  @doc """
  Puts a value under a key.

  ## Examples

      iex> :orddict.store(:a, 2, a: 1)
      [a: 2]
  """
  @spec store(term, term, orddict) :: orddict
  def store(key, value, dict), do: alter(dict, key, fn _ -> value end, fn -> value end)

  @doc """
  Appends a value to the list under a key.

  ## Examples

      iex> :orddict.append(:a, 2, a: [1])
      [a: [1, 2]]
  """
  @spec append(term, term, orddict) :: orddict
  def append(key, value, dict), do: append_list(key, [value], dict)

  @doc """
  Appends values to the list under a key.

  ## Examples

      iex> :orddict.append_list(:a, [2, 3], a: [1])
      [a: [1, 2, 3]]
  """
  @spec append_list(term, list, orddict) :: orddict
  def append_list(key, values, dict),
    do: alter(dict, key, &(&1 ++ values), fn -> values end)

  @doc """
  Updates the value of a key that is there.

  ## Examples

      iex> :orddict.update(:a, &(&1 + 1), a: 1)
      [a: 2]
  """
  @spec update(term, (term -> term), orddict) :: orddict
  def update(key, fun, [{key1, _} = pair | rest]) when key > key1,
    do: [pair | update(key, fun, rest)]

  def update(key, fun, [{key1, value} | rest]) when key == key1, do: [{key, fun.(value)} | rest]

  @doc "Updates the value of a key, or puts `initial` there."
  @spec update(term, (term -> term), term, orddict) :: orddict
  def update(key, fun, initial, dict), do: alter(dict, key, fun, fn -> initial end)

  @doc """
  Adds a number to the value of a key, or puts it there.

  ## Examples

      iex> :orddict.update_counter(:a, 5, a: 1)
      [a: 6]
  """
  @spec update_counter(term, number, orddict) :: orddict
  def update_counter(key, increment, dict),
    do: alter(dict, key, &(&1 + increment), fn -> increment end)

  # The key that is passed in is stored, also where an equal one of another type was there.
  defp alter([{key1, _} = pair | rest], key, change, make) when key > key1,
    do: [pair | alter(rest, key, change, make)]

  defp alter([{key1, value} | rest], key, change, _make) when key == key1,
    do: [{key, change.(value)} | rest]

  defp alter([{_, _} | _] = dict, key, _change, make), do: [{key, make.()} | dict]
  defp alter([], key, _change, make), do: [{key, make.()}]

  @doc """
  Folds over the pairs in the order of their keys.

  ## Examples

      iex> :orddict.fold(fn _key, value, acc -> value + acc end, 0, a: 1, b: 2)
      3
  """
  @spec fold((term, term, acc -> acc), acc, orddict) :: acc when acc: term
  def fold(fun, acc, [{key, value} | rest]), do: fold(fun, fun.(key, value, acc), rest)
  def fold(fun, acc, []) when is_function(fun, 3), do: acc

  @doc """
  Replaces each value by the result of `fun`.

  ## Examples

      iex> :orddict.map(fn _key, value -> -value end, a: 1)
      [a: -1]
  """
  @spec map((term, term -> term), orddict) :: orddict
  def map(fun, [{key, value} | rest]), do: [{key, fun.(key, value)} | map(fun, rest)]
  def map(fun, []) when is_function(fun, 2), do: []

  @doc """
  Keeps the pairs for which `fun` returns `true`.

  ## Examples

      iex> :orddict.filter(fn _key, value -> value > 1 end, a: 1, b: 2)
      [b: 2]
  """
  @spec filter((term, term -> boolean), orddict) :: orddict
  def filter(fun, [{key, value} = pair | rest]) do
    case fun.(key, value) do
      true -> [pair | filter(fun, rest)]
      false -> filter(fun, rest)
    end
  end

  def filter(fun, []) when is_function(fun, 2), do: []

  @doc """
  Merges two dictionaries, and settles with `fun` what both have.

  ## Examples

      iex> :orddict.merge(fn _key, v1, v2 -> v1 + v2 end, [a: 1], a: 2, b: 3)
      [a: 3, b: 3]
  """
  @spec merge((term, term, term -> term), orddict, orddict) :: orddict
  def merge(fun, [{key1, _} = pair | rest1], [{key2, _} | _] = dict2) when key1 < key2,
    do: [pair | merge(fun, rest1, dict2)]

  def merge(fun, [{key1, _} | _] = dict1, [{key2, _} = pair | rest2]) when key1 > key2,
    do: [pair | merge(fun, dict1, rest2)]

  def merge(fun, [{key, value1} | rest1], [{_, value2} | rest2]),
    do: [{key, fun.(key, value1, value2)} | merge(fun, rest1, rest2)]

  def merge(fun, dict1, []) when is_function(fun, 3), do: dict1
  def merge(fun, [], dict2) when is_function(fun, 3), do: dict2
end
