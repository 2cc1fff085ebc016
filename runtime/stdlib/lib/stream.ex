# The file is long because Stream has many functions. How they work is told once, at the private part "How a stream
# runs" near the end; most functions are a few lines on top of that.

defmodule Stream do
  @moduledoc """
  Lazy enumerables: recipes that compute their elements one at a time, when somebody asks for them.

  The functions here have the names of those in `Enum`, but they only note what is to be done. The work is done when the stream
  gets into `Enum`, a `for` comprehension or `run/1`, and each element passes through all steps before the next is read:

      iex> stream = 1..1_000_000 |> Stream.map(&(&1 * 3)) |> Stream.filter(&(rem(&1, 2) == 0))
      iex> Enum.take(stream, 3)
      [6, 12, 18]

  Here nine numbers are computed, not two million. No list stands between the steps, and a stream may well be endless:

      iex> Stream.iterate(1, &(&1 * 2)) |> Enum.take(6)
      [1, 2, 4, 8, 16, 32]

  Streams pay off for large or endless sources, files and other things from outside, and where only part of the result is wanted. For short
  lists `Enum` is faster.

  ## Where streams come from

    * any enumerable, by the first function that is applied to it
    * functions that make up elements: `iterate/2`, `unfold/2`, `repeatedly/1`, `cycle/1`, `resource/3`
    * other modules, such as `File.stream!/2` or `IO.stream/2`

  A stream is either a `%Stream{}` or a function of two arguments, and which of them is nobody's business but its own. It may be
  run several times; each time it starts anew.
  """

  defstruct enum: nil, funs: [], accs: [], done: nil

  @type acc :: any
  @type element :: any
  @typedoc "A zero-based position."
  @type index :: non_neg_integer
  @type default :: any

  @type t :: %__MODULE__{} | (Enumerable.acc(), Enumerable.reducer() -> Enumerable.result())

  ## Steps without a state

  @doc """
  Applies `fun` to each element.

  ## Examples

      iex> Enum.to_list(Stream.map([1, 2], &(&1 + 10)))
      [11, 12]
  """
  @spec map(Enumerable.t(), (element -> any)) :: Enumerable.t()
  def map(enum, fun) when is_function(fun, 1),
    do: add(enum, fn next -> fn x, acc -> next.(fun.(x), acc) end end)

  @doc """
  Keeps the elements for which `fun` gives a truthy value.

  ## Examples

      iex> Enum.to_list(Stream.filter([1, 2, 3], &(&1 > 1)))
      [2, 3]
  """
  @spec filter(Enumerable.t(), (element -> as_boolean(term))) :: Enumerable.t()
  def filter(enum, fun) when is_function(fun, 1) do
    add(enum, fn next ->
      fn x, acc -> if fun.(x), do: next.(x, acc), else: {:cont, acc} end
    end)
  end

  @doc """
  Drops the elements for which `fun` gives a truthy value.

  ## Examples

      iex> Enum.to_list(Stream.reject([1, 2, 3], &(&1 > 1)))
      [1]
  """
  @spec reject(Enumerable.t(), (element -> as_boolean(term))) :: Enumerable.t()
  def reject(enum, fun) when is_function(fun, 1) do
    add(enum, fn next ->
      fn x, acc -> if fun.(x), do: {:cont, acc}, else: next.(x, acc) end
    end)
  end

  @doc false
  @deprecated "Use Stream.filter/2 + Stream.map/2 instead"
  def filter_map(enum, filter, mapper), do: enum |> filter(filter) |> map(mapper)

  @doc """
  Calls `fun` for each element that passes, and passes it on.

  ## Examples

      iex> stream = Stream.each([1, 2], fn x -> send(self(), {:passed, x}) end)
      iex> Enum.to_list(stream)
      [1, 2]
      iex> receive do
      ...>   message -> message
      ...> end
      {:passed, 1}
  """
  @spec each(Enumerable.t(), (element -> term)) :: Enumerable.t()
  def each(enum, fun) when is_function(fun, 1) do
    add(enum, fn next ->
      fn x, acc ->
        fun.(x)
        next.(x, acc)
      end
    end)
  end

  @doc """
  Passes elements on as long as `fun` gives a truthy value, and then stops.

  ## Examples

      iex> Enum.to_list(Stream.take_while([1, 2, 9, 1], &(&1 < 5)))
      [1, 2]
  """
  @spec take_while(Enumerable.t(), (element -> as_boolean(term))) :: Enumerable.t()
  def take_while(enum, fun) when is_function(fun, 1) do
    add(enum, fn next ->
      fn x, acc -> if fun.(x), do: next.(x, acc), else: {:halt, acc} end
    end)
  end

  ## Steps with a state

  @doc """
  Drops elements as long as `fun` gives a truthy value, and passes on all others.

  ## Examples

      iex> Enum.to_list(Stream.drop_while([1, 2, 9, 1], &(&1 < 5)))
      [9, 1]
  """
  @spec drop_while(Enumerable.t(), (element -> as_boolean(term))) :: Enumerable.t()
  def drop_while(enum, fun) when is_function(fun, 1) do
    add(enum, true, fn
      x, true -> if fun.(x), do: {:skip, true}, else: {:emit, x, false}
      x, false -> {:emit, x, false}
    end)
  end

  @doc """
  Passes on the first `count` elements, or the last ones for a negative count.

  After the last of the first elements nothing more is read. The last elements are known when all have been read.

  ## Examples

      iex> Enum.to_list(Stream.take(Stream.cycle([1, 2]), 3))
      [1, 2, 1]
      iex> Enum.to_list(Stream.take([1, 2, 3], -2))
      [2, 3]
  """
  @spec take(Enumerable.t(), integer) :: Enumerable.t()
  def take(enum, count) when is_integer(count) do
    cond do
      count == 0 -> %Stream{enum: []}
      count > 0 -> add_take(enum, count)
      true -> &Enumerable.reduce(Enum.take(enum, count), &1, &2)
    end
  end

  # After the last element the upstream is told to stop, whatever the consumer says: were it suspended, it would read one more.
  defp add_take(enum, count) do
    add_with_acc(enum, count, fn next ->
      fn
        x, [1 | acc] ->
          {_tag, acc} = next.(x, acc)
          {:halt, [0 | acc]}

        x, [left | acc] ->
          {tag, acc} = next.(x, acc)
          {tag, [left - 1 | acc]}
      end
    end)
  end

  @doc """
  Drops the first `count` elements, or the last ones for a negative count.

  The last elements can be dropped while running; so many are held back at any time.

  ## Examples

      iex> Enum.to_list(Stream.drop(1..4, 2))
      [3, 4]
      iex> Enum.to_list(Stream.drop(1..4, -3))
      [1]
  """
  @spec drop(Enumerable.t(), integer) :: Enumerable.t()
  def drop(enum, count) when is_integer(count) and count >= 0 do
    add(enum, count, fn
      x, 0 -> {:emit, x, 0}
      _x, left -> {:skip, left - 1}
    end)
  end

  def drop(enum, count) when is_integer(count) do
    add(enum, {-count, [], []}, fn
      x, {0, [oldest | rest], newest} -> {:emit, oldest, {0, rest, [x | newest]}}
      x, {0, [], newest} -> turn_over(x, :lists.reverse(newest))
      x, {room, [], newest} -> {:skip, {room - 1, [], [x | newest]}}
    end)
  end

  defp turn_over(x, [oldest | rest]), do: {:emit, oldest, {0, rest, [x]}}

  @doc """
  Passes on every `nth` element, starting with the first; none if `nth` is zero.

  ## Examples

      iex> Enum.to_list(Stream.take_every(1..10, 4))
      [1, 5, 9]
  """
  @spec take_every(Enumerable.t(), non_neg_integer) :: Enumerable.t()
  def take_every(enum, nth) when is_integer(nth) and nth >= 0 do
    if nth == 0 do
      %Stream{enum: []}
    else
      add(enum, 0, fn
        x, 0 -> {:emit, x, nth - 1}
        _x, left -> {:skip, left - 1}
      end)
    end
  end

  @doc """
  Drops every `nth` element, starting with the first; none if `nth` is zero.

  ## Examples

      iex> Enum.to_list(Stream.drop_every(1..10, 4))
      [2, 3, 4, 6, 7, 8, 10]
  """
  @spec drop_every(Enumerable.t(), non_neg_integer) :: Enumerable.t()
  def drop_every(enum, nth) when is_integer(nth) and nth >= 0 do
    case nth do
      0 ->
        %Stream{enum: enum}

      _ ->
        add(enum, 0, fn
          _x, 0 -> {:skip, nth - 1}
          x, left -> {:emit, x, left - 1}
        end)
    end
  end

  @doc """
  Applies `fun` to every `nth` element, starting with the first, and passes on the others as they are.

  ## Examples

      iex> Enum.to_list(Stream.map_every(1..5, 2, &(-&1)))
      [-1, 2, -3, 4, -5]
  """
  @spec map_every(Enumerable.t(), non_neg_integer, (element -> any)) :: Enumerable.t()
  def map_every(enum, nth, fun) when is_integer(nth) and nth >= 0 and is_function(fun, 1) do
    case nth do
      0 ->
        %Stream{enum: enum}

      1 ->
        map(enum, fun)

      _ ->
        add(enum, 0, fn
          x, 0 -> {:emit, fun.(x), nth - 1}
          x, left -> {:emit, x, left - 1}
        end)
    end
  end

  @doc """
  Drops elements that equal the one before.

  ## Examples

      iex> Enum.to_list(Stream.dedup([1, 1, 2, 1]))
      [1, 2, 1]
  """
  @spec dedup(Enumerable.t()) :: Enumerable.t()
  def dedup(enum), do: dedup_by(enum, fn x -> x end)

  @doc """
  Drops elements for which `fun` gives the same result as for the one before.

  ## Examples

      iex> Enum.to_list(Stream.dedup_by([a: 1, b: 1, c: 2], fn {_key, value} -> value end))
      [a: 1, c: 2]
  """
  @spec dedup_by(Enumerable.t(), (element -> term)) :: Enumerable.t()
  def dedup_by(enum, fun) when is_function(fun, 1) do
    add(enum, :none, fn x, last ->
      case {:key, fun.(x)} do
        ^last -> {:skip, last}
        key -> {:emit, x, key}
      end
    end)
  end

  @doc """
  Passes on each element only once.

  All elements that have passed are remembered.

  ## Examples

      iex> Enum.to_list(Stream.uniq([3, 1, 3, 2, 1]))
      [3, 1, 2]
  """
  @spec uniq(Enumerable.t()) :: Enumerable.t()
  def uniq(enum), do: uniq_by(enum, fn x -> x end)

  @doc false
  @deprecated "Use Stream.uniq_by/2 instead"
  def uniq(enum, fun), do: uniq_by(enum, fun)

  @doc """
  Passes on the elements whose result of `fun` has not occurred before.

  ## Examples

      iex> Enum.to_list(Stream.uniq_by(["a", "bb", "c"], &String.length/1))
      ["a", "bb"]
  """
  @spec uniq_by(Enumerable.t(), (element -> term)) :: Enumerable.t()
  def uniq_by(enum, fun) when is_function(fun, 1) do
    add(enum, %{}, fn x, seen ->
      key = fun.(x)

      case seen do
        %{^key => _} -> {:skip, seen}
        %{} -> {:emit, x, :maps.put(key, true, seen)}
      end
    end)
  end

  @doc """
  Pairs each element with its position.

  The second argument is the first position, or a function that gets element and position and whose result takes the place of
  the pair.

  ## Examples

      iex> Enum.to_list(Stream.with_index([:a, :b], 1))
      [a: 1, b: 2]
      iex> Enum.to_list(Stream.with_index([:a, :b], fn x, index -> {index, x} end))
      [{0, :a}, {1, :b}]
  """
  @spec with_index(Enumerable.t(), integer | (element, index -> return_value)) ::
          Enumerable.t({element, integer}) | Enumerable.t(return_value)
        when return_value: term
  def with_index(enum, fun_or_offset \\ 0)

  def with_index(enum, offset) when is_integer(offset),
    do: add(enum, offset, fn x, index -> {:emit, {x, index}, index + 1} end)

  def with_index(enum, fun) when is_function(fun, 2),
    do: add(enum, 0, fn x, index -> {:emit, fun.(x, index), index + 1} end)

  @doc """
  Passes on the results of `fun` for each element and the result before; the first element stands for itself.

  ## Examples

      iex> Enum.to_list(Stream.scan(1..4, &(&1 + &2)))
      [1, 3, 6, 10]
  """
  @spec scan(Enumerable.t(), (element, acc -> any)) :: Enumerable.t()
  def scan(enum, fun) when is_function(fun, 2) do
    add(enum, :first, fn
      x, :first ->
        {:emit, x, {:acc, x}}

      x, {:acc, acc} ->
        acc = fun.(x, acc)
        {:emit, acc, {:acc, acc}}
    end)
  end

  @doc """
  Passes on the results of `fun` for each element and the result before, beginning with `acc`.

  ## Examples

      iex> Enum.to_list(Stream.scan(1..3, 10, &(&1 + &2)))
      [11, 13, 16]
  """
  @spec scan(Enumerable.t(), acc, (element, acc -> any)) :: Enumerable.t()
  def scan(enum, acc, fun) when is_function(fun, 2) do
    add(enum, acc, fn x, acc ->
      acc = fun.(x, acc)
      {:emit, acc, acc}
    end)
  end

  ## Chunks

  @doc """
  Cuts into lists of neighbours for which `fun` gives the same result.

  ## Examples

      iex> Enum.to_list(Stream.chunk_by([1, 3, 2, 4, 5], &rem(&1, 2)))
      [[1, 3], [2, 4], [5]]
  """
  @spec chunk_by(Enumerable.t(), (element -> any)) :: Enumerable.t()
  def chunk_by(enum, fun) when is_function(fun, 1) do
    chunk_while(
      enum,
      nil,
      fn
        x, nil ->
          {:cont, {fun.(x), [x]}}

        x, {key, chunk} ->
          case fun.(x) do
            ^key -> {:cont, {key, [x | chunk]}}
            other -> {:cont, :lists.reverse(chunk), {other, [x]}}
          end
      end,
      fn
        nil -> {:cont, nil}
        {_key, chunk} -> {:cont, :lists.reverse(chunk), nil}
      end
    )
  end

  @doc """
  Cuts into lists of `count` elements; the last may be shorter.

  ## Examples

      iex> Enum.to_list(Stream.chunk_every([1, 2, 3], 2))
      [[1, 2], [3]]
  """
  @spec chunk_every(Enumerable.t(), pos_integer) :: Enumerable.t()
  def chunk_every(enum, count), do: chunk_every(enum, count, count, [])

  @doc """
  Passes on lists of `count` elements that begin `step` elements apart.

  `leftover` fills up the last list, or discards it with `:discard`, as in `Enum.chunk_every/4`.

  ## Examples

      iex> Enum.to_list(Stream.chunk_every([1, 2, 3, 4], 3, 2))
      [[1, 2, 3], [3, 4]]
      iex> Enum.to_list(Stream.chunk_every(1..5, 2, 2, :discard))
      [[1, 2], [3, 4]]
  """
  @spec chunk_every(Enumerable.t(), pos_integer, pos_integer, Enumerable.t() | :discard) ::
          Enumerable.t()
  def chunk_every(enum, count, step, leftover \\ [])
      when is_integer(count) and count > 0 and is_integer(step) and step > 0 do
    # The state is the chunk so far, backwards, and its size; below zero are elements to pass over.
    chunk_while(
      enum,
      {[], 0},
      fn
        _x, {chunk, size} when size < 0 ->
          {:cont, {chunk, size + 1}}

        x, {chunk, size} when size + 1 < count ->
          {:cont, {[x | chunk], size + 1}}

        x, {chunk, _size} ->
          chunk = [x | chunk]
          kept = if step < count, do: Enum.take(chunk, count - step), else: []
          {:cont, :lists.reverse(chunk), {kept, count - step}}
      end,
      fn
        {[], _size} -> {:cont, nil}
        {_chunk, _size} when leftover == :discard -> {:cont, nil}
        {chunk, size} -> {:cont, :lists.reverse(chunk, Enum.take(leftover, count - size)), nil}
      end
    )
  end

  @doc false
  @deprecated "Use Stream.chunk_every/2 instead"
  def chunk(enum, count), do: chunk(enum, count, count, nil)

  @doc false
  @deprecated "Use Stream.chunk_every/3 instead"
  def chunk(enum, count, step), do: chunk(enum, count, step, nil)

  @doc false
  @deprecated "Use Stream.chunk_every/4 instead"
  def chunk(enum, count, step, leftover),
    do: chunk_every(enum, count, step, leftover || :discard)

  @doc """
  Cuts into chunks as `chunk_fun` decides.

  The functions return what those of `Enum.chunk_while/4` do. When whoever runs the stream stops early, `after_fun` is not called.

  ## Examples

      iex> chunk_fun = fn
      ...>   0, acc -> {:cont, acc, 0}
      ...>   x, acc -> {:cont, acc + x}
      ...> end
      iex> Enum.to_list(Stream.chunk_while([1, 2, 0, 5], 0, chunk_fun, &{:cont, &1, 0}))
      [3, 5]
  """
  @spec chunk_while(
          Enumerable.t(),
          acc,
          (element, acc -> {:cont, chunk, acc} | {:cont, acc} | {:halt, acc}),
          (acc -> {:cont, chunk, acc} | {:cont, acc})
        ) :: Enumerable.t()
        when chunk: any
  def chunk_while(enum, acc, chunk_fun, after_fun)
      when is_function(chunk_fun, 2) and is_function(after_fun, 1) do
    stream =
      add_with_acc(enum, {:open, acc}, fn next ->
        fn x, [{_open, chunk_acc} | acc] ->
          case chunk_fun.(x, chunk_acc) do
            {:cont, chunk, chunk_acc} -> emit_chunk(next.(chunk, acc), chunk_acc)
            {:cont, chunk_acc} -> {:cont, [{:open, chunk_acc} | acc]}
            {:halt, chunk_acc} -> {:halt, [{:open, chunk_acc} | acc]}
          end
        end
      end)

    %{stream | done: after_fun}
  end

  # Whoever has stopped does not want the chunk that is left either; who is suspended has to get it later, even if
  # the upstream ends meanwhile.
  defp emit_chunk({:halt, acc}, _chunk_acc), do: {:halt, [:closed | acc]}
  defp emit_chunk({:suspend, acc}, chunk_acc), do: {:suspend, [{:paused, chunk_acc} | acc]}
  defp emit_chunk({:cont, acc}, chunk_acc), do: {:cont, [{:open, chunk_acc} | acc]}

  ## Several enumerables

  @doc """
  Joins the enumerables of an enumerable.

  ## Examples

      iex> Enum.to_list(Stream.concat([1..2, [:a]]))
      [1, 2, :a]
  """
  @spec concat(Enumerable.t()) :: Enumerable.t()
  def concat(enumerables), do: flat_map(enumerables, fn enum -> enum end)

  @doc """
  Joins two enumerables.

  ## Examples

      iex> Enum.to_list(Stream.concat(1..2, [:a]))
      [1, 2, :a]
  """
  @spec concat(Enumerable.t(), Enumerable.t()) :: Enumerable.t()
  def concat(first, second), do: concat([first, second])

  @doc """
  Maps each element to an enumerable, and passes on the elements of these.

  ## Examples

      iex> Enum.to_list(Stream.flat_map([1, 2], &[&1, &1 * 10]))
      [1, 10, 2, 20]
  """
  @spec flat_map(Enumerable.t(), (element -> Enumerable.t())) :: Enumerable.t()
  def flat_map(enum, mapper) when is_function(mapper, 1),
    do: transform(enum, nil, fn x, nil -> {mapper.(x), nil} end)

  @doc """
  Puts a separator between the elements.

  ## Examples

      iex> Enum.to_list(Stream.intersperse([1, 2, 3], 0))
      [1, 0, 2, 0, 3]
  """
  @spec intersperse(Enumerable.t(), any) :: Enumerable.t()
  def intersperse(enumerable, intersperse_element) do
    transform(enumerable, :first, fn
      x, :first -> {[x], :rest}
      x, :rest -> {[intersperse_element, x], :rest}
    end)
  end

  @doc """
  Combines enumerables element by element into tuples, until the shortest ends.

  ## Examples

      iex> Enum.to_list(Stream.zip([Stream.cycle([:a, :b]), 1..3]))
      [a: 1, b: 2, a: 3]
  """
  @spec zip(enumerables) :: Enumerable.t() when enumerables: [Enumerable.t()] | Enumerable.t()
  def zip(enumerables), do: zip_with(enumerables, &:erlang.list_to_tuple/1)

  @doc """
  Combines two enumerables element by element into pairs, until the shorter ends.

  ## Examples

      iex> Enum.to_list(Stream.zip([:a, :b], Stream.iterate(0, &(&1 + 1))))
      [a: 0, b: 1]
  """
  @spec zip(Enumerable.t(), Enumerable.t()) :: Enumerable.t()
  def zip(enumerable1, enumerable2), do: zip([enumerable1, enumerable2])

  @doc """
  Combines two enumerables element by element with `zip_fun`, until the shorter ends.

  ## Examples

      iex> Enum.to_list(Stream.zip_with([1, 2], [10, 20, 30], &(&1 + &2)))
      [11, 22]
  """
  @spec zip_with(Enumerable.t(), Enumerable.t(), (term, term -> term)) :: Enumerable.t()
  def zip_with(enumerable1, enumerable2, zip_fun) when is_function(zip_fun, 2),
    do: zip_with([enumerable1, enumerable2], fn [one, two] -> zip_fun.(one, two) end)

  @doc """
  Combines enumerables element by element with `zip_fun`, which gets a list, until the shortest ends.

  ## Examples

      iex> Enum.to_list(Stream.zip_with([1..3, [10, 20]], &Enum.sum/1))
      [11, 22]
  """
  @spec zip_with(enumerables, (Enumerable.t() -> term)) :: Enumerable.t()
        when enumerables: [Enumerable.t()] | Enumerable.t()
  def zip_with(enumerables, zip_fun) when is_function(zip_fun, 1) do
    fn acc, fun ->
      sources = Enum.to_list(enumerables)

      cond do
        sources == [] -> finished(acc)
        Enum.all?(sources, &is_list/1) -> zip_lists(sources, acc, fun, zip_fun)
        true -> sources |> Enum.map(&reader/1) |> zip_round(acc, fun, zip_fun)
      end
    end
  end

  # Lists have nothing to be closed.
  defp zip_lists(lists, {:suspend, acc}, fun, zip_fun), do: {:suspended, acc, &zip_lists(lists, &1, fun, zip_fun)}
  defp zip_lists(_lists, {:halt, acc}, _fun, _zip_fun), do: {:halted, acc}

  defp zip_lists(lists, {:cont, acc}, fun, zip_fun) do
    case heads(lists, [], []) do
      {heads, tails} -> zip_lists(tails, fun.(zip_fun.(heads), acc), fun, zip_fun)
      :done -> {:done, acc}
    end
  end

  defp heads([[head | tail] | rest], heads, tails), do: heads(rest, [head | heads], [tail | tails])
  defp heads([], heads, tails), do: {:lists.reverse(heads), :lists.reverse(tails)}
  defp heads([[] | _], _heads, _tails), do: :done

  defp zip_round(readers, {:suspend, acc}, fun, zip_fun),
    do: {:suspended, acc, &zip_round(readers, &1, fun, zip_fun)}

  defp zip_round(readers, {:halt, acc}, _fun, _zip_fun) do
    close_all(readers)
    {:halted, acc}
  end

  defp zip_round(readers, {:cont, acc}, fun, zip_fun) do
    case zip_read(readers, [], []) do
      :done ->
        {:done, acc}

      {elements, readers} ->
        # The protected part is the call of the two functions; the rounds themselves are tail calls.
        result =
          try do
            fun.(zip_fun.(elements), acc)
          catch
            kind, reason ->
              close_all(readers)
              :erlang.raise(kind, reason, __STACKTRACE__)
          end

        zip_round(readers, result, fun, zip_fun)
    end
  end

  # One element of each reader. Those before the one that has ended were read in vain, and are closed with the others.
  defp zip_read([reader | rest], elements, read) do
    result =
      try do
        read(reader)
      catch
        kind, reason ->
          close_all(rest)
          close_all(read)
          :erlang.raise(kind, reason, __STACKTRACE__)
      end

    case result do
      {element, reader} ->
        zip_read(rest, [element | elements], [reader | read])

      :done ->
        close_all(:lists.reverse(read, rest))
        :done
    end
  end

  defp zip_read([], elements, read), do: {:lists.reverse(elements), :lists.reverse(read)}

  ## Transform

  @doc """
  Maps each element to an enumerable while an accumulator is carried along.

  The function returns `{enumerable, acc}`, or `{:halt, acc}` to end the stream.

  ## Examples

      iex> stream = Stream.transform(1..1000, 3, fn x, left ->
      ...>   if left > 0, do: {[x, -x], left - 1}, else: {:halt, left}
      ...> end)
      iex> Enum.to_list(stream)
      [1, -1, 2, -2, 3, -3]
  """
  @spec transform(Enumerable.t(), acc, fun) :: Enumerable.t()
        when fun: (element, acc -> {Enumerable.t(), acc} | {:halt, acc}),
             acc: any
  def transform(enum, acc, reducer) when is_function(reducer, 2) do
    &start_transform(enum, fn -> acc end, reducer, nil, fn acc -> acc end, &1, &2)
  end

  @doc """
  Transforms as `transform/3` does, with an accumulator that is made when the stream starts and given back when it ends.

  `after_fun` is called however the stream ends.

  ## Examples

      iex> stream = Stream.transform([1, 2], fn -> 10 end, fn x, acc -> {[x + acc], acc} end, fn _acc -> :ok end)
      iex> Enum.to_list(stream)
      [11, 12]
  """
  @spec transform(Enumerable.t(), start_fun, reducer, after_fun) :: Enumerable.t()
        when start_fun: (-> acc),
             reducer: (element, acc -> {Enumerable.t(), acc} | {:halt, acc}),
             after_fun: (acc -> term),
             acc: any
  def transform(enum, start_fun, reducer, after_fun)
      when is_function(start_fun, 0) and is_function(reducer, 2) and is_function(after_fun, 1) do
    &start_transform(enum, start_fun, reducer, nil, after_fun, &1, &2)
  end

  @doc """
  Transforms as `transform/4` does, with a last say.

  When the enumerable has ended by itself, `last_fun` gets the accumulator and returns `{enumerable, acc}` or `{:halt, acc}`. Then, however the
  stream ended, `after_fun` is called.

  ## Examples

      iex> stream = Stream.transform(
      ...>   [1, 2, 3],
      ...>   fn -> 0 end,
      ...>   fn x, sum -> {[x], sum + x} end,
      ...>   fn sum -> {[{:sum, sum}], sum} end,
      ...>   fn _sum -> :ok end
      ...> )
      iex> Enum.to_list(stream)
      [1, 2, 3, {:sum, 6}]
  """
  @spec transform(Enumerable.t(), start_fun, reducer, last_fun, after_fun) :: Enumerable.t()
        when start_fun: (-> acc),
             reducer: (element, acc -> {Enumerable.t(), acc} | {:halt, acc}),
             last_fun: (acc -> {Enumerable.t(), acc} | {:halt, acc}),
             after_fun: (acc -> term),
             acc: any
  def transform(enum, start_fun, reducer, last_fun, after_fun)
      when is_function(start_fun, 0) and is_function(reducer, 2) and is_function(last_fun, 1) and
             is_function(after_fun, 1) do
    &start_transform(enum, start_fun, reducer, last_fun, after_fun, &1, &2)
  end

  # What a transformation is made of while it runs: the functions, and a reader of the outer enumerable, or `:done`.
  defp start_transform(enum, start_fun, reducer, last_fun, after_fun, acc, fun) do
    state = %{
      outer: reader(enum),
      user: start_fun.(),
      reducer: reducer,
      last: last_fun,
      after: after_fun,
      fun: fun
    }

    transform_outer(state, acc)
  end

  defp transform_outer(state, {:suspend, acc}), do: {:suspended, acc, &transform_outer(state, &1)}

  defp transform_outer(state, {:halt, acc}) do
    end_transform(state)
    {:halted, acc}
  end

  defp transform_outer(%{outer: :done, last: nil} = state, {:cont, acc}) do
    end_transform(state)
    {:done, acc}
  end

  defp transform_outer(%{outer: :done, last: last, user: user} = state, {:cont, acc}) do
    result = guarded(state, fn -> last.(user) end)
    state = %{state | last: nil}

    case result do
      {:halt, user} -> transform_outer(%{state | user: user}, {:halt, acc})
      {enum, user} -> transform_inner(%{state | user: user}, enum, {:cont, acc})
    end
  end

  # A reduction may fail when it is read, and has then ended itself.
  defp transform_outer(%{outer: {:reduction, _} = outer} = state, {:cont, acc}) do
    case guarded(%{state | outer: :done}, fn -> read(outer) end) do
      :done -> transform_outer(%{state | outer: :done}, {:cont, acc})
      {element, outer} -> transform_element(%{state | outer: outer}, element, acc)
    end
  end

  defp transform_outer(%{outer: outer} = state, {:cont, acc}) do
    case read(outer) do
      :done -> transform_outer(%{state | outer: :done}, {:cont, acc})
      {element, outer} -> transform_element(%{state | outer: outer}, element, acc)
    end
  end

  defp transform_element(%{user: user, reducer: reducer} = state, element, acc) do
    result =
      try do
        reducer.(element, user)
      catch
        kind, reason ->
          end_transform(state)
          :erlang.raise(kind, reason, __STACKTRACE__)
      end

    case result do
      {:halt, user} -> transform_outer(%{state | user: user}, {:halt, acc})
      {enum, user} -> transform_inner(%{state | user: user}, enum, {:cont, acc})
    end
  end

  defp transform_inner(state, [], acc), do: transform_outer(state, acc)

  defp transform_inner(%{fun: fun} = state, [element], {:cont, acc}) do
    tagged =
      try do
        fun.(element, acc)
      catch
        kind, reason ->
          end_transform(state)
          :erlang.raise(kind, reason, __STACKTRACE__)
      end

    transform_outer(state, tagged)
  end

  # The tag that the consumer returned is kept beside its accumulator, since `:halt` here only ends the inner enumerable.
  defp transform_inner(%{fun: fun} = state, enum, {:cont, acc}) do
    step = fn element, {_tag, acc} ->
      case fun.(element, acc) do
        {:cont, acc} -> {:cont, {:cont, acc}}
        {:suspend, acc} -> {:suspend, {:suspend, acc}}
        {:halt, acc} -> {:halt, {:halt, acc}}
      end
    end

    continue_inner(state, &Enumerable.reduce(enum, &1, step), {:cont, {:cont, acc}})
  end

  defp continue_inner(state, inner, tagged) do
    case guarded(state, fn -> inner.(tagged) end) do
      {:suspended, {_tag, acc}, inner} ->
        {:suspended, acc, fn {tag, acc} -> continue_inner(state, inner, {tag, {tag, acc}}) end}

      # The inner enumerable may have ended itself early; what counts is what the consumer said last.
      {_done_or_halted, tagged} ->
        transform_outer(state, tagged)
    end
  end

  defp guarded(state, fun) do
    fun.()
  catch
    kind, reason ->
      end_transform(state)
      :erlang.raise(kind, reason, __STACKTRACE__)
  end

  defp end_transform(%{outer: outer, after: after_fun, user: user}) do
    close(outer)
    after_fun.(user)
  end

  ## Sources

  @doc """
  Repeats an enumerable endlessly.

  An empty one raises `ArgumentError`.

  ## Examples

      iex> Enum.take(Stream.cycle([1, 2]), 5)
      [1, 2, 1, 2, 1]
  """
  @spec cycle(Enumerable.t()) :: Enumerable.t()
  def cycle(enumerable)
  def cycle([]), do: no_cycle()

  def cycle(list) when is_list(list) do
    unfold({list, list}, fn
      {[element | rest], list} -> {element, {rest, list}}
      {[], [element | rest] = list} -> {element, {rest, list}}
    end)
  end

  def cycle(enumerable) do
    fn acc, fun ->
      # What the consumer said last is kept, since an enumerable may also halt by itself; `:none` before the first element.
      step = fn element, {_tag, acc} ->
        {tag, _} = result = fun.(element, acc)
        {tag, result}
      end

      cycle_round(&Enumerable.reduce(enumerable, &1, step), acc)
    end
  end

  defp cycle_round(round, {:halt, acc}), do: cycle_run(round, round, {:halt, {:halt, acc}})
  defp cycle_round(round, {:suspend, acc}), do: {:suspended, acc, &cycle_round(round, &1)}
  defp cycle_round(round, {:cont, acc}), do: cycle_run(round, round, {:cont, {:none, acc}})

  defp cycle_run(reduce, round, tagged) do
    case reduce.(tagged) do
      {:suspended, {_tag, acc}, reduce} ->
        {:suspended, acc, fn {tag, acc} -> cycle_run(reduce, round, {tag, {tag, acc}}) end}

      {_reason, {:none, _acc}} ->
        no_cycle()

      {_reason, {:halt, acc}} ->
        {:halted, acc}

      {_reason, tagged} ->
        cycle_round(round, tagged)
    end
  end

  defp no_cycle, do: raise(ArgumentError, "cannot cycle over an empty enumerable")

  @doc """
  Repeats a value `n` times.

  ## Examples

      iex> Enum.to_list(Stream.duplicate(:x, 3))
      [:x, :x, :x]
  """
  @spec duplicate(any, non_neg_integer) :: Enumerable.t()
  def duplicate(value, n) when is_integer(n) and n >= 0 do
    unfold(n, fn
      0 -> nil
      left -> {value, left - 1}
    end)
  end

  @doc """
  Counts up endlessly from an integer, or passes on the results of a function for 0, 1, 2 and so on.

  ## Examples

      iex> Enum.take(Stream.from_index(5), 3)
      [5, 6, 7]
      iex> Enum.take(Stream.from_index(&(&1 * &1)), 4)
      [0, 1, 4, 9]
  """
  @spec from_index(integer | (non_neg_integer -> return_value)) ::
          Enumerable.t(integer) | Enumerable.t(return_value)
        when return_value: term
  def from_index(fun_or_offset \\ 0)

  def from_index(offset) when is_integer(offset),
    do: unfold(offset, fn index -> {index, index + 1} end)

  def from_index(fun) when is_function(fun, 1),
    do: unfold(0, fn index -> {fun.(index), index + 1} end)

  @doc """
  Begins with a value and goes on with the result of `next_fun` for the value before.

  ## Examples

      iex> Enum.take(Stream.iterate(1, &(&1 * 3)), 4)
      [1, 3, 9, 27]
  """
  @spec iterate(element, (element -> element)) :: Enumerable.t()
  def iterate(start_value, next_fun) when is_function(next_fun, 1) do
    unfold({:first, start_value}, fn
      {:first, value} ->
        {value, {:next, value}}

      {:next, value} ->
        value = next_fun.(value)
        {value, {:next, value}}
    end)
  end

  @doc """
  Passes on the results of a function that is called again and again.

  ## Examples

      iex> Enum.take(Stream.repeatedly(fn -> :tick end), 2)
      [:tick, :tick]
  """
  @spec repeatedly((-> element)) :: Enumerable.t()
  def repeatedly(generator_fun) when is_function(generator_fun, 0),
    do: unfold(nil, fn nil -> {generator_fun.(), nil} end)

  @doc """
  Waits `n` milliseconds, passes on 0, waits again, passes on 1, and so forth.

  ## Examples

      iex> Enum.take(Stream.interval(1), 3)
      [0, 1, 2]
  """
  @spec interval(timer) :: Enumerable.t() when timer: non_neg_integer | :infinity
  def interval(n) when (is_integer(n) and n >= 0) or n == :infinity do
    unfold(0, fn count ->
      wait(n)
      {count, count + 1}
    end)
  end

  @doc """
  Waits `n` milliseconds and passes on a single 0.

  ## Examples

      iex> Enum.to_list(Stream.timer(1))
      [0]
  """
  @spec timer(timer) :: Enumerable.t() when timer: non_neg_integer | :infinity
  def timer(n) when (is_integer(n) and n >= 0) or n == :infinity, do: take(interval(n), 1)

  defp wait(n) do
    receive do
    after
      n -> :ok
    end
  end

  @doc """
  Makes up elements from an accumulator.

  `next_fun` gets the accumulator and returns `{element, acc}`, or `nil` to end.

  ## Examples

      iex> Enum.to_list(Stream.unfold(5, fn
      ...>   0 -> nil
      ...>   n -> {n, n - 1}
      ...> end))
      [5, 4, 3, 2, 1]
  """
  @spec unfold(acc, (acc -> {element, acc} | nil)) :: Enumerable.t()
  def unfold(next_acc, next_fun) when is_function(next_fun, 1),
    do: &unfold_step(next_acc, next_fun, &1, &2)

  defp unfold_step(next_acc, next_fun, {:cont, acc}, fun) do
    case next_fun.(next_acc) do
      nil -> {:done, acc}
      {element, next_acc} -> unfold_step(next_acc, next_fun, fun.(element, acc), fun)
    end
  end

  defp unfold_step(_next_acc, _next_fun, {:halt, acc}, _fun), do: {:halted, acc}

  defp unfold_step(next_acc, next_fun, {:suspend, acc}, fun),
    do: {:suspended, acc, &unfold_step(next_acc, next_fun, &1, fun)}

  @doc """
  Passes on elements that come from something to be opened and closed.

  `start_fun` opens it when the stream starts and returns the accumulator. `next_fun` returns `{enumerable, acc}`, or `{:halt, acc}` at the end.
  `after_fun` closes it, however the stream ends, also when it is stopped early or an exception is raised.

  ## Examples

      iex> stream = Stream.resource(
      ...>   fn -> [[1, 2], [], [3]] end,
      ...>   fn
      ...>     [part | rest] -> {part, rest}
      ...>     [] -> {:halt, []}
      ...>   end,
      ...>   fn _ -> :closed end
      ...> )
      iex> Enum.to_list(stream)
      [1, 2, 3]
  """
  @spec resource((-> acc), (acc -> {[element], acc} | {:halt, acc}), (acc -> any)) ::
          Enumerable.t()
  def resource(start_fun, next_fun, after_fun)
      when is_function(start_fun, 0) and is_function(next_fun, 1) and is_function(after_fun, 1) do
    fn acc, fun ->
      # It is a transformation of nothing in particular, repeated until it says to stop.
      state = %{
        outer: {:endless, nil},
        user: start_fun.(),
        reducer: fn nil, user -> next_fun.(user) end,
        last: nil,
        after: after_fun,
        fun: fun
      }

      transform_outer(state, acc)
    end
  end

  ## Ends

  @doc """
  Pours the elements that pass into a collectable, and passes them on.

  The collectable is finished when the stream is; with a `transform` its results are collected, while the elements pass on as they are.

  ## Examples

      iex> stream = Stream.into([1, 2], [])
      iex> Enum.to_list(stream)
      [1, 2]
  """
  @spec into(Enumerable.t(), Collectable.t(), (term -> term)) :: Enumerable.t()
  def into(enum, collectable, transform \\ fn x -> x end) when is_function(transform, 1),
    do: &start_into(enum, collectable, transform, &1, &2)

  defp start_into(enum, collectable, transform, {tag, acc}, fun) do
    {collected, collector} = Collectable.into(collectable)

    step = fn x, [collected | acc] ->
      collected = collector.(collected, {:cont, transform.(x)})
      {tag, acc} = fun.(x, acc)
      {tag, [collected | acc]}
    end

    continue_into(&Enumerable.reduce(enum, &1, step), {tag, [collected | acc]}, collector)
  end

  defp continue_into(reduce, {_tag, [collected | _]} = tagged, collector) do
    result =
      try do
        reduce.(tagged)
      catch
        kind, reason ->
          collector.(collected, :halt)
          :erlang.raise(kind, reason, __STACKTRACE__)
      end

    case result do
      {:suspended, [collected | acc], reduce} ->
        {:suspended, acc,
         fn {tag, acc} -> continue_into(reduce, {tag, [collected | acc]}, collector) end}

      {reason, [collected | acc]} ->
        collector.(collected, :done)
        {reason, acc}
    end
  end

  @doc """
  Runs a stream for its effects, and returns `:ok`.

  ## Examples

      iex> Stream.run(Stream.each([1], fn x -> send(self(), {:ran, x}) end))
      :ok
  """
  @spec run(Enumerable.t()) :: :ok
  def run(stream) do
    _ = Enumerable.reduce(stream, {:cont, nil}, fn _, nil -> {:cont, nil} end)
    :ok
  end

  ## How a stream runs
  #
  # A `%Stream{}` holds the enumerable that it begins with and the steps, the last in front. A step is a function from the reducer of what
  # comes after it to its own reducer; when the stream runs, the steps are put together, the last first, around the
  # consumer's reducer. A step with a state finds it in front of the accumulator, `[state | acc]`, where `acc` belongs
  # to what comes after; so states of several steps are nested, and only the innermost part is the consumer's.
  # `accs` has the states to start with, the last in front. A chunking step has something to say at the end
  # (`done`); it is always the last, since what is added after it begins a new stream.

  defp add(enum, step), do: add_step(enum, step, [])

  # A step in its plain form: from element and state to `{:emit, element, state}` or `{:skip, state}`.
  defp add(enum, state, fun) do
    add_with_acc(enum, state, fn next ->
      fn x, [state | acc] ->
        case fun.(x, state) do
          {:emit, x, state} ->
            {tag, acc} = next.(x, acc)
            {tag, [state | acc]}

          {:skip, state} ->
            {:cont, [state | acc]}
        end
      end
    end)
  end

  defp add_with_acc(enum, state, step), do: add_step(enum, step, [state])

  defp add_step(%Stream{done: nil, funs: funs, accs: accs} = stream, step, state),
    do: %{stream | funs: [step | funs], accs: state ++ accs}

  defp add_step(enum, step, state), do: %Stream{enum: enum, funs: [step], accs: state}

  @doc false
  def __reduce__(%Stream{enum: enum, funs: funs, accs: accs, done: done}, {tag, acc}, fun) do
    reducer = :lists.foldl(fn step, next -> step.(next) end, fun, funs)
    full = :lists.foldl(fn state, acc -> [state | acc] end, acc, accs)
    continue(&Enumerable.reduce(enum, &1, reducer), {tag, full}, length(accs), done, fun)
  end

  defp continue(reduce, {tag, _} = tagged, depth, done, fun) do
    case reduce.(tagged) do
      {:suspended, full, reduce} ->
        {:suspended, inner_acc(full, depth),
         fn {tag, acc} ->
           continue(reduce, {tag, replace_inner(full, depth, acc)}, depth, done, fun)
         end}

      {reason, full} when done == nil or tag == :halt ->
        {reason, inner_acc(full, depth)}

      {reason, full} ->
        last_words(reason, inner_acc(full, depth - 1), done, fun)
    end
  end

  defp inner_acc(acc, 0), do: acc
  defp inner_acc([_ | acc], depth), do: inner_acc(acc, depth - 1)

  defp replace_inner(_old, 0, acc), do: acc
  defp replace_inner([{:paused, state} | _], 1, acc), do: [{:open, state} | acc]
  defp replace_inner([state | old], depth, acc), do: [state | replace_inner(old, depth - 1, acc)]

  defp last_words(reason, [:closed | acc], _done, _fun), do: {reason, acc}

  defp last_words(reason, [{:paused, state} | acc], done, fun) do
    {:suspended, acc,
     fn
       {:halt, acc} -> {:halted, acc}
       {:cont, acc} -> last_words(reason, [{:open, state} | acc], done, fun)
       {:suspend, acc} -> last_words(reason, [{:paused, state} | acc], done, fun)
     end}
  end

  defp last_words(reason, [{:open, state} | acc], done, fun) do
    case done.(state) do
      {:cont, _state} -> {reason, acc}
      {:cont, chunk, _state} -> finished(fun.(chunk, acc))
    end
  end

  # The end of an enumerable that has nothing left to give.
  defp finished({:cont, acc}), do: {:done, acc}
  defp finished({:halt, acc}), do: {:halted, acc}
  defp finished({:suspend, acc}), do: {:suspended, acc, &finished/1}

  # A reader gives one element at a time. Lists are their own readers; others are reductions that suspend at each element, which is
  # then in the accumulator. An enumerable that ends itself may leave its last elements there, and what is left over is read as a list.

  defp reader(list) when is_list(list), do: list

  defp reader(enum),
    do: {:reduction, &Enumerable.reduce(enum, &1, fn x, acc -> {:suspend, [x | acc]} end)}

  defp read([element | rest]), do: {element, rest}
  defp read([]), do: :done
  defp read({:endless, element} = reader), do: {element, reader}
  defp read(:done), do: :done

  defp read({:reduction, reduce}) do
    case reduce.({:cont, []}) do
      {:suspended, [element], reduce} -> {element, {:reduction, reduce}}
      {_reason, rest} -> read(rest)
    end
  end

  defp close({:reduction, reduce}) do
    _ = reduce.({:halt, []})
    :ok
  end

  defp close(_reader), do: :ok

  # All are closed, even if one of them fails; the first failure is passed on.
  defp close_all([]), do: :ok

  defp close_all([reader | rest]) do
    try do
      close(reader)
    after
      close_all(rest)
    end
  end
end

defimpl Enumerable, for: Stream do
  def count(_stream), do: {:error, __MODULE__}
  def member?(_stream, _value), do: {:error, __MODULE__}
  def slice(_stream), do: {:error, __MODULE__}
  def reduce(stream, acc, fun), do: Stream.__reduce__(stream, acc, fun)
end

defimpl Inspect, for: Stream do
  import Inspect.Algebra
  import Kernel, except: [inspect: 2]

  def inspect(%{enum: enum, funs: funs}, opts) do
    parts = [enum: enum, funs: :lists.reverse(funs)]
    concat(["#Stream<", to_doc(parts, opts), ">"])
  end
end
