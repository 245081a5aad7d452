"""Build IR with everything known made use of: types, folding, and one value for one computation.

A `Builder` appends calls to a block. It gives each value its type, computes what is known
at compile time, and returns the existing value where the same pure call was made before in
a scope that dominates this one. All of it is exact: no floating-point operation changes.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from adcompile.analyses.effects import CREATORS, is_pure
from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import Origin
from adcompile.inference.arguments import numpy_dtype
from adcompile.inference.elementwise import shape_of
from adcompile.inference.registry import SITE, infer_call
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import NONE, UNDEFINED, Atom, Attribute, Block, Call, Const, Method, Star, Stmt, Var
from adcompile.ir.types import (
    Affine,
    Array,
    Dict,
    List,
    NotStatic,
    Scalar,
    Static,
    Tuple,
    Type,
    Unknown,
    is_complex,
    is_one,
    is_real,
    kind_of,
    one_item,
    same_constant,
    static_value,
)
from adcompile.rules.registry import STATIC
from adcompile.runtime.broadcasting import match_dtype, unbroadcast
from adcompile.runtime.structures import make_list, make_tuple, unpack

Kwargs = Sequence[tuple[str | None, Atom]]

ARITHMETIC = frozenset(
    [
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.floordiv,
        operator.mod,
        operator.pow,
        operator.neg,
        operator.eq,
        operator.ne,
        operator.lt,
        operator.le,
        operator.gt,
        operator.ge,
    ]
)
FOLDABLE = ARITHMETIC | frozenset(
    [
        operator.not_,
        operator.is_,
        operator.is_not,
        operator.getitem,
        builtins.isinstance,
        builtins.len,
        builtins.tuple,
        builtins.slice,
        builtins.range,
    ]
)
ASKING = frozenset([np.ndim, np.shape, np.size, len])
KINDS = {List: list, Tuple: tuple, Dict: dict, Array: np.ndarray}
DOUBLE = {"float": "float64", "complex": "complex128"}
FOLDED_KINDS = (bool, int, float, complex, str, tuple, type(None), slice, np.dtype, range)


class Builder:
    """Appends statements to `self.stmts`; `types` is shared, and receives every new value."""

    def __init__(self, types: Types, sites: str = "b") -> None:
        self.types = types
        self.stmts: list[Stmt] = []
        self.origin: Origin | None = None
        self.definitions: dict[Var, Call] = {}
        self.real = False  # whether every number whose kind is not known is real
        self._numbers: list[dict[object, tuple[Var, ...]]] = [{}]
        self._sites = (sites, len(types))  # no two builders give a size the same symbol
        self._made = 0

    # ---------------------------------------------------------------------------------- scopes

    @contextmanager
    def nested(self, stmts: list[Stmt] | None = None) -> Iterator[list[Stmt]]:
        """Build the statements of an inner block, or more of them; yields their list."""
        outer, self.stmts = self.stmts, [] if stmts is None else stmts
        self._numbers.append({})
        try:
            yield self.stmts
        finally:
            self.stmts = outer
            self._numbers.pop()

    def block(self, stmts: Sequence[Stmt], yields: Sequence[Atom]) -> Block:
        """A block of statements that were built."""
        return Block(tuple(stmts), tuple(yields))

    def emit(self, stmt: Stmt) -> None:
        """Append a statement as it is."""
        self.stmts.append(stmt)

    def type_of(self, atom: Atom) -> Type:
        """The type of an atom."""
        return atom_type(self.types, atom)

    def new(self, name: str, type_: Type) -> Var:
        """A new value that some statement is about to define."""
        var = Var(name, self.origin)
        self.types[var] = type_
        return var

    def definition(self, atom: Atom, fn: Any) -> Call | None:
        """The call that defines an atom, if it is a call of `fn` that this builder made."""
        call = self.definitions.get(atom) if isinstance(atom, Var) else None
        return call if call is not None and call.fn is fn else None

    # ----------------------------------------------------------------------------------- calls

    def call(self, fn: Any, *args: Atom | Star, kwargs: Kwargs = (), name: str = "") -> Atom:
        """The value of `fn(*args, **kwargs)`: folded, reused, or a new call."""
        plain = self.unstar(args)
        if plain is not None:
            args = plain
            folded = self.fold(fn, plain, kwargs)
            if folded is not None:
                return folded
        return self.make(fn, args, kwargs, name)

    def unstar(self, args: Sequence[Atom | Star]) -> tuple[Atom, ...] | None:
        """Positional arguments with each `*tuple` of known length spread out; None if one is not."""
        plain: list[Atom] = []
        for arg in args:
            if not isinstance(arg, Star):
                plain.append(arg)
                continue
            packed = self.type_of(arg.value)
            if not isinstance(packed, Tuple):
                return None
            plain += [self.call(operator.getitem, arg.value, Const(i)) for i in range(len(packed.items))]
        return tuple(plain)

    def make(self, fn: Any, args: Sequence[Atom | Star], kwargs: Kwargs = (), name: str = "") -> Atom:
        """A new call, or the value of the same pure call made before."""
        result = Var(name, self.origin)
        call = Call((result,), fn, tuple(args), tuple(kwargs), self.origin)
        key = self.number(call)
        if key is not None:
            for known in reversed(self._numbers):
                if key in known:
                    return known[key][0]
            self._numbers[-1][key] = (result,)
        self.types[result] = self.result_type(call)
        self.definitions[result] = call
        self.stmts.append(call)
        return result

    def known(self, fn: Any, *args: Atom) -> Atom | None:
        """The value of a call that was made before, in a scope that dominates this one."""
        return self.made_before(Call((Var(),), fn, args))

    def made_before(self, call: Call) -> Var | None:
        """The value of the same pure call, made before in a scope that dominates this one."""
        key = self.number(call)
        return next((level[key][0] for level in reversed(self._numbers) if key in level), None)

    def remember(self, call: Call) -> None:
        """Let the same calls that follow, in this scope, have the value of one made elsewhere."""
        key = self.number(call)
        if key is not None:
            self._numbers[-1].setdefault(key, call.results)

    def keep(self, made: Call, result: Var) -> None:
        """Let the call that was just made define a value that the program has for it already."""
        new = Call((result,), made.fn, made.args, made.kwargs, made.origin, made.kept)
        self.stmts[-1] = new
        self.definitions[result] = new
        self.types.setdefault(result, self.types[made.result])
        latest = self._numbers[-1]
        key = next(reversed(latest), None)
        if key is not None and latest[key][0] is made.result:
            latest[key] = (result,)

    def number(self, call: Call) -> Any:
        """What makes two calls the same; None for calls that must each be made."""
        if not is_pure(call):
            return None
        try:
            if call.fn in CREATORS or canonical(call.fn) in CREATORS:
                return None
            key = (self.meant(call), tuple(map(_identity, call.args)), tuple((k, _identity(a)) for k, a in call.kwargs))
            hash(key)
        except TypeError:
            return None
        return key

    def meant(self, call: Call) -> Any:
        """What a call computes: `x.mean()` is `np.mean(x)`, if `x` is an array."""
        fn = call.fn
        if not isinstance(fn, (Method, Attribute)) or not isinstance(self.type_of(call.operands[0]), Array):
            return fn
        return fn if fn.name == "flatten" else canonical(fn)  # ravel may share memory

    def result_type(self, call: Call) -> Type:
        """The type of a call's only result."""
        self._made += 1
        SITE.enter((*self._sites, self._made))
        args = [self.type_of(a.value if isinstance(a, Star) else a) for a in call.args]
        found = infer_call(call.fn, args, {k: self.type_of(a) for k, a in call.kwargs})
        return one_item(found, ("one", *self._sites, self._made))

    def unpack(self, value: Atom, count: int) -> list[Atom]:
        """The items of a tuple of `count` items."""
        return [self.call(operator.getitem, value, Const(i)) for i in range(count)]

    # ---------------------------------------------------------------------------------- folding

    def static(self, atom: Atom) -> Any:
        """The Python value of an atom that is known; raises `NotStatic`."""
        if isinstance(atom, Const):
            if atom.value is UNDEFINED:
                raise NotStatic("undefined")
            return atom.value
        return static_value(self.type_of(atom))

    def truth(self, atom: Atom) -> bool | None:
        """Whether a condition is known to hold, or not to."""
        try:
            return bool(self.static(atom))
        except NotStatic:
            return None

    def fold(self, fn: Any, args: Sequence[Atom], kwargs: Kwargs) -> Atom | None:
        """The value of a call that can be told now, or that is another value; else None."""
        if fn is operator.getitem and len(args) == 2:
            return self._fold_item(args[0], args[1]) or self._fold_static(fn, args, kwargs)
        if (fn in (operator.is_, operator.is_not) and args[1] is NONE) or _is_none(args[-1:]):
            answer = self._is_none(args[0]) if fn in (operator.is_, operator.is_not) else None
            if answer is not None:
                return Const(answer is (fn is operator.is_))
        if fn is np.iscomplexobj:
            return self._fold_kind(args[0])
        if fn is isinstance and len(args) == 2:
            return self._fold_isinstance(args[0], args[1]) or self._fold_static(fn, args, kwargs)
        if fn is unbroadcast:
            return self._fold_unbroadcast(args[0], args[1])
        return self._fold_static(fn, args, kwargs)

    def _is_none(self, atom: Atom) -> bool | None:
        type_ = self.type_of(atom)
        if isinstance(type_, Static):
            return type_.value is None
        return False if isinstance(type_, (Scalar, Array, Tuple, List, Dict)) else None

    def _fold_kind(self, value: Atom) -> Atom | None:
        """Whether a value is complex; None where only run time can tell."""
        type_ = self.type_of(value)
        if is_complex(type_) or is_real(type_):
            return Const(is_complex(type_))
        return Const(False) if self.real else None

    def _fold_isinstance(self, value: Atom, kind: Atom) -> Atom | None:
        have = KINDS.get(type(self.type_of(value)))
        want = kind.value if isinstance(kind, Const) else None
        if have is None or want not in KINDS.values():
            return None
        return Const(have is want)

    def _fold_static(self, fn: Any, args: Sequence[Atom], kwargs: Kwargs) -> Atom | None:
        try:
            known = fn in FOLDABLE or fn in STATIC
        except TypeError:
            return None
        if not known:
            return self._known_result(fn, args, kwargs)
        try:
            values = [self.static(a) for a in args]
            options = {k: self.static(a) for k, a in kwargs if k is not None}
            if any(isinstance(v, Affine) for v in values):
                return None
            value = fn(*values, **options)
        except NotStatic:
            return self._known_result(fn, args, kwargs)
        except Exception:
            return None  # the program would raise here: leave that to run time
        return Const(value) if isinstance(value, FOLDED_KINDS) else None

    def _known_result(self, fn: Any, args: Sequence[Atom], kwargs: Kwargs) -> Atom | None:
        """A result that the types alone tell: a rank, a known size, a comparison of them."""
        if fn not in FOLDABLE and canonical(fn) not in ASKING:
            return None
        types = [self.type_of(a) for a in args]
        vague = fn in ARITHMETIC and any(map(_is_vague, types))
        if vague or fn in (operator.getitem, builtins.tuple, builtins.slice):
            return None
        type_ = infer_call(fn, types, {k: self.type_of(a) for k, a in kwargs})
        try:
            value = static_value(type_)
        except NotStatic:
            return None
        return Const(value) if isinstance(value, FOLDED_KINDS) else None

    def _fold_item(self, value: Atom, index: Atom) -> Atom | None:
        for maker in (make_tuple, make_list):
            made = self.definition(value, maker)
            if made is None or not isinstance(index, Const) or any(isinstance(a, Star) for a in made.args):
                continue
            if type(index.value) is int and -len(made.args) <= index.value < len(made.args):
                item = made.args[index.value]
                assert not isinstance(item, Star)
                return item
        return None

    def _fold_unbroadcast(self, g: Atom, x: Atom) -> Atom | None:
        """Undo broadcasting by what the types say; None where only run time can tell."""
        have, want = shape_of(self.type_of(g)), shape_of(self.type_of(x))
        if have is None or want is None:
            return None
        if have == want:
            return self.match_dtype(g, x)
        if not want:
            return self.match_dtype(self.call(Method("sum"), g), x)
        extra = len(have) - len(want)
        if extra < 0:
            return None
        stretched = []
        for axis, size in enumerate(want, extra):
            if have[axis] == size or (is_one(size) is False and is_one(have[axis]) is not True):
                continue
            if is_one(size) is not True:
                return None
            stretched.append(axis)
        if stretched:
            axes = Const(tuple(stretched)) if len(stretched) > 1 else Const(stretched[0])
            g = self.call(Method("sum"), g, kwargs=(("axis", axes), ("keepdims", Const(True))))
        if extra:
            axes = Const(tuple(range(extra))) if extra > 1 else Const(0)
            g = self.call(Method("sum"), g, kwargs=(("axis", axes),))
        return self.match_dtype(g, x)

    def match_dtype(self, g: Atom, x: Atom) -> Atom:
        """The cotangent `g` in the dtype of `x`, where both are known to be arrays of floats or of
        complex numbers; of a real number, the real part."""
        g = self.match_kind(g, x)
        have, want = self.type_of(g), self.type_of(x)
        if isinstance(have, Array) and isinstance(want, Array) and have.dtype != want.dtype:
            if kind_of(have.dtype) == kind_of(want.dtype) and kind_of(have.dtype) in ("float", "complex"):
                return self.make(np.ndarray.astype, (g, Const(np.dtype(want.dtype))))
        return g

    def match_kind(self, g: Atom, x: Atom) -> Atom:
        """The cotangent `g` of `x`, or a tangent, as what that is of: of a real number real, of an
        array of complex numbers complex. Where the types do not tell, run time does."""
        have, want = self.type_of(g), self.type_of(x)
        if is_complex(have) and is_real(want):
            return self.real_part(g)
        if is_real(have) and is_complex(want):
            return self.complex_number(g, have, want)
        if is_real(have) and is_real(want):
            return g
        if self.real or (is_complex(have) and is_complex(want)) or not isinstance(want, (Scalar, Array, Unknown)):
            return g
        number = self.spread_number(g)
        wide = DOUBLE.get(kind_of(number.dtype)) if number is not None else None
        if isinstance(g, Var) and wide is not None and wide == getattr(want, "dtype", ""):
            self.types[g] = want  # a number beside those of double precision is one, or Python's
            return g
        before = self.definition(g, match_dtype) or self.definition(g, unbroadcast)
        if before is not None and before.operands[1] is x:
            return g
        made = self.make(match_dtype, (g, x))
        if isinstance(made, Var) and (is_real(want) or is_complex(want)) and shape_of(want):
            self.types[made] = want  # what `g` is of has the shape of `x`
        return made

    def spread_number(self, g: Atom) -> Scalar | None:
        """The type of the number that is spread over an array; None of all else."""
        spread = self.definition(g, np.broadcast_to)
        source = self.type_of(spread.operands[0]) if spread is not None else None
        return source if isinstance(source, Scalar) else None

    def complex_number(self, g: Atom, have: Type, want: Type) -> Atom:
        """Real numbers as complex ones. What is of an array without axes may be a number itself."""
        if isinstance(have, Array) and have.shape != ():
            return self.make(np.ndarray.astype, (g, Const(np.dtype(numpy_dtype(want)))))
        return Const(complex(g.value)) if isinstance(g, Const) else self.make(complex, (g,))

    def real_part(self, g: Atom) -> Atom:
        """The real part of what is complex; of what is spread over an array, spread."""
        spread = self.definition(g, np.broadcast_to)
        if isinstance(g, Const):
            return Const(g.value.real)
        if spread is not None and is_complex(self.type_of(spread.operands[0])):
            return self.call(np.broadcast_to, self.real_part(spread.operands[0]), spread.operands[1])
        return self.make(Attribute("real"), (g,))

    def unpack_call(self, results: Sequence[Var], value: Atom) -> None:
        """`results = value`, for names that a tuple is unpacked to."""
        self.emit(Call(tuple(results), unpack, (value, Const(len(results))), origin=self.origin))


def _is_vague(type_: Type) -> bool:
    """Whether a value is a number or an array of which no value is known: nothing follows from it."""
    return isinstance(type_, Array) or (isinstance(type_, Scalar) and type_.value is None)


def _is_none(args: Sequence[Atom]) -> bool:
    return bool(args) and isinstance(args[0], Const) and args[0].value is None


def _identity(arg: Atom | Star) -> Any:
    if isinstance(arg, Star):
        return "*", _identity(arg.value)
    return arg if isinstance(arg, Var) else ConstKey(arg.value)


class ConstKey:
    """A constant as a key: equal only to the same constant, to the last bit."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ConstKey) and same_constant(self.value, other.value)

    def __hash__(self) -> int:
        return hash((type(self.value), repr(self.value) if isinstance(self.value, (float, int, str)) else 0))


__all__ = ["Builder", "Kwargs", "Unknown"]
