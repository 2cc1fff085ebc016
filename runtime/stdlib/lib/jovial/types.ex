defmodule Jovial.Types do
  @moduledoc false

  # Looks for code that can't work: operators and functions on values of wrong types, fields that a struct does not have, patterns and
  # clauses that never match, comparisons of what is never equal. It knows what Elixir 1.18's checker knows: literals, patterns,
  # structs, what the machine's functions take and give, and what the module's own functions give.
  #
  # Arguments may be anything that their patterns allow. What is not understood may be anything too, so it makes no remark.
  # After a finding nothing more is said of the same clause, since the type of what follows is a guess.
  #
  # A finding is `{rank, line, column | nil, end_column | nil, {name, arity} | nil, message}`; those of rank 0 are no matter of types.

  alias Jovial.Types.{Set, Signatures, Words}

  @integer {:static, [:integer]}
  @binary {:static, [:binary]}
  @boolean [{:atom, true}, {:atom, false}]
  @comparisons %{==: :==, "/=": :!=, "=:=": :===, "=/=": :!==, <: :<, ">": :>, "=<": :<=, ">=": :>=, min: :min, max: :max}
  @ordering [:<, :>, :<=, :>=, :min, :max]

  # `definitions` are `{{name, arity}, kind, clauses}`; a clause is `{meta, arguments, guards, body}` in expanded code.
  def check(module, file, definitions) do
    start = %{
      module: module,
      file: file,
      function: nil,
      line: 0,
      vars: %{},
      traces: %{},
      quiet: false,
      broken: false,
      found: [],
      results: %{},
      functions: Map.new(definitions, fn {key, _kind, clauses} -> {key, clauses} end)
    }

    definitions
    |> Enum.sort()
    |> Enum.reduce(start, fn {key, _kind, clauses}, c ->
      Enum.reduce(clauses, %{c | function: key}, fn clause, c -> c |> definition(clause) |> elem(1) |> fresh() end)
    end)
    |> Map.fetch!(:found)
    |> Enum.reverse()
  rescue
    # Code of macros may have shapes that nobody thought of. No module is refused because nothing can be said of it.
    _error in [ArgumentError, CaseClauseError, FunctionClauseError, KeyError, MatchError, Protocol.UndefinedError] -> []
  end

  defp fresh(c), do: %{c | vars: %{}, traces: %{}, quiet: false, broken: false}

  defp definition(c, {meta, args, _guards, body}) do
    c = %{c | line: line(meta, c.line)}
    {_types, c} = heads(args, c)
    of(body, c)
  end

  # What a function of this module gives, whatever it is called with.
  defp result(key, c) do
    case {c.results, c.functions} do
      {%{^key => type}, _} ->
        {type, c}

      {results, %{^key => clauses}} ->
        # Who asks again while this is found out learns nothing.
        inner = %{fresh(c) | quiet: true, function: key, results: Map.put(results, key, Set.dynamic())}

        {types, inner} =
          Enum.map_reduce(clauses, inner, fn clause, inner ->
            {type, inner} = definition(%{fresh(inner) | quiet: true}, clause)
            {type, inner}
          end)

        {_, set} = Set.union(types)
        type = {:dynamic, set}
        {type, %{c | results: Map.put(inner.results, key, type)}}

      _ ->
        {Set.dynamic(), c}
    end
  end

  # ## Expressions: their type, and what was learned on the way

  defp of(expr, c) when is_integer(expr), do: {@integer, c}
  defp of(expr, c) when is_float(expr), do: {{:static, [:float]}, c}
  defp of(expr, c) when is_binary(expr), do: {@binary, c}
  defp of(expr, c) when is_atom(expr), do: {{:static, [{:atom, expr}]}, c}
  defp of([], c), do: {{:static, [:empty_list]}, c}

  defp of(list, c) when is_list(list) do
    {items, tail} =
      case List.pop_at(list, -1) do
        {{:|, _, [last, tail]}, items} -> {items ++ [last], tail}
        {_, _} -> {list, []}
      end

    {types, c} = each(items, c)
    {tail, c} = of(tail, c)
    last = if elem(tail, 1) == [:empty_list], do: [:empty_list], else: :term
    # Behind a tail that is not known there may be elements of any kind.
    elements = if last == :term, do: :term, else: types |> Enum.map(&elem(&1, 1)) |> Set.join()
    {Set.made([tail | types], [{:list, elements, last}]), c}
  end

  defp of({left, right}, c), do: tuple([left, right], c)
  defp of({:{}, _, items}, c) when is_list(items), do: tuple(items, c)

  defp of({:%{}, meta, [{:|, _, [map, fields]}]} = expr, c) do
    {type, c} = of(map, c)
    {types, c} = each(Enum.map(fields, &elem(&1, 1)), c)
    updated(expr, meta, type, Enum.zip(Enum.map(fields, &elem(&1, 0)), types), c)
  end

  defp of({:%{}, _, fields}, c) when is_list(fields), do: map(fields, [], :closed, c)

  defp of({:%, _, [module, {:%{}, _, [{:|, meta, [map, fields]}]}]} = expr, c) when is_atom(module) do
    {{_, set} = type, c} = of(map, c)
    {types, c} = each(Enum.map(fields, &elem(&1, 1)), c)
    expected = {:static, struct_set(module)}

    cond do
      # Elixir does not take it for the struct that it has to be.
      set == :term -> {Set.dynamic(), c}
      Set.disjoint?(set, elem(expected, 1)) -> {Set.dynamic(), found({:struct_update, expr, expected, type}, meta, c)}
      true -> {Set.made([Set.dynamic() | types], put_fields(elem(expected, 1), Enum.zip(Keyword.keys(fields), types))), c}
    end
  end

  defp of({:%, _, [module, {:%{}, _, fields}]}, c) when is_atom(module), do: map(fields, defaults(module), struct_kind(module), c)

  defp of({:<<>>, meta, segments}, c) when is_list(segments) do
    c = Enum.reduce(Enum.with_index(segments), c, &segment(&1, meta, length(segments), &2))
    {@binary, c}
  end

  defp of({:=, meta, [pattern, value]} = expr, c) do
    {{_, set} = type, c} = of(value, c)
    {expected, c} = pattern(pattern, c)

    if Set.disjoint?(set, expected) do
      {type, bind(pattern, Set.dynamic(), {{:code, expr}, meta}, found({:match, expr, type}, meta, c))}
    else
      {type, bind(pattern, type, {{:code, expr}, meta}, c)}
    end
  end

  defp of({:__block__, _, exprs}, c) when is_list(exprs),
    do: Enum.reduce(exprs, {{:static, [{:atom, nil}]}, c}, fn expr, {_type, c} -> of(expr, c) end)

  defp of({:case, meta, [subject, [do: clauses]]}, c) do
    {type, c} = of(subject, c)
    silent? = meta[:optimize_boolean] || meta[:generated] || literal?(subject)
    clauses |> clauses(if(silent?, do: nil, else: subject), type, c) |> settled()
  end

  defp of({:cond, _, [[do: clauses]]}, c) do
    {types, c} =
      Enum.map_reduce(clauses, c, fn {:->, meta, [[condition], body]}, c ->
        apart(c, fn c ->
          {_, c} = of(condition, %{c | line: line(meta, c.line)})
          of(body, c)
        end)
      end)

    settled({Set.union(types), c})
  end

  defp of({:fn, _, clauses}, c) do
    {_types, c} =
      Enum.map_reduce(clauses, c, fn {:->, meta, [args, body]}, c ->
        apart(c, fn c ->
          {_types, c} = heads(without_guards(args), %{c | line: line(meta, c.line)})
          of(body, c)
        end)
      end)

    settled({{:static, [:fun]}, c})
  end

  defp of({:try, _, [[{:do, body} | rest]]}, c) do
    {type, c} = c |> apart(&of(body, &1)) |> settled()

    {types, c} =
      Enum.flat_map_reduce(rest, c, fn
        {:rescue, clauses}, c -> Enum.map_reduce(clauses, c, &rescued/2)
        {:after, body}, c -> {[], c |> apart(&of(body, &1)) |> elem(1)}
        {_, clauses}, c -> clauses |> unknown(c) |> then(fn {type, c} -> {[type], c} end)
      end)

    # An `else` takes what the body gives.
    settled({if(Keyword.has_key?(rest, :else), do: Set.dynamic(), else: Set.union([type | types])), c})
  end

  defp of({:receive, _, [clauses]}, c) do
    {types, c} =
      Enum.map_reduce(clauses, c, fn
        {:do, {:__block__, _, _}}, c -> {Set.dynamic(), c}
        {_, clauses}, c -> clauses |> unknown(c) |> settled()
      end)

    {Set.union(types), c}
  end

  defp of({name, _, [_ | _] = args}, c) when name in [:for, :with] do
    {steps, [options]} = Enum.split(args, -1)

    {_, c} =
      c
      |> apart(fn c ->
        c = Enum.reduce(steps, c, &step/2)

        c =
          Enum.reduce(options, c, fn
            {:do, [{:->, _, _} | _] = clauses}, c -> clauses |> unknown(c) |> elem(1)
            {:do, body}, c -> body |> of(c) |> elem(1)
            _, c -> c
          end)

        {Set.dynamic(), c}
      end)
      |> settled()

    c = if clauses = options[:else], do: clauses |> unknown(c) |> elem(1), else: c
    settled({Set.dynamic(), c})
  end

  defp of({:&, _, _}, c), do: {{:static, [:fun]}, c}
  defp of({:^, _, [var]}, c), do: of(var, c)

  # A field, or a call without parentheses of a module that is not known.
  defp of({{:., _, [subject, key]}, meta, []} = expr, c) when is_atom(key) and not is_atom(subject) do
    {{kind, set} = type, c} = of(subject, c)

    cond do
      not Keyword.get(meta, :no_parens, false) ->
        if Set.disjoint?(set, [:atom]), do: {Set.dynamic(), found({:module, expr, key, 0}, meta, c)}, else: {Set.dynamic(), c}

      true ->
        case Set.field(set, key) do
          {:ok, set} -> {{kind, set}, c}
          :open -> {Set.dynamic(), c}
          :none -> {Set.dynamic(), found({:key, expr, key, type}, meta, c, key)}
          :no_map -> {Set.dynamic(), found({:no_map, expr, key, type}, meta, c, key)}
        end
    end
  end

  defp of({{:., _, [:erlang, name]}, meta, args} = expr, c) when is_atom(name) do
    {types, c} = each(args, c)

    cond do
      is_map_key(@comparisons, name) and length(args) == 2 -> compared(expr, meta, @comparisons[name], args, types, c)
      name in [:andalso, :orelse] -> {{:dynamic, @boolean}, c}
      clauses = Signatures.clauses(name, length(args)) -> called(expr, meta, name, types, clauses, hopeless(name, meta, args, types, clauses, c))
      true -> {Set.dynamic(), c}
    end
  end

  defp of({{:., _, [module, name]}, meta, args} = expr, c) when is_atom(name) do
    {{_, set}, c} = of(module, c)
    {_types, c} = each(args, c)

    if not is_atom(module) and Set.disjoint?(set, [:atom]),
      do: {Set.dynamic(), found({:module, expr, name, length(args)}, meta, c)},
      else: {Set.dynamic(), c}
  end

  defp of({{:., _, [fun]}, meta, args} = expr, c) do
    {{_, set} = type, c} = of(fun, c)
    {_types, c} = each(args, c)

    if Set.disjoint?(set, [:fun]),
      do: {Set.dynamic(), found({:fun, expr, length(args), type}, meta, c)},
      else: {Set.dynamic(), c}
  end

  defp of({name, meta, context}, c) when is_atom(name) and is_atom(context), do: {Map.get(c.vars, variable(name, meta, context), Set.dynamic()), c}

  defp of({name, meta, args} = expr, c) when is_atom(name) and is_list(args) do
    {types, c} = each(args, c)
    key = {name, length(args)}
    clauses = Map.get(c.functions, key, [])
    heads = fn {_meta, args, _guards, _body} -> Enum.map(args, &elem(pattern(&1, c), 0)) end

    if clauses != [] and not Enum.any?(clauses, &fits?(types, heads.(&1))) do
      what = "#{Macro.inspect_atom(:remote_call, name)}/#{length(args)}"
      expected = for {_meta, args, _guards, _body} <- clauses, do: Enum.map(args, &accepted(&1, c))
      {Set.dynamic(), found({:local, expr, what, marked(types, Enum.map(clauses, heads)), expected}, meta, c)}
    else
      result(key, c)
    end
  end

  defp of(_expr, c), do: {Set.dynamic(), c}

  defp each(exprs, c), do: Enum.map_reduce(exprs, c, &of/2)

  defp tuple(items, c) do
    {types, c} = each(items, c)
    {Set.made(types, [{:tuple, Enum.map(types, &elem(&1, 1))}]), c}
  end

  # Something whose findings and variables end with it.
  defp apart(c, work) do
    {type, after_it} = work.(%{c | broken: false})
    # What is said of one clause does not keep the others from being looked at, but what comes behind them all.
    {type, %{after_it | vars: c.vars, traces: c.traces, line: c.line, quiet: c.quiet, broken: c.broken or after_it.quiet}}
  end

  defp settled({type, c}), do: {type, %{c | quiet: c.quiet or c.broken, broken: false}}

  # ## Maps

  defp map(fields, defaults, kind, c) do
    {types, c} = each(Enum.map(fields, &elem(&1, 1)), c)
    keys = Enum.map(fields, &elem(&1, 0))
    kind = if Enum.all?(keys, &is_atom/1), do: kind, else: :open
    own = for {key, {_, set}} <- Enum.zip(keys, types), is_atom(key), do: {key, set}
    {Set.made(types, [{:map, kind, defaults |> Keyword.merge(own) |> Enum.sort()}]), c}
  end

  defp updated(expr, meta, {_, set} = type, fields, c) do
    missing = Enum.find(fields, fn {key, _} -> is_atom(key) and Set.field(set, key) == :none end)

    cond do
      set != :term and set != [] and Set.disjoint?(set, [{:map, :open, []}]) -> {Set.dynamic(), found({:update_no_map, expr, type}, meta, c)}
      missing -> {Set.dynamic(), found({:update_key, expr, elem(missing, 0), type}, meta, c)}
      set == :term -> {{:dynamic, [{:map, :open, for({key, {_, set}} <- fields, is_atom(key), do: {key, set})}]}, c}
      true -> {Set.made([type | Enum.map(fields, &elem(&1, 1))], put_fields(set, fields)), c}
    end
  end

  defp put_fields(set, fields) do
    new = for {key, {_, set}} <- fields, is_atom(key), do: {key, set}

    Enum.map(set, fn
      {:map, kind, old} -> {:map, kind, old |> Keyword.merge(new) |> Enum.sort()}
      other -> other
    end)
  end

  # All values of a struct. A module that still waits for others does not tell its fields.
  defp struct_set(module) do
    fields = for {key, _} <- defaults(module), key != :__struct__, do: {key, :term}
    [{:map, struct_kind(module), [{:__struct__, [{:atom, module}]} | fields]}]
  end

  defp struct_kind(module), do: if(struct?(module), do: :closed, else: :open)
  defp struct?(module), do: Code.ensure_loaded?(module) and function_exported?(module, :__struct__, 0)

  # A struct's fields with the types of their defaults.
  defp defaults(module) do
    if struct?(module) do
      for {key, value} <- :maps.to_list(module.__struct__()), do: {key, value_set(value)}
    else
      [__struct__: [{:atom, module}]]
    end
  end

  defp value_set(value) when is_integer(value), do: [:integer]
  defp value_set(value) when is_float(value), do: [:float]
  defp value_set(value) when is_binary(value), do: [:binary]
  defp value_set(value) when is_atom(value), do: [{:atom, value}]
  defp value_set([]), do: [:empty_list]
  defp value_set(_value), do: :term

  # ## Binaries

  defp segment({{:"::", _, [value, spec]}, at}, meta, count, c) do
    {{_, set} = type, c} = of(value, c)
    expected = expected(segment_kind(spec))

    if is_tuple(value) and Set.disjoint?(set, expected) do
      found({:segment, segment_text(value, spec, at, count), type, {:static, expected}, value}, meta, c)
    else
      c
    end
  end

  defp segment(_, _meta, _count, c), do: c

  defp segment_kind({:-, _, [left, _]}), do: segment_kind(left)
  defp segment_kind({name, _, _}) when name in [:binary, :bytes, :bitstring, :bits], do: :binary
  defp segment_kind({name, _, _}) when name in [:utf8, :utf16, :utf32], do: :utf
  defp segment_kind({:float, _, _}), do: :float
  defp segment_kind(_), do: :integer

  defp expected(:float), do: [:float, :integer]
  defp expected(:utf), do: [:integer, :binary]
  defp expected(kind), do: [kind]

  defp segment_text(value, spec, at, count) do
    rest = [{:..., [], []}]
    before = if at > 0, do: rest, else: []
    behind = if at + 1 < count, do: rest, else: []
    Words.written({:<<>>, [], before ++ [{:"::", [], [value, spec]}] ++ behind})
  end

  # ## Calls and comparisons

  defp called(expr, meta, name, types, clauses, c) do
    clauses = Enum.map(clauses, fn {sets, result} -> {Enum.take(sets, length(types)), result} end)
    fits = Enum.filter(clauses, fn {sets, _} -> fits?(types, sets) end)

    case {fits, clauses} do
      {[], _} ->
        marked = marked(types, Enum.map(clauses, &elem(&1, 0)))
        {module, shown} = Signatures.shown(name, length(types))
        count = if name in [:binary_to_atom, :binary_to_existing_atom], do: 1, else: length(types)
        what = "#{inspect(module)}.#{Macro.inspect_atom(:remote_call, shown)}/#{count}"
        order = &(name |> Signatures.shown_order(&1) |> Enum.take(count))
        {Set.dynamic(), found({:call, expr, what, order.(marked), for({sets, _} <- clauses, do: sets |> order.() |> Enum.map(&Set.static/1))}, meta, c)}

      {_, [{_, {:dynamic, _} = type}]} ->
        {type, c}

      {_, [{_, :term}]} ->
        {Set.dynamic(), c}

      {_, [{_, [_, _ | _] = set}]} ->
        {{if(Enum.any?(types, &Set.dynamic?/1), do: :dynamic, else: :static), set}, c}

      {_, [{_, set}]} ->
        {{:static, set}, c}

      _ ->
        {_, set} = fits |> Enum.map(fn {_, set} -> {:static, set} end) |> Set.union()
        {{if(Enum.any?(types, &Set.dynamic?/1), do: :dynamic, else: :static), set}, c}
    end
  end

  # A call of constants that can only fail. Elixir hears of it from the compiler below it, which names the machine's functions.
  defp hopeless(name, meta, args, types, clauses, c) do
    fits? = Enum.any?(clauses, fn {sets, _} -> fits?(types, sets) end)
    fails? = not fits? or (name in [:/, :div, :rem] and Enum.at(args, 1) in [0, 0.0, -0.0])

    if fails? and name not in [:tuple_size, :map_size] and Enum.all?(args, &literal?/1) and not c.quiet and not Keyword.get(meta, :generated, false) do
      text = Words.text({:fails, name, length(args)})
      %{c | found: [{0, line(meta, c.line), meta[:column], nil, nil, :unicode.characters_to_binary(text)} | c.found]}
    else
      c
    end
  end

  # What no clause takes at its place is marked.
  defp marked(types, clauses) do
    types
    |> Enum.with_index()
    |> Enum.map(fn {{_, set} = type, at} -> {type, Enum.all?(clauses, &Set.disjoint?(set, Enum.at(&1, at)))} end)
  end

  # What an argument of the module's own functions may be.
  defp accepted(pattern, c) do
    {set, _} = pattern(pattern, c)
    if is_tuple(pattern) or set == :term, do: {:dynamic, set}, else: {:static, set}
  end

  defp fits?(types, sets), do: types |> Enum.zip(sets) |> Enum.all?(fn {{_, set}, expected} -> not Set.disjoint?(set, expected) end)

  defp compared(expr, meta, name, args, [{_, left} = one, {_, right} = other] = types, c) do
    result =
      if name in [:min, :max], do: Set.union(types), else: {if(Enum.any?(types, &Set.dynamic?/1), do: :dynamic, else: :static), @boolean}

    cond do
      name not in @ordering and Enum.all?(args, &literal?/1) -> {result, c}
      name in @ordering and (Set.struct?(left) or Set.struct?(right)) -> {result, found({:structs, expr, name, one, other}, meta, c)}
      Set.number?(left) and Set.number?(right) -> {result, c}
      Set.disjoint?(left, right) -> {result, found({:distinct, expr, name, one, other}, meta, c)}
      true -> {result, c}
    end
  end

  defp literal?({:%, _, [_, map]}), do: literal?(map)
  defp literal?({:%{}, _, fields}), do: not match?([{:|, _, _}], fields) and Enum.all?(fields, fn {key, value} -> literal?(key) and literal?(value) end)
  defp literal?({:{}, _, items}), do: Enum.all?(items, &literal?/1)
  defp literal?({left, right}), do: literal?(left) and literal?(right)
  defp literal?(list) when is_list(list), do: Enum.all?(list, &literal?/1)
  defp literal?(value), do: not is_tuple(value)

  # ## Clauses

  # With a subject it is said which clauses never match.
  defp clauses(clauses, subject, {_, set} = type, c) do
    {types, c} =
      Enum.map_reduce(clauses, c, fn {:->, meta, [[head], body]}, c ->
        head = without_guard(head)

        apart(c, fn c ->
          c = %{c | line: line(meta, c.line)}
          {expected, c} = pattern(head, c)
          never? = subject != nil and not Keyword.get(meta, :generated, false) and Set.disjoint?(set, expected)
          place = if is_tuple(head) and tuple_size(head) == 3, do: elem(head, 1), else: [line: c.line]
          c = if never?, do: said({:clause, head, subject, type}, place, c), else: c
          c = bind(head, if(never?, do: Set.dynamic(), else: type), {{:code, head}, place_of(head)}, c)
          of(body, c)
        end)
      end)

    {Set.union(types), c}
  end

  # Clauses of which it is not known what they match.
  defp unknown(clauses, c) when is_list(clauses) do
    {types, c} =
      Enum.map_reduce(clauses, c, fn
        {:->, meta, [head, body]}, c ->
          apart(c, fn c ->
            {_types, c} = heads(without_guards(head), %{c | line: line(meta, c.line)})
            of(body, c)
          end)

        _other, c ->
          {Set.dynamic(), c}
      end)

    {Set.union(types), c}
  end

  defp unknown(_other, c), do: {Set.dynamic(), c}

  defp rescued({:->, meta, [[{:in, at, [var, modules]}], body]}, c) when is_list(modules) do
    apart(c, fn c ->
      set = modules |> Enum.map(&exception_set/1) |> Set.join()
      c = bind(var, {:dynamic, set}, {{:rescue, var, modules}, at}, %{c | line: line(meta, c.line)})
      of(body, c)
    end)
  end

  defp rescued({:->, meta, [[head], body]}, c) do
    apart(c, fn c ->
      {_types, c} = heads([without_guard(head)], %{c | line: line(meta, c.line)})
      of(body, c)
    end)
  end

  defp exception_set(module) do
    [{:map, kind, fields}] = struct_set(module)
    if Keyword.has_key?(fields, :__exception__), do: [{:map, kind, Keyword.put(fields, :__exception__, [{:atom, true}])}], else: :term
  end

  defp step({:<-, _, [head, value]}, c) do
    {_, c} = of(value, c)
    [without_guard(head)] |> heads(c) |> elem(1)
  end

  defp step({:<<>>, _, segments}, c) do
    Enum.reduce(segments, c, fn
      {:<-, _, [head, value]}, c -> head |> binary_vars(elem(of(value, c), 1))
      head, c -> binary_vars(head, c)
    end)
  end

  defp step(expr, c), do: expr |> of(c) |> elem(1)

  # ## Patterns

  # Those of a function: they may be anything that fits.
  defp heads(patterns, c) do
    Enum.map_reduce(patterns, c, fn pattern, c ->
      {set, c} = pattern(pattern, c)
      {set, bind(pattern, {:dynamic, set}, {{:code, pattern}, place_of(pattern)}, c)}
    end)
  end

  # The values that a pattern matches.
  defp pattern({:=, _, [left, right]}, c) do
    {left, c} = pattern(left, c)
    {right, c} = pattern(right, c)
    {if(is_list(left) and is_list(right) and Set.disjoint?(left, right), do: right, else: Set.meet(left, right)), c}
  end

  defp pattern({:^, _, [var]}, c) do
    {{_, set}, c} = of(var, c)
    {set, c}
  end

  defp pattern({:{}, _, items}, c) when is_list(items), do: tuple_pattern(items, c)
  defp pattern({left, right}, c), do: tuple_pattern([left, right], c)
  defp pattern([], c), do: {[:empty_list], c}
  defp pattern(list, c) when is_list(list), do: {[{:list, :term, :term}], c}

  defp pattern({:%, _, [module, {:%{}, _, fields}]}, c) when is_atom(module) do
    {own, c} = pattern_fields(fields, c)
    [{:map, kind, all}] = struct_set(module)
    {[{:map, kind, all |> Keyword.merge(own) |> Enum.sort()}], c}
  end

  defp pattern({:%, _, [_var, map]}, c), do: pattern(map, c)

  defp pattern({:%{}, _, fields}, c) when is_list(fields) do
    {own, c} = pattern_fields(fields, c)
    {[{:map, :open, Enum.sort(own)}], c}
  end

  defp pattern({:<<>>, _, _}, c), do: {[:binary], c}
  defp pattern({:<>, _, _}, c), do: {[:binary], c}
  defp pattern({name, _, context}, c) when is_atom(name) and is_atom(context), do: {:term, c}
  defp pattern(literal, c) when not is_tuple(literal), do: of(literal, c) |> then(fn {{_, set}, c} -> {set, c} end)
  defp pattern(_other, c), do: {:term, c}

  defp tuple_pattern(items, c) do
    {sets, c} = Enum.map_reduce(items, c, &pattern/2)
    {[{:tuple, sets}], c}
  end

  defp pattern_fields(fields, c) do
    Enum.flat_map_reduce(fields, c, fn
      {key, value}, c when is_atom(key) ->
        {set, c} = pattern(value, c)
        {[{key, set}], c}

      _other, c ->
        {[], c}
    end)
  end

  # Gives the variables of a pattern their types. `source` is what is shown for where they come from.
  defp bind(pattern, type, source, c)

  defp bind({:=, _, [left, right]} = both, type, source, c) do
    {set, _} = pattern(both, c)
    # Numbers and texts that are written out are known for certain.
    type = if set in [[:integer], [:float], [:binary]], do: {:static, set}, else: narrowed(type, set)
    c = bind(left, type, source, c)
    bind(right, type, source, c)
  end

  defp bind({:^, _, _}, _type, _source, c), do: c
  defp bind({:_, _, context}, _type, _source, c) when is_atom(context), do: c

  defp bind({name, meta, context}, type, source, c) when is_atom(name) and is_atom(context) do
    key = variable(name, meta, context)
    {expr, at} = source
    %{c | vars: Map.put(c.vars, key, type), traces: Map.put(c.traces, key, {name, type, expr, at})}
  end

  defp bind({:{}, _, items}, type, source, c) when is_list(items), do: bind_tuple(items, type, source, c)
  defp bind({left, right}, type, source, c), do: bind_tuple([left, right], type, source, c)

  defp bind({:%, _, [_module, {:%{}, _, fields}]} = pattern, type, source, c) do
    {set, _} = pattern(pattern, c)
    bind_fields(fields, narrowed(type, set), source, c)
  end

  defp bind({:%{}, _, fields}, type, source, c) when is_list(fields), do: bind_fields(fields, type, source, c)
  defp bind({:<<>>, _, _} = binary, _type, _source, c), do: binary_vars(binary, c)

  defp bind({:|, _, [head, tail]}, _type, source, c) do
    c = bind(head, Set.dynamic(), source, c)
    bind(tail, Set.dynamic(), source, c)
  end

  defp bind(list, _type, source, c) when is_list(list), do: Enum.reduce(list, c, &bind(&1, own(&1, c), source, &2))
  defp bind(_pattern, _type, _source, c), do: c

  defp bind_tuple(items, {kind, set}, source, c) do
    sets =
      case set do
        [{:tuple, sets}] when length(sets) == length(items) -> Enum.map(sets, &{kind, &1})
        _ -> Enum.map(items, fn _ -> Set.dynamic() end)
      end

    items |> Enum.zip(sets) |> Enum.reduce(c, fn {item, type}, c -> bind(item, within(item, type, c), source, c) end)
  end

  defp bind_fields(fields, {kind, set}, source, c) do
    Enum.reduce(fields, c, fn {key, value}, c ->
      type =
        case is_atom(key) and Set.field(set, key) do
          {:ok, set} -> {kind, set}
          _ -> Set.dynamic()
        end

      bind(value, within(value, type, c), source, c)
    end)
  end

  # A type together with what a pattern allows.
  defp within(pattern, type, c) do
    {set, _} = pattern(pattern, c)
    narrowed(type, set)
  end

  defp own(pattern, c), do: within(pattern, Set.dynamic(), c)

  defp narrowed({kind, set}, :term), do: {kind, set}
  defp narrowed({kind, set}, other), do: {kind, Set.meet(set, other)}

  defp binary_vars({:<<>>, _, segments}, c) do
    segments
    |> Enum.with_index()
    |> Enum.reduce(c, fn
      {{:"::", meta, [{name, _, context} = var, spec]}, at}, c when is_atom(name) and is_atom(context) ->
        set = if segment_kind(spec) == :utf, do: [:integer], else: [segment_kind(spec)]
        bind(var, {:static, set}, {segment_text(var, spec, at, length(segments)), meta}, c)

      _, c ->
        c
    end)
  end

  defp binary_vars(pattern, c), do: [pattern] |> heads(c) |> elem(1)

  defp without_guards([{:when, _, args}]), do: Enum.drop(args, -1)
  defp without_guards(args), do: args
  defp without_guard({:when, _, [head, _guard]}), do: head
  defp without_guard(head), do: head

  defp variable(name, meta, context), do: meta[:version] || {name, meta[:counter] || context}

  defp place_of({_, meta, _}) when is_list(meta), do: meta
  defp place_of(_), do: []

  # ## Findings

  # A finding after which the clause's types are guesses.
  defp found(_finding, _meta, %{quiet: true} = c), do: c
  defp found(finding, meta, c), do: %{said(finding, meta, c) | quiet: true}
  defp found(_finding, _meta, %{quiet: true} = c, _key), do: c
  defp found(finding, meta, c, key), do: %{said(finding, meta, c, key) | quiet: true}

  defp said(finding, meta, c, key \\ nil)
  defp said(_finding, _meta, %{quiet: true} = c, _key), do: c

  defp said(finding, meta, c, key) do
    # Of code that a macro made and marked so, nothing is said.
    if Keyword.get(meta, :generated, false), do: c, else: noted(finding, meta, c, key)
  end

  defp noted(finding, meta, c, key) do
    {finding, subject} =
      case finding do
        {:segment, text, type, expected, value} -> {{:segment, text, type, expected}, value}
        {:clause, _, _, _} -> {finding, nil}
        other -> {other, elem(other, 1)}
      end

    message = [
      Words.text(finding),
      subject |> traces(c) |> Words.traces(),
      Words.hint(finding),
      "typing violation found at:"
    ]

    column = meta[:column]
    # A key that is not there is marked from end to end.
    until = if elem(finding, 0) == :key && column, do: column + String.length(Atom.to_string(key))
    # Calls of the module's own functions come last, keys before them.
    rank =
      cond do
        elem(finding, 0) == :local -> 3
        key -> 2
        true -> 1
      end

    %{c | found: [{rank, line(meta, c.line), column, until, c.function, :unicode.characters_to_binary(message)} | c.found]}
  end

  defp traces(expr, c) do
    {_, keys} =
      Macro.prewalk(expr, [], fn
        {name, meta, context} = var, keys when is_atom(name) and is_atom(context) -> {var, [variable(name, meta, context) | keys]}
        other, keys -> {other, keys}
      end)

    keys
    |> Enum.uniq()
    |> Enum.flat_map(fn key ->
      case c.traces do
        %{^key => {name, type, expr, meta}} -> [{Atom.to_string(name), type, expr, c.file, position(meta)}]
        _ -> []
      end
    end)
    |> Enum.sort_by(&elem(&1, 0))
  end

  defp position(meta) do
    case {meta[:line], meta[:column]} do
      {nil, _} -> ""
      {line, nil} -> ":#{line}"
      {line, column} -> ":#{line}:#{column}"
    end
  end

  defp line(meta, default), do: Keyword.get(meta, :line, default)
end
