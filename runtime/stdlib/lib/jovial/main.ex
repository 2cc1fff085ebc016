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

    status =
      try do
        work.()
        0
      catch
        :exit, {:shutdown, status} when is_integer(status) ->
          status

        :exit, reason when reason in [:normal, :shutdown] ->
          0

        kind, reason ->
          {blamed, stacktrace} = Exception.blame(kind, reason, __STACKTRACE__)
          IO.puts(:stderr, Exception.format(kind, blamed, prune(stacktrace)))
          1
      end

    :jovial_host.exit(status)
  end

  defp prune([{module, _, _, _} | rest]) when module in [__MODULE__, :jovial_compiler], do: prune(rest)
  defp prune([entry | rest]), do: [entry | prune(rest)]
  defp prune([]), do: []
end
