defmodule :gen_statem do
  @moduledoc """
  State machines: processes whose answer to an event depends on the state that they are in.

  A callback module gives a first state and its data by `init/1`, and says by `callback_mode/0` how events reach it: by one function
  `handle_event/4` (`:handle_event_function`), or by a function named after each state (`:state_functions`); in a list with `:state_enter` if it also wants
  to be called when a state is entered. A callback answers with a transition and actions.

      defmodule Switch do
        @behaviour :gen_statem
        def callback_mode, do: :handle_event_function
        def init(count), do: {:ok, :off, count}
        def handle_event(:cast, :flip, :off, count), do: {:next_state, :on, count + 1}
        def handle_event(:cast, :flip, :on, count), do: {:next_state, :off, count}
        def handle_event({:call, from}, :count, _state, count), do: {:keep_state_and_data, [{:reply, from, count}]}
      end

  """

  # A running machine is `loop/2` of `fixed`, which never changes:
  #
  #   * `parent`, `name`, `module`, `hibernate_after`, `mode` (`:state_functions` or `:handle_event_function`) and `enter?`
  #
  # and `machine`, which does:
  #
  #   * `state`, `data`
  #   * `postponed`, events that wait for another state, the last one first
  #   * `timers`, running ones by their type: `{reference, content}`; a timer of zero time is no timer but an event at the end of the queue
  #   * `hibernate?`, `debug`, and `callback_module` stack in `modules`

  @type event_type :: {:call, {pid, term}} | :cast | :info | :timeout | {:timeout, term} | :state_timeout | :internal
  @type state :: term
  @type data :: term

  @callback init(term) :: term
  @callback callback_mode() :: atom | [atom]
  @callback handle_event(event_type | :enter, term, state, data) :: term
  @callback state_name(event_type | :enter, term, data) :: term
  @callback terminate(term, state, data) :: term
  @callback code_change(term, state, data, term) :: term
  @callback format_status(map) :: map
  @callback format_status(:normal | :terminate, list) :: term

  @optional_callbacks format_status: 1, format_status: 2, terminate: 3, code_change: 4, state_name: 3, handle_event: 4

  # ## Starting and stopping

  @doc "Starts a machine that is linked to nobody."
  def start(module, args, options), do: :gen.start(:gen_statem, :nolink, module, args, options)

  @doc "Starts a machine with a name."
  def start(name, module, args, options), do: :gen.start(:gen_statem, :nolink, name, module, args, options)

  @doc "Starts a machine that is linked to its starter."
  def start_link(module, args, options), do: :gen.start(:gen_statem, :link, module, args, options)

  @doc "Starts a linked machine with a name."
  def start_link(name, module, args, options), do: :gen.start(:gen_statem, :link, name, module, args, options)

  @doc "Starts a machine that its starter monitors."
  def start_monitor(module, args, options), do: :gen.start(:gen_statem, :monitor, module, args, options)

  @doc "Starts a monitored machine with a name."
  def start_monitor(name, module, args, options), do: :gen.start(:gen_statem, :monitor, name, module, args, options)

  @doc "Stops a machine."
  def stop(server), do: :gen.stop(server)

  @doc "Stops a machine with a reason, and waits so long for its end."
  def stop(server, reason, timeout), do: :gen.stop(server, reason, timeout)

  # ## Requests

  @doc "Asks a machine and waits for its answer."
  def call(server, request), do: call(server, request, :infinity)

  @doc "Asks a machine and waits so long for its answer."
  def call(server, request, timeout) do
    limit =
      case timeout do
        {_kind, time} -> time
        time -> time
      end

    {:ok, answer} = :gen.call(server, :"$gen_call", request, limit)
    answer
  catch
    :exit, reason -> exit({reason, {:gen_statem, :call, [server, request, timeout]}})
  end

  @doc "Sends an event that nobody waits for."
  def cast(server, message), do: :gen_server.cast(server, message)

  @doc "Sends several answers, or one: `{:reply, from, answer}`."
  def reply({:reply, from, answer}), do: reply(from, answer)
  def reply(replies) when is_list(replies), do: :lists.foreach(fn {:reply, from, answer} -> reply(from, answer) end, replies)

  @doc "Answers a call."
  def reply(from, answer), do: :gen.reply(from, answer)

  @doc "Asks without waiting."
  def send_request(server, request), do: :gen.send_request(server, :"$gen_call", request)

  @doc "Asks without waiting, and adds the request to a collection."
  def send_request(server, request, label, collection), do: :gen.send_request(server, :"$gen_call", request, label, collection)

  @doc "Waits for an answer."
  def wait_response(request), do: :gen.wait_response(request, :infinity)

  @doc "Waits so long for an answer."
  def wait_response(request, timeout), do: :gen.wait_response(request, timeout)

  @doc "Waits for an answer to one of a collection."
  def wait_response(collection, timeout, delete?), do: :gen.wait_response(collection, timeout, delete?)

  @doc "Waits for an answer."
  def receive_response(request), do: :gen.receive_response(request, :infinity)

  @doc "Waits so long for an answer, then gives it up."
  def receive_response(request, timeout), do: :gen.receive_response(request, timeout)

  @doc "Waits for an answer to one of a collection, then gives them up."
  def receive_response(collection, timeout, delete?), do: :gen.receive_response(collection, timeout, delete?)

  @doc "Whether a message is the answer to a request."
  def check_response(message, request), do: :gen.check_response(message, request)

  @doc "Whether a message is an answer to one of a collection."
  def check_response(message, collection, delete?), do: :gen.check_response(message, collection, delete?)

  @doc "An empty collection of requests."
  def reqids_new, do: :gen.reqids_new()

  @doc "How many requests a collection has."
  def reqids_size(collection), do: :gen.reqids_size(collection)

  @doc "Adds a request to a collection."
  def reqids_add(request, label, collection), do: :gen.reqids_add(request, label, collection)

  @doc "The requests of a collection with their labels."
  def reqids_to_list(collection), do: :gen.reqids_to_list(collection)

  # ## The beginning

  @doc "Makes the calling process a machine."
  def enter_loop(module, options, state, data), do: enter_loop(module, options, state, data, self(), [])

  @doc "Makes the calling process a machine with a name or with actions."
  def enter_loop(module, options, state, data, actions) when is_list(actions), do: enter_loop(module, options, state, data, self(), actions)
  def enter_loop(module, options, state, data, name), do: enter_loop(module, options, state, data, name, [])

  @doc "Makes the calling process a machine with a name and actions."
  def enter_loop(module, options, state, data, name, actions) do
    name = :gen.get_proc_name(name)
    run(:gen.get_parent(), name, module, options, {state, data, actions})
  end

  @doc false
  def init_it(starter, :self, name, module, args, options), do: init_it(starter, self(), name, module, args, options)

  def init_it(starter, parent, full_name, module, args, options) do
    answer =
      try do
        {:returned, module.init(args)}
      catch
        :throw, value -> {:returned, value}
        kind, reason -> {:raised, kind, reason, __STACKTRACE__}
      end

    case answer do
      {:returned, {:ok, state, data}} ->
        :proc_lib.init_ack(starter, {:ok, self()})
        run(parent, :gen.name(full_name), module, options, {state, data, []})

      {:returned, {:ok, state, data, actions}} ->
        :proc_lib.init_ack(starter, {:ok, self()})
        run(parent, :gen.name(full_name), module, options, {state, data, actions})

      {:returned, {:stop, reason}} ->
        give_up(starter, full_name, {:error, reason})
        exit(reason)

      {:returned, {:error, reason}} ->
        give_up(starter, full_name, {:error, reason})
        exit(:normal)

      {:returned, :ignore} ->
        give_up(starter, full_name, :ignore)
        exit(:normal)

      {:returned, other} ->
        give_up(starter, full_name, {:error, {:bad_return_from_init, other}})
        exit({:bad_return_from_init, other})

      {:raised, kind, reason, stacktrace} ->
        give_up(starter, full_name, {:error, exit_reason(kind, reason, stacktrace)})
        :erlang.raise(kind, reason, stacktrace)
    end
  end

  defp give_up(starter, name, answer) do
    :gen.unregister_name(name)
    :proc_lib.init_ack(starter, answer)
  end

  defp run(parent, name, module, options, {state, data, actions}) do
    {mode, enter?} = callback_mode(module)

    fixed = %{
      parent: parent,
      name: name,
      module: module,
      hibernate_after: :gen.hibernate_after(options),
      mode: mode,
      enter?: enter?
    }

    machine = %{
      state: state,
      data: data,
      postponed: [],
      timers: %{},
      hibernate?: false,
      debug: :gen.debug_options(name, options)
    }

    # Entering the first state is a change from itself.
    start = {:internal, :init_state}
    transition(fixed, machine, start, %{state: state, data: data, changed?: true, actions: List.wrap(actions), postpone?: false}, [])
  end

  defp callback_mode(module) do
    modes = List.wrap(module.callback_mode())
    enter? = :state_enter in modes

    case modes -- [:state_enter] do
      [mode] when mode in [:state_functions, :handle_event_function] -> {mode, enter?}
      _ -> :erlang.error({:bad_return_from_callback_mode, module.callback_mode()})
    end
  end

  # ## The loop

  # Events that are there come before messages.
  defp loop(fixed, machine, [event | queue]), do: event(fixed, machine, event, queue)

  defp loop(fixed, %{hibernate?: true} = machine, []) do
    :proc_lib.hibernate(:gen_statem, :wakeup_from_hibernate, [fixed.parent, machine.debug, {fixed, machine}])
  end

  defp loop(%{hibernate_after: hibernate_after} = fixed, machine, []) do
    receive do
      message -> message(fixed, machine, message)
    after
      hibernate_after -> loop(fixed, %{machine | hibernate?: true}, [])
    end
  end

  @doc false
  def wakeup_from_hibernate(_parent, debug, {fixed, machine}) do
    receive do
      message -> message(fixed, %{machine | debug: debug, hibernate?: false}, message)
    end
  end

  defp message(fixed, machine, {:system, from, request}) do
    :sys.handle_system_msg(request, from, fixed.parent, :gen_statem, machine.debug, {fixed, machine}, machine.hibernate?)
  end

  defp message(%{parent: parent} = fixed, machine, {:EXIT, parent, reason} = message) do
    terminate(fixed, machine, {:exit, reason, []}, [{:info, message}])
  end

  defp message(fixed, machine, {:timeout, reference, type} = message) when is_reference(reference) do
    case machine.timers do
      %{^type => {^reference, content}} ->
        event(fixed, %{machine | timers: Map.delete(machine.timers, type)}, {event_of(type), content}, [])

      _ ->
        event(fixed, machine, {:info, message}, [])
    end
  end

  defp message(fixed, machine, {:"$gen_call", from, request}), do: event(fixed, machine, {{:call, from}, request}, [])
  defp message(fixed, machine, {:"$gen_cast", request}), do: event(fixed, machine, {:cast, request}, [])
  defp message(fixed, machine, message), do: event(fixed, machine, {:info, message}, [])

  # The timer of an event is one of `:timeout`; others have the name of their events.
  defp event_of(:event), do: :timeout
  defp event_of(type), do: type

  defp event(fixed, machine, {type, content} = event, queue) do
    machine = %{machine | debug: note(machine.debug, fixed, {:in, event, machine.state}), hibernate?: false}
    # Any event ends the wait for one.
    machine = cancel(machine, :event)

    case callback(fixed, machine, type, content) do
      {:returned, answer} -> answered(fixed, machine, event, answer, queue)
      raised -> terminate(fixed, machine, tl_tuple(raised), [event | queue])
    end
  end

  defp tl_tuple({:raised, kind, reason, stacktrace}), do: {kind, reason, stacktrace}

  defp note([], _fixed, _event), do: []
  defp note(debug, fixed, event), do: :sys.handle_debug(debug, &print_event/3, fixed.name, event)

  defp callback(fixed, machine, type, content) do
    case fixed.mode do
      :handle_event_function -> {:returned, fixed.module.handle_event(type, content, machine.state, machine.data)}
      :state_functions -> {:returned, apply(fixed.module, machine.state, [type, content, machine.data])}
    end
  catch
    :throw, value -> {:returned, value}
    kind, reason -> {:raised, kind, reason, __STACKTRACE__}
  end

  # ## What callbacks answer

  defp answered(fixed, machine, event, answer, queue) do
    %{state: state, data: data} = machine
    change = fn state, data, actions -> {state, data, state != machine.state, List.wrap(actions)} end

    step =
      case answer do
        {:next_state, state, data} -> change.(state, data, [])
        {:next_state, state, data, actions} -> change.(state, data, actions)
        {:keep_state, data} -> change.(state, data, [])
        {:keep_state, data, actions} -> change.(state, data, actions)
        :keep_state_and_data -> change.(state, data, [])
        {:keep_state_and_data, actions} -> change.(state, data, actions)
        {:repeat_state, data} -> {state, data, :repeat, []}
        {:repeat_state, data, actions} -> {state, data, :repeat, List.wrap(actions)}
        :repeat_state_and_data -> {state, data, :repeat, []}
        {:repeat_state_and_data, actions} -> {state, data, :repeat, List.wrap(actions)}
        :stop -> {:stop, :normal, data, []}
        {:stop, reason} -> {:stop, reason, data, []}
        {:stop, reason, data} -> {:stop, reason, data, []}
        {:stop_and_reply, reason, replies} -> {:stop, reason, data, List.wrap(replies)}
        {:stop_and_reply, reason, replies, data} -> {:stop, reason, data, List.wrap(replies)}
        other -> {:bad, other}
      end

    case step do
      {:bad, other} ->
        terminate(fixed, machine, {:error, {:bad_return_from_state_function, other}, []}, [event | queue])

      {:stop, reason, data, replies} ->
        terminate(fixed, %{machine | data: data}, {:exit, reason, []}, [event | queue], replies)

      {state, data, changed?, actions} ->
        step = %{state: state, data: data, changed?: changed?, actions: actions, postpone?: false}
        transition(fixed, machine, event, step, queue)
    end
  end

  # Goes to the state, with the actions done in their order and the state's entry told.
  defp transition(fixed, machine, event, step, queue) do
    case actions(step.actions, %{postpone?: false, next: [], timeouts: [], hibernate?: false}) do
      {:bad, action} ->
        terminate(fixed, machine, {:error, {:bad_action_from_state_function, action}, []}, [event | queue])

      done ->
        moved? = step.changed? == true and event != {:internal, :init_state}
        postponed = if done.postpone?, do: [event | machine.postponed], else: machine.postponed

        # A change ends the time given to a state, and what was postponed comes again.
        {postponed, retried} = if step.changed? != false, do: {[], :lists.reverse(postponed)}, else: {postponed, []}
        machine = if moved?, do: cancel(machine, :state_timeout), else: machine
        old = if event == {:internal, :init_state}, do: step.state, else: machine.state
        debug = note(machine.debug, fixed, {:consume, event, step.state})
        machine = %{machine | state: step.state, data: step.data, postponed: postponed, hibernate?: done.hibernate?, debug: debug}

        if fixed.enter? and step.changed? != false do
          enter(fixed, machine, old, event, done, retried, queue)
        else
          proceed(fixed, machine, done, retried, queue)
        end
    end
  end

  defp enter(fixed, machine, old, event, done, retried, queue) do
    case callback(fixed, machine, :enter, old) do
      {:returned, answer} -> entered(fixed, machine, answer, event, done, retried, queue)
      raised -> terminate(fixed, machine, tl_tuple(raised), [event | queue])
    end
  end

  # Entering a state can't lead to another.
  defp entered(fixed, %{state: state, data: data} = machine, answer, event, done, retried, queue) do
    step =
      case answer do
        {:next_state, ^state, data} -> {data, []}
        {:next_state, ^state, data, actions} -> {data, List.wrap(actions)}
        {:keep_state, data} -> {data, []}
        {:keep_state, data, actions} -> {data, List.wrap(actions)}
        :keep_state_and_data -> {data, []}
        {:keep_state_and_data, actions} -> {data, List.wrap(actions)}
        {:repeat_state, data} -> {:repeat, data, []}
        {:repeat_state, data, actions} -> {:repeat, data, List.wrap(actions)}
        :repeat_state_and_data -> {:repeat, data, []}
        {:repeat_state_and_data, actions} -> {:repeat, data, List.wrap(actions)}
        :stop -> {:stop, :normal, data, []}
        {:stop, reason} -> {:stop, reason, data, []}
        {:stop, reason, data} -> {:stop, reason, data, []}
        {:stop_and_reply, reason, replies} -> {:stop, reason, data, List.wrap(replies)}
        {:stop_and_reply, reason, replies, data} -> {:stop, reason, data, List.wrap(replies)}
        other -> {:bad, other}
      end

    case step do
      {:bad, other} ->
        terminate(fixed, machine, {:error, {:bad_state_enter_return_from_state_function, other}, []}, [event | queue])

      {:stop, reason, data, replies} ->
        terminate(fixed, %{machine | data: data}, {:exit, reason, []}, [event | queue], replies)

      {:repeat, data, more} ->
        case entry_actions(more, done) do
          {:bad, action} -> bad_entry(fixed, machine, action, event, queue)
          done -> enter(fixed, %{machine | data: data}, state, event, done, retried, queue)
        end

      {data, more} ->
        case entry_actions(more, done) do
          {:bad, action} -> bad_entry(fixed, machine, action, event, queue)
          done -> proceed(fixed, %{machine | data: data, hibernate?: done.hibernate?}, done, retried, queue)
        end
    end
  end

  defp bad_entry(fixed, machine, action, event, queue) do
    terminate(fixed, machine, {:error, {:bad_state_enter_action_from_state_function, action}, []}, [event | queue])
  end

  # Those that have to do with events make no sense there.
  defp entry_actions(actions, done) do
    case Enum.find(actions, fn action -> action in [:postpone] or match?({:postpone, _}, action) or match?({:next_event, _, _}, action) end) do
      nil -> actions(actions, done)
      action -> {:bad, action}
    end
  end

  # Events of this very transition come first, then those that were postponed, then those that are older.
  defp proceed(fixed, machine, done, retried, queue) do
    {machine, expired} = Enum.reduce(:lists.reverse(done.timeouts), {machine, []}, &set_timer/2)
    queue = :lists.reverse(done.next) ++ retried ++ queue
    # What takes no time at all happens when all is done that is there; an event timeout not even then.
    expired = :lists.reverse(expired)
    expired = if queue == [], do: expired, else: Enum.reject(expired, &match?({:timeout, _}, &1))
    machine = if queue == [], do: machine, else: cancel(machine, :event)
    loop(fixed, machine, queue ++ expired)
  end

  # ## Actions

  defp actions([], done), do: done

  defp actions([action | rest], done) do
    case action(action, done) do
      {:bad, _} = bad -> bad
      done -> actions(rest, done)
    end
  end

  defp action(:postpone, done), do: %{done | postpone?: true}
  defp action({:postpone, flag}, done) when is_boolean(flag), do: %{done | postpone?: flag}
  defp action(:hibernate, done), do: %{done | hibernate?: true}
  defp action({:hibernate, flag}, done) when is_boolean(flag), do: %{done | hibernate?: flag}
  defp action({:next_event, type, content}, done), do: %{done | next: [{type, content} | done.next]}

  defp action({:reply, from, answer}, done) do
    reply(from, answer)
    done
  end

  defp action(time, done) when is_integer(time) or time == :infinity, do: timeout(:event, time, time, [], done)
  defp action({:timeout, time, content}, done), do: timeout(:event, time, content, [], done)
  defp action({:timeout, time, content, options}, done), do: timeout(:event, time, content, List.wrap(options), done)
  defp action({:timeout, :cancel}, done), do: %{done | timeouts: [{:cancel, :event} | done.timeouts]}
  defp action({{:timeout, _} = type, :cancel}, done), do: %{done | timeouts: [{:cancel, type} | done.timeouts]}
  defp action({{:timeout, _} = type, :update, content}, done), do: %{done | timeouts: [{:update, type, content} | done.timeouts]}
  defp action({{:timeout, _} = type, time, content}, done), do: timeout(type, time, content, [], done)
  defp action({{:timeout, _} = type, time, content, options}, done), do: timeout(type, time, content, List.wrap(options), done)
  defp action({:state_timeout, :cancel}, done), do: %{done | timeouts: [{:cancel, :state_timeout} | done.timeouts]}
  defp action({:state_timeout, :update, content}, done), do: %{done | timeouts: [{:update, :state_timeout, content} | done.timeouts]}
  defp action({:state_timeout, time, content}, done), do: timeout(:state_timeout, time, content, [], done)
  defp action({:state_timeout, time, content, options}, done), do: timeout(:state_timeout, time, content, List.wrap(options), done)
  defp action(other, _done), do: {:bad, other}

  defp timeout(type, time, content, options, done) when is_integer(time) or time == :infinity do
    %{done | timeouts: [{:set, type, time, content, options} | done.timeouts]}
  end

  defp timeout(type, time, content, _options, _done), do: {:bad, {type, time, content}}

  # Setting a timer ends the one before.
  defp set_timer({:cancel, type}, {machine, expired}), do: {cancel(machine, type), expired}

  defp set_timer({:update, type, content}, {machine, expired}) do
    case machine.timers do
      %{^type => {reference, _}} -> {put_in(machine.timers[type], {reference, content}), expired}
      _ -> set_timer({:set, type, 0, content, []}, {machine, expired})
    end
  end

  defp set_timer({:set, type, :infinity, _, _}, {machine, expired}), do: {cancel(machine, type), expired}

  defp set_timer({:set, type, time, content, options}, {machine, expired}) do
    machine = cancel(machine, type)

    if time == 0 and options[:abs] != true do
      {machine, [{event_of(type), content} | expired]}
    else
      reference = :erlang.start_timer(time, self(), type, options)
      {%{machine | timers: Map.put(machine.timers, type, {reference, content})}, expired}
    end
  end

  defp cancel(machine, type) do
    case machine.timers do
      %{^type => {reference, _}} ->
        if :erlang.cancel_timer(reference) == false do
          receive do
            {:timeout, ^reference, _} -> :ok
          after
            0 -> :ok
          end
        end

        %{machine | timers: Map.delete(machine.timers, type)}

      _ ->
        machine
    end
  end

  # ## The end

  defp terminate(fixed, machine, raised, queue, replies \\ []) do
    {kind, reason, stacktrace} = raised
    told = exit_reason(kind, reason, stacktrace)

    outcome =
      try do
        if :erlang.function_exported(fixed.module, :terminate, 3), do: fixed.module.terminate(told, machine.state, machine.data)
        :ok
      catch
        :throw, _ -> :ok
        kind, reason -> {kind, reason, __STACKTRACE__}
      end

    raised = if outcome == :ok, do: raised, else: outcome
    for {:reply, from, answer} <- replies, do: reply(from, answer)
    unless quiet?(raised), do: report(fixed, machine, raised, queue)

    case raised do
      {:exit, reason, []} -> exit(reason)
      {kind, reason, stacktrace} -> :erlang.raise(kind, reason, stacktrace)
    end
  end

  defp quiet?({:exit, :normal, _}), do: true
  defp quiet?({:exit, :shutdown, _}), do: true
  defp quiet?({:exit, {:shutdown, _}, _}), do: true
  defp quiet?(_), do: false

  defp exit_reason(:error, reason, stacktrace), do: {reason, stacktrace}
  defp exit_reason(_, reason, _), do: reason

  defp report(fixed, machine, raised, queue) do
    status =
      :gen.format_status(
        fixed.module,
        :terminate,
        %{state: machine.state, data: machine.data, reason: raised, queue: queue, postponed: machine.postponed, log: :sys.get_log(machine.debug)},
        [:erlang.get(), machine.state, machine.data]
      )

    shown =
      case status do
        %{:"$status" => shown} -> shown
        %{state: state, data: data} -> {state, data}
      end

    :logger.error(
      %{
        label: {:gen_statem, :terminate},
        name: fixed.name,
        queue: queue,
        postponed: machine.postponed,
        modules: [fixed.module],
        callback_mode: fixed.mode,
        state_enter: fixed.enter?,
        state: shown,
        timeouts: {map_size(machine.timers), Map.keys(machine.timers)},
        log: :sys.get_log(machine.debug),
        reason: raised,
        client_info: :undefined
      },
      %{domain: [:otp], report_cb: &:gen_statem.format_log/2, error_logger: %{tag: :error, report_cb: &:gen_statem.format_log/1}}
    )
  end

  # ## Under `:sys`

  @doc false
  def system_continue(_parent, debug, {fixed, machine}), do: loop(fixed, %{machine | debug: debug}, [])

  @doc false
  def system_terminate(reason, _parent, debug, {fixed, machine}), do: terminate(fixed, %{machine | debug: debug}, {:exit, reason, []}, [])

  @doc false
  def system_code_change({fixed, machine}, _module, old_version, extra) do
    case fixed.module.code_change(old_version, machine.state, machine.data, extra) do
      {:ok, state, data} ->
        {mode, enter?} = callback_mode(fixed.module)
        {:ok, {%{fixed | mode: mode, enter?: enter?}, %{machine | state: state, data: data}}}

      other ->
        other
    end
  end

  @doc false
  def system_get_state({_fixed, machine}), do: {:ok, {machine.state, machine.data}}

  @doc false
  def system_replace_state(replace, {fixed, machine}) do
    {state, data} = result = replace.({machine.state, machine.data})
    {:ok, result, {fixed, %{machine | state: state, data: data}}}
  end

  @doc false
  def format_status(option, [dictionary, running, parent, debug, {fixed, machine}]) do
    status =
      :gen.format_status(
        fixed.module,
        option,
        %{state: machine.state, data: machine.data, postponed: machine.postponed, log: :sys.get_log(debug)},
        [dictionary, machine.state, machine.data]
      )

    shown =
      case status do
        %{:"$status" => list} when is_list(list) -> list
        %{:"$status" => other} -> [other]
        %{state: state, data: data} -> [data: [{~c"State", {state, data}}]]
      end

    [
      header: :gen.format_status_header(~c"Status for state machine", fixed.name),
      data: [
        {~c"Status", running},
        {~c"Parent", parent},
        {~c"Modules", [fixed.module]},
        {~c"Time-outs", {map_size(machine.timers), Map.keys(machine.timers)}},
        {~c"Logged Events", status.log},
        {~c"Postponed", status.postponed}
      ]
    ] ++ shown
  end

  # ## Words

  @doc false
  def format_log(report), do: render(report)

  @doc false
  def format_log(report, _options), do: render(report)

  defp render(%{label: {:gen_statem, :terminate}} = report) do
    {kind, reason, _} = report.reason

    :unicode.characters_to_list([
      ["** State machine ", inspect(report.name), " terminating\n"],
      for(event <- Enum.take(report.queue, 1), do: ["** Last event = ", inspect(event), "\n"]),
      ["** When server state  = ", inspect(report.state), "\n"],
      ["** Reason for termination = ", inspect(kind), ":", inspect(reason), "\n"],
      ["** Callback modules = ", inspect(report.modules), "\n"],
      ["** Callback mode = ", inspect(report.callback_mode), "\n"],
      if(report.postponed == [], do: [], else: ["** Postponed = ", inspect(report.postponed), "\n"])
    ])
  end

  defp print_event(device, event, name) do
    text =
      case event do
        {:in, event, state} -> ["receive ", inspect(event), " in state ", inspect(state)]
        {:consume, event, state} -> ["consume ", inspect(event), " => ", inspect(state)]
        other -> inspect(other)
      end

    IO.write(device, ["*DBG* ", inspect(name), " ", text, "\n"])
  end
end
