defmodule OptionParser do
  @moduledoc """
  Command-line arguments: taking switches apart from the rest.

      iex> OptionParser.parse(["--size", "3", "-v", "a.txt"],
      ...>   strict: [size: :integer, verbose: :boolean], aliases: [v: :verbose])
      {[size: 3, verbose: true], ["a.txt"], []}

  Switches start with two dashes and take their value after a space or `=`; aliases start with one dash and may be run
  together (`-xvf`). `--` ends them all.

  Options of the functions here:

    * `:strict` - the switches there are, with their types; all others are invalid
    * `:switches` - types of some switches; others are taken as strings or booleans, by what follows them
    * `:aliases` - short names for switches
    * `:allow_nonexistent_atoms` - whether names unknown to the system become atoms, without `:strict`
    * `:return_separator` - whether `--` stays among the arguments

  Types are `:boolean` (also as `--no-name`), `:count`, `:integer`, `:float`, `:string` and `:regex`; `[:integer, :keep]`
  keeps all values of a switch that comes several times, of which otherwise the last counts.
  """

  @type argv :: [String.t()]
  @type parsed :: keyword
  @type errors :: [{String.t(), String.t() | nil}]
  @type options :: keyword

  @doc """
  Parses arguments: `{switches, rest, invalid}`.

  ## Examples

      iex> OptionParser.parse(["--n", "x", "a"], strict: [n: :integer])
      {[], ["a"], [{"--n", "x"}]}
      iex> OptionParser.parse(["--tag", "a", "--tag", "b"], strict: [tag: :keep])
      {[tag: "a", tag: "b"], [], []}

  """
  @spec parse(argv, options) :: {parsed, argv, errors}
  def parse(argv, opts \\ []) when is_list(argv) and is_list(opts), do: collect(argv, config(opts, true), [], [], [], true)

  @doc """
  As `parse/2`, raising `OptionParser.ParseError` if anything is invalid.

  ## Examples

      iex> OptionParser.parse!(["--size", "3"], strict: [size: :integer])
      {[size: 3], []}

  """
  @spec parse!(argv, options) :: {parsed, argv}
  def parse!(argv, opts \\ []) when is_list(argv) and is_list(opts) do
    config = config(opts, true)
    argv |> collect(config, [], [], [], true) |> valid!(config)
  end

  @doc """
  As `parse/2`, ending at the first argument that is no switch.

  ## Examples

      iex> OptionParser.parse_head(["--v", "run", "--v"], strict: [v: :boolean])
      {[v: true], ["run", "--v"], []}

  """
  @spec parse_head(argv, options) :: {parsed, argv, errors}
  def parse_head(argv, opts \\ []) when is_list(argv) and is_list(opts), do: collect(argv, config(opts, true), [], [], [], false)

  @doc """
  As `parse_head/2`, raising `OptionParser.ParseError` if anything is invalid.

  ## Examples

      iex> OptionParser.parse_head!(["--v", "run", "--v"], strict: [v: :boolean])
      {[v: true], ["run", "--v"]}

  """
  @spec parse_head!(argv, options) :: {parsed, argv}
  def parse_head!(argv, opts \\ []) when is_list(argv) and is_list(opts) do
    config = config(opts, true)
    argv |> collect(config, [], [], [], false) |> valid!(config)
  end

  defp valid!({parsed, argv, []}, _), do: {parsed, argv}

  defp valid!({_, _, errors}, config) do
    count = length(errors)
    noun = if count == 1, do: "error", else: "errors"
    raise OptionParser.ParseError, "#{count} #{noun} found!\n" <> Enum.map_join(errors, "\n", &explain(&1, config))
  end

  defp explain({option, value}, %{types: types, strict?: strict?, aliases: aliases}) do
    type = type_of(option, types, aliases)

    cond do
      type == nil and strict? -> unknown_text(option, types)
      type == nil -> missing_text(option, value, type)
      value == nil -> "#{option} : Missing argument of type #{type}"
      true -> "#{option} : Expected type #{type}, got #{inspect(value)}"
    end
  end

  defp missing_text(option, nil, _), do: "#{option} : Missing argument"
  defp missing_text(option, value, _), do: "#{option} : Unknown option with value #{inspect(value)}"

  defp unknown_text(option, types) do
    name = String.trim_leading(option, "-")

    if String.starts_with?(option, "--") do
      case closest(name, types) do
        nil -> "#{option} : Unknown option"
        similar -> "#{option} : Unknown option. Did you mean --#{similar}?"
      end
    else
      "#{option} : Unknown option"
    end
  end

  defp closest(name, types) do
    rated =
      for {switch, _} <- types,
          text = dashed(switch),
          rate = String.jaro_distance(String.replace(name, "_", "-"), text),
          rate > 0.8,
          do: {rate, text}

    case rated do
      [] -> nil
      _ -> rated |> Enum.max() |> elem(1)
    end
  end

  defp type_of("--" <> name, types, _), do: main_type(switch_atom(name, types), types)

  defp type_of("-" <> name, types, aliases) do
    case Enum.find(aliases, fn {short, _} -> :erlang.atom_to_binary(short) == name end) do
      {_, switch} -> main_type(switch, types)
      nil -> nil
    end
  end

  defp switch_atom(name, types) do
    Enum.find_value(types, fn {switch, _} -> if dashed(switch) == name, do: switch end)
  end

  defp main_type(nil, _), do: nil

  defp main_type(switch, types) do
    case Keyword.fetch(types, switch) do
      {:ok, kinds} -> Enum.find(List.wrap(kinds), :string, &(&1 != :keep))
      :error -> nil
    end
  end

  # ## Configuration

  @types [:boolean, :count, :integer, :float, :string, :keep, :regex]

  defp config(opts, _) do
    {types, strict?} =
      case {Keyword.fetch(opts, :switches), Keyword.fetch(opts, :strict)} do
        {{:ok, _}, {:ok, _}} -> raise ArgumentError, ":switches and :strict cannot be given together"
        {{:ok, switches}, :error} -> {switches, false}
        {:error, {:ok, strict}} -> {strict, true}
        {:error, :error} -> {without_types(), false}
      end

    case for {_, kinds} <- types, kind <- List.wrap(kinds), kind not in @types, do: inspect(kind) do
      [] -> :ok
      unknown -> raise ArgumentError, "invalid switch types/modifiers: " <> Enum.join(unknown, ", ")
    end

    %{
      types: types,
      strict?: strict?,
      aliases: Keyword.get(opts, :aliases, []),
      new_atoms?: Keyword.get(opts, :allow_nonexistent_atoms, false),
      separator?: Keyword.get(opts, :return_separator, false)
    }
  end

  defp without_types() do
    IO.warn("not passing the :switches or :strict option to OptionParser is deprecated")
    []
  end

  # ## Walking

  defp collect(argv, config, parsed, args, invalid, all?) do
    case step(argv, config) do
      {:ok, switch, value, rest} ->
        collect(rest, config, store(parsed, switch, value, config), args, invalid, all?)

      {:invalid, option, value, rest} ->
        collect(rest, config, parsed, args, [{option, value} | invalid], all?)

      {:undefined, option, _value, rest} ->
        invalid = if config.strict?, do: [{option, nil} | invalid], else: invalid
        collect(rest, config, parsed, args, invalid, all?)

      {:error, []} ->
        done(parsed, args, [], invalid)

      {:error, ["--" | rest] = argv} ->
        done(parsed, args, if(config.separator?, do: argv, else: rest), invalid)

      {:error, [arg | rest]} ->
        if all?, do: collect(rest, config, parsed, [arg | args], invalid, all?), else: done(parsed, args, [arg | rest], invalid)
    end
  end

  defp done(parsed, args, rest, invalid), do: {:lists.reverse(parsed), :lists.reverse(args, rest), :lists.reverse(invalid)}

  defp store(parsed, switch, value, %{types: types}) do
    kinds = types |> Keyword.get(switch, []) |> List.wrap()

    cond do
      :count in kinds -> store_count(parsed, switch, value)
      :keep in kinds -> [{switch, value} | parsed]
      true -> [{switch, value} | Keyword.delete(parsed, switch)]
    end
  end

  # What is counted stands before all else, where it was counted first.
  defp store_count(parsed, switch, value), do: Keyword.update(parsed, switch, value, &(&1 + value))

  @doc """
  Takes one switch from the arguments.

  Gives `{:ok, name, value, rest}`, `{:invalid, option, value, rest}` for a value of the wrong type,
  `{:undefined, option, value, rest}` for a switch that is not known, or `{:error, rest}` if the first argument is none.

  ## Examples

      iex> OptionParser.next(["--size", "3", "x"], strict: [size: :integer])
      {:ok, :size, 3, ["x"]}
      iex> OptionParser.next(["x"], strict: [])
      {:error, ["x"]}

  """
  @spec next(argv, options) ::
          {:ok, key :: atom, value :: term, argv}
          | {:invalid, String.t(), String.t() | nil, argv}
          | {:undefined, String.t(), String.t() | nil, argv}
          | {:error, argv}
  def next(argv, opts \\ []) when is_list(argv) and is_list(opts), do: step(argv, config(opts, true))

  defp step([], _), do: {:error, []}
  defp step(["--" | _] = argv, _), do: {:error, argv}
  defp step(["-" | _] = argv, _), do: {:error, argv}
  defp step(["- " <> _ | _] = argv, _), do: {:error, argv}

  # A negative number is an argument.
  defp step(["-" <> text | rest] = argv, config) do
    case text do
      "-" <> name ->
        {name, value} = cut(name)
        long(name, value, "--" <> name, rest, config)

      _ ->
        if :binary.first(text) in ?0..?9, do: {:error, argv}, else: short(text, rest, config)
    end
  end

  defp step(argv, _), do: {:error, argv}

  defp cut(text) do
    case :binary.split(text, "=") do
      [name, value] -> {name, value}
      [name] -> {name, nil}
    end
  end

  defp negative_number?(text), do: match?({_, ""}, Integer.parse("-" <> text)) or match?({_, ""}, Float.parse("-" <> text))

  defp short(text, rest, config) do
    {name, value} = cut(text)

    case expanded(name, value, config) do
      {:alias, switch} ->
        with_type(switch, kinds(switch, config), value, "-" <> name, rest, config)

      {:several, options} ->
        step(options ++ rest, config)

      :unknown ->
        undefined("-" <> name, value, rest, config)
    end
  end

  # One letter is an alias or nothing; several are an alias, a run of letters, or a letter and its value (`-n5`).
  defp expanded(name, value, %{aliases: aliases}) do
    case Enum.find(aliases, fn {short, _} -> :erlang.atom_to_binary(short) == name end) do
      {_, switch} ->
        {:alias, switch}

      nil ->
        case String.next_codepoint(name) do
          {_, tail} when tail != "" -> if :binary.match(name, "-") == :nomatch, do: {:several, letters(name, value)}, else: :unknown
          _ -> :unknown
        end
    end
  end

  # Digits at the end are the value of the letter before them.
  defp letters(name, value) do
    {letter, tail} = String.next_codepoint(name)

    cond do
      tail == "" -> ["-" <> letter <> if(value, do: "=" <> value, else: "")]
      :binary.first(tail) in ?0..?9 -> ["-" <> letter <> "=" <> tail <> if(value, do: "=" <> value, else: "")]
      true -> ["-" <> letter | letters(tail, value)]
    end
  end

  defp long(name, value, option, rest, config) do
    case switch(name, config) do
      {:ok, switch, negated?} -> with_type(switch, kinds(switch, config), value, option, rest, config, negated?)
      :unknown -> undefined(option, value, rest, config)
    end
  end

  # The switch that a name stands for; names are written with dashes.
  defp switch(name, %{types: types} = config) do
    plain = String.replace_prefix(name, "no-", "")

    cond do
      :binary.match(name, "_") != :nomatch or name == "" -> :unknown
      switch = find(name, types) -> {:ok, switch, false}
      plain != name and boolean?(find(plain, types), config) -> {:ok, find(plain, types), true}
      config.strict? -> :unknown
      true -> dynamic(name, plain, config)
    end
  end

  defp find(name, types), do: Enum.find_value(types, fn {switch, _} -> if dashed(switch) == name, do: switch end)

  defp boolean?(nil, _), do: false
  defp boolean?(switch, config), do: :boolean in kinds(switch, config)

  defp dynamic(name, _plain, config) do
    text = String.replace(name, "-", "_")
    {:ok, if(config.new_atoms?, do: String.to_atom(text), else: String.to_existing_atom(text)), false}
  rescue
    ArgumentError -> :unknown
  end

  # A name that nothing in the system goes by is taken to have a value, so that it is not left among the arguments.
  defp undefined(option, value, rest, config) do
    if :binary.match(option, "_") != :nomatch or (config.strict? and known_name?(option)) do
      {:undefined, option, value, rest}
    else
      {value, rest} = undefined_value(value, rest)
      {:undefined, option, value, rest}
    end
  end

  defp known_name?("--" <> name) do
    _ = name |> String.replace("-", "_") |> String.to_existing_atom()
    true
  rescue
    ArgumentError -> false
  end

  defp known_name?(_), do: false

  defp undefined_value(nil, rest) do
    case rest do
      [] -> {true, []}
      ["-" <> text = value | others] -> if text == "" or negative_number?(text), do: {value, others}, else: {true, rest}
      [value | others] -> {value, others}
    end
  end

  defp undefined_value(value, rest), do: {value, rest}

  defp kinds(switch, %{types: types}) do
    case Keyword.fetch(types, switch) do
      {:ok, kinds} -> List.wrap(kinds)
      :error -> []
    end
  end

  defp with_type(switch, kinds, value, option, rest, config, negated? \\ false) do
    cond do
      :boolean in kinds -> boolean(switch, value, option, rest, negated?)
      :count in kinds -> count(switch, value, option, rest)
      kinds -- [:keep] == [] and not config.strict? and kinds == [] -> untyped(switch, value, rest)
      true -> typed(switch, Enum.find(kinds, :kept, &(&1 != :keep)), value, option, rest)
    end
  end

  defp boolean(switch, nil, _, rest, negated?), do: {:ok, switch, not negated?, rest}
  defp boolean(switch, "true", _, rest, false), do: {:ok, switch, true, rest}
  defp boolean(switch, "false", _, rest, false), do: {:ok, switch, false, rest}
  defp boolean(_, value, option, rest, _), do: {:invalid, option, value, rest}

  defp count(switch, nil, _, rest), do: {:ok, switch, 1, rest}

  defp count(_, value, option, rest), do: {:invalid, option, value, rest}

  # Without a type a switch followed by something that is no switch has that as its value.
  defp untyped(switch, value, rest) do
    {value, rest} = undefined_value(value, rest)
    {:ok, switch, value, rest}
  end

  defp typed(switch, type, nil, option, rest) do
    case rest do
      [] -> {:invalid, option, nil, []}
      ["-" <> _ = value | after_value] ->
        if value == "-" or (type in [:integer, :float, :kept] and negative_number?(String.trim_leading(value, "-"))) do
          converted(switch, type, value, option, after_value)
        else
          {:invalid, option, nil, rest}
        end

      [value | rest] -> converted(switch, type, value, option, rest)
    end
  end

  defp typed(switch, type, value, option, rest), do: converted(switch, type, value, option, rest)

  defp converted(switch, type, value, option, rest) do
    case convert(type, value) do
      {:ok, value} -> {:ok, switch, value, rest}
      :error -> {:invalid, option, value, rest}
    end
  end

  defp convert(type, value) when type in [:string, :kept], do: {:ok, value}
  defp convert(:integer, value), do: whole(Integer.parse(value))
  defp convert(:float, value), do: whole(Float.parse(value))

  defp convert(:regex, value) do
    with {:error, _} <- Regex.compile(value, "u"), do: :error
  end

  defp whole({number, ""}), do: {:ok, number}
  defp whole(_), do: :error

  # ## The other way

  @doc """
  Writes switches as arguments.

  ## Examples

      iex> OptionParser.to_argv(dry_run: true, size: 3, color: false)
      ["--dry-run", "--size", "3", "--no-color"]

  """
  @spec to_argv(Enumerable.t(), options) :: argv
  def to_argv(enum, options \\ []) do
    types = Keyword.get(options, :switches, [])

    Enum.flat_map(enum, fn
      {_, nil} -> []
      {key, true} -> ["--" <> dashed(key)]
      {key, false} -> ["--no-" <> dashed(key)]
      {key, value} -> if types[key] == :count, do: :lists.duplicate(value, "--" <> dashed(key)), else: ["--" <> dashed(key), to_string(value)]
    end)
  end

  defp dashed(switch), do: switch |> :erlang.atom_to_binary() |> String.replace("_", "-")

  @doc ~S"""
  Splits a command line into arguments, as a shell does with quotes and backslashes.

  ## Examples

      iex> OptionParser.split(~S(add "two words" it\'s))
      ["add", "two words", "it's"]

  """
  @spec split(String.t()) :: argv
  def split(string) when is_binary(string), do: words(String.trim_leading(string, " "), "", [], nil)

  # `quote` is the open quote, or `nil`.
  defp words("", "", acc, nil), do: :lists.reverse(acc)
  defp words("", word, acc, nil), do: :lists.reverse([word | acc])
  defp words("", _, _, quote), do: raise("argv string did not terminate properly, a #{<<quote>>} was opened but never closed")
  defp words(<<?\\, quote, rest::binary>>, word, acc, quote), do: words(rest, <<word::binary, quote>>, acc, quote)
  defp words(<<?\\, char, rest::binary>>, word, acc, nil), do: words(rest, <<word::binary, char>>, acc, nil)
  defp words(<<quote, rest::binary>>, word, acc, quote) when quote != nil, do: words(rest, word, acc, nil)
  defp words(<<quote, rest::binary>>, word, acc, nil) when quote in [?", ?'], do: words(rest, word, acc, quote)
  defp words(<<?\s, rest::binary>>, word, acc, nil), do: words(String.trim_leading(rest, " "), "", [word | acc], nil)
  defp words(<<char, rest::binary>>, word, acc, quote), do: words(rest, <<word::binary, char>>, acc, quote)
end
