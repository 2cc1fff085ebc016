defmodule :crypto do
  @moduledoc """
  Arithmetic for cryptography, message codes made piece by piece, and what there is. Digests, ciphers and random bytes are natives.

  Ciphers are AES (`:aes_128_cbc`, `:aes_256_ctr`, `:aes_128_ecb` and the like), with authentication `:aes_128_gcm`, `:aes_192_gcm`, `:aes_256_gcm` and
  `:chacha20_poly1305`, and `:chacha20`. A cipher takes a whole message. There are no public keys here.

      iex> key = :binary.copy("k", 16)
      iex> {secret, tag} = :crypto.crypto_one_time_aead(:aes_128_gcm, key, "nonce, 12 by", "message", "", true)
      iex> :crypto.crypto_one_time_aead(:aes_128_gcm, key, "nonce, 12 by", secret, "", tag, false)
      "message"
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

  # ## Message codes

  @doc """
  Begins a message code over data that comes piece by piece.

  ## Examples

      iex> state = :crypto.mac_init(:hmac, :sha, "key") |> :crypto.mac_update("one ") |> :crypto.mac_update("two")
      iex> :crypto.mac_final(state) == :crypto.mac(:hmac, :sha, "key", "one two")
      true

  """
  @spec mac_init(:hmac, atom, iodata) :: term
  def mac_init(:hmac, digest, key) do
    # Fails now if there is no such digest.
    _ = :crypto.hash_init(digest)
    {:hmac, digest, :erlang.iolist_to_binary(key), []}
  end

  @doc "Goes on with a message code."
  @spec mac_update(term, iodata) :: term
  def mac_update({:hmac, digest, key, data}, more), do: {:hmac, digest, key, [data | :erlang.iolist_to_binary(more)]}

  @doc "Ends a message code."
  @spec mac_final(term) :: binary
  def mac_final({:hmac, digest, key, data}), do: :crypto.mac(:hmac, digest, key, data)

  @doc "As `mac_final/1`, cut to so many bytes."
  @spec mac_finalN(term, pos_integer) :: binary
  def mac_finalN({:hmac, digest, key, data}, size), do: :crypto.macN(:hmac, digest, key, data, size)

  @doc """
  A key made from a password, as PKCS #5 has it (RFC 8018): the more iterations, the longer it takes to try passwords.

  ## Examples

      iex> :crypto.pbkdf2_hmac(:sha256, "password", "salt", 2, 8) |> Base.encode16(case: :lower)
      "ae4d0c95af6b46d3"

  """
  @spec pbkdf2_hmac(atom, iodata, iodata, pos_integer, pos_integer) :: binary
  def pbkdf2_hmac(digest, password, salt, iterations, size) when iterations > 0 and size > 0 do
    %{size: bytes} = hash_info(digest)
    blocks = for number <- 1..div(size + bytes - 1, bytes), do: derived(digest, password, [salt, <<number::32>>], iterations)
    :binary.part(:erlang.iolist_to_binary(blocks), 0, size)
  end

  defp derived(digest, password, data, iterations) do
    first = :crypto.mac(:hmac, digest, password, data)
    derived(digest, password, first, :binary.decode_unsigned(first), iterations - 1, byte_size(first) * 8)
  end

  defp derived(_digest, _password, _last, sum, 0, bits), do: <<sum::size(bits)>>

  defp derived(digest, password, last, sum, iterations, bits) do
    next = :crypto.mac(:hmac, digest, password, last)
    derived(digest, password, next, bxor(sum, :binary.decode_unsigned(next)), iterations - 1, bits)
  end

  # ## What there is

  @hashes [
    md5: {64, 16, 4}, sha: {64, 20, 64}, sha224: {64, 28, 675}, sha256: {64, 32, 672}, sha384: {128, 48, 673}, sha512: {128, 64, 674},
    sha3_224: {144, 28, 1096}, sha3_256: {136, 32, 1097}, sha3_384: {104, 48, 1098}, sha3_512: {72, 64, 1099}
  ]

  @doc """
  What is known of a digest: the bytes of its blocks, of what it gives, and the number that OpenSSL has for it.

  ## Examples

      iex> :crypto.hash_info(:sha512)
      %{block_size: 128, size: 64, type: 674}

  """
  @spec hash_info(atom) :: map
  def hash_info(digest) do
    case :lists.keyfind(digest, 1, @hashes) do
      {_, {block, size, type}} -> %{block_size: block, size: size, type: type}
      false -> :erlang.error({:badarg, {~c"hash.c", 0}, ~c"Bad digest type"})
    end
  end

  @ciphers for(bits <- [128, 192, 256], mode <- [:cbc, :ctr, :ecb, :gcm], do: :"aes_#{bits}_#{mode}") ++
             [:aes_cbc, :aes_ctr, :aes_ecb, :aes_gcm, :chacha20, :chacha20_poly1305]

  @doc """
  What is known of a cipher.

  ## Examples

      iex> :crypto.cipher_info(:aes_128_cbc)
      %{block_size: 16, iv_length: 16, key_length: 16, mode: :cbc_mode, prop_aead: false, type: :undefined}

  """
  @spec cipher_info(atom) :: map
  def cipher_info(cipher) when cipher in @ciphers do
    {key, mode} =
      case String.split(Atom.to_string(cipher), "_") do
        ["aes", bits, mode] -> {div(String.to_integer(bits), 8), mode}
        ["aes", mode] -> {16, mode}
        ["chacha20" | _] -> {32, "stream_cipher"}
      end

    aead? = mode == "gcm" or cipher == :chacha20_poly1305
    mode_name = if mode == "stream_cipher", do: :stream_cipher, else: :erlang.binary_to_atom(mode <> "_mode")
    iv = if aead?, do: 12, else: if(mode == "ecb", do: 0, else: 16)
    %{block_size: if(mode in ["cbc", "ecb"], do: 16, else: 1), iv_length: iv, key_length: key, mode: mode_name, prop_aead: aead?, type: :undefined}
  end

  @doc """
  What there is, by kinds.

  ## Examples

      iex> :crypto.supports()[:macs]
      [:hmac]

  """
  @spec supports() :: keyword
  def supports do
    for kind <- [:hashs, :ciphers, :kems, :public_keys, :macs, :curves, :rsa_opts], do: {kind, supports(kind)}
  end

  @doc "What there is of one kind."
  @spec supports(atom) :: [atom]
  def supports(:hashs), do: Keyword.keys(@hashes)
  def supports(:ciphers), do: @ciphers
  def supports(:macs), do: [:hmac]
  def supports(kind) when kind in [:kems, :public_keys, :curves, :rsa_opts], do: []

  @doc """
  A random integer from the first number up to, but not, the second.

  ## Examples

      iex> :crypto.rand_uniform(5, 7) in 5..6
      true

  """
  @spec rand_uniform(integer, integer) :: integer
  def rand_uniform(low, high) when is_integer(low) and is_integer(high) and low < high do
    width = high - low
    bytes = byte_size(:binary.encode_unsigned(width)) + 8
    low + rem(:binary.decode_unsigned(:crypto.strong_rand_bytes(bytes)), width)
  end

  @doc "The libraries behind this module."
  @spec info_lib() :: [{binary, non_neg_integer, binary}]
  def info_lib, do: [{"RustCrypto", 0, "RustCrypto"}]

  @doc "Whether the standard FIPS 140 is kept to, which is never so."
  @spec info_fips() :: :not_supported
  def info_fips, do: :not_supported

  @doc "Ends the application, which has nothing to end."
  @spec stop() :: :ok
  def stop, do: :ok
end
