# What compilation tracers hear. Source: documentation of Code, "Compilation tracers"; events as Elixir 1.18 gives them.
defmodule HearsAll do
  # What a macro of Kernel does inside is its own business, and so is how definitions are kept.
  def trace(event, env) do
    if told?(event), do: IO.puts(inspect({shown(event), env.line, env.function, env.context}, width: 200))
    :ok
  end

  defp told?({kind, _, module, _, _}) when kind in [:remote_function, :remote_macro, :imported_macro] and module in [:elixir_def, :elixir_module, :elixir_utils, Module, Kernel], do: false
  defp told?({:alias_reference, _, module}) when module in [Module, Traced], do: false
  defp told?(_event), do: true

  defp shown({:on_module, binary, _}), do: {:on_module, is_binary(binary)}
  defp shown(event) when is_atom(event), do: event
  defp shown(event), do: put_elem(event, 1, Keyword.drop(elem(event, 1), [:counter]) |> Enum.sort())
end

Code.put_compiler_option(:tracers, [HearsAll])

Code.compile_string(~S'''
defmodule Traced do
  import Enum, only: [map: 2]
  alias String.Chars, as: Texts
  require Integer

  def f(x) when Integer.is_odd(x) do
    Texts.to_string(x)
    %URI{path: g(map([x], &(&1)))}
  end

  def g(a), do: {a, quote(do: map(a, b))}
end
''', "traced.ex")
#=> {:start, 1, nil, nil}
#=> {:defmodule, 1, nil, nil}
#=> {{:import, [column: 3, line: 2], Enum, [only: [map: 2]]}, 1, nil, nil}
#=> {{:require, [column: 3, line: 2], Enum, [only: [map: 2]]}, 1, nil, nil}
#=> {{:alias, [column: 3, line: 3], String.Chars, Texts, [as: Texts]}, 1, nil, nil}
#=> {{:require, [column: 3, line: 4], Integer, []}, 1, nil, nil}
#=> {{:alias_reference, [column: 17, line: 6], Integer}, 6, {:f, 1}, :guard}
#=> {{:remote_macro, [column: 25, line: 6], Integer, :is_odd, 1}, 6, {:f, 1}, :guard}
#=> {{:remote_function, [line: 6], :erlang, :andalso, 2}, 6, {:f, 1}, :guard}
#=> {{:remote_function, [line: 6], :erlang, :is_integer, 1}, 6, {:f, 1}, :guard}
#=> {{:remote_function, [line: 6], :erlang, :==, 2}, 6, {:f, 1}, :guard}
#=> {{:remote_function, [line: 6], :erlang, :band, 2}, 6, {:f, 1}, :guard}
#=> {{:alias_expansion, [column: 5, line: 7], Texts, String.Chars}, 6, {:f, 1}, nil}
#=> {{:alias_reference, [column: 5, line: 7], String.Chars}, 6, {:f, 1}, nil}
#=> {{:remote_function, [column: 11, line: 7], String.Chars, :to_string, 1}, 6, {:f, 1}, nil}
#=> {{:alias_reference, [column: 6, line: 8], URI}, 6, {:f, 1}, nil}
#=> {{:local_function, [column: 16, line: 8], :g, 1}, 6, {:f, 1}, nil}
#=> {{:imported_function, [column: 18, line: 8], Enum, :map, 2}, 6, {:f, 1}, nil}
#=> {{:struct_expansion, [column: 5, line: 8], URI, [:path]}, 6, {:f, 1}, nil}
#=> {{:imported_quoted, [column: 31, line: 11], Enum, :map, [2]}, 11, {:g, 1}, nil}
#=> {{:on_module, true}, 1, nil, nil}
#=> {:stop, 1, nil, nil}
