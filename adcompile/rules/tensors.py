"""Sums of products over chosen axes: `tensordot` and `einsum`."""

from __future__ import annotations

from typing import Any

import numpy as np

from adcompile.rules.registry import pullback, static
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import unbroadcast


def contractions():
    """Samples: a number of axes, one pair, two pairs in another order, negative axes, lists."""
    t = numbers(2, 3, 4)
    return [
        call(numbers(2, 3), numbers(3, 2), 1),
        call(t, numbers(3, 4, 2)),
        call(t, numbers(4), 1),
        call(numbers(2), numbers(3), axes=0),
        call(t, numbers(4, 3), axes=((1, 2), (1, 0))),
        call(t, numbers(3, 5), axes=(1, 0)),
        call(t, numbers(4, 2, 5), axes=((0, -1), (1, 0))),
        call(t, numbers(2, 5, 3), axes=((0, 1), (0, 2))),
        call(t, numbers(2, 3, 4, seed=1), axes=3),
        call(t, numbers(2, 5), axes=([0], [0])),
        call(t, numbers(2, 4), axes=(-1, -1)),
        call(numbers(3), numbers(3, 2), 1),
        call(numbers(2, 3), numbers(3), 1),
        call(numbers(2, 3), numbers(3, 2, 2), 1),
        call(t, numbers(4, 4), 1),
        call(numbers(2, 3), numbers(2, 3, seed=1), 2),
        call(numbers(3, 3), numbers(3, 3, seed=1), 0),
        call(numbers(2), numbers(3), axes=np.int64(0)),
    ]


@static
def is_count(axes):
    """Whether `axes` of `tensordot` is their number."""
    return isinstance(axes, int | np.integer)


@static
def summed(axes, rank_a, rank_b):
    """The axes of both factors over which `tensordot` sums, pair by pair."""
    if is_count(axes):
        return tuple(range(rank_a - axes, rank_a)), tuple(range(axes))
    pairs = [(one,) if isinstance(one, int) else tuple(one) for one in axes]
    return tuple(i % rank_a for i in pairs[0]), tuple(i % rank_b for i in pairs[1])


@static
def over_second(axes, rank_a, rank_b):
    """The axes of the result and of `b` to sum over for the cotangent of `a`."""
    _, of_b = summed(axes, rank_a, rank_b)
    free = tuple(i for i in range(rank_b) if i not in of_b)
    rank = rank_a - len(of_b)
    return tuple(range(rank, rank + len(free))), free


@static
def over_first(axes, rank_a, rank_b):
    """The axes of `a` and of the result to sum over for the cotangent of `b`."""
    of_a, _ = summed(axes, rank_a, rank_b)
    free = tuple(i for i in range(rank_a) if i not in of_a)
    return free, tuple(range(len(free)))


@static
def order_in_first(axes, rank_a, rank_b):
    """The transposition of `tensordot(r_bar, b)` to the axes of `a`; None where there is none."""
    of_a, of_b = summed(axes, rank_a, rank_b)
    have = [i for i in range(rank_a) if i not in of_a] + [i for _, i in sorted(zip(of_b, of_a, strict=True))]
    return _order(have)


@static
def order_in_second(axes, rank_a, rank_b):
    """The transposition of `tensordot(a, r_bar)` to the axes of `b`; None where there is none."""
    of_a, of_b = summed(axes, rank_a, rank_b)
    have = [i for _, i in sorted(zip(of_a, of_b, strict=True))] + [i for i in range(rank_b) if i not in of_b]
    return _order(have)


def _order(have):
    order = tuple(have.index(i) for i in range(len(have)))
    return None if order == tuple(range(len(have))) else order


@pullback(np.tensordot, linear=("a", "b"), samples=contractions)
def tensordot(r, a, b, r_bar, *, axes=2):
    if is_count(axes):
        if axes == 1 and np.ndim(a) == 2 and np.ndim(b) == 2:
            return r_bar @ b.T, a.T @ r_bar
        if axes == np.ndim(a) and axes == np.ndim(b):
            return r_bar * b, r_bar * a
    a_bar = np.tensordot(r_bar, b, over_second(axes, np.ndim(a), np.ndim(b)))
    order = order_in_first(axes, np.ndim(a), np.ndim(b))
    if order is not None:
        a_bar = np.transpose(a_bar, order)
    b_bar = np.tensordot(a, r_bar, over_first(axes, np.ndim(a), np.ndim(b)))
    order = order_in_second(axes, np.ndim(a), np.ndim(b))
    if order is not None:
        b_bar = np.transpose(b_bar, order)
    return a_bar, b_bar


def sums():
    """Samples: products, traces, diagonals, transposes, letters of one operand alone, ellipses."""
    m, n, v, t = numbers(2, 3), numbers(3, 4), numbers(3), numbers(2, 3, 4)
    square = numbers(3, 3)
    return [
        call("ij,jk->ik", m, n),
        call("ij,jk", m, n),
        call("ij,j->i", m, v),
        call("i,i", v, numbers(3, seed=1)),
        call("i,j->ij", v, numbers(2)),
        call("ji", m),
        call("ij->", m),
        call("ij->j", m),
        call("ii->", square),
        call("ii", square),
        call("ii->i", square),
        call("ii,i->i", square, v),
        call("iij,j->i", numbers(2, 2, 3), v),
        call("ij,k->i", m, v),
        call("ij,jk,kl->il", m, n, numbers(4, 2)),
        call(" i j , j -> i ", m, v),
        call("...j,j->...", t[:, :2, :3], v),
        call("i...,i...->...", m, numbers(2, 3, seed=1)),
        call("...ij,...jk->...ik", numbers(2, 2, 3), numbers(3, 2)),
        call("...i->...", t),
        call("...", v),
        call("ij,ij->ij", numbers(1, 3), m),
        call("ij,ij->i", m, numbers(2, 1)),
        call("i,->i", v, 1.5),
        call("ij,kj->ik", m, m),
        call("ij,jk->ik", m, n, optimize=True),
        call("ij,k,l->i", m, v, numbers(2)),
        call("...i,...i", m, numbers(2, 3, seed=1)),
        call("...ji", t),
        call("ij,jk->", m, numbers(1, 2)),
        call("i,i", v, numbers(1)),
        call("ii,i->i", numbers(1, 1), v),
        call("ij,ij->i", numbers(2, 1), m, optimize=True),
    ]


@static
def is_text(subscripts):
    """Whether the subscripts are a string: there is a form with lists of numbers too."""
    return isinstance(subscripts, str)


@static
def letters_of(subscripts, ranks):
    """The subscripts of the operands, and of the result, with letters for every '...'."""
    given, arrow, result = subscripts.replace(" ", "").partition("->")
    operands = given.split(",")
    used = set(subscripts)
    spare = [c for c in "ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba" if c not in used]
    extra = [rank - len(one) + 3 for one, rank in zip(operands, ranks, strict=True) if "..." in one]
    batch = "".join(spare[: max(extra, default=0)])
    full = []
    for one, rank in zip(operands, ranks, strict=True):
        count = rank - len(one) + 3
        full.append(one.replace("...", batch[len(batch) - count :]) if "..." in one else one)
    if not arrow:
        plain = given.replace(",", "")  # dots are never alone
        result = "..." + "".join(sorted(c for c in set(plain) if plain.count(c) == 1))
    return (*full, result.replace("...", batch))


@static
def reverse_subscripts(subscripts, ranks, number):
    """The subscripts of the einsum for the cotangent of operand `number`, which is given the
    cotangent of the result in place of that operand."""
    *operands, result = letters_of(subscripts, ranks)
    letters = "".join(dict.fromkeys(operands[number]))
    operands[number] = result
    return ",".join(operands) + "->" + "".join(c for c in letters if c in "".join(operands))


@static
def absent_axes(subscripts, ranks, number):
    """The axes of operand `number` (without repeated letters) that occur nowhere else."""
    *operands, result = letters_of(subscripts, ranks)
    letters = "".join(dict.fromkeys(operands[number]))
    others = "".join([*operands[:number], *operands[number + 1 :], result])
    return tuple(i for i, c in enumerate(letters) if c not in others)


@static
def own_letters(subscripts, ranks, number):
    """The subscript of operand `number`."""
    return letters_of(subscripts, ranks)[number]


@static
def has_repeats(subscripts, ranks, number):
    """Whether a letter occurs twice in the subscript of operand `number`."""
    letters = letters_of(subscripts, ranks)[number]
    return len(set(letters)) < len(letters)


@pullback(np.einsum, linear="*", samples=sums)
def einsum(r, subscripts, r_bar, *operands, optimize=False):
    if isinstance(subscripts, np.ndarray) or not is_text(subscripts):
        raise NotImplementedError("the derivative of np.einsum is not known for subscripts in lists")
    ranks: tuple[Any, ...] = ()
    for operand in operands:
        ranks = (*ranks, np.ndim(operand))
    cotangents: tuple[Any, ...] = ()
    for i, operand in enumerate(operands):
        factors: tuple[Any, ...] = ()
        for j, other in enumerate(operands):
            factors = (*factors, r_bar if j == i else other)
        if optimize is False:
            g = np.einsum(reverse_subscripts(subscripts, ranks, i), *factors)
        else:
            g = np.einsum(reverse_subscripts(subscripts, ranks, i), *factors, optimize=optimize)
        axes = absent_axes(subscripts, ranks, i)
        if axes != ():
            g = np.expand_dims(g, axes)
        if has_repeats(subscripts, ranks, i):
            g = on_repeats(g, np.shape(operand), own_letters(subscripts, ranks, i))
        else:
            g = unbroadcast(g, operand)
        cotangents = (*cotangents, g)
    return (None, *cotangents)


def on_repeats(g, shape, letters):
    """Zeros of a shape, with `g` on the diagonal that repeated letters mean: the sum of it along axes
    that have size 1 there."""
    x = np.zeros(shape, np.result_type(g))
    diagonal = np.einsum(f"{letters}->{''.join(dict.fromkeys(letters))}", x)
    diagonal[...] = unbroadcast(g, diagonal)
    return x


def repeats():
    """Samples: a diagonal, of one number all along it, of an array of three axes."""
    square = (3, 3), "ii"
    return [
        call(numbers(3), *square),
        call(numbers(1), *square),
        call(numbers(2, 3), (2, 2, 3), "iij"),
        call(numbers(3), (1, 1), "ii"),
    ]


@pullback(on_repeats, linear="g", samples=repeats)
def on_repeats_back(x, g, x_bar, *, shape, letters):
    return unbroadcast(np.einsum(without_repeats(letters), x_bar), g)


@static
def without_repeats(letters):
    """The subscripts of the einsum that takes that diagonal."""
    return f"{letters}->{''.join(dict.fromkeys(letters))}"
