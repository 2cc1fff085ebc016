# Letters and their forms outside of ASCII. Source: Elixir 1.18 on OTP 25.
IO.inspect(String.upcase("ὀψέ", :greek)) #=> "ὈΨΈ"
IO.inspect(for letter <- ["ᾠ", "ᾨ", "ῷ", "ῴ", "ǆ", "ﬃ"], do: String.capitalize(letter <> "X")) #=> ["ᾨx", "ᾨx", "ῼ͂x", "Ώͅx", "ǅx", "Ffix"]
IO.inspect(for text <- ["\u0345x", "a\u0345X"], do: String.capitalize(text) == if(text == "\u0345x", do: "Ιx", else: "A\u0345x")) #=> [true, true]

# What is no text divides texts.
IO.inspect(String.reverse("ab" <> <<255>> <> "cde") == "ba" <> <<255>> <> "edc") #=> true

# Folding, for comparisons.
IO.inspect(for letter <- ["ẞ", "ß", "ı", "İ", "ς", "ꭰ", "Ꮿ"], do: :string.casefold(letter)) #=> ["ss", "ss", "ı", "i̇", "σ", "Ꭰ", "Ꮿ"]

# Fields are as wide as what a reader counts.
IO.puts(:io_lib.format("|~4ts|~-4ts|~.2ts|", ["일", "👩‍👩‍👧", "일이삼"])) #=> |   일|👩‍👩‍👧   |일이|

# Atoms are shown without quotes if they can be written so.
IO.inspect([:"ﬁ", :"aα", :"日本", :"Ⅷ", :"a日", :é]) #=> [:"ﬁ", :"aα", :日本, :"Ⅷ", :"a日", :é]
