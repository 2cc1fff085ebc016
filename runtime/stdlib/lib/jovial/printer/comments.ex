defmodule Jovial.Printer.Comments do
  @moduledoc false
  # Where the lines of a node begin and end. (Weaving comes below.)

  def weave(quoted, _notes), do: quoted

  def first_line(node), do: elem(lines(node), 0)

  # The first and the last line that a node's metadata mention, `{nil, nil}` if none do.
  def lines(node), do: scan(node, {nil, nil})

  defp scan({form, meta, args}, acc) when is_list(meta) do
    acc = scan_meta(meta, acc)
    scan(args, scan(form, acc))
  end

  defp scan({left, right}, acc), do: scan(right, scan(left, acc))
  defp scan([head | tail], acc), do: scan(tail, scan(head, acc))
  defp scan(_, acc), do: acc

  defp scan_meta([{:line, line} | rest], acc) when is_integer(line), do: scan_meta(rest, widen(line, acc))

  defp scan_meta([{key, meta} | rest], acc) when key in [:closing, :end, :do] and is_list(meta) do
    scan_meta(rest, scan_meta(meta, acc))
  end

  defp scan_meta([_ | rest], acc), do: scan_meta(rest, acc)
  defp scan_meta([], acc), do: acc

  defp widen(line, {nil, nil}), do: {line, line}
  defp widen(line, {first, last}), do: {min(line, first), max(line, last)}
end
