defmodule Jovial.CrashLog do
  @moduledoc false

  # Tells of raw processes that ended by an exception that nobody caught. The machine sends a message for each, before
  # links and monitors learn of the end; this process prints it as the default console logger would. As it lives as long as the
  # system, it also owns the library's tables.

  @doc false
  def run do
    receive do
      {:crash, pid, _name, cause, {reason, stacktrace}, _initial_call} ->
        try do
          print(pid, cause, reason, stacktrace)
        catch
          # A log that fails must not end the logs.
          _kind, _reason -> :ok
        end

        run()

      {:keep_table, _from, _ref, _name, _options} = request ->
        Jovial.Tables.keep(request)
        run()

      _other ->
        run()
    end
  end

  defp print(pid, cause, reason, stacktrace) do
    text = ["Process ", inspect(pid), verb(cause), words(cause, reason, list(stacktrace))]
    :jovial_host.write(:log, Jovial.ConsoleLog.line(:error, text))
  end

  defp verb("Error" <> _), do: " raised an exception\n"
  defp verb("Throw" <> _), do: " raised an exception\n"
  defp verb(_limit), do: " terminating\n"

  defp words(cause, reason, stacktrace) do
    case cause do
      "HeapLimit" <> _ -> ["** (stop) :killed\n    its heap went over the limit for a process: ", cause]
      "TotalLimit" <> _ -> ["** (stop) :killed\n    it was the largest when all processes together went over their limit: ", cause]
      "OutOfMemory" <> _ -> ["** (stop) :killed\n    the machine has no memory left: ", cause]
      _raised -> String.trim_trailing(Exception.format(:error, reason, stacktrace), "\n")
    end
  end

  defp list(stacktrace) when is_list(stacktrace), do: stacktrace
  defp list(_none), do: []
end
