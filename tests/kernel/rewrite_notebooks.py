"""Executes the notebooks in notebooks/ and writes their outputs anew: `python tests/kernel/rewrite_notebooks.py [NAME...]`.

Takes the binary that the environment variable JOVIAL names, or the one of the last release build. What changed is then read in the diff.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import notebooks

BINARY = pathlib.Path(os.environ.get("JOVIAL", notebooks.ROOT / "target/release/jovial")).resolve()


def main(names):
    with tempfile.TemporaryDirectory() as prefix:
        subprocess.run([BINARY, "install", "--prefix", prefix], check=True, capture_output=True)
        os.environ["JUPYTER_PATH"] = str(pathlib.Path(prefix) / "share/jupyter")
        for path in notebooks.all_notebooks():
            if names and path.stem not in names:
                continue
            old = notebooks.read(path)
            new = notebooks.execute(path)
            notebooks.keep_equal_outputs(old, new)
            notebooks.write(path, new)
            print(f"{path.relative_to(notebooks.ROOT)}: {len(new.cells)} cells")


if __name__ == "__main__":
    main(sys.argv[1:])
