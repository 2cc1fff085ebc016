defmodule Jovial.Documents do
  @moduledoc false

  # What stands at a cursor, told: `{:document, plain, markdown}` or `:nothing`. Of a function its signature, specification and
  # document, of a variable its value. Between brackets, with no name at the cursor, it is the function that is called.

  alias IEx.Introspection
  alias Jovial.Names
  alias Jovial.SourceText

  def inspect(before, behind, whole?) do
    env = :jovial_session.env()
    reversed = SourceText.backwards(before)
    ending = behind |> SourceText.beginning() |> String.to_charlist() |> :lists.reverse()

    case about(SourceText.code(ending ++ reversed), env, whole?) do
      :nothing -> called(reversed, env, whole?)
      found -> found
    end
  end

  # The function whose arguments the cursor is in; its name may be that of a module's or of a local one.
  defp called(reversed, env, whole?) do
    case SourceText.opened(reversed) do
      {?(, outside} ->
        case about(SourceText.code(outside), env, whole?) do
          :nothing -> called(outside, env, whole?)
          found -> found
        end

      {_, outside} ->
        called(outside, env, whole?)

      nil ->
        :nothing
    end
  end

  defp about({_, _, ""}, _env, _whole?), do: :nothing
  defp about({_, ""}, _env, _whole?), do: :nothing

  defp about({:local, name}, env, whole?) do
    case Names.value(name, []) do
      {:ok, value} -> value(name, value, whole?)
      :error -> imported(name, env, whole?)
    end
  end

  defp about({kind, parts, name}, env, whole?) when kind in [:alias, :struct] do
    module(Names.module(Names.expand(parts ++ [name], env)), whole?)
  end

  defp about({:erlang, name}, _env, whole?), do: module(Names.module(name), whole?)
  defp about({:remote, {:erlang, module}, name}, _env, whole?), do: function(Names.module(module), name, whole?)

  defp about({:remote, {:variable, variable, fields}, name}, _env, whole?) do
    case Names.value(variable, fields) do
      {:ok, module} when is_atom(module) -> function(Names.module(Atom.to_string(module)), name, whole?)
      {:ok, _} -> with {:ok, value} <- Names.value(variable, fields ++ [name]), do: value(name, value, whole?), else: (_ -> :nothing)
      :error -> :nothing
    end
  end

  defp about({:remote, parts, name}, env, whole?), do: function(Names.module(Names.expand(parts, env)), name, whole?)
  defp about({:sigil, name}, env, whole?), do: imported("sigil_" <> name, env, whole?)
  defp about(_other, _env, _whole?), do: :nothing

  defp imported(name, env, whole?) do

    module =
      Enum.find_value([Names.special_forms() | env.functions ++ env.macros], fn {module, names} ->
        if Enum.any?(names, fn {known, _} -> Atom.to_string(known) == name end), do: module
      end)

    function(module, name, whole?)
  end

  # ## Telling

  defp value(name, value, whole?) do
    limit = if whole?, do: 500, else: 50
    text = Kernel.inspect(value, pretty: true, width: 80, limit: limit, printable_limit: 40 * limit)
    [{_, type} | _] = IEx.Info.sections(value)
    document(["#{name} = #{text}"], "", type)
  end

  defp module(nil, _whole?), do: :nothing

  defp module(module, whole?) do
    text =
      case Code.fetch_docs(module) do
        {:docs_v1, _, _, _, %{"en" => text}, _, _} -> text
        _ -> ""
      end

    shown = if whole?, do: [text, exports(module)], else: [text]
    document([Kernel.inspect(module)], "", Enum.join(Enum.reject(shown, &(&1 == "")), "\n\n"))
  end

  defp exports(module) do
    names = for {name, arity, _} <- Names.exports(module), do: "#{Macro.inspect_atom(:remote_call, name)}/#{arity}"
    "Functions: " <> Enum.join(names, ", ")
  end

  defp function(nil, _name, _whole?), do: :nothing

  defp function(module, name, whole?) do
    described =
      for {{kind, known, arity}, line, signature, doc, _} <- Names.documents(module),
          kind in [:function, :macro],
          doc != :hidden,
          Atom.to_string(known) == name,
          do: {known, arity, kind, signature, line, doc}

    case described do
      [] -> undescribed(module, name)
      _ -> described |> Enum.sort() |> Enum.map(&described(module, &1, whole?)) |> joined()
    end
  end

  defp undescribed(module, name) do
    case for {known, arity, _} <- Names.exports(module), Atom.to_string(known) == name, do: arity do
      [] -> :nothing
      arities -> document(for(arity <- arities, do: "#{Kernel.inspect(module)}.#{name}/#{arity}"), "", "")
    end
  end

  defp described(module, {name, arity, _kind, signature, line, doc}, whole?) do
    heading = if signature == [], do: "#{name}/#{arity}", else: Enum.join(signature, " ")
    specs = module |> Introspection.specs(:spec, name, arity) |> Enum.map_join("\n", &("@spec " <> &1))
    text = if is_map(doc), do: doc["en"], else: ""
    place = if whole?, do: "#{Kernel.inspect(module)}, line #{line}", else: ""
    document(["#{Kernel.inspect(module)}.#{heading}"], specs, Enum.join(Enum.reject([text, place], &(&1 == "")), "\n\n"))
  end

  defp document(headings, code, text) do
    code = Enum.join(Enum.reject(headings ++ [code], &(&1 == "")), "\n")
    {:document, String.trim_trailing(code <> "\n\n" <> text) <> "\n", "```elixir\n#{code}\n```\n\n#{text}"}
  end

  defp joined(documents) do
    {plain, markdown} = Enum.unzip(for {:document, plain, markdown} <- documents, do: {plain, markdown})
    {:document, Enum.join(plain, "\n"), Enum.join(markdown, "\n\n---\n\n")}
  end
end
