# Processes: a function that is nothing but a call of itself, preempted and killed.
defmodule Endless do
  def run, do: run()
  def spin(n), do: spin(n)
end
watched = for start <- [[:run, []], [:spin, [1]]], do: spawn_monitor(Endless, hd(start), List.last(start))
receive do
  {:DOWN, _, _, _, reason} -> IO.inspect(reason)
after
  1 -> IO.puts("others have their turn")
end #=> others have their turn
reasons = for {pid, ref} <- watched do
  Process.exit(pid, :kill)
  receive do {:DOWN, ^ref, _, _, reason} -> reason end
end
IO.inspect(reasons) #=> [:killed, :killed]
