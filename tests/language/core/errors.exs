# What goes wrong in the library and how it says so.

# The caller of a function of the machine stands in the trace, also where the call comes last.
defmodule TailCaller do
  def time(unit), do: :erlang.system_time(unit)
  def send_it(to), do: send(to, :text)
end

for call <- [fn -> TailCaller.time(:week) end, fn -> TailCaller.send_it(:nobody_here) end] do
  try do
    call.()
  rescue
    ArgumentError -> __STACKTRACE__ |> Enum.take(2) |> Enum.map(&{elem(&1, 0), elem(&1, 1)}) |> IO.inspect()
  end
end
#=> [{:erlang, :system_time}, {TailCaller, :time}]
#=> [{:erlang, :send}, {TailCaller, :send_it}]

# A pipe into a function that is not called.
try do
  Code.eval_string("[1] |> fn list -> list end")
rescue
  error in ArgumentError -> IO.puts(error.message)
end
#=> cannot pipe [1] into an anonymous function without calling the function; use Kernel.then/2 instead or define the anonymous function as a regular private function

# What is told of an error goes with arguments, too.
try do
  :erlang.error(:badarg, [1], error_info: %{module: :nobody_here})
rescue
  ArgumentError -> __STACKTRACE__ |> hd() |> elem(3) |> Keyword.fetch!(:error_info) |> IO.inspect()
end
#=> %{module: :nobody_here}

1 / 0 #!> ** (ArithmeticError) bad argument in arithmetic expression
1 + :a #!> ** (ArithmeticError) bad argument in arithmetic expression
hd([]) #!> ** (ArgumentError) errors were found at the given arguments:
#!> 
#!>   * 1st argument: not a nonempty list
#!> 
elem({1}, 1) #!> ** (ArgumentError) errors were found at the given arguments:
#!> 
#!>   * 1st argument: out of range
#!> 
String.to_integer("x") #!> ** (ArgumentError) errors were found at the given arguments:
#!> 
#!>   * 1st argument: not a textual representation of an integer
#!> 
String.to_existing_atom("never_seen_before_x") #!> ** (ArgumentError) errors were found at the given arguments:
#!> 
#!>   * 1st argument: not an already existing atom
#!> 
Map.fetch!(%{a: 1}, :b) #!> ** (KeyError) key :b not found in: %{a: 1}
%{a: 1}.b #!> ** (KeyError) key :b not found in: %{a: 1}
Keyword.fetch!([a: 1], :b) #!> ** (KeyError) key :b not found in: [a: 1]
Enum.fetch!([1], 5) #!> ** (Enum.OutOfBoundsError) out of bounds error
Enum.max([]) #!> ** (Enum.EmptyError) empty error
Integer.parse("12", 99) #!> ** (ArgumentError) invalid base 99
Map.put([], 1, 2) #!> ** (BadMapError) expected a map, got: []
length(:a) #!> ** (ArgumentError) errors were found at the given arguments:
#!> 
#!>   * 1st argument: not a list
#!> 
File.read!("/nowhere") #!> ** (File.Error) could not read file "/nowhere": no such file or directory
String.upcase(5) #!> ** (FunctionClauseError) no function clause matching in String.upcase/2
List.first(:a) #!> ** (FunctionClauseError) no function clause matching in List.first/2
Code.eval_string("1 +") #!> ** (TokenMissingError) token missing on nofile:1:3:
#!>     error: syntax error: expression is incomplete
#!>     │
#!>   1 │ 1 +
#!>     │   ^
#!>     │
#!>     └─ nofile:1:3
Code.eval_string("1 ) 2") #!> ** (SyntaxError) invalid syntax found on nofile:1:3:
#!>     error: unexpected token: )
#!>     │
#!>   1 │ 1 ) 2
#!>     │   ^
#!>     │
#!>     └─ nofile:1:3
GenServer.call(:nobody, :hi) #!> ** (exit) exited in: GenServer.call(:nobody, :hi, 5000)
#!>     ** (EXIT) no process: the process is not alive or there's no process currently associated with the given name, possibly because its application isn't started

# A message shows code only so deep: what was written may be larger than anybody reads, and its text far larger than it.
nested = String.duplicate("quote(do: ", 300) <> "1" <> String.duplicate(")", 300)
try do
  Code.eval_string("var!(#{nested})")
rescue
  error in ArgumentError ->
    message = Exception.message(error)
    IO.inspect({String.starts_with?(message, "expected a variable to be given to var!, got: quote do\n  quote do\n"), message =~ "...", byte_size(message) < 200_000})
    #=> {true, true, true}
end
