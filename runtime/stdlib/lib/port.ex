defmodule Port do
  @moduledoc """
  Programs outside, as partners in messages.

  A port runs a program and belongs to the process that opened it, its *owner*. What the program writes to its standard output comes to
  the owner as messages; what the owner gives to the port is what the program reads.

      iex> port = Port.open({:spawn, "cat"}, [:binary])
      iex> Port.command(port, "over and out")
      true
      iex> receive do
      ...>   {^port, {:data, data}} -> data
      ...> end
      "over and out"
      iex> Port.close(port)
      true

  To run a program, wait for its end and take all of its output, `System.cmd/3` is shorter.

  ## Messages

  The owner is sent

    * `{port, {:data, data}}`: output, as a list of bytes or, with the option `:binary`, as a binary. In which pieces it comes is chance,
      unless `:line` or `:packet` say otherwise.
    * `{port, {:exit_status, status}}` with the option `:exit_status`, when the program has ended. A program that a signal ended has 128
      and the signal's number.
    * `{port, :eof}` with the option `:eof`, when there is no more output. Then the port stays open.
    * `{port, :closed}` and `{port, :connected}`, see below.

  It may send the port messages, in place of the functions: `{owner, {:command, data}}`, `{owner, :close}`, which is answered by `{port, :closed}`, and
  `{owner, {:connect, pid}}`, answered by `{port, :connected}`.

  ## Links

  A port is linked to its owner. When the owner ends, the port closes: the program finds the end of its input, and its output is read by nobody
  any more. When the port closes, whoever is linked to it is sent an exit signal, with the reason `:normal` if the program ended or the port was
  closed on purpose. Programs that don't care for the end of their input go on; it takes another program to stop them.

  `Process.exit/2` closes a port too, `monitor/1` watches one, and `Process.register/2` gives it a name.
  """

  @typedoc "What runs: a line for the shell, or a program by its path."
  @type name :: {:spawn, charlist | binary} | {:spawn_executable, :file.name_all()}

  @doc """
  Starts a program; the process that calls is the owner.

  `{:spawn, line}` gives the line to the shell, `{:spawn_executable, path}` starts the program at that path with the arguments of the option `:args`, which nobody
  takes apart. When the latter can't be started, that is an error with the system's reason, such as `:enoent`.

  ## Options

    * `:binary` - output comes as binaries
    * `{:line, size}` - output comes line by line: `{:eol, line}`, or `{:noeol, part}` for a piece of a line that is longer than `size`, and for
      one that never ended
    * `{:packet, bytes}` - data goes both ways in packets whose length stands in front of them, in 1, 2 or 4 bytes, the highest first
    * `:exit_status`, `:eof` - see above
    * `:stderr_to_stdout` - what the program writes to its standard error is output too
    * `{:args, list}`, `{:arg0, name}` - arguments, and the name under which the program is started
    * `{:cd, path}` - the directory it starts in
    * `{:env, variables}` - `{name, value}` in charlists, added to the environment; `false` as value takes a variable out of it
    * `:in`, `:out` - the program is only read from, or only written to

  ## Examples

      iex> port = Port.open({:spawn_executable, "/bin/sh"}, [:binary, :exit_status, args: ["-c", "exit 3"]])
      iex> receive do
      ...>   {^port, {:exit_status, status}} -> status
      ...> end
      3

  """
  @spec open(name, list) :: port
  def open(name, options), do: :erlang.open_port(name, options)

  @doc """
  Closes a port. Output that was not sent yet is lost.

  ## Examples

      iex> port = Port.open({:spawn, "cat"}, [])
      iex> Port.close(port)
      true
      iex> Port.info(port)
      nil

  """
  @spec close(port) :: true
  def close(port), do: :erlang.port_close(port)

  @doc """
  Writes data for the program to read; any process may.

  The caller waits while the program is slow to read what it was given before. With the option `:nosuspend` it gets `false` instead, and nothing is
  written.

  ## Examples

      iex> port = Port.open({:spawn, "cat"}, [:binary, line: 80])
      iex> Port.command(port, ["one", ?\\n])
      true
      iex> receive do
      ...>   {^port, {:data, line}} -> line
      ...> end
      {:eol, "one"}

  """
  @spec command(port, iodata, [:force | :nosuspend]) :: boolean
  def command(port, data, options \\ []), do: :erlang.port_command(port, data, options)

  @doc """
  Makes another process the owner. The one before stays linked to the port.

  ## Examples

      iex> port = Port.open({:spawn, "cat"}, [])
      iex> heir = spawn(fn -> Process.sleep(:infinity) end)
      iex> Port.connect(port, heir)
      true
      iex> Port.info(port, :connected) == {:connected, heir}
      true

  """
  @spec connect(port, pid) :: true
  def connect(port, pid), do: :erlang.port_connect(port, pid)

  @doc """
  What is known of a port, as a keyword list; `nil` once it is closed.

  ## Examples

      iex> port = Port.open({:spawn, "cat"}, [])
      iex> Port.info(port) |> Keyword.keys()
      [:name, :links, :id, :connected, :input, :output, :os_pid]

  """
  @spec info(port) :: keyword | nil
  def info(port), do: nillify(:erlang.port_info(port))

  @doc """
  One thing that is known of a port, as `{item, value}`; `nil` once it is closed.

  Besides the items of `info/1` there are `:registered_name`, `:monitors`, `:monitored_by` and `:memory`.

  ## Examples

      iex> port = Port.open({:spawn, "cat"}, [])
      iex> Port.command(port, "four")
      iex> Port.info(port, :output)
      {:output, 4}

  """
  @spec info(port, atom) :: {atom, term} | nil
  def info(port, item), do: nillify(:erlang.port_info(port, item))

  defp nillify(:undefined), do: nil
  defp nillify(found), do: found

  @doc """
  Watches a port: when it closes, `{:DOWN, reference, :port, port, reason}` comes.

  ## Examples

      iex> port = Port.open({:spawn, "true"}, [])
      iex> reference = Port.monitor(port)
      iex> receive do
      ...>   {:DOWN, ^reference, :port, ^port, reason} -> reason in [:normal, :noproc]
      ...> end
      true

  """
  @doc since: "1.6.0"
  @spec monitor(port | atom) :: reference
  def monitor(port), do: :erlang.monitor(:port, port)

  @doc """
  Ends a watch. With the option `:flush` its message is taken out of the mailbox if it came already.

  ## Examples

      iex> port = Port.open({:spawn, "cat"}, [])
      iex> port |> Port.monitor() |> Port.demonitor([:flush])
      true

  """
  @doc since: "1.6.0"
  @spec demonitor(reference, [:flush | :info]) :: boolean
  def demonitor(reference, options \\ []), do: :erlang.demonitor(reference, options)

  @doc """
  All open ports.

  ## Examples

      iex> port = Port.open({:spawn, "cat"}, [])
      iex> port in Port.list()
      true

  """
  @spec list() :: [port]
  def list, do: :erlang.ports()
end
