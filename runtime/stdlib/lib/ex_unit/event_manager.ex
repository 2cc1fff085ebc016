defmodule ExUnit.EventManager do
  @moduledoc false

  # Sends what happens in a run to the formatters, which are servers that take casts.

  # The order of events is that of their arrival, so those who send them are the processes that make them happen.

  def start(formatters, options) do
    for formatter <- formatters, reduce: [] do
      handlers ->
        case GenServer.start(formatter, options) do
          {:ok, pid} -> handlers ++ [pid]
          :ignore -> handlers
          {:error, reason} -> raise "could not start the formatter #{inspect(formatter)}: #{Exception.format_exit(reason)}"
        end
    end
  end

  # Comes back when all of them have seen all events.
  def stop(handlers) do
    for pid <- handlers do
      try do
        GenServer.stop(pid, :normal, :infinity)
      catch
        :exit, _ended_already -> :ok
      end
    end

    :ok
  end

  def notify(handlers, event) do
    for pid <- handlers, do: GenServer.cast(pid, event)
    :ok
  end
end
