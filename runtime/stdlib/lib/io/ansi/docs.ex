defmodule IO.ANSI.Docs do
  @moduledoc false

  # Shows documents on a terminal: Markdown with its blocks laid out and its emphasis in color.
  #
  # A text is cut into blocks first, then each block is written with an indentation; what stands in lists is a text of its own. Words are
  # wrapped by what they show, not by the bytes of their colors.

  @doc false
  def default_options do
    [
      enabled: true,
      doc_bold: [:bright],
      doc_code: [:cyan],
      doc_headings: [:yellow],
      doc_metadata: [:yellow],
      doc_quote: [:light_black],
      doc_inline_code: [:cyan],
      doc_table_heading: [:reverse],
      doc_title: [:reverse, :yellow],
      doc_underline: [:underline],
      width: 80
    ]
  end

  @doc false
  def print_headings(headings, options \\ []) do
    options = Keyword.merge(default_options(), options)
    newline(options)

    for heading <- headings, line <- String.split(heading, "\n") do
      width = options[:width]
      left = div(width - String.length(line), 2)
      text = String.duplicate(" ", max(left, 0)) <> line
      IO.puts(if options[:enabled], do: color(String.pad_trailing(text, width), :doc_title, options), else: text)
    end

    newline(options)
  end

  @shown_metadata [:delegate_to, :deprecated, :guard, :since]

  @doc false
  def print_metadata(metadata, options \\ []) when is_map(metadata) do
    options = Keyword.merge(default_options(), options)
    lines = for key <- @shown_metadata, value = metadata[key], do: [color("#{key}:", :doc_metadata, options), " ", shown(key, value), "\n"]
    if lines != [], do: IO.write([lines, "\n"])
    :ok
  end

  defp shown(:delegate_to, {module, function, arity}), do: Exception.format_mfa(module, function, arity)
  defp shown(_key, value), do: to_string(value)

  @doc false
  def print(document, format, options \\ [])
  def print(document, "text/markdown", options) when is_binary(document), do: print_markdown(document, options)
  def print(_document, format, _options), do: IO.puts("\nUnknown documentation format #{inspect(format)}\n")

  @doc false
  def print_markdown(document, options) do
    options = Keyword.merge(default_options(), options)

    document
    |> String.replace(~r/<!--.*?-->/s, "")
    |> String.split(["\r\n", "\n"])
    |> Enum.map(&String.trim_trailing/1)
    |> blocks()
    |> write_all("", options)
  end

  # ## Blocks

  defp blocks([]), do: []
  defp blocks(["" | rest]), do: blocks(rest)

  defp blocks(["```" <> language | rest]) do
    {code, rest} = Enum.split_while(rest, &(not String.starts_with?(String.trim_leading(&1), "```")))
    rest = blocks(Enum.drop(rest, 1))
    if String.trim(language) == "mermaid", do: rest, else: [{:code, code} | rest]
  end

  defp blocks(["    " <> _ | _] = lines) do
    {code, rest} = Enum.split_while(lines, &(&1 == "" or String.starts_with?(&1, "    ")))
    {empty, code} = code |> Enum.reverse() |> Enum.split_while(&(&1 == ""))
    code = for line <- Enum.reverse(code), do: if(line == "", do: "", else: binary_part(line, 4, byte_size(line) - 4))
    [{:code, code} | blocks(empty ++ rest)]
  end

  defp blocks([line | rest] = lines) do
    cond do
      heading?(line) -> [{:heading, line} | blocks(rest)]
      quote?(line) -> quoted(lines)
      marker(line) != nil -> list(lines)
      line =~ ~r/^\s*\[[^\]]+\]:\s/ -> [{:raw, line} | blocks(rest)]
      table?(lines) -> table(lines)
      true -> paragraph(lines, [])
    end
  end

  defp heading?(line), do: line =~ ~r/^\#{1,6}\s/
  defp quote?(line), do: line =~ ~r/^\s{0,3}>(\s|$)/

  defp table?([first, second | _]), do: row?(first) and row?(second)
  defp table?(_lines), do: false

  defp row?(line), do: String.starts_with?(line, "|") or line =~ ~r/\S+ +\|( |$)/

  defp table(lines) do
    {rows, rest} = Enum.split_while(lines, &row?/1)
    [{:table, rows} | blocks(rest)]
  end

  defp quoted(lines) do
    {lines, rest} = Enum.split_while(lines, &quote?/1)
    texts = for line <- lines, do: String.replace(line, ~r/^\s*>\s?/, "")
    [{:quote, texts} | blocks(rest)]
  end

  defp paragraph([line | rest] = lines, words) do
    ends? =
      line == "" or String.starts_with?(line, "```") or
        (words != [] and (heading?(line) or quote?(line) or marker(line) != nil or table?(lines)))

    if ends?, do: [{:paragraph, text(words)} | blocks(lines)], else: paragraph(rest, [line | words])
  end

  defp paragraph([], words), do: [{:paragraph, text(words)}]

  defp text(lines), do: lines |> Enum.reverse() |> Enum.map_join(" ", &(&1 |> String.trim() |> String.trim_trailing("\\")))

  # `{indent, sign, rest}` of a line that begins an item.
  defp marker(line) do
    case Regex.run(~r/^(\s{0,3})([*+-]|\d+\.)\s+(.*)$/s, line) do
      [_, indent, sign, rest] -> {byte_size(indent), if(sign in ["*", "+", "-"], do: :bullet, else: sign), rest}
      nil -> nil
    end
  end

  # An item is `{sign, first line, further lines, followed by an empty line?}`.
  defp list([line | rest]) do
    {indent, sign, first} = marker(line)
    {items, rest} = items(rest, indent, [{sign, first, []}], [])
    [{:list, Enum.reverse(items)} | blocks(rest)]
  end

  defp items([], _indent, [item | done], done_items), do: {[finished(item) | done ++ done_items], []}

  defp items([line | rest] = lines, indent, [{sign, first, more} = item | _], items) do
    case marker(line) do
      {^indent, next, text} -> items(rest, indent, [{next, text, []}], [finished(item) | items])
      {other, next, text} when other < indent -> items(rest, other, [{next, text, []}], [finished(item) | items])
      _ ->
        loose? = line != "" and not String.starts_with?(line, " ") and List.first(more, first) == ""
        if loose?, do: {[finished(item) | items], lines}, else: items(rest, indent, [{sign, first, [line | more]}], items)
    end
  end

  defp finished({sign, first, more}) do
    {empty, more} = Enum.split_while(more, &(&1 == ""))
    {lazy, rest} = more |> Enum.reverse() |> Enum.split_while(&lazy?/1)
    {sign, text(Enum.reverse([first | lazy])), unindented(rest), empty != []}
  end

  # A line that goes on with the words of the item's first.
  defp lazy?(line), do: line != "" and marker(String.trim_leading(line)) == nil and not String.starts_with?(line, "        ")

  defp unindented(lines) do
    depth = lines |> Enum.find("", &(&1 != "")) |> indent() |> min(4)
    for line <- lines, do: String.slice(line, min(indent(line), depth)..-1//1)
  end

  defp indent(line), do: String.length(line) - String.length(String.trim_leading(line))

  # ## Writing

  defp write_all(blocks, indent, options), do: Enum.each(blocks, &write(&1, indent, options))

  defp write({:raw, line}, indent, _options), do: IO.puts(indent <> line)

  defp write({:heading, line}, indent, options) do
    IO.puts(indent <> color(line, :doc_headings, options))
    newline(options)
  end

  defp write({:code, lines}, indent, options) do
    text = Enum.map_join(lines, "\n", &(indent <> "    " <> &1))
    IO.puts(color(text, :doc_code, options))
    newline(options)
  end

  defp write({:paragraph, text}, indent, options) do
    text |> inline(options) |> wrapped(options[:width] - String.length(indent)) |> Enum.each(&IO.puts(indent <> &1))
    newline(options)
  end

  defp write({:quote, lines}, indent, options) do
    sign = indent <> color("> ", :doc_quote, options)

    lines
    |> Enum.chunk_by(&(String.trim(&1) == ""))
    |> Enum.each(fn
      ["" | _] -> IO.puts(sign)
      words -> words |> Enum.reverse() |> text() |> inline(options) |> wrapped(options[:width] - 2) |> Enum.each(&IO.puts(sign <> &1))
    end)

    newline(options)
  end

  defp write({:list, items}, indent, options) do
    last = length(items) - 1

    for {{sign, first, rest, spaced?}, index} <- Enum.with_index(items) do
      sign = if sign == :bullet, do: bullet(options), else: sign
      hang = indent <> String.duplicate(" ", String.length(sign) + 3)
      [line | lines] = first |> inline(options) |> wrapped(options[:width] - String.length(hang))
      IO.puts([indent, "  ", sign, " ", line])
      for line <- lines, do: IO.puts(hang <> line)
      rest |> blocks() |> write_all(if(list?(rest), do: indent <> "  ", else: hang), options)
      if spaced? and index < last, do: newline(options)
    end

    newline(options)
  end

  defp write({:table, rows}, indent, options) do
    rows = for row <- rows, do: cells(row)
    count = rows |> Enum.map(&length/1) |> Enum.max()
    {heading?, alignment, rows} = heading(rows, count)
    rows = for row <- rows, do: for(cell <- row ++ List.duplicate("", count - length(row)), do: inline(cell, options))
    widths = for column <- Enum.zip_with(rows, & &1), do: column |> Enum.map(&visible/1) |> Enum.max()

    for {row, index} <- Enum.with_index(rows) do
      line = [row, widths, alignment] |> Enum.zip_with(fn [cell, width, side] -> aligned(cell, width, side) end) |> Enum.join(" | ")
      IO.puts(indent <> if(heading? and index == 0, do: color(line, :doc_table_heading, options), else: line))
    end

    newline(options)
  end

  # A list in an item stands under its words.
  defp list?(lines), do: lines |> Enum.find("", &(&1 != "")) |> marker() != nil

  defp bullet(options), do: if(options[:enabled], do: "•", else: "*")

  defp cells(row) do
    row = String.trim(row)
    row = if String.starts_with?(row, "|"), do: row |> String.trim_leading("|") |> String.replace(~r/\|$/, ""), else: row
    for cell <- String.split(row, ~r/(?<!\\)\|/), do: cell |> String.trim() |> String.replace("\\|", "|")
  end

  defp heading([first, second | rest], count) do
    if Enum.all?(second, &(&1 =~ ~r/^:?-+:?$/)) do
      sides = for cell <- second, do: side(cell)
      {true, sides ++ List.duplicate(:left, max(count - length(sides), 0)), [first | rest]}
    else
      {false, List.duplicate(:left, count), [first, second | rest]}
    end
  end

  defp side(cell) do
    case {String.starts_with?(cell, ":"), String.ends_with?(cell, ":")} do
      {true, true} -> :center
      {false, true} -> :right
      _ -> :left
    end
  end

  defp aligned(cell, width, side) do
    space = width - visible(cell)

    {left, right} =
      case side do
        :left -> {0, space}
        :right -> {space, 0}
        :center -> {div(space, 2), space - div(space, 2)}
      end

    String.duplicate(" ", left) <> cell <> String.duplicate(" ", right)
  end

  defp newline(options), do: IO.puts(if options[:enabled], do: IO.ANSI.reset(), else: "")

  defp color(text, key, options) do
    if options[:enabled] do
      codes = for name <- List.wrap(options[key]), do: apply(IO.ANSI, name, [])
      IO.iodata_to_binary([codes, text, IO.ANSI.reset()])
    else
      text
    end
  end

  # ## Words

  defp visible(text), do: text |> String.replace(~r/\e\[[0-9;]*m/, "") |> String.length()

  defp wrapped(text, width) do
    {line, lines} =
      text
      |> String.split(" ")
      |> Enum.reduce({nil, []}, fn
        word, {nil, lines} ->
          {word, lines}

        word, {line, lines} ->
          if visible(line) + 1 + visible(word) <= width, do: {line <> " " <> word, lines}, else: {word, [line | lines]}
      end)

    Enum.reverse([line | lines])
  end

  # ## Emphasis, code and links in a line of words

  defp inline(text, options) do
    if options[:enabled], do: IO.iodata_to_binary(inline(text, " ", options)), else: text
  end

  # The character before decides whether emphasis can begin.
  defp inline("", _before, _options), do: []

  defp inline("\\" <> <<char, rest::binary>>, _before, options) when char in ~c"\\`*_{}[]()#+-.!|<>" do
    # What was escaped is followed by a word as by a space.
    [char | inline(rest, if(char == ?\\, do: " ", else: <<char>>), options)]
  end

  defp inline("`" <> rest, before, options) do
    case not word?(before) && String.split(rest, "`", parts: 2) do
      [code, rest] when code != "" -> [color(code, :doc_inline_code, options) | inline(rest, "`", options)]
      _ -> ["`" | inline(rest, "`", options)]
    end
  end

  defp inline("[" <> rest, before, options) do
    case Regex.run(~r/^([^\[\]]*)\]\(([^()\s]*(?:\([^()]*\)[^()\s]*)*)\)(.*)$/s, rest) do
      [_, words, target, rest] ->
        [inline(words, before, options), " (", inline(target, "(", options), ")" | inline(rest, ")", options)]

      nil ->
        ["[" | inline(rest, "[", options)]
    end
  end

  for {sign, key} <- [{"**", :doc_bold}, {"__", :doc_bold}, {"*", :doc_underline}, {"_", :doc_underline}] do
    defp inline(unquote(sign) <> rest, before, options) do
      case not word?(before) && emphasized(rest, unquote(sign)) do
        {words, rest} -> [color(inline_inner(words, options), unquote(key), options) | inline(rest, unquote(sign), options)]
        _ -> [unquote(sign) | inline(rest, unquote(sign), options)]
      end
    end
  end

  defp inline(text, _before, options) do
    {char, rest} = String.next_grapheme(text)
    [char | inline(rest, char, options)]
  end

  defp inline_inner(words, options), do: IO.iodata_to_binary(inline(words, " ", options))

  # `{words, rest}` up to the sign that closes: right behind a word, and with no word right behind it.
  defp emphasized(text, sign), do: emphasized(text, sign, "", " ")

  defp emphasized(text, sign, words, last) do
    size = byte_size(sign)

    case text do
      "" ->
        nil

      <<"\\", char::utf8, rest::binary>> ->
        emphasized(rest, sign, words <> "\\" <> <<char::utf8>>, <<char::utf8>>)

      <<^sign::binary-size(size), rest::binary>> when last != " " ->
        if closed?(rest, sign), do: {words, rest}, else: emphasized(rest, sign, words <> sign, sign)

      _ when words == "" and binary_part(text, 0, 1) == " " ->
        nil

      _ ->
        {char, rest} = String.next_grapheme(text)
        emphasized(rest, sign, words <> char, char)
    end
  end

  defp closed?("", _sign), do: true
  defp closed?(rest, sign), do: not word?(String.first(rest)) and String.first(rest) != String.first(sign)

  defp word?(text), do: text =~ ~r/[\p{L}\p{N}]$/u
end
