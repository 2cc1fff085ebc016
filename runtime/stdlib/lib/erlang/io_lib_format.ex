defmodule :io_lib_format do
  @moduledoc """
  Floats as text, for programs that ask the formatter's own module.
  """

  @doc """
  The shortest text that reads as the same float, as a charlist.

  ## Examples

      iex> :io_lib_format.fwrite_g(0.1)
      ~c"0.1"

  """
  @spec fwrite_g(float) :: charlist
  def fwrite_g(float) when is_float(float), do: :erlang.float_to_list(float, [:short])
end
