"""The zoo on arguments that lie in memory in other ways: the numbers are those of plain arrays, or
the program is refused.
"""

from __future__ import annotations

import copy

import numpy as np
import pytest

from adcompile import Refused, vjp
from adcompile.testing.programs.references import float_arguments, numbers_of

from .not_yet import AT_RUN_TIME, NOT_YET
from .table import ZOO
from .test_zoo import FILES, after, same, weights

assert FILES  # the files of the zoo are imported: the table is full


def plain(array):
    return array


def in_fortran_order(array):
    return np.asfortranarray(array)


def backwards(array):
    """A view with negative strides."""
    back = (slice(None, None, -1),) * array.ndim
    return np.array(array[back])[back]


def every_second(array):
    """A view of every second element of the last axis."""
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def inside_a_larger_one(array):
    """A view that is contiguous in no axis but the last."""
    large = np.zeros([n + 1 for n in array.shape], array.dtype)
    inner = large[(slice(1, None),) * array.ndim]
    inner[...] = array
    return inner


LAYOUTS = [in_fortran_order, backwards, every_second, inside_a_larger_one]
MADE_A_COPY = "makes a copy here"  # what a program that was compiled for a view says at run time


def laid_out(value, layout):
    """An argument with every array of it in a layout."""
    if isinstance(value, np.ndarray) and value.ndim:
        return layout(value)
    if isinstance(value, dict):
        return {key: laid_out(item, layout) for key, item in value.items()}
    return type(value)([laid_out(item, layout) for item in value]) if isinstance(value, (list, tuple)) else value


def in_layout(run, layout):
    """A run on arguments in a layout; what they hold afterwards comes with the result."""

    def laid(*args):
        args = [laid_out(argument, layout) for argument in args]
        result = run(*args)
        return result, copy.deepcopy(args)

    return laid


def cotangents(function, where):
    def run(*args):
        value, pullback = vjp(function, where)(*args)
        return copy.deepcopy(value), pullback(weights(value))

    return run


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("program", [p for p in ZOO if p.name not in NOT_YET | AT_RUN_TIME], ids=lambda p: p.name)
def test_layout(program, layout):
    args = program.calls[0]
    where = tuple(float_arguments(args))
    (value, held), _, world = after(program.function, in_layout(program.function, layout), args)
    ((made, gradients), held_by_ours), _, world_of_ours = right_or_none(program, where, layout)
    if made is None:
        return
    assert same(np.asarray(made), np.asarray(value))
    assert same(held_by_ours, held)
    assert same(world_of_ours, world)
    (_, expected), _ = after(program.function, in_layout(cotangents(program.function, where), plain), args)[0]
    for k, one, two in zip(where, gradients, expected, strict=True):
        np.testing.assert_allclose(numbers_of(one, args[k]), numbers_of(two, args[k]), rtol=1e-9, atol=1e-9)


def right_or_none(program, where, layout):
    """What the pullback's run leaves, or Nones where the program is refused in this layout."""
    try:
        return after(program.function, in_layout(cotangents(program.function, where), layout), program.calls[0])
    except (Refused, ValueError) as error:
        if isinstance(error, Refused) or MADE_A_COPY in str(error):
            return ((None, None), None), None, None
        raise
