# Long, since :lists has over a hundred functions of a few lines each.

defmodule :lists do
  @moduledoc """
  Erlang's functions for lists.

  Elixir code rather uses `Enum` and `List`. The functions here take the function argument first and count positions from one:

      iex> :lists.map(fn x -> x * 2 end, [1, 2])
      [2, 4]
      iex> :lists.nth(1, [:a, :b])
      :a

  Names with `key` work on lists of tuples and take the position of the key. Names with a leading `u` leave out repeated
  elements, those with a leading `r` work on lists in reverse order. Functions that merge want lists that are sorted.

  Reversing, searching, sorting in the order of all terms, `++` and `--` are natives; see `NATIVES.md` in this folder.
  """

  # Numbers whose steps a machine word can count.
  @words -0x3FFF_FFFF_FFFF_FFFF..0x3FFF_FFFF_FFFF_FFFF

  @type predicate :: (term -> boolean)
  @type ordering :: (term, term -> boolean)

  ## Walking

  @doc """
  Tells whether `fun` returns `true` for all elements.

  ## Examples

      iex> :lists.all(&is_atom/1, [:a, :b])
      true
  """
  @spec all(predicate, list) :: boolean
  def all(fun, list) when is_function(fun, 1), do: all_of(list, fun)

  defp all_of([head | tail], fun) do
    case fun.(head) do
      true -> all_of(tail, fun)
      false -> false
    end
  end

  defp all_of([], _fun), do: true

  @doc """
  Tells whether `fun` returns `true` for at least one element.

  ## Examples

      iex> :lists.any(&is_atom/1, [1, :b])
      true
  """
  @spec any(predicate, list) :: boolean
  def any(fun, list) when is_function(fun, 1), do: any_of(list, fun)

  defp any_of([head | tail], fun) do
    case fun.(head) do
      true -> true
      false -> any_of(tail, fun)
    end
  end

  defp any_of([], _fun), do: false

  @doc """
  Returns the results of `fun` for each element.

  ## Examples

      iex> :lists.map(&(&1 + 1), [1, 2])
      [2, 3]
  """
  @spec map((term -> term), list) :: list
  def map(fun, list) when is_function(fun, 1), do: map_each(list, fun)

  defp map_each([head | tail], fun), do: [fun.(head) | map_each(tail, fun)]
  defp map_each([], _fun), do: []

  @doc """
  Maps each element to a list, and joins these.

  ## Examples

      iex> :lists.flatmap(&[&1, &1], [1, 2])
      [1, 1, 2, 2]
  """
  @spec flatmap((term -> list), list) :: list
  def flatmap(fun, list) when is_function(fun, 1), do: flatmap_each(list, fun)

  defp flatmap_each([head | tail], fun), do: fun.(head) ++ flatmap_each(tail, fun)
  defp flatmap_each([], _fun), do: []

  @doc """
  Calls `fun` for each element, and returns `:ok`.

  ## Examples

      iex> :lists.foreach(&send(self(), &1), [1])
      :ok
  """
  @spec foreach((term -> term), list) :: :ok
  def foreach(fun, list) when is_function(fun, 1), do: call_each(list, fun)

  defp call_each([head | tail], fun) do
    fun.(head)
    call_each(tail, fun)
  end

  defp call_each([], _fun), do: :ok

  @doc """
  Folds from the left.

  ## Examples

      iex> :lists.foldl(&(&1 - &2), 0, [1, 2, 3])
      2
  """
  @spec foldl((term, acc -> acc), acc, list) :: acc when acc: term
  def foldl(fun, acc, list) when is_function(fun, 2), do: fold_left(list, acc, fun)

  defp fold_left([head | tail], acc, fun), do: fold_left(tail, fun.(head, acc), fun)
  defp fold_left([], acc, _fun), do: acc

  @doc """
  Folds from the right.

  ## Examples

      iex> :lists.foldr(&[&1 | &2], [:end], [1, 2])
      [1, 2, :end]
  """
  @spec foldr((term, acc -> acc), acc, list) :: acc when acc: term
  def foldr(fun, acc, list) when is_function(fun, 2), do: fold_right(list, acc, fun)

  defp fold_right([head | tail], acc, fun), do: fun.(head, fold_right(tail, acc, fun))
  defp fold_right([], acc, _fun), do: acc

  @doc """
  Maps from left to right while an accumulator is carried along.

  ## Examples

      iex> :lists.mapfoldl(&{&1 * 2, &1 + &2}, 0, [1, 2])
      {[2, 4], 3}
  """
  @spec mapfoldl((term, acc -> {term, acc}), acc, list) :: {list, acc} when acc: term
  def mapfoldl(fun, acc, list) when is_function(fun, 2), do: map_left(list, acc, fun)

  defp map_left([head | tail], acc, fun) do
    {mapped, acc} = fun.(head, acc)
    {rest, acc} = map_left(tail, acc, fun)
    {[mapped | rest], acc}
  end

  defp map_left([], acc, _fun), do: {[], acc}

  @doc """
  Maps from right to left while an accumulator is carried along.

  ## Examples

      iex> :lists.mapfoldr(&{{&1, &2}, &2 + 1}, 0, [:a, :b])
      {[a: 1, b: 0], 2}
  """
  @spec mapfoldr((term, acc -> {term, acc}), acc, list) :: {list, acc} when acc: term
  def mapfoldr(fun, acc, list) when is_function(fun, 2), do: map_right(list, acc, fun)

  defp map_right([head | tail], acc, fun) do
    {rest, acc} = map_right(tail, acc, fun)
    {mapped, acc} = fun.(head, acc)
    {[mapped | rest], acc}
  end

  defp map_right([], acc, _fun), do: {[], acc}

  ## Choosing

  @doc """
  Keeps the elements for which `fun` returns `true`.

  ## Examples

      iex> :lists.filter(&(&1 > 1), [1, 2, 3])
      [2, 3]
  """
  @spec filter(predicate, list) :: list
  def filter(fun, list) when is_function(fun, 1), do: keep(list, fun)

  defp keep([head | tail], fun) do
    case fun.(head) do
      true -> [head | keep(tail, fun)]
      false -> keep(tail, fun)
      other -> :erlang.error({:bad_filter, other})
    end
  end

  defp keep([], _fun), do: []

  @doc """
  Keeps, drops or replaces elements, as `fun` returns `true`, `false` or `{true, value}`.

  ## Examples

      iex> :lists.filtermap(&(&1 > 1 and {true, &1 * 10}), [1, 2, 3])
      [20, 30]
  """
  @spec filtermap((term -> boolean | {true, term}), list) :: list
  def filtermap(fun, list) when is_function(fun, 1), do: keep_or_map(list, fun)

  defp keep_or_map([head | tail], fun) do
    case fun.(head) do
      true -> [head | keep_or_map(tail, fun)]
      {true, value} -> [value | keep_or_map(tail, fun)]
      false -> keep_or_map(tail, fun)
    end
  end

  defp keep_or_map([], _fun), do: []

  @doc """
  An old name of `filtermap/2`.

  ## Examples

      iex> :lists.zf(&(&1 > 1), [1, 2])
      [2]
  """
  @spec zf((term -> boolean | {true, term}), list) :: list
  def zf(fun, list) when is_function(fun, 1), do: keep_or_map(list, fun)

  @doc """
  Splits into the elements for which `fun` returns `true` and the others.

  ## Examples

      iex> :lists.partition(&(&1 > 1), [1, 2, 3])
      {[2, 3], [1]}
  """
  @spec partition(predicate, list) :: {list, list}
  def partition(fun, list) when is_function(fun, 1), do: part(list, fun, [], [])

  defp part([head | tail], fun, yes, no) do
    case fun.(head) do
      true -> part(tail, fun, [head | yes], no)
      false -> part(tail, fun, yes, [head | no])
    end
  end

  defp part([], _fun, yes, no), do: {:lists.reverse(yes), :lists.reverse(no)}

  @doc """
  Returns `{:value, element}` for the first element for which `fun` returns `true`, or `false`.

  ## Examples

      iex> :lists.search(&(&1 > 1), [1, 2, 3])
      {:value, 2}
  """
  @spec search(predicate, list) :: {:value, term} | false
  def search(fun, list) when is_function(fun, 1), do: first_match(list, fun)

  defp first_match([head | tail], fun) do
    case fun.(head) do
      true -> {:value, head}
      false -> first_match(tail, fun)
    end
  end

  defp first_match([], _fun), do: false

  @doc """
  Returns the elements from the first for which `fun` returns `false`.

  ## Examples

      iex> :lists.dropwhile(&(&1 < 2), [1, 2, 1])
      [2, 1]
  """
  @spec dropwhile(predicate, list) :: list
  def dropwhile(fun, list) when is_function(fun, 1), do: drop_matching(list, fun)

  defp drop_matching([head | tail] = list, fun) do
    case fun.(head) do
      true -> drop_matching(tail, fun)
      false -> list
    end
  end

  defp drop_matching([], _fun), do: []

  @doc """
  Returns the elements before the first for which `fun` returns `false`.

  ## Examples

      iex> :lists.takewhile(&(&1 < 2), [1, 2, 1])
      [1]
  """
  @spec takewhile(predicate, list) :: list
  def takewhile(fun, list) when is_function(fun, 1), do: take_matching(list, fun)

  defp take_matching([head | tail], fun) do
    case fun.(head) do
      true -> [head | take_matching(tail, fun)]
      false -> []
    end
  end

  defp take_matching([], _fun), do: []

  @doc """
  Splits before the first element for which `fun` returns `false`.

  ## Examples

      iex> :lists.splitwith(&(&1 < 2), [1, 2, 1])
      {[1], [2, 1]}
  """
  @spec splitwith(predicate, list) :: {list, list}
  def splitwith(fun, list) when is_function(fun, 1), do: split_matching(list, fun, [])

  defp split_matching([head | tail] = list, fun, before) do
    case fun.(head) do
      true -> split_matching(tail, fun, [head | before])
      false -> {:lists.reverse(before), list}
    end
  end

  defp split_matching([], _fun, before), do: {:lists.reverse(before), []}

  @doc """
  Leaves out elements that have occurred before.

  ## Examples

      iex> :lists.uniq([3, 1, 3])
      [3, 1]
  """
  @spec uniq(list) :: list
  def uniq(list) when is_list(list), do: uniq_by(list, & &1, %{})

  @doc """
  Leaves out elements for which `fun` returns what it has returned before.

  ## Examples

      iex> :lists.uniq(&rem(&1, 2), [1, 2, 3])
      [1, 2]
  """
  @spec uniq((term -> term), list) :: list
  def uniq(fun, list) when is_function(fun, 1), do: uniq_by(list, fun, %{})

  defp uniq_by([head | tail], fun, seen) do
    key = fun.(head)

    case seen do
      %{^key => _} -> uniq_by(tail, fun, seen)
      %{} -> [head | uniq_by(tail, fun, :maps.put(key, true, seen))]
    end
  end

  defp uniq_by([], _fun, _seen), do: []

  @doc """
  Removes the first element that matches.

  ## Examples

      iex> :lists.delete(:a, [:b, :a, :a])
      [:b, :a]
  """
  @spec delete(term, list) :: list
  def delete(element, [element | tail]), do: tail
  def delete(element, [other | tail]), do: [other | delete(element, tail)]
  def delete(_element, []), do: []

  ## Parts

  @doc """
  Returns the element at a position, counted from one.

  ## Examples

      iex> :lists.nth(2, [:a, :b])
      :b
  """
  @spec nth(pos_integer, nonempty_list) :: term
  def nth(1, [head | _]), do: head
  def nth(n, [_ | tail]) when n > 1, do: nth(n - 1, tail)

  @doc """
  Returns what follows the first `n` elements.

  ## Examples

      iex> :lists.nthtail(1, [:a, :b])
      [:b]
  """
  @spec nthtail(non_neg_integer, list) :: list
  def nthtail(0, list) when is_list(list), do: list
  def nthtail(n, [_ | tail]) when is_integer(n) and n > 0, do: nthtail(n - 1, tail)

  @doc """
  Returns the last element.

  ## Examples

      iex> :lists.last([:a, :b])
      :b
  """
  @spec last(nonempty_list) :: term
  def last([last]), do: last

  def last([_ | _] = list) do
    [last | tail] = :jovial_lists.last_cell(list)
    if tail == [], do: last, else: last(tail)
  end

  @doc """
  Returns the list without its last element.

  ## Examples

      iex> :lists.droplast([:a, :b])
      [:a]
  """
  @spec droplast(nonempty_list) :: list
  def droplast([_last]), do: []
  def droplast([head | tail]), do: [head | droplast(tail)]

  @doc """
  Returns the first `length` elements, or fewer.

  ## Examples

      iex> :lists.sublist([:a, :b, :c], 2)
      [:a, :b]
  """
  @spec sublist(list, non_neg_integer) :: list
  def sublist(list, length) when is_integer(length) and is_list(list),
    do: first_elements(list, length)

  defp first_elements([head | tail], length) when length > 0,
    do: [head | first_elements(tail, length - 1)]

  defp first_elements(_list, 0), do: []
  defp first_elements(list, length) when is_list(list) and length > 0, do: []

  @doc """
  Returns up to `length` elements from a position on, counted from one.

  ## Examples

      iex> :lists.sublist([:a, :b, :c], 2, 5)
      [:b, :c]
  """
  @spec sublist(list, pos_integer, non_neg_integer) :: list
  def sublist(list, 1, length) when is_list(list) and is_integer(length) and length >= 0,
    do: first_elements(list, length)

  def sublist([], start, _length) when is_integer(start) and start > 1, do: []

  def sublist([_ | tail], start, length) when is_integer(start) and start > 1,
    do: sublist(tail, start - 1, length)

  @doc """
  Splits after `n` elements, which must be there.

  ## Examples

      iex> :lists.split(1, [:a, :b])
      {[:a], [:b]}
  """
  @spec split(non_neg_integer, list) :: {list, list}
  def split(n, list) when is_integer(n) and n >= 0 and is_list(list) do
    case split_off(n, list, []) do
      {_, _} = parts -> parts
      :short -> :erlang.error(:badarg)
    end
  end

  def split(_n, _list), do: :erlang.error(:badarg)

  defp split_off(0, rest, before), do: {:lists.reverse(before), rest}
  defp split_off(n, [head | tail], before), do: split_off(n - 1, tail, [head | before])
  defp split_off(_n, _rest, _before), do: :short

  @doc """
  Tells whether the second list begins with the first.

  ## Examples

      iex> :lists.prefix([1], [1, 2])
      true
  """
  @spec prefix(list, list) :: boolean
  def prefix([head | prefix], [head | tail]), do: prefix(prefix, tail)
  def prefix([], list) when is_list(list), do: true
  def prefix([_ | _], list) when is_list(list), do: false

  @doc """
  Tells whether the second list ends with the first.

  ## Examples

      iex> :lists.suffix([2], [1, 2])
      true
  """
  @spec suffix(list, list) :: boolean
  def suffix(suffix, list) do
    extra = length(list) - length(suffix)
    extra >= 0 and nthtail(extra, list) === suffix
  end

  ## Building

  @doc """
  Joins a list of lists.

  ## Examples

      iex> :lists.append([[1], [2, 3]])
      [1, 2, 3]
  """
  @spec append([list]) :: list
  def append([last]), do: last
  def append([head | tail]), do: head ++ append(tail)
  def append([]), do: []

  @doc """
  Joins the texts of atoms, numbers and charlists.

  ## Examples

      iex> :lists.concat([:a, 1, ~c"b"])
      ~c"a1b"
  """
  @spec concat([atom | number | charlist]) :: charlist
  def concat(things), do: flatmap(&thing_to_list/1, things)

  defp thing_to_list(thing) when is_integer(thing), do: :erlang.integer_to_list(thing)
  defp thing_to_list(thing) when is_float(thing), do: :erlang.float_to_list(thing)
  defp thing_to_list(thing) when is_atom(thing), do: :erlang.atom_to_list(thing)
  defp thing_to_list(thing) when is_list(thing), do: thing

  @doc """
  Returns `n` times the same element.

  ## Examples

      iex> :lists.duplicate(2, :x)
      [:x, :x]
  """
  @spec duplicate(non_neg_integer, term) :: list
  def duplicate(n, element) when is_integer(n) and n >= 0, do: repeat(n, element, [])

  defp repeat(0, _element, acc), do: acc
  defp repeat(n, element, acc), do: repeat(n - 1, element, [element | acc])

  @doc """
  Returns the integers from one to the other.

  ## Examples

      iex> :lists.seq(1, 4)
      [1, 2, 3, 4]
      iex> :lists.seq(1, 0)
      []
  """
  @spec seq(integer, integer) :: [integer]
  def seq(from, to) when is_integer(from) and is_integer(to) and from - 1 <= to, do: sequence(to - from + 1, to, 1)

  @doc """
  Returns the integers from one to the other, `step` apart.

  ## Examples

      iex> :lists.seq(1, 10, 4)
      [1, 5, 9]
      iex> :lists.seq(3, 1, -1)
      [3, 2, 1]
  """
  @spec seq(integer, integer, integer) :: [integer]
  def seq(from, to, step)
      when is_integer(from) and is_integer(to) and is_integer(step) and
             ((step > 0 and from - step <= to) or (step < 0 and from - step >= to)) do
    count = div(to - from + step, step)
    sequence(count, from + (count - 1) * step, step)
  end

  def seq(same, same, 0) when is_integer(same), do: [same]
  def seq(from, to, step), do: :erlang.error(:badarg, [from, to, step], error_info: %{module: :erl_stdlib_errors})

  defp sequence(count, last, step) when last in @words and step in @words and last - count * step in @words,
    do: :jovial_lists.sequence(count, last, step, [])

  defp sequence(count, last, step), do: count_down(last, step, [], count)

  defp count_down(_current, _step, acc, 0), do: acc
  defp count_down(current, step, acc, left), do: count_down(current - step, step, [current | acc], left - 1)

  @doc """
  Pairs each element with its position, counted from one.

  ## Examples

      iex> :lists.enumerate([:a, :b])
      [{1, :a}, {2, :b}]
  """
  @spec enumerate(list) :: [{integer, term}]
  def enumerate(list) when is_list(list), do: number(list, 1)

  @doc """
  Pairs each element with its position, counted from `index`.

  ## Examples

      iex> :lists.enumerate(0, [:a])
      [{0, :a}]
  """
  @spec enumerate(integer, list) :: [{integer, term}]
  def enumerate(index, list) when is_integer(index) and is_list(list), do: number(list, index)

  defp number([head | tail], index), do: [{index, head} | number(tail, index + 1)]
  defp number([], _index), do: []

  @doc """
  Flattens nested lists.

  ## Examples

      iex> :lists.flatten([1, [[2], []]])
      [1, 2]
  """
  @spec flatten(list) :: list
  def flatten(list) when is_list(list), do: flatten(list, [])

  @doc """
  Flattens nested lists and appends a tail.

  ## Examples

      iex> :lists.flatten([1, [2]], [[3]])
      [1, 2, [3]]
  """
  @spec flatten(list, list) :: list
  def flatten(list, tail) when is_list(list) and is_list(tail) do
    with :none <- :jovial_lists.flatten(list, tail), do: do_flatten(list, tail)
  end

  # Only for lists that do not end as lists do.
  defp do_flatten([head | tail], rest) when is_list(head), do: do_flatten(head, do_flatten(tail, rest))
  defp do_flatten([head | tail], rest), do: [head | do_flatten(tail, rest)]
  defp do_flatten([], rest), do: rest

  @doc """
  Returns the length of the flattened list, without building it.

  ## Examples

      iex> :lists.flatlength([1, [2, [3]]])
      3
  """
  @spec flatlength(list) :: non_neg_integer
  def flatlength(list), do: flat_count(list, 0)

  defp flat_count([head | tail], count) when is_list(head),
    do: flat_count(tail, flat_count(head, count))

  defp flat_count([_ | tail], count), do: flat_count(tail, count + 1)
  defp flat_count([], count), do: count

  @doc """
  Puts a separator between the elements.

  ## Examples

      iex> :lists.join(0, [1, 2])
      [1, 0, 2]
  """
  @spec join(term, list) :: list
  def join(_separator, []), do: []
  def join(separator, [head | tail]), do: [head | join_rest(separator, tail)]

  defp join_rest(_separator, []), do: []
  defp join_rest(separator, [head | tail]), do: [separator, head | join_rest(separator, tail)]

  @doc """
  Combines two lists of the same length into pairs.

  ## Examples

      iex> :lists.zip([:a], [1])
      [a: 1]
  """
  @spec zip(list, list) :: [{term, term}]
  def zip([x | xs], [y | ys]), do: [{x, y} | zip(xs, ys)]
  def zip([], []), do: []

  @doc """
  Combines three lists of the same length.

  ## Examples

      iex> :lists.zip3([:a], [1], ["x"])
      [{:a, 1, "x"}]
  """
  @spec zip3(list, list, list) :: [{term, term, term}]
  def zip3([x | xs], [y | ys], [z | zs]), do: [{x, y, z} | zip3(xs, ys, zs)]
  def zip3([], [], []), do: []

  @doc """
  Combines two lists of the same length with `fun`.

  ## Examples

      iex> :lists.zipwith(&+/2, [1, 2], [10, 20])
      [11, 22]
  """
  @spec zipwith((term, term -> term), list, list) :: list
  def zipwith(fun, [x | xs], [y | ys]), do: [fun.(x, y) | zipwith(fun, xs, ys)]
  def zipwith(fun, [], []) when is_function(fun, 2), do: []

  @doc """
  Combines three lists of the same length with `fun`.

  ## Examples

      iex> :lists.zipwith3(&(&1 + &2 + &3), [1], [10], [100])
      [111]
  """
  @spec zipwith3((term, term, term -> term), list, list, list) :: list
  def zipwith3(fun, [x | xs], [y | ys], [z | zs]),
    do: [fun.(x, y, z) | zipwith3(fun, xs, ys, zs)]

  def zipwith3(fun, [], [], []) when is_function(fun, 3), do: []

  @doc """
  Takes pairs apart.

  ## Examples

      iex> :lists.unzip([a: 1, b: 2])
      {[:a, :b], [1, 2]}
  """
  @spec unzip([{term, term}]) :: {list, list}
  def unzip(pairs), do: unzip(pairs, [], [])

  defp unzip([{x, y} | rest], xs, ys), do: unzip(rest, [x | xs], [y | ys])
  defp unzip([], xs, ys), do: {:lists.reverse(xs), :lists.reverse(ys)}

  @doc """
  Takes triples apart.

  ## Examples

      iex> :lists.unzip3([{1, 2, 3}])
      {[1], [2], [3]}
  """
  @spec unzip3([{term, term, term}]) :: {list, list, list}
  def unzip3(triples), do: unzip3(triples, [], [], [])

  defp unzip3([{x, y, z} | rest], xs, ys, zs), do: unzip3(rest, [x | xs], [y | ys], [z | zs])

  defp unzip3([], xs, ys, zs),
    do: {:lists.reverse(xs), :lists.reverse(ys), :lists.reverse(zs)}

  ## Numbers

  @doc """
  Adds up the elements.

  ## Examples

      iex> :lists.sum([1, 2])
      3
  """
  @spec sum([number]) :: number
  def sum(list), do: add_up(list, 0)

  defp add_up([head | tail], acc), do: add_up(tail, acc + head)
  defp add_up([], acc), do: acc

  @doc """
  Returns the largest element.

  ## Examples

      iex> :lists.max([1, 3, 2])
      3
  """
  @spec max(nonempty_list) :: term
  def max([head | tail]), do: largest(tail, head)

  defp largest([head | tail], best) when head > best, do: largest(tail, head)
  defp largest([_ | tail], best), do: largest(tail, best)
  defp largest([], best), do: best

  @doc """
  Returns the smallest element.

  ## Examples

      iex> :lists.min([2, 1, 3])
      1
  """
  @spec min(nonempty_list) :: term
  def min([head | tail]), do: smallest(tail, head)

  defp smallest([head | tail], best) when head < best, do: smallest(tail, head)
  defp smallest([_ | tail], best), do: smallest(tail, best)
  defp smallest([], best), do: best

  ## Lists of tuples

  @doc """
  Removes the first tuple with the key.

  ## Examples

      iex> :lists.keydelete(:a, 1, [a: 1, b: 2])
      [b: 2]
  """
  @spec keydelete(term, pos_integer, list) :: list
  def keydelete(key, n, list) when is_integer(n) and n > 0, do: delete_key(list, key, n)

  defp delete_key([tuple | tail], key, n)
       when is_tuple(tuple) and tuple_size(tuple) >= n and :erlang.element(n, tuple) == key,
       do: tail

  defp delete_key([other | tail], key, n), do: [other | delete_key(tail, key, n)]
  defp delete_key([], _key, _n), do: []

  @doc """
  Replaces the first tuple with the key.

  ## Examples

      iex> :lists.keyreplace(:a, 1, [a: 1], {:a, 9})
      [a: 9]
  """
  @spec keyreplace(term, pos_integer, list, tuple) :: list
  def keyreplace(key, n, list, new) when is_integer(n) and n > 0 and is_tuple(new),
    do: replace_key(list, key, n, new, [])

  @doc """
  Replaces the first tuple with the key, or appends the new one.

  ## Examples

      iex> :lists.keystore(:b, 1, [a: 1], {:b, 2})
      [a: 1, b: 2]
  """
  @spec keystore(term, pos_integer, list, tuple) :: list
  def keystore(key, n, list, new) when is_integer(n) and n > 0 and is_tuple(new),
    do: replace_key(list, key, n, new, [new])

  defp replace_key([tuple | tail], key, n, new, _end)
       when is_tuple(tuple) and tuple_size(tuple) >= n and :erlang.element(n, tuple) == key,
       do: [new | tail]

  defp replace_key([other | tail], key, n, new, end_with),
    do: [other | replace_key(tail, key, n, new, end_with)]

  defp replace_key([], _key, _n, _new, end_with), do: end_with

  @doc """
  Takes out the first tuple with the key.

  ## Examples

      iex> :lists.keytake(:a, 1, [a: 1, b: 2])
      {:value, {:a, 1}, [b: 2]}
  """
  @spec keytake(term, pos_integer, list) :: {:value, tuple, list} | false
  def keytake(key, n, list) when is_integer(n) and n > 0, do: take_key(list, key, n, [])

  defp take_key([tuple | tail], key, n, before)
       when is_tuple(tuple) and tuple_size(tuple) >= n and :erlang.element(n, tuple) == key,
       do: {:value, tuple, :lists.reverse(before, tail)}

  defp take_key([other | tail], key, n, before), do: take_key(tail, key, n, [other | before])
  defp take_key([], _key, _n, _before), do: false

  @doc """
  Applies `fun` to the element at a position of each tuple.

  ## Examples

      iex> :lists.keymap(&(&1 * 10), 2, [a: 1, b: 2])
      [a: 10, b: 20]
  """
  @spec keymap((term -> term), pos_integer, [tuple]) :: [tuple]
  def keymap(fun, n, [tuple | tail]) do
    mapped = :erlang.setelement(n, tuple, fun.(:erlang.element(n, tuple)))
    [mapped | keymap(fun, n, tail)]
  end

  def keymap(fun, n, []) when is_integer(n) and n >= 1 and is_function(fun, 1), do: []

  ## Sorting with a function

  @doc """
  Sorts by an order: `fun` tells whether its first argument may stand before the second.

  The sort is stable as long as `fun` returns `true` for equal elements.

  ## Examples

      iex> :lists.sort(&(&1 >= &2), [1, 3, 2])
      [3, 2, 1]
  """
  @spec sort(ordering, list) :: list
  def sort(fun, []) when is_function(fun, 2), do: []
  def sort(fun, [_] = list) when is_function(fun, 2), do: list
  def sort(fun, list) when is_function(fun, 2), do: merge_runs(runs(list, fun), fun)

  # Takes the list apart in runs that are in order already; a strictly falling run is turned round. Then neighbouring runs
  # are merged, round by round, until one is left.
  defp runs([one, two | tail], fun) do
    case fun.(one, two) do
      true -> rising_run(tail, two, [one], fun)
      false -> falling_run(tail, two, [one], fun)
    end
  end

  defp runs([one], _fun), do: [[one]]
  defp runs([], _fun), do: []

  defp rising_run([next | tail] = list, last, before, fun) do
    case fun.(last, next) do
      true -> rising_run(tail, next, [last | before], fun)
      false -> [:lists.reverse(before, [last]) | runs(list, fun)]
    end
  end

  defp rising_run([], last, before, _fun), do: [:lists.reverse(before, [last])]

  defp falling_run([next | tail] = list, last, after_last, fun) do
    case fun.(last, next) do
      true -> [[last | after_last] | runs(list, fun)]
      false -> falling_run(tail, next, [last | after_last], fun)
    end
  end

  defp falling_run([], last, after_last, _fun), do: [[last | after_last]]

  defp merge_runs([run], _fun), do: run
  defp merge_runs(runs, fun), do: merge_runs(merge_neighbours(runs, fun), fun)

  defp merge_neighbours([one, two | rest], fun),
    do: [merge_two(one, two, fun) | merge_neighbours(rest, fun)]

  defp merge_neighbours(rest, _fun), do: rest

  defp merge_two([one | rest1] = left, [two | rest2] = right, fun) do
    case fun.(one, two) do
      true -> [one | merge_two(rest1, right, fun)]
      false -> [two | merge_two(left, rest2, fun)]
    end
  end

  defp merge_two([], right, _fun), do: right
  defp merge_two(left, [], _fun), do: left

  @doc """
  Sorts by an order, and keeps the first of elements that may stand both before and after each other.

  ## Examples

      iex> :lists.usort(&(rem(&1, 10) <= rem(&2, 10)), [12, 1, 2])
      [1, 12]
  """
  @spec usort(ordering, list) :: list
  def usort(fun, list) when is_function(fun, 2) and is_list(list),
    do: drop_repeated(sort(fun, list), fun)

  defp drop_repeated([one, two | rest], fun) do
    case fun.(two, one) do
      true -> drop_repeated([one | rest], fun)
      false -> [one | drop_repeated([two | rest], fun)]
    end
  end

  defp drop_repeated(list, _fun), do: list

  ## Merging

  @doc """
  Merges two sorted lists by an order.

  ## Examples

      iex> :lists.merge(&>=/2, [3, 1], [2])
      [3, 2, 1]
  """
  @spec merge(ordering, list, list) :: list
  def merge(fun, list1, list2) when is_function(fun, 2) and is_list(list1) and is_list(list2),
    do: merge_two(list1, list2, fun)

  @doc """
  Merges sorted lists.

  ## Examples

      iex> :lists.merge([[1, 4], [2], [3]])
      [1, 2, 3, 4]
  """
  @spec merge([list]) :: list
  def merge(lists), do: merge_all(lists, &merge/2)

  defp merge_all([], _merge), do: []
  defp merge_all([list], _merge), do: list
  defp merge_all(lists, merge), do: merge_all(merge_pairs(lists, merge), merge)

  defp merge_pairs([one, two | rest], merge), do: [merge.(one, two) | merge_pairs(rest, merge)]
  defp merge_pairs(rest, _merge), do: rest

  @doc """
  Merges two sorted lists.

  ## Examples

      iex> :lists.merge([1, 3], [2])
      [1, 2, 3]
  """
  @spec merge(list, list) :: list
  def merge([one | rest1], [two | _] = list2) when one <= two, do: [one | merge(rest1, list2)]
  def merge([_ | _] = list1, [two | rest2]), do: [two | merge(list1, rest2)]
  def merge(list1, []) when is_list(list1), do: list1
  def merge([], list2), do: list2

  @doc """
  Merges three sorted lists.

  ## Examples

      iex> :lists.merge3([1], [3], [2])
      [1, 2, 3]
  """
  @spec merge3(list, list, list) :: list
  def merge3(list1, list2, list3), do: merge(merge(list1, list2), list3)

  @doc """
  Merges two lists that are sorted in reverse.

  ## Examples

      iex> :lists.rmerge([3, 1], [2])
      [3, 2, 1]
  """
  @spec rmerge(list, list) :: list
  def rmerge([one | rest1], [two | _] = list2) when one > two, do: [one | rmerge(rest1, list2)]
  def rmerge([_ | _] = list1, [two | rest2]), do: [two | rmerge(list1, rest2)]
  def rmerge(list1, []) when is_list(list1), do: list1
  def rmerge([], list2), do: list2

  @doc "Merges two lists that are sorted in reverse by an order."
  @spec rmerge(ordering, list, list) :: list
  def rmerge(fun, list1, list2) when is_function(fun, 2) and is_list(list1) and is_list(list2),
    do: rmerge_two(list1, list2, fun)

  defp rmerge_two([one | rest1] = left, [two | rest2] = right, fun) do
    case fun.(one, two) do
      true -> [two | rmerge_two(left, rest2, fun)]
      false -> [one | rmerge_two(rest1, right, fun)]
    end
  end

  defp rmerge_two([], right, _fun), do: right
  defp rmerge_two(left, [], _fun), do: left

  @doc """
  Merges three lists that are sorted in reverse.

  ## Examples

      iex> :lists.rmerge3([3], [2], [1])
      [3, 2, 1]
  """
  @spec rmerge3(list, list, list) :: list
  def rmerge3(list1, list2, list3), do: rmerge(rmerge(list1, list2), list3)

  @doc """
  Merges two sorted lists without repetitions; of equal elements, that of the first list stays.

  ## Examples

      iex> :lists.umerge([1, 2], [2, 3])
      [1, 2, 3]
  """
  @spec umerge(list, list) :: list
  def umerge(list1, list2), do: umerge_two(list1, list2)

  defp umerge_two([one | rest1], [two | _] = list2) when one < two,
    do: [one | umerge_two(rest1, list2)]

  defp umerge_two([one | rest1], [two | rest2]) when one == two,
    do: [one | umerge_two(rest1, rest2)]

  defp umerge_two([_ | _] = list1, [two | rest2]), do: [two | umerge_two(list1, rest2)]
  defp umerge_two(list1, []) when is_list(list1), do: list1
  defp umerge_two([], list2), do: list2

  @doc """
  Merges sorted lists without repetitions.

  ## Examples

      iex> :lists.umerge([[1, 2], [2], [1, 3]])
      [1, 2, 3]
  """
  @spec umerge([list]) :: list
  def umerge(lists), do: merge_all(lists, &umerge_two/2)

  @doc """
  Merges three sorted lists without repetitions.

  ## Examples

      iex> :lists.umerge3([1], [1, 2], [2])
      [1, 2]
  """
  @spec umerge3(list, list, list) :: list
  def umerge3(list1, list2, list3), do: umerge_two(umerge_two(list1, list2), list3)

  @doc """
  Merges two lists sorted by an order, without repetitions.

  ## Examples

      iex> :lists.umerge(&<=/2, [1, 2], [2])
      [1, 2]
  """
  @spec umerge(ordering, list, list) :: list
  def umerge(fun, list1, list2) when is_function(fun, 2) and is_list(list1) and is_list(list2),
    do: umerge_fun(list1, list2, fun)

  defp umerge_fun([one | rest1] = left, [two | rest2] = right, fun) do
    case fun.(one, two) do
      false ->
        [two | umerge_fun(left, rest2, fun)]

      true ->
        case fun.(two, one) do
          true -> [one | umerge_fun(rest1, rest2, fun)]
          false -> [one | umerge_fun(rest1, right, fun)]
        end
    end
  end

  defp umerge_fun([], right, _fun), do: right
  defp umerge_fun(left, [], _fun), do: left

  @doc """
  Merges two lists that are sorted in reverse, without repetitions.

  ## Examples

      iex> :lists.rumerge([3, 1], [3, 2])
      [3, 2, 1]
  """
  @spec rumerge(list, list) :: list
  def rumerge(list1, list2), do: rumerge_two(list1, list2)

  defp rumerge_two([one | rest1], [two | _] = list2) when one > two,
    do: [one | rumerge_two(rest1, list2)]

  defp rumerge_two([one | rest1], [two | rest2]) when one == two,
    do: [one | rumerge_two(rest1, rest2)]

  defp rumerge_two([_ | _] = list1, [two | rest2]), do: [two | rumerge_two(list1, rest2)]
  defp rumerge_two(list1, []) when is_list(list1), do: list1
  defp rumerge_two([], list2), do: list2

  @doc """
  Merges three lists that are sorted in reverse, without repetitions.

  ## Examples

      iex> :lists.rumerge3([3], [3, 2], [1])
      [3, 2, 1]
  """
  @spec rumerge3(list, list, list) :: list
  def rumerge3(list1, list2, list3), do: rumerge_two(rumerge_two(list1, list2), list3)

  @doc "Merges two lists that are sorted in reverse by an order, without repetitions."
  @spec rumerge(ordering, list, list) :: list
  def rumerge(fun, list1, list2) when is_function(fun, 2) and is_list(list1) and is_list(list2),
    do: rumerge_fun(list1, list2, fun)

  defp rumerge_fun([one | rest1] = left, [two | rest2] = right, fun) do
    case fun.(one, two) do
      false ->
        [one | rumerge_fun(rest1, right, fun)]

      true ->
        case fun.(two, one) do
          true -> [one | rumerge_fun(rest1, rest2, fun)]
          false -> [two | rumerge_fun(left, rest2, fun)]
        end
    end
  end

  defp rumerge_fun([], right, _fun), do: right
  defp rumerge_fun(left, [], _fun), do: left

  @doc """
  Merges two lists of tuples that are sorted by a key.

  ## Examples

      iex> :lists.keymerge(1, [a: 1, c: 3], [b: 2])
      [a: 1, b: 2, c: 3]
  """
  @spec keymerge(pos_integer, [tuple], [tuple]) :: [tuple]
  def keymerge(n, list1, list2)
      when is_integer(n) and n > 0 and is_list(list1) and is_list(list2),
      do: merge_two(list1, list2, &(:erlang.element(n, &1) <= :erlang.element(n, &2)))

  @doc """
  Merges two lists of tuples that are sorted in reverse by a key.

  ## Examples

      iex> :lists.rkeymerge(1, [c: 3, a: 1], b: 2)
      [c: 3, b: 2, a: 1]
  """
  @spec rkeymerge(pos_integer, [tuple], [tuple]) :: [tuple]
  def rkeymerge(n, list1, list2) when is_integer(n) and n > 0,
    do: rmerge_two(list1, list2, &(:erlang.element(n, &1) <= :erlang.element(n, &2)))

  @doc """
  Merges two lists of tuples that are sorted by a key, without repeated keys.

  ## Examples

      iex> :lists.ukeymerge(1, [a: 1, c: 3], [a: 2])
      [a: 1, c: 3]
  """
  @spec ukeymerge(pos_integer, [tuple], [tuple]) :: [tuple]
  def ukeymerge(n, list1, list2)
      when is_integer(n) and n > 0 and is_list(list1) and is_list(list2),
      do: umerge_fun(list1, list2, &(:erlang.element(n, &1) <= :erlang.element(n, &2)))

  @doc """
  Merges two lists of tuples that are sorted in reverse by a key, without repeated keys.

  ## Examples

      iex> :lists.rukeymerge(1, [c: 3, a: 1], c: 2)
      [c: 3, a: 1]
  """
  @spec rukeymerge(pos_integer, [tuple], [tuple]) :: [tuple]
  def rukeymerge(n, list1, list2) when is_integer(n) and n > 0,
    do: rumerge_fun(list1, list2, &(:erlang.element(n, &1) <= :erlang.element(n, &2)))
end
