# What expanded code holds. Source: documentation of Macro and Code; results as Elixir 1.18 gives them.
expanded = fn quoted -> quoted |> Macro.expand(__ENV__) |> Macro.to_string() |> IO.puts() end

# A sign makes a number of a number, so ranges with one are there when compiled.
IO.inspect(for code <- ["-2", "+2", "-(-2)", "+(-2)"], do: code |> Code.string_to_quoted!() |> Macro.expand_once(__ENV__)) #=> [-2, 2, 2, -2]
IO.inspect({Macro.expand({:-, [], [2.5]}, __ENV__), Macro.expand({:-, [], [2]}, %{__ENV__ | functions: []})}) #=> {{:-, [], [2.5]}, {:-, [], [2]}}
expanded.(quote(do: 0..-2//1)) #=> %{__struct__: Range, first: 0, last: -2, step: 1}
expanded.(quote(do: -3..-2)) #=> %{__struct__: Range, first: -3, last: -2, step: 1}

# A function of a module by its name is code.
IO.inspect(Macro.escape(&Enum.map/2)) #=> {:&, [], [{:/, [], [{{:., [], [Enum, :map]}, [no_parens: true], []}, 2]}]}
IO.inspect(Macro.escape(%{f: [&String.length/1]}) |> Macro.to_string()) #=> "%{f: [&String.length/1]}"
IO.inspect(Code.eval_quoted({:map, [], [[1, 2], &Integer.to_string/1]}, [], %{__ENV__ | functions: [{Enum, [map: 2]}]}) |> elem(0)) #=> ["1", "2"]

# Quoted code that is evaluated gets the line of its env where it has none; text has its own.
IO.inspect(Code.eval_quoted(quote(do: __ENV__.line)) |> elem(0)) #=> 1
IO.inspect(Code.eval_quoted(quote(do: __ENV__.line), [], line: 7) |> elem(0)) #=> 7
IO.inspect(Code.eval_quoted({:__ENV__, [line: 3], nil}, [], line: 7) |> elem(0) |> Map.get(:line)) #=> 3
IO.inspect(Code.eval_quoted_with_env(quote(do: __ENV__.line), [], %{__ENV__ | line: 9}) |> elem(0)) #=> 9
IO.inspect(Code.eval_string("\n__ENV__.line") |> elem(0)) #=> 2

defmodule ShowsCode do
  defmacro show(code), do: (IO.inspect(code); code)
end

showing = fn code -> {{:., [], [ShowsCode, :show]}, [], [code]} end
Code.eval_quoted([{:require, [], [ShowsCode]}, showing.({:a, :b}), showing.({:{}, [], [1, {:is_atom, [line: 4], [:c]}, 3]})], [], line: 2)
#=> {:a, :b}
#=> {:{}, [line: 2], [1, {:is_atom, [line: 4], [:c]}, 3]}
IO.inspect(Code.get_compiler_option(:parser_options)) #=> [columns: true]

# Outside of guards the arguments of a guard are evaluated once, in their order; the variables of a guard are nobody else's.
defmodule GuardsInOrder do
  defguard backwards(a, b) when is_integer(b) and is_integer(a) and b < a
  defguard never_named(_a) when 1 > 2
end

defmodule UsesGuards do
  import GuardsInOrder
  def said(x), do: (IO.puts("said #{x}"); x)
  def run, do: {backwards(said(2), said(1)), backwards(said(if(backwards(3, 2), do: 5, else: 0)), said(4)), never_named(said(6))}
  def guarded(a, b) when backwards(a, b), do: :yes
  def guarded(_, _), do: :no
end

IO.inspect(UsesGuards.run())
#=> said 2
#=> said 1
#=> said 5
#=> said 4
#=> {true, true, false}
IO.inspect({UsesGuards.guarded(2, 1), UsesGuards.guarded(1, 2)}) #=> {:yes, :no}
{:__block__, _, [{:=, _, [{:{}, _, [{:arg2, meta, GuardsInOrder}, {:arg1, _, GuardsInOrder}]}, _]}, _]} = Macro.expand(quote(do: GuardsInOrder.backwards(1, 2)), __ENV__ |> then(&%{&1 | requires: [GuardsInOrder | &1.requires]}))
IO.inspect({meta[:generated], Keyword.has_key?(meta, :counter)}) #=> {true, true}

# Whoever expands by hand: macros are told the line of the env, what they give has no line yet, and a name alone is a variable.
defmodule ByHand do
  defmacro line, do: __CALLER__.line
  defmacro wrapped(x), do: quote(do: wrap(unquote(x)))
end

defmodule ExpandsByHand do
  require ByHand
  import ByHand, only: [line: 0]

  def run do
    env = %{__ENV__ | line: 30}
    call = fn name, meta, args -> {{:., [], [ByHand, name]}, meta, args} end
    IO.inspect({Macro.expand(call.(:line, [], []), env), Macro.expand(call.(:line, [line: 99], []), env), line() == __ENV__.line})
    IO.inspect(Macro.expand(call.(:wrapped, [line: 99], [{:x, [line: 4], nil}]), env))
    IO.inspect(Macro.expand(call.(:wrapped, [line: 99, generated: true], [1]), env))
    IO.inspect({Macro.expand({:line, [], nil}, env), Macro.expand({:line, [line: 2], []}, env)})
    for field <- [:line, :module, :function, :versioned_vars, :nobody], do: IO.inspect(Macro.expand({{:., [], [{:__ENV__, [], nil}, field]}, [], []}, %{env | versioned_vars: %{}}))
    {:%{}, [], fields} = Macro.expand({:__ENV__, [line: 3], nil}, env)
    IO.inspect(fields[:line])
    IO.inspect(for module <- [nil, ByHand], do: Macro.expand(quote(do: __MODULE__.Inner), %{env | module: module}))
  end
end

ExpandsByHand.run()
#=> {30, 30, true}
#=> {:wrap, [], [{:x, [line: 4], nil}]}
#=> {:wrap, [generated: true], [1]}
#=> {{:line, [], nil}, 30}
#=> 30
#=> ExpandsByHand
#=> {:run, 0}
#=> {:%{}, [], []}
#=> {{:., [], [{:__ENV__, [], nil}, :nobody]}, [], []}
#=> 30
#=> [Inner, ByHand.Inner]
