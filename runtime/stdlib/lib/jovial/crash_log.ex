defmodule Jovial.CrashLog do
  @moduledoc false

  # Tells of raw processes that ended by an exception that nobody caught. The machine sends a message for each, before
  # links and monitors learn of the end; this process prints it as the default console logger would. As it lives as long as the
  # system, it also owns the library's tables.

  @doc false
  def run do
    receive do
      {:crash, pid, _name, cause, ended, _initial_call} ->
        try do
          print(pid, cause, ended)
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

  defp print(pid, cause, ended) do
    text = ["Process ", inspect(pid), verb(cause), words(cause, ended)]
    :jovial_host.write(:log, Jovial.ConsoleLog.line(:error, text))
  end

  defp verb(cause) when cause in [:error, :throw], do: " raised an exception\n"
  defp verb(_limit), do: " terminating\n"

  defp words({:heap_limit, max}, _ended) do
    "** (stop) :killed\n    its memory went over the limit for a process, #{megabytes(max)}"
  end

  defp words({:total_limit, max}, _ended) do
    "** (stop) :killed\n    it was the largest when all processes together went over their limit, #{megabytes(max)}"
  end

  defp words({:out_of_memory, words}, _ended) do
    "** (stop) :killed\n    the system had no memory left for it, it wanted #{megabytes(words)}"
  end

  defp words(:internal_error, _ended), do: "** (stop) :internal_error\n    a function of the runtime itself failed"

  defp words(_raised, {reason, stacktrace}) when is_list(stacktrace) do
    String.trim_trailing(Exception.format(:error, reason, stacktrace), "\n")
  end

  defp words(_raised, reason), do: String.trim_trailing(Exception.format(:error, reason, []), "\n")

  # Words have 8 bytes.
  defp megabytes(words) when words < 131_072, do: "#{words} words"
  defp megabytes(words), do: "#{div(words, 131_072)} MB"
end
