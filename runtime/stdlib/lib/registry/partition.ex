defmodule Registry.Partition do
  @moduledoc false

  # Owns the tables of one partition, is linked to all processes that have entries in it, and takes those of a process away when
  # it ends. It also hands out locks, by key.

  use GenServer

  @doc false
  def process_name(registry, number), do: Module.concat(registry, "PIDPartition#{number}")

  @doc false
  def key_table(registry, number), do: Module.concat(registry, "KeyPartition#{number}")

  @doc false
  def start_link(options) do
    GenServer.start_link(__MODULE__, options, name: process_name(options.registry, options.number))
  end

  @impl true
  def init(%{registry: registry, number: number} = options) do
    Process.flag(:trap_exit, true)
    kind = if options.keys == :unique, do: :set, else: :duplicate_bag

    common = [:public, :named_table, read_concurrency: true, write_concurrency: true]
    compressed = if options.compressed, do: [:compressed], else: []

    keys = :ets.new(key_table(registry, number), [kind | common] ++ compressed)
    pids = :ets.new(process_name(registry, number), [:duplicate_bag | common])

    # `locks` maps locked keys to the watch on who has it and to those who wait, in turn.
    {:ok, %{registry: registry, keys: keys, pids: pids, listeners: options.listeners, locks: %{}, watches: %{}}}
  end

  @impl true
  def handle_call(:sync, _from, state), do: {:reply, :ok, state}

  def handle_call({:lock, key}, {pid, _tag} = from, state) do
    case state.locks do
      %{^key => {watch, waiting}} ->
        {:noreply, put_in(state.locks[key], {watch, :queue.in({pid, from}, waiting)})}

      _free ->
        {:reply, :ok, grant(state, key, pid, :queue.new())}
    end
  end

  @impl true
  def handle_cast({:unlock, key, pid}, state) do
    case state.locks do
      %{^key => {{watch, ^pid}, _waiting}} ->
        Process.demonitor(watch, [:flush])
        {:noreply, pass_on(state, key, watch)}

      _other ->
        {:noreply, state}
    end
  end

  defp grant(state, key, pid, waiting) do
    watch = Process.monitor(pid)
    %{state | locks: Map.put(state.locks, key, {{watch, pid}, waiting}), watches: Map.put(state.watches, watch, key)}
  end

  defp pass_on(state, key, watch) do
    {{_holder, waiting}, locks} = Map.pop!(state.locks, key)
    state = %{state | locks: locks, watches: Map.delete(state.watches, watch)}

    case :queue.out(waiting) do
      {:empty, _} ->
        state

      {{:value, {pid, from}}, waiting} ->
        GenServer.reply(from, :ok)
        grant(state, key, pid, waiting)
    end
  end

  @impl true
  def handle_info({:EXIT, pid, _reason}, state) do
    for {^pid, key, table, _count} <- :ets.take(state.pids, pid) do
      remove(table, key, pid)

      for listener <- state.listeners do
        Registry.__notify__(listener, {:unregister, state.registry, key, pid})
      end
    end

    {:noreply, state}
  end

  def handle_info({:DOWN, watch, _, _, _}, state) do
    case state.watches do
      %{^watch => key} -> {:noreply, pass_on(state, key, watch)}
      _other -> {:noreply, state}
    end
  end

  def handle_info(_message, state), do: {:noreply, state}

  defp remove(table, key, pid) do
    :ets.match_delete(table, {key, {pid, :_}})
  catch
    # The table went with its owner.
    :error, :badarg -> true
  end
end
