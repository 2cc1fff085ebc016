defmodule Agent.Server do
  @moduledoc false

  # The server behind `Agent`: its state is what the functions sent to it make of it.

  use GenServer

  @impl true
  def init(fun) do
    _ = remember_call(fun)
    {:ok, run(fun, [])}
  end

  @impl true
  def handle_call({:get, fun}, _from, state), do: {:reply, run(fun, [state]), state}

  def handle_call({:get_and_update, fun}, _from, state) do
    case run(fun, [state]) do
      {reply, state} -> {:reply, reply, state}
      other -> {:stop, {:bad_return_value, other}, state}
    end
  end

  def handle_call({:update, fun}, _from, state), do: {:reply, :ok, run(fun, [state])}

  @impl true
  def handle_cast({:cast, fun}, state), do: {:noreply, run(fun, [state])}

  # An agent has nothing to do with messages, whoever sent them.
  @impl true
  def handle_info(_message, state), do: {:noreply, state}

  @impl true
  def code_change(_old_version, state, fun), do: {:ok, run(fun, [state])}

  # Tools show the function that made the state rather than this module.
  defp remember_call(fun), do: Process.put(:"$initial_call", entry(fun))

  defp entry({module, function, args}), do: {module, function, length(args)}

  defp entry(fun) when is_function(fun, 0) do
    {:module, module} = Function.info(fun, :module)
    {:name, name} = Function.info(fun, :name)
    {module, name, 0}
  end

  defp run({module, function, args}, first), do: apply(module, function, first ++ args)
  defp run(fun, args), do: apply(fun, args)
end
