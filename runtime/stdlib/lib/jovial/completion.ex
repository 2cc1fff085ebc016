defmodule Jovial.Completion do
  @moduledoc false

  # What could stand at a cursor: `{replaced, [{text, kind, signature}]}`, where so many characters before the cursor are
  # the beginning of each text. Kinds are words that notebooks have icons for.

  alias Jovial.Names
  alias Jovial.SourceText

  @most 1000

  @keywords ~w(after and catch do else end false fn in nil not or rescue true when)
  @bits ~w(big binary bits bitstring bytes float integer little native signed size unit unsigned utf16 utf32 utf8)

  def complete(before) do
    env = :jovial_session.env()
    {name, candidates} = candidates(SourceText.context(before), before, env)

    found =
      for {text, _kind, _signature} = candidate <- candidates, String.starts_with?(text, name), uniq: true, do: candidate

    # A name is offered once, though it be a keyword and a function.
    {String.length(name), found |> Enum.uniq_by(&elem(&1, 0)) |> Enum.sort_by(&order/1) |> Enum.take(@most)}
  end

  # Variables and keys come first, private names last.
  defp order({text, kind, _}), do: {String.starts_with?(text, "_"), kind not in ["instance", "field"], text}

  defp candidates({:local, name}, before, env) do
    case keys(SourceText.container(before), env) do
      [] -> {name, variables() ++ imported(env) ++ words(@keywords, "keyword") ++ spoken_of(before, name)}
      keys -> {name, keys}
    end
  end

  defp candidates({:alias, [], name}, _before, env) do
    aliases = for {short, _} <- env.aliases, do: {last(Atom.to_string(short)), "module", ""}
    {name, aliases ++ below("Elixir.", name)}
  end

  defp candidates({:alias, parts, name}, _before, env) do
    {name, below(Names.expand(parts, env) <> ".", name)}
  end

  defp candidates({:erlang, name}, _before, _env) do
    {name, for(module <- Names.modules(), not String.starts_with?(module, "Elixir."), do: {module, "module", ""})}
  end

  defp candidates({:remote, {:erlang, module}, name}, _before, _env), do: {name, functions(Names.module(module))}

  defp candidates({:remote, {:variable, variable, fields}, name}, _before, _env) do
    case Names.value(variable, fields) do
      {:ok, map} when is_map(map) -> {name, words(Enum.map(Names.fields(map), &Atom.to_string/1), "field")}
      {:ok, module} when is_atom(module) -> {name, functions(Names.module(Atom.to_string(module)))}
      _ -> {name, []}
    end
  end

  defp candidates({:remote, parts, name}, _before, env) do
    module = Names.expand(parts, env)
    modules = if name == "", do: below(module <> ".", ""), else: []
    {name, functions(Names.module(module)) ++ modules}
  end

  defp candidates({:struct, parts, name}, _before, env) do
    if parts == [],
      do: {name, structs("Elixir.", name) ++ struct_aliases(env)},
      else: {name, structs(Names.expand(parts, env) <> ".", name)}
  end

  defp candidates({:attribute, name}, _before, _env) do
    {name, words(Enum.map(Map.keys(Module.reserved_attributes()), &Atom.to_string/1), "property")}
  end

  defp candidates({:sigil, name}, _before, env) do
    sigils = for {_, names} <- env.functions ++ env.macros, {sigil, _} <- names, "sigil_" <> letters <- [Atom.to_string(sigil)], do: letters
    {name, words(Enum.uniq(sigils), "function")}
  end

  defp candidates({:key, variable, fields, name}, before, env) do
    case Names.value(variable, fields) do
      {:ok, map} when is_map(map) -> {name, words(Enum.map(Names.fields(map), &Atom.to_string/1), "field")}
      {:ok, [{key, _} | _] = list} when is_atom(key) -> {name, for({key, _} <- list, is_atom(key), do: {Atom.to_string(key), "field", ""})}
      _ -> candidates({:erlang, name}, before, env)
    end
  end

  defp candidates({:bits, name}, _before, _env), do: {name, words(@bits, "keyword")}
  defp candidates({:path, path}, _before, _env), do: paths(path)
  defp candidates(:nothing, _before, _env), do: {"", []}

  defp words(words, kind), do: for(word <- words, do: {word, kind, ""})
  defp last(name), do: name |> String.split(".") |> List.last()

  # ## Names in scope

  # What the cell itself has bound or defined further up, though none of it has run yet. The word at the cursor is no such name.
  defp spoken_of(_before, ""), do: []

  defp spoken_of(before, name) do
    {variables, functions} = before |> String.slice(0..-(String.length(name) + 1)//1) |> SourceText.names()
    words(functions, "function") ++ words(variables, "instance")
  end

  defp variables, do: for({name, _slot} <- :jovial_session.variables(), do: {Atom.to_string(name), "instance", ""})

  defp imported(env) do
    all = for {_, names} <- [Names.special_forms() | env.functions ++ env.macros], {name, arity} <- names, do: {name, arity, :function}
    grouped(all)
  end

  defp functions(nil), do: []
  defp functions(module), do: module |> Names.exports() |> grouped()

  # One candidate for all arities of a name.
  defp grouped(exports) do
    exports
    |> Enum.group_by(fn {name, _, _} -> name end, fn {_, arity, _} -> arity end)
    |> Enum.map(fn {name, arities} -> {Atom.to_string(name), arities} end)
    |> Enum.filter(fn {name, _} -> Names.plain?(name) end)
    |> Enum.map(fn {name, arities} ->
      {name, "function", arities |> Enum.uniq() |> Enum.sort() |> Enum.map_join(", ", &"#{name}/#{&1}")}
    end)
  end

  # ## Modules

  # The next parts of the names of modules that begin so.
  defp below(prefix, name) do
    for part <- parts(prefix, name), do: {part, "module", ""}
  end

  defp parts(prefix, name) do
    beginning = prefix <> name
    skipped = byte_size(prefix)

    for module <- Names.modules(), String.starts_with?(module, beginning), uniq: true do
      module |> binary_part(skipped, byte_size(module) - skipped) |> String.split(".") |> hd()
    end
  end

  # Modules that are structs, or above some. Without a beginning only loaded modules are looked at, as all would have to be loaded.
  defp structs(prefix, name) do
    all = Names.modules()
    all = if name == "" and prefix == "Elixir.", do: Enum.filter(all, &loaded?/1), else: all

    for module <- all,
        String.starts_with?(module, prefix <> name),
        atom = Names.module(module),
        function_exported?(atom, :__struct__, 1),
        uniq: true do
      {binary_part(module, byte_size(prefix), byte_size(module) - byte_size(prefix)), "class", ""}
    end
  end

  defp struct_aliases(env) do
    for {short, module} <- env.aliases, Code.ensure_loaded?(module), function_exported?(module, :__struct__, 1) do
      {last(Atom.to_string(short)), "class", ""}
    end
  end

  defp loaded?(name) do
    try do
      name |> String.to_existing_atom() |> Code.loaded?()
    rescue
      ArgumentError -> false
    end
  end

  # ## Keys

  defp keys({:struct, parts}, env) do
    with module when module != nil <- Names.module(Names.expand(parts, env)), true <- function_exported?(module, :__struct__, 0) do
      keys(Names.fields(module.__struct__()))
    else
      _ -> []
    end
  end

  defp keys({:variable, variable, fields}, _env) do
    case Names.value(variable, fields) do
      {:ok, map} when is_map(map) -> keys(Names.fields(map))
      _ -> []
    end
  end

  defp keys(nil, _env), do: []
  defp keys(names), do: for(name <- names, do: {Atom.to_string(name) <> ": ", "field", ""})

  # ## Files

  # What a path in a string could go on with.
  defp paths(path) do
    {folder, name} =
      case path |> String.split("/") |> Enum.split(-1) do
        {[], [name]} -> {".", name}
        {[""], [name]} -> {"/", name}
        {folders, [name]} -> {Enum.join(folders, "/"), name}
      end

    with true <- path != "", {:ok, entries} <- File.ls(Path.expand(folder)) do
      {name,
       for entry <- entries, String.starts_with?(entry, name) do
         if File.dir?(Path.join(Path.expand(folder), entry)), do: {entry <> "/", "path", ""}, else: {entry, "path", ""}
       end}
    else
      _ -> {"", []}
    end
  end
end
