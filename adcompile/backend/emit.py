"""Write the IR as Python: the user's names, the user's lines as comments, no bookkeeping.

relies on: plan_buffers, fold, names.  ensures: a Python AST with comment markers.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.analyses.liveness import Liveness
from adcompile.backend.callables import BINARY, COMPARE, UNARY, Bindings
from adcompile.backend.fold import Folding, deciding_branch
from adcompile.backend.names import Names, in_sequence
from adcompile.errors import Origin
from adcompile.ir.callables import IN_PLACE
from adcompile.ir.nodes import (
    NONE,
    UNDEFINED,
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    Function,
    If,
    Loop,
    Method,
    Opaque,
    Param,
    Range,
    Source,
    Star,
    Stmt,
    Syntax,
    Var,
    While,
    With,
)
from adcompile.ir.traverse import uses_in, walk
from adcompile.ir.types import UNKNOWN, Array, Scalar
from adcompile.runtime import structures, updates
from adcompile.runtime.markers import detach
from adcompile.transforms.plan_buffers import Plan, copier, is_update

COMMENT = "__comment_"
HEADERS = ("for ", "while ", "if ", "elif ", "else:", "with ")  # they show by themselves
SHAPE_ATTRIBUTES = (np.shape, np.ndim, np.size)
IN_PLACE_OPERATORS = {fn: BINARY[plain] for fn, plain in IN_PLACE.items()}


@dataclass(slots=True)
class Emitted:
    """One emitted function: its AST, the texts of its comment markers."""

    node: ast.FunctionDef
    comments: list[str] = field(default_factory=list)


def emit(plan: Plan, types: Types, bindings: Bindings, reserved: set[str], docstring: str = "") -> Emitted:
    """The Python function of a planned IR function."""
    writer = _Writer(plan, types, bindings, reserved)
    return writer.function(docstring)


class _Writer:
    def __init__(self, plan: Plan, types: Types, bindings: Bindings, reserved: set[str]) -> None:
        self.source = plan.function
        self.types = types
        self.bindings = bindings
        self.in_place = plan.in_place
        self.folding = Folding(plan.function, plan.in_place, types)
        liveness = Liveness(plan.function, self.folding.expand, frozenset(self.folding.folded))
        for stmt in walk(plan.function.body):
            if isinstance(stmt, Call) and (is_update(stmt) or stmt in plan.in_place):
                # It is written as two statements: take the target's value, then change it.
                liveness.clash(stmt.result, [v for a in stmt.operands[1:] for v in self.folding.expand(a)])
        self.names = Names(plan.function, liveness, plan.in_place, reserved, hints(plan.function))
        self.aliases: dict[Var, str] = {}  # while a loop's head is written: its params' names
        self.out: list[ast.stmt] = []
        self.written: set[str] = set()  # names bound since the trip began, on this path
        self.taken: dict[str, str] = {}  # names whose value was taken under another when the trip began
        self.comments: list[str] = []
        self.line: tuple[str, int] | None = None
        self.read = uses_in(plan.function.body)

    # ----------------------------------------------------------------------------- functions

    def function(self, docstring: str) -> Emitted:
        source = self.source
        if docstring:
            self.out.append(ast.Expr(ast.Constant(docstring)))
        self.block(source.body)
        self.out.append(ast.Return(self.expr(source.body.yields[0])))
        node = ast.FunctionDef(
            name=source.name, args=self.parameters(source.params), body=self.out, decorator_list=[], returns=None
        )
        node.type_params = []  # type: ignore[attr-defined]
        return Emitted(ast.fix_missing_locations(node), self.comments)

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

    # ---------------------------------------------------------------------------- statements

    def block(self, block: Block) -> None:
        for stmt in block.stmts:
            results = getattr(stmt, "results", ())
            if not (results and results[0] in self.folding.folded):
                self.comment(stmt.origin)
                self.stmt(stmt)

    def body(self, write: Any) -> list[ast.stmt]:
        """The statements that `write` writes, `pass` if there are none."""
        outer, self.out = self.out, []
        line = self.line
        write()
        made, self.out = self.out, outer
        self.line = line
        return made or [ast.Pass()]

    def branches(self, *writes: Any) -> list[list[ast.stmt]]:
        """The statements of alternatives: each begins with what was bound before them all."""
        before, after, made = set(self.written), set(self.written), []
        for write in writes:
            self.written = set(before)
            made.append(self.body(write))
            after |= self.written
        self.written = after
        return made

    def comment(self, origin: Origin | None) -> None:
        """The user's line, above the statements that reverse it."""
        if origin is None or not origin.reverse:
            return
        line = (origin.file, origin.line)
        text = origin.text.strip()
        if text.startswith(HEADERS):
            return
        if line != self.line and text:
            self.out.append(ast.Expr(_name(f"{COMMENT}{len(self.comments)}__")))
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

    def assign(self, target: str, value: ast.expr) -> None:
        self.written.add(target)
        if not (isinstance(value, ast.Name) and value.id == target):
            self.out.append(ast.Assign([ast.Name(target, ast.Store())], value, lineno=0))

    def call(self, call: Call) -> None:
        if is_update(call) or call in self.in_place:
            self.update(call)
            return
        if len(call.results) > 1 or call.fn in (structures.unpack, structures.unpack_star):
            self.out.append(ast.Assign([self.targets(call)], self.unpacked(call), lineno=0))
            return
        if call.result not in self.read:
            self.out.append(ast.Expr(self.call_expr(call)))
            return
        name = self.names[call.result]
        if self.is_augmented(call, name):
            op = BINARY[call.fn]
            self.out.append(ast.AugAssign(ast.Name(name, ast.Store()), op(), self.expr(call.operands[1])))
            return
        self.assign(name, self.call_expr(call))

    def is_augmented(self, call: Call, name: str) -> bool:
        """Whether `s = s + v` may be written `s += v`: for numbers there is no difference."""
        if call.fn not in (operator.add, operator.sub) if not isinstance(call.fn, Syntax) else True:
            return False
        left = call.operands[0]
        if not isinstance(left, Var) or left in self.folding.folded or self.names[left] != name:
            return False
        return isinstance(self.types.get(left, UNKNOWN), Scalar) and isinstance(
            self.types.get(call.result, UNKNOWN), Scalar
        )

    def unpacked(self, call: Call) -> ast.expr:
        if call.fn in (structures.unpack, structures.unpack_star):
            return self.expr(call.operands[0])
        return self.call_expr(call)

    def targets(self, call: Call) -> ast.expr:
        star = call.operands[1].value if call.fn is structures.unpack_star else None  # type: ignore[union-attr]
        elements: list[ast.expr] = []
        for i, result in enumerate(call.results):
            name: ast.expr = ast.Name(self.names[result] if result in self.read else "_", ast.Store())
            elements.append(ast.Starred(name, ast.Store()) if i == star else name)
        return ast.Tuple(elements, ast.Store())

    # ------------------------------------------------------------------------------- updates

    def update(self, call: Call) -> None:
        """A changed copy: in place where that was planned, else of a copy."""
        target, *rest = call.operands
        name = self.names[call.result]
        if call in self.in_place:
            self.assign(name, self.expr(target))
        elif self.append_copy(call, name):
            return
        else:
            copy = copier(self.types.get(target, UNKNOWN) if isinstance(target, Var) else UNKNOWN)
            self.assign(name, ast.Call(self.bindings.callable(copy), [self.expr(target)], []))
        changed = _name(name)
        fn: Any = call.fn
        if fn is updates.update:
            place = ast.Subscript(changed, self.index(rest[0]), ast.Store())
            self.out.append(ast.Assign([place], self.expr(rest[1]), lineno=0))
        elif fn is updates.increment:
            place = ast.Subscript(changed, self.index(rest[0]), ast.Store())
            negated = self.negated(rest[1])
            self.out.append(ast.AugAssign(place, ast.Sub() if negated else ast.Add(), negated or self.expr(rest[1])))
        elif fn is updates.add_at:
            at = ast.Attribute(ast.Attribute(self.bindings.module(np, "np"), "add", ast.Load()), "at", ast.Load())
            self.out.append(ast.Expr(ast.Call(at, [changed, self.expr(rest[0]), self.expr(rest[1])], [])))
        elif fn in (updates.append, updates.extend):
            self.out.append(ast.Expr(ast.Call(_attribute(changed, fn.__name__), [self.expr(rest[0])], [])))
        elif fn is updates.without_last:
            self.out.append(ast.Expr(ast.Call(_attribute(changed, "pop"), [], [])))
        else:
            op = IN_PLACE_OPERATORS.get(fn) or BINARY[fn]
            self.out.append(ast.AugAssign(ast.Name(name, ast.Store()), op(), self.expr(rest[0])))

    def negated(self, atom: Atom) -> ast.expr | None:
        """What `-x` negates, where an atom is that."""
        inner = self.folding.folded.get(atom) if isinstance(atom, Var) else None
        if isinstance(inner, Call) and inner.fn is operator.neg:
            return self.expr(inner.operands[0])
        return None

    def append_copy(self, call: Call, name: str) -> bool:
        """The forms that make a changed list at once."""
        if call.fn in (updates.append, updates.extend):
            last = self.expr(call.operands[1])
            end = ast.Starred(last, ast.Load()) if call.fn is updates.extend else last
            elements = [ast.Starred(self.expr(call.operands[0]), ast.Load()), end]
            self.assign(name, ast.List(elements, ast.Load()))
            return True
        if call.fn is updates.without_last:
            upper = ast.UnaryOp(ast.USub(), ast.Constant(1))
            self.assign(name, ast.Subscript(self.expr(call.operands[0]), ast.Slice(None, upper, None), ast.Load()))
            return True
        return False

    # --------------------------------------------------------------------------- control flow

    def copies(self, pairs: Sequence[tuple[str, Atom]]) -> None:
        """Assignments made as if at once: what a branch or a trip hands on."""
        real = []
        for target, atom in pairs:
            if (isinstance(atom, Const) and atom.value is UNDEFINED) or self.is_still(target, atom):
                continue
            value = self.expr(atom)
            if not (isinstance(value, ast.Name) and value.id == target):
                real.append((target, value))
        reads = [(t, frozenset(n.id for n in ast.walk(v) if isinstance(n, ast.Name))) for t, v in real]
        ordered, cycle = in_sequence(reads)
        for i in ordered:
            self.assign(*real[i])
        if cycle:
            targets = ast.Tuple([ast.Name(real[i][0], ast.Store()) for i in cycle], ast.Store())
            self.out.append(ast.Assign([targets], ast.Tuple([real[i][1] for i in cycle], ast.Load()), lineno=0))

    def branch(self, stmt: If) -> None:
        results = [self.names[r] for r in stmt.results]

        def side(block: Block) -> Any:
            def write() -> None:
                self.block(block)
                if not block.leaves:
                    self.copies(list(zip(results, block.yields, strict=True)))

            return write

        then, orelse = self.branches(side(stmt.then), side(stmt.orelse))
        test = self.expr(stmt.cond)
        if _is_pass(then) and not _is_pass(orelse):
            test, then, orelse = _negation(test), orelse, then
        self.out.append(ast.If(test, then, [] if _is_pass(orelse) else orelse))

    def enter_loop(self, loop: Loop) -> None:
        pairs = zip(loop.results, loop.inits, strict=True)
        self.copies([(self.names[r], a) for i, (r, a) in enumerate(pairs) if i != loop.stop or r in self.read])

    def trip(self, loop: Loop, first: Any = None) -> list[ast.stmt]:
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
                    self.assign(self.names[param], _name(self.names[result]))
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

    def is_still(self, target: str, atom: Atom) -> bool:
        """Whether a name holds a value that was taken from it when the trip began."""
        if not isinstance(atom, Var) or atom in self.folding.folded or target in self.written:
            return False
        return self.taken.get(target) == self.names[atom] and self.names[atom] not in self.written

    def to_end_of_trip(self, block: Block, stop: Atom, finish: Any, flag: str | None) -> None:
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
        found = deciding_branch(block, stop, self.folding.uses)
        if found is None:
            self.block(block)
            finish()
            test = self.expr(stop)
            if flag is not None:
                self.assign(flag, test)
                test = _name(flag)
            self.out.append(ast.If(test, [ast.Break()], []))
            return
        position, which = found
        branch = block.stmts[position]
        assert isinstance(branch, If)
        rest = Block(block.stmts[position + 1 :])
        self.block(Block(block.stmts[:position]))

        def side(one: Block) -> Any:
            def hand_on() -> None:
                pairs = zip(branch.results, one.yields, strict=True)
                self.copies([(self.names[r], a) for i, (r, a) in enumerate(pairs) if i != which])
                self.block(rest)
                finish()

            ends: Atom = Const(one is branch.then) if which is None else one.yields[which]
            return lambda: self.to_end_of_trip(one, ends, hand_on, flag)

        then, orelse = self.branches(side(branch.then), side(branch.orelse))
        self.append_if(self.expr(branch.cond), then, orelse)

    def append_if(self, test: ast.expr, then: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        """`if test: then else: orelse`; what follows a side that leaves needs no else."""
        if _is_jump(then[-1]):
            self.out += [ast.If(test, then, []), *([] if _is_pass(orelse) else orelse)]
        elif _is_jump(orelse[-1]):
            self.out += [ast.If(_negation(test), orelse, []), *([] if _is_pass(then) else then)]
        elif _is_pass(then):
            self.out.append(ast.If(_negation(test), orelse, []))
        else:
            self.out.append(ast.If(test, then, [] if _is_pass(orelse) else orelse))

    def for_loop(self, loop: For) -> None:
        self.enter_loop(loop)
        loop, unpacked = self.unpacked_item(loop)
        targets = [self.target(item, unpacked.get(item)) for item in loop.items]
        iterables = [self.iterable(s) for s in loop.sources]
        target, iterable = self.together(loop, targets, iterables)
        if loop.index is not None and loop.index in self.read:
            target = ast.Tuple([ast.Name(self.names[loop.index], ast.Store()), target], ast.Store())
            iterable = ast.Call(self.builtin("enumerate"), [iterable], [])
        self.out.append(ast.For(target, iterable, self.trip(loop), [], lineno=0))

    def together(self, loop: For, targets: list[ast.expr], iterables: list[ast.expr]) -> tuple[ast.expr, ast.expr]:
        """Several sources in step: `enumerate` for a count without an end, `zip` for the rest."""
        first = loop.sources[0]
        if isinstance(first, Range) and first.stop is NONE and len(targets) > 1:
            inner = self.zipped(targets[1:], iterables[1:])
            start = [] if isinstance(first.start, Const) and first.start.value == 0 else [self.expr(first.start)]
            call = ast.Call(self.builtin("enumerate"), [inner[1], *start], [])
            return ast.Tuple([targets[0], inner[0]], ast.Store()), call
        return self.zipped(targets, iterables)

    def zipped(self, targets: list[ast.expr], iterables: list[ast.expr]) -> tuple[ast.expr, ast.expr]:
        if len(targets) == 1:
            return targets[0], iterables[0]
        return ast.Tuple(targets, ast.Store()), ast.Call(self.builtin("zip"), iterables, [])

    def unpacked_item(self, loop: For) -> tuple[For, dict[Var, Call]]:
        """Unpack an item in the loop's target, where its body begins with that."""
        found: dict[Var, Call] = {}
        stmts = list(loop.body.stmts)
        uses = [v for s in stmts[1:] for v in _reads(s)]
        if stmts and isinstance(stmts[0], Call) and stmts[0].fn is structures.unpack:
            item = stmts[0].operands[0]
            if isinstance(item, Var) and item in loop.items and item not in uses and item not in loop.body.yields:
                found[item] = stmts.pop(0)  # type: ignore[assignment]
        from dataclasses import replace

        return replace(loop, body=Block(tuple(stmts), loop.body.yields)), found

    def target(self, item: Var, unpacked: Call | None) -> ast.expr:
        if unpacked is not None:
            return self.targets(unpacked)
        return ast.Name(self.names[item] if item in self.read else "_", ast.Store())

    def iterable(self, source: Source) -> ast.expr:
        if isinstance(source, Each):
            sequence = self.expr(source.sequence)
            return ast.Call(self.builtin("reversed"), [sequence], []) if source.backwards else sequence
        assert isinstance(source, Range)
        bounds = [source.start, source.stop, source.step]
        if source.stop is NONE:
            return ast.Call(self.bindings.callable(__import__("itertools").count), [self.expr(source.start)], [])
        if isinstance(source.step, Const) and source.step.value == 1:
            bounds.pop()
            if isinstance(source.start, Const) and source.start.value == 0:
                bounds.pop(0)
        return ast.Call(self.builtin("range"), [self.expr(b) for b in bounds], [])

    def while_loop(self, loop: While) -> None:
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
                    self.assign(self.names[param], _name(self.names[result]))
            self.block(loop.head)
            self.out.append(ast.If(ast.UnaryOp(ast.Not(), self.expr(cond)), [ast.Break()], []))

        self.out.append(ast.While(ast.Constant(True), self.trip(loop, head), []))

    def with_block(self, stmt: With) -> None:
        def write() -> None:
            self.block(stmt.body)
            self.copies([(self.names[r], a) for r, a in zip(stmt.results, stmt.body.yields, strict=True)])

        target = ast.Name(self.names[stmt.target], ast.Store()) if stmt.target in self.read else None
        item = ast.withitem(self.expr(stmt.context), target)
        self.out.append(ast.With([item], self.body(write), lineno=0))

    def opaque(self, stmt: Opaque) -> None:
        reads = {name: self.expr(atom) for name, atom in stmt.reads}
        writes: dict[str, ast.expr] = {name: _name(self.names[var]) for name, var in stmt.writes}
        node = _Substitution(reads, writes).visit(ast.parse(ast.unparse(stmt.node)).body[0])
        self.out.append(node)

    # --------------------------------------------------------------------------- expressions

    def expr(self, atom: Atom) -> ast.expr:
        """An atom as an expression: a name, a constant, or what is folded into it."""
        if isinstance(atom, Const):
            return self.bindings.constant(atom.value)
        stmt = self.folding.folded.get(atom)
        if isinstance(stmt, Call):
            return self.call_expr(stmt)
        if isinstance(stmt, If):
            return self.choice(stmt)
        return _name(self.aliases.get(atom) or self.names[atom])

    def choice(self, stmt: If) -> ast.expr:
        then, orelse = stmt.then.yields[0], stmt.orelse.yields[0]
        cond = self.expr(stmt.cond)
        if orelse is stmt.cond:
            return _bool_op(ast.And(), cond, self.expr(then))
        if then is stmt.cond:
            return _bool_op(ast.Or(), cond, self.expr(orelse))
        return ast.IfExp(cond, self.expr(then), self.expr(orelse))

    def call_expr(self, call: Call) -> ast.expr:
        fn: Any = call.fn
        if isinstance(fn, Syntax):
            reads = {name: self.expr(atom) for name, atom in zip(fn.reads, call.operands, strict=True)}
            copied = ast.parse(ast.unparse(fn.node), mode="eval").body
            return _Substitution(reads, {}).visit(copied)  # type: ignore[no-any-return]
        if isinstance(fn, Attribute):
            return _attribute(self.expr(call.operands[0]), fn.name)
        args = [self.argument(a) for a in call.args]
        keywords = [ast.keyword(k, self.expr(a)) for k, a in call.kwargs]
        if isinstance(fn, Method):
            return ast.Call(_attribute(args[0], fn.name), args[1:], keywords)
        written = self.syntax(fn, args, call)
        if written is not None:
            return written
        return ast.Call(self.bindings.callable(fn), args, keywords)

    def argument(self, arg: Atom | Star) -> ast.expr:
        if isinstance(arg, Star):
            return ast.Starred(self.expr(arg.value), ast.Load())
        return self.expr(arg)

    def syntax(self, fn: Any, args: list[ast.expr], call: Call) -> ast.expr | None:
        """A callable that stands for a form of syntax, as that."""
        if fn in BINARY:
            return ast.BinOp(args[0], BINARY[fn](), args[1])
        if fn in UNARY:
            return ast.UnaryOp(UNARY[fn](), args[0])
        if fn in COMPARE:
            return ast.Compare(args[0], [COMPARE[fn]()], [args[1]])
        if fn is operator.getitem:
            return ast.Subscript(args[0], self.index(call.operands[1]), ast.Load())
        if fn is operator.call:
            return ast.Call(args[0], args[1:], [ast.keyword(k, self.expr(a)) for k, a in call.kwargs])
        if fn in SHAPE_ATTRIBUTES and len(args) == 1 and self.is_array(call.operands[0]):
            return _attribute(args[0], fn.__name__)
        if fn is structures.make_tuple:
            return ast.Tuple(args, ast.Load())
        if fn is structures.make_list:
            return ast.List(args, ast.Load())
        if fn is structures.make_set:
            return ast.Set(args)
        if fn is structures.make_dict:
            return ast.Dict(list(args[::2]), list(args[1::2]))
        if fn is structures.contains:
            return ast.Compare(args[1], [ast.In()], [args[0]])
        if fn is structures.not_contains:
            return ast.Compare(args[1], [ast.NotIn()], [args[0]])
        if fn is np.ndarray.astype:
            return ast.Call(_attribute(args[0], "astype"), args[1:], [])
        return args[0] if fn is detach else None

    def is_array(self, atom: Atom) -> bool:
        return isinstance(atom, Var) and isinstance(self.types.get(atom), Array)

    def builtin(self, name: str) -> ast.expr:
        """A builtin of Python's, whatever the user's names are."""
        return self.bindings.callable(getattr(builtins, name))

    def index(self, atom: Atom) -> ast.expr:
        """A subscript: slices are written as such."""
        if isinstance(atom, Const):
            return self.constant_index(atom.value)
        stmt = self.folding.folded.get(atom)
        if isinstance(stmt, Call) and stmt.fn is structures.make_tuple and stmt.args:
            return ast.Tuple([self.index(a) for a in stmt.operands], ast.Load())
        if isinstance(stmt, Call) and stmt.fn is slice:
            parts = [None if a is NONE or _is_none(a) else self.expr(a) for a in stmt.operands]
            return ast.Slice(*parts)
        return self.expr(atom)

    def constant_index(self, value: Any) -> ast.expr:
        if isinstance(value, slice):
            parts = (value.start, value.stop, value.step)
            return ast.Slice(*[None if p is None else self.bindings.constant(p) for p in parts])
        if isinstance(value, tuple) and value:
            return ast.Tuple([self.constant_index(v) for v in value], ast.Load())
        return self.bindings.constant(value)


def hints(function: Function) -> dict[Var, str]:
    """Names for temporaries that need one, that say what they are: `x[i]` is `x_i`."""
    found: dict[Var, str] = {}
    for stmt in walk(function.body):
        if isinstance(stmt, Call) and stmt.fn is operator.getitem and not stmt.result.name:
            base, index = stmt.operands
            if isinstance(base, Var) and isinstance(index, Var) and base.name and len(index.name) == 1:
                found[stmt.result] = f"{base.name}_{index.name}"
    return found


class _Substitution(ast.NodeTransformer):
    """Replace names in Python that is kept as it is."""

    def __init__(self, reads: dict[str, ast.expr], writes: dict[str, ast.expr]) -> None:
        self.reads = reads
        self.writes = writes

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load):
            return self.writes.get(node.id) or self.reads.get(node.id, node)
        target = self.writes.get(node.id)
        return ast.Name(target.id, node.ctx) if isinstance(target, ast.Name) else node


def _bool_op(op: ast.boolop, left: ast.expr, right: ast.expr) -> ast.expr:
    """`left op right`; a chain `a < b < c` of comparisons is written as one."""
    values: list[ast.expr] = []
    for value in (left, right):
        same = isinstance(value, ast.BoolOp) and type(value.op) is type(op)
        values += value.values if same else [value]  # type: ignore[attr-defined]
    return ast.BoolOp(op, values)


def _is_pass(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and isinstance(body[0], ast.Pass)


def _is_jump(stmt: ast.stmt) -> bool:
    return isinstance(stmt, (ast.Break, ast.Continue, ast.Return, ast.Raise))


def _negation(test: ast.expr) -> ast.expr:
    """`not test`, without a double negation."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    opposite = {ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and type(test.ops[0]) in opposite:
        return ast.Compare(test.left, [opposite[type(test.ops[0])]()], test.comparators)
    return ast.UnaryOp(ast.Not(), test)


def _is_none(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is None


def _reads(stmt: Stmt) -> set[Var]:
    return uses_in(Block((stmt,)))


def _name(identifier: str) -> ast.Name:
    return ast.Name(identifier, ast.Load())


def _attribute(value: ast.expr, name: str) -> ast.Attribute:
    return ast.Attribute(value, name, ast.Load())
