defmodule List do
  @moduledoc """
  Functions that are about lists and nothing else; `Enum` has the rest.

  A list is a chain of cells, each of which holds an element and the rest of the list:

      iex> [1 | [2 | [3 | []]]]
      [1, 2, 3]

  That shape decides what is cheap. Putting an element in front, or taking the first, costs the same for any list. Its length, its
  last element and the element at a position have to be walked to, and `left ++ right` copies `left`. So lists are
  usually built back to front and reversed at the end:

      iex> Enum.reverse(Enum.reduce(1..3, [], fn x, acc -> [x * x | acc] end))
      [1, 4, 9]

  Positions are zero-based, and negative ones count from the end.

  ## Charlists

  A list of code points is a charlist, which Erlang's functions use as text. `inspect/1` shows it with the `~c` sigil when
  all of it can be printed:

      iex> [74, 111, 118, 105, 97, 108]
      ~c"Jovial"
  """

  @doc """
  Removes the first element that is `===` to the given one.

  ## Examples

      iex> List.delete([:a, :b, :a], :a)
      [:b, :a]
      iex> List.delete([:a], :z)
      [:a]
  """
  @spec delete(list, any) :: list
  def delete(list, element)
  def delete([element | tail], element), do: tail
  def delete([other | tail], element), do: [other | delete(tail, element)]
  def delete([], _element), do: []

  @doc """
  Returns a list of `n` times the same element.

  ## Examples

      iex> List.duplicate(:x, 3)
      [:x, :x, :x]
      iex> List.duplicate(:x, 0)
      []
  """
  @spec duplicate(any, 0) :: []
  @spec duplicate(elem, pos_integer) :: [elem, ...] when elem: var
  def duplicate(elem, n) when is_integer(n) and n >= 0, do: duplicate(n, elem, [])

  defp duplicate(0, _elem, acc), do: acc
  defp duplicate(n, elem, acc), do: duplicate(n - 1, elem, [elem | acc])

  @doc """
  Turns a list of nested lists into one flat list.

  Empty lists vanish. An improper list raises `ArgumentError`.

  ## Examples

      iex> List.flatten([1, [[2], [], 3]])
      [1, 2, 3]
  """
  @spec flatten(deep_list) :: list when deep_list: [any | deep_list]
  def flatten(list), do: :lists.flatten(list)

  @doc """
  Turns a list of nested lists into one flat list, followed by `tail`.

  The tail itself is not flattened.

  ## Examples

      iex> List.flatten([1, [2]], [[3]])
      [1, 2, [3]]
  """
  @spec flatten(deep_list, [elem]) :: [elem] when elem: var, deep_list: [elem | deep_list]
  def flatten(list, tail), do: :lists.flatten(list, tail)

  @doc """
  Folds the list from the left, that is beginning with its first element.

  ## Examples

      iex> List.foldl([1, 2, 3], 10, fn x, acc -> acc - x end)
      4
      iex> List.foldl(["a", "b"], "", fn x, acc -> acc <> x end)
      "ab"
  """
  @spec foldl([elem], acc, (elem, acc -> acc)) :: acc when elem: var, acc: var
  def foldl(list, acc, fun) when is_list(list) and is_function(fun),
    do: :lists.foldl(fun, acc, list)

  @doc """
  Folds the list from the right, that is beginning with its last element.

  ## Examples

      iex> List.foldr(["a", "b"], "", fn x, acc -> acc <> x end)
      "ba"
  """
  @spec foldr([elem], acc, (elem, acc -> acc)) :: acc when elem: var, acc: var
  def foldr(list, acc, fun) when is_list(list) and is_function(fun),
    do: :lists.foldr(fun, acc, list)

  @doc """
  Returns the first element, or `default` for an empty list.

  ## Examples

      iex> List.first([7, 8])
      7
      iex> List.first([], :none)
      :none
  """
  @spec first([], any) :: any
  @spec first([elem, ...], any) :: elem when elem: var
  def first(list, default \\ nil)
  def first([], default), do: default
  def first([head | _], _default), do: head

  @doc """
  Returns the last element, or `default` for an empty list.

  ## Examples

      iex> List.last([7, 8])
      8
      iex> List.last([])
      nil
  """
  @spec last([], any) :: any
  @spec last([elem, ...], any) :: elem when elem: var
  def last(list, default \\ nil)
  def last([], default), do: default
  def last([last], _default), do: last

  def last([_ | _] = list, default) do
    [last | tail] = :jovial_lists.last_cell(list)
    if tail == [], do: last, else: last(tail, default)
  end

  ## Lists of tuples

  @doc """
  Returns the first tuple with `key` at `position`, or `default`.

  Keys are compared with `==/2`. What is no tuple, or too short, is passed over.

  ## Examples

      iex> List.keyfind([a: 1, b: 2], :b, 0)
      {:b, 2}
      iex> List.keyfind([a: 1, b: 2], 2, 1)
      {:b, 2}
      iex> List.keyfind([], :b, 0, :none)
      :none
  """
  @spec keyfind([tuple], any, non_neg_integer, any) :: any
  def keyfind(list, key, position, default \\ nil) when is_integer(position) do
    case :lists.keyfind(key, position + 1, list) do
      false -> default
      tuple -> tuple
    end
  end

  @doc """
  Returns the first tuple with `key` at `position`, and raises `KeyError` when there is none.

  ## Examples

      iex> List.keyfind!([a: 1], :a, 0)
      {:a, 1}
      iex> List.keyfind!([a: 1], :b, 0)
      ** (KeyError) key :b at position 0 not found in: [a: 1]
  """
  @spec keyfind!([tuple], any, non_neg_integer) :: tuple
  def keyfind!(list, key, position) when is_integer(position) do
    case :lists.keyfind(key, position + 1, list) do
      false ->
        raise KeyError,
          key: key,
          term: list,
          message:
            "key #{inspect(key)} at position #{inspect(position)} not found in: #{inspect(list)}"

      tuple ->
        tuple
    end
  end

  @doc """
  Tells whether some tuple has `key` at `position`.

  ## Examples

      iex> List.keymember?([a: 1], 1, 1)
      true
      iex> List.keymember?([a: 1], :z, 0)
      false
  """
  @spec keymember?([tuple], any, non_neg_integer) :: boolean
  def keymember?(list, key, position) when is_integer(position),
    do: :lists.keymember(key, position + 1, list)

  @doc """
  Replaces the first tuple with `key` at `position` by `new_tuple`, if there is one.

  ## Examples

      iex> List.keyreplace([a: 1, b: 2], :a, 0, {:a, 9})
      [a: 9, b: 2]
      iex> List.keyreplace([a: 1], :z, 0, {:z, 9})
      [a: 1]
  """
  @spec keyreplace([tuple], any, non_neg_integer, tuple) :: [tuple]
  def keyreplace(list, key, position, new_tuple) when is_integer(position),
    do: :lists.keyreplace(key, position + 1, list, new_tuple)

  @doc """
  Sorts tuples by the element at `position`.

  The sort is stable. The order is given as in `Enum.sort/2`.

  ## Examples

      iex> List.keysort([{"b", 1}, {"a", 2}], 0)
      [{"a", 2}, {"b", 1}]
      iex> List.keysort([a: 1, b: 3, c: 2], 1, :desc)
      [b: 3, c: 2, a: 1]
  """
  @spec keysort(
          [tuple],
          non_neg_integer,
          (any, any -> boolean) | :asc | :desc | module | {:asc | :desc, module}
        ) :: [tuple]
  def keysort(list, position, sorter \\ :asc)

  def keysort(list, position, :asc) when is_list(list) and is_integer(position),
    do: :lists.keysort(position + 1, list)

  def keysort(list, position, sorter) when is_list(list) and is_integer(position),
    do: :lists.sort(keysort_fun(sorter, position), list)

  defp keysort_fun(fun, position) when is_function(fun, 2),
    do: &fun.(elem(&1, position), elem(&2, position))

  defp keysort_fun(:desc, position), do: &(elem(&1, position) >= elem(&2, position))

  defp keysort_fun(module, position) when is_atom(module),
    do: keysort_fun({:asc, module}, position)

  defp keysort_fun({:asc, module}, position) when is_atom(module),
    do: &(module.compare(elem(&1, position), elem(&2, position)) != :gt)

  defp keysort_fun({:desc, module}, position) when is_atom(module),
    do: &(module.compare(elem(&1, position), elem(&2, position)) != :lt)

  @doc """
  Replaces the first tuple with `key` at `position` by `new_tuple`, or appends it.

  ## Examples

      iex> List.keystore([a: 1, b: 2], :b, 0, {:b, 9})
      [a: 1, b: 9]
      iex> List.keystore([a: 1], :b, 0, {:b, 9})
      [a: 1, b: 9]
  """
  @spec keystore([tuple], any, non_neg_integer, tuple) :: [tuple, ...]
  def keystore(list, key, position, new_tuple) when is_integer(position),
    do: :lists.keystore(key, position + 1, list, new_tuple)

  @doc """
  Removes the first tuple with `key` at `position`, if there is one.

  ## Examples

      iex> List.keydelete([a: 1, b: 2, a: 3], :a, 0)
      [b: 2, a: 3]
  """
  @spec keydelete([tuple], any, non_neg_integer) :: [tuple]
  def keydelete(list, key, position) when is_integer(position),
    do: :lists.keydelete(key, position + 1, list)

  @doc """
  Takes out the first tuple with `key` at `position`, and returns it with the rest, or `nil`.

  ## Examples

      iex> List.keytake([a: 1, b: 2], :a, 0)
      {{:a, 1}, [b: 2]}
      iex> List.keytake([a: 1], :z, 0)
      nil
  """
  @spec keytake([tuple], any, non_neg_integer) :: {tuple, [tuple]} | nil
  def keytake(list, key, position) when is_integer(position) do
    case :lists.keytake(key, position + 1, list) do
      {:value, tuple, rest} -> {tuple, rest}
      false -> nil
    end
  end

  @doc """
  Puts a value in a list, unless it is a list already.

  `nil` becomes the empty list.

  ## Examples

      iex> List.wrap("text")
      ["text"]
      iex> List.wrap([1, 2])
      [1, 2]
      iex> List.wrap(nil)
      []
  """
  @spec wrap(term) :: maybe_improper_list
  def wrap(term)
  def wrap(list) when is_list(list), do: list
  def wrap(nil), do: []
  def wrap(term), do: [term]

  @doc false
  @deprecated "Use Enum.zip/1 instead"
  def zip([]), do: []
  def zip(list_of_lists) when is_list(list_of_lists), do: zip_rows(list_of_lists)

  defp zip_rows(rows) do
    case split_heads(rows, [], []) do
      :end -> []
      {heads, tails} -> [:erlang.list_to_tuple(heads) | zip_rows(tails)]
    end
  end

  defp split_heads([[head | tail] | rest], heads, tails),
    do: split_heads(rest, [head | heads], [tail | tails])

  defp split_heads([tuple | rest], heads, tails) when is_tuple(tuple),
    do: split_heads([:erlang.tuple_to_list(tuple) | rest], heads, tails)

  defp split_heads([[] | _], _heads, _tails), do: :end
  defp split_heads([], heads, tails), do: {:lists.reverse(heads), :lists.reverse(tails)}

  @doc """
  Tells whether a charlist holds nothing but printable ASCII characters, looking at `limit` elements at most.

  Line feeds, tabs and other characters with an escape of their own count as printable.

  ## Examples

      iex> List.ascii_printable?(~c"Jovial\\n")
      true
      iex> List.ascii_printable?(~c"é")
      false
      iex> List.ascii_printable?(~c"ab\\0", 2)
      true
  """
  @spec ascii_printable?([], limit) :: true when limit: :infinity | non_neg_integer
  @spec ascii_printable?(list, limit) :: boolean when limit: :infinity | non_neg_integer
  def ascii_printable?(list, limit \\ :infinity)
      when is_list(list) and (limit == :infinity or (is_integer(limit) and limit >= 0)),
      do: printable?(list, limit)

  defp printable?(_list, 0), do: true

  defp printable?([char | rest], limit)
       when is_integer(char) and
              ((char >= ?\s and char <= ?~) or (char >= ?\a and char <= ?\r) or char == ?\e) do
    printable?(rest, if(limit == :infinity, do: limit, else: limit - 1))
  end

  defp printable?([], _limit), do: true
  defp printable?(_list, _limit), do: false

  @doc """
  Tells whether the list ends in something else than an empty list.

  ## Examples

      iex> List.improper?([1 | 2])
      true
      iex> List.improper?([1, 2])
      false
  """
  @spec improper?(maybe_improper_list) :: boolean
  def improper?(list) when is_list(list), do: tail_improper?(list)

  defp tail_improper?([_ | tail]), do: tail_improper?(tail)
  defp tail_improper?([]), do: false
  defp tail_improper?(_), do: true

  ## Positions

  @doc """
  Inserts a value before the element at `index`.

  Positions outside the list are taken as its ends; `-1` means after the last element.

  ## Examples

      iex> List.insert_at([1, 2, 3], 1, :new)
      [1, :new, 2, 3]
      iex> List.insert_at([1, 2, 3], -1, :new)
      [1, 2, 3, :new]
      iex> List.insert_at([1], 9, :new)
      [1, :new]
  """
  @spec insert_at(list, integer, any) :: list
  def insert_at(list, index, value)

  def insert_at(list, index, value) when is_list(list) and is_integer(index) and index >= 0,
    do: insert(list, index, value)

  def insert_at(list, index, value) when is_list(list) and is_integer(index),
    do: insert(list, max(length(list) + index + 1, 0), value)

  defp insert([head | tail], index, value) when index > 0,
    do: [head | insert(tail, index - 1, value)]

  defp insert(list, _index, value), do: [value | list]

  @doc """
  Replaces the element at `index`; a position outside the list changes nothing.

  ## Examples

      iex> List.replace_at([1, 2, 3], 0, :new)
      [:new, 2, 3]
      iex> List.replace_at([1, 2, 3], -1, :new)
      [1, 2, :new]
  """
  @spec replace_at(list, integer, any) :: list
  def replace_at(list, index, value) when is_list(list) and is_integer(index),
    do: change_at(list, position(list, index), fn _ -> [value] end)

  @doc """
  Updates the element at `index` with a function; a position outside the list changes nothing.

  ## Examples

      iex> List.update_at([1, 2, 3], 1, &(&1 * 10))
      [1, 20, 3]
      iex> List.update_at([1], 5, &(&1 * 10))
      [1]
  """
  @spec update_at([elem], integer, (elem -> any)) :: list when elem: var
  def update_at(list, index, fun) when is_list(list) and is_function(fun) and is_integer(index),
    do: change_at(list, position(list, index), &[fun.(&1)])

  @doc """
  Removes the element at `index`; a position outside the list changes nothing.

  ## Examples

      iex> List.delete_at([:a, :b, :c], 1)
      [:a, :c]
      iex> List.delete_at([:a, :b, :c], -3)
      [:b, :c]
  """
  @spec delete_at(list, integer) :: list
  def delete_at(list, index) when is_integer(index),
    do: change_at(list, position(list, index), fn _ -> [] end)

  defp position(_list, index) when index >= 0, do: index
  defp position(list, index), do: length(list) + index

  defp change_at(list, index, _fun) when index < 0, do: list
  defp change_at([head | tail], 0, fun), do: fun.(head) ++ tail
  defp change_at([head | tail], index, fun), do: [head | change_at(tail, index - 1, fun)]
  defp change_at([], _index, _fun), do: []

  @doc """
  Takes out the element at `index`, and returns it with the rest.

  For a position outside the list, `default` is returned with the whole list.

  ## Examples

      iex> List.pop_at([1, 2, 3], 0)
      {1, [2, 3]}
      iex> List.pop_at([1, 2, 3], 9, :none)
      {:none, [1, 2, 3]}
  """
  @spec pop_at(list, integer, any) :: {any, list}
  def pop_at(list, index, default \\ nil) when is_integer(index) do
    place = position(list, index)
    if place < 0, do: {default, list}, else: pop(list, list, place, [], default)
  end

  defp pop([head | tail], _list, 0, before, _default), do: {head, :lists.reverse(before, tail)}

  defp pop([head | tail], list, index, before, default),
    do: pop(tail, list, index - 1, [head | before], default)

  defp pop([], list, _index, _before, default), do: {default, list}

  @doc """
  Tells whether the list begins with the elements of `prefix`.

  ## Examples

      iex> List.starts_with?([1, 2, 3], [1, 2])
      true
      iex> List.starts_with?([1], [2])
      false
  """
  @spec starts_with?(nonempty_list, nonempty_list) :: boolean
  @spec starts_with?(list, []) :: true
  @spec starts_with?([], nonempty_list) :: false
  def starts_with?(list, prefix)
  def starts_with?([head | tail], [head | prefix]), do: starts_with?(tail, prefix)
  def starts_with?(list, []) when is_list(list), do: true
  def starts_with?(list, [_ | _]) when is_list(list), do: false

  @doc """
  Tells whether the list ends with the elements of `suffix`.

  ## Examples

      iex> List.ends_with?([1, 2, 3], [2, 3])
      true
      iex> List.ends_with?([], [1])
      false
  """
  @spec ends_with?([], []) :: true
  @spec ends_with?(list, list) :: boolean
  def ends_with?(list, suffix), do: :lists.suffix(suffix, list)

  ## Conversions

  @doc """
  Turns a charlist into an atom.

  Atoms are never given back; for text from outside see `to_existing_atom/1`.

  ## Examples

      iex> List.to_atom(~c"ok")
      :ok
  """
  @spec to_atom(charlist) :: atom
  def to_atom(charlist), do: :erlang.list_to_atom(charlist)

  @doc """
  Turns a charlist into an atom that exists already, or raises `ArgumentError`.

  ## Examples

      iex> List.to_existing_atom(~c"ok")
      :ok
  """
  @spec to_existing_atom(charlist) :: atom
  def to_existing_atom(charlist), do: :erlang.list_to_existing_atom(charlist)

  @doc """
  Turns a charlist into a float; it must have a decimal point with digits on both sides.

  ## Examples

      iex> List.to_float(~c"2.5e1")
      25.0
  """
  @spec to_float(charlist) :: float
  def to_float(charlist), do: :erlang.list_to_float(charlist)

  @doc """
  Turns a charlist into an integer.

  ## Examples

      iex> List.to_integer(~c"-17")
      -17
  """
  @spec to_integer(charlist) :: integer
  def to_integer(charlist), do: :erlang.list_to_integer(charlist)

  @doc """
  Turns a charlist with digits of the given base, from 2 to 36, into an integer.

  ## Examples

      iex> List.to_integer(~c"ff", 16)
      255
  """
  @spec to_integer(charlist, 2..36) :: integer
  def to_integer(charlist, base), do: :erlang.list_to_integer(charlist, base)

  @doc """
  Turns a list into a tuple.

  ## Examples

      iex> List.to_tuple([:ok, 1])
      {:ok, 1}
  """
  @spec to_tuple(list) :: tuple
  def to_tuple(list), do: :erlang.list_to_tuple(list)

  @doc """
  Turns chardata, that is a nested list of code points and strings, into a string.

  Something that is no code point raises `ArgumentError`, bytes that are no UTF-8 raise `UnicodeConversionError`.

  ## Examples

      iex> List.to_string([?a, ["bc", 0xE9]])
      "abcé"
  """
  @spec to_string(:unicode.charlist()) :: String.t()
  def to_string(list) when is_list(list) do
    result =
      try do
        :unicode.characters_to_binary(list)
      rescue
        ArgumentError ->
          contents = "either be empty or only\ncontain the following elements"
          not_chardata(list, "string", contents, "")
      end

    case result do
      text when is_binary(text) -> text
      {kind, encoded, rest} -> conversion_error(kind, encoded, rest)
    end
  end

  @doc """
  Turns chardata, that is a nested list of code points and strings, into a flat charlist.

  The errors are those of `to_string/1`.

  ## Examples

      iex> List.to_charlist([?a, ["bc", [?d]]])
      ~c"abcd"
  """
  @spec to_charlist(:unicode.charlist()) :: charlist
  def to_charlist(list) when is_list(list) do
    result =
      try do
        :unicode.characters_to_list(list)
      rescue
        ArgumentError -> not_chardata(list, "charlist", "contain only", "or ")
      end

    case result do
      chars when is_list(chars) -> chars
      {kind, encoded, rest} -> conversion_error(kind, encoded, rest)
    end
  end

  defp conversion_error(kind, encoded, rest) do
    kind = if kind == :error, do: :invalid, else: kind
    raise UnicodeConversionError, encoded: encoded, rest: rest, kind: kind
  end

  defp not_chardata(list, kind, contents, last) do
    raise ArgumentError, """
    cannot convert the given list to a #{kind}.

    To be converted to a #{kind}, a list must #{contents}:

      * strings
      * integers representing Unicode code points
      * #{last}a list containing one of these three elements

    Please check the given list or call inspect/1 to get the list representation, got:

    #{inspect(list)}
    """
  end

  ## Differences

  @doc """
  Returns a shortest list of steps that turn one list into the other.

  The steps are `{:eq, elements}`, `{:del, elements}` and `{:ins, elements}`. The algorithm is that of E. W. Myers, "An O(ND)
  Difference Algorithm and Its Variations" (1986); its cost grows with the number of differences.

  ## Examples

      iex> List.myers_difference([:a, :b, :c], [:a, :c, :d])
      [eq: [:a], del: [:b], eq: [:c], ins: [:d]]
  """
  @spec myers_difference(list, list) :: [{:eq | :ins | :del, list}]
  def myers_difference(list1, list2) when is_list(list1) and is_list(list2),
    do: shortest_script(list1, list2, nil)

  @doc """
  Returns a shortest list of steps that turn one list into the other, with a closer look at pairs that differ.

  `diff_script` gets an element of each list; what it returns becomes a `{:diff, script}` step, unless it is `nil`.

  ## Examples

      iex> nested = fn
      ...>   one, two when is_list(one) and is_list(two) -> List.myers_difference(one, two)
      ...>   _, _ -> nil
      ...> end
      iex> List.myers_difference([1, [2, 3]], [1, [2]], nested)
      [eq: [1], diff: [eq: [2], del: [3]]]
  """
  @spec myers_difference(list, list, (term, term -> script | nil)) :: script
        when script: [{:eq | :ins | :del | :diff, list}]
  def myers_difference(list1, list2, diff_script)
      when is_list(list1) and is_list(list2) and is_function(diff_script),
      do: shortest_script(list1, list2, diff_script)

  # A path is {y, left, right, script}: what is left of both lists after a script, and how far down the diagonal it is. One
  # round extends, for each diagonal, the better of its two neighbours by one difference and then by all equal elements.
  # Paths of a round stand in the order of their diagonals, from the one with the most insertions.
  defp shortest_script(left, right, diff) do
    case slide_down({0, left, right, []}, diff) do
      {:done, script} -> script_steps(script)
      path -> next_round([path], diff)
    end
  end

  defp next_round(paths, diff) do
    case extend([nil | paths], diff, []) do
      {:done, script} -> script_steps(script)
      paths -> next_round(paths, diff)
    end
  end

  defp extend([below, above | rest], diff, acc) do
    case slide_down(further(below, above), diff) do
      {:done, script} -> {:done, script}
      path -> extend([above | rest], diff, [path | acc])
    end
  end

  defp extend([below], diff, acc) do
    case slide_down(further(below, nil), diff) do
      {:done, script} -> {:done, script}
      path -> :lists.reverse([path | acc])
    end
  end

  # The path that will have come further wins. An insertion moves on in the right list, hence the one; ties go to insertions, so
  # that deletions are listed before them.
  defp further(nil, path), do: insert_step(path)
  defp further(path, nil), do: delete_step(path)
  defp further({y1, _, _, _} = one, {y2, _, _, _}) when y1 > y2 + 1, do: delete_step(one)
  defp further(_one, two), do: insert_step(two)

  defp delete_step({y, [head | left], right, script}),
    do: {y, left, right, [{:del, head} | script]}

  defp delete_step({y, [], right, script}), do: {y, [], right, script}

  defp insert_step({y, left, [head | right], script}),
    do: {y + 1, left, right, [{:ins, head} | script]}

  defp insert_step({y, left, [], script}), do: {y + 1, left, [], script}

  defp slide_down({y, [same | left], [same | right], script}, diff),
    do: slide_down({y + 1, left, right, [{:eq, same} | script]}, diff)

  defp slide_down({_y, [], [], script}, _diff), do: {:done, script}
  defp slide_down(path, nil), do: path

  defp slide_down({y, [one | left], [two | right], script} = path, diff) do
    case diff.(one, two) do
      nil -> path
      nested -> slide_down({y + 1, left, right, [{:diff, nested} | script]}, diff)
    end
  end

  defp slide_down(path, _diff), do: path

  # Joins neighbouring single steps of the same kind; the script comes in backwards. Where exactly what was kept is inserted
  # once more, the insertion may as well come first: then two kept runs become one. Both is done as the front moves on.
  defp script_steps(script), do: script_steps(script, [])

  defp script_steps([{kind, _} | _] = script, [{:eq, same}, {:ins, same}, {:eq, next} | steps])
       when kind != :eq,
       do: script_steps(script, [{:ins, same}, {:eq, same ++ next} | steps])

  defp script_steps([{:diff, nested} | rest], steps),
    do: script_steps(rest, [{:diff, nested} | steps])

  defp script_steps([{kind, element} | rest], [{kind, elements} | steps]),
    do: script_steps(rest, [{kind, [element | elements]} | steps])

  defp script_steps([{kind, element} | rest], steps),
    do: script_steps(rest, [{kind, [element]} | steps])

  defp script_steps([], steps), do: steps
end
