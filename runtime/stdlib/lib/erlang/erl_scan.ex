defmodule :erl_scan do
  @moduledoc """
  Erlang's tokens, for what is written in Erlang's syntax: files of terms, headers with records, terms that a user types.

  A token is `{category, line, value}`, or `{category, line}` for signs and reserved words, where the category is the sign or word.
  """

  @reserved ~w(after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let maybe not of or orelse receive rem try when xor else)a

  # Longer signs first.
  @signs [
    "<<", ">>", "=:=", "=/=", "->", "<-", "<=", "=<", ">=", "==", "/=", "++", "--", "||", ":=", "=>", "::", "...", "..", "?=", "??",
    "(", ")", "{", "}", "[", "]", ",", ";", ":", "=", "|", "#", "+", "-", "*", "/", "<", ">", "!", "?"
  ]

  @escapes %{?n => ?\n, ?t => ?\t, ?r => ?\r, ?s => ?\s, ?e => ?\e, ?d => 127, ?b => ?\b, ?f => ?\f, ?v => ?\v}

  @doc """
  The tokens of a text: `{:ok, tokens, last_line}`, or `{:error, {line, module, description}, last_line}`.

      iex> :erl_scan.string(~c"{ok, 12}.")
      {:ok, [{:"{", 1}, {:atom, 1, :ok}, {:",", 1}, {:integer, 1, 12}, {:"}", 1}, {:dot, 1}], 1}
      iex> :erl_scan.string(~c"$a \\"b\\" 16#ff % c")
      {:ok, [{:char, 1, ?a}, {:string, 1, ~c"b"}, {:integer, 1, 255}], 1}
      iex> :erl_scan.string(~c"'a")
      {:error, {1, :erl_scan, {:unterminated, :atom, ~c"a"}}, 1}
  """
  def string(text), do: string(text, 1, [])

  @doc "As `string/1`, where the first line has another number."
  def string(text, line), do: string(text, line, [])

  @doc "As `string/2`; no option changes anything here."
  def string(text, line, _options) do
    case tokens_of(text(text), line, []) do
      {:ok, tokens, "", line} -> {:ok, tokens, line}
      {:error, reason, line} -> {:error, reason, line}
    end
  end

  defp text(text) when is_binary(text), do: text
  defp text(text), do: :unicode.characters_to_binary(text)

  # What a dot ends, with the tokens and what is left: for those who read form by form.
  @doc false
  def form(text, line) do
    case one(text, line) do
      {:eof, line} -> {:eof, line}
      {:ok, token, rest, line} -> form(rest, line, [token], token)
      error -> error
    end
  end

  defp form(rest, line, tokens, {:dot, _}), do: {:ok, :lists.reverse(tokens), rest, line}

  defp form(text, line, tokens, _last) do
    case one(text, line) do
      {:eof, line} -> {:more, :lists.reverse(tokens), line}
      {:ok, token, rest, line} -> form(rest, line, [token | tokens], token)
      error -> error
    end
  end

  defp tokens_of(text, line, tokens) do
    case one(text, line) do
      {:eof, line} -> {:ok, :lists.reverse(tokens), "", line}
      {:ok, token, rest, line} -> tokens_of(rest, line, [token | tokens])
      error -> error
    end
  end

  @doc """
  Whether an atom is a word that Erlang keeps for itself.

      iex> {:erl_scan.reserved_word(:case), :erl_scan.reserved_word(:do)}
      {true, false}
  """
  def reserved_word(word), do: word in @reserved

  @doc "The category of a token."
  def category(token), do: :erlang.element(1, token)

  @doc "The line of a token."
  def line(token), do: :erlang.element(2, token)

  @doc "Where a token stands, which is its line."
  def location(token), do: :erlang.element(2, token)

  @doc """
  The value of a token, or what it is written like.

      iex> {:erl_scan.symbol({:integer, 1, 7}), :erl_scan.symbol({:",", 1})}
      {7, :","}
  """
  def symbol({category, _line}), do: category
  def symbol({_category, _line, value}), do: value

  @doc """
  Says in words what is wrong.

      iex> :erl_scan.format_error({:unterminated, :string, ~c"ab"}) |> IO.iodata_to_binary()
      "unterminated string starting with \\"ab\\""
  """
  def format_error({:unterminated, what, text}), do: ["unterminated ", :erlang.atom_to_list(what), " starting with ", inspect(List.to_string(text))]
  def format_error({:illegal, what}), do: ["illegal ", :erlang.atom_to_list(what)]
  def format_error(other), do: :io_lib.write(other)

  # ## One token

  defp one("", line), do: {:eof, line}
  defp one("\n" <> rest, line), do: one(rest, line + 1)
  defp one(<<space, rest::binary>>, line) when space in [?\s, ?\t, ?\r, ?\f, ?\v], do: one(rest, line)
  defp one("%" <> rest, line), do: one(without_line(rest), line)

  defp one(<<digit, _::binary>> = text, line) when digit in ?0..?9, do: number(text, line)

  defp one(<<char::utf8, _::binary>> = text, line) when char in ?a..?z or char in 0xDF..0xF6 or char in 0xF8..0xFF do
    {name, rest} = name(text, "")
    word = :erlang.binary_to_atom(name)
    {:ok, if(word in @reserved, do: {word, line}, else: {:atom, line, word}), rest, line}
  end

  defp one(<<char::utf8, _::binary>> = text, line) when char in ?A..?Z or char == ?_ or char in 0xC0..0xD6 or char in 0xD8..0xDE do
    {name, rest} = name(text, "")
    {:ok, {:var, line, :erlang.binary_to_atom(name)}, rest, line}
  end

  defp one("\"" <> rest, line) do
    with {:ok, text, rest, last} <- quoted(rest, ?", :string, line, [], line), do: {:ok, {:string, line, text}, rest, last}
  end

  defp one("'" <> rest, line) do
    with {:ok, text, rest, last} <- quoted(rest, ?', :atom, line, [], line) do
      {:ok, {:atom, line, :erlang.list_to_atom(text)}, rest, last}
    end
  end

  defp one("$\\" <> rest, line) do
    case escape(rest) do
      {char, rest} -> {:ok, {:char, line, char}, rest, line}
      :error -> {:error, {line, :erl_scan, {:unterminated, :character, []}}, line}
    end
  end

  defp one(<<?$, char::utf8, rest::binary>>, line), do: {:ok, {:char, line, char}, rest, if(char == ?\n, do: line + 1, else: line)}
  defp one("$", line), do: {:error, {line, :erl_scan, :char}, line}

  defp one(<<".", rest::binary>>, line) do
    case rest do
      "" -> {:ok, {:dot, line}, "", line}
      <<space, more::binary>> when space in [?\s, ?\t, ?\r] -> {:ok, {:dot, line}, more, line}
      "\n" <> more -> {:ok, {:dot, line}, more, line + 1}
      "%" <> _ -> {:ok, {:dot, line}, rest, line}
      ".." <> more -> {:ok, {:..., line}, more, line}
      "." <> more -> {:ok, {:.., line}, more, line}
      _ -> {:ok, {:., line}, rest, line}
    end
  end

  for sign <- @signs do
    defp one(unquote(sign) <> rest, line), do: {:ok, {unquote(String.to_atom(sign)), line}, rest, line}
  end

  defp one(_text, line), do: {:error, {line, :erl_scan, {:illegal, :character}}, line}

  defp without_line(text) do
    case :binary.match(text, "\n") do
      {at, 1} -> :binary.part(text, at, byte_size(text) - at)
      :nomatch -> ""
    end
  end

  defp name(<<char::utf8, rest::binary>> = text, name) do
    if char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char in [?_, ?@] or (char in 0xC0..0xFF and char not in [0xD7, 0xF7]),
      do: name(rest, <<name::binary, char::utf8>>),
      else: {name, text}
  end

  defp name("", name), do: {name, ""}

  # ## Numbers

  defp number(text, line) do
    {whole, rest} = digits(text, 10, "")

    case rest do
      <<?#, digit, _::binary>> when digit in ?0..?9 or digit in ?a..?z or digit in ?A..?Z -> based(whole, rest, line)
      <<?., digit, _::binary>> when digit in ?0..?9 -> float(whole, rest, line)
      _ -> {:ok, {:integer, line, :erlang.binary_to_integer(whole)}, rest, line}
    end
  end

  defp based(base, <<?#, rest::binary>>, line) do
    base = :erlang.binary_to_integer(base)

    case base in 2..36 and digits(rest, base, "") do
      {digits, rest} when digits != "" -> {:ok, {:integer, line, :erlang.binary_to_integer(digits, base)}, rest, line}
      _ -> {:error, {line, :erl_scan, {:illegal, :base}}, line}
    end
  end

  defp float(whole, <<?., rest::binary>>, line) do
    {fraction, rest} = digits(rest, 10, "")

    {exponent, rest} =
      case rest do
        <<e, sign, digit, _::binary>> when e in ~c"eE" and sign in ~c"+-" and digit in ?0..?9 ->
          <<_, _, more::binary>> = rest
          {digits, rest} = digits(more, 10, "")
          {<<?e, sign, digits::binary>>, rest}

        <<e, digit, _::binary>> when e in ~c"eE" and digit in ?0..?9 ->
          <<_, more::binary>> = rest
          {digits, rest} = digits(more, 10, "")
          {"e" <> digits, rest}

        _ ->
          {"", rest}
      end

    {:ok, {:float, line, :erlang.binary_to_float(whole <> "." <> fraction <> exponent)}, rest, line}
  rescue
    ArgumentError -> {:error, {line, :erl_scan, {:illegal, :float}}, line}
  end

  # Digits may have single underscores between them.
  defp digits(<<?_, digit, _::binary>> = <<_, rest::binary>>, base, acc) when acc != "" do
    if digit?(digit, base), do: digits(rest, base, acc), else: {acc, "_" <> rest}
  end

  defp digits(<<digit, rest::binary>> = text, base, acc) do
    if digit?(digit, base), do: digits(rest, base, <<acc::binary, digit>>), else: {acc, text}
  end

  defp digits("", _base, acc), do: {acc, ""}

  defp digit?(char, base) when char in ?0..?9, do: char - ?0 < base
  defp digit?(char, base) when char in ?a..?z, do: char - ?a + 10 < base
  defp digit?(char, base) when char in ?A..?Z, do: char - ?A + 10 < base
  defp digit?(_char, _base), do: false

  # ## Texts

  defp quoted("", _quote, what, line, acc, _at), do: {:error, {line, :erl_scan, {:unterminated, what, :lists.sublist(:lists.reverse(acc), 16)}}, line}
  defp quoted(<<quote, rest::binary>>, quote, _what, _line, acc, at), do: {:ok, :lists.reverse(acc), rest, at}

  defp quoted("\\" <> rest, quote, what, line, acc, at) do
    case rest do
      "\n" <> rest ->
        quoted(rest, quote, what, line, acc, at + 1)

      _ ->
        case escape(rest) do
          {char, rest} -> quoted(rest, quote, what, line, [char | acc], at)
          :error -> quoted("", quote, what, line, acc, at)
        end
    end
  end

  defp quoted(<<char::utf8, rest::binary>>, quote, what, line, acc, at) do
    quoted(rest, quote, what, line, [char | acc], if(char == ?\n, do: at + 1, else: at))
  end

  defp quoted(<<byte, rest::binary>>, quote, what, line, acc, at), do: quoted(rest, quote, what, line, [byte | acc], at)

  defp escape("x{" <> rest) do
    case :binary.split(rest, "}") do
      [digits, rest] -> {:erlang.binary_to_integer(digits, 16), rest}
      _ -> :error
    end
  end

  defp escape(<<?x, high, low, rest::binary>>), do: {:erlang.binary_to_integer(<<high, low>>, 16), rest}
  defp escape(<<?^, char, rest::binary>>), do: {:erlang.band(char, 31), rest}

  defp escape(<<digit, _::binary>> = text) when digit in ?0..?7 do
    {digits, rest} = octal(text, "")
    {:erlang.binary_to_integer(digits, 8), rest}
  end

  defp escape(<<char::utf8, rest::binary>>), do: {:maps.get(char, @escapes, char), rest}
  defp escape(""), do: :error

  defp octal(<<digit, rest::binary>>, acc) when digit in ?0..?7 and byte_size(acc) < 3, do: octal(rest, <<acc::binary, digit>>)
  defp octal(rest, acc), do: {acc, rest}
end
