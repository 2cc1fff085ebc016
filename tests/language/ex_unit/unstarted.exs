# Modules of tests where nobody has started ExUnit: a script must, files that are compiled together need not.
defmodule Unstarted do
  use ExUnit.Case
  test "never runs", do: :ok
end #!> ** (RuntimeError) cannot use ExUnit.Case without starting the ExUnit application, please call ExUnit.start() or explicitly start the :ex_unit app
path = Path.join(System.tmp_dir!(), "jovial_unstarted_#{System.pid()}_#{System.unique_integer([:positive])}.ex")
File.write!(path, "defmodule Together do\n  use ExUnit.Case\n  test \"a\", do: :ok\nend")
IO.inspect(Kernel.ParallelCompiler.compile([path])) #=> {:ok, [Together], []}
File.rm!(path)
