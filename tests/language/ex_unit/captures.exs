# What is printed and logged can be caught; what a process prints meanwhile is its own affair.
import ExUnit.CaptureIO
import ExUnit.CaptureLog
require Logger
ExUnit.start(autorun: false, seed: 0, formatters: [])

IO.inspect(capture_io(fn -> IO.puts("one") end)) #=> "one\n"
IO.inspect(with_io(fn -> IO.write("two") && 2 end)) #=> {2, "two"}
IO.inspect(capture_io("in\n", fn -> IO.write("<" <> IO.gets("? ") <> ">") end)) #=> "? <in\n>"
IO.inspect(capture_io([input: "in", capture_prompt: false], fn -> IO.write(IO.gets("? ")) end)) #=> "in"
IO.inspect(capture_io(:stderr, fn -> IO.write(:stderr, "no!") end)) #=> "no!"

inner = fn -> IO.inspect({:inner, capture_io(:stderr, fn -> IO.write(:stderr, "b") end)}) end

IO.inspect(capture_io(:stderr, fn ->
  IO.write(:stderr, "a")
  inner.()
end))

#=> {:inner, "b"}
#=> "ab"

try do
  capture_io(:no_device, fn -> :ok end)
rescue
  error -> IO.inspect(error.message)
end

#=> "could not find IO device registered at :no_device"

log = capture_log(fn -> Logger.error("out of paper") end)
IO.inspect(log =~ "[error] out of paper") #=> true
IO.inspect(capture_log([level: :error], fn -> Logger.info("all is well") end)) #=> ""
{:links, links} = Process.info(self(), :links)
capture_log(fn -> IO.inspect(Process.info(self(), :links) == {:links, links}) end) #=> true

# Text of a document becomes tests.
path = Path.join(System.tmp_dir!(), "jovial_examples_#{System.pid()}_#{System.unique_integer([:positive])}.md")
File.write!(path, "    iex> 1 + 1\n    2\n\n    iex> raise \"no\"\n    ** (RuntimeError) no\n\n    iex> x = 2\n    iex> x\n    3\n")

defmodule ExamplesTest do
  use ExUnit.Case
  doctest_file(path)
end

File.rm!(path)
IO.inspect(ExUnit.run()) #=> %{excluded: 0, failures: 1, skipped: 0, total: 3}
