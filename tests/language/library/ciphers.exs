# Ciphers and message codes. Sources: NIST SP 800-38A (F.2.1, F.5.1), the GCM specification (test case 3), RFC 8439 (2.8.2), RFC 6070, RFC 4231.
hex = &Base.decode16!(&1, case: :lower)
show = &IO.puts(Base.encode16(&1, case: :lower))

key = hex.("2b7e151628aed2a6abf7158809cf4f3c")
text = hex.("6bc1bee22e409f96e93d7e117393172a")
iv = hex.("000102030405060708090a0b0c0d0e0f")
cbc = :crypto.crypto_one_time(:aes_128_cbc, key, iv, text, true)
show.(cbc) #=> 7649abac8119b246cee98e9b12e9197d
IO.inspect(:crypto.crypto_one_time(:aes_128_cbc, key, iv, cbc, false) == text) #=> true
show.(:crypto.crypto_one_time(:aes_128_ctr, key, hex.("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"), text, true)) #=> 874d6191b620e3261bef6864990db6ce
show.(:crypto.crypto_one_time(:aes_128_ecb, key, text, true)) #=> 3ad77bb40d7a3660a89ecaf32466ef97

padded = :crypto.crypto_one_time(:aes_128_cbc, key, iv, "short", encrypt: true, padding: :pkcs_padding)
IO.inspect({byte_size(padded), :crypto.crypto_one_time(:aes_128_cbc, key, iv, padded, encrypt: false, padding: :pkcs_padding)}) #=> {16, "short"}

key = hex.("feffe9928665731c6d6a8f9467308308")
nonce = hex.("cafebabefacedbaddecaf888")
{sealed, tag} = :crypto.crypto_one_time_aead(:aes_128_gcm, key, nonce, String.duplicate("x", 20), "more", true)
IO.inspect({byte_size(sealed), byte_size(tag)}) #=> {20, 16}
IO.inspect(:crypto.crypto_one_time_aead(:aes_128_gcm, key, nonce, sealed, "more", tag, false)) #=> "xxxxxxxxxxxxxxxxxxxx"
IO.inspect(:crypto.crypto_one_time_aead(:aes_128_gcm, key, nonce, sealed, "less", tag, false)) #=> :error

key = Enum.into(0x80..0x9F, "", &<<&1>>)
sunscreen = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
{_, tag} = :crypto.crypto_one_time_aead(:chacha20_poly1305, key, hex.("070000004041424344454647"), sunscreen, hex.("50515253c0c1c2c3c4c5c6c7"), true)
show.(tag) #=> 1ae10b594f09e26a7e902ecbd0600691

show.(:crypto.pbkdf2_hmac(:sha, "password", "salt", 2, 20)) #=> ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957
state = :crypto.mac_init(:hmac, :sha256, "Jefe")
show.(state |> :crypto.mac_update("what do ya want ") |> :crypto.mac_update("for nothing?") |> :crypto.mac_final())
#=> 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843
IO.inspect(:crypto.hash_info(:sha256)) #=> %{block_size: 64, size: 32, type: 672}
:crypto.crypto_one_time(:aes_128_cbc, "short", iv, text, true) #!> ** (ErlangError) Erlang error: {:badarg, {~c"crypto.c", 0}, ~c"Bad key size"}
IO.inspect({:math.erf(0.5), Float.round(:math.erfc(2), 12)}) #=> {0.5204998778130465, 0.004677734981}
