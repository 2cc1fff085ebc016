# Guards choose clauses; what raises in a guard only makes it fail.
defmodule Kind do
  def of(x) when is_atom(x) and x not in [nil, true, false], do: :atom
  def of(x) when is_boolean(x), do: :boolean
  def of(nil), do: nil
  def of(x) when is_integer(x) and rem(x, 2) == 0, do: :even
  def of(x) when is_integer(x), do: :odd
  def of(x) when hd(x) == 1, do: :one_first
  def of(x) when map_size(x) == 0, do: :empty_map
  def of(%{__struct__: name}), do: name
  def of(x) when is_map_key(x, :k), do: :has_k
  def of(x) when is_function(x, 2), do: :fun2
  def of(x) when tuple_size(x) in 1..2, do: :small_tuple
  def of(x) when byte_size(x) > 3 or is_list(x), do: :long_or_list

  defguard is_pair(x) when is_tuple(x) and tuple_size(x) == 2
  defguardp is_tagged(x, tag) when is_pair(x) and elem(x, 0) == tag
  def tag(x) when is_tagged(x, :ok), do: elem(x, 1)
end

for x <- [:a, true, nil, 2, 3, [1], %{}, 1..2, %{k: 1}, &+/2, {1}, {1, 2}, "long"] do
  IO.write(inspect(Kind.of(x)) <> " ")
end #=> :atom :boolean nil :even :odd :one_first :empty_map Range :has_k :fun2 :small_tuple :small_tuple :long_or_list

IO.puts("")
Kind.of("abc") #!> ** (FunctionClauseError) no function clause matching in Kind.of/1
IO.inspect(Kind.tag({:ok, 1})) #=> 1
Kind.tag({:error, 1}) #!> ** (FunctionClauseError) no function clause matching in Kind.tag/1
Kind.nothing(1) #!> ** (UndefinedFunctionError) function Kind.nothing/1 is undefined or private
Nowhere.at_all() #!> ** (UndefinedFunctionError) function Nowhere.at_all/0 is undefined (module Nowhere is not available). Make sure the module name is correct and has been specified in full (or that an alias has been defined)

f = fn
  x when x > 0 -> :positive
  0 -> :zero
end

IO.inspect({f.(1), f.(0)}) #=> {:positive, :zero}
try(do: f.(-1), rescue: (e in FunctionClauseError -> IO.inspect({e.arity, e.function |> is_atom()}))) #=> {1, true}
IO.inspect(1 in [1, 2]) #=> true
IO.inspect(5 in 1..10//2) #=> true
IO.inspect(4 in 1..10//2) #=> false
1 and true #!> ** (BadBooleanError) expected a boolean on left-side of "and", got: 1
IO.inspect(nil || :default) #=> :default
IO.inspect(0 && :truthy) #=> :truthy

# Arithmetic in guards, at the borders of small integers and with what has no value.
defmodule Reckoned do
  def square(x, y) when x * x > y, do: :more
  def square(_, _), do: :less
  def bits(x) when Bitwise.bor(x, 1) == x and Bitwise.bxor(x, 1) == x - 1, do: :odd
  def bits(x) when Bitwise.bsr(x, -70) > 0, do: {:huge, Bitwise.bsr(x, -70)}
  def bits(_), do: :other
end

IO.inspect(for {x, y} <- [{3_037_000_500, 9_223_372_036_854_775_807}, {-4, 15}, {2, 4.0}, {1.5, 2}, {:a, 1}], do: Reckoned.square(x, y))
#=> [:more, :more, :less, :more, :less]
IO.inspect({Reckoned.square(Integer.pow(2, 40), Integer.pow(2, 80) - 1), Reckoned.square(-Integer.pow(2, 59), Integer.pow(2, 118))}) #=> {:more, :less}
IO.inspect(for x <- [7, 6, 0, -1, 1.0, nil], do: Reckoned.bits(x)) #=> [:odd, {:huge, 7083549724304467820544}, :other, :odd, :other, :other]
