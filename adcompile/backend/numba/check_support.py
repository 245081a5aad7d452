"""Refuse what a program compiled by Numba would compute differently, or cannot call.

What Numba cannot compile it says itself (`messages`). Here stands what it would compile to something
else without a word: numbers of other sizes, draws from another generator, functions that would
be frozen as they are now.

relies on: spell_calls.  ensures: what is left means the same under Numba, or does not compile.
"""

from __future__ import annotations

import ast
import builtins
import operator
import random
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import DiagnosticList, Origin
from adcompile.ir.callables import IN_PLACE, canonical
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Call,
    Const,
    Function,
    FunctionRef,
    Method,
    Opaque,
    Stmt,
    Syntax,
    Through,
    With,
    WriteBack,
)
from adcompile.ir.traverse import inner_of, results_of, walk
from adcompile.ir.types import (
    SOME_FLOAT,
    SOME_INT,
    Array,
    Dict,
    List,
    Passive,
    Scalar,
    Static,
    Tuple,
    Type,
    Unknown,
    kind_of,
)
from adcompile.runtime import broadcasting, checks, structures, updates

DTYPES = frozenset(["float64", "int64", "bool", "float", "int", SOME_INT, SOME_FLOAT, "?"])
HELPERS = frozenset(
    [
        *(structures.make_tuple, structures.make_list, structures.unpack, broadcasting.unbroadcast),
        *(checks.require_apart, checks.require_view, checks.to_int),
        *(updates.update, updates.increment, updates.append, updates.without_last, updates.write_back),
    ]
)
RUN_TIME = "numba has to know the shape and kind of this before the program runs"
INSTEAD = "backend='numpy'"
STATEMENTS = (ast.Raise, ast.Assert, ast.Pass)


def check_support(function: Function, types: Types, found: DiagnosticList) -> None:
    """Record what a function of the emitted program may not contain."""
    defined = list(function.inputs)
    for stmt in walk(function.body):
        defined += [*results_of(stmt), *inner_of(stmt)]
    other = next((var for var in defined if (_other_number(types.get(var)))), None)
    if other is not None:
        _add_number(_other_number(types[other]), other.origin, found)
        return  # what it leads to is not worth telling
    for stmt in walk(function.body):
        _check_statement(stmt, types, found)


def check_arguments(function: Function, types: Types, found: DiagnosticList) -> None:
    """Record the parameters of an entry that Numba's functions do not take, or take as something else."""
    for param in function.params:
        name = param.var.name
        if param.kind != "positional":
            found.add(f"'{name}': numba compiles functions of plain positional parameters only")
        elif (what := _not_passed(types.get(param.var))) is not None:
            found.add(
                f"'{name}' is {what}, which is not passed to a function compiled by numba",
                hint="pass arrays of float64 and int64, numbers, or tuples of them; or backend='numpy'",
            )


def _not_passed(type_: Type | None) -> str | None:
    """What a value is that is not handed to compiled code."""
    if isinstance(type_, (List, Dict)):
        return f"a {type(type_).__name__.lower()}"
    if isinstance(type_, Tuple):
        return next((what for item in type_.items if (what := _not_passed(item)) is not None), None)
    if isinstance(type_, Static) and not (type_.value is None or isinstance(type_.value, str)):
        return f"a {type(type_.value).__name__}"
    return f"a {type_}" if isinstance(type_, Passive) else None


def _other_number(type_: Type | None) -> str:
    """The dtype of numbers with which Numba computes otherwise; empty if there are none."""
    if isinstance(type_, (Array, Scalar)):
        return "" if type_.dtype in DTYPES else type_.dtype
    parts = type_.items if isinstance(type_, Tuple) else (type_.item,) if isinstance(type_, List) else ()
    return next((dtype for part in parts if (dtype := _other_number(part))), "")


def _add_number(dtype: str, origin: Origin | None, found: DiagnosticList) -> None:
    if kind_of(dtype) == "complex":
        found.add("the program computes with complex numbers", origin, "under numba they are not checked", INSTEAD)
        return
    found.add(
        f"numba computes with numbers of {dtype} in another precision than NumPy",
        origin,
        "next to a Python number it makes float64 or int64 of them, where NumPy keeps the array's dtype",
        "use float64, int64 and bool; or backend='numpy'",
    )


def _check_statement(stmt: Stmt, types: Types, found: DiagnosticList) -> None:
    origin = stmt.origin and replace(stmt.origin, reverse=False)  # one place, in both sweeps
    if isinstance(stmt, With):
        found.add("numba does not compile 'with'", origin, "", "leave it out, or backend='numpy'")
    elif isinstance(stmt, Opaque) and not isinstance(stmt.node, STATEMENTS):
        what = ast.unparse(stmt.node).splitlines()[0]
        found.add(f"'{what}' is not compiled by numba", origin, "", "leave it out, or backend='numpy'")
    elif isinstance(stmt, Call):
        reason = _reason_against(stmt, types) or _other_result(stmt, types)
        if reason == RUN_TIME:
            found.add(RUN_TIME, origin, f"'{stmt.fn.__name__}' would look at it then", "backend='numpy'")
        elif reason is not None:
            found.add(f"numba does not compile {name_of(stmt.fn)}", origin, reason, "backend='numpy'")
        dtypes = (a.value for a in stmt.operands if isinstance(a, Const) and isinstance(a.value, (np.dtype, type)))
        for value in dtypes:
            if (isinstance(value, np.dtype) or issubclass(value, np.generic)) and np.dtype(value).name not in DTYPES:
                _add_number(np.dtype(value).name, origin, found)


def _reason_against(call: Call, types: Types) -> str | None:
    """Why a call may not stand in a compiled program; None where numba decides."""
    fn: Any = call.fn.fn if isinstance(call.fn, Through) else call.fn
    if isinstance(fn, (Method, Attribute, FunctionRef, WriteBack)):
        return None
    if isinstance(fn, Syntax):
        return "it is kept as it is, whatever it does"
    module = getattr(fn, "__module__", None) or ""
    if module.startswith("adcompile."):
        return None if fn in HELPERS else RUN_TIME
    if any(getattr(holder, getattr(fn, "__name__", ""), None) is fn for holder in (np.random, random)):
        return "numba draws from a generator of its own, which is not seeded with NumPy's"
    if fn in IN_PLACE and not _is_known(call, types):
        return "what it changes is not known before the program runs"
    known = module.split(".")[0] in ("numpy", "math", "_operator", "operator", "_functools", "itertools")
    if known or isinstance(fn, np.ufunc) or getattr(builtins, getattr(fn, "__name__", ""), None) is fn:
        return None
    return "it carries no derivative, and is called as it stands; numba would freeze what it reads from outside"


def _other_result(call: Call, types: Types) -> str | None:
    """Why a call that Numba compiles would give something else than Python's or NumPy's."""
    meant: Any = canonical(call.fn)
    fn: Any = call.fn.fn if isinstance(call.fn, Through) else call.fn
    if call.fn is round and len(call.operands) == 2:
        return "numba rounds to decimals by multiplying, Python by the exact number; np.round multiplies in both"
    if meant is np.power and all(_is_int(a, types) for a in call.operands[:2]):
        power = call.operands[1]
        if not (isinstance(power, Const) and power.value >= 0):
            return "a negative power of an int is 0 under numba, and a float or an error in Python"
    if fn in (operator.getitem, updates.update, updates.increment):
        whole = call.operands[0]
        index = call.operands[1 if fn is operator.getitem else -2]
        mask = atom_type(types, index)
        is_mask = isinstance(mask, Array) and kind_of(mask.dtype) == "bool"
        if is_mask and not _is_shape_of(mask, atom_type(types, whole)):
            return "numba does not check that a mask is as large as the array; compute it from that array"
    return None


def _is_int(atom: Atom, types: Types) -> bool:
    type_ = atom_type(types, atom)
    return isinstance(type_, (Array, Scalar)) and kind_of(type_.dtype) == "int"


def _is_shape_of(mask: Type, whole: Type) -> bool:
    return isinstance(whole, Array) and isinstance(mask, Array) and mask.shape is not None and mask.shape == whole.shape


def _is_known(call: Call, types: Types) -> bool:
    return not isinstance(atom_type(types, call.operands[0]), Unknown)


def name_of(fn: Any) -> str:
    """A callable's name for a message."""
    if isinstance(fn, Through) or fn in (updates.update, updates.increment):
        return "this store"
    name = getattr(fn, "__name__", None) or type(fn).__name__
    return "an expression" if isinstance(fn, Syntax) else f"'{name.lstrip('.')}'"


__all__ = ["check_arguments", "check_support", "name_of"]
