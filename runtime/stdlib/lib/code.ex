defmodule Code do
  @moduledoc """
  Compiles, evaluates and loads code.

  Code comes as text or as quoted expressions. Both go through the one compiler that files and cells go through: what is evaluated here is
  compiled first, and runs as fast as any other code.
  """

  @doc """
  Parses a text into quoted code.

  Options: `:file`, `:line`, `:column`, `:columns` (give columns), `:token_metadata`, `:unescape`, `:existing_atoms_only`,
  `:emit_warnings`, `:literal_encoder` (a function that gives `{:ok, node}` for each literal and its metadata).

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
        "syntax error before: " when token == "" -> "syntax error: expression is incomplete"
        {before, rest} -> before <> token <> rest
        before -> before <> token
      end

    fields = [
      file: file,
      line: Keyword.get(meta, :line),
      column: Keyword.get(meta, :column),
      description: description,
      snippet: snippet(string, Keyword.get(meta, :line), Keyword.get(options, :line, 1))
    ]

    extra = Keyword.take(meta, [:opening_delimiter, :expected_delimiter, :closing_delimiter, :end_line, :end_column])

    module =
      cond do
        Keyword.has_key?(meta, :closing_delimiter) -> MismatchedDelimiterError
        Keyword.has_key?(meta, :opening_delimiter) -> TokenMissingError
        description == "syntax error: expression is incomplete" -> TokenMissingError
        true -> SyntaxError
      end

    raise struct(module, fields ++ extra)
  end

  defp snippet(_string, nil, _first), do: nil

  defp snippet(string, line, first) do
    :lists.nth(max(line - first + 1, 1), :binary.split(string, "\n", [:global]) ++ [""])
  end

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
    case Keyword.get(opts, :literal_encoder) do
      nil ->
        :erlang.apply(:jovial_code, native, [string, opts])

      encoder ->
        with {:ok, quoted} <- outcome(:erlang.apply(:jovial_code, native, [string, [{:wrap_literals, :"$literal"} | opts]])) do
          encoded(quoted, encoder)
        end
    end
  end

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
  """
  @spec env_for_eval(Macro.Env.t() | keyword) :: Macro.Env.t()
  def env_for_eval(env_or_options)
  def env_for_eval(%{__struct__: Macro.Env} = env), do: env

  def env_for_eval(options) when is_list(options) do
    env = :jovial_code.new_env(:erlang.iolist_to_binary(Keyword.get(options, :file, "nofile")))

    :lists.foldl(
      fn
        {key, value}, env when key in [:line, :module, :aliases, :requires, :functions, :macros, :tracers] ->
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

  ## Examples

      iex> Code.eval_string("a + b", a: 1, b: 2)
      {3, [a: 1, b: 2]}
      iex> Code.eval_string("c = 3")
      {3, [c: 3]}
  """
  @spec eval_string(List.Chars.t(), keyword, Macro.Env.t() | keyword) :: {term, keyword}
  def eval_string(string, binding \\ [], env_or_options \\ [])

  def eval_string(string, binding, %{__struct__: Macro.Env} = env) do
    eval_quoted(string_to_quoted!(string, file: env.file, line: env.line, columns: true), binding, env)
  end

  def eval_string(string, binding, options) do
    file = :erlang.iolist_to_binary(Keyword.get(options, :file, "nofile"))
    line = Keyword.get(options, :line, 1)
    eval_quoted(string_to_quoted!(string, file: file, line: line, columns: true), binding, options)
  end

  @doc """
  Evaluates quoted code with variables; gives the value and the variables behind it.

  ## Examples

      iex> Code.eval_quoted(quote(do: var!(a) * 2), a: 4)
      {8, [a: 4]}
  """
  @spec eval_quoted(Macro.t(), keyword, Macro.Env.t() | keyword) :: {term, keyword}
  def eval_quoted(quoted, binding \\ [], env_or_options \\ []) do
    {value, binding, _no_env} = evaluate(quoted, binding, scope(env_or_options), false)
    {value, binding}
  end

  @doc """
  As `eval_quoted/3`, and gives the env behind the code, with its imports, aliases and variables.
  """
  @spec eval_quoted_with_env(Macro.t(), keyword, Macro.Env.t(), keyword) :: {term, keyword, Macro.Env.t()}
  def eval_quoted_with_env(quoted, binding, %{__struct__: Macro.Env} = env, _options \\ []) do
    evaluate(quoted, binding, env, true)
  end

  # What the native makes an env of: one that is there, or options as long as only place and line are in them.
  defp scope(options) when is_list(options) do
    place? = fn {key, value} -> key == :line or (key == :file and is_binary(value)) end
    if :lists.all(place?, options), do: options, else: env_for_eval(options)
  end

  defp scope(env), do: env

  defp evaluate(quoted, binding, scope, wants_env) do
    binding = if is_list(binding), do: binding, else: Enum.to_list(binding)
    {module, function, inputs, outputs, env} = :jovial_code.prepare(quoted, binding, scope, wants_env)
    result = :erlang.apply(module, function, :jovial_code.pick(binding, inputs))
    {value, binding} = :jovial_code.bound(binding, outputs, result)
    {value, binding, env}
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
      true -> compile_text(text, path)
      false -> nil
    end
  end

  @doc """
  Compiles a file and gives the modules it defined.
  """
  @spec compile_file(binary, nil | binary) :: [{module, binary}]
  def compile_file(file, relative_to \\ nil) when is_binary(file) do
    {text, path} = find_file!(file, relative_to)
    compile_text(text, path)
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
    compile_text(text(string), file)
  end

  @doc """
  Compiles quoted code and gives the modules it defined.
  """
  @spec compile_quoted(Macro.t(), binary) :: [{module, binary}]
  def compile_quoted(quoted, file \\ "nofile") when is_binary(file) do
    run_units([quoted], env_for_eval(file: file))
  end

  defp compile_text(text, file) do
    quoted = string_to_quoted!(text, file: file, columns: true)
    run_units(units(quoted), env_for_eval(file: file))
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

    try do
      :lists.foldl(
        fn unit, env ->
          {_value, _binding, env} = eval_quoted_with_env(unit, [], env)
          env
        end,
        env,
        units
      )
    catch
      kind, reason ->
        :jovial_code.end_modules()
        :erlang.raise(kind, reason, __STACKTRACE__)
    end

    :jovial_code.end_modules()
  end

  defp find_file!(file, relative_to) do
    path = if relative_to, do: Path.expand(file, relative_to), else: Path.expand(file)

    case :jovial_file.read(path) do
      {:ok, text} -> {text, path}
      {:error, _} -> raise Code.LoadError, file: path, reason: :enoent
    end
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
  Makes sure that a module is compiled and loaded; waits for one that is being compiled.
  """
  @spec ensure_compiled(module) :: {:module, module} | {:error, atom}
  def ensure_compiled(module) when is_atom(module) do
    case :code.ensure_loaded(module) do
      {:module, module} -> {:module, module}
      {:error, reason} -> :jovial_code.ensure_compiled(module, reason)
    end
  end

  @doc """
  As `ensure_compiled/1`, but raises if there is no such module.
  """
  @spec ensure_compiled!(module) :: module
  def ensure_compiled!(module) do
    case ensure_compiled(module) do
      {:module, module} -> module
      {:error, reason} -> raise ArgumentError, "could not load module #{Kernel.inspect(module)} due to reason #{Kernel.inspect(reason)}"
    end
  end

  @doc """
  Whether a module is loaded.
  """
  @spec loaded?(module) :: boolean
  def loaded?(module) when is_atom(module), do: :code.is_loaded(module) != false

  @doc """
  Whether code is being compiled that other processes may wait for.
  """
  @spec can_await_module_compilation?() :: boolean
  def can_await_module_compilation?, do: false

  @compiler_options [:debug_info, :docs, :ignore_already_consolidated, :ignore_module_conflict, :infer_signatures, :relative_paths]

  @doc """
  The names of all options that `compiler_options/1` takes.

      iex> :docs in Code.available_compiler_options()
      true
  """
  @spec available_compiler_options() :: [atom]
  def available_compiler_options, do: @compiler_options

  @doc """
  All options of the compiler with their values.

      iex> is_map(Code.compiler_options())
      true
  """
  @spec compiler_options() :: map
  def compiler_options, do: Map.new(@compiler_options, fn key -> {key, get_compiler_option(key)} end)

  @doc """
  Sets several options of the compiler, and gives back what they were before.

      iex> before = Code.compiler_options(ignore_module_conflict: true)
      iex> Code.compiler_options(before)
      %{ignore_module_conflict: true}
  """
  @spec compiler_options(Enumerable.t()) :: map
  def compiler_options(options) do
    Map.new(options, fn {key, value} ->
      old = get_compiler_option(key)
      put_compiler_option(key, value)
      {key, old}
    end)
  end

  @doc """
  Sets an option of the compiler.
  """
  @spec put_compiler_option(atom, term) :: :ok
  def put_compiler_option(key, value) when is_atom(key), do: :jovial_code.put_option(key, value)

  @doc """
  Reads an option of the compiler.
  """
  @spec get_compiler_option(atom) :: term
  def get_compiler_option(key) when is_atom(key), do: :jovial_code.get_option(key)

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
