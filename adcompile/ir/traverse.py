"""Walking and rebuilding the IR: the one place that knows what each node holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from adcompile.ir.nodes import (
    Atom,
    Block,
    Call,
    Each,
    For,
    If,
    Opaque,
    Range,
    Source,
    Star,
    Stmt,
    Unwind,
    Var,
    While,
    With,
)


def blocks_of(stmt: Stmt) -> tuple[Block, ...]:
    """The blocks that a statement owns, in the order in which they run."""
    if type(stmt) is Call:  # nearly always
        return ()
    if isinstance(stmt, If):
        return stmt.then, stmt.orelse
    if isinstance(stmt, While):
        return stmt.head, stmt.body
    if isinstance(stmt, (For, With)):
        return (stmt.body,)
    return ()


def source_atoms(source: Source) -> tuple[Atom, ...]:
    """The atoms that a loop's source reads."""
    if isinstance(source, Range):
        return source.start, source.stop, source.step
    if isinstance(source, Each):
        return (source.sequence,)
    return ()


def atoms_of(stmt: Stmt) -> tuple[Atom, ...]:
    """The atoms that a statement reads itself, its blocks aside."""
    if type(stmt) is Call:
        return stmt.operands
    if isinstance(stmt, If):
        return (stmt.cond,)
    if isinstance(stmt, For):
        return tuple(a for s in stmt.sources for a in source_atoms(s)) + stmt.inits
    if isinstance(stmt, While):
        return stmt.inits
    if isinstance(stmt, With):
        return (stmt.context,)
    return tuple(a for _, a in stmt.reads)


def results_of(stmt: Stmt) -> tuple[Var, ...]:
    """The values that a statement defines for those after it."""
    if type(stmt) is Opaque:
        return tuple(v for _, v in stmt.writes)
    return stmt.results


def inner_of(stmt: Stmt) -> tuple[Var, ...]:
    """The values that a statement defines for its own blocks."""
    if type(stmt) is Call:
        return ()
    if isinstance(stmt, For):
        return stmt.items + stmt.params + ((stmt.index,) if stmt.index else ())
    if isinstance(stmt, While):
        return stmt.params
    if isinstance(stmt, With):
        return (stmt.target,) if stmt.target else ()
    return ()


def walk(block: Block) -> Iterator[Stmt]:
    """Every statement of a block, an owner before what it owns."""
    pending = list(reversed(block.stmts))
    while pending:
        stmt = pending.pop()
        yield stmt
        if type(stmt) is not Call:
            for inner in reversed(blocks_of(stmt)):
                pending += reversed(inner.stmts)


def count_uses(block: Block) -> dict[Var, int]:
    """How often each value is read within a block, nested blocks included, or yielded."""
    uses: dict[Var, int] = {}
    yields = [a for s in walk(block) for b in blocks_of(s) for a in b.yields]
    for atom in (*(a for s in walk(block) for a in atoms_of(s)), *yields, *block.yields):
        if isinstance(atom, Var):
            uses[atom] = uses.get(atom, 0) + 1
    return uses


def defined_in(block: Block) -> set[Var]:
    """Every value that is defined within a block, nested blocks included."""
    return {v for s in walk(block) for v in (*results_of(s), *inner_of(s))}


def uses_in(block: Block) -> set[Var]:
    """Every value that is read within a block, nested blocks and yields included."""
    found = {a for a in block.yields if type(a) is Var}
    for stmt in block.stmts:
        if type(stmt) is Call:
            found.update([a for a in stmt.operands if type(a) is Var])
        else:
            found |= uses_of(stmt)
    return found


def uses_of(stmt: Stmt) -> set[Var]:
    """Every value that a statement reads, its blocks included."""
    found = {a for a in atoms_of(stmt) if type(a) is Var}
    for inner in blocks_of(stmt):
        found |= uses_in(inner)
    return found


def free_in(block: Block) -> set[Var]:
    """The values that a block reads from outside."""
    return uses_in(block) - defined_in(block)


# --------------------------------------------------------------------------------- rebuilding

AtomMap = Callable[[Atom], Atom]


def map_source(source: Source, atom: AtomMap) -> Source:
    """A source with each atom replaced."""
    if isinstance(source, Range):
        return Range(atom(source.start), atom(source.stop), atom(source.step))
    if isinstance(source, Each):
        return Each(atom(source.sequence), source.backwards)
    return source


def map_atoms(stmt: Stmt, atom: AtomMap, block: Callable[[Block], Block]) -> Stmt:
    """A statement with each atom that it reads, and each block that it owns, replaced. A call that
    stays as it is stays the same node."""
    if type(stmt) is Call:
        args = tuple([Star(atom(a.value)) if isinstance(a, Star) else atom(a) for a in stmt.args])
        kwargs = tuple([(k, atom(a)) for k, a in stmt.kwargs])
        if args == stmt.args and kwargs == stmt.kwargs:
            return stmt
        return Call(stmt.results, stmt.fn, args, kwargs, stmt.origin, stmt.kept)
    if isinstance(stmt, If):
        return replace(stmt, cond=atom(stmt.cond), then=block(stmt.then), orelse=block(stmt.orelse))
    if isinstance(stmt, For):
        sources = tuple(map_source(s, atom) for s in stmt.sources)
        inits = tuple(map(atom, stmt.inits))
        return replace(stmt, sources=sources, inits=inits, body=block(stmt.body))
    if isinstance(stmt, While):
        inits = tuple(map(atom, stmt.inits))
        return replace(stmt, inits=inits, head=block(stmt.head), body=block(stmt.body))
    if isinstance(stmt, With):
        return replace(stmt, context=atom(stmt.context), body=block(stmt.body))
    return replace(stmt, reads=tuple((n, atom(a)) for n, a in stmt.reads))


def substitute(block: Block, mapping: Mapping[Var, Atom]) -> Block:
    """A block with values replaced throughout; nothing is renamed."""
    if not mapping:
        return block

    def atom(a: Atom) -> Atom:
        return mapping.get(a, a) if isinstance(a, Var) else a

    def rebuild(b: Block) -> Block:
        stmts = tuple(map_atoms(s, atom, rebuild) for s in b.stmts)
        return Block(stmts, tuple(map(atom, b.yields)))

    return rebuild(block)


def clone(block: Block, mapping: dict[Var, Atom]) -> Block:
    """A copy of a block in which every value that it defines is new; `mapping` receives them."""

    def fresh(var: Var) -> Var:
        new = Var(var.name, var.origin)
        mapping[var] = new
        return new

    def atom(a: Atom) -> Atom:
        return mapping.get(a, a) if isinstance(a, Var) else a

    def rebuild(b: Block) -> Block:
        stmts = []
        for stmt in b.stmts:
            for var in inner_of(stmt):
                fresh(var)
            new = map_atoms(stmt, atom, rebuild)
            stmts.append(rename_definitions(new, lambda v: mapping[v] if v in mapping else fresh(v)))  # type: ignore[arg-type,return-value]
        return Block(tuple(stmts), tuple(map(atom, b.yields)))

    return rebuild(block)


def rename_definitions(stmt: Stmt, name: Callable[[Var], Var]) -> Stmt:
    """A statement with each value that it defines replaced."""
    if isinstance(stmt, Opaque):
        return replace(stmt, writes=tuple((n, name(v)) for n, v in stmt.writes))
    results = tuple(map(name, stmt.results))
    if isinstance(stmt, For):
        return replace(
            stmt,
            results=results,
            items=tuple(map(name, stmt.items)),
            params=tuple(map(name, stmt.params)),
            index=name(stmt.index) if stmt.index else None,
        )
    if isinstance(stmt, While):
        return replace(stmt, results=results, params=tuple(map(name, stmt.params)))
    if isinstance(stmt, With):
        return replace(stmt, results=results, target=name(stmt.target) if stmt.target else None)
    return replace(stmt, results=results)


__all__ = [
    "Unwind",
    "atoms_of",
    "blocks_of",
    "clone",
    "defined_in",
    "free_in",
    "inner_of",
    "map_atoms",
    "map_source",
    "rename_definitions",
    "results_of",
    "source_atoms",
    "substitute",
    "uses_in",
    "uses_of",
    "walk",
]
