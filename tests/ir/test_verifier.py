"""Each rule of the verifier has a broken function that makes it fire, and no other."""

import operator
from dataclasses import replace
from textwrap import indent

import numpy as np
import pytest

from adcompile.errors import InternalError
from adcompile.frontend.lower import lower_function
from adcompile.ir.nodes import Block, Call, Const, Function, If, Param, Star, Unwind, Var, WriteBack
from adcompile.ir.parser import from_text
from adcompile.ir.verifier import RULES, breaches, verify


def parsed(body, params="%a, %c"):
    """A function from the text of its body."""
    return from_text(f"function f({params}):\n" + indent(body.strip("\n"), "  "), {})


def changed(body, position=0, **changes):
    """The same, with something changed in one of its statements that has no notation."""
    function = parsed(body)
    stmts = list(function.body.stmts)
    stmts[position] = replace(stmts[position], **changes)
    return replace(function, body=Block(tuple(stmts), function.body.yields))


CALL = """
%1 = operator.neg(%a)
yield %1
"""
LOOP = """
for %i in range(0, 3, 1) carry %s = %a -> %r:
  yield %s
yield %r
"""
WHILE = """
while carry %s = %a -> %r:
  yield %c
do:
  yield %s
yield %r
"""
A, B = Var("a"), Var("b")

# For each rule, broken functions: each breaks this rule and no other.
BROKEN = {
    "operands_are_atoms": [changed(CALL, args=(3.0,)), changed(WHILE, inits=("a",))],
    "stars_are_arguments": [
        changed(CALL, kwargs=(("axis", Star(Const(0))),)),
        changed(CALL, args=(Star(Star(Const(()))),)),
    ],
    "definitions_are_values": [
        Function("f", (), Block((Call((Const(1),), operator.neg, (Const(1),)),), (Const(0),))),
        changed(LOOP, index="k"),
    ],
    "call_has_results": [Function("f", (), Block((Call((), print, ()),), (Const(0),)))],
    "callee_is_callable": [changed(CALL, fn=3), changed(CALL, fn=Const(operator.neg))],
    "syntax_has_its_operands": [
        parsed("%1 = updates.update through [operator.getitem 1](%a)\nyield %1"),
        changed(CALL, fn=WriteBack(Var("x")), args=()),
        parsed("%1 = .sum()\nyield %1"),
        parsed("%1 = @T()\nyield %1"),
        changed("%1 = syntax('x + y', x=%a, y=%c)\nyield %1", args=(Const(1),)),
    ],
    "names_are_unique": [
        parsed("%1 = np.sum(%a, axis=0, axis=1)\nyield %1"),
        parsed("opaque 'x = x' reads x=%a, x=%c\nyield 0"),
        parsed("opaque 'x = 1' writes x=%x, x=%y\nyield 0"),
    ],
    "branches_yield_results": [
        parsed("if %c -> %r:\n  yield %a\nelse:\n  yield\nyield %r"),
        parsed("if %c -> %r:\n  yield %a, %a\nelse:\n  yield %a\nyield %r"),
    ],
    "loop_carries_alike": [
        parsed("for %i in range(0, 3, 1) carry %s = %a -> %r:\n  yield\nyield %r"),
        changed(LOOP, inits=()),
        parsed("while carry %s = %a:\n  yield %c\ndo:\n  yield %s\nyield 0"),
    ],
    "head_yields_condition": [
        parsed("while:\n  yield\ndo:\n  yield\nyield 0"),
        parsed("while:\n  yield %c, %c\ndo:\n  yield\nyield 0"),
    ],
    "sources_have_items": [
        changed(LOOP, sources=(), items=()),
        changed(LOOP, items=()),
        parsed("for range(0, 3, 1):\n  yield\nyield 0"),
    ],
    "stop_is_carried": [
        changed(LOOP, stop=1),
        changed(LOOP, stop=-1),
        changed(WHILE, stop=1),
    ],
    "with_yields_results": [parsed("with %c -> %r:\n  yield\nyield %r")],
    "undefined_is_not_read": [
        parsed("%1 = operator.neg(undefined)\nyield %1"),
        parsed("%1 = np.sum(%a, axis=undefined)\nyield %1"),
        parsed("if undefined:\n  yield\nelse:\n  yield\nyield 0"),
        parsed("for %i in each(undefined):\n  yield\nyield 0"),
        parsed("opaque 'print(x)' reads x=undefined\nyield 0"),
    ],
    "body_yields_result": [parsed("yield"), parsed("yield %a, %c, %c")],
    "yields_are_atoms": [
        Function("f", (), Block((), (3.0,))),
        Function("f", (Param(A),), Block((If(A, Block((), (Star(A),)), Block((), (A,)), (B,)),), (B,))),
    ],
    "params_are_in_order": [
        parsed("yield %a", "*%b, %a"),
        parsed("yield %a", "**%b, keyword %a"),
        parsed("yield %a", "%a, *%b, *%c"),
        Function("f", (Param(A, "varargs"),), Block((), (A,))),
        Function("f", (Param(A), Param(Var("a"))), Block((), (A,))),
    ],
    "each_value_is_defined_once": [
        parsed("%1 = operator.neg(%a)\n%1 = operator.neg(%a)\nyield %1"),
        parsed("%a = operator.neg(%a)\nyield %a"),
        parsed("%1, %1 = structures.unpack(%a, 2)\nyield %1"),
        parsed("for %i in range(0, 3, 1) carry %i = %a -> %r:\n  yield %i\nyield %r"),
        parsed("with %c as %a:\n  yield\nyield 0"),
    ],
    "each_use_sees_its_definition": [
        parsed("yield %b"),
        parsed("%1 = operator.neg(%2)\n%2 = operator.neg(%a)\nyield %2"),
        parsed("%1 = operator.neg(%1)\nyield %1"),
        parsed("if %c:\n  %1 = operator.neg(%a)\n  yield\nelse:\n  yield\nyield %1"),
        parsed("if %c:\n  %1 = operator.neg(%a)\n  yield\nelse:\n  %2 = operator.neg(%1)\n  yield\nyield 0"),
        parsed("for %i in range(0, %i, 1):\n  yield\nyield 0"),
        parsed("for %i in range(0, 3, 1) carry %s = %a -> %r:\n  yield %s\nyield %s"),
        parsed("while:\n  %1 = operator.neg(%c)\n  yield %1\ndo:\n  %2 = operator.neg(%1)\n  yield\nyield 0"),
        parsed("while:\n  yield %1\ndo:\n  %1 = operator.neg(%a)\n  yield\nyield 0"),
        parsed("with %c as %t:\n  yield\nyield %t"),
    ],
    "leaving_ends_a_block": [parsed("opaque 'raise ValueError' leaves\n%1 = operator.neg(%a)\nyield %1")],
    "unwinding_is_abstract": [
        parsed("for %i in range(0, 3, 1) label 1:\n  yield\nfor unwind 1:\n  yield\nyield 0"),
    ],
}
CASES = [(rule, function) for rule, functions in BROKEN.items() for function in functions]


@pytest.mark.parametrize(("rule", "function"), CASES, ids=[rule for rule, _ in CASES])
def test_exactly_the_broken_rule_fires(rule, function):
    assert {name for name, _ in breaches(function)} == {rule}
    with pytest.raises(InternalError, match=rf"in the pass 'verify': {rule}: .+ \(in 'f'\)"):
        verify(function)


def test_every_rule_has_a_broken_function():
    assert set(BROKEN) == set(RULES)


def test_what_is_broken_was_whole_before():
    for body in (CALL, LOOP, WHILE):
        verify(parsed(body))


def test_a_stop_may_be_carried():
    verify(changed(LOOP, stop=0))


# ------------------------------------------------------------------------ what rules let pass


def test_a_definition_is_visible_behind_a_branch_whose_other_side_is_left():
    leaving, defining = "  opaque 'raise ValueError' leaves\n  yield", "  %1 = operator.neg(%a)\n  yield"
    verify(parsed(f"if %c:\n{defining}\nelse:\n{leaving}\nyield %1"))
    verify(parsed(f"if %c:\n{leaving}\nelse:\n{defining}\nyield %1"))


def test_undefined_may_be_handed_on():
    verify(parsed("for %i in range(0, 3, 1) carry %s = undefined -> %r:\n  yield %i\nyield %r"))
    verify(parsed("if %c -> %r:\n  yield %a\nelse:\n  yield undefined\nyield %r"))


ABSTRACT = """
for %i in range(0, 3, 1) carry %s = %a -> %r label 1:
  %1 = operator.mul(%s, %s)
  yield %1
for unwind 1 carry %s_bar = 1.0 -> %a_bar:
  %2 = operator.mul(%s_bar, %s)
  yield %2
yield %a_bar
"""


def test_abstract_storage_reads_what_is_over():
    function = parsed(ABSTRACT)
    verify(function, abstract=True)
    assert {name for name, _ in breaches(function)} == {"unwinding_is_abstract", "each_use_sees_its_definition"}


@pytest.mark.parametrize(
    "function",
    [
        parsed("%1 = operator.neg(%2)\nif %c:\n  %2 = operator.neg(%a)\n  yield\nelse:\n  yield\nyield %1"),
        parsed("yield %b"),
    ],
)
def test_abstract_storage_reads_nothing_that_is_still_to_come(function):
    assert {name for name, _ in breaches(function, abstract=True)} == {"each_use_sees_its_definition"}


def test_a_loop_is_unwound_behind_itself():
    function = parsed(ABSTRACT)
    first, second = function.body.stmts
    turned = replace(function, body=Block((second, first), (Const(0),)))
    assert "unwinding_is_abstract" in {name for name, _ in breaches(turned, abstract=True)}
    other = parsed(LOOP).body.stmts[0]
    elsewhere = replace(second, sources=(Unwind(other),))
    strange = replace(function, body=Block((first, elsewhere), function.body.yields))
    assert {name for name, _ in breaches(strange, abstract=True)} == {"unwinding_is_abstract"}


def test_unwinding_stands_alone():
    function = parsed(ABSTRACT)
    first, second = function.body.stmts
    both = replace(second, sources=(*second.sources, *second.sources))
    function = replace(function, body=Block((first, both), (Const(0),)))
    assert {name for name, _ in breaches(function, abstract=True)} == {"sources_have_items"}


def every_form(x, n, *rest, **options):
    total = 0.0
    for i, (v, w) in enumerate(zip(x, rest)):
        if v > total:
            continue
        while total < n:
            total += v * i
            if total == 3:
                return w
    else:
        total = -total
    with np.errstate(**options):
        first, *others = [q**2 for q in x if q]
    assert total, f"{n}"
    return total if first and others else {"a": x[1:, None]}


def test_what_the_front_end_makes_is_whole():
    verify(lower_function(every_form))
