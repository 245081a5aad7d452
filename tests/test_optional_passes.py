"""The passes that only make the output better, each switched off: the gradients stay the same.

A pass that is needed for a right gradient would hide a fault of the pass before it.
"""

import numpy as np
import pytest
from golden_files import load
from test_goldens import PROGRAMS, arguments, numbers, transformed

import adcompile.primal
import adcompile.program
import adcompile.reverse_mode
from adcompile.analyses.aliasing import Aliasing
from adcompile.transforms import algebra, choose_residuals, cotangents, finish_cotangents, plan_buffers
from adcompile.transforms.build import Builder
from adcompile.transforms.plan_buffers import Plan


class PlainBuilder(algebra.AdjointBuilder):
    """Without algebra: exact folding alone, as in the forward sweep."""

    fold = Builder.fold
    number = Builder.number


class NaiveBuilder(PlainBuilder):
    """Without the reuse of computations as well: every call is made."""

    def number(self, call):
        return None


def without_simplify(patch):
    patch.setattr(adcompile.primal, "simplify", lambda function, types: function)


def without_buffers(patch):
    def plan_nothing(function, types):
        return Plan(function, frozenset(), Aliasing(function.body, types))

    patch.setattr(adcompile.program, "plan_buffers", plan_nothing)


def without_cut(patch):
    patch.setattr(choose_residuals, "cheapest_to_keep", lambda needed, operands, cost: set(needed))


def without_recomputed_comparisons(patch):
    patch.setattr(choose_residuals.Choosing, "compare_again", lambda self, backward: backward)


def without_last_dead_code(patch):
    for where in (adcompile.reverse_mode, adcompile.program):
        patch.setattr(where, "eliminate_dead", lambda function: function)


def without_algebra(patch):
    patch.setattr(cotangents, "AdjointBuilder", PlainBuilder)
    patch.setattr(finish_cotangents, "AdjointBuilder", PlainBuilder)


def without_arranging(patch):
    patch.setattr(adcompile.reverse_mode, "arrange", lambda backward, types: backward)


def without_hoisting(patch):
    patch.setattr(adcompile.reverse_mode, "hoist", lambda backward, *others: backward)


def without_shapes_at_hand(patch):
    patch.setattr(adcompile.reverse_mode, "read_shapes", lambda backward, *others: backward)


def without_filling(patch):
    patch.setattr(adcompile.reverse_mode, "fill_spread", lambda backward, types: backward)


def without_reading_early(patch):
    patch.setattr(plan_buffers, "read_before_store", lambda function: function)


def without_reuse(patch):
    patch.setattr(cotangents, "AdjointBuilder", NaiveBuilder)
    patch.setattr(finish_cotangents, "AdjointBuilder", NaiveBuilder)


def without_any(patch):
    for switch in (without_simplify, without_buffers, without_cut, without_algebra, without_arranging):
        switch(patch)


SWITCHES = [
    without_simplify,
    without_buffers,
    without_cut,
    without_recomputed_comparisons,
    without_last_dead_code,
    without_algebra,
    without_arranging,
    without_hoisting,
    without_shapes_at_hand,
    without_filling,
    without_reading_early,
    without_reuse,
    without_any,
]


def results(module):
    """What a golden's gradient gives at its arguments, all of them."""
    made = transformed(module)
    if getattr(module, "TRANSFORM", "") != "vjp":
        return numbers([made(*args) for args in arguments(module)])
    value, pullback = made(*module.ARGS)
    return numbers([value, pullback(np.ones_like(value))])


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.__name__)
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_gradient_without(path, switch, monkeypatch):
    module = load(path)
    expected = results(module)
    switch(monkeypatch)
    with np.errstate(all="ignore"):  # code that is dead may warn
        made = results(module)
    np.testing.assert_allclose(made, expected, rtol=1e-12, atol=1e-12 * max(map(abs, expected)))


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: switch.__name__)
def test_switch_changes_some_text(switch, monkeypatch):
    """A switch that does nothing tests nothing."""
    modules = [load(path) for path in PROGRAMS]
    before = [text(module) for module in modules]
    switch(monkeypatch)
    assert [text(module) for module in modules] != before


def text(module):
    made = transformed(module)
    made.specialize(*module.ARGS)
    return made.source
