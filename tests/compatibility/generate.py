"""Writes COMPATIBILITY.md: what of Elixir 1.18 is here. `python tests/compatibility/generate.py`, with the binary in JOVIAL.

What Elixir has is in `elixir-1.18.txt` (made by `exports.exs` with a real Elixir). What is here, the binary is asked for. How
something differs, nobody but us can say: that is in `differs.txt`, a line for each function or module.
"""

import os
import pathlib
import subprocess
from collections import defaultdict

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARY = pathlib.Path(os.environ.get("JOVIAL", ROOT / "target/release/jovial")).resolve()
LIST = HERE / "elixir-1.18.txt"

# Modules by what they are for; whatever is not named stands under the last heading but one.
PARTS = {
    "The language and its values": "Kernel Kernel.SpecialForms Access Atom Base Bitwise Calendar Date Date.Range DateTime Duration Exception Float Function "
    "Integer JSON List List.Chars Map MapSet Keyword NaiveDateTime Range Record Regex String String.Chars Time Tuple URI Version Version.Requirement "
    "Enum Stream Enumerable Collectable Inspect Inspect.Algebra Inspect.Opts Calendar.ISO Calendar.TimeZoneDatabase "
    "Calendar.UTCOnlyTimeZoneDatabase Protocol",
    "Processes": "Agent Application Config Config.Provider Config.Reader DynamicSupervisor GenEvent GenServer Node PartitionSupervisor Process Registry "
    "Supervisor Supervisor.Spec Task Task.Supervisor",
    "Input, output, files and the system": "File File.Stat File.Stream IO IO.ANSI IO.Stream OptionParser Path Port StringIO System",
    "Code that works on code": "Behaviour Code Code.Fragment Kernel.ParallelCompiler Kernel.ParallelRequire Macro Macro.Env Module Module.ParallelChecker",
}
APPLICATIONS = "Logging, templates, tests and the shell"
ERLANG = "Erlang's modules"


def read_list():
    """Functions by module, in the order of the list."""
    modules = defaultdict(list)
    for line in LIST.read_text(encoding="utf-8").splitlines():
        module, rest = line.split(" ", 1)
        modules[module].append(rest)
    return modules


def present():
    run = subprocess.run([BINARY, "run", HERE / "exports.exs", LIST], check=True, capture_output=True, text=True, timeout=300)
    found = defaultdict(set)
    for line in run.stdout.splitlines():
        module, rest = line.split(" ", 1)
        found[module].add(rest)
    return found


def differences():
    notes = {}
    for line in (HERE / "differs.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, note = line.split(": ", 1)
            notes[name] = note
    return notes


def part_of(module):
    if module.startswith(":"):
        return ERLANG
    return next((part for part, names in PARTS.items() if module in names.split()), APPLICATIONS)


def document():
    modules, found, notes = read_list(), present(), differences()
    there = sum(len(found[module].intersection(functions)) for module, functions in modules.items())
    total = sum(map(len, modules.values()))
    lines = [
        "# What of Elixir 1.18 is here",
        "",
        "Made by `tests/compatibility/generate.py`: it asks the program for each documented function and macro of Elixir 1.18.4, and for each exported",
        "one of the Erlang modules that Elixir code calls most. *Done* means that it is there and meant to do what Elixir's does; where we know",
        "that it does something else, the note says so. What is not there yet raises `UndefinedFunctionError`, as any function that does not exist.",
        "",
        f"There are {there} of {total}.",
    ]
    for part in [*PARTS, APPLICATIONS, ERLANG]:
        lines += ["", f"## {part}", "", "| module | done | not yet, and what differs |", "| --- | --- | --- |"]
        for module in sorted(modules):
            if part_of(module) == part:
                lines.append(row(module, modules[module], found[module], notes))
    return "\n".join(lines) + "\n"


def row(module, functions, found, notes):
    missing = [function.removeprefix("macro ") for function in functions if function not in found]
    done = len(functions) - len(missing)
    remarks = [notes[module]] if module in notes else []
    remarks += [f"`{function.removeprefix('macro ')}` differs: {notes[f'{module} {function}']}" for function in functions if f"{module} {function}" in notes]
    if missing and done:
        remarks.append("not yet: " + ", ".join(f"`{name}`" for name in missing).replace("|", "\\|"))
    state = "all" if not missing else "not yet" if not done else f"{done} of {len(functions)}"
    return f"| `{module}` | {state} | {'; '.join(remarks)} |"


if __name__ == "__main__":
    (ROOT / "COMPATIBILITY.md").write_text(document(), encoding="utf-8")
