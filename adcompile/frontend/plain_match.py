"""Write `match` as `if` and `elif`, where its patterns say what a comparison can.

Constants, dotted names, alternatives, a name that takes the subject, and `_` are followed; patterns that
look into the subject (sequences, mappings, classes) stay, and are refused where they stand.
"""

from __future__ import annotations

import copy
from typing import Any

import gast


def plain_match(tree: Any, text: str) -> Any:
    """The tree of a text with each `match` that can be written so as a chain of `if`."""
    if "match" in text:
        _Plain(text).visit(tree)
    return tree


class _Plain(gast.NodeTransformer):  # type: ignore[misc]
    def __init__(self, text: str) -> None:
        self.subject = "subject"
        while self.subject in text:
            self.subject += "_"

    def visit_Match(self, node: Any) -> Any:
        """A `match` as statements; itself if a pattern looks into the subject."""
        self.generic_visit(node)
        if not all(_is_plain(case.pattern) for case in node.cases):
            return node
        before: list[Any] = []
        subject = node.subject
        if not isinstance(subject, (gast.Name, gast.Constant)):
            before = [gast.Assign([_name(self.subject, gast.Store())], subject, None)]
            subject = _name(self.subject, gast.Load())
        chain: list[Any] = []
        for case in reversed(node.cases):
            chain = _branch(case, subject, chain)
        made = [*before, *chain]
        for statement in made:
            for part in gast.walk(statement):
                if not hasattr(part, "lineno"):
                    gast.copy_location(part, node)
        return made or [gast.copy_location(gast.Pass(), node)]


def _is_plain(pattern: Any) -> bool:
    if isinstance(pattern, gast.MatchOr):
        return all(isinstance(p, (gast.MatchValue, gast.MatchSingleton)) for p in pattern.patterns)
    if isinstance(pattern, gast.MatchAs):
        return pattern.pattern is None
    return isinstance(pattern, (gast.MatchValue, gast.MatchSingleton))


def _branch(case: Any, subject: Any, otherwise: list[Any]) -> list[Any]:
    """One case as statements, before those of the cases below it."""
    body: list[Any] = case.body
    test, guard = _test(case.pattern, subject), case.guard
    if isinstance(case.pattern, gast.MatchAs) and case.pattern.name is not None:
        taken = gast.Assign([_name(case.pattern.name, gast.Store())], copy.deepcopy(subject), None)
        body = [gast.copy_location(taken, case.pattern), *body]
        if guard is not None:
            return [taken, gast.If(guard, case.body, otherwise)]
    if test is None and guard is None:
        return body
    if test is not None and guard is not None:
        test = gast.BoolOp(gast.And(), [test, guard])
    made = gast.If(guard if test is None else test, body, otherwise)
    return [gast.copy_location(made, body[0])]


def _test(pattern: Any, subject: Any) -> Any:
    """The comparison that a pattern stands for; None for one that takes anything."""
    if isinstance(pattern, gast.MatchAs):
        return None
    if isinstance(pattern, gast.MatchOr):
        return gast.BoolOp(gast.Or(), [_test(p, subject) for p in pattern.patterns])
    if isinstance(pattern, gast.MatchSingleton):
        return gast.Compare(copy.deepcopy(subject), [gast.Is()], [gast.Constant(pattern.value, None)])
    return gast.Compare(copy.deepcopy(subject), [gast.Eq()], [pattern.value])


def _name(identifier: str, context: Any) -> Any:
    return gast.Name(identifier, context, None, None)
