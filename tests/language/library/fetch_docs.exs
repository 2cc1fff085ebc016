# Source: documentation of Code.fetch_docs/1. Documents of the library lie apart from its code; those of a module that was
# just defined are in the module.

defmodule Described do
  @moduledoc "About."
  @typedoc "Some."
  @type t :: integer
  @doc "To be written."
  @callback write(t) :: :ok
  @doc "Adds."
  @doc since: "1.0.0"
  @spec add(t, t) :: t
  def add(a, b \\ 1), do: a + b
  @doc false
  def hidden, do: :ok
  def bare(%{}), do: :ok
  @doc "Expands."
  defmacro twice(x), do: {:+, [], [x, x]}
end

{:docs_v1, _, :elixir, "text/markdown", %{"en" => about}, %{}, docs} = Code.fetch_docs(Described)
IO.inspect(about)                                                #=> "About."
for {key, _, signature, doc, meta} <- Enum.sort(docs), do: IO.inspect({key, signature, doc, meta}, width: 120)
#=> {{:callback, :write, 1}, [], %{"en" => "To be written."}, %{}}
#=> {{:function, :add, 2}, ["add(a, b \\\\ 1)"], %{"en" => "Adds."}, %{defaults: 1, since: "1.0.0"}}
#=> {{:function, :bare, 1}, ["bare(map)"], :none, %{}}
#=> {{:function, :hidden, 0}, ["hidden()"], :hidden, %{}}
#=> {{:macro, :twice, 1}, ["twice(x)"], %{"en" => "Expands."}, %{}}
#=> {{:type, :t, 0}, [], %{"en" => "Some."}, %{}}

{:docs_v1, _, :elixir, _, %{"en" => text}, _, docs} = Code.fetch_docs(Enum)
IO.inspect({String.length(text) > 100, length(docs) > 50})     #=> {true, true}
IO.inspect(Code.fetch_docs(:no_such_module))                     #=> {:error, :module_not_found}
IO.inspect(Code.fetch_docs("/no/such/file.beam"))                #=> {:error, :enoent}

{:module, _, image, _} = defmodule(Filed, do: (@moduledoc "Filed."; def f, do: 1))
path = Path.join(System.tmp_dir!(), "filed-#{System.pid()}-#{System.unique_integer([:positive])}.beam")
File.write!(path, image)
{:docs_v1, _, _, _, filed, _, _} = Code.fetch_docs(path)
File.rm!(path)
IO.inspect(filed)                                                #=> %{"en" => "Filed."}
