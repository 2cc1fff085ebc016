defmodule Jovial.Printer do
  @moduledoc false
  # Quoted code as documents of `Inspect.Algebra`: what `Code.quoted_to_algebra/2`, `Code.format_string!/2` and
  # `Macro.to_string/1` are made of.
  #
  # One printer serves two kinds of trees. Those that come from a text (parsed with its literals in blocks, with token
  # metadata and raw escapes) are printed as their author wrote them where the style leaves a choice. Trees from `quote` or
  # from macros have bare literals and little metadata; wherever metadata is missing, the plainest form is chosen. So
  # nothing is converted beforehand: every question about a node (is this a keyword list, an interpolation, a
  # call with a block?) is asked of the node as it is.
  #
  # `doc/3` decides what a node is and leaves the rest to the modules beside this one. Its role says where the node stands:
  #
  #   * `:statement` - on its own in a sequence
  #   * `:operand` - beside an operator, in front of a dot
  #   * `:argument`, `:sole` - between brackets, with others or alone
  #   * `:bare`, `:sole_bare` - argument of a call without parentheses, with others or alone
  #
  # Comments have been put into the tree by `Jovial.Printer.Comments`, as nodes `{:__commented__, notes, [node]}` where
  # sequences, rows and clauses look for them.

  import Inspect.Algebra, only: [concat: 1, concat: 2, color_doc: 3, nest: 2]
  alias Jovial.Printer.{Blocks, Calls, Literals, Operators, Rows}

  @locals_without_parens [
    # Special forms.
    alias: 1,
    alias: 2,
    case: 2,
    cond: 1,
    for: :*,
    import: 1,
    import: 2,
    quote: 1,
    quote: 2,
    receive: 1,
    require: 1,
    require: 2,
    try: 1,
    with: :*,
    # Kernel.
    def: 1,
    def: 2,
    defp: 1,
    defp: 2,
    defguard: 1,
    defguardp: 1,
    defmacro: 1,
    defmacro: 2,
    defmacrop: 1,
    defmacrop: 2,
    defmodule: 2,
    defdelegate: 2,
    defexception: 1,
    defoverridable: 1,
    defstruct: 1,
    destructure: 2,
    if: 2,
    unless: 2,
    use: 1,
    use: 2,
    raise: 1,
    raise: 2,
    reraise: 2,
    reraise: 3,
    defrecord: 2,
    defrecord: 3,
    defrecordp: 2,
    defrecordp: 3,
    # Tests.
    assert: 1,
    assert: 2,
    assert_in_delta: 3,
    assert_in_delta: 4,
    assert_raise: 2,
    assert_raise: 3,
    assert_receive: 1,
    assert_receive: 2,
    assert_receive: 3,
    assert_received: 1,
    assert_received: 2,
    doctest: 1,
    doctest: 2,
    refute: 1,
    refute: 2,
    refute_in_delta: 3,
    refute_in_delta: 4,
    refute_receive: 1,
    refute_receive: 2,
    refute_receive: 3,
    refute_received: 1,
    refute_received: 2,
    setup: 1,
    setup: 2,
    setup_all: 1,
    setup_all: 2,
    test: 1,
    test: 2,
    # Mix.
    config: 2,
    config: 3,
    import_config: 1
  ]

  # The calls that are written without parentheses by default.
  def locals_without_parens(), do: @locals_without_parens

  # The document for a whole tree. `source?` says that the tree was parsed from a text with its escapes left alone.
  def to_algebra(quoted, source?, options) do
    ctx = context(source?, options)
    notes = Keyword.get(options, :comments, [])
    quoted = if notes == [], do: quoted, else: Jovial.Printer.Comments.weave(quoted, notes)
    Blocks.sequence(quoted, ctx)
  end

  defp context(source?, options) do
    without_parens = Keyword.get(options, :locals_without_parens, []) ++ @locals_without_parens

    %{
      escape?: not source? and Keyword.get(options, :escape, true),
      source?: source?,
      without_parens: :maps.from_list(for call <- without_parens, do: {call, true}),
      sigils: :maps.from_list(for {key, fun} <- Keyword.get(options, :sigils, []), do: {sigil_name(key), fun}),
      file: Keyword.get(options, :file, nil),
      do_blocks?: Keyword.get(options, :force_do_end_blocks, false),
      bitstring_modifiers?: migration?(options, :migrate_bitstring_modifiers),
      call_parens?: migration?(options, :migrate_call_parens_on_pipe),
      charlists?: migration?(options, :migrate_charlists_as_sigils),
      unless?: migration?(options, :migrate_unless),
      opts: %Inspect.Opts{syntax_colors: Keyword.get(options, :syntax_colors, [])}
    }
  end

  defp migration?(options, key), do: Keyword.get(options, key, Keyword.get(options, :migrate, false))

  defp sigil_name(key) do
    name = Atom.to_string(key)

    case String.to_charlist(name) do
      [letter] when letter in ?a..?z or letter in ?A..?Z -> name
      [first | rest] when first in ?A..?Z -> sigil_tail(rest, name)
      _ -> raise_sigil(key)
    end
  end

  defp sigil_tail([], name), do: name
  defp sigil_tail([char | rest], name) when char in ?A..?Z or char in ?0..?9, do: sigil_tail(rest, name)
  defp sigil_tail(_, name), do: raise_sigil(name)

  defp raise_sigil(key) do
    raise ArgumentError,
          ":sigils must be a keyword list with a single uppercase letter or a single lowercase letter as key, got: " <>
            inspect(key)
  end

  # ## What a node is

  def doc(node, role, ctx)

  def doc({:__commented__, _, [node]}, role, ctx), do: doc(node, role, ctx)

  def doc({:<<>>, meta, parts} = node, _role, ctx) when is_list(parts) do
    cond do
      Literals.text?(node) -> Literals.interpolated_string(meta, parts, ctx)
      true -> Rows.bitstring(meta, parts, ctx)
    end
  end

  def doc({{:., _, [List, :to_charlist]}, meta, [parts]} = node, role, ctx) when is_list(parts) do
    if Literals.interpolated_charlist?(node),
      do: Literals.interpolated_charlist(meta, parts, ctx),
      else: Calls.remote(node, role, ctx)
  end

  def doc({{:., _, [:erlang, :binary_to_atom]}, meta, [{:<<>>, _, parts}, utf8]} = node, role, ctx) do
    if Literals.interpolated_atom?(meta, parts, utf8),
      do: Literals.interpolated_atom(meta, parts, ctx),
      else: Calls.remote(node, role, ctx)
  end

  # Who writes the call names the module by an alias.
  def doc({{:., _, [Access, :get]}, meta, [_, _] = args}, _role, ctx), do: Calls.access(meta, args, ctx)

  def doc({:__block__, meta, [literal]}, role, ctx)
      when is_number(literal) or is_atom(literal) or is_binary(literal) or is_list(literal) do
    Literals.wrapped(literal, meta, role, ctx)
  end

  def doc({:__block__, meta, [{left, right}]}, _role, ctx), do: Rows.tuple(meta, [left, right], ctx)

  def doc({:__block__, _, statements} = block, role, ctx) when is_list(statements) do
    case statements do
      [] -> "nil"
      [{:unquote_splicing, _, _} = call] -> concat(["(", doc(call, :argument, ctx), ")"])
      [statement] when role == :statement -> doc(statement, role, ctx)
      [statement] -> single_in_block(statement, role, ctx)
      _ -> Blocks.in_parens(block, ctx)
    end
  end

  def doc({:fn, meta, [{:->, _, _} | _] = clauses}, _role, ctx), do: Blocks.anonymous_function(meta, clauses, ctx)
  def doc({:fn, meta, [{:__commented__, _, _} | _] = clauses}, _role, ctx), do: Blocks.anonymous_function(meta, clauses, ctx)

  def doc({:{}, meta, args}, _role, ctx) when is_list(args), do: Rows.tuple(meta, args, ctx)
  def doc({:{}, _, context}, _role, _ctx) when is_atom(context), do: "{}"
  def doc({:%{}, meta, args}, _role, ctx) when is_list(args), do: Rows.map("%{", meta, args, ctx)
  def doc({:%{}, _, context}, _role, _ctx) when is_atom(context), do: "%{}"

  def doc({:%, _, [name, {:%{}, meta, args}]}, _role, ctx) when is_list(args) do
    Rows.map(concat(["%", struct_name(name, ctx), "{"]), meta, args, ctx)
  end

  def doc({:__aliases__, _, [head | tail]}, _role, ctx) do
    head = if is_atom(head), do: Atom.to_string(head), else: in_front_of_dot(head, ctx)
    parts = for part <- tail, do: concat(".", Atom.to_string(part))
    color_doc(concat([head | parts]), :atom, ctx.opts)
  end

  def doc({name, meta, [{:<<>>, text_meta, parts}, modifiers]} = node, role, ctx) when is_atom(name) and is_list(parts) do
    case Literals.sigil(name, meta, text_meta, parts, modifiers, ctx) do
      nil -> other(node, role, ctx)
      doc -> doc
    end
  end

  def doc({_, _, _} = node, role, ctx), do: other(node, role, ctx)

  def doc({left, right}, _role, ctx), do: Rows.tuple([], [left, right], ctx)

  def doc([{:->, _, _} | _] = clauses, _role, ctx), do: Blocks.clauses_in_parens([], clauses, ctx)
  def doc([{:__commented__, _, [{:->, _, _}]} | _] = clauses, _role, ctx), do: Blocks.clauses_in_parens([], clauses, ctx)

  def doc(literal, role, ctx) when is_number(literal) or is_atom(literal) or is_binary(literal) or is_list(literal) do
    Literals.bare(literal, role, ctx)
  end

  def doc(opaque, _role, _ctx), do: inspect(opaque)

  # `unless` as `if`, where the caller asks for it.
  defp other({:unless, meta, [condition | rest]}, role, %{unless?: true} = ctx) when rest != [] do
    other({:if, meta, [negated(condition) | rest]}, role, ctx)
  end

  defp other({:|>, meta, [value, {:unless, call_meta, [_] = blocks}]}, role, %{unless?: true} = ctx) do
    value =
      case value do
        {:|>, _, _} -> {:|>, meta, [value, quote(do: Kernel.!())]}
        _ -> negated(value)
      end

    other({:|>, meta, [value, {:if, call_meta, blocks}]}, role, ctx)
  end

  defp other({name, _, args} = node, role, ctx) do
    case Operators.operator(node, role, ctx) do
      nil ->
        cond do
          call?(node) -> Calls.call(node, role, ctx)
          is_atom(name) and is_atom(args) -> variable(name, ctx)
          true -> inspect(node)
        end

      doc ->
        doc
    end
  end

  @opposites %{==: :!=, !=: :==, ===: :!==, !==: :===}
  @booleans [:<, :>, :<=, :>=, :in, :and, :or, :xor, :=~]

  defp negated({op, _, [condition]}) when op in [:!, :not], do: condition
  defp negated({op, meta, [left, right]}) when is_map_key(@opposites, op), do: {:erlang.map_get(op, @opposites), meta, [left, right]}

  defp negated({name, _, [_ | _]} = condition) when is_atom(name) do
    {if(name in @booleans or match?("is_" <> _, Atom.to_string(name)), do: :not, else: :!), [], [condition]}
  end

  defp negated(condition), do: {:!, [], [condition]}

  defp call?({name, meta, args}) do
    is_list(meta) and is_list(args) and (is_atom(name) or match?({_, _, _}, name))
  end

  defp variable(name, ctx), do: color_doc(Atom.to_string(name), :variable, ctx.opts)

  # A block of one: what was put in parentheses so that it could not be misread, such as the left side of `(not a) in b`.
  defp single_in_block(statement, role, ctx) do
    if Operators.operator?(statement),
      do: in_parens(doc(statement, :operand, ctx)),
      else: doc(statement, role, ctx)
  end

  defp struct_name(name, ctx) do
    case name do
      {op, _, [_]} when op in [:unquote, :^, :@] -> doc(name, :argument, ctx)
      _ -> in_front_of_dot(name, ctx)
    end
  end

  # ## Shared by the modules

  # What stands in front of a dot, `(` or `[`: anything that would swallow the dot goes into parentheses.
  def in_front_of_dot(node, ctx) do
    doc = doc(node, :operand, ctx)

    if Operators.operator?(node) and not attribute?(node) or Calls.ends_in_word?(node),
      do: in_parens(doc),
      else: doc
  end

  # `@name` needs no parentheses in front of a dot.
  defp attribute?({:@, _, [{name, _, context}]}), do: is_atom(name) and is_atom(context)
  defp attribute?(_), do: false

  def in_parens(doc), do: concat(["(", nest(doc, 1), ")"])

  def newlines?(meta), do: Keyword.get(meta, :newlines, 0) > 0
end
