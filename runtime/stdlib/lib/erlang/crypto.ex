defmodule :crypto do
  @moduledoc """
  Arithmetic for cryptography. Digests and random bytes are natives.
  """

  import Bitwise

  @doc """
  `base` to the power of `exponent`, modulo `modulus`, as bytes, most significant first.

  Numbers may be given as integers or as such bytes.

  ## Examples

      iex> :crypto.mod_pow(5, 117, 19) |> :binary.decode_unsigned()
      1

  """
  @spec mod_pow(binary | integer, binary | integer, binary | integer) :: binary | :error
  def mod_pow(base, exponent, modulus) do
    case {number(base), number(exponent), number(modulus)} do
      {_base, _exponent, 0} -> :error
      {base, exponent, modulus} -> :binary.encode_unsigned(power(rem(base, modulus), exponent, modulus, rem(1, modulus)))
    end
  end

  defp number(integer) when is_integer(integer) and integer >= 0, do: integer
  defp number(bytes) when is_binary(bytes), do: :binary.decode_unsigned(bytes)

  # Square and multiply, from the lowest bit of the exponent on.
  defp power(_base, 0, _modulus, product), do: product

  defp power(base, exponent, modulus, product) do
    product = if (exponent &&& 1) == 1, do: rem(product * base, modulus), else: product
    power(rem(base * base, modulus), exponent >>> 1, modulus, product)
  end

  @doc """
  The integer that bytes hold, most significant first.

  ## Examples

      iex> :crypto.bytes_to_integer(<<1, 0>>)
      256

  """
  @spec bytes_to_integer(binary) :: non_neg_integer
  def bytes_to_integer(bytes), do: :binary.decode_unsigned(bytes)
end
