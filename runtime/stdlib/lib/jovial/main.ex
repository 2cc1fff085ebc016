defmodule Jovial.Main do
  @moduledoc false

  # What `jovial run` and `jovial eval` do: the main process of a script.

  @doc false
  def run_file(path) do
    System.argv(:jovial_host.argv())
    finish(fn -> Code.require_file(path) end)
  end

  @doc false
  def eval(code) do
    finish(fn -> Code.eval_string(code, [], file: "nofile") end)
  end

  defp finish(work) do
    System.argv(:jovial_host.argv())

    work |> status(0) |> at_exit() |> :jovial_host.exit()
  end

  # The status that `work` leaves behind: what it exits with, 1 if it fails, else `status`.
  defp status(work, status) do
    work.()
    status
  catch
    :exit, {:shutdown, status} when is_integer(status) ->
      status

    :exit, reason when reason in [:normal, :shutdown] ->
      status

    kind, reason ->
      {blamed, stacktrace} = Exception.blame(kind, reason, __STACKTRACE__)
      IO.puts(:stderr, Exception.format(kind, blamed, prune(stacktrace)))
      1
  end

  # Functions for the end of the script, the last one given first. They may give more of them, and change the status.
  defp at_exit(status) do
    case :jovial_system.get(:at_exit, []) do
      [] ->
        status

      functions ->
        :jovial_system.put(:at_exit, [])
        functions |> Enum.reduce(status, fn function, status -> status(fn -> function.(status) end, status) end) |> at_exit()
    end
  end

  defp prune([{module, _, _, _} | rest]) when module in [__MODULE__, :jovial_compiler], do: prune(rest)
  defp prune([entry | rest]), do: [entry | prune(rest)]
  defp prune([]), do: []
end
