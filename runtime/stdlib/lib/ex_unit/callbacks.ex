defmodule ExUnit.Callbacks do
  @moduledoc ~S"""
  What runs around tests: `setup/1`, `setup_all/1`, `on_exit/2` and supervised processes.

      setup_all do
        {:ok, base: start_server()}
      end

      setup context do
        user = insert_user(context.base)
        on_exit(fn -> delete_user(user) end)
        %{user: user}
      end

      setup [:log_in, {Fixtures, :clock}]

  `setup_all` runs once for a module, in a process that lives until the module's tests are over. `setup` runs before each test,
  in the process of the test. Those of a module come before those of a `describe` block, and in the order in which they stand.
  What they return (`:ok`, a keyword list, a map, or either of those behind `:ok`) is merged into the context of the tests.

  What `on_exit/2` is given runs after the test, in a process of its own, last one first. Before that the processes of
  `start_supervised/2` are ended.
  """

  # A module under construction keeps its callbacks in two attributes, as `{callback, describe}`, newest first. A callback is the name
  # of a function of the module, or `{module, function}`.
  @attributes [setup: :ex_unit_setup, setup_all: :ex_unit_setup_all]

  @reserved [:case, :file, :line, :test, :async, :registered, :describe]

  @doc false
  def __register__(module) do
    for {_kind, attribute} <- @attributes, do: Module.register_attribute(module, attribute, accumulate: true)
    :ok
  end

  for {name, when_run, place} <- [
        {:setup, "before each test", "the process of the test"},
        {:setup_all, "once before the tests of a module", "a process of its own"}
      ] do
    @doc """
    Runs code, or the functions named, #{when_run}, in #{place}.

    A function is named by an atom, by `{module, function}`, or by a list of those. It gets the context.

    ## Examples

        #{name} do
          {:ok, answer: 42}
        end

        #{name} [:first, {Helpers, :second}]
    """
    defmacro unquote(name)(block_or_functions) do
      case block_or_functions do
        [do: block] -> callback(unquote(name), quote(do: _), block, __CALLER__)
        functions -> named(unquote(name), functions)
      end
    end

    @doc """
    As `#{name}/1` with a block, and the context matched by a pattern.

    ## Examples

        #{name} %{line: line} do
          [defined_at: line]
        end
    """
    defmacro unquote(name)(context, do: block), do: callback(unquote(name), context, block, __CALLER__)
  end

  defp named(kind, functions), do: quote(do: ExUnit.Callbacks.__named__(__MODULE__, unquote(kind), unquote(functions)))

  defp callback(kind, context, block, env) do
    if kind == :setup_all, do: refuse_in_describe(env.module)

    quote bind_quoted: [kind: kind, context: Macro.escape(context), block: Macro.escape(block, unquote: true)] do
      name = ExUnit.Callbacks.__define__(__MODULE__, kind)
      defp unquote(name)(unquote(context)), do: unquote(block)
    end
  end

  defp refuse_in_describe(module) do
    if module && Module.open?(module) && Module.get_attribute(module, :ex_unit_describe) do
      raise "cannot invoke setup_all/1-2 inside describe as setup_all/1-2 always applies to all tests in a module"
    end
  end

  @doc false
  def __define__(module, kind) do
    attribute = @attributes[kind]
    name = :"__ex_unit_#{kind}_#{length(Module.get_attribute(module, attribute))}"
    store(module, kind, name)
    name
  end

  @doc false
  def __named__(module, kind, functions) do
    if kind == :setup_all, do: refuse_in_describe(module)
    for function <- List.wrap(functions), do: store(module, kind, valid(function))
    :ok
  end

  defp valid(function) when is_atom(function), do: function
  defp valid({module, function}) when is_atom(module) and is_atom(function), do: {module, function}

  defp valid(other) do
    raise ArgumentError,
          "setup/setup_all expect a callback as an atom, a {module, function} tuple or a list of callbacks, got: #{inspect(other)}"
  end

  defp store(module, kind, callback) do
    describe =
      case Module.get_attribute(module, :ex_unit_describe) do
        {_line, name, _used} -> name
        _none -> nil
      end

    Module.put_attribute(module, @attributes[kind], {callback, describe})
  end

  @doc false
  defmacro __before_compile__(env) do
    setup = in_order(Module.get_attribute(env.module, :ex_unit_setup))
    setup_all = in_order(Module.get_attribute(env.module, :ex_unit_setup_all))
    describes = setup |> Enum.map(&elem(&1, 1)) |> Enum.uniq() |> Enum.reject(&is_nil/1)

    clauses =
      for describe <- describes do
        quote do
          def __ex_unit__(:setup, %{describe: unquote(describe)} = context) do
            unquote(chain(:setup, [nil, describe], setup))
          end
        end
      end

    quote do
      unquote_splicing(clauses)
      def __ex_unit__(:setup, context), do: unquote(chain(:setup, [nil], setup))
      def __ex_unit__(:setup_all, context), do: unquote(chain(:setup_all, [nil], setup_all))
    end
  end

  defp in_order(callbacks), do: Enum.reverse(callbacks)

  # Each callback gets what those before it made of the context.
  defp chain(kind, describes, callbacks) do
    context = Macro.var(:context, __MODULE__)

    for wanted <- describes, {callback, ^wanted} <- callbacks, reduce: context do
      context ->
        quote do
          context = unquote(context)
          ExUnit.Callbacks.__merge__(__MODULE__, unquote(kind), context, unquote(call(callback, quote(do: context))))
        end
    end
  end

  defp call({module, function}, context), do: quote(do: unquote(module).unquote(function)(unquote(context)))
  defp call(function, context), do: quote(do: unquote(function)(unquote(context)))

  @doc false
  def __merge__(_module, _kind, context, :ok), do: context

  def __merge__(module, kind, context, {:ok, returned}), do: merge(module, kind, context, returned, {:ok, returned})
  def __merge__(module, kind, context, returned), do: merge(module, kind, context, returned, returned)

  defp merge(module, kind, context, %{__struct__: _}, returned), do: refuse(module, kind, context, returned)

  defp merge(module, kind, context, fields, returned) when is_list(fields) do
    if Keyword.keyword?(fields), do: merge(module, kind, context, Map.new(fields), returned), else: refuse(module, kind, context, returned)
  end

  defp merge(module, kind, context, %{} = fields, _returned) do
    for key <- @reserved, Map.has_key?(context, key), Map.has_key?(fields, key), fields[key] != context[key] do
      raise "ExUnit #{kind} callback in #{inspect(module)} is trying to set reserved field #{inspect(key)} to #{inspect(fields[key])}"
    end

    Map.merge(context, fields)
  end

  defp merge(module, kind, context, _other, returned), do: refuse(module, kind, context, returned)

  defp refuse(module, kind, _context, returned) do
    raise "expected ExUnit #{kind} callback in #{inspect(module)} to return the atom :ok, a keyword, or a map, " <>
            "got #{inspect(returned)} instead"
  end

  # ## After the test

  @doc """
  Has a function called when the test, or for `setup_all` the module, is over.

  Functions run in a process of their own, the last one first. One given under a name replaces the one of that name.

  ## Examples

      test "writes a file" do
        path = Path.join(System.tmp_dir!(), "notes.txt")
        on_exit(fn -> File.rm(path) end)
        assert File.write(path, "hello") == :ok
      end
  """
  @spec on_exit(term, (-> term)) :: :ok
  def on_exit(name_or_ref \\ make_ref(), callback) when is_function(callback, 0) do
    case ExUnit.OnExitHandler.add(self(), name_or_ref, callback) do
      :ok -> :ok
      :error -> raise ArgumentError, "on_exit/2 can only be invoked from the test process"
    end
  end

  # ## Supervised processes

  @doc """
  Starts a child under the supervisor of the test. It is ended before the next test starts, and before `on_exit/2` functions run.

  Gives what `Supervisor.start_child/2` does.

  ## Examples

      test "counts" do
        {:ok, counter} = start_supervised({Agent, fn -> 0 end})
        assert Agent.get(counter, & &1) == 0
      end
  """
  @spec start_supervised(Supervisor.child_spec() | {module, term} | module, keyword) ::
          {:ok, pid} | {:ok, pid, term} | {:error, term}
  def start_supervised(child_spec_or_module, opts \\ []) do
    supervisor =
      case ExUnit.OnExitHandler.get_supervisor(self()) do
        {:ok, nil} ->
          {:ok, supervisor} = ExUnit.OnExitHandler.start_supervisor()
          ExUnit.OnExitHandler.put_supervisor(self(), supervisor)
          supervisor

        {:ok, supervisor} ->
          supervisor

        :error ->
          raise ArgumentError, "start_supervised/2 can only be invoked from the test process"
      end

    child_spec = Supervisor.child_spec(child_spec_or_module, opts)

    case Supervisor.start_child(supervisor, child_spec) do
      {:error, {:already_started, _pid}} -> {:error, {:already_started, child_id(supervisor, child_spec.id)}}
      {:error, {:bad_spec, _} = reason} -> {:error, reason}
      other -> other
    end
  end

  defp child_id(supervisor, id) do
    Enum.find_value(Supervisor.which_children(supervisor), fn {child, pid, _, _} -> child == id && pid end)
  end

  @doc """
  As `start_supervised/2`, but gives the pid, or raises if the child does not start.
  """
  @spec start_supervised!(Supervisor.child_spec() | {module, term} | module, keyword) :: pid
  def start_supervised!(child_spec_or_module, opts \\ []) do
    case start_supervised(child_spec_or_module, opts) do
      {:ok, pid} -> pid
      {:ok, pid, _info} -> pid
      {:error, reason} -> raise "failed to start child with the spec #{inspect(child_spec_or_module)}.\nReason: #{start_failure(reason)}"
    end
  end

  defp start_failure({{:EXIT, reason}, info}) when is_tuple(info) and elem(info, 0) == :child do
    Exception.format_exit(reason)
  end

  defp start_failure({reason, info}) when is_tuple(info) and elem(info, 0) == :child do
    Exception.format_exit(reason)
  end

  defp start_failure(reason), do: Exception.format_exit({:start_spec, reason})

  @doc """
  As `start_supervised!/2`, and links the child to the test process.
  """
  @spec start_link_supervised!(Supervisor.child_spec() | {module, term} | module, keyword) :: pid
  def start_link_supervised!(child_spec_or_module, opts \\ []) do
    pid = start_supervised!(child_spec_or_module, opts)
    Process.link(pid)
    pid
  end

  @doc """
  Ends a child that `start_supervised/2` started, by its id.
  """
  @spec stop_supervised(id :: term) :: :ok | {:error, :not_found}
  def stop_supervised(id) do
    case ExUnit.OnExitHandler.get_supervisor(self()) do
      {:ok, nil} ->
        {:error, :not_found}

      {:ok, supervisor} ->
        with :ok <- unlink(supervisor, id), :ok <- Supervisor.terminate_child(supervisor, id) do
          # A temporary child is gone already.
          _ = Supervisor.delete_child(supervisor, id)
          :ok
        end

      :error ->
        raise ArgumentError, "stop_supervised/1 can only be invoked from the test process"
    end
  end

  # The end of a child that the test is linked to is no end of the test.
  defp unlink(supervisor, id) do
    case child_id(supervisor, id) do
      pid when is_pid(pid) -> Process.unlink(pid) && :ok
      _ -> :ok
    end
  end

  @doc """
  As `stop_supervised/1`, but raises if there is no such child.
  """
  @spec stop_supervised!(id :: term) :: :ok
  def stop_supervised!(id) do
    case stop_supervised(id) do
      :ok -> :ok
      {:error, :not_found} -> raise "could not stop child ID #{inspect(id)} because it was not found"
    end
  end
end
