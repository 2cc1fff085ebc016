defmodule EEx.Tokenizer do
  @moduledoc false
  # Splits a template into text, comments and expressions, which are told apart by how their code begins and ends:
  #
  #   * `start_expr` ends with `do` or with `fn args ->`, and is to be closed
  #   * `middle_expr` is `else` and its kin, or ends with another `->`
  #   * `end_expr` begins with `end`
  #   * `expr` is all else
  #
  # Only words, signs and the extent of strings and comments matter for that, so code is looked at by a small scanner of our own.

  @spaces ~c" \t"

  @doc """
  Gives `{:ok, tokens}` or `{:error, message, meta}`.
  """
  def tokenize(source, opts) when is_binary(source), do: source |> String.to_charlist() |> tokenize(opts)

  def tokenize(chars, opts) do
    indentation = opts[:indentation] || 0

    state = %{
      file: opts[:file] || "nofile",
      indentation: indentation,
      trim: opts[:trim] || false,
      source: chars,
      first_line: opts[:line] || 1
    }

    line = opts[:line] || 1
    column = opts[:column] || indentation + 1
    {chars, line, column} = if state.trim, do: trim_start(chars, line, column, state), else: {chars, line, column}
    text(chars, {line, column}, state, {[], {line, column}}, [])
  end

  ## Text

  # `run` is text so far, backwards, and where it began.
  defp text([], position, _state, run, tokens) do
    {:ok, Enum.reverse([{:eof, meta(position)} | with_text(run, tokens)])}
  end

  defp text([?<, ?%, ?% | rest], {line, column}, state, {chars, start}, tokens) do
    text(rest, {line, column + 3}, state, {[?%, ?< | chars], start}, tokens)
  end

  defp text([?<, ?%, ?!, ?-, ?- | rest], {line, column} = start, state, run, tokens) do
    case until(rest, ~c"--%>", {line, column + 5}, state, []) do
      {:ok, chars, rest, position} -> after_tag([{:comment, chars, meta(start)}], rest, position, state, run, tokens)
      :error -> unclosed("--%>", start, state)
    end
  end

  defp text([?<, ?%, ?# | rest], {line, column} = start, state, run, tokens) do
    IO.warn("<%# is deprecated, use <%!-- or add a space between <% and # instead", file: state.file, line: line)

    case until(rest, ~c"%>", {line, column + 3}, state, []) do
      {:ok, _, rest, position} -> after_tag([], rest, position, state, run, tokens)
      :error -> unclosed("%>", start, state)
    end
  end

  defp text([?<, ?% | rest], {line, column} = start, state, run, tokens) do
    {marker, rest} = marker(rest)

    case until(rest, ~c"%>", {line, column + 2 + length(marker)}, state, []) do
      {:ok, chars, rest, position} -> after_tag([expression(chars, marker, start, state)], rest, position, state, run, tokens)
      :error -> unclosed("%>", start, state)
    end
  end

  defp text([char | rest], position, state, {chars, start}, tokens) do
    text(rest, advance(char, position, state), state, {[char | chars], start}, tokens)
  end

  defp after_tag(token, rest, position, state, {chars, start}, tokens) do
    {chars, rest, position} =
      if state.trim do
        {rest, position} = trim_right(rest, position, state)
        {trim_left(chars), rest, position}
      else
        {chars, rest, position}
      end

    text(rest, position, state, {[], position}, token ++ with_text({chars, start}, tokens))
  end

  defp with_text({[], _}, tokens), do: tokens
  defp with_text({chars, start}, tokens), do: [{:text, Enum.reverse(chars), meta(start)} | tokens]

  defp marker([char | rest]) when char in ~c"=/|", do: {[char], rest}
  defp marker(rest), do: {[], rest}

  defp until(chars, close, position, state, found) do
    case chars do
      [] ->
        :error

      [char | rest] ->
        if List.starts_with?(chars, close) do
          {line, column} = position
          {:ok, Enum.reverse(found), Enum.drop(chars, length(close)), {line, column + length(close)}}
        else
          until(rest, close, advance(char, position, state), state, [char | found])
        end
    end
  end

  defp advance(?\n, {line, _}, state), do: {line + 1, state.indentation + 1}
  defp advance(_, {line, column}, _), do: {line, column + 1}

  defp meta({line, column}), do: %{line: line, column: column}

  defp unclosed(close, position, state) do
    message = "expected closing '#{close}' for EEx expression"
    {:error, message <> snippet(state.source, state.first_line, state.indentation, meta(position)), meta(position)}
  end

  @doc """
  The lines of a template up to a place, with a mark below it.
  """
  def snippet(source, first_line, indentation, %{line: line, column: column}) do
    lines = source |> to_string() |> String.split(["\r\n", "\n"])
    from = max(line - 3, first_line)
    shown = if first_line == 1, do: Enum.slice(lines, (from - 1)..(line - 1)//1), else: []
    digits = line |> Integer.to_string() |> String.length()
    pad = String.duplicate(" ", digits + 1)

    if shown == [] do
      ""
    else
      numbered = for {text, number} <- Enum.with_index(shown, from), do: [String.pad_leading("#{number}", digits), " | ", text, "\n"]
      IO.iodata_to_binary(["\n", pad, "|\n", numbered, pad, "|", String.duplicate(" ", column - indentation), "^"])
    end
  end

  ## White space around tags that stand alone

  # White space at the very beginning goes if a tag follows.
  defp trim_start(chars, line, column, state) do
    {rest, position} = skip_space(chars, {line, column}, state)
    {after_line, column_after} = position
    if match?([?<, ?% | _], rest), do: {rest, after_line, column_after}, else: {chars, line, column}
  end

  defp skip_space([?\r, ?\n | rest], position, state), do: skip_space(rest, advance(?\n, position, state), state)
  defp skip_space([char | rest], position, state) when char in ~c" \t\n", do: skip_space(rest, advance(char, position, state), state)
  defp skip_space(rest, position, _), do: {rest, position}

  # Text before a tag, backwards: empty lines at its end become one line break.
  defp trim_left(chars) do
    case without_breaks(chars, false) do
      {true, chars} -> [?\n | chars]
      {false, _} -> chars
    end
  end

  defp without_breaks(chars, found?) do
    case Enum.drop_while(chars, &(&1 in @spaces)) do
      [?\n, ?\r | rest] -> without_breaks(rest, true)
      [?\n | rest] -> without_breaks(rest, true)
      _ -> {found?, chars}
    end
  end

  # Text behind a tag: so do empty lines at its beginning, unless nothing follows.
  defp trim_right(chars, position, state, last \\ nil) do
    {spaces, rest} = Enum.split_while(chars, &(&1 in @spaces))
    {line, column} = position
    column = column + length(spaces)

    case rest do
      [] -> {[], {line, column}}
      [?\r, ?\n | rest] -> trim_right(rest, {line + 1, state.indentation + 1}, state, {line, column + 1})
      [?\n | rest] -> trim_right(rest, {line + 1, state.indentation + 1}, state, {line, column})
      _ when last != nil -> {[?\n | chars], last}
      _ -> {chars, position}
    end
  end

  ## Expressions

  defp expression(chars, marker, start, state) do
    case kind(chars) do
      kind when kind in [:middle_expr, :end_expr] ->
        if marker != [] do
          {line, column} = start

          IO.warn(
            "unexpected beginning of EEx tag \"<%#{marker}\" on \"<%#{marker}#{chars}%>\", please remove \"#{marker}\"",
            file: state.file,
            line: line,
            column: column
          )
        end

        {kind, [], chars, meta(start)}

      kind ->
        {kind, marker, chars, meta(start)}
    end
  end

  defp kind(chars) do
    # Backwards, so the last token comes first.
    words = scan(chars, [])

    case {opening(Enum.drop_while(words, &(&1 == :eol))), List.last(words)} do
      {:none, "end"} -> :end_expr
      {_, "end"} -> :middle_expr
      {:block, _} -> :start_expr
      {:clause, _} -> :middle_expr
      {:none, _} -> if words in [["else"], ["after"], ["catch"], ["rescue"]], do: :middle_expr, else: :expr
    end
  end

  # What code leaves open at its end: a block or function, a clause of one that is open already, or nothing.
  defp opening(["do", "," | _]), do: :none
  defp opening(["do" | _]), do: :block
  defp opening(["->" | before]), do: if(function?(before), do: :block, else: :clause)
  defp opening(_), do: :none

  defp function?(["fn" | _]), do: true
  defp function?([word | _]) when word in ["do", "end", "->"], do: false
  defp function?([_ | before]), do: function?(before)
  defp function?([]), do: false

  # Words and signs, the last one first.
  defp scan([], found), do: found
  defp scan([char | rest], found) when char in ~c" \t\r", do: scan(rest, found)
  defp scan([?\n | rest], found), do: scan(rest, [:eol | found])
  defp scan([?# | rest], found), do: rest |> Enum.drop_while(&(&1 != ?\n)) |> scan(found)
  defp scan([?-, ?> | rest], found), do: scan(rest, ["->" | found])
  defp scan([??, ?\\, _ | rest], found), do: scan(rest, [:char | found])
  defp scan([??, _ | rest], found), do: scan(rest, [:char | found])
  defp scan([quote, quote, quote | rest], found) when quote in ~c"\"'", do: rest |> past_heredoc(quote) |> scan([:string | found])
  defp scan([quote | rest], found) when quote in ~c"\"'", do: rest |> past(quote) |> scan([:string | found])

  defp scan([?~, letter | rest], found) when letter in ?a..?z or letter in ?A..?Z do
    case Enum.drop_while(rest, &(&1 in ?A..?Z)) do
      [open | rest] when open in ~c"/|\"'([{<" -> rest |> past(closing(open)) |> scan([:string | found])
      rest -> scan(rest, found)
    end
  end

  # Atoms and calls behind a dot are no keywords.
  defp scan([mark, char | rest], found) when mark in ~c":.@" and (char in ?a..?z or char == ?_) do
    rest |> Enum.drop_while(&word?/1) |> scan([:name | found])
  end

  defp scan([char | rest], found) do
    if word?(char) do
      {word, rest} = Enum.split_while([char | rest], &word?/1)

      case rest do
        # The key of a keyword list.
        [?:, next | _] when next != ?: -> scan(tl(rest), [:key | found])
        [?:] -> scan([], [:key | found])
        _ -> scan(rest, [List.to_string(word) | found])
      end
    else
      scan(rest, [<<char::utf8>> | found])
    end
  end

  defp word?(char), do: char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char in ~c"_?!" or char > 127

  defp closing(?(), do: ?)
  defp closing(?[), do: ?]
  defp closing(?{), do: ?}
  defp closing(?<), do: ?>
  defp closing(same), do: same

  defp past([?\\, _ | rest], close), do: past(rest, close)
  defp past([close | rest], close), do: rest
  defp past([_ | rest], close), do: past(rest, close)
  defp past([], _), do: []

  defp past_heredoc([quote, quote, quote | rest], quote), do: rest
  defp past_heredoc([_ | rest], quote), do: past_heredoc(rest, quote)
  defp past_heredoc([], _), do: []
end
