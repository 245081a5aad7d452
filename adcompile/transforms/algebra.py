"""Build the adjoint's expressions as one would write them by hand.

On top of exact folding, an `AdjointBuilder` uses algebra that may change the last bit,
which is allowed for a derivative but not for the program itself: `g * 1` is `g`,
`g + -h` is `g - h`, numbers are multiplied before arrays, and a cotangent that was only
spread over an array (`sum`, `mean`) stays a number wherever broadcasting does the same.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from adcompile.analyses.infer import Types
from adcompile.inference.elementwise import shape_of
from adcompile.ir.callables import is_math
from adcompile.ir.nodes import Atom, Call, Const, Method, Var
from adcompile.ir.types import Array, Scalar
from adcompile.runtime import updates
from adcompile.runtime.structures import make_list
from adcompile.transforms.build import Builder
from adcompile.transforms.make_calls import Kwargs

BINARY = (operator.add, operator.sub, operator.mul, operator.truediv)
COMMUTATIVE = (operator.add, operator.mul)
SUM = Method("sum")
SHAPING = (np.reshape, np.broadcast_to)
UPDATES = (updates.update, updates.increment, updates.add_at)


def number_of(atom: Atom) -> float | int | None:
    """The number that an atom is, if it is a constant one."""
    if isinstance(atom, Const) and type(atom.value) in (int, float):
        return atom.value  # type: ignore[no-any-return]
    return None


class AdjointBuilder(Builder):
    """A `Builder` for statements of a derivative. With `lists`, some of what is added may be lists,
    whose sum has an order."""

    def __init__(self, types: Types, sites: str = "b", lists: bool = False) -> None:
        super().__init__(types, sites)
        self.lists = lists

    def number(self, call: Call) -> Any:
        """Products and sums of numbers are the same in either order."""
        key = super().number(call)
        if key is None or call.fn not in COMMUTATIVE:
            return key
        if self.lists and not all(isinstance(self.type_of(a), (Scalar, Array)) for a in call.operands):
            return key
        return call.fn, frozenset(key[1])

    def fold(self, fn: Any, args: Sequence[Atom], kwargs: Kwargs) -> Atom | None:
        """The value of a call that folds exactly, or that the identities of this file rewrite; else None."""
        if fn is operator.truediv and self._is_fraction(*args):
            return self.make(fn, args)  # `g / 3` is not `g * 0.333`
        if is_math(fn) and not kwargs and all(number_of(a) is not None for a in args):
            try:
                return Const(fn(*(number_of(a) for a in args)))
            except (ValueError, ArithmeticError):
                return None  # it would raise at run time as well
        exact = super().fold(fn, args, kwargs)
        if exact is not None:
            return exact
        if is_math(fn) and args and not kwargs:
            return self._constant(fn, args)
        if (fn == SUM or fn is np.sum) and len(args) == 1:
            return self._sum(fn, args[0], kwargs)
        if fn in UPDATES:
            return self._update(fn, *args)
        if fn is operator.getitem:
            return self._item(*args) or self._summed(*args)
        if kwargs:
            return None
        if fn in SHAPING and len(args) == 2 and self._has_shape(fn, *args):
            return args[0]
        if fn in BINARY:
            args = self._unspread(args)
        rewrite = _REWRITES.get(fn) if not isinstance(fn, type) else None
        found = getattr(self, rewrite)(*args) if rewrite is not None else None
        if found is None and fn in BINARY:
            return self.make(fn, args)
        return found

    def _constant(self, fn: Any, args: Sequence[Atom]) -> Atom | None:
        """What a function of the `math` module gives for constants."""
        numbers = [number_of(a) for a in args]
        if None in numbers:
            return None
        try:
            value = fn(*numbers)
        except (ValueError, OverflowError):
            return None  # the program would raise here: leave that to run time
        return Const(value) if type(value) in (int, float) else None

    @staticmethod
    def _is_fraction(a: Atom, b: Atom) -> bool:
        """Whether a quotient of constants is better left as it is."""
        over, under = number_of(a), number_of(b)
        if over is None or under is None or under == 0 or not float(under).is_integer():
            return False
        halves = int(abs(under)) & (int(abs(under)) - 1) == 0  # then the product has the same bits, and is faster
        return not halves and not float(over / under).is_integer()

    def is_scalar(self, atom: Atom) -> bool:
        """Whether an atom is certainly a single number."""
        return isinstance(self.type_of(atom), Scalar)

    # ------------------------------------------------------------------------- broadcasting

    def _unspread(self, args: Sequence[Atom]) -> Sequence[Atom]:
        """An operand that is spread to the last axes that the other has anyway need not be spread."""
        a, b = args
        for first, second in ((a, b), (b, a)):
            spread = self.definition(first, np.broadcast_to)
            if spread is None or self.definition(second, np.broadcast_to) is not None:
                continue
            shape, own = shape_of(self.type_of(second)), shape_of(self.type_of(first))
            if shape is not None and own is not None and shape[len(shape) - len(own) :] == own:
                source = spread.operands[0]
                return (source, b) if first is a else (a, source)
        return args

    def _respread(self, fn: Any, a: Atom, b: Atom) -> Atom | None:
        """`spread(g) * s` is `spread(g * s)` for a number `s`."""
        for first, second in ((a, b), (b, a)):
            spread = self.definition(first, np.broadcast_to)
            if spread is None or not self.is_scalar(second):
                continue
            source, shape = spread.operands
            inner = self.call(fn, source, b) if first is a else self.call(fn, a, source)
            return self.call(np.broadcast_to, inner, shape)
        return None

    def _has_shape(self, fn: Any, a: Atom, shape: Atom) -> bool:
        """Whether an array has a shape already."""
        before = shape_of(self.type_of(a))
        made = self.result_type(Call((Var(),), fn, (a, shape))) if before else None
        return made is not None and shape_of(made) == before

    # ------------------------------------------------------------------------------ products

    def _mul(self, a: Atom, b: Atom) -> Atom | None:
        for one, other in ((a, b), (b, a)):
            if number_of(one) == 1:
                return other
            if number_of(one) == -1:
                return self.call(operator.neg, other)
        for other in (b, a):
            negated = self.definition(other, operator.neg)
            if negated is not None:
                left, right = (a, negated.operands[0]) if other is b else (negated.operands[0], b)
                return self.call(operator.neg, self.call(operator.mul, left, right))
        quotient = self.definition(b, operator.truediv)
        if quotient is not None:
            over, under = quotient.operands
            if number_of(over) == 1:
                return self.call(operator.truediv, a, under)
            there = self.known(operator.truediv, a, under)
            if there is not None and number_of(over) is None:
                return self.call(operator.mul, there, over)
        respread = self._respread(operator.mul, a, b)
        if respread is not None:
            return respread
        return self._numbers_first(a, b)

    def _numbers_first(self, a: Atom, b: Atom) -> Atom | None:
        """`s * (t * x)` is `(s * t) * x` for numbers `s` and `t`: one array operation less."""
        first, second = number_of(a), number_of(b)
        if first is not None and second is not None:
            return None
        for number, other in ((first, b), (second, a)):
            inner = self.definition(other, operator.mul) if number is not None else None
            if inner is None:
                continue
            left, right = map(number_of, inner.operands)
            if left is not None:
                return self.call(operator.mul, Const(number * left), inner.operands[1])  # type: ignore[operator]
            if right is not None:
                return self.call(operator.mul, Const(number * right), inner.operands[0])  # type: ignore[operator]
        product = self.definition(b, operator.mul)
        if product is not None:
            factor, rest = product.operands
            if self.is_scalar(a) and self.is_scalar(factor) and not self.is_scalar(rest):
                return self.make(operator.mul, (self.call(operator.mul, a, factor), rest))
        quotient = self.definition(b, operator.truediv)
        if quotient is not None and self.is_scalar(a) and number_of(quotient.operands[0]) is not None:
            return self.call(operator.truediv, self.call(operator.mul, a, quotient.operands[0]), quotient.operands[1])
        return None

    def _truediv(self, a: Atom, b: Atom) -> Atom | None:
        if number_of(b) == 1:
            return a
        negated = self.definition(a, operator.neg)
        if negated is not None:
            return self.call(operator.neg, self.call(operator.truediv, negated.operands[0], b))
        spread = self.definition(a, np.broadcast_to)
        if spread is not None and self.is_scalar(b):
            source, shape = spread.operands
            return self.call(np.broadcast_to, self.call(operator.truediv, source, b), shape)
        return None

    def _pow(self, a: Atom, b: Atom) -> Atom | None:
        exponent = number_of(b)
        if exponent == 1:
            return a
        if exponent == 0:
            return Const(1.0)
        return None

    # ---------------------------------------------------------------------------------- sums

    def _add(self, a: Atom, b: Atom) -> Atom | None:
        for one, other in ((a, b), (b, a)):
            if number_of(one) == 0 and isinstance(one, Const):
                return other
        if a is b and isinstance(a, Var):
            return self.call(operator.mul, Const(2), a)
        so_far = self.definition(a, operator.add)
        if so_far is not None and so_far.operands[1] is b and isinstance(b, Var):
            return self.call(operator.add, so_far.operands[0], self.call(operator.mul, Const(2), b))
        negated = self.definition(b, operator.neg)
        if negated is not None:
            return self.call(operator.sub, a, negated.operands[0])
        negated = self.definition(a, operator.neg)
        if negated is not None:
            return self.call(operator.sub, b, negated.operands[0])
        return None

    def _sub(self, a: Atom, b: Atom) -> Atom | None:
        if number_of(b) == 0:
            return a
        if number_of(a) == 0:
            return self.call(operator.neg, b)
        negated = self.definition(b, operator.neg)
        if negated is not None:
            return self.call(operator.add, a, negated.operands[0])
        return None

    def _neg(self, a: Atom) -> Atom | None:
        negated = self.definition(a, operator.neg)
        if negated is not None:
            return negated.operands[0]
        number = number_of(a)
        if number is not None:
            return Const(-number)
        spread = self.definition(a, np.broadcast_to)
        if spread is not None:
            source, shape = spread.operands
            return self.call(np.broadcast_to, self.call(operator.neg, source), shape)
        return None

    def _sum(self, fn: Any, a: Atom, kwargs: Kwargs) -> Atom | None:
        """The sum of `-x` is minus the sum of `x`."""
        negated = self.definition(a, operator.neg)
        return None if negated is None else self.call(operator.neg, self.call(fn, negated.operands[0], kwargs=kwargs))

    # ------------------------------------------------------------------------- items, updates

    def _item(self, sequence: Atom, index: Atom) -> Atom | None:
        """Each item of `[g] * n` is `g`."""
        repeated = self.definition(sequence, operator.mul)
        made = self.definition(repeated.operands[0], make_list) if repeated is not None else None
        one = made is not None and len(made.args) == 1 and isinstance(self.type_of(index), Scalar)
        return made.operands[0] if made is not None and one else None

    def _summed(self, a: Atom, index: Atom) -> Atom | None:
        """`a.sum(axis=1, keepdims=True)[:, 0]` is `a.sum(axis=1)`."""
        made = self.definitions.get(a) if isinstance(a, Var) else None
        options = dict(made.kwargs) if made is not None and made.fn == SUM else {}
        shape, axis = shape_of(self.type_of(a)), options.get("axis")
        if made is None or shape is None or not isinstance(axis, Const) or not isinstance(index, Const):
            return None
        if options.keys() != {"axis", "keepdims"} or number_of(index) not in (None, 0):
            return None
        axes = axis.value if isinstance(axis.value, tuple) else (axis.value,)
        parts = index.value if isinstance(index.value, tuple) else (index.value,)
        if parts[0] is Ellipsis:
            parts = (*[slice(None)] * (len(shape) - len(parts) + 1), *parts[1:])
        taken = {i for i, part in enumerate(parts) if type(part) is int}
        if {i % len(shape) for i in axes} != taken or any(p not in (0, slice(None)) for p in parts):
            return None
        return self.call(SUM, *made.operands[:1], kwargs=(("axis", axis),))

    def _update(self, fn: Any, target: Atom, index: Atom, value: Atom) -> Atom | None:
        """A store spreads what it stores itself."""
        spread = self.definition(value, np.broadcast_to)
        if spread is None or not isinstance(self.type_of(target), Array):
            return None
        return self.make(fn, (target, index, spread.operands[0]))


_REWRITES: dict[Any, str] = {
    operator.mul: "_mul",
    operator.truediv: "_truediv",
    operator.pow: "_pow",
    operator.add: "_add",
    operator.sub: "_sub",
    operator.neg: "_neg",
}
