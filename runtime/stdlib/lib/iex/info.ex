defmodule IEx.Info do
  @moduledoc false

  # What `i/1` tells of a value: titles and texts.

  @protocols [Collectable, Enumerable, Inspect, JSON.Encoder, List.Chars, String.Chars]

  @doc false
  def sections(term), do: about(term) ++ [{"Implemented protocols", protocols(term)}]

  defp protocols(term) do
    names = for protocol <- @protocols, Code.ensure_loaded?(protocol), implemented?(protocol, term), do: inspect(protocol)
    Enum.join(Enum.sort(["IEx.Info" | names]), ", ")
  end

  # What falls back to any value implements nothing of its own, except that everything can be inspected.
  defp implemented?(Inspect, _term), do: true
  defp implemented?(protocol, term), do: protocol.impl_for(term) not in [nil, Module.concat(protocol, Any)]

  defp about(%{__struct__: Date} = date), do: calendar(date, "date", "~D")
  defp about(%{__struct__: Time} = time), do: calendar(time, "time", "~T")
  defp about(%{__struct__: NaiveDateTime} = datetime), do: calendar(datetime, "\"naive\" datetime (that is, a datetime without a time zone)", "~N")
  defp about(%{__struct__: DateTime} = datetime), do: calendar(datetime, "datetime", "~U")

  defp about(%{__struct__: Regex} = regex) do
    [
      {"Data type", "Regex"},
      {"Description", written("regular expression", "~r")},
      {"Raw representation", raw(regex)},
      {"Reference modules", "Regex, :re"}
    ]
  end

  defp about(%{__struct__: Range} = range) do
    [
      {"Data type", "Range"},
      {"Description",
       "This is a struct representing a range of numbers. It is commonly\n" <>
         "defined using the `first..last//step` syntax. The step is not\nrequired and defaults to 1."},
      {"Raw representation", raw(range)},
      {"Reference modules", "Range"}
    ]
  end

  defp about(%module{}) do
    [
      {"Data type", inspect(module)},
      {"Description", "This is a struct. Structs are maps with a __struct__ key."},
      {"Reference modules", inspect(module) <> ", Map"}
    ]
  end

  defp about(atom) when is_atom(atom) do
    raw = if match?("Elixir." <> _, Atom.to_string(atom)), do: [{"Raw representation", ":" <> inspect(Atom.to_string(atom))}], else: []

    if atom not in [nil, true, false] and Code.ensure_loaded?(atom) do
      [
        {"Data type", "Atom"},
        {"Description",
         "Use h(#{inspect(atom)}) to access its documentation.\nCall #{inspect(atom)}.module_info() to access metadata."}
      ] ++ raw ++ [{"Reference modules", "Module, Atom"}]
    else
      [{"Data type", "Atom"}] ++ raw ++ [{"Reference modules", "Atom"}]
    end
  end

  defp about(integer) when is_integer(integer), do: plain("Integer")
  defp about(float) when is_float(float), do: plain("Float")
  defp about(tuple) when is_tuple(tuple), do: plain("Tuple")
  defp about(map) when is_map(map), do: plain("Map")

  defp about(binary) when is_binary(binary) do
    size = [{"Data type", "BitString"}, {"Byte size", Integer.to_string(byte_size(binary))}]

    cond do
      String.printable?(binary) ->
        size ++
          [
            {"Description",
             "This is a string: a UTF-8 encoded binary. It's printed surrounded by\n" <>
               "\"double quotes\" because all UTF-8 encoded code points in it are printable."},
            {"Raw representation", inspect(binary, binaries: :as_binaries)},
            {"Reference modules", "String, :binary"}
          ]

      String.valid?(binary) ->
        size ++
          [
            {"Description",
             "This is a string: a UTF-8 encoded binary. It's printed with the `<<>>`\n" <>
               "syntax (as opposed to double quotes) because it contains non-printable\nUTF-8 encoded code points."},
            {"Reference modules", "String, :binary"}
          ]

      true ->
        size ++
          [
            {"Description",
             "This is a binary: a collection of bytes. It's printed with the `<<>>`\n" <>
               "syntax (as opposed to double quotes) because it is not a UTF-8 encoded\n" <>
               "binary (the first invalid byte being `#{inspect(first_invalid(binary))}`)"},
            {"Reference modules", ":binary"}
          ]
    end
  end

  defp about(bits) when is_bitstring(bits) do
    [
      {"Data type", "BitString"},
      {"Bits size", Integer.to_string(bit_size(bits))},
      {"Description",
       "This is a bitstring. It's a chunk of bits that are not divisible by 8\n(the number of bytes isn't whole)."}
    ]
  end

  defp about([]), do: plain("List")

  defp about(list) when is_list(list) do
    cond do
      List.improper?(list) ->
        [{"Data type", "List"}, {"Description", "This is what is referred to as an \"improper list\"."}, {"Reference modules", "List"}]

      List.ascii_printable?(list) ->
        [
          {"Data type", "List"},
          {"Description",
           "This is a list of integers that is printed using the `~c` sigil syntax,\n" <>
             "defined by the `Kernel.sigil_c/2` macro, because all the integers in it\n" <>
             "represent printable ASCII characters. Conventionally, a list of Unicode\n" <>
             "code points is known as a charlist and a list of ASCII characters is a\nsubset of it."},
          {"Raw representation", inspect(list, charlists: :as_lists)},
          {"Reference modules", "List"}
        ]

      Keyword.keyword?(list) ->
        [
          {"Data type", "List"},
          {"Description",
           "This is what is referred to as a \"keyword list\". A keyword list is a list\n" <>
             "of two-element tuples where the first element of each tuple is an atom."},
          {"Reference modules", "Keyword, List"}
        ]

      true ->
        plain("List")
    end
  end

  defp about(fun) when is_function(fun) do
    {:type, type} = Function.info(fun, :type)
    {:arity, arity} = Function.info(fun, :arity)
    base = [{"Data type", "Function"}, {"Type", Atom.to_string(type)}, {"Arity", Integer.to_string(arity)}]
    if type == :local, do: base ++ [{"Description", "This is an anonymous function."}], else: base
  end

  defp about(pid) when is_pid(pid) do
    alive =
      case Process.info(pid, [:registered_name, :links, :message_queue_len]) do
        [registered_name: name, links: links, message_queue_len: length] ->
          [
            {"Alive", "true"},
            {"Name", if(name == [], do: "not registered", else: inspect(name))},
            {"Links", if(links == [], do: "none", else: Enum.map_join(links, ", ", &inspect/1))},
            {"Message queue length", Integer.to_string(length)}
          ]

        nil ->
          [{"Alive", "false"}]
      end

    [{"Data type", "PID"}] ++
      alive ++
      [
        {"Description", "Use Process.info/1 to get more info about this process"},
        {"Reference modules", "Process, Node"}
      ]
  end

  defp about(ref) when is_reference(ref), do: [{"Data type", "Reference"}]
  defp about(port) when is_port(port), do: plain("Port")

  defp plain(type), do: [{"Data type", type}, {"Reference modules", type}]

  defp calendar(%module{} = struct, what, sigil) do
    [
      {"Data type", inspect(module)},
      {"Description", written(what, sigil)},
      {"Raw representation", raw(struct)},
      {"Reference modules", inspect(module) <> ", Calendar, Map"}
    ]
  end

  defp written(what, sigil) do
    "This is a struct representing a #{what}. It is commonly\n" <>
      "represented using the `#{sigil}` sigil syntax, that is\n" <>
      "defined in the `Kernel.sigil_#{String.trim_leading(sigil, "~")}/2` macro."
  end

  defp first_invalid(<<_::utf8, rest::binary>>), do: first_invalid(rest)
  defp first_invalid(<<byte, _::binary>>), do: <<byte>>

  # The struct without its own way of being shown, in one line.
  defp raw(struct) do
    struct |> Inspect.Any.inspect(%Inspect.Opts{}) |> Inspect.Algebra.format(:infinity) |> IO.iodata_to_binary()
  end
end
