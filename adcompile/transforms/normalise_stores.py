"""Write every call that changes an array in place as an update: `np.copyto(a, b)` is `a[...] = b`.

An update is what the other passes follow. A call with `out=` computes its value, and stores
that; `a.fill(v)`, `a.sort()`, `np.put(a, i, v)` and kin are stores into all of `a`, into a
part of it, or into a view of it. A call whose meaning is not certain here is left as it
stands: `check_mutation` refuses it where its change would be read.

relies on: infer, resolve_calls.  ensures: calls that change arrays are updates, where types are known.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.effects import is_numpy
from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import canonical, out_place, outs_of
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Function,
    Method,
    Opaque,
    Star,
    Stmt,
    Syntax,
    Var,
)
from adcompile.ir.traverse import map_atoms, substitute
from adcompile.ir.types import Array, Dict, Scalar, Tuple, is_complex
from adcompile.runtime import updates
from adcompile.runtime.structures import make_list, make_tuple
from adcompile.transforms.build import Builder
from adcompile.transforms.container_stores import store_of_container
from adcompile.transforms.stores_of_calls import ALL, FUNCTIONS, METHODS, Store, Stores, at_indices

# Functions that compute in the dtype of their arguments whatever they write to, as ufuncs do.
SELECTIONS = frozenset([np.take, np.compress, np.choose, np.concatenate, np.stack, np.clip])


def normalise_stores(function: Function, types: Types) -> Function:
    """The function with updates for calls that change arrays; `types` receives the types of new values."""
    renamed: dict[Var, Atom] = {}
    displays: dict[Var, Call] = {}
    made = 0

    def block(b: Block) -> Block:
        nonlocal made
        stmts: list[Stmt] = []
        for old in b.stmts:
            stmt = map_atoms(old, lambda a: renamed.get(a, a) if isinstance(a, Var) else a, block)
            store = _store_of(stmt, types) if isinstance(stmt, Call) else None
            if store is not None:
                assert isinstance(stmt, Call)
                made += 1
                builder = Builder(types, f"stores{made}")
                builder.origin = stmt.origin
                builder.definitions.update(displays)
                result = store(Stores(builder), stmt)
                if result is not None:
                    stmts += builder.stmts
                    renamed[stmt.result] = result
                    continue
            if isinstance(stmt, Opaque) and (store_of_part := _store_of_part(stmt, types)) is not None:
                stmts += store_of_part
                continue
            if isinstance(stmt, Call) and stmt.fn is updates.merge:  # of an object that may be no dict
                renamed[stmt.result] = stmt.operands[0]
                stmt = replace(stmt, fn=Method("update"), results=(Var("", stmt.origin),))
            if isinstance(stmt, Call) and stmt.fn in (make_list, make_tuple):
                displays[stmt.result] = stmt
            stmts.append(stmt)
        return Block(tuple(stmts), b.yields)

    return replace(function, body=substitute(block(function.body), renamed))


def _store_of_part(stmt: Opaque, types: Types) -> list[Stmt] | None:
    """`z.real = v` of an array of complex numbers is `z.real[...] = v`, and `a.flat = v` of one number
    `a[...] = v`; None of other statements."""
    node, reads = stmt.node, dict(stmt.reads)
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    if not isinstance(target, ast.Attribute) or "holder_" not in reads:
        return None
    builder = Builder(types, "stores")
    builder.origin = stmt.origin
    whole, value = reads["holder_"], reads["value_"]
    of, stored = atom_type(types, whole), atom_type(types, value)
    if not isinstance(of, Array):
        return None
    if target.attr in ("real", "imag") and is_complex(of):
        whole = builder.call(Attribute(target.attr), whole)
    elif target.attr != "flat" or not isinstance(stored, Scalar):
        return None
    builder.make(updates.update, (whole, ALL, value))
    return builder.stmts


def _store_of(call: Call, types: Types) -> Store | None:
    """How a call that may change an array is written as an update; None for other calls."""
    fn: Any = call.fn
    if isinstance(fn, Syntax) or len(call.results) != 1 or not call.operands:
        return None
    if any(isinstance(a, Star) for a in call.args) or any(key is None for key, _ in call.kwargs):
        return None
    target = atom_type(types, call.operands[0])
    if (of_container := store_of_container(call, types)) is not None or isinstance(target, Dict):
        return of_container and (lambda s, call: of_container(s.b, call))
    if isinstance(fn, Method):
        method = METHODS.get(fn.name)
        if method is not None and isinstance(target, Array):
            return method
    elif (owner := getattr(fn, "__self__", None)) is not None and isinstance(owner, np.ufunc):
        return at_indices if fn.__name__ == "at" and isinstance(target, Array) else None
    else:
        try:
            function = FUNCTIONS.get(fn)
        except TypeError:  # an unhashable callable of the user's
            return None
        if function is not None and isinstance(target, Array):
            return function
    return _with_out if _out_of(call, types) is not None else None


def _out_of(call: Call, types: Types) -> Atom | None:
    """The array that a call of NumPy's writes its result to."""
    meant, given = canonical(call.fn), outs_of(call)
    if len(given) != 1 or not isinstance(atom_type(types, given[0]), (Array, Tuple)):
        return None
    if isinstance(call.fn, Method) and not isinstance(atom_type(types, call.operands[0]), Array):
        return None
    return given[0] if isinstance(meant, np.ufunc) or is_numpy(meant) else None


def _with_out(s: Stores, call: Call) -> Atom | None:
    """`np.multiply(a, b, out=c)` is `c[...] = np.multiply(a, b)`, where `where` is true."""
    out = _out_of(call, s.b.types)
    assert out is not None
    if isinstance(packed := s.type(out), Tuple):
        if len(packed.items) != 1 or not isinstance(packed.items[0], Array):
            return None
        out = s.b.call(operator.getitem, out, Const(0))
    meant: Any = canonical(call.fn)
    is_ufunc = isinstance(meant, np.ufunc)
    place = out_place(call.fn)
    args: Sequence[Any] = call.args[:place]
    if place is not None and len(call.args) > place + 1:
        return None  # what stands behind it would need its name
    kwargs = [(key, a) for key, a in call.kwargs if key not in ("out", "where")]
    where = next((a for key, a in call.kwargs if key == "where"), Const(True))
    if isinstance(where, Const) and where.value is True:
        value = s.b.call(call.fn, *args, kwargs=kwargs)
        return s.update(out, ALL, value) if is_ufunc or meant in SELECTIONS or s.same_dtype(value, out) else None
    mask = s.mask(where, out) if is_ufunc and not meant.signature and not isinstance(call.fn, Method) else None
    if mask is None or kwargs:
        return None
    return s.update(out, mask, s.b.call(call.fn, *(s.part(a, mask, out) for a in args)))
