defmodule ExUnit.Diff do
  @moduledoc false

  # Compares two sides of an assertion and says what of their text is the same.
  #
  # A side is a list of `{:same, text}` and `{:differs, text}`. Lists, tuples, maps, structs and texts are compared part by part, all else
  # as a whole. A pattern is compared with the value that it should have matched: what it can't match differs.

  # Bigger values are shown whole: their differences would be hard to find by color, and costly to compute.
  @limit 500

  def compute(left, right, context)

  def compute(pattern, value, {kind, pins}) when kind in [:match, :mailbox] do
    {left, right} = pattern(pattern, value, Map.new(pins))
    {joined(left), joined(right)}
  end

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

  # ## Patterns

  defp pattern({:when, _, [pattern, guard]}, value, pins) do
    {left, right} = pattern(pattern, value, pins)
    {[left, same(" when " <> Macro.to_string(guard))], right}
  end

  defp pattern({:=, _, [first, second]}, value, pins) do
    {left, right} = pattern(first, value, pins)
    {other, right_of_other} = pattern(second, value, pins)
    # The value shows what either side of it can't match.
    {[left, same(" = "), other], if(matches?(right), do: right_of_other, else: right)}
  end

  defp pattern({:^, _, [{name, _, _}]} = pin, value, pins) do
    either(Macro.to_string(pin), value, Map.fetch(pins, name) == {:ok, value})
  end

  defp pattern({name, _, context} = variable, value, _pins) when is_atom(name) and is_atom(context) do
    either(Macro.to_string(variable), value, true)
  end

  defp pattern({left, right}, value, pins), do: pattern({:{}, [], [left, right]}, value, pins)

  defp pattern({:{}, _, patterns} = pattern, value, pins) do
    if is_tuple(value), do: around("{", each(patterns, Tuple.to_list(value), pins), "}"), else: unlike(pattern, value)
  end

  defp pattern(patterns, value, pins) when is_list(patterns) do
    cond do
      not is_list(value) or List.improper?(value) -> unlike(patterns, value)
      Keyword.keyword?(patterns) and patterns != [] and Keyword.keyword?(value) -> around("[", pairs_in_order(patterns, value, pins), "]")
      true -> list(patterns, value, pins)
    end
  end

  defp pattern({:%{}, _, pairs} = pattern, value, pins) do
    if is_map(value) and not is_struct(value), do: around("%{", pairs(pairs, value, pins), "}"), else: unlike(pattern, value)
  end

  defp pattern({:%, _, [name, {:%{}, _, pairs}]} = pattern, %module{} = value, pins) do
    if name == module or (is_tuple(name) and Macro.expand(name, __ENV__) == module) or match?({_, _, context} when is_atom(context), name) do
      {left, right} = pairs(pairs, Map.from_struct(value), pins)
      open = "%" <> Macro.to_string(name) <> "{"
      {[same(open), commas(left), same("}")], [same("%#{inspect(module)}{"), commas(right), same("}")]}
    else
      unlike(pattern, value)
    end
  end

  defp pattern(literal, value, _pins) when is_number(literal) or is_atom(literal) or is_binary(literal) do
    if literal === value, do: either(inspect(literal), value, true), else: sides(literal, value)
  end

  # What only the machine can tell, such as bits and prefixes.
  defp pattern(pattern, value, pins) do
    code = quote(do: match?(unquote(pattern), unquote(Macro.escape(value))))
    {{matched?, _}, _} = Code.with_diagnostics(fn -> Code.eval_quoted(code, Map.to_list(pins)) end)
    either(Macro.to_string(pattern), value, matched?)
  rescue
    _ -> unlike(pattern, value)
  end

  defp either(text, value, true), do: {[same(text)], [same(inspect(value))]}
  defp either(text, value, false), do: {[differs(text)], [differs(inspect(value))]}
  defp unlike(pattern, value), do: either(Macro.to_string(pattern), value, false)

  defp matches?(parts), do: parts |> List.flatten() |> Enum.all?(&match?({:same, _}, &1))

  defp each([pattern | patterns], [value | values], pins) do
    {left, right} = pattern(pattern, value, pins)
    {lefts, rights} = each(patterns, values, pins)
    {[left | lefts], [right | rights]}
  end

  defp each(patterns, values, _pins) do
    {for(pattern <- patterns, do: [differs(Macro.to_string(pattern))]), for(value <- values, do: [differs(inspect(value))])}
  end

  defp list(patterns, value, pins) do
    case Enum.split(patterns, -1) do
      {first, [{:|, _, [last, tail]}]} when length(value) > length(first) ->
        {heads, rest} = Enum.split(value, length(first) + 1)
        {lefts, rights} = each(first ++ [last], heads, pins)
        {left, right} = pattern(tail, rest, pins)
        behind = if rest == [], do: [], else: [same(", "), inner(right)]
        {[same("["), commas(lefts), same(" | "), left, same("]")], [same("["), commas(rights), behind, same("]")]}

      {_, [{:|, _, _}]} ->
        unlike(patterns, value)

      _ ->
        around("[", each(patterns, value, pins), "]")
    end
  end

  # The elements of a list that is shown as the rest of another.
  defp inner(parts) do
    for {kind, text} <- List.flatten(parts), do: {kind, text |> String.trim_leading("[") |> String.trim_trailing("]")}
  end

  defp pairs_in_order(patterns, value, pins) do
    if Keyword.keys(patterns) == Keyword.keys(value) do
      Enum.unzip(for {{key, pattern}, {_, value}} <- Enum.zip(patterns, value), do: field(key, pattern(pattern, value, pins)))
    else
      {for({key, pattern} <- patterns, do: [differs(name(key) <> Macro.to_string(pattern))]), for(pair <- value, do: [differs(pair(pair))])}
    end
  end

  # Only the keys of the pattern count; what else the value has is shown as it is.
  defp pairs(patterns, value, pins) do
    known = for {key, pattern} <- patterns, do: {key(key, pins), key, pattern}
    {asked, others} = value |> Enum.sort() |> Enum.split_with(fn {key, _} -> List.keymember?(known, {:ok, key}, 0) end)

    left =
      for {found, key, pattern} <- known do
        case with {:ok, key} <- found, do: Map.fetch(value, key) do
          {:ok, value} -> [same(shown_key(key)), elem(pattern(pattern, value, pins), 0)]
          :error -> [differs(shown_key(key) <> Macro.to_string(pattern))]
        end
      end

    right =
      for {key, value} <- asked do
        {_, _, pattern} = List.keyfind(known, {:ok, key}, 0)
        [same(name(key)), elem(pattern(pattern, value, pins), 1)]
      end

    {left, right ++ for(pair <- others, do: [same(pair(pair))])}
  end

  defp key({:^, _, [{name, _, _}]}, pins), do: Map.fetch(pins, name)
  defp key(key, _pins) when is_tuple(key) and tuple_size(key) == 3, do: :error
  defp key(key, _pins), do: {:ok, key}

  defp shown_key(key) when is_atom(key), do: name(key)
  defp shown_key(key), do: Macro.to_string(key) <> " => "
end
