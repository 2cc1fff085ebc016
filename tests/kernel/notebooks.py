"""Executes the notebooks in notebooks/ and compares outputs by shape: what differs from run to run counts as equal."""

import pathlib
import re

import nbclient
import nbformat

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"

# What a run may have otherwise, and what stands for it in a comparison.
SHAPES = [
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"#PID(<|&lt;)\d+\.\d+\.\d+(>|&gt;)"), "#PID<>"),
    (re.compile(r"#Reference<\d+(\.\d+){3}>"), "#Reference<>"),
    (re.compile(r"#Port<\d+\.\d+>"), "#Port<>"),
    (re.compile(r"#Function<\d+\.\d+/(\d+) in ([^>]*(?:->[^>]*)*)>"), r"#Function<\1 in \2>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\.\d\d\d\b"), "00:00:00.000"),
    # Where in the library a frame is, and the number of what was evaluated.
    (re.compile(r"\b(lib/[\w/]+\.ex):\d+:"), r"\1:"),
    (re.compile(r"\belixir_eval_\d+"), "elixir_eval"),
    # The code of a module: its container's first bytes are what a reader can know it by.
    (re.compile(r"<<70, 79, 82, 49,[\s\d,]*\.\.\.>>"), "<<70, 79, 82, 49, ...>>"),
]


def all_notebooks():
    return sorted(path for path in FOLDER.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def read(path):
    return nbformat.read(path, as_version=4)


def write(path, notebook):
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def execute(path):
    """A copy with new outputs. A cell that fails without the tag `raises-exception` ends it with an error."""
    notebook = read(path)
    client = nbclient.NotebookClient(
        notebook, kernel_name="jovial", timeout=120, record_timing=False, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = merged(cell.outputs)
    return notebook


def merged(outputs):
    """Adjacent streams of one name in one: where a text is cut depends on time."""
    result = []
    for output in outputs:
        last = result[-1] if result else None
        if last and last.output_type == output.output_type == "stream" and last.name == output.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def shaped(text):
    for pattern, replacement in SHAPES:
        text = pattern.sub(replacement, text)
    return text


def shape(outputs):
    """The outputs of a cell without what may differ."""
    shapes = []
    for output in merged([nbformat.from_dict(output) for output in outputs]):
        if output.output_type == "stream":
            shapes.append((output.name, shaped(output.text)))
        elif output.output_type == "error":
            shapes.append(("error", output.ename, shaped(output.evalue), shaped("\n".join(output.traceback))))
        else:
            shapes.append((output.output_type, {kind: shaped(str(data)) for kind, data in output.data.items()}))
    return shapes


def keep_equal_outputs(old, new):
    """Leaves outputs that only differ in what may differ as they were, so that a diff shows what changed."""
    before = {cell.id: cell for cell in old.cells if cell.cell_type == "code"}
    for cell in new.cells:
        earlier = before.get(cell.get("id"))
        if cell.cell_type == "code" and earlier is not None and shape(earlier.outputs) == shape(cell.outputs):
            cell.outputs = earlier.outputs
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = cell.execution_count
