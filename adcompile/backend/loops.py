"""Write loops: their heads, the values that their trips take and hand on, and the `break` that a
carried flag becomes again.

relies on: assignments.  ensures: `for` and `while` as the user would write them.
"""

from __future__ import annotations

import ast
import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace

from adcompile.backend.assignments import Assignments
from adcompile.backend.callables import name_node
from adcompile.backend.fold import deciding_branch
from adcompile.ir.nodes import NONE, Atom, Block, Call, Const, Each, For, If, Loop, Range, Source, Var, While
from adcompile.ir.traverse import uses_of
from adcompile.runtime import structures

Write = Callable[[], None]


class Loops(Assignments, ABC):
    """Writes loops, and the alternatives that a trip ends with."""

    line: tuple[str, int] | None = None  # the user's line that stands above the last statement

    @abstractmethod
    def block(self, block: Block) -> None:
        """Write a block's statements."""

    def body(self, write: Write) -> list[ast.stmt]:
        """The statements that `write` writes, `pass` if there are none."""
        outer, self.out = self.out, []
        line = self.line
        write()
        made, self.out = self.out, outer
        self.line = line
        return made or [ast.Pass()]

    def branches(self, *writes: Write) -> list[list[ast.stmt]]:
        """The statements of alternatives: each begins with what was bound before them all."""
        before, after, made = set(self.written), set(self.written), []
        for write in writes:
            self.written = set(before)
            made.append(self.body(write))
            after |= self.written
        self.written = after
        return made

    # ---------------------------------------------------------------------------------------- loops

    def for_loop(self, loop: For) -> None:
        """A `for` loop."""
        self.enter_loop(loop)
        loop, unpacked = self.unpacked_item(loop)
        targets = [self.target(item, unpacked.get(item)) for item in loop.items]
        target, iterable = self.together(loop.sources, targets)
        if loop.index is not None and loop.index in self.read:
            target = ast.Tuple([ast.Name(self.names[loop.index], ast.Store()), target], ast.Store())
            iterable = ast.Call(self.builtin("enumerate"), [iterable], [])
        self.out.append(ast.For(target, iterable, self.trip(loop), [], lineno=0))

    def together(self, sources: Sequence[Source], targets: list[ast.expr]) -> tuple[ast.expr, ast.expr]:
        """Several sources in step: `enumerate` for a count without an end, `zip` for the rest."""
        if len(targets) == 1:
            return targets[0], self.iterable(sources[0])
        first = sources[0]
        if isinstance(first, Range) and first.stop is NONE:
            target, iterable = self.together(sources[1:], targets[1:])
            start = [] if isinstance(first.start, Const) and first.start.value == 0 else [self.expr(first.start)]
            call = ast.Call(self.builtin("enumerate"), [iterable, *start], [])
            return ast.Tuple([targets[0], target], ast.Store()), call
        zipped = ast.Call(self.builtin("zip"), list(map(self.iterable, sources)), [])
        return ast.Tuple(targets, ast.Store()), zipped

    def unpacked_item(self, loop: For) -> tuple[For, dict[Var, Call]]:
        """Unpack an item in the loop's target, where its body begins with that."""
        found: dict[Var, Call] = {}
        stmts = list(loop.body.stmts)
        uses = [v for s in stmts[1:] for v in uses_of(s)]
        if stmts and isinstance(stmts[0], Call) and stmts[0].fn is structures.unpack:
            item = stmts[0].operands[0]
            if isinstance(item, Var) and item in loop.items and item not in uses and item not in loop.body.yields:
                found[item] = stmts.pop(0)  # type: ignore[assignment]
        return replace(loop, body=Block(tuple(stmts), loop.body.yields)), found

    def target(self, item: Var, unpacked: Call | None) -> ast.expr:
        """What an item is bound to."""
        if unpacked is not None:
            return self.targets(unpacked)
        return ast.Name(self.names[item] if item in self.read else self.names.nobody, ast.Store())

    def iterable(self, source: Source) -> ast.expr:
        """A loop's source."""
        if isinstance(source, Each):
            sequence = self.expr(source.sequence)
            return ast.Call(self.builtin("reversed"), [sequence], []) if source.backwards else sequence
        assert isinstance(source, Range)
        bounds = [source.start, source.stop, source.step]
        if source.stop is NONE:
            return ast.Call(self.bindings.callable(itertools.count), [self.expr(source.start)], [])
        if isinstance(source.step, Const) and source.step.value == 1:
            bounds.pop()
            if isinstance(source.start, Const) and source.start.value == 0:
                bounds.pop(0)
        return ast.Call(self.builtin("range"), [self.expr(b) for b in bounds], [])

    def while_loop(self, loop: While) -> None:
        """A `while` loop; where its condition needs statements, they begin each trip."""
        self.enter_loop(loop)
        plain = all(map(self.folding.is_folded, loop.head.stmts))
        (cond,) = loop.head.yields
        if plain or not loop.head.stmts:
            self.aliases = {p: self.names[r] for p, r in zip(loop.params, loop.results, strict=True)}
            test = self.expr(cond)
            self.aliases = {}
            self.out.append(ast.While(test, self.trip(loop), []))
            return

        def head() -> None:
            for param, result in zip(loop.params, loop.results, strict=True):
                if param in self.read:
                    self.assign(self.names[param], name_node(self.names[result]))
            self.block(loop.head)
            self.out.append(ast.If(ast.UnaryOp(ast.Not(), self.expr(cond)), [ast.Break()], []))

        self.out.append(ast.While(ast.Constant(True), self.trip(loop, head), []))

    # ---------------------------------------------------------------------------------------- trips

    def enter_loop(self, loop: Loop) -> None:
        """Bind the carried values before the first trip."""
        pairs = zip(loop.results, loop.inits, strict=True)
        self.copies([(self.names[r], a) for i, (r, a) in enumerate(pairs) if i != loop.stop or r in self.read])

    def trip(self, loop: Loop, first: Write | None = None) -> list[ast.stmt]:
        """A loop's body: take the carried values, compute, hand on."""
        taken = {
            self.names[r]: self.names[p] for p, r in zip(loop.params, loop.results, strict=True) if p in self.read
        }

        def hand_on() -> None:
            pairs = [(self.names[r], a) for r, a in zip(loop.results, loop.body.yields, strict=True)]
            self.copies([pair for i, pair in enumerate(pairs) if i != loop.stop])

        def write() -> None:
            if first is not None:
                first()
            for param, result in zip(loop.params, loop.results, strict=True):
                if param in self.read:
                    self.assign(self.names[param], name_node(self.names[result]))
            self.written, self.taken = set(), taken
            if loop.stop is None:
                self.block(loop.body)
                if not loop.body.leaves:
                    hand_on()
            else:
                stop = loop.results[loop.stop]
                flag = self.names[stop] if stop in self.read else None
                self.to_end_of_trip(loop.body, loop.body.yields[loop.stop], hand_on, flag)

        outer = self.written, self.taken
        made = self.body(write)
        self.written, self.taken = outer[0] | self.written | set(taken), outer[1]
        return made

    def to_end_of_trip(self, block: Block, stop: Atom, finish: Write, flag: str | None) -> None:
        """A block that ends a trip: `stop` says whether it ends the loop, `finish` hands on.

        A branch that decides it becomes `if ...: ...; break`, with the rest of the trip behind.
        """
        if isinstance(stop, Const):
            self.block(block)
            if block.leaves:
                return
            finish()
            if stop.value is True:
                if flag is not None:
                    self.assign(flag, ast.Constant(True))
                self.out.append(ast.Break())
            return
        found = deciding_branch(block, stop, self.folding.uses, self.folding.folded)
        if found is None:
            self.block(block)
            test, position = self.expr(stop), len(self.out)
            finish()
            if names_in([test], ast.Load) & names_in(self.out[position:], ast.Store):
                # What is handed on takes the names that the test reads: it is made before.
                kept = flag or self.unused_name("stop")
                self.out.insert(position, ast.Assign([ast.Name(kept, ast.Store())], test, lineno=0))
                test = name_node(kept)
            if flag is not None:
                self.assign(flag, test)
                test = name_node(flag)
            self.out.append(ast.If(test, [ast.Break()], []))
            return
        position, which = found
        branch = block.stmts[position]
        assert isinstance(branch, If)
        rest = Block(block.stmts[position + 1 :])
        self.block(Block(block.stmts[:position]))

        def side(one: Block) -> Write:
            def hand_on() -> None:
                pairs = zip(branch.results, one.yields, strict=True)
                self.copies([(self.names[r], a) for i, (r, a) in enumerate(pairs) if i != which])
                self.block(rest)
                finish()

            ends: Atom = Const(one is branch.then) if which is None else one.yields[which]
            return lambda: self.to_end_of_trip(one, ends, hand_on, flag)

        then, orelse = self.branches(side(branch.then), side(branch.orelse))
        self.append_if(self.expr(branch.cond), then, orelse)

    def unused_name(self, base: str) -> str:
        """A name like `base` that nothing has."""
        used = set(self.names.all_names())
        return next(name for k in range(1, len(used) + 2) if (name := f"{base}{k}") not in used)

    def append_if(self, test: ast.expr, then: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        """`if test: then else: orelse`; what follows a side that leaves needs no else."""
        if is_jump(then[-1]):
            self.out += [ast.If(test, then, []), *([] if is_pass(orelse) else orelse)]
        elif is_jump(orelse[-1]):
            self.out += [ast.If(negation(test), orelse, []), *([] if is_pass(then) else then)]
        elif is_pass(then):
            self.out.append(ast.If(negation(test), orelse, []))
        else:
            self.out.append(ast.If(test, then, [] if is_pass(orelse) else orelse))


def names_in(nodes: Sequence[ast.AST], context: type) -> set[str]:
    """The names that some code reads, or binds."""
    found = (n for node in nodes for n in ast.walk(node))
    return {n.id for n in found if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def is_pass(body: list[ast.stmt]) -> bool:
    """Whether a body is only `pass`."""
    return len(body) == 1 and isinstance(body[0], ast.Pass)


def is_jump(stmt: ast.stmt) -> bool:
    """Whether nothing after a statement is reached."""
    return isinstance(stmt, (ast.Break, ast.Continue, ast.Return, ast.Raise))


def negation(test: ast.expr) -> ast.expr:
    """`not test`, without a double negation."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    opposite = {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in opposite:
        return ast.Compare(test.left, [opposite[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)
