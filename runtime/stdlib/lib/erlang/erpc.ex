defmodule :erpc do
  @moduledoc """
  Calls on nodes, with errors as they were raised there.

  The only node that can be called is this one; others answer that there is no connection.

      iex> :erpc.call(node(), fn -> 1 + 1 end)
      2
      iex> :erpc.multicall([node()], String, :upcase, ["a"])
      [ok: "A"]

  """

  @doc "Calls a fun on a node."
  def call(node, fun), do: call(node, fun, :infinity)

  @doc "Calls a fun on a node and waits so long."
  def call(node, fun, timeout) when is_function(fun, 0), do: call(node, :erlang, :apply, [fun, []], timeout)

  @doc "Calls a function on a node."
  def call(node, module, function, args), do: call(node, module, function, args, :infinity)

  @doc "Calls a function on a node and waits so long."
  def call(node, module, function, args, timeout) do
    node |> send_request(module, function, args) |> receive_response(timeout)
  end

  @doc "Calls a fun on a node without waiting."
  def cast(node, fun) when is_function(fun, 0), do: cast(node, :erlang, :apply, [fun, []])

  @doc "Calls a function on a node without waiting."
  def cast(node, module, function, args) do
    check!(node, module, function, args)
    if node == :erlang.node(), do: :erlang.spawn(module, function, args)
    :ok
  end

  @doc "Calls a fun on several nodes."
  def multicall(nodes, fun), do: multicall(nodes, fun, :infinity)

  @doc "Calls a fun on several nodes and waits so long."
  def multicall(nodes, fun, timeout) when is_function(fun, 0), do: multicall(nodes, :erlang, :apply, [fun, []], timeout)

  @doc "Calls a function on several nodes."
  def multicall(nodes, module, function, args), do: multicall(nodes, module, function, args, :infinity)

  @doc "Calls a function on several nodes and waits so long: `{:ok, value}` or `{class, reason}` for each."
  def multicall(nodes, module, function, args, timeout) when is_list(nodes) do
    requests = for node <- nodes, do: send_request(node, module, function, args)

    for request <- requests do
      try do
        {:ok, receive_response(request, timeout)}
      catch
        class, reason -> {class, reason}
      end
    end
  end

  @doc "Calls a fun on several nodes without waiting."
  def multicast(nodes, fun) when is_function(fun, 0), do: multicast(nodes, :erlang, :apply, [fun, []])

  @doc "Calls a function on several nodes without waiting."
  def multicast(nodes, module, function, args) when is_list(nodes) do
    for node <- nodes, do: cast(node, module, function, args)
    :ok
  end

  @doc "Begins a call of a fun."
  def send_request(node, fun) when is_function(fun, 0), do: send_request(node, :erlang, :apply, [fun, []])

  @doc "Begins a call of a function."
  def send_request(node, module, function, args) do
    check!(node, module, function, args)

    if node == :erlang.node() do
      # The process ends with what the call gave, so its end is the answer.
      {_, monitor} = :erlang.spawn_monitor(fn -> :erlang.exit({:erpc, outcome(module, function, args)}) end)
      monitor
    else
      {_, monitor} = :erlang.spawn_monitor(fn -> :erlang.exit({:erpc, {:error, {:erpc, :noconnection}}}) end)
      monitor
    end
  end

  defp outcome(module, function, args) do
    {:return, apply(module, function, args)}
  catch
    :throw, value -> {:throw, value}
    :exit, reason -> {:exit, {:exception, reason}}
    :error, reason -> {:error, {:exception, reason, __STACKTRACE__}}
  end

  @doc "Waits for the answer."
  def receive_response(request), do: receive_response(request, :infinity)

  @doc "Waits so long for the answer, then gives it up."
  def receive_response(request, timeout) when is_reference(request) do
    receive do
      {:DOWN, ^request, :process, _, reason} -> result(reason)
    after
      timeout ->
        :erlang.demonitor(request, [:flush])
        :erlang.error({:erpc, :timeout})
    end
  end

  @doc "Waits for the answer."
  def wait_response(request), do: wait_response(request, 0)

  @doc "Waits so long for the answer: `{:response, value}` or `:no_response`."
  def wait_response(request, timeout) when is_reference(request) do
    receive do
      {:DOWN, ^request, :process, _, reason} -> {:response, result(reason)}
    after
      timeout -> :no_response
    end
  end

  @doc "Whether a message is the answer: `{:response, value}` or `:no_response`."
  def check_response({:DOWN, request, :process, _, reason}, request), do: {:response, result(reason)}
  def check_response(_, request) when is_reference(request), do: :no_response

  defp result({:erpc, {:return, value}}), do: value
  defp result({:erpc, {:throw, value}}), do: :erlang.throw(value)
  defp result({:erpc, {:exit, reason}}), do: :erlang.exit(reason)
  defp result({:erpc, {:error, reason}}), do: :erlang.error(reason)
  defp result(reason), do: :erlang.exit({:signal, reason})

  defp check!(node, module, function, args) do
    unless is_atom(node) and is_atom(module) and is_atom(function) and is_list(args), do: :erlang.error({:erpc, :badarg})
  end
end
