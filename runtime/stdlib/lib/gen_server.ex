defmodule GenServer do
  @moduledoc """
  Servers: processes that keep a state and answer messages one after the other.

  What all servers do is here; what makes a server its own is in a module of callbacks. Here is one that counts:

      defmodule Counter do
        use GenServer

        def start_link(first), do: GenServer.start_link(__MODULE__, first)
        def next(counter), do: GenServer.call(counter, :next)
        def reset(counter), do: GenServer.cast(counter, :reset)

        @impl true
        def init(first), do: {:ok, first}

        @impl true
        def handle_call(:next, _from, number), do: {:reply, number, number + 1}

        @impl true
        def handle_cast(:reset, _number), do: {:noreply, 0}
      end

      {:ok, counter} = Counter.start_link(5)
      Counter.next(counter)
      #=> 5
      Counter.next(counter)
      #=> 6

  `call/3` waits for an answer; `cast/2` does not. What arrives by `send/2` goes to `c:handle_info/2`.

  ## Names

  With the option `:name` a server can be called by other means than its pid:

    * an atom - a name of this node
    * `{:global, term}` - a name of all connected nodes
    * `{:via, module, term}` - a name kept by `module`, for example by `Registry`

  ## Answers of callbacks

  The last element of an answer may say what comes next: a number of milliseconds after which `:timeout` arrives as a message unless another
  comes before, `:hibernate`, or `{:continue, term}`, which calls `c:handle_continue/2` before anything else. A callback that
  raises ends the server, and so does `{:stop, reason, state}`; `c:terminate/2` then has the last word.

  ## Options of `use`

  `use GenServer` defines `child_spec/1` so that a supervisor can start the module, and takes its keys as options: `:id`, `:restart`, `:shutdown`,
  `:significant`. Callbacks that aren't written get a default.
  """

  @doc "Prepares the server; called in the new process, while `start_link/3` waits."
  @callback init(init_arg :: term) ::
              {:ok, state}
              | {:ok, state, timeout | :hibernate | {:continue, continue_arg :: term}}
              | :ignore
              | {:stop, reason :: any}
            when state: any

  @doc "Answers a `call/3`, at once or later by `reply/2`."
  @callback handle_call(request :: term, from, state :: term) ::
              {:reply, reply, new_state}
              | {:reply, reply, new_state, timeout | :hibernate | {:continue, continue_arg :: term}}
              | {:noreply, new_state}
              | {:noreply, new_state, timeout | :hibernate | {:continue, continue_arg :: term}}
              | {:stop, reason, reply, new_state}
              | {:stop, reason, new_state}
            when reply: term, new_state: term, reason: term

  @doc "Handles a `cast/2`."
  @callback handle_cast(request :: term, state :: term) ::
              {:noreply, new_state}
              | {:noreply, new_state, timeout | :hibernate | {:continue, continue_arg :: term}}
              | {:stop, reason :: term, new_state}
            when new_state: term

  @doc "Handles any other message, `:timeout` among them."
  @callback handle_info(msg :: :timeout | term, state :: term) ::
              {:noreply, new_state}
              | {:noreply, new_state, timeout | :hibernate | {:continue, continue_arg :: term}}
              | {:stop, reason :: term, new_state}
            when new_state: term

  @doc "Goes on with what a callback left by `{:continue, continue_arg}`."
  @callback handle_continue(continue_arg, state :: term) ::
              {:noreply, new_state}
              | {:noreply, new_state, timeout | :hibernate | {:continue, continue_arg}}
              | {:stop, reason :: term, new_state}
            when new_state: term, continue_arg: term

  @doc "Cleans up. It is not called if the server is killed, or ended by a link without trapping exits."
  @callback terminate(reason, state :: term) :: term
            when reason: :normal | :shutdown | {:shutdown, term} | term

  @doc "Takes over the state to a new version of the module."
  @callback code_change(old_vsn, state :: term, extra :: term) ::
              {:ok, new_state :: term} | {:error, reason :: term}
            when old_vsn: term | {:down, term}

  @doc "Says how the state is to be shown."
  @callback format_status(status :: map) :: map

  @doc "Says how the state is to be shown, in the older form."
  @doc deprecated: "Use format_status/1 callback instead"
  @callback format_status(reason, pdict_and_state :: list) :: term
            when reason: :normal | :terminate

  @optional_callbacks code_change: 3,
                      terminate: 2,
                      handle_info: 2,
                      handle_cast: 2,
                      handle_call: 3,
                      format_status: 1,
                      format_status: 2,
                      handle_continue: 2

  @typedoc "What the functions that start a server return."
  @type on_start :: {:ok, pid} | :ignore | {:error, {:already_started, pid} | term}

  @typedoc "A name for a server."
  @type name :: atom | {:global, term} | {:via, module, term}

  @typedoc "An option of the functions that start a server."
  @type option ::
          {:debug, debug}
          | {:name, name}
          | {:timeout, timeout}
          | {:spawn_opt, [Process.spawn_opt()]}
          | {:hibernate_after, timeout}
  @type options :: [option]

  @typedoc "Debugging options of `:sys`."
  @type debug :: [:trace | :log | :statistics | {:log_to_file, Path.t()}]

  @typedoc "Whatever finds a server."
  @type server :: pid | name | {atom, node}

  @typedoc "Who asks: a pid and the tag of the request."
  @type from :: {pid, tag :: term}

  @doc false
  defmacro __using__(options) do
    quote location: :keep, bind_quoted: [options: options] do
      @behaviour GenServer

      unless Module.has_attribute?(__MODULE__, :doc) do
        @doc """
        Returns a specification to start this module under a supervisor.

        See `Supervisor`.
        """
      end

      def child_spec(init_arg) do
        Supervisor.child_spec(
          %{id: __MODULE__, start: {__MODULE__, :start_link, [init_arg]}},
          unquote(Macro.escape(options))
        )
      end

      defoverridable child_spec: 1

      @before_compile GenServer

      @doc false
      def handle_call(request, _from, _state) do
        raise "attempted to call GenServer #{GenServer.__self__()} but no handle_call/3 clause was provided"
      end

      @doc false
      def handle_info(message, state) do
        GenServer.__unexpected__(__MODULE__, message)
        {:noreply, state}
      end

      @doc false
      def handle_cast(request, _state) do
        raise "attempted to cast GenServer #{GenServer.__self__()} but no handle_cast/2 clause was provided"
      end

      @doc false
      def terminate(_reason, _state), do: :ok

      @doc false
      def code_change(_old_version, state, _extra), do: {:ok, state}

      defoverridable code_change: 3, terminate: 2, handle_info: 2, handle_cast: 2, handle_call: 3
    end
  end

  @doc false
  defmacro __before_compile__(env) do
    unless Module.defines?(env.module, {:init, 1}) do
      IO.warn(
        """
        function init/1 required by behaviour GenServer is not implemented \
        (in module #{inspect(env.module)}).

        We will inject a default implementation for now:

            def init(init_arg) do
              {:ok, init_arg}
            end

        You can copy the implementation above or define your own that converts \
        the arguments given to GenServer.start_link/3 to the server state.
        """,
        env
      )

      quote do
        @doc false
        def init(init_arg), do: {:ok, init_arg}

        defoverridable init: 1
      end
    end
  end

  @doc false
  def __self__ do
    case Process.info(self(), :registered_name) do
      {_, name} when is_atom(name) -> inspect(name)
      _none -> inspect(self())
    end
  end

  @doc false
  def __unexpected__(module, message) do
    name =
      case Process.info(self(), :registered_name) do
        {_, name} when is_atom(name) -> name
        _none -> self()
      end

    :logger.error(
      %{
        label: {GenServer, :no_handle_info},
        report: %{module: module, message: message, name: name}
      },
      %{
        domain: [:otp, :elixir],
        error_logger: %{tag: :error_msg},
        report_cb: &GenServer.format_report/1
      }
    )
  end

  @doc false
  def format_report(%{
        label: {GenServer, :no_handle_info},
        report: %{module: module, message: message, name: name}
      }) do
    {~c"~p ~p received unexpected message in handle_info/2: ~p~n", [module, name, message]}
  end

  @doc """
  Starts a server that is linked to the calling process.

  `module` is the callback module, whose `c:init/1` gets `init_arg`; the function returns when that is done. Options:

    * `:name` - registers the server, see the section on names
    * `:timeout` - how long `c:init/1` may take
    * `:hibernate_after` - hibernates after that time without messages
    * `:debug` - turns on functions of `:sys`
    * `:spawn_opt` - options for the new process

  ## Examples

      iex> {:ok, server} = GenServer.start_link(Agent.Server, fn -> :state end)
      iex> :sys.get_state(server)
      :state

  """
  @spec start_link(module, term, options) :: on_start
  def start_link(module, init_arg, options \\ []) when is_atom(module) and is_list(options) do
    case Keyword.pop(options, :name) do
      {nil, options} -> :gen_server.start_link(module, init_arg, options)
      {name, options} -> :gen_server.start_link(full_name(name), module, init_arg, options)
    end
  end

  @doc """
  Starts a server without a link. Takes what `start_link/3` takes.

  ## Examples

      iex> {:ok, server} = GenServer.start(Agent.Server, fn -> 0 end, name: :an_unlinked_server)
      iex> GenServer.whereis(:an_unlinked_server) == server
      true
      iex> GenServer.stop(server)
      :ok

  """
  @spec start(module, term, options) :: on_start
  def start(module, init_arg, options \\ []) when is_atom(module) and is_list(options) do
    case Keyword.pop(options, :name) do
      {nil, options} -> :gen_server.start(module, init_arg, options)
      {name, options} -> :gen_server.start(full_name(name), module, init_arg, options)
    end
  end

  defp full_name(name) when is_atom(name), do: {:local, name}
  defp full_name({:global, _term} = name), do: name
  defp full_name({:via, module, _term} = name) when is_atom(module), do: name

  defp full_name(other) do
    raise ArgumentError, """
    expected :name option to be one of the following:

      * nil
      * atom
      * {:global, term}
      * {:via, module, term}

    Got: #{inspect(other)}
    """
  end

  @doc """
  Stops a server with `reason`, and waits for its end.

  Exits if the server isn't there, ends for another reason, or has not ended when `timeout` is over. Any reason but `:normal`, `:shutdown` and
  `{:shutdown, term}` is logged.

  ## Examples

      iex> {:ok, server} = GenServer.start_link(Agent.Server, fn -> nil end)
      iex> GenServer.stop(server)
      :ok

  """
  @spec stop(server, reason :: term, timeout) :: :ok
  def stop(server, reason \\ :normal, timeout \\ :infinity) do
    case whereis(server) do
      nil ->
        exit({:noproc, {__MODULE__, :stop, [server, reason, timeout]}})

      pid when pid == self() ->
        exit({:calling_self, {__MODULE__, :stop, [server, reason, timeout]}})

      found ->
        try do
          :proc_lib.stop(found, reason, timeout)
        catch
          :exit, failure -> exit({failure, {__MODULE__, :stop, [server, reason, timeout]}})
        end
    end
  end

  @doc """
  Sends a request and waits for the answer.

  If the server isn't there, ends before it answers, or does not answer within `timeout` milliseconds, the calling process exits. An answer
  that comes after the timeout is dropped.

  ## Examples

      iex> {:ok, server} = GenServer.start_link(Agent.Server, fn -> [1, 2] end)
      iex> GenServer.call(server, {:get, &length/1})
      2
      iex> try do
      ...>   GenServer.call(:no_such_server, :hello)
      ...> catch
      ...>   :exit, reason -> reason
      ...> end
      {:noproc, {GenServer, :call, [:no_such_server, :hello, 5000]}}

  """
  @spec call(server, term, timeout) :: term
  def call(server, request, timeout \\ 5000)
      when (is_integer(timeout) and timeout >= 0) or timeout == :infinity do
    case whereis(server) do
      nil ->
        exit({:noproc, {__MODULE__, :call, [server, request, timeout]}})

      pid when pid == self() ->
        exit({:calling_self, {__MODULE__, :call, [server, request, timeout]}})

      found ->
        try do
          :gen.call(found, :"$gen_call", request, timeout)
        catch
          :exit, reason -> exit({reason, {__MODULE__, :call, [server, request, timeout]}})
        else
          {:ok, answer} -> answer
        end
    end
  end

  @doc """
  Sends a request that gets no answer.

  Returns `:ok` whether or not there is such a server.

  ## Examples

      iex> {:ok, server} = GenServer.start_link(Agent.Server, fn -> 1 end)
      iex> GenServer.cast(server, {:cast, &(&1 + 1)})
      :ok
      iex> :sys.get_state(server)
      2
      iex> GenServer.cast(:no_such_server, :hello)
      :ok

  """
  @spec cast(server, term) :: :ok
  def cast(server, request)

  def cast(server, request) when is_pid(server) do
    send(server, {:"$gen_cast", request})
    :ok
  end

  def cast({:global, name}, request), do: deliver(fn -> :global.send(name, {:"$gen_cast", request}) end)
  def cast({:via, module, name}, request), do: deliver(fn -> module.send(name, {:"$gen_cast", request}) end)

  def cast({name, node}, request) when is_atom(name) and is_atom(node) do
    deliver(fn -> send({name, node}, {:"$gen_cast", request}) end)
  end

  def cast(server, request) when is_atom(server), do: deliver(fn -> send(server, {:"$gen_cast", request}) end)

  defp deliver(send) do
    send.()
    :ok
  catch
    _kind, _nobody -> :ok
  end

  @doc """
  Casts to the servers of a name on several nodes.

  ## Examples

      iex> GenServer.abcast([node()], :no_such_server, :hello)
      :abcast

  """
  @spec abcast([node], atom, term) :: :abcast
  def abcast(nodes \\ [node() | Node.list()], name, request) when is_list(nodes) and is_atom(name) do
    for node <- nodes, do: cast({name, node}, request)
    :abcast
  end

  @doc """
  Calls the servers of a name on several nodes.

  Returns the answers by node, and the nodes that gave none.

  ## Examples

      iex> {:ok, _} = GenServer.start_link(Agent.Server, fn -> 3 end, name: :everywhere)
      iex> GenServer.multi_call([node()], :everywhere, {:get, & &1})
      {[{node(), 3}], []}

  """
  @spec multi_call([node], atom, term, timeout) ::
          {replies :: [{node, term}], bad_nodes :: [node]}
  def multi_call(nodes \\ [node() | Node.list()], name, request, timeout \\ :infinity) do
    :gen_server.multi_call(nodes, name, request, timeout)
  end

  @doc """
  Answers a call.

  That is for servers that answer later than in `c:handle_call/3`, or by another process. `client` is the second argument of that callback.

  ## Examples

      iex> tag = make_ref()
      iex> GenServer.reply({self(), tag}, :answer)
      iex> receive do
      ...>   {^tag, answer} -> answer
      ...> end
      :answer

  """
  @spec reply(from, term) :: :ok
  defdelegate reply(client, reply), to: :gen

  @doc """
  Finds a server: a pid, or `{name, node}` for one on another node, or `nil`.

  ## Examples

      iex> GenServer.whereis(self()) == self()
      true
      iex> GenServer.whereis(:no_such_server)
      nil

  """
  @spec whereis(server) :: pid | {atom, node} | nil
  def whereis(server)
  def whereis(nil), do: nil
  def whereis(pid) when is_pid(pid), do: pid
  def whereis(name) when is_atom(name), do: found(:erlang.whereis(name))
  def whereis({:global, name}), do: found(:global.whereis_name(name))
  def whereis({:via, module, name}), do: found(module.whereis_name(name))
  def whereis({name, node}) when is_atom(name) and node == node(), do: whereis(name)
  def whereis({name, node} = server) when is_atom(name) and is_atom(node), do: server

  defp found(:undefined), do: nil
  defp found(pid), do: pid
end
