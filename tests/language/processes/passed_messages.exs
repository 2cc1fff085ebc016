# Processes: a receive whose one clause begins with a tag passes messages of every other shape, and leaves them where they were.
me = self()
others = [:atom, 1, 2.5, "text", [], [:wanted, 1], {}, {:wanted}, {:wanted, 1, 2}, {:other, 1}, {"wanted", 1}, %{wanted: 1}]
tagged = fn -> receive do {:wanted, n} when n > 0 -> n after 0 -> :none end end

Enum.each(others, &send(me, &1))
IO.inspect(tagged.()) #=> :none
Enum.each([0, 5, -1, 6], &send(me, {:wanted, &1}))
Enum.each(others, &send(me, &1))
# A guard that fails sends the receive on behind the test.
IO.inspect({tagged.(), tagged.(), tagged.()}) #=> {5, 6, :none}

drain = fn drain -> receive do message -> [message | drain.(drain)] after 0 -> [] end end
IO.inspect(drain.(drain) == others ++ [{:wanted, 0}, {:wanted, -1}] ++ others) #=> true

# What was taken from the middle leaves holes, which are passed as well.
Enum.each(1..100, &send(me, {if(rem(&1, 3) == 0, do: :third, else: :rest), &1}))
thirds = for _ <- 1..33, do: (receive do {:third, n} -> n end)
IO.inspect(thirds == Enum.to_list(3..99//3)) #=> true
rest = for _ <- 1..67, do: (receive do {:rest, n} -> n end)
IO.inspect(rest == Enum.reject(1..100, &(rem(&1, 3) == 0))) #=> true

# The same where more of the message is asked for.
Enum.each(others, &send(me, &1))
for {tag, n} <- [wanted: 1, other: 2, wanted: 3, wanted: 2], do: send(me, {tag, n})
exact = fn wanted -> receive do {:wanted, ^wanted} -> wanted after 0 -> :none end end
IO.inspect({exact.(2), exact.(2), exact.(1)}) #=> {2, :none, 1}
IO.inspect(drain.(drain) == others ++ [other: 2, wanted: 3]) #=> true
