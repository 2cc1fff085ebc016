# A file's variables end with it, so those that it does not use are told; a session's live on. Source: Elixir 1.18.
said = fn work ->
  {_, found} = Code.with_diagnostics(work)
  for one <- found, do: IO.puts("#{inspect(one.position)} #{one.message |> String.split(" (") |> hd()}")
end

said.(fn -> Code.compile_string("z = 1\na = 1\na = 2\na", "whole.exs") end)
#=> {2, 1} variable "a" is unused
#=> {1, 1} variable "z" is unused
said.(fn -> Code.compile_string("x = 1\ny = 2\ndefmodule WholeA do\n def f, do: unquote(x)\nend", "whole.exs") end)
said.(fn -> Code.eval_string("z = 1\na = 1\na = 2\na") end)

# An update of a map in evaluated code tells the map.
Code.eval_string("%{m | b: 2}", m: %{a: 1}) #!> ** (KeyError) key :b not found in: %{a: 1}

# What can't be part of code is shown as it is.
try do
  defmodule WholeB do
    defstruct call: fn -> 1 end
  end
rescue
  error -> IO.puts(error |> Exception.message() |> String.replace(~r/#Function<.*?>\./, "#Function."))
end
#=> invalid value for struct field call, cannot escape #Function. The supported values are: lists, tuples, maps, atoms, numbers, bitstrings, PIDs and remote functions in the format &Mod.fun/arity
try do
  defmodule WholeC do
    @call fn -> 1 end
    def f, do: @call
  end
rescue
  error -> IO.puts(error |> Exception.message() |> String.replace(~r/#Function<.*?>\./, "#Function."))
end
#=> cannot inject attribute @call into function/macro because cannot escape #Function. The supported values are: lists, tuples, maps, atoms, numbers, bitstrings, PIDs and remote functions in the format &Mod.fun/arity

defmodule 3 do
end #!> ** (ArgumentError) invalid module name: 3

# A path may begin at a call of the module at hand.
defmodule WholeD do
  def empty, do: %{}
  def run, do: put_in(__MODULE__.empty()[:a], 1)
end |> elem(1) |> then(&IO.inspect(&1.run())) #=> %{a: 1}

Code.ensure_all_loaded!([List, WholeNone, WholeNeither]) #!> ** (ArgumentError) could not load the following modules:
#!>
#!>   * WholeNone due to reason :nofile
#!>   * WholeNeither due to reason :nofile
