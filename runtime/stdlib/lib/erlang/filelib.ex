defmodule :filelib do
  @moduledoc """
  What programs ask of files above `:file`: whether one is there, which ones match a pattern.

  `File` and `Path` are the modules for Elixir programs. Names given as lists come back as lists, binaries as binaries.
  """

  @doc """
  Whether a path is a folder.

      iex> {:filelib.is_dir("."), :filelib.is_dir("/no/such/folder")}
      {true, false}
  """
  def is_dir(path), do: is_dir(path, :file)

  @doc "As `is_dir/1`, with a module that answers for files."
  def is_dir(path, module), do: kind(path, module) == :directory

  @doc "Whether a path is a file or a folder."
  def is_file(path), do: is_file(path, :file)

  @doc "As `is_file/1`, with a module that answers for files."
  def is_file(path, module), do: kind(path, module) in [:regular, :directory]

  @doc "Whether a path is a plain file."
  def is_regular(path), do: is_regular(path, :file)

  @doc "As `is_regular/1`, with a module that answers for files."
  def is_regular(path, module), do: kind(path, module) == :regular

  defp kind(path, module), do: info(path, module, 3, nil)

  # An element of `#file_info{}`.
  defp info(path, module, at, otherwise) do
    case module.read_file_info(path) do
      {:ok, info} -> :erlang.element(at, info)
      {:error, _} -> otherwise
    end
  end

  @doc """
  The bytes of a file; 0 if there is none.

      iex> :filelib.file_size("/no/such/file")
      0
  """
  def file_size(path), do: file_size(path, :file)

  @doc "As `file_size/1`, with a module that answers for files."
  def file_size(path, module), do: info(path, module, 2, 0)

  @doc "When a file was last written, in local time; 0 if there is none."
  def last_modified(path), do: last_modified(path, :file)

  @doc "As `last_modified/1`, with a module that answers for files."
  def last_modified(path, module), do: info(path, module, 6, 0)

  @doc """
  Makes the folders that a file will lie in.

      iex> :filelib.ensure_dir(Path.join([System.tmp_dir!(), "filelib_ensure", "name"]))
      :ok
  """
  def ensure_dir(path), do: ensure_path(:filename.dirname(path))

  @doc "Makes a folder and those above it."
  def ensure_path(path) do
    if is_dir(path) do
      :ok
    else
      with :ok <- ensure_path(:filename.dirname(path)) do
        case :file.make_dir(path) do
          {:error, :eexist} -> if is_dir(path), do: :ok, else: {:error, :eexist}
          outcome -> outcome
        end
      end
    end
  end

  @doc """
  Calls a function for each file below a folder whose name a regular expression matches.

      iex> folder = Path.join(System.tmp_dir!(), "filelib_fold")
      iex> File.mkdir_p!(folder)
      iex> File.write!(Path.join(folder, "a.txt"), "")
      iex> :filelib.fold_files(folder, ~c"txt$", true, fn file, acc -> [Path.basename(file) | acc] end, [])
      ["a.txt"]
  """
  def fold_files(dir, regex, recursive?, fun, acc), do: fold_files(dir, regex, recursive?, fun, acc, :file)

  @doc "As `fold_files/5`, with a module that answers for files."
  def fold_files(dir, regex, recursive?, fun, acc, module) do
    {:ok, regex} = if is_tuple(regex), do: {:ok, regex}, else: :re.compile(regex, [:unicode])
    fold(dir, regex, recursive?, fun, acc, module)
  end

  defp fold(dir, regex, recursive?, fun, acc, module) do
    case module.list_dir(dir) do
      {:ok, names} ->
        :lists.foldl(
          fn name, acc ->
            path = :filename.join(dir, name)

            cond do
              is_regular(path, module) -> if :re.run(name, regex, [{:capture, :none}]) == :match, do: fun.(path, acc), else: acc
              recursive? and is_dir(path, module) -> fold(path, regex, recursive?, fun, acc, module)
              true -> acc
            end
          end,
          acc,
          :lists.sort(names)
        )

      {:error, _} ->
        acc
    end
  end

  @doc """
  The files that match a pattern, sorted: `*`, `?`, `[a-z]`, `{one,two}` and `**` as for `Path.wildcard/2`.

      iex> :filelib.wildcard(~c"/no/such/folder/*")
      []
  """
  def wildcard(pattern), do: for(file <- Path.wildcard(text(pattern)), do: to_charlist(file))

  @doc "As `wildcard/1`, relative to a folder."
  def wildcard(pattern, folder) when not is_atom(folder) do
    folder = text(folder)
    for file <- Path.wildcard(Path.join(folder, text(pattern))), do: to_charlist(Path.relative_to(file, folder))
  end

  def wildcard(pattern, _module), do: wildcard(pattern)

  @doc "As `wildcard/2`, with a module that answers for files."
  def wildcard(pattern, folder, _module), do: wildcard(pattern, folder)

  @doc "Checks a pattern, and gives it in the form that `wildcard/1` takes too."
  def compile_wildcard(pattern), do: pattern

  defp text(path) when is_binary(path), do: path
  defp text(path), do: IO.chardata_to_string(path)

  @doc """
  Finds a file in a folder, or where files of its kind belong beside it.

      iex> :filelib.find_file(~c"no_such_file", ~c"/tmp")
      {:error, :not_found}
  """
  def find_file(name, dir), do: find_file(name, dir, [])

  @doc "As `find_file/2`, with rules: pairs of what a folder ends with and what takes its place."
  def find_file(name, dir, rules) do
    folders = [dir | for({from, to} <- rules, folder = replaced(text(dir), text(from), text(to)), do: to_charlist(folder))]
    found = for folder <- folders, path = :filename.join(folder, name), is_regular(path), do: path
    if found == [], do: {:error, :not_found}, else: {:ok, hd(found)}
  end

  defp replaced(dir, from, to) do
    if String.ends_with?(dir, from), do: String.trim_trailing(binary_part(dir, 0, byte_size(dir) - byte_size(from)) <> to, "/")
  end

  @sources [{~c"ebin", ~c"src"}, {~c"ebin", ~c"esrc"}]

  @doc "Finds the source of a compiled file, from its path."
  def find_source(path), do: find_source(:filename.basename(path), :filename.dirname(path))

  @doc "As `find_source/1`, from the name and the folder."
  def find_source(name, dir), do: find_source(name, dir, @sources)

  @doc "As `find_source/2`, with rules as for `find_file/3`."
  def find_source(name, dir, rules), do: find_file(:filename.rootname(name) ++ ~c".erl", dir, rules)

  @doc """
  A path without dots if it stays below a folder, links included, else `:unsafe`.

      iex> {:filelib.safe_relative_path(~c"a/../b", ~c"/tmp"), :filelib.safe_relative_path(~c"../b", ~c"/tmp")}
      {~c"b", :unsafe}
  """
  def safe_relative_path(path, folder) do
    with safe when safe != :unsafe <- :filename.safe_relative_path(path) do
      if leaves?(:filename.split(safe), folder), do: :unsafe, else: safe
    end
  end

  # A link may lead out of the folder.
  defp leaves?([], _folder), do: false

  defp leaves?([segment | rest], folder) do
    path = :filename.join(folder, segment)

    case :file.read_link(path) do
      {:ok, target} -> :filename.pathtype(target) == :absolute or :filename.safe_relative_path(target) == :unsafe
      {:error, _} -> leaves?(rest, path)
    end
  end
end
