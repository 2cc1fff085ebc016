defmodule Float do
  @moduledoc """
  Functions for floating-point numbers.

  A float has 64 bits in the format of IEEE 754. It holds about 15 decimal digits, and most decimal fractions only come near:

      iex> 0.1 + 0.2
      0.30000000000000004

  There are no infinities and nothing that is not a number: an operation with such a result raises `ArithmeticError`. There are two
  zeros, which are equal to `==/2`.

  `Kernel.round/1`, `Kernel.trunc/1` and so on turn floats into integers; the functions here with the same names return floats, and may keep
  some digits.
  """

  # Powers of ten up to this one can be told apart by a float of about one.
  @max_precision 15

  @doc """
  Returns the largest float.

  ## Examples

      iex> Float.max_finite()
      1.7976931348623157e308
  """
  @spec max_finite() :: float
  def max_finite, do: 1.7976931348623157e308

  @doc """
  Returns the smallest float, which is negative.

  ## Examples

      iex> Float.min_finite()
      -1.7976931348623157e308
  """
  @spec min_finite() :: float
  def min_finite, do: -1.7976931348623157e308

  @doc """
  Raises a float to a power.

  A negative base with a fractional exponent raises `ArithmeticError`, and so does a result that is too large.

  ## Examples

      iex> Float.pow(2.5, 2)
      6.25
      iex> Float.pow(4.0, -0.5)
      0.5
  """
  @spec pow(float, number) :: float
  def pow(base, exponent) when is_float(base) and is_number(exponent),
    do: :math.pow(base, exponent)

  @doc """
  Reads a float from the beginning of a text.

  The result is `{float, rest}`, or `:error` if the text does not begin with a number, or with one that is too large.

  ## Examples

      iex> Float.parse("2.5 m")
      {2.5, " m"}
      iex> Float.parse("-1e3")
      {-1.0e3, ""}
      iex> Float.parse("7.x")
      {7.0, ".x"}
      iex> Float.parse(".5")
      :error
  """
  @spec parse(binary) :: {float, binary} | :error
  def parse(<<sign, rest::binary>>) when sign in [?+, ?-] do
    case parse_unsigned(rest) do
      {float, rest} when sign == ?- -> {-float, rest}
      result -> result
    end
  end

  def parse(binary) when is_binary(binary), do: parse_unsigned(binary)

  # Takes the text apart in digits, fraction and exponent, each of which may stop being one where digits are missing.
  defp parse_unsigned(binary) do
    case split_digits(binary) do
      {"", _} ->
        :error

      {whole, rest} ->
        {fraction, rest} = split_fraction(rest)
        {exponent, rest} = split_exponent(rest)

        try do
          {:erlang.binary_to_float(<<whole::binary, ?., fraction::binary, exponent::binary>>),
           rest}
        rescue
          ArgumentError -> :error
        end
    end
  end

  defp split_fraction(<<?., after_point::binary>> = text) do
    case split_digits(after_point) do
      {"", _} -> {"0", text}
      found -> found
    end
  end

  defp split_fraction(text), do: {"0", text}

  defp split_exponent(<<e, sign, after_sign::binary>> = text)
       when e in [?e, ?E] and sign in [?+, ?-] do
    case split_digits(after_sign) do
      {"", _} -> {"", text}
      {digits, rest} -> {<<?e, sign, digits::binary>>, rest}
    end
  end

  defp split_exponent(<<e, after_e::binary>> = text) when e in [?e, ?E] do
    case split_digits(after_e) do
      {"", _} -> {"", text}
      {digits, rest} -> {<<?e, digits::binary>>, rest}
    end
  end

  defp split_exponent(text), do: {"", text}

  defp split_digits(text) do
    size = count_digits(text, 0)
    <<digits::binary-size(size), rest::binary>> = text
    {digits, rest}
  end

  defp count_digits(<<digit, rest::binary>>, count) when digit in ?0..?9,
    do: count_digits(rest, count + 1)

  defp count_digits(_text, count), do: count

  @doc """
  Rounds down to a float with `precision` decimal digits, none by default.

  The precision is a number from 0 to 15. What is rounded is the exact value of the float, which may be a little off its decimal
  notation; and so may be the result.

  ## Examples

      iex> Float.floor(2.97)
      2.0
      iex> Float.floor(-2.97, 1)
      -3.0
  """
  @spec floor(float, 0..15) :: float
  def floor(number, precision \\ 0)
  def floor(number, 0) when is_float(number), do: :math.floor(number)

  def floor(number, precision) when is_float(number),
    do: to_precision(number, precision, &floor_rule/4)

  @doc """
  Rounds up to a float with `precision` decimal digits, none by default.

  See `floor/2`.

  ## Examples

      iex> Float.ceil(2.01)
      3.0
      iex> Float.ceil(2.012, 2)
      2.02
      iex> Float.ceil(-0.5)
      -0.0
  """
  @spec ceil(float, 0..15) :: float
  def ceil(number, precision \\ 0)
  def ceil(number, 0) when is_float(number), do: :math.ceil(number)

  def ceil(number, precision) when is_float(number),
    do: to_precision(number, precision, &ceil_rule/4)

  @doc """
  Rounds to the nearest float with `precision` decimal digits, none by default.

  Halves go away from zero. Since the exact value counts, a notation that ends in 5 may be rounded down: most such
  fractions are no halves.

  ## Examples

      iex> Float.round(2.5)
      3.0
      iex> Float.round(3.14159, 3)
      3.142
      iex> Float.round(1.005, 2)
      1.0
  """
  @spec round(float, 0..15) :: float
  def round(float, precision \\ 0) when is_float(float),
    do: to_precision(float, precision, &round_rule/4)

  # Each rule gets sign, quotient, remainder and divisor of the scaled absolute value, and returns the quotient to take.
  defp floor_rule(:plus, quotient, _remainder, _divisor), do: quotient
  defp floor_rule(:minus, quotient, 0, _divisor), do: quotient
  defp floor_rule(:minus, quotient, _remainder, _divisor), do: quotient + 1

  defp ceil_rule(:minus, quotient, _remainder, _divisor), do: quotient
  defp ceil_rule(:plus, quotient, 0, _divisor), do: quotient
  defp ceil_rule(:plus, quotient, _remainder, _divisor), do: quotient + 1

  defp round_rule(_sign, quotient, remainder, divisor) when remainder * 2 < divisor, do: quotient
  defp round_rule(_sign, quotient, _remainder, _divisor), do: quotient + 1

  defp to_precision(number, precision, _rule)
       when not is_integer(precision) or precision < 0 or precision > @max_precision do
    _ = number

    raise ArgumentError,
          "precision #{precision} is out of valid range of 0..#{@max_precision}"
  end

  # The value is a fraction with a power of two below; scaled by a power of ten it is divided exactly, and the decimal
  # that comes out is read as a float like any other, which rounds correctly.
  defp to_precision(number, precision, rule) do
    case ratio(number) do
      {_, 1} ->
        number

      {numerator, denominator} ->
        sign = if numerator < 0, do: :minus, else: :plus
        scale = Integer.pow(10, precision)
        scaled = abs(numerator) * scale
        quotient = rule.(sign, div(scaled, denominator), rem(scaled, denominator), denominator)
        float = decimal_to_float(div(quotient, scale), rem(quotient, scale), precision)
        if sign == :minus, do: -float, else: float
    end
  end

  defp decimal_to_float(whole, _fraction, 0), do: whole * 1.0

  defp decimal_to_float(whole, fraction, precision) do
    digits = :erlang.integer_to_binary(fraction)
    zeros = :binary.copy("0", precision - byte_size(digits))

    :erlang.binary_to_float(
      <<:erlang.integer_to_binary(whole)::binary, ?., zeros::binary, digits::binary>>
    )
  end

  @doc """
  Returns two integers whose quotient is exactly the float.

  They have no common divisor, and the second is positive.

  ## Examples

      iex> Float.ratio(0.75)
      {3, 4}
      iex> Float.ratio(-8.0)
      {-8, 1}
      iex> Float.ratio(0.0)
      {0, 1}
  """
  @spec ratio(float) :: {integer, pos_integer}
  def ratio(float)
  def ratio(float) when is_float(float) and float == 0.0, do: {0, 1}

  def ratio(float) when is_float(float) do
    <<sign::1, exponent::11, fraction::52>> = <<float::float>>

    # Without an exponent there is no hidden leading one, and the scale stays that of exponent one.
    {mantissa, exponent} =
      case exponent do
        0 -> {fraction, -1074}
        _ -> {:erlang.bor(fraction, :erlang.bsl(1, 52)), exponent - 1075}
      end

    mantissa = if sign == 1, do: -mantissa, else: mantissa

    if exponent >= 0,
      do: {:erlang.bsl(mantissa, exponent), 1},
      else: halve(mantissa, :erlang.bsl(1, -exponent))
  end

  defp halve(numerator, denominator) do
    if :erlang.band(numerator, 1) == 0 and denominator > 1,
      do: halve(div(numerator, 2), div(denominator, 2)),
      else: {numerator, denominator}
  end

  @doc """
  Returns the shortest text that reads as the same float.

  ## Examples

      iex> Float.to_string(7.0)
      "7.0"
      iex> Float.to_string(1.0e30)
      "1.0e30"
  """
  @spec to_string(float) :: String.t()
  def to_string(float), do: :erlang.float_to_binary(float, [:short])

  @doc """
  Returns the shortest charlist that reads as the same float.

  ## Examples

      iex> Float.to_charlist(7.25)
      ~c"7.25"
  """
  @spec to_charlist(float) :: charlist
  def to_charlist(float), do: :erlang.float_to_list(float, [:short])

  @doc false
  @deprecated "Use Float.to_charlist/1 instead"
  def to_char_list(float), do: Float.to_charlist(float)

  @doc false
  @deprecated "Use :erlang.float_to_list/2 instead"
  def to_char_list(float, options), do: :erlang.float_to_list(float, old_options(options))

  @doc false
  @deprecated "Use :erlang.float_to_binary/2 instead"
  def to_string(float, options), do: :erlang.float_to_binary(float, old_options(options))

  # `compact: true` has become a lone `:compact`.
  defp old_options([{:compact, true} | rest]), do: [:compact | old_options(rest)]
  defp old_options([{:compact, false} | rest]), do: old_options(rest)
  defp old_options([option | rest]), do: [option | old_options(rest)]
  defp old_options([]), do: []
end
