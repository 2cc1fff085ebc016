defmodule :compile do
  @moduledoc """
  What programs ask about the compiler of Erlang, of which there is none here.
  """

  @doc """
  The options that the environment gives to the compiler: none.

      iex> :compile.env_compiler_options()
      []
  """
  @spec env_compiler_options() :: [term]
  def env_compiler_options, do: []
end
