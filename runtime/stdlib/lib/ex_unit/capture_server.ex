defmodule ExUnit.CaptureServer do
  @moduledoc false

  # Knows which devices and which part of the log are being caught, and for whom. What is caught goes into string devices: one for each
  # device, shared by those who catch it at the same time, and one for each who catches the log.

  use GenServer

  @table __MODULE__

  # ## For those who catch

  def device_capture_on(name, input, options), do: call({:device_on, name, input, options, self()})
  def pid_capture_on(pid), do: call({:pid_on, pid, self()})

  def device_output(token) do
    {string_io, start} = call({:device, token})
    {_input, output} = StringIO.contents(string_io)
    binary_part(output, start, byte_size(output) - start)
  end

  def device_capture_off(token), do: call({:off, token})

  def log_capture_on(options) do
    {level, options} = Keyword.pop(options, :level)
    {formatter, options} = Keyword.pop(options, :formatter)
    formatter = formatter || Logger.Formatter.new(Keyword.put_new(options, :colors, enabled: false))
    call({:log_on, level, formatter, self()})
  end

  def log_output({_token, string_io}), do: string_io |> StringIO.contents() |> elem(1)

  def log_capture_off({token, _string_io}), do: call({:off, token})

  defp call(request) do
    case GenServer.start(__MODULE__, nil, name: __MODULE__) do
      {:ok, _pid} -> :ok
      {:error, {:already_started, _pid}} -> :ok
    end

    GenServer.call(__MODULE__, request, :infinity)
  end

  # ## For the log: a handler, which is called by the process that logs

  def log(event, _config) do
    for {_token, string_io, level, {formatter, config}} <- :ets.tab2list(@table), counts?(event.level, level) do
      try do
        IO.write(string_io, formatter.format(event, config))
      rescue
        # Who caught it is gone.
        ErlangError -> :ok
      end
    end

    :ok
  end

  defp counts?(_level, nil), do: true
  defp counts?(level, least), do: :logger.compare_levels(level, least) != :lt

  # ## The server

  # `captures` are of the form `token => {kind, key, monitor}`, `devices` are `name => %{pid, original, encoding, input?}`.
  @impl true
  def init(nil) do
    :ets.new(@table, [:named_table, :public, :set])
    {:ok, %{captures: %{}, devices: %{}}}
  end

  @impl true
  def handle_call({:device_on, name, input, options, owner}, _from, state) do
    case {state.devices[name], Process.whereis(name)} do
      {nil, nil} ->
        {:reply, {:error, :no_device}, state}

      {nil, original} ->
        {:ok, string_io} = StringIO.open(input, options)
        Process.unregister(name)
        Process.register(string_io, name)
        device = %{pid: string_io, original: original, encoding: options[:encoding]}
        taken(owner, {:device, name, 0}, %{state | devices: Map.put(state.devices, name, device)})

      {_device, _pid} when input != "" ->
        {:reply, {:error, :input_on_already_captured_device}, state}

      {device, _pid} ->
        if device.encoding == options[:encoding] do
          {_input, output} = StringIO.contents(device.pid)
          taken(owner, {:device, name, byte_size(output)}, state)
        else
          {:reply, {:error, {:changed_encoding, device.encoding}}, state}
        end
    end
  end

  def handle_call({:pid_on, pid, owner}, _from, state) do
    case Process.info(pid, :group_leader) do
      {:group_leader, original} ->
        {:ok, string_io} = StringIO.open("")
        Process.group_leader(pid, string_io)
        taken(owner, {:pid, pid, string_io, original}, state)

      nil ->
        {:reply, {:error, :noproc}, state}
    end
  end

  def handle_call({:device, token}, _from, state) do
    reply =
      case state.captures[token] do
        {{:device, name, start}, _monitor} -> {state.devices[name].pid, start}
        {{:pid, _pid, string_io, _original}, _monitor} -> {string_io, 0}
      end

    {:reply, reply, state}
  end

  def handle_call({:log_on, level, formatter, owner}, _from, state) do
    # Opened here, so that who catches has no link more than before.
    {:ok, string_io} = StringIO.open("")

    if :ets.info(@table, :size) == 0 do
      :logger.add_handler(__MODULE__, __MODULE__, %{})
      # The console shows nothing of what is caught.
      :logger.add_handler_filter(:default, __MODULE__, {fn _event, _ -> :stop end, nil})
    end

    {:reply, {:ok, token}, state} = taken(owner, :log, state)
    :ets.insert(@table, {token, string_io, level, formatter})
    {:reply, {:ok, {token, string_io}}, state}
  end

  def handle_call({:off, token}, _from, state), do: {:reply, :ok, released(token, state)}

  @impl true
  def handle_info({:DOWN, monitor, :process, _pid, _reason}, state), do: {:noreply, released(monitor, state)}
  def handle_info(_message, state), do: {:noreply, state}

  # A capture's token is the monitor of its owner.
  defp taken(owner, what, state) do
    token = Process.monitor(owner)
    {:reply, {:ok, token}, %{state | captures: Map.put(state.captures, token, {what, token})}}
  end

  defp released(token, state) do
    case Map.pop(state.captures, token) do
      {nil, _captures} ->
        state

      {{what, monitor}, captures} ->
        Process.demonitor(monitor, [:flush])
        give_back(what, token, %{state | captures: captures})
    end
  end

  defp give_back({:device, name, _start}, _token, state) do
    if Enum.any?(state.captures, fn {_token, {what, _}} -> match?({:device, ^name, _}, what) end) do
      state
    else
      {device, devices} = Map.pop(state.devices, name)
      Process.unregister(name)
      Process.register(device.original, name)
      StringIO.close(device.pid)
      %{state | devices: devices}
    end
  end

  defp give_back({:pid, pid, string_io, original}, _token, state) do
    if Process.alive?(pid), do: Process.group_leader(pid, original)
    StringIO.close(string_io)
    state
  end

  defp give_back(:log, token, state) do
    [{^token, string_io, _level, _formatter}] = :ets.take(@table, token)
    StringIO.close(string_io)

    if :ets.info(@table, :size) == 0 do
      :logger.remove_handler(__MODULE__)
      :logger.remove_handler_filter(:default, __MODULE__)
    end

    state
  end
end
