defmodule :ets do
  @moduledoc """
  Tables of tuples that processes share.

  Nearly all of it is natives; here are the functions that take functions.

      iex> table = :ets.new(:prices, [:ordered_set])
      iex> :ets.insert(table, [apple: 3, pear: 4])
      iex> :ets.foldl(fn {_, price}, sum -> price + sum end, 0, table)
      7

  """

  @doc """
  Folds over the objects that are in the table now, in the order of its keys if it has one.

  ## Examples

      iex> table = :ets.new(:letters, [:ordered_set])
      iex> :ets.insert(table, [b: 2, a: 1])
      iex> :ets.foldl(fn {letter, _}, acc -> [letter | acc] end, [], table)
      [:b, :a]

  """
  def foldl(fun, acc, table), do: :lists.foldl(fun, acc, :ets.tab2list(table))

  @doc """
  As `foldl/3`, from the last object to the first.

  ## Examples

      iex> table = :ets.new(:letters, [:ordered_set])
      iex> :ets.insert(table, [b: 2, a: 1])
      iex> :ets.foldr(fn {letter, _}, acc -> [letter | acc] end, [], table)
      [:a, :b]

  """
  def foldr(fun, acc, table), do: :lists.foldr(fun, acc, :ets.tab2list(table))

  @doc """
  Would turn a function into a match specification, which only Erlang's compiler and shell can do. Exits.
  """
  def fun2ms(fun) when is_function(fun) do
    words = "function called with real fun should be transformed with parse_transform or called with a fun generated in the shell"
    :erlang.exit({:badarg, {:ets, :fun2ms, for(word <- String.split(words), do: :erlang.binary_to_atom(word))}})
  end

  # ## Files

  @doc """
  Writes a table to a file, for `file2tab/1`.

  ## Examples

      iex> path = to_charlist(Path.join(System.tmp_dir!(), "ets_tab2file"))
      iex> table = :ets.new(:letters, [:ordered_set])
      iex> :ets.insert(table, [b: 2, a: 1])
      iex> :ets.tab2file(table, path)
      :ok
      iex> {:ok, copy} = :ets.file2tab(path)
      iex> {:ets.tab2list(copy), :ets.tabfile_info(path) |> elem(1) |> Keyword.fetch!(:size)}
      {[a: 1, b: 2], 2}

  """
  def tab2file(table, path), do: tab2file(table, path, [])

  @doc "As `tab2file/2`; no option changes anything here."
  def tab2file(table, path, options) when is_list(options) do
    case :ets.info(table) do
      :undefined -> {:error, :badtab}
      info -> :file.write_file(path, :erlang.term_to_binary({:ets_file, 1, info, :ets.tab2list(table)}))
    end
  end

  @doc "Makes a table of a file that `tab2file/2` wrote."
  def file2tab(path), do: file2tab(path, [])

  @doc "As `file2tab/1`; no option changes anything here."
  def file2tab(path, options) when is_list(options) do
    with {:ok, info, objects} <- contents(path) do
      named = if info[:named_table], do: [:named_table], else: []
      table = :ets.new(info[:name], named ++ [info[:type], info[:protection], {:keypos, info[:keypos]}])
      :ets.insert(table, objects)
      {:ok, table}
    end
  end

  @doc "What a file that `tab2file/2` wrote says of its table."
  def tabfile_info(path) do
    with {:ok, info, _objects} <- contents(path) do
      {:ok, Keyword.take(info, [:name, :type, :protection, :named_table, :keypos, :size]) ++ [extended_info: [], version: {1, 0}]}
    end
  end

  defp contents(path) do
    with {:ok, bytes} <- :file.read_file(path) do
      case :erlang.binary_to_term(bytes) do
        {:ets_file, 1, info, objects} -> {:ok, info, objects}
        _ -> {:error, :badfile}
      end
    end
  rescue
    ArgumentError -> {:error, :badfile}
  end

  @doc """
  Fills a table from a function that is told `:read` and gives `{objects, next_function}` or `:end_of_input`.

  ## Examples

      iex> table = :ets.new(:letters, [])
      iex> :ets.init_table(table, fn :read -> {[a: 1], fn :read -> :end_of_input end} end)
      true
      iex> :ets.tab2list(table)
      [a: 1]

  """
  def init_table(table, fun) when is_function(fun, 1) do
    :ets.delete_all_objects(table)
    fill(table, fun)
  end

  defp fill(table, fun) do
    case fun.(:read) do
      :end_of_input ->
        true

      {objects, next} ->
        :ets.insert(table, objects)
        fill(table, next)
    end
  end

  # ## For people

  @doc """
  Prints all tables, with their sizes and owners.
  """
  def i do
    row = fn id, name, type, size, memory, owner ->
      :io.format(" ~-15ts ~-17ts ~-6ts ~-6ts ~-8ts ~ts~n", for(cell <- [id, name, type, size, memory, owner], do: cell(cell)))
    end

    row.("id", "name", "type", "size", "mem", "owner")
    :io.put_chars([" ", :lists.duplicate(76, ?-), "\n"])

    for table <- Enum.sort(:ets.all()), info = :ets.info(table), is_list(info) do
      owner =
        case Process.info(info[:owner], :registered_name) do
          {:registered_name, name} when is_atom(name) -> name
          _ -> info[:owner]
        end

      row.(table, info[:name], info[:type], info[:size], info[:memory], owner)
    end

    :ok
  end

  defp cell(text) when is_binary(text), do: text
  defp cell(term), do: :io_lib.format("~w", [term])

  @doc """
  Prints the objects of a table.

  ## Examples

      iex> table = :ets.new(:letters, [])
      iex> :ets.insert(table, a: 1)
      iex> ExUnit.CaptureIO.capture_io(fn -> :ets.i(table) end)
      "<1   > {a,1}\\nEOT  (q)uit (p)Digits (k)ill /Regexp -->"

  """
  def i(table), do: i(:ets.tab2list(table), 1, 100)

  defp i([], _number, _width), do: :io.put_chars("EOT  (q)uit (p)Digits (k)ill /Regexp -->")

  defp i([object | objects], number, width) do
    :io.format("<~-4w> ~ts~n", [number, :string.slice(:io_lib.format("~tw", [object]), 0, width)])
    i(objects, number + 1, width)
  end
end
