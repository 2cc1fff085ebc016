defmodule Code.Fragment do
  @moduledoc """
  Makes sense of code that is still being written.

  What stands in an editor is rarely a whole program. The functions here tell what a cursor is behind (`cursor_context/2`), what
  it points at (`surround_context/3`), and what surrounds the place where it stands (`container_cursor_to_quoted/2`). They look
  at tokens, so they answer for broken code as well, and now and then differ from what a parser would say of the finished one.
  """

  alias Code.Fragment.Backwards

  @type position :: {line :: pos_integer, column :: pos_integer}

  @typedoc "What a dot stands behind."
  @type inside_dot ::
          {:alias, charlist}
          | {:alias, inside_alias, charlist}
          | {:dot, inside_dot, charlist}
          | {:module_attribute, charlist}
          | {:unquoted_atom, charlist}
          | {:var, charlist}
          | :expr

  @typedoc "What an alias may begin with beside a name of its own."
  @type inside_alias :: {:local_or_var, charlist} | {:module_attribute, charlist}

  @typedoc "What stands behind a percent sign."
  @type inside_struct ::
          charlist
          | {:alias, inside_alias, charlist}
          | {:local_or_var, charlist}
          | {:module_attribute, charlist}
          | {:dot, inside_dot, charlist}

  @doc """
  Tells what the end of a text is in the middle of, so that an editor can offer what may go on from there.

  A name that is being written comes as

    * `{:local_or_var, name}`, `{:alias, name}` or `{:alias, inside, name}` for `__MODULE__.Name` and `@attribute.Name`
    * `{:dot, inside, name}` behind a dot, where `name` may be empty
    * `{:module_attribute, name}`, `{:unquoted_atom, name}`, `{:sigil, name}`, `{:struct, inside}`, `{:capture_arg, name}`
    * `{:operator, name}`

  Once a space, an opening parenthesis or a slash follows, what is being written are arguments or an arity: `{:local_call, name}`,
  `{:local_arity, name}`, `{:dot_call, inside, name}`, `{:dot_arity, inside, name}`, `{:operator_call, name}`, `{:operator_arity, name}`,
  `{:anonymous_call, inside}`. Where any expression may begin, the answer is `:expr`; where nothing sensible can be said, `:none`.

  Only the line at the end counts, and what it continues by a dot. No options are known so far.

  ## Examples

      iex> Code.Fragment.cursor_context("Enum.ma")
      {:dot, {:alias, ~c"Enum"}, ~c"ma"}
      iex> Code.Fragment.cursor_context("total = su")
      {:local_or_var, ~c"su"}
      iex> Code.Fragment.cursor_context("Enum.map(")
      {:dot_call, {:alias, ~c"Enum"}, ~c"map"}
      iex> Code.Fragment.cursor_context("[1, ")
      :expr
  """
  @doc since: "1.13.0"
  @spec cursor_context(List.Chars.t(), keyword) ::
          :expr
          | :none
          | {:alias | :local_or_var | :local_call | :local_arity | :module_attribute | :operator | :sigil | :unquoted_atom, charlist}
          | {:operator_call | :operator_arity | :capture_arg, charlist}
          | {:alias, inside_alias, charlist}
          | {:dot | :dot_call | :dot_arity, inside_dot, charlist}
          | {:anonymous_call, inside_dot}
          | {:struct, inside_struct}
  def cursor_context(fragment, opts \\ []) when is_list(opts) do
    lines = lines(fragment)
    {text, _starts} = one_text(lines, length(lines), :infinity)
    text |> :lists.reverse() |> arguments_below() |> Backwards.context()
  end

  # Blank lines behind an opening parenthesis are room for its arguments.
  defp arguments_below(reversed) do
    case :lists.dropwhile(&(&1 in ~c" \t\n"), reversed) do
      [?( | _] = call -> call
      _ -> reversed
    end
  end

  @doc """
  Tells which name or operator a position in a text points at, and where that begins and ends.

  The answer is `:none` or a map with `:begin`, `:end` (the position behind it) and `:context`. Contexts are those of
  `cursor_context/2`, read as finished: `{:keyword, word}` for reserved words, `{:key, name}` for keys of keywords, `{:operator, word}` for
  operators that are words. Pointing at an alias means all of it, pointing at a name behind a dot includes what the dot stands behind.
  Lines and columns count from 1.

  ## Examples

      iex> Code.Fragment.surround_context("x = Enum.sum(list)", {1, 11})
      %{begin: {1, 5}, end: {1, 13}, context: {:dot, {:alias, ~c"Enum"}, ~c"sum"}}
      iex> Code.Fragment.surround_context("f(x)", {1, 1}).context
      {:local_call, ~c"f"}
      iex> Code.Fragment.surround_context("f(x)", {1, 2})
      :none
  """
  @doc since: "1.13.0"
  @spec surround_context(List.Chars.t(), position, keyword) :: %{begin: position, end: position, context: tuple} | :none
  def surround_context(fragment, position, options \\ [])

  def surround_context(fragment, {line, column}, options) when is_integer(line) and is_integer(column) and is_list(options) do
    lines = lines(fragment)

    if line in 1..length(lines)//1 and column in 1..(length(:lists.nth(line, lines)) + 1)//1 do
      {text, starts} = one_text(lines, line, column)
      offset = :lists.nth(line, starts) + column - 1
      {before, rest} = :lists.split(offset, text)

      case rest != [] and Backwards.surround(:lists.reverse(before), rest) do
        none when none in [:none, false] -> :none
        {first, last, context} -> %{begin: place(starts, first), end: place(starts, last), context: context}
      end
    else
      :none
    end
  end

  # ## Lines

  defp lines(fragment), do: fragment |> to_charlist() |> split([], [])

  defp split([], line, lines), do: :lists.reverse([:lists.reverse(line) | lines])
  defp split([?\n | rest], line, lines), do: split(rest, [], [:lists.reverse(line) | lines])
  # A carriage return takes a column and says nothing.
  defp split([?\r, ?\n | rest], line, lines), do: split(rest, [], [:lists.reverse(line, [?\s]) | lines])
  defp split([char | rest], line, lines), do: split(rest, [char | line], lines)

  # The text with a space for each line break that a dot reaches across, and for each character of a comment that the position is not
  # in; so all places stay as they are. With it come the places where lines begin.
  defp one_text(lines, current, column) do
    lines =
      for {line, number} <- Enum.with_index(lines, 1) do
        plain = without_comment(line, nil)
        if number == current and :lists.sublist(plain, column(column, line)) != :lists.sublist(line, column(column, line)), do: line, else: plain
      end

    dots = Enum.map(lines, &dots(String.trim(List.to_string(&1))))
    {text, _} = joined(lines, breaks(dots), [], 0)
    {text, starts(lines, 0)}
  end

  defp column(:infinity, line), do: length(line)
  defp column(column, _line), do: column

  defp without_comment([], _before), do: []
  defp without_comment([?#, ?{ | rest], _), do: [?#, ?{ | without_comment(rest, ?{)]
  defp without_comment([?# | rest], before) when before in [nil, ?\s, ?\t], do: :lists.duplicate(length(rest) + 1, ?\s)
  defp without_comment([char | rest], _before), do: [char | without_comment(rest, char)]

  # Whether a line begins and whether it ends with a dot; `nil` for an empty line.
  defp dots(""), do: nil
  defp dots(line), do: {lone_dot?(line, &String.starts_with?/2, ".."), lone_dot?(line, &String.ends_with?/2, "..")}
  defp lone_dot?(line, at?, range), do: at?.(line, ".") and not at?.(line, range)

  # For each line but the last, what its end becomes.
  defp breaks(dots) do
    ends = Enum.scan(dots, fn dots, before -> dots || before end)
    begins = dots |> tl() |> Enum.reverse() |> Enum.scan(fn dots, behind -> dots || behind end) |> Enum.reverse()

    Enum.zip_with(ends, begins, fn before, behind ->
      if match?({_, true}, before) or match?({true, _}, behind), do: ?\s, else: ?\n
    end)
  end

  defp joined([line], [], acc, count), do: {Enum.concat(:lists.reverse([line | acc])), count}
  defp joined([line | lines], [break | breaks], acc, count), do: joined(lines, breaks, [line ++ [break] | acc], count)

  defp starts([line | lines], start), do: [start | starts(lines, start + length(line) + 1)]
  defp starts([], _start), do: []

  defp place(starts, offset) do
    line = Enum.count(starts, &(&1 <= offset))
    {line, offset - :lists.nth(line, starts) + 1}
  end

  # ## Containers

  @doc """
  Parses a text that ends at a cursor, with `__cursor__()` in the place of the expression that is being written.

  What is open is closed, what is complete before the cursor stays, and the expression at hand goes, since it may be anything yet:
  so the tree tells what the cursor is an argument, element or operand of. The tree is there to be looked at, not to be run.

  An `fn` whose `->` stands behind the cursor is only seen with the option `:trailing_fragment`, the text behind the cursor. Further options
  are `:file`, `:line`, `:column`, `:columns`, `:token_metadata` and `:literal_encoder`, as for `Code.string_to_quoted/2`.

  ## Examples

      iex> {:ok, quoted} = Code.Fragment.container_cursor_to_quoted("Map.put(map, :ke")
      iex> Macro.to_string(quoted)
      "Map.put(map, __cursor__())"
      iex> {:ok, quoted} = Code.Fragment.container_cursor_to_quoted("%Point{x: 1, ")
      iex> Macro.to_string(quoted)
      "%Point{:x => 1, __cursor__()}"
      iex> {:ok, quoted} = Code.Fragment.container_cursor_to_quoted("fn left, ri", trailing_fragment: " -> left end")
      iex> Macro.to_string(quoted)
      "fn left, __cursor__() -> left end"
      iex> {:error, {_, message, _}} = Code.Fragment.container_cursor_to_quoted("sum(1]")
      iex> message
      "unexpected token: "
  """
  @doc since: "1.13.0"
  @spec container_cursor_to_quoted(List.Chars.t(), keyword) :: {:ok, Macro.t()} | {:error, {keyword, term, term}}
  def container_cursor_to_quoted(fragment, opts \\ []) when is_list(opts) do
    behind = text(Keyword.get(opts, :trailing_fragment, ""))
    opts = Keyword.take(opts, [:file, :line, :column, :columns, :token_metadata, :literal_encoder])
    Code.string_to_quoted(:jovial_code.with_cursor(text(fragment), behind), [{:emit_warnings, false} | opts])
  end

  defp text(fragment) when is_binary(fragment), do: fragment
  defp text(fragment), do: fragment |> to_charlist() |> List.to_string()
end
