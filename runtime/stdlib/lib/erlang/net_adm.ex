defmodule :net_adm do
  @moduledoc """
  What can be asked about other nodes by one that is not alive: it reaches none.
  """

  @doc """
  Tries to reach a node: `:pong` if it is there, `:pang` otherwise. One that is not alive does not even reach itself.

  ## Examples

      iex> :net_adm.ping(:other@host)
      :pang

  """
  @spec ping(atom) :: :pong | :pang
  def ping(node) when is_atom(node), do: :pang

  @doc "The name of the machine."
  @spec localhost() :: charlist
  def localhost do
    {:ok, name} = :inet.gethostname()
    name
  end

  @doc "The nodes of this machine by name and port. None has made itself known."
  @spec names() :: {:error, :address}
  def names, do: {:error, :address}
end
