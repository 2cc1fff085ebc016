defmodule Jupyter.Table do
  @moduledoc false

  # Rows as an HTML table and as text. Numbers stand on the right.

  @doc false
  def bundle(rows, options) do
    {shown, more} = split(rows, options[:limit])
    columns = options[:columns] || columns(shown)
    cells = for row <- shown, do: values(row, columns)
    titles = Enum.map(columns, &text/1)
    Jupyter.bundle(%{"text/html" => html(titles, cells, more), "text/plain" => plain(titles, cells, more)})
  end

  defp split(rows, :infinity), do: {Enum.to_list(rows), 0}

  # Of a list it is known how many rows are left out; nothing that may be endless is walked to its end.
  defp split(rows, limit) when is_list(rows) do
    {shown, rest} = Enum.split(rows, limit)
    {shown, length(rest)}
  end

  defp split(rows, limit) do
    case Enum.take(rows, limit + 1) do
      taken when length(taken) > limit -> {Enum.take(taken, limit), :some}
      taken -> {taken, 0}
    end
  end

  # All keys, in the order in which they are first seen.
  defp columns(rows), do: rows |> Enum.flat_map(&keys/1) |> Enum.uniq()

  defp keys(%_{} = struct), do: struct |> Map.from_struct() |> keys()
  defp keys(%{} = map), do: map |> Map.keys() |> Enum.sort()
  defp keys([]), do: []
  defp keys([_ | _] = row), do: if(Keyword.keyword?(row), do: Keyword.keys(row), else: Enum.to_list(1..length(row)))
  defp keys(row) when is_tuple(row), do: Enum.to_list(1..tuple_size(row)//1)
  defp keys(_row), do: [1]

  defp values(%{} = map, columns), do: for(key <- columns, do: Map.get(map, key))
  defp values(row, columns) when is_tuple(row), do: row |> Tuple.to_list() |> padded(columns)

  defp values(row, columns) when is_list(row) do
    if row != [] and Keyword.keyword?(row), do: for(key <- columns, do: row[key]), else: padded(row, columns)
  end

  defp values(value, columns), do: padded([value], columns)

  defp padded(values, columns), do: for({_column, at} <- Enum.with_index(columns), do: Enum.at(values, at))

  defp text(nil), do: ""
  defp text(value) when is_binary(value), do: if(String.printable?(value), do: value, else: inspect(value))
  defp text(value) when is_atom(value), do: Atom.to_string(value) |> String.replace_prefix("Elixir.", "")
  defp text(value), do: inspect(value, limit: 20)

  defp remaining(0), do: nil
  defp remaining(:some), do: "… and more"
  defp remaining(count), do: "… and #{count} more"

  # ## HTML

  defp html(titles, cells, more) do
    head = for title <- titles, do: ["<th>", escape(title), "</th>"]
    body = for row <- cells, do: ["<tr>", Enum.map(row, &cell/1), "</tr>\n"]
    foot = if text = remaining(more), do: ["<p>", text, "</p>"], else: []
    IO.iodata_to_binary(["<table>\n<thead><tr>", head, "</tr></thead>\n<tbody>\n", body, "</tbody>\n</table>", foot])
  end

  defp cell(value) when is_number(value), do: ["<td style=\"text-align: right\">", escape(text(value)), "</td>"]
  defp cell(value), do: ["<td style=\"text-align: left\">", escape(text(value)), "</td>"]

  @doc false
  def escape(text) do
    text
    |> String.replace("&", "&amp;")
    |> String.replace("<", "&lt;")
    |> String.replace(">", "&gt;")
    |> String.replace("\"", "&quot;")
  end

  # ## Text

  defp plain(titles, cells, more) do
    lines = [titles | for(row <- cells, do: for(value <- row, do: value |> text() |> String.replace("\n", " ")))]
    widths = lines |> Enum.zip_with(& &1) |> Enum.map(fn column -> column |> Enum.map(&String.length/1) |> Enum.max() end)
    right = for column <- Enum.zip_with([titles | cells], & &1), do: match?([_, _ | _], column) and column |> tl() |> Enum.all?(&is_number/1)
    [head | body] = for line <- lines, do: line(line, widths, right)
    rule = Enum.map_join(widths, " | ", &String.duplicate("-", &1))
    Enum.join([head, rule | body] ++ List.wrap(remaining(more)), "\n")
  end

  defp line(texts, widths, right) do
    [texts, widths, right]
    |> Enum.zip_with(fn
      [text, width, true] -> String.pad_leading(text, width)
      [text, width, false] -> String.pad_trailing(text, width)
    end)
    |> Enum.join(" | ")
    |> String.trim_trailing()
  end
end
