defmodule DateTime do
  @moduledoc """
  Moments: a date and time in a time zone.

  The sigil `~U` writes one in UTC. A moment knows its zone's name, what the zone's time is called for short, and the two offsets that
  lead to UTC: that of standard time, and what summer adds.

      iex> datetime = ~U[2024-02-29 23:30:00Z]
      iex> {datetime.time_zone, datetime.utc_offset}
      {"Etc/UTC", 0}
      iex> DateTime.add(datetime, 1, :hour)
      ~U[2024-03-01 00:30:00Z]

  Operators compare them field by field, which is not their order in time: that is `compare/2`, and `Enum.sort/2` takes the module.

  ## Time zones

  Other zones than UTC need a module that knows them (see `Calendar.TimeZoneDatabase`), given as last argument or by
  `Calendar.put_time_zone_database/1`. Until there is one, their names give an error:

      iex> DateTime.now("Europe/Zurich")
      {:error, :utc_only_time_zone_database}

  """

  @enforce_keys [:year, :month, :day, :hour, :minute, :second, :time_zone, :zone_abbr, :utc_offset, :std_offset]
  defstruct [
    :year,
    :month,
    :day,
    :hour,
    :minute,
    :second,
    :time_zone,
    :zone_abbr,
    :utc_offset,
    :std_offset,
    microsecond: {0, 0},
    calendar: Calendar.ISO
  ]

  @type t :: %__MODULE__{
          year: Calendar.year(),
          month: Calendar.month(),
          day: Calendar.day(),
          calendar: Calendar.calendar(),
          hour: Calendar.hour(),
          minute: Calendar.minute(),
          second: Calendar.second(),
          microsecond: Calendar.microsecond(),
          time_zone: Calendar.time_zone(),
          zone_abbr: Calendar.zone_abbr(),
          utc_offset: Calendar.utc_offset(),
          std_offset: Calendar.std_offset()
        }

  @utc "Etc/UTC"
  @day_microseconds 86_400_000_000

  ## Now

  @doc """
  The moment that is, in UTC. A unit says how precise; a module is the calendar.

  ## Examples

      iex> DateTime.utc_now().time_zone
      "Etc/UTC"
      iex> DateTime.utc_now(:second).microsecond
      {0, 0}

  """
  @spec utc_now(Calendar.calendar() | :native | :microsecond | :millisecond | :second) :: t
  def utc_now(calendar_or_time_unit \\ Calendar.ISO)
  def utc_now(unit) when unit in [:microsecond, :millisecond, :second, :native], do: utc_now(unit, Calendar.ISO)
  def utc_now(calendar), do: utc_now(:native, calendar)

  @doc """
  The moment that is, in UTC, as precise as a unit, in a calendar.

  ## Examples

      iex> {_, precision} = DateTime.utc_now(:millisecond, Calendar.ISO).microsecond
      iex> precision
      3

  """
  @doc since: "1.15.0"
  @spec utc_now(:native | :microsecond | :millisecond | :second, Calendar.calendar()) :: t
  def utc_now(time_unit, calendar) when time_unit in [:native, :microsecond, :millisecond, :second] do
    time_unit |> System.os_time() |> from_unix!(time_unit, calendar)
  end

  @doc """
  The moment that is, in a time zone.

  ## Examples

      iex> {:ok, datetime} = DateTime.now("Etc/UTC")
      iex> datetime.time_zone
      "Etc/UTC"

  """
  @doc since: "1.8.0"
  @spec now(Calendar.time_zone(), Calendar.time_zone_database()) ::
          {:ok, t} | {:error, :time_zone_not_found | :utc_only_time_zone_database}
  def now(time_zone, time_zone_database \\ Calendar.get_time_zone_database())
  def now(@utc, _), do: {:ok, utc_now()}
  def now(time_zone, time_zone_database), do: shift_zone(utc_now(), time_zone, time_zone_database)

  @doc """
  As `now/2`, raising if the zone is not known.

  ## Examples

      iex> DateTime.now!("Etc/UTC").zone_abbr
      "UTC"

  """
  @doc since: "1.10.0"
  @spec now!(Calendar.time_zone(), Calendar.time_zone_database()) :: t
  def now!(time_zone, time_zone_database \\ Calendar.get_time_zone_database()) do
    case now(time_zone, time_zone_database) do
      {:ok, value} ->
        value

      {:error, reason} ->
        raise ArgumentError, "cannot get current datetime in #{inspect(time_zone)} time zone, reason: #{inspect(reason)}"
    end
  end

  ## Making

  @doc """
  Joins a date and a time in a time zone.

  The answer may be that the zone's clocks showed it twice, or never: see `from_naive/3`.

  ## Examples

      iex> DateTime.new(~D[2024-02-29], ~T[07:08:09], "Etc/UTC")
      {:ok, ~U[2024-02-29 07:08:09Z]}

  """
  @doc since: "1.11.0"
  @spec new(Date.t(), Time.t(), Calendar.time_zone(), Calendar.time_zone_database()) ::
          {:ok, t}
          | {:ambiguous, first_datetime :: t, second_datetime :: t}
          | {:gap, t, t}
          | {:error, :incompatible_calendars | :time_zone_not_found | :utc_only_time_zone_database}
  def new(date, time, time_zone \\ @utc, time_zone_database \\ Calendar.get_time_zone_database())

  def new(%Date{calendar: calendar} = date, %Time{calendar: calendar} = time, time_zone, time_zone_database) do
    {:ok, naive_datetime} = NaiveDateTime.new(date, time)
    from_naive(naive_datetime, time_zone, time_zone_database)
  end

  @doc """
  As `new/4`, raising unless there is exactly one such moment.

  ## Examples

      iex> DateTime.new!(~D[2024-02-29], ~T[07:08:09.5])
      ~U[2024-02-29 07:08:09.5Z]

  """
  @doc since: "1.11.0"
  @spec new!(Date.t(), Time.t(), Calendar.time_zone(), Calendar.time_zone_database()) :: t
  def new!(date, time, time_zone \\ @utc, time_zone_database \\ Calendar.get_time_zone_database())

  def new!(date, time, time_zone, time_zone_database) do
    case new(date, time, time_zone, time_zone_database) do
      {:ok, datetime} ->
        datetime

      {:ambiguous, first, second} ->
        raise ArgumentError,
              "cannot build datetime with #{inspect(date)} and #{inspect(time)} because such instant is ambiguous in time zone " <>
                "#{time_zone} as there is an overlap between #{inspect(first)} and #{inspect(second)}"

      {:gap, just_before, just_after} ->
        raise ArgumentError,
              "cannot build datetime with #{inspect(date)} and #{inspect(time)} because such instant does not exist in time zone " <>
                "#{time_zone} as there is a gap between #{inspect(just_before)} and #{inspect(just_after)}"

      {:error, reason} ->
        raise ArgumentError, "cannot build datetime with #{inspect(date)} and #{inspect(time)}, reason: #{inspect(reason)}"
    end
  end

  @doc """
  The moment of a date and time in a time zone.

  Where clocks are set back the zone shows a time twice: `{:ambiguous, first, second}` has both moments. Where they are put
  forward some times are left out: `{:gap, just_before, just_after}` has the moments around the gap.

  ## Examples

      iex> DateTime.from_naive(~N[2024-02-29 07:08:09], "Etc/UTC")
      {:ok, ~U[2024-02-29 07:08:09Z]}
      iex> DateTime.from_naive(~N[2024-02-29 07:08:09], "Europe/Zurich")
      {:error, :utc_only_time_zone_database}

  """
  @doc since: "1.4.0"
  @spec from_naive(Calendar.naive_datetime(), Calendar.time_zone(), Calendar.time_zone_database()) ::
          {:ok, t}
          | {:ambiguous, first_datetime :: t, second_datetime :: t}
          | {:gap, t, t}
          | {:error, :incompatible_calendars | :time_zone_not_found | :utc_only_time_zone_database}
  def from_naive(naive_datetime, time_zone, time_zone_database \\ Calendar.get_time_zone_database())

  def from_naive(%{calendar: _} = naive_datetime, @utc, _), do: {:ok, in_period(naive_datetime, @utc, utc_period())}

  def from_naive(%{calendar: calendar} = naive_datetime, time_zone, time_zone_database) do
    if Calendar.compatible_calendars?(calendar, Calendar.ISO) do
      # Databases know the ISO calendar alone.
      naive_datetime = NaiveDateTime.convert!(naive_datetime, Calendar.ISO)
      wall_datetime(naive_datetime, calendar, time_zone, time_zone_database)
    else
      {:error, :incompatible_calendars}
    end
  end

  defp wall_datetime(naive, calendar, time_zone, time_zone_database) do
    back = fn iso -> convert!(iso, calendar) end

    case time_zone_database.time_zone_periods_from_wall_datetime(naive, time_zone) do
      {:ok, period} ->
        {:ok, naive |> in_period(time_zone, period) |> back.()}

      {:ambiguous, first, second} ->
        {:ambiguous, naive |> in_period(time_zone, first) |> back.(), naive |> in_period(time_zone, second) |> back.()}

      {:gap, {first, first_limit}, {second, second_limit}} ->
        # The last microsecond before the gap, whatever the precision was.
        before = NaiveDateTime.add(%{first_limit | microsecond: {0, 6}}, -1, :microsecond)
        {:gap, before |> in_period(time_zone, first) |> back.(), second_limit |> in_period(time_zone, second) |> back.()}

      {:error, _} = error ->
        error
    end
  end

  defp utc_period, do: %{utc_offset: 0, std_offset: 0, zone_abbr: "UTC"}

  # What clocks show while the period lasts.
  defp in_period(naive, time_zone, %{utc_offset: utc_offset, std_offset: std_offset, zone_abbr: zone_abbr}) do
    %{calendar: calendar, year: year, month: month, day: day} = naive
    %{hour: hour, minute: minute, second: second, microsecond: microsecond} = naive

    %DateTime{
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
  end

  @doc """
  As `from_naive/3`, raising unless there is exactly one such moment.

  ## Examples

      iex> DateTime.from_naive!(~N[2024-02-29 07:08:09], "Etc/UTC")
      ~U[2024-02-29 07:08:09Z]

  """
  @doc since: "1.4.0"
  @spec from_naive!(NaiveDateTime.t(), Calendar.time_zone(), Calendar.time_zone_database()) :: t
  def from_naive!(naive_datetime, time_zone, time_zone_database \\ Calendar.get_time_zone_database()) do
    case from_naive(naive_datetime, time_zone, time_zone_database) do
      {:ok, datetime} ->
        datetime

      {:ambiguous, first, second} ->
        raise ArgumentError,
              "cannot convert #{inspect(naive_datetime)} to datetime because such instant is ambiguous in time zone #{time_zone} as " <>
                "there is an overlap between #{inspect(first)} and #{inspect(second)}"

      {:gap, just_before, just_after} ->
        raise ArgumentError,
              "cannot convert #{inspect(naive_datetime)} to datetime because such instant does not exist in time zone #{time_zone} as " <>
                "there is a gap between #{inspect(just_before)} and #{inspect(just_after)}"

      {:error, reason} ->
        raise ArgumentError, "cannot convert #{inspect(naive_datetime)} to datetime, reason: #{inspect(reason)}"
    end
  end

  ## Zones

  @doc """
  The same moment in another time zone.

  ## Examples

      iex> DateTime.shift_zone(~U[2024-02-29 07:08:09Z], "Europe/Zurich")
      {:error, :utc_only_time_zone_database}

  """
  @doc since: "1.8.0"
  @spec shift_zone(t, Calendar.time_zone(), Calendar.time_zone_database()) ::
          {:ok, t} | {:error, :time_zone_not_found | :utc_only_time_zone_database}
  def shift_zone(datetime, time_zone, time_zone_database \\ Calendar.get_time_zone_database())
  def shift_zone(%{time_zone: time_zone} = datetime, time_zone, _), do: {:ok, datetime}

  def shift_zone(%{microsecond: {_, precision}, calendar: calendar} = datetime, time_zone, time_zone_database) do
    datetime |> to_utc_iso_days() |> in_zone(calendar, precision, time_zone, time_zone_database)
  end

  # What clocks of a zone show at a moment, given in ISO days of UTC.
  defp in_zone(iso_days, calendar, precision, time_zone, time_zone_database) do
    with {:ok, %{std_offset: std, utc_offset: utc} = period} <-
           time_zone_database.time_zone_period_from_utc_iso_days(iso_days, time_zone) do
      {:ok, iso_days |> offset_by(utc + std) |> from_iso_days(calendar, precision, time_zone, period)}
    end
  end

  @doc """
  As `shift_zone/3`, raising if the zone is not known.

  ## Examples

      iex> DateTime.shift_zone!(~U[2024-02-29 07:08:09Z], "Etc/UTC")
      ~U[2024-02-29 07:08:09Z]

  """
  @doc since: "1.10.0"
  @spec shift_zone!(t, Calendar.time_zone(), Calendar.time_zone_database()) :: t
  def shift_zone!(datetime, time_zone, time_zone_database \\ Calendar.get_time_zone_database()) do
    case shift_zone(datetime, time_zone, time_zone_database) do
      {:ok, value} ->
        value

      {:error, reason} ->
        raise ArgumentError, "cannot shift #{inspect(datetime)} to #{inspect(time_zone)} time zone, reason: #{inspect(reason)}"
    end
  end

  ## Counts

  @doc """
  The moment so many units after the beginning of 1970 in UTC.

  ## Examples

      iex> DateTime.from_unix(1_709_190_489)
      {:ok, ~U[2024-02-29 07:08:09Z]}
      iex> DateTime.from_unix(1_709_190_489_500, :millisecond)
      {:ok, ~U[2024-02-29 07:08:09.500Z]}

  """
  @spec from_unix(integer, :native | System.time_unit(), Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def from_unix(integer, unit \\ :second, calendar \\ Calendar.ISO) when is_integer(integer) do
    case Calendar.ISO.from_unix(integer, unit) do
      {:ok, {year, month, day}, {hour, minute, second}, microsecond} ->
        naive = %NaiveDateTime{
          year: year,
          month: month,
          day: day,
          hour: hour,
          minute: minute,
          second: second,
          microsecond: microsecond
        }

        naive |> in_period(@utc, utc_period()) |> convert(calendar)

      {:error, _} = error ->
        error
    end
  end

  @doc """
  As `from_unix/3`, raising if the moment can't be told.

  ## Examples

      iex> DateTime.from_unix!(0)
      ~U[1970-01-01 00:00:00Z]

  """
  @spec from_unix!(integer, :native | System.time_unit(), Calendar.calendar()) :: t
  def from_unix!(integer, unit \\ :second, calendar \\ Calendar.ISO) do
    case from_unix(integer, unit, calendar) do
      {:ok, datetime} -> datetime
      {:error, :invalid_unix_time} -> raise ArgumentError, "invalid Unix time #{integer}"
      {:error, reason} -> raise ArgumentError, "cannot convert Unix time #{integer}, reason: #{inspect(reason)}"
    end
  end

  @doc """
  The units since the beginning of 1970 in UTC.

  ## Examples

      iex> DateTime.to_unix(~U[2024-02-29 07:08:09.500Z])
      1709190489
      iex> DateTime.to_unix(~U[2024-02-29 07:08:09.500Z], :millisecond)
      1709190489500

  """
  @spec to_unix(Calendar.datetime(), :native | System.time_unit()) :: integer
  def to_unix(datetime, unit \\ :second)

  def to_unix(%{utc_offset: _, std_offset: _} = datetime, unit) do
    since_year_0 = datetime |> to_utc_iso_days() |> Calendar.ISO.iso_days_to_unit(unit)
    since_year_0 - System.convert_time_unit(Calendar.ISO.unix_seconds(), :second, unit)
  end

  @doc """
  The moment so many seconds after the beginning of the year 0.

  ## Examples

      iex> DateTime.from_gregorian_seconds(63_876_409_689)
      ~U[2024-02-29 07:08:09Z]

  """
  @doc since: "1.11.0"
  @spec from_gregorian_seconds(integer, Calendar.microsecond(), Calendar.calendar()) :: t
  def from_gregorian_seconds(seconds, {microsecond, precision} \\ {0, 0}, calendar \\ Calendar.ISO) when is_integer(seconds) do
    seconds
    |> Calendar.ISO.gregorian_seconds_to_iso_days(microsecond)
    |> from_iso_days(calendar, precision, @utc, utc_period())
  end

  @doc """
  The seconds since the beginning of the year 0 on the zone's clock, and the microseconds beyond, with the zone's offsets taken away.

  ## Examples

      iex> DateTime.to_gregorian_seconds(~U[2024-02-29 07:08:09.5Z])
      {63876409689, 500000}

  """
  @doc since: "1.11.0"
  @spec to_gregorian_seconds(Calendar.datetime()) :: {integer, non_neg_integer}
  def to_gregorian_seconds(%{std_offset: _, utc_offset: _, microsecond: {microsecond, _}} = datetime) do
    {days, {parts, per_day}} = to_utc_iso_days(datetime)
    {days * 86_400 + div(parts * 86_400, per_day), microsecond}
  end

  ## Parts

  @doc """
  The date and time without the zone.

  ## Examples

      iex> DateTime.to_naive(~U[2024-02-29 07:08:09Z])
      ~N[2024-02-29 07:08:09]

  """
  @spec to_naive(Calendar.datetime()) :: NaiveDateTime.t()
  def to_naive(datetime)

  def to_naive(%{calendar: calendar, time_zone: _} = datetime) do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = datetime

    %NaiveDateTime{
      calendar: calendar,
      year: year,
      month: month,
      day: day,
      hour: hour,
      minute: minute,
      second: second,
      microsecond: microsecond
    }
  end

  @doc """
  The date alone.

  ## Examples

      iex> DateTime.to_date(~U[2024-02-29 07:08:09Z])
      ~D[2024-02-29]

  """
  @spec to_date(Calendar.datetime()) :: Date.t()
  def to_date(datetime)

  def to_date(%{calendar: calendar, year: year, month: month, day: day, time_zone: _}) do
    %Date{year: year, month: month, day: day, calendar: calendar}
  end

  @doc """
  The time of day alone.

  ## Examples

      iex> DateTime.to_time(~U[2024-02-29 07:08:09.5Z])
      ~T[07:08:09.5]

  """
  @spec to_time(Calendar.datetime()) :: Time.t()
  def to_time(datetime)

  def to_time(%{calendar: calendar, hour: hour, minute: minute, second: second, microsecond: microsecond, time_zone: _}) do
    %Time{hour: hour, minute: minute, second: second, microsecond: microsecond, calendar: calendar}
  end

  ## Text

  @doc """
  The moment as text, as the calendar writes it.

  ## Examples

      iex> DateTime.to_string(~U[2024-02-29 07:08:09.5Z])
      "2024-02-29 07:08:09.5Z"

  """
  @spec to_string(Calendar.datetime()) :: String.t()
  def to_string(%{calendar: calendar} = datetime) do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = datetime
    %{time_zone: zone, zone_abbr: abbr, utc_offset: utc, std_offset: std} = datetime
    calendar.datetime_to_string(year, month, day, hour, minute, second, microsecond, zone, abbr, utc, std)
  end

  @doc """
  The moment in the format of ISO 8601; with the offset of its zone, or with another, given in seconds.

  ## Examples

      iex> DateTime.to_iso8601(~U[2024-02-29 07:08:09Z])
      "2024-02-29T07:08:09Z"
      iex> DateTime.to_iso8601(~U[2024-02-29 07:08:09Z], :basic)
      "20240229T070809Z"
      iex> DateTime.to_iso8601(~U[2024-02-29 07:08:09Z], :extended, 3600)
      "2024-02-29T08:08:09+01:00"

  """
  @spec to_iso8601(Calendar.datetime(), :basic | :extended, nil | integer) :: String.t()
  def to_iso8601(datetime, format \\ :extended, offset \\ nil)

  def to_iso8601(%{calendar: Calendar.ISO} = datetime, format, nil) when format in [:extended, :basic] do
    %{time_zone: zone, utc_offset: utc, std_offset: std} = datetime
    (datetime |> to_naive() |> NaiveDateTime.to_iso8601(format)) <> Calendar.ISO.offset_to_string(utc, std, zone, format)
  end

  def to_iso8601(%{calendar: Calendar.ISO, microsecond: {_, precision}} = datetime, format, offset)
      when format in [:extended, :basic] and is_integer(offset) do
    datetime
    |> to_utc_iso_days()
    |> offset_by(offset)
    |> from_iso_days(Calendar.ISO, precision, datetime.time_zone, %{utc_offset: offset, std_offset: 0, zone_abbr: ""})
    |> to_iso8601(format)
  end

  def to_iso8601(%{calendar: _} = datetime, format, offset) when format in [:extended, :basic] do
    datetime |> convert!(Calendar.ISO) |> to_iso8601(format, offset)
  end

  @doc """
  Reads a moment in the format of ISO 8601 and brings it to UTC.

  The offset that was written comes as third element. The second argument is a calendar or the format.

  ## Examples

      iex> DateTime.from_iso8601("2024-02-29T07:08:09Z")
      {:ok, ~U[2024-02-29 07:08:09Z], 0}
      iex> DateTime.from_iso8601("2024-02-29 07:08:09+02:00")
      {:ok, ~U[2024-02-29 05:08:09Z], 7200}
      iex> DateTime.from_iso8601("20240229T070809Z", :basic)
      {:ok, ~U[2024-02-29 07:08:09Z], 0}
      iex> DateTime.from_iso8601("2024-02-29 07:08:09")
      {:error, :missing_offset}

  """
  @doc since: "1.4.0"
  @spec from_iso8601(String.t(), Calendar.calendar() | :extended | :basic) ::
          {:ok, t, Calendar.utc_offset()} | {:error, atom}
  def from_iso8601(string, format_or_calendar \\ Calendar.ISO)
  def from_iso8601(string, format) when format in [:basic, :extended], do: from_iso8601(string, Calendar.ISO, format)
  def from_iso8601(string, calendar) when is_atom(calendar), do: from_iso8601(string, calendar, :extended)

  @doc """
  As `from_iso8601/2`, with both calendar and format.

  ## Examples

      iex> DateTime.from_iso8601("20240229T070809+0200", Calendar.ISO, :basic)
      {:ok, ~U[2024-02-29 05:08:09Z], 7200}

  """
  @spec from_iso8601(String.t(), Calendar.calendar(), :extended | :basic) ::
          {:ok, t, Calendar.utc_offset()} | {:error, atom}
  def from_iso8601(string, calendar, format) do
    with {:ok, {year, month, day, hour, minute, second, microsecond}, offset} <- Calendar.ISO.parse_utc_datetime(string, format) do
      naive = %NaiveDateTime{
        year: year,
        month: month,
        day: day,
        hour: hour,
        minute: minute,
        second: second,
        microsecond: microsecond
      }

      with {:ok, datetime} <- naive |> in_period(@utc, utc_period()) |> convert(calendar), do: {:ok, datetime, offset}
    end
  end

  ## Order

  @doc """
  Compares two moments: `:lt`, `:eq` or `:gt`. Their zones may differ.

  ## Examples

      iex> DateTime.compare(~U[2024-02-29 07:08:09Z], ~U[2024-02-29 07:08:09.000Z])
      :eq

  """
  @doc since: "1.4.0"
  @spec compare(Calendar.datetime(), Calendar.datetime()) :: :lt | :eq | :gt
  def compare(%{utc_offset: _, std_offset: _} = datetime1, %{utc_offset: _, std_offset: _} = datetime2) do
    case {to_utc_iso_days(datetime1), to_utc_iso_days(datetime2)} do
      {{days1, {parts1, per_day}}, {days2, {parts2, per_day}}} -> Calendar.__order__({days1, parts1}, {days2, parts2})
      {{days1, {parts1, per_day1}}, {days2, {parts2, per_day2}}} -> Calendar.__order__({days1, parts1 * per_day2}, {days2, parts2 * per_day1})
    end
  end

  @doc """
  Whether the first moment comes before the second.

  ## Examples

      iex> DateTime.before?(~U[2024-02-29 07:08:09Z], ~U[2024-03-01 00:00:00Z])
      true

  """
  @doc since: "1.15.0"
  @spec before?(Calendar.datetime(), Calendar.datetime()) :: boolean
  def before?(datetime1, datetime2), do: compare(datetime1, datetime2) == :lt

  @doc """
  Whether the first moment comes after the second.

  ## Examples

      iex> DateTime.after?(~U[2024-02-29 07:08:09Z], ~U[2024-03-01 00:00:00Z])
      false

  """
  @doc since: "1.15.0"
  @spec after?(Calendar.datetime(), Calendar.datetime()) :: boolean
  def after?(datetime1, datetime2), do: compare(datetime1, datetime2) == :gt

  ## Arithmetic

  @doc """
  The time from the second moment to the first, in a unit.

  ## Examples

      iex> DateTime.diff(~U[2024-03-01 00:00:00Z], ~U[2024-02-29 23:59:00Z])
      60
      iex> DateTime.diff(~U[2024-03-01 00:00:00Z], ~U[2024-02-01 00:00:00Z], :day)
      29

  """
  @doc since: "1.5.0"
  @spec diff(Calendar.datetime(), Calendar.datetime(), :day | :hour | :minute | System.time_unit()) :: integer
  def diff(datetime1, datetime2, unit \\ :second)
  def diff(datetime1, datetime2, :day), do: div(diff(datetime1, datetime2, :second), 86_400)
  def diff(datetime1, datetime2, :hour), do: div(diff(datetime1, datetime2, :second), 3600)
  def diff(datetime1, datetime2, :minute), do: div(diff(datetime1, datetime2, :second), 60)

  def diff(%{utc_offset: _, std_offset: _} = datetime1, %{utc_offset: _, std_offset: _} = datetime2, unit) do
    NaiveDateTime.__unit__!(unit)
    in_unit = fn datetime -> datetime |> to_utc_iso_days() |> Calendar.ISO.iso_days_to_unit(unit) end
    in_unit.(datetime1) - in_unit.(datetime2)
  end

  @doc """
  The moment so much later, in the same zone. A finer unit raises the precision.

  A day counts as 24 hours, also where clocks are changed.

  ## Examples

      iex> DateTime.add(~U[2024-02-28 10:00:00Z], 1, :day)
      ~U[2024-02-29 10:00:00Z]
      iex> DateTime.add(~U[2024-02-28 10:00:00Z], -1, :millisecond)
      ~U[2024-02-28 09:59:59.999Z]

  """
  @doc since: "1.8.0"
  @spec add(Calendar.datetime(), integer, :day | :hour | :minute | System.time_unit(), Calendar.time_zone_database()) :: t
  def add(datetime, amount_to_add, unit \\ :second, time_zone_database \\ Calendar.get_time_zone_database())
  def add(datetime, amount, :day, database) when is_integer(amount), do: add(datetime, amount * 86_400, :second, database)
  def add(datetime, amount, :hour, database) when is_integer(amount), do: add(datetime, amount * 3600, :second, database)
  def add(datetime, amount, :minute, database) when is_integer(amount), do: add(datetime, amount * 60, :second, database)

  def add(%{calendar: calendar} = datetime, amount, unit, time_zone_database) when is_integer(amount) do
    NaiveDateTime.__unit__!(unit)
    %{microsecond: {_, precision}, time_zone: time_zone, utc_offset: _, std_offset: _} = datetime
    precision = max(Calendar.ISO.time_unit_to_precision(unit), precision)
    microseconds = System.convert_time_unit(amount, unit, :microsecond)

    result =
      datetime
      |> to_utc_iso_days()
      |> Calendar.ISO.add_day_fraction_to_iso_days(microseconds, @day_microseconds)
      |> in_zone(calendar, precision, time_zone, time_zone_database)

    case result do
      {:ok, moved} ->
        moved

      {:error, reason} ->
        raise ArgumentError,
              "cannot add #{amount} #{unit} to #{inspect(datetime)} (with time zone database #{inspect(time_zone_database)}), " <>
                "reason: #{inspect(reason)}"
    end
  end

  @doc """
  Moves a moment by a duration: months first, then days and the rest.

  It is the date and time on the zone's clock that is moved, with the offsets of before; then the offsets of the new moment apply.

  ## Examples

      iex> DateTime.shift(~U[2024-01-31 10:00:00Z], month: 1, minute: 5)
      ~U[2024-02-29 10:05:00Z]

  """
  @doc since: "1.17.0"
  @spec shift(Calendar.datetime(), Duration.duration(), Calendar.time_zone_database()) :: t
  def shift(datetime, duration, time_zone_database \\ Calendar.get_time_zone_database())

  def shift(%{time_zone: @utc} = datetime, duration, _) do
    datetime |> NaiveDateTime.shift(duration) |> in_period(@utc, utc_period())
  end

  def shift(%{calendar: calendar, time_zone: time_zone} = datetime, duration, time_zone_database) do
    %{microsecond: {_, precision}} = naive = NaiveDateTime.shift(datetime, duration)
    %{utc_offset: utc_offset, std_offset: std_offset} = datetime

    result =
      naive
      |> to_iso_days()
      |> offset_by(-(utc_offset + std_offset))
      |> in_zone(calendar, precision, time_zone, time_zone_database)

    case result do
      {:ok, moved} ->
        moved

      {:error, reason} ->
        raise ArgumentError,
              "cannot shift #{inspect(datetime)} to #{inspect(duration)} (with time zone database #{inspect(time_zone_database)}), " <>
                "reason: #{inspect(reason)}"
    end
  end

  @doc false
  def __duration__!(duration), do: Duration.new!(duration)

  @doc """
  Drops what a unit doesn't show.

  ## Examples

      iex> DateTime.truncate(~U[2024-02-29 07:08:09.123456Z], :second)
      ~U[2024-02-29 07:08:09Z]

  """
  @doc since: "1.6.0"
  @spec truncate(Calendar.datetime(), :microsecond | :millisecond | :second) :: t
  def truncate(%DateTime{microsecond: microsecond} = datetime, precision) do
    %{datetime | microsecond: Calendar.truncate(microsecond, precision)}
  end

  def truncate(%{microsecond: microsecond, time_zone: zone, zone_abbr: abbr, utc_offset: utc, std_offset: std} = datetime, precision) do
    in_period(
      %{datetime | microsecond: Calendar.truncate(microsecond, precision)},
      zone,
      %{utc_offset: utc, std_offset: std, zone_abbr: abbr}
    )
  end

  ## Calendars

  @doc """
  Brings a moment to another calendar.

  ## Examples

      iex> DateTime.convert(~U[2024-02-29 07:08:09Z], Calendar.ISO)
      {:ok, ~U[2024-02-29 07:08:09Z]}

  """
  @doc since: "1.5.0"
  @spec convert(Calendar.datetime(), Calendar.calendar()) :: {:ok, t} | {:error, :incompatible_calendars}
  def convert(%DateTime{calendar: calendar} = datetime, calendar), do: {:ok, datetime}

  def convert(%{calendar: calendar} = datetime, calendar) do
    {:ok, in_period(datetime, datetime.time_zone, Map.take(datetime, [:utc_offset, :std_offset, :zone_abbr]))}
  end

  def convert(%{calendar: source, microsecond: {_, precision}} = datetime, calendar) do
    if Calendar.compatible_calendars?(source, calendar) do
      %{time_zone: time_zone} = datetime
      period = Map.take(datetime, [:utc_offset, :std_offset, :zone_abbr])
      {:ok, datetime |> to_iso_days() |> from_iso_days(calendar, precision, time_zone, period)}
    else
      {:error, :incompatible_calendars}
    end
  end

  @doc """
  As `convert/2`, raising if the calendars don't fit.

  ## Examples

      iex> DateTime.convert!(~U[2024-02-29 07:08:09Z], Calendar.ISO)
      ~U[2024-02-29 07:08:09Z]

  """
  @doc since: "1.5.0"
  @spec convert!(Calendar.datetime(), Calendar.calendar()) :: t
  def convert!(datetime, calendar) do
    case convert(datetime, calendar) do
      {:ok, value} -> value
      {:error, :incompatible_calendars} -> Calendar.__incompatible__(datetime, calendar)
    end
  end

  # ISO days of what the zone's clock shows, and of the moment.
  defp to_iso_days(%{calendar: calendar} = datetime) do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = datetime
    calendar.naive_datetime_to_iso_days(year, month, day, hour, minute, second, microsecond)
  end

  defp to_utc_iso_days(%{utc_offset: utc_offset, std_offset: std_offset} = datetime) do
    datetime |> to_iso_days() |> offset_by(-(utc_offset + std_offset))
  end

  defp offset_by(iso_days, 0), do: iso_days
  defp offset_by(iso_days, seconds), do: Calendar.ISO.add_day_fraction_to_iso_days(iso_days, seconds, 86_400)

  defp from_iso_days(iso_days, calendar, precision, time_zone, period) do
    {year, month, day, hour, minute, second, {value, _}} = calendar.naive_datetime_from_iso_days(iso_days)

    in_period(
      %{
        calendar: calendar,
        year: year,
        month: month,
        day: day,
        hour: hour,
        minute: minute,
        second: second,
        microsecond: {value, precision}
      },
      time_zone,
      period
    )
  end

  defimpl String.Chars do
    def to_string(datetime), do: DateTime.to_string(datetime)
  end

  defimpl Inspect do
    def inspect(%{time_zone: "Etc/UTC", utc_offset: 0, std_offset: 0, calendar: calendar, year: year} = datetime, _)
        when calendar != Calendar.ISO or year in -9999..9999//1 do
      "~U[" <> DateTime.to_string(datetime) <> Calendar.Sigil.suffix(calendar) <> "]"
    end

    def inspect(%{calendar: calendar} = datetime, _) do
      "#DateTime<" <> DateTime.to_string(datetime) <> Calendar.Sigil.suffix(calendar) <> ">"
    end
  end
end
