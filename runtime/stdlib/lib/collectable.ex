defprotocol Collectable do
  @moduledoc """
  What a data type implements so that elements can be poured into it, as `Enum.into/2` and `for` with `:into` do.

  It is the counterpart of `Enumerable`: one takes elements out, the other puts them in. The two are apart because not every type that
  can be read can also be filled: a range holds its elements by rule and takes no further ones.

      iex> Enum.into([b: 2], %{a: 1})
      %{a: 1, b: 2}
      iex> for letter <- ["x", "y"], into: "letters: ", do: letter
      "letters: xy"

  An implementation gives a starting accumulator and a *collector* function, which is called with the accumulator and a command:
  `{:cont, element}` adds an element, `:done` asks for the finished value, `:halt` says that the collecting was given up, so that
  whatever is held open can be given back.
  """

  @typedoc "A command to the collector function."
  @type command :: {:cont, term} | :done | :halt

  @doc """
  Returns a starting accumulator and a collector function.

  The collector returns the new accumulator for `{:cont, element}`, the finished collection for `:done`; its result for `:halt` is
  ignored.

  ## Examples

      iex> {acc, collector} = Collectable.into(%{a: 1})
      iex> acc = collector.(acc, {:cont, {:b, 2}})
      iex> collector.(acc, :done)
      %{a: 1, b: 2}
  """
  @spec into(t) :: {initial_acc :: term, collector :: (term, command -> t | term)}
  def into(collectable)
end

defimpl Collectable, for: List do
  # Elements gather in front, and the original list stays whole until the end.
  def into([]) do
    {[],
     fn
       acc, {:cont, element} -> [element | acc]
       acc, :done -> :lists.reverse(acc)
       _acc, :halt -> :ok
     end}
  end

  def into(list) do
    IO.warn(
      "the Collectable protocol is deprecated for non-empty lists. The behavior of " <>
        "Enum.into/2 and \"for\" comprehensions with an :into option is incorrect " <>
        "when collecting into non-empty lists. If you're collecting into a non-empty keyword " <>
        "list, consider using Keyword.merge/2 instead. If you're collecting into a non-empty " <>
        "list, consider concatenating the two lists with the ++ operator."
    )

    {[],
     fn
       acc, {:cont, element} -> [element | acc]
       acc, :done -> list ++ :lists.reverse(acc)
       _acc, :halt -> :ok
     end}
  end
end

defimpl Collectable, for: BitString do
  def into(binary) when is_binary(binary) do
    {[binary],
     fn
       acc, {:cont, part} when is_binary(part) and is_list(acc) -> [acc | part]
       acc, {:cont, part} when is_bitstring(part) -> <<as_bits(acc)::bitstring, part::bitstring>>
       _acc, {:cont, other} -> refuse("binary", other)
       acc, :done -> as_bits(acc)
       _acc, :halt -> :ok
     end}
  end

  def into(bitstring) do
    {bitstring,
     fn
       acc, {:cont, part} when is_bitstring(part) -> <<acc::bitstring, part::bitstring>>
       _acc, {:cont, other} -> refuse("bitstring", other)
       acc, :done -> acc
       _acc, :halt -> :ok
     end}
  end

  # Whole bytes gather as iodata; the first odd part turns what is there into a bitstring.
  defp as_bits(acc) when is_bitstring(acc), do: acc
  defp as_bits(acc), do: :erlang.iolist_to_binary(acc)

  defp refuse(kind, other) do
    raise ArgumentError, "collecting into a #{kind} requires a bitstring, got: #{inspect(other)}"
  end
end

defimpl Collectable, for: Map do
  def into(map) do
    {map,
     fn
       acc, {:cont, {key, value}} ->
         :maps.put(key, value, acc)

       _acc, {:cont, other} ->
         raise ArgumentError,
               "collecting into a map requires {key, value} tuples, got: #{inspect(other)}"

       acc, :done ->
         acc

       _acc, :halt ->
         :ok
     end}
  end
end
