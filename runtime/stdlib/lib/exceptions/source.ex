# The exceptions about source code: what the tokenizer, the parser and the compiler report.

defmodule CompileError do
  @moduledoc """
  Code could not be compiled.

  Fields: `:file`, `:line` and `:description`.
  """
  defexception [:file, :line, description: "compile error"]

  @impl true
  def message(%{file: file, line: line, description: description}) do
    case Exception.format_file_line(file && Path.relative_to_cwd(file), line) do
      "" -> description
      place -> place <> " " <> description
    end
  end
end

defmodule Kernel.TypespecError do
  @moduledoc """
  A type or a spec is wrong.

  Fields: `:file`, `:line` and `:description`.
  """
  defexception [:file, :line, :description]

  @impl true
  def message(%{file: file, line: line, description: description}) do
    case Exception.format_file_line(file && Path.relative_to_cwd(file), line) do
      "" -> description
      place -> place <> " " <> description
    end
  end
end

defmodule Code.LoadError do
  @moduledoc """
  A file of code could not be loaded.

  Fields: `:file`, `:reason` and `:message`.
  """
  defexception [:file, :message, :reason]

  @impl true
  def exception(fields) do
    file = Keyword.fetch!(fields, :file)
    reason = Keyword.fetch!(fields, :reason)
    %Code.LoadError{file: file, reason: reason, message: "could not load #{file}. Reason: #{reason}"}
  end
end

defmodule SyntaxError do
  @moduledoc """
  Text is no valid source code.

  Fields: `:file`, `:line`, `:column`, `:snippet` (the line in question) and `:description`.
  """
  defexception [:file, :line, :column, :snippet, description: "syntax error"]

  @impl true
  def message(%{snippet: nil, file: file, line: line, column: column, description: description}) do
    "invalid syntax found on " <> Exception.Snippet.bare_report(file, line, column, description, "   ")
  end

  def message(%{file: file, line: line, column: column, description: description, snippet: snippet}) do
    "invalid syntax found on " <> Exception.Snippet.report(file, line, column, snippet, description)
  end
end

defmodule TokenMissingError do
  @moduledoc """
  Source code ends too early: a bracket or a block is still open.

  Fields: those of `SyntaxError`, and `:end_line`, `:end_column`, `:opening_delimiter` and `:expected_delimiter` where
  it is known what was left open.
  """
  defexception [
    :file,
    :line,
    :column,
    :end_line,
    :end_column,
    :snippet,
    :opening_delimiter,
    :expected_delimiter,
    description: "expression is incomplete"
  ]

  @impl true
  def message(%{snippet: nil, file: file, line: line, column: column, description: description}) do
    "token missing on " <> Exception.Snippet.bare_report(file, line, column, description, "")
  end

  def message(%{expected_delimiter: nil, snippet: snippet} = exception) do
    %{file: file, line: line, column: column, description: description} = exception
    "token missing on " <> Exception.Snippet.report(file, line, column, snippet, description)
  end

  def message(%{line: line, column: column, snippet: snippet} = exception) do
    # The report points past the last text there is, not at the empty line after it.
    lines = String.split(snippet, "\n")
    {last, offset} = last_text(lines)
    closing = {line + offset, String.length(last) + 1}
    expected = Exception.Snippet.delimiter(exception.expected_delimiter)

    "token missing on " <>
      Exception.Snippet.spanning(
        {line, column},
        closing,
        exception.description,
        exception.file,
        lines,
        "unclosed delimiter",
        "missing closing delimiter (expected #{expected})"
      )
  end

  defp last_text(lines) do
    lines
    |> Enum.with_index()
    |> Enum.filter(fn {line, n} -> n == 0 or String.trim(line) != "" end)
    |> List.last()
  end
end

defmodule MismatchedDelimiterError do
  @moduledoc """
  A bracket or block is closed by something that does not belong to it.

  Fields: those of `SyntaxError`, and `:end_line`, `:end_column`, `:opening_delimiter`, `:closing_delimiter` and
  `:expected_delimiter`.
  """
  defexception [
    :file,
    :line,
    :column,
    :end_line,
    :end_column,
    :opening_delimiter,
    :closing_delimiter,
    :expected_delimiter,
    :snippet,
    description: "mismatched delimiter error"
  ]

  @impl true
  def message(%{line: line, column: column, end_line: end_line, end_column: end_column} = exception) do
    expected = Exception.Snippet.delimiter(exception.expected_delimiter)

    "mismatched delimiter found on " <>
      Exception.Snippet.spanning(
        {line, column},
        {end_line, end_column},
        exception.description,
        exception.file,
        String.split(exception.snippet, "\n"),
        "unclosed delimiter",
        "mismatched closing delimiter (expected #{expected})"
      )
  end
end

defmodule Exception.Snippet do
  @moduledoc false
  # Error reports that show the lines in question with marks under them:
  #
  #     nofile:1:4:
  #         error: unexpected token: )
  #         │
  #       1 │ foo)
  #         │    ^
  #         │
  #         └─ nofile:1:4

  @gap_max 3

  # Indentation up to this many columns is shown as it is; of more only so much remains, behind three dots.
  @indentation_max 26
  @indentation_kept 22
  @tab 8

  # Without the text in question only place and description remain.
  def bare_report(file, line, column, description, indent) do
    place = Exception.format_file_line_column(Path.relative_to_cwd(file), line, column)
    description = String.replace(description, "\n", "\n" <> indent)
    place <> "\n" <> indent <> "error: " <> description <> "\n" <> indent <> "└─ " <> trim_colon(place)
  end

  # One mark under one column.
  def report(file, line, nil, _snippet, description), do: bare_report(file, line, nil, description, "   ")

  def report(file, line, column, snippet, description) do
    place = Exception.format_file_line_column(Path.relative_to_cwd(file), line, column)
    digits = :erlang.integer_to_binary(line)
    gutter = gutter(digits)
    {snippet, column} = less_indented(snippet, column, indentation(snippet, 0))

    place <>
      "\n    error: " <>
      indent(description) <>
      "\n" <>
      bar(gutter) <>
      "\n" <>
      numbered(digits, gutter, snippet) <>
      bar(gutter) <>
      String.duplicate(" ", column) <> "^\n" <> bar(gutter) <> "\n" <> corner(gutter) <> trim_colon(place)
  end

  # Two marks, at the start and the end of something; many lines between them are left out.
  def spanning({start_line, start_column}, {end_line, end_column}, description, file, lines, start_note, end_note) do
    place = Exception.format_file_line_column(Path.relative_to_cwd(file), end_line, end_column)
    digits = :erlang.integer_to_binary(end_line)
    gutter = gutter(digits)

    shown =
      if start_line == end_line do
        one_line(hd(lines), start_line, start_column, end_column, gutter, start_note, end_note)
      else
        many_lines(lines, start_line, start_column, end_line, end_column, gutter, start_note, end_note)
      end

    place <>
      "\n" <>
      gutter <>
      "error: " <>
      indent(description) <>
      "\n" <>
      bar(gutter) <> "\n" <> shown <> bar(gutter) <> "\n" <> corner(gutter) <> trim_colon(place)
  end

  defp one_line(text, line, from, to, gutter, start_note, end_note) do
    space = String.duplicate(" ", from)

    numbered(:erlang.integer_to_binary(line), gutter, text) <>
      bar(gutter) <>
      space <>
      "│" <>
      String.duplicate(" ", max(to - from - 1, 0)) <>
      "└ " <> end_note <> "\n" <> bar(gutter) <> space <> "└ " <> start_note <> "\n"
  end

  defp many_lines(lines, start_line, start_column, end_line, end_column, gutter, start_note, end_note) do
    first = numbered(:erlang.integer_to_binary(start_line), gutter, hd(lines)) <> mark(gutter, start_column, start_note)
    between = Enum.slice(lines, 1, end_line - start_line - 1)
    final = Enum.at(lines, end_line - start_line, "")

    middle =
      if length(between) > @gap_max do
        " ...\n"
      else
        for {text, n} <- Enum.with_index(between, start_line + 1), into: "" do
          numbered(:erlang.integer_to_binary(n), gutter, text)
        end
      end

    first <>
      middle <>
      numbered(:erlang.integer_to_binary(end_line), gutter, final) <> mark(gutter, end_column, end_note)
  end

  defp indentation(" " <> rest, columns), do: indentation(rest, columns + 1)
  defp indentation("\t" <> rest, columns), do: indentation(rest, columns + @tab)
  defp indentation(_text, columns), do: columns

  defp less_indented(text, column, columns) when columns > @indentation_max do
    shown = "..." <> String.duplicate(" ", @indentation_kept - 3) <> String.trim_leading(text)
    {shown, max(column - columns + @indentation_kept, 1)}
  end

  defp less_indented(text, column, _columns), do: {text, column}

  defp mark(gutter, column, note), do: bar(gutter) <> String.duplicate(" ", column) <> "└ " <> note <> "\n"

  def delimiter(delimiter) when delimiter in [:"\"", :"'", :"\"\"\"", :"'''"], do: :erlang.atom_to_binary(delimiter)
  def delimiter(delimiter), do: "\"#{delimiter}\""

  defp gutter(digits), do: String.duplicate(" ", max(byte_size(digits), 2) + 2)
  defp bar(gutter), do: gutter <> "│"
  defp corner(gutter), do: gutter <> "└─ "
  defp numbered(digits, gutter, text), do: String.pad_leading(digits, byte_size(gutter) - 1) <> " │ " <> text <> "\n"
  defp trim_colon(place), do: String.trim_trailing(place, ":")

  defp indent(description) do
    [first | rest] = String.split(description, "\n")
    for line <- rest, into: first, do: if(line == "", do: "\n", else: "\n    " <> line)
  end
end
