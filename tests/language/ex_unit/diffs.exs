# What of a pattern and a value is told apart: between angle brackets.
mark = fn
  :diff_enabled?, _ -> true
  key, text when key in [:diff_delete, :diff_insert] -> "<" <> text <> ">"
  _, text -> text
end

show = fn pattern, value ->
  error = %ExUnit.AssertionError{left: pattern, right: value, expr: nil, context: {:match, [pinned: 1]}}
  [left: left, right: right] = ExUnit.Formatter.format_assertion_diff(error, 0, :infinity, mark)
  IO.puts(left <> "   " <> right)
end

show.(quote(do: {:ok, value, 3}), {:ok, 1, 2}) #=> {:ok, value, <3>}   {:ok, 1, <2>}
show.(quote(do: {:ok, _}), :error) #=> <{:ok, _}>   <:error>
show.(quote(do: [^pinned, b | rest]), [2, 3, 4]) #=> [<^pinned>, b | rest]   [<2>, 3, 4]
show.(quote(do: [a, b]), [1]) #=> [a, <b>]   [1]
show.(quote(do: %{a: 1, b: %{c: 2}, d: 3}), %{a: 1, b: %{c: 3}, e: 4}) #=> %{a: 1, b: %{c: <2>}, <d: 3>}   %{a: 1, b: %{c: <3>}, e: 4}
show.(quote(do: [name: "one", age: age]), name: "two", age: 3)
#=> [name: "o<ne>", age: age]   [name: "<tw>o", age: 3]
show.(quote(do: %Version{major: 2}), Version.parse!("1.0.0")) #=> %Version{major: <2>}   %Version{major: <1>, build: nil, minor: 0, patch: 0, pre: []}
show.(quote(do: %Version{}), %{major: 1}) #=> <%Version{}>   <%{major: 1}>
show.(quote(do: "pre" <> rest), "other") #=> <"pre" <> rest>   <"other">
show.(quote(do: {x, y} when x > y), {1, 2}) #=> {x, y} when x > y   {1, 2}
show.(quote(do: {:a, _} = all), {:b, 1}) #=> {<:a>, _} = all   {<:b>, 1}

# A suite that ends early says so, and failures show as much of their way as is wanted.
defmodule EarlyTold do
  use GenServer
  def init(_options), do: {:ok, nil}

  def handle_cast(event, state) do
    case event do
      :max_failures_reached -> IO.puts("enough")
      {:test_finished, %{state: {:failed, [{:error, _, stacktrace}]}}} -> IO.puts("failed with #{length(stacktrace)}")
      _ -> :ok
    end

    {:noreply, state}
  end
end

ExUnit.start(autorun: false, seed: 0, formatters: [EarlyTold], max_failures: 2, stacktrace_depth: 1)

defmodule EarlyTest do
  use ExUnit.Case
  for number <- 1..4, do: test("number #{number}", do: deep(3))
  defp deep(0), do: raise("bottom")
  defp deep(level), do: [deep(level - 1)]
end

IO.inspect(Map.take(ExUnit.run(), [:total, :failures]))
#=> failed with 1
#=> failed with 1
#=> enough
#=> %{failures: 2, total: 2}
