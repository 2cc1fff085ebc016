# `Macro.to_string/2` writes code node by node.
module = Macro
plain = fn tree -> IO.puts(module.to_string(tree, fn _node, text -> text end)) end
plain.(quote(do: (1 + 2) * f(x, a: -y))) #=> (1 + 2) * f(x, a: -y)
plain.(quote(do: ~r/a\/b#{c}/u)) #=> ~r/a\/b#{c}/u
plain.(quote(do: (fn x -> x end).(1..2//3))) #=> (fn x -> x end).(1..2//3)
plain.(quote(do: %M{m | a: <<1::8*4, "b">>})) #=> %M{m | a: <<1::8*4, "b">>}

plain.(quote(do: if(a, do: b, else: (c; d))))
#=> if(a) do
#=>   b
#=> else
#=>   c
#=>   d
#=> end

IO.puts(module.to_string(quote(do: f(1)), fn _node, text -> "<#{text}>" end)) #=> <f(<1>)>
