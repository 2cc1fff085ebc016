defmodule Jovial.Names do
  @moduledoc false

  # What names in a cell stand for: modules by the session's aliases, functions of modules, values of variables. Never makes an
  # atom of a name that is none yet, unless a module of the library has it.

  # Names of all modules that there are, as texts like `"Elixir.Enum"` and `"lists"`.
  def modules do
    loaded = for {module, _} <- :code.all_loaded(), do: Atom.to_string(module)
    Enum.reject(Enum.uniq(:jovial_code.library_modules() ++ :jovial_code.native_modules() ++ loaded), &hidden?/1)
  end

  defp hidden?("Elixir.Jovial." <> _), do: true
  defp hidden?("jovial_" <> _), do: true
  defp hidden?("elixir_eval_" <> _), do: true
  defp hidden?(name), do: String.contains?(name, "-")

  # The full name behind the parts of an alias.
  def expand(["Elixir" | rest], _env), do: Enum.join(["Elixir" | rest], ".")

  def expand([first | rest], env) do
    alias_of = "Elixir." <> first

    full =
      Enum.find_value(env.aliases, alias_of, fn {short, module} ->
        if Atom.to_string(short) == alias_of, do: Atom.to_string(module)
      end)

    Enum.join([full | rest], ".")
  end

  # The module of a full name, loaded, or `nil`.
  def module(name) do
    atom =
      try do
        String.to_existing_atom(name)
      rescue
        ArgumentError -> if name in :jovial_code.library_modules(), do: String.to_atom(name)
      end

    if atom && Code.ensure_loaded?(atom), do: atom
  end

  # Functions and macros that users may call, as `{name, arity, kind}`, sorted.
  def exports(module) do
    hidden = for {{kind, name, arity}, _, _, :hidden, _} <- documents(module), kind in [:function, :macro], do: {name, arity}

    functions(module)
    |> Enum.reject(fn {name, arity, _kind} -> {name, arity} in hidden end)
    |> Enum.sort()
  end

  defp functions(module) do
    elixir? = function_exported?(module, :__info__, 1)
    functions = if elixir?, do: module.__info__(:functions), else: exported(module)
    macros = if elixir?, do: module.__info__(:macros), else: []
    # A module of Erlang's is partly made of natives.
    natives = if match?("Elixir." <> _, Atom.to_string(module)), do: [], else: :jovial_code.natives_of(module)

    for({name, arity} <- Enum.uniq(functions ++ natives), name != :module_info, do: {name, arity, :function}) ++
      for {name, arity} <- macros, do: {name, arity, :macro}
  end

  # A module that consists of natives alone has nothing to ask.
  defp exported(module) do
    try do
      module.module_info(:exports)
    rescue
      UndefinedFunctionError -> []
    end
  end

  # The special forms, as an env has its macros.
  def special_forms do
    {Kernel.SpecialForms, for({{:macro, name, arity}, _, _, _, _} <- documents(Kernel.SpecialForms), do: {name, arity})}
  end

  def documents(module) do
    case Code.fetch_docs(module) do
      {:docs_v1, _, _, _, _, _, docs} -> docs
      _ -> []
    end
  end

  # The value of a variable, or of a field in what it holds.
  def value(name, fields) do
    with {_, slot} <- Enum.find(:jovial_session.variables(), fn {known, _} -> Atom.to_string(known) == name end) do
      [value] = :jovial_session.load([slot])
      dig(value, fields)
    else
      _ -> :error
    end
  end

  defp dig(value, []), do: {:ok, value}

  defp dig(map, [field | rest]) when is_map(map) do
    case Enum.find(fields(map), &(Atom.to_string(&1) == field)) do
      nil -> :error
      key -> dig(:maps.get(key, map), rest)
    end
  end

  defp dig(_other, _fields), do: :error

  # The keys of a map that can stand behind a dot.
  def fields(map), do: for(key <- Enum.take(Enum.sort(:maps.keys(map)), 10_000), is_atom(key), key != :__struct__, do: key)

  def plain?(<<first::utf8, _::binary>>), do: first in ?a..?z or first == ?_ or first > 127 or first in ?A..?Z
  def plain?(_), do: false
end
