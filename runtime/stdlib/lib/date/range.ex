defmodule Date.Range do
  @moduledoc """
  A range of dates, made by `Date.range/2` and `Date.range/3`.

  It is enumerable, and its ends can be read:

      iex> range = Date.range(~D[2024-02-01], ~D[2024-02-29])
      iex> {Enum.count(range), range.last}
      {29, ~D[2024-02-29]}

  """

  @type t :: %__MODULE__{first: Date.t(), last: Date.t(), first_in_iso_days: integer, last_in_iso_days: integer, step: pos_integer | neg_integer}

  defstruct [:first, :last, :first_in_iso_days, :last_in_iso_days, :step]

  @doc false
  # The numbers of the days. Ranges of before there were steps have none.
  def days(%{first_in_iso_days: first, last_in_iso_days: last, step: step}), do: Range.new(first, last, step)

  def days(%{first_in_iso_days: first, last_in_iso_days: last}), do: Range.new(first, last, if(first <= last, do: 1, else: -1))

  @doc false
  def date(days, Calendar.ISO) do
    {year, month, day} = Calendar.ISO.date_from_iso_days(days)
    %Date{year: year, month: month, day: day}
  end

  def date(days, calendar) do
    {year, month, day, _, _, _, _} = calendar.naive_datetime_from_iso_days({days, {0, 86_400_000_000}})
    %Date{year: year, month: month, day: day, calendar: calendar}
  end

  defimpl Enumerable do
    def count(range), do: {:ok, Range.size(Date.Range.days(range))}

    def member?(%{first: %{calendar: calendar}} = range, %Date{calendar: other} = date) do
      if calendar == other do
        {day, _} = Date.to_iso_days(date)
        {:ok, day in Date.Range.days(range)}
      else
        {:ok, false}
      end
    end

    def member?(_, _), do: {:ok, false}

    def slice(%{first: %{calendar: calendar}} = range) do
      days = Date.Range.days(range)

      slicer = fn start, length, step ->
        first = days.first + start * days.step
        step = step * days.step
        for day <- Range.new(first, first + (length - 1) * step, step), do: Date.Range.date(day, calendar)
      end

      {:ok, Range.size(days), slicer}
    end

    def reduce(%{first: %{calendar: calendar}} = range, acc, fun) do
      Enumerable.Range.reduce(Date.Range.days(range), acc, fn day, acc -> fun.(Date.Range.date(day, calendar), acc) end)
    end
  end

  defimpl Inspect do
    import Kernel, except: [inspect: 2]

    def inspect(%{first: first, last: last} = range, _) do
      step = Date.Range.days(range).step
      step = if step == 1, do: "", else: ", " <> Integer.to_string(step)
      "Date.range(" <> Kernel.inspect(first) <> ", " <> Kernel.inspect(last) <> step <> ")"
    end
  end
end
