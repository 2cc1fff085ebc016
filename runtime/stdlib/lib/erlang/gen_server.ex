defmodule :gen_server do
  @moduledoc """
  Servers: processes that keep a state and answer requests in turn.

  What a server does is in its callback module; `GenServer` is the way to write one in Elixir. This module runs it:

      iex> {:ok, server} = :gen_server.start(Agent.Server, fn -> 20 end, [])
      iex> :gen_server.call(server, {:get, fn state -> state + 1 end})
      21
      iex> :gen_server.stop(server)
      :ok

  """

  # A running server is a `loop/4` of:
  #
  #   * `server`, which never changes: `{parent, name, module, hibernate_after}`
  #   * `state`, the callback module's own
  #   * `next`, what to do before or while waiting: a timeout, `:hibernate` or `{:continue, term}`
  #   * `debug`, the debugging state of `:sys`, most often `[]`

  @type from :: {pid, term}
  @type server_ref :: pid | atom | {atom, node} | {:global, term} | {:via, module, term}
  @type server_name :: {:local, atom} | {:global, term} | {:via, module, term}
  @type action :: timeout | :hibernate | {:continue, term}

  @callback init(args :: term) ::
              {:ok, state :: term}
              | {:ok, state :: term, action}
              | {:stop, reason :: term}
              | :ignore
  @callback handle_call(request :: term, from, state :: term) ::
              {:reply, reply :: term, new_state :: term}
              | {:reply, reply :: term, new_state :: term, action}
              | {:noreply, new_state :: term}
              | {:noreply, new_state :: term, action}
              | {:stop, reason :: term, reply :: term, new_state :: term}
              | {:stop, reason :: term, new_state :: term}
  @callback handle_cast(request :: term, state :: term) ::
              {:noreply, new_state :: term}
              | {:noreply, new_state :: term, action}
              | {:stop, reason :: term, new_state :: term}
  @callback handle_info(message :: term, state :: term) ::
              {:noreply, new_state :: term}
              | {:noreply, new_state :: term, action}
              | {:stop, reason :: term, new_state :: term}
  @callback handle_continue(argument :: term, state :: term) ::
              {:noreply, new_state :: term}
              | {:noreply, new_state :: term, action}
              | {:stop, reason :: term, new_state :: term}
  @callback terminate(reason :: term, state :: term) :: term
  @callback code_change(old_version :: term, state :: term, extra :: term) ::
              {:ok, new_state :: term} | {:error, reason :: term}
  @callback format_status(status :: map) :: map
  @callback format_status(option :: :normal | :terminate, [term]) :: term

  @optional_callbacks handle_info: 2,
                      handle_continue: 2,
                      terminate: 2,
                      code_change: 3,
                      format_status: 1,
                      format_status: 2

  # ## Starting and stopping

  @doc "Starts a server without a link."
  @spec start(module, term, list) :: term
  def start(module, args, options) when is_atom(module) and is_list(options) do
    :gen.start(:gen_server, :nolink, module, args, options)
  end

  def start(_module, _args, _options), do: :erlang.error(:badarg)

  @doc "Starts a named server without a link."
  @spec start(server_name, module, term, list) :: term
  def start(name, module, args, options)
      when is_tuple(name) and is_atom(module) and is_list(options) do
    :gen.start(:gen_server, :nolink, name, module, args, options)
  end

  def start(_name, _module, _args, _options), do: :erlang.error(:badarg)

  @doc "Starts a linked server."
  @spec start_link(module, term, list) :: term
  def start_link(module, args, options) when is_atom(module) and is_list(options) do
    :gen.start(:gen_server, :link, module, args, options)
  end

  def start_link(_module, _args, _options), do: :erlang.error(:badarg)

  @doc "Starts a linked, named server."
  @spec start_link(server_name, module, term, list) :: term
  def start_link(name, module, args, options)
      when is_tuple(name) and is_atom(module) and is_list(options) do
    :gen.start(:gen_server, :link, name, module, args, options)
  end

  def start_link(_name, _module, _args, _options), do: :erlang.error(:badarg)

  @doc "Starts a server and watches it: `{:ok, {pid, ref}}`."
  @spec start_monitor(module, term, list) :: term
  def start_monitor(module, args, options) when is_atom(module) and is_list(options) do
    :gen.start(:gen_server, :monitor, module, args, options)
  end

  def start_monitor(_module, _args, _options), do: :erlang.error(:badarg)

  @doc "Starts a named server and watches it: `{:ok, {pid, ref}}`."
  @spec start_monitor(server_name, module, term, list) :: term
  def start_monitor(name, module, args, options)
      when is_tuple(name) and is_atom(module) and is_list(options) do
    :gen.start(:gen_server, :monitor, name, module, args, options)
  end

  def start_monitor(_name, _module, _args, _options), do: :erlang.error(:badarg)

  @doc "Stops a server with the reason `:normal`."
  @spec stop(server_ref) :: :ok
  def stop(server), do: :gen.stop(server)

  @doc "Stops a server with a reason, and waits for its end."
  @spec stop(server_ref, term, timeout) :: :ok
  def stop(server, reason, timeout), do: :gen.stop(server, reason, timeout)

  # ## Requests

  @doc "Calls a server and waits five seconds for the answer."
  @spec call(server_ref, term) :: term
  def call(server, request) do
    {:ok, answer} = :gen.call(server, :"$gen_call", request)
    answer
  catch
    :exit, reason -> exit({reason, {:gen_server, :call, [server, request]}})
  end

  @doc "Calls a server and waits for the answer."
  @spec call(server_ref, term, timeout) :: term
  def call(server, request, timeout) do
    {:ok, answer} = :gen.call(server, :"$gen_call", request, timeout)
    answer
  catch
    :exit, reason -> exit({reason, {:gen_server, :call, [server, request, timeout]}})
  end

  @doc "Sends a request that has no answer."
  @spec cast(server_ref, term) :: :ok
  def cast({:global, name}, request), do: quietly(fn -> :global.send(name, {:"$gen_cast", request}) end)

  def cast({:via, registry, name}, request) do
    quietly(fn -> registry.send(name, {:"$gen_cast", request}) end)
  end

  def cast(server, request) when is_pid(server) or is_atom(server) or is_tuple(server) do
    send(server, {:"$gen_cast", request})
    :ok
  catch
    _kind, _nobody -> :ok
  end

  defp quietly(send) do
    send.()
    :ok
  catch
    _kind, _nobody -> :ok
  end

  @doc "Answers a call."
  @spec reply(from, term) :: :ok
  def reply(from, answer), do: :gen.reply(from, answer)

  @doc "Sends a request whose answer is waited for later."
  @spec send_request(server_ref, term) :: reference
  def send_request(server, request), do: :gen.send_request(server, :"$gen_call", request)

  @doc "Sends a request and adds it to a collection."
  @spec send_request(server_ref, term, term, map) :: map
  def send_request(server, request, label, collection) do
    :gen.send_request(server, :"$gen_call", request, label, collection)
  end

  @doc "Waits for the answer of a request."
  @spec wait_response(reference, timeout) :: {:reply, term} | :timeout | {:error, term}
  def wait_response(request, timeout), do: :gen.wait_response(request, timeout)

  @doc "Waits for an answer to one of a collection."
  @spec wait_response(map, timeout, boolean) :: {term, term, map} | :no_request | :timeout
  def wait_response(collection, timeout, delete?) do
    :gen.wait_response(collection, timeout, delete?)
  end

  @doc "Waits for the answer of a request and then gives it up."
  @spec receive_response(reference, timeout) :: {:reply, term} | :timeout | {:error, term}
  def receive_response(request, timeout), do: :gen.receive_response(request, timeout)

  @doc "Waits for an answer to one of a collection and then gives all up."
  @spec receive_response(map, timeout, boolean) :: {term, term, map} | :no_request | :timeout
  def receive_response(collection, timeout, delete?) do
    :gen.receive_response(collection, timeout, delete?)
  end

  @doc "Tells whether a message answers a request."
  @spec check_response(term, reference) :: {:reply, term} | :no_reply | {:error, term}
  def check_response(message, request), do: :gen.check_response(message, request)

  @doc "Tells whether a message answers one of a collection."
  @spec check_response(term, map, boolean) :: {term, term, map} | :no_request | :no_reply
  def check_response(message, collection, delete?) do
    :gen.check_response(message, collection, delete?)
  end

  @doc "An empty collection of requests."
  @spec reqids_new() :: map
  def reqids_new, do: :gen.reqids_new()

  @doc "The size of a collection of requests."
  @spec reqids_size(map) :: non_neg_integer
  def reqids_size(collection), do: :gen.reqids_size(collection)

  @doc "Adds a request to a collection."
  @spec reqids_add(reference, term, map) :: map
  def reqids_add(request, label, collection), do: :gen.reqids_add(request, label, collection)

  @doc "The requests of a collection."
  @spec reqids_to_list(map) :: [{reference, term}]
  def reqids_to_list(collection), do: :gen.reqids_to_list(collection)

  # ## Several nodes

  @doc "Casts to the servers of a name on all nodes."
  @spec abcast(atom, term) :: :abcast
  def abcast(name, request), do: abcast([node() | :erlang.nodes()], name, request)

  @doc "Casts to the servers of a name on some nodes."
  @spec abcast([node], atom, term) :: :abcast
  def abcast(nodes, name, request) when is_list(nodes) and is_atom(name) do
    for node <- nodes, do: cast({name, node}, request)
    :abcast
  end

  @doc "Calls the servers of a name on all nodes."
  @spec multi_call(atom, term) :: {list, list}
  def multi_call(name, request), do: multi_call([node() | :erlang.nodes()], name, request)

  @doc "Calls the servers of a name on some nodes."
  @spec multi_call([node], atom, term) :: {list, list}
  def multi_call(nodes, name, request), do: multi_call(nodes, name, request, :infinity)

  @doc "Calls the servers of a name on some nodes; returns the answers and the nodes that gave none."
  @spec multi_call([node], atom, term, timeout) :: {list, list}
  def multi_call(nodes, name, request, timeout) when is_list(nodes) and is_atom(name) do
    requests = for node <- nodes, do: {node, send_request({name, node}, request)}

    limit =
      if timeout == :infinity,
        do: :infinity,
        else: {:abs, :erlang.monotonic_time(:millisecond) + timeout}

    answers = for {node, request} <- requests, do: {node, receive_response(request, limit)}

    {for({node, {:reply, answer}} <- answers, do: {node, answer}),
     for({node, failure} <- answers, not match?({:reply, _}, failure), do: node)}
  end

  # ## The beginning

  @doc "Makes a server of the calling process, which `:proc_lib` must have started."
  @spec enter_loop(module, list, term) :: no_return
  def enter_loop(module, options, state), do: enter_loop(module, options, state, self(), :infinity)

  @doc "Makes a server of the calling process, with a name or an action."
  @spec enter_loop(module, list, term, term) :: no_return
  def enter_loop(module, options, state, name) when is_tuple(name) and elem(name, 0) != :continue do
    enter_loop(module, options, state, name, :infinity)
  end

  def enter_loop(module, options, state, name) when is_pid(name) do
    enter_loop(module, options, state, name, :infinity)
  end

  def enter_loop(module, options, state, next), do: enter_loop(module, options, state, self(), next)

  @doc "Makes a server of the calling process, with a name and an action."
  @spec enter_loop(module, list, term, term, action) :: no_return
  def enter_loop(module, options, state, name, next) when is_atom(module) and is_list(options) do
    name = :gen.get_proc_name(name)
    server = {:gen.get_parent(), name, module, :gen.hibernate_after(options)}
    loop(server, state, next, :gen.debug_options(name, options))
  end

  # What a callback may say about what to do next; anything else makes its answer a bad one.
  defguardp is_next(next)
            when (is_integer(next) and next >= 0) or next in [:infinity, :hibernate] or
                   (is_tuple(next) and tuple_size(next) == 2 and elem(next, 0) == :continue)

  @doc false
  def init_it(starter, :self, name, module, args, options) do
    init_it(starter, self(), name, module, args, options)
  end

  def init_it(starter, parent, full_name, module, args, options) do
    name = :gen.name(full_name)
    debug = :gen.debug_options(name, options)
    server = {parent, name, module, :gen.hibernate_after(options)}

    case begin(module, args) do
      {:returned, {:ok, state}} ->
        :proc_lib.init_ack(starter, {:ok, self()})
        loop(server, state, :infinity, debug)

      {:returned, {:ok, state, next}} when is_next(next) ->
        :proc_lib.init_ack(starter, {:ok, self()})
        loop(server, state, next, debug)

      {:returned, {:stop, reason}} ->
        give_up(starter, full_name, {:error, reason})
        exit(reason)

      {:returned, :ignore} ->
        give_up(starter, full_name, :ignore)
        exit(:normal)

      {:returned, other} ->
        give_up(starter, full_name, {:error, {:bad_return_value, other}})
        exit({:bad_return_value, other})

      {:raised, kind, reason, stacktrace} ->
        give_up(starter, full_name, {:error, exit_reason(kind, reason, stacktrace)})
        :erlang.raise(kind, reason, stacktrace)
    end
  end

  # Whoever started us may start another at once, so the name must be free before it is told.
  defp give_up(starter, name, answer) do
    :gen.unregister_name(name)
    :proc_lib.init_ack(starter, answer)
  end

  # A callback may throw what it could have returned.
  defp begin(module, args) do
    {:returned, module.init(args)}
  catch
    :throw, value -> {:returned, value}
    kind, reason -> {:raised, kind, reason, __STACKTRACE__}
  end

  # ## The loop

  # Only who traces a server is told what it does, so only then is there something to tell.
  defmacrop note(debug, server, event) do
    quote do
      case unquote(debug) do
        [] -> []
        debug -> :sys.handle_debug(debug, &print_event/3, elem(unquote(server), 1), unquote(event))
      end
    end
  end

  defp loop(server, state, {:continue, argument} = next, debug) do
    elem(server, 2).handle_continue(argument, state)
  catch
    :throw, value -> after_message(value, server, state, :undefined, next, note(debug, server, next))
    kind, reason -> failed({kind, reason, __STACKTRACE__}, server, state, :undefined, next, note(debug, server, next))
  else
    returned -> after_message(returned, server, state, :undefined, next, note(debug, server, next))
  end

  defp loop(server, state, :hibernate, debug), do: hibernate(server, state, debug)

  defp loop(server, state, :infinity, debug), do: idle(server, state, debug)

  defp loop(server, state, timeout, debug) do
    receive do
      message -> message(message, server, state, timeout, debug)
    after
      timeout -> message(:timeout, server, state, timeout, debug)
    end
  end

  # Without a timeout of its own a server may be one that hibernates after some time.
  # What servers are asked most, and nobody traces, goes the shortest way; so do the usual answers below.
  defp idle({_, _, _, hibernate_after} = server, state, debug) do
    receive do
      {:"$gen_cast", request} = message when debug == [] -> handle_cast(request, message, server, state, [])
      {:"$gen_call", from, request} when debug == [] -> handle_call(request, from, server, state, [])
      message -> message(message, server, state, :infinity, debug)
    after
      hibernate_after -> hibernate(server, state, debug)
    end
  end

  defp hibernate(server, state, debug) do
    :proc_lib.hibernate(:gen_server, :wake_hib, awake(server, state, debug))
  end

  defp awake({parent, name, module, hibernate_after}, state, debug) do
    [parent, name, state, module, hibernate_after, debug]
  end

  @doc false
  def wake_hib(parent, name, state, module, hibernate_after, debug) do
    server = {parent, name, module, hibernate_after}

    receive do
      message -> message(message, server, state, :hibernate, debug)
    end
  end

  defp message({:system, from, request}, {parent, _, _, _} = server, state, next, debug) do
    hibernating? = next == :hibernate
    :sys.handle_system_msg(request, from, parent, :gen_server, debug, {server, state, next}, hibernating?)
  end

  defp message({:EXIT, parent, reason} = message, {parent, _, _, _} = server, state, _next, debug) do
    terminate(server, state, reason, {:exit, reason, []}, reason, :undefined, message, debug)
  end

  defp message({:"$gen_call", from, request} = message, server, state, _next, debug) do
    handle_call(request, from, server, state, note(debug, server, {:in, message}))
  end

  defp message({:"$gen_cast", request} = message, server, state, _next, debug) do
    handle_cast(request, message, server, state, note(debug, server, {:in, message}))
  end

  defp message(message, server, state, _next, debug) do
    handle_info(message, server, state, note(debug, server, {:in, message}))
  end

  # ## Callbacks. What they throw counts as returned; what follows is no part of what is guarded

  defp handle_call(request, from, server, state, debug) do
    elem(server, 2).handle_call(request, from, state)
  catch
    :throw, value -> after_call(value, server, state, from, request, debug)
    kind, reason -> failed({kind, reason, __STACKTRACE__}, server, state, from, request, debug)
  else
    {:reply, answer, state} when debug == [] ->
      reply(from, answer)
      idle(server, state, [])

    returned ->
      after_call(returned, server, state, from, request, debug)
  end

  defp handle_cast(request, message, server, state, debug) do
    elem(server, 2).handle_cast(request, state)
  catch
    :throw, value -> after_message(value, server, state, :undefined, message, debug)
    kind, reason -> failed({kind, reason, __STACKTRACE__}, server, state, :undefined, message, debug)
  else
    {:noreply, state} when debug == [] -> idle(server, state, [])
    returned -> after_message(returned, server, state, :undefined, message, debug)
  end

  # A module without `handle_info/2` loses messages, but not without a word.
  defp handle_info(message, server, state, debug) do
    elem(server, 2).handle_info(message, state)
  catch
    :throw, value ->
      after_message(value, server, state, :undefined, message, debug)

    kind, reason ->
      stacktrace = __STACKTRACE__
      module = elem(server, 2)

      if {kind, reason} == {:error, :undef} and not :erlang.function_exported(module, :handle_info, 2) do
        unhandled(module, message)
        after_message({:noreply, state}, server, state, :undefined, message, debug)
      else
        failed({kind, reason, stacktrace}, server, state, :undefined, message, debug)
      end
  else
    returned -> after_message(returned, server, state, :undefined, message, debug)
  end

  defp unhandled(module, message) do
    :logger.warning(
      %{label: {:gen_server, :no_handle_info}, module: module, message: message},
      %{
        domain: [:otp],
        report_cb: &:gen_server.format_log/2,
        error_logger: %{tag: :warning_msg, report_cb: &:gen_server.format_log/1}
      }
    )
  end

  # ## What they returned

  defp after_call({:reply, answer, state}, server, _state, from, _request, debug) do
    idle(server, state, answer(server, from, answer, state, debug))
  end

  defp after_call({:reply, answer, state, next}, server, _state, from, _request, debug) when is_next(next) do
    loop(server, state, next, answer(server, from, answer, state, debug))
  end

  defp after_call({:stop, reason, answer, state}, server, _state, from, request, debug) do
    terminate(server, state, reason, {:exit, reason, []}, reason, from, request, debug)
  after
    answer(server, from, answer, state, debug)
  end

  defp after_call(returned, server, state, from, request, debug) do
    after_message(returned, server, state, from, request, debug)
  end

  defp answer(server, from, answer, state, debug) do
    reply(from, answer)
    note(debug, server, {:out, answer, from, state})
  end

  defp after_message({:noreply, state}, server, _state, _from, _message, debug) do
    idle(server, state, note(debug, server, {:noreply, state}))
  end

  defp after_message({:noreply, state, next}, server, _state, _from, _message, debug) when is_next(next) do
    loop(server, state, next, note(debug, server, {:noreply, state}))
  end

  defp after_message({:stop, reason, state}, server, _state, from, message, debug) do
    terminate(server, state, reason, {:exit, reason, []}, reason, from, message, debug)
  end

  defp after_message(returned, server, state, from, message, debug) do
    reason = {:bad_return_value, returned}
    terminate(server, state, reason, {:exit, reason, []}, reason, from, message, debug)
  end

  defp failed({kind, reason, stacktrace} = raised, server, state, from, message, debug) do
    shown = if kind == :exit, do: {reason, stacktrace}, else: exit_reason(kind, reason, stacktrace)
    told = exit_reason(kind, reason, stacktrace)
    terminate(server, state, told, raised, shown, from, message, debug)
  end

  # ## The end

  # `told` goes to the callback, `raised` is how the process ends, `shown` is what the log says.
  defp terminate({_, name, module, _}, state, told, raised, shown, from, message, debug) do
    case last_words(module, told, state) do
      :ok ->
        unless quiet?(raised), do: report(name, module, state, shown, from, message, debug)
        leave(raised)

      {kind, reason, stacktrace} = failed ->
        report(name, module, state, {reason, stacktrace}, from, message, debug)
        _ = kind
        leave(failed)
    end
  end

  defp last_words(module, reason, state) do
    if :erlang.function_exported(module, :terminate, 2), do: module.terminate(reason, state)
    :ok
  catch
    :throw, _value -> :ok
    kind, reason -> {kind, reason, __STACKTRACE__}
  end

  defp quiet?({:exit, :normal, _}), do: true
  defp quiet?({:exit, :shutdown, _}), do: true
  defp quiet?({:exit, {:shutdown, _}, _}), do: true
  defp quiet?(_failure), do: false

  defp leave({:exit, reason, []}), do: exit(reason)
  defp leave({kind, reason, stacktrace}), do: :erlang.raise(kind, reason, stacktrace)

  defp exit_reason(:error, reason, stacktrace), do: {reason, stacktrace}
  defp exit_reason(_exit, reason, _stacktrace), do: reason

  # An application that is stopped ends its processes in order; that is no news.
  defp report(name, module, state, reason, from, message, debug) do
    status =
      :gen.format_status(
        module,
        :terminate,
        %{state: state, message: message, reason: reason, log: :sys.get_log(debug)},
        [:erlang.get(), state]
      )

    state =
      case status do
        %{:"$status" => shown} -> shown
        %{state: shown} -> shown
      end

    :logger.error(
      %{
        label: {:gen_server, :terminate},
        name: name,
        last_message: status.message,
        state: state,
        log: status.log,
        reason: status.reason,
        client_info: client(from)
      },
      %{
        domain: [:otp],
        report_cb: &:gen_server.format_log/2,
        error_logger: %{tag: :error, report_cb: &:gen_server.format_log/1}
      }
    )
  end

  defp client({pid, _tag}) when is_pid(pid) and node(pid) == node() do
    case :erlang.process_info(pid, [:current_stacktrace, :registered_name]) do
      [{:current_stacktrace, stacktrace}, {:registered_name, []}] -> {pid, {pid, stacktrace}}
      [{:current_stacktrace, stacktrace}, {:registered_name, name}] -> {pid, {name, stacktrace}}
      _gone -> {pid, :dead}
    end
  end

  defp client({pid, _tag}) when is_pid(pid), do: {pid, :remote}
  defp client(_none), do: :undefined

  # ## Under `:sys`

  @doc false
  def system_continue(_parent, debug, {server, state, next}), do: loop(server, state, next, debug)

  @doc false
  def system_terminate(reason, _parent, debug, {server, state, _next}) do
    terminate(server, state, reason, {:exit, reason, []}, reason, :undefined, [], debug)
  end

  @doc false
  def system_code_change({{_, _, module, _} = server, state, next}, _module, old_version, extra) do
    case module.code_change(old_version, state, extra) do
      {:ok, state} -> {:ok, {server, state, next}}
      other -> other
    end
  end

  @doc false
  def system_get_state({_server, state, _next}), do: {:ok, state}

  @doc false
  def system_replace_state(replace, {server, state, next}) do
    state = replace.(state)
    {:ok, state, {server, state, next}}
  end

  @doc false
  def format_status(option, [dictionary, running, parent, debug, {{_, name, module, _}, state, _next}]) do
    status =
      :gen.format_status(module, option, %{state: state, log: :sys.get_log(debug)}, [dictionary, state])

    shown =
      case status do
        %{:"$status" => list} when is_list(list) -> list
        %{:"$status" => other} -> [other]
        %{state: state} -> [data: [{~c"State", state}]]
      end

    [
      header: :gen.format_status_header(~c"Status for generic server", name),
      data: [{~c"Status", running}, {~c"Parent", parent}, {~c"Logged events", status.log}]
    ] ++ shown
  end

  # ## Words

  @doc false
  def format_log(report), do: render(report)

  @doc false
  def format_log(report, _options), do: render(report)

  defp render(%{label: {:gen_server, :terminate}} = report) do
    :unicode.characters_to_list([
      ["** Generic server ", inspect(report.name), " terminating \n"],
      ["** Last message in was ", inspect(report.last_message), "\n"],
      ["** When Server state == ", inspect(report.state), "\n"],
      ["** Reason for termination ==\n** ", inspect(report.reason), "\n"]
    ])
  end

  defp render(%{label: {:gen_server, :no_handle_info}} = report) do
    :unicode.characters_to_list([
      ["** Undefined handle_info in ", inspect(report.module), "\n"],
      ["** Unhandled message: ", inspect(report.message), "\n"]
    ])
  end

  # Events are shown in Erlang's words, as all of OTP's reports are.
  defp print_event(device, event, name) do
    {format, values} =
      case event do
        {:in, {:"$gen_call", {pid, _}, request}} -> {"got call ~tp from ~tw", [request, pid]}
        {:in, {:"$gen_cast", request}} -> {"got cast ~tp", [request]}
        {:in, message} -> {"got ~tp", [message]}
        {:out, answer, pid, state} -> {"sent ~tp to ~tw, new state ~tp", [answer, recipient(pid), state]}
        {:noreply, state} -> {"new state ~tp", [state]}
        other -> {"~tp", [other]}
      end

    IO.write(device, :io_lib.format("*DBG* ~tp " <> format <> "~n", [name | values]))
  end

  defp recipient({pid, _tag}), do: pid
  defp recipient(pid), do: pid
end
