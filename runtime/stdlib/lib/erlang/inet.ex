defmodule :inet do
  @moduledoc """
  Addresses of the internet as text and as tuples: four bytes, or eight numbers of 16 bits.

  There are no sockets behind it; it reads and writes, and knows the name of the machine.
  """

  @type ip4 :: {0..255, 0..255, 0..255, 0..255}
  @type ip6 :: {char, char, char, char, char, char, char, char}

  @doc """
  The name of the machine.

  ## Examples

      iex> {:ok, [_ | _]} = :inet.gethostname()
      iex> :ok
      :ok
  """
  @spec gethostname() :: {:ok, charlist}
  def gethostname do
    case :file.read_file(~c"/proc/sys/kernel/hostname") do
      {:ok, line} -> {:ok, :binary.bin_to_list(:string.trim(line))}
      {:error, _unknown} -> {:ok, ~c"localhost"}
    end
  end

  @doc """
  Reads an address of either kind.

  ## Examples

      iex> :inet.parse_address(~c"127.0.0.1")
      {:ok, {127, 0, 0, 1}}
      iex> :inet.parse_address(~c"2001:db8::1")
      {:ok, {0x2001, 0xDB8, 0, 0, 0, 0, 0, 1}}
      iex> :inet.parse_address(~c"nowhere")
      {:error, :einval}
  """
  @spec parse_address(charlist) :: {:ok, ip4 | ip6} | {:error, :einval}
  def parse_address(text), do: either(text, &short/1)

  @doc """
  The same for addresses that name all their bytes: `127.1` is none.

  ## Examples

      iex> {:inet.parse_address(~c"127.1"), :inet.parse_strict_address(~c"127.1")}
      {{:ok, {127, 0, 0, 1}}, {:error, :einval}}
  """
  @spec parse_strict_address(charlist) :: {:ok, ip4 | ip6} | {:error, :einval}
  def parse_strict_address(text), do: either(text, &full/1)

  @doc """
  Reads an address of version 4, in which the last number stands for all bytes that are left.

  ## Examples

      iex> :inet.parse_ipv4_address(~c"10.258")
      {:ok, {10, 0, 1, 2}}
  """
  @spec parse_ipv4_address(charlist) :: {:ok, ip4} | {:error, :einval}
  def parse_ipv4_address(text), do: read(text, &short/1)

  @doc """
  Reads an address of version 4 with four numbers.

  ## Examples

      iex> :inet.parse_ipv4strict_address(~c"10.0.0.256")
      {:error, :einval}
  """
  @spec parse_ipv4strict_address(charlist) :: {:ok, ip4} | {:error, :einval}
  def parse_ipv4strict_address(text), do: read(text, &full/1)

  @doc """
  Reads an address of version 6; one of version 4 becomes one that is mapped to it.

  ## Examples

      iex> :inet.parse_ipv6_address(~c"1.2.3.4")
      {:ok, {0, 0, 0, 0, 0, 0xFFFF, 0x102, 0x304}}
  """
  @spec parse_ipv6_address(charlist) :: {:ok, ip6} | {:error, :einval}
  def parse_ipv6_address(text) do
    case read(text, &short/1) do
      {:ok, {a, b, c, d}} -> {:ok, {0, 0, 0, 0, 0, 0xFFFF, a * 256 + b, c * 256 + d}}
      _ -> read(text, &long/1)
    end
  end

  @doc """
  Reads an address of version 6.

  ## Examples

      iex> :inet.parse_ipv6strict_address(~c"::ffff:1.2.3.4")
      {:ok, {0, 0, 0, 0, 0, 0xFFFF, 0x102, 0x304}}
      iex> :inet.parse_ipv6strict_address(~c"1::2::3")
      {:error, :einval}
  """
  @spec parse_ipv6strict_address(charlist) :: {:ok, ip6} | {:error, :einval}
  def parse_ipv6strict_address(text), do: read(text, &long/1)

  @doc """
  Writes an address. The longest run of zeros in one of version 6 is left out.

  ## Examples

      iex> :inet.ntoa({192, 168, 0, 1})
      ~c"192.168.0.1"
      iex> :inet.ntoa({0x2001, 0xDB8, 0, 0, 1, 0, 0, 1})
      ~c"2001:db8::1:0:0:1"
      iex> :inet.ntoa(:localhost)
      {:error, :einval}
  """
  @spec ntoa(ip4 | ip6) :: charlist | {:error, :einval}
  def ntoa({a, b, c, d} = address) when a in 0..255 and b in 0..255 and c in 0..255 and d in 0..255 do
    address |> Tuple.to_list() |> Enum.map_join(".", &Integer.to_string/1) |> String.to_charlist()
  end

  def ntoa({0, 0, 0, 0, 0, high, a, b}) when (high == 0xFFFF or (high == 0 and a != 0)) and a in 0..0xFFFF and b in 0..0xFFFF do
    prefix = if high == 0, do: ~c"::", else: ~c"::ffff:"
    prefix ++ ntoa({div(a, 256), rem(a, 256), div(b, 256), rem(b, 256)})
  end

  def ntoa(address) when is_tuple(address) and tuple_size(address) == 8 do
    words = Tuple.to_list(address)
    if Enum.all?(words, &(&1 in 0..0xFFFF)), do: words |> shortened() |> String.to_charlist(), else: {:error, :einval}
  end

  def ntoa(_other), do: {:error, :einval}

  @doc """
  Whether a value is an address of version 4.

  ## Examples

      iex> :inet.is_ipv4_address({1, 2, 3, 4})
      true
  """
  @spec is_ipv4_address(term) :: boolean
  def is_ipv4_address(value), do: numbers?(value, 4, 255)

  @doc """
  Whether a value is an address of version 6.

  ## Examples

      iex> :inet.is_ipv6_address({1, 2, 3, 4})
      false
  """
  @spec is_ipv6_address(term) :: boolean
  def is_ipv6_address(value), do: numbers?(value, 8, 0xFFFF)

  @doc """
  Whether a value is an address.

  ## Examples

      iex> :inet.is_ip_address({0, 0, 0, 0, 0, 0, 0, 1})
      true
  """
  @spec is_ip_address(term) :: boolean
  def is_ip_address(value), do: is_ipv4_address(value) or is_ipv6_address(value)

  defp numbers?(value, size, max) do
    is_tuple(value) and tuple_size(value) == size and Enum.all?(Tuple.to_list(value), &(is_integer(&1) and &1 in 0..max//1))
  end

  defp either(text, four) do
    with {:error, _} <- read(text, four), do: read(text, &long/1)
  end

  defp read(text, parse) do
    case is_list(text) and :unicode.characters_to_binary(text) do
      text when is_binary(text) -> with :error <- parse.(text), do: {:error, :einval}
      _ -> {:error, :einval}
    end
  end

  # ## Version 4

  defp full(text) do
    case bytes(text) do
      [_, _, _, _] = bytes -> if Enum.all?(bytes, &(&1 in 0..255)), do: {:ok, List.to_tuple(bytes)}, else: :error
      _ -> :error
    end
  end

  # Up to four numbers, of which the last fills what is left.
  defp short(text) do
    case bytes(text) do
      [_ | _] = numbers when length(numbers) <= 4 ->
        {first, [last]} = Enum.split(numbers, -1)
        left = 4 - length(first)

        if Enum.all?(first, &(&1 in 0..255)) and last < 256 ** left do
          {:ok, List.to_tuple(first ++ :binary.bin_to_list(<<last::size(left)-unit(8)>>))}
        else
          :error
        end

      _ ->
        :error
    end
  end

  # Numbers may be octal and hexadecimal, as in C.
  defp bytes(text) do
    numbers = for part <- String.split(text, "."), do: number(part)
    if :error in numbers, do: [], else: numbers
  end

  defp number("0x" <> digits), do: digits(digits, 16)
  defp number("0X" <> digits), do: digits(digits, 16)
  defp number("0" <> digits) when digits != "", do: digits(digits, 8)
  defp number("+" <> digits), do: digits(digits, 10)
  defp number(digits), do: digits(digits, 10)

  defp digits(<<first, _::binary>> = text, base) when first not in [?+, ?-] do
    case Integer.parse(text, base) do
      {number, ""} -> number
      _ -> :error
    end
  end

  defp digits(_text, _base), do: :error

  # ## Version 6

  defp long(text) do
    # A zone behind the address changes nothing of it.
    [text | _] = String.split(text, "%", parts: 2)

    case String.split(text, "::") do
      [all] -> joined(words(all), [], 0)
      # An address of version 4 can only be the end of one of version 6.
      [left, right] -> if String.contains?(left, "."), do: :error, else: joined(words(left), words(right), 1)
      _ -> :error
    end
  end

  defp joined(left, right, zeros_min) do
    with true <- is_list(left) and is_list(right),
         zeros = 8 - length(left) - length(right),
         true <- (zeros_min == 0 and zeros == 0) or (zeros_min == 1 and zeros >= 1) do
      {:ok, List.to_tuple(left ++ List.duplicate(0, zeros) ++ right)}
    else
      false -> :error
    end
  end

  defp words(""), do: []

  defp words(text) do
    {parts, last} = text |> String.split(":") |> Enum.split(-1)
    words = for part <- parts, do: word(part)

    last =
      case String.contains?(hd(last), ".") and full(hd(last)) do
        {:ok, {a, b, c, d}} -> [a * 256 + b, c * 256 + d]
        _ -> [word(hd(last))]
      end

    if :error in words or :error in last, do: :error, else: words ++ last
  end

  defp word(text) when byte_size(text) in 1..4, do: digits(text, 16)
  defp word(_text), do: :error

  defp shortened(words) do
    {start, size} = zeros(words, 0, {0, 0})
    hex = &Enum.map_join(&1, ":", fn word -> word |> Integer.to_string(16) |> String.downcase() end)
    if size < 2, do: hex.(words), else: hex.(Enum.take(words, start)) <> "::" <> hex.(Enum.drop(words, start + size))
  end

  # Where the longest run of zeros is, and how long.
  defp zeros([], _at, longest), do: longest

  defp zeros([0 | _] = words, at, {_, longest_size} = longest) do
    {run, rest} = Enum.split_while(words, &(&1 == 0))
    size = length(run)
    zeros(rest, at + size, if(size > longest_size, do: {at, size}, else: longest))
  end

  defp zeros([_ | rest], at, longest), do: zeros(rest, at + 1, longest)
end
