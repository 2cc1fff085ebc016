# What `Code.with_diagnostics/2` collects. Source: documentation of Code.with_diagnostics/2; messages as Elixir 1.18 gives them.
said = fn code ->
  {_, found} =
    Code.with_diagnostics(fn ->
      try do
        Code.eval_string(code)
      rescue
        error -> error
      end
    end)

  for one <- found, do: IO.puts("#{one.severity} #{inspect(one.position)} #{one.message}")
end

said.("unused = 1")
said.("fn x -> 1 end")
#=> warning 1 variable "x" is unused (if the variable is not meant to be used, prefix it with an underscore)
said.("nobody + 1")
#=> error 1 undefined variable "nobody"

# Calls of what is not there.
said.("defmodule DiagA do\n def f, do: DiagNowhere.go()\nend")
#=> warning 2 DiagNowhere.go/0 is undefined (module DiagNowhere is not available or is yet to be defined). Make sure the module name is correct and has been specified in full (or that an alias has been defined)
said.("defmodule DiagB do\n def f, do: Diag.Nowhere.go()\nend")
#=> warning 2 Diag.Nowhere.go/0 is undefined (module Diag.Nowhere is not available or is yet to be defined)
said.("defmodule DiagC do\n def f(x), do: Map.fetsh(x, 1)\nend")
#=> warning 2 Map.fetsh/2 is undefined or private. Did you mean:
#=>
#=>       * fetch/2
#=>       * fetch!/2
#=>
said.("defmodule DiagD do\n def f, do: &DiagNowhere.go/2\nend")
#=> warning 2 DiagNowhere.go/2 is undefined (module DiagNowhere is not available or is yet to be defined). Make sure the module name is correct and has been specified in full (or that an alias has been defined)

# A module may call the one around it, and one that stands behind it.
said.("defmodule DiagE do\n defmodule In do\n def f, do: DiagE.g()\n end\n def g, do: In.f()\nend")
said.("defmodule DiagF do\n @compile {:no_warn_undefined, DiagNowhere}\n def f, do: DiagNowhere.go()\nend")

said.("defmodule DiagG do\n @deprecated \"use new/0\"\n def old, do: 1\nend\ndefmodule DiagH do\n def f, do: DiagG.old()\nend")
#=> warning 6 DiagG.old/0 is deprecated. use new/0

# Behaviours are looked at when all is there.
said.("defmodule DiagI do\n @behaviour DiagJ\nend\ndefmodule DiagJ do\n @callback go :: 1\nend")
#=> warning 1 function go/0 required by behaviour DiagJ is not implemented (in module DiagI)
said.("defmodule DiagK do\n @behaviour DiagNowhere\nend")
#=> warning 1 @behaviour DiagNowhere does not exist (in module DiagK)

# Values that nobody reads.
said.("defmodule DiagL do\n def f(x) do\n x == 1\n x + 1\n _ = x + 2\n is_atom(x)\n x\n end\nend")
#=> warning 3 use of operator == has no effect
#=> warning 4 the result of evaluating operator '+'/2 is ignored (suppress the warning by assigning the expression to the _ variable)
#=> warning 6 the call to is_atom/1 has no effect

# An outer collector hears nothing of what an inner one heard.
{_, outer} = Code.with_diagnostics(fn -> Code.with_diagnostics(fn -> Code.eval_string("fn y -> 1 end") end) end)
IO.inspect(length(outer)) #=> 0

{value, [found]} = Code.with_diagnostics(fn -> IO.warn("careful", []) end)
IO.inspect({value, found.message, found.position, found.file}) #=> {:ok, "careful", 0, nil}

# Text has warnings of its own.
{_, [found]} = Code.with_diagnostics(fn -> Code.string_to_quoted("?\\q", columns: true) end)
IO.inspect({found.position, found.message}) #=> {{1, 1}, "unknown escape sequence ?\\q, use ?q instead"}

# A document that another one replaces before anything took it.
said.("defmodule DiagM do\n @doc \"one\"\n @doc \"two\"\n def f, do: 1\nend")
#=> warning 3 redefining @doc attribute previously set at line 2

# A delimiter that is closed by another one is shown with all lines from there on.
Code.string_to_quoted!("[1,\n 2,\n 3}") #!> ** (MismatchedDelimiterError) mismatched delimiter found on nofile:3:3:
#!>     error: unexpected token: }
#!>     │
#!>   1 │ [1,
#!>     │ └ unclosed delimiter
#!>   2 │  2,
#!>   3 │  3}
#!>     │   └ mismatched closing delimiter (expected "]")
#!>     │
#!>     └─ nofile:3:3

# What is refused before there is any code for it. Elixir's own compiler stops at the first three later, with less to say.
said.("try do 1 rescue __DIR__ -> 2 end")
#=> error 1 invalid "rescue" clause. The clause should match on an alias, a variable or be in the "var in [alias]" format. Got: __DIR__
said.("k = :a\n%{%{^k => v} => v} = %{}")
#=> error 2 cannot use variable v as map key inside a pattern. Map keys in patterns can only be literals (such as atoms, strings, tuples, and the like) or an existing variable matched with the pin operator (such as ^some_var)
said.("case 1 do quote(location: p, do: 1) -> p end")
#=> error 1 invalid :location for quote, expected :keep, got: p
said.("quote [(dropped = 1; dropped) | 3], do: 1\ndropped")
#=> error 2 undefined variable "dropped"
said.("quote [line: (given = 1; given)], do: f()\nIO.inspect(given)")
#=> 1
said.("fn %{%{a: 1} => v} -> v end")

# `Elixir` is the root of all names, but only in front.
IO.inspect(Module.concat([Elixir, Elixir, "A"])) #=> Elixir.Elixir.A
IO.inspect({Module.concat([A, Elixir]), Module.concat([nil, nil])}) #=> {A.Elixir, Elixir}
said.("%Elixir.Elixir.Nowhere{}")
#=> error 1 Elixir.Elixir.Nowhere.__struct__/1 is undefined, cannot expand struct Elixir.Elixir.Nowhere. Make sure the struct name is correct. If the struct name exists and is correct but it still cannot be found, you likely have cyclic module usage in your code
said.("fn <<[a: n], b::binary-size(n)>> -> b end")
#=> error 1 a bitstring only accepts binaries, numbers, and variables inside a match, got: [a: n]
said.("<<1::size(4)-unit(257)>>")
#=> error 1 unit in bitstring expects an integer between 1 and 256 as argument, got: 257

# Code in messages.
for code <- ["Map.a", "f.().a", "1..a + 1", "a ++ b * c", "a ++ b ++ c", "a -- (b -- c)", "a && (b and c)", "a |> (b + c)", "- -a", "a ++ &b", "(&a) = b", "(@a 1)"] do
  try do
    Code.eval_string("put_in(#{code}, 1)")
  rescue
    error in ArgumentError -> error |> Exception.message() |> String.split(", got: ") |> List.last() |> IO.puts()
  end
end

#=> Map.a()
#=> f.()
#=> 1..(a + 1)
#=> a ++ (b * c)
#=> a ++ b ++ c
#=> a -- (b -- c)
#=> a && (b and c)
#=> a |> (b + c)
#=> -(-a)
#=> a ++ &b
#=> (&a) = b
#=> @a 1

# A receiver that defines something defines it in the function that is captured.
IO.inspect((&(name = String).slice(&1, 1, 2)).("abcd")) #=> "bc"
said.("f = &((kept = String).slice(&1, 1, 2))\n{f, kept}")
#=> warning 1 variable "kept" is unused (if the variable is not meant to be used, prefix it with an underscore)
#=> error 2 undefined variable "kept"
