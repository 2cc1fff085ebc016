defmodule Inspect.Opts do
  @moduledoc """
  The knobs that decide how a value is turned into text.

  An options struct travels with the value through `Inspect.Algebra.to_doc/2` and every implementation of the
  `Inspect` protocol. `inspect/2` and `IO.inspect/2` build one from their keyword list.

  Fields and their defaults:

    * `:base` (`:decimal`) - `:decimal`, `:binary`, `:octal` or `:hex`, for integers and for the bytes of binaries
    * `:binaries` (`:infer`) - `:as_strings` quotes every binary, `:as_binaries` shows every binary as `<<...>>`,
      `:infer` quotes those that are printable (and only while `:base` is `:decimal`)
    * `:charlists` (`:infer`) - `:as_charlists`, `:as_lists`, or `:infer`, which takes printable ASCII for text
    * `:custom_options` (`[]`) - a keyword list handed through untouched to implementations; the key `:sort_maps`
      is read by the one for maps and orders the pairs
    * `:inspect_fun` - the two-argument function called for each value, see `default_inspect_fun/0`
    * `:limit` (`50`) - how many items of collections to show, or `:infinity`
    * `:pretty` (`false`) - whether to break lines to fit `:width`
    * `:printable_limit` (`4096`) - how many characters of one string or charlist to show, or `:infinity`
    * `:safe` (`true`) - whether a failing implementation is reported inside the text rather than raised
    * `:structs` (`true`) - whether structs go through their implementation; otherwise they appear as maps
    * `:syntax_colors` (`[]`) - pairs of a type such as `:atom`, `:number` or `:string` and `t:IO.ANSI.ansidata/0`;
      the key `:reset` says what to emit after each coloured piece
    * `:width` (`80`) - columns in a line when `:pretty` is on, or `:infinity`

  ## Examples

      iex> inspect([255, 16], base: :hex)
      "[0xFF, 0x10]"
      iex> inspect([1, 2, 3, 4], limit: 2)
      "[1, 2, ...]"

  """

  # `:char_lists` is the spelling of old versions; the list implementation still honours it with a warning.
  defstruct base: :decimal,
            binaries: :infer,
            char_lists: :infer,
            charlists: :infer,
            custom_options: [],
            inspect_fun: &Inspect.inspect/2,
            limit: 50,
            pretty: false,
            printable_limit: 4096,
            safe: true,
            structs: true,
            syntax_colors: [],
            width: 80

  @type color_key :: atom

  @type t :: %__MODULE__{
          base: :decimal | :binary | :hex | :octal,
          binaries: :infer | :as_binaries | :as_strings,
          charlists: :infer | :as_lists | :as_charlists,
          custom_options: keyword,
          inspect_fun: (any, t -> Inspect.Algebra.t()),
          limit: non_neg_integer | :infinity,
          pretty: boolean,
          printable_limit: non_neg_integer | :infinity,
          safe: boolean,
          structs: boolean,
          syntax_colors: [{color_key, IO.ANSI.ansidata()}],
          width: non_neg_integer | :infinity
        }

  @default_fun_key {__MODULE__, :inspect_fun}

  @doc """
  Builds options from a keyword list, starting at the defaults.

  Keys that are no field are ignored. `:inspect_fun` starts as `default_inspect_fun/0`.

  ## Examples

      iex> opts = Inspect.Opts.new(limit: 3, no_such_field: true)
      iex> {opts.limit, opts.width}
      {3, 80}

  """
  @spec new(keyword()) :: t
  def new(opts) do
    struct(%Inspect.Opts{inspect_fun: default_inspect_fun()}, opts)
  end

  @doc """
  The function that new options start with, `Inspect.inspect/2` unless `default_inspect_fun/1` replaced it.

  ## Examples

      iex> Inspect.Opts.default_inspect_fun().(:ok, %Inspect.Opts{})
      ":ok"

  """
  @spec default_inspect_fun() :: (term, t -> Inspect.Algebra.t())
  def default_inspect_fun do
    :persistent_term.get(@default_fun_key, &Inspect.inspect/2)
  end

  @doc """
  Replaces the function that new options start with.

  It reaches every later inspection in the system, so it is a decision for an application (to keep secrets out of
  logs, for instance) and never for a library. Keep the former function and call it for what you don't change.

  ## Examples

      former = Inspect.Opts.default_inspect_fun()

      Inspect.Opts.default_inspect_fun(fn
        %{password: _} = map, opts -> former.(%{map | password: "***"}, opts)
        term, opts -> former.(term, opts)
      end)

  """
  @spec default_inspect_fun((term, t -> Inspect.Algebra.t())) :: :ok
  def default_inspect_fun(fun) when is_function(fun, 2) do
    :persistent_term.put(@default_fun_key, fun)
  end
end
