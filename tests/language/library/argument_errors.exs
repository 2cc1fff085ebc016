# What the library says about arguments that are wrong.
told = fn fun ->
  try do
    IO.inspect(fun.())
  rescue
    error -> error |> Exception.message() |> String.replace("\n", "|") |> IO.puts()
  end
end

told.(fn -> String.contains?("text", %{}) end) #=> errors were found at the given arguments:||  * 2nd argument: not a valid pattern|
told.(fn -> String.split("text", 1) end) #=> errors were found at the given arguments:||  * 2nd argument: not a valid pattern|
told.(fn -> :binary.match(1, "") end) #=> errors were found at the given arguments:||  * 1st argument: not a binary|  * 2nd argument: not a valid pattern|
told.(fn -> :lists.keyfind(:key, 0, :none) end) #=> errors were found at the given arguments:||  * 2nd argument: out of range|  * 3rd argument: not a list|
told.(fn -> :lists.member(1, [2 | 3]) end) #=> errors were found at the given arguments:||  * 2nd argument: not a proper list|
told.(fn -> Map.from_keys(:none, 0) end) #=> errors were found at the given arguments:||  * 1st argument: not a list|
told.(fn -> List.to_atom([:a]) end) #=> errors were found at the given arguments:||  * 1st argument: not a list of characters|
told.(fn -> String.to_existing_atom(<<255>>) end) #=> errors were found at the given arguments:||  * 1st argument: invalid UTF8 encoding|
told.(fn -> String.to_integer("7", 99) end) #=> errors were found at the given arguments:||  * 2nd argument: not an integer in the range 2 through 36|
told.(fn -> Integer.to_string("7", 1) end) #=> errors were found at the given arguments:||  * 1st argument: not an integer|  * 2nd argument: not an integer in the range 2 through 36|
told.(fn -> :erlang.append_element([], 1) end) #=> errors were found at the given arguments:||  * 1st argument: not a tuple|
told.(fn -> List.to_string([?a | ?b]) end) #=> cannot convert the given list to a string.||To be converted to a string, a list must either be empty or only|contain the following elements:||  * strings|  * integers representing Unicode code points|  * a list containing one of these three elements||Please check the given list or call inspect/1 to get the list representation, got:||[97 | 98]|

# A foreign character is told before padding that is missing.
told.(fn -> Base.decode64!("not at all good") end) #=> non-alphabet character found: " " (byte 32)
told.(fn -> Base.decode64!("bm8") end) #=> incorrect padding

# No characters, but no errors either.
told.(fn -> URI.char_reserved?(:none) end) #=> false
told.(fn -> Path.rootname(".hidden", ".hidden") end) #=> ""
told.(fn -> Enum.zip_with(%{}, &Enum.sum/1) end) #=> []

# A name that the operating system could not be given.
told.(fn -> File.exists?("a\0b") end) #=> false
told.(fn -> File.read("a\0b") end) #=> {:error, :badarg}

# What can't be written leaves the file alone.
path = Path.join(System.tmp_dir!(), "jovial_argument_errors_#{System.pid()}")
File.write!(path, "kept")
told.(fn -> File.write(path, [:bad]) end) #=> {:error, :badarg}
told.(fn -> File.read!(path) end) #=> "kept"
File.rm!(path)

told.(fn -> System.unique_integer([:bad]) end) #=> errors were found at the given arguments:||  * 1st argument: invalid modifier|

# Each argument that is wrong is told, by functions in Erlang's names as well.
told.(fn -> :math.pow(:two, "three") end) #=> errors were found at the given arguments:||  * 1st argument: not a number|  * 2nd argument: not a number|
told.(fn -> :math.log(0) end) #=> bad argument in arithmetic expression
told.(fn -> :erlang.crc32([:a]) end) #=> errors were found at the given arguments:||  * 1st argument: not an iodata term|
told.(fn -> :erlang.list_to_bitstring("") end) #=> errors were found at the given arguments:||  * 1st argument: not a bitstring list|
told.(fn -> :binary.part("abc", :a, :b) end) #=> errors were found at the given arguments:||  * 2nd argument: not an integer|  * 3rd argument: not an integer|
told.(fn -> :binary.part("abc", 1, 5) end) #=> errors were found at the given arguments:||  * 3rd argument: out of range|
told.(fn -> :binary.at(<<1::3>>, -1) end) #=> errors were found at the given arguments:||  * 1st argument: is a bitstring (expected a binary)|  * 2nd argument: out of range|
told.(fn -> :binary.encode_unsigned(-1) end) #=> errors were found at the given arguments:||  * 1st argument: out of range|
told.(fn -> :binary.decode_unsigned("a", :middle) end) #=> errors were found at the given arguments:||  * 2nd argument: must be 'big' or 'little'|
told.(fn -> :binary.replace("a", "a", 1) end) #=> errors were found at the given arguments:||  * 3rd argument: not a binary|
told.(fn -> :binary.longest_common_prefix([1]) end) #=> errors were found at the given arguments:||  * 1st argument: not a flat list of binaries|
told.(fn -> Process.exit(1, :kill) end) #=> errors were found at the given arguments:||  * 1st argument: not a pid|
told.(fn -> :erlang.register(1, 2) end) #=> errors were found at the given arguments:||  * 1st argument: not an atom|  * 2nd argument: not a pid or port|
told.(fn -> Process.send_after(1, :hello, 3) end) #=> errors were found at the given arguments:||  * 2nd argument: not a pid or an atom|
told.(fn -> System.monotonic_time(:fortnight) end) #=> unsupported time unit. Expected :second, :millisecond, :microsecond, :nanosecond, or a positive integer, got :fortnight
told.(fn -> :erlang.monotonic_time(:fortnight) end) #=> errors were found at the given arguments:||  * 1st argument: invalid time unit|
told.(fn -> Float.to_charlist(:a) end) #=> errors were found at the given arguments:||  * 1st argument: not a float|
told.(fn -> :erlang.float_to_binary(1.0, [:long]) end) #=> errors were found at the given arguments:||  * 2nd argument: invalid option in list|
told.(fn -> :unicode.characters_to_list(?a) end) #=> errors were found at the given arguments:||  * 1st argument: not valid character data (an iodata term)|
told.(fn -> to_string([2 ** 70]) end) #=> invalid code point 1180591620717411303424
told.(fn -> :lists.usort([1 | 2]) end) #=> no function clause matching in :lists.usort/1
told.(fn -> Code.eval_string("1234567 <> _") end) #=> expected binary argument in <> operator but got: 1_234_567

# So can any function that raises for its caller.
defmodule Shelf do
  def put(book), do: :erlang.error(:badarg, [book], error_info: %{module: __MODULE__})
  def format_error(:badarg, [{Shelf, :put, [book], _} | _]), do: %{1 => "no book: #{inspect(book)}"}
end

told.(fn -> Shelf.put(:stone) end) #=> errors were found at the given arguments:||  * 1st argument: no book: :stone|

# Functions of the machine say which argument was wrong.
table = :ets.new(:argument_errors, [])
:ets.insert(table, {:key, 1, "text"})
told.(fn -> :ets.new(:bad, [:no_option]) end) #=> errors were found at the given arguments:||  * 2nd argument: invalid options|
told.(fn -> :ets.lookup_element(table, :missing, 2) end) #=> errors were found at the given arguments:||  * 2nd argument: not a key that exists in the table|
told.(fn -> :ets.lookup_element(table, :key, 9) end) #=> errors were found at the given arguments:||  * 3rd argument: position is greater than the size of the object|
told.(fn -> :ets.update_counter(table, :key, {3, 1}) end) #=> errors were found at the given arguments:||  * 3rd argument: the value in the given position, in the object, is not an integer|
told.(fn -> :ets.update_counter(table, :missing, :odd) end)
#=> errors were found at the given arguments:||  * 2nd argument: not a key that exists in the table|  * 3rd argument: not a valid update operation|
told.(fn -> :ets.update_element(table, :key, {1, :other}) end) #=> errors were found at the given arguments:||  * 3rd argument: the position is the same as the key position|
told.(fn -> :ets.insert(table, {}) end) #=> errors were found at the given arguments:||  * 2nd argument: is an empty tuple|
told.(fn -> :ets.lookup("text", 1) end) #=> errors were found at the given arguments:||  * 1st argument: not an atom or a table identifier|
told.(fn -> :ets.next(table, :missing) end) #=> errors were found at the given arguments:||  * 2nd argument: not a key that exists in the table|
told.(fn -> :io.format("~q") end) #=> errors were found at the given arguments:||  * 1st argument: format string invalid (invalid control ~q)|
told.(fn -> :io.format("~p") end) #=> errors were found at the given arguments:||  * 1st argument: wrong number of arguments|
told.(fn -> :io.format(:standard_io, "~p ~s", [1, 2]) end) #=> errors were found at the given arguments:||  * 3rd argument: element 2 must be of type string|
told.(fn -> :io_lib.format("~b", ["text"]) end) #=> errors were found at the given arguments:||  * 2nd argument: element 1 must be of type integer|
told.(fn -> :math.log("text") end) #=> errors were found at the given arguments:||  * 1st argument: not a number|
told.(fn -> :math.sqrt(-1) end) #=> bad argument in arithmetic expression
told.(fn -> Process.unregister(:nobody_here) end) #=> errors were found at the given arguments:||  * 1st argument: not a pid|
told.(fn -> Process.exit(1, :reason) end) #=> errors were found at the given arguments:||  * 1st argument: not a pid|
told.(fn -> Process.info(self(), :no_item) end) #=> errors were found at the given arguments:||  * 2nd argument: invalid item or item list|
told.(fn -> Process.register(1, :name) end) #=> could not register 1 with name :name because it is not alive, the name is already taken, or it has already been given another name
told.(fn -> :erlang.system_time(:week) end) #=> errors were found at the given arguments:||  * 1st argument: invalid time unit|
told.(fn -> String.duplicate(1, 2) end) #=> errors were found at the given arguments:||  * 1st argument: not a binary|

# Tables, counters, regular expressions: what of several is wrong.
gone = :ets.new(:gone, [])
:ets.delete(gone)
open = :ets.new(:open, [:ordered_set])
bag = :ets.new(:bag, [:bag])
counters = :counters.new(1, [])
atomics = :atomics.new(1, [])
told.(fn -> :ets.insert(gone, 1) end) #=> errors were found at the given arguments:||  * 1st argument: the table identifier does not refer to an existing ETS table|  * 2nd argument: not a tuple|
told.(fn -> :ets.insert(open, [{1} | 2]) end) #=> errors were found at the given arguments:||  * 2nd argument: not a non-empty tuple or a list of non-empty tuples|
told.(fn -> :ets.lookup_element(open, 1, 0) end) #=> errors were found at the given arguments:||  * 3rd argument: out of range|
told.(fn -> :ets.update_counter(open, 1, {1, 1}) end) #=> errors were found at the given arguments:||  * 2nd argument: not a key that exists in the table|
told.(fn -> :ets.update_counter(bag, 9, 1) end) #=> errors were found at the given arguments:||  * 1st argument: the table identifier refers to an ETS table of a type not supported by this operation|
told.(fn -> :ets.update_element(open, 9, {1, 1}) end) #=> false
told.(fn -> :ets.match(open, {:"$1"}, 0) end) #=> errors were found at the given arguments:||  * 3rd argument: out of range|
told.(fn -> :ets.select(:foo) end) #=> errors were found at the given arguments:||  * 1st argument: invalid continuation|
told.(fn -> :ets.rename(open, 5) end) #=> errors were found at the given arguments:||  * 2nd argument: invalid table name (must be an atom)|
told.(fn -> :ets.safe_fixtable(open, 1) end) #=> errors were found at the given arguments:||  * 2nd argument: not a boolean value|
told.(fn -> :ets.info(open, :foo) end) #=> errors were found at the given arguments:||  * 2nd argument: not a valid info item|
told.(fn -> :ets.slot(open, -1) end) #=> errors were found at the given arguments:||  * 2nd argument: out of range|
told.(fn -> :counters.new(123_456_789_123_456_789_123_456_789, []) end) #=> a system limit has been reached due to errors at the given arguments:||  * 1st argument: counters array size reached a system limit|
told.(fn -> :counters.new(:a, []) end) #=> errors were found at the given arguments:||  * 1st argument: not an integer|
told.(fn -> :counters.new(1, [:x]) end) #=> errors were found at the given arguments:||  * 2nd argument: invalid option in list|
told.(fn -> :counters.get(:a, 1) end) #=> errors were found at the given arguments:||  * 1st argument: invalid atomics reference|
told.(fn -> :counters.get(counters, 2) end) #=> errors were found at the given arguments:||  * 2nd argument: out of range|
told.(fn -> :counters.get(counters, :a) end) #=> errors were found at the given arguments:||  * 2nd argument: not an integer|
told.(fn -> :counters.add(counters, 1, :a) end) #=> errors were found at the given arguments:||  * 3rd argument: not an integer|
told.(fn -> :counters.put(counters, 1, 1_208_925_819_614_629_174_706_176) end) #=> errors were found at the given arguments:||  * 3rd argument: out of range|
told.(fn -> :atomics.new(1, :a) end) #=> errors were found at the given arguments:||  * 2nd argument: not a list|
told.(fn -> :atomics.new(1, signed: 1) end) #=> errors were found at the given arguments:||  * 2nd argument: invalid option in list|
told.(fn -> :atomics.new(123_456_789_123_456_789_123_456_789, []) end) #=> a system limit has been reached due to errors at the given arguments:||  * 1st argument: atomics array size reached a system limit|
told.(fn -> :atomics.add(atomics, 1, 1.5) end) #=> errors were found at the given arguments:||  * 3rd argument: not an integer|
told.(fn -> :lists.seq(1, 2, 0) end) #=> errors were found at the given arguments:||  * 3rd argument: not a positive increment|
told.(fn -> :lists.seq(1, 2, :a) end) #=> errors were found at the given arguments:||  * 3rd argument: not an integer|
told.(fn -> :re.run("a", "(") end) #=> errors were found at the given arguments:||  * 2nd argument: could not parse regular expression|missing ) on character 1|
told.(fn -> :re.run(:a, "a") end) #=> errors were found at the given arguments:||  * 1st argument: not an iodata term|
told.(fn -> :re.run("a", "a", [:foo]) end) #=> errors were found at the given arguments:||  * 3rd argument: invalid options|
told.(fn -> :re.compile(:a) end) #=> errors were found at the given arguments:||  * 1st argument: not an iodata term|
told.(fn -> :io.put_chars(:a) end) #=> errors were found at the given arguments:||  * 1st argument: not valid character data (an iodata term)|
told.(fn -> :erlang.halt(:a) end) #=> errors were found at the given arguments:||  * 1st argument: invalid status|
