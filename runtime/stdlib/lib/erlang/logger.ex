defmodule :logger do
  @moduledoc """
  Takes log events to those who want them.

  An event is a map of `:level`, `:msg` and `:meta`. It passes the level and the filters of the primary configuration, then, for each handler,
  the handler's own, and ends in `log/2` of the handler's module. All of that happens in the process that logs, so what a
  process logs before it ends is out before anybody learns of the end.

      iex> :logger.set_handler_config(:default, :level, :none)
      iex> :logger.error("nobody sees this")
      :ok
      iex> :logger.set_handler_config(:default, :level, :all)
      :ok

  `Logger` is the way to log in Elixir.
  """

  # The table `:jovial_logger` holds `{:primary, config}`, `{:handlers, ids}`, `{{:handler, id}, config}`, and `{{:level, module}, level}`. Until something is
  # configured there is no table, and the defaults hold.

  @type level :: :emergency | :alert | :critical | :error | :warning | :notice | :info | :debug
  @type report :: map | keyword
  @type metadata :: map
  @type log_event :: %{level: level, msg: term, meta: metadata}
  @type handler_id :: atom
  @type filter_id :: atom

  @levels [:emergency, :alert, :critical, :error, :warning, :notice, :info, :debug]
  @proxy :"$logger_metadata$"
  @table :jovial_logger

  # ## Logging

  for level <- @levels do
    @doc "Logs a string or report at level `#{level}`."
    @spec unquote(level)(term) :: :ok
    def unquote(level)(message), do: log(unquote(level), message)

    @doc "Logs at level `#{level}`: a string or report with metadata, or a format with arguments."
    @spec unquote(level)(term, term) :: :ok
    def unquote(level)(message, metadata_or_args), do: log(unquote(level), message, metadata_or_args)

    @doc "Logs a format with arguments, or a function with its argument, at level `#{level}`, with metadata."
    @spec unquote(level)(term, term, metadata) :: :ok
    def unquote(level)(format, args, metadata), do: log(unquote(level), format, args, metadata)
  end

  @doc "Logs a string or report."
  @spec log(level, term) :: :ok
  def log(level, message), do: log(level, message, %{})

  @doc "Logs a string or report with metadata, or a format with arguments, or a function with its argument."
  @spec log(level, term, term) :: :ok
  def log(level, format, args) when is_list(args), do: log(level, format, args, %{})

  def log(level, message, metadata) when is_map(metadata) and not is_function(message) do
    if allow(level, module_of(metadata)), do: emit(level, wrap(message), metadata)
    :ok
  end

  def log(level, function, argument), do: log(level, function, argument, %{})

  @doc "Logs a format with arguments, or a function with its argument, with metadata."
  @spec log(level, term, term, metadata) :: :ok
  def log(level, function, argument, metadata) when is_function(function, 1) do
    if allow(level, module_of(metadata)) do
      case function.(argument) do
        :ignore -> :ok
        {message, more} when is_map(more) -> emit(level, wrap(message), :maps.merge(metadata, more))
        message -> emit(level, wrap(message), metadata)
      end
    end

    :ok
  end

  def log(level, format, args, metadata) do
    if allow(level, module_of(metadata)), do: emit(level, {format, args}, metadata)
    :ok
  end

  defp wrap({format, args}) when is_list(args), do: {format, args}
  defp wrap(report) when is_map(report), do: {:report, report}
  defp wrap([{_key, _value} | _] = report), do: {:report, report}
  defp wrap(string), do: {:string, string}

  defp module_of(%{mfa: {module, _, _}}), do: module
  defp module_of(_metadata), do: nil

  @doc false
  def macro_log(location, level, message), do: log(level, message, location)

  @doc false
  def macro_log(location, level, message, more) when is_map(more) do
    log(level, message, :maps.merge(location, more))
  end

  def macro_log(location, level, format, args), do: log(level, format, args, location)

  @doc false
  def macro_log(location, level, format, args, metadata) do
    log(level, format, args, :maps.merge(location, metadata))
  end

  @doc "Tells whether events of a level from a module are let through."
  @spec allow(level, module) :: boolean
  def allow(level, module) do
    limit =
      case lookup({:level, module}, nil) do
        nil -> get_primary_config().level
        level -> level
      end

    number(level) <= number(limit)
  end

  defp emit(level, message, metadata) do
    internal_log(%{level: level, msg: message, meta: add_default_metadata(metadata)})
  end

  @doc "Adds what every event has: `:pid`, `:gl`, `:time`, and what the process has in its own metadata."
  @spec add_default_metadata(metadata) :: metadata
  def add_default_metadata(metadata) do
    own = case(:erlang.get(@proxy), do: (own when is_map(own) -> own; _none -> %{}))
    primary = get_primary_config()[:metadata] || %{}

    base = %{pid: self(), gl: :erlang.group_leader(), time: timestamp()}
    :maps.merge(:maps.merge(:maps.merge(base, primary), own), metadata)
  end

  # Passes an event on, also one that was made elsewhere.
  defp internal_log(event) do
    primary = get_primary_config()

    case filtered(event, primary.filters, primary.filter_default) do
      :stop -> :ok
      event -> to_handlers(get_handler_ids(), event)
    end
  end

  @doc false
  def internal_log(level, %{} = event), do: internal_log(:maps.put(:level, level, event))

  defp to_handlers([], _event), do: :ok

  defp to_handlers([id | ids], event) do
    with {:ok, config} <- get_handler_config(id),
         true <- number(event.level) <= number(config.level),
         %{} = event <- filtered(event, config.filters, config.filter_default) do
      deliver(id, config, event)
    end

    to_handlers(ids, event)
  end

  # A handler that fails is removed, for it would fail again.
  defp deliver(id, config, event) do
    config.module.log(event, config)
  catch
    kind, reason ->
      stacktrace = __STACKTRACE__
      remove_handler(id)

      text = ["Logger handler ", inspect(id), " failed and was removed\n", Exception.format(kind, reason, stacktrace)]
      :jovial_host.write(:stderr, Jovial.ConsoleLog.line(:error, text))
  end

  # The first filter that has an opinion decides whether the event goes on; all may change it.
  defp filtered(event, filters, default), do: filtered(event, filters, default, false)

  defp filtered(event, [], :log, _wanted?), do: event
  defp filtered(event, [], :stop, true), do: event
  defp filtered(_event, [], :stop, false), do: :stop

  defp filtered(event, [{_id, {filter, argument}} | filters], default, wanted?) do
    outcome =
      try do
        filter.(event, argument)
      catch
        _kind, _reason -> :ignore
      end

    case outcome do
      :stop -> :stop
      :ignore -> filtered(event, filters, default, wanted?)
      %{level: _, msg: _, meta: _} = event -> filtered(event, filters, default, true)
      _other -> filtered(event, filters, default, wanted?)
    end
  end

  # ## Levels

  @doc "Compares two levels by severity."
  @spec compare_levels(level | :all | :none, level | :all | :none) :: :eq | :gt | :lt
  def compare_levels(level, level), do: number(level) && :eq

  def compare_levels(left, right) do
    if number(left) < number(right), do: :gt, else: :lt
  end

  for {level, number} <- [none: -1, all: 10] ++ :lists.zip(@levels, :lists.seq(0, 7)) do
    defp number(unquote(level)), do: unquote(number)
  end

  defp number(_other), do: :erlang.error(:badarg)

  defp level?(level), do: :lists.member(level, [:none, :all | @levels])

  @doc "Microseconds of the system's clock, as they stand in the metadata."
  @spec timestamp() :: integer
  def timestamp, do: :erlang.system_time(:microsecond)

  # ## Metadata of the process

  @doc "Sets the metadata of the calling process."
  @spec set_process_metadata(metadata) :: :ok
  def set_process_metadata(metadata) when is_map(metadata) do
    :erlang.put(@proxy, metadata)
    :ok
  end

  @doc "Merges into the metadata of the calling process."
  @spec update_process_metadata(metadata) :: :ok
  def update_process_metadata(metadata) when is_map(metadata) do
    case get_process_metadata() do
      :undefined -> set_process_metadata(metadata)
      own -> set_process_metadata(:maps.merge(own, metadata))
    end
  end

  @doc "The metadata of the calling process, or `:undefined`."
  @spec get_process_metadata() :: metadata | :undefined
  def get_process_metadata, do: :erlang.get(@proxy)

  @doc "Removes the metadata of the calling process."
  @spec unset_process_metadata() :: :ok
  def unset_process_metadata do
    :erlang.erase(@proxy)
    :ok
  end

  # ## Primary configuration

  @doc "The primary configuration."
  @spec get_primary_config() :: map
  def get_primary_config, do: lookup(:primary, default_primary())

  defp default_primary do
    %{
      level: :debug,
      metadata: %{},
      filter_default: :log,
      filters: [
        logger_process_level: {&Logger.Filter.process_level/2, []},
        logger_translator: {&Logger.Filter.translate/2, %{otp: true, sasl: false, translators: [{Logger.Translator, :translate}]}}
      ]
    }
  end

  @doc "Replaces the primary configuration."
  @spec set_primary_config(map) :: :ok | {:error, term}
  def set_primary_config(config) when is_map(config) do
    store(:primary, :maps.merge(default_primary(), config))
  end

  @doc "Sets one key of the primary configuration."
  @spec set_primary_config(atom, term) :: :ok | {:error, term}
  def set_primary_config(key, value), do: update_primary_config(%{key => value})

  @doc "Merges into the primary configuration."
  @spec update_primary_config(map) :: :ok | {:error, term}
  def update_primary_config(config) when is_map(config) do
    case config do
      %{level: level} ->
        if level?(level), do: merge_primary(config), else: {:error, {:invalid_level, level}}

      _other ->
        merge_primary(config)
    end
  end

  defp merge_primary(config), do: store(:primary, :maps.merge(get_primary_config(), config))

  @doc "Adds a filter for all events."
  @spec add_primary_filter(filter_id, {function, term}) :: :ok | {:error, term}
  def add_primary_filter(id, {function, _} = filter) when is_function(function, 2) do
    add_filter(get_primary_config(), id, filter, &set_primary_config/1)
  end

  def add_primary_filter(_id, filter), do: {:error, {:invalid_filter, filter}}

  @doc "Removes a filter for all events."
  @spec remove_primary_filter(filter_id) :: :ok | {:error, term}
  def remove_primary_filter(id), do: remove_filter(get_primary_config(), id, &set_primary_config/1)

  defp add_filter(%{filters: filters} = config, id, filter, store) do
    if :lists.keymember(id, 1, filters) do
      {:error, {:already_exist, id}}
    else
      store.(%{config | filters: filters ++ [{id, filter}]})
    end
  end

  defp remove_filter(%{filters: filters} = config, id, store) do
    if :lists.keymember(id, 1, filters) do
      store.(%{config | filters: :lists.keydelete(id, 1, filters)})
    else
      {:error, {:not_found, id}}
    end
  end

  # ## Handlers

  @doc "Adds a handler: events go to `log/2` of `module`."
  @spec add_handler(handler_id, module, map) :: :ok | {:error, term}
  def add_handler(id, module, config) when is_atom(id) and is_atom(module) and is_map(config) do
    if :lists.member(id, get_handler_ids()) do
      {:error, {:already_exist, id}}
    else
      config = :maps.merge(bare_handler(id, module), config)
      config = %{config | id: id, module: module}

      case callback(module, :adding_handler, [config], {:ok, config}) do
        {:ok, config} ->
          store({:handler, id}, config)
          store(:handlers, get_handler_ids() ++ [id])

        {:error, reason} ->
          {:error, {:handler_not_added, reason}}
      end
    end
  end

  defp bare_handler(id, module) do
    %{
      id: id,
      module: module,
      level: :all,
      filters: [],
      filter_default: :log,
      formatter: {Logger.Formatter, Logger.Formatter.__default__()}
    }
  end

  # `Logger.Formatter` gives its configuration a shape of its own.
  defp default_handler do
    %{bare_handler(:default, :logger_std_h) | filters: [remote_gl: {&Logger.Filter.remote_gl/2, :stop}]}
    |> :maps.merge(%{config: %{type: :standard_io}})
  end

  defp callback(module, function, args, default) do
    case :code.ensure_loaded(module) do
      {:module, _} ->
        if :erlang.function_exported(module, function, length(args)),
          do: :erlang.apply(module, function, args),
          else: default

      _missing ->
        {:error, {:undef, module}}
    end
  end

  @doc "Adds the handlers that an application has in its environment."
  @spec add_handlers(atom | list) :: :ok | {:error, term}
  def add_handlers(application) when is_atom(application) do
    add_handlers(Application.get_env(application, :logger, []))
  end

  def add_handlers(handlers) when is_list(handlers) do
    for {:handler, id, module, config} <- handlers, do: add_handler(id, module, config)
    :ok
  end

  @doc "Removes a handler."
  @spec remove_handler(handler_id) :: :ok | {:error, term}
  def remove_handler(id) do
    case get_handler_config(id) do
      {:ok, config} ->
        store(:handlers, :lists.delete(id, get_handler_ids()))
        :ets.delete(@table, {:handler, id})
        callback(config.module, :removing_handler, [config], :ok)
        :ok

      error ->
        error
    end
  end

  @doc "The ids of all handlers."
  @spec get_handler_ids() :: [handler_id]
  def get_handler_ids, do: lookup(:handlers, [:default])

  @doc "The configurations of all handlers."
  @spec get_handler_config() :: [map]
  def get_handler_config do
    for id <- get_handler_ids(), {:ok, config} <- [get_handler_config(id)], do: config
  end

  @doc "The configuration of a handler."
  @spec get_handler_config(handler_id) :: {:ok, map} | {:error, term}
  def get_handler_config(id) do
    case lookup({:handler, id}, nil) do
      nil ->
        if id == :default and :lists.member(:default, get_handler_ids()),
          do: {:ok, default_handler()},
          else: {:error, {:not_found, id}}

      config ->
        {:ok, config}
    end
  end

  @doc "Replaces the configuration of a handler."
  @spec set_handler_config(handler_id, map) :: :ok | {:error, term}
  def set_handler_config(id, config), do: change_handler(id, config, :set)

  @doc "Sets one key of a handler's configuration."
  @spec set_handler_config(handler_id, atom, term) :: :ok | {:error, term}
  def set_handler_config(id, key, value), do: change_handler(id, %{key => value}, :update)

  @doc "Merges into the configuration of a handler."
  @spec update_handler_config(handler_id, map) :: :ok | {:error, term}
  def update_handler_config(id, config), do: change_handler(id, config, :update)

  @doc "Updates one key of a handler's configuration."
  @spec update_handler_config(handler_id, atom, term) :: :ok | {:error, term}
  def update_handler_config(id, key, value), do: change_handler(id, %{key => value}, :update)

  defp change_handler(id, change, how) do
    with {:ok, old} <- get_handler_config(id) do
      base = if how == :set, do: bare_handler(id, old.module), else: old
      new = :maps.merge(base, change)

      cond do
        new.id != id or new.module != old.module ->
          {:error, {:illegal_config_change, old, new}}

        not level?(new.level) ->
          {:error, {:invalid_level, new.level}}

        true ->
          with {:ok, new} <- callback(new.module, :changing_config, [how, old, new], {:ok, new}) do
            store({:handler, id}, new)
          end
      end
    end
  end

  @doc "Merges into the configuration of a handler's formatter."
  @spec update_formatter_config(handler_id, map) :: :ok | {:error, term}
  def update_formatter_config(id, config) when is_map(config) do
    with {:ok, %{formatter: {module, old}}} <- get_handler_config(id) do
      set_handler_config(id, :formatter, {module, :maps.merge(old, config)})
    end
  end

  @doc "Sets one key of the configuration of a handler's formatter."
  @spec update_formatter_config(handler_id, atom, term) :: :ok | {:error, term}
  def update_formatter_config(id, key, value), do: update_formatter_config(id, %{key => value})

  @doc "Adds a filter to a handler."
  @spec add_handler_filter(handler_id, filter_id, {function, term}) :: :ok | {:error, term}
  def add_handler_filter(handler, id, {function, _} = filter) when is_function(function, 2) do
    with {:ok, config} <- get_handler_config(handler) do
      add_filter(config, id, filter, &set_handler_config(handler, &1))
    end
  end

  def add_handler_filter(_handler, _id, filter), do: {:error, {:invalid_filter, filter}}

  @doc "Removes a filter from a handler."
  @spec remove_handler_filter(handler_id, filter_id) :: :ok | {:error, term}
  def remove_handler_filter(handler, id) do
    with {:ok, config} <- get_handler_config(handler) do
      remove_filter(config, id, &set_handler_config(handler, &1))
    end
  end

  # ## Levels of modules

  @doc "Sets the level of modules."
  @spec set_module_level(module | [module], level | :all | :none) :: :ok | {:error, term}
  def set_module_level(modules, level) do
    if level?(level) do
      for module <- listed(modules), do: store({:level, module}, level)
      :ok
    else
      {:error, {:invalid_level, level}}
    end
  end

  @doc "Removes the levels of all modules."
  @spec unset_module_level() :: :ok
  def unset_module_level do
    for {module, _level} <- get_module_level(), do: unset_module_level(module)
    :ok
  end

  @doc "Removes the level of modules."
  @spec unset_module_level(module | [module]) :: :ok
  def unset_module_level(modules) do
    for module <- listed(modules), table?(), do: :ets.delete(@table, {:level, module})
    :ok
  end

  @doc "The levels of all modules that have one."
  @spec get_module_level() :: [{module, level}]
  def get_module_level do
    if table?(),
      do: for([module, level] <- :ets.match(@table, {{:level, :"$1"}, :"$2"}), do: {module, level}),
      else: []
  end

  @doc "The levels of some modules."
  @spec get_module_level(module | [module]) :: [{module, level}]
  def get_module_level(modules) do
    for module <- listed(modules), level = lookup({:level, module}, nil), do: {module, level}
  end

  @doc "Sets the level of an application's modules."
  @spec set_application_level(atom, level | :all | :none) :: :ok | {:error, term}
  def set_application_level(application, level) do
    case Application.spec(application, :modules) do
      nil -> {:error, {:not_loaded, application}}
      modules -> set_module_level(modules, level)
    end
  end

  @doc "Removes the level of an application's modules."
  @spec unset_application_level(atom) :: :ok | {:error, term}
  def unset_application_level(application) do
    case Application.spec(application, :modules) do
      nil -> {:error, {:not_loaded, application}}
      modules -> unset_module_level(modules)
    end
  end

  defp listed(modules) when is_list(modules), do: modules
  defp listed(module), do: [module]

  @doc "All of the configuration."
  @spec get_config() :: map
  def get_config do
    %{primary: get_primary_config(), handlers: get_handler_config(), module_levels: get_module_level()}
  end

  # ## Words

  @doc "A format and arguments for a report."
  @spec format_report(report) :: {charlist, list}
  def format_report(report), do: {~c"~tp", [report]}

  @doc "A format and arguments for a report, `:label` first."
  @spec format_otp_report(map) :: {charlist, list}
  def format_otp_report(%{label: _, report: report}), do: format_report(report)
  def format_otp_report(report), do: format_report(report)

  # ## The table

  defp table?, do: :ets.whereis(@table) != :undefined

  defp lookup(key, default) do
    case table?() and :ets.lookup(@table, key) do
      [{_key, value}] -> value
      _none -> default
    end
  end

  defp store(key, value) do
    Jovial.Tables.ensure(@table, [:set, {:read_concurrency, true}])
    :ets.insert(@table, {key, value})
    :ok
  end
end
