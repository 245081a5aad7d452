"""Every rule on its samples: by itself, through the compiler, and the types it is compiled with."""

from __future__ import annotations

import builtins
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
from adcompile import check_grads, grad
from adcompile.inference import infer_call
from adcompile.ir.nodes import Attribute, Method
from adcompile.ir.types import Array, Dict, List, Passive, Scalar, Static, Tuple, Type, Unknown
from adcompile.rules.registry import RULES, Rule, rule_for
from adcompile.runtime.broadcasting import unbroadcast
from adcompile.signature import Sizes, type_of_value

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


DIFFERENTIABLE = {p: r for p, r in RULES.items() if r.kind != "zero"}
CASES = [
    pytest.param(primitive, rule, sample, id=f"{spelling(primitive)}-{i}")
    for primitive, rule in DIFFERENTIABLE.items()
    for i, sample in enumerate(rule.samples() if rule.samples else [])
]
# The compiler's own functions stand in no program of a user.
USER_CASES = [c for c in CASES if ":" not in spelling(c.values[0])]


# ---------------------------------------------------------------------------- trees of floats


def is_float(value: Any) -> bool:
    """Whether a value is differentiated: floats, float arrays, lists of them."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(is_float, value))
    return isinstance(value, (float, np.floating)) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def direction(value: Any, rng: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [direction(v, rng) for v in value]
    return np.asarray(rng.uniform(0.5, 1.5, np.shape(value)) * rng.choice([-1, 1], np.shape(value)))


def moved(value: Any, by: Any, h: float) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(moved(v, d, h) for v, d in zip(value, by, strict=True))
    if isinstance(value, np.ndarray):
        return value + h * by.astype(value.dtype)
    return type(value)(value + h * float(by))


def inner(a: Any, b: Any) -> float:
    """The scalar product of two trees; None and missing values count as zeros."""
    if a is None or b is None:
        return 0.0
    if isinstance(a, (list, tuple)):
        return sum(inner(p, q) for p, q in zip(a, b, strict=True))
    a = np.asarray(a)
    if isinstance(b, (list, tuple)):
        return sum(inner(p, q) for p, q in zip(a, b, strict=True))
    assert np.shape(a) == np.shape(b), f"a cotangent of shape {np.shape(a)} for an argument of shape {np.shape(b)}"
    with np.errstate(invalid="ignore"):
        return float(np.sum(a * b))


def difference(f: Callable[[float], float], h: float) -> float:
    """The 5-point difference of f at 0."""
    return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h)


def tolerance(result: Any) -> tuple[float, float]:
    """The step and the tolerance that the result's precision allows."""
    items = result if isinstance(result, (tuple, list)) else [result]
    low = any(np.asarray(i).dtype == np.float32 for i in items)
    return (1e-2, 2e-3) if low else (1e-4, 1e-7)


def close(made: float, expected: float, scale: float, tol: float) -> bool:
    return abs(made - expected) <= tol * max(1.0, scale)


# ------------------------------------------------------------------------------- the program


class Program:
    """One call of a primitive as the source of a function of its array arguments and weights.

    What is static (numbers of axes, None, strings) stands in the text; the rest are parameters.
    """

    def __init__(self, primitive: Any, sample: Any, runtime_options: bool = False) -> None:
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
        if any(np.asarray(i).dtype == np.float32 for i in items):
            self.weights = [np.float32(w) for w in self.weights]
        names = [f"w{i}" for i in range(len(items))]
        tupled = isinstance(self.result, (tuple, list))
        sums = [f"np.sum({w} * r{[i] if tupled else ''})" for i, w in enumerate(names)]
        self.text = (
            f"def program({', '.join([*self.names, *names])}):\n    r = {text}\n    return {' + '.join(sums)}\n"
        )
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


def gradients(function: Any, positions: tuple[int, ...], args: Any) -> tuple[Any, ...]:
    """The gradient by the compiler, as a tuple."""
    return grad(function, positions)(*args)  # type: ignore[no-any-return]


# ------------------------------------------------------------------------------------- tests


@pytest.mark.parametrize("primitive", DIFFERENTIABLE, ids=spelling)
def test_every_rule_has_samples(primitive: Any) -> None:
    samples = DIFFERENTIABLE[primitive].samples
    assert samples is not None and len(samples()) > 0


def bind(rule: Rule, args: Any, kwargs: Any) -> tuple[list[Any], dict[str, Any]]:
    """A call's array arguments and options, as the compiler tells them apart."""
    if rule.variadic:
        return list(args), dict(kwargs)
    count = len(rule.arguments)
    named = dict(zip(rule.arguments, args, strict=False))
    options = dict(zip([name for name, _ in rule.options], args[count:], strict=False))
    for key, value in kwargs.items():
        (named if key in rule.arguments else options)[key] = value
    return [named[a] for a in rule.arguments], options


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
    return list(made) if len(arrays) > 1 else [made]


@pytest.mark.parametrize("primitive, rule, sample", CASES)
def test_rule_by_itself(primitive: Any, rule: Rule, sample: Any) -> None:
    args, kwargs = sample
    arrays, options = bind(rule, args, kwargs)
    rng = np.random.default_rng(5)
    result = call_primitive(primitive, args, kwargs)
    tupled = isinstance(result, (tuple, list))
    bar = direction(list(result), rng) if tupled else direction(result, rng)
    bars = type(result)(*bar) if hasattr(result, "_fields") else tuple(bar) if tupled else bar
    directions = [direction(a, rng) if is_float(a) else None for a in arrays]
    cotangents = apply(rule, result, arrays, bars, options)
    made_slope = sum(inner(c, d) for c, d in zip(cotangents, directions, strict=True) if d is not None)

    def along(h: float) -> float:
        given = [a if d is None else moved(a, d, h) for a, d in zip(arrays, directions, strict=True)]
        count = len(args)
        changed = dict(zip(rule.arguments, given, strict=False)) if not rule.variadic else {}
        positional = [*given[: min(count, len(given))], *args[len(given) :]]
        named = {k: changed.get(k, v) for k, v in kwargs.items()}
        return inner(call_primitive(primitive, positional, named), bar)

    h, tol = tolerance(result)
    expected = difference(along, h)
    assert close(made_slope, expected, abs(expected), tol), f"{made_slope} is not {expected}"


def check_compiled(program: Program) -> None:
    f = program.function()
    if not program.positions:
        pytest.skip("nothing to differentiate")
    rng = np.random.default_rng(7)
    for position, gradient in zip(program.positions, gradients(f, program.positions, program.args), strict=True):
        by = direction(program.args[position], rng)

        def along(h: float, position: int = position, by: Any = by) -> float:
            args = list(program.args)
            args[position] = moved(args[position], by, h)
            return float(f(*args))

        h, tol = tolerance(program.result)
        made, expected = inner(gradient, by), difference(along, h)
        assert close(made, expected, abs(expected), tol), f"argument {position}: {made} is not {expected}"


@pytest.mark.parametrize("primitive, rule, sample", USER_CASES)
def test_rule_compiled(primitive: Any, rule: Rule, sample: Any) -> None:
    check_compiled(Program(primitive, sample))


WITH_OPTIONS = [c for c in USER_CASES if c.values[2][1]]


@pytest.mark.parametrize("primitive, rule, sample", WITH_OPTIONS)
def test_rule_compiled_with_options_known_at_run_time(primitive: Any, rule: Rule, sample: Any) -> None:
    check_compiled(Program(primitive, sample, runtime_options=True))


@pytest.mark.parametrize("primitive, rule, sample", USER_CASES)
def test_gradient_of_float32(primitive: Any, rule: Rule, sample: Any) -> None:
    args, kwargs = sample
    low = [a.astype(np.float32) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a for a in args]
    if all(a is b for a, b in zip(low, args, strict=True)):
        pytest.skip("no arrays")
    program = Program(primitive, (low, kwargs))
    if not program.positions:
        pytest.skip("nothing to differentiate")
    made = gradients(program.function(), program.positions, program.args)
    for position, gradient in zip(program.positions, made, strict=True):
        x = program.args[position]
        if isinstance(x, np.ndarray) and x.ndim:
            assert gradient.dtype == x.dtype
            assert gradient.shape == x.shape


@pytest.mark.parametrize("primitive, rule, sample", USER_CASES)
def test_second_order(primitive: Any, rule: Rule, sample: Any) -> None:
    program = Program(primitive, sample)
    wrt = tuple(i for i in program.positions if isinstance(program.args[i], (float, np.ndarray)))
    if not wrt or tolerance(program.result)[0] > 1e-3:
        pytest.skip("nothing to differentiate in double precision")
    check_grads(program.function(), program.args, wrt, order=2, rtol=1e-5, atol=1e-5)


# ------------------------------------------------------------------------------------- types


def agree(type_: Type, value: Any, names: dict[Any, int]) -> None:
    """Assert that a value is of an inferred type."""
    if isinstance(type_, Unknown):
        return
    if isinstance(type_, Tuple):
        assert isinstance(value, tuple) and len(value) == len(type_.items), f"{type_} for {value!r}"
        for t, v in zip(type_.items, value, strict=True):
            agree(t, v, names)
    elif isinstance(type_, List):
        assert isinstance(value, list), f"{type_} for {value!r}"
        for v in value:
            agree(type_.item, v, names)
    elif isinstance(type_, Scalar):
        assert not isinstance(value, np.ndarray), f"{type_} for {value!r}"
        if type_.dtype in ("int", "float", "complex"):
            assert type(value).__name__ == type_.dtype, f"{type_} for {value!r}"
        elif type_.dtype != "?":
            assert np.asarray(value).dtype.name == type_.dtype, f"{type_} for {value!r}"
            assert type_.dtype == "bool" or isinstance(value, np.generic), f"{type_} for {value!r}"
        if isinstance(type_.value, int):
            assert value == type_.value
        elif type_.value is not None:
            assert value == evaluate(type_.value, names, value)
    elif isinstance(type_, Array):
        assert isinstance(value, np.ndarray), f"{type_} for {value!r}"
        assert type_.dtype in ("?", value.dtype.name), f"{type_} for {value.dtype}"
        if type_.shape is not None:
            assert len(type_.shape) == value.ndim, f"{type_} for shape {value.shape}"
            for dim, size in zip(type_.shape, value.shape, strict=True):
                assert evaluate(dim, names, size) == size, f"{type_} for shape {value.shape}"
    elif isinstance(type_, Static):
        assert value is type_.value or value == type_.value
    else:
        assert isinstance(type_, (Passive, Dict))


def evaluate(dim: Any, names: dict[Any, int], actual: int) -> int:
    """The size that a dim says, where all its symbols are those of the arguments."""
    if isinstance(dim, int):
        return dim
    if any(s not in names for s, _ in dim.terms):
        return actual
    return int(dim.const + sum(c * names[s] for s, c in dim.terms))


def static_type(value: Any, sizes: Sizes) -> Type:
    """The type of a constant in the text, or of an argument."""
    if isinstance(value, (bool, int)):
        return Scalar(type(value).__name__, value)
    if isinstance(value, tuple) and is_plain(value):
        return Tuple(tuple(static_type(v, sizes) for v in value))
    return type_of_value(value, "", sizes)


def learn(type_: Type, value: Any, names: dict[Any, int]) -> None:
    if isinstance(type_, Array):
        for dim, size in zip(type_.shape or (), value.shape, strict=True):
            if not isinstance(dim, int):
                names[dim.terms[0][0]] = size


def check_types(primitive: Any, args: Any, kwargs: Any, known: bool) -> None:
    sizes, names = Sizes(), {}
    of = static_type if known else lambda v, s: type_of_value(v, "", s)
    types = [of(a, sizes) for a in args]
    options: dict[str | None, Type] = {k: of(a, sizes) for k, a in kwargs.items()}
    for t, v in [*zip(types, args, strict=True), *((options[k], v) for k, v in kwargs.items())]:
        learn(t, v, names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value = call_primitive(primitive, args, kwargs)
        except (TypeError, ValueError, OverflowError, np.linalg.LinAlgError):
            return
    agree(infer_call(primitive, types, options), value, names)


def arrays_to(convert: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda a: convert(np.nan_to_num(a)) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a


KINDS = {
    "float64": lambda a: a,
    "float32": arrays_to(lambda a: a.astype(np.float32)),
    "int": arrays_to(lambda a: a.astype(int)),
    "uint8": arrays_to(lambda a: np.abs(a).astype(np.uint8)),
    "bool": arrays_to(lambda a: a > 0),
    "numpy scalars": lambda a: np.float32(a) if isinstance(a, float) else np.int64(a) if type(a) is int else a,
    "python scalars": lambda a: 2 if isinstance(a, float) else a,
    "0-d": lambda a: np.array(a) if isinstance(a, float) else a,
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("primitive, rule, sample", CASES)
def test_types(primitive: Any, rule: Rule, sample: Any, kind: str) -> None:
    args, kwargs = sample
    args = [KINDS[kind](a) for a in args]
    check_types(primitive, args, kwargs, known=True)
    check_types(primitive, args, kwargs, known=False)


X = np.array([[1.5, -0.5, 0.0], [2.0, 3.0, -1.0]])
ONE = [(X,), (1.5,), (X.astype(np.float32),), (2,), (np.array(2.0),)]
TWO = [(X, X), (X, 1.5), (2, 3), (X[0] > 0, X > 0), (np.float32(1), X)]
ALONG = [(X,), (X, 0), (X, None), (X, (0, 1)), (1.5,)]
PASSIVE: dict[Any, list[Any]] = {
    **{f: ONE for f in RULES if isinstance(f, np.ufunc) and f.nin == 1},
    **{f: TWO for f in RULES if isinstance(f, np.ufunc) and f.nin == 2},
    **{f: [*ONE, (X[0],), ([1.0, 2.0],)] for f in (np.shape, np.ndim, np.size, len, bool, int)},
    **dict.fromkeys((np.any, np.all, np.argmax, np.argmin, np.count_nonzero), ALONG),
    **dict.fromkeys((np.argsort, np.argmax, np.nonzero, np.flatnonzero, np.argwhere), ALONG[:3]),
    **dict.fromkeys((np.isreal, np.round, np.fix, np.zeros_like, np.ones_like), ONE),
    **{f: [(X, X), (1.5, X), (1.5, 1.5)] for f in (np.isclose, np.allclose, np.array_equal)},
    **{f: [(np.arange(3.0), X), (np.arange(3.0), 1.5)] for f in (np.searchsorted,)},
    **{f: [(1.5,), (2,), (np.float64(1.5),)] for f in (math.floor, math.ceil, math.trunc, math.isnan, round)},
    np.where: [(X > 0,), (X > 0, X, 1), (X[0] > 0, 1, 2), (True, 1.5, 2.0), (X > 0, X.astype(np.float32), 0)],
}
PASSIVE_CASES = [pytest.param(f, a, id=f"{spelling(f)}-{i}") for f, v in PASSIVE.items() for i, a in enumerate(v)]


@pytest.mark.parametrize("f, args", PASSIVE_CASES)
def test_types_of_what_has_no_derivative(f: Any, args: Any) -> None:
    check_types(f, args, {}, known=True)
    check_types(f, args, {}, known=False)


# ------------------------------------------------------------------------------------- kinks


def at(f: Any, *args: Any) -> Any:
    """The gradients of sum(f) by a rule itself."""
    rule = rule_for(f)
    assert rule is not None and rule.function is not None
    with np.errstate(all="raise"):
        r = f(*args)
    bar = np.ones(np.shape(r))
    if rule.kind == "partials":
        parts = rule.function(r, *args)
        return [p * bar for p in (parts if len(args) > 1 else (parts,))]
    made = rule.function(r, *args, bar)
    return made if len(args) > 1 else [made]


def test_ties_are_split() -> None:
    x = np.array([1.0, 2.0])
    for f in (np.maximum, np.minimum, np.fmax, np.fmin):
        assert [g.tolist() for g in at(f, x, x)] == [[0.5, 0.5], [0.5, 0.5]]
    assert at(np.max, np.array([1.0, 3.0, 3.0]))[0].tolist() == [0, 0.5, 0.5]
    assert at(np.absolute, np.array([0.0, -1.0]))[0].tolist() == [0, -1]


def test_no_nan_at_zero() -> None:
    zero = np.array([0.0, 0.0])
    assert at(np.linalg.norm, zero)[0].tolist() == [0, 0]
    assert at(np.std, zero)[0].tolist() == [0, 0]
    assert at(np.power, zero, np.array([0.0, 2.0]))[0].tolist() == [0, 0]
    assert at(np.power, zero, np.array([0.0, 2.0]))[1].tolist() == [0, 0]
    assert at(np.hypot, zero, zero)[0].tolist() == [0, 0]
    assert at(np.sinc, zero)[0].tolist() == [0, 0]
    assert at(np.logaddexp, np.array([-np.inf]), np.array([-np.inf]))[0].tolist() == [0]


def test_fmax_prefers_numbers() -> None:
    x, y = np.array([1.0, np.nan]), np.array([np.nan, 2.0])
    assert [g.tolist() for g in at(np.fmax, x, y)] == [[1, 0], [0, 1]]


def test_clip_shares_the_cotangent_out() -> None:
    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0])
    a, low, high = at(np.clip, x, 0.0, 1.0)
    assert a.tolist() == [0, 1, 1, 1, 0]
    assert (low, high) == (1, 1)
    a, low, high = at(np.clip, x, 1.0, 1.0)
    assert a.sum() + low + high >= 5


def test_sinc_near_zero_is_accurate() -> None:
    for x in (1e-12, 1e-8, 1e-5, 3e-4, 1e-3):
        assert math.isclose(at(np.sinc, x)[0], -(math.pi**2) * x / 3 * (1 - math.pi**2 * x**2 / 10), rel_tol=1e-6)
