defprotocol Enumerable do
  @moduledoc """
  What a data type implements so that `Enum` and `Stream` can walk through it.

  Only `reduce/3` is needed to visit the elements. The other three functions exist because some types know a shortcut: a map knows its
  size, a range can compute any element. A type without a shortcut answers `{:error, __MODULE__}`, and `Enum` falls back on `reduce/3`.

  ## How a reduction is steered

  The accumulator that travels through `reduce/3` is a tagged tuple, and the tag tells the enumerable how to go on:

    * `{:cont, acc}` - go on with the next element
    * `{:halt, acc}` - stop now, give back what is held open (files, ports) and return `{:halted, acc}`
    * `{:suspend, acc}` - stop for the moment and return `{:suspended, acc, continuation}`; the continuation is a function that takes the
      next tagged accumulator

  When no element is left, the result is `{:done, acc}`. Lists implement exactly this:

      iex> Enumerable.reduce([1, 2, 3], {:cont, 0}, fn x, acc -> {:cont, acc + x} end)
      {:done, 6}
      iex> Enumerable.reduce([1, 2, 3], {:cont, 0}, fn
      ...>   2, acc -> {:halt, acc}
      ...>   x, acc -> {:cont, acc + x}
      ...> end)
      {:halted, 1}

  Suspension is what lets `Stream.zip/1` and friends read several enumerables side by side:

      iex> step = fn x, _ -> {:suspend, x} end
      iex> {:suspended, :a, next} = Enumerable.reduce([:a, :b], {:cont, nil}, step)
      iex> {:suspended, :b, next} = next.({:cont, nil})
      iex> next.({:cont, nil})
      {:done, nil}

  Functions of arity two are enumerable as well: such a function is itself the `reduce/3` of an anonymous enumerable, called with a
  tagged accumulator and the reducer.
  """

  @typedoc "An enumerable whose elements are of type `element`."
  @type t(_element) :: t()

  @typedoc "The tagged accumulator of a reduction."
  @type acc :: {:cont, term} | {:halt, term} | {:suspend, term}

  @typedoc "The function that is called for each element."
  @type reducer :: (element :: term, current_acc :: acc -> updated_acc :: acc)

  @typedoc "How a reduction can end."
  @type result ::
          {:done, term}
          | {:halted, term}
          | {:suspended, term, continuation}

  @typedoc "A reduction that waits, ready to go on."
  @type continuation :: (acc -> result)

  @typedoc "A function that reads `length` elements from `start` on, `step` apart."
  @type slicing_fun ::
          (start :: non_neg_integer, length :: pos_integer, step :: pos_integer -> [term])

  @typedoc "A function that turns the whole enumerable into a list."
  @type to_list_fun :: (t -> [term])

  @doc """
  Reduces the enumerable, steered by tagged accumulators.

  See the module documentation for what each tag asks of an implementation. `Enum` offers friendlier forms such as `Enum.reduce/3`.

  ## Examples

      iex> Enumerable.reduce(1..4, {:cont, []}, &{:cont, [&1 | &2]})
      {:done, [4, 3, 2, 1]}
  """
  @spec reduce(t, acc, reducer) :: result
  def reduce(enumerable, acc, fun)

  @doc """
  Counts the elements without visiting each, where the type knows how.

  It returns `{:ok, count}`, or `{:error, __MODULE__}` to have the elements counted by a reduction.

  ## Examples

      iex> Enumerable.count(%{a: 1, b: 2})
      {:ok, 2}
      iex> Enumerable.count([1, 2])
      {:ok, 2}
  """
  @spec count(t) :: {:ok, non_neg_integer} | {:error, module}
  def count(enumerable)

  @doc """
  Tells whether the element is in the enumerable, where the type knows without a search.

  It returns `{:ok, boolean}`, or `{:error, __MODULE__}` to have the elements compared one by one with `===/2`.

  ## Examples

      iex> Enumerable.member?(1..9//2, 4)
      {:ok, false}
      iex> Enumerable.member?([1, 2], 1)
      {:error, Enumerable.List}
  """
  @spec member?(t, term) :: {:ok, boolean} | {:error, module}
  def member?(enumerable, element)

  @doc """
  Gives quick access to parts of the enumerable by position.

  It returns one of:

    * `{:ok, size, slicing_fun}` - any part can be read directly, with a function of start, length and step
    * `{:ok, size, to_list_fun}` - the size is known, and parts are cut from a list
    * `{:error, __MODULE__}` - there is no shortcut

  ## Examples

      iex> {:ok, 5, slicing_fun} = Enumerable.slice(10..14)
      iex> slicing_fun.(1, 2, 2)
      [11, 13]
  """
  @spec slice(t) ::
          {:ok, size :: non_neg_integer, slicing_fun | to_list_fun}
          | {:error, module}
  def slice(enumerable)
end

defimpl Enumerable, for: List do
  def count(list), do: {:ok, length(list)}

  def member?([], _element), do: {:ok, false}
  def member?(_list, _element), do: {:error, __MODULE__}

  def slice([]), do: {:ok, 0, fn _start, _length, _step -> [] end}
  def slice(_list), do: {:error, __MODULE__}

  def reduce(list, {:cont, acc}, fun), do: next(list, acc, fun)
  def reduce(_list, {:halt, acc}, _fun), do: {:halted, acc}
  def reduce(list, {:suspend, acc}, fun), do: {:suspended, acc, &reduce(list, &1, fun)}

  defp next([], acc, _fun), do: {:done, acc}
  defp next([head | tail], acc, fun), do: reduce(tail, fun.(head, acc), fun)
end

defimpl Enumerable, for: Map do
  def count(map), do: {:ok, map_size(map)}

  def member?(map, {key, value}) do
    case map do
      %{^key => found} -> {:ok, found === value}
      %{} -> {:ok, false}
    end
  end

  def member?(_map, _other), do: {:ok, false}

  def slice(map), do: {:ok, map_size(map), &:maps.to_list/1}

  def reduce(map, acc, fun), do: Enumerable.List.reduce(:maps.to_list(map), acc, fun)
end

defimpl Enumerable, for: Function do
  def count(_function), do: {:error, __MODULE__}
  def member?(_function, _element), do: {:error, __MODULE__}
  def slice(_function), do: {:error, __MODULE__}

  def reduce(function, acc, fun) when is_function(function, 2), do: function.(acc, fun)

  def reduce(function, _acc, _fun) do
    raise Protocol.UndefinedError,
      protocol: @protocol,
      value: function,
      description: "only anonymous functions of arity 2 are enumerable"
  end
end

defimpl Enumerable, for: Range do
  def count(range), do: {:ok, Range.size(range)}

  def member?(first..last//step, value) when is_integer(value) do
    inside =
      if step > 0 do
        first <= value and value <= last
      else
        last <= value and value <= first
      end

    {:ok, inside and rem(value - first, step) == 0}
  end

  def member?(%{step: _}, _value), do: {:ok, false}
  def member?(range, value), do: member?(stepped(range), value)

  # A range from before ranges had steps, kept somewhere as data.
  defp stepped(%{first: first, last: last}), do: first..last//if(first <= last, do: 1, else: -1)

  def slice(first.._//step = range) do
    take = fn start, length, every ->
      take_steps(first + start * step, step * every, length)
    end

    {:ok, Range.size(range), take}
  end

  def slice(range), do: slice(stepped(range))

  defp take_steps(_current, _step, 0), do: []
  defp take_steps(current, step, left), do: [current | take_steps(current + step, step, left - 1)]

  def reduce(first..last//step, acc, fun), do: walk(first, last, step, acc, fun)
  def reduce(range, acc, fun), do: reduce(stepped(range), acc, fun)

  defp walk(current, last, step, {:cont, acc}, fun)
       when (step > 0 and current <= last) or (step < 0 and current >= last),
       do: walk(current + step, last, step, fun.(current, acc), fun)

  defp walk(_current, _last, _step, {:cont, acc}, _fun), do: {:done, acc}
  defp walk(_current, _last, _step, {:halt, acc}, _fun), do: {:halted, acc}

  defp walk(current, last, step, {:suspend, acc}, fun),
    do: {:suspended, acc, &walk(current, last, step, &1, fun)}
end
