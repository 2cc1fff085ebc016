defmodule Base do
  @moduledoc """
  Bytes as text in few characters, and back.

  Base 16 writes a byte as two hexadecimal digits, base 32 five bytes as eight characters, base 64 three bytes as four.
  For base 64 there is a second alphabet whose characters mean nothing in URLs and file names; for base 32 one whose
  texts sort as the bytes do (`hex_encode32/2`).

      iex> Base.encode64("jovial")
      "am92aWFs"
      iex> Base.decode64("am92aWFs")
      {:ok, "jovial"}

  Decoding gives `{:ok, binary}` or `:error`; the functions with `!` raise `ArgumentError`. The alphabets are those of
  RFC 4648.
  """

  @type encode_case :: :upper | :lower
  @type decode_case :: :upper | :lower | :mixed

  # Characters by value, as tuples for constant access.
  # Characters by value. Those with one case are in upper case here.
  @letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  @digits "0123456789"
  @hex @digits <> "ABCDEF"
  @base32 @letters <> "234567"
  @hex32 @digits <> "ABCDEFGHIJKLMNOPQRSTUV"

  lower = fn text -> for <<char <- text>>, into: "", do: <<if(char in ?A..?Z, do: char + 32, else: char)>> end
  @base64 @letters <> lower.(@letters) <> @digits <> "+/"
  @url64 @letters <> lower.(@letters) <> @digits <> "-_"

  # The value of each of 256 characters, for `:jovial_base.decode/3`; several alphabets may count.
  values = fn alphabets ->
    known = for alphabet <- alphabets, {char, value} <- Enum.with_index(:binary.bin_to_list(alphabet)), into: %{}, do: {char, value}
    for char <- 0..255, into: "", do: <<Map.get(known, char, 255)>>
  end

  # ## Base 16

  @doc """
  Encodes in hexadecimal. Option: `:case`, `:upper` (the default) or `:lower`.

  ## Examples

      iex> Base.encode16(<<0, 255, 16>>)
      "00FF10"
      iex> Base.encode16(<<255>>, case: :lower)
      "ff"

  """
  @spec encode16(binary, case: encode_case) :: binary
  def encode16(data, opts \\ []) when is_binary(data) do
    :jovial_base.encode(data, hex(Keyword.get(opts, :case, :upper)))
  end

  defp hex(:upper), do: @hex
  defp hex(:lower), do: unquote(lower.(@hex))

  @doc """
  Decodes hexadecimal. Option: `:case`, `:upper` (the default), `:lower` or `:mixed`.

  ## Examples

      iex> Base.decode16("00FF")
      {:ok, <<0, 255>>}
      iex> Base.decode16("00ff")
      :error
      iex> Base.decode16("00fF", case: :mixed)
      {:ok, <<0, 255>>}

  """
  @spec decode16(binary, case: decode_case) :: {:ok, binary} | :error
  def decode16(string, opts \\ []), do: attempt(fn -> decode16!(string, opts) end)

  @doc """
  As `decode16/2`, raising `ArgumentError`.

  ## Examples

      iex> Base.decode16!("4A")
      "J"

  """
  @spec decode16!(binary, case: decode_case) :: binary
  def decode16!(string, opts \\ [])

  def decode16!(string, opts) when is_binary(string) and rem(byte_size(string), 2) == 0 do
    decode(string, hex_values(Keyword.get(opts, :case, :upper)), 4)
  end

  def decode16!(string, _opts) when is_binary(string) do
    raise ArgumentError,
          "string given to decode has wrong length. An even number of bytes was expected, got: #{byte_size(string)}. " <>
            "Double check your string for unwanted characters or pad it accordingly"
  end

  defp hex_values(:upper), do: unquote(values.([@hex]))
  defp hex_values(:lower), do: unquote(values.([lower.(@hex)]))
  defp hex_values(:mixed), do: unquote(values.([@hex, lower.(@hex)]))

  defp decode(text, values, width) do
    case :jovial_base.decode(text, values, width) do
      bytes when is_binary(bytes) -> bytes
      char -> bad_character(char)
    end
  end

  defp bad_character(char) do
    raise ArgumentError,
          "non-alphabet character found: #{inspect(<<char>>, binaries: :as_strings)} (byte #{char})"
  end

  defp attempt(fun) do
    {:ok, fun.()}
  rescue
    ArgumentError -> :error
  end

  # ## Base 64

  @doc """
  Encodes in base 64. Option: `:padding`, whether `=` fills up the end, `true` by default.

  ## Examples

      iex> Base.encode64("any")
      "YW55"
      iex> Base.encode64("anyt")
      "YW55dA=="
      iex> Base.encode64("anyt", padding: false)
      "YW55dA"

  """
  @spec encode64(binary, padding: boolean) :: binary
  def encode64(data, opts \\ []) when is_binary(data) do
    encode_bits(data, 6, @base64, Keyword.get(opts, :padding, true))
  end

  @doc """
  Encodes in base 64 for URLs and file names. Option: `:padding`.

  ## Examples

      iex> Base.url_encode64(<<251, 255>>)
      "-_8="

  """
  @spec url_encode64(binary, padding: boolean) :: binary
  def url_encode64(data, opts \\ []) when is_binary(data) do
    encode_bits(data, 6, @url64, Keyword.get(opts, :padding, true))
  end

  # `width` bits make a character. A group is as many characters as make whole bytes.
  defp encode_bits(data, width, alphabet, padding?) do
    group = if width == 6, do: 4, else: 8
    text = :jovial_base.encode(data, alphabet)
    fill = rem(group - rem(byte_size(text), group), group)
    if padding? and fill > 0, do: text <> :binary.copy("=", fill), else: text
  end

  @doc """
  Decodes base 64. Options: `:padding`, whether the end must be filled up, `true` by default; `:ignore`, which is
  `:whitespace` to skip spaces and line ends.

  ## Examples

      iex> Base.decode64("YW55dA==")
      {:ok, "anyt"}
      iex> Base.decode64("YW55dA")
      :error
      iex> Base.decode64("YW55dA", padding: false)
      {:ok, "anyt"}
      iex> Base.decode64("YW 55\\n", ignore: :whitespace)
      {:ok, "any"}

  """
  @spec decode64(binary, ignore: :whitespace, padding: boolean) :: {:ok, binary} | :error
  def decode64(string, opts \\ []) when is_binary(string), do: attempt(fn -> decode64!(string, opts) end)

  @doc """
  As `decode64/2`, raising `ArgumentError`.

  ## Examples

      iex> Base.decode64!("eA==")
      "x"

  """
  @spec decode64!(binary, ignore: :whitespace, padding: boolean) :: binary
  def decode64!(string, opts \\ []) when is_binary(string), do: decode_bits(string, 6, unquote(values.([@base64])), opts)

  @doc """
  Decodes base 64 for URLs and file names; options as for `decode64/2`.

  ## Examples

      iex> Base.url_decode64("-_8=")
      {:ok, <<251, 255>>}

  """
  @spec url_decode64(binary, ignore: :whitespace, padding: boolean) :: {:ok, binary} | :error
  def url_decode64(string, opts \\ []) when is_binary(string), do: attempt(fn -> url_decode64!(string, opts) end)

  @doc """
  As `url_decode64/2`, raising `ArgumentError`.

  ## Examples

      iex> Base.url_decode64!("_w==")
      <<255>>

  """
  @spec url_decode64!(binary, ignore: :whitespace, padding: boolean) :: binary
  def url_decode64!(string, opts \\ []) when is_binary(string), do: decode_bits(string, 6, unquote(values.([@url64])), opts)

  defp decode_bits(string, width, values, opts) do
    string = if Keyword.get(opts, :ignore) == :whitespace, do: without_space(string), else: string
    group = if width == 6, do: 4, else: 8
    padding? = Keyword.get(opts, :padding, true)
    stripped = if rem(byte_size(string), group) == 0, do: without_fill(string, group), else: string

    if padding? and rem(byte_size(string), group) != 0 do
      # A foreign character in what comes in full groups of eight is told before that.
      decode(binary_part(string, 0, byte_size(string) - rem(byte_size(string), 8)), values, width)
      raise ArgumentError, "incorrect padding"
    end

    bytes = decode(stripped, values, width)

    # A character too many can't be: it would hold no whole byte.
    if rem(byte_size(stripped) * width, 8) >= width, do: raise(ArgumentError, "incorrect padding")
    bytes
  end

  defp without_space(string), do: for(<<char <- string>>, char not in ~c"\s\t\r\n", into: "", do: <<char>>)

  # Only as many as a last group can have.
  defp without_fill(string, group), do: strip_fill(string, if(group == 4, do: 2, else: 6))

  defp strip_fill(string, most) do
    size = byte_size(string) - 1

    case string do
      <<rest::binary-size(size), ?=>> when most > 0 -> strip_fill(rest, most - 1)
      _ -> string
    end
  end

  # ## Base 32

  @doc """
  Encodes in base 32. Options: `:case`, `:upper` or `:lower`; `:padding`.

  ## Examples

      iex> Base.encode32("jovial")
      "NJXXM2LBNQ======"

  """
  @spec encode32(binary, case: encode_case, padding: boolean) :: binary
  def encode32(data, opts \\ []) when is_binary(data), do: encode_bits(data, 5, base32(Keyword.get(opts, :case, :upper)), Keyword.get(opts, :padding, true))

  @doc """
  Encodes in base 32 with an alphabet that keeps the order of the bytes. Options as for `encode32/2`.

  ## Examples

      iex> Base.hex_encode32("jovial")
      "D9NNCQB1DG======"

  """
  @spec hex_encode32(binary, case: encode_case, padding: boolean) :: binary
  def hex_encode32(data, opts \\ []) when is_binary(data) do
    encode_bits(data, 5, hex32(Keyword.get(opts, :case, :upper)), Keyword.get(opts, :padding, true))
  end

  defp base32(:upper), do: @base32
  defp base32(:lower), do: unquote(lower.(@base32))

  defp hex32(:upper), do: @hex32
  defp hex32(:lower), do: unquote(lower.(@hex32))

  @doc """
  Decodes base 32. Options: `:case`, `:upper`, `:lower` or `:mixed`; `:padding`.

  ## Examples

      iex> Base.decode32("NJXXM2LBNQ======")
      {:ok, "jovial"}
      iex> Base.decode32("njxxm2lbnq", case: :lower, padding: false)
      {:ok, "jovial"}

  """
  @spec decode32(binary, case: decode_case, padding: boolean) :: {:ok, binary} | :error
  def decode32(string, opts \\ []) when is_binary(string), do: attempt(fn -> decode32!(string, opts) end)

  @doc """
  As `decode32/2`, raising `ArgumentError`.

  ## Examples

      iex> Base.decode32!("PA======")
      "x"

  """
  @spec decode32!(binary, case: decode_case, padding: boolean) :: binary
  def decode32!(string, opts \\ []) when is_binary(string) do
    decode_bits(string, 5, base32_values(Keyword.get(opts, :case, :upper)), Keyword.delete(opts, :ignore))
  end

  @doc """
  Decodes what `hex_encode32/2` made; options as for `decode32/2`.

  ## Examples

      iex> Base.hex_decode32("D9NNCQB1DG======")
      {:ok, "jovial"}

  """
  @spec hex_decode32(binary, case: decode_case, padding: boolean) :: {:ok, binary} | :error
  def hex_decode32(string, opts \\ []) when is_binary(string), do: attempt(fn -> hex_decode32!(string, opts) end)

  @doc """
  As `hex_decode32/2`, raising `ArgumentError`.

  ## Examples

      iex> Base.hex_decode32!("F0======")
      "x"

  """
  @spec hex_decode32!(binary, case: decode_case, padding: boolean) :: binary
  def hex_decode32!(string, opts \\ []) when is_binary(string) do
    decode_bits(string, 5, hex32_values(Keyword.get(opts, :case, :upper)), Keyword.delete(opts, :ignore))
  end

  defp base32_values(:upper), do: unquote(values.([@base32]))
  defp base32_values(:lower), do: unquote(values.([lower.(@base32)]))
  defp base32_values(:mixed), do: unquote(values.([@base32, lower.(@base32)]))

  defp hex32_values(:upper), do: unquote(values.([@hex32]))
  defp hex32_values(:lower), do: unquote(values.([lower.(@hex32)]))
  defp hex32_values(:mixed), do: unquote(values.([@hex32, lower.(@hex32)]))
end
