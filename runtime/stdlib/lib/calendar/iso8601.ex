defmodule Calendar.ISO8601 do
  @moduledoc false
  # Text of ISO 8601, read and written piece by piece for `Calendar.ISO`, which alone knows what numbers make a date.
  #
  # `take_date/2` and `take_time/2` give what they read and the rest of the text, or `:error`.

  ## Reading

  def take_date(<<?-, rest::binary>>, format), do: take_date(rest, format, -1)
  def take_date(<<?+, rest::binary>>, format), do: take_date(rest, format, 1)
  def take_date(text, format), do: take_date(text, format, 1)

  defp take_date(<<year::binary-size(4), ?-, month::binary-size(2), ?-, day::binary-size(2), rest::binary>>, :extended, sign) do
    date(year, month, day, rest, sign)
  end

  defp take_date(<<year::binary-size(4), month::binary-size(2), day::binary-size(2), rest::binary>>, :basic, sign) do
    date(year, month, day, rest, sign)
  end

  defp take_date(_, _, _), do: :error

  defp date(year, month, day, rest, sign) do
    with year when year != :error <- number(year, 0),
         month when month != :error <- number(month, 0),
         day when day != :error <- number(day, 0) do
      {{sign * year, month, day}, rest}
    end
  end

  def take_time(<<hour::binary-size(2), ?:, minute::binary-size(2), ?:, second::binary-size(2), rest::binary>>, :extended) do
    time(hour, minute, second, rest)
  end

  def take_time(<<hour::binary-size(2), minute::binary-size(2), second::binary-size(2), rest::binary>>, :basic) do
    time(hour, minute, second, rest)
  end

  def take_time(_, _), do: :error

  defp time(hour, minute, second, rest) do
    with hour when hour != :error <- number(hour, 0),
         minute when minute != :error <- number(minute, 0),
         second when second != :error <- number(second, 0),
         {microsecond, rest} <- take_microsecond(rest) do
      {{hour, minute, second, microsecond}, rest}
    end
  end

  # The fraction of a second, whose digits beyond the sixth are dropped.
  def take_microsecond(<<mark, digit, rest::binary>>) when mark in ~c".," and digit in ?0..?9, do: fraction(rest, digit - ?0, 1)
  def take_microsecond(<<mark, _::binary>>) when mark in ~c".,", do: :error
  def take_microsecond(rest), do: {{0, 0}, rest}

  defp fraction(<<digit, rest::binary>>, value, 6) when digit in ?0..?9, do: fraction(rest, value, 6)
  defp fraction(<<digit, rest::binary>>, value, count) when digit in ?0..?9, do: fraction(rest, value * 10 + digit - ?0, count + 1)
  defp fraction(rest, value, count), do: {{value * Integer.pow(10, 6 - count), count}, rest}

  defp number(<<digit, rest::binary>>, value) when digit in ?0..?9, do: number(rest, value * 10 + digit - ?0)
  defp number(<<>>, value), do: value
  defp number(_, _), do: :error

  # What is left of a text must be an offset or nothing.
  def offset_seconds(""), do: {:ok, nil}
  def offset_seconds("Z"), do: {:ok, 0}
  # The standard forbids a zero with a minus.
  def offset_seconds("-00:00"), do: :error
  def offset_seconds(<<sign, hour::binary-size(2), ?:, minute::binary-size(2)>>), do: offset_seconds(sign, hour, minute)
  def offset_seconds(<<sign, hour::binary-size(2), minute::binary-size(2)>>), do: offset_seconds(sign, hour, minute)
  def offset_seconds(<<sign, hour::binary-size(2)>>), do: offset_seconds(sign, hour, "00")
  def offset_seconds(_), do: :error

  defp offset_seconds(sign, hour, minute) when sign in ~c"+-" do
    with hour when hour < 24 <- number(hour, 0), minute when minute < 60 <- number(minute, 0) do
      {:ok, if(sign == ?+, do: 1, else: -1) * (hour * 60 + minute) * 60}
    else
      _ -> :error
    end
  end

  defp offset_seconds(_, _, _), do: :error

  # Parts of a duration in their order, by the letter that follows the number.
  @date_parts [{?Y, :year}, {?M, :month}, {?W, :week}, {?D, :day}]
  @time_parts [{?H, :hour}, {?M, :minute}, {?S, :second}]

  def duration("", _sign), do: {:error, :invalid_duration}
  def duration(text, sign), do: parts(text, sign, @date_parts, [], :invalid_date_component)

  # What was found last stands first.
  defp parts("", _sign, _left, found, _reason), do: {:ok, found}

  defp parts(<<?T, text::binary>>, sign, _left, found, :invalid_date_component) when text != "" do
    parts(text, sign, @time_parts, found, :invalid_time_component)
  end

  defp parts(text, sign, left, found, reason) do
    with {value, rest} <- Integer.parse(text),
         {:ok, unit, fraction, left, rest} <- unit(rest, left) do
      parts(rest, sign, left, part(unit, value, fraction, text, sign) ++ found, reason)
    else
      _ -> {:error, reason}
    end
  end

  defp part(unit, value, nil, _text, sign), do: [{unit, sign * value}]

  # The sign of `-0.5` stands before a zero.
  defp part(:second, value, {microsecond, precision}, text, sign) do
    negative = if match?("-" <> _, text), do: -1, else: 1
    [second: sign * value, microsecond: {sign * negative * microsecond, precision}]
  end

  # Only seconds have a fraction. What comes before the unit found may not follow it.
  defp unit(<<mark, _::binary>> = text, left) when mark in ~c".," do
    with {fraction, <<?S, rest::binary>>} <- take_microsecond(text),
         true <- List.keymember?(left, ?S, 0) do
      {:ok, :second, fraction, [], rest}
    else
      _ -> :error
    end
  end

  defp unit(<<letter, rest::binary>>, left) do
    case Enum.drop_while(left, fn {known, _} -> known != letter end) do
      [{_, unit} | left] -> {:ok, unit, nil, left, rest}
      [] -> :error
    end
  end

  defp unit(<<>>, _left), do: :error

  ## Writing

  def date(year, month, day, :extended), do: [year(year), ?-, two(month), ?-, two(day)]
  def date(year, month, day, :basic), do: [year(year), two(month), two(day)]

  defp year(year) when year < 0, do: [?- | year(-year)]
  defp year(year) when year > 999, do: Integer.to_string(year)
  defp year(year), do: String.pad_leading(Integer.to_string(year), 4, "0")

  def time(hour, minute, second, microsecond, :extended) do
    [two(hour), ?:, two(minute), ?:, two(second) | fraction(microsecond)]
  end

  def time(hour, minute, second, microsecond, :basic), do: [two(hour), two(minute), two(second) | fraction(microsecond)]

  defp fraction({_, 0}), do: []
  defp fraction({microsecond, precision}), do: [?., digits(microsecond, precision)]

  def digits(microsecond, precision) do
    microsecond |> Integer.to_string() |> String.pad_leading(6, "0") |> binary_part(0, precision)
  end

  def offset(seconds, format) do
    minutes = abs(seconds) |> div(60)
    colon = if format == :extended, do: ":", else: ""
    [if(seconds < 0, do: ?-, else: ?+), two(div(minutes, 60)), colon, two(rem(minutes, 60))]
  end

  defp two(number) when number in 0..9, do: [?0, ?0 + number]
  defp two(number) when number < 0, do: [?- | two(-number)]
  defp two(number), do: Integer.to_string(number)
end
