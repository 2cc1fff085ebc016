defmodule Protocol.Extraction do
  @moduledoc false

  # Which modules there are in folders of compiled code, and which of them are protocols or implementations.

  def protocols(paths), do: for(module <- modules(paths), has?(module, :__protocol__), do: module)

  def impls(protocol, paths) do
    for module <- modules(paths), has?(module, :__impl__), module.__impl__(:protocol) == protocol, do: module.__impl__(:for)
  end

  defp has?(module, function), do: Code.ensure_loaded?(module) and :erlang.function_exported(module, function, 1)

  defp modules(paths) do
    own = for {app, _, _} <- :application.loaded_applications(), do: Application.app_dir(app, "ebin")
    names = Enum.flat_map(paths, &names(IO.chardata_to_string(&1), own))
    for "Elixir." <> _ = name <- Enum.uniq(names), do: String.to_atom(name)
  end

  defp names(path, own) do
    if Path.expand(path) in own do
      :jovial_code.library_modules()
    else
      for file <- Path.wildcard(Path.join(path, "Elixir.*.beam")), do: Path.basename(file, ".beam")
    end
  end
end
