defmodule EEx.Engine do
  @moduledoc ~S"""
  How the parts of a template become code.

  An engine is a module with functions that are told of each part, in order, and thread a state: `c:init/1` makes it, `c:handle_text/3` and
  `c:handle_expr/3` take in text and expressions, `c:handle_begin/1` and `c:handle_end/1` surround the bodies of blocks, and `c:handle_body/1` gives the code
  of the whole. What they don't care for they can leave to the functions of this module, which join everything to a binary.

      defmodule Shouting do
        @behaviour EEx.Engine

        defdelegate init(options), to: EEx.Engine
        defdelegate handle_begin(state), to: EEx.Engine
        defdelegate handle_end(state), to: EEx.Engine
        defdelegate handle_body(state), to: EEx.Engine
        defdelegate handle_expr(state, marker, expr), to: EEx.Engine

        def handle_text(state, meta, text), do: EEx.Engine.handle_text(state, meta, String.upcase(text))
      end

  """

  @type state :: term

  @doc "Makes the state, of the options that the template was compiled with."
  @callback init(opts :: keyword) :: state

  @doc "Gives the code of the whole template."
  @callback handle_body(state) :: Macro.t()

  @doc "Takes in text."
  @callback handle_text(state, [line: pos_integer, column: pos_integer], text :: String.t()) :: state

  @doc "Takes in an expression, with what stood behind the `<%`: nothing, `=`, `/` or `|`."
  @callback handle_expr(state, marker :: String.t(), expr :: Macro.t()) :: state

  @doc "Makes the state for the body of a block."
  @callback handle_begin(state) :: state

  @doc "Gives the code of the body of a block."
  @callback handle_end(state) :: Macro.t()

  @doc false
  @deprecated "Use explicit delegation to EEx.Engine instead"
  defmacro __using__(_) do
    quote do
      @behaviour EEx.Engine

      def init(opts), do: EEx.Engine.init(opts)
      def handle_body(state), do: EEx.Engine.handle_body(state)
      def handle_begin(state), do: EEx.Engine.handle_begin(state)
      def handle_end(state), do: EEx.Engine.handle_end(state)
      def handle_text(state, text), do: EEx.Engine.handle_text(state, [], text)
      def handle_text(state, _meta, text), do: handle_text(state, text)
      def handle_expr(state, marker, expr), do: EEx.Engine.handle_expr(state, marker, expr)

      defoverridable EEx.Engine
    end
  end

  @doc """
  Turns `@name` into a look-up of an assign, and leaves other code as it is.

  ## Examples

      iex> {:var!, _, _} = {:var!, [], [:assigns]}
      iex> EEx.Engine.handle_assign({:sum, [], [1, 2]})
      {:sum, [], [1, 2]}

  """
  @spec handle_assign(Macro.t()) :: Macro.t()
  def handle_assign({:@, meta, [{name, _, atom}]}) when is_atom(name) and is_atom(atom) do
    line = meta[:line] || 0
    quote(line: line, do: EEx.Engine.fetch_assign!(var!(assigns), unquote(name)))
  end

  def handle_assign(arg), do: arg

  @doc false
  # What is not there is nil, with a warning.
  def fetch_assign!(assigns, key) do
    case Access.fetch(assigns, key) do
      {:ok, value} ->
        value

      :error ->
        keys = Enum.map(assigns, &elem(&1, 0))

        IO.warn(
          "assign @#{key} not available in EEx template. Please ensure all assigns are given as options. Available assigns: #{inspect(keys)}"
        )

        nil
    end
  end

  @doc """
  The state of this engine: the parts of a binary, code to run before it, and a count of variables.

  ## Examples

      iex> EEx.Engine.init([])
      %{binary: [], dynamic: [], vars_count: 0}

  """
  def init(_opts), do: %{binary: [], dynamic: [], vars_count: 0}

  @doc "Begins the body of a block. Variables are counted on: a block may leave its own to what follows it."
  def handle_begin(state), do: %{state | binary: [], dynamic: []}

  @doc "Ends the body of a block, as `handle_body/1` does a template."
  def handle_end(quoted), do: handle_body(quoted)

  @doc "Gives code that runs the expressions and builds a binary."
  def handle_body(%{binary: binary, dynamic: dynamic}) do
    {:__block__, [], Enum.reverse([{:<<>>, [], Enum.reverse(binary)} | dynamic])}
  end

  @doc """
  Takes in text.

  ## Examples

      iex> EEx.Engine.init([]) |> EEx.Engine.handle_text([line: 1], "some") |> Map.fetch!(:binary)
      ["some"]

  """
  def handle_text(state, _meta, text), do: %{state | binary: [text | state.binary]}

  @doc "Takes in an expression: `=` has its value in the text, without a marker it is only run."
  def handle_expr(state, "=", expr) do
    %{binary: binary, dynamic: dynamic, vars_count: count} = state
    variable = Macro.var(:"arg#{count}", __MODULE__)
    written = {{:., [], [{:__aliases__, [alias: false], [:String, :Chars]}, :to_string]}, [], [expr]}
    segment = {:"::", [], [variable, {:binary, [], __MODULE__}]}
    %{state | binary: [segment | binary], dynamic: [{:=, [], [variable, written]} | dynamic], vars_count: count + 1}
  end

  def handle_expr(state, "", expr), do: %{state | dynamic: [expr | state.dynamic]}

  def handle_expr(_state, marker, _expr) when marker in ["/", "|"] do
    raise EEx.SyntaxError, "unsupported EEx syntax <%#{marker} %> (the syntax is valid but not supported by the current EEx engine)"
  end
end

defmodule EEx.SmartEngine do
  @moduledoc """
  The engine that templates have by default: `EEx.Engine` with assigns.

  `@name` in a template stands for the value of `name` among the assigns, which are given as the variable `assigns`.

      iex> EEx.eval_string("<%= @greeting %>!", assigns: [greeting: "Good morning"])
      "Good morning!"

  An assign that is not there gives `nil` and a warning.
  """

  @behaviour EEx.Engine

  @doc "See `EEx.Engine.init/1`."
  @impl true
  defdelegate init(opts), to: EEx.Engine

  @doc "See `EEx.Engine.handle_body/1`."
  @impl true
  defdelegate handle_body(state), to: EEx.Engine

  @doc "See `EEx.Engine.handle_begin/1`."
  @impl true
  defdelegate handle_begin(state), to: EEx.Engine

  @doc "See `EEx.Engine.handle_end/1`."
  @impl true
  defdelegate handle_end(state), to: EEx.Engine

  @doc "See `EEx.Engine.handle_text/3`."
  @impl true
  defdelegate handle_text(state, meta, text), to: EEx.Engine

  @doc "Resolves the assigns in an expression, then does as `EEx.Engine.handle_expr/3`."
  @impl true
  def handle_expr(state, marker, expr) do
    EEx.Engine.handle_expr(state, marker, Macro.prewalk(expr, &EEx.Engine.handle_assign/1))
  end
end
