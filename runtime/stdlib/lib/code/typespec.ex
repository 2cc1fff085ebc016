defmodule Code.Typespec do
  @moduledoc false

  # The types, specs and callbacks of modules, in the abstract format that Erlang's tools read, and how those become quoted code again. What a
  # module was compiled with lies in its chunk "types". Modules of the library keep theirs as code, in "specs", until someone asks.

  @doc """
  The types of a module, or of the binary that a module was compiled to: `{:ok, [{kind, {name, type, arguments}}]}`, or `:error`.
  """
  @spec fetch_types(module | binary) :: {:ok, [{:type | :opaque | :typep, tuple}]} | :error
  def fetch_types(module_or_binary), do: fetch(module_or_binary, 0)

  @doc """
  The specs of a module, or of the binary that a module was compiled to: `{:ok, [{{name, arity}, specs}]}`, or `:error`.
  """
  @spec fetch_specs(module | binary) :: {:ok, [{{atom, arity}, [tuple]}]} | :error
  def fetch_specs(module_or_binary), do: fetch(module_or_binary, 1)

  @doc """
  The callbacks of a module, or of the binary that a module was compiled to: `{:ok, [{{name, arity}, specs}]}`, or `:error`.
  """
  @spec fetch_callbacks(module | binary) :: {:ok, [{{atom, arity}, [tuple]}]} | :error
  def fetch_callbacks(module_or_binary), do: fetch(module_or_binary, 2)

  defp fetch(module, part) when is_atom(module) do
    if Code.ensure_loaded?(module), do: answer(module, &:jovial_code.chunk(module, &1), part), else: :error
  end

  defp fetch(binary, part) when is_binary(binary) do
    if :jovial_code.chunk_of(binary, "docs"), do: answer(nil, &:jovial_code.chunk_of(binary, &1), part), else: :error
  end

  defp answer(module, chunk, part) do
    case chunk.("types") do
      nil -> {:ok, :erlang.element(part + 1, Kernel.Typespec.of_code(module, chunk.("specs") || []))}
      found -> {:ok, :erlang.element(part + 1, found)}
    end
  end

  @doc """
  The quoted definition of a type.

  ## Examples

      iex> {:ok, types} = Code.Typespec.fetch_types(Keyword)
      iex> {:type, type} = Enum.find(types, &match?({:type, {:key, _, _}}, &1))
      iex> Macro.to_string(Code.Typespec.type_to_quoted(type))
      "key() :: atom()"
  """
  @spec type_to_quoted(tuple) :: Macro.t()
  def type_to_quoted({name, type, args}) do
    {:"::", [], [{name, [], for(arg <- args, do: quoted(arg))}, quoted(type)]}
  end

  @doc """
  A quoted spec of the function with that name.

  ## Examples

      iex> {:ok, specs} = Code.Typespec.fetch_specs(Tuple)
      iex> {_, [spec]} = List.keyfind(specs, {:to_list, 1}, 0)
      iex> Macro.to_string(Code.Typespec.spec_to_quoted(:to_list, spec))
      "to_list(tuple()) :: list()"
  """
  @spec spec_to_quoted(atom, tuple) :: Macro.t()
  def spec_to_quoted(name, spec)

  def spec_to_quoted(name, {:type, at, :bounded_fun, [function, constraints]}) do
    bounds = for {:type, _, :constraint, [{:atom, _, :is_subtype}, [{:var, _, variable}, type]]} <- constraints, do: {variable, type}
    guarded(name, function, bounds, meta(at))
  end

  def spec_to_quoted(name, {:type, at, :fun, _} = function), do: guarded(name, function, [], meta(at))

  defp guarded(name, {:type, at, :fun, [{:type, _, :product, args}, result]} = function, bounds, meta) do
    spec = {:"::", meta(at), [{name, meta(at), for(arg <- args, do: quoted(arg))}, quoted(result)]}
    free = for variable <- Enum.uniq(variables([function | Keyword.values(bounds)])), not Keyword.has_key?(bounds, variable), do: variable

    guards =
      for({variable, type} <- bounds, do: {lower(variable), quoted(type)}) ++
        for(variable <- free, do: {lower(variable), {:var, meta, nil}})

    if guards == [], do: spec, else: {:when, meta, [spec, guards]}
  end

  defp variables({:var, _, name}), do: [name]
  defp variables({:ann_type, _, [_name, type]}), do: variables(type)
  defp variables(form) when is_tuple(form), do: variables(Tuple.to_list(form))
  defp variables(list) when is_list(list), do: Enum.flat_map(list, &variables/1)
  defp variables(_other), do: []

  # ## Types

  defp quoted({:atom, _, value}), do: value
  defp quoted({:integer, _, value}), do: value
  defp quoted({:char, _, value}), do: value
  defp quoted({:var, at, name}), do: {lower(name), meta(at), nil}
  defp quoted({:op, at, sign, value}), do: {sign, meta(at), [quoted(value)]}
  defp quoted({:op, at, sign, left, right}), do: {sign, meta(at), [quoted(left), quoted(right)]}
  defp quoted({:ann_type, at, [name, type]}), do: {:"::", meta(at), [quoted(name), quoted(type)]}
  defp quoted({:paren_type, _, [type]}), do: quoted(type)
  defp quoted({:user_type, at, name, args}), do: call(name, at, args)
  defp quoted({:remote_type, at, [{:atom, _, :elixir}, {:atom, _, name}, args]}), do: call(name, at, args)

  defp quoted({:remote_type, at, [module, {:atom, _, name}, args]}) do
    {{:., meta(at), [quoted(module), name]}, meta(at), for(arg <- args, do: quoted(arg))}
  end

  defp quoted({:type, at, kind, :any}) when kind in [:tuple, :map], do: {kind, meta(at), []}
  defp quoted({:type, at, :tuple, elements}), do: {:{}, meta(at), for(element <- elements, do: quoted(element))}
  defp quoted({:type, _, nil, []}), do: []
  defp quoted({:type, at, :nonempty_list, []}), do: [{:..., meta(at), nil}]
  defp quoted({:type, at, :nonempty_list, [type]}), do: [quoted(type), {:..., meta(at), nil}]

  defp quoted({:type, _, :list, [{:type, _, :union, types} = union]}) do
    keywords = for {:type, _, :tuple, [{:atom, _, key}, value]} <- types, do: {key, quoted(value)}
    if length(keywords) == length(types), do: keywords, else: [quoted(union)]
  end

  defp quoted({:type, _, :list, [type]}), do: [quoted(type)]

  defp quoted({:type, at, :map, fields}) do
    case Enum.split_with(fields, &match?({:type, _, :map_field_exact, [{:atom, _, :__struct__}, {:atom, _, _}]}, &1)) do
      {[{:type, _, _, [_, {:atom, _, module}]}], fields} ->
        {:%, meta(at), [module, {:%{}, meta(at), for(field <- fields, do: field(field))}]}

      {_, _} ->
        {:%{}, meta(at), for(field <- fields, do: field(field))}
    end
  end

  defp quoted({:type, at, :binary, [{:integer, _, size}, {:integer, _, 0}]}), do: {:<<>>, meta(at), [bits(size, at)]}
  defp quoted({:type, at, :binary, [{:op, _, :*, _, _} = size, {:integer, _, 0}]}), do: {:<<>>, meta(at), [bits(quoted(size), at)]}
  defp quoted({:type, at, :binary, [{:integer, _, 0}, unit]}), do: {:<<>>, meta(at), [unit(unit, at)]}
  defp quoted({:type, at, :binary, [size, unit]}), do: {:<<>>, meta(at), [bits(quoted(size), at), unit(unit, at)]}
  defp quoted({:type, at, :range, [first, last]}), do: {:.., meta(at), [quoted(first), quoted(last)]}

  defp quoted({:type, _, :union, types}) do
    types |> Enum.map(&quoted/1) |> Enum.reverse() |> Enum.reduce(fn type, others -> {:|, [], [type, others]} end)
  end

  defp quoted({:type, at, :fun, [{:type, any, :any}, result]}), do: [{:->, meta(at), [[{:..., meta(any), nil}], quoted(result)]}]

  defp quoted({:type, at, :fun, [{:type, _, :product, args}, result]}) do
    [{:->, meta(at), [for(arg <- args, do: quoted(arg)), quoted(result)]}]
  end

  defp quoted({:type, at, name, args}), do: call(name, at, args)

  defp call(name, at, args), do: {name, meta(at), for(arg <- args, do: quoted(arg))}

  defp bits(size, at), do: {:"::", meta(at), [{:_, meta(at), nil}, size]}
  defp unit(unit, at), do: bits({:*, meta(at), [{:_, meta(at), nil}, quoted(unit)]}, at)

  defp field({:type, _, :map_field_exact, [{:atom, _, key}, value]}), do: {key, quoted(value)}
  defp field({:type, at, :map_field_exact, [key, value]}), do: {{:required, meta(at), [quoted(key)]}, quoted(value)}
  defp field({:type, at, :map_field_assoc, [key, value]}), do: {{:optional, meta(at), [quoted(key)]}, quoted(value)}

  # Variables of Erlang begin with capital letters.
  defp lower(name) do
    case Atom.to_string(name) do
      <<letter, rest::binary>> when letter in ?A..?Z -> String.to_atom(<<letter + 32, rest::binary>>)
      _ -> name
    end
  end

  defp meta({line, column}), do: [line: line, column: column]
  defp meta(line), do: [line: line]
end
