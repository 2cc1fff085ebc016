defmodule ExUnit.OnExitHandler do
  @moduledoc false

  # What is to be done when a test process, or the process of a module's setup_all, is over: `{pid, supervisor, [{name, function}]}`, the
  # newest function first.

  @table __MODULE__

  def register(pid) do
    Jovial.Tables.ensure(@table, [:set, :public, :named_table])
    :ets.insert(@table, {pid, nil, []})
    :ok
  end

  def add(pid, name, function) do
    case entry(pid) do
      {:ok, supervisor, functions} ->
        :ets.insert(@table, {pid, supervisor, put(functions, name, function)})
        :ok

      :error ->
        :error
    end
  end

  defp put(functions, name, function) do
    if List.keymember?(functions, name, 0) do
      List.keyreplace(functions, name, 0, {name, function})
    else
      [{name, function} | functions]
    end
  end

  def get_supervisor(pid) do
    with {:ok, supervisor, _functions} <- entry(pid), do: {:ok, supervisor}
  end

  def put_supervisor(pid, supervisor) do
    {:ok, _none, functions} = entry(pid)
    :ets.insert(@table, {pid, supervisor, functions})
    :ok
  end

  def start_supervisor do
    Supervisor.start_link([], strategy: :one_for_one, max_restarts: 1_000_000, max_seconds: 1)
  end

  defp entry(pid) do
    case :ets.whereis(@table) != :undefined and :ets.lookup(@table, pid) do
      [{^pid, supervisor, functions}] -> {:ok, supervisor, functions}
      _none -> :error
    end
  end

  # Ends the supervised processes and runs the functions, in a process of their own; gives the failures.
  def run(pid, timeout) do
    case entry(pid) do
      {:ok, nil, []} -> forget(pid, [])
      {:ok, supervisor, functions} -> forget(pid, finish(supervisor, functions, timeout))
      :error -> []
    end
  end

  defp forget(pid, failures) do
    :ets.delete(@table, pid)
    failures
  end

  defp finish(supervisor, functions, timeout) do
    end_supervisor(supervisor, timeout) ++ call_all(functions, timeout)
  end

  defp end_supervisor(nil, _timeout), do: []

  defp end_supervisor(supervisor, timeout) do
    monitor = Process.monitor(supervisor)
    Process.exit(supervisor, :shutdown)

    receive do
      {:DOWN, ^monitor, _, _, _} -> []
    after
      timeout ->
        Process.demonitor(monitor, [:flush])
        {_, stacktrace} = Process.info(supervisor, :current_stacktrace) || {nil, []}
        Process.exit(supervisor, :kill)
        [{:error, ExUnit.TimeoutError.exception(timeout: timeout, type: "supervisor shutdown"), stacktrace}]
    end
  end

  # A function that ends its process takes none of the others along.
  defp call_all([], _timeout), do: []

  defp call_all(functions, timeout) do
    parent = self()
    {pid, monitor} = spawn_monitor(fn -> call_loop(functions, parent) end)
    await(pid, monitor, functions, [], timeout)
  end

  defp call_loop([], _parent), do: exit(:shutdown)

  defp call_loop([{_name, function} | rest], parent) do
    failure = call(function)
    send(parent, {self(), :called, failure})
    call_loop(rest, parent)
  end

  defp call(function) do
    function.()
    []
  catch
    kind, reason -> ExUnit.Runner.failures(kind, reason, __STACKTRACE__)
  end

  defp await(pid, monitor, functions, failures, timeout) do
    receive do
      {^pid, :called, failed} ->
        await(pid, monitor, tl(functions), failures ++ failed, timeout)

      {:DOWN, ^monitor, _, _, reason} ->
        case functions do
          [] -> failures
          [_ended | rest] -> failures ++ [{{:EXIT, pid}, reason, []}] ++ call_all(rest, timeout)
        end
    after
      timeout ->
        {_, stacktrace} = Process.info(pid, :current_stacktrace) || {nil, []}
        Process.demonitor(monitor, [:flush])
        Process.exit(pid, :kill)
        error = ExUnit.TimeoutError.exception(timeout: timeout, type: "on_exit callback")
        failures ++ [{:error, error, stacktrace}] ++ call_all(Enum.drop(functions, 1), timeout)
    end
  end
end
