defmodule :unicode do
  @moduledoc """
  Conversion between encodings, and normal forms.

  `characters_to_binary/1,2,3` and `characters_to_list/1,2` and the four `characters_to_nf*_binary/1` are natives; this
  module adds what can be said in terms of them.
  """

  @doc """
  The canonical composed form as a list of characters.

  ## Examples

      iex> :unicode.characters_to_nfc_list(~c"e\\u0301")
      ~c"é"

  """
  @spec characters_to_nfc_list(iodata) :: charlist | {:error, charlist, term}
  def characters_to_nfc_list(chars), do: to_list(:unicode.characters_to_nfc_binary(chars))

  @doc """
  The canonical decomposed form as a list of characters.
  """
  @spec characters_to_nfd_list(iodata) :: charlist | {:error, charlist, term}
  def characters_to_nfd_list(chars), do: to_list(:unicode.characters_to_nfd_binary(chars))

  @doc """
  The compatibility composed form as a list of characters.
  """
  @spec characters_to_nfkc_list(iodata) :: charlist | {:error, charlist, term}
  def characters_to_nfkc_list(chars), do: to_list(:unicode.characters_to_nfkc_binary(chars))

  @doc """
  The compatibility decomposed form as a list of characters.
  """
  @spec characters_to_nfkd_list(iodata) :: charlist | {:error, charlist, term}
  def characters_to_nfkd_list(chars), do: to_list(:unicode.characters_to_nfkd_binary(chars))

  defp to_list(binary) when is_binary(binary), do: :unicode.characters_to_list(binary)
  defp to_list({:error, done, rest}), do: {:error, to_list(done), rest}

  @doc """
  Which encoding a byte order mark at the start announces, and how many bytes it takes; `{:latin1, 0}` without one.

  ## Examples

      iex> :unicode.bom_to_encoding(<<0xEF, 0xBB, 0xBF, "x">>)
      {:utf8, 3}

  """
  @spec bom_to_encoding(binary) :: {atom | {atom, :big | :little}, non_neg_integer}
  def bom_to_encoding(<<0xEF, 0xBB, 0xBF, _::binary>>), do: {:utf8, 3}
  def bom_to_encoding(<<0, 0, 0xFE, 0xFF, _::binary>>), do: {{:utf32, :big}, 4}
  def bom_to_encoding(<<0xFF, 0xFE, 0, 0, _::binary>>), do: {{:utf32, :little}, 4}
  def bom_to_encoding(<<0xFE, 0xFF, _::binary>>), do: {{:utf16, :big}, 2}
  def bom_to_encoding(<<0xFF, 0xFE, _::binary>>), do: {{:utf16, :little}, 2}
  def bom_to_encoding(bytes) when is_binary(bytes), do: {:latin1, 0}

  @doc """
  The byte order mark of an encoding.
  """
  @spec encoding_to_bom(term) :: binary
  def encoding_to_bom(encoding) when encoding in [:utf8, :unicode], do: <<0xEF, 0xBB, 0xBF>>
  def encoding_to_bom(encoding) when encoding in [:utf16, {:utf16, :big}], do: <<0xFE, 0xFF>>
  def encoding_to_bom({:utf16, :little}), do: <<0xFF, 0xFE>>
  def encoding_to_bom(encoding) when encoding in [:utf32, {:utf32, :big}], do: <<0, 0, 0xFE, 0xFF>>
  def encoding_to_bom({:utf32, :little}), do: <<0xFF, 0xFE, 0, 0>>
  def encoding_to_bom(:latin1), do: <<>>
end
