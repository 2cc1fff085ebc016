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
  def base ** exponent do
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

  def get_in(nil, [key | _]) when :erlang.not(:erlang.is_function(key)), do: nil
  def get_in(data, [key]) when :erlang.is_function(key), do: key.(:get, data, &Function.identity/1)

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

  defp pop_path(nil, [key | _]) when :erlang.not(:erlang.is_function(key)), do: :pop

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
        millisecond = :erlang.div(microsecond, 1000)

        total =
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

        case :erlang.<(total, 0) do
          true -> duration_error("duration must be positive, got: ", duration)
          false -> total
        end
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
            duration_error("timeout component ", unit, " is duplicated")

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

  defp duration_error(before, term, rest \\ "") do
    duration_error(:erlang.iolist_to_binary([before, Kernel.inspect(term), rest]))
  end

  # MACRO HEADS
end
