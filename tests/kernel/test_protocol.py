"""Messages: their order, their fields, what is refused."""

import time

import pytest


def kinds(cell):
    return [m["content"].get("execution_state", m["msg_type"]) for m in cell.messages]


def test_a_cell_goes_from_busy_to_idle(kernel):
    cell = kernel.run("1 + 1")
    assert kinds(cell) == ["busy", "execute_input", "execute_result", "idle"]
    assert cell.result == "2"
    assert cell.reply["status"] == "ok"
    assert cell.reply["execution_count"] == 1


def test_text_comes_before_the_result(kernel):
    cell = kernel.run('IO.puts("hello, world")')
    assert kinds(cell) == ["busy", "execute_input", "stream", "execute_result", "idle"]
    assert cell.stdout == "hello, world\n"
    assert cell.result == ":ok"


def test_silent_shows_nothing_and_does_not_count(kernel):
    cell = kernel.run("x = 41", silent=True)
    assert kinds(cell) == ["busy", "idle"]
    assert kernel.run("x + 1").reply["execution_count"] == 1


def test_store_history_false_does_not_count(kernel):
    kernel.run("1")
    assert kernel.run("2", store_history=False).reply["execution_count"] == 1
    assert kernel.run("3").reply["execution_count"] == 2


def test_one_error_and_no_result(kernel):
    cell = kernel.run('raise "oops"')
    assert kinds(cell) == ["busy", "execute_input", "error", "idle"]
    assert (cell.error["ename"], cell.error["evalue"]) == ("RuntimeError", "oops")
    assert cell.reply["status"] == "error"


def test_comments_alone_show_nothing(kernel):
    cell = kernel.run("# only a comment")
    assert cell.result is None and cell.error is None


def test_an_error_aborts_what_waits(kernel):
    client = kernel.client
    first = client.execute("Process.sleep(200); raise \"stop\"")
    second = client.execute("1")
    info = client.kernel_info()
    replies = {}
    while len(replies) < 3:
        reply = client.get_shell_msg(timeout=30)
        replies[reply["parent_header"]["msg_id"]] = reply
    assert replies[first]["content"]["status"] == "error"
    assert replies[second]["content"] == {"status": "aborted"}
    assert replies[info]["msg_type"] == "kernel_info_reply"
    assert kernel.run("2").result == "2"


def test_kernel_info_names_the_language(kernel):
    client = kernel.client
    request = client.kernel_info()
    while True:
        reply = client.get_shell_msg(timeout=30)
        if reply["parent_header"]["msg_id"] == request:
            break
    info = reply["content"]["language_info"]
    assert info["name"] == "elixir"
    assert info["mimetype"] == "text/x-elixir"
    assert info["file_extension"] == ".exs"
    assert info["pygments_lexer"] == "elixir"
    assert "nbconvert_exporter" not in info


@pytest.mark.parametrize(
    "code, status",
    [("1 + 1", "complete"), ("fn ->", "incomplete"), ("defmodule A do", "incomplete"), ("1 + )", "invalid"), ('"abc', "incomplete")],
)
def test_is_complete(kernel, code, status):
    client = kernel.client
    request = client.is_complete(code)
    while True:
        reply = client.get_shell_msg(timeout=30)
        if reply["parent_header"]["msg_id"] == request:
            break
    assert reply["content"]["status"] == status


def test_interrupt_keeps_state(kernel):
    kernel.run("kept = 42")
    request = kernel.client.execute("loop = fn loop -> loop.(loop) end\nloop.(loop)")
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "execute_input":
        pass
    began = time.monotonic()
    kernel.manager.interrupt_kernel()
    cell = kernel.collect(request)
    assert time.monotonic() - began < 2
    assert cell.error["ename"] == "Interrupt"
    assert kernel.run("kept").result == "42"


def test_input_where_it_is_not_allowed(kernel):
    assert kernel.run('IO.gets("? ")', allow_stdin=False).result == "{:error, :enotsup}"


def test_input_is_asked_of_the_client(kernel):
    request = kernel.client.execute('IO.gets("name? ")', allow_stdin=True)
    question = kernel.client.get_stdin_msg(timeout=30)
    assert question["content"] == {"prompt": "name? ", "password": False}
    kernel.client.input("Ada")
    assert kernel.collect(request).result == '"Ada\\n"'
