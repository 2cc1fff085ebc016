# A module's function that runs when the module is loaded; it may be private.
defmodule OnLoadCase do
  @on_load :start

  defp start do
    send(self(), :loaded)
    :ok
  end
end

IO.inspect(receive do: (message -> message), after: (0 -> :nothing)) #=> :loaded

defmodule OnLoadMissing do
  @on_load :nowhere
end #!> ** (CompileError) on_load.exs: cannot compile module OnLoadMissing (errors have been logged)
