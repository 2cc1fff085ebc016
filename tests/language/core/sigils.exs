# Sigils, strings, heredocs, escapes, numbers.
IO.inspect(~w(a b c)) #=> ["a", "b", "c"]
IO.inspect(~w(a b)a) #=> [:a, :b]
IO.inspect(~w(a #{1 + 1})c) #=> [~c"a", ~c"2"]
IO.inspect(~s(with "quotes" and #{:interp})) #=> "with \"quotes\" and interp"
IO.inspect(~S(raw #{no} \n)) #=> "raw \#{no} \\n"
IO.inspect(~c"chars") #=> ~c"chars"
IO.inspect(~r/a.b/i) #=> ~r/a.b/i
IO.inspect("aXb" =~ ~r/a.b/) #=> true
IO.inspect(Regex.run(~r/(\d+)-(?<word>\w+)/, "12-ab")) #=> ["12-ab", "12", "ab"]
IO.puts("""
  indented
    more \
  joined
""")
#=>   indented
#=>     more   joined
#=> 
IO.inspect({0x1F, 0b101, 0o17, 1_000, ?a, ?\n, 1.0e3}) #=> {31, 5, 15, 1000, 97, 10, 1000.0}
IO.inspect("\x41\u00e9\u{1F600}") #=> "Aé😀"
IO.inspect(:"quoted atom") #=> :"quoted atom"
IO.inspect([:+, :a?, :b!, Foo, :"Elixir.bar", nil]) #=> [:+, :a?, :b!, Foo, :"Elixir.bar", nil]
IO.inspect([a: 1, "b c": 2]) #=> [a: 1, "b c": 2]
IO.inspect(%{"k" => 1, a: 2}) #=> %{:a => 2, "k" => 1}
IO.inspect("#{nil}#{[65, "b"]}#{1.5}#{:x}") #=> "Ab1.5x"
IO.inspect([1, 2 | 3]) #=> [1, 2 | 3]
IO.inspect(100_000_000_000_000_000_000 * 3) #=> 300000000000000000000
IO.inspect({1.0e-10, 123456789.123, 1.0e22, 0.1 + 0.2, -0.0}) #=> {1.0e-10, 123456789.123, 1.0e22, 0.30000000000000004, -0.0}
IO.inspect(Enum.to_list(1..50)) 
#=> [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
#=>  23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42,
#=>  43, 44, 45, 46, 47, 48, 49, 50]
IO.inspect(1..3//2, label: "range") #=> range: 1..3//2
IO.inspect({1, [2]}, limit: 1) #=> {1, ...}
