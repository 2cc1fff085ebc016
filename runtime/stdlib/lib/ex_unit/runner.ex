defmodule ExUnit.Runner do
  @moduledoc false

  # Runs modules of tests.
  #
  # The process that calls run/2 starts one process for each group of async modules, as many at a time as `:max_cases` says, and then one for
  # each of the others. A module has a process for its setup_all that lives until its tests are over, and each test has a process of
  # its own, whose end ends what is linked to it.

  alias ExUnit.EventManager
  alias ExUnit.OnExitHandler

  def run(options, load_us) do
    config = configuration(options)
    handlers = EventManager.start(config.formatters, options)
    config = Map.put(config, :handlers, handlers)
    EventManager.notify(handlers, {:suite_started, Keyword.delete(options, :modules)})

    started = now()
    {async, sync} = split(ExUnit.Server.take_modules(), config)
    async_stats = run_groups(async, config, config.max_cases)
    async_us = if async == [], do: nil, else: now() - started
    sync_stats = run_groups(sync, config, 1)
    times = %{async: async_us, load: load_us, run: now() - started}

    EventManager.notify(handlers, {:suite_finished, times})
    EventManager.stop(handlers)
    add(async_stats, sync_stats)
  end

  defp configuration(options) do
    %{
      formatters: options[:formatters],
      max_cases: options[:max_cases],
      max_failures: options[:max_failures],
      failed: :counters.new(1, []),
      told_enough: :atomics.new(1, []),
      seed: options[:seed],
      rand_algorithm: options[:rand_algorithm],
      include: options[:include],
      exclude: options[:exclude],
      only_test_ids: options[:only_test_ids],
      timeout: options[:timeout],
      trace: options[:trace],
      capture_log: options[:capture_log]
    }
  end

  defp now, do: System.monotonic_time(:microsecond)

  # Groups of `{module, parameters, async?}`: those that may run beside each other, and the others.
  defp split(modules, config) do
    runs =
      for {module, told} <- modules, {parameters, index} <- Enum.with_index(told.parameterize || [%{}]) do
        {told.group || {module, index}, told.async? and not config.trace, {module, parameters, told.async?}}
      end

    {async, sync} = Enum.split_with(runs, fn {_group, async?, _run} -> async? end)
    names = async |> Enum.map(&elem(&1, 0)) |> Enum.uniq()
    groups = for name <- names, do: for({^name, _async?, run} <- async, do: run)
    {shuffle(groups, config), shuffle(for({_group, _async?, run} <- sync, do: [run]), config)}
  end

  defp shuffle(list, %{seed: 0}), do: list

  defp shuffle(list, %{seed: seed} = config) do
    :rand.seed(config.rand_algorithm, {seed, seed, seed})
    Enum.shuffle(list)
  end

  # ## Groups

  defp run_groups(groups, config, max), do: run_groups(groups, config, max, %{}, no_tests())

  defp run_groups([], _config, _max, running, stats) when running == %{}, do: stats

  defp run_groups([group | rest], config, max, running, stats) when map_size(running) < max do
    parent = self()

    {_pid, monitor} =
      spawn_monitor(fn ->
        stats = for run <- group, reduce: no_tests(), do: (stats -> add(stats, run_module(config, run)))
        send(parent, {:group_stats, self(), stats})
      end)

    run_groups(rest, config, max, Map.put(running, monitor, true), stats)
  end

  defp run_groups(groups, config, max, running, stats) do
    receive do
      {:DOWN, monitor, :process, pid, reason} when is_map_key(running, monitor) ->
        stats =
          receive do
            {:group_stats, ^pid, more} -> add(stats, more)
          after
            0 -> raise "the runner of a module ended: " <> Exception.format_exit(reason)
          end

        run_groups(groups, config, max, Map.delete(running, monitor), stats)
    end
  end

  defp no_tests, do: %{total: 0, failures: 0, skipped: 0, excluded: 0}

  defp add(left, right), do: Map.merge(left, right, fn _key, one, other -> one + other end)

  # ## A module

  defp run_module(config, {module, parameters, async?}) do
    described = %{module.__ex_unit__() | parameters: parameters}
    tests = for test <- described.tests, do: %{test | parameters: parameters, tags: Map.merge(test.tags, parameters)}
    notify(config, {:module_started, %{described | tests: tests}})

    tests = for test <- tests, wanted?(test, config), do: test
    marked = for test <- shuffle(tests, config), do: mark(test, tests, config)
    {to_run, left_out} = Enum.split_with(marked, &(&1.state == nil))

    for test <- left_out do
      notify(config, {:test_started, test})
      notify(config, {:test_finished, test})
    end

    {described, finished} = run_tests(config, %{described | tests: tests}, to_run, async?)
    # What could not run for want of time or because of too many failures is not told of.
    finished = left_out ++ finished
    notify(config, {:module_finished, %{described | tests: finished}})
    stats(described, finished)
  end

  defp notify(config, event), do: EventManager.notify(config.handlers, event)

  defp wanted?(_test, %{only_test_ids: nil}), do: true
  defp wanted?(test, %{only_test_ids: ids}), do: MapSet.member?(ids, {test.module, test.name})

  defp mark(test, tests, config) do
    tags = Map.merge(test.tags, %{test: test.name, module: test.module})

    case ExUnit.Filters.eval(config.include, config.exclude, tags, tests) do
      :ok -> test
      {kind, why} when kind in [:excluded, :skipped] -> %{test | state: {kind, why}}
    end
  end

  defp stats(described, finished) do
    for test <- finished, reduce: no_tests() do
      stats ->
        stats = %{stats | total: stats.total + 1}

        case test.state do
          {:failed, _} -> %{stats | failures: stats.failures + 1}
          {:invalid, _} when described.state != nil -> %{stats | failures: stats.failures + 1}
          {:skipped, _} -> %{stats | skipped: stats.skipped + 1}
          {:excluded, _} -> %{stats | excluded: stats.excluded + 1}
          _ -> stats
        end
    end
  end

  defp run_tests(_config, described, [], _async?), do: {described, []}

  defp run_tests(config, described, tests, async?) do
    timeout = timeout(config, described.tags)
    {holder, monitor} = start_holder(described, async?, config)

    receive do
      {^holder, :ready, context} ->
        finished = for test <- tests, reduce: [], do: (finished -> one_more(config, test, context, finished))
        {described, failed} = end_holder(described, holder, monitor, timeout)
        {described, if(failed == [], do: Enum.reverse(finished), else: for(test <- finished, do: invalidate(test, described)))}

      {^holder, :failed, failures} ->
        await_down(monitor)
        invalid(config, described, tests, failures ++ OnExitHandler.run(holder, timeout))

      {:DOWN, ^monitor, _, _, reason} ->
        invalid(config, described, tests, [{{:EXIT, holder}, reason, []} | OnExitHandler.run(holder, timeout)])
    after
      timeout ->
        {_, stacktrace} = Process.info(holder, :current_stacktrace) || {nil, []}
        Process.exit(holder, :kill)
        await_down(monitor)
        error = ExUnit.TimeoutError.exception(timeout: timeout, type: "setup_all")
        invalid(config, described, tests, [{:error, error, stacktrace} | OnExitHandler.run(holder, timeout)])
    end
  end

  defp await_down(monitor) do
    receive do
      {:DOWN, ^monitor, _, _, _} -> :ok
    end
  end

  defp invalid(config, described, tests, failures) do
    described = %{described | state: {:failed, failures}}
    :counters.add(config.failed, 1, length(tests))
    tests = for test <- tests, do: invalidate(test, described)
    for test <- tests, do: notify(config, {:test_finished, test})
    {described, tests}
  end

  defp invalidate(%{state: nil} = test, described), do: %{test | state: {:invalid, described}}
  defp invalidate(test, _described), do: test

  # The process that runs setup_all, and stays for the sake of what it started.
  defp start_holder(described, async?, _config) do
    parent = self()

    spawn_monitor(fn ->
      OnExitHandler.register(self())
      context = Map.merge(described.tags, %{module: described.name, case: described.name, async: async?})
      context = Map.merge(context, described.parameters)

      outcome =
        try do
          {:ready, described.name.__ex_unit__(:setup_all, context)}
        catch
          kind, reason -> {:failed, failures(kind, reason, prune(__STACKTRACE__))}
        end

      case outcome do
        {:ready, context} ->
          send(parent, {self(), :ready, Map.delete(context, :case)})
          ended = Process.monitor(parent)

          receive do
            {^parent, :finish} -> exit(:shutdown)
            {:DOWN, ^ended, _, _, _} -> exit(:shutdown)
          end

        {:failed, failures} ->
          send(parent, {self(), :failed, failures})
          exit(:shutdown)
      end
    end)
  end

  defp end_holder(described, holder, monitor, timeout) do
    send(holder, {self(), :finish})

    ended =
      receive do
        {:DOWN, ^monitor, _, _, reason} when reason in [:shutdown, :normal] -> []
        {:DOWN, ^monitor, _, _, reason} -> [{{:EXIT, holder}, reason, []}]
      end

    case ended ++ OnExitHandler.run(holder, timeout) do
      [] -> {described, []}
      failures -> {%{described | state: {:failed, failures}}, failures}
    end
  end

  # ## A test

  defp one_more(config, test, context, finished) do
    if enough_failed?(config) do
      finished
    else
      [run_test(config, test, context) | finished]
    end
  end

  defp enough_failed?(%{max_failures: :infinity}), do: false
  defp enough_failed?(%{max_failures: max} = config), do: :counters.get(config.failed, 1) >= max

  defp run_test(config, test, context) do
    context = context |> Map.merge(test.tags) |> Map.merge(%{test: test.name, module: test.module})
    test = %{test | tags: Map.put(context, :async, context[:async] || false)}
    test = %{test | tags: with_tmp_dir(test)}
    notify(config, {:test_started, test})
    test = in_process(config, test)
    if match?({:failed, _}, test.state), do: :counters.add(config.failed, 1, 1)
    notify(config, {:test_finished, test})
    if match?({:failed, _}, test.state) and enough_failed?(config), do: tell_enough_failed(config)
    test
  end

  # Once, whichever of the tests beside each other was the one too many.
  defp tell_enough_failed(config) do
    if :atomics.exchange(config.told_enough, 1, 1) == 0, do: notify(config, :max_failures_reached)
  end

  defp in_process(config, test) do
    timeout = timeout(config, test.tags)
    parent = self()
    capture = Map.get(test.tags, :capture_log, config.capture_log)

    {pid, monitor} =
      spawn_monitor(fn ->
        OnExitHandler.register(self())
        # The same random numbers for a test at the same seed, whatever ran before it.
        :rand.seed(config.rand_algorithm, {:erlang.phash2(test.module), :erlang.phash2(test.name), config.seed})
        send(parent, {self(), :over, body(test, capture)})
        exit(:shutdown)
      end)

    test =
      receive do
        {^pid, :over, {state, time, logs}} ->
          await_down(monitor)
          %{test | state: state, time: time, logs: logs}

        {:DOWN, ^monitor, _, _, reason} ->
          %{test | state: {:failed, [{{:EXIT, pid}, reason, []}]}}
      after
        timeout ->
          {_, stacktrace} = Process.info(pid, :current_stacktrace) || {nil, []}
          Process.exit(pid, :kill)
          await_down(monitor)
          error = ExUnit.TimeoutError.exception(timeout: timeout, type: "test")
          %{test | state: {:failed, [{:error, error, prune(stacktrace)}]}, time: timeout * 1000}
      end

    case OnExitHandler.run(pid, timeout) do
      [_ | _] = failures when test.state == nil -> %{test | state: {:failed, failures}}
      _ -> test
    end
  end

  defp timeout(%{trace: true}, _tags), do: :infinity
  defp timeout(config, tags), do: Map.get(tags, :timeout, config.timeout)

  defp body(test, capture) when capture in [nil, false] do
    {state, time} = body(test)
    {state, time, ""}
  end

  defp body(test, capture) do
    options = if is_list(capture), do: capture, else: []
    {{state, time}, logs} = ExUnit.CaptureLog.with_log(options, fn -> body(test) end)
    {state, time, logs}
  end

  defp body(test) do
    started = now()

    state =
      try do
        context = test.module.__ex_unit__(:setup, Map.put(test.tags, :test_pid, self()))
        apply(test.module, test.name, [context])
        nil
      catch
        kind, reason -> {:failed, failures(kind, reason, prune(__STACKTRACE__))}
      end

    {state, now() - started}
  end

  # `{kind, reason, stacktrace}` of each thing that went wrong.
  def failures(:error, %ExUnit.MultiError{errors: errors}, _stacktrace) do
    for {kind, reason, stacktrace} <- errors, do: {kind, Exception.normalize(kind, reason, stacktrace), prune(stacktrace)}
  end

  def failures(kind, reason, stacktrace) do
    [{kind, Exception.normalize(kind, reason, stacktrace), prune(stacktrace)}]
  end

  def prune_stacktrace(stacktrace), do: prune(stacktrace)

  # The machinery of tests is no part of the story: neither the assertion nor what called the test.
  defp prune(stacktrace) do
    stacktrace
    |> Enum.take_while(fn entry -> elem(entry, 0) != __MODULE__ end)
    |> Enum.reject(fn entry -> elem(entry, 0) == ExUnit.Assertions end)
    |> Enum.take(ExUnit.configuration()[:stacktrace_depth] || 20)
  end

  # ## The folder of a test

  defp with_tmp_dir(%{tags: %{tmp_dir: wanted}} = test) when wanted != false do
    path = tmp_dir_path(test, wanted)
    File.rm_rf!(path)
    File.mkdir_p!(path)
    Map.put(test.tags, :tmp_dir, path)
  end

  defp with_tmp_dir(test), do: test.tags

  defp tmp_dir_path(test, wanted) do
    module = for_path(inspect(test.module))
    name = for_path(to_string(test.name))
    hash = {test.module, test.name} |> :erlang.term_to_binary() |> :erlang.md5() |> Base.encode16(case: :lower) |> binary_part(0, 8)
    path = ["tmp", module, "#{name}-#{hash}"]

    case wanted do
      true -> path |> Path.join() |> Path.expand()
      extra when is_binary(extra) -> (path ++ [extra]) |> Path.join() |> Path.expand()
      other -> raise ArgumentError, "expected :tmp_dir to be a boolean or a string, got: #{inspect(other)}"
    end
  end

  defp for_path(text) do
    text |> String.replace(~r/[^\p{L}\p{N}_.]+/u, "-") |> String.slice(0, 100)
  end
end
