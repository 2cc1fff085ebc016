# Processes: messages, selective receive, links, monitors, names.
me = self()
child = spawn(fn -> receive do {:ping, from} -> send(from, :pong) end end)
send(child, {:ping, me})
receive do
  :pong -> IO.puts("pong")
end #=> pong
send(me, :b)
send(me, :a)
order = for want <- [:a, :b], do: (receive do ^want -> want end)
IO.inspect(order) #=> [:a, :b]
receive do
  :never -> 1
after
  0 -> IO.puts("nothing")
end #=> nothing
{pid, ref} = spawn_monitor(fn -> exit(:reason) end)
receive do
  {:DOWN, ^ref, :process, ^pid, reason} -> IO.inspect(reason)
end #=> :reason
Process.flag(:trap_exit, true)
linked = spawn_link(fn -> exit({:shutdown, :x}) end)
receive do
  {:EXIT, ^linked, reason} -> IO.inspect(reason)
end #=> {:shutdown, :x}
IO.inspect(Process.alive?(linked)) #=> false
Process.register(me, :main_one)
send(:main_one, :hello)
receive do
  m -> IO.inspect(m)
end #=> :hello
IO.inspect(Process.whereis(:main_one) == me) #=> true
send(:not_there, 1) #!> ** (ArgumentError) errors were found at the given arguments:
#!> 
#!>   * 1st argument: invalid destination
#!> 
Process.put(:k, 1)
IO.inspect({Process.get(:k), Process.get(:none, 2)}) #=> {1, 2}
timer = Process.send_after(me, :late, 1)
receive do
  :late -> IO.inspect(is_reference(timer))
end #=> true
victim = spawn(fn -> receive do :never -> 1 end end)
Process.monitor(victim)
Process.exit(victim, :kill)
receive do
  {:DOWN, _, _, ^victim, why} -> IO.inspect(why)
end #=> :killed
ring = Enum.reduce(1..500, me, fn _, next -> spawn(fn -> receive do n -> send(next, n + 1) end end) end)
send(ring, 0)
receive do
  n -> IO.inspect(n)
end #=> 500
IO.inspect(Task.async(fn -> 6 * 7 end) |> Task.await()) #=> 42
IO.inspect(Task.async_stream(1..3, &(&1 * 2)) |> Enum.to_list()) #=> [ok: 2, ok: 4, ok: 6]
{:ok, agent} = Agent.start_link(fn -> 1 end)
Agent.update(agent, &(&1 + 1))
IO.inspect(Agent.get(agent, & &1)) #=> 2
receive do: (_ -> :flush), after: (0 -> :ok)
