defmodule IEx.Helpers do
  @moduledoc """
  What cells can call without a module's name, as in the shell.
  """

  @doc """
  Prints all messages of the mailbox and empties it.
  """
  @spec flush() :: :ok
  def flush do
    receive do
      message ->
        IO.puts(Kernel.inspect(message, pretty: true, width: 80, limit: 50))
        flush()
    after
      0 -> :ok
    end
  end

  @doc """
  The process with these numbers, as in `#PID<0.21.32>`.
  """
  @spec pid(non_neg_integer, non_neg_integer, non_neg_integer) :: pid
  def pid(x, y, z) when is_integer(x) and x >= 0 and is_integer(y) and y >= 0 and is_integer(z) and z >= 0 do
    :erlang.list_to_pid(:unicode.characters_to_list("<#{x}.#{y}.#{z}>"))
  end

  @doc """
  The process with these numbers, given as text: `pid("0.21.32")`.
  """
  @spec pid(binary) :: pid
  def pid("#PID" <> string), do: pid(string)
  def pid("<" <> _ = string), do: :erlang.list_to_pid(:unicode.characters_to_list(string))
  def pid(string) when is_binary(string), do: pid("<" <> string <> ">")
end
