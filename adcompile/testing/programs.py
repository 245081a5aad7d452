"""Random programs, and what makes the gradient of a program right.

`generate(random)` writes a Python function of a few numbers, vectors and matrices: nested
loops, branches on values, early exits, reassignment, stores, slices, comprehensions, helper
functions. Values stay of order one, so that derivatives can be compared. `programs()` is the
same as a Hypothesis strategy; `python -m adcompile.testing.programs --count 20000 --seed 1`
tries many without pytest and prints what became of them.

A gradient is checked against the complex step, which is exact to rounding (Squire and Trapp,
SIAM Review 40, 1998), and where a program is not analytic against 5-point differences that
agree with those of half the step.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import collections
import contextlib
import copy
import itertools
import linecache
import re
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from random import Random
from typing import Any

import numpy as np

from adcompile.api import grad, value_and_grad
from adcompile.errors import Refused
from adcompile.testing.gradients import FIVE_POINT, GradientMismatch

COMPLEX_STEP = 1e-30
STEP = 1e-3
LARGE = 1e3  # beyond this, differences are not to be trusted

# ------------------------------------------------------------------------- reference gradients


def leaves(value: Any) -> Iterator[tuple[Any, ...]]:
    """The paths to every float in an argument: keys and indices, the last one into an array."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            yield from ((index,) for index in np.ndindex(value.shape))
    elif isinstance(value, float):
        yield ()
    elif isinstance(value, (dict, list, tuple)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from ((key, *path) for path in leaves(item))


def leaf(value: Any, path: Sequence[Any]) -> Any:
    """The part of an argument that a path leads to."""
    for key in path:
        value = value[key]
    return value


def moved(value: Any, path: Sequence[Any], step: complex) -> Any:
    """A copy of an argument with the number at a path moved by a step."""
    if not path:
        return value + step
    key, rest = path[0], path[1:]
    if isinstance(value, np.ndarray):
        made = value.copy()
        made[key] += step
        return made
    if isinstance(value, dict):
        return {**value, key: moved(value[key], rest, step)}
    return type(value)([moved(v, rest, step) if i == key else v for i, v in enumerate(value)])


def as_complex(value: Any) -> Any:
    """An argument with every float as a NumPy complex number, which can be compared."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(complex)
    if isinstance(value, float):
        return np.complex128(value)
    if isinstance(value, dict):
        return {key: as_complex(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)([as_complex(item) for item in value])
    return value


def called(f: Callable[..., Any], args: Sequence[Any], position: int, changed: Any) -> Any:
    """The value of `f` with one argument changed; the others are copied, `f` may write to them."""
    at = copy.deepcopy(list(args))
    at[position] = changed
    return f(*at)


def complex_step(f: Callable[..., Any], args: Sequence[Any], position: int) -> np.ndarray | None:
    """The gradient by the complex step, or None if `f` does not take complex numbers."""
    at = [as_complex(a) for a in args]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            values = [
                called(f, at, position, moved(at[position], path, 1j * COMPLEX_STEP)) for path in leaves(args[position])
            ]
            return np.array([float(np.imag(v)) / COMPLEX_STEP for v in values])
    except Exception:
        return None


def differences(f: Callable[..., Any], args: Sequence[Any], position: int, step: float) -> np.ndarray:
    """The gradient by 5-point differences."""
    found = []
    for path in leaves(args[position]):
        h = step * max(1.0, abs(float(leaf(args[position], path))))
        values = [float(called(f, args, position, moved(args[position], path, k * h))) for k, _ in FIVE_POINT]
        found.append(sum(weight * v / h for v, (_, weight) in zip(values, FIVE_POINT, strict=True)))
    return np.array(found)


@dataclass(frozen=True, slots=True)
class Reference:
    """The gradient by one argument, as numbers in the order of its leaves."""

    numbers: np.ndarray
    exact: bool  # found by the complex step
    reliable: bool  # differences of several steps agree: the point is not at a kink


def reference(f: Callable[..., Any], args: Sequence[Any], position: int) -> Reference:
    """The gradient of `f` by an argument, found without adcompile."""
    coarse, fine = (differences(f, args, position, STEP * scale) for scale in (1.0, 0.5))
    reliable = bool(np.all(np.isfinite(fine))) and agree(coarse, fine, 1e-6)
    exact = complex_step(f, args, position)
    if exact is not None and agree(exact, fine, 1e-5):
        return Reference(exact, True, reliable)
    return Reference(fine, False, reliable)


def agree(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    """Whether two gradients agree, relative to the largest entry (at least 1)."""
    return a.shape == b.shape and bool(
        np.all(np.abs(a - b) <= tolerance * max(1.0, float(np.max(np.abs(b), initial=0.0))))
    )


def numbers_of(gradient: Any, argument: Any) -> np.ndarray:
    """A gradient's numbers in the order of the argument's leaves.

    Raises:
        GradientMismatch: if it does not have the argument's structure.
    """
    if isinstance(argument, np.ndarray) and np.shape(gradient) != argument.shape:
        raise GradientMismatch(f"the gradient has shape {np.shape(gradient)}, the argument {argument.shape}")
    if isinstance(argument, (dict, list, tuple)):
        if type(gradient) is not type(argument) or len(gradient) != len(argument):
            raise GradientMismatch(f"the gradient is {gradient!r}, the argument {argument!r}")
    if isinstance(argument, float) and np.shape(gradient) != ():
        raise GradientMismatch(f"the gradient has shape {np.shape(gradient)}, the argument is a number")
    return np.array([float(leaf(gradient, path)) for path in leaves(argument)])


def reference_gradient(f: Callable[..., Any], args: Sequence[Any], position: int = 0) -> Any:
    """The gradient of `f` by an argument that is a number or an array."""
    numbers = reference(f, args, position).numbers
    return numbers.reshape(np.shape(args[position])) if isinstance(args[position], np.ndarray) else float(numbers[0])


def float_arguments(args: Sequence[Any]) -> list[int]:
    """The positions of the arguments that hold floats."""
    return [i for i, a in enumerate(args) if next(leaves(a), None) is not None]


def check_program(
    f: Callable[..., Any],
    args: Sequence[Any],
    *,
    alone: Sequence[int] | None = None,
    tolerance: float = 1e-12,
    references: Sequence[Reference] | None = None,
) -> str:
    """Check the value and the gradient of `f` by all arguments that hold floats.

    The value has to be the plain function's to the bit. The gradient has to agree with the
    complex step within `tolerance`, or with differences within 1e-6. It is computed by all
    arguments at once, and by those in `alone` (all, if left out) one at a time.

    Returns:
        The emitted program that gives all gradients at once.

    Raises:
        GradientMismatch: with both gradients.
    """
    where = float_arguments(args)
    expected = f(*copy.deepcopy(list(args)))
    references = references or [reference(f, args, position) for position in where]
    wanted = dict(zip(where, references, strict=True))
    together = value_and_grad(f, where if len(where) > 1 else where[0])
    requests: list[tuple[list[int], Any]] = [(where, together)]
    if len(where) > 1:
        requests += [([p], value_and_grad(f, p)) for p in (where if alone is None else alone)]
    for positions, df in requests:
        value, gradients = df(*copy.deepcopy(list(args)))
        if np.asarray(value).tobytes() != np.asarray(expected).tobytes():
            raise GradientMismatch(f"value_and_grad gives another value: {value!r}, the function {expected!r}")
        for position, gradient in zip(positions, gradients if len(positions) > 1 else [gradients], strict=True):
            made, right = numbers_of(gradient, args[position]), wanted[position]
            if not agree(made, right.numbers, tolerance if right.exact else 1e-6):
                way = "complex step" if right.exact else "differences"
                raise GradientMismatch(
                    f"the gradient is wrong: by argument {position} of {positions}\n"
                    f"  computed {made}\n  expected {right.numbers} ({way})"
                )
    return str(together.source)


def check_second_order(f: Callable[..., Any], args: Sequence[Any], position: int) -> bool:
    """Check the emitted gradient by an argument as a program: it is multiplied by fixed numbers,
    and differentiated by every argument.

    Returns:
        Whether that could be checked: it cannot where the gradient is not smooth or is large.
    """
    bare = grad(f, position).specialize(*copy.deepcopy(list(args)))
    weights = np.cos(np.arange(1.0, np.size(args[position]) + 1)).reshape(np.shape(args[position]))
    along = _along(bare, weights if np.ndim(weights) else float(weights), len(args))
    references = tame_references(along, args)
    if references is None:
        return False
    check_program(along, args, alone=(), tolerance=1e-9, references=references)
    return True


def tame_references(f: Callable[..., Any], args: Sequence[Any]) -> list[Reference] | None:
    """The reference gradients by all arguments, or None if one is large or not reliable."""
    found = []
    for position in float_arguments(args):
        found.append(reference(f, args, position))
        if not found[-1].reliable or float(np.max(np.abs(found[-1].numbers), initial=0.0)) > LARGE:
            return None
    return found


def _along(bare: Callable[..., Any], weights: Any, count: int) -> Callable[..., Any]:
    """The product of a gradient with fixed numbers, as a function of plain parameters."""
    names = ", ".join(f"a{i}" for i in range(count))
    text = f"def along({names}):\n    return np.sum(bare({names}) * weights)\n"
    return load_text(text, "along", bare=bare, weights=weights)


_LOADED = itertools.count()


def load_text(text: str, name: str, **values: Any) -> Callable[..., Any]:
    """Execute a program's text so that its source can be found, and return one of its functions."""
    file = f"<random program {next(_LOADED)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    namespace = {"np": np, **values}
    exec(compile(text, file, "exec"), namespace)
    return namespace[name]  # type: ignore[no-any-return]


# ------------------------------------------------------------------------------- the generator


@dataclass(frozen=True, slots=True)
class Program:
    """A random program: its text, which defines `f`, and arguments to try it at."""

    text: str
    args: tuple[Any, ...]

    def function(self) -> Callable[..., Any]:
        """The program's function, loaded anew."""
        return load_text(self.text, "f")

    def __str__(self) -> str:
        shown = ", ".join(f"np.array({a.tolist()})" if isinstance(a, np.ndarray) else repr(a) for a in self.args)
        return f"{self.text}\n# at f({shown})\n"


# The kinds of values: a number, (n,), (m, n), (m, 1), a list of numbers, an int.
SCALAR, VECTOR, MATRIX, COLUMN, LIST, INT = "scalar", "vector", "matrix", "column", "list", "int"
ARRAYS = (VECTOR, MATRIX, COLUMN)
PREFIX = {SCALAR: "s", VECTOR: "v", MATRIX: "m", COLUMN: "c", LIST: "items", INT: "k"}
# What may be combined with a value of a kind so that the result is of that kind.
BROADCAST = {
    SCALAR: (SCALAR,),
    VECTOR: (SCALAR, VECTOR),
    COLUMN: (SCALAR, COLUMN),
    MATRIX: (SCALAR, VECTOR, COLUMN, MATRIX),
}
# Elementwise functions, smooth and bounded by 3 for arguments of order one.
FUNCTIONS = (
    "np.sin({})",
    "np.cos({})",
    "np.tanh({})",
    "np.exp(-({}) ** 2)",
    "np.exp(np.sin({}))",
    "np.sqrt(1.0 + ({}) ** 2) / 2",
    "np.log(1.5 + np.cos({}))",
    "1 / (1.0 + ({}) ** 2)",
)
BOUNDED = ("np.sin({})", "np.tanh({})", "np.cos({})")
LIST_LENGTH = 3


class Generator:
    """Writes one program. Every value that is assigned is of order one."""

    def __init__(self, random: Random, stores: bool = True) -> None:
        self.random = random
        self.stores = stores  # in-place stores to arrays and lists
        self.m = self.pick((2, 2, 3, 1))
        self.n = self.pick((3, 3, 4, 2))
        self.lines: list[str] = []
        self.indent = 0
        self.env: dict[str, str] = {}
        self.fixed: set[str] = set()  # names that loops need: not assigned to
        self.own: set[str] = set()  # arrays and lists that the function made itself
        self.numbers = itertools.count(1)
        self.loops = 0
        self.helpers: list[tuple[str, list[str], str]] = []
        self.result = SCALAR
        self.budget = 0

    # ------------------------------------------------------------------------------- choosing

    def pick(self, options: Sequence[Any]) -> Any:
        """One of the options, each as likely as the others."""
        return options[self.random.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        """True in `percent` of 100 cases."""
        return self.random.randrange(100) >= 100 - percent  # shrinks to False

    def number(self) -> str:
        """A number that is written into the program, of order one and not 0."""
        return str(self.random.randrange(1, 20) / 10 * self.pick((1, -1)))

    def names(self, *kinds: str) -> list[str]:
        """The variables of some kinds that are bound here."""
        return [name for name, kind in self.env.items() if kind in kinds]

    def fresh(self, kind: str) -> str:
        """A new name for a variable of a kind."""
        return f"{PREFIX[kind]}{next(self.numbers)}"

    # ---------------------------------------------------------------------------- expressions

    def expression(self, kind: str, depth: int = 2) -> str:
        """An expression of a kind, of order one."""
        if depth <= 0 or self.chance(15):
            return self.leaf(kind)
        forms = [self.function_of, self.binary, self.binary, self.special]
        return str(self.pick(forms)(kind, depth - 1))

    def leaf(self, kind: str) -> str:
        """A variable of a kind, or something as short."""
        names = self.names(kind)
        if names and self.chance(85):
            return str(self.pick(names))
        if kind == SCALAR:
            return self.scalar_leaf()
        return f"({self.fallback(kind)})"

    def scalar_leaf(self) -> str:
        """A number, an item of an array or list, or a loop's counter scaled down."""

        def item(name: str, *sizes: int) -> str:
            return f"{name}[{', '.join(self.index(size) for size in sizes)}]"

        forms: list[Callable[[], str]] = [self.number]
        forms += [partial(item, vector, self.n) for vector in self.names(VECTOR)]
        forms += [partial(item, matrix, self.m, self.n) for matrix in self.names(MATRIX)]
        forms += [partial(item, items, LIST_LENGTH) for items in self.names(LIST)]
        forms += [partial("0.3 * {}".format, integer) for integer in self.names(INT)]
        return str(self.pick(forms)())

    def fallback(self, kind: str) -> str:
        """An array made of what there is, when no variable of its kind is there."""
        if kind == VECTOR:
            if self.names(MATRIX) and self.chance(50):
                return f"{self.pick(self.names(MATRIX))}[{self.index(self.m)}]"
            return "np.array([" + ", ".join(self.scalar_leaf() for _ in range(self.n)) + "])"
        width = self.n if kind == MATRIX else 1
        rows = [f"[{', '.join(self.scalar_leaf() for _ in range(width))}]" for _ in range(self.m)]
        return f"np.array([{', '.join(rows)}])"

    def index(self, size: int) -> str:
        """A subscript that is inside an axis of `size` elements."""
        loose = [k for k in self.names(INT) if k in self.fixed]
        if loose and self.chance(40):
            return f"{self.pick(loose)} % {size}"
        return str(self.random.randrange(-size, size))

    def function_of(self, kind: str, depth: int) -> str:
        """An elementwise function of an expression."""
        return str(self.pick(FUNCTIONS)).format(self.expression(kind, depth))

    def binary(self, kind: str, depth: int) -> str:
        """An operator between two expressions, one of which may be broadcast."""
        left, right = self.expression(kind, depth), self.expression(self.pick(BROADCAST[kind]), depth - 1)
        if self.chance(30):
            left, right = right, left
        if kind != SCALAR and self.chance(20):  # the kind must come from one of the sides
            left = f"({left} + {self.expression(kind, 0)})"
        form = self.pick(
            ("({} + {})", "({} - {})", "{} * {}", "{} * {}", "{} / (1.5 + np.sin({}))", "np.tanh({}) * {}")
        )
        return str(form).format(self.atomic(left), self.atomic(right))

    def atomic(self, text: str) -> str:
        """An expression as an operand: in parentheses where it may need them."""
        return text if re.fullmatch(r"[\w.]+(\([^()]*\)|\[[^\[\]]*\])?", text) else f"({text})"

    def special(self, kind: str, depth: int) -> str:
        """What only one kind can be made by: reductions, products, calls, comprehensions."""
        forms = list(getattr(self, f"{kind}_forms")(depth))
        for name, kinds, result in self.helpers:
            if result == kind:
                forms.append(lambda name=name, kinds=kinds: self.call(name, kinds, depth))
        if kind == SCALAR:

            def choice() -> str:
                then, condition, orelse = self.expression(kind, depth), self.condition(), self.expression(kind, depth)
                return f"({then} if {condition} else {orelse})"

            forms.append(choice)
        return str(self.pick(forms)()) if forms else self.function_of(kind, depth)

    def scalar_forms(self, depth: int) -> Iterator[Callable[[], str]]:
        """Makers of numbers from arrays and lists."""

        def of(kind: str) -> str:
            return self.expression(kind, depth)

        if self.names(VECTOR):
            yield lambda: f"np.sum({of(VECTOR)}) / {self.n}"
            yield lambda: f"({of(VECTOR)}).sum() * 0.5"
            yield lambda: f"np.mean({of(VECTOR)})"
            yield lambda: f"{self.leaf(VECTOR)} @ {self.leaf(VECTOR)} / {self.n}"
            yield lambda: f"np.dot({of(VECTOR)}, {of(VECTOR)}) / {self.n}"
            yield lambda: "np.sum({0}[1:] * {0}[:-1])".format(self.pick(self.names(VECTOR)))
            yield lambda: "np.sum({0}[::2]) - {0}[-1]".format(self.pick(self.names(VECTOR)))
            yield lambda: self.comprehension()
        if self.names(MATRIX):
            yield lambda: f"np.sum({of(MATRIX)}) / {self.m * self.n}"
            yield lambda: "np.mean({0}[:, 1:] * {0}[:, :-1])".format(self.pick(self.names(MATRIX)))
        if self.names(LIST):
            yield lambda: f"sum({self.pick(self.names(LIST))})"
        yield lambda: f"(lambda z: {of(SCALAR)} * z)({of(SCALAR)})"

    def vector_forms(self, depth: int) -> Iterator[Callable[[], str]]:
        """Makers of vectors from matrices and other vectors."""
        if self.names(MATRIX):
            yield lambda: f"np.sum({self.expression(MATRIX, depth)}, axis=0) / {self.m}"
            yield lambda: f"({self.expression(MATRIX, depth)}).mean(axis=0)"
            yield lambda: f"{self.leaf(MATRIX)}[{self.index(self.m)}]"
            yield lambda: "{0}.T @ ({0} @ {1}) / {2}".format(
                self.pick(self.names(MATRIX)), self.leaf(VECTOR), self.m * self.n
            )
        if self.names(VECTOR):
            yield lambda: f"{self.pick(self.names(VECTOR))}[::-1]"
            yield lambda: "np.concatenate([{0}[1:], {0}[:1]])".format(self.pick(self.names(VECTOR)))
            yield lambda: "np.where({0} > {2}, {0}, {1})".format(
                self.pick(self.names(VECTOR)), self.expression(VECTOR, depth), self.number()
            )

    def column_forms(self, depth: int) -> Iterator[Callable[[], str]]:
        """Makers of columns from matrices."""
        if self.names(MATRIX):
            yield lambda: f"np.sum({self.expression(MATRIX, depth)}, axis=1, keepdims=True) / {self.n}"
            yield lambda: f"{self.pick(self.names(MATRIX))}[:, :1]"

    def matrix_forms(self, depth: int) -> Iterator[Callable[[], str]]:
        """Makers of matrices from matrices, columns and vectors."""
        if self.names(MATRIX):
            yield lambda: f"({self.expression(MATRIX, depth)}).T.reshape({self.m}, {self.n})"
            yield lambda: f"{self.pick(self.names(MATRIX))}[::-1, ::-1]"
        if self.names(COLUMN):
            yield lambda: f"{self.pick(self.names(COLUMN))} * {self.leaf(VECTOR)}"
        yield lambda: f"np.stack([{', '.join(self.leaf(VECTOR) for _ in range(self.m))}])"

    def comprehension(self) -> str:
        """The sum of a list comprehension over a vector, maybe with a condition or a second vector."""
        vector = self.pick(self.names(VECTOR))
        body = self.inside({"z": SCALAR}, lambda: self.expression(SCALAR, 1))
        condition = f" if z > {self.number()}" if self.chance(30) else ""
        over = f"z in {vector}"
        if self.chance(30):
            body, over = f"{body} * q", f"z, q in zip({vector}, {self.leaf(VECTOR)})"
        return f"sum([{body} for {over}{condition}]) / {self.n}"

    def call(self, name: str, kinds: Sequence[str], depth: int) -> str:
        """A call of a helper function."""
        return f"{name}({', '.join(self.expression(k, depth) for k in kinds)})"

    def inside(self, more: dict[str, str], body: Callable[[], Any]) -> Any:
        """What `body` gives while some more variables are bound."""
        before, self.env = self.env, self.env | more
        try:
            return body()
        finally:
            self.env = before

    def condition(self) -> str:
        """A comparison of values of order one with a number."""
        forms = [
            lambda: f"{self.leaf(SCALAR)} > {self.number()}",
            lambda: f"{self.expression(SCALAR, 1)} < {self.number()}",
            lambda: f"-0.5 < {self.leaf(SCALAR)} < {self.number()}",
            lambda: f"not {self.leaf(SCALAR)} > {self.number()}",
        ]
        if self.names(VECTOR):
            forms.append(lambda: f"np.sum({self.leaf(VECTOR)}) > {self.number()}")
        if self.names(INT):
            forms.append(lambda: f"{self.pick(self.names(INT))} % 2 == {self.pick((0, 1))}")
        if self.chance(20):
            return f"({self.pick(forms)()} {self.pick(('and', 'or'))} {self.pick(forms)()})"
        return str(self.pick(forms)())

    # ----------------------------------------------------------------------------- statements

    def line(self, text: str) -> None:
        """Write one line at the indentation of this point."""
        self.lines.append("    " * self.indent + text)

    def bounded(self, kind: str, depth: int = 2) -> str:
        """An expression to assign: inside loops it must not grow from trip to trip."""
        text = self.expression(kind, depth)
        return str(self.pick(BOUNDED)).format(text) if self.loops or self.chance(40) else text

    def block(
        self, count: int, more: dict[str, str] | None = None, tail: Callable[[], None] | None = None
    ) -> dict[str, str]:
        """An indented block; the names that it binds at its end are returned, and forgotten."""
        before, own = dict(self.env), set(self.own)
        self.env |= more or {}
        self.indent += 1
        for _ in range(count):
            self.statement()
        if tail:
            tail()
        self.indent -= 1
        after, self.env = self.env, before
        self.own = own & self.own if tail is None else own
        return after

    def statement(self) -> None:
        """One statement of any form."""
        self.budget -= 1
        forms = [self.assign, self.assign, self.assign, self.augment, self.assign_several]
        if self.budget > 0 and self.indent < 5:
            forms += [self.branch, self.branch]
            if self.loops < 3:
                forms += [self.for_loop, self.for_loop, self.while_loop]
        if self.loops:
            forms += [self.leave]
        elif self.indent < 2:
            forms += [self.early_return]
        if self.stores:
            forms += [self.store]
        forms += [self.make_list]
        self.pick(forms)()

    def assign(self) -> None:
        """An assignment to a new or an old name."""
        kind = self.pick((SCALAR, SCALAR, VECTOR, MATRIX, COLUMN))
        names = [n for n in self.names(kind) if n not in self.fixed]
        name = self.pick(names) if names and self.chance(60) else self.fresh(kind)
        self.line(f"{name} = {self.bounded(kind)}")
        self.env[name] = kind
        self.own.discard(name)

    def assign_several(self) -> None:
        """An assignment to two names at once, which may exchange values."""
        names = [n for n in self.names(SCALAR) if n not in self.fixed]
        if len(names) >= 2 and self.chance(50):
            a, b = self.random.sample(names, 2)
        else:
            a, b = self.fresh(SCALAR), self.pick(names) if names and self.chance(50) else self.fresh(SCALAR)
        right = self.pick(names) if names and self.chance(50) else self.bounded(SCALAR, 1)
        self.line(f"{a}, {b} = {right}, {self.bounded(SCALAR)}")
        self.env |= {a: SCALAR, b: SCALAR}

    def augment(self) -> None:
        """An augmented assignment to a number, or to an array that the function made itself."""
        names = [n for n in self.names(SCALAR) if n not in self.fixed]
        names += [n for n in self.names(*ARRAYS) if n in self.own and self.stores]
        if not names:
            return self.assign()
        name = self.pick(names)
        kind = self.env[name]
        other = self.pick(BROADCAST[kind])
        form = self.pick(("{} += 0.3 * {}", "{} -= 0.3 * {}", "{} *= np.cos({})", "{} /= 1.0 + ({}) ** 2"))
        return self.line(str(form).format(name, self.atomic(self.bounded(other))))

    def make_list(self) -> None:
        """A list or a vector that the function makes itself, and may store into."""
        if self.chance(50):
            name = self.fresh(LIST)
            self.line(f"{name} = [{', '.join(self.bounded(SCALAR) for _ in range(LIST_LENGTH))}]")
            self.env[name] = LIST
            self.own.add(name)
        else:
            name = self.fresh(VECTOR)
            vector = self.leaf(VECTOR)
            form = self.pick(("{} * {}", "{} + {}", "np.copy({}) + {}"))
            self.line(f"{name} = {str(form).format(vector, self.number())}")
            self.env[name] = VECTOR
            self.own.add(name)

    def store(self) -> None:
        """A store into an array or list that the function made itself."""
        names = [n for n in self.names(VECTOR, MATRIX, LIST) if n in self.own]
        if not names:
            return self.make_list()
        name = self.pick(names)
        kind = self.env[name]
        sign = self.pick(("=", "=", "+= 0.3 *", "*="))
        if kind == LIST:
            return self.line(f"{name}[{self.index(LIST_LENGTH)}] = {self.bounded(SCALAR)}")
        if kind == MATRIX:
            if self.chance(50):
                return self.line(f"{name}[{self.index(self.m)}] {sign} {self.bounded(VECTOR)}")
            return self.line(f"{name}[{self.index(self.m)}, {self.index(self.n)}] {sign} {self.bounded(SCALAR)}")
        if self.chance(25):
            return self.line(f"{name}[1:] {sign} {name}[:-1] * {self.atomic(self.bounded(SCALAR))}")
        if self.chance(15):
            return self.line(f"{name}[:] = {self.bounded(VECTOR)}")
        return self.line(f"{name}[{self.index(self.n)}] {sign} {self.bounded(SCALAR)}")

    def branch(self) -> None:
        """An if statement, maybe with elif and else."""
        envs = []
        self.line(f"if {self.condition()}:")
        envs.append(self.block(self.size()))
        for _ in range(self.pick((0, 0, 1))):
            self.line(f"elif {self.condition()}:")
            envs.append(self.block(self.size()))
        if self.chance(60):
            self.line("else:")
            envs.append(self.block(self.size()))
            for name in set.intersection(*map(set, envs)) - set(self.env):
                if len({e[name] for e in envs}) == 1:
                    self.env[name] = envs[0][name]
        self.env = dict(sorted(self.env.items()))

    def size(self) -> int:
        """How many statements a block has."""
        return int(self.pick((1, 1, 2, 3)))

    def for_loop(self) -> None:
        """A for loop over a range, a vector, the rows of a matrix, or a list."""
        item, index = self.fresh(SCALAR), self.fresh(INT)
        forms: list[tuple[str, dict[str, str]]] = [
            (f"{index} in range({self.pick((2, 3, 4, 0, 1))})", {index: INT}),
            (f"{index} in range({self.pick((4, 3))}, 0, -{self.pick((1, 2))})", {index: INT}),
        ]
        for integer in self.names(INT):
            forms.append((f"{index} in range({integer})", {index: INT}))
        if self.names(VECTOR):
            vector = self.pick(self.names(VECTOR))
            other, second = self.leaf(VECTOR), self.fresh(SCALAR)
            forms += [
                (f"{item} in {vector}", {item: SCALAR}),
                (f"{item} in {vector}[{self.pick((1, 0, 2))}:]", {item: SCALAR}),
                (f"{index}, {item} in enumerate({vector})", {item: SCALAR, index: INT}),
                (f"{item}, {second} in zip({vector}, {other})", {item: SCALAR, second: SCALAR}),
                (f"{item} in reversed({vector})", {item: SCALAR}),
            ]
        if self.names(MATRIX):
            row = self.fresh(VECTOR)
            forms.append((f"{row} in {self.pick(self.names(MATRIX))}", {row: VECTOR}))
        if self.names(LIST):
            forms.append((f"{item} in {self.pick(self.names(LIST))}", {item: SCALAR}))
        head, bound = self.pick(forms)
        self.line(f"for {head}:")
        over = set(re.findall(r"\w+", head.split(" in ")[1]))
        self.loop_body(bound, over)

    def while_loop(self) -> None:
        """A while loop that counts, and may end sooner by a value."""
        count = self.fresh(INT)
        self.line(f"{count} = 0")
        condition = f" and {self.condition()}" if self.chance(60) else ""
        self.line(f"while {count} < {self.pick((3, 2, 4))}{condition}:")
        self.env[count] = INT
        self.indent += 1
        self.line(f"{count} += 1")
        self.indent -= 1
        self.loop_body({count: INT}, set())

    def loop_body(self, bound: dict[str, str], over: set[str]) -> None:
        """A loop's body, and maybe its `else`. What is iterated over is not stored to."""
        fixed, own = set(self.fixed), set(self.own)
        self.fixed |= {n for n, kind in bound.items() if kind == INT}
        self.own -= over
        self.loops += 1
        self.block(self.size() + 1, bound)
        self.loops -= 1
        self.fixed, self.own = fixed, own & (self.own | over)
        if self.chance(15):
            self.line("else:")
            self.block(1)

    def leave(self) -> None:
        """A break, a continue or a return out of a loop."""
        self.line(f"if {self.condition()}:")

        def jump() -> None:
            if self.chance(25):
                self.give()
            else:
                self.line(self.pick(("break", "continue")))

        self.block(self.pick((0, 0, 1)), tail=jump)

    def early_return(self) -> None:
        """A return under a condition."""
        self.line(f"if {self.condition()}:")
        self.block(self.pick((0, 1)), tail=self.give)

    def give(self) -> None:
        """A return statement."""
        self.line(f"return {self.expression(self.result, 2)}")

    # ------------------------------------------------------------------------------ functions

    def function(self, name: str, params: dict[str, str], result: str, statements: int) -> None:
        """A function definition."""
        self.line(f"def {name}({', '.join(params)}):")
        self.env, self.result, self.budget = dict(params), result, statements
        self.own, self.fixed = set(), {n for n, kind in params.items() if kind == INT}
        self.indent, self.loops = 1, 0
        while self.budget > 0:
            self.statement()
        names = [n for n in self.names(result) if n not in params] or self.names(result)
        parts = [self.expression(result, 2), *names[-3:]]
        if result == SCALAR:
            parts += [f"np.mean({n})" for n in self.names(*ARRAYS)[-3:]]
            parts += [f"{n}[0]" for n in self.names(LIST)[-1:]]
        self.line(f"return {' + '.join(dict.fromkeys(parts))}")
        self.indent = 0
        self.lines += ["", ""]

    def program(self) -> Program:
        """A whole program with arguments."""
        for i in range(self.pick((0, 0, 1, 2))):
            kinds = [self.pick((SCALAR, SCALAR, VECTOR)) for _ in range(self.pick((1, 2)))]
            params = {f"{'pqr'[j]}": kind for j, kind in enumerate(kinds)}
            result = self.pick((SCALAR, VECTOR)) if VECTOR in kinds else SCALAR
            self.function(f"helper{i}", params, result, self.pick((1, 2, 4)))
            self.helpers.append((f"helper{i}", kinds, result))
        params = {"x": SCALAR}
        more = (("y", SCALAR, 60), ("v", VECTOR, 60), ("a", MATRIX, 40), ("c", COLUMN, 20), ("n", INT, 20))
        for name, kind, percent in more:
            if self.chance(percent):
                params[name] = kind
        self.function("f", params, SCALAR, self.pick((2, 4, 6, 9)))
        args = tuple(self.argument(kind) for kind in params.values())
        return Program("\n".join(self.lines).rstrip() + "\n", args)

    def argument(self, kind: str) -> Any:
        """An argument of a kind to try the program at."""

        def number() -> float:
            return self.random.randrange(-150, 150) / 100 + 0.00123

        if kind == SCALAR:
            return number()
        if kind == INT:
            return self.random.randrange(4)
        shape = {VECTOR: (self.n,), MATRIX: (self.m, self.n), COLUMN: (self.m, 1)}[kind]
        return np.array([number() for _ in range(int(np.prod(shape)))]).reshape(shape)


def generate(random: Random, stores: bool = True) -> Program:
    """A random program."""
    return Generator(random, stores).program()


def programs(stores: bool = True) -> Any:
    """Random programs as a Hypothesis strategy; they shrink."""
    from hypothesis import strategies

    return strategies.randoms(use_true_random=False).map(lambda random: generate(random, stores))


# ---------------------------------------------------------------------------------- the verdict

RIGHT, DISCARDED, REFUSED, WRONG, CRASHED = "right", "discarded", "refused", "wrong", "crashed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a program: the kind, and the reason in words that group alike ones."""

    kind: str
    reason: str = ""
    detail: str = ""


def judge(program: Program, order: int = 1) -> Verdict:
    """Run and differentiate a program, and compare."""
    args, where = program.args, float_arguments(program.args)
    one = len(program.text) % len(where)  # the argument that is taken alone: any, but always the same
    with warnings.catch_warnings(), limited(30):
        warnings.simplefilter("error")
        try:
            f = program.function()
            value = f(*copy.deepcopy(list(args)))
            references = tame_references(f, args) if np.shape(value) == () and abs(value) < LARGE else None
        except Exception as error:
            return Verdict(DISCARDED, f"the program itself fails: {_pattern(repr(error))}", repr(error))
        if references is None:
            return Verdict(DISCARDED, "the value or gradient is large, or at a kink")
        try:
            if order == 2:
                return Verdict(RIGHT if check_second_order(f, args, where[one]) else DISCARDED)
            text = check_program(f, args, alone=[where[one]], tolerance=1e-9, references=references)
            if text != compiled_text(program):
                return Verdict(WRONG, "compiled twice, two texts")
        except GradientMismatch as error:
            return Verdict(WRONG, str(error).split(":")[0], str(error))
        except Refused as error:
            return Verdict(REFUSED, _pattern(error.diagnostics[0].what), str(error))
        except Exception as error:
            return Verdict(CRASHED, _pattern(f"{type(error).__name__}: {error}"), repr(error))
    return Verdict(RIGHT)


def compiled_text(program: Program) -> str:
    """The text of the value and the gradient by all arguments, compiled anew."""
    where = float_arguments(program.args)
    df = value_and_grad(program.function(), where if len(where) > 1 else where[0])
    df(*copy.deepcopy(program.args))
    return str(df.source)


def _pattern(message: str) -> str:
    """A message without what differs from program to program."""
    first = message.strip().splitlines()[0][:160] if message.strip() else ""
    first = re.sub(r"<[^>]*>", "<...>", first)
    return re.sub(r"\b[a-z]+(_[a-z]+)*_?\d+\b|\d+", "#", first)


class TooSlow(Exception):  # noqa: N818  (not a fault)
    """A program took longer than it may."""


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Stop a block that does not end. Does nothing outside the main thread's reach."""

    def stop(*_: Any) -> None:
        raise TooSlow(f"no end after {seconds} s")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# ----------------------------------------------------------------------------------- reduction


def reduce_program(program: Program, same: Callable[[Program], bool], seconds: float = 60.0) -> Program:
    """A smaller program for which `same` still holds: statements and operands are left out.

    After `seconds` the smallest one so far is returned.
    """
    improved, end = True, time.perf_counter() + seconds
    while improved:
        improved = False
        for text in _smaller(program.text):
            if time.perf_counter() > end:
                return program
            candidate = replace(program, text=text)
            try:
                if len(text) < len(program.text) and _names_are_bound(text) and same(candidate):
                    program, improved = candidate, True
                    break
            except Exception:
                continue  # not a program any more
    return program


def _names_are_bound(text: str) -> bool:
    """Whether every name that is read is bound somewhere, on a path that is taken or not."""
    nodes = list(ast.walk(ast.parse(text)))
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)} | {"np"}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    bound |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    read = {n.id for n in nodes if isinstance(n, ast.Name)}
    return all(name in bound or hasattr(builtins, name) for name in read)


def _smaller(text: str) -> Iterator[str]:
    """Texts with one statement or operand less."""
    count = sum(1 for _ in ast.walk(ast.parse(text)))
    for number in range(count):
        for way in range(4):
            tree = ast.parse(text)
            node = next(itertools.islice(ast.walk(tree), number, None))
            if _shrink(tree, node, way):
                with contextlib.suppress(Exception):
                    yield ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _shrink(tree: ast.AST, node: ast.AST, way: int) -> bool:
    """Leave out a statement, replace it by its body, or an expression by one of its parts."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list) and any(v is node for v in value) and isinstance(node, ast.stmt):
                at = next(i for i, v in enumerate(value) if v is node)
                inner: list[list[ast.stmt] | None]
                inner = [[], getattr(node, "body", None), getattr(node, "orelse", None)]
                if way > 2 or inner[way] is None or (way and not inner[way]):
                    return False
                counts = isinstance(node, ast.AugAssign) and isinstance(node.value, ast.Constant) and way == 0
                if counts or (not inner[way] and len(value) == 1 and field != "orelse"):
                    return False
                value[at : at + 1] = inner[way] or []
                return True
            if value is node and isinstance(node, ast.expr) and not isinstance(node, (ast.Name, ast.Constant)):
                parts = [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.expr)]
                if isinstance(node, (ast.Call, ast.Attribute)):
                    parts = [c for c in parts if c is not getattr(node, "func", None) and not _is_numpy(c)]
                parts += [ast.Constant(1.0)] if way >= len(parts) else []
                if way >= len(parts) or field == "func":
                    return False
                setattr(parent, field, parts[way])
                return True
    return False


def _is_numpy(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "np"


# --------------------------------------------------------------------------------- command line


def main(arguments: Sequence[str] | None = None) -> int:
    """Try many programs and print what became of them."""
    parser = argparse.ArgumentParser(prog="python -m adcompile.testing.programs", description=main.__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first program")
    parser.add_argument("--order", type=int, default=1, choices=(1, 2), help="2: differentiate the emitted gradient")
    parser.add_argument("--no-stores", action="store_true", help="programs without stores into arrays and lists")
    parser.add_argument("--show", type=int, default=1, help="how many programs of each failure to print, reduced")
    options = parser.parse_args(arguments)
    verdicts: collections.Counter[tuple[str, str]] = collections.Counter()
    examples: dict[tuple[str, str], list[tuple[int, Program, Verdict]]] = collections.defaultdict(list)
    start = time.perf_counter()
    for number in range(options.first, options.first + options.count):
        program = generate(Random(f"{options.seed}-{number}"), not options.no_stores)
        verdict = judge(program, options.order)
        key = (verdict.kind, verdict.reason)
        verdicts[key] += 1
        if verdict.kind in (REFUSED, WRONG, CRASHED) and len(examples[key]) < options.show:
            examples[key].append((number, program, verdict))
    took = time.perf_counter() - start
    print(f"{options.count} programs, seed {options.seed}, order {options.order}, {took:.0f} s")
    for (kind, reason), count in sorted(verdicts.items(), key=lambda item: -item[1]):
        print(f"{count:8d}  {kind}{': ' if reason else ''}{reason}", flush=True)
    for key, found in examples.items():
        for number, program, _ in found:
            small = reduce_program(program, partial(_is_same, key=key, order=options.order))
            print(f"\n# ---- {key[0]}: {key[1]} (program {number})\n{small}# {judge(small, options.order).detail}")
            sys.stdout.flush()
    return 1 if any(kind in (WRONG, CRASHED) for kind, _ in verdicts) else 0


def _is_same(program: Program, key: tuple[str, str], order: int) -> bool:
    verdict = judge(program, order)
    return (verdict.kind, verdict.reason) == key


if __name__ == "__main__":
    sys.exit(main())
