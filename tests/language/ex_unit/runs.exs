# What a run of tests gives, in its own words: each event that a formatter gets, and the figures.
defmodule Told do
  use GenServer
  def init(_options), do: {:ok, nil}

  def handle_cast({:test_finished, %{state: nil, name: name}}, state), do: tell(state, {:passed, name})
  def handle_cast({:test_finished, %{state: {:failed, [{_, %{message: message}, _}]}}}, state), do: tell(state, message)
  def handle_cast({:test_finished, %{state: {:failed, [{kind, reason, _}]}}}, state), do: tell(state, {kind, reason})
  def handle_cast({:test_finished, %{state: {kind, why}}}, state) when is_binary(why), do: tell(state, {kind, why})
  def handle_cast({:test_finished, %{state: {:invalid, _}, name: name}}, state), do: tell(state, {:invalid, name})
  def handle_cast({:module_finished, %{state: {:failed, [{:error, error, _}]}}}, state), do: tell(state, error)
  def handle_cast(_event, state), do: {:noreply, state}

  defp tell(state, told) do
    IO.inspect(told)
    {:noreply, state}
  end
end

ExUnit.start(autorun: false, seed: 0, formatters: [Told], exclude: [:slow])

defmodule SmallTest do
  use ExUnit.Case
  setup_all do: {:ok, base: 40}
  setup [:add, {__MODULE__, :sum}]
  def sum(%{base: base, more: more}), do: %{sum: base + more}
  defp add(_context), do: [more: 2]

  test "gets what setup gives", %{sum: sum}, do: assert(sum == 42)

  describe "a block" do
    setup(%{sum: sum}, do: {:ok, twice: sum * 2})
    @tag value: 1
    test "has a setup of its own", %{twice: 84, value: 1}, do: :ok
    test "has no other's tags", context, do: refute(Map.has_key?(context, :value))
  end

  test "fails with both sides", %{sum: sum}, do: assert(sum == 43)
  test "fails with pins", %{sum: sum}, do: assert({:ok, ^sum} = {:ok, 1})
  test "binds", do: assert({:ok, x} = {:ok, 1}) && assert(x == 1)
  test "exits", do: exit(:early)
  test "throws", do: throw(:ball)
  test "is to be written"
  @tag :slow
  test "is left out", do: flunk()
  @tag skip: "not today"
  test "is skipped", do: flunk()

  test "ends what it is linked to and runs what is to run on exit" do
    pid = spawn_link(fn -> Process.sleep(:infinity) end)
    on_exit(fn -> refute Process.alive?(pid) end)
    child = start_supervised!({Agent, fn -> 1 end})
    on_exit(fn -> refute Process.alive?(child) end)
  end

  test "sees messages" do
    send(self(), {:hello, 1})
    assert_receive {:hello, n} when n > 0
    assert n == 1
    refute_received {:hello, _}
    assert_received {:bye, _}
  end
end

defmodule BrokenTest do
  use ExUnit.Case
  setup_all do: raise("no ground")
  test "stands on it", do: :ok
end

IO.inspect(ExUnit.run())
#=> {:excluded, "due to slow filter"}
#=> {:skipped, "not today"}
#=> {:passed, :"test gets what setup gives"}
#=> {:passed, :"test a block has a setup of its own"}
#=> {:passed, :"test a block has no other's tags"}
#=> "Assertion with == failed"
#=> "match (=) failed\nThe following variables were pinned:\n  sum = 42"
#=> {:passed, :"test binds"}
#=> {:exit, :early}
#=> {:throw, :ball}
#=> "Not implemented"
#=> {:passed, :"test ends what it is linked to and runs what is to run on exit"}
#=> "Assertion failed, no matching message after 0ms\nThe process mailbox is empty."
#=> {:invalid, :"test stands on it"}
#=> %RuntimeError{message: "no ground"}
#=> %{excluded: 1, failures: 7, skipped: 1, total: 14}
