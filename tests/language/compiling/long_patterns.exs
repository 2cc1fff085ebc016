# Patterns and paths of many parts: time grows with their length, and what is wrong in them is found.
chain = fn count, last -> Enum.map_join(1..count, fn n -> "x#{n} = " end) <> last end
value = fn code -> code |> Code.eval_string([], file: "long_patterns") |> elem(0) end

function = value.("fn " <> chain.(3_000, "{a, b}") <> " -> {a, b, " <> Enum.map_join(1..3_000, " and ", &"is_tuple(x#{&1})") <> "} end")
IO.inspect(function.({1, 2})) #=> {1, 2, true}
IO.inspect(value.(chain.(5_000, "42") <> "\n{x1, x2500, x5000}")) #=> {42, 42, 42}

refused = fn code ->
  {_, diagnostics} =
    Code.with_diagnostics(fn ->
      try do
        value.(code)
      rescue
        error in CompileError -> error
      end
    end)

  [error] = Enum.filter(diagnostics, &(&1.severity == :error))
  error.message |> String.split("\n") |> List.last()
end

IO.puts(refused.("fn " <> String.duplicate("x = ", 20_000) <> "x -> x end"))
#=> the variable "x" is defined in function of itself

IO.puts(refused.("fn {{a, b} = c, {d, e} = c, a = d} -> {a, b, d, e} end"))
#=> the following variables form a cycle: "a", "b", "c", "d"

path = fn start, count -> start <> String.duplicate(".a", count) end

raised = fn code ->
  try do
    value.(code)
  rescue
    error -> error.__struct__
  end
end

IO.inspect(raised.(path.("%{a: 1}.a", 100_000))) #=> KeyError
IO.inspect(value.("fn x -> " <> path.("x", 100_000) <> " end") |> is_function(1)) #=> true
