defprotocol Inspect do
  @moduledoc ~S"""
  How values become documents, and so text, for people who read code.

  `inspect/2` is the everyday way in. Where it can, the text is Elixir source for the same value; where it can't
  (processes, functions, structs with hidden parts) it has the form `#Name<...>`, which reads as a comment.

  An implementation gets the value and `Inspect.Opts`, and answers with a document of `Inspect.Algebra`. A plain string
  is a document. Values inside the value go through `Inspect.Algebra.to_doc/2` with the same options:

      defimpl Inspect, for: Interval do
        import Inspect.Algebra

        def inspect(interval, opts) do
          concat(["Interval.new(", to_doc(interval.from, opts), ", ", to_doc(interval.to, opts), ")"])
        end
      end

  ## Deriving

  A struct without an implementation shows as `%Name{...}` with all its fields. `@derive {Inspect, options}` placed
  before `defstruct` chooses among them:

    * `:only` - the fields to show
    * `:except` - the fields to leave out
    * `:optional` - the fields to leave out while they hold their default

  When `:only` or `:except` hides a field, the value appears as `#Name<shown: 1, ...>`.

  ## Failing implementations

  If an implementation raises, `inspect/2` still returns: the text describes the exception and shows the struct as a
  plain map. Pass `safe: false` to have an `Inspect.Error` raised, or `structs: false` to bypass implementations.
  """

  @fallback_to_any true

  defmacro __deriving__(module, options) do
    info = Macro.struct_info!(module, __CALLER__)
    all = for %{field: field} <- info, field != :__exception__, do: field

    known = fn option ->
      fields = Keyword.get(options, option, [])

      case fields -- all do
        [] ->
          fields

        unknown ->
          raise ArgumentError,
                "unknown fields #{Kernel.inspect(unknown)} in #{Kernel.inspect(option)} " <>
                  "when deriving the Inspect protocol for #{Kernel.inspect(module)}"
      end
    end

    only = if Keyword.has_key?(options, :only), do: known.(:only), else: all
    except = known.(:except)
    optional = known.(:optional)
    shown = for field <- all, field in only and field not in except, do: field
    painter = if except == [] and length(shown) == length(all), do: Inspect.Map, else: Inspect.Any

    # Pairs of a field and the default that hides it; only the optional ones have such a default.
    plan =
      for %{field: field} = entry <- info, field in shown do
        if field in optional, do: {entry, {:unless, Map.get(entry, :default)}}, else: {entry, :always}
      end

    quote do
      defimpl Inspect, for: unquote(module) do
        def inspect(struct, opts) do
          infos =
            for {%{field: field} = info, rule} <- unquote(Macro.escape(plan)),
                rule == :always or rule != {:unless, :erlang.map_get(field, struct)},
                do: info

          unquote(painter).inspect(struct, Macro.inspect_atom(:literal, unquote(module)), infos, opts)
        end
      end
    end
  end

  @doc """
  Makes the document for `term`.

  Call `Inspect.Algebra.to_doc/2` instead when you are inside an implementation: it also guards against structs whose
  implementation raises. This function is what `:inspect_fun` of the options defaults to.

  ## Examples

      iex> Inspect.inspect(12, %Inspect.Opts{base: :hex})
      "0xC"

  """
  @spec inspect(t, Inspect.Opts.t()) :: Inspect.Algebra.t()
  def inspect(term, opts)
end

defimpl Inspect, for: Atom do
  import Inspect.Algebra, only: [color_doc: 3]

  def inspect(nil, opts), do: color_doc("nil", nil, opts)
  def inspect(true, opts), do: color_doc("true", :boolean, opts)
  def inspect(false, opts), do: color_doc("false", :boolean, opts)
  def inspect(atom, opts), do: color_doc(Macro.inspect_atom(:literal, atom), :atom, opts)
end

defimpl Inspect, for: Integer do
  import Inspect.Algebra, only: [color_doc: 3]

  def inspect(integer, %{base: :decimal} = opts) do
    color_doc(:erlang.integer_to_binary(integer), :number, opts)
  end

  def inspect(integer, %{base: base} = opts) do
    {radix, prefix} = notation(base)
    sign = if integer < 0, do: "-", else: ""
    color_doc(sign <> prefix <> :erlang.integer_to_binary(abs(integer), radix), :number, opts)
  end

  defp notation(:hex), do: {16, "0x"}
  defp notation(:octal), do: {8, "0o"}
  defp notation(:binary), do: {2, "0b"}
end

defimpl Inspect, for: Float do
  import Inspect.Algebra, only: [color_doc: 3]

  # The shortest text that reads back as the same float, but whole numbers stay without exponent up to 16 digits.
  def inspect(float, opts) do
    size = abs(float)

    text =
      if size >= 1.0 and size < 1.0e16 and trunc(float) == float do
        :erlang.integer_to_binary(trunc(float)) <> ".0"
      else
        :erlang.float_to_binary(float, [:short])
      end

    color_doc(text, :number, opts)
  end
end

defimpl Inspect, for: BitString do
  import Inspect.Algebra, only: [color_doc: 3, flex_glue: 2, group: 1, nest: 2]

  def inspect(binary, %{binaries: binaries, base: base, printable_limit: limit} = opts) when is_binary(binary) do
    if binaries == :as_strings or
         (binaries == :infer and base == :decimal and :jovial_string.printable(binary, limit)) do
      color_doc(quoted(binary, limit), :string, opts)
    else
      bytes(binary, opts)
    end
  end

  def inspect(bitstring, opts), do: bytes(bitstring, opts)

  defp quoted(binary, limit) do
    case :jovial_string.escape(binary, ?", limit) do
      {escaped, ""} -> <<?", escaped::binary, ?">>
      {escaped, _} -> <<?", escaped::binary, "\" <> ...">>
    end
  end

  defp bytes("", opts), do: color_doc("<<>>", :binary, opts)

  defp bytes(bitstring, opts) do
    left = color_doc("<<", :binary, opts)
    right = color_doc(">>", :binary, opts)
    inner = segments(bitstring, opts.limit, opts)
    group({:doc_cons, {:doc_cons, left, nest(inner, 2)}, right})
  end

  defp segments(_, 0, _), do: "..."
  defp segments(<<byte>>, _, opts), do: Inspect.Integer.inspect(byte, opts)

  defp segments(<<byte, rest::bitstring>>, limit, opts) do
    limit = if limit == :infinity, do: limit, else: limit - 1
    flex_glue({:doc_cons, Inspect.Integer.inspect(byte, opts), ","}, segments(rest, limit, opts))
  end

  defp segments(bits, _, opts) do
    size = bit_size(bits)
    <<value::size(size)>> = bits
    {:doc_cons, Inspect.Integer.inspect(value, opts), "::size(#{size})"}
  end
end

defimpl Inspect, for: List do
  import Inspect.Algebra, only: [color_doc: 3, container_doc: 6, to_doc: 2]

  def inspect([], opts), do: color_doc("[]", :list, opts)

  def inspect(list, opts) do
    style = charlist_style(opts)

    if style == :as_charlists or (style == :infer and List.ascii_printable?(list, opts.printable_limit)) do
      color_doc(quoted(list, opts.printable_limit), :charlist, opts)
    else
      open = color_doc("[", :list, opts)
      separator = color_doc(",", :list, opts)
      close = color_doc("]", :list, opts)

      if keyword?(list) do
        container_doc(open, list, close, opts, &keyword/2, separator: separator, break: :strict)
      else
        container_doc(open, list, close, opts, &to_doc/2, separator: separator)
      end
    end
  end

  defp quoted(charlist, limit) do
    case :jovial_string.escape(IO.chardata_to_string(charlist), ?", limit) do
      {escaped, ""} -> <<"~c\"", escaped::binary, ?">>
      {escaped, _} -> <<"~c\"", escaped::binary, "\" ++ ...">>
    end
  end

  defp charlist_style(%{charlists: :infer, char_lists: old}) when old != :infer do
    case old do
      :as_char_lists ->
        IO.warn(
          "the :char_lists inspect option and its :as_char_lists value are deprecated, " <>
            "use the :charlists option and its :as_charlists value instead"
        )

        :as_charlists

      _ ->
        IO.warn("the :char_lists inspect option is deprecated, use :charlists instead")
        old
    end
  end

  defp charlist_style(%{charlists: style}), do: style

  @doc false
  def keyword({key, value}, opts) do
    key = color_doc(Macro.inspect_atom(:key, key), :atom, opts)
    {:doc_cons, key, {:doc_cons, " ", to_doc(value, opts)}}
  end

  @doc false
  # Whether every element is a pair whose key can be written as `key: `, which module names can't.
  def keyword?([{key, _} | rest]) when is_atom(key) do
    case :erlang.atom_to_binary(key) do
      <<"Elixir.", _::binary>> -> false
      _ -> keyword?(rest)
    end
  end

  def keyword?(rest), do: rest == []
end

defimpl Inspect, for: Tuple do
  import Inspect.Algebra, only: [color_doc: 3, container_doc: 6, to_doc: 2]

  def inspect(tuple, opts) do
    open = color_doc("{", :tuple, opts)
    separator = color_doc(",", :tuple, opts)
    close = color_doc("}", :tuple, opts)
    elements = :erlang.tuple_to_list(tuple)
    container_doc(open, elements, close, opts, &to_doc/2, separator: separator, break: :flex)
  end
end

defimpl Inspect, for: Map do
  import Inspect.Algebra, only: [color_doc: 3, container_doc: 6, to_doc: 2]

  def inspect(map, opts) do
    pairs = :maps.to_list(map)
    pairs = if Keyword.get(opts.custom_options, :sort_maps), do: :lists.sort(pairs), else: pairs

    if Inspect.List.keyword?(pairs) do
      braces(pairs, "", opts, &Inspect.List.keyword/2)
    else
      arrow = color_doc(" => ", :map, opts)

      braces(pairs, "", opts, fn {key, value}, opts ->
        {:doc_cons, {:doc_cons, to_doc(key, opts), arrow}, to_doc(value, opts)}
      end)
    end
  end

  # The struct notation: `infos` is what `__info__(:struct)` says of the fields to show.
  def inspect(map, name, infos, opts) do
    braces(infos, name, opts, fn %{field: field}, opts ->
      Inspect.List.keyword({field, :erlang.map_get(field, map)}, opts)
    end)
  end

  defp braces(items, name, opts, fun) do
    open = color_doc(<<"%", name::binary, "{">>, :map, opts)
    separator = color_doc(",", :map, opts)
    close = color_doc("}", :map, opts)
    container_doc(open, items, close, opts, fun, separator: separator, break: :strict)
  end
end

defimpl Inspect, for: Any do
  import Inspect.Algebra, only: [color_doc: 3, container_doc: 6]

  def inspect(%module{} = struct, opts) do
    case named_fields(module, struct) do
      nil -> Inspect.Map.inspect(struct, opts)
      infos -> Inspect.Map.inspect(struct, Macro.inspect_atom(:literal, module), infos, opts)
    end
  end

  # Fields hidden: a notation that is not taken for source.
  def inspect(map, name, infos, opts) do
    open = color_doc(<<"#", name::binary, "<">>, :map, opts)
    separator = color_doc(",", :map, opts)
    close = color_doc(">", :map, opts)

    fun = fn
      :..., _opts -> "..."
      %{field: field}, opts -> Inspect.List.keyword({field, :erlang.map_get(field, map)}, opts)
    end

    container_doc(open, infos ++ [:...], close, opts, fun, separator: separator, break: :strict)
  end

  # `nil` unless the map has precisely the fields that its module defines today.
  defp named_fields(module, struct) do
    if :maps.keys(module.__struct__()) == :maps.keys(struct) do
      for %{field: field} = info <- module.__info__(:struct), field != :__struct__, field != :__exception__, do: info
    end
  rescue
    _ -> nil
  end
end

defimpl Inspect, for: Regex do
  import Inspect.Algebra, only: [color_doc: 3, concat: 1]

  def inspect(%{source: source, opts: regex_opts}, opts) when is_list(regex_opts) do
    case modifiers(regex_opts, []) do
      :error ->
        concat([
          "Regex.compile!(",
          Inspect.BitString.inspect(source, opts),
          ", ",
          Inspect.List.inspect(regex_opts, opts),
          ")"
        ])

      modifiers ->
        sigil = [?~, ?r, ?/, slashed(source, []), ?/, modifiers]
        color_doc(:unicode.characters_to_binary(sigil), :regex, opts)
    end
  end

  defp modifiers([:unicode, :ucp | rest], acc), do: modifiers(rest, [?u | acc])
  defp modifiers([:caseless | rest], acc), do: modifiers(rest, [?i | acc])
  defp modifiers([:dotall, {:newline, :anycrlf} | rest], acc), do: modifiers(rest, [?s | acc])
  defp modifiers([:multiline | rest], acc), do: modifiers(rest, [?m | acc])
  defp modifiers([:extended | rest], acc), do: modifiers(rest, [?x | acc])
  defp modifiers([:firstline | rest], acc), do: modifiers(rest, [?f | acc])
  defp modifiers([:ungreedy | rest], acc), do: modifiers(rest, [?U | acc])
  defp modifiers([], acc), do: acc
  defp modifiers(_, _), do: :error

  # The source between slashes. `\/` and `\#{` come out with the one backslash that the sigil needs, and a lone `/` or
  # `#{` gains it; every other escape stays as it was written.
  defp slashed(source, acc) do
    case source do
      <<"\\\\", rest::binary>> -> slashed(rest, [acc | "\\\\"])
      <<"\\/", rest::binary>> -> slashed(rest, [acc | "\\/"])
      <<"\\\#{", rest::binary>> -> slashed(rest, [acc | "\\\#{"])
      <<"/", rest::binary>> -> slashed(rest, [acc | "\\/"])
      <<"\#{", rest::binary>> -> slashed(rest, [acc | "\\\#{"])
      <<char::utf8, rest::binary>> -> slashed(rest, [acc | character(char)])
      <<byte, rest::binary>> -> slashed(rest, [acc | hex(byte)])
      <<>> -> acc
    end
  end

  defp character(?\a), do: "\\a"
  defp character(?\f), do: "\\f"
  defp character(?\n), do: "\\n"
  defp character(?\r), do: "\\r"
  defp character(?\t), do: "\\t"
  defp character(?\v), do: "\\v"

  defp character(0), do: "\\0"

  defp character(char) do
    text = <<char::utf8>>

    cond do
      :jovial_string.printable(text, :infinity) and char not in [?\b, ?\d, ?\e] -> text
      char > 0xFF -> "\\x{" <> :erlang.integer_to_binary(char, 16) <> "}"
      true -> hex(char)
    end
  end

  defp hex(byte), do: "\\x" <> :erlang.binary_part(:erlang.integer_to_binary(byte + 0x100, 16), 1, 2)
end

defimpl Inspect, for: Function do
  # The text of a function value depends on where it was made: `&Mod.fun/arity` for exported functions, the file for
  # functions of scripts, the function they were written in for all others.
  def inspect(function, _opts) do
    {:module, module} = :erlang.fun_info(function, :module)
    {:arity, arity} = :erlang.fun_info(function, :arity)
    {:name, name} = :erlang.fun_info(function, :name)

    cond do
      not is_atom(module) ->
        "#Function<#{unique(function)}/#{arity}>"

      :erlang.fun_info(function, :type) == {:type, :external} ->
        "&#{Macro.inspect_atom(:literal, module)}.#{Macro.inspect_atom(:remote_call, name)}/#{arity}"

      script?(module) and :erlang.function_exported(module, :__RELATIVE__, 0) ->
        "#Function<#{unique(function)} in file:#{module.__RELATIVE__()}>"

      # Functions of cells and evaluated text look as where code is evaluated step by step.
      match?(<<"elixir_eval_", _::binary>>, :erlang.atom_to_binary(module)) ->
        "#Function<#{unique(function)}/#{arity} in :erl_eval.expr/6>"

      true ->
        "#Function<#{unique(function)}/#{arity} in #{Macro.inspect_atom(:literal, module)}#{parent(name)}>"
    end
  end

  defp script?(module), do: match?(<<"elixir_compiler_", _::binary>>, :erlang.atom_to_binary(module))

  defp unique(function) do
    {:new_index, index} = :erlang.fun_info(function, :new_index)
    {:uniq, uniq} = :erlang.fun_info(function, :uniq)
    "#{index}.#{uniq}"
  end

  defp parent([]), do: ""

  defp parent(name) do
    case Exception.anonymous_fun_parent(name) do
      {name, arity} -> "." <> Macro.inspect_atom(:remote_call, name) <> "/" <> arity
      :error -> "." <> Macro.inspect_atom(:remote_call, name)
    end
  end
end

defimpl Inspect, for: PID do
  def inspect(pid, _opts), do: :erlang.iolist_to_binary(["#PID" | :erlang.pid_to_list(pid)])
end

defimpl Inspect, for: Port do
  def inspect(port, _opts), do: :erlang.iolist_to_binary(:erlang.port_to_list(port))
end

defimpl Inspect, for: Reference do
  def inspect(ref, _opts) do
    "#Ref" <> digits = :erlang.iolist_to_binary(:erlang.ref_to_list(ref))
    "#Reference" <> digits
  end
end

defimpl Inspect, for: Inspect.Error do
  def inspect(%{stacktrace: stacktrace} = error, _opts) do
    message = Inspect.Error.pad(Inspect.Error.message(error), 2)

    case stacktrace do
      [_ | _] ->
        "#Inspect.Error<\n#{message}\n  Stacktrace:\n\n#{Exception.format_stacktrace(stacktrace)}\n>"

      _ ->
        "#Inspect.Error<\n  #{message}\n>"
    end
  end
end
