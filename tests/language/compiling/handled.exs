# Calls of functions that a module does not have, and fields of what is no map.
defmodule HandledAll do
  def unquote(:"$handle_undefined_function")(name, arguments), do: {name, arguments}
end

IO.inspect(apply(HandledAll, :anything, [1, 2])) #=> {:anything, [1, 2]}
HandledNone.go() #!> ** (UndefinedFunctionError) function HandledNone.go/0 is undefined (module HandledNone is not available). Make sure the module name is correct and has been specified in full (or that an alias has been defined)

nothing = Enum.at([], 0)
nothing.name #!> ** (KeyError) key :name not found in: nil
#!> 
#!> If you are using the dot syntax, such as map.field, make sure the left-hand side of the dot is a map
nil.name #!> ** (KeyError) key :name not found in: nil
#!> 
#!> If you are using the dot syntax, such as map.field, make sure the left-hand side of the dot is a map

IO.inspect({macro_exported?(Kernel, :if, 2), {:def, 2} in Kernel.__info__(:macros)}) #=> {true, true}
