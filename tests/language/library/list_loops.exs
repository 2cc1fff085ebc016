# Loops over lists that the machine goes through itself: what they tell at their edges is what a loop in Elixir tells.
said = fn fun ->
  try do
    fun.()
  rescue
    error -> {error.__struct__, error |> Exception.message() |> String.split("\n") |> hd()}
  end
end

# Sums and products: integers, floats, both, and what leaves the words of the machine.
for list <- [[], [1, 2, 3], [1.5, 2], [1, 2.5], [0.1, 0.2, 0.3], [4_611_686_018_427_387_903, 1], [9_223_372_036_854_775_807, 1], [1.0, 9_007_199_254_740_993], [9_007_199_254_740_993, 1.0]] do
  IO.inspect({Enum.sum(list), Enum.product(list)})
end

#=> {0, 1}
#=> {6, 6}
#=> {3.5, 3.0}
#=> {3.5, 2.5}
#=> {0.6000000000000001, 0.006000000000000001}
#=> {4611686018427387904, 4611686018427387903}
#=> {9223372036854775808, 9223372036854775807}
#=> {9007199254740992.0, 9007199254740992.0}
#=> {9007199254740992.0, 9007199254740992.0}
IO.inspect(said.(fn -> Enum.sum([1.0e308, 1.0e308]) end)) #=> {ArithmeticError, "bad argument in arithmetic expression"}
IO.inspect(said.(fn -> Enum.sum([1, :a]) end)) #=> {ArithmeticError, "bad argument in arithmetic expression"}

# Lists within lists, the last element, and lists that do not end as lists do.
IO.inspect({List.flatten([1, [2, [3, []]], [], [[[4]]]]), List.flatten([[[]]], [:tail])}) #=> {[1, 2, 3, 4], [:tail]}
IO.inspect(said.(fn -> List.flatten([[1 | 2]]) end)) #=> {FunctionClauseError, "no function clause matching in :lists.do_flatten/2"}
IO.inspect({List.last([1]), List.last([:a, :none]), List.last([], :d), :lists.last([1, 2])}) #=> {1, :none, :d, 2}
IO.inspect(said.(fn -> List.last([1 | 2]) end)) #=> {FunctionClauseError, "no function clause matching in List.last/2"}
IO.inspect({Enum.drop([1, 2, 3], 2), Enum.drop([1], 5), Enum.at([1, 2, 3], 2), Enum.at([1], 1), Enum.take_every(1..7, 3)}) #=> {[3], [], 3, nil, [1, 4, 7]}
IO.inspect(said.(fn -> Enum.drop([1 | 2], 2) end)) #=> {FunctionClauseError, "no function clause matching in Enum.drop_list/2"}

# Ranges as lists, also where their bounds are no words of the machine, and long ones.
for range <- [1..0//1, 5..1//-2, 1..10//3, 4_611_686_018_427_387_903..4_611_686_018_427_387_905, 1..100_000_000_000_000_000_000//50_000_000_000_000_000_000], do: IO.inspect(Enum.to_list(range))
#=> []
#=> [5, 3, 1]
#=> [1, 4, 7, 10]
#=> [4611686018427387903, 4611686018427387904, 4611686018427387905]
#=> [1, 50000000000000000001]
long = Enum.to_list(100_000..1//-1)
IO.inspect({length(long), hd(long), List.last(long), Enum.sum(long), :lists.seq(1, 100_000) == Enum.reverse(long)}) #=> {100000, 100000, 1, 5000050000, true}
IO.inspect({:lists.seq(10, 1, -4), :lists.seq(1, 0), :lists.seq(1, 1, 0)}) #=> {[10, 6, 2], [], [1]}

# Equal is what `===` has as equal.
IO.inspect(Enum.frequencies([1, 1.0, "a", "a", [1], %{a: 1}, %{a: 1}, 1])) #=> %{1 => 2, 1.0 => 1, %{a: 1} => 2, [1] => 1, "a" => 2}
IO.inspect({[1, 2, 1, 2] -- [1, 2], [1, 1.0] -- [1.0], [1, 2, 3] -- [], [1, 2] -- List.duplicate(1, 20)}) #=> {[1, 2], [1], [1, 2, 3], [2]}
IO.inspect(said.(fn -> [1 | 2] -- [1] end)) #=> {ArgumentError, "argument error"}
IO.inspect({MapSet.disjoint?(MapSet.new([1]), MapSet.new([1.0])), MapSet.subset?(MapSet.new([1.0]), MapSet.new([1, 2])), MapSet.subset?(MapSet.new(1..40), MapSet.new(1..50))}) #=> {true, false, true}

# Joined are texts, numbers and atoms at once, and anything else by its protocol.
IO.inspect({Enum.join([1, "a", :b, nil, true], ","), Enum.join([1.5, ~D[2024-02-29]], " "), Enum.join([], ","), Enum.join([[?a, "b"], "c"])}) #=> {"1,a,b,,true", "1.5 2024-02-29", "", "abc"}
IO.inspect(said.(fn -> Enum.join([{1}], "-") end) |> elem(0)) #=> Protocol.UndefinedError

for_each = fn n -> IO.puts("mapped"); if(n == 1, do: {n}, else: n) end
IO.inspect(said.(fn -> Enum.map_join([0, 1, 2], "-", for_each) end) |> elem(0))
#=> mapped
#=> mapped
#=> Protocol.UndefinedError

# Sorted are numbers as words of the machine, unless there are others among them.
IO.inspect({Enum.sort([3, 1, 2]), Enum.sort([1.0, 1, 0]), Enum.sort([:b, 1])}) #=> {[1, 2, 3], [0, 1.0, 1], [1, :b]}
IO.inspect(Enum.sort([4_611_686_018_427_387_903, -5, 1_208_925_819_614_629_174_706_176])) #=> [-5, 4611686018427387903, 1208925819614629174706176]
