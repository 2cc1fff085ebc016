# Sigils of dates and times, and what Date, Time, NaiveDateTime, DateTime, Duration and Calendar answer.
IO.inspect(~D[2024-02-29]) #=> ~D[2024-02-29]
IO.inspect(~T[10:20:30.5]) #=> ~T[10:20:30.5]
IO.inspect(~N[2024-01-01 00:00:00]) #=> ~N[2024-01-01 00:00:00]
IO.inspect(~U[2024-01-01 00:00:00Z]) #=> ~U[2024-01-01 00:00:00Z]
Code.eval_string("~D[2024-13-01]") #!> ** (ArgumentError) cannot parse "2024-13-01" as Date for Calendar.ISO, reason: :invalid_date

# Days, from long ago on.
IO.inspect(for day <- [-800, 0, 59, 60, 730_484], do: Date.from_gregorian_days(day))
#=> [~D[-0003-10-23], ~D[0000-01-01], ~D[0000-02-29], ~D[0000-03-01],
#=>  ~D[1999-12-31]]
days = for day <- -200_000..200_000//97, do: day
IO.inspect(Enum.map(days, &Date.to_gregorian_days(Date.from_gregorian_days(&1))) == days) #=> true
IO.inspect(Date.shift(~D[2024-01-31], month: 1, day: 1)) #=> ~D[2024-03-01]
IO.inspect({Date.day_of_week(~D[2024-02-29]), Date.day_of_week(~D[2024-02-29], :sunday), Date.day_of_year(~D[2024-12-31])}) #=> {4, 5, 366}
IO.inspect({Date.year_of_era(~D[0000-06-01]), Date.day_of_era(~D[0000-12-31]), Date.quarter_of_year(~D[2024-10-01])}) #=> {{1, 0}, {1, 0}, 4}
IO.inspect(Enum.slice(Date.range(~D[2024-01-01], ~D[2024-01-10], 3), 1..-1//1)) #=> [~D[2024-01-04], ~D[2024-01-07], ~D[2024-01-10]]
IO.inspect(~D[2024-01-05] in Date.range(~D[2024-01-01], ~D[2024-01-10], 3)) #=> false
Date.range(~D[2024-01-01], ~D[2023-01-01], 0) #!> ** (ArgumentError) both dates must have matching calendar and the step must be a non-zero integer, got: ~D[2024-01-01], ~D[2023-01-01], 0
Date.shift(~D[2024-01-01], Duration.new!(hour: 1)) #!> ** (ArgumentError) cannot shift date by time scale unit. Expected :year, :month, :week, :day

# Text.
IO.inspect(for text <- ["2015-01-23T23:50:07-00", "2015-01-23T23:50:07-00:00", "2015-01-23 23:50:07,12Z", "2015-01-23 24:00:00Z"], do: DateTime.from_iso8601(text))
#=> [
#=>   {:ok, ~U[2015-01-23 23:50:07Z], 0},
#=>   {:error, :invalid_format},
#=>   {:ok, ~U[2015-01-23 23:50:07.12Z], 0},
#=>   {:error, :invalid_time}
#=> ]
IO.inspect(DateTime.to_iso8601(~U[2024-02-03 14:05:06Z], :basic, -5400)) #=> "20240203T123506-0130"
IO.inspect(%{~D[2024-01-01] | year: 12_345}) #=> Date.new!(12345, 1, 1)
IO.inspect(%{~U[2024-02-03 14:05:06Z] | utc_offset: 3600, zone_abbr: "CET", time_zone: "Europe/Zurich"})
#=> #DateTime<2024-02-03 14:05:06+01:00 CET Europe/Zurich>
IO.puts(Calendar.strftime(~U[2024-02-03 14:05:06.070Z], "%a %-d %B %y, %I:%M%p %z|%_5d|%05b|%f|%j|%q|%s|%Z"))
#=> Sat 3 February 24, 02:05PM +0000|    3|00Feb|070|034|1|1706969106|UTC
Calendar.strftime(~D[2024-01-01], "%H") #!> ** (KeyError) key :hour not found in: ~D[2024-01-01]
Calendar.strftime(~D[2024-01-01], "%x", preferred_date: "%x") #!> ** (ArgumentError) tried to format preferred_date within another preferred_date format

# Arithmetic with precision.
IO.inspect(Time.add(~T[10:00:15.00], 1, 100)) #=> ~T[10:00:15.010000]
IO.inspect(NaiveDateTime.add(~N[2024-01-01 00:00:00], 1, 3)) #=> ~N[2024-01-01 00:00:00.333333]
IO.inspect(Time.shift(~T[01:00:15.001], microsecond: {100, 2})) #=> ~T[01:00:15.00]
IO.inspect({Time.diff(~T[00:00:00.5], ~T[00:01:00]), NaiveDateTime.diff(~N[2024-01-01 00:00:01], ~N[2024-01-01 00:00:00.5])}) #=> {-60, 1}
IO.inspect(DateTime.to_unix(~U[-0001-01-01 00:00:00Z])) #=> -62198755200
DateTime.from_unix!(999_999_999_999_999) #!> ** (ArgumentError) invalid Unix time 999999999999999
Time.add(~T[00:00:00], 5, :day) #!> ** (ArgumentError) unsupported time unit. Expected :hour, :minute, :second, :millisecond, :microsecond, :nanosecond, or a positive integer, got :day

# Durations.
IO.inspect(Duration.from_iso8601("-P1M-2DT-1.25S")) #=> {:ok, %Duration{month: -1, day: 2, second: 1, microsecond: {250000, 2}}}
IO.inspect(for text <- ["P", "PT", "P1D1H", "PT1S1H", "1D"], do: Duration.from_iso8601(text) |> elem(1))
#=> [:invalid_duration, :invalid_date_component, :invalid_date_component,
#=>  :invalid_time_component, :invalid_duration]
IO.puts(Duration.to_iso8601(Duration.new!(second: 5, microsecond: {-7_500_000, 2}))) #=> PT-2.50S
IO.puts(Duration.to_string(Duration.new!(year: 1, month: -2, minute: 4, microsecond: {5, 6}))) #=> 1a -2mo 4min 0.000005s

# A time zone database whose clocks go forward on the first of March at 02:00 and back on the first of October at 03:00.
defmodule Clocks do
  @behaviour Calendar.TimeZoneDatabase
  @winter %{utc_offset: 3600, std_offset: 0, zone_abbr: "WIN"}
  @summer %{utc_offset: 3600, std_offset: 3600, zone_abbr: "SUM"}

  def time_zone_period_from_utc_iso_days(iso_days, "Test/Zone") do
    {_, month, _, _, _, _, _} = Calendar.ISO.naive_datetime_from_iso_days(iso_days)
    {:ok, if(month in 3..9, do: @summer, else: @winter)}
  end

  def time_zone_period_from_utc_iso_days(_, "Etc/UTC"), do: {:ok, %{utc_offset: 0, std_offset: 0, zone_abbr: "UTC"}}
  def time_zone_period_from_utc_iso_days(_, _), do: {:error, :time_zone_not_found}

  def time_zone_periods_from_wall_datetime(%{month: 3, day: 1, hour: hour}, "Test/Zone") when hour == 1 do
    {:gap, {@winter, ~N[2024-03-01 01:00:00]}, {@summer, ~N[2024-03-01 02:00:00]}}
  end

  def time_zone_periods_from_wall_datetime(%{month: 10, day: 1, hour: 1}, "Test/Zone"), do: {:ambiguous, @summer, @winter}

  def time_zone_periods_from_wall_datetime(%{month: month}, "Test/Zone"), do: {:ok, if(month in 3..9, do: @summer, else: @winter)}
end

{:ok, winter} = DateTime.new(~D[2024-02-29], ~T[23:30:00], "Test/Zone", Clocks)
IO.inspect(winter) #=> #DateTime<2024-02-29 23:30:00+01:00 WIN Test/Zone>
IO.inspect(DateTime.add(winter, 2, :hour, Clocks)) #=> #DateTime<2024-03-01 02:30:00+02:00 SUM Test/Zone>
IO.inspect(DateTime.shift(winter, [month: 1], Clocks)) #=> #DateTime<2024-03-30 00:30:00+02:00 SUM Test/Zone>
IO.inspect({DateTime.to_iso8601(winter, :extended, 0), DateTime.to_iso8601(~U[2024-01-01 00:00:00Z], :extended, 0)}) #=> {"2024-02-29T22:30:00+00:00", "2024-01-01T00:00:00Z"}
IO.inspect(DateTime.shift_zone!(winter, "Etc/UTC", Clocks)) #=> ~U[2024-02-29 22:30:00Z]
IO.inspect(DateTime.new(~D[2024-03-01], ~T[01:30:00], "Test/Zone", Clocks))
#=> {:gap, #DateTime<2024-03-01 00:59:59.999999+01:00 WIN Test/Zone>,
#=>  #DateTime<2024-03-01 02:00:00+02:00 SUM Test/Zone>}
DateTime.new!(~D[2024-10-01], ~T[01:30:00], "Test/Zone", Clocks) #!> ** (ArgumentError) cannot build datetime with ~D[2024-10-01] and ~T[01:30:00] because such instant is ambiguous in time zone Test/Zone as there is an overlap between #DateTime<2024-10-01 01:30:00+02:00 SUM Test/Zone> and #DateTime<2024-10-01 01:30:00+01:00 WIN Test/Zone>
DateTime.shift_zone(winter, "Nowhere", Clocks) |> IO.inspect() #=> {:error, :time_zone_not_found}
IO.inspect(Enum.sort([winter, ~U[2024-02-29 22:00:00Z]], DateTime) |> hd()) #=> ~U[2024-02-29 22:00:00Z]

# Fields of a struct keep the order of the definition.
defmodule Ordered do
  @derive {Inspect, optional: [:z]}
  defstruct [:z, :y, :a, m: 1]
end

IO.inspect(struct(Ordered, y: 2)) #=> %Ordered{y: 2, a: nil, m: 1}
IO.inspect(Enum.map(Ordered.__info__(:struct), & &1.field)) #=> [:z, :y, :a, :m]
