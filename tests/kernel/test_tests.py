"""Tests in cells: modules of tests are defined in one and run in another, as often as one likes."""


def test_tests_run_in_cells(kernel):
    assert kernel.run("ExUnit.start(autorun: false, seed: 0)").result == ":ok"
    kernel.run(
        """
        defmodule SumTest do
          use ExUnit.Case
          test "adds", do: assert(1 + 1 == 2)
          test "is wrong", do: assert(1 + 1 == 3)
        end
        """
    )
    cell = kernel.run("ExUnit.run()")
    assert cell.result == "%{excluded: 0, failures: 1, skipped: 0, total: 2}"
    assert "2 tests, 1 failure" in cell.stdout
    assert "code:" in cell.stdout and "assert 1 + 1 == 3" in cell.stdout
    kernel.run(
        """
        defmodule SumTest do
          use ExUnit.Case
          test "adds", do: assert(1 + 1 == 2)
        end
        """
    )
    assert kernel.run("ExUnit.run()").result == "%{excluded: 0, failures: 0, skipped: 0, total: 1}"
    assert kernel.run("ExUnit.run()").result == "%{excluded: 0, failures: 0, skipped: 0, total: 0}"
