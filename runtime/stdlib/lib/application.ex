defmodule Application do
  @moduledoc """
  Applications and their environments.

  An application is a name for modules that belong together, and for settings of theirs: its *environment*.

      iex> Application.put_env(:my_app, :colour, :green)
      :ok
      iex> Application.get_env(:my_app, :colour)
      :green
      iex> Application.get_env(:my_app, :size, 10)
      10

  The applications that come with the system (`:kernel`, `:stdlib`, `:elixir`, `:logger`, `:iex`, `:ex_unit`, `:eex`, `:compiler`,
  `:crypto`) are always started; there are no others to be loaded from disk.

  As a behaviour this module names what starts an application: `c:start/2` returns the pid of its supervisor.
  """

  @type app :: atom
  @type key :: atom
  @type application_key ::
          :start_phases | :mod | :applications | :optional_applications | :included_applications
          | :registered | :maxT | :maxP | :modules | :description | :vsn
  @type value :: term
  @type state :: term
  @type start_type :: :normal | {:takeover, node} | {:failover, node}
  @type restart_type :: :permanent | :transient | :temporary

  @doc "Starts the application, and returns the pid of its supervisor."
  @callback start(start_type, start_args :: term) :: {:ok, pid} | {:ok, pid, state} | {:error, reason :: term}

  @doc "Called before the application's processes are ended."
  @callback prep_stop(state) :: state

  @doc "Called after the application was stopped."
  @callback stop(state) :: term

  @doc "Called for each phase of a start in phases."
  @callback start_phase(phase :: term, start_type, phase_args :: term) :: :ok | {:error, reason :: term}

  @doc "Called after a change of the configuration."
  @callback config_change(changed, new, removed) :: :ok
            when changed: keyword, new: keyword, removed: [atom]

  @optional_callbacks start_phase: 3, prep_stop: 1, config_change: 3

  @doc false
  defmacro __using__(_options) do
    quote location: :keep do
      @behaviour Application

      @doc false
      def stop(_state), do: :ok

      defoverridable Application
    end
  end

  # ## Environments

  @doc """
  Returns the environment of an application.

  ## Examples

      iex> Application.put_env(:my_listed_app, :depth, 3)
      iex> Application.get_all_env(:my_listed_app)
      [depth: 3]

  """
  @spec get_all_env(app) :: [{key, value}]
  def get_all_env(app) when is_atom(app), do: :application.get_all_env(app)

  @doc """
  Returns a value of an application's environment, or `default`.

  ## Examples

      iex> Application.get_env(:no_such_app, :key)
      nil
      iex> Application.get_env(:no_such_app, :key, :default)
      :default

  """
  @spec get_env(app, key, value) :: value
  def get_env(app, key, default \\ nil)
  def get_env(app, key, default) when is_atom(app) and is_atom(key), do: :application.get_env(app, key, default)

  def get_env(app, key, default) when is_atom(app) do
    warn_key(key)
    :application.get_env(app, key, default)
  end

  @doc """
  Returns a value of an application's environment as `{:ok, value}`, or `:error`.

  ## Examples

      iex> Application.fetch_env(:no_such_app, :key)
      :error

  """
  @spec fetch_env(app, key) :: {:ok, value} | :error
  def fetch_env(app, key) when is_atom(app) do
    warn_key(key)

    case :application.get_env(app, key) do
      {:ok, value} -> {:ok, value}
      :undefined -> :error
    end
  end

  @doc """
  Returns a value of an application's environment, or raises an `ArgumentError`.

  ## Examples

      iex> Application.put_env(:my_app, :key, 1)
      iex> Application.fetch_env!(:my_app, :key)
      1

  """
  @spec fetch_env!(app, key) :: value
  def fetch_env!(app, key) when is_atom(app) do
    case fetch_env(app, key) do
      {:ok, value} ->
        value

      :error ->
        raise ArgumentError,
              "could not fetch application environment #{inspect(key)} for application " <>
                "#{inspect(app)} #{missing(app, key)}"
    end
  end

  defp missing(app, key) do
    if spec(app, :vsn),
      do: "because configuration at #{inspect(key)} was not set",
      else: "because the application was not loaded nor configured"
  end

  @doc """
  Sets a value of an application's environment. Options are accepted and change nothing.

  ## Examples

      iex> Application.put_env(:my_app, :colour, :red)
      :ok

  """
  @spec put_env(app, key, value, timeout: timeout, persistent: boolean) :: :ok
  def put_env(app, key, value, options \\ []) when is_atom(app) do
    warn_key(key)
    :application.set_env(app, key, value, options)
  end

  @doc """
  Sets values of several environments: a list of `{app, keyword}`.

  ## Examples

      iex> Application.put_all_env(my_first_app: [a: 1], my_second_app: [b: 2])
      :ok
      iex> Application.get_env(:my_second_app, :b)
      2

  """
  @spec put_all_env([{app, [{key, value}]}], timeout: timeout, persistent: boolean) :: :ok
  def put_all_env(config, options \\ []) when is_list(config), do: :application.set_env(config, options)

  @doc """
  Deletes a value of an application's environment.

  ## Examples

      iex> Application.put_env(:my_app, :weight, 5)
      iex> Application.delete_env(:my_app, :weight)
      :ok
      iex> Application.get_env(:my_app, :weight)
      nil

  """
  @spec delete_env(app, key, timeout: timeout, persistent: boolean) :: :ok
  def delete_env(app, key, options \\ []) when is_atom(app) do
    warn_key(key)
    :application.unset_env(app, key, options)
  end

  defp warn_key(key) when is_atom(key), do: :ok
  defp warn_key(key), do: IO.warn("passing non-atom as application env key is deprecated, got: " <> inspect(key))

  @doc """
  Returns a value of an application's environment as it is when the module is compiled.

  A list of keys leads into nested keyword lists. It can't be used inside functions.
  """
  @doc since: "1.10.0"
  @spec compile_env(app, key | list, value) :: Macro.t()
  defmacro compile_env(app, key_or_path, default \\ nil) do
    outside_functions(__CALLER__, :compile_env)
    quote do: Application.compile_env(__ENV__, unquote(app), unquote(key_or_path), unquote(default))
  end

  @doc """
  Returns a value of an application's environment as it is when the module is compiled, or raises.
  """
  @doc since: "1.10.0"
  @spec compile_env!(app, key | list) :: Macro.t()
  defmacro compile_env!(app, key_or_path) do
    outside_functions(__CALLER__, :compile_env!)
    quote do: Application.compile_env!(__ENV__, unquote(app), unquote(key_or_path))
  end

  defp outside_functions(%{function: nil}, _name), do: :ok

  defp outside_functions(_env, name) do
    raise "Application.#{name} cannot be called inside functions, only in the module body"
  end

  @doc "The function behind `compile_env/3`, for macros."
  @doc since: "1.14.0"
  @spec compile_env(Macro.Env.t(), app, key | list, value) :: value
  def compile_env(%Macro.Env{} = env, app, key_or_path, default) do
    case traced(env, app, key_or_path) do
      {:ok, value} -> value
      :error -> default
    end
  end

  @doc "The function behind `compile_env!/2`, for macros."
  @doc since: "1.14.0"
  @spec compile_env!(Macro.Env.t(), app, key | list) :: value
  def compile_env!(%Macro.Env{} = env, app, key_or_path) do
    case traced(env, app, key_or_path) do
      {:ok, value} ->
        value

      :error ->
        raise ArgumentError,
              "could not fetch application environment #{inspect(key_or_path)} for application " <>
                "#{inspect(app)} #{missing(app, key_or_path)}"
    end
  end

  # What was read while compiling is what tracers hear of.
  defp traced(env, app, key_or_path) do
    found = lookup(app, key_or_path)
    for tracer <- env.tracers, do: tracer.trace({:compile_env, app, List.wrap(key_or_path), found}, env)
    found
  end

  defp lookup(app, [key | path]) do
    with {:ok, value} <- fetch_env(app, key) do
      Enum.reduce_while(path, {:ok, value}, fn key, {:ok, inner} ->
        case Keyword.keyword?(inner) && Keyword.fetch(inner, key) do
          {:ok, value} -> {:cont, {:ok, value}}
          _missing -> {:halt, :error}
        end
      end)
    end
  end

  defp lookup(app, key), do: fetch_env(app, key)

  # ## Starting and stopping

  @doc """
  Starts an application that is not started yet.

  ## Examples

      iex> Application.ensure_started(:logger)
      :ok

  """
  @spec ensure_started(app, restart_type) :: :ok | {:error, term}
  def ensure_started(app, type \\ :temporary) when is_atom(app), do: :application.ensure_started(app, type)

  @doc """
  Starts applications and those that they need.

  ## Examples

      iex> Application.ensure_all_started(:logger)
      {:ok, []}
      iex> Application.ensure_all_started([:elixir, :iex])
      {:ok, []}

  """
  @spec ensure_all_started(app | [app], type: restart_type, mode: :serial | :concurrent) ::
          {:ok, [app]} | {:error, term}
  def ensure_all_started(app_or_apps, type_or_options \\ [])

  def ensure_all_started(apps, type) when is_atom(type), do: ensure_all_started(apps, type: type)
  def ensure_all_started(app, options) when is_atom(app), do: ensure_all_started([app], options)

  def ensure_all_started(apps, options) when is_list(apps) and is_list(options) do
    _type = Keyword.get(options, :type, :temporary)
    :application.ensure_all_started(apps)
  end

  @doc """
  Starts an application.

  ## Examples

      iex> Application.start(:logger)
      {:error, {:already_started, :logger}}

  """
  @spec start(app, restart_type) :: :ok | {:error, term}
  def start(app, type \\ :temporary) when is_atom(app), do: :application.start(app, type)

  @doc """
  Stops an application. Those that come with the system can't be stopped.
  """
  @spec stop(app) :: :ok | {:error, term}
  def stop(app), do: :application.stop(app)

  @doc """
  Loads an application.

  ## Examples

      iex> Application.load(:elixir)
      {:error, {:already_loaded, :elixir}}

  """
  @spec load(app) :: :ok | {:error, term}
  def load(app) when is_atom(app), do: :application.load(app)

  @doc """
  Loads an application that is not loaded yet.

  ## Examples

      iex> Application.ensure_loaded(:elixir)
      :ok

  """
  @doc since: "1.10.0"
  @spec ensure_loaded(app) :: :ok | {:error, term}
  def ensure_loaded(app) when is_atom(app) do
    case load(app) do
      {:error, {:already_loaded, ^app}} -> :ok
      answer -> answer
    end
  end

  @doc "Unloads an application. Those that come with the system can't be unloaded."
  @spec unload(app) :: :ok | {:error, term}
  def unload(app) when is_atom(app), do: :application.unload(app)

  # ## What is there

  @doc """
  Returns what is known of an application, or `nil`.

  ## Examples

      iex> Application.spec(:elixir)[:description]
      ~c"elixir"
      iex> Application.spec(:no_such_app)
      nil

  """
  @spec spec(app) :: [{application_key, value}] | nil
  def spec(app) when is_atom(app) do
    case :application.get_all_key(app) do
      {:ok, info} -> info
      :undefined -> nil
    end
  end

  @specified [:applications, :description, :id, :included_applications, :maxP, :maxT, :mod, :modules] ++
               [:optional_applications, :registered, :start_phases, :vsn]

  @doc """
  Returns one thing that is known of an application, or `nil`.

  ## Examples

      iex> Application.spec(:elixir, :vsn) == to_charlist(System.version())
      true

  """
  @spec spec(app, application_key) :: value | nil
  def spec(app, key) when is_atom(app) and key in @specified do
    case :application.get_key(app, key) do
      {:ok, value} -> value
      :undefined -> nil
    end
  end

  @doc """
  Returns the application of a module, or `nil`.

  ## Examples

      iex> Application.get_application(NoSuchModule)
      nil

  """
  @spec get_application(atom) :: atom | nil
  def get_application(module) when is_atom(module) do
    case :application.get_application(module) do
      {:ok, app} -> app
      :undefined -> nil
    end
  end

  @doc """
  Returns the loaded applications as `{name, description, version}`.

  ## Examples

      iex> :elixir in Enum.map(Application.loaded_applications(), &elem(&1, 0))
      true

  """
  @spec loaded_applications() :: [{app, description :: charlist, vsn :: charlist}]
  def loaded_applications, do: :application.loaded_applications()

  @doc """
  Returns the started applications as `{name, description, version}`.

  ## Examples

      iex> :logger in Enum.map(Application.started_applications(), &elem(&1, 0))
      true

  """
  @spec started_applications(timeout) :: [{app, description :: charlist, vsn :: charlist}]
  def started_applications(_timeout \\ 5000), do: :application.which_applications()

  @doc """
  Returns the directory of an application.

  The library lies inside the program, so its applications have a place of their own there but need not have a directory. An unknown
  application raises an `ArgumentError`.

  ## Examples

      iex> Application.app_dir(:logger) |> Path.basename()
      "logger"

  """
  @spec app_dir(app) :: String.t()
  def app_dir(app) when is_atom(app) do
    case :code.lib_dir(app) do
      path when is_list(path) -> List.to_string(path)
      {:error, :bad_name} -> raise ArgumentError, "unknown application: #{inspect(app)}"
    end
  end

  @doc "Returns a path inside the directory of an application, see `app_dir/1`."
  @spec app_dir(app, String.t() | [String.t()]) :: String.t()
  def app_dir(app, path) when is_binary(path), do: Path.join(app_dir(app), path)
  def app_dir(app, [_ | _] = path), do: Path.join([app_dir(app) | path])

  @doc """
  Says in words why an application failed.

  ## Examples

      iex> Application.format_error({:already_started, :logger})
      "already started application logger"

  """
  @spec format_error(any) :: String.t()
  def format_error(reason) do
    case reason do
      {:already_loaded, app} -> "already loaded application #{app}"
      {:not_loaded, app} -> "not loaded application #{app}"
      {:already_started, app} -> "already started application #{app}"
      {:not_started, app} -> "not started application #{app}"
      {:bad_application, app} -> "bad application: #{inspect(app)}"
      {:invalid_restart_type, type} -> "invalid application restart type: #{inspect(type)}"
      {:invalid_name, name} -> "invalid application name: #{inspect(name)}"
      {:bad_return, {{module, :start, args}, returned}} -> call(module, args) <> " returned a bad value: " <> inspect(returned)
      {{:shutdown, reason}, {module, :start, args}} -> call(module, args) <> " returned an error: shutdown: " <> Exception.format_exit(reason)
      {reason, {module, :start, args}} -> call(module, args) <> " returned an error: " <> Exception.format_exit(reason)
      other -> Exception.format_exit(other)
    end
  end

  defp call(module, args), do: Exception.format_mfa(module, :start, args)
end
