defmodule Path do
  @moduledoc """
  Working with the names of files and folders.

  All functions but `wildcard/2`, `safe_relative/2`, and those that need the current folder or the home folder work on
  names alone: nothing has to exist. Paths are given as chardata and returned as strings with `/` between their
  segments.

      iex> "/data/2024" |> Path.join("sales.csv") |> Path.rootname()
      "/data/2024/sales"

  """

  @type t :: IO.chardata()

  @doc """
  Makes a path absolute by putting the current folder in front. `..` and `~` are left alone, see `expand/1`.

  ## Examples

      iex> Path.absname("notes") == Path.join(File.cwd!(), "notes")
      true
      iex> Path.absname("/notes/../x")
      "/notes/../x"

  """
  @spec absname(t) :: binary
  def absname(path), do: absname(path, &File.cwd!/0)

  @doc """
  As `absname/1`, relative to another folder.

  ## Examples

      iex> Path.absname("notes", "/home/ada")
      "/home/ada/notes"

  """
  @spec absname(t, t | (-> t)) :: binary
  def absname(path, relative_to) do
    path = IO.chardata_to_string(path)

    case path do
      "/" <> _ -> tidy(path)
      _ -> join_base(relative_to, path)
    end
  end

  defp join_base(base, path) do
    base = if is_function(base, 0), do: base.(), else: base
    base = IO.chardata_to_string(base)

    case {base, path} do
      {"", ""} -> ""
      {"", _} -> tidy("/" <> path)
      _ -> tidy(String.replace_suffix(base, "/", "") <> "/" <> path)
    end
  end

  # Without doubled and closing slashes, and without `.` inside.
  defp tidy(path) do
    case segments(path) do
      ["." | rest] when rest != [] -> if(prefix?(path), do: "/", else: "./") <> joined(drop_dots(rest))
      segments -> if(prefix?(path), do: "/", else: "") <> joined(drop_dots(segments))
    end
  end

  defp drop_dots(["." | [_ | _] = rest]), do: drop_dots(rest)
  defp drop_dots([segment | rest]), do: [segment | drop_dots(rest)]
  defp drop_dots([]), do: []

  defp prefix?("/" <> _), do: true
  defp prefix?(_), do: false

  defp joined(segments), do: :erlang.iolist_to_binary(:lists.join("/", segments))

  @doc """
  The path from folder `cwd` to `path`.

  If `path` does not lie inside `cwd` it is returned as it is, only tidied up; with the option `force: true` the way
  leads over `..` then. Two relative paths are taken to start at the same place.

  ## Examples

      iex> Path.relative_to("/usr/local/lib", "/usr")
      "local/lib"
      iex> Path.relative_to("/usr/local", "/usr/local")
      "."
      iex> Path.relative_to("/usr/local", "/etc")
      "/usr/local"
      iex> Path.relative_to("/usr/local", "/etc", force: true)
      "../usr/local"
      iex> Path.relative_to("lib/a", "lib/b")
      "../a"

  """
  @spec relative_to(t, t, keyword) :: binary
  def relative_to(path, cwd, opts \\ []) when is_list(opts) do
    force? = Keyword.get(opts, :force, false)
    path = IO.chardata_to_string(path)
    cwd = IO.chardata_to_string(cwd)

    case {type(path), type(cwd)} do
      {:relative, :absolute} -> or_dot(collapse(segments(path), []))
      {:relative, _} -> relative_to_relative(collapse(segments(path), []), cwd)
      {:absolute, :relative} -> expand_absolute(path)
      {:absolute, :absolute} -> relative_to_absolute(path, cwd, force?)
    end
  end

  defp relative_to_relative([], _), do: "."
  defp relative_to_relative(to, cwd), do: or_dot(way(collapse(segments(cwd), []), to, true))

  defp relative_to_absolute(path, cwd, force?) do
    to = collapse_absolute(path)

    case way(collapse_absolute(cwd), to, force?) do
      :outside -> "/" <> joined(to)
      segments -> or_dot(segments)
    end
  end

  defp or_dot([]), do: "."
  defp or_dot(segments), do: joined(segments)

  defp way([same | from], [same | to], force?) when same != "..", do: way(from, to, force?)
  defp way([".." | from], [".." | to], force?), do: way(from, to, force?)
  defp way([], to, _), do: to
  defp way(_, _, false), do: :outside
  defp way(from, to, true), do: for(_ <- from, do: "..") ++ to

  defp segments(path), do: :binary.split(path, "/", [:global, :trim_all])

  # Takes `.` and `..` away where something precedes them.
  defp collapse(["." | rest], acc), do: collapse(rest, acc)
  defp collapse([".." | rest], [last | acc]) when last != "..", do: collapse(rest, acc)
  defp collapse([segment | rest], acc), do: collapse(rest, [segment | acc])
  defp collapse([], acc), do: :lists.reverse(acc)

  # Above the root there is only the root.
  defp collapse_absolute(path), do: path |> segments() |> collapse([]) |> Enum.drop_while(&(&1 == ".."))

  @doc """
  As `relative_to/3`, from the current folder.

  ## Examples

      iex> Path.relative_to_cwd(Path.absname("lib/x.ex"))
      "lib/x.ex"

  """
  @spec relative_to_cwd(t, keyword) :: binary
  def relative_to_cwd(path, opts \\ []) when is_list(opts) do
    case :file.get_cwd() do
      {:ok, base} -> relative_to(path, IO.chardata_to_string(base), opts)
      _ -> path
    end
  end

  @doc """
  Whether the path is `:absolute` or `:relative`.

  ## Examples

      iex> Path.type("/etc")
      :absolute
      iex> Path.type("etc")
      :relative

  """
  @spec type(t) :: :absolute | :relative | :volumerelative
  def type(name) when is_list(name) or is_binary(name) do
    case IO.chardata_to_string(name) do
      "/" <> _ -> :absolute
      _ -> :relative
    end
  end

  @doc """
  Makes an absolute path relative by dropping the root.

  ## Examples

      iex> Path.relative("/usr/lib")
      "usr/lib"

  """
  @spec relative(t) :: binary
  def relative(name) do
    case IO.chardata_to_string(name) do
      "/" -> "."
      "/" <> rest -> rest
      path -> path
    end
  end

  @doc """
  The last segment, or `""` of the root.

  ## Examples

      iex> Path.basename("/data/sales.csv")
      "sales.csv"

  """
  @spec basename(t) :: binary
  def basename(path) do
    case path |> IO.chardata_to_string() |> segments() do
      [] -> ""
      segments -> :lists.last(segments)
    end
  end

  @doc """
  The last segment without an extension; another extension stays.

  ## Examples

      iex> Path.basename("/data/sales.csv", ".csv")
      "sales"
      iex> Path.basename("/data/sales.csv", ".txt")
      "sales.csv"

  """
  @spec basename(t, t) :: binary
  def basename(path, extension) do
    without_suffix(basename(path), IO.chardata_to_string(extension))
  end

  defp without_suffix(name, suffix) do
    size = byte_size(name) - byte_size(suffix)

    case name do
      <<kept::binary-size(size), ^suffix::binary>> when size > 0 -> kept
      _ -> name
    end
  end

  @doc """
  All but the last segment, `"."` if there is none.

  ## Examples

      iex> Path.dirname("/data/sales.csv")
      "/data"
      iex> Path.dirname("/data/")
      "/data"
      iex> Path.dirname("sales.csv")
      "."

  """
  @spec dirname(t) :: binary
  def dirname(path) do
    path = IO.chardata_to_string(path)

    case :binary.matches(path, "/") do
      [] ->
        "."

      slashes ->
        {at, 1} = :lists.last(slashes)
        path |> :erlang.binary_part(0, at) |> without_closing_slashes(prefix?(path))
    end
  end

  defp without_closing_slashes(path, rooted?) do
    case String.trim_trailing(path, "/") do
      "" -> if rooted?, do: "/", else: "."
      trimmed -> trimmed
    end
  end

  @doc """
  The extension with its dot, `""` if there is none.

  ## Examples

      iex> Path.extname("archive.tar.gz")
      ".gz"
      iex> Path.extname(".profile")
      ""

  """
  @spec extname(t) :: binary
  def extname(path) do
    path = IO.chardata_to_string(path)

    case last_dot(path) do
      at when is_integer(at) and at > 0 -> :erlang.binary_part(path, at, byte_size(path) - at)
      _ -> ""
    end
  end

  @doc """
  The path without its extension.

  ## Examples

      iex> Path.rootname("lib/shop.ex")
      "lib/shop"
      iex> Path.rootname("lib/shop")
      "lib/shop"

  """
  @spec rootname(t) :: binary
  def rootname(path) do
    path = IO.chardata_to_string(path)

    case last_dot(path) do
      nil -> path
      at -> :erlang.binary_part(path, 0, at)
    end
  end

  # Where the extension starts. A dot at the start of a name makes a hidden file, no extension.
  defp last_dot(path) do
    case :binary.matches(path, ["/", "."]) do
      [] ->
        nil

      matches ->
        {at, 1} = :lists.last(matches)
        if :binary.at(path, at) == ?/ or (at > 0 and :binary.at(path, at - 1) == ?/), do: nil, else: at
    end
  end

  @doc """
  The path without `extension`, if it has that one.

  ## Examples

      iex> Path.rootname("lib/shop.ex", ".ex")
      "lib/shop"
      iex> Path.rootname("lib/shop.ex", ".exs")
      "lib/shop.ex"

  """
  @spec rootname(t, t) :: binary
  def rootname(path, extension) do
    path = IO.chardata_to_string(path)
    extension = IO.chardata_to_string(extension)
    size = byte_size(path) - byte_size(extension)

    case path do
      <<kept::binary-size(size), ^extension::binary>> when size >= 0 -> kept
      _ -> path
    end
  end

  @doc """
  Joins paths.

  ## Examples

      iex> Path.join(["~", "music", "bach"])
      "~/music/bach"

  """
  @spec join(nonempty_list(t)) :: binary
  def join([name1, name2 | rest]), do: join([join(name1, name2) | rest])
  def join([name]), do: IO.chardata_to_string(name)

  @doc """
  Joins two paths. The second one is always taken to lie below the first.

  ## Examples

      iex> Path.join("a/", "/b/")
      "a/b"
      iex> Path.join("", "b")
      "b"

  """
  @spec join(t, t) :: binary
  def join(left, right) do
    left = IO.chardata_to_string(left)
    right = right |> IO.chardata_to_string() |> String.replace_prefix("/", "")

    case left <> if(left == "" or String.ends_with?(left, "/"), do: "", else: "/") <> right do
      "/" -> "/"
      path -> String.replace_suffix(path, "/", "")
    end
  end

  @doc """
  The list of segments; the root is one.

  ## Examples

      iex> Path.split("/usr/local/bin")
      ["/", "usr", "local", "bin"]
      iex> Path.split("")
      []

  """
  @spec split(t) :: [binary]
  def split(path) do
    path = IO.chardata_to_string(path)
    if prefix?(path), do: ["/" | segments(path)], else: segments(path)
  end

  @doc """
  Makes a path absolute and resolves `.`, `..` and a `~` in front.

  ## Examples

      iex> Path.expand("/usr/lib/../bin/./env")
      "/usr/bin/env"
      iex> Path.expand("~/x") == Path.join(System.user_home!(), "x")
      true

  """
  @spec expand(t) :: binary
  def expand(path), do: expand_absolute(absname(expand_home(path), &File.cwd!/0))

  @doc """
  As `expand/1`, relative to another folder, which is expanded too.

  ## Examples

      iex> Path.expand("../img/a.png", "/site/pages")
      "/site/img/a.png"

  """
  @spec expand(t, t) :: binary
  def expand(path, relative_to) do
    expand_absolute(absname(absname(expand_home(path), expand_home(relative_to)), &File.cwd!/0))
  end

  defp expand_absolute(path), do: "/" <> joined(collapse_absolute(path))

  defp expand_home(path) do
    case IO.chardata_to_string(path) do
      "~" -> System.user_home!()
      "~/" <> rest -> join(System.user_home!(), rest)
      other -> other
    end
  end

  @doc """
  Makes sure that a relative path does not leave `cwd`, neither by `..` nor by symbolic links.

  Gives `{:ok, path}` with `.` and `..` resolved, or `:error`; absolute paths are never safe.

  ## Examples

      iex> Path.safe_relative("img/../a.png")
      {:ok, "a.png"}
      iex> Path.safe_relative("../secret")
      :error
      iex> Path.safe_relative("/etc/passwd")
      :error

  """
  @spec safe_relative(t, t) :: {:ok, binary} | :error
  def safe_relative(path, cwd \\ File.cwd!()) do
    path = IO.chardata_to_string(path)

    case {type(path), safe(segments(path), [], IO.chardata_to_string(cwd), 0)} do
      {:relative, {:ok, segments}} -> {:ok, joined(segments)}
      _ -> :error
    end
  end

  @doc "As `safe_relative/2`, under its older name."
  @doc deprecated: "Use safe_relative/2 instead"
  @spec safe_relative_to(t, t) :: {:ok, binary} | :error
  def safe_relative_to(path, cwd), do: safe_relative(path, cwd)

  @links_max 40

  # Links are followed by putting what they point to in the place of their name.
  defp safe(_, _, _, links) when links > @links_max, do: :error
  defp safe([], acc, _, _), do: {:ok, :lists.reverse(acc)}
  defp safe(["." | rest], acc, cwd, links), do: safe(rest, acc, cwd, links)
  defp safe([".." | _], [], _, _), do: :error
  defp safe([".." | rest], [_ | acc], cwd, links), do: safe(rest, acc, cwd, links)

  defp safe([segment | rest], acc, cwd, links) do
    case :file.read_link_all(join([cwd | :lists.reverse([segment | acc])])) do
      {:ok, target} ->
        case IO.chardata_to_string(target) do
          "/" <> _ = target -> inside(target, cwd, rest, links)
          target -> safe(segments(target) ++ rest, acc, cwd, links + 1)
        end

      {:error, _} ->
        safe(rest, [segment | acc], cwd, links)
    end
  end

  defp inside(target, cwd, rest, links) do
    case way(collapse_absolute(expand(cwd)), collapse_absolute(target), false) do
      :outside -> :error
      segments -> safe(segments ++ rest, [], cwd, links + 1)
    end
  end

  @doc """
  The files and folders that fit a pattern, in order.

  In a segment `?` stands for one character, `*` for any number of them, `[abc]` or `[a-c]` for one of some,
  `{one,two}` for one of several texts; a backslash takes the meaning away. The segment `**` stands for any number of
  folders. Names that start with a dot are left out unless the option `match_dot: true` is given.

  ## Examples

      Path.wildcard("notebooks/**/*.{ipynb,livemd}")
      #=> ["notebooks/intro.ipynb", "notebooks/maths/sets.livemd"]

  """
  @spec wildcard(t, match_dot: boolean) :: [binary]
  def wildcard(glob, opts \\ []) do
    glob = IO.chardata_to_string(glob)

    if :binary.match(glob, <<0>>) != :nomatch do
      raise ArgumentError, "cannot execute Path.wildcard/2 for path with null byte, got: #{inspect(glob)}"
    end

    dot? = Keyword.get(opts, :match_dot, false)
    {base, patterns} = if prefix?(glob), do: {"/", segments(glob)}, else: {"", segments(glob)}
    patterns = for segment <- patterns, do: Path.Wildcard.compile(segment)
    :lists.usort(Path.Wildcard.find(patterns, base, dot?))
  end
end

defmodule Path.Wildcard do
  @moduledoc false
  # Finding files by pattern. A segment of a pattern is compiled to a plain name, `:folders` (for `**`) or a list of
  # alternatives, each a list of characters, `:any`, `:some` and sets of characters.

  def compile("**"), do: :folders

  def compile(segment) do
    chars = String.to_charlist(segment)

    if :lists.any(&(&1 in ~c"?*[{\\"), chars) do
      {pattern, []} = parse(chars, [], :top)
      alternatives(pattern)
    else
      segment
    end
  end

  # `within` is `:braces` inside of `{...}`, where a comma ends a branch.
  defp parse([], acc, :top), do: {:lists.reverse(acc), []}
  defp parse([], _, :braces), do: :erlang.error({:badpattern, :missing_delimiter})
  defp parse([?} | rest], acc, :braces), do: {:lists.reverse(acc), [?} | rest]}
  defp parse([?, | rest], acc, :braces), do: {:lists.reverse(acc), [?, | rest]}
  defp parse([?? | rest], acc, within), do: parse(rest, [:any | acc], within)
  defp parse([?* | rest], [:some | _] = acc, within), do: parse(rest, acc, within)
  defp parse([?* | rest], acc, within), do: parse(rest, [:some | acc], within)
  defp parse([?\\, char | rest], acc, within), do: parse(rest, [char | acc], within)

  defp parse([?[ | rest], acc, within) do
    case set(rest, []) do
      {set, rest} -> parse(rest, [{:set, set} | acc], within)
      :error -> parse(rest, [?[ | acc], within)
    end
  end

  defp parse([?{ | rest], acc, within) do
    {branches, rest} = branches(rest, [])
    parse(rest, [{:one_of, branches} | acc], within)
  end

  defp parse([char | rest], acc, within), do: parse(rest, [char | acc], within)

  defp branches(chars, acc) do
    case parse(chars, [], :braces) do
      {branch, [?, | rest]} -> branches(rest, [branch | acc])
      {branch, [?} | rest]} -> {:lists.reverse([branch | acc]), rest}
    end
  end

  defp set([?] | rest], [_ | _] = acc), do: {acc, rest}
  defp set([from, ?-, to | rest], acc) when to != ?], do: set(rest, [{from, to} | acc])
  defp set([char | rest], acc), do: set(rest, [{char, char} | acc])
  defp set([], _), do: :error

  # Braces multiplied out.
  defp alternatives([]), do: [[]]

  defp alternatives([{:one_of, branches} | rest]) do
    for branch <- branches, one <- alternatives(branch), tail <- alternatives(rest), do: one ++ tail
  end

  defp alternatives([item | rest]), do: for(tail <- alternatives(rest), do: [item | tail])

  def find([], base, _), do: [base]

  def find([:folders], base, dot?), do: for(path <- below(base, dot?), path != base, do: path)
  def find([:folders | patterns], base, dot?), do: for(folder <- folders_below(base, dot?), path <- find(patterns, folder, dot?), do: path)

  def find([name | patterns], base, dot?) when is_binary(name) do
    path = child(base, name)
    if exists?(path), do: find(patterns, path, dot?), else: []
  end

  def find([pattern | patterns], base, dot?) do
    for name <- names(base, dot? or explicit_dot?(pattern)),
        chars = String.to_charlist(name),
        :lists.any(&fits?(&1, chars), pattern),
        path <- find(patterns, child(base, name), dot?),
        do: path
  end

  defp explicit_dot?(pattern), do: :lists.any(&match?([?. | _], &1), pattern)

  defp child("", name), do: name
  defp child("/", name), do: "/" <> name
  defp child(base, name), do: base <> "/" <> name

  defp here(""), do: "."
  defp here(base), do: base

  defp names(base, dot?) do
    case :file.list_dir_all(here(base)) do
      {:ok, names} ->
        for raw <- names, name = name(raw), name != nil, dot? or not match?("." <> _, name), do: name

      _ ->
        []
    end
  end

  # Names that are no UTF-8 can't be expressed by a pattern.
  defp name(raw) when is_list(raw), do: :unicode.characters_to_binary(raw)
  defp name(raw), do: if(String.valid?(raw), do: raw)

  defp exists?(path), do: match?({:ok, _}, :file.read_link_info(path))

  defp below(base, dot?), do: [base | for(name <- names(base, dot?), path <- below(child(base, name), dot?), do: path)]

  defp folders_below(base, dot?) do
    [base | for(name <- names(base, dot?), path = child(base, name), folder?(path), below <- folders_below(path, dot?), do: below)]
  end

  defp folder?(path) do
    case :file.read_link_info(path) do
      {:ok, info} -> elem(info, 2) == :directory
      _ -> false
    end
  end

  defp fits?([], chars), do: chars == []
  defp fits?([:some], _), do: true
  defp fits?([:some | pattern], chars), do: fits?(pattern, chars) or (chars != [] and fits?([:some | pattern], tl(chars)))
  defp fits?([:any | pattern], [_ | chars]), do: fits?(pattern, chars)
  defp fits?([{:set, set} | pattern], [char | chars]), do: in_set?(set, char) and fits?(pattern, chars)
  defp fits?([char | pattern], [char | chars]), do: fits?(pattern, chars)
  defp fits?(_, _), do: false

  defp in_set?(set, char), do: :lists.any(fn {from, to} -> char >= from and char <= to end, set)
end
