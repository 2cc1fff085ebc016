defmodule ExUnit.Case do
  @moduledoc """
  Makes a module one of tests: `use ExUnit.Case`.

      defmodule ListTest do
        use ExUnit.Case, async: true

        describe "first/1" do
          test "gives the first element" do
            assert List.first([1, 2]) == 1
          end

          @tag :edge
          test "gives nil for an empty list", context do
            assert context.edge
            assert List.first([]) == nil
          end
        end
      end

  ## Options

    * `:async` - whether the tests may run beside those of other modules; `false` without it
    * `:group` - modules of one group never run beside each other
    * `:parameterize` - a list of maps: the module runs once with each, merged into the context

  ## The context

  A test may take one argument, the context: a map with `:module`, `:test`, `:describe`, `:file`, `:line`, `:async`, `:registered`, the tags
  and what `setup` returned.

  ## Tags

  `@tag` marks the next test, `@describetag` those of a `describe` block, `@moduletag` those of the module. `@tag :skip` and `@tag skip: "why"` skip a
  test, `@tag timeout: ms` gives it more or less time than the 60 seconds of the configuration, `@tag :capture_log` shows its log only
  if it fails, and `@tag :tmp_dir` makes a folder for it, whose path is in the context.
  """

  @reserved [:module, :file, :line, :test, :async, :registered, :describe]

  @doc false
  defmacro __using__(options) do
    quote do
      ExUnit.Case.__register__(__MODULE__, unquote(options))
      import ExUnit.Callbacks
      import ExUnit.Assertions
      import ExUnit.Case, only: [describe: 2, test: 1, test: 2, test: 3]
      import ExUnit.DocTest
    end
  end

  @doc false
  def __register__(module, options) do
    unless Keyword.keyword?(options) do
      raise ArgumentError,
            "the argument passed to \"use ExUnit.Case\" must be a list of options, got: #{inspect(options)}"
    end

    unless Module.has_attribute?(module, :ex_unit_options) do
      for tag <- [:tag, :describetag, :moduletag], do: Module.register_attribute(module, tag, accumulate: true)

      for kind <- [:test, :describe, :module] do
        Module.register_attribute(module, registered(kind), accumulate: true)
      end

      Module.register_attribute(module, :ex_unit_tests, accumulate: true)
      Module.put_attribute(module, :ex_unit_describe, nil)
      Module.put_attribute(module, :ex_unit_describes, [])
      Module.put_attribute(module, :ex_unit_options, [])
      Module.put_attribute(module, :before_compile, ExUnit.Callbacks)
      Module.put_attribute(module, :before_compile, ExUnit.Case)
      Module.put_attribute(module, :after_compile, ExUnit.Case)
      ExUnit.Callbacks.__register__(module)
    end

    # A template may say `use ExUnit.Case` before the module does.
    Module.put_attribute(module, :ex_unit_options, Keyword.merge(Module.get_attribute(module, :ex_unit_options), options))
  end

  defp registered(:test), do: :ex_unit_registered_test_attributes
  defp registered(:describe), do: :ex_unit_registered_describe_attributes
  defp registered(:module), do: :ex_unit_registered_module_attributes

  @doc """
  Defines a test, with the context matched by a pattern.

  ## Examples

      test "knows its line", %{line: line} do
        assert is_integer(line)
      end
  """
  defmacro test(message, context \\ quote(do: _), contents) do
    body =
      case contents do
        [do: block] -> quote(do: (unquote(block); :ok))
        _ -> quote(do: (try(unquote(contents)); :ok))
      end

    %{module: module, file: file, line: line} = __CALLER__

    quote bind_quoted: [
            module: module,
            file: file,
            line: line,
            message: message,
            context: Macro.escape(context),
            body: Macro.escape(body, unquote: true)
          ] do
      name = ExUnit.Case.register_test(module, file, line, :test, message, [])
      def unquote(name)(unquote(context)), do: unquote(body)
    end
  end

  @doc """
  Defines a test that is still to be written: it fails with "Not implemented".

  ## Examples

      test "the next thing to do"
  """
  defmacro test(message) do
    %{module: module, file: file, line: line} = __CALLER__

    quote bind_quoted: [module: module, file: file, line: line, message: message] do
      name = ExUnit.Case.register_test(module, file, line, :test, message, [:not_implemented])
      def unquote(name)(_), do: ExUnit.Assertions.flunk("Not implemented")
    end
  end

  @doc """
  Groups tests under a name, with `setup` and `@describetag` of their own.

  ## Examples

      describe "sum/1" do
        test "of nothing is 0" do
          assert Enum.sum([]) == 0
        end
      end
  """
  defmacro describe(message, do: block) do
    quote do
      ExUnit.Case.__open_describe__(__MODULE__, __ENV__.line, unquote(message))

      try do
        unquote(block)
      after
        ExUnit.Case.__close_describe__(__MODULE__)
      end
    end
  end

  @doc false
  def __open_describe__(module, line, message) do
    if Module.get_attribute(module, :ex_unit_describe) do
      raise "cannot call \"describe\" inside another \"describe\". See the documentation " <>
              "for ExUnit.Case.describe/2 on named setups and how to handle hierarchies"
    end

    cond do
      not is_binary(message) ->
        raise ArgumentError, "describe name must be a string, got: #{inspect(message)}"

      message in Module.get_attribute(module, :ex_unit_describes) ->
        raise ExUnit.DuplicateDescribeError, message: "describe #{inspect(message)} is already defined in #{inspect(module)}"

      true ->
        :ok
    end

    Module.put_attribute(module, :ex_unit_describe, {line, message, []})
    Module.put_attribute(module, :ex_unit_describes, [message | Module.get_attribute(module, :ex_unit_describes)])
    Module.delete_attribute(module, :describetag)
    for attribute <- Module.get_attribute(module, registered(:describe)), do: Module.delete_attribute(module, attribute)
  end

  @doc false
  def __close_describe__(module) do
    Module.put_attribute(module, :ex_unit_describe, nil)
    Module.delete_attribute(module, :describetag)
    for attribute <- Module.get_attribute(module, registered(:describe)), do: Module.delete_attribute(module, attribute)
    :ok
  end

  # ## Registering

  @doc """
  Registers a test of the module that is being compiled, and gives the name of the function that is to be defined for it.

  For those who make tests of their own kind: `test_type` is `:test`, `:property`, ….
  """
  @spec register_test(module, binary, pos_integer, atom, String.t() | atom, [term]) :: atom
  def register_test(module, file, line, test_type, name, tags) do
    unless Module.has_attribute?(module, :ex_unit_options) do
      raise "cannot define #{test_type}. Please make sure you have invoked \"use ExUnit.Case\" in the current module"
    end

    {describe_line, describe, describe_tags} =
      case Module.get_attribute(module, :ex_unit_describe) do
        {line, describe, _} -> {line, describe, Module.get_attribute(module, :describetag)}
        nil -> {nil, nil, []}
      end

    name = test_name(test_type, describe, name)

    if Module.defines?(module, {name, 1}) do
      raise ExUnit.DuplicateTestError, message: ~s("#{name}" is already defined in #{inspect(module)})
    end

    own = own_tags([Module.get_attribute(module, :moduletag), describe_tags, Module.get_attribute(module, :tag), Enum.reverse(tags)])

    for key <- @reserved, Map.has_key?(own, key) do
      raise "cannot set tag #{inspect(key)} because it is reserved by ExUnit"
    end

    tags =
      Map.merge(own, %{
        line: line,
        file: file,
        registered: registered_values(module),
        describe: describe,
        describe_line: describe_line,
        test_type: test_type
      })

    Module.put_attribute(module, :ex_unit_tests, %ExUnit.Test{name: name, case: module, module: module, tags: tags})
    for attribute <- [:tag | Module.get_attribute(module, registered(:test))], do: Module.delete_attribute(module, attribute)
    name
  end

  # A test's own tags win over those of its block, and those over the module's; of two in one place, the later wins.
  defp own_tags(places) do
    for place <- places, tag <- place |> Enum.reverse() |> List.flatten(), reduce: %{} do
      own -> Map.merge(own, tag_as_map(tag))
    end
  end

  defp tag_as_map(tag) when is_atom(tag), do: %{tag => true}
  defp tag_as_map({key, value}) when is_atom(key), do: %{key => value}

  defp tag_as_map(other) do
    raise "the value for @tag must be an atom or a keyword list, got: #{inspect(other)}"
  end

  defp test_name(type, nil, name), do: checked_name("#{type} #{name}")
  defp test_name(type, describe, name), do: checked_name("#{type} #{describe} #{name}")

  defp checked_name(text) do
    if String.length(text) > 255 do
      raise SystemLimitError,
            "the computed name of a test (which includes its type, the name of its describe block if present, and the test name itself) " <>
              "must be shorter than 255 characters, got: #{inspect(text)}"
    end

    String.to_atom(text)
  end

  defp registered_values(module) do
    for kind <- [:module, :describe, :test], attribute <- Module.get_attribute(module, registered(kind)), into: %{} do
      {attribute, Module.get_attribute(module, attribute)}
    end
  end

  @doc """
  As `register_test/6`, with file and line of an env. Of old.
  """
  @spec register_test(Macro.Env.t() | map, atom, String.t(), [term]) :: atom
  @deprecated "Use register_test/6 instead"
  def register_test(%{module: module, file: file, line: line}, test_type, name, tags) do
    register_test(module, file, line, test_type, name, tags)
  end

  for {name, kind, whose} <- [
        {:register_attribute, :test, "each test"},
        {:register_describe_attribute, :describe, "each `describe` block"},
        {:register_module_attribute, :module, "the module"}
      ] do
    @doc """
    Declares a module attribute whose value is put into the context of tests, under `:registered`, for #{whose}.

    Options are those of `Module.register_attribute/3`.
    """
    @spec unquote(name)(module | Macro.Env.t(), atom, keyword) :: :ok
    def unquote(name)(module_or_env, name, opts \\ [])
    def unquote(name)(%{module: module}, name, opts), do: unquote(name)(module, name, opts)

    def unquote(name)(module, name, opts) when is_atom(module) and is_atom(name) and is_list(opts) do
      Module.register_attribute(module, name, opts)
      Module.put_attribute(module, registered(unquote(kind)), name)
    end
  end

  @doc """
  The test that was registered last in a module that is being compiled, or `nil`.
  """
  @spec get_last_registered_test(module | Macro.Env.t()) :: ExUnit.Test.t() | nil
  def get_last_registered_test(%{module: module}), do: get_last_registered_test(module)
  def get_last_registered_test(module) when is_atom(module), do: List.first(Module.get_attribute(module, :ex_unit_tests))

  # ## The finished module

  @doc false
  defmacro __before_compile__(env) do
    module = env.module
    tests = module |> Module.get_attribute(:ex_unit_tests) |> Enum.reverse()
    setup_all? = Module.get_attribute(module, :ex_unit_setup_all) != []
    tags = own_tags([Module.get_attribute(module, :moduletag)])
    options = Module.get_attribute(module, :ex_unit_options)

    config = %{
      async?: Keyword.get(options, :async, false),
      group: Keyword.get(options, :group),
      parameterize: Keyword.get(options, :parameterize)
    }

    described = %ExUnit.TestModule{file: env.file, name: module, setup_all?: setup_all?, tags: tags, tests: tests}

    quote do
      def __ex_unit__, do: unquote(Macro.escape(described))
      def __ex_unit__(:config), do: unquote(Macro.escape(config))
    end
  end

  @doc false
  def __after_compile__(%{module: module}, _binary) do
    config = module.__ex_unit__(:config)

    unless is_boolean(config.async?) do
      raise ArgumentError, "expected :async to be a boolean, got: #{inspect(config.async?)}"
    end

    if config.parameterize != nil and not (is_list(config.parameterize) and Enum.all?(config.parameterize, &is_map/1)) do
      raise ArgumentError, ":parameterize must be a list of maps, got: #{inspect(config.parameterize)}"
    end

    cond do
      ExUnit.Server.running?() ->
        ExUnit.Server.add_module(module, config)

      # Where several files are compiled at once, those with tests need not be meant to run.
      Code.can_await_module_compilation?() ->
        :ok

      true ->
        raise "cannot use ExUnit.Case without starting the ExUnit application, " <>
                "please call ExUnit.start() or explicitly start the :ex_unit app"
    end
  end
end

defmodule ExUnit.CaseTemplate do
  @moduledoc """
  Makes a module a template for modules of tests.

      defmodule MyApp.DataCase do
        use ExUnit.CaseTemplate

        setup do
          {:ok, store: %{}}
        end

        using options do
          quote do
            @store_name unquote(options[:name])
            import MyApp.Helpers
          end
        end
      end

      defmodule MyApp.UserTest do
        use MyApp.DataCase, async: true, name: :users
        test "starts empty", %{store: store}, do: assert(store == %{})
      end
  """

  @doc false
  defmacro __using__(_options) do
    quote do
      import ExUnit.Callbacks
      import ExUnit.Assertions
      import ExUnit.CaseTemplate, only: [using: 1, using: 2]
      ExUnit.Callbacks.__register__(__MODULE__)
      @ex_unit_describe nil
      @before_compile ExUnit.Callbacks

      defmacro __using__(options) do
        inner = __ex_unit_using__(options)
        ExUnit.CaseTemplate.__proxy__(__MODULE__, options, inner)
      end

      defp __ex_unit_using__(_options), do: nil
      defoverridable __ex_unit_using__: 1
    end
  end

  @doc false
  def __proxy__(template, options, inner) do
    quote do
      use ExUnit.Case, unquote(ExUnit.CaseTemplate.__options__(options))
      setup_all context, do: unquote(template).__ex_unit__(:setup_all, context)
      setup context, do: unquote(template).__ex_unit__(:setup, context)
      unquote(inner)
    end
  end

  @doc false
  def __options__(options) when is_list(options), do: Keyword.take(options, [:async, :group, :parameterize])
  def __options__(_other), do: []

  @doc """
  Code for the modules that use the template.
  """
  defmacro using(options \\ quote(do: _), do: block) do
    quote do
      defp __ex_unit_using__(unquote(options)), do: unquote(block)
    end
  end
end
