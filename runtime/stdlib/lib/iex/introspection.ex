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
    {forms, names} = Jovial.Names.special_forms()
    if Keyword.has_key?(names, name), do: forms, else: Kernel
  end

  defp special(module, _name), do: module

  # ## Documents

  @doc false
  def h({module, name}) when is_atom(module), do: print(module, name, fn _ -> true end, "#{inspect(module)}.#{name}", [:function, :macro])

  def h({module, name, arity}) when is_atom(module) do
    print(module, name, &(&1 == arity), "#{inspect(module)}.#{name}/#{arity}", [:function, :macro])
  end

  def h(module) when is_atom(module) do
    case documents(module) do
      {:ok, moduledoc, _docs} -> show([{inspect(module), [], [], text(moduledoc)}])
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
              do: {kind, arity, signature, doc, metadata}

        if found == [] do
          puts_error("No documentation for #{shown} was found")
        else
          show(
            for {kind, arity, signature, doc, metadata} <- Enum.sort_by(found, &elem(&1, 1)) do
              {heading(kind, name, arity, signature), lines(module, kind, name, arity), remarks(metadata), text(doc)}
            end
          )
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

  defp lines(module, kind, name, arity) do
    kind = if kind in [:callback, :macrocallback], do: kind, else: :spec

    for spec <- specs(module, kind, name, arity), do: "@#{kind} #{spec}"
  end

  defp remarks(metadata) do
    [
      for({:deprecated, text} <- Enum.to_list(metadata), do: ["deprecated: ", text, "\n\n"]),
      for({:since, version} <- Enum.to_list(metadata), do: ["since: ", version, "\n\n"])
    ]
  end

  # The specifications of a function, type or callback, as text without the attribute.
  @doc false
  def specs(module, kind, name, arity) do
    for {^kind, code, _line} <- specs(module), declared(code) == {name, arity}, do: shown(code)
  end

  defp specs(module), do: :jovial_code.chunk(module, "specs") || []

  defp declared({:when, _, [code, _]}), do: declared(code)
  defp declared({:"::", _, [code, _]}), do: declared(code)
  defp declared({name, _, args}) when is_list(args), do: {name, length(args)}
  defp declared({name, _, _}), do: {name, 0}

  # Types without brackets are written with them, but for variables.
  defp shown({:when, _, [code, guards]}) do
    variables = if Keyword.keyword?(guards), do: Keyword.keys(guards), else: []
    Macro.to_string({:when, [], [called(code, variables), called(guards, variables)]})
  end

  defp shown(code), do: Macro.to_string(called(code, []))

  defp called({:"::", meta, [{name, _, context} = named, type]}, variables) when is_atom(name) and is_atom(context) do
    {:"::", meta, [if(name in variables, do: named, else: {name, meta, []}), called(type, variables)]} |> annotated(named)
  end

  defp called({name, meta, context}, variables) when is_atom(name) and is_atom(context) do
    if name in variables or name in [:_, :__MODULE__], do: {name, meta, context}, else: {name, meta, []}
  end

  defp called({:%, meta, [struct, map]}, variables), do: {:%, meta, [struct, called(map, variables)]}
  defp called({:__aliases__, _, _} = alias, _variables), do: alias
  defp called({name, meta, args}, variables) when is_list(args), do: {called(name, variables), meta, called(args, variables)}
  defp called({left, right}, variables), do: {called(left, variables), called(right, variables)}
  defp called(list, variables) when is_list(list), do: Enum.map(list, &called(&1, variables))
  defp called(other, _variables), do: other

  # An argument's name stays a name; what a type is called does not.
  defp annotated({:"::", meta, [_, type]}, named), do: {:"::", meta, [named, type]}

  # Pages are a heading, specifications, remarks and a document: as text in a terminal's form, and as Markdown for those who can show it.
  defp show(pages) do
    display(Enum.map(pages, &plain/1), pages |> Enum.map(&markdown/1) |> Enum.intersperse("\n---\n\n"))
  end

  defp display(plain, markdown) do
    plain = plain |> IO.iodata_to_binary() |> String.replace_suffix("\n", "")
    Jupyter.display(Jupyter.bundle(%{"text/plain" => plain, "text/markdown" => IO.iodata_to_binary(markdown)}))
  end

  defp plain({heading, specs, remarks, text}) do
    padding = max(0, div(IEx.width() - String.length(heading), 2))
    specs = if specs == [], do: [], else: [for(spec <- specs, do: ["  ", spec, "\n"]), "\n"]
    ["\n", String.duplicate(" ", padding), heading, "\n\n", specs, remarks, text, "\n"]
  end

  defp markdown({heading, specs, remarks, text}), do: [code([heading | specs]), remarks, text, "\n"]

  defp code(lines), do: ["```elixir\n", Enum.intersperse(lines, "\n"), "\n```\n\n"]

  defp text(%{"en" => text}), do: text
  defp text(_none), do: "No documentation available\n"

  defp documents(module) do
    with true <- Code.ensure_loaded?(module),
         {:docs_v1, _, _, _, moduledoc, _, docs} <- Code.fetch_docs(module) do
      {:ok, moduledoc, docs}
    else
      false -> :nofile
      _no_docs -> :none
    end
  end

  # ## Types

  @doc false
  def t({module, name}) when is_atom(module), do: types(module, &match?({^name, _}, &1), "#{inspect(module)}.#{name}", true)
  def t({module, name, arity}), do: types(module, &(&1 == {name, arity}), "#{inspect(module)}.#{name}/#{arity}", true)
  def t(module) when is_atom(module), do: types(module, fn _ -> true end, inspect(module), false)
  def t(_other), do: puts_error("Invalid arguments for t helper: no module or type")

  defp types(module, wanted?, shown, documented?) do
    found =
      for {kind, code, _line} <- Code.ensure_loaded?(module) && specs(module) || [],
          kind in [:type, :opaque],
          wanted?.(declared(code)),
          do: {kind, declared(code), code}

    if found == [] do
      puts_error("No type information for #{shown} was found or #{shown} is private")
    else
      {plain, markdown} =
        for {kind, key, code} <- Enum.sort_by(found, &elem(&1, 1)) do
          line = "@#{kind} #{shown_type(kind, code)}"
          text = if documented?, do: ["\n", type_text(module, key), "\n"], else: []
          {[line, "\n", text], [code([line]) | text]}
        end
        |> Enum.unzip()

      display(plain, markdown)
    end
  end

  defp shown_type(:opaque, {:"::", _, [head, _]}), do: shown(head)

  # The parameters of a type are variables.
  defp shown_type(_type, {:"::", _, [{name, meta, args}, type]}) do
    args = if is_list(args), do: args, else: []
    parameters = for {parameter, _, context} <- args, is_atom(context), do: parameter
    Macro.to_string({:"::", meta, [{name, meta, args}, called(type, parameters)]})
  end

  defp shown_type(_type, code), do: shown(code)

  defp type_text(module, {name, arity}) do
    case documents(module) do
      {:ok, _, docs} -> Enum.find_value(docs, "", fn entry -> with {{:type, ^name, ^arity}, _, _, doc, _} when is_map(doc) <- entry, do: doc["en"], else: (_ -> nil) end)
      _ -> ""
    end
  end

  # ## Callbacks

  @doc false
  def b({module, name}) when is_atom(module) do
    print(module, name, fn _ -> true end, "#{inspect(module)}.#{name}", [:callback, :macrocallback])
  end

  def b({module, name, arity}) when is_atom(module) do
    print(module, name, &(&1 == arity), "#{inspect(module)}.#{name}/#{arity}", [:callback, :macrocallback])
  end

  def b(module) when is_atom(module) do
    if Code.ensure_loaded?(module) do
      callbacks = for {kind, code, _} <- specs(module), kind in [:callback, :macrocallback], do: {declared(code), kind, shown(code)}

      if callbacks == [],
        do: puts_error("No callbacks for #{inspect(module)} were found"),
        else: display(for({_, kind, text} <- Enum.sort(callbacks), do: "@#{kind} #{text}\n\n"), code(for {_, kind, text} <- Enum.sort(callbacks), do: "@#{kind} #{text}"))
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
        else: :erlang.get_module_info(module, :exports)

    names
    |> Enum.sort()
    |> Enum.map(fn {name, arity} -> "#{name}/#{arity}" end)
    |> IEx.Helpers.columns()
  end

  defp puts_error(text), do: IO.puts(IEx.color(:eval_error, text))
end
