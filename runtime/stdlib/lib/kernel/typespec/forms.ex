defmodule Kernel.Typespec.Forms do
  @moduledoc false

  # Quoted types become the abstract format that Erlang's tools read. The scope is a map of the `module`, its `types` with their lines, its
  # `records`, the `line` and `env` of the specification, and the `variables` that are types there. What is wrong is thrown as
  # `{:typespec, line, text}`.

  alias Kernel.Typespec

  @elsewhere [charlist: 0, char_list: 0, nonempty_charlist: 0, struct: 0, as_boolean: 1, keyword: 0, keyword: 1]
  @signs [:+, :-]

  def fail(line, text), do: throw({:typespec, line, text})

  # `{name, form, variables}`
  def type(kind, {:"::", _, [{name, meta, args}, body]}, scope) when is_atom(name) and name != :"::" do
    args = if is_list(args), do: args, else: []
    names = variables!(kind, name, args, scope.line)
    form = form(body, %{scope | variables: names})
    line = line(meta, scope)

    for name <- names, not underscored?(name), count(form, name) == 0, do: once(name, scope.line)
    {name, form, for(variable <- names, do: {:var, line, variable})}
  end

  def type(_kind, expr, scope), do: fail(scope.line, "invalid type specification: #{Macro.to_string(expr)}")

  defp variables!(kind, name, args, line) do
    case :lists.filter(&(not match?({name, _, context} when is_atom(name) and is_atom(context), &1)), args) do
      [] ->
        names = for {name, _, _} <- args, do: name
        if :_ in names, do: fail(line, "type variable '_' is invalid")
        names

      wrong ->
        kind = if kind == :typep, do: :type, else: kind

        fail(
          line,
          "@#{kind} definitions expect all arguments to be variables. The type #{name}/#{length(args)} has an invalid argument(s): " <>
            Enum.map_join(wrong, ", ", &Macro.to_string/1)
        )
    end
  end

  # `{{name, arity}, form}`
  def spec(_kind, {:when, _, [{:"::", _, [{name, meta, args}, result]}, guards]} = expr, scope) when is_atom(name) and name != :"::" do
    if not Keyword.keyword?(guards), do: fail(scope.line, "expected keywords as guard in type specification, got: #{Macro.to_string(guards)}")
    if not (is_list(args) or is_atom(args)), do: fail(scope.line, "invalid type specification: #{Macro.to_string(expr)}")

    scope = %{scope | variables: Keyword.keys(guards)}
    line = line(meta, scope)
    args = arguments(args, scope)
    function = {:type, line, :fun, [{:type, line, :product, args}, form(result, scope)]}

    constraints =
      for {name, guard} <- guards, not match?({:var, _, context} when is_atom(context), guard) do
        {:type, line, :constraint, [{:atom, line, :is_subtype}, [{:var, line, name}, form(guard, scope)]]}
      end

    for name <- scope.variables, not underscored?(name), count([function | constraints], name) == 1, do: once(name, scope.line)
    {{name, length(args)}, if(constraints == [], do: function, else: {:type, line, :bounded_fun, [function, constraints]})}
  end

  def spec(_kind, {:"::", _, [{name, meta, args}, result]}, scope) when is_atom(name) and name != :"::" do
    line = line(meta, scope)
    args = arguments(args, scope)
    {{name, length(args)}, {:type, line, :fun, [{:type, line, :product, args}, form(result, scope)]}}
  end

  def spec(_kind, {name, _, args} = expr, scope) when is_atom(name) and (is_list(args) or is_atom(args)) and name not in [:"::", :when, :=] do
    fail(scope.line, "type specification missing return type: #{Macro.to_string(expr)}")
  end

  def spec(_kind, expr, scope), do: fail(scope.line, "invalid type specification: #{Macro.to_string(expr)}")

  defp arguments(args, scope) when is_list(args), do: for(arg <- args, do: form(arg, scope))
  defp arguments(_context, _scope), do: []

  defp underscored?(name), do: match?("_" <> _, :erlang.atom_to_binary(name))

  defp once(name, line) do
    fail(
      line,
      "type variable #{name} is used only once. Type variables in typespecs must be referenced at least twice, otherwise it is equivalent to term()"
    )
  end

  # How often a variable stands in a form.
  defp count({:var, _, name}, name), do: 1
  # What annotates a type is no variable.
  defp count({:ann_type, _, [_, type]}, name), do: count(type, name)
  defp count(form, name) when is_tuple(form), do: count(:erlang.tuple_to_list(form), name)
  defp count(list, name) when is_list(list), do: :lists.sum(for(form <- list, do: count(form, name)))
  defp count(_other, _name), do: 0

  # The types of the module itself that a form names.
  def used_types({:user_type, _, name, args}), do: [{name, length(args)} | used_types(args)]
  def used_types(form) when is_tuple(form), do: used_types(:erlang.tuple_to_list(form))
  def used_types(list) when is_list(list), do: :lists.flatmap(&used_types/1, list)
  def used_types(_other), do: []

  # ## Types

  defp form({:|, meta, [_, _]} = union, scope) do
    {:type, line(meta, scope), :union, for(type <- alternatives(union), do: form(type, scope))}
  end

  defp form({:<<>>, meta, segments}, scope), do: {:type, line(meta, scope), :binary, binary(segments, line(meta, scope), scope)}
  defp form({:%{}, meta, fields}, scope), do: {:type, line(meta, scope), :map, for(field <- fields, do: field(field, scope))}
  defp form({:%, meta, [name, {:%{}, _, fields}]} = expr, scope), do: struct(name, fields, line(meta, scope), expr, scope)
  defp form({:{}, meta, elements}, scope), do: tuple(elements, line(meta, scope), scope)
  defp form({left, right}, scope), do: tuple([left, right], scope.line, scope)
  defp form({:__block__, _, [type]}, scope), do: form(type, scope)
  defp form([{:->, meta, [args, result]}], scope), do: function(args, result, line(meta, scope), scope)

  defp form({:.., meta, [first, last]}, scope) do
    line = line(meta, scope)
    {left, right} = {form(first, scope), form(last, scope)}

    if integer(left) == nil or integer(right) == nil or integer(left) >= integer(right) do
      fail(scope.line, "invalid range specification, expected both sides to be integers, with the left side lower than the right side")
    end

    {:type, line, :range, [left, right]}
  end

  defp form({sign, meta, [number]}, scope) when sign in @signs and is_integer(number) do
    {:op, line(meta, scope), sign, {:integer, line(meta, scope), number}}
  end

  defp form({:*, meta, [left, right]}, scope) when is_integer(left) and is_integer(right) do
    line = line(meta, scope)
    {:op, line, :*, {:integer, line, left}, {:integer, line, right}}
  end

  defp form({:"::", meta, [{name, at, context}, type]}, scope) when is_atom(name) and is_atom(context) do
    {:ann_type, line(meta, scope), [{:var, line(at, scope), name}, form(type, scope)]}
  end

  # What stands before the type only names it.
  defp form({:"::", _, [left, _type]} = expr, scope) when not is_tuple(left), do: unexpected(expr, scope)

  defp form({:"::", meta, [{name, at, args}, type]}, scope) when is_atom(name) and is_list(args) do
    {:ann_type, line(meta, scope), [{:var, line(at, scope), name}, form(type, scope)]}
  end

  defp form({:..., _, _}, scope) do
    fail(
      scope.line,
      "... in typespecs is only allowed inside lists, as in [term(), ...], or inside functions, as in (... -> term())"
    )
  end

  defp form({:record, _, [{name, _, context} | _]}, scope) when is_atom(name) and is_atom(context) do
    fail(scope.line, "invalid record specification, expected the record name to be an atom literal")
  end

  defp form({:record, _, [name]}, scope) when is_atom(name), do: record(name, [], scope)
  defp form({:record, _, [name, fields]}, scope) when is_atom(name), do: record(name, fields, scope)
  defp form({:%, _, _} = expr, scope), do: unexpected(expr, scope)

  defp form({:__aliases__, meta, _} = name, scope) do
    case expand(name, scope) do
      module when is_atom(module) -> {:atom, line(meta, scope), module}
      _ -> unexpected(name, scope)
    end
  end

  defp form({:@, meta, [{name, _, context}]}, scope) when is_atom(name) and is_atom(context), do: form({name, meta, []}, scope)
  defp form({:__MODULE__, meta, context}, scope) when is_atom(context), do: {:atom, line(meta, scope), scope.module}

  defp form({{:., meta, [remote, name]}, _, args} = expr, scope) when is_atom(name) do
    line = line(meta, scope)
    module = remote!(remote, expr, scope)
    args = for arg <- args, do: form(arg, scope)

    cond do
      module != scope.module -> {:remote_type, line, [{:atom, line, module}, {:atom, line, name}, args]}
      :erlang.is_map_key({name, length(args)}, scope.types) -> {:user_type, line, name, args}
      true -> undefined(name, length(args), scope)
    end
  end

  defp form({name, meta, context}, scope) when is_atom(name) and is_atom(context) do
    if name in scope.variables, do: {:var, line(meta, scope), name}, else: local(name, [], line(meta, scope), scope)
  end

  defp form({name, meta, args} = expr, scope) when is_atom(name) and is_list(args) do
    case sigil?(name) and expand(expr, scope) do
      false -> local(name, args, line(meta, scope), scope)
      ^expr -> unexpected(expr, scope)
      expanded -> form(expanded, scope)
    end
  end

  defp form([], scope), do: {:type, scope.line, nil, []}
  defp form([{:..., _, _}], scope), do: {:type, scope.line, :nonempty_list, []}
  defp form([type, {:..., _, _}], scope), do: {:type, scope.line, :nonempty_list, [form(type, scope)]}
  defp form([type], scope), do: {:type, scope.line, :list, [form(type, scope)]}

  defp form(list, scope) when is_list(list) do
    if not :lists.all(&match?({key, _} when is_atom(key), &1), list), do: fail(scope.line, "unexpected list in typespec: #{Macro.to_string(list)}")
    {:type, scope.line, :list, [{:type, scope.line, :union, for(pair <- list, do: form(pair, scope))}]}
  end

  defp form(number, scope) when is_integer(number), do: {:integer, scope.line, number}
  defp form(atom, scope) when is_atom(atom), do: {:atom, scope.line, atom}
  defp form(other, scope), do: unexpected(other, scope)

  defp unexpected(expr, scope), do: fail(scope.line, "unexpected expression in typespec: #{Macro.to_string(expr)}")

  defp alternatives({:|, _, [left, right]}), do: alternatives(left) ++ alternatives(right)
  defp alternatives(type), do: [type]

  defp tuple(elements, line, scope), do: {:type, line, :tuple, for(element <- elements, do: form(element, scope))}

  defp function([{:..., meta, _}], result, line, scope) do
    {:type, line, :fun, [{:type, line(meta, scope), :any}, form(result, scope)]}
  end

  defp function(args, result, line, scope) do
    {:type, line, :fun, [{:type, line, :product, for(arg <- args, do: form(arg, scope))}, form(result, scope)]}
  end

  defp integer({:integer, _, number}), do: number
  defp integer({:op, _, :-, {:integer, _, number}}), do: -number
  defp integer({:op, _, :+, {:integer, _, number}}), do: number
  defp integer(_form), do: nil

  # ## Bits

  defp binary([], line, _scope), do: [{:integer, line, 0}, {:integer, line, 0}]

  defp binary(segments, line, scope) do
    case for(segment <- segments, do: segment(segment)) do
      [size: size] -> [size(size, line), {:integer, line, 0}]
      [unit: unit] -> [{:integer, line, 0}, {:integer, line, unit}]
      [size: size, unit: unit] -> [size(size, line), {:integer, line, unit}]
      _ -> bad_binary(scope)
    end
  catch
    :bad_segment -> bad_binary(scope)
  end

  defp segment({:"::", _, [{:_, _, context}, bits]}) when is_atom(context) do
    case bits do
      size when is_integer(size) and size >= 0 -> {:size, size}
      {:*, _, [{:_, _, context}, unit]} when is_atom(context) and unit in 1..256 -> {:unit, unit}
      {:*, _, [size, unit]} when is_integer(size) and size >= 0 and unit in 1..256 -> {:size, {size, unit}}
      _ -> throw(:bad_segment)
    end
  end

  defp segment(_other), do: throw(:bad_segment)

  defp size({size, unit}, line), do: {:op, line, :*, {:integer, line, size}, {:integer, line, unit}}
  defp size(size, line), do: {:integer, line, size}

  defp bad_binary(scope) do
    fail(
      scope.line,
      "invalid binary specification, expected <<_::size>>, <<_::_*unit>>, or <<_::size, _::_*unit>> " <>
        "with size being non-negative integers, and unit being an integer between 1 and 256"
    )
  end

  # ## Maps, structs and records

  defp field({{:required, meta, [key]}, value}, scope), do: field(:map_field_exact, key, value, line(meta, scope), scope)
  defp field({{:optional, meta, [key]}, value}, scope), do: field(:map_field_assoc, key, value, line(meta, scope), scope)
  defp field({key, value}, scope), do: field(:map_field_exact, key, value, scope.line, scope)

  defp field({:|, _, [_, _]} = expr, scope) do
    fail(
      scope.line,
      "invalid map specification. When using the | operator in the map key, make sure to wrap the key type in parentheses: " <>
        Macro.to_string({:%{}, [], [expr]})
    )
  end

  defp field(expr, scope), do: unexpected(expr, scope)

  defp field(kind, key, value, line, scope), do: {:type, line, kind, [form(key, scope), form(value, scope)]}

  defp struct(name, given, line, expr, scope) do
    module = expand(name, scope)
    if not is_atom(module), do: unexpected(expr, scope)
    fields = for %{field: field} <- struct_info!(module, scope.env), do: field
    if not Keyword.keyword?(given), do: unexpected(expr, scope)

    for {field, _} <- given, field not in fields, do: fail(scope.line, "undefined field #{inspect(field)} on struct #{inspect(module)}")

    types =
      for field <- :lists.sort(fields), field != :__struct__ do
        type =
          case {:lists.keyfind(field, 1, given), field} do
            {{_, type}, _} -> form(type, scope)
            {false, :__exception__} -> {:atom, line, true}
            {false, _} -> {:type, line, :term, []}
          end

        {:type, line, :map_field_exact, [{:atom, line, field}, type]}
      end

    own = {:type, line, :map_field_exact, [{:atom, line, :__struct__}, {:atom, line, module}]}
    {:type, line, :map, [own | types]}
  end

  defp struct_info!(module, env) do
    if :jovial_module.open(module) and :jovial_macro.struct_info(module, env) == nil do
      raise ArgumentError,
            "cannot access struct #{inspect(module)}, the struct was not yet defined or the struct is being " <>
              "accessed in the same context that defines it"
    end

    Macro.struct_info!(module, env)
  end

  defp record(name, given, scope) do
    case Enum.find(scope.records, &(&1.name == name)) do
      nil ->
        fail(scope.line, "unknown record #{inspect(name)}")

      %{tag: tag, fields: fields} ->
        for {field, _} <- given, field not in fields, do: fail(scope.line, "undefined field #{field} on record #{inspect(name)}")
        types = for field <- fields, do: {:ann_type, 0, [{:var, 0, field}, record_field(:lists.keyfind(field, 1, given), scope)]}
        {:type, 0, :tuple, [{:atom, 0, tag} | types]}
    end
  end

  defp record_field({_, type}, scope), do: form(type, %{scope | line: 0})
  defp record_field(false, _scope), do: {:type, 0, :term, []}

  # ## Names

  defp local(:tuple, [], line, _scope), do: {:type, line, :tuple, :any}
  defp local(:map, [], line, _scope), do: {:type, line, :map, :any}

  defp local(name, args, line, scope) do
    arity = length(args)
    args = for arg <- args, do: form(arg, scope)

    cond do
      {name, arity} in @elsewhere -> {:remote_type, line, [{:atom, line, :elixir}, {:atom, line, name}, args]}
      Typespec.builtin?(name, arity) -> {:type, line, name, args}
      :erlang.is_map_key({name, arity}, scope.types) -> {:user_type, line, name, args}
      true -> undefined(name, arity, scope)
    end
  end

  defp undefined(name, arity, scope) do
    fail(scope.line, "type #{name}/#{arity} undefined (no such type in #{inspect(scope.module)})")
  end

  defp remote!({:@, _, [{attribute, _, context}]}, expr, scope) when is_atom(attribute) and is_atom(context) do
    case :jovial_module.get(scope.module, attribute) do
      {:ok, module} when is_atom(module) ->
        module

      found ->
        value = if match?({:ok, _}, found), do: elem(found, 1)
        fail(scope.line, "invalid remote in typespec: #{Macro.to_string(expr)} (@#{attribute} is #{inspect(value)})")
    end
  end

  defp remote!(remote, expr, scope) do
    case expand(remote, scope) do
      module when is_atom(module) -> module
      _ -> fail(scope.line, "invalid remote in typespec: #{Macro.to_string(expr)}")
    end
  end

  defp expand({:__MODULE__, _, context}, scope) when is_atom(context), do: scope.module

  # `__MODULE__.Part`, and whatever else gives a module in front of a name.
  defp expand({:__aliases__, _, [head | rest]} = expr, scope) when not is_atom(head) do
    case expand(head, scope) do
      module when is_atom(module) -> Module.concat([module | rest])
      _ -> expr
    end
  end

  # The module's own macros are there by now, as they are for the bodies of its functions.
  defp expand(expr, scope), do: Macro.expand(expr, %{scope.env | function: {:__info__, 1}})

  defp sigil?(name), do: match?("sigil_" <> _, :erlang.atom_to_binary(name))

  defp line(meta, scope), do: Keyword.get(meta, :line, scope.line)
end
