# An expression of a doctest may go on behind the next prompt, as long as nothing was expected yet; no prompt needs a space behind it.
# Source: ExUnit of Elixir 1.18.
path = Path.join(System.tmp_dir!(), "prompts_#{System.os_time()}.md")

File.write!(path, """
    iex> [1, 2]
    iex> |> Enum.map(& &1 * 2)
    [2, 4]

    iex> 1 +
    iex> 2
    3

    iex> x = 1
    iex> y = x + 1
    iex> -y
    -2

    iex>"no space
    ...>behind a prompt"
    "no space\\nbehind a prompt"

    iex(1)>[1,
    ...(1)>2]
    [1, 2]
""")

ExUnit.start(autorun: false, seed: 0, formatters: [])

defmodule PromptsTest do
  use ExUnit.Case
  doctest_file(path)
end

IO.inspect(ExUnit.run()) #=> %{excluded: 0, failures: 0, skipped: 0, total: 5}
File.rm!(path)
