# GenServer and Supervisor in small.
defmodule Counter do
  use GenServer
  def start_link(n), do: GenServer.start_link(__MODULE__, n, name: __MODULE__)
  @impl true
  def init(n), do: {:ok, n, {:continue, :more}}
  @impl true
  def handle_continue(:more, n), do: {:noreply, n + 100}
  @impl true
  def handle_call(:get, _from, n), do: {:reply, n, n}
  def handle_call(:crash, _from, _), do: exit(:crashed)
  @impl true
  def handle_cast({:add, k}, n), do: {:noreply, n + k}
  @impl true
  def handle_info({:tell, pid}, n) do
    send(pid, {:told, n})
    {:noreply, n}
  end
end

Logger.configure(level: :none)
{:ok, sup} = Supervisor.start_link([{Counter, 5}], strategy: :one_for_one)
GenServer.cast(Counter, {:add, 1})
IO.inspect(GenServer.call(Counter, :get)) #=> 106
send(Counter, {:tell, self()})
receive do
  {:told, n} -> IO.inspect(n)
end #=> 106
first = Process.whereis(Counter)
monitor = Process.monitor(first)
GenServer.call(Counter, :crash) #!> ** (exit) exited in: GenServer.call(Counter, :crash, 5000)
#!>     ** (EXIT) :crashed
receive do
  {:DOWN, ^monitor, _, _, reason} -> IO.inspect(reason)
end #=> :crashed
wait = fn wait -> if pid = Process.whereis(Counter), do: pid, else: wait.(wait) end
IO.inspect(wait.(wait) != first) #=> true
IO.inspect(GenServer.call(Counter, :get)) #=> 105
IO.inspect(Supervisor.count_children(sup)) #=> %{active: 1, specs: 1, supervisors: 0, workers: 1}
Supervisor.stop(sup)
IO.inspect(Process.whereis(Counter)) #=> nil

# What is no time to wait and nothing to do next makes a bad answer, before anything is answered.
defmodule Hasty do
  use GenServer
  def init(answer), do: answer
  def handle_call(answer, _from, _state), do: answer
end

Process.flag(:trap_exit, true)
IO.inspect(GenServer.start_link(Hasty, {:ok, 1, -1})) #=> {:error, {:bad_return_value, {:ok, 1, -1}}}
IO.inspect(GenServer.start_link(Hasty, {:ok, 1, {:next, 2}})) #=> {:error, {:bad_return_value, {:ok, 1, {:next, 2}}}}
{:ok, _} = GenServer.start_link(Hasty, {:ok, 1, 10_000}, name: Hasty)
IO.inspect(GenServer.call(Hasty, {:reply, :soon, 1, :infinity})) #=> :soon
GenServer.call(Hasty, {:reply, 1, 1, []}) #!> ** (exit) exited in: GenServer.call(Hasty, {:reply, 1, 1, []}, 5000)
#!>     ** (EXIT) bad return value: {:reply, 1, 1, []}

# What a supervisor of tasks is asked is seen when there is none.
try do
  Task.Supervisor.start_child(:no_tasks, String, :length, ["x"], restart: :transient)
catch
  :exit, {:noproc, {GenServer, :call, [:no_tasks, {what, [_owner, _callers, mfa], restart, shutdown}, _]}} ->
    IO.inspect({what, mfa, restart, shutdown}) #=> {:start_task, {String, :length, ["x"]}, :transient, nil}
end

# Whoever is a supervisor in its own way says in its status what its callback module is.
defmodule Shepherd do
  use GenServer
  def init(module), do: {:ok, module}
  def format_status(:normal, [_dictionary, module]), do: [data: [{~c"State", module}], supervisor: [{~c"Callback", module}]]
end

{:ok, shepherd} = GenServer.start_link(Shepherd, Flock)
{:ok, plain} = Supervisor.start_link([], strategy: :one_for_one)
IO.inspect({:supervisor.get_callback_module(shepherd), :supervisor.get_callback_module(plain)}) #=> {Flock, Supervisor.Default}
