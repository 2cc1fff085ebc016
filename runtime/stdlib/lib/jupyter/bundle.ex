defmodule Jupyter.Bundle do
  @moduledoc """
  A value in several forms, as the functions of `Jupyter` make them.

  `:data` has the forms by MIME type, `:metadata` what is to be known of them. As text it is its text form:

      iex> to_string(Jupyter.json([1, 2]))
      "[1,2]"

  """

  defstruct data: %{}, metadata: %{}

  @type t :: %__MODULE__{data: %{String.t() => term}, metadata: map}

  # The forms of any value; text is always among them.
  @doc false
  def of(value, options \\ [pretty: true, width: 80, limit: 50]) do
    bundle =
      case Jupyter.Render.to_bundle(value) do
        %__MODULE__{} = bundle -> bundle
        %{} = data -> %__MODULE__{data: data}
        other -> raise ArgumentError, "expected Jupyter.Render.to_bundle/1 to return a map of MIME types, got: #{inspect(other)}"
      end

    for {mime, _} <- bundle.data, not is_binary(mime), do: raise(ArgumentError, "expected a MIME type as text, got: #{inspect(mime)}")
    %{bundle | data: Map.put_new_lazy(bundle.data, "text/plain", fn -> inspect(value, options) end)}
  end

  # What the host takes: pairs of texts.
  @doc false
  def encoded(%__MODULE__{data: data}), do: for({mime, form} <- data, do: {mime, form(mime, form)})

  @doc false
  def encoded_metadata(%__MODULE__{metadata: metadata}) when metadata == %{}, do: ""
  def encoded_metadata(%__MODULE__{metadata: metadata}), do: JSON.encode!(metadata)

  defp form(mime, form) do
    cond do
      mime == "application/json" or String.ends_with?(mime, "+json") -> JSON.encode!(form)
      is_binary(form) -> form
      is_list(form) -> IO.iodata_to_binary(form)
      true -> raise ArgumentError, "expected text for #{mime}, got: #{inspect(form)}"
    end
  end

  defimpl Jupyter.Render do
    def to_bundle(bundle), do: bundle
  end

  defimpl String.Chars do
    def to_string(bundle), do: Jupyter.Bundle.of(bundle).data["text/plain"]
  end

  defimpl Inspect do
    def inspect(bundle, _options), do: "#Jupyter.Bundle<#{bundle.data |> Map.keys() |> Enum.sort() |> Enum.join(", ")}>"
  end
end
