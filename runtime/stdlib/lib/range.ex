defmodule Range do
  @moduledoc """
  A row of integers, each a fixed step from the one before.

  `first..last` counts up by one and includes both ends. `first..last//step` gives the step, which may be negative. A step that leads
  away from `last` gives a range without elements:

      iex> Enum.to_list(1..4)
      [1, 2, 3, 4]
      iex> Enum.to_list(10..1//-3)
      [10, 7, 4, 1]
      iex> Enum.to_list(5..1//1)
      []

  A range holds only its three numbers, so it takes the same space whatever its length, and size, membership and the element at a
  position are computed. Ranges are enumerable, and are themselves used to name parts of other values:

      iex> Enum.slice([:a, :b, :c, :d], 1..-2//1)
      [:b, :c]

  In patterns the parts of a range can be taken out, where the step has to be named:

      iex> first..last//_ = 3..8
      iex> {first, last}
      {3, 8}

  Where `last` is below `first` and no step is given, `first..last` still counts down, with a step of `-1`. That is
  deprecated; write the step.
  """

  @enforce_keys [:first, :last, :step]
  defstruct first: nil, last: nil, step: nil

  @type limit :: integer
  @type step :: pos_integer | neg_integer
  @type t :: %Range{first: limit, last: limit, step: step}
  @type t(first, last) :: %Range{first: first, last: last, step: step}

  @doc """
  Builds a range with a step of one, or of minus one if `last` is below `first`.

  ## Examples

      iex> Range.new(1, 5)
      1..5
      iex> Range.new(:a, 5)
      ** (ArgumentError) ranges (first..last) expect both sides to be integers, got: :a..5
  """
  @spec new(limit, limit) :: t
  def new(first, last)

  def new(first, last) when is_integer(first) and is_integer(last) and first <= last,
    do: %{__struct__: Range, first: first, last: last, step: 1}

  def new(first, last) when is_integer(first) and is_integer(last) do
    # A hint for each place would drown the output of old code.
    IO.warn_once(
      {__MODULE__, :new},
      fn ->
        "Range.new/2 and first..last default to a step of -1 when last < first. Use Range.new(first, last, -1) or first..last//-1, or pass 1 if that was your intention"
      end,
      3
    )

    %{__struct__: Range, first: first, last: last, step: -1}
  end

  def new(first, last) do
    raise ArgumentError,
          "ranges (first..last) expect both sides to be integers, " <>
            "got: #{inspect(first)}..#{inspect(last)}"
  end

  @doc """
  Builds a range with the given step.

  ## Examples

      iex> Range.new(10, 0, -5)
      10..0//-5
  """
  @spec new(limit, limit, step) :: t
  def new(first, last, step)

  def new(first, last, step)
      when is_integer(first) and is_integer(last) and is_integer(step) and step != 0,
      do: %{__struct__: Range, first: first, last: last, step: step}

  def new(first, last, step) do
    raise ArgumentError,
          "ranges (first..last//step) expect both sides to be integers and the step to be a " <>
            "non-zero integer, got: #{inspect(first)}..#{inspect(last)}//#{inspect(step)}"
  end

  @doc """
  Returns the number of elements.

  ## Examples

      iex> Range.size(1..10//3)
      4
      iex> Range.size(10..1//1)
      0
  """
  @spec size(t) :: non_neg_integer
  def size(first..last//step) do
    # How many whole steps fit between the ends; less than none for a step that leads away.
    if (step > 0 and first > last) or (step < 0 and first < last),
      do: 0,
      else: div(last - first, step) + 1
  end

  # A range from before ranges had steps, kept somewhere as data.
  def size(%{__struct__: Range, first: first, last: last}), do: abs(last - first) + 1

  @doc """
  Moves a range by a number of its own steps.

  ## Examples

      iex> Range.shift(0..10//5, 2)
      10..20//5
      iex> Range.shift(1..3, -1)
      0..2
  """
  @spec shift(t, integer) :: t
  def shift(first..last//step, steps_to_shift) when is_integer(steps_to_shift) do
    distance = steps_to_shift * step
    new(first + distance, last + distance, step)
  end

  @doc """
  Splits a range in two, the first of which has `split` elements.

  A negative number counts from the end. Both parts keep the step, and either may be empty.

  ## Examples

      iex> Range.split(1..5, 2)
      {1..2, 3..5}
      iex> Range.split(1..5, -2)
      {1..3, 4..5}
      iex> Range.split(1..9//2, 9)
      {1..9//2, 11..9//2}
  """
  @spec split(t, integer) :: {t, t}
  def split(first..last//step = range, split) when is_integer(split) do
    size = size(range)
    count = if split < 0, do: max(size + split, 0), else: split

    cond do
      size == 0 ->
        {new(first, first - step, step), new(last + step, last, step)}

      # The first part ends where the range does, even if no element stands there.
      count > size ->
        {range, new(last + step, last, step)}

      true ->
        last_of_first = first + (count - 1) * step
        {new(first, last_of_first, step), new(last_of_first + step, last, step)}
    end
  end

  @doc """
  Turns a range into a list.

  ## Examples

      iex> Range.to_list(0..6//2)
      [0, 2, 4, 6]
  """
  @spec to_list(t) :: [integer]
  def to_list(%{__struct__: Range} = range), do: Enum.to_list(range)

  @doc """
  Tells whether two ranges have no element in common.

  ## Examples

      iex> Range.disjoint?(1..5, 6..9)
      true
      iex> Range.disjoint?(0..10//2, 1..11//2)
      true
      iex> Range.disjoint?(0..10//2, 0..10//5)
      false
  """
  @spec disjoint?(t, t) :: boolean
  def disjoint?(_.._//_ = range1, _.._//_ = range2) do
    case {rising(range1), rising(range2)} do
      {nil, _} -> true
      {_, nil} -> true
      {one, two} -> not meet?(one, two)
    end
  end

  # First element, last element and positive step; nil for a range without elements.
  defp rising(first.._//step = range) do
    case size(range) do
      0 -> nil
      size when step > 0 -> {first, first + (size - 1) * step, step}
      size -> {first + (size - 1) * step, first, -step}
    end
  end

  # Both rows repeat their distance after the least common multiple of the steps. A common element is a solution of
  # two congruences; the smallest that lies in both rows has to be below both ends.
  defp meet?({first1, last1, step1}, {first2, last2, step2}) do
    {gcd, factor, _} = Integer.extended_gcd(step1, step2)

    if rem(first2 - first1, gcd) != 0 do
      false
    else
      period = div(step1 * step2, gcd)
      common = first1 + step1 * factor * div(first2 - first1, gcd)
      from = max(first1, first2)
      from + Integer.mod(common - from, period) <= min(last1, last2)
    end
  end

  @doc false
  @deprecated "Pattern match on first..last//step instead"
  def range?(term)

  def range?(%{__struct__: Range, first: first, last: last})
      when is_integer(first) and is_integer(last),
      do: true

  def range?(_), do: false
end

defimpl Inspect, for: Range do
  import Inspect.Algebra
  import Kernel, except: [inspect: 2]

  def inspect(first..last//step, opts) do
    ends = [to_doc(first, opts), "..", to_doc(last, opts)]

    if step == 1 and first <= last,
      do: concat(ends),
      else: concat(ends ++ ["//", to_doc(step, opts)])
  end

  # a range from before ranges had steps
  def inspect(%{first: first, last: last}, opts),
    do: inspect(first..last//if(first <= last, do: 1, else: -1), opts)
end
