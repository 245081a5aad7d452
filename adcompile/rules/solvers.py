"""Functions that solve an equation: what they return is differentiated by the equation, not
through their iterations (the implicit function theorem).

Users name theirs (`implicit`). Those of `scipy.optimize` are known by their names, so SciPy is
never imported here: a program that calls one has imported it.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

from adcompile.rules.registry import PUSHFORWARDS, RULES, Rule
from adcompile.runtime.solutions import solve_linear


@dataclass(frozen=True, slots=True)
class Solver:
    """How a solver of SciPy is called: the parameter that takes the function, and the attribute of
    its result that is the solution, if the result is an object. A fixed point solves
    `x == f(x, *args)`, a root `f(x, *args) == 0`.

    `numbers` says that the solution is one number. `off` are the options that must stay off, as
    they change what the function or the solver returns, `on` those that must stay on, so that it
    raises where it finds no solution; `other_methods` may return another point than a root."""

    function: str
    solution: str = ""
    fixed_point: bool = False
    numbers: bool = False
    off: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    other_methods: tuple[str, ...] = ()


_BRACKETING = Solver("f", numbers=True, off=("full_output",), on=("disp",))
_SCIPY = {
    "brentq": _BRACKETING,
    "brenth": _BRACKETING,
    "bisect": _BRACKETING,
    "ridder": _BRACKETING,
    "toms748": _BRACKETING,
    "newton": Solver("func", numbers=True, off=("full_output",), on=("disp",)),
    "fixed_point": Solver("func", fixed_point=True),
    "root": Solver("fun", solution="x", off=("jac",), other_methods=("lm",)),
    "root_scalar": Solver("f", solution="root", numbers=True, off=("fprime", "fprime2")),
}


def scipy_solver(fn: Any) -> Solver | None:
    """How a function of `scipy.optimize` is called, if it is one that solves an equation."""
    if not isinstance(fn, types.FunctionType) or not (fn.__module__ or "").startswith("scipy.optimize"):
        return None
    return _SCIPY.get(fn.__name__)


_LOWEST = "the equation that the lowest point solves is that the gradient is zero"
_INSTEAD = {
    "fsolve": ("it only warns where it finds no solution", "root(f, x0, args=(p,)).x, which reports that"),
    "minimize": (_LOWEST, "root(grad(f), x0, args=(p,)).x"),
    "minimize_scalar": (_LOWEST, "root_scalar(grad(f), args=(p,), x0=x0).root"),
}


def other_solver(fn: Any) -> tuple[str, str] | None:
    """Of a function of `scipy.optimize` that is no solver of equations: why, and what to write instead."""
    if not isinstance(fn, types.FunctionType) or not (fn.__module__ or "").startswith("scipy.optimize"):
        return None
    return _INSTEAD.get(fn.__name__)


def is_solver(fn: Any) -> bool:
    """Whether a callable is a solver: of an equation that is known, or one of which it is known why
    that is not so. It leaves its arguments alone."""
    if not isinstance(fn, types.FunctionType):
        return False
    if fn is solve_linear:
        return True
    rule = RULES.get(fn)
    named = rule is not None and rule.kind == "implicit"
    return named or scipy_solver(fn) is not None or other_solver(fn) is not None


@dataclass(frozen=True, slots=True)
class Equation:
    """What holds at what a solver of the user's returns."""

    function: types.FunctionType
    fixed_point: bool
    solve: Any = None  # what solves the linear systems of its derivatives


_EQUATIONS: dict[Any, Equation] = {}


def implicit(solver: Any, equation: Equation) -> None:
    """Register a function of the user's as the solver of an equation. Each parameter of the
    equation's function but the first is one of the solver's, by its name."""
    RULES[solver] = Rule("implicit")
    PUSHFORWARDS.pop(solver, None)
    _EQUATIONS[solver] = equation


def equation_of(solver: Any) -> Equation:
    """The equation that a function of the user's solves."""
    return _EQUATIONS[solver]
