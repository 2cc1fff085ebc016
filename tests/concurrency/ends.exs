# Who links, watches and traps hears of each end once, whatever came first.
Process.flag(:trap_exit, true)

for _ <- 1..10 do
  pid = spawn_link(fn -> receive do: (:go -> exit(:done)) end)
  ref = Process.monitor(pid)
  spawn(fn -> send(pid, :go) end)
  spawn(fn -> Process.exit(pid, :pushed) end)
  reason = receive do: ({:DOWN, ^ref, :process, ^pid, reason} -> reason)
  ^reason = receive do: ({:EXIT, ^pid, reason} -> reason)
  true = reason in [:done, :pushed]
  false = Process.alive?(pid)
end

IO.inspect(Process.info(self(), :message_queue_len)) #=> {:message_queue_len, 0}

# A chain of links falls as a whole.
defmodule Chain do
  def link(0, home) do
    send(home, :ready)
    Process.sleep(:infinity)
  end

  def link(n, home) do
    spawn_link(fn -> link(n - 1, home) end)
    send(home, {:link, self()})
    Process.sleep(:infinity)
  end
end

home = self()
first = spawn(fn -> Chain.link(15, home) end)
receive do: (:ready -> :ok)
links = for _ <- 1..15, do: receive(do: ({:link, pid} -> pid))
refs = Enum.map(links, &Process.monitor/1)
Process.exit(Enum.random(links), :boom)
reasons = for ref <- refs, do: receive(do: ({:DOWN, ^ref, _, _, reason} -> reason))
IO.inspect(Enum.uniq(reasons)) #=> [:boom]
IO.inspect(Process.alive?(first)) #=> false

# A supervisor keeps as many workers as it was given.
defmodule Worker do
  use Agent
  def start_link(n), do: Agent.start_link(fn -> n end)
end

children = for n <- 1..5, do: Supervisor.child_spec({Worker, n}, id: n)
{:ok, supervisor} = Supervisor.start_link(children, strategy: :one_for_one, max_restarts: 1000)

for _ <- 1..10 do
  {_, pid, _, _} = supervisor |> Supervisor.which_children() |> Enum.random()
  ref = Process.monitor(pid)
  Process.exit(pid, :kill)
  receive do: ({:DOWN, ^ref, _, _, _} -> :ok)
end

IO.inspect(Supervisor.count_children(supervisor)) #=> %{active: 5, specs: 5, supervisors: 0, workers: 5}
values = for {_, pid, _, _} <- Supervisor.which_children(supervisor), do: Agent.get(pid, & &1)
IO.inspect(Enum.sort(values)) #=> [1, 2, 3, 4, 5]
:ok = Supervisor.stop(supervisor)

# Of a message, a time-out and an end, a receive takes one and leaves the others.
kinds =
  for n <- 1..20 do
    worker = spawn(fn -> Process.sleep(rem(n, 3)) end)
    ref = Process.monitor(worker)
    send(self(), {:mail, n})

    first =
      receive do
        {:mail, ^n} -> :mail
        {:DOWN, ^ref, _, _, _} -> :down
      after
        0 -> :late
      end

    if first != :mail, do: receive(do: ({:mail, ^n} -> :ok))
    if first != :down, do: receive(do: ({:DOWN, ^ref, _, _, _} -> :ok))
    first
  end

IO.inspect(:late in kinds) #=> false
