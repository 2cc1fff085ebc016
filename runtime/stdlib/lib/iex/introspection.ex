defmodule IEx.Introspection do
  @moduledoc false

  # Prints documents and exports for the helpers.

  # `Mod`, `Mod.fun`, `Mod.fun/2`, `fun` and `fun/2` as `Mod`, `{Mod, :fun}` or `{Mod, :fun, 2}`.
  @doc false
  def decompose({:/, _, [call, arity]}, env) when is_integer(arity) do
    case decompose(call, env) do
      {:{}, _, [module, name]} -> {:{}, [], [module, name, arity]}
      {module, name} -> {:{}, [], [module, name, arity]}
      other -> other
    end
  end

  def decompose({{:., _, [module, name]}, _, []}, _env) when is_atom(name), do: {module, name}

  def decompose({name, _, context}, env) when is_atom(name) and is_atom(context) or context == [] do
    {imported(name, env), name}
  end

  def decompose(other, _env), do: other

  # Where an unqualified name comes from.
  defp imported(name, env) do
    scope = env.functions ++ env.macros

    Enum.find_value(scope, Kernel, fn {module, names} -> Keyword.has_key?(names, name) && module end)
    |> special(name)
  end

  defp special(Kernel, name) do
    if Keyword.has_key?(Kernel.SpecialForms.__info__(:macros), name), do: Kernel.SpecialForms, else: Kernel
  end

  defp special(module, _name), do: module

  # ## Documents

  @doc false
  def h({module, name}) when is_atom(module), do: print(module, name, &(&1 == &1), "#{inspect(module)}.#{name}", [:function, :macro])

  def h({module, name, arity}) when is_atom(module) do
    print(module, name, &(&1 == arity), "#{inspect(module)}.#{name}/#{arity}", [:function, :macro])
  end

  def h(module) when is_atom(module) do
    case documents(module) do
      {:ok, moduledoc, _docs} -> page(inspect(module), [], moduledoc)
      :none -> puts_error("#{inspect(module)} was not compiled with docs")
      :nofile -> puts_error("Could not load module #{inspect(module)}, got: nofile")
    end
  end

  def h(_other), do: puts_error("Invalid arguments for h helper: no module or function")

  defp print(module, name, arity?, shown, kinds) do
    case documents(module) do
      {:ok, _moduledoc, docs} ->
        found =
          for {{kind, ^name, arity}, _, signature, doc, metadata} <- docs,
              kind in kinds,
              doc != :hidden,
              arity?.(arity) or optional?(arity, metadata, arity?),
              do: {kind, arity, signature, doc}

        if found == [] do
          puts_error("No documentation for #{shown} was found")
        else
          for {kind, arity, signature, doc} <- Enum.sort_by(found, &elem(&1, 1)) do
            page(heading(kind, name, arity, signature), [], doc)
          end
        end

      :none ->
        puts_error("#{inspect(module)} was not compiled with docs")

      :nofile ->
        puts_error("Could not load module #{inspect(module)}, got: nofile")
    end
  end

  # A function with defaults is found under each of its arities.
  defp optional?(arity, %{defaults: defaults}, arity?) do
    Enum.any?((arity - defaults)..(arity - 1)//1, arity?)
  end

  defp optional?(_arity, _metadata, _arity?), do: false

  defp heading(kind, name, arity, []), do: "#{word(kind)} #{name}/#{arity}"
  defp heading(kind, _name, _arity, signature), do: "#{word(kind)} #{Enum.join(signature, " ")}"

  defp word(:macro), do: "defmacro"
  defp word(:callback), do: "@callback"
  defp word(:macrocallback), do: "@macrocallback"
  defp word(_function), do: "def"

  defp page(heading, more, doc) do
    padding = max(0, div(IEx.width() - String.length(heading), 2))
    IO.puts(["\n", String.duplicate(" ", padding), heading, "\n", more])

    case doc do
      %{"en" => text} -> IO.puts([text])
      _none -> IO.puts("No documentation available\n")
    end
  end

  defp documents(module) do
    with true <- Code.ensure_loaded?(module),
         {:docs_v1, _, _, _, moduledoc, _, docs} <- Code.fetch_docs(module) do
      {:ok, moduledoc, docs}
    else
      false -> :nofile
      _no_docs -> :none
    end
  end

  # ## Callbacks

  @doc false
  def b({module, name}) when is_atom(module) do
    print(module, name, &(&1 == &1), "#{inspect(module)}.#{name}", [:callback, :macrocallback])
  end

  def b({module, name, arity}) when is_atom(module) do
    print(module, name, &(&1 == arity), "#{inspect(module)}.#{name}/#{arity}", [:callback, :macrocallback])
  end

  def b(module) when is_atom(module) do
    if Code.ensure_loaded?(module) do
      callbacks =
        if function_exported?(module, :behaviour_info, 1), do: module.behaviour_info(:callbacks), else: []

      if callbacks == [],
        do: puts_error("No callbacks for #{inspect(module)} were found"),
        else: for({name, arity} <- Enum.sort(callbacks), do: IO.puts("@callback #{name}/#{arity}"))
    else
      puts_error("Could not load module #{inspect(module)}, got: nofile")
    end
  end

  # ## Exports

  @doc false
  def exports(module) do
    names =
      if function_exported?(module, :__info__, 1),
        do: module.__info__(:functions) ++ module.__info__(:macros),
        else: module.module_info(:exports)

    names
    |> Enum.sort()
    |> Enum.map(fn {name, arity} -> "#{name}/#{arity}" end)
    |> IEx.Helpers.columns()
  end

  defp puts_error(text), do: IO.puts(IEx.color(:eval_error, text))
end
