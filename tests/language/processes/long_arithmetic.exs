# Processes: others go on, and timers fire, while one multiplies or divides what is very large, or subtracts long lists.
big = Integer.pow(3, 4_000_000)
half = Integer.pow(3, 2_000_000)
list = Enum.to_list(1..300_000)
reversed = Enum.reverse(list)
me = self()

meanwhile = fn work ->
  ticker = spawn(fn ->
    tick = fn tick, count ->
      receive do
        :stop -> send(me, {:ticks, count})
      after
        1 -> tick.(tick, count + 1)
      end
    end

    tick.(tick, 0)
  end)

  result = work.()
  send(ticker, :stop)
  receive do {:ticks, count} -> {result, count > 0} end
end

{product, went_on} = meanwhile.(fn -> big * half end)
IO.inspect(went_on) #=> true
{quotient, went_on} = meanwhile.(fn -> div(product, half) end)
IO.inspect({quotient == big, went_on}) #=> {true, true}
{remainder, went_on} = meanwhile.(fn -> rem(product + 5, half) end)
IO.inspect({remainder, went_on}) #=> {5, true}
{rest, _} = meanwhile.(fn -> [0 | list] -- reversed end)
IO.inspect(rest) #=> [0]

# Several at once.
workers = for n <- 1..3, do: spawn_monitor(fn -> exit({:done, rem(big * (half + n), half) == rem(big * n, half)}) end)
for {_, ref} <- workers do
  IO.inspect(receive do {:DOWN, ^ref, _, _, reason} -> reason end)
end
#=> {:done, true}
#=> {:done, true}
#=> {:done, true}
