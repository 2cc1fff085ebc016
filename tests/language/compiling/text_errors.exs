# What is wrong with a text, as the exception tells it. Source: Elixir 1.18.
said = fn code, options ->
  try do
    Code.string_to_quoted!(code, options)
  rescue
    error -> IO.puts("#{inspect(error.__struct__)} #{Exception.message(error)}")
  end
end

first = fn code ->
  try do
    Code.string_to_quoted!(code)
  rescue
    error -> IO.puts(error.description |> String.split("\n") |> hd() |> String.slice(0, 70))
  end
end

# The token in question, as one would write it.
first.(~S("hello" "world")) #=> syntax error before: "world"
first.("~s(a) ~s(b c)") #=> syntax error before: sigil ~s starting with content 'b c'
first.(":ok ?a") #=> syntax error before: ?a
first.("after = 1") #=> syntax error before: after. "after" is a reserved word in Elixir and t
first.("1 nil") #=> syntax error before: nil. "nil" is a reserved word in Elixir and there
first.("[1,\n") #=> missing terminator: ]
first.("if true do\n  x = [],\n  y\nend") #=> unexpectedly reached end of line. The current expression is invalid or
first.("1 \\") #=> invalid escape \ at end of file

# A column of its own makes room for the text before it.
said.("1 +", line: 3, column: 3)
#=> TokenMissingError token missing on nofile:3:5:
#=>     error: syntax error: expression is incomplete
#=>     │
#=>   3 │   1 +
#=>     │     ^
#=>     │
#=>     └─ nofile:3:5

# Deep indentation is cut.
said.(String.duplicate(" ", 40) <> "a b: 1 c", [])
#=> SyntaxError invalid syntax found on nofile:1:48:
#=>     error: syntax error before: c
#=>     │
#=>   1 │ ...                   a b: 1 c
#=>     │                              ^
#=>     │
#=>     └─ nofile:1:48

# Many lines between two marks are left out.
said.("foo(a,\n\n\n\n\nb]", line: 96)
#=> MismatchedDelimiterError mismatched delimiter found on nofile:101:2:
#=>      error: unexpected token: ]
#=>      │
#=>   96 │ foo(a,
#=>      │    └ unclosed delimiter
#=>  ...
#=>  101 │ b]
#=>      │  └ mismatched closing delimiter (expected ")")
#=>      │
#=>      └─ nofile:101:2

# Where only the line is known there is no mark.
try do
  Code.string_to_quoted!("[foo 1, 2]")
rescue
  error -> error |> Exception.message() |> String.split("\n") |> Enum.take(4) |> Enum.each(&IO.inspect/1)
end
#=> "invalid syntax found on nofile:1:"
#=> "   error: unexpected comma. Parentheses are required to solve ambiguity inside containers."
#=> "   "
#=> "   This error may happen when you forget a comma in a list or other container:"

# Names can be given to a function instead of becoming atoms.
encoder = fn name, meta -> {:ok, {:name, name, meta[:column]}} end
IO.inspect(Code.string_to_quoted("[foo: bar(Baz, :do)]", static_atoms_encoder: encoder))
#=> {:ok,
#=>  [
#=>    {{:name, "foo", 2},
#=>     {{:name, "bar", 7}, [line: 1],
#=>      [{:__aliases__, [line: 1], [{:name, "Baz", 11}]}, {:name, "do", 16}]}}
#=>  ]}
IO.inspect(Code.string_to_quoted("a.b", static_atoms_encoder: fn name, _ -> {:error, "not " <> name} end))
#=> {:error, {[line: 1, column: 1], "not a: ", "a"}}

IO.inspect(Code.string_to_quoted("f([1)", columns: true))
#=> {:error,
#=>  {[
#=>     line: 1,
#=>     column: 3,
#=>     end_line: 1,
#=>     end_column: 5,
#=>     error_type: :mismatched_delimiter,
#=>     opening_delimiter: :"[",
#=>     closing_delimiter: :")",
#=>     expected_delimiter: :"]"
#=>   ], "unexpected token: ", ")"}}

IO.inspect(Code.string_to_quoted("f([1", columns: true))
#=> {:error,
#=>  {[
#=>     opening_delimiter: :"[",
#=>     expected_delimiter: :"]",
#=>     line: 1,
#=>     column: 3,
#=>     end_line: 1,
#=>     end_column: 5
#=>   ], "missing terminator: ]", ""}}
