"""COMPATIBILITY.md says what the program has, no more and no less."""

import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests/compatibility"))
import generate  # noqa: E402


def test_the_table_is_what_the_program_has():
    written = (ROOT / "COMPATIBILITY.md").read_text(encoding="utf-8")
    assert written == generate.document(), "run tests/compatibility/generate.py and read what changed"


def test_each_note_is_about_something_that_is_there():
    found = generate.present()
    for name in generate.differences():
        module, _, function = name.partition(" ")
        assert module in found, name
        assert not function or function in found[module] or f"macro {function}" in found[module], name
