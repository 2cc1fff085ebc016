#!/usr/bin/env python3
"""Runs `calls.exs` with two commands and prints how often the first takes the time of the second, the worst first.

    python3 tests/benchmarks/compare.py "target/release/jovial run" elixir [TEXT...]
"""

import math
import pathlib
import subprocess
import sys

CALLS = pathlib.Path(__file__).parent / "calls.exs"


def measured(command, texts):
    done = subprocess.run([*command.split(), str(CALLS), *texts], stdout=subprocess.PIPE, text=True, check=True)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {name: float(time) for name, time in rows}


def main():
    first, second, *texts = sys.argv[1:]
    ours, theirs = measured(first, texts), measured(second, texts)
    ratios = sorted(((ours[name] / theirs[name], name) for name in ours), reverse=True)
    for ratio, name in ratios:
        print(f"{ratio:8.2f}  {ours[name]:10.1f} {theirs[name]:10.1f} ns  {name}")
    mean = math.exp(sum(math.log(ratio) for ratio, _ in ratios) / len(ratios))
    print(f"{mean:8.2f}  geometric mean of {len(ratios)}")


if __name__ == "__main__":
    main()
