"""Write calls as statements: assignments, updates in place or of a copy, and what a branch or
a trip hands on.

relies on: plan_buffers, fold, names.  ensures: each value is bound under its name.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.backend.bound_names import names_to_bind
from adcompile.backend.callables import BINARY, Bindings, attribute_node, name_node
from adcompile.backend.expressions import Expressions
from adcompile.backend.fold import Folding
from adcompile.backend.names import Names, in_sequence
from adcompile.ir.callables import IN_PLACE, is_update
from adcompile.ir.nodes import NONE, UNDEFINED, Atom, Call, Const, Syntax, Through, Var, WriteBack
from adcompile.ir.traverse import uses_in
from adcompile.ir.types import UNKNOWN, Array, Scalar
from adcompile.runtime import structures, updates
from adcompile.transforms.copy_before_loops import copier
from adcompile.transforms.plan_buffers import Plan

IN_PLACE_OPERATORS = {fn: BINARY[plain] for fn, plain in IN_PLACE.items()}


class Assignments(Expressions):
    """Writes the statements that bind names."""

    def __init__(
        self, plan: Plan, names: Names, folding: Folding, types: Types, bindings: Bindings
    ) -> None:
        super().__init__(names, folding, types, bindings)
        self.in_place = plan.in_place
        self.bound = names_to_bind(plan.function, types, names)
        self.read = uses_in(plan.function.body)
        self.out: list[ast.stmt] = []
        self.written: set[str] = set()  # names bound since the trip began, on this path
        self.taken: dict[str, str] = {}  # names whose value was taken under another when the trip began

    def assign(self, target: str, value: ast.expr) -> None:
        """`target = value`, unless it is that already."""
        self.written.add(target)
        if not (isinstance(value, ast.Name) and value.id == target):
            self.out.append(ast.Assign([ast.Name(target, ast.Store())], value, lineno=0))

    def call(self, call: Call) -> None:
        """A call as a statement."""
        if isinstance(call.fn, WriteBack):
            return  # all changes were made in the caller's object itself
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
            self.out.append(self.added(ast.Name(name, ast.Store()), BINARY[call.fn], call.operands[1]))
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
        """What several targets are unpacked from."""
        if call.fn in (structures.unpack, structures.unpack_star):
            return self.expr(call.operands[0])
        return self.call_expr(call)

    def targets(self, call: Call) -> ast.expr:
        """The names on the left of an unpacking, with one for all that nobody reads."""
        star = call.operands[1].value if call.fn is structures.unpack_star else None  # type: ignore[union-attr]
        elements: list[ast.expr] = []
        for i, result in enumerate(call.results):
            name: ast.expr = ast.Name(self.names[result] if result in self.read else self.names.nobody, ast.Store())
            elements.append(ast.Starred(name, ast.Store()) if i == star else name)
        return ast.Tuple(elements, ast.Store())

    # -------------------------------------------------------------------------------------- updates

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
        changed: ast.expr = name_node(name)
        fn: Any = call.fn
        if isinstance(fn, Through):
            _, views, remaining = fn.parts(call.operands)
            for view, atoms in views:
                changed = self.applied(view.fn, changed, *view.split(atoms))
            fn, rest = fn.fn, list(remaining)
        if fn in (updates.write_back, updates.write_back_items):
            self.write_back(target, rest[0], fn is updates.write_back_items)
        elif call in self.folding.augmented:
            self.augmented(call, self.folding.augmented[call], name)
        elif fn is updates.update:
            place = ast.Subscript(changed, self.index(rest[0]), ast.Store())
            self.out.append(ast.Assign([place], self.expr(rest[1]), lineno=0))
        elif fn is updates.increment:
            place = ast.Subscript(changed, self.index(rest[0]), ast.Store())
            self.out.append(self.added(place, ast.Add, rest[1]))
        elif fn is updates.add_at:
            at = ast.Attribute(ast.Attribute(self.bindings.module(np, "np"), "add", ast.Load()), "at", ast.Load())
            self.out.append(ast.Expr(ast.Call(at, [changed, self.expr(rest[0]), self.expr(rest[1])], [])))
        elif fn in (updates.append, updates.extend):
            self.out.append(ast.Expr(ast.Call(attribute_node(changed, fn.__name__), [self.expr(rest[0])], [])))
        elif fn is updates.without_last:
            self.out.append(ast.Expr(ast.Call(attribute_node(changed, "pop"), [], [])))
        else:
            op = IN_PLACE_OPERATORS.get(fn) or BINARY[fn]
            self.out.append(self.added(ast.Name(name, ast.Store()), op, rest[0]))

    def augmented(self, store: Call, op: Call, name: str) -> None:
        """`a[i] op= v`, or `a op= v` for all of `a`."""
        index = store.operands[1]
        place: ast.Name | ast.Subscript = ast.Name(name, ast.Store())
        if not (isinstance(index, Const) and index.value is Ellipsis):
            place = ast.Subscript(name_node(name), self.index(index), ast.Store())
        self.out.append(ast.AugAssign(place, BINARY[op.fn](), self.expr(op.operands[1])))

    def write_back(self, target: Atom, changed: Atom, deep: bool) -> None:
        """Leave the caller's object, which is still bound to its name, with the changed contents."""
        if isinstance(target, Var) and isinstance(self.types.get(target), Array):
            everything = ast.Subscript(self.expr(target), ast.Constant(...), ast.Store())
            self.out.append(ast.Assign([everything], self.expr(changed), lineno=0))
        else:
            helper = self.bindings.callable(updates.write_back_items if deep else updates.write_back)
            self.out.append(ast.Expr(ast.Call(helper, [self.expr(target), self.expr(changed)], [])))

    def added(self, place: ast.Name | ast.Subscript, op: type[ast.operator], atom: Atom) -> ast.stmt:
        """`place op= value`; what has a minus sign is subtracted."""
        negated = self.negated(atom, isinstance(place, ast.Subscript)) if op is ast.Add else None
        return ast.AugAssign(place, ast.Sub() if negated else op(), negated or self.expr(atom))

    def negated(self, atom: Atom, is_store: bool) -> ast.expr | None:
        """What `-x` negates, where an atom is that; of our own also `a * b`, where it is `-a * b`.
        The program's own `s += -x` stays, but for `a[i] -= x`, which became a sum with `-x`."""
        inner = self.folding.folded.get(atom) if isinstance(atom, Var) else None
        ours = inner is not None and inner.origin is not None and inner.origin.reverse
        if isinstance(inner, Call) and inner.fn is operator.neg and (ours or is_store):
            return self.expr(inner.operands[0])
        return without_minus(self.expr(atom)) if ours else None

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

    # ---------------------------------------------------------------------------- what is handed on

    def copies(self, pairs: Sequence[tuple[str, Atom]]) -> None:
        """Assignments made as if at once: what a branch or a trip hands on."""
        real = []
        for target, atom in pairs:
            if isinstance(atom, Const) and atom.value is UNDEFINED:
                atom = NONE
                if target not in self.bound:
                    continue
            if self.is_still(target, atom):
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

    def is_still(self, target: str, atom: Atom) -> bool:
        """Whether a name holds a value that was taken from it when the trip began."""
        if not isinstance(atom, Var) or atom in self.folding.folded or target in self.written:
            return False
        return self.taken.get(target) == self.names[atom] and self.names[atom] not in self.written


def without_minus(node: ast.expr) -> ast.expr | None:
    """`a * b` of `-a * b`: the sign of a product is that of its first factor."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value < 0:
        return ast.Constant(-node.value)
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.MatMult)):
        return None
    first = without_minus(node.left)
    return None if first is None else ast.BinOp(first, node.op, node.right)
