# Timers fire in the order of their times, whoever set them.
parent = self()
for n <- Enum.shuffle(1..40), do: spawn(fn -> Process.send_after(parent, {:due, n}, n * 25) end)
due = for _ <- 1..40, do: receive(do: ({:due, n} -> n))
IO.inspect(due == Enum.sort(due)) #=> true

# A timer that was cancelled with time left never fires; one that fired has no time left.
timers = for n <- 1..20, do: {n, Process.send_after(self(), {:late, n}, n * 40)}
Process.sleep(420)
left = for {n, timer} <- timers, Process.cancel_timer(timer), do: n
fired = for n <- 1..20, n not in left, do: receive(do: ({:late, ^n} -> n))
Process.sleep(900)
IO.inspect(Enum.sort(left ++ fired) == Enum.to_list(1..20)) #=> true
IO.inspect(length(fired) in 9..11) #=> true
IO.inspect(receive(do: ({:late, n} -> {:surprise, n}), after: (0 -> :nothing))) #=> :nothing

# A sleeper is never woken early.
short = for n <- 1..10 do
  Task.async(fn ->
    before = System.monotonic_time(:millisecond)
    Process.sleep(n)
    System.monotonic_time(:millisecond) - before >= n
  end)
end
IO.inspect(Enum.all?(Task.await_many(short))) #=> true
