"""Give NumPy arrays: `np.dot([a, b], x)` as `np.dot(np.array([a, b]), x)`, as NumPy does it itself.

A rule computes with its arguments (`r_bar * x`), and a list is not an array there. The same is done to
what an operator takes beside an array, and to what is stored into one. One array serves all that read the
list up to the next call that may change it.

relies on: infer, resolve_calls.  ensures: no argument of a NumPy function that a rule differentiates is a
list or tuple, where the types tell, but of those that take several arrays in one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import numpy as np

from adcompile.analyses.effects import is_mutation, is_pure
from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import IN_PLACE, OPERATORS, is_update, joins
from adcompile.ir.nodes import Atom, Augmented, Block, Call, Const, Function, Method, Opaque, Star, Stmt, Syntax, Var
from adcompile.ir.traverse import map_atoms, walk
from adcompile.ir.types import Array, List, Tuple
from adcompile.rules.registry import Rule, rule_for
from adcompile.runtime import updates

# Of these the argument is a sequence of arrays, or becomes an array by the rule itself.
OF_SEQUENCES = frozenset(
    [
        np.array,
        np.asarray,
        np.asanyarray,
        np.concatenate,
        np.stack,
        np.vstack,
        np.hstack,
        np.column_stack,
        np.dstack,
        np.select,
        np.linalg.multi_dot,
    ]
)


def convert_lists(function: Function, types: Types) -> Function:
    """The function with an `np.array` where NumPy makes an array of a list or tuple, whose types are to be
    inferred again; the function itself, where there is no such list."""
    changed = False

    def block(b: Block, arrays: dict[Atom, Var]) -> Block:
        """A block with arrays made where none of `arrays` is that of the list."""
        return Block(tuple(made for s in b.stmts for made in stmt(s, arrays)), b.yields)

    def stmt(s: Stmt, arrays: dict[Atom, Var]) -> tuple[Stmt, ...]:
        nonlocal changed
        if not isinstance(s, Call):
            if any(map(_may_change, walk(Block((s,))))):
                arrays.clear()
            return (map_atoms(s, lambda a: a, lambda b: block(b, dict(arrays))),)
        made: list[Stmt] = []

        def array(atom: Atom) -> Atom:
            if atom not in arrays:
                arrays[atom] = Var("", s.origin)
                made.append(Call((arrays[atom],), np.array, (atom,), origin=s.origin))
            return arrays[atom]

        wanted = to_convert(s, types)
        changed |= bool(wanted)
        args = tuple(array(a) if i in wanted and not isinstance(a, Star) else a for i, a in enumerate(s.args))
        kwargs = tuple((name, array(a) if name in wanted else a) for name, a in s.kwargs)
        if _may_change(s):
            arrays.clear()
        return (*made, replace(s, args=args, kwargs=kwargs) if wanted else s)

    body = block(function.body, {})
    return replace(function, body=body) if changed else function


def _may_change(stmt: Stmt) -> bool:
    """Whether a statement may change a list, or an item of one."""
    if isinstance(stmt, Call):
        return not is_pure(stmt) or is_update(stmt) or is_mutation(stmt.fn)
    return isinstance(stmt, Opaque)


def to_convert(call: Call, types: Types) -> Collection[int | str | None]:
    """The places and names of a call's arguments that NumPy takes for arrays, and that are lists or tuples."""
    if not any(isinstance(atom_type(types, a), (List, Tuple)) for a in call.operands):
        return ()
    if isinstance(call.fn, Augmented) or call.fn is updates.update:  # a store
        into, last = call.operands[0], call.operands[-1]
        is_list = isinstance(atom_type(types, last), (List, Tuple))
        return (len(call.args) - 1,) if is_list and isinstance(atom_type(types, into), Array) else ()
    rule = rule_for(call.fn) if _computes(call, types) else None
    if rule is None or rule.kind == "zero":
        return ()
    names: dict[int | str | None, Atom | Star] = {**dict(enumerate(call.args)), **dict(call.kwargs)}
    return {
        key
        for key, atom in names.items()
        if not isinstance(atom, Star) and isinstance(atom_type(types, atom), (List, Tuple)) and _is_array(rule, key)
    }


def _computes(call: Call, types: Types) -> bool:
    """Whether a call is of NumPy: of a function of its own, or of a method or operator that has an array."""
    fn: Any = call.fn
    if isinstance(fn, Syntax) or any(isinstance(a, Star) for a in call.args):
        return False
    given = [atom_type(types, a) for a in call.operands]
    if isinstance(fn, Method):
        return isinstance(given[0], Array)
    if fn in OPERATORS or fn in IN_PLACE:
        return any(isinstance(t, Array) for t in given) and not joins(fn, *given)
    if fn is np.einsum and not isinstance(call.args[0], Const):
        return False  # the form with lists of numbers for subscripts
    is_numpys = isinstance(fn, np.ufunc) or (getattr(fn, "__module__", None) or "").startswith("numpy")
    return is_numpys and fn not in OF_SEQUENCES


def _is_array(rule: Rule, key: int | str | None) -> bool:
    """Whether an argument, by its place or name, is one that may carry a derivative."""
    name: str | None
    if isinstance(key, int):
        names = rule.arguments if rule.variadic else rule.places
        name = names[key] if key < len(names) else "*"
    else:
        name = rule.spelled.get(key, key) if key is not None else None
    each = name in rule.arguments or (name == "*" and rule.variadic)
    return each and (not rule.linear or name in rule.linear)
