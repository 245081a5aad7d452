"""Arrange the sums and products of a derivative, now that it is known what is read once.

While the reverse sweep, or a tangent, is built, nobody knows whether a product will be read
again, so `algebra` rewrites only what is right for either case. Here a value that one other
reads, and that has no name, may go into it: constants are multiplied first and once, numbers
before arrays, and a sum gives up its factors.

    2 * (s * (3 * x))          6 * s * x
    (s * x).sum(axis=0)        s * x.sum(axis=0)
    -(a - b)                   b - a

relies on: reverse or forward, eliminate_dead.  ensures: the same derivatives, up to the last bits.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from adcompile.analyses.infer import Types
from adcompile.inference.elementwise import shape_of
from adcompile.ir.callables import is_update
from adcompile.ir.nodes import Atom, Block, Call, Const, Star, Stmt, Var, same_atom
from adcompile.ir.traverse import count_uses, map_atoms
from adcompile.ir.types import Array, Scalar, kind_of
from adcompile.runtime import updates
from adcompile.transforms.algebra import AdjointBuilder, number_of
from adcompile.transforms.make_calls import Kwargs


def arrange(block: Block, types: Types, primal: Collection[Stmt] = ()) -> Block:
    """The reverse sweep, or a program with its tangents, with sums and products arranged. What is
    the program's own (`primal`) stays as it is."""
    return _Arranging(block, types, primal).block(block)


@dataclass(slots=True)
class _Product:
    """The factors of a product: a constant, numbers, arrays, and what it is divided by."""

    constant: float | int = 1
    numbers: list[Atom] = field(default_factory=list)
    arrays: list[Atom] = field(default_factory=list)
    divisors: list[Atom] = field(default_factory=list)
    constants: int = 0
    divisor: float | int = 1  # of the constant
    absorbed: bool = False  # whether a factor was a product of its own
    in_order: bool = True  # written from left to right already, numbers before arrays


class _Builder(AdjointBuilder):
    """An `AdjointBuilder` that knows how often each value is read."""

    def __init__(self, types: Types, uses: dict[Var, int], lists: bool) -> None:
        super().__init__(types, "arrange", lists)
        self.uses = uses
        self.since: set[Var] = set()  # defined since the last statement that changes memory

    def once(self, atom: Atom, fn: Any) -> Call | None:
        """The call of `fn` that defines an atom, if the atom may go into what reads it."""
        call = self.definition(atom, fn)
        if call is None or self.uses.get(call.result, 1) > 1 or call.result not in self.since:
            return None
        is_of_group = not call.result.name or call.result.origin == self.origin
        return call if is_of_group else None

    def make(self, fn: Any, args: Sequence[Atom | Star], kwargs: Kwargs = (), name: str = "") -> Atom:
        """A new call, or the value of the same call made before."""
        made = super().make(fn, args, kwargs, name)
        if self.stmts and isinstance(made, Var) and made in self.definitions:
            self.since.add(made)
        return made

    # ------------------------------------------------------------------------------ products

    def _mul(self, a: Atom, b: Atom) -> Atom | None:
        plain = super()._mul(a, b)
        return plain if plain is not None else self._arranged(_Product(), (a, b))

    def _neg(self, a: Atom) -> Atom | None:
        difference = self.once(a, operator.sub)
        if difference is not None:
            return self.call(operator.sub, *reversed(difference.operands))
        product = self.once(a, operator.mul)
        if product is not None:
            found = self._arranged(_Product(constant=-1), product.operands)
            if found is not None:
                return found
        quotient = self.once(a, operator.truediv)
        if quotient is not None and self.is_scalar(quotient.operands[0]):
            over, under = quotient.operands
            return self.make(operator.truediv, (self.call(operator.neg, over), under))
        return super()._neg(a)

    def _arranged(self, product: _Product, factors: Sequence[Atom]) -> Atom | None:
        """A product with its factors in order; None if it is, or if its order matters."""
        negative = product.constant == -1
        if not all(self._collect(product, factor, nested=i > 0) for i, factor in enumerate(factors)):
            return None
        shapes = [shape_of(self.type_of(a)) for a in product.arrays]
        if len(shapes) > 1 and (None in shapes or any(s != shapes[0] for s in shapes)):
            return None  # in another order more might be computed
        if negative and not product.constants and not (product.numbers and product.arrays):
            return None
        if product.divisor != 1 and not product.constants:
            return None  # `g / 3` stays a division
        constants = product.constants + (product.divisor != 1)
        if not negative and (not product.absorbed or (product.in_order and constants < 2)):
            return None
        return self._written(product)

    def _collect(self, product: _Product, atom: Atom, nested: bool) -> bool:
        """Add what an atom multiplies to a product; False if the order of the factors matters."""
        number = number_of(atom)
        if number is not None:
            product.constant *= number
            product.constants += 1
            product.in_order = product.in_order and not product.arrays
            return True
        inner = self.once(atom, operator.mul)
        if inner is not None:
            product.absorbed = True
            product.in_order = product.in_order and not nested
            left, right = inner.operands
            return self._collect(product, left, nested) and self._collect(product, right, True)
        quotient = self.once(atom, operator.truediv)
        if quotient is not None and number_of(quotient.operands[1]):
            product.absorbed = True
            product.divisor *= number_of(quotient.operands[1]) or 1
            product.in_order = product.in_order and not nested
            return self._collect(product, quotient.operands[0], nested)
        if quotient is not None and self._has_constant(quotient.operands[0]) and self.is_scalar(atom):
            product.absorbed = True
            product.divisors.append(quotient.operands[1])
            product.in_order = product.in_order and not nested
            return self._collect(product, quotient.operands[0], True)
        type_ = self.type_of(atom)
        if not isinstance(type_, (Scalar, Array)) or not _may_move(type_):
            return False
        if isinstance(type_, Scalar):
            product.in_order = product.in_order and not product.arrays
            product.numbers.append(atom)
        else:
            product.arrays.append(atom)
        return True

    def _has_constant(self, atom: Atom) -> bool:
        """Whether a constant is a factor of a product that may go into what reads it."""
        if number_of(atom) is not None:
            return True
        product = self.once(atom, operator.mul)
        return product is not None and any(map(self._has_constant, product.operands))

    def _written(self, product: _Product) -> Atom:
        """The product of some factors."""
        if product.divisor != 1:
            product.constant = product.constant / product.divisor
        if isinstance(product.constant, float) and product.constant.is_integer():
            product.constant = int(product.constant)  # the other factors are floats
        first: list[Atom] = [] if product.constant in (1, -1) else [Const(product.constant)]
        numbers = [*first, *product.numbers]
        if product.constant == -1 and numbers:
            numbers[0] = self.call(operator.neg, numbers[0])
        scale = self._chain(numbers)
        for divisor in product.divisors:
            scale = self.make(operator.truediv, (Const(product.constant) if scale is None else scale, divisor))
        whole = self._chain([*([] if scale is None else [scale]), *product.arrays])
        if whole is None:
            return Const(product.constant)
        return self.make(operator.neg, (whole,)) if product.constant == -1 and not numbers else whole

    def _chain(self, factors: Sequence[Atom]) -> Atom | None:
        made: Atom | None = None
        for factor in factors:
            made = factor if made is None else self.make(operator.mul, (made, factor))
        return made

    # ------------------------------------------------------------------------------- updates

    def _update(self, fn: Any, target: Atom, index: Atom, value: Atom) -> Atom | None:
        """What is added to an item that was just cleared is stored."""
        plain = super()._update(fn, target, index, value)
        cleared = self.definition(target, updates.update)
        if plain is not None or fn is not updates.increment or cleared is None or self.uses.get(cleared.result, 1) > 1:
            return plain
        before, where_, zero = cleared.operands
        is_zero = number_of(zero) == 0 and isinstance(self.type_of(before), Array)
        return self.make(updates.update, (before, index, value)) if is_zero and same_atom(where_, index) else None

    # ---------------------------------------------------------------------------------- sums

    def _sum(self, fn: Any, a: Atom, kwargs: Kwargs) -> Atom | None:
        """A sum is linear: minus signs and numbers are taken out of it."""
        plain = super()._sum(fn, a, kwargs)
        if plain is not None:
            return plain
        for by in (operator.mul, operator.truediv):
            product = self.once(a, by)
            if product is None:
                continue
            first, second = product.operands
            if self.is_scalar(second) and self.type_of(first) == self.type_of(a):
                args = self.call(fn, first, kwargs=kwargs), second
                return self.call(by, *(reversed(args) if by is operator.mul else args))
            if by is operator.mul and self.is_scalar(first) and self.type_of(second) == self.type_of(a):
                return self.call(by, first, self.call(fn, second, kwargs=kwargs))
        return self._number_out(fn, a, kwargs)

    def _number_out(self, fn: Any, a: Atom, kwargs: Kwargs) -> Atom | None:
        """The sum of a product of arrays, times the numbers in the product."""
        whole, product = self.once(a, operator.mul), _Product()
        if whole is None or not all(self._collect(product, f, nested=i > 0) for i, f in enumerate(whole.operands)):
            return None
        shapes = [shape_of(self.type_of(array)) for array in product.arrays]
        alike = bool(shapes) and None not in shapes and all(s == shape_of(self.type_of(a)) for s in shapes)
        if not alike or product.divisors or product.divisor != 1 or not (product.numbers or product.constants):
            return None
        numbers = [*([] if product.constant == 1 else [Const(product.constant)]), *product.numbers]
        scale, arrays = self._chain(numbers), self._chain(product.arrays)
        assert arrays is not None
        total = self.call(fn, arrays, kwargs=kwargs)
        return total if scale is None else self.call(operator.mul, scale, total)


def _may_move(type_: Scalar | Array) -> bool:
    """Whether a factor of this type may be multiplied in any order: one of floats, or a
    Python int, but not one of ints that overflow."""
    number = isinstance(type_, Scalar) and type_.dtype in ("int", "?")
    return number or kind_of(type_.dtype) in ("float", "complex")


class _Arranging:
    def __init__(self, backward: Block, types: Types, primal: Collection[Stmt]) -> None:
        uses = count_uses(backward)
        self.b = _Builder(types, uses, lists=bool(primal))
        self.primal = primal
        self.values: dict[Var, Atom] = {}

    def atom(self, atom: Atom) -> Atom:
        return self.values.get(atom, atom) if isinstance(atom, Var) else atom

    def block(self, block: Block) -> Block:
        with self.b.nested() as stmts:
            before, self.b.since = self.b.since, set()
            for stmt in block.stmts:
                self.stmt(stmt)
            self.b.since = before
        return Block(tuple(stmts), tuple(map(self.atom, block.yields)))

    def is_made(self, call: Call) -> bool:
        """Whether a tangent before a call of the program needed the same; then it has its name."""
        made = self.b.made_before(call) if len(call.results) == 1 else None
        if made is None:
            return False
        made.name = made.name or call.result.name
        self.values[call.result] = made
        return True

    def stmt(self, stmt: Stmt) -> None:
        self.b.origin = stmt.origin
        if not isinstance(stmt, Call):
            self.b.emit(map_atoms(stmt, self.atom, self.block))
            self.b.since.clear()
            return
        call = map_atoms(stmt, self.atom, self.block)
        assert isinstance(call, Call)
        if call in self.primal or len(call.results) != 1 or call.kept or any(isinstance(a, Star) for a in call.args):
            if not self.is_made(call):
                self.b.emit(call)
            if is_update(call):
                self.b.since.clear()
            return
        before = len(self.b.stmts)
        value = self.b.call(call.fn, *call.args, kwargs=call.kwargs)
        last = self.b.stmts[-1] if len(self.b.stmts) > before else None
        if isinstance(last, Call) and last.results == (value,):
            self.b.keep(last, call.result)
            self.b.since.add(call.result)
        else:
            self.values[call.result] = value
            if isinstance(value, Var):
                self.b.uses[value] = self.b.uses.get(value, 0) + self.b.uses.get(call.result, 1)
        if is_update(call):
            self.b.since.clear()
