defmodule ExUnit.Filters do
  @moduledoc """
  Decides by tags which tests run.

  A filter is a tag (`:slow`), or a tag with the value it must have (`os: "linux"`), which may be a regex. `:test`, `:module`, `:describe`,
  `:line`, `:file` and `:location` are tags as well.
  """

  @type t :: [atom | {atom, term}]

  @doc """
  Makes `:include` and `:exclude` into lists without repetitions.

  What is both included and excluded by the very same filter is included.

  ## Examples

      iex> ExUnit.Filters.normalize([:slow, :slow], nil)
      {[:slow], []}
  """
  @spec normalize(t | nil, t | nil) :: {t, t}
  def normalize(include, exclude) do
    include = include |> List.wrap() |> Enum.uniq()
    exclude = exclude |> List.wrap() |> Enum.uniq()
    {include, exclude -- include}
  end

  @doc """
  Reads filters as they are written on a command line.

  ## Examples

      iex> ExUnit.Filters.parse(["slow", "os:linux", "line:12"])
      [:slow, os: "linux", line: "12"]
  """
  @spec parse([String.t()]) :: t
  def parse(filters) do
    for filter <- filters do
      case String.split(filter, ":", parts: 2) do
        [key, value] -> {String.to_atom(key), parsed(key, value)}
        [key] -> String.to_atom(key)
      end
    end
  end

  defp parsed("location", value) do
    {path, lines} = parse_path_with_lines(value)
    {path, lines}
  end

  defp parsed(_key, value), do: value

  @doc """
  Splits `path:line` into the path and options that run the tests of that line alone.

  ## Examples

      iex> ExUnit.Filters.parse_path("test/a_test.exs")
      {"test/a_test.exs", []}
      iex> ExUnit.Filters.parse_path("test/a_test.exs:12")
      {"test/a_test.exs", [exclude: [:test], include: [location: {"test/a_test.exs", 12}]]}
  """
  @spec parse_path(String.t()) :: {String.t(), keyword}
  def parse_path(path) do
    case parse_path_with_lines(path) do
      {path, []} -> {path, []}
      {path, lines} -> {path, exclude: [:test], include: [location: {path, lines}]}
    end
  end

  @doc """
  As `parse_path/1`, for several paths.

  ## Examples

      iex> ExUnit.Filters.parse_paths(["a_test.exs:3", "b_test.exs"])
      {["a_test.exs", "b_test.exs"], [exclude: [:test], include: [location: {"a_test.exs", 3}]]}
  """
  @spec parse_paths([String.t()]) :: {[String.t()], keyword}
  def parse_paths(paths) do
    parsed = Enum.map(paths, &parse_path/1)
    names = Enum.map(parsed, &elem(&1, 0))

    case Enum.flat_map(parsed, fn {_path, options} -> options[:include] || [] end) do
      [] -> {names, []}
      include -> {names, exclude: [:test], include: include}
    end
  end

  defp parse_path_with_lines(path) do
    {path, numbers} = path |> String.split(":") |> lines_at_end([])

    case numbers do
      [] -> {path, []}
      [line] -> {path, line}
      lines -> {path, lines}
    end
  end

  defp lines_at_end(parts, lines) do
    with [_, _ | _] <- parts, {line, ""} <- parts |> List.last() |> Integer.parse() do
      lines_at_end(Enum.drop(parts, -1), [line | lines])
    else
      _ -> {Enum.join(parts, ":"), lines}
    end
  end

  @doc """
  Decides on a test with these tags.

  Gives `:ok`, `{:excluded, why}` or `{:skipped, why}`. The tests of its module are needed to know to which of them a line belongs.

  ## Examples

      iex> ExUnit.Filters.eval([], [:slow], %{slow: true}, [])
      {:excluded, "due to slow filter"}
      iex> ExUnit.Filters.eval([os: "linux"], [:os], %{os: :linux}, [])
      :ok
      iex> ExUnit.Filters.eval([], [], %{skip: "later"}, [])
      {:skipped, "later"}
  """
  @spec eval(t, t, map, [ExUnit.Test.t()]) :: :ok | {:excluded, String.t()} | {:skipped, String.t()}
  def eval(include, exclude, tags, collection) when is_map(tags) do
    excluded = Enum.find_value(exclude, fn filter -> has?(filter, tags, collection) && name(filter) end)
    included? = excluded != nil and Enum.any?(include, &has?(&1, tags, collection))

    cond do
      excluded != nil and not included? -> {:excluded, "due to #{excluded} filter"}
      :skip in include and Map.has_key?(tags, :skip) -> :ok
      true -> skip(tags)
    end
  end

  defp name(filter) when is_atom(filter), do: filter
  defp name({key, _value}), do: key

  defp skip(%{skip: why}) when is_binary(why), do: {:skipped, why}
  defp skip(%{skip: true}), do: {:skipped, "due to skip tag"}
  defp skip(_tags), do: :ok

  # Every test has the tag :test; whoever excludes that wants none but what is included.
  defp has?({:location, {path, lines}}, %{file: file, line: _} = tags, collection) do
    String.ends_with?(file, path) and Enum.any?(List.wrap(lines), &has?({:line, &1}, tags, collection))
  end

  defp has?({:line, line}, %{line: _} = tags, collection) do
    line = if is_integer(line), do: line, else: String.to_integer(line)
    nearest = nearest(line, collection)
    nearest == tags.line or (tags[:describe_line] != nil and nearest == tags.describe_line)
  end

  defp has?({key, wanted}, tags, _collection) do
    case tags do
      %{^key => value} -> matches?(value, wanted)
      _ -> false
    end
  end

  defp has?(key, tags, _collection) when is_atom(key), do: Map.has_key?(tags, key) and tags[key] != nil

  # The last line at or before this one where a test or a `describe` block begins.
  defp nearest(line, collection) do
    for(%{tags: tags} <- collection, start <- [tags[:line], tags[:describe_line]], is_integer(start), start <= line, do: start)
    |> Enum.max(fn -> nil end)
  end

  defp matches?(value, %{__struct__: Regex} = wanted) when is_binary(value) or is_atom(value), do: to_string(value) =~ wanted
  defp matches?(value, value), do: true
  defp matches?(values, wanted) when is_list(values) and is_atom(wanted), do: wanted in values
  defp matches?(value, wanted) when is_atom(value) and is_binary(wanted), do: Atom.to_string(value) == wanted or inspect(value) == wanted
  defp matches?(value, wanted) when is_integer(value) and is_binary(wanted), do: Integer.to_string(value) == wanted
  defp matches?(_value, _wanted), do: false
end
