"""Which subscripts certainly name no element twice.

A store by an array of indices that repeat leaves the last of the values, and `a[i] += v` adds
once: where the indices are distinct, there is nothing to tell apart.

relies on: types.  ensures: `names_no_element_twice` is true only of such subscripts.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.inference.elementwise import shape_of
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import canonical
from adcompile.ir.dims import is_one
from adcompile.ir.nodes import Atom, Call, Const, Star, Var
from adcompile.ir.types import STRING, Array, List, Scalar, Static, Tuple, Type, Unknown, kind_of
from adcompile.runtime.structures import make_list, make_tuple

# Functions whose result, a tuple of index arrays, names each element once.
POSITIONS = frozenset(
    [
        np.nonzero,
        np.diag_indices,
        np.diag_indices_from,
        np.tril_indices,
        np.tril_indices_from,
        np.triu_indices,
        np.triu_indices_from,
    ]
)


class Distinct:
    """Answers for the subscripts of a function; `definitions` are its calls, by result."""

    def __init__(self, types: Types, definitions: Mapping[Var, Call]) -> None:
        self.types = types
        self.definitions = definitions

    def may_repeat(self, whole: Type, index: Atom) -> bool:
        """Whether a subscript of something of type `whole` may name an element twice."""
        if not isinstance(whole, (Array, Unknown)):
            return False
        type_ = self._type(index)
        if type_ == STRING or (isinstance(type_, Static) and isinstance(type_.value, str)):
            return False  # a key
        parts = [is_basic_index(p) for p in (type_.items if isinstance(type_, Tuple) else (type_,))]
        gathers = False in parts or (isinstance(whole, Array) and None in parts)
        return gathers and not self.names_no_element_twice(index)

    def names_no_element_twice(self, index: Atom) -> bool:
        """Whether a subscript of an array certainly names no element twice."""
        type_ = self._type(index)
        if is_basic_index(type_) or is_mask(type_):
            return True
        made = self._made(index)
        if made is not None and made.fn is not make_tuple:
            return self._is_positions(made) or self._are_distinct(index)
        parts: tuple[Atom, ...] = made.operands if made is not None else ()
        gathering = [p for p in parts if not is_basic_index(self._type(p))]
        if len(gathering) == 1:
            return is_mask(self._type(gathering[0])) or self._are_distinct(gathering[0])
        # Side by side, flat arrays go along with one that is distinct, unless that is spread over them.
        shapes = {shape_of(self._type(p)) for p in gathering}
        flat = all(self._rank(self._type(p)) == 1 for p in gathering)
        alike = len(shapes) == 1 and None not in shapes
        return flat and any(self._are_distinct(p) and (alike or self._has_several(p)) for p in gathering)

    def _has_several(self, index: Atom) -> bool:
        """Whether an array or list of indices certainly has another length than 1."""
        made, shape = self._made(index), shape_of(self._type(index))
        if made is not None and made.fn is make_list:
            return len(made.operands) != 1
        return shape is not None and is_one(shape[0]) is False

    def _are_distinct(self, index: Atom) -> bool:
        """Whether the entries of a flat array or list of indices are all different, and none negative."""
        made = self._made(index)
        if made is None or self._rank(self._type(index)) != 1:
            return False
        fn, args = canonical(made.fn), made.operands
        if fn is make_list:
            numbers = [a.value for a in args if isinstance(a, Const) and type(a.value) is int and a.value >= 0]
            return len(set(numbers)) == len(args)
        if fn in (np.array, np.asarray):
            return self._are_distinct(args[0])
        if fn is np.arange:
            return not made.kwargs and (len(args) == 1 or (len(args) == 2 and _at_least(args[0], 0)))
        if fn in (np.argsort, np.flatnonzero):
            return True
        if fn is operator.getitem:
            return self._is_part(args[0], self._type(args[1]))
        if fn in (np.add, np.multiply) and len(args) == 2:
            least = 0 if fn is np.add else 1
            return any(_at_least(b, least) and self._are_distinct(a) for a, b in (args, args[::-1]))
        return False

    def _is_part(self, holder: Atom, part: Type) -> bool:
        """Whether a part of `holder` is distinct: of a distinct array, or of `np.nonzero` of a flat one."""
        whole = self._made(holder)
        if whole is not None and whole.fn in (np.nonzero, np.where) and isinstance(part, Scalar):
            return len(whole.operands) == 1 and self._rank(self._type(whole.operands[0])) == 1
        return bool(is_basic_index(part) or is_mask(part)) and self._are_distinct(holder)

    @staticmethod
    def _is_positions(made: Call) -> bool:
        fn: Any = canonical(made.fn)
        return fn in POSITIONS or (fn is np.where and len(made.operands) == 1)

    def _made(self, atom: Atom) -> Call | None:
        call = self.definitions.get(atom) if isinstance(atom, Var) else None
        plain = call is not None and len(call.results) == 1 and not any(isinstance(a, Star) for a in call.args)
        return call if plain else None

    def _type(self, atom: Atom) -> Type:
        return atom_type(self.types, atom)

    @staticmethod
    def _rank(type_: Type) -> int | None:
        if isinstance(type_, List):
            return 1 if isinstance(type_.item, Scalar) else None
        return len(type_.shape) if isinstance(type_, Array) and type_.shape is not None else None


def is_mask(index: Type) -> bool:
    """Whether a subscript is an array of bools."""
    return isinstance(index, Array) and kind_of(index.dtype) == "bool"


def _at_least(atom: Atom, least: int) -> bool:
    return isinstance(atom, Const) and type(atom.value) is int and atom.value >= least
