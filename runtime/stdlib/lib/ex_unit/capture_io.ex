defmodule ExUnit.CaptureIO do
  @moduledoc """
  Catches what is printed.

      iex> import ExUnit.CaptureIO
      iex> capture_io(fn -> IO.write("hello") end)
      "hello"
      iex> capture_io("Ada\\n", fn -> IO.write("Hi " <> IO.gets("")) end)
      "Hi Ada\\n"

  A device is `:stdio` (what the process itself and those it starts print), or the name of one, such as `:stderr`, where all that is printed
  meanwhile counts, whoever prints it. With an input, reads get that; options are `:input`, `:capture_prompt` (`true` if not given) and `:encoding`.
  """

  @doc """
  Gives what `function` prints to standard output.

  ## Examples

      iex> ExUnit.CaptureIO.capture_io(fn -> IO.puts("a") end)
      "a\\n"
  """
  @spec capture_io((-> any)) :: String.t()
  def capture_io(function) when is_function(function, 0), do: capture_io(:stdio, [], function)

  @doc """
  Gives what `function` prints to a device, or, with an input or options, to standard output.

  ## Examples

      iex> ExUnit.CaptureIO.capture_io(:stderr, fn -> IO.write(:stderr, "no!") end)
      "no!"
      iex> ExUnit.CaptureIO.capture_io([input: "x", capture_prompt: false], fn -> IO.write(IO.gets("> ")) end)
      "x"
  """
  @spec capture_io(atom | pid | String.t() | keyword, (-> any)) :: String.t()
  def capture_io(device_input_or_options, function)
  def capture_io(device, function) when is_atom(device) or is_pid(device), do: capture_io(device, [], function)
  def capture_io(input, function) when is_binary(input), do: capture_io(:stdio, [input: input], function)
  def capture_io(options, function) when is_list(options), do: capture_io(:stdio, options, function)

  @doc """
  Gives what `function` prints to a device, with an input or options.

  ## Examples

      iex> ExUnit.CaptureIO.capture_io(:stdio, "b", fn -> IO.write("a" <> IO.read(:eof)) end)
      "ab"
  """
  @spec capture_io(atom | pid, String.t() | keyword, (-> any)) :: String.t()
  def capture_io(device, input_or_options, function) do
    {_value, output} = with_io(device, input_or_options, function)
    output
  end

  @doc """
  As `capture_io/1`, and gives what the function returns as well.

  ## Examples

      iex> ExUnit.CaptureIO.with_io(fn -> IO.write("a"); :done end)
      {:done, "a"}
  """
  @spec with_io((-> value)) :: {value, String.t()} when value: any
  def with_io(function) when is_function(function, 0), do: with_io(:stdio, [], function)

  @doc """
  As `capture_io/2`, and gives what the function returns as well.
  """
  @spec with_io(atom | pid | String.t() | keyword, (-> value)) :: {value, String.t()} when value: any
  def with_io(device_input_or_options, function)
  def with_io(device, function) when is_atom(device) or is_pid(device), do: with_io(device, [], function)
  def with_io(input, function) when is_binary(input), do: with_io(:stdio, [input: input], function)
  def with_io(options, function) when is_list(options), do: with_io(:stdio, options, function)

  @doc """
  As `capture_io/3`, and gives what the function returns as well.
  """
  @spec with_io(atom | pid, String.t() | keyword, (-> value)) :: {value, String.t()} when value: any
  def with_io(device, input, function) when is_binary(input), do: with_io(device, [input: input], function)

  def with_io(device, options, function) when is_list(options) and is_function(function, 0) do
    input = Keyword.get(options, :input, "")
    string_options = [capture_prompt: Keyword.get(options, :capture_prompt, true), encoding: Keyword.get(options, :encoding, :unicode)]
    capture(named(device), input, string_options, function)
  end

  defp named(:stdio), do: :standard_io
  defp named(:stderr), do: :standard_error
  defp named(device), do: device

  # The group leader is the process's own, so nobody else's output gets in.
  defp capture(:standard_io, input, options, function) do
    {:ok, string_io} = StringIO.open(input, options)
    leader = Process.group_leader()
    Process.group_leader(self(), string_io)

    try do
      value = function.()
      {value, output(string_io)}
    after
      Process.group_leader(self(), leader)
      StringIO.close(string_io)
    end
  end

  defp capture(pid, _input, _options, function) when is_pid(pid) do
    case ExUnit.CaptureServer.pid_capture_on(pid) do
      {:ok, token} ->
        try do
          value = function.()
          {value, ExUnit.CaptureServer.device_output(token)}
        after
          ExUnit.CaptureServer.device_capture_off(token)
        end

      {:error, reason} ->
        raise "could not find IO device registered at #{inspect(pid)}: #{inspect(reason)}"
    end
  end

  defp capture(device, input, options, function) do
    case ExUnit.CaptureServer.device_capture_on(device, input, options) do
      {:ok, token} ->
        try do
          value = function.()
          {value, ExUnit.CaptureServer.device_output(token)}
        after
          ExUnit.CaptureServer.device_capture_off(token)
        end

      {:error, :no_device} ->
        raise "could not find IO device registered at #{inspect(device)}"

      {:error, :input_on_already_captured_device} ->
        raise ArgumentError,
              "attempted multiple captures on device #{inspect(device)} with input. If you need to give an input to a captured device, " <>
                "you cannot run your test asynchronously"

      {:error, {:changed_encoding, encoding}} ->
        raise ArgumentError,
              "attempted to change the encoding for a currently captured device #{inspect(device)}. Currently set as: #{inspect(encoding)}. " <>
                "If you need to use multiple encodings on a captured device, you cannot run your test asynchronously"
    end
  end

  defp output(string_io), do: string_io |> StringIO.contents() |> elem(1)
end
