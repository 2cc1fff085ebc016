"""Whose output is whose: servers that work for a later cell, writers that never stop."""

import re
import time


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


SERVER = """
defmodule Talker do
  use GenServer
  def init(_), do: {:ok, 0}
  def handle_cast({:say, text}, n) do
    IO.puts(text)
    {:noreply, n + 1}
  end
  def handle_cast(:crash, _n), do: raise "talked too much"
end
{:ok, talker} = GenServer.start(Talker, nil)
"""


def test_a_server_prints_into_the_cell_that_asked_it(kernel):
    assert kernel.run(SERVER).stdout == ""
    assert kernel.run('GenServer.cast(talker, {:say, "second"})').stdout == "second\n"
    assert kernel.run('GenServer.cast(talker, {:say, "third"})').stdout == "third\n"


def test_a_server_crashes_in_the_cell_that_asked_it(kernel):
    first = kernel.run(SERVER)
    cell = kernel.run("GenServer.cast(talker, :crash)")
    assert first.stderr == ""
    assert "[error] GenServer " in plain(cell.stderr) and "(RuntimeError) talked too much" in cell.stderr
    assert cell.result == ":ok" and cell.error is None


def test_a_writer_that_never_stops_leaves_the_next_cell_answering(kernel):
    kernel.run('writer = spawn(fn -> f = fn f -> IO.puts("on and on and on"); f.(f) end; f.(f) end)')
    began = time.monotonic()
    assert kernel.run("1 + 1").result == "2"
    assert time.monotonic() - began < 10
    assert kernel.run("Process.exit(writer, :kill)").result == "true"
    assert kernel.run("Process.alive?(writer)").result == "false"


def test_many_lines_are_few_messages_and_all_before_idle(kernel):
    cell = kernel.run("for n <- 1..10_000, do: IO.puts(n)\n:done")
    assert cell.stdout == "".join(f"{n}\n" for n in range(1, 10_001))
    assert len(cell.of("stream")) < 50
    assert cell.result == ":done"


def test_an_interrupt_leaves_a_small_root(kernel):
    kernel.run("kept = 42")
    request = kernel.client.execute("f = fn f, n -> f.(f, n + 1) end\nf.(f, 0)")
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "execute_input":
        pass
    kernel.manager.interrupt_kernel()
    assert kernel.collect(request).error["ename"] == "Interrupt"
    assert kernel.run("kept").result == "42"
    words = int(kernel.run("{:total_heap_size, words} = Process.info(self(), :total_heap_size)\nwords").result)
    assert words * 8 < 10_000_000
