"""A function that came out alike for several types of arguments is written once."""

import numpy as np

from adcompile import grad, vjp

V = np.array([0.5, -1.2, 0.8])
M = np.array([[0.5, -1.2, 0.8], [1.5, 0.3, -0.7]])


def squares(a):
    return np.sum(a * a)


def of_a_vector_and_a_matrix(v, m):
    return squares(v) * squares(m)


def down(a, k):
    return a if k == 0 else 2.0 * up(a, k - 1)


def up(a, k):
    return a if k == 0 else 3.0 * down(a, k - 1)


def by_turns(v, m):
    return np.sum(down(v, 3)) + np.sum(down(m, 2))


def times(number):
    def scaled(a):
        return np.sum(a) * number

    return scaled


twice, thrice = times(2.0), times(3.0)


def of_two_closures(v, m):
    return twice(v) + thrice(m)


def by_an_axis(a, axis):
    return np.sum(np.roll(a, 1, axis=axis) * a)


def along_both(m):
    return by_an_axis(m, 0) + by_an_axis(m, 1)


def definitions(text, name):
    return [line for line in text.splitlines() if line.startswith(f"def {name}")]


def test_types_that_make_no_difference():
    df = grad(of_a_vector_and_a_matrix, (0, 1))
    of_v, of_m = df(V, M)
    assert len(definitions(df.source, "squares_")) == 2
    np.testing.assert_allclose(of_v, 2 * V * np.sum(M * M))
    np.testing.assert_allclose(of_m, 2 * M * np.sum(V * V))


def test_functions_that_call_each_other():
    df = grad(by_turns, (0, 1))
    of_v, of_m = df(V, M)
    np.testing.assert_array_equal(of_v, np.full(3, 12.0))
    np.testing.assert_array_equal(of_m, np.full((2, 3), 6.0))


def test_closures_read_their_own_cells():
    df = grad(of_two_closures, (0, 1))
    of_v, of_m = df(V, M)
    assert len(definitions(df.source, "scaled_")) == 4
    np.testing.assert_array_equal(of_v, np.full(3, 2.0))
    np.testing.assert_array_equal(of_m, np.full((2, 3), 3.0))


def test_what_is_written_differently_stays():
    df = grad(along_both)
    np.testing.assert_allclose(df(M), sum(np.roll(M, k, axis) for axis in (0, 1) for k in (1, -1)))


def test_what_the_program_is_entered_by_stays():
    value, pullback = vjp(of_a_vector_and_a_matrix, (0, 1))(V, M)
    assert value == of_a_vector_and_a_matrix(V, M)
    np.testing.assert_allclose(pullback(1.0)[0], 2 * V * np.sum(M * M))


def test_explain_names_what_is_written():
    df = grad(of_a_vector_and_a_matrix, (0, 1))
    df(V, M)
    assert "squares_pullback_2" not in df.source
    assert "squares_pullback_2" not in str(df.explain())
