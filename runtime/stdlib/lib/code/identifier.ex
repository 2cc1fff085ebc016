defmodule Code.Identifier do
  @moduledoc false

  # Facts about names: how operators bind, how names are written where they need quotes, whose anonymous function a name belongs to.

  @unary [{300, [:!, :^, :not, :+, :-, :"~~~"]}, {320, [:@]}, {90, [:&, :...]}]

  @binary [
    {:left, 40, [:<-]},
    {:right, 50, [:when]},
    {:right, 60, [:"::"]},
    {:right, 70, [:|]},
    {:right, 100, [:=]},
    {:left, 120, [:||, :|||, :or]},
    {:left, 130, [:&&, :&&&, :and]},
    {:left, 140, [:==, :!=, :=~, :===, :!==]},
    {:left, 150, [:<, :<=, :>, :>=]},
    {:left, 160, [:|>, :<<<, :>>>, :<~, :~>, :<<~, :~>>, :<~>]},
    {:left, 170, [:in]},
    {:left, 180, [:"^^^"]},
    {:right, 200, [:++, :--, :+++, :---, :.., :<>]},
    {:left, 210, [:+, :-]},
    {:left, 220, [:*, :/]},
    {:left, 230, [:**]},
    {:left, 310, [:.]}
  ]

  @doc """
  How a prefix operator binds: `{:non_associative, power}`, or `:error` for anything else.

  ## Examples

      iex> Code.Identifier.unary_op(:not)
      {:non_associative, 300}
      iex> Code.Identifier.unary_op(:*)
      :error
  """
  @spec unary_op(atom) :: {:non_associative, pos_integer} | :error
  for {power, names} <- @unary, name <- names do
    def unary_op(unquote(name)), do: {:non_associative, unquote(power)}
  end

  def unary_op(name) when is_atom(name), do: :error

  @doc """
  How a binary operator groups and binds: `{:left, power}` or `{:right, power}`, or `:error` for anything else.

  ## Examples

      iex> Code.Identifier.binary_op(:|>)
      {:left, 160}
      iex> Code.Identifier.binary_op(:!)
      :error
  """
  @spec binary_op(atom) :: {:left | :right, pos_integer} | :error
  for {side, power, names} <- @binary, name <- names do
    def binary_op(unquote(name)), do: {unquote(side), unquote(power)}
  end

  def binary_op(name) when is_atom(name), do: :error

  @doc """
  The name and arity of the function that an anonymous function was written in, from the latter's name.

  ## Examples

      iex> Code.Identifier.extract_anonymous_fun_parent(:"-total/2-fun-0-")
      {:total, "2"}
      iex> Code.Identifier.extract_anonymous_fun_parent(:total)
      :error
  """
  @spec extract_anonymous_fun_parent(atom) :: {atom, binary} | :error
  def extract_anonymous_fun_parent(name) when is_atom(name) do
    # Slashes and signs may be part of the function's own name, so it is read from the end.
    with "-" <> rest <- Atom.to_string(name),
         ["" | [_, kind | parent]] when kind in ["fun", "inlined"] <- rest |> String.split("-") |> Enum.reverse(),
         [arity | names] when names != [] <- parent |> Enum.reverse() |> Enum.join("-") |> String.split("/") |> Enum.reverse() do
      {names |> Enum.reverse() |> Enum.join("/") |> String.to_atom(), arity}
    else
      _ -> :error
    end
  end

  @doc """
  Writes a text as it stands between quotes, at most so many characters of it; gives it with what is left.

  The function, if there is one, says for a character what to write instead, or `false`.

  ## Examples

      iex> Code.Identifier.escape("one\\ntwo", ?")
      {"one\\\\ntwo", ""}
      iex> Code.Identifier.escape("abc", ?", 2)
      {"ab", "c"}
      iex> Code.Identifier.escape("abc", ?", :infinity, &(&1 == ?b && "*"))
      {"a*c", ""}
  """
  @spec escape(binary, char, :infinity | non_neg_integer, nil | (char -> iodata | false)) :: {binary, binary}
  def escape(binary, char, limit \\ :infinity, fun \\ nil)
  def escape(binary, char, limit, nil), do: :jovial_string.escape(binary, char, limit)
  def escape(binary, char, limit, fun), do: escape(binary, char, limit, fun, "")

  defp escape(<<char::utf8, rest::binary>> = text, quote, limit, fun, acc) when limit != 0 do
    written = fun.(char) || elem(:jovial_string.escape(binary_part(text, 0, byte_size(text) - byte_size(rest)), quote, :infinity), 0)
    escape(rest, quote, less(limit), fun, acc <> :erlang.iolist_to_binary(written))
  end

  defp escape(<<byte, rest::binary>>, quote, limit, fun, acc) when limit != 0 do
    {written, ""} = :jovial_string.escape(<<byte>>, quote, :infinity)
    escape(rest, quote, less(limit), fun, acc <> written)
  end

  defp escape(rest, _quote, _limit, _fun, acc), do: {acc, rest}

  defp less(:infinity), do: :infinity
  defp less(limit), do: limit - 1
end
