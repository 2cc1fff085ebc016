defmodule Calendar.TimeZoneDatabase do
  @moduledoc """
  What a source of time zones has to know.

  `DateTime` works with any module of this behaviour; `Calendar.put_time_zone_database/1` makes one the default. A *period* is a stretch
  of time in which a zone keeps its offsets.
  """

  @typedoc "Offsets in seconds, and the short name of a zone's time while they hold."
  @type time_zone_period :: %{
          optional(any) => any,
          utc_offset: Calendar.utc_offset(),
          std_offset: Calendar.std_offset(),
          zone_abbr: Calendar.zone_abbr()
        }

  @typedoc "Where a period ends on the clock of the zone; `nil` if it never does."
  @type time_zone_period_limit :: Calendar.naive_datetime()

  @doc "The period of a zone that holds a moment, given in ISO days of UTC."
  @callback time_zone_period_from_utc_iso_days(Calendar.iso_days(), Calendar.time_zone()) ::
              {:ok, time_zone_period} | {:error, :time_zone_not_found | :utc_only_time_zone_database}

  @doc """
  The periods of a zone in which its clocks show a date and time.

  Usually it is one. Two, in their order, if clocks were set back and showed it twice; if clocks were put forward and never showed it,
  the answer is a gap with the periods around it and where they end and begin.
  """
  @callback time_zone_periods_from_wall_datetime(Calendar.naive_datetime(), Calendar.time_zone()) ::
              {:ok, time_zone_period}
              | {:ambiguous, time_zone_period, time_zone_period}
              | {:gap, {time_zone_period, time_zone_period_limit}, {time_zone_period, time_zone_period_limit}}
              | {:error, :time_zone_not_found | :utc_only_time_zone_database}
end

defmodule Calendar.UTCOnlyTimeZoneDatabase do
  @moduledoc """
  The source of time zones that knows `Etc/UTC` alone, which is the default.
  """

  @behaviour Calendar.TimeZoneDatabase

  @utc %{std_offset: 0, utc_offset: 0, zone_abbr: "UTC"}

  @doc """
  The period of a moment: that of UTC, or an error for other zones.

  ## Examples

      iex> Calendar.UTCOnlyTimeZoneDatabase.time_zone_period_from_utc_iso_days({0, {0, 1}}, "Asia/Tokyo")
      {:error, :utc_only_time_zone_database}

  """
  @impl true
  def time_zone_period_from_utc_iso_days(iso_days, time_zone)
  def time_zone_period_from_utc_iso_days(_, "Etc/UTC"), do: {:ok, @utc}
  def time_zone_period_from_utc_iso_days(_, _), do: {:error, :utc_only_time_zone_database}

  @doc """
  The period of what clocks show: that of UTC, or an error for other zones.

  ## Examples

      iex> {:ok, period} = Calendar.UTCOnlyTimeZoneDatabase.time_zone_periods_from_wall_datetime(~N[2024-02-29 00:00:00], "Etc/UTC")
      iex> period.zone_abbr
      "UTC"

  """
  @impl true
  def time_zone_periods_from_wall_datetime(naive_datetime, time_zone)
  def time_zone_periods_from_wall_datetime(_, "Etc/UTC"), do: {:ok, @utc}
  def time_zone_periods_from_wall_datetime(_, _), do: {:error, :utc_only_time_zone_database}
end
