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
