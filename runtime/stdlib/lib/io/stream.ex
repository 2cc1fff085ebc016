defmodule IO.Stream do
  @moduledoc """
  A device as a stream, made by `IO.stream/2` and `IO.binstream/2`.

  Enumerating it reads, collecting into it writes. Fields: `:device`, `:raw` (bytes rather than characters) and
  `:line_or_bytes`.
  """

  defstruct device: nil, raw: true, line_or_bytes: :line

  @type t :: %__MODULE__{device: IO.device(), raw: boolean, line_or_bytes: :line | non_neg_integer}

  @doc false
  def __build__(device, raw, line_or_bytes) do
    %IO.Stream{device: device, raw: raw, line_or_bytes: line_or_bytes}
  end
end

defimpl Enumerable, for: IO.Stream do
  def reduce(stream, {:suspend, acc}, fun), do: {:suspended, acc, &reduce(stream, &1, fun)}
  def reduce(_stream, {:halt, acc}, _fun), do: {:halted, acc}

  def reduce(%{device: device, raw: raw, line_or_bytes: unit} = stream, {:cont, acc}, fun) do
    case if(raw, do: IO.each_binstream(device, unit), else: IO.each_stream(device, unit)) do
      {[data], _} -> reduce(stream, fun.(data, acc), fun)
      {:halt, _} -> {:done, acc}
    end
  end

  def count(_stream), do: {:error, __MODULE__}
  def member?(_stream, _term), do: {:error, __MODULE__}
  def slice(_stream), do: {:error, __MODULE__}
end

defimpl Collectable, for: IO.Stream do
  def into(%{device: device, raw: raw} = stream) do
    collector = fn
      :ok, {:cont, data} ->
        if raw, do: IO.binwrite(device, data), else: IO.write(device, data)
        :ok

      :ok, _done_or_halt ->
        stream
    end

    {:ok, collector}
  end
end
