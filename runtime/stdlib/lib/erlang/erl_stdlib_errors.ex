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

  defp complaint(:ets, name, [_ | _]) when name in [:new, :whereis, :all], do: []

  defp complaint(:ets, name, [table | _] = args) do
    cond do
      not is_atom(table) and not is_reference(table) -> [{1, "not a valid table identifier"}]
      :ets.info(table) == :undefined -> [{1, "the table identifier does not refer to an existing ETS table"}]
      name in [:insert, :insert_new] and not object?(:lists.last(args)) -> [{2, "not a tuple"}]
      true -> []
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

  defp complaint(:unicode, _name, [_ | _]), do: [{1, "not valid character data (an iodata term)"}]
  defp complaint(_module, _name, _args), do: []

  # A text, texts, or what was compiled from them; no text may be empty.
  defp pattern?(pattern) when is_binary(pattern), do: pattern != ""
  defp pattern?([_ | _] = patterns), do: list(patterns, 1) == [] and :lists.all(&(is_binary(&1) and &1 != ""), patterns)
  defp pattern?(pattern), do: is_tuple(pattern)

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

  defp object?(object), do: is_tuple(object) or is_list(object)

  defp not_numbers([arg | args], number) when is_number(arg), do: not_numbers(args, number + 1)
  defp not_numbers([_ | args], number), do: [{number, "not a number"} | not_numbers(args, number + 1)]
  defp not_numbers([], _number), do: []
end
