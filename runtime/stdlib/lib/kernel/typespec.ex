defmodule Kernel.Typespec do
  @moduledoc false

  # Typespecs are kept with their module. `@type` and its kin run to a call of `deftypespec/6`, which stores the quoted specification under the
  # attribute's own name, as `{kind, code, {module, line}}`, and once more with its env under `@kept`. At the end of the module `check/1`
  # turns all of them into the abstract format of Erlang, which is when what they name has to be there.

  alias Kernel.Typespec.{Forms, Remarks}

  @types [:type, :opaque, :typep]
  @callbacks [:callback, :macrocallback]

  @kept :"Elixir.Kernel.Typespec"

  @nullary [
    :any, :arity, :atom, :binary, :bitstring, :boolean, :byte, :char, :char_list, :charlist, :dynamic, :float, :fun, :function,
    :identifier, :integer, :iodata, :iolist, :keyword, :list, :map, :maybe_improper_list, :mfa, :module, :neg_integer,
    :no_return, :node, :non_neg_integer, :none, :nonempty_binary, :nonempty_bitstring, :nonempty_charlist, :nonempty_list,
    :nonempty_maybe_improper_list, :nonempty_string, :number, :pid, :port, :pos_integer, :reference, :string, :struct,
    :term, :timeout, :tuple, :nonempty_improper_list, :nil
  ]
  @unary [:list, :nonempty_list, :keyword, :as_boolean]
  @binary [:maybe_improper_list, :nonempty_improper_list, :nonempty_maybe_improper_list]

  # The first modules of the library are compiled before there is anything to call here.
  def deftypespec(kind, expr, line, _file, module, env) do
    if has_default?(expr), do: raise(ArgumentError, "default arguments \\\\ not supported in typespecs")
    private_doc = if kind == :typep, do: documented_at(module)

    read_attributes(expr, module)
    :jovial_module.put(module, kind, {kind, expr, {module, line}}, nil)
    :jovial_module.register(module, @kept, true, false)
    :jovial_module.put(module, @kept, {kind, expr, line, env, private_doc}, nil)
    :ok
  end

  # The line of the documentation that a type follows, which private ones lose.
  defp documented_at(module) do
    case :jovial_module.has(module, :typedoc) and :jovial_module.get(module, :typedoc) do
      {:ok, {line, _text}} when is_integer(line) -> line
      _ -> nil
    end
  end

  # An attribute in a specification is in use, though its value is only taken at the end.
  defp read_attributes({:@, _, [{name, _, context}]}, module) when is_atom(name) and is_atom(context), do: :jovial_module.get(module, name)
  defp read_attributes({form, _, args}, module), do: read_attributes([form | [args]], module)
  defp read_attributes({left, right}, module), do: read_attributes([left, right], module)

  defp read_attributes([first | rest], module) do
    read_attributes(first, module)
    read_attributes(rest, module)
  end

  defp read_attributes(_other, _module), do: :ok

  defp has_default?({:when, _, [spec | _]}), do: has_default?(spec)
  defp has_default?({:"::", _, [{_, _, args}, _]}) when is_list(args), do: any_default?(args)
  defp has_default?(_spec), do: false

  defp any_default?([arg | args]), do: default?(arg) or any_default?(args)
  defp any_default?([]), do: false

  defp default?({:\\, _, [_, _]}), do: true
  defp default?({:"::", _, [left, right]}), do: default?(left) or default?(right)
  defp default?(_argument), do: false

  # The attribute under which specifications lie a second time.
  def kept, do: @kept

  def defines_type?(module, {name, arity}) do
    :lists.any(&match?({^name, ^arity}, &1), for(kind <- @types, {_, expr, _} <- entries(module, kind), declared = declared(expr), do: declared))
  end

  # Makes the specs of a function callbacks too; tells whether there are any.
  def spec_to_callback(module, {name, arity} = signature) when is_atom(name) and is_integer(arity) do
    found = for {:spec, expr, line, env, _} <- :lists.reverse(entries(module, @kept)), declared(expr) == signature, do: {expr, line, env}

    for {expr, line, env} <- found do
      :jovial_module.put(module, :callback, {:callback, expr, {module, line}}, nil)
      :jovial_module.put(module, @kept, {:callback, expr, line, env, nil}, nil)
    end

    found != []
  end

  defp declared({form, _, [expr | _]}) when form in [:when, :"::"], do: declared(expr)
  defp declared({name, _, args}) when is_atom(name) and is_list(args), do: {name, length(args)}
  defp declared({name, _, context}) when is_atom(name) and is_atom(context), do: {name, 0}
  defp declared(_other), do: nil

  defp entries(module, kind) do
    case :jovial_module.get(module, kind) do
      {:ok, entries} when is_list(entries) -> entries
      _ -> []
    end
  end

  # ## At the end of a module

  # `{:ok, {types, specs, callbacks}, diagnostics}`, or `{:type, line, text}` for what is raised as a `Kernel.TypespecError`. Diagnostics are
  # `{severity, line, text, place}`, where the place is what Elixir names behind the line: the `:file`, the `:module`, or `nil`.
  def check(module) do
    kept = :lists.reverse(entries(module, @kept))
    definitions = :jovial_module.definitions(module)
    {file, first} = :jovial_module.position(module)

    try do
      scope = %{module: module, file: file, types: declare_types(kept, file), records: entries(module, :__records__)}

      types =
        for {kind, expr, line, env, _} <- kept, kind in @types do
          {kind, line, Forms.type(kind, expr, scope(scope, line, env))}
        end

      specs = for {kind, expr, line, env, _} <- kept, kind not in @types, do: {kind, line, Forms.spec(kind, expr, scope(scope, line, env))}
      {public, missing} = settle(specs, definitions)
      callbacks = for {kind, _line, spec} <- specs, kind in @callbacks, do: as_function(kind, spec)

      diagnostics =
        documented(kept) ++
          remarks(kept, module, file) ++
          missing ++
          optional_problems(entries(module, :optional_callbacks), callbacks, specs, definitions, first) ++
          unused(types, specs)

      {:ok, {for({kind, _, type} <- types, do: {kind, type}), grouped(public), grouped(callbacks)}, diagnostics}
    catch
      {:typespec, line, text} -> {:type, line, text}
    end
  end

  # What a library module says of its types, whose code is kept as it was written.
  def of_code(module, entries) do
    env = %{Code.env_for_eval(module: module) | functions: [], macros: []}
    types = for {kind, expr, _} <- entries, kind in @types, signature = declared(expr), into: %{}, do: {signature, 0}
    scope = %{module: module, file: "nofile", types: types, records: []}

    {types, specs} =
      :lists.foldl(
        fn {kind, expr, line}, {types, specs} ->
          try do
            if kind in @types,
              do: {[{kind, Forms.type(kind, expr, scope(scope, line, env))} | types], specs},
              else: {types, [{kind, line, Forms.spec(kind, expr, scope(scope, line, env))} | specs]}
          catch
            _, _ -> {types, specs}
          end
        end,
        {[], []},
        entries
      )

    specs = :lists.reverse(specs)
    callbacks = for {kind, _, spec} <- specs, kind in @callbacks, do: as_function(kind, spec)
    {:lists.reverse(types), grouped(for({:spec, _, spec} <- specs, do: spec)), grouped(callbacks)}
  end

  # An env comes as the bytes that code carries one in.
  defp scope(scope, line, env) when is_binary(env), do: scope(scope, line, :jovial_code.carried_env(env))
  defp scope(scope, line, env), do: :maps.merge(scope, %{line: line, env: %{env | line: line}, variables: []})

  defp declare_types(kept, file) do
    :lists.foldl(
      fn
        {kind, {:"::", _, [{name, _, args}, _]}, line, _, _}, types when kind in @types and is_atom(name) ->
          signature = {name, if(is_list(args), do: length(args), else: 0)}
          declare_type(signature, line, types, file)

        _other, types ->
          types
      end,
      %{},
      kept
    )
  end

  defp declare_type({name, arity} = signature, line, types, file) do
    case types do
      %{^signature => before} -> Forms.fail(line, "type #{name}/#{arity} is already defined in #{Path.relative_to_cwd(file)}:#{before}")
      _ -> :ok
    end

    cond do
      # A later release made these two, so there are programs with types of their own.
      name in [:dynamic, nil] -> :maps.put(signature, line, types)
      builtin?(name, arity) -> Forms.fail(line, "type #{name}/#{arity} is a built-in type and it cannot be redefined")
      name in [:required, :optional] and arity == 1 -> Forms.fail(line, "type #{name}/1 is a reserved type and it cannot be defined")
      true -> :maps.put(signature, line, types)
    end
  end

  def builtin?(name, 0), do: :lists.member(name, @nullary)
  def builtin?(name, 1), do: :lists.member(name, @unary)
  def builtin?(name, 2), do: :lists.member(name, @binary)
  def builtin?(_name, _arity), do: false

  # Specs of functions and macros that are there, and what is to be said of the others.
  defp settle(specs, definitions) do
    for {:spec, line, {{name, arity} = signature, _} = spec} <- specs, reduce: {[], []} do
      {found, missing} ->
        case :lists.keyfind(signature, 1, definitions) do
          {_, kind} when kind in [:defmacro, :defmacrop] -> {found ++ [as_function(:macrocallback, spec)], missing}
          {_, _} -> {found ++ [spec], missing}
          false -> {found, missing ++ [{:error, line, "spec for undefined function #{name}/#{arity}", nil}]}
        end
    end
  end

  # A macro is a function that is told of its caller first.
  defp as_function(:macrocallback, {{name, arity}, form}) do
    {{:erlang.binary_to_atom("MACRO-" <> :erlang.atom_to_binary(name)), arity + 1}, with_caller(form)}
  end

  defp as_function(_kind, spec), do: spec

  defp with_caller({:type, line, :bounded_fun, [form, constraints]}), do: {:type, line, :bounded_fun, [with_caller(form), constraints]}

  defp with_caller({:type, line, :fun, [{:type, at, :product, args}, result]}) do
    {:type, line, :fun, [{:type, at, :product, [{:type, at, :term, []} | args]}, result]}
  end

  defp grouped(specs) do
    signatures = Enum.uniq(for {signature, _} <- specs, do: signature)
    for signature <- signatures, do: {signature, for({^signature, form} <- specs, do: form)}
  end

  # ## Callbacks

  defp optional_problems(optional, callbacks, specs, definitions, line) do
    declared = for {kind, _, {signature, _}} <- specs, kind in @callbacks, do: signature
    {valid, invalid} = optional |> :lists.reverse() |> Enum.split_with(&Keyword.keyword?/1)
    named = Enum.concat(valid)

    own =
      for {kind, _, {{name, arity}, _}} <- specs, kind in @callbacks, callbacks != [], :lists.keymember({:behaviour_info, 1}, 1, definitions) do
        {:error, line, "cannot define @#{kind} attribute for #{name}/#{arity} when behaviour_info/1 is defined", nil}
      end

    own ++
      for(other <- invalid, do: {:error, line, "invalid optional callback #{inspect(other)}. @optional_callbacks expects a keyword list of callback names and arities", nil}) ++
      for({name, arity} = signature <- named, signature not in declared, do: {:error, line, "unknown callback #{name}/#{arity} given as optional callback", nil}) ++
      for({name, arity} <- Enum.uniq(named -- Enum.uniq(named)), do: {:error, line, "#{name}/#{arity} has been specified as optional callback more than once", nil})
  end

  # ## Private types

  defp documented(kept) do
    for {:typep, expr, _, _, doc} <- kept, doc != nil, {name, arity} = declared(expr) do
      {:warning, doc, "type #{name}/#{arity} is private, @typedoc's are always discarded for private types", :file}
    end
  end

  defp unused(types, specs) do
    used = :maps.from_list(for {_, _, form} <- specs, signature <- Forms.used_types(form), do: {signature, true})
    by_types = for {_, _, {name, form, args}} <- types, do: {{name, length(args)}, Forms.used_types(form)}

    for {:typep, line, {name, _, args}} <- types,
        signature = {name, length(args)},
        not :erlang.is_map_key(signature, used),
        not :lists.any(fn {other, named} -> other != signature and signature in named end, by_types) do
      {:warning, line, "type #{name}/#{length(args)} is unused", :file}
    end
  end

  # ## What is odd

  defp remarks(kept, module, file) do
    {types, others} = :lists.partition(fn {kind, _, _, _, _} -> kind in @types end, kept)
    {opaque, rest} = :lists.partition(fn {kind, _, _, _, _} -> kind == :opaque end, types)

    for {kind, expr, line, _, _} <- rest ++ opaque ++ others, text <- said(kind, expr, "#{Path.relative_to_cwd(file)}:#{line}: #{inspect(module)} (module)") do
      {:warning, line, text, :module}
    end
  end

  defp said(kind, expr, place) when kind in @types, do: Remarks.type(kind, expr, place)
  defp said(_kind, expr, place), do: Remarks.spec(expr, place)
end
