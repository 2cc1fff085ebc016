"""The kernel under test: the binary named by JOVIAL, registered in a folder of its own, driven by jupyter_client."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("JOVIAL", ROOT / "target/release/jovial")).resolve()


@pytest.fixture(scope="session", autouse=True)
def kernelspec(tmp_path_factory):
    """Installs the kernelspec into a prefix that only these tests see."""
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run([BINARY, "install", "--prefix", prefix], check=True, capture_output=True)
    os.environ["JUPYTER_PATH"] = str(prefix / "share/jupyter")
    os.environ["JUPYTER_RUNTIME_DIR"] = str(tmp_path_factory.mktemp("runtime"))
    return prefix


class Cell:
    """All that one execute request brought."""

    def __init__(self, reply, messages):
        self.reply = reply
        self.messages = messages

    def text(self, name):
        return "".join(m["content"]["text"] for m in self.of("stream") if m["content"]["name"] == name)

    def of(self, msg_type):
        return [m for m in self.messages if m["msg_type"] == msg_type]

    @property
    def stdout(self):
        return self.text("stdout")

    @property
    def stderr(self):
        return self.text("stderr")

    @property
    def result(self):
        found = self.of("execute_result")
        assert len(found) <= 1
        return found[0]["content"]["data"]["text/plain"] if found else None

    @property
    def error(self):
        found = self.of("error")
        assert len(found) <= 1
        return found[0]["content"] if found else None


class Kernel:
    """A running kernel and one client of it."""

    def __init__(self, **environment):
        from jupyter_client.manager import start_new_kernel

        self.manager, self.client = start_new_kernel(kernel_name="jovial", env={**os.environ, **environment})

    def run(self, code, timeout=60, **options):
        """Executes a cell and collects what belongs to it, up to its idle."""
        request = self.client.execute(code, **options)
        return self.collect(request, timeout)

    def collect(self, request, timeout=60):
        messages = []
        while True:
            message = self.client.get_iopub_msg(timeout=timeout)
            if message["parent_header"].get("msg_id") != request:
                continue
            messages.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
        while True:
            reply = self.client.get_shell_msg(timeout=timeout)
            if reply["parent_header"].get("msg_id") == request:
                return Cell(reply["content"], messages)

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel():
    kernel = Kernel()
    yield kernel
    kernel.stop()


@pytest.fixture
def start_kernel():
    """Starts kernels with environment variables of their own."""
    started = []

    def start(**environment):
        started.append(Kernel(**environment))
        return started[-1]

    yield start
    for kernel in started:
        kernel.stop()
