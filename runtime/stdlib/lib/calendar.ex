defmodule Calendar do
  @moduledoc """
  What a calendar has to know, and what all dates and times share.

  `Date`, `Time`, `NaiveDateTime` and `DateTime` leave the questions of their fields to the module in their field `:calendar`, which follows
  this behaviour. `Calendar.ISO` is the one that is there.

  Calendars meet by *ISO days*, `{days, {parts, parts_per_day}}`: how many days have passed since the first of January of the year 0 of
  the ISO calendar, and how much of the day. Values of two calendars can be compared where their days begin at the same moment.

      iex> Calendar.strftime(~N[2024-02-29 18:05:00], "%A, %-d %B, %-I:%M %p")
      "Thursday, 29 February, 6:05 PM"

  """

  alias Calendar.ISO8601

  @typedoc "A module of this behaviour."
  @type calendar :: module

  @type year :: integer
  @type month :: pos_integer
  @type day :: pos_integer
  @type week :: pos_integer
  @type day_of_week :: non_neg_integer
  @type era :: non_neg_integer
  @type hour :: non_neg_integer
  @type minute :: non_neg_integer
  @type second :: non_neg_integer

  @typedoc "The part of the day that has passed: so many of so many parts."
  @type day_fraction :: {parts_in_day :: non_neg_integer, parts_per_day :: pos_integer}

  @typedoc "Days since the first of January of the year 0, and the part of the day."
  @type iso_days :: {days :: integer, day_fraction}

  @typedoc "Microseconds, and how many digits of them are meant: `{120_000, 2}` is `.12`."
  @type microsecond :: {value :: non_neg_integer, precision :: non_neg_integer}

  @typedoc "A zone's name in the database of time zones: `Europe/Zurich`."
  @type time_zone :: String.t()

  @typedoc "What a zone's time is called for short: `CET`."
  @type zone_abbr :: String.t()

  @typedoc "Seconds that a zone's standard time is ahead of UTC."
  @type utc_offset :: integer

  @typedoc "Seconds that clocks are ahead of standard time, in summer."
  @type std_offset :: integer

  @type day_of_era :: {day :: non_neg_integer, era}

  @type date :: %{optional(any) => any, calendar: calendar, year: year, month: month, day: day}

  @type time :: %{optional(any) => any, hour: hour, minute: minute, second: second, microsecond: microsecond}

  @type naive_datetime :: %{
          optional(any) => any,
          calendar: calendar,
          year: year,
          month: month,
          day: day,
          hour: hour,
          minute: minute,
          second: second,
          microsecond: microsecond
        }

  @type datetime :: %{
          optional(any) => any,
          calendar: calendar,
          year: year,
          month: month,
          day: day,
          hour: hour,
          minute: minute,
          second: second,
          microsecond: microsecond,
          time_zone: time_zone,
          zone_abbr: zone_abbr,
          utc_offset: utc_offset,
          std_offset: std_offset
        }

  @typedoc "A module that follows `Calendar.TimeZoneDatabase`."
  @type time_zone_database :: module

  @doc "The days of a month of a year."
  @callback days_in_month(year, month) :: day

  @doc "The months of a year."
  @callback months_in_year(year) :: month

  @doc "Whether a year is longer than others."
  @callback leap_year?(year) :: boolean

  @doc "The day of the week, with the numbers of its first and last day."
  @callback day_of_week(year, month, day, starting_on :: :default | atom) ::
              {day_of_week, first_day_of_week :: non_neg_integer, last_day_of_week :: non_neg_integer}

  @doc "The number of a day in its year."
  @callback day_of_year(year, month, day) :: non_neg_integer

  @doc "The quarter of the year."
  @callback quarter_of_year(year, month, day) :: non_neg_integer

  @doc "The year within its era, and the era."
  @callback year_of_era(year, month, day) :: {year, era}

  @doc "The day within its era, and the era."
  @callback day_of_era(year, month, day) :: day_of_era

  @doc "A date as text."
  @callback date_to_string(year, month, day) :: String.t()

  @doc "A date and time as text."
  @callback naive_datetime_to_string(year, month, day, hour, minute, second, microsecond) :: String.t()

  @doc "A date and time with its zone as text."
  @callback datetime_to_string(year, month, day, hour, minute, second, microsecond, time_zone, zone_abbr, utc_offset, std_offset) ::
              String.t()

  @doc "A time of day as text."
  @callback time_to_string(hour, minute, second, microsecond) :: String.t()

  @doc "The ISO days of a date and time."
  @callback naive_datetime_to_iso_days(year, month, day, hour, minute, second, microsecond) :: iso_days

  @doc "The date and time of ISO days."
  @callback naive_datetime_from_iso_days(iso_days) :: {year, month, day, hour, minute, second, microsecond}

  @doc "The part of the day that has passed at a time."
  @callback time_to_day_fraction(hour, minute, second, microsecond) :: day_fraction

  @doc "The time at which a part of the day has passed."
  @callback time_from_day_fraction(day_fraction) :: {hour, minute, second, microsecond}

  @doc "When days begin, as a part of the day after midnight in UTC."
  @callback day_rollover_relative_to_midnight_utc :: day_fraction

  @doc "Whether there is such a date."
  @callback valid_date?(year, month, day) :: boolean

  @doc "Whether there is such a time."
  @callback valid_time?(hour, minute, second, microsecond) :: boolean

  @doc "Reads the text of a `~T` sigil."
  @callback parse_time(String.t()) :: {:ok, {hour, minute, second, microsecond}} | {:error, atom}

  @doc "Reads the text of a `~D` sigil."
  @callback parse_date(String.t()) :: {:ok, {year, month, day}} | {:error, atom}

  @doc "Reads the text of a `~N` sigil."
  @callback parse_naive_datetime(String.t()) :: {:ok, {year, month, day, hour, minute, second, microsecond}} | {:error, atom}

  @doc "Reads the text of a `~U` sigil."
  @callback parse_utc_datetime(String.t()) ::
              {:ok, {year, month, day, hour, minute, second, microsecond}, utc_offset} | {:error, atom}

  @doc "The beginning of the day that a moment lies in."
  @callback iso_days_to_beginning_of_day(iso_days) :: iso_days

  @doc "The end of the day that a moment lies in."
  @callback iso_days_to_end_of_day(iso_days) :: iso_days

  @doc "Moves a date by a duration."
  @callback shift_date(year, month, day, Duration.t()) :: {year, month, day}

  @doc "Moves a date and time by a duration."
  @callback shift_naive_datetime(year, month, day, hour, minute, second, microsecond, Duration.t()) ::
              {year, month, day, hour, minute, second, microsecond}

  @doc "Moves a time of day by a duration."
  @callback shift_time(hour, minute, second, microsecond, Duration.t()) :: {hour, minute, second, microsecond}

  @doc """
  Whether days of two calendars begin at the same moment, so that their values can be told in the other.

  ## Examples

      iex> Calendar.compatible_calendars?(Calendar.ISO, Calendar.ISO)
      true

  """
  @doc since: "1.5.0"
  @spec compatible_calendars?(calendar, calendar) :: boolean
  def compatible_calendars?(calendar, calendar), do: true

  def compatible_calendars?(left, right) do
    left.day_rollover_relative_to_midnight_utc() == right.day_rollover_relative_to_midnight_utc()
  end

  @doc """
  Drops what microseconds say beyond a unit. The precision is never raised.

  ## Examples

      iex> Calendar.truncate({123_456, 6}, :millisecond)
      {123000, 3}
      iex> Calendar.truncate({120_000, 2}, :millisecond)
      {120000, 2}
      iex> Calendar.truncate({123_456, 6}, :second)
      {0, 0}

  """
  @doc since: "1.6.0"
  @spec truncate(microsecond, :microsecond | :millisecond | :second) :: microsecond
  def truncate(microsecond_tuple, unit)
  def truncate({value, precision}, :microsecond), do: {value, precision}
  def truncate({value, precision}, :millisecond), do: {value - rem(value, 1000), min(precision, 3)}
  def truncate({_, _}, :second), do: {0, 0}

  @doc """
  Makes a module the source of time zones for all processes.
  """
  @doc since: "1.8.0"
  @spec put_time_zone_database(time_zone_database) :: :ok
  def put_time_zone_database(database) when is_atom(database), do: Application.put_env(:elixir, :time_zone_database, database)

  @doc """
  The source of time zones.

  ## Examples

      iex> Calendar.get_time_zone_database()
      Calendar.UTCOnlyTimeZoneDatabase

  """
  @doc since: "1.8.0"
  @spec get_time_zone_database() :: time_zone_database
  def get_time_zone_database, do: Application.get_env(:elixir, :time_zone_database, Calendar.UTCOnlyTimeZoneDatabase)

  @doc ~S"""
  Writes a date, a time or both after a template.

  A directive is `%`, perhaps a padding, perhaps a width, and a letter. The padding is `-` for none, `_` for spaces and `0` for zeros.

  | letter | gives | as in |
  | --- | --- | --- |
  | `a`, `A` | name of the day of the week, short or long | `Thu`, `Thursday` |
  | `b`, `B` | name of the month, short or long | `Feb`, `February` |
  | `c` | preferred date and time | `2024-02-29 18:05:00` |
  | `d` | day of the month | `29` |
  | `f` | fraction of the second, after its precision | `050` |
  | `H`, `I` | hour of 24 or of 12 | `18`, `06` |
  | `j` | day of the year | `060` |
  | `m` | month | `02` |
  | `M` | minute | `05` |
  | `p`, `P` | half of the day, upper or lower case | `PM`, `pm` |
  | `q` | quarter | `1` |
  | `s` | seconds since 1970 | `1709229900` |
  | `S` | second | `00` |
  | `u` | day of the week, Monday is 1 | `4` |
  | `x`, `X` | preferred date, preferred time | `2024-02-29`, `18:05:00` |
  | `y`, `Y` | year, of two digits or whole | `24`, `2024` |
  | `z` | offset to UTC, empty without time zone | `+0100` |
  | `Z` | short name of the zone's time, empty without time zone | `CET` |
  | `%` | a percent sign | `%` |

  ## Options

    * `:preferred_datetime`, `:preferred_date`, `:preferred_time` - templates for `%c`, `%x` and `%X`
    * `:am_pm_names` - a function that gets `:am` or `:pm`
    * `:month_names`, `:abbreviated_month_names` - functions that get the number of the month
    * `:day_of_week_names`, `:abbreviated_day_of_week_names` - functions that get the number of the day, 1 for Monday

  ## Examples

      iex> Calendar.strftime(~D[2024-02-09], "%d.%m.%Y, or %-d.%-m.%y")
      "09.02.2024, or 9.2.24"
      iex> Calendar.strftime(~T[18:05:00.050], "%_5H:%M:%S.%f")
      "   18:05:00.050"
      iex> Calendar.strftime(~D[2024-02-09], "%x", preferred_date: "%A")
      "Friday"
      iex> Calendar.strftime(~D[2024-02-09], "%B", month_names: &"month #{&1}")
      "month 2"
      iex> Calendar.strftime(~D[2024-02-09], "%Q")
      ** (ArgumentError) invalid strftime format: %Q

  """
  @doc since: "1.11.0"
  @spec strftime(date | time | naive_datetime | datetime, String.t(), keyword) :: String.t()
  def strftime(date_or_time_or_datetime, string_format, user_options \\ [])
      when is_map(date_or_time_or_datetime) and is_binary(string_format) do
    # Templates that are being written: one must not name itself.
    options = Enum.reduce(user_options, %{within: []}, &put_option/2)
    string_format |> template(date_or_time_or_datetime, options, []) |> IO.iodata_to_binary()
  end

  @months ~w(January February March April May June July August September October November December)
  @days ~w(Monday Tuesday Wednesday Thursday Friday Saturday Sunday)

  @strftime_options [
    :preferred_date,
    :preferred_time,
    :preferred_datetime,
    :am_pm_names,
    :month_names,
    :day_of_week_names,
    :abbreviated_month_names,
    :abbreviated_day_of_week_names
  ]

  defp put_option({name, value}, options) when name in @strftime_options, do: :maps.put(name, value, options)
  defp put_option({name, _}, _), do: raise(ArgumentError, "unknown option #{inspect(name)} given to Calendar.strftime/3")

  defp template(<<?%, directive::binary>>, value, options, done), do: padding(directive, value, options, done)
  defp template("", _value, _options, done), do: done

  defp template(text, value, options, done) do
    size = plain(text, 0)
    <<before::binary-size(size), rest::binary>> = text
    template(rest, value, options, [done | before])
  end

  # Bytes in front of a directive.
  defp plain(<<byte, rest::binary>>, size) when byte != ?%, do: plain(rest, size + 1)
  defp plain(_, size), do: size

  # The template says no padding as "", which makes every width void.
  defp padding("-" <> rest, value, options, done), do: width(rest, "", nil, value, options, done)
  defp padding("_" <> rest, value, options, done), do: width(rest, " ", nil, value, options, done)
  defp padding("0" <> rest, value, options, done), do: width(rest, "0", nil, value, options, done)
  defp padding(rest, value, options, done), do: width(rest, nil, nil, value, options, done)

  defp width(<<digit, rest::binary>>, padding, width, value, options, done) when digit in ?0..?9 do
    width(rest, padding, (width || 0) * 10 + digit - ?0, value, options, done)
  end

  defp width(<<letter, rest::binary>>, padding, width, value, options, done) do
    written = directive(letter, value, options, padding, width)
    template(rest, value, options, [done | written])
  end

  defp width("", _, _, _, _, _), do: raise(ArgumentError, "invalid strftime format: %")

  # Names and signs.
  defp directive(?%, _, _, padding, width), do: pad("%", padding || "0", width || 1)
  defp directive(?a, value, options, padding, width), do: value |> weekday() |> day_name(:abbreviated_day_of_week_names, options) |> text(padding, width)
  defp directive(?A, value, options, padding, width), do: value |> weekday() |> day_name(:day_of_week_names, options) |> text(padding, width)
  defp directive(?b, value, options, padding, width), do: value.month |> month_name(:abbreviated_month_names, options) |> text(padding, width)
  defp directive(?B, value, options, padding, width), do: value.month |> month_name(:month_names, options) |> text(padding, width)
  defp directive(?p, value, options, padding, width), do: value |> half(options) |> String.upcase() |> text(padding, width)
  defp directive(?P, value, options, padding, width), do: value |> half(options) |> String.downcase() |> text(padding, width)
  defp directive(?Z, value, _, padding, width), do: value |> Map.get(:zone_abbr, "") |> text(padding, width || 0)

  # Numbers.
  defp directive(?d, value, _, padding, width), do: number(value.day, padding, width || 2)
  defp directive(?H, value, _, padding, width), do: number(value.hour, padding, width || 2)
  defp directive(?I, value, _, padding, width), do: number(rem(value.hour + 11, 12) + 1, padding, width || 2)
  defp directive(?j, value, _, padding, width), do: number(Date.day_of_year(value), padding, width || 3)
  defp directive(?m, value, _, padding, width), do: number(value.month, padding, width || 2)
  defp directive(?M, value, _, padding, width), do: number(value.minute, padding, width || 2)
  defp directive(?q, value, _, padding, width), do: number(Date.quarter_of_year(value), padding, width || 1)
  defp directive(?S, value, _, padding, width), do: number(value.second, padding, width || 2)
  defp directive(?u, value, _, padding, width), do: number(weekday(value), padding, width || 1)
  defp directive(?y, value, _, padding, width), do: number(rem(value.year, 100), padding, width || 2)
  defp directive(?Y, value, _, padding, width), do: number(value.year, padding, width || 4)
  defp directive(?s, value, _, _padding, _width), do: value |> unix_seconds() |> Integer.to_string()

  defp directive(?f, %{microsecond: {microsecond, precision}}, _, _padding, _width) do
    ISO8601.digits(microsecond, max(precision, 1))
  end

  defp directive(?z, %{utc_offset: utc, std_offset: std}, _, padding, width) do
    minutes = abs(utc + std) |> div(60)
    sign = if utc + std < 0, do: "-", else: "+"
    [sign | number(div(minutes, 60) * 100 + rem(minutes, 60), padding, width || 4)]
  end

  defp directive(?z, _, _, padding, width), do: pad("", padding || "", width || 0)

  # Templates.
  defp directive(?c, value, options, padding, width), do: preferred(:preferred_datetime, value, options, padding, width)
  defp directive(?x, value, options, padding, width), do: preferred(:preferred_date, value, options, padding, width)
  defp directive(?X, value, options, padding, width), do: preferred(:preferred_time, value, options, padding, width)

  defp directive(letter, value, _, _, _) do
    if letter == ?f, do: raise(KeyError, key: :microsecond, term: value)
    raise ArgumentError, "invalid strftime format: %#{<<letter>>}"
  end

  defp preferred(name, value, options, padding, width) do
    if name in options.within do
      raise ArgumentError, "tried to format #{name} within another #{name} format"
    end

    options
    |> Map.get(name, preferred(name))
    |> template(value, %{options | within: [name | options.within]}, [])
    |> IO.iodata_to_binary()
    |> pad(padding || "0", width || 0)
  end

  defp preferred(:preferred_date), do: "%Y-%m-%d"
  defp preferred(:preferred_time), do: "%H:%M:%S"
  defp preferred(:preferred_datetime), do: "%Y-%m-%d %H:%M:%S"

  defp weekday(value), do: Date.day_of_week(value)

  defp day_name(day, kind, options) when is_map_key(options, kind), do: :erlang.map_get(kind, options).(day)
  defp day_name(day, kind, _options), do: @days |> Enum.at(day - 1) |> shortened(kind)

  defp month_name(month, kind, options) when is_map_key(options, kind), do: :erlang.map_get(kind, options).(month)
  defp month_name(month, kind, _options), do: @months |> Enum.at(month - 1) |> shortened(kind)

  defp shortened(name, kind) when kind in [:abbreviated_day_of_week_names, :abbreviated_month_names], do: binary_part(name, 0, 3)
  defp shortened(name, _kind), do: name

  defp half(value, options) do
    half = if value.hour < 12, do: :am, else: :pm

    case options do
      %{am_pm_names: names} -> names.(half)
      %{} -> Atom.to_string(half)
    end
  end

  defp unix_seconds(value) do
    %{calendar: calendar, year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = value

    seconds =
      year
      |> calendar.naive_datetime_to_iso_days(month, day, hour, minute, second, microsecond)
      |> Calendar.ISO.iso_days_to_unit(:second)

    seconds - Calendar.ISO.unix_seconds() - Map.get(value, :utc_offset, 0) - Map.get(value, :std_offset, 0)
  end

  defp text(text, padding, width), do: pad(text, padding || " ", width || 0)

  defp number(number, padding, 2) when number in 0..99 and padding in [nil, "0"], do: <<div(number, 10) + ?0, rem(number, 10) + ?0>>

  # A sign stands before the padding.
  defp number(number, padding, width) when number < 0, do: ["-" | number(-number, padding, width)]
  defp number(number, "", _width), do: Integer.to_string(number)

  defp number(number, padding, width) do
    digits = Integer.to_string(number)
    if byte_size(digits) < width, do: [:binary.copy(padding || "0", width - byte_size(digits)) | digits], else: digits
  end

  defp pad(text, "", _width), do: text
  defp pad(text, _padding, 0), do: text
  defp pad(text, padding, width), do: String.pad_leading(text, width, [padding])

  # What `compare/2` of dates, times and both says of two places on the line of time.
  @doc false
  def __order__(left, right) when left < right, do: :lt
  def __order__(left, right) when left > right, do: :gt
  def __order__(_, _), do: :eq

  # Days that begin at different moments: a time of one calendar has no single place in the other.
  @doc false
  @spec __incompatible__(Calendar.datetime() | Calendar.naive_datetime(), calendar) :: no_return
  def __incompatible__(value, calendar) do
    raise ArgumentError,
          "cannot convert #{inspect(value)} to target calendar #{inspect(calendar)}, reason: " <>
            "#{inspect(value.calendar)} and #{inspect(calendar)} have different day rollover moments, making this conversion ambiguous"
  end
end
