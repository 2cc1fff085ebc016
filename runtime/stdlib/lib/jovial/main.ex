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

  # What `jovial show` prints.

  @doc false
  def show_tokens(path), do: show(path, &:jovial_host.tokens/1)

  @doc false
  def show_quoted(path), do: show(path, &(&1 |> quoted(path) |> tree()))

  @doc false
  def show_expanded(path) do
    show(path, fn text ->
      env = Code.env_for_eval(file: path)
      {expanded, _state, _env} = text |> quoted(path) |> :elixir_expand.expand(:elixir_env.env_to_ex(env), env)
      tree(expanded)
    end)
  end

  @doc false
  def show_bytecode(path) do
    show(path, fn text ->
      for {module, binary} <- Code.compile_string(text, path), do: ["## ", inspect(module), "\n\n", :jovial_host.disassemble(binary), "\n"]
    end)
  end

  defp show(path, printed), do: finish(fn -> path |> File.read!() |> printed.() |> IO.write() end)
  defp quoted(text, path), do: Code.string_to_quoted!(text, file: path, columns: true)
  defp tree(quoted), do: [inspect(quoted, pretty: true, limit: :infinity, printable_limit: :infinity), ?\n]

  defp finish(work) do
    System.argv(:jovial_host.argv())

    # The script has a process of its own: what it links to may end it, and somebody must be left to tell.
    {script, monitor} = :erlang.spawn_monitor(fn -> :erlang.exit({:shutdown, work |> status(0) |> at_exit()}) end)

    receive do
      {:DOWN, ^monitor, _, _, {:shutdown, status}} when is_integer(status) ->
        :jovial_host.exit(status)

      {:DOWN, ^monitor, _, _, reason} ->
        IO.puts(:stderr, [Exception.format({:EXIT, script}, reason, []), "\n"])
        :jovial_host.exit(at_exit(1))
    end
  end

  # The status that `work` leaves behind: what it exits with, 1 if it fails, else `status`.
  defp status(work, status) do
    work.()
    status
  catch
    :exit, {:shutdown, status} when is_integer(status) ->
      status

    :exit, {:shutdown, _} ->
      status

    :exit, reason when reason in [:normal, :shutdown] ->
      status

    kind, reason ->
      {blamed, stacktrace} = Exception.blame(kind, reason, __STACKTRACE__)
      IO.write(:stderr, report(kind, blamed, prune(stacktrace)))
      1
  end

  # Functions for the end of the script, the last one given first. They may give more of them, and change the status.
  @doc false
  def at_exit(status) do
    case :jovial_system.get(:at_exit, []) do
      [] ->
        status

      functions ->
        :jovial_system.put(:at_exit, [])
        functions |> Enum.reduce(status, fn function, status -> status(fn -> function.(status) end, status) end) |> at_exit()
    end
  end

  # A function's arguments stand below the message, as far in as the trace.
  defp report(:error, %FunctionClauseError{args: args} = exception, stacktrace) when is_list(args) do
    arguments = FunctionClauseError.blame(exception, &inspect/1, &marked/1)

    [
      Exception.format_banner(:error, %{exception | args: nil}, stacktrace),
      "    ",
      String.replace("\n\n" <> arguments, "\n", "\n    "),
      "\n" | Exception.format_stacktrace(stacktrace)
    ]
  end

  # Without colours signs say what of a clause matched.
  defp marked(%{match?: true, node: node}), do: "+" <> Macro.to_string(node) <> "+"
  defp marked(%{match?: false, node: node}), do: "-" <> Macro.to_string(node) <> "-"

  defp report(kind, reason, stacktrace) do
    [Exception.format_banner(kind, reason, stacktrace), "\n" | Exception.format_stacktrace(stacktrace)]
  end

  # What called the script is of no interest to who wrote it.
  defp prune(stacktrace) do
    stacktrace
    |> Enum.reverse()
    |> Enum.drop_while(fn {module, _, _, _} -> module in [__MODULE__, Code, :lists, :jovial_compiler] end)
    |> Enum.reverse()
  end
end
