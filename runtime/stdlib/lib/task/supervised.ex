defmodule Task.Supervised do
  @moduledoc false

  # The process of a task. One that somebody waits for is told its work by a message after it was started, because whoever
  # waits must watch it first; the answer goes to the alias of that watch.

  @doc false
  def owner do
    pid = self()

    case Process.info(pid, :registered_name) do
      {:registered_name, name} when is_atom(name) -> {node(), name, pid}
      _none -> {node(), pid, pid}
    end
  end

  @doc false
  def callers do
    case Process.get(:"$callers") do
      callers when is_list(callers) -> [self() | callers]
      _none -> [self()]
    end
  end

  @doc false
  def start(owner, callers, mfa) do
    {:ok, :proc_lib.spawn(__MODULE__, :noreply, [owner, callers, mfa])}
  end

  @doc false
  def start_link(owner, callers, mfa) do
    {:ok, :proc_lib.spawn_link(__MODULE__, :noreply, [owner, callers, mfa])}
  end

  # `monitor` says whether the task ends when its owner does: `:monitor` for those that aren't linked to it.
  @doc false
  def start_link(owner, monitor) do
    {:ok, :proc_lib.spawn_link(__MODULE__, :reply, [owner, monitor])}
  end

  @doc false
  def noreply(owner, callers, mfa) do
    remember(callers, mfa)
    work(owner, mfa)
  end

  @doc false
  def reply({_node, _name, pid} = owner, monitor) do
    watch = if monitor == :monitor, do: Process.monitor(pid)

    receive do
      {^pid, ref, reply_to, callers, mfa} ->
        if watch, do: Process.demonitor(watch, [:flush])
        remember(callers, mfa)
        send(reply_to, {ref, work(owner, mfa)})

      {:DOWN, ^watch, _, _, reason} ->
        exit({:shutdown, reason})
    after
      # Somebody who asked for a task and was ended before giving it work never will.
      5000 ->
        unless watch, do: Process.unlink(pid)
        exit(:timeout)
    end
  end

  defp remember(callers, mfa) do
    Process.put(:"$callers", callers)
    Process.put(:"$initial_call", shown_call(mfa))
  end

  defp shown_call({:erlang, :apply, [fun, []]}) when is_function(fun, 0) do
    {:module, module} = Function.info(fun, :module)
    {:name, name} = Function.info(fun, :name)
    {module, name, 0}
  end

  defp shown_call({module, function, args}), do: {module, function, length(args)}

  @doc false
  def work(owner, {module, function, args} = mfa) do
    apply(module, function, args)
  catch
    :exit, reason when reason == :normal or reason == :shutdown ->
      :erlang.raise(:exit, reason, __STACKTRACE__)

    :exit, {:shutdown, _} = reason ->
      :erlang.raise(:exit, reason, __STACKTRACE__)

    kind, reason ->
      stacktrace = __STACKTRACE__
      report(owner, mfa, shown(kind, reason), stacktrace)
      :erlang.raise(:exit, exit_reason(kind, reason, stacktrace), stacktrace)
  end

  defp shown(:throw, value), do: {:nocatch, value}
  defp shown(_kind, reason), do: reason

  defp exit_reason(:error, reason, stacktrace), do: {reason, stacktrace}
  defp exit_reason(:exit, reason, _stacktrace), do: reason
  defp exit_reason(:throw, value, stacktrace), do: {{:nocatch, value}, stacktrace}

  defp report({_node, starter, _pid}, mfa, reason, stacktrace) do
    {function, args} = called(mfa)

    :logger.error(
      %{
        label: {Task.Supervisor, :terminating},
        report: %{
          name: self(),
          starter: starter,
          function: function,
          args: args,
          reason: {reason, stacktrace},
          process_label: Process.get(:"$process_label", :undefined)
        }
      },
      %{
        domain: [:otp, :elixir],
        error_logger: %{tag: :error_msg},
        report_cb: &__MODULE__.format_report/1,
        callers: Process.get(:"$callers")
      }
    )
  end

  defp called({:erlang, :apply, [fun, []]}) when is_function(fun, 0), do: {fun, []}
  defp called({module, function, args}), do: {Function.capture(module, function, length(args)), args}

  @doc false
  def format_report(%{label: {Task.Supervisor, :terminating}, report: report}) do
    {label, labels} =
      case report.process_label do
        :undefined -> {~c"", []}
        label -> {~c"** Process Label == ~p~n", [label]}
      end

    {~c"** Task ~p terminating~n" ++
       label ++
       ~c"** Started from ~p~n** When function  == ~p~n" ++
       ~c"**      arguments == ~p~n** Reason for termination == ~n** ~p~n",
     [report.name | labels] ++ [report.starter, report.function, report.args, report.reason]}
  end
end
