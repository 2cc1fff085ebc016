defmodule Version.Requirement do
  @moduledoc """
  A requirement on versions, made by `Version.parse_requirement/1`.
  """

  defstruct [:source, :lexed]

  @opaque t :: %__MODULE__{source: String.t(), lexed: term}
end

defmodule Version do
  @moduledoc ~S"""
  Version numbers after SemVer 2.0, and requirements on them.

  A version is `MAJOR.MINOR.PATCH`, perhaps followed by `-` and a pre-release (`1.0.0-rc.1`), perhaps by `+` and a build.
  A pre-release comes before its release; builds don't matter for the order.

  A requirement is a comparison or several, joined by `and` and `or`:

      iex> Version.match?("1.4.2", ">= 1.2.0 and < 2.0.0")
      true
      iex> Version.match?("1.4.2", "~> 1.5")
      false

  `~> 1.2` means at least 1.2.0 and below 2.0.0, `~> 1.2.3` at least 1.2.3 and below 1.3.0. A version alone means `==`.
  """

  import Kernel, except: [match?: 2, to_string: 1]

  @enforce_keys [:major, :minor, :patch]
  @derive {Inspect, optional: [:pre, :build]}
  defstruct major: nil, minor: nil, patch: nil, pre: [], build: nil

  @type version :: String.t() | t
  @type requirement :: String.t() | Version.Requirement.t()
  @type major :: non_neg_integer
  @type minor :: non_neg_integer
  @type patch :: non_neg_integer
  @type pre :: [String.t() | non_neg_integer]
  @type build :: String.t() | nil
  @type t :: %__MODULE__{major: major, minor: minor, patch: patch, pre: pre, build: build}

  @doc """
  Reads a version: `{:ok, version}` or `:error`.

  ## Examples

      iex> {:ok, version} = Version.parse("2.1.0-rc.1")
      iex> {version.major, version.pre}
      {2, ["rc", 1]}
      iex> Version.parse("2.1")
      :error

  """
  @spec parse(String.t()) :: {:ok, t} | :error
  def parse(string) when is_binary(string) do
    case read(string, false) do
      {:ok, {major, minor, patch, pre, build}} ->
        {:ok, %Version{major: major, minor: minor, patch: patch, pre: pre, build: build}}

      :error ->
        :error
    end
  end

  @doc """
  As `parse/1`, raising `Version.InvalidVersionError`.

  ## Examples

      iex> Version.parse!("2.1.0").minor
      1

  """
  @spec parse!(String.t()) :: t
  def parse!(string) when is_binary(string) do
    case parse(string) do
      {:ok, version} -> version
      :error -> raise Version.InvalidVersionError, string
    end
  end

  # `partial?` lets the patch number be absent, as in requirements.
  defp read(string, partial?) do
    {string, build} = cut(string, "+")
    {numbers, pre} = cut(string, "-")

    with {:ok, {major, minor, patch}} <- numbers |> :binary.split(".", [:global]) |> numbers(partial?),
         {:ok, pre} <- pre_release(pre),
         true <- build?(build) do
      {:ok, {major, minor, patch, pre, build}}
    else
      _ -> :error
    end
  end

  defp cut(string, mark) do
    case :binary.split(string, mark) do
      [before, rest] -> {before, rest}
      [all] -> {all, nil}
    end
  end

  defp numbers([major, minor, patch], _) do
    with {:ok, major} <- number(major), {:ok, minor} <- number(minor), {:ok, patch} <- number(patch) do
      {:ok, {major, minor, patch}}
    end
  end

  defp numbers([major, minor], true) do
    with {:ok, major} <- number(major), {:ok, minor} <- number(minor), do: {:ok, {major, minor, nil}}
  end

  defp numbers(_, _), do: :error

  # Without leading zeros.
  defp number("0"), do: {:ok, 0}
  defp number(<<first, _::binary>> = digits) when first in ?1..?9, do: if(digits?(digits), do: {:ok, String.to_integer(digits)}, else: :error)
  defp number(_), do: :error

  defp digits?(text), do: :lists.all(&(&1 in ?0..?9), :erlang.binary_to_list(text))

  defp pre_release(nil), do: {:ok, []}

  defp pre_release(text) do
    parts = for part <- :binary.split(text, ".", [:global]), do: pre_part(part)
    if :error in parts, do: :error, else: {:ok, parts}
  end

  defp pre_part(""), do: :error

  defp pre_part(part) do
    cond do
      not identifier?(part) -> :error
      not digits?(part) -> part
      true -> with {:ok, number} <- number(part), do: number
    end
  end

  defp build?(nil), do: true
  defp build?(build), do: :lists.all(&(&1 != "" and identifier?(&1)), :binary.split(build, ".", [:global]))

  defp identifier?(text) do
    :lists.all(&(&1 in ?0..?9 or &1 in ?a..?z or &1 in ?A..?Z or &1 == ?-), :erlang.binary_to_list(text))
  end

  @doc """
  Compares two versions: `:gt`, `:eq` or `:lt`.

  ## Examples

      iex> Version.compare("1.10.0", "1.9.9")
      :gt
      iex> Version.compare("1.0.0-rc.1", "1.0.0")
      :lt
      iex> Version.compare("1.0.0+a", "1.0.0+b")
      :eq

  """
  @spec compare(version, version) :: :gt | :eq | :lt
  def compare(version1, version2), do: order(key(version1), key(version2))

  # `{major, minor, patch, pre}`
  defp key(%Version{major: major, minor: minor, patch: patch, pre: pre}), do: {major, minor, patch, pre}

  defp key(string) when is_binary(string) do
    case read(string, false) do
      {:ok, {major, minor, patch, pre, _}} -> {major, minor, patch, pre}
      :error -> raise Version.InvalidVersionError, string
    end
  end

  defp order({major1, minor1, patch1, pre1}, {major2, minor2, patch2, pre2}) do
    numbers1 = {major1, minor1, patch1}
    numbers2 = {major2, minor2, patch2}

    cond do
      numbers1 > numbers2 -> :gt
      numbers1 < numbers2 -> :lt
      pre1 == pre2 -> :eq
      pre1 == [] -> :gt
      pre2 == [] -> :lt
      # Numbers sort before words, and fewer parts before more, in the order of terms as well.
      pre1 > pre2 -> :gt
      true -> :lt
    end
  end

  @doc """
  Tells whether a version meets a requirement.

  With the option `allow_pre: false` a pre-release only does if the requirement names one.

  ## Examples

      iex> Version.match?("2.0.3", "~> 2.0")
      true
      iex> Version.match?("2.1.0-dev", "~> 2.0", allow_pre: false)
      false

  """
  @spec match?(version, requirement, keyword) :: boolean
  def match?(version, requirement, opts \\ [])

  def match?(version, requirement, opts) when is_binary(requirement) do
    match?(version, parse_requirement!(requirement), opts)
  end

  def match?(version, %Version.Requirement{lexed: tree}, opts) do
    meets?(tree, key(version), Keyword.get(opts, :allow_pre, true))
  end

  defp meets?({:and, left, right}, key, allow?), do: meets?(left, key, allow?) and meets?(right, key, allow?)
  defp meets?({:or, left, right}, key, allow?), do: meets?(left, key, allow?) or meets?(right, key, allow?)

  defp meets?({operator, {major, minor, patch, pre}}, {_, _, _, key_pre} = key, allow?) do
    wanted = {major, minor, patch || 0, pre}
    fits_pre? = allow? or key_pre == [] or pre != []

    case operator do
      :== -> order(key, wanted) == :eq
      :!= -> order(key, wanted) != :eq
      :> -> order(key, wanted) == :gt and fits_pre?
      :< -> order(key, wanted) == :lt
      :>= -> order(key, wanted) != :lt and fits_pre?
      :<= -> order(key, wanted) != :gt
      :~> -> order(key, wanted) != :lt and below?(key, major, minor, patch) and fits_pre?
    end
  end

  defp below?({key_major, _, _, _}, major, _, nil), do: key_major == major
  defp below?({key_major, key_minor, _, _}, major, minor, _), do: key_major == major and key_minor == minor

  @doc """
  Reads a requirement: `{:ok, requirement}` or `:error`.

  ## Examples

      iex> {:ok, requirement} = Version.parse_requirement("~> 1.2")
      iex> Version.match?("1.9.0", requirement)
      true
      iex> Version.parse_requirement("about 1")
      :error

  """
  @spec parse_requirement(String.t()) :: {:ok, Version.Requirement.t()} | :error
  def parse_requirement(string) when is_binary(string) do
    case string |> lex([]) |> alternatives() do
      {tree, []} -> {:ok, %Version.Requirement{source: string, lexed: tree}}
      _ -> :error
    end
  end

  @doc """
  As `parse_requirement/1`, raising `Version.InvalidRequirementError`.

  ## Examples

      iex> Version.parse_requirement!("~> 1.2") |> to_string()
      "~> 1.2"

  """
  @spec parse_requirement!(String.t()) :: Version.Requirement.t()
  def parse_requirement!(string) when is_binary(string) do
    case parse_requirement(string) do
      {:ok, requirement} -> requirement
      :error -> raise Version.InvalidRequirementError, string
    end
  end

  @doc """
  Prepares a requirement for fast matching. Parsed ones are prepared already.

  ## Examples

      iex> "~> 1.0" |> Version.parse_requirement!() |> Version.compile_requirement() |> to_string()
      "~> 1.0"

  """
  @spec compile_requirement(Version.Requirement.t()) :: Version.Requirement.t()
  def compile_requirement(%Version.Requirement{} = requirement), do: requirement

  # Tokens: operators, `:and`, `:or`, and versions as strings.
  defp lex(<<char, rest::binary>>, acc) when char in ~c" \t\n", do: lex(rest, acc)
  defp lex(<<"~>", rest::binary>>, acc), do: lex(rest, [:~> | acc])
  defp lex(<<">=", rest::binary>>, acc), do: lex(rest, [:>= | acc])
  defp lex(<<"<=", rest::binary>>, acc), do: lex(rest, [:<= | acc])
  defp lex(<<"==", rest::binary>>, acc), do: lex(rest, [:== | acc])
  defp lex(<<"!=", rest::binary>>, acc), do: lex(rest, [:!= | acc])
  defp lex(<<"!", rest::binary>>, acc), do: lex(rest, [:!= | acc])
  defp lex(<<">", rest::binary>>, acc), do: lex(rest, [:> | acc])
  defp lex(<<"<", rest::binary>>, acc), do: lex(rest, [:< | acc])
  defp lex(<<"and ", rest::binary>>, acc), do: lex(rest, [:and | acc])
  defp lex(<<"or ", rest::binary>>, acc), do: lex(rest, [:or | acc])
  defp lex(<<>>, acc), do: :lists.reverse(acc)

  defp lex(text, acc) do
    {word, rest} =
      case :binary.match(text, [" ", "~", ">", "<", "=", "!", "\t", "\n"]) do
        {0, _} -> {text, ""}
        {at, _} -> {:erlang.binary_part(text, 0, at), :erlang.binary_part(text, at, byte_size(text) - at)}
        :nomatch -> {text, ""}
      end

    lex(rest, [word | acc])
  end

  # `and` binds tighter than `or`.
  defp alternatives(tokens) do
    with {tree, rest} <- conjunction(tokens), do: more_alternatives(tree, rest)
  end

  defp more_alternatives(left, [:or | tokens]) do
    with {right, rest} <- conjunction(tokens), do: more_alternatives({:or, left, right}, rest)
  end

  defp more_alternatives(tree, rest), do: {tree, rest}

  defp conjunction(tokens) do
    with {tree, rest} <- comparison(tokens), do: more_conjuncts(tree, rest)
  end

  defp more_conjuncts(left, [:and | tokens]) do
    with {right, rest} <- comparison(tokens), do: more_conjuncts({:and, left, right}, rest)
  end

  defp more_conjuncts(tree, rest), do: {tree, rest}

  defp comparison([operator, version | rest]) when operator in [:==, :!=, :>, :<, :>=, :<=, :~>] and is_binary(version) do
    case read(version, operator == :~>) do
      {:ok, {major, minor, patch, pre, _}} -> {{operator, {major, minor, patch, pre}}, rest}
      :error -> :error
    end
  end

  defp comparison([version | rest]) when is_binary(version), do: comparison([:==, version | rest])
  defp comparison(_), do: :error

  @doc """
  Writes a version.

  ## Examples

      iex> Version.to_string(%Version{major: 1, minor: 0, patch: 2, pre: ["rc", 1], build: "7"})
      "1.0.2-rc.1+7"

  """
  @spec to_string(t) :: String.t()
  def to_string(%Version{} = version), do: String.Chars.to_string(version)
end

defimpl String.Chars, for: Version do
  def to_string(%{major: major, minor: minor, patch: patch, pre: pre, build: build}) do
    pre = if pre == [], do: "", else: "-" <> Enum.map_join(pre, ".", &Kernel.to_string/1)
    build = if build, do: "+" <> build, else: ""
    "#{major}.#{minor}.#{patch}#{pre}#{build}"
  end
end

defimpl String.Chars, for: Version.Requirement do
  def to_string(%{source: source}), do: source
end

defimpl Inspect, for: Version.Requirement do
  def inspect(%{source: source}, opts) do
    Inspect.Algebra.concat(["Version.parse_requirement!(", Inspect.Algebra.to_doc(source, opts), ")"])
  end
end
