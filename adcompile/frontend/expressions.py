"""Lower expressions: every syntax form that computes becomes one `Call` of a known callable."""

from __future__ import annotations

import ast
import operator
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gast
import numpy as np

from adcompile.errors import DiagnosticList, Origin
from adcompile.frontend.jumps import bound_names, parts_of_scope
from adcompile.frontend.scope import OutsideScope
from adcompile.frontend.source import FunctionSource
from adcompile.ir.nodes import (
    FALSE,
    NONE,
    TRUE,
    UNDEF,
    Atom,
    Attribute,
    Block,
    Call,
    Const,
    Each,
    For,
    If,
    Method,
    Range,
    Source,
    Star,
    Stmt,
    Syntax,
    Var,
    leaves,
)
from adcompile.runtime import structures, updates

BINARY: dict[type, Callable[..., Any]] = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
    gast.BitAnd: operator.and_,
}
UNARY: dict[type, Callable[..., Any]] = {
    gast.USub: operator.neg,
    gast.UAdd: operator.pos,
    gast.Invert: operator.invert,
    gast.Not: operator.not_,
}
COMPARE: dict[type, Callable[..., Any]] = {
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
    gast.Lt: operator.lt,
    gast.LtE: operator.le,
    gast.Gt: operator.gt,
    gast.GtE: operator.ge,
    gast.Is: operator.is_,
    gast.IsNot: operator.is_not,
}
SEEING_NAMES = (eval, exec, locals, globals, vars, dir, compile, __import__)
# Builtins that take a generator's elements one by one: a comprehension serves as well.
CONSUMERS = (sum, max, min, any, all, list, tuple, sorted, set)


@dataclass(frozen=True, slots=True)
class LocalFunction:
    """A lambda or a nested def: inlined where it is called."""

    node: Any
    name: str


class ExpressionLowering:
    """Lowers the expressions of one function into the statement list `self.stmts`."""

    def __init__(self, source: FunctionSource, scope: OutsideScope, found: DiagnosticList) -> None:
        self.source = source
        self.scope = scope
        self.found = found
        self.env: dict[str, Atom | LocalFunction] = {}
        self.locals: set[str] = set()
        self.stmts: list[Stmt] = []
        self.origin: Origin | None = None
        self.depth = 0  # loops around the statement, within its function
        self.inlining: list[Any] = []

    # -------------------------------------------------------------------------------- pieces

    def refuse(self, node: Any, what: str, why: str = "", hint: str = "") -> Atom:
        """Note a refusal at a node, and go on with a value that nobody will use."""
        self.found.add(what, self.source.origin(node) or self.origin, why, hint)
        return UNDEF

    def emit(self, stmt: Stmt) -> None:
        """Append a statement, unless control never gets there."""
        if not (self.stmts and leaves(self.stmts[-1])):
            self.stmts.append(stmt)

    def call(
        self, fn: Any, *args: Atom | Star, kwargs: Sequence[tuple[str | None, Atom]] = (), node: Any = None
    ) -> Var:
        """Append a call with one result."""
        origin = (self.source.origin(node) if node is not None else None) or self.origin
        result = Var("", origin)
        self.emit(Call((result,), fn, args, tuple(kwargs), origin))
        return result

    def block(self, body: Callable[[], Sequence[Atom]]) -> Block:
        """Run `body` with an empty statement list; its statements, and what it returns as yields."""
        outer, self.stmts = self.stmts, []
        try:
            yields = tuple(body())
            return Block(tuple(self.stmts), yields)
        finally:
            self.stmts = outer

    def choose(self, cond: Atom, then: Callable[[], Atom], orelse: Callable[[], Atom]) -> Atom:
        """`then() if cond else orelse()`, evaluated as Python does."""
        before = dict(self.env)
        then_block = self.block(lambda: [then()])
        self.env = dict(before)
        orelse_block = self.block(lambda: [orelse()])
        self.env = before
        result = Var("", self.origin)
        self.emit(If(cond, then_block, orelse_block, (result,), self.origin))
        return result

    # ------------------------------------------------------------------------------ dispatch

    def expr(self, node: Any) -> Atom:
        """Lower an expression; the atom that holds its value."""
        lower = getattr(self, "expr_" + type(node).__name__, None)
        if lower is None:
            return self.refuse(
                node,
                f"the expression '{type(node).__name__}' is not supported",
                "it has no meaning that a derivative could follow",
            )
        return lower(node)  # type: ignore[no-any-return]

    def value_of_name(self, node: Any, name: str) -> Atom | LocalFunction:
        """What a name stands for at this point."""
        if name in self.env:
            value = self.env[name]
            if value is UNDEF:
                return self.refuse(node, f"'{name}' is read before it is bound")
            return value
        if name in self.locals:
            return self.refuse(node, f"'{name}' is read before it is bound")
        atom = self.scope.atom(name)
        if atom is None:
            return self.refuse(node, f"'{name}' is not defined")
        return atom

    def expr_Name(self, node: Any) -> Atom:
        """What a name stands for: its value, or a nested function kept as a value."""
        value = self.value_of_name(node, node.id)
        if isinstance(value, LocalFunction):
            known = self.as_function(value.node)
            return known or self.syntax(value.node if isinstance(value.node, gast.Lambda) else node)
        return value

    def expr_Constant(self, node: Any) -> Atom:
        """A literal."""
        return Const(node.value)

    def expr_BinOp(self, node: Any) -> Atom:
        """`left op right`."""
        left = self.expr(node.left)
        return self.call(BINARY[type(node.op)], left, self.expr(node.right), node=node)

    def expr_UnaryOp(self, node: Any) -> Atom:
        """`op operand`; a negative number is a constant."""
        operand = self.expr(node.operand)
        if isinstance(node.op, gast.USub) and isinstance(operand, Const) and type(operand.value) in (int, float):
            return Const(-operand.value)
        return self.call(UNARY[type(node.op)], operand, node=node)

    def expr_BoolOp(self, node: Any) -> Atom:
        """`a and b`, `a or b`: the right side is evaluated where Python evaluates it."""
        first, *rest = node.values
        return self._bool_op(node, self.expr(first), rest)

    def _bool_op(self, node: Any, left: Atom, rest: Sequence[Any]) -> Atom:
        if not rest:
            return left

        def others() -> Atom:
            return self._bool_op(node, self.expr(rest[0]), rest[1:])

        if isinstance(node.op, gast.And):
            return self.choose(left, others, lambda: left)
        return self.choose(left, lambda: left, others)

    def expr_Compare(self, node: Any) -> Atom:
        """A comparison; a chain compares on where Python does."""
        return self._compare(node, self.expr(node.left), list(zip(node.ops, node.comparators, strict=True)))

    def _compare(self, node: Any, left: Atom, rest: Sequence[tuple[Any, Any]]) -> Atom:
        (op, right_node), *more = rest
        right = self.expr(right_node)
        if isinstance(op, (gast.In, gast.NotIn)):
            fn = structures.contains if isinstance(op, gast.In) else structures.not_contains
            result: Atom = self.call(fn, right, left, node=node)
        else:
            result = self.call(COMPARE[type(op)], left, right, node=node)
        if not more:
            return result
        return self.choose(result, lambda: self._compare(node, right, more), lambda: result)

    def expr_IfExp(self, node: Any) -> Atom:
        """`body if test else orelse`: only one side is evaluated."""
        cond = self.expr(node.test)
        return self.choose(cond, lambda: self.expr(node.body), lambda: self.expr(node.orelse))

    def expr_NamedExpr(self, node: Any) -> Atom:
        """`name := value`: the value, which also gets the name."""
        value = self.expr(node.value)
        self.bind(node.target.id, value)
        return value

    def bind(self, name: str, value: Atom | LocalFunction) -> None:
        """Bind a local name; a temporary takes the name."""
        self.env[name] = value
        if isinstance(value, Var) and not value.name:
            value.name = name

    # ------------------------------------------------------------------- displays, subscripts

    def _display(self, fn: Any, node: Any) -> Atom:
        items: list[Atom | Star] = []
        for element in node.elts:
            if isinstance(element, gast.Starred):
                items.append(Star(self.expr(element.value)))
            else:
                items.append(self.expr(element))
        if fn is structures.make_tuple and all(isinstance(i, Const) for i in items):
            return Const(tuple(i.value for i in items))  # type: ignore[union-attr]
        return self.call(fn, *items, node=node)

    def expr_Tuple(self, node: Any) -> Atom:
        """A tuple; of constants it is a constant."""
        return self._display(structures.make_tuple, node)

    def expr_List(self, node: Any) -> Atom:
        """A list display."""
        return self._display(structures.make_list, node)

    def expr_Set(self, node: Any) -> Atom:
        """A set display."""
        return self._display(structures.make_set, node)

    def expr_Dict(self, node: Any) -> Atom:
        """A dict display; one with `**` in it is kept as it is."""
        if any(key is None for key in node.keys):
            return self.syntax(node)
        pairs = [self.expr(part) for kv in zip(node.keys, node.values, strict=True) for part in kv]
        return self.call(structures.make_dict, *pairs, node=node)

    def expr_Slice(self, node: Any) -> Atom:
        """`lower:upper:step`; of constants it is a constant."""
        parts = [NONE if p is None else self.expr(p) for p in (node.lower, node.upper, node.step)]
        if all(isinstance(p, Const) for p in parts):
            return Const(slice(*(p.value for p in parts)))  # type: ignore[union-attr]
        return self.call(slice, *parts, node=node)

    def expr_Subscript(self, node: Any) -> Atom:
        """`value[index]`, read."""
        value = self.expr(node.value)
        return self.call(operator.getitem, value, self.expr(node.slice), node=node)

    def expr_Attribute(self, node: Any) -> Atom:
        """`value.attr`; of something known now, such as a module, what it holds."""
        value = self.expr(node.value)
        if isinstance(value, Const) and value is not UNDEF:
            if hasattr(value.value, node.attr):
                return Const(getattr(value.value, node.attr))
            return self.refuse(node, f"{value!r} has no attribute '{node.attr}'")
        return self.call(Attribute(node.attr), value, node=node)

    # ------------------------------------------------------------------------------------ calls

    def expr_Call(self, node: Any) -> Atom:
        """A call: of a known callable, of a method, or of a nested function, which is inlined."""
        if isinstance(node.func, gast.Lambda):
            return self.inline(LocalFunction(node.func, "<lambda>"), node)
        if isinstance(node.func, gast.Name):
            target = self.value_of_name(node.func, node.func.id)
            if isinstance(target, LocalFunction):
                return self.inline(target, node)
        if isinstance(node.func, gast.Attribute):
            receiver = self.expr(node.func.value)
            if not isinstance(receiver, Const):
                return self.method_call(receiver, node)
            fn = self._static_attribute(node.func, receiver)
        else:
            fn = self.expr(node.func)
        if fn is UNDEF:
            return UNDEF
        args, kwargs = self.arguments(node, fn)
        if isinstance(fn, Const) and any(fn.value is f for f in SEEING_NAMES):
            return self.refuse(
                node,
                f"'{fn.value.__name__}' sees the function's variables by name",
                "what it reads or changes cannot be followed",
                "write the expression out",
            )
        if isinstance(fn, Const) and fn.value in (max, min) and len(args) > 2 and not kwargs:
            largest = args[0]
            for other in args[1:]:
                largest = self.call(fn.value, largest, other, node=node)
            return largest  # type: ignore[return-value]
        if isinstance(fn, Const):
            return self.call(fn.value, *args, kwargs=kwargs, node=node)
        return self.call(operator.call, fn, *args, kwargs=kwargs, node=node)

    def _static_attribute(self, node: Any, receiver: Const) -> Atom:
        if receiver is UNDEF:
            return UNDEF
        if not hasattr(receiver.value, node.attr):
            return self.refuse(node, f"{receiver!r} has no attribute '{node.attr}'")
        return Const(getattr(receiver.value, node.attr))

    def arguments(self, node: Any, fn: Any = None) -> tuple[list[Atom | Star], list[tuple[str | None, Atom]]]:
        """The lowered arguments of a call."""
        args: list[Atom | Star] = []
        consumes = isinstance(fn, Const) and any(fn.value is c for c in CONSUMERS)
        for arg in node.args:
            if isinstance(arg, gast.Starred) and isinstance(arg.value, (gast.List, gast.Tuple)):
                for e in arg.value.elts:
                    args.append(Star(self.expr(e.value)) if isinstance(e, gast.Starred) else self.expr(e))
            elif isinstance(arg, gast.Starred):
                args.append(Star(self.expr(arg.value)))
            elif consumes and isinstance(arg, gast.GeneratorExp):
                args.append(self.expr_ListComp(arg))
            else:
                args.append(self.expr(arg))
        kwargs = [(keyword.arg, self.expr(keyword.value)) for keyword in node.keywords]
        return args, kwargs

    def method_call(self, receiver: Atom, node: Any) -> Atom:
        """`receiver.name(...)` where the receiver is a value of the program."""
        args, kwargs = self.arguments(node)
        return self.call(Method(node.func.attr), receiver, *args, kwargs=kwargs, node=node)

    def inline(self, function: LocalFunction, node: Any) -> Atom:
        """Lower the body of a lambda or nested def in place of its call."""
        raise NotImplementedError  # statements.py: a nested def has statements

    # ------------------------------------------------------------- comprehensions and the rest

    def expr_ListComp(self, node: Any) -> Atom:
        """A list comprehension, as loops that append."""

        def element(so_far: Atom) -> Atom:
            return self.call(updates.append, so_far, self.expr(node.elt), node=node)

        return self._collect(node, self.call(structures.make_list, node=node), element)

    def expr_DictComp(self, node: Any) -> Atom:
        """A dict comprehension, as loops that store."""

        def entry(so_far: Atom) -> Atom:
            key = self.expr(node.key)
            return self.call(updates.update, so_far, key, self.expr(node.value), node=node)

        return self._collect(node, self.call(structures.make_dict, node=node), entry)

    def _collect(self, node: Any, start: Atom, element: Callable[[Atom], Atom]) -> Atom:
        outer = dict(self.env)
        result = self._comprehension(node, list(node.generators), start, element)
        self.env = outer
        return result

    def _comprehension(
        self, node: Any, generators: list[Any], so_far: Atom, element: Callable[[Atom], Atom]
    ) -> Atom:
        if not generators:
            return element(so_far)
        generator, *inner = generators
        items, sources, bind = self.loop_sources(generator.target, generator.iter)
        param, result = Var(), Var()

        def keep(conditions: Sequence[Any], current: Atom) -> Atom:
            if not conditions:
                return self._comprehension(node, inner, current, element)
            cond = self.expr(conditions[0])
            return self.choose(cond, lambda: keep(conditions[1:], current), lambda: current)

        def body() -> Sequence[Atom]:
            bind()
            return [keep(generator.ifs, param)]

        block = self.block(body)
        index = Var("k", self.origin)
        self.emit(For(items, sources, (param,), (so_far,), block, (result,), None, index, self.origin))
        return result

    def loop_sources(
        self, target: Any, iterable: Any
    ) -> tuple[tuple[Var, ...], tuple[Source, ...], Callable[[], None]]:
        """The items and sources of `for target in iterable`, and a function that binds the
        target's names inside the body."""
        items: list[Var] = []
        sources: list[Source] = []
        binders: list[Callable[[], None]] = []

        def add(part: Any, source: Source) -> Callable[[], Atom]:
            item = Var(part.id if isinstance(part, gast.Name) else "", self.source.origin(iterable))
            items.append(item)
            sources.append(source)
            if part is not None:
                binders.append(lambda: self.assign(part, item))
            return lambda: item

        def split(part: Any, over: Any) -> Callable[[], Atom]:
            """Add the sources of `for part in over`; returns what makes the element."""
            fn = self._iteration_builtin(over)
            if fn is range and 1 <= len(over.args) <= 3:
                bounds = [self.expr(a) for a in over.args]
                start, stop = (Const(0), bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
                return add(part, Range(start, stop, bounds[2] if len(bounds) == 3 else Const(1)))
            if fn is enumerate:
                begin = over.args[1:] + [k.value for k in over.keywords]
                start = self.expr(begin[0]) if begin else Const(0)
                count: Source = Range(start, NONE, Const(1))
                return together(part, [lambda p: add(p, count), lambda p: split(p, over.args[0])])
            if fn is zip and not over.keywords:
                return together(part, [lambda p, a=a: split(p, a) for a in over.args])  # type: ignore[misc]
            method = over.func.attr if isinstance(over, gast.Call) and isinstance(over.func, gast.Attribute) else None
            if method in ("items", "values") and not over.args:
                return of_dict(part, method, self.expr(over.func.value))
            if fn is reversed and self._iteration_builtin(over.args[0]) in (None, range):
                return add(part, Each(self.expr(over.args[0]), backwards=True))
            return add(part, Each(self.expr(over)))

        def of_dict(part: Any, method: str, mapping: Atom) -> Callable[[], Atom]:
            """`for key, value in d.items()` is `for key in d` with `value = d[key]`."""
            pair = part.elts if isinstance(part, gast.Tuple) and len(part.elts) == 2 else None
            apart = method == "items" and pair is not None
            key = add(pair[0] if apart and pair else None, Each(mapping))

            def item() -> Var:
                return self.call(operator.getitem, mapping, key(), node=iterable)

            def element() -> Atom:
                value = item()
                if method == "values":
                    return value
                return self.call(structures.make_tuple, key(), value, node=iterable)

            if apart and pair is not None:
                target = pair[1]
                binders.append(lambda: self.assign(target, item()))
            elif part is not None:
                binders.append(lambda: self.assign(part, element()))
            return element

        def together(part: Any, makers: Sequence[Callable[[Any], Callable[[], Atom]]]) -> Callable[[], Atom]:
            """Several sources in step: the target takes their elements apart, or takes a tuple."""
            elements = part.elts if isinstance(part, (gast.Tuple, gast.List)) else []
            apart = len(elements) == len(makers) and not any(isinstance(e, gast.Starred) for e in elements)
            made = [make(e) for make, e in zip(makers, elements if apart else [None] * len(makers), strict=True)]

            def element() -> Atom:
                return self.call(structures.make_tuple, *[m() for m in made], node=iterable)

            if part is not None and not apart:
                binders.append(lambda: self.assign(part, element()))
            return element

        def bind() -> None:
            for binder in binders:
                binder()

        split(target, iterable)
        return tuple(items), tuple(sources), bind

    def _iteration_builtin(self, node: Any) -> Any:
        if not (isinstance(node, gast.Call) and isinstance(node.func, gast.Name) and node.args):
            return None
        if node.func.id in self.env or any(isinstance(a, gast.Starred) for a in node.args):
            return None
        value = self.scope.value(node.func.id)
        return value if any(value is f for f in (range, enumerate, zip, reversed)) else None

    def assign(self, target: Any, value: Atom) -> None:
        """Assign a value to a target of any form."""
        raise NotImplementedError  # statements.py

    def expr_JoinedStr(self, node: Any) -> Atom:
        """An f-string, kept as it is: text carries no derivative."""
        return self.syntax(node, passive=True)

    def expr_Lambda(self, node: Any) -> Atom:
        """A lambda that is used as a value."""
        return self.as_function(node) or self.syntax(node)

    def as_function(self, node: Any) -> Const | None:
        """A lambda or nested def that reads no local variable, as the function that Python
        would make of it; None if it reads one."""
        names = {n.id for n in gast.walk(node) if isinstance(n, gast.Name) and isinstance(n.ctx, gast.Load)}
        own = {a.id for a in gast.walk(node.args) if isinstance(a, gast.Name)}
        if (names - own) & self.locals:
            return None
        origin = self.source.origin(node)
        name = "<lambda>" if isinstance(node, gast.Lambda) else node.name
        found = [
            c
            for c in _inner_codes(self.scope.holder.__code__)
            if c.co_name == name and origin is not None and c.co_firstlineno == origin.line
        ]
        if len(found) != 1:
            return None
        cells = dict(zip(self.scope.holder.__code__.co_freevars, self.scope.holder.__closure__ or (), strict=True))
        if any(n not in cells for n in found[0].co_freevars):
            return None
        closure = tuple(cells[n] for n in found[0].co_freevars)
        return Const(types.FunctionType(found[0], self.scope.holder.__globals__, name, None, closure))

    def expr_GeneratorExp(self, node: Any) -> Atom:
        """A generator expression, kept as it is."""
        return self.syntax(node)

    def expr_SetComp(self, node: Any) -> Atom:
        """A set comprehension, kept as it is."""
        return self.syntax(node)

    def syntax(self, node: Any, passive: bool = False) -> Atom:
        """Keep an expression as it is; it reads what its names stand for here."""
        reads: dict[str, Atom] = {}
        own = set(bound_names([node]))
        for part in gast.walk(node):
            if isinstance(part, gast.Name) and part.id not in own and part.id not in reads:
                value = self.env.get(part.id)
                if isinstance(value, LocalFunction):
                    return self.refuse(node, f"the nested function '{part.id}' is used as a value here")
                if value is None and part.id not in self.locals:
                    value = self.scope.atom(part.id)
                    value = value if isinstance(value, Var) else None
                if value is not None and value is not UNDEF:
                    reads[part.id] = value
        if any(isinstance(p, gast.NamedExpr) for p in parts_of_scope(node)):
            return self.refuse(node, "':=' inside an expression that is kept as it is", "", "assign before it")
        kept = gast.gast_to_ast(gast.Expression(node)).body
        assert isinstance(kept, ast.expr)
        return self.call(Syntax(kept, tuple(reads), passive), *reads.values(), node=node)


def _inner_codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inner_codes(constant)


__all__ = ["FALSE", "TRUE", "ExpressionLowering", "LocalFunction", "np"]
