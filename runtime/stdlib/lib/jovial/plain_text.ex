defmodule Jovial.PlainText do
  @moduledoc false

  # Writes trees as code on as few lines as it can, node by node, and lets a function change the text of each: `Macro.to_string/2`. All calls
  # have parentheses. How code ought to look is a matter of `Code.quoted_to_algebra/2`.

  @blocks [:do, :rescue, :catch, :else, :after]
  @unary [:!, :@, :^, :not, :+, :-, :~~~, :&]

  # From weak to strong. Those of one line bind alike.
  @binary [
            right: [:<-, :\\],
            right: [:when],
            right: [:"::"],
            right: [:|],
            right: [:"=>"],
            right: [:=],
            left: [:||, :|||, :or],
            left: [:&&, :&&&, :and],
            left: [:==, :!=, :=~, :===, :!==],
            left: [:<, :<=, :>=, :>],
            left: [:|>, :<<<, :>>>, :<<~, :~>>, :<~, :~>, :<~>],
            left: [:in],
            left: [:^^^],
            right: [:++, :--, :+++, :---, :<>],
            right: [:..],
            left: [:+, :-],
            left: [:*, :/],
            left: [:**]
          ]
          |> Enum.with_index()
          |> Enum.flat_map(fn {{side, operators}, strength} -> Enum.map(operators, &{&1, {side, strength}}) end)
          |> Map.new()

  def write(tree, fun), do: fun.(tree, raw(tree, fun))

  # ## Blocks and functions

  defp raw({:__block__, _, [single]}, fun), do: write(single, fun)
  defp raw({:__block__, _, [_, _ | _] = lines}, fun), do: "(\n  " <> indented(lines(lines, fun)) <> "\n)"
  defp raw({:__aliases__, _, parts}, fun), do: Enum.map_join(parts, ".", &if(is_atom(&1), do: Atom.to_string(&1), else: operand(&1, fun)))

  defp raw({:fn, _, [{:->, _, [_, body]} = clause]}, fun) when not (is_tuple(body) and elem(body, 0) == :__block__) do
    "fn " <> String.trim_leading(arrow(clause, fun) <> " ") <> "end"
  end

  defp raw({:fn, _, [{:->, _, [args, body]}]}, fun) do
    "fn " <> arguments(args, fun) <> "->\n  " <> indented(body(body, fun)) <> "\nend"
  end

  defp raw({:fn, _, clauses}, fun), do: "fn\n  " <> indented(clauses(clauses, fun)) <> "\nend"

  defp raw([{:->, _, _} | _] = clauses, fun), do: "(" <> Enum.map_join(clauses, "\n", &enclosed(&1, fun)) <> ")"

  # ## Containers

  defp raw({:<<>>, _, parts}, fun) do
    if parts != [] and Enum.any?(parts, &interpolation?/1) and Enum.all?(parts, &(is_binary(&1) or interpolation?(&1))) do
      "\"" <> interpolated(parts, fun, &(&1 |> inspect() |> String.slice(1..-2//1))) <> "\""
    else
      "<<" <> Enum.map_join(parts, ", ", &segment(&1, fun)) <> ">>"
    end
  end

  defp raw({:{}, _, elements}, fun), do: "{" <> joined(elements, fun) <> "}"
  defp raw({:%{}, _, _} = map, fun), do: "%" <> fields(map, fun)
  defp raw({:%, _, [name, {:%{}, _, _} = map]}, fun), do: "%" <> write(name, fun) <> fields(map, fun)

  # ## Names of their own

  defp raw({:"..//", _, [first, last, step]}, fun), do: raw({:.., [], [first, last]}, fun) <> "//" <> side(step, :.., :right, fun)
  defp raw({:.., _, [first, last]}, fun), do: side(first, :.., :left, fun) <> ".." <> side(last, :.., :right, fun)
  defp raw({:&, _, [number]}, _fun) when is_integer(number), do: "&#{number}"

  defp raw({:&, _, [{:/, _, [{name, _, context}, arity]}]}, _fun) when is_atom(name) and is_atom(context) and is_integer(arity) do
    "&#{name}/#{arity}"
  end

  defp raw({:&, _, [{:/, _, [{{:., _, [_, _]} = callee, _, []}, arity]}]}, fun) when is_integer(arity), do: "&#{callee(callee, fun)}/#{arity}"
  defp raw({:&, _, [body]}, fun), do: "&(" <> write(body, fun) <> ")"
  defp raw({:not, _, [{:in, _, [left, right]}]}, fun), do: side(left, :in, :left, fun) <> " not in " <> side(right, :in, :right, fun)
  defp raw({:not, _, [value]}, fun), do: "not(" <> write(value, fun) <> ")"
  defp raw({:@, _, [value]}, fun), do: "@" <> write(value, fun)
  defp raw({operator, _, [value]}, fun) when operator in @unary, do: Atom.to_string(operator) <> operand(value, fun)

  defp raw({operator, _, [left, right]}, fun) when is_map_key(@binary, operator) do
    side(left, operator, :left, fun) <> " #{operator} " <> side(right, operator, :right, fun)
  end

  defp raw({name, _, context}, _fun) when is_atom(name) and is_atom(context), do: Atom.to_string(name)

  # ## Calls

  defp raw({{:., _, [Access, :get]}, _, [container, key]}, fun), do: operand(container, fun) <> "[" <> write(key, fun) <> "]"
  defp raw({{:., _, [left, :{}]}, _, elements}, fun), do: operand(left, fun) <> ".{" <> joined(elements, fun) <> "}"

  defp raw({{:., _, [_, _]} = callee, meta, []}, fun) do
    if meta[:no_parens], do: callee(callee, fun), else: callee(callee, fun) <> "()"
  end

  defp raw({{:., _, _} = callee, _, args}, fun) when is_list(args), do: call(callee(callee, fun), args, fun)

  defp raw({name, meta, [{:<<>>, _, parts}, modifiers]} = tree, fun) when is_atom(name) and is_list(modifiers) do
    case Atom.to_string(name) do
      "sigil_" <> sign -> sigil(sign, Keyword.get(meta, :delimiter, "\""), parts, modifiers, fun)
      text -> call(text, elem(tree, 2), fun)
    end
  end

  defp raw({name, _, args}, fun) when is_atom(name) and is_list(args), do: call(Macro.inspect_atom(:remote_call, name), args, fun)
  defp raw({callee, _, args}, fun) when is_list(args), do: call(operand(callee, fun), args, fun)

  # ## Values

  defp raw({left, right}, fun), do: "{" <> joined([left, right], fun) <> "}"

  defp raw([_ | _] = list, fun) do
    cond do
      List.ascii_printable?(list) -> inspect(list, charlists: :as_charlists)
      keywords?(list) -> "[" <> pairs(list, fun) <> "]"
      true -> "[" <> joined(list, fun) <> "]"
    end
  end

  defp raw(other, _fun), do: inspect(other)

  # ## Parts

  defp joined(list, fun), do: Enum.map_join(list, ", ", &write(&1, fun))
  defp lines(list, fun), do: Enum.map_join(list, "\n", &write(&1, fun))
  defp indented(text), do: String.replace(text, "\n", "\n  ")

  defp keywords?(list) do
    list != [] and Keyword.keyword?(list) and Enum.all?(list, fn {key, _} -> not String.starts_with?(Atom.to_string(key), "Elixir.") end)
  end

  defp pairs(list, fun), do: Enum.map_join(list, ", ", fn {key, value} -> Macro.inspect_atom(:key, key) <> " " <> write(value, fun) end)

  defp fields({:%{}, _, [{:|, _, [map, changes]}]}, fun), do: "{" <> write(map, fun) <> " | " <> entries(changes, fun) <> "}"
  defp fields({:%{}, _, entries}, fun), do: "{" <> entries(entries, fun) <> "}"

  defp entries(entries, fun) do
    if keywords?(entries) do
      pairs(entries, fun)
    else
      Enum.map_join(entries, ", ", fn
        {key, value} -> write(key, fun) <> " => " <> write(value, fun)
        other -> write(other, fun)
      end)
    end
  end

  defp call(name, args, fun) do
    {last, before} = if args == [], do: {nil, []}, else: List.pop_at(args, -1)

    cond do
      blocks?(last) and before == [] -> name <> " " <> blocks(last, fun)
      blocks?(last) -> name <> "(" <> joined(before, fun) <> ") " <> blocks(last, fun)
      is_list(last) and keywords?(last) -> name <> "(" <> Enum.join(Enum.map(before, &write(&1, fun)) ++ [pairs(last, fun)], ", ") <> ")"
      true -> name <> "(" <> joined(args, fun) <> ")"
    end
  end

  defp blocks?([{:do, _} | _] = list), do: Keyword.keyword?(list) and Enum.all?(list, fn {key, _} -> key in @blocks end)
  defp blocks?(_other), do: false

  defp blocks(list, fun) do
    parts = for key <- @blocks, {^key, body} <- list, do: "#{key}\n  " <> indented(body(body, fun)) <> "\n"
    Enum.join(parts) <> "end"
  end

  defp body([{:->, _, _} | _] = clauses, fun), do: clauses(clauses, fun)
  defp body({:__block__, _, [_, _ | _] = lines}, fun), do: lines(lines, fun)
  defp body(other, fun), do: write(other, fun)

  defp clauses(clauses, fun) do
    Enum.map_join(clauses, "\n", fn {:->, _, [args, body]} -> arguments(args, fun) <> "->\n  " <> indented(body(body, fun)) end)
  end

  defp arrow({:->, _, [args, body]}, fun), do: arguments(args, fun) <> "-> " <> write(body, fun)

  defp enclosed({:->, _, [[], _]} = clause, fun), do: "() " <> arrow(clause, fun)
  defp enclosed(clause, fun), do: arrow(clause, fun)

  defp arguments([], _fun), do: ""

  defp arguments([{:when, _, parts}], fun) do
    {guard, args} = List.pop_at(parts, -1)
    shown = joined(args, fun)
    if(length(args) == 1, do: shown, else: "(" <> shown <> ")") <> " when " <> write(guard, fun) <> " "
  end

  defp arguments(args, fun), do: joined(args, fun) <> " "

  defp callee({:., _, [function]}, fun), do: operand(function, fun) <> "."
  defp callee({:., _, [left, name]}, fun) when is_atom(name), do: operand(left, fun) <> "." <> Macro.inspect_atom(:remote_call, name)
  defp callee({:., _, [left, right]}, fun), do: operand(left, fun) <> "." <> operand(right, fun)

  # What has to stand in parentheses beside a dot, an index or a sign.
  defp operand(tree, fun), do: if(loose?(tree), do: "(" <> write(tree, fun) <> ")", else: write(tree, fun))

  defp loose?({:&, _, [number]}) when is_integer(number), do: false
  defp loose?({:fn, _, _}), do: true
  defp loose?({:@, _, _}), do: false
  defp loose?({:"..//", _, [_, _, _]}), do: true
  defp loose?({operator, _, [_, _]}) when is_map_key(@binary, operator), do: true
  defp loose?({operator, _, [value]}) when operator in @unary, do: not (is_number(value) and operator == :-)
  defp loose?({_, _, [_ | _] = args}), do: blocks?(List.last(args))
  defp loose?(_other), do: false

  # A side of an operator: in parentheses where it would be read otherwise without.
  defp side({operator, _, [_, _]} = tree, outer, where, fun) when is_map_key(@binary, operator) do
    {own_side, own} = @binary[operator]
    {_, strength} = @binary[outer]
    if own < strength or (own == strength and own_side != where), do: "(" <> write(tree, fun) <> ")", else: write(tree, fun)
  end

  defp side(tree, _outer, _where, fun), do: write(tree, fun)

  # ## Binaries and sigils

  defp interpolation?({:"::", _, [{{:., _, [Kernel, :to_string]}, _, [_]}, {:binary, _, context}]}) when is_atom(context), do: true
  defp interpolation?(_other), do: false

  defp interpolated(parts, fun, text) do
    Enum.map_join(parts, "", fn
      {:"::", _, [{_, _, [value]}, _]} -> "\#{" <> write(value, fun) <> "}"
      part -> text.(part)
    end)
  end

  defp segment({:"::", _, [value, type]}, fun), do: part(value, fun) <> "::" <> type(type, fun)
  defp segment(value, fun), do: part(value, fun)

  defp part({operator, _, [_, _]} = tree, fun) when operator in [:<-, :"::", :when, :|, :\\], do: "(" <> write(tree, fun) <> ")"

  defp part({:<<>>, _, _} = tree, fun) do
    text = write(tree, fun)
    if String.starts_with?(text, "<<"), do: "(" <> text <> ")", else: text
  end

  defp part(tree, fun), do: write(tree, fun)

  defp type({operator, _, [left, right]}, fun) when operator in [:-, :*], do: type(left, fun) <> Atom.to_string(operator) <> type(right, fun)
  defp type(other, fun), do: write(other, fun)

  defp sigil(sign, delimiter, parts, modifiers, fun) when delimiter in ["\"\"\"", "'''"] do
    "~" <> sign <> delimiter <> "\n" <> interpolated(parts, fun, & &1) <> delimiter <> List.to_string(modifiers)
  end

  defp sigil(sign, delimiter, parts, modifiers, fun) do
    close = %{"(" => ")", "[" => "]", "{" => "}", "<" => ">"}[delimiter] || delimiter
    "~" <> sign <> delimiter <> interpolated(parts, fun, &String.replace(&1, close, "\\" <> close)) <> close <> List.to_string(modifiers)
  end
end
