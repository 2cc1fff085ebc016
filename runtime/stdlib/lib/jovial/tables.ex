defmodule Jovial.Tables do
  @moduledoc false

  # Public ETS tables that the library keeps for the life of the system: application environments, logger configuration, global
  # names. They are made at first use and owned by the process of the crash log, or, where that does not run, by one of their own.

  @doc false
  def ensure(name, options) do
    case :ets.whereis(name) do
      :undefined -> create(name, options)
      _table -> name
    end
  end

  defp create(name, options) do
    {keeper, ref} =
      case :erlang.whereis(Jovial.CrashLog) do
        :undefined -> :erlang.spawn_monitor(fn -> keep() end)
        pid -> {pid, :erlang.monitor(:process, pid)}
      end

    send(keeper, {:keep_table, self(), ref, name, options})

    receive do
      {:kept, ^ref} -> :erlang.demonitor(ref, [:flush])
      {:DOWN, ^ref, _, _, _} -> :ok
    end

    name
  end

  defp keep do
    receive do
      {:keep_table, _from, _ref, _name, _options} = request -> keep(request)
    end

    keep()
  end

  # What the owner does with a request. Another may have been faster.
  @doc false
  def keep({:keep_table, from, ref, name, options}) do
    try do
      :ets.new(name, [:named_table, :public | options])
    catch
      :error, _exists -> :ok
    end

    send(from, {:kept, ref})
    :ok
  end
end
