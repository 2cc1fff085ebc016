defmodule :ets do
  @moduledoc """
  Tables of tuples that processes share.

  Nearly all of it is natives; here are the functions that take functions.

      iex> table = :ets.new(:prices, [:ordered_set])
      iex> :ets.insert(table, [apple: 3, pear: 4])
      iex> :ets.foldl(fn {_, price}, sum -> price + sum end, 0, table)
      7

  """

  @doc """
  Folds over the objects that are in the table now, in the order of its keys if it has one.

  ## Examples

      iex> table = :ets.new(:letters, [:ordered_set])
      iex> :ets.insert(table, [b: 2, a: 1])
      iex> :ets.foldl(fn {letter, _}, acc -> [letter | acc] end, [], table)
      [:b, :a]

  """
  def foldl(fun, acc, table), do: :lists.foldl(fun, acc, :ets.tab2list(table))

  @doc """
  As `foldl/3`, from the last object to the first.

  ## Examples

      iex> table = :ets.new(:letters, [:ordered_set])
      iex> :ets.insert(table, [b: 2, a: 1])
      iex> :ets.foldr(fn {letter, _}, acc -> [letter | acc] end, [], table)
      [:a, :b]

  """
  def foldr(fun, acc, table), do: :lists.foldr(fun, acc, :ets.tab2list(table))

  @doc """
  Would turn a function into a match specification, which only Erlang's compiler and shell can do. Exits.
  """
  def fun2ms(fun) when is_function(fun) do
    words = "function called with real fun should be transformed with parse_transform or called with a fun generated in the shell"
    :erlang.exit({:badarg, {:ets, :fun2ms, for(word <- String.split(words), do: :erlang.binary_to_atom(word))}})
  end
end
