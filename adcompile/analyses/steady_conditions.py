"""Which conditions have the same truth whenever they are asked, where stores are not values yet.

A number is one, and so is the answer to a question that nothing but conditions reads. A list is
none: it may have items later.

relies on: types.  ensures: a condition that is found cannot change after it is made.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable

from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.callables import COMPARISONS
from adcompile.ir.nodes import Atom, Block, Call, Const, Opaque, Var
from adcompile.ir.traverse import atoms_of, walk
from adcompile.ir.types import Scalar
from adcompile.runtime.structures import contains, not_contains

ASKING = (*COMPARISONS, operator.not_, operator.is_, operator.is_not, contains, not_contains, bool, builtins.isinstance)


def steady_conditions(body: Block, types: Types) -> Callable[[Atom], bool]:
    """Says of a condition of a program whether it stays what it is."""
    answers: set[Var] = set()
    others: set[Atom] = set()
    for stmt in walk(body):
        if isinstance(stmt, Call) and any(stmt.fn is asking for asking in ASKING):
            answers.update(stmt.results)
        elif isinstance(stmt, (Call, Opaque)):
            others.update(atoms_of(stmt))
    answers -= others
    return lambda cond: isinstance(cond, Const) or cond in answers or isinstance(atom_type(types, cond), Scalar)
