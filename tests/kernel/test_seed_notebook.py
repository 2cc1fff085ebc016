"""The notebook on processes as nbconvert runs it: whole, in bounded time, also beside a busy core."""

import json
import re
import subprocess
import sys
import time

import nbformat
import pytest

from test_seed import KV, PID

CELLS = [
    ("spawn fn -> 1 + 2 end", PID),
    ("pid = spawn fn -> 1 + 2 end", PID),
    ("Process.alive?(pid)", "false"),
    ("self()", PID),
    ("Process.alive?(self())", "true"),
    ('send self(), {:hello, "world"}', '{:hello, "world"}'),
    ('receive do\n  {:hello, msg} -> msg\n  {:world, _msg} -> "won\'t match"\n  \n  end', '"world"'),
    ('receive do\n{:hello, msg} -> msg\nafter \n1_000 -> "nothing after 1s"\nend', '"nothing after 1s"'),
    (
        "parent = self()\nspawn fn -> send(parent, {:hello, self()}) end\n\nreceive do\n"
        '{:hello, pid} -> "Got hello from #{inspect pid}"\nend',
        f'"Got hello from {PID}"',
    ),
    ("send self(), :hello", ":hello"),
    ("flush()", ":hello\n:ok"),
    ("flush()", ":ok"),
    ('spawn fn -> raise "oops" end', rf"\n\S+ \[error\] Process {PID} raised an exception\n\*\* \(RuntimeError\) oops\n    cell\[13\]:1: \(file\)\n.*{PID}"),
    ("self()", PID),
    ('spawn_link fn -> raise "oops" end', r".*\[error\] Process .*new root process.*EXIT"),
    ("self()", PID),
    ("parent", PID),
    ('Task.start fn -> raise "oops" end', rf".*\[error\] Task {PID} started from {PID} terminating\n.*{{:ok, {PID}}}"),
    (KV, r"{:module, KV,\s+<<70, 79, 82, 49, .*\.\.\.>>, {:loop, 1}}"),
    ("{:ok, pid} = KV.start_link", f"{{:ok, {PID}}}"),
    ("send pid, {:get, :hello, self()}", f"{{:get, :hello, {PID}}}"),
    ("flush()", "nil\n:ok"),
    ("send pid, {:put, :hello, :world}", "{:put, :hello, :world}"),
    ("send pid, {:get, :hello, self()}", f"{{:get, :hello, {PID}}}"),
    ("flush()", ":world\n:ok"),
    ("Process.register(pid, :kv)", "true"),
    ("send :kv, {:get, :hello, self()}", f"{{:get, :hello, {PID}}}"),
    ("flush()", ":world\n:ok"),
    ("{:ok, pid} = Agent.start_link(fn -> %{} end)", f"{{:ok, {PID}}}"),
    ("Agent.update(pid, fn map -> Map.put(map, :hello, :world) end)", ":ok"),
    ("Agent.get(pid, fn map -> Map.get(map, :hello) end)", ":world"),
    ("Process.exit(Process.whereis(:kv), :kill)", r".*new root process.*EXIT"),
    ("Process.alive?(pid)", "false"),
]
DYING = [15, 32]
# One cell waits a second for a message; the rest is for a machine that does other things too.
SECONDS_MAX = 30


def shown(cell):
    text = ""
    for output in cell.outputs:
        if output.output_type == "stream":
            text += output.text
        elif output.output_type == "execute_result":
            text += output.data["text/plain"]
        else:
            text += output.ename
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.fixture
def notebook(tmp_path):
    cells = []
    for number, (source, _) in enumerate(CELLS, 1):
        cell = nbformat.v4.new_code_cell(source)
        cell.metadata.tags = ["raises-exception"] if number in DYING else []
        cells.append(cell)
    spec = {"name": "jovial", "language": "elixir", "display_name": "Elixir (Jovial)"}
    path = tmp_path / "seed.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


@pytest.mark.parametrize("busy", [False, True, False, True], ids=lambda busy: "busy" if busy else "alone")
def test_nbconvert_runs_it_in_bounded_time(notebook, busy):
    beside = subprocess.Popen([sys.executable, "-c", "while True: pass"]) if busy else None
    try:
        begin = time.monotonic()
        command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "notebook", "--inplace", notebook]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - begin < SECONDS_MAX
    finally:
        if beside:
            beside.kill()
            beside.wait()
    executed = nbformat.read(notebook, as_version=4)
    for number, (cell, (source, pattern)) in enumerate(zip(executed.cells, CELLS, strict=True), 1):
        text = shown(cell)
        assert re.fullmatch(pattern, text, re.S), f"cell {number}: {source}\n{json.dumps(text)}"
