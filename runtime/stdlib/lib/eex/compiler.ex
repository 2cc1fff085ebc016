defmodule EEx.Compiler do
  @moduledoc false
  # Turns tokens into quoted code by way of an engine.
  #
  # The code of a block is spread over several tags: `if x do`, `else`, `end`. Its pieces are joined, with a call of `__EEX__(n)` wherever a body
  # of template stood, and parsed as one; then the calls are replaced by what the engine made of the bodies. Line breaks are put in where the
  # template had them, so that lines of the code are those of the template.

  @whole_options [:file, :line, :column, :indentation, :trim, :engine, :parser_options]

  def compile(source, opts) when is_binary(source) and is_list(opts) do
    {:ok, tokens} =
      case EEx.Tokenizer.tokenize(source, opts) do
        {:ok, tokens} ->
          {:ok, tokens}

        {:error, message, %{line: line, column: column}} ->
          {message, snippet} = split_snippet(message)
          raise EEx.SyntaxError, file: opts[:file] || "nofile", line: line, column: column, message: message, snippet: snippet
      end

    engine = opts[:engine] || EEx.SmartEngine

    state = %{
      engine: engine,
      file: opts[:file] || "nofile",
      source: source,
      first_line: opts[:line] || 1,
      indentation: opts[:indentation] || 0,
      parser_options: opts[:parser_options] || Code.get_compiler_option(:parser_options) || [columns: true]
    }

    {:end, buffer, _} = body(tokens, engine.init(Keyword.drop(opts, @whole_options -- [:engine, :file, :line, :trim, :indentation])), nil, state)
    engine.handle_body(buffer)
  end

  defp split_snippet(message) do
    case String.split(message, "\n", parts: 2) do
      [message, snippet] -> {message, "\n" <> snippet}
      [message] -> {message, ""}
    end
  end

  # Reads a body up to the tag that ends it: `{:end | {:middle, chars, meta} | {:close, chars, meta}, buffer, tokens}`. `block` is the place of the
  # tag that opened it, if it lies in a block.
  defp body([{:text, chars, meta} | rest], buffer, block, state) do
    body(rest, state.engine.handle_text(buffer, position(meta), IO.chardata_to_string(chars)), block, state)
  end

  defp body([{:comment, _, _} | rest], buffer, block, state), do: body(rest, buffer, block, state)

  defp body([{:expr, marker, chars, meta} | rest], buffer, block, state) do
    quoted = parse(chars, meta.line, code_column(meta, marker), state)
    body(rest, state.engine.handle_expr(buffer, IO.chardata_to_string(marker), quoted), block, state)
  end

  defp body([{:start_expr, marker, chars, meta} | rest], buffer, block, state) do
    {quoted, rest} = block(rest, buffer, marker, chars, meta, state)

    if marker == [] and not match?({:=, _, [_, _]}, quoted) do
      IO.warn(
        "the contents of this expression won't be output unless the EEx block starts with \"<%=\"",
        file: state.file,
        line: meta.line,
        column: meta.column
      )
    end

    body(rest, state.engine.handle_expr(buffer, IO.chardata_to_string(marker), quoted), block, state)
  end

  defp body([{:middle_expr, _, chars, meta} | _], _, nil, state), do: fail("unexpected middle of expression <%#{chars}%>", meta, state)
  defp body([{:middle_expr, _, chars, meta} | rest], buffer, _, _), do: {{:middle, chars, meta}, buffer, rest}
  defp body([{:end_expr, _, chars, meta} | _], _, nil, state), do: fail("unexpected end of expression <%#{chars}%>", meta, state)
  defp body([{:end_expr, _, chars, meta} | rest], buffer, _, _), do: {{:close, chars, meta}, buffer, rest}
  defp body([{:eof, _}], buffer, nil, _), do: {:end, buffer, []}

  defp body([{:eof, _}], _, block, state) do
    fail("expected a closing '<% end %>' for block expression in EEx", block, state)
  end

  # The code of a block and what follows it.
  defp block(tokens, buffer, marker, chars, meta, state) do
    column = code_column(meta, marker)
    place = first_code(chars, meta.line, column, state)
    {tokens, skipped} = skip_blank(tokens)
    line = meta.line + breaks(chars)
    pieces(tokens, buffer, place, [skipped, chars], line + breaks(skipped), %{}, skipped != [], {meta.line, column}, state)
  end

  # White space between a tag and the first clause is no body.
  defp skip_blank([{:text, chars, _}, {:middle_expr, _, _, _} = middle | rest] = tokens) do
    if Enum.all?(chars, &(&1 in ~c" \t\r\n")), do: {[middle | rest], chars}, else: {tokens, []}
  end

  defp skip_blank([{:middle_expr, _, _, _} | _] = tokens), do: {tokens, ~c" "}

  defp skip_blank([{:text, chars, _} = text, {:comment, _, _} | rest] = tokens) do
    if Enum.all?(chars, &(&1 in ~c" \t\r\n")), do: skip_blank([text | rest]), else: {tokens, []}
  end

  defp skip_blank([{:comment, _, _} | rest]), do: skip_blank(rest)
  defp skip_blank(tokens), do: {tokens, []}

  # `code` is what was joined so far, backwards, and `line` where it has got to.
  defp pieces(tokens, buffer, place, code, line, bodies, bare?, start, state) do
    {next, inner, rest} = body(tokens, state.engine.handle_begin(buffer), place, state)
    {kind, chars, meta} = next
    key = map_size(bodies)

    {hole, bodies} =
      if bare?, do: {[], bodies}, else: {~c"__EEX__(#{key});", Map.put(bodies, key, state.engine.handle_end(inner))}

    gap = List.duplicate(?\n, max(meta.line - line, 0))
    code = [chars, gap, hole | code]
    line = max(meta.line, line) + breaks(chars)

    case kind do
      :middle ->
        pieces(rest, buffer, place, code, line, bodies, false, start, state)

      :close ->
        {first_line, column} = start
        {code |> Enum.reverse() |> :lists.append() |> parse(first_line, column, state) |> fill(bodies), rest}
    end
  end

  defp breaks(chars), do: Enum.count(chars, &(&1 == ?\n))

  defp fill({:__EEX__, _, [key]}, bodies), do: Map.fetch!(bodies, key)
  defp fill({name, meta, args}, bodies) when is_list(args), do: {fill(name, bodies), meta, fill(args, bodies)}
  defp fill({name, meta, args}, bodies), do: {fill(name, bodies), meta, args}
  defp fill({left, right}, bodies), do: {fill(left, bodies), fill(right, bodies)}
  defp fill([head | tail], bodies), do: [fill(head, bodies) | fill(tail, bodies)]
  defp fill(other, _), do: other

  defp parse(chars, line, column, state) do
    Code.string_to_quoted!(chars, [file: state.file, line: line, column: column] ++ state.parser_options)
  end

  # Where the code of a tag begins, and its first character that is no white space.
  defp code_column(meta, marker), do: meta.column + 2 + length(marker)

  defp first_code([char | rest], line, column, state) when char in ~c" \t", do: first_code(rest, line, column + 1, state)
  defp first_code([?\n | rest], line, _, state), do: first_code(rest, line + 1, state.indentation + 1, state)
  defp first_code(_, line, column, _), do: %{line: line, column: column}

  defp position(%{line: line, column: column}), do: [line: line, column: column]

  defp fail(message, %{line: line, column: column} = meta, state) do
    snippet = EEx.Tokenizer.snippet(state.source, state.first_line, state.indentation, meta)
    raise EEx.SyntaxError, file: state.file, line: line, column: column, message: message, snippet: snippet
  end
end
