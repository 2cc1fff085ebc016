"""Completion and inspection: what is offered, where it goes, what is told."""

import pytest


def reply(kernel, request):
    while True:
        found = kernel.client.get_shell_msg(timeout=30)
        if found["parent_header"]["msg_id"] == request:
            return found["content"]


def complete(kernel, code, cursor=None):
    return reply(kernel, kernel.client.complete(code, cursor))


def inspect(kernel, code, cursor=None, detail=0):
    return reply(kernel, kernel.client.inspect(code, cursor, detail))


def matches(kernel, code, cursor=None):
    return complete(kernel, code, cursor)["matches"]


SETUP = """
list = [1, 2]
settings = %{"text" => 0, size: 3, sides: %{left: 1}}
module = String
options = [width: 3]
alias String.Chars
defmodule Point do
  @moduledoc "A point of the plane."
  defstruct [:across, :up]
  @doc "Its distance from the middle."
  @spec distance(%Point{}) :: float
  def distance(point), do: :math.sqrt(point.across ** 2 + point.up ** 2)
  @doc false
  def distant(_), do: nil
end
alias Point, as: Corner
"""


@pytest.fixture(scope="module")
def session():
    from conftest import Kernel

    kernel = Kernel()
    assert kernel.run(SETUP).error is None
    yield kernel
    kernel.stop()


@pytest.mark.parametrize(
    "code, expected",
    [
        ("Enum.flat_m", ["flat_map", "flat_map_reduce"]),
        ("Enum.map([1], &Integer.is_", ["is_even", "is_odd"]),
        ("Enu", ["Enum", "Enumerable"]),
        ("lis", ["list"]),
        ("sett", ["settings"]),
        ("settings.si", ["sides", "size"]),
        ("settings.sides.", ["left"]),
        ("module.capi", ["capitalize"]),
        ("Poi", ["Point"]),
        ("Point.dist", ["distance"]),
        ("%Poi", ["Point"]),
        ("%Point{ac", ["across: "]),
        ("%Point{across: 1, u", ["up: "]),
        ("%{settings | s", ["sides: ", "size: "]),
        ("alias String.{Ch", ["Chars"]),
        ("Char", ["Chars"]),
        (":erlan", ["erlang"]),
        (":lists.revers", ["reverse"]),
        ("__MOD", ["__MODULE__"]),
        ("defmod", ["defmodule"]),
        ("flus", ["flush"]),
        ("@moduled", ["moduledoc"]),
        ("<<1::int", ["integer"]),
        ("<<n::size(8)-uns", ["unsigned"]),
        ("<<n::binary-siz", ["size"]),
        ("list -siz", []),
        ("%Cor", ["Corner"]),
        ("settings[:si", ["sides", "size"]),
        ("options[:wi", ["width"]),
        ("options[:erlan", []),
        ("unknown[:erlan", ["erlang"]),
        ("Elixir.Enu", ["Enum", "Enumerable"]),
        ("an", ["and"]),
        ('total = 3\n# tottering\nIO.puts("totally")\ntot', ["total"]),
        ("fn {first_one, _} -> fir", ["first_one"]),
        ("defmodule A do\n  defp helper(x), do: x\n  def run, do: hel", ["helper"]),
        ("1 + no_such_name", []),
        ("# Enum.m", []),
        ("%{a: 1}.", []),
    ],
)
def test_what_is_offered(session, code, expected):
    assert matches(session, code) == expected


def test_positions_count_code_points(session):
    found = complete(session, '"𝄞é"; Enum.flat_m', None)
    assert (found["cursor_start"], found["cursor_end"]) == (11, 17)
    found = complete(session, '"𝄞"; lis + 1', 8)
    assert (found["matches"], found["cursor_start"], found["cursor_end"]) == (["list"], 5, 8)


def test_candidates_have_kinds_and_arities(session):
    found = complete(session, "Enum.reduc")
    typed = found["metadata"]["_jupyter_types_experimental"]
    assert typed[0] == {"start": 5, "end": 10, "text": "reduce", "type": "function", "signature": "reduce/2, reduce/3"}
    assert complete(session, "lis")["metadata"]["_jupyter_types_experimental"][0]["type"] == "instance"
    assert complete(session, "Enu")["metadata"]["_jupyter_types_experimental"][0]["type"] == "module"


def test_paths_in_strings(session, tmp_path):
    (tmp_path / "data.csv").touch()
    (tmp_path / "dates").mkdir()
    assert matches(session, f'File.read!("{tmp_path}/dat') == ["data.csv", "dates/"]


def test_nothing_is_executed_or_changed(session):
    before = session.run("settings").result
    assert matches(session, "send(self(), 1); settings.si") == ["sides", "size"]
    assert session.run("settings").result == before
    assert session.run("flush()").stdout == ""


@pytest.mark.parametrize(
    "code, parts",
    [
        ("Enum.flat_map", ["Enum.flat_map(", "@spec flat_map(t(), (element() -> "]),
        ("String.split(text, ", ["String.split("]),
        ("Enum", ["Enum"]),
        ("Point", ["A point of the plane."]),
        ("Point.distance", ["Point.distance(point)", "@spec distance(%Point{}) :: float()", "Its distance from the middle."]),
        ("settings", ["settings = %{", "Map"]),
        ("if", ["Kernel.if("]),
        ("case", ["case("]),
        (":lists.reverse", [":lists.reverse"]),
    ],
)
def test_what_is_told(session, code, parts):
    found = inspect(session, code)
    assert found["found"], code
    assert set(found["data"]) == {"text/plain", "text/markdown"}
    for part in parts:
        assert part in found["data"]["text/plain"]


def test_the_cursor_may_be_inside_a_name(session):
    assert "Enum.map(" in inspect(session, "Enum.map(list, &(&1))", 6)["data"]["text/plain"]


def test_nothing_is_told_of_nothing(session):
    assert inspect(session, "no_such_name") == {"status": "ok", "found": False, "data": {}, "metadata": {}}
