# Matching: what binds, what fails, and with which words.
{a, [b | c]} = {1, [2, 3, 4]}
IO.inspect({a, b, c}) #=> {1, 2, [3, 4]}
%{x: %{y: deep}} = %{x: %{y: :found}, z: 0}
IO.inspect(deep) #=> :found
{same, same} = {5, 5}
IO.inspect(same) #=> 5
{twice, twice} = {1, 2} #!> ** (MatchError) no match of right hand side value: {1, 2}
[1, 2] = [1, 2, 3] #!> ** (MatchError) no match of right hand side value: [1, 2, 3]
pinned = 3
{^pinned, other} = {3, :ok}
IO.inspect(other) #=> :ok
{^pinned, _} = {4, :ok} #!> ** (MatchError) no match of right hand side value: {4, :ok}
%{missing: _} = %{there: 1} #!> ** (MatchError) no match of right hand side value: %{there: 1}
"pre" <> rest = "prefix"
IO.inspect(rest) #=> "fix"
'ab' ++ tail = ~c"abcd"
IO.inspect(tail) #=> ~c"cd"
key = :k
%{^key => value} = %{k: :v}
IO.inspect(value) #=> :v
x = y = 7
IO.inspect(x + y) #=> 14

case {1, 2.0} do
  {1.0, _} -> IO.puts("float")
  {1, 2} -> IO.puts("integer")
  {1, 2.0} -> IO.puts("both")
end #=> both

case :none do
  :some -> 1
end #!> ** (CaseClauseError) no case clause matching: :none

case 5 do
  n when n > 5 -> :more
  n when n < 5 when n == 5 -> IO.puts("alternative guards")
end #=> alternative guards

cond do
  nil -> 1
  false -> 2
end #!> ** (CondClauseError) no cond clause evaluated to a truthy value

if nil, do: IO.puts("no"), else: IO.puts("else") #=> else
IO.inspect(if(false, do: 1)) #=> nil
IO.inspect(match?({:ok, n} when n > 1, {:ok, 2})) #=> true
IO.inspect(match?({:ok, n} when n > 1, {:ok, 1})) #=> false
destructure([p, q, r], [1, 2])
IO.inspect({p, q, r}) #=> {1, 2, nil}

# The name of a struct is an atom, whatever stands for it.
named = Process.get(:unset, %{__struct__: "text"})
pinned_name = Process.get(:unset, "text")

for value <- [named, %URI{}] do
  found =
    case value do
      %^pinned_name{} -> :matched
      %_{} -> :any
      %{} -> :map
    end

  IO.inspect(found)
end
#=> :map
#=> :any
