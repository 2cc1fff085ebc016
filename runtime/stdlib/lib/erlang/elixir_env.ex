defmodule :elixir_env do
  @moduledoc false

  # An environment that knows these variables, each in a version of its own, and no others.
  def with_vars(env, variables) do
    numbered = :lists.zip(variables, :lists.seq(0, length(variables) - 1))
    %{env | versioned_vars: :maps.from_list(numbered)}
  end

  # The state that goes with an env through an expansion; see `:elixir_expand`.
  def env_to_ex(_env), do: :expansion

  def to_caller({line, _state, env}), do: %{env | line: line}

  def reset_vars(env), do: %{env | versioned_vars: %{}}
end
