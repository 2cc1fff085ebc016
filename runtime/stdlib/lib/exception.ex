defmodule Exception do
  @moduledoc """
  Exceptions and how to show them.

  An exception is a struct with the field `__exception__: true`, made by `defexception` and raised by `raise/2`. Its
  module implements this behaviour: `c:exception/1` builds it from what follows `raise`, and `c:message/1` says in words
  what went wrong. `c:blame/2` may look at the stacktrace to say it better.

  The functions here work on anything that can be caught: a *kind* (`:error`, `:exit`, `:throw` or `{:EXIT, pid}`), a
  payload and a stacktrace.

      iex> try do
      ...>   raise "boom"
      ...> rescue
      ...>   error -> Exception.format_banner(:error, error, __STACKTRACE__)
      ...> end
      "** (RuntimeError) boom"

  """

  @type t :: %{
          required(:__struct__) => module,
          required(:__exception__) => true,
          optional(atom) => any
        }

  @type kind :: :error | non_error_kind
  @type non_error_kind :: :exit | :throw | {:EXIT, pid}
  @type arity_or_args :: non_neg_integer | list
  @type location :: keyword
  @type stacktrace :: [stacktrace_entry]
  @type stacktrace_entry ::
          {module, atom, arity_or_args, location} | {(... -> any), arity_or_args, location}

  @doc """
  Builds the exception from what was given to `raise/2`: a message or the values of fields.
  """
  @callback exception(term) :: t

  @doc """
  Says what went wrong.
  """
  @callback message(t) :: String.t()

  @doc """
  Completes an exception and its stacktrace with what can be found out after the fact.

  It may be slow, so it is called for people only: by shells, loggers and test runners.
  """
  @callback blame(t, stacktrace) :: {t, stacktrace}

  @optional_callbacks blame: 2

  @doc false
  @deprecated "Use Kernel.is_exception/1 instead"
  def exception?(term), do: is_exception(term)

  @doc """
  The message of an exception.

  If its module fails to give one, the answer says so instead of raising.

  ## Examples

      iex> Exception.message(%ArgumentError{message: "too short"})
      "too short"
      iex> Exception.message(%MatchError{term: 12})
      "no match of right hand side value: 12"

  """
  @spec message(t) :: String.t()
  def message(%module{__exception__: true} = exception) do
    try do
      module.message(exception)
    rescue
      caught ->
        "got #{inspect(caught.__struct__)} with message " <>
          "#{inspect(message(caught))} while retrieving Exception.message/1 " <>
          "for #{inspect(exception)}. Stacktrace:\n#{format_stacktrace(__STACKTRACE__)}"
    else
      text when is_binary(text) ->
        text

      other ->
        "got #{inspect(other)} while retrieving Exception.message/1 for #{inspect(exception)} (expected a string)"
    end
  end

  @doc """
  Turns an error reason into an exception.

  Payloads of other kinds than `:error` are returned as they are. The stacktrace helps with reasons such as `:undef`
  that don't say much by themselves.

  ## Examples

      iex> Exception.normalize(:error, {:badmap, 1})
      %BadMapError{term: 1}
      iex> Exception.normalize(:throw, {:badmap, 1})
      {:badmap, 1}

  """
  @spec normalize(:error, any, stacktrace) :: t
  @spec normalize(non_error_kind, payload, stacktrace) :: payload when payload: var
  def normalize(kind, payload, stacktrace \\ [])
  def normalize(:error, %_{__exception__: true} = payload, _), do: payload
  def normalize(:error, payload, stacktrace), do: ErlangError.normalize(payload, stacktrace || [])
  def normalize(_kind, payload, _stacktrace), do: payload

  # ## Whole reports

  @doc """
  The headline for something caught, such as `** (RuntimeError) oops`.

  ## Examples

      iex> Exception.format_banner(:error, :badarith)
      "** (ArithmeticError) bad argument in arithmetic expression"
      iex> Exception.format_banner(:throw, {:found, 3})
      "** (throw) {:found, 3}"
      iex> Exception.format_banner(:exit, :timeout)
      "** (exit) time out"

  """
  @spec format_banner(kind, any, stacktrace) :: String.t()
  def format_banner(kind, exception, stacktrace \\ [])

  def format_banner(:error, exception, stacktrace) do
    %module{} = exception = normalize(:error, exception, stacktrace)
    "** (#{inspect(module)}) #{message(exception)}"
  end

  def format_banner(:throw, reason, _stacktrace), do: "** (throw) " <> inspect(reason)
  def format_banner(:exit, reason, _stacktrace), do: "** (exit) " <> format_exit(reason)

  def format_banner({:EXIT, pid}, reason, _stacktrace) do
    "** (EXIT from #{inspect(pid)}) " <> format_exit(reason)
  end

  @doc """
  The headline and the stacktrace below it.

  Without a stacktrace, and for `{:EXIT, pid}` which has none, it is the headline alone.

  ## Examples

      iex> trace = [{Shop, :pay, 2, [file: ~c"lib/shop.ex", line: 7]}]
      iex> Exception.format(:error, %RuntimeError{message: "no money"}, trace)
      "** (RuntimeError) no money\\n    lib/shop.ex:7: Shop.pay/2\\n"

  """
  @spec format(kind, any, stacktrace) :: String.t()
  def format(kind, payload, stacktrace \\ [])
  def format({:EXIT, _} = kind, payload, _), do: format_banner(kind, payload, [])

  def format(kind, payload, stacktrace) do
    banner = format_banner(kind, payload, stacktrace)
    if stacktrace == [], do: banner, else: banner <> "\n" <> format_stacktrace(stacktrace)
  end

  # ## Blame

  @doc """
  Completes something caught with what can be found out about it: suggestions for misspelt names, the clauses that
  were tried, the operands of failed arithmetic.

  Only kind `:error` is changed. Meant for people who debug; too slow for everything else.

  ## Examples

      iex> trace = [{:erlang, :+, [1, :two], []}]
      iex> {exception, ^trace} = Exception.blame(:error, :badarith, trace)
      iex> Exception.message(exception)
      "bad argument in arithmetic expression: 1 + :two"
      iex> Exception.blame(:exit, :normal, [])
      {:normal, []}

  """
  @spec blame(:error, any, stacktrace) :: {t, stacktrace}
  @spec blame(non_error_kind, payload, stacktrace) :: {payload, stacktrace} when payload: var
  def blame(kind, error, stacktrace)

  def blame(:error, error, stacktrace) do
    %module{} = exception = normalize(:error, error, stacktrace)

    if match?({:module, _}, :code.ensure_loaded(module)) and :erlang.function_exported(module, :blame, 2) do
      module.blame(exception, stacktrace)
    else
      {exception, stacktrace}
    end
  end

  def blame(_kind, reason, stacktrace), do: {reason, stacktrace}

  @doc """
  Tells which parts of a function's clauses fit the arguments.

  Returns `{:ok, kind, clauses}` where each clause is a pair of argument patterns and guards, both as trees whose
  leaves are maps: `:node` holds the code and `:match?` whether it fits. `:error` if nothing is known of the function's
  source.

  ## Examples

      iex> {:ok, :def, [{[list, key], [guard]} | _]} = Exception.blame_mfa(Keyword, :has_key?, [[], "a"])
      iex> {list.match?, key.match?, elem(guard, 0)}
      {true, true, :and}

  """
  @spec blame_mfa(module, function :: atom, args :: [term]) ::
          {:ok, :def | :defp | :defmacro | :defmacrop, [{args :: [term], guards :: [term]}]} | :error
  def blame_mfa(module, function, args) when is_atom(module) and is_atom(function) and is_list(args) do
    with true <- Code.ensure_loaded?(module),
         {_, [kind | clauses]} <- :lists.keyfind({function, length(args)}, 1, :jovial_code.chunk(module, "heads") || []) do
      {:ok, kind, for({patterns, guards} <- clauses, do: Exception.Blame.clause(patterns, guards, args))}
    else
      _ -> :error
    end
  end

  # ## Exit reasons

  @doc """
  Says in words why a process exited.

  Reasons that wrap others, such as a call to a process that died, take one line for each layer.

  ## Examples

      iex> Exception.format_exit(:noconnection)
      "no connection"
      iex> Exception.format_exit({:timeout, {GenServer, :call, [:queue, :pop, 500]}})
      "exited in: GenServer.call(:queue, :pop, 500)\\n    ** (EXIT) time out"
      iex> Exception.format_exit({:my, :reason})
      "{:my, :reason}"

  """
  @spec format_exit(any) :: String.t()
  def format_exit(reason), do: exit_text(reason, "\n    ")

  # `joiner` starts a new line at the depth of the layer at hand.
  defp exit_text({%_{__exception__: true} = exception, [_ | _] = stacktrace} = reason, joiner) do
    if stacktrace?(stacktrace), do: raised_text(exception, stacktrace, joiner), else: inspect(reason)
  end

  defp exit_text({:bad_return_value, value}, _), do: "bad return value: " <> inspect(value)
  defp exit_text({:bad_call, request}, _), do: "bad call: " <> inspect(request)
  defp exit_text({:bad_cast, request}, _), do: "bad cast: " <> inspect(request)
  defp exit_text({:already_started, pid}, _), do: "already started: " <> inspect(pid)
  defp exit_text({:nodedown, node}, _) when is_atom(node), do: "no connection to #{node}"

  defp exit_text({:bad_return, {module, :init, value}}, _) do
    "#{inspect(module)}.init/1 returned a bad value: #{inspect(value)}"
  end

  defp exit_text({:bad_start_spec, children}, _) do
    "bad child specification, invalid children: " <> inspect(children)
  end

  defp exit_text({:start_spec, spec}, _), do: "bad child specification, " <> child_spec_text(spec)
  defp exit_text({:supervisor_data, data}, _), do: "bad supervisor configuration, " <> supervisor_text(data)

  defp exit_text({:shutdown, {:failed_to_start_child, child, {:EXIT, reason}}}, joiner) do
    failed_child_text(child, reason, joiner)
  end

  defp exit_text({:shutdown, {:failed_to_start_child, child, reason}}, joiner) do
    failed_child_text(child, reason, joiner)
  end

  defp exit_text({:shutdown, reason}, _), do: "shutdown: " <> inspect(reason)
  defp exit_text(:shutdown, _), do: "shutdown"
  defp exit_text(:calling_self, _), do: "process attempted to call itself"
  defp exit_text(:timeout, _), do: "time out"
  defp exit_text(:killed, _), do: "killed"
  defp exit_text(:normal, _), do: "normal"
  defp exit_text(:noconnection, _), do: "no connection"

  defp exit_text(:noproc, _) do
    "no process: the process is not alive or there's no process currently associated with the given name, " <>
      "possibly because its application isn't started"
  end

  defp exit_text({reason, {module, function, args}} = whole, joiner) when is_atom(module) and is_atom(function) do
    if proper_list?(args) do
      "exited in: " <> format_mfa(module, function, args) <> nested_text(reason, joiner)
    else
      inspect(whole)
    end
  end

  defp exit_text({reason, [_ | _] = stacktrace} = whole, joiner) do
    if stacktrace?(stacktrace) do
      raised_text(normalize(:error, reason, stacktrace), stacktrace, joiner)
    else
      inspect(whole)
    end
  end

  defp exit_text(reason, _), do: inspect(reason)

  defp failed_child_text(child, reason, joiner) do
    "shutdown: failed to start child: " <> inspect(child) <> nested_text(reason, joiner)
  end

  defp nested_text(reason, joiner), do: joiner <> "** (EXIT) " <> exit_text(reason, joiner <> "    ")

  defp raised_text(exception, stacktrace, joiner) do
    lines = for entry <- stacktrace, do: [joiner, "    ", format_stacktrace_entry(entry)]
    :erlang.iolist_to_binary(["an exception was raised:", joiner, format_banner(:error, exception), lines])
  end

  defp stacktrace?([entry | rest]), do: stacktrace_entry?(entry) and stacktrace?(rest)
  defp stacktrace?(rest), do: rest == []

  defp stacktrace_entry?({module, function, args, location}) when is_atom(module) and is_atom(function) do
    (is_integer(args) or proper_list?(args)) and is_list(location)
  end

  defp stacktrace_entry?({fun, args, location}) when is_function(fun) do
    (is_integer(args) or proper_list?(args)) and is_list(location)
  end

  defp stacktrace_entry?(_), do: false

  defp proper_list?(list) when is_list(list), do: :erlang.is_integer(safe_length(list))
  defp proper_list?(_), do: false

  defp safe_length(list) do
    length(list)
  rescue
    ArgumentError -> nil
  end

  defp supervisor_text(data) do
    case data do
      {:invalid_type, type} -> "invalid type: " <> inspect(type)
      {:invalid_strategy, strategy} -> "invalid strategy: " <> inspect(strategy)
      {:invalid_intensity, intensity} -> "invalid max_restarts (intensity): " <> inspect(intensity)
      {:invalid_period, period} -> "invalid max_seconds (period): " <> inspect(period)
      {:invalid_max_children, max} -> "invalid max_children: " <> inspect(max)
      {:invalid_extra_arguments, extra} -> "invalid extra_arguments: " <> inspect(extra)
      other -> "got: " <> inspect(other)
    end
  end

  defp child_spec_text(spec) do
    case spec do
      {:invalid_child_spec, child_spec} ->
        "invalid child specification: " <> inspect(child_spec)

      {:invalid_child_type, type} ->
        "invalid child type: #{inspect(type)}. Must be :worker or :supervisor."

      {:invalid_mfa, mfa} ->
        "invalid mfa: " <> inspect(mfa)

      {:invalid_restart_type, restart} ->
        "invalid restart type: #{inspect(restart)}. Must be :permanent, :transient or :temporary."

      {:invalid_shutdown, shutdown} ->
        "invalid shutdown: #{inspect(shutdown)}. Must be an integer >= 0, :infinity or :brutal_kill."

      {:invalid_modules, modules} ->
        "invalid modules: #{inspect(modules)}. Must be a list of atoms or :dynamic."

      {:invalid_module, module} ->
        "invalid module: #{inspect(module)}. Must be an atom."

      {:duplicate_child_name, name} ->
        """
        more than one child specification has the id: #{inspect(name)}.
        If using maps as child specifications, make sure the :id keys are unique.
        If using a module or {module, arg} as child, use Supervisor.child_spec/2 to change the :id, for example:

            children = [
              Supervisor.child_spec({MyWorker, arg}, id: :my_worker_1),
              Supervisor.child_spec({MyWorker, arg}, id: :my_worker_2)
            ]
        """

      other ->
        "got: " <> inspect(other)
    end
  end

  # ## Stacktraces

  @doc """
  Writes a stacktrace, one entry a line.

  Without one, that of the calling process is taken.

  ## Examples

      iex> Exception.format_stacktrace([{List, :first, 1, []}, {:lists, :sum, [[1]], []}]) =~ ":lists.sum([1])"
      true

  """
  @spec format_stacktrace(stacktrace | nil) :: String.t()
  def format_stacktrace(trace \\ nil) do
    case trace || current_stacktrace() do
      [] -> "\n"
      trace -> for entry <- trace, into: "", do: "    " <> format_stacktrace_entry(entry) <> "\n"
    end
  end

  # Without the frames of asking for it.
  defp current_stacktrace() do
    case :erlang.process_info(self(), :current_stacktrace) do
      {:current_stacktrace, [{:erlang, :process_info, _, _} | trace]} -> Enum.drop(trace, 2)
      {:current_stacktrace, trace} -> Enum.drop(trace, 2)
    end
  end

  @doc """
  Writes one entry of a stacktrace.

  ## Examples

      iex> Exception.format_stacktrace_entry({Shop, :pay, 1, [file: ~c"lib/shop.ex", line: 7]})
      "lib/shop.ex:7: Shop.pay/1"
      iex> Exception.format_stacktrace_entry({Shop, :pay, [:cash], []})
      "Shop.pay(:cash)"

  """
  @spec format_stacktrace_entry(stacktrace_entry) :: String.t()
  def format_stacktrace_entry(entry)

  def format_stacktrace_entry({module, :__MODULE__, 0, location}), do: place(module, location) <> inspect(module) <> " (module)"
  def format_stacktrace_entry({_module, :__MODULE__, 1, location}), do: place(nil, location) <> "(module)"
  def format_stacktrace_entry({_module, :__FILE__, 1, location}), do: place(nil, location) <> "(file)"

  def format_stacktrace_entry({module, function, arity, location}) do
    case :erlang.atom_to_binary(module) do
      <<"elixir_eval_", _::binary>> when function == :__eval__ ->
        place(nil, location) <> "(file)"

      <<"elixir_eval_", _::binary>> ->
        case place(nil, location) do
          # As in a shell, whose anonymous functions have no name either.
          "cell[" <> _ = place -> place <> "(file)"
          _ -> place(module, location) <> format_mfa(module, function, arity)
        end

      _ ->
        place(module, location) <> format_mfa(module, function, arity)
    end
  end

  def format_stacktrace_entry({fun, arity, location}), do: place(nil, location) <> format_fa(fun, arity)

  defp place(module, location) do
    file = location |> Keyword.get(:file) |> file_text()
    line = Keyword.get(location, :line)
    application(module) <> format_file_line_column(file, line, Keyword.get(location, :column), " ")
  end

  defp file_text(nil), do: nil
  defp file_text(file), do: IO.chardata_to_string(file)

  defp application(nil), do: ""

  defp application(module) do
    case :application.get_application(module) do
      {:ok, name} ->
        case :application.get_key(name, :vsn) do
          {:ok, version} when is_list(version) -> "(#{name} #{version}) "
          _ -> "(#{name}) "
        end

      :undefined ->
        if :jovial_compiling.library(module), do: library(:erlang.atom_to_binary(module)), else: ""
    end
  end

  # The library's modules belong to the applications that they have elsewhere.
  defp library("Elixir.ExUnit" <> _), do: "(ex_unit #{System.version()}) "
  defp library("Elixir.IEx" <> _), do: "(iex #{System.version()}) "
  defp library("Elixir.Logger" <> _), do: "(logger #{System.version()}) "
  defp library("Elixir." <> _), do: "(elixir #{System.version()}) "
  defp library(_erlang), do: ""

  @doc """
  Writes an anonymous function and its arity or arguments.

  ## Examples

      iex> Exception.format_fa(&String.length/1, ["word"])
      "&String.length/1(\\"word\\")"

  """
  @spec format_fa(fun, arity) :: String.t()
  def format_fa(fun, arity) when is_function(fun), do: inspect(fun) <> arity_text(arity)

  @doc """
  Writes module, function and arity, or a call if the last is a list of arguments.

  Names that the compiler gave to anonymous functions appear as such.

  ## Examples

      iex> Exception.format_mfa(Enum, :map, 2)
      "Enum.map/2"
      iex> Exception.format_mfa(Enum, :map, [[1], :fun])
      "Enum.map([1], :fun)"
      iex> Exception.format_mfa(Enum, :"-map/2-fun-0-", 1)
      "anonymous fn/1 in Enum.map/2"

  """
  @spec format_mfa(module, atom, arity_or_args) :: String.t()
  def format_mfa(module, fun, arity) when is_atom(module) and is_atom(fun) do
    case anonymous_fun_parent(fun) do
      {parent, parent_arity} ->
        "anonymous fn#{arity_text(arity)} in " <> parent_text(:erlang.atom_to_binary(module), module, parent, parent_arity)

      :error ->
        inspect(module) <> "." <> format_fa_name(fun, arity)
    end
  end

  # The code of a file outside of modules is one function to those who read a trace.
  defp parent_text("elixir_eval_file_" <> _, _module, :__eval__, _arity), do: ":elixir_compiler_0.__FILE__/1"
  defp parent_text(_text, module, parent, arity), do: "#{inspect(module)}.#{Macro.inspect_atom(:remote_call, parent)}/#{arity}"

  @doc false
  def format_fa_name(fun, arity), do: Macro.inspect_atom(:remote_call, fun) <> arity_text(arity)

  @doc false
  # The function inside which an anonymous function was written, read off the name `-parent/arity-fun-0-`.
  def anonymous_fun_parent(name) when is_atom(name) do
    case :erlang.atom_to_binary(name) do
      <<"-", rest::binary>> ->
        case :binary.matches(rest, "/") do
          [] -> :error
          slashes -> split_parent(rest, slashes |> :lists.last() |> elem(0))
        end

      _ ->
        :error
    end
  end

  defp split_parent(rest, slash) do
    <<parent::binary-size(slash), "/", tail::binary>> = rest

    case :binary.split(tail, "-", [:global]) do
      [arity, _kind, _index, ""] -> {:erlang.binary_to_atom(parent), arity}
      _ -> :error
    end
  end

  defp arity_text(arity) when is_integer(arity), do: "/" <> :erlang.integer_to_binary(arity)
  defp arity_text(args) when is_list(args), do: "(" <> Enum.map_join(args, ", ", &inspect/1) <> ")"

  @doc """
  Writes file and line as stacktraces do, with `suffix` after the colon. Empty without a file.

  ## Examples

      iex> Exception.format_file_line("lib/shop.ex", 7)
      "lib/shop.ex:7:"
      iex> Exception.format_file_line("lib/shop.ex", nil)
      "lib/shop.ex:"
      iex> Exception.format_file_line(nil, 7)
      ""

  """
  @spec format_file_line(String.t() | nil, non_neg_integer | nil, String.t()) :: String.t()
  def format_file_line(file, line, suffix \\ ""), do: format_file_line_column(file, line, nil, suffix)

  @doc """
  Writes file, line and column, with `suffix` after the colon. What is `nil` or 0 is left out.

  ## Examples

      iex> Exception.format_file_line_column("lib/shop.ex", 7, 12)
      "lib/shop.ex:7:12:"
      iex> Exception.format_file_line_column("lib/shop.ex", 7, nil, " ")
      "lib/shop.ex:7: "

  """
  @spec format_file_line_column(String.t() | nil, non_neg_integer | nil, non_neg_integer | nil, String.t()) :: String.t()
  def format_file_line_column(file, line, column, suffix \\ "")
  def format_file_line_column(nil, _line, _column, _suffix), do: ""
  def format_file_line_column(file, line, _column, suffix) when line in [nil, 0], do: "#{file}:#{suffix}"
  def format_file_line_column(file, line, column, suffix) when column in [nil, 0], do: "#{file}:#{line}:#{suffix}"
  def format_file_line_column(file, line, column, suffix), do: "#{file}:#{line}:#{column}:#{suffix}"

  # ## Similar names

  @suggestions_max 5
  @similarity_min 0.77

  @doc false
  # Those of `candidates` whose names come closest to `wanted`: at most five, ordered by name.
  def similar_names(wanted, candidates, name_fun) do
    wanted = :erlang.atom_to_binary(wanted)

    rated =
      for candidate <- candidates,
          rate = String.jaro_distance(wanted, name_fun.(candidate)),
          rate > @similarity_min,
          do: {-rate, candidate}

    rated
    |> :lists.sort()
    |> Enum.take(@suggestions_max)
    |> Enum.map(fn {_, candidate} -> candidate end)
    |> :lists.sort()
  end
end

defmodule Exception.Blame do
  @moduledoc false
  # Which parts of a clause fit the arguments of a call. Patterns and guards come expanded, as the compiler keeps them.
  #
  # A pattern is matched here by walking it, so that each variable gets its value for the guards; only bitstring patterns
  # go through evaluation. Guards are calculated leaf by leaf: `and` and `or` stay visible in the answer.

  def clause(patterns, guards, args) do
    {annotated, bindings} =
      Enum.map_reduce(Enum.zip(patterns, args), %{}, fn {pattern, arg}, bindings ->
        case match(pattern, arg, bindings) do
          {:ok, bindings} -> {%{match?: true, node: readable(pattern)}, bindings}
          :error -> {%{match?: false, node: readable(pattern)}, bind_all(pattern, bindings)}
        end
      end)

    {annotated, for(guard <- guards, do: guard(guard, bindings))}
  end

  defp guard({{:., _, [:erlang, :andalso]}, meta, [left, right]} = expr, bindings) do
    if struct_test(expr) do
      %{match?: holds?(expr, bindings), node: readable(expr)}
    else
      {:and, meta, [guard(left, bindings), guard(right, bindings)]}
    end
  end

  defp guard({{:., _, [:erlang, :orelse]}, meta, [left, right]}, bindings) do
    {:or, meta, [guard(left, bindings), guard(right, bindings)]}
  end

  defp guard(expr, bindings) do
    %{match?: holds?(expr, bindings), node: readable(expr)}
  end

  defp holds?(expr, bindings) do
    value(expr, bindings) == true
  rescue
    _ -> false
  catch
    _, _ -> false
  end

  defp value({{:., _, [:erlang, :andalso]}, _, [left, right]}, bindings) do
    value(left, bindings) and value(right, bindings)
  end

  defp value({{:., _, [:erlang, :orelse]}, _, [left, right]}, bindings) do
    value(left, bindings) or value(right, bindings)
  end

  defp value({{:., _, [module, function]}, _, args}, bindings) when is_atom(module) do
    :erlang.apply(module, function, for(arg <- args, do: value(arg, bindings)))
  end

  defp value({name, meta, context}, bindings) when is_atom(name) and is_atom(context) do
    :maps.get(variable(name, meta, context), bindings)
  end

  defp value({:{}, _, elements}, bindings), do: :erlang.list_to_tuple(for(one <- elements, do: value(one, bindings)))
  defp value({:%{}, _, pairs}, bindings), do: for({k, v} <- pairs, into: %{}, do: {value(k, bindings), value(v, bindings)})
  defp value({left, right}, bindings), do: {value(left, bindings), value(right, bindings)}
  defp value([{:|, _, [head, tail]}], bindings), do: [value(head, bindings) | value(tail, bindings)]
  defp value([head | tail], bindings), do: [value(head, bindings) | value(tail, bindings)]
  defp value(literal, _) when not is_tuple(literal), do: literal

  defp variable(name, meta, context), do: {name, Keyword.get(meta, :counter) || context}

  defp match({:_, _, context}, _, bindings) when is_atom(context), do: {:ok, bindings}

  defp match({name, meta, context}, arg, bindings) when is_atom(name) and is_atom(context) do
    key = variable(name, meta, context)

    case bindings do
      %{^key => ^arg} -> {:ok, bindings}
      %{^key => _} -> :error
      _ -> {:ok, :maps.put(key, arg, bindings)}
    end
  end

  defp match({:=, _, [left, right]}, arg, bindings) do
    with {:ok, bindings} <- match(left, arg, bindings), do: match(right, arg, bindings)
  end

  defp match({:{}, _, patterns}, arg, bindings) do
    if is_tuple(arg) and tuple_size(arg) == length(patterns) do
      match_each(patterns, :erlang.tuple_to_list(arg), bindings)
    else
      :error
    end
  end

  defp match({:%{}, _, pairs}, arg, bindings) when is_map(arg), do: match_pairs(pairs, arg, bindings)
  defp match({:%{}, _, _}, _, _), do: :error

  defp match({:%, _, [module, {:%{}, _, pairs}]}, arg, bindings) do
    with %{__struct__: struct} when is_atom(struct) <- arg,
         {:ok, bindings} <- match(module, struct, bindings) do
      match_pairs(pairs, arg, bindings)
    else
      _ -> :error
    end
  end

  defp match({:<<>>, _, _} = pattern, arg, bindings) do
    {result, found} = Code.eval_quoted({:=, [], [pattern, {:argument_under_blame, [], nil}]}, argument_under_blame: arg)
    _ = result
    {:ok, for({name, value} <- found, into: bindings, do: {{name, nil}, value})}
  rescue
    _ -> :error
  end

  defp match({:<>, meta, [left, right]}, arg, bindings) do
    match({:<<>>, meta, [left, {:"::", meta, [right, {:binary, meta, nil}]}]}, arg, bindings)
  end

  defp match({{:., _, [:erlang, :++]}, _, [prefix, rest]}, arg, bindings) when is_list(prefix) do
    match(:lists.foldr(fn item, acc -> [{:|, [], [item, acc]}] end, rest, prefix), arg, bindings)
  end

  defp match({{:., _, [:erlang, sign]}, _, [number]}, arg, bindings) when sign in [:+, :-] and is_number(number) do
    if :erlang.apply(:erlang, sign, [number]) === arg, do: {:ok, bindings}, else: :error
  end

  defp match({left, right}, arg, bindings) do
    if is_tuple(arg) and tuple_size(arg) == 2 do
      match_each([left, right], :erlang.tuple_to_list(arg), bindings)
    else
      :error
    end
  end

  defp match([{:|, _, [head, tail]}], [arg | rest], bindings), do: match_each([head, tail], [arg, rest], bindings)
  defp match([{:|, _, _}], _, _), do: :error
  defp match([head | tail], [arg | rest], bindings), do: match_each([head, tail], [arg, rest], bindings)
  defp match(literal, arg, bindings), do: if(literal === arg, do: {:ok, bindings}, else: :error)

  defp match_each([], [], bindings), do: {:ok, bindings}

  defp match_each([pattern | patterns], [arg | args], bindings) do
    with {:ok, bindings} <- match(pattern, arg, bindings), do: match_each(patterns, args, bindings)
  end

  defp match_pairs(pairs, map, bindings) do
    Enum.reduce_while(pairs, {:ok, bindings}, fn {key, pattern}, {:ok, bindings} ->
      with {:ok, value} <- :maps.find(value(key, bindings), map),
           {:ok, bindings} <- match(pattern, value, bindings) do
        {:cont, {:ok, bindings}}
      else
        _ -> {:halt, :error}
      end
    end)
  end

  # Variables of a pattern that does not fit have no value; guards on them don't hold.
  defp bind_all(_pattern, bindings), do: bindings

  # ## From expanded code back to what an author writes

  @plain [:+, :-, :*, :/, :==, :>, :<, :>=, :++, :--, :not, :abs, :div, :rem, :hd, :tl, :length, :node, :round, :self, :trunc] ++
           [:map_size, :tuple_size, :byte_size, :bit_size, :binary_part, :ceil, :floor]
  @renamed %{"=<": :<=, "=:=": :===, "=/=": :!==, "/=": :!=}
  @bitwise [:band, :bor, :bnot, :bsl, :bsr, :bxor]

  defp readable(ast) do
    Macro.prewalk(ast, fn
      {{:., _, [:erlang, :andalso]}, meta, args} = expr ->
        case struct_test(expr) do
          nil -> {:and, meta, args}
          struct_args -> {:is_struct, meta, struct_args}
        end

      {{:., _, [:erlang, :element]}, meta, [{{:., _, [:erlang, :+]}, _, [index, 1]}, tuple]} -> {:elem, meta, [tuple, index]}
      {{:., _, [:erlang, :element]}, meta, [index, tuple]} when is_integer(index) -> {:elem, meta, [tuple, index - 1]}
      {{:., _, [:erlang, :map_get]}, meta, [key, map]} -> {{:., meta, [map, key]}, [no_parens: true] ++ meta, []}
      {{:., _, [:erlang, :is_map_key]}, meta, [key, map]} -> {:is_map_key, meta, [map, key]}
      {{:., _, [:erlang, :orelse]}, meta, args} -> {:or, meta, args}
      {{:., dot, [:erlang, name]}, meta, args} -> local(name, dot, meta, args)
      other -> other
    end)
  end

  # The arguments of the `is_struct` that expanded to this, or `nil`.
  defp struct_test({{:., _, [:erlang, :andalso]}, _, [map_with_struct, check]}) do
    case {map_with_struct, check} do
      {{_, _, [{{:., _, [:erlang, :is_map]}, _, [term]}, {{:., _, [:erlang, :is_map_key]}, _, [:__struct__, _]}]},
       {{:., _, [:erlang, :is_atom]}, _, [{{:., _, [:erlang, :map_get]}, _, [:__struct__, _]}]}} ->
        [term]

      {{_, _, [{_, _, [_, {{:., _, [:erlang, :orelse]}, _, [_, :fail]}]}, {{:., _, [:erlang, :is_map_key]}, _, [:__struct__, term]}]},
       {{:., _, [:erlang, :==]}, _, [{{:., _, [:erlang, :map_get]}, _, [:__struct__, _]}, name]}} ->
        [term, name]

      _ ->
        nil
    end
  end

  defp struct_test(_), do: nil

  defp local(name, dot, meta, args) do
    cond do
      name in @bitwise -> {{:., dot, [Bitwise, name]}, meta, args}
      name in @plain -> {name, meta, args}
      is_map_key(@renamed, name) -> {:maps.get(name, @renamed), meta, args}
      match?("is_" <> _, :erlang.atom_to_binary(name)) -> {name, meta, args}
      true -> {{:., dot, [:erlang, name]}, meta, args}
    end
  end
end
