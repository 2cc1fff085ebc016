# Funs: closures, captures, arity, names.
add = fn a -> fn b -> a + b end end
IO.inspect(add.(1).(2)) #=> 3
inc = &(&1 + 1)
IO.inspect(Enum.map([1, 2], inc)) #=> [2, 3]
IO.inspect((&String.upcase/1).("x")) #=> "X"
IO.inspect(&String.upcase/1) #=> &String.upcase/1
IO.inspect(Enum.map([{1, 2}], &elem(&1, 1))) #=> [2]
IO.inspect((&{&2, &1}).(1, 2)) #=> {2, 1}
IO.inspect((&"#{&1}!").(1)) #=> "1!"
IO.inspect((&[&1 | &2]).(1, [])) #=> [1]
IO.inspect(Enum.reduce(1..4, &*/2)) #=> 24
IO.inspect(is_function(inc, 1)) #=> true
IO.inspect(Function.info(&String.upcase/1, :name)) #=> {:name, :upcase}
x = 1
f = fn -> x end
x = 2
IO.inspect({f.(), x}) #=> {1, 2}
fib = fn
  _, 0 -> 0
  _, 1 -> 1
  me, n -> me.(me, n - 1) + me.(me, n - 2)
end
IO.inspect(fib.(fib, 15)) #=> 610
5.() #!> ** (BadFunctionError) expected a function, got: 5
(fn -> 1 end).() |> IO.inspect() #=> 1
IO.inspect(1 |> then(&(&1 + 1)) |> Kernel.*(5)) #=> 10
apply(String, :length, ["abc"]) |> IO.inspect() #=> 3
apply(fn a, b -> a - b end, [5, 3]) |> IO.inspect() #=> 2
(&String.nothing/1).("a") #!> ** (UndefinedFunctionError) function String.nothing/1 is undefined or private
IO.inspect(tap(5, fn v -> IO.puts("saw #{v}") end))
#=> saw 5
#=> 5
defmodule Caps do
  def twice(x), do: x * 2
  defp hidden(x), do: x + 1
  def all(list), do: list |> Enum.map(&twice/1) |> Enum.map(&hidden/1)
  def defaults(a, b \\ 2, c \\ 3), do: {a, b, c}
end
IO.inspect(Caps.all([1, 2])) #=> [3, 5]
IO.inspect({Caps.defaults(1), Caps.defaults(1, 5), Caps.defaults(1, 5, 6)}) #=> {{1, 2, 3}, {1, 5, 3}, {1, 5, 6}}
Caps.hidden(1) #!> ** (UndefinedFunctionError) function Caps.hidden/1 is undefined or private
IO.inspect(&Caps.twice(&1)) #=> &Caps.twice/1
