"""Check at run time that numbers are what the derivative takes them for, where types do not tell.

An array of unknown dtype may be one of ints: what is stored into it loses its fraction, and is a
constant. In Python `x ** 0.5` is a complex number for an `x` below zero, and is typed as a float.

relies on: types, activity.  ensures: an active value is stored where it keeps its derivative; what is
typed as a float is one.
"""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Block, Call, Const, Function, Stmt, Through, Var, same_atom
from adcompile.ir.traverse import map_atoms, walk
from adcompile.ir.types import SOME_FLOAT, UNKNOWN, Array, Scalar, Unknown, of_constant
from adcompile.runtime import checks, updates

STORES = (updates.update, updates.increment, updates.add_at)
POWERS = (operator.pow, operator.ipow, builtins.pow)
NOT_NEGATIVE = (np.absolute, np.sqrt, np.exp, np.cosh, np.hypot)
SUMS = (np.add, np.multiply, np.divide, np.maximum, np.power)  # not negative where no operand is


def check_numbers(function: Function, types: Types, active: Collection[Var], takes_real: bool) -> Function:
    """The function with the checks; `types` receives what they give. `takes_real` says that a value of
    which nothing is known is taken for a real one."""
    made = {s.result: s for s in walk(function.body) if isinstance(s, Call) and len(s.results) == 1}
    checked = False

    def check(fn: Any, call: Call, *atoms: Atom) -> Call:
        nonlocal checked
        checked = True
        nothing = Var()
        types[nothing] = of_constant(None)
        return Call((nothing,), fn, atoms, origin=call.origin)

    def stmt(s: Stmt) -> list[Stmt]:
        if not isinstance(s, Call):
            return [map_atoms(s, lambda a: a, block)]
        if _may_lose(s, types, active):
            return [check(checks.require_keeps, s, s.operands[0], s.operands[-1]), s]
        if _may_be_complex(s, types, made, takes_real):
            return [s, check(checks.require_real_power, s, s.result)]
        return [s]

    def block(b: Block) -> Block:
        return Block(tuple(new for s in b.stmts for new in stmt(s)), b.yields)

    body = block(function.body)
    return replace(function, body=body) if checked else function


def _may_lose(call: Call, types: Types, active: Collection[Var]) -> bool:
    """Whether a call stores an active value into what may be an array of ints."""
    fn: Any = call.fn.fn if isinstance(call.fn, Through) else call.fn
    if isinstance(fn, type) or fn not in STORES or call.operands[-1] not in active:
        return False
    holder = atom_type(types, call.operands[0])
    return isinstance(holder, Unknown) or (isinstance(holder, Array) and holder.dtype == "?")


def _may_be_complex(call: Call, types: Types, made: dict[Var, Call], takes_real: bool) -> bool:
    """Whether a call is a power of Python's that is taken for a real number, and may be complex."""
    if call.fn not in POWERS or len(call.operands) != 2 or len(call.args) != 2:
        return False
    unknown = ("int", "float", "?", SOME_FLOAT)

    def is_number(atom: Atom, dtypes: Collection[str]) -> bool:
        type_ = atom_type(types, atom)
        return (takes_real and type_ == UNKNOWN) or (isinstance(type_, Scalar) and type_.dtype in dtypes)

    base, exponent = call.operands
    if isinstance(exponent, Const) and isinstance(exponent.value, float) and exponent.value.is_integer():
        return False
    return is_number(base, unknown) and is_number(exponent, unknown[1:]) and not _is_not_negative(base, made)


def _is_not_negative(atom: Atom, made: dict[Var, Call]) -> bool:
    """Whether a real number is certainly zero or more."""
    if isinstance(atom, Const):
        return isinstance(atom.value, (int, float)) and math.copysign(1.0, atom.value) > 0
    call = made.get(atom) if isinstance(atom, Var) else None
    if call is None:
        return False
    fn, operands = canonical(call.fn), call.operands
    if fn in SUMS:
        squared = fn is np.multiply and same_atom(*operands)
        even = fn is np.power and isinstance(operands[1], Const) and operands[1].value % 2 == 0
        base = operands[:1] if fn is np.power else operands
        return squared or even or all(_is_not_negative(a, made) for a in base)
    return fn in NOT_NEGATIVE


__all__ = ["check_numbers"]
