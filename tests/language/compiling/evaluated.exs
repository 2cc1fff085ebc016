# What `Code.eval_string/3` gives where no code need run for it, and where it must. Source: documentation of Code.eval_string/3;
# values as Elixir 1.18 gives them.
IO.inspect(Code.eval_string("1 + 1"))
#=> {2, []}
IO.inspect(Code.eval_string("x = 60 * 60\ny = {x, -x, [x, \"s\"]}"))
#=> {{3600, -3600, [3600, "s"]}, [y: {3600, -3600, [3600, "s"]}, x: 3600]}
IO.inspect(Code.eval_string("x = y = 2\nx = 3", y: 7, z: 1))
#=> {3, [z: 1, y: 2, x: 3]}
IO.inspect(Code.eval_string("9223372036854775807 + 1"))
#=> {9223372036854775808, []}
IO.inspect(Code.eval_string("x + 1", x: 4))
#=> {5, [x: 4]}
IO.inspect(Code.eval_string("[1 | 2]"))
#=> {[1 | 2], []}
IO.inspect(Code.eval_string(~c"1 + 2"))
#=> {3, []}

# What can't be added raises where it stands.
try do
  Code.eval_string("1 + :a")
rescue
  error -> IO.puts(Exception.message(error))
end

#=> bad argument in arithmetic expression

# The env that comes back has the variables.
{value, binding, env} = Code.eval_quoted_with_env(quote(do: var!(v) = 5), [], Code.env_for_eval([]))
IO.inspect({value, binding, Macro.Env.vars(env)})
#=> {5, [v: 5], [v: nil]}

# Definitions that a loop makes are stored each time it comes by, from one `def`.
defmodule EvaluatedLoop do
  for name <- [:one, :two] do
    def unquote(name)(), do: unquote(name)
  end

  for _ <- 1..3 do
    def again(x), do: x
    defoverridable again: 1
  end
end

IO.inspect({EvaluatedLoop.one(), EvaluatedLoop.two(), EvaluatedLoop.again(1)})
#=> {:one, :two, 1}

# A module within modules has a name, and names have an end.
text = Enum.map_join(1..200, "\n", fn _ -> "defmodule A do" end) <> String.duplicate("\nend", 200)

try do
  Code.eval_string(text)
rescue
  error in SystemLimitError -> IO.puts(Exception.message(error))
end

#=> a system limit has been reached

# Of modules with whole names there are at most 256 within each other here; Elixir sets no such end.
text = Enum.map_join(1..300, "\n", fn n -> "defmodule Elixir.EvaluatedDeep#{n} do" end) <> String.duplicate("\nend", 300)

try do
  Code.eval_string(text)
rescue
  error in SystemLimitError -> IO.puts(Exception.message(error))
end

#=> a system limit has been reached

# What a definition is once expanded, with its places, and what `bind_quoted` leaves. Source: documentation of Module.get_definition/2;
# metas as Elixir 1.18 gives them.
defmodule EvaluatedDump do
  def dump(env) do
    for name <- Enum.sort(Module.definitions_in(env.module)), do: IO.inspect(Module.get_definition(env.module, name))
  end
end

Code.compile_string("defmodule EvaluatedDefinition do\n  @before_compile {EvaluatedDump, :dump}\n  def f(x), do: x\nend")
#=> {:v1, :def, [line: 3, column: 7],
#=>  [
#=>    {[line: 3, column: 7], [{:x, [version: 0, line: 3, column: 9], nil}], [],
#=>     {:x, [version: 0, line: 3, column: 17], nil}}
#=>  ]}
bound = fn quoting ->
  Code.compile_string("defmodule EvaluatedDefinition do\n  @before_compile {EvaluatedDump, :dump}\n  defmacro g(y), do: #{quoting}\nend")
end

bound.("(quote bind_quoted: [y: y] do 1 end)")
#=> {:v1, :defmacro, [line: 3, column: 12],
#=>  [
#=>    {[line: 3, column: 12], [{:y, [version: 0, line: 3, column: 14], nil}], [],
#=>     {:{}, [],
#=>      [
#=>        :__block__,
#=>        [],
#=>        [
#=>          {:{}, [],
#=>           [
#=>             :=,
#=>             [],
#=>             [
#=>               {:{}, [], [:y, [line: 3, column: 23], EvaluatedDefinition]},
#=>               {:y, [version: 0, line: 3, column: 46], nil}
#=>             ]
#=>           ]},
#=>          1
#=>        ]
#=>      ]}}
#=>  ]}

# Quoted code that has no lines stands at that of the env.
quoted = {:def, [], [{:place, [], nil}, [do: {{:., [], [{:__ENV__, [], nil}, :line]}, [no_parens: true], []}]]}
Code.eval_quoted({:defmodule, [], [EvaluatedPlace, [do: quoted]]}, [], file: "made.ex", line: 13)
IO.inspect(EvaluatedPlace.place()) #=> 13

# What is evaluated inside a function can't call the others of its module.
defmodule EvaluatedInside do
  def try_it, do: Code.eval_quoted({:helper, [], [1]}, [], __ENV__)
  def helper(x), do: x
end

EvaluatedInside.try_it() #!> ** (UndefinedFunctionError) function helper/1 is undefined (there is no such import)

# Variables of macros are nobody's.
IO.inspect(Code.eval_string("require Integer\nInteger.is_even(2)")) #=> {true, []}
IO.inspect(Code.env_for_eval(__ENV__).versioned_vars) #=> %{}

# One step of expansion.
once = fn code -> Macro.expand_once(code, __ENV__) end
IO.inspect({once.(quote(do: -1)), once.(quote(do: +2)), Macro.expand(quote(do: -(-3)), __ENV__), once.(quote(do: -1.5)) |> is_tuple()})
#=> {-1, 2, 3, true}
IO.puts(Macro.to_string(Macro.expand(quote(do: x in -2..2), __ENV__)))
#=> :erlang.andalso(:erlang.is_integer(x), :erlang.andalso(:erlang.>=(x, -2), :erlang."=<"(x, 2)))
IO.inspect({once.(quote(do: __ENV__.file)) == __ENV__.file, once.(quote(do: __ENV__.nothing)) |> is_tuple()}) #=> {true, true}
in_match = %{__ENV__ | context: :match}
IO.inspect(Macro.expand_once(quote(do: __ENV__), in_match)) #=> {:__ENV__, [], Elixir}
Macro.expand_once(quote(do: @attribute), %{__ENV__ | module: EvaluatedInside, function: {:f, 0}}) #!> ** (ArgumentError) could not call Module.get_attribute/2 because the module EvaluatedInside is already compiled. Use the Module.__info__/1 callback or Code.fetch_docs/1 instead

# With pruning only what was named is left, in the binding and in the env.
pruned = fn code, binding ->
  {_, binding, env} = Code.eval_quoted_with_env(code, binding, Code.env_for_eval(__ENV__), prune_binding: true)
  {binding, Macro.Env.vars(env)}
end

IO.inspect(pruned.(123, x: 2, y: 3)) #=> {[], []}
IO.inspect(pruned.(quote(do: var!(x) = 1), x: 2, y: 3)) #=> {[x: 1], [x: nil]}
IO.inspect(pruned.(quote(do: fn -> var!(x) end), x: 2, y: 3)) #=> {[x: 2], [x: nil]}
IO.inspect(pruned.(quote(do: var!(x, :foo) = 1), x: 2)) #=> {[{{:x, :foo}, 1}], [x: :foo]}
