# Comprehensions over ranges that are written as such count; those over ranges from elsewhere give the same.
IO.inspect(for(x <- 1..4, do: x * x)) #=> [1, 4, 9, 16]
n = 3
IO.inspect(for(x <- 1..n, y <- x..n, do: {x, y})) #=> [{1, 1}, {1, 2}, {1, 3}, {2, 2}, {2, 3}, {3, 3}]
IO.inspect(for(x <- n..9//n, do: x)) #=> [3, 6, 9]
IO.inspect(for(x <- 9..n//-4, do: x)) #=> [9, 5]
IO.inspect(for(x <- n..1//1, do: x)) #=> []
IO.inspect(for(x <- 5..1//1, do: x)) #=> []
IO.inspect(for(x <- -1..1, y <- -1..1, x != 0 or y != 0, do: {x, y})) #=> [{-1, -1}, {-1, 0}, {-1, 1}, {0, -1}, {0, 1}, {1, -1}, {1, 0}, {1, 1}]
IO.inspect(for(x <- 1..10, rem(x, 3) == 0, into: "", do: <<x>>)) #=> <<3, 6, 9>>
IO.inspect(for(x <- 1..n, reduce: 10, do: (acc -> acc + x))) #=> 16
IO.inspect(for(x <- 1..9, uniq: true, do: div(x, 4))) #=> [0, 1, 2]
IO.inspect(for(x <- 1..n, into: %{}, do: {x, x + n})) #=> %{1 => 4, 2 => 5, 3 => 6}
IO.inspect(for(x when x > 2 <- 1..4, do: x)) #=> [3, 4]
IO.inspect(for(2 <- 1..n, do: :two)) #=> [:two]
big = 2 ** 70
IO.inspect(for(x <- big..(big + 1), do: x - big)) #=> [0, 1]
IO.inspect(for(x <- (big + 1)..big//-1, do: x - big)) #=> [1, 0]
range = 2..4
IO.inspect(for(x <- range, do: x)) #=> [2, 3, 4]
IO.inspect(for(x <- Function.identity(range), do: x)) #=> [2, 3, 4]
IO.inspect(for(x <- Range.new(1, n), do: x)) #=> [1, 2, 3]
last = :a
for(x <- 1..last, do: x) #!> ** (ArgumentError) ranges (first..last) expect both sides to be integers, got: 1..:a
for(x <- 1..n//last, do: x) #!> ** (ArgumentError) ranges (first..last//step) expect both sides to be integers and the step to be a non-zero integer, got: 1..3//:a
# Both ends are evaluated once, the first one first, before what the loop does.
say = fn value ->
  Process.put(:said, [value | Process.get(:said, [])])
  value
end

IO.inspect(for(x <- say.(1)..say.(2), do: say.(x * 10))) #=> [10, 20]
IO.inspect(Process.get(:said)) #=> [20, 10, 2, 1]

defmodule CountedLoops do
  # Free variables behind count and step, a stack trace among them.
  def caught(n) do
    raise "no"
  rescue
    error -> for x <- 1..n, y <- [n], do: {x + y, error.message, is_list(__STACKTRACE__)}
  end

  def deep(n), do: for(x <- 1..n, do: for(y <- 1..x, do: for(z <- y..n//2, do: x * y * z)))

  def down(n), do: for(x <- n..1, do: x)
end

IO.inspect(CountedLoops.caught(2)) #=> [{3, "no", true}, {4, "no", true}]
IO.inspect(CountedLoops.deep(3)) #=> [[[1, 3]], [[2, 6], ~c"\b"], [[3, 9], ~c"\f", ~c"\e"]]
warned = ExUnit.CaptureIO.capture_io(:stderr, fn -> Process.put(:down, CountedLoops.down(3)) end)
IO.inspect({Process.get(:down), warned =~ "default to a step of -1"}) #=> {[3, 2, 1], true}
