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

# What takes computing is computed once, in the order in which it stands.
defmodule RecordsInOrder do
  require Planes
  def said(x), do: (IO.puts("said #{x}"); x)
  def new, do: Planes.point(y: said(1), x: said(2))
  defmacro pattern(code), do: code |> Macro.expand(%{__CALLER__ | context: :match}) |> Macro.escape()
end

IO.inspect(RecordsInOrder.new())
#=> said 1
#=> said 2
#=> {:point, 2, 1}
defmodule ChangesRecords do
  require Planes
  defp said(x), do: (IO.puts("said #{inspect(x)}"); x)
  def changed(p), do: Planes.point(said(p), y: said(3), x: said(4))
  def twice(p, y), do: Planes.point(p, y: y, x: {y}, y: said(5))
end

IO.inspect(ChangesRecords.changed({:point, 0, 0}))
#=> said 3
#=> said 4
#=> said {:point, 0, 0}
#=> {:point, 4, 3}
IO.inspect(ChangesRecords.twice({:point, 0, 0}, 9))
#=> said 5
#=> {:point, {9}, 5}

defmodule ShowsPattern do
  require Planes
  require RecordsInOrder
  def run, do: RecordsInOrder.pattern(Planes.point(x: 1))
end

IO.inspect(ShowsPattern.run()) #=> {:{}, [], [:point, 1, {:_, [], nil}]}
