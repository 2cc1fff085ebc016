# A token goes round a ring while others talk to the same processes: it arrives at each once in a round, in order.
defmodule Ring do
  def node(next, seen) do
    receive do
      {:next, next} -> node(next, seen)
      {:token, 0, home} -> send(home, {:seen, seen})
      {:token, n, home} ->
        send(next, {:token, n - 1, home})
        node(next, seen + 1)
      :noise -> node(next, seen)
    end
  end
end

nodes = for _ <- 1..20, do: spawn(Ring, :node, [nil, 0])
for {node, next} <- Enum.zip(nodes, tl(nodes) ++ [hd(nodes)]), do: send(node, {:next, next})
spawn(fn -> for _ <- 1..50, do: send(Enum.random(nodes), :noise) end)
send(hd(nodes), {:token, 1000, self()})
IO.inspect(receive(do: ({:seen, seen} -> seen))) #=> 50

# Messages of each sender come in its order, whatever lies between them.
parent = self()
senders = for n <- 1..10, do: spawn(fn -> for k <- 1..30, do: send(parent, {self(), n, k}) end)
got = for _ <- 1..300, do: receive(do: ({_, n, k} -> {n, k}))
IO.inspect(length(senders)) #=> 10
IO.inspect(Enum.all?(1..10, fn n -> (for {^n, k} <- got, do: k) == Enum.to_list(1..30) end)) #=> true
