"""Whether a program may compute with complex numbers.

Where nothing in it makes one, every number whose kind is not known is real, and its derivative
is written for real numbers. Where something may, the code looks at run time.

relies on: types.  ensures: False only where no value can be complex, inputs of unknown kind aside.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Mapping
from typing import Any

import numpy as np

from adcompile.analyses.infer import atom_type
from adcompile.analyses.user_functions import is_user_function
from adcompile.ir.callables import canonical, is_cmath
from adcompile.ir.nodes import (
    Attribute,
    Call,
    Const,
    Each,
    For,
    Function,
    FunctionRef,
    Method,
    Opaque,
    Stmt,
    Syntax,
    Var,
)
from adcompile.ir.traverse import atoms_of, blocks_of, walk
from adcompile.ir.types import Array, Dict, List, Passive, Scalar, Tuple, Type, Unknown, holds_complex, parts_of
from adcompile.rules.registry import rule_for

NAMES = frozenset(["complex", "complex64", "complex128", "c8", "c16", "F", "D"])  # of dtypes
# What makes complex numbers of real ones, besides `np.fft`.
MAKERS = frozenset(
    [
        builtins.complex,
        np.complex64,
        np.complex128,
        np.clongdouble,
        np.roots,
        np.linalg.eig,
        np.linalg.eigvals,
        np.emath.sqrt,
        np.emath.log,
        np.emath.log2,
        np.emath.log10,
        np.emath.logn,
        np.emath.power,
        np.emath.arccos,
        np.emath.arcsin,
        np.emath.arctanh,
    ]
)


def may_make_complex(function: Function, types: Mapping[Var, Type]) -> bool:
    """Whether anything in a function is complex, or makes complex numbers, as far as is known. The
    functions that it calls are looked at by themselves."""
    if any(map(holds_complex, types.values())) or any(is_vague(types.get(c.var)) for c in function.captures):
        return True
    atoms = [a for s in walk(function.body) for a in (*atoms_of(s), *(y for b in blocks_of(s) for y in b.yields))]
    if any(isinstance(a, Const) and _is_complex_constant(a.value) for a in (*atoms, *function.body.yields)):
        return True
    return any(_makes_complex(s, types) for s in walk(function.body))


def is_vague(type_: Type | None) -> bool:
    """Whether a value may be, or hold, a number whose kind is not known."""
    if isinstance(type_, (Tuple, List, Dict)):
        return any(map(is_vague, parts_of(type_)))
    if isinstance(type_, (Scalar, Array)):
        return type_.dtype == "?"
    return type_ is None or isinstance(type_, Unknown)


def _is_complex_constant(value: Any) -> bool:
    if isinstance(value, tuple):
        return any(map(_is_complex_constant, value))
    if isinstance(value, np.dtype):
        return value.kind == "c"
    if isinstance(value, str):
        return value in NAMES
    return isinstance(value, (complex, np.complexfloating)) or (isinstance(value, type) and value in MAKERS)


def _makes_complex(stmt: Stmt, types: Mapping[Var, Type]) -> bool:
    """Whether a statement may make complex numbers, or take some from where nothing is known."""
    if isinstance(stmt, Opaque):
        return any(is_vague(types.get(var)) for _, var in stmt.writes)
    if isinstance(stmt, For):
        sources = (s.sequence for s in stmt.sources if isinstance(s, Each))
        return any(isinstance(atom_type(types, a), Passive) for a in sources)
    return isinstance(stmt, Call) and _is_maker(stmt, types)


def _is_maker(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a call is of a function that makes complex numbers, or of one that nothing is known of."""
    fn: Any = call.fn
    unknown = any(is_vague(types.get(r)) for r in call.results)
    if isinstance(fn, (Attribute, Method)) or fn is operator.getitem:
        return unknown and bool(call.operands) and isinstance(atom_type(types, call.operands[0]), Passive)
    if isinstance(fn, (Syntax, FunctionRef)) or is_user_function(fn):
        return False
    module = getattr(fn, "__module__", None) or ""
    if module.startswith("numpy.fft") or is_cmath(fn) or _is_in(canonical(fn), MAKERS):
        return True
    known = module.split(".")[0] in ("numpy", "builtins", "math", "_operator", "operator", "adcompile", "random", "")
    return unknown and not known and rule_for(fn) is None


def _is_in(fn: Any, known: frozenset[Any]) -> bool:
    try:
        return fn in known
    except TypeError:
        return False
