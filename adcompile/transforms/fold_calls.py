"""Fold calls: what is known when the program is compiled is not computed when it runs.

A `CallFolder` is a `CallMaker` that first asks whether a call's value can be told from constants,
from types (a rank, a known size), or from how an operand was made (an item of a display).
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.inference.registry import infer_call
from adcompile.ir.callables import COMPARISONS, canonical
from adcompile.ir.dims import Affine
from adcompile.ir.nodes import NONE, UNDEFINED, Atom, Const, Star
from adcompile.ir.types import Array, Dict, List, NotStatic, Scalar, Tuple, Type, is_none, static_value
from adcompile.rules.registry import STATIC
from adcompile.runtime.broadcasting import items_of
from adcompile.runtime.structures import make_dict, make_list, make_tuple
from adcompile.transforms.make_calls import ASKING, CallMaker, Kwargs

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
        *COMPARISONS,
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
KINDS = {List: list, Tuple: tuple, Dict: dict, Array: np.ndarray}
FOLDED_KINDS = (bool, int, float, complex, str, tuple, type(None), slice, np.dtype, range)


class CallFolder(CallMaker):
    """A `CallMaker` that makes no call whose value is known."""

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
        if fn is items_of:
            return self._fold_items_of(*args)
        if (fn in (operator.is_, operator.is_not) and args[1] is NONE) or _is_none(args[-1:]):
            answer = is_none(self.type_of(args[0])) if fn in (operator.is_, operator.is_not) else None
            if answer is not None:
                return Const(answer is (fn is operator.is_))
        if fn is isinstance and len(args) == 2:
            return self._fold_isinstance(args[0], args[1]) or self._fold_static(fn, args, kwargs)
        return self._fold_static(fn, args, kwargs)

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

    def _fold_items_of(self, array: Atom, of: Atom) -> Atom | None:
        """The parts of an array that was made of a tuple: each by its place."""
        made = self.type_of(of)
        if not isinstance(made, Tuple):
            return None
        parts = [self.make(operator.getitem, (array, Const(i))) for i, _ in enumerate(made.items)]
        for i, item in enumerate(made.items):
            if isinstance(item, (List, Tuple)):
                inner = self._fold_item(of, Const(i)) or self.make(operator.getitem, (of, Const(i)))
                parts[i] = self._fold_items_of(parts[i], inner) or self.make(items_of, (parts[i], inner))
        return self.make(make_tuple, parts)

    def _fold_item(self, value: Atom, index: Atom) -> Atom | None:
        for maker in (make_tuple, make_list):
            made = self.definition(value, maker)
            if made is None or not isinstance(index, Const) or any(isinstance(a, Star) for a in made.args):
                continue
            if type(index.value) is int and -len(made.args) <= index.value < len(made.args):
                item = made.args[index.value]
                assert not isinstance(item, Star)
                return item
        return self._fold_entry(value, index)

    def _fold_entry(self, value: Atom, key: Atom) -> Atom | None:
        """`{"a": x}["a"]` is `x`, where all keys are strings."""
        made = self.definition(value, make_dict) if isinstance(key, Const) and type(key.value) is str else None
        keys = made.operands[::2] if made is not None else ()
        if made is None or not all(isinstance(k, Const) and type(k.value) is str for k in keys):
            return None
        places = [i for i, k in enumerate(keys) if k.value == key.value]  # type: ignore[union-attr]
        return made.operands[2 * places[-1] + 1] if places else None


def _is_vague(type_: Type) -> bool:
    """Whether a value is a number or an array of which no value is known: nothing follows from it."""
    return isinstance(type_, Array) or (isinstance(type_, Scalar) and type_.value is None)


def _is_none(args: Sequence[Atom]) -> bool:
    return bool(args) and isinstance(args[0], Const) and args[0].value is None
