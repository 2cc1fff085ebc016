defmodule :gen_event do
  @moduledoc """
  Event managers: processes that hand each event to all handlers that were added.

  A handler is a callback module with a state, told apart from others of the same module by an id: `module` or `{module, id}`.

      iex> {:ok, manager} = :gen_event.start()
      iex> :gen_event.which_handlers(manager)
      []
      iex> :gen_event.stop(manager)
      :ok

  A handler that fails is taken out; whoever added it by `add_sup_handler/3` is told with `{:gen_event_EXIT, handler, reason}`.
  """

  # A running manager is `loop/3` of `{parent, name, hibernate_after}`, its handlers and the debugging state. A handler is
  # `{module, id, state, supervisor}` where `id` is `false` for a module alone, and `supervisor` a linked process or `false`.

  @callback init(term) :: term
  @callback handle_event(term, term) :: term
  @callback handle_call(term, term) :: term
  @callback handle_info(term, term) :: term
  @callback terminate(term, term) :: term
  @callback code_change(term, term, term) :: term
  @callback format_status(:normal | :terminate, list) :: term
  @callback format_status(map) :: map

  @optional_callbacks handle_info: 2, terminate: 2, code_change: 3, format_status: 1, format_status: 2

  # ## Starting and stopping

  @doc "Starts a manager that is linked to nobody."
  def start, do: start([])

  @doc "Starts a manager with a name, or with options."
  def start(name) when is_tuple(name), do: start(name, [])
  def start(options) when is_list(options), do: :gen.start(:gen_event, :nolink, :no_callback_module, [], options)

  @doc "Starts a manager with a name and options."
  def start(name, options), do: :gen.start(:gen_event, :nolink, name, :no_callback_module, [], options)

  @doc "Starts a manager that is linked to its starter."
  def start_link, do: start_link([])

  @doc "Starts a linked manager with a name, or with options."
  def start_link(name) when is_tuple(name), do: start_link(name, [])
  def start_link(options) when is_list(options), do: :gen.start(:gen_event, :link, :no_callback_module, [], options)

  @doc "Starts a linked manager with a name and options."
  def start_link(name, options), do: :gen.start(:gen_event, :link, name, :no_callback_module, [], options)

  @doc "Starts a manager that its starter monitors."
  def start_monitor, do: start_monitor([])

  @doc "Starts a monitored manager with a name, or with options."
  def start_monitor(name) when is_tuple(name), do: start_monitor(name, [])
  def start_monitor(options) when is_list(options), do: :gen.start(:gen_event, :monitor, :no_callback_module, [], options)

  @doc "Starts a monitored manager with a name and options."
  def start_monitor(name, options), do: :gen.start(:gen_event, :monitor, name, :no_callback_module, [], options)

  @doc "Stops a manager."
  def stop(manager), do: :gen.stop(manager)

  @doc "Stops a manager with a reason, and waits so long for its end."
  def stop(manager, reason, timeout), do: :gen.stop(manager, reason, timeout)

  # ## Requests

  @doc "Sends an event."
  def notify(manager, event), do: post(manager, {:notify, event})

  @doc "Sends an event and waits until all handlers have had it."
  def sync_notify(manager, event), do: ask(manager, {:sync_notify, event}, :infinity)

  @doc "Asks one handler."
  def call(manager, handler, request), do: ask(manager, {:call, handler, request}, 5000, [manager, handler, request])

  @doc "Asks one handler and waits so long."
  def call(manager, handler, request, timeout), do: ask(manager, {:call, handler, request}, timeout, [manager, handler, request, timeout])

  @doc "Adds a handler."
  def add_handler(manager, handler, args), do: ask(manager, {:add_handler, handler, args}, :infinity)

  @doc "Adds a handler whose end is told to the caller, and that ends with it."
  def add_sup_handler(manager, handler, args), do: ask(manager, {:add_sup_handler, handler, args, self()}, :infinity)

  @doc "Takes a handler out: what its `terminate/2` gave."
  def delete_handler(manager, handler, args), do: ask(manager, {:delete_handler, handler, args}, :infinity)

  @doc "Puts a handler in another's place, with what that one's `terminate/2` gave."
  def swap_handler(manager, {old, args}, {new, more}), do: ask(manager, {:swap_handler, old, args, new, more}, :infinity)

  @doc "As `swap_handler/3` and `add_sup_handler/3`."
  def swap_sup_handler(manager, {old, args}, {new, more}) do
    ask(manager, {:swap_sup_handler, old, args, new, more, self()}, :infinity)
  end

  @doc "The handlers, the newest first."
  def which_handlers(manager), do: ask(manager, :which_handlers, :infinity)

  @doc "Asks one handler without waiting."
  def send_request(manager, handler, request), do: :gen.send_request(manager, self(), {:call, handler, request})

  @doc "Asks one handler without waiting, and adds the request to a collection."
  def send_request(manager, handler, request, label, collection) do
    :gen.send_request(manager, self(), {:call, handler, request}, label, collection)
  end

  @doc "Waits so long for an answer."
  def wait_response(request, timeout), do: :gen.wait_response(request, timeout)

  @doc "Waits so long for an answer to one of a collection."
  def wait_response(collection, timeout, delete?), do: :gen.wait_response(collection, timeout, delete?)

  @doc "Waits so long for an answer, then gives it up."
  def receive_response(request, timeout), do: :gen.receive_response(request, timeout)

  @doc "Waits so long for an answer to one of a collection, then gives them up."
  def receive_response(collection, timeout, delete?), do: :gen.receive_response(collection, timeout, delete?)

  @doc "Whether a message is the answer."
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

  defp ask(manager, request, timeout), do: ask(manager, request, timeout, [manager, request, timeout])

  # `args` are what an exit says was called.
  defp ask(manager, request, timeout, args) do
    {:ok, answer} = :gen.call(manager, self(), request, timeout)
    answer
  catch
    :exit, reason -> exit({reason, {:gen_event, :call, args}})
  end

  defp post({:global, name}, message), do: quietly(fn -> :global.send(name, message) end)
  defp post({:via, registry, name}, message), do: quietly(fn -> registry.send(name, message) end)
  defp post(manager, message), do: quietly(fn -> :erlang.send(manager, message) end)

  defp quietly(send) do
    send.()
    :ok
  catch
    _, _ -> :ok
  end

  # ## The loop

  @doc false
  def init_it(starter, :self, name, module, args, options), do: init_it(starter, self(), name, module, args, options)

  def init_it(starter, parent, full_name, _, _, options) do
    # Processes that handlers are linked to must not end the manager.
    :erlang.process_flag(:trap_exit, true)
    name = :gen.name(full_name)
    debug = :gen.debug_options(name, options)
    :proc_lib.init_ack(starter, {:ok, self()})
    loop({parent, name, :gen.hibernate_after(options)}, [], debug, false)
  end

  defp loop(fixed, handlers, debug, true), do: :proc_lib.hibernate(:gen_event, :wake_hib, wake_arguments(fixed, handlers, debug))

  defp loop({_, _, hibernate_after} = fixed, handlers, debug, false) do
    receive do
      message -> message(message, fixed, handlers, debug, false)
    after
      hibernate_after -> loop(fixed, handlers, debug, true)
    end
  end

  defp wake_arguments({parent, name, hibernate_after}, handlers, debug), do: [parent, name, handlers, hibernate_after, debug]

  @doc false
  def wake_hib(parent, name, handlers, hibernate_after, debug) do
    receive do
      message -> message(message, {parent, name, hibernate_after}, handlers, debug, true)
    end
  end

  defp message({:system, from, request}, {parent, _, _} = fixed, handlers, debug, hibernating?) do
    :sys.handle_system_msg(request, from, parent, :gen_event, debug, {fixed, handlers, hibernating?}, hibernating?)
  end

  defp message({:EXIT, parent, reason}, {parent, _, _} = fixed, handlers, _, _), do: finish(fixed, handlers, reason)

  defp message(message, fixed, handlers, debug, _) do
    debug = if debug == [], do: [], else: :sys.handle_debug(debug, &print_event/3, elem(fixed, 1), {:in, message})

    case message do
      {:notify, event} ->
        {handlers, hibernate?} = each(handlers, :handle_event, event, fixed)
        loop(fixed, handlers, debug, hibernate?)

      {tag, {pid, _} = from, request} when is_pid(tag) and is_pid(pid) ->
        {answer, handlers, hibernate?} = request(request, handlers, fixed)
        if answer != :no_answer, do: :gen.reply(from, answer)
        loop(fixed, handlers, debug, hibernate?)

      {:EXIT, pid, reason} ->
        {gone, kept} = Enum.split_with(handlers, fn {_, _, _, supervisor} -> supervisor == pid end)
        for handler <- gone, do: leave(handler, {:stop, reason}, fixed, :shutdown)

        if gone == [] do
          {handlers, hibernate?} = each(kept, :handle_info, message, fixed)
          loop(fixed, handlers, debug, hibernate?)
        else
          loop(fixed, kept, debug, false)
        end

      message ->
        {handlers, hibernate?} = each(handlers, :handle_info, message, fixed)
        loop(fixed, handlers, debug, hibernate?)
    end
  end

  # Hands an event to each handler, in the order in which they were added last.
  defp each(handlers, function, event, fixed) do
    {handlers, hibernate?} =
      Enum.reduce(handlers, {[], false}, fn handler, {kept, hibernate?} ->
        case told(handler, function, event, fixed) do
          {:keep, handler, wish} -> {[handler | kept], hibernate? or wish}
          :gone -> {kept, hibernate?}
        end
      end)

    {:lists.reverse(handlers), hibernate?}
  end

  defp told({module, id, state, supervisor} = handler, function, event, fixed) do
    if function == :handle_info and not :erlang.function_exported(module, :handle_info, 2) do
      {:keep, handler, false}
    else
      case attempt(fn -> apply(module, function, [event, state]) end) do
        {:returned, {:ok, state}} -> {:keep, {module, id, state, supervisor}, false}
        {:returned, {:ok, state, :hibernate}} -> {:keep, {module, id, state, supervisor}, true}
        {:returned, {:swap_handler, args, state, new, more}} -> swapped({module, id, state, supervisor}, args, new, more, supervisor, fixed)
        {:returned, :remove_handler} -> gone(handler, :remove_handler, fixed, :normal)
        {:returned, other} -> gone(handler, {:error, other}, fixed, {event, {:EXIT, {:bad_return_value, other}}})
        {:raised, reason} -> gone(handler, {:error, {:EXIT, reason}}, fixed, {event, {:EXIT, reason}})
      end
    end
  end

  defp gone(handler, args, fixed, reason) do
    leave(handler, args, fixed, reason)
    :gone
  end

  defp swapped(handler, args, new, more, supervisor, fixed) do
    passed = leave(handler, args, fixed, {:swapped, new, supervisor})

    case enter(new, {more, passed}, supervisor, []) do
      {:ok, [handler], hibernate?} -> {:keep, handler, hibernate?}
      _ -> :gone
    end
  end

  defp attempt(run) do
    {:returned, run.()}
  catch
    :throw, value -> {:returned, value}
    :exit, reason -> {:raised, reason}
    :error, reason -> {:raised, {reason, __STACKTRACE__}}
  end

  # ## Requests

  defp request({:sync_notify, event}, handlers, fixed) do
    {handlers, hibernate?} = each(handlers, :handle_event, event, fixed)
    {:ok, handlers, hibernate?}
  end

  defp request({:add_handler, handler, args}, handlers, _), do: added(handler, args, false, handlers)

  defp request({:add_sup_handler, handler, args, pid}, handlers, _) do
    :erlang.link(pid)
    added(handler, args, pid, handlers)
  end

  defp request({:delete_handler, handler, args}, handlers, fixed) do
    case take(handler, handlers) do
      {found, handlers} -> {leave(found, args, fixed, :normal), handlers, false}
      :none -> {{:error, :module_not_found}, handlers, false}
    end
  end

  defp request({:swap_handler, old, args, new, more}, handlers, fixed), do: swap(old, args, new, more, :same, handlers, fixed)

  defp request({:swap_sup_handler, old, args, new, more, pid}, handlers, fixed) do
    :erlang.link(pid)
    swap(old, args, new, more, pid, handlers, fixed)
  end

  defp request(:which_handlers, handlers, _) do
    {for({module, id, _, _} <- handlers, do: name(module, id)), handlers, false}
  end

  defp request({:call, wanted, request}, handlers, fixed) do
    {module, id} = parts(wanted)

    case Enum.find(handlers, fn {other, other_id, _, _} -> other == module and other_id == id end) do
      nil -> {{:error, :bad_module}, handlers, false}
      handler -> asked(handler, request, handlers, fixed)
    end
  end

  defp request(_, handlers, _), do: {{:error, :bad_request}, handlers, false}

  defp asked({module, id, state, supervisor} = handler, request, handlers, fixed) do
    put = fn state -> Enum.map(handlers, &if(&1 == handler, do: {module, id, state, supervisor}, else: &1)) end
    without = fn -> List.delete(handlers, handler) end

    case attempt(fn -> module.handle_call(request, state) end) do
      {:returned, {:ok, answer, state}} ->
        {answer, put.(state), false}

      {:returned, {:ok, answer, state, :hibernate}} ->
        {answer, put.(state), true}

      {:returned, {:swap_handler, answer, args, state, new, more}} ->
        case swapped({module, id, state, supervisor}, args, new, more, supervisor, fixed) do
          {:keep, new, hibernate?} -> {answer, Enum.map(handlers, &if(&1 == handler, do: new, else: &1)), hibernate?}
          :gone -> {answer, without.(), false}
        end

      {:returned, {:remove_handler, answer}} ->
        leave(handler, :remove_handler, fixed, :normal)
        {answer, without.(), false}

      {:returned, other} ->
        leave(handler, {:error, other}, fixed, {request, {:EXIT, {:bad_return_value, other}}})
        {{:error, {:bad_return_value, other}}, without.(), false}

      {:raised, reason} ->
        leave(handler, {:error, {:EXIT, reason}}, fixed, {request, {:EXIT, reason}})
        {{:error, {:EXIT, reason}}, without.(), false}
    end
  end

  defp added(handler, args, supervisor, handlers) do
    case enter(handler, args, supervisor, handlers) do
      {:ok, handlers, hibernate?} ->
        {:ok, handlers, hibernate?}

      {answer, handlers} ->
        if is_pid(supervisor), do: unlink_unused(supervisor, handlers)
        {answer, handlers, false}
    end
  end

  defp enter(wanted, args, supervisor, handlers) do
    {module, id} = parts(wanted)

    if Enum.any?(handlers, fn {other, other_id, _, _} -> other == module and other_id == id end) do
      {{:error, :already_added}, handlers}
    else
      case attempt(fn -> module.init(args) end) do
        {:returned, {:ok, state}} -> {:ok, [{module, id, state, supervisor} | handlers], false}
        {:returned, {:ok, state, :hibernate}} -> {:ok, [{module, id, state, supervisor} | handlers], true}
        {:returned, other} -> {other, handlers}
        {:raised, reason} -> {{:EXIT, reason}, handlers}
      end
    end
  end

  defp swap(old, args, new, more, supervisor, handlers, fixed) do
    {passed, handlers, before} =
      case take(old, handlers) do
        {{_, _, _, before} = found, handlers} -> {leave(found, args, fixed, {:swapped, new, supervisor}), handlers, before}
        :none -> {:error, handlers, false}
      end

    added(new, {more, passed}, if(supervisor == :same, do: before, else: supervisor), handlers)
  end

  defp take(wanted, handlers) do
    {module, id} = parts(wanted)

    case Enum.split_with(handlers, fn {other, other_id, _, _} -> other == module and other_id == id end) do
      {[found], handlers} -> {found, handlers}
      {[], _} -> :none
    end
  end

  defp parts({module, id}), do: {module, id}
  defp parts(module), do: {module, false}

  defp name(module, false), do: module
  defp name(module, id), do: {module, id}

  # ## The end of a handler

  # What `terminate/2` gives; the supervisor is told unless it asked for it.
  defp leave({module, id, state, supervisor}, args, fixed, reason) do
    answer =
      if :erlang.function_exported(module, :terminate, 2) do
        case attempt(fn -> module.terminate(args, state) end) do
          {:returned, value} -> value
          {:raised, reason} -> {:EXIT, reason}
        end
      else
        :ok
      end

    if is_pid(supervisor) and reason != :shutdown do
      told = with {_, {:EXIT, why}} <- reason, do: {:EXIT, why}
      send(supervisor, {:gen_event_EXIT, name(module, id), told})
      unlink_unused(supervisor, [])
    end

    with {event, {:EXIT, why}} <- reason, do: report(module, id, state, event, why, fixed)
    answer
  end

  defp unlink_unused(supervisor, handlers) do
    unless Enum.any?(handlers, fn {_, _, _, other} -> other == supervisor end), do: :erlang.unlink(supervisor)
  end

  defp report(module, id, state, event, reason, {_, manager, _}) do
    :logger.error(
      %{
        label: {:gen_event, :terminate},
        handler: name(module, id),
        name: manager,
        last_message: event,
        state: state,
        log: [],
        reason: reason
      },
      %{domain: [:otp], report_cb: &:gen_event.format_log/2, error_logger: %{tag: :error, report_cb: &:gen_event.format_log/1}}
    )
  end

  defp finish(fixed, handlers, reason) do
    for handler <- handlers, do: leave(handler, :stop, fixed, :shutdown)
    exit(reason)
  end

  # ## Under `:sys`

  @doc false
  def system_continue(_, debug, {fixed, handlers, hibernate?}), do: loop(fixed, handlers, debug, hibernate?)

  @doc false
  def system_terminate(reason, _, _, {fixed, handlers, _}), do: finish(fixed, handlers, reason)

  @doc false
  def system_code_change({fixed, handlers, hibernate?}, module, old_version, extra) do
    handlers =
      for {other, id, state, supervisor} = handler <- handlers do
        if other == module do
          {:ok, state} = module.code_change(old_version, state, extra)
          {module, id, state, supervisor}
        else
          handler
        end
      end

    {:ok, {fixed, handlers, hibernate?}}
  end

  @doc false
  def system_get_state({_, handlers, _}), do: {:ok, for({module, id, state, _} <- handlers, do: {module, id, state})}

  @doc false
  def system_replace_state(replace, {fixed, handlers, hibernate?}) do
    handlers =
      for {module, id, state, supervisor} <- handlers do
        {^module, ^id, state} = replace.({module, id, state})
        {module, id, state, supervisor}
      end

    {:ok, for({module, id, state, _} <- handlers, do: {module, id, state}), {fixed, handlers, hibernate?}}
  end

  @doc false
  def format_status(_, [_, running, parent, _, {{_, name, _}, handlers, _}]) do
    [
      header: :gen.format_status_header(~c"Status for event handler", name),
      data: [{~c"Status", running}, {~c"Parent", parent}],
      items: {~c"Installed handlers", for({module, id, state, _} <- handlers, do: {name(module, id), state})}
    ]
  end

  # ## Words

  @doc false
  def format_log(report), do: render(report)

  @doc false
  def format_log(report, _), do: render(report)

  defp render(%{label: {:gen_event, :terminate}} = report) do
    :unicode.characters_to_list([
      ["** gen_event handler ", inspect(report.handler), " crashed.\n"],
      ["** Was installed in ", inspect(report.name), "\n"],
      ["** Last event was: ", inspect(report.last_message), "\n"],
      ["** When handler state == ", inspect(report.state), "\n"],
      ["** Reason == ", inspect(report.reason), "\n"]
    ])
  end

  defp print_event(device, event, name), do: IO.write(device, ["*DBG* ", inspect(name), " got ", inspect(event), "\n"])
end
