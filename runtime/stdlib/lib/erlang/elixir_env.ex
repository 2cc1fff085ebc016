defmodule :elixir_env do
  @moduledoc false

  # An environment that knows these variables, each in a version of its own, and no others.
  def with_vars(env, variables) do
    numbered = :lists.zip(variables, :lists.seq(0, length(variables) - 1))
    %{env | versioned_vars: :maps.from_list(numbered)}
  end
end
