defmodule :proc_lib do
  @moduledoc """
  Starts processes that know where they come from, and reports how they end.

  A process of this kind keeps the processes above it under `:"$ancestors"` and what it runs under `:"$initial_call"` in its
  dictionary:

      iex> parent = self()
      iex> :proc_lib.spawn(fn -> send(parent, Process.get(:"$ancestors")) end)
      iex> receive do
      ...>   [ancestor | _] -> ancestor == self()
      ...> end
      true

  `start_link/3` and its relatives wait until the new process says by `init_ack/2` that it is ready. All behaviours are built on them.
  """

  @type start_option :: {:timeout, timeout} | {:spawn_opt, list}
  @type dict_or_pid :: pid | list | {non_neg_integer, non_neg_integer, non_neg_integer}

  # ## Starting without waiting

  @doc "Starts a process for a function."
  @spec spawn((-> any)) :: pid
  def spawn(fun), do: spawn_opt(fun, [])

  @doc "Starts a process for a call."
  @spec spawn(module, atom, list) :: pid
  def spawn(module, function, args), do: spawn_opt(module, function, args, [])

  @doc "Starts a process for a function; only this node can be given."
  @spec spawn(node, (-> any)) :: pid
  def spawn(node, fun), do: spawn_opt(node, fun, [])

  @doc "Starts a process for a call; only this node can be given."
  @spec spawn(node, module, atom, list) :: pid
  def spawn(node, module, function, args), do: spawn_opt(node, module, function, args, [])

  @doc "Starts a linked process for a function."
  @spec spawn_link((-> any)) :: pid
  def spawn_link(fun), do: spawn_opt(fun, [:link])

  @doc "Starts a linked process for a call."
  @spec spawn_link(module, atom, list) :: pid
  def spawn_link(module, function, args), do: spawn_opt(module, function, args, [:link])

  @doc "Starts a linked process for a function; only this node can be given."
  @spec spawn_link(node, (-> any)) :: pid
  def spawn_link(node, fun), do: spawn_opt(node, fun, [:link])

  @doc "Starts a linked process for a call; only this node can be given."
  @spec spawn_link(node, module, atom, list) :: pid
  def spawn_link(node, module, function, args) do
    spawn_opt(node, module, function, args, [:link])
  end

  @doc "Starts a process for a function, with the options of `Process.spawn/2`."
  @spec spawn_opt((-> any), list) :: pid | {pid, reference}
  def spawn_opt(fun, options) when is_function(fun, 0) do
    :erlang.spawn_opt(:proc_lib, :init_p, [self_name(), lineage(), fun], options)
  end

  def spawn_opt(_fun, _options), do: :erlang.error(:badarg)

  @doc "Starts a process for a function; only this node can be given."
  @spec spawn_opt(node, (-> any), list) :: pid | {pid, reference}
  def spawn_opt(node, fun, options) when node == node(), do: spawn_opt(fun, options)
  def spawn_opt(_node, _fun, _options), do: :erlang.error(:badarg)

  @doc "Starts a process for a call, with the options of `Process.spawn/4`."
  @spec spawn_opt(module, atom, list, list) :: pid | {pid, reference}
  def spawn_opt(module, function, args, options)
      when is_atom(module) and is_atom(function) and is_list(args) do
    entry = [self_name(), lineage(), module, function, args]
    :erlang.spawn_opt(:proc_lib, :init_p, entry, options)
  end

  def spawn_opt(_module, _function, _args, _options), do: :erlang.error(:badarg)

  @doc "Starts a process for a call; only this node can be given."
  @spec spawn_opt(node, module, atom, list, list) :: pid | {pid, reference}
  def spawn_opt(node, module, function, args, options) when node == node() do
    spawn_opt(module, function, args, options)
  end

  def spawn_opt(_node, _module, _function, _args, _options), do: :erlang.error(:badarg)

  defp self_name do
    case :erlang.process_info(self(), :registered_name) do
      {:registered_name, name} -> name
      _none -> self()
    end
  end

  defp lineage do
    case :erlang.get(:"$ancestors") do
      ancestors when is_list(ancestors) -> ancestors
      _none -> []
    end
  end

  # ## Starting and waiting

  @doc "Starts a process and waits for its `init_ack/2`."
  @spec start(module, atom, list, timeout, list) :: term
  def start(module, function, args, timeout \\ :infinity, options \\ []) do
    {pid, ref} = spawn_opt(module, function, args, [:monitor | no_monitor(options)])

    receive do
      {:ack, ^pid, answer} ->
        :erlang.demonitor(ref, [:flush])
        answer

      {:DOWN, ^ref, :process, ^pid, reason} ->
        {:error, reason}
    after
      timeout ->
        kill(pid, ref)
        {:error, :timeout}
    end
  end

  @doc "Starts a linked process and waits for its `init_ack/2`."
  @spec start_link(module, atom, list, timeout, list) :: term
  def start_link(module, function, args, timeout \\ :infinity, options \\ []) do
    pid = spawn_opt(module, function, args, [:link | no_monitor(options)])

    receive do
      {:ack, ^pid, answer} -> answer
      {:EXIT, ^pid, reason} -> {:error, reason}
    after
      timeout ->
        :erlang.unlink(pid)
        kill(pid, :erlang.monitor(:process, pid))

        receive do
          {:EXIT, ^pid, _reason} -> :ok
        after
          0 -> :ok
        end

        {:error, :timeout}
    end
  end

  @doc "Starts a process, waits for its `init_ack/2`, and goes on watching it: returns `{answer, ref}`."
  @spec start_monitor(module, atom, list, timeout, list) :: {term, reference}
  def start_monitor(module, function, args, timeout \\ :infinity, options \\ []) do
    {pid, ref} = spawn_opt(module, function, args, [:monitor | no_monitor(options)])

    receive do
      {:ack, ^pid, answer} ->
        {answer, ref}

      {:DOWN, ^ref, :process, ^pid, reason} = down ->
        # The watcher is owed this message.
        send(self(), down)
        {{:error, reason}, ref}
    after
      timeout ->
        :erlang.exit(pid, :kill)
        {{:error, :timeout}, ref}
    end
  end

  defp kill(pid, ref) do
    :erlang.exit(pid, :kill)

    receive do
      {:DOWN, ^ref, :process, ^pid, _reason} -> :ok
    end

    receive do
      {:ack, ^pid, _answer} -> :ok
    after
      0 -> :ok
    end
  end

  defp no_monitor(options) do
    if :lists.member(:monitor, options) or :lists.keymember(:monitor, 1, options) do
      :erlang.error(:badarg)
    else
      options
    end
  end

  @doc "Answers whoever started the calling process."
  @spec init_ack(term) :: :ok
  def init_ack(answer) do
    [starter | _] = :erlang.get(:"$ancestors")
    init_ack(starter, answer)
  end

  @doc "Answers `starter`, which waits for the calling process to be ready."
  @spec init_ack(pid | atom, term) :: :ok
  def init_ack(starter, answer) do
    send(starter, {:ack, self(), answer})
    :ok
  end

  # ## Life of such a process

  @doc false
  def init_p(parent, ancestors, fun) do
    {:module, module} = :erlang.fun_info(fun, :module)
    {:name, name} = :erlang.fun_info(fun, :name)
    :erlang.put(:"$ancestors", [parent | ancestors])
    :erlang.put(:"$initial_call", {module, name, 0})

    try do
      fun.()
    catch
      kind, reason -> crashed(kind, reason, __STACKTRACE__)
    end
  end

  @doc false
  def init_p(parent, ancestors, module, function, args) do
    :erlang.put(:"$ancestors", [parent | ancestors])
    :erlang.put(:"$initial_call", behind(module, function, args))
    run(module, function, args)
  end

  @doc false
  def wake_up(module, function, args), do: run(module, function, args)

  defp run(module, function, args) do
    :erlang.apply(module, function, args)
  catch
    kind, reason -> crashed(kind, reason, __STACKTRACE__)
  end

  @doc "Hibernates as `Process.hibernate/3` does, and is still such a process when it wakes up."
  @spec hibernate(module, atom, list) :: no_return
  def hibernate(module, function, args) do
    :erlang.hibernate(:proc_lib, :wake_up, [module, function, args])
  end

  defp crashed(kind, reason, stacktrace) do
    report_crash(kind, reason, stacktrace)
    :erlang.raise(:exit, exit_reason(kind, reason, stacktrace), stacktrace)
  end

  defp exit_reason(:error, reason, stacktrace), do: {reason, stacktrace}
  defp exit_reason(:throw, value, stacktrace), do: {{:nocatch, value}, stacktrace}
  defp exit_reason(:exit, reason, _stacktrace), do: reason

  defp report_crash(:exit, :normal, _stacktrace), do: :ok
  defp report_crash(:exit, :shutdown, _stacktrace), do: :ok
  defp report_crash(:exit, {:shutdown, _}, _stacktrace), do: :ok

  defp report_crash(kind, reason, stacktrace) do
    :logger.error(
      %{label: {:proc_lib, :crash}, report: [portrait(kind, reason, stacktrace), []]},
      %{
        domain: [:otp, :sasl],
        report_cb: &:proc_lib.report_cb/2,
        logger_formatter: %{title: ~c"CRASH REPORT"},
        error_logger: %{tag: :error_report, type: :crash_report}
      }
    )
  end

  defp portrait(kind, reason, stacktrace) do
    reason = if kind == :throw, do: {:nocatch, reason}, else: reason
    kind = if kind == :throw, do: :error, else: kind

    items = [:registered_name, :message_queue_len, :messages, :links, :dictionary] ++
              [:trap_exit, :status, :heap_size, :stack_size, :reductions]

    [{:registered_name, name} | facts] =
      for item <- items do
        case :erlang.process_info(self(), item) do
          {item, value} -> {item, value}
          _none -> {item, []}
        end
      end

    [
      {:initial_call, started_as()},
      {:pid, self()},
      {:registered_name, name},
      {:error_info, {kind, reason, stacktrace}},
      {:ancestors, lineage()} | facts
    ]
  end

  # How the arguments of an initial call are shown.
  defp placeholders(arity) do
    for position <- :lists.seq(1, arity) do
      :erlang.binary_to_atom("Argument__" <> :erlang.integer_to_binary(position))
    end
  end

  defp started_as do
    case :erlang.get(:"$initial_call") do
      {module, function, arity} when is_integer(arity) ->
        {module, function, placeholders(arity)}

      _none ->
        {:proc_lib, :init_p, []}
    end
  end

  @doc false
  def report_cb(%{label: {:proc_lib, :crash}, report: report}, _options), do: format(report)

  @doc "Renders a crash report as a charlist."
  @spec format(list) :: charlist
  def format(report), do: format(report, :utf8)

  @doc "Renders a crash report as a charlist in an encoding."
  @spec format(list, atom) :: charlist
  def format(report, encoding), do: format(report, encoding, :unlimited)

  @doc "Renders a crash report as a charlist. The depth of terms is not limited."
  @spec format(list, atom, term) :: charlist
  def format([own | _linked], _encoding, _depth) do
    lines = for {key, value} <- own, do: ["    ", inspect(key), ": ", inspect(value), "\n"]
    :unicode.characters_to_list(["  crasher:\n" | lines])
  end

  # ## What a process runs

  @doc "Tells what a process of this kind was started for, as `{module, function, args}` with placeholders, or `false`."
  @spec initial_call(dict_or_pid) :: {module, atom, list} | false
  def initial_call(process) do
    case recorded(process) do
      {module, function, arity} when is_integer(arity) ->
        {module, function, placeholders(arity)}

      _none ->
        false
    end
  end

  @doc "Tells what a process was started for, as `{module, function, arity}`."
  @spec translate_initial_call(dict_or_pid) :: {module, atom, arity}
  def translate_initial_call(process) do
    case recorded(process) do
      {module, function, arity} when is_integer(arity) -> {module, function, arity}
      _none -> {:proc_lib, :init_p, 5}
    end
  end

  defp recorded(pid) when is_pid(pid) do
    case :erlang.process_info(pid, :dictionary) do
      {:dictionary, dictionary} -> recorded(dictionary: dictionary)
      _gone -> :unknown
    end
  end

  defp recorded(info) when is_list(info) do
    with {:dictionary, dictionary} <- :lists.keyfind(:dictionary, 1, info),
         {:"$initial_call", call} <- :lists.keyfind(:"$initial_call", 1, dictionary) do
      call
    else
      _none -> :unknown
    end
  end

  # Behaviours all start in `:gen`; what tells them apart is the callback module.
  defp behind(:gen, :init_it, [:gen_server, _, _, _, :supervisor, {_, module, _}, _])
       when is_atom(module),
       do: {:supervisor, module, 1}

  defp behind(:gen, :init_it, [:gen_server, _, _, :supervisor, {_, module, _}, _])
       when is_atom(module),
       do: {:supervisor, module, 1}

  defp behind(:gen, :init_it, [:gen_event | _]), do: {:gen_event, :init_it, 6}

  defp behind(:gen, :init_it, [_behaviour, _, _, module, _, _]) when is_atom(module) do
    {module, :init, 1}
  end

  defp behind(:gen, :init_it, [_behaviour, _, _, _name, module, _, _]) when is_atom(module) do
    {module, :init, 1}
  end

  defp behind(module, function, args), do: {module, function, length(args)}

  # ## Stopping

  @doc "Stops a process that understands system messages, with the reason `:normal`."
  @spec stop(pid | atom | {atom, node}) :: :ok
  def stop(process), do: stop(process, :normal, :infinity)

  @doc """
  Stops a process that understands system messages.

  Exits if it is not there, does not end in time, or ends for another reason.
  """
  @spec stop(pid | atom | {atom, node}, term, timeout) :: :ok
  def stop(process, reason, timeout) do
    ref = :erlang.monitor(:process, process)
    # Asking takes the reply to the request away from our caller's mailbox.
    {asker, asked} = :erlang.spawn_monitor(fn -> :sys.terminate(process, reason, timeout) end)
    await_end(process, reason, timeout, ref, asker, asked, :erlang.monotonic_time(:millisecond))
  end

  defp await_end(process, reason, timeout, ref, asker, asked, since) do
    receive do
      {:DOWN, ^ref, _, _, ^reason} ->
        forget(asker, asked)
        :ok

      {:DOWN, ^ref, _, _, other} ->
        forget(asker, asked)
        exit(other)

      {:DOWN, ^asked, _, _, :normal} ->
        await_end(process, reason, left(timeout, since), ref, asker, asked, now())

      # The process may have ended while it was asked; then its monitor knows better.
      {:DOWN, ^asked, _, _, failure} ->
        receive do
          {:DOWN, ^ref, _, _, ^reason} -> :ok
          {:DOWN, ^ref, _, _, other} -> exit(other)
        after
          ended(failure) ->
            :erlang.demonitor(ref, [:flush])
            exit(failure)
        end
    after
      timeout ->
        forget(asker, asked)
        :erlang.demonitor(ref, [:flush])
        exit(:timeout)
    end
  end

  defp ended({_, {:sys, :terminate, _}}), do: 100
  defp ended(_failure), do: 0

  defp forget(asker, asked) do
    :erlang.demonitor(asked, [:flush])
    :erlang.exit(asker, :kill)
  end

  defp left(:infinity, _since), do: :infinity
  defp left(timeout, since), do: max(0, timeout - (now() - since))

  defp now, do: :erlang.monotonic_time(:millisecond)
end
