defmodule Logger.Backends do
  @moduledoc false

  # Backends are handlers of the older kind: each runs in an event manager of its own and is told of a message as
  # `{level, leader, {Logger, message, timestamp, metadata}}`. A handler of `:logger`, under the name `Logger` as long as there are backends,
  # hands what is logged to them; its configuration knows who they are.

  @handler Logger

  def add(backend) do
    backends = all()

    case List.keymember?(backends, backend, 0) do
      true -> {:error, :already_present}
      false -> start(backend, backends)
    end
  end

  defp start(backend, backends) do
    {:ok, manager} = :gen_event.start()

    case :gen_event.add_handler(manager, id(backend), backend) do
      :ok ->
        keep(backends ++ [{backend, manager}])
        {:ok, manager}

      failed ->
        :gen_event.stop(manager)
        with {:EXIT, reason} <- failed, do: {:error, reason}
    end
  end

  # Several backends may share a module.
  defp id({module, name}), do: {module, name}
  defp id(module), do: module

  def remove(backend) do
    backends = all()

    case List.keytake(backends, backend, 0) do
      {{_, manager}, others} ->
        keep(others)
        :gen_event.stop(manager)

      nil ->
        {:error, :not_found}
    end
  end

  def configure(backend, options) do
    case List.keyfind(all(), backend, 0) do
      {_, manager} -> :gen_event.call(manager, id(backend), {:configure, options})
      nil -> {:error, :not_found}
    end
  end

  # Backends may write later what they were told of.
  def flush, do: for({_, manager} <- all(), do: :gen_event.sync_notify(manager, :flush))

  defp all do
    case :logger.get_handler_config(@handler) do
      {:ok, %{config: %{backends: backends}}} -> backends
      _ -> []
    end
  end

  defp keep([]), do: :logger.remove_handler(@handler)

  defp keep(backends) do
    case :logger.add_handler(@handler, __MODULE__, %{config: %{backends: backends}}) do
      :ok -> :ok
      {:error, {:already_exist, _}} -> :logger.update_handler_config(@handler, :config, %{backends: backends})
    end
  end

  # What `:logger` calls.
  def log(%{level: level, meta: meta} = event, %{config: %{backends: backends}}) do
    metadata = [{:erl_level, level} | Map.to_list(meta)]
    timestamp = Logger.Formatter.system_time_to_date_time_ms(meta.time, false)
    message = Logger.Formatter.format_event(event, :infinity)
    told = {level(level), meta.gl, {Logger, message, timestamp, metadata}}
    for {_, manager} <- backends, do: :gen_event.notify(manager, told)
    :ok
  end

  defp level(level) when level in [:emergency, :alert, :critical, :error], do: :error
  defp level(:warning), do: :warn
  defp level(level) when level in [:notice, :info], do: :info
  defp level(level), do: level
end
