"""Which changes happen in place in the emitted functions, and which on a copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adcompile.explain.facts import UpdateFacts
from adcompile.explain.words import Words, expression
from adcompile.ir.nodes import Call, Stmt
from adcompile.ir.traverse import walk
from adcompile.transforms.decisions import Differentiation
from adcompile.transforms.plan_buffers import Plan


def updates_of(
    decided: Differentiation, plans: Mapping[str, Plan], words: Words
) -> Iterator[tuple[int, UpdateFacts]]:
    """The updates of the functions that were emitted for one function, by the user's line."""
    for name in decided.emitted:
        plan = plans[name]
        for stmt in walk(plan.function.body):
            facts = _facts(stmt, plan, words)
            if facts is not None and stmt.origin is not None:
                yield stmt.origin.line, facts


def _facts(stmt: Stmt, plan: Plan, words: Words) -> UpdateFacts | None:
    if not isinstance(stmt, Call) or stmt.origin is None:
        return None
    is_ours = not stmt.origin.reverse and any(v not in words.definitions for v in stmt.results)
    if stmt in plan.owned:
        what = stmt.result.name or "a value"
        return UpdateFacts(f"`{what}` before the loop", False, "the loop changes it, and it is not the function's own")
    if is_ours or not (stmt in plan.in_place or stmt in plan.copied):
        return None  # a tape grows in place
    text = f"`{expression(stmt.origin)}`"
    if stmt.origin.reverse:
        text = f"`{stmt.result.name or 'a cotangent'}` in the adjoint of {text}"
    return UpdateFacts(text, stmt not in plan.copied, plan.copied.get(stmt, ""))
