defmodule File do
  @moduledoc """
  Files and folders.

  Functions without `!` give `{:ok, result}` or `:ok`, or `{:error, reason}` with a POSIX reason:

    * `:enoent` - there is nothing of that name
    * `:eacces` - not permitted
    * `:eexist` - there is something of that name already
    * `:eisdir`, `:enotdir` - it is a folder, or is none
    * `:enospc` - the disk is full

  Their twins with `!` give the bare result or raise `File.Error`.

      iex> path = Path.join(System.tmp_dir!(), "jovial_file_doc")
      iex> File.write!(path, "one\\ntwo\\n")
      iex> path |> File.stream!() |> Enum.map(&String.trim/1)
      ["one", "two"]
      iex> File.rm(path)
      :ok

  Names are relative to the current folder, see `cwd/0`. Files opened with `open/2` are devices for `IO`; they are
  processes that close the file when their owner ends, unless the mode `:raw` is given.
  """

  @type posix :: :file.posix()
  @type io_device :: :file.io_device()
  @type file_descriptor :: :file.fd()
  @type mode :: atom | {atom, term}
  @type posix_time :: integer
  @type stat_options :: [time: :local | :universal | :posix]
  @type stream_mode :: atom | {atom, term}
  @type erlang_time :: {{integer, integer, integer}, {integer, integer, integer}}

  defp name(path), do: IO.chardata_to_string(path)

  # ## Questions

  @doc """
  Tells whether there is a regular file of that name.

  Symbolic links are followed. With the option `:raw` the file system is asked without detours.

  ## Examples

      iex> File.regular?("/etc")
      false

  """
  @spec regular?(Path.t(), [atom]) :: boolean
  def regular?(path, opts \\ []), do: type?(path, opts, :regular)

  @doc """
  Tells whether there is a folder of that name.

  ## Examples

      iex> File.dir?("/")
      true

  """
  @spec dir?(Path.t(), [atom]) :: boolean
  def dir?(path, opts \\ []), do: type?(path, opts, :directory)

  defp type?(path, opts, type) do
    case :file.read_file_info(name(path), raw(opts)) do
      {:ok, info} -> elem(info, 2) == type
      _ -> false
    end
  end

  @doc """
  Tells whether there is anything of that name.

  ## Examples

      iex> File.exists?("/no/such/thing")
      false

  """
  @spec exists?(Path.t(), [atom]) :: boolean
  def exists?(path, opts \\ []), do: match?({:ok, _}, :file.read_file_info(name(path), raw(opts)))

  defp raw(opts), do: for(opt <- opts, opt == :raw, do: opt)

  # ## Reading and writing

  @doc """
  The contents of a file.

  ## Examples

      iex> File.read("/no/such/file")
      {:error, :enoent}

  """
  @spec read(Path.t()) :: {:ok, binary} | {:error, posix}
  def read(path), do: :file.read_file(name(path))

  @doc """
  As `read/1`, raising `File.Error` on failure.
  """
  @spec read!(Path.t()) :: binary
  def read!(path) do
    case read(path) do
      {:ok, result} -> result
      {:error, reason} -> raise File.Error, reason: reason, action: "read file", path: name(path)
    end
  end

  @doc """
  Writes a file, anew unless a mode such as `:append` or `:exclusive` is given.
  
  `content` is IO data.

  ## Examples

      iex> path = Path.join(System.tmp_dir!(), "jovial_write_doc")
      iex> File.write(path, ["a", ?b])
      :ok
      iex> File.write(path, "c", [:append])
      :ok
      iex> {File.read!(path), File.rm!(path)}
      {"abc", :ok}

  """
  @spec write(Path.t(), iodata, [mode]) :: :ok | {:error, posix}
  def write(path, content, modes \\ []) when is_list(modes) do
    modes = normalize_modes(modes, false)
    :file.write_file(name(path), content, modes)
  end

  @doc """
  As `write/3`, raising `File.Error` on failure.
  """
  @spec write!(Path.t(), iodata, [mode]) :: :ok
  def write!(path, content, modes \\ []) do
    case write(path, content, modes) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "write to file", path: name(path)
    end
  end

  # ## Folders

  @doc """
  Makes a folder in one that exists.

  """
  @spec mkdir(Path.t()) :: :ok | {:error, posix}
  def mkdir(path), do: :file.make_dir(name(path))

  @doc """
  As `mkdir/1`, raising `File.Error` on failure.
  """
  @spec mkdir!(Path.t()) :: :ok
  def mkdir!(path) do
    case mkdir(path) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "make directory", path: name(path)
    end
  end

  @doc """
  Makes a folder and all that are missing above it.

  """
  @spec mkdir_p(Path.t()) :: :ok | {:error, posix}
  def mkdir_p(path) do
    path = name(path)

    if dir?(path) do
      :ok
    else
      parent = Path.dirname(path)

      with :ok <- make_parent(parent, path) do
        case :file.make_dir(path) do
          {:error, :eexist} -> if dir?(path), do: :ok, else: {:error, :eexist}
          result -> result
        end
      end
    end
  end

  defp make_parent(path, path), do: {:error, :enotdir}

  defp make_parent(parent, _) do
    with {:error, :eexist} <- mkdir_p(parent), do: {:error, :enotdir}
  end

  @doc """
  As `mkdir_p/1`, raising `File.Error` on failure.
  """
  @spec mkdir_p!(Path.t()) :: :ok
  def mkdir_p!(path) do
    case mkdir_p(path) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "make directory (with -p)", path: name(path)
    end
  end

  @doc """
  The names in a folder, in no certain order.

  """
  @spec ls(Path.t()) :: {:ok, [binary]} | {:error, posix}
  def ls(path \\ ".") do
    with {:ok, names} <- :file.list_dir(name(path)), do: {:ok, for(name <- names, do: name(name))}
  end

  @doc """
  As `ls/1`, raising `File.Error` on failure.
  """
  @spec ls!(Path.t()) :: [binary]
  def ls!(path \\ ".") do
    case ls(path) do
      {:ok, result} -> result
      {:error, reason} -> raise File.Error, reason: reason, action: "list directory", path: name(path)
    end
  end

  @doc """
  Removes a file. A folder is refused.

  """
  @spec rm(Path.t()) :: :ok | {:error, posix}
  def rm(path) do
    path = name(path)

    case :file.delete(path) do
      {:error, :eacces} -> make_writable_and_delete(path)
      result -> result
    end
  end

  @doc """
  As `rm/1`, raising `File.Error` on failure.
  """
  @spec rm!(Path.t()) :: :ok
  def rm!(path) do
    case rm(path) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "remove file", path: name(path)
    end
  end

  # A write-protected file of ours can be unprotected first.
  defp make_writable_and_delete(path) do
    with {:ok, %{mode: mode, type: :regular} = stat} <- stat(path),
         :ok <- write_stat(path, %{stat | mode: :erlang.bor(mode, 0o200)}) do
      :file.delete(path)
    else
      _ -> {:error, :eacces}
    end
  end

  @doc """
  Removes an empty folder.

  ## Examples

      iex> File.rmdir("/no/such/folder")
      {:error, :enoent}

  """
  @spec rmdir(Path.t()) :: :ok | {:error, posix}
  def rmdir(path), do: :file.del_dir(name(path))

  @doc """
  As `rmdir/1`, raising `File.Error` on failure.
  """
  @spec rmdir!(Path.t()) :: :ok
  def rmdir!(path) do
    case rmdir(path) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "remove directory", path: name(path)
    end
  end

  @doc """
  Removes a file or a folder with all that is in it.

  Gives `{:ok, removed}`, the names of what was removed; nothing is no failure. On failure
  `{:error, reason, path}`. Symbolic links are removed, not followed.

  ## Examples

      iex> dir = Path.join(System.tmp_dir!(), "jovial_rm_rf_doc")
      iex> File.mkdir_p!(Path.join(dir, "sub"))
      iex> {:ok, removed} = File.rm_rf(dir)
      iex> length(removed)
      2
      iex> File.rm_rf(dir)
      {:ok, []}

  """
  @spec rm_rf(Path.t()) :: {:ok, [binary]} | {:error, posix, binary}
  def rm_rf(path), do: remove(checked_name(path, "rm_rf/1"), {:ok, []})

  defp checked_name(path, function) do
    path = name(path)

    if :binary.match(path, <<0>>) != :nomatch do
      raise ArgumentError, "cannot execute File.#{function} for path with null byte, got: #{inspect(path)}"
    end

    path
  end

  defp remove(path, {:ok, removed} = done) do
    case :file.read_link_info(path) do
      {:ok, info} ->
        if elem(info, 2) == :directory do
          remove_folder(path, done)
        else
          removal(rm(path), path, removed)
        end

      {:error, reason} when reason in [:enoent, :enotdir] ->
        done

      {:error, reason} ->
        {:error, reason, path}
    end
  end

  defp remove(_, failure), do: failure

  defp remove_folder(path, done) do
    case ls(path) do
      {:ok, names} ->
        case :lists.foldl(fn name, acc -> remove(Path.join(path, name), acc) end, done, names) do
          {:ok, removed} -> removal(rmdir(path), path, removed)
          failure -> failure
        end

      {:error, reason} ->
        {:error, reason, path}
    end
  end

  defp removal(:ok, path, removed), do: {:ok, [path | removed]}
  defp removal({:error, :enoent}, _, removed), do: {:ok, removed}
  defp removal({:error, reason}, path, _), do: {:error, reason, path}

  @doc """
  As `rm_rf/1`, raising `File.Error` on failure.
  """
  @spec rm_rf!(Path.t()) :: [binary]
  def rm_rf!(path) do
    case rm_rf(path) do
      {:ok, files} ->
        files

      {:error, reason, _} ->
        raise File.Error, reason: reason, path: name(path), action: "remove files and directories recursively from"
    end
  end

  @doc """
  The current folder.

  ## Examples

      iex> {:ok, dir} = File.cwd()
      iex> Path.type(dir)
      :absolute

  """
  @spec cwd() :: {:ok, binary} | {:error, posix}
  def cwd() do
    with {:ok, dir} <- :file.get_cwd(), do: {:ok, name(dir)}
  end

  @doc """
  As `cwd/0`, raising `File.Error` on failure.
  """
  @spec cwd!() :: binary
  def cwd!() do
    case cwd() do
      {:ok, dir} -> dir
      {:error, reason} -> raise File.Error, reason: reason, action: "get current working directory"
    end
  end

  @doc """
  Changes the current folder, for the whole system.

  """
  @spec cd(Path.t()) :: :ok | {:error, posix}
  def cd(path), do: :file.set_cwd(name(path))

  @doc """
  As `cd/1`, raising `File.Error` on failure.
  """
  @spec cd!(Path.t()) :: :ok
  def cd!(path) do
    case cd(path) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "set current working directory to", path: name(path)
    end
  end

  @doc """
  Changes the current folder while `function` runs, and returns its result.

  ## Examples

      iex> File.cd!("/", fn -> File.cwd!() end)
      "/"

  """
  @spec cd!(Path.t(), (-> res)) :: res when res: var
  def cd!(path, function) do
    before = cwd!()
    cd!(path)

    try do
      function.()
    after
      cd!(before)
    end
  end

  # ## What is known about files

  @doc """
  What is known about a file, as `File.Stat`. Links are followed.
  
  The option `:time` is `:universal` (the default), `:local` or `:posix`.

  ## Examples

      iex> File.stat!("/").type
      :directory

  """
  @spec stat(Path.t(), stat_options) :: {:ok, File.Stat.t()} | {:error, posix}
  def stat(path, opts \\ []) do
    opts = Keyword.put_new(opts, :time, :universal)
    with {:ok, info} <- :file.read_file_info(name(path), opts), do: {:ok, File.Stat.from_record(info)}
  end

  @doc """
  As `stat/2`, raising `File.Error` on failure.
  """
  @spec stat!(Path.t(), stat_options) :: File.Stat.t()
  def stat!(path, opts \\ []) do
    case stat(path, opts) do
      {:ok, result} -> result
      {:error, reason} -> raise File.Error, reason: reason, action: "read file stats", path: name(path)
    end
  end

  @doc """
  As `stat/2`, about the link itself.

  """
  @spec lstat(Path.t(), stat_options) :: {:ok, File.Stat.t()} | {:error, posix}
  def lstat(path, opts \\ []) do
    opts = Keyword.put_new(opts, :time, :universal)
    with {:ok, info} <- :file.read_link_info(name(path), opts), do: {:ok, File.Stat.from_record(info)}
  end

  @doc """
  As `lstat/2`, raising `File.Error` on failure.
  """
  @spec lstat!(Path.t(), stat_options) :: File.Stat.t()
  def lstat!(path, opts \\ []) do
    case lstat(path, opts) do
      {:ok, result} -> result
      {:error, reason} -> raise File.Error, reason: reason, action: "read file stats", path: name(path)
    end
  end

  @doc """
  Changes what is known about a file: mode, owner, times.

  """
  @spec write_stat(Path.t(), File.Stat.t(), stat_options) :: :ok | {:error, posix}
  def write_stat(path, stat, opts \\ []) do
    opts = Keyword.put_new(opts, :time, :universal)
    :file.write_file_info(name(path), File.Stat.to_record(stat), opts)
  end

  @doc """
  As `write_stat/3`, raising `File.Error` on failure.
  """
  @spec write_stat!(Path.t(), File.Stat.t(), stat_options) :: :ok
  def write_stat!(path, stat, opts \\ []) do
    case write_stat(path, stat, opts) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "write file stats", path: name(path)
    end
  end

  @doc """
  Sets the times of a file, to now by default, and makes an empty one if there is none.
  
  `time` is a date and time of universal time, or seconds since 1970.

  """
  @spec touch(Path.t(), erlang_time | posix_time) :: :ok | {:error, posix}
  def touch(path, time \\ System.os_time(:second)) do
    path = name(path)

    with {:error, :enoent} <- change_times(path, time),
         :ok <- write(path, "", [:append]) do
      change_times(path, time)
    end
  end

  @doc """
  As `touch/2`, raising `File.Error` on failure.
  """
  @spec touch!(Path.t(), erlang_time | posix_time) :: :ok
  def touch!(path, time \\ System.os_time(:second)) do
    case touch(path, time) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "touch", path: name(path)
    end
  end

  defp change_times(path, time) when is_integer(time), do: :file.change_time(path, posix_to_local(time), posix_to_local(time))
  defp change_times(path, time) do
    local = :calendar.universal_time_to_local_time(time)
    :file.change_time(path, local, local)
  end

  defp posix_to_local(seconds) do
    # Seconds from the year 0 to 1970.
    :calendar.universal_time_to_local_time(:calendar.gregorian_seconds_to_datetime(seconds + 62_167_219_200))
  end

  @doc """
  Sets the permission bits.

  """
  @spec chmod(Path.t(), non_neg_integer) :: :ok | {:error, posix}
  def chmod(path, mode), do: :file.change_mode(name(path), mode)

  @doc """
  As `chmod/2`, raising `File.Error` on failure.
  """
  @spec chmod!(Path.t(), non_neg_integer) :: :ok
  def chmod!(path, mode) do
    case chmod(path, mode) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "change mode for", path: name(path)
    end
  end

  @doc """
  Sets the owner.

  """
  @spec chown(Path.t(), non_neg_integer) :: :ok | {:error, posix}
  def chown(path, uid), do: :file.change_owner(name(path), uid)

  @doc """
  As `chown/2`, raising `File.Error` on failure.
  """
  @spec chown!(Path.t(), non_neg_integer) :: :ok
  def chown!(path, uid) do
    case chown(path, uid) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "change owner for", path: name(path)
    end
  end

  @doc """
  Sets the group.

  """
  @spec chgrp(Path.t(), non_neg_integer) :: :ok | {:error, posix}
  def chgrp(path, gid), do: :file.change_group(name(path), gid)

  @doc """
  As `chgrp/2`, raising `File.Error` on failure.
  """
  @spec chgrp!(Path.t(), non_neg_integer) :: :ok
  def chgrp!(path, gid) do
    case chgrp(path, gid) do
      :ok -> :ok
      {:error, reason} -> raise File.Error, reason: reason, action: "change group for", path: name(path)
    end
  end

  # ## Links

  @doc """
  Where a symbolic link points to.

  """
  @spec read_link(Path.t()) :: {:ok, binary} | {:error, posix}
  def read_link(path) do
    with {:ok, target} <- :file.read_link(name(path)), do: {:ok, name(target)}
  end

  @doc """
  As `read_link/1`, raising `File.Error` on failure.
  """
  @spec read_link!(Path.t()) :: binary
  def read_link!(path) do
    case read_link(path) do
      {:ok, result} -> result
      {:error, reason} -> raise File.Error, reason: reason, action: "read link", path: name(path)
    end
  end

  @doc """
  Makes a hard link `new` to the file `existing`.
  """
  @spec ln(Path.t(), Path.t()) :: :ok | {:error, posix}
  def ln(existing, new), do: :file.make_link(name(existing), name(new))

  @doc """
  As `ln/2`, raising `File.LinkError` on failure.
  """
  @spec ln!(Path.t(), Path.t()) :: :ok
  def ln!(existing, new) do
    case ln(existing, new) do
      :ok -> :ok
      {:error, reason} -> raise File.LinkError, reason: reason, action: "create hard link", existing: name(existing), new: name(new)
    end
  end

  @doc """
  Makes a symbolic link `new` to `existing`.
  """
  @spec ln_s(Path.t(), Path.t()) :: :ok | {:error, posix}
  def ln_s(existing, new), do: :file.make_symlink(name(existing), name(new))

  @doc """
  As `ln_s/2`, raising `File.LinkError` on failure.
  """
  @spec ln_s!(Path.t(), Path.t()) :: :ok
  def ln_s!(existing, new) do
    case ln_s(existing, new) do
      :ok -> :ok
      {:error, reason} -> raise File.LinkError, reason: reason, action: "create symlink", existing: name(existing), new: name(new)
    end
  end

  # ## Copying and renaming

  @doc """
  Renames a file or folder.
  """
  @spec rename(Path.t(), Path.t()) :: :ok | {:error, posix}
  def rename(source, destination), do: :file.rename(source, destination)

  @doc """
  As `rename/2`, raising `File.RenameError` on failure.
  """
  @spec rename!(Path.t(), Path.t()) :: :ok
  def rename!(source, destination) do
    case rename(source, destination) do
      :ok ->
        :ok

      {:error, reason} ->
        raise File.RenameError, reason: reason, action: "rename", source: name(source), destination: name(destination)
    end
  end

  @doc """
  Copies the contents of a file or device to another, at most `bytes_count` bytes.

  Gives `{:ok, bytes_copied}`. Permissions are not copied, see `cp/3`.

  ## Examples

      iex> dir = System.tmp_dir!()
      iex> File.write!(Path.join(dir, "jovial_copy_a"), "12345")
      iex> File.copy(Path.join(dir, "jovial_copy_a"), Path.join(dir, "jovial_copy_b"), 3)
      {:ok, 3}
      iex> File.read!(Path.join(dir, "jovial_copy_b"))
      "123"

  """
  @spec copy(Path.t() | io_device, Path.t() | io_device, pos_integer | :infinity) ::
          {:ok, non_neg_integer} | {:error, posix}
  def copy(source, destination, bytes_count \\ :infinity) do
    :file.copy(copied(source), copied(destination), bytes_count)
  end

  defp copied({path, modes}) when is_list(modes), do: {name(path), modes}
  defp copied(path) when is_binary(path) or is_list(path), do: name(path)
  defp copied(device), do: device

  @doc """
  As `copy/3`, raising `File.CopyError` on failure.
  """
  @spec copy!(Path.t() | io_device, Path.t() | io_device, pos_integer | :infinity) :: non_neg_integer
  def copy!(source, destination, bytes_count \\ :infinity) do
    case copy(source, destination, bytes_count) do
      {:ok, count} ->
        count

      {:error, reason} ->
        raise File.CopyError, reason: reason, action: "copy", source: shown(source), destination: shown(destination)
    end
  end

  defp shown(path) when is_binary(path) or is_list(path), do: name(path)
  defp shown(other), do: inspect(other)

  @doc """
  Copies a file with its permissions.

  Where a file is in the way, the option `:on_conflict` decides: a function of both names that says whether to
  overwrite. It says so by default.
  """
  @spec cp(Path.t(), Path.t(), keyword) :: :ok | {:error, posix}
  def cp(source_file, destination_file, options \\ []) do
    on_conflict = conflict_function(options)
    source = name(source_file)
    destination = name(destination_file)

    case copy_file(source, destination, [], on_conflict) do
      {:error, reason, _} -> {:error, reason}
      _ -> :ok
    end
  end

  defp conflict_function(fun) when is_function(fun, 2), do: fun
  defp conflict_function(options), do: Keyword.get(options, :on_conflict, fn _, _ -> true end)

  defp copy_file(path, path, done, _), do: done

  defp copy_file(source, destination, done, on_conflict) do
    cond do
      dir?(source) -> {:error, :eisdir, source}
      exists?(destination) and not on_conflict.(source, destination) -> done
      true -> copy_contents(source, destination, done)
    end
  end

  defp copy_contents(source, destination, done) do
    with {:ok, _} <- :file.copy(source, destination),
         {:ok, %{mode: mode}} <- stat(source),
         :ok <- :file.change_mode(destination, mode) do
      [destination | done]
    else
      {:error, reason} -> {:error, reason, source}
    end
  end

  @doc """
  As `cp/3`, raising `File.CopyError` on failure.
  """
  @spec cp!(Path.t(), Path.t(), keyword) :: :ok
  def cp!(source_file, destination_file, options \\ []) do
    case cp(source_file, destination_file, options) do
      :ok ->
        :ok

      {:error, reason} ->
        raise File.CopyError,
          reason: reason,
          action: "copy",
          source: name(source_file),
          destination: name(destination_file)
    end
  end

  @doc """
  Copies a file or a folder with all that is in it.

  Gives `{:ok, copied}`, the names of what was made, or `{:error, reason, path}`. Options: `:on_conflict` as in `cp/3`,
  and `:dereference_symlinks`, whether to copy what links point to instead of the links, `false` by default.

  ## Examples

      iex> dir = System.tmp_dir!()
      iex> File.mkdir_p!(Path.join(dir, "jovial_cp_r/a"))
      iex> {:ok, made} = File.cp_r(Path.join(dir, "jovial_cp_r"), Path.join(dir, "jovial_cp_r_2"))
      iex> length(made)
      2

  """
  @spec cp_r(Path.t(), Path.t(), keyword) :: {:ok, [binary]} | {:error, posix, binary}
  def cp_r(source, destination, options \\ []) do
    on_conflict = conflict_function(options)
    follow? = is_list(options) and Keyword.get(options, :dereference_symlinks, false)

    source = checked_name(source, "cp_r/3")
    destination = checked_name(destination, "cp_r/3")

    case copy_tree(source, destination, [], on_conflict, follow?) do
      done when is_list(done) -> {:ok, done}
      failure -> failure
    end
  end

  defp copy_tree(source, destination, done, on_conflict, follow?) when is_list(done) do
    type = if follow?, do: :file.read_file_info(source), else: :file.read_link_info(source)

    case type do
      {:ok, info} ->
        case elem(info, 2) do
          :regular -> copy_file(source, destination, done, on_conflict)
          :symlink -> copy_link(source, destination, done, on_conflict)
          :directory -> copy_folder(source, destination, done, on_conflict, follow?)
          _ -> {:error, :eio, source}
        end

      {:error, reason} ->
        {:error, reason, source}
    end
  end

  defp copy_tree(_, _, failure, _, _), do: failure

  defp copy_folder(source, destination, done, on_conflict, follow?) do
    with result when result in [:ok, {:error, :eexist}] <- mkdir(destination),
         {:ok, names} <- ls(source) do
      Enum.reduce(names, [destination | done], fn name, done ->
        copy_tree(Path.join(source, name), Path.join(destination, name), done, on_conflict, follow?)
      end)
    else
      {:error, reason} -> {:error, reason, source}
    end
  end

  defp copy_link(source, destination, done, on_conflict) do
    if exists?(destination) and not on_conflict.(source, destination) do
      done
    else
      _ = :file.delete(destination)

      with {:ok, target} <- :file.read_link(source),
           :ok <- :file.make_symlink(target, destination) do
        [destination | done]
      else
        {:error, reason} -> {:error, reason, source}
      end
    end
  end

  @doc """
  As `cp_r/3`, raising `File.CopyError` on failure.
  """
  @spec cp_r!(Path.t(), Path.t(), keyword) :: [binary]
  def cp_r!(source, destination, options \\ []) do
    case cp_r(source, destination, options) do
      {:ok, files} ->
        files

      {:error, reason, path} ->
        raise File.CopyError,
          reason: reason,
          on: path,
          action: "copy recursively",
          source: name(source),
          destination: name(destination)
    end
  end

  # ## Open files

  @doc """
  Opens a file as a device.

  Modes: `:read`, `:write` (which empties it unless `:read` is there too), `:append`, `:exclusive` (it must be new),
  `:utf8` (characters instead of bytes), `:charlist` (give lists instead of binaries), `:raw`, `:compressed`,
  `:delayed_write`, `:read_ahead`, `{:encoding, encoding}`. Instead of modes a function may be given, as in `open/3`.

  ## Examples

      iex> {:ok, file} = File.open("/dev/null", [:read])
      iex> IO.read(file, :line)
      :eof
      iex> File.close(file)
      :ok

  """
  @spec open(Path.t(), [mode] | (io_device -> res)) :: {:ok, io_device | res} | {:error, posix} when res: var
  def open(path, modes_or_function \\ [])

  def open(path, modes) when is_list(modes), do: :file.open(name(path), normalize_modes(modes, true))
  def open(path, function) when is_function(function, 1), do: open(path, [], function)

  @doc """
  Opens a file, runs `function` with it, and closes it.

  Gives `{:ok, result}`.
  """
  @spec open(Path.t(), [mode], (io_device -> res)) :: {:ok, res} | {:error, posix} when res: var
  def open(path, modes, function) when is_list(modes) and is_function(function, 1) do
    case open(path, modes) do
      {:ok, device} ->
        try do
          {:ok, function.(device)}
        after
          :ok = close(device)
        end

      failure ->
        failure
    end
  end

  @doc """
  As `open/2`, raising `File.Error` on failure.
  """
  @spec open!(Path.t(), [mode] | (io_device -> res)) :: io_device | res when res: var
  def open!(path, modes_or_function \\ []) do
    case open(path, modes_or_function) do
      {:ok, result} -> result
      {:error, reason} -> raise File.Error, reason: reason, action: "open", path: name(path)
    end
  end

  @doc """
  As `open/3`, raising `File.Error` on failure.
  """
  @spec open!(Path.t(), [mode], (io_device -> res)) :: res when res: var
  def open!(path, modes, function) do
    case open(path, modes, function) do
      {:ok, result} -> result
      {:error, reason} -> raise File.Error, reason: reason, action: "open", path: name(path)
    end
  end

  # Binaries unless lists are asked for; `:utf8` is short for an encoding.
  defp normalize_modes([:utf8 | rest], binary?), do: [{:encoding, :utf8} | normalize_modes(rest, binary?)]
  defp normalize_modes([:charlist | rest], _), do: normalize_modes(rest, false)
  defp normalize_modes([:char_list | rest], _), do: normalize_modes(rest, false)
  defp normalize_modes([mode | rest], binary?), do: [mode | normalize_modes(rest, binary?)]
  defp normalize_modes([], true), do: [:binary]
  defp normalize_modes([], false), do: []

  @doc """
  Closes a file opened with `open/2`.
  """
  @spec close(io_device) :: :ok | {:error, posix | :badarg | :terminated}
  def close(io_device), do: :file.close(io_device)

  @doc """
  A file as a stream of lines, or of pieces of `line_or_bytes` bytes.

  The file is opened when the stream is run. Modes are those of `open/2` and `:trim_bom`. It can be collected into.

  ## Examples

      iex> path = Path.join(System.tmp_dir!(), "jovial_stream_doc")
      iex> ["x", "y"] |> Enum.into(File.stream!(path))
      iex> path |> File.stream!(1) |> Enum.to_list()
      ["x", "y"]

  """
  @spec stream!(Path.t(), :line | pos_integer | [stream_mode], [stream_mode] | :line | pos_integer) :: File.Stream.t()
  def stream!(path, line_or_bytes_modes \\ [])

  def stream!(path, modes) when is_list(modes), do: stream!(path, :line, modes)
  def stream!(path, line_or_bytes) when is_integer(line_or_bytes) or line_or_bytes == :line, do: stream!(path, line_or_bytes, [])

  @doc """
  As `stream!/2`, with both.
  """
  def stream!(path, line_or_bytes, modes)

  def stream!(path, modes, line_or_bytes) when is_list(modes), do: stream!(path, line_or_bytes, modes)

  def stream!(path, line_or_bytes, modes) when line_or_bytes == :line or (is_integer(line_or_bytes) and line_or_bytes > 0) do
    File.Stream.__build__(name(path), line_or_bytes, for(mode <- modes, do: if(mode == :utf8, do: {:encoding, :utf8}, else: mode)))
  end
end
