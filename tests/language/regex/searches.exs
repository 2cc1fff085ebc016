# Searches, splits and replacements of `:re` and `Regex`. Source: the output of Elixir 1.18.4 on OTP 25.
IO.inspect(:re.run("abc","$",[{:offset,3}]), width: 10_000)  #=> {:match, [{3, 0}]}
IO.inspect(:re.run("abc","(x)?(b)(y)?(z)?"), width: 10_000)  #=> {:match, [{1, 1}, {-1, 0}, {1, 1}]}
IO.inspect(:re.run("abc","(x)?(b)(y)?", [{:capture, [0,1,2,3,4,"n"], :binary}]), width: 10_000)  #=> {:match, ["b", "", "b", "", "", ""]}
IO.inspect(:re.run("abc","(x)?(b)(y)?", [{:capture, :all_but_first, :list}]), width: 10_000)  #=> {:match, [[], ~c"b"]}
IO.inspect(:re.run("abc","(?<z>x)?(?<a>b)(y)?", [{:capture, :all_names, :binary}]), width: 10_000)  #=> {:match, ["b", ""]}
IO.inspect(:re.run("abc","b", [{:capture, :none}]), width: 10_000)  #=> :match
IO.inspect(:re.run("abcabc","x*", [:global]), width: 10_000)  #=> {:match, [[{0, 0}], [{1, 0}], [{2, 0}], [{3, 0}], [{4, 0}], [{5, 0}], [{6, 0}]]}
IO.inspect(:re.run("aab","a|(?<=a)", [:global]), width: 10_000)  #=> {:match, [[{0, 1}], [{1, 1}], [{2, 0}]]}
IO.inspect(:re.run("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab","(a+)+c",[:report_errors]), width: 10_000)  #=> :nomatch
IO.inspect(:re.run("abcd", "b(?=c)", [{:capture, :first, :list}, :global]), width: 10_000)  #=> {:match, [[~c"b"]]}
IO.inspect(:re.run("ab\r\ncd", "^.", [:multiline, :global, {:newline, :anycrlf}]), width: 10_000)  #=> {:match, [[{0, 1}], [{4, 1}]]}
IO.inspect(:re.run("", "", [:global]), width: 10_000)  #=> {:match, [[{0, 0}]]}
IO.inspect(:re.split("abc", ""), width: 10_000)  #=> ["a", "b", "c", ""]
IO.inspect(:re.split("a1b2c", "(\\d)"), width: 10_000)  #=> ["a", "1", "b", "2", "c"]
IO.inspect(:re.split("a1b2c", "\\d", return: :list, parts: 2), width: 10_000)  #=> [~c"a", ~c"b2c"]
IO.inspect(:re.split("", "x"), width: 10_000)  #=> [""]
IO.inspect(:re.split("xaxbx", "x", [:trim]), width: 10_000)  #=> ["", "a", "b"]
IO.inspect(:re.split("a1b2c", "(\\d)", [:group]), width: 10_000)  #=> [["a", "1"], ["b", "2"], ["c"]]
IO.inspect(:re.replace("abcd", "c", "[&]", [{:return, :binary}]), width: 10_000)  #=> "ab[c]d"
IO.inspect(:re.replace("abcd", "[bc]", "[\\&&\\0]", [:global, {:return, :list}]), width: 10_000)  #=> ~c"a[&b0][&c0]d"
IO.inspect(:re.replace("abcd", "x", "y"), width: 10_000)  #=> "abcd"
IO.inspect(:re.inspect(elem(:re.compile("(?<b>a)(?<a>b)"),1), :namelist), width: 10_000)  #=> {:namelist, ["a", "b"]}
IO.inspect(:re.run("éa", "a", [:unicode]), width: 10_000)  #=> {:match, [{2, 1}]}
IO.inspect(:re.run(~c"hello", ~c"l+", [{:capture, :all, :list}]), width: 10_000)  #=> {:match, [~c"ll"]}
IO.inspect(Regex.run(~r/(?<y>\d{4})-(?<m>\d\d)/, "on 2024-05"), width: 10_000)  #=> ["2024-05", "2024", "05"]
IO.inspect(Regex.named_captures(~r/(?<y>\d{4})-(?<m>\d\d)/, "on 2024-05"), width: 10_000)  #=> %{"m" => "05", "y" => "2024"}
IO.inspect(Regex.split(~r//, "abc"), width: 10_000)  #=> ["", "a", "b", "c", ""]
IO.inspect(Regex.split(~r/b/, "abcbd", include_captures: true, trim: true), width: 10_000)  #=> ["a", "b", "c", "b", "d"]
IO.inspect(Regex.replace(~r/(a)(b)?/, "abac", "<\\1|\\2>"), width: 10_000)  #=> "<a|b><a|>c"
IO.inspect(Regex.replace(~r/\b/, "ab cd", "|"), width: 10_000)  #=> "|ab| |cd|"
IO.inspect(Regex.scan(~r/./u, "żółw"), width: 10_000)  #=> [["ż"], ["ó"], ["ł"], ["w"]]
IO.inspect(Regex.scan(~r/\p{Lu}/u, "AbĆdÉ"), width: 10_000)  #=> [["A"], ["Ć"], ["É"]]
IO.inspect(String.split("a,b;c", ~r/[,;]/), width: 10_000)  #=> ["a", "b", "c"]
IO.inspect(String.replace("hello world", ~r/o(.)?/, fn m -> String.upcase(m) end), width: 10_000)  #=> "hellO wORld"
IO.inspect("foo bar" =~ ~r/^foo\s(?!baz)/, width: 10_000)  #=> true
IO.inspect(Regex.run(~r/^(?:(a)|b)*$/, "ab"), width: 10_000)  #=> ["ab", "a"]
IO.inspect(Regex.run(~r/(?i)straße/u, "STRAßE"), width: 10_000)  #=> ["STRAßE"]
IO.inspect(Regex.run(~r/((?<d>\d)(?&d)*)x(?1)/, "12x345"), width: 10_000)  #=> ["12x345", "12", "1"]
IO.inspect(Regex.run(~r/\A(?<p>(?:[^()]|\((?&p)\))*)\z/, "a(b(c)d)e"), width: 10_000)  #=> ["a(b(c)d)e", "a(b(c)d)e"]
IO.inspect(:re.run("ABC", "b", [:caseless]), width: 10_000)  #=> {:match, [{1, 1}]}
IO.inspect(:re.run("aXbX", "X(?!.*X)"), width: 10_000)  #=> {:match, [{3, 1}]}
IO.inspect(:re.run("foobar", "foo\\Kbar", [:global, {:capture, :all, :binary}]), width: 10_000)  #=> {:match, [["bar"]]}
IO.inspect(inspect(~r/a\/b/iu), width: 10_000)  #=> "~r/a\\/b/iu"
