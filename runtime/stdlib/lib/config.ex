defmodule Config do
  @moduledoc ~S"""
  The words of configuration files.

  A configuration file is Elixir that begins with `import Config`. `Config.Reader` runs it and gives what it set:

      iex> Config.Reader.eval!("config.exs", \"""
      ...> import Config
      ...> config :shop, currency: "EUR", mail: [port: 25]
      ...> config :shop, mail: [host: "localhost"]
      ...> \""")
      [shop: [currency: "EUR", mail: [port: 25, host: "localhost"]]]

  What is set twice is merged: keyword lists key by key, at any depth, and of other values the last one counts.
  """

  @type config_opts :: [
          imports: [Path.t()] | :disabled,
          env: atom,
          target: atom
        ]

  # While a file is run, its process holds what was set, the files that were read (innermost first; or :disabled), and what the reader was told.
  @settings {Config, :config}
  @imports {Config, :imports}
  @options {Config, :opts}

  @doc """
  Sets keys of an application.

  ## Examples

      iex> Config.Reader.eval!("config.exs", "import Config; config :shop, open: true")
      [shop: [open: true]]

  """
  @doc since: "1.9.0"
  def config(root_key, opts) when is_atom(root_key) and is_list(opts) do
    if not Keyword.keyword?(opts), do: raise(ArgumentError, "config/2 expected a keyword list, got: #{inspect(opts)}")
    set([{root_key, opts}])
  end

  @doc """
  Sets one key of an application, whose name may be any atom, as that of a module.

  ## Examples

      iex> Config.Reader.eval!("config.exs", "import Config; config :shop, Shop.Mailer, port: 25")
      [shop: [{Shop.Mailer, [port: 25]}]]

  """
  @doc since: "1.9.0"
  def config(root_key, key, opts) when is_atom(root_key) and is_atom(key), do: set([{root_key, [{key, opts}]}])

  defp set(config) do
    Process.put(@settings, __merge__(settings!(), config))
    :ok
  end

  @doc """
  What was set for an application so far, or `nil`.

  ## Examples

      iex> Config.Reader.eval!("config.exs", "import Config; config :a, b: 1; config :c, d: read_config(:a)[:b] + 1")
      [a: [b: 1], c: [d: 2]]

  """
  @doc since: "1.18.0"
  def read_config(root_key) when is_atom(root_key), do: settings!()[root_key]

  @doc """
  The environment that the reader was told, as `:env`.

  ## Examples

      iex> Config.Reader.eval!("config.exs", "import Config; config :shop, name: config_env()", env: :test)
      [shop: [name: :test]]

  """
  @doc since: "1.11.0"
  defmacro config_env, do: quote(do: Config.__env__!())

  @doc """
  The target that the reader was told, as `:target`.

  ## Examples

      iex> Config.Reader.eval!("config.exs", "import Config; config :shop, on: config_target()", target: :host)
      [shop: [on: :host]]

  """
  @doc since: "1.11.0"
  defmacro config_target, do: quote(do: Config.__target__!())

  @doc """
  Runs another file, named relative to this one.
  """
  @doc since: "1.9.0"
  defmacro import_config(file) do
    quote(do: Config.__import__!(Path.expand(unquote(file), __DIR__)))
  end

  @doc false
  def __env__!, do: option!(:env)

  @doc false
  def __target__!, do: option!(:target)

  defp option!(name) do
    {env, target} = Process.get(@options) || raise_outside()
    value = if name == :env, do: env, else: target
    value || raise "no #{inspect(name)} key was given to this configuration file"
  end

  @doc false
  def __import__!(file) when is_binary(file) do
    _ = settings!()
    contents = File.read!(file)

    case Process.get(@imports) do
      :disabled ->
        raise "import_config/1 is not enabled for this configuration file. " <>
                "Some configuration files do not allow importing other files " <>
                "as they are often copied to external systems"

      files ->
        if file in files, do: raise(ArgumentError, "attempting to load configuration #{Path.relative_to_cwd(file)} recursively")
        Process.put(@imports, [file | files])
        run(file, contents)
        :ok
    end
  end

  @doc false
  # Runs a file: what it set, and the files that it read.
  def __eval__!(file, contents, opts \\ []) when is_binary(file) and is_binary(contents) and is_list(opts) do
    imports = Keyword.get(opts, :imports, [])
    imports = if imports == :disabled, do: :disabled, else: [file | imports]
    before = {Process.put(@settings, []), Process.put(@imports, imports), Process.put(@options, {opts[:env], opts[:target]})}

    try do
      {value, _} = run(file, contents)

      config =
        case Process.get(@settings) do
          [] when is_list(value) -> checked!(value, file)
          config -> config
        end

      {config, if(imports == :disabled, do: :disabled, else: Process.get(@imports))}
    after
      {settings, imports, options} = before
      restore(@settings, settings)
      restore(@imports, imports)
      restore(@options, options)
    end
  end

  defp run(file, contents), do: Code.eval_string(contents, [], file: file)

  defp restore(key, nil), do: Process.delete(key)
  defp restore(key, value), do: Process.put(key, value)

  # A file may give all by its last value.
  defp checked!(config, file) do
    Enum.each(config, fn
      {app, value} when is_atom(app) ->
        if not Keyword.keyword?(value) do
          raise ArgumentError,
                "expected config for app #{inspect(app)} in #{Path.relative_to_cwd(file)} to return keyword list, got: #{inspect(value)}"
        end

      other ->
        raise ArgumentError, "expected config file #{Path.relative_to_cwd(file)} to return list of {app, keyword list}, got: #{inspect(other)}"
    end)

    config
  end

  defp settings!, do: Process.get(@settings) || raise_outside()

  defp raise_outside do
    raise "could not set configuration via Config. " <>
            "This usually means you are trying to execute a configuration file directly, instead of reading it with Config.Reader"
  end

  @doc false
  def __merge__(config1, config2) when is_list(config1) and is_list(config2) do
    Keyword.merge(config1, config2, fn _, app1, app2 -> Keyword.merge(app1, app2, &deep_merge/3) end)
  end

  defp deep_merge(_key, value1, value2) do
    if Keyword.keyword?(value1) and Keyword.keyword?(value2), do: Keyword.merge(value1, value2, &deep_merge/3), else: value2
  end
end
