defmodule File.Stream do
  @moduledoc """
  A file as a stream, made by `File.stream!/3`.

  It opens the file each time it is enumerated, and is collected into by writing the file anew. Fields: `:path`,
  `:modes`, `:line_or_bytes`, `:raw` and `:node`.
  """

  defstruct path: nil, modes: [], line_or_bytes: :line, raw: true, node: nil

  @type t :: %__MODULE__{}

  @doc false
  def __build__(path, line_or_bytes, modes) do
    raw = not :lists.keymember(:encoding, 1, modes)

    modes =
      cond do
        not raw -> modes ++ [:binary]
        :lists.keymember(:read_ahead, 1, modes) -> [:raw | modes -- [read_ahead: false]] ++ [:binary]
        true -> [:raw, :read_ahead | modes] ++ [:binary]
      end

    %File.Stream{path: path, modes: modes, raw: raw, line_or_bytes: line_or_bytes, node: node()}
  end
end

defimpl Enumerable, for: File.Stream do
  def reduce(stream, {:halt, acc}, _fun) do
    _ = stream
    {:halted, acc}
  end

  def reduce(stream, acc, fun) do
    modes = for mode <- stream.modes, mode not in [:write, :append, :trim_bom], not read_offset?(mode), do: mode

    case :file.open(stream.path, [:read | modes]) do
      {:ok, device} ->
        skip_start(device, stream)
        each(device, stream, acc, fun)

      {:error, reason} ->
        raise File.Error, reason: reason, action: "stream", path: stream.path
    end
  end

  # The file is closed whichever way the reading ends.
  defp each(device, _, {:halt, acc}, _) do
    :file.close(device)
    {:halted, acc}
  end

  defp each(device, stream, {:suspend, acc}, fun), do: {:suspended, acc, &each(device, stream, &1, fun)}

  defp each(device, stream, {:cont, acc}, fun) do
    try do
      case next(device, stream) do
        :done -> :done
        {:ok, data} -> {:ok, fun.(data, acc)}
      end
    catch
      kind, reason ->
        :file.close(device)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      {:ok, command} ->
        each(device, stream, command, fun)

      :done ->
        :file.close(device)
        {:done, acc}
    end
  end

  defp next(device, %{raw: true, line_or_bytes: unit}) do
    case if(unit == :line, do: :file.read_line(device), else: :file.read(device, unit)) do
      {:ok, data} -> {:ok, data}
      :eof -> :done
      {:error, reason} -> raise IO.StreamError, reason: reason
    end
  end

  defp next(device, %{line_or_bytes: unit}) do
    case IO.read(device, unit) do
      :eof -> :done
      {:error, reason} -> raise IO.StreamError, reason: reason
      data -> {:ok, data}
    end
  end

  # The mark is looked for in the bytes, whatever encoding the device is set to.
  defp skip_start(device, %{modes: modes, path: path}) do
    bom = if :trim_bom in modes, do: bom_size(path), else: 0

    case bom + Keyword.get(for({_, _} = mode <- modes, do: mode), :read_offset, 0) do
      0 -> :ok
      offset -> {:ok, _} = :file.position(device, offset)
    end
  end

  defp read_offset?({:read_offset, _}), do: true
  defp read_offset?(_), do: false

  defp bom_size(path) do
    {:ok, raw} = :file.open(path, [:read, :raw, :binary])

    size =
      case :file.read(raw, 4) do
        {:ok, bytes} -> elem(:unicode.bom_to_encoding(bytes), 1)
        _ -> 0
      end

    :ok = :file.close(raw)
    size
  end

  def count(%{modes: modes, line_or_bytes: :line, path: path, raw: raw} = stream) do
    _ = {modes, path, raw}
    {:ok, Enum.reduce(stream, 0, fn _, count -> count + 1 end)}
  end

  def count(%{path: path, line_or_bytes: bytes, raw: true, modes: modes}) do
    case File.stat(path) do
      {:ok, %{size: 0}} -> {:error, __MODULE__}
      {:ok, %{size: size}} -> counted(div(size + bytes - 1, bytes), modes)
      {:error, reason} -> raise File.Error, reason: reason, action: "stream", path: path
    end
  end

  def count(_), do: {:error, __MODULE__}

  defp counted(pieces, modes) do
    if :trim_bom in modes or :lists.any(&read_offset?/1, modes), do: {:error, __MODULE__}, else: {:ok, pieces}
  end

  def member?(_stream, _term), do: {:error, __MODULE__}
  def slice(_stream), do: {:error, __MODULE__}
end

defimpl Collectable, for: File.Stream do
  def into(%{path: path, modes: modes, raw: raw} = stream) do
    modes = for mode <- modes, mode not in [:read, :trim_bom], not match?({:read_offset, _}, mode), do: mode

    case :file.open(path, [:write | modes]) do
      {:ok, device} -> {:ok, collector(device, stream, raw)}
      {:error, reason} -> raise File.Error, reason: reason, action: "stream", path: path
    end
  end

  defp collector(device, stream, raw) do
    fn
      :ok, {:cont, data} ->
        if raw, do: raw_write(device, data), else: IO.write(device, data)
        :ok

      :ok, :done ->
        _ = :file.close(device)
        stream

      :ok, :halt ->
        _ = :file.close(device)
        :ok
    end
  end

  defp raw_write(device, data) do
    case :file.write(device, data) do
      :ok -> :ok
      {:error, reason} -> raise IO.StreamError, reason: reason
    end
  end
end
