# Many cases at one place: found in a table, whatever their number and what else may come.
defmodule Cases do
  for size <- [2, 3, 4, 5, 8, 9, 40] do
    for i <- 1..size do
      def unquote(:"number#{size}")(unquote(i * i - 5)), do: unquote(i)
      def unquote(:"name#{size}")(unquote(:"n#{i * 7}")), do: unquote(i)
      def unquote(:"tuple#{size}")(unquote({:{}, [], List.duplicate(0, i)})), do: unquote(i)
    end

    def unquote(:"number#{size}")(_), do: :other
    def unquote(:"name#{size}")(_), do: :other
    def unquote(:"tuple#{size}")(_), do: :other
  end

  # Names and numbers are the same bits to nobody.
  def mixed(:a), do: 1
  def mixed(1), do: 2
  def mixed(:b), do: 3
  def mixed(2), do: 4
  def mixed([]), do: 5
  def mixed(4_000_000_000), do: 6
  def mixed(_), do: :other
end

sizes = [2, 3, 4, 5, 8, 9, 40]
others = [nil, 1.0, "x", [], [1], {}, %{}, 2 ** 64, self(), -6, :n1]

right =
  for size <- sizes, kind <- ~w(number name tuple) do
    call = fn value -> apply(Cases, :"#{kind}#{size}", [value]) end

    all =
      case kind do
        "number" -> for i <- 1..size, do: i * i - 5
        "name" -> for i <- 1..size, do: :"n#{i * 7}"
        "tuple" -> for i <- 1..size, do: List.to_tuple(List.duplicate(0, i))
      end

    {Enum.map(all, call) == Enum.to_list(1..size), Enum.all?(others, &(call.(&1) == :other))}
  end

IO.inspect(Enum.uniq(right)) #=> [true: true]
IO.inspect(Enum.map([:a, 1, :b, 2, [], 4_000_000_000, 1.0, 8_000_000_000, false], &Cases.mixed/1)) #=> [1, 2, 3, 4, 5, 6, :other, :other, :other]
