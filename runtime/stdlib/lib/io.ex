defmodule IO do
  @moduledoc ~S"""
  Reading and writing.

  A *device* is a process that speaks the I/O protocol, its registered name, or one of two shorthands: `:stdio` (the
  group leader of the caller, which is where a program's output belongs) and `:stderr`.

  Text functions (`puts/2`, `gets/2`, `read/2`) deal in characters and let the device encode them; their twins with
  `bin` in the name deal in bytes.

  ## IO data and chardata

  What is written need not be one string. *IO data* is a binary or a list, nested at will, of bytes and binaries;
  *chardata* has code points in the place of bytes. Building such a list costs nothing and saves joining:

      iex> IO.iodata_to_binary(["total: ", [?4, "2"], "\n"])
      "total: 42\n"

  """

  @type device :: atom | pid
  @type nodata :: {:error, term} | :eof
  @type chardata :: String.t() | maybe_improper_list(char | chardata, String.t() | [])

  defguardp is_device(device) when is_atom(device) or is_pid(device)

  @doc """
  Reads from a device: a line (`:line`), all there is (`:eof`) or a number of characters.

  Gives the text, `:eof` where there is none (but `""` for `:eof`), or `{:error, reason}`.

  ## Examples

      iex> {:ok, device} = StringIO.open("one\\ntwo")
      iex> IO.read(device, :line)
      "one\\n"
      iex> IO.read(device, 2)
      "tw"
      iex> IO.read(device, :eof)
      "o"
      iex> IO.read(device, :line)
      :eof

  """
  @spec read(device, :eof | :line | non_neg_integer) :: chardata | nodata
  def read(device \\ :stdio, line_or_chars)

  def read(device, :all) do
    IO.warn("IO.read(device, :all) is deprecated, use IO.read(device, :eof) instead")
    with :eof <- read(device, :eof), do: ""
  end

  def read(device, :eof), do: getn_all(map_dev(device))
  def read(device, :line), do: :io.get_line(map_dev(device), ~c"")

  def read(device, count) when is_integer(count) and count >= 0 do
    :io.get_chars(map_dev(device), ~c"", count)
  end

  @read_all_size 4096

  # Devices answer with strings or with charlists, as they are set.
  defp getn_all(device) do
    case :io.get_chars(device, ~c"", @read_all_size) do
      data when is_binary(data) -> :erlang.iolist_to_binary([data | more_strings(device)])
      data when is_list(data) -> data ++ more_charlists(device)
      other -> other
    end
  end

  defp more_strings(device) do
    case :io.get_chars(device, ~c"", @read_all_size) do
      data when is_binary(data) -> [data | more_strings(device)]
      _ -> []
    end
  end

  defp more_charlists(device) do
    case :io.get_chars(device, ~c"", @read_all_size) do
      data when is_list(data) -> data ++ more_charlists(device)
      _ -> []
    end
  end

  @doc """
  As `read/2`, in bytes.

  ## Examples

      iex> {:ok, device} = StringIO.open("éa", encoding: :latin1)
      iex> IO.binread(device, 1)
      <<0xC3>>

  """
  @spec binread(device, :eof | :line | non_neg_integer) :: iodata | nodata
  def binread(device \\ :stdio, line_or_bytes)

  def binread(device, :all) do
    IO.warn("IO.binread(device, :all) is deprecated, use IO.binread(device, :eof) instead")
    with :eof <- binread(device, :eof), do: ""
  end

  def binread(device, :eof), do: binread_all(map_dev(device), [])

  def binread(device, :line) do
    case :file.read_line(map_dev(device)) do
      {:ok, data} -> data
      other -> other
    end
  end

  def binread(device, count) when is_integer(count) and count >= 0 do
    case :file.read(map_dev(device), count) do
      {:ok, data} -> data
      other -> other
    end
  end

  defp binread_all(device, acc) do
    case :file.read(device, @read_all_size) do
      {:ok, data} -> binread_all(device, [acc | data])
      :eof -> if acc == [], do: :eof, else: :erlang.iolist_to_binary(acc)
      other -> other
    end
  end

  @doc """
  Writes text to a device.

  ## Examples

      iex> {:ok, device} = StringIO.open("")
      iex> IO.write(device, "half a line")
      :ok
      iex> StringIO.flush(device)
      "half a line"

  """
  @spec write(device, chardata | String.Chars.t()) :: :ok
  def write(device \\ :stdio, chardata), do: :io.put_chars(map_dev(device), to_chardata(chardata))

  @doc """
  Writes bytes to a device.

  ## Examples

      iex> {:ok, device} = StringIO.open("", encoding: :latin1)
      iex> IO.binwrite(device, [0xC3, <<0xA9>>])
      :ok
      iex> StringIO.flush(device)
      "é"

  """
  @spec binwrite(device, iodata) :: :ok
  def binwrite(device \\ :stdio, iodata) when is_list(iodata) or is_binary(iodata) do
    case :file.write(map_dev(device), iodata) do
      :ok -> :ok
      {:error, reason} -> :erlang.error(reason)
    end
  end

  @doc """
  Writes text and a line end to a device.

  ## Examples

      iex> {:ok, device} = StringIO.open("")
      iex> IO.puts(device, [?a, "bc"])
      :ok
      iex> StringIO.flush(device)
      "abc\\n"

  """
  @spec puts(device, chardata | String.Chars.t()) :: :ok
  def puts(device \\ :stdio, item) when is_device(device) do
    :io.put_chars(map_dev(device), [to_chardata(item), ?\n])
  end

  @doc """
  Writes a warning to the standard error device.

  The second argument says where it belongs: a stacktrace, a `Macro.Env`, or a keyword list with `:file`, `:line` and
  perhaps `:column`, `:module` and `:function`. `warn/1` takes the stacktrace of the caller.

  ## Examples

      IO.warn("the option :fast does nothing")
      # warning: the option :fast does nothing
      #   my_app.ex:4: MyApp.start/2

  """
  @spec warn(chardata | String.Chars.t(), Exception.stacktrace() | keyword | Macro.Env.t()) :: :ok
  def warn(message, stacktrace_info)

  def warn(message, %{__struct__: Macro.Env, file: file, line: line, module: module, function: function} = env) do
    warn_at(message, Macro.Env.stacktrace(env), file, line, nil, module, function)
  end

  def warn(message, [{_, _} | _] = location) do
    [file, line, column, module, function] =
      for key <- [:file, :line, :column, :module, :function], do: Keyword.get(location, key)

    if file do
      warn_at(message, warned_at(module, function, file, line), file, line, column, module, function)
    else
      warn(message, [])
    end
  end

  def warn(message, stacktrace) when is_list(stacktrace) do
    message = text(message)
    entries = for entry <- stacktrace, do: ["  ", Exception.format_stacktrace_entry(entry), ?\n]
    Jovial.Diagnostics.warn(message, stacktrace, {nil, 0, nil, nil}, ["warning: ", message, ?\n, entries, ?\n])
  end

  @doc """
  As `warn/2`, with the stacktrace of the caller.

  ## Examples

      IO.warn("this will stop working soon")

  """
  @spec warn(chardata | String.Chars.t()) :: :ok
  def warn(message) do
    {:current_stacktrace, stacktrace} = Process.info(self(), :current_stacktrace)
    warn(message, stacktrace |> Enum.drop(2) |> Enum.take_while(&(elem(&1, 0) != Jovial.Session)))
  end

  @doc false
  # Warns unless that was done before under this key.
  def warn_once(key, message, stacktrace_drop_levels) do
    {:current_stacktrace, stacktrace} = Process.info(self(), :current_stacktrace)

    if :persistent_term.get({IO, :warned, key}, false) do
      false
    else
      :persistent_term.put({IO, :warned, key}, true)
      warn(message.(), Enum.drop(stacktrace, stacktrace_drop_levels))
      true
    end
  end

  defp text(message), do: :unicode.characters_to_binary(to_chardata(message))

  defp warned_at(nil, _, file, line), do: [{:elixir_compiler, :__FILE__, 1, [file: to_charlist(file), line: line]}]
  defp warned_at(module, nil, file, line), do: [{module, :__MODULE__, 0, [file: to_charlist(file), line: line]}]
  defp warned_at(module, {name, arity}, file, line), do: [{module, name, arity, [file: to_charlist(file), line: line]}]

  defp warn_at(message, stacktrace, file, line, column, module, function) do
    who =
      case {module, function} do
        {nil, _} -> "(file)"
        {module, nil} -> Kernel.inspect(module) <> " (module)"
        {module, {name, arity}} -> Exception.format_mfa(module, name, arity)
      end

    Jovial.Diagnostics.warn(text(message), stacktrace, {file, line, column, who})
  end

  @doc """
  Writes the inspected `item` and a line end, and returns `item`.

  It can be put anywhere in a pipeline to look at what passes. The options are those of `Inspect.Opts` and `:label`, a
  text to put in front.

  ## Examples

      iex> {:ok, device} = StringIO.open("")
      iex> [3, 1] |> then(&IO.inspect(device, &1, label: "before")) |> Enum.sum()
      4
      iex> StringIO.flush(device)
      "before: [3, 1]\\n"

  """
  @spec inspect(item, keyword) :: item when item: var
  def inspect(item, opts \\ []), do: inspect(:stdio, item, opts)

  @doc """
  As `inspect/2`, on a device.

  ## Examples

      iex> {:ok, device} = StringIO.open("")
      iex> IO.inspect(device, {:ok, 255}, base: :hex)
      {:ok, 255}
      iex> StringIO.flush(device)
      "{:ok, 0xFF}\\n"

  """
  @spec inspect(device, item, keyword) :: item when item: var
  def inspect(device, item, opts) when is_device(device) and is_list(opts) do
    label =
      case Keyword.get(opts, :label) do
        nil -> []
        label -> [to_chardata(label), ": "]
      end

    opts = Inspect.Opts.new(opts)
    doc = Inspect.Algebra.group(Inspect.Algebra.to_doc(item, opts))
    puts(device, [label | Inspect.Algebra.format(doc, opts.width)])
    item
  end

  @doc """
  Prompts for `count` bytes (or characters, depending on the device); see `getn/3`.
  """
  @spec getn(chardata | String.Chars.t(), pos_integer) :: chardata | nodata
  @spec getn(device, chardata | String.Chars.t()) :: chardata | nodata
  def getn(prompt, count \\ 1)
  def getn(prompt, count) when is_integer(count) and count > 0, do: getn(:stdio, prompt, count)
  def getn(device, prompt) when not is_integer(prompt), do: getn(device, prompt, 1)

  @doc """
  Writes a prompt and reads `count` characters.

  ## Examples

      iex> {:ok, device} = StringIO.open("yes")
      iex> IO.getn(device, "sure? ", 1)
      "y"

  """
  @spec getn(device, chardata | String.Chars.t(), pos_integer | :eof) :: chardata | nodata
  def getn(device, prompt, :eof), do: getn_until_eof(map_dev(device), to_chardata(prompt))

  def getn(device, prompt, count) when is_integer(count) and count > 0 do
    :io.get_chars(map_dev(device), to_chardata(prompt), count)
  end

  defp getn_until_eof(device, prompt) do
    with :ok <- :io.put_chars(device, prompt), do: getn_all(device)
  end

  @doc """
  Writes a prompt and reads a line, its line end included.

  Gives `:eof` at the end of input or `{:error, reason}`.

  ## Examples

      iex> {:ok, device} = StringIO.open("Ada\\n")
      iex> IO.gets(device, "name? ")
      "Ada\\n"
      iex> IO.gets(device, "name? ")
      :eof

  """
  @spec gets(device, chardata | String.Chars.t()) :: chardata | nodata
  def gets(device \\ :stdio, prompt), do: :io.get_line(map_dev(device), to_chardata(prompt))

  @doc """
  The standard device as a stream of lines; see `stream/2`.
  """
  @spec stream() :: Enumerable.t(String.t())
  def stream(), do: stream(:stdio, :line)

  @doc """
  A device as a stream: of its lines, or of pieces of `line_or_codepoints` characters.

  Reading takes from the device for good. It can be collected into as well, which writes.

  ## Examples

      iex> {:ok, device} = StringIO.open("a\\nb\\n")
      iex> device |> IO.stream(:line) |> Enum.map(&String.trim/1)
      ["a", "b"]

  """
  @spec stream(device, :line | pos_integer) :: Enumerable.t()
  def stream(device \\ :stdio, line_or_codepoints)
      when line_or_codepoints == :line or (is_integer(line_or_codepoints) and line_or_codepoints > 0) do
    IO.Stream.__build__(map_dev(device), false, line_or_codepoints)
  end

  @doc """
  The standard device as a stream of lines in bytes; see `binstream/2`.
  """
  @spec binstream() :: Enumerable.t(binary)
  def binstream(), do: binstream(:stdio, :line)

  @doc """
  As `stream/2`, in bytes.

  ## Examples

      iex> {:ok, device} = StringIO.open("abcde")
      iex> device |> IO.binstream(2) |> Enum.to_list()
      ["ab", "cd", "e"]

  """
  @spec binstream(device, :line | pos_integer) :: Enumerable.t()
  def binstream(device \\ :stdio, line_or_bytes)
      when line_or_bytes == :line or (is_integer(line_or_bytes) and line_or_bytes > 0) do
    IO.Stream.__build__(map_dev(device), true, line_or_bytes)
  end

  @doc """
  Joins chardata to a string.

  Raises `UnicodeConversionError` for what is no text.

  ## Examples

      iex> IO.chardata_to_string([0xE9, "t", [0xE9]])
      "été"

  """
  @spec chardata_to_string(chardata) :: String.t()
  def chardata_to_string(chardata)
  def chardata_to_string(string) when is_binary(string), do: string
  def chardata_to_string(list) when is_list(list), do: List.to_string(list)

  @doc """
  Joins IO data to a binary.

  ## Examples

      iex> IO.iodata_to_binary([1, [<<2, 3>>], 4 | <<5>>])
      <<1, 2, 3, 4, 5>>

  """
  @spec iodata_to_binary(iodata) :: binary
  def iodata_to_binary(iodata), do: :erlang.iolist_to_binary(iodata)

  @doc """
  The number of bytes in IO data.

  ## Examples

      iex> IO.iodata_length(["é", ?e])
      3

  """
  @spec iodata_length(iodata) :: non_neg_integer
  def iodata_length(iodata), do: :erlang.iolist_size(iodata)

  @doc false
  def each_stream(device, line_or_codepoints) do
    case read(device, line_or_codepoints) do
      :eof -> {:halt, device}
      {:error, reason} -> raise IO.StreamError, reason: reason
      data -> {[data], device}
    end
  end

  @doc false
  def each_binstream(device, line_or_bytes) do
    case binread(device, line_or_bytes) do
      :eof -> {:halt, device}
      {:error, reason} -> raise IO.StreamError, reason: reason
      data -> {[data], device}
    end
  end

  defp map_dev(:stdio), do: :erlang.group_leader()
  defp map_dev(:stderr), do: :standard_error
  defp map_dev(other) when is_device(other) or is_tuple(other), do: other

  defp to_chardata(list) when is_list(list), do: list
  defp to_chardata(other), do: String.Chars.to_string(other)
end
