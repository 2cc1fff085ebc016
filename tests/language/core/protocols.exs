# Protocols: dispatch on every kind of value, fallback, deriving, structs.
defprotocol Size do
  @doc "How many"
  def of(data)
end

defprotocol Loud do
  @fallback_to_any true
  def shout(x)
end

defimpl Size, for: [List, Tuple] do
  def of(list) when is_list(list), do: length(list)
  def of(tuple), do: tuple_size(tuple)
end

defimpl Size, for: Map do
  def of(map), do: map_size(map)
end

defimpl Size, for: BitString do
  def of(text), do: byte_size(text)
end

defimpl Loud, for: Any do
  defmacro __deriving__(module, _struct, options) do
    quote do
      defimpl Loud, for: unquote(module) do
        def shout(x), do: "#{inspect(x.__struct__)} #{unquote(options[:word])}"
      end
    end
  end

  def shout(x), do: "any " <> inspect(x)
end

defmodule Dog do
  @derive {Loud, word: "woof"}
  defstruct name: "rex"

  defimpl String.Chars do
    def to_string(dog), do: "dog " <> dog.name
  end

  defimpl Inspect do
    import Inspect.Algebra
    def inspect(dog, opts), do: concat(["#Dog<", to_doc(dog.name, opts), ">"])
  end

  defimpl Enumerable do
    def count(_), do: {:error, __MODULE__}
    def member?(_, _), do: {:error, __MODULE__}
    def slice(_), do: {:error, __MODULE__}
    def reduce(dog, acc, fun), do: Enumerable.List.reduce(String.graphemes(dog.name), acc, fun)
  end
end

IO.inspect(Enum.map([[1, 2], {1}, %{a: 1}, "four"], &Size.of/1)) #=> [2, 1, 1, 4]
Size.of(:atom) #!> ** (Protocol.UndefinedError) protocol Size not implemented for type Atom
#!> 
#!> Got value:
#!> 
#!>     :atom
#!> 
Size.of(struct(Dog)) #!> ** (Protocol.UndefinedError) protocol Size not implemented for type Dog (a struct)
#!> 
#!> Got value:
#!> 
#!>     #Dog<"rex">
#!> 
IO.puts(Loud.shout(1)) #=> any 1
IO.puts(Loud.shout(struct(Dog))) #=> Dog woof
IO.puts("#{struct(Dog)}") #=> dog rex
IO.inspect([struct(Dog)]) #=> [#Dog<"rex">]
IO.inspect(Enum.to_list(struct(Dog))) #=> ["r", "e", "x"]
IO.inspect(Enum.count(struct(Dog))) #=> 3
IO.inspect("e" in struct(Dog)) #=> true
IO.inspect(Size.impl_for([])) #=> Size.List
IO.inspect(Size.impl_for(:a)) #=> nil
IO.inspect(Size.__protocol__(:functions)) #=> [of: 1]
to_string({1, 2}) #!> ** (Protocol.UndefinedError) protocol String.Chars not implemented for type Tuple
#!> 
#!> Got value:
#!> 
#!>     {1, 2}
#!> 

# What is known of lists without a walk by steps.
IO.inspect({Enumerable.count([1, 2]), Enumerable.member?([], 1), Enumerable.member?([1], 1)}) #=> {{:ok, 2}, {:ok, false}, {:error, Enumerable.List}}
