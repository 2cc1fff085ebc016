defmodule :elixir_quote do
  @moduledoc false

  # What a `quote` calls when it runs: values that are unquoted are looked at, spliced, or become the name behind a dot.

  def list(left, right), do: valid_elements(left) ++ right

  # `[unquote_splicing(left) | right]` behind the elements that came before.
  def tail_list(left, right, before) when is_list(right) and is_list(before) do
    before ++ valid_elements(left) ++ right
  end

  def tail_list(left, right, before) when is_list(left) and is_list(before) do
    before ++ cons_last(valid_elements(left), right)
  end

  defp cons_last([last], right), do: [{:|, [], [last, right]}]
  defp cons_last([head | tail], right), do: [head | cons_last(tail, right)]
  defp cons_last([], right), do: right

  defp valid_elements(elements) do
    if is_list(elements) and valid_list?(elements) do
      elements
    else
      argument_error(["expected a list with quoted expressions in unquote_splicing/1, got: ", shown(elements)])
    end
  end

  def shallow_validate_ast(expression) do
    if valid?(expression) do
      expression
    else
      argument_error([
        "tried to unquote invalid AST: ",
        shown(expression),
        "\nDid you forget to escape term using Macro.escape/1?"
      ])
    end
  end

  # The elements of a list are looked at, not what lies in them.
  defp valid?(term) when is_list(term), do: valid_list?(term)
  defp valid?(term), do: valid_element?(term)

  defp valid_list?([head | tail]), do: valid_element?(head) and valid_list?(tail)
  defp valid_list?(rest), do: rest == []

  defp valid_element?(term) when is_atom(term) or is_number(term) or is_binary(term) or is_pid(term), do: true
  defp valid_element?(term) when is_list(term) or is_function(term), do: true
  defp valid_element?({left, right}), do: valid_element?(left) and valid_element?(right)
  defp valid_element?({name, meta, rest}) when is_atom(name) and is_list(meta), do: is_atom(rest) or is_list(rest)
  defp valid_element?({callee, meta, args}) when is_list(meta) and is_list(args), do: valid?(callee)
  defp valid_element?(_other), do: false

  def validate_runtime(key, value) do
    case valid_option?(key, value) do
      true -> value
      false -> argument_error(["invalid runtime value for option :", :erlang.atom_to_binary(key), " in quote, got: ", shown(value)])
    end
  end

  defp valid_option?(:line, value), do: is_integer(value)
  defp valid_option?(:file, value), do: is_binary(value)
  defp valid_option?(:context, value), do: is_atom(value) and value != nil
  defp valid_option?(:generated, value), do: is_boolean(value)
  defp valid_option?(:unquote, value), do: is_boolean(value)
  defp valid_option?(_key, _value), do: false

  # `left.unquote(right)` and `left.unquote(right)(args)`.
  def dot(meta, left, right, args, context) do
    case dotted(meta, left, right, args) do
      {{:., _, [_, name]} = target, meta, [head | rest]} when name in [:def, :defp, :defmacro, :defmacrop, :@] ->
        {target, meta, [noted(head, context) | rest]}

      other ->
        other
    end
  end

  # The head of a definition remembers whose `quote` it stood in.
  defp noted({:when, meta, [left, right]}, context), do: {:when, meta, [noted(left, context), right]}
  defp noted({name, meta, args}, context) when context != nil, do: {name, :lists.keystore(:context, 1, meta, {:context, context}), args}
  defp noted(other, _context), do: other

  defp dotted(meta, left, {:__aliases__, _, parts}, nil), do: {:__aliases__, meta, [left | parts]}

  defp dotted(meta, left, right, nil) when is_atom(right) do
    case :erlang.atom_to_binary(right) do
      <<"Elixir.", rest::binary>> -> {:__aliases__, meta, [left, :erlang.binary_to_atom(rest)]}
      _name -> {{:., meta, [left, right]}, [{:no_parens, true} | meta], []}
    end
  end

  defp dotted(meta, left, {right, _, context}, nil) when is_atom(right) and is_atom(context) do
    {{:., meta, [left, right]}, [{:no_parens, true} | meta], []}
  end

  defp dotted(meta, left, {right, _, args}, nil) when is_atom(right), do: {{:., meta, [left, right]}, meta, args}
  defp dotted(meta, left, right, args) when is_atom(right), do: {{:., meta, [left, right]}, meta, args}

  defp dotted(meta, left, {right, _, context}, args) when is_atom(right) and is_atom(context) do
    {{:., meta, [left, right]}, meta, args}
  end

  defp dotted(_meta, _left, right, _args) do
    argument_error(["expected unquote after dot to return an atom, an alias or a quoted call, got: ", shown(right)])
  end

  defp shown(term), do: Kernel.inspect(term)

  defp argument_error(parts) do
    :erlang.error(ArgumentError.exception(:erlang.iolist_to_binary(parts)))
  end

  # Whether code has an `unquote` that is its own, not that of a `quote` inside.
  def has_unquotes(code), do: unquotes?(code, 0)

  defp unquotes?({:quote, _, [options, body]}, level) when is_list(options) do
    not :lists.keymember(:bind_quoted, 1, options) and :lists.keyfind(:unquote, 1, options) != {:unquote, false} and
      unquotes?(body, level + 1)
  end

  defp unquotes?({:quote, _, [body]}, level), do: unquotes?(body, level + 1)

  defp unquotes?({name, _, [inner]}, level) when name in [:unquote, :unquote_splicing] do
    level == 0 or unquotes?(inner, level - 1)
  end

  defp unquotes?({{:., _, [_, :unquote]}, _, [_]}, 0), do: true
  defp unquotes?({left, _, right}, level), do: unquotes?(left, level) or unquotes?(right, level)
  defp unquotes?({left, right}, level), do: unquotes?(left, level) or unquotes?(right, level)
  defp unquotes?(list, level) when is_list(list), do: any_unquotes?(list, level)
  defp unquotes?(_other, _level), do: false

  defp any_unquotes?([first | rest], level), do: unquotes?(first, level) or any_unquotes?(rest, level)
  defp any_unquotes?([], _level), do: false
  defp any_unquotes?(last, level), do: unquotes?(last, level)
end
