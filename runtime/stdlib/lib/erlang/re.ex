defmodule :re do
  @moduledoc """
  Regular expressions as Erlang programs know them: splitting and replacing, on top of the natives that search.

  `Regex` is the module for Elixir programs.
  """

  @doc """
  Splits a subject wherever a pattern matches.

  Groups of the pattern are put between the parts. Options, beside those of `run/3`: `{:parts, count}`, `:trim`,
  `:group` and `{:return, :iodata | :binary | :list}`.

  ## Examples

      iex> :re.split("a-b-c", "-")
      ["a", "b", "c"]
      iex> :re.split("a1b2c", "(\\\\d)", parts: 2)
      ["a", "1", "b2c"]
      iex> :re.split("a-b--", "-", [:trim, return: :list])
      [~c"a", ~c"b"]

  """
  def split(subject, pattern), do: split(subject, pattern, [])

  def split(subject, pattern, options) do
    {own, options} = own_options(options, [:parts, :return, :trim, :group])
    {pattern, options, unicode?} = compiled(pattern, options)
    subject = text(subject, unicode?)

    left =
      case value(own, :parts, :infinity) do
        0 -> :infinity
        :infinity -> :infinity
        parts when is_integer(parts) and parts > 0 -> parts - 1
      end

    parts =
      case :re.run(subject, pattern, [:global, {:capture, :all, :index} | options]) do
        :nomatch -> [[rest(subject, 0)]]
        {:match, matches} -> parts(matches, subject, 0, left, groups(pattern))
      end

    parts = if value(own, :trim, false) or value(own, :parts, :infinity) == 0, do: trimmed(parts), else: parts
    form = value(own, :return, :iodata)
    parts = for part <- parts, do: for(text <- part, do: returned(text, form, unicode?))
    if value(own, :group, false), do: parts, else: :lists.append(parts)
  end

  # A match of nothing at all, at the beginning or where the last one ended, splits nothing off.
  defp parts([], subject, from, _, _), do: [[rest(subject, from)]]
  defp parts(_, subject, from, 0, _), do: [[rest(subject, from)]]
  defp parts([[{from, 0} | _] | matches], subject, from, left, groups), do: parts(matches, subject, from, left, groups)

  defp parts([[{at, size} | captured] | matches], subject, from, left, groups) do
    part = :erlang.binary_part(subject, from, at - from)
    between = padded(for(place <- captured, do: taken(subject, place)), groups)
    left = if left == :infinity, do: left, else: left - 1
    [[part | between] | parts(matches, subject, at + size, left, groups)]
  end

  defp padded(texts, groups), do: texts ++ :lists.duplicate(groups - length(texts), "")

  defp trimmed(parts) do
    case :lists.dropwhile(fn part -> :lists.all(fn text -> text == "" end, part) end, :lists.reverse(parts)) do
      [] -> []
      parts -> :lists.reverse(parts)
    end
  end

  @doc """
  Replaces what a pattern matches.

  In the replacement `&` stands for the match, `\\\\1` or `\\\\g{1}` for a group, `\\\\&` and `\\\\\\\\` for themselves. Options, beside
  those of `run/3`: `:global` and `{:return, :iodata | :binary | :list}`.

  ## Examples

      iex> :re.replace("a1b2", "\\\\d", "<&>", [:global, return: :binary])
      "a<1>b<2>"
      iex> :re.replace("ab", "(a)(b)", "\\\\2\\\\1", return: :binary)
      "ba"

  """
  def replace(subject, pattern, replacement), do: replace(subject, pattern, replacement, [])

  def replace(subject, pattern, replacement, options) do
    {own, options} = own_options(options, [:return, :global])
    {pattern, options, unicode?} = compiled(pattern, options)
    subject = text(subject, unicode?)
    action = if is_function(replacement, 2), do: replacement, else: template(text(replacement, unicode?), "")
    global = if value(own, :global, false), do: [:global], else: []
    form = value(own, :return, :iodata)

    case :re.run(subject, pattern, global ++ [{:capture, :all, :index} | options]) do
      :nomatch -> returned(subject, form, unicode?)
      {:match, [match | _] = matches} when is_list(match) -> finished(put(matches, subject, 0, action), form, unicode?)
      {:match, match} -> finished(put([match], subject, 0, action), form, unicode?)
    end
  end

  defp put([], subject, from, _), do: rest(subject, from)

  defp put([[{at, size} | groups] = match | matches], subject, from, action) do
    part = :erlang.binary_part(subject, from, at - from)
    tail = put(matches, subject, at + size, action)

    new =
      if is_function(action) do
        action.(taken(subject, {at, size}), for(place <- groups, do: taken(subject, place)))
      else
        for piece <- action, do: if(is_integer(piece), do: group(subject, match, piece), else: piece)
      end

    [part, new | tail]
  end

  defp group(subject, [place | _], 0), do: taken(subject, place)
  defp group(subject, [_ | places], number), do: group(subject, places, number - 1)
  defp group(_, [], _), do: ""

  # A replacement as a list of texts and numbers of groups.
  defp template(<<>>, ""), do: []
  defp template(<<>>, text), do: [text]
  defp template(<<?\\, ?g, ?{, rest::binary>>, text), do: numbered(rest, 0, text, true)
  defp template(<<?\\, ?g, digit, rest::binary>>, text) when digit in ?1..?9, do: numbered(<<digit, rest::binary>>, 0, text, false)
  defp template(<<?\\, digit, rest::binary>>, text) when digit in ?1..?9, do: numbered(<<digit, rest::binary>>, 0, text, false)
  defp template(<<?\\, char, rest::binary>>, text), do: template(rest, <<text::binary, char>>)
  defp template(<<?&, rest::binary>>, text), do: [text, 0 | template(rest, "")]
  defp template(<<byte, rest::binary>>, text), do: template(rest, <<text::binary, byte>>)

  defp numbered(<<digit, rest::binary>>, number, text, brace?) when digit in ?0..?9 do
    numbered(rest, number * 10 + digit - ?0, text, brace?)
  end

  defp numbered(<<?}, rest::binary>>, number, text, true), do: [text, number | template(rest, "")]
  defp numbered(rest, number, text, _), do: [text, number | template(rest, "")]

  defp finished(data, :iodata, _), do: data
  defp finished(data, form, unicode?), do: returned(:erlang.iolist_to_binary(data), form, unicode?)

  defp returned(text, :list, true), do: :unicode.characters_to_list(text)
  defp returned(text, :list, false), do: :erlang.binary_to_list(text)
  defp returned(text, _, _), do: text

  # ## Shared by both

  defp own_options(options, names) do
    :lists.partition(
      fn
        {name, _} -> name in names
        name -> name in names
      end,
      options
    )
  end

  defp value(options, name, default) do
    case :lists.keyfind(name, 1, options) do
      {_, value} -> value
      false -> if name in options, do: true, else: default
    end
  end

  @run_options [:anchored, :notbol, :noteol, :notempty, :notempty_atstart, :report_errors]

  defp compiled(pattern, options) when is_tuple(pattern), do: {pattern, options, elem(pattern, 2) == 1}

  defp compiled(pattern, options) do
    {run, compile} =
      :lists.partition(
        fn
          {name, _} -> name in [:offset, :match_limit, :match_limit_recursion]
          name -> name in @run_options
        end,
        options
      )

    case :re.compile(pattern, compile) do
      {:ok, pattern} -> {pattern, run, elem(pattern, 2) == 1}
      {:error, _} -> :erlang.error(:badarg)
    end
  end

  defp groups(pattern), do: elem(pattern, 1)

  defp text(chars, _) when is_binary(chars), do: chars
  defp text(chars, true), do: :unicode.characters_to_binary(chars)
  defp text(chars, false), do: :erlang.iolist_to_binary(chars)

  defp taken(_, {-1, _}), do: ""
  defp taken(subject, {at, size}), do: :erlang.binary_part(subject, at, size)

  defp rest(subject, from), do: :erlang.binary_part(subject, from, byte_size(subject) - from)
end
