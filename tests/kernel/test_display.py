"""Values in other forms than text: results, displays and their updates, pages, and what a client without a user gets of them."""

import json

import pytest

PIXEL = "<<137, 80, 78, 71>>"


def shown(cell, kind="display_data"):
    return [message["content"] for message in cell.of(kind)]


def result(cell):
    assert cell.error is None, cell.error
    return shown(cell, "execute_result")[0]["data"]


@pytest.mark.parametrize(
    "code, mime, form",
    [
        ('Jupyter.html("<b>rye</b>")', "text/html", "<b>rye</b>"),
        ('Jupyter.markdown(["**", "rye", "**"])', "text/markdown", "**rye**"),
        ('Jupyter.latex("$x^2$")', "text/latex", "$x^2$"),
        ('Jupyter.svg("<svg/>")', "image/svg+xml", "<svg/>"),
        ('Jupyter.mermaid("graph TD; a-->b")', "text/vnd.mermaid", "graph TD; a-->b"),
        (f"Jupyter.png({PIXEL})", "image/png", "iVBORw=="),
        ("Jupyter.json(%{rye: [1, nil]})", "application/json", {"rye": [1, None]}),
        ('Jupyter.bundle(%{"application/geo+json" => %{a: 1}})', "application/geo+json", {"a": 1}),
    ],
)
def test_a_result_in_another_form(kernel, code, mime, form):
    data = result(kernel.run(code))
    assert data[mime] == form
    assert isinstance(data["text/plain"], str)


def test_a_result_without_other_forms_is_text_alone(kernel):
    assert result(kernel.run("%{a: 1}")) == {"text/plain": "%{a: 1}"}


def test_the_text_form_can_be_chosen(kernel):
    assert result(kernel.run('Jupyter.bundle(%{"text/html" => "<i>1</i>", "text/plain" => "one"})'))["text/plain"] == "one"
    assert result(kernel.run('Jupyter.html("x")'))["text/plain"] == "#Jupyter.Bundle<text/html>"


def test_forms_have_metadata(kernel):
    cell = kernel.run('Jupyter.bundle(%{"image/png" => "iVBORw=="}, %{"image/png" => %{"width" => 32}})')
    assert shown(cell, "execute_result")[0]["metadata"] == {"image/png": {"width": 32}}


def test_own_structs_say_their_forms(kernel):
    kernel.run(
        "defmodule Loaf do\n  defstruct [:kind]\n  defimpl Jupyter.Render do\n"
        '    def to_bundle(loaf), do: %{"text/html" => "<b>#{loaf.kind}</b>"}\n  end\nend'
    )
    data = result(kernel.run("%Loaf{kind: :rye}"))
    assert data == {"text/html": "<b>rye</b>", "text/plain": "%Loaf{kind: :rye}"}


def test_forms_that_fail_leave_the_text(kernel):
    kernel.run("defmodule Bad do\n  defstruct [:a]\n  defimpl Jupyter.Render do\n    def to_bundle(_), do: raise \"burnt\"\n  end\nend")
    cell = kernel.run("%Bad{a: 1}")
    assert result(cell) == {"text/plain": "%Bad{a: 1}"}
    assert "Jupyter.Render failed: ** (RuntimeError) burnt" in cell.stderr
    kernel.run("defimpl Jupyter.Render, for: Bad do\n  def to_bundle(_), do: :none\nend")
    cell = kernel.run("%Bad{a: 1}")
    assert result(cell) == {"text/plain": "%Bad{a: 1}"}
    assert "expected Jupyter.Render.to_bundle/1 to return a map of MIME types, got: :none" in cell.stderr


def test_displays_stand_between_the_text(kernel):
    cell = kernel.run('IO.puts("before")\nJupyter.display(Jupyter.html("<hr>"))\nIO.puts("after")\n:last')
    order = [m["msg_type"] for m in cell.messages if m["msg_type"] in ("stream", "display_data", "execute_result")]
    assert order == ["stream", "display_data", "stream", "execute_result"]
    assert shown(cell)[0]["data"]["text/html"] == "<hr>"
    assert "display_id" not in shown(cell)[0]["transient"]


def test_what_is_shown_under_an_id_is_replaced(kernel):
    cell = kernel.run('Jupyter.display("no bread", id: "counter")')
    assert shown(cell)[0]["transient"] == {"display_id": "counter"}
    assert shown(cell)[0]["data"] == {"text/plain": '"no bread"'}
    cell = kernel.run('Jupyter.update("counter", Jupyter.markdown("**one**"))')
    update = shown(cell, "update_display_data")[0]
    assert update["transient"] == {"display_id": "counter"}
    assert update["data"]["text/markdown"] == "**one**"


def test_a_process_shows_in_the_cell_that_caused_it(kernel):
    kernel.run(
        'drawer = spawn(fn -> receive do: (text -> Jupyter.display(Jupyter.html(text), id: "d")); Process.sleep(:infinity) end)'
    )
    cell = kernel.run('send(drawer, "<b>x</b>")')
    assert shown(cell)[0]["data"]["text/html"] == "<b>x</b>"


def test_output_is_cleared(kernel):
    cell = kernel.run('IO.puts("x")\nJupyter.clear(wait: true)\nIO.puts("y")\nJupyter.clear()')
    assert [content["wait"] for content in shown(cell, "clear_output")] == [True, False]
    assert cell.result == ":ok"


def test_pages_go_with_the_reply_or_else_into_the_cell(kernel):
    code = 'Jupyter.page(Jupyter.markdown("# Bread"))'
    cell = kernel.run(code)
    assert [(page["source"], page["data"]["text/markdown"]) for page in cell.reply["payload"]] == [("page", "# Bread")]
    assert cell.of("display_data") == []
    assert kernel.run("1").reply["payload"] == []
    cell = kernel.run(code, allow_stdin=False)
    assert cell.reply["payload"] == []
    assert shown(cell)[0]["data"]["text/markdown"] == "# Bread"


def test_captured_output_gets_the_text(kernel):
    code = 'import ExUnit.CaptureIO\ncapture_io(fn -> Jupyter.display(Jupyter.json([1])) end)'
    cell = kernel.run(code)
    assert cell.result == json.dumps("[1]\n")
    assert cell.of("display_data") == []


@pytest.mark.parametrize("code", ['Jupyter.display(1, color: 1)', 'Jupyter.display(Jupyter.bundle(%{a: 1}))', "Jupyter.process_tree(:nobody)"])
def test_mistakes_are_told(kernel, code):
    assert kernel.run(code).error["ename"] == "ArgumentError"


def test_tables(kernel):
    cell = kernel.run('Jupyter.table([[bread: "<rye>", grams: 750], [bread: "roll", grams: 60]])')
    data = result(cell)
    assert data["text/plain"] == "bread | grams\n----- | -----\n<rye> |   750\nroll  |    60"
    assert '<td style="text-align: left">&lt;rye&gt;</td><td style="text-align: right">750</td>' in data["text/html"]
    data = result(kernel.run("Jupyter.table(Stream.iterate(1, &(&1 + 1)), limit: 2)"))
    assert data["text/plain"] == "1\n-\n1\n2\n… and more"
    assert result(kernel.run("Jupyter.table([{1, :a}, {2, nil}], columns: [:number, :letter])"))["text/plain"] == (
        "number | letter\n------ | ------\n     1 | a\n     2 |"
    )


def test_the_tree_of_a_supervisor(kernel):
    kernel.run(
        "children = [{Agent, fn -> 1 end}, {Task.Supervisor, name: Ovens}]\n"
        "{:ok, boss} = Supervisor.start_link(children, strategy: :one_for_one, name: :boss)\n"
        "{:ok, task} = Task.Supervisor.start_child(Ovens, fn -> Process.sleep(:infinity) end)\n"
        'send(task, "psst")'
    )
    data = result(kernel.run("Jupyter.process_tree()"))
    lines = data["text/plain"].splitlines()
    assert lines[0].startswith("#PID<") and lines[0].endswith("> self()")
    assert lines[1].startswith("└── :boss #PID<") and lines[1].endswith("> Supervisor")
    assert lines[2].startswith("    ├── #PID<") and lines[2].endswith("> Agent")
    assert lines[3].startswith("    └── Ovens #PID<") and lines[3].endswith("> Task.Supervisor")
    assert lines[4].startswith("        └── #PID<") and lines[4].endswith("> Task (1 message waits)")
    assert data["image/svg+xml"].startswith("<svg ") and data["image/svg+xml"].count("<rect ") == 5
    below = result(kernel.run("Jupyter.process_tree(:boss)"))["text/plain"].splitlines()
    assert below[0].startswith(":boss ") and len(below) == 4
    data = result(kernel.run("one = spawn(fn -> Process.sleep(:infinity) end)\nJupyter.process_tree(one)"))
    assert data["text/plain"].endswith("> function")


def test_many_displays_are_slowed_to_what_a_server_passes_on(kernel):
    cell = kernel.run('for n <- 1..2_000, do: Jupyter.display(n, id: "n")\n:done')
    assert cell.result == ":done"
    assert len(shown(cell)) == 2_000
    first, last = (cell.of("display_data")[at]["header"]["date"] for at in (0, -1))
    # A burst of 1,250 is free, the rest comes at 500 a second.
    assert (last - first).total_seconds() > 1
