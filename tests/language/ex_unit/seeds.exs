# A test's random numbers follow from the seed of the run, its module and its name.
ExUnit.start(autorun: false, seed: 7, formatters: [])

defmodule SeedTest do
  use ExUnit.Case
  test "first", do: send(:collects, {:first, :rand.uniform(1_000_000)})
  test "second", do: send(:collects, {:second, :rand.uniform(1_000_000)})
end

Process.register(self(), :collects)
drawn = fn ->
  ExUnit.run([SeedTest])
  for name <- [:first, :second], do: receive(do: ({^name, number} -> number))
end
%{failures: 0} = ExUnit.run()
[first, second] = for name <- [:first, :second], do: receive(do: ({^name, number} -> number))
IO.inspect(drawn.() == [first, second]) #=> true
IO.inspect(first == second) #=> false
IO.inspect(ExUnit.configuration()[:seed]) #=> 7
