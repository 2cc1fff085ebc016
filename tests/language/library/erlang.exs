# Erlang's modules: streams of :zlib, graphs, jumps of :rand, calls by :erpc and :rpc.
text = String.duplicate("hello world ", 50)
z = :zlib.open()
:zlib.deflateInit(z, :default, :deflated, 31, 8, :default)
packed = IO.iodata_to_binary([:zlib.deflate(z, "abc"), :zlib.deflate(z, text, :sync), :zlib.deflate(z, [], :finish)])
IO.inspect({:zlib.deflateEnd(z), :zlib.gunzip(packed) == "abc" <> text}) #=> {:ok, true}
:zlib.inflateInit(z, 47)
<<first::binary-13, second::binary>> = packed
IO.inspect(IO.iodata_to_binary([:zlib.inflate(z, first), :zlib.inflate(z, second)]) == "abc" <> text) #=> true
IO.inspect({:zlib.inflate(z, "more"), :zlib.inflateEnd(z)}) #=> {[], :ok}
:zlib.inflate(z, "x") #!> ** (ErlangError) Erlang error: :not_initialized
:zlib.inflateInit(z)
:zlib.inflate(z, "garbage garbage") #!> ** (ErlangError) Erlang error: :data_error
:zlib.inflateReset(z)
{:continue, part} = :zlib.safeInflate(z, :zlib.compress(String.duplicate("a", 1_000_000)))
IO.inspect(IO.iodata_length(part) < 1_000_000) #=> true
IO.inspect(:zlib.close(z)) #=> :ok

graph = :digraph.new()
for vertex <- [:a, :b, :c, :d, :e], do: :digraph.add_vertex(graph, vertex, {vertex})
IO.inspect(for {from, to} <- [a: :b, b: :c, c: :a, c: :d, a: :d, e: :e], do: :digraph.add_edge(graph, from, to))
#=> [[:"$e" | 0], [:"$e" | 1], [:"$e" | 2], [:"$e" | 3], [:"$e" | 4], [:"$e" | 5]]
IO.inspect(:digraph.add_edge(graph, :a, :nowhere)) #=> {:error, {:bad_vertex, :nowhere}}
IO.inspect({:digraph.out_neighbours(graph, :a), :digraph.get_path(graph, :a, :d), :digraph.get_cycle(graph, :a)}) #=> {[:d, :b], [:a, :d], [:a, :b, :c, :a]}
IO.inspect({:digraph.get_path(graph, :d, :a), :digraph.get_cycle(graph, :e), :digraph_utils.topsort(graph)}) #=> {false, [:e], false}
IO.inspect(graph |> :digraph_utils.strong_components() |> Enum.map(&Enum.sort/1) |> Enum.sort()) #=> [[:a, :b, :c], [:d], [:e]]
IO.inspect({:digraph.del_path(graph, :a, :d), :digraph.get_path(graph, :a, :d)}) #=> {true, false}
tree = :digraph.new([:acyclic])
for vertex <- 1..3, do: :digraph.add_vertex(tree, vertex)
for {from, to} <- [{1, 2}, {2, 3}], do: :digraph.add_edge(tree, from, to)
IO.inspect({:digraph.add_edge(tree, 3, 1), :digraph_utils.topsort(tree), :digraph_utils.arborescence_root(tree)}) #=> {{:error, {:bad_edge, [1, 2, 3]}}, [1, 2, 3], {:yes, 1}}

IO.inspect(:rand.export_seed_s(:rand.jump(:rand.seed_s(:exsp, {1, 2, 3})))) #=> {:exsp, [42743497512058792 | 32689743511553918]}
IO.inspect(for n <- [1, 123_456_789], do: {:rand.mwc59(n), :rand.mwc59_value32(n), :rand.mwc59_value(n)})
#=> [
#=>   {133850370, 257, 2281701393},
#=>   {16524736886661930, 1553389589, 258738048435952709}
#=> ]
IO.inspect({:erpc.call(node(), fn -> 5 end), :erpc.multicall([node(), :a@b], String, :upcase, ["q"])}) #=> {5, [ok: "Q", error: {:erpc, :noconnection}]}
IO.inspect({:rpc.call(node(), String, :upcase, ["a"]), :rpc.call(:a@b, String, :upcase, ["a"]), :rpc.call(node(), Kernel, :exit, [:x])})
#=> {"A", {:badrpc, :nodedown}, {:badrpc, {:EXIT, :x}}}
IO.inspect(IO.chardata_to_string(:io_lib.format("~0p", [{:a, %{b: "c"}}]))) #=> "{a,\#{b => <<\"c\">>}}"
:lists.filter(fn x -> x end, [1]) #!> ** (ErlangError) Erlang error: {:bad_filter, 1}

# Strong components as the vertices of a graph: no edge twice, and none that stays in a component.
graph = :digraph.new()
for vertex <- 1..6, do: :digraph.add_vertex(graph, vertex)
for {from, to} <- [{1, 2}, {2, 1}, {2, 3}, {1, 3}, {1, 3}, {3, 4}, {4, 3}, {5, 5}, {4, 5}, {6, 1}], do: :digraph.add_edge(graph, from, to)
condensed = :digraph_utils.condensation(graph)
edges = for edge <- :digraph.edges(condensed), {_, from, to, label} = :digraph.edge(condensed, edge), do: {Enum.sort(from), Enum.sort(to), label}
IO.inspect(Enum.sort(edges)) #=> [{[1, 2], [3, 4], []}, {[3, 4], [5], []}, {[6], [1, 2], []}]
IO.inspect(:string.len([1, [2], 3])) #=> 3

# What is compiled of a module and its natives are proposed alike.
blamed = fn call ->
  try do
    call.()
  rescue
    error -> error |> then(&Exception.blame(:error, &1, __STACKTRACE__)) |> elem(0) |> Exception.message() |> String.split("\n", trim: true)
  end
end

IO.inspect(blamed.(fn -> :lists.revers([1]) end) |> tl()) #=> ["      * reverse/1", "      * reverse/2"]
IO.inspect(blamed.(fn -> :erlang.crc32_combin(1, 2, 3) end) |> List.last()) #=> "      * crc32_combine/3"

# Modules that are written in both languages tell of all their functions.
exports = :erlang.module_info(:exports)
IO.inspect(for name <- [:send, :decode_packet, :phash2], do: Enum.sort(Keyword.get_values(exports, name))) #=> [[2, 3], [3], [1, 2]]
IO.inspect(length(Enum.uniq(exports)) == length(exports)) #=> true
IO.inspect({:reverse, 1} in :lists.module_info(:exports)) #=> true

# Folding a large map is the same before and after somebody asked for an iterator of Erlang's.
large = Map.new(1..100, &{&1, &1})
fold = fn -> Enum.reduce(large, 0, fn {key, value}, sum -> sum + key * value end) end
before = fold.()
{_, _, _} = :maps.next(:maps.iterator(large))
IO.inspect({before, fold.(), map_size(:maps.filter(fn key, _ -> key > 1 end, large))}) #=> {338350, 338350, 99}

# Whatever walks a map does so in the order of iterators; a list of it has another order beyond 32 keys. Source: Elixir 1.18.4 on OTP 25.
orders =
  for n <- [32, 33, 65, 100, 500] do
    map = Map.new(1..n, &{&1, &1})
    folded = :lists.reverse(:maps.fold(fn key, _, keys -> [key | keys] end, [], map))
    {n, Enum.take(Enum.map(map, &elem(&1, 0)), 4), folded == Enum.map(map, &elem(&1, 0)), folded == Map.keys(map)}
  end

for order <- orders, do: IO.inspect(order)
#=> {32, [1, 2, 3, 4], true, true}
#=> {33, [16, 18, 5, 19], true, false}
#=> {65, [16, 18, 54, 5], true, false}
#=> {100, [16, 79, 18, 54], true, false}
#=> {500, [16, 226, 164, 447], true, false}
