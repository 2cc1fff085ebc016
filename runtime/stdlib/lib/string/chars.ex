defprotocol String.Chars do
  @moduledoc ~S"""
  What `to_string/1` and interpolation make of a value.

  Implemented for atoms, binaries, numbers and chardata lists, and for those structs that have one obvious text, such as
  `Date`, `URI` or `Version`. Maps, tuples and functions have none on purpose: use `inspect/2` for them.

      iex> "#{:ok} #{1.5} #{~c"abc"}"
      "ok 1.5 abc"

  """

  @doc """
  Converts `term` to a string.

  ## Examples

      iex> String.Chars.to_string(nil)
      ""
      iex> String.Chars.to_string([?a, ["b", ?c]])
      "abc"

  """
  @spec to_string(t) :: String.t()
  def to_string(term)
end

defimpl String.Chars, for: Atom do
  def to_string(nil), do: ""
  def to_string(atom), do: :erlang.atom_to_binary(atom)
end

defimpl String.Chars, for: BitString do
  def to_string(binary) when is_binary(binary), do: binary

  def to_string(bitstring) do
    raise Protocol.UndefinedError,
      protocol: @protocol,
      value: bitstring,
      description: "cannot convert a bitstring to a string"
  end
end

defimpl String.Chars, for: Integer do
  def to_string(integer), do: :erlang.integer_to_binary(integer)
end

defimpl String.Chars, for: Float do
  def to_string(float), do: :erlang.float_to_binary(float, [:short])
end

defimpl String.Chars, for: List do
  def to_string(chardata), do: List.to_string(chardata)
end
