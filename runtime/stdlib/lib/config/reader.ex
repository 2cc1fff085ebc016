defmodule Config.Reader do
  @moduledoc """
  Runs configuration files and gives what they set.

  It is a `Config.Provider` too: given a path (or options with `:path`), it merges what the file sets into a configuration.
  """

  @behaviour Config.Provider

  @impl true
  def init(opts) when is_list(opts) do
    {path, opts} = Keyword.pop!(opts, :path)
    Config.Provider.validate_config_path!(path)
    {path, opts}
  end

  def init(path) do
    Config.Provider.validate_config_path!(path)
    {path, []}
  end

  @impl true
  def load(config, {path, opts}) do
    merge(config, path |> Config.Provider.resolve_config_path!() |> read!(opts))
  end

  @doc ~S"""
  Runs configuration that is given as text. The file name stands in messages, and imports are relative to it.

  ## Options

    * `:env`, `:target` - what `Config.config_env/0` and `Config.config_target/0` give
    * `:imports` - files that count as read already, or `:disabled` to forbid imports

  ## Examples

      iex> Config.Reader.eval!("config.exs", "import Config; config :a, b: 1; config :a, c: 2")
      [a: [b: 1, c: 2]]

  """
  @doc since: "1.11.0"
  @spec eval!(Path.t(), binary, keyword) :: keyword
  def eval!(file, contents, opts \\ []) when is_binary(file) and is_binary(contents) and is_list(opts) do
    file |> Path.expand() |> Config.__eval__!(contents, opts) |> elem(0)
  end

  @doc """
  Runs a configuration file.

  Options are those of `eval!/3`.
  """
  @doc since: "1.9.0"
  @spec read!(Path.t(), keyword) :: keyword
  def read!(file, opts \\ []) when is_binary(file) and is_list(opts) do
    file = Path.expand(file)
    file |> Config.__eval__!(File.read!(file), opts) |> elem(0)
  end

  @doc """
  As `read!/2`, with the files that were read, itself among them.
  """
  @doc since: "1.9.0"
  @spec read_imports!(Path.t(), keyword) :: {keyword, [Path.t()] | :disabled}
  def read_imports!(file, opts \\ []) when is_binary(file) and is_list(opts) do
    if opts[:imports] == :disabled, do: raise(ArgumentError, ":imports must be a list of paths")
    file = Path.expand(file)
    Config.__eval__!(file, File.read!(file), opts)
  end

  @doc """
  Merges two configurations: keyword lists at any depth, of other values the second counts.

  ## Examples

      iex> Config.Reader.merge([shop: [open: true, mail: [port: 25]]], shop: [mail: [port: 587]])
      [shop: [open: true, mail: [port: 587]]]

  """
  @doc since: "1.9.0"
  @spec merge(keyword, keyword) :: keyword
  def merge(config1, config2) when is_list(config1) and is_list(config2), do: Config.__merge__(config1, config2)
end

defmodule Config.Provider do
  @moduledoc """
  What loads configuration when a system starts.

  `c:init/1` gets what the provider was set up with and gives its state; `c:load/2` gets the configuration so far and gives a new one.
  """

  @type config :: keyword
  @type state :: term

  @typedoc "An absolute path, or one below the directory that an environment variable names."
  @type config_path :: {:system, binary(), binary()} | binary()

  @doc "Makes the state."
  @callback init(term) :: state

  @doc "Loads configuration into what is there."
  @callback load(config, state) :: config

  @doc """
  Raises unless it is a path as providers take it.

  ## Examples

      iex> Config.Provider.validate_config_path!("/etc/shop.exs")
      :ok

  """
  @doc since: "1.9.0"
  @spec validate_config_path!(config_path) :: :ok
  def validate_config_path!({:system, name, path}) when is_binary(name) and is_binary(path), do: :ok

  def validate_config_path!(path) do
    if is_binary(path) and Path.type(path) != :relative do
      :ok
    else
      raise ArgumentError, """
      expected configuration path to be:

        * a binary representing an absolute path
        * a tuple {:system, system_var, path} where the config is the concatenation of the `system_var` with the given `path`

      Got: #{inspect(path)}
      """
    end
  end

  @doc """
  The path itself, where a variable of the environment is part of it.

  ## Examples

      iex> Config.Provider.resolve_config_path!("/etc/shop.exs")
      "/etc/shop.exs"

  """
  @doc since: "1.9.0"
  @spec resolve_config_path!(config_path) :: binary()
  def resolve_config_path!(path) when is_binary(path), do: path
  def resolve_config_path!({:system, name, path}), do: System.fetch_env!(name) <> path

  # ## At the start of a release

  # What makes `boot/1` run the providers: an environment of applications that says so.
  @doc false
  def init(providers, path, options) when is_list(providers) do
    validate_config_path!(path)
    states = for {module, given} <- providers, do: {module, module.init(given)}
    [elixir: [config_provider_init: {states, path, options}]]
  end

  # Runs the providers once. A system that starts anew for it finds what they gave in its own file.
  @doc false
  def boot(restart) when is_function(restart, 0) do
    case {Application.fetch_env(:elixir, :config_provider_booted), Application.fetch_env(:elixir, :config_provider_init)} do
      {{:ok, {:booted, found}}, _} ->
        {pruned, compiled} = if is_tuple(found), do: found, else: {found, false}
        if pruned, do: File.rm(pruned)
        checked(compiled)
        :booted

      {_, {:ok, {states, path, options}}} ->
        provide(states, resolve_config_path!(path), Map.new(options), restart)

      {_, :error} ->
        :skip
    end
  end

  defp provide(states, path, options, restart) do
    {:ok, [before]} = :file.consult(path)
    config = Config.__merge__(before, Map.get(options, :extra_config, []))
    config = Enum.reduce(states, config, fn {module, state}, config -> module.load(config, state) end)
    compiled = Map.get(options, :validate_compile_env, false)

    cond do
      Map.get(options, :reboot_system_after_config, false) ->
        pruned = if Map.get(options, :prune_runtime_sys_config_after_boot, false), do: path
        booted = {:booted, if(compiled, do: {pruned, compiled}, else: pruned)}
        own = (config[:elixir] || []) |> Keyword.delete(:config_provider_init) |> Keyword.put(:config_provider_booted, booted)
        config = Keyword.delete(config, :elixir) ++ [elixir: own]
        File.write!(path, :unicode.characters_to_binary(:io_lib.format("%% coding: utf-8~n~tw.~n", [config])))
        restart.()
        :ok

      Keyword.get(before, :kernel, []) != Keyword.get(config, :kernel, []) ->
        abort("Cannot configure :kernel because :reboot_system_after_config has been set to false and :kernel has already been loaded")

      true ->
        Application.put_all_env(config, persistent: true)
        checked(compiled)
        :booted
    end
  end

  defp checked(false), do: :ok

  defp checked(compiled) do
    with {:error, message} <- validate_compile_env(compiled), do: abort(message)
  end

  defp abort(message) do
    IO.puts("ERROR! " <> message)
    :erlang.error("aborting boot")
  end

  # Whether the values that were read while compiling are those of now: `{application, [key | path], {:ok, value} | :error}` each.
  @doc false
  def validate_compile_env(compiled) do
    Enum.find_value(compiled, :ok, fn {app, [key | path], compile_time} ->
      now = with {:ok, value} <- Application.fetch_env(app, key), do: inside(value, path)

      case now do
        ^compile_time ->
          nil

        :broken ->
          {:error,
           "application #{inspect(app)} failed reading its compile environment for path #{inspect(path)} inside key #{inspect(key)}. " <>
             "Expected nested values to be keyword lists"}

        _ ->
          {:error,
           "the application #{inspect(app)} has a different value set for key #{inspect(key)} during runtime compared to compile time.\n\n" <>
             "  * Compile time value #{said(compile_time)}\n  * Runtime value #{said(now)}\n"}
      end
    end)
  end

  defp inside(value, []), do: {:ok, value}

  defp inside(value, [key | path]) do
    if Keyword.keyword?(value) do
      with {:ok, inner} <- Keyword.fetch(value, key), do: inside(inner, path)
    else
      :broken
    end
  end

  defp said({:ok, value}), do: "was set to: " <> inspect(value)
  defp said(:error), do: "was not set"
end
