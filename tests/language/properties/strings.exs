# What holds for all texts, tried on many from a fixed seed.
defmodule Texts do
  @ranges [{0x20, 0x7E}, {0x80, 0x24F}, {0x300, 0x36F}, {0x400, 0x4FF}, {0x590, 0x6FF}, {0x900, 0xDFF}, {0x1100, 0x11FF},
           {0x1E00, 0x1FFF}, {0x2000, 0x206F}, {0x3040, 0x30FF}, {0xAC00, 0xD7A3}, {0xFE00, 0xFE0F}, {0x1F1E6, 0x1F1FF},
           {0x1F300, 0x1F6FF}, {0x1F468, 0x1F469}, {0x200D, 0x200D}, {0x0D, 0x0D}, {0x0A, 0x0A}, {0x10000, 0x10FFFF}]

  def text(n) do
    :rand.seed(:exsss, {n, 5, 7})
    for _ <- 1..:rand.uniform(30), into: "", do: <<char()::utf8>>
  end

  def char do
    {first, last} = Enum.random(@ranges)
    first + :rand.uniform(last - first + 1) - 1
  end
end

defmodule Law do
  def check(name, count, law) do
    failed = for n <- 1..count, text = Texts.text(n), not law.(text), do: n
    IO.inspect({name, failed})
  end
end

Law.check(:graphemes, 1500, fn text ->
  graphemes = String.graphemes(text)
  Enum.join(graphemes) == text and length(graphemes) == String.length(text) and "" not in graphemes
end) #=> {:graphemes, []}

Law.check(:walk, 700, fn text ->
  walk = Stream.unfold(text, &String.next_grapheme/1) |> Enum.to_list()
  walk == String.graphemes(text) and String.at(text, 0) == hd(walk) and String.last(text) == List.last(walk)
end) #=> {:walk, []}

Law.check(:codepoints, 700, fn text ->
  List.to_string(String.to_charlist(text)) == text and Enum.join(String.codepoints(text)) == text and String.valid?(text)
end) #=> {:codepoints, []}

# Hangul and combining marks can join what reversing parts, so only what has single code points comes back.
Law.check(:reverse, 700, fn text ->
  graphemes = String.graphemes(text)
  String.reverse(text) == graphemes |> Enum.reverse() |> Enum.join()
end) #=> {:reverse, []}

Law.check(:slices, 700, fn text ->
  size = String.length(text)
  at = rem(byte_size(text) * 7, size + 1)
  {left, right} = String.split_at(text, at)
  left <> right == text and left == String.slice(text, 0, at) and right == String.slice(text, at, size) and
    Enum.map_join(0..(size - 1), &String.at(text, &1)) == text
end) #=> {:slices, []}

Law.check(:split, 700, fn text ->
  [first | _] = String.graphemes(text)
  parts = String.split(text, first)
  Enum.join(parts, first) == text and String.replace(text, first, "") == Enum.join(parts) and
    Enum.join(String.split(text, "")) == text and String.contains?(text, first) and String.starts_with?(text, first)
end) #=> {:split, []}

Law.check(:normal_forms, 700, fn text ->
  Enum.all?([:nfc, :nfd, :nfkc, :nfkd], fn form ->
    once = String.normalize(text, form)
    String.normalize(once, form) == once
  end) and String.normalize(String.normalize(text, :nfd), :nfc) == String.normalize(text, :nfc) and
    String.equivalent?(text, String.normalize(text, :nfd))
end) #=> {:normal_forms, []}

Law.check(:cases, 700, fn text ->
  String.downcase(String.downcase(text)) == String.downcase(text) and String.upcase(String.upcase(text)) == String.upcase(text)
end) #=> {:cases, []}

Law.check(:trims, 700, fn text ->
  padded = " \t\n" <> text <> "\u2003 "
  trimmed = String.trim(padded)
  trimmed == String.trim(text) and String.trim_leading(String.trim_trailing(padded)) == trimmed and
    String.trim(trimmed) == trimmed
end) #=> {:trims, []}

Law.check(:encodings, 700, fn text ->
  both = fn form -> :unicode.characters_to_binary(:unicode.characters_to_binary(text, :utf8, form), form, :utf8) == text end
  both.({:utf16, :big}) and both.({:utf16, :little}) and both.({:utf32, :big}) and
    text |> Base.encode64() |> Base.decode64!() == text and text |> Base.encode16() |> Base.decode16!() == text and
    text |> Base.encode32() |> Base.decode32!() == text and URI.decode(URI.encode(text)) == text and
    URI.decode_www_form(URI.encode_www_form(text)) == text
end) #=> {:encodings, []}

Law.check(:texts_in_code, 700, fn text ->
  {back, _} = Code.eval_string(inspect(text, limit: :infinity, printable_limit: :infinity))
  {charlist, _} = Code.eval_string(inspect(String.to_charlist(text), limit: :infinity, printable_limit: :infinity))
  back == text and charlist == String.to_charlist(text)
end) #=> {:texts_in_code, []}

Law.check(:distances, 300, fn text ->
  other = String.reverse(text)
  same = String.jaro_distance(text, text)
  there = String.jaro_distance(text, other)
  same == 1.0 and abs(there - String.jaro_distance(other, text)) < 1.0e-9 and there >= 0.0 and there <= 1.0 and
    Enum.map_join(String.myers_difference(text, other), fn
      {:del, _} -> ""
      {_, part} -> part
    end) == other
end) #=> {:distances, []}
