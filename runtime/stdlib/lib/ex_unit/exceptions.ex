defmodule ExUnit.AssertionError do
  @moduledoc """
  Raised when an assertion does not hold.

  What the assertion knew is in the fields `:left`, `:right`, `:expr`, `:args`, `:doctest` and `:context`; a field that says nothing holds
  `ExUnit.AssertionError.no_value/0`.
  """

  @no_value :ex_unit_no_meaningful_value

  defexception left: @no_value,
               right: @no_value,
               message: @no_value,
               expr: @no_value,
               args: @no_value,
               doctest: @no_value,
               context: :==

  @doc """
  What a field holds that has nothing to say.

  ## Examples

      iex> ExUnit.AssertionError.no_value()
      :ex_unit_no_meaningful_value
  """
  @spec no_value() :: :ex_unit_no_meaningful_value
  def no_value, do: @no_value

  @impl true
  def message(error), do: "\n\n" <> ExUnit.Formatter.format_assertion_error(error)
end

defmodule ExUnit.MultiError do
  @moduledoc """
  Raised to report several errors at once, as triples of kind, reason and stacktrace.
  """

  defexception errors: []

  @impl true
  def message(%{errors: errors}) do
    told = for {kind, reason, stacktrace} <- errors, do: Exception.format(kind, reason, stacktrace)
    "got the following errors:\n\n" <> Enum.join(told, "\n\n")
  end
end

defmodule ExUnit.TimeoutError do
  @moduledoc """
  Raised when a test, a callback or an exit takes longer than it may.
  """

  defexception [:timeout, :type]

  @impl true
  def message(%{timeout: timeout, type: type}) do
    """
    #{type} timed out after #{timeout}ms. You can change the timeout:

      1. per test by setting "@tag timeout: x" (accepts :infinity)
      2. per test module by setting "@moduletag timeout: x" (accepts :infinity)
      3. globally via "ExUnit.start(timeout: x)" configuration
      4. by running "mix test --timeout x" which sets timeout
      5. or by running "mix test --trace" which sets timeout to infinity
         (useful when using IEx.pry/0)

    where "x" is the timeout given as integer in milliseconds (defaults to 60_000).
    """
  end
end

defmodule ExUnit.DuplicateTestError do
  @moduledoc """
  Raised when a module has two tests of one name.
  """

  defexception [:message]
end

defmodule ExUnit.DuplicateDescribeError do
  @moduledoc """
  Raised when a module has two `describe` blocks of one name.
  """

  defexception [:message]
end

defmodule ExUnit.Test do
  @moduledoc """
  A test, as formatters and runners see it.

  `:state` is `nil` for a test that passed (or did not run yet), else `{:failed, failures}`, `{:skipped, why}`, `{:excluded, why}` or
  `{:invalid, module}`. `:time` is in microseconds.
  """

  defstruct [:name, :case, :module, :state, time: 0, tags: %{}, logs: "", parameters: %{}]

  @type t :: %__MODULE__{}
end

defmodule ExUnit.TestModule do
  @moduledoc """
  A module of tests, as formatters and runners see it.
  """

  defstruct [:file, :name, :setup_all?, :state, parameters: %{}, tags: %{}, tests: []]

  @type t :: %__MODULE__{}
end

defmodule ExUnit.TestCase do
  @moduledoc false

  # The name of `ExUnit.TestModule` in events of old.
  defstruct [:name, :state, tests: []]
end
