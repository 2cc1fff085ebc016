defmodule ExUnit.DocTest.Error do
  @moduledoc """
  Raised when the examples of a document can't be made into tests.
  """

  defexception [:message]
end

defmodule ExUnit.DocTest do
  @moduledoc ~S'''
  Makes tests of the examples in documents.

      defmodule MyListTest do
        use ExUnit.Case
        doctest MyList
      end

  An example is code behind `iex>`, continued behind `...>`, and below it what it gives:

      @doc """
      Adds.

          iex> sum = Enum.sum([1, 2])
          iex> sum
          3

          iex> Enum.sum([1,
          ...>   :a])
          ** (ArithmeticError) bad argument in arithmetic expression

      """

  Examples that follow each other without an empty line are one test and share their variables. What an example gives is

    * code, whose value the example's value has to equal;
    * `** (Exception) message`, if it raises;
    * `#Name<...>`, which is compared with what `inspect/1` makes of the value;
    * nothing, if the value doesn't matter.
  '''

  # A test is `%{line: line, examples: [%{line:, code: [line], expected: [line]}]}` before it becomes code.

  @doc """
  Makes tests of the examples in a module's documents.

  Options: `import: true` lets examples call the module's functions by their names alone; `:only` and `:except` choose by name and arity, as in
  `only: [sum: 1]`, or `:moduledoc`; `:tags` gives tags to all the tests.
  """
  defmacro doctest(module, options \\ []) do
    require_module =
      if Macro.quoted_literal?(module) or is_atom(module) do
        quote(do: require(unquote(module)))
      end

    quote do
      unquote(require_module)
      unquote(tests(quote(do: ExUnit.DocTest.__doctests__(unquote(module), unquote(options)))))
    end
  end

  @doc """
  Makes tests of the examples in a file, such as a README.

  `:tags` gives tags to all the tests.
  """
  defmacro doctest_file(file, options \\ []) do
    tests(quote(do: ExUnit.DocTest.__doctest_file__(__MODULE__, unquote(file), unquote(options))))
  end

  defp tests(found) do
    quote bind_quoted: [found: found] do
      for {name, code, tags} <- found do
        name = ExUnit.Case.register_test(__MODULE__, __ENV__.file, __ENV__.line, :doctest, name, tags)
        def unquote(name)(_), do: unquote(code)
      end
    end
  end

  # ## From documents to tests

  @doc false
  def __doctests__(module, options) do
    file = source_file(module)
    import? = Keyword.get(options, :import, false)
    tags = Keyword.get(options, :tags, [])
    wanted? = chooser(module, Keyword.get(options, :only, :all), Keyword.get(options, :except, []))

    documents = for {name, _line, _text} = document <- documents(module), wanted?.(name), do: document
    tests = for {name, line, text} <- documents, test <- parse(text, line, file), do: {name, test}

    for {{name, test}, number} <- Enum.with_index(tests, 1) do
      {"#{title(module, name)} (#{number})", code(test, module, import?, file), tags_of(tags, test)}
    end
  end

  @doc false
  def __doctest_file__(module, file, options) do
    tests = file |> File.read!() |> parse(0, file)

    for {test, number} <- Enum.with_index(tests, 1) do
      {"#{file} (#{number})", code(test, module, false, file), tags_of(Keyword.get(options, :tags, []), test)}
    end
  end

  defp tags_of(tags, test), do: [doctest_line: test.line] ++ List.wrap(tags)

  defp source_file(module) do
    case module.module_info(:compile)[:source] do
      nil -> "nofile"
      source -> source |> List.to_string() |> Path.relative_to_cwd()
    end
  end

  defp title(module, :moduledoc), do: "module #{inspect(module)}"
  defp title(module, {name, arity}), do: Exception.format_mfa(module, name, arity)

  defp chooser(module, only, except) do
    # What is left out need not be there.
    for name <- if(only == :all, do: [], else: List.wrap(only)) do
      known? = name == :moduledoc or (is_tuple(name) and name in names(module))
      known? || raise ExUnit.DocTest.Error, message: "undefined or private function #{inspect_name(name)} in doctest for #{inspect(module)}"
    end

    fn name -> (only == :all or name in List.wrap(only)) and name not in List.wrap(except) end
  end

  defp names(module), do: for({{_kind, name, arity}, _, _, _, _} <- elem(docs(module), 6), do: {name, arity})

  defp inspect_name({name, arity}), do: "#{name}/#{arity}"
  defp inspect_name(other), do: inspect(other)

  defp docs(module) do
    case Code.fetch_docs(module) do
      {:docs_v1, _, _, _, _, _, _} = docs ->
        docs

      {:error, reason} ->
        raise ExUnit.DocTest.Error,
          message: "could not retrieve the documentation for module #{inspect(module)}: #{inspect(reason)}"
    end
  end

  # `{name, line above the text, text}` of all that is documented, in the order of the source.
  defp documents(module) do
    {:docs_v1, line, _, _, of_module, _, docs} = docs(module)

    described =
      for {{kind, name, arity}, line, _, text, meta} <- docs, kind in [:function, :macro], is_map(text) do
        {{name, arity}, document_line(line, meta), text["en"]}
      end

    of_module = if is_map(of_module), do: [{:moduledoc, line_of(line), of_module["en"]}], else: []
    of_module ++ Enum.sort_by(described, &elem(&1, 1))
  end

  defp document_line(line, meta), do: meta[:doc_line] || line_of(line)

  defp line_of(line) when is_integer(line), do: line
  defp line_of({line, _column}) when is_integer(line), do: line
  defp line_of(list) when is_list(list), do: Keyword.get(list, :location, 0) |> line_of()
  defp line_of(_other), do: 0

  # ## Reading examples

  defp parse(text, line, file) do
    text
    |> String.split(["\r\n", "\n"])
    |> Enum.with_index(line + 1)
    |> Enum.reduce({:text, []}, fn {text, line}, state -> read(String.trim_leading(text), indent(text), line, state, file) end)
    |> closed()
    |> Enum.reverse()
  end

  defp indent(text), do: byte_size(text) - byte_size(String.trim_leading(text))

  # The state is `:text` or `{indent, examples}` of the test that is being read, newest first, and the tests before it.
  defp read("", _indent, _line, state, _file), do: {:text, closed(state)}

  defp read("```" <> _, _indent, _line, state, _file), do: {:text, closed(state)}

  defp read(text, indent, line, state, file) do
    case prompt(text) do
      {:iex, code} -> {opened(state, indent, example(line, code)), before(state)}
      {:more, code} -> {more(state, line, code, file), before(state)}
      nil -> {expected(state, text, indent), before(state)}
    end
  end

  defp before({_state, tests}), do: tests

  defp prompt(text) do
    case Regex.run(~r/^(iex|\.\.\.)(?:\(\d+\))?> ?(.*)$/s, text) do
      [_, "iex" | code] -> {:iex, Enum.join(code)}
      [_, "..." | code] -> {:more, Enum.join(code)}
      nil -> nil
    end
  end

  defp example(line, code), do: %{line: line, code: [code], expected: []}

  defp opened({:text, _tests}, indent, example), do: {indent, [example]}

  # Prompts with nothing below them are one text, so an expression may go on behind the next prompt.
  defp opened({{indent, [%{expected: []} = open | examples]}, _tests}, _indent, example) do
    if continues?(hd(example.code)) or unfinished?(open) do
      {indent, [%{open | code: open.code ++ example.code} | examples]}
    else
      {indent, [example, open | examples]}
    end
  end

  defp opened({{indent, examples}, _tests}, _indent, example), do: {indent, [example | examples]}

  defp continues?(code), do: code =~ ~r/^\s*(\|>|<>|\+\+|\|\||&&|\.[a-z]|(and|or|in|when)\b)/

  defp unfinished?(example) do
    match?({:error, {_, _, ""}}, Code.string_to_quoted(source(example), emit_warnings: false))
  end

  defp more({{indent, [%{expected: []} = example | rest]}, _tests}, _line, code, _file) do
    {indent, [%{example | code: example.code ++ [code]} | rest]}
  end

  defp more(_state, line, code, file) do
    raise ExUnit.DocTest.Error, message: "#{file}:#{line}: expected \"iex>\" before \"...> #{code}\""
  end

  defp expected({:text, _tests}, _text, _indent), do: :text

  defp expected({{indent, [example | rest]}, _tests}, text, found) do
    text = String.duplicate(" ", max(found - indent, 0)) <> text
    {indent, [%{example | expected: example.expected ++ [text]} | rest]}
  end

  defp closed({:text, tests}), do: tests
  defp closed({{_indent, examples}, tests}), do: [test(Enum.reverse(examples)) | tests]

  defp test([first | _] = examples), do: %{line: first.line, examples: examples}

  # ## From tests to code

  defp code(test, module, import?, file) do
    raising = Enum.filter(test.examples, &match?(["** (" <> _ | _], &1.expected))

    if length(raising) > 1 do
      raise ExUnit.DocTest.Error,
        message:
          "#{file}:#{Enum.at(raising, 1).line}: multiple exceptions in the same doctest example are not supported, " <>
            "please separate your iex> prompts by multiple newlines to start new examples"
    end

    place = [{module, :__MODULE__, 0, [file: String.to_charlist(file), line: test.line]}]

    try do
      statements = for {example, shown} <- with_shown(test.examples), do: statement(example, file, shown, module)
      import = if import?, do: [quote(do: import(unquote(module)))], else: []
      {:__block__, [], import ++ statements}
    rescue
      error in [SyntaxError, TokenMissingError, MismatchedDelimiterError] ->
        message = "Doctest did not compile, got: (#{inspect(error.__struct__)}) #{Exception.message(error)}"
        quote(do: ExUnit.DocTest.__fail__([message: unquote(message), doctest: unquote(shown(test.examples))], unquote(Macro.escape(place))))
    end
  end

  # A failure shows the example and those before it that led up to it.
  defp with_shown(examples) do
    {pairs, _before} =
      Enum.map_reduce(examples, [], fn example, before ->
        {{example, shown(before ++ [example])}, if(example.expected == [], do: before ++ [example], else: [])}
      end)

    pairs
  end

  # Examples as they are written, without indentation and numbers.
  defp shown(examples) do
    text =
      for example <- examples, into: "" do
        [first | rest] = example.code
        lines = ["iex> " <> first | Enum.map(rest, &("...> " <> &1))] ++ example.expected
        Enum.map_join(lines, "", &(&1 <> "\n"))
      end

    String.trim_trailing(text, "\n")
  end

  defp statement(%{expected: []} = example, file, _shown, _module), do: quoted(example, file)

  defp statement(%{expected: ["** (" <> _ | _] = lines} = example, file, shown, module) do
    {name, message} = raised(lines)
    place = place(example, file, module)

    quote do
      ExUnit.DocTest.__raises__(
        fn -> unquote(quoted(example, file)) end,
        unquote(name),
        unquote(message),
        unquote(shown),
        unquote(Macro.escape(place))
      )
    end
  end

  defp statement(%{expected: ["#" <> rest | _] = lines} = example, file, shown, module) do
    text = Enum.join(lines, "\n")

    if rest =~ ~r/^[A-Z][\w.]*</ do
      code = source(example)

      quote do
        ExUnit.DocTest.__same__(
          inspect(unquote(quoted(example, file))),
          unquote(text),
          unquote("inspect(#{code}) === #{inspect(text)}"),
          unquote(shown),
          unquote(Macro.escape(place(example, file, module)))
        )
      end
    else
      compare(example, text, file, shown, module)
    end
  end

  defp statement(%{expected: lines} = example, file, shown, module) do
    compare(example, Enum.join(lines, "\n"), file, shown, module)
  end

  # The value may be bound: the example is no function of its own.
  defp compare(example, expected, file, shown, module) do
    wanted = generated(Code.string_to_quoted!(expected, file: file, line: example.line + length(example.code)))

    quote do
      ExUnit.DocTest.__same__(
        unquote(quoted(example, file)),
        unquote(wanted),
        unquote("#{source(example)} === #{String.trim(expected)}"),
        unquote(shown),
        unquote(Macro.escape(place(example, file, module)))
      )
    end
  end

  defp source(example), do: Enum.join(example.code, "\n")

  defp quoted(example, file), do: example |> source() |> Code.string_to_quoted!(file: file, line: example.line) |> generated()

  # Nobody need be warned of what an example leaves unused.
  defp generated(code) do
    Macro.prewalk(code, fn
      {name, meta, args} -> {name, [generated: true] ++ meta, args}
      other -> other
    end)
  end

  defp place(example, file, module) do
    [{module, :__MODULE__, 0, [file: String.to_charlist(file), line: example.line]}]
  end

  defp raised(lines) do
    [_, name, message] = Regex.run(~r/^\*\* \(([\w.]+)\) ?(.*)$/s, Enum.join(lines, "\n"))
    {Module.concat([name]), message}
  end

  # ## What the tests call

  @doc false
  def __same__(value, value, _expr, _shown, _place), do: value

  def __same__(value, expected, expr, shown, place) do
    __fail__([message: "Doctest failed", doctest: shown, expr: expr, left: value, right: expected], place)
  end

  @doc false
  def __raises__(function, exception, message, shown, place) do
    outcome =
      try do
        function.()
        :nothing
      rescue
        error -> {:raised, error}
      end

    case outcome do
      :nothing ->
        __fail__([message: "Doctest failed: expected exception #{inspect(exception)} but nothing was raised", doctest: shown], place)

      {:raised, %{__struct__: ^exception} = error} ->
        told = Exception.message(error)

        unless same_message?(told, message) do
          words = "Doctest failed: wrong message for #{inspect(exception)}\nexpected:\n  #{inspect(message)}\nactual:\n  #{inspect(told)}"
          __fail__([message: words, doctest: shown], place)
        end

      {:raised, error} ->
        words =
          "Doctest failed: expected exception #{inspect(exception)} but got #{inspect(error.__struct__)} with message " <>
            inspect(Exception.message(error))

        __fail__([message: words, doctest: shown], place)
    end
  end

  # Lines are compared without what stands at their ends.
  defp same_message?(told, message), do: told == message or trimmed(told) == trimmed(message)

  defp trimmed(text), do: text |> String.split("\n") |> Enum.map_join("\n", &String.trim/1) |> String.trim()

  @doc false
  def __fail__(fields, place), do: reraise(ExUnit.AssertionError, fields, place)
end
