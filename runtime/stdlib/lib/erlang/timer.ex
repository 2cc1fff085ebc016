defmodule :timer do
  @moduledoc """
  Doing things later or again and again, and measuring time.

      iex> {:ok, _timer} = :timer.send_after(1, :late)
      iex> receive do
      ...>   message -> message
      ...> end
      :late
      iex> {microseconds, 3} = :timer.tc(fn -> 1 + 2 end)
      iex> is_integer(microseconds)
      true

  Times are milliseconds. `Process.send_after/4` is lighter where sending a message is all.
  """

  # A timer that only sends once is one of the machine. All others are a process each, which the timer's term names.

  @type tref :: {:once, reference} | {:process, pid, reference}
  @type time :: non_neg_integer

  # ## Once

  @doc "Sends a message to the calling process after some time."
  @spec send_after(time, term) :: {:ok, tref} | {:error, term}
  def send_after(time, message), do: send_after(time, self(), message)

  @doc "Sends a message after some time."
  @spec send_after(time, pid | atom | {atom, node}, term) :: {:ok, tref} | {:error, term}
  def send_after(0, destination, message) do
    send(destination, message)
    {:ok, {:once, make_ref()}}
  end

  def send_after(time, destination, message)
      when is_integer(time) and time > 0 and (is_pid(destination) or is_atom(destination)) do
    {:ok, {:once, :erlang.send_after(time, destination, message)}}
  end

  def send_after(time, {_name, _node} = destination, message) do
    apply_after(time, :erlang, :send, [destination, message])
  end

  def send_after(_time, _destination, _message), do: {:error, :badarg}

  @doc "Ends the calling process with a reason after some time."
  @spec exit_after(time, term) :: {:ok, tref} | {:error, term}
  def exit_after(time, reason), do: exit_after(time, self(), reason)

  @doc "Sends an exit signal after some time."
  @spec exit_after(time, pid | atom, term) :: {:ok, tref} | {:error, term}
  def exit_after(time, process, reason), do: apply_after(time, :erlang, :exit, [process, reason])

  @doc "Kills the calling process after some time."
  @spec kill_after(time) :: {:ok, tref} | {:error, term}
  def kill_after(time), do: kill_after(time, self())

  @doc "Kills a process after some time."
  @spec kill_after(time, pid | atom) :: {:ok, tref} | {:error, term}
  def kill_after(time, process), do: exit_after(time, process, :kill)

  @doc "Calls a function in a process of its own after some time."
  @spec apply_after(time, module, atom, [term]) :: {:ok, tref} | {:error, term}
  def apply_after(time, module, function, args)
      when is_integer(time) and time >= 0 and is_atom(module) and is_atom(function) and is_list(args) do
    start(fn stop -> once(time, {module, function, args}, stop) end)
  end

  def apply_after(_time, _module, _function, _args), do: {:error, :badarg}

  defp once(time, call, stop) do
    receive do
      {:cancel, ^stop} -> :ok
    after
      time -> run(call)
    end
  end

  # ## Again and again

  @doc "Sends a message to the calling process again and again, until it ends."
  @spec send_interval(time, term) :: {:ok, tref} | {:error, term}
  def send_interval(time, message), do: send_interval(time, self(), message)

  @doc "Sends a message again and again, until the receiver ends."
  @spec send_interval(time, pid | atom | {atom, node}, term) :: {:ok, tref} | {:error, term}
  def send_interval(time, destination, message)
      when is_integer(time) and time >= 0 and (is_pid(destination) or is_atom(destination) or is_tuple(destination)) do
    start(fn stop ->
      watch = :erlang.monitor(:process, destination)
      again(time, {:erlang, :send, [destination, message]}, stop, watch, now())
    end)
  end

  def send_interval(_time, _destination, _message), do: {:error, :badarg}

  @doc "Calls a function in processes of their own again and again, until the calling process ends."
  @spec apply_interval(time, module, atom, [term]) :: {:ok, tref} | {:error, term}
  def apply_interval(time, module, function, args)
      when is_integer(time) and time >= 0 and is_atom(module) and is_atom(function) and is_list(args) do
    caller = self()

    start(fn stop ->
      watch = :erlang.monitor(:process, caller)
      again(time, {module, function, args}, stop, watch, now())
    end)
  end

  def apply_interval(_time, _module, _function, _args), do: {:error, :badarg}

  # Each turn is counted from the last one that was due, so that delays do not add up.
  defp again(time, call, stop, watch, last) do
    due = last + time

    receive do
      {:cancel, ^stop} -> :ok
      {:DOWN, ^watch, _, _, _} -> :ok
    after
      max(0, due - now()) ->
        run(call)
        again(time, call, stop, watch, due)
    end
  end

  defp now, do: :erlang.monotonic_time(:millisecond)

  # A send can't take long; anything else must not hold the timer up or end it.
  defp run({:erlang, :send, [destination, message]}) do
    send(destination, message)
    :ok
  catch
    :error, _nobody -> :ok
  end

  defp run({:erlang, :exit, [name, reason]}) when is_atom(name) do
    case :erlang.whereis(name) do
      :undefined -> :ok
      pid -> :erlang.exit(pid, reason)
    end
  end

  defp run({:erlang, :exit, [pid, reason]}), do: :erlang.exit(pid, reason)
  defp run({module, function, args}), do: :erlang.spawn(module, function, args)

  defp start(loop) do
    stop = make_ref()
    {:ok, {:process, :erlang.spawn(fn -> loop.(stop) end), stop}}
  end

  @doc "Gives a timer up."
  @spec cancel(tref) :: {:ok, :cancel} | {:error, term}
  def cancel({:once, timer}) when is_reference(timer) do
    :erlang.cancel_timer(timer)
    {:ok, :cancel}
  end

  def cancel({:process, pid, stop}) when is_pid(pid) do
    send(pid, {:cancel, stop})
    {:ok, :cancel}
  end

  def cancel(_other), do: {:error, :badarg}

  # ## Measuring

  @doc "Calls a function; returns the microseconds it took and its result."
  @spec tc((-> result)) :: {integer, result} when result: term
  def tc(fun) when is_function(fun, 0), do: measure(fun, :microsecond)

  @doc "Calls a function with arguments, or a function with a unit of time; returns the time it took and its result."
  @spec tc(function, list | atom) :: {integer, term}
  def tc(fun, args) when is_function(fun) and is_list(args) do
    measure(fn -> :erlang.apply(fun, args) end, :microsecond)
  end

  def tc(fun, unit) when is_function(fun, 0) and is_atom(unit), do: measure(fun, unit)

  @doc "Calls a function of a module, or a function with arguments and a unit; returns the time it took and its result."
  @spec tc(module | function, atom | list, list | atom) :: {integer, term}
  def tc(module, function, args) when is_atom(module) and is_atom(function) and is_list(args) do
    measure(fn -> :erlang.apply(module, function, args) end, :microsecond)
  end

  def tc(fun, args, unit) when is_function(fun) and is_list(args) and is_atom(unit) do
    measure(fn -> :erlang.apply(fun, args) end, unit)
  end

  @doc "Calls a function of a module; returns the time it took in a unit and its result."
  @spec tc(module, atom, list, atom) :: {integer, term}
  def tc(module, function, args, unit) when is_atom(module) and is_atom(function) and is_list(args) do
    measure(fn -> :erlang.apply(module, function, args) end, unit)
  end

  defp measure(fun, unit) do
    start = :erlang.monotonic_time()
    result = fun.()
    stop = :erlang.monotonic_time()
    {:erlang.convert_time_unit(stop - start, :native, unit), result}
  end

  @doc "Microseconds between two times of the form `{megaseconds, seconds, microseconds}`."
  @spec now_diff(:erlang.timestamp(), :erlang.timestamp()) :: integer
  def now_diff({mega2, second2, micro2}, {mega1, second1, micro1}) do
    ((mega2 - mega1) * 1_000_000 + second2 - second1) * 1_000_000 + micro2 - micro1
  end

  @doc "Sleeps."
  @spec sleep(timeout) :: :ok
  def sleep(time), do: Process.sleep(time)

  @doc "Milliseconds of seconds."
  @spec seconds(number) :: number
  def seconds(seconds), do: 1000 * seconds

  @doc "Milliseconds of minutes."
  @spec minutes(number) :: number
  def minutes(minutes), do: 60_000 * minutes

  @doc "Milliseconds of hours."
  @spec hours(number) :: number
  def hours(hours), do: 3_600_000 * hours

  @doc "Milliseconds of hours, minutes and seconds."
  @spec hms(number, number, number) :: number
  def hms(hours, minutes, seconds), do: hours(hours) + minutes(minutes) + seconds(seconds)

  @doc "There is no server of timers to start."
  @spec start() :: :ok
  def start, do: :ok
end
