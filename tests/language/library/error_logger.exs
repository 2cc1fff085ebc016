# The old names of the logger's functions say what `:logger` says.
defmodule Collecting do
  def log(%{level: level, msg: message}, %{config: %{to: pid}}), do: send(pid, {level, message})
end
:ok = :logger.add_handler(:collecting, Collecting, %{config: %{to: self()}})
:ok = :logger.update_handler_config(:default, :level, :none)
:error_logger.warning_msg(~c"~p is late", [:baker])
receive do: (told -> IO.inspect(told)) #=> {:warning, {~c"~p is late", [:baker]}}
:error_logger.error_report(:mine, [a: 1])
receive do: ({level, {:report, report}} -> IO.inspect({level, report})) #=> {:error, %{label: {:error_logger, :error_report}, report: [a: 1]}}
