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

# A persisted attribute that does not accumulate keeps its list; a module knows the whole path of its source.
defmodule Kept do
  Module.register_attribute(__MODULE__, :one, persist: true)
  Module.register_attribute(__MODULE__, :many, persist: true, accumulate: true)
  @one [a: 1]
  @many 1
  @many 2
end

IO.inspect(Enum.sort(Keyword.take(Kept.__info__(:attributes), [:one, :many]))) #=> [many: [1], many: [2], one: [a: 1]]
IO.inspect(Path.type(List.to_string(Kept.__info__(:compile)[:source]))) #=> :absolute

# A guard may have defaults, a regular expression keeps its escapes.
defmodule DefaultGuard do
  defguard is_divisible(value, by \\ 2) when is_integer(value) and rem(value, by) == 0
end

defmodule UsesDefaultGuard do
  require DefaultGuard
  def told, do: {DefaultGuard.is_divisible(4), DefaultGuard.is_divisible(4, 3)}
end

IO.inspect(UsesDefaultGuard.told()) #=> {true, false}
IO.inspect(Regex.source(~r/\a\n\t/)) #=> "\\a\\n\\t"
IO.inspect("a\tb" =~ ~r/a\tb/) #=> true
parent = self()
Node.spawn(Node.self(), fn -> send(parent, :from_here) end)
IO.inspect(receive(do: (told -> told))) #=> :from_here

# What may be unquoted, and what not: looked at as deep as its lists and pairs go, but not into lists in them.
unquoted = fn term ->
  try do
    {:ok, quote(do: unquote(term))}
  rescue
    error in ArgumentError -> error.message |> String.split("\n") |> hd()
  end
end

for term <- [[nested: {}], {1, {}}, [1 | 2], [%{}]], do: IO.puts(unquoted.(term))
#=> tried to unquote invalid AST: [nested: {}]
#=> tried to unquote invalid AST: {1, {}}
#=> tried to unquote invalid AST: [1 | 2]
#=> tried to unquote invalid AST: [%{}]
IO.inspect({unquoted.([[%{}]]), unquoted.({[{}], 1})}) #=> {{:ok, [[%{}]]}, {:ok, {[{}], 1}}}
improper = [1 | 2]
quote(do: [unquote_splicing(improper)]) #!> ** (ArgumentError) expected a list with quoted expressions in unquote_splicing/1, got: [1 | 2]
line = true
quote(line: line, do: f()) #!> ** (ArgumentError) invalid runtime value for option :line in quote, got: true

# What is spliced in front of a tail keeps it.
defmodule SplicedFront do
  def rest([unquote_splicing([:a, :b]) | rest]), do: rest
end

IO.inspect(SplicedFront.rest([:a, :b, :c])) #=> [:c]
code = [{:|, [], [{:unquote_splicing, [], [[1, 2]]}, {:rest, [], nil}]}]
IO.inspect(code |> Macro.escape(unquote: true) |> Code.eval_quoted() |> elem(0)) #=> [1, {:|, [], [2, {:rest, [], nil}]}]

# The options of `quote` are evaluated once each, and what they define is there afterwards.
level = 3
IO.inspect(quote line: (level = level + 1), do: f()) #=> {:f, [line: 4], []}
owner = Atom
IO.inspect(quote context: (owner = Module.concat(owner, B)), do: v) #=> {:v, [], Atom.B}
IO.inspect({level, owner}) #=> {4, Atom.B}
