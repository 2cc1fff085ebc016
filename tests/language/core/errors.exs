# What goes wrong in the library and how it says so.
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
