defmodule :erlang do
  @moduledoc """
  What of `:erlang` can do without natives: what works on bytes and numbers only, what asks ports, and what is about other
  nodes, of which there are none. All else in `:erlang` is a native.
  """

  import Bitwise, only: [&&&: 2]

  @doc """
  The Adler-32 of two pieces together, from that of each and how many bytes the second has.

      iex> :erlang.adler32_combine(:erlang.adler32("over "), :erlang.adler32("there"), 5) == :erlang.adler32("over there")
      true

  """
  def adler32_combine(first, second, size)
      when first in 0..0xFFFFFFFF and second in 0..0xFFFFFFFF and is_integer(size) and size >= 0 do
    # The lower half is 1 more than the sum of the bytes, the upper the sum of what the lower was after each of them.
    <<sums::16, sum::16>> = <<first::32>>
    <<more_sums::16, more::16>> = <<second::32>>
    <<Integer.mod(sums + more_sums + size * (sum - 1), 65_521)::16, Integer.mod(sum + more - 1, 65_521)::16>> |> :binary.decode_unsigned()
  end

  def adler32_combine(_, _, _), do: :erlang.error(:badarg)

  # What is wrong with the arguments says `:erl_erts_errors`.
  defmacrop wrong(args) do
    quote do: :erlang.error(:badarg, unquote(args), error_info: %{module: :erl_erts_errors})
  end

  # ## Memory

  @doc """
  How many bytes are in use, by what they are in use for.

  `:binary` is what binaries of processes take outside of their heaps; `:system` is all that no heap of a process holds.

  ## Examples

      iex> memory = :erlang.memory()
      iex> memory[:total] == memory[:processes] + memory[:system]
      true

  """
  def memory do
    {processes, atom, code} = :jovial_system.memory()
    ets = Enum.sum_by(:ets.all(), &table_bytes/1)
    binary = storages()
    system = atom + binary + code + ets

    [
      total: processes + system,
      processes: processes,
      processes_used: processes,
      system: system,
      atom: atom,
      atom_used: atom,
      binary: binary,
      code: code,
      ets: ets
    ]
  end

  @doc """
  How many bytes are in use for one thing or for each of several, as `memory/0` names them.

  ## Examples

      iex> :erlang.memory(:code) > 1_000_000
      true
      iex> Keyword.keys(:erlang.memory([:ets, :atom]))
      [:ets, :atom]

  """
  def memory(type_or_types)

  def memory(types) when is_list(types) do
    found = memory()

    case for type <- types, not :lists.keymember(type, 1, found), do: type do
      [] -> for type <- types, do: :lists.keyfind(type, 1, found)
      _unknown -> wrong([types])
    end
  end

  def memory(type) do
    case :lists.keyfind(type, 1, memory()) do
      {_, bytes} -> bytes
      false -> wrong([type])
    end
  end

  # The table may be gone by now.
  defp table_bytes(table) do
    case :ets.info(table, :memory) do
      :undefined -> 0
      words -> words * :erlang.system_info(:wordsize)
    end
  end

  # Several processes may hold the same one.
  defp storages do
    held = for pid <- :erlang.processes(), {:binary, held} <- [:erlang.process_info(pid, :binary)], one <- held, do: one
    held |> Map.new(fn {storage, bytes, _handles} -> {storage, bytes} end) |> Map.values() |> Enum.sum()
  end

  # ## Other nodes

  @doc """
  The nodes of a kind, or of several: `:this`, `:known`, `:visible`, `:hidden`, `:connected`.

  ## Examples

      iex> :erlang.nodes([:this, :visible])
      [:nonode@nohost]

  """
  def nodes(kind_or_kinds)
  def nodes(kind) when kind in [:this, :known], do: [node()]
  def nodes(kind) when kind in [:visible, :hidden, :connected], do: []

  def nodes(kinds) when is_list(kinds) do
    case for kind <- kinds, kind not in [:this, :known, :visible, :hidden, :connected], do: kind do
      [] -> if :this in kinds or :known in kinds, do: [node()], else: []
      _unknown -> wrong([kinds])
    end
  end

  def nodes(kind), do: wrong([kind])

  @doc "The word that nodes show one another: `:nocookie`, for this one is not alive."
  def get_cookie, do: :nocookie

  @doc "The word that this node shows another one."
  def get_cookie(node) when is_atom(node), do: :nocookie
  def get_cookie(node), do: wrong([node])

  @doc "Sets the word for all nodes, which a node that is not alive can't."
  def set_cookie(cookie) when is_atom(cookie), do: set_cookie(node(), cookie)
  def set_cookie(cookie), do: wrong([cookie])

  @doc "Sets the word for a node, which a node that is not alive can't."
  def set_cookie(node, cookie) when not is_atom(node) or not is_atom(cookie) or node == node(), do: wrong([node, cookie])
  def set_cookie(_node, _cookie), do: :erlang.error(:distribution_not_started)

  @doc "Asks for a message when a node goes away, which a node that is not alive can't; to go on watching itself is fine."
  def monitor_node(node, flag), do: monitor_node(node, flag, [])

  @doc "As `monitor_node/2`, with options."
  def monitor_node(node, flag, _options) when not is_atom(node) or not is_boolean(flag), do: wrong([node, flag])
  def monitor_node(node, _flag, _options) when node == node(), do: true
  def monitor_node(_node, _flag, _options), do: :erlang.error(:notalive)

  @doc "Ends the connection to a node, which one that is not alive does not have."
  def disconnect_node(node) when is_atom(node), do: :ignored
  def disconnect_node(node), do: wrong([node])

  @doc "Starts a process on a node. On any but this one it ends at once, with `:noconnection`."
  def spawn(node, fun) when is_atom(node) and is_function(fun), do: start(node, fun, [])
  def spawn(node, fun), do: wrong([node, fun])

  @doc "Starts a process that calls a function on a node."
  def spawn(node, module, function, args) when is_atom(node) and is_atom(module) and is_atom(function) and is_list(args) do
    start(node, {module, function, args}, [])
  end

  def spawn(node, module, function, args), do: wrong([node, module, function, args])

  @doc "As `spawn/2`, with a link."
  def spawn_link(node, fun) when is_atom(node) and is_function(fun), do: start(node, fun, [:link])
  def spawn_link(node, fun), do: wrong([node, fun])

  @doc "As `spawn/4`, with a link."
  def spawn_link(node, module, function, args) when is_atom(node) and is_atom(module) and is_atom(function) and is_list(args) do
    start(node, {module, function, args}, [:link])
  end

  def spawn_link(node, module, function, args), do: wrong([node, module, function, args])

  @doc "As `spawn/2`, with a monitor."
  def spawn_monitor(node, fun) when is_atom(node) and is_function(fun), do: start(node, fun, [:monitor])
  def spawn_monitor(node, fun), do: wrong([node, fun])

  @doc "As `spawn/4`, with a monitor."
  def spawn_monitor(node, module, function, args) when is_atom(node) and is_atom(module) and is_atom(function) and is_list(args) do
    start(node, {module, function, args}, [:monitor])
  end

  def spawn_monitor(node, module, function, args), do: wrong([node, module, function, args])

  @doc "As `spawn/2`, with options."
  def spawn_opt(node, fun, options) when is_atom(node) and is_function(fun) and is_list(options), do: start(node, fun, options)
  def spawn_opt(node, fun, options), do: wrong([node, fun, options])

  @doc "As `spawn/4`, with options."
  def spawn_opt(node, module, function, args, options)
      when is_atom(node) and is_atom(module) and is_atom(function) and is_list(args) and is_list(options) do
    start(node, {module, function, args}, options)
  end

  def spawn_opt(node, module, function, args, options), do: wrong([node, module, function, args, options])

  defp start(node, {module, function, args}, options) when node == node(), do: :erlang.spawn_opt(module, function, args, options)
  defp start(node, fun, options) when node == node(), do: :erlang.spawn_opt(fun, options)

  defp start(node, work, options) do
    {module, function, args} = if is_function(work), do: {:erlang, :apply, [work, []]}, else: work
    {form, more} = if options == [], do: {~c"", []}, else: {~c" (~0p)", [options]}
    :logger.warning(~c"** Can not start ~w:~tw,~0tp" ++ form ++ ~c" on ~w **~n", [module, function, args] ++ more ++ [node])
    :erlang.spawn_opt(fn -> exit(:noconnection) end, options)
  end

  # ## Ports

  @doc """
  Starts a program as a port of the process that calls; see `Port.open/2`.
  """
  def open_port(name, options) do
    case Jovial.Ports.open(name, options) do
      port when is_port(port) -> port
      {:error, reason} -> :erlang.error(reason)
      _bad_name_or_option -> :erlang.error(:badarg)
    end
  end

  @doc """
  Writes to the program of a port; see `Port.command/3`.
  """
  def port_command(port, data), do: answered(port, {:command, data, []})

  @doc false
  def port_command(port, data, options) when is_list(options), do: answered(port, {:command, data, options})

  @doc """
  Closes a port; see `Port.close/1`.
  """
  def port_close(port), do: answered(port, :close)

  @doc """
  Gives a port another owner; see `Port.connect/2`.
  """
  def port_connect(port, pid) when is_pid(pid), do: answered(port, {:connect, pid})
  def port_connect(_port, _pid), do: :erlang.error(:badarg)

  @doc """
  What is known of a port, `:undefined` once it is closed; see `Port.info/2`.
  """
  def port_info(port), do: known(port, :all)

  @doc false
  def port_info(port, item) when is_atom(item), do: known(port, item)
  def port_info(_port, _item), do: :erlang.error(:badarg)

  defp answered(port, request) do
    case Jovial.Ports.ask(port, request) do
      {:ok, answer} when answer != :badarg -> answer
      _closed_or_wrong -> :erlang.error(:badarg)
    end
  end

  defp known(port, item) do
    case Jovial.Ports.ask(port, {:info, item}) do
      {:ok, :badarg} -> :erlang.error(:badarg)
      {:ok, found} -> found
      :error -> :undefined
    end
  end

  # ## Packets

  @doc """
  Takes a packet off the front of bytes: `{:ok, packet, rest}`, `{:more, length}` (or `:undefined`, where that is not known yet) or
  `{:error, :invalid}`.

  The type says how its end is found: `1`, `2` and `4` by a length of so many bytes in front, which is not part of the packet; `:line`;
  `:asn1`, `:cdr`, `:sunrm`, `:fcgi`, `:tpkt` and `:ssl_tls` by what those protocols say. `:raw` and `0` take everything. `:http` and
  `:httph` take the first and a further line of a message in HTTP apart; `:http_bin` and `:httph_bin` do so with binaries in their answers.

  The options are `:packet_size`, which longer packets mustn't have, `:line_length`, at which a longer line is cut, and
  `:line_delimiter`.

  ## Examples

      iex> :erlang.decode_packet(2, <<0, 3, "onemore">>, [])
      {:ok, "one", "more"}
      iex> :erlang.decode_packet(2, <<0, 3, "on">>, [])
      {:more, 5}
      iex> :erlang.decode_packet(:http_bin, "GET /tea HTTP/1.1\\r\\nhost: here\\r\\n\\r\\n", [])
      {:ok, {:http_request, :GET, {:abs_path, "/tea"}, {1, 1}}, "host: here\\r\\n\\r\\n"}
      iex> :erlang.decode_packet(:httph_bin, "host: here\\r\\n\\r\\n", [])
      {:ok, {:http_header, 14, :Host, "host", "here"}, "\\r\\n"}
      iex> :erlang.decode_packet(:httph_bin, "\\r\\n", [])
      {:ok, :http_eoh, ""}

  """
  def decode_packet(type, bytes, options) when is_binary(bytes) and is_list(options) do
    decode(type, bytes, :lists.foldl(&limit/2, %{packet_size: 0, line_length: 0, line_delimiter: ?\n}, options))
  end

  def decode_packet(_, _, _), do: :erlang.error(:badarg)

  defp limit({:line_delimiter, byte}, limits) when byte in 0..255, do: %{limits | line_delimiter: byte}
  defp limit({key, length}, limits) when key in [:packet_size, :line_length] and is_integer(length) and length >= 0, do: %{limits | key => length}
  defp limit(_, _), do: :erlang.error(:badarg)

  defp decode(type, "", _) when type in [:raw, 0], do: {:more, :undefined}
  defp decode(type, bytes, _) when type in [:raw, 0], do: {:ok, bytes, ""}

  defp decode(:line, bytes, limits) do
    case {line_end(bytes, limits.line_delimiter, 0), limits.line_length} do
      {length, _} when is_integer(length) and limits.packet_size > 0 and length > limits.packet_size -> {:error, :invalid}
      {length, most} when is_integer(length) and (most == 0 or length <= most) -> taken(bytes, length)
      {length, most} when is_integer(length) -> taken(bytes, most)
      {nil, _} when limits.packet_size > 0 and byte_size(bytes) > limits.packet_size -> {:error, :invalid}
      {nil, most} when most > 0 and byte_size(bytes) >= most -> taken(bytes, most)
      {nil, _} -> {:more, :undefined}
    end
  end

  defp decode(type, bytes, limits) when type in [:http, :http_bin] do
    whole_line(bytes, line_end(bytes, ?\n, 0), limits, fn line -> first_line(bare(line), line, form(type)) end)
  end

  defp decode(type, bytes, limits) when type in [:httph, :httph_bin] do
    whole_line(bytes, header_end(bytes, 0), limits, fn line -> header(line, form(type)) end)
  end

  defp decode(type, bytes, limits) when type in [1, 2, 4, :asn1, :cdr, :sunrm, :fcgi, :tpkt, :ssl_tls] do
    case extent(type, bytes) do
      {head, length} when head + length > 0x7FFFFFFF or (limits.packet_size > 0 and length > limits.packet_size) -> {:error, :invalid}
      {head, length} when head + length > byte_size(bytes) -> {:more, head + length}
      {head, length} -> framed(type, head, taken(bytes, head + length))
      :more -> {:more, :undefined}
      :invalid -> {:error, :invalid}
    end
  end

  defp decode(_, _, _), do: :erlang.error(:badarg)

  defp taken(bytes, length) do
    <<packet::binary-size(length), rest::binary>> = bytes
    {:ok, packet, rest}
  end

  defp framed(type, head, {:ok, packet, rest}) when type in [1, 2, 4], do: {:ok, binary_part(packet, head, byte_size(packet) - head), rest}

  defp framed(:ssl_tls, _, {:ok, packet, rest}) do
    case packet do
      # The hello of version 2 is made one of its successors.
      <<1::1, length::15, 1, major, minor, data::binary>> -> {:ok, {:ssl_tls, [], 22, {major, minor}, <<1, length - 1::24, major, minor, data::binary>>}, rest}
      <<type, major, minor, _::16, data::binary>> -> {:ok, {:ssl_tls, [], type, {major, minor}, data}, rest}
    end
  end

  defp framed(:fcgi, _, {:ok, <<_::48, padding, _::binary>> = packet, rest}), do: {:ok, binary_part(packet, 0, byte_size(packet) - padding), rest}
  defp framed(_, _, found), do: found

  # How long the part is that tells the length, and how much there is behind it.
  defp extent(1, <<length, _::binary>>), do: {1, length}
  defp extent(2, <<length::16, _::binary>>), do: {2, length}
  defp extent(4, <<length::32, _::binary>>), do: {4, length}
  defp extent(:asn1, <<_::3, 31::5, rest::binary>>), do: long_tag(rest, 1)
  defp extent(:asn1, <<_, rest::binary>>), do: asn1_length(rest, 1)
  defp extent(:cdr, <<"GIOP", _::16, _::7, 0::1, _, length::32, _::binary>>), do: {12, length}
  defp extent(:cdr, <<"GIOP", _::16, _::7, 1::1, _, length::little-32, _::binary>>), do: {12, length}
  defp extent(:cdr, bytes) when byte_size(bytes) >= 12, do: :invalid
  defp extent(:sunrm, <<_::1, length::31, _::binary>>), do: {4, length}
  defp extent(:fcgi, <<1, _::24, length::16, padding, _, _::binary>>), do: {8, length + padding}
  defp extent(:fcgi, bytes) when byte_size(bytes) >= 8, do: :invalid
  defp extent(:tpkt, <<3, _, length::16, _::binary>>) when length >= 4, do: {4, length - 4}
  defp extent(:tpkt, bytes) when byte_size(bytes) >= 4, do: :invalid
  defp extent(:ssl_tls, <<1::1, length::15, 1, _::16, _::binary>>), do: {2, length}
  defp extent(:ssl_tls, <<_::24, length::16, _::binary>>), do: {5, length}
  defp extent(_, _), do: :more

  defp long_tag(<<1::1, _::7, rest::binary>>, head), do: long_tag(rest, head + 1)
  defp long_tag(<<_, rest::binary>>, head), do: asn1_length(rest, head + 1)
  defp long_tag("", _), do: :more

  defp asn1_length(<<0::1, length::7, _::binary>>, head), do: {head + 1, length}
  defp asn1_length(<<1::1, count::7, rest::binary>>, _) when count > 4 and byte_size(rest) >= count, do: :invalid

  defp asn1_length(<<1::1, count::7, rest::binary>>, head) when byte_size(rest) >= count do
    <<length::unit(8)-size(count), _::binary>> = rest
    {head + 1 + count, length}
  end

  defp asn1_length(_, _), do: :more

  # ## Lines

  # The length up to and with the next such byte, from an offset on.
  defp line_end(bytes, byte, from) do
    case :binary.match(bytes, <<byte>>, scope: {from, byte_size(bytes) - from}) do
      {at, 1} -> at + 1
      :nomatch -> nil
    end
  end

  # A header goes on in the next line if that begins with white space; so the byte behind a header has to be there.
  defp header_end(bytes, from) do
    case {line_end(bytes, ?\n, from), bytes} do
      {1, _} -> 1
      {2, <<?\r, _::binary>>} when from == 0 -> 2
      {length, _} when is_integer(length) and length < byte_size(bytes) -> if :binary.at(bytes, length) in ~c" \t", do: header_end(bytes, length), else: length
      _ -> nil
    end
  end

  defp whole_line(bytes, length, %{packet_size: size, line_length: line}, read) do
    most = :lists.min([at_most(size), at_most(line)])

    # A line whose end isn't there yet is longer than what is there of it.
    least = length || if bytes != "" and :binary.last(bytes) == ?\n, do: byte_size(bytes), else: byte_size(bytes) + 1

    cond do
      least > most -> {:error, :invalid}
      length == nil -> {:more, :undefined}
      true -> put_elem(taken(bytes, length), 1, read.(binary_part(bytes, 0, length)))
    end
  end

  # Atoms come after all numbers.
  defp at_most(0), do: :any
  defp at_most(length), do: length

  defp bare(line) do
    without = byte_size(line) - 1

    case line do
      <<bare::binary-size(without - 1), "\r\n">> -> bare
      <<bare::binary-size(without), "\n">> -> bare
    end
  end

  # ## HTTP

  @blanks ~c" \t"
  @methods Map.new(~w(OPTIONS GET HEAD POST PUT DELETE TRACE)a, &{Atom.to_string(&1), &1})
  # Their places are their numbers.
  @headers ~w(
    Cache-Control Connection Date Pragma Transfer-Encoding Upgrade Via Accept Accept-Charset Accept-Encoding Accept-Language Authorization From
    Host If-Modified-Since If-Match If-None-Match If-Range If-Unmodified-Since Max-Forwards Proxy-Authorization Range Referer User-Agent Age
    Location Proxy-Authenticate Public Retry-After Server Vary Warning Www-Authenticate Allow Content-Base Content-Encoding Content-Language
    Content-Length Content-Location Content-Md5 Content-Range Content-Type Etag Expires Last-Modified Accept-Ranges Set-Cookie Set-Cookie2
    X-Forwarded-For Cookie Keep-Alive Proxy-Connection
  )
  @known @headers |> Enum.with_index(1) |> Map.new(fn {name, number} -> {name, {number, String.to_atom(name)}} end)

  # How texts are told: as lists or as the binaries they are.
  defp form(type) when type in [:http, :httph], do: &:erlang.binary_to_list/1
  defp form(_), do: & &1

  defp first_line("HTTP/" <> _ = bare, line, form) do
    with {version, <<blank, rest::binary>>} when blank in @blanks <- version(bare),
         {status, rest} <- number(blankless(rest)),
         true <- rest == "" or :binary.first(rest) in @blanks do
      {:http_response, version, status, form.(blankless(rest))}
    else
      _ -> {:http_error, form.(line)}
    end
  end

  defp first_line(bare, line, form) do
    with {method, <<blank, rest::binary>>} when method != "" and blank in @blanks <- token(bare, 0),
         [uri | rest] when uri != "" <- :binary.split(blankless(rest), [" ", "\t"]),
         version when is_tuple(version) <- request_version(rest) do
      {:http_request, Map.get_lazy(@methods, method, fn -> form.(method) end), uri(uri, form), version}
    else
      _ -> {:http_error, form.(line)}
    end
  end

  # Before versions were told there was only one.
  defp request_version([]), do: {0, 9}

  defp request_version([rest]) do
    case blankless(rest) do
      "" -> {0, 9}
      rest -> with {version, _} <- version(rest), do: version
    end
  end

  defp version(text) do
    with "HTTP/" <> rest <- text, {major, "." <> rest} <- number(rest), {minor, rest} <- number(rest), do: {{major, minor}, rest}
  end

  defp number(<<digit, _::binary>> = text) when digit in ?0..?9, do: Integer.parse(text)
  defp number(_), do: :error

  defp blankless(<<byte, rest::binary>>) when byte in @blanks, do: blankless(rest)
  defp blankless(rest), do: rest

  # What is before the first byte that no name can have, and the rest from there on.
  defp token(text, length) do
    case text do
      <<name::binary-size(length), byte, _::binary>> when byte <= 32 or byte >= 128 or byte in ~c|()<>@,;:\\"/[]?={}| ->
        {name, binary_part(text, length, byte_size(text) - length)}

      <<_::binary-size(length)>> ->
        {text, ""}

      _ ->
        token(text, length + 1)
    end
  end

  defp uri("*", _), do: :*
  defp uri("/" <> _ = path, form), do: {:abs_path, form.(path)}
  defp uri(<<_>> = path, form), do: {:abs_path, form.(path)}

  defp uri(uri, form) do
    case :binary.split(uri, ":") do
      [scheme, "//" <> rest] when byte_size(scheme) in 4..5 ->
        case :string.lowercase(scheme) do
          "http" -> absolute(:http, rest, form)
          "https" -> absolute(:https, rest, form)
          _ -> {:scheme, form.(scheme), form.("//" <> rest)}
        end

      [scheme, rest] -> {:scheme, form.(scheme), form.(rest)}
      [_] -> form.(uri)
    end
  end

  defp absolute(scheme, rest, form) do
    {authority, path} =
      case :binary.split(rest, "/") do
        [authority, path] -> {authority, "/" <> path}
        [authority] -> {authority, "/"}
      end

    [host | port] = :binary.split(authority, ":")

    port =
      case port do
        [digits] -> with {port, ""} when port > 0 <- number(digits), do: port
        [] -> nil
      end

    {:absoluteURI, scheme, form.(host), if(is_integer(port), do: port, else: :undefined), form.(path)}
  end

  defp header(line, _) when line in ["\r\n", "\n"], do: :http_eoh

  defp header(line, form) do
    case token(line, 0) do
      {name, ":" <> value} ->
        value = form.(blankless(bare(value)))
        usual = if byte_size(name) <= 50, do: usual(name, true), else: name

        case @known do
          %{^usual => {number, atom}} -> {:http_header, number, atom, form.(name), value}
          _ -> {:http_header, 0, form.(usual), form.(name), value}
        end

      _ ->
        {:http_error, form.(line)}
    end
  end

  # As header names are mostly written: with a large letter after each dash, but not after two.
  defp usual("", _), do: ""
  defp usual(<<byte, rest::binary>>, true) when byte in ?a..?z, do: <<byte &&& 0xDF>> <> usual(rest, false)
  defp usual(<<byte, rest::binary>>, true), do: <<byte>> <> usual(rest, false)
  defp usual(<<byte, rest::binary>>, false) when byte in ?A..?Z, do: <<byte + 32>> <> usual(rest, false)
  defp usual(<<byte, rest::binary>>, false), do: <<byte>> <> usual(rest, byte == ?-)
end
