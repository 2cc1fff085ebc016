# This file is long because Kernel is: one flat list of the functions and macros that every file sees, each documented where it is defined.
# Most macros are expanded natively (`runtime/compiler/src/kernel_macros`) and stand here for their documents.

defmodule Kernel do
  @moduledoc """
  What every Elixir file can use without asking: operators, guards, type checks, processes and access to nested data.

  The functions and macros of this module are imported everywhere. They fall in a few families:

    * arithmetic and comparison: `+/2`, `div/2`, `rem/2`, `round/1`, `==/2`, `</2`, `max/2`
    * questions about types, most of them allowed in guards: `is_atom/1`, `is_map_key/2`, `is_struct/2`
    * parts of values: `hd/1`, `elem/2`, `map_size/1`, `binary_part/3`, `binary_slice/2`
    * processes and messages: `self/0`, `spawn/1`, `send/2`, `exit/1`
    * nested data: `get_in/2`, `put_in/3`, `update_in/3`, `pop_in/2` and their macro forms
    * definitions: `defmodule/2`, `def/2`, `defstruct/1`, `defprotocol/2`
    * control: `if/2`, `raise/1`, `|>/2`, `then/2`

  A name that gets in the way can be left out, and everything remains reachable with the module's name in front:

      iex> Kernel.+(1, 2)
      3

  ## Order of all values

  Any two values can be compared. Values of different types are ordered by type:

      number < atom < reference < function < port < pid < tuple < map < list < bitstring

      iex> 1_000_000 < :a
      true
      iex> {1, 2} < [1]
      true

  `==/2` looks at numbers by their value, `===/2` also at their type. Structs are maps to these operators, so
  dates and decimals are compared with the `compare/2` function of their own module.

  ## Truth

  `nil` and `false` are falsy, all else is truthy. `and/2`, `or/2` and `not/1` insist on booleans; `&&/2`, `||/2` and
  `!/1` take any value.
  """

  @compile :inline

  ## Arithmetic

  @doc """
  Adds two numbers.

  Integers have no upper limit; when one side is a float, the sum is a float. Anything else raises `ArithmeticError`.

  ## Examples

      iex> 20 + 22
      42
      iex> 1 + 0.5
      1.5
  """
  @doc guard: true
  @spec number + number :: number
  def left + right, do: :erlang.+(left, right)

  @doc """
  Subtracts the second number from the first.

  ## Examples

      iex> 50 - 8
      42
      iex> 2 - 2.5
      -0.5
  """
  @doc guard: true
  @spec number - number :: number
  def left - right, do: :erlang.-(left, right)

  @doc """
  Multiplies two numbers.

  ## Examples

      iex> 6 * 7
      42
      iex> 4 * 0.25
      1.0
  """
  @doc guard: true
  @spec number * number :: number
  def left * right, do: :erlang.*(left, right)

  @doc """
  Divides two numbers; the result is always a float.

  See `div/2` for whole numbers. A zero on the right raises `ArithmeticError`.

  ## Examples

      iex> 9 / 2
      4.5
      iex> 8 / 2
      4.0
  """
  @doc guard: true
  @spec number / number :: float
  def left / right, do: :erlang./(left, right)

  @doc """
  Returns the number itself.

  It exists as the counterpart of `-/1` and still insists on a number.

  ## Examples

      iex> +7
      7
  """
  @doc guard: true
  @spec +number :: number
  def +value, do: :erlang.+(value)

  @doc """
  Changes the sign of a number.

  ## Examples

      iex> -(3 - 10)
      7
  """
  @doc guard: true
  @spec -number :: number
  def -value, do: :erlang.-(value)

  @doc """
  Raises `base` to the power of `exponent`.

  Two integers give an exact integer as long as the exponent is not negative. In all other cases the result is a float.

  ## Examples

      iex> 3 ** 4
      81
      iex> 2 ** -2
      0.25
      iex> 9 ** 0.5
      3.0
  """
  @spec integer ** non_neg_integer :: integer
  @spec number ** number :: number
  def base ** exponent when :erlang.is_number(base) and :erlang.is_number(exponent) do
    case :erlang.is_integer(base) and :erlang.is_integer(exponent) and :erlang.>=(exponent, 0) do
      true -> Integer.pow(base, exponent)
      false -> :math.pow(base, exponent)
    end
  end

  @doc """
  Returns the distance of a number from zero.

  ## Examples

      iex> abs(-12)
      12
      iex> abs(-0.5)
      0.5
  """
  @doc guard: true
  @spec abs(number) :: number
  def abs(number), do: :erlang.abs(number)

  @doc """
  Divides two integers and drops the fraction.

  The quotient is cut towards zero, so the sign does not change its size; `Integer.floor_div/2` rounds down instead.
  Anything but integers, and a zero divisor, raise `ArithmeticError`.

  ## Examples

      iex> div(17, 5)
      3
      iex> div(-17, 5)
      -3
  """
  @doc guard: true
  @spec div(integer, neg_integer | pos_integer) :: integer
  def div(dividend, divisor), do: :erlang.div(dividend, divisor)

  @doc """
  Returns what `div/2` leaves over.

  The result has the sign of the dividend; `Integer.mod/2` takes the sign of the divisor.

  ## Examples

      iex> rem(17, 5)
      2
      iex> rem(-17, 5)
      -2
  """
  @doc guard: true
  @spec rem(integer, neg_integer | pos_integer) :: integer
  def rem(dividend, divisor), do: :erlang.rem(dividend, divisor)

  @doc """
  Rounds a number to the nearest integer.

  Halves go away from zero.

  ## Examples

      iex> round(2.5)
      3
      iex> round(-2.5)
      -3
      iex> round(7)
      7
  """
  @doc guard: true
  @spec round(number) :: integer
  def round(number), do: :erlang.round(number)

  @doc """
  Cuts off the fraction of a number.

  ## Examples

      iex> trunc(3.99)
      3
      iex> trunc(-3.99)
      -3
  """
  @doc guard: true
  @spec trunc(number) :: integer
  def trunc(number), do: :erlang.trunc(number)

  @doc """
  Returns the largest integer that is not above the number.

  See `Float.floor/2` to keep some digits.

  ## Examples

      iex> floor(1.7)
      1
      iex> floor(-1.2)
      -2
  """
  @doc guard: true
  @spec floor(number) :: integer
  def floor(number), do: :erlang.floor(number)

  @doc """
  Returns the smallest integer that is not below the number.

  See `Float.ceil/2` to keep some digits.

  ## Examples

      iex> ceil(1.2)
      2
      iex> ceil(-1.7)
      -1
  """
  @doc guard: true
  @spec ceil(number) :: integer
  def ceil(number), do: :erlang.ceil(number)

  ## Comparison

  @doc """
  Tells whether two values are equal, numbers being compared by value.

  ## Examples

      iex> 2 == 2.0
      true
      iex> {:ok, 1} == {:ok, 2}
      false
  """
  @doc guard: true
  @spec term == term :: boolean
  def left == right, do: :erlang.==(left, right)

  @doc """
  Tells whether two values differ, numbers being compared by value.

  ## Examples

      iex> 2 != 2.0
      false
      iex> :a != :b
      true
  """
  @doc guard: true
  @spec term != term :: boolean
  def left != right, do: :erlang."/="(left, right)

  @doc """
  Tells whether two values are exactly the same, so that `2` and `2.0` differ.

  ## Examples

      iex> 2 === 2.0
      false
      iex> [1, 2] === [1, 2]
      true
  """
  @doc guard: true
  @spec term === term :: boolean
  def left === right, do: :erlang."=:="(left, right)

  @doc """
  Tells whether two values are not exactly the same.

  ## Examples

      iex> 2 !== 2.0
      true
      iex> "a" !== "a"
      false
  """
  @doc guard: true
  @spec term !== term :: boolean
  def left !== right, do: :erlang."=/="(left, right)

  @doc """
  Tells whether the left value comes before the right one.

  All values can be compared; the module documentation gives the order of types.

  ## Examples

      iex> 1 < 2
      true
      iex> "b" < "a"
      false
  """
  @doc guard: true
  @spec term < term :: boolean
  def left < right, do: :erlang.<(left, right)

  @doc """
  Tells whether the left value comes after the right one.

  ## Examples

      iex> 1 > 2
      false
      iex> :zebra > :ant
      true
  """
  @doc guard: true
  @spec term > term :: boolean
  def left > right, do: :erlang.>(left, right)

  @doc """
  Tells whether the left value comes before the right one or is equal to it.

  ## Examples

      iex> 3 <= 3.0
      true
  """
  @doc guard: true
  @spec term <= term :: boolean
  def left <= right, do: :erlang."=<"(left, right)

  @doc """
  Tells whether the left value comes after the right one or is equal to it.

  ## Examples

      iex> 2 >= 3
      false
  """
  @doc guard: true
  @spec term >= term :: boolean
  def left >= right, do: :erlang.>=(left, right)

  @doc """
  Returns the larger of two values, in the order of all values.

  When both are equal, the first is returned.

  ## Examples

      iex> max(4, 9)
      9
      iex> max(2, 2.0)
      2
  """
  @doc guard: true
  @spec max(first, second) :: first | second when first: term, second: term
  def max(first, second), do: :erlang.max(first, second)

  @doc """
  Returns the smaller of two values, in the order of all values.

  When both are equal, the first is returned.

  ## Examples

      iex> min(4, 9)
      4
      iex> min(:a, 5)
      5
  """
  @doc guard: true
  @spec min(first, second) :: first | second when first: term, second: term
  def min(first, second), do: :erlang.min(first, second)

  @doc """
  Negates a boolean.

  A value that is no boolean raises `ArgumentError`; `!/1` accepts anything.

  ## Examples

      iex> not true
      false
  """
  @doc guard: true
  @spec not true :: false
  @spec not false :: true
  def not value, do: :erlang.not(value)

  ## Lists

  @doc """
  Joins two lists.

  It copies the left list and shares the right one, so it costs as much as the left is long; chains group to the right.
  The right side may be any value, which then becomes the tail of an improper list.

  ## Examples

      iex> [:a] ++ [:b, :c]
      [:a, :b, :c]
      iex> [1] ++ 2
      [1 | 2]
  """
  @spec [] ++ a :: a when a: term
  @spec nonempty_list ++ term :: maybe_improper_list
  def left ++ right, do: :erlang.++(left, right)

  @doc """
  Removes from the left list, for each element of the right list, its first occurrence.

  Elements are compared with `===/2`; what does not occur is ignored. Chains group to the right as well, so that
  `a -- b -- c` is `a -- (b -- c)`.

  ## Examples

      iex> [3, 1, 3, 2] -- [3, 5]
      [1, 3, 2]
  """
  @spec list -- list :: list
  def left -- right, do: :erlang.--(left, right)

  @doc """
  Returns the first element of a list.

  An empty list raises `ArgumentError`.

  ## Examples

      iex> hd([7, 8])
      7
  """
  @doc guard: true
  @spec hd(nonempty_maybe_improper_list(elem, any)) :: elem when elem: term
  def hd(list), do: :erlang.hd(list)

  @doc """
  Returns a list without its first element.

  An empty list raises `ArgumentError`.

  ## Examples

      iex> tl([7, 8])
      [8]
      iex> tl([:a | :b])
      :b
  """
  @doc guard: true
  @spec tl(nonempty_maybe_improper_list(elem, last)) :: maybe_improper_list(elem, last) | last
        when elem: term, last: term
  def tl(list), do: :erlang.tl(list)

  @doc """
  Counts the elements of a list.

  It walks the list. An improper list raises `ArgumentError`.

  ## Examples

      iex> length([:a, :b, :c])
      3
  """
  @doc guard: true
  @spec length(list) :: non_neg_integer
  def length(list), do: :erlang.length(list)

  ## Tuples, maps and binaries

  @doc """
  Returns the element of a tuple at the zero-based `index`.

  An index out of range raises `ArgumentError`.

  ## Examples

      iex> elem({:ok, "text"}, 1)
      "text"
  """
  @doc guard: true
  @spec elem(tuple, non_neg_integer) :: term
  def elem(tuple, index), do: :erlang.element(:erlang.+(index, 1), tuple)

  @doc """
  Returns the tuple with the element at the zero-based `index` replaced.

  ## Examples

      iex> put_elem({:a, :b}, 0, :z)
      {:z, :b}
  """
  @spec put_elem(tuple, non_neg_integer, term) :: tuple
  def put_elem(tuple, index, value), do: :erlang.setelement(:erlang.+(index, 1), tuple, value)

  @doc """
  Returns the number of elements in a tuple, in constant time.

  ## Examples

      iex> tuple_size({})
      0
      iex> tuple_size({:a, :b})
      2
  """
  @doc guard: true
  @spec tuple_size(tuple) :: non_neg_integer
  def tuple_size(tuple), do: :erlang.tuple_size(tuple)

  @doc """
  Returns the number of keys in a map, in constant time.

  The `:__struct__` key of a struct counts. A value that is no map raises `BadMapError`.

  ## Examples

      iex> map_size(%{a: 1, b: 2})
      2
  """
  @doc guard: true
  @spec map_size(map) :: non_neg_integer
  def map_size(map), do: :erlang.map_size(map)

  @doc """
  Tells whether a map has a key.

  In guards it fails, instead of raising `BadMapError`, when the first argument is no map.

  ## Examples

      iex> is_map_key(%{a: nil}, :a)
      true
      iex> is_map_key(%{a: nil}, :b)
      false
  """
  @doc guard: true
  @spec is_map_key(map, term) :: boolean
  def is_map_key(map, key), do: :erlang.is_map_key(key, map)

  @doc """
  Returns the number of bits in a bitstring.

  ## Examples

      iex> bit_size("ab")
      16
      iex> bit_size(<<5::3>>)
      3
  """
  @doc guard: true
  @spec bit_size(bitstring) :: non_neg_integer
  def bit_size(bitstring), do: :erlang.bit_size(bitstring)

  @doc """
  Returns the number of bytes needed to hold a bitstring.

  It takes constant time; for the number of characters see `String.length/1`.

  ## Examples

      iex> byte_size("né")
      3
      iex> byte_size(<<5::3>>)
      1
  """
  @doc guard: true
  @spec byte_size(bitstring) :: non_neg_integer
  def byte_size(bitstring), do: :erlang.byte_size(bitstring)

  @doc """
  Returns the part of a binary that starts at byte `start` and is `size` bytes long.

  A negative size counts backwards from `start`. A part that leaves the binary raises `ArgumentError`.

  ## Examples

      iex> binary_part("notebook", 4, 4)
      "book"
      iex> binary_part("notebook", 4, -4)
      "note"
  """
  @doc guard: true
  @spec binary_part(binary, non_neg_integer, integer) :: binary
  def binary_part(binary, start, size), do: :erlang.binary_part(binary, start, size)

  @doc """
  Returns the bytes of a binary from `start` on, at most `size` of them.

  Unlike `binary_part/3` it never raises for bounds: what lies outside is left out. A negative `start` counts from the end, and is taken as zero
  when it lies before the beginning.

  ## Examples

      iex> binary_slice("kernel", 1, 3)
      "ern"
      iex> binary_slice("kernel", -2, 10)
      "el"
      iex> binary_slice("kernel", 9, 1)
      ""
  """
  @spec binary_slice(binary, integer, non_neg_integer) :: binary
  def binary_slice(binary, start, size)
      when :erlang.is_binary(binary) and :erlang.is_integer(start) and :erlang.is_integer(size) and
             :erlang.>=(size, 0) do
    total = :erlang.byte_size(binary)

    start =
      case :erlang.<(start, 0) do
        true -> :erlang.max(:erlang.+(start, total), 0)
        false -> start
      end

    case :erlang.<(start, total) do
      true -> :erlang.binary_part(binary, start, :erlang.min(size, :erlang.-(total, start)))
      false -> ""
    end
  end

  @doc """
  Returns the bytes of a binary that lie in a range of positions.

  Both ends are included and negative ones count from the end; what lies outside is left out. A step above one takes every step-th
  byte. Negative steps raise `ArgumentError`.

  ## Examples

      iex> binary_slice("kernel", 1..3)
      "ern"
      iex> binary_slice("kernel", -3..-1)
      "nel"
      iex> binary_slice("kernel", 4..20)
      "el"
      iex> binary_slice("kernel", 0..-1//2)
      "kre"
  """
  @spec binary_slice(binary, Range.t()) :: binary
  def binary_slice(binary, range)

  def binary_slice(binary, first..last//step)
      when :erlang.is_binary(binary) and :erlang.>(step, 0) do
    total = :erlang.byte_size(binary)
    from = :erlang.max(from_end(first, total), 0)
    to = :erlang.min(from_end(last, total), :erlang.-(total, 1))

    case :erlang."=<"(from, to) do
      true ->
        part = :erlang.binary_part(binary, from, :erlang.+(:erlang.-(to, from), 1))

        case step do
          1 -> part
          _ -> every_byte(part, :erlang.-(step, 1), <<>>)
        end

      false ->
        ""
    end
  end

  def binary_slice(binary, _.._//_ = range) when :erlang.is_binary(binary) do
    message = "binary_slice/2 does not accept ranges with negative steps, got: "
    message = <<message::binary, Kernel.inspect(range)::binary>>
    :erlang.error(ArgumentError.exception(message))
  end

  defp every_byte(<<byte, rest::binary>>, skip, acc) do
    case rest do
      <<_::binary-size(skip), rest::binary>> ->
        every_byte(rest, skip, <<acc::binary, byte>>)

      _ ->
        <<acc::binary, byte>>
    end
  end

  defp every_byte(<<>>, _skip, acc), do: acc

  defp from_end(position, total) do
    case :erlang.<(position, 0) do
      true -> :erlang.+(position, total)
      false -> position
    end
  end

  ## Questions about types

  @doc """
  Tells whether a value is an atom; `true`, `false`, `nil` and module names are atoms too.

  ## Examples

      iex> is_atom(nil)
      true
      iex> is_atom("a")
      false
  """
  @doc guard: true
  @spec is_atom(term) :: boolean
  def is_atom(term), do: :erlang.is_atom(term)

  @doc """
  Tells whether a value is a binary, that is a bitstring of whole bytes such as any string.

  ## Examples

      iex> is_binary("text")
      true
      iex> is_binary(<<1::1>>)
      false
  """
  @doc guard: true
  @spec is_binary(term) :: boolean
  def is_binary(term), do: :erlang.is_binary(term)

  @doc """
  Tells whether a value is a bitstring of any number of bits.

  ## Examples

      iex> is_bitstring(<<1::1>>)
      true
  """
  @doc guard: true
  @spec is_bitstring(term) :: boolean
  def is_bitstring(term), do: :erlang.is_bitstring(term)

  @doc """
  Tells whether a value is `true` or `false`.

  ## Examples

      iex> is_boolean(false)
      true
      iex> is_boolean(nil)
      false
  """
  @doc guard: true
  @spec is_boolean(term) :: boolean
  def is_boolean(term), do: :erlang.is_boolean(term)

  @doc """
  Tells whether a value is a float.

  ## Examples

      iex> is_float(1.0)
      true
      iex> is_float(1)
      false
  """
  @doc guard: true
  @spec is_float(term) :: boolean
  def is_float(term), do: :erlang.is_float(term)

  @doc """
  Tells whether a value is a function.

  ## Examples

      iex> is_function(&String.upcase/1)
      true
  """
  @doc guard: true
  @spec is_function(term) :: boolean
  def is_function(term), do: :erlang.is_function(term)

  @doc """
  Tells whether a value is a function that takes `arity` arguments.

  An arity that is no natural number raises, or fails the guard.

  ## Examples

      iex> is_function(fn a, b -> a + b end, 2)
      true
      iex> is_function(fn a, b -> a + b end, 1)
      false
  """
  @doc guard: true
  @spec is_function(term, non_neg_integer) :: boolean
  def is_function(term, arity), do: :erlang.is_function(term, arity)

  @doc """
  Tells whether a value is an integer.

  ## Examples

      iex> is_integer(5)
      true
      iex> is_integer(5.0)
      false
  """
  @doc guard: true
  @spec is_integer(term) :: boolean
  def is_integer(term), do: :erlang.is_integer(term)

  @doc """
  Tells whether a value is a list; only the first cell is looked at, so improper lists count.

  ## Examples

      iex> is_list([])
      true
      iex> is_list([1 | 2])
      true
  """
  @doc guard: true
  @spec is_list(term) :: boolean
  def is_list(term), do: :erlang.is_list(term)

  @doc """
  Tells whether a value is a map; structs are maps too.

  ## Examples

      iex> is_map(%{})
      true
      iex> is_map(1..2)
      true
  """
  @doc guard: true
  @spec is_map(term) :: boolean
  def is_map(term), do: :erlang.is_map(term)

  @doc """
  Tells whether a value is an integer or a float.

  ## Examples

      iex> is_number(1.5)
      true
      iex> is_number("1.5")
      false
  """
  @doc guard: true
  @spec is_number(term) :: boolean
  def is_number(term), do: :erlang.is_number(term)

  @doc """
  Tells whether a value is a process identifier.

  ## Examples

      iex> is_pid(self())
      true
  """
  @doc guard: true
  @spec is_pid(term) :: boolean
  def is_pid(term), do: :erlang.is_pid(term)

  @doc """
  Tells whether a value is a port.

  ## Examples

      iex> is_port(self())
      false
  """
  @doc guard: true
  @spec is_port(term) :: boolean
  def is_port(term), do: :erlang.is_port(term)

  @doc """
  Tells whether a value is a reference, as `make_ref/0` returns.

  ## Examples

      iex> is_reference(make_ref())
      true
  """
  @doc guard: true
  @spec is_reference(term) :: boolean
  def is_reference(term), do: :erlang.is_reference(term)

  @doc """
  Tells whether a value is a tuple.

  ## Examples

      iex> is_tuple({})
      true
  """
  @doc guard: true
  @spec is_tuple(term) :: boolean
  def is_tuple(term), do: :erlang.is_tuple(term)

  ## Calls and control

  @doc """
  Calls `fun` with a list of arguments.

  The list must be as long as the function's arity, or `BadArityError` is raised.

  ## Examples

      iex> apply(fn a, b -> a * b end, [6, 7])
      42
  """
  @spec apply((... -> any), [any]) :: any
  def apply(fun, args), do: :erlang.apply(fun, args)

  @doc """
  Calls the function `name` of `module` with a list of arguments.

  It is of use when one of the three is known at run time only. A function that does not exist raises `UndefinedFunctionError`.

  ## Examples

      iex> apply(String, :duplicate, ["ab", 2])
      "abab"
  """
  @spec apply(module, name :: atom, [any]) :: any
  def apply(module, name, args), do: :erlang.apply(module, name, args)

  @doc """
  Ends the current process with `reason`.

  The exit can be caught with `catch :exit, reason`. `:normal` and `:shutdown` are the reasons of orderly ends; linked processes
  receive an exit signal in any case.

  ## Examples

      iex> try do
      ...>   exit(:done)
      ...> catch
      ...>   :exit, reason -> {:left, reason}
      ...> end
      {:left, :done}
  """
  @spec exit(term) :: no_return
  def exit(reason), do: :erlang.exit(reason)

  @doc """
  Leaves the current computation with a value, to be caught by `try/1`.

  ## Examples

      iex> catch_throw = fn fun ->
      ...>   try do
      ...>     fun.()
      ...>   catch
      ...>     value -> {:caught, value}
      ...>   end
      ...> end
      iex> catch_throw.(fn -> throw(:ball) end)
      {:caught, :ball}
  """
  @spec throw(term) :: no_return
  def throw(term), do: :erlang.throw(term)

  @doc """
  Tells whether a loaded `module` has a public function with that name and arity.

  The module is not loaded by the question; see `Code.ensure_loaded/1`. Macros do not count.

  ## Examples

      iex> Code.ensure_loaded!(List)
      iex> function_exported?(List, :last, 1)
      true
      iex> function_exported?(List, :last, 9)
      false
  """
  @spec function_exported?(module, atom, arity) :: boolean
  def function_exported?(module, function, arity),
    do: :erlang.function_exported(module, function, arity)

  @doc """
  Tells whether a loaded `module` has a public macro with that name and arity.

  ## Examples

      iex> macro_exported?(Kernel, :if, 2)
      true
      iex> macro_exported?(Kernel, :if, 9)
      false
  """
  @spec macro_exported?(module, atom, arity) :: boolean
  def macro_exported?(module, macro, arity)
      when :erlang.is_atom(module) and :erlang.is_atom(macro) and :erlang.is_integer(arity) and
             :erlang.>=(arity, 0) and :erlang."=<"(arity, 255) do
    case :erlang.function_exported(module, :__info__, 1) do
      true -> :lists.member({macro, arity}, module.__info__(:macros))
      false -> false
    end
  end

  ## Processes

  @doc """
  Returns the identifier of the calling process.

  ## Examples

      iex> self() == self()
      true
  """
  @doc guard: true
  @spec self() :: pid
  def self(), do: :erlang.self()

  @doc """
  Sends a message and returns it.

  The destination is a pid, a reference that acts as an alias, a port, a registered name or `{name, node}`. Sending to a pid never
  fails, even when the process has ended; a local name that nobody has raises `ArgumentError`.

  ## Examples

      iex> send(self(), :hello)
      :hello
      iex> receive do
      ...>   message -> message
      ...> end
      :hello
  """
  @spec send(dest :: pid | port | atom | reference | {atom, node}, message) :: message
        when message: term
  def send(dest, message), do: :erlang.send(dest, message)

  @doc """
  Starts a process that runs `fun`, and returns its pid.

  ## Examples

      iex> parent = self()
      iex> child = spawn(fn -> send(parent, {:from, self()}) end)
      iex> receive do
      ...>   {:from, pid} -> pid == child
      ...> end
      true
  """
  @spec spawn((-> any)) :: pid
  def spawn(fun), do: :erlang.spawn(fun)

  @doc """
  Starts a process that calls `module.function` with `args`, and returns its pid.

  ## Examples

      iex> spawn(Kernel, :send, [self(), :hi])
      iex> receive do
      ...>   message -> message
      ...> end
      :hi
  """
  @spec spawn(module, atom, list) :: pid
  def spawn(module, function, args), do: :erlang.spawn(module, function, args)

  @doc """
  Starts a process that runs `fun` and links it to the caller.

  When one of the two ends with a reason other than `:normal`, the other ends as well unless it traps exits.

  ## Examples

      iex> is_pid(spawn_link(fn -> :ok end))
      true
  """
  @spec spawn_link((-> any)) :: pid
  def spawn_link(fun), do: :erlang.spawn_link(fun)

  @doc """
  Starts a linked process that calls `module.function` with `args`.

  ## Examples

      iex> is_pid(spawn_link(Function, :identity, [1]))
      true
  """
  @spec spawn_link(module, atom, list) :: pid
  def spawn_link(module, function, args), do: :erlang.spawn_link(module, function, args)

  @doc """
  Starts a process that runs `fun` and monitors it.

  It returns the pid and the monitor's reference; a `{:DOWN, ref, :process, pid, reason}` message follows when the process ends.

  ## Examples

      iex> {pid, ref} = spawn_monitor(fn -> exit(:bye) end)
      iex> receive do
      ...>   {:DOWN, ^ref, :process, ^pid, reason} -> reason
      ...> end
      :bye
  """
  @spec spawn_monitor((-> any)) :: {pid, reference}
  def spawn_monitor(fun), do: :erlang.spawn_monitor(fun)

  @doc """
  Starts a process that calls `module.function` with `args`, and monitors it.

  ## Examples

      iex> {_pid, ref} = spawn_monitor(Kernel, :exit, [:bye])
      iex> receive do
      ...>   {:DOWN, ^ref, :process, _pid, reason} -> reason
      ...> end
      :bye
  """
  @spec spawn_monitor(module, atom, list) :: {pid, reference}
  def spawn_monitor(module, function, args), do: :erlang.spawn_monitor(module, function, args)

  @doc """
  Returns a reference that differs from all others.

  ## Examples

      iex> make_ref() == make_ref()
      false
  """
  @spec make_ref() :: reference
  def make_ref(), do: :erlang.make_ref()

  @doc """
  Returns the name of the local node.

  It is `:nonode@nohost` for a node that is not connected.

  ## Examples

      iex> is_atom(node())
      true
  """
  @doc guard: true
  @spec node() :: node
  def node(), do: :erlang.node()

  @doc """
  Returns the node on which a pid, port or reference was made.

  ## Examples

      iex> node(self()) == node()
      true
  """
  @doc guard: true
  @spec node(pid | reference | port) :: node
  def node(term), do: :erlang.node(term)

  ## Text

  @doc """
  Searches a text for a pattern.

  The pattern is a regular expression or a string that the text should contain.

  ## Examples

      iex> "kernel 42" =~ ~r/\\d+/
      true
      iex> "kernel" =~ "corn"
      false
      iex> "kernel" =~ ""
      true
  """
  @spec String.t() =~ (String.t() | Regex.t()) :: boolean
  def left =~ "" when :erlang.is_binary(left), do: true

  def left =~ right when :erlang.is_binary(left) and :erlang.is_binary(right),
    do: :erlang."/="(:binary.match(left, right), :nomatch)

  def left =~ right when :erlang.is_binary(left), do: Regex.match?(right, left)

  @doc """
  Returns a value as text, in the form in which it would stand in code where that is possible.

  The text comes from the `Inspect` protocol. `Inspect.Opts` documents the options; the most common are:

    * `:pretty` - breaks long values over several lines
    * `:width` - the line length for `:pretty`, 80 by default
    * `:limit` - how many elements of collections are shown, 50 by default, or `:infinity`
    * `:charlists`, `:binaries` - how to show lists and binaries that could be text
    * `:structs` - `false` shows structs as plain maps

  ## Examples

      iex> inspect({:ok, "text", [1.5]})
      "{:ok, \\"text\\", [1.5]}"
      iex> inspect(Enum.to_list(1..9), limit: 3)
      "[1, 2, 3, ...]"
  """
  @spec inspect(Inspect.t(), keyword) :: String.t()
  def inspect(term, opts \\ []) when :erlang.is_list(opts) do
    opts = Inspect.Opts.new(opts)

    width =
      case opts.pretty do
        true -> opts.width
        false -> :infinity
      end

    term
    |> Inspect.Algebra.to_doc(opts)
    |> Inspect.Algebra.group()
    |> Inspect.Algebra.format(width)
    |> :erlang.iolist_to_binary()
  end

  ## Structs

  @doc """
  Builds a struct, or updates one, from an enumerable of keys and values.

  Keys that the struct does not have are ignored, and so is `:__struct__`; see `struct!/2` for the strict form. The first
  argument is the struct's module or a struct.

  ## Examples

      iex> struct(URI, host: "localhost", colour: :red).host
      "localhost"
      iex> struct(1..5, last: 9)
      1..9
  """
  @spec struct(module | struct, Enumerable.t()) :: struct
  def struct(struct, fields \\ []) do
    base = base_struct(struct)

    case fields do
      [] -> base
      _ -> Enum.reduce(fields, base, &put_known_field/2)
    end
  end

  defp base_struct(module) when :erlang.is_atom(module),
    do: check_struct(module.__struct__(), module, 0)

  defp base_struct(%_{} = struct), do: struct

  defp put_known_field({:__struct__, _value}, struct), do: struct

  defp put_known_field({key, value}, struct) do
    case struct do
      %{^key => _} -> %{struct | key => value}
      %{} -> struct
    end
  end

  @doc """
  Builds a struct, or updates one, and insists on known keys.

  A key that the struct does not have raises `KeyError`. When a module is given, keys that it enforces must be there, or
  `ArgumentError` is raised.

  ## Examples

      iex> struct!(1..5, last: 9)
      1..9
      iex> struct!(URI, colour: :red)
      ** (KeyError) key :colour not found
  """
  @spec struct!(module | struct, Enumerable.t()) :: struct
  def struct!(struct, fields \\ [])

  def struct!(module, fields) when :erlang.is_atom(module),
    do: check_struct(module.__struct__(fields), module, 1)

  def struct!(%_{} = struct, fields) do
    Enum.reduce(fields, struct, fn
      {:__struct__, _value}, struct ->
        struct

      {key, value}, struct ->
        case struct do
          %{^key => _} -> %{struct | key => value}
          %{} -> :erlang.error(KeyError.exception(key: key, term: struct))
        end
    end)
  end

  defp check_struct(%{__struct__: module} = struct, module, _arity) when :erlang.is_atom(module),
    do: struct

  defp check_struct(%{__struct__: name}, module, arity) when :erlang.is_atom(name) do
    message =
      :erlang.iolist_to_binary([
        "expected struct name returned by ",
        Kernel.inspect(module),
        ".__struct__/",
        :erlang.integer_to_binary(arity),
        " to be ",
        Kernel.inspect(module),
        ", got: ",
        Kernel.inspect(name)
      ])

    :erlang.error(ArgumentError.exception(message))
  end

  defp check_struct(other, module, arity) do
    message =
      :erlang.iolist_to_binary([
        "expected ",
        Kernel.inspect(module),
        ".__struct__/",
        :erlang.integer_to_binary(arity),
        " to return a map with a :__struct__ key that holds the ",
        "name of the struct (atom), got: ",
        Kernel.inspect(other)
      ])

    :erlang.error(ArgumentError.exception(message))
  end

  ## Nested data

  @doc """
  Reads a value from nested data by a list of keys.

  Each key is looked up with `Access.get/2`; a `nil` on the way ends the search with `nil`. A key may also be a function, as `Access.all/0`
  and its relatives return, which is called with `:get`, the data at that place and a function that goes on with the rest.

  ## Examples

      iex> shop = %{fruit: [%{name: "fig", price: 3}, %{name: "kiwi", price: 1}]}
      iex> get_in(shop, [:fruit, Access.all(), :price])
      [3, 1]
      iex> get_in(shop, [:meat, :price])
      nil
  """
  @spec get_in(Access.t(), nonempty_list(term)) :: term
  def get_in(data, keys)

  def get_in(nil, [_ | _]), do: nil

  def get_in(data, [key]) when :erlang.is_function(key),
    do: key.(:get, data, &Function.identity/1)

  def get_in(data, [key | keys]) when :erlang.is_function(key),
    do: key.(:get, data, &Kernel.get_in(&1, keys))

  def get_in(data, [key]), do: Access.get(data, key)
  def get_in(data, [key | keys]), do: Kernel.get_in(Access.get(data, key), keys)

  @doc """
  Puts a value in nested data at the place that a list of keys leads to.

  Every key but the last must lead to a container. Functions among the keys work as in `get_and_update_in/3`.

  ## Examples

      iex> put_in(%{box: %{colour: :red}}, [:box, :colour], :blue)
      %{box: %{colour: :blue}}
      iex> put_in([a: [b: 1]], [:a, :c], 2)
      [a: [c: 2, b: 1]]
  """
  @spec put_in(Access.t(), nonempty_list(term), term) :: Access.t()
  def put_in(data, [_ | _] = keys, value), do: Kernel.update_in(data, keys, fn _ -> value end)

  @doc """
  Updates the value in nested data at the place that a list of keys leads to.

  The function gets the present value, `nil` if there is none, and returns the new one.

  ## Examples

      iex> update_in(%{ann: %{age: 27}}, [:ann, :age], &(&1 + 1))
      %{ann: %{age: 28}}
  """
  @spec update_in(Access.t(), nonempty_list(term), (term -> term)) :: Access.t()
  def update_in(data, [_ | _] = keys, fun) when :erlang.is_function(fun) do
    {_, data} = Kernel.get_and_update_in(data, keys, &{nil, fun.(&1)})
    data
  end

  @doc """
  Reads and updates nested data in one go.

  The function gets the present value and returns `{to_return, new_value}`, or `:pop` to remove the value. A key that is a function of
  three arguments is called with `:get_and_update`, the data and the function for what lies below.

  ## Examples

      iex> get_and_update_in(%{ann: %{age: 27}}, [:ann, :age], &{&1, &1 + 1})
      {27, %{ann: %{age: 28}}}
      iex> get_and_update_in(%{list: [1, 2]}, [:list, Access.all()], &{&1, &1 * 10})
      {[1, 2], %{list: [10, 20]}}
  """
  @spec get_and_update_in(structure, keys, (term | nil -> {value, term} | :pop)) ::
          {value, structure :: Access.t()}
        when structure: Access.t(), keys: nonempty_list(any), value: term
  def get_and_update_in(data, keys, fun)

  def get_and_update_in(data, [key], fun) when :erlang.is_function(key, 3),
    do: key.(:get_and_update, data, fun)

  def get_and_update_in(data, [key | keys], fun) when :erlang.is_function(key, 3),
    do: key.(:get_and_update, data, &Kernel.get_and_update_in(&1, keys, fun))

  def get_and_update_in(data, [key], fun) when :erlang.is_function(fun, 1),
    do: Access.get_and_update(data, key, fun)

  def get_and_update_in(data, [key | keys], fun) when :erlang.is_function(fun, 1),
    do: Access.get_and_update(data, key, &Kernel.get_and_update_in(&1, keys, fun))

  @doc """
  Removes the value at the place that a list of keys leads to, and returns it with the remaining data.

  The result is `nil` where the way leads through a missing key.

  ## Examples

      iex> pop_in(%{ann: %{age: 27, town: "Bergen"}}, [:ann, :age])
      {27, %{ann: %{town: "Bergen"}}}
      iex> pop_in(%{ann: %{age: 27}}, [:eve, :age])
      {nil, %{ann: %{age: 27}}}
  """
  @spec pop_in(data, nonempty_list(Access.get_and_update_fun(term, data) | term)) :: {term, data}
        when data: Access.container()
  def pop_in(data, keys)

  def pop_in(nil, [key | _]) do
    message =
      :erlang.iolist_to_binary(["could not pop key ", Kernel.inspect(key), " on a nil value"])

    :erlang.error(ArgumentError.exception(message))
  end

  def pop_in(data, [_ | _] = keys), do: pop_path(data, keys)

  defp pop_path(nil, _keys), do: :pop

  defp pop_path(data, [key]) when :erlang.is_function(key),
    do: key.(:get_and_update, data, fn _ -> :pop end)

  defp pop_path(data, [key | keys]) when :erlang.is_function(key),
    do: key.(:get_and_update, data, &pop_path(&1, keys))

  defp pop_path(data, [key]), do: Access.pop(data, key)

  defp pop_path(data, [key | keys]),
    do: Access.get_and_update(data, key, &pop_path(&1, keys))

  ## Time

  @doc """
  Turns a duration into milliseconds, as timeouts want them.

  It takes a `Duration` without months and years, a keyword list of units from `:week` to `:millisecond`, or a timeout, which is returned
  as it is. Each unit may be given once.

  ## Examples

      iex> to_timeout(second: 2, millisecond: 500)
      2500
      iex> to_timeout(week: 1)
      604800000
      iex> to_timeout(:infinity)
      :infinity
  """
  @spec to_timeout([{unit, non_neg_integer}] | timeout | Duration.t()) :: timeout
        when unit: :week | :day | :hour | :minute | :second | :millisecond
  def to_timeout(duration)

  def to_timeout(:infinity), do: :infinity

  def to_timeout(timeout) when :erlang.is_integer(timeout) and :erlang.>=(timeout, 0),
    do: timeout

  def to_timeout(%{__struct__: :"Elixir.Duration"} = duration) do
    case duration do
      %{year: year} when :erlang."/="(year, 0) ->
        duration_error("duration with a non-zero year cannot be reliably converted to timeouts")

      %{month: month} when :erlang."/="(month, 0) ->
        duration_error("duration with a non-zero month cannot be reliably converted to timeouts")

      %{week: week, day: day, hour: hour, minute: minute, second: second} ->
        {microsecond, _precision} = duration.microsecond
        millisecond = Integer.floor_div(microsecond, 1000)

        sum_units(
          [
            week: week,
            day: day,
            hour: hour,
            minute: minute,
            second: second,
            millisecond: millisecond
          ],
          0
        )
    end
  end

  def to_timeout(units) when :erlang.is_list(units), do: sum_given_units(units, [], 0)

  defp sum_units([], total), do: total

  defp sum_units([{unit, count} | rest], total),
    do: sum_units(rest, :erlang.+(total, :erlang.*(count, unit_milliseconds(unit))))

  defp sum_given_units([], _seen, total), do: total

  defp sum_given_units([{unit, count} | rest], seen, total)
       when :erlang.is_integer(count) and :erlang.>=(count, 0) do
    case unit_milliseconds(unit) do
      nil ->
        duration_error(
          :erlang.iolist_to_binary([
            "timeout component ",
            Kernel.inspect(unit),
            " is not a valid timeout component, valid values are: ",
            ":week, :day, :hour, :minute, :second, :millisecond"
          ])
        )

      milliseconds ->
        case :lists.member(unit, seen) do
          true ->
            unit = Kernel.inspect(unit)
            duration_error(<<"timeout component ", unit::binary, " is duplicated">>)

          false ->
            total = :erlang.+(total, :erlang.*(count, milliseconds))
            sum_given_units(rest, [unit | seen], total)
        end
    end
  end

  defp sum_given_units([{unit, count} | _], _seen, _total) do
    duration_error(
      :erlang.iolist_to_binary([
        "timeout component ",
        Kernel.inspect(unit),
        " must be a non-negative ",
        "integer, got: ",
        Kernel.inspect(count)
      ])
    )
  end

  defp unit_milliseconds(:week), do: 604_800_000
  defp unit_milliseconds(:day), do: 86_400_000
  defp unit_milliseconds(:hour), do: 3_600_000
  defp unit_milliseconds(:minute), do: 60_000
  defp unit_milliseconds(:second), do: 1_000
  defp unit_milliseconds(:millisecond), do: 1
  defp unit_milliseconds(_), do: nil

  defp duration_error(message), do: :erlang.error(ArgumentError.exception(message))

  # MACRO HEADS
  #
  # The compiler expands these itself. They stand here, without bodies, for their documents and so that they are listed
  # among the macros of this module.

  ## Truth

  @doc """
  Returns `true` for `false` and `nil`, and `false` for all else.

  ## Examples

      iex> !nil
      true
      iex> !0
      false
  """
  defmacro !value

  @doc """
  Returns the right side if the left one is truthy, and the left one otherwise.

  The right side is evaluated only if it is needed. Unlike `and/2`, any values are accepted; it is not allowed in guards.

  ## Examples

      iex> 1 && :yes
      :yes
      iex> nil && raise("never reached")
      nil
  """
  defmacro left && right

  @doc """
  Returns the left side if it is truthy, and the right one otherwise.

  The right side is evaluated only if it is needed. Unlike `or/2`, any values are accepted; it is not allowed in guards.

  ## Examples

      iex> nil || :default
      :default
      iex> 0 || raise("never reached")
      0
  """
  defmacro left || right

  @doc """
  Returns the right side if the left one is `true`, and `false` if the left one is `false`.

  The left side must be a boolean, or `BadBooleanError` is raised. The right side is evaluated only if it is needed, and may be anything.

  ## Examples

      iex> true and 5 > 3
      true
      iex> false and raise("never reached")
      false
      iex> 1 and true
      ** (BadBooleanError) expected a boolean on left-side of "and", got: 1
  """
  @doc guard: true
  defmacro left and right

  @doc """
  Returns `true` if the left side is `true`, and the right one if the left one is `false`.

  The left side must be a boolean, or `BadBooleanError` is raised. The right side is evaluated only if it is needed, and may be anything.

  ## Examples

      iex> false or 5 > 3
      true
      iex> true or raise("never reached")
      true
  """
  @doc guard: true
  defmacro left or right

  ## Control

  @doc """
  Evaluates the `do` block if the condition is truthy, and the `else` block otherwise.

  Without an `else` the result is `nil` for a falsy condition. Variables that are bound in a block are not seen outside; the value of
  the whole is what comes out.

  ## Examples

      iex> if 5 > 3 do
      ...>   :larger
      ...> else
      ...>   :smaller
      ...> end
      :larger
      iex> if(nil, do: 1)
      nil
  """
  defmacro if(condition, clauses)

  @doc """
  Evaluates the `do` block if the condition is falsy, and the `else` block otherwise.

  ## Examples

      iex> unless(5 > 3, do: :smaller, else: :larger)
      :larger
  """
  @doc deprecated: "Use if/2 instead"
  defmacro unless(condition, clauses)

  @doc """
  Passes the value on the left as first argument to the call on the right.

  Chains read in the order in which things happen. The right side must be a call; an anonymous function is called with `.()`, or through
  `then/2`.

  ## Examples

      iex> "a,b" |> String.upcase() |> String.split(",")
      ["A", "B"]
      iex> 20 |> Kernel.+(1) |> then(&(&1 * 2))
      42
  """
  defmacro left |> right

  @doc """
  Calls `fun` with a value and returns the result.

  It makes a step of a pipeline out of any function.

  ## Examples

      iex> 5 |> then(fn x -> {:ok, x} end)
      {:ok, 5}
  """
  defmacro then(value, fun)

  @doc """
  Calls `fun` with a value, and returns the value.

  It is for effects on the way through a pipeline.

  ## Examples

      iex> 5 |> tap(fn x -> send(self(), x) end) |> Kernel.+(1)
      6
  """
  defmacro tap(value, fun)

  @doc """
  Tells whether an expression matches a pattern.

  The pattern may have guards. Variables that it binds are not seen outside; pinned ones are compared.

  ## Examples

      iex> match?({:ok, _}, {:ok, 1})
      true
      iex> match?(x when x > 5, 3)
      false
      iex> Enum.filter([a: 1, b: 2, a: 3], &match?({:a, _}, &1))
      [a: 1, a: 3]
  """
  defmacro match?(pattern, expr)

  @doc """
  Binds the variables of a list pattern to the elements of a list, of whatever length.

  Where the list is too short the variables are `nil`; what it has too much is left out.

  ## Examples

      iex> destructure([x, y, z], [1, 2])
      iex> {x, y, z}
      {1, 2, nil}
      iex> destructure([a], [1, 2])
      iex> a
      1
  """
  defmacro destructure(left, right)

  @doc """
  Raises a `RuntimeError` with a message, or an exception.

  The argument is a string, the module of an exception, or an exception struct.

  ## Examples

      iex> raise "too hot"
      ** (RuntimeError) too hot

      iex> raise ArgumentError
      ** (ArgumentError) argument error

      iex> raise %ArgumentError{message: "no"}
      ** (ArgumentError) no
  """
  defmacro raise(message)

  @doc """
  Raises an exception that is built from attributes.

  `exception/1` of the module gets the attributes, which are mostly a message or a keyword list.

  ## Examples

      iex> raise ArgumentError, "expected a key"
      ** (ArgumentError) expected a key

      iex> raise KeyError, key: :a, term: %{}
      ** (KeyError) key :a not found in: %{}
  """
  defmacro raise(exception, attributes)

  @doc """
  Raises as `raise/1` does, with a given stacktrace.

  ## Examples

      iex> try do
      ...>   raise "oops"
      ...> rescue
      ...>   error -> reraise(error, __STACKTRACE__)
      ...> end
      ** (RuntimeError) oops
  """
  defmacro reraise(message, stacktrace)

  @doc """
  Raises as `raise/2` does, with a given stacktrace.

  ## Examples

      iex> try do
      ...>   raise "oops"
      ...> rescue
      ...>   error -> reraise(ArgumentError, [message: inspect(error)], __STACKTRACE__)
      ...> end
      ** (ArgumentError) %RuntimeError{message: "oops"}
  """
  defmacro reraise(exception, attributes, stacktrace)

  ## Ranges, membership and text

  @doc """
  Builds the range that covers everything, `0..-1//1`.

  ## Examples

      iex> Enum.slice([:a, :b], ..)
      [:a, :b]
  """
  defmacro (..)

  @doc """
  Builds a range from `first` to `last`, both included.

  The step is one; where `last` is below `first` it is minus one, which is deprecated: write `first..last//-1`.

  ## Examples

      iex> Enum.to_list(1..4)
      [1, 2, 3, 4]
      iex> 3 in 1..4
      true
  """
  defmacro first..last

  @doc """
  Builds a range from `first` to `last` with a step.

  In a pattern, the step may be a variable or an underscore.

  ## Examples

      iex> Enum.to_list(10..1//-4)
      [10, 6, 2]
      iex> first..last//step = 1..9//2
      iex> {first, last, step}
      {1, 9, 2}
  """
  defmacro first..last//step

  @doc """
  Tells whether the left side is an element of the right one.

  The right side is any enumerable. In guards it must be a list that is written out or a range. `not in` is the opposite.

  ## Examples

      iex> :b in [:a, :b]
      true
      iex> 5 not in 1..3
      true
      iex> {:a, 1} in %{a: 1}
      true
  """
  @doc guard: true
  defmacro left in right

  @doc """
  Joins two binaries.

  In a pattern, the left side must be a literal or a binary of known size.

  ## Examples

      iex> "note" <> "book"
      "notebook"
      iex> "note" <> rest = "notebook"
      iex> rest
      "book"
  """
  defmacro left <> right

  @doc """
  Turns a value into a string with the `String.Chars` protocol.

  Interpolation uses it. Values without an implementation, such as tuples and maps, raise `Protocol.UndefinedError`; see `inspect/2` for those.

  ## Examples

      iex> to_string(:atom)
      "atom"
      iex> to_string(1.5)
      "1.5"
  """
  defmacro to_string(term)

  @doc """
  Turns a value into a charlist with the `List.Chars` protocol.

  ## Examples

      iex> to_charlist(42)
      ~c"42"
  """
  defmacro to_charlist(term)

  @doc false
  defmacro to_char_list(arg)

  ## Questions that are allowed in guards

  @doc """
  Tells whether a value is `nil`.

  ## Examples

      iex> is_nil(nil)
      true
      iex> is_nil(false)
      false
  """
  @doc guard: true
  defmacro is_nil(term)

  @doc """
  Tells whether a value is a struct.

  ## Examples

      iex> is_struct(1..2)
      true
      iex> is_struct(%{})
      false
  """
  @doc guard: true
  defmacro is_struct(term)

  @doc """
  Tells whether a value is a struct of the module `name`.

  ## Examples

      iex> is_struct(1..2, Range)
      true
      iex> is_struct(1..2, URI)
      false
  """
  @doc guard: true
  defmacro is_struct(term, name)

  @doc """
  Tells whether a value is a map but no struct.

  ## Examples

      iex> is_non_struct_map(%{a: 1})
      true
      iex> is_non_struct_map(1..2)
      false
  """
  @doc guard: true
  defmacro is_non_struct_map(term)

  @doc """
  Tells whether a value is an exception.

  ## Examples

      iex> is_exception(%RuntimeError{})
      true
      iex> is_exception("oops")
      false
  """
  @doc guard: true
  defmacro is_exception(term)

  @doc """
  Tells whether a value is an exception of the module `name`.

  ## Examples

      iex> is_exception(%RuntimeError{}, ArgumentError)
      false
  """
  @doc guard: true
  defmacro is_exception(term, name)

  ## Nested data

  @doc """
  Reads along a path of fields, and gives `nil` where one on the way is `nil`.

  The path is written as `data.field.field`, with a field or key access at each step.

  ## Examples

      iex> user = %{town: %{name: "Bergen"}, boss: nil}
      iex> get_in(user.town.name)
      "Bergen"
      iex> get_in(user.boss.name)
      nil
  """
  defmacro get_in(path)

  @doc """
  Puts a value at the end of a path, and returns the changed data.

  The path is written as `data[key].field`, of any length. What is written with a dot must be there.

  ## Examples

      iex> users = %{"ann" => %{age: 27}}
      iex> put_in(users["ann"].age, 28)
      %{"ann" => %{age: 28}}
  """
  defmacro put_in(path, value)

  @doc """
  Updates the value at the end of a path with a function, and returns the changed data.

  ## Examples

      iex> users = %{"ann" => %{age: 27}}
      iex> update_in(users["ann"].age, &(&1 + 1))
      %{"ann" => %{age: 28}}
  """
  defmacro update_in(path, fun)

  @doc """
  Reads and updates the value at the end of a path in one go.

  ## Examples

      iex> users = %{"ann" => %{age: 27}}
      iex> get_and_update_in(users["ann"].age, &{&1, &1 + 1})
      {27, %{"ann" => %{age: 28}}}
  """
  defmacro get_and_update_in(path, fun)

  @doc """
  Removes the key at the end of a path, and returns its value with the remaining data.

  ## Examples

      iex> users = %{"ann" => %{age: 27}, "bob" => %{age: 31}}
      iex> pop_in(users["ann"])
      {%{age: 27}, %{"bob" => %{age: 31}}}
  """
  defmacro pop_in(path)

  ## Definitions

  @doc """
  Defines a module with a name and a body.

  The name of a module inside another begins with that of the outer one, where a short alias for it is set. The body is evaluated like any other
  code, and definitions in it become part of the module. The result is `{:module, name, binary, value}`, where the
  value is that of the body.

  ## Examples

      iex> defmodule Doc.Greeter do
      ...>   def hello(name), do: "Hello " <> name
      ...> end
      iex> Doc.Greeter.hello("Ada")
      "Hello Ada"
  """
  defmacro defmodule(alias, do_block)

  @doc """
  Defines a public function.

  A function may have several clauses, which are tried in turn until patterns and guards fit. Arguments may have default values, given
  with `\\\\`; a function with several clauses states these in a head without a body. `rescue`, `catch`, `else` and
  `after` are allowed as in `try/1`. Names may end in `?` or `!`.

  ## Examples

      iex> defmodule Doc.Fact do
      ...>   def fact(0), do: 1
      ...>   def fact(n) when n > 0, do: n * fact(n - 1)
      ...> end
      iex> Doc.Fact.fact(5)
      120
  """
  defmacro def(call, expr \\ nil)

  @doc """
  Defines a private function, which only its own module can call.

  ## Examples

      iex> defmodule Doc.Secret do
      ...>   def twice(x), do: times(x, 2)
      ...>   defp times(x, n), do: x * n
      ...> end
      iex> {Doc.Secret.twice(4), function_exported?(Doc.Secret, :times, 2)}
      {8, false}
  """
  defmacro defp(call, expr \\ nil)

  @doc """
  Defines a public macro: it gets its arguments as quoted code, and returns quoted code.

  It is expanded where it is called, after a `require/2` of its module.

  ## Examples

      iex> defmodule Doc.Swap do
      ...>   defmacro swapped({one, two}), do: {two, one}
      ...> end
      iex> defmodule Doc.Swapping do
      ...>   require Doc.Swap
      ...>   def run, do: Doc.Swap.swapped({1, 2})
      ...> end
      iex> Doc.Swapping.run()
      {2, 1}
  """
  defmacro defmacro(call, expr \\ nil)

  @doc """
  Defines a private macro, which only its own module can use, after the definition.

  ## Examples

      iex> defmodule Doc.Local do
      ...>   defmacrop answer, do: 42
      ...>   def ask, do: answer()
      ...> end
      iex> Doc.Local.ask()
      42
  """
  defmacro defmacrop(call, expr \\ nil)

  @doc """
  Defines a macro that can be used as a guard, for an expression that consists of guards.

  ## Examples

      iex> defmodule Doc.Guards do
      ...>   defguard is_teen(age) when is_integer(age) and age in 13..19
      ...>   def teen?(age) when is_teen(age), do: true
      ...>   def teen?(_age), do: false
      ...> end
      iex> Doc.Guards.teen?(15)
      true
  """
  defmacro defguard(guard)

  @doc """
  Defines a private macro that can be used as a guard.

  ## Examples

      iex> defmodule Doc.PrivateGuard do
      ...>   defguardp is_small(n) when n < 10
      ...>   def small?(n), do: is_small(n)
      ...> end
      iex> Doc.PrivateGuard.small?(3)
      true
  """
  defmacro defguardp(guard)

  @doc """
  Defines a struct: a map with known keys that carries the name of its module.

  The fields are given as a list of keys with defaults, or of keys that default to `nil`. `@enforce_keys` lists keys that must be given, and
  `@derive` the protocols to be derived.

  ## Examples

      iex> defmodule Doc.Point do
      ...>   defstruct x: 0, y: 0
      ...> end
      iex> struct(Doc.Point, y: 5) |> Map.from_struct()
      %{x: 0, y: 5}
  """
  defmacro defstruct(fields)

  @doc """
  Defines an exception: a struct with `exception/1` and `message/1`.

  A `:message` among the fields gives the default message. Otherwise the module has to define `message/1`.

  ## Examples

      iex> defmodule Doc.TooHot do
      ...>   defexception message: "too hot", celsius: 0
      ...> end
      iex> try do
      ...>   raise Doc.TooHot, celsius: 90
      ...> rescue
      ...>   error in Doc.TooHot -> {error.message, error.celsius}
      ...> end
      {"too hot", 90}
  """
  defmacro defexception(fields)

  @doc """
  Defines a protocol: functions that each type may implement in its own way.

  The body lists the functions without bodies. A call goes to the implementation for the type of the first argument; without one,
  `Protocol.UndefinedError` is raised.

  ## Examples

      iex> defprotocol Doc.Area do
      ...>   def area(shape)
      ...> end
      iex> defimpl Doc.Area, for: Tuple do
      ...>   def area({width, height}), do: width * height
      ...> end
      iex> Doc.Area.area({3, 4})
      12
  """
  defmacro defprotocol(name, do_block)

  @doc """
  Defines the implementation of a protocol for a type.

  `:for` is a struct's module, or one of `Atom`, `BitString`, `Float`, `Function`, `Integer`, `List`, `Map`, `PID`, `Port`, `Reference`, `Tuple` and `Any`, or a
  list of these. Inside a module with a struct it may be left out.

  ## Examples

      iex> defprotocol Doc.Size do
      ...>   def size(value)
      ...> end
      iex> defimpl Doc.Size, for: [List, Map] do
      ...>   def size(value), do: Enum.count(value)
      ...> end
      iex> Doc.Size.size(%{a: 1})
      1
  """
  defmacro defimpl(name, opts, do_block \\ [])

  @doc """
  Defines functions that pass their call on to another module.

  Options are `:to`, the other module, and `:as`, the name of the function there.

  ## Examples

      iex> defmodule Doc.Front do
      ...>   defdelegate backwards(list), to: Enum, as: :reverse
      ...> end
      iex> Doc.Front.backwards([1, 2])
      [2, 1]
  """
  defmacro defdelegate(funs, opts)

  @doc """
  Marks functions of the module so far as overridable.

  A later definition with the same name takes the place of the former, and may call it with `super`. The argument is a keyword list of names and arities,
  or a behaviour.

  ## Examples

      iex> defmodule Doc.Base do
      ...>   def greet(name), do: "Hi " <> name
      ...>   defoverridable greet: 1
      ...>   def greet(name), do: super(name) <> "!"
      ...> end
      iex> Doc.Base.greet("Ada")
      "Hi Ada!"
  """
  defmacro defoverridable(keywords_or_behaviour)

  @doc """
  Requires a module and calls its `__using__/1` macro with the options.

  It lets a module put code where it is used.

  ## Examples

      iex> defmodule Doc.Plugin do
      ...>   defmacro __using__(options) do
      ...>     quote do
      ...>       def options, do: unquote(options)
      ...>     end
      ...>   end
      ...> end
      iex> defmodule Doc.UsesPlugin do
      ...>   use Doc.Plugin, level: 3
      ...> end
      iex> Doc.UsesPlugin.options()
      [level: 3]
  """
  defmacro use(module, opts \\ [])

  @doc """
  Reads or sets a module attribute.

  `@name value` sets and `@name` reads it. Attributes serve as constants, and some have a meaning to the compiler: `@doc`, `@moduledoc`, `@spec`,
  `@type`, `@behaviour`, `@impl`, `@derive`, `@enforce_keys`, `@before_compile` and others. In a function the value of the time of its
  definition is read.

  ## Examples

      iex> defmodule Doc.Attribute do
      ...>   @limit 5
      ...>   def limit, do: @limit
      ...> end
      iex> Doc.Attribute.limit()
      5
  """
  defmacro @expr

  ## Code about code

  @doc """
  Marks an alias in quoted code as the caller's, so that it is expanded where the macro is used.

  ## Examples

      iex> {:alias!, _, [name]} = quote(do: alias!(Enum))
      iex> Macro.to_string(name)
      "Enum"
  """
  defmacro alias!(alias)

  @doc """
  Marks a variable in quoted code as the caller's, so that hygiene leaves it alone.

  The second argument is the context whose variable is meant.

  ## Examples

      iex> defmodule Doc.Var do
      ...>   defmacro set_x(value), do: quote(do: var!(x) = unquote(value))
      ...> end
      iex> defmodule Doc.UsesVar do
      ...>   require Doc.Var
      ...>
      ...>   def run do
      ...>     Doc.Var.set_x(7)
      ...>     x
      ...>   end
      ...> end
      iex> Doc.UsesVar.run()
      7
  """
  defmacro var!(var, context \\ nil)

  @doc """
  Returns the variables that are bound at this place, as a keyword list.

  The argument is the context, as in `var!/2`; without one it is that of the place itself.

  ## Examples

      iex> a = 1
      iex> b = a + 1
      iex> {a, b, binding()}
      {1, 2, [a: 1, b: 2]}
  """
  defmacro binding(context \\ nil)

  @doc """
  Shows an expression with its value, and returns the value.

  A pipeline is shown with the value after each step, and so are some other forms. Without an argument the variables are shown. The options are those
  of `inspect/2`.

  ## Examples

      dbg(Enum.map([1, 2], &(&1 * 2)))
      #=> prints the place, the code and [2, 4]
  """
  defmacro dbg(code \\ quote(do: binding()), options \\ [])

  ## Sigils

  @doc ~S"""
  Makes a string, with escapes and interpolation.

  ## Examples

      iex> ~s(say "#{1 + 1}")
      "say \"2\""
  """
  defmacro sigil_s(term, modifiers)

  @doc ~S"""
  Makes a string, without escapes and interpolation.

  ## Examples

      iex> ~S(a\b #{c})
      "a\\b \#{c}"
  """
  defmacro sigil_S(term, modifiers)

  @doc ~S"""
  Makes a charlist, with escapes and interpolation.

  ## Examples

      iex> ~c(ab#{1})
      [?a, ?b, ?1]
  """
  defmacro sigil_c(term, modifiers)

  @doc ~S"""
  Makes a charlist, without escapes and interpolation.

  ## Examples

      iex> ~C(a\b)
      [?a, ?\\, ?b]
  """
  defmacro sigil_C(term, modifiers)

  @doc ~S"""
  Makes a regular expression, with interpolation.

  The modifiers are those of `Regex.compile/2`.

  ## Examples

      iex> Regex.run(~r/a(\d)/i, "xA7")
      ["A7", "7"]
  """
  defmacro sigil_r(term, modifiers)

  @doc false
  defmacro sigil_R(arg, options)

  @doc ~S"""
  Makes a list of words, with escapes and interpolation.

  The modifier says what the words become: `s` strings, which is the default, `a` atoms, `c` charlists.

  ## Examples

      iex> ~w(one two#{1 + 1})
      ["one", "two2"]
      iex> ~w(one two)a
      [:one, :two]
  """
  defmacro sigil_w(term, modifiers)

  @doc ~S"""
  Makes a list of words, without escapes and interpolation.

  The modifiers are those of `~w`.

  ## Examples

      iex> ~W(a\b #{c})
      ["a\\b", "\#{c}"]
  """
  defmacro sigil_W(term, modifiers)

  @doc """
  Makes a date.

  ## Examples

      iex> ~D[2024-02-29].month
      2
  """
  defmacro sigil_D(date_string, modifiers)

  @doc """
  Makes a time.

  ## Examples

      iex> ~T[13:30:00].minute
      30
  """
  defmacro sigil_T(time_string, modifiers)

  @doc """
  Makes a date and time without time zone.

  ## Examples

      iex> ~N[2024-02-29 13:30:00].hour
      13
  """
  defmacro sigil_N(naive_datetime_string, modifiers)

  @doc """
  Makes a date and time in UTC.

  ## Examples

      iex> ~U[2024-02-29 13:30:00Z].time_zone
      "Etc/UTC"
  """
  defmacro sigil_U(datetime_string, modifiers)
end
