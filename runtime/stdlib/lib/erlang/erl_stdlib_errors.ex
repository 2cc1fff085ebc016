defmodule :erl_stdlib_errors do
  @moduledoc """
  Says which arguments of a function of the Erlang library were wrong, as `:erl_erts_errors` does for the machine's own.

      iex> try do
      ...>   :ets.lookup(:no_such_table, 1)
      ...> rescue
      ...>   error -> Exception.message(error)
      ...> end
      "errors were found at the given arguments:\\n\\n  * 1st argument: the table identifier does not refer to an existing ETS table\\n"
  """

  @doc """
  A map from the numbers of the arguments that are wrong to what is wrong with them; empty if nothing is known.
  """
  @spec format_error(term, [tuple]) :: %{optional(pos_integer) => binary}
  def format_error(_reason, [{module, name, args, _} | _]) when is_list(args) do
    :maps.from_list(complaint(module, name, args))
  end

  def format_error(_reason, _stacktrace), do: %{}

  defp complaint(:ets, :whereis, [_]), do: [{1, "invalid table name (must be an atom)"}]
  defp complaint(:ets, :all, _), do: []

  defp complaint(:ets, :new, [name, options]) do
    cond do
      not is_atom(name) -> [{1, "not an atom"}]
      not is_list(options) -> [{2, "not a list"}]
      :lists.member(:named_table, options) and :ets.whereis(name) != :undefined -> [{1, "table name already exists"}]
      true -> [{2, "invalid options"}]
    end
  end

  defp complaint(:ets, name, [_continuation]) when name in [:select, :select_reverse, :match, :match_object], do: [{1, "invalid continuation"}]

  defp complaint(:ets, name, [table | rest]) do
    cond do
      not is_atom(table) and not is_reference(table) -> [{1, "not an atom or a table identifier"}]
      :ets.info(table) == :undefined -> [{1, "the table identifier does not refer to an existing ETS table"} | without_table(name, rest)]
      not allowed?(name, table) -> [{1, "the table identifier refers to an ETS table with insufficient access rights"}]
      true -> ets_complaint(name, table, rest)
    end
  end

  defp complaint(:lists, name, [_, place, list]) when name in [:keyfind, :keymember, :keysearch] do
    place =
      cond do
        not is_integer(place) -> [{2, "not an integer"}]
        place < 1 -> [{2, "out of range"}]
        true -> []
      end

    place ++ list(list, 3)
  end

  defp complaint(:lists, :member, [_, list]), do: list(list, 2)

  defp complaint(:lists, :seq, [from, to, step]) do
    cond do
      not is_integer(from) or not is_integer(to) or not is_integer(step) -> integer(from, 1) ++ integer(to, 2) ++ integer(step, 3)
      from <= to -> [{3, "not a positive increment"}]
      true -> [{3, "not a negative increment"}]
    end
  end

  defp complaint(:lists, :reverse, [list, _]), do: list(list, 1)
  defp complaint(:maps, name, [list | _]) when name in [:from_keys, :from_list], do: list(list, 1)
  defp complaint(:binary, :compile_pattern, [_]), do: [{1, "not a valid pattern"}]

  defp complaint(:binary, name, [subject, pattern | options]) when name in [:match, :matches, :split, :replace] do
    first = if is_binary(subject), do: [], else: [{1, "not a binary"}]
    second = if pattern?(pattern), do: [], else: [{2, "not a valid pattern"}]

    third =
      case options do
        [replacement | _] when name == :replace and not is_binary(replacement) -> [{3, "not a binary"}]
        [[{:scope, _} | _]] -> [{3, "specified part is not wholly inside binary"}]
        [_ | _] when first == [] and second == [] -> [{:erlang.length(options) + 2, "invalid options"}]
        _ -> []
      end

    first ++ second ++ third
  end

  defp complaint(:binary, name, [""]) when name in [:first, :last], do: [{1, "a zero-sized binary is not allowed"}]
  defp complaint(:math, _name, args), do: not_numbers(args, 1)

  # The format is the first of them, or comes behind the device.
  defp complaint(:io, name, [format]) when name in [:format, :fwrite], do: complaint(:io_lib, name, [format, []])
  defp complaint(:io, name, [_, _] = args) when name in [:format, :fwrite], do: complaint(:io_lib, name, args)

  defp complaint(:io, name, [_device | args]) when name in [:format, :fwrite],
    do: for({number, text} <- complaint(:io_lib, name, args), do: {number + 1, text})

  defp complaint(:io_lib, name, [_format, args]) when name in [:format, :fwrite] and not is_list(args), do: [{2, "not a list"}]

  defp complaint(:io_lib, name, [format, args]) when name in [:format, :fwrite] do
    case :io_lib.complaint(format, args) do
      {:format, why} -> [{1, "format string invalid (" <> why <> ")"}]
      :count -> [{1, "wrong number of arguments"}]
      {:type, number, kind} -> [{2, "element " <> :erlang.integer_to_binary(number) <> " must be of type " <> kind}]
      :none -> []
    end
  end

  defp complaint(:binary, name, [binary, start, length]) when name in [:part, :bin_to_list] do
    case binary(binary) ++ integer(start, 2) ++ integer(length, 3) do
      [] -> if start in 0..byte_size(binary), do: [{3, "out of range"}], else: [{2, "out of range"}]
      wrong -> wrong
    end
  end

  defp complaint(:binary, :part, [binary, _]) when is_binary(binary), do: [{2, "out of range"}]

  defp complaint(:binary, name, [binary, number]) when name in [:at, :copy] do
    range = if is_integer(number) and number < 0, do: [{2, "out of range"}], else: []
    binary(binary) ++ integer(number, 2) ++ range
  end

  defp complaint(:binary, :encode_unsigned, [number | order]) do
    case integer(number, 1) ++ order(order) do
      [] -> [{1, "out of range"}]
      wrong -> wrong
    end
  end

  defp complaint(:binary, :decode_unsigned, [binary | order]), do: binary(binary) ++ order(order)
  defp complaint(:binary, :list_to_bin, [_]), do: [{1, "not an iodata term"}]

  defp complaint(:binary, name, [binaries]) when name in [:longest_common_prefix, :longest_common_suffix] do
    if list(binaries, 1) == [] and :lists.all(&is_binary/1, binaries) and binaries != [], do: [], else: [{1, "not a flat list of binaries"}]
  end

  defp complaint(:binary, _name, [binary | _]), do: binary(binary)

  defp complaint(:re, :compile, [pattern | _]), do: regex(pattern, 1)

  defp complaint(:re, :run, [subject, pattern | options]) do
    about_subject = if iodata?(subject), do: [], else: [{1, "not an iodata term"}]
    about_both = about_subject ++ regex(pattern, 2)
    if about_both == [] and options != [], do: [{3, "invalid options"}], else: about_both
  end

  defp complaint(:unicode, _name, [_ | _]), do: [{1, "not valid character data (an iodata term)"}]
  defp complaint(_module, _name, _args), do: []

  # A text, texts, or what was compiled from them; no text may be empty.
  defp pattern?(pattern) when is_binary(pattern), do: pattern != ""
  defp pattern?([_ | _] = patterns), do: list(patterns, 1) == [] and :lists.all(&(is_binary(&1) and &1 != ""), patterns)
  defp pattern?(pattern), do: is_tuple(pattern)

  # A regular expression, as text or compiled.
  defp regex(pattern, _number) when is_tuple(pattern), do: []

  defp regex(pattern, number) do
    with true <- iodata?(pattern), {:error, {reason, place}} <- :re.compile(pattern) do
      [{number, "could not parse regular expression\n#{reason} on character #{place}"}]
    else
      false -> [{number, "not an iodata term"}]
      _ -> []
    end
  end

  defp iodata?(data) do
    _ = :erlang.iolist_size(data)
    true
  catch
    :error, _ -> false
  end

  defp list(list, _number) when list == [], do: []
  defp list([_ | rest], number), do: if(proper?(rest), do: [], else: [{number, "not a proper list"}])
  defp list(_, number), do: [{number, "not a list"}]

  defp proper?([_ | rest]), do: proper?(rest)
  defp proper?(rest), do: rest == []

  defp binary(value) when is_binary(value), do: []
  defp binary(value) when is_bitstring(value), do: [{1, "is a bitstring (expected a binary)"}]
  defp binary(_), do: [{1, "not a binary"}]

  defp integer(value, _number) when is_integer(value), do: []
  defp integer(_, number), do: [{number, "not an integer"}]

  defp order([order]) when order not in [:big, :little], do: [{2, "must be 'big' or 'little'"}]
  defp order(_), do: []

  defp allowed?(name, table) do
    case :ets.info(table, :protection) do
      _ when name in [:info, :rename] -> true
      :public -> true
      :protected when name in [:lookup, :lookup_element, :member, :match, :select, :next, :prev, :first, :last, :tab2list] -> true
      _ -> :ets.info(table, :owner) == self()
    end
  end

  # What can be told of the other arguments though there is no table.
  defp without_table(name, [object]) when name in [:insert, :insert_new] and not is_tuple(object) and not is_list(object), do: [{2, "not a tuple"}]
  defp without_table(_name, _rest), do: []

  defp ets_complaint(name, _table, [objects]) when name in [:insert, :insert_new] do
    cond do
      objects == {} -> [{2, "is an empty tuple"}]
      is_tuple(objects) -> [{2, "the object is smaller than the key position"}]
      not is_list(objects) -> [{2, "not a tuple"}]
      true -> [{2, "not a non-empty tuple or a list of non-empty tuples"}]
    end
  end

  defp ets_complaint(name, table, [key, update | _]) when name in [:update_counter, :update_element] do
    if name == :update_counter and :ets.info(table, :type) in [:bag, :duplicate_bag],
      do: [{1, "the table identifier refers to an ETS table of a type not supported by this operation"}],
      else: update_complaint(name, table, key, update)
  end

  defp ets_complaint(name, table, [key]) when name in [:next, :prev] do
    if :ets.member(table, key), do: [], else: [{2, "not a key that exists in the table"}]
  end

  defp ets_complaint(:lookup_element, table, [key, place | _]) do
    cond do
      not is_integer(place) -> absent(table, key) ++ [{3, "not an integer"}]
      place < 1 -> [{3, "out of range"}]
      :ets.member(table, key) -> [{3, "position is greater than the size of the object"}]
      true -> absent(table, key)
    end
  end

  defp ets_complaint(:select, _table, [_specification | _]), do: [{2, "not a valid match specification"}]
  defp ets_complaint(name, _table, [_pattern, limit]) when name in [:match, :match_object, :select_reverse] and is_integer(limit), do: [{3, "out of range"}]
  defp ets_complaint(:rename, _table, [_name]), do: [{2, "invalid table name (must be an atom)"}]
  defp ets_complaint(:safe_fixtable, _table, [_]), do: [{2, "not a boolean value"}]
  defp ets_complaint(:info, _table, [_]), do: [{2, "not a valid info item"}]
  defp ets_complaint(:slot, _table, [_]), do: [{2, "out of range"}]
  defp ets_complaint(:match_spec_run, _table, _), do: [{2, "not a compiled match specification"}]
  defp ets_complaint(:give_away, _table, [pid, _]) when pid == self(), do: [{2, "the process is already the owner of the table"}]
  defp ets_complaint(:give_away, _table, [pid, _]) when not is_pid(pid), do: [{2, "not a pid"}]
  defp ets_complaint(_name, _table, _rest), do: []

  defp update_complaint(:update_counter, table, key, update) do
    keypos = :ets.info(table, :keypos)

    case {:ets.lookup(table, key), update} do
      {[_ | _], {^keypos, step}} when is_integer(step) -> [{3, "the position is the same as the key position"}]
      {found, {place, step}} when is_integer(place) and is_integer(step) -> absent(table, key) ++ counted(found, place)
      {found, step} when is_integer(step) -> absent(table, key) ++ counted(found, keypos + 1)
      {_, {place, step, threshold, value}} when is_integer(place) and is_integer(step) and is_integer(threshold) and is_integer(value) -> absent(table, key)
      _ -> absent(table, key) ++ [{3, "not a valid update operation"}]
    end
  end

  defp update_complaint(:update_element, table, _key, changes) do
    keypos = :ets.info(table, :keypos)
    changes = if is_list(changes), do: changes, else: [changes]

    case list(changes, 3) == [] and :lists.dropwhile(&change?(&1, keypos), changes) do
      [{^keypos, _value} | _] -> [{3, "the position is the same as the key position"}]
      [_ | _] -> [{3, "is not a valid element specification"}]
      [] -> [{3, "out of range"}]
      false -> []
    end
  end

  defp change?({place, _value}, keypos), do: is_integer(place) and place > 0 and place != keypos
  defp change?(_change, _keypos), do: false

  defp absent(table, key), do: if(:ets.member(table, key), do: [], else: [{2, "not a key that exists in the table"}])

  defp counted([object | _], place) when place in 1..tuple_size(object)//1,
    do: [{3, "the value in the given position, in the object, is not an integer"}]

  defp counted([_ | _], _place), do: [{3, "the position in the update operation is out of range"}]
  defp counted([], _place), do: []

  defp not_numbers([arg | args], number) when is_number(arg), do: not_numbers(args, number + 1)
  defp not_numbers([_ | args], number), do: [{number, "not a number"} | not_numbers(args, number + 1)]
  defp not_numbers([], _number), do: []
end
