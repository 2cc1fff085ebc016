# Functions that call themselves: what a turn makes must not be seen by what it still reads.
defmodule Turns do
  def sum(0, acc), do: acc
  def sum(n, acc), do: sum(n - 1, acc + n)
  def until(:stop, acc), do: acc
  def until(x, acc), do: until(next(x), [x | acc])
  defp next(3), do: :stop
  defp next(n), do: n + 1
  def swap(0, a, b), do: {a, b}
  def swap(n, a, b), do: swap(n - 1, b, a + b)
  def both(0, a, b), do: {a, b}
  def both(n, a, b), do: both(n - 1, n + a, n - b)
  def last([h | t], _), do: last(t, h)
  def last(rest, h), do: {h, rest}
  def count([_ | t], n), do: count(t, n + 1)
  def count([], n), do: n
end

IO.inspect(Turns.sum(100_000, 0)) #=> 5000050000
IO.inspect(Turns.until(0, [])) #=> [3, 2, 1, 0]
IO.inspect(Turns.swap(10, 0, 1)) #=> {55, 89}
IO.inspect(Turns.both(5, 0, 0)) #=> {15, 3}
IO.inspect(Turns.last([1, 2 | 3], nil)) #=> {2, 3}
IO.inspect(Turns.count(Enum.to_list(1..100_000), 0)) #=> 100000
IO.inspect(Turns.sum(4_611_686_018_427_387_900 - 4_611_686_018_427_387_890, 4_611_686_018_427_387_890)) #=> 4611686018427387945
Turns.sum(:x, 1) #!> ** (ArithmeticError) bad argument in arithmetic expression
Turns.sum(1.5, :y) #!> ** (ArithmeticError) bad argument in arithmetic expression
try do
  Turns.sum(:x, :y)
rescue
  ArithmeticError -> IO.inspect(Enum.take(Tuple.to_list(hd(__STACKTRACE__)), 3))
end
#=> [:erlang, :-, [:x, 1]]
