defmodule Inspect.Algebra do
  @moduledoc ~S"""
  Documents that know where they may be broken into lines, and the layout that decides where they are.

  A document is a piece of text plus places where a line may end. Strings are documents already; the functions here
  join them (`concat/2`), mark the places (`break/1`, `flex_break/1`, `line/0`), indent (`nest/2`) and draw the borders
  within which one decision holds (`group/1`). `format/2` then lays a document out for a width:

      iex> import Inspect.Algebra
      iex> doc = group(nest(glue("call(", "", glue("first,", "second)")), 2))
      iex> doc |> format(80) |> IO.iodata_to_binary()
      "call(first, second)"
      iex> doc |> format(10) |> IO.iodata_to_binary()
      "call(\n  first,\n  second)"

  A group either fits in what is left of the line, and then all its breaks are printed as their text, or it does not,
  and then its strict breaks become newlines, while each flex break is asked again whether what follows fits. Groups
  inside are asked anew. This is the strict variant of Wadler's printer that Christian Lindig describes in
  "Strictly Pretty" (2000).

  Widths are counted in bytes for plain binaries, which is exact for ASCII only; wrap other text in `string/1`.

  Documents are made for the functions of this module. Their representation is not meant to be matched on, except that
  binaries are documents.
  """

  @type t ::
          binary
          | :doc_line
          | :doc_nil
          | {:doc_break, binary, :flex | :strict}
          | {:doc_collapse, pos_integer}
          | {:doc_color, t, IO.ANSI.ansidata()}
          | {:doc_cons, t, t}
          | {:doc_fits, t, :enabled | :disabled}
          | {:doc_force, t}
          | {:doc_group, t, :inherit | :self}
          | {:doc_nest, t, :cursor | :reset | non_neg_integer, :always | :break}
          | {:doc_string, t, non_neg_integer}
          | {:doc_limit, t, pos_integer | :infinity}

  @tags [
    :doc_break,
    :doc_collapse,
    :doc_color,
    :doc_cons,
    :doc_fits,
    :doc_force,
    :doc_group,
    :doc_nest,
    :doc_string,
    :doc_limit
  ]

  @doc """
  Tells whether `doc` is a document. Allowed in guards.

  Only the outermost layer is looked at.

  ## Examples

      iex> require Inspect.Algebra
      iex> Inspect.Algebra.is_doc("text")
      true
      iex> Inspect.Algebra.is_doc(:text)
      false

  """
  defguard is_doc(doc)
           when is_binary(doc) or doc in [:doc_nil, :doc_line] or
                  (is_tuple(doc) and elem(doc, 0) in @tags)

  defguardp is_columns(width) when width == :infinity or (is_integer(width) and width >= 0)

  @doc """
  Turns any term into a document, by way of the `Inspect` protocol.

  This is what implementations call for the values they contain. With `structs: false` a struct is shown as the map
  that it is. If the implementation for a struct raises, the document tells so (`safe: true`), or an `Inspect.Error`
  with the details is raised (`safe: false`).

  ## Examples

      iex> Inspect.Algebra.to_doc(:ok, %Inspect.Opts{})
      ":ok"

  """
  @spec to_doc(any, Inspect.Opts.t()) :: t
  def to_doc(term, opts)

  def to_doc(%_{} = struct, %Inspect.Opts{structs: false} = opts), do: Inspect.Map.inspect(struct, opts)

  def to_doc(%_{} = struct, %Inspect.Opts{inspect_fun: fun} = opts) do
    fun.(struct, opts)
  rescue
    exception -> failed_to_doc(struct, exception, __STACKTRACE__, opts)
  end

  def to_doc(term, %Inspect.Opts{inspect_fun: fun} = opts), do: fun.(term, opts)

  # Showing the struct as a map runs other implementations, which may fail in their turn. The process dictionary marks
  # that we are already reporting: then the plain map has to do.
  defp failed_to_doc(struct, exception, stacktrace, opts) do
    case :erlang.put(:inspect_trap, true) do
      :undefined ->
        try do
          report_failure(struct, exception, stacktrace, opts)
        after
          :erlang.erase(:inspect_trap)
        end

      _ ->
        Inspect.Map.inspect(struct, opts)
    end
  end

  defp report_failure(struct, exception, stacktrace, opts) do
    default_opts = %{opts | inspect_fun: Inspect.Opts.default_inspect_fun()}
    as_map = Inspect.Map.inspect(struct, %{default_opts | syntax_colors: []})

    error =
      Inspect.Error.exception(
        exception: exception,
        stacktrace: stacktrace,
        inspected_struct: :erlang.iolist_to_binary(format(as_map, opts.width))
      )

    if opts.safe do
      Inspect.inspect(error, default_opts)
    else
      :erlang.raise(:error, error, stacktrace)
    end
  end

  @doc ~S"""
  Lays out the items of `collection` between `left` and `right`.

  Each item becomes a document by `fun`, called with the item and `inspect_opts`, whose `:limit` counts down by one an
  item; when it is used up, `"..."` stands for the rest. An improper tail follows `" |"`.

  Options:

    * `:separator` - the document put after each item but the last, `","` if not given
    * `:break` - `:strict` puts each item on a line of its own when they don't fit on one; `:flex` fills lines;
      `:maybe`, the default, means `:flex` if all items are plain text and `:strict` otherwise

  ## Examples

      iex> fun = fn n, _opts -> Integer.to_string(n) end
      iex> doc = Inspect.Algebra.container_doc("<", [1, 2, 3], ">", %Inspect.Opts{}, fun, separator: ";")
      iex> doc |> Inspect.Algebra.format(80) |> IO.iodata_to_binary()
      "<1; 2; 3>"

      iex> fun = fn n, _opts -> Integer.to_string(n) end
      iex> doc = Inspect.Algebra.container_doc("<", [1, 2, 3], ">", %Inspect.Opts{limit: 2}, fun)
      iex> doc |> Inspect.Algebra.format(6) |> IO.iodata_to_binary()
      "<1, 2,\n ...>"

      iex> fun = fn n, _opts -> Integer.to_string(n) end
      iex> doc = Inspect.Algebra.container_doc("<", [1, 2], ">", %Inspect.Opts{}, fun, break: :strict)
      iex> doc |> Inspect.Algebra.format(4) |> IO.iodata_to_binary()
      "<\n  1,\n  2\n>"

  """
  @spec container_doc(t, [term], t, Inspect.Opts.t(), (term, Inspect.Opts.t() -> t), keyword) :: t
  def container_doc(left, collection, right, inspect_opts, fun, opts \\ [])
      when is_doc(left) and is_list(collection) and is_doc(right) and is_function(fun, 2) and is_list(opts) do
    case collection do
      [] ->
        {:doc_cons, left, right}

      _ ->
        separator = option(opts, :separator, ",")
        items = items(collection, inspect_opts.limit, inspect_opts, fun, separator)

        case option(opts, :break, :maybe) do
          :flex -> filled(left, items, right)
          :maybe -> if plain_items?(items), do: filled(left, items, right), else: one_each(left, items, right)
          _strict -> one_each(left, items, right)
        end
    end
  end

  defp option(opts, key, default) do
    case :lists.keyfind(key, 1, opts) do
      {_, value} -> value
      false -> default
    end
  end

  # `[item, separator, item, separator, ..., item]`. An item that left nothing to print takes its separator with it, and
  # does not count.
  defp items([], _, _, _, _), do: []
  defp items(_, 0, _, _, _), do: ["..."]

  defp items([item | rest], limit, opts, fun, separator) do
    next = count_down(limit, opts)

    case fun.(item, next) do
      :doc_nil when is_list(rest) -> items(rest, limit, opts, fun, separator)
      :doc_nil -> [fun.(rest, next)]
      doc when is_list(rest) -> join_items(doc, separator, items(rest, next.limit, next, fun, separator))
      doc -> tail_items(doc, fun.(rest, next))
    end
  end

  defp tail_items(doc, :doc_nil), do: [doc]
  defp tail_items(doc, tail), do: [doc, " |", tail]

  defp join_items(doc, _, []), do: [doc]
  defp join_items(doc, separator, rest), do: [doc, separator | rest]

  defp count_down(limit, opts) when limit in [:infinity, 0], do: opts
  defp count_down(limit, opts), do: %{opts | limit: limit - 1}

  defp filled(left, items, right) do
    {:doc_group, {:doc_cons, {:doc_cons, left, nest(chain(items, {:doc_break, " ", :flex}), 1)}, right}, :self}
  end

  defp one_each(left, items, right) do
    blank = {:doc_break, "", :strict}
    items = chain(items, {:doc_break, " ", :strict})
    {:doc_group, {:doc_cons, nest({:doc_cons, left, {:doc_cons, blank, items}}, 2), {:doc_cons, blank, right}}, :self}
  end

  defp chain([], _break), do: :doc_nil
  defp chain([doc], _break), do: doc

  defp chain([doc, separator | rest], break) do
    {:doc_cons, {:doc_cons, doc, separator}, {:doc_cons, break, chain(rest, break)}}
  end

  defp plain_items?([]), do: true
  defp plain_items?([doc]), do: plain?(doc)
  defp plain_items?([doc, _separator | rest]), do: plain?(doc) and plain_items?(rest)

  defp plain?(doc) when is_binary(doc), do: true
  defp plain?({:doc_cons, left, right}), do: plain?(left) and plain?(right)
  defp plain?({:doc_color, doc, _}), do: plain?(doc)
  defp plain?({:doc_string, _, _}), do: true
  defp plain?(:doc_nil), do: true
  defp plain?(_), do: false

  @doc """
  The document that prints nothing.

  ## Examples

      iex> Inspect.Algebra.format(Inspect.Algebra.empty(), 80)
      []

  """
  @spec empty() :: :doc_nil
  def empty(), do: :doc_nil

  @doc """
  Marks text whose width must be counted in graphemes rather than bytes.

  ## Examples

      iex> doc = Inspect.Algebra.string("naïve")
      iex> Inspect.Algebra.format(Inspect.Algebra.group(Inspect.Algebra.glue(doc, "x")), 7)
      ["naïve", " ", "x"]

  """
  @spec string(String.t()) :: t
  def string(string) when is_binary(string), do: {:doc_string, string, String.length(string)}

  @doc """
  Joins two documents with nothing between them.

  ## Examples

      iex> Inspect.Algebra.format(Inspect.Algebra.concat("left", "right"), 80)
      ["left", "right"]

  """
  @spec concat(t, t) :: t
  def concat(doc1, doc2) when is_doc(doc1) and is_doc(doc2), do: {:doc_cons, doc1, doc2}

  @doc """
  Joins a list of documents with nothing between them.

  ## Examples

      iex> Inspect.Algebra.format(Inspect.Algebra.concat(["one", "two", "three"]), 80)
      ["one", "two", "three"]
      iex> Inspect.Algebra.concat([])
      Inspect.Algebra.empty()

  """
  @spec concat([t]) :: t
  def concat(docs) when is_list(docs), do: fold(docs, &concat/2)

  @doc """
  Lets a document run past the width: inside it, nothing is ever too long.

  ## Examples

      iex> import Inspect.Algebra
      iex> long = no_limit(group(glue("far too", "long")))
      iex> format(group(glue(long, "x")), 5)
      ["far too", " ", "long", "\\n", "x"]

  """
  @spec no_limit(t) :: t
  def no_limit(doc), do: {:doc_limit, doc, :infinity}

  @doc """
  Puts the escape sequence `color` in front of a document; it takes no width.

  For colours named in the options use `color_doc/3`, which also resets.

  ## Examples

      iex> Inspect.Algebra.format(Inspect.Algebra.color("warning", "\\e[33m"), 80)
      ["\\e[33m", "warning"]

  """
  @spec color(t, binary) :: t
  def color(doc, color) when is_doc(doc) and is_binary(color), do: {:doc_color, doc, color}

  @doc false
  def color(doc, key, opts), do: color_doc(doc, key, opts)

  @doc """
  Colours a document as `:syntax_colors` of the options say for `color_key`.

  Without a colour for that key the document is returned as it is. After the document comes the colour of the key
  `:reset`, which is `:reset` itself if absent.

  ## Examples

      iex> opts = %Inspect.Opts{syntax_colors: [number: :blue]}
      iex> Inspect.Algebra.format(Inspect.Algebra.color_doc("12", :number, opts), 80)
      ["\\e[34m", "12", "\\e[0m"]
      iex> Inspect.Algebra.color_doc("12", :atom, opts)
      "12"

  """
  @spec color_doc(t, Inspect.Opts.color_key(), Inspect.Opts.t()) :: t
  def color_doc(doc, color_key, opts)

  def color_doc(doc, _color_key, %Inspect.Opts{syntax_colors: []}) when is_doc(doc), do: doc

  def color_doc(doc, color_key, %Inspect.Opts{syntax_colors: colors}) when is_doc(doc) do
    case Keyword.get(colors, color_key) do
      nil ->
        doc

      color ->
        reset = Keyword.get(colors, :reset, :reset)
        {:doc_cons, {:doc_color, doc, escape_sequence(color)}, {:doc_color, :doc_nil, escape_sequence(reset)}}
    end
  end

  defp escape_sequence(color), do: :erlang.iolist_to_binary(IO.ANSI.format_fragment(color, true))

  @doc ~S"""
  Indents what follows the line ends inside `doc` by `level`.

  `level` is a number of columns, `:cursor` (indent to where the document starts) or `:reset` (back to column 0). With
  mode `:break` the indentation counts only if the surrounding group is broken.

  ## Examples

      iex> import Inspect.Algebra
      iex> format(nest(line("begin", "body"), 3), 80)
      ["begin", "\n   ", "body"]
      iex> format(concat("> ", nest(line("one", "two"), :cursor)), 80)
      ["> ", "one", "\n  ", "two"]

  """
  @spec nest(t, non_neg_integer | :cursor | :reset, :always | :break) :: t
  def nest(doc, level, mode \\ :always)

  def nest(doc, level, mode)
      when is_doc(doc) and (level in [:cursor, :reset] or (is_integer(level) and level >= 0)) and
             mode in [:always, :break] do
    case level do
      0 -> doc
      _ -> {:doc_nest, doc, level, mode}
    end
  end

  @doc ~S"""
  A place for a line end, printed as `string` as long as the group fits.

  ## Examples

      iex> import Inspect.Algebra
      iex> doc = group(concat(["alpha", break(" - "), "beta"]))
      iex> format(doc, 80)
      ["alpha", " - ", "beta"]
      iex> format(doc, 6)
      ["alpha", "\n", "beta"]

  """
  @spec break(binary) :: t
  def break(string \\ " ") when is_binary(string), do: {:doc_break, string, :strict}

  @doc ~S"""
  Folds the line ends that come next into at most `max`.

  ## Examples

      iex> import Inspect.Algebra
      iex> doc = concat(["a", collapse_lines(1), line(), line(), line(), "b"])
      iex> doc |> format(80) |> IO.iodata_to_binary()
      "a\nb"

  """
  @spec collapse_lines(pos_integer) :: t
  def collapse_lines(max) when is_integer(max) and max > 0, do: {:doc_collapse, max}

  @doc ~S"""
  Counts `doc` as fitting as soon as its first break is reached.

  That keeps an opening bracket on the line of what precedes it, although the contents have to be broken. `:disabled`
  switches this off for `doc` and all that it contains.

  ## Examples

      iex> import Inspect.Algebra
      iex> list = group(nest(glue("[", "", glue("1,", "2]")), 2))
      iex> call = fn arg -> group(nest(glue("f(", "", arg), 2)) end
      iex> call.(next_break_fits(list)) |> format(6) |> IO.iodata_to_binary()
      "f([\n    1,\n    2]"
      iex> call.(list) |> format(6) |> IO.iodata_to_binary()
      "f(\n  [\n    1,\n    2]"

  """
  @spec next_break_fits(t, :enabled | :disabled) :: t
  def next_break_fits(doc, mode \\ :enabled) when is_doc(doc) and mode in [:enabled, :disabled] do
    {:doc_fits, doc, mode}
  end

  @doc ~S"""
  Makes the group around `doc` break, however much room there is.

  ## Examples

      iex> import Inspect.Algebra
      iex> format(group(force_unfit(glue("a", "b"))), 80)
      ["a", "\n", "b"]

  """
  @spec force_unfit(t) :: t
  def force_unfit(doc) when is_doc(doc), do: {:doc_force, doc}

  @doc ~S"""
  A place for a line end that is used only where the text up to the next one does not fit.

  ## Examples

      iex> import Inspect.Algebra
      iex> doc = group(concat(["one", flex_break(), "two", flex_break(), "three"]))
      iex> doc |> format(8) |> IO.iodata_to_binary()
      "one two\nthree"

  """
  @spec flex_break(binary) :: t
  def flex_break(string \\ " ") when is_binary(string), do: {:doc_break, string, :flex}

  @doc ~S"""
  Joins two documents with a `flex_break/1` between them.

  ## Examples

      iex> import Inspect.Algebra
      iex> flex_glue("to", flex_glue("be", "or")) |> group() |> format(5) |> IO.iodata_to_binary()
      "to be\nor"

  """
  @spec flex_glue(t, binary, t) :: t
  def flex_glue(doc1, break_string \\ " ", doc2) when is_binary(break_string) do
    concat(doc1, concat(flex_break(break_string), doc2))
  end

  @doc ~S"""
  Joins two documents with a `break/1` between them.

  ## Examples

      iex> import Inspect.Algebra
      iex> format(group(glue("to", "be")), 80)
      ["to", " ", "be"]
      iex> format(group(glue("to", "|", "be")), 3)
      ["to", "\n", "be"]

  """
  @spec glue(t, binary, t) :: t
  def glue(doc1, break_string \\ " ", doc2) when is_binary(break_string) do
    concat(doc1, concat(break(break_string), doc2))
  end

  @doc ~S"""
  Draws the border inside which breaks are decided together.

  With `:inherit` the group also breaks whenever the group around it has.

  ## Examples

      iex> import Inspect.Algebra
      iex> inner = glue("b", "c")
      iex> format(group(glue("a", group(inner))), 4)
      ["a", "\n", "b", " ", "c"]
      iex> format(group(glue("a", group(inner, :inherit))), 4)
      ["a", "\n", "b", "\n", "c"]

  """
  @spec group(t, :self | :inherit) :: t
  def group(doc, mode \\ :self) when is_doc(doc), do: {:doc_group, doc, mode}

  @doc """
  Joins two documents with a space that is never broken.

  ## Examples

      iex> Inspect.Algebra.format(Inspect.Algebra.space("not", "here"), 1)
      ["not", " ", "here"]

  """
  @spec space(t, t) :: t
  def space(doc1, doc2), do: concat(doc1, concat(" ", doc2))

  @doc ~S"""
  A line end that is always there.

  ## Examples

      iex> import Inspect.Algebra
      iex> format(concat(["one", line(), "two"]), 80)
      ["one", "\n", "two"]

  """
  @spec line() :: t
  def line(), do: :doc_line

  @doc ~S"""
  Joins two documents with a line end that is always there.

  ## Examples

      iex> Inspect.Algebra.format(Inspect.Algebra.line("one", "two"), 80)
      ["one", "\n", "two"]

  """
  @spec line(t, t) :: t
  def line(doc1, doc2), do: concat(doc1, concat(line(), doc2))

  @doc false
  def fold_doc(docs, folder_fun), do: fold(docs, folder_fun)

  @doc """
  Combines a list of documents into one, from the right.

  The last document is the first accumulator. An empty list gives `empty/0`, and one document is itself.

  ## Examples

      iex> import Inspect.Algebra
      iex> doc = fold(["x", "y", "z"], fn doc, acc -> concat([doc, "+", acc]) end)
      iex> doc |> format(80) |> IO.iodata_to_binary()
      "x+y+z"

  """
  @spec fold([t], (t, t -> t)) :: t
  def fold(docs, folder_fun)
  def fold([], _folder_fun), do: :doc_nil
  def fold([doc], _folder_fun), do: doc

  def fold([_, _ | _] = docs, folder_fun) when is_function(folder_fun, 2) do
    [last | before] = :lists.reverse(docs)
    :lists.foldl(folder_fun, last, before)
  end

  @doc false
  @deprecated "Use a combination of concat/2 and nest/2 instead"
  def surround(left, doc, right) when is_doc(left) and is_doc(doc) and is_doc(right) do
    if doc == :doc_nil do
      concat(left, right)
    else
      group(glue(nest(glue(left, "", doc), 2), "", right))
    end
  end

  @doc false
  @deprecated "Use Inspect.Algebra.container_doc/6 instead"
  def surround_many(left, docs, right, %Inspect.Opts{} = inspect, fun, separator \\ ",") do
    container_doc(left, docs, right, inspect, fun, separator: separator)
  end

  # ## Layout
  #
  # What is still to be laid out is a chain of frames `{doc, indent, mode, rest}` that ends in `:done`; the document at
  # hand, its indent and its mode are arguments. So only `:doc_cons` allocates, one frame each, and no function keeps
  # more than the chain.
  #
  # Modes of the enclosing group:
  #
  #   * `:flat` - it fits: breaks print their text
  #   * `:broken` - it does not: strict breaks end the line
  #   * `:kept` - it fits up to the first break of a `next_break_fits/1` inside: flat but for that
  #   * `:seek` - inside such a `next_break_fits/1`: the next group is broken
  #
  # Two more frames occur: `{:width, width, rest}` ends a `no_limit/1`, and in `probe/7` `{:seen, seen?, rest}` ends a
  # group.

  @doc ~S"""
  Lays out a document for `width` columns (or `:infinity`).

  What comes back is a list of strings, in order. Outside of any group the document is flat.

  ## Examples

      iex> import Inspect.Algebra
      iex> doc = group(glue("two", "words"))
      iex> format(doc, 9)
      ["two", " ", "words"]
      iex> format(doc, 8)
      ["two", "\n", "words"]
      iex> format(glue("no", "group"), 1)
      ["no", " ", "group"]

  """
  @spec format(t, non_neg_integer | :infinity) :: iodata
  def format(doc, width) when is_doc(doc) and is_columns(width) do
    :jovial_layout.lay([{doc, 0, :flat}], 0, width, [], [])
  end
end
