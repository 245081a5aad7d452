"""What loops and branches hand on: nothing that is not read."""

import numpy as np
import pytest

from adcompile.ir.handed_on import without_unread
from adcompile.ir.parser import from_text
from adcompile.ir.printer import to_text
from adcompile.testing.programs import REFUSED, RIGHT, Program, judge

LOOP = """function f(%x, %n):
  for %i in range(0, %n, 1) carry %a = %x, %b = %x, %c = 0.0, %stop = False -> %p, %q, %r, %stopped stop 3:
    %u = operator.mul(%a, %b)
    %v = operator.neg(%b)
    %w = operator.add(%c, %u)
    %s = operator.gt(%w, 3)
    yield %u, %v, %w, %s
  yield READ
"""


def handed_on(text):
    """The lines that hand something on, of a function without what is not read."""
    function = from_text(text, {})
    lines = to_text(without_unread(function)).splitlines()
    return [line.strip() for line in lines if "->" in line or "yield" in line]


def test_a_loop_carries_what_is_read_by_any_statement_or_behind_it():
    first, *others = handed_on(LOOP.replace("READ", "%q"))
    assert "carry %a = %x, %b = %x, %c = 0.0, %stop = False -> %p, %q, %r, %stopped stop 3" in first
    assert others == ["yield %u, %v, %w, %s", "yield %q"]


def test_what_only_hands_itself_on_is_not_carried():
    text = LOOP.replace("READ", "%x").replace("operator.add(%c, %u)", "operator.add(%u, %u)")
    first, *others = handed_on(text.replace("%a, %b)", "%b, %b)"))
    assert "carry %b = %x, %stop = False -> %q, %stopped stop 1" in first
    assert others == ["yield %v, %s", "yield %x"]


def test_a_branch_and_a_loop_inside_a_loop():
    text = """function f(%x, %n):
  for %i in range(0, %n, 1) carry %a = undefined, %b = %x -> %p, %q:
    if %i -> %t, %u:
      for %j in range(0, %i, 1) carry %d = %b, %e = %b -> %g, %h:
        yield %e, %e
      yield %g, %h
    else:
      yield %b, %b
    yield %t, %u
  yield READ
"""
    assert not any("->" in line for line in handed_on(text.replace("READ", "%n")))
    lines = handed_on(text.replace("READ", "%q"))
    assert "carry %b = %x -> %q" in lines[0]
    assert "-> %u" in lines[1]
    assert "carry %e = %b -> %h" in lines[2]


SEEN = """
def f(x):
    y = x * x
    seen = 0.0
    for k in range(3):
        seen = np.einsum("i->i", y[k:])
        y[k] = np.sum(seen) * x[k]
    return np.sum(y) + READ
"""


@pytest.mark.parametrize(("read", "kinds"), [("x[0]", [RIGHT]), ("np.sum(seen)", [RIGHT, REFUSED])])
def test_a_view_of_a_trip_that_nobody_reads_later_sees_no_store(read, kinds):
    verdict = judge(Program(SEEN.replace("READ", read), (np.array([0.5, -1.2, 0.8, 1.5]),)))
    assert verdict.kind in kinds, verdict.detail
