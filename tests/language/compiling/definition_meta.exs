# What `Module.get_definition/2` tells beside the clauses. Source: documentation of Module.get_definition/2; metadata as Elixir 1.18 gives it.
defmodule MetaKept do
  defmacro __using__(_) do
    quote location: :keep do
      def kept(x), do: x
      defoverridable kept: 1
    end
  end

  defmacro plain do
    quote do
      def plain, do: 1
      defoverridable plain: 0
    end
  end
end

defmodule MetaTold do
  defmacro __before_compile__(env) do
    for name_arity <- Enum.sort(Module.definitions_in(env.module)) do
      {:v1, kind, meta, _} = Module.get_definition(env.module, name_arity)
      # The path of this file is the runner's business.
      meta = for {key, value} <- meta, do: {key, with({path, line} <- value, do: {Path.basename(path), line})}
      IO.puts(inspect({name_arity, kind, meta}, width: 200))
    end

    nil
  end
end

defmodule MetaOf do
  @before_compile MetaTold
  use MetaKept
  require MetaKept
  MetaKept.plain()

  # The head's place is that of the definition.
  def headed(a, b \\ 1)
  def headed(1, _), do: 1
  def headed(a, _), do: a

  @file "elsewhere.ex"
  def moved(x), do: x
  @file {"elsewhere.ex", 12}
  def far(x), do: x

  def kept(x), do: super(x)
end
#=> {{:far, 1}, :def, [line: 45, file: {"elsewhere.ex", 12}, column: 7]}
#=> {{:headed, 1}, :def, [line: 38, column: 7]}
#=> {{:headed, 2}, :def, [line: 38, column: 7]}
#=> {{:kept, 1}, :def, [line: 47, column: 7]}
#=> {{:"kept (overridable 1)", 1}, :defp, [from_super: true, line: 33, file: {"definition_meta.exs", 5}, context: MetaKept]}
#=> {{:moved, 1}, :def, [line: 43, file: {"elsewhere.ex", 0}, column: 7]}
#=> {{:plain, 0}, :def, [from_super: false, line: 35, context: MetaKept]}
