# Programs outside: what they write comes as messages, what they are given they read. Source: documentation of Port and of
# :erlang.open_port/2; what Elixir 1.18.4 shows for the same.
next = fn port ->
  receive do
    {^port, message} -> message
    {:EXIT, ^port, reason} -> {:exit, reason}
    {:DOWN, _, :port, ^port, reason} -> {:down, reason}
  after
    10_000 -> :nothing
  end
end

sh = fn line, options -> Port.open({:spawn_executable, "/bin/sh"}, [:exit_status, args: ["-c", line]] ++ options) end

# In lists or binaries; the program's status comes last.
port = sh.("echo hi", [:binary])
IO.inspect({is_port(port), next.(port), next.(port)}) #=> {true, {:data, "hi\n"}, {:exit_status, 0}}
port = sh.("echo hi; exit 3", [])
IO.inspect({next.(port), next.(port)}) #=> {{:data, ~c"hi\n"}, {:exit_status, 3}}
port = sh.("kill -9 $$", [])
IO.inspect(next.(port)) #=> {:exit_status, 137}

# A line for the shell.
port = Port.open({:spawn, "printf 'a b'"}, [:binary, :eof])
IO.inspect({Port.info(port, :name), next.(port), next.(port), Port.close(port)})
#=> {{:name, ~c"printf 'a b'"}, {:data, "a b"}, :eof, true}

# What a program is given: arguments, folder, variables; and what it has to say of errors.
port = Port.open({:spawn_executable, ~c"/bin/echo"}, [:binary, args: ["a  b", "c"]])
IO.inspect(next.(port)) #=> {:data, "a  b c\n"}
port = sh.("pwd", [:binary, cd: "/"])
IO.inspect(next.(port)) #=> {:data, "/\n"}
System.put_env("JOVIAL_GONE", "here")
port = sh.("echo $JOVIAL_NEW-$JOVIAL_GONE", [:binary, env: [{~c"JOVIAL_NEW", ~c"new"}, {~c"JOVIAL_GONE", false}]])
IO.inspect(next.(port)) #=> {:data, "new-\n"}
port = sh.("echo wrong >&2", [:binary, :stderr_to_stdout])
IO.inspect(next.(port)) #=> {:data, "wrong\n"}
Port.open({:spawn_executable, "/no/such/program"}, []) #!> ** (ErlangError) Erlang error: :enoent
Port.open({:spawn, "true"}, [:nonsense]) #!> ** (ArgumentError) argument error
Port.open({:spawn, "true"}, args: ["x"]) #!> ** (ArgumentError) argument error

# Lines and packets.
port = sh.("printf 'one\\ntwothree\\n\\nend'", [:binary, line: 5])
for _ <- 1..6, do: IO.inspect(next.(port))
#=> {:data, {:eol, "one"}}
#=> {:data, {:noeol, "twoth"}}
#=> {:data, {:eol, "ree"}}
#=> {:data, {:eol, ""}}
#=> {:data, {:noeol, "end"}}
#=> {:exit_status, 0}
for size <- [1, 2, 4] do
  port = Port.open({:spawn, "cat"}, [:binary, packet: size])
  Port.command(port, "abc")
  Port.command(port, ["", [?d | "e"]])
  Port.command(port, "")
  IO.inspect({next.(port), next.(port), next.(port), Port.close(port)})
end
#=> {{:data, "abc"}, {:data, "de"}, {:data, ""}, true}
#=> {{:data, "abc"}, {:data, "de"}, {:data, ""}, true}
#=> {{:data, "abc"}, {:data, "de"}, {:data, ""}, true}

# Talking: by functions, or by messages to the port.
port = Port.open({:spawn, "cat"}, [:binary, line: 100])
IO.inspect({Port.command(port, "by function\n"), next.(port)}) #=> {true, {:data, {:eol, "by function"}}}
send(port, {self(), {:command, ["by ", "message", ?\n]}})
IO.inspect(next.(port)) #=> {:data, {:eol, "by message"}}
me = self()
spawn(fn -> send(me, {:said, Port.command(port, "by another\n")}) end)
receive do
  {:said, answer} -> IO.inspect({answer, next.(port)})
end
#=> {true, {:data, {:eol, "by another"}}}
info = Port.info(port)
IO.inspect(Keyword.take(info, [:name, :input, :output])) #=> [name: ~c"cat", input: 34, output: 34]
IO.inspect({info[:links] == [me], info[:connected] == me, is_integer(info[:os_pid]), info[:id] > 0}) #=> {true, true, true, true}
IO.inspect({port in Port.list(), port in Process.list(), inspect(port) =~ ~r/^#Port<0\.\d+>$/}) #=> {true, false, true}
Port.command(port, :no_data) #!> ** (ArgumentError) argument error
send(port, {self(), :close})
IO.inspect({next.(port), Port.monitor(port) |> is_reference(), next.(port)}) #=> {:closed, true, {:down, :noproc}}

# Of what is closed nothing is known.
IO.inspect({Port.info(port), Port.info(port, :links), port in Port.list()}) #=> {nil, nil, false}
Port.close(port) #!> ** (ArgumentError) argument error
Port.command(port, "late") #!> ** (ArgumentError) argument error
IO.inspect(send(port, {self(), {:command, "late"}}) |> elem(1)) #=> {:command, "late"}

# Much, in both directions.
port = sh.("head -c 1000000 /dev/zero", [:binary])
count = fn count, sum ->
  case next.(port) do
    {:data, data} -> count.(count, sum + byte_size(data))
    other -> {sum, other}
  end
end
IO.inspect(count.(count, 0)) #=> {1000000, {:exit_status, 0}}
port = Port.open({:spawn, "cat"}, [:binary, packet: 4])
for n <- 1..20, do: Port.command(port, String.duplicate(<<n>>, 100_000))
IO.inspect(Enum.all?(1..20, &(next.(port) == {:data, String.duplicate(<<&1>>, 100_000)}))) #=> true
Port.close(port)

# Links, monitors, exit signals and names, as of processes.
Process.flag(:trap_exit, true)
port = Port.open({:spawn, "cat"}, [])
reference = Port.monitor(port)
Port.close(port)
IO.inspect({next.(port), next.(port), is_reference(reference)}) #=> {{:exit, :normal}, {:down, :normal}, true}
port = Port.open({:spawn, "true"}, [])
IO.inspect(next.(port)) #=> {:exit, :normal}
port = Port.open({:spawn, "cat"}, [])
reference = Port.monitor(port)
IO.inspect({Port.demonitor(reference), Process.exit(port, :boom), next.(port)}) #=> {true, true, {:exit, :boom}}
port = Port.open({:spawn, "cat"}, [])
Process.exit(port, :kill)
IO.inspect(next.(port)) #=> {:exit, :killed}
port = Port.open({:spawn, "cat"}, [:binary])
Process.register(port, :named_port)
IO.inspect({Process.whereis(:named_port) == port, Port.info(:named_port, :registered_name)}) #=> {true, {:registered_name, :named_port}}
IO.inspect({Port.command(:named_port, "n"), next.(port), Port.close(:named_port), Process.whereis(:named_port)})
#=> {true, {:data, "n"}, true, nil}
IO.inspect(next.(port)) #=> {:exit, :normal}

# A port goes with its owner, and may get another.
{owner, watch} =
  spawn_monitor(fn ->
    send(me, {:opened, Port.open({:spawn, "cat"}, [])})
    receive do: (:end -> :ok)
  end)

receive do
  {:opened, port} ->
    Port.monitor(port)
    send(owner, :end)
    receive do: ({:DOWN, ^watch, _, _, _} -> :ok)
    IO.inspect(next.(port))
end
#=> {:down, :normal}
port = Port.open({:spawn, "cat"}, [:binary])
heir = spawn(fn -> receive do: ({_port, {:data, data}} -> send(me, {:got, data})) end)
IO.inspect({Port.connect(port, heir), Port.info(port, :connected) == {:connected, heir}, length(elem(Port.info(port, :links), 1))})
#=> {true, true, 2}
Port.command(port, "to the heir")
receive do: ({:got, data} -> IO.inspect(data))
#=> "to the heir"
IO.inspect(next.(port)) #=> {:exit, :normal}

# A program that nobody reads any more is told so when it writes, and one that reads no more tells it when it is written to.
port = sh.("exec 0<&-; echo closed; exec sleep 60", [:binary])
next.(port)
{:os_pid, os_pid} = Port.info(port, :os_pid)
try do
  for _ <- 1..100, do: Port.command(port, String.duplicate("x", 10_000))
rescue
  ArgumentError -> :closed
end
IO.inspect(next.(port)) #=> {:exit, :epipe}
System.cmd("kill", [Integer.to_string(os_pid)])
