defmodule :erpc do
  @moduledoc """
  Calls on other nodes, of which there are none: only this one can be asked.
  """

  @doc """
  Calls a function on a node, in a process of its own.

      iex> :erpc.call(node(), fn -> 1 + 1 end)
      2
  """
  @spec call(node, (-> any)) :: any
  def call(node, function) when is_function(function, 0), do: call(node, :erlang, :apply, [function, []], :infinity)

  @doc "As `call/2`, with a timeout in milliseconds."
  @spec call(node, (-> any), timeout) :: any
  def call(node, function, timeout) when is_function(function, 0), do: call(node, :erlang, :apply, [function, []], timeout)

  @doc """
  Calls a function by its name on a node, in a process of its own.

      iex> :erpc.call(node(), String, :upcase, ["a"])
      "A"
  """
  @spec call(node, module, atom, [any]) :: any
  def call(node, module, function, args), do: call(node, module, function, args, :infinity)

  @doc "As `call/4`, with a timeout in milliseconds."
  @spec call(node, module, atom, [any], timeout) :: any
  def call(node, module, function, args, timeout) do
    if node != :erlang.node(), do: :erlang.error({:erpc, :noconnection})
    tag = make_ref()

    {pid, monitor} =
      :erlang.spawn_monitor(fn ->
        outcome =
          try do
            {:value, :erlang.apply(module, function, args)}
          catch
            kind, reason -> {kind, reason, __STACKTRACE__}
          end

        exit({tag, outcome})
      end)

    receive do
      {:DOWN, ^monitor, _, _, {^tag, {:value, value}}} -> value
      {:DOWN, ^monitor, _, _, {^tag, {:throw, value, _}}} -> throw(value)
      {:DOWN, ^monitor, _, _, {^tag, {:exit, reason, _}}} -> exit({:exception, reason})
      {:DOWN, ^monitor, _, _, {^tag, {:error, reason, stacktrace}}} -> :erlang.error({:exception, reason, stacktrace})
      {:DOWN, ^monitor, _, _, reason} -> exit({:signal, reason})
    after
      timeout ->
        :erlang.demonitor(monitor, [:flush])
        :erlang.exit(pid, :kill)
        :erlang.error({:erpc, :timeout})
    end
  end
end
