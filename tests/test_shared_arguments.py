"""Arguments that share memory: right where nothing of it changes, refused at the call where it does."""

import numpy as np
import pytest

from adcompile import grad, vjp


def reads_both(a, b):
    return np.sum(a * a * b)


def changes_one(a, b):
    a[0] = 0.5
    return np.sum(a * b)


def changes_an_item(arrays):
    arrays[0] *= 2.0
    return np.sum(arrays[0] * arrays[1])


def test_an_array_given_twice_and_not_changed():
    x = np.array([0.5, -1.2, 0.8])
    by_first, by_second = grad(reads_both, (0, 1))(x, x)
    np.testing.assert_allclose(by_first, 2 * x * x, rtol=1e-15)
    np.testing.assert_allclose(by_second, x * x, rtol=1e-15)


@pytest.mark.parametrize("transform", [lambda f: grad(f, (0, 1)), lambda f: vjp(f, (0, 1))], ids=["grad", "vjp"])
@pytest.mark.parametrize(
    "pair",
    [lambda x: (x, x), lambda x: (x[1:], x[:-1]), lambda x: (x, x[::-1])],
    ids=["the same", "overlapping", "backwards"],
)
def test_a_change_that_another_argument_would_see(transform, pair):
    x = np.array([0.5, -1.2, 0.8])
    before = x.copy()
    with pytest.raises(ValueError, match="changes in place shares memory with another one; pass a copy"):
        transform(changes_one)(*pair(x))
    np.testing.assert_array_equal(x, before)


def test_parts_of_one_array_that_have_no_element_in_common():
    x = np.array([0.5, -1.2, 0.8, 1.5])
    by_first, by_second = grad(changes_one, (0, 1))(x[::2], x[1::2])
    np.testing.assert_allclose(by_first, [0.0, 1.5], rtol=1e-15)
    np.testing.assert_allclose(by_second, [0.5, 0.8], rtol=1e-15)


def test_one_array_twice_in_a_list_whose_items_change():
    x = np.array([0.5, -1.2])
    with pytest.raises(ValueError, match="pass a copy"):
        grad(changes_an_item)([x, x])
