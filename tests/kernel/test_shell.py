"""What cells have of the shell: helpers, values of earlier cells, user expressions, errors, the end of the root process."""

import re

import pytest


def plain(lines):
    return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(lines))


# ## Helpers


@pytest.mark.parametrize(
    "code, parts",
    [
        ("exports Tuple", ["to_list/1"]),
        ("i [1]", ["Data type\n  List"]),
        ("pwd()", ["/"]),
        ("runtime_info()", ["Elixir version"]),
        ("h Oops", ["Could not load module Oops, got: nofile"]),
        ("h Enum.oops", ["No documentation for Enum.oops was found"]),
    ],
)
def test_helpers_print(kernel, code, parts):
    cell = kernel.run(code)
    assert cell.error is None, cell.error
    assert cell.result is None
    for part in parts:
        assert part in cell.stdout


def document(cell):
    assert cell.error is None, cell.error
    assert cell.result is None
    assert cell.stdout == ""
    (message,) = cell.of("display_data")
    return message["content"]["data"]


@pytest.mark.parametrize(
    "code, plain, markdown",
    [
        ("h Enum.map/2", "  @spec map(t(), (element() -> any())) :: list()\n", "def map(enumerable, fun)\n@spec map(t(), "),
        ("h String", "String", "```elixir\nString\n```\n\n"),
        ("h if", "defmacro if(", "```elixir\ndefmacro if("),
        ("h case", "case(", "case("),
        ("h Kernel.+/2", "@spec number() + number() :: number()", "@spec number() + number() :: number()\n```"),
        ("t Range", "@type t() ::", "```elixir\n@type t() ::"),
        ("b GenServer", "@callback init(init_arg :: term()) ::", "```elixir\n@callback "),
        ("b GenServer.init/1", "@callback init", "```elixir\n@callback init"),
    ],
)
def test_documents_are_shown(kernel, code, plain, markdown):
    data = document(kernel.run(code))
    assert plain in data["text/plain"]
    assert markdown in data["text/markdown"]


def test_documents_of_a_cells_module(kernel):
    kernel.run('defmodule Doc do\n  @moduledoc "About."\n  @doc "One more."\n  @spec inc(integer) :: integer\n  def inc(n \\\\ 0), do: n + 1\nend')
    assert "About." in document(kernel.run("h Doc"))["text/plain"]
    text = document(kernel.run("h Doc.inc"))["text/plain"]
    assert "def inc(n \\\\ 0)" in text and "@spec inc(integer()) :: integer()" in text and "One more." in text


def test_identifiers(kernel):
    assert kernel.run("pid(0, 21, 32)").result == "#PID<0.21.32>"
    assert kernel.run('pid("0.21.32")').result == "#PID<0.21.32>"
    assert kernel.run("ref(0, 1, 2, 3)").result == "#Reference<0.1.2.3>"
    assert kernel.run("port(0, 4)").result == "#Port<0.4>"


def test_values_of_earlier_cells(kernel):
    kernel.run("10 * 4")
    kernel.run("y = 2")
    assert kernel.run("v(1) + v(-1)").result == "42"
    assert kernel.run("v()").result == "42"
    kernel.run("1000", store_history=False)
    assert kernel.run("v()").result == "42"
    cell = kernel.run("v(100)")
    assert (cell.error["ename"], cell.error["evalue"]) == ("RuntimeError", "v(100) is out of bounds")


def test_inspect_is_configured(kernel):
    kernel.run("IEx.configure(inspect: [limit: 3])")
    assert kernel.run("Enum.to_list(1..9)").result == "[1, 2, 3, ...]"


# ## Requests


def test_user_expressions(kernel):
    expressions = {"sum": "x + 1", "wrong": "raise \"no\"", "unbound": "nothing_here"}
    reply = kernel.run("x = 41", user_expressions=expressions).reply
    values = reply["user_expressions"]
    assert values["sum"] == {"status": "ok", "data": {"text/plain": "42"}, "metadata": {}}
    assert (values["wrong"]["status"], values["wrong"]["ename"], values["wrong"]["evalue"]) == ("error", "RuntimeError", "no")
    assert values["unbound"]["ename"] == "CompileError"
    assert kernel.run("raise \"first\"", user_expressions={"a": "1"}).reply["user_expressions"] == {}


def test_an_error_need_not_abort_what_waits(kernel):
    client = kernel.client
    first = client.execute('raise "on"', stop_on_error=False)
    second = client.execute("1 + 1")
    assert kernel.collect(first).error["evalue"] == "on"
    assert kernel.collect(second).result == "2"


def test_history(kernel):
    for code in ["a = 1", "b = 2", "a + b"]:
        kernel.run(code)
    request = kernel.client.history(hist_access_type="tail", n=2, output=True)
    while (reply := kernel.client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != request:
        pass
    assert reply["content"]["history"] == [[1, 2, ["b = 2", "2"]], [1, 3, ["a + b", "3"]]]
    for session, expected in [(0, [[1, 1, "a = 1"], [1, 2, "b = 2"]]), (-1, [])]:
        request = kernel.client.history(hist_access_type="range", session=session, start=1, stop=3, output=False)
        while (reply := kernel.client.get_shell_msg(timeout=30))["parent_header"]["msg_id"] != request:
            pass
        assert reply["content"]["history"] == expected


def test_characters_are_read(kernel):
    request = kernel.client.execute('{IO.getn("two? ", 2), IO.gets("rest? "), IO.read(:line)}', allow_stdin=True)
    assert kernel.client.get_stdin_msg(timeout=30)["content"]["prompt"] == "two? "
    kernel.client.input("aéz")
    assert kernel.client.get_stdin_msg(timeout=30)["content"]["prompt"] == ""
    kernel.client.input("next")
    assert kernel.collect(request).result == '{"aé", "z\\n", "next\\n"}'


def test_characters_where_input_is_not_allowed(kernel):
    assert kernel.run('IO.getn("? ", 1)', allow_stdin=False).result == "{:error, :enotsup}"
    assert kernel.run("IO.read(:line)", allow_stdin=False).result == "{:error, :enotsup}"


# ## Errors


def test_errors_in_a_module_are_the_one_error(kernel):
    cell = kernel.run("defmodule A do\n  def a(x), do: x + y\nend")
    assert cell.stderr == ""
    assert (cell.error["ename"], cell.error["evalue"]) == ("CompileError", 'undefined variable "y"')
    text = plain(cell.error["traceback"])
    assert "    error: undefined variable \"y\"\n    │\n  2 │   def a(x), do: x + y\n    │                     ^\n" in text
    assert "└─ cell[1]:2:21: A.a/1" in text


def test_errors_of_a_rescued_compilation_are_shown(kernel):
    cell = kernel.run("try do\n  defmodule A do\n    def a, do: y\n  end\nrescue\n  CompileError -> :rescued\nend")
    assert cell.result == ":rescued"
    assert 'undefined variable "y"' in cell.stderr


def test_warnings_quote_the_cell(kernel):
    cell = kernel.run("defmodule A do\n  def a(unused), do: 1\nend")
    assert cell.error is None
    assert "warning: variable \"unused\" is unused" in cell.stderr
    assert "  2 │   def a(unused), do: 1\n    │         ~~~~~~\n" in cell.stderr


def test_warnings_of_a_program_name_the_cell_alone(kernel):
    kernel.run('defmodule Careful do\n  def go do\n    IO.warn("slowly")\n    :gone\n  end\nend')
    cell = kernel.run("Careful.go()")
    assert cell.stderr == "warning: slowly\n  cell[1]:3: Careful.go/0\n  cell[2]:1: (file)\n\n"


def test_unread_text_is_pointed_at(kernel):
    cell = kernel.run("x = 1\nfoo(1,")
    assert (cell.error["ename"], cell.error["evalue"]) == ("TokenMissingError", "missing terminator: )")
    text = plain(cell.error["traceback"])
    assert text.startswith("** (TokenMissingError) token missing on cell[1]:2:")
    assert "  2 │ foo(1,\n" in text
    assert "(file)" not in text
    assert kernel.run("x").error["ename"] == "CompileError"


def test_library_frames_name_their_application(kernel):
    cell = kernel.run("Enum.map([1], fn x -> x + :a end)")
    text = plain(cell.error["traceback"])
    assert "** (ArithmeticError) bad argument in arithmetic expression: 1 + :a\n    :erlang.+(1, :a)\n    cell[1]:1: (file)\n" in text
    assert re.search(r"\(elixir 1\.18\.4\) lib/enum\.ex:\d+: Enum\.", text)
    assert "Jovial" not in text and "elixir_eval" not in text


def test_functions_of_cells(kernel):
    assert re.fullmatch(r"#Function<\d+\.\d+/1 in :erl_eval\.expr/6>", kernel.run("fn a -> a end").result)


def test_the_sentence_of_an_error_is_short(kernel):
    cell = kernel.run("String.upcase(1)")
    assert cell.error["evalue"] == "no function clause matching in String.upcase/2"
    assert "The following arguments were given" in plain(cell.error["traceback"])


# ## The root process


def test_a_root_that_dies_between_cells(kernel):
    kernel.run("kept = 1\nroot = self()\nwaiter = spawn(fn -> receive do :go -> Process.exit(root, :boom) end end)")
    kernel.run("Process.send_after(waiter, :go, 300)")
    seen = ""
    while "shell process exited with reason: :boom" not in seen:
        message = kernel.client.get_iopub_msg(timeout=30)
        if message["msg_type"] == "stream":
            seen += message["content"]["text"]
    cell = kernel.run("{kept, self() == root}")
    assert cell.result == "{1, false}"
    assert cell.stderr == "The root process ended between cells (:boom); a new one has started.\n"
    assert kernel.run("kept").stderr == ""


def test_what_ended_with_the_root_is_counted(kernel):
    kernel.run("for _ <- 1..2, do: spawn_link(fn -> Process.sleep(:infinity) end)\n:ets.new(:t, [])")
    cell = kernel.run("Process.exit(self(), :kill)")
    assert cell.error["evalue"] == "shell process exited with reason: killed"
    assert "2 processes were linked to it; 1 table of it was deleted" in cell.stderr


def test_a_heap_limit_is_named(kernel):
    cell = kernel.run("pid = spawn(fn -> Process.flag(:max_heap_size, 50_000); Enum.to_list(1..1_000_000) end)")
    assert "went over the limit for a process, 50000 words" in cell.stderr
    kept = "Process.flag(:max_heap_size, %{size: 50_000, kill: false, error_logger: false})\nlength(Enum.to_list(1..100_000))"
    assert kernel.run(kept).result == "100000"


def test_leaders_of_finished_cells_are_freed(kernel):
    for _ in range(320):
        kernel.run("1", store_history=False)
    assert int(kernel.run("length(Process.list())").result) < 300


def test_exit_functions_run_at_shutdown(kernel, tmp_path):
    kernel.run(f'System.at_exit(fn status -> File.write!("{tmp_path}/left", inspect(status)) end)')
    kernel.client.shutdown()
    kernel.manager.provisioner.process.wait(timeout=30)
    assert (tmp_path / "left").read_text() == "0"


@pytest.mark.parametrize("code, status", [("System.halt(3)", 3), ("System.stop(4)\nProcess.sleep(:infinity)", 4)])
def test_a_cell_can_end_the_program(kernel, code, status):
    cell = kernel.run(code)
    assert cell.reply["status"] == "ok"
    assert kernel.manager.provisioner.process.wait(timeout=30) == status


# ## Waiting for what a cell started


def test_an_interrupt_ends_the_wait_for_what_a_cell_started(start_kernel):
    kernel = start_kernel(JOVIAL_SETTLE_MS="60000")
    request = kernel.client.execute('spawn(fn -> f = fn f -> f.(f) end; f.(f) end)\nIO.puts("started")')
    while kernel.client.get_iopub_msg(timeout=30)["msg_type"] != "stream":
        pass
    kernel.manager.interrupt_kernel()
    assert kernel.collect(request).error["evalue"] == "interrupted; 1 process of this cell still runs"


# ## Sessions that repeat themselves


def test_a_seed_makes_sessions_alike(start_kernel):
    code = "pids = for n <- 1..5, do: spawn(fn -> IO.puts(n) end)\nProcess.sleep(20)\n{pids, make_ref(), :rand.uniform(1000)}"
    seen = [(cell.stdout, cell.result) for cell in (start_kernel(JOVIAL_SEED="7").run(code) for _ in range(2))]
    assert seen[0] == seen[1]
