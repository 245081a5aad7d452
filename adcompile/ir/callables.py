"""Which NumPy function a piece of syntax means: operators, methods and attributes of arrays.

A rule, and an inference of types, is written once, for the canonical function: `a * b`,
`np.multiply(a, b)` and `a.__mul__(b)` are one primitive, and so are `x.sum(axis=0)` and
`np.sum(x, axis=0)`. The emitted code keeps the user's spelling.
"""

from __future__ import annotations

import builtins
import cmath
import math
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.ir.nodes import Atom, Attribute, Augmented, Call, Const, Method, Star, Syntax, Through
from adcompile.ir.types import UNKNOWN, Array, List, Tuple, Type
from adcompile.runtime import updates

OPERATORS: dict[Any, Callable[..., Any]] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.divide,
    operator.floordiv: np.floor_divide,
    operator.mod: np.remainder,
    operator.pow: np.power,
    operator.matmul: np.matmul,
    operator.neg: np.negative,
    operator.pos: np.positive,
    operator.lt: np.less,
    operator.le: np.less_equal,
    operator.gt: np.greater,
    operator.ge: np.greater_equal,
    operator.eq: np.equal,
    operator.ne: np.not_equal,
    operator.and_: np.bitwise_and,
    operator.or_: np.bitwise_or,
    operator.xor: np.bitwise_xor,
    operator.invert: np.invert,
    operator.lshift: np.left_shift,
    operator.rshift: np.right_shift,
    builtins.abs: np.absolute,
    builtins.pow: np.power,
    builtins.round: np.round,
}
# `a += b` makes the value of `a + b`, in the memory of `a` where `a` is an array.
IN_PLACE: dict[Any, Callable[..., Any]] = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
    operator.ifloordiv: operator.floordiv,
    operator.imod: operator.mod,
    operator.ipow: operator.pow,
    operator.imatmul: operator.matmul,
    operator.iand: operator.and_,
    operator.ior: operator.or_,
    operator.ixor: operator.xor,
    operator.ilshift: operator.lshift,
    operator.irshift: operator.rshift,
}
JOINING = (operator.add, operator.mul)  # of lists and tuples
COMPARISONS = frozenset([operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge])
# Calls whose result is their first argument, changed.
UPDATES = frozenset(
    [
        updates.update,
        updates.become,
        updates.increment,
        updates.add_at,
        updates.append,
        updates.extend,
        updates.merge,
        updates.without_last,
        updates.write_back,
        updates.write_back_items,
    ]
)
MATH: dict[Any, Callable[..., Any]] = {
    math.fabs: np.absolute,
    math.pow: np.power,
    math.fmod: np.fmod,
    math.ceil: np.ceil,
    math.floor: np.floor,
    math.trunc: np.trunc,
    math.asin: np.arcsin,
    math.acos: np.arccos,
    math.atan: np.arctan,
    math.atan2: np.arctan2,
    math.asinh: np.arcsinh,
    math.acosh: np.arccosh,
    math.atanh: np.arctanh,
    math.isnan: np.isnan,
    math.isinf: np.isinf,
    math.isfinite: np.isfinite,
    **{
        getattr(math, name): getattr(np, name)
        for name in (
            *("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "expm1", "log", "log10", "log1p", "log2"),
            *("sqrt", "degrees", "radians", "copysign"),
        )
    },
    **{getattr(math, name): getattr(np, name) for name in ("exp2", "cbrt") if hasattr(math, name)},
}
CMATH: dict[Any, Callable[..., Any]] = {
    cmath.asin: np.arcsin,
    cmath.acos: np.arccos,
    cmath.atan: np.arctan,
    cmath.asinh: np.arcsinh,
    cmath.acosh: np.arccosh,
    cmath.atanh: np.arctanh,
    cmath.phase: np.angle,
    cmath.isnan: np.isnan,
    cmath.isinf: np.isinf,
    cmath.isfinite: np.isfinite,
    **{
        getattr(cmath, name): getattr(np, name)
        for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "log10", "sqrt")
    },
}
FROM_MATH = {numpy_function: function for function, numpy_function in reversed(MATH.items())}

FLAT = Attribute("flat")
# Other names of one function.
SYNONYMS: dict[Any, Callable[..., Any]] = {
    np.amax: np.max,
    np.amin: np.min,
    np.around: np.round,
    np.linalg.matmul: np.matmul,
    np.linalg.outer: np.outer,
    np.linalg.tensordot: np.tensordot,
    np.linalg.matrix_transpose: np.matrix_transpose,
}

METHODS: dict[str, Callable[..., Any]] = {
    name: getattr(np, name)
    for name in (
        *("sum", "prod", "mean", "std", "var", "max", "min", "ptp", "cumsum", "cumprod", "trace", "diagonal", "dot"),
        *("clip", "repeat", "reshape", "ravel", "squeeze", "swapaxes", "transpose", "take", "choose"),
        *("copy", "argmax", "argmin", "argsort", "argpartition", "nonzero", "searchsorted", "any", "all", "round"),
    )
}
METHODS |= {"flatten": np.ravel, "conj": np.conjugate, "conjugate": np.conjugate}
# Methods of containers, arrays, text and numbers that do nothing but compute.
PURE_METHODS = frozenset(
    (
        *("items", "values", "keys", "get", "index", "count", "copy", "item", "tolist", "astype", "nonzero", "tobytes"),
        *("format", "join", "split", "strip", "startswith", "endswith", "lower", "upper", "replace"),
        *("bit_length", "is_integer", "hex"),
    )
)
ATTRIBUTES: dict[str, Callable[..., Any]] = {
    "T": np.transpose,
    "mT": np.matrix_transpose,
    "shape": np.shape,
    "ndim": np.ndim,
    "size": np.size,
    "real": np.real,
    "imag": np.imag,
    "flat": np.ravel,
}

# Where NumPy's functions and methods take the array that they write to, if it is not named `out`.
OUT_PLACES: dict[Any, int] = {
    **dict.fromkeys((np.fix, np.isposinf, np.isneginf), 1),
    **dict.fromkeys((np.dot, np.outer, np.round, np.concatenate, np.stack, np.choose), 2),
    **dict.fromkeys((np.max, np.min, np.ptp, np.nanmax, np.nanmin, np.argmax, np.argmin, np.any, np.all), 2),
    **dict.fromkeys((np.median, np.nanmedian, np.nanargmax, np.nanargmin), 2),
    **dict.fromkeys((np.sum, np.prod, np.mean, np.std, np.var, np.cumsum, np.cumprod), 3),
    **dict.fromkeys((np.nansum, np.nanprod, np.nanmean, np.nanstd, np.nanvar, np.nancumsum, np.nancumprod), 3),
    **dict.fromkeys((np.percentile, np.nanpercentile, np.quantile, np.nanquantile), 3),
    **dict.fromkeys((np.clip, np.take, np.compress), 3),
    np.trace: 5,
}


MEANT = {**SYNONYMS, **MATH, **CMATH, **OPERATORS, **{fn: OPERATORS[plain] for fn, plain in IN_PLACE.items()}}
CHANGING = UPDATES | IN_PLACE.keys()


def public_module(value: Any, name: str) -> str | None:
    """The module that a function or class is imported from: not `scipy.optimize._root`, where
    `scipy.optimize` has it too."""
    module = getattr(value, "__module__", None)
    parts = (module or "").split(".")
    private = next((i for i, part in enumerate(parts) if i and part.startswith("_")), None)
    if private is not None:
        public = ".".join(parts[:private])
        if getattr(sys.modules.get(public), name, None) is value:
            return public
    return module


def canonical(fn: Any) -> Any:
    """The NumPy function that a callable means when it is applied to arrays or numbers; the
    callable itself where there is none."""
    if isinstance(fn, Method):
        return METHODS.get(fn.name, fn)
    if isinstance(fn, Attribute):
        return ATTRIBUTES.get(fn.name, fn)
    try:
        return MEANT.get(fn, fn)
    except TypeError:  # an unhashable callable of the user's
        return fn


def out_place(fn: Any) -> int | None:
    """Behind how many arguments a call of NumPy's takes arrays that it writes to; None where it does not."""
    if isinstance(fn, np.ufunc):
        return fn.nin
    try:
        return OUT_PLACES.get(canonical(fn))
    except TypeError:  # an unhashable callable of the user's
        return None


def outs_of(call: Call) -> list[Atom]:
    """The arrays that a call of NumPy's is given to write its results to, `out=` or by their places;
    and what `np.nan_to_num` is not to copy."""
    place = out_place(call.fn)
    given: list[Atom | Star] = [a for key, a in call.kwargs if key == "out"]
    if place is not None and not any(isinstance(a, Star) for a in call.args):
        given += call.args[place : None if isinstance(call.fn, np.ufunc) else place + 1]
    if call.fn is np.nan_to_num:
        copied = next((a for key, a in call.kwargs if key == "copy"), call.args[1] if len(call.args) > 1 else None)
        if copied is not None and not (isinstance(copied, Const) and copied.value is True):
            given += call.operands[:1]
    return [a for a in given if not isinstance(a, Star) and not (isinstance(a, Const) and a.value is None)]


def is_update(call: Call) -> bool:
    """Whether a call makes a changed copy of its first operand."""
    fn: Any = call.fn
    if isinstance(fn, (Syntax, type)):
        return False
    return isinstance(fn, (Through, Augmented)) or fn in CHANGING


def is_cmath(fn: Any) -> bool:
    """Whether a callable is of the `cmath` module: it makes Python's complex numbers of any number."""
    return getattr(fn, "__module__", None) == "cmath"


def is_math(fn: Any) -> bool:
    """Whether a callable is of the `math` module: it works on Python floats only."""
    return getattr(fn, "__module__", None) == "math"


def joins(fn: Any, *operands: Type) -> bool:
    """Whether a call of `+` or `*` joins or repeats a list or tuple. With an array it computes."""
    is_operator = not isinstance(fn, (type, Method, Attribute, Syntax)) and IN_PLACE.get(fn, fn) in JOINING
    left, right = operands[:2] if is_operator else (UNKNOWN, UNKNOWN)
    return isinstance(left, (List, Tuple)) and not isinstance(right, Array)
