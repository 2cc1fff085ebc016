defprotocol Jupyter.Render do
  @moduledoc """
  In which forms a notebook shows a value.

  An implementation gives a map from MIME types to forms, as `Jupyter.bundle/2` takes it, or any of the values that the functions of `Jupyter` make:

      defmodule Loaf do
        defstruct [:kind, :grams]

        defimpl Jupyter.Render do
          def to_bundle(loaf), do: Jupyter.markdown("**\#{loaf.kind}**, \#{loaf.grams} g")
        end
      end

  The text form need not be among them: it is what `inspect/2` says, if nothing else.
  """

  @fallback_to_any true

  @doc """
  Gives the forms of a value.
  """
  @spec to_bundle(t) :: Jupyter.Bundle.t() | %{String.t() => term}
  def to_bundle(value)
end

defimpl Jupyter.Render, for: Any do
  def to_bundle(_value), do: %{}
end
