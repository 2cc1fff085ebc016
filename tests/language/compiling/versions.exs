# Code: a module that was redefined lives on in whatever refers to it, and nowhere else.
Code.put_compiler_option(:ignore_module_conflict, true)
define = fn n ->
  Code.eval_string("""
  defmodule Versions do
    def number, do: #{n}
    def fun(x), do: fn y -> {#{n}, x, y} end
    def literal, do: {:literal, [#{n}, "binary #{n}", %{a: {#{n}, 2.5}}]}

    def wait do
      receive do
        {:number, from} -> send(from, {:number, #{n}})
        {:again, from} ->
          send(from, {:waits, #{n}})
          wait()
      end
    end

    def loop(from, rounds, seen \\\\ nil) do
      if rounds == 1, do: send(from, :loops)

      receive do
        :stop -> send(from, {:looped, rounds > 0, #{n}, seen})
      after
        0 -> loop(from, rounds + 1, {#{n}, :seen})
      end
    end

    def deep(0, from), do: send(from, {:deep, wait()})
    def deep(depth, from), do: {#{n}, deep(depth - 1, from)}
  end
  """)
end
redefine = fn times -> Enum.each(1..times, &define.(&1 + 1000)) end
me = self()

define.(1)
one = Function.capture(Versions, :number, 0)
waits = spawn(Versions, :wait, [])
loops = spawn(fn -> apply(Versions, :loop, [me, 0]) end)
deep = spawn(fn -> apply(Versions, :deep, [50, me]) end)
for pid <- [waits, deep], do: send(pid, {:again, me})
for _ <- 1..2, do: (receive do {:waits, 1} -> :ok end)
box = spawn(fn -> receive do {:out, fun, literal} -> send(me, {:sent, fun.(3), literal}) end end)
later = spawn(fn -> receive do {:go, fun} -> receive do :now -> send(me, {:called, fun.(4)}) end end end)
idle = spawn(fn ->
  held = {apply(Versions, :literal, []), apply(Versions, :fun, [5])}
  send(me, :holds)
  receive do :show -> send(me, {:held, elem(held, 0), elem(held, 1).(6)}) end
end)
table = :ets.new(:versions, [:public])
:ets.insert(table, {:row, apply(Versions, :fun, [7]), apply(Versions, :literal, [])})
:persistent_term.put(:versions, {apply(Versions, :fun, [8]), apply(Versions, :literal, [])})
timer = Process.send_after(self(), {:timer, apply(Versions, :fun, [9]), apply(Versions, :literal, [])}, 100_000)
send(later, {:go, apply(Versions, :fun, [2])})
Process.put(:literal, apply(Versions, :literal, []))
send(self(), {:mailbox, apply(Versions, :fun, [10]), apply(Versions, :literal, [])})
here = apply(Versions, :fun, [11])
agent = spawn(fn -> Process.flag(:trap_exit, true); send(me, :traps); receive do {:EXIT, _, {f, l}} -> send(me, {:exit, f.(0), l}) end end)
dies = fn -> spawn(fn -> Process.link(agent); reason = {apply(Versions, :fun, [12]), apply(Versions, :literal, [])}; send(me, :dies); exit(reason) end) end
receive do :traps -> dies.() end
for ready <- [:holds, :loops, :dies], do: (receive do ^ready -> :ok end)

redefine.(400)
before = :erlang.memory(:code)
redefine.(800)
IO.inspect(:erlang.memory(:code) - before < 3_000_000) #=> true
:erlang.garbage_collect()
redefine.(300)

IO.inspect(one.()) #=> 1300
send(waits, {:again, self()})
IO.inspect(receive do {:waits, n} -> n end) #=> 1
send(waits, {:number, self()})
IO.inspect(receive do {:number, n} -> n end) #=> 1
send(loops, :stop)
IO.inspect(receive do {:looped, _, _, _} = looped -> looped end) #=> {:looped, true, 1, {1, :seen}}
send(deep, {:number, deep})
IO.inspect(receive do {:deep, {:number, n}} -> n end) #=> 1
send(box, {:out, here, Process.get(:literal)})
IO.inspect(receive do {:sent, a, b} -> {a, b} end) #=> {{1, 11, 3}, {:literal, [1, "binary 1", %{a: {1, 2.5}}]}}
send(later, :now)
IO.inspect(receive do {:called, a} -> a end) #=> {1, 2, 4}
send(idle, :show)
IO.inspect(receive do {:held, a, b} -> {a, b} end) #=> {{:literal, [1, "binary 1", %{a: {1, 2.5}}]}, {1, 5, 6}}
[{:row, fun, literal}] = :ets.lookup(table, :row)
IO.inspect({fun.(0), literal}) #=> {{1, 7, 0}, {:literal, [1, "binary 1", %{a: {1, 2.5}}]}}
{fun, literal} = :persistent_term.get(:versions)
IO.inspect({fun.(0), literal}) #=> {{1, 8, 0}, {:literal, [1, "binary 1", %{a: {1, 2.5}}]}}
IO.inspect(receive do {:mailbox, fun, literal} -> {fun.(0), literal} end) #=> {{1, 10, 0}, {:literal, [1, "binary 1", %{a: {1, 2.5}}]}}
IO.inspect(receive do {:exit, value, literal} -> {value, literal} end) #=> {{1, 12, 0}, {:literal, [1, "binary 1", %{a: {1, 2.5}}]}}
IO.inspect(is_integer(Process.cancel_timer(timer))) #=> true

# A timer that fires hands its fun over.
define.(2)
Process.send_after(self(), {:timer, apply(Versions, :fun, [9]), apply(Versions, :literal, [])}, 1)
redefine.(200)
IO.inspect(receive do {:timer, fun, literal} -> {fun.(0), literal} end) #=> {{2, 9, 0}, {:literal, [2, "binary 2", %{a: {2, 2.5}}]}}

# A stack trace that is looked at late still has its names.
define.(3)
trace = try do
  apply(Versions, :fun, [1]).(1, 2)
rescue
  _ ->
    redefine.(200)
    for {module, name, _, _} <- __STACKTRACE__, do: {module, name}
end
IO.inspect(trace != []) #=> true
