defmodule :elixir_expand do
  @moduledoc false

  # Expansion by its name in Elixir. The state of an expansion is the compiler's own; what stands for it here says nothing.
  def expand(quoted, state, env) do
    {expanded, env} = :jovial_macro.expand_all(quoted, env)
    {expanded, state, env}
  end
end
