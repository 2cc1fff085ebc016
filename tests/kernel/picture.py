"""Draws docs/notebook.svg, the README's picture, from cells and outputs of a notebook: `python tests/kernel/picture.py`."""

import re
from html import escape

import notebooks

CELLS = ["spawn", "selective", "crash", "crash-self", "link", "link-after", "sup-tree"]
WIDTH, LINE, MARGIN, PROMPT, COLUMNS = 860, 18, 14, 78, 92
FONT = "font-family='ui-monospace,SFMono-Regular,Menlo,Consolas,monospace' font-size='13'"
TOKENS = re.compile(r"(?P<string>\"[^\"]*\")|(?P<atom>(?<![\w:]):\w+)|(?P<word>\b(?:do|end|fn|when|raise|receive)\b)|(?P<name>\b[A-Z]\w*)")
COLOURS = {"string": "#b02a37", "atom": "#6f42c1", "word": "#0a7d32", "name": "#0b5cad"}
BACKGROUNDS = {"code": "#f5f5f5", "stderr": "#fdecea"}


def wrapped(text):
    for line in text.rstrip("\n").split("\n"):
        while len(line) > COLUMNS:
            yield line[:COLUMNS]
            line = line[COLUMNS:]
        yield line


def coloured(line):
    result, last = "", 0
    for token in TOKENS.finditer(line):
        result += escape(line[last : token.start()])
        result += f"<tspan fill='{COLOURS[token.lastgroup]}'>{escape(token.group())}</tspan>"
        last = token.end()
    return result + escape(line[last:])


def blocks(cell):
    """Prompt, kind and text of what a cell shows."""
    yield f"[{cell.execution_count}]:", "code", cell.source
    for output in cell.outputs:
        if output.output_type == "stream":
            yield "", output.name, output.text.lstrip("\n")
        elif output.output_type == "error":
            yield "", "stderr", re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback))
        elif "image/svg+xml" in output.data:
            yield f"[{output.execution_count}]:", "drawing", output.data["image/svg+xml"]
        else:
            yield f"[{output.execution_count}]:", "result", output.data["text/plain"]


def picture(notebook):
    cells = {cell.id: cell for cell in notebook.cells}
    parts, y = [], MARGIN
    for ident in CELLS:
        for prompt, kind, text in blocks(cells[ident]):
            lines = [] if kind == "drawing" else list(wrapped(text))
            height = len(lines) * LINE + 10
            if kind == "drawing":
                height = int(re.search(r'height="(\d+)"', text).group(1))
                parts.append(text.replace("<svg ", f"<svg x='{PROMPT}' y='{y}' ", 1))
            if kind in BACKGROUNDS:
                parts.append(
                    f"<rect x='{PROMPT}' y='{y}' width='{WIDTH - PROMPT - MARGIN}' height='{height}' rx='3' fill='{BACKGROUNDS[kind]}'/>"
                )
            if prompt:
                colour = "#307fc1" if kind == "code" else "#bf5b3d"
                parts.append(f"<text x='{PROMPT - 8}' y='{y + 18}' text-anchor='end' fill='{colour}' {FONT}>{prompt}</text>")
            for number, line in enumerate(lines):
                shown = coloured(line) if kind == "code" else escape(line)
                parts.append(f"<text x='{PROMPT + 8}' y='{y + 18 + number * LINE}' fill='#212529' xml:space='preserve' {FONT}>{shown}</text>")
            y += height + 4
        y += 8
    frame = f"<rect width='{WIDTH}' height='{y}' rx='6' fill='#ffffff' stroke='#d0d7de'/>"
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{y}' viewBox='0 0 {WIDTH} {y}'>\n{frame}\n" + "\n".join(parts) + "\n</svg>\n"


if __name__ == "__main__":
    drawn = picture(notebooks.read(notebooks.FOLDER / "processes.ipynb"))
    (notebooks.ROOT / "docs/notebook.svg").write_text(drawn, encoding="utf-8")
