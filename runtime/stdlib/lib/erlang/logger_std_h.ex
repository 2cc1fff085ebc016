defmodule :logger_std_h do
  @moduledoc """
  The handler that writes log events to the console: the standard output of a script, the error output of a notebook.

  It formats and writes in the process that logs.
  """

  @doc "Writes an event."
  @spec log(map, map) :: :ok
  def log(event, %{formatter: {formatter, config}}) do
    text = IO.chardata_to_string(formatter.format(event, config))
    :jovial_host.write(:log, text)
    :ok
  end

  @doc "There is nothing to wait for: all is written."
  @spec filesync(atom) :: :ok
  def filesync(_id), do: :ok
end
