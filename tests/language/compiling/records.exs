# Source: documentation of Record.
defmodule Planes do
  require Record
  Record.defrecord(:point, x: 0, y: [1])
  Record.defrecordp(:secret, :hidden, [:word])
  def hide(word), do: secret(word: word)
  def word(secret(word: word)), do: word
  def moved(point(x: x) = p), do: point(p, x: x + 1)
end

defmodule UsesPlanes do
  import Planes

  def run do
    IO.inspect(point())
    IO.inspect(point(x: 5))
    IO.inspect({point({:point, 3, 4}, :y), point(:y)})
    IO.inspect(point({:point, 3, 4}, x: 7, y: 8))
    IO.inspect(point({:point, 3, 4}))
    IO.inspect(match?(point(x: 3), {:point, 3, 9}))
    IO.inspect(point(_: :all))
  end
end

UsesPlanes.run()
#=> {:point, 0, [1]}
#=> {:point, 5, [1]}
#=> {4, 2}
#=> {:point, 7, 8}
#=> [x: 3, y: 4]
#=> true
#=> {:point, :all, :all}
IO.inspect({Planes.moved({:point, 1, 2}), Planes.hide("s"), Planes.word({:hidden, "w"})}) #=> {{:point, 2, 2}, {:hidden, "s"}, "w"}

# Attributes and defaults may hold functions of other modules.
defmodule HoldsFunctions do
  @all [one: &Enum.map/2, own: &HoldsFunctions.run/0]
  def all, do: @all
  def run, do: :ran
end

IO.inspect(HoldsFunctions.all()) #=> [one: &Enum.map/2, own: &HoldsFunctions.run/0]
