# Structs: definition, updates, patterns, derived behaviour, errors.
defmodule Point do
  @enforce_keys [:x]
  defstruct [:x, y: 0]
  def add(%Point{x: x, y: y}, %__MODULE__{} = other), do: %Point{x: x + other.x, y: y + other.y}
end

defmodule Secret do
  @derive {Inspect, only: [:name]}
  defstruct name: "n", password: "p"
end

defmodule Oops do
  defexception [:code, message: "went wrong"]
  @impl true
  def message(%{code: nil} = e), do: e.message
  def message(e), do: "code #{e.code}"
end

defmodule Uses do
  def run do
    p = %Point{x: 1}
    IO.inspect(p)
    IO.inspect(%{p | y: 5})
    IO.inspect(%Point{p | x: 2} |> Point.add(p))
    %name{} = p
    IO.inspect(name)
    IO.inspect(is_struct(p, Point) and not is_struct(%{}))
    IO.inspect(%Secret{})
    IO.inspect(match?(%Point{}, %Secret{}))
  end
end

Uses.run()
#=> %Point{x: 1, y: 0}
#=> %Point{x: 1, y: 5}
#=> %Point{x: 3, y: 0}
#=> Point
#=> true
#=> #Secret<name: "n", ...>
#=> false
IO.inspect(struct(Point, x: 9, z: 1)) #=> %Point{x: 9, y: 0}
struct!(Point, y: 1) #!> ** (ArgumentError) the following keys must also be given when building struct Point: [:x]
struct!(Point, x: 1, z: 1) #!> ** (KeyError) key :z not found
point = struct(Point, x: 1)
point.z #!> ** (KeyError) key :z not found in: %Point{x: 1, y: 0}
%{point | z: 1} #!> ** (KeyError) key :z not found
point[:x] #!> ** (UndefinedFunctionError) function Point.fetch/2 is undefined (Point does not implement the Access behaviour
#!> 
#!> You can use the "struct.field" syntax to access struct fields. You can also use Access.key!/1 to access struct fields dynamically inside get_in/put_in/update_in). Make sure the module name is correct and has been specified in full (or that an alias has been defined)
raise Oops #!> ** (Oops) went wrong
raise Oops, code: 7 #!> ** (Oops) code 7
raise Oops, message: "other" #!> ** (Oops) other
raise Point #!> ** (UndefinedFunctionError) function Point.exception/1 is undefined or private
raise 5 #!> ** (ArgumentError) raise/1 and reraise/2 expect a module name, string or exception as the first argument, got: 5
IO.puts(elem(Code.eval_string("inspect(%Point{x: 1})"), 0)) #=> %Point{x: 1, y: 0}
