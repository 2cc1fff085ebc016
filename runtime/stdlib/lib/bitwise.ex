defmodule Bitwise do
  @moduledoc """
  Operations on the bits of integers.

  They work on integers of any size. Negative ones are seen in two's complement with endless sign bits, so `bnot(0)` is `-1`. Each
  function is allowed in guards, and most have an operator form, which wants an import:

      iex> import Bitwise
      iex> 0b1100 &&& 0b1010
      0b1000
      iex> 1 <<< 10
      1024
  """

  # `use Bitwise` is the old form of `import Bitwise`; its options leave out the names or the operators.
  @doc false
  @deprecated "import Bitwise instead"
  defmacro __using__(options) do
    hidden =
      case {Keyword.get(options, :only_operators), Keyword.get(options, :skip_operators)} do
        {set, _} when set not in [nil, false] -> named()
        {_, set} when set not in [nil, false] -> operators()
        _ -> []
      end

    quote do: import(Bitwise, except: unquote(hidden))
  end

  defp named, do: [band: 2, bor: 2, bxor: 2, bnot: 1, bsl: 2, bsr: 2]
  defp operators, do: [&&&: 2, |||: 2, "^^^": 2, "~~~": 1, <<<: 2, >>>: 2]

  @doc """
  Flips all bits.

  ## Examples

      iex> Bitwise.bnot(5)
      -6
  """
  @doc guard: true
  @spec bnot(integer) :: integer
  def bnot(expr), do: :erlang.bnot(expr)

  @doc """
  Flips all bits, as an operator.

  ## Examples

      iex> import Bitwise
      iex> ~~~5
      -6
  """
  @doc guard: true
  @spec ~~~integer :: integer
  def ~~~expr, do: :erlang.bnot(expr)

  @doc """
  Keeps the bits that are set in both integers.

  ## Examples

      iex> Bitwise.band(0b1101, 0b0111)
      0b0101
  """
  @doc guard: true
  @spec band(integer, integer) :: integer
  def band(left, right), do: :erlang.band(left, right)

  @doc """
  Keeps the bits that are set in both integers, as an operator.

  ## Examples

      iex> import Bitwise
      iex> 13 &&& 7
      5
  """
  @doc guard: true
  @spec integer &&& integer :: integer
  def left &&& right, do: :erlang.band(left, right)

  @doc """
  Sets the bits that are set in at least one of the integers.

  ## Examples

      iex> Bitwise.bor(0b1001, 0b0011)
      0b1011
  """
  @doc guard: true
  @spec bor(integer, integer) :: integer
  def bor(left, right), do: :erlang.bor(left, right)

  @doc """
  Sets the bits that are set in at least one of the integers, as an operator.

  ## Examples

      iex> import Bitwise
      iex> 9 ||| 3
      11
  """
  @doc guard: true
  @spec integer ||| integer :: integer
  def left ||| right, do: :erlang.bor(left, right)

  @doc """
  Sets the bits that are set in exactly one of the integers.

  ## Examples

      iex> Bitwise.bxor(0b1001, 0b0011)
      0b1010
  """
  @doc guard: true
  @spec bxor(integer, integer) :: integer
  def bxor(left, right), do: :erlang.bxor(left, right)

  @doc false
  def left ^^^ right, do: :erlang.bxor(left, right)

  @doc """
  Shifts the bits to the left, or to the right for a negative count.

  ## Examples

      iex> Bitwise.bsl(3, 4)
      48
      iex> Bitwise.bsl(3, -1)
      1
  """
  @doc guard: true
  @spec bsl(integer, integer) :: integer
  def bsl(left, right), do: :erlang.bsl(left, right)

  @doc """
  Shifts the bits to the left, as an operator.

  ## Examples

      iex> import Bitwise
      iex> 3 <<< 4
      48
  """
  @doc guard: true
  @spec integer <<< integer :: integer
  def left <<< right, do: :erlang.bsl(left, right)

  @doc """
  Shifts the bits to the right, or to the left for a negative count; the sign stays.

  ## Examples

      iex> Bitwise.bsr(48, 4)
      3
      iex> Bitwise.bsr(-5, 1)
      -3
  """
  @doc guard: true
  @spec bsr(integer, integer) :: integer
  def bsr(left, right), do: :erlang.bsr(left, right)

  @doc """
  Shifts the bits to the right, as an operator.

  ## Examples

      iex> import Bitwise
      iex> 48 >>> 4
      3
  """
  @doc guard: true
  @spec integer >>> integer :: integer
  def left >>> right, do: :erlang.bsr(left, right)
end
