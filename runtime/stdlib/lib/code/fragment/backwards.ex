defmodule Code.Fragment.Backwards do
  @moduledoc false

  # What the end of a text is in the middle of. Texts come as charlists, newest character first; line breaks in them are real ones, others are
  # spaces by now.
  #
  # `thing/1` reads one name or operator and all that it belongs to through dots. It gives `{thing, rest, struct?}`: a context as
  # `Code.Fragment` documents them (or `:expr`, `:none`), what stands before it, and whether that was a percent sign, which is taken too.

  @words ~w(when not and or in)c
  @reserved ~w(do end after catch else rescue fn true false nil)c
  @signs ~c"!&*+-/<=>\\^|~"

  @operators ~w(! & + - ^ ~~~ * ** / ++ -- +++ --- <> && &&& || ||| == != === !== =~ < > <= >= |> <<< >>> <<~ ~>> <~ ~> <~> = | <- \\\\ ^^^)c

  # ## At the end of a text

  def context(reversed) do
    case space(reversed) do
      {[], _} -> :expr
      {[?\n | _], _} -> :expr
      {[char | _], _} when char in ~c",;[{" -> :expr
      {[?:, char | _] = rest, true} when char != ?: -> key_or(rest)
      {[?:], true} -> :expr
      {[?( | before], _} -> called(elem(space(before), 0))
      {[?/ | before], _} -> followed(thing(elem(space(before), 0)), :arity)
      {[?% | _], true} -> finished(thing(elem(space(reversed), 0)))
      {rest, true} -> followed(thing(rest), :call)
      {rest, false} -> finished(thing(rest))
    end
  end

  defp key_or([?:, char | _]), do: if(word?(char) or char in ~c"?!\"'", do: :expr, else: :none)

  defp called([?., char | _] = reversed) when char != ?. do
    case inside(tl(reversed)) do
      {{:local_or_var, name}, _, false} -> if name in @words, do: :none, else: {:anonymous_call, {:var, name}}
      {{kind, _} = attribute, _, false} when kind == :module_attribute -> {:anonymous_call, attribute}
      {{:dot, _, [_ | _]} = dot, _, false} -> {:anonymous_call, dot}
      _ -> :none
    end
  end

  defp called(reversed), do: followed(thing(reversed), :call)

  @followed %{
    call: {:local_call, :dot_call, :operator_call},
    arity: {:local_arity, :dot_arity, :operator_arity}
  }

  defp followed({thing, _rest, false}, how) do
    {local, dot, operator} = :maps.get(how, @followed)

    case thing do
      {:local_or_var, name} -> {if(name in @words, do: operator, else: local), name}
      {:dot, inside, [_ | _] = name} -> if name in @words, do: {operator, name}, else: {dot, inside, name}
      {:operator, name} -> {operator, name}
      {:dot, _, []} when how == :call -> thing
      :expr -> :expr
      _ -> :none
    end
  end

  defp followed(_struct, _how), do: :none

  defp finished({{:alias, name}, _rest, true}), do: {:struct, name}
  defp finished({:none, _rest, true}), do: :none
  defp finished({thing, _rest, true}), do: {:struct, thing}
  defp finished({thing, _rest, false}), do: thing

  # ## One thing

  defp thing(reversed) do
    {name, before} = run(reversed)

    cond do
      name == [] -> sign(reversed)
      lone?(before, ?:) -> {{:unquoted_atom, name}, tl(before), false}
      ?@ in name -> attribute(name, before)
      true -> name(name, before)
    end
  end

  # Characters of names and `@`, with a mark at the end.
  defp run([mark, char | rest]) when mark in ~c"?!" do
    if word?(char) or char == ?@, do: collect([char | rest], [mark]), else: {[], [mark, char | rest]}
  end

  defp run(reversed), do: collect(reversed, [])

  defp collect([char | rest], name) do
    if word?(char) or char == ?@, do: collect(rest, [char | name]), else: {name, [char | rest]}
  end

  defp collect([], name), do: {name, []}

  defp attribute([?@ | name], before) do
    case {name, kind(name)} do
      {[], _} -> {{:module_attribute, []}, before, false}
      {_, :lower} -> if ?@ in name, do: none(before), else: root({:module_attribute, name}, before, before)
      _ -> none(before)
    end
  end

  defp attribute(_name, before), do: none(before)

  defp name(_name, [sign | _] = before) when sign in ~c"?#", do: none(before)
  defp name([_], [?~, ?~ | _] = before), do: none(before)

  defp name([letter], [?~ | before]) when letter in ?a..?z or letter in ?A..?Z, do: {{:sigil, [letter]}, before, false}

  defp name(name, before) do
    {spaced, _} = space(before)

    case kind(name) do
      :none -> capture(name, before)
      _ when spaced == [] -> own(name, before)
      _ -> if lone?(spaced, ?.), do: dotted(tl(spaced), name), else: own(name, before)
    end
  end

  defp own(name, before) do
    case kind(name) do
      :lower -> root({:local_or_var, name}, before, before)
      :upper -> root({:alias, name}, before, elem(space(before), 0))
    end
  end

  # Whether a percent sign stands before the beginning of a thing.
  defp root(thing, _before, [?% | rest]), do: {thing, rest, true}
  defp root(thing, before, _spaced), do: {thing, before, false}

  defp capture(name, [?&, char | _] = before) when char == ?&, do: none([name | before])

  defp capture(name, [?& | before]) do
    if :lists.all(&(&1 in ?0..?9), name), do: {{:capture_arg, [?& | name]}, before, false}, else: none(before)
  end

  defp capture(_name, before), do: none(before)

  # ## Dots

  defp dotted(before, name) do
    {inside, rest, struct?} = inside(before)
    {join(inside, kind(name), name, struct?), rest, struct?}
  end

  defp inside(before) do
    case space(before) do
      {[?) | rest], _} -> {:expr, rest, false}
      {[], _} -> none([])
      {rest, _} -> thing(rest)
    end
  end

  # An upper-case name goes on an alias, any other belongs to what is before the dot.
  defp join({:alias, before}, :upper, name, _), do: {:alias, before ++ [?. | name]}
  defp join({:alias, inside, before}, :upper, name, _), do: {:alias, inside, before ++ [?. | name]}
  defp join({:module_attribute, [_ | _]} = inside, :upper, name, _), do: {:alias, inside, name}

  defp join({:local_or_var, variable} = inside, kind, name, struct?) do
    cond do
      variable in @words -> :none
      kind == :upper -> {:alias, inside, name}
      struct? -> {:dot, inside, name}
      true -> {:dot, {:var, variable}, name}
    end
  end

  defp join(_inside, :upper, _name, _), do: :none
  defp join({_, _, []}, _kind, _name, _), do: :none
  defp join({kind, [_ | _]} = inside, _, name, _) when kind in [:alias, :module_attribute, :unquoted_atom], do: {:dot, inside, name}
  defp join({kind, _, _} = inside, _, name, _) when kind in [:alias, :dot], do: {:dot, inside, name}
  defp join(:expr, _kind, name, _), do: {:dot, :expr, name}
  defp join(_inside, _kind, _name, _), do: :none

  # ## Signs

  defp sign([?. | _] = reversed) do
    {dots, before} = Enum.split_while(reversed, &(&1 == ?.))

    case {lone?(before, ?:), length(dots)} do
      {true, _} -> {{:unquoted_atom, dots}, tl(before), false}
      {false, 1} -> dotted(before, [])
      {false, 2} -> {{:operator, dots}, before, false}
      {false, _} -> {{:local_or_var, ~c"..."}, before, false}
    end
  end

  defp sign([?:, ?:, ?: | before]), do: {{:unquoted_atom, ~c"::"}, before, false}

  defp sign([?:, ?: | before]) do
    {spaced, _} = space(before)
    if lone?(spaced, ?.), do: dotted(tl(spaced), ~c"::"), else: {{:operator, ~c"::"}, before, false}
  end

  defp sign([?: | before]), do: {{:unquoted_atom, []}, before, false}

  defp sign([?% | before]) do
    if lone?(before, ?:), do: {{:unquoted_atom, ~c"%"}, tl(before), false}, else: {{:alias, []}, before, true}
  end

  defp sign(reversed) do
    {signs, before} = Enum.split_while(reversed, &(&1 in @signs))
    signs = :lists.reverse(signs)
    {spaced, _} = space(before)

    cond do
      signs == [] -> none(reversed)
      lone?(before, ?:) -> {{:unquoted_atom, signs}, tl(before), false}
      match?([_, ?~ | _], before) -> none(before)
      signs in [~c"->", ~c"=>", ~c"<<"] -> {:expr, before, false}
      signs == ~c"~" -> {if(lone?(spaced, ?.), do: :none, else: {:sigil, []}), before, false}
      signs not in @operators -> none(before)
      lone?(spaced, ?.) -> dotted(tl(spaced), signs)
      true -> {{:operator, signs}, before, false}
    end
  end

  defp none(rest), do: {:none, rest, false}

  # ## Around a position

  # `{first, last, context}`, where `last` is behind it, or `:none`. The text is cut in two at the position.
  def surround(before, rest) do
    with {before, rest} <- at(before, rest) do
      {thing, first, struct?} = thing(before)
      {before, rest, {thing, first, struct?}} = whole_alias(before, rest, {thing, first, struct?})

      case pointed(thing, struct?, rest) do
        :none -> :none
        context -> {length(first), length(before), context}
      end
    end
  end

  # Cuts the text behind the last character of what the position is in.
  defp at(before, [char | rest] = text) do
    cond do
      char in ~c" \t" -> in_space(before, text)
      word?(char) -> word_end(before, text)
      char in ~c"?!" and match?([last | _] when last not in ~c" ", before) and ends_name?(before) and not assigns?(rest) -> {[char | before], rest}
      char == ?. -> at_dot(before, rest)
      char == ?: -> at_colon(before, rest)
      char == ?% -> at_percent(before, rest)
      char == ?@ -> at_attribute(before, rest)
      char == ?~ and match?([letter | _] when letter in ?a..?z or letter in ?A..?Z, rest) -> word_end([?~ | before], rest)
      char == ?& and match?([digit | _] when digit in ?0..?9, rest) and not match?([?& | _], before) -> word_end([?& | before], rest)
      char in @signs -> signs_end(before, text)
      true -> :none
    end
  end

  defp ends_name?([char | _]), do: word?(char)
  defp assigns?(rest), do: match?([?= | _], rest)

  # Spaces belong to a dot or a percent sign beside them.
  defp in_space(before, rest) do
    {spaced, _} = space(before)
    {skipped, behind} = skip(before, rest)

    cond do
      lone?(behind, ?.) -> at_dot(skipped, tl(behind))
      lone?(spaced, ?.) and behind != [] -> named_or_signs(skipped, behind)
      match?([?% | _], spaced) and match?([letter | _] when letter in ?A..?Z, behind) -> word_end(skipped, behind)
      true -> :none
    end
  end

  defp at_dot([?. | _] = before, rest), do: dots_end(before, [?. | rest])
  defp at_dot(before, [?. | _] = rest), do: dots_end(before, [?. | rest])

  defp at_dot(before, rest) do
    {before, rest} = skip([?. | before], rest)
    named_or_signs(before, rest)
  end

  defp named_or_signs(before, [char | _] = rest) do
    cond do
      word?(char) -> word_end(before, rest)
      char in @signs -> signs_end(before, rest)
      char == ?: and match?([?:, ?: | _], rest) -> at_colon(before, tl(rest))
      true -> :none
    end
  end

  defp named_or_signs(_before, []), do: :none

  defp dots_end(before, [?. | rest]), do: dots_end([?. | before], rest)
  defp dots_end(before, rest), do: if(match?([?., ?., ?. | _], before), do: :none, else: {before, rest})

  defp at_colon([?: | _] = before, rest), do: colons_end([?: | before], rest)
  defp at_colon(before, [?: | rest]), do: colons_end([?:, ?: | before], rest)
  defp at_colon(before, [char | _] = rest), do: if(word?(char), do: word_end([?: | before], rest), else: :none)
  defp at_colon(_before, []), do: :none

  defp colons_end(_before, [?% | _]), do: :none
  defp colons_end(before, rest), do: {before, rest}

  # An `@` with nothing behind it is the operator.
  defp at_attribute(before, [char | _] = rest) do
    if word?(char), do: word_end([?@ | before], rest), else: at_attribute(before, [])
  end

  defp at_attribute(before, []), do: {length(before), length(before) + 1, {:operator, ~c"@"}}

  defp at_percent(before, rest) do
    case skip([?% | before], rest) do
      {before, [?@, char | _] = [_ | name]} -> if word?(char), do: word_end([?@ | before], name), else: :none
      {before, [char | _] = rest} -> if word?(char) and percent?(before, char), do: word_end(before, rest), else: :none
      {_before, []} -> :none
    end
  end

  # Only aliases may stand apart from their percent sign.
  defp percent?([?% | _], _char), do: true
  defp percent?(_spaced, char), do: char in ?A..?Z

  defp word_end(before, [char | rest] = text) do
    cond do
      word?(char) or char == ?@ -> word_end([char | before], rest)
      char in ~c"?!" and not assigns?(rest) -> {[char | before], rest}
      true -> {before, text}
    end
  end

  defp word_end(before, []), do: {before, []}

  defp signs_end(before, [char | rest]) when char in @signs, do: signs_end([char | before], rest)
  defp signs_end(before, rest), do: {before, rest}

  # An alias is meant as a whole, so upper-case names behind dots are taken too.
  defp whole_alias(before, rest, {thing, first, struct?}) do
    with true <- goes_on?(thing),
         {skipped, [?. | behind]} <- skip(before, rest),
         {skipped, [letter | _] = name} when letter in ?A..?Z <- skip([?. | skipped], behind) do
      {before, rest} = word_end(skipped, name)
      whole_alias(before, rest, thing(before))
    else
      _ -> {before, rest, {thing, first, struct?}}
    end
  end

  defp goes_on?({kind, [_ | _]}), do: kind in [:alias, :local_or_var, :module_attribute]
  defp goes_on?({:alias, _, _}), do: true
  defp goes_on?(_thing), do: false

  defp pointed({:alias, []}, true, _rest), do: :none
  defp pointed(thing, true, _rest), do: finished({thing, [], true})

  defp pointed({:local_or_var, name}, false, rest) do
    cond do
      name == ~c"..." -> :none
      key?(rest) -> {:key, name}
      name in @reserved -> {:keyword, name}
      name in @words -> {:operator, name}
      true -> {local(elem(skip([], rest), 1)), name}
    end
  end

  defp pointed({kind, []}, false, _rest) when kind in [:sigil, :unquoted_atom, :module_attribute], do: :none
  defp pointed({:dot, _, []}, false, _rest), do: :none
  defp pointed({:unquoted_atom, [sign | _]}, false, _rest) when sign in @signs, do: :none
  # A slash is rather the beginning of an arity.
  defp pointed({:operator, ~c"/"}, false, _rest), do: :none
  defp pointed(:expr, false, _rest), do: :none
  defp pointed(thing, false, _rest), do: thing

  defp key?([?:]), do: true
  defp key?([?:, char | _]), do: char in ~c" \t\n"
  defp key?(_rest), do: false

  defp local([?( | _]), do: :local_call
  defp local([?/ | _]), do: :local_arity
  defp local(_rest), do: :local_or_var

  # ## Characters

  defp word?(char), do: char in ?a..?z or char in ?A..?Z or char in ?0..?9 or char == ?_ or (is_integer(char) and char > 127)

  # `:lower` for names of variables and functions, `:upper` for aliases, which are plain.
  defp kind([letter | rest]) when letter in ?A..?Z, do: if(:lists.all(&(&1 < 128), rest), do: :upper, else: :none)
  defp kind([char | _]) when char in ?a..?z or char == ?_, do: :lower
  defp kind([digit | _]) when digit in ?0..?9, do: :none
  defp kind([char | _]) when char > 127, do: if(String.upcase(<<char::utf8>>) == <<char::utf8>> and String.downcase(<<char::utf8>>) != <<char::utf8>>, do: :none, else: :lower)
  defp kind(_name), do: :other

  # A sign that is not doubled.
  defp lone?([sign, sign | _], sign), do: false
  defp lone?([sign | _], sign), do: true
  defp lone?(_reversed, _sign), do: false

  # What is left without spaces at its beginning, and whether there were any.
  defp space([char | rest]) when char in ~c" \t", do: {elem(space(rest), 0), true}
  defp space(rest), do: {rest, false}

  defp skip(before, [char | rest]) when char in ~c" \t", do: skip([char | before], rest)
  defp skip(before, rest), do: {before, rest}
end
