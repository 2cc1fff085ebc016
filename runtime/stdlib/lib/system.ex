defmodule System do
  @moduledoc """
  The machine around the program: its environment, clocks, other programs, and the run itself.

  ## Time

  Three clocks answer different questions. `system_time/1` says what time it is, as seconds since 1970 in universal
  time. `os_time/1` is the same as the operating system tells it. `monotonic_time/1` is for measuring: it never goes
  back, but its zero means nothing.

  A *time unit* is `:second`, `:millisecond`, `:microsecond`, `:nanosecond`, `:native` (what the machine counts in), or
  an integer: parts per second.

      iex> System.convert_time_unit(90, :second, :millisecond)
      90000

  """

  @type time_unit :: :second | :millisecond | :microsecond | :nanosecond | pos_integer
  @type signal ::
          :sigabrt | :sigalrm | :sigchld | :sighup | :sigquit | :sigstop | :sigterm | :sigtstp | :sigusr1 | :sigusr2

  @version "1.18.4"

  # ## The run

  @doc """
  The version of Elixir that this is.

  ## Examples

      iex> System.version()
      "1.18.4"

  """
  @spec version() :: String.t()
  def version(), do: @version

  @doc """
  How this Elixir was built: a map with `:version`, `:build`, `:otp_release`, `:revision` and `:date`.

  ## Examples

      iex> System.build_info().version == System.version()
      true

  """
  @spec build_info() :: %{
          build: String.t(),
          date: String.t(),
          revision: String.t(),
          version: String.t(),
          otp_release: String.t()
        }
  def build_info() do
    %{
      build: "#{@version} (compiled with Erlang/OTP #{otp_release()})",
      date: "",
      revision: "",
      version: @version,
      otp_release: otp_release()
    }
  end

  @doc """
  The release of Erlang/OTP whose behaviour is followed.

  ## Examples

      iex> System.otp_release()
      "25"

  """
  @spec otp_release() :: String.t()
  def otp_release(), do: :erlang.list_to_binary(:erlang.system_info(:otp_release))

  @doc """
  The byte order of the machine.
  """
  @spec endianness() :: :little | :big
  def endianness(), do: :erlang.system_info(:endian)

  @doc """
  The byte order of the machine that this was compiled on.
  """
  @spec compiled_endianness() :: :little | :big
  def compiled_endianness(), do: :erlang.system_info(:endian)

  @doc """
  The number of schedulers.
  """
  @spec schedulers() :: pos_integer
  def schedulers(), do: :erlang.system_info(:schedulers)

  @doc """
  The number of schedulers in use.
  """
  @spec schedulers_online() :: pos_integer
  def schedulers_online(), do: :erlang.system_info(:schedulers_online)

  @doc """
  The arguments of the command line.

  ## Examples

      iex> is_list(System.argv())
      true

  """
  @spec argv() :: [String.t()]
  def argv() do
    case :jovial_system.get(:argv, nil) do
      nil -> :jovial_host.argv()
      args -> args
    end
  end

  @doc """
  Sets what `argv/0` gives.
  """
  @spec argv([String.t()]) :: :ok
  def argv(args), do: :jovial_system.put(:argv, args)

  @doc """
  Whether the system goes on after the script has ended.
  """
  @spec no_halt() :: boolean
  def no_halt(), do: :jovial_system.get(:no_halt, false)

  @doc """
  Sets whether the system goes on after the script has ended.
  """
  @spec no_halt(boolean) :: :ok
  def no_halt(boolean) when is_boolean(boolean), do: :jovial_system.put(:no_halt, boolean)

  @doc """
  Has `fun` called with the exit status when the program ends by itself.
  """
  @spec at_exit((non_neg_integer -> any)) :: :ok
  def at_exit(fun) when is_function(fun, 1) do
    :jovial_system.put(:at_exit, [fun | :jovial_system.get(:at_exit, [])])
  end

  @doc """
  Ends the system at once. `stop/1` does it with care.
  """
  @spec halt(non_neg_integer | binary | :abort) :: no_return
  def halt(status \\ 0)
  def halt(status) when is_integer(status) or status == :abort, do: :erlang.halt(status)
  def halt(status) when is_binary(status), do: :erlang.halt(:erlang.binary_to_list(status))

  @doc """
  Ends all applications, then the system.
  """
  @spec stop(non_neg_integer | binary) :: :ok
  def stop(status \\ 0)
  def stop(status) when is_integer(status), do: :init.stop(status)
  def stop(status) when is_binary(status), do: :init.stop(:erlang.binary_to_list(status))

  @doc """
  Ends all applications and starts anew.
  """
  @spec restart() :: :ok
  defdelegate restart(), to: :init

  @signals [:sigabrt, :sigalrm, :sigchld, :sighup, :sigquit, :sigstop, :sigterm, :sigtstp, :sigusr1, :sigusr2]

  @doc """
  Has `fun` called when the operating system sends `signal`.

  Gives `{:ok, id}` for `untrap_signal/2`.
  """
  @spec trap_signal(signal, id, (-> :ok)) :: {:ok, id} | {:error, :already_registered} | {:error, :not_sup} when id: term
  def trap_signal(signal, id \\ make_ref(), fun) when signal in @signals and is_function(fun, 0) do
    handler = {System.SignalHandler, {signal, id}}

    if handler in :gen_event.which_handlers(:erl_signal_server) do
      {:error, :already_registered}
    else
      :os.set_signal(signal, :handle)
      :ok = :gen_event.add_handler(:erl_signal_server, handler, {signal, fun})
      {:ok, id}
    end
  rescue
    ErlangError -> {:error, :not_sup}
  end

  @doc """
  Undoes `trap_signal/3`.
  """
  @spec untrap_signal(signal, id) :: :ok | {:error, :not_found} when id: term
  def untrap_signal(signal, id) when is_atom(signal) do
    case :gen_event.delete_handler(:erl_signal_server, {System.SignalHandler, {signal, id}}, :delete) do
      :ok -> :ok
      {:error, :module_not_found} -> {:error, :not_found}
      _ -> :ok
    end
  end

  @doc """
  The number of the operating system's process, as a string.

  ## Examples

      iex> System.pid() =~ ~r/^[0-9]+$/
      true

  """
  @spec pid() :: String.t()
  def pid(), do: IO.iodata_to_binary(:os.getpid())

  @doc "As `pid/0`, under its older name."
  @deprecated "Use System.pid/0 instead"
  def get_pid(), do: pid()

  @doc "Where the calling process stands; what was rescued tells `__STACKTRACE__`."
  @deprecated "Use __STACKTRACE__ instead"
  def stacktrace() do
    {:current_stacktrace, trace} = :erlang.process_info(self(), :current_stacktrace)
    trace
  end

  # ## The environment

  @doc """
  All environment variables.

  ## Examples

      iex> System.put_env("JOVIAL_DOC", "1")
      iex> System.get_env()["JOVIAL_DOC"]
      "1"

  """
  @spec get_env() :: %{optional(String.t()) => String.t()}
  def get_env() do
    for {name, value} <- :os.env(), into: %{}, do: {:unicode.characters_to_binary(name), :unicode.characters_to_binary(value)}
  end

  @doc """
  An environment variable, or a default.

  ## Examples

      iex> System.get_env("JOVIAL_NO_SUCH_VARIABLE")
      nil
      iex> System.get_env("JOVIAL_NO_SUCH_VARIABLE", "none")
      "none"

  """
  @spec get_env(String.t(), String.t() | nil) :: String.t() | nil
  def get_env(varname, default \\ nil) when is_binary(varname) and (is_binary(default) or is_nil(default)) do
    case :os.getenv(String.to_charlist(varname)) do
      false -> default
      value -> :unicode.characters_to_binary(value)
    end
  end

  @doc """
  An environment variable as `{:ok, value}`, or `:error`.

  ## Examples

      iex> System.fetch_env("JOVIAL_NO_SUCH_VARIABLE")
      :error

  """
  @spec fetch_env(String.t()) :: {:ok, String.t()} | :error
  def fetch_env(varname) when is_binary(varname) do
    case :os.getenv(String.to_charlist(varname)) do
      false -> :error
      value -> {:ok, :unicode.characters_to_binary(value)}
    end
  end

  @doc """
  An environment variable; raises `System.EnvError` if it is not set.
  """
  @spec fetch_env!(String.t()) :: String.t()
  def fetch_env!(varname) when is_binary(varname) do
    case fetch_env(varname) do
      {:ok, value} -> value
      :error -> raise System.EnvError, env: varname
    end
  end

  @doc """
  Sets an environment variable.

  ## Examples

      iex> System.put_env("JOVIAL_DOC_PUT", "x")
      :ok
      iex> System.get_env("JOVIAL_DOC_PUT")
      "x"

  """
  @spec put_env(binary, binary) :: :ok
  def put_env(varname, value) when is_binary(varname) and is_binary(value) do
    case :binary.match(varname, "=") do
      {_, _} ->
        raise ArgumentError, "cannot execute System.put_env/2 for key with \"=\", got: #{inspect(varname)}"

      :nomatch ->
        :os.putenv(String.to_charlist(varname), String.to_charlist(value))
        :ok
    end
  end

  @doc """
  Sets environment variables; a value of `nil` deletes one.

  ## Examples

      iex> System.put_env(%{"JOVIAL_DOC_A" => "1", "JOVIAL_DOC_B" => nil})
      iex> {System.get_env("JOVIAL_DOC_A"), System.get_env("JOVIAL_DOC_B")}
      {"1", nil}

  """
  @spec put_env(Enumerable.t()) :: :ok
  def put_env(enum) do
    Enum.each(enum, fn
      {name, nil} -> :os.unsetenv(to_charlist(name))
      {name, value} -> :os.putenv(to_charlist(name), to_charlist(value))
    end)
  end

  @doc """
  Deletes an environment variable.

  ## Examples

      iex> System.delete_env("JOVIAL_DOC_GONE")
      :ok

  """
  @spec delete_env(String.t()) :: :ok
  def delete_env(varname) do
    :os.unsetenv(String.to_charlist(varname))
    :ok
  end

  @doc """
  The home folder of the user, or `nil`.
  """
  @spec user_home() :: String.t() | nil
  def user_home(), do: get_env("HOME")

  @doc """
  The home folder of the user; raises if it is not known.
  """
  @spec user_home!() :: String.t()
  def user_home!() do
    user_home() || raise "could not find the user home, please set the HOME environment variable"
  end

  @doc """
  A folder for temporary files that can be written, or `nil`: `TMPDIR`, `TEMP`, `TMP`, `/tmp`, or the current one.

  ## Examples

      iex> File.dir?(System.tmp_dir!())
      true

  """
  @spec tmp_dir() :: String.t() | nil
  def tmp_dir() do
    candidates = for name <- ["TMPDIR", "TEMP", "TMP"], dir = get_env(name), do: dir

    Enum.find(candidates ++ ["/tmp"], &writable?/1) ||
      case File.cwd() do
        {:ok, dir} -> if writable?(dir), do: dir
        _ -> nil
      end
  end

  defp writable?(dir) do
    case File.stat(dir) do
      {:ok, %{type: :directory, access: access}} -> access in [:read_write, :write]
      _ -> false
    end
  end

  @doc """
  As `tmp_dir/0`; raises if there is none.
  """
  @spec tmp_dir!() :: String.t()
  def tmp_dir!() do
    tmp_dir() ||
      raise "could not get a writable temporary directory, please set the TMPDIR environment variable"
  end

  @doc "The current folder, or `nil`."
  @deprecated "Use File.cwd/0 instead"
  def cwd() do
    case File.cwd() do
      {:ok, cwd} -> cwd
      _ -> nil
    end
  end

  @doc "The current folder; raises if there is none."
  @deprecated "Use File.cwd!/0 instead"
  def cwd!() do
    case File.cwd() do
      {:ok, cwd} -> cwd
      _ -> raise "could not get a current working directory, the current location is not accessible"
    end
  end

  @doc """
  Where on the search path a program is, or `nil`.

  ## Examples

      iex> System.find_executable("no-such-program-anywhere")
      nil

  """
  @spec find_executable(binary) :: binary | nil
  def find_executable(program) when is_binary(program) do
    assert_no_null_byte!(program, "System.find_executable/1")

    case :os.find_executable(String.to_charlist(program)) do
      false -> nil
      path -> List.to_string(path)
    end
  end

  # ## Other programs

  @doc """
  Runs a program with arguments and gives its output and exit status.

  No shell is involved: arguments are passed as they are. Options:

    * `:into` - where to collect the output, `""` by default
    * `:lines` - collect lines instead of pieces; the number is the longest line
    * `:cd` - the folder to run in
    * `:env` - environment variables to set, `nil` to unset
    * `:arg0` - the name that the program sees
    * `:stderr_to_stdout` - whether errors are part of the output
    * `:use_stdio` - whether input and output are connected, `true` by default
    * `:parallelism` - a hint for the scheduler
    * `:close_stdin` - whether standard input is closed at once

  ## Examples

      iex> System.cmd("echo", ["two words"])
      {"two words\\n", 0}
      iex> System.cmd("printenv", ["JOVIAL_CMD"], env: [{"JOVIAL_CMD", "set"}], into: [])
      {["set\\n"], 0}

  """
  @spec cmd(binary, [binary], keyword) :: {Collectable.t(), exit_status :: non_neg_integer}
  def cmd(command, args, opts \\ []) when is_binary(command) and is_list(args) do
    assert_no_null_byte!(command, "System.cmd/3")

    for arg <- args do
      unless is_binary(arg), do: raise(ArgumentError, "all arguments for System.cmd/3 must be binaries")
      assert_no_null_byte!(arg, "System.cmd/3")
    end

    path =
      if Path.type(command) == :absolute do
        String.to_charlist(command)
      else
        :os.find_executable(String.to_charlist(command)) || :erlang.error(:enoent, [command, args, opts])
      end

    run({:spawn_executable, path}, [args: args] ++ [:use_stdio, :exit_status, :binary, :hide], opts, "System.cmd/3")
  end

  defp assert_no_null_byte!(text, function) do
    if :binary.match(text, <<0>>) != :nomatch do
      raise ArgumentError, "cannot execute #{function} for program with null byte, got: #{inspect(text)}"
    end
  end

  @doc """
  Runs a command line in the shell `sh`. The options are those of `cmd/3`.

  Never build the command line of text that you don't trust.

  ## Examples

      iex> System.shell("echo one; echo two")
      {"one\\ntwo\\n", 0}

  """
  @spec shell(binary, keyword) :: {Collectable.t(), exit_status :: non_neg_integer}
  def shell(command, opts \\ []) when is_binary(command) do
    assert_no_null_byte!(command, "System.shell/2")

    # An empty command would be a syntax error between the parentheses.
    command =
      case command |> String.trim() |> String.to_charlist() do
        [] -> ~c":"
        command -> command
      end

    sh = :os.find_executable(~c"sh") || :erlang.error(:enoent, [command, opts])
    close? = Keyword.get(opts, :close_stdin, false)
    opts = Keyword.delete(opts, :close_stdin)
    line = if close?, do: [?(, command, "\n) </dev/null"], else: [?(, command, "\n) </dev/stdin"]
    line = if Keyword.get(opts, :use_stdio, true) or close?, do: :unicode.characters_to_binary(line), else: :unicode.characters_to_binary(command)
    run({:spawn_executable, sh}, [args: ["-c", line]] ++ [:use_stdio, :exit_status, :binary, :hide], opts, "System.shell/2")
  end

  defp run(program, port_opts, opts, function) do
    if Keyword.get(opts, :stderr_to_stdout, false) and not Keyword.get(opts, :use_stdio, true) do
      raise ArgumentError, "cannot use \"stderr_to_stdout: true\" and \"use_stdio: false\""
    end

    {into, lines, port_opts} = port_options(opts, "", nil, port_opts, function)
    {initial, collector} = Collectable.into(into)

    try do
      program = :jovial_os.open(program, port_opts)
      receive_output(:jovial_os.next(program), program, initial, collector, lines, "")
    catch
      kind, reason ->
        collector.(initial, :halt)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {acc, status} -> {collector.(acc, :done), status}
    end
  end

  # `partial` is the beginning of a line whose end has not come yet.
  defp receive_output({:exit_status, status}, _, acc, collector, _, partial) do
    {if(partial == "", do: acc, else: collector.(acc, {:cont, partial})), status}
  end

  defp receive_output(data, program, acc, collector, nil, _) do
    acc = collector.(acc, {:cont, data})
    receive_output(:jovial_os.next(program), program, acc, collector, nil, "")
  end

  defp receive_output(data, program, acc, collector, lines, partial) do
    {whole, [partial]} = (partial <> data) |> :binary.split("\n", [:global]) |> Enum.split(-1)
    acc = Enum.reduce(whole, acc, fn line, acc -> collector.(acc, {:cont, line}) end)
    receive_output(:jovial_os.next(program), program, acc, collector, lines, partial)
  end

  defp port_options([{key, value} | rest], into, lines, acc, function) do
    case {key, value} do
      {:into, into} ->
        port_options(rest, into, lines, acc, function)

      {:lines, max} when is_integer(max) and max > 0 ->
        port_options(rest, into, max, [{:line, max} | acc], function)

      {:cd, path} ->
        port_options(rest, into, lines, [{:cd, IO.chardata_to_string(path)} | acc], function)

      {:arg0, name} when is_binary(name) ->
        port_options(rest, into, lines, [{:arg0, name} | acc], function)

      {:stderr_to_stdout, flag} when is_boolean(flag) ->
        port_options(rest, into, lines, if(flag, do: [:stderr_to_stdout | acc], else: acc), function)

      {:use_stdio, flag} when is_boolean(flag) ->
        port_options(rest, into, lines, if(flag, do: acc, else: [:nouse_stdio | acc -- [:use_stdio]]), function)

      {:parallelism, flag} when is_boolean(flag) ->
        port_options(rest, into, lines, [{:parallelism, flag} | acc], function)

      {:close_stdin, flag} when is_boolean(flag) ->
        port_options(rest, into, lines, acc, function)

      {:env, env} ->
        port_options(rest, into, lines, [{:env, port_env(env)} | acc], function)

      {key, value} ->
        raise ArgumentError, "invalid option #{inspect(key)} with value #{inspect(value)}"
    end
  end

  defp port_options([], into, lines, acc, _), do: {into, lines, acc}

  defp port_env(env) do
    for {name, value} <- env do
      {String.to_charlist(name), if(value == nil, do: false, else: String.to_charlist(value))}
    end
  end

  # ## Time

  @doc """
  The current time since 1970, in native units.
  """
  @spec system_time() :: integer
  def system_time(), do: :erlang.system_time()

  @doc """
  The current time since 1970.

  ## Examples

      iex> System.system_time(:second) > 1_600_000_000
      true

  """
  @spec system_time(time_unit | :native) :: integer
  def system_time(unit), do: :erlang.system_time(normalize_time_unit(unit))

  @doc """
  The time of the monotonic clock, in native units.
  """
  @spec monotonic_time() :: integer
  def monotonic_time(), do: :erlang.monotonic_time()

  @doc """
  The time of the monotonic clock.

  ## Examples

      iex> before = System.monotonic_time(:millisecond)
      iex> System.monotonic_time(:millisecond) >= before
      true

  """
  @spec monotonic_time(time_unit | :native) :: integer
  def monotonic_time(unit), do: :erlang.monotonic_time(normalize_time_unit(unit))

  @doc """
  The time as the operating system tells it, in native units.
  """
  @spec os_time() :: integer
  def os_time(), do: :os.system_time()

  @doc """
  The time as the operating system tells it.

  ## Examples

      iex> is_integer(System.os_time(:second))
      true

  """
  @spec os_time(time_unit | :native) :: integer
  def os_time(unit), do: :os.system_time(normalize_time_unit(unit))

  @doc """
  What to add to the monotonic time to get the system time, in native units.
  """
  @spec time_offset() :: integer
  def time_offset(), do: :erlang.time_offset()

  @doc """
  What to add to the monotonic time to get the system time.
  """
  @spec time_offset(time_unit | :native) :: integer
  def time_offset(unit), do: :erlang.time_offset(normalize_time_unit(unit))

  @doc """
  Converts a time from one unit to another, rounding down.

  ## Examples

      iex> System.convert_time_unit(1999, :millisecond, :second)
      1
      iex> System.convert_time_unit(-1, :millisecond, :second)
      -1

  """
  @spec convert_time_unit(integer, time_unit | :native, time_unit | :native) :: integer
  def convert_time_unit(time, from_unit, to_unit) do
    :erlang.convert_time_unit(time, normalize_time_unit(from_unit), normalize_time_unit(to_unit))
  end

  defp normalize_time_unit(unit) when unit in [:native, :second, :millisecond, :microsecond, :nanosecond], do: unit
  defp normalize_time_unit(:seconds), do: old_time_unit(:seconds, :second)
  defp normalize_time_unit(:milliseconds), do: old_time_unit(:milliseconds, :millisecond)
  defp normalize_time_unit(:microseconds), do: old_time_unit(:microseconds, :microsecond)
  defp normalize_time_unit(:nanoseconds), do: old_time_unit(:nanoseconds, :nanosecond)
  defp normalize_time_unit(:milli_seconds), do: old_time_unit(:milli_seconds, :millisecond)
  defp normalize_time_unit(:micro_seconds), do: old_time_unit(:micro_seconds, :microsecond)
  defp normalize_time_unit(:nano_seconds), do: old_time_unit(:nano_seconds, :nanosecond)
  defp normalize_time_unit(unit) when is_integer(unit) and unit > 0, do: unit

  defp normalize_time_unit(other) do
    raise ArgumentError,
          "unsupported time unit. Expected :second, :millisecond, :microsecond, :nanosecond, or a positive integer, " <>
            "got #{inspect(other)}"
  end

  defp old_time_unit(old, new) do
    IO.warn("deprecated time unit: #{inspect(old)}. A time unit should be :second, :millisecond, :microsecond, :nanosecond, or a positive integer")
    new
  end

  @doc """
  An integer that no other call gives.

  Modifiers: `:positive`, and `:monotonic` for integers that grow.

  ## Examples

      iex> System.unique_integer() != System.unique_integer()
      true
      iex> System.unique_integer([:positive]) > 0
      true

  """
  @spec unique_integer([:positive | :monotonic]) :: integer
  def unique_integer(modifiers \\ []), do: :erlang.unique_integer(modifiers)
end

defmodule System.SignalHandler do
  @moduledoc false
  # What `System.trap_signal/3` adds to the server of signals.

  def init({signal, fun}), do: {:ok, {signal, fun}}

  def handle_event(signal, {signal, fun} = state) do
    :ok = fun.()
    {:ok, state}
  end

  def handle_event(_, state), do: {:ok, state}
  def handle_call(_, state), do: {:ok, :ok, state}
  def handle_info(_, state), do: {:ok, state}
  def terminate(_, _), do: :ok
end
