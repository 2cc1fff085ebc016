"""Trouble: whatever a cell or a client does, the kernel answers the next cell, or ends cleanly where that was asked for."""

import contextlib
import json
import pathlib
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import time

import pytest
import zmq
from jupyter_client.session import Session


def answers(kernel):
    """The kernel is as good as before."""
    cell = kernel.run("Enum.map([1, 2], &(&1 + 1))", timeout=30)
    assert cell.error is None
    assert cell.result == "[2, 3]"


def interrupted(kernel, code):
    """Starts a cell, interrupts it once it has said that it goes, and gives what it brought."""
    request = kernel.client.execute(f'IO.puts("on the way")\n{code}')
    while True:
        message = kernel.client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] == request:
            break
    kernel.manager.interrupt_kernel()
    cell = kernel.collect(request, timeout=30)
    assert cell.error["ename"] == "Interrupt"
    assert cell.result is None
    return cell


ENDLESS = {
    "loop": "loop = fn loop -> loop.(loop) end\nloop.(loop)",
    "loop that catches": """
        defmodule Stubborn do
          def go do
            try do
              spin()
            rescue
              _ -> go()
            catch
              _, _ -> go()
            end
          end

          defp spin, do: spin()
        end

        Stubborn.go()
    """,
    "receive": "receive do\n  :what_nobody_sends -> :ok\nend",
    "sleep": "Process.sleep(:infinity)",
    "stream": "Stream.iterate(1, &(&1 + 1)) |> Enum.each(& &1)",
    "macro": """
        defmodule Waits do
          defmacro wait do
            receive do
              :what_nobody_sends -> :ok
            end
          end
        end

        require Waits
        Waits.wait()
    """,
    "sort": "list = Enum.map(1..2_000_000, &rem(&1 * 7919, 1_000_003))\nsort = fn sort -> :lists.sort(list) && sort.(sort) end\nsort.(sort)",
    "power": "Stream.repeatedly(fn -> Integer.pow(3, 10_000_000) end) |> Enum.find(& &1 == 0)",
    "product": "number = Integer.pow(3, 9_000_000)\nStream.repeatedly(fn -> number * (number + 1) end) |> Enum.find(& &1 == 0)",
    "quotient": "{a, b} = {Integer.pow(3, 9_000_000), Integer.pow(7, 2_000_000)}\nStream.repeatedly(fn -> div(a, b) end) |> Enum.find(& &1 == 0)",
    "remainder": "{a, b} = {Integer.pow(3, 9_000_000), Integer.pow(7, 2_000_000)}\nStream.repeatedly(fn -> rem(a, b) end) |> Enum.find(& &1 == 0)",
    "difference": "{a, b} = {Enum.to_list(1..2_000_000), Enum.to_list(2_000_001..1//-1)}\nStream.repeatedly(fn -> a -- b end) |> Enum.find(& &1 == 0)",
    "digits": "number = Bitwise.bsl(1, 30_000_000)\nStream.repeatedly(fn -> Integer.to_string(number) end) |> Enum.find(& &1 == 0)",
    "search": 'text = String.duplicate("ab", 1_000_000)\nStream.repeatedly(fn -> Regex.run(~r/(a|b|ab)*c/, text) end) |> Enum.find(& &1 == 0)',
    "hash": "data = :binary.copy(<<0>>, 100_000_000)\nStream.repeatedly(fn -> :crypto.hash(:sha256, data) end) |> Enum.find(& &1 == 0)",
    "comparison": "list = Enum.to_list(1..1_000_000)\ncompare = fn compare -> if list == Enum.map(list, & &1), do: compare.(compare) end\ncompare.(compare)",
}


@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS.keys())
def test_what_never_ends_is_interrupted(kernel, code):
    kernel.run("kept = [:a, :b]")
    root = kernel.run("self()").result
    interrupted(kernel, code)
    assert kernel.run("kept").result == "[:a, :b]"
    assert kernel.run("self()").result == root
    answers(kernel)


def test_an_endless_inspect_is_interrupted(kernel):
    kernel.run(
        """
        defmodule Abyss do
          defstruct []

          defimpl Inspect do
            def inspect(abyss, options), do: __MODULE__.inspect(abyss, options)
          end
        end
        """
    )
    request = kernel.client.execute("%Abyss{}")
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "execute_input":
        pass
    kernel.manager.interrupt_kernel()
    assert kernel.collect(request).error["ename"] == "Interrupt"
    answers(kernel)


def test_an_endless_structure_is_shown_in_part(kernel):
    kernel.run(
        """
        defmodule Without do
          defstruct [:level]

          defimpl Inspect do
            import Inspect.Algebra

            def inspect(%{level: level}, options) do
              concat(["#", to_doc(%Without{level: level + 1}, options)])
            end
          end
        end
        """
    )
    request = kernel.client.execute("%Without{level: 0}")
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "execute_input":
        pass
    kernel.manager.interrupt_kernel()
    kernel.collect(request)
    answers(kernel)


def test_a_native_that_panics_ends_one_process(start_kernel):
    kernel = start_kernel(JOVIAL_TEST_HOOKS="1")
    kernel.run("kept = 42")
    cell = kernel.run("spawn(fn -> :jovial_test.panic() end) |> Process.monitor()\nreceive do\n  {:DOWN, _, _, _, {reason, _trace}} -> reason\nend")
    assert cell.result == '{:internal_error, "a test asked for this"}'
    assert "internal_error" in cell.stderr
    cell = kernel.run(":jovial_test.panic()")
    assert cell.error["ename"] == "ErlangError"
    assert cell.error["evalue"] == 'Erlang error: {:internal_error, "a test asked for this"}'
    assert kernel.run("kept").result == "42"
    answers(kernel)


def test_the_hooks_of_tests_are_not_there(kernel):
    assert kernel.run(":jovial_test.panic()").error["ename"] == "UndefinedFunctionError"


def test_a_process_that_takes_too_much_is_ended_with_the_limit_named(start_kernel):
    kernel = start_kernel(JOVIAL_MAX_HEAP_MB="100")
    kernel.run("kept = 42")
    kernel.run("defmodule Deep do\n  def down(n), do: [n | down(n + 1)]\nend")
    cell = kernel.run("Deep.down(0)")
    assert cell.error["ename"] == "EXIT"
    assert "over the limit for a process, 100 MB" in cell.stderr
    cell = kernel.run("spawn(fn -> Deep.down(0) end) |> Process.monitor()\nreceive do\n  {:DOWN, _, _, _, reason} -> reason\nend")
    assert cell.result == ":killed"
    assert "over the limit for a process, 100 MB" in cell.stderr
    assert kernel.run("kept").result == "42"
    answers(kernel)


def test_endless_recursion_ends_at_the_memory_limit(kernel):
    kernel.run("kept = 42")
    kernel.run("defmodule Deep do\n  def down(n), do: [n | down(n + 1)]\nend")
    cell = kernel.run("Process.flag(:max_heap_size, 8_000_000)\nDeep.down(0)")
    assert cell.error["ename"] == "EXIT"
    assert "killed" in cell.error["evalue"]
    assert kernel.run("kept").result == "42"
    answers(kernel)


def test_a_flood_of_atoms_leaves_room_to_define_modules(kernel):
    cell = kernel.run('for n <- 1..1_100_000, do: String.to_atom("flood_#{n}")\n:done', timeout=120)
    assert cell.error["ename"] == "SystemLimitError"
    cell = kernel.run("defmodule AfterTheFlood do\n  def brand_new_function(brand_new_variable), do: brand_new_variable + 1\nend\n\nAfterTheFlood.brand_new_function(1)")
    assert cell.result == "2"
    answers(kernel)


def test_a_list_of_ten_million_elements(kernel):
    cell = kernel.run("list = Enum.to_list(1..10_000_000)", timeout=120)
    assert cell.result.startswith("[1, 2, 3,") and cell.result.endswith("...]")
    assert kernel.run("length(list)").result == "10000000"
    answers(kernel)


def test_a_binary_of_ten_gigabytes_is_refused(kernel):
    cell = kernel.run('String.duplicate("0123456789", 1_000_000_000) |> byte_size()')
    assert cell.error["ename"] == "SystemLimitError"
    answers(kernel)


def test_a_list_nested_a_million_deep(kernel):
    cell = kernel.run("nested = Enum.reduce(1..1_000_000, [], fn _, list -> [list] end)\ncopy = :erlang.binary_to_term(:erlang.term_to_binary(nested))\nnested == copy")
    assert cell.result == "true"
    kernel.run("nested")
    answers(kernel)


def test_a_cell_of_a_megabyte(kernel):
    text = "".join(f"line_{n} = {n}\n" for n in range(20))
    comment = "# a remark that makes this cell long\n" * 15_000
    assert len(comment) > 500_000
    string = "x" * 600_000
    cell = kernel.run(f'{text}{comment}byte_size("{string}") + line_19')
    assert cell.result == "600019"
    answers(kernel)


@pytest.mark.parametrize("left, right", [("[", "]"), ("(", ")"), ("{", "}")], ids=["list", "parentheses", "tuple"])
def test_brackets_nested_a_hundred_thousand_deep(kernel, left, right):
    cell = kernel.run(f"value = {left * 100_000}1{right * 100_000}\n:done", timeout=120)
    assert cell.result == ":done"
    kernel.run("value")
    answers(kernel)


def test_fifty_thousand_additions(kernel):
    assert kernel.run(" + ".join(["1"] * 50_001), timeout=120).result == "50001"
    assert kernel.run("byte_size(" + " <> ".join(['"a"'] * 50_001) + ")", timeout=120).result == "50001"
    answers(kernel)


def test_nesting_beyond_the_limit_is_refused(kernel):
    for code in ["[" * 100_200 + "]" * 100_200, "- " * 110_000 + "1", "%{1 => " * 60_000 + "1" + "}" * 60_000]:
        cell = kernel.run(code, timeout=120)
        assert re.search("nests too deeply|nesting is limited", cell.error["evalue"])
    answers(kernel)


def test_unclosed_brackets(kernel):
    cell = kernel.run("[" * 100_000)
    assert cell.error["ename"] == "TokenMissingError"
    answers(kernel)


@pytest.mark.parametrize("reason, shown", [(":kill", "killed"), (":normal", "normal")])
def test_the_root_process_ends_itself(kernel, reason, shown):
    kernel.run("kept = 42")
    cell = kernel.run(f"Process.exit(self(), {reason})")
    assert cell.error["ename"] == "EXIT"
    assert cell.error["evalue"] == f"shell process exited with reason: {shown}"
    assert kernel.run("kept").result == "42"
    answers(kernel)


@pytest.mark.parametrize("status", [0, 3])
def test_system_halt_ends_the_kernel_cleanly(kernel, status):
    kernel.client.execute(f"System.halt({status})")
    assert kernel.manager.provisioner.process.wait(timeout=30) == status


def test_what_waits_behind_the_end_of_the_program_is_not_answered(kernel):
    kernel.client.execute("System.halt(0)")
    behind = kernel.client.execute("1")
    assert kernel.manager.provisioner.process.wait(timeout=30) == 0
    replies = []
    with contextlib.suppress(queue.Empty):
        while True:
            replies.append(kernel.client.get_shell_msg(timeout=1)["parent_header"]["msg_id"])
    assert len(replies) == 1 and behind not in replies


def test_the_kernel_goes_with_its_parent(tmp_path):
    program = """
import os, sys, time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="jovial")
print(manager.provisioner.process.pid, flush=True)
time.sleep(1000)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    kernel = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    deadline = time.monotonic() + 20
    while alive(kernel):
        assert time.monotonic() < deadline, "the kernel outlives its parent"
        time.sleep(0.05)


def alive(process):
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


class Wire:
    """A client that sends frames of its own making."""

    def __init__(self, kernel):
        self.info = kernel.manager.get_connection_info()
        self.session = Session(key=self.info["key"], signature_scheme=self.info["signature_scheme"])
        self.context = zmq.Context()
        self.shell = self.socket("shell")

    def socket(self, channel, kind=zmq.DEALER):
        made = self.context.socket(kind)
        made.linger = 0
        made.connect(f"tcp://{self.info['ip']}:{self.info[channel + '_port']}")
        return made

    def request(self, msg_type="kernel_info_request", content=None):
        """Frames of a correct message."""
        return self.session.serialize(self.session.msg(msg_type, content or {}))

    def close(self):
        self.context.destroy(linger=0)


@pytest.fixture
def wire(kernel):
    wire = Wire(kernel)
    yield wire
    wire.close()


def resigned(wire, frames):
    """The same frames with the signature that belongs to them."""
    return [frames[0], wire.session.sign(frames[2:6]), *frames[2:]]


def bent(wire):
    """Messages that no kernel should act upon: each a list of frames."""
    good = wire.request("execute_request", {"code": "Process.put(:acted, true)", "silent": False})
    delimiter, signature, header, parent, metadata, content = good
    return {
        "invalid UTF-8": resigned(wire, [delimiter, b"", b"\xff\xfe\x80", parent, metadata, content]),
        "invalid UTF-8 in the code": resigned(wire, [delimiter, b"", header, parent, metadata, b'{"code": "\xff\xc0", "silent": false}']),
        "no JSON": resigned(wire, [delimiter, b"", header, parent, metadata, b"{"]),
        "JSON of another shape": resigned(wire, [delimiter, b"", b"[]", b"7", b"null", b'"text"']),
        "deep JSON": resigned(wire, [delimiter, b"", header, parent, metadata, b"[" * 100_000]),
        "wrong signature": [delimiter, signature[::-1], header, parent, metadata, content],
        "empty signature": [delimiter, b"", header, parent, metadata, content],
        "long signature": [delimiter, signature * 1000, header, parent, metadata, content],
        "no delimiter": [signature, header, parent, metadata, content],
        "nothing after the delimiter": [delimiter],
        "one frame": [b""],
        "frames missing": [delimiter, signature, header, parent],
        "a thousand frames": [delimiter, signature[::-1], header, parent, metadata, content] + [b"x"] * 1_000,
    }


@pytest.mark.parametrize("channel", ["shell", "control", "stdin"])
def test_bent_messages_are_dropped(kernel, wire, channel):
    out = wire.socket(channel)
    for frames in bent(wire).values():
        out.send_multipart(frames)
    # The same connection still serves.
    if channel != "stdin":
        out.send_multipart(wire.request())
        assert out.poll(30_000), "no answer on the same connection"
        while True:
            frames = out.recv_multipart()
            reply = json.loads(frames[frames.index(b"<IDS|MSG>") + 2])
            if reply["msg_type"] == "kernel_info_reply":
                break
            assert out.poll(30_000)
    assert kernel.run("Process.get(:acted)").result == "nil"
    answers(kernel)


def test_too_many_frames_end_the_connection_alone(kernel, wire):
    wire.shell.send_multipart([*wire.request(), *[b"x"] * 10_000])
    answers(kernel)


def test_a_message_is_taken_once(kernel, wire):
    frames = wire.request("execute_request", {"code": "Process.put(:times, Process.get(:times, 0) + 1)", "silent": False, "store_history": True})
    for _ in range(3):
        wire.shell.send_multipart(frames)
    assert wire.shell.poll(30_000)
    wire.shell.recv_multipart()
    assert kernel.run("Process.get(:times)").result == "1"
    answers(kernel)


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x00" * 1000,
        b"\xff" * 10_000,
        b"\xff\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x03\x00NULL",
        b"\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x00NULL" + b"\x00" * 48 + b"\x06" + struct.pack(">Q", 2**63 - 1) + b"x" * 100,
        b"",
    ],
    ids=["another protocol", "zeros", "ones", "cut greeting", "a frame of eight exabytes", "nothing"],
)
def test_what_is_no_message_at_all(kernel, data):
    info = kernel.manager.get_connection_info()
    open_sockets = []
    for channel in ["shell", "control", "stdin", "iopub", "hb"]:
        connection = socket.create_connection((info["ip"], info[f"{channel}_port"]))
        open_sockets.append(connection)
        try:
            connection.sendall(data)
        except OSError:
            pass
    answers(kernel)
    for connection in open_sockets:
        connection.close()
    answers(kernel)


def test_a_client_that_never_reads(kernel, wire):
    deaf = wire.context.socket(zmq.SUB)
    deaf.rcvhwm = 1
    deaf.rcvbuf = 4096
    deaf.connect(f"tcp://{wire.info['ip']}:{wire.info['iopub_port']}")
    deaf.subscribe(b"")
    assert deaf.poll(30_000)
    cell = kernel.run('line = String.duplicate("x", 1023)\nfor _ <- 1..4_000, do: IO.puts(line)\n:done', timeout=120)
    assert cell.result == ":done"
    assert len(cell.stdout) == 4_000 * 1024
    answers(kernel)


def test_a_client_that_takes_no_answers(kernel, wire):
    deaf = wire.socket("shell")
    deaf.rcvhwm = 1
    for _ in range(500):
        deaf.send_multipart(wire.request())
    answers(kernel)


def test_clients_that_leave_in_the_middle(kernel):
    for _ in range(20):
        wire = Wire(kernel)
        wire.shell.send_multipart(wire.request("execute_request", {"code": "1", "silent": False}))
        wire.close()
    answers(kernel)
