defmodule :io_lib do
  @moduledoc """
  Formatting text the Erlang way.

  `format/2` follows a format string in which `~` starts a control sequence `~F.P.PadModC`: field width, precision and
  padding character may be given, `*` takes a number from the arguments, the modifier `t` means Unicode.

  | sequence | argument |
  | --- | --- |
  | `~s` `~ts` | text |
  | `~w` `~tw` | any term, as Erlang source |
  | `~p` `~tp` | any term, over several lines where needed, lists of characters as text |
  | `~W` `~P` | the same, followed by how deep to go |
  | `~b` `~B` `~x` `~X` `~#` `~+` | integer, in a base given by the precision |
  | `~f` `~e` `~g` | float |
  | `~c` | character, repeated as the field says |
  | `~i` | anything, ignored |
  | `~n` `~~` | none: a line end, a tilde |
  """

  @line_length 80

  @doc """
  Formats arguments; gives nested charlists.

  ## Examples

      iex> :io_lib.format("~5.2f|~-4s|~4..0b", [3.14159, "ab", 42]) |> IO.chardata_to_string()
      " 3.14|ab  |0042"
      iex> :io_lib.format("~p ~w", [[?o, ?k], [?o, ?k]]) |> IO.chardata_to_string()
      "\\"ok\\" [111,107]"

  """
  @spec format(charlist | binary | atom, [term]) :: charlist
  def format(format, args) do
    case formatted(format, args) do
      {:ok, parts} -> parts
      :error -> :erlang.error(:badarg, [format, args], error_info: %{module: :erl_stdlib_errors})
    end
  end

  @doc false
  def formatted(format, args) when is_list(args) and (is_atom(format) or is_binary(format) or is_list(format)),
    do: format |> format_chars() |> build(args, 0, [])

  def formatted(_format, _args), do: :error

  @doc false
  # Why there is no text: `{:format, why}`, `:count`, or `{:type, number, kind}` of an argument that is not what its sequence takes.
  def complaint(format, args), do: format |> format_chars() |> complaint(args, 1)

  defp complaint([], [], _number), do: :none
  defp complaint([], _args, _number), do: :count

  defp complaint([?~ | chars], args, number) do
    case spec(chars, args) do
      {:ok, {control, _, _, _, _} = spec, rest, left} ->
        taken = length(args) - length(left)

        case control(spec, left, 0) do
          {:ok, _text, after_it} -> complaint(rest, after_it, number + taken + length(left) - length(after_it))
          _ when control not in ~c"~nicswWpPbBxX#+feg" -> {:format, "invalid control ~" <> <<control::utf8>>}
          _ when left == [] -> :count
          _ -> {:type, number + taken, kind(control)}
        end

      :error ->
        {:format, "truncated"}
    end
  end

  defp complaint([_ | chars], args, number), do: complaint(chars, args, number)

  defp kind(?s), do: "string"
  defp kind(control) when control in ~c"feg", do: "float"
  defp kind(_control), do: "integer"

  @doc """
  The same as `format/2`.
  """
  @spec fwrite(charlist | binary | atom, [term]) :: charlist
  def fwrite(format, args), do: format(format, args)

  @doc false
  def format(format, args, _options), do: format(format, args)

  @doc false
  def fwrite(format, args, _options), do: format(format, args)

  defp format_chars(format) when is_atom(format), do: :erlang.atom_to_list(format)

  defp format_chars(format) when is_binary(format) or is_list(format) do
    case :unicode.characters_to_list(format) do
      chars when is_list(chars) -> chars
      _ -> :erlang.binary_to_list(:erlang.iolist_to_binary(format))
    end
  end

  # `column` is where the next character goes; `~p` indents by it.
  defp build([], [], _, acc), do: {:ok, :lists.reverse(acc)}
  defp build([], _, _, _), do: :error

  defp build([?~ | rest], args, column, acc) do
    with {:ok, spec, rest, args} <- spec(rest, args),
         {:ok, text, args} <- control(spec, args, column) do
      build(rest, args, column_after(text, column), [text | acc])
    else
      _ -> :error
    end
  end

  defp build([?\n | rest], args, _, acc), do: build(rest, args, 0, [?\n | acc])
  defp build([char | rest], args, column, acc), do: build(rest, args, column + 1, [char | acc])

  defp column_after(text, column) do
    chars = :unicode.characters_to_list(text)
    if is_list(chars), do: count_columns(chars, column), else: column
  end

  defp count_columns([?\n | rest], _), do: count_columns(rest, 0)
  defp count_columns([_ | rest], column), do: count_columns(rest, column + 1)
  defp count_columns([], column), do: column

  # `F.P.Pad`, modifiers, and the character that says what to do.
  defp spec(chars, args) do
    with {:ok, width, chars, args} <- number(chars, args, true),
         {:ok, precision, chars, args} <- precision(chars, args),
         {pad, chars} = padding(chars),
         {modifiers, [control | rest]} <- modifiers(chars, []) do
      {:ok, {control, width, precision, pad, modifiers}, rest, args}
    else
      _ -> :error
    end
  end

  defp number([?- | chars], args, true) do
    case number(chars, args, false) do
      {:ok, number, chars, args} when is_integer(number) -> {:ok, -number, chars, args}
      _ -> :error
    end
  end

  defp number([?* | chars], [arg | args], _) when is_integer(arg), do: {:ok, arg, chars, args}
  defp number([digit | _] = chars, args, _) when digit in ?0..?9, do: digits(chars, 0, args)
  defp number(chars, args, _), do: {:ok, nil, chars, args}

  defp digits([digit | chars], number, args) when digit in ?0..?9, do: digits(chars, number * 10 + digit - ?0, args)
  defp digits(chars, number, args), do: {:ok, number, chars, args}

  defp precision([?. | chars], args), do: number(chars, args, false)
  defp precision(chars, args), do: {:ok, nil, chars, args}

  defp padding([?., pad | chars]), do: {pad, chars}
  defp padding(chars), do: {?\s, chars}

  defp modifiers([modifier | chars], acc) when modifier in [?t, ?l, ?k, ?K], do: modifiers(chars, [modifier | acc])
  defp modifiers(chars, acc), do: {acc, chars}

  defp control({?~, width, _, _, _}, args, _), do: {:ok, :lists.duplicate(abs(width || 1), ?~), args}
  defp control({?n, width, _, _, _}, args, _), do: {:ok, :lists.duplicate(abs(width || 1), ?\n), args}
  defp control({?i, _, _, _, _}, [_ | args], _), do: {:ok, [], args}

  defp control({?c, width, precision, pad, modifiers}, [char | args], _) when is_integer(char) do
    char = if ?t in modifiers, do: char, else: :erlang.band(char, 255)
    chars = :lists.duplicate(precision || abs(width || 1), char)
    {:ok, adjust(chars, width, pad), args}
  end

  defp control({?s, width, precision, pad, modifiers}, [text | args], _) do
    with {:ok, chars} <- text_chars(text, ?t in modifiers), do: {:ok, field_text(chars, width, precision, pad), args}
  end

  defp control({?w, width, precision, pad, modifiers}, [term | args], _) do
    {:ok, field(write_term(term, -1, encoding(modifiers)), width, precision, pad), args}
  end

  defp control({?W, width, precision, pad, modifiers}, [term, depth | args], _) when is_integer(depth) do
    {:ok, field(write_term(term, depth, encoding(modifiers)), width, precision, pad), args}
  end

  # A width of none means that no line is broken.
  defp control({?p, 0, _, _, modifiers}, [term | args], _) do
    {:ok, pretty(term, -1, 1_000_000_000, 0, modifiers), args}
  end

  defp control({?p, width, precision, _, modifiers}, [term | args], column) do
    {:ok, pretty(term, -1, width || @line_length, precision || column, modifiers), args}
  end

  defp control({?P, width, precision, _, modifiers}, [term, depth | args], column) when is_integer(depth) do
    {:ok, pretty(term, depth, width || @line_length, precision || column, modifiers), args}
  end

  defp control({?b, width, base, pad, _}, [n | args], _) when is_integer(n) do
    {:ok, number_field(:string.lowercase(:erlang.integer_to_list(n, base || 10)), width, pad), args}
  end

  defp control({?B, width, base, pad, _}, [n | args], _) when is_integer(n) do
    {:ok, number_field(:erlang.integer_to_list(n, base || 10), width, pad), args}
  end

  defp control({kind, width, base, pad, _}, [n, prefix | args], _) when kind in [?x, ?X] and is_integer(n) do
    prefix = if is_atom(prefix), do: :erlang.atom_to_list(prefix), else: :lists.flatten(prefix)
    digits = :erlang.integer_to_list(abs(n), base || 10)
    digits = if kind == ?x, do: :string.lowercase(digits), else: digits
    sign = if n < 0, do: ~c"-", else: []
    {:ok, number_field(:lists.flatten([sign, prefix, digits]), width, pad), args}
  end

  defp control({kind, width, base, pad, _}, [n | args], _) when kind in [?#, ?+] and is_integer(n) do
    base = base || 10
    digits = :erlang.integer_to_list(abs(n), base)
    digits = if kind == ?+, do: :string.lowercase(digits), else: digits
    sign = if n < 0, do: ~c"-", else: []
    {:ok, number_field(sign ++ :erlang.integer_to_list(base) ++ ~c"#" ++ digits, width, pad), args}
  end

  defp control({kind, width, precision, pad, _}, [number | args], _) when kind in [?f, ?e, ?g] and is_float(number) do
    {:ok, number_field(float_text(kind, number, precision), width, pad), args}
  end

  defp control(_, _, _), do: :error

  defp encoding(modifiers), do: if(?t in modifiers, do: :unicode, else: :latin1)

  defp text_chars(text, _) when is_atom(text), do: {:ok, :erlang.atom_to_list(text)}
  defp text_chars(text, true) when is_binary(text) or is_list(text), do: chars(:unicode.characters_to_list(text))
  defp text_chars(text, false) when is_binary(text), do: {:ok, :erlang.binary_to_list(text)}

  # Without `t` bytes are what counts; characters beyond that are refused.
  defp text_chars(text, false) when is_list(text) do
    {:ok, :erlang.binary_to_list(:erlang.iolist_to_binary(text))}
  rescue
    ArgumentError -> :error
  end

  defp text_chars(_, _), do: :error

  defp chars(list) when is_list(list), do: {:ok, list}
  defp chars(_), do: :error

  defp field_text(chars, nil, nil, _), do: chars
  defp field_text(chars, nil, precision, pad), do: chars |> :string.slice(0, precision) |> fill_right(precision, pad)

  defp field_text(chars, width, precision, pad) do
    chars = :string.slice(chars, 0, precision || abs(width))
    chars = if precision && precision < abs(width), do: fill_right(chars, precision, pad), else: chars
    adjust(chars, width, pad)
  end

  # Widths are numbers of graphemes.
  defp fill_right(chars, size, pad), do: chars ++ :lists.duplicate(max(size - :string.length(chars), 0), pad)

  # A term that does not fit its field becomes asterisks.
  defp field(chars, width, precision, pad) do
    width = width || precision
    chars = :unicode.characters_to_list(chars)
    limit = precision || (width && abs(width))

    cond do
      width == nil -> chars
      :string.length(chars) > limit -> adjust(:lists.duplicate(limit, ?*), width, pad)
      true -> adjust(chars, width, pad)
    end
  end

  defp number_field(chars, nil, _), do: chars
  defp number_field(chars, width, _) when length(chars) > abs(width), do: :lists.duplicate(abs(width), ?*)
  defp number_field(chars, width, pad), do: adjust(chars, width, pad)

  defp adjust(chars, nil, _), do: chars
  defp adjust(chars, width, pad) when width < 0, do: chars ++ :lists.duplicate(max(-width - :string.length(chars), 0), pad)
  defp adjust(chars, width, pad), do: :lists.duplicate(max(width - :string.length(chars), 0), pad) ++ chars

  # Of large numbers only so many digits are told.
  defp float_text(?f, number, precision) when abs(number) >= 1.0e21 do
    [first, ?. | digits] = :erlang.float_to_list(abs(number), [{:scientific, 20}])
    {digits, [?e | exponent]} = :lists.splitwith(&(&1 != ?e), digits)
    zeros = :lists.duplicate(:erlang.list_to_integer(exponent) - length(digits), ?0)
    decimals = :lists.duplicate(precision || 6, ?0)
    if(number < 0, do: ~c"-", else: ~c"") ++ [first | digits] ++ zeros ++ if(decimals == [], do: [], else: [?. | decimals])
  end

  defp float_text(?f, number, precision), do: :erlang.float_to_list(number, [{:decimals, precision || 6}])
  defp float_text(?e, number, precision), do: scientific(number, (precision || 6) - 1)

  # As ~f where that shows all digits that are asked for, else as ~e.
  defp float_text(?g, number, precision) do
    digits = precision || 6
    size = abs(number)
    power = Enum.find(-1..3, &(size < 10.0 ** (&1 + 1)))

    if size >= 0.1 and power != nil and (digits - 1 > power or (digits <= 1 and power == -1)) do
      float_text(?f, number, digits - 1 - power)
    else
      scientific(number, max(digits, 2) - 1)
    end
  end

  # `1.0e+20` with exactly `decimals` digits after the point. Half a unit is rounded up, of the number itself and not of a text for it.
  defp scientific(number, decimals) do
    size = max(decimals, 1) + 1
    [sign, [first, ?. | digits], power] = exactly(number)
    {kept, [next | _]} = :lists.split(size, [first | digits])
    kept = :erlang.integer_to_list(:erlang.list_to_integer(kept) + if(next >= ?5, do: 1, else: 0))

    {[first | digits], power} =
      cond do
        length(kept) > size -> {:lists.sublist(kept, size), power + 1}
        # All digits of zero are one.
        length(kept) < size -> {:lists.duplicate(size, ?0), power}
        true -> {kept, power}
      end

    power = if power < 0, do: [?- | :erlang.integer_to_list(-power)], else: [?+ | :erlang.integer_to_list(power)]
    sign ++ [first, ?. | digits] ++ [?e | power]
  end

  # More digits than anybody asks for: a sign, the digits and the power of ten.
  defp exactly(number) do
    [mantissa, power] = number |> :erlang.float_to_list([{:scientific, 249}]) |> :string.split(~c"e")
    power = :erlang.list_to_integer(power)

    case mantissa do
      [?- | mantissa] -> [~c"-", mantissa, power]
      mantissa -> [~c"", mantissa, power]
    end
  end

  # ## Terms as Erlang source

  @doc """
  Writes a term as Erlang source.

  ## Examples

      iex> :io_lib.write({:ok, "a", [1, 2.5], %{k: :v}}) |> IO.chardata_to_string()
      "{ok,<<97>>,[1,2.5],\\\#{k => v}}"

  """
  @spec write(term) :: charlist
  def write(term), do: write_term(term, -1, :latin1)

  @doc """
  As `write/1`, down to `depth` levels; `...` stands for the rest.
  """
  @spec write(term, integer | keyword) :: charlist
  def write(term, depth) when is_integer(depth), do: write_term(term, depth, :latin1)

  def write(term, options) when is_list(options) do
    write_term(term, Keyword.get(options, :depth, -1), Keyword.get(options, :encoding, :latin1))
  end

  defp write_term(_, 0, _), do: ~c"..."
  defp write_term(term, _, encoding) when is_atom(term), do: write_atom(term, encoding)
  defp write_term(term, _, _) when is_integer(term), do: :erlang.integer_to_list(term)
  defp write_term(term, _, _) when is_float(term), do: :erlang.binary_to_list(:erlang.float_to_binary(term, [:short]))
  defp write_term(term, _, _) when is_pid(term), do: :erlang.pid_to_list(term)
  defp write_term(term, _, _) when is_reference(term), do: :erlang.ref_to_list(term)
  defp write_term(term, _, _) when is_port(term), do: :erlang.port_to_list(term)
  defp write_term(term, _, _) when is_function(term), do: :erlang.fun_to_list(term)
  defp write_term([], _, _), do: ~c"[]"
  defp write_term({}, _, _), do: ~c"{}"
  defp write_term(<<>>, _, _), do: ~c"<<>>"
  defp write_term(term, 1, _) when is_bitstring(term), do: ~c"<<...>>"
  defp write_term(term, 1, _) when is_list(term), do: ~c"[...]"
  defp write_term(term, 1, _) when is_tuple(term), do: ~c"{...}"
  defp write_term(term, 1, _) when is_map(term) and map_size(term) > 0, do: ~c"\#{...}"
  defp write_term(term, depth, encoding) when is_list(term), do: [?[, write_list(term, depth - 1, encoding), ?]]

  defp write_term(term, depth, encoding) when is_tuple(term) do
    [?{, write_list(:erlang.tuple_to_list(term), depth - 1, encoding), ?}]
  end

  defp write_term(term, depth, encoding) when is_map(term) do
    [~c"\#{", write_pairs(:maps.to_list(term), depth - 1, encoding), ?}]
  end

  defp write_term(term, depth, _) when is_bitstring(term), do: [~c"<<", write_bytes(term, depth), ~c">>"]

  defp write_list([head | tail], depth, encoding) do
    [write_term(head, depth, encoding) | write_tail(tail, depth - 1, encoding)]
  end

  defp write_tail([], _, _), do: []
  defp write_tail(_, 0, _), do: ~c"|..."
  defp write_tail(_, 1, _), do: ~c"|..."
  defp write_tail([head | tail], depth, encoding), do: [?,, write_term(head, depth, encoding) | write_tail(tail, depth - 1, encoding)]
  defp write_tail(term, depth, encoding), do: [?|, write_term(term, depth, encoding)]

  defp write_pairs([], _, _), do: []
  defp write_pairs(_, 0, _), do: ~c"..."

  defp write_pairs([{key, value} | rest], depth, encoding) do
    comma = if rest == [], do: [], else: ?,
    [write_term(key, depth, encoding), ~c" => ", write_term(value, depth, encoding), comma | write_pairs(rest, depth - 1, encoding)]
  end

  defp write_bytes(<<>>, _), do: []
  defp write_bytes(_, 1), do: ~c"..."
  defp write_bytes(<<byte>>, _), do: :erlang.integer_to_list(byte)
  defp write_bytes(<<byte, rest::bitstring>>, depth), do: [:erlang.integer_to_list(byte), ?, | write_bytes(rest, depth - 1)]

  defp write_bytes(bits, _) do
    size = bit_size(bits)
    <<value::size(size)>> = bits
    [:erlang.integer_to_list(value), ?:, :erlang.integer_to_list(size)]
  end

  @reserved [
              :after,
              :and,
              :andalso,
              :band,
              :begin,
              :bnot,
              :bor,
              :bsl,
              :bsr,
              :bxor,
              :case,
              :catch,
              :cond,
              :div,
              :end,
              :fun,
              :if,
              :let,
              :not,
              :of,
              :or,
              :orelse,
              :receive,
              :rem,
              :try,
              :when,
              :xor
            ]

  @doc """
  Writes an atom as Erlang source, in quotes where it needs them.

  ## Examples

      iex> :io_lib.write_atom(:ok)
      ~c"ok"
      iex> :io_lib.write_atom(Enum) |> IO.chardata_to_string()
      "'Elixir.Enum'"

  """
  @spec write_atom(atom) :: charlist
  def write_atom(atom), do: write_atom(atom, :unicode)

  defp write_atom(atom, encoding) do
    chars = :erlang.atom_to_list(atom)
    if atom not in @reserved and plain_atom?(chars), do: chars, else: quoted(chars, ?', encoding)
  end

  defp plain_atom?([first | rest]) when first in ?a..?z or (first in 0xDF..0xFF and first != 0xF7) do
    :lists.all(&name_char?/1, rest)
  end

  defp plain_atom?(_), do: false

  defp name_char?(char) do
    char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char in [?_, ?@] or
      (char in 0xC0..0xFF and char not in [0xD7, 0xF7])
  end

  @doc """
  Writes text as an Erlang string, with quotes and escapes.

  ## Examples

      iex> :io_lib.write_string(~c"a\\n") |> IO.chardata_to_string()
      ~S("a\\n")

  """
  @spec write_string(charlist) :: charlist
  def write_string(chars), do: quoted(chars, ?", :unicode)

  @doc false
  def write_string(chars, quote), do: quoted(chars, quote, :unicode)

  @doc """
  Writes a character as an Erlang literal.

  ## Examples

      iex> :io_lib.write_char(?a)
      ~c"$a"

  """
  @spec write_char(char) :: charlist
  def write_char(?\s), do: ~c"$\\s"
  def write_char(char), do: [?$ | escape(char, -1, :unicode)]

  defp quoted(chars, quote, encoding) do
    :lists.flatten([quote, for(char <- chars, do: escape(char, quote, encoding)), quote])
  end

  defp escape(quote, quote, _), do: [?\\, quote]
  defp escape(?\\, _, _), do: ~c"\\\\"
  defp escape(?\n, _, _), do: ~c"\\n"
  defp escape(?\t, _, _), do: ~c"\\t"
  defp escape(?\r, _, _), do: ~c"\\r"
  defp escape(?\v, _, _), do: ~c"\\v"
  defp escape(?\b, _, _), do: ~c"\\b"
  defp escape(?\f, _, _), do: ~c"\\f"
  defp escape(?\e, _, _), do: ~c"\\e"
  defp escape(?\d, _, _), do: ~c"\\d"
  defp escape(char, _, _) when char in 0x20..0x7E or char in 0xA0..0xFF, do: [char]
  defp escape(char, _, :unicode) when char > 0xFF, do: [char]
  defp escape(char, _, _) when char > 0xFF, do: ~c"\\x{" ++ :erlang.integer_to_list(char, 16) ++ ~c"}"

  defp escape(char, _, _) do
    octal = :erlang.integer_to_list(char, 8)
    [?\\ | :lists.duplicate(3 - length(octal), ?0) ++ octal]
  end

  # ## Pretty printing

  @doc """
  Writes a term as `~p` does.

  ## Examples

      iex> :io_lib.print({:ok, ~c"text"}) |> IO.chardata_to_string()
      "{ok,\\"text\\"}"

  """
  @spec print(term) :: charlist
  def print(term), do: print(term, 1, @line_length, -1)

  @doc """
  As `print/1`, starting at a column, for lines of a length, down to a depth.
  """
  @spec print(term, pos_integer, pos_integer, integer) :: charlist
  def print(term, column, line_length, depth), do: pretty(term, depth, line_length, column - 1, [?t])

  defp pretty(term, depth, line_length, column, modifiers) do
    lay(shape(term, depth, encoding(modifiers), ?l not in modifiers), column, line_length)
  end

  # A term as text, or `{open, parts, close}` with the parts' separators, and the whole on one line.
  defp shape(_, 0, _, _), do: ~c"..."

  defp shape(term, depth, encoding, strings?) when is_list(term) and term != [] do
    cond do
      strings? and printable?(term, encoding) -> quoted(term, ?", encoding)
      depth == 1 -> ~c"[...]"
      true -> {~c"[", list_parts(term, depth - 1, encoding, strings?), ~c"]"}
    end
  end

  defp shape(term, depth, encoding, strings?) when is_tuple(term) and term != {} do
    if depth == 1 do
      ~c"{...}"
    else
      {~c"{", list_parts(:erlang.tuple_to_list(term), depth - 1, encoding, strings?), ~c"}"}
    end
  end

  defp shape(term, depth, encoding, strings?) when is_map(term) and term != %{} do
    parts =
      for {key, value} <- :maps.to_list(term) do
        [flat(shape(key, depth - 1, encoding, strings?)), ~c" => ", flat(shape(value, depth - 1, encoding, strings?))]
      end

    {~c"\#{", commas(parts), ~c"}"}
  end

  defp shape(term, depth, encoding, true) when is_binary(term) and term != "" do
    chars = :unicode.characters_to_list(term)

    cond do
      printable?(:erlang.binary_to_list(term), :latin1) and (encoding == :latin1 or not is_list(chars) or ascii?(chars)) ->
        [~c"<<", quoted(:erlang.binary_to_list(term), ?", encoding), ~c">>"]

      encoding == :unicode and is_list(chars) and printable?(chars, :unicode) ->
        [~c"<<", quoted(chars, ?", :unicode), ~c"/utf8>>"]

      true ->
        write_term(term, depth, encoding)
    end
  end

  defp shape(term, depth, encoding, _), do: write_term(term, depth, encoding)

  defp list_parts([last], depth, encoding, strings?), do: [shape(last, depth, encoding, strings?)]
  defp list_parts(_, 1, _, _), do: [~c"..."]

  defp list_parts([head | tail], depth, encoding, strings?) when is_list(tail) do
    [{:then, shape(head, depth, encoding, strings?), ?,} | list_parts(tail, depth - 1, encoding, strings?)]
  end

  defp list_parts([head | tail], depth, encoding, strings?) do
    [{:then, shape(head, depth, encoding, strings?), ?|}, shape(tail, depth - 1, encoding, strings?)]
  end

  defp commas([last]), do: [last]
  defp commas([part | rest]), do: [{:then, part, ?,} | commas(rest)]

  defp flat({:then, part, separator}), do: [flat(part), separator]
  defp flat({open, parts, close}), do: [open, for(part <- parts, do: flat(part)), close]
  defp flat(text), do: text

  defp lay({:then, part, separator}, column, line_length), do: [lay(part, column, line_length), separator]

  defp lay({open, parts, close} = shape, column, line_length) do
    text = flat(shape)

    if column + size(text) < line_length do
      text
    else
      inner = column + length(open)
      [open, fill(parts, inner, inner, line_length, open != ~c"["), close]
    end
  end

  defp lay(text, _, _), do: text

  # Items of lists fill lines, those of tuples and maps stand one below the other.
  defp fill([part], _, at, line_length, _), do: [lay(part, at, line_length)]

  defp fill([part | rest], indent, at, line_length, one_each?) do
    text = lay(part, at, line_length)
    at = at + size(text)
    [next | _] = rest

    if one_each? or at + size(flat(next)) >= line_length or :lists.member(?\n, :lists.flatten(text)) do
      [text, ?\n, :lists.duplicate(indent, ?\s) | fill(rest, indent, indent, line_length, one_each?)]
    else
      [text | fill(rest, indent, at, line_length, one_each?)]
    end
  end

  defp size(text), do: :string.length(text)

  # ## What is printable

  @doc """
  Whether a term is a flat list of printable characters.

  ## Examples

      iex> :io_lib.printable_list(~c"abc")
      true
      iex> :io_lib.printable_list([1, 2])
      false

  """
  @spec printable_list(term) :: boolean
  def printable_list(term), do: printable?(term, :unicode)

  @doc """
  Whether a term is a flat list of printable Unicode characters.
  """
  @spec printable_unicode_list(term) :: boolean
  def printable_unicode_list(term), do: printable?(term, :unicode)

  @doc """
  Whether a term is a flat list of printable characters of Latin-1.
  """
  @spec printable_latin1_list(term) :: boolean
  def printable_latin1_list(term), do: printable?(term, :latin1)

  defp printable?([char | rest], encoding), do: printable_char?(char, encoding) and printable?(rest, encoding)
  defp printable?(rest, _), do: rest == []

  defp printable_char?(char, _) when char in 0x20..0x7E or char in 0xA0..0xFF, do: true
  defp printable_char?(char, _) when char in [?\n, ?\r, ?\t, ?\v, ?\b, ?\f, ?\e], do: true

  defp printable_char?(char, :unicode) do
    is_integer(char) and (char in 0x100..0xD7FF or char in 0xE000..0xFFFD or char in 0x10000..0x10FFFF)
  end

  defp printable_char?(_, _), do: false

  defp ascii?(chars), do: :lists.all(&(&1 < 128), chars)

  @doc """
  Whether a term is a flat list of Unicode characters.
  """
  @spec char_list(term) :: boolean
  def char_list([char | rest]) when char in 0..0xD7FF or char in 0xE000..0x10FFFF, do: char_list(rest)
  def char_list(rest), do: rest == []

  @doc """
  Whether a term is a flat list of bytes.
  """
  @spec latin1_char_list(term) :: boolean
  def latin1_char_list([char | rest]) when char in 0..255, do: latin1_char_list(rest)
  def latin1_char_list(rest), do: rest == []

  @doc """
  Whether a term is a list of Unicode characters and such lists.
  """
  @spec deep_char_list(term) :: boolean
  def deep_char_list([head | rest]) when is_list(head), do: deep_char_list(head) and deep_char_list(rest)
  def deep_char_list([char | rest]) when char in 0..0xD7FF or char in 0xE000..0x10FFFF, do: deep_char_list(rest)
  def deep_char_list(rest), do: rest == []

  @doc """
  A line end.
  """
  @spec nl() :: charlist
  def nl(), do: ~c"\n"

  @doc """
  The number of characters in chardata.
  """
  @spec chars_length(iodata) :: non_neg_integer
  def chars_length(chars), do: :string.length(chars)
end
