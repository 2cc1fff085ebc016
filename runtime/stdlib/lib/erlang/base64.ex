defmodule :base64 do
  @moduledoc """
  Base 64, as Erlang programs know it. `Base` is the module for Elixir programs.

      iex> :base64.encode("hello")
      "aGVsbG8="

  """

  @doc "The text for bytes."
  def encode(data), do: Base.encode64(:erlang.iolist_to_binary(data))

  @doc "As `encode/1`, as a charlist."
  def encode_to_string(data), do: :erlang.binary_to_list(encode(data))

  @doc """
  The bytes of a text. White space is passed over; anything else that does not belong there raises `:function_clause`.

  ## Examples

      iex> :base64.decode("aGVs bG8=")
      "hello"

  """
  def decode(text) do
    case Base.decode64(:erlang.iolist_to_binary(text), ignore: :whitespace) do
      {:ok, data} -> data
      :error -> :erlang.error(:function_clause)
    end
  end

  @doc "As `decode/1`, as a charlist."
  def decode_to_string(text), do: :erlang.binary_to_list(decode(text))

  @doc """
  As `decode/1`, passing over whatever does not belong there.

  ## Examples

      iex> :base64.mime_decode("aGV*sbG8=")
      "hello"

  """
  def mime_decode(text) do
    letters = for <<c <- :erlang.iolist_to_binary(text)>>, letter?(c), into: "", do: <<c>>
    {:ok, data} = Base.decode64(binary_part(letters, 0, byte_size(letters) - odd(letters)), padding: false)
    data
  end

  # A single letter at the end holds no whole byte.
  defp odd(letters), do: if(rem(byte_size(letters), 4) == 1, do: 1, else: 0)

  @doc "As `mime_decode/1`, as a charlist."
  def mime_decode_to_string(text), do: :erlang.binary_to_list(mime_decode(text))

  defp letter?(c), do: c in ?A..?Z or c in ?a..?z or c in ?0..?9 or c in [?+, ?/]
end
