"""The differentiated function as a graph: its steps and regions, and the values between them.

A step is what one line of the user's became in one sweep: `h = np.tanh(x @ W)` forward, or the
adjoint of it. A region is a loop, a branch or a `with` block around steps, and carries values.
An edge is a value that one of them makes and another one reads; one that leads from the
forward to the reverse sweep is a residual. The graph is drawn as a tree, or for Graphviz.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Sweep = Literal["forward", "reverse"]


@dataclass(eq=False, slots=True)
class Step:
    """What a line became in one sweep: its operations in order, and the names that it makes.
    `is_again` says that the reverse sweep computes a value of the forward sweep again."""

    number: int
    text: str
    line: int | None
    sweep: Sweep
    is_again: bool = False
    operations: list[str] = field(default_factory=list)
    makes: list[str] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Region:
    """A function, loop, branch or block: its header, what it carries, and its parts in order."""

    number: int
    text: str
    line: int | None
    sweep: Sweep
    carries: tuple[str, ...] = ()
    parts: list[Step | Region] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edge:
    """A value that `source` makes (or carries, or takes) and `target` reads. A residual crosses
    from the forward to the reverse sweep."""

    name: str
    source: Step | Region
    target: Step | Region
    is_residual: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """An emitted function as a graph: the regions and steps as a tree, and all edges."""

    name: str
    root: Region
    edges: tuple[Edge, ...]
    returns: tuple[str, ...]

    def inputs_of(self, part: Step | Region) -> tuple[Step | Region, ...]:
        """The parts that make what a part reads: with it, the graph can be walked backwards."""
        return tuple(dict.fromkeys(e.source for e in self.edges if e.target is part))

    def steps(self) -> Iterator[Step]:
        """Every step, in order."""
        return _steps(self.root)

    def __str__(self) -> str:
        return as_tree(self)


def _steps(region: Region) -> Iterator[Step]:
    for part in region.parts:
        if isinstance(part, Step):
            yield part
        else:
            yield from _steps(part)


# ----------------------------------------------------------------------------------------- as text


def as_tree(graph: Graph) -> str:
    """The regions and steps as a tree, with what each makes of what."""
    lines = [graph.root.text, *_branches(graph.root, graph, last=(f"returns {', '.join(graph.returns)}",))]
    return "\n".join(lines) + "\n"


def _branches(region: Region, graph: Graph, last: tuple[str, ...] = ()) -> Iterator[str]:
    count = len(region.parts) + len(last)
    for i, part in enumerate((*region.parts, *last)):
        is_last = i == count - 1
        corner, bar = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        if isinstance(part, str):
            yield corner + part
        elif isinstance(part, Step):
            yield corner + _header(part)
            yield from (bar + "   " + detail for detail in _details(part, graph))
        else:
            yield corner + _header(part)
            if part.carries:
                yield f"{bar}{'│' if part.parts else ' '}  carries {', '.join(part.carries)}"
            yield from (bar + line for line in _branches(part, graph))


def _header(part: Region | Step) -> str:
    if part.line is None or part.text == "bookkeeping":
        return part.text
    if part.sweep == "reverse" and isinstance(part, Region):
        return f"reverse of line {part.line}: {part.text}"
    again = "again: " * (isinstance(part, Step) and part.is_again)
    return f"{again}{part.text}  (line {part.line})"


def _details(step: Step, graph: Graph) -> Iterator[str]:
    read = dict.fromkeys(e.name for e in graph.edges if e.target is step and e.name != "t")
    made = ", ".join(step.makes)
    yield f"{', '.join(read) or 'nothing'} -> {made or 'a value'}: {', '.join(step.operations)}"


# ------------------------------------------------------------------------------------ Graphviz


def as_dot(graph: Graph) -> str:
    """The graph in the language of Graphviz; residuals are dashed."""
    lines = [f"digraph {json.dumps(graph.name)} {{", "  node [shape=box];"]
    lines += _cluster(graph.root, "  ")
    for edge in graph.edges:
        style = ", style=dashed, color=red" if edge.is_residual else ""
        lines.append(f"  n{edge.source.number} -> n{edge.target.number} [label={json.dumps(edge.name)}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _cluster(region: Region, indent: str) -> Iterator[str]:
    yield f"{indent}subgraph cluster_{region.number} {{"
    yield f"{indent}  label={json.dumps(_header(region))};"
    label = ", ".join(region.carries) or ("arguments" if region.line is None else region.text)
    yield f"{indent}  n{region.number} [shape=ellipse, label={json.dumps(label)}];"
    for part in region.parts:
        if isinstance(part, Step):
            yield f"{indent}  n{part.number} [label={json.dumps(part.text)}];"
        else:
            yield from _cluster(part, indent + "  ")
    yield f"{indent}}}"
