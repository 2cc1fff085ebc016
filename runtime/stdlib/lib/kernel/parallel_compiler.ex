defmodule Kernel.ParallelCompiler do
  @moduledoc """
  Compiles many files at once, in any order.

  Each file is compiled by a process of its own. Where a file needs a module of another one, as a struct, for a macro, or by calling
  it while it is compiled, its process waits until that module is defined. If all of them wait for one another, the wait is given up: a module
  that nobody defines does not exist, and files that need each other are reported as a deadlock.
  """

  @typedoc "The line, or line and column, that something was found at; 0 if that is unknown."
  @type position :: non_neg_integer | {pos_integer, pos_integer}

  @typedoc "What was found: a file, a place in it, and a text."
  @type warning :: {file :: Path.t(), position, message :: String.t()}

  @typedoc "As `t:warning/0`."
  @type error :: {file :: Path.t(), position, message :: String.t()}

  @doc """
  Compiles files, and keeps the modules in memory.

  Gives `{:ok, modules, warnings}` or `{:error, errors, warnings}`.

  Options:

    * `:return_diagnostics` - gives maps instead of tuples, and of warnings a map that tells those of compiling from those of running;
    * `:each_file` - a function that is called with each file that was compiled;
    * `:each_module` - one called with the file, the name and the binary of each module;
    * `:each_long_compilation`, `:long_compilation_threshold` - a function to call with each file that takes more than so many seconds (10);
    * `:each_cycle` - a function called when all files wait for one another; `{:compile, modules, warnings}` tells which are not to be waited for;
    * `:after_compile` - a function that is called when all modules are there and are not verified yet;
    * `:dest` - where compiled modules would be written, of which nothing is made here.
  """
  @spec compile([Path.t()], keyword) :: {:ok, [atom], term} | {:error, [error], term}
  def compile(files, options \\ []) when is_list(options), do: spawn_workers(files, :compile, options)

  @doc """
  As `compile/2` of files whose modules are written to a folder. Modules stay in memory here.
  """
  @spec compile_to_path([Path.t()], Path.t(), keyword) :: {:ok, [atom], term} | {:error, [error], term}
  def compile_to_path(files, path, options \\ []) when is_binary(path) and is_list(options) do
    spawn_workers(files, :compile, [dest: path] ++ options)
  end

  @doc """
  Requires files: runs them for what they do, as `Code.require_file/1` would.
  """
  @spec require([Path.t()], keyword) :: {:ok, [atom], term} | {:error, [error], term}
  def require(files, options \\ []) when is_list(options), do: spawn_workers(files, :require, options)

  @doc """
  Awaits a function that compiles in further processes, started by `async/1`; kept for compatibility.
  """
  @spec async((-> term)) :: Task.t()
  def async(fun) when is_function(fun, 0) do
    info = :erlang.get(:elixir_compiler_info)

    Task.async(fn ->
      if info != :undefined, do: :erlang.put(:elixir_compiler_info, info)
      fun.()
    end)
  end

  @doc """
  Starts a task for each item of `enumerable` from within a file that is compiled, and gives their results.
  """
  @spec pmap(Enumerable.t(), (term -> term)) :: [term]
  def pmap(enumerable, fun) when is_function(fun, 1) do
    info = :erlang.get(:elixir_compiler_info)

    enumerable
    |> Enum.map(fn item ->
      Task.async(fn ->
        if info != :undefined, do: :erlang.put(:elixir_compiler_info, info)
        fun.(item)
      end)
    end)
    |> Enum.map(&Task.await(&1, :infinity))
  end

  # ## The process that asked

  # The state: files to do, workers at work by their pid, those that wait, what was made and what was said.
  defp spawn_workers(files, kind, options) do
    :jovial_compiling.begin()

    state = %{
      queue: Enum.map(files, &Path.expand/1),
      shown: Map.new(files, &{Path.expand(&1), &1}),
      kind: kind,
      options: options,
      limit: max(:erlang.system_info(:schedulers_online), 2),
      working: %{},
      waiting: %{},
      modules: [],
      available: %{},
      structs: %{},
      diagnostics: [],
      failures: [],
      owners: [self()]
    }

    try do
      finish(loop(fill(state)))
    after
      :jovial_compiling.end()
    end
  end

  # As many work at once as there are processors; those that wait do not count.
  defp fill(%{queue: []} = state), do: state

  defp fill(%{queue: [file | queue]} = state) do
    if map_size(state.working) - map_size(state.waiting) < state.limit do
      fill(start(%{state | queue: queue}, file))
    else
      state
    end
  end

  defp start(state, file) do
    parent = self()
    kind = state.kind
    collecting = :erlang.get(:elixir_code_diagnostics)

    {pid, monitor} =
      :erlang.spawn_monitor(fn ->
        :erlang.put(:elixir_compiler_info, {parent, self()})
        # What is said is collected by the parent, which also tells whoever collects there.
        if match?({_, false}, collecting), do: :erlang.put(:elixir_code_diagnostics, {[], false})

        outcome =
          try do
            case kind do
              :compile -> Code.compile_file(file)
              :require -> Code.require_file(file)
            end

            :ok
          catch
            class, reason -> {:failed, class, reason, __STACKTRACE__}
          end

        exit({:shutdown, outcome})
      end)

    each_long(state, pid, file)
    working = Map.put(state.working, pid, {monitor, file})
    %{state | working: working, owners: [pid | state.owners]}
  end

  defp each_long(%{options: options}, pid, file) do
    case Keyword.get(options, :each_long_compilation) do
      nil -> :ok
      _ -> :erlang.send_after(Keyword.get(options, :long_compilation_threshold, 10) * 1000, self(), {:long, pid, file})
    end
  end

  defp loop(%{failures: [_ | _]} = state), do: stop(state)
  defp loop(%{working: working, queue: []} = state) when map_size(working) == 0, do: state

  defp loop(%{working: working, waiting: waiting, queue: []} = state) when map_size(working) == map_size(waiting) do
    # Messages that are under way come first: one of them may be what is waited for.
    receive do
      message -> loop(handle(message, state))
    after
      0 -> loop(give_up(state))
    end
  end

  defp loop(state) do
    state = fill(state)

    receive do
      message -> loop(handle(message, state))
    end
  end

  defp handle({:waiting, kind, pid, reference, module}, state) do
    if Map.has_key?(state.available, module) or (kind == :struct and Map.has_key?(state.structs, module)) do
      send(pid, {reference, :found})
      state
    else
      fill(%{state | waiting: Map.put(state.waiting, pid, {kind, reference, module})})
    end
  end

  defp handle({:module_available, pid, reference, module, binary}, state) do
    send(pid, {reference, :ack})
    file = with {_, file} <- state.working[pid], do: file
    call(state, :each_module, [file, module, binary])

    {woken, waiting} = Map.split_with(state.waiting, fn {_, {_, _, wanted}} -> wanted == module end)
    for {waiter, {_, reference, _}} <- woken, do: send(waiter, {reference, :found})

    %{state | waiting: waiting, available: Map.put(state.available, module, file), modules: [module | state.modules]}
  end

  # A struct can be used as soon as it is defined: its module may need the very file that waits for it.
  defp handle({:struct_available, module}, state) do
    {woken, waiting} = Map.split_with(state.waiting, fn {_, {kind, _, wanted}} -> kind == :struct and wanted == module end)
    for {waiter, {_, reference, _}} <- woken, do: send(waiter, {reference, :found})
    %{state | waiting: waiting, structs: Map.put(state.structs, module, true)}
  end

  defp handle({:diagnostics, _pid, diagnostics}, state) do
    case :erlang.get(:elixir_code_diagnostics) do
      {collected, log?} -> :erlang.put(:elixir_code_diagnostics, {:lists.reverse(diagnostics, collected), log?})
      _ -> :ok
    end

    %{state | diagnostics: :lists.reverse(diagnostics, state.diagnostics)}
  end

  defp handle({:long, pid, file}, state) do
    if Map.has_key?(state.working, pid), do: call(state, :each_long_compilation, [file])
    state
  end

  defp handle({:DOWN, _monitor, :process, pid, reason}, state) do
    case Map.pop(state.working, pid) do
      {nil, _} ->
        state

      {{_, file}, working} ->
        state = %{state | working: working, waiting: Map.delete(state.waiting, pid)}

        case reason do
          {:shutdown, :ok} ->
            call(state, :each_file, [state.shown[file]])
            state

          {:shutdown, {:failed, class, reason, stack}} ->
            %{state | failures: [{file, class, reason, stack} | state.failures]}

          other ->
            %{state | failures: [{file, :exit, other, []} | state.failures]}
        end
    end
  end

  defp handle(_other, state), do: state

  defp call(state, key, arguments) do
    case Keyword.get(state.options, key) do
      nil ->
        :ok

      # Some take fewer arguments than there are.
      fun ->
        {:arity, arity} = :erlang.fun_info(fun, :arity)
        :erlang.apply(fun, Enum.take(arguments, arity))
    end
  end

  # All wait. First those are told that a module does not exist who can live with it, then those whose module nobody is about to define;
  # what is left waits in a circle.
  defp give_up(state) do
    unknown? = fn module -> :jovial_compiling.builder(module) == nil end
    waiting = Enum.sort_by(state.waiting, fn {pid, _} -> pid end)

    groups = [
      {:not_found, for({pid, {:soft, _, module}} <- waiting, unknown?.(module), do: pid)},
      {:deadlock, for({pid, {:soft, _, _}} <- waiting, do: pid)},
      {:not_found, for({pid, {kind, _, module}} <- waiting, kind in [:module, :struct], unknown?.(module), do: pid)},
      {:not_found, for({pid, {_, _, module}} <- waiting, unknown?.(module), do: pid)},
      {:deadlock, for({pid, {:raise, _, _}} <- waiting, do: pid)}
    ]

    case Enum.find(groups, fn {_, pids} -> pids != [] end) do
      {answer, pids} ->
        for pid <- pids, do: send(pid, {elem(state.waiting[pid], 1), answer})
        %{state | waiting: Map.drop(state.waiting, pids)}

      nil ->
        deadlock(state, waiting)
    end
  end

  defp deadlock(state, waiting) do
    stuck =
      for {pid, {kind, _, module}} <- :lists.reverse(waiting) do
        {_, file} = state.working[pid]
        what = if kind == :struct, do: "struct", else: "module"
        {file, module, "deadlocked waiting on #{what} #{inspect(module)}"}
      end

    for {file, _, description} <- stuck, do: print_failure({file, :error, %CompileError{description: description}, []})
    width = stuck |> Enum.map(fn {file, _, _} -> String.length(Path.relative_to_cwd(file)) end) |> Enum.max()

    IO.puts(:stderr, [
      "\nCompilation failed because of a deadlock between files.\n",
      "The following files depended on the following modules:\n\n",
      for({file, module, _} <- stuck, do: ["  ", String.pad_leading(Path.relative_to_cwd(file), width), " => ", inspect(module), ?\n]),
      "\nEnsure there are no compile-time dependencies between those files ",
      "and that the modules they reference exist and are correctly named\n"
    ])

    end_workers(state)

    diagnostics =
      for {file, _, description} <- stuck do
        %{severity: :error, file: file, source: file, position: nil, message: description, span: nil, stacktrace: []}
      end

    %{state | working: %{}, waiting: %{}, queue: [], diagnostics: :lists.reverse(diagnostics, state.diagnostics), failures: [:reported]}
  end

  # A file failed: nobody goes on.
  defp stop(state) do
    end_workers(state)

    diagnostics =
      for failure <- :lists.reverse(state.failures), failure != :reported do
        print_failure(failure)
        diagnostic(failure)
      end

    %{state | working: %{}, diagnostics: :lists.reverse(diagnostics, state.diagnostics)}
  end

  defp end_workers(state) do
    # The monitors tell when they are gone.
    for {pid, {monitor, _}} <- state.working do
      :erlang.exit(pid, :kill)

      receive do
        {:DOWN, ^monitor, :process, ^pid, _} -> :ok
      end
    end
  end

  defp print_failure({file, class, reason, stack}) do
    {reason, stack} = Exception.blame(class, reason, stack)

    IO.write(:stderr, [
      "\n== Compilation error in file #{Path.relative_to_cwd(file)} ==\n",
      text(class, reason, stack)
    ])
  end

  defp diagnostic({file, class, reason, stack}) do
    %{
      severity: :error,
      file: file,
      source: file,
      position: position(reason, file, stack),
      message: text(class, reason, stack),
      span: nil,
      stacktrace: stack,
      details: {class, reason}
    }
  end

  # The trace without what brought the compiler here.
  defp text(class, reason, stack) do
    own = [Code, :jovial_compiler, __MODULE__]
    stack = Enum.reject(stack, fn entry -> is_tuple(entry) and elem(entry, 0) in own end)
    Exception.format_banner(class, reason, stack) <> "\n" <> Exception.format_stacktrace(stack)
  end

  defp position(%{line: line, column: column}, _, _) when is_integer(line) and is_integer(column), do: {line, column}
  defp position(%{line: line}, _, _) when is_integer(line), do: line

  defp position(_, file, stack) do
    Enum.find_value(stack, 0, fn {_, _, _, location} ->
      if location[:file] && Path.expand(to_string(location[:file])) == file, do: location[:line]
    end)
  end

  defp finish(state) do
    failed? = state.failures != []
    said = :lists.reverse(state.diagnostics)

    verified =
      if failed? do
        []
      else
        case Keyword.get(state.options, :after_compile) do
          nil -> :ok
          fun -> fun.()
        end

        {_, verified} = Jovial.Diagnostics.collect(log?(), fn -> :jovial_compiling.verify(:lists.reverse(state.owners)) end)
        verified
      end

    full? = Keyword.get(state.options, :return_diagnostics, false)
    {errors, warnings} = Enum.split_with(said, &(&1.severity == :error))

    info =
      if full?,
        do: %{compile_warnings: warnings, runtime_warnings: verified},
        else: Enum.map(warnings ++ verified, &tuple/1)

    if failed?,
      do: {:error, if(full?, do: errors, else: Enum.map(errors, &tuple/1)), info},
      else: {:ok, Enum.sort(Enum.uniq(state.modules)), info}
  end

  defp log? do
    case :erlang.get(:elixir_code_diagnostics) do
      {_, log?} -> log?
      _ -> true
    end
  end

  defp tuple(%{file: file, position: position, message: message}), do: {file, position, message}
end
