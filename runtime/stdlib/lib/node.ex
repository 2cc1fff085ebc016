defmodule Node do
  @moduledoc """
  The node that runs the program, and its connections to others.

  A Jovial is always a node of its own: it is not alive in the sense of `alive?/0`, and connects to no other.
  """

  @type t :: node
  @type state :: :visible | :hidden | :connected | :this | :known

  @doc """
  The name of this node.

  ## Examples

      iex> Node.self()
      :nonode@nohost
  """
  @spec self() :: t
  def self, do: :erlang.node()

  @doc """
  Whether this node can be reached by others.

  ## Examples

      iex> Node.alive?()
      false
  """
  @spec alive?() :: boolean
  def alive?, do: :erlang.is_alive()

  @doc """
  The nodes that this one is connected to.

  ## Examples

      iex> Node.list()
      []
  """
  @spec list() :: [t]
  def list, do: :erlang.nodes()

  @doc """
  The nodes of a kind, or of several.

  ## Examples

      iex> Node.list(:visible)
      []
  """
  @spec list(state | [state]) :: [t]
  def list(states), do: :erlang.nodes(states)

  @doc """
  Tries to reach a node: `:pong` if it is there, `:pang` otherwise. One that is not alive reaches none, itself included.

  ## Examples

      iex> Node.ping(:elsewhere@host)
      :pang
  """
  @spec ping(t) :: :pong | :pang
  def ping(node) when is_atom(node), do: :net_adm.ping(node)

  @doc """
  Connects to a node. It is `:ignored` where this node is not alive.

  ## Examples

      iex> Node.connect(:elsewhere@host)
      :ignored
  """
  @spec connect(t) :: boolean | :ignored
  def connect(node) when is_atom(node), do: :net_kernel.connect_node(node)

  @doc """
  Ends a connection. It is `:ignored` where this node is not alive.

  ## Examples

      iex> Node.disconnect(:elsewhere@host)
      :ignored
  """
  @spec disconnect(t) :: boolean | :ignored
  def disconnect(node), do: :erlang.disconnect_node(node)

  @doc """
  Makes the node one that others can reach, which a Jovial can't be.

  ## Examples

      iex> Node.start(:here@localhost)
      {:error, {:shutdown, {:failed_to_start_child, :net_kernel, {:EXIT, :nodistribution}}}}
  """
  @spec start(node, :longnames | :shortnames, non_neg_integer) :: {:ok, pid} | {:error, term}
  def start(name, type \\ :longnames, tick_time \\ 15_000)
      when is_atom(name) and type in [:longnames, :shortnames] and is_integer(tick_time) and tick_time >= 0 do
    {:error, {:shutdown, {:failed_to_start_child, :net_kernel, {:EXIT, :nodistribution}}}}
  end

  @doc """
  Makes the node one that others can't reach. `{:error, :not_found}` if it is such a one already.

  ## Examples

      iex> Node.stop()
      {:error, :not_found}
  """
  @spec stop() :: :ok | {:error, :not_allowed | :not_found}
  def stop, do: :net_kernel.stop()

  @doc """
  Asks, with `true`, for a message `{:nodedown, node}` when a node goes away, or, with `false`, for none any more.

  A node that is not alive can only watch itself.

  ## Examples

      iex> Node.monitor(Node.self(), true)
      true
  """
  @spec monitor(t, boolean) :: true
  def monitor(node, flag), do: :erlang.monitor_node(node, flag)

  @doc """
  As `monitor/2`, with options: `:allow_passive_connect` watches a node that is only being connected to, too.

  ## Examples

      iex> Node.monitor(Node.self(), false, [:allow_passive_connect])
      true
  """
  @spec monitor(t, boolean, [:allow_passive_connect]) :: true
  def monitor(node, flag, options), do: :erlang.monitor_node(node, flag, options)

  @doc """
  The word that this node shows others before they talk to it: `:nocookie`, where it is not alive.

  ## Examples

      iex> Node.get_cookie()
      :nocookie
  """
  @spec get_cookie() :: atom
  def get_cookie, do: :erlang.get_cookie()

  @doc """
  Sets the word for a node. One that is not alive has nobody to show it to, and raises.

  ## Examples

      iex> Node.set_cookie(:elsewhere@host, :password)
      ** (ErlangError) Erlang error: :distribution_not_started
  """
  @spec set_cookie(t, atom) :: true
  def set_cookie(node \\ Node.self(), cookie) when is_atom(cookie), do: :erlang.set_cookie(node, cookie)

  @doc """
  Starts a process on a node.

  On any but this one it ends at once: its link or monitor tells `:noconnection`.

  ## Examples

      iex> pid = Node.spawn(Node.self(), fn -> :ok end)
      iex> is_pid(pid)
      true
  """
  @spec spawn(t, (-> any)) :: pid
  def spawn(node, fun), do: :erlang.spawn(node, fun)

  @doc """
  Starts a process on a node, with the options of `Process.spawn/2`.

  ## Examples

      iex> {_pid, monitor} = Node.spawn(Node.self(), fn -> :ok end, [:monitor])
      iex> is_reference(monitor)
      true
  """
  @spec spawn(t, (-> any), Process.spawn_opts()) :: pid | {pid, reference}
  def spawn(node, fun, options), do: :erlang.spawn_opt(node, fun, options)

  @doc """
  Starts a process that calls a function on a node.

  ## Examples

      iex> is_pid(Node.spawn(Node.self(), Kernel, :send, [self(), :hello]))
      true
      iex> receive do
      ...>   word -> word
      ...> end
      :hello
  """
  @spec spawn(t, module, atom, [any]) :: pid
  def spawn(node, module, fun, args), do: :erlang.spawn(node, module, fun, args)

  @doc """
  Starts a process that calls a function on a node, with the options of `Process.spawn/4`.

  ## Examples

      iex> is_pid(Node.spawn(Node.self(), String, :length, ["word"], [:link]))
      true
  """
  @spec spawn(t, module, atom, [any], Process.spawn_opts()) :: pid | {pid, reference}
  def spawn(node, module, fun, args, options), do: :erlang.spawn_opt(node, module, fun, args, options)

  @doc """
  As `spawn/2`, and links the process to the caller.

  ## Examples

      iex> is_pid(Node.spawn_link(Node.self(), fn -> :ok end))
      true
  """
  @spec spawn_link(t, (-> any)) :: pid
  def spawn_link(node, fun), do: :erlang.spawn_link(node, fun)

  @doc """
  As `spawn/4`, and links the process to the caller.

  ## Examples

      iex> is_pid(Node.spawn_link(Node.self(), String, :length, ["word"]))
      true
  """
  @spec spawn_link(t, module, atom, [any]) :: pid
  def spawn_link(node, module, fun, args), do: :erlang.spawn_link(node, module, fun, args)

  @doc """
  As `spawn/2`, and monitors the process.

  ## Examples

      iex> {pid, monitor} = Node.spawn_monitor(Node.self(), fn -> :ok end)
      iex> receive do
      ...>   {:DOWN, ^monitor, :process, ^pid, reason} -> reason
      ...> end
      :normal
  """
  @doc since: "1.14.0"
  @spec spawn_monitor(t, (-> any)) :: {pid, reference}
  def spawn_monitor(node, fun), do: :erlang.spawn_monitor(node, fun)

  @doc """
  As `spawn/4`, and monitors the process.

  ## Examples

      iex> {_pid, monitor} = Node.spawn_monitor(:elsewhere@host, String, :length, ["word"])
      iex> receive do
      ...>   {:DOWN, ^monitor, :process, _pid, reason} -> reason
      ...> end
      :noconnection
  """
  @doc since: "1.14.0"
  @spec spawn_monitor(t, module, atom, [any]) :: {pid, reference}
  def spawn_monitor(node, module, fun, args), do: :erlang.spawn_monitor(node, module, fun, args)
end
