defmodule Tuple do
  @moduledoc """
  Functions for tuples.

  A tuple holds a fixed number of values side by side. It is the way to return several values or to tag one, as in `{:ok, value}`.
  Reading an element or the size takes constant time; changing anything copies the tuple, so what grows or is walked
  through should be a list.

  `elem/2`, `put_elem/3` and `tuple_size/1` are in `Kernel`:

      iex> elem({:a, :b}, 1)
      :b
      iex> tuple_size({:a, :b})
      2
  """

  @doc """
  Returns a tuple of `size` times the same value.

  ## Examples

      iex> Tuple.duplicate(:x, 3)
      {:x, :x, :x}
  """
  @spec duplicate(term, non_neg_integer) :: tuple
  def duplicate(data, size) when is_integer(size) and size >= 0,
    do: :erlang.make_tuple(size, data)

  @doc """
  Inserts a value before the element at `index`.

  An index equal to the size appends; a larger one raises `ArgumentError`.

  ## Examples

      iex> Tuple.insert_at({:a, :c}, 1, :b)
      {:a, :b, :c}
      iex> Tuple.insert_at({:a}, 1, :b)
      {:a, :b}
  """
  @spec insert_at(tuple, non_neg_integer, term) :: tuple
  def insert_at(tuple, index, value) when is_integer(index) and index >= 0,
    do: :erlang.insert_element(index + 1, tuple, value)

  @doc false
  @deprecated "Use insert_at instead"
  def append(tuple, value), do: :erlang.append_element(tuple, value)

  @doc """
  Removes the element at `index`.

  An index outside the tuple raises `ArgumentError`.

  ## Examples

      iex> Tuple.delete_at({:a, :b, :c}, 1)
      {:a, :c}
  """
  @spec delete_at(tuple, non_neg_integer) :: tuple
  def delete_at(tuple, index) when is_integer(index) and index >= 0,
    do: :erlang.delete_element(index + 1, tuple)

  @doc """
  Adds up the elements.

  ## Examples

      iex> Tuple.sum({1, 2, 3})
      6
      iex> Tuple.sum({})
      0
  """
  @spec sum(tuple) :: number
  def sum(tuple), do: Enum.sum(:erlang.tuple_to_list(tuple))

  @doc """
  Multiplies the elements.

  ## Examples

      iex> Tuple.product({2, 3, 4})
      24
  """
  @spec product(tuple) :: number
  def product(tuple), do: Enum.product(:erlang.tuple_to_list(tuple))

  @doc """
  Turns a tuple into a list.

  ## Examples

      iex> Tuple.to_list({:ok, 1})
      [:ok, 1]
  """
  @spec to_list(tuple) :: list
  def to_list(tuple), do: :erlang.tuple_to_list(tuple)
end
