"""How each call that changes an array is written as an update.

relies on: infer.  ensures: a call whose meaning is not certain is left to `check_mutation`.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from adcompile.analyses.distinct import is_mask
from adcompile.inference.elementwise import shape_of
from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import FLAT
from adcompile.ir.dims import Dim
from adcompile.ir.nodes import NONE, Atom, Call, Const, For, Range, Star, Var
from adcompile.ir.types import INT, Array, List, Scalar, Type, kind_of
from adcompile.runtime import updates
from adcompile.runtime.structures import make_tuple
from adcompile.transforms.build import Builder

ALL = Const(Ellipsis)
Options = dict[str, Atom]
Store = Callable[["Stores", Call], "Atom | None"]


class Stores:
    """Builds the statements that one call is written as."""

    def __init__(self, builder: Builder) -> None:
        self.b = builder

    def type(self, atom: Atom) -> Type:
        """What is known of a value."""
        return self.b.type_of(atom)

    def update(self, a: Atom, index: Atom, value: Atom, fn: Any = updates.update) -> Atom | None:
        """`a[index] = value`: the changed array; None if the array could not hold the values."""
        held, given = self.type(a), self.type(value)
        assert isinstance(held, Array)
        if isinstance(given, List):
            value = self.b.call(np.array, value)
            given = self.type(value)
        if isinstance(given, (Array, Scalar)) and kind_of(held.dtype) == "int" and kind_of(given.dtype) != "int":
            return None  # NumPy casts in a store, and refuses to in most of the calls
        name = a.name if isinstance(a, Var) else ""
        return self.b.make(fn, (a, index, value), name=name)

    def shape(self, atom: Atom) -> tuple[Dim, ...] | None:
        """The shape of a value, if it is known."""
        return shape_of(self.type(atom))

    def fits(self, value: Atom, a: Atom) -> bool:
        """Whether a value has certainly the shape of `a`."""
        shape = self.shape(a)
        return shape is not None and self.shape(value) == shape

    def part(self, value: Atom, mask: Atom, a: Atom) -> Atom:
        """What of a value, broadcast to the shape of `a`, stands where the mask is true."""
        if self.is_number(value):
            return value
        if not self.fits(value, a):
            value = self.b.call(np.broadcast_to, value, self.b.call(np.shape, a))
        return self.b.call(operator.getitem, value, mask)

    def mask(self, mask: Atom, a: Atom) -> Atom | None:
        """A mask in the shape of `a`."""
        if not is_mask(self.type(mask)) or self.shape(mask) is None or self.shape(a) is None:
            return None
        if self.fits(mask, a):
            return mask
        return self.b.call(np.broadcast_to, mask, self.b.call(np.shape, a))

    def same_dtype(self, value: Atom, out: Atom) -> bool:
        """Whether a value has the dtype of the array that it is written to: with another one, a
        reduction computes in that."""
        given, held = self.type(value), self.type(out)
        return isinstance(given, (Array, Scalar)) and isinstance(held, Array) and given.dtype == held.dtype != "?"

    def is_number(self, atom: Atom) -> bool:
        """Whether a value is certainly one number, which is no array."""
        return isinstance(self.type(atom), Scalar)


# ------------------------------------------------------------------------- methods of arrays


def _given(call: Call, *names: str) -> Options | None:
    """The arguments of a call by name, the first one aside; None if there are others."""
    found: Options = dict(zip(names, call.operands[1 : len(call.args)], strict=False))
    found |= {key: a for key, a in call.kwargs if key is not None}
    return found if set(found) <= set(names) and len(found) == len(call.operands) - 1 else None


def _done(changed: Atom | None) -> Atom | None:
    """What a call that returns None gives."""
    return None if changed is None else NONE


def _fill(s: Stores, call: Call) -> Atom | None:
    given = _given(call, "value")
    if not given or not s.is_number(given["value"]):
        return None
    return _done(s.update(call.operands[0], ALL, given["value"]))


def _sort(s: Stores, call: Call) -> Atom | None:
    a, given = call.operands[0], _given(call, "axis", "kind")
    if given is None:
        return None
    return _done(s.update(a, ALL, s.b.call(np.sort, a, kwargs=tuple(given.items()))))


def _put(s: Stores, call: Call) -> Atom | None:
    given = _given(call, "ind", "v")
    if given is None or set(given) != {"ind", "v"}:
        return None
    where, values = given["ind"], given["v"]
    flat_index = isinstance(s.type(where), (List, Scalar)) or len(s.shape(where) or ()) == 1
    if not flat_index or len(s.shape(values) or ()) > 1:
        return None
    flat = s.b.call(FLAT, call.operands[0])
    if not isinstance(s.type(flat), Array):
        return None
    return _done(s.update(flat, where, values if s.is_number(values) else _repeated(s, values, where)))


def _repeated(s: Stores, values: Atom, where: Atom) -> Atom:
    """As many values as there are indices, from the first one on again where they do not suffice."""
    if s.is_number(where):
        return s.b.call(operator.getitem, values, Const(0))
    counts = []
    for atom in (values, where):
        display = s.b.definitions.get(atom) if isinstance(atom, Var) and isinstance(s.type(atom), List) else None
        size: Dim | None = (s.shape(atom) or (None,))[0]
        if display is not None and not any(isinstance(a, Star) for a in display.args):
            size = len(display.args)
        counts.append(size)
    if counts[0] is not None and counts[0] in (1, counts[1]):
        return values
    if isinstance(s.type(values), List):
        values = s.b.call(np.array, values)
    places = s.b.call(operator.mod, s.b.call(np.arange, s.b.call(len, where)), s.b.call(len, values))
    return s.b.call(operator.getitem, values, places)


METHODS: dict[str, Store] = {"fill": _fill, "sort": _sort, "put": _put}


# ------------------------------------------------------------------------ functions of NumPy


def _copyto(s: Stores, call: Call) -> Atom | None:
    given = _given(call, "src", "casting", "where")
    if given is None or "src" not in given or "casting" in given:
        return None
    a, source, where = call.operands[0], given["src"], given.get("where", Const(True))
    if isinstance(where, Const) and where.value is True:
        return _done(s.update(a, ALL, source))
    mask = s.mask(where, a)
    return None if mask is None else _done(s.update(a, mask, s.part(source, mask, a)))


def _putmask(s: Stores, call: Call) -> Atom | None:
    given = _given(call, "mask", "values")
    if given is None or len(given) < 2:
        return None
    a, mask, values = call.operands[0], given["mask"], given["values"]
    if not is_mask(s.type(mask)) or not s.fits(mask, a) or not (s.is_number(values) or s.fits(values, a)):
        return None
    return _done(s.update(a, mask, s.part(values, mask, a)))


def _place(s: Stores, call: Call) -> Atom | None:
    given = _given(call, "mask", "vals")
    if given is None or len(given) < 2:
        return None
    a, mask, values = call.operands[0], given["mask"], given["vals"]
    if isinstance(s.type(values), List):
        values = s.b.call(np.array, values)
    shape = s.shape(values)
    if not is_mask(s.type(mask)) or not s.fits(mask, a) or shape is None or len(shape) > 1:
        return None
    if shape not in ((), (1,)):
        count = s.b.call(np.count_nonzero, mask)
        values = s.b.call(operator.getitem, values, s.b.call(slice, NONE, count, NONE))
    return _done(s.update(a, mask, values))


def _nan_to_num(s: Stores, call: Call) -> Atom | None:
    given = _given(call, "copy", "nan", "posinf", "neginf")
    copied = given.pop("copy", None) if given else None
    if given is None or not (isinstance(copied, Const) and copied.value is False):
        return None
    a = call.operands[0]
    return s.update(a, ALL, s.b.call(np.nan_to_num, a, kwargs=tuple(given.items())))


def _fill_diagonal(s: Stores, call: Call) -> Atom | None:
    given, shape = _given(call, "val"), s.shape(call.operands[0])
    if not given or shape is None or len(shape) != 2:
        return None
    rows, columns = (s.b.call(operator.getitem, s.b.call(np.shape, call.operands[0]), Const(i)) for i in (0, 1))
    count = rows if shape[0] == shape[1] else s.b.call(builtins.min, rows, columns)
    along = s.shape(given["val"])
    if along is None or (along and (along != shape[:1] or shape[0] != shape[1])):
        return None
    diagonal = s.b.call(np.arange, count)
    return _done(s.update(call.operands[0], s.b.call(make_tuple, diagonal, diagonal), given["val"]))


def _put_along_axis(s: Stores, call: Call) -> Atom | None:
    given, shape = _given(call, "indices", "values", "axis"), s.shape(call.operands[0])
    if given is None or len(given) < 3 or shape is None:
        return None
    axis = given["axis"].value if isinstance(given["axis"], Const) else None
    if type(axis) is not int:
        return None
    parts: list[Atom] = []
    for k in range(len(shape)):
        if k == axis % len(shape):
            parts.append(given["indices"])
            continue
        size = s.b.call(operator.getitem, s.b.call(np.shape, call.operands[0]), Const(k))
        along = s.b.call(np.arange, size)
        behind = len(shape) - 1 - k
        index = (slice(None), *(None,) * behind)
        parts.append(s.b.call(operator.getitem, along, Const(index)) if behind else along)
    return _done(s.update(call.operands[0], s.b.call(make_tuple, *parts), given["values"]))


FUNCTIONS: dict[Any, Store] = {
    np.copyto: _copyto,
    np.put: _put,
    np.putmask: _putmask,
    np.place: _place,
    np.nan_to_num: _nan_to_num,
    np.fill_diagonal: _fill_diagonal,
    np.put_along_axis: _put_along_axis,
    updates.write_back: lambda s, call: s.update(call.operands[0], ALL, call.operands[1]),
}


# -------------------------------------------------------------------------------- ufunc.at


def at_indices(s: Stores, call: Call) -> Atom | None:
    """`np.add.at(a, i, v)`; of other ufuncs a loop over the indices, which may repeat."""
    ufunc: Any = call.fn.__self__  # type: ignore[union-attr]
    if len(call.operands) != 3 or call.kwargs:
        return None
    a, index, value = call.operands
    if ufunc is np.add or ufunc is np.subtract:
        if ufunc is np.subtract:
            value = s.b.call(operator.neg, value)
        return _done(s.update(a, index, value, updates.add_at))
    one_by_one = isinstance(s.type(index), List) or len(s.shape(index) or ()) == 1
    whole, each = s.shape(a), s.shape(value)
    is_index = is_basic_index(s.type(index)) is False and not is_mask(s.type(index))
    if not (one_by_one and is_index) or whole is None or each is None or ufunc.nin != 2:
        return None
    if each and (len(each) != len(whole) or each[0] == 1):
        return None
    return _done(_loop(s, ufunc, a, index, value if not each else None, value))


def _loop(s: Stores, ufunc: Any, a: Atom, index: Atom, same: Atom | None, values: Atom) -> Atom:
    """`for k in range(len(index)): a[index[k]] = ufunc(a[index[k]], values[k])`."""
    b, name = s.b, a.name if isinstance(a, Var) else ""
    count = b.call(len, index)
    k, carried, result = b.new("k", INT), b.new(name, s.type(a)), b.new(name, s.type(a))
    with b.nested() as stmts:
        where = b.call(operator.getitem, index, k)
        value = same if same is not None else b.call(operator.getitem, values, k)
        new = b.call(ufunc, b.call(operator.getitem, carried, where), value)
        changed = b.make(updates.update, (carried, where, new), name=name)
        body = b.block(stmts, (changed,))
    b.emit(For((k,), (Range(Const(0), count, Const(1)),), (carried,), (a,), body, (result,), origin=b.origin))
    return result
