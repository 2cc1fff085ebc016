defmodule Module do
  @moduledoc """
  Works with modules, above all while they are being defined.

  A module's body is code that runs. While it does, the module is *open*: attributes can be read and written, and
  definitions looked at, by the functions here. They take the module's name and raise once the module is finished.
  """

  @doc """
  Joins a list of aliases into one.

  ## Examples

      iex> Module.concat(["Graph", "Node"])
      Graph.Node
      iex> Module.concat([Graph, :Edge])
      Graph.Edge
  """
  @spec concat([binary | atom]) :: atom
  def concat(list) when is_list(list), do: :erlang.binary_to_atom(joined(list))

  @doc """
  Joins two aliases into one.

  ## Examples

      iex> Module.concat(Graph, Node)
      Graph.Node
  """
  @spec concat(binary | atom, binary | atom) :: atom
  def concat(left, right) when (is_binary(left) or is_atom(left)) and (is_binary(right) or is_atom(right)), do: concat([left, right])

  @doc """
  As `concat/1`, but raises `ArgumentError` if there is no such atom yet.
  """
  @spec safe_concat([binary | atom]) :: atom
  def safe_concat(list) when is_list(list), do: :erlang.binary_to_existing_atom(joined(list))

  @doc """
  As `concat/2`, but raises `ArgumentError` if there is no such atom yet.
  """
  @spec safe_concat(binary | atom, binary | atom) :: atom
  def safe_concat(left, right), do: safe_concat([left, right])

  # Only at the front does `Elixir` stand for the root of all names. Behind it is a name like others.
  defp joined([root | parts]) when root in [Elixir, "Elixir"], do: joined([nil | parts])

  defp joined(parts) do
    case part_texts(parts) do
      [] -> "Elixir"
      texts -> :erlang.iolist_to_binary(["Elixir" | for(text <- texts, do: [".", text])])
    end
  end

  defp part_texts([]), do: []
  defp part_texts([nil | rest]), do: part_texts(rest)
  defp part_texts([atom | rest]) when is_atom(atom), do: part_texts([:erlang.atom_to_binary(atom) | rest])
  defp part_texts(["Elixir." <> text | rest]), do: [text | part_texts(rest)]
  defp part_texts([text | rest]) when is_binary(text), do: [text | part_texts(rest)]

  @doc """
  Splits an alias into its parts.

  ## Examples

      iex> Module.split(Graph.Node.Leaf)
      ["Graph", "Node", "Leaf"]
  """
  @spec split(module | binary) :: [binary, ...]
  def split(module) when is_atom(module), do: split_text(:erlang.atom_to_binary(module), module)
  def split(text) when is_binary(text), do: split_text(text, text)

  defp split_text("Elixir." <> text, _original), do: :binary.split(text, ".", [:global])

  defp split_text(_text, original) do
    raise ArgumentError, "expected an Elixir module, got: #{Kernel.inspect(original)}"
  end

  @doc """
  Whether a module is being defined right now.
  """
  @spec open?(module) :: boolean
  def open?(module) when is_atom(module), do: :jovial_module.open(module)

  @doc """
  Reads an attribute; `default` if it was not set. An accumulating attribute gives the list of its values, newest first.
  """
  @spec get_attribute(module, atom, term) :: term
  def get_attribute(module, key, default \\ nil) when is_atom(module) and is_atom(key) do
    assert_open!(:get_attribute, 2, module)

    case :jovial_module.get(module, key) do
      {:ok, value} -> value
      _unset_or_error -> default
    end
  end

  @doc """
  The newest value of an accumulating attribute, or the value of any other.
  """
  @spec get_last_attribute(module, atom, term) :: term
  def get_last_attribute(module, key, default \\ nil) when is_atom(module) and is_atom(key) do
    case :jovial_module.accumulates(module, key) do
      true ->
        case get_attribute(module, key, []) do
          [last | _] -> last
          [] -> default
        end

      false ->
        get_attribute(module, key, default)
    end
  end

  @doc """
  Sets an attribute; an accumulating one gets a further value.
  """
  @spec put_attribute(module, atom, term) :: :ok
  def put_attribute(module, key, value) when is_atom(module) and is_atom(key) do
    if key in [:type, :typep, :opaque, :spec, :callback, :macrocallback] do
      raise ArgumentError, "attributes type, typep, opaque, spec, callback, and macrocallback must be set directly via the @ notation"
    end

    assert_writable!(:put_attribute, 3, module)
    __put_attribute__(module, key, value, nil, [])
  end

  @doc """
  Whether an attribute was set or registered.
  """
  @spec has_attribute?(module, atom) :: boolean
  def has_attribute?(module, key) when is_atom(module) and is_atom(key) do
    assert_open!(:has_attribute?, 2, module)
    :jovial_module.registered(module, key)
  end

  @doc """
  The names of all attributes that are set or registered.
  """
  @spec attributes_in(module) :: [atom]
  def attributes_in(module) when is_atom(module) do
    assert_open!(:attributes_in, 1, module)
    :lists.subtract(:jovial_module.keys(module), [Kernel.Typespec.kept()])
  end

  @doc """
  Makes the specs of a function specs of a callback too, so that `@spec` need not be written again as `@callback`.

  It says whether the function has a spec.

  ## Examples

      iex> defmodule Module.Echo do
      ...>   @spec echo(term) :: term
      ...>   def echo(term), do: term
      ...>   Module.spec_to_callback(__MODULE__, {:echo, 1})
      ...> end
      iex> Module.Echo.behaviour_info(:callbacks)
      [echo: 1]
  """
  @doc since: "1.7.0"
  @spec spec_to_callback(module, {atom, arity}) :: boolean
  def spec_to_callback(module, {name, arity} = signature) when is_atom(module) and is_atom(name) and is_integer(arity) do
    assert_open!(:spec_to_callback, 2, module)
    Kernel.Typespec.spec_to_callback(module, signature)
  end

  @doc """
  Removes an attribute and gives its value.
  """
  @spec delete_attribute(module, atom) :: term
  def delete_attribute(module, key) when is_atom(module) and is_atom(key) do
    assert_writable!(:delete_attribute, 2, module)
    :jovial_module.delete(module, key)
  end

  @doc """
  Says that an attribute accumulates its values (`accumulate: true`) or stays in the compiled module (`persist: true`).
  """
  @spec register_attribute(module, atom, keyword) :: :ok
  def register_attribute(module, key, options) when is_atom(module) and is_atom(key) and is_list(options) do
    assert_writable!(:register_attribute, 3, module)
    accumulate? = :lists.keyfind(:accumulate, 1, options) == {:accumulate, true}
    persist? = :lists.keyfind(:persist, 1, options) == {:persist, true}
    :jovial_module.register(module, key, accumulate?, persist?)
  end

  @doc """
  Attributes that mean something to the compiler, each with a map that has its `:doc`.
  """
  @spec reserved_attributes() :: map
  def reserved_attributes do
    for {name, text} <- [
          after_compile: "A hook that will be invoked right after the current module is compiled.",
          after_verify: "A hook that will be invoked right after the current module is verified.",
          before_compile: "A hook that will be invoked before the module is compiled.",
          behaviour: "Specifies that the current module implements a given behaviour.",
          callback: "Provides a specification for a behaviour callback.",
          compile: "Provides options for module compilation.",
          deprecated: "Provides the deprecation reason for a function.",
          derive: "Derives an implementation for the given protocol for the current struct.",
          dialyzer: "Defines warnings to request or suppress when using dialyzer.",
          doc: "Provides documentation for a function/macro/callback.",
          enforce_keys: "Ensures the given keys are always set when building the struct.",
          external_resource: "Specifies an external resource for the current module.",
          file: "Changes the filename used in stacktraces.",
          impl: "Declares an implementation of a callback function or macro.",
          macrocallback: "Provides a specification for a macro behaviour callback.",
          moduledoc: "Provides documentation for the current module.",
          nifs: "A list of functions implemented as NIFs.",
          on_definition: "A hook that will be invoked when each function or macro is defined.",
          on_load: "A hook that will be invoked whenever the module is loaded.",
          opaque: "Defines an opaque type.",
          optional_callbacks: "Specifies which behaviour callbacks are optional.",
          spec: "Provides a specification for a function.",
          type: "Defines a type.",
          typedoc: "Provides documentation for a type.",
          typep: "Defines a private type.",
          vsn: "Specify the module version."
        ],
        into: %{},
        do: {name, %{doc: text}}
  end

  @doc """
  Functions and macros that the module defines so far, as `{name, arity}`.
  """
  @spec definitions_in(module) :: [{atom, arity}]
  def definitions_in(module) when is_atom(module) do
    assert_open!(:definitions_in, 1, module)
    for {definition, _kind} <- :jovial_module.definitions(module), do: definition
  end

  @doc """
  Those of one kind: `:def`, `:defp`, `:defmacro` or `:defmacrop`.
  """
  @spec definitions_in(module, atom) :: [{atom, arity}]
  def definitions_in(module, kind) when is_atom(module) and kind in [:def, :defp, :defmacro, :defmacrop] do
    assert_open!(:definitions_in, 2, module)
    for {definition, ^kind} <- :jovial_module.definitions(module), do: definition
  end

  @doc """
  Whether the module defines a function or macro so far.
  """
  @spec defines?(module, {atom, arity}) :: boolean
  def defines?(module, {name, arity}) when is_atom(module) and is_atom(name) and is_integer(arity) do
    assert_open!(:defines?, 2, module)
    :jovial_module.defines(module, name, arity) != nil
  end

  @doc """
  Whether it defines it as that kind.
  """
  @spec defines?(module, {atom, arity}, atom) :: boolean
  def defines?(module, {name, arity}, kind)
      when is_atom(module) and is_atom(name) and is_integer(arity) and kind in [:def, :defp, :defmacro, :defmacrop] do
    assert_open!(:defines?, 3, module)
    :jovial_module.defines(module, name, arity) == kind
  end

  @doc """
  Whether the module defines a type so far.
  """
  @spec defines_type?(module, {atom, arity}) :: boolean
  def defines_type?(module, {name, arity}) when is_atom(module) and is_atom(name) and is_integer(arity) do
    Kernel.Typespec.defines_type?(module, {name, arity})
  end

  @doc """
  Removes a definition; whether there was one.
  """
  @spec delete_definition(module, {atom, arity}) :: boolean
  def delete_definition(module, {name, arity}) when is_atom(module) and is_atom(name) and is_integer(arity) do
    assert_open!(:delete_definition, 2, module)
    :jovial_module.delete_definition(module, name, arity)
  end

  @doc """
  Lets definitions be defined anew, with the old one as `super`. Takes `{name, arity}` pairs, or a behaviour.
  """
  @spec make_overridable(module, [{atom, arity}] | module) :: :ok
  def make_overridable(module, tuples) when is_atom(module) and is_list(tuples) do
    assert_open!(:make_overridable, 2, module)

    for tuple <- tuples do
      case tuple do
        {name, arity} when is_atom(name) and is_integer(arity) and arity in 0..255 ->
          case :jovial_module.make_overridable(module, name, arity) do
            true ->
              :ok

            false ->
              raise ArgumentError,
                    "cannot make function #{name}/#{arity} overridable because it was not defined"
          end

        other ->
          raise ArgumentError,
                "each element in tuple list has to be a " <>
                  "{function_name :: atom, arity :: 0..255} tuple, got: #{Kernel.inspect(other)}"
      end
    end

    :ok
  end

  def make_overridable(module, behaviour) when is_atom(module) and is_atom(behaviour) do
    problem =
      cond do
        not Code.ensure_loaded?(behaviour) ->
          "it was not defined"

        not :erlang.function_exported(behaviour, :behaviour_info, 1) ->
          "it does not define any callbacks"

        behaviour not in List.wrap(get_attribute(module, :behaviour)) ->
          "its corresponding behaviour is missing. Did you forget to add @behaviour #{Kernel.inspect(behaviour)}?"

        true ->
          nil
      end

    if problem do
      raise ArgumentError, "cannot pass module #{Kernel.inspect(behaviour)} as argument to defoverridable/1 because #{problem}"
    end

    callbacks = for callback <- behaviour.behaviour_info(:callbacks), do: declared(callback)
    make_overridable(module, for(callback <- callbacks, defines?(module, callback), do: callback))
  end

  # The definition for a callback: that for a macro goes by the macro's own name.
  defp declared({name, arity}) do
    case :erlang.atom_to_binary(name) do
      "MACRO-" <> name -> {:erlang.binary_to_atom(name), arity - 1}
      _ -> {name, arity}
    end
  end

  @doc """
  Whether a definition was made overridable.
  """
  @spec overridable?(module, {atom, arity}) :: boolean
  def overridable?(module, {name, arity}) when is_atom(module) and is_atom(name) and is_integer(arity) do
    :jovial_module.is_overridable(module, name, arity)
  end

  @doc """
  Evaluates code in the context of a module that is being defined, or of an env.

  `Code.eval_quoted/3` with an env does the same and says more clearly where the code stands.
  """
  @spec eval_quoted(module | Macro.Env.t(), Macro.t(), keyword, keyword | Macro.Env.t()) :: {term, keyword}
  @deprecated "Use Code.eval_quoted/3 instead"
  def eval_quoted(module_or_env, quoted, binding \\ [], options \\ [])

  def eval_quoted(%{__struct__: Macro.Env} = env, quoted, binding, options) when is_list(binding) and is_list(options) do
    Code.eval_quoted(quoted, binding, Enum.reduce(options, env, fn {key, value}, env -> %{env | key => value} end))
  end

  def eval_quoted(module, quoted, binding, %{__struct__: Macro.Env} = env) when is_atom(module) and is_list(binding) do
    Code.eval_quoted(quoted, binding, %{env | module: module})
  end

  def eval_quoted(module, quoted, binding, options) when is_atom(module) and is_list(binding) and is_list(options) do
    Code.eval_quoted(quoted, binding, Code.env_for_eval([module: module] ++ options))
  end

  @doc """
  What was made overridable in a module that is being defined, as `{name, arity}`.
  """
  @spec overridables_in(module) :: [{atom, arity}]
  def overridables_in(module) when is_atom(module) do
    assert_open!(:overridables_in, 1, module)
    :lists.usort(:jovial_module.overridables(module))
  end

  @doc """
  A definition of a module that is being defined: `{:v1, kind, meta, clauses}`, where a clause is
  `{meta, arguments, guards, body}` in expanded code. `nil` without one.

  With `skip_clauses: true` the list of clauses is empty.
  """
  @spec get_definition(module, {atom, arity}, keyword) ::
          {:v1, atom, keyword, [{keyword, [Macro.t()], [Macro.t()], Macro.t()}]} | nil
  def get_definition(module, {name, arity}, options \\ [])
      when is_atom(module) and is_atom(name) and is_integer(arity) and is_list(options) do
    assert_open!(:get_definition, 2, module)

    case :jovial_module.definition(module, name, arity) do
      nil ->
        nil

      {kind, meta, clauses} ->
        {:v1, kind, meta, if(options[:skip_clauses], do: [], else: clauses)}
    end
  end

  @doc """
  Defines a module from quoted code; `env` or options say where it stands.
  """
  @spec create(module, Macro.t(), Macro.Env.t() | keyword) :: {:module, module, binary, term}
  def create(module, quoted, env_or_options)

  def create(module, quoted, %{__struct__: Macro.Env} = env) when is_atom(module) do
    code = {:defmodule, [line: env.line], [module, [do: hygienic(quoted, module)]]}
    {result, _binding} = Code.eval_quoted(code, [], %{env | versioned_vars: %{}})
    result
  end

  def create(module, quoted, options) when is_atom(module) and is_list(options) do
    create(module, quoted, Code.env_for_eval(options))
  end

  # Aliases that quoted code makes are its own, as they are where a macro gave it: a counter tells them from those of other places.
  defp hygienic(quoted, module) do
    counter = {module, :erlang.unique_integer([:positive])}

    Macro.prewalk(quoted, fn
      {name, meta, [_ | _] = args} when name in [:alias, :import, :require, :__aliases__] and is_list(meta) ->
        {name, Keyword.put_new(meta, :counter, counter), args}

      {name, meta, ^module} when is_atom(name) and is_list(meta) ->
        {name, Keyword.put_new(meta, :counter, counter), module}

      other ->
        other
    end)
  end

  @doc false
  def __put_attribute__(module, key, value, line, _traces) do
    assert_writable!(:put_attribute, 3, module)
    if key in [:doc, :moduledoc, :typedoc], do: warn_document(module, key, value)

    if key == :on_load and :jovial_module.has(module, key) do
      raise ArgumentError, "the @on_load attribute can only be set once per module"
    end

    :jovial_module.put(module, key, checked(key, value), line)
  end

  defp warn_document(module, key, {line, entries}) when is_integer(line) and is_list(entries) do
    {file, _line} = :jovial_module.position(module)

    for {name, _} <- entries, :lists.member(name, reserved_metadata(key)) do
      IO.warn("ignoring reserved documentation metadata key: #{Kernel.inspect(name)}", file: file, line: line, module: module)
    end

    :ok
  end

  # A document that nothing has taken yet is lost when another one comes. Metadata adds to it.
  defp warn_document(module, key, {line, doc}) when is_integer(line) and not is_list(doc) do
    case :jovial_module.get(module, key) do
      {:ok, {before, lost}} when is_integer(before) and not is_list(lost) and lost != nil ->
        {file, _line} = :jovial_module.position(module)

        IO.warn("redefining @#{key} attribute previously set at line #{before}",
          file: file,
          line: line,
          module: module
        )

      _ ->
        :ok
    end
  end

  defp warn_document(_module, _key, _value), do: :ok

  # What the compiler itself says about what is documented.
  defp reserved_metadata(:typedoc), do: [:opaque]
  defp reserved_metadata(_key), do: [:opaque, :defaults]

  # The value that an attribute gets, if it may have it.
  defp checked(key, value) when key in [:before_compile, :after_compile, :after_verify, :on_definition] do
    case value do
      atom when is_atom(atom) -> atom
      {module, function} = pair when is_atom(module) and is_atom(function) -> pair
      other -> refuse(key, "for compilation callbacks. It should be a module or {module, function} tuple", other)
    end
  end

  defp checked(:behaviour, value) when not is_atom(value) do
    raise ArgumentError, "@behaviour expects a module, got: #{Kernel.inspect(value)}"
  end

  defp checked(:file, {file, line} = value) when is_binary(file) and is_integer(line), do: value

  defp checked(:file, value) when not is_binary(value) do
    refuse(
      :file,
      "that annotates the file and line the next definition comes from. It should be a string or {string, line} tuple as value",
      value
    )
  end

  defp checked(:impl, value) when not is_atom(value) or value == nil do
    refuse(:impl, "that marks the next definition as a callback implementation. It should be a module or a boolean", value)
  end

  defp checked(:deprecated, value) when not is_binary(value) do
    refuse(:deprecated, "that annotates a definition as deprecated. It should be a string with the reason for the deprecation", value)
  end

  defp checked(:external_resource, value) when not is_binary(value) do
    refuse(:external_resource, "used for specifying file dependencies. It should be a string path to a file", value)
  end

  defp checked(:nifs, value) do
    if named_functions?(value) do
      value
    else
      refuse(:nifs, "for specifying a list of functions and their arities that are NIFs", value)
    end
  end

  defp checked(:on_load, value) do
    case value do
      atom when is_atom(atom) -> {atom, 0}
      {atom, 0} when is_atom(atom) -> value
      other -> refuse(:on_load, "that annotates a function to be invoked when the module is loaded. It should be an atom or an {atom, 0} tuple", other)
    end
  end

  defp checked(:dialyzer, value) do
    for option <- wrap(value), not dialyzer_option?(option) do
      raise ArgumentError, "invalid value for @dialyzer attribute: #{Kernel.inspect(option)}"
    end

    value
  end

  defp checked(key, _value) when key in [:type, :typep, :opaque, :spec, :callback, :macrocallback] do
    raise ArgumentError,
          "attributes type, typep, opaque, spec, callback, and macrocallback must be set directly via the @ notation"
  end

  defp checked(key, value) when key in [:doc, :moduledoc, :typedoc] do
    case value do
      {line, doc} when is_integer(line) and (is_binary(doc) or is_boolean(doc) or is_nil(doc) or is_list(doc)) ->
        value

      {line, doc} when is_integer(line) ->
        refuse(key, "for documentation. It should be either false, nil, a string, or a keyword list", doc)

      other ->
        refuse(
          key,
          "for documentation. When set dynamically, it should be {line, doc} (where \"doc\" is either false, nil, a string, or a keyword list)",
          other
        )
    end
  end

  defp checked(_key, value), do: value

  defp refuse(key, purpose, value) do
    raise ArgumentError, "@#{key} is a built-in module attribute #{purpose}, got: #{Kernel.inspect(value)}"
  end

  defp wrap(value) when is_list(value), do: value
  defp wrap(value), do: [value]

  defp named_functions?(value) do
    is_list(value) and
      :lists.all(
        fn
          {name, arity} -> is_atom(name) and arity in 0..255
          _ -> false
        end,
        value
      )
  end

  @warnings [:error_handling, :extra_return, :missing_return, :no_behaviours, :no_contracts, :no_extra_return, :no_fail_call] ++
              [:no_fun_app, :no_improper_lists, :no_match, :no_missing_calls, :no_missing_return, :no_opaque, :no_return] ++
              [:no_undefined_callbacks, :no_underspecs, :no_unknown, :no_unused, :overspecs, :race_conditions, :specdiffs] ++
              [:underspecs, :unknown, :unmatched_returns]

  defp dialyzer_option?({option, functions}) when option == :nowarn_function or option in @warnings do
    named_functions?(wrap(functions))
  end

  defp dialyzer_option?(option), do: option in @warnings

  @doc false
  def __get_attribute__(module, key, line, warn?) do
    assert_open!(:__get_attribute__, 2, module)

    case :jovial_module.get(module, key) do
      # Documents are stored with their line.
      {:ok, {line, doc}} when key in [:doc, :moduledoc, :typedoc] and is_integer(line) ->
        doc

      {:ok, value} ->
        value

      # It was registered.
      :unset ->
        nil

      :error ->
        if warn? and is_integer(line) do
          {file, _line} = :jovial_module.position(module)

          IO.warn(
            "undefined module attribute @#{key}, please remove access to @#{key} or explicitly set it before access",
            file: file,
            line: line,
            module: module
          )
        end

        nil
    end
  end

  defp instead(:get_attribute), do: ". Use the Module.__info__/1 callback or Code.fetch_docs/1 instead"
  defp instead(:definitions_in), do: ". Use the Module.__info__/1 callback to get public functions and macros instead"

  defp instead(:defines?) do
    ". Use Kernel.function_exported?/3 and Kernel.macro_exported?/3 to check for public functions and macros instead"
  end

  defp instead(_function), do: ""

  defp assert_writable!(function, arity, module) do
    assert_open!(function, arity, module)

    if :jovial_module.read_only(module) do
      raise ArgumentError,
            "could not call Module.#{function}/#{arity} because the module #{Kernel.inspect(module)} is in read-only mode (@after_compile)"
    end
  end

  defp assert_open!(function, arity, module) do
    case :jovial_module.open(module) do
      true ->
        :ok

      false ->
        raise ArgumentError,
              "could not call Module.#{function}/#{arity} because the module #{Kernel.inspect(module)} is already compiled" <>
                instead(function)
    end
  end
end
