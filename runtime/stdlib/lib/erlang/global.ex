defmodule :global do
  @moduledoc """
  Names that hold on all nodes of a cluster, and locks.

  A cluster has one node, so far.

      iex> :global.register_name({:room, 1}, self())
      :yes
      iex> :global.whereis_name({:room, 1}) == self()
      true
      iex> :global.unregister_name({:room, 1})
      iex> :global.whereis_name({:room, 1})
      :undefined

  """

  import Kernel, except: [send: 2]

  # The table `:global_names` holds `{{:name, name}, pid}` and `{{:lock, id}, requester, pid}`. Names and locks of ended processes are found out
  # when they are looked at.

  @table :global_names

  @doc "Gives a process a name."
  @spec register_name(term, pid) :: :yes | :no
  def register_name(name, pid), do: register_name(name, pid, &:global.random_exit_name/3)

  @doc "Gives a process a name. The function is for conflicts between nodes."
  @spec register_name(term, pid, function) :: :yes | :no
  def register_name(name, pid, _resolve) when is_pid(pid) do
    cond do
      whereis_name(name) != :undefined -> :no
      :ets.insert_new(table(), {{:name, name}, pid}) -> :yes
      true -> :no
    end
  end

  @doc "Gives a process a name, whoever has it."
  @spec re_register_name(term, pid) :: :yes
  def re_register_name(name, pid) when is_pid(pid) do
    :ets.insert(table(), {{:name, name}, pid})
    :yes
  end

  @doc "Takes a name away."
  @spec unregister_name(term) :: term
  def unregister_name(name) do
    :ets.delete(table(), {:name, name})
    :ok
  end

  @doc "Returns the process of a name, or `:undefined`."
  @spec whereis_name(term) :: pid | :undefined
  def whereis_name(name) do
    case :ets.lookup(table(), {:name, name}) do
      [{_, pid} = entry] ->
        if alive?(pid) do
          pid
        else
          :ets.delete_object(table(), entry)
          :undefined
        end

      [] ->
        :undefined
    end
  end

  defp alive?(pid) when node(pid) == node(), do: :erlang.is_process_alive(pid)
  defp alive?(_remote), do: true

  @doc "Sends a message to the process of a name."
  @spec send(term, term) :: pid
  def send(name, message) do
    case whereis_name(name) do
      :undefined ->
        exit({:badarg, {name, message}})

      pid ->
        :erlang.send(pid, message)
        pid
    end
  end

  @doc "Returns all names."
  @spec registered_names() :: [term]
  def registered_names do
    for [name] <- :ets.match(table(), {{:name, :"$1"}, :_}), whereis_name(name) != :undefined, do: name
  end

  @doc "Settles a conflict by ending one of two processes."
  @spec random_exit_name(term, pid, pid) :: pid
  def random_exit_name(_name, pid1, pid2) do
    :erlang.exit(pid2, :kill)
    pid1
  end

  @doc "Waits until the nodes know each other's names."
  @spec sync() :: :ok
  def sync, do: :ok

  # ## Locks

  @doc "Takes a lock, and waits for it as long as it takes."
  @spec set_lock({term, term}) :: boolean
  def set_lock(id), do: set_lock(id, [node()])

  @doc "Takes a lock on nodes, and waits for it as long as it takes."
  @spec set_lock({term, term}, [node]) :: boolean
  def set_lock(id, nodes), do: set_lock(id, nodes, :infinity)

  @doc "Takes a lock on nodes, and tries again so many times."
  @spec set_lock({term, term}, [node], non_neg_integer | :infinity) :: boolean
  def set_lock({resource, requester}, _nodes, retries) do
    try_lock({:lock, resource}, requester, retries, 1)
  end

  defp try_lock(key, requester, retries, pause) do
    cond do
      :ets.insert_new(table(), {key, requester, self()}) -> true
      mine?(key, requester) -> true
      retries == 0 -> false
      true ->
        Process.sleep(pause)
        try_lock(key, requester, if(retries == :infinity, do: :infinity, else: retries - 1), min(pause * 2, 200))
    end
  end

  # A lock whose holder has ended is free.
  defp mine?(key, requester) do
    case :ets.lookup(table(), key) do
      [{_, ^requester, _pid}] ->
        true

      [{_, _other, pid} = entry] ->
        unless alive?(pid), do: :ets.delete_object(table(), entry)
        false

      [] ->
        false
    end
  end

  @doc "Gives a lock back."
  @spec del_lock({term, term}) :: true
  def del_lock(id), do: del_lock(id, [node()])

  @doc "Gives a lock on nodes back."
  @spec del_lock({term, term}, [node]) :: true
  def del_lock({resource, requester}, _nodes), do: :ets.match_delete(table(), {{:lock, resource}, requester, :_})

  @doc "Calls a function while a lock is held."
  @spec trans({term, term}, (-> term)) :: term
  def trans(id, fun), do: trans(id, fun, [node()])

  @doc "Calls a function while a lock on nodes is held."
  @spec trans({term, term}, (-> term), [node]) :: term
  def trans(id, fun, nodes), do: trans(id, fun, nodes, :infinity)

  @doc "Calls a function while a lock on nodes is held; `:aborted` if it could not be taken."
  @spec trans({term, term}, (-> term), [node], non_neg_integer | :infinity) :: term | :aborted
  def trans(id, fun, nodes, retries) do
    if set_lock(id, nodes, retries) do
      try do
        fun.()
      after
        del_lock(id, nodes)
      end
    else
      :aborted
    end
  end

  defp table, do: Jovial.Tables.ensure(@table, [:set, {:read_concurrency, true}])
end
