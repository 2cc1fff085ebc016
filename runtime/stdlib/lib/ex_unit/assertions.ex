defmodule ExUnit.Assertions do
  @moduledoc """
  Checks for tests: `assert/1`, `refute/1` and their relatives.

  `assert` looks at the expression that it is given. Where that is a comparison, a match or a call, a failure shows the
  values of both sides or of the arguments, so a test seldom needs words of its own:

      assert total(order) == 17
      assert {:ok, %User{name: name}} = fetch_user(1)
      assert_receive {:done, ^ref}
      assert_raise ArgumentError, fn -> String.to_integer("x") end

  What fails raises `ExUnit.AssertionError`.
  """

  @comparisons [:==, :!=, :===, :!==, :<, :<=, :>, :>=]
  @operators @comparisons ++ [:=~, :in]

  # ## assert and refute

  @doc """
  Checks that an expression is truthy, and gives its value.

  With `=` the right side has to match the pattern, whose variables are bound afterwards.

  ## Examples

      iex> import ExUnit.Assertions
      iex> assert 1 + 1 == 2
      true
      iex> assert {:ok, value} = {:ok, 3}
      iex> value
      3
  """
  defmacro assert(assertion), do: checked(:assert, assertion, __CALLER__)

  @doc """
  Checks that an expression is `nil` or `false`, and gives its value.

  ## Examples

      iex> import ExUnit.Assertions
      iex> refute 1 > 2
      false
  """
  defmacro refute(assertion), do: checked(:refute, assertion, __CALLER__)

  @doc """
  Checks that a value is truthy. What fails is told by a text, or by fields of `ExUnit.AssertionError`.

  ## Examples

      iex> import ExUnit.Assertions
      iex> assert true, "it holds"
      true
      iex> try do
      ...>   assert false, "it does not"
      ...> rescue
      ...>   error in ExUnit.AssertionError -> error.message
      ...> end
      "it does not"
  """
  @spec assert(any, String.t() | keyword) :: true
  def assert(value, told)
  def assert(value, _told) when value not in [nil, false], do: true
  def assert(_value, fields) when is_list(fields), do: raise(ExUnit.AssertionError, fields)
  def assert(_value, message) when is_binary(message), do: raise(ExUnit.AssertionError, message: message)

  @doc """
  Checks that a value is `nil` or `false`. What fails is told by a text.

  ## Examples

      iex> import ExUnit.Assertions
      iex> refute nil, "there is something"
      false
  """
  @spec refute(any, String.t() | keyword) :: false
  def refute(value, told) do
    not assert(not truthy?(value), told)
  end

  defp truthy?(value), do: value not in [nil, false]

  defp checked(kind, {:=, meta, [left, right]} = code, env) when kind == :assert do
    # As in a match of its own: the pattern is read as the caller wrote it, and its variables are the caller's.
    pattern = expand_pattern(left, env)
    vars = pattern_variables(pattern)
    pins = pinned(pattern)

    quote generated: true do
      right = unquote(right)
      expr = unquote(as_data({kind, meta, [code]}))

      unquote({:{}, [], vars}) =
        case right do
          unquote(quiet(pattern)) ->
            _ = ExUnit.Assertions.__truthy__(right, expr)
            unquote({:{}, [], vars})

          _ ->
            left = unquote(as_data(pattern))
            ExUnit.Assertions.__no_match__(left, right, expr, "match (=) failed", unquote(pins))
        end

      right
    end
  end

  defp checked(kind, {:match?, meta, [left, right]} = code, env) do
    pattern = expand_pattern(left, env)
    pins = pinned(pattern)
    # Variables are of use to the pattern's own guard alone.
    match = {:match?, meta, [left, quote(do: right)]}
    failed = if kind == :assert, do: "match (match?) failed", else: "match (match?) succeeded, but should have failed"

    quote generated: true do
      right = unquote(right)
      matched = unquote(match)

      if matched == unquote(kind == :refute) do
        expr = unquote(as_data({kind, meta, [code]}))
        left = unquote(as_data(pattern))
        ExUnit.Assertions.__no_match__(left, right, expr, unquote(failed), unquote(pins))
      end

      matched
    end
  end

  defp checked(kind, {operator, meta, [left, right]} = code, _env) when operator in @operators do
    call = {operator, meta, [quote(do: left), quote(do: right)]}

    quote generated: true do
      left = unquote(left)
      right = unquote(right)
      value = unquote(call)
      unquote(fails(kind, quote(do: value))) &&
        ExUnit.Assertions.__sides__(unquote(kind), unquote(operator), left, right, unquote(as_data({kind, meta, [code]})))

      value
    end
  end

  defp checked(kind, code, env) do
    {bindings, call, args} = arguments(code, env)
    told = if kind == :assert, do: "Expected truthy, got ", else: "Expected false or nil, got "

    quote generated: true do
      unquote_splicing(bindings)
      value = unquote(call)

      if unquote(fails(kind, quote(do: value))) do
        raise ExUnit.AssertionError,
          args: unquote(args),
          expr: unquote(as_data({kind, [], [code]})),
          message: unquote(told) <> Kernel.inspect(value)
      end

      value
    end
  end

  defp fails(:assert, value), do: quote(do: unquote(value) in [nil, false])
  defp fails(:refute, value), do: quote(do: unquote(value) not in [nil, false])

  # The arguments of a function call are worth showing when they say more than the code does.
  defp arguments({name, meta, [_ | _] = args} = code, env) do
    own? = is_atom(name) and (Macro.special_form?(name, length(args)) or Macro.operator?(name, length(args)))

    if own? or Enum.all?(args, &Macro.quoted_literal?/1) or Macro.expand_once(code, env) != code do
      {[], code, ExUnit.AssertionError.no_value()}
    else
      vars = for {_arg, index} <- Enum.with_index(args, 1), do: Macro.var(:"arg#{index}", __MODULE__)
      bindings = for {var, arg} <- Enum.zip(vars, args), do: quote(do: unquote(var) = unquote(arg))
      {bindings, {name, meta, vars}, vars}
    end
  end

  defp arguments(code, _env), do: {[], code, ExUnit.AssertionError.no_value()}

  defp as_data(code), do: Macro.escape(code, prune_metadata: true)

  @doc false
  def __truthy__(value, expr) do
    truthy?(value) || raise(ExUnit.AssertionError, expr: expr, message: "Expected truthy, got #{inspect(value)}")
  end

  @doc false
  def __no_match__(left, right, expr, message, pins) do
    raise ExUnit.AssertionError,
      left: left,
      right: right,
      expr: expr,
      message: message <> __pins__(pins),
      context: {:match, pins}
  end

  @doc false
  def __sides__(kind, operator, left, right, expr) do
    words = "#{if kind == :assert, do: "Assertion", else: "Refute"} with #{operator} failed"

    if operator in @comparisons and left === right do
      raise ExUnit.AssertionError, left: left, expr: expr, message: words <> ", both sides are exactly equal", context: operator
    else
      raise ExUnit.AssertionError, left: left, right: right, expr: expr, message: words, context: operator
    end
  end

  @doc false
  def __pins__([]), do: ""

  def __pins__(pins) do
    lines = for {name, value} <- pins, do: "\n  #{name} = #{inspect(value)}"
    "\nThe following variables were pinned:" <> Enum.join(lines)
  end

  # ## Patterns

  # What a macro in a pattern stands for decides which variables the pattern has.
  defp expand_pattern({:when, meta, [pattern, guard]}, env), do: {:when, meta, [expand_pattern(pattern, env), guard]}
  defp expand_pattern(pattern, env), do: unfold(pattern, %{env | context: :match})

  defp unfold({:^, _, [_]} = pin, _env), do: pin
  defp unfold({:__aliases__, _, _} = name, _env), do: name
  defp unfold({:<<>>, meta, parts}, env), do: {:<<>>, meta, Enum.map(parts, &unfold_part(&1, env))}
  defp unfold({:%, meta, [name, fields]}, env), do: {:%, meta, [name, unfold(fields, env)]}
  defp unfold({:__MODULE__, _, context} = name, _env) when is_atom(context), do: name

  defp unfold({name, _, context} = variable, _env) when is_atom(name) and is_atom(context), do: variable

  defp unfold({name, meta, args} = node, env) when is_list(args) do
    case Macro.expand_once(node, env) do
      ^node -> {name, meta, Enum.map(args, &unfold(&1, env))}
      expanded -> unfold(expanded, env)
    end
  end

  defp unfold({left, right}, env), do: {unfold(left, env), unfold(right, env)}
  defp unfold(list, env) when is_list(list), do: Enum.map(list, &unfold(&1, env))
  defp unfold(other, _env), do: other

  defp unfold_part({:"::", meta, [value, type]}, env), do: {:"::", meta, [unfold(value, env), type]}
  defp unfold_part(part, env), do: unfold(part, env)

  # The variables that a pattern binds, each once.
  defp pattern_variables({:when, _, [pattern, _guard]}), do: pattern_variables(pattern)

  defp pattern_variables(pattern) do
    pattern
    |> variables([])
    |> Enum.reverse()
    |> Enum.uniq_by(fn {name, meta, context} -> {name, meta[:counter], context} end)
  end

  defp variables({:^, _, [_]}, found), do: found
  defp variables({:__aliases__, _, _}, found), do: found
  defp variables({:"::", _, [value, _type]}, found), do: variables(value, found)
  defp variables({:%, _, [name, fields]}, found), do: variables(fields, variables(name, found))

  defp variables({name, meta, context}, found) when is_atom(name) and is_atom(context) do
    if name in [:_, :__MODULE__, :__ENV__, :__CALLER__, :__DIR__, :__STACKTRACE__] do
      found
    else
      [{name, Keyword.put(meta, :generated, true), context} | found]
    end
  end

  defp variables({name, _, args}, found) when is_list(args), do: variables(args, variables(name, found))
  defp variables({left, right}, found), do: variables(right, variables(left, found))
  defp variables(list, found) when is_list(list), do: Enum.reduce(list, found, &variables/2)
  defp variables(_other, found), do: found

  # `[name: value]` of the pinned variables, as code.
  defp pinned(pattern) do
    {_, found} =
      Macro.prewalk(pattern, [], fn
        {:^, _, [{name, _, context} = variable]} = pin, found when is_atom(name) and is_atom(context) ->
          {pin, [{name, variable} | found]}

        node, found ->
          {node, found}
      end)

    found |> Enum.uniq_by(&elem(&1, 0)) |> Enum.reverse()
  end

  # The pattern with variables that nobody need use.
  defp quiet(pattern) do
    Macro.prewalk(pattern, fn
      {name, meta, context} when is_atom(name) and is_atom(context) -> {name, Keyword.put(meta, :generated, true), context}
      node -> node
    end)
  end

  # ## Messages

  @doc """
  Checks that a message came or comes within `timeout` milliseconds.

  Gives the message; the pattern's variables are bound afterwards. Without a timeout it is that of the configuration
  (`:assert_receive_timeout`, 100 ms).

  ## Examples

      iex> import ExUnit.Assertions
      iex> send(self(), {:hello, 1})
      iex> assert_receive {:hello, number}
      iex> number
      1
  """
  defmacro assert_receive(pattern, timeout \\ nil, failure_message \\ nil) do
    receiving(pattern, timeout, failure_message, :assert_receive_timeout, __CALLER__, :assert_receive)
  end

  @doc """
  Checks that a message is in the mailbox.

  ## Examples

      iex> import ExUnit.Assertions
      iex> send(self(), :ready)
      iex> assert_received :ready
      :ready
  """
  defmacro assert_received(pattern, failure_message \\ nil) do
    receiving(pattern, 0, failure_message, nil, __CALLER__, :assert_received)
  end

  defp receiving(pattern, timeout, failure_message, option, env, name) do
    expanded = expand_pattern(pattern, env)
    vars = pattern_variables(expanded)
    pins = pinned(expanded)

    clause =
      case quiet(expanded) do
        {:when, meta, [inner, guard]} -> {:when, meta, [quote(do: received = unquote(inner)), guard]}
        inner -> quote(do: received = unquote(inner))
      end

    timeout = if is_integer(timeout), do: timeout, else: quote(do: ExUnit.Assertions.__timeout__(unquote(timeout), unquote(option)))

    quote generated: true do
      timeout = unquote(timeout)

      {received, unquote({:{}, [], vars})} =
        receive do
          unquote(clause) -> {received, unquote({:{}, [], vars})}
        after
          timeout ->
            ExUnit.Assertions.__nothing__(
              unquote(as_data(expanded)),
              unquote(as_data({name, [], [pattern]})),
              timeout,
              unquote(failure_message),
              unquote(pins),
              fn
                unquote(quiet(expanded)) -> true
                _ -> false
              end
            )
        end

      received
    end
  end

  @doc false
  def __timeout__(nil, option), do: __timeout__(Application.get_env(:ex_unit, option, 100), option)
  def __timeout__(timeout, _option) when is_integer(timeout) and timeout >= 0, do: timeout

  def __timeout__(timeout, _option) do
    raise ArgumentError, "timeout must be a non-negative integer, got: #{inspect(timeout)}"
  end

  @shown 10

  @doc false
  def __nothing__(_pattern, _expr, _timeout, message, _pins, _matches?) when is_binary(message) do
    raise ExUnit.AssertionError, message: message
  end

  def __nothing__(pattern, expr, timeout, nil, pins, matches?) do
    {:messages, messages} = Process.info(self(), :messages)

    if Enum.any?(messages, matches?) do
      raise ExUnit.AssertionError, message: too_late(Macro.to_string(pattern), timeout)
    end

    told = "Assertion failed, no matching message after #{timeout}ms" <> __pins__(pins)

    if messages == [] do
      raise ExUnit.AssertionError, expr: expr, message: told <> "\nThe process mailbox is empty."
    else
      count = length(messages)
      shown = Enum.take(messages, -@shown)
      word = if count == 1, do: "message", else: "messages"

      raise ExUnit.AssertionError,
        left: pattern,
        right: shown,
        expr: expr,
        message: told <> "\nShowing #{length(shown)} of #{count} #{word} in the mailbox",
        context: {:mailbox, pins}
    end
  end

  defp too_late(pattern, timeout) do
    """
    Found message matching #{pattern} after #{timeout}ms.

    This means the message was delivered too close to the timeout value, you may want to either:

      1. Give an increased timeout to `assert_receive/2`
      2. Increase the default timeout to all `assert_receive` in your
         test_helper.exs by setting ExUnit.configure(assert_receive_timeout: ...)
    """
  end

  @doc """
  Checks that no such message is there or comes within `timeout` milliseconds.

  ## Examples

      iex> import ExUnit.Assertions
      iex> refute_receive :never, 1
      false
  """
  defmacro refute_receive(pattern, timeout \\ nil, failure_message \\ nil) do
    timeout = if is_integer(timeout), do: timeout, else: quote(do: ExUnit.Assertions.__timeout__(unquote(timeout), :refute_receive_timeout))
    not_receiving(pattern, timeout, failure_message, :refute_receive)
  end

  @doc """
  Checks that no such message is in the mailbox.

  ## Examples

      iex> import ExUnit.Assertions
      iex> refute_received {:unknown, _}
      false
  """
  defmacro refute_received(pattern, failure_message \\ nil) do
    not_receiving(pattern, 0, failure_message, :refute_received)
  end

  defp not_receiving(pattern, timeout, failure_message, name) do
    clause =
      case quiet(pattern) do
        {:when, meta, [inner, guard]} -> {:when, meta, [quote(do: received = unquote(inner)), guard]}
        inner -> quote(do: received = unquote(inner))
      end

    quote generated: true do
      receive do
        unquote(clause) ->
          ExUnit.Assertions.__unexpected__(
            received,
            unquote(as_data(pattern)),
            unquote(as_data({name, [], [pattern]})),
            unquote(failure_message)
          )
      after
        unquote(timeout) -> false
      end
    end
  end

  @doc false
  def __unexpected__(received, pattern, expr, nil) do
    raise ExUnit.AssertionError,
      expr: expr,
      message: "Unexpectedly received message #{inspect(received)} (which matched #{Macro.to_string(pattern)})"
  end

  def __unexpected__(_received, _pattern, _expr, message), do: raise(ExUnit.AssertionError, message: message)

  # ## Exceptions

  @doc """
  Checks that a function raises an exception with a message: a text, or a regex that finds something in it.

  ## Examples

      iex> import ExUnit.Assertions
      iex> error = assert_raise ArithmeticError, "bad argument in arithmetic expression", fn -> 1 / Process.get(:none, 0) end
      iex> error.__struct__
      ArithmeticError
  """
  @spec assert_raise(module, String.t() | Regex.t(), (-> any)) :: Exception.t()
  def assert_raise(exception, message, function) when is_function(function) do
    error = assert_raise(exception, function)
    told = Exception.message(error)

    good? =
      cond do
        is_binary(message) -> told == message
        is_struct(message, Regex) -> told =~ message
      end

    good? || flunk("Wrong message for #{inspect(exception)}\nexpected:\n  #{inspect(message)}\nactual:\n  #{inspect(told)}")
    error
  end

  @doc """
  Checks that a function raises an exception, and gives that.

  ## Examples

      iex> import ExUnit.Assertions
      iex> assert_raise ArgumentError, fn -> raise ArgumentError, "no" end
      %ArgumentError{message: "no"}
  """
  @spec assert_raise(module, (-> any)) :: Exception.t()
  def assert_raise(exception, function) when is_function(function) do
    outcome =
      try do
        function.()
        :nothing
      rescue
        error -> {error, __STACKTRACE__}
      end

    case outcome do
      :nothing ->
        flunk("Expected exception #{inspect(exception)} but nothing was raised")

      {%{__struct__: ^exception} = error, stacktrace} ->
        check_message(error, stacktrace)
        error

      {%{__struct__: ExUnit.AssertionError} = error, stacktrace} ->
        reraise error, stacktrace

      {error, stacktrace} ->
        told = "Expected exception #{inspect(exception)} but got #{inspect(error.__struct__)} (#{Exception.message(error)})"
        reraise ExUnit.AssertionError, [message: told], stacktrace
    end
  end

  # An exception whose own message/1 fails is no good exception.
  defp check_message(%module{} = error, stacktrace) do
    module.message(error)
  rescue
    failure ->
      told =
        "Got exception #{inspect(module)} but it failed to produce a message with:\n\n" <>
          Exception.format(:error, failure, __STACKTRACE__)

      reraise ExUnit.AssertionError, [message: told], stacktrace
  end

  for {name, kind, verb} <- [{:catch_exit, :exit, "exit"}, {:catch_throw, :throw, "throw"}, {:catch_error, :error, "error"}] do
    @doc """
    Checks that code ends in #{if kind == :throw, do: "a throw", else: "an " <> verb}, and gives its value.

    ## Examples

        iex> import ExUnit.Assertions
        iex> #{name}(#{if kind == :error, do: ":erlang.error(:no)", else: verb <> "(:no)"})
        :no
    """
    defmacro unquote(name)(expression), do: catching(unquote(kind), expression)
  end

  defp catching(kind, expression) do
    quote generated: true do
      try do
        _ = unquote(expression)
        :ok
      catch
        unquote(kind), value -> {:caught, value}
      end
      |> case do
        {:caught, value} -> value
        :ok -> ExUnit.Assertions.flunk(unquote("Expected to catch #{kind}, got nothing"))
      end
    end
  end

  # ## Numbers, and giving up

  @doc """
  Checks that two numbers differ by at most `delta`.

  ## Examples

      iex> import ExUnit.Assertions
      iex> assert_in_delta 1.0, 1.05, 0.1
      true
  """
  @spec assert_in_delta(number, number, number, String.t() | nil) :: true
  def assert_in_delta(value1, value2, delta, message \\ nil)

  def assert_in_delta(_value1, _value2, delta, _message) when delta < 0 do
    raise ArgumentError, "delta must always be a positive number, got: #{inspect(delta)}"
  end

  def assert_in_delta(value1, value2, delta, message) do
    difference = abs(value1 - value2)

    message =
      message ||
        "Expected the difference between #{inspect(value1)} and #{inspect(value2)} (#{inspect(difference)}) " <>
          "to be less than or equal to #{inspect(delta)}"

    assert difference <= delta, message
  end

  @doc """
  Checks that two numbers differ by more than `delta`.

  ## Examples

      iex> import ExUnit.Assertions
      iex> refute_in_delta 1.0, 2.0, 0.1
      false
  """
  @spec refute_in_delta(number, number, number, String.t() | nil) :: false
  def refute_in_delta(value1, value2, delta, message \\ nil) do
    difference = abs(value1 - value2)

    message =
      message ||
        "Expected the difference between #{inspect(value1)} and #{inspect(value2)} (#{inspect(difference)}) " <>
          "to be more than #{inspect(delta)}"

    refute difference <= delta, message
  end

  @doc """
  Fails.

  ## Examples

      iex> import ExUnit.Assertions
      iex> assert_raise ExUnit.AssertionError, fn -> flunk("enough") end
      iex> :unreached
      :unreached
  """
  @spec flunk(String.t()) :: no_return
  def flunk(message \\ "Flunked!") when is_binary(message), do: assert(false, message)
end
