defmodule :gen do
  @moduledoc """
  What the generic behaviours share: starting under a name, calls and their answers.

  A call is a message `{label, {pid, tag}, request}`, and its answer `{tag, answer}`. The tag holds an alias that ends with the first answer
  or when the caller gives up, so an answer that comes too late is dropped:

      iex> server =
      ...>   spawn(fn ->
      ...>     receive do
      ...>       {:my_label, from, question} -> :gen.reply(from, question * 2)
      ...>     end
      ...>   end)
      iex> :gen.call(server, :my_label, 21)
      {:ok, 42}

  """

  @type server_ref :: pid | atom | {atom, node} | {:global, term} | {:via, module, term}
  @type emgr_name :: {:local, atom} | {:global, term} | {:via, module, term}

  # ## Starting

  @doc "Starts an unnamed process of a behaviour."
  @spec start(module, :link | :nolink | :monitor, module, term, list) :: term
  def start(behaviour, link, module, args, options) do
    launch(link, options, fn parent -> [behaviour, self(), parent, module, args, options] end)
  end

  @doc "Starts a process of a behaviour under a name."
  @spec start(module, :link | :nolink | :monitor, emgr_name, module, term, list) :: term
  def start(behaviour, link, name, module, args, options) do
    case where(name) do
      :undefined ->
        launch(link, options, fn parent ->
          [behaviour, self(), parent, name, module, args, options]
        end)

      pid ->
        {:error, {:already_started, pid}}
    end
  end

  # Who is not linked has no parent, which is written as `:self`.
  defp launch(link, options, entry) do
    timeout = option(options, :timeout, :infinity)
    spawn_options = option(options, :spawn_opt, [])

    case link do
      :link -> :proc_lib.start_link(:gen, :init_it, entry.(self()), timeout, spawn_options)
      :nolink -> :proc_lib.start(:gen, :init_it, entry.(:self), timeout, spawn_options)
      :monitor -> monitored(:proc_lib.start_monitor(:gen, :init_it, entry.(:self), timeout, spawn_options))
    end
  end

  defp monitored({{:ok, pid}, ref}), do: {:ok, {pid, ref}}

  defp monitored({failure, ref}) do
    receive do
      {:DOWN, ^ref, :process, _pid, _reason} -> failure
    end
  end

  defp option(options, key, default) do
    case :lists.keyfind(key, 1, options) do
      {^key, value} -> value
      false -> default
    end
  end

  @doc false
  def init_it(behaviour, starter, parent, module, args, options) do
    behaviour.init_it(starter, parent, self(), module, args, options)
  end

  @doc false
  def init_it(behaviour, starter, parent, name, module, args, options) do
    case take(name) do
      :yes ->
        behaviour.init_it(starter, parent, name, module, args, options)

      {:no, owner} ->
        :proc_lib.init_ack(starter, {:error, {:already_started, owner}})
    end
  end

  # ## Names

  defp where({:local, name}), do: :erlang.whereis(name)
  defp where({:global, name}), do: :global.whereis_name(name)
  defp where({:via, registry, name}), do: registry.whereis_name(name)

  defp take({:local, name} = full) do
    :erlang.register(name, self())
    :yes
  catch
    :error, _taken -> {:no, where(full)}
  end

  defp take({:global, name} = full) do
    taken(:global.register_name(name, self()), full)
  end

  defp take({:via, registry, name} = full) do
    taken(registry.register_name(name, self()), full)
  end

  defp taken(:yes, _name), do: :yes
  defp taken(:no, name), do: {:no, where(name)}

  @doc "Gives up the name of a behaviour's process."
  @spec unregister_name(emgr_name | pid) :: term
  def unregister_name({:local, name}) do
    :erlang.unregister(name)
  catch
    :error, _not_there -> :ok
  end

  def unregister_name({:global, name}), do: :global.unregister_name(name)
  def unregister_name({:via, registry, name}), do: registry.unregister_name(name)
  def unregister_name(pid) when is_pid(pid), do: pid

  @doc "The name alone, as it stands in logs."
  @spec name(emgr_name | pid) :: term
  def name({:local, name}), do: name
  def name({:global, name}), do: name
  def name({:via, _registry, name}), do: name
  def name(pid) when is_pid(pid), do: pid

  @doc "The name of the calling process, checked against what it claims to be."
  @spec get_proc_name(emgr_name | atom | pid) :: term
  def get_proc_name(pid) when is_pid(pid), do: pid
  def get_proc_name({:local, name}), do: own({:local, name}, name, :process_not_registered)
  def get_proc_name({:global, name}), do: own({:global, name}, name, :process_not_registered_globally)

  def get_proc_name({:via, _registry, name} = full) do
    own(full, name, {:process_not_registered_via, elem(full, 1)})
  end

  def get_proc_name(name) when is_atom(name), do: get_proc_name({:local, name})

  defp own(full, name, failure) do
    if where(full) == self(), do: name, else: exit(failure)
  end

  @doc "The process that started the calling one."
  @spec get_parent() :: pid
  def get_parent do
    case :erlang.get(:"$ancestors") do
      [parent | _] when is_pid(parent) ->
        parent

      [parent | _] when is_atom(parent) ->
        case :erlang.whereis(parent) do
          :undefined -> exit(:could_not_find_registered_name)
          pid -> pid
        end

      _none ->
        exit(:process_was_not_started_by_proc_lib)
    end
  end

  # ## Options

  @doc "The state of debugging that the options ask for."
  @spec debug_options(term, list) :: list
  def debug_options(_name, options) do
    case option(options, :debug, []) do
      [] -> []
      wanted -> :sys.debug_options(wanted)
    end
  end

  @doc "After which time without messages a process hibernates."
  @spec hibernate_after(list) :: timeout
  def hibernate_after(options), do: option(options, :hibernate_after, :infinity)

  # ## Calls

  @doc "Calls a server and waits five seconds for the answer."
  @spec call(server_ref, atom, term) :: {:ok, term}
  def call(server, label, request), do: call(server, label, request, 5000)

  @doc "Calls a server. Exits if it is not there, ends meanwhile, or does not answer in time."
  @spec call(server_ref, atom, term, timeout) :: {:ok, term}
  def call(server, label, request, timeout)
      when timeout == :infinity or (is_integer(timeout) and timeout >= 0) do
    case address(server) do
      :undefined -> exit(:noproc)
      pid when pid == self() -> exit(:calling_self)
      destination -> ask(destination, label, request, timeout)
    end
  end

  # The reference is made where the answer is received, so that the receive starts behind what lay in the mailbox before.
  defp ask(destination, label, request, timeout) when is_pid(destination) do
    ref = :erlang.monitor(:process, destination, alias: :demonitor)
    send(destination, {label, {self(), [:alias | ref]}, request})

    receive do
      {[:alias | ^ref], answer} ->
        :erlang.demonitor(ref, [:flush])
        {:ok, answer}

      {:DOWN, ^ref, _, _, :noconnection} ->
        exit({:nodedown, node(destination)})

      {:DOWN, ^ref, _, _, reason} ->
        exit(reason)
    after
      timeout ->
        :erlang.demonitor(ref, [:flush])

        # The answer may have come between the timeout and the end of the alias.
        receive do
          {[:alias | ^ref], answer} -> {:ok, answer}
        after
          0 -> exit(:timeout)
        end
    end
  end

  # Another node can't be watched before this one is part of a cluster.
  defp ask({_name, node}, _label, _request, _timeout), do: exit({:nodedown, node})

  # Sending to a name that nobody has is an error; the monitor says it better.
  defp post(destination, message) do
    :erlang.send(destination, message, [:noconnect])
    :ok
  catch
    :error, _nobody -> :ok
  end

  defp address(pid) when is_pid(pid), do: pid
  defp address(name) when is_atom(name), do: :erlang.whereis(name)
  defp address({:global, name}), do: :global.whereis_name(name)
  defp address({:via, registry, name}), do: registry.whereis_name(name)
  defp address({name, node}) when is_atom(name) and node == node(), do: :erlang.whereis(name)
  defp address({name, node}) when is_atom(name) and is_atom(node), do: {name, node}

  @doc "Answers a call."
  @spec reply({pid, term}, term) :: :ok
  def reply({_pid, [:alias | ref] = tag}, answer) when is_reference(ref) do
    send(ref, {tag, answer})
    :ok
  end

  def reply({_pid, [[:alias | ref] | _] = tag}, answer) when is_reference(ref) do
    send(ref, {tag, answer})
    :ok
  end

  def reply({pid, tag}, answer) do
    send(pid, {tag, answer})
    :ok
  catch
    :error, _nobody -> :ok
  end

  # ## Requests whose answers are waited for later

  @doc "Sends a request, and returns what its answer can be waited for by."
  @spec send_request(server_ref, atom, term) :: reference
  def send_request(server, label, request), do: request(server, label, request, [])

  @doc "Sends a request and puts it under a label into a collection of requests."
  @spec send_request(server_ref, atom, term, term, map) :: map
  def send_request(server, tag, request, label, collection) when is_map(collection) do
    reqids_add(send_request(server, tag, request), label, collection)
  end

  defp request(server, label, request, _options) do
    case address(server) do
      :undefined ->
        no_answer(server, :noproc)

      destination ->
        try do
          :erlang.monitor(:process, destination, alias: :demonitor)
        catch
          :error, _alone -> no_answer(destination, :noconnection)
        else
          ref ->
            post(destination, {label, {self(), [:alias | ref]}, request})
            ref
        end
    end
  end

  defp no_answer(server, reason) do
    ref = make_ref()
    send(self(), {:DOWN, ref, :process, server, reason})
    ref
  end

  @doc "Waits for the answer of a request, which may be waited for again after a timeout."
  @spec wait_response(reference, timeout | {:abs, integer}) :: {:reply, term} | :timeout | {:error, term}
  def wait_response(ref, timeout) when is_reference(ref) do
    receive do
      {[:alias | ^ref], answer} -> answered(ref, answer)
      {:DOWN, ^ref, _, object, reason} -> {:error, {reason, server_of(object)}}
    after
      remaining(timeout) -> :timeout
    end
  end

  @doc "Waits for the answer of a request, and gives the request up after a timeout."
  @spec receive_response(reference, timeout | {:abs, integer}) :: {:reply, term} | :timeout | {:error, term}
  def receive_response(ref, timeout) when is_reference(ref) do
    case wait_response(ref, timeout) do
      :timeout ->
        :erlang.demonitor(ref, [:flush])

        receive do
          {[:alias | ^ref], answer} -> {:reply, answer}
        after
          0 -> :timeout
        end

      response ->
        response
    end
  end

  @doc "Tells whether a message is the answer of a request."
  @spec check_response(term, reference) :: {:reply, term} | :no_reply | {:error, term}
  def check_response({[:alias | ref], answer}, ref) when is_reference(ref), do: answered(ref, answer)

  def check_response({:DOWN, ref, _, object, reason}, ref) do
    {:error, {reason, server_of(object)}}
  end

  def check_response(_message, ref) when is_reference(ref), do: :no_reply
  # With a collection, the second and third argument are its and whether the request is taken out.

  defp answered(ref, answer) do
    :erlang.demonitor(ref, [:flush])
    {:reply, answer}
  end

  defp server_of({name, node}) when node == node(), do: name
  defp server_of(object), do: object

  defp remaining({:abs, point}), do: max(0, point - :erlang.monotonic_time(:millisecond))
  defp remaining(timeout), do: timeout

  @doc "An empty collection of requests."
  @spec reqids_new() :: map
  def reqids_new, do: %{}

  @doc "How many requests a collection holds."
  @spec reqids_size(map) :: non_neg_integer
  def reqids_size(collection) when is_map(collection), do: map_size(collection)

  @doc "Puts a request under a label into a collection."
  @spec reqids_add(reference, term, map) :: map
  def reqids_add(ref, label, collection)
      when is_reference(ref) and is_map(collection) and not is_map_key(collection, ref) do
    :maps.put(ref, label, collection)
  end

  def reqids_add(_ref, _label, _collection), do: :erlang.error(:badarg)

  @doc "The requests of a collection with their labels."
  @spec reqids_to_list(map) :: [{reference, term}]
  def reqids_to_list(collection) when is_map(collection), do: :maps.to_list(collection)

  @doc "Waits for any answer of a collection; see `wait_response/2`."
  @spec wait_response(map, timeout | {:abs, integer}, boolean) ::
          {term, term, map} | :no_request | :timeout
  def wait_response(collection, timeout, delete?) when is_map(collection) do
    any_response(collection, timeout, delete?, false)
  end

  @doc "Waits for any answer of a collection, and gives all up after a timeout; see `receive_response/2`."
  @spec receive_response(map, timeout | {:abs, integer}, boolean) ::
          {term, term, map} | :no_request | :timeout
  def receive_response(collection, timeout, delete?) when is_map(collection) do
    any_response(collection, timeout, delete?, true)
  end

  defp any_response(collection, _timeout, _delete?, _abandon?) when map_size(collection) == 0 do
    :no_request
  end

  defp any_response(collection, timeout, delete?, abandon?) do
    receive do
      {[:alias | ref], answer} when is_map_key(collection, ref) ->
        from_collection(answered(ref, answer), ref, collection, delete?)

      {:DOWN, ref, _, object, reason} when is_map_key(collection, ref) ->
        from_collection({:error, {reason, server_of(object)}}, ref, collection, delete?)
    after
      remaining(timeout) ->
        if abandon?, do: abandon(:maps.keys(collection))
        :timeout
    end
  end

  defp abandon([]), do: :ok

  defp abandon([ref | refs]) do
    receive_response(ref, 0)
    abandon(refs)
  end

  @doc "Tells whether a message is the answer of a request in a collection."
  @spec check_response(term, map, boolean) :: {term, term, map} | :no_request | :no_reply
  def check_response(_message, collection, _delete?) when map_size(collection) == 0, do: :no_request

  def check_response(message, collection, delete?) when is_map(collection) do
    ref =
      case message do
        {[:alias | ref], _answer} -> ref
        {:DOWN, ref, _, _, _} -> ref
        _other -> nil
      end

    case collection do
      %{^ref => _label} ->
        from_collection(check_response(message, ref), ref, collection, delete?)

      _not_ours ->
        :no_reply
    end
  end

  defp from_collection(response, ref, collection, delete?) do
    label = :maps.get(ref, collection)
    collection = if delete?, do: :maps.remove(ref, collection), else: collection
    {response, label, collection}
  end

  # ## Stopping and status

  @doc "Stops a process with the reason `:normal`."
  @spec stop(server_ref) :: :ok
  def stop(server), do: stop(server, :normal, :infinity)

  @doc "Stops a process, see `:proc_lib.stop/3`."
  @spec stop(server_ref, term, timeout) :: :ok
  def stop(server, reason, timeout) do
    case address(server) do
      :undefined -> exit(:noproc)
      destination -> :proc_lib.stop(destination, reason, timeout)
    end
  end

  @doc "The first line of a process's status."
  @spec format_status_header(term, term) :: term
  def format_status_header(title, pid) when is_pid(pid) do
    :lists.concat([title, ~c" ", :erlang.pid_to_list(pid)])
  end

  def format_status_header(title, name) when is_atom(name), do: :lists.concat([title, ~c" ", name])
  def format_status_header(title, name), do: {title, name}

  @doc """
  Asks a callback module how a status is to be shown.

  `status` is a map with `:state` and what else is to be shown (`:message`, `:reason`, `:log`). The module's `format_status/1` gets it whole;
  `format_status/2` gets the process dictionary and the state, and its result stands under `:"$status"`.
  """
  @spec format_status(module, :normal | :terminate, map, list) :: map
  def format_status(module, option, status, args) do
    cond do
      :erlang.function_exported(module, :format_status, 1) ->
        try do
          module.format_status(status)
        catch
          _kind, _reason ->
            failed = :erlang.atom_to_binary(module) <> ":format_status/1 crashed"
            :maps.map(fn _key, _value -> failed end, status)
        else
          shown when is_map(shown) -> :maps.merge(status, shown)
          _other -> status
        end

      :erlang.function_exported(module, :format_status, 2) ->
        try do
          module.format_status(option, args)
        catch
          _kind, _reason ->
            :maps.put(:"$status", :erlang.atom_to_binary(module) <> ":format_status/2 crashed", status)
        else
          shown -> :maps.put(:"$status", shown, status)
        end

      true ->
        status
    end
  end
end
