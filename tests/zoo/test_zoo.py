"""The zoo: whole programs that change arrays, lists and dicts in place.

For each: the value to the bit, the gradient by every float argument, what the caller's objects
hold afterwards, a pullback that can be called again, and the emitted adjoint as a program that is
differentiated once more. The programs stand in the files beside this one.
"""

from __future__ import annotations

import copy
import inspect
import re

import numpy as np
import pytest

from adcompile import Refused, grad, value_and_grad, vjp
from adcompile.testing.directions import moved_along
from adcompile.testing.gradients import FIVE_POINT
from adcompile.testing.loading import contraction, load_text
from adcompile.testing.programs.checks import with_arrays
from adcompile.testing.programs.references import agree, float_arguments, numbers_of, reference

from . import (
    aliases,
    arguments,
    buffers,
    calls,
    chosen,
    containers,
    copies,
    dicts,
    indexed_stores,
    lists,
    lists_for_arrays,
    loops,
    moved,
    overwritten,
    stores,
    views,
    whole_arrays,
)
from .not_yet import AT_RUN_TIME, NOT_YET, NOT_YET_TWICE
from .table import ZOO
from .wide import as_float64, in_wide_floats

FILES = (
    *(stores, indexed_stores, whole_arrays, views, aliases, buffers, overwritten),
    *(chosen, containers, copies, lists, lists_for_arrays, moved, dicts, arguments, loops, calls),
)


def rows(*tables):
    """The programs as parameters of a test; those in a table have to be refused."""
    marks = {name: pytest.mark.xfail(raises=(Refused, ValueError), reason=words) for name, words in AT_RUN_TIME.items()}
    for table in tables:
        marks |= {name: pytest.mark.xfail(raises=Refused, reason=words) for name, words in table.items()}
    return [pytest.param(p, id=p.name, marks=[marks[p.name]] if p.name in marks else []) for p in ZOO]


FIRST = pytest.mark.parametrize("program", rows(NOT_YET))
SECOND = pytest.mark.parametrize("program", rows(NOT_YET, NOT_YET_TWICE))


# ------------------------------------------------------------------------------------- helpers


def outside(function):
    """The arrays and lists of the module that a program works on."""
    found = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    return {name: value for name, value in found.items() if isinstance(value, (np.ndarray, list))}


def put_back(function, saved):
    for name, value in outside(function).items():
        value[:] = saved[name]


def after(function, run, args):
    """What a run returns, and what the arguments, the arrays that were in them, and the outside hold
    after it. The outside is put back."""
    args, saved = copy.deepcopy(list(args)), copy.deepcopy(outside(function))
    passed = with_arrays(args)
    try:
        result = run(*args)
        return result, passed, copy.deepcopy(outside(function))
    finally:
        put_back(function, saved)


def same(a, b):
    """Whether two objects are equal to the bit, with all that they hold."""
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def weights(value):
    """Fixed numbers in the shape of a program's value: the cotangent that is pulled back."""
    return np.cos(np.arange(1.0, np.size(value) + 1)).reshape(np.shape(value)) if np.ndim(value) else 1.0


def weighed(value):
    return np.sum(value * weights(value))


def squared(value):
    return value if is_number(value) else np.sum(value * value)


def in_numbers(function, made_number):
    """The program in wide floats, as a function with one number for its value."""
    wide = in_wide_floats(function)

    def number(*args):
        saved = copy.deepcopy(outside(function))
        try:
            return made_number(wide(*args))
        finally:
            put_back(function, saved)

    return number


def check_cotangents(program, args, cotangents, positions):
    number, at = in_numbers(program.function, weighed), [as_float64(a) for a in args]
    for position, made in zip(positions, cotangents, strict=True):
        right = reference(number, at, position)
        tolerance = program.tolerance if right.exact else max(1e-6, program.tolerance)
        found = numbers_of(made, args[position])
        assert agree(found, right.numbers, tolerance), (
            f"by argument {position}: computed {found}, expected {right.numbers}"
        )


def is_number(value):
    return np.ndim(value) == 0


# --------------------------------------------------------------------------------------- tests


@FIRST
def test_value_and_gradient(program):
    for args in program.calls:
        value, _, _ = after(program.function, program.function, args)
        where = float_arguments(args)
        if is_number(value):
            made, _, _ = after(program.function, value_and_grad(program.function, tuple(where)), args)
        else:
            (returned, pullback), _, _ = after(program.function, vjp(program.function, tuple(where)), args)
            made = returned, pullback(weights(value))
        assert same(np.asarray(made[0]), np.asarray(value))
        check_cotangents(program, args, made[1], where)


@FIRST
def test_each_argument_alone(program):
    for args in program.calls[:1]:
        for position in float_arguments(args):
            _, pullback = after(program.function, vjp(program.function, position), args)[0]
            value = after(program.function, program.function, args)[0]
            check_cotangents(program, args, [pullback(weights(value))], [position])


@FIRST
def test_what_the_caller_sees_afterwards(program):
    for args in program.calls:
        _, changed, world = after(program.function, program.function, args)
        where = tuple(float_arguments(args))
        transformed = [vjp(program.function, where)]
        if is_number(after(program.function, program.function, args)[0]):
            transformed += [grad(program.function, where), value_and_grad(program.function, where)]
        for run in transformed:
            _, arguments_after, world_after = after(program.function, run, args)
            assert same(arguments_after, changed), type(run).__name__
            assert same(world_after, world), type(run).__name__


@FIRST
def test_pullback_twice(program):
    for args in program.calls[:1]:
        (value, pullback), touched, _ = after(program.function, lambda *a: pulled(program.function, a), args)
        cotangent = weights(value)
        first = copy.deepcopy(pullback(cotangent))
        before = copy.deepcopy(touched)
        doubled = pullback(2.0 * cotangent)
        again = pullback(cotangent)
        assert same(first, again)
        for one, two, argument in zip(first, doubled, [args[k] for k in float_arguments(args)], strict=True):
            np.testing.assert_allclose(numbers_of(two, argument), 2.0 * numbers_of(one, argument), rtol=1e-12)
        assert same(touched, before), "the pullback changed an argument"


@FIRST
def test_nothing_is_shared_with_the_caller(program):
    """What the caller does to its objects, to the value, or to the cotangents, changes nothing."""
    args = program.calls[0]
    (value, pullback), given, _ = after(program.function, lambda *a: pulled(program.function, a), args)
    cotangent = weights(value)
    first = pullback(cotangent)
    kept = copy.deepcopy(first)
    scribble([given, value, first])
    again = pullback(cotangent)
    assert same(again, kept)
    cotangents, others = list(arrays_of(again)), list(arrays_of([given, value]))
    for k, made in enumerate(cotangents):
        assert not any(np.shares_memory(made, array) for array in cotangents[:k] + others)


def scribble(value):
    """Overwrite every array of floats."""
    for array in arrays_of(value):
        array[...] = np.nan


def arrays_of(value):
    if isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from arrays_of(item)
    elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield value


def pulled(function, args):
    return vjp(function, tuple(float_arguments(args)))(*args)


@SECOND
def test_adjoint_differentiated_again(program):
    args = program.calls[0]
    function = scalar(program.function, args)
    for position in float_arguments(args):
        directions = [weights_like(a) for a in args]
        bare = grad(function, position).specialize(*copy.deepcopy(list(args)))
        along = with_arguments(args, contraction("g", "w", args[position]), bare, w=directions[position])
        where = tuple(float_arguments(args))
        made = after(program.function, grad(along, where), args)[0]
        for by, numbers in zip(where, made, strict=True):
            check_second(program, args, (position, directions[position]), by, numbers)


def scalar(function, args):
    """A program that returns an array as one that returns the sum of its squares."""
    value = after(function, function, args)[0]
    return function if is_number(value) else with_arguments(args, "np.sum(g * g)", function)


def with_arguments(args, expression, called, **values):
    """A function with source of as many arguments, of an expression in what `called` gives."""
    names = ", ".join(f"a{k}" for k in range(len(args)))
    text = f"def along({names}):\n    g = called({names})\n    return {expression}\n"
    return load_text(text, "along", called=called, **values)


def check_second(program, args, direction, by, made):
    """Compare with the change of the gradient by one argument as another one moves."""
    number, at = in_numbers(program.function, squared), [as_float64(a) for a in args]
    position, along = direction
    expected, exact, step = 0.0, True, 1e-3
    for k, weight in FIVE_POINT:
        moved = [moved_along(a, along, k * step) if i == position else a for i, a in enumerate(at)]
        right = reference(number, moved, by)
        expected, exact = expected + weight * right.numbers / step, exact and right.exact
    found = numbers_of(made, args[by])
    tolerance = max(1e-7 if exact else 1e-4, program.tolerance)
    assert agree(found, expected, tolerance), f"by {position} and {by}: computed {found}, expected {expected}"


def weights_like(value):
    """Fixed numbers in the shape of an argument, with all that it holds."""
    if isinstance(value, dict):
        return {key: weights_like(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([weights_like(item) for item in value])
    return weights(value)


def test_the_zoo_is_large_and_each_name_stands_once():
    names = [program.name for program in ZOO]
    assert len(names) >= 150
    assert len(set(names)) == len(names)


def test_every_program_of_the_files_is_in_the_table():
    """A helper takes no decorator; a program without one would never be checked."""
    called = {name for p in ZOO for name in p.function.__code__.co_names + p.function.__code__.co_freevars}
    for file in FILES:
        for name, function in inspect.getmembers(file, inspect.isfunction):
            if function.__module__ == file.__name__:
                assert name in called or any(p.function is function for p in ZOO), f"{file.__name__}.{name}"


def test_tables_of_refusals_name_programs():
    names = {program.name for program in ZOO}
    assert set(NOT_YET) <= names
    assert set(AT_RUN_TIME) <= names - set(NOT_YET)
    assert set(NOT_YET_TWICE) <= names - set(NOT_YET)


@pytest.mark.parametrize("name", [*NOT_YET, *AT_RUN_TIME])
def test_refused_for_the_known_reason(name):
    (program,) = (p for p in ZOO if p.name == name)
    words = NOT_YET.get(name) or AT_RUN_TIME[name]
    with pytest.raises(Refused if name in NOT_YET else ValueError, match=re.escape(words)):
        after(program.function, lambda *a: pulled(program.function, a), program.calls[0])
