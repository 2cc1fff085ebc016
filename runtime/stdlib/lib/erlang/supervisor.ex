defmodule :supervisor do
  @moduledoc """
  Processes that start, watch and restart others.

  `Supervisor` and `DynamicSupervisor` are the ways to use this in Elixir; the first of them runs on this module.

      iex> {:ok, supervisor} = Supervisor.start_link([{Agent, fn -> 1 end}], strategy: :one_for_one)
      iex> [{Agent, agent, :worker, [Agent]}] = :supervisor.which_children(supervisor)
      iex> Agent.get(agent, & &1)
      1

  """

  @behaviour :gen_server

  # `children` is in the order of starts. Each is a specification of `Jovial.Children` with `:pid`, which may be `:undefined` (not
  # running) or `{:restarting, pid}` (starting failed and will be tried again). With `:simple_one_for_one` there is one
  # specification, `template`, and `dynamic` maps pids to the arguments they were started with.

  @type child_id :: term
  @type sup_ref :: atom | pid | {atom, node} | {:global, term} | {:via, module, term}
  @type child_spec :: map | tuple

  @callback init(args :: term) :: {:ok, {sup_flags :: map | tuple, [child_spec]}} | :ignore

  # ## For callers

  @doc "Starts a supervisor."
  @spec start_link(module, term) :: {:ok, pid} | :ignore | {:error, term}
  def start_link(module, args), do: :gen_server.start_link(:supervisor, {:self, module, args}, [])

  @doc "Starts a supervisor with a name."
  @spec start_link(:gen_server.server_name(), module, term) :: {:ok, pid} | :ignore | {:error, term}
  def start_link(name, module, args) do
    :gen_server.start_link(name, :supervisor, {name, module, args}, [])
  end

  @doc "Starts one more child: by its specification, or by more arguments with `:simple_one_for_one`."
  @spec start_child(sup_ref, child_spec | list) :: {:ok, pid | :undefined} | {:ok, pid, term} | {:error, term}
  def start_child(supervisor, spec), do: ask(supervisor, {:start_child, spec})

  @doc "Starts a child again that was ended."
  @spec restart_child(sup_ref, child_id) :: {:ok, pid | :undefined} | {:ok, pid, term} | {:error, term}
  def restart_child(supervisor, id), do: ask(supervisor, {:restart_child, id})

  @doc "Forgets the specification of a child that was ended."
  @spec delete_child(sup_ref, child_id) :: :ok | {:error, term}
  def delete_child(supervisor, id), do: ask(supervisor, {:delete_child, id})

  @doc "Ends a child, and keeps its specification."
  @spec terminate_child(sup_ref, pid | child_id) :: :ok | {:error, term}
  def terminate_child(supervisor, id), do: ask(supervisor, {:terminate_child, id})

  @doc "The specification of a child."
  @spec get_childspec(sup_ref, pid | child_id) :: {:ok, map} | {:error, term}
  def get_childspec(supervisor, id), do: ask(supervisor, {:get_childspec, id})

  @doc "The children as `{id, pid, type, modules}`, the last one started first."
  @spec which_children(sup_ref) :: [{child_id, pid | :undefined | :restarting, atom, [module] | :dynamic}]
  def which_children(supervisor), do: ask(supervisor, :which_children)

  @doc "How many children there are of which kind."
  @spec count_children(sup_ref) :: keyword
  def count_children(supervisor), do: ask(supervisor, :count_children)

  @doc "The callback module of a supervisor. One that is none of ours tells it in its status."
  @spec get_callback_module(pid) :: module
  def get_callback_module(pid) do
    {:status, _pid, {:module, _}, [_dictionary, _running, _parent, _debug, status]} = :sys.get_status(pid, 5000)

    case :lists.keyfind(:supervisor, 1, status) do
      {:supervisor, [{~c"Callback", module}]} -> module
      _no_such_entry -> status |> of_data() |> of_state()
    end
  end

  defp of_data(status), do: for({:data, entries} <- status, {~c"State", state} <- entries, do: state)

  defp of_state([%{module: module, flags: _}]), do: module
  defp of_state([state | _]), do: :erlang.error({:badrecord, state})

  defp ask(supervisor, request), do: :gen_server.call(supervisor, request, :infinity)

  @doc "Checks specifications."
  @spec check_childspecs([child_spec]) :: :ok | {:error, term}
  def check_childspecs(specs), do: check_childspecs(specs, :undefined)

  @doc "Checks specifications for a kind of automatic shutdown."
  @spec check_childspecs([child_spec], atom) :: :ok | {:error, term}
  def check_childspecs(specs, shutdown) when is_list(specs) do
    case read_all(specs, if(shutdown == :undefined, do: :any_significant, else: shutdown)) do
      {:ok, _children} -> :ok
      error -> error
    end
  end

  def check_childspecs(other, _shutdown), do: {:error, {:badarg, other}}

  # ## The beginning

  @impl true
  def init({name, module, args}) do
    :erlang.process_flag(:trap_exit, true)
    name = if name == :self, do: {self(), module}, else: name

    case module.init(args) do
      {:ok, {flags, specs}} ->
        case read_flags(flags) do
          {:ok, flags} -> begin(name, module, args, flags, specs)
          {:error, reason} -> {:stop, {:supervisor_data, reason}}
        end

      :ignore ->
        :ignore

      other ->
        {:stop, {:bad_return, {module, :init, other}}}
    end
  end

  defp begin(name, module, args, flags, specs) do
    state = %{
      name: name,
      module: module,
      args: args,
      flags: flags,
      children: [],
      template: nil,
      dynamic: %{},
      restarts: [],
      retried: 0
    }

    case {flags.strategy, is_list(specs) && read_all(specs, flags.auto_shutdown)} do
      {_strategy, false} -> {:stop, {:bad_start_spec, specs}}
      {_strategy, {:error, reason}} -> {:stop, {:start_spec, reason}}
      {:simple_one_for_one, {:ok, [template]}} -> {:ok, %{state | template: template}}
      {:simple_one_for_one, {:ok, _other}} -> {:stop, {:bad_start_spec, specs}}
      {_strategy, {:ok, children}} -> begin_children(state, children)
    end
  end

  defp begin_children(state, children) do
    case start_all(children, [], state) do
      {:ok, children} ->
        {:ok, %{state | children: children}}

      {:error, started, child, reason} ->
        end_in_turn(started, state)
        {:stop, {:shutdown, {:failed_to_start_child, child.id, reason}}}
    end
  end

  # A child that did not start, as errors show it.
  defp as_record(child) do
    {:child, :undefined, child.id, child.start, child.restart, child.significant, child.shutdown, child.type, child.modules}
  end

  # Starts in order. What could not be started is told together with what was, the last first.
  defp start_all([], started, _state), do: {:ok, :lists.reverse(started)}

  defp start_all([child | children], started, state) do
    case start(child, state) do
      {:ok, pid, _answer} ->
        started = if pid == :undefined and child.restart == :temporary, do: started, else: [%{child | pid: pid} | started]
        start_all(children, started, state)

      {:error, reason} ->
        report(state, :start_error, reason, child)
        {:error, started, child, reason}
    end
  end

  defp start(child, state) do
    case Jovial.Children.launch(child.start, :supervisor) do
      {:ok, pid} = answer ->
        progress(state, pid, child)
        {:ok, pid, answer}

      {:ok, pid, _info} = answer ->
        progress(state, pid, child)
        {:ok, pid, answer}

      :ignore ->
        {:ok, :undefined, {:ok, :undefined}}

      error ->
        error
    end
  end

  defp read_flags({strategy, intensity, period}) do
    read_flags(%{strategy: strategy, intensity: intensity, period: period})
  end

  defp read_flags(%{} = given) do
    flags = Map.merge(%{strategy: :one_for_one, intensity: 1, period: 5, auto_shutdown: :never}, given)

    cond do
      flags.strategy not in [:one_for_one, :one_for_all, :rest_for_one, :simple_one_for_one] ->
        {:error, {:invalid_strategy, flags.strategy}}

      not (is_integer(flags.intensity) and flags.intensity >= 0) ->
        {:error, {:invalid_intensity, flags.intensity}}

      not (is_integer(flags.period) and flags.period > 0) ->
        {:error, {:invalid_period, flags.period}}

      flags.auto_shutdown not in [:never, :any_significant, :all_significant] ->
        {:error, {:invalid_auto_shutdown, flags.auto_shutdown}}

      flags.strategy == :simple_one_for_one and flags.auto_shutdown != :never ->
        {:error, {:bad_combination, [auto_shutdown: flags.auto_shutdown, strategy: :simple_one_for_one]}}

      true ->
        {:ok, flags}
    end
  end

  defp read_flags(other), do: {:error, {:invalid_type, other}}

  defp read_all(specs, shutdown), do: read_all(specs, shutdown, [])

  defp read_all([], _shutdown, read), do: {:ok, :lists.reverse(read)}

  defp read_all([spec | specs], shutdown, read) do
    with {:ok, child} <- read_one(spec, shutdown) do
      if :lists.any(fn other -> other.id == child.id end, read),
        do: {:error, {:duplicate_child_name, child.id}},
        else: read_all(specs, shutdown, [child | read])
    end
  end

  defp read_one(spec, shutdown) do
    case Jovial.Children.read(spec) do
      {:ok, %{significant: true}} when shutdown == :never ->
        {:error, {:bad_combination, [auto_shutdown: :never, significant: true]}}

      {:ok, %{significant: true, restart: :permanent}} ->
        {:error, {:bad_combination, [significant: true, restart: :permanent]}}

      {:ok, child} ->
        {:ok, Map.put(child, :pid, :undefined)}

      error ->
        error
    end
  end

  # ## Requests

  @impl true
  def handle_call({:start_child, args}, _from, %{template: template} = state) when template != nil do
    {module, function, first} = template.start

    if is_list(args) do
      case start(%{template | start: {module, function, first ++ args}}, state) do
        {:ok, :undefined, answer} -> {:reply, answer, state}
        {:ok, pid, answer} -> {:reply, answer, %{state | dynamic: Map.put(state.dynamic, pid, args)}}
        {:error, reason} -> {:reply, {:error, reason}, state}
      end
    else
      {:reply, {:error, {:badarg, args}}, state}
    end
  end

  def handle_call({:start_child, spec}, _from, state) do
    with {:ok, child} <- read_one(spec, state.flags.auto_shutdown),
         nil <- find(state, child.id) do
      case start(child, state) do
        {:ok, :undefined, answer} when child.restart == :temporary ->
          {:reply, answer, state}

        {:ok, pid, answer} ->
          {:reply, answer, %{state | children: state.children ++ [%{child | pid: pid}]}}

        {:error, reason} ->
          report(state, :start_error, reason, child)
          {:reply, {:error, {reason, as_record(child)}}, state}
      end
    else
      {:error, reason} -> {:reply, {:error, reason}, state}
      %{pid: pid} when is_pid(pid) -> {:reply, {:error, {:already_started, pid}}, state}
      _not_running -> {:reply, {:error, :already_present}, state}
    end
  end

  def handle_call({:terminate_child, pid}, _from, %{template: template} = state) when template != nil do
    case state.dynamic do
      %{^pid => _args} ->
        end_child(%{template | pid: pid}, state)
        {:reply, :ok, %{state | dynamic: Map.delete(state.dynamic, pid)}}

      _unknown when is_pid(pid) ->
        {:reply, {:error, :not_found}, state}

      _no_pid ->
        {:reply, {:error, :simple_one_for_one}, state}
    end
  end

  def handle_call({:get_childspec, pid}, _from, %{template: template} = state) when template != nil do
    if is_pid(pid) and not is_map_key(state.dynamic, pid),
      do: {:reply, {:error, :not_found}, state},
      else: {:reply, {:ok, Map.delete(template, :pid)}, state}
  end

  def handle_call({request, _id}, _from, %{template: template} = state)
      when template != nil and request in [:restart_child, :delete_child] do
    {:reply, {:error, :simple_one_for_one}, state}
  end

  def handle_call({:terminate_child, id}, _from, state) do
    case find(state, id) do
      nil ->
        {:reply, {:error, :not_found}, state}

      child ->
        end_child(child, state)
        {:reply, :ok, forget_pid(state, child)}
    end
  end

  def handle_call({:restart_child, id}, _from, state) do
    case find(state, id) do
      nil ->
        {:reply, {:error, :not_found}, state}

      %{pid: :undefined} = child ->
        case start(child, state) do
          {:ok, pid, answer} -> {:reply, answer, put(state, %{child | pid: pid})}
          {:error, reason} -> {:reply, {:error, reason}, state}
        end

      %{pid: {:restarting, _}} ->
        {:reply, {:error, :restarting}, state}

      _running ->
        {:reply, {:error, :running}, state}
    end
  end

  def handle_call({:delete_child, id}, _from, state) do
    case find(state, id) do
      nil -> {:reply, {:error, :not_found}, state}
      %{pid: :undefined} = child -> {:reply, :ok, remove(state, child)}
      %{pid: {:restarting, _}} -> {:reply, {:error, :restarting}, state}
      _running -> {:reply, {:error, :running}, state}
    end
  end

  def handle_call({:get_childspec, id}, _from, state) do
    case find(state, id) do
      nil -> {:reply, {:error, :not_found}, state}
      child -> {:reply, {:ok, Map.delete(child, :pid)}, state}
    end
  end

  def handle_call(:which_children, _from, %{template: template} = state) when template != nil do
    children =
      for {pid, _args} <- state.dynamic do
        {:undefined, shown(pid), template.type, template.modules}
      end

    {:reply, children, state}
  end

  def handle_call(:which_children, _from, state) do
    children = for child <- :lists.reverse(state.children), do: {child.id, shown(child.pid), child.type, child.modules}
    {:reply, children, state}
  end

  def handle_call(:count_children, _from, %{template: template} = state) when template != nil do
    count = map_size(state.dynamic)
    active = Enum.count(state.dynamic, fn {pid, _args} -> is_pid(pid) end)
    supervisors = if template.type == :supervisor, do: count, else: 0
    {:reply, [specs: 1, active: active, supervisors: supervisors, workers: count - supervisors], state}
  end

  def handle_call(:count_children, _from, %{children: children} = state) do
    supervisors = Enum.count(children, fn child -> child.type == :supervisor end)

    {:reply,
     [
       specs: length(children),
       active: Enum.count(children, fn child -> is_pid(child.pid) and Process.alive?(child.pid) end),
       supervisors: supervisors,
       workers: length(children) - supervisors
     ], state}
  end

  defp shown({:restarting, _pid}), do: :restarting
  defp shown(pid), do: pid

  @impl true
  def handle_cast({:try_again_restart, id}, state) do
    case again(state, id) do
      nil -> {:noreply, state}
      child -> noreply(restart(child, state))
    end
  end

  def handle_cast(_other, state), do: {:noreply, state}

  defp again(%{template: nil} = state, id) do
    case find(state, id) do
      %{pid: {:restarting, _}} = child -> child
      _other -> nil
    end
  end

  defp again(%{template: template} = state, {:restarting, _} = key) do
    if is_map_key(state.dynamic, key), do: %{template | pid: key}
  end

  defp again(_state, _id), do: nil

  @impl true
  def handle_info({:EXIT, pid, reason}, state) do
    case find_pid(state, pid) do
      nil -> {:noreply, state}
      child -> noreply(ended(child, reason, state))
    end
  end

  def handle_info(message, state) do
    :logger.error(~c"Supervisor received unexpected message: ~tp~n", [message], %{
      domain: [:otp],
      error_logger: %{tag: :error}
    })

    {:noreply, state}
  end

  defp noreply({:ok, state}), do: {:noreply, state}
  defp noreply({:shutdown, state}), do: {:stop, :shutdown, state}

  # ## Ends and restarts

  defp ended(%{restart: :permanent} = child, reason, state) do
    report(state, :child_terminated, reason, child)
    restart(child, state)
  end

  defp ended(child, reason, state) do
    cond do
      reason == :normal or reason == :shutdown or match?({:shutdown, _}, reason) ->
        auto_shutdown(child, forget_pid(state, child))

      child.restart == :transient ->
        report(state, :child_terminated, reason, child)
        restart(child, state)

      true ->
        report(state, :child_terminated, reason, child)
        auto_shutdown(child, forget_pid(state, child))
    end
  end

  defp auto_shutdown(%{significant: true}, %{flags: %{auto_shutdown: :any_significant}} = state) do
    {:shutdown, state}
  end

  defp auto_shutdown(%{significant: true}, %{flags: %{auto_shutdown: :all_significant}} = state) do
    if Enum.any?(state.children, fn child -> child.significant and child.pid != :undefined end),
      do: {:ok, state},
      else: {:shutdown, state}
  end

  defp auto_shutdown(_child, state), do: {:ok, state}

  defp restart(child, %{flags: flags} = state) do
    case Jovial.Children.count_restart(state.restarts, flags.intensity, flags.period) do
      {:ok, restarts} ->
        restart(flags.strategy, child, %{state | restarts: restarts})

      {:too_many, restarts} ->
        report(state, :shutdown, :reached_max_restart_intensity, child)
        {:shutdown, remove(%{state | restarts: restarts}, child)}
    end
  end

  defp restart(:simple_one_for_one, %{pid: old} = child, state) do
    {args, dynamic} = Map.pop!(state.dynamic, old)
    {module, function, first} = child.start

    case start(%{child | start: {module, function, first ++ args}}, state) do
      {:ok, :undefined, _answer} ->
        {:ok, %{state | dynamic: dynamic}}

      {:ok, pid, _answer} ->
        {:ok, %{state | dynamic: Map.put(dynamic, pid, args)}}

      {:error, reason} ->
        report(state, :start_error, reason, child)
        key = {:restarting, last_pid(old)}
        try_again(key)
        {:ok, %{state | dynamic: Map.put(dynamic, key, args)}}
    end
  end

  defp restart(:one_for_one, child, state) do
    case start(child, state) do
      {:ok, pid, _answer} -> {:ok, put(state, %{child | pid: pid})}
      {:error, reason} -> failed_again(state, child, reason)
    end
  end

  defp restart(:rest_for_one, child, state) do
    {before, [_child | later]} = Enum.split_while(state.children, fn other -> other.id != child.id end)
    restart_group(before, [child | later], state)
  end

  defp restart(:one_for_all, child, state) do
    group = for other <- state.children, do: if(other.id == child.id, do: child, else: other)
    restart_group([], group, state)
  end

  # Ends those of a group that run, and starts all of them. Temporary ones don't come back.
  defp restart_group(before, group, state) do
    end_in_turn(:lists.reverse(group), state)
    group = for child <- group, child.restart != :temporary, do: %{child | pid: :undefined}

    case start_all(group, [], state) do
      {:ok, started} ->
        {:ok, %{state | children: before ++ started}}

      {:error, started, failed, _reason} ->
        started = :lists.reverse(started)
        waiting = Enum.drop_while(group, fn child -> child.id != failed.id end)
        try_again(failed.id)
        state = %{state | children: before ++ started ++ waiting}
        {:ok, put(state, %{failed | pid: {:restarting, :undefined}})}
    end
  end

  defp failed_again(state, child, reason) do
    report(state, :start_error, reason, child)
    try_again(child.id)
    {:ok, put(state, %{child | pid: {:restarting, last_pid(child.pid)}})}
  end

  defp last_pid({:restarting, pid}), do: pid
  defp last_pid(pid), do: pid

  # By a message, so that requests are answered between tries.
  defp try_again(id), do: :gen_server.cast(self(), {:try_again_restart, id})

  # The last one started first.
  defp end_in_turn([], _state), do: :ok

  defp end_in_turn([child | children], state) do
    end_child(child, state)
    end_in_turn(children, state)
  end

  defp end_child(%{pid: pid} = child, state) when is_pid(pid) do
    case Jovial.Children.end_child(pid, child.restart, child.shutdown) do
      :ok -> :ok
      {:error, reason} -> report(state, :shutdown_error, reason, child)
    end
  end

  defp end_child(_not_running, _state), do: :ok

  @impl true
  def terminate(_reason, %{template: nil} = state), do: end_in_turn(:lists.reverse(state.children), state)

  def terminate(_reason, %{template: template} = state) do
    running = for {pid, _args} when is_pid(pid) <- state.dynamic, do: {pid, template.restart, template.shutdown}

    for {pid, reason} <- Jovial.Children.end_all(running) do
      report(state, :shutdown_error, reason, %{template | pid: pid})
    end

    :ok
  end

  @impl true
  def code_change(_old_version, state, _extra) do
    case state.module.init(state.args) do
      {:ok, {flags, specs}} ->
        with {:ok, flags} <- read_flags(flags),
             {:ok, children} <- read_all(specs, flags.auto_shutdown) do
          {:ok, renewed(state, flags, children)}
        end

      :ignore ->
        {:ok, state}

      other ->
        {:error, other}
    end
  end

  defp renewed(%{template: nil} = state, flags, children) do
    new =
      for child <- children do
        case find(state, child.id) do
          nil -> child
          old -> %{child | pid: old.pid}
        end
      end

    kept = for old <- state.children, not Enum.any?(new, fn child -> child.id == old.id end), do: old
    %{state | flags: flags, children: kept ++ new}
  end

  defp renewed(state, flags, [template]), do: %{state | flags: flags, template: template}

  # ## The children

  defp find(state, id), do: Enum.find(state.children, fn child -> child.id == id end)

  defp find_pid(%{template: nil} = state, pid), do: Enum.find(state.children, fn child -> child.pid == pid end)
  defp find_pid(%{template: template} = state, pid), do: if(is_map_key(state.dynamic, pid), do: %{template | pid: pid})

  defp put(state, %{id: id} = child) do
    %{state | children: for(other <- state.children, do: if(other.id == id, do: child, else: other))}
  end

  defp remove(%{template: nil} = state, %{id: id}) do
    %{state | children: Enum.reject(state.children, fn other -> other.id == id end)}
  end

  defp remove(state, %{pid: pid}), do: %{state | dynamic: Map.delete(state.dynamic, pid)}

  defp forget_pid(%{template: nil} = state, %{restart: :temporary} = child), do: remove(state, child)
  defp forget_pid(%{template: nil} = state, child), do: put(state, %{child | pid: :undefined})
  defp forget_pid(state, child), do: remove(state, child)

  # ## Words

  defp report(state, context, reason, child) do
    Jovial.Children.report(:supervisor, state.name, context, reason, Jovial.Children.describe(last_pid(child.pid), child))
  end

  defp progress(state, pid, child) do
    Jovial.Children.progress(state.name, Jovial.Children.describe(pid, child))
  end

  @doc false
  def format_log(report), do: render(report)

  @doc false
  def format_log(report, _options), do: render(report)

  defp render(%{label: {_, context}, report: report}) do
    lines = for {key, value} <- report, do: ["    ", inspect(key), ": ", inspect(value), "\n"]
    :unicode.characters_to_list([inspect(context), "\n" | lines])
  end
end
