"""`jovial run` as `elixir` runs a script: exit status, what goes where, and how places are shown."""

import subprocess

import nbformat

import notebooks
from conftest import BINARY


def run(folder, text):
    (folder / "script.exs").write_text(text)
    return subprocess.run([BINARY, "run", "script.exs"], cwd=folder, capture_output=True, text=True, timeout=60)


def test_a_script_that_a_link_ends_says_so(tmp_path):
    done = run(tmp_path, 'spawn_link(fn -> exit(:gone) end)\nreceive do\n  :never -> :ok\nend\n')
    assert done.returncode == 1
    assert done.stderr.startswith("** (EXIT from #PID<")
    assert ">) :gone" in done.stderr


def test_logs_go_to_standard_output(tmp_path):
    done = run(tmp_path, 'require Logger\nLogger.error("told")\nIO.puts(:stderr, "other")\n')
    assert done.returncode == 0
    assert "[error] told" in done.stdout
    assert done.stderr == "other\n"


def test_both_streams_keep_their_order(tmp_path):
    text = 'IO.write("begun ")\nIO.puts(:stderr, "other")\nIO.write("half ")\nraise "whole"\n'
    (tmp_path / "script.exs").write_text(text)
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run([BINARY, "run", "script.exs"], cwd=tmp_path, text=True, timeout=60, **both)
    assert done.stdout.startswith("begun other\nhalf ** (RuntimeError) whole\n")


def test_places_are_relative_to_the_current_directory(tmp_path):
    done = run(tmp_path, "defmodule Shop do\n  def open(door), do: raise(\"shut\")\nend\n\nShop.open(1)\n")
    assert done.returncode == 1
    assert "└─ script.exs:2:12: Shop.open/1" in done.stderr
    assert "** (RuntimeError) shut\n    script.exs:2: Shop.open/1\n    script.exs:5: (file)\n" in done.stderr
    assert "jovial/main.ex" not in done.stderr


def test_the_status_is_what_the_script_exits_with(tmp_path):
    assert run(tmp_path, "exit({:shutdown, 3})").returncode == 3
    assert run(tmp_path, "System.at_exit(fn 0 -> exit({:shutdown, 4}) end)").returncode == 4
    # Whoever leaves with a shutdown of any kind leaves well.
    ended = run(tmp_path, "exit({:shutdown, :tired})")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert run(tmp_path, "System.halt(5)").returncode == 5


def shown(stage, file):
    return subprocess.run([BINARY, "show", stage, file], capture_output=True, text=True, timeout=60)


def test_stages_are_shown(tmp_path):
    file = tmp_path / "a.exs"
    file.write_text("unless x, do: 1 + 2\n")
    assert "unless" in shown("tokens", file).stdout
    assert shown("quoted", file).stdout.startswith("{:unless, [line: 1, column: 1],")
    file.write_text("unless :a, do: 1\n")
    assert shown("expanded", file).stdout.startswith("{:case, ")
    file.write_text("defmodule A do\n  def inc(x), do: x + 1\nend\n")
    code = shown("bytecode", file).stdout
    assert code.startswith("## A\n") and " inc/1 " in code


def test_what_cannot_be_shown_is_an_error(tmp_path):
    file = tmp_path / "a.exs"
    file.write_text("1 +")
    assert shown("quoted", file).returncode == 1
    assert "TokenMissingError" in shown("quoted", file).stderr
    assert "File.Error" in shown("tokens", tmp_path / "none.exs").stderr
    assert shown("nothing", file).returncode == 2


def check(*files):
    return subprocess.run([BINARY, "test", *files], capture_output=True, text=True, timeout=120)


def test_the_notebooks_are_as_they_were():
    checked = check(*notebooks.all_notebooks())
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "processes.ipynb: 55 cells, all as they were" in checked.stdout


def notebook(folder, *cells):
    """Cells are source, outputs and tags."""
    made = nbformat.v4.new_notebook()
    for source, outputs, tags in cells:
        made.cells.append(nbformat.v4.new_code_cell(source, execution_count=1, outputs=outputs, metadata={"tags": tags}))
    nbformat.write(made, folder / "a.ipynb")
    return folder / "a.ipynb"


def result(text):
    return nbformat.v4.new_output("execute_result", {"text/plain": text}, execution_count=1)


def test_a_cell_that_shows_something_else_is_told(tmp_path):
    file = notebook(tmp_path, ("self()", [result("#PID<0.9.0>")], []), ("1 + 1", [result("3")], []), ("x = 1", [], ["nbval-ignore-output"]))
    checked = check(file)
    assert checked.returncode == 1
    assert "cell 2: 1 + 1\n  showed\n    result | 3\n  and now shows\n    result | 2\n" in checked.stdout
    assert checked.stdout.endswith("3 cells, 1 differs\n")


def test_a_cell_that_fails_ends_the_notebook(tmp_path):
    checked = check(notebook(tmp_path, ('raise "no"', [], []), ("IO.puts(:never)", [], [])))
    assert checked.returncode == 1
    assert "** (RuntimeError) no" in checked.stdout and "never" not in checked.stdout
    checked = check(notebook(tmp_path, ("1", [result("1")], ["raises-exception"])))
    assert checked.returncode == 1
    assert "should have raised an exception" in checked.stdout


def test_displays_of_a_notebook_are_compared(tmp_path):
    text = nbformat.v4.new_output("stream", name="stdout", text="after\n")
    html = nbformat.v4.new_output("display_data", {"text/html": "<b>new</b>", "text/plain": "#Jupyter.Bundle<text/html>"})
    source = 'IO.puts("gone")\nJupyter.clear(wait: true)\nJupyter.display(1, id: "d")\nJupyter.update("d", Jupyter.html("<b>new</b>"))\nIO.puts("after")\nIEx.dont_display_result()'
    assert check(notebook(tmp_path, (source, [html, text], []))).returncode == 0
    assert check(notebook(tmp_path, (source, [text], []))).returncode == 1


def test_what_is_no_notebook(tmp_path):
    (tmp_path / "a.ipynb").write_text("[]")
    assert "no notebook" in check(tmp_path / "a.ipynb").stderr
    assert check(tmp_path / "none.ipynb").returncode == 1
