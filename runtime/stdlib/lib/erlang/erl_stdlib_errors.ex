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
  defp complaint(:binary, :copy, [binary, times]) when is_binary(binary) and not is_integer(times), do: [{2, "not an integer"}]
  defp complaint(:math, _name, args), do: not_numbers(args, 1)
  defp complaint(:binary, :part, [binary, {_, _}]) when is_binary(binary), do: [{2, "out of range"}]
  defp complaint(:binary, :part, [binary, _, _]) when is_binary(binary), do: [{2, "out of range"}]
  defp complaint(:binary, :copy, [_, times]) when is_integer(times), do: [{2, "out of range"}]
  defp complaint(:binary, _name, [binary | _]) when not is_binary(binary), do: [{1, "not a binary"}]

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

  defp object?(object), do: is_tuple(object) or is_list(object)

  defp not_numbers([arg | args], number) when is_number(arg), do: not_numbers(args, number + 1)
  defp not_numbers([_ | args], number), do: [{number, "not a number"} | not_numbers(args, number + 1)]
  defp not_numbers([], _number), do: []
end
