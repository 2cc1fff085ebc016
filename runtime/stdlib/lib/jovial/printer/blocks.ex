defmodule Jovial.Printer.Blocks do
  @moduledoc false
  # Sequences of statements, the clauses of `->`, anonymous functions, and `do` blocks.
  #
  # Between two statements stands one line end, or two where the author left a blank line. Where none was left, one is
  # still put around a statement that takes several lines. That only shows when the document is laid out: the
  # statement's own group gets a break on each side which prints nothing unless the group is broken; and line ends that
  # meet are folded.


  import Inspect.Algebra
  import Jovial.Printer, only: [newlines?: 1]
  alias Jovial.Printer
  alias Jovial.Printer.Rows

  def bare_node({:__commented__, _, [node]}), do: node
  def bare_node(node), do: node

  # ## Sequences

  # The statements of a body.
  def sequence(node, ctx) do
    case lines(node, ctx) do
      [] -> empty()
      [{doc, _, _}] -> group(doc)
      lines -> force_unfit(stack(lines, empty(), empty()))
    end
  end

  # Each statement and each comment: `{doc, blank line before?, kind}`.
  defp lines({:__block__, _, []}, _ctx), do: []
  defp lines({:__commented__, _, _} = node, ctx), do: note_lines(node, ctx)

  defp lines({:__block__, meta, [statement]} = block, ctx) do
    cond do
      match?({:__commented__, _, _}, statement) -> lines(statement, ctx)
      true -> [{Printer.doc(block, :statement, ctx), meta, kind(statement)}]
    end
  end

  defp lines({:__block__, _, statements}, ctx) when is_list(statements) do
    :lists.append(for statement <- statements, do: note_lines(statement, ctx))
  end

  defp lines(node, ctx), do: note_lines(node, ctx)

  defp note_lines({:__commented__, notes, nodes}, ctx) do
    before = for {text, above?, below?} <- Keyword.get(notes, :before, []), do: {text, {above?, below?}, :comment}
    behind = for {text, above?, below?} <- Keyword.get(notes, :after, []), do: {text, {above?, below?}, :comment}
    own = for node <- nodes, do: {Printer.doc(node, :statement, ctx), node_meta(node), kind(node)}
    before ++ own ++ behind
  end

  defp note_lines(node, ctx), do: [{Printer.doc(node, :statement, ctx), node_meta(node), kind(node)}]

  defp node_meta({_, meta, _}) when is_list(meta), do: meta
  defp node_meta(_), do: []

  # Attributes stay close to what they belong to.
  defp kind({:@, _, _}), do: :attribute
  defp kind(_), do: :statement

  defp stack([{doc, _, _}], above, acc), do: concat(acc, group(concat(above, doc)))

  defp stack([{doc, facts, kind} | [next | _] = rest], above, acc) do
    blank? = blank?(facts, kind, next)

    {seam, below} =
      cond do
        blank? -> {concat(blank_line(), line()), empty()}
        kind == :statement -> {line(), soft_blank()}
        true -> {line(), empty()}
      end

    doc = concat(above, doc)
    doc = if below == empty(), do: doc, else: concat([doc, collapse_lines(2), below])
    stack(rest, below, concat([acc, group(doc), seam]))
  end

  defp blank?(_facts, _kind, {_, {above?, _}, :comment}), do: above?
  defp blank?({_, below?}, :comment, _next), do: below?
  defp blank?(meta, _kind, _next), do: (meta[:end_of_expression][:newlines] || 1) >= 2

  # An empty line if the group around it is broken. Stands next to a line end whose lines are collapsed, which also drops
  # the indentation that it would leave.
  defp soft_blank(), do: break("")

  # An empty line without indentation.
  def blank_line(), do: nest(line(), :reset)

  # A sequence in the middle of an expression.
  def in_parens(block, ctx) do
    force_unfit(group(concat([nest(concat(["(", line(), sequence(block, ctx)]), 2), line(), ")"])))
  end

  # What stands in `\#{}`.
  def interpolation(expression, ctx) do
    case expression do
      {:__block__, _, []} -> empty()
      {:__block__, _, [_, _ | _]} -> sequence(expression, ctx)
      _ -> Printer.doc(expression, :statement, ctx)
    end
  end

  # ## do blocks

  def do_blocks(pairs, _meta, ctx) do
    [{_, body} | rest] = pairs
    sections = for {key, body} <- rest, do: concat([line(), section_name(key), body(body, ctx)])
    concat([body(body, ctx) | sections])
  end

  defp section_name({:__block__, _, [key]}), do: Atom.to_string(key)
  defp section_name(key), do: Atom.to_string(key)

  defp body(node, ctx) do
    case node do
      [{:->, _, _} | _] -> nest(concat(line(), clauses(node, ctx)), 2)
      [{:__commented__, _, [{:->, _, _}]} | _] -> nest(concat(line(), clauses(node, ctx)), 2)
      {:__block__, _, [[{:->, _, _} | _] = clauses]} -> nest(concat(line(), clauses(clauses, ctx)), 2)
      _ -> filled(node, ctx)
    end
  end

  defp filled(node, ctx) do
    case sequence(node, ctx) do
      :doc_nil -> empty()
      doc -> nest(concat(line(), doc), 2)
    end
  end

  # ## Clauses

  # If one clause needs several lines, all of them get some, with blank lines between.
  def clauses(clauses, ctx) do
    forced? = :lists.any(&several_lines?/1, clauses)
    docs = clause_lines(clauses, ctx)
    doc = clause_stack(docs)
    group(if forced?, do: force_unfit(doc), else: doc)
  end

  defp several_lines?({:__commented__, _, [clause]}), do: several_lines?(clause)
  defp several_lines?({:__commented__, _, []}), do: false

  defp several_lines?({:->, meta, [_, body]}), do: newlines?(meta) or noted?(body)

  defp noted?({:__commented__, _, _}), do: true
  defp noted?({:__block__, _, statements}) when is_list(statements), do: :lists.any(&match?({:__commented__, _, _}, &1), statements)
  defp noted?(_), do: false

  defp clause_lines(clauses, ctx) do
    :lists.append(
      for clause <- clauses do
        case clause do
          {:__commented__, notes, nodes} ->
            before = for {text, above?, below?} <- Keyword.get(notes, :before, []), do: {text, {above?, below?}, :comment}
            behind = for {text, above?, below?} <- Keyword.get(notes, :after, []), do: {text, {above?, below?}, :comment}
            before ++ for(node <- nodes, do: {clause(node, before != [], ctx), nil, :clause}) ++ behind

          _ ->
            [{clause(clause, false, ctx), nil, :clause}]
        end
      end
    )
  end

  defp clause_stack([{doc, _, _}]), do: doc

  defp clause_stack([{doc, _, :clause} | rest]) do
    concat([doc, collapse_lines(2), soft_blank(), line(), clause_stack(rest)])
  end

  defp clause_stack([{doc, {_, below?}, :comment} | rest]) do
    concat([doc, if(below?, do: blank_line(), else: empty()), line(), clause_stack(rest)])
  end

  defp clause({:->, _, [args, body]}, noted?, ctx) do
    concat([clause_head(args, noted?, ctx), nest(glue(empty(), clause_body(body, ctx)), 2)])
  end

  # What stands in front of the body, with its arrow.
  defp clause_head([], _noted?, _ctx), do: "() ->"
  defp clause_head([{:when, _, _}] = args, noted?, ctx), do: head_group(guarded(args, ctx), noted?)
  defp clause_head(args, noted?, ctx), do: head_group(arguments(args, :clause_head, ctx), noted?)

  # Behind a comment the arrow does not count.
  defp head_group(doc, true), do: concat(group(doc), " ->")
  defp head_group(doc, false), do: group(concat(doc, " ->"))

  defp head([], empty_head, _ctx), do: empty_head

  defp head([{:when, _, _}] = args, _empty_head, ctx), do: concat(guarded(args, ctx), " ->")
  defp head(args, _empty_head, ctx), do: concat(arguments(args, :bare, ctx), " ->")

  defp guarded([{:when, meta, args}], ctx) do
    {patterns, [guard]} = Enum.split(args, -1)
    patterns = if patterns == [], do: "()", else: group(arguments(patterns, :bare, ctx))
    guards = for guard <- guards(guard), do: concat([break(), "when ", nest(Printer.doc(guard, :operand, ctx), 5)])
    doc = concat([patterns | guards])
    if newlines?(meta), do: force_unfit(doc), else: doc
  end

  defp guards({:when, _, [left, right]}), do: [left | guards(right)]
  defp guards(guard), do: [guard]

  defp arguments(args, role, ctx) do
    {_join, doc} = Rows.row(Rows.open_tail(args), :strict, &argument(&1, args, role, ctx), loose: true)
    doc
  end

  defp argument(node, args, role, ctx) do
    if Rows.pair?(node) and args != [node], do: Rows.pair(node, ctx), else: Printer.doc(node, role, ctx)
  end

  defp clause_body(body, ctx) do
    case sequence(body, ctx) do
      :doc_nil -> "nil"
      doc -> doc
    end
  end

  # ## Functions

  def anonymous_function(meta, clauses, ctx) do
    case clauses do
      [{:->, clause_meta, [args, body]}] ->
        if newlines?(meta), do: many_clauses("fn", clauses, "end", ctx), else: one_clause(clause_meta, args, body, ctx)

      _ ->
        many_clauses("fn", clauses, "end", ctx)
    end
  end

  defp one_clause(meta, args, body, ctx) do
    forced? = newlines?(meta) or noted?(body)
    head = if args == [], do: "fn ->", else: concat("fn ", nest(group(head(args, "", ctx)), :cursor))

    if several?(body) do
      group(concat([nest(concat([head, line(), clause_body(body, ctx)]), 2), line(), "end"]))
    else
      doc = concat([nest(glue(head, clause_body(body, ctx)), 2), break(), "end"])
      group(if forced?, do: force_unfit(doc), else: doc)
    end
  end

  defp several?({:__block__, meta, [_, _ | _]}), do: not Keyword.has_key?(meta, :closing)
  defp several?(_), do: false

  defp many_clauses(open, clauses, close, ctx) do
    force_unfit(group(concat([nest(concat([open, line(), clauses(clauses, ctx)]), 2), line(), close])))
  end

  # `(x -> y)`, as in types.
  def clauses_in_parens(_meta, clauses, ctx) do
    case clauses do
      [{:->, _, [[], body]}] ->
        group(concat(["(-> ", nest(clause_body(body, ctx), :cursor), ")"]))

      [{:->, clause_meta, [args, body]}] ->
        forced? = newlines?(clause_meta) or noted?(body)
        head = if args == [], do: "->", else: nest(group(head(args, "", ctx)), :cursor)
        doc = nest(glue(head, clause_body(body, ctx)), 2)
        doc = nest(doc, :cursor)
        group(concat(["(", if(forced?, do: force_unfit(doc), else: doc), ")"]))

      _ ->
        many_clauses("(", clauses, ")", ctx)
    end
  end

end
