"""Refuse what loses imaginary parts, and a function that is to be holomorphic and is not.

Of a holomorphic function the derivative is one complex number. Where a step takes a conjugate, a
size or a part, it is not: what one sweep gives then is half of the truth.

relies on: activity, types.  ensures: a known complex value is not stored in an array of real ones.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from types import FunctionType

from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import DiagnosticList, UsageError
from adcompile.ir.nodes import Call, Function, Through, Var
from adcompile.ir.traverse import walk
from adcompile.ir.types import Array, Dict, List, Tuple, Type, is_complex, is_real, parts_of
from adcompile.rules.registry import rule_for
from adcompile.runtime import updates
from adcompile.transforms.rewrites import name_of_call

STORES = (updates.update, updates.increment, updates.add_at)


def check_complex_stores(function: Function, types: Types, active: Collection[Var], found: DiagnosticList) -> None:
    """Add a refusal for each active complex number that is stored in an array of real ones."""
    for stmt in walk(function.body):
        if not isinstance(stmt, Call) or not any(r in active for r in stmt.results):
            continue
        changes = stmt.fn.fn if isinstance(stmt.fn, Through) else stmt.fn
        if isinstance(changes, type) or changes not in STORES:
            continue
        holder, value = (atom_type(types, a) for a in (stmt.operands[0], stmt.operands[-1]))
        if isinstance(holder, Array) and is_real(holder) and is_complex(value):
            found.add(
                "a complex number is stored in an array of real ones",
                stmt.origin,
                "its imaginary part is lost",
                "make the array of complex numbers, np.zeros(n, dtype=complex), or store z.real",
            )


def check_holomorphic(function: Function, types: Types, active: Collection[Var], found: DiagnosticList) -> None:
    """Add a refusal for each active call of what is not holomorphic."""
    for stmt in walk(function.body):
        if not isinstance(stmt, Call) or not any(r in active for r in stmt.results):
            continue
        moving = [a for a in stmt.operands if isinstance(a, Var) and a in active]
        if all(is_real(atom_type(types, a)) for a in moving):
            continue
        fns = [view.fn for view in stmt.fn.views] if isinstance(stmt.fn, Through) else [stmt.fn]
        rules = [rule for fn in fns if (rule := rule_for(fn)) is not None]
        loses = any(is_real(atom_type(types, r)) for r in stmt.results)
        if loses or any(rule.on_complex == "any" for rule in rules):
            found.add(
                f"{name_of_call(stmt)} is not holomorphic, and holomorphic=True says that the function is",
                stmt.origin,
                "its derivative is a matrix of real numbers, not one complex number",
                "use vjp or jvp, or grad of the real and of the imaginary part",
            )


def check_complex_inputs(function: FunctionType, inputs: Sequence[Type], wrt: Sequence[int]) -> None:
    """Refuse to differentiate by a real argument as if it were complex.

    Raises:
        UsageError: if an argument is, or holds, a real number.
    """
    names = function.__code__.co_varnames
    for position in wrt:
        if _holds_real(inputs[position]):
            name = names[position] if position < len(names) else f"argument {position}"
            raise UsageError(
                f"'{name}' is real, and holomorphic=True is of complex arguments; pass {name} * (1 + 0j), "
                "or use jvp, whose tangent of a complex result is complex"
            )


def _holds_real(type_: Type) -> bool:
    return any(map(_holds_real, parts_of(type_))) if isinstance(type_, (Tuple, List, Dict)) else is_real(type_)
