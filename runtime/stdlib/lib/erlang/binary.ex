defmodule :binary do
  @moduledoc """
  Binaries, under the names that Erlang programs know.

  Searching, splitting, copying and conversion to lists are natives; this module adds what can be said in terms of them.
  """

  @doc """
  An integer as the fewest bytes that hold it, most significant first.

  ## Examples

      iex> :binary.encode_unsigned(66_000)
      <<1, 1, 208>>

  """
  @spec encode_unsigned(non_neg_integer) :: binary
  def encode_unsigned(integer), do: encode_unsigned(integer, :big)

  @doc """
  An integer as bytes, in `:big` or `:little` order.

  ## Examples

      iex> :binary.encode_unsigned(66_000, :little)
      <<208, 1, 1>>

  """
  @spec encode_unsigned(non_neg_integer, :big | :little) :: binary
  def encode_unsigned(integer, order) when is_integer(integer) and integer >= 0 do
    size = byte_length(integer, 1)

    case order do
      :big -> <<integer::size(size)-unit(8)>>
      :little -> <<integer::little-size(size)-unit(8)>>
    end
  end

  @doc """
  Bytes as a binary: integers from 0 to 255, binaries, and lists of them.

  ## Examples

      iex> :binary.list_to_bin([1, [2, "ab"]])
      <<1, 2, 97, 98>>

  """
  @spec list_to_bin(iolist) :: binary
  def list_to_bin(list), do: :erlang.list_to_binary(list)

  # Doubling, then the exact number: large integers have many bytes.
  defp byte_length(integer, size) do
    if :erlang.bsr(integer, size * 8) == 0, do: least(integer, div(size, 2), size), else: byte_length(integer, size * 2)
  end

  # More than `low` bytes are needed, `high` are enough.
  defp least(_, low, high) when high - low <= 1, do: max(high, 1)

  defp least(integer, low, high) do
    middle = div(low + high, 2)
    if :erlang.bsr(integer, middle * 8) == 0, do: least(integer, low, middle), else: least(integer, middle, high)
  end

  @doc """
  The integer that bytes hold, most significant first.

  ## Examples

      iex> :binary.decode_unsigned(<<1, 1, 208>>)
      66000

  """
  @spec decode_unsigned(binary) :: non_neg_integer
  def decode_unsigned(binary), do: decode_unsigned(binary, :big)

  @doc """
  The integer that bytes hold, in `:big` or `:little` order.
  """
  @spec decode_unsigned(binary, :big | :little) :: non_neg_integer
  def decode_unsigned(binary, order) when is_binary(binary) do
    size = byte_size(binary)

    case order do
      :big ->
        <<integer::size(size)-unit(8)>> = binary
        integer

      :little ->
        <<integer::little-size(size)-unit(8)>> = binary
        integer
    end
  end

  @doc """
  How many bytes at the start all binaries have in common.

  ## Examples

      iex> :binary.longest_common_prefix(["jovial", "jovian", "jo"])
      2

  """
  @spec longest_common_prefix([binary]) :: non_neg_integer
  def longest_common_prefix([first | rest]) do
    :lists.foldl(fn binary, size -> common(first, binary, 0, min(size, byte_size(binary))) end, byte_size(first), rest)
  end

  @doc """
  How many bytes at the end all binaries have in common.

  ## Examples

      iex> :binary.longest_common_suffix(["reading", "writing"])
      3

  """
  @spec longest_common_suffix([binary]) :: non_neg_integer
  def longest_common_suffix([first | rest]) do
    :lists.foldl(fn binary, size -> common_end(first, binary, 0, min(size, byte_size(binary))) end, byte_size(first), rest)
  end

  defp common(a, b, at, limit) do
    if at < limit and :binary.at(a, at) == :binary.at(b, at), do: common(a, b, at + 1, limit), else: at
  end

  defp common_end(a, b, count, limit) do
    if count < limit and :binary.at(a, byte_size(a) - count - 1) == :binary.at(b, byte_size(b) - count - 1) do
      common_end(a, b, count + 1, limit)
    else
      count
    end
  end

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
  def replace(subject, pattern, replacement, options) do
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
