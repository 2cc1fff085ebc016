# What is said of code whose types can't fit: the machine's functions on wrong values, fields that are not there, what never matches.
# Source: Elixir 1.18.
said = fn code, shown ->
  {_, found} = Code.with_diagnostics(fn -> Code.eval_quoted(Code.string_to_quoted!(code, columns: true)) end)
  for one <- found, do: IO.puts("#{inspect(one.position)} #{shown.(one.message)}")
end

# The first line, and the first piece of code.
brief = fn message -> message |> String.split("\n\n") |> Enum.take(2) |> Enum.map_join(" | ", &String.trim/1) end
whole = fn message -> String.replace(message, ~r/\n+/, "\n") end

said.("""
defmodule TypesA do
  def sum(x) do
    y = Integer.to_string(x)
    y + 1
  end
end
""", whole)
#=> {4, 7} incompatible types given to Kernel.+/2:
#=>     y + 1
#=> given types:
#=>     -binary()-, integer()
#=> but expected one of:
#=>     #1
#=>     integer(), integer()
#=>     #2
#=>     integer(), float()
#=>     #3
#=>     float(), integer()
#=>     #4
#=>     float(), float()
#=> where "y" was given the type:
#=>     # type: binary()
#=>     # from: nofile:3:7
#=>     y = Integer.to_string(x)
#=>

said.("""
defmodule TypesB do
  def a(x) when is_binary(x), do: x + 1
  def b(x), do: length(x) <> "a"
  def c(<<n::8, rest::binary>>), do: n <> rest
  def d, do: self() + 1
  def e(x), do: is_nil(x) + 1
  def f({:ok, x} = t), do: t + x
  def g(x), do: String.to_atom(x) == "a"
  def h(x), do: if(x, do: :a, else: nil)
  def i(x), do: h(x) + 1
  def j(:one), do: 1
  def k, do: j(:two)
  def l, do: elem([], 0)
  def m, do: 1 / 0
  def n, do: 1 == "a"
end
""", brief)
#=> {13, 14} the call to element/2 will fail with a 'badarg' exception
#=> {14, 16} evaluation of operator '/'/2 will fail with a 'badarith' exception
#=> 3 incompatible types in expression: | <<length(x)::binary, ...>>
#=> 4 incompatible types in expression: | <<n::binary, ...>>
#=> {5, 21} incompatible types given to Kernel.+/2: | self() + 1
#=> {6, 27} incompatible types given to Kernel.+/2: | (x == nil) + 1
#=> {7, 30} incompatible types given to Kernel.+/2: | t + x
#=> {8, 35} comparison between distinct types found: | String.to_atom(x) == "a"
#=> {10, 22} incompatible types given to Kernel.+/2: | h(x) + 1
#=> {13, 14} incompatible types given to Kernel.elem/2: | elem([], 0)
#=> {12, 14} incompatible types given to j/1: | j(:two)

said.("""
defmodule TypesC.Point do
  defstruct [:x, y: 0]
end
defmodule TypesC do
  alias TypesC.Point
  def a(%Point{} = p), do: p.z
  def b do
    p = %Point{x: 1}
    p.z
  end
  def c(%Point{} = p) do
    case p do
      %{z: 1} -> 1
      nil -> 2
      %Point{} -> 3
    end
  end
  def d(%Point{} = p), do: p == 1
  def e(%Point{} = p, %Point{} = q), do: p < q
  def f do
    m = %{a: 1}
    %{m | b: 2}
  end
  def g do
    m = %{a: 1}
    %Point{m | x: 1}
  end
  def h(x) do
    x
  rescue
    e in KeyError -> e.nokey
  end
  def i do
    x = [1]
    x.first
  end
  def j do
    x = "text"
    x.length()
  end
  def k do
    x = 5
    x.(1)
  end
  def l do
    {:ok, x} = {:error, 1}
    x
  end
end
""", brief)
#=> {13, 7} the following clause will never match: | %{z: 1}
#=> 14 the following clause will never match: | nil
#=> {18, 30} comparison between distinct types found: | p == 1
#=> {19, 44} comparison with structs found: | p < q
#=> {22, 5} expected a map with key :b in map update syntax: | %{m | b: 2}
#=> {26, 14} incompatible types in struct update: | %TypesC.Point{m | x: 1}
#=> {39, 7} expected a module (an atom) when invoking length/0 in expression: | x.length()
#=> {43, 6} expected a 1-arity function on call: | x.(1)
#=> {46, 14} the following pattern will never match: | {:ok, x} = {:error, 1}
#=> {6, 30} unknown key .z in expression: | p.z
#=> {9, 7} unknown key .z in expression: | p.z
#=> {31, 24} unknown key .nokey in expression: | e.nokey
#=> {35, 7} expected a map or struct when accessing .first in expression: | x.first

# Behind a finding in a clause nothing more is said of it; other clauses are looked at.
said.("""
defmodule TypesD do
  def a(x) do
    f = fn
      {:ok, y} = t -> t + y
      :b -> "a" + x
    end
    f.(x)
    x.y + f
  end
end
""", brief)
#=> {4, 25} incompatible types given to Kernel.+/2: | t + y
#=> {5, 17} incompatible types given to Kernel.+/2: | "a" + x

# What was found in a body keeps the clauses behind it quiet.
said.("""
defmodule TypesG do
  def a(x) do
    x + :one
  rescue
    _ -> "b" + x
  end
  def b(1 = x), do: x == :one
end
""", brief)
#=> {3, 7} incompatible types given to Kernel.+/2: | x + :one
#=> {7, 23} comparison between distinct types found: | x == :one

# Nothing is said of what may work: open maps, unknown values, code of macros, fields of structs that are not known.
said.("""
defmodule TypesE do
  def a(%{x: 1} = m), do: m.y
  def b(x), do: x.y + x.z
  def c(x), do: if(is_integer(x), do: x + 1, else: x <> "a")
  def d([h | t]), do: h + length(t)
  def e(x) do
    y = if x, do: 1, else: "a"
    y + 1
  end
  def f(x) do
    {a, b} = {String.length(x), 2}
    a + b
  end
  def g(x), do: for(y <- [1, 2], do: y <> x)
  def h(%_{a: a} = s), do: {a, s.b}
  def i(s), do: %{s | a: 1}.b
  def j(s), do: %URI{s | host: "a"}.nohost
end
""", brief)

# A type that is too long for a line is written as code is.
said.("""
defmodule TypesF do
  def a, do: ~D[2020-01-01] < ~D[2020-01-02]
end
""", whole)
#=> {2, 29} comparison with structs found:
#=>     %Date{calendar: Calendar.ISO, year: 2020, month: 1, day: 1} < %Date{
#=>       calendar: Calendar.ISO,
#=>       year: 2020,
#=>       month: 1,
#=>       day: 2
#=>     }
#=> given types:
#=>     %Date{calendar: Calendar.ISO, day: integer(), month: integer(), year: integer()} < %Date{
#=>       calendar: Calendar.ISO,
#=>       day: integer(),
#=>       month: integer(),
#=>       year: integer()
#=>     }
#=> Comparison operators (>, <, >=, <=, min, and max) perform structural and not semantic comparison. Comparing with a struct won't give meaningful results. Structs that can be compared typically define a compare/2 function within their modules that can be used for semantic comparison.
#=>
