defmodule ExUnit.Formatter do
  @moduledoc """
  Makes texts of failures, filters and times, for formatters.

  A formatter is a server (`GenServer`) that is started with the options of the run and gets its events as casts:

    * `{:suite_started, options}`, `{:suite_finished, times}`, where times are in microseconds under `:run`, `:async` and `:load`
    * `{:module_started, module}`, `{:module_finished, module}`, with an `ExUnit.TestModule`
    * `{:test_started, test}`, `{:test_finished, test}`, with an `ExUnit.Test`
    * `:max_failures_reached`

  The functions here take a function of a key and a text, which may color the text. Asked for `:diff_enabled?` it says whether left and
  right sides are to be compared part by part.
  """

  alias ExUnit.AssertionError
  alias ExUnit.Diff

  @none AssertionError.no_value()
  @margin 5

  @type times :: %{run: pos_integer, async: pos_integer | nil, load: pos_integer | nil}
  @type failure :: {atom | {:EXIT, pid}, term, Exception.stacktrace()}
  @type formatter_callback :: (atom, term -> term)

  # ## Filters and times

  @doc """
  Tells which filters are in force.

  ## Examples

      iex> ExUnit.Formatter.format_filters([:slow, os: "linux"], :exclude)
      "Excluding tags: [:slow, {:os, \\"linux\\"}]"
  """
  @spec format_filters(keyword | [atom], :exclude | :include) :: String.t()
  def format_filters(filters, :exclude), do: "Excluding tags: " <> inspect(filters)
  def format_filters(filters, :include), do: "Including tags: " <> inspect(filters)

  @doc """
  Tells how long a run took.

  ## Examples

      iex> ExUnit.Formatter.format_time(16_000, nil)
      "Finished in 0.01 seconds (0.01s async, 0.00s sync)"
  """
  @spec format_time(pos_integer, pos_integer | nil) :: String.t()
  def format_time(run_us, load_us), do: format_times(%{run: run_us, async: run_us, load: load_us})

  @doc """
  Tells how long a run took, from microseconds.

  ## Examples

      iex> ExUnit.Formatter.format_times(%{run: 10_000, async: nil, load: nil})
      "Finished in 0.01 seconds (0.00s async, 0.01s sync)"
      iex> ExUnit.Formatter.format_times(%{run: 200_000, async: 50_000, load: 100_000})
      "Finished in 0.3 seconds (0.1s on load, 0.05s async, 0.1s sync)"
  """
  @spec format_times(times) :: String.t()
  def format_times(%{run: run, async: async, load: load}) do
    async = async || 0
    shares = [{load, "on load"}, {async, "async"}, {run - async, "sync"}]
    told = for {us, name} <- shares, us != nil, do: "#{seconds(us)}s #{name}"
    "Finished in #{seconds(run + (load || 0))} seconds (#{Enum.join(told, ", ")})"
  end

  # Two digits below a tenth of a second, one above.
  defp seconds(us) do
    hundredths = div(us, 10_000)

    if hundredths < 10 do
      "0.0#{hundredths}"
    else
      tenths = div(hundredths, 10)
      "#{div(tenths, 10)}.#{rem(tenths, 10)}"
    end
  end

  # ## Failures

  @doc """
  Tells why a test failed.
  """
  @spec format_test_failure(ExUnit.Test.t(), [failure], non_neg_integer, pos_integer | :infinity, formatter_callback) :: String.t()
  def format_test_failure(%ExUnit.Test{} = test, failures, counter, width, formatter) do
    title = formatter.(:test_info, title(counter, "#{test.name} (#{inspect(test.module)})"))
    "\n" <> title <> "\n" <> place(test, formatter) <> failures(failures, test, width, formatter) <> logs(test.logs)
  end

  # Counters up to 99 stand in the margin.
  defp title(counter, text), do: String.pad_leading("#{counter})", 4) <> " " <> text

  defp place(test, formatter) do
    parameters = if test.parameters == %{}, do: "", else: pad(formatter.(:extra_info, "Parameters: ") <> inspect(test.parameters)) <> "\n"
    parameters <> pad(formatter.(:location_info, "#{Path.relative_to_cwd(test.tags.file)}:#{test.tags.line}")) <> "\n"
  end

  @doc """
  Tells why the `setup_all` of a module failed.
  """
  @spec format_test_all_failure(ExUnit.TestModule.t(), [failure], non_neg_integer, pos_integer | :infinity, formatter_callback) ::
          String.t()
  def format_test_all_failure(%{name: name}, failures, counter, width, formatter) do
    title = title(counter, "#{inspect(name)}: failure on setup_all callback, all tests have been invalidated")
    "\n" <> formatter.(:test_module_info, title) <> "\n" <> failures(failures, name, width, formatter)
  end

  @doc false
  def format_test_case_failure(test_case, failures, counter, width, formatter) do
    format_test_all_failure(test_case, failures, counter, width, formatter)
  end

  defp failures([failure], test, width, formatter), do: failure(failure, test, width, formatter)

  defp failures(failures, test, width, formatter) do
    for {failure, index} <- Enum.with_index(failures, 1), into: "" do
      "\n" <> pad("Failure ##{index}") <> "\n" <> failure(failure, test, width, formatter)
    end
  end

  defp failure({:error, %AssertionError{} = error, stacktrace}, test, width, formatter) do
    told = assertion(error, width, @margin, formatter)
    code = if error.expr == @none and error.doctest == @none, do: source_line(test, stacktrace, formatter), else: []
    Enum.map_join(told ++ code, "", &(pad(&1) <> "\n")) <> stacktrace(stacktrace, test, formatter)
  end

  defp failure({kind, reason, stacktrace}, test, _width, formatter) do
    {reason, blamed} = Exception.blame(kind, reason, stacktrace)
    banner = formatter.(:error_info, Exception.format_banner(kind, reason, blamed))
    code = for line <- source_line(test, stacktrace, formatter), do: pad(line) <> "\n"
    pad(banner) <> "\n" <> Enum.join(code) <> stacktrace(blamed, test, formatter)
  end

  # The line of the test that was at work.
  defp source_line(%ExUnit.Test{module: module, name: name, tags: %{file: file}}, stacktrace, formatter) do
    line =
      Enum.find_value(stacktrace, fn
        {^module, ^name, arity, location} when arity == 1 or length(arity) == 1 -> location[:line]
        _entry -> nil
      end)

    with true <- is_integer(line) and line > 0,
         {:ok, text} <- File.read(file),
         source when source != "" <- text |> String.split("\n") |> Enum.at(line - 1, "") |> String.trim() do
      [formatter.(:extra_info, "code: ") <> source]
    else
      _ -> []
    end
  end

  defp source_line(_module, _stacktrace, _formatter), do: []

  defp stacktrace([], _test, _formatter), do: ""

  defp stacktrace(stacktrace, test, formatter) do
    entries =
      for entry <- stacktrace do
        "       " <> formatter.(:stacktrace_info, entry(entry, test)) <> "\n"
      end

    pad(formatter.(:extra_info, "stacktrace:")) <> "\n" <> Enum.join(entries)
  end

  defp entry({module, name, arity, location}, %ExUnit.Test{module: module, name: name}) when arity == 1 or length(arity) == 1 do
    case location[:file] do
      nil -> "(test)"
      file -> Exception.format_file_line(to_string(file), location[:line]) <> " (test)"
    end
  end

  defp entry(entry, _test), do: Exception.format_stacktrace_entry(entry)

  defp logs(logs) when logs in ["", nil], do: ""

  defp logs(logs) do
    lines = for line <- String.split("\n" <> String.trim(logs, "\n") <> "\n", "\n"), do: "     " <> line <> "\n"
    "\n" <> pad("The following output was logged:") <> "\n" <> String.trim_trailing(Enum.join(lines), "\n")
  end

  # Lines of nothing get no margin, except in logs.
  defp pad(text, margin \\ @margin) do
    spaces = String.duplicate(" ", margin)
    text |> String.split("\n") |> Enum.map_join("\n", fn line -> if line == "", do: "", else: spaces <> line end)
  end

  # ## Assertions

  @doc """
  Tells why an assertion failed, without margin.
  """
  @spec format_assertion_error(%AssertionError{}) :: String.t()
  def format_assertion_error(%AssertionError{} = error) do
    lines = assertion(error, :infinity, 0, fn key, value -> if key == :diff_enabled?, do: false, else: value end)
    Enum.map_join(lines, "", &(&1 <> "\n"))
  end

  # The parts of the report, each of one or several lines, without margin.
  defp assertion(error, width, margin, formatter) do
    told = if error.message == @none, do: [], else: [formatter.(:error_info, error.message)]
    told ++ doctest(error, formatter) ++ sides(error, width, margin, formatter) ++ arguments(error, formatter)
  end

  defp doctest(%{doctest: @none}, _formatter), do: []

  defp doctest(%{doctest: text}, formatter) do
    [formatter.(:extra_info, "doctest:") <> "\n" <> pad(text, 2)]
  end

  defp sides(%{context: {:mailbox, _pins}} = error, width, margin, formatter) do
    shown =
      for value <- error.right do
        {pattern, value} = both(%{error | right: value}, space(width, margin + 11), 11, formatter)
        pad("pattern: " <> pattern <> "\nvalue:   " <> value, 2)
      end

    ["code: " <> code(error.expr, 6), formatter.(:extra_info, "mailbox:") <> "\n" <> Enum.join(shown, "\n\n")]
  end

  defp sides(error, width, margin, formatter) do
    labels = if error.right == @none, do: ["code: ", "left: ", ""], else: ["code:  ", "left:  ", "right: "]
    indent = String.length(hd(labels))
    space = space(width, margin + indent)
    {left, right} = both(error, space, indent, formatter)
    expr = if error.expr == @none, do: nil, else: code(error.expr, indent)
    for {label, text} <- Enum.zip(labels, [expr, left, right]), text != nil, do: formatter.(:extra_info, label) <> text
  end

  defp space(:infinity, _taken), do: :infinity
  defp space(width, taken), do: max(width - taken, 20)

  defp both(%{left: @none, right: @none}, _space, _indent, _formatter), do: {nil, nil}
  defp both(%{left: left, right: @none}, space, indent, _formatter), do: {value(left, space, indent), nil}
  defp both(%{left: @none, right: right}, space, indent, _formatter), do: {nil, value(right, space, indent)}

  defp both(%{left: left, right: right, context: context}, space, indent, formatter) do
    case formatter.(:diff_enabled?, false) && Diff.compute(left, right, context) do
      {left, right} ->
        {colored(left, :diff_delete, indent, formatter), colored(right, :diff_insert, indent, formatter)}

      _none ->
        shown = if match?({kind, _} when kind in [:match, :mailbox], context), do: code(left, indent), else: value(left, space, indent)
        {shown, value(right, space, indent)}
    end
  end

  defp colored(parts, key, indent, formatter) do
    parts
    |> Enum.map_join("", fn
      {:same, text} -> text
      {:differs, text} -> formatter.(key, text)
    end)
    |> hang(indent)
  end

  defp arguments(%{args: @none}, _formatter), do: []

  defp arguments(%{args: args}, formatter) do
    shown = for {arg, index} <- Enum.with_index(args, 1), do: "\n" <> pad("# #{index}\n" <> inspect(arg, pretty: true), 4) <> "\n"
    [formatter.(:extra_info, "arguments:") <> "\n" <> Enum.join(shown)]
  end

  defp value(value, width, indent), do: value |> inspect(pretty: true, width: width) |> hang(indent)

  # An assertion is a call without parentheses of what it is about.
  defp code({name, _, [arg]}, indent) when name in [:assert, :refute], do: hang("#{name} #{Macro.to_string(arg)}", indent)
  # Doctests give their code as text.
  defp code(code, indent) when is_binary(code), do: hang(code, indent)
  defp code(code, indent), do: code |> Macro.to_string() |> hang(indent)

  # Further lines start under the first one.
  defp hang(text, indent) do
    [first | rest] = String.split(text, "\n")
    Enum.join([first | Enum.map(rest, fn line -> pad(line, indent) end)], "\n")
  end

  @doc """
  The two sides of an assertion, with what differs marked by the keys `:diff_delete` and `:diff_insert`.
  """
  @spec format_assertion_diff(%AssertionError{}, non_neg_integer, non_neg_integer | :infinity, formatter_callback) :: keyword
  def format_assertion_diff(error, padding, width, formatter)
  def format_assertion_diff(%AssertionError{context: {:mailbox, _}}, _padding, _width, _formatter), do: []

  def format_assertion_diff(%AssertionError{} = error, padding, width, formatter) do
    {left, right} = both(error, space(width, padding), padding, formatter)
    for {side, text} <- [left: left, right: right], text != nil, do: {side, text}
  end
end
