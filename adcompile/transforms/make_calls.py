"""Make calls: each gets the type of its result, and one computation is made once.

A `CallMaker` appends calls to a block. Where the same pure call was made before, in a scope that
dominates this one, its value is taken. It does so exactly: no floating-point operation changes.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from adcompile.analyses.effects import CREATORS, is_pure
from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import Origin
from adcompile.inference.elementwise import shape_of
from adcompile.inference.registry import SITE, infer_call
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Attribute, Block, Call, Const, Method, Star, Stmt, Var
from adcompile.ir.types import Array, Tuple, Type, one_item, same_constant
from adcompile.runtime.structures import unpack

Kwargs = Sequence[tuple[str | None, Atom]]
ASKING = frozenset([np.ndim, np.shape, np.size, len])  # for sizes


class CallMaker:
    """Appends statements to `self.stmts`; `types` is shared, and receives every new value."""

    def __init__(self, types: Types, sites: str = "b") -> None:
        self.types = types
        self.stmts: list[Stmt] = []
        self.origin: Origin | None = None
        self.definitions: dict[Var, Call] = {}
        self.in_order = False  # whether all that is read is of the same trips of the loops around
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

    def remember_items(self, call: Call) -> None:
        """Let the items of a tuple that the program unpacks be what it unpacks them to."""
        holder, *_ = call.operands
        if isinstance(self.type_of(holder), Tuple):
            for i, result in enumerate(call.results):
                self.remember(Call((result,), operator.getitem, (holder, Const(i))))

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
            meant = self.meant(call)
            args = self.sizes_of(call) if self.in_order and meant in ASKING else tuple(map(_identity, call.args))
            key = (meant, args, tuple((k, _identity(a)) for k, a in call.kwargs))
            hash(key)
        except TypeError:
            return None
        return key

    def sizes_of(self, call: Call) -> Any:
        """What a question about sizes is of: an array that changes keeps the sizes that are known, for
        as long as a symbol means one size."""
        array, *more = call.args
        shape = shape_of(self.type_of(array)) if isinstance(array, Var) and array.name and not more else None
        return (array.name, shape) if shape else tuple(map(_identity, call.args))  # type: ignore[union-attr]

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

    def unpack_call(self, results: Sequence[Var], value: Atom) -> None:
        """`results = value`, for names that a tuple is unpacked to."""
        self.emit(Call(tuple(results), unpack, (value, Const(len(results))), origin=self.origin))

    def fold(self, fn: Any, args: Sequence[Atom], kwargs: Kwargs) -> Atom | None:
        """The value of a call that need not be made, because it is known or is another value; else None."""
        raise NotImplementedError  # fold_calls.py


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
