defmodule Record do
  @moduledoc ~S"""
  Tuples with a name in front whose other elements have names while code is compiled.

  Records are how Erlang code knows structures. `defrecord/3` makes macros for one:

      iex> Code.eval_string(~S'''
      ...> defmodule Points do
      ...>   require Record
      ...>   Record.defrecord(:point, x: 0, y: 0)
      ...>
      ...>   def run do
      ...>     point = point(y: 5)
      ...>     point(x: x) = point
      ...>     {point, x, point(point, :y), point(point, x: 1), point(point), point(:y)}
      ...>   end
      ...> end
      ...> Points.run()
      ...> ''') |> elem(0)
      {{:point, 0, 5}, 0, 5, {:point, 1, 5}, [x: 0, y: 5], 2}

  For data of your own, structs are the better choice.
  """

  @doc """
  Whether a term is a tuple whose first element is that atom. Works in guards.

  ## Examples

      iex> require Record
      iex> Record.is_record({:point, 1, 2}, :point)
      true
      iex> Record.is_record({:other, 1}, :point)
      false

  """
  defmacro is_record(data, kind) do
    if Macro.Env.in_guard?(__CALLER__) do
      quote do
        is_atom(unquote(kind)) and is_tuple(unquote(data)) and tuple_size(unquote(data)) > 0 and
          :erlang.element(1, unquote(data)) == unquote(kind)
      end
    else
      quote do
        kind = unquote(kind)
        data = unquote(data)
        is_atom(kind) and is_tuple(data) and tuple_size(data) > 0 and :erlang.element(1, data) == kind
      end
    end
  end

  @doc """
  Whether a term is a tuple whose first element is an atom. Works in guards.

  ## Examples

      iex> require Record
      iex> {Record.is_record({:point, 1, 2}), Record.is_record({1, 2})}
      {true, false}

  """
  defmacro is_record(data) do
    if Macro.Env.in_guard?(__CALLER__) do
      quote do
        is_tuple(unquote(data)) and tuple_size(unquote(data)) > 0 and is_atom(:erlang.element(1, unquote(data)))
      end
    else
      quote do
        data = unquote(data)
        is_tuple(data) and tuple_size(data) > 0 and is_atom(:erlang.element(1, data))
      end
    end
  end

  @doc ~S"""
  Reads from an Erlang file which fields a record has: `[field: default]`, as `defrecord/3` takes them.

  The file is given by one of these options:

    * `:from` - its path
    * `:from_lib` - its place in an Erlang application, such as `"kernel/include/file.hrl"`; applications are looked for in the folders of the
      variable `ERL_LIBS`, and beside the `erl` that the machine has, if it has one

  More options are `:includes`, folders to look for included files in, and `:macros`, a keyword list of macros that the file may ask for.

  A field without a default gets `:undefined`. Defaults may be terms, records and arithmetic; any other code raises `ArgumentError`.

  ## Examples

      iex> path = Path.join(System.tmp_dir!(), "record_extract.hrl")
      iex> File.write!(path, "-record(point, {x = 0 :: integer(), y = 0, label}).")
      iex> Record.extract(:point, from: path)
      [x: 0, y: 0, label: :undefined]
      iex> Record.extract(:file_info, from_lib: "kernel/include/file.hrl") |> Keyword.has_key?(:size)
      true

  """
  @spec extract(atom, keyword) :: keyword
  def extract(name, opts) when is_atom(name) and is_list(opts), do: Record.Extractor.extract(name, opts)

  @doc ~S"""
  As `extract/2`, for all records of a file: `[name: fields]`.

  ## Examples

      iex> path = Path.join(System.tmp_dir!(), "record_extract_all.hrl")
      iex> File.write!(path, "-record(one, {a}). -record(two, {b = [#one{}]}).")
      iex> Record.extract_all(from: path)
      [one: [a: :undefined], two: [b: [{:one, :undefined}]]]

  """
  @spec extract_all(keyword) :: [{atom, keyword}]
  def extract_all(opts) when is_list(opts), do: Record.Extractor.extract_all(opts)

  @doc """
  Defines macros that make, read, change and match a record.

  The macros have the record's name, and the tuple has it in front unless a tag is given. Fields are a keyword list of defaults, or a list of
  atoms where the default is `nil`. See the top of this page for what they do; `name(_: value)` gives a value to all fields that aren't named.
  """
  defmacro defrecord(name, tag \\ nil, kv) do
    quote bind_quoted: [name: name, tag: tag, kv: kv] do
      tag = tag || name
      fields = Record.__record__(:defrecord, name, tag, kv, __ENV__)

      @doc record: {tag, kv}
      defmacro unquote(name)(args \\ []) do
        Record.__access__(unquote(tag), unquote(fields), args, __CALLER__)
      end

      defmacro unquote(name)(record, args) do
        Record.__access__(unquote(tag), unquote(fields), record, args, __CALLER__)
      end
    end
  end

  @doc """
  As `defrecord/3`, with macros that only this module sees.
  """
  defmacro defrecordp(name, tag \\ nil, kv) do
    quote bind_quoted: [name: name, tag: tag, kv: kv] do
      tag = tag || name
      fields = Record.__record__(:defrecordp, name, tag, kv, __ENV__)

      defmacrop unquote(name)(args \\ []) do
        Record.__access__(unquote(tag), unquote(fields), args, __CALLER__)
      end

      defmacrop unquote(name)(record, args) do
        Record.__access__(unquote(tag), unquote(fields), record, args, __CALLER__)
      end
    end
  end

  @doc false
  # The fields with their defaults as code.
  def __record__(kind, name, tag, kv, %{module: module} = env) do
    for arity <- 0..2, Module.defines?(module, {name, arity}) do
      raise ArgumentError, "cannot define record #{inspect(name)} because a definition #{name}/#{arity} already exists"
    end

    fields =
      for field <- kv do
        case field do
          {key, default} when is_atom(key) -> {key, Macro.escape(default)}
          key when is_atom(key) -> {key, nil}
          {key, _} -> raise ArgumentError, "defrecord fields must be atoms, got: #{inspect(key)}"
          other -> raise ArgumentError, "defrecord fields must be atoms, got: #{inspect(other)}"
        end
      end

    keys = Keyword.keys(fields)
    # For types that name the record, and whoever asks.
    Module.register_attribute(module, :__records__, accumulate: true)
    Module.put_attribute(module, :__records__, %{fields: keys, kind: kind, name: name, tag: tag})
    for key <- Enum.uniq(keys -- Enum.uniq(keys)), do: IO.warn("duplicate key #{inspect(key)} found in record", env)
    Macro.escape(fields)
  end

  @doc false
  # One argument: the index of a field, a new record, or the fields of one as a keyword list.
  def __access__(tag, fields, args, caller) do
    cond do
      is_atom(args) -> index!(tag, fields, args)
      Keyword.keyword?(args) -> new(tag, fields, args, caller)
      true -> quote(do: Record.__keyword__(unquote(tag), unquote(Keyword.keys(fields)), unquote(args)))
    end
  end

  @doc false
  # Two: a field of a record, or a record with other fields.
  def __access__(tag, fields, record, args, caller) do
    cond do
      is_atom(args) and not is_nil(args) ->
        quote(do: :erlang.element(unquote(index!(tag, fields, args) + 1), unquote(record)))

      Keyword.keyword?(args) and Macro.Env.in_match?(caller) ->
        raise ArgumentError, "cannot invoke update style macro inside match"

      Keyword.has_key?(args, :_) ->
        IO.warn("updating a record with a default (:_) is equivalent to creating a new record", caller)
        new(tag, fields, args, caller)

      Keyword.keyword?(args) ->
        {args, steps} = in_order(args, caller)
        changes = for {key, value} <- args, do: {index!(tag, fields, key) + 1, value}

        # The last field is set first, and of a field that is named twice the last value last.
        changes
        |> Enum.sort_by(fn {index, _} -> index end, :desc)
        |> Enum.reduce(record, fn {index, value}, record ->
          quote(do: :erlang.setelement(unquote(index), unquote(record), unquote(value)))
        end)
        |> behind(steps)

      true ->
        raise ArgumentError, "expected arguments to be a compile time atom or a keyword list, got: #{Macro.to_string(args)}"
    end
  end

  defp index!(tag, fields, key) do
    case Enum.find_index(fields, fn {name, _} -> name == key end) do
      nil -> raise ArgumentError, "record #{inspect(tag)} does not have the key: #{inspect(key)}"
      index -> index + 1
    end
  end

  defp new(tag, fields, args, caller) do
    {rest, args} = Keyword.split(args, [:_])
    {args, steps} = in_order(args, caller)
    literal(tag, fields, rest ++ args, caller) |> behind(steps)
  end

  # Values are computed in the order in which they stand, so all that takes computing happens before the tuple is made. In
  # patterns and guards nothing is computed.
  defp in_order(args, %{context: nil, module: module}) do
    {args, steps} =
      for {key, value} <- args do
        if at_hand?(value) do
          {{key, value}, []}
        else
          variable = Macro.unique_var(key, module)
          {{key, variable}, [{:=, [], [variable, value]}]}
        end
      end
      |> Enum.unzip()

    {args, Enum.concat(steps)}
  end

  defp in_order(args, _caller), do: {args, []}

  defp at_hand?({name, _, context}) when is_atom(name) and is_atom(context), do: true
  defp at_hand?(value), do: Macro.quoted_literal?(value)

  defp behind(code, []), do: code
  defp behind(code, steps), do: {:__block__, [], steps ++ [code]}

  defp literal(tag, fields, args, caller) do
    {rest, args} = Keyword.pop(args, :_, :none)

    absent = fn default ->
      cond do
        rest != :none -> rest
        Macro.Env.in_match?(caller) -> {:_, [], nil}
        true -> default
      end
    end

    {values, left} =
      Enum.map_reduce(fields, args, fn {key, default}, left ->
        case Keyword.fetch(left, key) do
          {:ok, value} -> {value, Keyword.delete(left, key)}
          :error -> {absent.(default), left}
        end
      end)

    case left do
      [] -> {:{}, [], [tag | values]}
      [{key, _} | _] -> raise ArgumentError, "record #{inspect(tag)} does not have the key: #{inspect(key)}"
    end
  end

  @doc false
  def __keyword__(tag, keys, record) do
    if is_record(record, tag) do
      [_ | values] = Tuple.to_list(record)

      if length(values) == length(keys) do
        Enum.zip(keys, values)
      else
        raise ArgumentError,
              "expected argument to be a #{inspect(tag)} record with #{length(keys)} fields, got: " <> inspect(record)
      end
    else
      raise ArgumentError,
            "expected argument to be a literal atom, literal keyword or a #{inspect(tag)} record, got runtime: " <> inspect(record)
    end
  end
end
