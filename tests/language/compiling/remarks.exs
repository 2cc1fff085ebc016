# What is said of types, protocols and names that are taken as they are, though they hardly mean what they say.
# Source: Elixir 1.18.
said = fn code ->
  {value, found} =
    Code.with_diagnostics(fn ->
      try do
        Code.eval_string(code)
        :fine
      rescue
        error -> error |> Exception.message() |> String.split("\n") |> hd()
      end
    end)

  for one <- found, do: IO.puts("#{one.severity} #{inspect(one.position)} #{one.message |> String.split("\n") |> hd() |> String.slice(0, 90) |> String.trim()}")
  if value != :fine, do: IO.puts(value)
end

said.("""
defmodule RemarksA do
  @opaque shut :: term
  @type twice(_a, _a) :: atom
  @type again(_b) :: {atom, _b}
  @spec f(_c) :: {atom, _c} when _c: var
  def f(a), do: {:ok, a}
  @type text :: string()
  @type texts :: nonempty_string()
  @type inside :: one :: two :: atom
  @type left :: (pid() :: atom)
  @type union :: pid | one :: atom
  @type bits :: <<_::8, _::_*2>>
  @typedoc "lost"
  @typep hidden :: atom
  @type shown :: hidden
end
""")
#=> warning 13 type hidden/0 is private, @typedoc's are always discarded for private types
#=> warning 3 the underscored type variable "_a" is used more than once in the type specification. A lea
#=> warning 4 the underscored type variable "_b" is used more than once in the type specification. A lea
#=> warning 7 string() type use is discouraged. For character lists, use charlist() type, for strings, S
#=> warning 8 nonempty_string() type use is discouraged. For non-empty character lists, use nonempty_cha
#=> warning 9 invalid type annotation. Type annotations cannot be nested: one :: two :: atom
#=> warning 10 invalid type annotation. The left side of :: must be a variable, got: pid()
#=> warning 11 invalid type annotation. The left side of :: must be a variable, got: pid | one. Note "lef
#=> warning 2 @opaque type shut/0 is underspecified and therefore meaningless
#=> warning 5 the underscored type variable "_c" is used more than once in the type specification. A lea

# A protocol declares functions and nothing else.
said.("""
defprotocol RemarksB do
  @callback other() :: term
  @macrocallback more(term) :: term
end
""")
#=> warning 1 protocols must define at least one function, but none was defined
#=> warning 2 cannot define @callback other/0 inside protocol, use def/1 to outline your protocol defini
#=> warning 3 cannot define @macrocallback more/1 inside protocol, use def/1 to outline your protocol de
said.("defprotocol RemarksC do\n @spec f(t) :: term\n def f(x)\n @impl true\n defmacro __deriving__(_, _), do: nil\nend")

# What is derived has to stand before the struct.
said.("defmodule RemarksD do\n defstruct []\n @derive Inspect\nend")
#=> warning 1 warning: module attribute @derive was set after defstruct, all @derive calls must come bef
said.("defmodule RemarksE do\n @derive Inspect\nend")
#=> warning 1 warning: module attribute @derive was set but never used (it must come before defstruct)

said.("defmodule RemarksF do\n @compile {:parse_transform, :ms_transform}\nend")
#=> warning 1 @compile {:parse_transform, :ms_transform} is deprecated. Elixir will no longer support Er
said.("defmodule RemarksG do\n use GenServer\n def init(x), do: {:ok, x}\n def handle_info(m, s), do: super(m, s)\n def child_spec(x), do: super(x)\nend")
#=> warning 4 calling super for GenServer callback handle_info/2 is deprecated

# Names that look alike.
said.("а = 1; a = 2; {а, a}")
#=> warning {1, 8} confusable identifier: 'a' looks like 'а' on line 1, but they are written using different
#=> warning {1, 19} confusable identifier: 'a' looks like 'а' on line 1, but they are written using different

# A variable that is not there can be taken for a call, for old code.
Code.put_compiler_option(:on_undefined_variable, :warn)
said.("self")
#=> warning 1 variable "self" does not exist and is being expanded to "self()", please use parentheses t
Code.put_compiler_option(:on_undefined_variable, :raise)

# A module whose body runs has no functions yet.
said.("defmodule RemarksH do\n def a, do: 1\n RemarksH.a()\nend")
#=> function RemarksH.a/0 is undefined (function not available). Make sure the module name is correct and has been specified in full (or that an alias has been defined)

# Errors of Kernel's macros tell where they were called.
frames = fn code ->
  try do
    Code.eval_string(code, [], file: "frames.ex")
  rescue
    error -> IO.puts(Exception.message(error) <> "; " <> (__STACKTRACE__ |> Enum.take(2) |> Enum.map_join(", ", &Exception.format_stacktrace_entry/1)))
  end
end

frames.("\n\"a\" <> 1") #=> expected binary argument in <> operator but got: 1; (elixir 1.18.4) expanding macro: Kernel.<>/2, frames.ex:2: (file)
frames.("defmodule FramesA do\n def f do\n  @b 1\n end\nend") #=> cannot set attribute @b inside function/macro; (elixir 1.18.4) expanding macro: Kernel.@/1, frames.ex:3: FramesA.f/0

# What can't be compiled tells who wanted it.
IO.puts(
  try do
    ExUnit.CaptureIO.capture_io(:stderr, fn -> Code.eval_string("nowhere()") end)
  rescue
    CompileError -> inspect(Enum.any?(__STACKTRACE__, &match?({Code, _, _, _}, &1)))
  end
)
#=> true

# A raise says who explains it.
IO.inspect(
  try do
    raise "x"
  rescue
    _ -> __STACKTRACE__ |> hd() |> elem(3) |> Keyword.fetch!(:error_info)
  end
)
#=> %{module: Exception}

# Values that nobody reads, of calls that do nothing else.
said.("""
defmodule RemarksLost do
  def f(x, y) do
    x === y
    x <= y
    rem(x, y)
    Bitwise.bsr(x, y)
    x |> Kernel.++(y)
    not x
    max(x, y)
    self()
    is_atom(x)
    is_function(x, y)
    put_elem(x, 0, y)
    Atom.to_string(x)
    :math.pi()
    String.length(x)
    send(x, y)
    x == y
  end
end
""")
#=> warning 3 use of operator === has no effect
#=> warning 4 use of operator <= has no effect
#=> warning 5 the result of evaluating operator 'rem'/2 is ignored (suppress the warning by assigning th
#=> warning 6 the result of evaluating operator 'bsr'/2 is ignored (suppress the warning by assigning th
#=> warning 7 the result of evaluating operator '++'/2 is ignored (suppress the warning by assigning the
#=> warning 8 the result of evaluating operator 'not'/1 is ignored (suppress the warning by assigning th
#=> warning 9 the call to max/2 has no effect
#=> warning 10 the call to self/0 has no effect
#=> warning 11 the call to is_atom/1 has no effect
#=> warning 12 the result of calling is_function/2 is ignored (suppress the warning by assigning the expr
#=> warning 13 the result of calling setelement/3 is ignored (suppress the warning by assigning the expre
#=> warning 14 the result of calling atom_to_binary/1 is ignored (suppress the warning by assigning the e
#=> warning 15 the result of calling math:pi/0 is ignored (suppress the warning by assigning the expressi

# What the library itself would rather not see called.
said.("""
defmodule RemarksOld do
  def f(x), do: String.strip(x)
end
""")
#=> warning 2 String.strip/1 is deprecated. Use String.trim/1 instead

# Code in messages.
said.("""
defmodule RemarksText do
  def f(<<a::shape(%{1 => 2, b: &(&1 + 1000000)})>>), do: a
  def g(a = _b), do: a
  def g(1), do: 2
end
""")
#=> error 2 unknown bitstring specifier: shape(%{1 => 2, b: &(&1 + 1_000_000)})
#=> nofile: cannot compile module RemarksText (errors have been logged)

said.("""
defmodule RemarksTwice do
  def g(a = _b), do: a
  def g(1), do: 2
end
""")
#=> warning 3 this clause for g/1 cannot match because a previous clause at line 2 always matches

# Deprecated functions of the library, in modules and outside of them.
said.("Enum.partition([1], & &1)")
#=> warning 1 Enum.partition/2 is deprecated. Use Enum.split_with/2 instead
said.("defmodule RemarksH do\n def f, do: Enum.uniq([1], & &1)\nend")
#=> warning 2 Enum.uniq/2 is deprecated. Use Enum.uniq_by/2 instead
said.("use Bitwise")
#=> warning 1 use Bitwise is deprecated. import Bitwise instead

# A private function's document is lost, which is said of the function.
{_, [found]} = Code.with_diagnostics(fn -> Code.eval_string("defmodule RemarksI do\n @doc \"lost\"\n defp f, do: 1\n def g, do: f()\nend") end)
found.stacktrace |> hd() |> Tuple.delete_at(3) |> IO.inspect()
#=> {RemarksI, :f, 0}

# The function that a module with callbacks gets is none that it tells of.
defmodule RemarksJ do
  @callback run() :: term
  def own, do: 1
end

IO.inspect(RemarksJ.__info__(:functions))
#=> [own: 0]

try do
  Module.put_attribute(RemarksJ, :late, 1)
rescue
  error -> error |> Exception.message() |> IO.puts()
end
#=> could not call Module.put_attribute/3 because the module RemarksJ is already compiled
