# A process may be asked where it stands at the moment in which it comes to a receive.

ask = fn pid -> with {_, trace} <- Process.info(pid, :current_stacktrace), do: Enum.all?(trace, &match?({_, _, _, _}, &1)) end
go_on = fn go_on ->
  ask.(spawn(fn -> receive do: (:stop -> :ok), after: (1 -> :ok) end))
  go_on.(go_on)
end
busy = for _ <- 1..2, do: spawn(fn -> go_on.(go_on) end)
answers = for _ <- 1..300, pid <- Process.list(), uniq: true, do: ask.(pid)
IO.inspect(answers -- [nil]) #=> [true]
Enum.each(busy, &Process.exit(&1, :kill))
