"""`jovial run` as `elixir` runs a script: exit status, what goes where, and how places are shown."""

import subprocess

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


def test_places_are_relative_to_the_current_directory(tmp_path):
    done = run(tmp_path, "defmodule Shop do\n  def open(door), do: raise(\"shut\")\nend\n\nShop.open(1)\n")
    assert done.returncode == 1
    assert "└─ script.exs:2:12: Shop.open/1" in done.stderr
    assert "** (RuntimeError) shut\n    script.exs:2: Shop.open/1\n    script.exs:5: (file)\n" in done.stderr
    assert "jovial/main.ex" not in done.stderr


def test_the_status_is_what_the_script_exits_with(tmp_path):
    assert run(tmp_path, "exit({:shutdown, 3})").returncode == 3
    assert run(tmp_path, "System.at_exit(fn 0 -> exit({:shutdown, 4}) end)").returncode == 4
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
