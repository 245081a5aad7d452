"""Let a call of a nested function that was given away be a call of the function that it is.

Before:  `%c = make_tuple(function, None, %k)`, `%y = operator.call(%c, %t)`
After:   `%y = function(%t, %k)`, which is put in the place of its call (inline_calls)

relies on: infer, resolve_calls; frontend/closures.py for the tuples.  ensures: no tuple of ours is seen
where Python has a function: what is left is the lambda as it stands, or is refused.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from adcompile.analyses.infer import Types, atom_type
from adcompile.errors import Diagnostic, Refused
from adcompile.frontend.closures import Closure, closure_in, closure_of
from adcompile.ir.nodes import NONE, Atom, Block, Call, Const, Function, Star, Stmt, Syntax, Var
from adcompile.ir.traverse import atoms_of, blocks_of, map_atoms, substitute, walk
from adcompile.ir.types import Dict, List, Tuple, Type
from adcompile.runtime.structures import make_tuple

T = TypeVar("T")


def holds_closure(type_: Type) -> bool:
    """Whether a value is, or holds, a tuple that stands for a nested function."""
    if isinstance(type_, Tuple):
        return closure_in(type_) is not None or any(map(holds_closure, type_.items))
    if isinstance(type_, List):
        return holds_closure(type_.item)
    return isinstance(type_, Dict) and any(holds_closure(item) for _, item in type_.items)


def arguments_of(made: Closure, items: list[T], args: list[T], kwargs: Mapping[str | None, T]) -> list[T] | None:
    """All that the function in a tuple of these items (behind the function) is called with; None if the
    arguments do not fit."""
    given = dict(zip(made.parameters, args, strict=False))
    if len(args) > len(made.parameters) or set(given) & set(kwargs) or not set(kwargs) <= set(made.parameters):
        return None
    given |= kwargs  # type: ignore[arg-type]
    _, *rest = items
    defaults = dict(zip(made.defaults, rest, strict=False))
    values = {**defaults, **given}
    if len(values) < len(made.parameters):
        return None
    return [*(values[name] for name in made.parameters), *rest[len(defaults) :]]


def open_closures(function: Function) -> Function:
    """The function with each call of a tuple that it made itself a call of the function in it."""
    made = _made_in(function)
    if not made:
        return function

    def opened(stmt: Stmt) -> Stmt:
        first = stmt.args[0] if isinstance(stmt, Call) and stmt.fn is operator.call else None
        tuple_ = made.get(first) if isinstance(first, Var) else None
        if tuple_ is None or not isinstance(stmt, Call):
            return map_atoms(stmt, lambda a: a, block)
        fn, *items = tuple_.operands
        assert isinstance(fn, Const)
        closure = closure_of(fn.value)
        plain = [a for a in stmt.args[1:] if not isinstance(a, Star)]
        named = dict(stmt.kwargs)
        assert closure is not None
        given = arguments_of(closure, items, plain, named) if len(plain) == len(stmt.args) - 1 else None
        return stmt if given is None else replace(stmt, fn=fn.value, args=tuple(given), kwargs=())

    def block(b: Block) -> Block:
        return Block(tuple(map(opened, b.stmts)), b.yields)

    return replace(function, body=block(function.body))


def put_back_closures(function: Function) -> Function:
    """The function without the tuples of which nobody is left who reads them; where somebody is, the
    lambda as it stands.

    Raises:
        Refused: where a nested def is read.
    """
    made = _made_in(function)
    if not made:
        return function
    read = _read(function.body)
    stands_for: dict[Var, Atom] = {}
    for result, call in made.items():
        kept, fn = call.operands[1], call.operands[0]
        assert isinstance(fn, Const)
        if result in read:
            if kept == NONE:
                raise Refused([_refusal(closure_of(fn.value))])
            stands_for[result] = kept
    dropped = {id(call) for call in made.values()}

    def block(b: Block) -> Block:
        left = (s for s in b.stmts if id(s) not in dropped)
        return Block(tuple(map_atoms(s, lambda a: a, block) for s in left), b.yields)

    body = substitute(block(function.body), stands_for)
    read = _read(body)
    lambdas = {c.operands[1] for c in made.values()} - read - {NONE}

    def without(b: Block) -> Block:
        left = (s for s in b.stmts if not (isinstance(s, Call) and isinstance(s.fn, Syntax) and s.result in lambdas))
        return Block(tuple(map_atoms(s, lambda a: a, without) for s in left), b.yields)

    return replace(function, body=without(body))


def _refusal(closure: Closure | None) -> Diagnostic:
    assert closure is not None
    return Diagnostic(
        f"the nested function '{closure.name}' is used as a value here", closure.origin,
        "it reads variables of the function, and who calls it when is not known",
        "call it here, or put it into the module with what it reads as parameters",
    )


def _made_in(function: Function) -> dict[Var, Call]:
    """The calls that make the tuples, by what they give."""
    return {s.result: s for s in walk(function.body) if _makes(s) and isinstance(s, Call)}


def _makes(stmt: Stmt) -> bool:
    first = stmt.args[0] if isinstance(stmt, Call) and stmt.fn is make_tuple and stmt.args else None
    return isinstance(first, Const) and closure_of(first.value) is not None


def _read(body: Block) -> set[Atom]:
    """What a body reads."""
    found: set[Atom] = set(body.yields)
    for stmt in walk(body):
        found.update(atoms_of(stmt))
        found.update(a for b in blocks_of(stmt) for a in b.yields)
    return found


def gives_back_closure(call: Call, types: Types) -> bool:
    """Whether a nested function outlives a call that it is given to: what it reads may be another by then."""
    return any(holds_closure(atom_type(types, r)) for r in call.results)


def is_given_closure(call: Call, types: Types) -> bool:
    """Whether a call is of the function in such a tuple, or is given one."""
    return closure_of(call.fn) is not None or any(holds_closure(atom_type(types, a)) for a in call.operands)
