defmodule Kernel.Typespec do
  @moduledoc false

  # Typespecs are kept with their module. `@type` and its kin run to a call of `deftypespec/6`, which stores the quoted specification under the
  # attribute's own name; `check/2` looks at the end of a module whether what they name is there.

  @kinds [:type, :opaque, :typep]
  @specs [:spec, :callback, :macrocallback]

  @nullary [
    :any, :arity, :atom, :binary, :bitstring, :boolean, :byte, :char, :char_list, :charlist, :dynamic, :float, :fun, :function,
    :identifier, :integer, :iodata, :iolist, :keyword, :list, :map, :maybe_improper_list, :mfa, :module, :neg_integer,
    :no_return, :node, :non_neg_integer, :none, :nonempty_binary, :nonempty_bitstring, :nonempty_charlist, :nonempty_list,
    :nonempty_maybe_improper_list, :nonempty_string, :number, :pid, :port, :pos_integer, :reference, :string, :struct,
    :term, :timeout, :tuple, :nonempty_improper_list
  ]
  @unary [:list, :nonempty_list, :keyword, :as_boolean]
  @binary [:maybe_improper_list, :nonempty_improper_list, :nonempty_maybe_improper_list]

  def deftypespec(kind, expr, line, _file, module, _position) do
    :jovial_module.put(module, kind, {expr, line}, nil)
    :ok
  end

  def defines_type?(module, {name, arity}), do: :lists.any(&match?({^name, ^arity, _}, &1), types(module))

  # `{name, arity, line}` of all types that a module defines so far.
  defp types(module) do
    for kind <- @kinds, {{:"::", _, [{name, _, args}, _]}, line} <- entries(module, kind), is_atom(name), do: {name, count(args), line}
  end

  defp count(args) when is_list(args), do: length(args)
  defp count(_context), do: 0

  defp entries(module, kind) do
    case :jovial_module.get(module, kind) do
      {:ok, entries} when is_list(entries) -> entries
      _ -> []
    end
  end

  # `:ok`, `{:type, line, text}` for what is raised as a `Kernel.TypespecError`, or `{:spec, line, text}` for a spec of nothing. `defined` are the
  # functions and macros of the module, the latter with their names in the compiled module.
  def check(module, defined) do
    types = types(module)
    scope = {module, for({name, arity, _} <- types, do: {name, arity})}

    try do
      own_names(types)

      for kind <- @kinds, {{:"::", _, [{_, _, args}, body]}, line} <- entries(module, kind) do
        variables = if is_list(args), do: for({name, _, context} <- args, is_atom(context), do: name), else: []
        walk(body, {scope, variables, line})
      end

      for kind <- @specs, {spec, line} <- entries(module, kind), do: check_spec(kind, spec, line, scope, defined)
      :ok
    catch
      {:typespec, problem} -> problem
    end
  end

  defp own_names(types) do
    for {name, arity, line} <- types do
      if builtin?(name, arity), do: fail(line, "type #{name}/#{arity} is a built-in type and it cannot be redefined")
    end

    :ok
  end

  defp check_spec(kind, {:when, _, [spec, guards]}, line, scope, defined) when is_list(guards) do
    variables = for {name, type} <- guards, is_atom(name), do: {name, type}
    names = for {name, _} <- variables, do: name
    for {_, type} <- variables, not match?({:var, _, context} when is_atom(context), type), do: walk(type, {scope, names, line})
    check_head(kind, spec, line, scope, names, defined)
  end

  defp check_spec(kind, spec, line, scope, defined), do: check_head(kind, spec, line, scope, [], defined)

  defp check_head(kind, {:"::", _, [{name, _, args}, result]}, line, scope, names, defined) when is_atom(name) do
    args = if is_list(args), do: args, else: []

    if kind == :spec and not :lists.member({name, length(args)}, defined) do
      throw({:typespec, {:spec, line, "spec for undefined function #{name}/#{length(args)}"}})
    end

    for type <- [result | args], do: walk(type, {scope, names, line})
  end

  defp check_head(_kind, _spec, _line, _scope, _names, _defined), do: :ok

  # ## What types name

  defp walk(list, at) when is_list(list), do: Enum.each(list, &walk(&1, at))
  defp walk({left, right}, at), do: walk([left, right], at)
  defp walk({:"::", _, [_name, type]}, at), do: walk(type, at)
  defp walk({:%, _, [_name, fields]}, at), do: walk(fields, at)
  defp walk({:->, _, [args, result]}, at), do: walk([result | args], at)

  defp walk({form, _, args}, at) when form in [:|, :%{}, :{}, :.., :"...", :<<>>, :-, :+, :*, :required, :optional, :when, :__block__] do
    if form != :<<>> and is_list(args), do: walk(args, at), else: :ok
  end

  defp walk({form, _, _}, _at) when form in [:@, :__aliases__, :__MODULE__, :unquote, :unquote_splicing, :record, :_, :&, :^, :var], do: :ok
  defp walk({{:., _, _}, _, args}, at), do: walk(args, at)

  defp walk({name, _, args}, {{module, types}, variables, line} = at) when is_atom(name) do
    arity = count(args)
    if is_list(args), do: walk(args, at)

    cond do
      arity == 0 and :lists.member(name, variables) -> :ok
      :lists.member({name, arity}, types) or builtin?(name, arity) or sigil?(name) -> :ok
      true -> fail(line, "type #{name}/#{arity} undefined (no such type in #{inspect(module)})")
    end
  end

  defp walk(_literal, _at), do: :ok

  defp builtin?(name, 0), do: :lists.member(name, @nullary)
  defp builtin?(name, 1), do: :lists.member(name, @unary)
  defp builtin?(name, 2), do: :lists.member(name, @binary)
  defp builtin?(_name, _arity), do: false

  defp sigil?(name), do: match?("sigil_" <> _, :erlang.atom_to_binary(name))

  defp fail(line, text), do: throw({:typespec, {:type, line, text}})
end
