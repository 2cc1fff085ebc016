# Macros and hygiene.
defmodule M do
  defmacro unless_(condition, do: body) do
    quote do
      case unquote(condition) do
        x when x in [false, nil] -> unquote(body)
        _ -> nil
      end
    end
  end

  defmacro hygienic do
    quote do
      a = 1
      a
    end
  end

  defmacro leaky do
    quote do
      var!(a) = 2
    end
  end

  defmacro square(x) do
    quote bind_quoted: [x: x] do
      x * x
    end
  end

  defmacro shown(expr), do: Macro.to_string(expr)
  defmacro where, do: Macro.escape({__CALLER__.module, __CALLER__.function, __CALLER__.line})

  defmacro define(names) do
    for {name, value} <- names do
      quote do
        def unquote(name)(), do: unquote(value)
      end
    end
  end

  defmacro __using__(opts) do
    quote do
      import M
      @before_compile M
      @options unquote(opts)
      def options, do: @options
    end
  end

  defmacro __before_compile__(env) do
    names = env.module |> Module.definitions_in(:def) |> Enum.sort()

    quote do
      def names, do: unquote(names)
    end
  end

  defmacro splice(list), do: quote(do: [0, unquote_splicing(list), 9])
end

defmodule User do
  use M, level: 3
  define(one: 1, two: "two")
  def at, do: M.where()
  for n <- [:x, :y], do: def(unquote(n)(), do: unquote(n))
end

defmodule Run do
  require M
  import M, only: [unless_: 2, square: 1]

  def all do
    a = 0
    IO.inspect({M.hygienic(), a})
    M.leaky()
    IO.inspect(a)
    IO.inspect(unless_(nil, do: :ran))
    counter = :counters.new(1, [])
    IO.inspect(square((:counters.add(counter, 1, 1); 3)))
    IO.inspect(:counters.get(counter, 1))
    IO.inspect({User.one(), User.two(), User.options(), User.names()})
    IO.inspect(User.at())
    IO.inspect(M.splice([1, 2]))
    IO.inspect(quote(do: x + 1))
    IO.inspect(Code.eval_quoted(quote(do: 1 + unquote(2))))
    IO.inspect(Macro.escape(%{a: {1, 2, 3}}))
  end
end

Run.all()
#=> {1, 0}
#=> 2
#=> :ran
#=> 9
#=> 1
#=> {1, "two", [level: 3], [at: 0, one: 0, options: 0, two: 0, x: 0, y: 0]}
#=> {User, {:at, 0}, 65}
#=> [0, 1, 2, 9]
#=> {:+, [context: Run, imports: [{1, Kernel}, {2, Kernel}]], [{:x, [], Run}, 1]}
#=> {3, []}
#=> {:%{}, [], [a: {:{}, [], [1, 2, 3]}]}

# A module can be told of each definition, as it was written.
defmodule Listener do
  defmacro __using__(_options) do
    quote do
      @on_definition unquote(__MODULE__)
      @on_definition {unquote(__MODULE__), :first}
    end
  end

  def __on_definition__(env, kind, name, args, guards, body) do
    {guards, args} = {Enum.map(guards, &Macro.to_string/1), Enum.map(args, &Macro.to_string/1)}
    IO.inspect({env.function, kind, name, args, guards, body && Keyword.keys(body), Module.defines?(env.module, env.function)})
  end

  def first(_env, _kind, name, _args, _guards, _body), do: IO.puts("first #{name}")
end

defmodule Told do
  use Listener
  def sum(a, b \\ 1) when a > 0 when b > 0, do: a + b
  def head(x)

  def head(x) do
    x
  after
    :done
  end

  defmacro twice(x), do: x
end
#=> first sum
#=> {{:sum, 2}, :def, :sum, ["a", "b \\\\ 1"], ["a > 0", "b > 0"], [:do], true}
#=> first head
#=> {{:head, 1}, :def, :head, ["x"], [], nil, true}
#=> first head
#=> {{:head, 1}, :def, :head, ["x"], [], [:do, :after], true}
#=> first twice
#=> {{:twice, 1}, :defmacro, :twice, ["x"], [], [:do], true}

# What a macro adds before the module is compiled counts as written where the module begins.
defmodule Adder do
  defmacro __before_compile__(_env), do: quote(do: def(added, do: raise("added")))
end

defmodule Adding do
  @before_compile Adder
  def own, do: __ENV__.line
end

try do
  Adding.added()
rescue
  RuntimeError -> IO.inspect(Adding.own() - (__STACKTRACE__ |> hd() |> elem(3) |> Keyword.fetch!(:line)))
end
#=> 2

M.missing() #!> ** (UndefinedFunctionError) function M.missing/0 is undefined or private
M.define(1, 2, 3) #!> ** (UndefinedFunctionError) function M.define/3 is undefined or private
