defmodule Jovial.Printer.Rows do
  @moduledoc false
  # What stands between brackets and is divided by commas: lists, tuples, maps, structs, bitstrings, and the arguments of
  # calls.
  #
  # A row is joined in one of three ways: `:strict` (all on one line or each on its own), `:flex` (lines are filled) and
  # `:lines` (each on its own, come what may), which is what an author asks for by a line break behind the opening bracket or
  # a comment between the brackets.



  import Inspect.Algebra
  import Jovial.Printer, only: [newlines?: 1]
  alias Jovial.Printer
  alias Jovial.Printer.{Literals, Operators}

  # ## Rows

  # One document for all items. `:last_fits` lets the last item begin on the line although it has to be broken, `:comma`
  # puts a comma behind the last one too, and `:loose` keeps commas out of the items' groups.
  def row(items, join, fun, options \\ []) do
    commented? = commented?(items)
    join = if commented?, do: :lines, else: join
    # One item shares the fate of its row; of several each decides for itself where it breaks.
    grouped? = match?([_, _ | _], items) or join == :flex

    if options == [] and not commented? and items != [] do
      {join, plain_pieces(items, separator(join, nil), fun, grouped?)}
    else
      last_fits? = Keyword.get(options, :last_fits, false)
      each = if grouped?, do: &group(fun.(&1)), else: fun
      comma = if Keyword.get(options, :loose, false), do: &concat(&1, ","), else: &with_comma/1
      last = if Keyword.get(options, :comma, false), do: comma, else: & &1
      {join, pieces(items, join, each, last_fits?, comma, last)}
    end
  end

  # What nearly all rows are: no comments, nothing asked for.
  defp plain_pieces([item], _separator, fun, grouped?), do: piece(item, fun, grouped?)

  defp plain_pieces([item | rest], separator, fun, grouped?) do
    doc = with_comma(piece(item, fun, grouped?))
    {:doc_cons, doc, {:doc_cons, separator, plain_pieces(rest, separator, fun, grouped?)}}
  end

  defp piece(item, fun, true), do: {:doc_group, fun.(item), :self}
  defp piece(item, fun, false), do: fun.(item)

  defp pieces([], _join, _fun, _last_fits?, _comma, _last), do: empty()

  defp pieces([item], _join, fun, last_fits?, _comma, last) do
    doc = body(item, fun)
    doc = if last_fits?, do: next_break_fits(doc, :enabled), else: doc
    with_notes(item, last.(doc))
  end

  defp pieces([item | rest], join, fun, last_fits?, comma, last) do
    doc = with_notes(item, comma.(body(item, fun)))
    concat(doc, concat(separator(join, hd(rest)), pieces(rest, join, fun, last_fits?, comma, last)))
  end

  # The comma counts when the last group of an item asks whether it fits.
  defp with_comma(doc) do
    case doc do
      {:doc_cons, left, right} -> {:doc_cons, left, with_comma(right)}
      {:doc_group, inner, mode} -> {:doc_group, with_comma(inner), mode}
      _ -> concat(doc, ",")
    end
  end

  defp body({:__commented__, _, [node]}, fun), do: fun.(node)
  defp body(node, fun), do: fun.(node)

  defp separator(:strict, _next), do: break()
  defp separator(:flex, _next), do: flex_break()

  defp separator(:lines, next) do
    case next do
      {:__commented__, notes, _} ->
        case Keyword.get(notes, :before, []) do
          [{_, true, _} | _] -> concat(Printer.Blocks.blank_line(), line())
          _ -> line()
        end

      _ ->
        line()
    end
  end

  defp with_notes({:__commented__, notes, _}, doc) do
    below = for {text, gap?, _} <- Keyword.get(notes, :after, []), do: [if(gap?, do: Printer.Blocks.blank_line(), else: empty()), line(), text]
    concat(List.flatten([above(Keyword.get(notes, :before, [])), doc, below]))
  end

  defp with_notes(_item, doc), do: doc

  defp above(notes), do: for({text, _, gap?} <- notes, do: [text, if(gap?, do: Printer.Blocks.blank_line(), else: empty()), line()])

  def commented?([{:__commented__, _, _} | _]), do: true
  def commented?([_ | rest]), do: commented?(rest)
  def commented?([]), do: false

  # Between brackets. `:only_if_broken` indents nothing while the contents follow their bracket on the same line.
  def enclose(open, doc, close, join) do
    if doc == empty() do
      concat(open, close)
    else
      doc = concat(nest(glue(open, "", doc), 2, :break), concat(break(""), close))
      group(if(join == :lines, do: force_unfit(doc), else: doc))
    end
  end

  # ## Containers

  def list(meta, items, ctx) do
    container(color_doc("[", :list, ctx.opts), meta, items, color_doc("]", :list, ctx.opts), :strict, ctx)
  end

  def tuple(meta, items, ctx) do
    items = if newlines?(meta), do: open_tail(items), else: closed_tail(items)
    container(color_doc("{", :tuple, ctx.opts), meta, items, color_doc("}", :tuple, ctx.opts), :flex, ctx)
  end

  defp container(open, meta, items, close, join, ctx) do
    join = if newlines?(meta), do: :lines, else: join

    case note_only(items) do
      nil ->
        {join, doc} = row(items, join, &group(item(&1, ctx)))
        between(open, doc, close, join)

      notes ->
        enclose(open, notes, close, :lines)
    end
  end

  defp between(open, doc, close, :flex), do: group(concat(open, concat(nest(doc, 1), close)))
  defp between(open, doc, close, join), do: enclose(open, doc, close, join)

  # Brackets with nothing but comments inside hold one item that has no node.
  def note_only([{:__commented__, notes, []}]) do
    texts = for {text, gap?, _} <- Keyword.get(notes, :before, []), do: {text, gap?}
    [{first, _} | rest] = texts
    concat([first | List.flatten(for {text, gap?} <- rest, do: [if(gap?, do: Printer.Blocks.blank_line(), else: empty()), line(), text])])
  end

  def note_only(_items), do: nil

  # `{a, b: 1}`: the pairs of a last item that is a keyword list become items in their own right. Pairs that stand for
  # themselves are no keywords here.
  def open_tail(items) do
    case :lists.reverse(items) do
      [last | [_ | _] = before] ->
        case keywords(last) do
          nil -> for item <- items, do: plain(item)
          pairs -> :lists.reverse(for(item <- before, do: plain(item)), pairs)
        end

      _ ->
        for item <- items, do: plain(item)
    end
  end

  defp plain({key, value}), do: {:__block__, [], [{key, value}]}
  defp plain({:__commented__, notes, [node]}), do: {:__commented__, notes, [plain(node)]}
  defp plain(item), do: item

  # The same where lines are filled: the pairs stay together as one item.
  defp closed_tail(items) do
    case :lists.reverse(items) do
      [last | [_ | _] = before] ->
        case keywords(last) do
          nil -> for item <- items, do: plain(item)
          pairs -> if commented?(pairs), do: open_tail(items), else: :lists.reverse(for(item <- before, do: plain(item)), [{:keywords, pairs}])
        end

      _ ->
        for item <- items, do: plain(item)
    end
  end

  # The pairs of a list that is written without brackets, or `nil`.
  def keywords({:__commented__, _, [node]}), do: keywords(node)

  def keywords([_ | _] = list) do
    if :lists.all(&pair?/1, list), do: list
  end

  def keywords(_), do: nil

  # Whether a node is a pair written as `key: value`.
  def pair?({:__commented__, _, [node]}), do: pair?(node)
  def pair?({{:__block__, meta, [key]}, _}) when is_atom(key), do: Keyword.get(meta, :format) == :keyword

  def pair?({{{:., _, [:erlang, :binary_to_atom]}, meta, [{:<<>>, _, _}, _]}, _}) when is_list(meta) do
    Keyword.get(meta, :format) == :keyword
  end

  def pair?({key, _}) when is_atom(key) do
    not match?("Elixir." <> _, Atom.to_string(key))
  end

  def pair?(_), do: false

  # An item of a container.
  def item({:keywords, pairs}, ctx), do: pairs |> row(:strict, &pair(&1, ctx)) |> elem(1)

  def item(node, ctx) do
    if pair?(node), do: pair(node, ctx), else: Printer.doc(node, :argument, ctx)
  end

  # `key: value`. The value starts a line of its own if it does not fit, or if the author wished it.
  def pair({:__commented__, _, [node]}, ctx), do: pair(node, ctx)

  def pair({key, value}, ctx) do
    assign(Literals.key(key, ctx), value, ctx)
  end

  # A value behind its key and `=>` or the like.
  def assign(left, value, ctx) do
    doc = Printer.doc(value, :argument, ctx)

    if Operators.breaks_well?(value, ctx),
      do: fitting(doc, fn doc -> group(nest(glue(left, " ", doc), 2, :break)) end),
      else: group(nest(glue(left, " ", group(doc)), 2))
  end

  # `next_break_fits/2` around `doc`, and none of it outside of what `fun` makes of it.
  def fitting(doc, fun), do: doc |> next_break_fits(:enabled) |> fun.() |> next_break_fits(:disabled)

  # ## Maps

  def map(open, meta, args, ctx) do
    join = if newlines?(meta), do: :lines, else: :strict
    open = color_doc(open, :map, ctx.opts)
    close = color_doc("}", :map, ctx.opts)

    case args do
      [{:|, _, [map, updates]}] when is_list(updates) ->
        left = Printer.doc(map, :operand, ctx)
        left = if Operators.binary_operator?(map), do: Printer.in_parens(left), else: group(left)
        {inner, doc} = row(with_styles(updates), join, &map_item(&1, ctx))
        join = if inner == :lines, do: :lines, else: join
        enclose(open, concat([left, break(), "| ", nest(doc, 2)]), close, join)

      _ ->
        case note_only(args) do
          nil ->
            {join, doc} = row(with_styles(args), join, &map_item(&1, ctx))
            enclose(open, doc, close, join)

          notes ->
            enclose(open, notes, close, :lines)
        end
    end
  end

  # Bare pairs don't say how they were written: as keywords where no other pair follows.
  defp with_styles(args) do
    {tail, before} = args |> :lists.reverse() |> Enum.split_while(&pair?/1)
    for(item <- :lists.reverse(before), do: arrow(item)) ++ :lists.reverse(tail)
  end

  defp arrow({:__commented__, notes, [node]}), do: {:__commented__, notes, [arrow(node)]}
  defp arrow({key, value}) when is_atom(key), do: {{:__block__, [], [key]}, value}
  defp arrow(item), do: item

  defp map_item({:__commented__, _, [node]}, ctx), do: map_item(node, ctx)

  defp map_item({key, value} = node, ctx) do
    cond do
      pair?(node) ->
        pair(node, ctx)

      true ->
        left = Printer.doc(key, :argument, ctx)

        left = if Operators.binary_operator?(key), do: Printer.in_parens(left), else: left

        assign(concat(group(left), color_doc(" =>", :map, ctx.opts)), value, ctx)
    end
  end

  defp map_item(node, ctx), do: Printer.doc(node, :argument, ctx)

  # ## Bitstrings

  def bitstring(meta, parts, ctx) do
    join = if newlines?(meta), do: :lines, else: :flex
    open = color_doc("<<", :binary, ctx.opts)
    close = color_doc(">>", :binary, ctx.opts)

    case note_only(parts) do
      nil ->
        last = length(parts) - 1
        numbered = :lists.zip(parts, :lists.seq(0, last, 1))
        {join, doc} = numbered_row(numbered, join, fn {part, index} -> segment(part, {index == 0, index == last}, ctx) end)
        if join == :flex, do: group(concat(open, concat(nest(doc, 2), close))), else: enclose(open, doc, close, join)

      notes ->
        enclose(open, notes, close, :lines)
    end
  end

  defp numbered_row(numbered, join, fun) do
    moved =
      for {part, index} <- numbered do
        case part do
          {:__commented__, notes, [node]} -> {:__commented__, notes, [{node, index}]}
          node -> {node, index}
        end
      end

    row(moved, join, fun)
  end

  # `value::modifiers` without spaces; `pattern <- source` in comprehensions.
  defp segment({:<-, _meta, [left, right]} = node, {first?, last?}, ctx) do
    edge? = first? or last?
    left_doc = segment(left, {first?, false}, ctx)

    doc = group(glue(concat(left_doc, " <-"), " ", nest(Printer.doc(right, :operand, ctx), 2)))

    if edge? and (ends_in_bits?(node) or match?({:<<>>, _, _}, left) and not Literals.text?(left)) do
      concat(["(", segment_arrow(left, right, ctx), ")"])
    else
      doc
    end
  end

  defp segment({:"::", _, [value, modifiers]}, {first?, last?}, ctx) do
    value_doc = segment_value(value, first?, ctx)
    concat([group(value_doc), "::", modifiers(modifiers, last?, ctx)])
  end

  defp segment(node, {first?, last?}, ctx), do: at_edge(Printer.doc(node, :argument, ctx), node, first? or last?)

  defp segment_arrow(left, right, ctx) do
    left = if match?({:"::", _, _}, left), do: segment(left, {false, false}, ctx), else: Printer.doc(left, :operand, ctx)
    concat([left, " <- ", Printer.doc(right, :operand, ctx)])
  end

  defp segment_value(value, edge?, ctx) do
    doc = Printer.doc(value, :argument, ctx)

    cond do
      Operators.binary_operator?(value) -> at_edge(doc, value, edge?)
      edge? and ambiguous_value?(value) -> Printer.in_parens(doc)
      match?({op, _, [_]} when op in [:"~~~"], value) -> Printer.in_parens(doc)
      true -> at_edge(doc, value, edge?)
    end
  end

  defp ambiguous_value?({:"~~~", _, [_]}), do: true
  defp ambiguous_value?({name, _, [{:<<>>, _, _}, _]}) when is_atom(name), do: match?("sigil_" <> _, Atom.to_string(name))
  defp ambiguous_value?(_), do: false

  # `<<` and `>>` must not touch those of a bitstring inside.
  defp at_edge(doc, node, edge?) do
    if edge? and bits?(node), do: concat(["(", nest(doc, 1), ")"]), else: doc
  end

  defp bits?({:<<>>, _, _} = node), do: not Literals.text?(node)
  defp bits?({op, _, [left, right]} = node), do: op != :<- and Operators.binary_operator?(node) and (bits?(left) or bits?(right))
  defp bits?(_), do: false

  defp ends_in_bits?({:<-, _, [_, right]}), do: bits?(right)

  @modifiers [
    :big,
    :binary,
    :bits,
    :bitstring,
    :bytes,
    :float,
    :integer,
    :little,
    :native,
    :signed,
    :unsigned,
    :utf16,
    :utf32,
    :utf8
  ]

  # Sizes and types are tied by `-` and `*` without spaces.
  defp modifiers({op, _, [left, right]}, edge?, ctx) when op in [:-, :*] do
    # Factors are sizes, not types.
    ctx = if op == :*, do: %{ctx | bitstring_modifiers?: false}, else: ctx

    right_doc =
      case right do
        {inner, _, [_, _]} when inner in [:-, :*] and op == :* -> tight_parens(right, ctx)
        {inner, _, [_, _]} when inner in [:-] -> tight_parens(right, ctx)
        _ -> modifier(right, edge?, ctx)
      end

    left_doc =
      case {op, left} do
        {:*, {:-, _, [_, _]}} -> concat(["(", modifiers(left, false, ctx), ")"])
        {:*, {:*, _, [_, _]}} -> concat(["(", modifiers(left, false, ctx), ")"])
        {_, {inner, _, [_, _]}} when inner in [:-, :*] -> modifiers(left, false, ctx)
        _ -> modifier(left, false, ctx)
      end

    concat([left_doc, Atom.to_string(op), right_doc])
  end

  defp modifiers(node, edge?, ctx), do: modifier(node, edge?, ctx)

  defp tight_parens(node, ctx), do: Printer.in_parens(Printer.doc(node, :operand, ctx))

  defp modifier({name, meta, context}, _edge?, %{bitstring_modifiers?: true} = ctx)
       when is_atom(name) and is_atom(context) and name not in @modifiers do
    Printer.doc({name, [{:closing, []} | meta], []}, :argument, ctx)
  end

  defp modifier(node, edge?, ctx) do
    doc = Printer.doc(node, :argument, ctx)

    cond do
      ctx.bitstring_modifiers? and plain_modifier?(node) -> Atom.to_string(elem(node, 0))
      Operators.operator?(node) -> Printer.in_parens(doc)
      edge? and bits?(node) -> Printer.in_parens(doc)
      true -> doc
    end
  end

  defp plain_modifier?({name, meta, []}) when is_atom(name), do: Keyword.has_key?(meta, :closing) and name in @modifiers

  defp plain_modifier?(_), do: false
end
