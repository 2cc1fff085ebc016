defmodule Process do
  @moduledoc """
  Processes: starting, watching, naming and ending them, and messages and timers between them.

  A process runs by itself and shares nothing with others; it learns of them by messages. `spawn/1`, `send/2`, `self/0` and the
  special form `receive/1` are all that it takes:

      iex> parent = self()
      iex> child = spawn(fn -> send(parent, {:hello, self()}) end)
      iex> receive do
      ...>   {:hello, ^child} -> :heard
      ...> end
      :heard

  This module holds what is beside them. Code that lasts is better built on `Task`, `Agent`, `GenServer` and `Supervisor`,
  which are made of these parts.

  ## Aliases

  A process may be addressed by an *alias*, a reference that it gives out and can take back. What is sent to an alias that was taken back is
  dropped, so an answer that comes too late leaves nothing in the mailbox:

      iex> alias = Process.alias()
      iex> send(alias, :in_time)
      iex> receive do
      ...>   message -> message
      ...> end
      :in_time
      iex> Process.unalias(alias)
      iex> send(alias, :too_late)
      iex> Process.info(self(), :messages)
      {:messages, []}

  """

  @typedoc "A process, a port, or the name of one, here or on another node."
  @type dest :: pid | port | atom | {atom, node} | reference

  @typedoc "What `spawn/2` and `spawn/4` take."
  @type spawn_opt ::
          :link
          | :monitor
          | {:monitor, monitor_option}
          | {:priority, :low | :normal | :high}
          | {:fullsweep_after, non_neg_integer}
          | {:min_heap_size, non_neg_integer}
          | {:min_bin_vheap_size, non_neg_integer}
          | {:max_heap_size, heap_size}
          | {:message_queue_data, :off_heap | :on_heap}
  @type spawn_opts :: [spawn_opt]

  @typedoc "What `monitor/2` takes."
  @type monitor_option :: [alias: :explicit_unalias | :demonitor | :reply_demonitor, tag: term]

  @typedoc "What `alias/1` takes."
  @type alias_opt :: :explicit_unalias | :reply
  @type alias :: reference

  @typedoc "A limit of the heap in words, or a map of `:size`, `:kill`, `:error_logger` and `:include_shared_binaries`."
  @type heap_size ::
          non_neg_integer
          | %{size: non_neg_integer, kill: boolean, error_logger: boolean}

  @typedoc "The key of an entry of a process dictionary."
  @type key :: term

  @doc """
  Tells whether a process of this node is alive.

  A process that is about to end, because an exit signal is on its way, counts as alive until the signal arrives.

  ## Examples

      iex> Process.alive?(self())
      true
      iex> {pid, ref} = spawn_monitor(fn -> :done end)
      iex> receive do
      ...>   {:DOWN, ^ref, _, _, _} -> Process.alive?(pid)
      ...> end
      false

  """
  @spec alive?(pid) :: boolean
  defdelegate alive?(pid), to: :erlang, as: :is_process_alive

  @doc """
  Returns the process dictionary as a keyword-like list.

  ## Examples

      iex> Process.put(:colour, "green")
      iex> {:colour, "green"} in Process.get()
      true

  """
  @spec get() :: [{key, term}]
  defdelegate get(), to: :erlang

  @doc """
  Returns the value of `key` in the process dictionary, or `default`.

  ## Examples

      iex> Process.get(:never_put)
      nil
      iex> Process.get(:never_put, 0)
      0

  """
  @spec get(key, default) :: term | default when default: var
  def get(key, default \\ nil) do
    case :erlang.get(key) do
      :undefined -> default
      value -> value
    end
  end

  @doc """
  Returns the keys of the process dictionary.

  ## Examples

      iex> Process.put(:size, 12)
      iex> :size in Process.get_keys()
      true

  """
  @spec get_keys() :: [key]
  defdelegate get_keys(), to: :erlang

  @doc """
  Returns the keys of the process dictionary whose value is `value`.

  ## Examples

      iex> Process.put(:left, "same value")
      iex> Process.put(:right, "same value")
      iex> Enum.sort(Process.get_keys("same value"))
      [:left, :right]

  """
  @spec get_keys(term) :: [key]
  defdelegate get_keys(value), to: :erlang

  @doc """
  Stores `value` under `key` in the process dictionary, and returns what was there before, or `nil`.

  ## Examples

      iex> Process.put(:step, 1)
      nil
      iex> Process.put(:step, 2)
      1

  """
  @spec put(key, term) :: term | nil
  def put(key, value), do: found(:erlang.put(key, value))

  @doc """
  Removes `key` from the process dictionary, and returns what was there, or `nil`.

  ## Examples

      iex> Process.put(:step, 1)
      iex> Process.delete(:step)
      1
      iex> Process.delete(:step)
      nil

  """
  @spec delete(key) :: term | nil
  def delete(key), do: found(:erlang.erase(key))

  defp found(:undefined), do: nil
  defp found(value), do: value

  @doc """
  Sends the exit signal `reason` to a process.

  With `:normal` nothing happens, unless the process sends it to itself. Other reasons end the process, or reach it as the message `{:EXIT, from, reason}` if it traps
  exits. Nothing withstands `:kill`; those who are linked then see `:killed`.

  ## Examples

      iex> {pid, ref} = spawn_monitor(fn -> Process.sleep(:infinity) end)
      iex> Process.exit(pid, :kill)
      true
      iex> receive do
      ...>   {:DOWN, ^ref, :process, ^pid, reason} -> reason
      ...> end
      :killed

  """
  @spec exit(pid, term) :: true
  defdelegate exit(pid, reason), to: :erlang

  @doc """
  Sleeps for `timeout` milliseconds, or for ever with `:infinity`.

  The process can do nothing else meanwhile. Waiting for something to happen is better done by a monitor or a message than by sleeping long enough.

  ## Examples

      iex> Process.sleep(1)
      :ok

  """
  @spec sleep(timeout) :: :ok
  def sleep(timeout)

  # A receive waits less than 2^32 milliseconds.
  def sleep(timeout) when is_integer(timeout) and timeout > 0xFFFFFFFF do
    receive after: (0xFFFFFFFF -> sleep(timeout - 0xFFFFFFFF))
  end

  def sleep(timeout) when timeout == :infinity or (is_integer(timeout) and timeout >= 0) do
    receive after: (timeout -> :ok)
  end

  @doc """
  Sends `message`, with options.

    * `:noconnect` - returns `:noconnect` and sends nothing if that needs a new connection to another node
    * `:nosuspend` - returns `:nosuspend` and sends nothing if the sender would have to wait

  Returns `:ok` otherwise.

  ## Examples

      iex> Process.send(self(), :ping, [:noconnect])
      :ok
      iex> receive do
      ...>   message -> message
      ...> end
      :ping

  """
  @spec send(dest, message, [option]) :: :ok | :noconnect | :nosuspend
        when message: any, option: :noconnect | :nosuspend
  defdelegate send(dest, message, options), to: :erlang

  @doc """
  Sends `message` to `dest` after `time` milliseconds.

  The timer is given up when `dest` is a pid of a process that ends, and by `cancel_timer/2`. With the option `abs: true` the time is
  a point of `System.monotonic_time/1` in milliseconds.

  ## Examples

      iex> timer = Process.send_after(self(), :tick, 1)
      iex> is_reference(timer)
      true
      iex> receive do
      ...>   :tick -> :done
      ...> end
      :done

  """
  @spec send_after(pid | atom, term, non_neg_integer, [abs: boolean]) :: reference
  def send_after(dest, message, time, options \\ []) do
    :erlang.send_after(time, dest, message, options)
  end

  @doc """
  Gives up a timer, and returns the milliseconds that were left.

  Returns `false` if there is no such timer, because it is over or was given up. The options `async: true` and `info: false` ask
  for an answer as a message, and for none; the function then returns `:ok`.

  ## Examples

      iex> timer = Process.send_after(self(), :never, 60_000)
      iex> Process.cancel_timer(timer) in 1..60_000
      true
      iex> Process.cancel_timer(timer)
      false

  """
  @spec cancel_timer(reference, async: boolean, info: boolean) :: non_neg_integer | false | :ok
  def cancel_timer(timer, options \\ [])
  def cancel_timer(timer, []), do: :erlang.cancel_timer(timer)
  def cancel_timer(timer, options), do: :erlang.cancel_timer(timer, options)

  @doc """
  Returns the milliseconds that a timer has left, or `false` if it is over.

  ## Examples

      iex> timer = Process.send_after(self(), :never, 60_000)
      iex> Process.read_timer(timer) > 50_000
      true

  """
  @spec read_timer(reference) :: non_neg_integer | false
  defdelegate read_timer(timer), to: :erlang

  @doc """
  Starts a process with options.

  Returns the pid, or `{pid, ref}` with the option `:monitor`.

  ## Examples

      iex> {pid, ref} = Process.spawn(fn -> exit(:enough) end, [:monitor])
      iex> receive do
      ...>   {:DOWN, ^ref, :process, ^pid, reason} -> reason
      ...> end
      :enough

  """
  @spec spawn((-> any), spawn_opts) :: pid | {pid, reference}
  defdelegate spawn(fun, options), to: :erlang, as: :spawn_opt

  @doc """
  Starts a process that calls `function` of `module` with `args`, with options.

  ## Examples

      iex> Process.spawn(Kernel, :send, [self(), :started], [])
      iex> receive do
      ...>   message -> message
      ...> end
      :started

  """
  @spec spawn(module, atom, list, spawn_opts) :: pid | {pid, reference}
  defdelegate spawn(module, function, args, options), to: :erlang, as: :spawn_opt

  @doc """
  Watches `item`: a message tells when it ends.

  The message is `{:DOWN, ref, :process, object, reason}`, where `ref` is what this function returned and `object` the pid, or `{name, node}` if the process
  was given by name. It comes at once, with the reason `:noproc`, if there is no such process.

  ## Examples

      iex> ref = Process.monitor(:nobody_has_this_name)
      iex> receive do
      ...>   {:DOWN, ^ref, :process, {:nobody_has_this_name, _node}, reason} -> reason
      ...> end
      :noproc

  """
  @spec monitor(pid | {name, node} | name) :: reference when name: atom
  def monitor(item), do: :erlang.monitor(:process, item)

  @doc """
  Watches `item` as `monitor/1` does, with options.

    * `:alias` - makes the reference an alias as well: with `:explicit_unalias` until `unalias/1`, with `:demonitor` until the
      monitor ends, with `:reply_demonitor` until the first message by the alias, which ends the monitor too
    * `:tag` - what stands for `:DOWN` in the message

  ## Examples

      iex> pid = spawn(fn -> exit(:gone) end)
      iex> ref = Process.monitor(pid, tag: :left_us)
      iex> receive do
      ...>   {:left_us, ^ref, :process, ^pid, _reason} -> :noticed
      ...> end
      :noticed

  """
  @spec monitor(pid | {name, node} | name, monitor_option) :: reference when name: atom
  def monitor(item, options), do: :erlang.monitor(:process, item, options)

  @doc """
  Stops watching.

  With the option `:flush` a message that has already come is taken out of the mailbox. With `:info` the result tells whether the monitor was
  still there.

  ## Examples

      iex> ref = Process.monitor(self())
      iex> Process.demonitor(ref)
      true
      iex> Process.demonitor(ref, [:flush, :info])
      false

  """
  @spec demonitor(reference, [:flush | :info]) :: boolean
  def demonitor(ref, options \\ []), do: :erlang.demonitor(ref, options)

  @doc """
  Makes an alias of the calling process.

  ## Examples

      iex> alias = Process.alias()
      iex> send(alias, :hello)
      iex> receive do
      ...>   message -> message
      ...> end
      :hello

  """
  @doc since: "1.15.0"
  @spec alias() :: alias
  defdelegate alias(), to: :erlang

  @doc """
  Makes an alias of the calling process, with options.

  With `:reply` the alias ends with the first message that it carried. `:explicit_unalias` is the default.

  ## Examples

      iex> alias = Process.alias([:reply])
      iex> send(alias, :first)
      iex> send(alias, :second)
      iex> Process.info(self(), :messages)
      {:messages, [:first]}

  """
  @doc since: "1.15.0"
  @spec alias([alias_opt]) :: alias
  defdelegate alias(options), to: :erlang

  @doc """
  Takes an alias back. Returns `false` if it was none of this process, or not any more.

  ## Examples

      iex> alias = Process.alias()
      iex> Process.unalias(alias)
      true
      iex> Process.unalias(alias)
      false

  """
  @doc since: "1.15.0"
  @spec unalias(alias) :: boolean
  defdelegate unalias(alias), to: :erlang

  @doc """
  Returns the pids of all processes of this node.

  ## Examples

      iex> self() in Process.list()
      true

  """
  @spec list() :: [pid]
  defdelegate list(), to: :erlang, as: :processes

  @doc """
  Links the calling process and another one, or a port.

  When one of the two ends, the other gets its reason as an exit signal. Linking again what is linked changes nothing.

  ## Examples

      iex> Process.link(self())
      true

  """
  @spec link(pid | port) :: true
  defdelegate link(pid_or_port), to: :erlang

  @doc """
  Ends the link to a process or port.

  Afterwards nothing of that link arrives any more; but a message `{:EXIT, pid, reason}` may have come before, if the process traps exits.

  ## Examples

      iex> pid = spawn_link(fn -> Process.sleep(:infinity) end)
      iex> Process.unlink(pid)
      true
      iex> Process.exit(pid, :no_harm_done)
      true

  """
  @spec unlink(pid | port) :: true
  defdelegate unlink(pid_or_port), to: :erlang

  @doc """
  Gives a process or port a name.

  Fails with an `ArgumentError` if the name is taken, if the process has a name, or if it is not alive.

  ## Examples

      iex> Process.register(self(), :the_tester)
      true
      iex> send(:the_tester, :hello)
      iex> Process.unregister(:the_tester)
      true

  """
  @spec register(pid | port, atom) :: true
  def register(pid_or_port, name) when is_atom(name) and name not in [nil, false, true, :undefined] do
    :erlang.register(name, pid_or_port)
  catch
    :error, :badarg ->
      raise ArgumentError,
            "could not register #{inspect(pid_or_port)} with " <>
              "name #{inspect(name)} because it is not alive, the name is already " <>
              "taken, or it has already been given another name"
  end

  @doc """
  Takes the name from whoever has it.

  Fails with an `ArgumentError` if nobody has it.

  ## Examples

      iex> Process.register(self(), :short_lived)
      iex> Process.unregister(:short_lived)
      true
      iex> Process.whereis(:short_lived)
      nil

  """
  @spec unregister(atom) :: true
  defdelegate unregister(name), to: :erlang

  @doc """
  Returns the process or port of a name, or `nil`.

  ## Examples

      iex> Process.register(self(), :here)
      iex> Process.whereis(:here) == self()
      true

  """
  @spec whereis(atom) :: pid | port | nil
  def whereis(name), do: found(:erlang.whereis(name))

  @doc """
  Returns the names that are taken.

  ## Examples

      iex> Process.register(self(), :on_the_list)
      iex> :on_the_list in Process.registered()
      true

  """
  @spec registered() :: [atom]
  defdelegate registered(), to: :erlang

  @doc """
  Returns the group leader of the calling process: the device that its output goes to.

  ## Examples

      iex> is_pid(Process.group_leader())
      true

  """
  @spec group_leader() :: pid
  defdelegate group_leader(), to: :erlang

  @doc """
  Makes `leader` the group leader of `pid`.

  ## Examples

      iex> Process.group_leader(self(), Process.group_leader())
      true

  """
  @spec group_leader(pid, leader :: pid) :: true
  def group_leader(pid, leader), do: :erlang.group_leader(leader, pid)

  @doc """
  Sets a flag of the calling process, and returns its value before.

  `:trap_exit` is the one that programs need: with `true` the ends of linked processes arrive as messages.

  ## Examples

      iex> Process.flag(:trap_exit, true)
      false
      iex> pid = spawn_link(fn -> exit(:oh) end)
      iex> receive do
      ...>   {:EXIT, ^pid, reason} -> reason
      ...> end
      :oh

  """
  @spec flag(:error_handler, module) :: module
  @spec flag(:max_heap_size, heap_size) :: heap_size
  @spec flag(:message_queue_data, :off_heap | :on_heap) :: :off_heap | :on_heap
  @spec flag(:min_bin_vheap_size, non_neg_integer) :: non_neg_integer
  @spec flag(:min_heap_size, non_neg_integer) :: non_neg_integer
  @spec flag(:priority, priority) :: priority when priority: :low | :normal | :high | :max
  @spec flag(:save_calls, 0..10000) :: 0..10000
  @spec flag(:sensitive, boolean) :: boolean
  @spec flag(:trap_exit, boolean) :: boolean
  defdelegate flag(flag, value), to: :erlang, as: :process_flag

  @doc """
  Sets a flag of another process. Only `:save_calls` may be set from outside.

  ## Examples

      iex> Process.flag(self(), :save_calls, 0)
      0

  """
  @spec flag(pid, :save_calls, 0..10000) :: 0..10000
  defdelegate flag(pid, flag, value), to: :erlang, as: :process_flag

  @doc """
  Returns what is known of a process as a keyword list, or `nil` if it is not alive.

  It is meant for looking at processes, not for programs to act upon.

  ## Examples

      iex> Process.info(self())[:status]
      :running

  """
  @spec info(pid) :: keyword | nil
  def info(pid), do: found(:erlang.process_info(pid))

  @doc """
  Returns one item, or a list of items, of what is known of a process; `nil` if it is not alive.

  ## Examples

      iex> send(self(), :waiting)
      iex> Process.info(self(), :message_queue_len)
      {:message_queue_len, 1}
      iex> Process.info(self(), [:messages, :trap_exit])
      [messages: [:waiting], trap_exit: false]
      iex> Process.info(self(), :registered_name)
      {:registered_name, []}

  """
  @spec info(pid, atom | {:dictionary, key}) :: {atom | {:dictionary, key}, term} | nil
  @spec info(pid, [atom | {:dictionary, key}]) :: [{atom | {:dictionary, key}, term}] | nil
  # A process without a name answers with an empty list, which hides the item.
  def info(pid, :registered_name) do
    case :erlang.process_info(pid, :registered_name) do
      [] -> {:registered_name, []}
      answer -> found(answer)
    end
  end

  def info(pid, item) when is_atom(item) or is_list(item) or is_tuple(item) do
    found(:erlang.process_info(pid, item))
  end

  @doc """
  Lets the calling process sleep with the least possible memory until a message comes.

  It then goes on by calling `function` of `module` with `args`; where it was before is forgotten, so this function never returns.

  ## Examples

      iex> parent = self()
      iex> pid = spawn(fn -> Process.hibernate(Kernel, :send, [parent, :awake]) end)
      iex> send(pid, :wake_up)
      iex> receive do
      ...>   message -> message
      ...> end
      :awake

  """
  @spec hibernate(module, atom, list) :: no_return
  defdelegate hibernate(module, function, args), to: :erlang

  @doc """
  Labels the calling process with a term that helps people to tell processes apart.

  Logs show it. Unlike a name it need not be unique, and can't be used to send messages.

  ## Examples

      iex> Process.set_label({:worker, 7})
      :ok

  """
  @doc since: "1.17.0"
  @spec set_label(term) :: :ok
  def set_label(label) do
    # Reports read it out of the dictionary, other processes out of what the machine keeps.
    put(:"$process_label", label)
    :jovial_process.set_label(label)
  end
end
