# What a module calls while it is being made, and what it may still change then. Source: documentation of Module; what Elixir 1.18.4
# shows for the same.
defmodule Listener do
  def __on_definition__(env, kind, name, args, guards, body) do
    IO.puts("#{kind} #{name}/#{length(args)} in #{inspect(env.module)}, inside #{inspect(env.function)}")
    shown = fn code -> code |> Macro.to_string() |> String.replace("\n", " ") end
    IO.puts("as " <> Enum.map_join(args, ", ", shown) <> " | " <> Enum.map_join(guards, ", ", shown) <> " | " <> shown.(body))
    IO.inspect({Module.get_attribute(env.module, :doc), Module.get_attribute(env.module, :mark), Module.defines?(env.module, {name, length(args)})})
    Module.delete_attribute(env.module, :mark)
  end

  def briefly(_env, kind, name, _args, _guards, _body), do: IO.inspect({kind, name})
end

defmodule Heard do
  @on_definition Listener
  @doc "sums"
  @mark 1
  def sum(a, b \\ 1)
  @on_definition {Listener, :briefly}
  def sum(a, b) when is_integer(a) when is_float(a), do: a + b
  defmacro twice(code), do: {:+, [], [code, code]}

  for name <- [:made] do
    defp unquote(name)(%{key: x}), do: x
  end

  def last, do: made(%{key: 1})
end
#=> def sum/2 in Heard, inside {:sum, 2}
#=> as a, b \\ 1 |  | nil
#=> {{17, "sums"}, 1, true}
#=> {:def, :sum}
#=> def sum/2 in Heard, inside {:sum, 2}
#=> as a, b | is_integer(a), is_float(a) | [do: a + b]
#=> {nil, nil, true}
#=> {:defmacro, :twice}
#=> defmacro twice/1 in Heard, inside {:twice, 1}
#=> as code |  | [do: {:+, [], [code, code]}]
#=> {nil, nil, true}
#=> {:defp, :made}
#=> defp made/1 in Heard, inside {:made, 1}
#=> as %{key: x} |  | [do: x]
#=> {nil, nil, true}
#=> {:def, :last}
#=> def last/0 in Heard, inside {:last, 0}
#=> as  |  | [do: made(%{key: 1})]
#=> {nil, nil, true}
IO.inspect(Heard.sum(1)) #=> 2

# A module that is compiled can be read until its callbacks have run, and not written to.
try do
  defmodule Finished do
    @after_compile __MODULE__
    @seen 1
    def seen, do: @seen

    def __after_compile__(env, _binary) do
      IO.inspect(Module.get_attribute(env.module, :seen))
      Module.put_attribute(env.module, :seen, 2)
    end
  end
rescue
  error in ArgumentError -> IO.puts(error.message)
end
#=> 1
#=> could not call Module.put_attribute/3 because the module Finished is in read-only mode (@after_compile)

# Attributes that are registered are there, with or without a value.
defmodule Registered do
  Module.register_attribute(__MODULE__, :known, [])
  IO.inspect({Module.has_attribute?(__MODULE__, :known), :known in Module.attributes_in(__MODULE__), @known})
  IO.inspect({Module.get_attribute(__MODULE__, :known, :default), Module.has_attribute?(__MODULE__, :unknown)})
  @other 1
  Module.delete_attribute(__MODULE__, :other)
  IO.inspect({Module.has_attribute?(__MODULE__, :other), :other in Module.attributes_in(__MODULE__)})
end
#=> {true, true, nil}
#=> {:default, false}
#=> {false, false}

# Aliases in code that a module is made of hold for all of it.
code =
  quote do
    alias List, as: Rows
    def flat, do: Rows.flatten([[1], 2])
  end

Module.create(MadeOfCode, code, __ENV__)
IO.inspect(MadeOfCode.flat()) #=> [1, 2]

# The file of a definition is found from where one is.
defmodule Elsewhere do
  @file "some/where.ex"
  def file, do: __ENV__.file
end

IO.inspect(Elsewhere.file() == Path.absname("some/where.ex")) #=> true

# Which callbacks a behaviour has, macros among them.
defmodule Shaped do
  @callback plain(term) :: term
  @macrocallback shape(term) :: Macro.t()
  @macrocallback form(term) :: Macro.t()
end

{_, said} =
  Code.with_diagnostics(fn ->
    Code.eval_string("""
    defmodule Shapeless do
      @behaviour Shaped
      @impl true
      defmacro shape(x), do: x
      @impl true
      def other, do: 1
    end
    """)
  end)

for %{message: "got " <> _ = message} <- said, do: IO.puts(message)
#=> got "@impl true" for function other/0 but no behaviour specifies such callback. The known callbacks are:
#=> 
#=>   * Shaped.form/1 (macro)
#=>   * Shaped.plain/1 (function)
#=>   * Shaped.shape/1 (macro)
#=> 
