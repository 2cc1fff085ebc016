# Thousands of clauses of one function, of four kinds by turns: prefixes of binaries, atoms, numbers under guards of their own, and
# tuples with guards that overlap. Compiled as a whole and loaded: the first clause that matches is taken, and code grows with the
# number of clauses, no faster. Source: reference on patterns and guards, which says that clauses are tried in order.
defmodule ManyClauses do
  def source(name, count) do
    clauses =
      for n <- 0..(count - 1) do
        case rem(n, 4) do
          0 -> ~s[  def f(<<"k#{n};", rest::binary>>), do: {#{n}, rest}\n]
          1 -> ~s[  def f(:k#{n}), do: #{n}\n]
          2 -> ~s[  def f(x) when is_integer(x) and x >= #{n * 10} and x < #{n * 10 + 7}, do: #{n}\n]
          3 -> ~s[  def f({:t#{rem(n, 40)}, y}) when y > #{count - n}, do: {#{n}, y}\n]
        end
      end

    IO.iodata_to_binary(["defmodule #{name} do\n", clauses, "  def f(_), do: :none\nend\n"])
  end

  # What the clauses give, by their definition.
  def wanted(argument, count) do
    Enum.find_value(0..(count - 1), :none, fn n ->
      case {rem(n, 4), argument} do
        {0, text} when is_binary(text) ->
          prefix = "k#{n};"
          if String.starts_with?(text, prefix), do: {n, String.replace_prefix(text, prefix, "")}

        {1, name} when is_atom(name) ->
          if name == :"k#{n}", do: n

        {2, x} when is_integer(x) ->
          if x >= n * 10 and x < n * 10 + 7, do: n

        {3, {tag, y}} ->
          if tag == :"t#{rem(n, 40)}" and y > count - n, do: {n, y}

        _ ->
          nil
      end
    end)
  end
end

sizes =
  for count <- [1250, 2500, 5000] do
    name = "ManyClauses.Of#{count}"
    [{module, image}] = Code.compile_string(ManyClauses.source(name, count))

    arguments =
      for(n <- 0..(count - 1)//97, argument <- ["k#{n};tail", :"k#{n}", n * 10, n * 10 + 6, n * 10 + 8, {:"t#{rem(n, 40)}", count - n + 1}], do: argument) ++
        ["k", "", "k0", :none, -1, {:t3, 0}, {:t3, count}, {:t39, 2 * count}, 1.5, [], "k#{count};"]

    wrong = for argument <- arguments, module.f(argument) != ManyClauses.wanted(argument, count), do: argument
    IO.inspect({count, length(arguments) > 80, wrong})
    byte_size(image)
  end

#=> {1250, true, []}
#=> {2500, true, []}
#=> {5000, true, []}

# Twice the clauses, hardly more than twice the code.
[small, middle, big] = sizes
IO.inspect({middle < 2.15 * small, big < 2.15 * middle})
#=> {true, true}
