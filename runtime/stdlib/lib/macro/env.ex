defmodule Macro.Env do
  @moduledoc """
  Where a piece of code stands: its module, function, file and line, and what its names mean there.

  Macros get the env of their caller as `__CALLER__`; `__ENV__` gives the one at hand. The fields `:module`, `:function`, `:file`, `:line`,
  `:context`, `:aliases`, `:requires`, `:functions`, `:macros` and `:context_modules` are for everybody, the others belong to the compiler.
  """

  @type t :: %{__struct__: __MODULE__}

  defstruct aliases: [],
            context: nil,
            context_modules: [],
            file: "nofile",
            function: nil,
            functions: [],
            lexical_tracker: nil,
            line: 0,
            macro_aliases: [],
            macros: [],
            module: nil,
            requires: [],
            tracers: [],
            versioned_vars: %{}

  @doc """
  The variables of an env, as `{name, context}`.
  """
  @spec vars(t) :: [{atom, term}]
  def vars(%{__struct__: Macro.Env, versioned_vars: vars}), do: :maps.keys(vars)

  @doc """
  Whether an env has a variable, given as `{name, context}`.
  """
  @spec has_var?(t, {atom, term}) :: boolean
  def has_var?(%{__struct__: Macro.Env, versioned_vars: vars}, variable), do: :maps.is_key(variable, vars)

  @doc """
  Whether the env is inside a match.
  """
  @spec in_match?(t) :: boolean
  def in_match?(%{__struct__: Macro.Env, context: context}), do: context == :match

  @doc """
  Whether the env is inside a guard.
  """
  @spec in_guard?(t) :: boolean
  def in_guard?(%{__struct__: Macro.Env, context: context}), do: context == :guard

  @doc """
  Whether a module was required.
  """
  @spec required?(t, module) :: boolean
  def required?(%{__struct__: Macro.Env, requires: requires}, module) when is_atom(module), do: :lists.member(module, requires)

  @doc """
  The file and line of an env.
  """
  @spec location(t) :: keyword
  def location(%{__struct__: Macro.Env, file: file, line: line}), do: [file: file, line: line]

  @doc """
  The env without what belongs to one place in it: for keeping envs around.
  """
  @spec prune_compile_info(t) :: t
  def prune_compile_info(%{__struct__: Macro.Env} = env), do: %{env | lexical_tracker: nil, tracers: []}

  @doc """
  The env without its context, as code outside of matches and guards sees it.
  """
  @spec to_guard(t) :: t
  def to_guard(%{__struct__: Macro.Env} = env), do: %{env | context: :guard}

  @doc """
  The env inside a match.
  """
  @spec to_match(t) :: t
  def to_match(%{__struct__: Macro.Env} = env), do: %{env | context: :match}

  @doc """
  A stack trace of one entry that leads to the env.
  """
  @spec stacktrace(t) :: list
  def stacktrace(%{__struct__: Macro.Env, module: module, function: function, file: file, line: line}) do
    location = [file: :unicode.characters_to_list(file), line: line]

    case {module, function} do
      {nil, _} when line == 0 -> []
      {nil, _} -> [{:elixir_compiler, :__FILE__, 1, location}]
      {module, nil} -> [{module, :__MODULE__, 0, location}]
      {module, {name, arity}} -> [{module, name, arity, location}]
    end
  end

  @doc """
  Which imports give a function or macro of that name and arity: `{:function, module}` or `{:macro, module}`.
  """
  @spec lookup_import(t, {atom, arity}) :: [{:function | :macro, module}]
  def lookup_import(%{__struct__: Macro.Env, functions: functions, macros: macros}, {name, arity} = pair)
      when is_atom(name) and is_integer(arity) do
    found = fn kind, imports ->
      for {module, pairs} <- imports, :lists.member(pair, pairs), do: {kind, module}
    end

    found.(:function, functions) ++ found.(:macro, macros)
  end

  @doc """
  The aliases that lead to a module.
  """
  @spec lookup_alias_as(t, atom) :: [atom]
  def lookup_alias_as(%{__struct__: Macro.Env, aliases: aliases}, module) when is_atom(module) do
    for {name, ^module} <- aliases, do: name
  end

  @doc """
  The env with one more tracer, in front of the others.

  ## Examples

      iex> Macro.Env.prepend_tracer(__ENV__, MyTracer).tracers |> hd()
      MyTracer
  """
  @spec prepend_tracer(t, module) :: t
  def prepend_tracer(%{__struct__: Macro.Env, tracers: tracers} = env, tracer) when is_atom(tracer) do
    %{env | tracers: [tracer | tracers]}
  end

  @doc """
  The env behind `alias module`, with the options of `alias/2`; `{:error, message}` where that would not compile.

  ## Examples

      iex> {:ok, env} = Macro.Env.define_alias(__ENV__, [line: 1], Garden.Shed, as: Hut)
      iex> Macro.Env.expand_alias(env, [], [:Hut])
      {:alias, Garden.Shed}
  """
  @spec define_alias(t, keyword, module, keyword) :: {:ok, t} | {:error, binary}
  def define_alias(%{__struct__: Macro.Env} = env, meta, module, options \\ []) when is_list(meta) and is_atom(module) do
    directive(:alias, env, meta, module, options)
  end

  @doc """
  The env behind `require module`, with the options of `require/2`; `{:error, message}` where that would not compile.

  ## Examples

      iex> {:ok, env} = Macro.Env.define_require(__ENV__, [line: 1], Integer)
      iex> Macro.Env.required?(env, Integer)
      true
  """
  @spec define_require(t, keyword, module, keyword) :: {:ok, t} | {:error, binary}
  def define_require(%{__struct__: Macro.Env} = env, meta, module, options \\ []) when is_list(meta) and is_atom(module) do
    {traced, options} = Keyword.split(options, [:trace])
    trace(env, traced, {:require, meta, module, options})
    env = %{env | requires: :lists.usort([module | env.requires])}

    # The module need not be there.
    case Keyword.fetch(options, :as) do
      {:ok, _name} -> define_alias(env, meta, module, traced ++ options)
      :error -> {:ok, env}
    end
  end

  @doc """
  The env behind `import module`, with the options of `import/2`; `{:error, message}` where that would not compile.

  ## Examples

      iex> {:ok, env} = Macro.Env.define_import(__ENV__, [line: 1], Integer, only: [digits: 1])
      iex> Macro.Env.lookup_import(env, {:digits, 1})
      [function: Integer]
  """
  @spec define_import(t, keyword, module, keyword) :: {:ok, t} | {:error, binary}
  def define_import(%{__struct__: Macro.Env} = env, meta, module, options \\ []) when is_list(meta) and is_atom(module) do
    case Keyword.pop(options, :info_callback) do
      {nil, _} -> directive(:import, env, meta, module, options)
      {callback, options} -> import_told(env, meta, module, callback, options)
    end
  end

  # What there is to import is what the callback says, so the module need not be there.
  defp import_told(env, meta, module, callback, options) do
    {only, except} = {Keyword.get(options, :only), Keyword.get(options, :except, [])}

    taken = fn kind ->
      cond do
        is_list(only) -> :lists.filter(&:lists.member(&1, only), callback.(kind))
        only in [nil, kind] -> callback.(kind) -- except
        true -> []
      end
    end

    stored = fn
      imports, [] -> :lists.keydelete(module, 1, imports)
      imports, pairs -> [{module, :lists.sort(pairs)} | :lists.keydelete(module, 1, imports)]
    end

    trace(env, options, {:import, meta, module, Keyword.drop(options, [:trace, :emit_warnings])})
    functions = stored.(env.functions, taken.(:functions))
    macros = stored.(env.macros, taken.(:macros))
    {:ok, %{env | functions: functions, macros: macros, requires: :lists.usort([module | env.requires])}}
  end

  # The compiler does what the directive says; its message is the reason if it does not.
  defp directive(name, env, meta, module, options) do
    {info, options} = :lists.partition(fn {key, _} -> key in [:trace, :info_callback, :emit_warnings] end, options)
    kept = Map.take(env, [:versioned_vars, :tracers, :lexical_tracker])
    heard = if Keyword.get(info, :trace, true), do: env.tracers, else: []
    # Nobody asks whether what is made by hand is used.
    env = %{env | versioned_vars: %{}, tracers: heard, lexical_tracker: nil}

    {outcome, said} =
      Jovial.Diagnostics.collect(false, fn ->
        try do
          {_, _, _, _, after_it} = :jovial_code.prepare({name, meta, [module, options]}, [], env, true, false)
          {:ok, Map.merge(after_it, kept)}
        rescue
          error -> {:error, Exception.message(error)}
        end
      end)

    if Keyword.get(info, :emit_warnings, true) do
      for %{severity: :warning, message: message} <- said, do: IO.warn(message, file: env.file, line: Keyword.get(meta, :line, env.line))
    end

    case {outcome, for(%{severity: :error, message: message} <- said, do: message)} do
      {{:error, _}, [message | _]} -> {:error, message}
      {outcome, _} -> outcome
    end
  end

  @doc """
  What an alias, given by its segments, stands for: `{:alias, module}`, or `:error` if no alias changes it.

  ## Examples

      iex> alias Garden.Shed
      iex> Macro.Env.expand_alias(__ENV__, [], [:Shed, :Door])
      {:alias, Garden.Shed.Door}
      iex> Macro.Env.expand_alias(__ENV__, [], [:House])
      :error
  """
  @spec expand_alias(t, keyword, [atom], keyword) :: {:alias, atom} | :error
  def expand_alias(%{__struct__: Macro.Env} = env, meta, [first | rest], options \\ []) when is_list(meta) do
    name = Module.concat([first])

    found =
      case Keyword.fetch(meta, :alias) do
        {:ok, module} when is_atom(module) and module != false -> {name, module}
        _ -> aliased(env, meta, name)
      end

    case found do
      {_, module} ->
        trace(env, options, {:alias_expansion, meta, name, module})
        {:alias, Module.concat([module | rest])}

      false ->
        :error
    end
  end

  defp trace(env, options, event) do
    if Keyword.get(options, :trace, true), do: for(tracer <- env.tracers, do: tracer.trace(event, env))
    :ok
  end

  defp aliased(env, meta, name) do
    counter = Keyword.get(meta, :counter)

    case :lists.keyfind(name, 1, env.macro_aliases) do
      {_, {^counter, module}} -> {name, module}
      _ -> :lists.keyfind(name, 1, env.aliases)
    end
  end

  @doc """
  What a call without a module means: `{:macro, module, fun}` or `{:function, module, name}` of an import, where `fun` expands the macro given
  meta and arguments; `{:error, reason}` if no import has it, or several do.

  ## Examples

      iex> Macro.Env.expand_import(__ENV__, [], :length, 1)
      {:function, Kernel, :length}
      iex> {:macro, Kernel, _fun} = Macro.Env.expand_import(__ENV__, [], :unless, 2)
      iex> Macro.Env.expand_import(__ENV__, [], :unheard_of, 9)
      {:error, :not_found}
  """
  @spec expand_import(t, keyword, atom, arity, keyword) ::
          {:macro, module, (keyword, [Macro.t()] -> Macro.t())}
          | {:function, module, atom}
          | {:error, :not_found | {:conflict, module} | {:ambiguous, [module]}}
  def expand_import(%{__struct__: Macro.Env} = env, meta, name, arity, options \\ [])
      when is_list(meta) and is_atom(name) and is_integer(arity) do
    local? = Keyword.get(options, :allow_locals, true) != false and env.module != nil and local?(env.module, name, arity)

    case lookup_import(env, {name, arity}) do
      _ when local? -> {:error, :not_found}
      [] -> {:error, :not_found}
      [{:function, module}] -> {:function, module, name}
      [{:macro, module}] -> {:macro, module, expander(env, module, name, :imported_macro, options)}
      several -> {:error, {:ambiguous, for({_, module} <- several, do: module)}}
    end
  end

  defp local?(module, name, arity), do: Module.open?(module) and Module.defines?(module, {name, arity})

  @doc """
  What a call `module.name(...)` means if it is one of a macro of a required module: `{:macro, module, fun}`, else `:error`.

  ## Examples

      iex> require Integer
      iex> {:macro, Integer, fun} = Macro.Env.expand_require(__ENV__, [], Integer, :is_even, 1)
      iex> is_function(fun, 2)
      true
      iex> Macro.Env.expand_require(__ENV__, [], Integer, :digits, 1)
      :error
  """
  @spec expand_require(t, keyword, module, atom, arity, keyword) :: {:macro, module, (keyword, [Macro.t()] -> Macro.t())} | :error
  def expand_require(%{__struct__: Macro.Env} = env, meta, module, name, arity, options \\ [])
      when is_list(meta) and is_atom(module) and is_atom(name) and is_integer(arity) do
    required? = module in [Kernel, env.module] or required?(env, module) or Keyword.get(meta, :required, false)

    if required? and match?({:module, _}, :code.ensure_loaded(module)) and macro_exported?(module, name, arity) do
      {:macro, module, expander(env, module, name, :remote_macro, options)}
    else
      :error
    end
  end

  # A use of the macro is told to tracers when it is expanded, as `event`.
  defp expander(env, module, name, event, options) do
    fn meta, arguments ->
      arity = length(arguments)
      trace(env, options, {event, meta, module, name, arity})

      with true <- Keyword.get(options, :check_deprecations, true),
           {_, reason} <- :lists.keyfind({name, arity}, 1, module.__info__(:deprecated)) do
        message = Exception.format_mfa(module, name, arity) <> " is deprecated. " <> reason
        IO.warn(message, file: env.file, line: Keyword.get(meta, :line, env.line))
      end

      line = Keyword.get(meta, :line, 0)
      env = %{env | requires: :lists.usort([module | env.requires]), line: if(line == 0, do: env.line, else: line)}
      {expanded, _} = :jovial_macro.expand_once({{:., meta, [module, name]}, meta, arguments}, env)
      if line == 0, do: expanded, else: placed(expanded, line)
    end
  end

  # Code that a macro gave gets the line of the call where it has none.
  defp placed({form, meta, arguments}, line) when is_list(meta) do
    meta =
      case meta do
        [{:generated, true} | rest] -> [{:generated, true} | Keyword.put_new(rest, :line, line)]
        _ -> Keyword.put_new(meta, :line, line)
      end

    {placed(form, line), meta, placed(arguments, line)}
  end

  defp placed({left, right}, line), do: {placed(left, line), placed(right, line)}
  defp placed([head | tail], line), do: [placed(head, line) | placed(tail, line)]
  defp placed(other, _line), do: other
end
