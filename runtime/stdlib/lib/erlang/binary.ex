defmodule :binary do
  @moduledoc """
  Binaries, under the names that Erlang programs know.

  Searching, splitting, copying and conversion to lists and integers are natives; this module adds what can be said in terms of them.
  """

  @doc """
  Bytes as a binary: integers from 0 to 255, binaries, and lists of them.

  ## Examples

      iex> :binary.list_to_bin([1, [2, "ab"]])
      <<1, 2, 97, 98>>

  """
  @spec list_to_bin(iolist) :: binary
  def list_to_bin(list) when is_list(list), do: :erlang.iolist_to_binary(list)
  def list_to_bin(other), do: :erlang.error(:badarg, [other], error_info: %{module: :erl_stdlib_errors})

  @doc """
  Replaces the first match of a pattern, or all of them.

  Options: `:global`, `{:scope, {start, length}}`, and `{:insert_replaced, position}` or a list of positions, which puts what
  was replaced into the replacement there.

  ## Examples

      iex> :binary.replace("a-b-c", "-", "+", [:global])
      "a+b+c"
      iex> :binary.replace("abc", "b", "[]", [{:insert_replaced, 1}])
      "a[b]c"

  """
  def replace(subject, pattern, replacement), do: replace(subject, pattern, replacement, [])

  @doc "As `replace/3`, with options."
  def replace(subject, pattern, replacement, options) when is_binary(replacement) do
    scope = for {:scope, _} = option <- options, do: option

    matches =
      if :global in options do
        :binary.matches(subject, pattern, scope)
      else
        case :binary.match(subject, pattern, scope) do
          :nomatch -> []
          match -> [match]
        end
      end

    positions =
      case :lists.keyfind(:insert_replaced, 1, options) do
        {_, position} when is_integer(position) -> [position]
        {_, positions} -> :lists.sort(positions)
        false -> []
      end

    :erlang.iolist_to_binary(put_replaced(matches, subject, 0, replacement, positions))
  end

  def replace(subject, pattern, replacement, options) do
    :erlang.error(:badarg, [subject, pattern, replacement, options], error_info: %{module: :erl_stdlib_errors})
  end

  defp put_replaced([], subject, from, _, _), do: :erlang.binary_part(subject, from, byte_size(subject) - from)

  defp put_replaced([{at, size} | matches], subject, from, replacement, positions) do
    before = :erlang.binary_part(subject, from, at - from)
    new = put_inside(replacement, 0, :erlang.binary_part(subject, at, size), positions)
    [before, new | put_replaced(matches, subject, at + size, replacement, positions)]
  end

  defp put_inside(replacement, from, _, []), do: :erlang.binary_part(replacement, from, byte_size(replacement) - from)

  defp put_inside(replacement, from, replaced, [position | positions]) do
    [:erlang.binary_part(replacement, from, position - from), replaced | put_inside(replacement, position, replaced, positions)]
  end
end
