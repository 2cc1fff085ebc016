defmodule :rand do
  @moduledoc """
  Random numbers, the same ones that OTP's generators give for the same seed.

  The state is in the process, from the first use or `seed/1,2` on, unless a function's name ends in `_s`: then it goes in
  and comes out. The generators are `:exsss` (the default: Xorshift116 with a scrambler, by Vigna and Blackman) and `:exsp`,
  the same without the scrambler; `:exrop` (Xoroshiro116+), `:exro928ss` (Xoroshiro928**), `:exs1024s` and `:exs1024` (Xorshift1024*) and
  `:exs64` (Xorshift64*); `:exsplus` is `:exsp` with numbers made by division. `:dummy` says the same again and again, quickly.

      iex> :rand.seed(:exsss, {1, 2, 3})
      iex> {:rand.uniform(100), :rand.uniform(100)}
      {27, 41}

  """

  import Bitwise

  @mask34 (1 <<< 34) - 1
  @mask51 (1 <<< 51) - 1
  @mask58 (1 <<< 58) - 1
  @words58 1 <<< 58
  @mask64 (1 <<< 64) - 1
  @step 2.0 ** -53

  # ## Seeds

  @doc "Seeds the process, with an algorithm and something of the moment, or with an exported state."
  def seed(algorithm_or_state), do: keep(seed_s(algorithm_or_state))

  @doc "Seeds the process. The seed is an integer or three of them, or a list of the state's words."
  def seed(algorithm, seed), do: keep(seed_s(algorithm, seed))

  defp keep(state) do
    :erlang.put(:rand_seed, state)
    state
  end

  @doc "As `seed/1`, without keeping the state."
  def seed_s({%{type: _}, _} = state), do: state
  def seed_s({algorithm, words}) when is_atom(algorithm), do: {handler(algorithm), words}

  def seed_s(algorithm) do
    number = :erlang.phash2([{:erlang.node(), self()}])
    seed_s(algorithm, {number, :erlang.system_time(), :erlang.unique_integer()})
  end

  @doc "As `seed/2`, without keeping the state."
  def seed_s(:default, seed), do: seed_s(:exsss, seed)
  def seed_s(algorithm, seed), do: {handler(algorithm), words(algorithm, seed)}

  defp handler(:default), do: handler(:exsss)
  defp handler(algorithm) when algorithm in [:exsss, :exsp, :exrop, :exro928ss, :dummy], do: %{type: algorithm, bits: 58}
  defp handler(:exs1024s), do: %{type: :exs1024s, bits: 64}
  # The three oldest make floats by division, and numbers of them.
  defp handler(:exsplus), do: %{type: :exsplus, bits: 58, max: @mask58}
  defp handler(algorithm) when algorithm in [:exs64, :exs1024], do: %{type: algorithm, bits: 64, max: @mask64}
  defp handler(algorithm), do: :erlang.error({:badalg, algorithm})

  defp words(:exs64, seed) when is_integer(seed), do: elem(seed64(seed &&& @mask64), 0)

  defp words(:dummy, seed) when is_integer(seed), do: elem(seed58(seed &&& @mask64), 0)
  defp words(:dummy, {_, _, _} = seed), do: tl(words(:exsss, seed))

  defp words(:exs64, {a, b, c}) do
    factors = for {part, factor} <- [{a, 4_294_967_197}, {b, 4_294_967_231}, {c, 4_294_967_279}], do: elem(exs64((part &&& 0xFFFFFFFF) * factor + 1), 0)
    rem(Enum.product(factors), @mask64 - 1) + 1
  end

  defp words(type, seed) when type in [:exs1024, :exs1024s] and is_integer(seed), do: {several(16, seed &&& @mask64, &seed64/1), []}

  defp words(type, {a, b, c}) when type in [:exs1024, :exs1024s] do
    mask = (1 <<< 21) - 1
    [a, b, c] = for {part, factor} <- [{a, 2_097_131}, {b, 2_097_133}, {c, 2_097_143}], do: ((part &&& mask) + 1) * factor &&& mask
    {several(16, a <<< 43 ||| b <<< 22 ||| c <<< 1 ||| 1, &exs64/1) |> Enum.reverse(), []}
  end

  defp words(:exro928ss, seed) when is_integer(seed), do: {several(16, seed &&& @mask64, &seed58/1), []}

  defp words(:exro928ss, {a, b, c}) do
    {first, state} = seed58(a &&& @mask64)
    {second, state} = seed58(bxor(b &&& @mask64, state))
    {third, state} = seed58(bxor(c &&& @mask64, state))
    {[first, second, third | several(13, state, &seed58/1)], []}
  end

  defp words(type, seed) when type in [:exro928ss, :exs1024, :exs1024s] and is_list(seed), do: {seed, []}

  defp words(:exrop, {a, b, c}) do
    [first, second, third] =
      for {part, factor} <- [{a, 4_294_967_197}, {b, 4_294_967_231}, {c, 4_294_967_279}], do: part * factor + 1 &&& @mask58

    {_, [_ | kept]} = exrop([second | first])
    {_, words} = exrop([third | kept])
    words
  end

  defp words(_, [first, second]) do
    case {first &&& @mask58, second &&& @mask58} do
      {0, 0} -> :erlang.error(:zero_seed)
      {first, second} -> [first | second]
    end
  end

  defp words(_, seed) when is_integer(seed) do
    {first, state} = seed58(seed &&& @mask64)
    {second, _} = seed58(state)
    [first | second]
  end

  defp words(:exsss, {a, b, c}) do
    {_, state} = seed58(a &&& @mask64)
    {first, state} = seed58(bxor(b &&& @mask64, state))
    {second, _} = seed58(bxor(c &&& @mask64, state))
    [first | second]
  end

  # The older generator takes its three numbers in turn, with a step after each.
  defp words(_, {a, b, c}) do
    [_ | kept] = step([(b * 4_294_967_231 + 1 &&& @mask58) | (a * 4_294_967_197 + 1 &&& @mask58)] |> swapped())
    step([(c * 4_294_967_279 + 1 &&& @mask58) | kept])
  end

  defp swapped([first | second]), do: [second | first]

  # A word that is not 0, by SplitMix64 (Steele, Lea and Flood).
  defp seed58(state) do
    {number, state} = splitmix(state)

    case number &&& @mask58 do
      0 -> seed58(state)
      word -> {word, state}
    end
  end

  defp seed64(state) do
    case splitmix(state) do
      {0, state} -> seed64(state)
      found -> found
    end
  end

  # So many words, each with the state behind the one before.
  defp several(0, _state, _next), do: []

  defp several(count, state, next) do
    {word, state} = next.(state)
    [word | several(count - 1, state, next)]
  end

  defp splitmix(state) do
    state = state + 0x9E3779B97F4A7C15 &&& @mask64
    mixed = bxor(state, state >>> 30) * 0xBF58476D1CE4E5B9 &&& @mask64
    mixed = bxor(mixed, mixed >>> 27) * 0x94D049BB133111EB &&& @mask64
    {bxor(mixed, mixed >>> 31), state}
  end

  @doc "The state of the process in a form that can be stored, or `:undefined`."
  def export_seed() do
    case :erlang.get(:rand_seed) do
      {_, _} = state -> export_seed_s(state)
      _ -> :undefined
    end
  end

  @doc "A state in a form that can be stored."
  def export_seed_s({%{type: type}, words}), do: {type, words}

  # ## Steps

  # One step of the register: its words change places, and the older is mixed into the new one.
  defp step([newer | older]) do
    # What would be cut off is cut off before: so numbers stay small.
    mixed = bxor(newer, (newer &&& @mask34) <<< 24)
    [older | bxor(bxor(mixed, older), bxor(mixed >>> 11, older >>> 41))]
  end

  # A jump of n steps is a sum of the states behind the next few: those whose power of x has a coefficient in x^n modulo the
  # characteristic polynomial of the generator's step over single bits. n is 2^64, or 2^512 where there are many words.
  @jump_exsp 0xD174A83E17DE2302F8EA6BC32C797
  @jump_exrop 0x9863200F83FCD4A11293241FCB12A
  @jump_exro928 """
  B10773CBE19F5FC1A1504ACD83F240C6007E76CEBCB3B7C4CC049C536E62A33CC2323831B45A3A8A3CEF3CC0F02F778573CF0F0A0657E19F00D4B3584DDD98EE
  4BE41E015AC26D5D20F9B49FA81B0090567FD9F0B83FE51A1EB3BE1910A1DE1D7D6813D2BA05381FDFD1490244085302F77130CA
  """
  @jump_exs1024 """
  284600E3F30E38C3B99181F2D8F685CA047F7684E9FC949D0B5FC64563B3E2A87910C41D10A1E6A5691548C86C1BD5405EE975283D71C93BC4CB815590989B13
  AAC17D8EFA43CAB83659132BB12FEA70DC2D9891FE68C0222FFEEB0A48316F404489AFFCE4F31A1E5B34A39F070B5837A3C65B8776F9685584242F96ECA9C41D
  """
  @jumps %{
    exsss: @jump_exsp,
    exsp: @jump_exsp,
    exsplus: @jump_exsp,
    exrop: @jump_exrop,
    exro928ss: @jump_exro928 |> String.replace("\n", "") |> String.to_integer(16),
    exs1024s: @jump_exs1024 |> String.replace("\n", "") |> String.to_integer(16),
    exs1024: @jump_exs1024 |> String.replace("\n", "") |> String.to_integer(16)
  }

  @doc """
  Jumps far ahead in the process's numbers, for streams that don't meet: as 2^64 calls would, or 2^512 where the state is long.
  """
  def jump do
    state = jump(state())
    :erlang.put(:rand_seed, state)
    state
  end

  @doc """
  A state that is far ahead: 2^64 steps, or 2^512 with `:exro928ss`, `:exs1024s` and `:exs1024`.

  `:exs64` and `:dummy` can't jump.

  ## Examples

      iex> :rand.export_seed_s(:rand.jump(:rand.seed_s(:exsss, 42)))
      {:exsss, [191001638507602019 | 34679036167824359]}
      iex> :rand.jump(:rand.seed_s(:exs64, 42))
      ** (ErlangError) Erlang error: :not_implemented

  """
  def jump({%{type: type} = handler, words} = state) when is_map_key(@jumps, type) do
    nothing = for _ <- in_line(words), do: 0
    {handler, jumped(:erlang.map_get(type, @jumps), state, nothing) |> as_words(words, type)}
  end

  def jump(_state), do: :erlang.error(:not_implemented)

  defp jumped(0, _, sum), do: sum

  defp jumped(polynomial, {_, words} = state, sum) do
    sum = if (polynomial &&& 1) == 1, do: Enum.zip_with(sum, in_line(words), &bxor/2), else: sum
    {_, state} = next(state)
    jumped(polynomial >>> 1, state, sum)
  end

  # A state's words in a list that begins with the one whose turn it is, and back to how the state has them.
  defp in_line({ahead, behind}), do: ahead ++ Enum.reverse(behind)
  defp in_line([first | second]), do: [first, second]

  defp as_words([first, second], _, _), do: [first | second]
  defp as_words(line, _, :exro928ss), do: {line, []}

  defp as_words(line, {ahead, _}, _) do
    {ahead, behind} = Enum.split(line, length(ahead))
    {ahead, Enum.reverse(behind)}
  end

  @doc """
  Words of `exsp_next/1` that are 2^64 steps ahead.

  ## Examples

      iex> :rand.exsp_jump([1 | 2])
      [62857607239118635 | 99818531232796752]

  """
  def exsp_jump(words), do: elem(jump({handler(:exsp), words}), 1)

  # ## Generators without a frame

  @doc """
  One step of the generator behind `:exsp`: a number of 58 bits and the next words.

  ## Examples

      iex> :rand.exsp_next([1 | 2])
      {16785413, [2 | 16785411]}

  """
  def exsp_next(words) do
    [older | newer] = words = step(words)
    {older + newer &&& @mask58, words}
  end

  @doc """
  One step of SplitMix64: a number of 64 bits and the next state.

  ## Examples

      iex> :rand.splitmix64_next(5)
      {7134611160154358618, 11400714819323198490}

  """
  def splitmix64_next(state) when is_integer(state), do: splitmix(state)

  @doc """
  One step of a generator that is quick and not very random. `mwc59_value/1` and its kin make numbers of its states.

  ## Examples

      iex> :rand.mwc59(5)
      669251850

  """
  def mwc59(state) when is_integer(state) and state > 0, do: (state &&& 0xFFFFFFFF) * 0x7FA6502 + (state >>> 32)

  @doc "A state for `mwc59/1`, from something of the moment."
  def mwc59_seed do
    number = :erlang.phash2([{:erlang.node(), self()}])
    bxor(mixed(number), bxor(mixed(:erlang.system_time()), mixed(:erlang.unique_integer()))) + 1
  end

  @doc """
  A state for `mwc59/1` from a number of 58 bits; neighbours among the numbers give states that have nothing in common.

  ## Examples

      iex> :rand.mwc59_seed(42)
      246879073211467892

  """
  def mwc59_seed(seed) when is_integer(seed) and seed in 0..@mask58, do: mixed(seed) + 1

  # Each bit changes about half of the others, and no two numbers become the same.
  defp mixed(number) do
    number
    |> band(@mask58)
    |> mixed_by(0x351AFD7ED558CCD)
    |> mixed_by(0x0CEB9FE1A85EC53)
    |> then(&bxor(&1, &1 >>> 29))
  end

  defp mixed_by(number, factor), do: bxor(number, number >>> 29) * factor &&& @mask58

  @doc "A number of 32 bits from a state of `mwc59/1`."
  def mwc59_value32(state) when is_integer(state) and state > 0 do
    low = state &&& 0xFFFFFFFF
    bxor(low, low <<< 8) &&& 0xFFFFFFFF
  end

  @doc "A number of 59 bits from a state of `mwc59/1`."
  def mwc59_value(state) when is_integer(state) and state > 0 do
    mixed = bxor(state, state <<< 4) &&& (1 <<< 59) - 1
    bxor(mixed, mixed <<< 27) &&& (1 <<< 59) - 1
  end

  @doc "A float from 0 up to 1 from a state of `mwc59/1`."
  def mwc59_float(state), do: (mwc59_value(state) &&& (1 <<< 53) - 1) * @step

  defp next({%{type: :exsss} = handler, [_ | older] = words}) do
    fivefold = older * 5 &&& @mask58
    turned = (fivefold &&& @mask51) <<< 7 ||| fivefold >>> 51
    {turned * 9 &&& @mask58, {handler, step(words)}}
  end

  defp next({%{type: :exs64} = handler, word}) do
    {value, word} = exs64(word)
    {value, {handler, word}}
  end

  defp next({%{type: :exrop} = handler, words}) do
    {value, words} = exrop(words)
    {value, {handler, words}}
  end

  # The two with many words walk through a list, and turn it round at its end.
  defp next({%{type: type} = handler, {[last], behind}}) when type in [:exro928ss, :exs1024, :exs1024s] do
    next({handler, {[last | Enum.reverse(behind)], []}})
  end

  defp next({%{type: :exro928ss} = handler, {[last, first | rest], behind}}) do
    value = turned(first * 5 &&& @mask58, 7) * 9 &&& @mask58
    mixed = bxor(last, first)
    placed = bxor(bxor(turned(first, 44), mixed), mixed <<< 9 &&& @mask58)
    {value, {handler, {[turned(mixed, 45) | rest], [placed | behind]}}}
  end

  defp next({%{type: type} = handler, {[first, second | rest], behind}}) when type in [:exs1024, :exs1024s] do
    mixed = bxor(second, second <<< 31 &&& @mask64)
    word = bxor(bxor(first, first >>> 30), bxor(mixed, mixed >>> 11))
    {word * 1_181_783_497_276_652_981 &&& @mask64, {handler, {[word | rest], [first | behind]}}}
  end

  defp next({%{type: :dummy} = handler, word}), do: {word, {handler, bxor(word, @mask58)}}

  defp next({handler, words}) do
    [older | newer] = words = step(words)
    {older + newer &&& @mask58, {handler, words}}
  end

  defp exs64(word) do
    word = bxor(word, word >>> 12)
    word = bxor(word, word <<< 25 &&& @mask64)
    word = bxor(word, word >>> 27)
    {word * 2_685_821_657_736_338_717 &&& @mask64, word}
  end

  defp exrop([first | second]) do
    mixed = bxor(first, second)
    {first + second &&& @mask58, [bxor(bxor(turned(first, 24), mixed), mixed <<< 2 &&& @mask58) | turned(mixed, 35)]}
  end

  # 58 bits, turned to the left.
  defp turned(word, by), do: (word <<< by ||| word >>> (58 - by)) &&& @mask58

  defp state() do
    case :erlang.get(:rand_seed) do
      {%{type: _}, _} = state -> state
      _ -> seed_s(:default)
    end
  end

  defp kept({value, state}) do
    :erlang.put(:rand_seed, state)
    value
  end

  # ## Numbers

  @doc "A float from 0.0 up to, but not, 1.0."
  def uniform() do
    with :none <- :jovial_rand.uniform(), do: kept(uniform_s(state()))
  end

  @doc "An integer from 1 to `n`."
  def uniform(n) do
    with :none <- :jovial_rand.uniform(n), do: kept(uniform_s(n, state()))
  end

  @doc "As `uniform/0`, with the state."
  def uniform_s(state) do
    {word, {%{bits: bits} = handler, _} = state} = next(state)
    {float(word, bits, handler), state}
  end

  defp float(_, _, %{type: :dummy}), do: 0.5
  defp float(word, bits, %{max: _}), do: word / (1 <<< bits)
  defp float(word, bits, _), do: (word >>> (bits - 53)) * @step

  @doc "As `uniform/1`, with the state."
  def uniform_s(n, {%{type: :exsss}, _} = state) when is_integer(n) and n >= 1 and n <= @words58 do
    # What most ask for, without a look at what other generators need.
    {word, state} = next(state)
    rest = rem(word, n)
    if word - rest <= @words58 - n, do: {rest + 1, state}, else: uniform_s(n, state)
  end

  def uniform_s(n, state) when is_integer(n) and n >= 1 do
    {word, state} = next(state)
    within(n, word, state)
  end

  defp within(_, _, {%{type: :dummy}, _} = state), do: {1, state}
  defp within(n, word, {%{max: max}, _} = state) when n <= max, do: {rem(word, n) + 1, state}
  defp within(n, word, {%{max: _, bits: bits}, _} = state), do: {trunc(word / (1 <<< bits) * n) + 1, state}

  # Words at the top, where `n` does not fit any more, are thrown away.
  defp within(n, word, {%{bits: bits}, _} = state) when n <= 1 <<< bits do
    rest = rem(word, n)

    if word - rest <= (1 <<< bits) - n do
      {rest + 1, state}
    else
      uniform_s(n, state)
    end
  end

  defp within(n, word, {%{type: type, bits: bits}, _} = state) when (n &&& n - 1) == 0 do
    {wide, _, state} = widened(n >>> bits, word, bits, bits - weak(type), state)
    {(wide &&& n - 1) + 1, state}
  end

  # At least two bits more than are needed, so that few are thrown away.
  defp within(n, word, {%{type: type, bits: bits}, _} = state) do
    {wide, bits, state} = widened(n >>> (bits - 2), word, bits, bits - weak(type), state)
    rest = rem(wide, n)
    if wide - rest <= (1 <<< bits) - n, do: {rest + 1, state}, else: uniform_s(n, state)
  end

  # Low bits of a word that are not random enough to be kept between others.
  defp weak(type) when type in [:exsss, :exro928ss], do: 0
  defp weak(:exs1024s), do: 3
  defp weak(_), do: 1

  # `step` is how many bits of a word are good.
  defp widened(missing, wide, bits, _, state) when missing <= 1, do: {wide, bits, state}

  defp widened(missing, wide, bits, step, state) do
    {word, {%{bits: size}, _} = state} = next(state)
    widened(missing >>> step, wide >>> (size - step) <<< size ||| word, bits + step, step, state)
  end

  @doc "A float above 0.0 and below 1.0, near 0.0 with as many digits as a float can have."
  def uniform_real(), do: kept(uniform_real_s(state()))

  @doc "As `uniform_real/0`, with the state."
  def uniform_real_s(state) do
    {high, state} = best(56, state)
    real(high &&& (1 <<< 56) - 1, 56, state)
  end

  # 56 bits of words give 53 that count from the first that is set on, if need be with those of a further word.
  defp real(0, bits, state) do
    {high, state} = best(56, state)
    real(high, bits + 56, state)
  end

  defp real(high, bits, state) do
    case 53 - length_in_bits(high, 0) do
      missing when missing <= 0 ->
        {(high >>> -missing) * 2.0 ** (-missing - bits), state}

      missing ->
        {low, state} = best(missing, state)
        {(high <<< missing ||| low) * 2.0 ** (-missing - bits), state}
    end
  end

  # So many bits of one word, its highest. Where numbers are made by division a word counts as one of 56 bits, and what it has
  # above them comes along, as it does in OTP.
  defp best(count, state) do
    case next(state) do
      {word, {%{max: _}, _} = state} -> {word >>> (56 - count), state}
      {word, {%{bits: bits}, _} = state} -> {word >>> (bits - count), state}
    end
  end

  defp length_in_bits(0, bits), do: bits
  defp length_in_bits(number, bits), do: length_in_bits(number >>> 1, bits + 1)

  @doc "So many random bytes."
  def bytes(n), do: kept(bytes_s(n, state()))

  @doc "As `bytes/1`, with the state."
  def bytes_s(n, state) when is_integer(n) and n >= 0, do: bytes_s(n, state, <<>>)

  # A word gives seven bytes, its highest; those of the last word are the lower ones.
  defp bytes_s(n, state, acc) when n > 7 do
    {word, state} = next(state)
    bytes_s(n - 7, state, <<acc::binary, word >>> dropped(state)::56>>)
  end

  defp bytes_s(n, state, acc) do
    {word, state} = next(state)
    {<<acc::binary, word >>> (56 - n * 8)::unit(8)-size(n)>>, state}
  end

  # The low bits that are left over.
  defp dropped({%{type: :exs1024s}, _}), do: 8
  defp dropped(_state), do: 2

  @doc "A normally distributed float with mean 0.0 and variance 1.0."
  def normal(), do: kept(normal_s(state()))

  @doc "A normally distributed float with this mean and variance."
  def normal(mean, variance), do: kept(normal_s(mean, variance, state()))

  @doc "As `normal/2`, with the state."
  def normal_s(mean, variance, state) when variance >= 0 do
    {value, state} = normal_s(state)
    {mean + :math.sqrt(variance) * value, state}
  end

  @doc "As `normal/0`, with the state."
  def normal_s(state) do
    {word, state} = next(state)
    {bits, sign} = point(word, state)

    case :rand_normal.point(bits) do
      {:inside, x} -> {signed(x, sign), state}
      {:edge, layer, x} -> edge(layer, x, sign, uniform_s(state))
      :tail -> tail(sign, state)
    end
  end

  # 51 bits and a sign: 52 of the highest bits of a word, the sign last, or of the lowest, the sign first.
  defp point(word, {%{max: _}, _}), do: {word &&& @mask51, word &&& 1 <<< 51}
  defp point(word, {%{bits: bits}, _}), do: {word >>> (bits - 51), word &&& 1 <<< (bits - 52)}

  # The middle is 0.0, whatever its sign says.
  defp signed(x, 0), do: x
  defp signed(x, _), do: 0.0 - x

  defp edge(layer, x, sign, {up, state}) do
    if :rand_normal.below?(layer, x, up), do: {signed(x, sign), state}, else: normal_s(state)
  end

  # By Marsaglia: exponentially distributed distances, until one is below the curve.
  defp tail(sign, state) do
    {right, state} = uniform_s(state)
    {up, state} = uniform_s(state)
    right_end = :rand_normal.right_end()
    distance = -:math.log(right) * (1 / right_end)

    if -2 * :math.log(up) > distance * distance,
      do: {signed(right_end + distance, sign), state},
      else: tail(sign, state)
  end
end
