defmodule Jovial.ConsoleLog do
  @moduledoc false

  # A line of the console log: an empty line, the time, the level, the text.

  @doc false
  def line(level, text) do
    IO.chardata_to_string(["\n", time(), " [", :erlang.atom_to_binary(level), "] ", text, "\n"])
  end

  @doc false
  def time do
    milliseconds = :erlang.convert_time_unit(:erlang.system_time(), :native, :millisecond)
    {_date, {hour, minute, second}} = :erlang.localtime()
    [two(hour), ":", two(minute), ":", two(second), ".", three(rem(milliseconds, 1000))]
  end

  defp two(number) when number < 10, do: ["0", :erlang.integer_to_binary(number)]
  defp two(number), do: :erlang.integer_to_binary(number)

  defp three(number) when number < 10, do: ["00", :erlang.integer_to_binary(number)]
  defp three(number), do: two_of_three(number)

  defp two_of_three(number) when number < 100, do: ["0", :erlang.integer_to_binary(number)]
  defp two_of_three(number), do: :erlang.integer_to_binary(number)
end
