defmodule Jovial.Printer.Operators do
  @moduledoc false
  # Operators with their operands, module attributes and captures.
  #
  # Parentheses are decided by strength and side, with two additions for the reader's sake: logical operators of different
  # strength, and operands of arrows and joins such as `|>` and `++`, are always marked.

  import Inspect.Algebra
  import Jovial.Printer, only: [in_parens: 1, newlines?: 1]
  alias Jovial.Printer
  alias Jovial.Printer.{Blocks, Calls, Rows}

  @strength %{
    :<- => {40, :left},
    :\\ => {40, :left},
    :when => {50, :right},
    :"::" => {60, :right},
    :| => {70, :right},
    := => {100, :right},
    :|| => {120, :left},
    :||| => {120, :left},
    :or => {120, :left},
    :&& => {130, :left},
    :&&& => {130, :left},
    :and => {130, :left},
    :== => {140, :left},
    :!= => {140, :left},
    :=~ => {140, :left},
    :=== => {140, :left},
    :!== => {140, :left},
    :< => {150, :left},
    :> => {150, :left},
    :<= => {150, :left},
    :>= => {150, :left},
    :|> => {160, :left},
    :<<< => {160, :left},
    :>>> => {160, :left},
    :<~ => {160, :left},
    :~> => {160, :left},
    :<<~ => {160, :left},
    :~>> => {160, :left},
    :<~> => {160, :left},
    :"<|>" => {160, :left},
    :in => {170, :left},
    :"^^^" => {180, :left},
    :"//" => {190, :right},
    :++ => {200, :right},
    :-- => {200, :right},
    :+++ => {200, :right},
    :--- => {200, :right},
    :.. => {200, :right},
    :<> => {200, :right},
    :+ => {210, :left},
    :- => {210, :left},
    :* => {220, :left},
    :/ => {220, :left},
    :** => {230, :left}
  }

  @unary [:!, :^, :not, :+, :-, :"~~~", :&, :@, :...]
  @tight [:.., :"//"]
  @one_line [:in, :\\]
  @pipelines [:|>, :~>>, :<<~, :~>, :<~, :<~>, :"<|>"]
  # Behind these a container begins on the same line.
  @embracing [:=, :"::", :<-, :==, :!=, :===, :!==, :=~, :<, :>, :<=, :>=]
  @logical [:||, :|||, :or, :&&, :&&&, :and]
  @marks_operands [:|>, :<<<, :>>>, :<~, :~>, :<<~, :~>>, :<~>, :"<|>", :"^^^", :+++, :---, :in, :++, :--, :.., :<>]

  def operator?({:"..//", _, [_, _, _]}), do: true
  def operator?({:&, _, [number]}) when is_integer(number), do: false
  def operator?({op, _, [_]}) when op in @unary, do: true
  def operator?(node), do: binary_operator?(node)

  def binary_operator?({:"..//", _, [_, _, _]}), do: true
  def binary_operator?({op, _, [_, _]}) when is_atom(op), do: is_map_key(@strength, op)
  def binary_operator?({:not, _, [{:in, _, [_, _]}]}), do: true
  def binary_operator?(_), do: false

  # The document of a node that is an operator, else `nil`.
  def operator(node, role, ctx) do
    case node do
      {:.., _, []} -> range_alone(role, "..")
      {:..., _, []} -> "..."
      {:&, _, [number]} when is_integer(number) -> "&" <> Integer.to_string(number)
      {:&, _, [{:__block__, _, [number]}]} when is_integer(number) -> "&" <> Integer.to_string(number)
      {:&, _, [captured]} -> capture(captured, role, ctx)
      {:@, meta, [named]} -> attribute(named, meta, role, ctx)
      {:not, _, [{:in, meta, [left, right]}]} -> top(:in, "not in", meta, left, right, role, ctx)
      {:"..//", _, [first, last, step]} -> stepped(first, last, step, role, ctx)
      {:"//", _, _} -> nil
      {op, _, [operand]} when op in @unary -> unary(op, operand, role, ctx)
      {op, meta, [left, right]} when is_map_key(@strength, op) -> top(op, Atom.to_string(op), meta, left, right, role, ctx)
      _ -> nil
    end
  end

  defp range_alone(role, text), do: if(role in [:bare, :sole_bare], do: "(" <> text <> ")", else: text)

  # ## Unary

  defp unary(op, operand, role, ctx) do
    doc = Printer.doc(operand, right_role(role), ctx)
    name = color_doc(Atom.to_string(op), :operator, ctx.opts)

    cond do
      op == :... -> concat([name, if(operator?(operand) and not chains?(op, operand), do: in_parens(doc), else: doc)])
      operator?(operand) and not chains?(op, operand) -> wrapped(name, op, doc)
      op == :not -> concat([name, " ", doc])
      true -> concat(name, doc)
    end
  end

  defp wrapped(name, :not, doc), do: concat([name, " ", nest(in_parens(doc), 4)])
  defp wrapped(name, op, doc), do: concat(name, nest(in_parens(doc), byte_size(Atom.to_string(op))))

  # `!!x` and `not not x`; and `@x` binds so tightly that it needs nothing.
  defp chains?(op, operand) do
    case operand do
      {^op, _, [_]} when op in [:!, :not] -> true
      {:@, _, [{name, _, context}]} when op == :@ and is_atom(name) and is_atom(context) -> true
      {:@, _, [{name, _, context}]} when is_atom(name) and is_atom(context) -> true
      _ -> false
    end
  end

  # ## Captures

  defp capture({:/, _, [{name, _, context}, arity]} = division, _role, ctx) when is_atom(name) and is_atom(context) do
    case arity_of(arity) do
      nil -> concat("&", in_parens(Printer.doc(division, :operand, ctx)))
      text -> concat([color_doc("&", :operator, ctx.opts), local_name(name), "/", text])
    end
  end

  defp capture({:/, _, [{{:., _, [module, name]}, meta, []}, arity]} = division, _role, ctx) when is_atom(name) do
    case arity_of(arity) do
      nil ->
        concat("&", in_parens(Printer.doc(division, :operand, ctx)))

      text ->
        concat([color_doc("&", :operator, ctx.opts), Printer.in_front_of_dot(module, ctx), ".", Calls.remote_name(name, meta, ctx), "/", text])
    end
  end

  defp capture(captured, role, ctx) do
    doc = Printer.doc(captured, right_role(role), ctx)
    sign = color_doc("&", :operator, ctx.opts)

    cond do
      operator?(captured) and not match?({:@, _, [{_, _, context}]} when is_atom(context), captured) ->
        concat([sign, "(", nest(doc, 2), ")"])

      starts_with_number?(captured) ->
        concat([sign, " ", doc])

      true ->
        concat(sign, doc)
    end
  end

  defp arity_of({:__block__, _, [arity]}) when is_integer(arity), do: Integer.to_string(arity)
  defp arity_of(arity) when is_integer(arity), do: Integer.to_string(arity)
  defp arity_of(_), do: nil

  defp local_name(name) do
    text = Atom.to_string(name)

    case text do
      "&" <> _ -> " " <> text
      _ -> text
    end
  end

  # `& &1`, `& 1[:a]`: without the space the sign would run into what follows.
  defp starts_with_number?(node) do
    case node do
      {:&, _, [number]} when is_integer(number) -> true
      number when is_number(number) -> true
      {:__block__, _, [number]} when is_number(number) -> true
      {{:., _, [Access, :get]}, _, [subject, _]} -> starts_with_number?(subject)
      {{:., _, [subject | _]}, _, _} -> starts_with_number?(subject)
      {{_, _, _} = subject, _, _} -> starts_with_number?(subject)
      _ -> false
    end
  end

  # ## Attributes

  defp attribute({name, meta, [value]} = call, _at_meta, role, ctx) when is_atom(name) and name not in [:__block__, :__aliases__, :fn, :@] do
    cond do
      operator?(call) or not plain_name?(name) ->
        concat(sign(ctx), in_parens(Printer.doc(call, :operand, ctx)))

      role in [:statement, :operand] ->
        Calls.attribute(name, meta, value, ctx) |> then(&concat(sign(ctx), &1))

      true ->
        doc = concat(sign(ctx), Calls.in_parentheses(call, :argument, ctx))
        if role in [:bare, :sole_bare] and Keyword.has_key?(meta, :do), do: in_parens(doc), else: doc
    end
  end

  defp attribute({name, _, context}, _at_meta, _role, ctx) when is_atom(name) and is_atom(context) do
    color_doc(concat("@", Atom.to_string(name)), :module_attribute, ctx.opts)
  end

  defp attribute(operand, _at_meta, role, ctx) do
    doc = Printer.doc(operand, right_role(role), ctx)
    parens? = operator?(operand) and not match?({:@, _, _}, operand)
    parens? = parens? or match?({:__aliases__, _, [_, _ | _]}, operand)
    concat(sign(ctx), if(parens?, do: in_parens(doc), else: doc))
  end

  defp plain_name?(name), do: Macro.classify_atom(name) == :identifier

  defp sign(ctx), do: color_doc("@", :operator, ctx.opts)

  # ## Ranges with a step

  defp stepped(first, last, step, role, ctx) do
    first = operand(first, :.., :left, left_role(role), ctx)
    last = operand(last, :.., :right, :argument, ctx)
    step = operand(step, :"//", :right, right_role(role), ctx)
    concat([first, color_doc("..", :operator, ctx.opts), last, color_doc("//", :operator, ctx.opts), step])
  end

  # ## Binary

  # In the head of a clause the indentation must differ from that of the body.
  defp top(op, text, meta, left, right, :clause_head, ctx), do: binary(op, text, meta, left, right, :bare, ctx, 4)

  defp top(op, text, meta, left, right, role, ctx) do
    doc = binary(op, text, meta, left, right, role, ctx, 2)
    # Other arguments would be taken for more of its conditions.
    if op == :when and role in [:argument, :bare] and Rows.keywords(right) != nil, do: in_parens(doc), else: doc
  end

  # `nesting` is how far the right operand is indented if it starts a new line: 2 for the outermost of a row of equal
  # operators, 0 for those within its right side.
  defp binary(op, text, meta, left, right, role, ctx, nesting) do
    left_doc = side(left, op, :left, left_role(role), ctx, 2)
    right_doc = right_side(right, op, right_role(role), ctx)
    notes = Keyword.get(meta, :comments, [])

    cond do
      op in @tight ->
        concat([group(left_doc), name(text, ctx), group(right_doc)])

      op in @one_line ->
        concat([group(left_doc), " ", name(text, ctx), " ", group(right_doc)])

      op in @pipelines ->
        {gap, forced?} = gap(notes, meta)
        doc = concat([left_doc, gap, name(text, ctx), " ", right_doc])
        if forced?, do: force_unfit(doc), else: doc

      op in [:|, :when] ->
        {gap, forced?} = gap(notes, meta)
        width = byte_size(text) + 1
        # In a row of them the parent's text stands in front of the left side.
        left_doc = if nesting == 0, do: nest(left_doc, width), else: left_doc
        right_doc = if match?({^op, _, [_, _]}, right), do: right_doc, else: nest(right_doc, width)
        doc = concat([left_doc, gap, name(text, ctx), " ", right_doc])
        if forced?, do: force_unfit(doc), else: doc

      newlines?(meta) ->
        concat(left_doc, group(force_unfit(nest(glue(spaced(text, ctx), group(right_doc)), nesting, :break))))

      op in @embracing and breaks_well?(right, ctx) ->
        Rows.fitting(right_doc, fn doc -> concat(left_doc, group(nest(glue(spaced(text, ctx), group(doc)), nesting, :break))) end)

      true ->
        concat(left_doc, group(nest(glue(spaced(text, ctx), group(right_doc)), nesting, :break)))
    end
  end

  # The conditions of a type, `when a: term, b: term`, need no brackets.
  defp right_side(right, :when, role, ctx) do
    case Rows.keywords(right) do
      nil -> side(right, :when, :right, role, ctx, 0)
      pairs ->
        join = if Calls.own_lines?(pairs, [], ctx), do: :lines, else: :strict
        {join, doc} = Rows.row(pairs, join, &Rows.pair(&1, ctx))
        group(if join == :lines, do: force_unfit(doc), else: doc)
    end
  end

  defp right_side(right, op, role, ctx), do: side(right, op, :right, role, ctx, 0)

  # What divides an operand from the operator on the next line: a break, or comments on lines of their own.
  defp gap([], meta), do: {break(), newlines?(meta)}

  defp gap(notes, _meta) do
    lines = for {text, before?, _} <- notes, do: [if(before?, do: Blocks.blank_line(), else: empty()), line(), text]
    {concat(List.flatten([lines, line()])), true}
  end

  defp name(text, ctx), do: color_doc(text, :operator, ctx.opts)
  defp spaced(text, ctx), do: color_doc(" " <> text, :operator, ctx.opts)

  # One operand. If it is the same kind of operator on the side on which operators of its kind gather, it becomes part of
  # the row: `a + b - c`.
  defp side(node, parent, which, role, ctx, nesting) do
    case node do
      {op, meta, [left, right]} when is_map_key(@strength, op) ->
        if in_row?(op, parent, which),
          do: binary(op, Atom.to_string(op), meta, left, right, role, ctx, nesting),
          else: operand(node, parent, which, role, ctx)

      _ ->
        operand(node, parent, which, role, ctx)
    end
  end

  defp in_row?(op, parent, which) do
    {strength, assoc} = :erlang.map_get(op, @strength)
    {parent_strength, _} = :erlang.map_get(parent, @strength)
    strength == parent_strength and assoc == which and op not in [:--, :---] and (op == parent or gather?(op, parent))
  end

  # Whether two operators of one strength may stand in a row without parentheses.
  defp gather?(op, parent) when op in @pipelines, do: parent in @pipelines
  defp gather?(op, parent) when op in @logical or parent in @logical, do: false
  defp gather?(op, parent) when op in @marks_operands or parent in @marks_operands, do: false
  defp gather?(op, _parent), do: match?({_, :left}, :erlang.map_get(op, @strength))

  defp operand(node, parent, which, role, ctx) do
    doc = Printer.doc(node, role, ctx)
    doc = if binary_operator?(node), do: group(doc), else: doc
    if parens?(node, parent, which) and not marked?(node, role), do: in_parens(doc), else: doc
  end

  # `..` already has parentheses among bare arguments.
  defp marked?({:.., _, []}, role), do: role in [:bare, :sole_bare]
  defp marked?(_node, _role), do: false

  defp parens?({:&, _, [captured]}, parent, which) do
    {strength, assoc} = :erlang.map_get(parent, @strength)
    not is_integer(captured) and (which == :left or (strength > 90 and assoc == :left))
  end

  defp parens?({:.., _, []}, parent, _which), do: parent in [:==, :!=, :===, :!==, :=~]

  defp parens?({op, _, [_, _]}, parent, which) when is_map_key(@strength, op) do
    {strength, assoc} = :erlang.map_get(op, @strength)
    {parent_strength, _} = :erlang.map_get(parent, @strength)

    cond do
      parent in @marks_operands and op not in @tight -> true
      op in @logical and parent in @logical and op != parent -> true
      parent_strength > strength -> true
      parent_strength == strength -> assoc != which or op in [:--, :---]
      true -> false
    end
  end

  defp parens?(_node, _parent, _which), do: false

  # Do blocks and rows of arguments without parentheses must not reach into the operator.
  defp left_role(role) when role in [:bare, :sole_bare], do: :bare
  defp left_role(_role), do: :argument

  defp right_role(:statement), do: :operand
  defp right_role(role), do: role

  # ## For others

  # Whether a document may begin at the end of a line although it has to be broken: containers, functions, heredocs.
  def breaks_well?(node, ctx) do
    case node do
      {:__commented__, _, [node]} -> breaks_well?(node, ctx)
      {:<<>>, meta, [_ | _]} -> heredoc?(meta) or newlines?(meta)
      {{:., _, [List, :to_charlist]}, meta, [[_ | _]]} -> heredoc?(meta)
      {{:., _, [_, :{}]}, _, [_ | _]} -> true
      {:__block__, meta, [list]} when is_list(list) -> if Keyword.has_key?(meta, :delimiter), do: heredoc?(meta), else: list != [] and not token?(meta)
      {:__block__, meta, [text]} when is_binary(text) -> heredoc?(meta)
      {form, _, [_ | _]} when form in [:fn, :%{}, :%] -> true
      # Tuples and bitstrings do if their author broke them.
      {:{}, meta, [_ | _]} -> newlines?(meta)
      {:__block__, meta, [{_, _}]} -> newlines?(meta)
      {name, meta, [{:<<>>, _, _}, _]} when is_atom(name) -> heredoc?(meta)
      [_ | _] -> true
      _ -> false
    end
  end

  defp heredoc?(meta), do: Keyword.get(meta, :delimiter) in [~s["""], "'''"]
  defp token?(meta), do: Keyword.has_key?(meta, :token)
end
