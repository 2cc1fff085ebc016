defmodule Jovial.Printer.Calls do
  @moduledoc false
  # Calls of every kind, with and without parentheses and blocks.


  import Inspect.Algebra
  import Jovial.Printer, only: [in_front_of_dot: 2, in_parens: 1, newlines?: 1]
  alias Jovial.Printer
  alias Jovial.Printer.{Blocks, Operators, Rows}

  # Ways to write the arguments:
  #
  #   * `:parens` - always in parentheses, even if there are none in front of a block
  #   * `:kept` - in parentheses, but none are needed in front of a block
  #   * `:dropped_for_block` - in parentheses unless a block follows
  #   * `:bare` - without parentheses wherever that can be read

  def call({{:., _, _}, _, _} = node, role, ctx), do: remote(node, role, ctx)

  # The result of a call is called, as in `unquote(name)(1)`.
  def call({{_, _, _} = target, meta, args}, role, ctx) do
    arguments(in_parens_unless_call(target, ctx), args, meta, :parens, role, ctx)
  end

  def call({name, meta, args}, role, ctx) do
    style =
      cond do
        Keyword.has_key?(meta, :closing) -> :kept
        without_parens?(name, length(args), ctx) -> :bare
        # Where nothing tells what the author wrote, parentheses are the rule.
        not ctx.source? and not Keyword.has_key?(meta, :do) -> :kept
        true -> :dropped_for_block
      end

    arguments(local_name(name, ctx), args, meta, style, role, ctx)
  end

  def in_parentheses({name, meta, args}, role, ctx) do
    arguments(local_name(name, ctx), args, meta, :kept, role, ctx)
  end

  defp in_parens_unless_call(target, ctx) do
    case target do
      {name, _, args} when is_list(args) and (is_atom(name) or is_tuple(name)) -> in_front_of_dot(target, ctx)
      _ -> in_parens(Printer.doc(target, :operand, ctx))
    end
  end

  defp local_name(name, ctx), do: color_doc(Macro.inspect_atom(:remote_call, name), :call, ctx.opts)

  defp without_parens?(name, arity, ctx) do
    is_map_key(ctx.without_parens, {name, arity}) or is_map_key(ctx.without_parens, {name, :*})
  end

  # ## Remote calls

  def remote({{:., _, [target, :{}]}, meta, args}, _role, ctx) do
    target = in_front_of_dot(target, ctx)
    concat([target, ".", tuple_of_aliases(meta, args, ctx)])
  end

  def remote({{:., _, [target]}, meta, args}, role, ctx) do
    arguments(concat(in_front_of_dot(target, ctx), "."), args, meta, :parens, role, ctx)
  end

  def remote({{:., _, [target, name]}, meta, args}, role, ctx) when is_atom(name) do
    target_doc = in_front_of_dot(target, ctx)
    name_doc = concat([target_doc, ".", color_doc(remote_name(name, meta, ctx), :call, ctx.opts)])

    cond do
      args == [] and no_parens?(target, meta) ->
        name_doc

      args != [] and not Keyword.has_key?(meta, :closing) and blocks(meta, args, ctx) != nil ->
        arguments(name_doc, args, meta, :dropped_for_block, role, ctx)

      true ->
        arguments(name_doc, args, meta, :kept, role, ctx)
    end
  end

  # What is no name of a function stands apart, as behind an operator.
  def remote({{:., _, [target, name]}, meta, args}, role, ctx) when is_list(args) do
    name_doc = concat([in_front_of_dot(target, ctx), " . ", Printer.doc(name, :argument, ctx)])
    arguments(name_doc, args, meta, :kept, role, ctx)
  end

  def remote(node, _role, _ctx), do: inspect(node)

  # `a.b` reads a field, but a function of a module is called with parentheses.
  defp no_parens?(target, meta) do
    Keyword.get(meta, :no_parens, false) and not module?(target)
  end

  defp module?({:__aliases__, _, _}), do: true
  defp module?({:__MODULE__, _, context}) when is_atom(context), do: true
  defp module?({:__block__, _, [atom]}) when is_atom(atom), do: true
  defp module?(atom), do: is_atom(atom)

  def remote_name(name, meta, ctx) do
    if Keyword.has_key?(meta, :delimiter) and ctx.source? and Macro.classify_atom(name) not in [:identifier, :unquoted] do
      "\"" <> String.replace(Atom.to_string(name), "\"", "\\\"") <> "\""
    else
      Macro.inspect_atom(:remote_call, name)
    end
  end

  defp tuple_of_aliases(meta, args, ctx) do
    if args == [] do
      "{}"
    else
      join = if newlines?(meta), do: :lines, else: :strict
      items = Rows.open_tail(args)

      case Rows.note_only(items) do
        nil ->
          {join, doc} = Rows.row(items, join, &group(Rows.item(&1, ctx)))
          Rows.enclose("{", doc, "}", join)

        notes ->
          Rows.enclose("{", notes, "}", :lines)
      end
    end
  end

  # `subject[key]`
  def access(meta, [subject, key], ctx) do
    subject = in_front_of_dot(subject, ctx)
    items = Rows.keywords(Blocks.bare_node(key)) || [key]

    case Rows.note_only(items) do
      nil ->
        {join, doc} = Rows.row(items, if(newlines?(meta), do: :lines, else: :strict), &group(Rows.item(&1, ctx)))
        concat(subject, Rows.enclose("[", doc, "]", join))

      notes ->
        concat(subject, Rows.enclose("[", notes, "]", :lines))
    end
  end

  # `name value` behind an `@`.
  def attribute(name, meta, value, ctx), do: arguments(Atom.to_string(name), [value], meta, :attribute, :statement, ctx)

  # ## Arguments

  defp arguments(name, args, meta, style, role, ctx) do
    case blocks(meta, args, ctx) do
      nil ->
        bare? = style == :attribute or (style == :bare and bare_allowed?(args, role))
        concat(name, row(args, meta, bare?, style != :attribute, empty(), ctx))

      blocks ->
        {before, _} = Enum.split(args, -1)

        head =
          cond do
            before == [] and style == :parens -> "() do"
            before == [] -> " do"
            true -> row(before, meta, style in [:dropped_for_block, :bare, :attribute], true, " do", ctx)
          end

        doc = force_unfit(concat([name, head, Blocks.do_blocks(blocks, meta, ctx), line(), "end"]))
        if role in [:bare, :sole_bare], do: in_parens(doc), else: doc
    end
  end

  # Several arguments without parentheses can't stand between other arguments.
  defp bare_allowed?([], _role), do: false
  defp bare_allowed?(_, role), do: role in [:statement, :operand, :sole, :sole_bare]

  # The clauses of `do ... end`, or `nil`.
  defp blocks(meta, args, ctx) do
    case args != [] and Blocks.bare_node(:lists.last(args)) do
      [{key, _} | _] = pairs ->
        cond do
          Keyword.has_key?(meta, :do) -> pairs
          block_key(key) != :do or Rows.keywords(pairs) == nil -> nil
          ctx.source? and not distinct_blocks?(pairs) -> nil
          ctx.source? -> if ctx.do_blocks?, do: pairs
          Keyword.has_key?(meta, :closing) or encoded?(pairs) -> nil
          true -> pairs
        end

      _ ->
        nil
    end
  end

  defp block_key({:__block__, _, [key]}), do: key
  defp block_key(key), do: key

  defp encoded?(pairs), do: :lists.any(fn {key, _} -> is_tuple(key) end, pairs)

  defp distinct_blocks?(pairs) do
    :lists.all(&match?({_, _}, &1), pairs) and
      :lists.all(fn {key, _} -> block_key(key) in [:do, :rescue, :catch, :else, :after] end, pairs) and
      (fn keys -> Enum.uniq(keys) == keys end).(for {key, _} <- pairs, do: block_key(key))
  end

  defp row([], _meta, _bare?, _open?, tail, _ctx), do: concat("()", tail)

  defp row(args, meta, bare?, open?, tail, ctx) do
    case Rows.note_only(args) do
      nil ->
        {before, last} = split_last(args)
        pairs = if open?, do: open_keywords(Blocks.bare_node(last), bare?), else: bare_keywords(Blocks.bare_node(last), ctx)
        row(before, last, pairs, meta, bare?, tail, ctx)

      notes ->
        concat(Rows.enclose("(", notes, ")", :lines), tail)
    end
  end

  defp split_last([last]), do: {[], last}

  defp split_last(args) do
    [last | before] = :lists.reverse(args)
    {:lists.reverse(before), last}
  end

  # A keyword list in the last place loses its brackets, unless a comment in front of its first key needs them.
  defp open_keywords(last, bare?) do
    case last do
      {:__block__, meta, [[first | _] = pairs]} ->
        unless Keyword.has_key?(meta, :delimiter) or (bare? and match?({:__commented__, _, _}, first)), do: Rows.keywords(pairs)

      [{{:__block__, _, [:do]}, _} | _] ->
        # A block of which nothing but the order of its arguments is known.
        for {{:__block__, meta, key}, value} <- last, do: {{:__block__, [{:format, :keyword} | meta], key}, value}

      _ ->
        Rows.keywords(last)
    end
  end

  # The value of an attribute keeps the brackets of its text.
  defp bare_keywords(node, ctx) do
    case node do
      _ when is_list(node) -> Rows.keywords(node)
      {:__block__, meta, [[_ | _] = pairs]} when not ctx.source? -> if not Keyword.has_key?(meta, :closing), do: Rows.keywords(pairs)
      _ -> nil
    end
  end

  defp row(before, last, nil, meta, bare?, tail, ctx) do
    args = before ++ [last]
    join = join(args, newlines?(meta), meta, ctx)
    fun = &Printer.doc(&1, role(before, bare?), ctx)
    last_fits? = join == :strict and Operators.breaks_well?(last, ctx) and not Rows.commented?(args)
    {join, doc} = Rows.row(args, join, fun, if(last_fits?, do: [last_fits: true], else: []))
    finish(doc, join, last_fits?, bare?, tail)
  end

  defp row([], _last, pairs, meta, bare?, tail, ctx) do
    {join, doc} = Rows.row(pairs, join(pairs, newlines?(meta), meta, ctx), &Rows.pair(&1, ctx))
    finish(doc, join, false, bare?, tail)
  end

  defp row(before, _last, pairs, meta, bare?, tail, ctx) do
    args = before ++ pairs

    if generators?(args) do
      fun = fn node ->
        if Rows.pair?(node), do: Rows.pair(node, ctx), else: Printer.doc(node, role([node], bare?), ctx)
      end

      {join, doc} = Rows.row(args, join(args, newlines?(meta), meta, ctx), fun)
      finish(doc, join, false, bare?, tail)
    else
      forced? = newlines?(meta)
      fun = &Printer.doc(&1, if(bare?, do: :bare, else: :argument), ctx)
      left_join = if forced?, do: :lines, else: join(before, false, meta, ctx)
      {left_join, left} = Rows.row(before, left_join, fun, comma: true)
      right_join = if forced? or own_lines?(args, meta, ctx), do: :lines, else: join(pairs, false, meta, ctx)
      {right_join, right} = Rows.row(pairs, right_join, &Rows.pair(&1, ctx))
      right = concat(if(right_join == :lines, do: line(), else: break()), right)

      cond do
        bare? ->
          right = group(if(right_join == :lines, do: force_unfit(right), else: right), :inherit)
          doc = concat(left, next_break_fits(right, :enabled))
          doc = if left_join == :lines, do: force_unfit(doc), else: doc
          doc = group(concat(" ", nest(nest(doc, :cursor, :break), 2)))
          concat(next_break_fits(doc, :disabled), tail)

        true ->
          # The arguments in front stay on the line of the name if they fit there.
          left = group(concat(break(""), if(left_join == :lines, do: force_unfit(left), else: left)))
          doc = concat(nest(concat(["(", left, right]), 2), concat([break(""), ")", tail]))
          group(if right_join == :lines, do: force_unfit(doc), else: doc)
      end
    end
  end

  defp join(args, newline?, meta, ctx) do
    if (newline? and match?([_, _ | _], args)) or own_lines?(args, meta, ctx), do: :lines, else: :strict
  end

  defp finish(doc, join, last_fits?, true, tail) do
    doc = if join == :lines, do: force_unfit(doc), else: doc
    doc = concat(concat(" ", nest(doc, :cursor, :break)), tail)
    if last_fits?, do: group(doc) |> next_break_fits(:disabled), else: group(doc)
  end

  defp finish(doc, join, last_fits?, false, tail) do
    doc = Rows.enclose("(", doc, concat(")", tail), join)
    if last_fits?, do: next_break_fits(doc, :disabled), else: doc
  end

  defp role([], true), do: :sole_bare
  defp role([], false), do: :sole
  defp role(_, true), do: :bare
  defp role(_, false), do: :argument

  defp generators?(args), do: :lists.any(&match?({:<-, _, [_, _]}, Blocks.bare_node(&1)), args)

  # Whether each argument starts a line of its own in the text. Bare literals count as standing on the line of the call.
  def own_lines?([_, _ | _] = args, meta, ctx) do
    own = if ctx.source?, do: nil, else: Keyword.get(meta, :line)
    lines = for arg <- args, line = start_line(arg, own), line != nil, do: line
    match?([_, _ | _], lines) and Enum.uniq(lines) == lines
  end

  def own_lines?(_, _, _), do: false

  defp start_line({:__commented__, _, [node]}, own), do: start_line(node, own)
  defp start_line({{_, meta, _}, _} = pair, own) when is_list(meta) do
    if own == nil or Rows.pair?(pair), do: Keyword.get(meta, :line), else: own
  end

  defp start_line({_, meta, _}, _own) when is_list(meta), do: Keyword.get(meta, :line)
  defp start_line(_, own), do: own

  # ## For others

  # Whether what a node ends in, or begins with, would take a dot for its own: blocks, functions, calls without
  # parentheses, captures.
  def ends_in_word?(node) do
    case node do
      {:fn, _, [_ | _]} -> true
      {name, meta, [_ | _] = args} when is_atom(name) and is_list(meta) -> Keyword.has_key?(meta, :do) or do_list?(meta, args)
      {{_, _, _}, meta, [_ | _]} when is_list(meta) -> Keyword.has_key?(meta, :do)
      _ -> false
    end
  end

  defp do_list?(meta, args) do
    not Keyword.has_key?(meta, :closing) and
      case :lists.last(args) do
        [{:do, _} | _] = pairs -> distinct_blocks?(pairs)
        _ -> false
      end
  end
end
