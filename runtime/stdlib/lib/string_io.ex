defmodule StringIO do
  @moduledoc """
  A device made of a string: reads come from it, writes are kept.

  It stands in for a terminal or a file wherever a device is asked for.

      iex> {:ok, device} = StringIO.open("answer\\n")
      iex> IO.gets(device, "question? ")
      "answer\\n"
      iex> IO.puts(device, "noted")
      iex> StringIO.contents(device)
      {"", "noted\\n"}

  The device is a process linked to whoever opened it.
  """

  @doc """
  Opens a device on `string`, runs `function` with it, and closes it.

  Returns `{:ok, result}`.

  ## Examples

      iex> StringIO.open("in", [], fn device -> IO.read(device, :line) end)
      {:ok, "in"}

  """
  @spec open(binary, keyword, (pid -> res)) :: {:ok, res} when res: var
  def open(string, options, function)
      when is_binary(string) and is_list(options) and is_function(function, 1) do
    {:ok, pid} = GenServer.start_link(__MODULE__, {self(), string, options}, [])

    try do
      {:ok, function.(pid)}
    after
      close(pid)
    end
  end

  @doc """
  Opens a device on `string`.

  Instead of options a function may be given, as in `open/3`. Options:

    * `:capture_prompt` - whether prompts are kept in the output, `false` by default
    * `:encoding` - `:unicode` (the default) or `:latin1`, for a device of bytes

  ## Examples

      iex> {:ok, device} = StringIO.open("x", capture_prompt: true)
      iex> IO.gets(device, "> ")
      "x"
      iex> StringIO.contents(device)
      {"", "> "}

  """
  @spec open(binary, keyword) :: {:ok, pid}
  @spec open(binary, (pid -> res)) :: {:ok, res} when res: var
  def open(string, options_or_function \\ [])

  def open(string, options) when is_binary(string) and is_list(options) do
    GenServer.start_link(__MODULE__, {self(), string, options}, [])
  end

  def open(string, function) when is_binary(string) and is_function(function, 1), do: open(string, [], function)

  @doc """
  What is left of the input, and what was written.

  ## Examples

      iex> {:ok, device} = StringIO.open("abc")
      iex> IO.read(device, 1)
      iex> StringIO.contents(device)
      {"bc", ""}

  """
  @spec contents(pid) :: {binary, binary}
  def contents(pid) when is_pid(pid), do: GenServer.call(pid, :contents)

  @doc """
  Takes what was written so far out of the device.

  ## Examples

      iex> {:ok, device} = StringIO.open("")
      iex> IO.write(device, "first")
      iex> StringIO.flush(device)
      "first"
      iex> StringIO.flush(device)
      ""

  """
  @spec flush(pid) :: binary
  def flush(pid) when is_pid(pid), do: GenServer.call(pid, :flush)

  @doc """
  Ends the device and returns its contents.

  ## Examples

      iex> {:ok, device} = StringIO.open("in")
      iex> IO.write(device, "out")
      iex> StringIO.close(device)
      {:ok, {"in", "out"}}

  """
  @spec close(pid) :: {:ok, {binary, binary}}
  def close(pid) when is_pid(pid), do: GenServer.call(pid, :close)

  # ## The server

  @doc false
  def init({pid, string, options}) do
    _ = :erlang.monitor(:process, pid)

    {:ok,
     %{
       encoding: Keyword.get(options, :encoding, :unicode),
       capture_prompt: Keyword.get(options, :capture_prompt, false),
       owner: pid,
       input: string,
       output: ""
     }}
  end

  @doc false
  def handle_info({:io_request, from, reply_as, request}, state) do
    {reply, state} = request(request, state)
    send(from, {:io_reply, reply_as, reply})
    {:noreply, state}
  end

  def handle_info({:file_request, from, reply_as, _request}, state) do
    send(from, {:file_reply, reply_as, {:error, :enotsup}})
    {:noreply, state}
  end

  def handle_info({:DOWN, _ref, :process, pid, _reason}, %{owner: pid} = state), do: {:stop, :normal, state}
  def handle_info(_message, state), do: {:noreply, state}

  @doc false
  def handle_call(:contents, _from, %{input: input, output: output} = state), do: {:reply, {input, output}, state}
  def handle_call(:flush, _from, %{output: output} = state), do: {:reply, output, %{state | output: ""}}

  def handle_call(:close, _from, %{input: input, output: output} = state) do
    {:stop, :normal, {:ok, {input, output}}, state}
  end

  def handle_call(request, _from, state), do: {:stop, {:bad_call, request}, state}

  # The requests of the I/O protocol. Those without an encoding are its old form and mean Latin-1.
  defp request({:put_chars, chars} = request, state), do: put_chars(:latin1, chars, request, state)

  defp request({:put_chars, module, function, args} = request, state) do
    put_chars(:latin1, :erlang.apply(module, function, args), request, state)
  end

  defp request({:put_chars, encoding, chars} = request, state), do: put_chars(encoding, chars, request, state)

  defp request({:put_chars, encoding, module, function, args} = request, state) do
    put_chars(encoding, :erlang.apply(module, function, args), request, state)
  end

  defp request({:get_chars, prompt, count}, state) when count >= 0, do: get_chars(:latin1, prompt, count, state)

  defp request({:get_chars, encoding, prompt, count}, state) when count >= 0 do
    get_chars(encoding, prompt, count, state)
  end

  defp request({:get_line, prompt}, state), do: get_line(:latin1, prompt, state)
  defp request({:get_line, encoding, prompt}, state), do: get_line(encoding, prompt, state)

  defp request({:get_until, prompt, module, function, args}, state) do
    get_until(:latin1, prompt, module, function, args, state)
  end

  defp request({:get_until, encoding, prompt, module, function, args}, state) do
    get_until(encoding, prompt, module, function, args, state)
  end

  defp request({:get_password, encoding}, state), do: get_line(encoding, "", state)
  defp request({:setopts, [{:encoding, encoding} | _]}, state) when encoding in [:latin1, :unicode], do: {:ok, %{state | encoding: encoding}}
  defp request({:setopts, _}, state), do: {{:error, :enotsup}, state}
  defp request(:getopts, state), do: {[binary: true, encoding: state.encoding], state}
  defp request({:get_geometry, _}, state), do: {{:error, :enotsup}, state}
  defp request({:requests, requests}, state), do: requests(requests, :ok, state)
  defp request(_, state), do: {{:error, :request}, state}

  # Several requests in one stop at the first that fails.
  defp requests([request | rest], :ok, state) do
    {reply, state} = request(request, state)
    requests(rest, reply, state)
  end

  defp requests([_ | _], {:error, _} = reply, state), do: {reply, state}
  defp requests([request | rest], _, state), do: requests([request | rest], :ok, state)
  defp requests([], reply, state), do: {reply, state}

  defp put_chars(encoding, chars, request, state) do
    case :unicode.characters_to_binary(chars, encoding, state.encoding) do
      text when is_binary(text) -> {:ok, %{state | output: state.output <> text}}
      {_, _, _} -> {{:error, {:no_translation, encoding, state.encoding}}, state}
    end
  rescue
    ArgumentError -> {{:error, request}, state}
  end

  defp prompted(prompt, %{capture_prompt: true, output: output} = state) do
    %{state | output: output <> IO.chardata_to_string(prompt)}
  end

  defp prompted(_, state), do: state

  defp get_chars(encoding, prompt, count, %{input: input} = state) do
    case taken(input, count, unit(encoding, state)) do
      {:error, _} = error -> {error, state}
      {"", _} when count > 0 -> {:eof, prompted(prompt, state)}
      {chars, rest} -> {encoded(chars, encoding, state), prompted(prompt, %{state | input: rest})}
    end
  end

  defp taken(input, count, :latin1) do
    size = min(count, byte_size(input))
    <<chars::binary-size(size), rest::binary>> = input
    {chars, rest}
  end

  defp taken(input, count, :unicode) do
    size = characters_size(input, count, 0)

    if is_integer(size) do
      <<chars::binary-size(size), rest::binary>> = input
      {chars, rest}
    else
      {:error, :invalid_unicode}
    end
  end

  defp characters_size(_, 0, size), do: size

  defp characters_size(input, count, size) do
    case input do
      <<_::binary-size(size), char::utf8, _::binary>> -> characters_size(input, count - 1, size + byte_size(<<char::utf8>>))
      <<_::binary-size(size)>> -> size
      _ -> :error
    end
  end

  defp get_line(encoding, prompt, %{input: input} = state) do
    {line, rest} = cut_line(input)

    cond do
      line == "" -> {:eof, prompted(prompt, state)}
      unit(encoding, state) == :unicode and not String.valid?(line) -> {{:error, :collect_line}, state}
      true -> {line |> one_line_feed() |> encoded(encoding, state), prompted(prompt, %{state | input: rest})}
    end
  end

  defp cut_line(input) do
    case :binary.match(input, "\n") do
      {at, 1} ->
        size = at + 1
        <<line::binary-size(size), rest::binary>> = input
        {line, rest}

      :nomatch ->
        {input, ""}
    end
  end

  # Carriage return and line feed together read as one line feed.
  defp one_line_feed(line) do
    before = byte_size(line) - 2

    case line do
      <<text::binary-size(before), "\r\n">> when before >= 0 -> <<text::binary, "\n">>
      _ -> line
    end
  end

  # What is counted: a request in Latin-1 is one for bytes, and a device of bytes has nothing else.
  defp unit(:latin1, _), do: :latin1
  defp unit(_, %{encoding: encoding}), do: encoding

  # A device of bytes asked for characters gives each byte as one.
  defp encoded(chars, :unicode, %{encoding: :latin1}), do: :unicode.characters_to_binary(chars, :latin1, :unicode)
  defp encoded(chars, _, _), do: chars

  # The function is fed lines until it is satisfied. It says how much of the last one it did not need.
  defp get_until(encoding, prompt, module, function, args, state) do
    feed([], encoding, prompt, fn continuation, data -> :erlang.apply(module, function, [continuation, data | args]) end, state)
  end

  defp feed(continuation, encoding, prompt, fun, %{input: input} = state) do
    {line, rest} = cut_line(input)
    unit = unit(encoding, state)

    case if(line == "", do: :eof, else: :unicode.characters_to_list(line, unit)) do
      data when is_list(data) or data == :eof ->
        state = prompted(prompt, %{state | input: rest})

        case fun.(continuation, data) do
          {:done, result, :eof} -> {answer(result, unit), state}
          {:done, result, left} -> {answer(result, unit), %{state | input: :unicode.characters_to_binary(left, :unicode, unit) <> rest}}
          {:more, continuation} -> feed(continuation, encoding, prompt, fun, state)
          _ -> {{:error, :err_func}, state}
        end

      _invalid ->
        {:error, state}
    end
  end

  defp answer(chars, unit) when is_list(chars), do: :unicode.characters_to_binary(chars, :unicode, unit)
  defp answer(result, _), do: result
end
