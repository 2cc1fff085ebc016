defmodule ExUnit do
  @moduledoc """
  Tests.

  A file of tests starts ExUnit and defines modules that use `ExUnit.Case`:

      ExUnit.start()

      defmodule SumTest do
        use ExUnit.Case, async: true

        test "adds" do
          assert Enum.sum([1, 2, 3]) == 6
        end
      end

  `jovial run sum_test.exs` runs them when the file is through, prints what failed and ends with status 2 if anything did.

  In a notebook the tests are run by the cell that asks for it:

      ExUnit.start(autorun: false)

      defmodule SumTest do
        use ExUnit.Case
        test "adds", do: assert(1 + 1 == 2)
      end

      ExUnit.run()

  ## Where to go on

  `ExUnit.Case` has tests, tags and context, `ExUnit.Callbacks` what runs around them, `ExUnit.Assertions` the checks, `ExUnit.CaptureIO` and
  `ExUnit.CaptureLog` look at what is printed and logged, `ExUnit.DocTest` makes tests of the examples in documents.
  """

  @defaults [
    include: [],
    exclude: [],
    assert_receive_timeout: 100,
    refute_receive_timeout: 100,
    autorun: true,
    capture_log: false,
    colors: [],
    exit_status: 2,
    formatters: [ExUnit.CLIFormatter],
    max_failures: :infinity,
    rand_algorithm: :exsss,
    repeat_until_failure: 0,
    slowest: 0,
    slowest_modules: 0,
    stacktrace_depth: 20,
    timeout: 60_000,
    trace: false,
    after_suite: []
  ]

  @type failed :: {:failed, [{kind :: term, reason :: term, Exception.stacktrace()}]}
  @type state :: nil | {:excluded, binary} | failed | {:invalid, module} | {:skipped, binary}
  @type suite_result :: %{
          excluded: non_neg_integer,
          failures: non_neg_integer,
          skipped: non_neg_integer,
          total: non_neg_integer
        }

  @doc """
  Starts ExUnit, with the options of `configure/1`.

  Unless `autorun: false` is given, the tests run when the script is through.
  """
  @spec start(keyword) :: :ok
  def start(options \\ []) do
    ExUnit.Server.ensure_started()
    configure(options)
    first? = Application.get_env(:ex_unit, :autorun_pending, false) == false

    if first? and Keyword.get(configuration(), :autorun) do
      Application.put_env(:ex_unit, :autorun_pending, true)
      System.at_exit(&run_at_exit/1)
    end

    :ok
  end

  @doc false
  def start(_type, []) do
    ExUnit.Server.ensure_started()
    {:ok, Process.whereis(ExUnit.Server)}
  end

  @doc false
  def stop(_state), do: :ok

  # A script that failed before its end has no tests to run.
  defp run_at_exit(0) do
    Application.put_env(:ex_unit, :autorun_pending, false)
    %{failures: failures} = run([], ExUnit.Server.load_time())
    status = Keyword.fetch!(configuration(), :exit_status)
    if failures > 0, do: System.at_exit(fn _status -> exit({:shutdown, status}) end)
  end

  defp run_at_exit(_status), do: :ok

  @doc """
  Sets options.

    * `:assert_receive_timeout`, `:refute_receive_timeout` - how long `assert_receive` and `refute_receive` wait; 100 ms
    * `:autorun` - whether tests run at the end of the script
    * `:capture_log` - whether all tests run as with `@tag :capture_log`
    * `:colors` - `enabled: true` or `false`, and ANSI codes for kinds of text
    * `:exclude`, `:include` - filters by tag, see `ExUnit.Filters`
    * `:exit_status` - what a script ends with if tests fail; 2
    * `:formatters` - servers that get the events of a run
    * `:max_cases` - how many async modules run at a time; twice the number of schedulers
    * `:max_failures` - no test is started after so many have failed
    * `:seed` - decides the order of tests; 0 is the order in which they stand
    * `:slowest`, `:slowest_modules` - how many of the slowest are told of
    * `:stacktrace_depth` - how many entries are shown
    * `:timeout` - how long a test may take, in milliseconds
    * `:trace` - tells of each test, runs one at a time, with all the time it wants

  ## Examples

      iex> ExUnit.configure(timeout: 30_000)
      iex> ExUnit.configuration()[:timeout]
      30000
      iex> ExUnit.configure(timeout: 60_000)
      :ok
  """
  @spec configure(keyword) :: :ok
  def configure(options) do
    for {key, value} <- options, do: Application.put_env(:ex_unit, key, value)
    :ok
  end

  @doc """
  The options that are set.
  """
  @spec configuration() :: keyword
  def configuration, do: Keyword.merge(@defaults, Application.get_all_env(:ex_unit))

  @doc """
  Runs the tests of all modules that wait, and of those given, and gives the figures.

  ## Examples

      ExUnit.run()
      ExUnit.run([SumTest])
  """
  @spec run([module]) :: suite_result
  def run(additional_modules \\ []), do: run(additional_modules, nil)

  defp run(additional_modules, load_time) do
    ExUnit.Server.ensure_started()
    for module <- additional_modules, do: ExUnit.Server.add_module(module, module.__ex_unit__(:config))
    options = run_options()
    # Generators of test data take their seed from here.
    configure(Keyword.take(options, [:seed, :max_cases, :trace]))
    result = repeat(options, additional_modules, load_time, options[:repeat_until_failure])
    for callback <- Application.get_env(:ex_unit, :after_suite, []), do: callback.(result)
    result
  end

  defp repeat(options, modules, load_time, times) do
    result = ExUnit.Runner.run(options, load_time)

    if times > 0 and result.failures == 0 and modules != [] do
      for module <- modules, do: ExUnit.Server.add_module(module, module.__ex_unit__(:config))
      repeat(options, modules, nil, times - 1)
    else
      result
    end
  end

  defp run_options do
    options = Keyword.drop(configuration(), [:autorun_pending])
    {include, exclude} = ExUnit.Filters.normalize(options[:include], options[:exclude])
    slow? = options[:slowest] > 0 or options[:slowest_modules] > 0
    trace? = options[:trace] or slow?

    options
    |> Keyword.merge(include: include, exclude: exclude)
    |> Keyword.put_new_lazy(:seed, fn -> rem(System.os_time(:microsecond), 1_000_000) end)
    |> Keyword.put_new_lazy(:max_cases, fn -> System.schedulers_online() * 2 end)
    |> then(fn options -> if trace?, do: Keyword.put(options, :max_cases, 1), else: options end)
  end

  @doc """
  Starts to run tests while modules are still being loaded. `await_run/1` gives the figures.
  """
  @spec async_run() :: Task.t()
  def async_run, do: Task.async(fn -> receive(do: (:loaded -> run())) end)

  @doc """
  Waits for the run that `async_run/0` started.
  """
  @spec await_run(Task.t()) :: suite_result
  def await_run(task) do
    send(task.pid, :loaded)
    Task.await(task, :infinity)
  end

  @doc """
  Has a function called with the figures after each run.

  ## Examples

      ExUnit.after_suite(fn %{failures: failures} -> if failures == 0, do: IO.puts("all is well") end)
  """
  @spec after_suite((suite_result -> any)) :: :ok
  def after_suite(function) when is_function(function, 1) do
    configure(after_suite: [function | Application.get_env(:ex_unit, :after_suite, [])])
  end

  @doc """
  The supervisor of the test that runs, for those who start children themselves: `{:ok, pid}` or `:error` outside of a test.
  """
  @spec fetch_test_supervisor() :: {:ok, pid} | :error
  def fetch_test_supervisor do
    case ExUnit.OnExitHandler.get_supervisor(self()) do
      {:ok, nil} ->
        {:ok, supervisor} = ExUnit.OnExitHandler.start_supervisor()
        ExUnit.OnExitHandler.put_supervisor(self(), supervisor)
        {:ok, supervisor}

      {:ok, supervisor} ->
        {:ok, supervisor}

      :error ->
        :error
    end
  end

  @doc """
  The plural of a word, as the closing line of a run has it.

  ## Examples

      iex> ExUnit.plural_rule("test")
      "tests"
  """
  @spec plural_rule(binary) :: binary
  def plural_rule(word) when is_binary(word) do
    Application.get_env(:ex_unit, :plural_rules, %{}) |> Map.get(word, word <> "s")
  end

  @doc """
  Sets the plural of a word.

  ## Examples

      iex> ExUnit.plural_rule("property", "properties")
      iex> ExUnit.plural_rule("property")
      "properties"
  """
  @spec plural_rule(binary, binary) :: :ok
  def plural_rule(word, plural) when is_binary(word) and is_binary(plural) do
    configure(plural_rules: Map.put(Application.get_env(:ex_unit, :plural_rules, %{}), word, plural))
  end
end
