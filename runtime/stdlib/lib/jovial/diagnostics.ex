defmodule Jovial.Diagnostics do
  @moduledoc false

  # Where errors and warnings go: to whoever collects them (`Code.with_diagnostics/2`, a parallel compilation) and to the standard error.
  # The process dictionary says who collects, under the keys that Elixir uses for it.

  @collecting :elixir_code_diagnostics
  @compiling :elixir_compiler_info

  # What the compiler found: `{severity, message, file, line, column, span, place, snippet?}` each.
  def emit(entries), do: :lists.foreach(&emit_one/1, entries)

  defp emit_one({severity, message, file, line, column, span, place, snippet?}) do
    position = if column && line > 0, do: {line, column}, else: line
    stacktrace = if place, do: [entry(place, file, line)], else: []

    diagnostic = %{
      severity: severity,
      message: message,
      file: file,
      source: file,
      position: position,
      span: span,
      stacktrace: stacktrace
    }

    publish(diagnostic, fn ->
      text(severity, message, if(snippet?, do: file), line, column, span, [place(file, line, column, place)])
    end)
  end

  # What the parser had to say about a text, `{message, line, column}` each. Gives the result of parsing.
  def parsed(warnings, file, result) do
    :lists.foreach(fn {message, line, column} -> emit_one({:warning, message, file, line, column, nil, nil, true}) end, warnings)
    result
  end

  # Calls that name what is not there, or is deprecated. Each place is `{file, line, column, {module, function, arity}}`.
  def calls(fault, module, function, arity, hint, places) do
    message = call_message(fault, module, function, arity, hint)
    [{file, line, column, mfa} | _] = places

    diagnostic = %{
      severity: :warning,
      message: message,
      file: full(file),
      source: file,
      position: if(column, do: {line, column}, else: line),
      span: nil,
      stacktrace: [entry(mfa, file, line)],
      group: true
    }

    others =
      for {file, line, column, mfa} <- tl(places) do
        %{diagnostic | file: full(file), source: file, position: if(column, do: {line, column}, else: line), stacktrace: [entry(mfa, file, line)]}
      end

    publish([diagnostic | others], fn ->
      shown = for {file, line, column, mfa} <- places, do: place(file, line, column, mfa)
      text(:warning, message, file, line, column, nil, shown)
    end)
  end

  defp call_message(:deprecated, module, function, arity, hint) do
    Exception.format_mfa(module, function, arity) <> " is deprecated. " <> hint
  end

  defp call_message(:no_module, module, :__struct__, 0, _hint) do
    "struct #{inspect(module)} is undefined (module #{inspect(module)} is not available or is yet to be defined)" <>
      UndefinedFunctionError.hint_for_missing_module(module, :__struct__, 0)
  end

  defp call_message(:no_module, module, function, arity, _hint) do
    "#{Exception.format_mfa(module, function, arity)} is undefined (module #{inspect(module)} is not available or is yet to be defined)" <>
      UndefinedFunctionError.hint_for_missing_module(module, function, arity)
  end

  defp call_message(:no_function, module, :__struct__, 0, _hint) do
    "struct #{inspect(module)} is undefined (there is such module but it does not define a struct)"
  end

  defp call_message(:no_function, module, function, arity, _hint) do
    Exception.format_mfa(module, function, arity) <>
      " is undefined or private" <> UndefinedFunctionError.hint_for_loaded_module(module, function, arity)
  end

  # Code of no file has no path.
  defp full("nofile"), do: "nofile"
  defp full(file), do: Path.absname(file)

  # A warning of a program: `IO.warn/2`. `shown` makes its text when there is no place to point at.
  def warn(message, stacktrace, location, shown \\ nil) do
    {file, line, column, place} = location

    diagnostic = %{
      severity: :warning,
      message: message,
      file: file && full(file),
      source: file,
      position: line || 0,
      span: nil,
      stacktrace: stacktrace
    }

    publish(diagnostic, fn ->
      case shown do
        nil -> text(:warning, message, file, line || 0, column, nil, [place(file, line || 0, nil, nil) <> suffix(place)])
        shown -> shown
      end
    end)
  end

  defp suffix(nil), do: ""
  defp suffix(text), do: ": " <> text

  # As `Code.print_diagnostic/2`.
  def print(%{severity: severity, message: message, position: position} = diagnostic, options) do
    {line, column} =
      case position do
        {line, column} -> {line, column}
        line -> {line, nil}
      end

    file = diagnostic.file

    shown =
      case diagnostic.stacktrace do
        [{module, function, arity, _} | _] -> place(Map.get(diagnostic, :source) || file, line, column, {module, function, arity})
        _ -> place(Map.get(diagnostic, :source) || file, line, column, nil)
      end

    snippet = if Keyword.get(options, :snippet, true), do: file
    put(text(severity, message, snippet, line, column, diagnostic.span, [shown]))
  end

  defp publish(diagnostics, text) do
    diagnostics = Enum.map(List.wrap(diagnostics), &told/1)

    print? =
      case :erlang.get(@collecting) do
        {collected, log?} ->
          :erlang.put(@collecting, {:lists.reverse(diagnostics, collected), log?})
          log?

        _ ->
          true
      end

    case :erlang.get(@compiling) do
      {pid, file_pid} -> send(pid, {:diagnostics, file_pid, diagnostics})
      _ -> :ok
    end

    if print?, do: put(text.()), else: :ok
  end

  # What leads to the place below is only for those who see it.
  defp told(diagnostic), do: %{diagnostic | message: String.replace_suffix(diagnostic.message, "\ntyping violation found at:", "")}

  defp put(text), do: :io.put_chars(:standard_error, text)

  defp text(severity, message, file, line, column, span, places) do
    :jovial_diagnostic.format(severity, message, file, line, column, span, places)
  end

  defp entry({module, function, arity}, file, line), do: {module, function, arity, [file: to_charlist(file), line: line]}

  # `lib/a.ex:3:5: A.run/1`
  defp place(file, line, column, place) do
    where =
      case {file, line} do
        {nil, _} -> "nofile"
        {file, 0} -> Path.relative_to_cwd(file)
        {file, line} -> "#{Path.relative_to_cwd(file)}:#{line}"
      end

    where = if column && line != 0, do: "#{where}:#{column}", else: where

    case place do
      nil -> where
      {_, :__FILE__, _} -> where <> ": (file)"
      {module, :__MODULE__, _} -> where <> ": #{inspect(module)} (module)"
      {module, function, arity} -> where <> ": " <> Exception.format_mfa(module, function, arity)
    end
  end

  # Runs a function and gives its value and what was said meanwhile.
  def collect(log?, fun) do
    before = :erlang.get(@collecting)
    :erlang.put(@collecting, {[], log?})

    try do
      value = fun.()
      {collected, _} = :erlang.get(@collecting)
      {value, :lists.reverse(collected)}
    after
      case before do
        :undefined -> :erlang.erase(@collecting)
        outer -> :erlang.put(@collecting, outer)
      end
    end
  end
end
