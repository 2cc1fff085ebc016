# What `:erlang.decode_packet/3` takes off the front, as OTP does.
defmodule Packets do
  def show(type, packets, options \\ []) do
    for bytes <- packets, do: IO.inspect(:erlang.decode_packet(type, bytes, options), binaries: :as_strings, charlists: :as_lists)
  end
end

# By a length in front.
Packets.show(1, [<<2, 1, 2, 3>>, <<5, 1>>, ""])
Packets.show(4, [<<0, 0, 0, 11, 1>>, <<0, 0, 0, 10, 1>>, <<255, 255, 255, 255>>], packet_size: 10)
Packets.show(:asn1, [<<48, 130, 0, 1, 1, 9>>, <<31, 129, 5, 2, 1, 1>>, <<48, 133, 0>>, <<48, 130, 1>>])
Packets.show(:cdr, [<<"GIOP", 1, 2, 1, 1, 1, 0, 0, 0, 9, 9>>, <<"GIOP", 1, 2, 0, 1, 0, 0, 0, 2, 9>>, <<"GIOQ", 0::64>>])
Packets.show(:fcgi, [<<1, 1, 0, 1, 0, 2, 1, 0, 7, 7, 8, 9>>])
Packets.show(:tpkt, [<<3, 0, 0, 6, 1, 2, 3>>, <<3, 0, 0, 2, 1>>])
Packets.show(:ssl_tls, [<<22, 3, 1, 0, 2, 1, 2, 3>>, <<128, 5, 1, 3, 1, 7, 7, 8>>])

# Lines, cut or too long.
Packets.show(:line, ["ab\ncd", "ab", ""])
Packets.show(:line, ["abcd\n", "abcd", "abc", "ab", "abc\n"], line_length: 3)
Packets.show(:line, ["abcd\n", "abc\n", "abcd", "abc"], packet_size: 3)
Packets.show(:line, ["ab;c"], line_delimiter: ?;)

# HTTP's first lines.
Packets.show(:http, ["GET / HTTP/1.1\r\nHost: x\r\n", "bad\n"])
Packets.show(:http_bin, ["PATCH * HTTP/1.0\r\n", "GET /\n", "GET /a b HTTP/1.1\r\n", "GET", " GET / HTTP/1.1\r\n"])
Packets.show(:http_bin, ["GET HTTP://x:80/a HTTP/1.1\n", "GET https://x HTTP/1.1\n", "CONNECT x:80 HTTP/1.1\n", "GET x HTTP/1.1\n"])
Packets.show(:http_bin, ["HTTP/1.1 200 OK\r\nx", "HTTP/1.1 404\n", "HTTP/1.1 404x\n", "HTTP/1.1\t 200  So  so \n"])

# Its headers may go on in further lines.
Packets.show(:httph, ["x-foo--bar:  v \r\n\r\n", "HOST: x\n\n"])
Packets.show(:httph_bin, ["Host: x\r\n", "content-TYPE: a\r\n b\r\nc", "A:\r\n \r\n", "a b: c\nd", "\r\nrest", "\r"])
Packets.show(:httph_bin, ["A:x\r\n", "A:xyz", "A:x\r\n\r\n", "A:xy\r\n\r\n"], packet_size: 5)

for {type, options} <- [{:unknown, []}, {3, []}, {1, [:what]}, {:line, [line_delimiter: 256]}] do
  IO.inspect(match?({:error, :badarg}, try(do: :erlang.decode_packet(type, "", options), catch: (kind, reason -> {kind, reason}))))
end

# Two checksums as one.
sums = for first <- ["", "a", "hello"], second <- ["", "b", String.duplicate("\xff", 70_000)] do
  :erlang.adler32_combine(:erlang.adler32(first), :erlang.adler32(second), byte_size(second)) - :erlang.adler32(first <> second)
end

IO.inspect(sums)

#=> {:ok, "\x01\x02", "\x03"}
#=> {:more, 6}
#=> {:more, :undefined}
#=> {:error, :invalid}
#=> {:more, 14}
#=> {:error, :invalid}
#=> {:ok, "0\x82\0\x01\x01", "\t"}
#=> {:ok, "\x1F\x81\x05\x02\x01\x01", ""}
#=> {:more, :undefined}
#=> {:more, :undefined}
#=> {:ok, "GIOP\x01\x02\x01\x01\x01\0\0\0\t", "\t"}
#=> {:more, 14}
#=> {:error, :invalid}
#=> {:ok, "\x01\x01\0\x01\0\x02\x01\0\a\a", "\t"}
#=> {:ok, "\x03\0\0\x06\x01\x02", "\x03"}
#=> {:error, :invalid}
#=> {:ok, {:ssl_tls, [], 22, {3, 1}, "\x01\x02"}, "\x03"}
#=> {:ok, {:ssl_tls, [], 22, {3, 1}, "\x01\0\0\x04\x03\x01\a\a"}, "\b"}
#=> {:ok, "ab\n", "cd"}
#=> {:more, :undefined}
#=> {:more, :undefined}
#=> {:ok, "abc", "d\n"}
#=> {:ok, "abc", "d"}
#=> {:ok, "abc", ""}
#=> {:more, :undefined}
#=> {:ok, "abc", "\n"}
#=> {:error, :invalid}
#=> {:error, :invalid}
#=> {:error, :invalid}
#=> {:more, :undefined}
#=> {:ok, "ab;", "c"}
#=> {:ok, {:http_request, :GET, {:abs_path, [47]}, {1, 1}}, "Host: x\r\n"}
#=> {:ok, {:http_error, [98, 97, 100, 10]}, ""}
#=> {:ok, {:http_request, "PATCH", :*, {1, 0}}, ""}
#=> {:ok, {:http_request, :GET, {:abs_path, "/"}, {0, 9}}, ""}
#=> {:ok, {:http_error, "GET /a b HTTP/1.1\r\n"}, ""}
#=> {:more, :undefined}
#=> {:ok, {:http_error, " GET / HTTP/1.1\r\n"}, ""}
#=> {:ok, {:http_request, :GET, {:absoluteURI, :http, "x", 80, "/a"}, {1, 1}}, ""}
#=> {:ok,
#=>  {:http_request, :GET, {:absoluteURI, :https, "x", :undefined, "/"}, {1, 1}},
#=>  ""}
#=> {:ok, {:http_request, "CONNECT", {:scheme, "x", "80"}, {1, 1}}, ""}
#=> {:ok, {:http_request, :GET, {:abs_path, "x"}, {1, 1}}, ""}
#=> {:ok, {:http_response, {1, 1}, 200, "OK"}, "x"}
#=> {:ok, {:http_response, {1, 1}, 404, ""}, ""}
#=> {:ok, {:http_error, "HTTP/1.1 404x\n"}, ""}
#=> {:ok, {:http_response, {1, 1}, 200, "So  so "}, ""}
#=> {:ok,
#=>  {:http_header, 0, [88, 45, 70, 111, 111, 45, 45, 98, 97, 114],
#=>   [120, 45, 102, 111, 111, 45, 45, 98, 97, 114], [118, 32]}, "\r\n"}
#=> {:ok, {:http_header, 14, :Host, [72, 79, 83, 84], [120]}, "\n"}
#=> {:more, :undefined}
#=> {:ok, {:http_header, 42, :"Content-Type", "content-TYPE", "a\r\n b"}, "c"}
#=> {:more, :undefined}
#=> {:ok, {:http_error, "a b: c\n"}, "d"}
#=> {:ok, :http_eoh, "rest"}
#=> {:more, :undefined}
#=> {:more, :undefined}
#=> {:error, :invalid}
#=> {:ok, {:http_header, 0, "A", "A", "x"}, "\r\n"}
#=> {:error, :invalid}
#=> true
#=> true
#=> true
#=> true
#=> [0, 0, 0, 0, 0, 0, 0, 0, 0]
