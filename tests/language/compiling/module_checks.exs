# What a module says about its definitions and attributes when it ends, in the order in which it says so.
# Source: Elixir 1.18.
said = fn code ->
  {value, found} =
    Code.with_diagnostics(fn ->
      try do
        Code.eval_string(code)
        :fine
      rescue
        error -> Exception.message(error)
      end
    end)

  for one <- found, do: IO.puts("#{one.severity} #{inspect(one.position)} #{one.message |> String.split("\n") |> hd() |> String.slice(0, 72) |> String.trim()}")
  if value != :fine, do: IO.puts(value)
end

# Private definitions from the last name to the first, then values that go nowhere, then attributes from the last line up, then
# what the file declared.
said.("""
defmodule CheckA do
  import List
  import Enum
  alias Foo.Zed
  alias Foo.Abe
  @one 1
  defp early, do: 1
  defp late(x), do: x
  @two 2
  def f(x) do
    x == 1
    x
  end
end
""")
#=> warning 8 function late/1 is unused
#=> warning 7 function early/0 is unused
#=> warning 11 use of operator == has no effect
#=> warning 9 module attribute @two was set but never used
#=> warning 6 module attribute @one was set but never used
#=> warning 5 unused alias Abe
#=> warning 4 unused alias Zed
#=> warning 3 unused import Enum
#=> warning 2 unused import List

# Calls of what is not there: by caller, the last name first; arguments before the call that takes them.
said.("""
defmodule CheckB do
  def a, do: none1()
  def z, do: none2(none3())
end
""")
#=> error 3 undefined function none3/0 (expected CheckB to define such a function or
#=> error 3 undefined function none2/1 (expected CheckB to define such a function or
#=> error 2 undefined function none1/0 (expected CheckB to define such a function or
#=> nofile: cannot compile module CheckB (errors have been logged)

# What an unused function calls is looked at too.
said.("defmodule CheckC do\n defp f, do: CheckNowhere.go()\nend")
#=> warning 2 function f/0 is unused
#=> warning 2 CheckNowhere.go/0 is undefined (module CheckNowhere is not available or

# A definition that was overridden calls nothing.
said.("defmodule CheckD do\n def f, do: g()\n defp g, do: 1\n defoverridable f: 0\n def f, do: 2\nend")
#=> warning 3 function g/0 is unused

# Attributes that name functions.
said.("defmodule CheckE do\n @compile {:inline, f: 1}\nend")
#=> error 1 undefined function f/1 given to @compile :inline
#=> nofile: cannot compile module CheckE (errors have been logged)
said.("defmodule CheckF do\n @compile {:inline, f: 1}\n defmacro f(x), do: x\nend")
#=> error 1 macro f/1 given to @compile :inline (only functions are supported)
#=> nofile: cannot compile module CheckF (errors have been logged)
# A head alone is no function.
said.("defmodule CheckGMacro do\n @nifs [g: 1]\n defmacro g(x)\nend")
#=> error 3 implementation not provided for predefined defmacro g/1
#=> error 1 undefined function g/1 given to @nifs
#=> nofile: cannot compile module CheckGMacro (errors have been logged)
said.("defmodule CheckG do\n @dialyzer {:nowarn_function, f: 1}\n @nifs [g: 0]\n @on_load :h\nend")
#=> error 1 undefined function h/0 given to @on_load
#=> error 1 undefined function f/1 given to @dialyzer :nowarn_function
#=> error 1 undefined function g/0 given to @nifs
#=> nofile: cannot compile module CheckG (errors have been logged)

# And values that attributes can't have.
for {name, value} <- [
      on_load: "x",
      nifs: :x,
      dialyzer: :x,
      impl: nil,
      deprecated: 1,
      external_resource: 1,
      behaviour: "x",
      doc: 1,
      type: 1
    ] do
  said.("defmodule CheckH do\n Module.put_attribute(__MODULE__, #{inspect(name)}, #{inspect(value)})\nend")
end
#=> @on_load is a built-in module attribute that annotates a function to be invoked when the module is loaded. It should be an atom or an {atom, 0} tuple, got: "x"
#=> @nifs is a built-in module attribute for specifying a list of functions and their arities that are NIFs, got: :x
#=> invalid value for @dialyzer attribute: :x
#=> @impl is a built-in module attribute that marks the next definition as a callback implementation. It should be a module or a boolean, got: nil
#=> @deprecated is a built-in module attribute that annotates a definition as deprecated. It should be a string with the reason for the deprecation, got: 1
#=> @external_resource is a built-in module attribute used for specifying file dependencies. It should be a string path to a file, got: 1
#=> @behaviour expects a module, got: "x"
#=> @doc is a built-in module attribute for documentation. When set dynamically, it should be {line, doc} (where "doc" is either false, nil, a string, or a keyword list), got: 1
#=> attributes type, typep, opaque, spec, callback, and macrocallback must be set directly via the @ notation

said.("defmodule CheckI do\n @on_load :a\n @on_load :b\nend")
#=> the @on_load attribute can only be set once per module
said.("defmodule CheckJ do\n @enforce_keys [:a, :b]\n defstruct a: 1\nend")
#=> @enforce_keys required keys ([:b]) that are not defined in defstruct: [a: 1]
said.("defmodule CheckK do\n defoverridable CheckNowhere\nend")
#=> cannot pass module CheckNowhere as argument to defoverridable/1 because it was not defined
said.("defmodule CheckL do\n defoverridable GenServer\nend")
#=> cannot pass module GenServer as argument to defoverridable/1 because its corresponding behaviour is missing. Did you forget to add @behaviour GenServer?
said.("defmodule CheckM do\n @callback f :: 1\n def f, do: behaviour_info(:callbacks)\nend")
#=> error 3 undefined function behaviour_info/1 (this function is auto-generated by
#=> nofile: cannot compile module CheckM (errors have been logged)

# `@on_load` runs a function of the module, which may be private; without `:ok` the module goes.
defmodule CheckN do
  @on_load :hello
  defp hello, do: IO.puts("loaded")
end

#=> loaded


# What is not run declares nothing that somebody should use: the code that uses it may be what was left out.
said.("defmodule CheckLeftOut do\n if false do\n alias Map, as: M\n import Enum, only: [map: 2]\n def f, do: M.new(map([], & &1))\n end\nend")
said.("defmodule CheckTakenIn do\n if true do\n alias Map, as: M\n import Enum, only: [map: 2]\n end\nend")
#=> warning 3 unused alias M
#=> warning 4 unused import Enum
said.("defmodule CheckInFunction do\n def f do\n if false do\n alias Map, as: M\n end\n end\nend")
#=> warning 4 unused alias M
defmodule Shown do
  alias Map, as: First
  IO.inspect({First, alias(List, as: Second), import(Bitwise)})
  def f, do: {Second, bor(1, 2)}
end #=> {Map, List, Bitwise}
