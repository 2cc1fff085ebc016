# Module attributes.
# Values of attributes that are no plain data come back as they were.
defmodule Kept do
  @parts [{:call, %{up: &String.upcase/1}}, <<5::3>>, {:a, :b, [1 | 2]}, [own: &__MODULE__.parts/0]]
  def parts, do: @parts
end
IO.inspect(Kept.parts(), width: 200) #=> [{:call, %{up: &String.upcase/1}}, <<5::size(3)>>, {:a, :b, [1 | 2]}, [own: &Kept.parts/0]]
