# Envs that programs change, and what tracers hear of it. Source: documentation of Macro.Env; what Elixir 1.18.4 shows for the same.
defmodule Hearing do
  def trace(event, _env) do
    IO.inspect({elem(event, 0), elem(event, 2), tuple_size(event)})
    :ok
  end
end

defmodule Offered do
  @deprecated "take another"
  defmacro old(x), do: x
end

env = %{__ENV__ | tracers: [Hearing], requires: [Offered, Kernel]}

# Modules that nobody has: required, named, imported from by what a callback says of them.
{:ok, required} = Macro.Env.define_require(env, [line: 1], Not.There, as: Away)
#=> {:require, Not.There, 4}
#=> {:alias, Not.There, 5}
IO.inspect({Macro.Env.required?(required, Not.There), Macro.Env.expand_alias(required, [], [:Away, :Far], trace: false)})
#=> {true, {:alias, Not.There.Far}}
Macro.Env.expand_alias(required, [], [:Away])
#=> {:alias_expansion, Away, 4}
offers = fn
  :functions -> [run: 0, stop: 1]
  :macros -> [when_done: 1]
end

{:ok, imported} = Macro.Env.define_import(env, [line: 1], Not.There, info_callback: offers, trace: false)
IO.inspect(for pair <- [run: 0, stop: 1, when_done: 1], do: Macro.Env.lookup_import(imported, pair))
#=> [[function: Not.There], [function: Not.There], [macro: Not.There]]
{:ok, imported} = Macro.Env.define_import(env, [line: 1], Not.There, only: [run: 0], info_callback: offers, trace: false)
IO.inspect(for pair <- [run: 0, stop: 1, when_done: 1], do: Macro.Env.lookup_import(imported, pair))
#=> [[function: Not.There], [], []]

# Macros that are expanded by hand are told of, and whether they are deprecated.
{:macro, Offered, expand} = Macro.Env.expand_require(env, [], Offered, :old, 1)

{_, said} =
  Code.with_diagnostics(fn -> IO.inspect(expand.([], [quote(do: hello())])) end)
#=> {:remote_macro, Offered, 5}
#=> {:hello, [], []}
for %{message: message} <- said, do: IO.puts(message)
#=> Offered.old/1 is deprecated. take another
{:macro, Offered, expand} = Macro.Env.expand_require(env, [], Offered, :old, 1, trace: false, check_deprecations: false)
{_, []} = Code.with_diagnostics(fn -> expand.([], [1]) end)
IO.inspect(Macro.Env.expand_require(%{env | requires: []}, [], Offered, :old, 1)) #=> :error

# An env whose compilation is over.
{gone, watch} = spawn_monitor(fn -> :ok end)
receive do: ({:DOWN, ^watch, _, _, _} -> :ok)
{_, [%{message: message}]} = Code.with_diagnostics(fn -> IO.inspect(Code.eval_string("1 + 2", [], %{__ENV__ | lexical_tracker: gone})) end)
#=> {3, []}
IO.puts(message) #=> an __ENV__ with outdated compilation information was given to eval, call Macro.Env.prune_compile_info/1 to prune it
