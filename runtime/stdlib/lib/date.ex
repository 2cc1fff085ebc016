defmodule Date do
  @moduledoc """
  Dates: year, month and day of a calendar.

  The sigil `~D` writes one. Fields can be read and matched; to change a date, use the functions here, which know how long months are.

      iex> date = ~D[2024-02-28]
      iex> date.month
      2
      iex> Date.add(date, 2)
      ~D[2024-03-01]

  Operators compare dates field by field, which is not their order in time: that is `compare/2`, and `Enum.sort/2` takes the module.

      iex> Enum.sort([~D[2024-03-01], ~D[2023-12-31]], Date)
      [~D[2023-12-31], ~D[2024-03-01]]

  Where a function takes a date, anything with the fields of one will do: a `NaiveDateTime` or a `DateTime` too.
  """

  @enforce_keys [:year, :month, :day]
  defstruct [:year, :month, :day, calendar: Calendar.ISO]

  @type t :: %__MODULE__{year: Calendar.year(), month: Calendar.month(), day: Calendar.day(), calendar: Calendar.calendar()}

  ## Ranges

  @doc """
  The dates from one to another, in steps of one day.

  If the last comes before the first, the range goes backwards, with a warning: say so with `range/3`.

  ## Examples

      iex> Enum.to_list(Date.range(~D[2024-02-28], ~D[2024-03-01]))
      [~D[2024-02-28], ~D[2024-02-29], ~D[2024-03-01]]
      iex> ~D[2024-02-29] in Date.range(~D[2024-01-01], ~D[2024-12-31])
      true

  """
  @doc since: "1.5.0"
  @spec range(Calendar.date(), Calendar.date()) :: Date.Range.t()
  def range(%{calendar: calendar} = first, %{calendar: calendar} = last) do
    {first_day, _} = to_iso_days(first)
    {last_day, _} = to_iso_days(last)

    step =
      if first_day <= last_day do
        1
      else
        IO.warn("a negative range was inferred for Date.range/2, call Date.range/3 instead with -1 as third argument")
        -1
      end

    new_range(first, first_day, last, last_day, step)
  end

  def range(%{calendar: _, year: _, month: _, day: _}, %{calendar: _, year: _, month: _, day: _}) do
    raise ArgumentError, "both dates must have matching calendars"
  end

  @doc """
  The dates from one to another, in steps of so many days.

  ## Examples

      iex> Enum.to_list(Date.range(~D[2024-02-01], ~D[2024-02-10], 4))
      [~D[2024-02-01], ~D[2024-02-05], ~D[2024-02-09]]
      iex> Enum.count(Date.range(~D[2024-02-01], ~D[2024-01-01], -1))
      32

  """
  @doc since: "1.12.0"
  @spec range(Calendar.date(), Calendar.date(), step :: pos_integer | neg_integer) :: Date.Range.t()
  def range(%{calendar: calendar} = first, %{calendar: calendar} = last, step) when is_integer(step) and step != 0 do
    {first_day, _} = to_iso_days(first)
    {last_day, _} = to_iso_days(last)
    new_range(first, first_day, last, last_day, step)
  end

  def range(%{calendar: _, year: _, month: _, day: _} = first, %{calendar: _, year: _, month: _, day: _} = last, step) do
    raise ArgumentError,
          "both dates must have matching calendar and the step must be a non-zero integer, got: " <>
            "#{inspect(first)}, #{inspect(last)}, #{step}"
  end

  defp new_range(%{calendar: calendar} = first, first_day, last, last_day, step) do
    %Date.Range{
      first: %Date{calendar: calendar, year: first.year, month: first.month, day: first.day},
      last: %Date{calendar: calendar, year: last.year, month: last.month, day: last.day},
      first_in_iso_days: first_day,
      last_in_iso_days: last_day,
      step: step
    }
  end

  ## Making dates

  @doc """
  Today's date in UTC.

  ## Examples

      iex> %Date{} = Date.utc_today()
      iex> Date.utc_today().year > 2000
      true

  """
  @doc since: "1.4.0"
  @spec utc_today(Calendar.calendar()) :: t
  def utc_today(calendar \\ Calendar.ISO)

  def utc_today(Calendar.ISO) do
    {:ok, {year, month, day}, _, _} = Calendar.ISO.from_unix(System.os_time(), :native)
    %Date{year: year, month: month, day: day}
  end

  def utc_today(calendar), do: calendar |> DateTime.utc_now() |> DateTime.to_date()

  @doc """
  Makes a date, or says that there is no such one.

  ## Examples

      iex> Date.new(2024, 2, 29)
      {:ok, ~D[2024-02-29]}
      iex> Date.new(2023, 2, 29)
      {:error, :invalid_date}

  """
  @spec new(Calendar.year(), Calendar.month(), Calendar.day(), Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def new(year, month, day, calendar \\ Calendar.ISO) do
    if calendar.valid_date?(year, month, day) do
      {:ok, %Date{year: year, month: month, day: day, calendar: calendar}}
    else
      {:error, :invalid_date}
    end
  end

  @doc """
  As `new/4`, raising if there is no such date.

  ## Examples

      iex> Date.new!(2024, 2, 29)
      ~D[2024-02-29]
      iex> Date.new!(2023, 2, 29)
      ** (ArgumentError) cannot build date, reason: :invalid_date

  """
  @doc since: "1.11.0"
  @spec new!(Calendar.year(), Calendar.month(), Calendar.day(), Calendar.calendar()) :: t
  def new!(year, month, day, calendar \\ Calendar.ISO) do
    case new(year, month, day, calendar) do
      {:ok, date} -> date
      {:error, reason} -> raise ArgumentError, "cannot build date, reason: #{inspect(reason)}"
    end
  end

  ## Questions

  @doc """
  Whether the date's year is a leap year.

  ## Examples

      iex> Date.leap_year?(~D[2024-01-01])
      true
      iex> Date.leap_year?(~D[2100-01-01])
      false

  """
  @doc since: "1.4.0"
  @spec leap_year?(Calendar.date()) :: boolean
  def leap_year?(date)
  def leap_year?(%{calendar: calendar, year: year}), do: calendar.leap_year?(year)

  @doc """
  The days of the date's month.

  ## Examples

      iex> Date.days_in_month(~D[2024-02-01])
      29

  """
  @doc since: "1.4.0"
  @spec days_in_month(Calendar.date()) :: Calendar.day()
  def days_in_month(date)
  def days_in_month(%{calendar: calendar, year: year, month: month}), do: calendar.days_in_month(year, month)

  @doc """
  The months of the date's year.

  ## Examples

      iex> Date.months_in_year(~D[2024-02-01])
      12

  """
  @doc since: "1.7.0"
  @spec months_in_year(Calendar.date()) :: Calendar.month()
  def months_in_year(date)
  def months_in_year(%{calendar: calendar, year: year}), do: calendar.months_in_year(year)

  @doc """
  The day of the week from 1 to 7. Weeks begin on Monday unless another day is named.

  ## Examples

      iex> Date.day_of_week(~D[2024-02-29])
      4
      iex> Date.day_of_week(~D[2024-02-29], :sunday)
      5

  """
  @doc since: "1.11.0"
  @spec day_of_week(Calendar.date(), starting_on :: :default | atom) :: Calendar.day_of_week()
  def day_of_week(date, starting_on \\ :default)

  def day_of_week(%{calendar: calendar, year: year, month: month, day: day}, starting_on) do
    {day_of_week, _first, _last} = calendar.day_of_week(year, month, day, starting_on)
    day_of_week
  end

  @doc """
  The number of the day in its year.

  ## Examples

      iex> Date.day_of_year(~D[2024-12-31])
      366

  """
  @doc since: "1.8.0"
  @spec day_of_year(Calendar.date()) :: Calendar.day()
  def day_of_year(date)
  def day_of_year(%{calendar: calendar, year: year, month: month, day: day}), do: calendar.day_of_year(year, month, day)

  @doc """
  The quarter of the year.

  ## Examples

      iex> Date.quarter_of_year(~D[2024-04-01])
      2

  """
  @doc since: "1.8.0"
  @spec quarter_of_year(Calendar.date()) :: non_neg_integer
  def quarter_of_year(date)
  def quarter_of_year(%{calendar: calendar, year: year, month: month, day: day}), do: calendar.quarter_of_year(year, month, day)

  @doc """
  The year within its era, and the era.

  ## Examples

      iex> Date.year_of_era(~D[-0001-06-01])
      {2, 0}

  """
  @doc since: "1.8.0"
  @spec year_of_era(Calendar.date()) :: {Calendar.year(), non_neg_integer}
  def year_of_era(date)
  def year_of_era(%{calendar: calendar, year: year, month: month, day: day}), do: calendar.year_of_era(year, month, day)

  @doc """
  The day within its era, and the era.

  ## Examples

      iex> Date.day_of_era(~D[0001-01-01])
      {1, 1}

  """
  @doc since: "1.8.0"
  @spec day_of_era(Calendar.date()) :: {Calendar.day(), non_neg_integer}
  def day_of_era(date)
  def day_of_era(%{calendar: calendar, year: year, month: month, day: day}), do: calendar.day_of_era(year, month, day)

  ## Text and other forms

  @doc """
  The date as text, as its calendar writes it.

  ## Examples

      iex> Date.to_string(~D[2024-02-29])
      "2024-02-29"

  """
  @spec to_string(Calendar.date()) :: String.t()
  def to_string(date)
  def to_string(%{calendar: calendar, year: year, month: month, day: day}), do: calendar.date_to_string(year, month, day)

  @doc """
  Reads a date in the format of ISO 8601.

  ## Examples

      iex> Date.from_iso8601("2024-02-29")
      {:ok, ~D[2024-02-29]}
      iex> Date.from_iso8601("29.2.2024")
      {:error, :invalid_format}
      iex> Date.from_iso8601("2023-02-29")
      {:error, :invalid_date}

  """
  @spec from_iso8601(String.t(), Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def from_iso8601(string, calendar \\ Calendar.ISO) do
    with {:ok, {year, month, day}} <- Calendar.ISO.parse_date(string) do
      convert(%Date{year: year, month: month, day: day}, calendar)
    end
  end

  @doc """
  As `from_iso8601/2`, raising if the text is none.

  ## Examples

      iex> Date.from_iso8601!("2024-02-29")
      ~D[2024-02-29]
      iex> Date.from_iso8601!("2024-02-31")
      ** (ArgumentError) cannot parse "2024-02-31" as date, reason: :invalid_date

  """
  @spec from_iso8601!(String.t(), Calendar.calendar()) :: t
  def from_iso8601!(string, calendar \\ Calendar.ISO) do
    case from_iso8601(string, calendar) do
      {:ok, date} -> date
      {:error, reason} -> raise ArgumentError, "cannot parse #{inspect(string)} as date, reason: #{inspect(reason)}"
    end
  end

  @doc """
  The date in the format of ISO 8601, brought to its calendar if need be.

  ## Examples

      iex> Date.to_iso8601(~D[2024-02-29])
      "2024-02-29"
      iex> Date.to_iso8601(~D[2024-02-29], :basic)
      "20240229"

  """
  @spec to_iso8601(Calendar.date(), :extended | :basic) :: String.t()
  def to_iso8601(date, format \\ :extended)

  def to_iso8601(%{calendar: Calendar.ISO, year: year, month: month, day: day}, format) when format in [:basic, :extended] do
    Calendar.ISO.date_to_string(year, month, day, format)
  end

  def to_iso8601(%{calendar: _} = date, format) when format in [:basic, :extended] do
    date |> convert!(Calendar.ISO) |> to_iso8601(format)
  end

  @doc """
  The date as Erlang's modules know it.

  ## Examples

      iex> Date.to_erl(~D[2024-02-29])
      {2024, 2, 29}

  """
  @spec to_erl(Calendar.date()) :: :calendar.date()
  def to_erl(date) do
    %{year: year, month: month, day: day} = convert!(date, Calendar.ISO)
    {year, month, day}
  end

  @doc """
  Makes a date of Erlang's form.

  ## Examples

      iex> Date.from_erl({2024, 2, 29})
      {:ok, ~D[2024-02-29]}
      iex> Date.from_erl({2023, 2, 29})
      {:error, :invalid_date}

  """
  @spec from_erl(:calendar.date(), Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def from_erl(tuple, calendar \\ Calendar.ISO)

  def from_erl({year, month, day}, calendar) do
    with {:ok, date} <- new(year, month, day), do: convert(date, calendar)
  end

  @doc """
  As `from_erl/2`, raising if there is no such date.

  ## Examples

      iex> Date.from_erl!({2024, 2, 29})
      ~D[2024-02-29]

  """
  @spec from_erl!(:calendar.date(), Calendar.calendar()) :: t
  def from_erl!(tuple, calendar \\ Calendar.ISO) do
    case from_erl(tuple, calendar) do
      {:ok, date} -> date
      {:error, reason} -> raise ArgumentError, "cannot convert #{inspect(tuple)} to date, reason: #{inspect(reason)}"
    end
  end

  @doc """
  The date so many days after the first of January of the year 0.

  ## Examples

      iex> Date.from_gregorian_days(739_310)
      ~D[2024-02-29]

  """
  @doc since: "1.11.0"
  @spec from_gregorian_days(integer, Calendar.calendar()) :: t
  def from_gregorian_days(days, calendar \\ Calendar.ISO) when is_integer(days), do: from_iso_days({days, {0, 86_400_000_000}}, calendar)

  @doc """
  The days since the first of January of the year 0.

  ## Examples

      iex> Date.to_gregorian_days(~D[2024-02-29])
      739310

  """
  @doc since: "1.11.0"
  @spec to_gregorian_days(Calendar.date()) :: integer
  def to_gregorian_days(date) do
    {days, _} = to_iso_days(date)
    days
  end

  @doc """
  Brings a date to another calendar.

  ## Examples

      iex> Date.convert(~D[2024-02-29], Calendar.ISO)
      {:ok, ~D[2024-02-29]}

  """
  @doc since: "1.5.0"
  @spec convert(Calendar.date(), Calendar.calendar()) :: {:ok, t} | {:error, :incompatible_calendars}
  def convert(%{calendar: calendar, year: year, month: month, day: day}, calendar) do
    {:ok, %Date{calendar: calendar, year: year, month: month, day: day}}
  end

  def convert(%{calendar: calendar} = date, target_calendar) do
    if Calendar.compatible_calendars?(calendar, target_calendar) do
      {:ok, date |> to_iso_days() |> from_iso_days(target_calendar)}
    else
      {:error, :incompatible_calendars}
    end
  end

  @doc """
  As `convert/2`, raising if the calendars don't fit.

  ## Examples

      iex> Date.convert!(~D[2024-02-29], Calendar.ISO)
      ~D[2024-02-29]

  """
  @doc since: "1.5.0"
  @spec convert!(Calendar.date(), Calendar.calendar()) :: t
  def convert!(date, calendar) do
    case convert(date, calendar) do
      {:ok, value} ->
        value

      {:error, reason} ->
        raise ArgumentError, "cannot convert #{inspect(date)} to target calendar #{inspect(calendar)}, reason: #{inspect(reason)}"
    end
  end

  ## Order

  @doc """
  Compares two dates: `:lt`, `:eq` or `:gt`.

  ## Examples

      iex> Date.compare(~D[2024-02-29], ~D[2024-03-01])
      :lt

  """
  @doc since: "1.4.0"
  @spec compare(Calendar.date(), Calendar.date()) :: :lt | :eq | :gt
  def compare(%{calendar: calendar, year: year1, month: month1, day: day1}, %{
        calendar: calendar,
        year: year2,
        month: month2,
        day: day2
      }) do
    Calendar.__order__({year1, month1, day1}, {year2, month2, day2})
  end

  def compare(%{calendar: calendar1} = date1, %{calendar: calendar2} = date2) do
    if Calendar.compatible_calendars?(calendar1, calendar2) do
      Calendar.__order__(to_iso_days(date1), to_iso_days(date2))
    else
      raise ArgumentError, """
      cannot compare #{inspect(date1)} with #{inspect(date2)}.

      This comparison would be ambiguous as their calendars have incompatible day rollover moments.
      Specify an exact time of day (using DateTime) to resolve this ambiguity
      """
    end
  end

  @doc """
  Whether the first date comes before the second.

  ## Examples

      iex> Date.before?(~D[2024-02-29], ~D[2024-03-01])
      true

  """
  @doc since: "1.15.0"
  @spec before?(Calendar.date(), Calendar.date()) :: boolean
  def before?(date1, date2), do: compare(date1, date2) == :lt

  @doc """
  Whether the first date comes after the second.

  ## Examples

      iex> Date.after?(~D[2024-02-29], ~D[2024-03-01])
      false

  """
  @doc since: "1.15.0"
  @spec after?(Calendar.date(), Calendar.date()) :: boolean
  def after?(date1, date2), do: compare(date1, date2) == :gt

  ## Arithmetic

  @doc """
  The date so many days later, or earlier if the number is negative.

  ## Examples

      iex> Date.add(~D[2024-02-28], 2)
      ~D[2024-03-01]
      iex> Date.add(~D[2024-01-01], -1)
      ~D[2023-12-31]

  """
  @doc since: "1.5.0"
  @spec add(Calendar.date(), integer) :: t
  def add(%{calendar: Calendar.ISO} = date, days) when is_integer(days) do
    %{year: year, month: month, day: day} = date
    {year, month, day} = Calendar.ISO.shift_days({year, month, day}, days)
    %Date{year: year, month: month, day: day}
  end

  def add(%{calendar: calendar} = date, days) when is_integer(days) do
    {iso_days, fraction} = to_iso_days(date)
    from_iso_days({iso_days + days, fraction}, calendar)
  end

  @doc """
  The days from the second date to the first.

  ## Examples

      iex> Date.diff(~D[2024-03-01], ~D[2024-02-28])
      2
      iex> Date.diff(~D[2024-02-28], ~D[2024-03-01])
      -2

  """
  @doc since: "1.5.0"
  @spec diff(Calendar.date(), Calendar.date()) :: integer
  def diff(%{calendar: Calendar.ISO} = date1, %{calendar: Calendar.ISO} = date2) do
    Calendar.ISO.date_to_iso_days(date1.year, date1.month, date1.day) -
      Calendar.ISO.date_to_iso_days(date2.year, date2.month, date2.day)
  end

  def diff(%{calendar: calendar1} = date1, %{calendar: calendar2} = date2) do
    if Calendar.compatible_calendars?(calendar1, calendar2) do
      {days1, _} = to_iso_days(date1)
      {days2, _} = to_iso_days(date2)
      days1 - days2
    else
      raise ArgumentError,
            "cannot calculate the difference between #{inspect(date1)} and #{inspect(date2)} because their calendars are not " <>
              "compatible and thus the result would be ambiguous"
    end
  end

  @doc """
  Moves a date by years, months, weeks and days.

  Months are moved first. If the month that is reached is too short, its last day counts.

  ## Examples

      iex> Date.shift(~D[2024-01-31], month: 1)
      ~D[2024-02-29]
      iex> Date.shift(~D[2024-01-31], year: 1, week: -1)
      ~D[2025-01-24]
      iex> Date.shift(~D[2024-01-31], hour: 1)
      ** (ArgumentError) unsupported unit :hour. Expected :year, :month, :week, :day

  """
  @doc since: "1.17.0"
  @spec shift(Calendar.date(), Duration.t() | [unit_pair]) :: t
        when unit_pair: {:year, integer} | {:month, integer} | {:week, integer} | {:day, integer}
  def shift(%{calendar: calendar} = date, duration) do
    %{year: year, month: month, day: day} = date
    {year, month, day} = calendar.shift_date(year, month, day, __duration__!(duration))
    %Date{calendar: calendar, year: year, month: month, day: day}
  end

  @doc false
  def __duration__!(duration) do
    Duration.__only__!(duration, [:year, :month, :week, :day], [:hour, :minute, :second, :microsecond])
  end

  @doc """
  The first day of the date's week.

  ## Examples

      iex> Date.beginning_of_week(~D[2024-02-29])
      ~D[2024-02-26]
      iex> Date.beginning_of_week(~D[2024-02-29], :sunday)
      ~D[2024-02-25]

  """
  @doc since: "1.11.0"
  @spec beginning_of_week(Calendar.date(), starting_on :: :default | atom) :: t
  def beginning_of_week(date, starting_on \\ :default)

  def beginning_of_week(%{calendar: calendar, year: year, month: month, day: day} = date, starting_on) do
    {day_of_week, first, _last} = calendar.day_of_week(year, month, day, starting_on)
    add(date, first - day_of_week)
  end

  @doc """
  The last day of the date's week.

  ## Examples

      iex> Date.end_of_week(~D[2024-02-29])
      ~D[2024-03-03]
      iex> Date.end_of_week(~D[2024-02-29], :sunday)
      ~D[2024-03-02]

  """
  @doc since: "1.11.0"
  @spec end_of_week(Calendar.date(), starting_on :: :default | atom) :: t
  def end_of_week(date, starting_on \\ :default)

  def end_of_week(%{calendar: calendar, year: year, month: month, day: day} = date, starting_on) do
    {day_of_week, _first, last} = calendar.day_of_week(year, month, day, starting_on)
    add(date, last - day_of_week)
  end

  @doc """
  The first day of the date's month.

  ## Examples

      iex> Date.beginning_of_month(~D[2024-02-29])
      ~D[2024-02-01]

  """
  @doc since: "1.11.0"
  @spec beginning_of_month(Calendar.date()) :: t
  def beginning_of_month(%{year: year, month: month, calendar: calendar}) do
    %Date{year: year, month: month, day: 1, calendar: calendar}
  end

  @doc """
  The last day of the date's month.

  ## Examples

      iex> Date.end_of_month(~D[2024-02-01])
      ~D[2024-02-29]

  """
  @doc since: "1.11.0"
  @spec end_of_month(Calendar.date()) :: t
  def end_of_month(%{year: year, month: month, calendar: calendar} = date) do
    %Date{year: year, month: month, day: days_in_month(date), calendar: calendar}
  end

  @doc false
  def to_iso_days(%{calendar: Calendar.ISO} = date) do
    %{year: year, month: month, day: day} = date
    {Calendar.ISO.date_to_iso_days(year, month, day), {0, 86_400_000_000}}
  end

  def to_iso_days(%{calendar: calendar} = date) do
    %{year: year, month: month, day: day} = date
    calendar.naive_datetime_to_iso_days(year, month, day, 0, 0, 0, {0, 0})
  end

  defp from_iso_days({days, _}, Calendar.ISO) do
    {year, month, day} = Calendar.ISO.date_from_iso_days(days)
    %Date{year: year, month: month, day: day}
  end

  defp from_iso_days(iso_days, calendar) do
    {year, month, day, _, _, _, _} = calendar.naive_datetime_from_iso_days(iso_days)
    %Date{year: year, month: month, day: day, calendar: calendar}
  end

  defimpl String.Chars do
    def to_string(%{calendar: calendar, year: year, month: month, day: day}), do: calendar.date_to_string(year, month, day)
  end

  defimpl Inspect do
    def inspect(%{calendar: Calendar.ISO, year: year, month: month, day: day}, _) when year not in -9999..9999//1 do
      "Date.new!(#{year}, #{month}, #{day})"
    end

    def inspect(%{calendar: calendar, year: year, month: month, day: day}, _) do
      "~D[" <> calendar.date_to_string(year, month, day) <> Calendar.Sigil.suffix(calendar) <> "]"
    end
  end
end
