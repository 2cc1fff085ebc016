"""The notebooks for users do what their committed outputs say."""

import subprocess
import sys

import nbformat
import pytest

import notebooks


@pytest.mark.parametrize("path", notebooks.all_notebooks(), ids=lambda path: path.stem)
def test_a_notebook_gives_its_outputs_again(path):
    committed = notebooks.read(path)
    executed = notebooks.execute(path)
    for old, new in zip(committed.cells, executed.cells, strict=True):
        if old.cell_type == "code":
            assert notebooks.shape(new.outputs) == notebooks.shape(old.outputs), f"cell {old.id}:\n{old.source}"


@pytest.mark.parametrize("path", notebooks.all_notebooks(), ids=lambda path: path.stem)
def test_a_notebook_is_well_formed(path):
    notebook = notebooks.read(path)
    nbformat.validate(notebook)
    assert notebook.nbformat_minor >= 5
    assert notebook.metadata.kernelspec.name == "jovial"
    assert notebook.metadata.kernelspec.language == "elixir"
    for cell in notebook.cells:
        failed = cell.cell_type == "code" and any(output.output_type == "error" for output in cell.outputs)
        assert failed == ("raises-exception" in cell.metadata.get("tags", [])), f"the tags of cell {cell.id}"


def test_nbconvert_executes_the_tutorial(tmp_path):
    target = tmp_path / "processes.html"
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "--output", target, notebooks.FOLDER / "processes.ipynb"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert "shell process exited with reason" in target.read_text(encoding="utf-8")
