defmodule :random do
  @moduledoc """
  Erlang's old random numbers, which `:rand` has replaced: the generator AS 183 of Wichmann and Hill (Applied Statistics 31, 1982).

  Its state is three integers, which every process keeps in its dictionary. Without a seed all processes draw the same numbers.
  """

  @first 30_269
  @second 30_307
  @third 30_323
  @default {3172, 9814, 20125}

  @doc """
  Returns the state that a process starts with.

  ## Examples

      iex> :random.seed0()
      {3172, 9814, 20125}
  """
  @spec seed0() :: tuple
  def seed0(), do: @default

  @doc """
  Starts over with the state of `seed0/0`; returns the state before, or `:undefined`.
  """
  @spec seed() :: tuple | :undefined
  def seed(), do: :erlang.put(:random_seed, @default)

  @doc """
  Starts over with three integers in a tuple.
  """
  @spec seed({integer, integer, integer}) :: tuple | :undefined
  def seed({a, b, c}), do: seed(a, b, c)

  @doc """
  Starts over with three integers.

  ## Examples

      iex> :random.seed(1, 2, 3)
      iex> :random.uniform()
      0.05074967983013061
  """
  @spec seed(integer, integer, integer) :: tuple | :undefined
  def seed(a, b, c), do: :erlang.put(:random_seed, {word(a, @first), word(b, @second), word(c, @third)})

  # A state of nothing but zeros would stay one.
  defp word(number, modulus), do: rem(abs(number), modulus - 1) + 1

  @doc """
  Draws a float between 0.0 and 1.0.
  """
  @spec uniform() :: float
  def uniform() do
    {number, state} = uniform_s(state())
    :erlang.put(:random_seed, state)
    number
  end

  @doc """
  Draws an integer from 1 to `n`.
  """
  @spec uniform(pos_integer) :: pos_integer
  def uniform(n) when is_integer(n) and n >= 1, do: trunc(uniform() * n) + 1

  @doc """
  Draws a float with the given state, and returns it with the next one.

  ## Examples

      iex> :random.uniform_s({3172, 9814, 20125})
      {0.4435846174457203, {27839, 21123, 25074}}
  """
  @spec uniform_s(tuple) :: {float, tuple}
  def uniform_s({a, b, c}) do
    {a, b, c} = {rem(a * 171, @first), rem(b * 172, @second), rem(c * 170, @third)}
    sum = a / @first + b / @second + c / @third
    {sum - trunc(sum), {a, b, c}}
  end

  @doc """
  Draws an integer from 1 to `n` with the given state, and returns it with the next one.
  """
  @spec uniform_s(pos_integer, tuple) :: {pos_integer, tuple}
  def uniform_s(n, state) when is_integer(n) and n >= 1 do
    {number, state} = uniform_s(state)
    {trunc(number * n) + 1, state}
  end

  defp state() do
    case :erlang.get(:random_seed) do
      :undefined -> @default
      state -> state
    end
  end
end
