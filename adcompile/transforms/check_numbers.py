"""Check that numbers are what the derivative takes them for: at run time, where types do not tell.

An array of unknown dtype may be one of ints: what is stored into it loses its fraction, and is a
constant. In Python `x ** 0.5` is a complex number for an `x` below zero, and is typed as a float. What
`w * x` or `w.dot(x)` is for an object `w` its class says, and that need not be a product; nor does
`q.append(x)` of a `deque` what it does to a list.

relies on: types, activity.  ensures: an active value is stored where it keeps its derivative; what is
typed as a float is one; operators on active values are those of numbers and arrays, and subscripts of
what holds its items.
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
from adcompile.errors import DiagnosticList
from adcompile.ir.callables import IN_PLACE, canonical
from adcompile.ir.nodes import (
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Function,
    Method,
    Stmt,
    Syntax,
    Through,
    Var,
    same_atom,
)
from adcompile.ir.traverse import map_atoms, walk
from adcompile.ir.types import (
    SOME_FLOAT,
    SOME_INT,
    UNKNOWN,
    Array,
    Passive,
    Scalar,
    Type,
    Unknown,
    kind_of,
    of_constant,
)
from adcompile.rules.registry import RULES
from adcompile.runtime import checks, updates

STORES = (updates.update, updates.increment, updates.add_at)
OF_LISTS = (updates.append, updates.extend, updates.without_last)  # what a method is taken for by its name
POWERS = (operator.pow, operator.ipow, builtins.pow)
ARITHMETIC = frozenset(
    [np.add, np.subtract, np.multiply, np.divide, np.power, np.matmul, np.remainder, np.floor_divide]
)
MATRICES = (np.matrix, np.asmatrix, np.bmat)  # what makes arrays on which operators do something else
NOT_NEGATIVE = (np.absolute, np.sqrt, np.exp, np.cosh, np.hypot)
SUMS = (np.add, np.multiply, np.divide, np.maximum, np.power)  # not negative where no operand is


def check_numbers(
    function: Function, types: Types, active: Collection[Var], takes_real: bool, generic: bool, found: DiagnosticList
) -> Function:
    """The function with the checks; `types` receives what they give. `takes_real` says that a value of
    which nothing is known is taken for a real one; of the arguments of a `generic` program nothing is
    known, and they are taken for numbers and arrays. Adds a refusal for each operator on an object."""
    made = {s.result: s for s in walk(function.body) if isinstance(s, Call) and len(s.results) == 1}
    checked = False
    plain: set[Atom] = set(function.inputs) if generic else set()  # operands that are looked at already

    def check(fn: Any, call: Call, *atoms: Atom) -> Call:
        nonlocal checked
        checked = True
        nothing = Var()
        types[nothing] = of_constant(None)
        return Call((nothing,), fn, atoms, origin=call.origin)

    def stmt(s: Stmt) -> list[Stmt]:
        if not isinstance(s, Call):
            return [map_atoms(s, lambda a: a, block)]
        if _may_be_no_list(s, types) and s.operands[0] not in plain:
            return [check(checks.require_list, s, s.operands[0]), s]
        if _may_lose(s, types, active):
            return [check(checks.require_keeps, s, s.operands[0], s.operands[-1]), s]
        if (other := _other_operand(s, types, active, made)) is not None and other not in plain:
            plain.add(other)
            type_ = atom_type(types, other)
            if isinstance(type_, Passive) and type_.kind is not None:
                found.add(
                    f"an operator is given {_named(other, type_)}, and a value that depends on the arguments",
                    s.origin,
                    f"what it computes the class '{type_.name}' says, and no rule",
                    "call a method instead, or convert the object: np.asarray(a)",
                )
            return [check(checks.require_plain_numbers, s, other), s]
        if _may_compute_items(s, types, active) and s.operands[0] not in plain:
            plain.add(s.operands[0])
            return [check(checks.require_items, s, s.operands[0]), s]
        if _may_be_complex(s, types, made, takes_real):
            return [s, check(checks.require_real_power, s, s.result)]
        return [s]

    def block(b: Block) -> Block:
        before = set(plain)
        made = Block(tuple(new for s in b.stmts for new in stmt(s)), b.yields)
        plain.intersection_update(before)  # a branch or a loop may not run
        return made

    body = block(function.body)
    return replace(function, body=body) if checked else function


def _may_compute_items(call: Call, types: Types, active: Collection[Var]) -> bool:
    """Whether a subscript that may be active is of something of which nothing is known: an object may
    compute its items of the subscript."""
    if call.fn is not operator.getitem or call.operands[1] not in active or not isinstance(call.operands[0], Var):
        return False
    whole = kind_of(getattr(atom_type(types, call.operands[1]), "dtype", "?")) in ("int", "bool")
    return not whole and isinstance(atom_type(types, call.operands[0]), Unknown)


def _may_lose(call: Call, types: Types, active: Collection[Var]) -> bool:
    """Whether a call stores an active value into what may be an array of ints."""
    fn: Any = call.fn.fn if isinstance(call.fn, Through) else call.fn
    if isinstance(fn, type) or fn not in STORES or call.operands[-1] not in active:
        return False
    holder = atom_type(types, call.operands[0])
    return isinstance(holder, Unknown) or (isinstance(holder, Array) and holder.dtype == "?")


def _may_be_no_list(call: Call, types: Types) -> bool:
    """Whether what is taken for a list that grows or shrinks may be another object."""
    of_list = not isinstance(call.fn, (type, Syntax)) and call.fn in OF_LISTS
    return of_list and isinstance(atom_type(types, call.operands[0]), (Unknown, Passive))


def _other_operand(call: Call, types: Types, active: Collection[Var], made: dict[Var, Call]) -> Atom | None:
    """The operand of an operator on an active value, or what a method of arrays is called of, that may
    be an object whose class says what that does."""
    if not any(a in active for a in call.operands):
        return None
    if isinstance(call.fn, Method) and canonical(call.fn) in RULES:
        receiver = call.operands[0]
        return receiver if receiver not in active and _may_be_object(receiver, types, made) else None
    if len(call.operands) != 2 or not _is_arithmetic(call.fn):
        return None
    others = [a for a in call.operands if a not in active]
    return others[0] if others and _may_be_object(others[0], types, made) else None


def _may_be_object(atom: Atom, types: Types, made: dict[Var, Call]) -> bool:
    type_ = atom_type(types, atom)
    if isinstance(type_, Passive):
        return type_.kind is None or not checks.computes_as_numbers(type_.kind)
    call = made.get(atom) if isinstance(atom, Var) and isinstance(type_, Unknown) else None
    if call is not None and (_is_arithmetic(call.fn) or canonical(call.fn) in RULES):
        reads = isinstance(call.fn, (Method, Attribute)) or _is_arithmetic(call.fn)
        return reads and any(_may_be_object(a, types, made) for a in call.operands)
    return isinstance(type_, Unknown) and not (call is not None and _makes_numbers(call, types))


def _makes_numbers(call: Call, types: Types) -> bool:
    """Whether a call is of NumPy's and makes numbers or an array: random ones, say."""
    fn: Any = call.fn
    if isinstance(fn, (Method, Attribute)):
        of = atom_type(types, call.operands[0])
        return isinstance(of, Passive) and of.kind is not None and of.kind.__module__.startswith("numpy.random")
    module = getattr(fn, "__module__", None) or type(getattr(fn, "__self__", None)).__module__
    return module.split(".")[0] == "numpy" and fn not in MATRICES and not module.startswith("numpy.ma")


def _is_arithmetic(fn: Any) -> bool:
    """Whether a callable is an operator that a class can give a meaning of its own."""
    return not isinstance(fn, (type, Method, Attribute, Syntax)) and canonical(IN_PLACE.get(fn, fn)) in ARITHMETIC


def _named(atom: Atom, type_: Type) -> str:
    name = atom.name if isinstance(atom, Var) else ""
    return f"'{name}', a {type_}" if name else f"a {type_}"


def _may_be_complex(call: Call, types: Types, made: dict[Var, Call], takes_real: bool) -> bool:
    """Whether a call is a power of Python's that is taken for a real number, and may be complex."""
    if call.fn not in POWERS or len(call.operands) != 2 or len(call.args) != 2:
        return False
    unknown = ("int", SOME_INT, "float", "?", SOME_FLOAT)

    def is_number(atom: Atom, dtypes: Collection[str]) -> bool:
        type_ = atom_type(types, atom)
        return (takes_real and type_ == UNKNOWN) or (isinstance(type_, Scalar) and type_.dtype in dtypes)

    base, exponent = call.operands
    if isinstance(exponent, Const) and isinstance(exponent.value, float) and exponent.value.is_integer():
        return False
    return is_number(base, unknown) and is_number(exponent, unknown[2:]) and not _is_not_negative(base, made)


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
