defmodule :net_kernel do
  @moduledoc """
  Connections to other nodes, of which one that is not alive has none.
  """

  @doc """
  Connects to a node. One that is not alive does not try.

  ## Examples

      iex> :net_kernel.connect_node(:other@host)
      :ignored

  """
  @spec connect_node(atom) :: :ignored
  def connect_node(node) when is_atom(node), do: :ignored

  @doc "Asks for a message when a node comes or goes, or asks for no more of them."
  @spec monitor_nodes(boolean) :: :ok
  def monitor_nodes(flag), do: monitor_nodes(flag, [])

  @doc "As `monitor_nodes/1`, with options."
  @spec monitor_nodes(boolean, list) :: :ok
  def monitor_nodes(flag, options) when is_boolean(flag) and is_list(options), do: :ok

  @doc "How many seconds a node may be silent before it counts as gone."
  @spec get_net_ticktime() :: :ignored
  def get_net_ticktime, do: :ignored

  @doc "Makes the node one that is not alive, which it is already."
  @spec stop() :: {:error, :not_found}
  def stop, do: {:error, :not_found}
end
