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

  defp complaint(:math, _name, args), do: not_numbers(args, 1)
  defp complaint(:binary, :part, [binary, {_, _}]) when is_binary(binary), do: [{2, "out of range"}]
  defp complaint(:binary, :part, [binary, _, _]) when is_binary(binary), do: [{2, "out of range"}]
  defp complaint(:binary, :copy, [_, times]) when is_integer(times), do: [{2, "out of range"}]
  defp complaint(:binary, _name, [binary | _]) when not is_binary(binary), do: [{1, "not a binary"}]

  defp complaint(:unicode, _name, [_ | _]), do: [{1, "not valid character data (an iodata term)"}]
  defp complaint(_module, _name, _args), do: []

  defp object?(object), do: is_tuple(object) or is_list(object)

  defp not_numbers([arg | args], number) when is_number(arg), do: not_numbers(args, number + 1)
  defp not_numbers([_ | args], number), do: [{number, "not a number"} | not_numbers(args, number + 1)]
  defp not_numbers([], _number), do: []
end
