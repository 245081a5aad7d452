"""The types that calls of primitives are compiled with are those of their results."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import RULES, call_primitive, chosen, is_plain, spelling

from adcompile.inference import infer_call
from adcompile.ir.types import (
    SOME_COMPLEX,
    SOME_FLOAT,
    Array,
    Dict,
    List,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    Unknown,
)
from adcompile.rules.registry import Rule
from adcompile.signature import Sizes, type_of_value


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
        elif type_.dtype == SOME_FLOAT:
            assert isinstance(value, (float, np.floating)), f"{type_} for {value!r}"
        elif type_.dtype == SOME_COMPLEX:
            assert isinstance(value, (complex, np.complexfloating)), f"{type_} for {value!r}"
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
    "complex128": lambda a: a * (1 + 0.5j) if isinstance(a, float) else arrays_to(lambda a: a * (1 + 0.5j))(a),
    "complex64": arrays_to(lambda a: (a * (1 + 0.5j)).astype(np.complex64)),
    "0-d": lambda a: np.array(a) if isinstance(a, float) else a,
}


@pytest.mark.parametrize("primitive, rule, sample", chosen(lambda *case: True))
def test_types(primitive: Any, rule: Rule, sample: Any) -> None:
    args, kwargs = sample
    for of_kind in KINDS.values():
        given = [of_kind(a) for a in args]
        check_types(primitive, given, kwargs, known=True)
        check_types(primitive, given, kwargs, known=False)


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
