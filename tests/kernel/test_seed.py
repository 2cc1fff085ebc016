"""A notebook on processes, cell by cell: what each must show."""

import re

import pytest

PID = r"#PID<0\.\d+\.\d+>"

KV = """defmodule KV do
  def start_link do
    Task.start_link(fn -> loop(%{}) end)
    end
defp loop(map) do
receive do
 {:get, key, caller} ->
  send caller, Map.get(map, key)
  loop(map)
{:put, key, value} ->
loop(Map.put(map, key,value)
)
end
end
end"""


def matches(pattern, text):
    assert text is not None and re.fullmatch(pattern, text, re.S), f"{text!r} is not {pattern}"
    return text


def ends_root(cell, pid, reason):
    assert cell.result is None
    assert cell.error["ename"] == "EXIT"
    traceback = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(cell.error["traceback"]))
    assert traceback.startswith(f"** (EXIT from {pid}) shell process exited with reason: {reason}"), traceback
    assert "new root process" in cell.stderr
    return traceback


def test_all_rows(kernel):
    run = kernel.run
    first = matches(PID, run("spawn fn -> 1 + 2 end").result)
    second = matches(PID, run("pid = spawn fn -> 1 + 2 end").result)
    assert first != second
    assert run("Process.alive?(pid)").result == "false"
    root = matches(PID, run("self()").result)
    assert run("Process.alive?(self())").result == "true"
    assert run('send self(), {:hello, "world"}').result == '{:hello, "world"}'
    cell = run("receive do\n  {:hello, msg} -> msg\n  {:world, _msg} -> \"won't match\"\n  \n  end")
    assert cell.result == '"world"'
    cell = run('receive do\n{:hello, msg} -> msg\nafter \n1_000 -> "nothing after 1s"\nend')
    assert cell.result == '"nothing after 1s"'
    cell = run(
        "parent = self()\nspawn fn -> send(parent, {:hello, self()}) end\n\nreceive do\n"
        '{:hello, pid} -> "Got hello from #{inspect pid}"\nend'
    )
    matches(f'"Got hello from {PID}"', cell.result)
    assert run("pid", store_history=False).result == second
    assert run("send self(), :hello").result == ":hello"
    cell = run("flush()")
    assert (cell.stdout, cell.result) == (":hello\n", ":ok")
    cell = run("flush()")
    assert (cell.stdout, cell.result) == ("", ":ok")

    cell = run('spawn fn -> raise "oops" end')
    crashed = matches(PID, cell.result)
    log = re.sub(r"\x1b\[[0-9;]*m", "", cell.stderr)
    matches(
        r"\n\d\d:\d\d:\d\d\.\d\d\d \[error\] Process " + re.escape(crashed)
        + r" raised an exception\n\*\* \(RuntimeError\) oops\n    cell\[13\]:1: \(file\)\n.*",
        log,
    )
    assert run("self()").result == root

    cell = run('spawn_link fn -> raise "oops" end')
    traceback = ends_root(cell, root, "an exception was raised:")
    assert "\n    ** (RuntimeError) oops\n        cell[15]:1: (file)" in traceback
    root2 = matches(PID, run("self()").result)
    assert root2 != root
    assert run("parent").result == root

    cell = run('Task.start fn -> raise "oops" end')
    task = re.fullmatch(r"\{:ok, (" + PID + r")\}", cell.result)[1]
    log = re.sub(r"\x1b\[[0-9;]*m", "", cell.stderr)
    assert f"[error] Task {task} started from {root2} terminating\n** (RuntimeError) oops\n" in log
    assert re.search(r"\nFunction: #Function<[^>]*>\n    Args: \[\]\n", log)

    cell = run(KV)
    matches(r"\{:module, KV, <<70, 79, 82, 49(, \d+){43}, \.\.\.>>, \{:loop, 1\}\}", " ".join(cell.result.split()))
    kv = re.fullmatch(r"\{:ok, (" + PID + r")\}", run("{:ok, pid} = KV.start_link").result)[1]
    get = "{:get, :hello, " + root2 + "}"
    assert run("send pid, {:get, :hello, self()}").result == get
    cell = run("flush()")
    assert (cell.stdout, cell.result) == ("nil\n", ":ok")
    assert run("send pid, {:put, :hello, :world}").result == "{:put, :hello, :world}"
    assert run("send pid, {:get, :hello, self()}").result == get
    assert run("flush()").stdout == ":world\n"
    assert run("Process.register(pid, :kv)").result == "true"
    assert run("send :kv, {:get, :hello, self()}").result == get
    assert run("flush()").stdout == ":world\n"
    assert run("pid", store_history=False).result == kv
    matches(r"\{:ok, " + PID + r"\}", run("{:ok, pid} = Agent.start_link(fn -> %{} end)").result)
    assert run("Agent.update(pid, fn map -> Map.put(map, :hello, :world) end)").result == ":ok"
    assert run("Agent.get(pid, fn map -> Map.get(map, :hello) end)").result == ":world"
    ends_root(run("Process.exit(Process.whereis(:kv), :kill)"), root2, "killed")
    assert run("Process.alive?(pid)").result == "false"


def test_a_seed_gives_the_same_session_again(start_kernel):
    cells = [
        "parent = self()\npids = for n <- 1..20, do: spawn(fn -> for k <- 1..5 do\n  Process.sleep(rem(n * k, 7))\n  send(parent, {n, k})\nend end)",
        "got = for _ <- 1..100, do: receive(do: (message -> message))",
        "{:ok, agent} = Agent.start_link(fn -> [] end)\n1..20 |> Task.async_stream(fn n -> Agent.update(agent, &[n | &1]) end) |> Stream.run()\nAgent.get(agent, & &1)",
        "for n <- 1..5, do: spawn(fn -> IO.puts(n) end)",
        "{make_ref(), :rand.uniform(1_000_000), System.os_time(), System.monotonic_time(), DateTime.utc_now()}",
        "spawn(fn -> Process.sleep(100) && IO.puts(\"late\") end)",
        "Process.sleep(200)",
        "spawn_link(fn -> exit(:boom) end)\nProcess.sleep(10)",
        "{length(got), self()}",
    ]

    def session(seed):
        kernel = start_kernel(JOVIAL_SEED=str(seed))
        found = []
        for code in cells:
            cell = kernel.run(code)
            found.append((cell.result, cell.stdout, cell.stderr, cell.error and cell.error["traceback"]))
        return found

    first = session(1)
    assert first == session(1)
    assert first[1] != session(2)[1]


def test_a_deterministic_session_can_be_interrupted(start_kernel):
    kernel = start_kernel(JOVIAL_SEED="1")
    for code in ["receive do\n  :what_nobody_sends -> :ok\nend", "loop = fn loop -> loop.(loop) end\nloop.(loop)"]:
        request = kernel.client.execute(f'IO.puts("on the way")\n{code}')
        while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
            pass
        kernel.manager.interrupt_kernel()
        assert kernel.collect(request).error["ename"] == "Interrupt"
    # What never rests does not hold its cell for ever.
    assert kernel.run("spawn(fn -> Stream.cycle([1]) |> Stream.run() end)\n:done").result == ":done"
    assert kernel.run("1 + 1").result == "2"
