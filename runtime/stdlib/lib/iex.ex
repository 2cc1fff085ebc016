defmodule IEx do
  @moduledoc """
  The shell that a notebook's cells run in: how values are shown, and little else.

      IEx.configure(inspect: [limit: :infinity])

  What cells can call without a module's name is in `IEx.Helpers`.
  """

  @doc """
  Changes how values are shown.

  `:inspect` takes the options of `Inspect.Opts`; they hold for the values of the cells that follow, and for what the helpers print. Other options
  of the shell in a terminal (`:colors`, `:width`, `:history_size`, prompts) are kept, and `configuration/0` returns them.

  ## Examples

      iex> IEx.configure(history_size: 10)
      :ok
      iex> IEx.configuration()[:history_size]
      10

  """
  @spec configure(keyword) :: :ok
  def configure(options) when is_list(options) do
    for {key, value} <- options, do: set(key, value)
    :ok
  end

  @options [
    :auto_reload,
    :alive_continuation_prompt,
    :alive_prompt,
    :colors,
    :continuation_prompt,
    :default_prompt,
    :dot_iex,
    :history_size,
    :inspect,
    :parser,
    :width
  ]

  defp set(:inspect, options) when is_list(options) do
    merged = Keyword.merge(Application.get_env(:iex, :inspect, []), options)
    Application.put_env(:iex, :inspect, merged)

    # The root process shows values by these.
    Process.put(:"$jovial_inspect", merged)
  end

  defp set(:colors, colors) when is_list(colors) do
    Application.put_env(:iex, :colors, Keyword.merge(Application.get_env(:iex, :colors, []), colors))
  end

  defp set(:history_size, size) when is_integer(size) do
    Application.put_env(:iex, :history_size, size)
    Process.put(:"$jovial_history_size", size)
  end

  defp set(key, value) when key in @options, do: Application.put_env(:iex, key, value)
  defp set(key, _value), do: raise(ArgumentError, "unknown option #{inspect(key)} for IEx.configure/1")

  @doc """
  Returns the configuration.

  ## Examples

      iex> IEx.configuration()[:inspect][:pretty]
      true

  """
  @spec configuration() :: keyword
  def configuration do
    [
      default_prompt: "%prefix(%counter)>",
      alive_prompt: "%prefix(%node)%counter>",
      history_size: 20,
      colors: [],
      inspect: [pretty: true],
      auto_reload: false
    ]
    |> Keyword.merge(Application.get_all_env(:iex), fn
      :inspect, default, own -> Keyword.merge(default, own)
      _key, _default, own -> own
    end)
  end

  @doc """
  Returns the options by which values are shown.

  ## Examples

      iex> IEx.inspect_opts()[:width]
      80

  """
  @spec inspect_opts() :: keyword
  def inspect_opts do
    [width: width()]
    |> Keyword.merge(configuration()[:inspect])
    |> Keyword.merge(if(color_enabled?(), do: [syntax_colors: configuration()[:colors][:syntax_colors] || []], else: []))
  end

  @doc """
  Returns the width in columns that values are shown in.

  ## Examples

      iex> IEx.width()
      80

  """
  @spec width() :: pos_integer
  def width, do: min(80, Application.get_env(:iex, :width, 80))

  @doc """
  Puts the escape sequences of a configured colour around text, if colours are enabled.

  ## Examples

      iex> IEx.color(:eval_error, "text")
      "text"

  """
  @spec color(atom, String.t()) :: String.t()
  def color(name, text) do
    if color_enabled?() do
      colors = configuration()[:colors]
      IO.iodata_to_binary(IO.ANSI.format_fragment([Keyword.get(colors, name, []), text | :reset], true))
    else
      text
    end
  end

  defp color_enabled?, do: configuration()[:colors][:enabled] == true

  @doc """
  Tells whether the shell runs. It does in a notebook.
  """
  @spec started?() :: boolean
  def started?, do: is_pid(Process.whereis(Jovial.CrashLog))

  @doc """
  Returns the value that hides a cell's result.

  ## Examples

      iex> IEx.dont_display_result()
      :"do not show this result in output"

  """
  @spec dont_display_result() :: :"do not show this result in output"
  def dont_display_result, do: :"do not show this result in output"
end
