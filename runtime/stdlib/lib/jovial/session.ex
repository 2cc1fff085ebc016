defmodule Jovial.Session do
  @moduledoc false

  # The root process of a session. It takes cells from the host by `:jovial_session.next/0`, which sleeps without touching
  # the mailbox, so that `receive` and `flush()` see only what users sent. Each top-level expression of a cell is compiled
  # and run before the next is looked at. Bindings stay in this process as slots; the host knows their names.

  @doc false
  def start do
    :jovial_session.restore()
    loop()
  end

  defp loop do
    {:cell, leader} = next()

    conclude(fn ->
      :erlang.group_leader(leader, self())
      cell()
    end)

    loop()
  end

  # An interrupt may come while an error is put into words, or on the way from one step to the next.
  defp conclude(outcome) do
    try do
      :jovial_session.finish(outcome.())
    catch
      :interrupt, _reason -> conclude(fn -> :interrupted end)
    end
  end

  # An interrupt that comes when the cell has just ended finds nothing to stop.
  defp next do
    try do
      :jovial_session.next()
    catch
      :interrupt, _reason -> next()
    end
  end

  defp cell do
    try do
      value = expressions(nil)
      result(value)
    catch
      :interrupt, _reason -> :interrupted
      kind, reason -> failure(kind, reason, __STACKTRACE__)
    end
  end

  defp expressions(last) do
    case :jovial_session.compile_next() do
      :done -> last
      {module, function, slots} -> expressions({:value, run(module, function, slots)})
    end
  end

  defp run(module, function, slots) do
    :jovial_session.store(:erlang.apply(module, function, :jovial_session.load(slots)))
  end

  defp result(nil), do: :nothing

  defp result({:value, value}) do
    case value do
      :"do not show this result in output" -> :nothing
      _ -> {:value, Kernel.inspect(value, inspect_options())}
    end
  end

  defp inspect_options do
    configured =
      case :erlang.get(:"$jovial_inspect") do
        :undefined -> []
        options -> options
      end

    Keyword.merge([pretty: true, width: 80, limit: 50], configured)
  end

  # The reason of a root process's end, in the shell's words.
  @doc false
  def describe_exit(reason) do
    :jovial_session.described(Exception.format_exit(reason))
  end

  @doc false
  def failure(kind, reason, stacktrace) do
    stacktrace = prune(stacktrace)
    {blamed, stacktrace} = Exception.blame(kind, reason, stacktrace)

    {name, message} =
      case {kind, blamed} do
        {:error, %module{} = exception} -> {Kernel.inspect(module), Exception.message(exception)}
        {kind, reason} -> {:erlang.atom_to_binary(kind), Kernel.inspect(reason)}
      end

    {:error, name, message, Exception.format(kind, blamed, stacktrace)}
  end

  # Frames of the machinery say nothing to the user, and frames outside of cells are below them.
  defp prune([{module, _, _, _} | rest]) when module in [__MODULE__, :jovial_compiler], do: prune(rest)
  defp prune([entry | rest]), do: [entry | prune(rest)]
  defp prune([]), do: []
end
