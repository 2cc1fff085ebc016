defmodule Access do
  @moduledoc """
  Reading by key with `data[key]`, and the pieces that paths into nested data are made of.

  `data[key]` calls `get/3` of this module. It works for maps, for keyword lists (with atoms as keys) and for `nil`, and gives `nil` where
  there is nothing:

      iex> map = %{name: "Ada", born: nil}
      iex> {map[:name], map[:town], nil[:name]}
      {"Ada", nil, nil}
      iex> [limit: 5][:limit]
      5

  Structs are not read this way, since their keys are known: write `struct.key`. A struct's module may allow it by
  implementing this behaviour, that is `fetch/2`, `get_and_update/3` and `pop/2`.

  ## Paths

  `get_in/2`, `put_in/3`, `update_in/3`, `get_and_update_in/3` and `pop_in/2` of `Kernel` take a list of keys. Where a plain key does
  not do, a function of this module stands in its place: `all/0` for each element of a list, `at/1` for a position, `filter/1` for those
  that pass a test, `key/2` for a key that may be missing, and `key!/1` for one in a struct:

      iex> team = %{members: [%{name: "Ada", tags: [:a]}, %{name: "Bob", tags: []}]}
      iex> get_in(team, [:members, Access.all(), :name])
      ["Ada", "Bob"]
      iex> update_in(team, [:members, Access.at(1), :tags], &[:new | &1])
      %{members: [%{name: "Ada", tags: [:a]}, %{name: "Bob", tags: [:new]}]}

  ## Accessor functions

  Such a function takes three arguments: `:get` or `:get_and_update`, the data at that place, and a function `next` that goes on with the
  rest of the path. For `:get` it returns what `next` returns for the parts that it picks. For `:get_and_update`, `next` returns `{get, new_value}`
  or `:pop`, and the accessor returns `{get, new_data}` or `:pop`.
  """

  @type container :: keyword | struct | map
  @type nil_container :: nil
  @type t :: container | nil_container | any
  @type key :: any
  @type value :: any

  @type get_fun(data) ::
          (:get, data, (term -> term) -> new_data :: container)

  @type get_and_update_fun(data, current_value) ::
          (:get_and_update, data, (term -> term) ->
             {current_value, new_data :: container} | :pop)

  @type access_fun(data, current_value) ::
          get_fun(data) | get_and_update_fun(data, current_value)

  @doc """
  Called to read a key: returns `{:ok, value}`, or `:error` if it is not there.
  """
  @callback fetch(term :: t, key) :: {:ok, value} | :error

  @doc """
  Called to read and update a key in one go.

  The function gets the present value, `nil` if there is none, and returns `{to_return, new_value}` or `:pop`.
  """
  @callback get_and_update(data, key, (value | nil -> {current_value, new_value :: value} | :pop)) ::
              {current_value, new_data :: data}
            when current_value: value, data: container

  @doc """
  Called to remove a key: returns its value, or `nil`, and the rest.
  """
  @callback pop(data, key) :: {value, data} when data: container

  @doc """
  Returns `{:ok, value}` for a key, or `:error`.

  ## Examples

      iex> Access.fetch(%{a: nil}, :a)
      {:ok, nil}
      iex> Access.fetch([a: 1], :b)
      :error
      iex> Access.fetch(nil, :a)
      :error
  """
  @spec fetch(container, term) :: {:ok, term} | :error
  @spec fetch(nil_container, any) :: :error
  def fetch(container, key)
  def fetch(%module{} = container, key), do: call(module, :fetch, [container, key])

  def fetch(map, key) when is_map(map) do
    case map do
      %{^key => value} -> {:ok, value}
      %{} -> :error
    end
  end

  def fetch(list, key) when is_list(list) and is_atom(key) do
    case :lists.keyfind(key, 1, list) do
      {_, value} -> {:ok, value}
      false -> :error
    end
  end

  def fetch(list, key) when is_list(list) do
    raise ArgumentError,
          "the Access calls for keywords expect the key to be an atom, got: " <> inspect(key)
  end

  def fetch(nil, _key), do: :error

  @doc """
  Returns the value of a key, and raises `KeyError` if there is none.

  ## Examples

      iex> Access.fetch!(%{a: 1}, :a)
      1
      iex> Access.fetch!([a: 1], :b)
      ** (KeyError) key :b not found in: [a: 1]
  """
  @spec fetch!(container, term) :: term
  def fetch!(container, key) do
    case fetch(container, key) do
      {:ok, value} -> value
      :error -> raise KeyError, key: key, term: container
    end
  end

  @doc """
  Returns the value of a key, or `default`.

  `data[key]` is a call of this function.

  ## Examples

      iex> Access.get(%{a: 1}, :a)
      1
      iex> Access.get([a: 1], :b, :none)
      :none
      iex> Access.get(nil, :a, :none)
      :none
  """
  @spec get(container, term, term) :: term
  @spec get(nil_container, any, default) :: default when default: var
  def get(container, key, default \\ nil)

  def get(%module{} = container, key, default) do
    case call(module, :fetch, [container, key]) do
      {:ok, value} -> value
      :error -> default
    end
  end

  def get(map, key, default) when is_map(map) do
    case map do
      %{^key => value} -> value
      %{} -> default
    end
  end

  def get(list, key, default) when is_list(list) and is_atom(key) do
    case :lists.keyfind(key, 1, list) do
      {_, value} -> value
      false -> default
    end
  end

  def get(list, key, _default) when is_list(list) and is_integer(key),
    do: refuse_index(key, "access", "Enum.at/2")

  def get(list, key, _default) when is_list(list) do
    raise ArgumentError,
          "the Access module supports only keyword lists (with atom keys), got: " <>
            "#{inspect(key)}\n\nIf you want to search lists of tuples, use List.keyfind/3"
  end

  def get(nil, _key, default), do: default

  defp refuse_index(key, verb, function) do
    raise ArgumentError,
          "the Access module does not support accessing lists by index, got: #{inspect(key)}\n\n" <>
            "Accessing a list by index is typically discouraged in Elixir, " <>
            "instead we prefer to use the Enum module to manipulate lists " <>
            "as a whole. If you really must #{verb} a list element by index, " <>
            "you can use #{function} or the functions in the List module"
  end

  # Calls a callback; when the struct's module has none, the error says what to do instead.
  defp call(module, function, args) do
    apply(module, function, args)
  rescue
    error in UndefinedFunctionError ->
      missing? =
        error.module == module and error.function == function and error.arity == length(args)

      reason =
        "#{inspect(module)} does not implement the Access behaviour\n\n" <>
          "You can use the \"struct.field\" syntax to access struct fields. " <>
          "You can also use Access.key!/1 to access struct fields dynamically " <>
          "inside get_in/put_in/update_in"

      reraise if(missing?, do: %{error | reason: reason}, else: error), __STACKTRACE__
  end

  @doc """
  Reads and updates a key in one go.

  The function gets the present value, `nil` if there is none, and returns `{to_return, new_value}`, or `:pop` to remove the
  key.

  ## Examples

      iex> Access.get_and_update(%{a: 1}, :a, &{&1, &1 + 1})
      {1, %{a: 2}}
      iex> Access.get_and_update([a: 1], :a, fn _ -> :pop end)
      {1, []}
  """
  @spec get_and_update(data, key, (value | nil -> {current_value, new_value :: value} | :pop)) ::
          {current_value, new_data :: data}
        when current_value: var, data: container
  def get_and_update(container, key, fun)

  def get_and_update(%module{} = container, key, fun),
    do: call(module, :get_and_update, [container, key, fun])

  def get_and_update(map, key, fun) when is_map(map), do: Map.get_and_update(map, key, fun)

  def get_and_update(list, key, fun) when is_list(list) and is_atom(key),
    do: Keyword.get_and_update(list, key, fun)

  def get_and_update(list, key, _fun) when is_list(list) and is_integer(key),
    do: refuse_index(key, "modify", "Access.at/1")

  def get_and_update(list, key, _fun) when is_list(list) do
    raise ArgumentError,
          "the Access module supports only keyword lists (with atom keys), got: " <> inspect(key)
  end

  def get_and_update(nil, key, _fun) do
    raise ArgumentError, "could not put/update key #{inspect(key)} on a nil value"
  end

  @doc """
  Removes a key, and returns its value, or `nil`, with the rest.

  ## Examples

      iex> Access.pop(%{a: 1, b: 2}, :a)
      {1, %{b: 2}}
      iex> Access.pop([a: 1], :z)
      {nil, [a: 1]}
  """
  @spec pop(data, key) :: {value, data} when data: container
  def pop(container, key)
  def pop(%module{} = container, key), do: call(module, :pop, [container, key])
  def pop(map, key) when is_map(map), do: Map.pop(map, key)
  def pop(list, key) when is_list(list), do: Keyword.pop(list, key)

  def pop(nil, key) do
    raise ArgumentError, "could not pop key #{inspect(key)} on a nil value"
  end

  ## Accessors

  @doc """
  Returns an accessor for a key of a map or struct that may be missing.

  In place of a missing key stands `default`, so that paths can lead through, and write to, what is not there yet.

  ## Examples

      iex> get_in(%{}, [Access.key(:user, %{}), Access.key(:name, "nobody")])
      "nobody"
      iex> put_in(%{}, [Access.key(:user, %{}), :name], "Ada")
      %{user: %{name: "Ada"}}
      iex> get_in(1..5, [Access.key(:last)])
      5
  """
  @spec key(key, term) :: access_fun(data :: struct | map, current_value :: term)
  def key(key, default \\ nil) do
    fn
      :get, data, next ->
        next.(Map.get(data, key, default))

      :get_and_update, data, next ->
        update_key(data, key, Map.get(data, key, default), next)
    end
  end

  @doc """
  Returns an accessor for a key of a map or struct, which raises `KeyError` if it is missing.

  ## Examples

      iex> get_in(1..5, [Access.key!(:first)])
      1
      iex> get_in(%{a: 1}, [Access.key!(:b)])
      ** (KeyError) key :b not found in: %{a: 1}
  """
  @spec key!(key) :: access_fun(data :: struct | map, current_value :: term)
  def key!(key) do
    fn
      :get, %{} = data, next ->
        next.(Map.fetch!(data, key))

      :get_and_update, %{} = data, next ->
        update_key(data, key, Map.fetch!(data, key), next)

      _operation, data, _next ->
        raise "Access.key!/1 expected a map/struct, got: #{inspect(data)}"
    end
  end

  defp update_key(data, key, value, next) do
    case next.(value) do
      {get, new_value} -> {get, Map.put(data, key, new_value)}
      :pop -> {value, Map.delete(data, key)}
    end
  end

  @doc """
  Returns an accessor for the element of a tuple at a zero-based position.

  Nothing can be removed from a tuple.

  ## Examples

      iex> update_in({1, {2, 3}}, [Access.elem(1), Access.elem(0)], &(&1 * 10))
      {1, {20, 3}}
      iex> get_in(%{}, [Access.elem(0)])
      ** (RuntimeError) Access.elem/1 expected a tuple, got: %{}
  """
  @spec elem(non_neg_integer) :: access_fun(data :: tuple, current_value :: term)
  def elem(index) when is_integer(index) and index >= 0 do
    fn
      :get, data, next when is_tuple(data) ->
        next.(:erlang.element(index + 1, data))

      :get_and_update, data, next when is_tuple(data) ->
        case next.(:erlang.element(index + 1, data)) do
          {get, value} -> {get, :erlang.setelement(index + 1, data, value)}
          :pop -> raise "cannot pop data from a tuple"
        end

      _operation, data, _next ->
        raise "Access.elem/1 expected a tuple, got: #{inspect(data)}"
    end
  end

  @doc """
  Returns an accessor for all elements of a list.

  ## Examples

      iex> get_in([%{n: 1}, %{n: 2}], [Access.all(), :n])
      [1, 2]
      iex> get_and_update_in([1, 2], [Access.all()], &{&1, &1 * 10})
      {[1, 2], [10, 20]}
      iex> pop_in([%{a: 1, b: 2}, %{a: 3}], [Access.all(), :a])
      {[1, 3], [%{b: 2}, %{}]}
  """
  @spec all() :: access_fun(data :: list, current_value :: list)
  def all() do
    fn
      :get, data, next when is_list(data) ->
        Enum.map(data, next)

      :get_and_update, data, next when is_list(data) ->
        update_where(data, fn _element -> true end, next)

      _operation, data, _next ->
        raise "Access.all/0 expected a list, got: #{inspect(data)}"
    end
  end

  @doc """
  Returns an accessor for the elements of a list that pass a test.

  ## Examples

      iex> list = [%{name: "Ada", n: 1}, %{name: "Bob", n: 5}]
      iex> get_in(list, [Access.filter(&(&1.n > 2)), :name])
      ["Bob"]
      iex> pop_in([1, 2, 3], [Access.filter(&(&1 < 3))])
      {[1, 2], [3]}
  """
  @spec filter((term -> boolean)) :: access_fun(data :: list, current_value :: list)
  def filter(func) when is_function(func) do
    fn
      :get, data, next when is_list(data) ->
        data |> Enum.filter(func) |> Enum.map(next)

      :get_and_update, data, next when is_list(data) ->
        update_where(data, func, next)

      _operation, data, _next ->
        raise "Access.filter/1 expected a list, got: #{inspect(data)}"
    end
  end

  # Sends the elements that are picked through `next`, and collects what it gets and what the list becomes.
  defp update_where([element | rest], picked?, next) do
    if picked?.(element) do
      # The call comes before those for the rest.
      result = next.(element)
      {gets, list} = update_where(rest, picked?, next)

      case result do
        {get, new_element} -> {[get | gets], [new_element | list]}
        :pop -> {[element | gets], list}
      end
    else
      {gets, list} = update_where(rest, picked?, next)
      {gets, [element | list]}
    end
  end

  defp update_where([], _picked?, _next), do: {[], []}

  @doc """
  Returns an accessor for the elements of a list at the positions of a range.

  The range is understood as in `Enum.slice/2`.

  ## Examples

      iex> get_in([:a, :b, :c, :d], [Access.slice(1..2)])
      [:b, :c]
      iex> update_in([1, 2, 3, 4], [Access.slice(-2..-1)], &(&1 * 10))
      [1, 2, 30, 40]
  """
  @spec slice(Range.t()) :: access_fun(data :: list, current_value :: list)
  def slice(_.._//step = range) do
    if step < 0 do
      raise ArgumentError,
            "Access.slice/1 does not accept ranges with negative steps, got: #{inspect(range)}"
    end

    fn
      :get, data, next when is_list(data) ->
        data |> Enum.slice(range) |> Enum.map(next)

      :get_and_update, data, next when is_list(data) ->
        {from, to, step} = bounds(range, data)
        update_slice(data, 0, from, to, step, next)

      _operation, data, _next ->
        raise ArgumentError, "Access.slice/1 expected a list, got: #{inspect(data)}"
    end
  end

  defp bounds(first..last//step, data) do
    size = length(data)
    from = max(if(first < 0, do: first + size, else: first), 0)
    {from, if(last < 0, do: last + size, else: last), step}
  end

  defp update_slice([element | rest], index, from, to, step, next)
       when index >= from and index <= to and rem(index - from, step) == 0 do
    result = next.(element)
    {gets, list} = update_slice(rest, index + 1, from, to, step, next)

    case result do
      {get, new_element} -> {[get | gets], [new_element | list]}
      :pop -> {[element | gets], list}
    end
  end

  defp update_slice([element | rest], index, from, to, step, next) when index <= to do
    {gets, list} = update_slice(rest, index + 1, from, to, step, next)
    {gets, [element | list]}
  end

  defp update_slice(rest, _index, _from, _to, _step, _next), do: {[], rest}

  @doc """
  Returns an accessor for the element of a list at a position, or `nil`.

  Negative positions count from the end. Where there is no element, nothing is written.

  ## Examples

      iex> get_in([:a, :b], [Access.at(1)])
      :b
      iex> put_in([:a, :b], [Access.at(-1)], :z)
      [:a, :z]
      iex> put_in([:a], [Access.at(7)], :z)
      [:a]
      iex> pop_in([:a, :b], [Access.at(0)])
      {:a, [:b]}
  """
  @spec at(integer) :: access_fun(data :: list, current_value :: term)
  def at(index) when is_integer(index) do
    fn
      :get, data, next when is_list(data) ->
        next.(Enum.at(data, index))

      :get_and_update, data, next when is_list(data) ->
        case update_at(data, place(data, index), next) do
          :error -> {nil, data}
          result -> result
        end

      _operation, data, _next ->
        raise "Access.at/1 expected a list, got: #{inspect(data)}"
    end
  end

  @doc """
  Returns an accessor for the element of a list at a position, which raises `Enum.OutOfBoundsError` if there is none.

  ## Examples

      iex> get_in([:a, :b], [Access.at!(1)])
      :b
      iex> get_in([:a], [Access.at!(7)])
      ** (Enum.OutOfBoundsError) out of bounds error
  """
  @spec at!(integer) :: access_fun(data :: list, current_value :: term)
  def at!(index) when is_integer(index) do
    fn
      :get, data, next when is_list(data) ->
        next.(Enum.fetch!(data, index))

      :get_and_update, data, next when is_list(data) ->
        case update_at(data, place(data, index), next) do
          :error -> raise Enum.OutOfBoundsError
          result -> result
        end

      _operation, data, _next ->
        raise "Access.at!/1 expected a list, got: #{inspect(data)}"
    end
  end

  defp place(_data, index) when index >= 0, do: index
  defp place(data, index), do: length(data) + index

  defp update_at([element | rest], 0, next) do
    case next.(element) do
      {get, new_element} -> {get, [new_element | rest]}
      :pop -> {element, rest}
    end
  end

  defp update_at([element | rest], index, next) when index > 0 do
    case update_at(rest, index - 1, next) do
      {get, list} -> {get, [element | list]}
      :error -> :error
    end
  end

  defp update_at(_list, _index, _next), do: :error

  @doc """
  Returns an accessor for the first element of a list that passes a test, or `nil`.

  Where there is no such element, nothing is written.

  ## Examples

      iex> list = [%{name: "Ada", n: 1}, %{name: "Bob", n: 5}]
      iex> get_in(list, [Access.find(&(&1.n > 2)), :name])
      "Bob"
      iex> update_in([1, 5, 7], [Access.find(&(&1 > 2))], &(&1 * 10))
      [1, 50, 7]
  """
  @spec find((term -> as_boolean(term))) :: access_fun(data :: list, current_value :: term)
  def find(predicate) when is_function(predicate, 1) do
    fn
      :get, data, next when is_list(data) ->
        next.(Enum.find(data, predicate))

      :get_and_update, data, next when is_list(data) ->
        case Enum.find_index(data, predicate) do
          nil -> {nil, data}
          index -> update_at(data, index, next)
        end

      _operation, data, _next ->
        raise "Access.find/1 expected a list, got: #{inspect(data)}"
    end
  end
end
