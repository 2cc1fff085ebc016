defmodule :c do
  @moduledoc """
  Of the commands of Erlang's shell those that are called from elsewhere, too.
  """

  @doc """
  The pid that is written with these three numbers.

  ## Examples

      iex> :c.pid(0, 1, 2)
      #PID<0.1.2>

  """
  @spec pid(non_neg_integer, non_neg_integer, non_neg_integer) :: pid
  def pid(x, y, z) when is_integer(x) and is_integer(y) and is_integer(z) do
    :erlang.list_to_pid(~c"<#{x}.#{y}.#{z}>")
  end

  @doc "How many bytes are in use, as `:erlang.memory/0` says."
  @spec memory() :: keyword
  def memory, do: :erlang.memory()

  @doc "How many bytes are in use for one thing or for each of several, as `:erlang.memory/1` says."
  @spec memory(atom | [atom]) :: non_neg_integer | keyword
  def memory(type), do: :erlang.memory(type)
end
