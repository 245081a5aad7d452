"""Which values something needed reads, and which statements have an effect."""

import pytest

from adcompile.analyses.needs import Needs
from adcompile.ir.parser import from_text


def needed(body, params="%x, %n"):
    """The names of the needed values, sorted."""
    indented = "".join(f"  {line}\n" for line in body.strip().splitlines())
    function = from_text(f"function f({params}):\n{indented}", {"effect": print})
    return sorted({v.name for v in Needs(function.body).found})


def test_what_the_result_needs():
    assert needed("%a = operator.neg(%x)\n%b = operator.neg(%n)\nyield %a") == ["a", "x"]


def test_an_effect_is_needed():
    assert needed("%a = operator.neg(%x)\n%b = effect(%a)\nyield %n") == ["a", "n", "x"]
    assert needed("opaque 'log(x)' reads x=%x\nyield 0") == ["x"]


LOOP = """
for %i in range(0, %n, 1) carry %a = %x, %b = %x, %c = 0.0 -> %p, %q, %r:
  %u = operator.mul(%a, %b)
  %v = operator.neg(%b)
  %w = operator.add(%c, %u)
  yield %u, %v, %w
yield {}
"""


def test_a_carried_value_is_needed_if_it_is_read_by_what_is_needed():
    assert needed(LOOP.format("%q")) == ["b", "n", "q", "v", "x"]
    assert needed(LOOP.format("%p")) == ["a", "b", "n", "p", "u", "v", "x"]
    assert needed(LOOP.format("%r")) == ["a", "b", "c", "n", "r", "u", "v", "w", "x"]


def test_a_loop_whose_results_nobody_reads_is_not_needed():
    assert needed(LOOP.format("0")) == []


def test_what_ends_a_loop_is_needed():
    body = """
for %i in range(0, %n, 1) carry %a = %x, %s = False -> %p, %q stop 1:
  %u = operator.neg(%a)
  %t = operator.gt(%i, 3)
  yield %u, %t
yield %p
"""
    assert needed(body) == ["a", "i", "n", "p", "s", "t", "u", "x"]


def test_the_condition_of_a_while_loop_is_needed():
    body = """
while carry %a = %x, %b = 0 -> %p, %q:
  %c = operator.lt(%a, %n)
  yield %c
do:
  %u = operator.neg(%a)
  %v = operator.add(%b, 1)
  yield %u, %v
yield %q
"""
    assert needed(body) == ["a", "b", "c", "n", "q", "u", "v", "x"]


def test_a_side_of_a_branch_is_needed_for_the_results_that_are():
    body = """
if %n -> %p, %q:
  %a = operator.neg(%x)
  %b = operator.pos(%x)
  yield %a, %b
else:
  yield %x, 0
yield %p
"""
    assert needed(body) == ["a", "n", "p", "x"]


def test_an_effect_in_a_block_makes_its_owner_needed():
    body = """
if %n:
  %a = effect(%x)
  yield
else:
  yield
yield 0
"""
    assert needed(body) == ["n", "x"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("%1 = operator.neg(%x)", False),
        ("%1 = np.sum(%x, axis=0)", False),
        ("%1 = .sum(%x)", False),
        ("%1 = @T(%x)", False),
        ("%1 = updates.update(%x, 0, 1.0)", False),
        ("%1 = structures.make_list(%x)", False),
        ("%1 = &g_forward(%x)", False),
        ("%1, %2 = structures.unpack(%x, 2)", False),
        ("%1 = effect(%x)", True),
        ("%1 = .mystery(%x)", True),
        ("%1 = np.add(%x, %x, out=%n)", True),
        ("%1 = syntax('x()', x=%x)", True),
        ("opaque 'raise ValueError' leaves", True),
        ("with %x:\n    yield", True),
        ("for %i in range(0, 3, 1):\n    yield", False),
        ("for %i in range(0, 3, 1):\n    %1 = effect(%i)\n    yield", True),
    ],
)
def test_effects(line, expected):
    function = from_text(f"function f(%x, %n):\n  {line}\n  yield 0\n", {"effect": print})
    assert Needs(function.body).has_effect(function.body.stmts[0]) is expected
