defmodule IO.ANSI do
  @moduledoc """
  Colours and other effects for terminals, by ANSI escape sequences.

  Each function returns the sequence that switches something on; `reset/0` switches everything off. `format/2` is the
  convenient way: names of effects stand as atoms between pieces of text.

      iex> IO.ANSI.format([:green, "passed", :reset, " 12"], true) |> IO.iodata_to_binary()
      "\\e[32mpassed\\e[0m 12\\e[0m"

  Terminals know 16 named colours; most also know the 256 of `color/1`.
  """

  @type ansicode :: atom
  @type ansilist :: maybe_improper_list(char | ansicode | binary | ansilist, binary | ansicode | [])
  @type ansidata :: ansilist | ansicode | binary

  @doc """
  Tells whether escape sequences should be written to standard output: the setting `:ansi_enabled` of the application
  `:elixir`.

  ## Examples

      iex> is_boolean(IO.ANSI.enabled?())
      true

  """
  @spec enabled?() :: boolean
  def enabled?(), do: :application.get_env(:elixir, :ansi_enabled, false)

  @doc """
  The colours that `inspect` uses by convention, for its option `:syntax_colors`.

  ## Examples

      iex> IO.ANSI.syntax_colors()[:atom]
      :cyan

  """
  @spec syntax_colors() :: Keyword.t(ansidata)
  def syntax_colors() do
    :application.get_env(
      :elixir,
      :ansi_syntax_colors,
      atom: :cyan,
      binary: :default_color,
      boolean: :magenta,
      charlist: :yellow,
      list: :default_color,
      map: :default_color,
      nil: :magenta,
      number: :yellow,
      string: :green,
      tuple: :default_color,
      variable: :light_cyan,
      call: :default_color,
      operator: :default_color
    )
  end

  sequences = [
    {:reset, "0", "Switches all effects off."},
    {:bright, "1", "Bold or bright text."},
    {:faint, "2", "Faint text, where terminals know it."},
    {:italic, "3", "Italic text, where terminals know it."},
    {:underline, "4", "Underlined text."},
    {:blink_slow, "5", "Slowly blinking text."},
    {:blink_rapid, "6", "Rapidly blinking text."},
    {:inverse, "7", "Foreground and background swapped."},
    {:reverse, "7", "Foreground and background swapped."},
    {:conceal, "8", "Hidden text."},
    {:crossed_out, "9", "Text struck through."},
    {:primary_font, "10", "The usual font."},
    {:font_1, "11", "Alternative font 1."},
    {:font_2, "12", "Alternative font 2."},
    {:font_3, "13", "Alternative font 3."},
    {:font_4, "14", "Alternative font 4."},
    {:font_5, "15", "Alternative font 5."},
    {:font_6, "16", "Alternative font 6."},
    {:font_7, "17", "Alternative font 7."},
    {:font_8, "18", "Alternative font 8."},
    {:font_9, "19", "Alternative font 9."},
    {:normal, "22", "Neither bright nor faint."},
    {:not_italic, "23", "No longer italic."},
    {:no_underline, "24", "No longer underlined."},
    {:blink_off, "25", "No longer blinking."},
    {:inverse_off, "27", "Foreground and background as usual."},
    {:reverse_off, "27", "Foreground and background as usual."},
    {:black, "30", "Black text."},
    {:red, "31", "Red text."},
    {:green, "32", "Green text."},
    {:yellow, "33", "Yellow text."},
    {:blue, "34", "Blue text."},
    {:magenta, "35", "Magenta text."},
    {:cyan, "36", "Cyan text."},
    {:white, "37", "White text."},
    {:default_color, "39", "Text in the terminal's own colour."},
    {:black_background, "40", "Black background."},
    {:red_background, "41", "Red background."},
    {:green_background, "42", "Green background."},
    {:yellow_background, "43", "Yellow background."},
    {:blue_background, "44", "Blue background."},
    {:magenta_background, "45", "Magenta background."},
    {:cyan_background, "46", "Cyan background."},
    {:white_background, "47", "White background."},
    {:default_background, "49", "The terminal's own background."},
    {:framed, "51", "Framed text."},
    {:encircled, "52", "Encircled text."},
    {:overlined, "53", "Overlined text."},
    {:not_framed_encircled, "54", "No longer framed or encircled."},
    {:not_overlined, "55", "No longer overlined."},
    {:light_black, "90", "Light black, that is grey, text."},
    {:light_red, "91", "Light red text."},
    {:light_green, "92", "Light green text."},
    {:light_yellow, "93", "Light yellow text."},
    {:light_blue, "94", "Light blue text."},
    {:light_magenta, "95", "Light magenta text."},
    {:light_cyan, "96", "Light cyan text."},
    {:light_white, "97", "Light white text."},
    {:light_black_background, "100", "Light black, that is grey, background."},
    {:light_red_background, "101", "Light red background."},
    {:light_green_background, "102", "Light green background."},
    {:light_yellow_background, "103", "Light yellow background."},
    {:light_blue_background, "104", "Light blue background."},
    {:light_magenta_background, "105", "Light magenta background."},
    {:light_cyan_background, "106", "Light cyan background."},
    {:light_white_background, "107", "Light white background."}
  ]

  for {name, code, doc} <- sequences do
    @doc """
    #{doc}

    ## Examples

        iex> IO.ANSI.#{name}()
        "\\e[#{code}m"

    """
    @spec unquote(name)() :: String.t()
    def unquote(name)(), do: unquote("\e[#{code}m")

    defp sequence(unquote(name)), do: unquote("\e[#{code}m")
  end

  defp sequence(:home), do: "\e[H"
  defp sequence(:clear), do: "\e[2J"
  defp sequence(:clear_line), do: "\e[2K"
  defp sequence(:cursor_up), do: cursor_up()
  defp sequence(:cursor_down), do: cursor_down()
  defp sequence(:cursor_left), do: cursor_left()
  defp sequence(:cursor_right), do: cursor_right()

  defp sequence(other) do
    raise ArgumentError, "invalid ANSI sequence specification: #{inspect(other)}"
  end

  @doc """
  Moves the cursor to the top left corner.

  ## Examples

      iex> IO.ANSI.home()
      "\\e[H"

  """
  @spec home() :: String.t()
  def home(), do: "\e[H"

  @doc """
  Clears the screen.

  ## Examples

      iex> IO.ANSI.clear()
      "\\e[2J"

  """
  @spec clear() :: String.t()
  def clear(), do: "\e[2J"

  @doc """
  Clears the line the cursor is on.

  ## Examples

      iex> IO.ANSI.clear_line()
      "\\e[2K"

  """
  @spec clear_line() :: String.t()
  def clear_line(), do: "\e[2K"

  @doc """
  One of 256 colours for text: 0 to 15 are the named ones, 16 to 231 a cube of colours, 232 to 255 greys.

  ## Examples

      iex> IO.ANSI.color(208)
      "\\e[38;5;208m"

  """
  @spec color(0..255) :: String.t()
  def color(code) when code in 0..255, do: "\e[38;5;#{code}m"

  @doc """
  A colour of the cube for text, each component from 0 to 5.

  ## Examples

      iex> IO.ANSI.color(5, 2, 0)
      "\\e[38;5;208m"

  """
  @spec color(0..5, 0..5, 0..5) :: String.t()
  def color(r, g, b) when r in 0..5 and g in 0..5 and b in 0..5, do: color(16 + 36 * r + 6 * g + b)

  @doc """
  One of 256 colours for the background.

  ## Examples

      iex> IO.ANSI.color_background(236)
      "\\e[48;5;236m"

  """
  @spec color_background(0..255) :: String.t()
  def color_background(code) when code in 0..255, do: "\e[48;5;#{code}m"

  @doc """
  A colour of the cube for the background, each component from 0 to 5.

  ## Examples

      iex> IO.ANSI.color_background(0, 0, 5)
      "\\e[48;5;21m"

  """
  @spec color_background(0..5, 0..5, 0..5) :: String.t()
  def color_background(r, g, b) when r in 0..5 and g in 0..5 and b in 0..5 do
    color_background(16 + 36 * r + 6 * g + b)
  end

  @doc """
  Moves the cursor to a line and a column; the first ones have number 0.

  ## Examples

      iex> IO.ANSI.cursor(3, 10)
      "\\e[3;10H"

  """
  @spec cursor(non_neg_integer, non_neg_integer) :: String.t()
  def cursor(line, column) when is_integer(line) and line >= 0 and is_integer(column) and column >= 0 do
    "\e[#{line};#{column}H"
  end

  @doc """
  Moves the cursor up.

  ## Examples

      iex> IO.ANSI.cursor_up(2)
      "\\e[2A"

  """
  @spec cursor_up(pos_integer) :: String.t()
  def cursor_up(lines \\ 1) when is_integer(lines) and lines >= 1, do: "\e[#{lines}A"

  @doc """
  Moves the cursor down.

  ## Examples

      iex> IO.ANSI.cursor_down()
      "\\e[1B"

  """
  @spec cursor_down(pos_integer) :: String.t()
  def cursor_down(lines \\ 1) when is_integer(lines) and lines >= 1, do: "\e[#{lines}B"

  @doc """
  Moves the cursor to the right.

  ## Examples

      iex> IO.ANSI.cursor_right(4)
      "\\e[4C"

  """
  @spec cursor_right(pos_integer) :: String.t()
  def cursor_right(columns \\ 1) when is_integer(columns) and columns >= 1, do: "\e[#{columns}C"

  @doc """
  Moves the cursor to the left.

  ## Examples

      iex> IO.ANSI.cursor_left(4)
      "\\e[4D"

  """
  @spec cursor_left(pos_integer) :: String.t()
  def cursor_left(columns \\ 1) when is_integer(columns) and columns >= 1, do: "\e[#{columns}D"

  @doc """
  Puts sequences in the place of atoms, and a reset at the end if there were any.

  With `emit?` false the atoms are left out.

  ## Examples

      iex> IO.ANSI.format(["plain ", :bright, "bold"], true) |> IO.iodata_to_binary()
      "plain \\e[1mbold\\e[0m"
      iex> IO.ANSI.format(["plain ", :bright, "bold"], false) |> IO.iodata_to_binary()
      "plain bold"

  """
  @spec format(ansidata, boolean) :: IO.chardata()
  def format(ansidata, emit? \\ enabled?()) when is_boolean(emit?) do
    case pieces(ansidata, [], emit?, false) do
      {acc, true} -> [acc | reset()]
      {acc, false} -> acc
    end
  end

  @doc """
  As `format/2`, without the reset at the end.

  ## Examples

      iex> IO.ANSI.format_fragment([:red, "still red"], true) |> IO.iodata_to_binary()
      "\\e[31mstill red"

  """
  @spec format_fragment(ansidata, boolean) :: IO.chardata()
  def format_fragment(ansidata, emit? \\ enabled?()) when is_boolean(emit?) do
    elem(pieces(ansidata, [], emit?, false), 0)
  end

  # `used?` tells whether a sequence was put.
  defp pieces([head | tail], acc, emit?, used?) do
    {acc, used?} = pieces(head, acc, emit?, used?)
    pieces(tail, acc, emit?, used?)
  end

  defp pieces([], acc, _emit?, used?), do: {acc, used?}
  defp pieces(name, acc, true, _used?) when is_atom(name), do: {[acc | sequence(name)], true}

  defp pieces(name, acc, false, used?) when is_atom(name) do
    _ = sequence(name)
    {acc, used?}
  end

  defp pieces(text, acc, _emit?, used?), do: {[acc, text], used?}
end
