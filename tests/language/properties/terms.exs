# What holds for all terms, tried on many from a fixed seed: texts that are read again, the external format, sorting.
defmodule Gen do
  def seed(n), do: :rand.seed(:exsss, {n, 2, 3})
  def below(n), do: :rand.uniform(n) - 1
  def pick(list), do: Enum.at(list, below(length(list)))

  def term(0), do: leaf(below(10))

  def term(depth) do
    case below(9) do
      0 -> many(5, fn -> term(depth - 1) end)
      1 -> List.to_tuple(many(5, fn -> term(depth - 1) end))
      2 -> Map.new(many(5, fn -> {term(depth - 1), term(depth - 1)} end))
      3 -> many(4, fn -> {pick([:a, :b, :"odd key", :do, nil]), term(depth - 1)} end)
      4 -> [term(depth - 1) | leaf(below(10))]
      5 -> Map.new(many(40, fn -> {leaf(below(10)), term(0)} end))
      6 -> MapSet.new(many(5, fn -> term(depth - 1) end))
      _ -> leaf(below(10))
    end
  end

  def many(max, fun), do: Enum.map(List.duplicate(0, below(max + 1)), fn _ -> fun.() end)

  def leaf(0), do: below(200) - 100
  def leaf(1), do: below(1_000_000) * pick([1, -1, 1_000_000_007, 340_282_366_920_938_463_463_374_607_431_768_211_455])
  def leaf(2), do: float()
  def leaf(3), do: pick([:ok, nil, true, false, :"", :"with space", :+, :"é", Enum, :"Elixir.lower", :fn, :.., :%{}, :{}, :"1a", :a?, :b!, :a@b])
  def leaf(4), do: text(below(12))
  def leaf(5), do: :rand.bytes(below(10))
  def leaf(6), do: <<below(1000)::size(below(20))>>
  def leaf(7), do: Enum.map(List.duplicate(0, below(5)), fn _ -> below(128) end)
  def leaf(8), do: pick([[], {}, %{}, "", ~c"text", 1..3, 3..1//-2, "\0\e\"\#{1}\\"])
  def leaf(9), do: String.to_atom(for <<byte <- :rand.bytes(below(4))>>, into: "", do: <<32 + rem(byte, 95)>>)

  def float do
    case below(4) do
      0 -> below(1000) / 8
      1 -> (:rand.uniform() - 0.5) * :math.pow(10, below(40) - 20)
      _ -> any_float()
    end
  end

  def any_float do
    case :rand.bytes(8) do
      <<value::float>> -> value
      _ -> any_float()
    end
  end

  # Without what joins the quote after it to one character: that text no tokenizer reads, Elixir's neither.
  @ranges [{0, 0x7F}, {0x80, 0x24F}, {0x300, 0x36F}, {0x400, 0x4FF}, {0x5D0, 0x5EA}, {0x900, 0x97F}, {0x1100, 0x11FF},
           {0x1E00, 0x1FFF}, {0x2000, 0x206F}, {0x3040, 0x30FF}, {0xAC00, 0xD7A3}, {0xFE00, 0xFE0F}, {0x1F1E6, 0x1F1FF},
           {0x1F300, 0x1F6FF}, {0x1F468, 0x1F469}, {0x200D, 0x200D}, {0xE000, 0xFFFD}, {0x10000, 0x10FFFF}]

  def text(size) do
    for _ <- List.duplicate(0, size), into: "" do
      {first, last} = pick(@ranges)
      <<first + below(last - first + 1)::utf8>>
    end
  end
end

same = fn left, right -> left === right and :erlang.phash2(left) == :erlang.phash2(right) end

# What `inspect` writes is the term again.
failed =
  for n <- 1..1500, Gen.seed(n) != nil, term = Gen.term(3), printable = inspect(term, limit: :infinity, printable_limit: :infinity),
      {back, _} = Code.eval_string(printable), not same.(back, term), do: {n, printable}
IO.inspect(failed) #=> []

# So is what goes through the external format, compressed or not.
failed =
  for n <- 1..1500, Gen.seed(n) != nil, term = Gen.term(4), options <- [[], [:compressed], [:deterministic]],
      not same.(:erlang.binary_to_term(:erlang.term_to_binary(term, options)), term), do: n
IO.inspect(failed) #=> []

# Floats: the text is the shortest that reads as the same number, in every notation.
failed =
  for n <- 1..3000, Gen.seed(n) != nil, float = Gen.any_float(), text = Float.to_string(float),
      String.to_float(text) !== float or elem(Float.parse(text), 0) !== float or
        :erlang.binary_to_float(:erlang.float_to_binary(float, [{:scientific, 17}])) !== float, do: {n, text}
IO.inspect(failed) #=> []

# Integers in all bases.
failed =
  for n <- 1..1500, Gen.seed(n) != nil, integer = Gen.leaf(1), base = Gen.below(35) + 2,
      String.to_integer(Integer.to_string(integer, base), base) != integer or
        Integer.undigits(Integer.digits(integer, base), base) != integer, do: {n, integer, base}
IO.inspect(failed) #=> []

# The order of terms is one: it never contradicts itself, sorting obeys it and is stable.
failed =
  for n <- 1..700, Gen.seed(n) != nil, list = Gen.many(30, fn -> Gen.term(2) end) do
    sorted = Enum.sort(list)
    pairs = Enum.zip(sorted, Enum.drop(sorted, 1))
    ordered = Enum.all?(pairs, fn {left, right} -> left <= right and not (right < left) end)
    marked = list |> Enum.with_index() |> Enum.sort_by(&elem(&1, 0))
    stable = marked |> Enum.zip(Enum.drop(marked, 1)) |> Enum.all?(fn {{a, i}, {b, j}} -> a < b or (a == b and i < j) end)
    complete = length(sorted) == length(list) and Enum.sort(Enum.reverse(sorted), :desc) == Enum.reverse(sorted)
    unique = Enum.sort(Enum.uniq(list)) == Enum.dedup(Enum.sort(Enum.uniq(list)))
    if ordered and stable and complete and unique, do: nil, else: n
  end
IO.inspect(Enum.reject(failed, &is_nil/1)) #=> []

# Maps and sets against lists of pairs.
failed =
  for n <- 1..300, Gen.seed(n) != nil do
    {map, set, model} =
      Enum.reduce(1..(10 + Gen.below(120)), {%{}, MapSet.new(), []}, fn _, {map, set, model} ->
        key = if Gen.below(3) == 0, do: Gen.leaf(Gen.below(10)), else: Gen.below(60)
        case Gen.below(3) do
          0 -> {Map.delete(map, key), MapSet.delete(set, key), Enum.reject(model, fn {k, _} -> k === key end)}
          _ ->
            value = Gen.below(1000)
            {Map.put(map, key, value), MapSet.put(set, key), [{key, value} | Enum.reject(model, fn {k, _} -> k === key end)]}
        end
      end)
    right =
      map_size(map) == length(model) and MapSet.size(set) == length(model) and
        Enum.all?(model, fn {key, value} -> Map.fetch(map, key) == {:ok, value} and MapSet.member?(set, key) end) and
        Map.new(model) === map and Map.new(Enum.reverse(model)) === map and
        Enum.sort(Map.keys(map)) == Enum.sort(MapSet.to_list(set)) and
        MapSet.new(Map.keys(map)) == set and Map.new(Map.to_list(map)) === map
    if right, do: nil, else: n
  end
IO.inspect(Enum.reject(failed, &is_nil/1)) #=> []
