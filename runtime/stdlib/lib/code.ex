# This file is long because Code has many functions, most of them a few lines around a native or another module, with their documents.
defmodule Code do
  @moduledoc """
  Compiles, evaluates and loads code.

  Code comes as text or as quoted expressions. Both go through the one compiler that files and cells go through: what is evaluated here is
  compiled first, and runs as fast as any other code.
  """

  @doc """
  Parses a text into quoted code.

  Options: `:file`, `:line`, `:column`, `:columns` (give columns), `:token_metadata`, `:unescape`, `:existing_atoms_only`,
  `:emit_warnings`, `:literal_encoder` (a function that gives `{:ok, node}` for each literal and its metadata),
  `:static_atoms_encoder` (a function that gives `{:ok, term}` or `{:error, reason}` for each name, as text, and its metadata; with it no
  new atoms are made of names).

  ## Examples

      iex> Code.string_to_quoted("1 + x")
      {:ok, {:+, [line: 1], [1, {:x, [line: 1], nil}]}}
      iex> Code.string_to_quoted("1 +")
      {:error, {[line: 1, column: 3], "syntax error before: ", ""}}
  """
  @spec string_to_quoted(List.Chars.t(), keyword) :: {:ok, Macro.t()} | {:error, {keyword, term, binary}}
  def string_to_quoted(string, options \\ []) do
    parse(:string_to_quoted, text(string), options)
  end

  @doc """
  As `string_to_quoted/2`, but gives the code itself, or raises what the text's fault calls for.
  """
  @spec string_to_quoted!(List.Chars.t(), keyword) :: Macro.t()
  def string_to_quoted!(string, options \\ []) do
    string = text(string)

    case parse(:string_to_quoted, string, options) do
      {:ok, quoted} -> quoted
      {:error, problem} -> raise_problem(problem, string, options)
    end
  end

  defp text(string) when is_binary(string), do: string
  defp text(string), do: :unicode.characters_to_binary(to_charlist(string))

  defp raise_problem({meta, message, token}, string, options) do
    file = Keyword.get(options, :file, "nofile")

    description =
      case message do
        {before, rest} -> :jovial_code.sentence(before, rest, token)
        before -> :jovial_code.sentence(before, nil, token)
      end

    fields = [
      file: file,
      line: Keyword.get(meta, :line),
      column: Keyword.get(meta, :column),
      description: description,
      snippet: snippet(string, meta, Keyword.get(options, :line, 1), Keyword.get(options, :column, 1))
    ]

    extra = Keyword.take(meta, [:opening_delimiter, :expected_delimiter, :closing_delimiter, :end_line, :end_column])

    module =
      cond do
        Keyword.has_key?(meta, :closing_delimiter) -> MismatchedDelimiterError
        Keyword.has_key?(meta, :opening_delimiter) -> TokenMissingError
        is_binary(message) and token == "" and Keyword.has_key?(meta, :column) -> TokenMissingError
        true -> SyntaxError
      end

    raise struct(module, fields ++ extra)
  end

  # The line in question, and what follows it where a delimiter is missing further down. Text that begins further right is shown there.
  defp snippet(string, meta, first, column) do
    case Keyword.get(meta, :line) do
      nil ->
        nil

      line ->
        lines = :binary.split(string, "\n", [:global])
        rest = :lists.nthtail(min(max(line - first, 0), length(lines)), lines)

        case {rest, Keyword.has_key?(meta, :opening_delimiter)} do
          {[], _} -> ""
          {rest, true} -> Enum.map_join(rest, "\n", &shifted(&1, column))
          {[line | _], false} -> shifted(line, column)
        end
    end
  end

  defp shifted(line, column), do: String.duplicate(" ", column - 1) <> line

  @doc """
  As `string_to_quoted/2`, but gives the comments of the text too.

  Each comment is a map with its `:line`, `:column` and `:text`, and the numbers of line ends before and behind it, as
  `:previous_eol_count` and `:next_eol_count`.

  ## Examples

      iex> {:ok, {:f, _, []}, [comment]} = Code.string_to_quoted_with_comments("f() # why")
      iex> comment.text
      "# why"

  """
  @doc since: "1.13.0"
  @spec string_to_quoted_with_comments(List.Chars.t(), keyword) ::
          {:ok, Macro.t(), [map]} | {:error, {keyword, term, binary}}
  def string_to_quoted_with_comments(string, opts \\ []) do
    case parse(:string_to_quoted_with_comments, text(string), opts) do
      {:ok, quoted, comments} -> {:ok, quoted, comments}
      {:error, problem} -> {:error, problem}
    end
  end

  @doc """
  As `string_to_quoted_with_comments/2`, but gives a pair of code and comments, or raises what the text's fault calls for.

  ## Examples

      iex> {_, [%{text: text}]} = Code.string_to_quoted_with_comments!("# nothing else")
      iex> text
      "# nothing else"

  """
  @doc since: "1.13.0"
  @spec string_to_quoted_with_comments!(List.Chars.t(), keyword) :: {Macro.t(), [map]}
  def string_to_quoted_with_comments!(string, opts \\ []) do
    string = text(string)

    case parse(:string_to_quoted_with_comments, string, opts) do
      {:ok, quoted, comments} -> {quoted, comments}
      {:error, problem} -> raise_problem(problem, string, opts)
    end
  end

  # The literals of a text pass through a function of the caller: the parser marks them, and the function is called for each
  # mark, the inner ones first.
  defp parse(native, string, opts) do
    case Keyword.get(opts, :static_atoms_encoder) do
      nil -> parse_literals(native, string, opts)
      encoder -> parse_names(native, string, opts, encoder)
    end
  end

  defp parse_literals(native, string, opts) do
    case Keyword.get(opts, :literal_encoder) do
      nil ->
        :erlang.apply(:jovial_code, native, [string, opts])

      encoder ->
        with {:ok, quoted} <- outcome(:erlang.apply(:jovial_code, native, [string, [{:wrap_literals, :"$literal"} | opts]])) do
          encoded(quoted, encoder)
        end
    end
  end

  # The names of a text as well: they are numbered while parsing, and what the caller's function gave for them takes the place of the
  # numbers.
  defp parse_names(native, string, opts, encoder) do
    file = Keyword.get(opts, :file, "nofile")
    names = :jovial_code.names_in(string, opts)

    case encode_names(names, file, encoder, 0, %{}) do
      {:ok, encoded} ->
        parsed = parse_literals(native, string, [{:numbered_names, true} | opts])

        with {:ok, result} <- outcome(parsed) do
          :erlang.setelement(2, result, named(:erlang.element(2, result), encoded))
        end

      {:error, _problem} = error ->
        error
    end
  end

  defp encode_names([], _file, _encoder, _number, encoded), do: {:ok, encoded}

  defp encode_names([{name, line, column} | names], file, encoder, number, encoded) do
    case encoder.(name, line: line, column: column, file: file) do
      {:ok, value} ->
        encode_names(names, file, encoder, number + 1, :maps.put(numbered_name(number), value, encoded))

      {:error, reason} when is_binary(reason) ->
        {:error, {[line: line, column: column], reason <> ": ", name}}
    end
  end

  defp numbered_name(number), do: :erlang.binary_to_atom("$name " <> :erlang.integer_to_binary(number))

  defp named(name, encoded) when is_atom(name), do: :maps.get(name, encoded, name)
  defp named({form, meta, args}, encoded), do: {named(form, encoded), meta, named(args, encoded)}
  defp named({left, right}, encoded), do: {named(left, encoded), named(right, encoded)}
  defp named([head | tail], encoded), do: [named(head, encoded) | named(tail, encoded)]
  defp named(other, _encoded), do: other

  defp outcome({:error, problem}), do: {:error, problem}
  defp outcome(parsed), do: {:ok, parsed}

  defp encoded({:ok, quoted}, encoder), do: {:ok, encode(quoted, encoder)}
  defp encoded({:ok, quoted, comments}, encoder), do: {:ok, encode(quoted, encoder), comments}

  defp encode(quoted, encoder) do
    Macro.postwalk(quoted, fn
      {:"$literal", meta, [literal]} ->
        case encoder.(literal, meta) do
          {:ok, encoded} -> encoded
          {:error, reason} -> raise ArgumentError, reason
        end

      node ->
        node
    end)
  end

  @doc """
  Formats a text as Elixir's style has it.

  Lines get at most 98 columns, wherever the text can be broken. What an author may choose stays as it is: blank lines
  between expressions (but no more than one), parentheses around the arguments of calls like `if`, a line break behind an
  opening bracket or in front of `|>`. Comments move to lines of their own.

  Options:

    * `:line_length` - other than 98 columns
    * `:locals_without_parens` - calls `[name: arity]` to leave without parentheses; an arity of `:*` means any
    * `:file`, `:line` - where the text comes from, for errors
    * `:sigils` - functions `[name: fun]` that format the contents of sigils, given the text and facts about the sigil
    * `:force_do_end_blocks` - turns `do: expression` into blocks

  ## Examples

      iex> Code.format_string!("f 1,[2|x]") |> IO.iodata_to_binary()
      "f(1, [2 | x])"

  """
  @doc since: "1.6.0"
  @spec format_string!(binary, keyword) :: iodata
  def format_string!(string, opts \\ []) when is_binary(string) and is_list(opts) do
    parser = [unescape: false, wrap_literals: :__block__, token_metadata: true, emit_warnings: false]

    case :jovial_code.string_to_quoted_with_comments(string, parser ++ opts) do
      {:ok, quoted, comments} ->
        doc = Jovial.Printer.to_algebra(quoted, true, [comments: comments] ++ opts)
        Inspect.Algebra.format(doc, Keyword.get(opts, :line_length, 98))

      {:error, problem} ->
        raise_problem(problem, string, opts)
    end
  end

  @doc """
  Formats the contents of a file, see `format_string!/2`. The file stays as it is; what comes back ends with a line break.

  ## Examples

      iex> path = Path.join(System.tmp_dir!(), "code_format_file.exs")
      iex> File.write!(path, "1+2")
      iex> Code.format_file!(path) |> IO.iodata_to_binary()
      "1 + 2\\n"

  """
  @doc since: "1.6.0"
  @spec format_file!(binary, keyword) :: iodata
  def format_file!(file, opts \\ []) when is_binary(file) and is_list(opts) do
    [format_string!(File.read!(file), [file: file, line: 1] ++ opts), ?\n]
  end

  @doc """
  Turns quoted code into an `Inspect.Algebra` document of formatted source.

  What a text does not need and a tree does not say is chosen in the plainest way: parentheses around arguments, double
  quotes around strings, a `do` block for a last argument `[do: ...]`.

  Options:

    * `:comments` - the comments of the text that the tree was parsed from, as `string_to_quoted_with_comments/2` gives them
    * `:escape` - whether special characters in strings are escaped; `true` if not given
    * `:locals_without_parens` - calls `[name: arity]` to write without parentheses; an arity of `:*` means any
    * `:syntax_colors` - colours as in `Inspect.Opts`

  ## Examples

      iex> doc = Code.quoted_to_algebra(quote(do: add(1,2)))
      iex> doc |> Inspect.Algebra.format(80) |> IO.iodata_to_binary()
      "add(1, 2)"

  """
  @doc since: "1.13.0"
  @spec quoted_to_algebra(Macro.t(), keyword) :: Inspect.Algebra.t()
  def quoted_to_algebra(quoted, opts \\ []) do
    Jovial.Printer.to_algebra(quoted, false, opts)
  end

  @doc """
  The env in which evaluated code stands, from an env or from options such as `:file`, `:line` and `:module`.

  Further options: `:aliases`, `:requires`, `:functions`, `:macros` (as the env has them), `:prune_binding` is left to the evaluation.

  ## Examples

      iex> Code.env_for_eval(file: "lab.exs", line: 7).line
      7
  """
  @spec env_for_eval(Macro.Env.t() | keyword) :: Macro.Env.t()
  def env_for_eval(env_or_options)
  def env_for_eval(%{__struct__: Macro.Env} = env), do: %{env | context: nil, macro_aliases: [], versioned_vars: %{}}

  def env_for_eval(options) when is_list(options) do
    file =
      case Keyword.get(options, :file, "nofile") do
        file when is_binary(file) -> file
        other -> raise ArgumentError, "expected :file to be a binary, got: #{Kernel.inspect(other)}"
      end

    env = %{:jovial_code.new_env(file) | line: 1, tracers: get_compiler_option(:tracers)}

    :lists.foldl(
      fn
        {:line, line}, _env when not is_integer(line) or line < 0 ->
          raise ArgumentError, "expected :line to be a non-negative integer, got: #{Kernel.inspect(line)}"

        {key, value}, env when key in [:line, :module, :aliases, :requires, :functions, :macros, :tracers, :lexical_tracker] ->
          :maps.put(key, value, env)

        _other, env ->
          env
      end,
      env,
      options
    )
  end

  @doc """
  Evaluates a text with variables; gives the value and the variables behind it.

  `env_or_options` is an env, such as `__ENV__`, or the options of `env_for_eval/1`.

  ## Examples

      iex> Code.eval_string("a + b", a: 1, b: 2)
      {3, [b: 2, a: 1]}
      iex> Code.eval_string("c = 3")
      {3, [c: 3]}
  """
  @spec eval_string(List.Chars.t(), keyword, Macro.Env.t() | keyword) :: {term, keyword}
  def eval_string(string, binding \\ [], env_or_options \\ [])

  def eval_string(string, binding, %{__struct__: Macro.Env} = env) do
    eval_forms(parsed!(string, file: env.file, line: env.line), binding, env, false)
  end

  def eval_string(string, binding, []) do
    eval_forms(parsed!(string, []), binding, [], false)
  end

  def eval_string(string, binding, options) do
    file = :erlang.iolist_to_binary(Keyword.get(options, :file, "nofile"))
    eval_forms(parsed!(string, file: file, line: Keyword.get(options, :line, 1)), binding, options, false)
  end

  # What is only run need not become quoted code; text that deserves an error or a warning does.
  defp parsed!(string, options) when is_binary(string) do
    case :jovial_code.parsed(string, options, false) do
      nil -> string_to_quoted!(string, options)
      {parsed, 1} -> {parsed, 0}
    end
  end

  defp parsed!(string, options), do: string_to_quoted!(string, options)

  @doc """
  Evaluates quoted code with variables; gives the value and the variables behind it.

  ## Examples

      iex> Code.eval_quoted(quote(do: var!(a) * 2), a: 4)
      {8, [a: 4]}
  """
  @spec eval_quoted(Macro.t(), keyword, Macro.Env.t() | keyword) :: {term, keyword}
  def eval_quoted(quoted, binding \\ [], env_or_options \\ []) do
    eval_forms(quoted, binding, env_or_options, true)
  end

  # With `placing?`, code that has no line gets that of the env. Text has lines wherever it is to have some.
  defp eval_forms(quoted, binding, env_or_options, placing?) do
    scope = scope(env_or_options)
    work = fn -> evaluate(quoted, binding, scope, {false, placing?}, prune?(env_or_options)) end
    {value, binding, _no_env} = verifying(work)
    {value, binding}
  catch
    # What can't be compiled never ran, so the way to it is all there is to tell.
    :error, %{__struct__: CompileError} = error ->
      case __STACKTRACE__ do
        [] ->
          {:current_stacktrace, [_info, _eval | stacktrace]} = Process.info(self(), :current_stacktrace)
          :erlang.raise(:error, error, stacktrace)

        stacktrace ->
          :erlang.raise(:error, error, stacktrace)
      end
  end

  # Within a file that is compiled, what is evaluated is verified by itself, not with the file.
  defp verifying(work) do
    case :jovial_compiling.defers() do
      false ->
        work.()

      true ->
        :jovial_code.begin_modules()

        try do
          work.()
        after
          :jovial_code.end_modules()
          :jovial_compiling.verify([self()])
        end
    end
  end

  defp prune?(options) when is_list(options), do: Keyword.get(options, :prune_binding, false)
  defp prune?(_env), do: false

  @doc """
  As `eval_quoted/3`, and gives the env behind the code, with its imports, aliases and variables.

  With `prune_binding: true` only the variables come back that the code read or set.
  """
  @spec eval_quoted_with_env(Macro.t(), keyword, Macro.Env.t(), keyword) :: {term, keyword, Macro.Env.t()}
  def eval_quoted_with_env(quoted, binding, %{__struct__: Macro.Env} = env, options \\ []) do
    evaluate(quoted, binding, env, {true, true}, prune?(options))
  end

  # What the native makes an env of: one that is there, or options as long as only place and line are in them.
  defp scope(options) when is_list(options) do
    place? = fn {key, value} -> key == :line or (key == :file and is_binary(value)) end
    if :lists.all(place?, options), do: options, else: env_for_eval(options)
  end

  # An env that outlived its compilation has nobody to trace for.
  defp scope(%{lexical_tracker: nil} = env), do: %{env | tracers: []}

  defp scope(%{lexical_tracker: tracker} = env) when is_pid(tracker) do
    if :erlang.is_process_alive(tracker) do
      env
    else
      IO.warn("an __ENV__ with outdated compilation information was given to eval, call Macro.Env.prune_compile_info/1 to prune it")
      scope(Macro.Env.prune_compile_info(env))
    end
  end

  defp scope(env), do: env

  defp evaluate(quoted, binding, scope, {wants_env, placing?}, prune?) do
    binding = if is_list(binding), do: binding, else: Enum.to_list(binding)
    {module, function, inputs, outputs, env} = :jovial_code.prepare(quoted, binding, scope, wants_env, placing?)

    result =
      case module do
        nil -> function
        _ -> :jovial_code.run(module, function, :jovial_code.pick(binding, inputs))
      end

    kept = if prune?, do: for({key, _} = pair <- binding, :lists.member(key, inputs), do: pair), else: binding
    {value, binding} = :jovial_code.bound(kept, outputs, result)
    {value, binding, if(prune? and wants_env, do: only_bound(env, binding), else: env)}
  end

  defp only_bound(env, binding) do
    kept =
      for {{name, context}, _version} = entry <- :maps.to_list(env.versioned_vars),
          :lists.keymember(if(context == nil, do: name, else: {name, context}), 1, binding),
          do: entry

    %{env | versioned_vars: :maps.from_list(kept)}
  end

  @doc """
  Evaluates a file; gives the value and the variables of its last expression.
  """
  @spec eval_file(binary, nil | binary) :: {term, keyword}
  def eval_file(file, relative_to \\ nil) when is_binary(file) do
    {text, path} = find_file!(file, relative_to)
    eval_string(text, [], file: path, line: 1)
  end

  @doc """
  Runs a file unless it was run already; gives the modules it defined, or `nil`.
  """
  @spec require_file(binary, nil | binary) :: [{module, binary}] | nil
  def require_file(file, relative_to \\ nil) when is_binary(file) do
    {text, path} = find_file!(file, relative_to)

    case :jovial_code.claim_file(path) do
      true ->
        made = run_text(text, path)
        verified(made)

      false ->
        nil
    end
  end

  @doc """
  The files that were required, with their full paths.
  """
  @spec required_files() :: [binary]
  def required_files, do: :jovial_compiling.files()

  @doc """
  Forgets that files were required, so that they can be required again.

  ## Examples

      iex> Code.unrequire_files(["nowhere.exs"])
      :ok
  """
  @spec unrequire_files([binary]) :: :ok
  def unrequire_files(files) when is_list(files) do
    :lists.foreach(&:jovial_compiling.forget_file/1, files)
  end

  @doc """
  Compiles a file and gives the modules it defined.
  """
  @spec compile_file(binary, nil | binary) :: [{module, binary}]
  def compile_file(file, relative_to \\ nil) when is_binary(file) do
    {text, path} = find_file!(file, relative_to)
    made = run_text(text, path)
    verified(made)
  end

  @doc """
  Compiles a text and gives the modules it defined.

  ## Examples

      iex> [{module, _binary}] = Code.compile_string("defmodule CodeDocOne do end")
      iex> module
      CodeDocOne
  """
  @spec compile_string(List.Chars.t(), binary) :: [{module, binary}]
  def compile_string(string, file \\ "nofile") when is_binary(file) do
    made = run_text(text(string), file)
    verified(made)
  end

  @doc """
  Compiles quoted code and gives the modules it defined.
  """
  @spec compile_quoted(Macro.t(), binary) :: [{module, binary}]
  def compile_quoted(quoted, file \\ "nofile") when is_binary(file) do
    made = run_units([quoted], env_for_eval(file: file))
    verified(made)
  end

  defp run_text(text, file) do
    options = [file: file, columns: true] ++ get_compiler_option(:parser_options)

    units =
      case :jovial_code.parsed(text, options, true) do
        nil -> units(string_to_quoted!(text, options))
        {parsed, count} -> for number <- 0..(count - 1), do: {parsed, number}
      end

    run_units(units, env_for_eval(file: file))
  end

  # A file of modules only runs them one by one, so that a later one may use the macros of an earlier one.
  defp units({:__block__, _, expressions} = block) do
    case expressions != [] and :lists.all(&module?/1, expressions) do
      true -> expressions
      false -> [block]
    end
  end

  defp units(other), do: [other]

  defp module?({:defmodule, _, [_, _]}), do: true
  defp module?(_other), do: false

  defp run_units(units, env) do
    :jovial_code.begin_modules()
    tracker = :jovial_compiling.start_tracker()
    env = %{env | lexical_tracker: tracker}
    for tracer <- env.tracers, do: :ok = tracer.trace(:start, env)

    try do
      :lists.foldl(
        fn unit, env ->
          {_value, _binding, env} = evaluate(unit, [], env, {:file, false}, false)
          env
        end,
        env,
        units
      )
    catch
      kind, reason ->
        :jovial_compiling.stop_tracker(tracker, env.file, false)
        :jovial_code.end_modules()
        :erlang.raise(kind, reason, without_own(__STACKTRACE__))
    end

    for tracer <- env.tracers, do: :ok = tracer.trace(:stop, env)
    :jovial_compiling.stop_tracker(tracker, env.file, true)
    :jovial_code.end_modules()
  end

  # How text is run is nobody's business.
  defp without_own(stacktrace) do
    :lists.filter(
      fn
        {__MODULE__, name, _, _} -> not own?(:erlang.atom_to_binary(name))
        {:lists, name, _, _} -> not :lists.member(name, [:fold_left, :foldl])
        _ -> true
      end,
      stacktrace
    )
  end

  defp own?("-run_units/" <> _), do: true
  defp own?(name), do: name in ["evaluate", "run_units", "run_text", "verifying"]

  # What can be said only when all is there is said now, unless more is being compiled beside it.
  defp verified(made) do
    case :erlang.get(:elixir_compiler_info) do
      :undefined -> :jovial_compiling.verify([self()])
      _ -> :ok
    end

    made
  end

  defp find_file!(file, relative_to) do
    path = if relative_to, do: Path.expand(file, relative_to), else: Path.expand(file)

    case :jovial_file.read(path) do
      {:ok, text} -> {text, path}
      {:error, _} -> raise Code.LoadError, file: path, reason: :enoent
    end
  end

  @doc """
  Runs a function and gives its value and the diagnostics of the code that it compiled, which are not printed.

  With `log: true` they are printed too. A diagnostic is a map with `:severity`, `:message`, `:file`, `:position`
  (a line, or line and column) and more.

  ## Examples

      iex> {value, [found]} = Code.with_diagnostics(fn -> Code.eval_string("fn later -> 1 end; 2") |> elem(0) end)
      iex> {value, found.severity, found.position}
      {2, :warning, 1}
  """
  @spec with_diagnostics(keyword, (-> result)) :: {result, [map]} when result: term
  def with_diagnostics(options \\ [], fun) when is_list(options) and is_function(fun, 0) do
    Jovial.Diagnostics.collect(Keyword.get(options, :log, false), fun)
  end

  @doc """
  Prints a diagnostic to the standard error, as the compiler does. `snippet: false` leaves the line of source out.
  """
  @spec print_diagnostic(map, keyword) :: :ok
  def print_diagnostic(diagnostic, options \\ []) when is_map(diagnostic) and is_list(options) do
    Jovial.Diagnostics.print(diagnostic, options)
  end

  @doc """
  Makes sure that a module is loaded.

  ## Examples

      iex> Code.ensure_loaded(Enum)
      {:module, Enum}
      iex> Code.ensure_loaded(NoSuchModule)
      {:error, :nofile}
  """
  @spec ensure_loaded(module) :: {:module, module} | {:error, :nofile}
  def ensure_loaded(module) when is_atom(module), do: :code.ensure_loaded(module)

  @doc """
  Whether a module is or can be loaded.
  """
  @spec ensure_loaded?(module) :: boolean
  def ensure_loaded?(module) when is_atom(module), do: match?({:module, ^module}, ensure_loaded(module))

  @doc """
  As `ensure_loaded/1`, but raises if there is no such module.
  """
  @spec ensure_loaded!(module) :: module
  def ensure_loaded!(module) do
    case ensure_loaded(module) do
      {:module, module} -> module
      {:error, reason} -> raise ArgumentError, "could not load module #{Kernel.inspect(module)} due to reason #{Kernel.inspect(reason)}"
    end
  end

  @doc """
  Loads several modules; gives `{:error, reasons}` if any of them is not there.

  ## Examples

      iex> Code.ensure_all_loaded([Enum, Map])
      :ok
      iex> Code.ensure_all_loaded([Enum, NoSuchModule])
      {:error, [{NoSuchModule, :nofile}]}
  """
  @spec ensure_all_loaded([module]) :: :ok | {:error, [{module, atom}]}
  def ensure_all_loaded(modules) when is_list(modules) do
    case for(module <- modules, {:error, reason} <- [ensure_loaded(module)], do: {module, reason}) do
      [] -> :ok
      missing -> {:error, missing}
    end
  end

  @doc """
  As `ensure_all_loaded/1`, but raises if any module is not there.

  ## Examples

      iex> Code.ensure_all_loaded!([Enum])
      :ok
  """
  @spec ensure_all_loaded!([module]) :: :ok
  def ensure_all_loaded!(modules) do
    case ensure_all_loaded(modules) do
      :ok ->
        :ok

      {:error, missing} ->
        lines = for {module, reason} <- missing, do: "\n  * #{Kernel.inspect(module)} due to reason #{Kernel.inspect(reason)}"
        raise ArgumentError, "could not load the following modules:\n" <> :erlang.iolist_to_binary(lines)
    end
  end

  @doc """
  Makes sure that a module is compiled and loaded; waits for one that is being compiled.

  ## Examples

      iex> Code.ensure_compiled(Enum)
      {:module, Enum}
  """
  @spec ensure_compiled(module) :: {:module, module} | {:error, :nofile | :unavailable | atom}
  def ensure_compiled(module) when is_atom(module), do: ensure_compiled(module, :soft)

  @doc """
  As `ensure_compiled/1`, but raises if there is no such module.
  """
  @spec ensure_compiled!(module) :: module
  def ensure_compiled!(module) when is_atom(module) do
    case ensure_compiled(module, :module) do
      {:module, module} ->
        module

      {:error, reason} ->
        raise ArgumentError,
              "could not load module #{Kernel.inspect(module)} due to reason #{Kernel.inspect(reason)}" <> advice(reason)
    end
  end

  defp advice(:unavailable) do
    ". This may happen because the module is not yet defined, or is waiting on this one to be defined, " <>
      "or because a deadlock between the modules was found"
  end

  defp advice(_reason), do: ""

  defp ensure_compiled(module, kind) do
    case :code.ensure_loaded(module) do
      {:module, module} ->
        {:module, module}

      {:error, reason} ->
        case :erlang.get(:elixir_compiler_info) do
          :undefined -> :jovial_code.ensure_compiled(module, reason)
          _ -> waited_for(Jovial.Compiling.wait(module, kind), module, reason)
        end
    end
  end

  defp waited_for(:ok, module, _reason), do: {:module, module}
  defp waited_for(:deadlock, _module, _reason), do: {:error, :unavailable}

  defp waited_for(:not_found, module, reason) do
    if :jovial_compiling.builder(module), do: {:error, :unavailable}, else: {:error, reason}
  end

  @doc """
  Whether a module is loaded.

  ## Examples

      iex> Code.loaded?(Code)
      true
      iex> Code.loaded?(NoSuchModule)
      false
  """
  @spec loaded?(module) :: boolean
  def loaded?(module) when is_atom(module), do: :code.is_loaded(module) != false

  @doc """
  Returns the documents of a module, or of a compiled module in a file.

  The answer is `{:docs_v1, line, :elixir, "text/markdown", moduledoc, metadata, docs}`, where `docs` has an entry `{{kind, name, arity}, line,
  signature, doc, metadata}` for each public function, macro, type and callback. A document is a map from languages to texts, `:none` or
  `:hidden`. What goes wrong is told as `{:error, reason}`.

  ## Examples

      iex> {:docs_v1, _, :elixir, "text/markdown", %{"en" => _}, _, docs} = Code.fetch_docs(Tuple)
      iex> for {{:function, :to_list, arity}, _, signature, _, _} <- docs, do: {arity, signature}
      [{1, ["to_list(tuple)"]}]
      iex> Code.fetch_docs(:no_such_module)
      {:error, :module_not_found}

  """
  @spec fetch_docs(module | String.t()) :: tuple
  def fetch_docs(module_or_path)

  def fetch_docs(module) when is_atom(module) do
    if ensure_loaded?(module),
      do: :jovial_code.chunk(module, "docs") || {:error, :chunk_not_found},
      else: {:error, :module_not_found}
  end

  def fetch_docs(path) when is_binary(path) do
    with {:ok, image} <- File.read(path) do
      :jovial_code.chunk_of(image, "docs") || {:error, :chunk_not_found}
    end
  end

  @doc """
  Whether code is being compiled that other processes may wait for.

  ## Examples

      iex> Code.can_await_module_compilation?()
      false
  """
  @spec can_await_module_compilation?() :: boolean
  def can_await_module_compilation?, do: :erlang.get(:elixir_compiler_info) != :undefined

  # ## Options

  @options [
    docs: true,
    debug_info: true,
    ignore_already_consolidated: false,
    ignore_module_conflict: false,
    infer_signatures: false,
    no_warn_undefined: [],
    on_undefined_variable: :raise,
    parser_options: [columns: true],
    relative_paths: true,
    tracers: [],
    warnings_as_errors: false
  ]

  @doc """
  The names of the compiler's options.

  ## Examples

      iex> :docs in Code.available_compiler_options()
      true
  """
  @spec available_compiler_options() :: [atom]
  def available_compiler_options, do: for({key, _} <- @options, do: key)

  @doc """
  All options of the compiler with their values.

  ## Examples

      iex> Code.compiler_options().ignore_module_conflict
      false
  """
  @spec compiler_options() :: map
  def compiler_options, do: :maps.merge(:maps.from_list(@options), set_options())

  @doc """
  Sets several options of the compiler and gives the values that they had.
  """
  @spec compiler_options(Enumerable.t()) :: map
  def compiler_options(options) do
    for {key, value} <- options, into: %{} do
      before = get_compiler_option(key)
      put_compiler_option(key, value)
      {key, before}
    end
  end

  @doc """
  Sets an option of the compiler.

  ## Examples

      iex> Code.put_compiler_option(:relative_paths, true)
      :ok
  """
  @spec put_compiler_option(atom, term) :: :ok
  def put_compiler_option(key, value) when is_atom(key) do
    checked!(key, value)
    :persistent_term.put({Code, :options}, :maps.put(key, value, set_options()))

    case key do
      :no_warn_undefined -> :jovial_compiling.excuse(value)
      :on_undefined_variable -> :jovial_code.put_option(key, value == :warn)
      _ when is_boolean(value) -> :jovial_code.put_option(key, value)
      _ -> :ok
    end
  end

  @doc """
  Reads an option of the compiler.

  ## Examples

      iex> Code.get_compiler_option(:docs)
      true
  """
  @spec get_compiler_option(atom) :: term
  def get_compiler_option(key) when is_atom(key) do
    case set_options() do
      %{^key => value} ->
        value

      _ ->
        case :lists.keyfind(key, 1, @options) do
          {_, value} -> value
          false -> raise "unknown compiler option: #{Kernel.inspect(key)}"
        end
    end
  end

  defp set_options, do: :persistent_term.get({Code, :options}, %{})

  defp checked!(key, value)
       when key in [:docs, :debug_info, :ignore_already_consolidated, :ignore_module_conflict, :infer_signatures, :relative_paths, :warnings_as_errors] do
    if not is_boolean(value), do: raise("compiler option #{Kernel.inspect(key)} should be a boolean, got: #{Kernel.inspect(value)}")
  end

  defp checked!(:no_warn_undefined, value) do
    if value != :all and not is_list(value) do
      raise "compiler option :no_warn_undefined should be a list of modules or {module, fun, arity} or the atom :all, got: #{Kernel.inspect(value)}"
    end
  end

  defp checked!(key, value) when key in [:parser_options, :tracers] do
    if not is_list(value), do: raise("compiler option #{Kernel.inspect(key)} should be a list, got: #{Kernel.inspect(value)}")
  end

  defp checked!(:on_undefined_variable, value) do
    if value not in [:raise, :warn] do
      raise "compiler option :on_undefined_variable should be either :raise or :warn, got: #{Kernel.inspect(value)}"
    end
  end

  defp checked!(key, _value), do: raise("unknown compiler option: #{Kernel.inspect(key)}")

  @doc """
  Ends what the compiler keeps between compilations. There is nothing of that kind here.

  ## Examples

      iex> {:ok, 0} = Code.purge_compiler_modules()
      {:ok, 0}
  """
  @spec purge_compiler_modules() :: {:ok, non_neg_integer}
  def purge_compiler_modules, do: {:ok, 0}

  # ## Where modules are looked for

  # The folders are kept for those who ask. Modules come from the library and from what was compiled, never from files of compiled code.

  @doc """
  Puts a folder before those where modules are looked for; says whether there is such a folder.

  ## Examples

      iex> Code.prepend_path(".")
      true
      iex> Code.prepend_path("/no/such/folder")
      false
  """
  @spec prepend_path(Path.t(), cache: boolean) :: boolean
  def prepend_path(path, _options \\ []), do: :code.add_patha(to_charlist(Path.expand(path))) == true

  @doc """
  Puts a folder behind those where modules are looked for; says whether there is such a folder.

  ## Examples

      iex> Code.append_path("/no/such/folder")
      false
  """
  @spec append_path(Path.t(), cache: boolean) :: boolean
  def append_path(path, _options \\ []), do: :code.add_pathz(to_charlist(Path.expand(path))) == true

  @doc """
  As `prepend_path/2`, for several folders.
  """
  @spec prepend_paths([Path.t()], cache: boolean) :: :ok
  def prepend_paths(paths, _options \\ []) do
    for path <- :lists.reverse(paths), do: prepend_path(path)
    :ok
  end

  @doc """
  As `append_path/2`, for several folders.
  """
  @spec append_paths([Path.t()], cache: boolean) :: :ok
  def append_paths(paths, _options \\ []) do
    for path <- paths, do: append_path(path)
    :ok
  end

  @doc """
  Takes a folder away from those where modules are looked for; says whether it was there.

  ## Examples

      iex> Code.delete_path("/no/such/folder")
      false
  """
  @spec delete_path(Path.t()) :: boolean
  def delete_path(path), do: :code.del_path(to_charlist(Path.expand(path))) == true

  @doc """
  As `delete_path/1`, for several folders.
  """
  @spec delete_paths([Path.t()]) :: :ok
  def delete_paths(paths) do
    for path <- paths, do: delete_path(path)
    :ok
  end
end
