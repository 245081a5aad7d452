"""Types of elementwise functions: broadcast shapes, dtypes by NumPy's own promotion."""

from __future__ import annotations

import builtins
import cmath
import math
import operator
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from adcompile.inference.registry import ELEMENTWISE, TRANSFERS, is_known_number, transfer, unknown_size
from adcompile.ir.callables import COMPARISONS, IN_PLACE, OPERATORS, canonical
from adcompile.ir.dims import Dim, add_dims, is_one, scale_dim, symbol
from adcompile.ir.nodes import Method
from adcompile.ir.types import (
    BOOL,
    FLOAT,
    INT,
    PYTHON_NUMBERS,
    SOME_COMPLEX,
    SOME_FLOAT,
    SOME_INT,
    UNKNOWN,
    VAGUE,
    Array,
    Scalar,
    Static,
    Tuple,
    Type,
    is_none,
    kind_of,
    real_dtype,
)

CONJUGATES = (Method("conj"), Method("conjugate"))  # of real numbers the array itself
CONDITIONS = frozenset(
    {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal, np.logical_and, np.logical_or}
    | {np.logical_not, np.logical_xor, np.isnan, np.isfinite, np.isinf, np.signbit}
)
NUMBER_OF: dict[str, Any] = {"int": 1, "float": 1.0, "complex": 1j}  # what stands for a Python number in promotion
PYTHON_OPERATORS = frozenset([*OPERATORS, *IN_PLACE])
# What stands for a number of a precision that is not known: beside double precision it makes no difference.
LIKELY = {SOME_INT: "int64", SOME_FLOAT: "float64", SOME_COMPLEX: "complex128"}
OF_INTS = (np.add, np.subtract, np.multiply, np.negative, np.absolute, np.maximum, np.minimum)  # ints, of ints
WEAK = {"bool": np.dtype(bool), "int": int, "float": float, "complex": complex}


def shape_of(type_: Type) -> tuple[Dim, ...] | None:
    """The shape of a number or array; None where it is not known."""
    if isinstance(type_, Scalar):
        return ()
    return type_.shape if isinstance(type_, Array) else None


def broadcast(shapes: Sequence[tuple[Dim, ...] | None]) -> tuple[Dim, ...] | None:
    """The shape to which shapes broadcast; None where the rank is not known."""
    known = [s for s in shapes if s]
    if None in shapes:
        return None
    if all(s == known[0] for s in known[1:]):
        return known[0] if known else ()
    rank = max((len(s) for s in known), default=0)
    return tuple(
        broadcast_dims([s[axis - rank + len(s)] for s in known if axis - rank + len(s) >= 0]) for axis in range(rank)
    )


def broadcast_dims(dims: Sequence[Dim]) -> Dim:
    """The size to which sizes along one axis broadcast."""
    result: Dim = 1
    for dim in dims:
        if dim == result or is_one(dim):
            continue
        if is_one(result) or (is_one(result) is None and is_one(dim) is False):
            result = dim
        elif is_one(result) is None and is_one(dim) is None:
            result = symbol(("broadcast", str(result), str(dim)))
    return result


@lru_cache(maxsize=4096)
def _ufunc_dtype(ufunc: Any, dtypes: tuple[str, ...], explicit: str | None) -> str:
    if explicit is not None:
        return explicit
    given = tuple(WEAK[d] if d in WEAK else np.dtype(d) for d in dtypes)
    if all(d in PYTHON_NUMBERS for d in dtypes):
        given = tuple(np.dtype(d) for d in dtypes)
    return str(ufunc.resolve_dtypes((*given, *[None] * ufunc.nout))[ufunc.nin].name)


def _python_dtype(fn: Any, numbers: Sequence[Scalar | Array], dtypes: tuple[str, ...]) -> str | None:
    """The dtype of an operator on Python numbers, which stay Python numbers."""
    if fn not in PYTHON_OPERATORS or any(d not in PYTHON_NUMBERS for d in dtypes):
        return None
    if any(isinstance(t, Array) for t in numbers):
        return None
    fn = IN_PLACE.get(fn, fn)
    if fn in COMPARISONS:
        return "bool"
    if any(t.dtype == "bool" and t.value is None for t in numbers):  # type: ignore[union-attr]
        return vague_dtype(fn, dtypes)  # a comparison of NumPy's numbers gives one of NumPy's bools
    highest = max(dtypes, key=PYTHON_NUMBERS.index)
    if fn is builtins.abs:
        highest = real_dtype(highest)
    if canonical(fn) is np.divide:
        return "float" if highest != "complex" else highest
    if canonical(fn) is np.power and highest == "int":
        return "?"  # 2 ** -1 is a float
    if highest == "bool" and fn not in (operator.and_, operator.or_, operator.xor):
        return "int"
    return highest


def elementwise(fn: Any, ufunc: Any, types: Sequence[Type], options: dict[Any, Type]) -> Type:
    """The type of an elementwise function of numbers and arrays."""
    if options or len(types) > getattr(ufunc, "nin", 9) or getattr(ufunc, "nout", 1) != 1:
        return UNKNOWN
    if getattr(ufunc, "signature", None) is not None:
        return UNKNOWN  # np.vecdot and kin work on vectors
    is_known = all(map(is_known_number, types))
    return _of_known(fn, ufunc, tuple(types)) if is_known else _elementwise(fn, ufunc, types)


@lru_cache(maxsize=4096)
def _of_known(fn: Any, ufunc: Any, types: tuple[Type, ...]) -> Type:
    return _elementwise(fn, ufunc, types)


def _elementwise(fn: Any, ufunc: Any, types: Sequence[Type]) -> Type:
    if fn in IN_PLACE and isinstance(types[0], Array):
        return types[0]  # the array itself, also where it has no axis
    shape = broadcast([shape_of(t) for t in types])
    numbers = [t for t in types if isinstance(t, (Scalar, Array))]
    if not numbers:
        return UNKNOWN
    dtypes = tuple(t.dtype for t in numbers)
    dtype = "?"
    if len(numbers) == len(types) and not {"float64", "complex128"}.isdisjoint(dtypes):
        # A float of a precision that is not known leaves float64 what it is.
        dtypes = tuple(LIKELY.get(d, d) for d in dtypes)
    if len(numbers) == len(types) and "?" not in dtypes:
        vague = not LIKELY.keys().isdisjoint(dtypes)
        dtype = vague_dtype(fn, dtypes) if vague else _python_dtype(fn, numbers, dtypes) or _result_dtype(ufunc, dtypes)
    if ufunc is np.absolute and dtype == SOME_COMPLEX:
        dtype = SOME_FLOAT
    if ufunc in CONDITIONS:
        dtype = "bool"
    if ufunc is np.conjugate and isinstance(fn, Method):
        dtype = dtypes[0]  # of a Python number, one
    of_array = "?" if dtype in VAGUE else dtype
    if shape is None:
        # An unknown operand with an array that has axes gives an array; with another, anything: NumPy
        # makes a number of what it computes from arrays without axes.
        return Array(of_array, None) if any(isinstance(t, Array) and t.shape for t in types) else UNKNOWN
    if shape == () and not (fn in CONJUGATES and isinstance(types[0], Array)):
        return Scalar(dtype, _size(fn, types))
    return Array(of_array, shape)


def vague_dtype(fn: Any, dtypes: Sequence[str]) -> str:
    """The dtype of what is computed of numbers, one of which has a precision that is not known."""
    kinds = {kind_of(d) for d in dtypes}
    if "int" in kinds and kinds <= {"int", "bool"}:
        return SOME_INT if canonical(IN_PLACE.get(fn, fn)) in OF_INTS else "?"
    if "complex" in kinds and kinds <= {"complex", "float", "int", "bool"}:
        return SOME_COMPLEX
    return SOME_FLOAT if "float" in kinds and kinds <= {"float", "int", "bool"} else "?"


def _result_dtype(ufunc: Any, dtypes: tuple[str, ...]) -> str:
    if isinstance(ufunc, np.ufunc):
        return _ufunc_dtype(ufunc, dtypes, None)
    return np.result_type(*[NUMBER_OF.get(d) or np.dtype(d) for d in dtypes]).name


def _size(fn: Any, types: Sequence[Type]) -> Dim | None:
    """Arithmetic on known ints and sizes."""
    values = [t.value if isinstance(t, Scalar) and t.dtype == "int" else None for t in types]
    if len(values) != 2 or values[0] is None or values[1] is None:
        return _negated(fn, values)
    a, b = values[0], values[1]
    if fn in (operator.add, operator.iadd):
        return add_dims(a, b)
    if fn in (operator.sub, operator.isub):
        return add_dims(a, scale_dim(b, -1))
    if fn in (operator.mul, operator.imul) and (isinstance(a, int) or isinstance(b, int)):
        return scale_dim(b, a) if isinstance(a, int) else scale_dim(a, b)  # type: ignore[arg-type]
    return _compared(fn, a, b)


def _negated(fn: Any, values: Sequence[Dim | None]) -> Dim | None:
    if fn is operator.neg and len(values) == 1 and values[0] is not None:
        return scale_dim(values[0], -1)
    return None


def _compared(fn: Any, a: Dim, b: Dim) -> Dim | None:
    if isinstance(a, int) and isinstance(b, int):
        if fn in (operator.floordiv, operator.mod) and b != 0:
            return int(fn(a, b))
    if fn in COMPARISONS:
        answers = {bool(fn(sign, 0)) for sign in _signs(add_dims(a, scale_dim(b, -1)))}
        return answers.pop() if len(answers) == 1 else None
    return None


def _signs(dim: Dim) -> Sequence[int]:
    """The signs that an affine form of sizes can have, by its bounds."""
    least, most = (d if isinstance(d, int) else d.least for d in (dim, scale_dim(dim, -1)))
    low = -1 if least is None or least < 0 else min(least, 1)
    high = 1 if most is None or most < 0 else -min(most, 1)
    return range(low, high + 1)


TRANSFERS[np.ufunc] = elementwise
ELEMENTWISE |= {np.clip, np.round, np.real, np.imag, np.angle, np.nan_to_num, np.sinc, np.fix}
ELEMENTWISE |= {np.isclose, np.isreal, np.iscomplex}


def _made(a: Type, dtype: str | None = None) -> Type:
    """What a NumPy function returns that keeps the shape and the dtype of its argument, with
    NumPy's numbers for numbers."""
    if not isinstance(a, (Scalar, Array)):
        return UNKNOWN
    if dtype is None:
        dtype = np.dtype(a.dtype).name if a.dtype not in VAGUE else a.dtype
    shape = shape_of(a)
    if shape is None:
        return UNKNOWN
    return Array(dtype, shape) if shape else Scalar(dtype)


@transfer(np.nan_to_num)
def nan_to_num(x: Type, copy: Type = BOOL, nan: Type | None = None, posinf: Type = BOOL, neginf: Type = BOOL) -> Type:
    return _made(x)


@transfer(np.round)
def rounded(a: Type, decimals: Type = INT) -> Type:
    return _made(a, None if isinstance(a, (Scalar, Array)) and kind_of(a.dtype) in ("int", "float") else "?")


@transfer(np.fix)
def fix(x: Type) -> Type:
    return _made(x, None if isinstance(x, (Scalar, Array)) and kind_of(x.dtype) == "float" else "?")


@transfer(np.sinc)
def sinc(x: Type) -> Type:
    if isinstance(x, (Scalar, Array)) and kind_of(x.dtype) in ("int", "bool"):
        return _made(x, "float64")
    return _made(x)


@transfer(np.real, np.imag)
def part(val: Type) -> Type:
    """The real or imaginary part: of real numbers, what they are."""
    if isinstance(val, Scalar):
        return Scalar(real_dtype(val.dtype) if kind_of(val.dtype) in ("int", "float", "complex") else "?")
    if isinstance(val, Array):
        return Array(real_dtype(val.dtype), val.shape)
    return UNKNOWN


@transfer(np.angle)
def angle(z: Type, deg: Type = BOOL) -> Type:
    if not isinstance(z, (Scalar, Array)):
        return UNKNOWN
    if isinstance(z, Array) and z.shape == ():
        return UNKNOWN
    known = kind_of(z.dtype) in ("float", "complex") and z.dtype not in VAGUE
    dtype = real_dtype(np.dtype(z.dtype).name) if known else "?"
    return Array(dtype, z.shape) if isinstance(z, Array) else Scalar(dtype)


@transfer(np.isclose)
def isclose(
    a: Type, b: Type, rtol: Type | None = None, atol: Type | None = None, equal_nan: Type | None = None
) -> Type:
    if any(t is not None and shape_of(t) != () for t in (rtol, atol)):
        return UNKNOWN
    shape = broadcast([shape_of(a), shape_of(b)])
    if shape is None:
        return UNKNOWN
    return Array("bool", shape) if shape else BOOL


@transfer(np.isreal, np.iscomplex, np.isposinf, np.isneginf)
def test(x: Type) -> Type:
    return _made(x, "bool")


@transfer(np.allclose, np.array_equal, np.array_equiv)
def one_truth(a: Type, b: Type, *options: Type, **more: Type) -> Type:
    return BOOL


@transfer(np.clip)
def clip(a: Type, a_min: Type | None = None, a_max: Type | None = None) -> Type:
    given = [t for t in (a, a_min, a_max) if t is not None and t != Static(None)]
    if len(given) == 1:
        return _made(a)
    weak = isinstance(a, Scalar) and a.dtype in PYTHON_NUMBERS
    found: Type = Scalar(np.dtype(a.dtype).name) if weak else a  # type: ignore[attr-defined]  # it is made an array first
    for bound in given[1:]:
        found = elementwise(np.maximum, np.maximum, (found, bound), {})
    numbers = [t for t in given if isinstance(t, (Scalar, Array))]
    if any(kind_of(t.dtype) == "bool" for t in numbers) and isinstance(found, (Scalar, Array)):
        return _made(found, "?")
    return found


def _converts_to(name: str) -> Any:
    return lambda x: _made(x, name)


CONVERSIONS = (np.float64, np.float32, np.float16, np.complex128, np.complex64)
TRANSFERS.update({t: _converts_to(np.dtype(t).name) for t in CONVERSIONS})


@transfer(builtins.complex)
def to_complex(*parts: Type, **named: Type) -> Type:
    return Scalar("complex")


@transfer(np.where)
def where(condition: Type, x: Type | None = None, y: Type | None = None) -> Type:
    if x is None or y is None:
        rank = len(shape_of(condition) or ())
        return Tuple((Array("int64", (unknown_size(),)),) * rank) if rank else UNKNOWN
    shape = broadcast([shape_of(t) for t in (condition, x, y)])
    dtype = "?"
    if isinstance(x, (Scalar, Array)) and isinstance(y, (Scalar, Array)) and not {*VAGUE} & {x.dtype, y.dtype}:
        dtype = _result_dtype(np.where, (x.dtype, y.dtype))
    return Array(dtype, shape)


@transfer(operator.not_)
def truth(x: Type) -> Type:
    return BOOL


@transfer(operator.is_)
def is_same(a: Type, b: Type) -> Type:
    same = is_none(a) if is_none(b) else None
    return BOOL if same is None else Scalar("bool", same)


@transfer(operator.is_not)
def is_other(a: Type, b: Type) -> Type:
    same = is_none(a) if is_none(b) else None
    return BOOL if same is None else Scalar("bool", not same)


@transfer(math.floor, math.ceil, math.trunc, math.isqrt)
@transfer(math.comb, math.perm, math.factorial, math.gcd, math.lcm)
def to_int(*x: Type) -> Type:
    return INT


@transfer(cmath.phase)
def to_float(x: Type) -> Type:
    return FLOAT


@transfer(cmath.polar)
def size_and_angle(x: Type) -> Type:
    return Tuple((FLOAT, FLOAT))


@transfer(cmath.isnan, cmath.isinf, cmath.isfinite, cmath.isclose)
@transfer(math.isnan, math.isinf, math.isfinite, math.isclose)
def to_bool(*x: Type, **options: Type) -> Type:
    return BOOL


@transfer(math.prod, math.modf, math.frexp, *([math.sumprod] if hasattr(math, "sumprod") else []))
def not_a_float(*x: Type, **options: Type) -> Type:
    """Of the `math` module, what need not return a float."""
    return UNKNOWN


__all__ = ["broadcast", "elementwise", "kind_of", "shape_of"]
