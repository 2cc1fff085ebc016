# Limits, escapes and options of inspect.

# An escaped `#{` is one character to the limit.
IO.puts(inspect("a\#{b}", printable_limit: 2)) #=> "a\#{" <> ...
IO.puts(inspect("a\#{", printable_limit: 2)) #=> "a\#{"
IO.puts(inspect(~c"abc", printable_limit: 2)) #=> ~c"ab" ++ ...

# Optional fields of a struct show only if they are set.
"/only/path" |> URI.parse() |> inspect() |> IO.puts() #=> %URI{scheme: nil, userinfo: nil, host: nil, port: nil, path: "/only/path", query: nil, fragment: nil}

# An implementation that fails.
defmodule Broken do
  defstruct [:a]
end

defimpl Inspect, for: Broken do
  def inspect(_, _), do: raise("no luck")
end

text = inspect([struct!(Broken, a: 1)])
IO.puts(text |> String.split("Stacktrace") |> hd())
#=> [#Inspect.Error<
#=>   got RuntimeError with message:
#=>
#=>       """
#=>       no luck
#=>       """
#=>
#=>   while inspecting:
#=>
#=>       %{__struct__: Broken, a: 1}
#=>
#=>
