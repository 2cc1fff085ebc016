# Whoever is killed in the middle of a division ends at once, however many others divide meanwhile.
dividend = Integer.pow(7, 3_000_000)
divide = fn divisor -> fn -> exit({:rest, rem(dividend, divisor)}) end end
divisors = for n <- 1..4, do: Integer.pow(3, 2_000_000 + n)
[{victim, victim_ref} | others] = for divisor <- divisors, do: spawn_monitor(divide.(divisor))

until_divides = fn again ->
  case Process.info(victim, :status) do
    {:status, :waiting} -> :ok
    _ -> again.(again)
  end
end

IO.inspect(until_divides.(until_divides)) #=> :ok
IO.inspect(Process.info(victim, :current_function) |> elem(0)) #=> :current_function
true = :erlang.garbage_collect(victim)
Process.exit(victim, :kill)
IO.inspect(receive do {:DOWN, ref, _, _, reason} -> {ref == victim_ref, reason} end) #=> {true, :killed}

for {_, ref} <- others do
  receive do {:DOWN, ^ref, _, _, {:rest, rest}} -> IO.inspect(rest > 0) end
end
#=> true
#=> true
#=> true
