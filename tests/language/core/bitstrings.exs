# Building and matching bits.
IO.inspect(<<1, 2::16, 3::little-16, -1::8>>) #=> <<1, 0, 2, 3, 0, 255>>
IO.inspect(<<1::3, 31::5>>) #=> "?"
IO.inspect(<<5::3>>) #=> <<5::size(3)>>
IO.inspect(<<1.5::float, 2.0::float-32, 0.5::float-16>>) #=> <<63, 248, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 56, 0>>
IO.inspect(<<"é"::utf8, ?é::utf16, ?é::utf32-little>>) #=> <<195, 169, 0, 233, 233, 0, 0, 0>>
IO.inspect(<<"ab"::utf16>>) #=> <<0, 97, 0, 98>>
<<len, data::binary-size(len), rest::binary>> = <<3, "abcdef">>
IO.inspect({len, data, rest}) #=> {3, "abc", "def"}
<<a::signed-8, b::unsigned-8>> = <<255, 255>>
IO.inspect({a, b}) #=> {-1, 255}
<<x::size(4)-unit(2), _::bitstring>> = <<7, 1::1>>
IO.inspect(x) #=> 7
<<c::utf8, more::binary>> = "ñandu"
IO.inspect({c, more}) #=> {241, "andu"}
<<f::float-64>> = <<63, 240, 0, 0, 0, 0, 0, 0>>
IO.inspect(f) #=> 1.0
<<1, _::binary>> = <<2, 3>> #!> ** (MatchError) no match of right hand side value: <<2, 3>>
<<_::16>> = "abc" #!> ** (MatchError) no match of right hand side value: "abc"
n = 4
<<m::size(n), k::size(n * 3)>> = <<0xAB, 0xCD>>
IO.inspect({m, k}) #=> {10, 3021}
IO.inspect(bit_size(<<1::7>>)) #=> 7
IO.inspect(byte_size(<<1::9>>)) #=> 2
IO.inspect(<<(<<1::4>>)::bitstring, 2::4>>) #=> <<18>>
bad = :a
<<bad>> #!> ** (ArgumentError) construction of binary failed: segment 1 of type 'integer': expected an integer but got: :a
<<bad::binary>> #!> ** (ArgumentError) construction of binary failed: segment 1 of type 'binary': expected a binary but got: :a
"a" <> bad #!> ** (ArgumentError) construction of binary failed: segment 2 of type 'binary': expected a binary but got: :a
IO.inspect(<<2 ** 70::80>>) #=> <<0, 64, 0, 0, 0, 0, 0, 0, 0, 0>>
<<big::80>> = <<0, 64, 0, 0, 0, 0, 0, 0, 0, 0>>
IO.inspect(big) #=> 1180591620717411303424
IO.inspect(for(<<b::1 <- <<0b1010::4>> >>, do: b)) #=> [1, 0, 1, 0]
IO.inspect("a\0b") #=> <<97, 0, 98>>
IO.inspect(<<0xFF, "ok">>) #=> <<255, 111, 107>>
IO.inspect("tab\t\e[0m \u200B") #=> "tab\t\e[0m \u200B"

# A size may use what was bound before, in the pattern or outside, but not what the segment itself is about to bind.
size = 16
<<width::size(size), value::size(width)>> = <<8::16, 200>>
IO.inspect(value) #=> 200

own_size = fn ->
  try do
    Code.eval_string("x = 8; <<x::size(x)>> = <<8>>")
  rescue
    error in CompileError -> error.__struct__
  end
end

IO.inspect(own_size.()) #=> CompileError
