"""Which Python ints may outgrow 64 bits."""

import pytest

from adcompile.analyses.infer import infer
from adcompile.analyses.int_bits import IntBits
from adcompile.frontend.lower import lower_function
from adcompile.ir.dims import symbol
from adcompile.ir.types import INT, Array

SMALL = []
LARGE = []


def small(function):
    SMALL.append(function)
    return function


def large(function):
    LARGE.append(function)
    return function


def found(function):
    """The lines, from 1, on which an int may be too large; `a` is an array, the rest are ints."""
    primal = lower_function(function)
    array = Array("float64", (symbol("n", 2), symbol("m", 2)))
    types = infer(primal, {v: array if v.name == "a" else INT for v in primal.inputs})
    return [origin and origin.line for origin in IntBits(primal, types).found]


@small
def products_of_two(a, n):
    return a.shape[0] * a.shape[1] + n * len(a)


@small
def flat_index(a, n):
    total = 0
    for i in range(len(a)):
        for j in range(n):
            total = i * n + j
    return total


@small
def counter(n):
    count = 0
    while n > 0:
        n -= 1
        if n % 3:
            count += 2
    return count


@small
def sum_of_indices(n):
    s = 0
    for i in range(n):
        s += i
    return s


@small
def remainder_keeps_it_small(n):
    seed = n
    for _ in range(n):
        seed = (seed * 3 + 1) % 1000
    return seed


@small
def halved(n):
    while n > 1:
        n = n // 2
    return n


@small
def square(n):
    return n**2


@large
def product_of_three(n):
    return n * n * n


@large
def power(n):
    return 2**n


@large
def shift(n):
    return 1 << n


@large
def factorial(n):
    p = 1
    for i in range(1, n):
        p *= i
    return p


@large
def doubled(n):
    p = 1
    for _ in range(n):
        p = p + p
    return p


@large
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@large
def grows_in_a_branch(n):
    p = 1
    for i in range(n):
        if i % 2:
            p = p * 3
    return p


@large
def grows_in_an_inner_loop(n):
    p = 1
    for _ in range(n):
        for _ in range(3):
            p = p * 2
    return p


@large
def a_counter_times_a_counter(n):
    p = q = 0
    for i in range(n):
        p += i
        q += p
    return p * q


@large
def halved_and_tripled(n):
    for _ in range(n):
        n = (n // 2) * 3
    return n


@large
def sum_of_squares(n):
    s = 0
    for i in range(n):
        s += i * i
    return s


@large
def collatz(n):
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    return n


@pytest.mark.parametrize("function", SMALL, ids=lambda f: f.__name__)
def test_small(function):
    assert found(function) == []


@pytest.mark.parametrize("function", LARGE, ids=lambda f: f.__name__)
def test_large(function):
    assert found(function)
