defmodule :rand_normal do
  @moduledoc """
  The layers under the bell curve that `:rand.normal/0` picks its floats from: Marsaglia and Tsang's ziggurat.

  The half of the curve right of 0 is covered by 256 layers of one area, stacked like steps. Layer 0 lies at the bottom; what of it is
  right of `right_end/0` is the tail. Layer 255 is above it and goes as far, layer 1 is the top. A layer's points left of where the
  layer above ends are below the curve for certain; only for the others the curve's height is needed.

  The numbers are those of a double that is nearest to the exact ones: the results of `:rand` depend on their last bits. So they are
  worked out here in integers, as multiples of 2^-192, when the library is compiled. Nothing here knows of generators or states.
  """

  import Bitwise

  # Where the lowest layers end. The area of a layer and all the other ends follow from it.
  @right_end_digits 36_541_528_853_610_087_963_519_472_518
  @right_end 3.6541528853610087963519472518

  one = 1 <<< 192
  times = fn a, b -> (a * b) >>> 192 end
  over = fn a, b -> div(a <<< 192, b) end
  length = fn number -> length(Integer.digits(number, 2)) end

  # The double next to `number`, divided by 2^`further`.
  float = fn number, further ->
    cut = length.(number) - 53
    ((number + (1 <<< (cut - 1))) >>> cut) * 2.0 ** (cut - 192 - further)
  end

  # ln((1 + z) / (1 - z)), by its series; z is at most a third.
  series = fn z ->
    square = times.(z, z)
    {sum, _} = Enum.reduce(1..121//2, {0, z}, fn odd, {sum, power} -> {sum + div(power, odd), times.(power, square)} end)
    2 * sum
  end

  ln2 = series.(div(one, 3))

  # -ln(y) for a y below 1.
  minus_ln = fn y ->
    doubled = 192 - length.(y)
    scaled = y <<< doubled
    doubled * ln2 - series.(over.(scaled - one, scaled + one))
  end

  # Newton's square root, from a number that isn't below it. From there on it only falls.
  root = fn number, above ->
    Enum.reduce_while(Stream.cycle([:step]), above, fn _, guess ->
      next = div(guess + over.(number, guess), 2)
      if next < guess, do: {:cont, next}, else: {:halt, guess}
    end)
  end

  right_end = div(@right_end_digits <<< 192, 10 ** 28)
  half_square = div(times.(right_end, right_end), 2)
  {lowest, _} = Enum.reduce(1..100, {0, one}, fn n, {sum, term} -> {sum + term, -div(times.(term, half_square), n)} end)
  # The tail's area is the height at its start over a continued fraction of Laplace's.
  fraction = Enum.reduce(400..1//-1, right_end, fn n, below -> right_end + div(n <<< 384, below) end)
  area = times.(right_end, lowest) + over.(lowest, fraction)

  # From the bottom up: a layer is as much higher than the one below as its area needs.
  {ends, heights} =
    Enum.reduce(254..1//-1, {[right_end], [lowest]}, fn _, {[below | _] = ends, [height | _] = heights} ->
      height = height + over.(area, below)
      {[root.(2 * minus_ln.(height), below) | ends], [height | heights]}
    end)

  # The bottom layer is as wide as if it had no tail.
  ends = [over.(area, lowest) | ends]
  inner = [right_end, 0 | Enum.slice(ends, 1, 254)]

  @widths ends |> Enum.map(&float.(&1, 51)) |> List.to_tuple()
  @sure Enum.zip_with(inner, ends, &div(&1 <<< 51, &2)) |> List.to_tuple()
  @heights [1.0 | Enum.map(heights, &float.(&1, 0))] |> List.to_tuple()

  @doc """
  Where the tail begins.

      iex> :rand_normal.right_end()
      3.654152885361009

  """
  def right_end, do: @right_end

  @doc """
  A point that 51 random bits choose: the lowest eight of them choose its layer, and all of them how far right in the layer it is.

  `:inside` is below the curve. Of an `:edge` it is not known; its float goes to `below?/3`, with the layer. `:tail` has to be chosen anew.

      iex> :rand_normal.point(1_000_000)
      {:inside, 4.867691262742209e-10}
      iex> {:edge, 1, _} = :rand_normal.point(257)
      iex> :rand_normal.point(2 ** 51 - 256)
      :tail

  """
  def point(bits) do
    layer = bits &&& 255

    cond do
      bits < elem(@sure, layer) -> {:inside, bits * elem(@widths, layer)}
      layer == 0 -> :tail
      true -> {:edge, layer, bits * elem(@widths, layer)}
    end
  end

  @doc """
  Whether the point at `x` of a layer is below the curve, when a part `up` from 0 to 1 of the layer's height is below the point.

      iex> :rand_normal.below?(255, 3.6, 0.1)
      true
      iex> :rand_normal.below?(255, 3.6, 0.9)
      false

  """
  def below?(layer, x, up) do
    height = elem(@heights, layer)
    (elem(@heights, layer - 1) - height) * up + height < :math.exp(-0.5 * x * x)
  end
end
