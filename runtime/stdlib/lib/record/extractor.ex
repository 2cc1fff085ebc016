defmodule Record.Extractor do
  @moduledoc false

  # Reads the records that an Erlang file defines, a header above all. Of the preprocessor it knows what such files use: included files, macros
  # without arguments, and conditions on whether a macro is defined.
  #
  # A state holds the `records` (name and fields, each with the form of its default), newest first, the `macros` with their tokens, the folders to `include`
  # from, the `file` at hand, and `skipping`: for each open condition whether what follows is left out.

  @kernel [
    {:file_info, [:size, :type, :access, :atime, :mtime, :ctime, :mode, :links, :major_device, :minor_device, :inode, :uid, :gid]},
    {:file_descriptor, [:module, :data]}
  ]

  def extract(name, opts) do
    {file, records} = records(opts)

    case List.keyfind(records, name, 0) do
      {_, fields} -> evaluated(fields, records)
      nil -> raise ArgumentError, "no record #{name} found at #{file}. Or the record does not exist or it is private"
    end
  end

  def extract_all(opts) do
    {_file, records} = records(opts)
    for {name, fields} <- Enum.reverse(records), do: {name, evaluated(fields, records)}
  end

  defp records(opts) do
    case file(opts) do
      # These two are known without an Erlang at hand: `:file` gives them.
      {:known, file} ->
        {file, Enum.reverse(for({name, fields} <- @kernel, do: {name, for(field <- fields, do: {field, nil})}))}

      file ->
        macros = for {name, value} <- Keyword.get(opts, :macros, []), into: %{}, do: {name, tokens(value)}
        includes = Enum.map(Keyword.get(opts, :includes, []), &to_string/1)
        state = %{records: [], macros: macros, includes: includes, file: file, skipping: []}
        {file, read(file, state).records}
    end
  end

  defp tokens(value) do
    {:ok, tokens, _} = :erl_scan.string(:io_lib.format("~w", [value]))
    tokens
  end

  defp file(opts) do
    case {Keyword.get(opts, :from), Keyword.get(opts, :from_lib)} do
      {nil, nil} -> raise ArgumentError, "expected :from or :from_lib to be given as option"
      {nil, file} -> library(to_string(file)) || known(to_string(file)) || not_found(file)
      {file, nil} -> if File.regular?(to_string(file)), do: to_string(file), else: not_found(file)
      {_, _} -> raise ArgumentError, "expected either :from or :from_lib to be given, not both"
    end
  end

  defp known("kernel/include/file.hrl" = file), do: {:known, file}
  defp known(_file), do: nil

  defp not_found(file), do: raise(ArgumentError, "include file not found: #{file}")

  # `app/include/name.hrl` in a folder of `ERL_LIBS`, or of the Erlang that this machine has. Folders may have a version behind the name.
  defp library(file) do
    [app | rest] = Path.split(file)

    Enum.find_value(libraries(), fn folder ->
      [folder, "{#{app},#{app}-*}" | rest] |> Path.join() |> Path.wildcard() |> Enum.sort() |> List.last()
    end)
  end

  defp libraries do
    named = for folder <- String.split(System.get_env("ERL_LIBS", ""), ":"), folder != "", do: folder
    named ++ installed(System.find_executable("erl"))
  end

  defp installed(nil), do: []

  # `bin/erl` lies beside `lib`, or is a link to one that does.
  defp installed(erl) do
    linked =
      case File.read_link(erl) do
        {:ok, target} -> Path.expand(target, Path.dirname(erl))
        {:error, _} -> erl
      end

    for program <- [linked, erl], inside <- ["../../lib", "../../lib/erlang/lib"], do: Path.expand(inside, program)
  end

  # ## Files

  defp read(file, state) do
    before = state.file
    %{forms(File.read!(file), 1, %{state | file: file}) | file: before}
  end

  defp forms(text, line, state) do
    case :erl_scan.form(text, line) do
      {:ok, tokens, rest, line} -> forms(rest, line, form(tokens, state))
      # What follows the last dot says nothing, and what can't be read defines nothing.
      {:eof, _} -> state
      {:more, _, _} -> state
      {:error, {_, module, reason}, line} -> raise ArgumentError, "#{state.file}:#{line}: #{module.format_error(reason)}"
    end
  end

  defp form([{:-, _}, {:atom, _, word}, {:"(", _}, {_, _, name} | _], state) when word in [:ifdef, :ifndef] do
    defined? = :erlang.is_map_key(name, state.macros)
    %{state | skipping: [defined? == (word == :ifndef) | state.skipping]}
  end

  # What a condition computes isn't known, so its first branch is left out.
  defp form([{:-, _}, {:if, _} | _], state), do: %{state | skipping: [true | state.skipping]}

  defp form([{:-, _}, {:else, _} | _], %{skipping: [skip? | outer]} = state), do: %{state | skipping: [not skip? | outer]}
  defp form([{:-, _}, {:atom, _, :endif} | _], %{skipping: [_ | outer]} = state), do: %{state | skipping: outer}

  defp form(tokens, state) do
    if true in state.skipping, do: state, else: attribute(tokens, state)
  end

  defp attribute([{:-, _}, {:atom, _, :define}, {:"(", _}, {_, _, name}, {:",", _} | rest], state) do
    %{state | macros: Map.put(state.macros, name, Enum.drop(rest, -2))}
  end

  defp attribute([{:-, _}, {:atom, _, :undef}, {:"(", _}, {_, _, name} | _], state), do: %{state | macros: Map.delete(state.macros, name)}

  defp attribute([{:-, _}, {:atom, _, :include}, {:"(", _}, {:string, _, name} | _], state) do
    name = List.to_string(name)

    case Enum.find([Path.dirname(state.file) | state.includes], &File.regular?(Path.join(&1, name))) do
      nil -> included(library(name), name, state)
      folder -> included(Path.join(folder, name), name, state)
    end
  end

  defp attribute([{:-, _}, {:atom, _, :include_lib}, {:"(", _}, {:string, _, name} | _], state) do
    included(library(List.to_string(name)), name, state)
  end

  defp attribute([{:-, _}, {:atom, _, :record}, {:"(", _}, {:atom, _, name}, {:",", _}, {:"{", _} | rest], state) do
    %{state | records: [{name, fields(expanded(rest, state.macros), state)} | state.records]}
  end

  defp attribute(_other, state), do: state

  defp included(nil, name, state), do: raise(ArgumentError, "#{state.file}: can't find include file #{inspect(to_string(name))}")
  defp included(file, _name, state), do: read(file, state)

  defp expanded([{:"?", _}, {_, _, name} | rest], macros) when is_map_key(macros, name) do
    expanded(:maps.get(name, macros) ++ rest, Map.delete(macros, name)) |> again(rest, macros)
  end

  defp expanded([token | rest], macros), do: [token | expanded(rest, macros)]
  defp expanded([], _macros), do: []

  # A macro is not expanded within itself, but what follows it is anew.
  defp again(tokens, rest, macros) do
    {own, _} = Enum.split(tokens, length(tokens) - length(rest))
    own ++ expanded(rest, macros)
  end

  # ## Fields

  defp fields([{:"}", _} | _], _state), do: []

  defp fields([{:atom, _, name} | rest], state) do
    {default, rest} =
      case rest do
        [{:=, _} | rest] -> :erl_parse.expression(rest)
        _ -> {nil, rest}
      end

    [{name, default} | behind(rest, 0, state)]
  catch
    {:syntax, _} -> raise ArgumentError, "#{state.file}: can't read the default of field #{name}"
  end

  # What follows a field, whose type may come first.
  defp behind([{:",", _} | rest], 0, state), do: fields(rest, state)
  defp behind([{:"}", _} | _], 0, _state), do: []

  defp behind([{sign, _} | rest], depth, state) when sign in [:"(", :"{", :"[", :"<<"], do: behind(rest, depth + 1, state)
  defp behind([{sign, _} | rest], depth, state) when sign in [:")", :"}", :"]", :">>"], do: behind(rest, depth - 1, state)
  defp behind([_ | rest], depth, state), do: behind(rest, depth, state)
  defp behind([], _depth, _state), do: []

  # ## Defaults

  defp evaluated(fields, records), do: for({name, default} <- fields, do: {name, value(default, records)})

  defp value(nil, _records), do: :undefined
  defp value({:tuple, _, elements}, records), do: elements |> Enum.map(&value(&1, records)) |> List.to_tuple()
  defp value({:cons, _, head, tail}, records), do: [value(head, records) | value(tail, records)]

  defp value({:map, _, pairs}, records) do
    for {:map_field_assoc, _, key, value} <- pairs, into: %{}, do: {value(key, records), value(value, records)}
  end

  defp value({:op, _, sign, operand}, records), do: apply(:erlang, sign, [value(operand, records)])
  defp value({:op, _, sign, left, right}, records), do: apply(:erlang, sign, [value(left, records), value(right, records)])

  defp value({:call, _, {:remote, _, {:atom, _, module}, {:atom, _, name}}, args}, records) do
    apply(module, name, Enum.map(args, &value(&1, records)))
  end

  defp value({:record, _, name, given}, records) do
    case List.keyfind(records, name, 0) do
      {_, fields} ->
        given = for {:record_field, _, {:atom, _, field}, value} <- given, do: {field, value}
        values = for {field, default} <- fields, do: value(Keyword.get(given, field, default), records)
        List.to_tuple([name | values])

      nil ->
        raise ArgumentError, "record #{name} undefined"
    end
  end

  defp value(literal, _records) do
    :erl_parse.normalise(literal)
  catch
    {:bad_term, line} -> raise ArgumentError, "the default of a record's field can't be computed (line #{line})"
  end
end
