defmodule Jovial.Compiling do
  @moduledoc false

  # The side of parallel compilations that runs in the processes which compile: they wait for modules of other files, and tell of
  # their own. `Kernel.ParallelCompiler` is at the other end.

  @compiling :elixir_compiler_info

  # Until a module is there: `:ok`, `:not_found` or `:deadlock`. `kind` is `:soft` for who can do without,
  # `:module` or `:struct` for the compiler, `:raise` for a call.
  def wait(module, kind) do
    case :erlang.get(@compiling) do
      {parent, _} ->
        cond do
          loaded?(module) -> :ok
          :jovial_compiling.builder(module) == self() -> :not_found
          true -> ask(parent, module, kind)
        end

      _ ->
        :not_found
    end
  end

  defp ask(parent, module, kind) do
    reference = :erlang.make_ref()
    send(parent, {:waiting, kind, self(), reference, module})

    receive do
      {^reference, :found} -> if loaded?(module), do: :ok, else: :not_found
      {^reference, answer} -> answer
    end
  end

  def invalid_name(name), do: raise(ArgumentError, "invalid module name: " <> Kernel.inspect(name))

  # Runs what `@on_load` names. The module goes if that fails.
  def loaded(module, function) do
    case :erlang.apply(module, function, []) do
      :ok ->
        :ok

      other ->
        :error_logger.warning_msg(~c"The on_load function for module ~s returned:~n~tp~n", [module, other])
        :code.delete(module)
        :ok
    end
  end

  # A module was defined in this process.
  def defined(module, binary) do
    case :erlang.get(@compiling) do
      {parent, _} ->
        reference = :erlang.make_ref()
        send(parent, {:module_available, self(), reference, module, binary})

        receive do
          {^reference, :ack} -> :ok
        end

      _ ->
        :ok
    end
  end

  # A function of a module that is not there was called.
  def undefined(module, function, arguments) do
    case wait(module, :raise) do
      :ok ->
        :erlang.apply(module, function, arguments)

      :deadlock ->
        raise CompileError, description: "deadlocked waiting on module #{inspect(module)}"

      :not_found ->
        {:current_stacktrace, [_info, _self | trace]} = :erlang.process_info(self(), :current_stacktrace)
        :erlang.raise(:error, :undef, [{module, function, arguments, []} | trace])
    end
  end

  defp loaded?(module), do: match?({:module, _}, :code.ensure_loaded(module))
end
