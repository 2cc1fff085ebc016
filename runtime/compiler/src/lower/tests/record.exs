# Records what the reference Elixir makes of each case in cases.exs: the expanded tree and the result.
# Run as `elixir record.exs cases.exs > recorded.txt` with Elixir 1.18.
#
# A term is written in prefix form: `i5;` `f1.5;` `a2:ok` `b` with hex digits and `;`, `s` for other bitstrings
# (hex digits, `/`, number of bits, `;`), `l2[` and `t2(` and `m1{` followed by their parts, `p2|` for an improper
# list, `?` for what can't be written.
defmodule Record do
  def term(x) when is_integer(x), do: "i#{x};"
  def term(x) when is_float(x), do: "f#{x};"
  def term(x) when is_atom(x) do
    text = Atom.to_string(x)
    "a#{byte_size(text)}:#{text}"
  end
  def term(x) when is_binary(x), do: "b#{Base.encode16(x, case: :lower)};"
  def term(x) when is_bitstring(x) do
    size = bit_size(x)
    pad = 8 - rem(size, 8)
    "s#{Base.encode16(<<x::bitstring, 0::size(pad)>>, case: :lower)}/#{size};"
  end
  def term(x) when is_list(x) do
    case split(x, []) do
      {items, []} -> "l#{length(items)}[" <> Enum.map_join(items, &term/1)
      {items, tail} -> "p#{length(items) + 1}|" <> Enum.map_join(items ++ [tail], &term/1)
    end
  end
  def term(x) when is_tuple(x), do: "t#{tuple_size(x)}(" <> Enum.map_join(Tuple.to_list(x), &term/1)
  def term(x) when is_map(x) do
    pairs = Map.to_list(x)
    "m#{length(pairs)}{" <> Enum.map_join(pairs, fn {k, v} -> term(k) <> term(v) end)
  end
  def term(_), do: "?"

  defp split([h | t], acc), do: split(t, [h | acc])
  defp split(t, acc), do: {Enum.reverse(acc), t}

  # Only what lowering reads.
  @kept [:line, :version, :counter, :no_parens, :super]
  def slim({callee, meta, rest}) when is_list(meta) do
    {slim(callee), slim_meta(meta), slim(rest)}
  end
  def slim(x) when is_tuple(x), do: x |> Tuple.to_list() |> Enum.map(&slim/1) |> List.to_tuple()
  def slim([h | t]), do: [slim(h) | slim(t)]
  def slim(x), do: x

  defp slim_meta(meta) do
    for {key, value} <- meta, key in @kept, do: {key, value}
  end

  # In a process of its own, so that no message of one case reaches another.
  def result(fun) do
    parent = self()

    run = fn ->
      text =
        try do
          "ok " <> term(fun.())
        catch
          class, reason -> "#{class} " <> term(reason)
        end

      send(parent, {:text, text})
    end

    spawn(run)

    receive do
      {:text, text} -> text
    end
  end
end

defmodule Recorded do
  defmacro __before_compile__(env) do
    definitions =
      for {name, arity} <- Module.definitions_in(env.module) do
        {:v1, kind, meta, clauses} = Module.get_definition(env.module, {name, arity})
        {kind, name, arity, meta, clauses}
      end

    Process.put(:definitions, definitions)
    nil
  end
end

[path] = System.argv()
{cases, _} = Code.eval_file(path)
Code.put_compiler_option(:ignore_module_conflict, true)

for source <- cases do
  quoted = Code.string_to_quoted!(source)
  env = :elixir_env.env_to_ex(__ENV__)

  line =
    case quoted do
      {:defmodule, _, _} ->
        hook =
          quote do
            @before_compile Recorded
          end

        {:defmodule, meta, [name, [do: body]]} = quoted
        [{module, _} | _] = Code.compile_quoted({:defmodule, meta, [name, [do: {:__block__, [], [hook, body]}]]})
        definitions = Process.get(:definitions)
        "module #{Record.term(Record.slim(definitions))}\n=> #{Record.result(fn -> module.run() end)}"

      _ ->
        {tree, _, _} = :elixir_expand.expand(quoted, env, __ENV__)
        Code.compile_string("defmodule Recorded.Case do\n  def run do\n#{source}\n  end\nend", "case.ex")
        result = Record.result(fn -> Recorded.Case.run() end)
        "tree #{Record.term(Record.slim(tree))}\n=> #{result}"
    end

  IO.puts("## #{inspect(source, printable_limit: :infinity)}\n#{line}\n")
end
