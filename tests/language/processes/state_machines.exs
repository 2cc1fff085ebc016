# :gen_statem: transitions, postponed and inserted events, timers, entering a state, stopping.
defmodule Door do
  @behaviour :gen_statem
  def callback_mode, do: [:handle_event_function, :state_enter]
  def init(owner), do: {:ok, :locked, %{owner: owner, log: []}}

  def handle_event(:enter, old, state, data), do: {:keep_state, %{data | log: [{old, state} | data.log]}}
  def handle_event({:call, from}, :open, :locked, _), do: {:keep_state_and_data, [:postpone, {:next_event, :internal, {:asked, elem(from, 0)}}]}
  def handle_event(:internal, {:asked, _}, _, data), do: {:keep_state, %{data | log: [:asked | data.log]}}
  def handle_event(:cast, :unlock, :locked, data), do: {:next_state, :closed, data}
  def handle_event({:call, from}, :open, :closed, data), do: {:next_state, :open, data, [{:reply, from, :opened}, {:state_timeout, 5, :shut}]}
  def handle_event(:state_timeout, :shut, :open, data), do: {:next_state, :closed, data, {:next_event, :internal, :tell}}

  def handle_event(:internal, :tell, state, data) do
    send(data.owner, {:shut, state})
    :keep_state_and_data
  end

  def handle_event({:call, from}, :log, _, data), do: {:keep_state_and_data, {:reply, from, Enum.reverse(data.log)}}
  def handle_event({:call, from}, :stop, _, _), do: {:stop_and_reply, :normal, {:reply, from, :bye}}
  def handle_event({:call, from}, {:named, time}, _, _), do: {:keep_state_and_data, [{:reply, from, :ok}, {{:timeout, :a}, time, :rang}, {{:timeout, :b}, 10_000, :late}]}
  def handle_event({:timeout, name}, content, _, data), do: {:keep_state_and_data, [{{:timeout, :b}, :cancel} | tell(data, {name, content})]}
  def handle_event(:info, message, _, data), do: {:keep_state_and_data, tell(data, {:info, message})}

  defp tell(data, message) do
    send(data.owner, message)
    []
  end
end

{:ok, door} = :gen_statem.start_link(Door, self(), [])
request = :gen_statem.send_request(door, :open)
:ok = :gen_statem.cast(door, :unlock)
IO.inspect(:gen_statem.receive_response(request, 5000)) #=> {:reply, :opened}

receive do
  {:shut, state} -> IO.inspect(state)
end #=> :closed

IO.inspect(:gen_statem.call(door, :log)) #=> [
#=>   {:locked, :locked},
#=>   :asked,
#=>   {:locked, :closed},
#=>   {:closed, :open},
#=>   {:open, :closed}
#=> ]
IO.inspect(:gen_statem.call(door, {:named, 0})) #=> :ok

receive do
  {:a, content} -> IO.inspect(content)
end #=> :rang

send(door, :hello)

receive do
  {:info, message} -> IO.inspect(message)
end #=> :hello

IO.inspect(elem(:sys.get_state(door), 0)) #=> :closed
IO.inspect(:gen_statem.call(door, :stop)) #=> :bye

defmodule Counter do
  @behaviour :gen_statem
  def callback_mode, do: :state_functions
  def init(:no), do: {:stop, :refused}
  def init(:none), do: :ignore
  def init(n), do: {:ok, :counting, n, [{:next_event, :internal, :more}]}
  def counting(:internal, :more, n), do: {:keep_state, n + 1}
  def counting({:call, from}, :get, n), do: {:keep_state_and_data, [{:reply, from, n}]}
  def counting({:call, from}, :rest, n), do: {:next_state, :resting, n, [{:reply, from, :ok}, 0]}
  def counting(:cast, :crash, _), do: exit(:crashed)
  def resting(:timeout, 0, n), do: {:next_state, :counting, n * 10}
  def terminate(reason, state, n), do: send(:watcher, {:ended, reason, state, n})
end

Process.register(self(), :watcher)
Process.flag(:trap_exit, true)
IO.inspect({:gen_statem.start_link(Counter, :no, []), :gen_statem.start(Counter, :none, [])}) #=> {{:error, :refused}, :ignore}
{:ok, _} = :gen_statem.start({:local, :counter}, Counter, 4, [])
IO.inspect(:gen_statem.call(:counter, :get)) #=> 5
IO.inspect({:gen_statem.call(:counter, :rest), :gen_statem.call(:counter, :get)}) #=> {:ok, 50}
Logger.configure(level: :none)
:gen_statem.cast(:counter, :crash)

receive do
  {:ended, reason, state, n} -> IO.inspect({reason, state, n})
end #=> {:crashed, :counting, 50}

:gen_statem.call(:counter_that_is_not, :get) #!> ** (exit) exited in: :gen_statem.call(:counter_that_is_not, :get, :infinity)
#!>     ** (EXIT) no process: the process is not alive or there's no process currently associated with the given name, possibly because its application isn't started
