defmodule Logger do
  @moduledoc """
  Logging.

      require Logger

      Logger.info("ready")
      Logger.warning("short of memory", free: 12)
      Logger.error(fn -> "only computed if it is logged: \#{expensive()}" end)
      Logger.debug(order: 17, state: :paid)

  A message is text, a function that returns text, or a map or keyword list. It is written as

      12:34:56.789 [info] ready

  ## Levels

  From most to least severe: `:emergency`, `:alert`, `:critical`, `:error`, `:warning`, `:notice`, `:info`, `:debug`. What is less severe than
  the level of the configuration isn't logged, and its arguments aren't computed:

      Logger.configure(level: :warning)

  There are levels for modules (`put_module_level/2`), for applications and for processes (`put_process_level/2`) as well.

  ## Metadata

  Each message carries data that handlers and formatters may use: `:pid`, `:time`, `:mfa`, `:file`, `:line`, what the process set by
  `metadata/1`, and the keyword list given with the message.

  ## Failures of processes

  The ends of tasks, servers and other processes are told in the same way, see `Logger.Translator`. Starts and ends of
  supervised processes are told only with `Logger.configure(handle_sasl_reports: true)`.
  """

  @type level :: :emergency | :alert | :critical | :error | :warning | :warn | :notice | :info | :debug
  @type report :: map | keyword
  @type message :: :unicode.chardata() | String.Chars.t() | report
  @type metadata :: keyword

  @levels [:emergency, :alert, :critical, :error, :warning, :notice, :info, :debug]

  # ## Logging

  for level <- @levels do
    @doc """
    Logs a message at level `:#{level}`.

    Returns `:ok`. The message and the metadata are computed only if that level is logged.

    ## Examples

        Logger.#{level}("something happened", user: 7)

    """
    @spec unquote(level)(message | (-> message | {message, metadata}), metadata) :: :ok
    defmacro unquote(level)(message_or_fun, metadata \\ []) do
      expand(unquote(level), message_or_fun, metadata, __CALLER__)
    end
  end

  @doc false
  @deprecated "Use Logger.warning/2 instead"
  defmacro warn(message_or_fun, metadata \\ []) do
    expand(:warning, message_or_fun, metadata, __CALLER__)
  end

  @doc """
  Logs a message at a level that may be computed.

  ## Examples

      Logger.log(if(urgent?, do: :error, else: :info), "something happened")

  """
  defmacro log(level, message_or_fun, metadata \\ []) do
    expand(level, message_or_fun, metadata, __CALLER__)
  end

  defp expand(level, message, metadata, caller) do
    location = Macro.escape(location(caller))

    quote do
      case Logger.__should_log__(unquote(level), __MODULE__) do
        nil -> :ok
        level -> Logger.__do_log__(level, unquote(message), unquote(location), unquote(metadata))
      end
    end
  end

  defp location(%{module: module, function: function, file: file, line: line}) do
    place = %{file: String.to_charlist(Path.relative_to_cwd(file)), line: line, domain: [:elixir]}

    case function do
      {name, arity} -> Map.put(place, :mfa, {module, name, arity})
      nil -> place
    end
  end

  @doc false
  def __should_log__(level, module) do
    level = known(level)

    if enabled?(self()) and process_allows?(level) and :logger.allow(level, module), do: level
  end

  defp known(:warn), do: :warning
  defp known(level) when level in @levels, do: level

  defp known(level) do
    raise ArgumentError, "expected log level to be one of #{inspect(@levels)}, got: #{inspect(level)}"
  end

  # A level of its own may let a process log less, but not more than others.
  defp process_allows?(level) do
    case Process.get(:"$logger_level") do
      nil -> true
      limit -> :logger.compare_levels(level, limit) != :lt
    end
  end

  @doc false
  def __do_log__(level, fun, location, metadata) when is_function(fun, 0) do
    case fun.() do
      {message, more} -> __do_log__(level, message, location, Enum.into(more, Map.new(metadata)))
      message -> __do_log__(level, message, location, metadata)
    end
  end

  def __do_log__(level, message, location, metadata) do
    metadata = Map.merge(location, Map.new(metadata))
    :logger.macro_log(%{}, level, shaped(message), metadata)
  end

  defp shaped(message) when is_binary(message) or is_map(message) and not is_struct(message), do: message
  defp shaped([{key, _value} | _] = report) when is_atom(key), do: report
  defp shaped(message) when is_list(message), do: IO.chardata_to_string(message)
  defp shaped(message), do: to_string(message)

  @doc """
  Logs a message without the caller's place, as a function.

  ## Examples

      iex> Logger.put_process_level(self(), :none)
      iex> Logger.bare_log(:info, "not heard")
      :ok

  """
  @spec bare_log(level, message | (-> message | {message, metadata}), metadata) :: :ok
  def bare_log(level, message_or_fun, metadata \\ []) do
    case __should_log__(level, metadata[:module]) do
      nil -> :ok
      level -> __do_log__(level, message_or_fun, bare_location(metadata), metadata)
    end
  end

  defp bare_location(metadata) do
    if Keyword.has_key?(metadata, :domain), do: %{}, else: %{domain: [:elixir]}
  end

  # ## Levels

  @doc """
  Returns all levels, the most severe first.

  ## Examples

      iex> hd(Logger.levels())
      :emergency

  """
  @doc since: "1.16.0"
  @spec levels() :: [level]
  def levels, do: @levels

  @doc """
  Returns the level of the configuration.

  ## Examples

      iex> Logger.level() in [:all, :none | Logger.levels()]
      true

  """
  @spec level() :: level | :all | :none
  def level, do: :logger.get_primary_config().level

  @doc """
  Compares two levels by severity.

  ## Examples

      iex> Logger.compare_levels(:error, :info)
      :gt
      iex> Logger.compare_levels(:debug, :debug)
      :eq

  """
  @spec compare_levels(level, level) :: :lt | :eq | :gt
  def compare_levels(left, right) do
    :logger.compare_levels(if(left == :warn, do: :warning, else: left), if(right == :warn, do: :warning, else: right))
  end

  @doc """
  Changes the configuration.

  `:level` is the least severe level that is logged, or `:all` or `:none`. Other options: `:translator_inspect_opts`, how terms in reports are
  inspected; `:handle_otp_reports` and `:handle_sasl_reports`, whether such reports are told.

  ## Examples

      iex> level = Logger.level()
      iex> Logger.configure(level: :error)
      :ok
      iex> Logger.level()
      :error
      iex> Logger.configure(level: level)
      :ok

  """
  @spec configure(keyword) :: :ok
  def configure(options) when is_list(options) do
    Enum.each(options, fn
      {:level, :warn} -> configure(level: :warning)
      {:level, level} -> :ok = set_level(level)
      {key, value} -> set_option(key, value)
    end)
  end

  defp set_level(level) do
    Application.put_env(:logger, :level, level)

    case :logger.set_primary_config(:level, level) do
      :ok -> :ok
      {:error, reason} -> raise ArgumentError, "could not configure Logger: #{inspect(reason)}"
    end
  end

  defp set_option(key, value) do
    Application.put_env(:logger, key, value)

    case key do
      :handle_otp_reports -> change_translation(&Map.put(&1, :otp, value))
      :handle_sasl_reports -> change_translation(&Map.put(&1, :sasl, value))
      _other -> :ok
    end
  end

  defp change_translation(change) do
    filters =
      for {id, filter} <- :logger.get_primary_config().filters do
        case {id, filter} do
          {:logger_translator, {fun, config}} -> {id, {fun, change.(config)}}
          other -> other
        end
      end

    :logger.update_primary_config(%{filters: filters})
  end

  @doc """
  Adds a translator, see `Logger.Translator`. It is asked before those that are there.

  ## Examples

      iex> Logger.add_translator({Logger.Translator, :translate})
      :ok

  """
  @spec add_translator({module, atom}) :: :ok
  def add_translator({module, function} = translator) when is_atom(module) and is_atom(function) do
    change_translators(fn translators -> [translator | List.delete(translators, translator)] end)
  end

  @doc """
  Removes a translator.

  ## Examples

      iex> Logger.remove_translator({NoSuchTranslator, :translate})
      :ok

  """
  @spec remove_translator({module, atom}) :: :ok
  def remove_translator({module, function} = translator) when is_atom(module) and is_atom(function) do
    change_translators(fn translators -> List.delete(translators, translator) end)
  end

  defp change_translators(change) do
    change_translation(fn config -> Map.update!(config, :translators, change) end)
    :ok
  end

  @doc """
  Returns the default formatter with some options changed, see `Logger.Formatter.new/1`.

  ## Examples

      iex> {module, _config} = Logger.default_formatter(format: "$message")
      iex> module
      Logger.Formatter

  """
  @doc since: "1.15.0"
  @spec default_formatter(keyword) :: {module, term}
  def default_formatter(overrides \\ []) when is_list(overrides) do
    :logger
    |> Application.get_env(:default_formatter, [])
    |> Keyword.merge(overrides)
    |> Logger.Formatter.new()
  end

  @doc """
  Adds the handlers that an application has under `:logger` in its environment.

  ## Examples

      iex> Logger.add_handlers(:no_such_app)
      :ok

  """
  @doc since: "1.15.0"
  @spec add_handlers(atom) :: :ok | {:error, term}
  def add_handlers(app) when is_atom(app), do: :logger.add_handlers(app)

  @doc """
  Waits until all that was logged is out. Handlers write at once, so it is backends that are waited for.

  ## Examples

      iex> Logger.flush()
      :ok

  """
  @spec flush() :: :ok
  def flush do
    Logger.Backends.flush()
    :ok
  end

  # ## Backends

  @doc """
  Adds a backend: a module of callbacks for `:gen_event`, or a pair of such a module and a name.

  Its events are `{level, leader, {Logger, message, timestamp, metadata}}`, and `:flush`. Handlers of `:logger` do the same with less between.

  ## Examples

      iex> Logger.remove_backend(:never_added)
      {:error, :not_found}

  """
  @doc deprecated: "Use LoggerBackends.add/2 from :logger_backends dependency"
  @spec add_backend(atom | {module, term}, keyword) :: {:ok, pid} | {:error, term}
  def add_backend(backend, options \\ []) when is_list(options), do: Logger.Backends.add(backend)

  @doc """
  Removes a backend that `add_backend/2` has added.

  ## Examples

      iex> Logger.remove_backend(:console)
      {:error, :not_found}

  """
  @doc deprecated: "Use LoggerBackends.remove/2 from :logger_backends dependency"
  @spec remove_backend(atom | {module, term}, keyword) :: :ok | {:error, term}
  def remove_backend(backend, options \\ []) when is_list(options), do: Logger.Backends.remove(backend)

  @doc """
  Gives options to a backend, as a call of `{:configure, options}`; returns its answer.

  ## Examples

      iex> Logger.configure_backend(:never_added, level: :info)
      {:error, :not_found}

  """
  @doc deprecated: "Use LoggerBackends.configure/2 from :logger_backends dependency"
  @spec configure_backend(atom | {module, term}, keyword) :: term
  def configure_backend(backend, options) when is_list(options), do: Logger.Backends.configure(backend, options)

  # ## Modules and applications

  @doc """
  Sets the level of a module, or of several.

  ## Examples

      iex> Logger.put_module_level(SomeModule, :error)
      :ok
      iex> Logger.get_module_level(SomeModule)
      [{SomeModule, :error}]
      iex> Logger.delete_module_level(SomeModule)
      :ok

  """
  @doc since: "1.11.0"
  @spec put_module_level(module | [module], level | :all | :none) :: :ok | {:error, term}
  def put_module_level(modules, level), do: :logger.set_module_level(modules, level)

  @doc """
  Returns the level of a module, or of several, as a list of pairs.

  ## Examples

      iex> Logger.get_module_level(ModuleWithoutLevel)
      []

  """
  @doc since: "1.11.0"
  @spec get_module_level(module | [module]) :: [{module, level | :all | :none}]
  def get_module_level(modules), do: :logger.get_module_level(modules)

  @doc """
  Removes the level of a module, or of several.

  ## Examples

      iex> Logger.delete_module_level(ModuleWithoutLevel)
      :ok

  """
  @doc since: "1.11.0"
  @spec delete_module_level(module | [module]) :: :ok
  def delete_module_level(modules), do: :logger.unset_module_level(modules)

  @doc """
  Removes the levels of all modules.

  ## Examples

      iex> Logger.delete_all_module_levels()
      :ok

  """
  @doc since: "1.11.0"
  @spec delete_all_module_levels() :: :ok
  def delete_all_module_levels, do: :logger.unset_module_level()

  @doc """
  Sets the level of all modules of an application.

  ## Examples

      iex> Logger.put_application_level(:no_such_app, :error)
      {:error, {:not_loaded, :no_such_app}}

  """
  @doc since: "1.13.0"
  @spec put_application_level(atom, level | :all | :none) :: :ok | {:error, {:not_loaded, atom}}
  def put_application_level(app, level) when is_atom(app), do: :logger.set_application_level(app, level)

  @doc """
  Removes the level of all modules of an application.

  ## Examples

      iex> Logger.delete_application_level(:no_such_app)
      {:error, {:not_loaded, :no_such_app}}

  """
  @doc since: "1.13.0"
  @spec delete_application_level(atom) :: :ok | {:error, {:not_loaded, atom}}
  def delete_application_level(app) when is_atom(app), do: :logger.unset_application_level(app)

  # ## Processes

  @doc """
  Sets the level of the calling process.

  ## Examples

      iex> Logger.put_process_level(self(), :error)
      :ok
      iex> Logger.get_process_level(self())
      :error

  """
  @doc since: "1.15.0"
  @spec put_process_level(pid, level | :all | :none) :: :ok
  def put_process_level(pid, level) when pid == self() do
    Process.put(:"$logger_level", level)
    :ok
  end

  @doc """
  Returns the level of the calling process, or `nil`.

  ## Examples

      iex> Logger.get_process_level(self())
      nil

  """
  @doc since: "1.15.0"
  @spec get_process_level(pid) :: level | :all | :none | nil
  def get_process_level(pid) when pid == self(), do: Process.get(:"$logger_level")

  @doc """
  Removes the level of the calling process.

  ## Examples

      iex> Logger.delete_process_level(self())
      :ok

  """
  @doc since: "1.15.0"
  @spec delete_process_level(pid) :: :ok
  def delete_process_level(pid) when pid == self() do
    Process.delete(:"$logger_level")
    :ok
  end

  @doc "Lets nothing of the calling process be logged, as `put_process_level(pid, :none)` does."
  @doc deprecated: "Use Logger.put_process_level(pid, :none) instead"
  @spec disable(pid) :: :ok
  def disable(pid) when pid == self(), do: put_process_level(pid, :none)

  @doc "Lets the calling process be logged again, as `delete_process_level/1` does."
  @doc deprecated: "Use Logger.delete_process_level(pid) instead"
  @spec enable(pid) :: :ok
  def enable(pid) when pid == self(), do: delete_process_level(pid)

  @doc """
  Tells whether the calling process logs at all.

  ## Examples

      iex> Logger.enabled?(self())
      true

  """
  @doc since: "1.10.0"
  @spec enabled?(pid) :: boolean
  def enabled?(pid) when pid == self(), do: Process.get(:"$logger_level") != :none

  # ## Metadata of the process

  @doc """
  Returns the metadata of the calling process.

  ## Examples

      iex> Logger.metadata(request: 12)
      iex> Logger.metadata()
      [request: 12]

  """
  @spec metadata() :: metadata
  def metadata do
    case :logger.get_process_metadata() do
      :undefined -> []
      metadata -> Map.to_list(metadata)
    end
  end

  @doc """
  Merges a keyword list into the metadata of the calling process; `nil` removes a key.

  ## Examples

      iex> Logger.metadata(user: 1, request: 2)
      :ok
      iex> Logger.metadata(user: nil)
      iex> Logger.metadata()
      [request: 2]

  """
  @spec metadata(metadata) :: :ok
  def metadata(keyword) when is_list(keyword) do
    case :logger.get_process_metadata() do
      :undefined -> reset_metadata(keyword)
      metadata -> :logger.set_process_metadata(merged(metadata, keyword))
    end
  end

  @doc """
  Replaces the metadata of the calling process.

  ## Examples

      iex> Logger.metadata(user: 1)
      iex> Logger.reset_metadata(request: 2)
      :ok
      iex> Logger.metadata()
      [request: 2]

  """
  @spec reset_metadata(metadata) :: :ok
  def reset_metadata(keyword \\ []) when is_list(keyword) do
    :logger.set_process_metadata(merged(%{}, keyword))
  end

  defp merged(metadata, keyword) do
    Enum.reduce(keyword, metadata, fn
      {key, nil}, metadata -> Map.delete(metadata, key)
      {key, value}, metadata -> Map.put(metadata, key, value)
    end)
  end
end
