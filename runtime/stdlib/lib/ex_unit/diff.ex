defmodule ExUnit.Diff do
  @moduledoc false

  # Compares two sides of an assertion and says what of their text is the same.
  #
  # A side is a list of `{:same, text}` and `{:differs, text}`. Lists, tuples, maps, structs and texts are compared part by part, all else
  # as a whole. Patterns are not compared: `nil` says so.

  # Bigger values are shown whole: their differences would be hard to find by color, and costly to compute.
  @limit 500

  def compute(left, right, context)
  def compute(_left, _right, {:match, _pins}), do: nil
  def compute(_left, _right, {:mailbox, _pins}), do: nil

  def compute(left, right, context) when context in [:==, :===] do
    {left, right} = sides(left, right)
    {joined(left), joined(right)}
  end

  def compute(_left, _right, _context), do: nil

  defp joined(parts) do
    parts
    |> List.flatten()
    |> Enum.chunk_by(&elem(&1, 0))
    |> Enum.map(fn [{kind, _} | _] = run -> {kind, Enum.map_join(run, &elem(&1, 1))} end)
  end

  defp same(text), do: {:same, text}
  defp differs(text), do: {:differs, text}

  defp sides(value, value), do: {[same(inspect(value))], [same(inspect(value))]}

  defp sides(left, right) when is_binary(left) and is_binary(right) do
    if String.printable?(left) and String.printable?(right) and byte_size(left) + byte_size(right) < @limit * 10 do
      script = String.myers_difference(left, right)
      {[same("\""), text(script, :del), same("\"")], [same("\""), text(script, :ins), same("\"")]}
    else
      whole(left, right)
    end
  end

  defp sides(left, right) when is_list(left) and is_list(right) do
    cond do
      List.improper?(left) or List.improper?(right) -> whole(left, right)
      Keyword.keyword?(left) and Keyword.keyword?(right) and left != [] and right != [] -> around("[", keyword(left, right), "]")
      List.ascii_printable?(left) and left != [] and List.ascii_printable?(right) and right != [] -> whole(left, right)
      length(left) + length(right) > @limit -> whole(left, right)
      true -> around("[", elements(left, right), "]")
    end
  end

  defp sides(left, right) when is_tuple(left) and is_tuple(right) do
    around("{", elements(Tuple.to_list(left), Tuple.to_list(right)), "}")
  end

  defp sides(%module{} = left, %module{} = right) do
    # A struct that shows itself in its own way is shown so.
    if Inspect.impl_for(left) == Inspect.Any do
      around("%#{inspect(module)}{", fields(Map.from_struct(left), Map.from_struct(right)), "}")
    else
      whole(left, right)
    end
  end

  defp sides(%{__struct__: _} = left, right), do: whole(left, right)
  defp sides(left, %{__struct__: _} = right), do: whole(left, right)
  defp sides(left, right) when is_map(left) and is_map(right), do: around("%{", fields(left, right), "}")
  defp sides(left, right), do: whole(left, right)

  defp whole(left, right), do: {[differs(inspect(left))], [differs(inspect(right))]}

  defp text(script, other) do
    for {kind, part} <- script, kind in [:eq, other] do
      shown = part |> inspect() |> String.slice(1..-2//1)
      if kind == :eq, do: same(shown), else: differs(shown)
    end
  end

  defp around(open, {left, right}, close) do
    {[same(open), commas(left), same(close)], [same(open), commas(right), same(close)]}
  end

  defp commas(parts), do: Enum.intersperse(parts, same(", "))

  # Elements that stand for each other in a run of changes are compared in turn.
  defp elements(left, right) do
    {left, right} = left |> List.myers_difference(right) |> changes([], [])
    {Enum.reverse(left), Enum.reverse(right)}
  end

  defp changes([], left, right), do: {left, right}

  defp changes([{:eq, values} | rest], left, right) do
    shown = for value <- values, do: [same(inspect(value))]
    changes(rest, Enum.reverse(shown, left), Enum.reverse(shown, right))
  end

  defp changes([{one, gone}, {other, come} | rest], left, right) when {one, other} in [{:del, :ins}, {:ins, :del}] do
    {gone, come} = if one == :del, do: {gone, come}, else: {come, gone}
    pairs = min(length(gone), length(come))
    both = for {old, new} <- Enum.zip(gone, come), do: sides(old, new)
    {lefts, rights} = Enum.unzip(both)
    lefts = lefts ++ for(value <- Enum.drop(gone, pairs), do: [differs(inspect(value))])
    rights = rights ++ for(value <- Enum.drop(come, pairs), do: [differs(inspect(value))])
    changes(rest, Enum.reverse(lefts, left), Enum.reverse(rights, right))
  end

  defp changes([{:del, gone} | rest], left, right) do
    changes(rest, Enum.reverse(for(value <- gone, do: [differs(inspect(value))]), left), right)
  end

  defp changes([{:ins, come} | rest], left, right) do
    changes(rest, left, Enum.reverse(for(value <- come, do: [differs(inspect(value))]), right))
  end

  defp keyword(left, right) do
    if Keyword.keys(left) == Keyword.keys(right) do
      pairs = for {{key, old}, {_, new}} <- Enum.zip(left, right), do: field(key, sides(old, new))
      Enum.unzip(pairs)
    else
      elements = elements(left, right)
      elements
    end
  end

  defp fields(left, right) do
    {both, gone} = left |> Enum.sort() |> Enum.split_with(fn {key, _} -> Map.has_key?(right, key) end)
    come = right |> Enum.sort() |> Enum.reject(fn {key, _} -> Map.has_key?(left, key) end)
    {lefts, rights} = Enum.unzip(for {key, value} <- both, do: field(key, sides(value, right[key])))
    {lefts ++ for(pair <- gone, do: [differs(pair(pair))]), rights ++ for(pair <- come, do: [differs(pair(pair))])}
  end

  defp field(key, {left, right}), do: {[same(name(key)) | left], [same(name(key)) | right]}
  defp pair({key, value}), do: name(key) <> inspect(value)
  defp name(key) when is_atom(key), do: Macro.inspect_atom(:key, key) <> " "
  defp name(key), do: inspect(key) <> " => "
end
