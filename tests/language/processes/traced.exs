# What `:sys` tells of a server that is traced.
defmodule Traced do
  use GenServer
  def init(state), do: {:ok, state}
  def handle_call(request, _from, state), do: {:reply, request, [request | state]}
  def handle_cast(request, state), do: {:noreply, [request | state]}
end

{:ok, traced} = GenServer.start_link(Traced, [], name: Traced)
{:ok, device} = StringIO.open("")
Process.group_leader(traced, device)
:sys.trace(traced, true)
GenServer.call(traced, :ask)
GenServer.cast(traced, :told)
:sys.get_state(traced)
{"", text} = StringIO.contents(device)
text |> String.replace(~r/<[0-9.]+>/, "<pid>") |> IO.puts()
#=> *DBG* 'Elixir.Traced' got call ask from <pid>
#=> *DBG* 'Elixir.Traced' sent ask to <pid>, new state [ask]
#=> *DBG* 'Elixir.Traced' got cast told
#=> *DBG* 'Elixir.Traced' new state [told,ask]
#=>
