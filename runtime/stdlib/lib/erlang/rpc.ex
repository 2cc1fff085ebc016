defmodule :rpc do
  @moduledoc """
  Calls on nodes, with errors as values.

  The only node that can be called is this one; others give `{:badrpc, :nodedown}`. `:erpc` is the newer module.

      iex> :rpc.call(node(), String, :upcase, ["a"])
      "A"
      iex> :rpc.call(:elsewhere@host, String, :upcase, ["a"])
      {:badrpc, :nodedown}

  """

  @doc "Calls a function on a node."
  def call(node, module, function, args), do: call(node, module, function, args, :infinity)

  @doc "Calls a function on a node and waits so long."
  def call(node, module, function, args, timeout) do
    :erpc.call(node, module, function, args, timeout)
  catch
    :throw, value -> value
    :exit, {:exception, reason} -> {:badrpc, {:EXIT, reason}}
    :exit, {:signal, reason} -> {:badrpc, {:EXIT, reason}}
    :error, {:exception, reason, stacktrace} -> {:badrpc, {:EXIT, {reason, stacktrace}}}
    :error, {:erpc, :noconnection} -> {:badrpc, :nodedown}
    :error, {:erpc, reason} -> {:badrpc, reason}
  end

  @doc "As `call/4`: there is nothing that could be blocked."
  def block_call(node, module, function, args), do: call(node, module, function, args)

  @doc "As `call/5`."
  def block_call(node, module, function, args, timeout), do: call(node, module, function, args, timeout)

  @doc "Calls a function on a node without waiting."
  def cast(node, module, function, args) do
    :erpc.cast(node, module, function, args)
    true
  end

  @doc "Begins a call whose answer is fetched later, by the same process."
  def async_call(node, module, function, args) do
    caller = self()
    :erlang.spawn(fn -> send(caller, {self(), {:promise_reply, call(node, module, function, args)}}) end)
  end

  @doc "Waits for the answer to `async_call/4`."
  def yield(key) do
    {:value, value} = nb_yield(key, :infinity)
    value
  end

  @doc "The answer to `async_call/4` if it is there."
  def nb_yield(key), do: nb_yield(key, 0)

  @doc "The answer to `async_call/4`, waiting so long."
  def nb_yield(key, timeout) when is_pid(key) do
    receive do
      {^key, {:promise_reply, value}} -> {:value, value}
    after
      timeout -> :timeout
    end
  end

  @doc "Calls a function on all nodes."
  def multicall(module, function, args), do: multicall([node() | :erlang.nodes()], module, function, args, :infinity)

  @doc "Calls a function on some nodes, or on all and waits so long."
  def multicall(nodes, module, function, args) when is_list(nodes), do: multicall(nodes, module, function, args, :infinity)
  def multicall(module, function, args, timeout), do: multicall([node() | :erlang.nodes()], module, function, args, timeout)

  @doc "Calls a function on some nodes and waits so long: the answers, and the nodes that gave none."
  def multicall(nodes, module, function, args, timeout) do
    answers = for node <- nodes, do: {node, call(node, module, function, args, timeout)}
    {for({_, answer} <- answers, answer != {:badrpc, :nodedown}, do: answer), for({node, {:badrpc, :nodedown}} <- answers, do: node)}
  end

  @doc "Calls a function with each element in front of further arguments, in processes of their own."
  def pmap({module, function}, extra, list) do
    requests = for element <- list, do: :erpc.send_request(node(), module, function, [element | extra])
    for request <- requests, do: :erpc.receive_response(request)
  end

  @doc "Sends a message to a name on all nodes."
  def abcast(name, message), do: abcast([node() | :erlang.nodes()], name, message)

  @doc "Sends a message to a name on some nodes."
  def abcast(nodes, name, message) do
    for node <- nodes, node == node(), do: :erlang.send({name, node}, message)
    :abcast
  end
end
