# Source text in Elixir's style.
format = fn text, opts -> text |> Code.format_string!(opts) |> IO.puts() end

# Spaces, parentheses, numbers, names.
format.("f 1,{ :a,2 } ,[3|x],[\"k\": 1]", []) #=> f(1, {:a, 2}, [3 | x], k: 1)
format.("x=1000000+0xab - 1.5E10", []) #=> x = 1_000_000 + 0xAB - 1.5e10
format.("raise(ArgumentError,[message: m])", []) #=> raise(ArgumentError, message: m)
format.("raise ArgumentError,   m", []) #=> raise ArgumentError, m
format.("my_macro a", locals_without_parens: [my_macro: 1]) #=> my_macro a
format.("not(a in b); ! -a", [])
#=> a not in b
#=> !(-a)

# What does not fit is broken: brackets, operators, clauses.
format.("total = first_number * second_number + third_number", line_length: 30)
#=> total =
#=>   first_number * second_number +
#=>     third_number
format.("Enum.reduce(list, %{}, fn {key, value}, acc -> Map.put(acc, key, value) end)", line_length: 50)
#=> Enum.reduce(list, %{}, fn {key, value}, acc ->
#=>   Map.put(acc, key, value)
#=> end)
format.("Supervisor.start_link(children, strategy: :one_for_one, name: Top)", line_length: 40)
#=> Supervisor.start_link(children,
#=>   strategy: :one_for_one,
#=>   name: Top
#=> )
format.("def area({:circle, radius}, scale) when radius > 0 and scale > 0, do: radius * radius", line_length: 40)
#=> def area({:circle, radius}, scale)
#=>     when radius > 0 and scale > 0,
#=>     do: radius * radius
format.("case f(x) do {:ok, y} -> y; {:error, reason} -> raise \"cannot: \#{reason}\" end", line_length: 40)
#=> case f(x) do
#=>   {:ok, y} ->
#=>     y
#=>
#=>   {:error, reason} ->
#=>     raise "cannot: #{reason}"
#=> end
format.("@type shape :: {:circle, number} | {:square, number}", line_length: 28)
#=> @type shape ::
#=>         {:circle, number}
#=>         | {:square, number}

# The author's choices stay: breaks in front of pipes and behind brackets, single blank lines.
format.("list\n  |> sum", [])
#=> list
#=> |> sum
format.("[\n1, 2]", [])
#=> [
#=>   1,
#=>   2
#=> ]
format.("a\n\n\n\nb\nc", [])
#=> a
#=>
#=> b
#=> c

# Comments move to lines of their own, in the innermost place that has lines.
format.("#why\nf(1, # one\n 2)\n# end", [])
#=> # why
#=> # one
#=> f(
#=>   1,
#=>   2
#=> )
#=>
#=> # end
format.("[\n  a, # first\n  # second\n  b\n  # last\n]", [])
#=> [
#=>   # first
#=>   a,
#=>   # second
#=>   b
#=>   # last
#=> ]
format.("list\n|> sum # all\n|> half", [])
#=> list
#=> # all
#=> |> sum
#=> |> half
format.("case x do\n  # small\n  1 -> :a\n\n  # rest\n  _ -> :b\nend", [])
#=> case x do
#=>   # small
#=>   1 -> :a
#=>   # rest
#=>   _ -> :b
#=> end

# Texts.
format.(~S|IO.puts 'a' ++ "b\"\n#{ c+1 }" <> ~s(d\)) <> ~w[e f]a|, []) #=> IO.puts('a' ++ ("b\"\n#{c + 1}" <> ~s(d\)) <> ~w[e f]a))
format.("def f do\n\"\"\"\nline\n\n  indented\n\"\"\"\nend", [])
#=> def f do
#=>   """
#=>   line
#=>
#=>     indented
#=>   """
#=> end
format.("~W[b a]", sigils: [W: fn text, opts -> "#{opts[:sigil]} #{opts[:opening_delimiter]} #{text}" end]) #=> ~W[W [ b a]

# Behind a comparison a container begins on the same line, and is broken.
format.("some_function_of_mine(first_argument, second_argument) < %{calendar: Calendar, day: 12, month: 10}", line_length: 60)
#=> some_function_of_mine(first_argument, second_argument) < %{
#=>   calendar: Calendar,
#=>   day: 12,
#=>   month: 10
#=> }
format.("some_function_of_mine(first_argument, second_argument) !== [first_element, second_element]", line_length: 60)
#=> some_function_of_mine(first_argument, second_argument) !== [
#=>   first_element,
#=>   second_element
#=> ]

format.("1 +", []) #!> ** (TokenMissingError) token missing on nofile:1:3:
#!>     error: syntax error: expression is incomplete
#!>     │
#!>   1 │ 1 +
#!>     │   ^
#!>     │
#!>     └─ nofile:1:3
