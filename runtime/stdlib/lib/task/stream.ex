defmodule Task.Stream do
  @moduledoc false

  # What `Task.async_stream/3` and the streams of `Task.Supervisor` return.
  #
  # The calling process takes elements out of the input and passes results on. A *spawner* between it and the tasks starts them, times them and
  # learns of their ends, so that nothing of that lands in the mailbox of the calling process. A task sends its result to the calling process
  # itself, and only then ends; the spawner tells of each end afterwards. A message is in its receiver's queue
  # when the sender goes on, so a result is always there before the end of its task is told.
  #
  # Messages to the calling process, tagged with the reference of its monitor on the spawner:
  #
  #     {{tag, position}, result}      from a task
  #     {tag, :ended, position, why}   from the spawner
  #
  # The spawner is linked to the calling process. Where failures are to take the calling process along, it does not survive them itself.

  @doc false
  def build(enumerable, work, options, starter) do
    options = %{
      max: option(options, :max_concurrency, &max_concurrency/1),
      ordered?: Keyword.get(options, :ordered, true),
      timeout: option(options, :timeout, &timeout/1),
      on_timeout: option(options, :on_timeout, &on_timeout/1),
      zip?: Keyword.get(options, :zip_input_on_exit, false),
      work: work,
      starter: starter
    }

    fn acc, reducer -> run(enumerable, acc, reducer, options) end
  end

  defp option(options, key, check), do: check.(Keyword.get(options, key))

  defp max_concurrency(nil), do: System.schedulers_online()
  defp max_concurrency(max) when is_integer(max) and max > 0, do: max

  defp max_concurrency(_other) do
    raise ArgumentError, ":max_concurrency must be an integer greater than zero"
  end

  defp timeout(nil), do: 5000
  defp timeout(:infinity), do: :infinity
  defp timeout(timeout) when is_integer(timeout) and timeout >= 0, do: timeout

  defp timeout(_other) do
    raise ArgumentError, ":timeout must be either a positive integer or :infinity"
  end

  defp on_timeout(nil), do: :exit
  defp on_timeout(on_timeout) when on_timeout in [:exit, :kill_task], do: on_timeout

  defp on_timeout(_other) do
    raise ArgumentError, ":on_timeout must be either :exit or :kill_task"
  end

  # ## The calling process

  defp run(enumerable, acc, reducer, options) do
    caller = self()
    owner = Task.Supervised.owner()
    callers = Task.Supervised.callers()
    {:trap_exit, trap?} = Process.info(caller, :trap_exit)

    # Failures go along if the tasks are linked and nobody catches them.
    fatal? = linked?(options.starter) and not trap?

    {spawner, tag} =
      Process.spawn(
        fn ->
          receive do
            {:begin, tag} ->
              Process.flag(:trap_exit, true)
              spawner(%{tag: tag, caller: caller, owner: owner, callers: callers, fatal?: fatal?, options: options, running: %{}})
          end
        end,
        [:link, :monitor]
      )

    send(spawner, {:begin, tag})

    state = %{
      spawner: spawner,
      tag: tag,
      options: options,
      reducer: reducer,
      free: options.max,
      next: 0,
      delivered: 0,
      results: %{},
      running: %{}
    }

    input = fn acc ->
      Enumerable.reduce(enumerable, acc, fn element, _acc -> {:suspend, {:element, element}} end)
    end

    advance(acc, input, state)
  end

  defp linked?(:link), do: true
  defp linked?({_supervisor, link, _shutdown}), do: link == :link

  defp advance({:halt, acc}, input, state) do
    stop_input(input)
    close(state)
    {:halted, acc}
  end

  defp advance({:suspend, acc}, input, state) do
    {:suspended, acc, &advance(&1, input, state)}
  end

  defp advance({:cont, acc}, input, %{free: free} = state) when free > 0 and input != :done do
    case pull(input, state) do
      {:element, element, input} ->
        send(state.spawner, {:start, state.next, element})
        running = Map.put(state.running, state.next, element)
        advance({:cont, acc}, input, %{state | next: state.next + 1, free: free - 1, running: running})

      :done ->
        advance({:cont, acc}, :done, state)
    end
  end

  defp advance({:cont, acc}, input, %{running: running, results: results} = state)
       when map_size(running) == 0 and map_size(results) == 0 and input == :done do
    close(state)
    {:done, acc}
  end

  defp advance({:cont, acc}, input, %{tag: tag} = state) do
    receive do
      {{^tag, position}, result} ->
        results = Map.put(state.results, position, {:ok, result})
        advance({:cont, acc}, input, %{state | results: results})

      {^tag, :ended, position, why} ->
        deliver(acc, input, ended(state, position, why), position)

      {^tag, :failed, reason} ->
        stop_input(input)
        close(state)
        exit(reason)

      {^tag, :full} ->
        stop_input(input)
        close(state)
        raise full()

      {:DOWN, ^tag, _, _, reason} ->
        stop_input(input)
        exit({reason, {__MODULE__, :stream, [state.options.timeout]}})
    end
  end

  defp full do
    Task.Supervisor.__full__() <>
      ". When using async_stream or async_stream_nolink, make sure to configure :max_concurrency to " <>
      "be lower or equal to :max_children and pay attention to whether other tasks are also " <>
      "spawned under the same task supervisor."
  end

  # A task that ended without a result failed, even if its reason is `:normal`.
  defp ended(state, position, why) do
    {element, running} = Map.pop!(state.running, position)

    results =
      case state.results do
        %{^position => _result} = results -> results
        results when state.options.zip? -> Map.put(results, position, {:exit, {element, why}})
        results -> Map.put(results, position, {:exit, why})
      end

    %{state | running: running, results: results, free: state.free + 1}
  end

  defp deliver(acc, input, %{options: %{ordered?: true}} = state, _position) do
    deliver_next(acc, input, state)
  end

  defp deliver(acc, input, state, position) do
    {result, results} = Map.pop!(state.results, position)
    pass_on(acc, result, input, %{state | results: results}, &advance/3)
  end

  defp deliver_next(acc, input, %{delivered: position} = state) do
    case state.results do
      # A result whose task still runs waits for the end, so that no task outlives its turn.
      %{^position => result} = results when not is_map_key(state.running, position) ->
        state = %{state | results: Map.delete(results, position), delivered: position + 1}
        pass_on(acc, result, input, state, &deliver_after/3)

      _not_yet ->
        advance({:cont, acc}, input, state)
    end
  end

  defp deliver_after({:cont, acc}, input, state), do: deliver_next(acc, input, state)
  defp deliver_after({:suspend, acc}, input, state), do: {:suspended, acc, &deliver_after(&1, input, state)}
  defp deliver_after(halt, input, state), do: advance(halt, input, state)

  defp pass_on(acc, result, input, state, continue) do
    answer =
      try do
        state.reducer.(result, acc)
      catch
        kind, reason ->
          stacktrace = __STACKTRACE__
          stop_input(input)
          close(state)
          :erlang.raise(kind, reason, stacktrace)
      end

    continue.(answer, input, state)
  end

  defp pull(input, state) do
    input.({:cont, :none})
  catch
    kind, reason ->
      stacktrace = __STACKTRACE__
      close(state)
      :erlang.raise(kind, reason, stacktrace)
  else
    {:suspended, {:element, element}, input} -> {:element, element, input}
    # An input that stops by itself ends together with its last element.
    {_done, {:element, element}} -> {:element, element, :done}
    {_done, :none} -> :done
  end

  defp stop_input(:done), do: :ok

  defp stop_input(input) do
    input.({:halt, :none})
    :ok
  end

  # Ends the spawner and all tasks, and takes what they said out of the mailbox.
  defp close(%{spawner: spawner, tag: tag}) do
    Process.unlink(spawner)
    send(spawner, {:stop, tag})

    receive do
      {:DOWN, ^tag, _, _, _} -> :ok
    end

    receive do
      {:EXIT, ^spawner, _} -> :ok
    after
      0 -> :ok
    end

    drain(tag)
  end

  defp drain(tag) do
    receive do
      {{^tag, _position}, _result} -> drain(tag)
      {^tag, :ended, _position, _why} -> drain(tag)
      {^tag, :failed, _reason} -> drain(tag)
      {^tag, :full} -> drain(tag)
    after
      0 -> :ok
    end
  end

  # ## The spawner
  #
  # `running` maps monitors of tasks to `{position, pid, timer}`.

  defp spawner(%{tag: tag, caller: caller, running: running} = state) do
    receive do
      {:start, position, element} ->
        spawner(start(state, position, element))

      {:DOWN, ref, _, _, reason} when is_map_key(running, ref) ->
        spawner(task_ended(state, ref, reason))

      {:over_time, ref} when is_map_key(running, ref) ->
        spawner(over_time(state, ref))

      {:stop, ^tag} ->
        end_all(state, :kill)

      {:EXIT, ^caller, reason} ->
        end_all(state, if(reason == :kill or reason == :killed, do: :kill, else: :shutdown))
        exit(reason)

      # Ends of tasks come by their monitors.
      _other ->
        spawner(state)
    end
  end

  defp start(state, position, element) do
    mfa = mfa(state.options.work, element)

    case start_task(state, state.options.starter) do
      {:ok, pid} ->
        ref = Process.monitor(pid)
        send(pid, {state.caller, {state.tag, position}, state.caller, state.callers, mfa})
        timer = timer(state.options.timeout, ref)
        %{state | running: Map.put(state.running, ref, {position, pid, timer})}

      {:error, :max_children} ->
        send(state.caller, {state.tag, :full})
        state

      {:error, reason} ->
        send(state.caller, {state.tag, :failed, reason})
        state
    end
  end

  defp mfa(fun, element) when is_function(fun, 1), do: {:erlang, :apply, [fun, [element]]}
  defp mfa({module, function, args}, element), do: {module, function, [element | args]}

  defp start_task(state, :link), do: Task.Supervised.start_link(state.owner, :nomonitor)

  defp start_task(state, {supervisor, link, shutdown}) do
    Task.Supervisor.__start__(supervisor, [state.owner, :monitor], :temporary, shutdown)
    |> linked(link)
  end

  defp linked({:ok, pid}, :link) do
    Process.link(pid)
    {:ok, pid}
  end

  defp linked(answer, _link), do: answer

  defp timer(:infinity, _ref), do: nil
  defp timer(timeout, ref), do: Process.send_after(self(), {:over_time, ref}, timeout)

  defp task_ended(state, ref, reason) do
    {{position, _pid, timer}, running} = Map.pop!(state.running, ref)
    if timer, do: Process.cancel_timer(timer)
    state = %{state | running: running}

    if state.fatal? and failure?(reason) do
      # By the links this ends the tasks and the calling process.
      end_all(state, :shutdown)
      exit(reason)
    end

    send(state.caller, {state.tag, :ended, position, reason})
    state
  end

  defp failure?(:normal), do: false
  defp failure?(_reason), do: true

  defp over_time(%{options: %{on_timeout: :exit}} = state, _ref) do
    call = {Task.Supervised, :stream, [state.options.timeout]}
    send(state.caller, {state.tag, :failed, {:timeout, call}})
    state
  end

  defp over_time(%{running: running} = state, ref) do
    {{position, pid, _timer}, running} = Map.pop!(running, ref)
    Process.unlink(pid)
    Process.exit(pid, :kill)

    receive do
      {:DOWN, ^ref, _, _, _} -> :ok
    end

    send(state.caller, {state.tag, :ended, position, :timeout})
    %{state | running: running}
  end

  defp end_all(%{running: running}, reason) do
    for {_ref, {_position, pid, _timer}} <- running do
      Process.unlink(pid)
      Process.exit(pid, reason)
    end

    for {ref, {_position, pid, _timer}} <- running do
      receive do
        {:DOWN, ^ref, _, _, _} -> :ok
      after
        5000 -> Process.exit(pid, :kill)
      end
    end

    :ok
  end
end
