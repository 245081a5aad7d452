"""Let the program choose, when it runs, which object a name stands for.

    c = a if first else b                     (gone)
    c[0] = v                 becomes          if first: a[0] = v
                                              else: b[0] = v
    return a + c                              return a + (a if first else b)

A value that a branch or a loop makes one of several arrays is read, and stored into, where it
is used: under the branch's condition, or under a number that the loop carries along, which says
which of the arrays it is. So every store is a store into one certain object, and
`follow_stores` can follow it. A program needs this where a change could be seen through a name
that is one of several.

relies on: infer, resolve_calls.  ensures: an array that is one of several, of which one changes,
is chosen anew each time it is read.
"""

from __future__ import annotations

import builtins
import operator
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace

from adcompile.analyses.choices import Choices, Leaf, Numbered, Tree, either, renamed, variables_of, where
from adcompile.analyses.infer import Types, atom_type
from adcompile.ir.nodes import (
    UNDEF,
    Atom,
    Block,
    Call,
    Const,
    Each,
    For,
    Function,
    If,
    Opaque,
    Stmt,
    Var,
    While,
    With,
    same_atom,
)
from adcompile.ir.traverse import blocks_of, defined_in, inner_of, map_atoms, map_source, uses_in, walk
from adcompile.ir.types import INT, Scalar
from adcompile.ir.visitor import Visitor
from adcompile.runtime.markers import detach
from adcompile.transforms.carried_choices import CarriedChoice

Parts = Callable[[Tree], Sequence[Atom] | None]
MOST = 8  # objects that one carried value may be: a loop can take a view of a view in each trip


class _TooManyError(Exception):
    """A value that a loop carries may be too many objects, or ever more of them."""


def choose_objects(function: Function, types: Types) -> Function:
    """The function with each array that is one of several chosen where it is used; the function
    itself where there is none. Its types are to be inferred again."""
    choices = Choices(function.body, types)
    detached = [s for s in walk(function.body) if isinstance(s, Call) and s.fn is detach]
    if not choices.chosen or any(choices.is_chosen(s.operands[0]) for s in detached):
        return function  # (what is read anew would carry a derivative)
    try:
        return replace(function, body=_Choosing(choices).plain(function.body))
    except _TooManyError:
        return function


class _Choosing(Visitor):
    """One walk over the function."""

    def __init__(self, choices: Choices) -> None:
        self.choices = choices
        self.stmts: list[Stmt] = []
        self.fresh: dict[Var, Atom] = {}  # chosen values that were read since the last store
        self.known: list[tuple[Atom, bool]] = []  # the conditions around, and what they are

    # --------------------------------------------------------------------------------- blocks

    def plain(self, block: Block) -> Block:
        """A block that yields as many values as before."""
        return self.block(block, lambda: [self.read(a) for a in block.yields])

    def block(self, block: Block, end: Callable[[], Sequence[Atom]]) -> Block:
        """Rewrite a block; `end()` gives its yields."""
        outer, self.stmts = self.stmts, []
        fresh, self.fresh = self.fresh, dict(self.fresh)
        for stmt in block.stmts:
            self.stmt(stmt)
        yields = tuple(end())
        made, self.stmts, self.fresh = tuple(self.stmts), outer, fresh
        return Block(made, yields)

    def nested(self, build: Callable[[], Sequence[Atom]]) -> Block:
        """A block of new statements."""
        return self.block(Block(()), build)

    def stmt(self, stmt: Stmt) -> None:
        if any(map(self.is_update, _inside(stmt))):
            self.fresh.clear()
        super().stmt(stmt)
        if any(map(self.is_update, (stmt, *_inside(stmt)))):
            self.fresh.clear()

    def region(self, stmt: With) -> None:
        context = self.read(stmt.context)
        self.stmts.append(replace(stmt, context=context, body=self.plain(stmt.body)))

    def opaque(self, stmt: Opaque) -> None:
        self.stmts.append(map_atoms(stmt, self.read, lambda b: b))

    def is_update(self, stmt: Stmt) -> bool:
        return isinstance(stmt, Call) and self.choices.places.is_update(stmt)

    def call(self, call: Call) -> None:
        if self.is_update(call) and self.choices.is_chosen(call.operands[0]):
            self.store(call)
        elif len(call.results) > 1 or not self.choices.is_chosen(call.result):
            self.stmts.append(map_atoms(call, self.read, lambda b: b))

    def store(self, call: Call) -> None:
        """A store into whichever object it is."""
        others = [self.read(a) for a in call.operands[1:]]

        def stored(leaf: Tree) -> Sequence[Atom] | None:
            if not isinstance(leaf, Leaf):
                return None
            result = Var(leaf.base.name, call.result.origin)
            self.stmts.append(replace(call, results=(result,), args=(self.view(leaf), *others), kwargs=()))
            return ()

        assert not call.kwargs
        tree = self.tree(call.operands[0])
        if tree is not None:
            self.select(tree, stored, ())

    def tree(self, atom: Atom) -> Tree | None:
        """What a value may be under the conditions around."""
        tree = self.choices.tree(atom)
        for cond, is_true in self.known:
            tree = where(cond, is_true, tree)
        return tree

    # -------------------------------------------------------------------------------- reading

    def read(self, atom: Atom) -> Atom:
        """What stands for a value where it is used."""
        if not isinstance(atom, Var) or not self.choices.is_chosen(atom):
            return atom
        if atom not in self.fresh:

            def parts(leaf: Tree) -> Sequence[Atom] | None:
                return [self.view(leaf)] if isinstance(leaf, Leaf) else None

            tree = self.tree(atom)
            self.fresh[atom] = UNDEF if tree is None else self.select(tree, parts, [atom])[0]
        return self.fresh[atom]

    def view(self, leaf: Leaf) -> Atom:
        """The object, or the view of it, that a leaf is."""
        whole = leaf.base
        for step in leaf.path:
            args, kwargs = step.view.split(step.atoms)
            result = Var("", leaf.base.origin)
            self.stmts.append(Call((result,), step.view.fn, (whole, *args), kwargs, leaf.base.origin))
            whole = result
        return whole

    def select(self, tree: Tree, parts: Parts, like: Sequence[Var]) -> Sequence[Atom]:
        """The parts of whichever leaf it is, with the names of those in `like`."""
        found = parts(tree)
        if found is not None or isinstance(tree, Leaf):
            return found or ()
        cond = self.condition(tree.cond)
        then = self.nested(lambda: self.select(tree.then, parts, like))
        orelse = self.nested(lambda: self.select(tree.orelse, parts, like))
        if not then.stmts and not orelse.stmts and all(map(same_atom, then.yields, orelse.yields)):
            return then.yields
        results = tuple(map(self.new, like))
        self.stmts.append(If(cond, then, orelse, results, like[0].origin if like else None))
        return results

    def new(self, like: Var) -> Var:
        """A value of the name and type of another one."""
        result = Var(like.name, like.origin)
        if like in self.choices.types:
            self.choices.types[result] = self.choices.types[like]
        return result

    def condition(self, cond: Atom | Numbered) -> Atom:
        if not isinstance(cond, Numbered):
            return cond
        result = Var("", cond.which.origin)
        self.stmts.append(Call((result,), operator.eq, (cond.which, Const(cond.number)), origin=cond.which.origin))
        return result

    # ------------------------------------------------------------------------------- branches

    def branch(self, stmt: If) -> None:
        cond, type_ = self.read(stmt.cond), atom_type(self.choices.types, stmt.cond)
        taken = type_.value if isinstance(type_, Scalar) and isinstance(type_.value, (bool, int)) else None
        if isinstance(cond, Var) and not isinstance(type_, Scalar):
            truth = Var("", stmt.origin)  # of a list, say, which may change before it is asked again
            self.stmts.append(Call((truth,), builtins.bool, (cond,), origin=stmt.origin))
            cond = truth
        mine = [i for i, r in enumerate(stmt.results) if r in self.choices.chosen]
        keep = [i for i in range(len(stmt.results)) if i not in mine]
        blocks, trees, outer = [], [], []
        asked, positive = self.choices.asked(cond)
        for block, is_true in ((stmt.then, positive), (stmt.orelse, not positive)):
            found: dict[int, Tree | None] = {}
            self.known.append((asked, is_true))

            def end(block: Block = block, found: dict[int, Tree | None] = found) -> Sequence[Atom]:
                found.update((i, None if block.leaves else self.choices.tree(block.yields[i])) for i in mine)
                return [self.read(block.yields[i]) for i in keep]

            blocks.append(self.block(block, end))
            self.known.pop()
            trees.append(found)
            inner = defined_in(blocks[-1])
            out = dict.fromkeys(v for tree in found.values() for v in variables_of(tree) if v in inner)
            outer.append({v: self.new(v) for v in out})
        then, orelse = (
            replace(b, yields=(*b.yields, *(v if side == k else UNDEF for k, o in enumerate(outer) for v in o)))
            for side, b in enumerate(blocks)
        )
        exported = [v for o in outer for v in o.values()]
        results = (*(stmt.results[i] for i in keep), *exported)
        self.stmts.append(replace(stmt, cond=cond, then=then, orelse=orelse, results=results))
        for i in mine:
            one, other = (renamed(trees[side][i], outer[side]) for side in (0, 1))
            chosen = either(asked, one, other) if positive else either(asked, other, one)
            self.choices.trees[stmt.results[i]] = chosen if taken is None else one if taken else other

    # ---------------------------------------------------------------------------------- loops

    def loop(self, loop: For | While) -> None:
        """A loop that carries, for an array that is one of several, which one it is."""
        mine = [i for i, param in enumerate(loop.params) if param in self.choices.chosen]
        keep = [i for i in range(len(loop.params)) if i not in mine]
        was_numbered = loop.index if isinstance(loop, For) else None
        if isinstance(loop, For):
            loop = self.numbered(replace(loop, sources=tuple(map_source(s, self.read) for s in loop.sources)))
        carried = [CarriedChoice(loop.params[i], self.choices.types) for i in mine]
        before = [self.choices.tree(loop.inits[i]) for i in mine]
        for one, tree in zip(carried, before, strict=True):
            one.meet(tree, frozenset())
        new = self.carrying(loop, carried, mine, keep)
        states = [a for one, tree in zip(carried, before, strict=True) for a in self.state(one, tree, frozenset())]
        inits = (*(self.read(loop.inits[i]) for i in keep), *states)
        out = {v: self.new(v) for one in carried for v in one.state}
        results = (*(loop.results[i] for i in keep), *out.values())
        stop = None if loop.stop is None else keep.index(loop.stop)
        params = (*(loop.params[i] for i in keep), *out)
        new = replace(new, params=params, inits=inits, results=results, stop=stop)
        if isinstance(new, For) and was_numbered is None and new.index not in uses_in(new.body):
            new = replace(new, index=None)
        self.stmts.append(new)
        for i, one in zip(mine, carried, strict=True):
            self.choices.trees[loop.results[i]] = renamed(one.tree, out)

    def carrying(
        self, loop: For | While, carried: Sequence[CarriedChoice], mine: Sequence[int], keep: Sequence[int]
    ) -> For | While:
        """The loop's blocks, once it is known what each carried value may be."""
        new: list[bool] = [True]

        def end() -> Sequence[Atom]:
            inner = {*defined_in(Block(tuple(self.stmts))), *inner_of(loop), *(v for one in carried for v in one.state)}
            trees = [self.choices.tree(loop.body.yields[i]) for i in mine]
            new[:] = [one.meet(tree, inner) for one, tree in zip(carried, trees, strict=True)]
            if any(len(one.options) > MOST for one in carried):
                raise _TooManyError
            if any(new):
                return ()
            states = [a for one, tree in zip(carried, trees, strict=True) for a in self.state(one, tree, inner)]
            return [*(self.read(loop.body.yields[i]) for i in keep), *states]

        fresh, self.fresh = self.fresh, {}
        made: For | While = loop
        while any(new):
            self.choices.trees.update((one.param, one.tree) for one in carried)
            if isinstance(loop, While):
                made = replace(loop, head=self.plain(loop.head))
            made = replace(made, body=self.block(loop.body, end))
        self.fresh = fresh
        return made

    def state(self, one: CarriedChoice, tree: Tree | None, inner: Set[Var]) -> Sequence[Atom]:
        """The values that say which of the objects of a carried value one is."""

        def parts(tree: Tree) -> Sequence[Atom] | None:
            if tree is one.tree:
                return one.state
            if not isinstance(tree, Leaf):
                return None
            value = self.view(tree) if one.is_made_inside(tree, inner) else UNDEF
            return one.values(tree, value, inner)

        return [UNDEF] * len(one.state) if tree is None else self.select(tree, parts, one.state)

    def numbered(self, loop: For) -> For:
        """A loop whose trips are numbered where it runs over the items of arrays."""
        for item, source in zip(loop.items, loop.sources, strict=True):
            position = self.choices.places.positions.get(item)
            if position is not None and isinstance(source, Each) and not source.backwards:
                loop = replace(loop, index=loop.index or Var("k", loop.origin))
                assert loop.index is not None
                self.choices.positions[position] = loop.index
                self.choices.types[loop.index] = INT
        return loop


def _inside(stmt: Stmt) -> Iterator[Stmt]:
    for block in blocks_of(stmt):
        yield from walk(block)
