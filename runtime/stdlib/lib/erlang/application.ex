defmodule :application do
  @moduledoc """
  Applications and their environments, as `Application` uses them.

      iex> :application.set_env(:my_app, :key, 1)
      :ok
      iex> :application.get_env(:my_app, :key)
      {:ok, 1}

  """

  # The table `:ac_tab` holds `{{:env, app, key}, value}`, and `{{:started, app}, pid_or_nil}` for what is not part of the system.

  @table :ac_tab
  @system [:kernel, :stdlib, :compiler, :crypto, :elixir, :eex, :ex_unit, :iex, :logger]

  # ## Environments

  @doc "The environment of an application."
  @spec get_all_env(atom) :: [{atom, term}]
  def get_all_env(app) do
    case :ets.whereis(@table) do
      :undefined -> []
      _table -> for [key, value] <- :ets.match(@table, {{:env, app, :"$1"}, :"$2"}), do: {key, value}
    end
  end

  @doc "A value of an environment as `{:ok, value}`, or `:undefined`."
  @spec get_env(atom, atom) :: {:ok, term} | :undefined
  def get_env(app, key) do
    case :ets.whereis(@table) != :undefined and :ets.lookup(@table, {:env, app, key}) do
      [{_key, value}] -> {:ok, value}
      _none -> :undefined
    end
  end

  @doc "A value of an environment, or `default`."
  @spec get_env(atom, atom, term) :: term
  def get_env(app, key, default) do
    case get_env(app, key) do
      {:ok, value} -> value
      :undefined -> default
    end
  end

  @doc "Sets values of several environments."
  @spec set_env([{atom, [{atom, term}]}], list) :: :ok
  def set_env(config, options \\ []) when is_list(config) do
    for {app, env} <- config, {key, value} <- env, do: set_env(app, key, value, options)
    :ok
  end

  @doc "Sets a value of an environment."
  @spec set_env(atom, atom, term) :: :ok
  def set_env(app, key, value), do: set_env(app, key, value, [])

  @doc "Sets a value of an environment. Options change nothing."
  @spec set_env(atom, atom, term, list) :: :ok
  def set_env(app, key, value, _options) do
    Jovial.Tables.ensure(@table, [:set, {:read_concurrency, true}])
    :ets.insert(@table, {{:env, app, key}, value})
    :ok
  end

  @doc "Removes a value of an environment."
  @spec unset_env(atom, atom) :: :ok
  def unset_env(app, key), do: unset_env(app, key, [])

  @doc "Removes a value of an environment. Options change nothing."
  @spec unset_env(atom, atom, list) :: :ok
  def unset_env(app, key, _options) do
    if :ets.whereis(@table) != :undefined, do: :ets.delete(@table, {:env, app, key})
    :ok
  end

  # ## What is there

  @doc "The loaded applications."
  @spec loaded_applications() :: [{atom, charlist, charlist}]
  def loaded_applications, do: for(app <- @system, do: summary(app))

  @doc "The started applications, the one that was started last in front."
  @spec which_applications() :: [{atom, charlist, charlist}]
  def which_applications, do: :lists.reverse(loaded_applications())

  @doc "The started applications."
  @spec which_applications(timeout) :: [{atom, charlist, charlist}]
  def which_applications(_timeout), do: which_applications()

  defp summary(app), do: {app, description(app), version(app)}

  # Elixir's own share its version; the others have those of the release that they stand for.
  defp version(:kernel), do: ~c"8.5.3"
  defp version(:stdlib), do: ~c"4.2"
  defp version(:compiler), do: ~c"8.2.3"
  defp version(:crypto), do: ~c"5.1.3"
  defp version(_elixir), do: :unicode.characters_to_list(System.version())

  defp description(:kernel), do: ~c"ERTS  CXC 138 10"
  defp description(:stdlib), do: ~c"ERTS  CXC 138 10"
  defp description(:compiler), do: ~c"ERTS  CXC 138 10"
  defp description(:crypto), do: ~c"CRYPTO"
  defp description(app), do: :erlang.atom_to_list(app)

  @doc "All that is known of an application."
  @spec get_all_key(atom) :: {:ok, list} | :undefined
  def get_all_key(app) do
    if :lists.member(app, @system) do
      {:ok,
       [
         description: description(app),
         id: [],
         vsn: version(app),
         modules: [],
         maxP: :infinity,
         maxT: :infinity,
         registered: [],
         included_applications: [],
         optional_applications: [],
         applications: if(app == :kernel, do: [], else: [:kernel, :stdlib] -- [app]),
         mod: [],
         start_phases: :undefined
       ]}
    else
      :undefined
    end
  end

  @doc "One thing that is known of an application."
  @spec get_key(atom, atom) :: {:ok, term} | :undefined
  def get_key(app, key) do
    with {:ok, info} <- get_all_key(app),
         {^key, value} <- :lists.keyfind(key, 1, info) do
      {:ok, value}
    else
      _none -> :undefined
    end
  end

  @doc "The application of a process or module; none is recorded."
  @spec get_application(pid | module) :: {:ok, atom} | :undefined
  # It has no Elixir of its own, so it is no module of the library's list.
  def get_application(:math), do: {:ok, :stdlib}

  def get_application(module) when is_atom(module) do
    name = :erlang.atom_to_binary(module)

    case :lists.member(name, :jovial_code.library_modules()) do
      true -> owner(name)
      false -> :undefined
    end
  end

  def get_application(process) when is_pid(process), do: :undefined

  defp owner("Elixir.IEx" <> _), do: {:ok, :iex}
  defp owner("Elixir.Logger" <> _), do: {:ok, :logger}
  defp owner("Elixir.ExUnit" <> _), do: {:ok, :ex_unit}
  defp owner("Elixir.EEx" <> _), do: {:ok, :eex}
  defp owner("Elixir.Jovial." <> _), do: :undefined
  defp owner("Elixir." <> _), do: {:ok, :elixir}
  defp owner("elixir_" <> _), do: {:ok, :elixir}
  defp owner("jovial_" <> _), do: :undefined
  defp owner("erlang"), do: :undefined
  defp owner("crypto"), do: {:ok, :crypto}

  defp owner(name)
       when name in ["application", "code", "file", "global", "inet", "logger", "logger_std_h", "os", "prim_file"],
       do: {:ok, :kernel}

  defp owner(_name), do: {:ok, :stdlib}

  @doc "The application of the calling process; none is recorded."
  @spec get_application() :: {:ok, atom} | :undefined
  def get_application, do: :undefined

  # ## Starting and stopping

  @doc "Loads an application."
  @spec load(atom) :: :ok | {:error, term}
  def load(app) do
    if :lists.member(app, @system), do: {:error, {:already_loaded, app}}, else: no_file(app)
  end

  # There is no code path to find other applications in.
  defp no_file(app) do
    {:error, {~c"no such file or directory", :erlang.atom_to_list(app) ++ ~c".app"}}
  end

  @doc "Unloads an application."
  @spec unload(atom) :: :ok | {:error, term}
  def unload(app) do
    if :lists.member(app, @system), do: {:error, {:running, app}}, else: {:error, {:not_loaded, app}}
  end

  @doc "Starts an application."
  @spec start(atom) :: :ok | {:error, term}
  def start(app), do: start(app, :temporary)

  @doc "Starts an application."
  @spec start(atom, :permanent | :transient | :temporary) :: :ok | {:error, term}
  def start(app, type) when type in [:permanent, :transient, :temporary] do
    if :lists.member(app, @system), do: {:error, {:already_started, app}}, else: no_file(app)
  end

  def start(_app, type), do: {:error, {:invalid_restart_type, type}}

  @doc "Starts an application that is not started yet."
  @spec ensure_started(atom) :: :ok | {:error, term}
  def ensure_started(app), do: ensure_started(app, :temporary)

  @doc "Starts an application that is not started yet."
  @spec ensure_started(atom, :permanent | :transient | :temporary) :: :ok | {:error, term}
  def ensure_started(app, type) do
    case start(app, type) do
      {:error, {:already_started, ^app}} -> :ok
      answer -> answer
    end
  end

  @doc "Starts applications and those that they need."
  @spec ensure_all_started(atom | [atom]) :: {:ok, [atom]} | {:error, term}
  def ensure_all_started(apps), do: ensure_all_started(apps, :temporary)

  @doc "Starts applications and those that they need."
  @spec ensure_all_started(atom | [atom], atom) :: {:ok, [atom]} | {:error, term}
  def ensure_all_started(app, type) when is_atom(app), do: ensure_all_started([app], type)
  def ensure_all_started([], _type), do: {:ok, []}

  def ensure_all_started([app | apps], type) do
    case ensure_started(app, type) do
      :ok -> ensure_all_started(apps, type)
      {:error, reason} -> {:error, {app, reason}}
    end
  end

  @doc "Stops an application."
  @spec stop(atom) :: :ok | {:error, term}
  def stop(app) do
    if :lists.member(app, @system), do: {:error, {:not_stoppable, app}}, else: {:error, {:not_started, app}}
  end
end
