# Prints functions and macros of modules, one in each line: `Module name/arity` or `Module macro name/arity`.
#
#     elixir tests/compatibility/exports.exs > tests/compatibility/elixir-1.18.txt
#     jovial run tests/compatibility/exports.exs tests/compatibility/elixir-1.18.txt
#
# Without an argument: the documented ones of Elixir's own modules, and the exported ones of the Erlang modules below. With
# an argument: those lines of that file whose functions exist here.

erlang = ~w(array atomics base64 binary calendar counters crypto dict digraph digraph_utils erlang ets file filelib filename
  gb_sets gb_trees gen_event gen_server gen_statem io io_lib lists maps math orddict ordsets os persistent_term proc_lib
  proplists queue rand re sets sofs string supervisor sys timer unicode uri_string zlib)a

show = fn module, kind, functions ->
  for {name, arity} <- Enum.sort(functions) do
    IO.puts("#{inspect(module)}#{kind} #{name}/#{arity}")
  end
end

exported = fn module ->
  Enum.reject(module.module_info(:exports), fn {name, _} ->
    name in [:module_info, :behaviour_info, :__info__] or String.starts_with?(Atom.to_string(name), ["MACRO-", "__", "-"])
  end)
end

# Macros that the compiler brings.
native = Keyword.get(__ENV__.macros, Kernel, [])

case System.argv() do
  [] ->
    applications = [:elixir, :eex, :ex_unit, :iex, :logger]
    modules = Enum.flat_map(applications, fn application ->
      Application.load(application)
      Application.spec(application, :modules)
    end)

    for module <- Enum.sort(modules),
        {:docs_v1, _, _, _, text, _, docs} when text != :hidden <- [Code.fetch_docs(module)] do
      of_kind = fn kind -> for {{^kind, name, arity}, _, _, text, _} <- docs, text != :hidden, do: {name, arity} end
      show.(module, "", of_kind.(:function))
      show.(module, " macro", of_kind.(:macro))
    end

    for module <- erlang, do: show.(module, "", exported.(module))

  [file] ->
    for line <- file |> File.read!() |> String.split("\n", trim: true) do
      {module, exported?, function} =
        case String.split(line, " ") do
          [module, function] -> {module, &function_exported?/3, function}
          [module, "macro", function] -> {module, &macro_exported?/3, function}
        end

      # The last slash: a function may be called `/`.
      [arity | name] = function |> String.split("/") |> Enum.reverse()
      name = name |> Enum.reverse() |> Enum.join("/") |> String.to_atom()
      module = module |> Code.string_to_quoted!() |> then(fn quoted -> if is_atom(quoted), do: quoted, else: Module.concat(elem(quoted, 2)) end)

      arity = String.to_integer(arity)

      there =
        case module do
          Kernel.SpecialForms -> Macro.special_form?(name, arity)
          _ -> Code.ensure_loaded?(module) and (exported?.(module, name, arity) or (module == Kernel and {name, arity} in native))
        end

      if there, do: IO.puts(line)
    end
end
