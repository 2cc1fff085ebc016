defmodule ExUnit.CLIFormatter do
  @moduledoc false

  # Prints a run: a dot for each test, then failures in full, then the figures. It is a server that gets the events, see `ExUnit.Formatter`.

  use GenServer
  import ExUnit.Formatter

  @width 80

  @impl true
  def init(options) do
    IO.puts("Running ExUnit with seed: #{options[:seed]}, max_cases: #{options[:max_cases]}")
    if options[:exclude] != [], do: IO.puts(format_filters(options[:exclude], :exclude))
    if options[:include] != [], do: IO.puts(format_filters(options[:include], :include))
    IO.puts("")

    state = %{
      trace: options[:trace],
      colors: colors(options),
      width: width(),
      counts: %{},
      failures: 0,
      invalid: 0,
      skipped: 0,
      excluded: 0,
      slowest: options[:slowest],
      slowest_modules: options[:slowest_modules],
      times: []
    }

    {:ok, state}
  end

  defp width do
    case :io.columns() do
      {:ok, columns} -> max(columns, 40)
      _ -> @width
    end
  end

  @impl true
  def handle_cast({:suite_started, _options}, state), do: {:noreply, state}

  def handle_cast({:suite_finished, times}, state) do
    print_slowest(state)
    print_total(state, times)
    {:noreply, state}
  end

  def handle_cast({:module_started, %ExUnit.TestModule{name: name, file: file, parameters: parameters}}, %{trace: true} = state) do
    IO.puts("\n#{inspect(name)} [#{Path.relative_to_cwd(file)}]")
    if parameters != %{}, do: IO.puts("Parameters: #{inspect(parameters)}")
    {:noreply, state}
  end

  def handle_cast({:module_finished, %ExUnit.TestModule{state: {:failed, failures}} = module}, state) do
    told = format_test_all_failure(module, failures, state.failures, state.width, &colored(&1, &2, state))
    IO.puts(["\n", told])
    {:noreply, state}
  end

  def handle_cast({:test_started, test}, %{trace: true} = state) do
    IO.write("  * #{test.name} [L##{test.tags.line}]")
    {:noreply, state}
  end

  def handle_cast({:test_finished, test}, state), do: {:noreply, finished(test.state, test, count(test, state))}

  def handle_cast(:max_failures_reached, state) do
    IO.puts(colored(:failure, "--max-failures reached, aborting test suite", state))
    {:noreply, state}
  end

  def handle_cast(_event, state), do: {:noreply, state}

  defp count(test, state) do
    kind = test.tags.test_type
    state = %{state | counts: Map.update(state.counts, kind, 1, &(&1 + 1))}
    if state.slowest > 0 or state.slowest_modules > 0, do: %{state | times: [{test.time, test} | state.times]}, else: state
  end

  defp finished(nil, test, state) do
    if state.trace, do: trace(test, "(#{milliseconds(test.time)}ms)", :success, state), else: IO.write(colored(:success, ".", state))
    state
  end

  defp finished({:excluded, _why}, test, state) do
    if state.trace, do: trace(test, "(excluded)", :invalid, state)
    %{state | excluded: state.excluded + 1}
  end

  defp finished({:skipped, _why}, test, state) do
    if state.trace, do: trace(test, "(skipped)", :invalid, state), else: IO.write(colored(:skipped, "*", state))
    %{state | skipped: state.skipped + 1}
  end

  defp finished({:invalid, _module}, test, state) do
    if state.trace, do: trace(test, "(invalid)", :invalid, state), else: IO.write(colored(:invalid, "?", state))
    %{state | invalid: state.invalid + 1}
  end

  defp finished({:failed, failures}, test, state) do
    if state.trace, do: trace(test, "(#{milliseconds(test.time)}ms)", :failure, state)
    number = state.failures + 1
    told = format_test_failure(test, failures, number, state.width, &colored(&1, &2, state))
    IO.puts(if state.trace, do: told, else: ["\n", told])
    %{state | failures: number}
  end

  defp trace(test, told, key, state) do
    IO.puts(colored(key, "\r  * #{test.name} #{told} [L##{test.tags.line}]", state))
  end

  # To a tenth below ten milliseconds, as in 0.3.
  defp milliseconds(us) do
    cond do
      us < 10 -> "0.00"
      us < 10_000 -> :erlang.float_to_binary(us / 1000, decimals: if(us < 100, do: 2, else: 1))
      true -> :erlang.float_to_binary(us / 1000, decimals: 1)
    end
  end

  # ## The end

  defp print_total(state, times) do
    all = state.counts |> Map.values() |> Enum.sum()
    if all > 0 and state.excluded == all, do: IO.puts(colored(:invalid, "All tests have been excluded.", state))
    IO.puts("\n" <> format_times(times))

    kinds = for {kind, count} <- Enum.sort(state.counts), do: "#{plural(count, Atom.to_string(kind))}, "
    ended = [state.invalid > 0 && "#{state.invalid} invalid", state.excluded > 0 && "#{state.excluded} excluded"]
    ended = ended ++ [state.skipped > 0 && "#{state.skipped} skipped"]
    told = Enum.join(kinds) <> plural(state.failures, "failure")
    told = Enum.join([told | Enum.filter(ended, & &1)], ", ")

    key =
      cond do
        state.failures > 0 or state.invalid > 0 -> :failure
        state.skipped > 0 or state.excluded > 0 -> :invalid
        true -> :success
      end

    IO.puts(colored(key, told, state))
  end

  defp plural(1, word), do: "1 #{word}"
  defp plural(count, word), do: "#{count} #{ExUnit.plural_rule(word)}"

  defp print_slowest(%{slowest: 0, slowest_modules: 0}), do: :ok

  defp print_slowest(state) do
    if state.slowest > 0 do
      slow = state.times |> Enum.sort_by(&elem(&1, 0), :desc) |> Enum.take(state.slowest)
      IO.puts("\nTop #{state.slowest} slowest (#{seconds(slow)}s), #{share(slow, state.times)}% of total time:\n")

      for {time, test} <- slow do
        IO.puts("* #{test.name} (#{milliseconds(time)}ms) [#{Path.relative_to_cwd(test.tags.file)}:#{test.tags.line}]")
      end
    end

    if state.slowest_modules > 0 do
      modules = for {module, times} <- Enum.group_by(state.times, fn {_, test} -> test.module end), do: {total(times), module}
      slow = modules |> Enum.sort(:desc) |> Enum.take(state.slowest_modules)
      IO.puts("\nTop #{state.slowest_modules} slowest (#{seconds(slow)}s), #{share(slow, modules)}% of total time:\n")
      for {time, module} <- slow, do: IO.puts("* #{inspect(module)} (#{milliseconds(time)}ms)")
    end

    :ok
  end

  defp total(times), do: times |> Enum.map(&elem(&1, 0)) |> Enum.sum()
  defp seconds(times), do: :erlang.float_to_binary(total(times) / 1_000_000, decimals: 1)
  defp share(_slow, []), do: "0.0"
  defp share(slow, all), do: :erlang.float_to_binary(total(slow) * 100 / max(total(all), 1), decimals: 1)

  # ## Colors

  @colors [
    success: :green,
    invalid: :yellow,
    skipped: :yellow,
    failure: :red,
    error_info: :red,
    extra_info: :cyan,
    location_info: [:bright, :black],
    diff_delete: :red,
    diff_insert: :green
  ]

  defp colors(options) do
    @colors
    |> Keyword.merge(options[:colors])
    |> Keyword.put_new_lazy(:enabled, &IO.ANSI.enabled?/0)
  end

  defp colored(:diff_enabled?, _default, state), do: state.colors[:enabled]

  defp colored(key, text, state) do
    case state.colors[:enabled] && state.colors[key] do
      color when color in [nil, false] -> text
      color -> IO.iodata_to_binary(IO.ANSI.format([color, text], true))
    end
  end
end
