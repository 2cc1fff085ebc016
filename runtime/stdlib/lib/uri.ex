defmodule URI do
  @moduledoc """
  Addresses of the web and other URIs: taking them apart, putting them together, escaping.

      iex> uri = URI.parse("https://example.org:8080/find?q=cats#top")
      iex> {uri.host, uri.port, uri.path, uri.query, uri.fragment}
      {"example.org", 8080, "/find", "q=cats", "top"}
      iex> to_string(%{uri | port: 443, fragment: nil})
      "https://example.org/find?q=cats"

  `new/1` checks that the characters are allowed (RFC 3986), `parse/1` takes whatever comes. Percent signs stay as they
  are in the fields; see `decode/1`.
  """

  @derive {Inspect, optional: [:authority]}
  defstruct [:scheme, :authority, :userinfo, :host, :port, :path, :query, :fragment]

  @type t :: %__MODULE__{
          scheme: nil | binary,
          authority: nil | binary,
          userinfo: nil | binary,
          host: nil | binary,
          port: nil | :inet.port_number(),
          path: nil | binary,
          query: nil | binary,
          fragment: nil | binary
        }

  import Kernel, except: [to_string: 1]

  @default_ports %{"ftp" => 21, "sftp" => 22, "tftp" => 69, "http" => 80, "https" => 443, "ldap" => 389, "ws" => 80, "wss" => 443}

  @doc """
  The port that a scheme implies, or `nil`.

  ## Examples

      iex> URI.default_port("https")
      443
      iex> URI.default_port("gopher-plus")
      nil

  """
  @spec default_port(binary) :: nil | non_neg_integer
  def default_port(scheme) when is_binary(scheme) do
    :persistent_term.get({URI, scheme}, :maps.get(scheme, @default_ports, nil))
  end

  @doc """
  Sets the port that a scheme implies, for the whole system.
  """
  @spec default_port(binary, non_neg_integer) :: :ok
  def default_port(scheme, port) when is_binary(scheme) and is_integer(port) and port >= 0 do
    :persistent_term.put({URI, scheme}, port)
  end

  # ## Queries

  @doc """
  Writes pairs as the query of a URL.

  `encoding` is `:www_form` (spaces become `+`) or `:rfc3986` (spaces become `%20`).

  ## Examples

      iex> URI.encode_query(q: "black cats", page: 2)
      "q=black+cats&page=2"
      iex> URI.encode_query([q: "black cats"], :rfc3986)
      "q=black%20cats"

  """
  @spec encode_query(Enumerable.t(), :rfc3986 | :www_form) :: binary
  def encode_query(enumerable, encoding \\ :www_form) when encoding in [:rfc3986, :www_form] do
    Enum.map_join(enumerable, "&", fn {key, value} -> query_part(key, :keys, encoding) <> "=" <> query_part(value, :values, encoding) end)
  end

  defp query_part(part, which, _) when is_list(part) do
    what = if which == :keys, do: "keys", else: "values"
    raise ArgumentError, "encode_query/2 #{what} cannot be lists, got: #{inspect(part)}"
  end

  defp query_part(part, _, :www_form), do: encode_www_form(Kernel.to_string(part))
  defp query_part(part, _, :rfc3986), do: encode(Kernel.to_string(part), &char_unreserved?/1)

  @doc """
  Reads a query into a map, on top of `map`.

  ## Examples

      iex> URI.decode_query("q=black+cats&page=2")
      %{"page" => "2", "q" => "black cats"}
      iex> URI.decode_query("b=2", %{"a" => "1"})
      %{"a" => "1", "b" => "2"}

  """
  @spec decode_query(binary, %{optional(binary) => binary}, :rfc3986 | :www_form) :: %{optional(binary) => binary}
  def decode_query(query, map \\ %{}, encoding \\ :www_form)

  def decode_query(query, %_{} = dict, encoding) when is_binary(query) do
    IO.warn("URI.decode_query/3 expects the second argument to be a map, other usage is deprecated")
    Enum.reduce(query_pairs(query, encoding), dict, fn {key, value}, dict -> %{dict | key => value} end)
  end

  def decode_query(query, map, encoding) when is_binary(query) and is_map(map) do
    :lists.foldl(fn {key, value}, map -> :maps.put(key, value, map) end, map, query_pairs(query, encoding))
  end

  defp query_pairs("", _), do: []

  defp query_pairs(query, encoding) do
    for part <- :binary.split(query, "&", [:global]), part != "" do
      case :binary.split(part, "=") do
        [key, value] -> {decode_part(key, encoding), decode_part(value, encoding)}
        [key] -> {decode_part(key, encoding), ""}
      end
    end
  end

  defp decode_part(part, :www_form), do: decode_www_form(part)
  defp decode_part(part, :rfc3986), do: decode(part)

  defp decode_part(_, encoding) do
    raise ArgumentError, "unknown encoding #{inspect(encoding)}"
  end

  @doc """
  The pairs of a query, one by one.

  ## Examples

      iex> "a=1&b=2&a=3" |> URI.query_decoder() |> Enum.to_list()
      [{"a", "1"}, {"b", "2"}, {"a", "3"}]

  """
  @spec query_decoder(binary, :rfc3986 | :www_form) :: Enumerable.t()
  def query_decoder(query, encoding \\ :www_form) when is_binary(query) do
    fn acc, fun -> Enumerable.reduce(query_pairs(query, encoding), acc, fun) end
  end

  # ## Escaping

  @doc """
  Whether a character has a meaning of its own in URIs.

  ## Examples

      iex> URI.char_reserved?(?/)
      true

  """
  @spec char_reserved?(byte) :: boolean
  def char_reserved?(character), do: character in ~c":/?#[]@!$&\'()*+,;="

  @doc """
  Whether a character never needs escaping.

  ## Examples

      iex> URI.char_unreserved?(?~)
      true

  """
  @spec char_unreserved?(byte) :: boolean
  def char_unreserved?(character) do
    character in ?0..?9 or character in ?a..?z or character in ?A..?Z or character in ~c"~_-."
  end

  @doc """
  Whether a character may stand in a URI as it is.

  ## Examples

      iex> URI.char_unescaped?(?{)
      false

  """
  @spec char_unescaped?(byte) :: boolean
  def char_unescaped?(character) do
    char_reserved?(character) or char_unreserved?(character)
  end

  @doc """
  Escapes all bytes for which `predicate` is false, which keeps all that may stand in a URI by default.

  To escape a part of a URI pass `&URI.char_unreserved?/1`.

  ## Examples

      iex> URI.encode("https://example.org/black cats")
      "https://example.org/black%20cats"
      iex> URI.encode("a/b", &URI.char_unreserved?/1)
      "a%2Fb"

  """
  @spec encode(binary, (byte -> as_boolean(term))) :: binary
  def encode(string, predicate \\ &char_unescaped?/1) when is_binary(string) and is_function(predicate, 1) do
    for <<byte <- string>>, into: "", do: escape(byte, predicate)
  end

  defp escape(byte, predicate) do
    if predicate.(byte), do: <<byte>>, else: <<?%, hex(:erlang.bsr(byte, 4)), hex(:erlang.band(byte, 15))>>
  end

  defp hex(n) when n < 10, do: ?0 + n
  defp hex(n), do: ?A + n - 10

  @doc """
  Escapes as forms do: spaces become `+`, everything reserved is escaped.

  ## Examples

      iex> URI.encode_www_form("1 + 1 = 2")
      "1+%2B+1+%3D+2"

  """
  @spec encode_www_form(binary) :: binary
  def encode_www_form(string) when is_binary(string) do
    for <<byte <- string>>, into: "", do: if(byte == ?\s, do: "+", else: escape(byte, &char_unreserved?/1))
  end

  @doc """
  Replaces `%` and two digits by the byte they mean.

  A `%` without two digits stays as it is.

  ## Examples

      iex> URI.decode("black%20cats")
      "black cats"

  """
  @spec decode(binary) :: binary
  def decode(uri) when is_binary(uri), do: unpercent(uri, false, <<>>)

  @doc """
  As `decode/1`, also turning `+` into a space.

  ## Examples

      iex> URI.decode_www_form("black+cats%21")
      "black cats!"

  """
  @spec decode_www_form(binary) :: binary
  def decode_www_form(string) when is_binary(string), do: unpercent(string, true, <<>>)

  defp unpercent(<<?%, rest::binary>>, plus?, acc) do
    with <<high, low, rest::binary>> <- rest,
         high when is_integer(high) <- hex_value(high),
         low when is_integer(low) <- hex_value(low) do
      unpercent(rest, plus?, <<acc::binary, high * 16 + low>>)
    else
      _ -> unpercent(rest, plus?, <<acc::binary, ?%>>)
    end
  end

  defp unpercent(<<?+, rest::binary>>, true, acc), do: unpercent(rest, true, <<acc::binary, ?\s>>)
  defp unpercent(<<byte, rest::binary>>, plus?, acc), do: unpercent(rest, plus?, <<acc::binary, byte>>)
  defp unpercent(<<>>, _, acc), do: acc

  defp hex_value(char) when char in ?0..?9, do: char - ?0
  defp hex_value(char) when char in ?a..?f, do: char - ?a + 10
  defp hex_value(char) when char in ?A..?F, do: char - ?A + 10
  defp hex_value(_), do: nil

  # ## Whole URIs

  @doc """
  Takes a URI apart if it is valid: `{:ok, uri}` or `{:error, part}` with what is not allowed.

  ## Examples

      iex> {:ok, uri} = URI.new("//example.org/a")
      iex> {uri.host, uri.path}
      {"example.org", "/a"}
      iex> URI.new("/a b")
      {:error, " "}

  """
  @spec new(t | String.t()) :: {:ok, t} | {:error, String.t()}
  def new(%URI{} = uri), do: {:ok, uri}

  def new(binary) when is_binary(binary) do
    uri = parse(binary)

    # What can't be read behind a scheme is no scheme and its rest either, and so the colon is told.
    part = unfit(binary, uri.authority != nil)

    case if(part && not begins_with_colon?(uri), do: {:error, part}, else: checked(uri)) do
      {:error, _} when uri.scheme != nil -> {:error, ":"}
      result -> result
    end
  end

  # The first character that may not stand in a URI at all; brackets may, in the authority. Percent signs are taken as they are.
  defp unfit("//" <> rest, true), do: unfit(rest, :authority)
  defp unfit(<<char, rest::binary>>, :authority) when char in [?[, ?]], do: unfit(rest, :authority)
  defp unfit(<<char, rest::binary>>, :authority) when char in [?/, ??, ?#], do: unfit(<<char, rest::binary>>, false)
  defp unfit(<<char, _::binary>>, _) when char in [?[, ?]], do: <<char>>
  defp unfit(<<?%, rest::binary>>, where), do: unfit(rest, where)
  defp unfit(<<?#, rest::binary>>, where), do: if(:binary.match(rest, "#") == :nomatch, do: unfit(rest, where), else: "#")

  defp unfit(<<char::utf8, rest::binary>>, where) do
    if char < 128 and char_unescaped?(char), do: unfit(rest, where), else: <<char::utf8>>
  end

  defp unfit(<<byte, _::binary>>, _), do: <<byte>>
  defp unfit(<<>>, _), do: nil

  # The parts must not have what belongs to others: a port is a number, brackets are for IPv6.
  defp checked(%URI{authority: authority, host: host, path: path, scheme: scheme} = uri) do
    cond do
      scheme == nil and path != nil and authority == nil and colon_first?(path) -> {:error, ":"}
      host != nil and bad_host?(authority, host) -> {:error, ":"}
      true -> {:ok, %{uri | authority: nil}}
    end
  end

  # Whether the first segment has a colon where no scheme ends, with nothing wrong before it.
  defp begins_with_colon?(%URI{scheme: nil, authority: nil, path: <<_, _::binary>> = path}),
    do: colon_first?(path) and unfit(hd(:binary.split(path, ":")), false) == nil

  defp begins_with_colon?(_), do: false

  defp colon_first?(path), do: match?({_, 1}, :binary.match(hd(:binary.split(path, "/")), ":"))

  # One `@` at most, in brackets nothing but an address, and a port of digits.
  defp bad_host?(authority, host) do
    cond do
      not Regex.match?(~r/\A(?:[^@]*@)?(?:\[[^\[\]]*\]|[^:@\[\]]*)(?::[0-9]*)?\z/, authority) -> true
      String.ends_with?(authority, "]") or String.contains?(authority, "]:") -> match?({:error, _}, :inet.parse_ipv6strict_address(to_charlist(host)))
      true -> false
    end
  end

  @doc """
  As `new/1`, raising `URI.Error`.

  ## Examples

      iex> URI.new!("mailto:ada@example.org").path
      "ada@example.org"

  """
  @spec new!(t | String.t()) :: t
  def new!(%URI{} = uri), do: uri

  def new!(binary) when is_binary(binary) do
    case new(binary) do
      {:ok, uri} -> uri
      {:error, part} -> raise URI.Error, action: :parse, reason: :invalid_uri, part: part
    end
  end

  @doc """
  Takes a URI apart without checking it.

  ## Examples

      iex> URI.parse("/a b?c").path
      "/a b"

  """
  @spec parse(t | binary) :: t
  def parse(%URI{} = uri), do: uri

  def parse(string) when is_binary(string) do
    {string, fragment} = cut(string, "#")
    {string, query} = cut(string, "?")
    {scheme, string} = scheme(string)
    {authority, path} = authority(string)
    {userinfo, host, port} = split_authority(authority)
    scheme = scheme && String.downcase(scheme, :ascii)

    %URI{
      scheme: scheme,
      path: if(path == "", do: nil, else: path),
      query: query,
      fragment: fragment,
      authority: authority,
      userinfo: userinfo,
      host: host,
      port: port || (scheme && default_port(scheme))
    }
  end

  defp cut(string, mark) do
    case :binary.split(string, mark) do
      [before, rest] -> {before, rest}
      [all] -> {all, nil}
    end
  end

  defp scheme(string) do
    case :binary.match(string, [":", "/"]) do
      {at, 1} when at > 0 ->
        case string do
          <<scheme::binary-size(at), ?:, rest::binary>> -> if(scheme_name?(scheme), do: {scheme, rest}, else: {nil, string})
          _ -> {nil, string}
        end

      _ ->
        {nil, string}
    end
  end

  defp scheme_name?(<<first, rest::binary>>) when first in ?a..?z or first in ?A..?Z do
    :lists.all(&(&1 in ?a..?z or &1 in ?A..?Z or &1 in ?0..?9 or &1 in ~c"+-."), :erlang.binary_to_list(rest))
  end

  defp scheme_name?(_), do: false

  defp authority(<<"//", rest::binary>>) do
    case :binary.match(rest, "/") do
      {at, 1} ->
        <<authority::binary-size(at), path::binary>> = rest
        {authority, path}

      :nomatch ->
        {rest, ""}
    end
  end

  defp authority(path), do: {nil, path}

  defp split_authority(nil), do: {nil, nil, nil}
  defp split_authority(""), do: {nil, "", nil}

  defp split_authority(authority) do
    {userinfo, rest} =
      case :binary.matches(authority, "@") do
        [] ->
          {nil, authority}

        marks ->
          {at, 1} = :lists.last(marks)
          <<userinfo::binary-size(at), ?@, rest::binary>> = authority
          {userinfo, rest}
      end

    {host, port} = split_port(rest)
    {userinfo, without_brackets(host), port}
  end

  # What follows an address in brackets is a port, as far as it is a number.
  defp split_port("[" <> _ = rest) do
    case Regex.run(~r/\A(\[[^\]]*\])(?::([0-9]*))?/, rest) do
      [_, host, <<_, _::binary>> = digits] -> {host, String.to_integer(digits)}
      [_, host | _] -> {host, nil}
      nil -> split_colon(rest)
    end
  end

  defp split_port(rest), do: split_colon(rest)

  # What follows the first colon is a port, as far as it is a number.
  defp split_colon(rest) do
    case Regex.run(~r/\A([^:]*):([0-9]*)/, rest) do
      [_, host, ""] -> {host, nil}
      [_, host, digits] -> {host, String.to_integer(digits)}
      nil -> {rest, nil}
    end
  end


  defp without_brackets(<<?[, rest::binary>>), do: String.trim_trailing(rest, "]")
  defp without_brackets(host), do: host

  @doc """
  Puts a URI together again.

  ## Examples

      iex> URI.to_string(%URI{scheme: "https", host: "example.org", path: "/", query: "a=1"})
      "https://example.org/?a=1"

  """
  @spec to_string(t) :: binary
  defdelegate to_string(uri), to: String.Chars.URI

  @doc """
  Resolves a reference against an absolute URI, as a browser does with the links of a page.

  ## Examples

      iex> "https://example.org/a/b?x" |> URI.merge("../c") |> to_string()
      "https://example.org/c"
      iex> "https://example.org/a/b" |> URI.merge("?y=1") |> to_string()
      "https://example.org/a/b?y=1"

  """
  @spec merge(t | binary, t | binary) :: t
  def merge(base, rel)

  def merge(%URI{host: nil}, _rel), do: raise(ArgumentError, "you must merge onto an absolute URI")

  def merge(%URI{} = base, %URI{} = rel) do
    cond do
      rel.scheme != nil ->
        %{rel | path: clean_path(rel.path)}

      rel.host != nil or rel.authority != nil ->
        port = if rel.port == nil and base.scheme, do: default_port(base.scheme), else: rel.port
        %{rel | scheme: base.scheme, path: clean_path(rel.path), port: port}

      rel.path in [nil, ""] ->
        %{base | query: rel.query || base.query, fragment: rel.fragment}

      true ->
        %{base | path: merged_path(base, rel.path), query: rel.query, fragment: rel.fragment}
    end
  end

  def merge(base, rel), do: merge(parse(base), parse(rel))

  defp merged_path(_base, <<?/, _::binary>> = path), do: clean_path(path)

  defp merged_path(base, path) do
    case base.path do
      empty when empty in [nil, ""] ->
        clean_path("/" <> path)

      base_path ->
        {at, 1} = base_path |> :binary.matches("/") |> last_or_start()
        clean_path(:erlang.binary_part(base_path, 0, at + 1) <> path)
    end
  end

  defp last_or_start([]), do: {-1, 1}
  defp last_or_start(matches), do: :lists.last(matches)

  defp clean_path(nil), do: nil
  defp clean_path(path), do: path |> :binary.split("/", [:global]) |> climb([]) |> Enum.join("/")

  # Takes `.` and `..` out; above the root there is only the root.
  defp climb([".."], acc), do: climb([".", ""], up(acc)) |> then(& &1)
  defp climb(["."], acc), do: :lists.reverse(["" | acc])
  defp climb([".." | rest], acc), do: climb(rest, up(acc))
  defp climb(["." | rest], acc), do: climb(rest, acc)
  defp climb([segment | rest], acc), do: climb(rest, [segment | acc])
  defp climb([], acc), do: :lists.reverse(acc)

  defp up([""]), do: [""]
  defp up([_ | acc]), do: acc
  defp up([]), do: []

  @doc """
  Adds a query to that of a URI.

  ## Examples

      iex> URI.parse("https://example.org/?a=1") |> URI.append_query("b=2") |> to_string()
      "https://example.org/?a=1&b=2"

  """
  @spec append_query(t, binary) :: t
  def append_query(%URI{} = uri, query) when is_binary(query) and uri.query in [nil, ""], do: %{uri | query: query}

  def append_query(%URI{} = uri, query) when is_binary(query) do
    if String.ends_with?(uri.query, "&"), do: %{uri | query: uri.query <> query}, else: %{uri | query: uri.query <> "&" <> query}
  end

  @doc """
  Adds a path, which starts with a slash, to that of a URI.

  ## Examples

      iex> URI.parse("https://example.org/a/") |> URI.append_path("/b") |> to_string()
      "https://example.org/a/b"

  """
  @spec append_path(t, String.t()) :: t
  def append_path(%URI{}, "//" <> _ = path) do
    raise ArgumentError, ~s|path cannot start with "//", got: #{inspect(path)}|
  end

  def append_path(%URI{path: path} = uri, "/" <> rest = all) do
    cond do
      path == nil -> %{uri | path: all}
      path != "" and :binary.last(path) == ?/ -> %{uri | path: path <> rest}
      true -> %{uri | path: path <> all}
    end
  end

  def append_path(%URI{}, path) when is_binary(path) do
    raise ArgumentError, ~s|path must start with "/", got: #{inspect(path)}|
  end
end

defimpl String.Chars, for: URI do
  def to_string(%{host: host, path: path} = uri)
      when host != nil and is_binary(path) and path != "" and binary_part(path, 0, 1) != "/" do
    raise ArgumentError,
          ":path in URI must be empty or an absolute path if URL has a :host, got: #{inspect(uri)}"
  end

  def to_string(%{scheme: scheme, path: path, query: query, fragment: fragment} = uri) do
    authority = authority(uri)

    :erlang.iolist_to_binary([
      if(scheme, do: [scheme, ?:], else: []),
      if(authority, do: ["//" | authority], else: []),
      path || [],
      if(query, do: [?? | query], else: []),
      if(fragment, do: [?# | fragment], else: [])
    ])
  end

  # The parts say more than the whole, which may be outdated.
  defp authority(%{host: nil, authority: authority}), do: authority

  defp authority(%{host: host, userinfo: userinfo, port: port, scheme: scheme}) do
    host = if :binary.match(host, ":") != :nomatch, do: [?[, host, ?]], else: host
    port = if port == nil or (scheme && port == URI.default_port(scheme)), do: [], else: [?: | :erlang.integer_to_binary(port)]
    [if(userinfo, do: [userinfo, ?@], else: []), host | port]
  end
end
