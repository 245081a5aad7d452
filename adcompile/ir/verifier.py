"""The rules that every function of the IR obeys; a pass that breaks one is at fault.

A rule is a function in one of two tables: it looks at one statement or at a whole function,
and yields a sentence for each breach. Its name is the rule's name.

With `abstract`, between `reverse` and `place_residuals`, loops may unwind others, and a
value may be read anywhere behind its definition, even if its block is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from adcompile.errors import InternalError
from adcompile.ir.nodes import (
    UNDEFINED,
    Atom,
    Attribute,
    Augmented,
    Block,
    Call,
    Const,
    For,
    Function,
    FunctionRef,
    If,
    Method,
    Opaque,
    ReverseBlock,
    Star,
    Stmt,
    Syntax,
    Through,
    Unwind,
    Var,
    While,
    With,
    WriteBack,
)
from adcompile.ir.traverse import atoms_of, blocks_of, inner_of, results_of, walk

T = TypeVar("T")
# Callables that are no objects.
SYNTAX = (Method, Attribute, Syntax, FunctionRef, Through, Augmented, WriteBack, ReverseBlock)
PARAM_KINDS = ("positional", "*", "keyword", "**")  # in the order in which they stand


def verify(function: Function, stage: str = "verify", *, abstract: bool = False) -> None:
    """Hold a function to every rule.

    Raises:
        InternalError: with the pass `stage` that is at fault, the rule that is broken, and where.
    """
    for name, detail in breaches(function, abstract=abstract):
        raise InternalError(stage, f"{name}: {detail} (in '{function.name}')")


def breaches(function: Function, *, abstract: bool = False) -> Iterator[tuple[str, str]]:
    """The name of each broken rule, with a sentence that says how."""
    stmts = list(walk(function.body))
    for stmt_rule in STATEMENT_RULES:
        for stmt in stmts:
            for detail in stmt_rule(stmt):
                yield stmt_rule.__name__, detail
    for function_rule in FUNCTION_RULES:
        for detail in function_rule(function, abstract):
            yield function_rule.__name__, detail


# ---------------------------------------------------------------------- rules of one statement


def operands_are_atoms(stmt: Stmt) -> Iterator[str]:
    """A statement reads values and constants (and, among a call's arguments, `*value`)."""
    for atom in atoms_of(stmt):
        if not isinstance(atom, (Var, Const, Star)):
            yield f"{_kind(stmt)} reads {atom!r}"


def stars_are_arguments(stmt: Stmt) -> Iterator[str]:
    """`*value` stands among the positional arguments of a call only, and holds an atom."""
    for atom in atoms_of(stmt):
        if isinstance(atom, Star):
            yield f"{_kind(stmt)} reads {atom!r}"


def definitions_are_values(stmt: Stmt) -> Iterator[str]:
    """What a statement defines are `Var`s."""
    for var in (*results_of(stmt), *inner_of(stmt)):
        if not isinstance(var, Var):
            yield f"{_kind(stmt)} defines {var!r}"


def call_has_results(stmt: Stmt) -> Iterator[str]:
    """A call has a result, be it read or not."""
    if isinstance(stmt, Call) and not stmt.results:
        yield f"a call of {stmt.fn!r} has none"


def callee_is_callable(stmt: Stmt) -> Iterator[str]:
    """What is called is a callable, or syntax that stands for one."""
    if isinstance(stmt, Call) and not isinstance(stmt.fn, SYNTAX):
        if not callable(stmt.fn):
            yield f"{stmt.fn!r} is not"


def syntax_has_its_operands(stmt: Stmt) -> Iterator[str]:
    """A method or attribute has a receiver; kept syntax has one operand for each name it reads."""
    if not isinstance(stmt, Call):
        return
    if isinstance(stmt.fn, (Method, Attribute)) and not stmt.args:
        yield f"{stmt.fn.__name__} has no receiver"
    if isinstance(stmt.fn, Syntax) and (stmt.kwargs or len(stmt.args) != len(stmt.fn.reads)):
        yield f"the names are {stmt.fn.reads}, the operands {stmt.operands}"
    if isinstance(stmt.fn, Through) and len(stmt.args) <= sum(view.arity for view in stmt.fn.views):
        yield f"{stmt.fn.__name__} through {len(stmt.fn.views)} views has {len(stmt.args)} operands"
    if isinstance(stmt.fn, WriteBack) and len(stmt.args) != 1:
        yield f"what is written back is one value, not {len(stmt.args)}"


def names_are_unique(stmt: Stmt) -> Iterator[str]:
    """Keywords of a call, and names that a kept statement reads or writes, occur once."""
    repeated: list[str] = []
    if isinstance(stmt, Call):
        repeated = _repeated(name for name, _ in stmt.kwargs if name is not None)
    elif isinstance(stmt, Opaque):
        repeated = [name for pairs in (stmt.reads, stmt.writes) for name in _repeated(n for n, _ in pairs)]
    for name in repeated:
        yield f"'{name}' occurs again in {_kind(stmt)}"


def branches_yield_results(stmt: Stmt) -> Iterator[str]:
    """Each side of a branch yields one atom for each result."""
    if isinstance(stmt, If):
        for side, block in (("then", stmt.then), ("else", stmt.orelse)):
            if len(block.yields) != len(stmt.results):
                yield f"'{side}' yields {len(block.yields)} atoms for {len(stmt.results)} results"


def loop_carries_alike(stmt: Stmt) -> Iterator[str]:
    """A loop has as many params, inits, yields and results."""
    if isinstance(stmt, (For, While)):
        counts = [len(part) for part in (stmt.params, stmt.inits, stmt.body.yields, stmt.results)]
        if len(set(counts)) > 1:
            yield "params, inits, yields and results are {}, {}, {} and {}".format(*counts)


def head_yields_condition(stmt: Stmt) -> Iterator[str]:
    """The head of a while loop yields one atom, the condition."""
    if isinstance(stmt, While) and len(stmt.head.yields) != 1:
        yield f"it yields {len(stmt.head.yields)}"


def sources_have_items(stmt: Stmt) -> Iterator[str]:
    """A for loop has sources, and one item for each; unwinding has none, and stands alone."""
    if isinstance(stmt, For):
        unwound = sum(isinstance(s, Unwind) for s in stmt.sources)
        if not stmt.sources or (unwound and len(stmt.sources) > 1):
            yield f"the sources are {stmt.sources}"
        if len(stmt.items) != len(stmt.sources) - unwound:
            yield f"{len(stmt.items)} items for {len(stmt.sources) - unwound} sources"


def stop_is_carried(stmt: Stmt) -> Iterator[str]:
    """`stop` is the number of a carried value."""
    if isinstance(stmt, (For, While)) and stmt.stop is not None:
        if not 0 <= stmt.stop < len(stmt.params):
            yield f"it is {stmt.stop}, of {len(stmt.params)}"


def with_yields_results(stmt: Stmt) -> Iterator[str]:
    """The block of a `with` yields one atom for each result."""
    if isinstance(stmt, With) and len(stmt.body.yields) != len(stmt.results):
        yield f"it yields {len(stmt.body.yields)} atoms for {len(stmt.results)} results"


def undefined_is_not_read(stmt: Stmt) -> Iterator[str]:
    """`undefined` is handed on, by a yield or an init; nothing computes with it."""
    for atom in _computed_with(stmt):
        if isinstance(atom, Const) and atom.value is UNDEFINED:
            yield f"{_kind(stmt)} reads it"


# ------------------------------------------------------------------------- rules of a function


def body_yields_result(function: Function, abstract: bool) -> Iterator[str]:
    """A function's body yields one atom, the result, and perhaps another that is auxiliary."""
    if len(function.body.yields) not in (1, 2):
        yield f"it yields {len(function.body.yields)}"


def yields_are_atoms(function: Function, abstract: bool) -> Iterator[str]:
    """Blocks yield values and constants."""
    for block in _blocks(function.body):
        for atom in block.yields:
            if not isinstance(atom, (Var, Const)):
                yield f"a block yields {atom!r}"


def params_are_in_order(function: Function, abstract: bool) -> Iterator[str]:
    """Parameters are positional, `*`, keyword, `**`, in this order, and have names of their own."""
    kinds = [p.kind for p in function.params]
    if not set(kinds) <= set(PARAM_KINDS) or kinds != sorted(kinds, key=PARAM_KINDS.index):
        yield f"the kinds are {kinds}"
    elif max(map(kinds.count, ("*", "**"))) > 1:
        yield "there are several '*' or '**'"
    for name in set(_repeated([p.var.name for p in function.params])):
        yield f"two are called '{name}'"


def each_value_is_defined_once(function: Function, abstract: bool) -> Iterator[str]:
    """No value is defined twice."""
    defined = list(function.inputs)
    for stmt in walk(function.body):
        defined += [*results_of(stmt), *inner_of(stmt)]
    for var in _repeated(defined):
        yield f"{var!r} is defined again"


def each_use_sees_its_definition(function: Function, abstract: bool) -> Iterator[str]:
    """A value is read behind its definition, in the same block or inside it. Where one side of
    a branch is left for good, what the other side defines is visible behind the branch."""
    uses = _Uses(abstract)
    uses.everything.update(function.inputs)
    uses.block(function.body, set(function.inputs))
    yield from uses.wrong


def leaving_ends_a_block(function: Function, abstract: bool) -> Iterator[str]:
    """Nothing stands behind a statement that control never passes (`raise`)."""
    for block in _blocks(function.body):
        for stmt in block.stmts[:-1]:
            if isinstance(stmt, Opaque) and stmt.leaves:
                yield "a statement stands behind it"


def unwinding_is_abstract(function: Function, abstract: bool) -> Iterator[str]:
    """A loop unwinds another only while storage is abstract, and one that came before it."""
    seen: set[Stmt] = set()
    for stmt in walk(function.body):
        for source in stmt.sources if isinstance(stmt, For) else ():
            if isinstance(source, Unwind) and not abstract:
                yield "storage has been decided"
            elif isinstance(source, Unwind) and source.loop not in seen:
                yield "the loop that is unwound does not stand before"
        seen.add(stmt)


STATEMENT_RULES: tuple[Callable[[Stmt], Iterator[str]], ...] = (
    operands_are_atoms,
    stars_are_arguments,
    definitions_are_values,
    call_has_results,
    callee_is_callable,
    syntax_has_its_operands,
    names_are_unique,
    branches_yield_results,
    loop_carries_alike,
    head_yields_condition,
    sources_have_items,
    stop_is_carried,
    with_yields_results,
    undefined_is_not_read,
)
FUNCTION_RULES: tuple[Callable[[Function, bool], Iterator[str]], ...] = (
    body_yields_result,
    yields_are_atoms,
    params_are_in_order,
    each_value_is_defined_once,
    each_use_sees_its_definition,
    leaving_ends_a_block,
    unwinding_is_abstract,
)
RULES = tuple(rule.__name__ for rule in (*STATEMENT_RULES, *FUNCTION_RULES))


# -------------------------------------------------------------------------------------- pieces


class _Uses:
    """The reads of values that are not visible where they are read."""

    def __init__(self, abstract: bool) -> None:
        self.abstract = abstract
        self.everything: set[Var] = set()  # defined so far, in any block
        self.wrong: list[str] = []

    def define(self, variables: Iterable[Var], visible: set[Var]) -> None:
        self.everything.update(variables)
        visible.update(variables)

    def read(self, atoms: Iterable[Atom], visible: set[Var], where: str) -> None:
        allowed = self.everything if self.abstract else visible
        self.wrong += [f"{where} reads {a!r}" for a in atoms if isinstance(a, Var) and a not in allowed]

    def block(self, block: Block, visible: set[Var]) -> set[Var]:
        """Look at a block; the values that are visible at its end."""
        for stmt in block.stmts:
            self.stmt(stmt, visible)
        self.read(block.yields, visible, "a yield")
        return visible

    def stmt(self, stmt: Stmt, visible: set[Var]) -> None:
        self.read(atoms_of(stmt), visible, _kind(stmt))
        self.everything.update(inner_of(stmt))
        ends = [self.block(block, visible.union(inner_of(stmt))) for block in blocks_of(stmt)]
        if isinstance(stmt, If) and stmt.orelse.leaves:
            visible |= ends[0]
        if isinstance(stmt, If) and stmt.then.leaves:
            visible |= ends[1]
        self.define(results_of(stmt), visible)


def _computed_with(stmt: Stmt) -> Sequence[Atom]:
    """The atoms that a statement reads, and does not merely hand on."""
    handed_on = stmt.inits if isinstance(stmt, (For, While)) else ()
    atoms = atoms_of(stmt)
    return atoms[: len(atoms) - len(handed_on)]


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for stmt in walk(block):
        yield from blocks_of(stmt)


def _repeated(items: Iterable[T]) -> list[T]:
    """The items that occurred before."""
    seen: set[T] = set()
    return [item for item in items if item in seen or seen.add(item)]  # type: ignore[func-returns-value]


def _kind(stmt: Stmt) -> str:
    if isinstance(stmt, Call):
        return f"the call of {getattr(stmt.fn, '__name__', stmt.fn)}"
    where = f" of line {stmt.origin.line}" if stmt.origin else ""
    return f"the {type(stmt).__name__.lower()}{where}"
