defmodule :erl_parse do
  @moduledoc """
  Erlang's expressions, from tokens of `:erl_scan` to the abstract format and to terms.

  It reads what terms are written with, and in expressions also operators, calls, variables, records and maps: what stands in files of terms
  and behind `=` in record definitions. Control structures (`case`, `fun`, `try`, comprehensions) are not read.
  """

  # Operators by how they bind, the loosest first: `{power, side}`.
  @binary %{
    := => {100, :right}, :! => {100, :right}, :orelse => {150, :right}, :andalso => {160, :right},
    :== => {200, :none}, :"/=" => {200, :none}, :"=<" => {200, :none}, :< => {200, :none}, :>= => {200, :none}, :> => {200, :none},
    :"=:=" => {200, :none}, :"=/=" => {200, :none}, :++ => {300, :right}, :-- => {300, :right},
    :+ => {400, :left}, :- => {400, :left}, :bor => {400, :left}, :bxor => {400, :left}, :bsl => {400, :left}, :bsr => {400, :left},
    :or => {400, :left}, :xor => {400, :left},
    :/ => {500, :left}, :* => {500, :left}, :div => {500, :left}, :rem => {500, :left}, :band => {500, :left}, :and => {500, :left}
  }
  @prefix [:+, :-, :bnot, :not]

  @doc ~S"""
  The term that tokens up to a dot write: `{:ok, term}`, or `{:error, {line, module, description}}`.

      iex> {:ok, tokens, _} = :erl_scan.string(~C'{a, [1, "b"], <<"c">>, #{d => -1.5}}.')
      iex> :erl_parse.parse_term(tokens)
      {:ok, {:a, [1, ~c"b"], "c", %{d: -1.5}}}
  """
  def parse_term(tokens) do
    with {:ok, [expression]} <- parse_exprs(tokens) do
      {:ok, normalise(expression)}
    else
      {:ok, [_, next | _]} -> failure(:erlang.element(2, next), ~c"bad term")
      error -> error
    end
  catch
    {:bad_term, line} -> failure(line, ~c"bad term")
  end

  @doc """
  The expressions that tokens up to a dot write, in the abstract format.

      iex> {:ok, tokens, _} = :erl_scan.string(~c"f(X) + 1.")
      iex> :erl_parse.parse_exprs(tokens)
      {:ok, [{:op, 1, :+, {:call, 1, {:atom, 1, :f}, [{:var, 1, :X}]}, {:integer, 1, 1}}]}
  """
  def parse_exprs(tokens) do
    case expressions(tokens) do
      {expressions, [{:dot, _}]} -> {:ok, expressions}
      {_, rest} -> unexpected(rest)
    end
  catch
    {:syntax, tokens} -> unexpected(tokens)
  end

  # An expression at the beginning of tokens, and what follows.
  @doc false
  def expression(tokens), do: expression(tokens, 0)

  defp unexpected([]), do: failure(999_999, [~c"syntax error before: ", []])
  defp unexpected([{:dot, line} | _]), do: failure(line, [~c"syntax error before: ", []])
  defp unexpected([token | _]), do: failure(:erl_scan.line(token), [~c"syntax error before: ", :io_lib.write(:erl_scan.symbol(token))])

  defp failure(line, text), do: {:error, {line, :erl_parse, text}}

  @doc "Says in words what is wrong."
  def format_error(text), do: text

  @doc """
  The term that an expression of literals stands for.

      iex> :erl_parse.normalise({:tuple, 1, [{:atom, 1, :a}, {:cons, 1, {:integer, 1, 2}, {nil, 1}}]})
      {:a, [2]}
  """
  def normalise({kind, _, value}) when kind in [:atom, :integer, :float, :char, :string], do: value
  def normalise({nil, _}), do: []
  def normalise({:cons, _, head, tail}), do: [normalise(head) | normalise(tail)]
  def normalise({:tuple, _, elements}), do: :erlang.list_to_tuple(for(element <- elements, do: normalise(element)))
  def normalise({:map, _, pairs}), do: for({:map_field_assoc, _, key, value} <- pairs, into: %{}, do: {normalise(key), normalise(value)})
  def normalise({:bin, _, segments}), do: :erlang.iolist_to_binary(for({:bin_element, _, value, _, _} <- segments, do: normalise(value)))
  def normalise({:op, _, :+, {kind, _, number}}) when kind in [:integer, :float], do: number
  def normalise({:op, _, :-, {kind, _, number}}) when kind in [:integer, :float], do: -number
  def normalise(other), do: throw({:bad_term, :erlang.element(2, other)})

  # ## Expressions

  defp expressions(tokens) do
    case expression(tokens, 0) do
      {first, [{:",", _} | rest]} ->
        {others, rest} = expressions(rest)
        {[first | others], rest}

      {last, rest} ->
        {[last], rest}
    end
  end

  defp expression(tokens, least) do
    {left, rest} = operand(tokens)
    continued(left, rest, least)
  end

  defp continued(left, [{sign, line} | rest] = tokens, least) do
    case @binary do
      %{^sign => {power, side}} when power > least ->
        {right, rest} = expression(rest, if(side == :right, do: power - 1, else: power))
        kind = if sign == :=, do: {:match, line, left, right}, else: {:op, line, sign, left, right}
        continued(kind, rest, if(side == :none, do: power, else: least))

      _ ->
        {left, tokens}
    end
  end

  defp continued(left, tokens, _least), do: {left, tokens}

  defp operand([{sign, line} | rest]) when sign in @prefix do
    {value, rest} = operand(rest)
    {{:op, line, sign, value}, rest}
  end

  defp operand(tokens) do
    {primary, rest} = primary(tokens)
    applied(primary, rest)
  end

  # Calls, remote names and records behind a primary.
  defp applied(callee, [{:"(", line} | rest]) do
    {args, rest} = listed(rest, :")")
    applied({:call, line(callee, line), callee, args}, rest)
  end

  defp applied(module, [{:":", line} | rest]) do
    {name, rest} = primary(rest)
    applied({:remote, line, module, name}, rest)
  end

  defp applied(map, [{:"#", line}, {:"{", _} | rest]) do
    {pairs, rest} = pairs(rest)
    applied({:map, line, map, pairs}, rest)
  end

  defp applied(expression, rest), do: {expression, rest}

  defp line(expression, _line), do: :erlang.element(2, expression)

  defp primary([{kind, _, _} = literal | rest]) when kind in [:atom, :integer, :float, :char, :var], do: {literal, rest}

  defp primary([{:string, line, text} | rest]) do
    # Neighbouring strings are one.
    {others, rest} = Enum.split_while(rest, &match?({:string, _, _}, &1))
    {{:string, line, Enum.concat([text | for({_, _, more} <- others, do: more)])}, rest}
  end

  defp primary([{:"(", _} | rest]) do
    {expression, rest} = expression(rest, 0)
    {expression, expect(rest, :")")}
  end

  defp primary([{:"{", line} | rest]) do
    {elements, rest} = listed(rest, :"}")
    {{:tuple, line, elements}, rest}
  end

  defp primary([{:"[", line}, {:"]", _} | rest]), do: {{nil, line}, rest}
  defp primary([{:"[", line} | rest]), do: list(rest, line)

  defp primary([{:"<<", line} | rest]) do
    {segments, rest} = segments(rest)
    {{:bin, line, segments}, rest}
  end

  defp primary([{:"#", line}, {:"{", _} | rest]) do
    {pairs, rest} = pairs(rest)
    {{:map, line, pairs}, rest}
  end

  defp primary([{:"#", line}, {:atom, _, name}, {:"{", _} | rest]) do
    {fields, rest} = listed(rest, :"}")
    {{:record, line, name, for({:match, at, {_, _, _} = field, value} <- fields, do: {:record_field, at, field, value})}, rest}
  end

  defp primary(tokens), do: throw({:syntax, tokens})

  defp list(tokens, line) do
    {head, rest} = expression(tokens, 0)

    case rest do
      [{:",", at} | rest] ->
        {tail, rest} = list(rest, at)
        {{:cons, line, head, tail}, rest}

      [{:|, _} | rest] ->
        {tail, rest} = expression(rest, 0)
        {{:cons, line, head, tail}, expect(rest, :"]")}

      [{:"]", at} | rest] ->
        {{:cons, line, head, {nil, at}}, rest}

      _ ->
        throw({:syntax, rest})
    end
  end

  # Elements up to a closing sign.
  defp listed([{close, _} | rest], close), do: {[], rest}

  defp listed(tokens, close) do
    {elements, rest} = expressions(tokens)
    {elements, expect(rest, close)}
  end

  defp pairs([{:"}", _} | rest]), do: {[], rest}

  defp pairs(tokens) do
    {key, rest} = expression(tokens, 100)

    case rest do
      [{:"=>", line} | rest] -> pair(:map_field_assoc, line, key, rest)
      [{:":=", line} | rest] -> pair(:map_field_exact, line, key, rest)
      _ -> throw({:syntax, rest})
    end
  end

  defp pair(kind, line, key, rest) do
    {value, rest} = expression(rest, 0)

    case rest do
      [{:",", _} | rest] ->
        {pairs, rest} = pairs(rest)
        {[{kind, line, key, value} | pairs], rest}

      _ ->
        {[{kind, line, key, value}], expect(rest, :"}")}
    end
  end

  defp segments([{:">>", _} | rest]), do: {[], rest}

  defp segments(tokens) do
    {value, rest} = operand(tokens)
    segment = {:bin_element, :erlang.element(2, value), value, :default, :default}

    case rest do
      [{:",", _} | rest] ->
        {segments, rest} = segments(rest)
        {[segment | segments], rest}

      _ ->
        {[segment], expect(rest, :">>")}
    end
  end

  defp expect([{sign, _} | rest], sign), do: rest
  defp expect(tokens, _sign), do: throw({:syntax, tokens})
end
