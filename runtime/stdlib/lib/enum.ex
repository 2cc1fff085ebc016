# This file is long because Enum has many functions; each stands alone and needs nothing but the helpers right below it
# and the few shared ones at the end. Lists have clauses of their own everywhere and ranges and maps where they are
# common: going through the protocol costs several times what the loop does. Loops that call no function are natives.

defmodule Enum do
  @moduledoc """
  Functions that work on every enumerable: lists, maps, ranges, streams and whatever else implements `Enumerable`.

  All of them are eager. They take the whole enumerable and give back a list or a single value at once:

      iex> [1, 2, 3, 4] |> Enum.filter(&(rem(&1, 2) == 0)) |> Enum.map(&(&1 * 10))
      [20, 40]

  A map is seen as a collection of `{key, value}` tuples:

      iex> Enum.map(%{a: 1, b: 2}, fn {key, value} -> {key, value * 2} end)
      [a: 2, b: 4]

  `Stream` has lazy counterparts of many functions, for enumerables that are long, endless or costly.

  Unless noted, a function visits each element once and takes time in proportion to their number. Some, like `count/1`, `at/2` or `member?/2`,
  are faster for types that know a shortcut, such as ranges and maps.
  """

  # Bounds whose steps a machine word can count.
  @words -0x3FFF_FFFF_FFFF_FFFF..0x3FFF_FFFF_FFFF_FFFF

  import Kernel, except: [max: 2, min: 2]

  @typedoc "Anything that implements `Enumerable`."
  @type t :: Enumerable.t()
  @type acc :: any
  @type element :: any
  @typedoc "A zero-based position; negative ones count from the end."
  @type index :: integer
  @type default :: any

  ## Conditions

  @doc """
  Tells whether all elements are truthy.

  It stops at the first that is not. An empty enumerable gives `true`.

  ## Examples

      iex> Enum.all?([1, :ok, "x"])
      true
      iex> Enum.all?([1, nil])
      false
      iex> Enum.all?([])
      true
  """
  @spec all?(t) :: boolean
  def all?(enumerable) when is_list(enumerable), do: all_truthy?(enumerable)
  def all?(enumerable), do: all?(enumerable, & &1)

  defp all_truthy?([]), do: true
  defp all_truthy?([head | tail]), do: if(head, do: all_truthy?(tail), else: false)

  @doc """
  Tells whether `fun` gives a truthy value for all elements.

  It stops at the first for which it does not. An empty enumerable gives `true`.

  ## Examples

      iex> Enum.all?(2..10//2, &(rem(&1, 2) == 0))
      true
      iex> Enum.all?([1, 2, 3], &(&1 < 3))
      false
  """
  @spec all?(t, (element -> as_boolean(term))) :: boolean
  def all?(enumerable, fun) when is_list(enumerable), do: all_in_list?(enumerable, fun)

  def all?(enumerable, fun) do
    search(enumerable, true, fn element ->
      if fun.(element), do: :next, else: {:found, false}
    end)
  end

  defp all_in_list?([], _fun), do: true

  defp all_in_list?([head | tail], fun),
    do: if(fun.(head), do: all_in_list?(tail, fun), else: false)

  @doc """
  Tells whether at least one element is truthy.

  It stops at the first that is. An empty enumerable gives `false`.

  ## Examples

      iex> Enum.any?([nil, false, 3])
      true
      iex> Enum.any?([])
      false
  """
  @spec any?(t) :: boolean
  def any?(enumerable) when is_list(enumerable), do: any_truthy?(enumerable)
  def any?(enumerable), do: any?(enumerable, & &1)

  defp any_truthy?([]), do: false
  defp any_truthy?([head | tail]), do: if(head, do: true, else: any_truthy?(tail))

  @doc """
  Tells whether `fun` gives a truthy value for at least one element.

  It stops at the first for which it does.

  ## Examples

      iex> Enum.any?(["ant", "bee"], &(String.length(&1) > 3))
      false
      iex> Enum.any?(%{a: 1, b: 2}, fn {_key, value} -> value == 2 end)
      true
  """
  @spec any?(t, (element -> as_boolean(term))) :: boolean
  def any?(enumerable, fun) when is_list(enumerable), do: any_in_list?(enumerable, fun)

  def any?(enumerable, fun) do
    search(enumerable, false, fn element ->
      if fun.(element), do: {:found, true}, else: :next
    end)
  end

  defp any_in_list?([], _fun), do: false

  defp any_in_list?([head | tail], fun),
    do: if(fun.(head), do: true, else: any_in_list?(tail, fun))

  @doc """
  Tells whether the enumerable has no elements.

  ## Examples

      iex> Enum.empty?([])
      true
      iex> Enum.empty?(1..5)
      false
  """
  @spec empty?(t) :: boolean
  def empty?(enumerable) when is_list(enumerable), do: enumerable == []

  def empty?(enumerable) do
    case Enumerable.slice(enumerable) do
      {:ok, size, _} ->
        size == 0

      {:error, _} ->
        search(enumerable, true, fn _ -> {:found, false} end)
    end
  end

  @doc """
  Tells whether the element is in the enumerable.

  Elements are compared with `===/2`.

  ## Examples

      iex> Enum.member?(1..10, 4)
      true
      iex> Enum.member?([1, 2], 2.0)
      false
      iex> Enum.member?(%{a: 1}, {:a, 1})
      true
  """
  @spec member?(t, element) :: boolean
  def member?(enumerable, element) when is_list(enumerable),
    do: :lists.member(element, enumerable)

  def member?(enumerable, element) do
    case Enumerable.member?(enumerable, element) do
      {:ok, member} when is_boolean(member) ->
        member

      {:error, module} ->
        {_, found} =
          module.reduce(enumerable, {:cont, false}, fn
            each, _ when each === element -> {:halt, true}
            _, _ -> {:cont, false}
          end)

        found
    end
  end

  ## One element

  @doc """
  Returns the element at the zero-based `index`, or `default` when there is none.

  A negative index counts from the end. A list has to be walked up to that place.

  ## Examples

      iex> Enum.at([:a, :b, :c], 1)
      :b
      iex> Enum.at([:a, :b, :c], -1)
      :c
      iex> Enum.at([:a, :b, :c], 3, :none)
      :none
  """
  @spec at(t, index, default) :: element | default
  def at(enumerable, index, default \\ nil) when is_integer(index) do
    case find_at(enumerable, index) do
      {:ok, element} -> element
      :error -> default
    end
  end

  @doc """
  Returns `{:ok, element}` for the zero-based `index`, or `:error` when it is out of bounds.

  ## Examples

      iex> Enum.fetch([:a, :b], 1)
      {:ok, :b}
      iex> Enum.fetch([:a, :b], -3)
      :error
  """
  @spec fetch(t, index) :: {:ok, element} | :error
  def fetch(enumerable, index) when is_integer(index), do: find_at(enumerable, index)

  @doc """
  Returns the element at the zero-based `index`, and raises `Enum.OutOfBoundsError` when there is none.

  ## Examples

      iex> Enum.fetch!(10..20, 3)
      13
      iex> Enum.fetch!([], 0)
      ** (Enum.OutOfBoundsError) out of bounds error
  """
  @spec fetch!(t, index) :: element
  def fetch!(enumerable, index) when is_integer(index) do
    case find_at(enumerable, index) do
      {:ok, element} -> element
      :error -> raise Enum.OutOfBoundsError
    end
  end

  defp find_at(list, index) when is_list(list) and index >= 0, do: nth(list, index)

  defp find_at(list, index) when is_list(list) do
    case length(list) + index do
      place when place >= 0 -> nth(list, place)
      _ -> :error
    end
  end

  defp find_at(enumerable, index) do
    case Enumerable.slice(enumerable) do
      {:ok, size, slicer} ->
        place = if index < 0, do: index + size, else: index

        if place >= 0 and place < size do
          [element] = slice_with(slicer, enumerable, place, 1, 1, size)
          {:ok, element}
        else
          :error
        end

      {:error, _} when index < 0 ->
        nth(reduce(enumerable, [], &[&1 | &2]), -index - 1)

      {:error, _} ->
        {_, result} =
          Enumerable.reduce(enumerable, {:cont, index}, fn
            element, 0 -> {:halt, {:ok, element}}
            _, left -> {:cont, left - 1}
          end)

        if is_integer(result), do: :error, else: result
    end
  end

  defp nth(list, index) do
    case dropped(list, index) do
      [element | _] -> {:ok, element}
      [] -> :error
      tail -> drop_list(tail, 1)
    end
  end

  @doc """
  Returns the first element for which `fun` gives a truthy value, or `default`.

  ## Examples

      iex> Enum.find([1, 4, 6], &(&1 > 3))
      4
      iex> Enum.find([1, 4, 6], :none, &(&1 > 9))
      :none
  """
  @spec find(t, default, (element -> any)) :: element | default
  def find(enumerable, default \\ nil, fun)

  def find(enumerable, default, fun) when is_list(enumerable),
    do: find_in_list(enumerable, default, fun)

  def find(enumerable, default, fun) do
    search(enumerable, default, fn element ->
      if fun.(element), do: {:found, element}, else: :next
    end)
  end

  defp find_in_list([], default, _fun), do: default

  defp find_in_list([head | tail], default, fun),
    do: if(fun.(head), do: head, else: find_in_list(tail, default, fun))

  @doc """
  Returns the position of the first element for which `fun` gives a truthy value, or `nil`.

  ## Examples

      iex> Enum.find_index([:a, :b, :c], &(&1 == :c))
      2
      iex> Enum.find_index([], &(&1 == :c))
      nil
  """
  @spec find_index(t, (element -> any)) :: non_neg_integer | nil
  def find_index(enumerable, fun) when is_list(enumerable),
    do: find_index_in_list(enumerable, 0, fun)

  def find_index(enumerable, fun) do
    {_, result} =
      Enumerable.reduce(enumerable, {:cont, {:at, 0}}, fn element, {:at, index} ->
        if fun.(element), do: {:halt, index}, else: {:cont, {:at, index + 1}}
      end)

    if is_integer(result), do: result, else: nil
  end

  defp find_index_in_list([], _index, _fun), do: nil

  defp find_index_in_list([head | tail], index, fun),
    do: if(fun.(head), do: index, else: find_index_in_list(tail, index + 1, fun))

  @doc """
  Returns the first truthy result of `fun`, or `default`.

  ## Examples

      iex> Enum.find_value([a: nil, b: 7], fn {_key, value} -> value end)
      7
      iex> Enum.find_value([1, 3], :none, &(&1 > 5))
      :none
  """
  @spec find_value(t, default, (element -> found_value)) :: found_value | default
        when found_value: term
  def find_value(enumerable, default \\ nil, fun)

  def find_value(enumerable, default, fun) when is_list(enumerable),
    do: find_value_in_list(enumerable, default, fun)

  def find_value(enumerable, default, fun) do
    search(enumerable, default, fn element ->
      case fun.(element) do
        falsy when falsy in [nil, false] -> :next
        value -> {:found, value}
      end
    end)
  end

  defp find_value_in_list([], default, _fun), do: default

  defp find_value_in_list([head | tail], default, fun) do
    case fun.(head) do
      falsy when falsy in [nil, false] -> find_value_in_list(tail, default, fun)
      value -> value
    end
  end

  ## Counting and adding up

  @doc """
  Counts the elements.

  ## Examples

      iex> Enum.count([:a, :b])
      2
      iex> Enum.count(1..1_000_000//3)
      333334
  """
  @spec count(t) :: non_neg_integer
  def count(enumerable) when is_list(enumerable), do: length(enumerable)

  def count(enumerable) do
    case Enumerable.count(enumerable) do
      {:ok, count} when is_integer(count) ->
        count

      {:error, module} ->
        {_, count} = module.reduce(enumerable, {:cont, 0}, fn _, acc -> {:cont, acc + 1} end)
        count
    end
  end

  @doc """
  Counts the elements for which `fun` gives a truthy value.

  ## Examples

      iex> Enum.count([1, 5, 9], &(&1 > 4))
      2
  """
  @spec count(t, (element -> as_boolean(term))) :: non_neg_integer
  def count(enumerable, fun)
  def count(enumerable, fun) when is_list(enumerable), do: count_list(enumerable, fun, 0)

  def count(enumerable, fun) do
    reduce(enumerable, 0, fn element, count ->
      if fun.(element), do: count + 1, else: count
    end)
  end

  defp count_list([head | tail], fun, count), do: count_list(tail, fun, if(fun.(head), do: count + 1, else: count))
  defp count_list([], _fun, count), do: count

  @doc """
  Counts the elements, but stops at `limit`.

  It answers "are there at least so many?" without walking through a long enumerable.

  ## Examples

      iex> Enum.count_until(1..1000, 5)
      5
      iex> Enum.count_until([1, 2], 5)
      2
  """
  @spec count_until(t, pos_integer) :: non_neg_integer
  def count_until(enumerable, limit) when is_integer(limit) and limit > 0 do
    counted =
      case enumerable do
        [_ | _] -> :error
        [] -> {:ok, 0}
        _ -> Enumerable.count(enumerable)
      end

    case counted do
      {:ok, count} -> Kernel.min(count, limit)
      _ -> reduce_until(enumerable, limit, fn _ -> true end)
    end
  end

  @doc """
  Counts the elements for which `fun` gives a truthy value, but stops at `limit`.

  ## Examples

      iex> Enum.count_until(1..20, &(rem(&1, 2) == 0), 7)
      7
      iex> Enum.count_until(1..20, &(rem(&1, 9) == 0), 7)
      2
  """
  @spec count_until(t, (element -> as_boolean(term)), pos_integer) :: non_neg_integer
  def count_until(enumerable, fun, limit) when is_integer(limit) and limit > 0,
    do: reduce_until(enumerable, limit, fun)

  defp reduce_until(enumerable, limit, fun) do
    reduce_while(enumerable, 0, fn element, count ->
      cond do
        !fun.(element) -> {:cont, count}
        count + 1 == limit -> {:halt, limit}
        true -> {:cont, count + 1}
      end
    end)
  end

  @doc """
  Adds up the elements.

  ## Examples

      iex> Enum.sum([1, 2, 3.5])
      6.5
      iex> Enum.sum(1..100)
      5050
      iex> Enum.sum([])
      0
  """
  @spec sum(t) :: number
  def sum(enumerable)
  def sum(enumerable) when is_list(enumerable) do
    with :none <- :jovial_lists.sum(enumerable), do: sum_list(enumerable, 0)
  end

  # An evenly stepped row: its mean times its length.
  def sum(first.._//step = range) do
    size = Range.size(range)
    div((first + first + (size - 1) * step) * size, 2)
  end

  def sum(enumerable), do: reduce(enumerable, 0, fn element, sum -> element + sum end)

  defp sum_list([], acc), do: acc
  defp sum_list([head | tail], acc), do: sum_list(tail, head + acc)

  @doc """
  Adds up the results of `mapper`.

  ## Examples

      iex> Enum.sum_by([%{price: 3}, %{price: 4}], & &1.price)
      7
  """
  @spec sum_by(t, (element -> number)) :: number
  def sum_by(enumerable, mapper)

  def sum_by(enumerable, mapper) when is_list(enumerable) and is_function(mapper, 1),
    do: sum_list_by(enumerable, mapper, 0)

  def sum_by(enumerable, mapper) when is_function(mapper, 1),
    do: reduce(enumerable, 0, fn element, acc -> acc + mapper.(element) end)

  defp sum_list_by([], _mapper, acc), do: acc

  defp sum_list_by([head | tail], mapper, acc),
    do: sum_list_by(tail, mapper, acc + mapper.(head))

  @doc """
  Multiplies the elements.

  ## Examples

      iex> Enum.product([2, 3, 4])
      24
      iex> Enum.product([])
      1
  """
  @spec product(t) :: number
  def product(enumerable)

  def product(enumerable) when is_list(enumerable) do
    with :none <- :jovial_lists.product(enumerable), do: reduce(enumerable, 1, &(&1 * &2))
  end

  def product(enumerable), do: reduce(enumerable, 1, &(&1 * &2))

  @doc """
  Multiplies the results of `mapper`.

  ## Examples

      iex> Enum.product_by([%{factor: 2}, %{factor: 5}], & &1.factor)
      10
  """
  @spec product_by(t, (element -> number)) :: number
  def product_by(enumerable, mapper) when is_function(mapper, 1),
    do: reduce(enumerable, 1, fn element, acc -> acc * mapper.(element) end)

  @doc """
  Counts how often each element occurs.

  ## Examples

      iex> Enum.frequencies(~w(a b a))
      %{"a" => 2, "b" => 1}
  """
  @spec frequencies(t) :: map
  def frequencies(enumerable)
  def frequencies(enumerable) when is_list(enumerable) do
    with :none <- :jovial_lists.frequencies(enumerable), do: frequencies_by(enumerable, & &1)
  end

  def frequencies(enumerable), do: frequencies_by(enumerable, & &1)

  @doc """
  Counts how often `key_fun` gives each result.

  ## Examples

      iex> Enum.frequencies_by(1..10, &rem(&1, 3))
      %{0 => 3, 1 => 4, 2 => 3}
  """
  @spec frequencies_by(t, (element -> any)) :: map
  def frequencies_by(enumerable, key_fun) when is_function(key_fun) do
    reduce(enumerable, %{}, fn element, acc ->
      key = key_fun.(element)

      case acc do
        %{^key => count} -> %{acc | key => count + 1}
        %{} -> :maps.put(key, 1, acc)
      end
    end)
  end

  ## Transforming

  @doc """
  Returns the list of the results of `fun` for each element.

  ## Examples

      iex> Enum.map([1, 2, 3], &(&1 * &1))
      [1, 4, 9]
      iex> Enum.map(1..3, &to_string/1)
      ["1", "2", "3"]
  """
  @spec map(t, (element -> any)) :: list
  def map(enumerable, fun)
  def map(enumerable, fun) when is_list(enumerable), do: map_list(enumerable, fun)
  def map(first..last//step, fun) when step > 0, do: map_up(first, last, step, fun)
  def map(first..last//step, fun), do: map_down(first, last, step, fun)

  def map(enumerable, fun),
    do: :lists.reverse(reduce(enumerable, [], fn element, acc -> [fun.(element) | acc] end))

  defp map_list([head | tail], fun), do: [fun.(head) | map_list(tail, fun)]
  defp map_list([], _fun), do: []

  defp map_up(current, last, step, fun) when current <= last,
    do: [fun.(current) | map_up(current + step, last, step, fun)]

  defp map_up(_current, _last, _step, _fun), do: []

  defp map_down(current, last, step, fun) when current >= last,
    do: [fun.(current) | map_down(current + step, last, step, fun)]

  defp map_down(_current, _last, _step, _fun), do: []

  @doc """
  Calls `fun` for each element, for the sake of its effects, and returns `:ok`.

  ## Examples

      iex> Enum.each([1, 2], fn x -> send(self(), {:seen, x}) end)
      :ok
  """
  @spec each(t, (element -> any)) :: :ok
  def each(enumerable, fun)
  def each(enumerable, fun) when is_list(enumerable), do: each_in_list(enumerable, fun)
  def each(first..last//step, fun) when step > 0, do: each_up(first, last, step, fun)
  def each(first..last//step, fun), do: each_down(first, last, step, fun)

  def each(enumerable, fun) do
    reduce(enumerable, nil, fn element, _ ->
      fun.(element)
      nil
    end)

    :ok
  end

  defp each_in_list([head | tail], fun) do
    fun.(head)
    each_in_list(tail, fun)
  end

  defp each_in_list([], _fun), do: :ok

  defp each_up(current, last, step, fun) when current <= last do
    fun.(current)
    each_up(current + step, last, step, fun)
  end

  defp each_up(_current, _last, _step, _fun), do: :ok

  defp each_down(current, last, step, fun) when current >= last do
    fun.(current)
    each_down(current + step, last, step, fun)
  end

  defp each_down(_current, _last, _step, _fun), do: :ok

  @doc """
  Returns the elements for which `fun` gives a truthy value.

  ## Examples

      iex> Enum.filter([1, 2, 3, 4], &(&1 > 2))
      [3, 4]
      iex> Enum.filter(%{a: 1, b: nil}, fn {_key, value} -> value end)
      [a: 1]
  """
  @spec filter(t, (element -> as_boolean(term))) :: list
  def filter(enumerable, fun)
  def filter(enumerable, fun) when is_list(enumerable), do: filter_list(enumerable, fun)

  def filter(enumerable, fun) do
    enumerable
    |> reduce([], fn element, acc -> if fun.(element), do: [element | acc], else: acc end)
    |> :lists.reverse()
  end

  defp filter_list([head | tail], fun) do
    if fun.(head), do: [head | filter_list(tail, fun)], else: filter_list(tail, fun)
  end

  defp filter_list([], _fun), do: []

  @doc """
  Returns the elements for which `fun` gives a falsy value.

  ## Examples

      iex> Enum.reject([1, 2, 3, 4], &(&1 > 2))
      [1, 2]
  """
  @spec reject(t, (element -> as_boolean(term))) :: list
  def reject(enumerable, fun)
  def reject(enumerable, fun) when is_list(enumerable), do: reject_list(enumerable, fun)

  def reject(enumerable, fun) do
    enumerable
    |> reduce([], fn element, acc -> if fun.(element), do: acc, else: [element | acc] end)
    |> :lists.reverse()
  end

  defp reject_list([head | tail], fun) do
    if fun.(head), do: reject_list(tail, fun), else: [head | reject_list(tail, fun)]
  end

  defp reject_list([], _fun), do: []

  @doc false
  @deprecated "Use Enum.filter/2 + Enum.map/2 or for comprehensions instead"
  def filter_map(enumerable, filter, mapper),
    do: for(element <- to_list(enumerable), filter.(element), do: mapper.(element))

  @doc """
  Splits the elements into those for which `fun` gives a truthy value and the others.

  ## Examples

      iex> Enum.split_with([1, 2, 3, 4], &(rem(&1, 2) == 0))
      {[2, 4], [1, 3]}
  """
  @spec split_with(t, (element -> as_boolean(term))) :: {list, list}
  def split_with(enumerable, fun) do
    {yes, no} =
      reduce(enumerable, {[], []}, fn element, {yes, no} ->
        if fun.(element), do: {[element | yes], no}, else: {yes, [element | no]}
      end)

    {:lists.reverse(yes), :lists.reverse(no)}
  end

  @doc false
  @deprecated "Use Enum.split_with/2 instead"
  def partition(enumerable, fun), do: split_with(enumerable, fun)

  @doc """
  Maps each element to an enumerable, and returns the elements of these in one list.

  ## Examples

      iex> Enum.flat_map([1, 2], &[&1, &1 * 10])
      [1, 10, 2, 20]
      iex> Enum.flat_map([2, 3], &(1..&1))
      [1, 2, 1, 2, 3]
  """
  @spec flat_map(t, (element -> t)) :: list
  def flat_map(enumerable, fun) when is_list(enumerable), do: flat_map_list(enumerable, fun)

  def flat_map(enumerable, fun) do
    enumerable
    |> reduce([], fn element, acc ->
      case fun.(element) do
        list when is_list(list) -> :lists.reverse(list, acc)
        other -> reduce(other, acc, &[&1 | &2])
      end
    end)
    |> :lists.reverse()
  end

  defp flat_map_list([head | tail], fun) do
    case fun.(head) do
      [] -> flat_map_list(tail, fun)
      [one] -> [one | flat_map_list(tail, fun)]
      list when is_list(list) -> list ++ flat_map_list(tail, fun)
      other -> to_list(other) ++ flat_map_list(tail, fun)
    end
  end

  defp flat_map_list([], _fun), do: []

  @doc """
  Maps each element to an enumerable while an accumulator is carried along.

  The function returns `{enumerable, acc}`, or `{:halt, acc}` to end early. The result is the list of all elements and the last
  accumulator.

  ## Examples

      iex> Enum.flat_map_reduce([3, 1, 9, 2], 0, fn
      ...>   9, total -> {:halt, total}
      ...>   n, total -> {List.duplicate(n, n), total + n}
      ...> end)
      {[3, 3, 3, 1], 4}
  """
  @spec flat_map_reduce(t, acc, fun) :: {[any], acc}
        when fun: (element, acc -> {t, acc} | {:halt, acc})
  def flat_map_reduce(enumerable, acc, fun) do
    {list, acc} =
      reduce_while(enumerable, {[], acc}, fn element, {list, acc} ->
        case fun.(element, acc) do
          {:halt, acc} -> {:halt, {list, acc}}
          {[], acc} -> {:cont, {list, acc}}
          {[one], acc} -> {:cont, {[one | list], acc}}
          {many, acc} -> {:cont, {reduce(many, list, &[&1 | &2]), acc}}
        end
      end)

    {:lists.reverse(list), acc}
  end

  @doc """
  Maps the elements while an accumulator is carried along.

  The function returns `{mapped, acc}`.

  ## Examples

      iex> Enum.map_reduce([1, 2, 3], 0, fn x, sum -> {x * 10, sum + x} end)
      {[10, 20, 30], 6}
  """
  @spec map_reduce(t, acc, (element, acc -> {element, acc})) :: {list, acc}
  def map_reduce(enumerable, acc, fun) when is_list(enumerable),
    do: map_reduce_list(enumerable, acc, fun)

  def map_reduce(enumerable, acc, fun) do
    {list, acc} =
      reduce(enumerable, {[], acc}, fn element, {list, acc} ->
        {mapped, acc} = fun.(element, acc)
        {[mapped | list], acc}
      end)

    {:lists.reverse(list), acc}
  end

  defp map_reduce_list([], acc, _fun), do: {[], acc}

  defp map_reduce_list([head | tail], acc, fun) do
    {mapped, acc} = fun.(head, acc)
    {rest, acc} = map_reduce_list(tail, acc, fun)
    {[mapped | rest], acc}
  end

  @doc """
  Maps every `nth` element, starting with the first, and leaves the others as they are.

  With `nth` zero, nothing is mapped.

  ## Examples

      iex> Enum.map_every(1..5, 2, &(-&1))
      [-1, 2, -3, 4, -5]
      iex> Enum.map_every([1, 2], 0, &(-&1))
      [1, 2]
  """
  @spec map_every(t, non_neg_integer, (element -> any)) :: list
  def map_every(enumerable, nth, fun)
  def map_every(enumerable, 1, fun), do: map(enumerable, fun)
  def map_every(enumerable, 0, _fun), do: to_list(enumerable)

  def map_every(enumerable, nth, fun) when is_integer(nth) and nth > 1 do
    {list, _} =
      reduce(enumerable, {[], 0}, fn
        element, {list, 0} -> {[fun.(element) | list], nth - 1}
        element, {list, left} -> {[element | list], left - 1}
      end)

    :lists.reverse(list)
  end

  @doc """
  Pairs each element with its position.

  The second argument is the first position, 0 by default, or a function that gets element and position and whose result
  takes the place of the pair.

  ## Examples

      iex> Enum.with_index([:a, :b])
      [a: 0, b: 1]
      iex> Enum.with_index([:a, :b], 5)
      [a: 5, b: 6]
      iex> Enum.with_index([:a, :b], fn element, index -> {index, element} end)
      [{0, :a}, {1, :b}]
  """
  @spec with_index(t, integer | (element, index -> value)) :: [{element, index} | value]
        when value: any
  def with_index(enumerable, fun_or_offset \\ 0)

  def with_index(enumerable, offset) when is_list(enumerable) and is_integer(offset),
    do: index_list(enumerable, offset)

  def with_index(enumerable, fun) when is_list(enumerable) and is_function(fun, 2),
    do: index_list(enumerable, 0, fun)

  def with_index(enumerable, offset) when is_integer(offset) do
    {list, _} = map_reduce(enumerable, offset, fn element, i -> {{element, i}, i + 1} end)
    list
  end

  def with_index(enumerable, fun) when is_function(fun, 2) do
    {list, _} = map_reduce(enumerable, 0, fn element, i -> {fun.(element, i), i + 1} end)
    list
  end

  defp index_list([head | tail], index), do: [{head, index} | index_list(tail, index + 1)]
  defp index_list([], _index), do: []

  defp index_list([head | tail], index, fun),
    do: [fun.(head, index) | index_list(tail, index + 1, fun)]

  defp index_list([], _index, _fun), do: []

  @doc """
  Applies `fun` to each element and the result so far, and returns the list of all results.

  The first element stands for itself.

  ## Examples

      iex> Enum.scan([1, 2, 3, 4], &(&1 + &2))
      [1, 3, 6, 10]
  """
  @spec scan(t, (element, acc -> acc)) :: list
  def scan(enumerable, fun) do
    {list, _} =
      reduce(enumerable, {[], :first}, fn
        element, {[], :first} ->
          {[element], {:acc, element}}

        element, {list, {:acc, acc}} ->
          acc = fun.(element, acc)
          {[acc | list], {:acc, acc}}
      end)

    :lists.reverse(list)
  end

  @doc """
  Applies `fun` to each element and the result so far, beginning with `acc`, and returns the list of all results.

  ## Examples

      iex> Enum.scan(["b", "c"], "a", &(&2 <> &1))
      ["ab", "abc"]
  """
  @spec scan(t, any, (element, acc -> acc)) :: list
  def scan(enumerable, acc, fun) do
    {list, _} =
      map_reduce(enumerable, acc, fn element, acc ->
        acc = fun.(element, acc)
        {acc, acc}
      end)

    list
  end

  ## Reducing

  @doc """
  Combines the elements into one value, beginning with the first element.

  The function gets an element and the accumulator. An empty enumerable raises `Enum.EmptyError`.

  ## Examples

      iex> Enum.reduce([1, 2, 3], &(&1 * &2))
      6
      iex> Enum.reduce([], &(&1 * &2))
      ** (Enum.EmptyError) empty error
  """
  @spec reduce(t, (element, acc -> acc)) :: acc
  def reduce(enumerable, fun)
  def reduce([head | tail], fun), do: reduce_list(tail, head, fun)
  def reduce([], _fun), do: raise(Enum.EmptyError)

  def reduce(enumerable, fun) do
    result =
      reduce(enumerable, :first, fn
        element, {:acc, acc} -> {:acc, fun.(element, acc)}
        element, :first -> {:acc, element}
      end)

    case result do
      {:acc, acc} -> acc
      :first -> raise Enum.EmptyError
    end
  end

  @doc """
  Combines the elements into one value, beginning with `acc`.

  Most other functions of this module could be written with it.

  ## Examples

      iex> Enum.reduce([1, 2, 3], 10, &(&1 + &2))
      16
      iex> Enum.reduce(%{a: 1, b: 2}, 0, fn {_key, value}, acc -> acc + value end)
      3
  """
  @spec reduce(t, acc, (element, acc -> acc)) :: acc
  def reduce(enumerable, acc, fun)
  def reduce(enumerable, acc, fun) when is_list(enumerable), do: reduce_list(enumerable, acc, fun)

  def reduce(first..last//1, acc, fun), do: reduce_by_one(first, last, acc, fun)

  def reduce(first..last//step, acc, fun) when step > 0,
    do: reduce_up(first, last, step, acc, fun)

  def reduce(first..last//step, acc, fun), do: reduce_down(first, last, step, acc, fun)

  def reduce(%_{} = enumerable, acc, fun), do: reduce_enumerable(enumerable, acc, fun)
  # Beyond 32 keys the order is that of iterators, not of lists.
  def reduce(%{} = map, acc, fun) when map_size(map) > 32, do: reduce_map(:jovial_maps.iterator(map), acc, fun)
  def reduce(%{} = map, acc, fun), do: reduce_list(:maps.to_list(map), acc, fun)
  def reduce(enumerable, acc, fun), do: reduce_enumerable(enumerable, acc, fun)

  defp reduce_list([head | tail], acc, fun), do: reduce_list(tail, fun.(head, acc), fun)
  defp reduce_list([], acc, _fun), do: acc

  # A list of all pairs would outlive collections. An iterator has some that it read ahead: `[cursor, pairs | map]`.
  defp reduce_map(iterator, acc, fun) do
    case :jovial_maps.next(iterator) do
      {key, value, [cursor, ahead | map]} ->
        acc = reduce_list(ahead, fun.({key, value}, acc), fun)
        reduce_map([cursor, [] | map], acc, fun)

      :none ->
        acc
    end
  end

  defp reduce_by_one(current, last, acc, fun) when current <= last,
    do: reduce_by_one(current + 1, last, fun.(current, acc), fun)

  defp reduce_by_one(_current, _last, acc, _fun), do: acc

  defp reduce_up(current, last, step, acc, fun) when current <= last,
    do: reduce_up(current + step, last, step, fun.(current, acc), fun)

  defp reduce_up(_current, _last, _step, acc, _fun), do: acc

  defp reduce_down(current, last, step, acc, fun) when current >= last,
    do: reduce_down(current + step, last, step, fun.(current, acc), fun)

  defp reduce_down(_current, _last, _step, acc, _fun), do: acc

  defp reduce_enumerable(enumerable, acc, fun) do
    {_, acc} = Enumerable.reduce(enumerable, {:cont, acc}, fn x, acc -> {:cont, fun.(x, acc)} end)
    acc
  end

  @doc """
  Combines the elements until `fun` says to stop.

  The function returns `{:cont, acc}` to go on or `{:halt, acc}` to end with that value.

  ## Examples

      iex> Enum.reduce_while(1..1000, 0, fn x, acc ->
      ...>   if acc > 10, do: {:halt, acc}, else: {:cont, acc + x}
      ...> end)
      15
  """
  @spec reduce_while(t, any, (element, any -> {:cont, any} | {:halt, any})) :: any
  def reduce_while(enumerable, acc, fun) when is_list(enumerable),
    do: reduce_list_while(enumerable, acc, fun)

  def reduce_while(enumerable, acc, fun) do
    {_, acc} = Enumerable.reduce(enumerable, {:cont, acc}, fun)
    acc
  end

  defp reduce_list_while([head | tail], acc, fun) do
    case fun.(head, acc) do
      {:cont, acc} -> reduce_list_while(tail, acc, fun)
      {:halt, acc} -> acc
      # a suspended reduction that nobody resumes
      {:suspend, acc} -> acc
    end
  end

  defp reduce_list_while([], acc, _fun), do: acc

  ## Parts

  @doc """
  Returns the first `amount` elements, or the last ones for a negative amount.

  No more elements are read than needed.

  ## Examples

      iex> Enum.take([:a, :b, :c], 2)
      [:a, :b]
      iex> Enum.take([:a, :b, :c], -2)
      [:b, :c]
      iex> Enum.take([:a], 5)
      [:a]
  """
  @spec take(t, integer) :: list
  def take(enumerable, amount)
  def take(_enumerable, 0), do: []

  def take(enumerable, amount) when is_list(enumerable) and is_integer(amount) and amount > 0,
    do: take_list(enumerable, amount)

  def take(enumerable, amount) when is_integer(amount) and amount > 0 do
    {_, {list, _}} =
      Enumerable.reduce(enumerable, {:cont, {[], amount}}, fn
        element, {list, 1} -> {:halt, {[element | list], 0}}
        element, {list, left} -> {:cont, {[element | list], left - 1}}
      end)

    :lists.reverse(list)
  end

  def take(enumerable, amount) when is_integer(amount) do
    {size, from} = sized_slicer(enumerable)
    start = Kernel.max(size + amount, 0)
    from.(start, size - start, 1)
  end

  defp take_list([head | tail], amount) when amount > 0, do: [head | take_list(tail, amount - 1)]
  defp take_list(_list, _amount), do: []

  @doc """
  Returns the elements without the first `amount`, or without the last ones for a negative amount.

  ## Examples

      iex> Enum.drop([:a, :b, :c], 2)
      [:c]
      iex> Enum.drop([:a, :b, :c], -2)
      [:a]
      iex> Enum.drop([:a], 5)
      []
  """
  @spec drop(t, integer) :: list
  def drop(enumerable, amount)

  def drop(enumerable, amount) when is_list(enumerable) and is_integer(amount) and amount >= 0,
    do: dropped(enumerable, amount)

  def drop(enumerable, amount) when is_integer(amount) and amount >= 0 do
    case Enumerable.slice(enumerable) do
      {:ok, size, _} when amount >= size ->
        []

      {:ok, size, slicer} ->
        slice_with(slicer, enumerable, amount, size - amount, 1, size)

      {:error, _} ->
        {list, _} =
          reduce(enumerable, {[], amount}, fn
            element, {list, 0} -> {[element | list], 0}
            _, {list, left} -> {list, left - 1}
          end)

        :lists.reverse(list)
    end
  end

  def drop(enumerable, amount) when is_integer(amount) do
    {size, from} = sized_slicer(enumerable)
    from.(0, Kernel.max(size + amount, 0), 1)
  end

  defp dropped(list, amount) do
    with :none <- :jovial_lists.drop(list, amount), do: drop_list(list, amount)
  end

  # Only for lists that do not end as lists do.
  defp drop_list([_ | tail], amount), do: drop_list(tail, amount - 1)

  # Size and a slicing function; an enumerable without a shortcut is turned into a list.
  defp sized_slicer(enumerable),
    do: random_access(enumerable) || random_access(to_list(enumerable))

  defp random_access(list) when is_list(list), do: {length(list), &slice_list(list, &1, &2, &3)}

  defp random_access(enumerable) do
    case Enumerable.slice(enumerable) do
      {:ok, size, slicer} -> {size, &slice_with(slicer, enumerable, &1, &2, &3, size)}
      {:error, _} -> nil
    end
  end

  @doc """
  Returns the elements from the beginning as long as `fun` gives a truthy value.

  ## Examples

      iex> Enum.take_while([1, 2, 9, 1], &(&1 < 5))
      [1, 2]
  """
  @spec take_while(t, (element -> as_boolean(term))) :: list
  def take_while(enumerable, fun) when is_list(enumerable), do: take_list_while(enumerable, fun)

  def take_while(enumerable, fun) do
    {_, list} =
      Enumerable.reduce(enumerable, {:cont, []}, fn element, acc ->
        if fun.(element), do: {:cont, [element | acc]}, else: {:halt, acc}
      end)

    :lists.reverse(list)
  end

  defp take_list_while([head | tail], fun) do
    if fun.(head), do: [head | take_list_while(tail, fun)], else: []
  end

  defp take_list_while([], _fun), do: []

  @doc """
  Drops elements from the beginning as long as `fun` gives a truthy value, and returns the others.

  ## Examples

      iex> Enum.drop_while([1, 2, 9, 1], &(&1 < 5))
      [9, 1]
  """
  @spec drop_while(t, (element -> as_boolean(term))) :: list
  def drop_while(enumerable, fun) when is_list(enumerable), do: drop_list_while(enumerable, fun)

  def drop_while(enumerable, fun) do
    {list, _} =
      reduce(enumerable, {[], true}, fn
        element, {[], true} ->
          if fun.(element), do: {[], true}, else: {[element], false}

        element, {list, false} ->
          {[element | list], false}
      end)

    :lists.reverse(list)
  end

  defp drop_list_while([head | tail] = list, fun) do
    if fun.(head), do: drop_list_while(tail, fun), else: list
  end

  defp drop_list_while([], _fun), do: []

  @doc """
  Returns every `nth` element, starting with the first; none if `nth` is zero.

  ## Examples

      iex> Enum.take_every(1..10, 4)
      [1, 5, 9]
      iex> Enum.take_every(1..10, 0)
      []
  """
  @spec take_every(t, non_neg_integer) :: list
  def take_every(enumerable, nth)
  def take_every(_enumerable, 0), do: []
  def take_every(enumerable, 1), do: to_list(enumerable)

  def take_every(enumerable, nth) when is_integer(nth) and nth > 1 do
    enumerable |> to_list() |> each_nth(nth - 1)
  end

  defp each_nth([], _between), do: []
  defp each_nth([head | tail], between), do: [head | tail |> dropped(between) |> each_nth(between)]

  @doc """
  Leaves out every `nth` element, starting with the first; none if `nth` is zero.

  ## Examples

      iex> Enum.drop_every(1..10, 4)
      [2, 3, 4, 6, 7, 8, 10]
      iex> Enum.drop_every([1, 2], 1)
      []
  """
  @spec drop_every(t, non_neg_integer) :: list
  def drop_every(enumerable, nth)
  def drop_every(_enumerable, 1), do: []
  def drop_every(enumerable, 0), do: to_list(enumerable)

  def drop_every(enumerable, nth) when is_integer(nth) and nth > 1 do
    {list, _} =
      reduce(enumerable, {[], 0}, fn
        _, {list, 0} -> {list, nth - 1}
        element, {list, left} -> {[element | list], left - 1}
      end)

    :lists.reverse(list)
  end

  @doc """
  Splits the elements in two lists, the first of which has `count` elements.

  A negative count gives the length of the second list.

  ## Examples

      iex> Enum.split([1, 2, 3], 2)
      {[1, 2], [3]}
      iex> Enum.split([1, 2, 3], -1)
      {[1, 2], [3]}
      iex> Enum.split([1, 2, 3], 9)
      {[1, 2, 3], []}
  """
  @spec split(t, integer) :: {list, list}
  def split(enumerable, count)

  def split(enumerable, count) when is_list(enumerable) and is_integer(count) and count >= 0,
    do: split_list(enumerable, count, [])

  def split(enumerable, count) when is_integer(count) and count >= 0,
    do: split_list(to_list(enumerable), count, [])

  def split(enumerable, count) when is_integer(count) do
    list = to_list(enumerable)
    split_list(list, Kernel.max(length(list) + count, 0), [])
  end

  defp split_list([head | tail], count, acc) when count > 0,
    do: split_list(tail, count - 1, [head | acc])

  defp split_list(rest, _count, acc), do: {:lists.reverse(acc), rest}

  @doc """
  Splits the elements in two lists, at the first for which `fun` gives a falsy value.

  ## Examples

      iex> Enum.split_while([1, 2, 9, 1], &(&1 < 5))
      {[1, 2], [9, 1]}
  """
  @spec split_while(t, (element -> as_boolean(term))) :: {list, list}
  def split_while(enumerable, fun) when is_list(enumerable),
    do: split_list_while(enumerable, fun, [])

  def split_while(enumerable, fun) do
    {before, rest, _} =
      reduce(enumerable, {[], [], true}, fn
        element, {before, [], true} ->
          if fun.(element), do: {[element | before], [], true}, else: {before, [element], false}

        element, {before, rest, false} ->
          {before, [element | rest], false}
      end)

    {:lists.reverse(before), :lists.reverse(rest)}
  end

  defp split_list_while([head | tail] = list, fun, acc) do
    if fun.(head),
      do: split_list_while(tail, fun, [head | acc]),
      else: {:lists.reverse(acc), list}
  end

  defp split_list_while([], _fun, acc), do: {:lists.reverse(acc), []}

  @doc """
  Returns the elements at the positions of a range.

  Negative ends count from the end of the enumerable, and the range may be longer than it. A step above one leaves
  elements out; negative steps raise `ArgumentError`.

  ## Examples

      iex> Enum.slice([:a, :b, :c, :d], 1..2)
      [:b, :c]
      iex> Enum.slice([:a, :b, :c, :d], -2..-1)
      [:c, :d]
      iex> Enum.slice(1..100, 10..50//15)
      [11, 26, 41]
      iex> Enum.slice([:a, :b], 5..9)
      []
  """
  @spec slice(t, Range.t()) :: list
  def slice(enumerable, first..last//step = index_range) do
    cond do
      step > 0 ->
        slice_range(enumerable, first, last, step)

      step == -1 and first > last ->
        IO.warn(
          "negative steps are not supported in Enum.slice/2, pass #{first}..#{last}//1 instead"
        )

        slice_range(enumerable, first, last, 1)

      true ->
        raise ArgumentError,
              "Enum.slice/2 does not accept ranges with negative steps, got: " <>
                inspect(index_range)
    end
  end

  # a range from before ranges had steps
  def slice(enumerable, %{__struct__: Range, first: first, last: last}),
    do: slice(enumerable, first..last//if(first <= last, do: 1, else: -1))

  defp slice_range(enumerable, first, last, step) when first >= 0 and last >= 0 do
    if last >= first, do: slice_from(enumerable, first, last - first + 1, step), else: []
  end

  defp slice_range(enumerable, first, last, step) do
    {size, from} = sized_slicer(enumerable)
    start = Kernel.max(from_end(first, size), 0)
    stop = Kernel.min(from_end(last, size), size - 1)

    if start <= stop, do: from.(start, div(stop - start, step) + 1, step), else: []
  end

  defp from_end(index, size) when index < 0, do: index + size
  defp from_end(index, _size), do: index

  @doc """
  Returns `amount` elements from the zero-based `start_index` on.

  A negative start counts from the end. What lies beyond the end is left out.

  ## Examples

      iex> Enum.slice([:a, :b, :c, :d], 1, 2)
      [:b, :c]
      iex> Enum.slice([:a, :b, :c, :d], -3, 2)
      [:b, :c]
      iex> Enum.slice(1..10, 8, 5)
      [9, 10]
  """
  @spec slice(t, index, non_neg_integer) :: list
  def slice(enumerable, start_index, amount)

  def slice(_enumerable, start_index, 0) when is_integer(start_index), do: []

  def slice(enumerable, start_index, amount)
      when is_integer(start_index) and start_index >= 0 and is_integer(amount) and amount >= 0,
      do: slice_from(enumerable, start_index, amount, 1)

  def slice(enumerable, start_index, amount)
      when is_integer(start_index) and is_integer(amount) and amount >= 0 do
    {size, from} = sized_slicer(enumerable)
    start = Kernel.max(size + start_index, 0)
    from.(start, Kernel.min(amount, size - start), 1)
  end

  # `amount` counts positions before the step is applied.
  defp slice_from(list, start, amount, step) when is_list(list),
    do: slice_list(list, start, div(amount - 1, step) + 1, step)

  defp slice_from(enumerable, start, amount, step) do
    case Enumerable.slice(enumerable) do
      {:ok, size, _} when start >= size ->
        []

      {:ok, size, slicer} ->
        amount = Kernel.min(amount, size - start)
        slice_with(slicer, enumerable, start, div(amount - 1, step) + 1, step, size)

      {:error, _} ->
        {_, {list, _, _}} =
          Enumerable.reduce(enumerable, {:cont, {[], start, amount}}, fn
            element, {list, 0, left} ->
              tag = if left == 1, do: :halt, else: :cont
              {tag, {[element | list], 0, left - 1}}

            _, {list, skip, left} ->
              {:cont, {list, skip - 1, left}}
          end)

        every(:lists.reverse(list), step)
    end
  end

  defp slice_list(_list, _start, 0, _step), do: []

  defp slice_list(list, start, count, 1), do: take_list(dropped(list, start), count)

  defp slice_list(list, start, count, step) do
    list |> dropped(start) |> every(step) |> take_list(count)
  end

  defp every(list, 1), do: list
  defp every([head | tail], step), do: [head | every(dropped(tail, step - 1), step)]
  defp every([], _step), do: []

  # Calls what `Enumerable.slice/1` returned; `count` elements that are known to be there.
  defp slice_with(_slicer, _enumerable, _start, 0, _step, _size), do: []

  defp slice_with(slicer, _enumerable, start, count, step, _size) when is_function(slicer, 3),
    do: slicer.(start, count, step)

  defp slice_with(to_list, enumerable, start, count, step, _size) when is_function(to_list, 1),
    do: slice_list(to_list.(enumerable), start, count, step)

  # The form of the function before it knew steps.
  defp slice_with(slicer, enumerable, start, count, step, size) when is_function(slicer, 2) do
    IO.warn(
      "#{inspect(Enumerable.impl_for(enumerable))} must return a three arity function on slice/1"
    )

    span = Kernel.min((count - 1) * step + 1, size - start)
    every(slicer.(start, span), step)
  end

  @doc """
  Moves one element, or a range of them, to another position.

  After a move to the left, `insertion_index` is the position of the first moved element; after a move to the right, that of the
  last. Negative positions count from the end. A place inside the moved range raises `ArgumentError`.

  ## Examples

      iex> Enum.slide([:a, :b, :c, :d, :e], 3, 1)
      [:a, :d, :b, :c, :e]
      iex> Enum.slide([:a, :b, :c, :d, :e], 0..1, 3)
      [:c, :d, :a, :b, :e]
      iex> Enum.slide([:a, :b, :c, :d, :e], -1, 0)
      [:e, :a, :b, :c, :d]
  """
  @spec slide(t, Range.t() | index, index) :: list
  def slide(enumerable, range_or_single_index, insertion_index)

  def slide(enumerable, single_index, insertion_index) when is_integer(single_index),
    do: slide(enumerable, single_index..single_index//1, insertion_index)

  def slide(_enumerable, _.._//step = index_range, _insertion_index) when step != 1 do
    raise ArgumentError,
          "Enum.slide/3 does not accept ranges with custom steps, got: " <> inspect(index_range)
  end

  def slide(enumerable, first..last//_, target) do
    list = to_list(enumerable)
    size = if first < 0 or last < 0 or target < 0, do: length(list), else: 0
    first = if first < 0, do: Kernel.max(first + size, 0), else: first
    last = from_end(last, size)
    target = from_end(target, size)

    cond do
      first == target or first > last -> list
      target < first -> move_left(list, target, first, last)
      target > last -> move_right(list, first, last, target)
      true -> slide_error(first, last, target)
    end
  end

  defp slide_error(first, last, target) do
    raise ArgumentError,
          "insertion index for slide must be outside the range being moved " <>
            "(tried to insert #{first}..#{last} at #{target})"
  end

  defp move_left(list, target, first, last) do
    {before, rest} = split_list(list, target, [])
    {between, rest} = split_list(rest, first - target, [])
    {moved, rest} = split_list(rest, last - first + 1, [])
    before ++ moved ++ between ++ rest
  end

  # The target counts to the last moved element's new place, since the others close up.
  defp move_right(list, first, last, target) do
    {before, rest} = split_list(list, first, [])
    {moved, rest} = split_list(rest, last - first + 1, [])
    {between, rest} = split_list(rest, target - last, [])
    before ++ between ++ moved ++ rest
  end

  ## Grouping and chunking

  @doc """
  Groups the elements, or the results of `value_fun` for them, by the result of `key_fun`.

  The result is a map; within each group the elements keep their order.

  ## Examples

      iex> Enum.group_by(~w(ant bee bear), &String.first/1)
      %{"a" => ["ant"], "b" => ["bee", "bear"]}
      iex> Enum.group_by(~w(ant bee bear), &String.first/1, &String.length/1)
      %{"a" => [3], "b" => [3, 4]}
  """
  @spec group_by(t, (element -> any), (element -> any)) :: map
  def group_by(enumerable, key_fun, value_fun \\ fn x -> x end)

  def group_by(enumerable, key_fun, value_fun) when is_function(key_fun) do
    groups =
      reduce(enumerable, %{}, fn element, groups ->
        key = key_fun.(element)
        value = value_fun.(element)

        case groups do
          %{^key => values} -> %{groups | key => [value | values]}
          %{} -> :maps.put(key, [value], groups)
        end
      end)

    :maps.map(fn _key, values -> :lists.reverse(values) end, groups)
  end

  def group_by(enumerable, dict, fun) do
    IO.warn(
      "Enum.group_by/3 with a map/dictionary as second element is deprecated. " <>
        "A map is used by default and it is no longer required to pass one to this function"
    )

    enumerable
    |> reverse()
    |> reduce(dict, fn element, groups ->
      Map.update(groups, fun.(element), [element], &[element | &1])
    end)
  end

  @doc """
  Groups neighbours for which `fun` gives the same result.

  ## Examples

      iex> Enum.chunk_by([1, 3, 2, 4, 5], &rem(&1, 2))
      [[1, 3], [2, 4], [5]]
      iex> Enum.chunk_by([], & &1)
      []
  """
  @spec chunk_by(t, (element -> any)) :: [list]
  def chunk_by(enumerable, fun) do
    result =
      reduce(enumerable, nil, fn
        element, nil ->
          {[], [element], fun.(element)}

        element, {chunks, chunk, key} ->
          case fun.(element) do
            ^key -> {chunks, [element | chunk], key}
            other -> {[:lists.reverse(chunk) | chunks], [element], other}
          end
      end)

    case result do
      nil -> []
      {chunks, chunk, _} -> :lists.reverse(chunks, [:lists.reverse(chunk)])
    end
  end

  @doc """
  Cuts the enumerable into lists of `count` elements; the last may be shorter.

  ## Examples

      iex> Enum.chunk_every([1, 2, 3, 4, 5], 2)
      [[1, 2], [3, 4], [5]]
  """
  @spec chunk_every(t, pos_integer) :: [list]
  def chunk_every(enumerable, count), do: chunk_every(enumerable, count, count, [])

  @doc """
  Returns lists of `count` elements that begin `step` elements apart.

  They overlap where the step is smaller than the count, and leave elements out where it is larger. `leftover` is an
  enumerable from which the last list is filled up, as far as that goes; `:discard` drops a last list that is too short.

  ## Examples

      iex> Enum.chunk_every([1, 2, 3, 4, 5], 3, 2)
      [[1, 2, 3], [3, 4, 5], [5]]
      iex> Enum.chunk_every([1, 2, 3, 4], 3, 3, [:x, :y, :z])
      [[1, 2, 3], [4, :x, :y]]
      iex> Enum.chunk_every([1, 2, 3], 2, 1, :discard)
      [[1, 2], [2, 3]]
      iex> Enum.chunk_every([1, 2, 3, 4], 1, 3)
      [[1], [4]]
  """
  @spec chunk_every(t, pos_integer, pos_integer, t | :discard) :: [list]
  def chunk_every(enumerable, count, step, leftover \\ [])
      when is_integer(count) and count > 0 and is_integer(step) and step > 0 do
    chunk_list(to_list(enumerable), count, step, leftover)
  end

  defp chunk_list([], _count, _step, _leftover), do: []

  defp chunk_list(list, count, step, leftover) do
    case take_chunk(list, count, []) do
      {chunk, rest} when step == count ->
        [chunk | chunk_list(rest, count, step, leftover)]

      {chunk, []} when step >= count ->
        [chunk]

      # With an overlap, a further list begins even where only known elements are left.
      {chunk, _rest} ->
        [chunk | chunk_list(dropped(list, step), count, step, leftover)]

      {:short, _taken, _missing} when leftover == :discard ->
        []

      {:short, taken, missing} ->
        [:lists.reverse(taken, take(leftover, missing))]
    end
  end

  defp take_chunk(rest, 0, acc), do: {:lists.reverse(acc), rest}
  defp take_chunk([head | tail], count, acc), do: take_chunk(tail, count - 1, [head | acc])
  defp take_chunk([], missing, acc), do: {:short, acc, missing}

  @doc false
  @deprecated "Use Enum.chunk_every/2 instead"
  def chunk(enumerable, count), do: chunk(enumerable, count, count, nil)

  @doc false
  @deprecated "Use Enum.chunk_every/3 instead"
  def chunk(enumerable, count, step), do: chunk(enumerable, count, step, nil)

  @doc false
  @deprecated "Use Enum.chunk_every/4 instead"
  def chunk(enumerable, count, step, leftover),
    do: chunk_every(enumerable, count, step, leftover || :discard)

  @doc """
  Cuts the enumerable into chunks as `chunk_fun` decides.

  The function gets an element and the accumulator and returns one of:

    * `{:cont, chunk, acc}` - `chunk` is finished, go on
    * `{:cont, acc}` - nothing is finished yet, go on
    * `{:halt, acc}` - stop here

  At the end `after_fun` gets the accumulator and returns `{:cont, chunk, acc}` or `{:cont, acc}`.

  ## Examples

      iex> sum_to_ten = fn x, acc ->
      ...>   if acc + x >= 10, do: {:cont, acc + x, 0}, else: {:cont, acc + x}
      ...> end
      iex> Enum.chunk_while([4, 5, 6, 7, 8, 1], 0, sum_to_ten, &{:cont, &1, 0})
      [15, 15, 1]
  """
  @spec chunk_while(
          t,
          acc,
          (element, acc -> {:cont, chunk, acc} | {:cont, acc} | {:halt, acc}),
          (acc -> {:cont, chunk, acc} | {:cont, acc})
        ) :: Enumerable.t()
        when chunk: any
  def chunk_while(enumerable, acc, chunk_fun, after_fun) do
    {chunks, acc} =
      reduce_while(enumerable, {[], acc}, fn element, {chunks, acc} ->
        case chunk_fun.(element, acc) do
          {:cont, chunk, acc} -> {:cont, {[chunk | chunks], acc}}
          {:cont, acc} -> {:cont, {chunks, acc}}
          {:halt, acc} -> {:halt, {chunks, acc}}
        end
      end)

    case after_fun.(acc) do
      {:cont, _acc} -> :lists.reverse(chunks)
      {:cont, chunk, _acc} -> :lists.reverse([chunk | chunks])
    end
  end

  ## Without repetitions

  @doc """
  Returns the elements without those that equal their left neighbour.

  ## Examples

      iex> Enum.dedup([1, 1, 2, 1, 1.0])
      [1, 2, 1, 1.0]
  """
  @spec dedup(t) :: list
  def dedup(enumerable) when is_list(enumerable), do: dedup_list(enumerable)
  def dedup(enumerable), do: dedup_by(enumerable, & &1)

  defp dedup_list([one, two | tail]) when one === two, do: dedup_list([one | tail])
  defp dedup_list([head | tail]), do: [head | dedup_list(tail)]
  defp dedup_list([]), do: []

  @doc """
  Returns the elements without those for which `fun` gives the same result as for their left neighbour.

  ## Examples

      iex> Enum.dedup_by([a: 1, b: 1, c: 2, d: 1], fn {_key, value} -> value end)
      [a: 1, c: 2, d: 1]
  """
  @spec dedup_by(t, (element -> term)) :: list
  def dedup_by(enumerable, fun) do
    {list, _} =
      reduce(enumerable, {[], :none}, fn element, {list, last} ->
        key = fun.(element)
        if last === {:key, key}, do: {list, last}, else: {[element | list], {:key, key}}
      end)

    :lists.reverse(list)
  end

  @doc """
  Returns the elements, each only once, in the order of their first appearance.

  ## Examples

      iex> Enum.uniq([3, 1, 3, 2, 1])
      [3, 1, 2]
  """
  @spec uniq(t) :: list
  def uniq(enumerable) when is_list(enumerable), do: uniq_list(enumerable, %{})
  def uniq(enumerable), do: uniq_list(to_list(enumerable), %{})

  defp uniq_list([head | tail], seen) do
    case seen do
      %{^head => _} -> uniq_list(tail, seen)
      %{} -> [head | uniq_list(tail, :maps.put(head, true, seen))]
    end
  end

  defp uniq_list([], _seen), do: []

  @doc false
  @deprecated "Use Enum.uniq_by/2 instead"
  def uniq(enumerable, fun), do: uniq_by(enumerable, fun)

  @doc """
  Returns the elements whose result of `fun` has not occurred before.

  ## Examples

      iex> Enum.uniq_by(["a", "bb", "c", "dd"], &String.length/1)
      ["a", "bb"]
  """
  @spec uniq_by(t, (element -> term)) :: list
  def uniq_by(enumerable, fun)
  def uniq_by(enumerable, fun) when is_list(enumerable), do: uniq_list_by(enumerable, fun, %{})

  def uniq_by(enumerable, fun) do
    {list, _} =
      reduce(enumerable, {[], %{}}, fn element, {list, seen} ->
        key = fun.(element)

        case seen do
          %{^key => _} -> {list, seen}
          %{} -> {[element | list], :maps.put(key, true, seen)}
        end
      end)

    :lists.reverse(list)
  end

  defp uniq_list_by([head | tail], fun, seen) do
    key = fun.(head)

    case seen do
      %{^key => _} -> uniq_list_by(tail, fun, seen)
      %{} -> [head | uniq_list_by(tail, fun, :maps.put(key, true, seen))]
    end
  end

  defp uniq_list_by([], _fun, _seen), do: []

  ## Order

  @doc """
  Returns the elements in reverse order.

  ## Examples

      iex> Enum.reverse([1, 2, 3])
      [3, 2, 1]
  """
  @spec reverse(t) :: list
  def reverse(enumerable)
  def reverse(enumerable) when is_list(enumerable), do: :lists.reverse(enumerable)
  def reverse(enumerable), do: reduce(enumerable, [], &[&1 | &2])

  @doc """
  Returns the elements in reverse order, followed by those of `tail`.

  ## Examples

      iex> Enum.reverse([1, 2, 3], [:a, :b])
      [3, 2, 1, :a, :b]
  """
  @spec reverse(t, t) :: list
  def reverse(enumerable, tail) when is_list(enumerable),
    do: :lists.reverse(enumerable, to_list(tail))

  def reverse(enumerable, tail), do: reduce(enumerable, to_list(tail), &[&1 | &2])

  @doc """
  Reverses `count` elements from `start_index` on, and leaves the others in place.

  A count that goes past the end reverses what is there.

  ## Examples

      iex> Enum.reverse_slice([1, 2, 3, 4, 5], 1, 3)
      [1, 4, 3, 2, 5]
  """
  @spec reverse_slice(t, non_neg_integer, non_neg_integer) :: list
  def reverse_slice(enumerable, start_index, count)
      when is_integer(start_index) and start_index >= 0 and is_integer(count) and count >= 0 do
    {before, rest} = split_list(to_list(enumerable), start_index, [])
    {slice, rest} = split_list(rest, count, [])
    before ++ :lists.reverse(slice, rest)
  end

  @doc """
  Sorts the elements in the order of all values.

  The sort is stable: elements that compare equal keep their order. Structs are compared as maps, which is rarely what is
  wanted; `sort/2` takes a module that knows better.

  ## Examples

      iex> Enum.sort([3, 1, 2])
      [1, 2, 3]
      iex> Enum.sort(["b", :c, 1])
      [1, :c, "b"]
  """
  @spec sort(t) :: list
  def sort(enumerable) when is_list(enumerable), do: :lists.sort(enumerable)
  def sort(enumerable), do: :lists.sort(to_list(enumerable))

  @doc """
  Sorts the elements by the given order.

  The order is one of:

    * `:asc` or `:desc` - by the order of all values
    * a function - gets two elements and returns whether the first may stand before the second; it should return `true` for equal ones,
      or the sort is not stable
    * a module with a `compare/2` that returns `:lt`, `:eq` or `:gt`, alone or as `{:asc, module}` or `{:desc, module}`

  ## Examples

      iex> Enum.sort([3, 1, 2], :desc)
      [3, 2, 1]
      iex> Enum.sort(["ccc", "a", "bb"], &(byte_size(&1) <= byte_size(&2)))
      ["a", "bb", "ccc"]
      iex> Enum.sort([~D[2024-03-01], ~D[2023-12-31]], Date)
      [~D[2023-12-31], ~D[2024-03-01]]
  """
  @spec sort(t, (element, element -> boolean) | :asc | :desc | module | {:asc | :desc, module}) ::
          list
  def sort(enumerable, sorter)
  def sort(enumerable, :asc), do: sort(enumerable)

  # Turned round before and after, so that equal elements keep their order.
  def sort(enumerable, :desc),
    do: enumerable |> reverse() |> :lists.sort() |> :lists.reverse()

  def sort(enumerable, sorter),
    do: :lists.sort(sort_fun(sorter), to_list(enumerable))

  defp sort_fun(fun) when is_function(fun, 2), do: fun
  defp sort_fun(module) when is_atom(module), do: sort_fun({:asc, module})

  defp sort_fun({:asc, module}) when is_atom(module), do: &(module.compare(&1, &2) != :gt)
  defp sort_fun({:desc, module}) when is_atom(module), do: &(module.compare(&1, &2) != :lt)

  @doc """
  Sorts the elements by the results of `mapper`.

  The mapper is called once for each element. The order is given as in `sort/2`.

  ## Examples

      iex> Enum.sort_by(["ccc", "a", "bb"], &String.length/1)
      ["a", "bb", "ccc"]
      iex> Enum.sort_by([a: 1, b: 2], fn {_key, value} -> value end, :desc)
      [b: 2, a: 1]
  """
  @spec sort_by(
          t,
          (element -> mapped_element),
          (mapped_element, mapped_element -> boolean)
          | :asc
          | :desc
          | module
          | {:asc | :desc, module}
        ) :: list
        when mapped_element: element
  def sort_by(enumerable, mapper, sorter \\ :asc)

  def sort_by(enumerable, mapper, :asc),
    do: enumerable |> map(&{mapper.(&1), &1}) |> keysort() |> undecorate()

  def sort_by(enumerable, mapper, :desc) do
    enumerable
    |> map(&{mapper.(&1), &1})
    |> :lists.reverse()
    |> keysort()
    |> :lists.reverse()
    |> undecorate()
  end

  def sort_by(enumerable, mapper, sorter) do
    fun = sort_fun(sorter)
    decorated = map(enumerable, &{mapper.(&1), &1})
    undecorate(:lists.sort(fn {left, _}, {right, _} -> fun.(left, right) end, decorated))
  end

  defp keysort(decorated), do: :lists.keysort(1, decorated)

  defp undecorate([{_key, element} | rest]), do: [element | undecorate(rest)]
  defp undecorate([]), do: []

  ## Smallest and largest

  @doc """
  Returns the largest element in the order of all values.

  Of several equal ones the first is returned. An empty enumerable raises `Enum.EmptyError`, unless a function is given whose
  result is then returned. Structs need a module or function that compares them, as second argument.

  ## Examples

      iex> Enum.max([4, 9, 2])
      9
      iex> Enum.max([~D[2023-12-31], ~D[2024-03-01]], Date)
      ~D[2024-03-01]
      iex> Enum.max(["bb", "a"], &(byte_size(&1) >= byte_size(&2)))
      "bb"
      iex> Enum.max([], fn -> 0 end)
      0
  """
  @spec max(t, (element, element -> boolean) | module, (-> empty_result)) ::
          element | empty_result
        when empty_result: any
  def max(enumerable, sorter \\ &>=/2, empty_fallback \\ fn -> raise Enum.EmptyError end)

  def max(enumerable, empty_fallback, _default) when is_function(empty_fallback, 0),
    do: best(enumerable, &>=/2, empty_fallback)

  def max(enumerable, sorter, empty_fallback),
    do: best(enumerable, max_fun(sorter), empty_fallback)

  @doc """
  Returns the smallest element in the order of all values.

  Of several equal ones the first is returned. For empty enumerables and for structs see `max/3`.

  ## Examples

      iex> Enum.min([4, 9, 2])
      2
      iex> Enum.min([~D[2023-12-31], ~D[2024-03-01]], Date)
      ~D[2023-12-31]
      iex> Enum.min([])
      ** (Enum.EmptyError) empty error
  """
  @spec min(t, (element, element -> boolean) | module, (-> empty_result)) ::
          element | empty_result
        when empty_result: any
  def min(enumerable, sorter \\ &<=/2, empty_fallback \\ fn -> raise Enum.EmptyError end)

  def min(enumerable, empty_fallback, _default) when is_function(empty_fallback, 0),
    do: best(enumerable, &<=/2, empty_fallback)

  def min(enumerable, sorter, empty_fallback),
    do: best(enumerable, min_fun(sorter), empty_fallback)

  # A sorter answers whether the best so far stays the best.
  defp max_fun(fun) when is_function(fun, 2), do: fun
  defp max_fun(module) when is_atom(module), do: &(module.compare(&1, &2) != :lt)
  defp min_fun(fun) when is_function(fun, 2), do: fun
  defp min_fun(module) when is_atom(module), do: &(module.compare(&1, &2) != :gt)

  # The usual orders need no call for each element.
  defp best([head | tail], stays, _fallback) do
    cond do
      stays === (&>=/2) -> largest(tail, head)
      stays === (&<=/2) -> smallest(tail, head)
      true -> best_in_list(tail, head, stays)
    end
  end

  defp best([], _stays, fallback), do: fallback.()

  defp best(enumerable, stays, fallback) do
    result =
      reduce(enumerable, :none, fn
        element, {:best, best} ->
          if stays.(best, element), do: {:best, best}, else: {:best, element}

        element, :none ->
          {:best, element}
      end)

    case result do
      {:best, best} -> best
      :none -> fallback.()
    end
  end

  defp largest([head | tail], best) when head > best, do: largest(tail, head)
  defp largest([_ | tail], best), do: largest(tail, best)
  defp largest([], best), do: best

  defp smallest([head | tail], best) when head < best, do: smallest(tail, head)
  defp smallest([_ | tail], best), do: smallest(tail, best)
  defp smallest([], best), do: best

  defp best_in_list([head | tail], best, stays) do
    if stays.(best, head),
      do: best_in_list(tail, best, stays),
      else: best_in_list(tail, head, stays)
  end

  defp best_in_list([], best, _stays), do: best

  @doc """
  Returns the element for which `fun` gives the largest result.

  Of several the first is returned. Order and fallback are given as in `max/3`.

  ## Examples

      iex> Enum.max_by(["a", "ccc", "bb"], &String.length/1)
      "ccc"
      iex> Enum.max_by([], &String.length/1, fn -> nil end)
      nil
  """
  @spec max_by(
          t,
          (element -> any),
          (element, element -> boolean) | module,
          (-> empty_result)
        ) :: element | empty_result
        when empty_result: any
  def max_by(enumerable, fun, sorter \\ &>=/2, empty_fallback \\ fn -> raise Enum.EmptyError end)

  def max_by(enumerable, fun, empty_fallback, _default)
      when is_function(fun, 1) and is_function(empty_fallback, 0),
      do: best_by(enumerable, fun, &>=/2, empty_fallback)

  def max_by(enumerable, fun, sorter, empty_fallback) when is_function(fun, 1),
    do: best_by(enumerable, fun, max_fun(sorter), empty_fallback)

  @doc """
  Returns the element for which `fun` gives the smallest result.

  Of several the first is returned. Order and fallback are given as in `max/3`.

  ## Examples

      iex> Enum.min_by(["bb", "a", "c"], &String.length/1)
      "a"
  """
  @spec min_by(
          t,
          (element -> any),
          (element, element -> boolean) | module,
          (-> empty_result)
        ) :: element | empty_result
        when empty_result: any
  def min_by(enumerable, fun, sorter \\ &<=/2, empty_fallback \\ fn -> raise Enum.EmptyError end)

  def min_by(enumerable, fun, empty_fallback, _default)
      when is_function(fun, 1) and is_function(empty_fallback, 0),
      do: best_by(enumerable, fun, &<=/2, empty_fallback)

  def min_by(enumerable, fun, sorter, empty_fallback) when is_function(fun, 1),
    do: best_by(enumerable, fun, min_fun(sorter), empty_fallback)

  defp best_by(enumerable, fun, stays, fallback) do
    result =
      reduce(enumerable, :none, fn
        element, {_best, key} = acc ->
          new_key = fun.(element)
          if stays.(key, new_key), do: acc, else: {element, new_key}

        element, :none ->
          {element, fun.(element)}
      end)

    case result do
      {best, _key} -> best
      :none -> fallback.()
    end
  end

  @doc """
  Returns the smallest and the largest element as a tuple.

  Of several equal ones the first is taken. An empty enumerable raises `Enum.EmptyError` or gives the result of the given function.

  ## Examples

      iex> Enum.min_max([4, 9, 2])
      {2, 9}
      iex> Enum.min_max([], fn -> {0, 0} end)
      {0, 0}
  """
  @spec min_max(t, (-> empty_result)) :: {element, element} | empty_result
        when empty_result: any
  def min_max(enumerable, empty_fallback \\ fn -> raise Enum.EmptyError end)
      when is_function(empty_fallback, 0) do
    result =
      reduce(enumerable, :none, fn
        element, {smallest, largest} = acc ->
          cond do
            element < smallest -> {element, largest}
            element > largest -> {smallest, element}
            true -> acc
          end

        element, :none ->
          {element, element}
      end)

    if result == :none, do: empty_fallback.(), else: result
  end

  @doc """
  Returns the elements for which `fun` gives the smallest and the largest result, as a tuple.

  The order is a function that tells whether the first argument is *before* the second, or a module with `compare/2`.

  ## Examples

      iex> Enum.min_max_by(["bb", "a", "ccc"], &String.length/1)
      {"a", "ccc"}
      iex> Enum.min_max_by([], &String.length/1, fn -> :none end)
      :none
  """
  @spec min_max_by(
          t,
          (element -> any),
          (element, element -> boolean) | module,
          (-> empty_result)
        ) :: {element, element} | empty_result
        when empty_result: any
  def min_max_by(
        enumerable,
        fun,
        sorter_or_empty_fallback \\ &</2,
        empty_fallback \\ fn -> raise Enum.EmptyError end
      )

  def min_max_by(enumerable, fun, empty_fallback, _default)
      when is_function(fun, 1) and is_function(empty_fallback, 0),
      do: both_ends_by(enumerable, fun, &</2, empty_fallback)

  def min_max_by(enumerable, fun, sorter, empty_fallback)
      when is_function(fun, 1) and is_atom(sorter) and is_function(empty_fallback, 0),
      do: both_ends_by(enumerable, fun, &(sorter.compare(&1, &2) == :lt), empty_fallback)

  def min_max_by(enumerable, fun, sorter, empty_fallback)
      when is_function(fun, 1) and is_function(sorter, 2) and is_function(empty_fallback, 0),
      do: both_ends_by(enumerable, fun, sorter, empty_fallback)

  defp both_ends_by(enumerable, fun, before?, fallback) do
    result =
      reduce(enumerable, :none, fn
        element, {min, min_key, max, max_key} = acc ->
          key = fun.(element)

          cond do
            before?.(key, min_key) -> {element, key, max, max_key}
            before?.(max_key, key) -> {min, min_key, element, key}
            true -> acc
          end

        element, :none ->
          key = fun.(element)
          {element, key, element, key}
      end)

    case result do
      {min, _, max, _} -> {min, max}
      :none -> fallback.()
    end
  end

  ## Chance

  @doc """
  Returns an element picked at random.

  The `:rand` module is used, so that `:rand.seed/2` makes the result repeatable. An empty enumerable raises `Enum.EmptyError`.

  ## Examples

      iex> Enum.random([:a, :b, :c]) in [:a, :b, :c]
      true
      iex> Enum.random([])
      ** (Enum.EmptyError) empty error
  """
  @spec random(t) :: element
  def random(enumerable) do
    picked =
      case random_access(enumerable) do
        {0, _} -> []
        {size, from} -> from.(:rand.uniform(size) - 1, 1, 1)
        nil -> take_random(enumerable, 1)
      end

    case picked do
      [element] -> element
      [] -> raise Enum.EmptyError
    end
  end

  @doc """
  Returns the elements in random order.

  ## Examples

      iex> Enum.sort(Enum.shuffle(1..5))
      [1, 2, 3, 4, 5]
  """
  @spec shuffle(t) :: list
  def shuffle(enumerable) do
    enumerable
    |> reduce([], fn element, acc -> [{:rand.uniform(), element} | acc] end)
    |> keysort()
    |> undecorate()
  end

  @doc """
  Returns `count` elements picked at random, each position at most once.

  Fewer are returned when there are not enough.

  ## Examples

      iex> length(Enum.take_random(1..100, 3))
      3
      iex> Enum.take_random([1, 2], 0)
      []
  """
  @spec take_random(t, non_neg_integer) :: list
  def take_random(enumerable, count)
  def take_random(_enumerable, 0), do: []

  # Reservoir sampling: the first `count` elements are shuffled as they come; each later one, at number n, takes the place
  # of a random one with the chance count/n. The gap to the next that does is drawn at once ("Algorithm L", Li 1994).
  def take_random(enumerable, count) when is_integer(count) and count > 0 do
    {seen, kept, _, _} =
      reduce(enumerable, {0, %{}, 1.0, 0}, fn
        element, {seen, kept, weight, _} when seen < count ->
          place = if seen == 0, do: 0, else: :rand.uniform(seen + 1) - 1

          kept =
            case kept do
              %{^place => moved} -> :maps.put(place, element, :maps.put(seen, moved, kept))
              %{} -> :maps.put(seen, element, kept)
            end

          if seen + 1 == count do
            {weight, next} = next_pick(weight, seen, count)
            {seen + 1, kept, weight, next}
          else
            {seen + 1, kept, weight, 0}
          end

        element, {seen, kept, weight, seen} ->
          place = if count == 1, do: 0, else: :rand.uniform(count) - 1
          kept = :maps.put(place, element, kept)
          {weight, next} = next_pick(weight, seen, count)
          {seen + 1, kept, weight, next}

        _element, {seen, kept, weight, next} ->
          {seen + 1, kept, weight, next}
      end)

    kept_in_order(kept, 0, Kernel.min(seen, count))
  end

  defp next_pick(weight, index, count) do
    weight = weight * :math.exp(:math.log(:rand.uniform()) / count)
    {weight, index + floor(:math.log(:rand.uniform()) / :math.log(1 - weight)) + 1}
  end

  defp kept_in_order(_kept, size, size), do: []

  defp kept_in_order(kept, place, size),
    do: [:maps.get(place, kept) | kept_in_order(kept, place + 1, size)]

  ## Joining and splitting up

  @doc """
  Joins a list of enumerables into one list.

  ## Examples

      iex> Enum.concat([[1, 2], 3..4, %{a: 5}])
      [1, 2, 3, 4, {:a, 5}]
  """
  @spec concat(t) :: t
  def concat(enumerables), do: flat_map(enumerables, & &1)

  @doc """
  Joins two enumerables into one list.

  ## Examples

      iex> Enum.concat(1..2, [:a])
      [1, 2, :a]
  """
  @spec concat(t, t) :: t
  def concat(left, right) when is_list(left) and is_list(right), do: left ++ right
  def concat(left, right), do: concat([left, right])

  @doc """
  Puts a separator between the elements.

  ## Examples

      iex> Enum.intersperse([1, 2, 3], 0)
      [1, 0, 2, 0, 3]
  """
  @spec intersperse(t, element) :: list
  def intersperse(enumerable, separator), do: map_intersperse(enumerable, separator, & &1)

  @doc """
  Maps the elements and puts a separator between the results.

  ## Examples

      iex> Enum.map_intersperse([1, 2], :and, &(&1 * 10))
      [10, :and, 20]
  """
  @spec map_intersperse(t, element, (element -> any)) :: list
  def map_intersperse(enumerable, separator, mapper) when is_list(enumerable) do
    case enumerable do
      [] -> []
      [head | tail] -> [mapper.(head) | intersperse_rest(tail, separator, mapper)]
    end
  end

  def map_intersperse(enumerable, separator, mapper) do
    result =
      reduce(enumerable, [], fn
        element, [] -> [mapper.(element)]
        element, acc -> [mapper.(element), separator | acc]
      end)

    :lists.reverse(result)
  end

  defp intersperse_rest([], _separator, _mapper), do: []

  defp intersperse_rest([head | tail], separator, mapper),
    do: [separator, mapper.(head) | intersperse_rest(tail, separator, mapper)]

  @doc """
  Joins the elements, turned into strings, with `joiner` between them.

  ## Examples

      iex> Enum.join([1, :two, "3"], "-")
      "1-two-3"
      iex> Enum.join([])
      ""
  """
  @spec join(t, binary) :: binary
  def join(enumerable, joiner \\ "")

  def join(enumerable, joiner) when is_list(enumerable) and is_binary(joiner) do
    with :none <- :jovial_lists.join(enumerable, joiner) do
      enumerable |> map_intersperse(joiner, &chardata/1) |> IO.iodata_to_binary()
    end
  end

  def join(enumerable, joiner) when is_binary(joiner), do: enumerable |> to_list() |> join(joiner)

  @doc """
  Maps the elements and joins the results, turned into strings, with `joiner` between them.

  ## Examples

      iex> Enum.map_join([1, 2, 3], " + ", &(&1 * 2))
      "2 + 4 + 6"
  """
  @spec map_join(t, binary, (element -> String.Chars.t())) :: binary
  def map_join(enumerable, joiner \\ "", mapper) when is_binary(joiner) do
    enumerable |> map(&plain(mapper.(&1))) |> join(joiner)
  end

  # What `join/2` can write by itself; anything else is asked in its turn.
  defp plain(part) when is_binary(part) or is_integer(part) or is_atom(part), do: part
  defp plain(other), do: String.Chars.to_string(other)

  defp chardata(text) when is_binary(text), do: text
  defp chardata(other), do: String.Chars.to_string(other)

  @doc """
  Pours the elements into a collectable.

  ## Examples

      iex> Enum.into([a: 1, b: 2], %{})
      %{a: 1, b: 2}
      iex> Enum.into(["x", "y"], "")
      "xy"
  """
  @spec into(Enumerable.t(), Collectable.t()) :: Collectable.t()
  def into(enumerable, collectable)
  def into(enumerable, []), do: to_list(enumerable)

  def into(enumerable, %_{} = collectable), do: collect(enumerable, collectable)

  def into(enumerable, %{} = map) when is_list(enumerable) and map_size(map) == 0,
    do: :maps.from_list(enumerable)

  def into(enumerable, %{} = map) when is_list(enumerable),
    do: :maps.merge(map, :maps.from_list(enumerable))

  def into(%_{} = enumerable, %{} = map), do: collect(enumerable, map)
  def into(%{} = enumerable, %{} = map), do: :maps.merge(map, enumerable)
  def into(enumerable, collectable), do: collect(enumerable, collectable)

  defp collect(enumerable, collectable) do
    {acc, collector} = Collectable.into(collectable)
    run_collector(enumerable, acc, collector, fn x, acc -> collector.(acc, {:cont, x}) end)
  end

  @doc """
  Maps the elements and pours the results into a collectable.

  ## Examples

      iex> Enum.into([:a, :b], %{}, fn key -> {key, true} end)
      %{a: true, b: true}
  """
  @spec into(Enumerable.t(), Collectable.t(), (term -> term)) :: Collectable.t()
  def into(enumerable, [], transform), do: map(enumerable, transform)

  def into(enumerable, %{} = map, transform) when not is_struct(map) do
    reduce(enumerable, map, fn element, map ->
      {key, value} = transform.(element)
      :maps.put(key, value, map)
    end)
  end

  def into(enumerable, collectable, transform) do
    {acc, collector} = Collectable.into(collectable)

    run_collector(enumerable, acc, collector, fn x, acc ->
      collector.(acc, {:cont, transform.(x)})
    end)
  end

  defp run_collector(enumerable, acc, collector, step) do
    try do
      reduce(enumerable, acc, step)
    catch
      kind, reason ->
        collector.(acc, :halt)
        :erlang.raise(kind, reason, __STACKTRACE__)
    else
      acc -> collector.(acc, :done)
    end
  end

  @doc """
  Turns an enumerable into a list.

  ## Examples

      iex> Enum.to_list(1..4)
      [1, 2, 3, 4]
      iex> Enum.to_list(%{a: 1})
      [a: 1]
  """
  @spec to_list(t) :: [element]
  def to_list(enumerable)
  def to_list(enumerable) when is_list(enumerable), do: enumerable

  def to_list(first..last//step = range) when first in @words and last in @words and step in @words do
    size = Range.size(range)
    :jovial_lists.sequence(size, first + (size - 1) * step, step, [])
  end

  def to_list(first..last//step) when step > 0, do: list_up(first, last, step)
  def to_list(first..last//step), do: list_down(first, last, step)
  def to_list(%_{} = enumerable), do: reverse(enumerable) |> :lists.reverse()
  def to_list(%{} = map), do: :maps.to_list(map)
  def to_list(enumerable), do: reverse(enumerable) |> :lists.reverse()

  defp list_up(current, last, step) when current <= last,
    do: [current | list_up(current + step, last, step)]

  defp list_up(_current, _last, _step), do: []

  defp list_down(current, last, step) when current >= last,
    do: [current | list_down(current + step, last, step)]

  defp list_down(_current, _last, _step), do: []

  @doc """
  Takes a collection of pairs apart into two lists.

  ## Examples

      iex> Enum.unzip([a: 1, b: 2])
      {[:a, :b], [1, 2]}
  """
  @spec unzip(t) :: {[element], [element]}
  def unzip(enumerable) do
    {left, right} =
      reduce(enumerable, {[], []}, fn {one, two}, {left, right} ->
        {[one | left], [two | right]}
      end)

    {:lists.reverse(left), :lists.reverse(right)}
  end

  @doc """
  Combines a collection of enumerables element by element into tuples.

  It ends with the shortest.

  ## Examples

      iex> Enum.zip([[1, 2, 3], [:a, :b], ["x", "y"]])
      [{1, :a, "x"}, {2, :b, "y"}]
  """
  @spec zip(enumerables) :: [tuple] when enumerables: [t] | t
  def zip(enumerables), do: zip_with(enumerables, &:erlang.list_to_tuple/1)

  @doc """
  Combines two enumerables element by element into pairs.

  ## Examples

      iex> Enum.zip([:a, :b], 1..9)
      [a: 1, b: 2]
  """
  @spec zip(t, t) :: [{any, any}]
  def zip(left, right) when is_list(left) and is_list(right), do: zip_list(left, right)
  def zip(left, right), do: zip_with(left, right, &{&1, &2})

  defp zip_list([one | left], [two | right]), do: [{one, two} | zip_list(left, right)]
  defp zip_list(_left, _right), do: []

  @doc """
  Combines a collection of enumerables element by element with `zip_fun`.

  The function gets a list with one element of each. It ends with the shortest.

  ## Examples

      iex> Enum.zip_with([[1, 2], [10, 20], [100, 200]], &Enum.sum/1)
      [111, 222]
  """
  @spec zip_with(t, ([term] -> term)) :: [term]
  def zip_with(enumerables, zip_fun)
  def zip_with([], _zip_fun), do: []

  def zip_with(enumerables, zip_fun) when is_list(enumerables) do
    if list_of_lists?(enumerables) do
      zip_lists_with(enumerables, zip_fun)
    else
      enumerables |> Stream.zip_with(zip_fun) |> to_list()
    end
  end

  def zip_with(enumerables, zip_fun), do: enumerables |> to_list() |> zip_with(zip_fun)

  defp list_of_lists?(enumerables),
    do: is_list(enumerables) and all_in_list?(enumerables, &is_list/1)

  defp zip_lists_with(lists, fun) do
    case heads_and_tails(lists, [], []) do
      :end -> []
      {heads, tails} -> [fun.(heads) | zip_lists_with(tails, fun)]
    end
  end

  defp heads_and_tails([[head | tail] | rest], heads, tails),
    do: heads_and_tails(rest, [head | heads], [tail | tails])

  defp heads_and_tails([[] | _], _heads, _tails), do: :end
  defp heads_and_tails([], heads, tails), do: {:lists.reverse(heads), :lists.reverse(tails)}

  @doc """
  Combines two enumerables element by element with `zip_fun`.

  ## Examples

      iex> Enum.zip_with([1, 2, 3], [10, 20], &(&1 + &2))
      [11, 22]
  """
  @spec zip_with(t, t, (term, term -> term)) :: [term]
  def zip_with(left, right, zip_fun)

  def zip_with(left, right, zip_fun)
      when is_list(left) and is_list(right) and is_function(zip_fun, 2),
      do: zip_two_with(left, right, zip_fun)

  def zip_with(left, right, zip_fun) when is_function(zip_fun, 2),
    do: :lists.reverse(zip_reduce(left, right, [], &[zip_fun.(&1, &2) | &3]))

  defp zip_two_with([one | left], [two | right], fun),
    do: [fun.(one, two) | zip_two_with(left, right, fun)]

  defp zip_two_with(_left, _right, _fun), do: []

  @doc """
  Reduces a collection of enumerables side by side.

  The function gets a list with one element of each, and the accumulator. It ends with the shortest.

  ## Examples

      iex> Enum.zip_reduce([[1, 2], [10, 20]], 0, fn elements, acc -> acc + Enum.sum(elements) end)
      33
  """
  @spec zip_reduce(t, acc, ([term], acc -> acc)) :: acc
  def zip_reduce(enumerables, acc, reducer)
  def zip_reduce([], acc, reducer) when is_function(reducer, 2), do: acc

  def zip_reduce(enumerables, acc, reducer) when is_function(reducer, 2) do
    if list_of_lists?(enumerables) do
      zip_reduce_lists(enumerables, acc, reducer)
    else
      enumerables |> Stream.zip_with(& &1) |> reduce(acc, reducer)
    end
  end

  defp zip_reduce_lists(lists, acc, reducer) do
    case heads_and_tails(lists, [], []) do
      :end -> acc
      {heads, tails} -> zip_reduce_lists(tails, reducer.(heads, acc), reducer)
    end
  end

  @doc """
  Reduces two enumerables side by side.

  ## Examples

      iex> Enum.zip_reduce([1, 2], [10, 20], 0, fn x, y, acc -> acc + x * y end)
      50
  """
  @spec zip_reduce(t, t, acc, (term, term, acc -> acc)) :: acc
  def zip_reduce(left, right, acc, reducer)

  def zip_reduce(left, right, acc, reducer)
      when is_list(left) and is_list(right) and is_function(reducer, 3),
      do: zip_reduce_two(left, right, acc, reducer)

  def zip_reduce(left, right, acc, reducer) when is_function(reducer, 3) do
    [left, right]
    |> Stream.zip_with(& &1)
    |> reduce(acc, fn [one, two], acc -> reducer.(one, two, acc) end)
  end

  defp zip_reduce_two([one | left], [two | right], acc, reducer),
    do: zip_reduce_two(left, right, reducer.(one, two, acc), reducer)

  defp zip_reduce_two(_left, _right, acc, _reducer), do: acc

  # Walks until `fun` answers `{:found, value}` instead of `:next`.
  defp search(enumerable, default, fun) do
    {_, result} =
      Enumerable.reduce(enumerable, {:cont, default}, fn element, acc ->
        case fun.(element) do
          :next -> {:cont, acc}
          {:found, value} -> {:halt, value}
        end
      end)

    result
  end
end
