defmodule Jovial.Printer.Comments do
  @moduledoc false
  # Puts the comments of a text into its tree.
  #
  # A comment belongs to the innermost sequence, row or list of clauses between whose first and last line it stands; there it goes
  # before the next element. Comments in the middle of an element that offers no such place, and those at the end of its lines,
  # move before the element. Elements with comments become `{:__commented__, [before: notes, after: notes], [element]}`;
  # a place with comments alone holds one such node without an element. Operators that may start a line keep their
  # comments in their metadata, as `:comments`.
  #
  # A note is `{text, blank line above?, blank line below?}`.
  #
  # `place/2` takes the comments within an element's lines and gives the element and those that found no place.

  def weave(quoted, comments) do
    body(quoted, for(comment <- comments, do: {comment.line, note(comment)}))
  end

  defp note(%{text: text, previous_eol_count: above, next_eol_count: below}), do: {spaced(text), above > 1, below > 1}

  # A space behind the signs, unless it is the first line of a script.
  defp spaced("#!" <> _ = text), do: text

  defp spaced(text) do
    case signs(text, 0) do
      {_, ""} -> text
      {_, " " <> _} -> text
      {count, rest} -> :binary.part(text, 0, count) <> " " <> rest
    end
  end

  defp signs("#" <> rest, count), do: signs(rest, count + 1)
  defp signs(rest, count), do: {count, rest}

  # ## Lines

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

  # The last line on which something begins: what stands behind a closing bracket is not in the middle of anything.
  defp own_end(node), do: begun(node, 0)

  defp begun({form, meta, args}, acc) when is_list(meta) do
    acc = max(Keyword.get(meta, :line, 0), acc)
    begun(args, begun(form, acc))
  end

  defp begun({left, right}, acc), do: begun(right, begun(left, acc))
  defp begun([head | tail], acc), do: begun(tail, begun(head, acc))
  defp begun(_, acc), do: acc

  # ## Places

  defp place(node, []), do: {node, []}

  defp place({:__block__, meta, [{left, right}]}, comments) do
    {[left, right], rest} = row([left, right], meta, comments)
    {{:__block__, meta, [{left, right}]}, rest}
  end

  defp place({:__block__, meta, [list]}, comments) when is_list(list) do
    {list, rest} = between(list, meta, comments)
    {{:__block__, meta, [list]}, rest}
  end

  defp place({:__block__, meta, [_, _ | _] = statements}, comments) do
    {statements, rest} = between(statements, meta, comments)
    {{:__block__, meta, statements}, rest}
  end

  defp place({:fn, meta, [{:->, clause_meta, [[], body]}]}, comments) do
    {above, comments} = split(comments, line(clause_meta) + 1)
    {own, rest} = claim(comments, line(clause_meta), closing(meta))
    {{:fn, meta, [{:->, clause_meta, [[], body(body, own)]}]}, above ++ rest}
  end

  defp place({:fn, meta, clauses}, comments) do
    {clauses, rest} = between(clauses, meta, comments)
    {{:fn, meta, clauses}, rest}
  end

  defp place({:%{}, meta, [{:|, bar, [map, updates]}]}, comments) do
    {own, rest} = claim(comments, line(meta), closing(meta))
    {map, unplaced} = place(map, rest)
    {{:%{}, meta, [{:|, bar, [map, sequence(updates, own)]}]}, unplaced}
  end

  defp place({:%, meta, [name, map]}, comments) do
    {map, rest} = place(map, comments)
    {{:%, meta, [name, map]}, rest}
  end

  defp place({op, meta, [left, right]}, comments) when op in [:|>, :~>>, :<<~, :~>, :<~, :<~>, :"<|>", :|, :when] do
    {left_start, left_end} = lines(left)
    {right_start, right_end} = lines(right)

    if left_end == nil or right_start == nil do
      {{op, meta, [left, right]}, comments}
    else
      {of_left, others} = Enum.split_with(comments, fn {line, _} -> line <= left_end end)
      {of_right, outside} = Enum.split_with(others, fn {line, _} -> line <= right_end end)
      {above, inside} = Enum.split_with(of_right, fn {line, _} -> line < right_start end)
      {left, unplaced} = place(left, of_left)
      {unplaced, lower} = split(unplaced, left_start + 1)
      {right, hoisted} = place(right, inside)
      notes = for {_, note} <- lower ++ above ++ hoisted, do: note
      meta = if notes == [], do: meta, else: [{:comments, notes} | meta]
      {{op, meta, [left, right]}, unplaced ++ outside}
    end
  end

  defp place({form, meta, args}, comments) when is_list(meta) and is_list(args) do
    case Keyword.fetch(meta, :do) do
      {:ok, do_meta} -> with_blocks(form, meta, args, line(do_meta), comments)
      :error -> plain_call(form, meta, args, comments)
    end
  end

  defp place({left, right}, comments) do
    {left, comments} = place(left, comments)
    {right, comments} = place(right, comments)
    {{left, right}, comments}
  end

  defp place([head | tail], comments) do
    {head, comments} = place(head, comments)
    {tail, comments} = place(tail, comments)
    {[head | tail], comments}
  end

  defp place(node, comments), do: {node, comments}

  defp plain_call({:., _, [Access, :get]} = form, meta, [subject, key], comments) do
    {subject, comments} = place(subject, comments)
    {[key], rest} = row([key], meta, comments)
    {{form, meta, [subject, key]}, rest}
  end

  defp plain_call(form, meta, args, comments) do
    {form, comments} = place_form(form, comments)

    cond do
      Keyword.has_key?(meta, :from_interpolation) ->
        {{form, meta, args}, comments}

      Keyword.has_key?(meta, :closing) or call?(form) ->
        {args, rest} = row(args, meta, comments)
        {{form, meta, args}, rest}

      true ->
        {args, rest} = place(args, comments)
        {{form, meta, args}, rest}
    end
  end

  defp place_form({:., meta, [target | name]}, comments) do
    {target, comments} = place(target, comments)
    {{:., meta, [target | name]}, comments}
  end

  defp place_form(form, comments), do: place(form, comments)

  # Rather than an operator.
  defp call?(form) when is_atom(form), do: Macro.classify_atom(form) == :identifier and form not in [:__block__, :not, :in, :and, :or]
  defp call?(_form), do: false

  defp with_blocks(form, meta, args, do_line, comments) do
    {before, [pairs]} = Enum.split(args, -1)
    end_line = line(Keyword.get(meta, :end, []))
    {inside, outside} = claim(comments, do_line, end_line)
    {head, behind} = Enum.split_with(outside, fn {line, _} -> line <= do_line end)
    {form, head} = place_form(form, head)
    {before, head} = if before == [], do: {before, head}, else: row(before, [{:before_do, do_line} | meta], head)
    {{form, meta, before ++ [sections(pairs, inside, end_line)]}, head ++ behind}
  end

  # Each section of a `do` block reaches to the line of the next.
  defp sections(pairs, comments, end_line) do
    ends = for({key, _} <- tl(pairs), do: key_line(key) || end_line) ++ [end_line]

    for {{key, body}, last} <- :lists.zip(pairs, ends) do
      {key, body(body, elem(claim(comments, key_line(key) || 0, last), 0))}
    end
  end

  defp key_line({_, meta, _}), do: line(meta)
  defp key_line(_), do: nil

  # What stands between brackets. Without brackets: behind the line of the name up to the last line of the arguments.
  defp row(args, meta, comments) do
    first = line(meta)

    last =
      cond do
        do_line = Keyword.get(meta, :before_do) -> if Keyword.has_key?(meta, :closing), do: closing(meta), else: do_line
        Keyword.has_key?(meta, :closing) -> closing(meta)
        true -> own_end(args) + 1
      end

    {own, rest} = claim(comments, first, last)

    cond do
      own == [] ->
        place(args, rest)

      Keyword.has_key?(meta, :closing) ->
        {spread(args, own), rest}

      true ->
        {args, unplaced} = bare(args, own)
        {args, unplaced ++ rest}
    end
  end

  # Without brackets nothing can stand in front of the first argument.
  defp bare(args, comments) do
    {before, pairs} = split_pairs(args)
    [first | others] = before ++ pairs
    {_, last} = lines(first)
    {inside, comments} = split(comments, (last || 0) + 1)
    {first, unplaced} = place(first, inside)

    case others do
      [] -> {join_pairs([first], before, pairs), unplaced ++ comments}
      _ -> {join_pairs([first | sequence(others, comments)], before, pairs), unplaced}
    end
  end

  defp split_pairs(args) do
    case Enum.split(args, -1) do
      {before, [[{_, _} | _] = pairs]} -> {before, pairs}
      _ -> {args, []}
    end
  end

  defp join_pairs(items, _before, []), do: items

  defp join_pairs(items, before, _pairs) do
    {before, pairs} = Enum.split(items, length(before))
    before ++ [pairs]
  end

  # A keyword list at the end is a part of the row.
  defp spread(args, comments) do
    {before, pairs} = split_pairs(args)
    join_pairs(sequence(before ++ pairs, comments), before, pairs)
  end

  defp between(items, meta, comments) do
    {own, rest} = claim(comments, line(meta), closing(meta))

    case items do
      _ when own == [] -> place(items, rest)
      [{:->, _, _} | _] -> {clauses(items, own), rest}
      _ -> {spread(items, own), rest}
    end
  end

  defp claim(comments, first, last) do
    Enum.split_with(comments, fn {line, _} -> first != nil and last != nil and line > first and line < last end)
  end

  defp line(meta), do: Keyword.get(meta, :line)
  defp closing(meta), do: line(Keyword.get(meta, :closing, []))

  # ## Sequences

  defp body(node, []), do: node
  defp body([{:->, _, _} | _] = clauses, comments), do: clauses(clauses, comments)

  defp body({:__block__, meta, statements} = block, comments) do
    several? = match?([_, _ | _], statements)

    if statements == [] or (several? and not Keyword.has_key?(meta, :closing)),
      do: {:__block__, meta, sequence(statements, comments)},
      else: {:__block__, [], sequence([block], comments)}
  end

  defp body(node, comments), do: {:__block__, [], sequence([node], comments)}

  defp sequence([], []), do: []
  defp sequence([], comments), do: [{:__commented__, [before: notes(comments)], []}]

  defp sequence([node | rest], comments) do
    {first, last} = lines(node)
    {above, comments} = split(comments, first)
    {inside, comments} = split(comments, last && last + 1)
    {node, unplaced} = place(node, inside)
    {hoisted, behind} = split(unplaced, last && own_end(node) + 1)
    above = above ++ close(hoisted)

    case rest do
      [] -> [commented(node, above, behind ++ comments)]
      _ -> [commented(node, above, []) | sequence(rest, behind ++ comments)]
    end
  end

  # Comments that move up leave their blank lines behind.
  defp close(comments), do: for({line, {text, above?, _}} <- comments, do: {line, {text, above?, false}})

  defp close_from(comments, first) do
    {above, hoisted} = split(comments, first)
    above ++ close(hoisted)
  end

  defp split(comments, nil), do: {[], comments}
  defp split(comments, before), do: Enum.split_while(comments, fn {line, _} -> line < before end)

  defp commented(node, [], []), do: node

  defp commented(node, above, behind) do
    {:__commented__, [before: notes(above), after: notes(behind)], [node]}
  end

  defp notes(comments), do: for({_, note} <- comments, do: note)

  # ## Clauses

  # What stands behind a clause that is not the last belongs to the next one.
  defp clauses([], []), do: []

  defp clauses([{:->, meta, [args, body]} | rest], comments) do
    head_last = elem(lines(args), 1) || line(meta)
    {_, last} = lines(body)
    last = max(last || head_last, head_last)
    {above, comments} = split(comments, head_last + 1)
    {inside, comments} = if rest == [], do: {comments, []}, else: split(comments, last + 1)
    clause = {:->, meta, [args, body(body, inside)]}
    [commented(clause, close_from(above, line(meta)), []) | clauses(rest, comments)]
  end
end
