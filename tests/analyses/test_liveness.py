"""What is read later at each statement, and which values are alive at once."""

import pytest

from adcompile.analyses.liveness import Liveness
from adcompile.ir.nodes import Call
from adcompile.ir.parser import from_text
from adcompile.ir.printer import to_text
from adcompile.ir.traverse import inner_of, results_of, walk


class Found:
    """The liveness of a function that is given as text, by the names of the text."""

    def __init__(self, text):
        self.function = from_text(text.strip("\n"), {})
        assert to_text(self.function).strip() == text.strip()
        self.liveness = Liveness(self.function)
        stmts = list(walk(self.function.body))
        defined = [*self.function.inputs, *(v for s in stmts for v in (*inner_of(s), *results_of(s)))]
        self.names = {v: v.name for v in defined}
        self.vars = {v.name: v for v in defined}
        assert len(self.vars) == len(defined), "give each value a name of its own"
        self.stmts = {v.name: s for s in stmts for v in results_of(s)}

    def after(self, name):
        """The names that are alive behind the statement that defines a name."""
        return sorted(self.names[v] for v in self.liveness.live_after[self.stmts[name]])

    def clash(self, a, b):
        first, second = self.vars[a], self.vars[b]
        others = self.liveness.interference
        assert (second in others.get(first, ())) == (first in others.get(second, ())), "interference goes both ways"
        return second in others.get(first, ())


def test_straight_lines():
    found = Found(
        """
function f(%x, %y):
  %a = operator.mul(%x, %y)
  %b = operator.mul(%a, %y)
  %c = operator.add(%b, %b)
  yield %c
"""
    )
    assert found.after("a") == ["a", "y"]
    assert found.after("b") == ["b"]
    assert found.after("c") == ["c"]
    assert found.clash("x", "y") and found.clash("a", "y")
    assert not found.clash("a", "x") and not found.clash("a", "b") and not found.clash("b", "c")


def test_results_of_one_call_clash_even_if_unread():
    found = Found(
        """
function f(%x):
  %a, %b = structures.unpack(%x, 2)
  yield %a
"""
    )
    assert found.after("a") == ["a"]
    assert found.clash("a", "b")


BRANCH = """
function f(%c, %x, %y):
  %a = operator.neg(%x)
  if %c -> %r:
    %p = operator.mul(%a, %x)
    yield %p
  else:
    %q = operator.mul(%y, %y)
    yield %q
  %s = operator.mul(%r, %x)
  yield %s
"""


def test_a_branch():
    found = Found(BRANCH)
    assert found.after("a") == ["a", "c", "x", "y"]
    assert found.after("p") == ["p", "x"]
    assert found.after("r") == ["r", "x"]
    assert found.clash("p", "x") and found.clash("q", "x"), "x is read behind the branch"
    assert not found.clash("p", "q") and not found.clash("r", "a") and not found.clash("r", "p")


LOOP = """
function f(%x, %n, %w):
  %z = operator.neg(%x)
  for %i in range(0, %n, 1) carry %s = %z -> %r:
    %t = operator.mul(%s, %w)
    %u = operator.mul(%t, %i)
    yield %u
  yield %r
"""


def test_what_a_trip_reads_from_outside_is_alive_in_all_of_it():
    found = Found(LOOP)
    assert found.after("u") == ["u", "w"]
    assert found.after("t") == ["i", "t", "w"]
    assert found.clash("u", "w") and found.clash("s", "i") and found.clash("s", "w")
    assert not found.clash("s", "u") and not found.clash("z", "r")


def test_the_name_that_carries_a_value_is_bound_in_all_of_the_loop():
    found = Found(LOOP)
    assert found.clash("r", "w") and found.clash("r", "i")
    assert not found.clash("r", "s") and not found.clash("r", "u")


def test_two_carried_values_clash():
    found = Found(
        """
function f(%x, %y, %n):
  for %i in range(0, %n, 1) carry %a = %x, %b = %y -> %p, %q:
    %u = operator.add(%a, %b)
    %v = operator.mul(%a, %u)
    yield %v, %u
  %r = operator.add(%p, %q)
  yield %r
"""
    )
    assert found.clash("a", "b") and found.clash("p", "q")
    assert found.clash("u", "a") and found.clash("u", "v")
    assert found.clash("p", "b") and not found.clash("p", "a")


def test_the_head_of_a_while_loop_runs_before_and_after_each_trip():
    found = Found(
        """
function f(%x, %limit):
  while carry %s = %x -> %r:
    %t = operator.lt(%s, %limit)
    yield %t
  do:
    %u = operator.mul(%s, %s)
    yield %u
  yield %r
"""
    )
    assert found.after("t") == ["limit", "s", "t"]
    assert found.after("u") == ["limit", "u"]
    assert found.clash("s", "limit") and found.clash("t", "limit") and found.clash("t", "r")


def test_a_with_block():
    found = Found(
        """
function f(%x, %m):
  with %m as %state -> %y:
    %a = operator.mul(%x, %state)
    yield %a
  yield %y
"""
    )
    assert found.after("a") == ["a"]
    assert found.clash("state", "x") and not found.clash("state", "a")


def test_kept_statements_read_and_write():
    found = Found(
        """
function f(%x):
  opaque 'y = g(x)' reads x=%x writes y=%y
  opaque 'print(x)' reads x=%x
  yield %y
"""
    )
    assert found.after("y") == ["x", "y"]


def test_a_folded_value_stands_for_what_it_reads():
    text = """
function f(%x, %y):
  %a = operator.mul(%x, %y)
  %b = operator.neg(%x)
  %c = operator.mul(%a, %b)
  yield %c
"""
    function = from_text(text.strip("\n"), {})
    first, second, _ = function.body.stmts

    def expand(atom):
        if atom is first.result:
            return function.inputs
        return (atom,) if atom in (*function.inputs, second.result, function.body.yields[0]) else ()

    liveness = Liveness(function, expand, frozenset([first.result]))
    assert liveness.live_after[second] == {second.result, *function.inputs}
    assert first not in liveness.live_after


@pytest.mark.parametrize("text", [BRANCH, LOOP])
def test_inputs_clash_with_each_other(text):
    found = Found(text)
    for one in found.function.inputs:
        for other in found.function.inputs:
            assert one is other or found.clash(one.name, other.name)


def test_every_statement_is_answered():
    found = Found(LOOP)
    calls = [s for s in walk(found.function.body) if isinstance(s, Call)]
    assert set(calls) <= set(found.liveness.live_after)


def test_what_is_iterated_over_is_alive_in_the_loop():
    found = Found(
        """
function f(%xs, %n):
  for %x in each(%xs), %i in range(0, %n, 1) carry %s = 0.0 -> %r:
    %a = operator.add(%s, %x)
    yield %a
  yield %r
"""
    )
    assert found.after("a") == ["a", "xs"]
    assert found.clash("x", "xs") and not found.clash("x", "n")
