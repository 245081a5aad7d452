"""Lower expressions: every syntax form that computes becomes one `Call` of a known callable."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import gast

from adcompile.frontend.local_functions import LocalFunctions
from adcompile.frontend.names import LocalFunction
from adcompile.frontend.operators import BINARY, COMPARE, UNARY
from adcompile.frontend.text import Text
from adcompile.ir.nodes import NONE, UNDEF, Atom, Attribute, Const, Star
from adcompile.runtime import structures


class Expressions(LocalFunctions, Text):
    """Lowers names, operators, displays, subscripts and attributes."""

    def expr(self, node: Any) -> Atom:
        """Lower an expression; the atom that holds its value."""
        lower = getattr(self, "expr_" + type(node).__name__, None)
        if lower is None:
            what = f"the expression '{type(node).__name__}' is not supported"
            return self.refuse(node, what, "it has no meaning that a derivative could follow")
        return lower(node)  # type: ignore[no-any-return]

    def expr_Name(self, node: Any) -> Atom:
        """What a name stands for: its value, or a nested function kept as a value."""
        value = self.value_of_name(node, node.id)
        if isinstance(value, LocalFunction):
            if value.made_by:
                return self.transformed_value(value, node)
            known = self.as_function(value.node)
            return known or self.later(value.node if isinstance(value.node, gast.Lambda) else node)
        return value

    def expr_Lambda(self, node: Any) -> Atom:
        """A lambda that is used as a value."""
        return self.as_function(node) or self.later(node)

    def expr_Constant(self, node: Any) -> Atom:
        """A literal."""
        return Const(node.value)

    # ------------------------------------------------------------------------------ operators

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
        if isinstance(cond, Const) and type(cond.value) is bool:  # the other side need not even exist
            return self.expr(node.body if cond.value else node.orelse)
        return self.choose(cond, lambda: self.expr(node.body), lambda: self.expr(node.orelse))

    def expr_NamedExpr(self, node: Any) -> Atom:
        """`name := value`: the value, which also gets the name."""
        value = self.expr(node.value)
        self.bind(node.target.id, value)
        return value

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
        """A dict display; `{**a, 'k': v}` is `a | {'k': v}`."""
        made: Atom | None = None
        pairs: list[Atom] = []

        def joined() -> Atom:
            display = self.call(structures.make_dict, *pairs, node=node)
            return display if made is None else self.call(operator.or_, made, display, node=node)

        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                pairs += [self.expr(key), self.expr(value)]
                continue
            if pairs or made is None:
                made, pairs = joined(), []
            made = self.call(operator.or_, made, self.expr(value), node=node)
        return joined() if pairs or made is None else made

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
            return self.static_attribute(node, value)
        return self.call(Attribute(node.attr), value, node=node)
