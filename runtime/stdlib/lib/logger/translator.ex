defmodule Logger.Translator do
  @moduledoc """
  Turns the reports of OTP's behaviours into Elixir's words.

  A translator is a function of four arguments: the lowest level that is logged, the level of the event, its kind (`:format` or `:report`), and its
  data. It returns `{:ok, text}`, `{:ok, text, metadata}`, `:skip` to drop the event, or `:none` to leave it to others. More of them
  are added by `Logger.add_translator/1`.

      iex> {:ok, text, _metadata} =
      ...>   Logger.Translator.translate(:info, :error, :report, {{:gen_server, :terminate}, %{
      ...>     name: MyServer, last_message: :stop, state: nil, reason: :oops, client_info: :undefined
      ...>   }})
      iex> IO.chardata_to_string(text)
      "GenServer MyServer terminating\\n** (stop) :oops\\nLast message: :stop"

  """

  @doc "Translates one event, see the module's documentation."
  @spec translate(Logger.level(), Logger.level(), :format | :report, term) ::
          {:ok, IO.chardata(), keyword} | {:ok, IO.chardata()} | :skip | :none
  def translate(min_level, level, kind, data)

  def translate(min_level, _level, :report, {{:gen_server, :terminate}, %{name: name} = report}) do
    crash = crash(report.reason)

    detailed(min_level, [
      ["GenServer ", inspect(name), " terminating", stopped(report.reason)],
      label(report),
      last_message(report[:last_message], report[:client_info])
    ], fn ->
      ["\nState: ", inspect(report.state, options()), client(report[:client_info])]
    end)
    |> ok([crash_reason: crash] ++ registered(name))
  end

  def translate(min_level, _level, :report, {{:gen_event, :terminate}, %{handler: handler, name: name} = report}) do
    reason = case(report.reason, do: ({:EXIT, why} -> why; why -> why))

    detailed(min_level, [
      [":gen_event handler ", inspect(handler), " installed in ", inspect(name), " terminating", stopped(reason)],
      label(report),
      ["\nLast message: ", inspect(report.last_message, options())]
    ], fn -> ["\nState: ", inspect(report.state, options())] end)
    |> ok([crash_reason: crash(reason)] ++ registered(name))
  end

  def translate(min_level, _level, :report, {{:gen_statem, :terminate}, %{name: name, reason: {kind, reason, stacktrace}} = report}) do
    why = if kind == :exit and stacktrace == [], do: reason, else: {reason, stacktrace}

    queue = case(report[:queue], do: ([_ | _] = events -> ["\nQueue: ", inspect(events, options())]; _none -> []))
    postponed = ["\nPostponed: ", inspect(report[:postponed] || [], options())]

    detailed(min_level, [
      [":gen_statem ", inspect(name), " terminating", stopped(why)],
      label(report),
      queue,
      postponed
    ], fn ->
      modes = case(report[:callback_mode], do: (nil -> []; mode -> ["\nCallback mode: ", inspect(mode, options()), ", state_enter: ", inspect(report[:state_enter] || false)]))
      ["\nState: ", inspect(report.state, options()), modes, client(report[:client_info])]
    end)
    |> ok([crash_reason: crash(why)] ++ registered(name))
  end

  def translate(_min_level, _level, :report, {{Task.Supervisor, :terminating}, %{name: name, starter: starter} = report}) do
    ok(
      [
        "Task ",
        inspect(name),
        " started from ",
        inspect(starter),
        " terminating",
        stopped(report.reason),
        label(report),
        "\nFunction: ",
        inspect(report.function, options()),
        "\n    Args: ",
        inspect(report.args, options())
      ],
      crash_reason: crash(report.reason)
    )
  end

  def translate(_min_level, _level, :report, {{GenServer, :no_handle_info}, %{module: module, message: message, name: name}}) do
    {:ok, [inspect(module), " ", inspect(name), " received unexpected message in handle_info/2: ", inspect(message, options()), "\n"]}
  end

  def translate(_min_level, _level, :report, {{:gen_server, :no_handle_info}, %{module: module, message: message}}) do
    {:ok, ["Undefined handle_info/2 in ", inspect(module), ", process ", inspect(self()), " received unexpected message: ", inspect(message, options()), "\n"]}
  end

  def translate(_min_level, _level, :report, {{DynamicSupervisor, :bad_return}, %{module: module, return: value}}) do
    {:ok, [inspect(module), ".init/1 returned bad value: ", inspect(value, options())]}
  end

  def translate(min_level, level, :report, {{:proc_lib, :crash}, [own, linked]}) do
    {kind, reason, stacktrace} = own[:error_info]
    reason = Exception.normalize(kind, reason, stacktrace)

    metadata =
      [crash_reason: {reason, stacktrace}] ++
        initial_call(own[:initial_call]) ++
        if(own[:registered_name] in [nil, []], do: [], else: [registered_name: own[:registered_name]]) ++
        [pid: own[:pid], ancestors: own[:ancestors], callers: own[:dictionary][:"$callers"]]

    _ = level

    [
      "Process ",
      named(own),
      " terminating\n",
      banner(kind, reason, stacktrace),
      crashed(min_level, own, ""),
      neighbours(min_level, linked)
    ]
    |> ok(Enum.reject(metadata, fn {_key, value} -> value == nil end))
  end

  def translate(min_level, _level, :report, {{:supervisor, event}, report}) when event != :progress do
    supervisor_report(min_level, report)
  end

  def translate(min_level, _level, :report, {{DynamicSupervisor, _event}, report}), do: supervisor_report(min_level, report)
  def translate(min_level, _level, :report, {:supervisor_report, report}), do: supervisor_report(min_level, report)

  def translate(min_level, _level, :report, {{:supervisor, :progress}, report}), do: progress(min_level, report)
  def translate(min_level, _level, :report, {:progress, report}), do: progress(min_level, report)

  def translate(_min_level, _level, :report, {{:application_controller, :progress}, [application: app, started_at: node]}) do
    {:ok, ["Application ", Atom.to_string(app), " started at " | inspect(node)]}
  end

  def translate(_min_level, _level, :report, {{:application_controller, :exit}, [application: app, exited: reason, type: _type]}) do
    {:ok, ["Application ", Atom.to_string(app), " exited: " | Application.format_error(reason)]}
  end

  def translate(_min_level, :error, :format, {format, [pid, reason]}) when is_pid(pid) and is_list(format) do
    raw_crash(format, pid, reason)
  end

  def translate(_min_level, :error, :format, {format, [pid, _node, reason]}) when is_pid(pid) and is_list(format) do
    raw_crash(format, pid, reason)
  end

  def translate(_min_level, _level, _kind, _data), do: :none

  defp raw_crash(~c"Error in process" ++ _, pid, {reason, stacktrace} = _exit) when is_list(stacktrace) do
    reason = Exception.normalize(:error, reason, stacktrace)

    ok(["Process ", inspect(pid), " raised an exception\n" | banner(:error, reason, stacktrace)],
      crash_reason: {reason, stacktrace}
    )
  end

  defp raw_crash(_format, _pid, _reason), do: :none

  defp ok(text, metadata), do: {:ok, text, metadata}

  # What only those see who log everything.
  defp detailed(:debug, text, more), do: [text | more.()]
  defp detailed(:all, text, more), do: [text | more.()]

  defp detailed(_min_level, [[first | rest] | pieces], _more), do: [first | [rest | pieces]]

  defp registered(name) when is_atom(name), do: [registered_name: name]
  defp registered(_pid), do: []

  defp label(%{process_label: label}) when label != :undefined, do: ["\nProcess Label: ", inspect(label, options())]
  defp label(_report), do: []

  # ## Reasons

  # A reason with a stacktrace is an exception if it can be one, and was the reason of a stop or exit otherwise.
  defp stopped({reason, [entry | _] = stacktrace}) when is_tuple(entry) do
    case stack_entry?(entry) && Exception.normalize(:error, reason, stacktrace) do
      false -> ["\n** (stop) " | Exception.format_exit({reason, stacktrace})]
      %ErlangError{} = error when error != reason -> ["\n** (stop) ", Exception.format_exit(reason), "\n" | Exception.format_stacktrace(stacktrace)] |> trimmed()
      exception -> ["\n" | banner(:error, exception, stacktrace)]
    end
  end

  defp stopped(reason), do: ["\n** (stop) " | Exception.format_exit(reason)]

  # A stacktrace ends its last line; a log does that itself.
  defp trimmed(text), do: text |> IO.chardata_to_string() |> String.trim_trailing("\n")

  defp banner(kind, reason, stacktrace), do: trimmed(Exception.format(kind, reason, stacktrace))

  defp stack_entry?({_module, _function, _args, location}) when is_list(location), do: true
  defp stack_entry?({function, _args, location}) when is_function(function) and is_list(location), do: true
  defp stack_entry?(_other), do: false

  defp crash({reason, [entry | _] = stacktrace}) when is_tuple(entry) do
    case stack_entry?(entry) && Exception.normalize(:error, reason, stacktrace) do
      false -> {{reason, stacktrace}, []}
      %ErlangError{} = error when error != reason -> {reason, stacktrace}
      exception -> {exception, stacktrace}
    end
  end

  defp crash(reason), do: {reason, []}

  defp last_message(message, {pid, info}) when is_pid(pid) do
    who = case(info, do: ({name, _stacktrace} -> name; _gone -> pid))
    ["\nLast message (from ", inspect(who), "): ", inspect(message, options())]
  end

  defp last_message(message, _none), do: ["\nLast message: ", inspect(message, options())]

  defp client({pid, :dead}), do: ["\nClient ", inspect(pid), " is dead"]
  defp client({pid, :remote}), do: ["\nClient ", inspect(pid), " is remote on node ", inspect(node(pid))]

  defp client({_pid, {name, stacktrace}}) do
    ["\nClient ", inspect(name), " is alive\n\n" | trimmed(Exception.format_stacktrace(stacktrace))]
  end

  defp client(_none), do: []

  # ## Crash reports

  defp named(info) do
    case info[:registered_name] do
      none when none in [nil, []] -> inspect(info[:pid])
      name -> [inspect(name), " (", inspect(info[:pid]), ")"]
    end
  end

  defp initial_call({module, function, args}) when is_list(args), do: [initial_call: {module, function, length(args)}]
  defp initial_call({module, function, arity}), do: [initial_call: {module, function, arity}]
  defp initial_call(_none), do: []

  defp crashed(min_level, info, indent) do
    [
      call("Initial Call: ", initial_call(info[:initial_call])[:initial_call], indent),
      call("Current Call: ", info[:current_function], indent),
      dictionary_label(info, indent),
      ["\n", indent, "Ancestors: ", inspect(info[:ancestors])]
      | if(min_level in [:debug, :all], do: details(info, indent), else: [])
    ]
  end

  defp call(_title, nil, _indent), do: []
  defp call(_title, {:proc_lib, :init_p, _}, _indent), do: []
  defp call(title, {module, function, arity}, indent), do: ["\n", indent, title, Exception.format_mfa(module, function, arity)]

  defp dictionary_label(info, indent) do
    case info[:dictionary] do
      [_ | _] = dictionary ->
        case List.keyfind(dictionary, :"$process_label", 0) do
          {_, label} -> ["\n", indent, "Process Label: ", inspect(label, options())]
          nil -> []
        end

      _none ->
        []
    end
  end

  @details [
    message_queue_len: "Message Queue Length: ",
    messages: "Messages: ",
    links: "Links: ",
    dictionary: "Dictionary: ",
    trap_exit: "Trapping Exits: ",
    status: "Status: ",
    heap_size: "Heap Size: ",
    stack_size: "Stack Size: ",
    reductions: "Reductions: "
  ]

  defp details(info, indent) do
    for {key, title} <- @details, {:ok, value} <- [Keyword.fetch(info, key)] do
      ["\n", indent, title, inspect(value, options())]
    end
  end

  defp neighbours(_min_level, []), do: []

  defp neighbours(min_level, linked) do
    ["\nNeighbours:" | for({:neighbour, info} <- linked, do: ["\n    ", named(info), crashed(min_level, info, "        ")])]
  end

  # ## Supervisors

  defp supervisor_report(min_level, supervisor: supervisor, errorContext: context, reason: reason, offender: offender) do
    what =
      case context do
        :start_error -> " failed to start"
        :child_terminated -> " terminated"
        :shutdown -> " caused shutdown"
        :shutdown_error -> " shut down abnormally"
        other -> [" ", inspect(other)]
      end

    why = if context == :start_error, do: start_reason(reason), else: reason

    ok(
      [
        "Child ",
        child_name(offender),
        " of Supervisor ",
        supervisor_name(supervisor),
        what,
        "\n** (exit) ",
        Exception.format_exit(why)
        | child(min_level, offender)
      ],
      []
    )
  end

  defp supervisor_report(_min_level, _other), do: :none

  defp start_reason({:EXIT, reason}), do: reason
  defp start_reason(reason), do: reason

  defp progress(min_level, supervisor: supervisor, started: started) do
    {:ok, ["Child ", child_name(started), " of Supervisor ", supervisor_name(supervisor), " started" | child(min_level, started)]}
  end

  defp progress(_min_level, _other), do: :none

  defp child_name(child) do
    case Keyword.get(child, :id, Keyword.get(child, :name, Keyword.get(child, :mod))) do
      :undefined -> "of unknown id"
      id -> inspect(id)
    end
  end

  defp supervisor_name({:local, name}), do: inspect(name)
  defp supervisor_name({:global, name}), do: inspect(name)
  defp supervisor_name({:via, _module, name}), do: inspect(name)
  defp supervisor_name({pid, module}), do: [inspect(pid), " (", inspect(module), ")"]
  defp supervisor_name(other), do: inspect(other)

  defp child(min_level, child) do
    pid =
      case child[:pid] do
        pid when is_pid(pid) -> ["\nPid: ", inspect(pid)]
        _none -> []
      end

    start =
      case child[:mfargs] || child[:mfa] do
        {module, function, :undefined} -> ["\nStart Call: ", mfa(module, function, "?")]
        {module, function, args} -> ["\nStart Call: ", mfa(module, function, args)]
        _none -> []
      end

    more =
      if min_level in [:debug, :all] do
        for {key, title} <- [restart_type: "\nRestart: ", shutdown: "\nShutdown: ", child_type: "\nType: "],
            {:ok, value} <- [Keyword.fetch(child, key)],
            do: [title, inspect(value)]
      else
        []
      end

    [pid, start, more]
  end

  defp mfa(module, function, "?"), do: [Exception.format_mfa(module, function, 0) |> String.replace_suffix("/0", ""), "/?"]
  defp mfa(module, function, args), do: Exception.format_mfa(module, function, args)

  defp options, do: Application.get_env(:logger, :translator_inspect_opts, [])
end
