# Names and options that code makes: guards with computed names, options of quote by a macro, callbacks that are macros.
defmodule Guards do
  @value 3
  defguard unquote(String.to_atom("is_#{@value}"))(x) when x == unquote(@value)

  defmodule Elixir do
    def sample, do: :nested
  end
end

defmodule UsesGuards do
  import Guards
  def three?(x) when is_3(x), do: true
  def three?(_), do: false
end

IO.inspect({UsesGuards.three?(3), UsesGuards.three?(4)}) #=> {true, false}
IO.inspect(Guards.Elixir.sample()) #=> :nested

defmodule Options do
  defmacro at_line_7, do: [line: 7]
end

defmodule Quotes do
  require Options
  def quoted, do: quote(Options.at_line_7(), do: f(1))
end

IO.inspect(Quotes.quoted()) #=> {:f, [line: 7], [1]}

defmodule Watcher do
  defmacro __after_compile__(env, binary) do
    IO.inspect({env.module, is_binary(binary)})
    :ok
  end
end

defmodule Watched do
  @after_compile Watcher
end
#=> {Watched, true}
