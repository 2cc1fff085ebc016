# :gen_event: handlers come and go, fail and are swapped.
defmodule Listener do
  @behaviour :gen_event
  def init({{owner, name}, passed}), do: {:ok, {owner, {name, passed}, 0}}
  def init({owner, name}), do: {:ok, {owner, name, 0}}
  def init(:refuse), do: {:error, :refused}

  def handle_event(:crash, _), do: raise("crash")
  def handle_event(:leave, _), do: :remove_handler

  def handle_event(event, {owner, name, n}) do
    send(owner, {name, event})
    {:ok, {owner, name, n + 1}}
  end

  def handle_call(:count, {_, _, n} = state), do: {:ok, n, state}
  def handle_call(:bye, _), do: {:remove_handler, :gone}

  def handle_info(message, {owner, name, n}) do
    send(owner, {name, :info, message})
    {:ok, {owner, name, n}}
  end

  def terminate(reason, {owner, name, n}) do
    send(owner, {:terminated, name, if(is_tuple(reason), do: elem(reason, 0), else: reason)})
    {:count, n}
  end
end

next = fn ->
  receive do
    message -> message
  after
    5000 -> :nothing
  end
end

{:ok, manager} = :gen_event.start_link()
IO.inspect(:gen_event.add_handler(manager, Listener, {self(), :a})) #=> :ok
IO.inspect(:gen_event.add_handler(manager, {Listener, 2}, {self(), :b})) #=> :ok
IO.inspect(:gen_event.add_handler(manager, {Listener, 3}, :refuse)) #=> {:error, :refused}
IO.inspect(:gen_event.which_handlers(manager)) #=> [{Listener, 2}, Listener]
IO.inspect(:gen_event.notify(manager, :one)) #=> :ok
IO.inspect({next.(), next.()}) #=> {{:b, :one}, {:a, :one}}
IO.inspect(:gen_event.sync_notify(manager, :two)) #=> :ok
IO.inspect({next.(), next.()}) #=> {{:b, :two}, {:a, :two}}
IO.inspect({:gen_event.call(manager, Listener, :count), :gen_event.call(manager, Nobody, :count)}) #=> {2, {:error, :bad_module}}
send(manager, :hello)
IO.inspect({next.(), next.()}) #=> {{:b, :info, :hello}, {:a, :info, :hello}}
IO.inspect(:gen_event.swap_handler(manager, {Listener, :swap}, {{Listener, 4}, {self(), :c}})) #=> :ok
IO.inspect(next.()) #=> {:terminated, :a, :swap}
IO.inspect(for {module, id, {_, name, n}} <- :sys.get_state(manager), do: {module, id, name, n})
#=> [{Listener, 4, {:c, {:count, 2}}, 0}, {Listener, 2, :b, 2}]
IO.inspect({:gen_event.delete_handler(manager, {Listener, 2}, :enough), next.()}) #=> {{:count, 2}, {:terminated, :b, :enough}}
IO.inspect({:gen_event.call(manager, {Listener, 4}, :bye), next.()}) #=> {:gone, {:terminated, {:c, {:count, 2}}, :remove_handler}}

Logger.configure(level: :none)
IO.inspect(:gen_event.add_sup_handler(manager, Listener, {self(), :s})) #=> :ok
:gen_event.notify(manager, :crash)
IO.inspect(next.()) #=> {:terminated, :s, :error}

case next.() do
  {:gen_event_EXIT, Listener, {:EXIT, {%RuntimeError{message: message}, _}}} -> IO.inspect(message)
end #=> "crash"

IO.inspect({:gen_event.which_handlers(manager), :gen_event.stop(manager)}) #=> {[], :ok}
