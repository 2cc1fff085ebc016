# The exceptions that running code raises by itself: what the machine reports as a reason becomes one of these in
# `ErlangError.normalize/2`, and the compiler's own checks raise some of them directly.

defmodule RuntimeError do
  @moduledoc """
  What `raise/1` raises for a plain message.

      iex> try do
      ...>   raise "out of coffee"
      ...> rescue
      ...>   error in RuntimeError -> error.message
      ...> end
      "out of coffee"

  """
  defexception message: "runtime error"
end

defmodule ArgumentError do
  @moduledoc """
  A function got an argument that it can't work with.

      iex> try do
      ...>   String.to_existing_atom("no atom of this name")
      ...> rescue
      ...>   _ in ArgumentError -> :refused
      ...> end
      :refused

  """
  defexception message: "argument error"
end

defmodule ArithmeticError do
  @moduledoc """
  A computation is not defined for its operands: a division by zero, or arithmetic on what is no number.

  `Exception.blame/3` adds the failing operation to the message if the stacktrace knows it.
  """
  defexception message: "bad argument in arithmetic expression"

  @infix [:+, :-, :*, :/]
  @named [:div, :rem]
  @bitwise [:band, :bor, :bxor, :bsl, :bsr]

  @impl true
  def blame(%{message: message} = exception, [{:erlang, operator, args, _} | _] = stacktrace) do
    case operation(operator, args) do
      nil -> {exception, stacktrace}
      text -> {%{exception | message: message <> ": " <> text}, stacktrace}
    end
  end

  def blame(exception, stacktrace), do: {exception, stacktrace}

  defp operation(operator, [left, right]) when operator in @infix do
    "#{inspect(left)} #{operator} #{inspect(right)}"
  end

  defp operation(operator, [operand]) when operator in [:+, :-], do: "#{operator}(#{inspect(operand)})"

  defp operation(operator, [left, right]) when operator in @named do
    "#{operator}(#{inspect(left)}, #{inspect(right)})"
  end

  defp operation(operator, [left, right]) when operator in @bitwise do
    "Bitwise.#{operator}(#{inspect(left)}, #{inspect(right)})"
  end

  defp operation(:bnot, [operand]), do: "Bitwise.bnot(#{inspect(operand)})"
  defp operation(_, _), do: nil
end

defmodule SystemLimitError do
  @moduledoc """
  The machine has no room left for what was asked: too many atoms, processes or tables, or too large a term.
  """
  defexception message: "a system limit has been reached"
end

defmodule MatchError do
  @moduledoc """
  The value on the right of `=` does not have the shape on the left.

  Fields: `:term`, the value.
  """
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "no match of right hand side value: #{inspect(term)}"
end

defmodule CaseClauseError do
  @moduledoc """
  No clause of a `case` matches.

  Fields: `:term`, the value.
  """
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "no case clause matching: #{inspect(term)}"
end

defmodule WithClauseError do
  @moduledoc """
  No clause in the `else` of a `with` matches.

  Fields: `:term`, the value.
  """
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "no with clause matching: #{inspect(term)}"
end

defmodule TryClauseError do
  @moduledoc """
  No clause in the `else` of a `try` matches.

  Fields: `:term`, the value.
  """
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "no try clause matching: #{inspect(term)}"
end

defmodule CondClauseError do
  @moduledoc """
  No condition of a `cond` is truthy.
  """
  defexception []

  @impl true
  def message(_exception), do: "no cond clause evaluated to a truthy value"
end

defmodule BadMapError do
  @moduledoc """
  A map was needed.

  Fields: `:term`, what was there instead.
  """
  defexception [:term]

  @impl true
  def message(%{term: term}), do: "expected a map, got: #{inspect(term)}"
end

defmodule BadStructError do
  @moduledoc """
  A struct of a certain type was needed.

  Fields: `:struct`, its module, and `:term`, what was there instead.
  """
  defexception [:struct, :term]

  @impl true
  def message(%{struct: struct, term: term}) do
    "expected a struct named #{inspect(struct)}, got: #{inspect(term)}"
  end
end

defmodule BadBooleanError do
  @moduledoc """
  An operator such as `and` needs a boolean on its left side.

  Fields: `:term`, what was there instead, and `:operator`.
  """
  defexception [:term, :operator]

  @impl true
  def message(%{operator: operator, term: term}) do
    "expected a boolean on left-side of \"#{operator}\", got: #{inspect(term)}"
  end
end

defmodule BadFunctionError do
  @moduledoc """
  A function was needed.

  Fields: `:term`, what was called instead. It may well be a function, of a version of its module that is gone.
  """
  defexception [:term]

  @impl true
  def message(%{term: term}) when is_function(term) do
    "function #{inspect(term)} is invalid, likely because it points to an old version of the code"
  end

  def message(%{term: term}), do: "expected a function, got: #{inspect(term)}"
end

defmodule BadArityError do
  @moduledoc """
  A function was called with the wrong number of arguments.

  Fields: `:function` and `:args`.
  """
  defexception [:function, :args]

  @impl true
  def message(%{function: function, args: args}) do
    {:arity, arity} = :erlang.fun_info(function, :arity)
    inspected = Enum.map_join(args, ", ", &inspect/1)
    "#{inspect(function)} with arity #{arity} called with #{count(length(args), inspected)}"
  end

  defp count(0, _), do: "no arguments"
  defp count(1, inspected), do: "1 argument (#{inspected})"
  defp count(n, inspected), do: "#{n} arguments (#{inspected})"
end

defmodule KeyError do
  @moduledoc """
  A map or keyword list lacks a key that it must have.

  Fields: `:key`, `:term` (where it was looked for) and `:message`, which is composed when absent.
  `Exception.blame/3` suggests keys with similar names.
  """
  defexception [:key, :term, :message]

  @impl true
  def exception(message) when is_binary(message), do: %__MODULE__{message: message}
  def exception(fields), do: struct!(__MODULE__, fields)

  @impl true
  def message(%{message: nil} = exception), do: describe(exception.key, exception.term)
  def message(%{message: message}), do: message

  defp describe(key, nil), do: "key #{inspect(key)} not found"

  defp describe(key, term) when is_atom(term) and is_atom(key) do
    "key #{inspect(key)} not found in: #{inspect(term)} (if instead you want to invoke " <>
      "#{inspect(term)}.#{Macro.inspect_atom(:remote_call, key)}(), make sure to add parentheses after the function name)"
  end

  defp describe(key, term) do
    "key #{inspect(key)} not found in: #{inspect(term, pretty: true, limit: :infinity)}"
  end

  @impl true
  def blame(%{message: message} = exception, stacktrace) when is_binary(message), do: {exception, stacktrace}

  def blame(%{key: key, term: term} = exception, stacktrace) do
    {%{exception | message: describe(key, term) <> similar_keys(key, term)}, stacktrace}
  end

  defp similar_keys(key, term) when is_atom(key) and (is_map(term) or is_list(term)) do
    keys =
      cond do
        is_map(term) -> :maps.keys(term)
        keyword?(term) -> for {key, _} <- term, do: key
        true -> []
      end

    if keys != [] and :lists.all(&is_atom/1, keys), do: suggestions(key, keys), else: ""
  end

  defp similar_keys(_, _), do: ""

  defp suggestions(key, keys) do
    case Exception.similar_names(key, keys, fn key -> :erlang.atom_to_binary(key) end) do
      [] -> ""
      similar -> ". Did you mean:\n\n" <> for(key <- similar, into: "", do: "      * #{inspect(key)}\n")
    end
  end

  defp keyword?([{key, _} | rest]) when is_atom(key), do: keyword?(rest)
  defp keyword?(rest), do: rest == []
end

defmodule UndefinedFunctionError do
  @moduledoc """
  A function was called that its module does not have, or whose module does not exist.

  Fields: `:module`, `:function`, `:arity`, `:reason` and `:message`, which is composed when absent.
  `Exception.blame/3` looks for what the caller may have meant.
  """
  defexception [:module, :function, :arity, :reason, :message]

  @no_module :"module could not be loaded"
  @no_export :"function not exported"

  @impl true
  def message(%{message: nil, module: nil, function: nil, arity: nil, reason: nil}), do: "undefined function"

  def message(%{message: nil, module: nil, reason: :"undefined local", function: function, arity: arity}) do
    "function #{Exception.format_fa_name(function, arity)} is undefined (there is no such import)"
  end

  def message(%{message: nil} = exception) do
    {text, _, _} = describe(exception)
    text <> spelling_advice(exception)
  end

  def message(%{message: message}), do: message

  # The sentence, the kind of failure, and the reason that stands for it.
  defp describe(%{reason: nil, module: module, function: function, arity: arity}) do
    cond do
      is_nil(module) -> {"function nil.#{Exception.format_fa_name(function, arity)} is undefined", :no_module, nil}
      loaded?(module) -> describe(module, function, arity, @no_export)
      true -> describe(module, function, arity, @no_module)
    end
  end

  defp describe(%{reason: reason, module: module, function: function, arity: arity}) do
    describe(module, function, arity, reason)
  end

  defp describe(module, function, arity, @no_module) do
    mfa = Exception.format_mfa(module, function, arity)
    {"function #{mfa} is undefined (module #{inspect(module)} is not available)", :no_module, @no_module}
  end

  defp describe(module, function, arity, @no_export) do
    {"function #{Exception.format_mfa(module, function, arity)} is undefined or private", :no_export, @no_export}
  end

  defp describe(module, function, arity, reason) do
    {"function #{Exception.format_mfa(module, function, arity)} is undefined (#{reason})", :other, reason}
  end

  defp loaded?(module), do: match?({:module, _}, :code.ensure_loaded(module))

  defp spelling_advice(%{module: module} = exception) do
    {_, kind, reason} = describe(exception)

    if kind != :no_export and reason != nil, do: missing_alias(:erlang.atom_to_binary(module)), else: ""
  end

  @impl true
  def blame(exception, stacktrace), do: {%{exception | message: blamed_message(exception)}, stacktrace}

  defp blamed_message(%{message: message}) when is_binary(message), do: message
  defp blamed_message(%{module: nil, function: nil, arity: nil, reason: nil}), do: "undefined function"

  defp blamed_message(%{module: nil} = exception) do
    {text, _, _} = describe(exception)

    text <>
      ". If you are using the dot syntax, such as module.function(), make sure the left-hand side of the dot " <>
      "is a module atom"
  end

  defp blamed_message(%{module: module, function: function, arity: arity} = exception) do
    {text, kind, _} = describe(exception)

    hint =
      case kind do
        :no_export -> hint_for_loaded_module(module, function, arity)
        :no_module -> hint_for_missing_module(module, function, arity)
        :other -> spelling_advice(exception)
      end

    text <> hint
  end

  @doc false
  # A module of another spelling, or one whose last segment is the whole name, may have the function.
  def hint_for_missing_module(module, function, arity) do
    wanted = :erlang.atom_to_binary(module)
    lower = String.downcase(wanted)

    found =
      for {name, _} <- :code.all_loaded(),
          name != module,
          text = :erlang.atom_to_binary(name),
          String.downcase(text) == lower or same_last_segment?(wanted, text),
          :erlang.function_exported(name, function, arity),
          do: name

    case found |> :lists.sort() |> Enum.take(5) do
      [] ->
        missing_alias(wanted)

      modules ->
        ". Did you mean:\n\n" <>
          for(module <- modules, into: "", do: "      * #{Exception.format_mfa(module, function, arity)}\n")
    end
  end

  # A name of one segment is likely meant to be an alias.
  defp missing_alias("Elixir." <> name) do
    case :binary.match(name, ".") do
      :nomatch -> ". Make sure the module name is correct and has been specified in full (or that an alias has been defined)"
      _ -> ""
    end
  end

  defp missing_alias(_name), do: ""

  defp same_last_segment?("Elixir." <> segments, "Elixir." <> _ = name) do
    String.ends_with?(name, "." <> segments)
  end

  defp same_last_segment?(_, _), do: false

  @doc false
  def hint_for_loaded_module(module, function, arity) do
    cond do
      not loaded?(module) ->
        ""

      macro?(module, function, arity) ->
        ". However, there is a macro with the same name and arity. Be sure to require " <>
          "#{inspect(module)} if you intend to invoke this macro"

      behaviour = expecting_behaviour(module, function, arity) ->
        ", but the behaviour #{inspect(behaviour)} expects it to be present"

      true ->
        similar_functions(module, function)
    end
  end

  defp macro?(module, function, arity) do
    :erlang.function_exported(module, :__info__, 1) and {function, arity} in module.__info__(:macros)
  end

  defp expecting_behaviour(module, function, arity) do
    behaviours = for {:behaviour, behaviours} <- :erlang.get_module_info(module, :attributes), one <- behaviours, do: one

    Enum.find(behaviours, fn behaviour ->
      match?({:module, _}, :code.ensure_loaded(behaviour)) and
        :erlang.function_exported(behaviour, :behaviour_info, 1) and
        {function, arity} in behaviour.behaviour_info(:callbacks) and
        {function, arity} not in behaviour.behaviour_info(:optional_callbacks)
    end)
  end

  # The same name with another arity is what was meant, if there is one.
  defp similar_functions(module, function) do
    known = :erlang.get_module_info(module, :exports)
    exports = for {name, _} = export <- known, name not in [:module_info, :__info__, :__struct__], do: export

    similar =
      case for({^function, _} = export <- exports, do: export) do
        [] -> Exception.similar_names(function, exports, fn {name, _} -> :erlang.atom_to_binary(name) end)
        same_name -> :lists.sort(same_name)
      end

    case similar do
      [] ->
        ""

      similar ->
        ". Did you mean:\n\n" <>
          for({name, arity} <- similar, into: "", do: "      * #{Exception.format_fa_name(name, arity)}\n")
    end
  end
end

defmodule FunctionClauseError do
  @moduledoc """
  No clause of a function matches its arguments.

  Fields: `:module`, `:function`, `:arity`, and what `Exception.blame/3` finds out: `:kind` (`:def` or so), `:args` and
  `:clauses`, the latter as `Exception.blame_mfa/3` returns them.
  """
  defexception [:module, :function, :arity, :kind, :args, :clauses]

  @clauses_shown 10

  @impl true
  def message(%{function: nil}), do: "no function clause matches"

  def message(%{args: nil} = exception), do: headline(exception)

  def message(exception) do
    headline(exception) <> "\n\n" <> blame(exception, &inspect/1, &marked/1)
  end

  defp headline(%{module: module, function: function, arity: arity}) do
    "no function clause matching in #{Exception.format_mfa(module, function, arity)}"
  end

  @doc false
  def marked(%{match?: true, node: node}), do: Macro.to_string(node)
  def marked(%{match?: false, node: node}), do: "-" <> Macro.to_string(node) <> "-"

  @impl true
  def blame(%{module: module, function: function, arity: arity} = exception, stacktrace) do
    case stacktrace do
      [{^module, ^function, args, meta} | rest] when is_list(args) and length(args) == arity ->
        exception =
          case Exception.blame_mfa(module, function, args) do
            {:ok, kind, clauses} -> %{exception | args: args, kind: kind, clauses: clauses}
            :error -> %{exception | args: args}
          end

        {exception, [{module, function, arity, meta} | rest]}

      _ ->
        {exception, stacktrace}
    end
  end

  @doc false
  # What was passed and which clauses were tried. `inspect_fun` shows an argument, `ast_fun` a part of a clause.
  def blame(%{args: nil}, _inspect_fun, _ast_fun), do: ""

  def blame(exception, inspect_fun, ast_fun) do
    %{module: module, function: function, arity: arity, kind: kind, args: args, clauses: clauses} = exception

    given =
      for {arg, n} <- Enum.with_index(args, 1), into: "" do
        "\n    # #{n}\n    #{pad(inspect_fun.(arg))}\n"
      end

    "The following arguments were given to #{Exception.format_mfa(module, function, arity)}:\n#{given}" <>
      attempted(clauses, kind, function, ast_fun)
  end

  defp attempted(clauses, _, _, _) when clauses in [nil, []], do: ""

  defp attempted(clauses, kind, function, ast_fun) do
    total = length(clauses)
    shown = min(total, @clauses_shown)

    lines =
      for {args, guards} <- Enum.take(clauses, shown), into: "" do
        "    #{kind} #{clause(function, args, guards, ast_fun)}\n"
      end

    more =
      case total - shown do
        0 -> ""
        1 -> "    ...\n    (1 clause not shown)\n"
        n -> "    ...\n    (#{n} clauses not shown)\n"
      end

    "\nAttempted function clauses (showing #{shown} out of #{total}):\n\n" <> lines <> more
  end

  defp clause(function, args, guards, ast_fun) do
    head = "#{Macro.inspect_atom(:remote_call, function)}(#{Enum.map_join(args, ", ", ast_fun)})"
    for guard <- guards, into: head, do: " when " <> guard(guard, ast_fun)
  end

  defp guard({operator, _, [left, right]}, ast_fun) when operator in [:and, :or] do
    guard_operand(left, operator, ast_fun) <> " #{operator} " <> guard_operand(right, operator, ast_fun)
  end

  defp guard(node, ast_fun), do: ast_fun.(node)

  defp guard_operand({:or, _, [_, _]} = node, :and, ast_fun) do
    "(" <> guard(node, ast_fun) <> ")"
  end

  defp guard_operand(node, _, ast_fun), do: guard(node, ast_fun)

  defp pad(text), do: String.replace(text, "\n", "\n    ")
end

defmodule Protocol.UndefinedError do
  @moduledoc """
  A protocol has no implementation for a value.

  Fields: `:protocol`, `:value` and `:description`.
  """
  defexception [:protocol, :value, description: ""]

  @impl true
  def message(%{protocol: protocol, value: value, description: description}) do
    "protocol #{inspect(protocol)} not implemented for type " <>
      type(value) <> note(description) <> consolidated(protocol) <> "\n\nGot value:\n\n" <> Inspect.Error.pad(inspect(value, pretty: true), 4) <> "\n"
  end

  defp note(""), do: ""
  defp note(description), do: ", " <> description

  defp consolidated(protocol) do
    case protocol.__protocol__(:impls) do
      {:consolidated, []} -> ". There are no implementations for this protocol."
      _ -> ""
    end
  end

  defp type(%module{}), do: "#{inspect(module)} (a struct)"

  defp type(value) do
    cond do
      is_atom(value) -> "Atom"
      is_tuple(value) -> "Tuple"
      is_integer(value) -> "Integer"
      is_float(value) -> "Float"
      is_list(value) -> "List"
      is_map(value) -> "Map"
      is_bitstring(value) -> "BitString"
      is_function(value) -> "Function"
      is_pid(value) -> "PID"
      is_reference(value) -> "Reference"
      is_port(value) -> "Port"
    end
  end
end

defmodule ErlangError do
  @moduledoc """
  An error reason that has no exception of its own.

  Fields: `:original`, the reason as it was raised, and `:reason`, more about it where that is known.
  """
  defexception [:original, :reason]

  @impl true
  def message(%{original: original, reason: reason}), do: "Erlang error: #{inspect(original)}#{reason}"

  @doc false
  # The exception for a reason of the class `:error`.
  def normalize(reason, stacktrace)

  def normalize(%_{__exception__: true} = exception, _), do: exception

  def normalize(:badarg, [{:erlang, :apply, [module, function, args], _} | _])
      when not is_atom(module) and (is_atom(function) or is_binary(function)) and is_list(args) do
    %ArgumentError{message: bad_apply(module, function, args)}
  end

  def normalize(:badarg, stacktrace) do
    case details(:badarg, stacktrace) do
      nil -> %ArgumentError{}
      {prefix, text} -> %ArgumentError{message: (prefix || "errors were found at the given arguments") <> text}
    end
  end

  def normalize(:system_limit, stacktrace) do
    case details(:system_limit, stacktrace) do
      nil ->
        %SystemLimitError{}

      {prefix, text} ->
        prefix = prefix || "a system limit has been reached due to errors at the given arguments"
        %SystemLimitError{message: prefix <> text}
    end
  end

  def normalize(:badarith, _), do: %ArithmeticError{}
  def normalize(:cond_clause, _), do: %CondClauseError{}

  def normalize(:undef, stacktrace) do
    {module, function, arity} = mfa(stacktrace)
    %UndefinedFunctionError{module: module, function: function, arity: arity}
  end

  def normalize(:function_clause, stacktrace) do
    {module, function, arity} = mfa(stacktrace)
    %FunctionClauseError{module: module, function: function, arity: arity}
  end

  def normalize({:badarg, payload}, _), do: %ArgumentError{message: "argument error: #{inspect(payload)}"}
  def normalize({:badarity, {function, args}}, _), do: %BadArityError{function: function, args: args}
  def normalize({:badfun, term}, _), do: %BadFunctionError{term: term}
  def normalize({:badstruct, struct, term}, _), do: %BadStructError{struct: struct, term: term}
  def normalize({:badmatch, term}, _), do: %MatchError{term: term}
  def normalize({:badmap, term}, _), do: %BadMapError{term: term}
  def normalize({:badbool, operator, term}, _), do: %BadBooleanError{operator: operator, term: term}
  def normalize({:badkey, key}, stacktrace), do: %KeyError{key: key, term: searched_map(key, stacktrace)}
  def normalize({:badkey, key, map}, _) when is_map(map), do: %KeyError{key: key, term: map}
  def normalize({:badkey, key, term}, _), do: %KeyError{key: key, term: term, message: no_map(key, term)}
  def normalize({:case_clause, term}, _), do: %CaseClauseError{term: term}
  def normalize({:else_clause, term}, _), do: %WithClauseError{term: term}
  def normalize({:try_clause, term}, _), do: %TryClauseError{term: term}

  def normalize(reason, stacktrace) do
    case details(reason, stacktrace) do
      nil -> %ErlangError{original: reason}
      {_, text} -> %ErlangError{original: reason, reason: text}
    end
  end

  defp no_map(key, term) do
    "key #{inspect(key)} not found in: #{inspect(term, pretty: true, limit: :infinity)}\n\n" <>
      "If you are using the dot syntax, such as map.field, make sure the " <>
      "left-hand side of the dot is a map"
  end

  defp bad_apply(module, function, []) when is_atom(function) do
    "you attempted to apply a function named #{inspect(function)} on #{inspect(module)}. If you are using " <>
      "Kernel.apply/3, make sure the module is an atom. If you are using the dot syntax, such as " <>
      "module.function(), make sure the left-hand side of the dot is an atom representing a module"
  end

  defp bad_apply(module, _, _) do
    "you attempted to apply a function on #{inspect(module)}. Modules (the first argument of apply) must always be an atom"
  end

  defp mfa([{module, function, args, _} | _]) when is_list(args), do: {module, function, length(args)}
  defp mfa([{module, function, arity, _} | _]), do: {module, function, arity}
  defp mfa(_), do: {nil, nil, nil}

  defp searched_map(key, [{:maps, :get, [key, map], _} | _]), do: map
  defp searched_map(key, [{:maps, :update, [key, _, map], _} | _]), do: map
  defp searched_map(key, [{:erlang, :map_get, [key, map], _} | _]), do: map
  defp searched_map(_, _), do: nil

  # A stacktrace entry may name a module that explains which arguments were wrong: a map from argument numbers to
  # texts, where `:general` speaks of the call as a whole and `:reason` replaces the usual first words.
  defp details(reason, [{module, called, args_or_arity, info} | rest]) do
    with {:ok, error_info} when is_map(error_info) <- Keyword.fetch(info, :error_info),
         explaining = :maps.get(:module, error_info, module),
         function = :maps.get(:function, error_info, :format_error),
         {:module, _} <- :code.ensure_loaded(explaining),
         true <- :erlang.function_exported(explaining, function, 2) do
      # Values inside the explanation are to look as `inspect/1` shows them.
      info = Keyword.put(info, :error_info, :maps.put(:pretty_printer, &inspect/1, error_info))
      explained = :erlang.apply(explaining, function, [reason, [{module, called, args_or_arity, info} | rest]])
      arity = if is_list(args_or_arity), do: length(args_or_arity), else: args_or_arity
      explanation(explained, arity)
    else
      _ -> nil
    end
  end

  defp details(_, _), do: nil

  defp explanation(%{general: general} = explained, _) do
    {prefix(explained), ": " <> IO.chardata_to_string(general)}
  end

  defp explanation(explained, arity) do
    _ = arity
    wrong = for {n, text} when is_integer(n) <- :lists.sort(:maps.to_list(explained)), do: {n, text}

    if wrong == [] do
      nil
    else
      lines = for {n, text} <- wrong, do: ["  * ", ordinal(n), " argument: ", text, "\n"]
      {prefix(explained), ":\n\n" <> :erlang.iolist_to_binary(as_utf8(lines))}
    end
  end

  defp prefix(%{reason: reason}), do: IO.chardata_to_string(reason)
  defp prefix(_), do: nil

  # Explanations are chardata; what is no valid text is passed on as bytes.
  defp as_utf8(chardata) do
    case :unicode.characters_to_binary(chardata) do
      binary when is_binary(binary) -> binary
      _ -> chardata
    end
  end

  defp ordinal(1), do: "1st"
  defp ordinal(2), do: "2nd"
  defp ordinal(3), do: "3rd"
  defp ordinal(n), do: "#{n}th"
end

defmodule Inspect.Error do
  @moduledoc """
  An implementation of the `Inspect` protocol raised.

  Fields: `:exception_module` and `:exception_message` of what it raised, the `:stacktrace`, and `:inspected_struct`,
  the struct shown as a plain map.
  """
  @enforce_keys [:exception_module, :exception_message, :stacktrace, :inspected_struct]
  defexception @enforce_keys

  @impl true
  def exception(fields) when is_list(fields) do
    %exception_module{} = exception = Keyword.fetch!(fields, :exception)

    %Inspect.Error{
      exception_module: exception_module,
      exception_message: exception |> Exception.message() |> String.trim_trailing("\n"),
      stacktrace: Keyword.fetch!(fields, :stacktrace),
      inspected_struct: Keyword.fetch!(fields, :inspected_struct)
    }
  end

  @impl true
  def message(%{exception_module: module, exception_message: message, inspected_struct: inspected}) do
    "got #{inspect(module)} with message:\n\n    \"\"\"\n#{pad(message, 4)}\n    \"\"\"\n\n" <>
      "while inspecting:\n\n#{pad(inspected, 4)}\n"
  end

  @doc false
  # Indents each line that has anything on it.
  def pad(message, level) when is_binary(message) and is_integer(level) do
    spaces = :binary.copy(" ", level)

    message
    |> String.split("\n")
    |> Enum.map_join("\n", fn
      "" -> ""
      line -> spaces <> line
    end)
  end
end
