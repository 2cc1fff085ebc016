defmodule Integer do
  @moduledoc """
  Functions for integers.

  Integers have no upper or lower limit. Their literals may have `_` between digits and be written in other bases:

      iex> 1_000_000 + 0x10 + 0b11
      1000019

  The usual arithmetic is in `Kernel`, operations on bits are in `Bitwise`.
  """

  @doc """
  Tells whether an integer is odd.

  It is a macro, allowed in guards; `require Integer` first.

  ## Examples

      iex> require Integer
      iex> Integer.is_odd(3)
      true
      iex> Integer.is_odd(-2)
      false
  """
  defguard is_odd(integer) when is_integer(integer) and :erlang.band(integer, 1) == 1

  @doc """
  Tells whether an integer is even.

  It is a macro, allowed in guards; `require Integer` first.

  ## Examples

      iex> require Integer
      iex> Integer.is_even(0)
      true
      iex> Enum.filter(1..5, &Integer.is_even/1)
      [2, 4]
  """
  defguard is_even(integer) when is_integer(integer) and :erlang.band(integer, 1) == 0

  @doc """
  Raises an integer to a power that is not negative.

  A negative exponent raises `ArithmeticError`; see `Float.pow/2` for those.

  ## Examples

      iex> Integer.pow(3, 5)
      243
      iex> Integer.pow(7, 0)
      1
      iex> Integer.pow(2, 100)
      1267650600228229401496703205376
  """
  @spec pow(integer, non_neg_integer) :: integer
  def pow(base, exponent) when is_integer(base) and is_integer(exponent) do
    if exponent < 0, do: :erlang.error(:badarith), else: power(base, exponent, 1)
  end

  # Squares the base for each binary digit of the exponent.
  defp power(_base, 0, acc), do: acc
  defp power(base, 1, acc), do: base * acc

  defp power(base, exponent, acc) do
    acc = if :erlang.band(exponent, 1) == 1, do: acc * base, else: acc
    power(base * base, :erlang.bsr(exponent, 1), acc)
  end

  @doc """
  Returns the remainder of a division that rounds down.

  It has the sign of the divisor, unlike `rem/2`. A zero divisor raises `ArithmeticError`.

  ## Examples

      iex> Integer.mod(-7, 5)
      3
      iex> Integer.mod(7, -5)
      -3
  """
  @spec mod(integer, neg_integer | pos_integer) :: integer
  def mod(dividend, divisor) do
    case rem(dividend, divisor) do
      remainder when remainder != 0 and remainder < 0 != divisor < 0 -> remainder + divisor
      remainder -> remainder
    end
  end

  @doc """
  Divides and rounds down.

  It differs from `div/2` where the quotient is negative.

  ## Examples

      iex> Integer.floor_div(7, 2)
      3
      iex> Integer.floor_div(-7, 2)
      -4
  """
  @spec floor_div(integer, neg_integer | pos_integer) :: integer
  def floor_div(dividend, divisor), do: div(dividend - mod(dividend, divisor), divisor)

  @doc """
  Returns the digits of an integer in the given base, 10 by default.

  The digits of a negative integer are all negative.

  ## Examples

      iex> Integer.digits(2024)
      [2, 0, 2, 4]
      iex> Integer.digits(5, 2)
      [1, 0, 1]
      iex> Integer.digits(-12)
      [-1, -2]
  """
  @spec digits(integer, pos_integer) :: [integer, ...]
  def digits(integer, base \\ 10)
      when is_integer(integer) and is_integer(base) and base >= 2 do
    digits_of(integer, base, [])
  end

  defp digits_of(integer, base, acc) when abs(integer) < base, do: [integer | acc]

  defp digits_of(integer, base, acc),
    do: digits_of(div(integer, base), base, [rem(integer, base) | acc])

  @doc """
  Builds an integer from its digits in the given base, 10 by default.

  A digit that the base does not have raises `ArgumentError`.

  ## Examples

      iex> Integer.undigits([2, 0, 2, 4])
      2024
      iex> Integer.undigits([1, 0, 1], 2)
      5
      iex> Integer.undigits([1, 2], 2)
      ** (ArgumentError) invalid digit 2 in base 2
  """
  @spec undigits([integer], pos_integer) :: integer
  def undigits(digits, base \\ 10) when is_list(digits) and is_integer(base) and base >= 2,
    do: add_digits(digits, base, 0)

  defp add_digits([digit | rest], base, acc) when is_integer(digit) and digit < base,
    do: add_digits(rest, base, acc * base + digit)

  defp add_digits([digit | _], base, _acc) when is_integer(digit),
    do: raise(ArgumentError, "invalid digit #{digit} in base #{base}")

  defp add_digits([], _base, acc), do: acc

  @doc """
  Reads an integer from the beginning of a text.

  The result is `{integer, rest}`, or `:error` if the text does not begin with one. Digits of bases up to 36 are letters of either
  case.

  ## Examples

      iex> Integer.parse("42 km")
      {42, " km"}
      iex> Integer.parse("-ff", 16)
      {-255, ""}
      iex> Integer.parse("km")
      :error
  """
  @spec parse(binary, 2..36) :: {integer, remainder_of_binary :: binary} | :error
  def parse(binary, base \\ 10)

  def parse(_binary, base) when base not in 2..36,
    do: raise(ArgumentError, "invalid base #{inspect(base)}")

  def parse(<<sign, digits::binary>> = binary, base) when sign in [?+, ?-],
    do: parse_digits(binary, 1, digits, base)

  def parse(binary, base) when is_binary(binary), do: parse_digits(binary, 0, binary, base)

  defp parse_digits(binary, sign_size, digits, base) do
    case if(base == 10, do: count_decimals(digits, 0), else: count_digits(digits, base, 0)) do
      0 ->
        :error

      count ->
        size = sign_size + count
        <<number::binary-size(size), rest::binary>> = binary
        {:erlang.binary_to_integer(number, base), rest}
    end
  end

  defp count_decimals(<<char, rest::binary>>, count) when char in ?0..?9, do: count_decimals(rest, count + 1)
  defp count_decimals(_, count), do: count

  defp count_digits(<<char, rest::binary>>, base, count) do
    value =
      cond do
        char in ?0..?9 -> char - ?0
        char in ?a..?z -> char - ?a + 10
        char in ?A..?Z -> char - ?A + 10
        true -> base
      end

    if value < base, do: count_digits(rest, base, count + 1), else: count
  end

  defp count_digits(<<>>, _base, count), do: count

  @doc """
  Returns an integer as text in the given base, 10 by default.

  ## Examples

      iex> Integer.to_string(-42)
      "-42"
      iex> Integer.to_string(255, 16)
      "FF"
  """
  @spec to_string(integer, 2..36) :: String.t()
  def to_string(integer, base \\ 10)
  def to_string(integer, 10), do: :erlang.integer_to_binary(integer)
  def to_string(integer, base), do: :erlang.integer_to_binary(integer, base)

  @doc """
  Returns an integer as a charlist in the given base, 10 by default.

  ## Examples

      iex> Integer.to_charlist(42)
      ~c"42"
      iex> Integer.to_charlist(5, 2)
      ~c"101"
  """
  @spec to_charlist(integer, 2..36) :: charlist
  def to_charlist(integer, base \\ 10)
  def to_charlist(integer, 10), do: :erlang.integer_to_list(integer)
  def to_charlist(integer, base), do: :erlang.integer_to_list(integer, base)

  @doc false
  @deprecated "Use Integer.to_charlist/1 instead"
  def to_char_list(integer), do: Integer.to_charlist(integer)

  @doc false
  @deprecated "Use Integer.to_charlist/2 instead"
  def to_char_list(integer, base), do: Integer.to_charlist(integer, base)

  @doc """
  Returns the greatest common divisor of two integers.

  It is never negative, and zero only if both integers are.

  ## Examples

      iex> Integer.gcd(12, -18)
      6
      iex> Integer.gcd(0, 5)
      5
  """
  @spec gcd(integer, integer) :: non_neg_integer
  def gcd(integer1, integer2) when is_integer(integer1) and is_integer(integer2),
    do: euclid(abs(integer1), abs(integer2))

  defp euclid(a, 0), do: a
  defp euclid(a, b), do: euclid(b, rem(a, b))

  @doc """
  Returns the greatest common divisor of two integers, and factors that lead to it.

  The result is `{gcd, m, n}`, where `a * m + b * n` is the divisor.

  ## Examples

      iex> {gcd, m, n} = Integer.extended_gcd(240, 46)
      iex> gcd
      2
      iex> 240 * m + 46 * n
      2
  """
  @spec extended_gcd(integer, integer) :: {non_neg_integer, integer, integer}
  def extended_gcd(integer1, integer2) when is_integer(integer1) and is_integer(integer2) do
    {gcd, m, n} = bezout({integer1, 1, 0}, {integer2, 0, 1})

    cond do
      gcd == 0 -> {0, 0, 0}
      gcd < 0 -> {-gcd, -m, -n}
      true -> {gcd, m, n}
    end
  end

  # Each triple {r, m, n} keeps r = a * m + b * n; Euclid's steps are made on all three at once.
  defp bezout(result, {0, _, _}), do: result

  defp bezout({r1, m1, n1}, {r2, m2, n2}) do
    quotient = div(r1, r2)
    bezout({r2, m2, n2}, {r1 - quotient * r2, m1 - quotient * m2, n1 - quotient * n2})
  end
end
