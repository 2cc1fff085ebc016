defmodule Logger.Format do
  @moduledoc false

  # Formats of `:io_lib` with Erlang's terms shown as Elixir's: `~p` and `~w` become strings that were inspected.

  @doc false
  def inspected(format, args, options \\ [])
  def inspected(format, args, options) when is_atom(format), do: inspected(Atom.to_charlist(format), args, options)
  def inspected(format, args, options) when is_binary(format), do: inspected(String.to_charlist(format), args, options)

  def inspected(format, args, options) when is_list(args) do
    {pieces, args} = walk(format, args, options, [], [])
    {pieces, args}
  end

  def inspected(format, argument, options), do: inspected(format, [argument], options)

  defp walk([], args, _options, format, done), do: {:lists.reverse(format), :lists.reverse(done, args)}

  defp walk([?~ | rest], args, options, format, done) do
    {modifiers, [directive | rest]} = modifiers(rest, [])

    case {directive, args} do
      {letter, _} when letter in ~c"n~" ->
        walk(rest, args, options, [letter, ?~ | format], done)

      {letter, [term | args]} when letter in ~c"pw" ->
        walk(rest, args, options, [?s, ?t, ?~ | format], [text(letter, term, options) | done])

      {letter, [term, _depth | args]} when letter in ~c"PW" ->
        walk(rest, args, options, [?s, ?t, ?~ | format], [text(letter, term, options) | done])

      {?s, [text | args]} ->
        walk(rest, args, options, [?s, ?t, ?~ | format], [text | done])

      {letter, [term | args]} ->
        walk(rest, args, options, [letter | modifiers] ++ [?~ | format], [term | done])

      {letter, []} ->
        walk(rest, [], options, [letter | modifiers] ++ [?~ | format], done)
    end
  end

  defp walk([char | rest], args, options, format, done), do: walk(rest, args, options, [char | format], done)

  # Width, padding and the like, backwards.
  defp modifiers([char | rest], found) when char in ~c"0123456789.*-+tlk", do: modifiers(rest, [char | found])
  defp modifiers(rest, found), do: {found, rest}

  defp text(letter, term, options) when letter in ~c"wW", do: inspect(term, [width: :infinity] ++ options)
  defp text(_letter, term, options), do: inspect(term, [pretty: true] ++ options)
end
