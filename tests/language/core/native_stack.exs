# Long loops over instructions that have a slow form: none may leave anything on the native stack.
defmodule Turns do
  def whole_bytes(0, _, seen), do: seen
  def whole_bytes(n, part, seen) when is_binary(part), do: whole_bytes(n - 1, part, seen + 1)
  def whole_bytes(n, part, seen), do: whole_bytes(n - 1, part, seen)

  def big(0, value), do: value
  def big(n, value), do: big(n - 1, -value)

  def dynamic(0, _, value), do: value
  def dynamic(n, step, value) when is_function(step, 1), do: dynamic(n - 1, step, step.(value))

  def to_self(0), do: :done

  def to_self(n) do
    send(self(), n)

    receive do
      ^n -> to_self(n - 1)
    end
  end

  def updated(0, map), do: map
  def updated(n, map), do: updated(n - 1, %{map | count: map.count + 1.5})

  # A reduction a turn, so that a slice goes through some thousand turns.
  def floats(0, x), do: x

  def floats(n, x) do
    a = x * 1.5 - x / 2.0 - x + 1.0 - 1.0 + x * 2.0 - x - x + x * 4.0 - x * 4.0
    b = a * 0.5 + a * 0.25 + a * 0.125 + a * 0.125 + x - a - x + a - x + x
    c = b + b - b + b - b + b - b + b - b + b - b + b - b + b - b
    floats(n - 1, x + a * 1.0 - b * 1.0 + c - c)
  end

  def caught(0, count), do: count

  def caught(n, count) do
    case :erlang.rem(n, 3) do
      0 -> caught(n - 1, count + (try do: throw(1), catch: (thrown -> thrown)))
      _ -> caught(n - 1, count)
    end
  end
end

<<_::3, bits::bitstring>> = "some text"
<<_::8, bytes::binary>> = "some text that is longer than what lies within a heap, so that this is a part of it, not a copy"
IO.inspect(Turns.whole_bytes(400_000, bytes, 0)) #=> 400000
IO.inspect(Turns.whole_bytes(400_000, bits, 0)) #=> 0
IO.inspect(Turns.big(400_000, 2 ** 80)) #=> 1208925819614629174706176
IO.inspect(Turns.dynamic(400_000, &(&1 * 1.0), 2.5)) #=> 2.5
IO.inspect(Turns.to_self(200_000)) #=> :done
IO.inspect(Turns.updated(300_000, %{count: 0})) #=> %{count: 450000.0}
IO.inspect(Turns.floats(20_000, 8.0)) #=> 8.0
IO.inspect(Turns.caught(300_000, 0)) #=> 100000
# Passing over messages costs no reductions, so a whole search runs in one slice.
for n <- 1..100_000, do: send(self(), {:other, n})
send(self(), {:wanted, make_ref()})
wanted = fn -> receive do: ({:wanted, <<_::3, _::bitstring>>} -> :bits; {:wanted, tag} when is_reference(tag) -> :found) end
IO.inspect(wanted.()) #=> :found

# An exception that passes through many handlers costs none either: each passes it on by an instruction of its own.
defmodule Handlers do
  def down(0), do: raise("at the bottom")

  def down(n) do
    try do
      down(n - 1) + 1
    after
      Process.put(:passed, Process.get(:passed, 0) + 1)
    end
  end
end

IO.inspect(try do Handlers.down(200_000) rescue error in RuntimeError -> error.message end) #=> "at the bottom"
IO.inspect(Process.get(:passed)) #=> 200000
