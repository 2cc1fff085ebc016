defmodule Regex do
  @moduledoc ~S"""
  Regular expressions with the syntax of PCRE.

  The sigil `~r` makes one when code is compiled; `compile/2` makes one from text that comes later.

      iex> Regex.run(~r/(\d+) km/, "42 km to go")
      ["42 km", "42"]
      iex> Regex.match?(~r/^a.c$/i, "ABC")
      true

  ## Modifiers

    * `i` (`:caseless`) - upper and lower case are the same
    * `u` (`:unicode`) - the subject is text: `.` and classes such as `\w` speak of characters rather than bytes
    * `s` (`:dotall`) - `.` matches line ends too, and `\r`, `\n` and `\r\n` all end a line
    * `m` (`:multiline`) - `^` and `$` also match at the line ends inside
    * `x` (`:extended`) - white space and comments after `#` in the pattern are ignored
    * `f` (`:firstline`) - the match must begin in the first line
    * `U` (`:ungreedy`) - repetitions take as little as possible, `?` behind them as much

  ## Captures

  Functions that return matches take the option `:capture`:

    * `:all` - the whole match and all groups, the default
    * `:first` - the whole match only
    * `:all_but_first` - the groups only
    * `:all_names` - the named groups `(?<name>...)`, by the order of their names
    * `:none` - nothing
    * a list of numbers and names of groups

  A group that took no part in the match is `""`, and is left out at the end of the list.
  """

  import Kernel, except: [match?: 2]

  defstruct re_pattern: nil, source: "", opts: [], re_version: ""

  @type t :: %__MODULE__{re_pattern: term, source: binary, opts: [term]}

  @type capture_option :: :all | :first | :all_but_first | :none | :all_names | [binary | atom]

  @doc """
  Compiles a pattern.

  The options are modifiers, as a string or as a list of their long names. Gives `{:ok, regex}` or `{:error, reason}`.

  ## Examples

      iex> {:ok, regex} = Regex.compile("ab+", "i")
      iex> Regex.run(regex, "xABBy")
      ["ABB"]
      iex> Regex.compile("(")
      {:error, {~c"missing )", 1}}
      iex> Regex.compile("a", "?")
      {:error, {:invalid_option, "?"}}

  """
  @spec compile(binary, binary | [term]) :: {:ok, t} | {:error, term}
  def compile(source, opts \\ "")

  def compile(source, opts) when is_binary(source) and is_binary(opts) do
    case letters(opts, []) do
      {:ok, opts} -> compiled(source, opts)
      {:error, rest} -> {:error, {:invalid_option, rest}}
    end
  end

  def compile(source, opts) when is_binary(source) and is_list(opts), do: compiled(source, opts)

  defp compiled(source, opts) do
    case :re.compile(source, opts) do
      {:ok, pattern} -> {:ok, %Regex{re_pattern: pattern, source: source, opts: opts, re_version: version()}}
      error -> error
    end
  end

  defp letters(<<letter, rest::binary>> = all, acc) do
    case letter do
      ?u -> letters(rest, [:unicode, :ucp | acc])
      ?i -> letters(rest, [:caseless | acc])
      ?s -> letters(rest, [:dotall, {:newline, :anycrlf} | acc])
      ?m -> letters(rest, [:multiline | acc])
      ?x -> letters(rest, [:extended | acc])
      ?f -> letters(rest, [:firstline | acc])
      ?U -> letters(rest, [:ungreedy | acc])
      _ -> {:error, all}
    end
  end

  defp letters("", acc), do: {:ok, acc}

  @doc """
  As `compile/2`, raising `Regex.CompileError` if the pattern is wrong.

  ## Examples

      iex> Regex.compile!("[aeiou]") |> Regex.source()
      "[aeiou]"

  """
  @spec compile!(binary, binary | [term]) :: t
  def compile!(source, opts \\ "") when is_binary(source) do
    case compile(source, opts) do
      {:ok, regex} -> regex
      {:error, {:invalid_option, option}} -> raise Regex.CompileError, "invalid options: #{inspect(option)}"
      {:error, {reason, at}} -> raise Regex.CompileError, "#{reason} at position #{at}"
    end
  end

  @doc """
  Compiles a regular expression anew if it was compiled by another version of the engine.

  ## Examples

      iex> Regex.recompile(~r/a/) == {:ok, ~r/a/}
      true

  """
  @spec recompile(t) :: {:ok, t} | {:error, term}
  def recompile(%Regex{} = regex) do
    if regex.re_version == version(), do: {:ok, regex}, else: compile(regex.source, regex.opts)
  end

  @doc """
  As `recompile/1`, raising `Regex.CompileError` if that fails.

  ## Examples

      iex> Regex.recompile!(~r/a/) |> Regex.source()
      "a"

  """
  @spec recompile!(t) :: t
  def recompile!(%Regex{} = regex) do
    if regex.re_version == version(), do: regex, else: compile!(regex.source, regex.opts)
  end

  @doc """
  The version of the engine that compiled patterns depend on.

  ## Examples

      iex> Regex.version() == Regex.version()
      true

  """
  @spec version() :: term
  def version(), do: {:re.version(), :erlang.system_info(:endian)}

  @doc false
  @deprecated "Use Kernel.is_struct(term, Regex) or pattern match on %Regex{} instead"
  def regex?(term)
  def regex?(%Regex{}), do: true
  def regex?(_), do: false

  @doc """
  Tells whether the expression matches somewhere in `string`.

  ## Examples

      iex> Regex.match?(~r/b/, "abc")
      true
      iex> Regex.match?(~r/^b/, "abc")
      false

  """
  @spec match?(t, String.t()) :: boolean
  def match?(%Regex{} = regex, string) when is_binary(string) do
    :re.run(string, pattern(regex), [{:capture, :none}]) == :match
  end

  defp pattern(%Regex{re_pattern: pattern, re_version: version, source: source, opts: opts}) do
    if version == version() do
      pattern
    else
      {:ok, pattern} = :re.compile(source, opts)
      pattern
    end
  end

  @doc """
  The first match: a list of captures, or `nil`.

  Options: `:capture`, see the top of this page; `:return`, which is `:binary` or `:index` (pairs of byte position and
  length); and `:offset`, the byte where the search starts.

  ## Examples

      iex> Regex.run(~r/(.)=(.)/, "x=1 y=2")
      ["x=1", "x", "1"]
      iex> Regex.run(~r/(.)=(.)/, "x=1 y=2", offset: 3, capture: :all_but_first)
      ["y", "2"]
      iex> Regex.run(~r/=/, "x=1", return: :index)
      [{1, 1}]
      iex> Regex.run(~r/z/, "x=1")
      nil

  """
  @spec run(t, binary, return: :binary | :index, capture: capture_option, offset: non_neg_integer) ::
          nil | [binary] | [{integer, integer}]
  def run(regex, string, options \\ [])

  def run(%Regex{} = regex, string, options) when is_binary(string) do
    return = Keyword.get(options, :return, :binary)
    offset = Keyword.get(options, :offset, 0)

    captures =
      case Keyword.get(options, :capture, :all) do
        captures when is_atom(captures) or is_list(captures) -> captures
      end

    case :re.run(string, pattern(regex), [{:offset, offset}, {:capture, captures, return}]) do
      :nomatch -> nil
      :match -> []
      {:match, results} -> results
    end
  end

  @doc """
  The named captures of the first match as a map, or `nil`.

  Options: `:return` and `:offset` as in `run/3`.

  ## Examples

      iex> Regex.named_captures(~r/(?<day>[0-9]+)\\.(?<month>[0-9]+)/, "on 24.12. at noon")
      %{"day" => "24", "month" => "12"}
      iex> Regex.named_captures(~r/(?<day>[0-9]+)/, "never")
      nil

  """
  @spec named_captures(t, String.t(), keyword) :: map | nil
  def named_captures(regex, string, options \\ []) when is_binary(string) do
    names = names(regex)
    results = run(regex, string, Keyword.put(options, :capture, names))
    if results, do: :maps.from_list(:lists.zip(names, results))
  end

  @doc """
  The pattern in the form that the engine knows.

  ## Examples

      iex> :re.run("xay", Regex.re_pattern(~r/a/), capture: :none)
      :match

  """
  @spec re_pattern(t) :: term
  def re_pattern(%Regex{re_pattern: compiled}), do: compiled

  @doc """
  The text that the expression was made of.

  ## Examples

      iex> Regex.source(~r/a|b/i)
      "a|b"

  """
  @spec source(t) :: String.t()
  def source(%Regex{source: source}), do: source

  @doc """
  The modifiers, by their long names.

  ## Examples

      iex> Regex.opts(~r/a/im)
      [:multiline, :caseless]

  """
  @spec opts(t) :: [term]
  def opts(%Regex{opts: opts}), do: opts

  @doc """
  The names of the named groups, in order.

  ## Examples

      iex> Regex.names(~r/(?<to>.)-(?<from>.)/)
      ["from", "to"]

  """
  @spec names(t) :: [String.t()]
  def names(%Regex{} = regex) do
    {:namelist, names} = :re.inspect(pattern(regex), :namelist)
    names
  end

  @doc """
  All matches: a list of lists of captures.

  A match starts where the one before ended. Options as in `run/3`.

  ## Examples

      iex> Regex.scan(~r/[a-z]([0-9])/, "a1 b2 c")
      [["a1", "1"], ["b2", "2"]]
      iex> Regex.scan(~r/[0-9]/, "a1 b2", return: :index)
      [[{1, 1}], [{4, 1}]]
      iex> Regex.scan(~r/x/, "a1")
      []

  """
  @spec scan(t, String.t(), return: :binary | :index, capture: capture_option, offset: non_neg_integer) ::
          [[String.t()]] | [[{integer, integer}]]
  def scan(regex, string, options \\ [])

  def scan(%Regex{} = regex, string, options) when is_binary(string) do
    return = Keyword.get(options, :return, :binary)
    offset = Keyword.get(options, :offset, 0)

    captures =
      case Keyword.get(options, :capture, :all) do
        captures when is_atom(captures) or is_list(captures) -> captures
      end

    case :re.run(string, pattern(regex), [{:capture, captures, return}, :global, {:offset, offset}]) do
      :nomatch -> []
      :match -> []
      {:match, results} -> results
    end
  end

  @doc ~S"""
  Splits at each match.

  Options:

    * `:parts` - the largest number of parts to make, `:infinity` by default
    * `:trim` - whether to leave out empty parts, `false` by default
    * `:on` - which captures to split at: `:first` (the whole match, the default), `:all_but_first` and the others as
      for `:capture`
    * `:include_captures` - whether the parts split at are kept, `false` by default

  ## Examples

      iex> Regex.split(~r/,\s*/, "a, b,c")
      ["a", "b", "c"]
      iex> Regex.split(~r/[+-]/, "1+2-3", include_captures: true)
      ["1", "+", "2", "-", "3"]
      iex> Regex.split(~r/a(-)b/, "a-b a-b", on: [1])
      ["a", "b a", "b"]
      iex> Regex.split(~r/,/, "a,b,c", parts: 2)
      ["a", "b,c"]

  """
  @spec split(t, String.t(), keyword) :: [String.t()]
  def split(regex, string, options \\ [])

  def split(%Regex{}, "", options) do
    if Keyword.get(options, :trim, false), do: [], else: [""]
  end

  def split(%Regex{} = regex, string, options) when is_binary(string) and is_list(options) do
    on = Keyword.get(options, :on, :first)

    case :re.run(string, pattern(regex), [:global, {:capture, on, :index}]) do
      {:match, matches} ->
        parts =
          case Keyword.get(options, :parts, :infinity) do
            :infinity -> :infinity
            count when is_integer(count) and count > 0 -> count - 1
          end

        cuts = :lists.append(matches)
        keep? = Keyword.get(options, :include_captures, false)
        trim? = Keyword.get(options, :trim, false)
        cut(cuts, string, 0, parts, keep?, trim?)

      :match ->
        [string]

      :nomatch ->
        [string]
    end
  end

  # `from` is where the part at hand begins. Captures that took no part, or that lie before it, are passed over.
  defp cut(_, string, from, _, _, true) when from == byte_size(string), do: []
  defp cut([], string, from, _, _, _), do: [rest(string, from)]
  defp cut(_, string, from, 0, _, _), do: [rest(string, from)]

  defp cut([{at, size} | cuts], string, from, parts, keep?, trim?) do
    part_size = at - from

    cond do
      part_size < 0 or at == -1 ->
        cut(cuts, string, from, parts, keep?, trim?)

      true ->
        part = :erlang.binary_part(string, from, part_size)
        kept = if keep?, do: [:erlang.binary_part(string, at, size)], else: []
        dropped? = trim? and part == ""
        parts = if parts == :infinity or (dropped? and kept == []), do: parts, else: parts - 1
        tail = kept ++ cut(cuts, string, at + size, parts, keep?, trim?)
        if dropped?, do: tail, else: [part | tail]
    end
  end

  defp rest(string, from), do: :erlang.binary_part(string, from, byte_size(string) - from)

  @doc ~S"""
  Replaces each match.

  `replacement` is a string, in which `\\0` stands for the match and `\\1` to `\\9` or `\\g{n}` for its groups, or a
  function that gets the match and, if it takes more arguments, the groups.

  With the option `global: false` only the first match is replaced.

  ## Examples

      iex> Regex.replace(~r/[aeiou]/, "vowels", "*")
      "v*w*ls"
      iex> Regex.replace(~r/(\w)(\d)/, "a1 b2", "\\2\\1")
      "1a 2b"
      iex> Regex.replace(~r/\d/, "1 2", fn digit -> digit <> digit end, global: false)
      "11 2"
      iex> Regex.replace(~r/(.)-(.)/, "a-b", fn _, left, right -> right <> left end)
      "ba"

  """
  @spec replace(t, String.t(), String.t() | (... -> String.t()), global: boolean) :: String.t()
  def replace(regex, string, replacement, options \\ [])

  def replace(%Regex{} = regex, string, replacement, options)
      when is_binary(string) and is_binary(replacement) and is_list(options) do
    replace_with(regex, string, template(replacement, []), options)
  end

  def replace(%Regex{} = regex, string, replacement, options)
      when is_binary(string) and is_function(replacement) and is_list(options) do
    {:arity, arity} = :erlang.fun_info(replacement, :arity)
    replace_with(regex, string, {replacement, arity}, options)
  end

  defp replace_with(regex, string, action, options) do
    captures =
      case action do
        {_, arity} -> :lists.seq(0, max(arity, 1) - 1)
        template -> template_captures(template)
      end

    scope = if Keyword.get(options, :global) != false, do: [:global], else: []

    case :re.run(string, pattern(regex), [{:capture, captures, :index} | scope]) do
      :nomatch ->
        string

      {:match, [match | _] = matches} when is_list(match) ->
        :erlang.iolist_to_binary(put_matches(matches, captures, string, 0, action))

      {:match, match} ->
        :erlang.iolist_to_binary(put_matches([match], captures, string, 0, action))
    end
  end

  # The captures asked for are the match and the groups up to the highest that is needed.
  defp template_captures(template) do
    highest = :lists.foldl(fn part, highest -> if is_integer(part), do: max(part, highest), else: highest end, 0, template)
    :lists.seq(0, highest)
  end

  defp put_matches([], _, string, from, _), do: [rest(string, from)]

  defp put_matches([[{at, size} | _] = match | matches], captures, string, from, action) do
    texts = for {at, size} <- match, do: if(at == -1, do: "", else: :erlang.binary_part(string, at, size))
    put = put(action, texts)
    [:erlang.binary_part(string, from, at - from), put | put_matches(matches, captures, string, at + size, action)]
  end

  defp put({fun, arity}, texts), do: :erlang.apply(fun, padded(texts, arity))
  defp put(template, texts), do: for(part <- template, do: if(is_integer(part), do: at(texts, part), else: part))

  defp at([text | _], 0), do: text
  defp at([_ | texts], n), do: at(texts, n - 1)
  defp at([], _), do: ""

  defp padded(_, 0), do: []
  defp padded([text | texts], count), do: [text | padded(texts, count - 1)]
  defp padded([], count), do: ["" | padded([], count - 1)]

  # A replacement as a list of texts and numbers of groups.
  defp template(<<>>, acc), do: :lists.reverse(acc)

  defp template(<<?\\, ?g, ?{, rest::binary>>, acc) do
    {number, rest} = group_number(rest, 0)
    template(rest, [number | acc])
  end

  defp template(<<?\\, ?\\, rest::binary>>, acc), do: template(rest, ["\\" | acc])
  defp template(<<?\\, digit, rest::binary>>, acc) when digit in ?0..?9, do: template(rest, [digit - ?0 | acc])

  defp template(text, acc) do
    size =
      case :binary.match(text, "\\", scope: {1, byte_size(text) - 1}) do
        {at, 1} -> at
        :nomatch -> byte_size(text)
      end

    <<plain::binary-size(size), rest::binary>> = text
    template(rest, [plain | acc])
  end

  defp group_number(<<?}, rest::binary>>, number), do: {number, rest}
  defp group_number(<<digit, rest::binary>>, number) when digit in ?0..?9, do: group_number(rest, number * 10 + digit - ?0)

  @doc ~S"""
  Puts a backslash before every character that means something in a pattern.

  ## Examples

      iex> Regex.escape("2+2=4?")
      "2\\+2=4\\?"

  """
  @spec escape(String.t()) :: String.t()
  def escape(string) when is_binary(string) do
    for <<byte <- string>>, into: "", do: if(byte in ~c".^$*+?()[]{}|#-\\ \t\n\v\f\r", do: <<?\\, byte>>, else: <<byte>>)
  end
end
