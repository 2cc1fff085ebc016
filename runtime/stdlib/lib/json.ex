defmodule JSON.DecodeError do
  @moduledoc """
  A text is no JSON.

  Fields: `:data`, the text, `:offset`, the byte where the trouble is, and `:message`.
  """
  defexception [:message, :offset, :data]
end

defmodule JSON do
  @moduledoc ~S"""
  Reading and writing JSON, after RFC 8259.

  | JSON | Elixir |
  | --- | --- |
  | object | map with strings as keys |
  | array | list |
  | string | string |
  | number | integer, or float if it has a fraction or an exponent |
  | `true`, `false`, `null` | `true`, `false`, `nil` |

  Writing takes the same values, other atoms as strings, and the structs that implement `JSON.Encoder`: dates and times do, your own can derive it.
  Keys of maps become strings.

      iex> JSON.decode!(~s({"name": "Ada", "born": 1815}))
      %{"born" => 1815, "name" => "Ada"}
      iex> JSON.encode!(%{name: "Ada", at: ~D[1815-12-10]})
      ~S({"at":"1815-12-10","name":"Ada"})

  """

  @type decode_error_reason ::
          {:unexpected_end, non_neg_integer()}
          | {:invalid_byte, non_neg_integer(), byte()}
          | {:unexpected_sequence, non_neg_integer(), binary()}

  @type decoders :: [
          array_start: (acc :: term() -> new_acc :: term()),
          array_push: (element :: term(), acc :: term() -> new_acc :: term()),
          array_finish: (acc :: term(), old_acc :: term() -> {value :: term(), acc :: term()}),
          object_start: (acc :: term() -> new_acc :: term()),
          object_push: (key :: term(), value :: term(), acc :: term() -> new_acc :: term()),
          object_finish: (acc :: term(), old_acc :: term() -> {value :: term(), acc :: term()}),
          float: (String.t() -> term()),
          integer: (String.t() -> term()),
          string: (String.t() -> term()),
          null: term()
        ]

  @type encoder :: (term(), encoder() -> iodata())

  ## Reading

  @doc """
  Reads a value.

  ## Errors

    * `{:unexpected_end, offset}` - the text ends too early
    * `{:invalid_byte, offset, byte}` - a byte that can't stand there
    * `{:unexpected_sequence, offset, bytes}` - an escape that makes no character, or a number that is too large for a float

  ## Examples

      iex> JSON.decode("[1, 2.5, null]")
      {:ok, [1, 2.5, nil]}
      iex> JSON.decode("[1, 2")
      {:error, {:unexpected_end, 5}}
      iex> JSON.decode("[1 2]")
      {:error, {:invalid_byte, 3, 50}}

  """
  @doc since: "1.18.0"
  @spec decode(binary()) :: {:ok, term()} | {:error, decode_error_reason()}
  def decode(binary) when is_binary(binary) do
    case :jovial_json.decode(binary) do
      {:ok, value, offset} when offset == byte_size(binary) -> {:ok, value}
      {:ok, value, offset} -> nothing_more(value, binary, offset)
      error -> error
    end
  end

  # Space may follow a value; the trouble is said to begin with it.
  defp nothing_more(value, binary, offset) do
    case rest(binary, offset) do
      "" -> {:ok, value}
      <<byte, _::binary>> -> {:error, {:invalid_byte, offset, byte}}
    end
  end

  # What stands behind a value, without space at the end of the text.
  defp rest(binary, offset) do
    rest = binary_part(binary, offset, byte_size(binary) - offset)
    if space?(rest), do: "", else: rest
  end

  defp space?(<<byte, rest::binary>>) when byte in ~c" \t\n\r", do: space?(rest)
  defp space?(rest), do: rest == ""

  @doc ~S"""
  Reads the value that a text begins with, with own ways to make values.

  Gives `{value, acc, rest}`, or `{:error, reason}` as `decode/1`. What is not among the decoders is made as usual. Those of arrays and objects thread an
  accumulator: `:array_start` makes one of that around, `:array_push` takes in an element, and `:array_finish` gives the array's value and the
  accumulator to go on with.

  ## Examples

      iex> JSON.decode("[1, 2] and more", nil, [])
      {[1, 2], nil, " and more"}
      iex> JSON.decode("[1, null]", nil, null: :none, integer: &(String.to_integer(&1) * 10))
      {[10, :none], nil, ""}
      iex> JSON.decode(~s({"b": 1, "a": 2}), nil, object_finish: fn pairs, acc -> {Enum.reverse(pairs), acc} end)
      {[{"b", 1}, {"a", 2}], nil, ""}

  """
  @doc since: "1.18.0"
  @spec decode(binary(), term(), decoders()) :: {term(), term(), binary()} | {:error, decode_error_reason()}
  def decode(binary, acc, []) when is_binary(binary) do
    case :jovial_json.decode(binary) do
      {:ok, value, offset} -> {value, acc, rest(binary, offset)}
      error -> error
    end
  end

  def decode(binary, acc, decoders) when is_binary(binary) and is_list(decoders) do
    {value, acc, offset} = value(binary, 0, acc, Enum.reduce(decoders, decoders(), &decoder/2))
    {value, acc, rest(binary, offset)}
  catch
    {:jovial_json, reason} -> {:error, reason}
  end

  defp decoders do
    %{
      array_start: fn _ -> [] end,
      array_push: fn element, acc -> [element | acc] end,
      array_finish: fn acc, old_acc -> {:lists.reverse(acc), old_acc} end,
      object_start: fn _ -> [] end,
      object_push: fn key, value, acc -> [{key, value} | acc] end,
      object_finish: fn acc, old_acc -> {:maps.from_list(acc), old_acc} end,
      float: &:erlang.binary_to_float/1,
      integer: &:erlang.binary_to_integer/1,
      string: & &1,
      null: nil
    }
  end

  defp decoder({:null, value}, decoders), do: %{decoders | null: value}

  defp decoder({name, function}, decoders) when is_map_key(decoders, name) and is_function(function) do
    %{decoders | name => function}
  end

  defp value(binary, offset, acc, decoders), do: binary |> :jovial_json.token(offset) |> value_of(binary, acc, decoders)

  defp value_of({:mark, ?[, offset}, binary, acc, decoders) do
    inner = decoders.array_start.(acc)

    case :jovial_json.token(binary, offset) do
      {:mark, ?], offset} -> finish(decoders.array_finish.(inner, acc), offset)
      token -> elements(token, binary, inner, acc, decoders)
    end
  end

  defp value_of({:mark, ?{, offset}, binary, acc, decoders) do
    inner = decoders.object_start.(acc)

    case :jovial_json.token(binary, offset) do
      {:mark, ?}, offset} -> finish(decoders.object_finish.(inner, acc), offset)
      token -> pairs(token, binary, inner, acc, decoders)
    end
  end

  defp value_of({:string, text, offset}, _, acc, decoders), do: {decoders.string.(text), acc, offset}
  defp value_of({:integer, text, offset}, _, acc, decoders), do: {decoders.integer.(text), acc, offset}
  defp value_of({:float, text, offset}, _, acc, decoders), do: {decoders.float.(text), acc, offset}
  defp value_of({:literal, nil, offset}, _, acc, decoders), do: {decoders.null, acc, offset}
  defp value_of({:literal, value, offset}, _, acc, _), do: {value, acc, offset}
  defp value_of(token, _, _, _), do: unexpected(token)

  defp finish({value, acc}, offset), do: {value, acc, offset}

  defp elements(token, binary, inner, acc, decoders) do
    {value, inner, offset} = value_of(token, binary, inner, decoders)
    inner = decoders.array_push.(value, inner)

    case :jovial_json.token(binary, offset) do
      {:mark, ?,, offset} -> binary |> :jovial_json.token(offset) |> elements(binary, inner, acc, decoders)
      {:mark, ?], offset} -> finish(decoders.array_finish.(inner, acc), offset)
      token -> unexpected(binary, offset, token)
    end
  end

  defp pairs({:string, key, offset}, binary, inner, acc, decoders) do
    case :jovial_json.token(binary, offset) do
      {:mark, ?:, offset} -> pair(decoders.string.(key), offset, binary, inner, acc, decoders)
      token -> unexpected(binary, offset, token)
    end
  end

  defp pairs(token, _, _, _, _), do: unexpected(token)

  defp pair(key, offset, binary, inner, acc, decoders) do
    {value, inner, offset} = value(binary, offset, inner, decoders)
    inner = decoders.object_push.(key, value, inner)

    case :jovial_json.token(binary, offset) do
      {:mark, ?,, next} -> binary |> :jovial_json.token(next) |> pairs_or_wrong(binary, next, inner, acc, decoders)
      {:mark, ?}, offset} -> finish(decoders.object_finish.(inner, acc), offset)
      token -> unexpected(binary, offset, token)
    end
  end

  defp pairs_or_wrong({:string, _, _} = token, binary, _, inner, acc, decoders), do: pairs(token, binary, inner, acc, decoders)
  defp pairs_or_wrong(token, binary, offset, _, _, _), do: unexpected(binary, offset, token)

  # A token that can't stand there: the trouble is its first byte.
  defp unexpected(binary, offset, token) do
    case binary do
      <<_::binary-size(offset), byte, _::binary>> when byte in ~c" \t\n\r" -> unexpected(binary, offset + 1, token)
      <<_::binary-size(offset), byte, _::binary>> -> throw({:jovial_json, {:invalid_byte, offset, byte}})
      _ -> unexpected(token)
    end
  end

  defp unexpected({:error, reason}), do: throw({:jovial_json, reason})
  defp unexpected({:mark, byte, offset}), do: throw({:jovial_json, {:invalid_byte, offset - 1, byte}})

  @doc """
  As `decode/1`, raising if the text is no JSON.

  ## Examples

      iex> JSON.decode!("[true]")
      [true]
      iex> JSON.decode!("[true")
      ** (JSON.DecodeError) unexpected end of JSON binary at position (byte offset) 5

  """
  @doc since: "1.18.0"
  @spec decode!(binary()) :: term()
  def decode!(binary) when is_binary(binary) do
    case decode(binary) do
      {:ok, value} ->
        value

      {:error, {:unexpected_end, offset}} ->
        raise JSON.DecodeError,
          message: "unexpected end of JSON binary at position (byte offset) #{offset}",
          data: binary,
          offset: offset

      {:error, {:invalid_byte, offset, byte}} ->
        raise JSON.DecodeError,
          message: "invalid byte #{byte} at position (byte offset) #{offset}",
          data: binary,
          offset: offset

      {:error, {:unexpected_sequence, offset, bytes}} ->
        raise JSON.DecodeError,
          message: "unexpected sequence #{inspect(bytes)} at position (byte offset) #{offset}",
          data: binary,
          offset: offset
    end
  end

  ## Writing

  @doc ~S"""
  Writes a value.

  The second argument is called for each value that is to be written, with the value and itself; it gives iodata. `protocol_encode/2`, the default, is the one to
  call for what it leaves alone.

  ## Examples

      iex> JSON.encode!([1, "two", %{three: nil}])
      ~S([1,"two",{"three":null}])
      iex> tuples = fn
      ...>   tuple, encoder when is_tuple(tuple) -> encoder.(Tuple.to_list(tuple), encoder)
      ...>   other, encoder -> JSON.protocol_encode(other, encoder)
      ...> end
      iex> JSON.encode!({1, {2, 3}}, tuples)
      "[1,[2,3]]"

  """
  @doc since: "1.18.0"
  @spec encode!(term(), encoder()) :: binary()
  def encode!(term, encoder \\ &protocol_encode/2) do
    term |> encode_to_iodata!(encoder) |> IO.iodata_to_binary()
  end

  @doc ~S"""
  As `encode!/2`, giving iodata, which is cheaper where it is only passed on.

  ## Examples

      iex> IO.iodata_to_binary(JSON.encode_to_iodata!([1, "two"]))
      ~S([1,"two"])

  """
  @doc since: "1.18.0"
  @spec encode_to_iodata!(term(), encoder()) :: iodata()
  def encode_to_iodata!(term, encoder \\ &protocol_encode/2) do
    cond do
      encoder != (&protocol_encode/2) -> encoder.(term, encoder)
      is_struct(term) -> JSON.Encoder.encode(term, encoder)
      is_list(term) or is_map(term) -> term |> plain() |> List.wrap()
      true -> plain(term)
    end
  end

  # Text of a native, whose holes are what it can't write or did not get to.
  defp plain(term), do: term |> :jovial_json.encode() |> fill()

  defp fill(text) when is_binary(text), do: text
  defp fill(parts), do: :lists.map(&part/1, parts)

  defp part(text) when is_binary(text), do: text
  defp part({list, first?}), do: list |> :jovial_json.encode_tail(first?) |> fill()
  defp part({:key, key, _}), do: key |> String.Chars.to_string() |> :jovial_json.quote()
  defp part({%_{} = struct}), do: JSON.Encoder.encode(struct, &protocol_encode/2)
  defp part({value}) when is_list(value) or is_map(value), do: plain(value)
  defp part({value}), do: JSON.Encoder.encode(value, &protocol_encode/2)

  @doc """
  Writes a value as iodata: what `JSON` knows itself, and all else by `JSON.Encoder`.

  The encoder is called for the values inside, and for keys as strings.

  ## Examples

      iex> IO.iodata_to_binary(JSON.protocol_encode([1, nil], &JSON.protocol_encode/2))
      "[1,null]"

  """
  @doc since: "1.18.0"
  @spec protocol_encode(term(), encoder()) :: iodata()
  def protocol_encode(value, encoder)
  def protocol_encode(nil, _), do: "null"
  def protocol_encode(true, _), do: "true"
  def protocol_encode(false, _), do: "false"
  def protocol_encode(value, encoder) when is_atom(value), do: value |> Atom.to_string() |> encoder.(encoder)
  def protocol_encode(value, _) when is_bitstring(value), do: :jovial_json.quote(value)
  def protocol_encode(value, _) when is_integer(value), do: Integer.to_string(value)
  def protocol_encode(value, _) when is_float(value), do: Float.to_string(value)
  def protocol_encode(value, encoder) when is_list(value), do: list(value, encoder)
  def protocol_encode(%_{} = value, encoder), do: JSON.Encoder.encode(value, encoder)
  def protocol_encode(value, encoder) when is_map(value), do: map(value, encoder)
  def protocol_encode(value, encoder), do: JSON.Encoder.encode(value, encoder)

  defp list([], _), do: "[]"
  defp list([first | rest], encoder), do: [?[, encoder.(first, encoder) | more(rest, encoder)]

  defp more([next | rest], encoder), do: [?,, encoder.(next, encoder) | more(rest, encoder)]
  defp more([], _), do: [?]]

  defp map(map, _) when map_size(map) == 0, do: "{}"

  defp map(map, encoder) do
    [_ | pairs] = for {key, value} <- :maps.to_list(map), part <- [?,, encoder.(key(key), encoder), ?:, encoder.(value, encoder)], do: part
    [?{, pairs | "}"]
  end

  defp key(key) when is_atom(key), do: Atom.to_string(key)
  defp key(key) when is_binary(key), do: key
  defp key(key), do: String.Chars.to_string(key)
end
