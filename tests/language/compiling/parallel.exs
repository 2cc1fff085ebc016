# Files compiled at once, in any order. Source: documentation of Kernel.ParallelCompiler.
folder = Path.join(System.tmp_dir!(), "parallel_case_#{System.pid()}_#{:erlang.unique_integer([:positive])}")
File.mkdir_p!(folder)

write = fn name, text ->
  path = Path.join(folder, name)
  File.write!(path, text)
  path
end

# Each needs the next ones: a macro, a struct, an import, a function called while it is compiled, a protocol.
files = [
  write.("a.ex", """
  defmodule ParA do
    require ParB
    import ParC, only: [three: 0]
    def sum, do: ParB.add(1) + three()
    def box, do: %ParD{content: 1}
  end
  """),
  write.("b.ex", """
  defmodule ParB do
    @three ParC.three()
    defmacro add(x), do: quote(do: unquote(x) + unquote(@three))
  end
  """),
  write.("d.ex", """
  defmodule ParD do
    @derive ParP
    defstruct [:content]
  end
  defimpl ParP, for: Integer do
    def weigh(x), do: x
  end
  """),
  write.("c.ex", "defmodule ParC do\n  def three, do: 3\nend\n"),
  write.("p.ex", """
  defprotocol ParP do
    @fallback_to_any true
    def weigh(thing)
  end
  defimpl ParP, for: Any do
    def weigh(_), do: :unknown
  end
  """)
]

{:ok, modules, []} = Kernel.ParallelCompiler.compile(files)
IO.inspect(Enum.sort(modules)) #=> [ParA, ParB, ParC, ParD, ParP, ParP.Any, ParP.Integer, ParP.ParD]
IO.inspect({apply(ParA, :sum, []), apply(ParP, :weigh, [apply(ParA, :box, [])]), apply(ParP, :weigh, [4])}) #=> {7, :unknown, 4}

# What is wrong is told with the file.
quiet = fn work ->
  {:ok, device} = StringIO.open("")
  original = Process.whereis(:standard_error)
  Process.unregister(:standard_error)
  Process.register(device, :standard_error)

  try do
    work.()
  after
    Process.unregister(:standard_error)
    Process.register(original, :standard_error)
  end
end

relative = fn list -> for {file, position, message} <- list, do: {Path.basename(file), position, hd(String.split(message, "\n"))} end

broken = write.("broken.ex", "defmodule ParBroken do\n  def f, do: nobody\nend\n")
{:error, errors, []} = quiet.(fn -> Kernel.ParallelCompiler.compile([broken]) end)
IO.inspect(hd(relative.(errors))) #=> {"broken.ex", {2, 14}, "undefined variable \"nobody\""}

# Structs that need each other can't be.
one = write.("one.ex", "defmodule ParOne do\n  def f, do: %ParTwo{}\n  defstruct []\nend\n")
two = write.("two.ex", "defmodule ParTwo do\n  def f, do: %ParOne{}\n  defstruct []\nend\n")
{:error, errors, []} = quiet.(fn -> Kernel.ParallelCompiler.compile([one, two]) end)
for error <- Enum.sort(relative.(errors)), do: IO.inspect(error)
#=> {"one.ex", nil, "deadlocked waiting on struct ParTwo"}
#=> {"two.ex", nil, "deadlocked waiting on struct ParOne"}

# Who can do without a module is told that it is not there.
soft = write.("soft.ex", "defmodule ParSoft do\n  @found Code.ensure_compiled(ParNever)\n  def found, do: @found\nend\n")
{:ok, [ParSoft], []} = Kernel.ParallelCompiler.compile([soft])
IO.inspect(apply(ParSoft, :found, [])) #=> {:error, :nofile}

{:ok, _, [{file, position, message}]} =
  quiet.(fn -> Kernel.ParallelCompiler.compile([write.("late.ex", "defmodule ParLate do\n  def f, do: ParC.four()\nend\n")]) end)

IO.inspect({Path.basename(file), position, message}) #=> {"late.ex", {2, 19}, "ParC.four/0 is undefined or private"}
File.rm_rf!(folder)

# A struct is there before its module is: the files of two modules may each need what the other has first. A type names a struct of a file
# that is not compiled yet.
folder = Path.join(System.tmp_dir!(), "parallel_structs_#{System.pid()}_#{:erlang.unique_integer([:positive])}")
File.mkdir_p!(folder)

files =
  for {name, text} <- [
        {"a.ex",
         """
         defmodule ParStructA do
           @spec f(%ParStructC{}) :: %ParStructB{}
           def f(%ParStructC{}), do: %ParStructB{}
         end
         """},
        {"b.ex",
         """
         defmodule ParStructB do
           defstruct [:x]
           defmacro built(x), do: ParStructC.build(x)
           def make, do: built(1)
         end
         """},
        {"c.ex",
         """
         defmodule ParStructC do
           defstruct []
           def build(x), do: Macro.escape(%ParStructB{x: x})
         end
         """}
      ] do
    path = Path.join(folder, name)
    File.write!(path, text)
    path
  end

{:ok, modules, _} = Kernel.ParallelCompiler.compile(files, return_diagnostics: true)
IO.inspect(Enum.sort(modules)) #=> [ParStructA, ParStructB, ParStructC]
IO.inspect(apply(ParStructB, :make, []).x) #=> 1
File.rm_rf!(folder)
