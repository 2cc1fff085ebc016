"""install.sh on machines of many kinds: each a folder of programs that is the whole search path."""

import os
import pathlib
import shutil
import stat
import subprocess
import sys

import pytest

from conftest import BINARY, ROOT

# What every system has.
BASICS = "bash sh env dirname sort head awk printf mkdir cp mv rm cat".split()


class Machine:
    def __init__(self, folder):
        self.bin = folder / "bin"
        self.home = folder / "home"
        self.target = folder / "target"
        for made in [self.bin, self.home]:
            made.mkdir()
        for name in BASICS:
            found = shutil.which(name)
            if found:
                (self.bin / name).symlink_to(found)
        self.program("cc", "exit 0")
        self.program("cargo", f'echo built >> "{folder}/builds"\nmkdir -p "{self.target}/release"\ncp "{BINARY}" "{self.target}/release/jovial"')
        self.program("rustc", "echo 'rustc 1.95.0 (some build)'")
        self.program("python3", f'exec "{sys.executable}" "$@"')
        self.builds = folder / "builds"

    def program(self, name, text):
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IEXEC)

    def without(self, name):
        (self.bin / name).unlink()
        return self

    def run(self, *options, **environment):
        known = {"PATH": str(self.bin), "HOME": str(self.home), "CARGO_TARGET_DIR": str(self.target), "LANG": "C.UTF-8"}
        return subprocess.run(
            [str(ROOT / "install.sh"), *options], env={**known, **environment}, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def refused(machine, words, command, **environment):
    """It ends before anything is built, says what is missing, and has a line to type."""
    ended = machine.run(**environment)
    assert ended.returncode == 1
    assert words in ended.stderr
    assert command in ended.stderr
    assert not machine.builds.exists()
    assert list(machine.home.iterdir()) == []


def test_no_linker(machine):
    machine.without("cc").program("apt-get", "exit 1")
    refused(machine, "cc", "sudo apt-get install build-essential")


def test_no_rust(machine):
    refused(machine.without("cargo"), "Rust is missing", "https://sh.rustup.rs | sh")


def test_cargo_without_a_compiler(machine):
    refused(machine.without("rustc"), "Rust is missing", "https://sh.rustup.rs | sh")


def test_old_rust(machine):
    machine.program("rustc", "echo 'rustc 1.80.1 (some build)'")
    refused(machine, "Rust 1.80.1 is too old", "rustup update stable")


def test_no_python(machine):
    machine.without("python3").program("dnf", "exit 1")
    refused(machine, "Python 3 is missing", "sudo dnf install python3")


def test_old_python(machine):
    machine.program("python3", 'if [ "$1" = --version ]; then echo "Python 3.6.9"; else exit 1; fi')
    refused(machine, "Python 3.6.9 is too old", "python3")


def test_no_venv(machine):
    machine.program("python3", f'case "$2" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"')
    machine.program("apt-get", "exit 1")
    refused(machine, "venv is missing", "sudo apt-get install python3-venv")


def test_an_environment_without_nbconvert(machine, tmp_path):
    environment = tmp_path / "environment"
    (environment / "bin").mkdir(parents=True)
    python = environment / "bin/python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    refused(machine, str(environment), f"{python} -m pip install jupyterlab nbconvert", VIRTUAL_ENV=str(environment))


def test_an_unknown_option(machine):
    ended = machine.run("--everything")
    assert ended.returncode == 1
    assert "--everything" in ended.stderr and "usage" in ended.stderr


def test_into_an_active_environment_twice_and_away_again(machine, tmp_path):
    environment = tmp_path / "environment"
    (environment / "bin").mkdir(parents=True)
    python = environment / "bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    active = {
        "VIRTUAL_ENV": str(environment),
        "JUPYTER_PATH": str(environment / "share/jupyter"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
    }
    for _ in range(2):
        ended = machine.run(**active)
        assert ended.returncode == 0, ended.stderr
        lines = ended.stdout.rstrip().split("\n")
        executed = pathlib.Path(lines[-3].split(": ", 1)[1].strip())
        assert executed.suffix == ".html" and "#PID&lt;" in executed.read_text()
        assert "jupyter lab notebooks/processes.ipynb" in lines[-2]
        assert lines[-1].endswith("./install.sh --uninstall")
    kernelspec = environment / "share/jupyter/kernels/jovial/kernel.json"
    assert str(machine.home / ".local/bin/jovial") in kernelspec.read_text()
    # Nothing else of the user's was touched.
    assert not (machine.home / ".local/share/jupyter").exists()
    assert not (machine.home / ".local/share/jovial/venv").exists()
    assert os.access(machine.home / ".local/bin/jovial", os.X_OK)

    ended = machine.run("--uninstall", **active)
    assert ended.returncode == 0, ended.stderr
    assert not kernelspec.exists()
    assert not (machine.home / ".local/bin/jovial").exists()
    assert not (machine.home / ".local/share/jovial").exists()
