defmodule Jovial.Printer.Literals do
  @moduledoc false
  # Atoms, numbers, strings, charlists, sigils, and all that has interpolations.


  import Inspect.Algebra
  alias Jovial.Printer.{Blocks, Rows}

  # ## Literals in blocks, with what the parser noted of them

  def wrapped(literal, meta, role, ctx) do
    case literal do
      number when is_number(number) ->
        number(Keyword.get(meta, :token) || number_text(number), ctx)

      [_ | _] = charlist when is_list(charlist) ->
        cond do
          Keyword.has_key?(meta, :delimiter) -> charlist(charlist, meta, ctx)
          token_char?(meta) -> number(Keyword.get(meta, :token), ctx)
          true -> list(charlist, meta, role, ctx)
        end

      [] ->
        if Keyword.has_key?(meta, :delimiter), do: charlist([], meta, ctx), else: list([], meta, role, ctx)

      text when is_binary(text) ->
        text(text, meta, ctx)

      atom when is_atom(atom) ->
        if Keyword.has_key?(meta, :delimiter), do: quoted_atom(atom, meta, ctx), else: atom(atom, ctx)
    end
  end

  defp token_char?(meta), do: match?("?" <> _, Keyword.get(meta, :token, ""))

  defp list([{:->, _, _} | _] = clauses, meta, _role, ctx), do: Blocks.clauses_in_parens(meta, clauses, ctx)

  defp list([{:__commented__, _, [{:->, _, _}]} | _] = clauses, meta, _role, ctx),
    do: Blocks.clauses_in_parens(meta, clauses, ctx)

  defp list(items, meta, _role, ctx) do
    if ctx.source? or Keyword.has_key?(meta, :closing), do: Rows.list(meta, items, ctx), else: bare_list(items, meta, ctx)
  end

  # ## Bare literals

  def bare(literal, _role, ctx) do
    case literal do
      small when is_integer(small) and small in -99_999..99_999 -> color_doc(Integer.to_string(small), :number, ctx.opts)
      number when is_number(number) -> number(number_text(number), ctx)
      atom when is_atom(atom) -> atom(atom, ctx)
      text when is_binary(text) -> text(text, [], ctx)
      items when is_list(items) -> bare_list(items, [], ctx)
    end
  end

  defp bare_list(items, meta, ctx) do
    cond do
      items != [] and List.ascii_printable?(items) -> charlist(items, [delimiter: "~c\""], ctx)
      improper?(items) -> inspect(items)
      true -> Rows.list(meta, last_keywords(items), ctx)
    end
  end

  defp improper?([_ | rest]), do: improper?(rest)
  defp improper?(rest), do: rest != []

  # A pair can be written `key: value` only where no other kind of item follows.
  defp last_keywords(items) do
    {tail, before} = items |> :lists.reverse() |> Enum.split_while(&Rows.pair?/1)
    for(item <- :lists.reverse(before), do: unkeyed(item)) ++ :lists.reverse(tail)
  end

  defp unkeyed({key, value} = pair), do: if(Rows.pair?(pair), do: {:__block__, [], [{plain_key(key), value}]}, else: pair)
  defp unkeyed(item), do: item

  defp plain_key({:__block__, meta, key}), do: {:__block__, Keyword.delete(meta, :format), key}
  defp plain_key(key), do: key

  # ## Numbers

  defp number(text, ctx), do: color_doc(digits(text), :number, ctx.opts)

  defp number_text(number) when is_integer(number), do: Integer.to_string(number)
  defp number_text(number), do: inspect(number)

  # Long decimals get underscores at each third digit unless they have some already; hexadecimal digits are upper case.
  defp digits("-" <> text), do: "-" <> digits(text)
  defp digits("?" <> _ = text), do: text
  defp digits("0x" <> hex), do: "0x" <> String.upcase(hex)
  defp digits("0b" <> _ = text), do: text
  defp digits("0o" <> _ = text), do: text

  defp digits(text) do
    case :binary.split(text, ".") do
      [whole, fraction] -> thousands(whole) <> "." <> String.downcase(fraction)
      [whole] -> thousands(whole)
    end
  end

  defp thousands(digits) do
    if byte_size(digits) < 6 or :binary.match(digits, "_") != :nomatch do
      digits
    else
      head = rem(byte_size(digits), 3)
      <<first::binary-size(^head), rest::binary>> = digits
      groups = for <<three::binary-size(3) <- rest>>, do: three
      Enum.join(if(first == "", do: groups, else: [first | groups]), "_")
    end
  end

  # ## Atoms

  defp atom(atom, ctx) do
    case atom do
      nil -> color_doc("nil", nil, ctx.opts)
      boolean when is_boolean(boolean) -> color_doc(Atom.to_string(boolean), :boolean, ctx.opts)
      :\\ when not ctx.source? -> color_doc(~S(:"\\\\"), :atom, ctx.opts)
      _ -> color_doc(atom_text(atom, ctx), :atom, ctx.opts)
    end
  end

  defp atom_text(atom, ctx) do
    text = Macro.inspect_atom(:literal, atom)

    if not ctx.escape? and not ctx.source? and match?(":\"" <> _, text),
      do: quoted(":\"", Atom.to_string(atom), "\"", ctx),
      else: text
  end

  # Written in quotes: they go if the atom needs none.
  defp quoted_atom(atom, _meta, ctx) do
    text = Atom.to_string(atom)

    doc =
      case Macro.classify_atom(atom) do
        kind when kind in [:identifier, :unquoted] and text != "\\\\" -> ":" <> text
        _ -> quoted(":\"", text, "\"", ctx)
      end

    color_doc(doc, :atom, ctx.opts)
  end

  # The key of a pair, with its colon.
  def key(key, ctx) do
    doc =
      case key do
        {:__block__, meta, [atom]} ->
          if Keyword.has_key?(meta, :delimiter), do: quoted_key(atom, ctx), else: plain_key_text(atom)

        {{:., _, _}, _, [{:<<>>, _, parts}, _]} ->
          concat(interpolated("\"", parts, "\"", ctx), ":")

        atom when is_atom(atom) ->
          plain_key_text(atom)
      end

    color_doc(doc, :atom, ctx.opts)
  end

  defp plain_key_text(atom), do: Macro.inspect_atom(:key, atom)

  defp quoted_key(atom, ctx) do
    case Macro.classify_atom(atom) do
      kind when kind in [:identifier, :unquoted] -> Atom.to_string(atom) <> ":"
      _ -> concat(quoted("\"", Atom.to_string(atom), "\"", ctx), ":")
    end
  end

  # ## Strings

  defp text(text, meta, ctx) do
    doc =
      case Keyword.get(meta, :delimiter) do
        ~s["""] -> heredoc(~s["""], [text], ~s["""], ctx)
        _ -> quoted("\"", text, "\"", ctx)
      end

    color_doc(doc, :string, ctx.opts)
  end

  defp charlist(chars, meta, ctx), do: charlist_of([:unicode.characters_to_binary(chars)], Keyword.get(meta, :delimiter), ctx)

  defp charlist_of(parts, delimiter, ctx) do
    sigil? = not ctx.source? or ctx.charlists?

    doc =
      case delimiter do
        "'''" when sigil? -> heredoc(~s[~c"""], parts, ~s["""], ctx)
        "'''" -> heredoc("'''", parts, "'''", ctx)
        "'" when sigil? -> as_sigil(parts, ctx)
        "'" -> interpolated("'", parts, "'", ctx)
        _ -> interpolated("~c\"", parts, "\"", ctx)
      end

    color_doc(doc, :charlist, ctx.opts)
  end

  # `'...'` becomes `~c"..."`, or `~c'...'` where the contents would need escapes in the former.
  defp as_sigil(parts, ctx) do
    quote? = :lists.any(fn part -> is_binary(part) and :binary.match(part, "\"") != :nomatch end, parts)
    if quote?, do: interpolated("~c'", parts, "'", ctx), else: interpolated("~c\"", parts, "\"", ctx)
  end

  # Line breaks inside quotes are part of the text: no indentation may follow them.
  defp raw(text) do
    case :binary.split(text, "\n", [:global]) do
      [text] -> string(text)
      [first | rest] -> nest(concat([string(first) | for(text <- rest, do: concat(line(), string(text)))]), :reset)
    end
  end

  defp quoted(open, text, close, ctx), do: concat([open, raw(escaped(text, close, ctx)), close])

  # Without escapes, the delimiter alone needs its backslash: the parser takes it away even where it leaves escapes alone.
  defp escaped(text, close, ctx) do
    if ctx.escape? do
      <<delimiter>> = :binary.part(close, byte_size(close) - 1, 1)
      {text, _} = :jovial_string.escape(text, delimiter, :infinity)
      text
    else
      String.replace(text, close, "\\" <> close)
    end
  end

  # ## Interpolation

  # Whether a bitstring is a string with interpolations: it says so, or it is made of texts and of `#{}` calls alone.
  def text?({:<<>>, meta, parts}) when is_list(parts) do
    Keyword.has_key?(meta, :delimiter) or (parts != [] and made_of_text?(parts))
  end

  def text?(_), do: false

  defp made_of_text?(parts) do
    :lists.all(fn part -> is_binary(part) or interpolation?(part) end, parts)
  end

  defp interpolation?({:"::", _, [{{:., _, [Kernel, :to_string]}, _, [_]}, {:binary, _, context}]}), do: is_atom(context)
  defp interpolation?(_), do: false

  defp list_interpolation?({{:., _, [Kernel, :to_string]}, meta, [_]}), do: is_list(meta)
  defp list_interpolation?(_), do: false

  def interpolated_string(meta, parts, ctx) do
    doc =
      case Keyword.get(meta, :delimiter) do
        ~s["""] -> heredoc(~s["""], parts, ~s["""], ctx)
        # With interpolations Elixir escapes nothing but quotes, so that line breaks stay line breaks.
        _ -> interpolated("\"", parts, "\"", ctx, &String.replace(&1, "\"", "\\\""))
      end

    color_doc(doc, :string, ctx.opts)
  end

  def interpolated_charlist?({_, meta, [parts]}) do
    Keyword.has_key?(meta, :delimiter) or
      (:lists.any(&list_interpolation?/1, parts) and
         :lists.all(fn part -> is_binary(part) or list_interpolation?(part) end, parts))
  end

  def interpolated_charlist(meta, parts, ctx), do: charlist_of(parts, Keyword.get(meta, :delimiter), ctx)

  def interpolated_atom?(meta, parts, utf8) do
    utf8 in [:utf8, {:__block__, [], [:utf8]}] and
      (Keyword.has_key?(meta, :delimiter) or parts == [] or made_of_text?(parts))
  end

  def interpolated_atom(_meta, parts, ctx), do: color_doc(interpolated(":\"", parts, "\"", ctx), :atom, ctx.opts)

  defp interpolated(open, parts, close, ctx), do: interpolated(open, parts, close, ctx, &escaped(&1, close, ctx))

  defp interpolated(open, parts, close, ctx, escape) do
    inner =
      for part <- parts do
        if is_binary(part), do: raw(escape.(part)), else: hole(part, ctx)
      end

    concat([open, concat(inner), close])
  end

  # What stands in `#{}` is printed on one line however long it is.
  defp hole(part, ctx) do
    expression =
      case part do
        {:"::", _, [{_, _, [expression]}, _]} -> expression
        {_, _, [expression]} -> expression
      end

    concat(["\#{", no_limit(Blocks.interpolation(unbroken(expression), ctx)), "}"])
  end

  # Line breaks in brackets are no choice of style here.
  defp unbroken(expression) do
    Macro.prewalk(expression, fn
      {form, meta, args} when is_list(meta) -> {form, Keyword.drop(meta, [:newlines]), args}
      node -> node
    end)
  end

  # ## Heredocs

  defp heredoc(open, parts, close, ctx), do: heredoc(open, parts, close, ctx, &heredoc_escape(&1, close, ctx))

  defp heredoc(open, parts, close, ctx, escape) do
    body = for part <- parts, do: if(is_binary(part), do: heredoc_text(escape.(part)), else: hole(part, ctx))

    # The line end behind the opening delimiter is part of the first text, which may begin with an empty line.
    body =
      case parts do
        [text | _] when is_binary(text) -> [heredoc_text("\n" <> escape.(text)) | tl(body)]
        _ -> [line() | body]
      end

    force_unfit(concat([open, concat(body), close]))
  end

  defp heredoc_text(text) do
    [first | rest] = :binary.split(text, "\n", [:global])
    concat([string(first) | heredoc_lines(rest)])
  end

  # Empty lines carry no indentation, but the last one stands before the closing delimiter.
  defp heredoc_lines([]), do: []
  defp heredoc_lines([last]), do: [line(), string(last)]
  defp heredoc_lines([empty | rest]) when empty in ["", "\r"], do: [nest(concat(line(), empty), :reset) | heredoc_lines(rest)]
  defp heredoc_lines([text | rest]), do: [line(), string(text) | heredoc_lines(rest)]

  defp heredoc_escape(text, close, ctx) do
    text =
      if ctx.escape? do
        # Line breaks stay what they are.
        Enum.map_join(:binary.split(text, "\n", [:global]), "\n", &elem(:jovial_string.escape(&1, 0, :infinity), 0))
      else
        text
      end

    String.replace(text, close, "\\" <> close)
  end

  # ## Sigils

  # The document for `sigil_x(<<...>>, modifiers)`, or `nil` if it is no sigil.
  def sigil(name, meta, text_meta, parts, modifiers, ctx) do
    with "sigil_" <> letters <- Atom.to_string(name),
         true <- sigil_letters?(letters),
         true <- is_list(modifiers) and :lists.all(&(&1 in ?a..?z or &1 in ?A..?Z or &1 in ?0..?9), modifiers),
         true <- :lists.all(fn part -> is_binary(part) or interpolation?(part) end, parts) do
      open = Keyword.get(meta, :delimiter, "\"")
      parts = customized(letters, open, parts, modifiers, meta, ctx)
      color_doc(sigil_doc(letters, open, parts, modifiers, text_meta, ctx), sigil_color(letters), ctx.opts)
    else
      _ -> nil
    end
  end

  defp sigil_color(letters) when letters in ["r", "R"], do: :regex
  defp sigil_color(_), do: :string

  defp sigil_letters?(<<letter>>), do: letter in ?a..?z or letter in ?A..?Z

  defp sigil_letters?(<<first, rest::binary>>) when first in ?A..?Z do
    :lists.all(&(&1 in ?A..?Z or &1 in ?0..?9), :erlang.binary_to_list(rest))
  end

  defp sigil_letters?(_), do: false

  # A formatter for this sigil may rewrite its text.
  defp customized(letters, open, [text] = parts, modifiers, meta, ctx) when is_binary(text) do
    case :maps.find(letters, ctx.sigils) do
      {:ok, fun} ->
        facts = [
          file: ctx.file,
          line: Keyword.get(meta, :line),
          sigil: String.to_atom(letters),
          modifiers: modifiers,
          opening_delimiter: open
        ]

        [IO.iodata_to_binary(fun.(text, facts))] |> ended_by_newline(open)

      :error ->
        parts
    end
  end

  defp customized(_letters, _open, parts, _modifiers, _meta, _ctx), do: parts

  defp ended_by_newline([text], open) when open in [~s["""], "'''"] do
    if String.ends_with?(text, "\n"), do: [text], else: [text <> "\n"]
  end

  defp ended_by_newline(parts, _open), do: parts

  defp sigil_doc(letters, open, parts, modifiers, _text_meta, ctx) do
    modifiers = :erlang.list_to_binary(modifiers)
    close = closing(open)

    if open in [~s["""], "'''"] do
      concat(heredoc("~" <> letters <> open, sigil_escape(parts, open), close, ctx, & &1), modifiers)
    else
      parts = sigil_escape(parts, close)
      inner = interpolated("~" <> letters <> open, parts, close, ctx, & &1)
      concat(inner, modifiers)
    end
  end

  defp sigil_escape(parts, close) do
    for part <- parts, do: if(is_binary(part), do: String.replace(part, close, "\\" <> close), else: part)
  end

  defp closing("("), do: ")"
  defp closing("["), do: "]"
  defp closing("{"), do: "}"
  defp closing("<"), do: ">"
  defp closing(same), do: same

end
