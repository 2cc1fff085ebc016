defmodule :calendar do
  @moduledoc """
  Dates of the Gregorian calendar, as Erlang programs know them.

  A date is `{year, month, day}`, a time of day `{hour, minute, second}`, and days and seconds are counted from the
  first of January of the year 0. `Date` and its kin are the modules for Elixir programs.

      iex> :calendar.day_of_the_week({2024, 2, 29})
      4

  """

  # Days from the year 0 to 1970, and their seconds.
  @epoch_days 719_528
  @epoch_seconds @epoch_days * 86_400

  # The days of 400 years, 100 years, 4 years, and of a year, where years begin in March and so the leap day is the last.
  @era 146_097

  @doc """
  The days from the beginning of the year 0 to a date.

  ## Examples

      iex> :calendar.date_to_gregorian_days({1970, 1, 1})
      719528
      iex> :calendar.date_to_gregorian_days(0, 1, 1)
      0

  """
  def date_to_gregorian_days({year, month, day}), do: date_to_gregorian_days(year, month, day)

  def date_to_gregorian_days(year, month, day)
      when is_integer(year) and year >= 0 and month in 1..12 and is_integer(day) and day > 0 do
    if day > last_day_of_the_month(year, month), do: :erlang.error(:function_clause)
    before_march = if month <= 2, do: 1, else: 0
    shifted = year - before_march
    from_march = rem(month + 9, 12)
    of_year = div(153 * from_march + 2, 5) + day - 1
    # The year 0 is a leap year whose January and February belong to the era before.
    floor_div(shifted, 400) * @era + days_of_years(Integer.mod(shifted, 400)) + of_year + 60
  end

  defp days_of_years(years), do: years * 365 + div(years, 4) - div(years, 100)

  defp floor_div(number, by), do: Integer.floor_div(number, by)

  @doc """
  The date so many days after the beginning of the year 0.

  ## Examples

      iex> :calendar.gregorian_days_to_date(738_580)
      {2022, 3, 1}

  """
  def gregorian_days_to_date(days) when is_integer(days) and days >= 0 do
    shifted = days - 60
    era = floor_div(shifted, @era)
    of_era = shifted - era * @era
    years = div(of_era - div(of_era, 1460) + div(of_era, 36_524) - div(of_era, 146_096), 365)
    of_year = of_era - days_of_years(years)
    from_march = div(5 * of_year + 2, 153)
    day = of_year - div(153 * from_march + 2, 5) + 1
    month = if from_march < 10, do: from_march + 3, else: from_march - 9
    year = era * 400 + years
    {if(month <= 2, do: year + 1, else: year), month, day}
  end

  @doc "The seconds from the beginning of the year 0 to a date and time."
  def datetime_to_gregorian_seconds({date, time}), do: 86_400 * date_to_gregorian_days(date) + time_to_seconds(time)

  @doc """
  The date and time so many seconds after the beginning of the year 0.

  ## Examples

      iex> :calendar.gregorian_seconds_to_datetime(62_167_219_200)
      {{1970, 1, 1}, {0, 0, 0}}

  """
  def gregorian_seconds_to_datetime(seconds) when is_integer(seconds) and seconds >= 0 do
    {gregorian_days_to_date(div(seconds, 86_400)), seconds_to_time(rem(seconds, 86_400))}
  end

  @doc "The day of the week, from 1 for Monday to 7."
  def day_of_the_week({year, month, day}), do: day_of_the_week(year, month, day)
  @doc "As `day_of_the_week/1`."
  def day_of_the_week(year, month, day), do: rem(date_to_gregorian_days(year, month, day) + 5, 7) + 1

  @doc "Whether a year has 366 days."
  def is_leap_year(year) when is_integer(year) and year >= 0 do
    rem(year, 4) == 0 and (rem(year, 100) != 0 or rem(year, 400) == 0)
  end

  @doc "The number of the last day of a month."
  def last_day_of_the_month(year, month) when is_integer(year) and year >= 0 do
    case month do
      2 -> if is_leap_year(year), do: 29, else: 28
      month when month in [4, 6, 9, 11] -> 30
      month when month in 1..12 -> 31
    end
  end

  @doc """
  Whether there is such a date.

  ## Examples

      iex> :calendar.valid_date({2023, 2, 29})
      false

  """
  def valid_date({year, month, day}), do: valid_date(year, month, day)
  @doc "As `valid_date/1`."
  def valid_date(year, month, day) when is_integer(year) and is_integer(month) and is_integer(day) do
    year >= 0 and month in 1..12 and day >= 1 and day <= last_day_of_the_month(year, month)
  end

  @doc "The year and number of the ISO week of today."
  def iso_week_number(), do: iso_week_number(elem(local_time(), 0))

  @doc """
  The year and number of the ISO week of a date.

  ## Examples

      iex> :calendar.iso_week_number({2021, 1, 3})
      {2020, 53}

  """
  def iso_week_number({_, _, _} = date) do
    # The week belongs to the year in which its Thursday lies.
    days = date_to_gregorian_days(date)
    thursday = days - day_of_the_week(date) + 4
    {year, _, _} = gregorian_days_to_date(thursday)
    {year, div(thursday - date_to_gregorian_days(year, 1, 1), 7) + 1}
  end

  @doc "The seconds since midnight."
  def time_to_seconds({hour, minute, second})
      when is_integer(hour) and is_integer(minute) and is_integer(second) do
    hour * 3600 + minute * 60 + second
  end

  @doc "The time of day so many seconds after midnight."
  def seconds_to_time(seconds) when seconds in 0..86_399 do
    {div(seconds, 3600), rem(div(seconds, 60), 60), rem(seconds, 60)}
  end

  @doc """
  Days and a time of day; days may be negative.

  ## Examples

      iex> :calendar.seconds_to_daystime(-1)
      {-1, {23, 59, 59}}

  """
  def seconds_to_daystime(seconds) when is_integer(seconds) do
    {floor_div(seconds, 86_400), seconds_to_time(Integer.mod(seconds, 86_400))}
  end

  @doc "Days and a time of day between two dates and times."
  def time_difference(from, to) do
    seconds_to_daystime(datetime_to_gregorian_seconds(to) - datetime_to_gregorian_seconds(from))
  end

  @doc "The local date and time."
  def local_time(), do: :erlang.localtime()
  @doc "The date and time of universal time."
  def universal_time(), do: :erlang.universaltime()
  @doc "Universal to local time."
  def universal_time_to_local_time(time), do: :erlang.universaltime_to_localtime(time)
  @doc "Local to universal time."
  def local_time_to_universal_time(time), do: :erlang.localtime_to_universaltime(time)
  @doc "Local to universal time, told whether daylight saving is in force."
  def local_time_to_universal_time(time, daylight), do: :erlang.localtime_to_universaltime(time, daylight)

  @doc "The universal times that a local time may mean: none, one, or two."
  def local_time_to_universal_time_dst(time) do
    candidates = [
      :erlang.localtime_to_universaltime(time, true),
      :erlang.localtime_to_universaltime(time, false)
    ]

    :lists.usort(for universal <- candidates, :erlang.universaltime_to_localtime(universal) == time, do: universal)
  end

  @doc "The universal time of a time stamp."
  def now_to_universal_time(now), do: now_to_datetime(now)

  @doc "The universal time of a time stamp."
  def now_to_datetime({mega, seconds, _micro}) do
    gregorian_seconds_to_datetime(mega * 1_000_000 + seconds + @epoch_seconds)
  end

  @doc "The local time of a time stamp."
  def now_to_local_time(now), do: universal_time_to_local_time(now_to_datetime(now))

  @doc "The universal time of a system time."
  def system_time_to_universal_time(time, unit) do
    gregorian_seconds_to_datetime(:erlang.convert_time_unit(time, unit, :second) + @epoch_seconds)
  end

  @doc "The local time of a system time."
  def system_time_to_local_time(time, unit), do: universal_time_to_local_time(system_time_to_universal_time(time, unit))

  @doc "A system time in seconds as text; see `system_time_to_rfc3339/2`."
  def system_time_to_rfc3339(time), do: system_time_to_rfc3339(time, [])

  @doc """
  A system time as text, after RFC 3339.

  Options: `:unit`, `:offset` (a text such as `"+02:00"` or `"Z"`, or a number of units), and `:time_designator`.

  ## Examples

      iex> :calendar.system_time_to_rfc3339(0, offset: ~c"Z")
      ~c"1970-01-01T00:00:00Z"
      iex> :calendar.system_time_to_rfc3339(1_500, unit: :millisecond, offset: ~c"+01:00")
      ~c"1970-01-01T01:00:01.500+01:00"

  """
  def system_time_to_rfc3339(time, options) do
    unit = option(options, :unit, :second)
    parts = parts_per_second(unit)
    seconds = floor_div(time, parts)
    fraction = Integer.mod(time, parts)

    {shift, suffix} =
      case option(options, :offset, ~c"") do
        [] ->
          local = universal_time_to_local_time(gregorian_seconds_to_datetime(seconds + @epoch_seconds))
          shift = datetime_to_gregorian_seconds(local) - seconds - @epoch_seconds
          {shift, offset_text(shift)}

        offset when is_integer(offset) ->
          shift = :erlang.convert_time_unit(offset, unit, :second)
          {shift, offset_text(shift)}

        offset ->
          {offset_seconds(offset), offset}
      end

    {{year, month, day}, {hour, minute, second}} = gregorian_seconds_to_datetime(seconds + shift + @epoch_seconds)
    designator = option(options, :time_designator, ?T)

    :lists.flatten([
      padded(year, 4) ++ [?- | padded(month, 2)] ++ [?- | padded(day, 2)],
      designator,
      padded(hour, 2) ++ [?: | padded(minute, 2)] ++ [?: | padded(second, 2)],
      if(parts == 1, do: [], else: [?. | padded(fraction, length(:erlang.integer_to_list(parts)) - 1)]),
      suffix
    ])
  end

  @doc "The system time in seconds of a text after RFC 3339."
  def rfc3339_to_system_time(text), do: rfc3339_to_system_time(text, [])

  @doc """
  The system time of a text after RFC 3339, in the unit of the option `:unit`.

  ## Examples

      iex> :calendar.rfc3339_to_system_time(~c"1970-01-01T01:00:01.5+01:00", unit: :millisecond)
      1500

  """
  def rfc3339_to_system_time(text, options) do
    unit = option(options, :unit, :second)
    text = :erlang.iolist_to_binary(text)

    <<year::binary-4, ?-, month::binary-2, ?-, day::binary-2, _, hour::binary-2, ?:, minute::binary-2, ?:, second::binary-2,
      rest::binary>> = text

    [year, month, day, hour, minute, second] =
      :lists.map(&:erlang.binary_to_integer/1, [year, month, day, hour, minute, second])

    {fraction, offset} =
      case rest do
        <<?., rest::binary>> -> digits(rest, <<>>)
        _ -> {"", rest}
      end

    seconds = datetime_to_gregorian_seconds({{year, month, day}, {hour, minute, second}}) - @epoch_seconds
    seconds = seconds - offset_seconds(:erlang.binary_to_list(offset))
    parts = parts_per_second(unit)
    scale = :erlang.binary_to_integer("1" <> :binary.copy("0", byte_size(fraction)))
    fraction = if fraction == "", do: 0, else: div(:erlang.binary_to_integer(fraction) * parts, scale)
    seconds * parts + fraction
  end

  defp digits(<<digit, rest::binary>>, acc) when digit in ?0..?9, do: digits(rest, <<acc::binary, digit>>)
  defp digits(rest, acc), do: {acc, rest}

  defp parts_per_second(unit), do: :erlang.convert_time_unit(1, :second, unit)

  defp option(options, name, default) do
    case :lists.keyfind(name, 1, options) do
      {_, value} -> value
      false -> default
    end
  end

  defp padded(number, width) do
    digits = :erlang.integer_to_list(number)
    :lists.duplicate(max(width - length(digits), 0), ?0) ++ digits
  end

  defp offset_text(shift) do
    sign = if shift < 0, do: ?-, else: ?+
    minutes = div(abs(shift), 60)
    [sign | padded(div(minutes, 60), 2)] ++ [?: | padded(rem(minutes, 60), 2)]
  end

  defp offset_seconds([z]) when z in [?Z, ?z], do: 0

  defp offset_seconds([sign, h1, h2, ?:, m1, m2]) when sign in [?+, ?-] do
    seconds = :erlang.list_to_integer([h1, h2]) * 3600 + :erlang.list_to_integer([m1, m2]) * 60
    if sign == ?-, do: -seconds, else: seconds
  end
end
