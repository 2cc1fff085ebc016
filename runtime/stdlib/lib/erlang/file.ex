defmodule :file do
  @moduledoc """
  Files, under the names that Erlang programs know. `File` is the module for Elixir programs.

  The work is done by natives of `:prim_file`. This module brings names to the form that they want, and puts a process
  in front of files that are opened without the mode `:raw`, so that they can be shared and speak the I/O protocol.
  """

  # Names may be atoms, strings, or nested lists of them.
  defp name(path) when is_binary(path), do: path
  defp name(path) when is_atom(path), do: :erlang.atom_to_binary(path)
  defp name(path) when is_list(path), do: path |> parts() |> :unicode.characters_to_binary()

  defp parts(path) do
    for part <- path do
      cond do
        is_atom(part) -> :erlang.atom_to_list(part)
        is_list(part) -> parts(part)
        true -> part
      end
    end
  end

  @doc """
  How names of files are written.

      iex> :file.native_name_encoding()
      :utf8
  """
  @spec native_name_encoding() :: :utf8
  def native_name_encoding, do: :utf8

  @doc "The text for a reason, as in `no such file or directory`."
  def format_error(reason) when is_atom(reason), do: :erlang.binary_to_list(posix_text(reason))
  def format_error(_), do: ~c"unknown POSIX error"

  texts = [
    e2big: "argument list too long",
    eacces: "permission denied",
    eagain: "resource temporarily unavailable",
    ebadf: "bad file number",
    ebusy: "file busy",
    edquot: "disk quota exceeded",
    eexist: "file already exists",
    efault: "bad address in system call argument",
    efbig: "file too large",
    eintr: "interrupted system call",
    einval: "invalid argument",
    eio: "I/O error",
    eisdir: "illegal operation on a directory",
    eloop: "too many levels of symbolic links",
    emfile: "too many open files",
    emlink: "too many links",
    enametoolong: "file name too long",
    enfile: "file table overflow",
    enodev: "no such device",
    enoent: "no such file or directory",
    enomem: "not enough memory",
    enospc: "no space left on device",
    enotblk: "block device required",
    enotdir: "not a directory",
    enotempty: "file already exists",
    enotsup: "operation not supported",
    enxio: "no such device or address",
    eperm: "not owner",
    epipe: "broken pipe",
    erofs: "read-only file system",
    espipe: "invalid seek",
    esrch: "no such process",
    estale: "stale remote file handle",
    exdev: "cross-domain link",
    badarg: "bad argument",
    terminated: "the owning process has terminated",
    system_limit: "a system limit was hit, probably not enough ports"
  ]

  for {reason, text} <- texts do
    defp posix_text(unquote(reason)), do: unquote(text)
  end

  defp posix_text(_), do: "unknown POSIX error"

  @doc "The current folder."
  def get_cwd(), do: :prim_file.get_cwd()
  @doc "Changes the current folder."
  def set_cwd(dir), do: :prim_file.set_cwd(name(dir))
  @doc "Deletes a file."
  def delete(path), do: :prim_file.delete(name(path))
  @doc "Renames a file or folder."
  def rename(from, to), do: :prim_file.rename(name(from), name(to))
  @doc "Makes a folder."
  def make_dir(path), do: :prim_file.make_dir(name(path))
  @doc "Deletes an empty folder."
  def del_dir(path), do: :prim_file.del_dir(name(path))
  @doc "The names in a folder."
  def list_dir(path), do: :prim_file.list_dir(name(path))
  @doc "The names in a folder, those that are no text included."
  def list_dir_all(path), do: :prim_file.list_dir_all(name(path))
  @doc "What is known about a file."
  def read_file_info(path), do: :prim_file.read_file_info(name(path))
  @doc "What is known about a file. Options: `{:time, :local | :universal | :posix}`."
  def read_file_info(path, options), do: :prim_file.read_file_info(name(path), times(options))
  @doc "What is known about a link."
  def read_link_info(path), do: :prim_file.read_link_info(name(path))
  @doc "As `read_link_info/1`, with options."
  def read_link_info(path, options), do: :prim_file.read_link_info(name(path), times(options))
  @doc "Changes what is known about a file."
  def write_file_info(path, info), do: :prim_file.write_file_info(name(path), info)
  @doc "As `write_file_info/2`, with options."
  def write_file_info(path, info, options), do: :prim_file.write_file_info(name(path), info, times(options))

  defp times(options), do: for({:time, _} = option <- options, do: option)

  @doc "Where a link points to."
  def read_link(path), do: :prim_file.read_link(name(path))
  @doc "Where a link points to, also if that is no text."
  def read_link_all(path), do: :prim_file.read_link_all(name(path))
  @doc "Makes a hard link."
  def make_link(existing, new), do: :prim_file.make_link(name(existing), name(new))
  @doc "Makes a symbolic link."
  def make_symlink(existing, new), do: :prim_file.make_symlink(name(existing), name(new))
  @doc "The contents of a file."
  def read_file(path), do: :prim_file.read_file(name(path))
  @doc "Writes a file anew."
  def write_file(path, bytes), do: write_file(path, bytes, [])

  @doc "Writes a file with modes."
  def write_file(path, bytes, modes) do
    # What can't be written must not cost the file its contents.
    bytes = :erlang.iolist_to_binary(bytes)

    with {:ok, fd} <- open(path, [:write, :raw, :binary | modes -- [:binary, :raw, :write]]) do
      result = :prim_file.write(fd, bytes)
      closed = :prim_file.close(fd)
      if result == :ok, do: closed, else: result
    end
  rescue
    ArgumentError -> {:error, :badarg}
  end

  # Times, modes and owners go through the record of `read_file_info/1`, of which only the fields set are changed.
  defp changed(fields) do
    unset = :erlang.make_tuple(14, :undefined, [{1, :file_info}])
    :lists.foldl(fn {at, value}, info -> :erlang.setelement(at, info, value) end, unset, fields)
  end

  @doc "Sets the permission bits."
  def change_mode(path, mode), do: write_file_info(path, changed([{8, mode}]))
  @doc "Sets the owner."
  def change_owner(path, uid), do: write_file_info(path, changed([{13, uid}]))
  @doc "Sets owner and group."
  def change_owner(path, uid, gid), do: write_file_info(path, changed([{13, uid}, {14, gid}]))
  @doc "Sets the group."
  def change_group(path, gid), do: write_file_info(path, changed([{14, gid}]))
  @doc "Sets the times of access and change."
  def change_time(path, mtime), do: change_time(path, mtime, mtime)
  @doc "Sets the times of access and change, in local time."
  def change_time(path, atime, mtime), do: write_file_info(path, changed([{5, atime}, {6, mtime}]))

  # ## Open files

  @doc "Opens a file: a process, or with the mode `:raw` the file itself."
  def open(path, modes) when is_list(modes) do
    if :raw in modes do
      :prim_file.open(name(path), modes -- [:raw])
    else
      :jovial_file_server.start(self(), name(path), modes)
    end
  end

  def open(path, mode) when is_atom(mode), do: open(path, [mode])

  @doc "Closes a file."
  def close(file) when is_pid(file) do
    case request(file, :close) do
      {:error, :terminated} -> :ok
      reply -> reply
    end
  end

  def close(fd), do: :prim_file.close(fd)

  @doc "Reads bytes (or characters, of a device)."
  def read(file, count) when is_pid(file) or is_atom(file) do
    case :io.request(file, {:get_chars, :latin1, ~c"", count}) do
      data when is_list(data) or is_binary(data) -> {:ok, data}
      other -> other
    end
  end

  def read(fd, count), do: :prim_file.read(fd, count)

  @doc "Reads a line."
  def read_line(file) when is_pid(file) or is_atom(file) do
    case :io.request(file, {:get_line, :latin1, ~c""}) do
      data when is_list(data) or is_binary(data) -> {:ok, data}
      other -> other
    end
  end

  def read_line(fd), do: :prim_file.read_line(fd)

  @doc "Writes bytes."
  def write(file, bytes) when is_pid(file) or is_atom(file) do
    case make_binary(bytes) do
      {:ok, binary} -> :io.request(file, {:put_chars, :latin1, binary})
      error -> error
    end
  end

  def write(fd, bytes), do: :prim_file.write(fd, bytes)

  defp make_binary(bytes) do
    {:ok, :erlang.iolist_to_binary(bytes)}
  rescue
    ArgumentError -> {:error, :badarg}
  end

  @doc "Moves to a position: a number of bytes, or `{:bof | :cur | :eof, offset}`."
  def position(file, at) when is_pid(file), do: request(file, {:position, at})
  def position(fd, at), do: :prim_file.position(fd, at)

  @doc "Reads at a position."
  def pread(file, at, count) when is_pid(file), do: request(file, {:pread, at, count})
  def pread(fd, at, count), do: :prim_file.pread(fd, at, count)

  @doc "Writes at a position."
  def pwrite(file, at, bytes) when is_pid(file), do: request(file, {:pwrite, at, :erlang.iolist_to_binary(bytes)})
  def pwrite(fd, at, bytes), do: :prim_file.pwrite(fd, at, bytes)

  @doc "Cuts the file off at the current position."
  def truncate(file) when is_pid(file), do: request(file, :truncate)
  def truncate(fd), do: :prim_file.truncate(fd)

  @doc "Has what was written reach the disk."
  def sync(file) when is_pid(file), do: request(file, :sync)
  def sync(fd), do: :prim_file.sync(fd)

  @doc "Has the contents that were written reach the disk."
  def datasync(file) when is_pid(file), do: request(file, :datasync)
  def datasync(fd), do: :prim_file.datasync(fd)

  defp request(file, request) do
    ref = :erlang.monitor(:process, file)
    :erlang.send(file, {:file_request, self(), ref, request})

    receive do
      {:file_reply, ^ref, reply} ->
        :erlang.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, _, _, _} ->
        {:error, :terminated}
    end
  end

  # ## Copying

  @copy_size 65_536

  @doc "Copies a file or device to another."
  def copy(source, destination), do: copy(source, destination, :infinity)

  @doc "Copies at most `count` bytes."
  def copy(source, destination, count) do
    with_open(source, [:read], fn from ->
      with_open(destination, [:write], fn to -> copy_bytes(from, to, count, 0) end)
    end)
  end

  defp with_open(device, _, fun) when is_pid(device), do: fun.(device)
  defp with_open(device, _, fun) when is_tuple(device) and elem(device, 0) == :file_descriptor, do: fun.(device)
  defp with_open({path, modes}, more, fun), do: opened(path, modes ++ more, fun)
  defp with_open(path, modes, fun), do: opened(path, modes, fun)

  defp opened(path, modes, fun) do
    with {:ok, fd} <- open(path, [:raw, :binary | modes]) do
      result = fun.(fd)
      close(fd)
      result
    end
  end

  defp copy_bytes(_, _, 0, done), do: {:ok, done}

  defp copy_bytes(from, to, count, done) do
    case read(from, min(count, @copy_size)) do
      {:ok, data} ->
        size = :erlang.iolist_size(data)

        with :ok <- write(to, data) do
          copy_bytes(from, to, if(count == :infinity, do: count, else: count - size), done + size)
        end

      :eof ->
        {:ok, done}

      error ->
        error
    end
  end

  # ## Terms in files

  @doc """
  The terms of a file, each ended by a dot.

      iex> path = Path.join(System.tmp_dir!(), "file_consult")
      iex> File.write!(path, "{a, 1}.\\n% a note\\n[b].")
      iex> :file.consult(path)
      {:ok, [{:a, 1}, [:b]]}
      iex> :file.consult("/no/such/file")
      {:error, :enoent}
  """
  @spec consult(Path.t()) :: {:ok, [term]} | {:error, term}
  def consult(path) do
    with {:ok, text} <- read_file(path), do: terms(text, 1, [])
  end

  defp terms(text, line, terms) do
    case :erl_scan.form(text, line) do
      {:ok, tokens, rest, line} ->
        with {:ok, term} <- :erl_parse.parse_term(tokens), do: terms(rest, line, [term | terms])

      {:eof, _line} ->
        {:ok, :lists.reverse(terms)}

      {:more, _tokens, line} ->
        {:error, {line, :erl_parse, [~c"syntax error before: ", []]}}

      {:error, reason, _line} ->
        {:error, reason}
    end
  end

  @doc "As `consult/1`, for the first file of that name in some folders; gives its path too."
  @spec path_consult([Path.t()], Path.t()) :: {:ok, [term], Path.t()} | {:error, term}
  def path_consult(folders, path) do
    with {:ok, found} <- in_path(folders, path), {:ok, terms} <- consult(found), do: {:ok, terms, found}
  end

  @doc "Opens the first file of that name in some folders; gives its path too."
  @spec path_open([Path.t()], Path.t(), [term]) :: {:ok, term, Path.t()} | {:error, term}
  def path_open(folders, path, modes) do
    with {:ok, found} <- in_path(folders, path), {:ok, file} <- open(found, modes), do: {:ok, file, found}
  end

  defp in_path(folders, path) do
    paths = if :filename.pathtype(path) == :absolute, do: [path], else: for(folder <- folders, do: :filename.join(folder, path))

    case :lists.filter(&:filelib.is_regular/1, paths) do
      [found | _] -> {:ok, found}
      [] -> {:error, :enoent}
    end
  end

  # ## More ways

  @doc """
  Reads at several places: a list of texts, or `:eof` where there is none.
  """
  @spec pread(term, [{non_neg_integer, non_neg_integer}]) :: {:ok, [binary | charlist | :eof]} | {:error, term}
  def pread(file, places) when is_list(places) do
    :lists.foldr(
      fn {at, count}, acc ->
        with {:ok, found} <- acc do
          case pread(file, at, count) do
            {:ok, data} -> {:ok, [data | found]}
            :eof -> {:ok, [:eof | found]}
            error -> error
          end
        end
      end,
      {:ok, []},
      places
    )
  end

  @doc "Writes at several places; an error tells how many were written."
  @spec pwrite(term, [{non_neg_integer, iodata}]) :: :ok | {:error, {non_neg_integer, term}}
  def pwrite(file, places) when is_list(places), do: pwrite_each(file, places, 0)

  defp pwrite_each(_file, [], _done), do: :ok

  defp pwrite_each(file, [{at, bytes} | rest], done) do
    case pwrite(file, at, bytes) do
      :ok -> pwrite_each(file, rest, done + 1)
      {:error, reason} -> {:error, {done, reason}}
    end
  end

  @doc "Deletes a file; no option changes anything here."
  @spec delete(Path.t(), [term]) :: :ok | {:error, term}
  def delete(path, options) when is_list(options), do: delete(path)

  @doc """
  Deletes a folder with all that is in it.

      iex> path = Path.join(System.tmp_dir!(), "file_del_dir_r")
      iex> File.mkdir_p!(Path.join(path, "inside"))
      iex> {:file.del_dir_r(path), File.exists?(path)}
      {:ok, false}
  """
  @spec del_dir_r(Path.t()) :: :ok | {:error, term}
  def del_dir_r(path) do
    case list_dir_all(path) do
      {:ok, names} ->
        for name <- names, do: del_dir_r(:filename.join(path, name))
        del_dir(path)

      # A link to a folder is only a link.
      {:error, reason} when reason in [:enotdir, :einval] ->
        delete(path)

      error ->
        error
    end
  end

  @doc "Tells the system how a part of a file will be used, which it is free to ignore."
  @spec advise(term, integer, integer, atom) :: :ok | {:error, :einval}
  def advise(_file, at, size, how) when is_integer(at) and is_integer(size) do
    if how in [:normal, :sequential, :random, :no_reuse, :will_need, :dont_need], do: :ok, else: {:error, :einval}
  end

  @doc "The folder of the process; there is only one drive."
  @spec get_cwd(charlist) :: {:ok, charlist} | {:error, term}
  def get_cwd(_drive), do: get_cwd()

  @doc "Another name that the system knows a file by; there are none."
  @spec altname(Path.t()) :: {:error, :enotsup}
  def altname(_path), do: {:error, :enotsup}
end

defmodule :jovial_file_server do
  @moduledoc false
  # The process in front of an open file. It ends with its owner, and closes the file then.
  #
  # What was read and not asked for yet waits in `buffer`; a position has to take it into account.

  @chunk 8192

  def start(owner, path, modes) do
    parent = self()
    ref = make_ref()
    server = :erlang.spawn(fn -> init(parent, ref, owner, path, modes) end)
    monitor = :erlang.monitor(:process, server)

    receive do
      {^ref, reply} ->
        :erlang.demonitor(monitor, [:flush])
        reply

      {:DOWN, ^monitor, _, _, reason} ->
        {:error, reason}
    end
  end

  defp init(parent, ref, owner, path, modes) do
    owner_ref = :erlang.monitor(:process, owner)

    case :prim_file.open(path, [:binary | for(mode <- modes, keep?(mode), do: mode)]) do
      {:ok, fd} ->
        :erlang.send(parent, {ref, {:ok, self()}})

        loop(%{
          fd: fd,
          owner: owner_ref,
          buffer: "",
          binary?: :binary in modes,
          encoding: encoding(modes)
        })

      error ->
        :erlang.send(parent, {ref, error})
    end
  end

  defp keep?({:encoding, _}), do: false
  defp keep?(mode), do: mode not in [:binary, :raw]

  defp encoding(modes) do
    case :lists.keyfind(:encoding, 1, modes) do
      {_, :unicode} -> :utf8
      {_, encoding} -> encoding
      false -> :latin1
    end
  end

  defp loop(%{owner: owner, fd: fd} = state) do
    receive do
      {:file_request, from, ref, :close} ->
        :erlang.send(from, {:file_reply, ref, :prim_file.close(fd)})

      {:file_request, from, ref, request} ->
        {reply, state} = file(request, state)
        :erlang.send(from, {:file_reply, ref, reply})
        loop(state)

      {:io_request, from, ref, request} ->
        {reply, state} = io(request, state)
        :erlang.send(from, {:io_reply, ref, reply})
        loop(state)

      {:DOWN, ^owner, _, _, _} ->
        :prim_file.close(fd)

      _ ->
        loop(state)
    end
  end

  defp file({:position, at}, state) do
    # The file is ahead of its reader by what waits in the buffer.
    at =
      case at do
        :cur -> {:cur, -byte_size(state.buffer)}
        {:cur, offset} -> {:cur, offset - byte_size(state.buffer)}
        other -> other
      end

    {:prim_file.position(state.fd, at), %{state | buffer: ""}}
  end

  defp file({:pread, at, count}, state), do: {listed(:prim_file.pread(state.fd, at, count), state), state}
  defp file({:pwrite, at, bytes}, state), do: {:prim_file.pwrite(state.fd, at, bytes), state}

  defp file(:truncate, state) do
    state = rewind(state)
    {:prim_file.truncate(state.fd), state}
  end

  defp file(:sync, state), do: {:prim_file.sync(state.fd), state}
  defp file(:datasync, state), do: {:prim_file.datasync(state.fd), state}
  defp file(_, state), do: {{:error, :request}, state}

  defp listed({:ok, data}, %{binary?: false}), do: {:ok, :erlang.binary_to_list(data)}
  defp listed(result, _), do: result

  defp rewind(%{buffer: ""} = state), do: state

  defp rewind(state) do
    {:ok, _} = :prim_file.position(state.fd, {:cur, -byte_size(state.buffer)})
    %{state | buffer: ""}
  end

  defp io({:put_chars, chars}, state), do: put(:latin1, chars, state)
  defp io({:put_chars, encoding, chars}, state), do: put(encoding, chars, state)

  defp io({:put_chars, encoding, module, function, args}, state) do
    put(encoding, :erlang.apply(module, function, args), state)
  end

  defp io({:get_chars, _prompt, count}, state), do: get_chars(:latin1, count, state)
  defp io({:get_chars, encoding, _prompt, count}, state), do: get_chars(encoding, count, state)
  defp io({:get_line, _prompt}, state), do: get_line(:latin1, state)
  defp io({:get_line, encoding, _prompt}, state), do: get_line(encoding, state)
  defp io({:requests, requests}, state), do: all(requests, :ok, state)
  defp io(:getopts, state), do: {[binary: state.binary?, encoding: state.encoding], state}

  defp io({:setopts, options}, state) do
    encoding = Keyword.get(options, :encoding, state.encoding)
    binary? = if :binary in options, do: true, else: state.binary? and :list not in options
    {:ok, %{state | encoding: if(encoding == :unicode, do: :utf8, else: encoding), binary?: binary?}}
  end

  defp io(_, state), do: {{:error, :request}, state}

  defp all([request | rest], :ok, state) do
    {reply, state} = io(request, state)
    all(rest, reply, state)
  end

  defp all(_, reply, state), do: {reply, state}

  defp put(encoding, chars, state) do
    case :unicode.characters_to_binary(chars, encoding, state.encoding) do
      bytes when is_binary(bytes) ->
        state = rewind(state)
        {:prim_file.write(state.fd, bytes), state}

      _ ->
        {{:error, {:no_translation, encoding, state.encoding}}, state}
    end
  end

  defp get_chars(encoding, count, state) do
    case take_chars(state.buffer, count, state.encoding, 0) do
      {:more, _} ->
        case fill(state) do
          {:ok, state} -> get_chars(encoding, count, state)
          {:eof, %{buffer: ""} = state} -> {:eof, state}
          {:eof, %{buffer: buffer} = state} -> answer(buffer, encoding, %{state | buffer: ""})
          {error, state} -> {error, state}
        end

      size ->
        <<chars::binary-size(size), rest::binary>> = state.buffer
        answer(chars, encoding, %{state | buffer: rest})
    end
  end

  # The size in bytes of so many characters, or `{:more, size}` if the buffer holds fewer.
  defp take_chars(_, 0, _, size), do: size
  defp take_chars(buffer, count, :latin1, _) when byte_size(buffer) >= count, do: count
  defp take_chars(_, _, :latin1, size), do: {:more, size}

  defp take_chars(buffer, count, :utf8, size) do
    case buffer do
      <<_::binary-size(size), char::utf8, _::binary>> -> take_chars(buffer, count - 1, :utf8, size + byte_size(<<char::utf8>>))
      _ -> {:more, size}
    end
  end

  defp take_chars(buffer, count, encoding, size) do
    step = if match?({:utf32, _}, encoding), do: 4, else: 2
    if byte_size(buffer) >= size + step, do: take_chars(buffer, count - 1, encoding, size + step), else: {:more, size}
  end

  defp get_line(encoding, state) do
    line_end = :unicode.characters_to_binary("\n", :utf8, state.encoding)

    case :binary.match(state.buffer, line_end) do
      {at, size} ->
        size = at + size
        <<line::binary-size(size), rest::binary>> = state.buffer
        answer(line, encoding, %{state | buffer: rest})

      :nomatch ->
        case fill(state) do
          {:ok, state} -> get_line(encoding, state)
          {:eof, %{buffer: ""} = state} -> {:eof, state}
          {:eof, state} -> answer(state.buffer, encoding, %{state | buffer: ""})
          {error, state} -> {error, state}
        end
    end
  end

  defp fill(state) do
    case :prim_file.read(state.fd, @chunk) do
      {:ok, data} -> {:ok, %{state | buffer: state.buffer <> data}}
      other -> {other, state}
    end
  end

  # Asked for bytes, a file of bytes gives them as they are; everything else is translated.
  defp answer(bytes, encoding, state) do
    wanted = if encoding == :unicode, do: :utf8, else: encoding

    text =
      if wanted == state.encoding,
        do: bytes,
        else: :unicode.characters_to_binary(bytes, state.encoding, wanted)

    cond do
      not is_binary(text) -> {{:error, {:no_translation, state.encoding, encoding}}, state}
      state.binary? -> {text, state}
      true -> {:unicode.characters_to_list(text, wanted), state}
    end
  end
end
