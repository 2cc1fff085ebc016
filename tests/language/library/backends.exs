# Backends of Logger: handlers of the older kind. Source: Elixir 1.18.
require Logger
:logger.remove_handler(:default)

defmodule Backend do
  def init(argument), do: {:ok, argument}

  def handle_event({level, _leader, {Logger, message, _timestamp, metadata}}, name) do
    IO.puts("#{inspect(name)} #{level} #{message} #{metadata[:erl_level]} #{inspect(metadata[:user])}")
    {:ok, name}
  end

  def handle_event(:flush, name), do: {:ok, name}
  def handle_call({:configure, options}, name), do: {:ok, options[:level], name}
end

{:ok, _pid} = Logger.add_backend(Backend)
IO.inspect(Logger.add_backend(Backend)) #=> {:error, :already_present}
Logger.warning("first", user: 1)
Logger.flush()
#=> Backend warn first warning 1
IO.inspect(Logger.configure_backend(Backend, level: :info)) #=> :info
{:ok, _pid} = Logger.add_backend({Backend, :named})
IO.inspect(Logger.remove_backend(Backend)) #=> :ok
IO.inspect(Logger.remove_backend(Backend)) #=> {:error, :not_found}
Logger.notice("second")
Logger.flush()
#=> {Backend, :named} info second notice nil
IO.inspect(Logger.remove_backend({Backend, :named})) #=> :ok
IO.inspect(:logger.get_handler_ids()) #=> []
