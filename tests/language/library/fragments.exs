# Code that is still being written.
alias Code.Fragment

# What the end of a text is in the middle of.
for text <- ["", "to", "Enum.to", "Enum.", "a.b.", "Enum.map(", "map.key ", "@lim", ":ato", "%Da", "%@a.B", "~", "~w", "x <", "x < ", "total/", "&+/", "f.(", "g().", "# of A.b", "1.", "?x", "a\n|> b\n|> c", "deep # note\n.er", "f(\n\n", "__MODULE__.Sub", "a.Sub.c", "x :: In", "&1", "héé", "when "] do
  IO.puts("#{inspect(text)} #{inspect(Fragment.cursor_context(text))}")
end

#=> "" :expr
#=> "to" {:local_or_var, ~c"to"}
#=> "Enum.to" {:dot, {:alias, ~c"Enum"}, ~c"to"}
#=> "Enum." {:dot, {:alias, ~c"Enum"}, []}
#=> "a.b." {:dot, {:dot, {:var, ~c"a"}, ~c"b"}, []}
#=> "Enum.map(" {:dot_call, {:alias, ~c"Enum"}, ~c"map"}
#=> "map.key " {:dot_call, {:var, ~c"map"}, ~c"key"}
#=> "@lim" {:module_attribute, ~c"lim"}
#=> ":ato" {:unquoted_atom, ~c"ato"}
#=> "%Da" {:struct, ~c"Da"}
#=> "%@a.B" {:struct, {:alias, {:module_attribute, ~c"a"}, ~c"B"}}
#=> "~" {:sigil, []}
#=> "~w" {:sigil, ~c"w"}
#=> "x <" {:operator, ~c"<"}
#=> "x < " {:operator_call, ~c"<"}
#=> "total/" {:local_arity, ~c"total"}
#=> "&+/" :none
#=> "f.(" {:anonymous_call, {:var, ~c"f"}}
#=> "g()." {:dot, :expr, []}
#=> "# of A.b" {:dot, {:alias, ~c"A"}, ~c"b"}
#=> "1." :none
#=> "?x" :none
#=> "a\n|> b\n|> c" {:local_or_var, ~c"c"}
#=> "deep # note\n.er" {:dot, {:var, ~c"deep"}, ~c"er"}
#=> "f(\n\n" {:local_call, ~c"f"}
#=> "__MODULE__.Sub" {:alias, {:local_or_var, ~c"__MODULE__"}, ~c"Sub"}
#=> "a.Sub.c" {:dot, {:alias, {:local_or_var, ~c"a"}, ~c"Sub"}, ~c"c"}
#=> "x :: In" {:alias, ~c"In"}
#=> "&1" {:capture_arg, ~c"&1"}
#=> "héé" {:local_or_var, [104, 233, 233]}
#=> "when " {:operator_call, ~c"when"}

# What a position points at.
at = fn text, position ->
  case Fragment.surround_context(text, position) do
    :none -> IO.puts("none")
    %{begin: {l1, c1}, end: {l2, c2}, context: context} -> IO.puts("#{l1}:#{c1}-#{l2}:#{c2} #{inspect(context)}")
  end
end

at.("x = Enum . map(y)", {1, 12}) #=> 1:5-1:15 {:dot, {:alias, ~c"Enum"}, ~c"map"}
at.("x = Enum.Sub.map(y)", {1, 6}) #=> 1:5-1:13 {:alias, ~c"Enum.Sub"}
at.("a not in b", {1, 3}) #=> 1:3-1:6 {:operator, ~c"not"}
at.("if a, do: b", {1, 7}) #=> 1:7-1:9 {:key, ~c"do"}
at.("fn a -> b end", {1, 12}) #=> 1:11-1:14 {:keyword, ~c"end"}
at.("left <~> right", {1, 7}) #=> 1:6-1:9 {:operator, ~c"<~>"}
at.("%__MODULE__.Point{}", {1, 2}) #=> 1:1-1:18 {:struct, {:alias, {:local_or_var, ~c"__MODULE__"}, ~c"Point"}}
at.("one # note\n  .two", {2, 4}) #=> 1:1-2:7 {:dot, {:var, ~c"one"}, ~c"two"}
at.("&f/1", {1, 1}) #=> 1:1-1:2 {:operator, ~c"&"}
at.("&f/1", {1, 2}) #=> 1:2-1:3 {:local_arity, ~c"f"}
at.("@ x", {1, 1}) #=> 1:1-1:2 {:operator, ~c"@"}
at.("short", {1, 40}) #=> none
at.("f(x)", {1, 2}) #=> none

# What surrounds a cursor.
for text <- ["f(one, tw", "f(one, key: ", "f a: 1, b", "%{map | ke", "%Point{x: 1, ", "\"a \#{f(", "x = fn a, b", "x = fn a, b -> a + ", "if ready do\n  one\n  tw", "a |> b(", "alias A.{B, C", "<<a::", "f(1, \"op", "f(1, ~r/a", "# note", "f do", "not"] do
  {:ok, quoted} = Fragment.container_cursor_to_quoted(text)
  IO.puts(Macro.to_string(quoted))
end

#=> f(one, __cursor__())
#=> f(one, key: __cursor__())
#=> f([{:a, 1}, __cursor__()])
#=> %{map | __cursor__()}
#=> %Point{:x => 1, __cursor__()}
#=> "a #{f(__cursor__())}"
#=> x = __cursor__()
#=> x = fn a, b -> a + __cursor__() end
#=> if ready do
#=>   one
#=>   __cursor__()
#=> end
#=> a |> b(__cursor__())
#=> alias A.{B, __cursor__()}
#=> <<a::__cursor__()>>
#=> f(1, __cursor__())
#=> f(1, __cursor__())
#=> __cursor__()
#=> f do
#=>   __cursor__()
#=> end
#=> not __cursor__()

{:ok, {:fn, _, [{:->, meta, [args, _]}]}} = Fragment.container_cursor_to_quoted("fn a,", trailing_fragment: "\nb -> c end")
IO.inspect({meta, args}) #=> {[line: 2], [{:a, [line: 1], nil}, {:__cursor__, [line: 1], []}]}
IO.inspect(elem(Fragment.container_cursor_to_quoted("f(]"), 0)) #=> :error
