defmodule :array do
  @moduledoc """
  Arrays: values by number, counted from zero.

  Reading and writing any place takes about the same time. Places that were not written hold the default value, which takes no
  space. An array grows as it is written, unless it has a fixed size:

      iex> array = :array.set(5, :x, :array.new())
      iex> {:array.size(array), :array.get(5, array), :array.get(0, array)}
      {6, :x, :undefined}
      iex> :array.to_list(:array.new(3, default: 0))
      [0, 0, 0]

  The functions with `sparse` in their name leave out the places that hold the default value.
  """

  # {:array, size, fixed?, default, values}: `values` is a map that may lack places which hold the default.

  @type array :: {:array, non_neg_integer, boolean, term, map}
  @type array(_value) :: array
  @type options ::
          non_neg_integer
          | :fixed
          | {:fixed, boolean}
          | {:default, term}
          | {:size, non_neg_integer}
          | list

  @doc """
  Returns an empty array that grows.

  ## Examples

      iex> :array.size(:array.new())
      0
  """
  @spec new() :: array
  def new(), do: {:array, 0, false, :undefined, %{}}

  @doc """
  Returns an array as the options say.

  Options are a size, `{:size, size}`, `:fixed`, `{:fixed, boolean}` and `{:default, value}`, alone or in a list. A size makes the array
  fixed, unless the options say otherwise.
  """
  @spec new(options) :: array
  def new(options), do: new(0, options, false)

  @doc "Returns an array of a size, as the options say."
  @spec new(non_neg_integer, options) :: array
  def new(size, options) when is_integer(size) and size >= 0, do: new(size, options, true)
  def new(_size, _options), do: :erlang.error(:badarg)

  defp new(size, options, fixed?) do
    options = if is_list(options), do: options, else: [options]
    {size, fixed?, default} = read_options(options, size, fixed?, :undefined)
    {:array, size, fixed?, default, %{}}
  end

  defp read_options([:fixed | rest], size, _fixed?, default),
    do: read_options(rest, size, true, default)

  defp read_options([{:fixed, fixed?} | rest], size, _fixed?, default) when is_boolean(fixed?),
    do: read_options(rest, size, fixed?, default)

  defp read_options([{:default, default} | rest], size, fixed?, _default),
    do: read_options(rest, size, fixed?, default)

  defp read_options([{:size, size} | rest], _size, _fixed?, default)
       when is_integer(size) and size >= 0,
       do: read_options(rest, size, true, default)

  defp read_options([size | rest], _size, _fixed?, default) when is_integer(size) and size >= 0,
    do: read_options(rest, size, true, default)

  defp read_options([], size, fixed?, default), do: {size, fixed?, default}
  defp read_options(_other, _size, _fixed?, _default), do: :erlang.error(:badarg)

  @doc """
  Tells whether a term looks like an array.

  ## Examples

      iex> :array.is_array(:array.new())
      true
  """
  @spec is_array(term) :: boolean
  def is_array({:array, size, fixed?, _default, values})
      when is_integer(size) and size >= 0 and is_boolean(fixed?) and is_map(values),
      do: true

  def is_array(_other), do: false

  @doc """
  Returns the number of places.

  ## Examples

      iex> :array.size(:array.from_list([:a, :b]))
      2
  """
  @spec size(array) :: non_neg_integer
  def size({:array, size, _, _, _}), do: size
  def size(_other), do: :erlang.error(:badarg)

  @doc """
  Returns the number of places up to the last that does not hold the default.

  ## Examples

      iex> :array.sparse_size(:array.new(5))
      0
  """
  @spec sparse_size(array) :: non_neg_integer
  def sparse_size({:array, _, _, _, _} = array) do
    case sparse_places(array) do
      [] -> 0
      places -> :lists.last(places) + 1
    end
  end

  def sparse_size(_other), do: :erlang.error(:badarg)

  @doc """
  Returns the default value.

  ## Examples

      iex> :array.default(:array.new(default: 0))
      0
  """
  @spec default(array) :: term
  def default({:array, _, _, default, _}), do: default
  def default(_other), do: :erlang.error(:badarg)

  @doc """
  Keeps the array from growing.

  ## Examples

      iex> :array.is_fix(:array.fix(:array.new()))
      true
  """
  @spec fix(array) :: array
  def fix({:array, size, _, default, values}), do: {:array, size, true, default, values}
  def fix(_other), do: :erlang.error(:badarg)

  @doc """
  Lets the array grow.

  ## Examples

      iex> :array.is_fix(:array.relax(:array.new(5)))
      false
  """
  @spec relax(array) :: array
  def relax({:array, size, _, default, values}), do: {:array, size, false, default, values}
  def relax(_other), do: :erlang.error(:badarg)

  @doc """
  Tells whether the array has a fixed size.

  ## Examples

      iex> :array.is_fix(:array.new(5))
      true
  """
  @spec is_fix(array) :: boolean
  def is_fix({:array, _, fixed?, _, _}), do: fixed?
  def is_fix(_other), do: :erlang.error(:badarg)

  @doc """
  Changes the number of places.

  ## Examples

      iex> :array.to_list(:array.resize(1, :array.from_list([:a, :b])))
      [:a]
  """
  @spec resize(non_neg_integer, array) :: array
  def resize(size, {:array, old_size, fixed?, default, values})
      when is_integer(size) and size >= 0 do
    values = if size < old_size, do: :maps.filter(fn i, _ -> i < size end, values), else: values
    {:array, size, fixed?, default, values}
  end

  def resize(_size, _other), do: :erlang.error(:badarg)

  @doc "Reduces the number of places to `sparse_size/1`."
  @spec resize(array) :: array
  def resize(array), do: resize(sparse_size(array), array)

  ## Places

  @doc """
  Puts a value in a place.

  ## Examples

      iex> :array.to_list(:array.set(1, :x, :array.from_list([:a, :b])))
      [:a, :x]
  """
  @spec set(non_neg_integer, term, array) :: array
  def set(i, value, {:array, size, fixed?, default, values})
      when is_integer(i) and i >= 0 and (i < size or not fixed?),
      do: {:array, Kernel.max(size, i + 1), fixed?, default, :maps.put(i, value, values)}

  def set(_i, _value, _array), do: :erlang.error(:badarg)

  @doc """
  Returns the value in a place.

  ## Examples

      iex> :array.get(1, :array.from_list([:a, :b]))
      :b
  """
  @spec get(non_neg_integer, array) :: term
  def get(i, {:array, size, fixed?, default, values})
      when is_integer(i) and i >= 0 and (i < size or not fixed?) do
    case values do
      %{^i => value} -> value
      %{} -> default
    end
  end

  def get(_i, _array), do: :erlang.error(:badarg)

  @doc """
  Puts the default value in a place.

  ## Examples

      iex> :array.to_list(:array.reset(0, :array.from_list([:a, :b])))
      [:undefined, :b]
  """
  @spec reset(non_neg_integer, array) :: array
  def reset(i, {:array, size, fixed?, default, values})
      when is_integer(i) and i >= 0 and (i < size or not fixed?),
      do: {:array, size, fixed?, default, :maps.remove(i, values)}

  def reset(_i, _array), do: :erlang.error(:badarg)

  ## Lists

  @doc """
  Returns the values in order.

  ## Examples

      iex> :array.to_list(:array.from_list([:a, :b]))
      [:a, :b]
  """
  @spec to_list(array) :: list
  def to_list(array), do: foldr(fn _i, value, acc -> [value | acc] end, [], array)

  @doc """
  Returns the values in order, without those that are the default.

  ## Examples

      iex> :array.sparse_to_list(:array.set(2, :c, :array.new()))
      [:c]
  """
  @spec sparse_to_list(array) :: list
  def sparse_to_list(array), do: sparse_foldr(fn _i, value, acc -> [value | acc] end, [], array)

  @doc """
  Builds an array of a list.

  ## Examples

      iex> :array.size(:array.from_list([1, 2, 3]))
      3
  """
  @spec from_list(list) :: array
  def from_list(list), do: from_list(list, :undefined)

  @doc "Builds an array of a list, with a default value."
  @spec from_list(list, term) :: array
  def from_list(list, default) when is_list(list) do
    pairs = :lists.enumerate(0, list)
    {:array, length(pairs), false, default, :maps.from_list(pairs)}
  end

  def from_list(_list, _default), do: :erlang.error(:badarg)

  @doc """
  Returns the values as pairs with their places.

  ## Examples

      iex> :array.to_orddict(:array.from_list([:a, :b]))
      [{0, :a}, {1, :b}]
  """
  @spec to_orddict(array) :: [{non_neg_integer, term}]
  def to_orddict(array), do: foldr(fn i, value, acc -> [{i, value} | acc] end, [], array)

  @doc """
  Returns the values as pairs with their places, without those that are the default.

  ## Examples

      iex> :array.sparse_to_orddict(:array.set(2, :c, :array.new()))
      [{2, :c}]
  """
  @spec sparse_to_orddict(array) :: [{non_neg_integer, term}]
  def sparse_to_orddict(array),
    do: sparse_foldr(fn i, value, acc -> [{i, value} | acc] end, [], array)

  @doc """
  Builds an array of pairs that are sorted by place.

  ## Examples

      iex> :array.to_list(:array.from_orddict([{1, :b}]))
      [:undefined, :b]
  """
  @spec from_orddict([{non_neg_integer, term}]) :: array
  def from_orddict(pairs), do: from_orddict(pairs, :undefined)

  @doc "Builds an array of pairs that are sorted by place, with a default value."
  @spec from_orddict([{non_neg_integer, term}], term) :: array
  def from_orddict(pairs, default) when is_list(pairs),
    do: {:array, last_place(pairs, -1) + 1, false, default, :maps.from_list(pairs)}

  def from_orddict(_pairs, _default), do: :erlang.error(:badarg)

  defp last_place([{i, _} | rest], before) when is_integer(i) and i > before,
    do: last_place(rest, i)

  defp last_place([], last), do: last
  defp last_place(_other, _before), do: :erlang.error(:badarg)

  ## Walking

  @doc """
  Replaces each value by the result of `fun`, which gets place and value.

  ## Examples

      iex> :array.to_list(:array.map(fn i, value -> i + value end, :array.from_list([10, 20])))
      [10, 21]
  """
  @spec map((non_neg_integer, term -> term), array) :: array
  def map(fun, {:array, size, fixed?, default, _} = array) when is_function(fun, 2) do
    pairs = :lists.map(fn {i, value} -> {i, fun.(i, value)} end, to_orddict(array))
    {:array, size, fixed?, default, :maps.from_list(pairs)}
  end

  def map(_fun, _array), do: :erlang.error(:badarg)

  @doc """
  Replaces each value that is not the default by the result of `fun`.

  ## Examples

      iex> :array.to_list(:array.sparse_map(fn _i, value -> -value end, :array.set(1, 5, :array.new())))
      [:undefined, -5]
  """
  @spec sparse_map((non_neg_integer, term -> term), array) :: array
  def sparse_map(fun, {:array, size, fixed?, default, _} = array) when is_function(fun, 2) do
    pairs = :lists.map(fn {i, value} -> {i, fun.(i, value)} end, sparse_to_orddict(array))
    {:array, size, fixed?, default, :maps.from_list(pairs)}
  end

  def sparse_map(_fun, _array), do: :erlang.error(:badarg)

  @doc """
  Folds over places and values from the first.

  ## Examples

      iex> :array.foldl(fn _i, value, acc -> [value | acc] end, [], :array.from_list([1, 2]))
      [2, 1]
  """
  @spec foldl((non_neg_integer, term, acc -> acc), acc, array) :: acc when acc: term
  def foldl(fun, acc, {:array, size, _, default, values}) when is_function(fun, 3),
    do: fold_up(0, size, default, values, acc, fun)

  def foldl(_fun, _acc, _array), do: :erlang.error(:badarg)

  defp fold_up(size, size, _default, _values, acc, _fun), do: acc

  defp fold_up(i, size, default, values, acc, fun) do
    acc = fun.(i, :maps.get(i, values, default), acc)
    fold_up(i + 1, size, default, values, acc, fun)
  end

  @doc """
  Folds over places and values from the last.

  ## Examples

      iex> :array.foldr(fn _i, value, acc -> [value | acc] end, [], :array.from_list([1, 2]))
      [1, 2]
  """
  @spec foldr((non_neg_integer, term, acc -> acc), acc, array) :: acc when acc: term
  def foldr(fun, acc, {:array, size, _, default, values}) when is_function(fun, 3),
    do: fold_down(size - 1, default, values, acc, fun)

  def foldr(_fun, _acc, _array), do: :erlang.error(:badarg)

  defp fold_down(-1, _default, _values, acc, _fun), do: acc

  defp fold_down(i, default, values, acc, fun),
    do: fold_down(i - 1, default, values, fun.(i, :maps.get(i, values, default), acc), fun)

  @doc """
  Folds from the first place, without those that hold the default.

  ## Examples

      iex> :array.sparse_foldl(fn i, _value, acc -> [i | acc] end, [], :array.set(3, :x, :array.new()))
      [3]
  """
  @spec sparse_foldl((non_neg_integer, term, acc -> acc), acc, array) :: acc when acc: term
  def sparse_foldl(fun, acc, {:array, _, _, _, values} = array) when is_function(fun, 3),
    do: :lists.foldl(&fun.(&1, :maps.get(&1, values), &2), acc, sparse_places(array))

  def sparse_foldl(_fun, _acc, _array), do: :erlang.error(:badarg)

  @doc """
  Folds from the last place, without those that hold the default.

  ## Examples

      iex> :array.sparse_foldr(fn i, _value, acc -> [i | acc] end, [], :array.set(3, :x, :array.new()))
      [3]
  """
  @spec sparse_foldr((non_neg_integer, term, acc -> acc), acc, array) :: acc when acc: term
  def sparse_foldr(fun, acc, {:array, _, _, _, values} = array) when is_function(fun, 3),
    do: :lists.foldr(&fun.(&1, :maps.get(&1, values), &2), acc, sparse_places(array))

  def sparse_foldr(_fun, _acc, _array), do: :erlang.error(:badarg)

  # The places that hold something else than the default, in order.
  defp sparse_places({:array, _, _, default, values}),
    do: :lists.sort(for({i, value} <- :maps.to_list(values), value !== default, do: i))
end
