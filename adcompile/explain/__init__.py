"""What the compiler decided about a program, and why: facts, their text, and the graph."""

from __future__ import annotations

from dataclasses import dataclass

from adcompile.explain.facts import FunctionFacts
from adcompile.explain.gather import facts_of, graphs_of
from adcompile.explain.graph import Graph, as_dot, as_tree
from adcompile.explain.text import to_text
from adcompile.transforms.decisions import Decisions


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was decided about a program: facts about its functions, and the graphs of the
    functions that were emitted. `str` of it reads well."""

    functions: tuple[FunctionFacts, ...]
    graphs: tuple[Graph, ...]

    def __str__(self) -> str:
        return to_text(self.functions)


def explain(decisions: Decisions) -> Explanation:
    """What was decided about a program, from what its passes noted."""
    return Explanation(facts_of(decisions), graphs_of(decisions))


__all__ = ["Explanation", "Graph", "as_dot", "as_tree", "explain"]
