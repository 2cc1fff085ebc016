# with, try and what leaves them.
ok = fn
  x when x > 0 -> {:ok, x}
  x -> {:error, x}
end

IO.inspect(with {:ok, a} <- ok.(1), {:ok, b} <- ok.(a + 1), do: a + b) #=> 3
IO.inspect(with {:ok, a} <- ok.(1), {:ok, b} <- ok.(-a), do: b) #=> {:error, -1}

IO.inspect(
  with {:ok, a} <- ok.(2), doubled = a * 2, {:ok, b} when b > 10 <- ok.(doubled) do
    b
  else
    {:ok, small} -> {:small, small}
    {:error, _} = error -> error
  end
)

#=> {:small, 4}
with {:ok, _} <- :unexpected do
  1
else
  {:error, e} -> e
end #!> ** (WithClauseError) no with clause matching: :unexpected

try do
  raise ArgumentError, "bad"
rescue
  e in [KeyError, ArgumentError] -> IO.inspect(e)
end #=> %ArgumentError{message: "bad"}

try do
  throw({:a, 1})
catch
  {:a, n} -> IO.inspect(n)
end #=> 1

try do
  exit(:gone)
catch
  :exit, reason -> IO.inspect(reason)
after
  IO.puts("after")
end #=> :gone

#=> after
value =
  try do
    :fine
  rescue
    _ -> :rescued
  else
    :fine -> :else_ran
  after
    :ignored
  end

IO.inspect(value) #=> :else_ran

try do
  :other
rescue
  _ -> 1
else
  :fine -> 2
end #!> ** (TryClauseError) no try clause matching: :other

try do
  :erlang.error(:badarith)
rescue
  e in ArithmeticError -> IO.puts(Exception.message(e))
end #=> bad argument in arithmetic expression

try do
  raise "first"
rescue
  RuntimeError -> raise "second"
end #!> ** (RuntimeError) second

try do
  try do
    raise "inner"
  rescue
    e -> reraise e, __STACKTRACE__
  after
    IO.puts("cleanup")
  end
rescue
  e -> IO.puts("outer " <> e.message)
end #=> cleanup

#=> outer inner
throw(:ball) #!> ** (throw) :ball
exit({:shutdown, 3}) #!> ** (exit) shutdown: 3
exit(:kill_it) #!> ** (exit) :kill_it
:erlang.error(:custom) #!> ** (ErlangError) Erlang error: :custom
f = fn -> raise(KeyError, key: :a, term: %{b: 1}) end
f.() #!> ** (KeyError) key :a not found in: %{b: 1}
