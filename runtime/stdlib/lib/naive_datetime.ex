defmodule NaiveDateTime do
  @moduledoc """
  Dates with a time of day, as clocks show them, without a time zone.

  The sigil `~N` writes one. Since there is no zone, nothing here knows of clocks that are set forward or back: where this matters, use
  `DateTime`.

      iex> naive = ~N[2024-02-28 23:30:00]
      iex> naive.day
      28
      iex> NaiveDateTime.add(naive, 1, :hour)
      ~N[2024-02-29 00:30:00]

  Operators compare them field by field, which is not their order in time: that is `compare/2`, and `Enum.sort/2` takes the module.
  A `DateTime` is accepted as well; its zone is ignored then.
  """

  @enforce_keys [:year, :month, :day, :hour, :minute, :second]
  defstruct [:year, :month, :day, :hour, :minute, :second, microsecond: {0, 0}, calendar: Calendar.ISO]

  @type t :: %NaiveDateTime{
          year: Calendar.year(),
          month: Calendar.month(),
          day: Calendar.day(),
          calendar: Calendar.calendar(),
          hour: Calendar.hour(),
          minute: Calendar.minute(),
          second: Calendar.second(),
          microsecond: Calendar.microsecond()
        }

  @day_microseconds 86_400_000_000

  ## Now

  @doc """
  Date and time in UTC. A unit says how precise; a module is the calendar.

  ## Examples

      iex> NaiveDateTime.utc_now().year > 2000
      true
      iex> NaiveDateTime.utc_now(:second).microsecond
      {0, 0}

  """
  @doc since: "1.4.0"
  @spec utc_now(Calendar.calendar() | :native | :microsecond | :millisecond | :second) :: t
  def utc_now(calendar_or_time_unit \\ Calendar.ISO)
  def utc_now(unit) when unit in [:native, :microsecond, :millisecond, :second], do: utc_now(unit, Calendar.ISO)
  def utc_now(calendar), do: utc_now(:native, calendar)

  @doc """
  Date and time in UTC, as precise as a unit, in a calendar.

  ## Examples

      iex> {_, precision} = NaiveDateTime.utc_now(:millisecond, Calendar.ISO).microsecond
      iex> precision
      3

  """
  @doc since: "1.15.0"
  @spec utc_now(:native | :microsecond | :millisecond | :second, Calendar.calendar()) :: t
  def utc_now(time_unit, calendar) when time_unit in [:native, :microsecond, :millisecond, :second] do
    {:ok, {year, month, day}, {hour, minute, second}, microsecond} =
      Calendar.ISO.from_unix(System.os_time(time_unit), time_unit)

    convert!(
      %NaiveDateTime{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond},
      calendar
    )
  end

  @doc """
  Date and time on the clock of this machine, to the second.

  ## Examples

      iex> NaiveDateTime.local_now().microsecond
      {0, 0}

  """
  @doc since: "1.10.0"
  @spec local_now(Calendar.calendar()) :: t
  def local_now(calendar \\ Calendar.ISO) do
    case from_erl(:calendar.local_time(), {0, 0}, calendar) do
      {:ok, value} ->
        value

      {:error, :incompatible_calendars} ->
        raise ArgumentError,
              "cannot get \"local now\" in target calendar #{inspect(calendar)}, " <>
                "reason: cannot convert from Calendar.ISO to #{inspect(calendar)}."
    end
  end

  ## Making

  @doc """
  Makes a date and time of their fields, or says what is wrong.

  ## Examples

      iex> NaiveDateTime.new(2024, 2, 29, 7, 8, 9)
      {:ok, ~N[2024-02-29 07:08:09]}
      iex> NaiveDateTime.new(2023, 2, 29, 7, 8, 9)
      {:error, :invalid_date}
      iex> NaiveDateTime.new(2024, 2, 29, 7, 8, 60)
      {:error, :invalid_time}

  """
  @spec new(
          Calendar.year(),
          Calendar.month(),
          Calendar.day(),
          Calendar.hour(),
          Calendar.minute(),
          Calendar.second(),
          Calendar.microsecond() | non_neg_integer,
          Calendar.calendar()
        ) :: {:ok, t} | {:error, atom}
  def new(year, month, day, hour, minute, second, microsecond \\ {0, 0}, calendar \\ Calendar.ISO)

  def new(year, month, day, hour, minute, second, microsecond, calendar) when is_integer(microsecond) do
    new(year, month, day, hour, minute, second, {microsecond, 6}, calendar)
  end

  def new(year, month, day, hour, minute, second, microsecond, calendar) do
    cond do
      not calendar.valid_date?(year, month, day) ->
        {:error, :invalid_date}

      not calendar.valid_time?(hour, minute, second, microsecond) ->
        {:error, :invalid_time}

      true ->
        {:ok,
         %NaiveDateTime{
           calendar: calendar,
           year: year,
           month: month,
           day: day,
           hour: hour,
           minute: minute,
           second: second,
           microsecond: microsecond
         }}
    end
  end

  @doc """
  As `new/8`, raising if something is wrong.

  ## Examples

      iex> NaiveDateTime.new!(2024, 2, 29, 7, 8, 9, {500_000, 1})
      ~N[2024-02-29 07:08:09.5]
      iex> NaiveDateTime.new!(2024, 2, 29, 24, 8, 9)
      ** (ArgumentError) cannot build naive datetime, reason: :invalid_time

  """
  @doc since: "1.11.0"
  @spec new!(
          Calendar.year(),
          Calendar.month(),
          Calendar.day(),
          Calendar.hour(),
          Calendar.minute(),
          Calendar.second(),
          Calendar.microsecond() | non_neg_integer,
          Calendar.calendar()
        ) :: t
  def new!(year, month, day, hour, minute, second, microsecond \\ {0, 0}, calendar \\ Calendar.ISO) do
    year |> new(month, day, hour, minute, second, microsecond, calendar) |> built!()
  end

  defp built!({:ok, naive_datetime}), do: naive_datetime
  defp built!({:error, reason}), do: raise(ArgumentError, "cannot build naive datetime, reason: #{inspect(reason)}")

  @doc """
  Joins a date and a time.

  ## Examples

      iex> NaiveDateTime.new(~D[2024-02-29], ~T[07:08:09])
      {:ok, ~N[2024-02-29 07:08:09]}

  """
  @spec new(Date.t(), Time.t()) :: {:ok, t}
  def new(date, time)

  def new(%Date{calendar: calendar} = date, %Time{calendar: calendar} = time) do
    {:ok,
     %NaiveDateTime{
       calendar: calendar,
       year: date.year,
       month: date.month,
       day: date.day,
       hour: time.hour,
       minute: time.minute,
       second: time.second,
       microsecond: time.microsecond
     }}
  end

  @doc """
  As `new/2`, without the tuple.

  ## Examples

      iex> NaiveDateTime.new!(~D[2024-02-29], ~T[07:08:09])
      ~N[2024-02-29 07:08:09]

  """
  @doc since: "1.11.0"
  @spec new!(Date.t(), Time.t()) :: t
  def new!(date, time), do: date |> new(time) |> built!()

  ## Arithmetic

  @doc """
  The date and time so much later. A finer unit raises the precision.

  ## Examples

      iex> NaiveDateTime.add(~N[2024-02-28 10:00:00], 1, :day)
      ~N[2024-02-29 10:00:00]
      iex> NaiveDateTime.add(~N[2024-02-28 10:00:00], -1, :millisecond)
      ~N[2024-02-28 09:59:59.999]

  """
  @doc since: "1.4.0"
  @spec add(Calendar.naive_datetime(), integer, :day | :hour | :minute | System.time_unit()) :: t
  def add(naive_datetime, amount_to_add, unit \\ :second)
  def add(%{calendar: _} = naive, amount, :day) when is_integer(amount), do: add(naive, amount * 86_400, :second)
  def add(%{calendar: _} = naive, amount, :hour) when is_integer(amount), do: add(naive, amount * 3600, :second)
  def add(%{calendar: _} = naive, amount, :minute) when is_integer(amount), do: add(naive, amount * 60, :second)

  def add(%{microsecond: {_, precision}, calendar: calendar} = naive, amount, unit) when is_integer(amount) do
    __unit__!(unit)
    precision = max(Calendar.ISO.time_unit_to_precision(unit), precision)
    microseconds = System.convert_time_unit(amount, unit, :microsecond)

    naive
    |> to_iso_days()
    |> Calendar.ISO.add_day_fraction_to_iso_days(microseconds, @day_microseconds)
    |> from_iso_days(calendar, precision)
  end

  @doc false
  def __unit__!(unit) when unit in [:second, :millisecond, :microsecond, :nanosecond], do: :ok
  def __unit__!(unit) when is_integer(unit) and unit > 0, do: :ok

  def __unit__!(unit) do
    raise ArgumentError,
          "unsupported time unit. Expected :day, :hour, :minute, :second, :millisecond, :microsecond, :nanosecond, or a positive " <>
            "integer, got #{inspect(unit)}"
  end

  @doc """
  The time from the second to the first, in a unit.

  ## Examples

      iex> NaiveDateTime.diff(~N[2024-03-01 00:00:00], ~N[2024-02-29 23:59:00])
      60
      iex> NaiveDateTime.diff(~N[2024-03-01 00:00:00], ~N[2024-02-01 00:00:00], :day)
      29

  """
  @doc since: "1.4.0"
  @spec diff(Calendar.naive_datetime(), Calendar.naive_datetime(), :day | :hour | :minute | System.time_unit()) :: integer
  def diff(naive_datetime1, naive_datetime2, unit \\ :second)
  def diff(naive1, naive2, :day), do: div(diff(naive1, naive2, :second), 86_400)
  def diff(naive1, naive2, :hour), do: div(diff(naive1, naive2, :second), 3600)
  def diff(naive1, naive2, :minute), do: div(diff(naive1, naive2, :second), 60)

  def diff(%{calendar: calendar1} = naive1, %{calendar: calendar2} = naive2, unit) do
    __unit__!(unit)

    if not Calendar.compatible_calendars?(calendar1, calendar2) do
      raise ArgumentError,
            "cannot calculate the difference between #{inspect(naive1)} and #{inspect(naive2)} because their calendars are not " <>
              "compatible and thus the result would be ambiguous"
    end

    in_unit(naive1, unit) - in_unit(naive2, unit)
  end

  defp in_unit(naive, unit), do: naive |> to_iso_days() |> Calendar.ISO.iso_days_to_unit(unit)

  @doc """
  Moves a date and time by a duration: months first, then days and the rest.

  ## Examples

      iex> NaiveDateTime.shift(~N[2024-01-31 10:00:00], month: 1)
      ~N[2024-02-29 10:00:00]
      iex> NaiveDateTime.shift(~N[2024-01-31 10:00:00], day: 1, hour: -12)
      ~N[2024-01-31 22:00:00]

  """
  @doc since: "1.17.0"
  @spec shift(Calendar.naive_datetime(), Duration.duration()) :: t
  def shift(%{calendar: calendar} = naive_datetime, duration) do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = naive_datetime
    duration = __duration__!(duration)

    {year, month, day, hour, minute, second, microsecond} =
      calendar.shift_naive_datetime(year, month, day, hour, minute, second, microsecond, duration)

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

  @doc false
  def __duration__!(duration), do: Duration.new!(duration)

  @doc """
  Drops what a unit doesn't show.

  ## Examples

      iex> NaiveDateTime.truncate(~N[2024-02-29 07:08:09.123456], :millisecond)
      ~N[2024-02-29 07:08:09.123]

  """
  @doc since: "1.6.0"
  @spec truncate(t, :microsecond | :millisecond | :second) :: t
  def truncate(%NaiveDateTime{microsecond: microsecond} = naive_datetime, precision) do
    %{naive_datetime | microsecond: Calendar.truncate(microsecond, precision)}
  end

  def truncate(%{calendar: calendar, microsecond: microsecond} = naive_datetime, precision) do
    %{convert!(naive_datetime, calendar) | microsecond: Calendar.truncate(microsecond, precision)}
  end

  @doc """
  The beginning of the day.

  ## Examples

      iex> NaiveDateTime.beginning_of_day(~N[2024-02-29 07:08:09.123])
      ~N[2024-02-29 00:00:00.000]

  """
  @doc since: "1.15.0"
  @spec beginning_of_day(Calendar.naive_datetime()) :: t
  def beginning_of_day(%{calendar: calendar, microsecond: {_, precision}} = naive_datetime) do
    naive_datetime |> to_iso_days() |> calendar.iso_days_to_beginning_of_day() |> from_iso_days(calendar, precision)
  end

  @doc """
  The last moment of the day that can be told with the precision.

  ## Examples

      iex> NaiveDateTime.end_of_day(~N[2024-02-29 07:08:09.123])
      ~N[2024-02-29 23:59:59.999]

  """
  @doc since: "1.15.0"
  @spec end_of_day(Calendar.naive_datetime()) :: t
  def end_of_day(%{calendar: calendar, microsecond: {_, precision}} = naive_datetime) do
    end_of_day = naive_datetime |> to_iso_days() |> calendar.iso_days_to_end_of_day() |> from_iso_days(calendar, precision)
    {value, precision} = end_of_day.microsecond
    %{end_of_day | microsecond: {value - rem(value, Integer.pow(10, 6 - precision)), precision}}
  end

  ## Parts

  @doc """
  The date alone.

  ## Examples

      iex> NaiveDateTime.to_date(~N[2024-02-29 07:08:09])
      ~D[2024-02-29]

  """
  @spec to_date(Calendar.naive_datetime()) :: Date.t()
  def to_date(%{year: year, month: month, day: day, calendar: calendar, hour: _, minute: _, second: _, microsecond: _}) do
    %Date{year: year, month: month, day: day, calendar: calendar}
  end

  @doc """
  The time of day alone.

  ## Examples

      iex> NaiveDateTime.to_time(~N[2024-02-29 07:08:09])
      ~T[07:08:09]

  """
  @spec to_time(Calendar.naive_datetime()) :: Time.t()
  def to_time(%{
        year: _,
        month: _,
        day: _,
        calendar: calendar,
        hour: hour,
        minute: minute,
        second: second,
        microsecond: microsecond
      }) do
    %Time{hour: hour, minute: minute, second: second, microsecond: microsecond, calendar: calendar}
  end

  ## Text and other forms

  @doc """
  The date and time as text, as the calendar writes it.

  ## Examples

      iex> NaiveDateTime.to_string(~N[2024-02-29T07:08:09])
      "2024-02-29 07:08:09"

  """
  @spec to_string(Calendar.naive_datetime()) :: String.t()
  def to_string(%{calendar: calendar} = naive_datetime) do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = naive_datetime
    calendar.naive_datetime_to_string(year, month, day, hour, minute, second, microsecond)
  end

  @doc """
  Reads a date and time in the format of ISO 8601. An offset may follow and is dropped.

  ## Examples

      iex> NaiveDateTime.from_iso8601("2024-02-29T07:08:09Z")
      {:ok, ~N[2024-02-29 07:08:09]}
      iex> NaiveDateTime.from_iso8601("2024-02-29 7:08")
      {:error, :invalid_format}
      iex> NaiveDateTime.from_iso8601("2024-02-30 07:08:09")
      {:error, :invalid_date}

  """
  @spec from_iso8601(String.t(), Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def from_iso8601(string, calendar \\ Calendar.ISO) do
    with {:ok, {year, month, day, hour, minute, second, microsecond}} <- Calendar.ISO.parse_naive_datetime(string) do
      convert(
        %NaiveDateTime{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond},
        calendar
      )
    end
  end

  @doc """
  As `from_iso8601/2`, raising if the text is none.

  ## Examples

      iex> NaiveDateTime.from_iso8601!("2024-02-29 07:08:09.5")
      ~N[2024-02-29 07:08:09.5]
      iex> NaiveDateTime.from_iso8601!("2024-02-29")
      ** (ArgumentError) cannot parse "2024-02-29" as naive datetime, reason: :invalid_format

  """
  @spec from_iso8601!(String.t(), Calendar.calendar()) :: t
  def from_iso8601!(string, calendar \\ Calendar.ISO) do
    case from_iso8601(string, calendar) do
      {:ok, value} -> value
      {:error, reason} -> raise ArgumentError, "cannot parse #{inspect(string)} as naive datetime, reason: #{inspect(reason)}"
    end
  end

  @doc """
  The date and time in the format of ISO 8601.

  ## Examples

      iex> NaiveDateTime.to_iso8601(~N[2024-02-29 07:08:09])
      "2024-02-29T07:08:09"
      iex> NaiveDateTime.to_iso8601(~N[2024-02-29 07:08:09], :basic)
      "20240229T070809"

  """
  @spec to_iso8601(Calendar.naive_datetime(), :basic | :extended) :: String.t()
  def to_iso8601(naive_datetime, format \\ :extended)

  def to_iso8601(%{calendar: Calendar.ISO} = naive, format) when format in [:basic, :extended] do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = naive

    Calendar.ISO.date_to_string(year, month, day, format) <>
      "T" <> Calendar.ISO.time_to_string(hour, minute, second, microsecond, format)
  end

  def to_iso8601(%{calendar: _} = naive, format) when format in [:basic, :extended] do
    naive |> convert!(Calendar.ISO) |> to_iso8601(format)
  end

  @doc """
  The date and time as Erlang's modules know it, without microseconds.

  ## Examples

      iex> NaiveDateTime.to_erl(~N[2024-02-29 07:08:09.5])
      {{2024, 2, 29}, {7, 8, 9}}

  """
  @spec to_erl(Calendar.naive_datetime()) :: :calendar.datetime()
  def to_erl(%{calendar: _} = naive_datetime) do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second} = convert!(naive_datetime, Calendar.ISO)
    {{year, month, day}, {hour, minute, second}}
  end

  @doc """
  Makes a date and time of Erlang's form.

  ## Examples

      iex> NaiveDateTime.from_erl({{2024, 2, 29}, {7, 8, 9}})
      {:ok, ~N[2024-02-29 07:08:09]}
      iex> NaiveDateTime.from_erl({{2023, 2, 29}, {7, 8, 9}})
      {:error, :invalid_date}

  """
  @spec from_erl(:calendar.datetime(), Calendar.microsecond() | non_neg_integer, Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def from_erl(tuple, microsecond \\ {0, 0}, calendar \\ Calendar.ISO)

  def from_erl({{year, month, day}, {hour, minute, second}}, microsecond, calendar) do
    with {:ok, naive_datetime} <- new(year, month, day, hour, minute, second, microsecond), do: convert(naive_datetime, calendar)
  end

  @doc """
  As `from_erl/3`, raising if something is wrong.

  ## Examples

      iex> NaiveDateTime.from_erl!({{2024, 2, 29}, {7, 8, 9}}, {5000, 3})
      ~N[2024-02-29 07:08:09.005]

  """
  @spec from_erl!(:calendar.datetime(), Calendar.microsecond() | non_neg_integer, Calendar.calendar()) :: t
  def from_erl!(tuple, microsecond \\ {0, 0}, calendar \\ Calendar.ISO) do
    case from_erl(tuple, microsecond, calendar) do
      {:ok, value} -> value
      {:error, reason} -> raise ArgumentError, "cannot convert #{inspect(tuple)} to naive datetime, reason: #{inspect(reason)}"
    end
  end

  @doc """
  The date and time so many seconds after the beginning of the year 0.

  ## Examples

      iex> NaiveDateTime.from_gregorian_seconds(63_876_409_689, {500_000, 1})
      ~N[2024-02-29 07:08:09.5]

  """
  @doc since: "1.11.0"
  @spec from_gregorian_seconds(integer, Calendar.microsecond(), Calendar.calendar()) :: t
  def from_gregorian_seconds(seconds, {microsecond, precision} \\ {0, 0}, calendar \\ Calendar.ISO) when is_integer(seconds) do
    seconds |> Calendar.ISO.gregorian_seconds_to_iso_days(microsecond) |> from_iso_days(calendar, precision)
  end

  @doc """
  The seconds since the beginning of the year 0, and the microseconds beyond.

  ## Examples

      iex> NaiveDateTime.to_gregorian_seconds(~N[2024-02-29 07:08:09.5])
      {63876409689, 500000}

  """
  @doc since: "1.11.0"
  @spec to_gregorian_seconds(Calendar.naive_datetime()) :: {integer, non_neg_integer}
  def to_gregorian_seconds(%{calendar: _, microsecond: {microsecond, _}} = naive_datetime) do
    {days, {parts, per_day}} = to_iso_days(naive_datetime)
    {days * 86_400 + div(parts * 86_400, per_day), microsecond}
  end

  ## Order

  @doc """
  Compares two dates with times: `:lt`, `:eq` or `:gt`.

  ## Examples

      iex> NaiveDateTime.compare(~N[2024-02-29 07:08:09], ~N[2024-02-29 07:08:09.001])
      :lt

  """
  @doc since: "1.4.0"
  @spec compare(Calendar.naive_datetime(), Calendar.naive_datetime()) :: :lt | :eq | :gt
  def compare(%{calendar: calendar1} = naive1, %{calendar: calendar2} = naive2) do
    if not Calendar.compatible_calendars?(calendar1, calendar2) do
      raise ArgumentError, """
      cannot compare #{inspect(naive1)} with #{inspect(naive2)}.

      This comparison would be ambiguous as their calendars have incompatible day rollover moments.
      Specify an exact time of day (using DateTime) to resolve this ambiguity
      """
    end

    Calendar.__order__(comparable(naive1), comparable(naive2))
  end

  # Parts of the day in one size.
  defp comparable(naive) do
    {days, {parts, per_day}} = to_iso_days(naive)
    if per_day == @day_microseconds, do: {days, parts}, else: {days, parts * @day_microseconds / per_day}
  end

  @doc """
  Whether the first comes before the second.

  ## Examples

      iex> NaiveDateTime.before?(~N[2024-02-29 07:08:09], ~N[2024-03-01 00:00:00])
      true

  """
  @doc since: "1.15.0"
  @spec before?(Calendar.naive_datetime(), Calendar.naive_datetime()) :: boolean
  def before?(naive_datetime1, naive_datetime2), do: compare(naive_datetime1, naive_datetime2) == :lt

  @doc """
  Whether the first comes after the second.

  ## Examples

      iex> NaiveDateTime.after?(~N[2024-02-29 07:08:09], ~N[2024-03-01 00:00:00])
      false

  """
  @doc since: "1.15.0"
  @spec after?(Calendar.naive_datetime(), Calendar.naive_datetime()) :: boolean
  def after?(naive_datetime1, naive_datetime2), do: compare(naive_datetime1, naive_datetime2) == :gt

  ## Calendars

  @doc """
  Brings a date and time to another calendar.

  ## Examples

      iex> NaiveDateTime.convert(~N[2024-02-29 07:08:09], Calendar.ISO)
      {:ok, ~N[2024-02-29 07:08:09]}

  """
  @doc since: "1.5.0"
  @spec convert(Calendar.naive_datetime(), Calendar.calendar()) :: {:ok, t} | {:error, :incompatible_calendars}
  def convert(%{calendar: calendar} = naive, calendar) do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = naive

    {:ok,
     %NaiveDateTime{
       calendar: calendar,
       year: year,
       month: month,
       day: day,
       hour: hour,
       minute: minute,
       second: second,
       microsecond: microsecond
     }}
  end

  def convert(%{calendar: source, microsecond: {_, precision}} = naive, calendar) do
    if Calendar.compatible_calendars?(source, calendar) do
      {:ok, naive |> to_iso_days() |> from_iso_days(calendar, precision)}
    else
      {:error, :incompatible_calendars}
    end
  end

  @doc """
  As `convert/2`, raising if the calendars don't fit.

  ## Examples

      iex> NaiveDateTime.convert!(~N[2024-02-29 07:08:09], Calendar.ISO)
      ~N[2024-02-29 07:08:09]

  """
  @doc since: "1.5.0"
  @spec convert!(Calendar.naive_datetime(), Calendar.calendar()) :: t
  def convert!(naive_datetime, calendar) do
    case convert(naive_datetime, calendar) do
      {:ok, value} -> value
      {:error, :incompatible_calendars} -> Calendar.__incompatible__(naive_datetime, calendar)
    end
  end

  defp to_iso_days(%{calendar: calendar} = naive) do
    %{year: year, month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = naive
    calendar.naive_datetime_to_iso_days(year, month, day, hour, minute, second, microsecond)
  end

  defp from_iso_days(iso_days, calendar, precision) do
    {year, month, day, hour, minute, second, {value, _}} = calendar.naive_datetime_from_iso_days(iso_days)

    %NaiveDateTime{
      calendar: calendar,
      year: year,
      month: month,
      day: day,
      hour: hour,
      minute: minute,
      second: second,
      microsecond: {value, precision}
    }
  end

  defimpl String.Chars do
    def to_string(naive), do: NaiveDateTime.to_string(naive)
  end

  defimpl Inspect do
    import Kernel, except: [inspect: 2]

    def inspect(%{calendar: Calendar.ISO, year: year} = naive, _) when year not in -9999..9999//1 do
      %{month: month, day: day, hour: hour, minute: minute, second: second, microsecond: microsecond} = naive
      "NaiveDateTime.new!(#{year}, #{month}, #{day}, #{hour}, #{minute}, #{second}, #{Kernel.inspect(microsecond)})"
    end

    def inspect(%{calendar: calendar} = naive, _) do
      "~N[" <> NaiveDateTime.to_string(naive) <> Calendar.Sigil.suffix(calendar) <> "]"
    end
  end
end
