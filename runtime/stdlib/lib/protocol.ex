defmodule Protocol do
  @moduledoc """
  What stands behind `defprotocol` and `defimpl`.

  A protocol is a module whose functions look at the kind of their first argument and call the implementation for it: the module
  named after the protocol and the kind, like `Enumerable.List`. Implementations may come at any time, also in a later
  cell; a protocol finds them when it is called.
  """

  @callback __protocol__(atom) :: term
  @callback impl_for(term) :: module | nil
  @callback impl_for!(term) :: module

  # A protocol may say how it is derived for a struct, with the module and the options.
  @macrocallback __deriving__(module, term) :: Macro.t()
  @optional_callbacks __deriving__: 2

  @doc """
  Raises unless the module is a protocol.
  """
  @spec assert_protocol!(module) :: :ok
  def assert_protocol!(module) do
    assert_protocol!(module, "")
  end

  defp assert_protocol!(module, extra) do
    case Code.ensure_compiled(module) do
      {:module, _} -> :ok
      _ -> raise ArgumentError, "#{Kernel.inspect(module)} is not available" <> extra
    end

    case :erlang.function_exported(module, :__protocol__, 1) do
      true -> :ok
      false -> raise ArgumentError, "#{Kernel.inspect(module)} is not a protocol" <> extra
    end
  end

  @doc """
  Raises unless there is an implementation of the protocol for that kind or struct.
  """
  @spec assert_impl!(module, module) :: :ok
  def assert_impl!(protocol, base) do
    impl = __concat__(protocol, base)

    case Code.ensure_compiled(impl) do
      {:module, _} -> :ok
      _ -> raise ArgumentError, "#{Kernel.inspect(impl)} is not available"
    end

    case impl.__impl__(:protocol) do
      ^protocol -> :ok
      other -> raise ArgumentError, "expected #{Kernel.inspect(impl)} to be an implementation of #{Kernel.inspect(protocol)}, got: #{Kernel.inspect(other)}"
    end
  end

  @doc """
  Whether the protocol was consolidated, that is, closed for further implementations. Protocols of a session never are.
  """
  @spec consolidated?(module) :: boolean
  def consolidated?(protocol), do: protocol.__protocol__(:consolidated?)

  @doc """
  Closes a protocol for further implementations, given the kinds that it is implemented for.

  That takes the file of compiled code that the protocol lies in, and here modules live in the program and in memory alone. So the answer
  is always `{:error, :not_a_protocol}` or `{:error, :no_beam_info}`; dispatch needs no such step.

  ## Examples

      iex> Protocol.consolidate(Enumerable, [List, Map])
      {:error, :no_beam_info}
      iex> Protocol.consolidate(Enum, [])
      {:error, :not_a_protocol}
  """
  @spec consolidate(module, [module]) :: {:error, :not_a_protocol | :no_beam_info}
  def consolidate(protocol, types) when is_atom(protocol) and is_list(types) do
    if Code.ensure_loaded?(protocol) and not :erlang.function_exported(protocol, :__protocol__, 1),
      do: {:error, :not_a_protocol},
      else: {:error, :no_beam_info}
  end

  @doc """
  The protocols among the compiled modules in some folders.

  Modules of the library are in the folder `ebin` of their application, see `Application.app_dir/2`; elsewhere the names of `.beam`
  files tell what is there.

  ## Examples

      iex> Enumerable in Protocol.extract_protocols([Application.app_dir(:elixir, "ebin")])
      true
      iex> Protocol.extract_protocols(["/no/such/folder"])
      []
  """
  @spec extract_protocols([charlist | String.t()]) :: [module]
  def extract_protocols(paths) when is_list(paths), do: Protocol.Extraction.protocols(paths)

  @doc """
  The kinds and structs that a protocol is implemented for by the compiled modules in some folders, see `extract_protocols/1`.

  ## Examples

      iex> List in Protocol.extract_impls(Enumerable, [Application.app_dir(:elixir, "ebin")])
      true
  """
  @spec extract_impls(module, [charlist | String.t()]) :: [module]
  def extract_impls(protocol, paths) when is_atom(protocol) and is_list(paths), do: Protocol.Extraction.impls(protocol, paths)

  @doc """
  Derives the protocol for a struct that was defined elsewhere.
  """
  defmacro derive(protocol, module, options \\ []) do
    quote do
      module = unquote(module)
      Protocol.__derive__([{unquote(protocol), unquote(options)}], module, __ENV__)
    end
  end

  @doc """
  Declares a function of a protocol; only its head, without a body.
  """
  defmacro def(signature)

  defmacro def({_, _, args}) when args == [] or is_atom(args) do
    raise ArgumentError, "protocol functions expect at least one argument"
  end

  defmacro def({name, _, args}) when is_atom(name) and is_list(args) do
    arity = length(args)
    params = params(2, arity)
    all = [quote(do: term) | params]
    types = for _ <- all, do: quote(do: term)

    quote generated: true do
      name = unquote(name)
      arity = unquote(arity)
      @__functions__ [{name, arity} | @__functions__]

      # The head as written has the defaults and the names for the documents, which it takes before the callback could.
      Kernel.def(unquote(name)(unquote_splicing(args)))

      @callback unquote(name)(unquote_splicing(types)) :: term

      Kernel.def unquote(name)(unquote_splicing(all)) do
        impl_for!(term).unquote(name)(unquote_splicing(all))
      end

      {name, arity}
    end
  end

  defmacro def(_other) do
    raise ArgumentError, "invalid arguments for def inside defprotocol"
  end

  defp params(from, to) when from > to, do: []

  defp params(from, to) do
    name = :erlang.binary_to_atom(<<"arg", :erlang.integer_to_binary(from)::binary>>)
    [{name, [], __MODULE__} | params(from + 1, to)]
  end

  @doc false
  def __built_in__ do
    [
      is_tuple: Tuple,
      is_atom: Atom,
      is_list: List,
      is_map: Map,
      is_bitstring: BitString,
      is_integer: Integer,
      is_float: Float,
      is_function: Function,
      is_pid: PID,
      is_port: Port,
      is_reference: Reference
    ]
  end

  @doc false
  def __concat__(left, right), do: :jovial_code.implementation(left, right)

  @doc false
  def __ensure_defimpl__(_protocol, _for, _env), do: :ok

  @doc false
  def __functions_spec__([]), do: []

  @doc false
  defmacro __before_compile__(env) do
    functions = Module.get_attribute(env.module, :__functions__)
    if functions == [], do: IO.warn("protocols must define at least one function, but none was defined", env)

    for kind <- [:callback, :macrocallback],
        {_, expr, {_, line}} <- :lists.reverse(Module.get_attribute(env.module, kind)),
        signature = signature(expr),
        kind == :macrocallback or not :lists.member(signature, functions) do
      {name, arity} = signature
      text = "cannot define @#{kind} #{name}/#{arity} inside protocol, use def/1 to outline your protocol definition"
      IO.warn(text, %{env | line: line})
    end

    if Module.get_attribute(env.module, :optional_callbacks) != [] do
      IO.warn("cannot define @optional_callbacks inside protocol, all of the protocol definitions are required", env)
    end

    nil
  end

  defp signature({form, _, [expr | _]}) when form in [:when, :"::"], do: signature(expr)
  defp signature({name, _, args}), do: {name, if(is_list(args), do: length(args), else: 0)}

  @doc false
  def __derive__(derives, for, %{__struct__: Macro.Env} = env) when is_atom(for) do
    for derive <- derives do
      {protocol, options} =
        case derive do
          {protocol, options} -> {protocol, options}
          protocol -> {protocol, []}
        end

      assert_protocol!(protocol, ", cannot derive #{Kernel.inspect(protocol)} for #{Kernel.inspect(for)}")
      derive(protocol, for, options, env)
    end

    :ok
  end

  # A protocol may say itself how it is derived, its implementation for any term may, or that implementation
  # serves the struct as it is.
  defp derive(protocol, for, options, env) do
    any = __concat__(protocol, Any)

    code =
      cond do
        macro?(protocol, 3) ->
          apply(protocol, :"MACRO-__deriving__", [env, for, options])

        ensure_any!(protocol, any, for) and macro?(any, 4) ->
          # The module is not there yet, so its fields are asked of the compiler.
          fields = for %{field: field, default: default} <- Macro.struct_info!(for, env), do: {field, default}
          struct = :maps.from_list([{:__struct__, for} | fields])
          apply(any, :"MACRO-__deriving__", [env, for, struct, options])

        true ->
          delegating(protocol, any, for)
      end

    Code.eval_quoted(code, [], %{env | versioned_vars: %{}, function: nil})
  end

  defp macro?(module, arity) do
    :code.ensure_loaded(module)
    :erlang.function_exported(module, :"MACRO-__deriving__", arity)
  end

  defp ensure_any!(protocol, any, for) do
    case Code.ensure_compiled(any) do
      {:module, _} ->
        true

      {:error, reason} ->
        raise ArgumentError,
              "could not load module #{Kernel.inspect(any)} due to reason :#{reason}, " <>
                "cannot derive #{Kernel.inspect(protocol)} for #{Kernel.inspect(for)}"
    end
  end

  # The implementation for any term serves the struct too.
  defp delegating(protocol, any, for) do
    functions =
      for {name, arity} <- protocol.__protocol__(:functions) do
        args = params(1, arity)

        quote do
          Kernel.def unquote(name)(unquote_splicing(args)) do
            unquote(any).unquote(name)(unquote_splicing(args))
          end
        end
      end

    quote do
      defimpl unquote(protocol), for: unquote(for) do
        (unquote_splicing(functions))
      end
    end
  end

end
