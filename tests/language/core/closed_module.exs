# An env of a function that runs knows the macros that its module shows, and not the private ones. Source: Elixir 1.18.
defmodule Closed do
  defmacro shown(x), do: quote(do: unquote(x) + 1)
  defmacro none, do: raise("not to be run")
  defmacrop hidden(x), do: quote(do: unquote(x) + 1)
  def used, do: hidden(1)
  def expand(code), do: code |> Macro.expand_once(__ENV__) |> Macro.to_string()
end

IO.puts(Closed.expand({:shown, [], [1]})) #=> 1 + 1
IO.puts(Closed.expand({:hidden, [], [1]})) #=> hidden(1)
IO.inspect(:erts_debug.same(:a, :a)) #=> true
IO.inspect(Closed.used()) #=> 2
IO.puts(Closed.expand({:none, [], nil})) #=> none
