defmodule Calendar.ISO do
  @moduledoc """
  The calendar of ISO 8601, which is the default of all date and time structs.

  It is the Gregorian calendar carried on into the past, with a year 0 (a leap year) before the year 1. Years from -9999 to 9999
  can be written and read; arithmetic may leave that range.

  A moment is also counted in *ISO days*: `{days, {parts, parts_per_day}}` with days from the first of January of the year 0 and
  the part of the day that has passed. This calendar counts parts in microseconds.

      iex> Calendar.ISO.naive_datetime_to_iso_days(1970, 1, 1, 12, 0, 0, {0, 6})
      {719528, {43200000000, 86400000000}}

  ## Text

  Reading follows ISO 8601: `:extended` text has dashes and colons (`2024-02-29T10:20:30.5Z`), `:basic` text has none. The
  decimal mark of seconds is a dot or a comma, digits beyond microseconds are dropped, a date may have a sign, a time may begin
  with `T`. A leap second is not accepted, neither is the hour 24.
  """

  @behaviour Calendar

  alias Calendar.ISO8601

  @day_seconds 86_400
  @day_microseconds @day_seconds * 1_000_000

  # Days from the year 0 to 1970.
  @unix_days 719_528
  @unix_seconds @unix_days * @day_seconds

  # What DateTime.from_unix/2 accepts ends with the years that can be written.
  @unix_first -9_999
  @unix_last 9_999

  # An era is 400 years. Years are taken to begin in March, so that the leap day is the last of its year.
  @era_years 400
  @era_days 146_097

  @type year :: -9999..9999
  @type month :: 1..12
  @type day :: 1..31
  @type hour :: 0..23
  @type minute :: 0..59
  @type second :: 0..59
  @type weekday :: :monday | :tuesday | :wednesday | :thursday | :friday | :saturday | :sunday
  @type day_of_week :: 1..7
  @type day_of_year :: 1..366
  @type quarter_of_year :: 1..4
  @type year_of_era :: {1..10000, era}
  @type era :: 0..1
  @type bce :: 0
  @type ce :: 1
  @type microsecond :: {0..999_999, 0..6}
  @type utc_offset :: integer
  @type format :: :basic | :extended

  defguardp is_year_month_day(year, month, day) when is_integer(year) and is_integer(month) and is_integer(day)

  ## Days

  @doc """
  The days of a month of a year.

  ## Examples

      iex> Calendar.ISO.days_in_month(1900, 2)
      28
      iex> Calendar.ISO.days_in_month(2000, 2)
      29

  """
  @doc since: "1.4.0"
  @impl true
  @spec days_in_month(year, month) :: 28..31
  def days_in_month(year, month)
  def days_in_month(year, 2) when is_integer(year), do: if(leap_year?(year), do: 29, else: 28)
  def days_in_month(year, month) when is_integer(year) and month in [4, 6, 9, 11], do: 30
  def days_in_month(year, month) when is_integer(year) and month in 1..12, do: 31

  @doc """
  The months of a year: always 12.

  ## Examples

      iex> Calendar.ISO.months_in_year(1999)
      12

  """
  @doc since: "1.7.0"
  @impl true
  @spec months_in_year(year) :: 12
  def months_in_year(year) when is_integer(year), do: 12

  @doc """
  Whether a year has a leap day.

  ## Examples

      iex> Enum.filter([1900, 2000, 2023, 2024, 0, -4], &Calendar.ISO.leap_year?/1)
      [2000, 2024, 0, -4]

  """
  @doc since: "1.3.0"
  @impl true
  @spec leap_year?(year) :: boolean
  def leap_year?(year) when is_integer(year), do: rem(year, 4) == 0 and (rem(year, 100) != 0 or rem(year, 400) == 0)

  @doc """
  Whether there is such a date.

  ## Examples

      iex> Calendar.ISO.valid_date?(2024, 2, 29)
      true
      iex> Calendar.ISO.valid_date?(2023, 2, 29)
      false

  """
  @doc since: "1.5.0"
  @impl true
  @spec valid_date?(year, month, day) :: boolean
  def valid_date?(year, month, day) when is_year_month_day(year, month, day) do
    month in 1..12 and day >= 1 and day <= days_in_month(year, month)
  end

  @doc """
  Whether there is such a time of day.

  ## Examples

      iex> Calendar.ISO.valid_time?(23, 59, 59, {999_999, 6})
      true
      iex> Calendar.ISO.valid_time?(24, 0, 0, {0, 0})
      false

  """
  @doc since: "1.5.0"
  @impl true
  @spec valid_time?(Calendar.hour(), Calendar.minute(), Calendar.second(), Calendar.microsecond()) :: boolean
  def valid_time?(hour, minute, second, {fraction, precision})
      when is_integer(hour) and is_integer(minute) and is_integer(second) and is_integer(fraction) and is_integer(precision) do
    hour in 0..23 and minute in 0..59 and second in 0..59 and fraction in 0..999_999 and precision in 0..6
  end

  @doc """
  The day of the week, with the numbers of a week's first and last day: `{day, 1, 7}`.

  Day 1 is the one that weeks begin with, Monday by `:default`.

  ## Examples

      iex> Calendar.ISO.day_of_week(2024, 2, 29, :default)
      {4, 1, 7}
      iex> Calendar.ISO.day_of_week(2024, 2, 29, :sunday)
      {5, 1, 7}

  """
  @doc since: "1.11.0"
  @impl true
  @spec day_of_week(year, month, day, :default | weekday) :: {day_of_week, 1, 7}
  def day_of_week(year, month, day, starting_on) do
    {year |> date_to_iso_days(month, day) |> weekday(starting_on), 1, 7}
  end

  @doc false
  @deprecated "Use Calendar.ISO.day_of_week/4 instead"
  def day_of_week(year, month, day), do: year |> date_to_iso_days(month, day) |> weekday(:default)

  @doc false
  def iso_days_to_day_of_week({days, _}, starting_on), do: weekday(days, starting_on)

  # The first day of the year 0 was a Saturday.
  defp weekday(days, starting_on), do: Integer.mod(days + 5 - day_of_week_offset(starting_on), 7) + 1

  defp day_of_week_offset(:default), do: 0
  defp day_of_week_offset(:monday), do: 0
  defp day_of_week_offset(:tuesday), do: 1
  defp day_of_week_offset(:wednesday), do: 2
  defp day_of_week_offset(:thursday), do: 3
  defp day_of_week_offset(:friday), do: 4
  defp day_of_week_offset(:saturday), do: 5
  defp day_of_week_offset(:sunday), do: 6

  @doc """
  The number of a day within its year, from 1.

  ## Examples

      iex> Calendar.ISO.day_of_year(2024, 3, 1)
      61

  """
  @doc since: "1.8.0"
  @impl true
  @spec day_of_year(year, month, day) :: day_of_year
  def day_of_year(year, month, day) when is_year_month_day(year, month, day) do
    day_in_month!(year, month, day)
    days_before_month(year, month) + day
  end

  @doc """
  The quarter of the year that a date lies in.

  ## Examples

      iex> Calendar.ISO.quarter_of_year(2024, 10, 31)
      4

  """
  @doc since: "1.8.0"
  @impl true
  @spec quarter_of_year(year, month, day) :: quarter_of_year
  def quarter_of_year(year, month, day) when is_integer(year) and month in 1..12 and is_integer(day), do: div(month + 2, 3)

  @doc """
  The year as counted within its era, and the era: 1 from the year 1 on, 0 before.

  ## Examples

      iex> Calendar.ISO.year_of_era(2024)
      {2024, 1}
      iex> Calendar.ISO.year_of_era(0)
      {1, 0}

  """
  @spec year_of_era(year) :: {1..10000, era}
  def year_of_era(year) when is_integer(year) and year > 0, do: {year, 1}
  def year_of_era(year) when is_integer(year), do: {1 - year, 0}

  @doc """
  As `year_of_era/1`, for a date.

  ## Examples

      iex> Calendar.ISO.year_of_era(-43, 3, 15)
      {44, 0}

  """
  @doc since: "1.13.0"
  @impl true
  @spec year_of_era(year, month, day) :: {1..10000, era}
  def year_of_era(year, month, day) when is_year_month_day(year, month, day), do: year_of_era(year)

  @doc """
  The day counted within its era, and the era. The era before the year 1 is counted backwards.

  ## Examples

      iex> Calendar.ISO.day_of_era(1, 1, 1)
      {1, 1}
      iex> Calendar.ISO.day_of_era(0, 12, 31)
      {1, 0}

  """
  @doc since: "1.8.0"
  @impl true
  @spec day_of_era(year, month, day) :: Calendar.day_of_era()
  def day_of_era(year, month, day) when is_year_month_day(year, month, day) do
    # The year 0 has 366 days.
    case date_to_iso_days(year, month, day) - 366 do
      days when days >= 0 -> {days + 1, 1}
      days -> {-days, 0}
    end
  end

  @doc false
  def date_to_iso_days(year, month, day) when is_year_month_day(year, month, day) do
    day_in_month!(year, month, day)
    shifted = if month > 2, do: year, else: year - 1
    era = Integer.floor_div(shifted, @era_years)
    of_era = shifted - era * @era_years
    of_year = div(153 * rem(month + 9, 12) + 2, 5) + day - 1
    era * @era_days + of_era * 365 + div(of_era, 4) - div(of_era, 100) + of_year + 60
  end

  defp day_in_month!(year, month, day) do
    if day < 1 or day > days_in_month(year, month) do
      raise ArgumentError, "invalid date: #{date_to_string(year, month, day)}"
    end
  end

  @doc false
  def date_from_iso_days(days) when is_integer(days) do
    era = Integer.floor_div(days - 60, @era_days)
    of_era = days - 60 - era * @era_days
    years = div(of_era - div(of_era, 1460) + div(of_era, 36_524) - div(of_era, @era_days - 1), 365)
    of_year = of_era - (years * 365 + div(years, 4) - div(years, 100))
    from_march = div(5 * of_year + 2, 153)
    day = of_year - div(153 * from_march + 2, 5) + 1
    year = era * @era_years + years
    if from_march < 10, do: {year, from_march + 3, day}, else: {year + 1, from_march - 9, day}
  end

  defp days_before_month(_year, month) when month <= 2, do: 31 * (month - 1)

  defp days_before_month(year, month) do
    leap = if leap_year?(year), do: 1, else: 0
    div(153 * (month - 3) + 2, 5) + 59 + leap
  end

  ## ISO days

  @doc """
  The ISO days of a date and time.

  ## Examples

      iex> Calendar.ISO.naive_datetime_to_iso_days(0, 1, 1, 0, 0, 1, {0, 0})
      {0, {1000000, 86400000000}}

  """
  @impl true
  @spec naive_datetime_to_iso_days(year, month, day, hour, minute, second, microsecond) :: Calendar.iso_days()
  def naive_datetime_to_iso_days(year, month, day, hour, minute, second, microsecond) do
    {date_to_iso_days(year, month, day), time_to_day_fraction(hour, minute, second, microsecond)}
  end

  @doc """
  The date and time of ISO days.

  ## Examples

      iex> Calendar.ISO.naive_datetime_from_iso_days({730_485, {1, 2}})
      {2000, 1, 1, 12, 0, 0, {0, 6}}

  """
  @impl true
  @spec naive_datetime_from_iso_days(Calendar.iso_days()) :: {year, month, day, hour, minute, second, microsecond}
  def naive_datetime_from_iso_days({days, fraction}) do
    {year, month, day} = date_from_iso_days(days)
    {hour, minute, second, microsecond} = time_from_day_fraction(fraction)
    {year, month, day, hour, minute, second, microsecond}
  end

  @doc """
  The part of the day that has passed at a time of day.

  ## Examples

      iex> Calendar.ISO.time_to_day_fraction(6, 0, 0, {0, 0})
      {21600000000, 86400000000}

  """
  @impl true
  @spec time_to_day_fraction(Calendar.hour(), Calendar.minute(), Calendar.second(), Calendar.microsecond()) :: Calendar.day_fraction()
  def time_to_day_fraction(hour, minute, second, {fraction, _precision})
      when hour in 0..23 and minute in 0..59 and second in 0..59 and fraction in 0..999_999 do
    {((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction, @day_microseconds}
  end

  @doc """
  The time of day when a part of the day has passed.

  ## Examples

      iex> Calendar.ISO.time_from_day_fraction({1, 4})
      {6, 0, 0, {0, 6}}

  """
  @impl true
  @spec time_from_day_fraction(Calendar.day_fraction()) :: {hour, minute, second, microsecond}
  def time_from_day_fraction({parts, parts_per_day}) do
    microseconds = rescale(parts, parts_per_day, @day_microseconds)
    seconds = div(microseconds, 1_000_000)
    {div(seconds, 3600), seconds |> div(60) |> rem(60), rem(seconds, 60), {rem(microseconds, 1_000_000), 6}}
  end

  # Rounded down.
  defp rescale(parts, same, same), do: parts
  defp rescale(parts, per_day, wanted), do: Integer.floor_div(parts * wanted, per_day)

  @doc """
  A new day begins at midnight: no part of a day is left then.
  """
  @impl true
  @spec day_rollover_relative_to_midnight_utc() :: {0, 1}
  def day_rollover_relative_to_midnight_utc, do: {0, 1}

  @doc """
  The beginning of the day that a moment lies in.

  ## Examples

      iex> Calendar.ISO.iso_days_to_beginning_of_day({739_310, {1, 2}})
      {739310, {0, 86400000000}}

  """
  @doc since: "1.15.0"
  @impl true
  @spec iso_days_to_beginning_of_day(Calendar.iso_days()) :: Calendar.iso_days()
  def iso_days_to_beginning_of_day({days, _}), do: {days, {0, @day_microseconds}}

  @doc """
  The last microsecond of the day that a moment lies in.

  ## Examples

      iex> Calendar.ISO.iso_days_to_end_of_day({739_310, {1, 2}})
      {739310, {86399999999, 86400000000}}

  """
  @doc since: "1.15.0"
  @impl true
  @spec iso_days_to_end_of_day(Calendar.iso_days()) :: Calendar.iso_days()
  def iso_days_to_end_of_day({days, _}), do: {days, {@day_microseconds - 1, @day_microseconds}}

  @doc false
  def iso_days_to_unit({days, {parts, @day_microseconds}}, unit), do: System.convert_time_unit(days * @day_microseconds + parts, :microsecond, unit)

  def iso_days_to_unit({days, {parts, parts_per_day}}, unit) do
    microseconds = days * @day_microseconds + div(parts * @day_microseconds, parts_per_day)
    System.convert_time_unit(microseconds, :microsecond, unit)
  end

  @doc false
  # Parts of another size make both count in a size that holds them.
  def add_day_fraction_to_iso_days({days, {parts, per_day}}, add, per_day), do: carry(days, parts + add, per_day)

  def add_day_fraction_to_iso_days({days, {parts, per_day}}, add, add_per_day) do
    divisor = Integer.gcd(per_day, add_per_day)
    add = add * div(per_day, divisor)
    carry(days, parts * div(add_per_day, divisor) + add, per_day * div(add_per_day, divisor))
  end

  defp carry(days, parts, per_day), do: {days + Integer.floor_div(parts, per_day), {Integer.mod(parts, per_day), per_day}}

  @doc false
  def gregorian_seconds_to_iso_days(seconds, microsecond) do
    {Integer.floor_div(seconds, @day_seconds), {Integer.mod(seconds, @day_seconds) * 1_000_000 + microsecond, @day_microseconds}}
  end

  @doc false
  def from_unix(unix, unit) when is_integer(unix) do
    per_second = System.convert_time_unit(1, :second, unit)
    seconds = Integer.floor_div(unix, per_second)
    microsecond = div(Integer.mod(unix, per_second) * 1_000_000, per_second)
    {year, _, _} = date = date_from_iso_days(@unix_days + Integer.floor_div(seconds, @day_seconds))

    if year in @unix_first..@unix_last do
      of_day = Integer.mod(seconds, @day_seconds)
      time = {div(of_day, 3600), of_day |> div(60) |> rem(60), rem(of_day, 60)}
      {:ok, date, time, {microsecond, digits_of(per_second)}}
    else
      {:error, :invalid_unix_time}
    end
  end

  @doc false
  def unix_seconds, do: @unix_seconds

  defp digits_of(1), do: 0
  defp digits_of(10), do: 1
  defp digits_of(100), do: 2
  defp digits_of(1_000), do: 3
  defp digits_of(10_000), do: 4
  defp digits_of(100_000), do: 5
  defp digits_of(_), do: 6

  @doc """
  The digits of a second's fraction that a unit of time needs.

  Units that are given in parts of a second count as 6.

  ## Examples

      iex> Calendar.ISO.time_unit_to_precision(:second)
      0
      iex> Calendar.ISO.time_unit_to_precision(:millisecond)
      3

  """
  @doc since: "1.15.0"
  @spec time_unit_to_precision(System.time_unit() | :day | :hour | :minute) :: 0..6
  def time_unit_to_precision(:nanosecond), do: 6
  def time_unit_to_precision(:microsecond), do: 6
  def time_unit_to_precision(:millisecond), do: 3
  def time_unit_to_precision(:second), do: 0
  def time_unit_to_precision(:minute), do: 0
  def time_unit_to_precision(:hour), do: 0
  def time_unit_to_precision(:day), do: 0
  def time_unit_to_precision(unit) when is_integer(unit), do: 6

  ## Shifting

  @doc """
  Moves a date by the years, months, weeks and days of a duration.

  Months come first; a day that the month reached doesn't have becomes its last.

  ## Examples

      iex> Calendar.ISO.shift_date(2024, 1, 31, Duration.new!(month: 1))
      {2024, 2, 29}

  """
  @impl true
  @spec shift_date(year, month, day, Duration.t()) :: {year, month, day}
  def shift_date(year, month, day, duration) do
    %{year: years, month: months, week: weeks, day: days} = duration
    {year, month, day} |> shift_months(years * 12 + months) |> shift_days(weeks * 7 + days)
  end

  @doc """
  Moves a date and time by a duration, the date first.

  ## Examples

      iex> Calendar.ISO.shift_naive_datetime(2024, 12, 31, 23, 59, 59, {0, 0}, Duration.new!(second: 1))
      {2025, 1, 1, 0, 0, 0, {0, 0}}

  """
  @impl true
  @spec shift_naive_datetime(year, month, day, hour, minute, second, microsecond, Duration.t()) ::
          {year, month, day, hour, minute, second, microsecond}
  def shift_naive_datetime(year, month, day, hour, minute, second, microsecond, duration) do
    {year, month, day} = shift_date(year, month, day, duration)
    days = date_to_iso_days(year, month, day)
    {parts, per_day} = time_to_day_fraction(hour, minute, second, microsecond)
    {days, fraction} = carry(days, parts + microseconds_of(duration), per_day)
    {year, month, day} = date_from_iso_days(days)
    {hour, minute, second, {value, _}} = time_from_day_fraction(fraction)
    {year, month, day, hour, minute, second, {value, precision(microsecond, duration)}}
  end

  @doc """
  Moves a time of day by the hours, minutes, seconds and microseconds of a duration, around the clock if need be.

  ## Examples

      iex> Calendar.ISO.shift_time(23, 0, 0, {0, 0}, Duration.new!(hour: 2))
      {1, 0, 0, {0, 0}}

  """
  @impl true
  @spec shift_time(hour, minute, second, microsecond, Duration.t()) :: {hour, minute, second, microsecond}
  def shift_time(hour, minute, second, microsecond, duration) do
    {parts, per_day} = time_to_day_fraction(hour, minute, second, microsecond)
    {_, fraction} = carry(0, parts + microseconds_of(duration), per_day)
    {hour, minute, second, {value, _}} = time_from_day_fraction(fraction)
    {hour, minute, second, {value, precision(microsecond, duration)}}
  end

  @doc false
  def shift_days({year, month, day}, 0), do: {year, month, day}
  def shift_days({year, month, day}, days), do: date_from_iso_days(date_to_iso_days(year, month, day) + days)

  @doc false
  def shift_time_unit({days, {_, _} = fraction}, value, unit) do
    per_day = @day_seconds * System.convert_time_unit(1, :second, unit)
    add_day_fraction_to_iso_days({days, fraction}, value, per_day)
  end

  defp shift_months(date, 0), do: date

  defp shift_months({year, month, day}, months) do
    all = year * 12 + month - 1 + months
    year = Integer.floor_div(all, 12)
    month = Integer.mod(all, 12) + 1
    {year, month, min(day, days_in_month(year, month))}
  end

  defp microseconds_of(%{hour: hours, minute: minutes, second: seconds, microsecond: {microseconds, _}}) do
    ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + microseconds
  end

  # A duration that has microseconds says how many digits count.
  defp precision({_, precision}, %{microsecond: {0, _}}), do: precision
  defp precision(_, %{microsecond: {_, precision}}), do: precision

  ## Writing

  @doc """
  A date as text.

  ## Examples

      iex> Calendar.ISO.date_to_string(2024, 2, 9)
      "2024-02-09"
      iex> Calendar.ISO.date_to_string(2024, 2, 9, :basic)
      "20240209"
      iex> Calendar.ISO.date_to_string(-99, 2, 9)
      "-0099-02-09"

  """
  @impl true
  @spec date_to_string(year, month, day, :basic | :extended) :: String.t()
  def date_to_string(year, month, day, format \\ :extended)
      when is_integer(year) and is_integer(month) and is_integer(day) and format in [:basic, :extended] do
    IO.iodata_to_binary(ISO8601.date(year, month, day, format))
  end

  @doc """
  A time of day as text, with as many digits of the second as its precision says.

  ## Examples

      iex> Calendar.ISO.time_to_string(7, 8, 9, {12_345, 6})
      "07:08:09.012345"
      iex> Calendar.ISO.time_to_string(7, 8, 9, {12_345, 3}, :basic)
      "070809.012"

  """
  @impl true
  @spec time_to_string(Calendar.hour(), Calendar.minute(), Calendar.second(), Calendar.microsecond(), :basic | :extended) :: String.t()
  def time_to_string(hour, minute, second, microsecond, format \\ :extended)

  def time_to_string(hour, minute, second, {value, precision}, format)
      when hour in 0..23 and minute in 0..59 and second in 0..59 and value in 0..999_999 and precision in 0..6 and
             format in [:basic, :extended] do
    IO.iodata_to_binary(ISO8601.time(hour, minute, second, {value, precision}, format))
  end

  @doc """
  A date and time as text, with a space between the two.

  ## Examples

      iex> Calendar.ISO.naive_datetime_to_string(2024, 2, 9, 7, 8, 9, {0, 0})
      "2024-02-09 07:08:09"

  """
  @impl true
  @spec naive_datetime_to_string(
          year,
          month,
          day,
          Calendar.hour(),
          Calendar.minute(),
          Calendar.second(),
          Calendar.microsecond(),
          :basic | :extended
        ) :: String.t()
  def naive_datetime_to_string(year, month, day, hour, minute, second, microsecond, format \\ :extended) do
    date_to_string(year, month, day, format) <> " " <> time_to_string(hour, minute, second, microsecond, format)
  end

  @doc """
  A date and time with its zone as text: `Z` for UTC, otherwise the offset, the zone's abbreviation and its name.

  ## Examples

      iex> Calendar.ISO.datetime_to_string(2024, 7, 9, 7, 8, 9, {0, 0}, "Etc/UTC", "UTC", 0, 0)
      "2024-07-09 07:08:09Z"
      iex> Calendar.ISO.datetime_to_string(2024, 7, 9, 7, 8, 9, {0, 0}, "Europe/Zurich", "CEST", 3600, 3600)
      "2024-07-09 07:08:09+02:00 CEST Europe/Zurich"

  """
  @impl true
  @spec datetime_to_string(
          year,
          month,
          day,
          Calendar.hour(),
          Calendar.minute(),
          Calendar.second(),
          Calendar.microsecond(),
          Calendar.time_zone(),
          Calendar.zone_abbr(),
          Calendar.utc_offset(),
          Calendar.std_offset(),
          :basic | :extended
        ) :: String.t()
  def datetime_to_string(
        year,
        month,
        day,
        hour,
        minute,
        second,
        microsecond,
        time_zone,
        zone_abbr,
        utc_offset,
        std_offset,
        format \\ :extended
      )
      when is_binary(time_zone) and is_binary(zone_abbr) do
    naive_datetime_to_string(year, month, day, hour, minute, second, microsecond, format) <>
      offset_to_string(utc_offset, std_offset, time_zone, format) <>
      if(time_zone == "Etc/UTC", do: "", else: " " <> zone_abbr <> " " <> time_zone)
  end

  @doc false
  def offset_to_string(0, 0, "Etc/UTC", _format), do: "Z"
  def offset_to_string(utc, std, _zone, format), do: IO.iodata_to_binary(ISO8601.offset(utc + std, format))

  ## Reading

  @doc """
  Reads a date in the `:extended` format.

  ## Examples

      iex> Calendar.ISO.parse_date("2024-02-29")
      {:ok, {2024, 2, 29}}
      iex> Calendar.ISO.parse_date("2024-02-30")
      {:error, :invalid_date}

  """
  @doc since: "1.10.0"
  @impl true
  @spec parse_date(String.t()) :: {:ok, {year, month, day}} | {:error, atom}
  def parse_date(string) when is_binary(string), do: parse_date(string, :extended)

  @doc """
  Reads a date in the given format.

  ## Examples

      iex> Calendar.ISO.parse_date("20240229", :basic)
      {:ok, {2024, 2, 29}}
      iex> Calendar.ISO.parse_date("20240229", :extended)
      {:error, :invalid_format}

  """
  @doc since: "1.12.0"
  @spec parse_date(String.t(), format) :: {:ok, {year, month, day}} | {:error, atom}
  def parse_date(string, format) when is_binary(string) and format in [:basic, :extended] do
    with {date, ""} <- ISO8601.take_date(string, format), do: check_date(date), else: (_ -> {:error, :invalid_format})
  end

  @doc """
  Reads a time of day in the `:extended` format. An offset may follow and is dropped.

  ## Examples

      iex> Calendar.ISO.parse_time("07:08:09.5")
      {:ok, {7, 8, 9, {500000, 1}}}
      iex> Calendar.ISO.parse_time("24:00:00")
      {:error, :invalid_time}

  """
  @doc since: "1.10.0"
  @impl true
  @spec parse_time(String.t()) :: {:ok, {hour, minute, second, microsecond}} | {:error, atom}
  def parse_time(string) when is_binary(string), do: parse_time(string, :extended)

  @doc """
  Reads a time of day in the given format.

  ## Examples

      iex> Calendar.ISO.parse_time("070809,25", :basic)
      {:ok, {7, 8, 9, {250000, 2}}}

  """
  @doc since: "1.12.0"
  @spec parse_time(String.t(), format) :: {:ok, {hour, minute, second, microsecond}} | {:error, atom}
  def parse_time("T" <> string, format) when format in [:basic, :extended], do: parse_time_of_day(string, format)
  def parse_time(string, format) when is_binary(string) and format in [:basic, :extended], do: parse_time_of_day(string, format)

  defp parse_time_of_day(string, format) do
    with {time, rest} <- ISO8601.take_time(string, format),
         {:ok, _offset} <- ISO8601.offset_seconds(rest) do
      check_time(time)
    else
      _ -> {:error, :invalid_format}
    end
  end

  @doc """
  Reads a date and time in the `:extended` format. An offset may follow and is dropped.

  ## Examples

      iex> Calendar.ISO.parse_naive_datetime("2024-02-29 07:08:09")
      {:ok, {2024, 2, 29, 7, 8, 9, {0, 0}}}
      iex> Calendar.ISO.parse_naive_datetime("2024-02-29")
      {:error, :invalid_format}

  """
  @doc since: "1.10.0"
  @impl true
  @spec parse_naive_datetime(String.t()) :: {:ok, {year, month, day, hour, minute, second, microsecond}} | {:error, atom}
  def parse_naive_datetime(string) when is_binary(string), do: parse_naive_datetime(string, :extended)

  @doc """
  Reads a date and time in the given format.

  ## Examples

      iex> Calendar.ISO.parse_naive_datetime("20240229T070809", :basic)
      {:ok, {2024, 2, 29, 7, 8, 9, {0, 0}}}

  """
  @doc since: "1.12.0"
  @spec parse_naive_datetime(String.t(), format) :: {:ok, {year, month, day, hour, minute, second, microsecond}} | {:error, atom}
  def parse_naive_datetime(string, format) when is_binary(string) and format in [:basic, :extended] do
    with {:ok, {year, month, day}, {hour, minute, second, microsecond}, _offset} <- parse_moment(string, format) do
      {:ok, {year, month, day, hour, minute, second, microsecond}}
    end
  end

  @doc """
  Reads a date and time with its offset in the `:extended` format and brings it to UTC.

  ## Examples

      iex> Calendar.ISO.parse_utc_datetime("2024-02-29 07:08:09Z")
      {:ok, {2024, 2, 29, 7, 8, 9, {0, 0}}, 0}
      iex> Calendar.ISO.parse_utc_datetime("2024-02-29 07:08:09+02:30")
      {:ok, {2024, 2, 29, 4, 38, 9, {0, 0}}, 9000}
      iex> Calendar.ISO.parse_utc_datetime("2024-02-29 07:08:09")
      {:error, :missing_offset}

  """
  @doc since: "1.10.0"
  @impl true
  @spec parse_utc_datetime(String.t()) ::
          {:ok, {year, month, day, hour, minute, second, microsecond}, utc_offset} | {:error, atom}
  def parse_utc_datetime(string) when is_binary(string), do: parse_utc_datetime(string, :extended)

  @doc """
  Reads a date and time with its offset in the given format and brings it to UTC.

  ## Examples

      iex> Calendar.ISO.parse_utc_datetime("20240229T070809+0200", :basic)
      {:ok, {2024, 2, 29, 5, 8, 9, {0, 0}}, 7200}

  """
  @doc since: "1.12.0"
  @spec parse_utc_datetime(String.t(), format) ::
          {:ok, {year, month, day, hour, minute, second, microsecond}, utc_offset} | {:error, atom}
  def parse_utc_datetime(string, format) when is_binary(string) and format in [:basic, :extended] do
    case parse_moment(string, format) do
      {:ok, {year, month, day}, {hour, minute, second, {_, precision} = microsecond}, offset} when is_integer(offset) ->
        {year, month, day, hour, minute, second, {value, _}} =
          year
          |> naive_datetime_to_iso_days(month, day, hour, minute, second, microsecond)
          |> add_day_fraction_to_iso_days(-offset, @day_seconds)
          |> naive_datetime_from_iso_days()

        {:ok, {year, month, day, hour, minute, second, {value, precision}}, offset}

      {:ok, _, _, nil} ->
        {:error, :missing_offset}

      error ->
        error
    end
  end

  defp parse_moment(string, format) do
    with {date, <<mark, rest::binary>>} when mark in ~c"T " <- ISO8601.take_date(string, format),
         {time, rest} <- ISO8601.take_time(rest, format),
         {:ok, offset} <- ISO8601.offset_seconds(rest) do
      with {:ok, date} <- check_date(date), {:ok, time} <- check_time(time), do: {:ok, date, time, offset}
    else
      _ -> {:error, :invalid_format}
    end
  end

  defp check_date({year, month, day} = date) do
    if valid_date?(year, month, day), do: {:ok, date}, else: {:error, :invalid_date}
  end

  defp check_time({hour, minute, second, microsecond} = time) do
    if valid_time?(hour, minute, second, microsecond), do: {:ok, time}, else: {:error, :invalid_time}
  end

  @doc """
  Reads a duration of ISO 8601 into the fields of `Duration`.

  A sign before the `P` is one for all parts, and each part may have its own.

  ## Examples

      iex> Calendar.ISO.parse_duration("P1Y2M3DT4H")
      {:ok, [hour: 4, day: 3, month: 2, year: 1]}
      iex> Calendar.ISO.parse_duration("-PT1.5S")
      {:ok, [second: -1, microsecond: {-500000, 1}]}
      iex> Calendar.ISO.parse_duration("1Y")
      {:error, :invalid_duration}

  """
  @doc since: "1.17.0"
  @spec parse_duration(String.t()) :: {:ok, [Duration.unit_pair()]} | {:error, atom}
  def parse_duration("P" <> string), do: ISO8601.duration(string, 1)
  def parse_duration("-P" <> string), do: ISO8601.duration(string, -1)
  def parse_duration("+P" <> string), do: ISO8601.duration(string, 1)
  def parse_duration(string) when is_binary(string), do: {:error, :invalid_duration}
end
