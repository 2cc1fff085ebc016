defmodule :io do
  @moduledoc """
  The client's side of the I/O protocol, under the names that Erlang programs know.

  A device is a process. A request is the message `{:io_request, from, ref, request}`, the answer `{:io_reply, ref,
  reply}`. Every function exists with and without a device; without one the caller's group leader is asked.

      iex> :io.format("~s is ~b~n", ["seven", 7])
      :ok

  `IO` is the module for Elixir programs.
  """

  @doc """
  Sends a request to a device and waits for the answer.

  A device that is gone answers `{:error, :terminated}`, a name that nobody has `{:error, :arguments}`.
  """
  @spec request(atom | pid, term) :: term
  def request(device \\ :erlang.group_leader(), request)

  def request(:standard_io, request), do: request(:erlang.group_leader(), request)

  def request(name, request) when is_atom(name) do
    case :erlang.whereis(name) do
      :undefined -> {:error, :arguments}
      device -> request(device, request)
    end
  end

  def request(device, request) when is_pid(device) do
    ref = :erlang.monitor(:process, device)
    :erlang.send(device, {:io_request, self(), ref, full(request)})

    receive do
      {:io_reply, ^ref, reply} ->
        :erlang.demonitor(ref, [:flush])
        reply

      {:DOWN, ^ref, _, _, _} ->
        # The answer may have been sent just before the end.
        receive do
          {:EXIT, ^device, _} -> {:error, :terminated}
        after
          0 -> {:error, :terminated}
        end
    end
  end

  def request(_, _), do: {:error, :arguments}

  defp full({:format, format, args}), do: {:put_chars, :unicode, :io_lib, :format, [format, args]}
  defp full(:nl), do: {:put_chars, :unicode, "\n"}
  defp full(request), do: request

  @doc """
  Sends several requests at once.
  """
  @spec requests(atom | pid, list) :: term
  def requests(device \\ :erlang.group_leader(), requests) do
    request(device, {:requests, for(request <- requests, do: full(request))})
  end

  @doc """
  Writes characters.
  """
  @spec put_chars(:unicode.chardata()) :: :ok
  def put_chars(chars), do: put_chars(:erlang.group_leader(), chars, "1st")

  @doc """
  Writes text to a device.
  """
  @spec put_chars(atom | pid, :unicode.chardata()) :: :ok
  def put_chars(device, chars), do: put_chars(device, chars, "2nd")

  defp put_chars(device, chars, place) do
    case text(chars) do
      text when is_binary(text) ->
        done(request(device, {:put_chars, :unicode, text}), device)

      _ ->
        raise ArgumentError,
              "errors were found at the given arguments:\n\n  * #{place} argument: not valid character data (an iodata term)\n"
    end
  end

  # The writer's call is at fault, not what looks through the characters.
  defp text(chars) when is_binary(chars), do: :unicode.characters_to_binary(chars)

  defp text(chars) do
    :unicode.characters_to_binary(chars)
  catch
    :error, _ -> :error
  end

  defp done({:error, reason}, device), do: failed(reason, device)
  defp done(reply, _), do: reply

  defp failed(:terminated, _), do: :erlang.error(:terminated)
  defp failed({:no_translation, _, _}, _), do: :erlang.error(:no_translation)

  defp failed(:arguments, device) when is_atom(device) do
    raise ArgumentError, "errors were found at the given arguments:\n\n  * 1st argument: the device does not exist\n"
  end

  defp failed(_, _), do: :erlang.error(:badarg)

  @doc """
  Writes a line end.
  """
  @spec nl(atom | pid) :: :ok
  def nl(device \\ :erlang.group_leader()), do: put_chars(device, "\n")

  @doc """
  Writes a term as Erlang source.
  """
  @spec write(atom | pid, term) :: :ok
  def write(device \\ :erlang.group_leader(), term), do: put_chars(device, :io_lib.write(term))

  @doc """
  Writes formatted text, see `:io_lib.format/2`.
  """
  @spec format(atom | pid, binary | charlist | atom, list) :: :ok
  def format(format), do: format(format, [])

  def format(format, args) when is_list(args) or not (is_pid(format) or is_atom(format)) do
    case :io_lib.formatted(format, args) do
      {:ok, text} -> put_chars(:erlang.group_leader(), text)
      :error -> :erlang.error(:badarg, [format, args], error_info: %{module: :erl_stdlib_errors})
    end
  end

  def format(device, format), do: format(device, format, [])

  def format(device, format, args) do
    case :io_lib.formatted(format, args) do
      {:ok, text} -> put_chars(device, text)
      :error -> :erlang.error(:badarg, [device, format, args], error_info: %{module: :erl_stdlib_errors})
    end
  end

  @doc """
  The same as `format/3`.
  """
  @spec fwrite(atom | pid, binary | charlist | atom, list) :: :ok
  def fwrite(format), do: format(format)
  def fwrite(format, args), do: format(format, args)
  def fwrite(device, format, args), do: format(device, format, args)

  @doc """
  Prompts for a line.
  """
  @spec get_line(atom | pid, iodata | atom) :: charlist | binary | :eof | {:error, term}
  def get_line(device \\ :erlang.group_leader(), prompt), do: request(device, {:get_line, :unicode, prompt})

  @doc """
  Prompts for `count` characters.
  """
  @spec get_chars(atom | pid, iodata | atom, non_neg_integer) :: charlist | binary | :eof | {:error, term}
  def get_chars(device \\ :erlang.group_leader(), prompt, count) when is_integer(count) and count >= 0 do
    request(device, {:get_chars, :unicode, prompt, count})
  end

  @doc """
  Reads a line without showing it.
  """
  @spec get_password(atom | pid) :: charlist | {:error, term}
  def get_password(device \\ :erlang.group_leader()), do: request(device, {:get_password, :unicode})

  @doc """
  The options of a device.
  """
  @spec getopts(atom | pid) :: list | {:error, term}
  def getopts(device \\ :erlang.group_leader()), do: request(device, :getopts)

  @doc """
  Sets options of a device.
  """
  @spec setopts(atom | pid, list) :: :ok | {:error, term}
  def setopts(device \\ :erlang.group_leader(), options), do: request(device, {:setopts, options})

  @doc """
  The width of a terminal.
  """
  @spec columns(atom | pid) :: {:ok, pos_integer} | {:error, term}
  def columns(device \\ :erlang.group_leader()), do: geometry(device, :columns)

  @doc """
  The height of a terminal.
  """
  @spec rows(atom | pid) :: {:ok, pos_integer} | {:error, term}
  def rows(device \\ :erlang.group_leader()), do: geometry(device, :rows)

  defp geometry(device, which) do
    case request(device, {:get_geometry, which}) do
      size when is_integer(size) and size > 0 -> {:ok, size}
      _ -> {:error, :enotsup}
    end
  end

  @doc """
  Which characters count as printable: all of Unicode.
  """
  @spec printable_range() :: :unicode | :latin1
  def printable_range(), do: :unicode

  # ## Erlang's syntax

  @doc """
  Reads a term that a dot ends: `{:ok, term}`, `:eof` or `{:error, info}`.
  """
  def read(prompt), do: read(:erlang.group_leader(), prompt)

  @doc "As `read/1`, from a device."
  def read(device, prompt) do
    case read(device, prompt, 1) do
      {:ok, term, _line} -> {:ok, term}
      {:error, info, _line} -> {:error, info}
      {:eof, _line} -> :eof
      other -> other
    end
  end

  @doc "As `read/2`, where lines count from a number; the last line comes too."
  def read(device, prompt, line), do: read(device, prompt, line, [])

  @doc "As `read/3`; no option changes anything here."
  def read(device, prompt, line, _options) do
    with {:ok, tokens, last} <- scan_erl_exprs(device, prompt, line) do
      case :erl_parse.parse_term(tokens) do
        {:ok, term} -> {:ok, term, last}
        {:error, info} -> {:error, info, last}
      end
    end
  end

  @doc "Reads the tokens of what a dot ends."
  def scan_erl_exprs(prompt), do: scan_erl_exprs(:erlang.group_leader(), prompt)

  @doc "As `scan_erl_exprs/1`, from a device."
  def scan_erl_exprs(device, prompt), do: scan_erl_exprs(device, prompt, 1)

  @doc """
  As `scan_erl_exprs/2`, where lines count from a number.

      iex> {:ok, device} = StringIO.open("{a,\\n1}. b.")
      iex> :io.scan_erl_exprs(device, "", 1)
      {:ok, [{:"{", 1}, {:atom, 1, :a}, {:",", 1}, {:integer, 2, 1}, {:"}", 2}, {:dot, 2}], 2}
      iex> :io.read(device, "")
      {:ok, :b}
      iex> :io.read(device, "")
      :eof
  """
  def scan_erl_exprs(device, prompt, line), do: form(device, prompt, line, "")

  @doc "As `scan_erl_exprs/3`; no option changes anything here."
  def scan_erl_exprs(device, prompt, line, _options), do: form(device, prompt, line, "")

  # Characters are taken one by one, since what follows the dot belongs to the next reader.
  defp form(device, prompt, line, text) do
    case get_chars(device, prompt, 1) do
      :eof -> ended(text, line)
      {:error, reason} -> {:error, reason}
      char -> more(device, line, text <> IO.chardata_to_string(char))
    end
  end

  defp more(device, line, text) do
    complete? = text =~ ~r/\.\s\z/

    case complete? and :erl_scan.form(text, line) do
      {:ok, tokens, _rest, last} -> {:ok, tokens, last}
      {:error, info, last} -> {:error, info, last}
      _ -> form(device, "", line, text)
    end
  end

  defp ended(text, line) do
    case :erl_scan.form(text, line) do
      {:ok, tokens, _rest, last} -> {:ok, tokens, last}
      {:eof, last} -> {:eof, last}
      {:more, _tokens, last} -> {:error, {last, :erl_parse, [~c"syntax error before: ", []]}, last}
      {:error, info, last} -> {:error, info, last}
    end
  end

  @doc "Reads the tokens of a form, which a dot ends."
  def scan_erl_form(prompt), do: scan_erl_exprs(prompt)

  @doc "As `scan_erl_form/1`, from a device."
  def scan_erl_form(device, prompt), do: scan_erl_exprs(device, prompt)

  @doc "As `scan_erl_form/2`, where lines count from a number."
  def scan_erl_form(device, prompt, line), do: scan_erl_exprs(device, prompt, line)

  @doc "As `scan_erl_form/3`; no option changes anything here."
  def scan_erl_form(device, prompt, line, _options), do: scan_erl_exprs(device, prompt, line)

  @doc "Reads the expressions that a dot ends, in the abstract format."
  def parse_erl_exprs(prompt), do: parse_erl_exprs(:erlang.group_leader(), prompt)

  @doc "As `parse_erl_exprs/1`, from a device."
  def parse_erl_exprs(device, prompt), do: parse_erl_exprs(device, prompt, 1)

  @doc """
  As `parse_erl_exprs/2`, where lines count from a number.

      iex> {:ok, device} = StringIO.open("1 + X.")
      iex> :io.parse_erl_exprs(device, "", 1)
      {:ok, [{:op, 1, :+, {:integer, 1, 1}, {:var, 1, :X}}], 1}
  """
  def parse_erl_exprs(device, prompt, line) do
    with {:ok, tokens, last} <- scan_erl_exprs(device, prompt, line) do
      case :erl_parse.parse_exprs(tokens) do
        {:ok, expressions} -> {:ok, expressions, last}
        {:error, info} -> {:error, info, last}
      end
    end
  end

  @doc "As `parse_erl_exprs/3`; no option changes anything here."
  def parse_erl_exprs(device, prompt, line, _options), do: parse_erl_exprs(device, prompt, line)
end
