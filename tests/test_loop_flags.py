"""How loops end: what says so is kept apart from loop to loop, and is right in both sweeps."""

import numpy as np
import pytest

import adcompile
from adcompile import check_grads, value_and_grad


def break_inside_return_outside(x, y):
    s = y
    for _ in range(4):
        for _ in range(3):
            if x > 0.0:
                break
            return x * y
        else:
            s = s * 2.0
        s = s * x
    return s


def return_after_a_store(x, y):
    table = np.zeros(6)
    for k in range(6):
        table[k] = x**2 + k * y
        if table[k] > 2.0:
            return table[k] * table[0]
    return np.sum(table)


def two_ways_out(x, y):
    for k in range(5):
        x = x * 1.3
        if x > 2.0:
            break
        y = y + x * k
        if y > 3.0:
            return y * y
    else:
        return x - y
    return x * y


def while_in_for(x, y):
    total = 0.0
    for k in range(3):
        z = x + k
        while True:
            z = z * 0.5
            if z < 0.3:
                break
            total = total + z * y
            if total > 1.9:
                return total * x
        total = total * z
    return total


def value_set_before_the_loop(x, y):
    """What a trip may set in its last trip has a value before the loop as well."""
    best = x * y
    for k in range(4):
        if x * k > 1.5:
            best = np.sin(x) * k
            break
        x = x * y
    return best


def cond_of_an_outer_branch(x, y):
    """The condition that ends a loop is no proof of the last trip where it is read elsewhere."""
    total = 0.0
    for k in range(4):
        high = x > 1.0
        if k > 1:
            if high:
                total = total + x * x
                break
            total = total + 2.0 * x
        if high:
            total = total + np.sin(x)
        x = x * y
    return total + x


def break_on_the_counter(x, y):
    for k in range(10):
        if k == 3:
            break
        x = x * y + k
    return x


@pytest.mark.parametrize(
    "f",
    [
        *(break_inside_return_outside, return_after_a_store, two_ways_out, while_in_for),
        *(value_set_before_the_loop, cond_of_an_outer_branch, break_on_the_counter),
    ],
    ids=lambda f: f.__name__,
)
@pytest.mark.parametrize("x", [-0.7, 0.32, 0.8, 1.3, 1.9])
@pytest.mark.parametrize("y", [0.5, 1.1, 1.7])
def test_ends_of_loops(f, x, y):
    assert value_and_grad(f)(x, y)[0] == f(x, y)
    check_grads(f, (x, y), (0, 1))


def test_a_test_for_break_that_reads_a_name_which_is_handed_on():
    def f(x, a):
        for _ in range(2):
            if x > 2.0:
                x *= np.sin(x)
            elif -0.5 < a[0] < 1.0:
                break
        return x

    for x in (0.7, 2.5):
        value, gradient = adcompile.value_and_grad(f)(x, np.array([0.3, 0.1]))
        assert value == f(x, np.array([0.3, 0.1]))
        h = 1e-6
        slope = (f(x + h, np.array([0.3, 0.1])) - f(x - h, np.array([0.3, 0.1]))) / (2 * h)
        assert abs(gradient - slope) < 1e-7


def only_the_else_breaks_outside(v, leave):
    for first in v:
        for _ in v:
            x = first
            if first > leave:
                break
        else:
            break
    return x * x


def the_else_of_a_while_breaks_outside(v, leave):
    total = 0.0
    for first in v:
        k = 0
        while k < 3:
            k += 1
            total += first * k
            if first > leave:
                break
        else:
            break
        total *= first
    return total


def the_else_returns(v, leave):
    x = 0.0
    for first in v:
        for _ in range(2):
            if first > leave:
                break
        else:
            return x * first
        x += first**2
    return x


@pytest.mark.parametrize("f", [only_the_else_breaks_outside, the_else_of_a_while_breaks_outside, the_else_returns])
@pytest.mark.parametrize("leave", [-9.0, 0.9, 9.0])
def test_a_break_of_an_inner_loop_does_not_end_the_outer_one(f, leave):
    v = np.array([1.4, 0.95, -0.96, 0.1])
    value, _ = value_and_grad(f)(v, leave)
    assert value == f(v, leave)
    check_grads(f, (v, leave), wrt=0, order=2)
