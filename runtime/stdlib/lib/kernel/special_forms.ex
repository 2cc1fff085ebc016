defmodule Kernel.SpecialForms do
  @moduledoc """
  The building blocks of the language, which are not made of anything else.

  They can be neither overridden nor left out, and macros, whatever they do, end up in them. Some look like calls (`case/2`,
  `for/1`, `quote/2`), some are operators (`=/2`, `&/1`), some are brackets (`{}/1`, `%{}/1`, `<<>>/1`), and some are names
  (`__MODULE__/0`).

  The compiler knows them itself. The heads below are here for their documents.
  """

  ## Values

  @doc """
  Makes a tuple, or matches one.

  Two elements stand for themselves in quoted code, all other tuples are a `:{}` node.

  ## Examples

      iex> {:ok, value} = {:ok, 5}
      iex> value
      5
      iex> quote(do: {1, 2, 3})
      {:{}, [], [1, 2, 3]}
  """
  defmacro unquote(:{})(args)

  @doc """
  Makes a map, or matches one.

  A map pattern matches maps that have at least its keys; keys in it may be pinned variables. `%{map | key => value}` updates keys
  that are there.

  ## Examples

      iex> %{name: name} = %{name: "Ada", born: 1815}
      iex> name
      "Ada"
      iex> %{%{a: 1} | a: 2}
      %{a: 2}
  """
  defmacro unquote(:%{})(args)

  @doc """
  Makes a struct, or matches one.

  Only the keys of the struct are allowed, which is checked when the code is compiled. In a pattern, the name may be a variable.

  ## Examples

      iex> %URI{host: host} = %URI{host: "localhost"}
      iex> host
      "localhost"
      iex> %module{} = 1..2
      iex> module
      Range
  """
  defmacro unquote(:%)(struct, map)

  @doc """
  Makes a bitstring, or matches one.

  Each segment may have a type after `::`: one of `integer` (the default), `float`, `bits` or `bitstring`, `bytes` or `binary`, `utf8`, `utf16` and `utf32`;
  `size(n)` and `unit(n)`; `signed` or `unsigned`; `big`, `little` or `native`. They are joined by `-`, and a number alone is a size.
  A binary of unknown size may only come last in a pattern.

  ## Examples

      iex> <<1, 2::16, "ab">>
      <<1, 0, 2, 97, 98>>
      iex> <<size::8, text::binary-size(size), rest::binary>> = <<2, "hi", "more">>
      iex> {text, rest}
      {"hi", "more"}
      iex> <<char::utf8, _::binary>> = "é!"
      iex> char
      233
  """
  defmacro unquote(:<<>>)(args)

  @doc """
  Gives a type: to a segment of a bitstring, or in typespecs.

  ## Examples

      iex> <<258::little-16>>
      <<2, 1>>
  """
  defmacro unquote(:"::")(left, right)

  ## Matching

  @doc """
  Matches the value on the right against the pattern on the left, and binds its variables.

  The result is the value. Where it does not match, `MatchError` is raised.

  ## Examples

      iex> {a, [b | _]} = {1, [2, 3]}
      iex> a + b
      3
      iex> :ok = Map.get(%{a: :error}, :a)
      ** (MatchError) no match of right hand side value: :error
  """
  defmacro unquote(:=)(left, right)

  @doc """
  Pins a variable: in a pattern its value is compared, instead of its name being bound anew.

  ## Examples

      iex> x = 1
      iex> match?({^x, _}, {1, 2})
      true
      iex> match?({^x, _}, {5, 2})
      false
  """
  defmacro unquote(:^)(var)

  @doc """
  Goes through clauses and evaluates the first whose pattern and guards fit.

  If none does, `CaseClauseError` is raised.

  ## Examples

      iex> case {:error, 404} do
      ...>   {:ok, value} -> value
      ...>   {:error, code} when code >= 400 -> "failed with \#{code}"
      ...> end
      "failed with 404"
  """
  defmacro case(condition, clauses)

  @doc """
  Goes through conditions and evaluates what belongs to the first that is truthy.

  If none is, `CondClauseError` is raised; `true` as last condition takes all that is left.

  ## Examples

      iex> n = 7
      iex> cond do
      ...>   n > 10 -> :large
      ...>   n > 5 -> :medium
      ...>   true -> :small
      ...> end
      :medium
  """
  defmacro cond(clauses)

  @doc """
  Chains matches, and goes on as long as they fit.

  Each clause is `pattern <- expression`, where the pattern may have guards, or any other expression. If all fit, the `do` block is evaluated. The first
  value that does not is the result, or goes through the clauses of the `else` block; if none of these fits, `WithClauseError` is raised.

  ## Examples

      iex> map = %{width: 3, height: 4}
      iex> with {:ok, width} <- Map.fetch(map, :width),
      ...>      {:ok, height} <- Map.fetch(map, :height) do
      ...>   width * height
      ...> end
      12
      iex> with {:ok, depth} <- Map.fetch(map, :depth) do
      ...>   depth
      ...> else
      ...>   :error -> :flat
      ...> end
      :flat
  """
  defmacro with(args)

  ## Functions

  @doc """
  Makes an anonymous function.

  It may have several clauses, with guards, all with the same number of arguments, and sees the variables of its place. It is called with a
  dot: `fun.(1)`.

  ## Examples

      iex> sign = fn
      ...>   0 -> :zero
      ...>   n when n > 0 -> :plus
      ...>   _ -> :minus
      ...> end
      iex> Enum.map([0, 4, -4], sign)
      [:zero, :plus, :minus]
  """
  defmacro unquote(:fn)(clauses)

  @doc """
  Captures a function, or makes one of an expression.

  `&Module.name/arity` and `&name/arity` give the function with that name. In any other expression, `&1`, `&2` and so on stand for its arguments.
  Captures cannot be nested.

  ## Examples

      iex> Enum.map(["a", "b"], &String.upcase/1)
      ["A", "B"]
      iex> Enum.map([1, 2], &(&1 * 10))
      [10, 20]
      iex> Enum.zip_with([1, 2], [:a, :b], &{&2, &1})
      [a: 1, b: 2]
  """
  defmacro unquote(:&)(expr)

  @doc """
  Calls a function of a module, reads a field of a map, or joins an alias.

  The left side is an expression, the right side a name; or, as `fun.(arguments)`, an anonymous function is called.

  ## Examples

      iex> String.upcase("a")
      "A"
      iex> %{name: "Ada"}.name
      "Ada"
      iex> Map.new(town: "Bergen").name
      ** (KeyError) key :name not found in: %{town: "Bergen"}
  """
  defmacro unquote(:.)(left, right)

  @doc """
  Calls the definition that is being overridden.

  See `Kernel.defoverridable/1`.
  """
  defmacro super(args)

  ## Loops, messages and errors

  @doc """
  Goes through enumerables, and collects what the body gives.

  Clauses are generators `pattern <- enumerable`, which pass over what does not match, bitstring generators `<<pattern <- bitstring>>`, and filters, that is
  any other expression. Several generators nest. Options:

    * `:into` - a collectable that takes the results, instead of a list
    * `:uniq` - `true` keeps each result only once
    * `:reduce` - a start value; the body then has clauses that take the value so far

  ## Examples

      iex> for x <- 1..3, y <- [:a, :b], x != 2, do: {x, y}
      [{1, :a}, {1, :b}, {3, :a}, {3, :b}]
      iex> for {:ok, value} <- [ok: 1, error: 2, ok: 3], do: value
      [1, 3]
      iex> for <<char <- "abc">>, into: "", do: <<char + 1>>
      "bcd"
      iex> for n <- 1..4, reduce: 0 do
      ...>   sum -> sum + n
      ...> end
      10
  """
  defmacro for(args)

  @doc """
  Waits for a message that matches one of the clauses.

  Messages are looked at in the order of their arrival; those that do not match stay in the mailbox. `after` limits the waiting, in milliseconds or
  `:infinity`.

  ## Examples

      iex> send(self(), {:number, 5})
      iex> receive do
      ...>   {:number, n} -> n * 2
      ...> after
      ...>   0 -> :nothing
      ...> end
      10
  """
  defmacro receive(args)

  @doc """
  Evaluates a block, and deals with what goes wrong in it.

    * `rescue` - clauses for exceptions: `error`, `Module` or `error in [Module]`
    * `catch` - clauses for thrown values, or with two patterns for a class (`:throw`, `:exit`, `:error`) and a value
    * `else` - clauses for the value of the block, if nothing went wrong
    * `after` - is evaluated in any case, at the end; its value is dropped

  ## Examples

      iex> try do
      ...>   String.to_integer("seven")
      ...> rescue
      ...>   ArgumentError -> :no_number
      ...> end
      :no_number
      iex> try do
      ...>   throw(:ball)
      ...> catch
      ...>   :throw, value -> {:caught, value}
      ...> after
      ...>   :cleaned_up
      ...> end
      {:caught, :ball}
  """
  defmacro try(args)

  ## Modules

  @doc """
  Sets a short name for a module, up to the end of the block.

  `:as` gives the name; without it, it is the last part. Several modules with the same beginning may be given in braces. It is a matter of the compiler
  alone: the module need not exist.

  ## Examples

      iex> alias String.Chars, as: C
      iex> C
      String.Chars
      iex> alias Foo.{Bar, Baz}
      iex> {Bar, Baz}
      {Foo.Bar, Foo.Baz}
  """
  defmacro alias(module, opts)

  @doc """
  Makes the macros of a module usable, up to the end of the block.

  The module must be there when the code is compiled. `:as` sets an alias as well.

  ## Examples

      iex> require Integer
      iex> Integer.is_odd(3)
      true
  """
  defmacro require(module, opts)

  @doc """
  Makes the functions and macros of a module callable without its name, up to the end of the block.

  `:only` takes a list of names and arities, `:functions`, `:macros` or `:sigils`; `:except` a list of what to leave out. A module is required
  when it is imported.

  ## Examples

      iex> import List, only: [first: 1]
      iex> first([7, 8])
      7
  """
  defmacro import(module, opts)

  @doc """
  Returns the name of the current module, or `nil` outside of modules.

  ## Examples

      iex> defmodule Doc.Name do
      ...>   def name, do: __MODULE__
      ...> end
      iex> Doc.Name.name()
      Doc.Name
  """
  defmacro __MODULE__

  @doc """
  Returns the directory of the current file, or `nil`.
  """
  defmacro __DIR__

  @doc """
  Returns the compiler's environment at this place, a `Macro.Env` struct.

  ## Examples

      iex> is_struct(__ENV__, Macro.Env)
      true
  """
  defmacro __ENV__

  @doc """
  Returns the environment of the place where a macro is called; it is there in macros only.
  """
  defmacro __CALLER__

  @doc """
  Returns the stacktrace of the exception at hand; it is there in `rescue` and `catch` only.

  ## Examples

      iex> try do
      ...>   raise "oops"
      ...> rescue
      ...>   _ -> is_list(__STACKTRACE__)
      ...> end
      true
  """
  defmacro __STACKTRACE__

  ## Code as data

  @doc """
  Returns code as data.

  The code is not evaluated, but becomes its syntax tree: literals, and tuples of name, metadata and arguments. Parts are put in with `unquote/1`. Options:

    * `:unquote` - `false` leaves `unquote` alone
    * `:bind_quoted` - a keyword list of variables whose values are put in once; switches `unquote` off
    * `:location` - `:keep` keeps file and line
    * `:line`, `:file`, `:generated` - go into the metadata
    * `:context` - the context of variables and aliases

  ## Examples

      iex> quote(do: 1 + x) |> Macro.to_string()
      "1 + x"
      iex> number = 5
      iex> quote(do: 1 + unquote(number)) |> Macro.to_string()
      "1 + 5"
  """
  defmacro quote(opts, block)

  @doc """
  Puts the value of an expression into quoted code.

  ## Examples

      iex> value = {:x, [], nil}
      iex> Macro.to_string(quote(do: f(unquote(value))))
      "f(x)"
  """
  defmacro unquote(:unquote)(expr)

  @doc """
  Puts the elements of a list into a list or into arguments in quoted code.

  ## Examples

      iex> values = [2, 3]
      iex> quote(do: [1, unquote_splicing(values), 4])
      [1, 2, 3, 4]
  """
  defmacro unquote(:unquote_splicing)(expr)

  @doc """
  Is the node of several expressions in a row, whose value is that of the last.

  ## Examples

      iex> quote do
      ...>   1
      ...>   2
      ...> end
      {:__block__, [], [1, 2]}
  """
  defmacro unquote(:__block__)(args)

  @doc """
  Is the node of an alias, with its parts as atoms.

  ## Examples

      iex> {:__aliases__, _, parts} = quote(do: Foo.Bar)
      iex> parts
      [:Foo, :Bar]
  """
  defmacro unquote(:__aliases__)(args)

  @doc """
  Marks the place of the cursor in code that is being written, for tools that complete it.
  """
  defmacro unquote(:__cursor__)(args)
end
