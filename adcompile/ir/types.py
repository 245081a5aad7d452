"""The lattice of types: what is known of a value before the program runs.

A type is a kind, a dtype and a shape whose dims are ints or affine forms of symbols (`n`,
`n - 1`). `UNKNOWN` is the top: known types make better code, Unknown makes right code.
`NEVER` is the bottom: the type of a value that no path defines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any

import numpy as np

from adcompile.ir.dims import EACH, Affine, Dim, Symbol, symbol


@dataclass(frozen=True, slots=True)
class Type:
    """A point of the lattice."""


@dataclass(frozen=True, slots=True)
class Unknown(Type):
    """Nothing is known: the code must look at run time."""

    def __str__(self) -> str:
        return "?"


@dataclass(frozen=True, slots=True)
class Never(Type):
    """No value: the bottom, for paths on which a name is not bound."""

    def __str__(self) -> str:
        return "never"


@dataclass(frozen=True, slots=True)
class Scalar(Type):
    """A number. `dtype` is a NumPy name ('float64'), a Python name ('float', 'int', 'bool',
    'complex': weak in promotion), 'some int', 'some float', 'some complex', or '?'; `value` is the number if it
    is a known int or bool, or a size as an affine form."""

    dtype: str
    value: Dim | None = None

    def __str__(self) -> str:
        return self.dtype if self.value is None else f"{self.dtype}={self.value}"


@dataclass(frozen=True, slots=True)
class Array(Type):
    """A `numpy.ndarray`: dtype ('?' if unknown) and shape (None if not even the rank is known)."""

    dtype: str
    shape: tuple[Dim, ...] | None

    def __str__(self) -> str:
        return f"{self.dtype}[{'...' if self.shape is None else ', '.join(map(str, self.shape))}]"


@dataclass(frozen=True, slots=True)
class Tuple(Type):
    """A tuple whose length is known; `names` are those of its items, of a result of NumPy's that has some."""

    items: tuple[Type, ...]
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"({', '.join(map(str, self.items))})"


@dataclass(frozen=True, slots=True)
class List(Type):
    """A list; `item` is the join of its elements' types, and `some` says that it certainly has one."""

    item: Type
    some: bool = False

    def __str__(self) -> str:
        return f"list[{self.item}]"


@dataclass(frozen=True, slots=True)
class Dict(Type):
    """A dict whose keys are known."""

    items: tuple[tuple[Any, Type], ...]

    def __str__(self) -> str:
        return "{" + ", ".join(f"{k!r}: {t}" for k, t in self.items) + "}"


@dataclass(frozen=True, slots=True)
class Slice(Type):
    """A slice whose parts have these types."""

    start: Type
    stop: Type
    step: Type

    def __str__(self) -> str:
        return f"{self.start}:{self.stop}:{self.step}"


class Static(Type):
    """A known object that is not a number: None, a string, a function, a module, a slice."""

    __slots__ = ("value",)
    value: Any

    def __init__(self, value: Any) -> None:
        object.__setattr__(self, "value", value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and same_constant(self.value, other.value)

    def __hash__(self) -> int:
        return hash(type(self.value))

    def __str__(self) -> str:
        return f"={getattr(self.value, '__name__', repr(self.value))}"


@dataclass(frozen=True, slots=True)
class Passive(Type):
    """An object that can carry no derivative: a string, a file, a generator of random numbers.
    `kind` is its class, where a method call certainly means the class's method."""

    name: str
    kind: type | None = None

    def __str__(self) -> str:
        return self.name


UNKNOWN = Unknown()
NEVER = Never()
FLOAT = Scalar("float")
INT = Scalar("int")
BOOL = Scalar("bool")
STRING = Passive("str")

SOME_FLOAT = "some float"  # the dtype of a number that is a float, of Python's or of some of NumPy's
SOME_COMPLEX = "some complex"  # the same of a complex number
SOME_INT = "some int"  # and of an int
VAGUE = ("?", SOME_INT, SOME_FLOAT, SOME_COMPLEX)
PYTHON_NUMBERS = ("bool", "int", "float", "complex")
_KINDS = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}


@cache
def kind_of(dtype: str) -> str:
    """'bool', 'int', 'float', 'complex' or '?' of a dtype's name ('other' for strings, objects, ...)."""
    if dtype in PYTHON_NUMBERS or dtype == "?":
        return dtype
    if dtype in VAGUE:
        return dtype.removeprefix("some ")
    return _KINDS.get(np.dtype(dtype).kind, "other")


def is_complex(type_: Type) -> bool:
    """Whether a value is certainly a complex number, or an array of them."""
    return isinstance(type_, (Scalar, Array)) and kind_of(type_.dtype) == "complex"


def holds_complex(type_: Type) -> bool:
    """Whether a value certainly is, or holds, a complex number."""
    if isinstance(type_, (Tuple, List, Dict)):
        return any(map(holds_complex, parts_of(type_)))
    return is_complex(type_)


def parts_of(type_: Tuple | List | Dict) -> tuple[Type, ...]:
    """The types of what a container holds, one for all items of a list."""
    if isinstance(type_, Dict):
        return tuple(item for _, item in type_.items)
    return (type_.item,) if isinstance(type_, List) else type_.items


def is_real(type_: Type) -> bool:
    """Whether a value is certainly a real number, or an array of them."""
    return isinstance(type_, (Scalar, Array)) and kind_of(type_.dtype) in ("bool", "int", "float")


def real_dtype(dtype: str) -> str:
    """The dtype of the parts of a number: float64 for complex128; of a real one its own."""
    if dtype in ("complex", SOME_COMPLEX):
        return "float" if dtype == "complex" else SOME_FLOAT
    return np.empty(0, dtype).real.dtype.name if kind_of(dtype) == "complex" else dtype


def same_constant(a: Any, b: Any) -> bool:
    """Whether two constants are the same to the last bit (0.0 is not -0.0, 1 is not True)."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(map(same_constant, a, b))
    if isinstance(a, slice):
        return same_constant((a.start, a.stop, a.step), (b.start, b.stop, b.step))
    if isinstance(a, (float, complex, np.generic)):
        return repr(a) == repr(b)
    if isinstance(a, (int, str, bytes, np.dtype)):
        return bool(a == b)
    return False


def of_constant(value: Any) -> Type:
    """The type of a constant that stands in the program."""
    if isinstance(value, (bool, int)):
        return Scalar(type(value).__name__, value) if type(value) in (bool, int) else UNKNOWN
    if type(value) in (float, complex):
        return Scalar(type(value).__name__)
    if isinstance(value, np.generic) and value.dtype.kind in _KINDS:
        return Scalar(value.dtype.name)
    if isinstance(value, tuple):
        return Tuple(tuple(of_constant(v) for v in value))
    return Static(value)


def static_value(type_: Type) -> Any:
    """The Python value that a type pins down; raises `NotStatic` if it pins down none."""
    if isinstance(type_, Static):
        return type_.value
    if isinstance(type_, Scalar) and isinstance(type_.value, int):
        return type_.value
    if isinstance(type_, Tuple):
        return tuple(static_value(t) for t in type_.items)
    raise NotStatic(str(type_))


def is_none(type_: Type) -> bool | None:
    """Whether a value is None; None where that is not known."""
    if isinstance(type_, Static):
        return type_.value is None
    return False if isinstance(type_, (Scalar, Array, Tuple, List, Dict)) else None


class NotStatic(Exception):  # noqa: N818  (not a fault: many a type pins down no value)
    """A value that had to be known at compile time is not."""


def may_carry_derivative(type_: Type) -> bool:
    """Whether a value of this type can carry a derivative: floats, complex, and what may hold them."""
    if isinstance(type_, (Scalar, Array)):
        return kind_of(type_.dtype) in ("float", "complex", "?")
    if isinstance(type_, Tuple):
        return any(may_carry_derivative(t) for t in type_.items)
    if isinstance(type_, List):
        return may_carry_derivative(type_.item)
    if isinstance(type_, Dict):
        return any(may_carry_derivative(t) for _, t in type_.items)
    if isinstance(type_, Slice):
        return any(map(may_carry_derivative, (type_.start, type_.stop, type_.step)))
    return isinstance(type_, Unknown)


# ---------------------------------------------------------------------------------------- join


def join(a: Type, b: Type, fresh: Any = None) -> Type:
    """The least type above both. Dims that differ become the symbol `(fresh, axis)`, or make
    the shape unknown where `fresh` is None."""
    if a == b or isinstance(b, Never):
        return a
    if isinstance(a, Never):
        return b
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        if a.dtype == b.dtype:
            return Scalar(a.dtype)
        kinds = {kind_of(a.dtype), kind_of(b.dtype)}
        for kind, some in (("int", SOME_INT), ("float", SOME_FLOAT), ("complex", SOME_COMPLEX)):
            if kinds == {kind}:
                return Scalar(some)
        return Scalar("?") if kinds <= {"float", "complex", "?"} else UNKNOWN
    if isinstance(a, Array) and isinstance(b, Array):
        return Array(a.dtype if a.dtype == b.dtype else "?", _join_shapes(a.shape, b.shape, fresh))
    if isinstance(a, Tuple) and isinstance(b, Tuple) and len(a.items) == len(b.items):
        pairs = enumerate(zip(a.items, b.items, strict=True))
        names = a.names if a.names == b.names else ()
        return Tuple(tuple(join(s, t, fresh and (fresh, i)) for i, (s, t) in pairs), names)
    if isinstance(a, List) and isinstance(b, List):
        item = join(a.item, b.item, fresh and (EACH, fresh))  # one may hold items of many sizes
        return List(item, a.some and b.some)
    if isinstance(a, Dict) and isinstance(b, Dict) and [k for k, _ in a.items] == [k for k, _ in b.items]:
        pairs_ = zip(a.items, b.items, strict=True)
        return Dict(tuple((k, join(s, t, fresh and (fresh, k))) for (k, s), (_, t) in pairs_))
    return UNKNOWN


def _join_shapes(a: tuple[Dim, ...] | None, b: tuple[Dim, ...] | None, fresh: Any) -> tuple[Dim, ...] | None:
    if a is None or b is None or len(a) != len(b):
        return None
    if a == b:
        return a
    if fresh is None:
        return None
    pairs = enumerate(zip(a, b, strict=True))
    return tuple(p if p == q else symbol((fresh, axis), _least(fresh, p, q)) for axis, (p, q) in pairs)


def _least(fresh: Any, *dims: Dim) -> int:
    """A proven lower bound of a new size: what joins the items of a list has one; what changes
    from trip to trip of a loop has none."""
    return min(d if isinstance(d, int) else d.least or 0 for d in dims) if _is_each(fresh) else 0


def join_all(types: Iterable[Type]) -> Type:
    """The join of several types; Never for none."""
    least: Type = NEVER
    return reduce(join, types, least)


def symbols_of(type_: Type) -> set[Symbol]:
    """The symbols that occur in a type."""
    if isinstance(type_, Array):
        return {s for d in type_.shape or () if isinstance(d, Affine) for s, _ in d.terms}
    if isinstance(type_, Scalar):
        return {s for s, _ in type_.value.terms} if isinstance(type_.value, Affine) else set()
    parts: Iterable[Type] = ()
    if isinstance(type_, Tuple):
        parts = type_.items
    elif isinstance(type_, List):
        parts = (type_.item,)
    elif isinstance(type_, Dict):
        parts = (t for _, t in type_.items)
    return {s for part in parts for s in symbols_of(part)}


def _is_each(key: Any) -> bool:
    while isinstance(key, tuple):
        key = key[0]
    return bool(key == EACH)


def one_item(type_: Type, fresh: Any) -> Type:
    """The type of one value, with the sizes that each item of a list has for itself made its
    own: `fresh` names them. Lists in it keep theirs."""
    own = [s for s in symbols_of(type_) if _is_each(s.key)] if not isinstance(type_, List) else []
    if not own:
        return type_
    if isinstance(type_, Array):
        assert type_.shape is not None

        def renamed(d: Dim) -> Dim:
            if isinstance(d, int) or not any(_is_each(s.key) for s, _ in d.terms):
                return d
            terms = ((Symbol((fresh, s.key), s.least) if _is_each(s.key) else s, c) for s, c in d.terms)
            return Affine(tuple(terms), d.const)

        return Array(type_.dtype, tuple(map(renamed, type_.shape)))
    if isinstance(type_, Tuple):
        return Tuple(tuple(one_item(t, (fresh, i)) for i, t in enumerate(type_.items)), type_.names)
    if isinstance(type_, Dict):
        return Dict(tuple((k, one_item(t, (fresh, k))) for k, t in type_.items))
    return UNKNOWN


def forget_symbols(type_: Type, known: Mapping[Symbol, Any] | set[Symbol], fresh: Any) -> Type:
    """The type with every dim that names a symbol outside `known` replaced by a symbol of its own."""
    if symbols_of(type_) <= set(known):
        return type_

    def dim(d: Dim, axis: int) -> Dim:
        inside = isinstance(d, int) or all(s in known for s, _ in d.terms)
        return d if inside else symbol((fresh, axis))

    if isinstance(type_, Array) and type_.shape is not None:
        return Array(type_.dtype, tuple(dim(d, i) for i, d in enumerate(type_.shape)))
    if isinstance(type_, Scalar):
        return Scalar(type_.dtype)
    if isinstance(type_, Tuple):
        return Tuple(tuple(forget_symbols(t, known, (fresh, i)) for i, t in enumerate(type_.items)), type_.names)
    if isinstance(type_, List):
        return List(forget_symbols(type_.item, known, (EACH, fresh)), type_.some)
    if isinstance(type_, Dict):
        return Dict(tuple((k, forget_symbols(t, known, (fresh, k))) for k, t in type_.items))
    return type_
