defmodule :code do
  @moduledoc """
  The code that is loaded, and the folders where more would be looked for.

  Modules come from the library and from what was compiled; the folders are kept for those who ask.
  """

  @doc "The folders, as charlists."
  @spec get_path() :: [charlist]
  def get_path, do: :jovial_system.get(:code_path, [])

  @doc "Sets the folders."
  @spec set_path([charlist]) :: true | {:error, :bad_path}
  def set_path(paths) when is_list(paths), do: store(paths)

  @doc "Puts a folder in front."
  @spec add_patha(charlist) :: true | {:error, :bad_directory}
  def add_patha(folder), do: add(folder, fn paths, folder -> [folder | :lists.delete(folder, paths)] end)

  @doc "Puts a folder at the end."
  @spec add_pathz(charlist) :: true | {:error, :bad_directory}
  def add_pathz(folder) do
    add(folder, fn paths, folder -> if :lists.member(folder, paths), do: paths, else: paths ++ [folder] end)
  end

  @doc "As `add_pathz/1`."
  @spec add_path(charlist) :: true | {:error, :bad_directory}
  def add_path(folder), do: add_pathz(folder)

  defp add(folder, how) do
    folder = :unicode.characters_to_list(folder)
    if File.dir?(List.to_string(folder)), do: store(how.(get_path(), folder)), else: {:error, :bad_directory}
  end

  @doc "Takes a folder away."
  @spec del_path(charlist) :: boolean
  def del_path(folder) do
    folder = :unicode.characters_to_list(folder)
    paths = get_path()
    :lists.member(folder, paths) and store(:lists.delete(folder, paths))
  end

  @doc """
  The folder above those of programs and libraries, which is the one above the program's own.

  ## Examples

      iex> is_list(:code.root_dir())
      true

  """
  @spec root_dir() :: charlist
  def root_dir do
    case File.read_link("/proc/self/exe") do
      {:ok, program} -> program |> Path.dirname() |> Path.dirname() |> to_charlist()
      {:error, _} -> ~c"/"
    end
  end

  @doc """
  The folder of an application. What is inside the program has a name there, but need not have a folder of that name.

  ## Examples

      iex> List.starts_with?(:code.lib_dir(:kernel), :code.root_dir())
      true
      iex> :code.lib_dir(:no_such_application)
      {:error, :bad_name}

  """
  @spec lib_dir(atom) :: charlist | {:error, :bad_name}
  def lib_dir(name) when is_atom(name) do
    if :lists.keymember(name, 1, :application.loaded_applications()),
      do: :filename.join([root_dir(), ~c"lib", :erlang.atom_to_list(name)]),
      else: {:error, :bad_name}
  end

  @doc "A folder below that of an application."
  @spec lib_dir(atom, atom) :: charlist | {:error, :bad_name}
  def lib_dir(name, folder) when is_atom(name) and is_atom(folder) do
    with path when is_list(path) <- lib_dir(name), do: :filename.join(path, :erlang.atom_to_list(folder))
  end

  @doc "The folder of an application's further files."
  @spec priv_dir(atom) :: {:error, :bad_name}
  def priv_dir(name) when is_atom(name), do: {:error, :bad_name}

  defp store(paths) do
    :jovial_system.put(:code_path, paths)
    true
  end
end
