defmodule :queue do
  @moduledoc """
  Queues with two ends.

  Elements are put in at one end and taken out at the other, each in constant time on average:

      iex> queue = :queue.in(2, :queue.in(1, :queue.new()))
      iex> {{:value, first}, queue} = :queue.out(queue)
      iex> {first, :queue.to_list(queue)}
      {1, [2]}

  The functions come in three families. `in/2`, `out/1` and those around them are the usual ones; those with `_r` work at the other end. `get/1`,
  `peek/1` and `drop/1` look at the ends without taking. And a queue can be seen as a list that may be changed at both ends, with
  `cons/2`, `head/1`, `tail/1`, `snoc/2`, `daeh/1` and `liat/1`.

  What takes an element from an empty queue raises `:empty`.
  """

  import Kernel, except: [in: 2]

  # {rear, front}: the front list in order, the rear list backwards. With two or more elements neither list is empty, so that both
  # ends can be looked at in constant time.

  @type queue :: {list, list}
  @type queue(item) :: {[item], [item]}

  @doc """
  Returns an empty queue.

  ## Examples

      iex> :queue.new()
      {[], []}
  """
  @spec new() :: queue
  def new(), do: {[], []}

  @doc """
  Tells whether a term looks like a queue.

  ## Examples

      iex> :queue.is_queue(:queue.new())
      true
  """
  @spec is_queue(term) :: boolean
  def is_queue({rear, front}) when is_list(rear) and is_list(front), do: true
  def is_queue(_other), do: false

  @doc """
  Tells whether a queue is empty.

  ## Examples

      iex> :queue.is_empty(:queue.from_list([1]))
      false
  """
  @spec is_empty(queue) :: boolean
  def is_empty({[], []}), do: true
  def is_empty({rear, front}) when is_list(rear) and is_list(front), do: false
  def is_empty(_other), do: :erlang.error(:badarg)

  @doc """
  Counts the elements.

  ## Examples

      iex> :queue.len(:queue.from_list([:a, :b]))
      2
  """
  @spec len(queue) :: non_neg_integer
  def len({rear, front}) when is_list(rear) and is_list(front), do: length(rear) + length(front)
  def len(_other), do: :erlang.error(:badarg)

  @doc """
  Returns the elements from front to rear.

  ## Examples

      iex> :queue.to_list(:queue.from_list([1, 2, 3]))
      [1, 2, 3]
  """
  @spec to_list(queue) :: list
  def to_list({rear, front}) when is_list(rear) and is_list(front),
    do: front ++ :lists.reverse(rear)

  def to_list(_other), do: :erlang.error(:badarg)

  @doc """
  Builds a queue of a list whose first element becomes the front.

  ## Examples

      iex> :queue.to_list(:queue.from_list([:a, :b]))
      [:a, :b]
  """
  @spec from_list(list) :: queue
  def from_list(list) when is_list(list), do: from_front(list)
  def from_list(_other), do: :erlang.error(:badarg)

  @doc """
  Tells whether an element is in the queue.

  ## Examples

      iex> :queue.member(:b, :queue.from_list([:a, :b]))
      true
  """
  @spec member(term, queue) :: boolean
  def member(item, {rear, front}) when is_list(rear) and is_list(front),
    do: :lists.member(item, rear) or :lists.member(item, front)

  def member(_item, _other), do: :erlang.error(:badarg)

  # A queue of a list in order, or of one that is backwards. The half that stays as it is, is the smaller one.
  defp from_front(list) do
    {front, rest} = :lists.split(div(length(list), 2), list)
    {:lists.reverse(rest), front}
  end

  defp from_rear(list) do
    {rear, rest} = :lists.split(div(length(list), 2), list)
    {rear, :lists.reverse(rest)}
  end

  ## Putting in and taking out

  @doc """
  Puts an element in at the rear.

  ## Examples

      iex> :queue.to_list(:queue.in(:b, :queue.from_list([:a])))
      [:a, :b]
  """
  @spec unquote(:in)(term, queue) :: queue
  def unquote(:in)(item, {[_] = rear, []}), do: {[item], rear}

  def unquote(:in)(item, {rear, front}) when is_list(rear) and is_list(front),
    do: {[item | rear], front}

  def unquote(:in)(_item, _other), do: :erlang.error(:badarg)

  @doc """
  Puts an element in at the front.

  ## Examples

      iex> :queue.to_list(:queue.in_r(:b, :queue.from_list([:a])))
      [:b, :a]
  """
  @spec in_r(term, queue) :: queue
  def in_r(item, {[], [_] = front}), do: {front, [item]}

  def in_r(item, {rear, front}) when is_list(rear) and is_list(front),
    do: {rear, [item | front]}

  def in_r(_item, _other), do: :erlang.error(:badarg)

  @doc """
  Takes the element at the front.

  ## Examples

      iex> :queue.out(:queue.from_list([1]))
      {{:value, 1}, {[], []}}
      iex> :queue.out(:queue.new())
      {:empty, {[], []}}
  """
  @spec out(queue) :: {{:value, term}, queue} | {:empty, queue}
  def out({[], []} = queue), do: {:empty, queue}
  def out({[item], []}), do: {{:value, item}, {[], []}}

  def out({[last | rear], []}) do
    [item | front] = :lists.reverse(rear)
    {{:value, item}, {[last], front}}
  end

  def out({rear, [item]}) when is_list(rear), do: {{:value, item}, from_rear(rear)}
  def out({rear, [item | front]}) when is_list(rear), do: {{:value, item}, {rear, front}}
  def out(_other), do: :erlang.error(:badarg)

  @doc """
  Takes the element at the rear.

  ## Examples

      iex> elem(:queue.out_r(:queue.from_list([:a, :b])), 0)
      {:value, :b}
  """
  @spec out_r(queue) :: {{:value, term}, queue} | {:empty, queue}
  def out_r({[], []} = queue), do: {:empty, queue}
  def out_r({[], [item]}), do: {{:value, item}, {[], []}}

  def out_r({[], [first | front]}) do
    [item | rear] = :lists.reverse(front)
    {{:value, item}, {rear, [first]}}
  end

  def out_r({[item], front}) when is_list(front), do: {{:value, item}, from_front(front)}
  def out_r({[item | rear], front}) when is_list(front), do: {{:value, item}, {rear, front}}
  def out_r(_other), do: :erlang.error(:badarg)

  ## Looking at the ends

  @doc """
  Returns the element at the front.

  ## Examples

      iex> :queue.get(:queue.from_list([:a, :b]))
      :a
  """
  @spec get(queue) :: term
  def get(queue), do: value_or_empty(peek(queue))

  @doc """
  Returns the element at the rear.

  ## Examples

      iex> :queue.get_r(:queue.from_list([:a, :b]))
      :b
  """
  @spec get_r(queue) :: term
  def get_r(queue), do: value_or_empty(peek_r(queue))

  defp value_or_empty({:value, item}), do: item
  defp value_or_empty(:empty), do: :erlang.error(:empty)

  @doc """
  Returns `{:value, element}` for the front, or `:empty`.

  ## Examples

      iex> :queue.peek(:queue.from_list([:a, :b]))
      {:value, :a}
  """
  @spec peek(queue) :: :empty | {:value, term}
  def peek({[], []}), do: :empty
  def peek({rear, [item | _]}) when is_list(rear), do: {:value, item}
  def peek({[_ | _] = rear, []}), do: {:value, :lists.last(rear)}
  def peek(_other), do: :erlang.error(:badarg)

  @doc """
  Returns `{:value, element}` for the rear, or `:empty`.

  ## Examples

      iex> :queue.peek_r(:queue.new())
      :empty
  """
  @spec peek_r(queue) :: :empty | {:value, term}
  def peek_r({[], []}), do: :empty
  def peek_r({[item | _], front}) when is_list(front), do: {:value, item}
  def peek_r({[], [_ | _] = front}), do: {:value, :lists.last(front)}
  def peek_r(_other), do: :erlang.error(:badarg)

  @doc """
  Removes the element at the front.

  ## Examples

      iex> :queue.to_list(:queue.drop(:queue.from_list([:a, :b])))
      [:b]
  """
  @spec drop(queue) :: queue
  def drop(queue) do
    case out(queue) do
      {{:value, _item}, queue} -> queue
      {:empty, _} -> :erlang.error(:empty)
    end
  end

  @doc """
  Removes the element at the rear.

  ## Examples

      iex> :queue.to_list(:queue.drop_r(:queue.from_list([:a, :b])))
      [:a]
  """
  @spec drop_r(queue) :: queue
  def drop_r(queue) do
    case out_r(queue) do
      {{:value, _item}, queue} -> queue
      {:empty, _} -> :erlang.error(:empty)
    end
  end

  ## Whole queues

  @doc """
  Turns the queue round.

  ## Examples

      iex> :queue.to_list(:queue.reverse(:queue.from_list([:a, :b])))
      [:b, :a]
  """
  @spec reverse(queue) :: queue
  def reverse({rear, front}) when is_list(rear) and is_list(front), do: {front, rear}
  def reverse(_other), do: :erlang.error(:badarg)

  @doc """
  Puts the second queue behind the first.

  ## Examples

      iex> :queue.to_list(:queue.join(:queue.from_list([:a]), :queue.from_list([:b])))
      [:a, :b]
  """
  @spec join(queue, queue) :: queue
  def join({rear, front} = queue, {[], []}) when is_list(rear) and is_list(front), do: queue
  def join({[], []}, {rear, front} = queue) when is_list(rear) and is_list(front), do: queue

  def join({rear1, front1}, {rear2, front2})
      when is_list(rear1) and is_list(front1) and is_list(rear2) and is_list(front2),
      do: {rear2, front1 ++ :lists.reverse(rear1, front2)}

  def join(_queue1, _queue2), do: :erlang.error(:badarg)

  @doc "Splits off the first `n` elements, which must be there."
  @spec split(non_neg_integer, queue) :: {queue, queue}
  def split(0, {rear, front} = queue) when is_list(rear) and is_list(front), do: {new(), queue}

  def split(n, {rear, front} = queue)
      when is_integer(n) and n >= 1 and is_list(rear) and is_list(front) do
    in_front = length(front)
    in_rear = length(rear)

    cond do
      n < in_front ->
        {first, rest} = :lists.split(n, front)
        {from_rear(:lists.reverse(first)), refill(rear, rest)}

      n < in_front + in_rear ->
        {rest, first} = :lists.split(in_rear - (n - in_front), rear)
        {refill(first, front), from_rear(rest)}

      n == in_front + in_rear ->
        {queue, new()}

      true ->
        :erlang.error(:badarg)
    end
  end

  def split(_n, _other), do: :erlang.error(:badarg)

  # Restores the invariant where one of the lists may have become empty.
  defp refill([], front), do: from_front(front)
  defp refill(rear, []), do: from_rear(rear)
  defp refill(rear, front), do: {rear, front}

  @doc """
  Keeps, drops or replaces elements: `fun` returns `true`, `false` or a list to put in place.

  ## Examples

      iex> :queue.to_list(:queue.filter(&(&1 > 1), :queue.from_list([1, 2, 3])))
      [2, 3]
  """
  @spec filter((term -> boolean | list), queue) :: queue
  def filter(fun, {rear, front}) when is_function(fun, 1) and is_list(rear) and is_list(front) do
    front = filter_front(front, fun)
    refill(filter_rear(rear, fun), front)
  end

  def filter(_fun, _other), do: :erlang.error(:badarg)

  defp filter_front([item | rest], fun) do
    case fun.(item) do
      true -> [item | filter_front(rest, fun)]
      [] -> filter_front(rest, fun)
      false -> filter_front(rest, fun)
      list when is_list(list) -> list ++ filter_front(rest, fun)
    end
  end

  defp filter_front([], _fun), do: []

  # The rear list is backwards, and so the function sees its last element first.
  defp filter_rear([item | rest], fun) do
    rest = filter_rear(rest, fun)

    case fun.(item) do
      true -> [item | rest]
      [] -> rest
      false -> rest
      list when is_list(list) -> :lists.reverse(list, rest)
    end
  end

  defp filter_rear([], _fun), do: []

  @doc """
  Keeps, drops or replaces elements: `fun` returns `true`, `false` or `{true, value}`.

  ## Examples

      iex> :queue.to_list(:queue.filtermap(&(&1 > 1 and {true, -&1}), :queue.from_list([1, 2])))
      [-2]
  """
  @spec filtermap((term -> boolean | {true, term}), queue) :: queue
  def filtermap(fun, {rear, front} = queue)
      when is_function(fun, 1) and is_list(rear) and is_list(front) do
    filter(
      fn item ->
        case fun.(item) do
          {true, value} -> [value]
          keep? when is_boolean(keep?) -> keep?
        end
      end,
      queue
    )
  end

  def filtermap(_fun, _other), do: :erlang.error(:badarg)

  @doc """
  Folds from front to rear.

  ## Examples

      iex> :queue.fold(&+/2, 0, :queue.from_list([1, 2]))
      3
  """
  @spec fold((term, acc -> acc), acc, queue) :: acc when acc: term
  def fold(fun, acc, {rear, front}) when is_function(fun, 2) and is_list(rear) and is_list(front),
    do: :lists.foldr(fun, :lists.foldl(fun, acc, front), rear)

  def fold(_fun, _acc, _other), do: :erlang.error(:badarg)

  @doc """
  Tells whether `fun` returns `true` for at least one element.

  ## Examples

      iex> :queue.any(&(&1 > 1), :queue.from_list([1, 2]))
      true
  """
  @spec any((term -> boolean), queue) :: boolean
  def any(fun, {rear, front}) when is_function(fun, 1) and is_list(rear) and is_list(front),
    do: :lists.any(fun, front) or :lists.any(fun, rear)

  def any(_fun, _other), do: :erlang.error(:badarg)

  @doc """
  Tells whether `fun` returns `true` for all elements.

  ## Examples

      iex> :queue.all(&(&1 > 1), :queue.from_list([1, 2]))
      false
  """
  @spec all((term -> boolean), queue) :: boolean
  def all(fun, {rear, front}) when is_function(fun, 1) and is_list(rear) and is_list(front),
    do: :lists.all(fun, front) and :lists.all(fun, rear)

  def all(_fun, _other), do: :erlang.error(:badarg)

  @doc """
  Removes the first element that matches, looking from the front.

  ## Examples

      iex> :queue.to_list(:queue.delete(:a, :queue.from_list([:a, :b, :a])))
      [:b, :a]
  """
  @spec delete(term, queue) :: queue
  def delete(item, {rear, front} = queue) when is_list(rear) and is_list(front),
    do: delete_with(&(&1 === item), queue)

  def delete(_item, _other), do: :erlang.error(:badarg)

  @doc """
  Removes the first element that matches, looking from the rear.

  ## Examples

      iex> :queue.to_list(:queue.delete_r(:a, :queue.from_list([:a, :b, :a])))
      [:a, :b]
  """
  @spec delete_r(term, queue) :: queue
  def delete_r(item, {rear, front} = queue) when is_list(rear) and is_list(front),
    do: delete_with_r(&(&1 === item), queue)

  def delete_r(_item, _other), do: :erlang.error(:badarg)

  @doc """
  Removes the first element for which `fun` returns `true`, looking from the front.

  ## Examples

      iex> :queue.to_list(:queue.delete_with(&(&1 > 1), :queue.from_list([1, 2, 3])))
      [1, 3]
  """
  @spec delete_with((term -> boolean), queue) :: queue
  def delete_with(fun, {rear, front} = queue)
      when is_function(fun, 1) and is_list(rear) and is_list(front) do
    case delete_first(front, fun) do
      :none ->
        case delete_first(:lists.reverse(rear), fun) do
          :none -> queue
          rest -> refill(:lists.reverse(rest), front)
        end

      front ->
        refill(rear, front)
    end
  end

  def delete_with(_fun, _other), do: :erlang.error(:badarg)

  @doc "Removes the first element for which `fun` returns `true`, looking from the rear."
  @spec delete_with_r((term -> boolean), queue) :: queue
  def delete_with_r(fun, {rear, front})
      when is_function(fun, 1) and is_list(rear) and is_list(front) do
    {front, rear} = delete_with(fun, {front, rear})
    {rear, front}
  end

  def delete_with_r(_fun, _other), do: :erlang.error(:badarg)

  defp delete_first([item | rest], fun) do
    case fun.(item) do
      true ->
        rest

      false ->
        case delete_first(rest, fun) do
          :none -> :none
          rest -> [item | rest]
        end
    end
  end

  defp delete_first([], _fun), do: :none

  ## The names of the list-like family

  @doc "Puts an element in at the front."
  @spec cons(term, queue) :: queue
  def cons(item, queue), do: in_r(item, queue)

  @doc "Returns the element at the front."
  @spec head(queue) :: term
  def head({[], []}), do: :erlang.error(:empty)
  def head(queue), do: get(queue)

  @doc "Removes the element at the front."
  @spec tail(queue) :: queue
  def tail(queue), do: drop(queue)

  @doc "Puts an element in at the rear."
  @spec snoc(queue, term) :: queue
  def snoc(queue, item), do: unquote(:in)(item, queue)

  @doc "Returns the element at the rear."
  @spec daeh(queue) :: term
  def daeh(queue), do: get_r(queue)

  @doc "Returns the element at the rear."
  @spec last(queue) :: term
  def last(queue), do: get_r(queue)

  @doc "Removes the element at the rear."
  @spec liat(queue) :: queue
  def liat(queue), do: drop_r(queue)

  @doc "An old misspelling of `liat/1`."
  @spec lait(queue) :: queue
  def lait(queue), do: drop_r(queue)

  @doc "Removes the element at the rear."
  @spec init(queue) :: queue
  def init(queue), do: drop_r(queue)
end
