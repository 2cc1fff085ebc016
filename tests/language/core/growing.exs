# Binaries that grow at their end and are taken apart from their front, where the machine does neither from scratch.
defmodule Growing do
  def times(0, acc, _), do: acc
  def times(n, acc, part), do: times(n - 1, acc <> part, part)

  # Every step's value stays what it was.
  def steps(0, acc), do: [acc]
  def steps(n, acc), do: [acc | steps(n - 1, acc <> <<rem(n, 256)>>)]

  def sum(<<byte, rest::binary>>, acc), do: sum(rest, acc + byte)
  def sum(<<>>, acc), do: acc

  def words(<<>>, word, all), do: Enum.reverse([word | all])
  def words(<<?\s, rest::binary>>, word, all), do: words(rest, "", [word | all])
  def words(<<char::utf8, rest::binary>>, word, all), do: words(rest, <<word::binary, char::utf8>>, all)

  # The rest is wanted by the failing clause alone.
  def only_a(<<?a, rest::binary>>), do: only_a(rest)
  def only_a(<<>>), do: :ok

  # What stands before the first colon, and what behind it.
  def split(text), do: split(text, text, 0)
  def split(<<?:, rest::binary>>, all, size), do: {binary_part(all, 0, size), rest}
  def split(<<_, rest::binary>>, all, size), do: split(rest, all, size + 1)
  def split(<<>>, all, _), do: {all, ""}

  # A state that looks again at the same place.
  def states(bin, :start) when is_binary(bin), do: states(bin, :word)
  def states(<<?\s, rest::binary>>, :word), do: [:space | states(rest, :start)]
  def states(<<_, rest::binary>>, :word), do: states(rest, :word)
  def states(<<>>, _), do: []

  def bits(<<bit::1, rest::bits>>, acc), do: bits(rest, [bit | acc])
  def bits(<<>>, acc), do: Enum.reverse(acc)

  def pairs(<<size, part::binary-size(size), rest::binary>>), do: [part | pairs(rest)]
  def pairs(other), do: {:rest, other}
end

long = Growing.times(100, "", "ab")
IO.inspect({byte_size(long), binary_part(long, 190, 10)}) #=> {200, "ababababab"}
# Two ends of one beginning
one = long <> "one"
two = long <> "two"
IO.inspect({binary_part(one, 198, 5), binary_part(two, 198, 5), byte_size(long)}) #=> {"abone", "abtwo", 200}
more = Growing.times(50, one, "!")
IO.inspect({binary_part(one, 200, 3), binary_part(more, 200, 5), byte_size(two <> more)}) #=> {"one", "one!!", 456}
steps = Growing.steps(300, "")
IO.inspect(Enum.map(steps, &byte_size/1) == Enum.to_list(0..300)) #=> true
IO.inspect(Enum.all?(Enum.zip(steps, tl(steps)), fn {short, long} -> String.starts_with?(long, short) end)) #=> true
# What another process got does not grow with it
me = self()
half = Enum.at(steps, 200)
child = spawn(fn -> receive do text -> send(me, {byte_size(text <> "more"), text}) end end)
send(child, half)
IO.inspect(byte_size(Growing.times(3, half, "xyz"))) #=> 209
receive do {size, text} -> IO.inspect({size, text == half}) end #=> {204, true}
IO.inspect(Enum.map([one, two], &:erlang.phash2/1) == Enum.map([long <> "one", long <> "two"], &:erlang.phash2/1)) #=> true

IO.inspect(Growing.sum(long, 0)) #=> 19500
IO.inspect(Growing.words("über den  Fluß", "", [])) #=> ["über", "den", "", "Fluß"]
IO.inspect(Growing.split("key:value:x")) #=> {"key", "value:x"}
IO.inspect(Growing.split("none")) #=> {"none", ""}
IO.inspect(Growing.states("ab c d", :start)) #=> [:space, :space]
IO.inspect(Growing.bits(<<5::4>>, [])) #=> [0, 1, 0, 1]
IO.inspect(Growing.pairs(<<1, "a", 2, "bc", 9, "d">>)) #=> ["a", "bc" | {:rest, "\td"}]
IO.inspect(byte_size(for <<byte <- long>>, byte == ?a, into: "", do: <<byte + 1>>)) #=> 100
try do
  Growing.only_a("aab")
rescue
  error -> IO.puts(Exception.message(error)) #=> no function clause matching in Growing.only_a/1
after
  :ok
end
try do
  Growing.only_a("aab")
rescue
  _ -> IO.inspect(Enum.take(hd(__STACKTRACE__) |> Tuple.to_list(), 3)) #=> [Growing, :only_a, ["b"]]
end
try do
  Growing.words(<<"ab", 255>>, "", [])
rescue
  _ -> IO.inspect(elem(hd(__STACKTRACE__), 2)) #=> [<<255>>, "ab", []]
end

# Maps and structs whose keys are known share them, whatever the values
defmodule Growing.Point do
  defstruct x: 0, y: 0, name: nil
  def at(x, y), do: %__MODULE__{y: y, x: x}
end
IO.inspect(Map.from_struct(Growing.Point.at(1, [2]))) #=> %{name: nil, x: 1, y: [2]}
make = fn a -> %{b: a, a: {a}, c: 3} end
IO.inspect({make.(1), make.(:x) == %{a: {:x}, b: :x, c: 3}, map_size(make.(2))}) #=> {%{a: {1}, b: 1, c: 3}, true, 3}

# A rest that is all there is stays what it was when the string grows on.
whole = Growing.times(200, "", "ab")
<<rest::binary>> = whole
IO.inspect({byte_size(whole <> "c"), byte_size(rest), rest == whole}) #=> {401, 400, true}

# Constants and variables for the same byte, in any order of clauses.
defmodule Lexer do
  def one(<<"\\n", rest::binary>>), do: {:newline, rest}
  def one(<<"\\", char, rest::binary>>), do: {:escaped, char, rest}
  def one(<<"ab", rest::binary>>), do: {:ab, rest}
  def one(<<char, ?!>>) when char < ?b, do: {:loud, char}
  def one(<<?b, ?!>>), do: :b
  def one(<<char, rest::binary>>), do: {char, rest}
  def one(<<>>), do: :none
end

for text <- ["\\nx", "\\tx", "\\", "abc", "a!", "b!", "ac", "q", ""], do: IO.inspect(Lexer.one(text), width: 200)
#=> {:newline, "x"}
#=> {:escaped, 116, "x"}
#=> {92, ""}
#=> {:ab, "c"}
#=> {:loud, 97}
#=> :b
#=> {97, "c"}
#=> {113, ""}
#=> :none

# Nothing appended to a part of a string that grew takes nothing from the rest.
grown = String.duplicate("x", 80) <> "/f.txt"
whole = grown <> "/" <> String.downcase("TEST")
part = :erlang.binary_part(whole, 0, 86)
same = <<part::binary, String.trim("  ")::binary>>
IO.inspect({same == part, same == whole, byte_size(whole), String.ends_with?(whole, "/test")}) #=> {true, false, 91, true}
