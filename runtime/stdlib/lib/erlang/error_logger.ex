defmodule :error_logger do
  @moduledoc """
  The old names of the logger's functions.

  Messages with a format, such as `error_msg(~c"~p is late", [who])`, and reports of data are logged as `:logger` logs them.
  """

  @levels [error: :error, warning: :warning, info: :notice]

  for {name, level} <- @levels do
    message = :"#{name}_msg"
    report = :"#{name}_report"

    @doc "Logs a text at the level `#{inspect(level)}`."
    @spec unquote(message)(charlist | binary) :: :ok
    def unquote(message)(text), do: unquote(message)(text, [])

    @doc "Logs a format with its values at the level `#{inspect(level)}`."
    @spec unquote(message)(charlist | binary, list) :: :ok
    def unquote(message)(format, values), do: :logger.log(unquote(level), format, values, tagged(unquote(name)))

    @doc "Logs data at the level `#{inspect(level)}`."
    @spec unquote(report)(term) :: :ok
    def unquote(report)(data), do: unquote(report)(:"#{unquote(name)}_report", data)

    @doc "Logs data of a type of its own at the level `#{inspect(level)}`."
    @spec unquote(report)(term, term) :: :ok
    def unquote(report)(type, data) do
      report = %{label: {:error_logger, unquote(report)}, report: data}
      :logger.log(unquote(level), report, Map.merge(tagged(unquote(name)), %{report_cb: &__MODULE__.text/1, type: type}))
    end
  end

  defp tagged(tag), do: %{pid: self(), gl: :erlang.group_leader(), error_logger: %{tag: tag}}

  @doc false
  def text(%{report: data}), do: {~c"~tp", [data]}

  @doc "Switches what the console shows on or off."
  @spec tty(boolean) :: :ok
  def tty(true), do: :ok = :logger.update_handler_config(:default, :level, :all)
  def tty(false), do: :ok = :logger.update_handler_config(:default, :level, :none)
end
