# Paths, URIs, command lines and numbers, at their edges. Source: Elixir 1.18 on OTP 25.
IO.inspect(for {left, right} <- [{"a//", "b"}, {"a", "//b"}, {"a///", "///b///"}, {"//", "//"}, {"a", "/"}, {"", "a"}], do: Path.join(left, right))
#=> ["a//b", "a//b", "a/////b//", "//", "a", "a"]
IO.inspect(for {left, right} <- [{"x", "./y"}, {"a/./b", "/c/./d"}, {"a", "b/./././c"}, {"", ""}], do: :filename.join(left, right))
#=> ["x/y", "/c/d", "a/b/c", ""]
IO.inspect(Path.absname("./x", "")) #=> "/x"

IO.inspect(for text <- ["%z", "a:b c", "a b", "/a[", "http://[::1", "http://[1:2]/", "http://a@b@c/", "http://h:8x/", "http://[::1]:8/"], do: elem(URI.new(text), 0))
#=> [:ok, :error, :error, :error, :error, :error, :error, :error, :ok]
IO.inspect(for text <- ["a:b c", "a b", "/a["], do: URI.new(text)) #=> [error: ":", error: " ", error: "["]
IO.inspect(for text <- ["http://u@v@h", "http://h:8x/", "http://[::1]:8>"], do: {URI.parse(text).userinfo, URI.parse(text).host, URI.parse(text).port})
#=> [{"u@v", "h", 80}, {nil, "h", 8}, {nil, "::1", 8}]

options = [strict: [size: :integer, tall: :boolean, loud: :count], aliases: [l: :loud]]
IO.inspect(OptionParser.parse(["--tall", "-l", "--size", "1", "-l"], options)) #=> {[loud: 2, tall: true, size: 1], [], []}
IO.inspect(OptionParser.parse(["--unheard-of", "-3", "x"], options)) #=> {[], ["x"], [{"--unheard-of", nil}]}
IO.inspect(OptionParser.parse(["--no-size", "5"], options)) #=> {[], [], [{"--no-size", nil}]}

IO.puts(:io_lib.format("~.2e ~.2e ~.2e ~.3e ~.2g ~g", [12.5, -6.35, 0.0, 5.0e-324, 12.5, 1.0e10])) #=> 1.3e+1 -6.3e+0 0.0e+0 4.94e-324 1.3e+1 1.00000e+10
IO.puts(:io_lib.format("~.1f ~f", [-1.0e25, 1234567.25])) #=> -10000000000000000906000000.0 1234567.250000
