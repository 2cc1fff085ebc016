# Processes: a receive that looks past a long mailbox. Each message passed is a few instructions in their slow form; none of
# them may cost native stack.
me = self()
Enum.each(1..300_000, &send(me, {:noise, &1}))
send(me, {:wanted, :first})
IO.inspect(receive do {:wanted, what} -> what end) #=> :first
IO.inspect(elem(Process.info(me, :message_queue_len), 1)) #=> 300000
last = Enum.reduce(1..300_000, 0, fn n, before -> receive do {:noise, ^n} -> before + 1 end end)
IO.inspect(last) #=> 300000
