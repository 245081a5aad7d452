"""Every rule that takes complex numbers, against the real two-vector embedding.

A complex number is two real ones. What moves by a complex tangent moves both, so differences along
complex directions see all four blocks of the real Jacobian; the pullback is held to the tangents by
`Re(u * (J v)) == Re((J.T u) * v)`, the pairing of `rules/complex_numbers.py`.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
from cases import Program, chosen, in_programs

from adcompile import grad, jvp, vjp
from adcompile.ir.types import UNKNOWN, Scalar
from adcompile.rules.registry import Rule

ALWAYS_REAL = {np.fft.rfft, np.fft.rfft2, np.fft.rfftn}  # of their arguments
STEP = 1e-4


def made_complex(value: Any, rng: Any) -> Any:
    """A value with imaginary parts."""
    if isinstance(value, (list, tuple)):
        return type(value)(made_complex(v, rng) for v in value)
    moved = value + 1j * np.round(rng.uniform(0.2, 0.8, np.shape(value)), 2)
    return moved if isinstance(value, np.ndarray) else complex(moved)


def direction(value: Any, rng: Any) -> Any:
    """A random tangent: complex of what is complex."""
    if isinstance(value, (list, tuple)):
        return type(value)(direction(v, rng) for v in value)
    made = np.asarray(rng.normal(size=np.shape(value)))
    if np.iscomplexobj(value):
        made = made + 1j * rng.normal(size=np.shape(value))
    return made if isinstance(value, np.ndarray) else made.item()


def moved(value: Any, by: Any, h: float) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(moved(v, d, h) for v, d in zip(value, by, strict=True))
    return value + h * by


def product(a: Any, b: Any) -> float:
    """The real part of the product of two trees, without a conjugate."""
    if a is None or b is None:
        return 0.0
    if isinstance(a, (list, tuple)):
        return sum(product(p, q) for p, q in zip(a, b, strict=True))
    assert np.shape(a) == np.shape(b)
    return float(np.sum(np.asarray(a) * np.asarray(b)).real)


def difference(f: Any, args: list[Any], positions: Any, directions: Any, u: Any) -> float:
    """The difference of `Re(u * f)` along directions of some arguments."""

    def at(h: float) -> float:
        given = list(args)
        for i, d in zip(positions, directions, strict=True):
            given[i] = moved(given[i], d, h)
        return product(f(*given), u)

    return (at(-2 * STEP) - 8 * at(-STEP) + 8 * at(STEP) - at(2 * STEP)) / (12 * STEP)


class Case(Program):
    """A call of a primitive with some of its arguments complex: its value, and a real loss of it."""

    def __init__(self, primitive: Any, sample: Any, which: set[int]) -> None:
        super().__init__(primitive, sample)
        rng = np.random.default_rng(2)
        given = list(self.args[: len(self.values)])
        for k, i in enumerate(self.positions):
            if k in which:
                given[i] = made_complex(given[i], rng)
        self.given = given
        head, line, _ = self.text.splitlines()
        names = head[head.index("(") + 1 : head.index(")")].split(", ")[: len(given)]
        start = f"def program({', '.join(names)}):\n{line}\n"
        self.text = f"{start}    return r\n"
        self.value = self.function()
        with np.errstate(all="ignore"):
            result = self.value(*given)
        items = list(result) if isinstance(result, (tuple, list)) else [result]
        self.u = [direction(np.asarray(r, complex), rng) if np.iscomplexobj(r) else direction(r, rng) for r in items]
        self.u = self.u if isinstance(result, (tuple, list)) else self.u[0]
        if isinstance(result, (tuple, list)):
            self.u = type(result)(self.u) if not hasattr(result, "_fields") else tuple(self.u)
        sums = [f"np.sum(r[{i}] * r[{i}])" for i in range(len(items))] if isinstance(result, (tuple, list)) else None
        total = " + ".join(sums) if sums else "np.sum(r * r)"
        self.text = f"{start}    s = {total}\n    return np.real(s) + 2 * np.imag(s)\n"
        self.loss = self.function()
        self.text = f"{start.replace('):', ', unit):', 1)}    return r * unit\n"
        self.times = self.function()


def calls(primitive: Any, sample: Any) -> list[Case]:
    """The call with all of its arguments complex, and with each alone; but not where NumPy warns
    that imaginary parts are lost."""
    count = len(Program(primitive, sample).positions)
    complex_ones = [set(range(count)), *({i} for i in range(count) if count > 1)]
    made = []
    for which in [set()] if primitive in ALWAYS_REAL else complex_ones:
        with contextlib.suppress(np.exceptions.ComplexWarning):
            made.append(Case(primitive, sample, which))
    return made


def takes_complex(primitive: Any, rule: Rule, sample: Any) -> bool:
    moves = in_programs(primitive) and bool(Program(primitive, sample).positions)
    return bool(rule.on_complex) and moves and bool(calls(primitive, sample))


def cases(most: int) -> list[Any]:
    return chosen(takes_complex, most)


def tolerance(result: Any) -> float:
    """How near a difference comes to the derivative in the result's precision."""
    items = result if isinstance(result, (tuple, list)) else [result]
    return 1e-2 if any(np.asarray(i).dtype == np.complex64 for i in items) else 1e-7


def check_first(case: Case, pushed: Any, pulled: Any, *more: Any) -> None:
    rng = np.random.default_rng(4)
    directions = tuple(direction(case.given[i], rng) for i in case.positions)
    _, tangent = pushed(*case.given, *more, directions)
    along, tol = product(tangent, case.u), tolerance(case.result)
    expected = difference(case.value, case.given, case.positions, directions, case.u)
    assert abs(along - expected) < tol * max(1, abs(expected)), f"tangent {along}, difference {expected}"
    _, back = pulled(*case.given, *more)
    cotangents = back(case.u)
    for cotangent, i in zip(cotangents, case.positions, strict=True):
        check_kind(cotangent, case.given[i])
    again = product(list(cotangents), list(directions))
    assert abs(again - along) < max(tol / 1000, 1e-10) * max(1, abs(along)), f"cotangent {again}, tangent {along}"


def check_kind(cotangent: Any, value: Any) -> None:
    """A cotangent of a real number is real, of an array of complex ones an array of such."""
    if isinstance(value, (list, tuple)):
        for c, v in zip(cotangent, value, strict=True):
            check_kind(c, v)
    elif not np.iscomplexobj(value):
        assert not np.iscomplexobj(cotangent)
    elif isinstance(value, np.ndarray):
        assert cotangent.dtype == value.dtype


@pytest.mark.parametrize("primitive, rule, sample", cases(most=3))
def test_first_order(primitive: Any, rule: Rule, sample: Any) -> None:
    for case in calls(primitive, sample):
        check_first(case, jvp(case.value, case.positions), vjp(case.value, case.positions))


def check_unknown(case: Case) -> None:
    """The same where nothing is known of the arguments, and something in the program is complex."""
    if isinstance(case.u, (tuple, list)):
        return
    case.u = direction(np.asarray(case.value(*case.given), complex), np.random.default_rng(5))
    count = len(case.given)
    one = Scalar("complex")
    pushed, pulled = jvp(case.times, case.positions), vjp(case.times, case.positions)
    forward = pushed._compile([*[UNKNOWN] * count, one, UNKNOWN]).function
    backward = pulled._compile([*[UNKNOWN] * count, one]).function
    case.u = case.u if case.u.ndim else complex(case.u)
    check_first(case, forward, backward, 1 + 0j)


@pytest.mark.parametrize("primitive, rule, sample", cases(most=1))
def test_unknown_arguments(primitive: Any, rule: Rule, sample: Any) -> None:
    for case in calls(primitive, sample):
        check_unknown(case)


def check_second(case: Case) -> None:
    """The derivative of an emitted gradient, in both modes."""
    gradient = grad(case.loss, case.positions)
    rng = np.random.default_rng(6)
    directions = tuple(direction(case.given[i], rng) for i in case.positions)
    weights = tuple(direction(case.given[i], rng) for i in case.positions)
    tangent = jvp(gradient, case.positions)(*case.given, directions)[1]
    along, tol = product(tangent, weights), 100 * tolerance(case.result)
    expected = difference(gradient, case.given, case.positions, directions, weights)
    assert abs(along - expected) < tol * max(1, abs(expected)), f"tangent {along}, difference {expected}"
    back = vjp(gradient, case.positions)(*case.given)[1](weights)
    again = product(list(back), list(directions))
    assert abs(again - along) < max(tol / 1000, 1e-9) * max(1, abs(along)), f"cotangent {again}, tangent {along}"


def of_arrays(primitive: Any, rule: Rule, sample: Any) -> bool:
    """Whether a case has no list or tuple among its arguments, whose gradient would be one."""
    if not takes_complex(primitive, rule, sample):
        return False
    program = Program(primitive, sample)
    return not any(isinstance(program.values[i], (list, tuple)) for i in program.positions)


@pytest.mark.parametrize("primitive, rule, sample", chosen(of_arrays, most=1))
def test_second_order(primitive: Any, rule: Rule, sample: Any) -> None:
    for case in calls(primitive, sample)[:1]:
        check_second(case)
