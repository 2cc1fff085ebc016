defmodule :erl_erts_errors do
  @moduledoc """
  Says which arguments of a function of the machine were wrong, and how.

  The machine raises no more than `:badarg`. The first entry of the stacktrace tells the function and its arguments, and names this
  module; `Exception.normalize/3` asks it for words.

      iex> try do
      ...>   hd([])
      ...> rescue
      ...>   error -> Exception.message(error)
      ...> end
      "errors were found at the given arguments:\\n\\n  * 1st argument: not a nonempty list\\n"

  A function is described by what each of its arguments has to be. Those that are not of that kind are reported; if all are, the
  function's `complaint` looks at their values.
  """

  @doc """
  A map from the numbers of the arguments that are wrong to what is wrong with them; empty if nothing is known.
  """
  @spec format_error(term, [tuple]) :: %{optional(pos_integer | :general) => binary}
  def format_error(reason, stacktrace)

  def format_error(reason, [{module, name, args, _} | _]) when reason in [:badarg, :system_limit] and is_list(args) do
    kinds = arguments(module, name, length(args))

    case mismatches(args, kinds, 1) do
      [] -> :maps.from_list(complaint(module, name, args))
      wrong -> :maps.from_list(wrong)
    end
  end

  def format_error(_reason, _stacktrace), do: %{}

  @doc """
  What is wrong with a segment of a binary that could not be built; the stacktrace tells which segment, of which type.
  """
  @spec format_bs_fail(term, [tuple]) :: %{optional(:general | :reason) => binary}
  def format_bs_fail(_reason, [{_module, _name, _args, info} | _]) do
    case :lists.keyfind(:error_info, 1, info) do
      {_, %{cause: {segment, type, problem, value}}} ->
        type = :erlang.atom_to_binary(type)
        where = "segment " <> :erlang.integer_to_binary(segment) <> " of type '" <> type <> "': "
        %{general: where <> segment_problem(type, problem, value), reason: "construction of binary failed"}

      _ ->
        %{}
    end
  end

  defp segment_problem(_type, :short, value), do: "the value " <> inspect(value) <> " is shorter than the size of the segment"
  defp segment_problem(_type, :size, value), do: "expected a non-negative integer as size but got: " <> inspect(value)

  defp segment_problem(_type, :unit, value),
    do: "the size of the value " <> inspect(value) <> " is not a multiple of the unit for the segment"

  defp segment_problem(_type, :no_float, value), do: "the value " <> inspect(value) <> " is outside the range expressible as a float"
  defp segment_problem("float", :invalid, size), do: "expected one of the supported sizes 16, 32, or 64 but got: " <> inspect(size)
  defp segment_problem("float", :type, value), do: "expected a float or an integer but got: " <> inspect(value)
  defp segment_problem("integer", :type, value), do: "expected an integer but got: " <> inspect(value)

  defp segment_problem("utf" <> _ = type, _problem, value),
    do: "expected a non-negative integer encodable as " <> type <> " but got: " <> inspect(value)

  defp segment_problem(type, _problem, value), do: "expected a " <> type <> " but got: " <> inspect(value)

  defp mismatches([arg | args], [kind | kinds], number) do
    case fits?(kind, arg) do
      true -> mismatches(args, kinds, number + 1)
      false -> [{number, "not " <> article(kind)} | mismatches(args, kinds, number + 1)]
    end
  end

  defp mismatches(_args, _kinds, _number), do: []

  defp fits?(:any, _), do: true
  defp fits?(:atom, value), do: is_atom(value)
  defp fits?(:boolean, value), do: is_boolean(value)
  defp fits?(:base, value), do: value in 2..36
  defp fits?(:iolist, value), do: is_list(value) and iodata?(value)
  defp fits?(:binary, value), do: is_binary(value)
  defp fits?(:bitstring, value), do: is_bitstring(value)
  # Asked only when there is no such list: what fits was not complained of.
  defp fits?(:bitstring_list, _value), do: false
  defp fits?(:float, value), do: is_float(value)
  defp fits?(:fun, value), do: is_function(value)
  defp fits?(:integer, value), do: is_integer(value)
  defp fits?(:iodata, value), do: iodata?(value)
  defp fits?(:list, value), do: proper?(value)
  defp fits?(:nonempty, value), do: is_list(value) and value != []
  defp fits?(:number, value), do: is_number(value)
  defp fits?(:pid, value), do: is_pid(value)
  defp fits?(:pid_or_atom, value), do: is_pid(value) or is_atom(value)
  defp fits?(:pid_or_port, value), do: is_pid(value) or is_port(value)
  defp fits?(:reference, value), do: is_reference(value)
  defp fits?(:tuple, value), do: is_tuple(value)

  defp article(:nonempty), do: "a nonempty list"
  defp article(:iodata), do: "an iodata term"
  defp article(:iolist), do: "an iolist term"
  defp article(:bitstring_list), do: "a bitstring list"
  defp article(:pid_or_atom), do: "a pid or an atom"
  defp article(:pid_or_port), do: "a pid or port"
  defp article(:boolean), do: "a boolean ('true' or 'false')"
  defp article(:base), do: "an integer in the range 2 through 36"
  defp article(kind) when kind in [:atom, :integer], do: "an " <> :erlang.atom_to_binary(kind)
  defp article(kind), do: "a " <> :erlang.atom_to_binary(kind)

  defp proper?([_ | rest]), do: proper?(rest)
  defp proper?(rest), do: rest == []

  # Left sides are put on a stack of our own: iodata may be nested deeply.
  defp iodata?(value) when is_bitstring(value), do: is_binary(value)
  defp iodata?(value), do: iolist?(value, [])

  defp iolist?([], []), do: true
  defp iolist?([], [next | left]), do: iolist?(next, left)
  defp iolist?([byte | rest], left) when byte in 0..255, do: iolist?(rest, left)
  defp iolist?([binary | rest], left) when is_binary(binary), do: iolist?(rest, left)
  defp iolist?([list | rest], left) when is_list(list), do: iolist?(list, [rest | left])
  defp iolist?(tail, [next | left]) when is_binary(tail), do: iolist?(next, left)
  defp iolist?(tail, []), do: is_binary(tail)
  defp iolist?(_, _), do: false

  # What the arguments have to be. Functions that are not here have nothing to say.
  defp arguments(:erlang, name, 1) when name in [:hd, :tl], do: [:nonempty]
  defp arguments(:erlang, name, 1) when name in [:list_to_pid, :list_to_existing_atom], do: [:list]
  defp arguments(:erlang, name, 2) when name in [:list_to_integer], do: [:list, :base]
  defp arguments(:erlang, name, 1) when name in [:length, :list_to_tuple, :list_to_atom, :list_to_integer, :list_to_float], do: [:list]
  defp arguments(:erlang, name, 1) when name in [:tuple_size, :tuple_to_list], do: [:tuple]
  defp arguments(:erlang, name, 1) when name in [:byte_size, :bit_size, :bitstring_to_list], do: [:bitstring]
  defp arguments(:erlang, name, 1) when name in [:atom_to_binary, :atom_to_list, :whereis, :unregister], do: [:atom]
  defp arguments(:erlang, name, 1) when name in [:integer_to_binary, :integer_to_list], do: [:integer]
  defp arguments(:erlang, name, 1) when name in [:float_to_binary, :float_to_list], do: [:float]
  defp arguments(:erlang, name, 1) when name in [:abs, :ceil, :float, :floor, :round, :trunc], do: [:number]
  defp arguments(:erlang, name, 1) when name in [:iolist_to_binary, :iolist_size, :iolist_to_iovec, :crc32, :adler32, :md5],
    do: [:iodata]

  defp arguments(:erlang, :list_to_binary, 1), do: [:iolist]
  defp arguments(:erlang, :list_to_bitstring, 1), do: [:bitstring_list]

  defp arguments(:erlang, name, 1) when name in [:binary_to_atom, :binary_to_existing_atom, :binary_to_float, :binary_to_integer, :binary_to_list, :binary_to_term],
    do: [:binary]

  defp arguments(:erlang, name, 2) when name in [:binary_to_atom, :binary_to_existing_atom, :binary_to_term], do: [:binary]
  defp arguments(:erlang, :binary_to_integer, 2), do: [:binary, :base]
  defp arguments(:erlang, name, 2) when name in [:integer_to_binary, :integer_to_list], do: [:integer, :base]
  defp arguments(:erlang, :element, 2), do: [:integer, :tuple]
  defp arguments(:erlang, :setelement, 3), do: [:integer, :tuple]
  defp arguments(:erlang, :append_element, 2), do: [:tuple]
  defp arguments(:erlang, :make_fun, 3), do: [:atom, :atom, :integer]
  defp arguments(:erlang, :delete_element, 2), do: [:integer, :tuple]
  defp arguments(:erlang, :insert_element, 3), do: [:integer, :tuple]
  defp arguments(:erlang, :split_binary, 2), do: [:binary, :integer]
  defp arguments(:erlang, :binary_part, 3), do: [:binary, :integer, :integer]
  defp arguments(:erlang, name, 2) when name in [:float_to_binary, :float_to_list], do: [:float]
  defp arguments(:erlang, :exit, 2), do: [:pid]
  defp arguments(:erlang, :register, 2), do: [:atom, :pid_or_port]
  defp arguments(:erlang, :is_function, 2), do: [:any, :integer]
  defp arguments(:erlang, :fun_info, arity) when arity in [1, 2], do: [:fun]
  defp arguments(:erlang, name, arity) when name in [:send_after, :start_timer] and arity in [3, 4], do: [:integer, :pid_or_atom]
  defp arguments(:erlang, name, 1) when name in [:demonitor, :cancel_timer, :read_timer], do: [:reference]
  defp arguments(:erlang, name, 1) when name in [:link, :unlink, :garbage_collect], do: [:pid]
  defp arguments(:erlang, name, 1) when name in [:spawn, :spawn_link, :spawn_monitor], do: [:fun]
  defp arguments(:erlang, :is_process_alive, 1), do: [:pid]
  defp arguments(:erlang, :group_leader, 2), do: [:pid, :pid]
  defp arguments(:erlang, :apply, 3), do: [:atom, :atom, :list]
  defp arguments(:erlang, name, 3) when name in [:spawn, :spawn_link, :spawn_monitor], do: [:atom, :atom, :list]
  defp arguments(:erlang, name, 2) when name in [:spawn, :spawn_link, :spawn_monitor], do: [:atom, :fun]
  defp arguments(:erlang, name, 4) when name in [:spawn, :spawn_link, :spawn_monitor], do: [:atom, :atom, :atom, :list]
  defp arguments(:erlang, :spawn_opt, 3), do: [:atom, :fun, :list]
  defp arguments(:erlang, :spawn_opt, 5), do: [:atom, :atom, :atom, :list, :list]
  defp arguments(:erlang, :monitor_node, 2), do: [:atom, :boolean]
  defp arguments(:erlang, name, 1) when name in [:get_cookie, :set_cookie, :disconnect_node], do: [:atom]
  defp arguments(:erlang, :set_cookie, 2), do: [:atom, :atom]
  defp arguments(:erlang, name, 1) when name in [:process_info], do: [:pid]
  defp arguments(:erlang, :process_info, 2), do: [:pid]
  defp arguments(_module, _name, _arity), do: []

  # What is wrong with values of the right kinds.
  defp complaint(:erlang, name, [_ | _]) when name in [:binary_to_integer, :list_to_integer], do: [{1, "not a textual representation of an integer"}]
  defp complaint(:erlang, name, [_ | _]) when name in [:binary_to_float, :list_to_float], do: [{1, "not a textual representation of a float"}]

  defp complaint(:erlang, name, [text | _]) when name in [:binary_to_existing_atom, :binary_to_atom] do
    cond do
      not :jovial_string.valid(text) -> [{1, "invalid UTF8 encoding"}]
      name == :binary_to_existing_atom -> [{1, "not an already existing atom"}]
      true -> []
    end
  end

  defp complaint(:erlang, name, [chars]) when name in [:list_to_existing_atom, :list_to_atom] do
    cond do
      not :lists.all(&(&1 in 0..0xD7FF or &1 in 0xE000..0x10FFFF), chars) -> [{1, "not a list of characters"}]
      name == :list_to_existing_atom -> [{1, "not an already existing atom"}]
      true -> []
    end
  end

  defp complaint(:erlang, :memory, [_]), do: [{1, "invalid memory type option"}]
  defp complaint(:erlang, :process_info, [_, _]), do: [{2, "invalid item or item list"}]
  defp complaint(:erlang, :fun_info, [_, _]), do: [{2, "invalid item"}]
  defp complaint(:erlang, :binary_to_list, [_, _, _]), do: [{2, "out of range"}]
  # The machine's own word for a name that nobody has.
  defp complaint(:erlang, :unregister, [_]), do: [{1, "not a pid"}]

  defp complaint(module, :new, [size, options]) when module in [:counters, :atomics] do
    about_size =
      cond do
        not is_integer(size) -> [{1, "not an integer"}]
        size < 1 -> [{1, "out of range"}]
        options == [] -> [{1, "#{module} array size reached a system limit"}]
        true -> []
      end

    cond do
      not is_list(options) -> about_size ++ [{2, "not a list"}]
      about_size == [] -> [{2, "invalid option in list"}]
      true -> about_size
    end
  end

  defp complaint(:counters, _name, [{_kind, array} | numbers]) when is_reference(array), do: counters(array, numbers)
  defp complaint(:atomics, _name, [array | numbers]) when is_reference(array), do: counters(array, numbers)
  defp complaint(module, _name, [_ | _]) when module in [:counters, :atomics], do: [{1, "invalid atomics reference"}]
  defp complaint(:erlang, :list_to_pid, [_]), do: [{1, "not a textual representation of a pid"}]
  defp complaint(:erlang, name, [_, _]) when name in [:float_to_binary, :float_to_list], do: [{2, "invalid option in list"}]
  # The range is the second argument; OTP counts as if it were the first.
  defp complaint(:erlang, :phash2, [_, range]) when not is_integer(range), do: [{1, "not an integer"}]
  defp complaint(:erlang, name, [_, _]) when name in [:phash2, :make_tuple], do: [{1, "out of range"}]
  defp complaint(:erlang, :monitor, [type, _]) when type not in [:process, :port, :time_offset], do: [{1, "invalid monitor type"}]
  defp complaint(:erlang, :nodes, [kinds]) when is_list(kinds), do: [{1, "not a list of valid node types"}]
  defp complaint(:erlang, :nodes, [_]), do: [{1, "not a valid node type"}]
  defp complaint(:erlang, :set_cookie, [_, _]), do: [{1, "the node name is not part of a distributed system"}]
  defp complaint(:erlang, :memory, [_]), do: [{1, "invalid memory type option"}]
  defp complaint(:erlang, :monitor, [_, _]), do: [{2, "not a pid"}]
  defp complaint(:erlang, :is_function, [_, _]), do: [{2, "out of range"}]
  defp complaint(:erlang, :halt, [_ | _]), do: [{1, "invalid status"}]
  defp complaint(:erlang, :system_flag, [_, _]), do: [{1, "invalid system flag"}]
  defp complaint(:erlang, :system_info, [_]), do: [{1, "invalid system info item"}]
  defp complaint(:erlang, :statistics, [_]), do: [{1, "invalid statistics item"}]
  defp complaint(:erlang, name, [_]) when name in [:monotonic_time, :system_time, :time_offset], do: [{1, "invalid time unit"}]

  defp complaint(:erlang, :convert_time_unit, [time, from, to]) do
    if is_integer(time), do: for({unit, number} <- [{from, 2}, {to, 3}], not time_unit?(unit), do: {number, "invalid time unit"}), else: [{1, "not an integer"}]
  end

  defp complaint(:erlang, :send_after, [_ | _]), do: [{1, "out of range"}]
  defp complaint(:erlang, :binary_to_term, [_ | _]), do: [{1, "invalid external representation of a term"}]
  defp complaint(:erlang, name, [_ | _]) when name in [:element, :setelement, :delete_element, :insert_element], do: [{1, "out of range"}]
  defp complaint(:erlang, :split_binary, _), do: [{2, "out of range"}]
  defp complaint(:erlang, name, [_, _ | _]) when name in [:send, :!], do: [{1, "invalid destination"}]

  defp complaint(:erlang, :binary_part, [binary, start, length]) do
    size = byte_size(binary)

    cond do
      start < 0 or start > size -> [{2, "out of range"}]
      start + length < 0 or start + length > size -> [{3, "out of range"}]
      true -> []
    end
  end

  defp complaint(:erlang, :unique_integer, [_]), do: [{1, "invalid modifier"}]
  defp complaint(:erlang, :process_flag, [_, _]), do: [{1, "invalid process flag"}]
  defp complaint(:persistent_term, :get, [_]), do: [{1, "no persistent term stored with this key"}]
  defp complaint(_module, _name, _args), do: []

  defp time_unit?(unit) when is_integer(unit), do: unit > 0
  defp time_unit?(unit), do: unit in [:second, :millisecond, :microsecond, :nanosecond, :native, :perf_counter]

  # The place and values of an array of counters.
  defp counters(array, [place | values]) do
    cond do
      not is_integer(place) -> [{2, "not an integer"}]
      place not in 1..:atomics.info(array).size -> [{2, "out of range"}]
      true -> values |> Enum.with_index(3) |> Enum.find_value([], &counter/1)
    end
  end

  defp counter({value, number}) when not is_integer(value), do: [{number, "not an integer"}]
  defp counter({value, number}) when value not in -0x8000_0000_0000_0000..0xFFFF_FFFF_FFFF_FFFF, do: [{number, "out of range"}]
  defp counter(_), do: nil
end
