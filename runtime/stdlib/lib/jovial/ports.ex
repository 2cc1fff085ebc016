defmodule Jovial.Ports do
  @moduledoc false

  # What a port does: a process that owns a program outside and stands between it and whoever opened it. Others see a port in its
  # place, since its number says so. `:jovial_port` starts the program and has the threads that read and write; here is what comes of it:
  # messages to the owner, in the form that the options ask for, and answers to those who ask.
  #
  # Three kinds of messages come in: those of the threads (`{:jovial_port, what, ...}`), requests of the functions of `:erlang`
  # (`{:"$port", from, request}`) and what the owner sends by hand (`{owner, {:command, data}}` and so on).

  # Bytes that may wait to be written before those who write more have to wait as well.
  @busy 8192

  # ## For callers

  @doc false
  def open(name, options) do
    with {:ok, program, args} <- program(name), {:ok, options} <- options(options, %{args: args}) do
      started = :erlang.make_ref()
      port = :jovial_port.spawn(__MODULE__, :init, [self(), started, title(name), program, options])
      watch = :erlang.monitor(:port, port)

      receive do
        {^started, :ok} ->
          :erlang.demonitor(watch, [:flush])
          port

        {^started, {:error, reason}} ->
          :erlang.demonitor(watch, [:flush])
          # Its end is nobody's business, as it never was.
          :erlang.unlink(port)

          receive do
            {:EXIT, ^port, _} -> :ok
          after
            0 -> :ok
          end

          {:error, reason}

        {:DOWN, ^watch, :port, _, reason} ->
          {:error, reason}
      end
    end
  end

  # Asks a port; `:error` when there is none.
  @doc false
  def ask(port, request) do
    case find(port) do
      nil ->
        :error

      port ->
        reference = :erlang.monitor(:port, port, alias: :reply_demonitor)
        :erlang.send(port, {:"$port", reference, self(), request})

        receive do
          {^reference, answer} -> {:ok, answer}
          {:DOWN, ^reference, :port, _, :noproc} -> :error
          {:DOWN, ^reference, :port, _, _} when request == :close -> {:ok, true}
          {:DOWN, ^reference, :port, _, _} -> :error
        end
    end
  end

  defp find(port) when is_port(port), do: port

  defp find(name) when is_atom(name) do
    case :erlang.whereis(name) do
      port when is_port(port) -> port
      _ -> nil
    end
  end

  defp title({:spawn, line}), do: line |> IO.chardata_to_string() |> String.to_charlist()
  defp title({:spawn_executable, path}), do: path |> IO.chardata_to_string() |> String.to_charlist()

  defp program({:spawn, line}) when is_list(line) or is_binary(line) do
    {:ok, "/bin/sh", ["-c", "exec " <> IO.chardata_to_string(line)]}
  rescue
    _ -> :bad_name
  end

  defp program({:spawn_executable, path}) when is_list(path) or is_binary(path), do: {:ok, path, nil}
  defp program(_name), do: :bad_name

  # ## Options

  @plain [:binary, :eof, :exit_status, :in, :out, :stderr_to_stdout]
  @without_effect [:hide, :stream, :use_stdio, :overlapped_io]

  # `args` is not `nil` where the options may not have any.
  defp options([option | rest], found) do
    case option do
      option when option in @plain -> options(rest, Map.put(found, option, true))
      option when option in @without_effect -> options(rest, found)
      {:line, size} when is_integer(size) and size > 0 -> options(rest, Map.put(found, :line, size))
      {:packet, size} when size in [1, 2, 4] -> options(rest, Map.put(found, :packet, size))
      {:args, args} when is_list(args) and found.args == nil -> options(rest, Map.put(found, :given_args, args))
      {:arg0, name} when is_list(name) or is_binary(name) -> options(rest, Map.put(found, :arg0, name))
      {:cd, folder} when is_list(folder) or is_binary(folder) -> options(rest, Map.put(found, :cd, folder))
      {:env, variables} when is_list(variables) -> if pairs?(variables), do: options(rest, Map.put(found, :env, variables)), else: :bad_option
      {:parallelism, flag} when is_boolean(flag) -> options(rest, found)
      {key, _limits} when key in [:busy_limits_port, :busy_limits_msgq] -> options(rest, found)
      _ -> :bad_option
    end
  end

  defp options([], %{line: _, packet: _}), do: :bad_option
  defp options([], found), do: {:ok, found}
  defp options(_other, _found), do: :bad_option

  defp pairs?(variables) do
    Enum.all?(variables, fn
      {name, value} -> (is_list(name) or is_binary(name)) and (is_list(value) or is_binary(value) or value == false)
      _ -> false
    end)
  end

  defp program_options(options) do
    args = options.args || Map.get(options, :given_args, [])
    kept = for key <- [:arg0, :cd, :env], {:ok, value} <- [Map.fetch(options, key)], do: {key, value}
    flags = for key <- [:in, :out, :stderr_to_stdout], Map.has_key?(options, key), do: {key, true}
    [{:args, args} | kept ++ flags]
  end

  # ## The process

  @doc false
  def init(owner, started, name, program, options) do
    :erlang.process_flag(:trap_exit, true)

    try do
      :jovial_port.start(program, program_options(options))
    catch
      :error, reason ->
        :erlang.send(owner, {started, {:error, reason}})
        :erlang.exit(:normal)
    else
      {handle, os_pid} ->
        :erlang.send(owner, {started, :ok})

        loop(%{
          port: :jovial_port.own(),
          owner: owner,
          name: name,
          handle: handle,
          os_pid: os_pid,
          options: options,
          # Output that is no whole line or packet yet.
          partial: "",
          read: 0,
          written: 0,
          # Those who write and wait until there is room.
          waiting: [],
          busy?: false,
          # The output has ended, or there never was any.
          ended?: not reads?(options)
        })
    end
  end

  defp reads?(options), do: Map.has_key?(options, :in) or not Map.has_key?(options, :out)

  defp loop(state) do
    receive do
      message -> message |> handle(state) |> loop()
    end
  end

  defp handle({:jovial_port, :output, bytes}, state) do
    state = give(state.options, bytes, %{state | read: state.read + byte_size(bytes)})
    :jovial_port.take(state.handle)
    state
  end

  defp handle({:jovial_port, :eof}, state) do
    state = rest(state)

    cond do
      Map.has_key?(state.options, :eof) -> tell(state, :eof)
      Map.has_key?(state.options, :exit_status) -> :ok
      true -> stop(:normal, state)
    end

    %{state | ended?: true}
  end

  defp handle({:jovial_port, :exit_status, status}, state) do
    if Map.has_key?(state.options, :exit_status), do: tell(state, {:exit_status, status})
    if not Map.has_key?(state.options, :eof) and (state.ended? or Map.has_key?(state.options, :exit_status)), do: stop(:normal, state)
    state
  end

  defp handle({:jovial_port, :drained}, state) do
    for answer <- state.waiting, do: answer(answer, true)
    %{state | waiting: [], busy?: false}
  end

  defp handle({:jovial_port, :broken}, state), do: stop(:epipe, state)
  defp handle({:"$port", from, who, request}, state), do: request(request, from, who, state)

  # An owner takes its port along, however it ends. Others that are linked do so when they end badly.
  defp handle({:EXIT, from, reason}, state) do
    if reason == :kill, do: stop(:killed, state)
    if from == state.owner or reason != :normal, do: stop(reason, state)
    state
  end

  defp handle({owner, {:command, data}}, %{owner: owner} = state) do
    case write(data, state) do
      {:ok, state} -> state
      :error -> stop(:badsig, state)
    end
  end

  defp handle({owner, :close}, %{owner: owner} = state) do
    tell(state, :closed)
    stop(:normal, state)
  end

  defp handle({owner, {:connect, other}}, %{owner: owner} = state) when is_pid(other) do
    :erlang.link(other)
    tell(state, :connected)
    %{state | owner: other}
  end

  # Whatever else comes is nothing that ports know.
  defp handle(_other, state), do: state

  # ## Requests

  defp request({:command, data, options}, from, _who, state) do
    if state.busy? and :nosuspend in options and :force not in options do
      answer(from, false)
      state
    else
      case write(data, state) do
        {:ok, %{busy?: true} = state} ->
          %{state | waiting: [from | state.waiting]}

        {:ok, state} ->
          answer(from, true)
          state

        :error ->
          answer(from, :badarg)
          state
      end
    end
  end

  # Who asks for that watches, and so learns of it when the port is gone.
  defp request(:close, _from, _who, state), do: stop(:normal, state)

  defp request({:connect, pid}, from, _who, state) do
    :erlang.link(pid)
    answer(from, true)
    %{state | owner: pid}
  end

  defp request({:info, item}, from, who, state) do
    case info(item, state) do
      # The one that asks only watches to learn that.
      {:monitored_by, others} -> answer(from, {:monitored_by, List.delete(others, who)})
      found -> answer(from, found)
    end

    state
  end

  defp answer(reference, value), do: :erlang.send(reference, {reference, value})

  @usual [:name, :links, :id, :connected, :input, :output, :os_pid]

  defp info(:all, state) do
    items = Enum.map(@usual, &info(&1, state))

    case info(:registered_name, state) do
      {:registered_name, name} when name != [] -> [{:registered_name, name} | items]
      _ -> items
    end
  end

  defp info(item, state) do
    value =
      case item do
        :name -> state.name
        :links -> asked(:links)
        :id -> number(state.port)
        :connected -> state.owner
        :input -> state.read
        :output -> state.written
        :os_pid -> state.os_pid
        :registered_name -> asked(:registered_name)
        :monitors -> asked(:monitors)
        :monitored_by -> asked(:monitored_by)
        :memory -> asked(:memory)
        :parallelism -> false
        :locking -> :port_level
        :queue_size -> 0
        _ -> :badarg
      end

    if value == :badarg, do: :badarg, else: {item, value}
  end

  defp asked(item) do
    case :erlang.process_info(self(), item) do
      {^item, value} -> value
      [] -> []
    end
  end

  defp number(port) do
    ~c"#Port<0." ++ rest = :erlang.port_to_list(port)
    rest |> Enum.drop(-1) |> List.to_integer()
  end

  # ## What goes out

  defp write(data, state) do
    length = IO.iodata_length(data)
    framed = frame(state.options, length, data)
    queued = :jovial_port.write(state.handle, framed)
    {:ok, %{state | written: state.written + length, busy?: queued > @busy}}
  catch
    :error, :epipe -> stop(:epipe, state)
    :error, _ -> :error
  end

  defp frame(%{packet: 1}, length, data) when length < 0x100, do: [<<length::8>>, data]
  defp frame(%{packet: 2}, length, data) when length < 0x10000, do: [<<length::16>>, data]
  defp frame(%{packet: 4}, length, data) when length < 0x1_0000_0000, do: [<<length::32>>, data]
  defp frame(%{packet: _}, _length, _data), do: :erlang.error(:einval)
  defp frame(_options, _length, data), do: data

  # ## What comes in

  defp give(%{line: size}, bytes, state), do: lines(state.partial <> bytes, size, state)
  defp give(%{packet: size}, bytes, state), do: packets(state.partial <> bytes, size, state)

  defp give(_options, bytes, state) do
    tell(state, {:data, form(bytes, state)})
    state
  end

  defp lines(text, size, state) do
    case :binary.match(text, "\n", scope: {0, min(byte_size(text), size + 1)}) do
      {at, 1} ->
        <<line::binary-size(at), "\n", rest::binary>> = text
        tell(state, {:data, {:eol, form(line, state)}})
        lines(rest, size, state)

      :nomatch when byte_size(text) > size ->
        <<part::binary-size(size), rest::binary>> = text
        tell(state, {:data, {:noeol, form(part, state)}})
        lines(rest, size, state)

      :nomatch ->
        %{state | partial: text}
    end
  end

  defp packets(text, size, state) do
    case text do
      <<length::size(size)-unit(8), packet::binary-size(length), rest::binary>> ->
        tell(state, {:data, form(packet, state)})
        packets(rest, size, state)

      _ ->
        %{state | partial: text}
    end
  end

  # What is left of a line when no more comes; of a packet it is lost.
  defp rest(%{options: %{line: _}, partial: partial} = state) when partial != "" do
    tell(state, {:data, {:noeol, form(partial, state)}})
    %{state | partial: ""}
  end

  defp rest(state), do: state

  defp form(bytes, %{options: %{binary: true}}), do: bytes
  defp form(bytes, _state), do: :binary.bin_to_list(bytes)

  defp tell(state, what), do: :erlang.send(state.owner, {state.port, what})

  defp stop(reason, state) do
    :jovial_port.close(state.handle)
    for waiting <- state.waiting, do: answer(waiting, :badarg)
    :erlang.exit(reason)
  end
end
