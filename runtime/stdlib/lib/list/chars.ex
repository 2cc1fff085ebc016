defprotocol List.Chars do
  @moduledoc """
  What `to_charlist/1` makes of a value.

  Implemented for atoms, binaries, numbers and lists. A list is taken for a charlist already and returned unchecked.
  """

  @doc """
  Converts `term` to a charlist.

  ## Examples

      iex> List.Chars.to_charlist(:no)
      ~c"no"
      iex> List.Chars.to_charlist(nil)
      []

  """
  @spec to_charlist(t) :: charlist
  def to_charlist(term)

  @doc false
  @deprecated "Use List.Chars.to_charlist/1 instead"
  Kernel.def to_char_list(term) do
    __MODULE__.to_charlist(term)
  end
end

defimpl List.Chars, for: Atom do
  def to_charlist(nil), do: []
  def to_charlist(atom), do: :erlang.atom_to_list(atom)
end

defimpl List.Chars, for: BitString do
  def to_charlist(binary) when is_binary(binary), do: String.to_charlist(binary)

  def to_charlist(bitstring) do
    raise Protocol.UndefinedError,
      protocol: @protocol,
      value: bitstring,
      description: "cannot convert a bitstring to a charlist"
  end
end

defimpl List.Chars, for: List do
  # Neither the elements nor the tail are looked at.
  def to_charlist(list), do: list
end

defimpl List.Chars, for: Integer do
  def to_charlist(integer), do: :erlang.integer_to_list(integer)
end

defimpl List.Chars, for: Float do
  def to_charlist(float), do: :erlang.binary_to_list(String.Chars.Float.to_string(float))
end
