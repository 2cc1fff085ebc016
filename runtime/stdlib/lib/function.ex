defmodule Function do
  @moduledoc """
  Functions about functions.

  A function value is either *local*, made by `fn` or `&` of an expression, and carries the code and variables of the place where it was
  made; or *external*, made by `&Module.name/arity`, and carries only that name, to be looked up at each call. External functions are
  the ones to put in messages and configuration, since they survive when a module is loaded anew.

      iex> fun = &String.upcase/1
      iex> fun.("hi")
      "HI"
  """

  @type information ::
          :arity
          | :env
          | :index
          | :module
          | :name
          | :new_index
          | :new_uniq
          | :pid
          | :type
          | :uniq

  @doc """
  Returns the external function with that module, name and arity.

  It is what `&Module.name/arity` gives for names that are known at run time only.

  ## Examples

      iex> Function.capture(String, :length, 1).("four")
      4
  """
  @spec capture(module, atom, arity) :: fun
  def capture(module, function_name, arity),
    do: :erlang.make_fun(module, function_name, arity)

  @doc """
  Returns what is known about a function, as a keyword list.

  `:module`, `:name`, `:arity`, `:env` and `:type` are always there; local functions have some more that are of use in the
  search for faults.

  ## Examples

      iex> info = Function.info(&String.length/1)
      iex> {info[:module], info[:name], info[:arity], info[:type]}
      {String, :length, 1, :external}
  """
  @spec info(fun) :: [{information, term}]
  def info(fun), do: :erlang.fun_info(fun)

  @doc """
  Returns one item of what is known about a function.

  ## Examples

      iex> Function.info(fn _a, _b -> :ok end, :arity)
      {:arity, 2}
      iex> Function.info(fn -> :ok end, :type)
      {:type, :local}
  """
  @spec info(fun, item) :: {item, term} when item: information
  def info(fun, item), do: :erlang.fun_info(fun, item)

  @doc """
  Returns its argument.

  It stands where a function is wanted that changes nothing.

  ## Examples

      iex> Enum.filter([1, nil, 2], &Function.identity/1)
      [1, 2]
  """
  @spec identity(value) :: value when value: var
  def identity(value), do: value
end
