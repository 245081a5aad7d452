"""Refuse an active value that leaves for a place where its derivative cannot be followed.

relies on: activity.  ensures: what an object, a context or an attribute holds is constant.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from adcompile.analyses.effects import leaves_arguments
from adcompile.analyses.infer import Types
from adcompile.analyses.run_time_calls import finds_at_run_time
from adcompile.errors import DiagnosticList
from adcompile.ir.nodes import Call, Function, Method, Opaque, Var, With
from adcompile.ir.traverse import atoms_of, walk
from adcompile.ir.types import UNKNOWN, Passive
from adcompile.transforms.check_text import check_text

# A user function that is called with varied values, its types, and what varies in it; None for
# another call, and for one that was followed before.
Follow = Callable[[Call, Types, frozenset[Var]], tuple[Function, Types, frozenset[Var]] | None]


def check_escape(
    function: Function,
    types: Types,
    varied: frozenset[Var],
    active: frozenset[Var],
    found: DiagnosticList,
    follow: Follow,
) -> None:
    """Refuse an active value that is put where its derivative cannot be followed: into an
    attribute, into an object that is asked again, or into a context; here, or in a function that
    it is given to. What is found when the program runs, and a derivative flows through, is looked at then."""
    for stmt in walk(function.body):
        if isinstance(stmt, Call) and any(a in varied for a in stmt.operands if isinstance(a, Var)):
            inner = follow(stmt, types, varied)
            if inner is not None:
                with found.called_from(stmt.origin):
                    check_escape(*inner, inner[2] if stmt.results[0] in active else frozenset(), found, follow)
    check_text(function, types, varied, found)
    asked: dict[Var, int] = {}
    for stmt in walk(function.body):
        for atom in atoms_of(stmt):
            if isinstance(atom, Var):
                asked[atom] = asked.get(atom, 0) + 1
    for stmt in walk(function.body):
        if isinstance(stmt, With) and stmt.context in varied:
            found.add(
                "a value that depends on the arguments is given to a context",
                stmt.origin,
                "what the context gives back, or changes, would count as constant",
                "detach() the value if it should count as a constant, or compute without the context",
            )
        if isinstance(stmt, Opaque) and _is_store(stmt) and any(a in varied for _, a in stmt.reads):
            found.add(
                "a value that depends on the arguments is stored in an object from outside",
                stmt.origin,
                "what is read from the object later would count as constant",
                "keep the value in a local variable, and return it",
            )
        if isinstance(stmt, Call) and isinstance(stmt.fn, Method) and not leaves_arguments(stmt, types):
            receiver, *rest = stmt.operands
            if finds_at_run_time(stmt, types, active):
                continue
            if not isinstance(receiver, Var) or not isinstance(types.get(receiver, UNKNOWN), Passive):
                continue
            if asked[receiver] > 1 and any(a in varied for a in rest if isinstance(a, Var)):
                found.add(
                    f"the object '{receiver.name or 'here'}' is given a value that depends on the arguments, "
                    "and is used again",
                    stmt.origin,
                    "what it gives back would count as constant",
                    "detach() the value if it should count as a constant",
                )


def _is_store(stmt: Opaque) -> bool:
    return isinstance(stmt.node, (ast.Assign, ast.AugAssign))
