defmodule :init do
  @moduledoc """
  The beginning and end of the system.
  """

  @doc "Ends the system with status 0, after the caller has gone on."
  def stop(), do: stop(0)

  @doc "As `stop/0`, with a status; a text means that something went wrong."
  def stop(status) do
    status = if is_integer(status), do: status, else: 1

    :erlang.spawn(fn ->
      status |> Jovial.Main.at_exit() |> :jovial_host.exit()
    end)

    :ok
  end

  @doc "The words after the script's name on the command line, as charlists."
  def get_plain_arguments() do
    for argument <- :jovial_host.argv(), do: :unicode.characters_to_list(argument)
  end

  @doc "The values of a flag of the command line. The system has none."
  def get_argument(flag) when is_atom(flag), do: :error

  @doc "How far the system has come."
  def get_status(), do: {:started, :started}
end
