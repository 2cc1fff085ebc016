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
end
