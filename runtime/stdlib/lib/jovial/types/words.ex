defmodule Jovial.Types.Words do
  @moduledoc false

  # How the checker's findings read: as in Elixir 1.18, to the letter.

  alias Jovial.Types.{Set, Signatures}

  @width 98

  def text({:fails, name, arity}) when name in [:+, :-, :*, :/, :div, :rem, :not, :band, :bor, :bxor, :bsl, :bsr, :bnot],
    do: ["evaluation of operator '#{name}'/#{arity} will fail with a '", if(name == :not, do: "badarg", else: "badarith"), "' exception"]

  def text({:fails, name, arity}), do: "the call to #{name}/#{arity} will fail with a 'badarg' exception"

  def text({:key, expr, key, type}),
    do: ["unknown key .", Macro.inspect_atom(:remote_call, key), " in expression:", code(expr), "the given type does not have the given key:", shown(type)]

  def text({:no_map, expr, key, _type}),
    do: ["expected a map or struct when accessing .", Macro.inspect_atom(:remote_call, key), " in expression:", code(expr)]

  def text({:update_key, expr, key, type}),
    do: ["expected a map with key ", inspect(key), " in map update syntax:", code(expr), "but got type:", shown(type)]

  def text({:update_no_map, expr, type}), do: ["expected a map within map update syntax:", code(expr), "but got type:", shown(type)]

  def text({:struct_update, expr, expected, type}),
    do: ["incompatible types in struct update:", code(expr), "expected type:", shown(expected), "but got type:", shown(type)]

  def text({:module, expr, name, arity}),
    do: ["expected a module (an atom) when invoking ", Macro.inspect_atom(:remote_call, name), "/#{arity} in expression:", code(expr)]

  def text({:fun, expr, arity, type}), do: ["expected a #{arity}-arity function on call:", code(expr), "but got type:", shown(type)]

  def text({:segment, expr, type, expected}),
    do: ["incompatible types in expression:", block(expr), "got type:", shown(type), "but expected type:", shown(expected)]

  def text({:clause, pattern, subject, type}),
    do: ["the following clause will never match:", code(pattern), "because it attempts to match on the result of:", code(subject), "which has type:", shown(type)]

  def text({:match, expr, type}), do: ["the following pattern will never match:", code(expr), "because the right-hand side has type:", shown(type)]

  def text({kind, expr, what, given, clauses}) when kind in [:call, :local] do
    given = Enum.map_join(given, ", ", fn {type, bad?} -> if bad?, do: "-#{Set.text(type)}-", else: Set.text(type) end)

    expected =
      case clauses do
        [only] -> block(arguments(only))
        _ -> clauses |> Enum.with_index(1) |> Enum.map(fn {one, number} -> ["\n\n    #", "#{number}", "\n    ", arguments(one)] end) |> then(&[&1, "\n\n"])
      end

    ["incompatible types given to ", what, ":", code(expr), "given types:", block(given), "but expected one of:", expected]
  end

  def text({:distinct, expr, name, left, right}),
    do: ["comparison between distinct types found:", code(expr), "given types:", block(compared(name, left, right))]

  def text({:structs, expr, name, left, right}), do: ["comparison with structs found:", code(expr), "given types:", block(compared(name, left, right))]

  # What stands below the variables.
  def hint({kind, _, _, _}) when kind in [:no_map, :module],
    do: "hint: \"var.field\" (without parentheses) means \"var\" is a map() while \"var.fun()\" (with parentheses) means \"var\" is an atom()\n\n"

  def hint({:distinct, _, _, _, _}),
    do:
      "While Elixir can compare across all types, you are comparing across types which are always disjoint, and the result is either always true or always false\n\n"

  def hint({:structs, _, _, _, _}),
    do:
      "Comparison operators (>, <, >=, <=, min, and max) perform structural and not semantic comparison. Comparing with a struct won't give meaningful results. Structs that can be compared typically define a compare/2 function within their modules that can be used for semantic comparison.\n\n"

  def hint(_finding), do: ""

  # Where the variables of an expression got their types.
  def traces(traces) do
    Enum.map(traces, fn {name, type, expr, file, position} ->
      place = [Path.relative_to_cwd(file) | position]
      ["where \"", name, "\" was given the type:", "\n\n    # type: ", Set.text(type, true), "\n    # from: ", place, "\n    ", indent(trace(expr)), "\n\n"]
    end)
  end

  defp trace({:rescue, var, modules}), do: "rescue #{Macro.to_string(var)} in #{inspect(modules)} ->"
  defp trace(text) when is_binary(text), do: text
  defp trace({:code, expr}), do: written(expr)

  defp arguments(types), do: Enum.map_join(types, ", ", &Set.text/1)

  defp compared(name, left, right) do
    {left, right} = {Set.text(left, true), Set.text(right, true)}
    if name in [:min, :max], do: "#{name}(#{left}, #{right})", else: "#{left} #{name} #{right}"
  end

  defp shown(type), do: type |> Set.text() |> block()
  defp code(expr), do: expr |> written() |> block()
  defp block(text), do: ["\n\n    ", text |> fitted() |> indent(), "\n\n"]
  defp indent(text), do: String.replace(text, ~r/\n(?!\n)/, "\n    ")

  # Types are written as code is.
  defp fitted(text) do
    if byte_size(text) > @width and not String.contains?(text, "\n") do
      text |> Code.format_string!(line_length: @width) |> IO.iodata_to_binary()
    else
      text
    end
  rescue
    # What is marked is no code.
    _ in [SyntaxError, TokenMissingError] -> text
  end

  # Code as a programmer would have written it, who knows nothing of `:erlang`.
  def written(expr), do: expr |> Macro.prewalk(&familiar/1) |> Macro.to_string()

  defp familiar({{:., _, [:erlang, name]}, meta, args}) when is_atom(name) and is_list(args) do
    args = if name in [:binary_to_atom, :binary_to_existing_atom], do: Enum.take(args, 1), else: args

    case Signatures.shown(name, length(args)) do
      {Kernel, :elem} -> element(:elem, meta, args)
      {Kernel, :put_elem} -> element(:put_elem, meta, args)
      {Kernel, name} -> {name, meta, args}
      {:erlang, _} -> {{:., [], [:erlang, name]}, meta, args}
      {module, name} -> {{:., [], [module, name]}, meta, args}
    end
  end

  # The kind of a text in a binary was not written.
  defp familiar({:"::", meta, [value, _spec]} = segment), do: if(meta[:inferred_bitstring_spec], do: value, else: segment)
  defp familiar(other), do: other

  defp element(name, meta, [index, tuple | rest]) when is_integer(index), do: {name, meta, [tuple, index - 1 | rest]}

  defp element(name, meta, [index, tuple | rest]), do: {name, meta, [tuple, index | rest]}
end
