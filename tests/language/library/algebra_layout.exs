# How documents are laid out: groups, breaks, nesting, limits. Source: documentation of Inspect.Algebra; pieces as Elixir 1.18 gives them.
import Inspect.Algebra

show = fn doc, width -> IO.inspect(format(doc, width)) end

show.(empty(), 80)
#=> []
row = glue(glue("one", "two"), "three")
show.(group(row), 80)
#=> ["one", " ", "two", " ", "three"]
show.(group(row), 8)
#=> ["one", "\n", "two", "\n", "three"]
show.(nest(group(row), 2), 8)
#=> ["one", "\n  ", "two", "\n  ", "three"]
show.(flex_glue(flex_glue("one", "two"), "three") |> group(), 8)
#=> ["one", " ", "two", "\n", "three"]
show.(group(concat("a", nest(glue("bcd", "efg"), :cursor))), 6)
#=> ["a", "bcd", "\n ", "efg"]
show.(group(nest(glue("ab", nest(glue("cd", "ef"), :reset)), 4)), 5)
#=> ["ab", "\n    ", "cd", "\n", "ef"]
show.(group(nest(concat("a", concat(break(""), "b")), 2, :break)), 1)
#=> ["a", "\n  ", "b"]
show.(concat("a", concat(line(), "b")), 10)
#=> ["a", "\n", "b"]
show.(force_unfit(glue("a", "b")) |> group(), 80)
#=> ["a", "\n", "b"]
show.(group(no_limit(row)), 3)
#=> ["one", " ", "two", " ", "three"]
show.(string("olá"), 3)
#=> ["olá"]
show.(concat([collapse_lines(2), line(), line(), line(), line(), "end"]), 10)
#=> ["\n\n", "end"]

# What may use the next break stays on its line.
inner = next_break_fits(group(glue(nest(glue("fn ->", "body"), 2), "end")), :enabled)
show.(group(glue("call(", "", concat(inner, ")"))), 12)
#=> ["call(", "", "fn ->", "\n  ", "body", "\n", "end", ")"]

# Long ones take more than one slice and come out whole.
long = Enum.reduce(1..30_000, empty(), fn n, doc -> glue(doc, Integer.to_string(n)) end)
text = long |> group() |> format(80) |> IO.iodata_to_binary()
IO.inspect({text == Enum.map_join(1..30_000, "", &("\n" <> Integer.to_string(&1))), format(:infinity |> then(fn _ -> long end), :infinity) |> length()})
#=> {true, 60000}
