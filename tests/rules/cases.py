"""The cases of these tests: each rule with each of its samples, as a program that can be compiled.

Which checks a case is fit for is told here, so that no test is made for nothing.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import itertools
import linecache
import math
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import adcompile.rules  # noqa: F401 (fills the registry)
from adcompile.ir.nodes import Attribute, Method
from adcompile.rules.registry import RULES, Rule
from adcompile.runtime.broadcasting import unbroadcast

COUNTER = itertools.count()
MODULES = {"np": np, "math": math, "builtins": builtins, "operator": operator, "np.linalg": np.linalg, "np.fft": np.fft}


def spelling(primitive: Any) -> str:
    """How a program calls a primitive."""
    if isinstance(primitive, (Method, Attribute)):
        return primitive.__name__
    name = getattr(primitive, "__name__", "")
    if getattr(np.ndarray, name, None) is primitive:
        return f"np.ndarray.{name}"
    for module, holder in MODULES.items():
        if getattr(holder, name, None) is primitive:
            return name if module == "builtins" else f"{module}.{name}"
    try:
        if getattr(importlib.import_module(getattr(primitive, "__module__", "builtins")), name, None) is primitive:
            return f"{primitive.__module__}:{name}"
    except ImportError:
        pass
    return name


def is_float(value: Any) -> bool:
    """Whether a value is differentiated: floats and complex numbers, arrays and lists of them."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(is_float, value))
    is_array = isinstance(value, np.ndarray) and value.dtype.kind in "fc"
    return is_array or isinstance(value, (float, complex, np.inexact))


def in_complex_numbers(sample: Any) -> Any:
    """A sample with an imaginary part to every float."""
    rng = np.random.default_rng(9)

    def made(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return type(value)(map(made, value))
        if isinstance(value, np.ndarray) and value.dtype.kind == "f":
            return value + 1j * rng.uniform(0.1, 0.6, value.shape)
        return complex(value, 0.3) if isinstance(value, (float, np.floating)) else value

    args, kwargs = sample
    return [made(a) for a in args], kwargs


def direction(value: Any, rng: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [direction(v, rng) for v in value]
    if np.iscomplexobj(value):
        return direction(np.real(value), rng) + 1j * direction(np.imag(value), rng)
    return np.asarray(rng.uniform(0.5, 1.5, np.shape(value)) * rng.choice([-1, 1], np.shape(value)))


def moved(value: Any, by: Any, h: float) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(moved(v, d, h) for v, d in zip(value, by, strict=True))
    if isinstance(value, np.ndarray):
        return value + h * by.astype(value.dtype)
    return type(value)(value + h * by[()])


def inner(a: Any, b: Any) -> float:
    """The scalar product of two trees of one structure, of complex numbers its real part; None and
    missing values count as zeros."""
    if a is None or b is None:
        return 0.0
    assert isinstance(a, (list, tuple)) == isinstance(b, (list, tuple)), f"a {type(a)} for a {type(b)}"
    if isinstance(a, (list, tuple)):
        return sum(inner(p, q) for p, q in zip(a, b, strict=True))
    assert np.shape(a) == np.shape(b), f"a cotangent of shape {np.shape(a)} for an argument of shape {np.shape(b)}"
    with np.errstate(invalid="ignore"):
        return float(np.sum(np.asarray(a) * b).real)


def difference(f: Callable[[float], float], h: float) -> float:
    """The 5-point difference of f at 0."""
    return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h)


def is_short(value: Any) -> bool:
    """Whether a number or an array is in single precision."""
    return np.asarray(value).dtype in (np.float32, np.complex64)


def tolerance(result: Any) -> tuple[float, float]:
    """The step and the tolerance that the result's precision allows."""
    items = result if isinstance(result, (tuple, list)) else [result]
    return (1e-2, 2e-3) if any(map(is_short, items)) else (1e-4, 1e-7)


def close(made: float, expected: float, scale: float, tol: float) -> bool:
    return abs(made - expected) <= tol * max(1.0, scale)


class Program:
    """One call of a primitive as the source of a function of its array arguments and weights.

    What is static (numbers of axes, None, strings) stands in the text; the rest are parameters. The
    function is the weighted sum of the result, or where it is `curved` of a function of that: then
    the second derivative of what is linear is not zero.
    """

    def __init__(self, primitive: Any, sample: Any, runtime_options: bool = False, curved: bool = False) -> None:
        args, kwargs = sample
        self.values: list[Any] = []
        self.names: list[str] = []
        self.namespace: dict[str, Any] = {"np": np, "math": math, "operator": operator, "inf": np.inf, "nan": np.nan}
        rule = RULES[primitive]
        parts = [self.part(a) for a in args]
        options = [f"{k}={self.part(v, runtime_options)}" for k, v in kwargs.items()]
        active = parts if rule.variadic else parts[: len(rule.arguments)]
        active += [o.split("=")[1] for o in options if o.split("=")[0] in rule.arguments]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.result = call_primitive(primitive, args, kwargs)
        if isinstance(primitive, Attribute):
            text = f"{parts[0]}.{primitive.name}"
        elif isinstance(primitive, Method):
            text = f"{parts[0]}.{primitive.name}({', '.join(parts[1:] + options)})"
        else:
            name = spelling(primitive)
            if ":" in name:
                name = name.split(":")[1]
                self.namespace[name] = primitive
            text = f"{name}({', '.join(parts + options)})"
        rng = np.random.default_rng(3)
        items = self.result if isinstance(self.result, (tuple, list)) else [self.result]
        self.weights = [np.asarray(rng.uniform(0.5, 1.5, np.shape(i))) for i in items]
        self.weights = [w if w.ndim else float(w) for w in self.weights]
        if any(map(is_short, items)):
            self.weights = [np.float32(w) for w in self.weights]
        names = [f"w{i}" for i in range(len(items))]
        tupled = isinstance(self.result, (tuple, list))
        form = "np.sum({} * r{} ** 2)" if curved and not any(map(np.iscomplexobj, items)) else "np.sum({} * r{})"
        sums = [form.format(w, [i] if tupled else "") for i, w in enumerate(names)]
        total = " + ".join(sums)
        total = f"np.real({total})" if any(map(np.iscomplexobj, items)) else total
        self.text = f"def program({', '.join([*self.names, *names])}):\n    r = {text}\n    return {total}\n"
        self.positions = tuple(i for i, name in enumerate(self.names) if is_float(self.values[i]) and name in active)
        self.args = (*self.values, *self.weights)

    def part(self, value: Any, as_parameter: bool = False) -> str:
        plain = value is None or isinstance(value, (str, bool, int, slice))
        plain = plain or (isinstance(value, (tuple, list)) and not is_float(value) and all(map(is_plain, value)))
        plain = plain or (isinstance(value, float) and math.isinf(value))
        if plain and not as_parameter:
            return repr(value)
        self.names.append(f"x{len(self.names)}")
        self.values.append(value)
        return self.names[-1]

    def function(self) -> Any:
        file = f"<rule test {next(COUNTER)}>"
        linecache.cache[file] = (len(self.text), None, self.text.splitlines(True), file)
        exec(compile(self.text, file, "exec"), self.namespace)
        return self.namespace["program"]


def is_plain(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, bool, int, slice))


def call_primitive(primitive: Any, args: Any, kwargs: Any) -> Any:
    if isinstance(primitive, Attribute):
        return getattr(args[0], primitive.name)
    if isinstance(primitive, Method):
        return getattr(args[0], primitive.name)(*args[1:], **kwargs)
    return primitive(*args, **kwargs)


# -------------------------------------------------------------------------- the rule by itself


def bind(rule: Rule, args: Any, kwargs: Any) -> tuple[list[Any], dict[str, Any]]:
    """A call's array arguments and options, as the compiler tells them apart."""
    if rule.variadic:
        return list(args), dict(kwargs)
    named: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for name, value in zip(rule.places, args, strict=False):
        (named if name in rule.arguments else options)[name] = value
    for key, value in kwargs.items():
        name = rule.spelled.get(key, key)
        (named if name in rule.arguments else options)[name] = value
    return [named.get(a) for a in rule.arguments], options


def apply(rule: Rule, result: Any, arrays: Any, bar: Any, options: Any) -> list[Any]:
    """The cotangents that a rule gives when it is called as plain Python."""
    assert rule.function is not None
    with np.errstate(all="ignore"):  # of what is not needed as well
        if rule.kind == "partials":
            parts = rule.function(result, *arrays, **options)
            parts = parts if len(arrays) > 1 else (parts,)
            return [unbroadcast(bar * p, a) if is_float(a) else None for p, a in zip(parts, arrays, strict=True)]
        fixed = len(rule.arguments)
        made = rule.function(result, *arrays[:fixed], bar, *arrays[fixed:], **options)
    return list(made) if len(arrays) > 1 or rule.variadic else [made]


def check_by_itself(primitive: Any, rule: Rule, sample: Any) -> None:
    """Compare what a rule gives, called as plain Python, with a difference along one direction."""
    args, kwargs = sample
    arrays, options = bind(rule, args, kwargs)
    rng = np.random.default_rng(5)
    result = call_primitive(primitive, args, kwargs)
    tupled = isinstance(result, (tuple, list))
    whole = direction(list(result), rng) if tupled else direction(result, rng)
    directions = [direction(a, rng) if is_float(a) else None for a in arrays]
    h, tol = tolerance(result)
    for bar in parts_read(whole) if rule.unread and tupled else [whole]:
        bars = type(result)(*bar) if hasattr(result, "_fields") else tuple(bar) if tupled else bar
        cotangents = apply(rule, result, arrays, bars, options)
        made_slope = sum(inner(c, d) for c, d in zip(cotangents, directions, strict=True) if d is not None)
        along = functools.partial(called_along, primitive, rule, sample, arrays, directions, bar=bar)
        expected = difference(along, h)
        assert close(made_slope, expected, abs(expected), tol), f"{made_slope} is not {expected}"


def parts_read(whole: list[Any]) -> list[list[Any]]:
    """A cotangent of several items where some are read, each combination of them; None for the others."""
    chosen = itertools.product((True, False), repeat=len(whole))
    return [[bar if is_read else None for bar, is_read in zip(whole, one, strict=True)] for one in chosen if any(one)]


def check_tangent_by_itself(primitive: Any, rule: Rule, sample: Any) -> None:
    """Compare what a pushforward gives, called as plain Python, with differences along its tangents,
    each argument by itself."""
    args, kwargs = sample
    arrays, options = bind(rule, args, kwargs)
    rng = np.random.default_rng(5)
    result = call_primitive(primitive, args, kwargs)
    bar = direction(list(result) if isinstance(result, (tuple, list)) else result, rng)
    directions = [direction(a, rng) if is_float(a) else None for a in arrays]
    if not any(d is not None for d in directions):
        return
    dots = [a if d is None else as_tangent(a, d) for a, d in zip(arrays, directions, strict=True)]
    assert rule.function is not None
    with np.errstate(all="ignore"):
        made = rule.function(result, *arrays, *dots, **options)
    terms = list(made) if len(arrays) > 1 or rule.variadic else [made]
    h, tol = tolerance(result)
    for i, (term, along) in enumerate(zip(terms, directions, strict=True)):
        if along is None:
            continue
        only = [along if k == i else None for k in range(len(arrays))]
        slope = inner(list(term) if isinstance(term, tuple) else term, bar)
        expected = difference(lambda h, only=only: called_along(primitive, rule, sample, arrays, only, h, bar), h)  # type: ignore[misc]
        assert close(slope, expected, abs(expected), tol), f"argument {i}: {slope} is not {expected}"


def as_tangent(value: Any, along: Any) -> Any:
    """A direction in the form of its argument."""
    if isinstance(value, (list, tuple)):
        return type(value)(as_tangent(v, d) for v, d in zip(value, along, strict=True))
    return along.astype(value.dtype) if isinstance(value, np.ndarray) else type(value)(along)


def called_along(
    primitive: Any, rule: Rule, sample: Any, arrays: Any, directions: Any, h: float, bar: Any
) -> float:
    """What a primitive returns, weighed, with its arguments moved by a step."""
    args, kwargs = sample
    given = [a if d is None else moved(a, d, h) for a, d in zip(arrays, directions, strict=True)]
    changed = dict(zip(rule.arguments, given, strict=False)) if not rule.variadic else {}
    places = zip(rule.places, args, strict=False)
    positional = given if rule.variadic else [changed.get(name, value) for name, value in places]
    named = {k: changed.get(rule.spelled.get(k, k), v) for k, v in kwargs.items()}
    return inner(call_primitive(primitive, positional, named), bar)


def complex_samples(primitive: Any, rule: Rule) -> list[Any]:
    """The samples of a rule for complex numbers, in those, where the primitive takes them."""
    found = []
    for sample in rule.samples() if rule.samples and rule.on_complex else ():
        numbers = in_complex_numbers(sample)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                call_primitive(primitive, *numbers)
        except (TypeError, np.exceptions.ComplexWarning):
            continue
        if "astype" not in spelling(primitive):  # to make complex numbers real is refused
            found.append(numbers)
    return found


DIFFERENTIABLE = {p: r for p, r in RULES.items() if r.kind != "zero"}


def chosen(fits: Callable[[Any, Rule, Any], Any], most: int = 1000) -> list[Any]:
    """The cases for which `fits` is true, as parameters of a test: of each primitive about
    `most`, taken at equal distances from all that fit."""
    cases = []
    for primitive, rule in DIFFERENTIABLE.items():
        samples = enumerate(rule.samples() if rule.samples else [])
        fitting = [(i, sample) for i, sample in samples if fits(primitive, rule, sample)]
        every = max(1, len(fitting) // most)
        cases += [pytest.param(primitive, rule, s, id=f"{spelling(primitive)}-{i}") for i, s in fitting[::every]]
    return cases


def in_programs(primitive: Any) -> bool:
    """Whether a user's program can call it: adcompile's own functions stand in none."""
    return ":" not in spelling(primitive)
