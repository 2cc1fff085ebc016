defmodule Duration do
  @moduledoc """
  Amounts of time in the units that calendars have.

  A duration keeps its units apart: a month is not so many days until it meets a date. Fields may be negative.
  `Date.shift/2`, `Time.shift/2`, `NaiveDateTime.shift/2` and `DateTime.shift/2` take durations, or the fields of one as a keyword list.

      iex> Duration.new!(month: 2, day: 3)
      %Duration{month: 2, day: 3}
      iex> Date.shift(~D[2024-01-31], Duration.new!(month: 1, day: 1))
      ~D[2024-03-01]

  The field `:microsecond` is a pair like that of times: the amount, and how many digits of it are meant.
  """

  @units [:year, :month, :week, :day, :hour, :minute, :second, :microsecond]

  @derive {Inspect, optional: @units}
  defstruct year: 0, month: 0, week: 0, day: 0, hour: 0, minute: 0, second: 0, microsecond: {0, 0}

  @type t :: %Duration{
          year: integer,
          month: integer,
          week: integer,
          day: integer,
          hour: integer,
          minute: integer,
          second: integer,
          microsecond: {integer, 0..6}
        }

  @type unit_pair ::
          {:year, integer}
          | {:month, integer}
          | {:week, integer}
          | {:day, integer}
          | {:hour, integer}
          | {:minute, integer}
          | {:second, integer}
          | {:microsecond, {integer, 0..6}}

  @typedoc "A duration or its fields."
  @type duration :: t | [unit_pair]

  @doc """
  Makes a duration of its fields.

  ## Examples

      iex> Duration.new!(year: 1, second: -30)
      %Duration{year: 1, second: -30}
      iex> Duration.new!(microsecond: {250_000, 3})
      %Duration{microsecond: {250000, 3}}
      iex> Duration.new!(day: 1.5)
      ** (ArgumentError) unsupported value 1.5 for :day. Expected an integer

  """
  @spec new!(duration) :: t
  def new!(duration)
  def new!(%Duration{} = duration), do: duration

  def new!(fields) do
    Enum.each(fields, fn {unit, value} -> check!(unit, value, @units, []) end)
    struct!(Duration, fields)
  end

  @doc false
  # For dates and times, which take only some of the units. `without` are those that others take.
  def __only__!(%Duration{} = duration, units, without) do
    # Microseconds may have a precision though they are none.
    if Enum.any?(without, &(not zero?(Map.fetch!(duration, &1)))) do
      {what, scale} = if :year in units, do: {"date", "time"}, else: {"time", "date"}
      raise ArgumentError, "cannot shift #{what} by #{scale} scale unit. Expected #{list(units)}"
    end

    duration
  end

  def __only__!(fields, units, without) do
    Enum.each(fields, fn {unit, value} -> check!(unit, value, units, without) end)
    struct!(Duration, fields)
  end

  defp zero?({value, _precision}), do: value == 0
  defp zero?(value), do: value == 0

  defp check!(unit, value, units, without) do
    cond do
      unit in without -> raise ArgumentError, "unsupported unit #{inspect(unit)}. Expected #{list(units)}"
      unit not in units -> raise ArgumentError, "unknown unit #{inspect(unit)}. Expected #{list(units)}"
      unit == :microsecond -> check_microsecond!(value)
      is_integer(value) -> :ok
      true -> raise ArgumentError, "unsupported value #{inspect(value)} for #{inspect(unit)}. Expected an integer"
    end
  end

  defp check_microsecond!({value, precision}) when is_integer(value) and precision in 0..6, do: :ok

  defp check_microsecond!(value) do
    raise ArgumentError,
          "unsupported value #{inspect(value)} for :microsecond. Expected a tuple {ms, precision} where precision is an integer from 0 to 6"
  end

  defp list(units), do: Enum.map_join(units, ", ", &inspect/1)

  @doc """
  Adds two durations, field by field.

  ## Examples

      iex> Duration.add(Duration.new!(week: 2, day: 1), Duration.new!(day: 2))
      %Duration{week: 2, day: 3}

  """
  @spec add(t, t) :: t
  def add(%Duration{} = d1, %Duration{} = d2), do: both(d1, d2, &+/2)

  @doc """
  Takes the second duration from the first, field by field.

  ## Examples

      iex> Duration.subtract(Duration.new!(week: 2, day: 1), Duration.new!(day: 2))
      %Duration{week: 2, day: -1}

  """
  @spec subtract(t, t) :: t
  def subtract(%Duration{} = d1, %Duration{} = d2), do: both(d1, d2, &-/2)

  defp both(left, right, operation) do
    {left_value, left_precision} = left.microsecond
    {right_value, right_precision} = right.microsecond

    %Duration{
      year: operation.(left.year, right.year),
      month: operation.(left.month, right.month),
      week: operation.(left.week, right.week),
      day: operation.(left.day, right.day),
      hour: operation.(left.hour, right.hour),
      minute: operation.(left.minute, right.minute),
      second: operation.(left.second, right.second),
      microsecond: {operation.(left_value, right_value), max(left_precision, right_precision)}
    }
  end

  @doc """
  Multiplies each field by a number.

  ## Examples

      iex> Duration.multiply(Duration.new!(day: 1, minute: 15), 3)
      %Duration{day: 3, minute: 45}

  """
  @spec multiply(t, integer) :: t
  def multiply(%Duration{microsecond: {value, precision}} = duration, integer) when is_integer(integer) do
    %Duration{
      year: duration.year * integer,
      month: duration.month * integer,
      week: duration.week * integer,
      day: duration.day * integer,
      hour: duration.hour * integer,
      minute: duration.minute * integer,
      second: duration.second * integer,
      microsecond: {value * integer, precision}
    }
  end

  @doc """
  Turns the sign of each field.

  ## Examples

      iex> Duration.negate(Duration.new!(day: 1, minute: -15))
      %Duration{day: -1, minute: 15}

  """
  @spec negate(t) :: t
  def negate(%Duration{} = duration), do: multiply(duration, -1)

  @doc """
  Reads a duration in the format of ISO 8601.

  It is `P`, then parts of the date in the order of years, months, weeks and days, then `T` and hours, minutes and seconds.

  ## Examples

      iex> Duration.from_iso8601("P1Y2M10DT2H30M")
      {:ok, %Duration{year: 1, month: 2, day: 10, hour: 2, minute: 30}}
      iex> Duration.from_iso8601("PT-1.5S")
      {:ok, %Duration{second: -1, microsecond: {-500000, 1}}}
      iex> Duration.from_iso8601("P2H")
      {:error, :invalid_date_component}

  """
  @spec from_iso8601(String.t()) :: {:ok, t} | {:error, atom}
  def from_iso8601(string) when is_binary(string) do
    with {:ok, fields} <- Calendar.ISO.parse_duration(string), do: {:ok, new!(fields)}
  end

  @doc """
  As `from_iso8601/1`, raising if the text is none.

  ## Examples

      iex> Duration.from_iso8601!("P1W")
      %Duration{week: 1}
      iex> Duration.from_iso8601!("1 week")
      ** (ArgumentError) failed to parse duration "1 week". reason: :invalid_duration

  """
  @spec from_iso8601!(String.t()) :: t
  def from_iso8601!(string) when is_binary(string) do
    case from_iso8601(string) do
      {:ok, duration} -> duration
      {:error, reason} -> raise ArgumentError, "failed to parse duration #{inspect(string)}. reason: #{inspect(reason)}"
    end
  end

  @doc """
  The duration in the format of ISO 8601, with signs where parts are negative.

  ## Examples

      iex> Duration.to_iso8601(Duration.new!(year: 1, day: -2, second: 3))
      "P1Y-2DT3S"
      iex> Duration.to_iso8601(Duration.new!(microsecond: {1_200, 6}))
      "PT0.001200S"
      iex> Duration.to_iso8601(Duration.new!([]))
      "PT0S"

  """
  @spec to_iso8601(t) :: String.t()
  def to_iso8601(%Duration{} = duration) do
    date = parts(duration, year: "Y", month: "M", week: "W", day: "D")
    time = parts(duration, hour: "H", minute: "M") ++ seconds(duration, "S")

    case {date, time} do
      {[], []} -> "PT0S"
      {date, []} -> IO.iodata_to_binary(["P" | date])
      {date, time} -> IO.iodata_to_binary(["P", date, "T" | time])
    end
  end

  @doc """
  The duration as text for people.

  ## Options

    * `:units` - keyword list of what follows the number of a unit; by default `a`, `mo`, `wk`, `d`, `h`, `min` and `s`
    * `:separator` - what stands between the parts, a space by default

  ## Examples

      iex> Duration.to_string(Duration.new!(year: 1, hour: 2, second: 3, microsecond: {500_000, 1}))
      "1a 2h 3.5s"
      iex> Duration.to_string(Duration.new!(day: 2, minute: 1), units: [day: " days", minute: " minutes"], separator: ", ")
      "2 days, 1 minutes"
      iex> Duration.to_string(Duration.new!([]))
      "0s"

  """
  @doc since: "1.18.0"
  @spec to_string(t, units: [{atom, String.t()}], separator: String.t()) :: String.t()
  def to_string(%Duration{} = duration, opts \\ []) do
    units = Keyword.get(opts, :units, [])
    separator = Keyword.get(opts, :separator, " ")
    names = [year: "a", month: "mo", week: "wk", day: "d", hour: "h", minute: "min"]
    names = for {unit, name} <- names, do: {unit, Keyword.get(units, unit, name)}
    second = Keyword.get(units, :second, "s")

    case parts(duration, names) ++ seconds(duration, second) do
      [] -> "0" <> second
      parts -> parts |> Enum.intersperse(separator) |> IO.iodata_to_binary()
    end
  end

  defp parts(duration, names) do
    for {unit, name} <- names, value = Map.fetch!(duration, unit), value != 0, do: [Integer.to_string(value), name]
  end

  defp seconds(%{second: 0, microsecond: {0, _}}, _name), do: []
  defp seconds(%{second: 0, microsecond: {_, 0}}, _name), do: []
  defp seconds(%{second: seconds, microsecond: {_, 0}}, name), do: [[Integer.to_string(seconds), name]]

  # Both may have signs of their own: what is written is the sum.
  defp seconds(%{second: seconds, microsecond: {microseconds, precision}}, name) do
    all = seconds * 1_000_000 + microseconds
    sign = if all < 0, do: "-", else: ""
    whole = all |> abs() |> div(1_000_000) |> Integer.to_string()
    [[sign, whole, ".", Calendar.ISO8601.digits(all |> abs() |> rem(1_000_000), precision), name]]
  end
end
