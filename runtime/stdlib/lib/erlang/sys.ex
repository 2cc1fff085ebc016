defmodule :sys do
  @moduledoc """
  Looks into processes that follow the rules of behaviours, and steers them.

      iex> {:ok, agent} = Agent.start_link(fn -> 1 end)
      iex> :sys.get_state(agent)
      1
      iex> :sys.replace_state(agent, fn state -> state + 1 end)
      2
      iex> Agent.get(agent, & &1)
      2

  Such a process answers messages `{:system, from, request}` by `handle_system_msg/6`. While it is suspended, it answers
  nothing else.
  """

  # The debugging state of a process, `debug` below, is a list of
  #
  #   * `{:trace, true}`
  #   * `{:log, {size, events}}` with the newest event first
  #   * `{:statistics, {start, reductions, messages_in, messages_out}}`
  #   * `{id, {function, function_state}}` of `install/2`

  @type name :: pid | atom | {atom, node} | {:global, term} | {:via, module, term}
  @type system_event :: term
  @type dbg_opt :: term

  # ## Asking

  @doc "Returns the state of a process."
  @spec get_state(name, timeout) :: term
  def get_state(name, timeout \\ 5000) do
    case ask(name, :get_state, timeout, :get_state) do
      {:ok, state} -> state
      {:error, reason} -> :erlang.error(reason)
    end
  end

  @doc "Replaces the state of a process by what `replace` makes of it, and returns that."
  @spec replace_state(name, (term -> term), timeout) :: term
  def replace_state(name, replace, timeout \\ 5000) do
    case ask(name, {:replace_state, replace}, timeout, :replace_state) do
      {:ok, state} -> state
      {:error, reason} -> :erlang.error(reason)
    end
  end

  @doc "Returns the status of a process: `{:status, pid, {:module, module}, items}`."
  @spec get_status(name, timeout) :: term
  def get_status(name, timeout \\ 5000), do: ask(name, :get_status, timeout, :get_status)

  @doc "Suspends a process: it answers system messages alone until `resume/1`."
  @spec suspend(name, timeout) :: :ok
  def suspend(name, timeout \\ 5000), do: ask(name, :suspend, timeout, :suspend)

  @doc "Lets a suspended process go on."
  @spec resume(name, timeout) :: :ok
  def resume(name, timeout \\ 5000), do: ask(name, :resume, timeout, :resume)

  @doc "Asks a process to end with a reason."
  @spec terminate(name, term, timeout) :: :ok
  def terminate(name, reason, timeout \\ 5000), do: ask(name, {:terminate, reason}, timeout, :terminate)

  @doc "Has a suspended process take over its state to another version of its module."
  @spec change_code(name, module, term, term, timeout) :: :ok | {:error, term}
  def change_code(name, module, old_version, extra, timeout \\ 5000) do
    ask(name, {:change_code, module, old_version, extra}, timeout, :change_code)
  end

  @doc "Turns printing of events on or off."
  @spec trace(name, boolean, timeout) :: :ok
  def trace(name, flag, timeout \\ 5000), do: ask(name, {:debug, {:trace, flag}}, timeout, :trace)

  @doc """
  Keeps the last events of a process, and gives or prints them.

  `flag` is `true`, `{true, count}`, `false`, `:get` or `:print`.
  """
  @spec log(name, term, timeout) :: :ok | {:ok, [system_event]}
  def log(name, flag, timeout \\ 5000), do: ask(name, {:debug, {:log, flag}}, timeout, :log)

  @doc "Writing events to a file isn't there: only `false` is taken."
  @spec log_to_file(name, false, timeout) :: :ok
  def log_to_file(name, false, timeout \\ 5000) do
    ask(name, {:debug, {:log_to_file, false}}, timeout, :log_to_file)
  end

  @doc "Counts messages and reductions of a process; `flag` is `true`, `false` or `:get`."
  @spec statistics(name, boolean | :get, timeout) :: :ok | {:ok, keyword | :no_statistics}
  def statistics(name, flag, timeout \\ 5000) do
    ask(name, {:debug, {:statistics, flag}}, timeout, :statistics)
  end

  @doc "Turns all debugging off."
  @spec no_debug(name, timeout) :: :ok
  def no_debug(name, timeout \\ 5000), do: ask(name, {:debug, :no_debug}, timeout, :no_debug)

  @doc """
  Gives a process a function that sees its events.

  It is called with its state, the event and a term of the process, and returns its new state, or `:done` to go away.
  """
  @spec install(name, {function, term} | {term, function, term}, timeout) :: :ok
  def install(name, spec, timeout \\ 5000), do: ask(name, {:debug, {:install, spec}}, timeout, :install)

  @doc "Takes a function of `install/2` away."
  @spec remove(name, term, timeout) :: :ok
  def remove(name, function, timeout \\ 5000) do
    ask(name, {:debug, {:remove, function}}, timeout, :remove)
  end

  defp ask(name, request, timeout, function) do
    {:ok, answer} = :gen.call(name, :system, request, timeout)
    answer
  catch
    :exit, reason -> exit({reason, {:sys, function, arguments(name, request, timeout)}})
  end

  defp arguments(name, {:debug, {_, argument}}, timeout), do: arguments([name, argument], timeout)
  defp arguments(name, {:replace_state, argument}, timeout), do: arguments([name, argument], timeout)
  defp arguments(name, {:terminate, argument}, timeout), do: arguments([name, argument], timeout)

  defp arguments(name, {:change_code, module, version, extra}, timeout) do
    arguments([name, module, version, extra], timeout)
  end

  defp arguments(name, _request, timeout), do: arguments([name], timeout)

  defp arguments(args, 5000), do: args
  defp arguments(args, timeout), do: args ++ [timeout]

  # ## Answering

  @doc "What a process calls when it got a system message."
  @spec handle_system_msg(term, term, pid, module, list, term) :: no_return
  def handle_system_msg(request, from, parent, module, debug, misc) do
    handle_system_msg(request, from, parent, module, debug, misc, false)
  end

  @doc "What a process calls when it got a system message, and whether it was hibernating."
  @spec handle_system_msg(term, term, pid, module, list, term, boolean) :: no_return
  def handle_system_msg(request, from, parent, module, debug, misc, hibernate?) do
    serve(:running, request, from, {parent, module, hibernate?}, debug, misc)
  end

  defp serve(running, request, from, {parent, module, _} = process, debug, misc) do
    case request do
      :suspend ->
        :gen.reply(from, :ok)
        suspended(process, debug, misc)

      :resume ->
        :gen.reply(from, :ok)
        go_on(:running, process, debug, misc)

      {:terminate, reason} ->
        :gen.reply(from, :ok)
        module.system_terminate(reason, parent, debug, misc)

      :get_status ->
        :gen.reply(from, status(running, parent, module, debug, misc))
        go_on(running, process, debug, misc)

      :get_state ->
        :gen.reply(from, state(module, misc))
        go_on(running, process, debug, misc)

      {:replace_state, replace} ->
        {answer, misc} = replaced(module, replace, misc)
        :gen.reply(from, answer)
        go_on(running, process, debug, misc)

      {:change_code, changed, version, extra} when running == :suspended ->
        {answer, misc} = code_changed(module, changed, version, extra, misc)
        :gen.reply(from, answer)
        go_on(running, process, debug, misc)

      {:debug, what} ->
        {answer, debug} = debugged(what, debug)
        :gen.reply(from, answer)
        go_on(running, process, debug, misc)

      _unknown ->
        :gen.reply(from, {:error, {:unknown_system_msg, request}})
        go_on(running, process, debug, misc)
    end
  end

  defp go_on(:suspended, process, debug, misc), do: suspended(process, debug, misc)
  defp go_on(:running, {parent, module, _}, debug, misc), do: module.system_continue(parent, debug, misc)

  defp suspended({parent, module, true}, debug, misc) do
    :proc_lib.hibernate(:sys, :suspend_loop_hib, [:suspended, parent, module, debug, misc, true])
  end

  defp suspended({_parent, _module, false} = process, debug, misc), do: only_system(process, debug, misc)

  @doc false
  def suspend_loop_hib(:suspended, parent, module, debug, misc, hibernate?) do
    only_system({parent, module, hibernate?}, debug, misc)
  end

  defp only_system({parent, module, _} = process, debug, misc) do
    receive do
      {:system, from, request} -> serve(:suspended, request, from, process, debug, misc)
      {:EXIT, ^parent, reason} -> module.system_terminate(reason, parent, debug, misc)
    end
  end

  defp status(running, parent, module, debug, misc) do
    dictionary = :erlang.get()

    shown =
      if :erlang.function_exported(module, :format_status, 2),
        do: module.format_status(:normal, [dictionary, running, parent, debug, misc]),
        else: misc

    {:status, self(), {:module, module}, [dictionary, running, parent, debug, shown]}
  end

  defp state(module, misc) do
    if :erlang.function_exported(module, :system_get_state, 1) do
      module.system_get_state(misc)
    else
      {:ok, misc}
    end
  catch
    kind, reason -> {:error, {:callback_failed, {module, :system_get_state}, {kind, reason}}}
  end

  defp replaced(module, replace, misc) do
    if :erlang.function_exported(module, :system_replace_state, 2) do
      {:ok, state, misc} = module.system_replace_state(replace, misc)
      {{:ok, state}, misc}
    else
      misc = replace.(misc)
      {{:ok, misc}, misc}
    end
  catch
    kind, reason ->
      {{:error, {:callback_failed, {module, :system_replace_state}, {kind, reason}}}, misc}
  end

  defp code_changed(module, changed, version, extra, misc) do
    case module.system_code_change(misc, changed, version, extra) do
      {:ok, misc} -> {:ok, misc}
      other -> {{:error, other}, misc}
    end
  catch
    kind, reason -> {{:error, {kind, reason}}, misc}
  end

  # ## Debugging

  defp debugged(:no_debug, _debug), do: {:ok, []}
  defp debugged({:trace, true}, debug), do: {:ok, store(:trace, true, debug)}
  defp debugged({:trace, false}, debug), do: {:ok, drop(:trace, debug)}
  defp debugged({:log, true}, debug), do: debugged({:log, {true, 10}}, debug)

  defp debugged({:log, {true, size}}, debug) when is_integer(size) and size > 0 do
    {:ok, store(:log, {size, :lists.sublist(events(debug), size)}, debug)}
  end

  defp debugged({:log, false}, debug), do: {:ok, drop(:log, debug)}
  defp debugged({:log, :get}, debug), do: {{:ok, get_log(debug)}, debug}

  defp debugged({:log, :print}, debug) do
    print_log(debug)
    {:ok, debug}
  end

  defp debugged({:log_to_file, false}, debug), do: {:ok, debug}

  defp debugged({:statistics, true}, debug) do
    {:ok, store(:statistics, {:erlang.localtime(), reductions(), 0, 0}, debug)}
  end

  defp debugged({:statistics, false}, debug), do: {:ok, drop(:statistics, debug)}

  defp debugged({:statistics, :get}, debug) do
    case :lists.keyfind(:statistics, 1, debug) do
      {:statistics, {start, before, received, sent}} ->
        numbers = [
          start_time: start,
          current_time: :erlang.localtime(),
          reductions: reductions() - before,
          messages_in: received,
          messages_out: sent
        ]

        {{:ok, numbers}, debug}

      false ->
        {{:ok, :no_statistics}, debug}
    end
  end

  defp debugged({:install, {function, state}}, debug) when is_function(function) do
    debugged({:install, {function, function, state}}, debug)
  end

  defp debugged({:install, {id, function, state}}, debug) do
    {:ok, store(id, {function, state}, debug)}
  end

  defp debugged({:remove, id}, debug), do: {:ok, drop(id, debug)}
  defp debugged(other, debug), do: {{:error, {:unknown_debug, other}}, debug}

  defp store(key, value, debug), do: :lists.keystore(key, 1, debug, {key, value})
  defp drop(key, debug), do: :lists.keydelete(key, 1, debug)

  defp reductions do
    {:reductions, reductions} = :erlang.process_info(self(), :reductions)
    reductions
  end

  @doc "Makes a debugging state of a list of options: `:trace`, `:log`, `{:log, count}`, `:statistics`, `{:install, spec}`."
  @spec debug_options([dbg_opt]) :: list
  def debug_options(options) when is_list(options), do: turn_on(options, [])

  defp turn_on([], debug), do: debug
  defp turn_on([:trace | rest], debug), do: turn_on(rest, elem(debugged({:trace, true}, debug), 1))
  defp turn_on([:log | rest], debug), do: turn_on(rest, elem(debugged({:log, true}, debug), 1))

  defp turn_on([{:log, count} | rest], debug) do
    turn_on(rest, elem(debugged({:log, {true, count}}, debug), 1))
  end

  defp turn_on([:statistics | rest], debug) do
    turn_on(rest, elem(debugged({:statistics, true}, debug), 1))
  end

  defp turn_on([{:install, _} = install | rest], debug) do
    turn_on(rest, elem(debugged(install, debug), 1))
  end

  defp turn_on([_other | rest], debug), do: turn_on(rest, debug)

  @doc "Notes an event of the calling process in its debugging state; `print` shows an event on a device."
  @spec handle_debug(list, (term, term, term -> term), term, system_event) :: list
  def handle_debug(debug, print, name, event) do
    :lists.filtermap(fn entry -> see(entry, print, name, event) end, debug)
  end

  defp see({:trace, true} = entry, print, name, event) do
    print.(:standard_io, event, name)
    {true, entry}
  end

  defp see({:log, {size, events}}, print, name, event) do
    {true, {:log, {size, :lists.sublist([{event, name, print} | events], size)}}}
  end

  defp see({:statistics, {start, reductions, received, sent}}, _print, _name, event) do
    {true,
     case event do
       {:in, _message} -> {:statistics, {start, reductions, received + 1, sent}}
       {:in, _message, _from} -> {:statistics, {start, reductions, received + 1, sent}}
       {:out, _message, _to} -> {:statistics, {start, reductions, received, sent + 1}}
       {:out, _message, _to, _state} -> {:statistics, {start, reductions, received, sent + 1}}
       _other -> {:statistics, {start, reductions, received, sent}}
     end}
  end

  # A function that fails goes away.
  defp see({id, {function, state}}, _print, name, event) do
    try do
      function.(state, event, name)
    catch
      _kind, _reason -> false
    else
      :done -> false
      state -> {true, {id, {function, state}}}
    end
  end

  defp see(_other, _print, _name, _event), do: true

  defp events(debug) do
    case :lists.keyfind(:log, 1, debug) do
      {:log, {_size, events}} -> events
      false -> []
    end
  end

  @doc "The logged events of a debugging state, oldest first."
  @spec get_log(list) :: [system_event]
  def get_log([]), do: []
  def get_log(debug), do: for({event, _name, _print} <- :lists.reverse(events(debug)), do: event)

  @doc "The data of one debugging function."
  @spec get_debug(atom, list, term) :: term
  def get_debug(item, debug, default) do
    case :lists.keyfind(item, 1, debug) do
      {^item, data} -> data
      false -> default
    end
  end

  @doc "Prints the logged events of a debugging state."
  @spec print_log(list) :: :ok
  def print_log(debug) do
    for {event, name, print} <- :lists.reverse(events(debug)), do: print.(:standard_io, event, name)
    :ok
  end
end
