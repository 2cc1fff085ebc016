# This file is long because String has many functions, each a few lines around a native and its document.

defmodule String do
  @moduledoc ~S"""
  Text in UTF-8.

  A string is a binary whose bytes are taken for UTF-8. Three views of it matter:

    * bytes: `byte_size/1` and pattern matching on binaries; constant time
    * code points, the numbers of Unicode: `codepoints/1`, `next_codepoint/1`
    * graphemes, what readers call characters: `graphemes/1`, `length/1`, `slice/3`; one grapheme may be several code
      points

          iex> cafe = "cafe\u0301"
          iex> {byte_size(cafe), length(String.codepoints(cafe)), String.length(cafe)}
          {6, 5, 4}

  Positions and lengths in this module count graphemes, so finding them takes time in proportion to the string. Searching
  and splitting work on bytes and are fast; since UTF-8 is self-synchronizing the results are never torn characters.

  A byte that is no valid UTF-8 counts as a code point and grapheme of its own. Nothing here checks validity unless it
  says so; see `valid?/1` and `replace_invalid/2`.

  ## Patterns

  `split/3`, `contains?/2`, `replace/4` and others search for a *pattern*: a string, a list of strings (any of them), or
  what `:binary.compile_pattern/1` makes of either, which pays off when one pattern is used many times.
  """

  import Kernel, except: [length: 1, match?: 2, to_charlist: 1]

  @type t :: binary
  @type codepoint :: t
  @type grapheme :: t
  @type pattern :: t | [nonempty_binary] | (compiled_search_pattern :: :binary.cp())

  @conditional_mappings [:greek, :turkic]

  # ## Checks

  @doc """
  Tells whether the string consists of characters that can be shown, white space included.

  With a `character_limit` only that many characters are looked at.

  ## Examples

      iex> String.printable?("tab\\tand ünïcode")
      true
      iex> String.printable?("null \\0")
      false
      iex> String.printable?("null \\0", 4)
      true

  """
  @spec printable?(t, 0) :: true
  @spec printable?(t, pos_integer | :infinity) :: boolean
  def printable?(string, character_limit \\ :infinity)
      when is_binary(string) and
             (character_limit == :infinity or (is_integer(character_limit) and character_limit >= 0)) do
    :jovial_string.printable(string, character_limit)
  end

  @doc """
  Tells whether all bytes form valid UTF-8.

  The `algorithm` is `:default` or `:fast_ascii`; both give the same answer.

  ## Examples

      iex> String.valid?("grün")
      true
      iex> String.valid?("gr" <> <<0xFC>> <> "n")
      false

  """
  @spec valid?(t, :default | :fast_ascii) :: boolean
  def valid?(string, algorithm \\ :default)

  def valid?(string, algorithm) when is_binary(string) and algorithm in [:default, :fast_ascii] do
    :jovial_string.valid(string)
  end

  @doc false
  @deprecated "Use String.valid?/1 instead"
  def valid_character?(string) do
    case string do
      <<_::utf8>> when is_binary(string) -> true
      _ -> false
    end
  end

  @doc """
  Tells whether two strings are the same text, in whatever way their accents are composed.

  ## Examples

      iex> String.equivalent?("é", "e\\u0301")
      true
      iex> String.equivalent?("é", "e")
      false

  """
  @spec equivalent?(t, t) :: boolean
  def equivalent?(string1, string2) when is_binary(string1) and is_binary(string2) do
    string1 == string2 or normalize(string1, :nfd) == normalize(string2, :nfd)
  end

  @doc """
  Tells whether the string starts with `prefix`, or with one of a list of prefixes.

  ## Examples

      iex> String.starts_with?("jupyter", "ju")
      true
      iex> String.starts_with?("jupyter", ["mars", "jup"])
      true
      iex> String.starts_with?("jupyter", [])
      false

  """
  @spec starts_with?(t, t | [t]) :: boolean
  def starts_with?(string, prefix)

  def starts_with?(string, prefix) when is_binary(string) and is_binary(prefix), do: prefix?(string, prefix)

  def starts_with?(string, prefixes) when is_binary(string) and is_list(prefixes) do
    :lists.any(&prefix?(string, &1), prefixes)
  end

  defp prefix?(string, prefix) when is_binary(prefix) do
    size = byte_size(prefix)

    case string do
      <<^prefix::binary-size(size), _::binary>> -> true
      _ -> false
    end
  end

  @doc """
  Tells whether the string ends with `suffix`, or with one of a list of suffixes.

  ## Examples

      iex> String.ends_with?("notes.livemd", ".livemd")
      true
      iex> String.ends_with?("notes.livemd", [".md", ".txt"])
      false

  """
  @spec ends_with?(t, t | [t]) :: boolean
  def ends_with?(string, suffix)

  def ends_with?(string, suffix) when is_binary(string) and is_binary(suffix), do: suffix?(string, suffix)

  def ends_with?(string, suffixes) when is_binary(string) and is_list(suffixes) do
    :lists.any(&suffix?(string, &1), suffixes)
  end

  defp suffix?(string, suffix) when is_binary(suffix) do
    before = byte_size(string) - byte_size(suffix)
    before >= 0 and :erlang.binary_part(string, before, byte_size(suffix)) == suffix
  end

  @doc """
  Tells whether a regular expression matches somewhere in the string.

  ## Examples

      iex> String.match?("room 12", ~r/[0-9]+/)
      true
      iex> String.match?("hall", ~r/[0-9]+/)
      false

  """
  @spec match?(t, Regex.t()) :: boolean
  def match?(string, regex) when is_binary(string), do: Regex.match?(regex, string)

  @doc """
  Tells whether a pattern occurs in the string.

  The empty string occurs everywhere; an empty list of patterns nowhere.

  ## Examples

      iex> String.contains?("one two three", "two")
      true
      iex> String.contains?("one two three", ["four", "three"])
      true
      iex> String.contains?("one two three", "")
      true
      iex> String.contains?("one two three", [])
      false

  """
  @spec contains?(t, [t] | pattern) :: boolean
  def contains?(string, contents) when is_binary(string) and is_list(contents) do
    case contents do
      [] -> false
      _ -> "" in contents or :binary.match(string, contents) != :nomatch
    end
  end

  def contains?(string, contents) when is_binary(string) do
    contents == "" or :binary.match(string, contents) != :nomatch
  end

  # ## Parts

  @doc """
  Splits at white space, dropping it.

  No-break spaces don't count as places to split.

  ## Examples

      iex> String.split("  to be\\tor\\n not ")
      ["to", "be", "or", "not"]

  """
  @spec split(t) :: [t]
  def split(binary) when is_binary(binary), do: :jovial_string.split_whitespace(binary)

  @doc ~S"""
  Splits at each place where a pattern matches.

  The pattern may also be a regular expression. With the pattern `""` the string falls into its graphemes, with an empty
  string before the first and after the last.

  Options:

    * `:parts` - the largest number of parts to make, `:infinity` by default
    * `:trim` - whether to leave out empty parts, `false` by default

  With a regular expression those of `Regex.split/3` are understood as well.

  ## Examples

      iex> String.split("a,b;c", ",")
      ["a", "b;c"]
      iex> String.split("a,b;c", [",", ";"])
      ["a", "b", "c"]
      iex> String.split("a,b,c", ",", parts: 2)
      ["a", "b,c"]
      iex> String.split(",a,,b", ",", trim: true)
      ["a", "b"]
      iex> String.split("a1b22c", ~r/\d+/)
      ["a", "b", "c"]
      iex> String.split("né", "")
      ["", "n", "é", ""]

  """
  @spec split(t, pattern | Regex.t(), keyword) :: [t]
  def split(string, pattern, options \\ [])

  def split(string, %Regex{} = pattern, options) when is_binary(string) and is_list(options) do
    Regex.split(pattern, string, options)
  end

  def split(string, "", options) when is_binary(string) and is_list(options) do
    parts = Keyword.get(options, :parts, :infinity)
    trim? = Keyword.get(options, :trim, false)
    split_graphemes(string, parts, trim?)
  end

  def split(string, [], options) when is_binary(string) and is_list(options) do
    if string == "" and Keyword.get(options, :trim, false), do: [], else: [string]
  end

  def split(string, pattern, []) when is_binary(string), do: :binary.split(string, pattern, [:global])

  def split(string, pattern, options) when is_binary(string) and is_list(options) do
    parts = Keyword.get(options, :parts, :infinity)
    trim? = Keyword.get(options, :trim, false)

    case parts do
      :infinity when trim? -> :binary.split(string, pattern, [:global, :trim_all])
      :infinity -> :binary.split(string, pattern, [:global])
      count when is_integer(count) and count > 0 -> split_some(string, pattern, count, trim?)
    end
  end

  defp split_some("", _, _, true), do: []
  defp split_some(string, _, 1, _), do: [string]

  defp split_some(string, pattern, count, trim?) do
    case :binary.split(string, pattern) do
      ["", rest] when trim? -> split_some(rest, pattern, count, trim?)
      [part, rest] -> [part | split_some(rest, pattern, count - 1, trim?)]
      [_] -> [string]
    end
  end

  defp split_graphemes(string, :infinity, true), do: graphemes(string)
  defp split_graphemes(string, :infinity, _), do: ["" | graphemes(string)] ++ [""]
  defp split_graphemes(string, parts, trim?) when parts > 0 and trim? != true, do: ["" | first_graphemes(string, parts - 1, false)] |> cut(parts, string)
  defp split_graphemes(string, parts, true) when parts > 0, do: first_graphemes(string, parts, true)

  # `parts` counts the leading empty part, so one part is the whole string.
  defp cut(_, 1, string), do: [string]
  defp cut(list, _, _), do: list

  defp first_graphemes("", _, trim?), do: if(trim?, do: [], else: [""])
  defp first_graphemes(string, 1, _), do: [string]

  defp first_graphemes(string, count, trim?) do
    {first, rest} = :jovial_string.next_grapheme(string)
    [first | first_graphemes(rest, count - 1, trim?)]
  end

  @doc """
  As `split/3`, but the parts come one by one as an enumerable.

  Takes the option `:trim`. Good for large strings of which only some parts are needed.

  ## Examples

      iex> "a b c" |> String.splitter(" ") |> Enum.take(2)
      ["a", "b"]
      iex> "ab" |> String.splitter("", trim: true) |> Enum.to_list()
      ["a", "b"]

  """
  @spec splitter(t, pattern, keyword) :: Enumerable.t()
  def splitter(string, pattern, options \\ [])

  def splitter(string, "", options) when is_binary(string) do
    if Keyword.get(options, :trim, false) do
      &next_part(string, fn string -> next_grapheme(string) end, &1, &2)
    else
      &next_part({:start, string}, fn state -> padded_grapheme(state) end, &1, &2)
    end
  end

  def splitter(string, [], options) when is_binary(string) do
    if string == "" and Keyword.get(options, :trim, false), do: [], else: [string]
  end

  def splitter(string, pattern, options) when is_binary(string) and is_list(options) do
    pattern = if is_tuple(pattern), do: pattern, else: :binary.compile_pattern(pattern)
    trim? = Keyword.get(options, :trim, false)
    &next_part(string, fn rest -> cut_part(rest, pattern, trim?) end, &1, &2)
  end

  # An enumerable from a function that gives `{part, state}` or `nil`.
  defp next_part(state, step, {:suspend, acc}, fun), do: {:suspended, acc, &next_part(state, step, &1, fun)}
  defp next_part(_state, _step, {:halt, acc}, _fun), do: {:halted, acc}

  defp next_part(state, step, {:cont, acc}, fun) do
    case step.(state) do
      nil -> {:done, acc}
      {part, state} -> next_part(state, step, fun.(part, acc), fun)
    end
  end

  defp padded_grapheme({:start, string}), do: {"", string}
  defp padded_grapheme(:end), do: nil
  defp padded_grapheme(string), do: next_grapheme(string) || {"", :end}

  defp cut_part(:end, _, _), do: nil

  defp cut_part(rest, pattern, trim?) do
    case :binary.split(rest, pattern) do
      ["", rest] when trim? -> cut_part(rest, pattern, trim?)
      [""] when trim? -> nil
      [part, rest] -> {part, rest}
      [part] -> {part, :end}
    end
  end

  @doc """
  Splits in two at a grapheme position; a negative one counts from the end.

  ## Examples

      iex> String.split_at("daylight", 3)
      {"day", "light"}
      iex> String.split_at("daylight", -5)
      {"day", "light"}
      iex> String.split_at("day", 10)
      {"day", ""}

  """
  @spec split_at(t, integer) :: {t, t}
  def split_at(string, position)

  def split_at(string, position) when is_binary(string) and is_integer(position) and position >= 0 do
    split_bytes(string, byte_offset(string, position))
  end

  def split_at(string, position) when is_binary(string) and is_integer(position) do
    split_bytes(string, byte_offset(string, max(length(string) + position, 0)))
  end

  defp split_bytes(string, size) do
    <<left::binary-size(size), right::binary>> = string
    {left, right}
  end

  defp byte_offset(string, graphemes), do: elem(:jovial_string.grapheme_offset(string, graphemes), 0)

  @doc """
  The list of graphemes.

  ## Examples

      iex> String.graphemes("añb")
      ["a", "ñ", "b"]
      iex> String.graphemes("n\\u0303")
      ["n\\u0303"]

  """
  @spec graphemes(t) :: [grapheme]
  def graphemes(string) when is_binary(string), do: :jovial_string.graphemes(string)

  @doc """
  The first grapheme and the rest, or `nil` for an empty string.

  ## Examples

      iex> String.next_grapheme("äx")
      {"ä", "x"}
      iex> String.next_grapheme("")
      nil

  """
  @spec next_grapheme(t) :: {grapheme, t} | nil
  def next_grapheme(string) when is_binary(string), do: :jovial_string.next_grapheme(string)

  @doc """
  The number of bytes of the first grapheme, and the rest of the string.

  ## Examples

      iex> String.next_grapheme_size("éa")
      {2, "a"}
      iex> String.next_grapheme_size("")
      nil

  """
  @doc deprecated: "Use String.next_grapheme/1 instead"
  @spec next_grapheme_size(t) :: {pos_integer, t} | nil
  def next_grapheme_size(string) when is_binary(string) do
    case :jovial_string.next_grapheme(string) do
      nil -> nil
      {grapheme, rest} -> {byte_size(grapheme), rest}
    end
  end

  @doc """
  The first grapheme, or `nil` for an empty string.

  ## Examples

      iex> String.first("élan")
      "é"
      iex> String.first("")
      nil

  """
  @spec first(t) :: grapheme | nil
  def first(string) when is_binary(string) do
    case :jovial_string.next_grapheme(string) do
      nil -> nil
      {grapheme, _} -> grapheme
    end
  end

  @doc """
  The last grapheme, or `nil` for an empty string.

  ## Examples

      iex> String.last("menú")
      "ú"
      iex> String.last("")
      nil

  """
  @spec last(t) :: grapheme | nil
  def last(""), do: nil

  def last(string) when is_binary(string) do
    {_, grapheme} = split_bytes(string, byte_offset(string, length(string) - 1))
    grapheme
  end

  @doc """
  The number of graphemes.

  ## Examples

      iex> String.length("año")
      3
      iex> String.length("n\\u0303")
      1

  """
  @spec length(t) :: non_neg_integer
  def length(string) when is_binary(string), do: :jovial_string.length(string)

  @doc """
  The list of code points, each as a string.

  ## Examples

      iex> String.codepoints("ab")
      ["a", "b"]
      iex> String.codepoints("n\\u0303")
      ["n", "\\u0303"]

  """
  @spec codepoints(t) :: [codepoint]
  def codepoints(string)
  def codepoints(<<char::utf8, rest::binary>>), do: [<<char::utf8>> | codepoints(rest)]
  def codepoints(<<byte, rest::binary>>), do: [<<byte>> | codepoints(rest)]
  def codepoints(""), do: []

  @doc """
  The first code point and the rest, or `nil` for an empty string.

  ## Examples

      iex> String.next_codepoint("n\\u0303o")
      {"n", "\\u0303o"}
      iex> String.next_codepoint(<<0xFF, ?a>>)
      {<<0xFF>>, "a"}

  """
  @spec next_codepoint(t) :: {codepoint, t} | nil
  def next_codepoint(string)
  def next_codepoint(<<char::utf8, rest::binary>>), do: {<<char::utf8>>, rest}
  def next_codepoint(<<byte, rest::binary>>), do: {<<byte>>, rest}
  def next_codepoint(<<>>), do: nil

  @doc """
  The grapheme at a position, or `nil` if the string is too short. Negative positions count from the end.

  ## Examples

      iex> String.at("olé", 2)
      "é"
      iex> String.at("olé", -3)
      "o"
      iex> String.at("olé", 3)
      nil

  """
  @spec at(t, integer) :: grapheme | nil
  def at(string, position) when is_binary(string) and is_integer(position) and position >= 0 do
    case :jovial_string.grapheme_offset(string, position) do
      {offset, 0} ->
        {_, rest} = split_bytes(string, offset)
        first(rest)

      _ ->
        nil
    end
  end

  def at(string, position) when is_binary(string) and is_integer(position) do
    position = length(string) + position
    if position >= 0, do: at(string, position), else: nil
  end

  @doc """
  The `length` graphemes from `start` on; a negative `start` counts from the end.

  Past the end there is nothing: the result is shorter or empty.

  ## Examples

      iex> String.slice("notebook", 4, 3)
      "boo"
      iex> String.slice("notebook", -4, 2)
      "bo"
      iex> String.slice("notebook", 6, 10)
      "ok"
      iex> String.slice("notebook", 10, 2)
      ""

  """
  @spec slice(t, integer, non_neg_integer) :: grapheme
  def slice(string, start, length)
      when is_binary(string) and is_integer(start) and is_integer(length) and length >= 0 do
    cond do
      length == 0 -> ""
      start >= 0 -> sliced(string, start, length)
      true -> sliced(string, max(length(string) + start, 0), length)
    end
  end

  defp sliced(string, start, length) do
    {_, rest} = split_bytes(string, byte_offset(string, start))
    {part, _} = split_bytes(rest, byte_offset(rest, length))
    part
  end

  @doc """
  The graphemes at the positions in a range. Negative ones count from the end.

  ## Examples

      iex> String.slice("notebook", 4..7)
      "book"
      iex> String.slice("notebook", 0..-5//1)
      "note"
      iex> String.slice("notebook", -4..-1)
      "book"
      iex> String.slice("notebook", 1..7//3)
      "obk"
      iex> String.slice("notebook", 9..12)
      ""

  """
  @spec slice(t, Range.t()) :: t
  def slice(string, first..last//step) when is_binary(string) and is_integer(first) and is_integer(last) and step > 0 do
    if first >= 0 and last >= 0 do
      stepped(sliced(string, first, max(last - first + 1, 0)), step)
    else
      size = length(string)
      first = if first >= 0, do: first, else: max(size + first, 0)
      last = if last >= 0, do: last, else: size + last
      stepped(sliced(string, first, max(last - first + 1, 0)), step)
    end
  end

  def slice(string, %{__struct__: Range, first: first, last: last, step: step} = range) when is_binary(string) and step == -1 and first > last do
    IO.warn("negative steps are not supported in String.slice/2, pass #{first}..#{last}//1 instead")
    slice(string, :maps.put(:step, 1, range))
  end

  def slice(string, %{__struct__: Range, step: step} = range) when is_binary(string) and is_integer(step) do
    raise ArgumentError,
          "String.slice/2 does not accept ranges with negative steps, got: #{inspect(range)}"
  end

  # Ranges of before there were steps.
  def slice(string, %{__struct__: Range, first: first, last: last}) when is_binary(string) do
    slice(string, first..last//if(first <= last or last < 0, do: 1, else: -1))
  end

  defp stepped(string, 1), do: string
  defp stepped(string, step), do: for({grapheme, 0} <- every(graphemes(string), 0, step), into: "", do: grapheme)

  defp every([], _, _), do: []
  defp every([head | tail], n, step), do: [{head, n} | every(tail, rem(n + 1, step), step)]

  @doc """
  The part of at most `size_bytes` bytes from byte `start_bytes` on, without tearing code points.

  A start inside of a code point moves to the next one, an end inside of one back before it. A negative start counts
  from the end. Validity is not checked beyond that.

  ## Examples

      iex> String.byte_slice("año", 0, 2)
      "a"
      iex> String.byte_slice("año", 2, 2)
      "o"
      iex> String.byte_slice("año", -1, 1)
      "o"

  """
  @spec byte_slice(t, integer, non_neg_integer) :: t
  def byte_slice(string, start_bytes, size_bytes)
      when is_binary(string) and is_integer(start_bytes) and is_integer(size_bytes) and size_bytes >= 0 do
    total = byte_size(string)
    start = if start_bytes < 0, do: max(total + start_bytes, 0), else: start_bytes

    if start >= total or size_bytes == 0 do
      ""
    else
      tail = skip_continuation(:erlang.binary_part(string, start, total - start))
      part = :erlang.binary_part(tail, 0, min(size_bytes, byte_size(tail)))
      :erlang.binary_part(part, 0, byte_size(part) - unfinished(part, byte_size(part), 1))
    end
  end

  defp skip_continuation(<<0b10::2, _::6, rest::binary>>), do: skip_continuation(rest)
  defp skip_continuation(rest), do: rest

  # How many bytes at the end are torn off a code point: a start that needs more, or continuation bytes of nothing.
  # The `count - 1` bytes at the end are continuation bytes.
  defp unfinished(part, size, count) when count <= 4 and count <= size do
    case :binary.at(part, size - count) do
      byte when byte in 0x80..0xBF and count < 4 -> unfinished(part, size, count + 1)
      byte when byte in 0xC0..0xDF -> if count < 2, do: count, else: 0
      byte when byte in 0xE0..0xEF -> if count < 3, do: count, else: 0
      byte when byte in 0xF0..0xF7 -> if count < 4, do: count, else: 0
      _ -> count - 1
    end
  end

  defp unfinished(_, _, count), do: count - 1

  @doc """
  Groups the characters into runs that share a trait or lack it.

  The trait is `:valid` (valid UTF-8) or `:printable`.

  ## Examples

      iex> String.chunk(<<?o, ?k, 0xFF, ?!>>, :valid)
      ["ok", <<0xFF>>, "!"]
      iex> String.chunk("a\\0\\0b", :printable)
      ["a", "\\0\\0", "b"]

  """
  @spec chunk(t, :valid | :printable) :: [t]
  def chunk(string, trait)
  def chunk("", trait) when trait in [:valid, :printable], do: []

  def chunk(string, trait) when is_binary(string) and trait in [:valid, :printable] do
    {char, rest} = next_codepoint(string)
    runs(rest, trait, has_trait?(char, trait), byte_size(char), string)
  end

  # `size` bytes of `string` belong to the run at hand, `rest` follows them.
  defp runs("", _, _, _, string), do: [string]

  defp runs(rest, trait, flag, size, string) do
    {char, after_char} = next_codepoint(rest)

    case has_trait?(char, trait) do
      ^flag ->
        runs(after_char, trait, flag, size + byte_size(char), string)

      other ->
        {run, tail} = split_bytes(string, size)
        [run | runs(after_char, trait, other, byte_size(char), tail)]
    end
  end

  defp has_trait?(char, :valid), do: :jovial_string.valid(char)
  defp has_trait?(char, :printable), do: :jovial_string.printable(char, :infinity)

  # ## Case and form

  @doc """
  Raises all letters to upper case.

  `mode` is `:default` (all of Unicode), `:ascii` (a to z, faster), `:greek` (as `:default`; it matters for small
  letters) or `:turkic` (`i` becomes `İ`). The result may have more characters than the string.

  ## Examples

      iex> String.upcase("straße 1")
      "STRASSE 1"
      iex> String.upcase("straße 1", :ascii)
      "STRAßE 1"
      iex> String.upcase("izmir", :turkic)
      "İZMİR"

  """
  @spec upcase(t, :default | :ascii | :greek | :turkic) :: t
  def upcase(string, mode \\ :default)
  def upcase("", _mode), do: ""

  def upcase(string, mode) when is_binary(string) and (mode in [:default, :ascii] or mode in @conditional_mappings) do
    :jovial_string.upcase(string, mode)
  end

  @doc """
  Lowers all letters to lower case.

  `mode` is `:default` (all of Unicode), `:ascii` (A to Z, faster), `:greek` (a sigma at the end of a word becomes `ς`)
  or `:turkic` (`I` becomes `ı`).

  ## Examples

      iex> String.downcase("ÀLA 3")
      "àla 3"
      iex> String.downcase("ÀLA 3", :ascii)
      "Àla 3"
      iex> String.downcase("ΛΟΓΟΣ", :greek)
      "λογος"

  """
  @spec downcase(t, :default | :ascii | :greek | :turkic) :: t
  def downcase(string, mode \\ :default)
  def downcase("", _mode), do: ""

  def downcase(string, :greek) when is_binary(string) do
    [first | rest] = :binary.split(string, "Σ", [:global])
    low = fn text -> :jovial_string.downcase(text, :default) end
    sigmas(rest, first, low.(first), low)
  end

  def downcase(string, mode) when is_binary(string) and (mode in [:default, :ascii] or mode in @conditional_mappings) do
    :jovial_string.downcase(string, mode)
  end

  # Between two parts there was a sigma: the last letter of a word, unless it is the only one. `before` is what stands before it.
  defp sigmas([], _before, lowered, _low), do: lowered

  defp sigmas([part | rest], before, lowered, low) do
    behind = if part == "" and rest != [], do: "Σ", else: part
    sigma = if letter?(reverse(before)) and not letter?(behind), do: "ς", else: "σ"
    sigmas(rest, before <> "Σ" <> part, lowered <> sigma <> low.(part), low)
  end

  # Whether a text begins with a letter that has a case, when marks that belong to words are left out.
  defp letter?(<<char::utf8, rest::binary>>) do
    text = <<char::utf8>>

    cond do
      upcase(text) != :jovial_string.downcase(text, :default) -> true
      char in [?', ?., ?:, ?^, ?`, 0xB7, 0x2019] or char in 0x300..0x36F -> letter?(rest)
      true -> false
    end
  end

  defp letter?(_text), do: false

  @doc """
  Raises the first character and lowers the others.

  The modes are those of `upcase/2`.

  ## Examples

      iex> String.capitalize("élYSÉE")
      "Élysée"
      iex> String.capitalize("ǆ")
      "ǅ"

  """
  @spec capitalize(t, :default | :ascii | :greek | :turkic) :: t
  def capitalize(string, mode \\ :default)

  def capitalize(string, mode) when is_binary(string) and (mode in [:default, :ascii] or mode in @conditional_mappings) do
    :jovial_string.capitalize(string, mode)
  end

  @doc """
  Brings the string into a normal form of Unicode.

    * `:nfd` - letters and their accents apart
    * `:nfc` - letters and their accents composed where possible
    * `:nfkd`, `:nfkc` - the same, with characters such as `ﬁ` or `²` replaced by their plain counterparts

  Bytes that are no valid UTF-8 stay as they are.

  ## Examples

      iex> String.normalize("é", :nfd) == "e\\u0301"
      true
      iex> String.normalize("e\\u0301", :nfc) == "é"
      true
      iex> String.normalize("ﬁt²", :nfkc)
      "fit2"

  """
  @spec normalize(t, :nfd | :nfc | :nfkd | :nfkc) :: t
  def normalize(string, form)

  def normalize(string, form) when is_binary(string) and form in [:nfd, :nfc, :nfkd, :nfkc] do
    :jovial_string.normalize(string, form)
  end

  @doc """
  Puts the graphemes in reverse order.

  ## Examples

      iex> String.reverse("stressed")
      "desserts"
      iex> String.reverse("n\\u0303a")
      "an\\u0303"

  """
  @spec reverse(t) :: t
  def reverse(string) when is_binary(string), do: :jovial_string.reverse(string)

  @doc """
  Repeats a string `n` times.

  ## Examples

      iex> String.duplicate("ab", 3)
      "ababab"
      iex> String.duplicate("ab", 0)
      ""

  """
  @spec duplicate(t, non_neg_integer) :: t
  def duplicate(subject, n) when is_binary(subject) and is_integer(n) and n >= 0, do: :binary.copy(subject, n)

  # ## Trimming and padding

  @doc """
  Removes white space at both ends.

  ## Examples

      iex> String.trim("\\n  in between\\u2003 ")
      "in between"

  """
  @spec trim(t) :: t
  def trim(string) when is_binary(string), do: string |> trim_leading() |> trim_trailing()

  @doc """
  Removes all copies of `to_trim` at both ends.

  ## Examples

      iex> String.trim("--dash-ed---", "-")
      "dash-ed"

  """
  @spec trim(t, t) :: t
  def trim(string, to_trim) when is_binary(string) and is_binary(to_trim) do
    string |> trim_leading(to_trim) |> trim_trailing(to_trim)
  end

  @doc """
  Removes white space at the start.

  ## Examples

      iex> String.trim_leading("\\t  x ")
      "x "

  """
  @spec trim_leading(t) :: t
  def trim_leading(string) when is_binary(string), do: :jovial_string.trim_leading(string)

  @doc """
  Removes all copies of `to_trim` at the start.

  ## Examples

      iex> String.trim_leading("0042", "0")
      "42"

  """
  @spec trim_leading(t, t) :: t
  def trim_leading(string, to_trim) when is_binary(string) and is_binary(to_trim) do
    replace_leading(string, to_trim, "")
  end

  @doc """
  Removes white space at the end.

  ## Examples

      iex> String.trim_trailing(" x \\n")
      " x"

  """
  @spec trim_trailing(t) :: t
  def trim_trailing(string) when is_binary(string), do: :jovial_string.trim_trailing(string)

  @doc """
  Removes all copies of `to_trim` at the end.

  ## Examples

      iex> String.trim_trailing("wow!!!", "!")
      "wow"

  """
  @spec trim_trailing(t, t) :: t
  def trim_trailing(string, to_trim) when is_binary(string) and is_binary(to_trim) do
    replace_trailing(string, to_trim, "")
  end

  @doc """
  Fills up at the start until the string has `count` graphemes.

  `padding` is a string whose graphemes are used in turn, or a list of strings to use in turn.

  ## Examples

      iex> String.pad_leading("7", 3)
      "  7"
      iex> String.pad_leading("7", 3, "0")
      "007"
      iex> String.pad_leading("7", 4, ["<", "-"])
      "<-<7"
      iex> String.pad_leading("long", 3)
      "long"

  """
  @spec pad_leading(t, non_neg_integer, t | [t]) :: t
  def pad_leading(string, count, padding \\ [" "])

  def pad_leading(string, count, padding) when is_binary(padding) do
    pad_leading(string, count, graphemes(padding))
  end

  def pad_leading(string, count, [_ | _] = padding) when is_binary(string) and is_integer(count) and count >= 0 do
    case filling(string, count, padding) do
      [] -> string
      filling -> :erlang.iolist_to_binary([filling | string])
    end
  end

  @doc """
  Fills up at the end until the string has `count` graphemes.

  `padding` is as for `pad_leading/3`.

  ## Examples

      iex> String.pad_trailing("id", 4) <> "|"
      "id  |"
      iex> String.pad_trailing("id", 7, "-=")
      "id-=-=-"

  """
  @spec pad_trailing(t, non_neg_integer, t | [t]) :: t
  def pad_trailing(string, count, padding \\ [" "])

  def pad_trailing(string, count, padding) when is_binary(padding) do
    pad_trailing(string, count, graphemes(padding))
  end

  def pad_trailing(string, count, [_ | _] = padding) when is_binary(string) and is_integer(count) and count >= 0 do
    case filling(string, count, padding) do
      [] -> string
      filling -> :erlang.iolist_to_binary([string | filling])
    end
  end

  defp filling(string, count, padding) do
    fill(count - length(string), padding, padding)
  end

  defp fill(missing, _, _) when missing <= 0, do: []
  defp fill(missing, [], padding), do: fill(missing, padding, padding)
  defp fill(missing, [piece | rest], padding) when is_binary(piece), do: [piece | fill(missing - 1, rest, padding)]

  defp fill(_, [other | _], _) do
    raise ArgumentError, "expected a string padding element, got: #{inspect(other)}"
  end

  # ## Replacing

  @doc ~S"""
  Replaces what matches a pattern.

  The pattern may be a regular expression too. `replacement` is a string, or a function from the matched text to a
  string. In a replacement for a regular expression `\\0` to `\\9` stand for its groups, see `Regex.replace/4`.

  Options:

    * `:global` - whether to replace all matches (`true`, the default) or the first one

  ## Examples

      iex> String.replace("1.000.000", ".", "")
      "1000000"
      iex> String.replace("a-b_c", ["-", "_"], " ")
      "a b c"
      iex> String.replace("a-b-c", "-", "+", global: false)
      "a+b-c"
      iex> String.replace("low and slow", "low", &String.upcase/1)
      "LOW and sLOW"
      iex> String.replace("11:45", ~r/(\d+):(\d+)/, "\\2 past \\1")
      "45 past 11"
      iex> String.replace("abc", "", ".")
      ".a.b.c."

  """
  @spec replace(t, pattern | Regex.t(), t | (t -> t | iodata), keyword) :: t
  def replace(subject, pattern, replacement, options \\ [])
      when is_binary(subject) and (is_binary(replacement) or is_function(replacement, 1)) and is_list(options) do
    replace_guarded(subject, pattern, replacement, options)
  end

  defp replace_guarded(subject, %{__struct__: Regex} = regex, replacement, options) do
    Regex.replace(regex, subject, replacement, options)
  end

  defp replace_guarded(subject, "", "", _), do: subject
  defp replace_guarded(subject, [], _, _), do: subject

  defp replace_guarded(subject, "", replacement, options) do
    fill = if is_binary(replacement), do: fn -> replacement end, else: fn -> replacement.("") end

    if Keyword.get(options, :global, true) do
      :erlang.iolist_to_binary([fill.() | for(grapheme <- graphemes(subject), do: [grapheme | fill.()])])
    else
      :erlang.iolist_to_binary([fill.() | subject])
    end
  end

  defp replace_guarded(subject, pattern, replacement, options) do
    case Keyword.get(options, :insert_replaced) do
      nil ->
        replace_matches(subject, pattern, replacement, Keyword.get(options, :global, true))

      position ->
        IO.warn(
          "String.replace/4 with :insert_replaced option is deprecated. Please use :binary.replace/4 instead or " <>
            "pass an anonymous function as replacement"
        )

        scope = if Keyword.get(options, :global, true), do: [:global], else: []
        :binary.replace(subject, pattern, replacement, [{:insert_replaced, position} | scope])
    end
  end

  defp replace_matches(subject, pattern, replacement, global?) do
    matches = if global?, do: :binary.matches(subject, pattern), else: List.wrap(one_match(subject, pattern))

    case matches do
      [] -> subject
      _ -> :erlang.iolist_to_binary(put_between(subject, matches, replacement, 0))
    end
  end

  defp one_match(subject, pattern) do
    case :binary.match(subject, pattern) do
      :nomatch -> nil
      match -> match
    end
  end

  defp put_between(subject, [{start, size} | rest], replacement, from) do
    put = if is_binary(replacement), do: replacement, else: replacement.(:erlang.binary_part(subject, start, size))
    [:erlang.binary_part(subject, from, start - from), put | put_between(subject, rest, replacement, start + size)]
  end

  defp put_between(subject, [], _, from), do: [:erlang.binary_part(subject, from, byte_size(subject) - from)]

  @doc """
  Replaces each copy of `match` at the start.

  ## Examples

      iex> String.replace_leading("....x.", ".", "-")
      "----x."
      iex> String.replace_leading("x", ".", "-")
      "x"

  """
  @spec replace_leading(t, t, t) :: t
  def replace_leading(string, match, replacement)
      when is_binary(string) and is_binary(match) and is_binary(replacement) do
    if match == "" do
      raise ArgumentError, "cannot use an empty string as the match to replace"
    end

    count = leading_copies(string, match, byte_size(match), 0)
    rest = :erlang.binary_part(string, count * byte_size(match), byte_size(string) - count * byte_size(match))
    <<:binary.copy(replacement, count)::binary, rest::binary>>
  end

  defp leading_copies(string, match, size, count) do
    case string do
      <<^match::binary-size(size), rest::binary>> -> leading_copies(rest, match, size, count + 1)
      _ -> count
    end
  end

  @doc """
  Replaces each copy of `match` at the end.

  ## Examples

      iex> String.replace_trailing("1.500", "0", "_")
      "1.5__"

  """
  @spec replace_trailing(t, t, t) :: t
  def replace_trailing(string, match, replacement)
      when is_binary(string) and is_binary(match) and is_binary(replacement) do
    if match == "" do
      raise ArgumentError, "cannot use an empty string as the match to replace"
    end

    kept = without_trailing(string, match, byte_size(match), byte_size(string))
    count = div(byte_size(string) - kept, byte_size(match))
    <<:erlang.binary_part(string, 0, kept)::binary, :binary.copy(replacement, count)::binary>>
  end

  defp without_trailing(string, match, size, kept) do
    if kept >= size and :erlang.binary_part(string, kept - size, size) == match do
      without_trailing(string, match, size, kept - size)
    else
      kept
    end
  end

  @doc """
  Replaces `match` at the start, once.

  ## Examples

      iex> String.replace_prefix("v1.2", "v", "version ")
      "version 1.2"
      iex> String.replace_prefix("1.2", "v", "version ")
      "1.2"

  """
  @spec replace_prefix(t, t, t) :: t
  def replace_prefix(string, match, replacement)
      when is_binary(string) and is_binary(match) and is_binary(replacement) do
    size = byte_size(match)

    case string do
      <<^match::binary-size(size), rest::binary>> -> replacement <> rest
      _ -> string
    end
  end

  @doc """
  Replaces `match` at the end, once.

  ## Examples

      iex> String.replace_suffix("report.md", ".md", ".html")
      "report.html"

  """
  @spec replace_suffix(t, t, t) :: t
  def replace_suffix(string, match, replacement)
      when is_binary(string) and is_binary(match) and is_binary(replacement) do
    if suffix?(string, match) do
      :erlang.binary_part(string, 0, byte_size(string) - byte_size(match)) <> replacement
    else
      string
    end
  end

  @doc """
  Replaces what is no valid UTF-8, by default with the replacement character U+FFFD.

  Of a code point that breaks off, all its bytes are replaced at once, as the Unicode standard recommends.

  ## Examples

      iex> String.replace_invalid("a" <> <<0xFF>> <> "b", "?")
      "a?b"
      iex> String.replace_invalid("euro: " <> <<0xE2, 0x82>>)
      "euro: \\uFFFD"

  """
  @spec replace_invalid(t, t) :: t
  def replace_invalid(bytes, replacement \\ "\uFFFD") when is_binary(bytes) and is_binary(replacement) do
    if :jovial_string.valid(bytes), do: bytes, else: mend(bytes, replacement, <<>>)
  end

  # The clauses before the last are beginnings of code points: a lead byte and all bytes that may follow it.
  defp mend(<<char::utf8, rest::binary>>, put, acc), do: mend(rest, put, <<acc::binary, char::utf8>>)

  defp mend(<<0b1110::4, i::4, 0b10::2, ii::6, rest::binary>>, put, acc)
       when (i == 0 and ii >= 0x20) or (i == 13 and ii < 0x20) or (i > 0 and i != 13) do
    mend(rest, put, <<acc::binary, put::binary>>)
  end

  defp mend(<<0b11110::5, i::3, 0b10::2, ii::6, 0b10::2, _::6, rest::binary>>, put, acc)
       when (i == 0 and ii >= 0x10) or (i == 4 and ii < 0x10) or i in 1..3 do
    mend(rest, put, <<acc::binary, put::binary>>)
  end

  defp mend(<<0b11110::5, i::3, 0b10::2, ii::6, rest::binary>>, put, acc)
       when (i == 0 and ii >= 0x10) or (i == 4 and ii < 0x10) or i in 1..3 do
    mend(rest, put, <<acc::binary, put::binary>>)
  end

  defp mend(<<_, rest::binary>>, put, acc), do: mend(rest, put, <<acc::binary, put::binary>>)
  defp mend(<<>>, _, acc), do: acc

  # ## Conversions

  @doc """
  The list of code points as integers.

  Raises `UnicodeConversionError` if the string is not valid.

  ## Examples

      iex> String.to_charlist("öl")
      [246, 108]

  """
  @spec to_charlist(t) :: charlist
  def to_charlist(string) when is_binary(string) do
    case :unicode.characters_to_list(string) do
      list when is_list(list) -> list
      {:error, encoded, rest} -> raise UnicodeConversionError, encoded: encoded, rest: rest, kind: :invalid
      {:incomplete, encoded, rest} -> raise UnicodeConversionError, encoded: encoded, rest: rest, kind: :incomplete
    end
  end

  @doc """
  The atom with this text, made if it does not exist yet.

  Atoms are never freed and their number is limited: use `to_existing_atom/1` for text from outside.

  ## Examples

      iex> String.to_atom("green")
      :green

  """
  @spec to_atom(t) :: atom
  def to_atom(string) when is_binary(string), do: :erlang.binary_to_atom(string, :utf8)

  @doc """
  The atom with this text; raises `ArgumentError` if there is none yet.

  ## Examples

      iex> _ = :green
      iex> String.to_existing_atom("green")
      :green

  """
  @spec to_existing_atom(t) :: atom
  def to_existing_atom(string) when is_binary(string), do: :erlang.binary_to_existing_atom(string, :utf8)

  @doc """
  Reads an integer; raises `ArgumentError` if the text is anything else. `Integer.parse/1` is lenient.

  ## Examples

      iex> String.to_integer("-42")
      -42

  """
  @spec to_integer(t) :: integer
  def to_integer(string) when is_binary(string), do: :erlang.binary_to_integer(string)

  @doc """
  Reads an integer written in `base`, 2 to 36.

  ## Examples

      iex> String.to_integer("ff", 16)
      255

  """
  @spec to_integer(t, 2..36) :: integer
  def to_integer(string, base) when is_binary(string) and is_integer(base), do: :erlang.binary_to_integer(string, base)

  @doc """
  Reads a float; raises `ArgumentError` if the text is anything else. `Float.parse/1` is lenient.

  ## Examples

      iex> String.to_float("2.5e-1")
      0.25

  """
  @spec to_float(t) :: float
  def to_float(string) when is_binary(string), do: :erlang.binary_to_float(string)

  # ## Similarity

  @doc """
  How many characters two strings share, whatever their order: from 0.0 (none) to 1.0 (all).

  ## Examples

      iex> String.bag_distance("listen", "silent")
      1.0
      iex> String.bag_distance("ab", "abcd")
      0.5
      iex> String.bag_distance("", "x")
      0.0

  """
  @spec bag_distance(t, t) :: float
  def bag_distance(string1, string2)
  def bag_distance("", string) when is_binary(string), do: 0.0
  def bag_distance(string, "") when is_binary(string), do: 0.0

  def bag_distance(string1, string2) when is_binary(string1) and is_binary(string2) do
    {bag1, length1} = bag(string1)
    {bag2, length2} = bag(string2)
    surplus = max(surplus(bag1, bag2), surplus(bag2, bag1))
    1.0 - surplus / max(length1, length2)
  end

  defp bag(string) do
    graphemes = graphemes(string)
    {Enum.frequencies(graphemes), Kernel.length(graphemes)}
  end

  defp surplus(bag1, bag2) do
    :maps.fold(fn grapheme, count, sum -> sum + max(count - :maps.get(grapheme, bag2, 0), 0) end, 0, bag1)
  end

  @doc """
  The Jaro similarity of two strings: from 0.0 (nothing in common) to 1.0 (equal).

  It counts the characters that both have at about the same place, less those in another order. Made for short texts
  such as names; it finds what was likely meant by a misspelt word.

  ## Examples

      iex> String.jaro_distance("jovial", "jovail") > 0.9
      true
      iex> String.jaro_distance("abc", "xyz")
      0.0
      iex> String.jaro_distance("same", "same")
      1.0

  """
  @spec jaro_distance(t, t) :: float
  def jaro_distance(string1, string2)
  def jaro_distance(string, string) when is_binary(string), do: 1.0
  def jaro_distance(string, "") when is_binary(string), do: 0.0
  def jaro_distance("", string) when is_binary(string), do: 0.0

  def jaro_distance(string1, string2) when is_binary(string1) and is_binary(string2) do
    graphemes1 = graphemes(string1)
    graphemes2 = graphemes(string2)
    length1 = Kernel.length(graphemes1)
    length2 = Kernel.length(graphemes2)
    reach = max(div(max(length1, length2), 2) - 1, 0)

    # The shorter one looks for partners in the longer one; each partner is taken once.
    {seekers, others} = if length1 <= length2, do: {graphemes1, graphemes2}, else: {graphemes2, graphemes1}
    positions = indexed(others, 0)
    {pairs, _} = :lists.foldl(fn grapheme, {pairs, {at, free}} -> seek(grapheme, at, free, reach, pairs) end, {[], {0, positions}}, seekers)

    case pairs do
      [] ->
        0.0

      _ ->
        matches = Kernel.length(pairs)
        in_place = for {_, grapheme} <- :lists.sort(pairs), do: grapheme
        in_order = for {_, grapheme} <- :lists.reverse(pairs), do: grapheme
        transpositions = differences(in_place, in_order, 0) / 2
        (matches / length1 + matches / length2 + (matches - transpositions) / matches) / 3
    end
  end

  defp indexed([], _), do: []
  defp indexed([head | tail], at), do: [{at, head} | indexed(tail, at + 1)]

  defp seek(grapheme, at, free, reach, pairs) do
    case take_partner(free, grapheme, at - reach, at + reach, []) do
      {position, free} -> {[{position, grapheme} | pairs], {at + 1, free}}
      nil -> {pairs, {at + 1, free}}
    end
  end

  defp take_partner([{position, _} | _], _, _, to, _) when position > to, do: nil

  defp take_partner([{position, grapheme} | rest], grapheme, from, _, passed) when position >= from do
    {position, :lists.reverse(passed, rest)}
  end

  defp take_partner([other | rest], grapheme, from, to, passed), do: take_partner(rest, grapheme, from, to, [other | passed])
  defp take_partner([], _, _, _, _), do: nil

  defp differences([same | rest1], [same | rest2], count), do: differences(rest1, rest2, count)
  defp differences([_ | rest1], [_ | rest2], count), do: differences(rest1, rest2, count + 1)
  defp differences([], [], count), do: count

  @doc """
  The shortest way to edit the first string into the second: pairs of `:eq`, `:ins` or `:del` and a text.

  ## Examples

      iex> String.myers_difference("cell", "hello")
      [del: "c", ins: "h", eq: "ell", ins: "o"]

  """
  @spec myers_difference(t, t) :: [{:eq | :ins | :del, t}]
  def myers_difference(string1, string2) when is_binary(string1) and is_binary(string2) do
    for {kind, graphemes} <- List.myers_difference(graphemes(string1), graphemes(string2)) do
      {kind, :erlang.iolist_to_binary(graphemes)}
    end
  end

  # ## Names of former times

  @doc false
  @deprecated "Use String.to_charlist/1 instead"
  def to_char_list(string), do: to_charlist(string)

  @doc false
  @deprecated "Use String.trim/1 instead"
  def strip(string), do: trim(string)

  @doc false
  @deprecated "Use String.trim/2 with a binary second argument instead"
  def strip(string, char) when is_integer(char), do: trim(string, <<char::utf8>>)

  @doc false
  @deprecated "Use String.trim_leading/1 instead"
  def lstrip(binary), do: trim_leading(binary)

  @doc false
  @deprecated "Use String.trim_leading/2 with a binary as second argument instead"
  def lstrip(string, char) when is_integer(char), do: trim_leading(string, <<char::utf8>>)

  @doc false
  @deprecated "Use String.trim_trailing/1 instead"
  def rstrip(binary), do: trim_trailing(binary)

  @doc false
  @deprecated "Use String.trim_trailing/2 with a binary as second argument instead"
  def rstrip(string, char) when is_integer(char), do: trim_trailing(string, <<char::utf8>>)

  @doc false
  @deprecated "Use String.pad_trailing/2 instead"
  def ljust(subject, length), do: pad_trailing(subject, length)

  @doc false
  @deprecated "Use String.pad_trailing/3 with a binary padding instead"
  def ljust(subject, length, pad) when is_integer(pad), do: pad_trailing(subject, length, <<pad::utf8>>)

  @doc false
  @deprecated "Use String.pad_leading/2 instead"
  def rjust(subject, length), do: pad_leading(subject, length)

  @doc false
  @deprecated "Use String.pad_leading/3 with a binary padding instead"
  def rjust(subject, length, pad) when is_integer(pad), do: pad_leading(subject, length, <<pad::utf8>>)
end
