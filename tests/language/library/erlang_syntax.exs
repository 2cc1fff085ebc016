# What is written in Erlang's syntax: terms, and records in headers.
term = fn text ->
  {:ok, tokens, _} = :erl_scan.string(to_charlist(text))
  :erl_parse.parse_term(tokens)
end

IO.inspect(term.(~S({a, 'B c', "text", $x, 16#ff, -1.5e2, [1 | [2]], <<"b">>, #{k => []}}.)))
#=> {:ok, {:a, :"B c", ~c"text", 120, 255, -150.0, [1, 2], "b", %{k: []}}}
IO.inspect(term.("{a")) #=> {:error, {999999, :erl_parse, [~c"syntax error before: ", []]}}
IO.inspect(term.("f(x).")) #=> {:error, {1, :erl_parse, ~c"bad term"}}
IO.inspect(:erl_scan.string(~c"a\n% note\n\"b")) #=> {:error, {3, :erl_scan, {:unterminated, :string, ~c"b"}}, 3}

folder = Path.join(System.tmp_dir!(), "records-#{System.pid()}-#{System.unique_integer([:positive])}")
File.mkdir_p!(folder)
File.write!(Path.join(folder, "part.hrl"), "-define(START, {0, 1 bsl 4}).\n-record(part, {a = 1, 'B' :: atom()}).\n")

File.write!(Path.join(folder, "all.hrl"), """
%% A header.
-ifndef(SEEN).
-define(SEEN, true).
-include("part.hrl").
-endif.
-ifdef(OTHER).
-record(left_out, {a}).
-else.
-record(whole, {part = #part{'B' = b} :: #part{},
                list = [x | [?START]] :: [{a, b}] | undefined, % a note, with a comma
                text = "a,b}", last :: fun((integer()) -> any())}).
-endif.
-spec f(X) -> X.
""")

path = Path.join(folder, "all.hrl")
IO.inspect(Record.extract(:whole, from: path)) #=> [part: {:part, 1, :b}, list: [:x, {0, 16}], text: ~c"a,b}", last: :undefined]
IO.inspect(Keyword.keys(Record.extract_all(from: path))) #=> [:part, :whole]
IO.inspect(Keyword.keys(Record.extract_all(from: path, macros: [OTHER: true]))) #=> [:part, :left_out]
Record.extract(:nobody, from: "no_such.hrl") #!> ** (ArgumentError) include file not found: no_such.hrl
File.rm_rf!(folder)

# Values of records are computed in the order in which they stand.
defmodule RecordOrderCase do
  require Record
  Record.defrecord(:pair, [:left, :right])
  def build(note), do: pair(right: note.(:right), left: note.(:left))
  def records, do: @__records__
end

IO.inspect(RecordOrderCase.build(fn name -> IO.inspect(name) end))
#=> :right
#=> :left
#=> {:pair, :left, :right}
IO.inspect(RecordOrderCase.records()) #=> [%{fields: [:left, :right], kind: :defrecord, name: :pair, tag: :pair}]

defmodule RecordTwiceCase do
  require Record
  Record.defrecord(:a, [:b])
  Record.defrecord(:a, [:b])
end #!> ** (ArgumentError) cannot define record :a because a definition a/0 already exists
