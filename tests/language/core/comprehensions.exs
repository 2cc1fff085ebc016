# for: generators, filters, binaries, into, uniq, reduce.
IO.inspect(for x <- 1..3, y <- [:a, :b], do: {x, y}) #=> [{1, :a}, {1, :b}, {2, :a}, {2, :b}, {3, :a}, {3, :b}]
IO.inspect(for x <- 1..10, rem(x, 2) == 0, x > 4, do: x) #=> [6, 8, 10]
IO.inspect(for {:ok, v} <- [ok: 1, error: 2, ok: 3], do: v) #=> [1, 3]
IO.inspect(for <<c <- "abc">>, do: c + 1) #=> ~c"bcd"
IO.inspect(for <<a::4, b::4 <- <<0x12, 0x34>> >>, do: {a, b}) #=> [{1, 2}, {3, 4}]
IO.inspect(for <<c <- "hello">>, c != ?l, into: "", do: <<c>>) #=> "heo"
IO.inspect(for {k, v} <- %{a: 1, b: 2}, into: %{}, do: {v, k}) #=> %{1 => :a, 2 => :b}
IO.inspect(for x <- [1, 2, 1, 3, 2], uniq: true, do: x * 10) #=> [10, 20, 30]
IO.inspect(for x <- [1, 2, 3], reduce: 0 do acc -> acc + x end) #=> 6

counts =
  for <<letter <- "banana">>, reduce: %{} do
    acc -> Map.update(acc, <<letter>>, 1, &(&1 + 1))
  end

IO.inspect(counts) #=> %{"a" => 3, "b" => 1, "n" => 2}

IO.inspect(
  for x <- [1, 2, 3, 4], reduce: {0, 0} do
    {even, odd} when rem(x, 2) == 0 -> {even + x, odd}
    {even, odd} -> {even, odd + x}
  end
)

#=> {6, 4}
IO.inspect(for x <- [1, nil, 2], y = x, do: y) #=> [1, 2]
IO.inspect(for i <- 1..3, j <- i..3, i != j, do: i * j) #=> [2, 3, 6]
IO.inspect(for <<x::16 <- <<1, 2, 3>> >>, do: x) #=> [258]
for _ <- 1..2, into: IO.stream(), do: "x\n"
#=> x
#=> x
outer = 1
for outer <- [2, 3], do: outer
IO.inspect(outer) #=> 1

# Bits are taken from no range, however it is written.
for <<_ <- 1..2>>, reduce: 0 do acc -> acc end #!> ** (ErlangError) Erlang error: {:bad_generator, 1..2}
