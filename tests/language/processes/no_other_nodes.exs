# A node that is not alive: what it says of itself, and processes that are started elsewhere.
IO.inspect({Node.self(), Node.alive?(), Node.list(), Node.list(:known), Node.list([:this, :visible])})
#=> {:nonode@nohost, false, [], [:nonode@nohost], [:nonode@nohost]}
Node.list(:near) #!> ** (ArgumentError) errors were found at the given arguments:
#!>
#!>   * 1st argument: not a valid node type
#!>
IO.inspect({Node.get_cookie(), Node.stop(), Node.ping(:a@b), Node.ping(node()), Node.connect(:a@b), Node.disconnect(:a@b)})
#=> {:nocookie, {:error, :not_found}, :pang, :pang, :ignored, :ignored}
Node.set_cookie(:a@b, :word) #!> ** (ErlangError) Erlang error: :distribution_not_started
Node.set_cookie(:word) #!> ** (ArgumentError) errors were found at the given arguments:
#!>
#!>   * 1st argument: the node name is not part of a distributed system
#!>
Node.monitor(:a@b, true) #!> ** (ErlangError) Erlang error: :notalive
IO.inspect({Node.monitor(node(), true), :net_kernel.monitor_nodes(true), :net_adm.names()}) #=> {true, :ok, {:error, :address}}

Logger.configure(level: :none)
{pid, monitor} = Node.spawn_monitor(:a@b, fn -> :never end)
receive do
  {:DOWN, ^monitor, :process, ^pid, reason} -> IO.inspect({reason, node(pid)}) #=> {:noconnection, :nonode@nohost}
end
Process.flag(:trap_exit, true)
linked = Node.spawn_link(:a@b, String, :length, ["never"])
receive do
  {:EXIT, ^linked, reason} -> IO.inspect(reason) #=> :noconnection
end
{_pid, monitor} = Node.spawn(node(), Kernel, :exit, [:here], [:monitor])
receive do
  {:DOWN, ^monitor, :process, _, reason} -> IO.inspect(reason) #=> :here
end
Node.spawn("a", fn -> :never end) #!> ** (ArgumentError) errors were found at the given arguments:
#!>
#!>   * 1st argument: not an atom
#!>

# What is in use, by what for.
memory = :erlang.memory()
IO.inspect(Keyword.keys(memory) -- [:total, :processes, :processes_used, :system]) #=> [:atom, :atom_used, :binary, :code, :ets]
IO.inspect(memory[:total] == memory[:processes] + memory[:system]) #=> true
IO.inspect(memory[:system] == memory[:atom] + memory[:binary] + memory[:code] + memory[:ets]) #=> true
:erlang.memory(:everything) #!> ** (ArgumentError) errors were found at the given arguments:
#!>
#!>   * 1st argument: invalid memory type option
#!>
large = :binary.copy("x", 1_000_000)
IO.inspect(for({_, bytes, _} <- elem(Process.info(self(), :binary), 1), bytes >= 1_000_000, do: bytes) != []) #=> true
IO.inspect(:erlang.memory(:binary) >= byte_size(large)) #=> true
before = {:erlang.memory(:ets), :erlang.system_info(:ets_count)}
table = :ets.new(:table, [])
for n <- 1..1000, do: :ets.insert(table, {n, n})
IO.inspect({:erlang.memory(:ets) > elem(before, 0) + 16_000, :erlang.system_info(:ets_count) - elem(before, 1)}) #=> {true, 1}
IO.inspect(:c.pid(0, 1, 2)) #=> #PID<0.1.2>
