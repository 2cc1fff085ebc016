# Variables of evaluated code: any number of them, in an order of their own, seen by modules inside.
IO.inspect(Code.eval_string("b = a; a = 2", a: 1, c: 3)) #=> {2, [c: 3, b: 1, a: 2]}
IO.inspect(Code.eval_string("a", c: 1, a: 2)) #=> {2, [c: 1, a: 2]}
IO.inspect(Code.eval_string("x", x: 1, x: 2)) #=> {2, [x: 2]}
IO.inspect(Code.eval_string("1 + 1")) #=> {2, []}
text = Enum.map_join(1..300, "\n", &"v#{&1} = #{&1}")
{300, many} = Code.eval_string(text)
IO.inspect(length(many)) #=> 300
{sum, after_sum} = Code.eval_string(Enum.map_join(1..300, " + ", &"v#{&1}"), many)
IO.inspect({sum, length(after_sum)}) #=> {45150, 300}
{{:module, name, _, _}, _} = Code.eval_string("defmodule OfMany do\n  def seven, do: unquote(v7)\nend", many)
IO.inspect(name.seven()) #=> 7
{count, _} = Code.eval_string("defmodule AllOfMany do\n  def count, do: unquote(length(binding()))\nend\nAllOfMany.count()", many)
IO.inspect(count) #=> 300
IO.inspect(Enum.sum(Enum.map(elem(Code.eval_string("v300 = 0; v301 = 1", many), 1), &elem(&1, 1)))) #=> 44851
IO.inspect(Enum.sort(Map.keys(Code.compiler_options(docs: true)))) #=> [:docs]
