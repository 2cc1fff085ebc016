defmodule Logger.Formatter do
  @moduledoc ~S"""
  Makes text of log events.

  A format is a string with `$` before what stands for something else: `$time`, `$date`, `$message`, `$level`, `$node`, `$metadata`. The default
  is `"\n$time $metadata[$level] $message\n"`. Metadata is shown as `key=value ` for the keys that were asked for.

      iex> {_module, config} = Logger.Formatter.new(format: "[$level] $message")
      iex> event = %{level: :info, msg: {:string, "hello"}, meta: %{}}
      iex> IO.chardata_to_string(Logger.Formatter.format(event, config))
      "[info] hello"

  A format may also be `{module, function}`: the function gets level, message, timestamp and metadata, and returns text.
  """

  @default ["\n", :time, " ", :metadata, "[", :level, "] ", :message, "\n"]
  @parts [:time, :date, :message, :level, :node, :metadata]
  @replacement "�"

  @enforce_keys [:template]
  defstruct [:template, truncate: 8192, metadata: [], utc_log?: false, colors: %{enabled: false}]

  @type date_time_ms :: {date, time_ms}
  @type date :: {1970..10000, 1..12, 1..31}
  @type time_ms :: {0..23, 0..59, 0..59, 0..999}
  @type pattern :: :date | :level | :levelpad | :message | :metadata | :node | :time
  @type formatter :: {Logger.Formatter, term}

  @doc """
  Makes a formatter for a handler.

  Options: `:format`, `:metadata` (a list of keys, or `:all`), `:colors` (a keyword list with `:enabled` and a colour for each
  level), `:truncate` (bytes, 8192 by default, or `:infinity`), `:utc_log`.

  ## Examples

      iex> {module, _config} = Logger.Formatter.new()
      iex> module
      Logger.Formatter

  """
  @spec new(keyword) :: formatter
  def new(options \\ []) do
    {Logger.Formatter,
     %Logger.Formatter{
       template: compile(options[:format]),
       truncate: Keyword.get(options, :truncate, 8192),
       metadata: metadata_keys(Keyword.get(options, :metadata, [])),
       utc_log?: Keyword.get(options, :utc_log, false),
       colors: colors(Keyword.get(options, :colors, []))
     }}
  end

  @doc false
  def __default__, do: %Logger.Formatter{template: compile(nil)}

  defp metadata_keys(:all), do: :all
  defp metadata_keys(keys) when is_list(keys), do: keys

  defp colors(options) do
    warning = Keyword.get(options, :warning, Keyword.get(options, :warn, :yellow))

    %{
      emergency: Keyword.get(options, :error, :red),
      alert: Keyword.get(options, :error, :red),
      critical: Keyword.get(options, :error, :red),
      error: Keyword.get(options, :error, :red),
      warning: warning,
      notice: Keyword.get(options, :info, :normal),
      info: Keyword.get(options, :info, :normal),
      debug: Keyword.get(options, :debug, :cyan),
      enabled: Keyword.get(options, :enabled, false)
    }
  end

  @doc ~S"""
  Turns a format into what `format/5` works with.

  ## Examples

      iex> Logger.Formatter.compile("$time $message")
      [:time, " ", :message]
      iex> Logger.Formatter.compile({MyLogFormatter, :format})
      {MyLogFormatter, :format}

  """
  @spec compile(binary | nil) :: [pattern | binary]
  @spec compile(pattern) :: pattern when pattern: {module, atom}
  def compile(nil), do: @default
  def compile({module, function}) when is_atom(module) and is_atom(function), do: {module, function}

  def compile(format) when is_binary(format) do
    for piece <- Regex.split(~r/\$[a-z]+/, format, include_captures: true, trim: true) do
      case piece do
        "$" <> name -> part(name)
        text -> text
      end
    end
  end

  for part <- @parts do
    defp part(unquote(Atom.to_string(part))), do: unquote(part)
  end

  defp part(name), do: raise(ArgumentError, "$#{name} is an invalid format pattern")

  @doc """
  Makes text of an event.

  ## Examples

      iex> {_module, config} = Logger.Formatter.new(format: "$message")
      iex> event = %{level: :error, msg: {:report, [a: 1]}, meta: %{}}
      iex> IO.chardata_to_string(Logger.Formatter.format(event, config))
      "[a: 1]"

  """
  @spec format(map, struct) :: iodata
  def format(%{level: level, msg: message, meta: meta}, %Logger.Formatter{} = config) do
    colored(level, config.colors, meta, fn ->
      text = truncate(message(message, meta), config.truncate)
      timestamp = timestamp(meta, config.utc_log?)
      format(config.template, level, text, timestamp, selected(meta, config.metadata))
    end)
  end

  defp colored(level, %{enabled: true} = colors, meta, text) do
    IO.ANSI.format([Map.get(meta, :ansi_color, Map.fetch!(colors, level)), text.() | :reset], true)
  end

  defp colored(_level, _colors, _meta, text), do: text.()

  @doc """
  The message of an event as text, cut after that many bytes.

  ## Examples

      iex> Logger.Formatter.format_event(%{level: :info, msg: {~c"~p of ~p", [1, 2]}, meta: %{}}, :infinity) |> IO.chardata_to_string()
      "1 of 2"
      iex> Logger.Formatter.format_event(%{level: :info, msg: {:string, "abcdefgh"}, meta: %{}}, 3) |> IO.chardata_to_string()
      "abc (truncated)"

  """
  @doc since: "1.15.0"
  @spec format_event(:logger.log_event(), non_neg_integer | :infinity) :: IO.chardata()
  def format_event(%{msg: message, meta: meta}, truncate), do: message |> message(meta) |> truncate(truncate)

  defp message({:string, text}, _meta), do: text

  defp message({:report, report}, %{report_cb: callback} = meta) when is_function(callback, 1) do
    if callback == (&:logger.format_otp_report/1),
      do: message({:report, report}, Map.delete(meta, :report_cb)),
      else: printed(callback.(report))
  end

  defp message({:report, report}, %{report_cb: callback}) when is_function(callback, 2) do
    callback.(report, %{depth: :unlimited, chars_limit: :unlimited, single_line: false})
  end

  defp message({:report, %{label: label, report: report}}, _meta) do
    [inspect(label, inspect_options()), ": ", inspect(plain(report), inspect_options())]
  end

  defp message({:report, report}, _meta), do: inspect(plain(report), inspect_options())
  defp message({format, args}, _meta), do: printed({format, args})

  defp printed({format, args}) do
    {format, args} = Logger.Format.inspected(format, args, inspect_options())
    :io_lib.format(format, args)
  end

  defp plain(%{__struct__: _} = struct), do: struct
  defp plain(report) when is_map(report), do: Map.to_list(report)
  defp plain(report), do: report

  defp inspect_options do
    Application.get_env(:logger, :translator_inspect_opts, [])
  end

  defp timestamp(%{time: microseconds}, utc?) when is_integer(microseconds) do
    system_time_to_date_time_ms(microseconds, utc?)
  end

  defp timestamp(_meta, utc?), do: system_time_to_date_time_ms(:os.system_time(:microsecond), utc?)

  # What is shown is in the order of the keys, and `:module`, `:function` and `:application` are made of what is there.
  defp selected(meta, :all) do
    meta = if mfa = meta[:mfa], do: Map.merge(%{module: elem(mfa, 0), function: function(mfa)}, meta), else: meta
    Map.to_list(meta)
  end

  defp selected(meta, keys) do
    Enum.flat_map(keys, fn key ->
      case {key, meta} do
        {_, %{^key => nil}} -> []
        {_, %{^key => value}} -> [{key, value}]
        {:module, %{mfa: {module, _, _}}} -> [{:module, module}]
        {:function, %{mfa: {_, _, _} = mfa}} -> [{:function, function(mfa)}]
        _missing -> []
      end
    end)
  end

  defp function({_module, function, arity}), do: "#{function}/#{arity}"

  @doc """
  Makes text of a compiled format and the parts of an event.

  ## Examples

      iex> format = Logger.Formatter.compile("$metadata$message")
      iex> IO.chardata_to_string(Logger.Formatter.format(format, :info, "hi", nil, user: 7))
      "user=7 hi"

  """
  @spec format({atom, atom} | [pattern | binary], Logger.level(), Logger.message(), date_time_ms, keyword) :: IO.chardata()
  def format({module, function}, level, message, timestamp, metadata) do
    apply(module, function, [level, message, timestamp, metadata])
  end

  def format(template, level, message, timestamp, metadata) do
    for part <- template, do: fill(part, level, message, timestamp, metadata)
  end

  defp fill(:level, level, _, _, _), do: Atom.to_string(level)
  defp fill(:message, _, message, _, _), do: message
  defp fill(:date, _, _, {date, _time}, _), do: format_date(date)
  defp fill(:time, _, _, {_date, time}, _), do: format_time(time)
  defp fill(:node, _, _, _, _), do: Atom.to_string(node())

  defp fill(:metadata, _, _, _, metadata) do
    for {key, value} <- metadata, shown = value_text(key, value), do: [to_string(key), ?=, shown, ?\s]
  end

  defp fill(text, _, _, _, _), do: text

  # Values that have no short text are left out.
  defp value_text(:time, _time), do: nil
  defp value_text(:gl, _leader), do: nil
  defp value_text(:report_cb, _callback), do: nil
  defp value_text(:crash_reason, _reason), do: nil
  defp value_text(_key, nil), do: nil
  defp value_text(_key, ""), do: nil
  defp value_text(_key, pid) when is_pid(pid), do: :erlang.pid_to_list(pid)

  defp value_text(_key, ref) when is_reference(ref) do
    ~c"#Ref" ++ rest = :erlang.ref_to_list(ref)
    rest
  end

  defp value_text(_key, port) when is_port(port) do
    ~c"#Port" ++ rest = :erlang.port_to_list(port)
    rest
  end

  defp value_text(_key, atom) when is_atom(atom) do
    case Atom.to_string(atom) do
      "Elixir." <> name -> name
      name -> name
    end
  end

  defp value_text(_key, {module, function, arity})
       when is_atom(module) and is_atom(function) and is_integer(arity) do
    Exception.format_mfa(module, function, arity)
  end

  defp value_text(:initial_call, {module, function, args}) when is_list(args) do
    Exception.format_mfa(module, function, args)
  end

  defp value_text(_key, other) when is_binary(other) or is_number(other), do: to_string(other)
  defp value_text(_key, list) when is_list(list), do: if(text?(list), do: list)
  defp value_text(_key, other), do: if(String.Chars.impl_for(other), do: to_string(other))

  defp text?(list), do: :io_lib.printable_unicode_list(list)

  @doc """
  Renders a date.

  ## Examples

      iex> IO.chardata_to_string(Logger.Formatter.format_date({2024, 2, 29}))
      "2024-02-29"

  """
  @spec format_date(date) :: iodata
  def format_date({year, month, day}) do
    [Integer.to_string(year), ?-, two(month), ?-, two(day)]
  end

  @doc """
  Renders a time of day.

  ## Examples

      iex> IO.chardata_to_string(Logger.Formatter.format_time({7, 5, 59, 8}))
      "07:05:59.008"

  """
  @spec format_time(time_ms) :: iodata
  def format_time({hour, minute, second, millisecond}) do
    [two(hour), ?:, two(minute), ?:, two(second), ?., three(millisecond)]
  end

  defp two(number) when number < 10, do: [?0, Integer.to_string(number)]
  defp two(number), do: Integer.to_string(number)

  defp three(number) when number < 10, do: [?0, ?0, Integer.to_string(number)]
  defp three(number) when number < 100, do: [?0, Integer.to_string(number)]
  defp three(number), do: Integer.to_string(number)

  @doc """
  Turns microseconds of the system's clock into a date and a time of day.

  ## Examples

      iex> Logger.Formatter.system_time_to_date_time_ms(1_000_000, true)
      {{1970, 1, 1}, {0, 0, 1, 0}}

  """
  @spec system_time_to_date_time_ms(integer, boolean) :: date_time_ms
  def system_time_to_date_time_ms(system_time, utc_log? \\ true) do
    seconds = Integer.floor_div(system_time, 1_000_000)
    day = Integer.floor_div(seconds, 86_400)
    second = seconds - day * 86_400
    utc = {date(day), {div(second, 3600), rem(div(second, 60), 60), rem(second, 60)}}
    {date, {hour, minute, second}} = if utc_log?, do: utc, else: :erlang.universaltime_to_localtime(utc)
    {date, {hour, minute, second, Integer.mod(div(system_time, 1000), 1000)}}
  end

  # The date of a day since 1970. Years are counted from March, so that the leap day is the last of a year, in eras of 400 of
  # them, which all have the same number of days.
  defp date(day) do
    day = day + 719_468
    era = Integer.floor_div(day, 146_097)
    day = day - era * 146_097
    year = div(day - div(day, 1460) + div(day, 36_524) - div(day, 146_096), 365)
    day = day - (365 * year + div(year, 4) - div(year, 100))
    month = div(5 * day + 2, 153)
    day = day - div(153 * month + 2, 5) + 1
    month = if month < 10, do: month + 3, else: month - 9
    {year + era * 400 + if(month <= 2, do: 1, else: 0), month, day}
  end

  @doc """
  Replaces what is no text in `chardata`.

  ## Examples

      iex> Logger.Formatter.prune(["ok", 0xD800])
      ["ok", "�"]

  """
  @spec prune(IO.chardata()) :: IO.chardata()
  def prune(binary) when is_binary(binary), do: prune_binary(binary, "")
  def prune([first | rest]) when first in 0..0xD7FF or first in 0xE000..0x10FFFF, do: [first | prune_rest(rest)]
  def prune([first | rest]), do: [prune(first) | prune_rest(rest)]
  def prune([]), do: []
  def prune(_other), do: @replacement

  defp prune_rest(rest) when is_list(rest) or is_binary(rest), do: prune(rest)
  defp prune_rest(_other), do: @replacement

  defp prune_binary(<<char::utf8, rest::binary>>, done), do: prune_binary(rest, <<done::binary, char::utf8>>)
  defp prune_binary(<<_byte, rest::binary>>, done), do: prune_binary(rest, done <> @replacement)
  defp prune_binary("", done), do: done

  @doc false
  def truncate(chardata, :infinity), do: chardata

  def truncate(chardata, limit) when limit >= 0 do
    case cut(chardata, limit) do
      {whole, left} when left >= 0 -> _ = whole && chardata
      {part, _over} -> [part, " (truncated)"]
    end
  end

  # What fits, and the bytes that are left; below zero if something did not fit.
  defp cut(_rest, left) when left < 0, do: {[], left}
  defp cut(binary, left) when is_binary(binary) and byte_size(binary) <= left, do: {binary, left - byte_size(binary)}

  defp cut(binary, left) when is_binary(binary), do: {binary_part(binary, 0, boundary(binary, left)), -1}

  defp cut(char, left) when is_integer(char) do
    size = byte_size(<<char::utf8>>)
    if size <= left, do: {char, left - size}, else: {nil, -1}
  end

  defp cut([], left), do: {[], left}

  defp cut([first | rest], left) do
    case cut(first, left) do
      {nil, left} ->
        {[], left}

      {first, left} when left < 0 ->
        {[first], left}

      {first, left} ->
        case cut_rest(rest, left) do
          {nil, left} -> {[first], left}
          {rest, left} -> {[first | rest], left}
        end
    end
  end

  defp cut_rest(rest, left), do: cut(rest, left)

  # The longest prefix of at most `size` bytes that ends between two characters.
  defp boundary(binary, size) do
    case :binary.at(binary, size) do
      byte when Bitwise.band(byte, 0xC0) == 0x80 and size > 0 -> boundary(binary, size - 1)
      _start -> size
    end
  end
end
