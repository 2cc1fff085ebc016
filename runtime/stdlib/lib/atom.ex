defmodule Atom do
  @moduledoc """
  Conversions of atoms.

  An atom is a constant whose value is its own name. `true`, `false` and `nil` are atoms, and so are module names, whose full
  name has `Elixir.` in front:

      iex> true == :true
      true
      iex> Atom.to_string(Enum)
      "Elixir.Enum"

  A name with other characters than letters, digits, `_` and `@` is put in quotes:

      iex> :"two words"
      :"two words"

  Atoms are compared very quickly, but live as long as the system: text from outside should not be turned into atoms without
  need. `String.to_existing_atom/1` and `inspect/1` help there.
  """

  @doc """
  Returns the name of an atom as a string.

  ## Examples

      iex> Atom.to_string(:ok)
      "ok"
  """
  @spec to_string(atom) :: String.t()
  def to_string(atom), do: :erlang.atom_to_binary(atom)

  @doc """
  Returns the name of an atom as a charlist.

  ## Examples

      iex> Atom.to_charlist(:"any text")
      ~c"any text"
  """
  @spec to_charlist(atom) :: charlist
  def to_charlist(atom), do: :erlang.atom_to_list(atom)

  @doc false
  @deprecated "Use Atom.to_charlist/1 instead"
  @spec to_char_list(atom) :: charlist
  def to_char_list(atom), do: Atom.to_charlist(atom)
end
