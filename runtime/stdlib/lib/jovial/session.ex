defmodule Jovial.Session do
  @moduledoc false

  # The root process of a session. It takes cells from the host by `:jovial_session.next/0`, which sleeps without touching
  # the mailbox, so that `receive` and `flush()` see only what users sent. Each top-level expression of a cell is compiled
  # and run before the next is looked at. Bindings stay in this process as slots; the host knows their names. Questions about
  # code come the same way, so that they see what the variables hold.

  # Values of cells that `v/1` finds when nothing is configured.
  @history_size 20

  @doc false
  def start do
    :jovial_session.restore()
    loop()
  end

  defp loop do
    try do
      serve(next())
    catch
      # Whatever part of the way to or from the cell's own code the interrupt met, the cell ends by it.
      :interrupt, _reason -> conclude(fn -> :interrupted end)
    end

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

  defp serve({:cell, leader}) do
    conclude(fn ->
      :erlang.group_leader(leader, self())
      cell()
    end)
  end

  defp serve({:ask, question, before, behind}), do: :jovial_session.answer(answer(question, before, behind))
  defp serve(:interrupted), do: conclude(fn -> :interrupted end)

  # An interrupt that comes between cells finds nothing to stop. One that comes when the next cell has been taken ends it.
  defp next do
    try do
      :jovial_session.next()
    catch
      :interrupt, _reason -> if :jovial_session.taken(), do: :interrupted, else: next()
    end
  end

  defp answer(question, before, behind) do
    try do
      case question do
        :complete -> Jovial.Completion.complete(before)
        :inspect -> Jovial.Documents.inspect(before, behind, false)
        :inspect_all -> Jovial.Documents.inspect(before, behind, true)
      end
    catch
      # What a half-written text leads to must not harm the session.
      _kind, _reason -> :nothing
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
      :unreadable -> unreadable()
      {module, function, slots} -> expressions({:value, run(module, function, slots)})
    end
  end

  # Raises what the parser has to say.
  defp unreadable do
    {source, file} = :jovial_session.source()
    Code.string_to_quoted!(source, file: file, columns: true, emit_warnings: false)
  end

  defp run(module, function, slots) do
    :jovial_session.store(:jovial_code.run(module, function, :jovial_session.load(slots)))
  end

  defp result(nil), do: :nothing

  defp result({:value, value}) do
    remember(value)

    case value do
      :"do not show this result in output" -> :nothing
      _ -> shown(value, inspect_options())
    end
  end

  # In all forms that the value has. If its own idea of them fails, text remains.
  defp shown(value, options) do
    alias Jupyter.Bundle

    try do
      bundle = Bundle.of(value, options)
      {:value, Bundle.encoded(bundle), Bundle.encoded_metadata(bundle)}
    catch
      kind, reason when kind != :interrupt ->
        text = Kernel.inspect(value, options)
        IO.puts(:stderr, ["Jupyter.Render failed: " | Exception.format(kind, reason, prune(__STACKTRACE__))])
        {:value, [{"text/plain", text}], ""}
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

  defp remember(value) do
    case :jovial_session.current() do
      {count, true} -> :jovial_session.keep(newest([{count, value} | :jovial_session.kept()], history_size()))
      _ -> :ok
    end
  end

  defp history_size do
    case :erlang.get(:"$jovial_history_size") do
      size when is_integer(size) -> size
      _ -> @history_size
    end
  end

  defp newest(entries, size) when size < 0, do: entries
  defp newest(_entries, 0), do: []
  defp newest([entry | rest], size), do: [entry | newest(rest, size - 1)]
  defp newest([], _size), do: []

  # The reason of a root process's end, in the shell's words.
  @doc false
  def describe_exit(reason) do
    :jovial_session.described(Exception.format_exit(reason))
  end

  # Ends those of the leaders that no process has.
  @doc false
  def sweep(leaders) do
    used =
      for pid <- :erlang.processes(),
          {:group_leader, leader} when leader != pid <- [:erlang.process_info(pid, :group_leader)],
          into: %{},
          do: {leader, true}

    for leader <- leaders, not is_map_key(used, leader), do: :erlang.exit(leader, :kill)
  end

  @doc false
  def failure(kind, reason, stacktrace) do
    stacktrace = prune(stacktrace)
    {blamed, stacktrace} = Exception.blame(kind, reason, stacktrace)

    case {kind, blamed} do
      {:error, %module{} = exception} when module in [SyntaxError, TokenMissingError, MismatchedDelimiterError] ->
        {:error, Kernel.inspect(module), Exception.message(exception), Exception.format(kind, blamed, unread(stacktrace))}

      {:error, %module{} = exception} ->
        {:error, Kernel.inspect(module), sentence(exception), Exception.format(kind, blamed, stacktrace)}

      {kind, reason} ->
        {:error, :erlang.atom_to_binary(kind), Kernel.inspect(reason), Exception.format(kind, blamed, stacktrace)}
    end
  end

  # The arguments and clauses that blame adds stand in the report below.
  defp sentence(%FunctionClauseError{} = exception), do: Exception.message(%{exception | args: nil, clauses: nil})
  defp sentence(exception), do: Exception.message(exception)

  # A cell that can't be read has run nothing.
  defp unread(stacktrace) do
    case stacktrace do
      [{Code, _, _, _}, {Code, _, _, _}] -> []
      [{Code, _, _, _}] -> []
      _ -> stacktrace
    end
  end

  # Frames of the machinery say nothing to the user, and frames outside of cells are below them.
  defp prune([{module, _, _, _} | rest]) when module in [__MODULE__, :jovial_compiler], do: prune(rest)
  defp prune([entry | rest]), do: [entry | prune(rest)]
  defp prune([]), do: []
end
