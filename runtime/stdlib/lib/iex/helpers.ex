defmodule IEx.Helpers do
  @moduledoc """
  What cells can call without a module's name, as in the shell.

    * `flush/0` prints the messages of the mailbox
    * `h/1` prints documentation, `b/1` that of callbacks, `t/1` types, `exports/1` the functions of a module
    * `v/0`, `v/1` return the values of earlier cells
    * `i/1` tells what a value is, `process_info/1` what a process does
    * `pid/1`, `pid/3`, `ref/1`, `ref/4`, `port/1`, `port/2` make identifiers of their numbers
    * `c/1`, `r/1`, `import_file/1` compile and run files
    * `cd/1`, `ls/0`, `ls/1`, `pwd/0` go about the file system
    * `runtime_info/0` tells about the system

  """

  import IEx, only: [dont_display_result: 0]

  # ## Messages

  @doc """
  Prints all messages of the mailbox and empties it.
  """
  @spec flush() :: :ok
  def flush do
    receive do
      message ->
        IO.puts(inspect(message, [limit: 50] ++ IEx.inspect_opts()))
        flush()
    after
      0 -> :ok
    end
  end

  # ## Identifiers

  @doc """
  Returns the process with these numbers, as in `#PID<0.21.32>`.

  ## Examples

      iex> inspect(IEx.Helpers.pid(0, 21, 32))
      "#PID<0.21.32>"

  """
  @spec pid(non_neg_integer, non_neg_integer, non_neg_integer) :: pid
  def pid(x, y, z) when is_integer(x) and x >= 0 and is_integer(y) and y >= 0 and is_integer(z) and z >= 0 do
    :erlang.list_to_pid(String.to_charlist("<#{x}.#{y}.#{z}>"))
  end

  @doc """
  Returns the process with these numbers, given as text or as an atom.

  ## Examples

      iex> inspect(IEx.Helpers.pid("0.21.32"))
      "#PID<0.21.32>"

  """
  @spec pid(binary | atom) :: pid
  def pid("#PID" <> text), do: :erlang.list_to_pid(String.to_charlist(text))
  def pid("<" <> _ = text), do: :erlang.list_to_pid(String.to_charlist(text))
  def pid(text) when is_binary(text), do: pid("<" <> text <> ">")

  def pid(name) when is_atom(name) do
    case Process.whereis(name) do
      pid when is_pid(pid) -> pid
      _none -> raise ArgumentError, "no process found with name: #{inspect(name)}"
    end
  end

  @doc """
  Returns the reference with these numbers, given as text.

  ## Examples

      iex> inspect(IEx.Helpers.ref("0.21.32.43"))
      "#Reference<0.21.32.43>"

  """
  @spec ref(binary) :: reference
  def ref("#Reference" <> text), do: ref(text)
  def ref("#Ref" <> text), do: ref(text)
  def ref("<" <> _ = text), do: :erlang.list_to_ref(String.to_charlist("#Ref" <> text))
  def ref(text) when is_binary(text), do: ref("<" <> text <> ">")

  @doc """
  Returns the reference with these numbers.

  ## Examples

      iex> inspect(IEx.Helpers.ref(0, 21, 32, 43))
      "#Reference<0.21.32.43>"

  """
  @spec ref(non_neg_integer, non_neg_integer, non_neg_integer, non_neg_integer) :: reference
  def ref(w, x, y, z)
      when is_integer(w) and w >= 0 and is_integer(x) and x >= 0 and is_integer(y) and y >= 0 and is_integer(z) and z >= 0 do
    ref("#{w}.#{x}.#{y}.#{z}")
  end

  @doc """
  Returns the port with these numbers, given as text: `port("0.4")`.
  """
  @spec port(binary) :: port
  def port("#Port" <> _ = text), do: :erlang.list_to_port(String.to_charlist(text))
  def port("<" <> _ = text), do: port("#Port" <> text)
  def port(text) when is_binary(text), do: port("<" <> text <> ">")

  @doc """
  Returns the port with these numbers: `port(0, 4)`.
  """
  @spec port(non_neg_integer, non_neg_integer) :: port
  def port(major, minor) when is_integer(major) and major >= 0 and is_integer(minor) and minor >= 0 do
    port("#{major}.#{minor}")
  end

  # ## Documentation

  @doc """
  Prints what there is.
  """
  def h do
    IEx.Introspection.h(IEx.Helpers)
    dont_display_result()
  end

  @doc """
  Prints the documentation of a module or function.

      h(Enum)
      h(Enum.map)
      h(Enum.map/2)

  """
  defmacro h(term) do
    quote do
      IEx.Introspection.h(unquote(IEx.Introspection.decompose(term, __CALLER__)))
      IEx.dont_display_result()
    end
  end

  @doc """
  Prints the callbacks of a module, or the documentation of one of them.

      b(GenServer)
      b(GenServer.init/1)

  """
  defmacro b(term) do
    quote do
      IEx.Introspection.b(unquote(IEx.Introspection.decompose(term, __CALLER__)))
      IEx.dont_display_result()
    end
  end

  @doc """
  Prints the types of a module, or one of them with its document.

      t(Enum)
      t(Enum.t/0)

  """
  defmacro t(term) do
    quote do
      IEx.Introspection.t(unquote(IEx.Introspection.decompose(term, __CALLER__)))
      IEx.dont_display_result()
    end
  end

  # ## Values of cells

  @doc """
  Returns the value of a cell.

  A positive number is the cell's execution count; `-1` is the newest value, `-2` the one before. The last 20 values are kept, or as many as
  `IEx.configure(history_size: n)` says.

      v(3)

  """
  @spec v(integer) :: term
  def v(n \\ -1) when is_integer(n) do
    kept = :jovial_session.kept()
    found = if n < 0, do: Enum.at(kept, -n - 1), else: List.keyfind(kept, n, 0)

    case found do
      {_count, value} -> value
      nil -> raise "v(#{n}) is out of bounds"
    end
  end

  # ## The code of modules

  @doc """
  Prints the functions and macros of a module.
  """
  @spec exports(module) :: atom
  def exports(module) do
    IEx.Introspection.exports(module)
    dont_display_result()
  end

  @doc """
  Prints the functions and macros of this module.
  """
  @spec exports() :: atom
  def exports, do: exports(IEx.Helpers)

  @doc """
  Tells what a value is: its type, the modules for it, the protocols it implements.
  """
  @spec i(term) :: atom
  def i(term) do
    sections = [{"Term", inspect(term, Keyword.put(IEx.inspect_opts(), :pretty, false))} | IEx.Info.sections(term)]

    for {title, text} <- sections do
      IO.puts([IEx.color(:eval_result, title), "\n  ", IEx.color(:eval_info, String.replace(text, "\n", "\n  "))])
    end

    dont_display_result()
  end

  # ## Files

  @doc """
  Compiles files, and returns the modules in them.
  """
  @spec c(binary | [binary], binary | :in_memory) :: [module]
  def c(files, _where \\ :in_memory) when is_binary(files) or is_list(files) do
    files = List.wrap(files)
    missing = Enum.reject(files, &File.regular?/1)
    unless missing == [], do: raise(ArgumentError, "could not find files #{Enum.join(missing, ", ")}")
    for file <- files, {module, _binary} <- Code.compile_file(file), do: module
  end

  @doc """
  Compiles the file of a module again.
  """
  @spec r(module | [module]) :: {:reloaded, [module]}
  def r(modules) do
    files =
      for module <- List.wrap(modules), uniq: true do
        unless Code.ensure_loaded?(module), do: raise(ArgumentError, "could not load nor find module: #{inspect(module)}")
        file = module.module_info(:compile)[:source] |> to_string()
        unless File.regular?(file), do: raise(ArgumentError, "could not find source for module: #{inspect(module)}")
        file
      end

    {:reloaded, c(files)}
  end

  @doc """
  Loads a module again.
  """
  @spec l(module) :: {:module, module} | {:error, term}
  def l(module) when is_atom(module), do: Code.ensure_loaded(module)

  @doc """
  Puts the code of a file in the place of the call.
  """
  defmacro import_file(path) when is_binary(path), do: quoted_file(path, false)

  @doc """
  Puts the code of a file in the place of the call, if there is such a file.
  """
  defmacro import_file_if_available(path) when is_binary(path), do: quoted_file(path, true)

  defp quoted_file(path, optional?) do
    path = Path.expand(path)

    if not optional? or File.exists?(path) do
      path |> File.read!() |> Code.string_to_quoted!(file: path)
    end
  end

  @doc """
  Uses a module, if it is there.
  """
  defmacro use_if_available(quoted_module, options \\ []) do
    module = Macro.expand(quoted_module, __CALLER__)

    if Code.ensure_loaded?(module) do
      quote do: use(unquote(quoted_module), unquote(options))
    end
  end

  @doc """
  Imports a module, if it is there.
  """
  defmacro import_if_available(quoted_module, options \\ []) do
    module = Macro.expand(quoted_module, __CALLER__)

    if Code.ensure_loaded?(module) do
      quote do: import(unquote(quoted_module), unquote(options))
    end
  end

  @doc """
  Changes the working directory.
  """
  @spec cd(binary) :: atom
  def cd(directory) when is_binary(directory) do
    case File.cd(Path.expand(directory)) do
      :ok -> pwd()
      {:error, :enoent} -> IO.puts(IEx.color(:eval_error, "No directory #{directory}"))
      {:error, reason} -> IO.puts(IEx.color(:eval_error, "Could not change to #{directory}: #{inspect(reason)}"))
    end

    dont_display_result()
  end

  @doc """
  Prints the working directory.
  """
  @spec pwd() :: atom
  def pwd do
    IO.puts(IEx.color(:eval_info, File.cwd!()))
    dont_display_result()
  end

  @doc """
  Prints the contents of a directory, or the path of a file.
  """
  @spec ls(binary) :: atom
  def ls(path \\ ".") when is_binary(path) do
    full = Path.expand(path)

    case File.ls(full) do
      {:ok, names} ->
        names
        |> Enum.sort()
        |> Enum.map(fn name -> if File.dir?(Path.join(full, name)), do: name <> "/", else: name end)
        |> columns()

      {:error, :enoent} ->
        IO.puts(IEx.color(:eval_error, "No such file or directory #{path}"))

      {:error, :enotdir} ->
        IO.puts(IEx.color(:eval_info, full))

      {:error, reason} ->
        IO.puts(IEx.color(:eval_error, "Could not list #{path}: #{inspect(reason)}"))
    end

    dont_display_result()
  end

  @doc false
  def columns([]), do: :ok

  def columns(names) do
    width = Enum.max(Enum.map(names, &String.length/1)) + 4
    per_line = max(1, div(IEx.width(), width))

    for line <- Enum.chunk_every(names, per_line) do
      IO.puts(Enum.map(line, &String.pad_trailing(&1, width)))
    end

    :ok
  end

  # ## The system

  @doc """
  Ends the process that cells run in; another one takes its place.
  """
  @spec respawn() :: no_return
  def respawn, do: Process.exit(self(), :kill)

  @doc """
  There is no screen to clear in a notebook.
  """
  @spec clear() :: atom
  def clear, do: dont_display_result()

  @doc """
  Prints what is to be known of the system.

  A topic or a list of topics may be given: `:system`, `:memory`, `:limits`, `:applications`.
  """
  @spec runtime_info(atom | [atom]) :: atom
  def runtime_info(topics \\ [:system, :memory, :limits]) do
    for topic <- List.wrap(topics), do: topic(topic)
    dont_display_result()
  end

  defp topic(:system) do
    heading("System and architecture")
    row("Elixir version", System.version())
    row("Erlang/OTP version", System.otp_release())
    row("Schedulers online", :erlang.system_info(:schedulers_online))
  end

  defp topic(:memory) do
    heading("Memory")
    for {key, title} <- [atom: "Atoms", binary: "Binaries", code: "Code", ets: "ETS", processes: "Processes", total: "Total"],
        bytes = :erlang.memory()[key],
        do: row(title, bytes(bytes))
  end

  defp topic(:limits) do
    heading("Statistics / limits")
    row("Atoms", limit(:atom_count, :atom_limit))
    row("Processes", limit(:process_count, :process_limit))
  end

  defp topic(:applications) do
    heading("Loaded applications")
    for {name, _description, version} <- Enum.sort(Application.loaded_applications()), do: row(name, version)
  end

  defp topic(other), do: raise(ArgumentError, "unknown topic: #{inspect(other)}")

  defp heading(text), do: IO.puts(["\n## ", text, " \n"])
  defp row(title, value), do: IO.puts([String.pad_trailing(to_string(title), 20), " ", to_string(value)])

  defp limit(count, limit) do
    count = :erlang.system_info(count)
    limit = :erlang.system_info(limit)
    "#{count} / #{limit} (#{div(100 * count, limit)}% used)"
  end

  defp bytes(bytes) when bytes < 1024, do: "#{bytes} B"
  defp bytes(bytes) when bytes < 1024 * 1024, do: "#{div(bytes, 1024)} KB"
  defp bytes(bytes), do: "#{div(bytes, 1024 * 1024)} MB"

  @doc """
  Prints what a process does.
  """
  @spec process_info(pid | atom) :: atom
  def process_info(process) do
    pid = if is_atom(process), do: Process.whereis(process), else: process

    case is_pid(pid) && Process.info(pid) do
      info when is_list(info) ->
        IO.puts("\n# Process #{inspect(pid)}")
        heading("Overview")

        for {key, title} <- [
              initial_call: "Initial call",
              current_function: "Current function",
              registered_name: "Registered name",
              status: "Status",
              message_queue_len: "Message queue length",
              group_leader: "Group leader",
              priority: "Priority",
              trap_exit: "Trap exit",
              reductions: "Reductions"
            ],
            {:ok, value} <- [Keyword.fetch(info, key)],
            do: row(title, inspect(value))

        if info[:links] not in [nil, []] do
          heading("Links")
          for link <- info[:links], do: IO.puts(inspect(link))
        end

      _gone ->
        IO.puts(IEx.color(:eval_error, "Failed with reason: process is not alive"))
    end

    dont_display_result()
  end
end
