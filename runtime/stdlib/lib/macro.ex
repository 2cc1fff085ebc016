# This file is long because it has all that walks, builds and names quoted code; what turns it into text is in `jovial/printer`.

defmodule Macro do
  @moduledoc ~S"""
  Tools for code that handles code.

  What `quote` gives and macros receive is ordinary data, the *abstract syntax tree* or quoted form:

    * atoms, numbers, strings, lists and pairs stand for themselves
    * everything else is `{form, metadata, arguments}`: a call `add(1, 2)` is `{:add, [], [1, 2]}`, a variable `x` is
      `{:x, [], context}` with an atom in the last place, and a remote call has the form `{:., meta, [module, name]}`

  The functions of this module build such trees (`var/2`, `pipe/3`, `escape/2`), walk them (`prewalk/3`, `postwalk/3`,
  `traverse/4`), look into them (`decompose_call/1`, `path/2`, `validate/1`), expand macros (`expand/2`) and turn them
  into text (`to_string/1`). The naming helpers `camelize/1` and `underscore/1` live here too.

      iex> Macro.prewalk(quote(do: 1 + 2), fn
      ...>   n when is_integer(n) -> n * 10
      ...>   other -> other
      ...> end) |> Macro.to_string()
      "10 + 20"

  ## Inspecting atoms

  `inspect_atom/3` and `classify_atom/1` know how an atom is written in source: bare, as an alias, or in quotes.
  """

  import Kernel, except: [to_string: 1]

  @type t :: input

  @type input ::
          input_expr | {input, input} | [input] | atom | number | binary | captured_remote_function | pid

  @typep input_expr :: {input_expr | atom, metadata, atom | [input]}

  @type output :: output_expr | {output, output} | [output] | atom | number | binary | captured_remote_function | pid

  @type output_expr :: {output_expr | atom, metadata, atom | [output]}

  @type captured_remote_function :: fun

  @type metadata :: keyword

  # ## Operators and special forms

  @binary_ops [
    :"::",
    :"<|>",
    :"^^^",
    :\\,
    :!=,
    :!==,
    :&&,
    :&&&,
    :*,
    :**,
    :+,
    :++,
    :+++,
    :-,
    :--,
    :---,
    :.,
    :..,
    :/,
    :<,
    :<-,
    :<<<,
    :<<~,
    :<=,
    :<>,
    :<~,
    :<~>,
    :=,
    :==,
    :===,
    :=~,
    :>,
    :>=,
    :>>>,
    :|,
    :|>,
    :||,
    :|||,
    :~>,
    :~>>,
    :and,
    :in,
    :or,
    :when
  ]
  @unary_ops [:!, :&, :+, :-, :..., :@, :^, :not, :"~~~"]

  @doc """
  Tells whether `name` is an operator that takes `arity` operands.

  ## Examples

      iex> Macro.operator?(:<>, 2)
      true
      iex> Macro.operator?(:not, 1)
      true
      iex> Macro.operator?(:<>, 1)
      false

  """
  @spec operator?(name :: atom(), arity()) :: boolean()
  def operator?(name, arity)
  def operator?(:"..//", 3), do: true
  def operator?(name, 0) when is_atom(name), do: name in [:.., :...]
  def operator?(name, 2) when is_atom(name), do: name in @binary_ops
  def operator?(name, 1) when is_atom(name), do: name in @unary_ops
  def operator?(name, arity) when is_atom(name) and is_integer(arity), do: false

  @special_forms [
    %: 2,
    &: 1,
    .: 2,
    "::": 2,
    =: 2,
    ^: 1,
    __CALLER__: 0,
    __DIR__: 0,
    __ENV__: 0,
    __MODULE__: 0,
    __STACKTRACE__: 0,
    alias: 1,
    alias: 2,
    case: 2,
    cond: 1,
    import: 1,
    import: 2,
    quote: 1,
    quote: 2,
    receive: 1,
    require: 1,
    require: 2,
    try: 1,
    unquote: 1,
    unquote_splicing: 1
  ]
  @special_forms_of_any_arity [:%{}, :{}, :<<>>, :->, :__aliases__, :__block__, :__cursor__, :fn, :for, :super, :with]

  @doc """
  Tells whether `name/arity` is a special form, which no module can define or override.

  ## Examples

      iex> Macro.special_form?(:case, 2)
      true
      iex> Macro.special_form?(:if, 2)
      false

  """
  @spec special_form?(name :: atom(), arity()) :: boolean()
  def special_form?(name, arity) when is_atom(name) and is_integer(arity) do
    name in @special_forms_of_any_arity or {name, arity} in @special_forms
  end

  # ## Writing atoms

  # Atoms written without quotes although they are no identifiers.
  @bare_literals [
    :!,
    :!=,
    :!==,
    :%,
    :%{},
    :&,
    :&&,
    :&&&,
    :*,
    :**,
    :+,
    :++,
    :+++,
    :-,
    :--,
    :---,
    :->,
    :.,
    :..,
    :"..//",
    :...,
    :/,
    :<,
    :<-,
    :<<<,
    :<<>>,
    :<<~,
    :<=,
    :<>,
    :<~,
    :<~>,
    :=,
    :==,
    :===,
    :=~,
    :>,
    :>=,
    :>>>,
    :@,
    :\\,
    :^,
    :{},
    :|,
    :|>,
    :||,
    :|||,
    :~>,
    :~>>,
    :and,
    :in,
    :not,
    :or,
    :when
  ]

  @doc """
  Says how an atom is written in source code.

    * `:alias` - as a module name: `Foo.Bar`
    * `:identifier` - as a name that could be a variable or a local call: `:foo`, `:ready?`
    * `:unquoted` - without quotes, though it is no identifier: `:+`, `:foo@bar`, `:Foo`
    * `:quoted` - in quotes: `:"two words"`

  ## Examples

      iex> Macro.classify_atom(:ready?)
      :identifier
      iex> Macro.classify_atom(List.Chars)
      :alias
      iex> Macro.classify_atom(:++)
      :unquoted
      iex> Macro.classify_atom(:"two words")
      :quoted

  """
  @spec classify_atom(atom) :: :alias | :identifier | :quoted | :unquoted
  def classify_atom(atom) when is_atom(atom) do
    if atom in @bare_literals do
      :unquoted
    else
      classify_text(:erlang.atom_to_binary(atom))
    end
  end

  defp classify_text(<<"Elixir.", segments::binary>>) do
    if alias_segments?(segments), do: :alias, else: :quoted
  end

  defp classify_text("Elixir"), do: :alias

  defp classify_text(text) do
    case :jovial_string.identifier_kind(text) do
      :identifier -> :identifier
      :none -> :quoted
      _ -> :unquoted
    end
  end

  # `Name` and any number of `.Name`, in ASCII.
  defp alias_segments?(<<char, rest::binary>>) when char in ?A..?Z, do: alias_rest?(rest)
  defp alias_segments?(_), do: false

  defp alias_rest?(<<char, rest::binary>>) when char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char == ?_ do
    alias_rest?(rest)
  end

  defp alias_rest?(<<".", rest::binary>>), do: alias_segments?(rest)
  defp alias_rest?(rest), do: rest == ""

  @doc ~S"""
  Writes an atom as source code for the place where it stands.

    * `:literal` - on its own: `:foo`, `Foo`, `nil`, `:"two words"`
    * `:key` - before a value in a keyword list or map: `foo:`, `"two words":`
    * `:remote_call` - after the dot of a call: `foo`, `+`, `"two words"`

  The option `:escape` is a function that gets the atom's text and the quote character when quotes are needed, and
  returns chardata to put between them.

  ## Examples

      iex> Macro.inspect_atom(:literal, :ok)
      ":ok"
      iex> Macro.inspect_atom(:literal, Enum)
      "Enum"
      iex> Macro.inspect_atom(:literal, :"don't")
      ~S(:"don't")

      iex> Macro.inspect_atom(:key, :ok)
      "ok:"
      iex> Macro.inspect_atom(:key, Enum)
      ~S("Elixir.Enum":)

      iex> Macro.inspect_atom(:remote_call, :ok)
      "ok"
      iex> Macro.inspect_atom(:remote_call, :>=)
      ">="
      iex> Macro.inspect_atom(:remote_call, :Ok)
      ~S("Ok")

  """
  @spec inspect_atom(:literal | :key | :remote_call, atom, keyword) :: binary
  def inspect_atom(source_format, atom, opts \\ [])

  def inspect_atom(:literal, atom, _opts) when atom in [nil, true, false], do: :erlang.atom_to_binary(atom)

  def inspect_atom(:literal, atom, opts) when is_atom(atom) do
    text = :erlang.atom_to_binary(atom)

    case classify_atom(atom) do
      :quoted -> <<?:, quote_name(text, opts)::binary>>
      :alias -> alias_text(text)
      _ -> <<?:, text::binary>>
    end
  end

  def inspect_atom(:key, atom, opts) when is_atom(atom) do
    text = :erlang.atom_to_binary(atom)

    case classify_atom(atom) do
      kind when kind in [:quoted, :alias] -> <<quote_name(text, opts)::binary, ?:>>
      _ -> <<text::binary, ?:>>
    end
  end

  def inspect_atom(:remote_call, atom, opts) when is_atom(atom) do
    text = :erlang.atom_to_binary(atom)

    if classify_atom(atom) == :identifier or (atom in @binary_ops and atom not in [:., :..]) or
         (atom in @unary_ops and atom != :...) do
      text
    else
      quote_name(text, opts)
    end
  end

  # `Elixir.Foo` is written `Foo`; for `Elixir.Elixir.Foo` that would name another module.
  defp alias_text("Elixir"), do: "Elixir"
  defp alias_text(<<"Elixir.Elixir", _::binary>> = text), do: nested_alias_text(text)
  defp alias_text(<<"Elixir.", name::binary>>), do: name

  defp nested_alias_text("Elixir.Elixir"), do: "Elixir.Elixir"
  defp nested_alias_text(<<"Elixir.Elixir.", _::binary>> = text), do: text
  defp nested_alias_text(<<"Elixir.", name::binary>>), do: name

  defp quote_name(text, opts) do
    case Keyword.fetch(opts, :escape) do
      {:ok, escape} ->
        :erlang.iolist_to_binary([?", escape.(text, ?"), ?"])

      :error ->
        {escaped, _} = :jovial_string.escape(text, ?", :infinity)
        <<?", escaped::binary, ?">>
    end
  end

  # ## Names

  @doc """
  Turns a name into camel case.

  Meant for names in ASCII, such as those of modules and files: other letters are left alone. A slash becomes a dot.

  ## Examples

      iex> Macro.camelize("user_account")
      "UserAccount"
      iex> Macro.camelize("web/user_account")
      "Web.UserAccount"
      iex> Macro.camelize("step_2b")
      "Step2b"

  """
  @spec camelize(String.t()) :: String.t()
  def camelize(string)
  def camelize(""), do: ""
  def camelize(<<?_, rest::binary>>), do: camelize(rest)
  def camelize(<<char, rest::binary>>), do: <<upper(char), camel_rest(rest, <<>>)::binary>>

  defp camel_rest(<<?_, ?_, rest::binary>>, acc), do: camel_rest(<<?_, rest::binary>>, acc)
  defp camel_rest(<<?_, char, rest::binary>>, acc) when char in ?a..?z, do: camel_rest(rest, <<acc::binary, char - 32>>)

  defp camel_rest(<<?_, char, rest::binary>>, acc) when char in ?0..?9, do: camel_rest(rest, <<acc::binary, char>>)
  defp camel_rest(<<?_>>, acc), do: acc
  defp camel_rest(<<?/, rest::binary>>, acc), do: <<acc::binary, ?., camelize(rest)::binary>>
  defp camel_rest(<<char, rest::binary>>, acc), do: camel_rest(rest, <<acc::binary, char>>)
  defp camel_rest(<<>>, acc), do: acc

  defp upper(char) when char in ?a..?z, do: char - 32
  defp upper(char), do: char

  @doc """
  Turns a module name or a camel case string into snake case.

  The counterpart of `camelize/1`, though not its exact inverse. A dot becomes a slash.

  ## Examples

      iex> Macro.underscore("UserAccount")
      "user_account"
      iex> Macro.underscore(Web.UserAccount)
      "web/user_account"
      iex> Macro.underscore("JSONParser")
      "json_parser"

  """
  @spec underscore(module() | String.t()) :: String.t()
  def underscore(atom_or_string)

  def underscore(atom) when is_atom(atom) do
    "Elixir." <> rest = :erlang.atom_to_binary(atom)
    underscore(rest)
  end

  def underscore(""), do: ""
  def underscore(<<char, rest::binary>>), do: <<lower(char), snake_rest(rest, char, <<>>)::binary>>

  # An uppercase letter starts a word if it ends a run of capitals (`JSONParser`) or follows something that is no
  # capital.
  defp snake_rest(<<char, next, rest::binary>>, before, acc)
       when char in ?A..?Z and next not in ?A..?Z and next not in [?., ?_] and
              (next in ?a..?z or next > ?9 or next < ?0) and before != ?_ do
    snake_rest(rest, next, <<acc::binary, ?_, lower(char), next>>)
  end

  defp snake_rest(<<char, rest::binary>>, before, acc)
       when char in ?A..?Z and before not in ?A..?Z and before != ?_ do
    snake_rest(rest, char, <<acc::binary, ?_, lower(char)>>)
  end

  defp snake_rest(<<?., rest::binary>>, _, acc), do: <<acc::binary, ?/, underscore(rest)::binary>>
  defp snake_rest(<<char, rest::binary>>, _, acc), do: snake_rest(rest, char, <<acc::binary, lower(char)>>)
  defp snake_rest(<<>>, _, acc), do: acc

  defp lower(char) when char in ?A..?Z, do: char + 32
  defp lower(char), do: char

  # ## Building trees

  @doc """
  The tree of a variable named `var` in `context`.

  ## Examples

      iex> Macro.var(:total, nil)
      {:total, [], nil}

  """
  @spec var(var, context) :: {var, [], context} when var: atom, context: atom
  def var(var, context) when is_atom(var) and is_atom(context), do: {var, [], context}

  @doc """
  The tree of a variable that no other variable of that name can be confused with.

  ## Examples

      iex> {:tmp, [counter: _], __MODULE__} = Macro.unique_var(:tmp, __MODULE__)
      iex> Macro.unique_var(:tmp, nil) == Macro.unique_var(:tmp, nil)
      false

  """
  @spec unique_var(var, context) :: {var, [{:counter, integer}], context} when var: atom, context: atom
  def unique_var(var, context) when is_atom(var) and is_atom(context) do
    {var, [counter: :erlang.unique_integer()], context}
  end

  @doc """
  A list of `amount` variables `arg1`, `arg2` and so on.

  ## Examples

      iex> Macro.generate_arguments(2, nil)
      [{:arg1, [], nil}, {:arg2, [], nil}]

  """
  @spec generate_arguments(0, context :: atom) :: []
  @spec generate_arguments(pos_integer, context) :: [{atom, [], context}, ...] when context: atom
  def generate_arguments(amount, context) when is_integer(amount) and amount >= 0 and is_atom(context) do
    arguments(amount, &var(&1, context))
  end

  @doc """
  As `generate_arguments/2`, with variables that are unique as those of `unique_var/2`.

  ## Examples

      iex> [{:arg1, [counter: a], nil}, {:arg2, [counter: b], nil}] = Macro.generate_unique_arguments(2, nil)
      iex> is_integer(a) and is_integer(b)
      true

  """
  @spec generate_unique_arguments(0, context :: atom) :: []
  @spec generate_unique_arguments(pos_integer, context) :: [{atom, [{:counter, integer}], context}, ...]
        when context: atom
  def generate_unique_arguments(amount, context) when is_integer(amount) and amount >= 0 and is_atom(context) do
    arguments(amount, &unique_var(&1, context))
  end

  defp arguments(0, _fun), do: []

  defp arguments(amount, fun) do
    for n <- 1..amount, do: fun.(:erlang.binary_to_atom("arg" <> :erlang.integer_to_binary(n)))
  end

  @doc """
  Takes a call apart into its name (or receiver and name) and its arguments, `:error` for what is no call.

  ## Examples

      iex> Macro.decompose_call(quote(do: add(1, 2)))
      {:add, [1, 2]}
      iex> {receiver, :fetch, [1]} = Macro.decompose_call(quote(do: Store.fetch(1)))
      iex> Macro.to_string(receiver)
      "Store"
      iex> Macro.decompose_call(12)
      :error

  """
  @spec decompose_call(t()) :: {atom, [t()]} | {t(), atom, [t()]} | :error
  def decompose_call(ast)
  def decompose_call({:{}, _, args}) when is_list(args), do: :error
  def decompose_call({{:., _, [remote, function]}, _, args}) when is_atom(function) and is_list(args), do: {remote, function, args}

  def decompose_call({name, _, args}) when is_atom(name) and is_atom(args), do: {name, []}
  def decompose_call({name, _, args}) when is_atom(name) and is_list(args), do: {name, args}
  def decompose_call(_), do: :error

  @doc """
  Puts `expr` into the call `call_args` as its argument at `position`, as `|>` does with position 0.

  Raises `ArgumentError` for what can't be piped into, with advice where there is any.

  ## Examples

      iex> Macro.pipe(1, quote(do: add(2)), 0) |> Macro.to_string()
      "add(1, 2)"
      iex> Macro.pipe(1, quote(do: Calc.add(2)), 1) |> Macro.to_string()
      "Calc.add(2, 1)"

  """
  @spec pipe(t(), t(), integer) :: t()
  def pipe(expr, call_args, position)

  def pipe(expr, {:&, _, _} = call, _position), do: refuse_pipe(expr, call)
  def pipe(expr, {kind, _, _} = call, _position) when kind in [:{}, :%{}, :<<>>], do: refuse_pipe(expr, call)

  def pipe(expr, {:fn, _, _}, _position) do
    raise ArgumentError,
          "cannot pipe #{to_string(expr)} into an anonymous function without calling the function; use " <>
            "Kernel.then/2 instead or define the anonymous function as a regular private function"
  end

  def pipe(expr, {:__aliases__, _, _} = call, _position), do: refuse_pipe(expr, call)

  def pipe(expr, {form, _, []}, _position) when form in [:unquote, :unquote_splicing] do
    raise ArgumentError,
          "cannot pipe #{to_string(expr)} into the special form #{form}/1 since #{form}/1 is used to build the " <>
            "Elixir AST itself"
  end

  def pipe(_expr, {unary, _, [arg]}, _position) when unary in [:+, :-] do
    raise ArgumentError,
          "piping into a unary operator is not supported, please use the qualified name: " <>
            "Kernel.#{unary}(#{to_string(arg)}), instead of #{unary}#{to_string(arg)}"
  end

  def pipe(expr, {{:., _, [Access, :get]}, meta, [container, key]} = call, position) do
    if Keyword.get(meta, :from_brackets, false) do
      raise ArgumentError, """
      wrong operator precedence when piping into bracket-based access

       Instead of:

           #{to_string(expr)} |> #{to_string(call)}

       You should write:

           (#{to_string(expr)} |> #{to_string(container)})[#{to_string(key)}]
      """
    else
      {{:., [], [Access, :get]}, meta, List.insert_at([container, key], position, expr)}
    end
  end

  def pipe(expr, {name, meta, context}, position) when is_atom(name) and is_atom(context) do
    {name, meta, List.insert_at([], position, expr)}
  end

  def pipe(expr, {name, meta, args} = call, position) when is_atom(name) and is_list(args) do
    operands = Kernel.length(args)

    cond do
      name in [:"..//", :...] or not operator?(name, operands) or {name, operands} == {:., 2} ->
        if name == :.. and args == [], do: refuse_operator(expr, call, "two arguments")
        {name, meta, List.insert_at(args, position, expr)}

      operands == 1 or operator?(name, 1) ->
        refuse_operator(expr, call, "one argument")

      true ->
        refuse_operator(expr, call, "two arguments")
    end
  end

  def pipe(expr, {call, meta, args}, position) when is_list(args) do
    {call, meta, List.insert_at(args, position, expr)}
  end

  def pipe(expr, other, _position), do: refuse_pipe(expr, other)

  defp refuse_pipe(expr, call) do
    raise ArgumentError,
          "cannot pipe #{to_string(expr)} into #{to_string(call)}, can only pipe into local calls foo(), " <>
            "remote calls Foo.bar() or anonymous function calls foo.()"
  end

  defp refuse_operator(expr, {name, _, _} = call, takes) do
    raise ArgumentError,
          "cannot pipe #{to_string(expr)} into #{to_string(call)}, the #{inspect(name)} operator can only take #{takes}"
  end

  @doc """
  Lists the stages of a pipeline, each with the position where the value goes in.

  ## Examples

      iex> quote(do: 1 |> add(2) |> half()) |> Macro.unpipe() |> Enum.map(fn {stage, 0} -> Macro.to_string(stage) end)
      ["1", "add(2)", "half()"]

  """
  @spec unpipe(t()) :: [t()]
  def unpipe(expr), do: :lists.reverse(stages(expr, []))

  defp stages({:|>, _, [left, right]}, acc), do: stages(right, stages(left, acc))
  defp stages(other, acc), do: [{other, 0} | acc]

  @doc """
  Applies `fun` to the metadata of a node; what has no metadata is returned as it is.

  ## Examples

      iex> Macro.update_meta({:x, [line: 3], nil}, &Keyword.delete(&1, :line))
      {:x, [], nil}
      iex> Macro.update_meta(:atom, fn _ -> [] end)
      :atom

  """
  @spec update_meta(t, (keyword -> keyword)) :: t
  def update_meta(quoted, fun)
  def update_meta({left, meta, right}, fun) when is_list(meta), do: {left, fun.(meta), right}
  def update_meta(other, _fun), do: other

  # ## Walking trees

  @doc """
  Walks the whole tree, calling `pre` on the way down and `post` on the way up, with an accumulator.

  ## Examples

      iex> count = fn node, n -> {node, n + 1} end
      iex> keep = fn node, n -> {node, n} end
      iex> {_, visited} = Macro.traverse(quote(do: a + 1), 0, count, keep)
      iex> visited
      3

  """
  @spec traverse(t, any, (t, any -> {t, any}), (t, any -> {t, any})) :: {t, any}
  def traverse(ast, acc, pre, post) when is_function(pre, 2) and is_function(post, 2) do
    {ast, acc} = pre.(ast, acc)
    descend(ast, acc, pre, post)
  end

  defp descend({form, meta, args}, acc, pre, post) when is_atom(form) do
    {args, acc} = descend_args(args, acc, pre, post)
    post.({form, meta, args}, acc)
  end

  defp descend({form, meta, args}, acc, pre, post) do
    {form, acc} = pre.(form, acc)
    {form, acc} = descend(form, acc, pre, post)
    {args, acc} = descend_args(args, acc, pre, post)
    post.({form, meta, args}, acc)
  end

  defp descend({left, right}, acc, pre, post) do
    {left, acc} = pre.(left, acc)
    {left, acc} = descend(left, acc, pre, post)
    {right, acc} = pre.(right, acc)
    {right, acc} = descend(right, acc, pre, post)
    post.({left, right}, acc)
  end

  defp descend(list, acc, pre, post) when is_list(list) do
    {list, acc} = descend_args(list, acc, pre, post)
    post.(list, acc)
  end

  defp descend(leaf, acc, _pre, post), do: post.(leaf, acc)

  defp descend_args(args, acc, _pre, _post) when is_atom(args), do: {args, acc}

  defp descend_args(args, acc, pre, post) when is_list(args) do
    :lists.mapfoldl(
      fn arg, acc ->
        {arg, acc} = pre.(arg, acc)
        descend(arg, acc, pre, post)
      end,
      acc,
      args
    )
  end

  @doc """
  Walks the tree depth-first and replaces each node by `fun.(node)` before going into it.

  ## Examples

      iex> rename = fn
      ...>   {:x, meta, context} -> {:y, meta, context}
      ...>   node -> node
      ...> end
      iex> quote(do: x + 1) |> Macro.prewalk(rename) |> Macro.to_string()
      "y + 1"

  """
  @spec prewalk(t, (t -> t)) :: t
  def prewalk(ast, fun) when is_function(fun, 1) do
    elem(prewalk(ast, nil, fn node, nil -> {fun.(node), nil} end), 0)
  end

  @doc """
  As `prewalk/2`, with an accumulator.

  ## Examples

      iex> {_, names} = Macro.prewalk(quote(do: a + b), [], fn
      ...>   {name, _, context} = node, acc when is_atom(context) -> {node, [name | acc]}
      ...>   node, acc -> {node, acc}
      ...> end)
      iex> names
      [:b, :a]

  """
  @spec prewalk(t, any, (t, any -> {t, any})) :: {t, any}
  def prewalk(ast, acc, fun) when is_function(fun, 2), do: walk_down(ast, acc, fun)

  # Pairs that `fun` gave are handed on as they are where nothing lies below.
  defp walk_down(ast, acc, fun) do
    case fun.(ast, acc) do
      {{form, meta, args}, acc} when is_atom(form) ->
        {args, acc} = args_down(args, acc, fun)
        {{form, meta, args}, acc}

      {{form, meta, args}, acc} ->
        {form, acc} = walk_down(form, acc, fun)
        {args, acc} = args_down(args, acc, fun)
        {{form, meta, args}, acc}

      {{left, right}, acc} ->
        {left, acc} = walk_down(left, acc, fun)
        {right, acc} = walk_down(right, acc, fun)
        {{left, right}, acc}

      {list, acc} when is_list(list) ->
        each_down(list, acc, fun, [])

      {_leaf, _acc} = result ->
        result
    end
  end

  defp args_down(args, acc, fun) when is_list(args), do: each_down(args, acc, fun, [])
  defp args_down(args, acc, _fun) when is_atom(args), do: {args, acc}

  defp each_down([node | rest], acc, fun, done) do
    {node, acc} = walk_down(node, acc, fun)
    each_down(rest, acc, fun, [node | done])
  end

  defp each_down([], acc, _fun, done), do: {:lists.reverse(done), acc}

  @doc """
  Walks the tree depth-first and replaces each node by `fun.(node)` after its parts.

  ## Examples

      iex> fold = fn
      ...>   {:+, _, [a, b]} when is_integer(a) and is_integer(b) -> a + b
      ...>   node -> node
      ...> end
      iex> Macro.postwalk(quote(do: 1 + 2 + 3), fold)
      6

  """
  @spec postwalk(t, (t -> t)) :: t
  def postwalk(ast, fun) when is_function(fun, 1) do
    elem(postwalk(ast, nil, fn node, nil -> {fun.(node), nil} end), 0)
  end

  @doc """
  As `postwalk/2`, with an accumulator.

  ## Examples

      iex> {_, seen} = Macro.postwalk([1, {2, 3}], [], fn node, acc -> {node, [node | acc]} end)
      iex> seen
      [[1, {2, 3}], {2, 3}, 3, 2, 1]

  """
  @spec postwalk(t, any, (t, any -> {t, any})) :: {t, any}
  def postwalk(ast, acc, fun) when is_function(fun, 2), do: walk_up(ast, acc, fun)

  defp walk_up({form, meta, args}, acc, fun) when is_atom(form) do
    {args, acc} = args_up(args, acc, fun)
    fun.({form, meta, args}, acc)
  end

  defp walk_up({form, meta, args}, acc, fun) do
    {form, acc} = walk_up(form, acc, fun)
    {args, acc} = args_up(args, acc, fun)
    fun.({form, meta, args}, acc)
  end

  defp walk_up({left, right}, acc, fun) do
    {left, acc} = walk_up(left, acc, fun)
    {right, acc} = walk_up(right, acc, fun)
    fun.({left, right}, acc)
  end

  defp walk_up(list, acc, fun) when is_list(list) do
    {list, acc} = each_up(list, acc, fun, [])
    fun.(list, acc)
  end

  defp walk_up(leaf, acc, fun), do: fun.(leaf, acc)

  defp args_up(args, acc, fun) when is_list(args), do: each_up(args, acc, fun, [])
  defp args_up(args, acc, _fun) when is_atom(args), do: {args, acc}

  defp each_up([node | rest], acc, fun, done) do
    {node, acc} = walk_up(node, acc, fun)
    each_up(rest, acc, fun, [node | done])
  end

  defp each_up([], acc, _fun, done), do: {:lists.reverse(done), acc}

  @doc """
  The nodes of the tree as an enumerable, parents before their parts.

  ## Examples

      iex> quote(do: f(1, [2])) |> Macro.prewalker() |> Enum.filter(&is_integer/1)
      [1, 2]

  """
  @spec prewalker(t()) :: Enumerable.t()
  def prewalker(ast), do: &walk_pre([ast], &1, &2)

  # `stack` holds the nodes that are still to come.
  defp walk_pre(_, {:halt, acc}, _), do: {:halted, acc}
  defp walk_pre(stack, {:suspend, acc}, fun), do: {:suspended, acc, &walk_pre(stack, &1, fun)}
  defp walk_pre([], {:cont, acc}, _), do: {:done, acc}
  defp walk_pre([node | stack], {:cont, acc}, fun), do: walk_pre(parts(node, stack), fun.(node, acc), fun)

  @doc """
  The nodes of the tree as an enumerable, parts before their parents.

  ## Examples

      iex> quote(do: [1, {2, 3}]) |> Macro.postwalker() |> Enum.to_list()
      [1, 2, 3, {2, 3}, [1, {2, 3}]]

  """
  @spec postwalker(t()) :: Enumerable.t()
  def postwalker(ast), do: &walk_post([{:open, ast}], &1, &2)

  defp walk_post(_, {:halt, acc}, _), do: {:halted, acc}
  defp walk_post(stack, {:suspend, acc}, fun), do: {:suspended, acc, &walk_post(stack, &1, fun)}
  defp walk_post([], {:cont, acc}, _), do: {:done, acc}

  defp walk_post([{:open, node} | stack], command, fun) do
    opened = for part <- parts(node, []), do: {:open, part}
    walk_post(opened ++ [{:close, node} | stack], command, fun)
  end

  defp walk_post([{:close, node} | stack], {:cont, acc}, fun), do: walk_post(stack, fun.(node, acc), fun)

  defp parts({form, _, args}, stack) when is_atom(form), do: args_onto(args, stack)
  defp parts({form, _, args}, stack), do: [form | args_onto(args, stack)]
  defp parts({left, right}, stack), do: [left, right | stack]
  defp parts(list, stack) when is_list(list), do: list ++ stack
  defp parts(_, stack), do: stack

  defp args_onto(args, stack) when is_list(args), do: args ++ stack
  defp args_onto(_, stack), do: stack

  @doc """
  The way from the first node for which `fun` is truthy up to the root, or `nil` if there is none.

  ## Examples

      iex> Macro.path(quote(do: [1, [2]]), &(&1 == 2))
      [2, [2], [1, [2]]]
      iex> Macro.path(quote(do: [1]), &(&1 == 2))
      nil

  """
  @spec path(t, (t -> as_boolean(term))) :: [t] | nil
  def path(ast, fun) when is_function(fun, 1), do: path_to(ast, [], fun)

  defp path_to(node, above, fun) do
    if fun.(node) do
      [node | above]
    else
      above = [node | above]
      first_path(path_parts(node), above, fun)
    end
  end

  defp first_path([], _, _), do: nil
  defp first_path([part | rest], above, fun), do: path_to(part, above, fun) || first_path(rest, above, fun)

  # The pairs of a `do ... end` or keyword argument count as nodes of their own, by their value.
  defp path_parts(node), do: parts(node, [])

  # ## Checking trees

  @doc """
  Checks that a term is a quoted form: `:ok`, or `{:error, part}` with the first part that is none.

  ## Examples

      iex> Macro.validate({:add, [], [1, 2]})
      :ok
      iex> Macro.validate({:add, [], [{1, 2, 3}]})
      {:error, {1, 2, 3}}

  """
  @spec validate(term) :: :ok | {:error, term}
  def validate(expr), do: invalid_part(expr) || :ok

  defp invalid_part({left, right}), do: invalid_part(left) || invalid_part(right)

  defp invalid_part({form, meta, args} = node) when is_list(meta) and (is_atom(args) or is_list(args)) do
    if is_atom(form) or is_tuple(form) do
      (is_tuple(form) && invalid_part(form)) || (is_list(args) && invalid_in_list(args)) || nil
    else
      {:error, node}
    end
  end

  defp invalid_part(list) when is_list(list), do: invalid_in_list(list)
  defp invalid_part(pid) when is_pid(pid), do: nil
  defp invalid_part(leaf) when is_atom(leaf) or is_number(leaf) or is_binary(leaf), do: nil
  defp invalid_part(fun) when is_function(fun), do: if(external?(fun), do: nil, else: {:error, fun})
  defp invalid_part(other), do: {:error, other}

  defp invalid_in_list([head | tail]) when is_list(tail), do: invalid_part(head) || invalid_in_list(tail)
  defp invalid_in_list([]), do: nil
  defp invalid_in_list(improper), do: {:error, improper}

  defp external?(fun), do: :erlang.fun_info(fun, :type) == {:type, :external}

  @doc """
  Tells whether a tree is a literal: made of literals all the way down, module names and structs included.

  ## Examples

      iex> Macro.quoted_literal?(quote(do: {Enum, [1, "two"]}))
      true
      iex> Macro.quoted_literal?(quote(do: [x]))
      false

  """
  @spec quoted_literal?(t) :: boolean
  def quoted_literal?(term)
  def quoted_literal?({:__aliases__, _, args}), do: all_literal?(args)
  def quoted_literal?({:%, _, [left, right]}), do: quoted_literal?(left) and quoted_literal?(right)
  def quoted_literal?({:%{}, _, [{:|, _, _}]}), do: false
  def quoted_literal?({kind, _, args}) when kind in [:%{}, :{}], do: all_literal?(args)
  def quoted_literal?({:__MODULE__, _, context}) when is_atom(context), do: true

  def quoted_literal?({:<<>>, _, segments}) when is_list(segments) do
    :lists.all(
      fn
        {:"::", _, [value, spec]} -> quoted_literal?(value) and literal_spec?(spec)
        segment -> quoted_literal?(segment)
      end,
      segments
    )
  end

  def quoted_literal?({left, right}), do: quoted_literal?(left) and quoted_literal?(right)
  def quoted_literal?(list) when is_list(list), do: all_literal?(list)
  def quoted_literal?(term), do: is_atom(term) or is_number(term) or is_binary(term)

  defp literal_spec?({:-, _, [left, right]}), do: literal_spec?(left) and literal_spec?(right)
  defp literal_spec?({:*, _, [size, unit]}), do: is_integer(size) and is_integer(unit)
  defp literal_spec?({kind, _, [number]}) when kind in [:size, :unit], do: is_integer(number)
  defp literal_spec?({type, _, context}), do: is_atom(type) and is_atom(context)
  defp literal_spec?(_), do: false

  defp all_literal?(list), do: :lists.all(&quoted_literal?/1, list)

  # ## Escaping

  @doc ~S"""
  Turns a value into the tree that evaluates to it.

  Lists, pairs, atoms, numbers and strings are such trees already; larger tuples, maps and bitstrings have to be
  wrapped. Raises `ArgumentError` for what source code cannot express, such as references and anonymous functions.

  Options:

    * `:unquote` - whether `unquote` and `unquote_splicing` inside the value are obeyed, `false` by default
    * `:prune_metadata` - whether to drop the metadata of quoted forms except what expansion needs, `false` by default

  ## Examples

      iex> Macro.escape({1, :two, "three"})
      {:{}, [], [1, :two, "three"]}
      iex> Macro.escape(%{key: [1]})
      {:%{}, [], [key: [1]]}
      iex> Macro.escape({:unquote, [], [12]}, unquote: true)
      12

  """
  @spec escape(term, keyword) :: t()
  def escape(expr, opts \\ []) do
    unquote? = Keyword.get(opts, :unquote, false)
    prune? = Keyword.get(opts, :prune_metadata, false)
    esc(expr, unquote?, prune?)
  end

  defp esc({:unquote, _, [expr]}, true, _), do: expr

  # `receiver.unquote(name)` and `receiver.unquote(name)(args)`: the call is put together when the value is made.
  defp esc({{:., dot_meta, [receiver, :unquote]}, _, [name]}, true, prune?) do
    dot_call(dot_meta, receiver, name, nil, prune?)
  end

  defp esc({{{:., dot_meta, [receiver, :unquote]}, _, [name]}, _, args}, true, prune?) when is_list(args) do
    dot_call(dot_meta, receiver, name, esc_list(args, true, prune?), prune?)
  end

  # Inside `quote`, an `unquote` belongs to that `quote`.
  defp esc({:quote, meta, args}, true, prune?) when is_list(args) do
    {:{}, [], [:quote, esc(pruned(meta, prune?), false, prune?), esc(args, false, prune?)]}
  end

  defp esc({form, meta, args}, unquote?, true) when is_list(meta) do
    {:{}, [], [esc(form, unquote?, true), esc(pruned(meta, true), unquote?, true), esc(args, unquote?, true)]}
  end

  defp esc({left, right}, unquote?, prune?), do: {esc(left, unquote?, prune?), esc(right, unquote?, prune?)}

  defp esc(tuple, unquote?, prune?) when is_tuple(tuple) do
    {:{}, [], for(element <- :erlang.tuple_to_list(tuple), do: esc(element, unquote?, prune?))}
  end

  defp esc(list, unquote?, prune?) when is_list(list), do: esc_list(list, unquote?, prune?)

  defp esc(map, unquote?, prune?) when is_map(map) do
    case for {_, value} <- :maps.to_list(map), is_reference(value), do: value do
      [] -> :ok
      [reference | _] -> refuse_reference(map, reference)
    end

    {:%{}, [], for({key, value} <- :lists.sort(:maps.to_list(map)), do: {esc(key, unquote?, prune?), esc(value, unquote?, prune?)})}
  end

  defp esc(term, _, _) when is_atom(term) or is_number(term) or is_binary(term) or is_pid(term), do: term

  defp esc(bits, _, _) when is_bitstring(bits) do
    whole = div(bit_size(bits), 8) * 8
    odd = bit_size(bits) - whole
    <<head::size(odd), rest::binary>> = bits
    {:<<>>, [], [{:"::", [], [head, {:size, [], [odd]}]}, {:"::", [], [rest, {:binary, [], nil}]}]}
  end

  defp esc(fun, _, _) when is_function(fun) do
    if external?(fun) do
      {:module, module} = :erlang.fun_info(fun, :module)
      {:name, name} = :erlang.fun_info(fun, :name)
      {:arity, arity} = :erlang.fun_info(fun, :arity)
      {:&, [], [{:/, [], [{{:., [], [module, name]}, [no_parens: true], []}, arity]}]}
    else
      refuse_escape(fun)
    end
  end

  defp esc(other, _, _), do: refuse_escape(other)

  @escapable "The supported values are: lists, tuples, maps, atoms, numbers, bitstrings, PIDs and remote functions in " <>
               "the format &Mod.fun/arity"

  defp refuse_escape(term), do: raise(ArgumentError, "cannot escape #{inspect(term)}. " <> @escapable)

  defp refuse_reference(map, reference) do
    raise ArgumentError,
          "#{inspect(map)} contains a reference (#{inspect(reference)}) and therefore it cannot be escaped " <>
            "(it must be defined within a function instead). " <> @escapable
  end

  defp pruned(meta, false), do: meta

  defp pruned(meta, true) when is_list(meta) do
    for {key, value} <- meta, key in [:no_parens, :line, :delimiter], do: {key, value}
  end

  defp dot_call(meta, receiver, name, args, prune?) do
    meta = pruned(meta, prune?)
    {{:., meta, [:elixir_quote, :dot]}, meta, [meta, esc(receiver, true, prune?), name, args, nil]}
  end

  defp esc_list(list, true, prune?) do
    if splices?(list), do: spliced(list, [], prune?), else: esc_plain_list(list, true, prune?)
  end

  defp esc_list(list, unquote?, prune?), do: esc_plain_list(list, unquote?, prune?)

  defp esc_plain_list([head | tail], unquote?, prune?) when is_list(tail) do
    [esc(head, unquote?, prune?) | esc_plain_list(tail, unquote?, prune?)]
  end

  defp esc_plain_list([], _, _), do: []

  defp esc_plain_list([last | tail], unquote?, prune?) do
    [{:|, [], [esc(last, unquote?, prune?), esc(tail, unquote?, prune?)]}]
  end

  defp splices?([{:unquote_splicing, _, [_]} | _]), do: true
  defp splices?([{:|, _, [{:unquote_splicing, _, [_]}, _]}]), do: true
  defp splices?([_ | tail]), do: splices?(tail)
  defp splices?(_), do: false

  # The run before a splice is joined by `++` to what the splice and the rest make.
  defp spliced([{:unquote_splicing, _, [expr]} | rest], run, prune?) do
    tail = if splices?(rest), do: spliced(rest, [], prune?), else: esc_plain_list(rest, true, prune?)
    joined = {{:., [], [:elixir_quote, :list]}, [], [expr, tail]}

    case run do
      [] -> joined
      _ -> {{:., [], [:erlang, :++]}, [], [:lists.reverse(run), joined]}
    end
  end

  defp spliced([{:|, _, [{:unquote_splicing, _, [expr]}, tail]}], run, prune?) do
    {{:., [], [:elixir_quote, :tail_list]}, [], [expr, esc(tail, true, prune?), :lists.reverse(run)]}
  end

  defp spliced([head | rest], run, prune?), do: spliced(rest, [esc(head, true, prune?) | run], prune?)

  # ## Escape sequences in strings

  @doc ~S"""
  Replaces the escape sequences of a string by what they stand for, as in source code.

  That is what an author of a sigil calls for its contents.

  ## Examples

      iex> Macro.unescape_string("one\\ttwo")
      "one\ttwo"
      iex> Macro.unescape_string("\\u00e9\\x21")
      "é!"

  """
  @spec unescape_string(String.t()) :: String.t()
  def unescape_string(string), do: unescape_string(string, &default_unescape/1)

  @doc ~S"""
  As `unescape_string/1`, asking `map` what each escaped character stands for.

  `map` gets the character after the backslash and returns the code point to put, or `false` to leave both as they
  are. It is also asked with `:newline`, `:unicode` and `:hex` whether a backslash before a line end, `\u` and `\x`
  have their meaning.

  ## Examples

      iex> Macro.unescape_string("a\\.b\\n", fn
      ...>   ?. -> ?-
      ...>   _ -> false
      ...> end)
      "a-b\\n"

  """
  @spec unescape_string(String.t(), (non_neg_integer -> non_neg_integer | false)) :: String.t()
  def unescape_string(string, map) when is_binary(string) and is_function(map, 1) do
    unescape(string, map, <<>>)
  end

  defp default_unescape(:newline), do: true
  defp default_unescape(:unicode), do: true
  defp default_unescape(:hex), do: true
  defp default_unescape(?0), do: 0
  defp default_unescape(?a), do: ?\a
  defp default_unescape(?b), do: ?\b
  defp default_unescape(?d), do: ?\d
  defp default_unescape(?e), do: ?\e
  defp default_unescape(?f), do: ?\f
  defp default_unescape(?n), do: ?\n
  defp default_unescape(?r), do: ?\r
  defp default_unescape(?s), do: ?\s
  defp default_unescape(?t), do: ?\t
  defp default_unescape(?v), do: ?\v
  defp default_unescape(char), do: char

  defp unescape(<<?\\, ?x, rest::binary>>, map, acc) do
    if map.(:hex) == true do
      {char, rest} = hex_escape(rest)
      unescape(rest, map, <<acc::binary, char::binary>>)
    else
      unescape(rest, map, <<acc::binary, ?\\, ?x>>)
    end
  end

  defp unescape(<<?\\, ?u, rest::binary>>, map, acc) do
    if map.(:unicode) == true do
      {char, rest} = unicode_escape(rest)
      unescape(rest, map, <<acc::binary, char::binary>>)
    else
      unescape(rest, map, <<acc::binary, ?\\, ?u>>)
    end
  end

  defp unescape(<<?\\, ?\n, rest::binary>>, map, acc) do
    if map.(:newline) == true, do: unescape(rest, map, acc), else: unescape(rest, map, <<acc::binary, ?\\, ?\n>>)
  end

  defp unescape(<<?\\, ?\r, ?\n, rest::binary>>, map, acc) do
    if map.(:newline) == true, do: unescape(rest, map, acc), else: unescape(rest, map, <<acc::binary, ?\\, ?\r, ?\n>>)
  end

  defp unescape(<<?\\, char, rest::binary>>, map, acc) do
    case map.(char) do
      false -> unescape(rest, map, <<acc::binary, ?\\, char>>)
      replacement -> unescape(rest, map, <<acc::binary, replacement>>)
    end
  end

  defp unescape(<<byte, rest::binary>>, map, acc), do: unescape(rest, map, <<acc::binary, byte>>)
  defp unescape(<<>>, _, acc), do: acc

  defguardp is_hex(char) when char in ?0..?9 or char in ?a..?f or char in ?A..?F

  defp hex_escape(<<a, b, rest::binary>>) when is_hex(a) and is_hex(b), do: {<<hex_value([a, b])>>, rest}
  defp hex_escape(<<a, rest::binary>>) when is_hex(a), do: {<<hex_value([a])>>, rest}

  defp hex_escape(<<?{, rest::binary>>) do
    case braced_hex(rest, []) do
      {digits, rest} -> {code_point(digits), rest}
      :error -> bad_hex_escape()
    end
  end

  defp hex_escape(_), do: bad_hex_escape()

  defp bad_hex_escape() do
    raise ArgumentError, "invalid hex escape character, expected \\xHH where H is a hexadecimal digit"
  end

  defp unicode_escape(<<a, b, c, d, rest::binary>>) when is_hex(a) and is_hex(b) and is_hex(c) and is_hex(d) do
    {code_point([a, b, c, d]), rest}
  end

  defp unicode_escape(<<?{, rest::binary>>) do
    case braced_hex(rest, []) do
      {digits, rest} -> {code_point(digits), rest}
      :error -> bad_unicode_escape()
    end
  end

  defp unicode_escape(_), do: bad_unicode_escape()

  defp bad_unicode_escape() do
    raise ArgumentError,
          "invalid Unicode escape character, expected \\uHHHH or \\u{H*} where H is a hexadecimal digit"
  end

  # One to six digits and the closing brace.
  defp braced_hex(<<char, rest::binary>>, digits) when is_hex(char) and length(digits) < 6, do: braced_hex(rest, [char | digits])
  defp braced_hex(<<?}, rest::binary>>, [_ | _] = digits), do: {:lists.reverse(digits), rest}
  defp braced_hex(_, _), do: :error

  defp hex_value(digits), do: :erlang.list_to_integer(digits, 16)

  defp code_point(digits) do
    case hex_value(digits) do
      char when char in 0..0xD7FF or char in 0xE000..0x10FFFF -> <<char::utf8>>
      _ -> raise ArgumentError, "invalid or reserved Unicode code point \\u{#{digits}}"
    end
  end

  @doc false
  @deprecated "Traverse over the arguments using Enum.map/2 instead"
  def unescape_tokens(tokens), do: unescape_all(tokens, &unescape_string/1)

  @doc false
  @deprecated "Traverse over the arguments using Enum.map/2 instead"
  def unescape_tokens(tokens, map), do: unescape_all(tokens, &unescape_string(&1, map))

  defp unescape_all(tokens, fun) do
    for token <- tokens, do: if(is_binary(token), do: fun.(token), else: token)
  end

  # ## Expansion

  @doc """
  Expands the node at the top of a tree until there is nothing more to expand there.

  Its parts are left as they are; for the whole tree combine it with `prewalk/2`. Aliases, `__MODULE__` and the like,
  and macros that `env` can see are expanded.

  ## Examples

      iex> Macro.expand(quote(do: unless(true, do: 1)), __ENV__) |> elem(0)
      :case
      iex> Macro.expand(quote(do: List.Chars), __ENV__)
      List.Chars

  """
  @spec expand(input(), Macro.Env.t()) :: output()
  def expand(ast, env) do
    case :jovial_macro.expand_once(ast, env) do
      {ast, true} -> expand(ast, env)
      {ast, false} -> ast
    end
  end

  @doc """
  Expands the node at the top of a tree by one step.

  See `expand/2` for what is expanded.

  ## Examples

      iex> Macro.expand_once(quote(do: not_a_macro(1)), __ENV__) |> Macro.to_string()
      "not_a_macro(1)"
      iex> Macro.expand_once(quote(do: __MODULE__), __ENV__) == __MODULE__
      true

  """
  @spec expand_once(input(), Macro.Env.t()) :: output()
  def expand_once(ast, env)

  # `__MODULE__.Name`, or any other code that gives what the alias begins with.
  def expand_once({:__aliases__, _, [head | tail]} = ast, %{context: nil} = env) when not is_atom(head) do
    case expand(head, env) do
      module when is_atom(module) -> Module.concat([module | tail])
      _ -> ast
    end
  end

  def expand_once(ast, env) do
    {ast, _expanded?} = :jovial_macro.expand_once(ast, env)
    ast
  end

  @doc """
  Expands what is literal in a tree: aliases and `__MODULE__`, inside lists, tuples, maps and structs as well.

  Macros that take options use it so that a module named there becomes no compile-time dependency.

  ## Examples

      iex> Macro.expand_literals(quote(do: {Enum, [List]}), __ENV__)
      {Enum, [List]}

  """
  @spec expand_literals(input(), Macro.Env.t()) :: output()
  def expand_literals(ast, env) do
    {ast, :ok} = expand_literals(ast, :ok, fn node, :ok -> {expand(node, env), :ok} end)
    ast
  end

  @doc """
  As `expand_literals/2`, expanding by `fun`, which gets each such node and an accumulator.

  ## Examples

      iex> fun = fn {:__aliases__, _, names}, acc -> {Module.concat(names), acc + 1} end
      iex> Macro.expand_literals(quote(do: [List, {Map, 1}]), 0, fun)
      {[List, {Map, 1}], 2}

  """
  @spec expand_literals(t(), acc, (t(), acc -> {t(), acc})) :: t() when acc: term()
  def expand_literals(ast, acc, fun)

  def expand_literals({:__aliases__, meta, [{:__MODULE__, _, context} = first | rest]}, acc, fun) when is_atom(context) do
    {first, acc} = expand_literals(first, acc, fun)
    fun.({:__aliases__, meta, [first | rest]}, acc)
  end

  def expand_literals({:__aliases__, _, _} = node, acc, fun), do: fun.(node, acc)
  def expand_literals({:__MODULE__, _, context} = node, acc, fun) when is_atom(context), do: fun.(node, acc)

  def expand_literals({:%, meta, [left, right]}, acc, fun) do
    {left, acc} = expand_literals(left, acc, fun)
    {right, acc} = expand_literals(right, acc, fun)
    {{:%, meta, [left, right]}, acc}
  end

  def expand_literals({kind, meta, args}, acc, fun) when kind in [:{}, :%{}] and is_list(args) do
    {args, acc} = expand_literals(args, acc, fun)
    {{kind, meta, args}, acc}
  end

  def expand_literals({left, right}, acc, fun) do
    {left, acc} = expand_literals(left, acc, fun)
    {right, acc} = expand_literals(right, acc, fun)
    {{left, right}, acc}
  end

  def expand_literals(list, acc, fun) when is_list(list) do
    :lists.mapfoldl(&expand_literals(&1, &2, fun), acc, list)
  end

  def expand_literals(other, acc, fun) do
    _ = fun
    {other, acc}
  end

  @doc false
  @deprecated "Use Macro.expand_literals/2 instead"
  def expand_literal(ast, env), do: expand_literals(ast, env)

  @doc """
  Calls `mod.fun` with `args` at compile time and records the call for compilation tracers.

  ## Examples

      iex> Macro.compile_apply(String, :upcase, ["x"], __ENV__)
      "X"

  """
  @spec compile_apply(module, atom, [term], Macro.Env.t()) :: term
  def compile_apply(mod, fun, args, caller) do
    :jovial_macro.trace({:remote_function, [line: caller.line], mod, fun, Kernel.length(args)}, caller)
    :erlang.apply(mod, fun, args)
  end

  @doc """
  What is known of the fields of a struct: a list of maps with `:field` and `:default`.

  Works for a struct of the module under compilation too, once `defstruct` has run. Raises `ArgumentError` if the
  module defines no struct.

  ## Examples

      iex> Macro.struct_info!(URI, __ENV__) |> hd()
      %{field: :scheme, default: nil}

  """
  @spec struct_info!(module(), Macro.Env.t()) :: [%{field: atom(), default: term()}]
  def struct_info!(module, env) when is_atom(module) do
    # Beside other files it may be one of theirs that is to define the struct.
    info = :jovial_macro.struct_info(module, env) || (Jovial.Compiling.wait(module, :struct) && :jovial_macro.struct_info(module, env))

    case info do
      nil ->
        raise ArgumentError,
              "#{inspect(module)}.__struct__/1 is undefined, cannot expand struct #{inspect(module)}. " <>
                "Make sure the struct name is correct. If the struct name exists and is correct but it still " <>
                "cannot be found, you likely have cyclic module usage in your code"

      info ->
        info
    end
  end

  @doc false
  def struct!(module, env) when is_atom(module) do
    fields = for %{field: field, default: default} <- struct_info!(module, env), into: %{}, do: {field, default}
    :maps.put(:__struct__, module, fields)
  end

  # ## Text

  @doc """
  Writes a tree as formatted source code.

  Comments and the layout of the original are not part of a tree and so are lost.

  ## Examples

      iex> Macro.to_string(quote(do: f(1+2*x)))
      "f(1 + 2 * x)"

  """
  @spec to_string(t()) :: String.t()
  def to_string(tree) do
    tree |> Code.quoted_to_algebra() |> Inspect.Algebra.format(98) |> :erlang.iolist_to_binary()
  end

  @doc """
  Writes a tree as code, and lets a function change the text of each node.

  The function is given each node and its text. Use `to_string/1` for code that people read.

  ## Examples

      iex> Macro.to_string(quote(do: 1 + 2), fn _node, text -> "(" <> text <> ")" end)
      "((1) + (2))"

  """
  @deprecated "Use Macro.to_string/1 instead"
  @spec to_string(t(), (t(), String.t() -> String.t())) :: String.t()
  def to_string(tree, fun) when is_function(fun, 2), do: Jovial.PlainText.write(tree, fun)

  # ## Debugging

  @doc """
  The code that `dbg/2` stands for by default: it evaluates `code`, prints the code with its value, and returns the
  value. Of a pipeline each stage is printed, of `and`, `or`, `&&` and `||` each operand.

  ## Examples

      dbg(Enum.sum([1, 2]))
      # [my_file.exs:1: (file)]
      # Enum.sum([1, 2]) #=> 3

  """
  @spec dbg(t, t, Macro.Env.t()) :: t
  def dbg(code, options, %Macro.Env{} = env) do
    case env.context do
      :match ->
        raise ArgumentError,
              "invalid expression in match, dbg is not allowed in patterns such as function clauses, case clauses " <>
                "or on the left side of the = operator"

      :guard ->
        raise ArgumentError,
              "invalid expression in guard, dbg is not allowed in guards. To learn more about guards, visit: " <>
                "https://hexdocs.pm/elixir/patterns-and-guards.html"

      nil ->
        :ok
    end

    quote do
      Macro.__dbg__(unquote(dbg_header(env)), unquote(dbg_code(code)), unquote(options))
    end
  end

  defp dbg_header(env) do
    place = if env.file, do: Exception.format_file_line(Path.relative_to_cwd(env.file), env.line, " "), else: ""

    who =
      case env do
        %{function: {name, arity}} -> Exception.format_mfa(env.module, name, arity)
        %{module: nil} -> "(file)"
        %{module: module} -> inspect(module) <> " (module)"
      end

    "[#{place}#{who}]"
  end

  # The tree evaluates to the sections that `__dbg__/3` prints: each a title (or `nil`) and pairs of text and value. The
  # last value is the result.
  defp dbg_code({:|>, _, _} = pipeline) do
    [{first, _} | stages] = unpipe(pipeline)
    start = unique_var(:value, __MODULE__)

    {steps, _last} =
      Enum.map_reduce(stages, start, fn {stage, position}, before ->
        value = unique_var(:value, __MODULE__)
        {{value, pipe(before, stage, position), "|> " <> to_string(stage)}, value}
      end)

    step_by_step(start, first, steps)
  end

  defp dbg_code({operator, _, [_, _]} = code) when operator in [:&&, :||, :and, :or] do
    [first | nodes] = left_spine(code, [])
    start = unique_var(:value, __MODULE__)

    {steps, _last} =
      Enum.map_reduce(nodes, start, fn {operator, meta, [_, right]} = node, before ->
        value = unique_var(:value, __MODULE__)
        {{value, {operator, meta, [before, right]}, to_string(node)}, value}
      end)

    step_by_step(start, first, steps)
  end

  defp dbg_code({:__block__, _, [_, _ | _] = expressions}) do
    steps = for expression <- expressions, do: {unique_var(:value, __MODULE__), expression, "  " <> indented(to_string(expression))}
    assignments = for {value, expression, _} <- steps, do: {:=, [], [value, expression]}
    pairs = for {value, _, text} <- steps, do: {text, value}
    {:__block__, [], assignments ++ [[{:{}, [], ["Code block:\n(", pairs, "\n)"]}]]}
  end

  defp dbg_code({:case, meta, [argument, [do: clauses]]} = code) do
    value = unique_var(:value, __MODULE__)
    numbered = for {{:->, meta, [head, body]}, n} <- Enum.with_index(clauses, 1), do: {:->, meta, [head, {n, body}]}

    quote do
      unquote(value) = unquote(argument)
      {number, result} = unquote({:case, meta, [value, [do: numbered]]})

      [
        {"Case argument:", [{unquote(to_string(argument)), unquote(value)}]},
        {"Case expression (clause ##{number} matched):", [{unquote(to_string(code)), result}]}
      ]
    end
  end

  defp dbg_code({:cond, meta, [[do: clauses]]} = code) do
    numbered =
      for {{:->, clause_meta, [[condition], body]}, n} <- Enum.with_index(clauses, 1) do
        value = unique_var(:value, __MODULE__)
        {:->, clause_meta, [[{:=, [], [value, condition]}], {:{}, [], [n, to_string(condition), value, body]}]}
      end

    quote do
      {number, text, condition, result} = unquote({:cond, meta, [[do: numbered]]})

      [
        {"Cond clause (clause ##{number} matched):", [{text, condition}]},
        {"Cond expression:", [{unquote(to_string(code)), result}]}
      ]
    end
  end

  defp dbg_code({name, meta, [condition, branches]} = code) when name in [:if, :unless] and is_list(branches) do
    value = unique_var(:value, __MODULE__)
    title = if name == :if, do: "If", else: "Unless"

    quote do
      unquote(value) = unquote(condition)
      result = unquote({name, meta, [value, branches]})

      [
        {unquote(title <> " condition:"), [{unquote(to_string(condition)), unquote(value)}]},
        {unquote(title <> " expression:"), [{unquote(to_string(code)), result}]}
      ]
    end
  end

  # What the clauses evaluate to is noted in the process dictionary, since any of them may end the `with`.
  defp dbg_code({:with, meta, [_, _ | _] = args} = code) do
    {clauses, [branches]} = Enum.split(args, -1)
    noted = for clause <- clauses, do: noted(clause)

    quote do
      :erlang.put(:dbg_with, [])
      result = unquote({:with, meta, noted ++ [branches]})
      clauses = :lists.reverse(:erlang.erase(:dbg_with))
      [{"With clauses:", clauses}, {"With expression:", [{unquote(to_string(code)), result}]}]
    end
  end

  defp dbg_code(code) do
    quote do: [{nil, [{unquote(to_string(code)), unquote(code)}]}]
  end

  defp left_spine({operator, _, [left, _]} = node, acc) when operator in [:&&, :||, :and, :or], do: left_spine(left, [node | acc])
  defp left_spine(first, acc), do: [first | acc]

  defp step_by_step(start, first, steps) do
    assignments = for {value, call, _} <- steps, do: {:=, [], [value, call]}
    pairs = [{to_string(first), start} | for({value, _, text} <- steps, do: {text, value})]
    {:__block__, [], [{:=, [], [start, first]}] ++ assignments ++ [[{nil, pairs}]]}
  end

  defp noted({operator, meta, [pattern, expr]}) when operator in [:<-, :=] do
    {operator, meta, [pattern, quote(do: Macro.__dbg_note__(unquote(to_string(expr)), unquote(expr)))]}
  end

  defp noted(expr), do: expr

  @doc false
  def __dbg_note__(text, value) do
    :erlang.put(:dbg_with, [{text, value} | :erlang.get(:dbg_with)])
    value
  end

  defp indented(text), do: String.replace(text, "\n", "\n  ")

  @doc false
  def __dbg__(header, sections, options) do
    {print_location?, options} = Keyword.pop(options, :print_location, true)
    colors = if IO.ANSI.enabled?(), do: IO.ANSI.syntax_colors(), else: []
    options = Keyword.merge([width: 80, pretty: true, syntax_colors: colors], options)
    ansi? = options[:syntax_colors] != []
    shown = for section <- sections, do: dbg_section(section, options, ansi?)
    top = if print_location?, do: [faint(header, ansi?), ?\n], else: []
    :io.put_chars(:erlang.group_leader(), :unicode.characters_to_binary([top, :lists.join(?\n, shown), ?\n]))
    {_, result} = sections |> :lists.last() |> elem(1) |> :lists.last()
    result
  end

  defp dbg_section({title, pairs}, options, ansi?), do: dbg_section({title, pairs, ""}, options, ansi?)

  defp dbg_section({title, pairs, close}, options, ansi?) do
    lines = for {text, value} <- pairs, do: [text, faint(" #=> ", ansi?), inspect(value, options), ?\n]
    close = if close == "", do: [], else: [String.trim_leading(close, "\n"), ?\n]
    [if(title, do: [faint(title, ansi?), ?\n], else: []), lines, close]
  end

  defp faint(text, true), do: [IO.ANSI.light_black(), text, IO.ANSI.reset()]
  defp faint(text, false), do: text
end
