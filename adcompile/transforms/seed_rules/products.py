"""Seed rules of products of matrices and vectors, and of what solves linear equations."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from adcompile.ir.nodes import Atom, Attribute, Call, Const
from adcompile.ir.types import Array
from adcompile.transforms.seed_rules.registry import Carrying, NotCarried, carries

TWO = Const(2)


def turned(c: Carrying, x: Atom) -> Atom:
    """A matrix with its axes in the other order."""
    return c.b.make(Attribute("T") if isinstance(c.type_of(x), Array) else np.transpose, (x,))


def only_seeded(c: Carrying, a: Atom, b: Atom) -> bool:
    """Whether the first of two operands is the seeded one; refuses two."""
    if c.is_seeded(a) and c.is_seeded(b):
        raise NotCarried("a product of two seeded values")
    return c.is_seeded(a)


@carries(np.matmul, of=("a", "b"))
def product(c: Carrying, call: Call, a: Atom, b: Atom) -> Atom:
    """`a @ b`. Seeded vectors are the rows of a matrix."""
    left, right = c.rank_of(a), c.rank_of(b)
    if only_seeded(c, a, b):
        if left == 1 and right > 2:
            raise NotCarried("a vector by a stack of matrices")
        return c.b.make(operator.matmul, (c.aligned(a, max(left, right)) if left > 1 else c.now(a), b))
    if right == 1:
        if left > 2:
            raise NotCarried("a stack of matrices by a vector")
        return c.b.make(operator.matmul, (c.now(b), turned(c, a) if left == 2 else a))
    return c.b.make(operator.matmul, (a, c.aligned(b, max(left, right))))


@carries(np.dot, of=("a", "b"))
def dot(c: Carrying, call: Call, a: Atom, b: Atom) -> Atom:
    """`np.dot`, which is `@` for matrices and vectors, and a product with numbers."""
    left, right = c.rank_of(a), c.rank_of(b)
    if not left or not right:
        rank = max(left, right)
        pair = [c.aligned(x, rank) if c.is_seeded(x) else x for x in (a, b)]
        return c.b.make(operator.mul, pair)
    if max(left, right) > 2:
        raise NotCarried("np.dot of stacks of matrices")
    return product(c, call, a, b)


@carries(np.outer, of=("a", "b"))
def outer(c: Carrying, call: Call, a: Atom, b: Atom) -> Atom:
    """Products of each with each."""
    if c.rank_of(a) != 1 or c.rank_of(b) != 1:
        raise NotCarried("np.outer of what has not one axis")
    if only_seeded(c, a, b):
        column = c.b.make(operator.getitem, (c.now(a), Const((slice(None), slice(None), None))))
        return c.b.make(operator.mul, (column, b))
    column = c.b.make(operator.getitem, (a, Const((slice(None), None))))
    return c.b.make(operator.mul, (column, c.aligned(b, 2)))


@carries(np.einsum, of=("operands",))
def einsum(c: Carrying, call: Call, subscripts: Atom, *operands: Atom) -> Atom:
    """One letter more for the seeded operands and the result."""
    text = c.static(subscripts)
    if not isinstance(text, str) or "->" not in text:
        raise NotCarried("einsum without a result that is written out")
    inputs, output = text.replace(" ", "").split("->")
    letter = next(x for x in "sabcdefghijklmnopqrtuvwxyz" if x not in text)
    parts = [letter * c.is_seeded(a) + part for a, part in zip(operands, inputs.split(","), strict=True)]
    return c.b.make(np.einsum, (Const(f"{','.join(parts)}->{letter}{output}"), *map(c.now, operands)))


@carries(np.tensordot, of=("a", "b"))
def tensordot(c: Carrying, call: Call, a: Atom, b: Atom, axes: Atom = TWO) -> Atom:
    """Contractions: the free axes of the first operand stand before those of the second."""
    left, right = c.rank_of(a), c.rank_of(b)
    given: Any = c.static(axes)
    if isinstance(given, int):
        given = tuple(range(left - given, left)), tuple(range(given))
    given = [(g,) if isinstance(g, int) else g for g in given]
    one, two = tuple(x % left for x in given[0]), tuple(x % right for x in given[1])
    if only_seeded(c, a, b):
        return c.b.make(np.tensordot, (c.now(a), b, Const((tuple(x + 1 for x in one), two))))
    made = c.b.make(np.tensordot, (a, c.now(b), Const((one, tuple(x + 1 for x in two)))))
    free = left - len(one)
    return made if not free else c.b.make(np.moveaxis, (made, Const(free), Const(0)))


@carries(np.linalg.solve, of=("b",))
def solution(c: Carrying, call: Call, a: Atom, b: Atom) -> Atom:
    """Seeded right hand sides: vectors are the columns of one matrix."""
    if c.rank_of(a) != 2:
        raise NotCarried("a stack of equations")
    if c.rank_of(b) == 1:
        return turned(c, c.b.make(np.linalg.solve, (a, turned(c, c.now(b)))))
    return c.b.make(np.linalg.solve, (a, c.now(b)))

