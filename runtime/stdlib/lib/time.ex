defmodule Time do
  @moduledoc """
  Times of day: hour, minute, second and microsecond.

  The sigil `~T` writes one. The field `:microsecond` is a pair: the amount, and how many digits of it are meant, so
  `~T[10:00:00.5]` has `{500_000, 1}`.

      iex> time = ~T[23:30:00]
      iex> time.minute
      30
      iex> Time.add(time, 45, :minute)
      ~T[00:15:00]

  Operators compare times field by field, which is not their order: that is `compare/2`, and `Enum.sort/2` takes the module.
  """

  @enforce_keys [:hour, :minute, :second]
  defstruct [:hour, :minute, :second, microsecond: {0, 0}, calendar: Calendar.ISO]

  @type t :: %__MODULE__{
          hour: Calendar.hour(),
          minute: Calendar.minute(),
          second: Calendar.second(),
          microsecond: Calendar.microsecond(),
          calendar: Calendar.calendar()
        }

  @day_microseconds 86_400_000_000

  @doc """
  The time of day in UTC.

  ## Examples

      iex> Time.utc_now().hour in 0..23
      true

  """
  @doc since: "1.4.0"
  @spec utc_now(Calendar.calendar()) :: t
  def utc_now(calendar \\ Calendar.ISO) do
    {:ok, _, {hour, minute, second}, microsecond} = Calendar.ISO.from_unix(System.os_time(), :native)
    convert!(%Time{hour: hour, minute: minute, second: second, microsecond: microsecond}, calendar)
  end

  @doc """
  Makes a time, or says that there is no such one.

  The microseconds are an integer, which means six digits, or a pair.

  ## Examples

      iex> Time.new(7, 8, 9)
      {:ok, ~T[07:08:09]}
      iex> Time.new(7, 8, 9, {500_000, 1})
      {:ok, ~T[07:08:09.5]}
      iex> Time.new(7, 8, 60)
      {:error, :invalid_time}

  """
  @spec new(
          Calendar.hour(),
          Calendar.minute(),
          Calendar.second(),
          Calendar.microsecond() | non_neg_integer,
          Calendar.calendar()
        ) :: {:ok, t} | {:error, atom}
  def new(hour, minute, second, microsecond \\ {0, 0}, calendar \\ Calendar.ISO)

  def new(hour, minute, second, microsecond, calendar) when is_integer(microsecond) do
    new(hour, minute, second, {microsecond, 6}, calendar)
  end

  def new(hour, minute, second, {microsecond, precision}, calendar) when is_integer(microsecond) and is_integer(precision) do
    if calendar.valid_time?(hour, minute, second, {microsecond, precision}) do
      {:ok, %Time{hour: hour, minute: minute, second: second, microsecond: {microsecond, precision}, calendar: calendar}}
    else
      {:error, :invalid_time}
    end
  end

  @doc """
  As `new/5`, raising if there is no such time.

  ## Examples

      iex> Time.new!(7, 8, 9)
      ~T[07:08:09]
      iex> Time.new!(24, 0, 0)
      ** (ArgumentError) cannot build time, reason: :invalid_time

  """
  @doc since: "1.11.0"
  @spec new!(
          Calendar.hour(),
          Calendar.minute(),
          Calendar.second(),
          Calendar.microsecond() | non_neg_integer,
          Calendar.calendar()
        ) :: t
  def new!(hour, minute, second, microsecond \\ {0, 0}, calendar \\ Calendar.ISO) do
    case new(hour, minute, second, microsecond, calendar) do
      {:ok, time} -> time
      {:error, reason} -> raise ArgumentError, "cannot build time, reason: #{inspect(reason)}"
    end
  end

  ## Text and other forms

  @doc """
  The time as text, as its calendar writes it.

  ## Examples

      iex> Time.to_string(~T[07:08:09.010])
      "07:08:09.010"

  """
  @spec to_string(Calendar.time()) :: String.t()
  def to_string(time)

  def to_string(%{hour: hour, minute: minute, second: second, microsecond: microsecond, calendar: calendar}) do
    calendar.time_to_string(hour, minute, second, microsecond)
  end

  @doc """
  Reads a time in the format of ISO 8601. An offset may follow and is dropped.

  ## Examples

      iex> Time.from_iso8601("07:08:09.5Z")
      {:ok, ~T[07:08:09.5]}
      iex> Time.from_iso8601("7:08")
      {:error, :invalid_format}
      iex> Time.from_iso8601("24:00:00")
      {:error, :invalid_time}

  """
  @spec from_iso8601(String.t(), Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def from_iso8601(string, calendar \\ Calendar.ISO) do
    with {:ok, {hour, minute, second, microsecond}} <- Calendar.ISO.parse_time(string) do
      convert(%Time{hour: hour, minute: minute, second: second, microsecond: microsecond}, calendar)
    end
  end

  @doc """
  As `from_iso8601/2`, raising if the text is none.

  ## Examples

      iex> Time.from_iso8601!("T07:08:09")
      ~T[07:08:09]
      iex> Time.from_iso8601!("7:08")
      ** (ArgumentError) cannot parse "7:08" as time, reason: :invalid_format

  """
  @spec from_iso8601!(String.t(), Calendar.calendar()) :: t
  def from_iso8601!(string, calendar \\ Calendar.ISO) do
    case from_iso8601(string, calendar) do
      {:ok, time} -> time
      {:error, reason} -> raise ArgumentError, "cannot parse #{inspect(string)} as time, reason: #{inspect(reason)}"
    end
  end

  @doc """
  The time in the format of ISO 8601.

  ## Examples

      iex> Time.to_iso8601(~T[07:08:09.5])
      "07:08:09.5"
      iex> Time.to_iso8601(~T[07:08:09.5], :basic)
      "070809.5"

  """
  @spec to_iso8601(Calendar.time(), :extended | :basic) :: String.t()
  def to_iso8601(time, format \\ :extended)

  def to_iso8601(%{calendar: Calendar.ISO} = time, format) when format in [:extended, :basic] do
    %{hour: hour, minute: minute, second: second, microsecond: microsecond} = time
    Calendar.ISO.time_to_string(hour, minute, second, microsecond, format)
  end

  def to_iso8601(%{calendar: _} = time, format) when format in [:extended, :basic] do
    time |> convert!(Calendar.ISO) |> to_iso8601(format)
  end

  @doc """
  The time as Erlang's modules know it, without microseconds.

  ## Examples

      iex> Time.to_erl(~T[07:08:09.5])
      {7, 8, 9}

  """
  @spec to_erl(Calendar.time()) :: :calendar.time()
  def to_erl(time) do
    %{hour: hour, minute: minute, second: second} = convert!(time, Calendar.ISO)
    {hour, minute, second}
  end

  @doc """
  Makes a time of Erlang's form.

  ## Examples

      iex> Time.from_erl({7, 8, 9}, {500_000, 1})
      {:ok, ~T[07:08:09.5]}
      iex> Time.from_erl({24, 0, 0})
      {:error, :invalid_time}

  """
  @spec from_erl(:calendar.time(), Calendar.microsecond() | non_neg_integer, Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def from_erl(tuple, microsecond \\ {0, 0}, calendar \\ Calendar.ISO)

  def from_erl({hour, minute, second}, microsecond, calendar) do
    with {:ok, time} <- new(hour, minute, second, microsecond), do: convert(time, calendar)
  end

  @doc """
  As `from_erl/3`, raising if there is no such time.

  ## Examples

      iex> Time.from_erl!({7, 8, 9})
      ~T[07:08:09]

  """
  @spec from_erl!(:calendar.time(), Calendar.microsecond() | non_neg_integer, Calendar.calendar()) :: t
  def from_erl!(tuple, microsecond \\ {0, 0}, calendar \\ Calendar.ISO) do
    case from_erl(tuple, microsecond, calendar) do
      {:ok, time} -> time
      {:error, reason} -> raise ArgumentError, "cannot convert #{inspect(tuple)} to time, reason: #{inspect(reason)}"
    end
  end

  @doc """
  The time so many seconds after midnight.

  ## Examples

      iex> Time.from_seconds_after_midnight(3661)
      ~T[01:01:01]

  """
  @doc since: "1.11.0"
  @spec from_seconds_after_midnight(integer, Calendar.microsecond(), Calendar.calendar()) :: t
  def from_seconds_after_midnight(seconds, microsecond \\ {0, 0}, calendar \\ Calendar.ISO) when is_integer(seconds) do
    of_day = Integer.mod(seconds, 86_400)
    time = %Time{hour: div(of_day, 3600), minute: of_day |> div(60) |> rem(60), second: rem(of_day, 60), microsecond: microsecond}
    convert!(time, calendar)
  end

  @doc """
  The seconds since midnight, and the microseconds beyond.

  ## Examples

      iex> Time.to_seconds_after_midnight(~T[01:01:01.5])
      {3661, 500000}

  """
  @doc since: "1.11.0"
  @spec to_seconds_after_midnight(Calendar.time()) :: {integer, non_neg_integer}
  def to_seconds_after_midnight(%{microsecond: {microsecond, _}} = time) do
    {div(microseconds_of_day(time), 1_000_000), microsecond}
  end

  @doc """
  Brings a time to another calendar.

  ## Examples

      iex> Time.convert(~T[07:08:09], Calendar.ISO)
      {:ok, ~T[07:08:09]}

  """
  @doc since: "1.5.0"
  @spec convert(Calendar.time(), Calendar.calendar()) :: {:ok, t} | {:error, atom}
  def convert(%{calendar: calendar} = time, calendar) do
    %{hour: hour, minute: minute, second: second, microsecond: microsecond} = time
    {:ok, %Time{calendar: calendar, hour: hour, minute: minute, second: second, microsecond: microsecond}}
  end

  def convert(%{microsecond: {_, precision}} = time, calendar) do
    {hour, minute, second, {value, _}} = time |> to_day_fraction() |> calendar.time_from_day_fraction()
    {:ok, %Time{calendar: calendar, hour: hour, minute: minute, second: second, microsecond: {value, precision}}}
  end

  @doc """
  As `convert/2`, raising if it can't be.

  ## Examples

      iex> Time.convert!(~T[07:08:09], Calendar.ISO)
      ~T[07:08:09]

  """
  @doc since: "1.5.0"
  @spec convert!(Calendar.time(), Calendar.calendar()) :: t
  def convert!(time, calendar) do
    case convert(time, calendar) do
      {:ok, value} ->
        value

      {:error, reason} ->
        raise ArgumentError, "cannot convert #{inspect(time)} to target calendar #{inspect(calendar)}, reason: #{inspect(reason)}"
    end
  end

  ## Arithmetic

  @doc """
  The time so much later, around the clock if need be. A finer unit raises the precision.

  ## Examples

      iex> Time.add(~T[23:00:00], 2, :hour)
      ~T[01:00:00]
      iex> Time.add(~T[10:00:00], -1, :millisecond)
      ~T[09:59:59.999]

  """
  @doc since: "1.6.0"
  @spec add(Calendar.time(), integer, :hour | :minute | System.time_unit()) :: t
  def add(time, amount_to_add, unit \\ :second)
  def add(%{calendar: _} = time, amount, :hour) when is_integer(amount), do: add(time, amount * 3600, :second)
  def add(%{calendar: _} = time, amount, :minute) when is_integer(amount), do: add(time, amount * 60, :second)

  def add(%{calendar: calendar, microsecond: {_, precision}} = time, amount, unit) when is_integer(amount) do
    check_unit!(unit)
    microseconds = System.convert_time_unit(amount, unit, :microsecond)
    {parts, per_day} = to_day_fraction(time)
    {_, fraction} = Calendar.ISO.add_day_fraction_to_iso_days({0, {parts, per_day}}, microseconds, @day_microseconds)
    {hour, minute, second, {value, _}} = calendar.time_from_day_fraction(fraction)
    precision = max(Calendar.ISO.time_unit_to_precision(unit), precision)
    %Time{hour: hour, minute: minute, second: second, microsecond: {value, precision}, calendar: calendar}
  end

  @units [:second, :millisecond, :microsecond, :nanosecond]

  defp check_unit!(unit) when unit in @units or (is_integer(unit) and unit > 0), do: :ok

  defp check_unit!(unit) do
    raise ArgumentError,
          "unsupported time unit. Expected :hour, :minute, :second, :millisecond, :microsecond, :nanosecond, or a positive integer, " <>
            "got #{inspect(unit)}"
  end

  @doc """
  Moves a time by hours, minutes, seconds and microseconds, around the clock if need be.

  ## Examples

      iex> Time.shift(~T[10:00:00], hour: 1, minute: -30)
      ~T[10:30:00]
      iex> Time.shift(~T[10:00:00], day: 1)
      ** (ArgumentError) unsupported unit :day. Expected :hour, :minute, :second, :microsecond

  """
  @doc since: "1.17.0"
  @spec shift(Calendar.time(), Duration.t() | [unit_pair]) :: t
        when unit_pair: {:hour, integer} | {:minute, integer} | {:second, integer} | {:microsecond, {integer, 0..6}}
  def shift(%{calendar: calendar} = time, duration) do
    %{hour: hour, minute: minute, second: second, microsecond: microsecond} = time
    duration = __duration__!(duration)
    {hour, minute, second, microsecond} = calendar.shift_time(hour, minute, second, microsecond, duration)
    %Time{calendar: calendar, hour: hour, minute: minute, second: second, microsecond: microsecond}
  end

  @doc false
  def __duration__!(duration) do
    Duration.__only__!(duration, [:hour, :minute, :second, :microsecond], [:year, :month, :week, :day])
  end

  @doc """
  The time from the second to the first, in a unit, rounded down.

  ## Examples

      iex> Time.diff(~T[10:30:00], ~T[10:00:00])
      1800
      iex> Time.diff(~T[10:30:00], ~T[10:00:00], :minute)
      30

  """
  @doc since: "1.5.0"
  @spec diff(Calendar.time(), Calendar.time(), :hour | :minute | System.time_unit()) :: integer
  def diff(time1, time2, unit \\ :second)
  def diff(%{} = time1, %{} = time2, :hour), do: div(diff(time1, time2, :second), 3600)
  def diff(%{} = time1, %{} = time2, :minute), do: div(diff(time1, time2, :second), 60)

  def diff(%{microsecond: {_, _}} = time1, %{microsecond: {_, _}} = time2, unit) do
    System.convert_time_unit(microseconds_of_day(time1) - microseconds_of_day(time2), :microsecond, unit)
  end

  @doc """
  Drops what a unit doesn't show.

  ## Examples

      iex> Time.truncate(~T[07:08:09.123456], :millisecond)
      ~T[07:08:09.123]
      iex> Time.truncate(~T[07:08:09.123456], :second)
      ~T[07:08:09]

  """
  @doc since: "1.6.0"
  @spec truncate(t, :microsecond | :millisecond | :second) :: t
  def truncate(%Time{microsecond: microsecond} = time, precision) do
    %{time | microsecond: Calendar.truncate(microsecond, precision)}
  end

  ## Order

  @doc """
  Compares two times: `:lt`, `:eq` or `:gt`.

  ## Examples

      iex> Time.compare(~T[07:08:09], ~T[07:08:09.000])
      :eq
      iex> Time.compare(~T[07:08:09], ~T[07:08:10])
      :lt

  """
  @doc since: "1.4.0"
  @spec compare(Calendar.time(), Calendar.time()) :: :lt | :eq | :gt
  def compare(%{calendar: calendar} = time1, %{calendar: calendar} = time2) do
    %{hour: hour1, minute: minute1, second: second1, microsecond: {microsecond1, _}} = time1
    %{hour: hour2, minute: minute2, second: second2, microsecond: {microsecond2, _}} = time2
    Calendar.__order__({hour1, minute1, second1, microsecond1}, {hour2, minute2, second2, microsecond2})
  end

  def compare(time1, time2) do
    {parts1, per_day1} = to_day_fraction(time1)
    {parts2, per_day2} = to_day_fraction(time2)
    Calendar.__order__(parts1 * per_day2, parts2 * per_day1)
  end

  @doc """
  Whether the first time comes before the second.

  ## Examples

      iex> Time.before?(~T[07:08:09], ~T[07:08:10])
      true

  """
  @doc since: "1.15.0"
  @spec before?(Calendar.time(), Calendar.time()) :: boolean
  def before?(time1, time2), do: compare(time1, time2) == :lt

  @doc """
  Whether the first time comes after the second.

  ## Examples

      iex> Time.after?(~T[07:08:09], ~T[07:08:10])
      false

  """
  @doc since: "1.15.0"
  @spec after?(Calendar.time(), Calendar.time()) :: boolean
  def after?(time1, time2), do: compare(time1, time2) == :gt

  defp to_day_fraction(%{hour: hour, minute: minute, second: second, microsecond: {_, _} = microsecond, calendar: calendar}) do
    calendar.time_to_day_fraction(hour, minute, second, microsecond)
  end

  defp microseconds_of_day(time) do
    {parts, per_day} = to_day_fraction(time)
    div(parts * @day_microseconds, per_day)
  end

  defimpl String.Chars do
    def to_string(time) do
      %{hour: hour, minute: minute, second: second, microsecond: microsecond, calendar: calendar} = time
      calendar.time_to_string(hour, minute, second, microsecond)
    end
  end

  defimpl Inspect do
    def inspect(time, _) do
      %{hour: hour, minute: minute, second: second, microsecond: microsecond, calendar: calendar} = time
      "~T[" <> calendar.time_to_string(hour, minute, second, microsecond) <> Calendar.Sigil.suffix(calendar) <> "]"
    end
  end
end
