defmodule :string do
  @moduledoc """
  Text under the names that Erlang programs know. `String` is the module for Elixir programs.

  The functions take binaries in UTF-8 or (nested) lists of characters; what they return is of the kind that they got.
  Those in the last section are older: they know flat lists only and count from one.
  """

  import Kernel, except: [length: 1, to_charlist: 1]

  # Work is done on binaries. `like/2` gives the answer the form of the question.
  defp text(chars) when is_binary(chars), do: chars

  defp text(chars) do
    case :unicode.characters_to_binary(chars) do
      text when is_binary(text) -> text
      _ -> :erlang.error({:badarg, chars})
    end
  end

  defp like(question, text) when is_binary(question), do: text
  defp like(_, text), do: :unicode.characters_to_list(text)

  @doc "Whether there is no character."
  def is_empty(chars), do: text(chars) == ""

  @doc "The number of graphemes."
  def length(chars), do: String.length(text(chars))

  @doc "The list of graphemes: characters, or lists of characters where one has several."
  def to_graphemes(chars) do
    for grapheme <- String.graphemes(text(chars)) do
      case :unicode.characters_to_list(grapheme) do
        [char] -> char
        several -> several
      end
    end
  end

  @doc "Whether two texts have the same characters."
  def equal(a, b), do: text(a) == text(b)

  @doc "As `equal/2`, taking upper and lower case for the same if `ignore_case` says so."
  def equal(a, b, false), do: equal(a, b)
  def equal(a, b, true), do: text(casefold(a)) == text(casefold(b))

  @doc "As `equal/3`, after normalisation to a form."
  def equal(a, b, ignore_case, :none), do: equal(a, b, ignore_case)

  def equal(a, b, ignore_case, form) do
    equal(String.normalize(text(a), form), String.normalize(text(b), form), ignore_case)
  end

  @doc "The graphemes in reverse order, as a list."
  def reverse(chars), do: :lists.reverse(to_graphemes(chars))

  @doc "The text from grapheme `start` on."
  def slice(chars, start), do: like(chars, text(chars) |> String.split_at(start) |> elem(1))

  @doc "`length` graphemes from `start` on."
  def slice(chars, start, :infinity), do: slice(chars, start)
  def slice(chars, start, length), do: like(chars, String.slice(text(chars), start, length))

  @doc "Fills up with spaces at the end to `length` graphemes."
  def pad(chars, length), do: pad(chars, length, :trailing, ?\s)

  @doc "Fills up with spaces at an end, or `:both`."
  def pad(chars, length, where), do: pad(chars, length, where, ?\s)

  @doc "Fills up with a character at an end, or `:both`."
  def pad(chars, length, where, char) do
    missing = max(length - :string.length(chars), 0)

    case where do
      :leading -> [:lists.duplicate(missing, char), chars]
      :trailing -> [chars | :lists.duplicate(missing, char)]
      :both -> [:lists.duplicate(div(missing, 2), char), chars | :lists.duplicate(div(missing + 1, 2), char)]
    end
  end

  @white_space [?\s, ?\n, ?\r, ?\t, ?\v, ?\f, 0x85, 0x200E, 0x200F, 0x2028, 0x2029, ~c"\r\n"]

  @doc "Removes white space at both ends."
  def trim(chars), do: trim(chars, :both, @white_space)

  @doc "Removes white space at an end."
  def trim(chars, where), do: trim(chars, where, @white_space)

  @doc "Removes some characters at an end."
  def trim(chars, where, set) do
    graphemes = String.graphemes(text(chars))
    set = for item <- set, do: text([item])
    graphemes = if where in [:leading, :both], do: Enum.drop_while(graphemes, &(&1 in set)), else: graphemes

    graphemes =
      if where in [:trailing, :both] do
        graphemes |> :lists.reverse() |> Enum.drop_while(&(&1 in set)) |> :lists.reverse()
      else
        graphemes
      end

    like(chars, :erlang.iolist_to_binary(graphemes))
  end

  @doc "Without a closing line feed, or several, or carriage return and line feed."
  def chomp(chars) do
    text = text(chars)

    case String.replace_suffix(text, "\r\n", "") do
      ^text ->
        case String.replace_suffix(text, "\n", "") do
          ^text -> chars
          shorter -> like(chars, shorter) |> chomp()
        end

      shorter ->
        like(chars, shorter) |> chomp()
    end
  end

  @doc "Splits after the leading characters that belong to a set."
  def take(chars, set), do: take(chars, set, false, :leading)

  @doc "As `take/2`; with `complement` true, characters that don't belong to the set."
  def take(chars, set, complement), do: take(chars, set, complement, :leading)

  @doc "As `take/3`, at the start or at the end."
  def take(chars, set, complement, where) do
    set = for item <- set, do: text([item])
    graphemes = String.graphemes(text(chars))
    taken? = fn grapheme -> grapheme in set != complement end

    {first, second} =
      case where do
        :leading ->
          Enum.split_while(graphemes, taken?)

        :trailing ->
          {tail, head} = graphemes |> :lists.reverse() |> Enum.split_while(taken?)
          {:lists.reverse(head), :lists.reverse(tail)}
      end

    {like(chars, :erlang.iolist_to_binary(first)), like(chars, :erlang.iolist_to_binary(second))}
  end

  @doc "Upper case."
  def uppercase(chars), do: like(chars, String.upcase(text(chars)))

  @doc "Lower case."
  def lowercase(chars), do: like(chars, String.downcase(text(chars)))

  @doc "The first character in title case, the others as they are."
  def titlecase(chars) do
    case String.next_grapheme(text(chars)) do
      nil -> chars
      {first, rest} -> like(chars, String.capitalize(first) <> rest)
    end
  end

  @doc "A form for comparing without regard to case."
  def casefold(chars), do: like(chars, for(<<char::utf8 <- text(chars)>>, into: "", do: folded(char)))

  # Texts are folded to small letters, but for the sharp s that has a capital, the i that has no dot, and Cherokee, whose small
  # letters are younger.
  defp folded(0x1E9E), do: "ss"
  defp folded(0x131), do: <<0x131::utf8>>
  defp folded(char) when char in 0x13A0..0x13F5, do: <<char::utf8>>
  defp folded(char) when char in 0x13F8..0x13FD, do: <<char - 8::utf8>>
  defp folded(char) when char in 0xAB70..0xABBF, do: <<char - 0x97D0::utf8>>
  defp folded(char), do: <<char::utf8>> |> String.upcase() |> String.downcase()

  @doc "What follows a prefix, or `:nomatch`."
  def prefix(chars, prefix) do
    text = text(chars)
    prefix = text(prefix)
    if String.starts_with?(text, prefix), do: like(chars, String.replace_prefix(text, prefix, "")), else: :nomatch
  end

  @doc "Splits in two at the first match."
  def split(chars, pattern), do: split(chars, pattern, :leading)

  @doc "Splits at the first match (`:leading`), the last (`:trailing`) or `:all`."
  def split(chars, pattern, where) do
    text = text(chars)
    pattern = text(pattern)

    parts =
      case {pattern, where} do
        {"", _} -> [text]
        {_, :leading} -> :binary.split(text, pattern)
        {_, :all} -> :binary.split(text, pattern, [:global])
        {_, :trailing} -> split_last(text, pattern)
      end

    for part <- parts, do: like(chars, part)
  end

  defp split_last(text, pattern) do
    case :binary.matches(text, pattern) do
      [] ->
        [text]

      matches ->
        {at, size} = :lists.last(matches)
        <<head::binary-size(at), _::binary-size(size), tail::binary>> = text
        [head, tail]
    end
  end

  @doc "Replaces the first match; gives the parts with the replacement between them."
  def replace(chars, pattern, replacement), do: replace(chars, pattern, replacement, :leading)

  @doc "Replaces the first match, the last one or all."
  def replace(chars, pattern, replacement, where), do: :lists.join(replacement, split(chars, pattern, where))

  @doc "The text from the first match on, or `:nomatch`."
  def find(chars, pattern), do: find(chars, pattern, :leading)

  @doc "The text from the first or last match on, or `:nomatch`."
  def find(chars, "", _), do: chars
  def find(chars, [], _), do: chars

  def find(chars, pattern, where) do
    text = text(chars)

    case :binary.matches(text, text(pattern)) do
      [] ->
        :nomatch

      matches ->
        {at, _} = if where == :leading, do: hd(matches), else: :lists.last(matches)
        like(chars, :erlang.binary_part(text, at, byte_size(text) - at))
    end
  end

  @doc "The parts between separator characters; empty ones are left out."
  def lexemes(chars, separators) do
    set = for item <- separators, do: text([item])
    parts = lexeme_parts(String.graphemes(text(chars)), set, [], [])
    for part <- parts, do: like(chars, part)
  end

  defp lexeme_parts([grapheme | rest], set, part, acc) do
    if grapheme in set do
      lexeme_parts(rest, set, [], close_part(part, acc))
    else
      lexeme_parts(rest, set, [part | grapheme], acc)
    end
  end

  defp lexeme_parts([], _, part, acc), do: :lists.reverse(close_part(part, acc))

  defp close_part([], acc), do: acc
  defp close_part(part, acc), do: [:erlang.iolist_to_binary(part) | acc]

  @doc "The `n`th of `lexemes/2`, counted from one."
  def nth_lexeme(chars, n, separators), do: :lists.nth(n, lexemes(chars, separators))

  @doc "The first code point and the rest."
  def next_codepoint(chars) do
    case text(chars) do
      <<char::utf8, rest::binary>> -> [char | if(is_binary(chars), do: rest, else: like(chars, rest))]
      "" -> []
      bytes -> {:error, bytes}
    end
  end

  @doc "The first grapheme and the rest."
  def next_grapheme(chars) do
    case String.next_grapheme(text(chars)) do
      nil ->
        []

      {grapheme, rest} ->
        first =
          case :unicode.characters_to_list(grapheme) do
            [char] -> char
            several -> several
          end

        [first | like(chars, rest)]
    end
  end

  @doc "Reads an integer from the start: `{integer, rest}` or `{:error, reason}`."
  def to_integer(chars) do
    case Integer.parse(text(chars)) do
      {integer, rest} -> {integer, like(chars, rest)}
      :error -> {:error, :no_integer}
    end
  end

  @doc "Reads a float from the start: `{float, rest}` or `{:error, reason}`."
  def to_float(chars) do
    text = text(chars)

    with {_, rest} <- Float.parse(text),
         number = :erlang.binary_part(text, 0, byte_size(text) - byte_size(rest)),
         true <- :binary.match(number, ".") != :nomatch do
      {elem(Float.parse(number), 0), like(chars, rest)}
    else
      _ -> {:error, :no_float}
    end
  end

  # ## Flat lists, positions from one

  @doc "Two lists in one."
  def concat(a, b), do: a ++ b

  @doc "A character or a text, `n` times."
  def chars(char, n), do: :lists.duplicate(n, char)

  @doc "As `chars/2`, with a tail."
  def chars(char, n, tail), do: :lists.duplicate(n, char) ++ tail

  @doc "A text `n` times."
  def copies(chars, n), do: :lists.append(:lists.duplicate(n, chars))

  @doc """
  The number of elements of a list.

      iex> :string.len(~c"cat")
      3

  """
  def len(chars) when is_list(chars), do: Kernel.length(chars)

  @doc "The position of a character, 0 if it does not occur."
  def chr(chars, char), do: position(chars, char, 1)

  defp position([char | _], char, at), do: at
  defp position([_ | rest], char, at), do: position(rest, char, at + 1)
  defp position([], _, _), do: 0

  @doc "The last position of a character, 0 if it does not occur."
  def rchr(chars, char), do: last_position(chars, char, 1, 0)

  defp last_position([char | rest], char, at, _), do: last_position(rest, char, at + 1, at)
  defp last_position([_ | rest], char, at, found), do: last_position(rest, char, at + 1, found)
  defp last_position([], _, _, found), do: found

  @doc "The position of a text in another, 0 if it does not occur."
  def str(chars, sub), do: sub_position(chars, sub, 1, :first)

  @doc "The last position of a text in another, 0 if it does not occur."
  def rstr(chars, sub), do: sub_position(chars, sub, 1, :last)

  defp sub_position([], _, _, _), do: 0

  defp sub_position([_ | rest] = chars, sub, at, which) do
    here = :lists.prefix(sub, chars)

    case {here, which} do
      {true, :first} -> at
      {true, :last} -> max(at, sub_position(rest, sub, at + 1, which))
      _ -> sub_position(rest, sub, at + 1, which)
    end
  end

  @doc "How many characters at the start belong to a set."
  def span(chars, set), do: chars |> Enum.take_while(&(&1 in set)) |> Kernel.length()

  @doc "How many characters at the start don't belong to a set."
  def cspan(chars, set), do: chars |> Enum.take_while(&(&1 not in set)) |> Kernel.length()

  @doc "The text from a position on."
  def substr(chars, start), do: :lists.nthtail(start - 1, chars)

  @doc "`length` characters from a position on."
  def substr(chars, start, length), do: :lists.sublist(chars, start, length)

  @doc "The text from a position on."
  def sub_string(chars, start), do: substr(chars, start)

  @doc "The text from one position to another."
  def sub_string(chars, start, stop), do: substr(chars, start, stop - start + 1)

  @doc "The parts between separator characters."
  def tokens(chars, separators), do: lexemes(chars, separators)

  @doc "The texts with a separator between them, as one."
  def join(list, separator), do: :lists.append(:lists.join(separator, list))

  @doc "The number of words."
  def words(chars), do: words(chars, ?\s)

  @doc "The number of words between separator characters."
  def words(chars, separator), do: max(Kernel.length(lexemes(chars, [separator])), 1)

  @doc "The `n`th word."
  def sub_word(chars, n), do: sub_word(chars, n, ?\s)

  @doc "The `n`th word between separator characters."
  def sub_word(chars, n, separator), do: chars |> lexemes([separator]) |> Enum.at(n - 1, [])

  @doc "Without spaces at both ends."
  def strip(chars), do: strip(chars, :both, ?\s)

  @doc "Without spaces at an end: `:left`, `:right` or `:both`."
  def strip(chars, where), do: strip(chars, where, ?\s)

  @doc "Without a character at an end."
  def strip(chars, :left, char), do: trim(chars, :leading, [char])
  def strip(chars, :right, char), do: trim(chars, :trailing, [char])
  def strip(chars, :both, char), do: trim(chars, :both, [char])

  @doc "Cut or filled with spaces to a length, text at the left."
  def left(chars, length), do: left(chars, length, ?\s)

  @doc "Cut or filled with a character to a length, text at the left."
  def left(chars, length, char) do
    chars = Enum.take(chars, length)
    chars ++ :lists.duplicate(length - Kernel.length(chars), char)
  end

  @doc "Cut or filled with spaces to a length, text at the right."
  def right(chars, length), do: right(chars, length, ?\s)

  @doc "Cut or filled with a character to a length, text at the right."
  def right(chars, length, char) do
    chars = Enum.take(chars, -length)
    :lists.duplicate(length - Kernel.length(chars), char) ++ chars
  end

  @doc "Cut or filled with spaces to a length, text in the middle."
  def centre(chars, length), do: centre(chars, length, ?\s)

  @doc "Cut or filled with a character to a length, text in the middle."
  def centre(_, 0, _), do: []

  def centre(chars, length, char) do
    missing = length - Kernel.length(chars)

    if missing >= 0 do
      before = div(missing, 2)
      :lists.duplicate(before, char) ++ chars ++ :lists.duplicate(missing - before, char)
    else
      :lists.sublist(chars, div(-missing, 2) + 1, length)
    end
  end

  @doc "A to Z and the letters of Latin-1 in lower case."
  def to_lower(char) when is_integer(char), do: latin_case(char, ?A..?Z, 0xC0..0xDE, 0xD7, 32)
  def to_lower(chars), do: for(char <- chars, do: to_lower(char))

  @doc "a to z and the letters of Latin-1 in upper case."
  def to_upper(char) when is_integer(char), do: latin_case(char, ?a..?z, 0xE0..0xFE, 0xF7, -32)
  def to_upper(chars), do: for(char <- chars, do: to_upper(char))

  defp latin_case(char, ascii, latin, sign, by) do
    if char != sign and (char in ascii or char in latin), do: char + by, else: char
  end
end
