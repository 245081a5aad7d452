"""The seed rule of a store through views: each view, and the store, by its own seed rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adcompile.analyses.places import is_view_or_copy
from adcompile.inference.registry import infer_call
from adcompile.ir.nodes import Atom, Call, Through, Var, View
from adcompile.ir.types import Type
from adcompile.transforms.seed_rules.registry import Carrying, NotCarried, apply


def store_through(c: Carrying, call: Call, through: Through) -> Atom:
    """`a.T[i] = v` as `np.swapaxes(a, 1, 2)[:, i] = v`: the views are those of the array with seeds."""
    whole, steps, rest = through.parts(call.operands)
    part: Var = c.stands_for(c.type_of(whole), Var())
    views: list[View] = []
    operands: list[Atom] = []
    for view, atoms in steps:
        args, kwargs = view.split(atoms)
        made = _made_of(c, view.fn, part, args, kwargs)
        types = [c.type_of(a) for a in args]
        part = c.stands_for(infer_call(view.fn, [c.type_of(part), *types], {k: c.type_of(a) for k, a in kwargs}), Var())
        if made is None:
            continue
        if is_view_or_copy(made.fn):
            raise NotCarried("a store through a view that may be a copy")
        keys = tuple(str(k) for k, _ in made.kwargs)
        views.append(View(made.fn, len(made.operands) - 1, keys))  # type: ignore[arg-type]
        operands += made.operands[1:]
    stored = _made_of(c, through.fn, part, rest, ())
    if stored is None or stored.fn is not through.fn:
        raise NotCarried(f"a store by {through.fn.__name__}")
    fn: Any = Through(through.fn, tuple(views)) if views else through.fn
    return c.b.make(fn, (c.lifted(whole), *operands, *stored.operands[1:]))


def _made_of(c: Carrying, fn: Any, part: Var, args: Sequence[Atom], kwargs: Sequence[tuple[str, Atom]]) -> Call | None:
    """The call that a rule makes of a part of an array, which is not there yet; None if the part is
    its result. What else the rule computes is put down."""
    result = Var()
    c.stands_for(_type(c, fn, part, args, kwargs), result)
    now = c.now(part)
    with c.b.nested() as stmts:
        made = apply(c, Call((result,), fn, (part, *args), tuple(kwargs)), (part, *args))
    if made is now:
        return None
    *before, last = stmts
    reads = [s for s in before if not isinstance(s, Call) or now in s.operands]
    if reads or not isinstance(last, Call) or last.results != (made,) or last.operands[0] is not now:
        raise NotCarried("a store through a view that takes several steps")
    for stmt in before:
        c.b.emit(stmt)
    return last


def _type(c: Carrying, fn: Any, part: Var, args: Sequence[Atom], kwargs: Sequence[tuple[str, Atom]]) -> Type:
    return infer_call(fn, [c.type_of(part), *map(c.type_of, args)], {k: c.type_of(a) for k, a in kwargs})
