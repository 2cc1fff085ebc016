# Quoted code as text: it waits for `Code.quoted_to_algebra`.
IO.puts(Macro.to_string(quote(do: 1 + foo(x, [y | z]) |> bar))) #=> (1 + foo(x, [y | z])) |> bar
IO.inspect(quote(do: foo.bar(1)) |> Macro.to_string()) #=> "foo.bar(1)"
