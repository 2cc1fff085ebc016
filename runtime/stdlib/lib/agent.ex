defmodule Agent do
  @moduledoc """
  A state in a process of its own, changed by functions that are sent to it.

      iex> {:ok, basket} = Agent.start_link(fn -> [] end)
      iex> Agent.update(basket, fn fruits -> ["pear" | fruits] end)
      :ok
      iex> Agent.update(basket, fn fruits -> ["fig" | fruits] end)
      :ok
      iex> Agent.get(basket, &Enum.sort/1)
      ["fig", "pear"]

  The functions run in the agent, one after the other: while one runs, all others wait. So what takes long is better done
  outside, with what was got out of the agent.

  ## Under a supervisor

  `use Agent` gives a module the `child_spec/1` that a supervisor asks for:

      defmodule Basket do
        use Agent

        def start_link(fruits), do: Agent.start_link(fn -> fruits end, name: __MODULE__)
        def fruits, do: Agent.get(__MODULE__, & &1)
      end

  """

  @type on_start :: {:ok, pid} | {:error, {:already_started, pid} | term}
  @type name :: atom | {:global, term} | {:via, module, term}
  @type agent :: pid | {atom, node} | name
  @type state :: term

  @doc false
  defmacro __using__(options) do
    quote location: :keep, bind_quoted: [options: options] do
      unless Module.has_attribute?(__MODULE__, :doc) do
        @doc """
        Returns a specification to start this module under a supervisor.

        See `Supervisor`.
        """
      end

      def child_spec(arg) do
        Supervisor.child_spec(
          %{id: __MODULE__, start: {__MODULE__, :start_link, [arg]}},
          unquote(Macro.escape(options))
        )
      end

      defoverridable child_spec: 1
    end
  end

  @doc """
  Returns a specification to start an agent under a supervisor.

  ## Examples

      iex> Agent.child_spec(fn -> 1 end).id
      Agent

  """
  @doc since: "1.5.0"
  def child_spec(arg), do: %{id: Agent, start: {Agent, :start_link, [arg]}}

  @doc """
  Starts an agent that is linked to the calling process, with what `fun` returns as its state.

  Options are those of `GenServer.start_link/3`: `:name`, `:timeout`, `:debug`, `:spawn_opt`, `:hibernate_after`.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> 42 end)
      iex> Agent.get(agent, fn state -> state end)
      42

  """
  @spec start_link((-> term), GenServer.options()) :: on_start
  def start_link(fun, options \\ []) when is_function(fun, 0) do
    GenServer.start_link(Agent.Server, fun, options)
  end

  @doc """
  Starts a linked agent with what a function of a module returns.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(String, :upcase, ["up"])
      iex> Agent.get(agent, & &1)
      "UP"

  """
  @spec start_link(module, atom, [any], GenServer.options()) :: on_start
  def start_link(module, fun, args, options \\ []) do
    GenServer.start_link(Agent.Server, {module, fun, args}, options)
  end

  @doc """
  Starts an agent without a link, see `start_link/2`.

  ## Examples

      iex> {:ok, agent} = Agent.start(fn -> 1 end)
      iex> Agent.stop(agent)
      :ok

  """
  @spec start((-> term), GenServer.options()) :: on_start
  def start(fun, options \\ []) when is_function(fun, 0) do
    GenServer.start(Agent.Server, fun, options)
  end

  @doc """
  Starts an agent without a link with what a function of a module returns.

  ## Examples

      iex> {:ok, agent} = Agent.start(List, :duplicate, [0, 3])
      iex> Agent.get(agent, & &1)
      [0, 0, 0]
      iex> Agent.stop(agent)
      :ok

  """
  @spec start(module, atom, [any], GenServer.options()) :: on_start
  def start(module, fun, args, options \\ []) do
    GenServer.start(Agent.Server, {module, fun, args}, options)
  end

  @doc """
  Returns what `fun` makes of the state.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> 2 end)
      iex> Agent.get(agent, fn state -> state * 10 end)
      20

  """
  @spec get(agent, (state -> a), timeout) :: a when a: var
  def get(agent, fun, timeout \\ 5000) when is_function(fun, 1) do
    GenServer.call(agent, {:get, fun}, timeout)
  end

  @doc """
  Returns what a function of a module makes of the state, which is put before `args`.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> 17 end)
      iex> Agent.get(agent, Kernel, :rem, [5])
      2

  """
  @spec get(agent, module, atom, [term], timeout) :: any
  def get(agent, module, fun, args, timeout \\ 5000) do
    GenServer.call(agent, {:get, {module, fun, args}}, timeout)
  end

  @doc """
  Returns one thing and changes the state at once: `fun` gives both in a tuple.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> [:a, :b] end)
      iex> Agent.get_and_update(agent, fn [first | rest] -> {first, rest} end)
      :a
      iex> Agent.get(agent, & &1)
      [:b]

  """
  @spec get_and_update(agent, (state -> {a, state}), timeout) :: a when a: var
  def get_and_update(agent, fun, timeout \\ 5000) when is_function(fun, 1) do
    GenServer.call(agent, {:get_and_update, fun}, timeout)
  end

  @doc """
  Returns one thing and changes the state by a function of a module.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> [a: 1, b: 2] end)
      iex> Agent.get_and_update(agent, Keyword, :pop, [:a])
      1

  """
  @spec get_and_update(agent, module, atom, [term], timeout) :: any
  def get_and_update(agent, module, fun, args, timeout \\ 5000) do
    GenServer.call(agent, {:get_and_update, {module, fun, args}}, timeout)
  end

  @doc """
  Changes the state to what `fun` makes of it, and waits for that.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> 1 end)
      iex> Agent.update(agent, fn state -> state + 1 end)
      :ok
      iex> Agent.get(agent, & &1)
      2

  """
  @spec update(agent, (state -> state), timeout) :: :ok
  def update(agent, fun, timeout \\ 5000) when is_function(fun, 1) do
    GenServer.call(agent, {:update, fun}, timeout)
  end

  @doc """
  Changes the state by a function of a module.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> %{} end)
      iex> Agent.update(agent, Map, :put, [:key, :value])
      :ok
      iex> Agent.get(agent, & &1)
      %{key: :value}

  """
  @spec update(agent, module, atom, [term], timeout) :: :ok
  def update(agent, module, fun, args, timeout \\ 5000) do
    GenServer.call(agent, {:update, {module, fun, args}}, timeout)
  end

  @doc """
  Changes the state without waiting. Returns `:ok` even if there is no such agent.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> 1 end)
      iex> Agent.cast(agent, fn state -> state + 1 end)
      :ok
      iex> Agent.get(agent, & &1)
      2

  """
  @spec cast(agent, (state -> state)) :: :ok
  def cast(agent, fun) when is_function(fun, 1), do: GenServer.cast(agent, {:cast, fun})

  @doc """
  Changes the state by a function of a module, without waiting.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> 1 end)
      iex> Agent.cast(agent, Kernel, :+, [4])
      :ok
      iex> Agent.get(agent, & &1)
      5

  """
  @spec cast(agent, module, atom, [term]) :: :ok
  def cast(agent, module, fun, args), do: GenServer.cast(agent, {:cast, {module, fun, args}})

  @doc """
  Stops an agent with `reason` and waits for its end, as `GenServer.stop/3` does.

  ## Examples

      iex> {:ok, agent} = Agent.start_link(fn -> 1 end)
      iex> Agent.stop(agent)
      :ok

  """
  @spec stop(agent, reason :: term, timeout) :: :ok
  def stop(agent, reason \\ :normal, timeout \\ :infinity) do
    GenServer.stop(agent, reason, timeout)
  end
end
