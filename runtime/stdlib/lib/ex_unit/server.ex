defmodule ExUnit.Server do
  @moduledoc false

  # Knows the modules of tests that wait to be run. Lives on its own: a cell or script that starts it may end before the tests run.

  use GenServer

  def running?, do: Process.whereis(__MODULE__) != nil

  def ensure_started do
    case GenServer.start(__MODULE__, nil, name: __MODULE__) do
      {:ok, _pid} -> :ok
      {:error, {:already_started, _pid}} -> :ok
    end
  end

  def stop, do: if(running?(), do: GenServer.stop(__MODULE__), else: :ok)

  # A module that is defined again takes the place of the former one.
  def add_module(module, config) do
    GenServer.call(__MODULE__, {:add, module, config}, :infinity)
  end

  # The modules that wait, in the order in which they came: `{module, config}`.
  def take_modules, do: GenServer.call(__MODULE__, :take, :infinity)

  # Microseconds from the start, or the last run, to the first call after it.
  def load_time, do: GenServer.call(__MODULE__, :load_time, :infinity)

  @impl true
  def init(nil), do: {:ok, %{modules: [], since: now()}}

  @impl true
  def handle_call({:add, module, config}, _from, state) do
    {:reply, :ok, %{state | modules: List.keydelete(state.modules, module, 0) ++ [{module, config}]}}
  end

  def handle_call(:take, _from, state), do: {:reply, state.modules, %{state | modules: []}}

  def handle_call(:load_time, _from, %{since: nil} = state), do: {:reply, nil, state}
  def handle_call(:load_time, _from, state), do: {:reply, now() - state.since, %{state | since: nil}}

  defp now, do: System.monotonic_time(:microsecond)
end
