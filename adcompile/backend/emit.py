"""Write the IR as Python: the user's names, the user's lines as comments, no bookkeeping.

A function and its statements; `loops`, `assignments` and `expressions` write the pieces.

relies on: plan_buffers, fold, names.  ensures: a Python AST with comment markers.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.analyses.liveness import Liveness
from adcompile.backend.callables import Bindings, name_node
from adcompile.backend.expressions import Substitution
from adcompile.backend.fold import Folding
from adcompile.backend.loops import Loops, Write, is_pass, negation
from adcompile.backend.names import Names
from adcompile.errors import Origin
from adcompile.ir.callables import canonical, is_update
from adcompile.ir.nodes import Block, Call, For, Function, If, Opaque, Param, Stmt, Var, While, With
from adcompile.ir.traverse import walk
from adcompile.transforms.plan_buffers import Plan

COMMENT = "__comment_"
HEADERS = ("for ", "while ", "if ", "elif ", "else:", "with ")  # they show by themselves


@dataclass(slots=True)
class Emitted:
    """One emitted function: its AST, the texts of its comment markers, and the user's places that
    its statements stand for."""

    node: ast.FunctionDef
    comments: Sequence[str]
    origins: Mapping[ast.stmt, Origin] = field(default_factory=dict)


def emit(
    plan: Plan, types: Types, bindings: Bindings, reserved: set[str], decorators: Sequence[ast.expr] = ()
) -> Emitted:
    """The Python function of a planned IR function."""
    writer = _Writer(plan, types, bindings, reserved)
    return writer.function(decorators)


class _Writer(Loops):
    def __init__(self, plan: Plan, types: Types, bindings: Bindings, reserved: set[str]) -> None:
        self.source = plan.function
        folding = Folding(plan, types)
        liveness = Liveness(plan.function, folding.expand, frozenset(folding.folded))
        keep_apart(plan, folding, liveness)
        names = Names(plan.function, liveness, plan.in_place, reserved, hints(plan.function))
        super().__init__(plan, names, folding, types, bindings)
        self.comments: list[str] = []
        self.origins: dict[ast.stmt, Origin] = {}

    def function(self, decorators: Sequence[ast.expr]) -> Emitted:
        source = self.source
        self.block(source.body)
        self.out.append(ast.Return(self.expr(source.body.yields[0])))
        node = ast.FunctionDef(
            name=source.name, args=self.parameters(source.params), body=self.out, decorator_list=[*decorators],
            returns=None,
        )
        node.type_params = []  # type: ignore[attr-defined]
        return Emitted(node, self.comments, self.origins)

    def parameters(self, params: Sequence[Param]) -> ast.arguments:
        def arg(param: Param) -> ast.arg:
            return ast.arg(self.names[param.var], None)

        def default(param: Param) -> ast.expr | None:
            return None if param.default is None else self.bindings.constant(param.default.value)

        positional = [p for p in params if p.kind == "positional"]
        keyword = [p for p in params if p.kind == "keyword"]
        defaults = [d for p in positional if (d := default(p)) is not None]
        star = next((arg(p) for p in params if p.kind == "*"), None)
        double = next((arg(p) for p in params if p.kind == "**"), None)
        only, only_defaults = [arg(p) for p in keyword], [default(p) for p in keyword]
        return ast.arguments([], [arg(p) for p in positional], star, only, only_defaults, double, defaults)

    # ----------------------------------------------------------------------------------- statements

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            results = getattr(stmt, "results", ())
            if not (results and results[0] in self.folding.folded):
                self.comment(stmt.origin)
                written = len(self.out)
                self.stmt(stmt)
                if stmt.origin is not None:
                    self.origins.update((made, stmt.origin) for made in self.out[written:])

    def comment(self, origin: Origin | None) -> None:
        """The user's line, above the statements that reverse it."""
        if origin is None or not origin.reverse:
            return
        line = (origin.file, origin.line)
        text = origin.text.strip()
        if text.startswith(HEADERS):
            return
        if line != self.line and text:
            self.out.append(ast.Expr(name_node(f"{COMMENT}{len(self.comments)}__")))
            self.comments.append(text)
        self.line = line

    def stmt(self, stmt: Stmt) -> None:
        if isinstance(stmt, Call):
            self.call(stmt)
        elif isinstance(stmt, If):
            self.branch(stmt)
        elif isinstance(stmt, For):
            self.for_loop(stmt)
        elif isinstance(stmt, While):
            self.while_loop(stmt)
        elif isinstance(stmt, With):
            self.with_block(stmt)
        else:
            self.opaque(stmt)

    def branch(self, stmt: If) -> None:
        results = [self.names[r] for r in stmt.results]

        def side(block: Block) -> Write:
            def write() -> None:
                self.block(block)
                if not block.leaves:
                    self.copies(list(zip(results, block.yields, strict=True)))

            return write

        then, orelse = self.branches(side(stmt.then), side(stmt.orelse))
        test = self.expr(stmt.cond)
        if is_pass(then) and not is_pass(orelse):
            test, then, orelse = negation(test), orelse, then
        self.out.append(ast.If(test, then, [] if is_pass(orelse) else orelse))

    def with_block(self, stmt: With) -> None:
        def write() -> None:
            self.block(stmt.body)
            self.copies([(self.names[r], a) for r, a in zip(stmt.results, stmt.body.yields, strict=True)])

        target = ast.Name(self.names[stmt.target], ast.Store()) if stmt.target in self.read else None
        item = ast.withitem(self.expr(stmt.context), target)
        self.out.append(ast.With([item], self.body(write), lineno=0))

    def opaque(self, stmt: Opaque) -> None:
        reads = {name: self.expr(atom) for name, atom in stmt.reads}
        writes: dict[str, ast.expr] = {name: name_node(self.names[var]) for name, var in stmt.writes}
        for name, target in writes.items():  # the statement reads and writes one variable
            if name in reads and ast.dump(reads[name]) != ast.dump(target):
                self.out.append(ast.Assign([target], reads[name]))
        node = Substitution(reads, writes).visit(ast.parse(ast.unparse(stmt.node)).body[0])
        self.out.append(node)


def keep_apart(plan: Plan, folding: Folding, liveness: Liveness) -> None:
    """Say which values may not share a name, though they are not alive at once."""
    for stmt in walk(plan.function.body):
        if isinstance(stmt, Call) and (is_update(stmt) or stmt in plan.in_place):
            # It is written as two statements: take the target's value, then change it.
            target, *others = stmt.operands
            liveness.clash(stmt.result, [v for a in others for v in folding.expand(a) if v is not target])
        elif isinstance(stmt, Opaque):
            for name, var in stmt.writes:  # which may be given its value before the statement
                liveness.clash(var, [v for n, a in stmt.reads if n != name for v in folding.expand(a)])


HINTS = {np.shape: "shape", np.size: "n", np.ndim: "rank", len: "n"}


def hints(function: Function) -> dict[Var, str]:
    """Names for temporaries that need one, that say what they are: `x[i]` is `x_i`."""
    found: dict[Var, str] = {}
    for stmt in walk(function.body):
        if not isinstance(stmt, Call) or len(stmt.results) != 1 or stmt.result.name:
            continue
        meant = canonical(stmt.fn)
        if stmt.fn is operator.getitem:
            base, index = stmt.operands
            if isinstance(base, Var) and isinstance(index, Var) and base.name and len(index.name) == 1:
                found[stmt.result] = f"{base.name}_{index.name if index.name != '_' else 'k'}"
        elif meant in HINTS:
            found[stmt.result] = HINTS[meant]
    return found
