"""Arguments that share memory, and values that are stored without a derivative.

A gradient by arguments that are one array is by that array: what the arguments' gradients add up to.
Where the program changes them, that or a refusal is right.
"""

from __future__ import annotations

import numpy as np
import pytest

from adcompile import ADError, detach, grad, no_grad
from adcompile.testing.programs.references import reference_gradient

from .table import P, V


def reads_both(x, w):
    return np.sum(x * w * w)


def changes_the_first(x, w):
    x *= w
    x[0] += 1.0
    return np.sum(x * w * w)


def changes_the_second(x, w):
    w[1:3] = x[:2] * w[:2]
    return np.sum(x * w)


def changes_neither_but_a_copy(x, w):
    y = x.copy()
    y *= w
    return np.sum(y * y)


def changes_the_list_and_reads_the_array(items, x):
    items[0] *= 2.0
    return np.sum(items[0] * x)


PROGRAMS = [reads_both, changes_the_first, changes_the_second, changes_neither_but_a_copy]
MAY_REFUSE = {changes_the_first, changes_the_second, changes_the_list_and_reads_the_array}


REFUSED = (ADError, ValueError)  # by the compiler, or by the emitted code when it is called


def gradients_or_refusal(function, args):
    """The gradients by both arguments, or None where the program may be and is refused."""
    try:
        return grad(function, (0, 1))(*args)
    except REFUSED as error:
        at_the_call = isinstance(error, ADError) or "shares memory with another one" in str(error)
        if function in MAY_REFUSE and at_the_call:
            return None
        raise


@pytest.mark.parametrize("function", PROGRAMS)
def test_one_array_for_two_parameters(function):
    expected = reference_gradient(lambda a: function(a, a), (V,))
    made = gradients_or_refusal(function, [V.copy()] * 2)
    assert made is None or np.allclose(made[0] + made[1], expected, rtol=1e-9)


@pytest.mark.parametrize("function", PROGRAMS)
def test_overlapping_views_for_two_parameters(function):
    expected = reference_gradient(lambda a: function(a[1:], a[:-1]), (P,))
    a = P.copy()
    made = gradients_or_refusal(function, [a[1:], a[:-1]])
    if made is not None:
        total = np.zeros(6)
        total[1:] += made[0]
        total[:-1] += made[1]
        np.testing.assert_allclose(total, expected, rtol=1e-9)


@pytest.mark.parametrize("function", PROGRAMS)
def test_halves_of_one_array_do_not_disturb_each_other(function):
    expected = reference_gradient(lambda a: function(a[:3], a[3:]), (P,))
    a = P.copy()
    made = gradients_or_refusal(function, [a[:3], a[3:]])
    assert made is None or np.allclose(np.concatenate(made), expected, rtol=1e-9)


def test_an_array_in_a_list_and_beside_it():
    expected = reference_gradient(lambda a: changes_the_list_and_reads_the_array([a], a), (V,))
    a = V.copy()
    made = gradients_or_refusal(changes_the_list_and_reads_the_array, [[a], a])
    assert made is None or np.allclose(made[0][0] + made[1], expected, rtol=1e-9)


@pytest.mark.parametrize("function", PROGRAMS)
def test_separate_arrays_after_one_array_for_both(function):
    """What was found for arguments that are one array is not kept for those that are not."""
    df = grad(function, (0, 1))
    x, w = V, V[::-1] + 0.1
    expected = [reference_gradient(function, (x, w), k) for k in (0, 1)]
    if gradients_or_refusal(function, [V.copy()] * 2) is None:
        with pytest.raises(REFUSED):
            df(*[V.copy()] * 2)
    try:
        made = df(x.copy(), w.copy())
    except ADError:
        assert function in MAY_REFUSE
    else:
        np.testing.assert_allclose(made, expected, rtol=1e-9)


# ------------------------------------------------------------------------ stores without derivative


def store_of_a_detached_value(x):
    y = x * x
    y[1] = detach(y[0] * x[3])
    y[2] = detach(y[2]) * x[2]
    return np.sum(y * x)


def test_store_of_a_detached_value():
    x0, _, x2, x3 = V
    expected = [3.0 * x0**2, x0**2 * x3, 2.0 * x2**3, 3.0 * x3**2]
    np.testing.assert_allclose(grad(store_of_a_detached_value)(V.copy()), expected, rtol=1e-12)


def scaled_without_a_derivative(x):
    y = 2 * x
    with no_grad():
        x *= 100
    return np.sum(y)


def test_seeds_row_12_value_changes_and_derivative_does_not():
    x = np.array([1.0])
    np.testing.assert_array_equal(grad(scaled_without_a_derivative)(x), [2.0])
    np.testing.assert_array_equal(x, [100.0])
