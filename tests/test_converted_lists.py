"""Lists that NumPy makes arrays of: one array serves all that read the list until it may have changed."""

import numpy as np
import pytest

from adcompile import check_grads, grad, value_and_grad

X = np.array([0.5, 0.7])
A = np.array([[0.3, 1.2], [0.8, 0.1]])


def twice(x, A):
    v = [x[0], x[1]**2]
    return np.dot(v, A @ v) + np.sum(v)


def changed_between(x, A):
    v = [x[0], x[1]**2]
    s = np.sum(v)**2
    v[0] = x[1]
    return s + np.sum(v)**3 + np.dot(v, A @ v)


def grown_between(x, A):
    v = [x[0], x[1]**2]
    s = np.sum(v)**2
    v.append(x[0])
    s += np.sum(v)**3
    v += [x[1]]
    return s + np.sum(v)**3


def row_changed(x, A):
    r = x * 2
    v = [r, x]
    s = np.sum(v, axis=0)[0]**2
    r[0] = x[1]**2
    return s + np.sum(v, axis=0)[0]**3


def other_name(x, A):
    v = [x[0], x[1]**2]
    w = v
    s = np.sum(v)**2
    w[0] = 3 * x[1]
    return s + np.sum(v)**3


def changed_in_a_branch(x, A):
    v = [x[0], x[1]**2]
    s = np.sum(v)**2
    if s > 0:
        v[0] = x[1] * s
    return s + np.sum(v)**3


def changed_in_a_loop(x, A):
    v = [x[0], x[1]**2]
    s = np.sum(v)
    for i in range(2):
        s = s + np.sum(v)**2
        v[i] = v[i] * 2 + s
    return s + np.sum(v)


def read_in_a_loop(x, A):
    v = [x[0], x[1]**2]
    s = np.sum(v)
    for i in range(2):
        s = s + np.dot(v, A[i]) * s
    return s + np.sum(v)


def set0(v, a):
    v[0] = a


def by_function(x, A):
    v = [x[0], x[1]**2]
    s = np.sum(v)**2
    set0(v, x[1] * 3)
    return s + np.sum(v)**3


def only_in_a_branch(x, A):
    v = [x[0], x[1]**2]
    s = x[0]
    if s > 0:
        s = s + np.sum(v)**2
    return s + np.sum(v)**3 + np.sum(v)


PROGRAMS = [
    *(twice, changed_between, grown_between, row_changed, other_name, changed_in_a_branch, changed_in_a_loop),
    *(read_in_a_loop, by_function, only_in_a_branch),
]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients(f):
    value, _ = value_and_grad(f, (0, 1))(X, A)
    assert np.asarray(value).tobytes() == np.asarray(f(X, A)).tobytes()
    check_grads(f, (X, A), (0, 1), order=2)


@pytest.mark.parametrize("f", [twice, read_in_a_loop], ids=lambda f: f.__name__)
def test_one_array_serves_all_reads(f):
    df = grad(f, (0, 1))
    df.specialize(X, A)
    assert df.source.count("np.array(") == 1
