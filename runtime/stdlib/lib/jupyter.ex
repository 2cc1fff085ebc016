defmodule Jupyter do
  @moduledoc """
  What a cell can ask of the notebook that it runs in.
  """

  @doc """
  Sets how long a cell waits, after its value is there, for processes that it started to finish what they are doing.

  Until then their output belongs to the cell. `ms` is a number of milliseconds, or `:off` to wait for nothing. Sleeping processes and timers
  are not waited for in any case.

      Jupyter.settle(500)

  """
  @spec settle(non_neg_integer | :off) :: :ok
  def settle(ms) when ms == :off or (is_integer(ms) and ms >= 0), do: :jovial_session.settle(ms)

  @doc """
  Ends all processes that a cell started and that still run.

  The cell is given by its execution count.

      Jupyter.kill_cell(12)

  """
  @spec kill_cell(pos_integer) :: :ok
  def kill_cell(number) when is_integer(number) and number > 0, do: :jovial_session.kill_cell(number)
end
