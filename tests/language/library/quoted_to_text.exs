# Quoted code as text.
show = fn quoted -> IO.puts(Macro.to_string(quoted)) end

show.(quote(do: 1 + foo(x, [y | z]) |> bar)) #=> (1 + foo(x, [y | z])) |> bar
show.(quote(do: foo.bar(1))) #=> foo.bar(1)
show.(quote(do: Mod.Sub."odd name"(:"odd atom", "odd key": 1))) #=> Mod.Sub."odd name"(:"odd atom", "odd key": 1)

# Strength and side decide about parentheses; what is easily misread gets some as well.
show.(quote(do: (a - b) - c)) #=> a - b - c
show.(quote(do: a - (b - c))) #=> a - (b - c)
show.(quote(do: (a ++ b) ++ c)) #=> (a ++ b) ++ c
show.(quote(do: (a && b) || c)) #=> (a && b) || c
show.(quote(do: -(-x) + !(not y))) #=> -(-x) + !(not y)
show.(quote(do: (& &1 + 1) |> f())) #=> (&(&1 + 1)) |> f()
show.(quote(do: not (a in b))) #=> a not in b

# Literals and containers.
show.(quote(do: [1_000_000, ?a, 1.0e10, ~c"ab", [{:k, 1}, :z, k: 2]])) #=> [1_000_000, 97, 10_000_000_000.0, ~c"ab", [{:k, 1}, :z, k: 2]]
show.(quote(do: %{s | :a => 1, "b" => 2})) #=> %{s | :a => 1, "b" => 2}
show.(quote(do: %Range{first: x})) #=> %Range{first: x}
show.(quote(do: {1, [a: 2], b: 3})) #=> {1, [a: 2], b: 3}
show.(quote(do: <<a::8, rest::binary-size(n)-unit(2)>>)) #=> <<a::8, rest::binary-size(n)-unit(2)>>
show.(quote(do: "a#{b + 1}\"")) #=> "a#{b + 1}\""
show.(quote(do: ~r/a\/#{b}/i)) #=> ~r/a\/#{b}/i
show.({:f, [], [self: 1, pid: %{a: 1}]}) #=> f({:self, 1}, {:pid, %{a: 1}})

# Calls with blocks.
show.(quote(do: if(a, do: b, else: c)))
#=> if a do
#=>   b
#=> else
#=>   c
#=> end
show.(quote(do: unknown(a, do: (b; c))))
#=> unknown(a) do
#=>   b
#=>   c
#=> end
show.(quote(do: case(x, do: (1 -> :one; n when n > 1 -> f(n)))))
#=> case x do
#=>   1 -> :one
#=>   n when n > 1 -> f(n)
#=> end
show.(quote do
  fn
    [] -> 0
    [_ | rest] ->
      seen(rest)
      1
  end
end)
#=> fn
#=>   [] ->
#=>     0
#=>
#=>   [_ | rest] ->
#=>     seen(rest)
#=>     1
#=> end

# Lines of 98 columns.
show.(quote(do: some_quite_long_name = another_long_function_name(first_argument, second_argument, [third: argument])))
#=> some_quite_long_name =
#=>   another_long_function_name(first_argument, second_argument, third: argument)

# What is no code is inspected.
show.({:a, {:b}, %{c: 1}}) #=> {:a, {:b}, %{c: 1}}

# Documents of their own, with other widths and colours.
doc = Code.quoted_to_algebra(quote(do: call(one, two)))
doc |> Inspect.Algebra.format(10) |> IO.puts()
#=> call(
#=>   one,
#=>   two
#=> )
doc = Code.quoted_to_algebra(quote(do: x + 1), syntax_colors: [number: :yellow])
doc |> Inspect.Algebra.format(80) |> IO.iodata_to_binary() |> IO.inspect() #=> "x + \e[33m1\e[0m"

# Made code: a call of the module itself is an access, and what is no name stands apart.
IO.puts(Macro.to_string({{:., [], [Access, :get]}, [], [quote(do: a), "x"]})) #=> a["x"]
IO.puts(Macro.to_string(quote(do: Access.get(a, "x")))) #=> Access.get(a, "x")
IO.puts(Macro.to_string({{:., [], [{:&, [], [0]}, "visits"]}, [], []})) #=> &0 . "visits"()
IO.puts(Macro.to_string({{:., [], [{:a, [], nil}, "visits"]}, [], [1]})) #=> a . "visits"(1)
