defmodule Jovial.SourceText do
  @moduledoc false

  # What stands before a cursor in half-written code, found by looking backwards from it: no parser could read such a
  # text. Strings and comments are seen on the cursor's line only, brackets as far back as `@far` characters.

  @far 4000

  @typedoc """
  What the cursor is behind: a name, what it belongs to, and how many characters of it there are.
  """
  @type context ::
          {:local, String.t()}
          | {:alias, [String.t()], String.t()}
          | {:erlang, String.t()}
          | {:remote, [String.t()] | {:erlang, String.t()} | {:variable, String.t(), [String.t()]}, String.t()}
          | {:struct, [String.t()], String.t()}
          | {:attribute | :sigil | :bits | :path, String.t()}
          | {:key, String.t(), [String.t()], String.t()}
          | :nothing

  # The last characters, newest first.
  def backwards(text) do
    text |> String.slice(-@far, @far) |> String.to_charlist() |> :lists.reverse()
  end

  @doc false
  def context(before) do
    line = before |> String.split("\n") |> List.last()

    cond do
      String.starts_with?(String.trim_leading(line), "#") -> :nothing
      path = open_string(line) -> {:path, path}
      true -> before |> backwards() |> code()
    end
  end

  # What an open string on the line holds, unless the cursor is in an interpolation of it.
  defp open_string(line) do
    parts = line |> String.replace("\\\"", "") |> String.split("\"")
    last = List.last(parts)
    if rem(length(parts), 2) == 0 and not String.contains?(last, "\#{"), do: last
  end

  # The context at the end of code, given backwards.
  def code(reversed) do
    {name, rest} = name(reversed)

    case rest do
      [?., ?. | _] -> {:local, name}
      [?. | path] -> dotted(path, name)
      [?:, ?: | _] -> {:bits, name}
      [?- | type] -> if bits?(type), do: {:bits, name}, else: local(name)
      [?:, ?[ | path] -> key(path, name)
      [?:, before | _] when before in ~c"_?!\"'" or before in ?a..?z or before in ?A..?Z or before in ?0..?9 -> {:local, name}
      [?: | _] -> {:erlang, name}
      [?% | _] -> {:struct, [], name}
      [?@ | _] -> {:attribute, name}
      [?~ | _] -> {:sigil, name}
      [?{, ?. | path] -> group(path, name)
      _ -> local(name)
    end
  end

  defp local(name), do: if(upper?(name), do: {:alias, [], name}, else: {:local, name})

  # Whether a dash behind this joins modifiers of a segment: `::binary-size(4)`.
  defp bits?([?) | reversed]) do
    case opened(reversed) do
      {?(, outside} -> bits?(outside)
      _ -> false
    end
  end

  defp bits?(reversed) do
    case name(reversed) do
      {"", _} -> false
      {_, [?:, ?: | _]} -> true
      {_, [?- | type]} -> bits?(type)
      _ -> false
    end
  end

  # `variable[:na`
  defp key(path, name) do
    case path(path, []) do
      {:variable, variable, fields} -> {:key, variable, fields, name}
      _ -> {:erlang, name}
    end
  end

  defp dotted(path, name) do
    case path(path, []) do
      {:alias, parts, :struct} -> {:struct, parts, name}
      {:alias, parts, _} -> if upper?(name), do: {:alias, parts, name}, else: {:remote, parts, name}
      {:erlang, module} -> {:remote, {:erlang, module}, name}
      {:variable, variable, fields} -> {:remote, {:variable, variable, fields}, name}
      :unknown -> :nothing
    end
  end

  # `alias Foo.{Ba`
  defp group(path, name) do
    case path(path, []) do
      {:alias, parts, _} -> {:alias, parts, name}
      _ -> :nothing
    end
  end

  defp path(reversed, parts) do
    {name, rest} = name(reversed)

    case {name, rest} do
      {"", _} -> :unknown
      {_, [?., ?. | _]} -> root(name, parts, [])
      {_, [?. | more]} -> path(more, [name | parts])
      {_, [?:, ?: | _]} -> root(name, parts, [])
      {_, [?: | _]} -> if parts == [], do: {:erlang, name}, else: :unknown
      {_, rest} -> root(name, parts, rest)
    end
  end

  defp root(name, parts, rest) do
    cond do
      upper?(name) and Enum.all?(parts, &upper?/1) -> {:alias, [name | parts], if(match?([?% | _], rest), do: :struct, else: :plain)}
      upper?(name) or match?([?@ | _], rest) -> :unknown
      Enum.any?(parts, &upper?/1) -> :unknown
      true -> {:variable, name, parts}
    end
  end

  defp upper?(<<first, _::binary>>), do: first in ?A..?Z
  defp upper?(""), do: false

  # The name that ends here, and what stands before it.
  def name([mark | rest]) when mark in [??, ?!] do
    case split(rest, []) do
      {[], _} -> {"", [mark | rest]}
      {chars, rest} -> {List.to_string(chars ++ [mark]), rest}
    end
  end

  def name(reversed) do
    {chars, rest} = split(reversed, [])
    {List.to_string(chars), rest}
  end

  defp split([char | rest], chars) when char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char == ?_ or char > 127,
    do: split(rest, [char | chars])

  defp split(rest, chars), do: {chars, rest}

  # Names that half-written code speaks of: those that may be variables, and those that it defines as functions.
  def names(before) do
    text = before |> String.slice(-@far, @far) |> String.replace(~r/"(?:\\.|[^"\\])*"|#[^\n]*/, "")
    variables = for [_, name] <- Regex.scan(~r/(?<![\w.:@~&])([a-z_]\w*)(?![\w?!(:])/, text), do: name
    functions = for [_, name] <- Regex.scan(~r/\bdefp?(?:macrop?|guardp?)? +([a-z_]\w*[?!]?)/, text), do: name
    {variables, functions}
  end

  # The characters of a name that a text begins with.
  def beginning(text) do
    {chars, rest} = text |> String.to_charlist() |> split([])
    mark = if match?([mark | _] when mark in [??, ?!], rest), do: [hd(rest)], else: []
    List.to_string(:lists.reverse(chars) ++ mark)
  end

  # What stands before the bracket that is still open, and the bracket: `{?(, reversed}`, or `nil`.
  def opened(reversed), do: opened(reversed, 0)

  defp opened([], _depth), do: nil
  defp opened([char | rest], depth) when char in ~c")]}", do: opened(rest, depth + 1)
  defp opened([char | rest], 0) when char in ~c"([{", do: {char, rest}
  defp opened([char | rest], depth) when char in ~c"([{", do: opened(rest, depth - 1)
  defp opened([_ | rest], depth), do: opened(rest, depth)

  # The map or struct whose key is about to be written: `{:struct, parts}` or `{:variable, name, fields}`, or `nil`.
  def container(before) do
    reversed = backwards(before)
    {_name, rest} = name(reversed)

    with [separator | _] when separator in ~c"{,|" <- Enum.drop_while(rest, &(&1 in ~c" \n\t")),
         {?{, outside} <- opened(rest) do
      inside = rest |> Enum.take(length(rest) - length(outside) - 1) |> :lists.reverse() |> List.to_string()
      updated(inside) || structure(outside)
    else
      _ -> nil
    end
  end

  # `%{variable |` and `%Name{variable |`
  defp updated(inside) do
    case String.split(inside, "|", parts: 2) do
      [variable, _] ->
        case variable |> String.trim_trailing() |> backwards() |> path([]) do
          {:variable, _, _} = found -> found
          _ -> nil
        end

      _ ->
        nil
    end
  end

  defp structure(outside) do
    case path(outside, []) do
      {:alias, parts, :struct} -> {:struct, parts}
      _ -> nil
    end
  end
end
