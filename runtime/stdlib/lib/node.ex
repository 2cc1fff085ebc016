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
  Tries to reach a node: `:pong` if it is there, `:pang` otherwise.

  ## Examples

      iex> Node.ping(Node.self())
      :pong
      iex> Node.ping(:elsewhere@host)
      :pang
  """
  @spec ping(t) :: :pong | :pang
  def ping(node) when is_atom(node), do: if(node == Node.self(), do: :pong, else: :pang)

  @doc """
  Connects to a node. It is `:ignored` where this node is not alive.

  ## Examples

      iex> Node.connect(:elsewhere@host)
      :ignored
  """
  @spec connect(t) :: boolean | :ignored
  def connect(node) when is_atom(node), do: :ignored

  @doc """
  Ends a connection. It is `:ignored` where this node is not alive.

  ## Examples

      iex> Node.disconnect(:elsewhere@host)
      :ignored
  """
  @spec disconnect(t) :: boolean | :ignored
  def disconnect(node) when is_atom(node), do: :ignored

  @doc """
  Starts a process on a node, which has to be this one.

  ## Examples

      iex> pid = Node.spawn(Node.self(), fn -> :ok end)
      iex> is_pid(pid)
      true
  """
  @spec spawn(t, (-> any)) :: pid
  def spawn(node, fun) when is_function(fun, 0), do: here(node, :spawn, fn -> Kernel.spawn(fun) end)

  @doc """
  As `spawn/2`, and links the process to the caller.
  """
  @spec spawn_link(t, (-> any)) :: pid
  def spawn_link(node, fun) when is_function(fun, 0), do: here(node, :spawn_link, fn -> Kernel.spawn_link(fun) end)

  @doc """
  Starts a process that calls a function on a node, which has to be this one.
  """
  @spec spawn(t, module, atom, [any]) :: pid
  def spawn(node, module, fun, args), do: here(node, :spawn, fn -> Kernel.spawn(module, fun, args) end)

  @doc """
  As `spawn/4`, and links the process to the caller.
  """
  @spec spawn_link(t, module, atom, [any]) :: pid
  def spawn_link(node, module, fun, args), do: here(node, :spawn_link, fn -> Kernel.spawn_link(module, fun, args) end)

  defp here(node, name, work) do
    if node == Node.self() do
      work.()
    else
      raise ArgumentError, "Node.#{name} needs this node, #{inspect(Node.self())}, got: #{inspect(node)}"
    end
  end
end
