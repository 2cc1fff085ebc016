defmodule :uri_string do
  # Some names of functions are words of Elixir, so they are put in as atoms.
  @moduledoc """
  URIs as Erlang programs take them apart: maps of the parts that are there. `URI` is the module for Elixir programs.
  """

  @unreserved ~c"-._~"
  @reserved ~c":/?#[]@!$&'()*+,;="

  @doc """
  The parts of a URI as a map, or `{:error, reason, part}`. A path is always there.

      iex> :uri_string.parse("http://user@host:80/a?b#c")
      %{scheme: "http", userinfo: "user", host: "host", port: 80, path: "/a", query: "b", fragment: "c"}
      iex> :uri_string.parse(~c"a/b")
      %{path: ~c"a/b"}
      iex> :uri_string.parse("http://host:port")
      {:error, :invalid_uri, ":"}
  """
  def parse(uri) when is_list(uri) do
    case parse(IO.chardata_to_string(uri)) do
      {:error, reason, part} -> {:error, reason, listed(part)}
      map -> :maps.map(fn _, part -> listed(part) end, map)
    end
  end

  def parse(uri) when is_binary(uri) do
    {rest, fragment} = cut(uri, "#")
    {rest, query} = cut(rest, "?")
    {scheme, rest} = scheme(rest)

    with {:ok, authority, path} <- authority(rest) do
      map = Map.merge(%{path: path}, authority)
      for {key, value} <- [scheme: scheme, query: query, fragment: fragment], value != nil, into: map, do: {key, value}
    end
  end

  defp listed(part) when is_binary(part), do: to_charlist(part)
  defp listed(part), do: part

  defp cut(text, mark) do
    case :binary.split(text, mark) do
      [before, behind] -> {before, behind}
      [text] -> {text, nil}
    end
  end

  defp scheme(text) do
    with [scheme, rest] <- :binary.split(text, ":"), true <- scheme =~ ~r/\A[a-zA-Z][a-zA-Z0-9+.\-]*\z/ do
      {scheme, rest}
    else
      _ -> {nil, text}
    end
  end

  defp authority("//" <> rest) do
    {authority, path} =
      case :binary.split(rest, "/") do
        [authority, path] -> {authority, "/" <> path}
        [authority] -> {authority, ""}
      end

    {userinfo, host} =
      case :binary.split(authority, "@") do
        [userinfo, host] -> {%{userinfo: userinfo}, host}
        [host] -> {%{}, host}
      end

    with {:ok, host} <- host(host), do: {:ok, Map.merge(userinfo, host), path}
  end

  defp authority(path), do: {:ok, %{}, path}

  defp host("[" <> rest) do
    case :binary.split(rest, "]") do
      [address, ""] -> {:ok, %{host: address}}
      [address, ":" <> port] -> port(address, port)
      _ -> {:error, :invalid_uri, "["}
    end
  end

  defp host(host) do
    case :binary.split(host, ":") do
      [host] -> {:ok, %{host: host}}
      [host, port] -> port(host, port)
    end
  end

  defp port(host, ""), do: {:ok, %{host: host, port: :undefined}}

  defp port(host, port) do
    case Integer.parse(port) do
      {number, ""} when number >= 0 -> {:ok, %{host: host, port: number}}
      _ -> {:error, :invalid_uri, ":"}
    end
  end

  @doc """
  Puts parts together.

      iex> :uri_string.recompose(%{scheme: "http", host: "host", port: 81, path: "/a", query: "b"})
      "http://host:81/a?b"
  """
  def recompose(map) do
    texts = Map.new(map, fn {key, part} -> {key, if(is_list(part), do: IO.chardata_to_string(part), else: part)} end)

    cond do
      not is_map_key(map, :path) -> {:error, :invalid_map, map}
      is_list(map.path) -> to_charlist(whole(texts))
      true -> whole(texts)
    end
  end

  defp whole(parts) do
    scheme = if parts[:scheme], do: parts.scheme <> ":", else: ""
    user = if parts[:userinfo], do: parts.userinfo <> "@", else: ""

    port =
      case parts[:port] do
        nil -> ""
        :undefined -> ":"
        port -> ":" <> Integer.to_string(port)
      end

    authority = if parts[:host], do: "//" <> user <> bracketed(parts.host) <> port, else: ""
    query = if parts[:query], do: "?" <> parts.query, else: ""
    fragment = if parts[:fragment], do: "#" <> parts.fragment, else: ""
    scheme <> authority <> parts.path <> query <> fragment
  end

  defp bracketed(host), do: if(String.contains?(host, ":"), do: "[" <> host <> "]", else: host)

  @doc """
  A URI in its plainest form: lower-case scheme and host, no default port, no dots in the path, no needless escapes.

      iex> :uri_string.normalize("HTTP://Host:80/a/../%7eb")
      "http://host/~b"
  """
  def normalize(uri), do: normalize(uri, [])

  @doc "As `normalize/1`; `[:return_map]` gives the parts."
  def normalize(uri, options) do
    case if(is_map(uri), do: uri, else: parse(uri)) do
      {:error, _, _} = error ->
        error

      map ->
        list? = is_list(map.path)
        map = map |> Map.new(fn {key, part} -> {key, if(is_list(part), do: IO.chardata_to_string(part), else: part)} end) |> plain()
        map = if list?, do: Map.new(map, fn {key, part} -> {key, listed(part)} end), else: map
        if :return_map in options, do: map, else: recompose(map)
    end
  end

  @ports %{"http" => 80, "https" => 443, "ftp" => 21, "ssh" => 22, "sftp" => 22, "tftp" => 69}

  defp plain(map) do
    map = Map.new(map, fn {key, part} -> {key, if(key in [:scheme, :host], do: String.downcase(part), else: unescaped(part))} end)
    map = if map[:port] in [:undefined, @ports[map[:scheme]]] and is_map_key(map, :port), do: Map.delete(map, :port), else: map
    path = without_dots(map.path)
    %{map | path: if(path == "" and is_map_key(map, :host), do: "/", else: path)}
  end

  # Escapes of characters that need none.
  defp unescaped(part) when is_binary(part) do
    Regex.replace(~r/%([0-9a-fA-F]{2})/, part, fn whole, digits ->
      char = String.to_integer(digits, 16)
      if letter?(char) or char in @unreserved, do: <<char>>, else: String.upcase(whole)
    end)
  end

  defp unescaped(part), do: part

  defp letter?(char), do: char in ?a..?z or char in ?A..?Z or char in ?0..?9

  defp without_dots(path) do
    segments = String.split(path, "/")
    last? = List.last(segments) in [".", ".."]

    kept =
      Enum.reduce(segments, [], fn
        ".", kept -> kept
        "..", [segment | kept] when segment != "" -> kept
        "..", kept -> kept
        segment, kept -> [segment | kept]
      end)

    kept |> Enum.reverse() |> Enum.join("/") |> Kernel.<>(if last?, do: "/", else: "")
  end

  @doc """
  A reference made absolute.

      iex> :uri_string.resolve("c?d", "http://host/a/b")
      "http://host/a/c?d"
  """
  def resolve(reference, base), do: resolve(reference, base, [])

  @doc "As `resolve/2`; `[:return_map]` gives the parts."
  def resolve(reference, base, options) do
    merged = URI.merge(URI.parse(IO.chardata_to_string(base)), URI.parse(IO.chardata_to_string(reference))) |> URI.to_string()
    merged = if is_list(reference), do: to_charlist(merged), else: merged
    if :return_map in options, do: parse(merged), else: merged
  end

  @doc """
  Escapes all that isn't a letter, a digit or one of `-._~`.

      iex> :uri_string.quote("a b/ü")
      "a%20b%2F%C3%BC"
  """
  def unquote(:quote)(data), do: escaped(data, [])

  @doc "As `quote/1`, leaving more characters as they are."
  def unquote(:quote)(data, safe), do: escaped(data, safe)

  defp escaped(data, safe) when is_list(data), do: data |> IO.chardata_to_string() |> escaped(safe) |> to_charlist()
  defp escaped(data, safe), do: URI.encode(data, &(letter?(&1) or &1 in @unreserved or &1 in safe))

  @doc """
  Replaces escapes by what they mean.

      iex> :uri_string.unquote("a%20b")
      "a b"
  """
  def unquote(:unquote)(data), do: decoded(data)

  defp decoded(data) when is_list(data), do: data |> IO.chardata_to_string() |> decoded() |> to_charlist()
  defp decoded(data), do: URI.decode(data)

  @doc "Replaces escapes, in a text or in all parts of a map."
  def percent_decode(map) when is_map(map), do: Map.new(map, fn {key, part} -> {key, if(is_binary(part) or is_list(part), do: percent_decode(part), else: part)} end)
  def percent_decode(data), do: decoded(data)

  @doc """
  Pairs as the text of a query.

      iex> :uri_string.compose_query([{"a b", "1&2"}, {"c", true}])
      "a+b=1%262&c"
  """
  def compose_query(pairs), do: compose_query(pairs, [])

  @doc "As `compose_query/1`; options say the encoding, and whether `&` or `;` stands between pairs."
  def compose_query([], _options), do: []

  def compose_query(pairs, options) do
    separator = if Keyword.get(options, :separator) == :escaped_ampersand, do: "&amp;", else: "&"
    text = Enum.map_join(pairs, separator, &pair/1)
    if is_list(elem(hd(pairs), 0)), do: to_charlist(text), else: text
  end

  defp pair({key, true}), do: form(key)
  defp pair({key, value}), do: form(key) <> "=" <> form(value)

  defp form(text), do: text |> IO.chardata_to_string() |> URI.encode(&(letter?(&1) or &1 in ~c"*-._ ")) |> String.replace(" ", "+")

  @doc """
  The pairs in the text of a query.

      iex> :uri_string.dissect_query("a+b=1%262&c")
      [{"a b", "1&2"}, {"c", true}]
  """
  def dissect_query(query) when query in ["", []], do: []

  def dissect_query(query) when is_list(query) do
    for {key, value} <- dissect_query(IO.chardata_to_string(query)), do: {to_charlist(key), listed(value)}
  end

  def dissect_query(query) do
    for part <- String.split(query, ["&amp;", "&", ";"]) do
      case :binary.split(part, "=") do
        [key, value] -> {URI.decode_www_form(key), URI.decode_www_form(value)}
        [key] -> {URI.decode_www_form(key), true}
      end
    end
  end

  @doc "Brings a URI into another encoding; texts are UTF-8 here, so only lists and binaries change places."
  def transcode(uri, options) do
    case Keyword.get(options, :out_encoding, :utf8) do
      encoding when encoding in [:utf8, :unicode] -> uri
      encoding -> {:error, :invalid_encoding, encoding}
    end
  end

  @doc """
  Whether a text may be a host.

      iex> {:uri_string.is_host("host"), :uri_string.is_host("a b")}
      {true, false}
  """
  def is_host(text), do: IO.chardata_to_string(text) =~ ~r/\A(\[[0-9a-fA-F:.]+\]|([\w\-.~!$&'()*+,;=]|%[0-9a-fA-F]{2})*)\z/u

  @doc "Whether a text may be a path."
  def is_path(text), do: IO.chardata_to_string(text) =~ ~r/\A([\w\-.~!$&'()*+,;=:@\/]|%[0-9a-fA-F]{2})*\z/u

  @doc """
  The characters that may stand in each part without an escape.

      iex> :uri_string.allowed_characters() |> Keyword.fetch!(:unreserved) |> Enum.take(2)
      ~c"-."
  """
  def allowed_characters do
    letters = Enum.concat([?0..?9, ?A..?Z, ?a..?z])
    unreserved = Enum.sort(@unreserved ++ letters)
    plain = Enum.sort(unreserved ++ ~c"!$&'()*+,;=:@")

    [
      scheme: Enum.sort(letters ++ ~c"+-."),
      userinfo: Enum.sort(unreserved ++ ~c"!$&'()*+,;=:"),
      host: Enum.sort(unreserved ++ ~c"!$&'()*+,;="),
      ipv4: ~c"." ++ Enum.to_list(?0..?9),
      ipv6: ~c"." ++ Enum.concat([?0..?:, ?A..?F, ?a..?f]),
      regname: Enum.sort(unreserved ++ ~c"!$&'()*+,;=%"),
      path: Enum.sort(plain ++ ~c"/"),
      query: Enum.sort(plain ++ ~c"/?"),
      fragment: Enum.sort(plain ++ ~c"/?"),
      reserved: Enum.sort(@reserved),
      unreserved: unreserved
    ]
  end
end
