"""Write atoms and calls of the IR as Python expressions, with what is folded into them.

relies on: fold, names.  ensures: an AST that gives the value of the atom.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.backend.callables import BINARY, COMPARE, UNARY, Bindings, attribute_node, name_node
from adcompile.backend.fold import Folding
from adcompile.backend.names import Names
from adcompile.ir.nodes import NONE, Atom, Attribute, Call, Const, If, Method, Star, Syntax, Var
from adcompile.ir.types import Array, Scalar
from adcompile.runtime import structures
from adcompile.runtime.markers import detach

SHAPE_ATTRIBUTES = (np.shape, np.ndim, np.size)


class Expressions:
    """Writes what a statement reads."""

    def __init__(self, names: Names, folding: Folding, types: Types, bindings: Bindings) -> None:
        self.names = names
        self.folding = folding
        self.types = types
        self.bindings = bindings
        self.aliases: dict[Var, str] = {}  # while a loop's head is written: its params' names

    def expr(self, atom: Atom) -> ast.expr:
        """An atom as an expression: a name, a constant, or what is folded into it."""
        if isinstance(atom, Const):
            return self.bindings.constant(atom.value)
        stmt = self.folding.folded.get(atom)
        if isinstance(stmt, Call):
            return self.call_expr(stmt)
        if isinstance(stmt, If):
            return self.choice(stmt)
        return name_node(self.aliases.get(atom) or self.names[atom])

    def choice(self, stmt: If) -> ast.expr:
        """A branch that is folded: `and`, `or`, or `a if c else b`."""
        then, orelse = stmt.then.yields[0], stmt.orelse.yields[0]
        cond = self.expr(stmt.cond)
        if orelse is stmt.cond or self.is_truth(orelse, False, stmt.cond):
            return _bool_op(ast.And(), cond, self.expr(then))
        if then is stmt.cond or self.is_truth(then, True, stmt.cond):
            return _bool_op(ast.Or(), cond, self.expr(orelse))
        return ast.IfExp(cond, self.expr(then), self.expr(orelse))

    def is_truth(self, atom: Atom, truth: bool, cond: Atom) -> bool:
        """Whether an atom is the bool that a condition is there, made a constant since."""
        type_ = self.types.get(cond) if isinstance(cond, Var) else None
        is_bool = isinstance(type_, Scalar) and type_.dtype == "bool"
        return is_bool and isinstance(atom, Const) and atom.value is truth

    def call_expr(self, call: Call) -> ast.expr:
        """A call as an expression."""
        fn: Any = call.fn
        if isinstance(fn, Syntax):
            reads = {name: self.expr(atom) for name, atom in zip(fn.reads, call.operands, strict=True)}
            copied = ast.parse(ast.unparse(fn.node), mode="eval").body
            return Substitution(reads, {}).visit(copied)  # type: ignore[no-any-return]
        if isinstance(fn, Attribute):
            return attribute_node(self.expr(call.operands[0]), fn.name)
        args = [self.argument(a) for a in call.args]
        keywords = [ast.keyword(k, self.expr(a)) for k, a in call.kwargs]
        if isinstance(fn, Method):
            return ast.Call(attribute_node(args[0], fn.name), args[1:], keywords)
        written = self.syntax(fn, args, call)
        if written is not None:
            return written
        return ast.Call(self.bindings.callable(fn), args, keywords)

    def applied(
        self, fn: Any, whole: ast.expr, args: Sequence[Atom], kwargs: Sequence[tuple[str, Atom]]
    ) -> ast.expr:
        """A view of something that is written already."""
        if isinstance(fn, Attribute):
            return attribute_node(whole, fn.name)
        if fn is operator.getitem:
            return ast.Subscript(whole, self.index(args[0]), ast.Load())
        keywords = [ast.keyword(k, self.expr(a)) for k, a in kwargs]
        written = list(map(self.argument, args))
        if isinstance(fn, Method):
            return ast.Call(attribute_node(whole, fn.name), written, keywords)
        return ast.Call(self.bindings.callable(fn), [whole, *written], keywords)

    def argument(self, arg: Atom | Star) -> ast.expr:
        """An argument of a call."""
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
            return attribute_node(args[0], fn.__name__)
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
            return ast.Call(attribute_node(args[0], "astype"), args[1:], [])
        return args[0] if fn is detach else None

    def is_array(self, atom: Atom) -> bool:
        """Whether an atom is certainly an array."""
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
            parts = [self.argument(a) if isinstance(a, Star) else self.index(a) for a in stmt.args]
            return ast.Tuple(parts, ast.Load())
        if isinstance(stmt, Call) and stmt.fn is slice:
            return ast.Slice(*[None if a is NONE or _is_none(a) else self.expr(a) for a in stmt.operands])
        return self.expr(atom)

    def constant_index(self, value: Any) -> ast.expr:
        """A constant in a subscript."""
        if isinstance(value, slice):
            parts = (value.start, value.stop, value.step)
            return ast.Slice(*[None if p is None else self.bindings.constant(p) for p in parts])
        if isinstance(value, tuple) and value:
            return ast.Tuple([self.constant_index(v) for v in value], ast.Load())
        return self.bindings.constant(value)


class Substitution(ast.NodeTransformer):
    """Replace names in Python that is kept as it is."""

    def __init__(self, reads: dict[str, ast.expr], writes: dict[str, ast.expr]) -> None:
        self.reads = reads
        self.writes = writes

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """A name, as what it stands for."""
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


def _is_none(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is None
