"""The suite that Jupyter has for kernels of any language."""

import unittest

from jupyter_kernel_test import IopubWelcomeTests, KernelTests


class Jovial(KernelTests):
    kernel_name = "jovial"
    language_name = "elixir"
    file_extension = ".exs"
    code_hello_world = 'IO.puts("hello, world")'
    code_stderr = 'IO.puts(:stderr, "test")'
    completion_samples = [
        {"text": "Enum.flat_map_", "matches": {"flat_map_reduce"}},
        {"text": "defmod", "matches": {"defmodule"}},
    ]
    complete_code_samples = ["1", "IO.puts(1)", "defmodule A do\nend"]
    incomplete_code_samples = ["IO.puts(", "defmodule A do", '"""\ntext']
    invalid_code_samples = ["1 + )", "end"]
    code_generate_error = 'raise "no"'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"a" <> "b"', "result": '"ab"'},
        {"code": "~c\"abc\"", "result": "~c\"abc\""},
    ]
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "6*"
    code_inspect_sample = "Enum.map"
    code_page_something = 'Jupyter.page(Jupyter.markdown("# Bread"))'
    code_display_data = [
        {"code": 'Jupyter.display(Jupyter.html("<b>rye</b>"))', "mime": "text/html"},
        {"code": 'Jupyter.display(Jupyter.png(<<137, 80, 78, 71>>))', "mime": "image/png"},
        {"code": "h(Enum.map)", "mime": "text/markdown"},
    ]
    code_clear_output = "Jupyter.clear()"


class Welcome(IopubWelcomeTests):
    kernel_name = "jovial"
    support_iopub_welcome = True


# The base classes are suites themselves.
del KernelTests, IopubWelcomeTests

if __name__ == "__main__":
    unittest.main()
