# Transfers between accounts keep the sum, though each is two calls and many run at once.
defmodule Bank do
  use GenServer

  def start_link(accounts), do: GenServer.start_link(__MODULE__, accounts)
  def init(accounts), do: {:ok, accounts}

  def handle_call({:transfer, from, to, amount}, _caller, accounts) do
    if accounts[from] >= amount do
      {:reply, :ok, accounts |> Map.update!(from, &(&1 - amount)) |> Map.update!(to, &(&1 + amount))}
    else
      {:reply, :refused, accounts}
    end
  end

  def handle_call(:all, _caller, accounts), do: {:reply, accounts, accounts}
  def handle_cast({:touch, from}, accounts), do: {:noreply, Map.put(accounts, from, accounts[from])}
  def handle_info(:stray, accounts), do: {:noreply, accounts}
end

{:ok, bank} = Bank.start_link(Map.new(1..5, &{&1, 100}))

tasks =
  for n <- 1..15 do
    Task.async(fn ->
      for k <- 1..10 do
        send(bank, :stray)
        GenServer.cast(bank, {:touch, rem(k, 5) + 1})
        GenServer.call(bank, {:transfer, rem(n, 5) + 1, rem(n + k, 5) + 1, 7 * k})
      end
    end)
  end

answers = tasks |> Task.await_many() |> List.flatten()
IO.inspect(length(answers)) #=> 150
accounts = GenServer.call(bank, :all)
IO.inspect(accounts |> Map.values() |> Enum.sum()) #=> 500
IO.inspect(Enum.all?(accounts, fn {_, amount} -> amount >= 0 end)) #=> true

# An agent's updates are never lost.
{:ok, counter} = Agent.start_link(fn -> 0 end)
1..50 |> Enum.map(fn _ -> Task.async(fn -> Agent.update(counter, &(&1 + 1)) end) end) |> Task.await_many()
IO.inspect(Agent.get(counter, & &1)) #=> 50

# Results of async_stream come in the order of their inputs.
doubled = 1..30 |> Task.async_stream(fn n -> Process.sleep(rem(n * 7, 5)); n * 2 end, max_concurrency: 4) |> Enum.map(&elem(&1, 1))
IO.inspect(doubled == Enum.map(1..30, &(&1 * 2))) #=> true

# One name, many who want it: one gets it.
parent = self()
for n <- 1..20, do: spawn(fn ->
  got = try do Process.register(self(), :wanted) rescue ArgumentError -> false end
  send(parent, {:tried, n, got})
  receive do: (:stop -> :ok)
end)
wins = for _ <- 1..20, do: receive(do: ({:tried, _, got} -> got))
IO.inspect(Enum.count(wins, & &1)) #=> 1
