defmodule Jovial.Children do
  @moduledoc false

  # What `:supervisor` and `DynamicSupervisor` do alike to a child: read its specification, start it, end it, report on it.

  # ## Specifications

  @defaults %{restart: :permanent, type: :worker, significant: false}

  @doc false
  def read(%{id: _, start: _} = spec) do
    spec = Map.merge(@defaults, spec)

    with {:ok, {module, _, _}} <- start(spec.start),
         :ok <- check(spec.restart in [:permanent, :transient, :temporary], {:invalid_restart_type, spec.restart}),
         :ok <- check(spec.type in [:worker, :supervisor], {:invalid_child_type, spec.type}),
         shutdown = Map.get(spec, :shutdown, if(spec.type == :worker, do: 5000, else: :infinity)),
         :ok <- check(shutdown?(shutdown), {:invalid_shutdown, shutdown}),
         modules = Map.get(spec, :modules, [module]),
         :ok <- modules(modules),
         :ok <- check(is_boolean(spec.significant), {:invalid_significant, spec.significant}) do
      {:ok,
       %{
         id: spec.id,
         start: spec.start,
         restart: spec.restart,
         shutdown: shutdown,
         type: spec.type,
         modules: modules,
         significant: spec.significant
       }}
    end
  end

  def read(%{id: _}), do: {:error, :missing_start}
  def read(%{}), do: {:error, :missing_id}

  def read({id, start, restart, shutdown, type, modules}) do
    read(%{id: id, start: start, restart: restart, shutdown: shutdown, type: type, modules: modules})
  end

  def read(other), do: {:error, {:invalid_child_spec, other}}

  defp start({module, function, args} = start)
       when is_atom(module) and is_atom(function) and is_list(args),
       do: {:ok, start}

  defp start(other), do: {:error, {:invalid_mfa, other}}

  defp check(true, _reason), do: :ok
  defp check(false, reason), do: {:error, reason}

  defp shutdown?(:infinity), do: true
  defp shutdown?(:brutal_kill), do: true
  defp shutdown?(time), do: is_integer(time) and time >= 0

  defp modules(:dynamic), do: :ok

  defp modules(modules) when is_list(modules) do
    case Enum.reject(modules, &is_atom/1) do
      [] -> :ok
      [other | _] -> {:error, {:invalid_module, other}}
    end
  end

  defp modules(other), do: {:error, {:invalid_modules, other}}

  # ## Starting

  # `{:ok, pid}`, `{:ok, pid, info}`, `:ignore` or `{:error, reason}`. What was not returned is told in the words of `:supervisor`
  # or in those of `DynamicSupervisor`.
  @doc false
  def launch({module, function, args}, words) do
    try do
      apply(module, function, args)
    catch
      kind, reason -> {:error, not_returned(words, kind, reason, __STACKTRACE__)}
    else
      {:ok, pid} = started when is_pid(pid) -> started
      {:ok, pid, _info} = started when is_pid(pid) -> started
      :ignore -> :ignore
      {:error, _reason} = error -> error
      other -> {:error, other}
    end
  end

  defp not_returned(:supervisor, :error, reason, stacktrace), do: {:EXIT, {reason, stacktrace}}
  defp not_returned(:supervisor, :exit, reason, _stacktrace), do: {:EXIT, reason}
  defp not_returned(:supervisor, :throw, value, _stacktrace), do: value
  defp not_returned(:dynamic, :error, reason, stacktrace), do: {reason, stacktrace}
  defp not_returned(:dynamic, :exit, reason, _stacktrace), do: reason
  defp not_returned(:dynamic, :throw, value, stacktrace), do: {{:nocatch, value}, stacktrace}

  # ## Ending

  # Ends a child that is linked to the calling process, and says whether it went as it should: `:ok` or `{:error, reason}`.
  @doc false
  def end_child(pid, restart, shutdown) do
    case watch(pid) do
      {:ok, ref} -> await_end(pid, ref, restart, shutdown, signal(pid, shutdown))
      {:ended, reason} -> expected(reason, restart, shutdown)
    end
  end

  # A child might have unlinked itself; so it is watched, and what its link said before is looked at.
  defp watch(pid) do
    ref = Process.monitor(pid)
    Process.unlink(pid)

    receive do
      {:EXIT, ^pid, reason} ->
        Process.demonitor(ref, [:flush])
        {:ended, reason}
    after
      0 -> {:ok, ref}
    end
  end

  defp signal(pid, :brutal_kill) do
    Process.exit(pid, :kill)
    :infinity
  end

  defp signal(pid, timeout) do
    Process.exit(pid, :shutdown)
    timeout
  end

  defp await_end(pid, ref, restart, shutdown, timeout) do
    receive do
      {:DOWN, ^ref, :process, ^pid, reason} -> expected(reason, restart, shutdown)
    after
      timeout ->
        Process.exit(pid, :kill)

        receive do
          {:DOWN, ^ref, :process, ^pid, reason} -> {:error, reason}
        end
    end
  end

  defp expected(:killed, _restart, :brutal_kill), do: :ok
  defp expected(:shutdown, _restart, shutdown) when shutdown != :brutal_kill, do: :ok
  defp expected({:shutdown, _}, _restart, shutdown) when shutdown != :brutal_kill, do: :ok
  defp expected(:normal, restart, shutdown) when restart != :permanent and shutdown != :brutal_kill, do: :ok
  defp expected(:noproc, _restart, _shutdown), do: :ok
  defp expected(reason, _restart, _shutdown), do: {:error, reason}

  # Ends many at once, each with its own time. `children` holds `{pid, restart, shutdown}`; returns the unexpected ends. All are
  # watched before the first is told to end: looking for what a link said must not walk over the ends of the others.
  @doc false
  def end_all(children) do
    {open, failed} =
      Enum.reduce(children, {%{}, []}, fn {pid, restart, shutdown}, {open, failed} ->
        case watch(pid) do
          {:ok, ref} -> {Map.put(open, ref, {pid, restart, shutdown}), failed}

          {:ended, reason} -> {open, failed(expected(reason, restart, shutdown), pid, failed)}
        end
      end)

    timeouts = for {_ref, {pid, _restart, shutdown}} <- open, uniq: true, do: signal(pid, shutdown)
    timers = for timeout <- timeouts, timeout != :infinity, do: :erlang.start_timer(timeout, self(), {:end, timeout})
    failed = collect(open, failed)
    Enum.each(timers, &stop_timer/1)
    failed
  end

  defp failed(:ok, _pid, failed), do: failed
  defp failed({:error, reason}, pid, failed), do: [{pid, reason} | failed]

  defp collect(open, failed) when map_size(open) == 0, do: failed

  defp collect(open, failed) do
    receive do
      {:DOWN, ref, :process, pid, reason} when is_map_key(open, ref) ->
        {{^pid, restart, shutdown}, open} = Map.pop!(open, ref)
        collect(open, failed(expected(reason, restart, shutdown), pid, failed))

      {:timeout, _timer, {:end, timeout}} ->
        for {_ref, {pid, _restart, ^timeout}} <- open, do: Process.exit(pid, :kill)
        collect(open, failed)
    end
  end

  defp stop_timer(timer) do
    if :erlang.cancel_timer(timer) == false do
      receive do
        {:timeout, ^timer, _} -> :ok
      after
        0 -> :ok
      end
    end
  end

  # ## Reports

  @doc false
  def report(label, supervisor, context, reason, offender) do
    :logger.error(
      %{
        label: {label, context},
        report: [supervisor: supervisor, errorContext: context, reason: reason, offender: offender]
      },
      metadata(:supervisor_report, :error_report)
    )
  end

  @doc false
  def progress(supervisor, started) do
    :logger.info(
      %{label: {:supervisor, :progress}, report: [supervisor: supervisor, started: started]},
      metadata(:progress, :info_report)
    )
  end

  defp metadata(type, tag) do
    %{
      domain: [:otp, :sasl],
      report_cb: &:supervisor.format_log/2,
      logger_formatter: %{title: if(type == :progress, do: ~c"PROGRESS REPORT", else: ~c"SUPERVISOR REPORT")},
      error_logger: %{tag: tag, type: type, report_cb: &:supervisor.format_log/1}
    }
  end

  @doc false
  def describe(pid, child) do
    pid_or_count = if is_integer(pid), do: [nb_children: pid], else: [pid: pid]

    pid_or_count ++
      [
        id: child.id,
        mfargs: child.start,
        restart_type: child.restart,
        significant: child.significant,
        shutdown: child.shutdown,
        child_type: child.type
      ]
  end

  # ## Restarts

  # The restarts that still count, with one now; or that they are too many. They are kept as `{second, how_many}`, the latest first: a
  # child that ends as soon as it starts makes thousands in a second.
  @doc false
  def count_restart(restarts, intensity, period) do
    now = :erlang.monotonic_time(:second)

    restarts =
      case Enum.take_while(restarts, fn {time, _} -> time >= now - period end) do
        [{^now, count} | earlier] -> [{now, count + 1} | earlier]
        earlier -> [{now, 1} | earlier]
      end

    total = for {_, count} <- restarts, reduce: 0, do: (sum -> sum + count)
    if total > intensity, do: {:too_many, restarts}, else: {:ok, restarts}
  end
end
