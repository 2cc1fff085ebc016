defmodule Jovial.Types.Signatures do
  @moduledoc false

  # What functions of the machine take and give, and what they are called in Elixir. The expander puts them in the place of the
  # functions that a programmer wrote.

  @number [[:integer, :integer], [:integer, :float], [:float, :integer], [:float, :float]]
  @numbers [[:float, :integer]]
  @list [:empty_list, {:list, :term, [:empty_list]}]

  # The clauses of a function, each its arguments' sets and that of the result; `nil` if nothing is known of it.
  def clauses(name, arity)

  def clauses(name, 2) when name in [:+, :-, :*] do
    for [left, right] <- @number, do: {[[left], [right]], if(left == :integer and right == :integer, do: [:integer], else: [:float])}
  end

  def clauses(:/, 2), do: for([left, right] <- @number, do: {[[left], [right]], [:float]})
  def clauses(name, 2) when name in [:div, :rem, :band, :bor, :bxor, :bsl, :bsr], do: [{[[:integer], [:integer]], [:integer]}]
  def clauses(name, 1) when name in [:+, :-, :abs], do: [{[[:integer]], [:integer]}, {[[:float]], [:float]}]
  def clauses(:bnot, 1), do: [{[[:integer]], [:integer]}]
  def clauses(name, 1) when name in [:round, :trunc, :ceil, :floor], do: [{@numbers, [:integer]}]
  def clauses(:not, 1), do: [{[[{:atom, false}]], [{:atom, true}]}, {[[{:atom, true}]], [{:atom, false}]}]
  def clauses(:length, 1), do: [{[@list], [:integer]}]
  def clauses(:hd, 1), do: [{[[{:list, :term, :term}]], :term}]
  def clauses(:tl, 1), do: [{[[{:list, :term, :term}]], :term}]
  def clauses(:tuple_size, 1), do: [{[[:tuple]], [:integer]}]
  def clauses(:map_size, 1), do: [{[[{:map, :open, []}]], [:integer]}]
  def clauses(name, 1) when name in [:byte_size, :bit_size], do: [{[[:binary]], [:integer]}]
  def clauses(:element, 2), do: [{[[:integer], [:tuple]], :term}]
  def clauses(:setelement, 3), do: [{[[:integer], [:tuple], :term], [:tuple]}]
  def clauses(:integer_to_binary, _), do: [{[[:integer], [:integer]], [:binary]}]
  def clauses(:float_to_binary, 1), do: [{[[:float]], [:binary]}]
  def clauses(:atom_to_binary, 1), do: [{[[:atom]], [:binary]}]
  def clauses(:binary_to_integer, _), do: [{[[:binary], [:integer]], [:integer]}]
  def clauses(:binary_to_float, 1), do: [{[[:binary]], [:float]}]
  def clauses(name, _) when name in [:binary_to_atom, :binary_to_existing_atom], do: [{[[:binary], [:atom]], {:dynamic, [:atom]}}]
  def clauses(:tuple_to_list, 1), do: [{[[:tuple]], {:dynamic, @list}}]
  def clauses(:list_to_tuple, 1), do: [{[@list], {:dynamic, [:tuple]}}]
  def clauses(:self, 0), do: [{[], [:pid]}]
  def clauses(:make_ref, 0), do: [{[], [:reference]}]
  def clauses(:node, 0), do: [{[], [:atom]}]

  def clauses(name, 1)
      when name in [
             :is_atom,
             :is_binary,
             :is_bitstring,
             :is_boolean,
             :is_float,
             :is_function,
             :is_integer,
             :is_list,
             :is_map,
             :is_number,
             :is_pid,
             :is_port,
             :is_reference,
             :is_tuple
           ],
      do: [{[:term], [{:atom, true}, {:atom, false}]}]

  def clauses(_name, _arity), do: nil

  # Those whose order of arguments is another in Elixir.
  def shown_order(name, [index, tuple | rest]) when name in [:element, :setelement], do: [tuple, index | rest]
  def shown_order(_name, list), do: list

  # What a programmer wrote for it: a module, `Kernel` for what is imported, and a name.
  def shown(name, arity)
  def shown(:"=<", 2), do: {Kernel, :<=}
  def shown(:"/=", 2), do: {Kernel, :!=}
  def shown(:"=:=", 2), do: {Kernel, :===}
  def shown(:"=/=", 2), do: {Kernel, :!==}
  def shown(:andalso, 2), do: {Kernel, :and}
  def shown(:orelse, 2), do: {Kernel, :or}
  def shown(:element, 2), do: {Kernel, :elem}
  def shown(:setelement, 3), do: {Kernel, :put_elem}
  def shown(:integer_to_binary, _), do: {Integer, :to_string}
  def shown(:integer_to_list, _), do: {Integer, :to_charlist}
  def shown(:float_to_binary, 1), do: {Float, :to_string}
  def shown(:atom_to_binary, 1), do: {Atom, :to_string}
  def shown(:atom_to_list, 1), do: {Atom, :to_charlist}
  def shown(:binary_to_integer, _), do: {String, :to_integer}
  def shown(:binary_to_float, 1), do: {String, :to_float}
  def shown(:binary_to_atom, _), do: {String, :to_atom}
  def shown(:binary_to_existing_atom, _), do: {String, :to_existing_atom}
  def shown(:tuple_to_list, 1), do: {Tuple, :to_list}
  def shown(:list_to_tuple, 1), do: {List, :to_tuple}
  def shown(name, 2) when name in [:band, :bor, :bxor, :bsl, :bsr], do: {Bitwise, name}
  def shown(:bnot, 1), do: {Bitwise, :bnot}
  def shown(name, arity), do: if(Macro.operator?(name, arity) or imported?(name, arity), do: {Kernel, name}, else: {:erlang, name})

  defp imported?(name, arity), do: {name, arity} in Kernel.__info__(:functions)
end
