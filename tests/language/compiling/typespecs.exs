# What types and specs name must be there. Messages as Elixir 1.18 gives them.
said = fn body ->
  {outcome, found} =
    Code.with_diagnostics(fn ->
      try do
        Code.eval_string("defmodule TypespecCase do\n#{body}\nend")
        :fine
      rescue
        error -> Exception.message(error)
      end
    end)

  for %{severity: :error, message: message} <- found, do: IO.puts(message)
  IO.inspect(outcome)
  :code.purge(TypespecCase)
  :code.delete(TypespecCase)
end

said.("@spec f(unheard) :: integer\ndef f(x), do: x")
#=> "nofile:2: type unheard/0 undefined (no such type in TypespecCase)"
said.("@type t :: [foo(integer)]\ndef f(x), do: x")
#=> "nofile:2: type foo/1 undefined (no such type in TypespecCase)"
said.("def f(x), do: x\n@spec g(integer) :: integer")
#=> spec for undefined function g/1
#=> "nofile: cannot compile file (errors have been logged)"
said.("@type integer :: 1")
#=> "nofile:2: type integer/0 is a built-in type and it cannot be redefined"
said.("@spec f(a) :: b when a: integer\ndef f(x), do: x")
#=> "nofile:2: type b/0 undefined (no such type in TypespecCase)"

# All that is allowed.
said.(~S"""
@type t :: %{required(atom) => list(u), optional(binary) => {:ok, 1..3 | -1}}
@type u :: pair(integer, String.t()) | (-> any) | (... -> nil) | [a: 1] | <<_::8, _::_*4>> | %__MODULE__{} | nil
@opaque pair(a, b) :: {a, b, name :: atom}
defstruct []
@callback go(t, keyword(term)) :: no_return
@macrocallback build(Macro.t()) :: Macro.t()
@spec f(x, [x, ...]) :: {x, y, y} when x: t, y: var
def f(x, y), do: {x, y, y}
@spec g(%{a: u}) :: nonempty_list(pair(1, 2))
defp g(_), do: []
def h, do: g(1)
""")
#=> :fine

# What was overridden calls nothing any more.
defmodule OverriddenCase do
  def gone, do: not_there()
  def kept, do: helper()
  defp helper, do: :helped
  defoverridable gone: 0, kept: 0
  def gone, do: :other
  def kept, do: {:around, super()}
end

IO.inspect({OverriddenCase.gone(), OverriddenCase.kept()}) #=> {:other, {:around, :helped}}

# What else can be wrong.
said.("@type t = 1") #=> "nofile:2: invalid type specification: t = 1"
said.("@type t :: \"a\"") #=> "nofile:2: unexpected expression in typespec: \"a\""
said.("@type t(x) :: integer")
#=> "nofile:2: type variable x is used only once. Type variables in typespecs must be referenced at least twice, otherwise it is equivalent to term()"
said.("@type t(_) :: integer") #=> "nofile:2: type variable '_' is invalid"
said.("@type t(1) :: integer") #=> "nofile:2: @type definitions expect all arguments to be variables. The type t/1 has an invalid argument(s): 1"
said.("@type t :: 1\n@typep t :: 2") #=> "nofile:3: type t/0 is already defined in nofile:2"
said.("@type required(t) :: t") #=> "nofile:2: type required/1 is a reserved type and it cannot be defined"
said.("@type t :: <<_::atom>>")
#=> "nofile:2: invalid binary specification, expected <<_::size>>, <<_::_*unit>>, or <<_::size, _::_*unit>> with size being non-negative integers, and unit being an integer between 1 and 256"
said.("@type t :: 2..1") #=> "nofile:2: invalid range specification, expected both sides to be integers, with the left side lower than the right side"
said.("@type t :: {...}") #=> "nofile:2: ... in typespecs is only allowed inside lists, as in [term(), ...], or inside functions, as in (... -> term())"
said.("@type t :: %{atom | binary => 1}")
#=> "nofile:2: invalid map specification. When using the | operator in the map key, make sure to wrap the key type in parentheses: %{atom | binary => 1}"
said.("defstruct [:a]\n@type t :: %__MODULE__{b: 1}") #=> "nofile:3: undefined field :b on struct TypespecCase"
said.("@type t :: %__MODULE__{}")
#=> "cannot access struct TypespecCase, the struct was not yet defined or the struct is being accessed in the same context that defines it"
said.("@type t :: record(:nothing, [])") #=> "nofile:2: unknown record :nothing"
said.("@where 1\n@type t :: @where.t") #=> "nofile:3: invalid remote in typespec: @where.t (@where is 1)"
said.("@type t :: [integer, atom]") #=> "nofile:2: unexpected list in typespec: [integer, atom]"
said.("@spec f(integer)\ndef f(x), do: x") #=> "nofile:2: type specification missing return type: f(integer)"
said.("@spec f(x) :: 1 when x: var\ndef f(_), do: 1")
#=> "nofile:2: type variable x is used only once. Type variables in typespecs must be referenced at least twice, otherwise it is equivalent to term()"
said.("@callback f(n \\\\ 0) :: 1") #=> "default arguments \\\\ not supported in typespecs"
said.("@optional_callbacks f: 1")
#=> unknown callback f/1 given as optional callback
#=> "nofile: cannot compile file (errors have been logged)"
said.("@callback f(1) :: 1\n@optional_callbacks f: 1, f: 1")
#=> f/1 has been specified as optional callback more than once
#=> "nofile: cannot compile file (errors have been logged)"
said.("@callback f(1) :: 1\ndef behaviour_info(_), do: []")
#=> cannot define @callback attribute for f/1 when behaviour_info/1 is defined
#=> "nofile: cannot compile file (errors have been logged)"

# A private type that nothing uses.
{_, found} = Code.with_diagnostics(fn -> Code.eval_string("defmodule UnusedTypeCase do\n@typep a :: 1\n@typep b :: 1\n@type c :: b\nend") end)
IO.inspect(for %{severity: severity, message: message, position: line} <- found, do: {severity, message, line})
#=> [{:warning, "type a/0 is unused", 2}]

# What tools read, and back.
{:module, _, binary, _} =
  defmodule TypespecReadCase do
    require Record
    Record.defrecord(:point, x: 0, y: 0)
    defstruct [:name]
    @type own(a) :: {a, %{required(atom) => a, optional(1) => nil}} | [a, ...] | <<_::8, _::_*2>>
    @type record :: record(:point, x: integer)
    @opaque hidden :: %__MODULE__{name: String.t()}
    @type functions :: (... -> any) | (-> 1..2) | (charlist, x :: -1 -> keyword)
    @spec f(x, own(x)) :: hidden when x: term
    def f(_, _), do: %__MODULE__{}
    @spec m(Macro.t()) :: Macro.t()
    defmacro m(x), do: x
    @callback c(pid) :: :ok
    @macrocallback d() :: Macro.t()
    @spec e(a: 1, b: 2) :: []
    def e(_), do: []
    Module.spec_to_callback(__MODULE__, {:e, 1})
  end

{:ok, types} = Code.Typespec.fetch_types(binary)
for {kind, type} <- types, do: IO.puts("@#{kind} " <> Macro.to_string(Code.Typespec.type_to_quoted(type)))
#=> @type own(a) :: {a, %{required(atom()) => a, optional(1) => nil}} | [a, ...] | <<_::8, _::_*2>>
#=> @type record() :: {:point, x :: integer(), y :: term()}
#=> @opaque hidden() :: %TypespecReadCase{name: String.t()}
#=> @type functions() :: (... -> any()) | (-> 1..2) | (charlist(), x :: -1 -> keyword())
for {kind, {:ok, specs}} <- [spec: Code.Typespec.fetch_specs(TypespecReadCase), callback: Code.Typespec.fetch_callbacks(TypespecReadCase)],
    {{name, arity}, specs} <- specs,
    spec <- specs,
    # Macros have a name that no code can have.
    name = if(match?("MACRO-" <> _, Atom.to_string(name)), do: :macro, else: name),
    do: IO.puts("@#{kind} #{arity} " <> Macro.to_string(Code.Typespec.spec_to_quoted(name, spec)))

#=> @spec 2 f(x, own(x)) :: hidden() when x: term()
#=> @spec 2 macro(term(), Macro.t()) :: Macro.t()
#=> @spec 1 e(a: 1, b: 2) :: []
#=> @callback 1 c(pid()) :: :ok
#=> @callback 1 macro(term()) :: Macro.t()
#=> @callback 1 e(a: 1, b: 2) :: []
IO.inspect({Code.Typespec.fetch_types(NoSuchModule), Kernel.function_exported?(TypespecReadCase, :behaviour_info, 1)}) #=> {:error, true}

# A name may begin with whatever gives a module.
{:module, _, beam, _} =
  defmodule NamedFrom do
    defmodule Part do
      defstruct [:x]
    end

    defmacro own, do: quote(do: __MODULE__)
    @type name :: own().Part
    @type part :: %__MODULE__.Part{x: integer}
    @type other :: __MODULE__.Part.t()
  end

{:ok, types} = Code.Typespec.fetch_types(beam)
for {:type, {name, form, _}} <- Enum.sort(types), do: IO.inspect({name, elem(form, 0)})
#=> {:name, :atom}
#=> {:other, :remote_type}
#=> {:part, :type}
