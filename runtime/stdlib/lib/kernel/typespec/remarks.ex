defmodule Kernel.Typespec.Remarks do
  @moduledoc false

  # What is said of specifications that are taken as they are, though they hardly mean what they say. It looks at quoted code alone and
  # gives the texts of warnings, in the order in which a reader meets their causes.

  # A type, with what is said of its declaration.
  def type(kind, {:"::", _, [declaration, body]} = expr, place) do
    written(body, place) ++ repeated(expr) ++ meaningless(kind, declaration, body)
  end

  def type(_kind, _expr, _place), do: []

  def spec({:when, _, [{:"::", _, [{_, _, args}, result]}, guards]} = expr, place) do
    bounds = if Keyword.keyword?(guards), do: Keyword.values(guards), else: []
    written(listed(args) ++ [result] ++ bounds, place) ++ repeated(expr)
  end

  def spec({:"::", _, [{_, _, args}, result]}, place), do: written(listed(args) ++ [result], place)
  def spec(_expr, _place), do: []

  defp listed(args) when is_list(args), do: args
  defp listed(_context), do: []

  defp written(code, place) do
    {_, found} = Macro.prewalk(code, [], fn part, found -> {part, about(part, place) ++ found} end)
    :lists.reverse(found)
  end

  defp about({:string, _, args}, place) when args == [] or is_atom(args), do: [discouraged("string", "character lists, use charlist()", place)]

  defp about({:nonempty_string, _, args}, place) when args == [] or is_atom(args) do
    [discouraged("nonempty_string", "non-empty character lists, use nonempty_charlist()", place)]
  end

  defp about({:"::", _, [{_, _, context}, {:"::", _, [_, _]}]} = nested, _place) when is_atom(context) do
    ["invalid type annotation. Type annotations cannot be nested: #{Macro.to_string(nested)}"]
  end

  # The parts of a binary have sizes behind the colons.
  defp about({:"::", _, [{name, _, args} = left, _]}, _place) when is_list(args) and args != [] or is_list(args) and name != :_ do
    text = "invalid type annotation. The left side of :: must be a variable, got: #{Macro.to_string(left)}"

    if name == :| do
      [
        text <>
          ". Note \"left | right :: ann\" is the same as \"(left | right) :: ann\". " <>
          "To solve this, use parentheses around the union operands: \"left | (right :: ann)\""
      ]
    else
      [text]
    end
  end

  defp about(_part, _place), do: []

  defp discouraged(name, instead, place) do
    "#{name}() type use is discouraged. For #{instead} type, for strings, String.t()\n    #{place}\n"
  end

  # Names that begin with an underscore are for what is said once.
  defp repeated({form, _, [_, other]} = expr) do
    named = if form == :when, do: Keyword.keys(if(Keyword.keyword?(other), do: other, else: [])), else: names(hd(elem(expr, 2)))
    counted = if form == :when, do: hd(elem(expr, 2)), else: expr

    for name <- Enum.uniq(named), match?("_" <> _, :erlang.atom_to_binary(name)), occurrences(counted, name) > 1 do
      "the underscored type variable \"#{name}\" is used more than once in the type specification. " <>
        "A leading underscore indicates that the value of the variable should be ignored. " <>
        "If this is intended please rename the variable to remove the underscore"
    end
  end

  defp names({_, _, args}) when is_list(args), do: for({name, _, context} when is_atom(name) and is_atom(context) <- args, do: name)
  defp names(_declaration), do: []

  defp occurrences(code, name) do
    {_, count} =
      Macro.prewalk(code, 0, fn
        {^name, _, context} = variable, count when is_atom(context) -> {variable, count + 1}
        part, count -> {part, count}
      end)

    count
  end

  # An opaque type hides what it is made of, and any term is nothing to hide.
  defp meaningless(:opaque, {name, _, args}, {body, _, context}) when body in [:term, :any] and (is_atom(context) or context == []) do
    ["@opaque type #{name}/#{length(listed(args))} is underspecified and therefore meaningless"]
  end

  defp meaningless(_kind, _declaration, _body), do: []
end
