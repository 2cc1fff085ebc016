defmodule Kernel.Utils do
  @moduledoc false

  # What the expansions of `Kernel`'s macros call when they run: structs, delegates, guards, `raise` and `destructure`.

  # `destructure` gives its right side the length of the left one.
  def destructure(list, count) when is_list(list) and is_integer(count) and count >= 0, do: fit(list, count)
  def destructure(nil, count) when is_integer(count) and count >= 0, do: fit([], count)

  defp fit(_list, 0), do: []
  defp fit([], count), do: [nil | fit([], count - 1)]
  defp fit([head | tail], count), do: [head | fit(tail, count - 1)]

  # A call by name in code that is evaluated within a function whose module is done.
  def undefined_local(name, args) do
    :erlang.error(UndefinedFunctionError.exception(module: nil, function: name, arity: length(args), reason: :"undefined local"))
  end

  # `raise message` where the message is not known before it runs.
  def raise(message) when is_binary(message), do: RuntimeError.exception(message)
  def raise(module) when is_atom(module), do: module.exception([])
  def raise(%_{__exception__: true} = exception), do: exception

  def raise(other) do
    ArgumentError.exception(
      "raise/1 and reraise/2 expect a module name, string or exception " <>
        "as the first argument, got: #{Kernel.inspect(other)}"
    )
  end

  # The parts of a struct's definition: the struct, what it derives, and the code of `__struct__/0,1`.
  def defstruct(module, fields, _bootstrapped?, env) do
    if :jovial_module.has(module, :__struct__) do
      raise ArgumentError,
            "defstruct has already been called for #{Kernel.inspect(module)}, defstruct can only be called once per module"
    end

    fields = normalize_fields(fields)
    enforced = wrap(Module.get_attribute(module, :enforce_keys, []))

    for key <- enforced, not is_atom(key) do
      raise ArgumentError, "keys given to @enforce_keys must be atoms, got: #{Kernel.inspect(key)}"
    end

    for {key, default} <- fields, do: escapable!(key, default)

    case :lists.filter(fn key -> not :lists.keymember(key, 1, fields) end, enforced) do
      [] ->
        :ok

      missing ->
        raise ArgumentError,
              "@enforce_keys required keys (#{Kernel.inspect(missing)}) that are not defined in defstruct: #{Kernel.inspect(fields)}"
    end

    for {key, _default} <- :lists.reverse(fields), count_key(fields, key) > 1 do
      warn_duplicate(key, env)
    end

    defaults = :maps.from_list(fields)
    struct = :maps.put(:__struct__, module, defaults)

    body =
      case :lists.filter(fn key -> :maps.is_key(key, defaults) end, enforced) do
        [] ->
          quote do
            Enum.reduce(kv, %{unquote_splicing(escape_pairs(struct))}, fn {key, value}, map ->
              %{map | key => value}
            end)
          end

        enforced ->
          quote do
            {map, missing} =
              Enum.reduce(kv, {%{unquote_splicing(escape_pairs(struct))}, unquote(enforced)}, fn
                {key, value}, {map, missing} -> {%{map | key => value}, List.delete(missing, key)}
              end)

            case missing do
              [] ->
                map

              _ ->
                raise ArgumentError,
                      "the following keys must also be given when building " <>
                        "struct #{inspect(__MODULE__)}: #{inspect(missing)}"
            end
          end
      end

    derive = derived(module)
    :jovial_module.put(module, :__struct__, [{:__struct__, module} | fields], nil)
    :jovial_module.announce_struct(module, for({key, _default} <- fields, do: key))
    {struct, derive, escape(struct), quote(do: kv), body}
  end

  # What a field begins with becomes part of the code.
  defp escapable!(key, [head | tail]), do: (escapable!(key, head); escapable!(key, tail))
  defp escapable!(key, tuple) when is_tuple(tuple), do: escapable!(key, :erlang.tuple_to_list(tuple))
  defp escapable!(key, map) when is_map(map), do: escapable!(key, :maps.to_list(map))

  defp escapable!(key, value) when is_function(value) do
    if :erlang.fun_info(value, :type) != {:type, :external}, do: not_escapable!(key, value)
  end

  defp escapable!(key, value) when is_reference(value) or is_port(value), do: not_escapable!(key, value)
  defp escapable!(_key, _value), do: :ok

  defp not_escapable!(key, value) do
    raise ArgumentError,
          "invalid value for struct field #{key}, cannot escape #{Kernel.inspect(value)}. The supported values are: " <>
            "lists, tuples, maps, atoms, numbers, bitstrings, PIDs and remote functions in the format &Mod.fun/arity"
  end

  defp wrap(nil), do: []
  defp wrap(list) when is_list(list), do: list
  defp wrap(other), do: [other]

  # The code of a default. Structs are defined before `Macro` is compiled, so this can't be left to `Macro.escape/1`.
  defp escape(list) when is_list(list), do: escape_list(list)
  defp escape({left, right}), do: {escape(left), escape(right)}
  defp escape(tuple) when is_tuple(tuple), do: {:{}, [], escape_list(:erlang.tuple_to_list(tuple))}
  defp escape(map) when is_map(map), do: {:%{}, [], escape_list(:maps.to_list(map))}
  defp escape(bits) when is_bitstring(bits) and not is_binary(bits), do: escape_bits(bits)
  defp escape(other), do: other

  # Whole bytes, and a segment of what is left.
  defp escape_bits(bits) do
    bytes = div(:erlang.bit_size(bits), 8)
    <<whole::binary-size(bytes), rest::bitstring>> = bits
    size = :erlang.bit_size(rest)
    <<value::size(size)>> = rest
    {:<<>>, [], [{:"::", [], [whole, {:binary, [], nil}]}, {:"::", [], [value, {:size, [], [size]}]}]}
  end

  defp escape_list([head | tail]) when is_list(tail), do: [escape(head) | escape_list(tail)]
  defp escape_list([head | tail]), do: [{:|, [], [escape(head), escape(tail)]}]
  defp escape_list([]), do: []

  defp escape_pairs(struct) do
    for {key, value} <- :maps.to_list(struct), do: {key, escape(value)}
  end

  defp count_key(fields, key), do: length(for {^key, _} <- fields, do: key)

  defp warn_duplicate(key, env) do
    IO.warn("duplicate key #{Kernel.inspect(key)} found in struct", env)
  end

  defp derived(module) do
    case Module.get_attribute(module, :derive) do
      nil -> []
      derives -> :lists.reverse(:lists.flatten([derives]))
    end
  end

  defp normalize_fields(fields) when is_list(fields) do
    :lists.map(
      fn
        {key, value} when is_atom(key) -> {key, value}
        key when is_atom(key) -> {key, nil}
        other -> raise ArgumentError, "struct field names must be atoms, got: #{Kernel.inspect(other)}"
      end,
      fields
    )
  end

  defp normalize_fields(other) do
    raise ArgumentError, "struct fields definition must be list, got: #{Kernel.inspect(other)}"
  end

  # Files that are compiled beside this one may wait for the struct, which is there before its module.
  def announce_struct(module) do
    case :erlang.get(:elixir_compiler_info) do
      {parent, _} ->
        send(parent, {:struct_available, module})
        :ok

      _ ->
        :ok
    end
  end

  # `defdelegate`: the target module, checked once for all functions.
  def defdelegate_all(funs, opts, env) do
    target = opts[:to] || raise(ArgumentError, "expected to: to be given as argument")

    if is_list(funs) do
      IO.warn("passing a list to Kernel.defdelegate/2 is deprecated, please define each delegate separately", env)
    end

    if is_atom(target) and target == env.module and opts[:as] == nil do
      raise ArgumentError, "defdelegate function is calling itself, which will lead to an infinite loop. You should either change the value of the :to option or specify the :as option"
    end

    target
  end

  # One delegate: its name, arguments with defaults, and what is called with which arguments.
  def defdelegate_each(fun, opts) do
    {name, args} =
      case fun do
        {:when, _, [_call, guard]} ->
          raise ArgumentError, "guards are not allowed in defdelegate/2, got: when #{Macro.to_string(guard)}"

        _ -> Macro.decompose_call(fun)
      end

    as = Keyword.get(opts, :as, name)
    {name, args, as, :lists.map(&delegated_argument/1, args)}
  end

  defp delegated_argument({:\\, _, [argument, _default]}), do: delegated_argument(argument)
  defp delegated_argument({name, _, context} = variable) when is_atom(name) and is_atom(context), do: variable

  defp delegated_argument(other) do
    raise ArgumentError, "defdelegate/2 only accepts function parameters, got: #{Macro.to_string(other)}"
  end

  # The body of a guard macro: in a guard the expression itself, elsewhere each argument is evaluated once.
  def defguard(args, expr, env) do
    env = :elixir_env.with_vars(env, names(args))
    {expr, _env} = :jovial_macro.expand_guard(expr, env)

    quote do
      case Macro.Env.in_guard?(__CALLER__) do
        true -> unquote(literal_quote(unquote_refs(expr, args)))
        false -> unquote(literal_quote(unquote_once(expr, args)))
      end
    end
  end

  defp names(args) do
    for {name, meta, context} <- args, is_atom(name), do: {name, Keyword.get(meta, :counter, context)}
  end

  defp literal_quote(ast), do: {:quote, [], [[do: ast]]}

  defp unquote_refs(expr, args) do
    references = names(args)

    Macro.postwalk(expr, fn
      {name, meta, context} = variable when is_atom(name) and is_atom(context) ->
        if {name, Keyword.get(meta, :counter, context)} in references,
          do: {:unquote, [], [variable]},
          else: variable

      other ->
        other
    end)
  end

  defp unquote_once(expr, args) do
    {vars, assignments} =
      :lists.unzip(
        for {name, meta, context} = variable <- args, used?(expr, variable) do
          {{name, meta, context}, {:unquote, [], [variable]}}
        end
      )

    case vars do
      [] -> expr
      _ -> {:__block__, [], [{:=, [], [{:{}, [], vars}, {:{}, [], assignments}]}, expr]}
    end
  end

  defp used?(expr, {name, meta, context}) do
    key = Keyword.get(meta, :counter, context)

    {_, used?} =
      Macro.prewalk(expr, false, fn
        {^name, meta, context} = node, used? when is_atom(context) ->
          {node, used? or Keyword.get(meta, :counter, context) == key}

        node, used? ->
          {node, used?}
      end)

    used?
  end
end
