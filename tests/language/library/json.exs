# What JSON reads, what it says about what is none, and what it writes.
IO.inspect(JSON.decode(~s( {"b":[1, -2.5e3, "x\\u00e9\\ud83d\\ude00\\n"], "a":{"c":null,"c":true}} )))
#=> {:ok, %{"a" => %{"c" => nil}, "b" => [1, -2500.0, "xé😀\n"]}}
wrong = ["", "01", "1.", "[1,]", "{\"a\":1,}", "{a:1}", "tru", "trux]]]", "\"\\ud83dabcdef", "\"\\ude00\"", "\"\\u12g4\"", "\"a\nb\"", "1e400", "[1] x"]
for text <- wrong, do: IO.inspect(elem(JSON.decode(text), 1))
#=> {:unexpected_end, 0}
#=> {:invalid_byte, 1, 49}
#=> {:unexpected_end, 2}
#=> {:invalid_byte, 3, 93}
#=> {:invalid_byte, 7, 125}
#=> {:invalid_byte, 1, 97}
#=> {:unexpected_end, 3}
#=> {:invalid_byte, 1, 114}
#=> {:invalid_byte, 7, 97}
#=> {:unexpected_sequence, 1, "\\ude00"}
#=> {:unexpected_sequence, 1, "\\u12g4"}
#=> {:invalid_byte, 2, 10}
#=> {:unexpected_sequence, 0, "1.0e400"}
#=> {:invalid_byte, 3, 32}
for bytes <- [<<0xFF>>, <<0xC3>>, <<0xED, 0xA0, 0x80>>, <<0xF0, 0x9F, 0x98>>], do: IO.inspect(elem(JSON.decode("\"" <> bytes <> "\""), 1))
#=> {:invalid_byte, 1, 255}
#=> {:invalid_byte, 2, 34}
#=> {:invalid_byte, 2, 160}
#=> {:invalid_byte, 4, 34}
JSON.decode!("[1 x") #!> ** (JSON.DecodeError) invalid byte 120 at position (byte offset) 3

# More than one slice of work, and deeper than any native stack.
many = for n <- 1..30_000, do: %{"n" => n, "s" => String.duplicate("é", rem(n, 7))}
IO.inspect(JSON.decode!(JSON.encode!(many)) == many) #=> true
deep = String.duplicate("[", 200_000) <> String.duplicate("]", 200_000)
IO.inspect(JSON.encode!(JSON.decode!(deep)) == deep) #=> true

# Own ways to make values.
IO.inspect(JSON.decode("[1, {\"a\": null}] rest", :acc, null: :none, integer: &(&1 <> "!"), object_push: fn k, v, acc -> [{k <> "?", v} | acc] end))
#=> {["1!", %{"a?" => :none}], :acc, " rest"}
IO.inspect(JSON.decode("[1 2]", :acc, null: :none)) #=> {:error, {:invalid_byte, 3, 50}}
IO.inspect(JSON.decode("{\"a\":1,}", :acc, null: :none)) #=> {:error, {:invalid_byte, 7, 125}}

# Writing.
IO.puts(JSON.encode!([nil, :a, "é\"\\\n\x01/", 1.0, 1.0e30, %{:a => 1, "b" => 2, 3 => 4}])) #=> [null,"a","é\"\\\n\u0001/",1.0,1.0e30,{"3":4,"a":1,"b":2}]
IO.puts(JSON.encode!([~D[2024-01-01], ~U[2024-01-01 00:00:00Z], Duration.new!(day: 1)])) #=> ["2024-01-01","2024-01-01T00:00:00Z","P1D"]
JSON.encode!("a" <> <<0xC3, 0x28>>) #!> ** (ErlangError) Erlang error: {:invalid_byte, 40}
IO.puts(JSON.encode!([1, %{2 => 3}], fn v, e -> JSON.protocol_encode(if(is_integer(v), do: v * 2, else: v), e) end)) #=> [2,{"2":6}]

defmodule Shown do
  @derive {JSON.Encoder, only: [:a]}
  defstruct [:z, :a]
end

defmodule Hidden do
  @derive {JSON.Encoder, except: [:a]}
  defstruct [:z, :y, :a]
end

defmodule Mute do
  defstruct [:a]
end

IO.puts(JSON.encode!([struct(Hidden, z: struct(Shown, a: "q"))])) #=> [{"z":{"a":"q"},"y":null}]

try do
  JSON.encode!(%{m: struct(Mute, [])})
rescue
  e in Protocol.UndefinedError -> IO.puts(Exception.message(e) |> String.split("\n") |> hd())
end

#=> protocol JSON.Encoder not implemented for type Mute (a struct), the protocol must be explicitly implemented.
Code.eval_string("defmodule X do\n @derive {JSON.Encoder, only: [:q]}\n defstruct [:z]\nend") #!> ** (ArgumentError) unknown struct fields [:q] specified in :only. Expected one of: [:z]
