# Runs the examples in the documents of a source file: `doctests.exs FILE...`
#
# A group is a run of examples without an empty line between them; each group has a process of its own. What an example
# should give is code again, compared by `==`; or `#Name<...>`, compared with what `inspect` gives; or `** (Error) message`.
# One line of output for each group that fails, then one with the figures. Any Elixir can run this.

defmodule Documents do
  @moduledoc "Finds the examples of a source file."

  def groups(path) do
    source = File.read!(path)
    {:ok, tree} = Code.string_to_quoted(source, file: path)
    {_, found} = Macro.prewalk(tree, [], &document/2)
    for {line, text} <- Enum.reverse(found), group <- split(String.split(text, "\n"), line + 1), do: group
  end

  defp document({:@, _, [{name, meta, [text]}]} = node, found) when name in [:doc, :moduledoc, :typedoc] do
    case text do
      text when is_binary(text) -> {node, [{meta[:line], text} | found]}
      {:sigil_S, _, [{:<<>>, _, [text]}, _]} -> {node, [{meta[:line], text} | found]}
      _ -> {node, found}
    end
  end

  defp document(node, found), do: {node, found}

  # A group is {line, [{code, expected}]}.
  defp split(lines, line), do: split(lines, line, nil, [])

  defp split([], _line, group, done), do: Enum.reverse(close(group, done))

  defp split([text | rest], line, group, done) do
    trimmed = String.trim_leading(text)

    cond do
      match = prompt(trimmed, "iex") -> split(rest, line + 1, example(group, line, match), done)
      match = prompt(trimmed, "...") -> split(rest, line + 1, more_code(group, match), done)
      String.starts_with?(trimmed, "```") -> split(rest, line + 1, nil, close(group, done))
      trimmed == "" -> split(rest, line + 1, nil, close(group, done))
      group == nil -> split(rest, line + 1, nil, done)
      true -> split(rest, line + 1, more_expected(group, trimmed), done)
    end
  end

  defp prompt(text, name) do
    with true <- String.starts_with?(text, name),
         rest = binary_part(text, byte_size(name), byte_size(text) - byte_size(name)),
         [_, code] <- Regex.run(~r/^(?:\(\d+\))?> ?(.*)$/s, rest) do
      {:code, code}
    else
      _ -> nil
    end
  end

  defp example(nil, line, {:code, code}), do: {line, [{code, nil}]}
  defp example({start, examples}, _line, {:code, code}), do: {start, [{code, nil} | examples]}

  defp more_code({start, [{code, nil} | examples]}, {:code, more}), do: {start, [{code <> "\n" <> more, nil} | examples]}
  defp more_code(group, _), do: group

  defp more_expected({start, [{code, nil} | examples]}, text), do: {start, [{code, text} | examples]}
  defp more_expected({start, [{code, told} | examples]}, text), do: {start, [{code, told <> "\n" <> text} | examples]}

  defp close(nil, done), do: done
  defp close({start, examples}, done), do: [{start, Enum.reverse(examples)} | done]
end

defmodule Examples do
  @moduledoc "Runs groups of examples."

  def run(path, {line, examples}) do
    parent = self()
    tag = make_ref()

    {pid, monitor} =
      spawn_monitor(fn ->
        {:ok, device} = StringIO.open("")
        Process.group_leader(self(), device)
        send(parent, {tag, all(examples, [], Code.env_for_eval(file: path, line: line))})
      end)

    receive do
      {^tag, result} ->
        Process.demonitor(monitor, [:flush])
        result

      {:DOWN, ^monitor, _, _, reason} ->
        {:failed, "the process ended: " <> inspect(reason)}
    after
      10_000 ->
        Process.exit(pid, :kill)
        {:failed, "no answer in time: " <> elem(hd(examples), 0)}
    end
  end

  defp all([], _binding, _env), do: :passed

  defp all([{code, expected} | rest], binding, env) do
    case one(code, expected, binding, env) do
      {:passed, binding, env} -> all(rest, binding, env)
      {:failed, told} -> {:failed, code <> "\n" <> told}
    end
  end

  defp one(code, "** (" <> _ = expected, binding, env) do
    {value, _, _} = eval(code, binding, env)
    {:failed, "gave #{inspect(value)}, not #{expected}"}
  catch
    kind, reason ->
      told = Exception.format_banner(kind, reason, __STACKTRACE__)

      if flat(told) == flat(expected) or String.starts_with?(flat(told), flat(String.trim_trailing(expected, "..."))) do
        {:passed, binding, env}
      else
        {:failed, "raised #{told}, not #{expected}"}
      end
  end

  defp one(code, expected, binding, env) do
    {value, binding, next} = eval(code, binding, env)

    cond do
      expected == nil ->
        {:passed, binding, next}

      String.starts_with?(expected, "#") and String.contains?(expected, "<") ->
        if flat(inspect(value)) == flat(expected),
          do: {:passed, binding, next},
          else: {:failed, "gave #{inspect(value)}, not #{expected}"}

      true ->
        {wanted, _, _} = eval(expected, binding, env)

        if value == wanted,
          do: {:passed, binding, next},
          else: {:failed, "gave #{inspect(value)}, not #{inspect(wanted)}"}
    end
  catch
    kind, reason -> {:failed, "raised " <> Exception.format(kind, reason, __STACKTRACE__)}
  end

  defp eval(code, binding, env), do: Code.eval_quoted_with_env(Code.string_to_quoted!(code, file: env.file), binding, env)

  defp flat(text), do: text |> String.split() |> Enum.join(" ")
end

all_failed = for path <- System.argv() do
  groups = Documents.groups(path)

  failed =
    for {line, _} = group <- groups, {:failed, told} <- [Examples.run(path, group)] do
      IO.puts("FAILED #{path}:#{line}\n" <> String.replace(told, ~r/^/m, "    "))
    end

  IO.puts("#{length(groups) - length(failed)} of #{length(groups)} #{path}")
  length(failed)
end

if Enum.sum(all_failed) > 0, do: System.halt(1)
