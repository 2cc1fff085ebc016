defmodule EEx.SyntaxError do
  @moduledoc """
  A template can't be read.

  Fields: `:message`, `:file`, `:line`, `:column` and `:snippet`, the lines around the place.
  """
  defexception [:file, :line, :column, :snippet, message: "syntax error"]

  @impl true
  def message(%{file: file, line: line, column: column, message: message, snippet: snippet}) do
    place = if line && column, do: Exception.format_file_line_column(file, line, column, " "), else: ""
    "#{place}#{message}#{snippet || ""}"
  end
end

defmodule EEx do
  @moduledoc ~S"""
  Templates with Elixir inside.

      iex> EEx.eval_string("Hello, <%= name %>!", name: "world")
      "Hello, world!"

  ## Tags

    * `<%= code %>` - the value of the code, as text
    * `<% code %>` - code that is only run
    * `<%!-- comment --%>` - nothing
    * `<%% text %>` - the text `<% text %>`
    * `<%| code %>` and `<%/ code %>` - for engines of your own

  Code may open a block that holds template until its `end`:

      iex> EEx.eval_string("<%= for n <- numbers do %>(<%= n %>)<% end %>", numbers: [1, 2])
      "(1)(2)"
      iex> EEx.eval_string("<%= if n > 1 do %>many<% else %>one<% end %>", n: 1)
      "one"

  `@name` is short for a value of the variable `assigns`:

      iex> EEx.eval_string("<%= @city %>", assigns: %{city: "Zürich"})
      "Zürich"

  ## Ways to use it

  `eval_string/3` and `eval_file/3` run a template at once. `function_from_string/5` and `function_from_file/5` make a function of a module out of it, which is
  much faster if it is used often. `compile_string/2` and `compile_file/2` give the code.

  ## Options

    * `:file` - the name in messages
    * `:line` - the number of the first line, 1 by default
    * `:indentation` - columns that the template is moved to the right
    * `:trim` - whether white space around tags is dropped where there is a line break in it, but for one line break
    * `:engine` - the module that makes code of it, `EEx.SmartEngine` by default
    * `:parser_options` - as in `Code.string_to_quoted/2`

  """

  @type line :: non_neg_integer
  @type column :: non_neg_integer
  @type marker :: [?= | ?/ | ?|]
  @type metadata :: %{column: column, line: line}
  @type token ::
          {:comment, charlist, metadata}
          | {:text, charlist, metadata}
          | {:expr | :start_expr | :middle_expr | :end_expr, marker, charlist, metadata}
          | {:eof, metadata}

  @type tokenize_opt :: {:file, binary} | {:line, line} | {:column, column} | {:indentation, non_neg_integer} | {:trim, boolean}
  @type compile_opt :: tokenize_opt | {:engine, module} | {:parser_options, keyword} | {atom, term}

  @doc ~S"""
  Defines a function of the surrounding module from a template.

  Kind is `:def` or `:defp`; the arguments are the variables of the template.

  ## Examples

      iex> Code.eval_string(~S'''
      ...> defmodule Greeting do
      ...>   require EEx
      ...>   EEx.function_from_string(:def, :to, "Hello, <%= name %>", [:name])
      ...> end
      ...> Greeting.to("you")
      ...> ''') |> elem(0)
      "Hello, you"

  """
  defmacro function_from_string(kind, name, template, args \\ [], options \\ []) do
    quote bind_quoted: binding() do
      info = Keyword.merge([file: __ENV__.file, line: __ENV__.line], options)
      args = Enum.map(args, fn arg -> {arg, [line: info[:line]], nil} end)
      compiled = EEx.compile_string(template, info)

      case kind do
        :def -> def unquote(name)(unquote_splicing(args)), do: unquote(compiled)
        :defp -> defp unquote(name)(unquote_splicing(args)), do: unquote(compiled)
      end
    end
  end

  @doc """
  As `function_from_string/5`, with the template in a file.

  The module is compiled again by tools that watch `@external_resource` when the file changes.
  """
  defmacro function_from_file(kind, name, file, args \\ [], options \\ []) do
    quote bind_quoted: binding() do
      info = Keyword.merge([file: IO.chardata_to_string(file), line: 1], options)
      args = Enum.map(args, fn arg -> {arg, [line: 1], nil} end)
      compiled = EEx.compile_file(file, info)
      @external_resource file
      @file {file, 1}

      case kind do
        :def -> def unquote(name)(unquote_splicing(args)), do: unquote(compiled)
        :defp -> defp unquote(name)(unquote_splicing(args)), do: unquote(compiled)
      end
    end
  end

  @doc ~S"""
  Gives the code of a template.

  ## Examples

      iex> code = EEx.compile_string("<%= a + b %>")
      iex> Code.eval_quoted(code, a: 1, b: 2) |> elem(0)
      "3"

  """
  @spec compile_string(String.t(), [compile_opt]) :: Macro.t()
  def compile_string(source, options \\ []) when is_binary(source) and is_list(options), do: EEx.Compiler.compile(source, options)

  @doc """
  As `compile_string/2`, with the template in a file.
  """
  @spec compile_file(Path.t(), [compile_opt]) :: Macro.t()
  def compile_file(filename, options \\ []) do
    filename = IO.chardata_to_string(filename)
    options = Keyword.merge([file: filename, line: 1], options)
    filename |> File.read!() |> compile_string(options)
  end

  @doc ~S"""
  Runs a template with variables.

  ## Examples

      iex> EEx.eval_string("<%= a %>, <%= b %>", a: 1, b: :two)
      "1, two"

  """
  @spec eval_string(String.t(), keyword, [compile_opt]) :: String.t()
  def eval_string(source, bindings \\ [], options \\ []) when is_binary(source) and is_list(bindings) and is_list(options) do
    source |> compile_string(options) |> evaluate(bindings, options)
  end

  @doc """
  As `eval_string/3`, with the template in a file.
  """
  @spec eval_file(Path.t(), keyword, [compile_opt]) :: String.t()
  def eval_file(filename, bindings \\ [], options \\ []) do
    filename = IO.chardata_to_string(filename)
    options = Keyword.put_new(options, :file, filename)
    filename |> compile_file(options) |> evaluate(bindings, options)
  end

  defp evaluate(compiled, bindings, options) do
    {result, _} = Code.eval_quoted(compiled, bindings, Keyword.take(options, [:file, :line]))
    result
  end

  @doc ~S"""
  Splits a template into tokens.

  ## Examples

      iex> EEx.tokenize("a <%= b %>")
      {:ok, [
        {:text, ~c"a ", %{column: 1, line: 1}},
        {:expr, ~c"=", ~c" b ", %{column: 3, line: 1}},
        {:eof, %{column: 11, line: 1}}
      ]}

  """
  @doc since: "1.14.0"
  @spec tokenize([char()] | String.t(), [tokenize_opt]) :: {:ok, [token()]} | {:error, String.t(), metadata()}
  def tokenize(contents, opts \\ []), do: EEx.Tokenizer.tokenize(contents, opts)
end
