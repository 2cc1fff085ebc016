defmodule :filename do
  @moduledoc """
  The names of files, under the names that Erlang programs know. `Path` is the module for Elixir programs.

  A path given as a list comes back as a list, one given as a binary as a binary.
  """

  @doc "Makes a path absolute."
  def absname(path), do: like(path, Path.absname(text(path)))

  @doc "Makes a path absolute, relative to another folder."
  def absname(path, dir), do: like(path, Path.absname(text(path), text(dir)))

  @doc "The last segment."
  def basename(path), do: like(path, Path.basename(text(path)))

  @doc "The last segment without an extension."
  def basename(path, extension), do: like(path, Path.basename(text(path), text(extension)))

  @doc "All but the last segment."
  def dirname(path), do: like(path, Path.dirname(text(path)))

  @doc "The extension with its dot."
  def extension(path), do: like(path, Path.extname(text(path)))

  @doc "The path without its extension."
  def rootname(path), do: like(path, Path.rootname(text(path)))

  @doc "The path without a certain extension."
  def rootname(path, extension), do: like(path, Path.rootname(text(path), text(extension)))

  @doc "Joins a list of paths; an absolute one starts anew."
  def join([path]), do: like(path, without_dots(text(path)))
  def join([path1, path2 | rest]), do: join([join(path1, path2) | rest])

  @doc "Joins two paths; if the second is absolute it is the result."
  def join(path1, path2) do
    kind = if is_binary(path1) or is_binary(path2), do: "", else: []

    case text(path2) do
      "/" <> _ = absolute -> like(kind, joined(absolute))
      relative -> like(kind, joined(text(path1), relative))
    end
  end

  defp joined("", ""), do: ""
  defp joined(path1, path2), do: joined(path1 <> "/" <> path2)
  defp joined(path), do: path |> without_dots() |> Path.split() |> Path.join()

  # A dot between two slashes leads nowhere.
  defp without_dots(path) do
    case String.replace(path, "/./", "/") do
      ^path -> path
      shorter -> without_dots(shorter)
    end
  end

  @doc "The list of segments."
  def split(path), do: for(segment <- Path.split(text(path)), do: like(path, segment))

  @doc "Whether a path is absolute."
  def pathtype(path), do: Path.type(text(path))

  @doc "The path itself: here slashes are what the system uses."
  def nativename(path), do: like(path, text(path))

  @doc "Nested lists made flat."
  def flatten(path), do: like(path, text(path))

  @doc "Checks that a relative path stays below where it starts; gives it without dots, or `:unsafe`."
  def safe_relative_path(path) do
    segments = Path.split(text(path))

    case {Path.type(text(path)), safe(segments, [])} do
      {:relative, safe} when is_list(safe) -> like(path, if(safe == [], do: "", else: Path.join(safe)))
      _ -> :unsafe
    end
  end

  defp safe([], acc), do: :lists.reverse(acc)
  defp safe(["." | rest], acc), do: safe(rest, acc)
  defp safe([".." | _], []), do: :unsafe
  defp safe([".." | rest], [_ | acc]), do: safe(rest, acc)
  defp safe([segment | rest], acc), do: safe(rest, [segment | acc])

  defp text(path) when is_atom(path), do: :erlang.atom_to_binary(path)
  defp text(path) when is_binary(path), do: path
  defp text(path) when is_list(path), do: path |> atoms_to_text() |> :unicode.characters_to_binary()

  defp atoms_to_text(path) do
    for part <- path do
      cond do
        is_atom(part) -> :erlang.atom_to_list(part)
        is_list(part) -> atoms_to_text(part)
        true -> part
      end
    end
  end

  defp like(path, text) when is_binary(path), do: text
  defp like(_, text), do: :unicode.characters_to_list(text)

  @doc """
  Joins a path to a folder that is absolute, as `absname/2` does.

      iex> :filename.absname_join(~c"/a", ~c"b")
      ~c"/a/b"
  """
  def absname_join(dir, path), do: join(dir, path)

  @doc """
  Puts a slash and a name behind a path, whatever they are.

      iex> :filename.append(~c"a", ~c"b")
      ~c"a/b"
  """
  def append(dir, name), do: like(dir, text(dir) <> "/" <> text(name))

  @doc """
  Whether a text may be the name of a file: it is not empty and has no zero byte.

      iex> {:filename.validate(~c"a"), :filename.validate([0])}
      {true, false}
  """
  def validate(path) do
    text = text(path)
    is_binary(text) and text != "" and not String.contains?(text, <<0>>)
  end

  @doc """
  Where programs keep files of a kind for a user: `:user_cache`, `:user_config`, `:user_data`, `:user_log`, or lists of places for
  `:site_config` and `:site_data`.

      iex> :filename.basedir(:user_cache, "app") |> Path.basename()
      "app"
  """
  def basedir(kind, application), do: basedir(kind, application, %{})

  @doc "As `basedir/2`; with `:version` and `:author`, folders of those names come before or behind."
  def basedir(kind, application, options) do
    home = System.user_home() || "/"
    variable = fn name, otherwise -> System.get_env(name) || Path.join(home, otherwise) end
    own = fn folder -> [folder, text(application) | for(version <- [options[:version]], version, do: text(version))] |> Path.join() end

    case kind do
      :user_cache -> like(application, own.(variable.("XDG_CACHE_HOME", ".cache")))
      :user_log -> like(application, Path.join(own.(variable.("XDG_CACHE_HOME", ".cache")), "log"))
      :user_config -> like(application, own.(variable.("XDG_CONFIG_HOME", ".config")))
      :user_data -> like(application, own.(variable.("XDG_DATA_HOME", ".local/share")))
      :site_config -> for folder <- places("XDG_CONFIG_DIRS", "/etc/xdg"), do: like(application, own.(folder))
      :site_data -> for folder <- places("XDG_DATA_DIRS", "/usr/local/share:/usr/share"), do: like(application, own.(folder))
    end
  end

  defp places(variable, otherwise), do: String.split(System.get_env(variable) || otherwise, ":")
end
