"""Sparse Jacobians and Hessians against the dense ones: nothing missing, and the same numbers."""

from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest
import scipy.sparse

from adcompile import Refused, UsageError, grad, hessian, jacobian, partials, value_and_grad

from .programs import BANDS, ENERGIES, ORDER, POINT, PROGRAMS


def named(table):
    return [pytest.param(f, args, id=f.__name__) for f, args in table]


def agree(made, dense, tolerance=1e-13):
    """Whether a sparse matrix is a dense Jacobian, and has a place for each of its entries."""
    assert isinstance(made, scipy.sparse.csr_array)
    assert made.has_sorted_indices
    dense = np.reshape(dense, made.shape)
    places = np.zeros(made.shape, bool)
    places[made.nonzero()] = True
    stored = scipy.sparse.csr_array((np.ones(made.nnz), made.indices, made.indptr), shape=made.shape).toarray()
    assert not np.any((dense != 0) & (stored == 0))
    np.testing.assert_allclose(made.toarray(), dense, rtol=tolerance, atol=tolerance * abs(dense).max(initial=0.0))


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize("f, args", named(PROGRAMS))
def test_a_sparse_jacobian_is_the_dense_one(f, args, mode):
    tolerance = {2: 2e-3, 4: 1e-6}.get(np.asarray(args[0]).dtype.itemsize, 1e-13)
    dense = jacobian(f)(*args)
    agree(jacobian(f, mode=mode, sparsity="auto")(*args), dense, tolerance)


@pytest.mark.parametrize("f, args", named(ENERGIES))
def test_a_sparse_hessian_is_the_dense_one(f, args):
    agree(hessian(f, sparsity="auto")(*args), hessian(f)(*args))


# --------------------------------------------------------------------------------------- seeds


def program(name):
    return next(f for f, _ in (*PROGRAMS, *ENERGIES) if f.__name__ == name)


def test_a_tridiagonal_jacobian_takes_three_seeds():
    x = np.random.default_rng(0).normal(size=1000)
    J = jacobian(program("tridiagonal"), sparsity="auto")
    made = J(x)
    assert (J.seeds, made.shape, made.nnz) == (3, (1000, 1000), 2998)
    agree(made, jacobian(program("tridiagonal"))(x))


def test_a_banded_hessian_takes_as_many_seeds_as_bands():
    x = np.random.default_rng(0).normal(size=1000)
    for energy, bands in ((program("rosenbrock"), 3), (lambda x: np.sum((x[2:] * x[1:-1] - x[:-2]) ** 2), 5)):
        H = hessian(energy, sparsity="auto")
        agree(H(x), hessian(energy)(x))
        assert H.seeds == bands


def test_an_arrow_of_a_hessian_takes_two_seeds_and_one_to_compare():
    x = np.linspace(-1.0, 1.0, 300)
    H = hessian(program("arrow_energy"), sparsity="auto")
    made = H(x)
    agree(made, hessian(program("arrow_energy"))(x))
    assert H.seeds == 3
    assert np.array_equal(made.toarray(), made.toarray().T)
    H = hessian(program("two_hubs"), sparsity="auto")
    agree(H(x), hessian(program("two_hubs"))(x))
    assert H.seeds < 10


def test_a_hessian_that_is_not_symmetric_is_made_by_columns():
    def skewed(a, b):
        return a * b

    with_rule = user_function_with_a_skewed_rule(skewed)

    def energy(x):
        return np.sum(with_rule(x[0] * np.ones(11), x[1:]))

    H = hessian(energy, sparsity="auto")
    agree(H(POINT), hessian(energy)(POINT))
    assert H.seeds > 12


def user_function_with_a_skewed_rule(function):
    """A function with partial derivatives that are those of no function."""

    @partials(function)
    def rule(r, a, b):
        return 2.0 * b, a

    return function


def test_what_is_cheaper_is_taken():
    def one_full_row(x):
        return np.concatenate([np.array([np.sum(x**2)]), x[1:] ** 2])

    def one_full_column(x):
        return x[0] * x

    by_rows, by_columns = jacobian(one_full_row, sparsity="auto"), jacobian(one_full_column, sparsity="auto")
    agree(by_rows(POINT), jacobian(one_full_row)(POINT))
    agree(by_columns(POINT), jacobian(one_full_column)(POINT))
    assert (by_rows.seeds, by_columns.seeds) == (2, 2)
    assert "pullback" in by_rows.source and "pushforward" in by_columns.source
    forward = jacobian(one_full_row, mode="forward", sparsity="auto")
    agree(forward(POINT), jacobian(one_full_row)(POINT))
    assert forward.seeds == 12


def test_no_seed_is_taken_for_nothing():
    J = jacobian(lambda x: np.zeros(3) + np.sign(x[0]), sparsity="auto")
    made = J(POINT)
    assert (made.shape, made.nnz, J.seeds) == ((3, 12), 0, 0)


def test_a_linear_term_has_no_second_derivative():
    made = hessian(program("linear_and_not"), sparsity="auto").sparsity(POINT)
    assert sorted(zip(*(i.tolist() for i in made.nonzero()), strict=True)) == [(0, 0), (1, 1), (2, 2), (4, 5), (5, 4)]


# ------------------------------------------------------------------- patterns that are kept, or not


def searched(J, *calls):
    """After each of several calls, which are checked, how often the pattern has been looked for."""
    found = []
    for args in calls:
        agree(J(*args), jacobian(J.__wrapped__)(*args))
        found.append(J.searches)
    return found


def test_a_pattern_that_no_value_decides_is_found_once_for_each_size():
    J = jacobian(program("tridiagonal"), sparsity="auto")
    assert searched(J, (POINT,), (POINT * 3,), (POINT[:7],), (POINT + 1,)) == [1, 1, 2, 2]


def test_a_branch_on_a_value():
    def turns(x):
        return x[::-1] * 2 if x[0] > 0 else x * x

    assert searched(jacobian(turns, sparsity="auto"), (POINT,), (-POINT,), (POINT,)) == [1, 2, 3]


def test_a_branch_on_a_value_that_changes_no_derivative_is_nothing_to_the_pattern():
    def checked(x):
        if not np.all(np.isfinite(x)):
            raise ValueError("not finite")
        return x * x

    assert searched(jacobian(checked, sparsity="auto"), (POINT,), (-POINT,)) == [1, 1]


def test_a_number_of_trips_that_a_value_decides():
    assert searched(jacobian(program("until_small"), sparsity="auto"), (POINT,), (POINT * 0.1,)) == [1, 2]


def test_masks_and_places_that_values_decide():
    assert searched(jacobian(program("masked"), sparsity="auto"), (POINT,), (-POINT,)) == [1, 2]

    def from_the_largest(x):
        return x[np.argmax(x) :] * x[0]

    assert searched(jacobian(from_the_largest, sparsity="auto"), (POINT,), (POINT[::-1].copy(),)) == [1, 2]

    def scattered(x, w):
        y = np.zeros(len(x))
        y[np.argsort(w)] = x
        return y

    assert searched(jacobian(scattered, sparsity="auto"), (POINT, POINT), (POINT, -POINT)) == [1, 2]


def test_whole_numbers_among_the_arguments_are_told_apart():
    J = jacobian(program("permuted"), sparsity="auto")
    calls = [(POINT, ORDER), (POINT * 2, ORDER), (POINT, ORDER[::-1].copy()), (POINT, ORDER)]
    assert searched(J, *calls) == [1, 1, 2, 2]

    def shifted(x, k):
        return x[k:] * x[: len(x) - k]

    assert searched(jacobian(shifted, sparsity="auto"), (POINT, 1), (POINT, 2), (-POINT, 1)) == [1, 2, 2]


SHIFT = 1
PLACES = np.array([0, 1, 2])
WEIGHTS = np.array([1.0, 2.0, 3.0])


def test_what_comes_from_outside_is_told_apart(monkeypatch):
    def shifted(x):
        return x[SHIFT:] ** 2

    def picked(x):
        return x[PLACES] * WEIGHTS

    J, K = jacobian(shifted, sparsity="auto"), jacobian(picked, sparsity="auto")
    assert searched(J, (POINT,), (-POINT,)) == [1, 1]
    assert searched(K, (POINT,), (-POINT,)) == [1, 1]
    monkeypatch.setitem(globals(), "SHIFT", 3)
    monkeypatch.setitem(globals(), "WEIGHTS", -WEIGHTS)
    assert searched(J, (POINT,)) == [2]
    assert searched(K, (POINT,)) == [1]
    PLACES[0] = 7
    assert searched(K, (POINT,)) == [2]


MATRIX_OUTSIDE = np.ones((3, 12))


def test_an_array_from_outside_that_changes_its_size(monkeypatch):
    def mapped(x):
        return MATRIX_OUTSIDE @ x

    J = jacobian(mapped, sparsity="auto")
    assert searched(J, (POINT,), (-POINT,)) == [1, 1]
    monkeypatch.setitem(globals(), "MATRIX_OUTSIDE", np.ones((5, 12)))
    assert searched(J, (POINT,)) == [2]


def test_zeros_in_a_matrix_of_constants_are_no_entries():
    bands_times, stiffness = program("bands_times"), program("stiffness")
    J, H = jacobian(bands_times, sparsity="auto"), hessian(stiffness, sparsity="auto")
    full = np.ones((12, 12))
    assert searched(J, (POINT, BANDS), (-POINT, BANDS), (POINT, full), (POINT, BANDS)) == [1, 1, 2, 2]
    for matrix, seeds in ((BANDS, 3), (full, 12), (BANDS * 2, 3)):
        agree(H(POINT, matrix), hessian(stiffness)(POINT, matrix))
        assert H.seeds == seeds
    K = jacobian(program("signs_times"), sparsity="auto")
    assert searched(K, (POINT,), (-POINT,), (POINT,)) == [1, 2, 3]


def every_second(n):
    return np.arange(0, n, 2)


def test_a_function_that_gives_the_places():
    def picked(x):
        return x[every_second(len(x))] ** 2

    J = jacobian(picked, sparsity="auto")
    searched(J, (POINT,), (POINT[:5],))


def test_an_object_that_decides():
    class Settings:
        start = 0

    settings = Settings()

    def tail(x):
        return x[settings.start :] ** 2

    J = jacobian(tail, sparsity="auto")
    agree(J(POINT), jacobian(tail)(POINT))
    settings.start = 4
    agree(J(POINT), jacobian(tail)(POINT))


def in_a_function(x, k):
    return x[k:] if x[0] > 0 else x[: len(x) - k] * 2


def test_what_decides_inside_a_function_that_is_called():
    def f(x, k):
        return in_a_function(x, k) ** 2

    J = jacobian(f, sparsity="auto")
    searched(J, (POINT, 1), (-POINT, 1), (POINT, 2))


# ------------------------------------------------------------------------------- a pattern as given


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
@pytest.mark.parametrize("form", [np.asarray, scipy.sparse.csc_array, scipy.sparse.coo_matrix, lambda a: a != 0])
def test_a_given_pattern(form, mode):
    f = program("tridiagonal")
    J = jacobian(f, mode=mode, sparsity=form(BANDS))
    agree(J(POINT), jacobian(f)(POINT))
    assert (J.seeds, J.searches) == (4, 0)
    unchecked = jacobian(f, mode=mode, sparsity=form(BANDS), check=False)
    agree(unchecked(POINT), jacobian(f)(POINT))
    assert unchecked.seeds == 3


def test_a_given_pattern_of_a_hessian():
    H = hessian(program("rosenbrock"), sparsity=BANDS)
    agree(H(POINT), hessian(program("rosenbrock"))(POINT))
    assert H.seeds == 4


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_given_pattern_that_lacks_an_entry_is_refused(mode):
    for place in ((3, 4), (3, 2), (11, 10), (0, 0)):
        lacking = BANDS.copy()
        lacking[place] = 0
        with pytest.raises(UsageError, match=f"sparsity= lacks an entry in (row|column) {place[mode == 'reverse']}"):
            jacobian(program("tridiagonal"), mode=mode, sparsity=lacking)(POINT)
    with pytest.raises(UsageError, match="lacks an entry"):
        jacobian(lambda x: x * x, mode=mode, sparsity=np.zeros((12, 12)))(POINT)


def test_a_pattern_that_cannot_be_one_is_refused():
    f = program("tridiagonal")
    for sparsity, words in [
        ("automatic", "sparsity= takes 'auto'"),
        (np.ones(12), "sparsity= takes 'auto'"),
        (BANDS[:, 1:], "11 columns, and the argument 12 numbers"),
    ]:
        with pytest.raises(UsageError, match=words):
            jacobian(f, sparsity=sparsity)(POINT)
    for mode in ("forward", "reverse"):
        with pytest.raises(UsageError, match="11 rows, and the result 12 numbers"):
            jacobian(f, mode=mode, sparsity=BANDS[1:])(POINT)


def test_an_entry_that_is_stored_is_one_even_if_it_is_zero():
    stored = jacobian(lambda x: x * x, sparsity="auto")(np.array([0.0, 1.0]))
    agree(jacobian(lambda x: x * x, sparsity=stored)(np.array([3.0, 2.0])), np.diag([6.0, 4.0]))


def test_entries_that_are_not_finite_are_told_from_lacking_ones():
    def roots(x):
        return np.sqrt(x)

    x = np.array([0.0, 1.0, 4.0])
    with np.errstate(all="ignore"):
        made = jacobian(roots, sparsity=np.eye(3))(x)
    np.testing.assert_array_equal(made.diagonal(), [np.inf, 0.5, 0.25])


# ---------------------------------------------------------------------------------------- refusals

LOG: list[float] = []


def test_what_does_more_than_compute_is_refused():
    def logs(x):
        y = x * x
        LOG.append(float(y[0]))
        return y

    def draws(x):
        return x * np.random.normal(size=12)

    def changes(x):
        x[0] = 1.0
        return x * x

    for f in (logs, draws, changes):
        with pytest.raises((UsageError, Refused), match=r"more than (compute|once)"):
            jacobian(f, sparsity="auto")(POINT.copy())
    assert not LOG


def test_what_is_no_matrix_is_refused():
    with pytest.raises(UsageError, match="arrays and numbers, and nothing else"):
        jacobian(lambda x: (x, "x"), sparsity="auto")(POINT)
    with pytest.raises(UsageError, match="for a tuple of arguments is 'auto', or a tuple of 2 matrices"):
        jacobian(lambda x, y: x * y, (0, 1), sparsity=np.eye(2))
    with pytest.raises(UsageError, match="the result is of type tuple"):
        jacobian(lambda x: (x, x), sparsity=np.eye(len(POINT)))(POINT)
    with pytest.raises(UsageError, match="of type list"):
        jacobian(lambda x: x[0], sparsity="auto")([1.0, 2.0])
    with pytest.raises(UsageError, match="mode="):
        jacobian(lambda x: x, mode="sideways", sparsity="auto")


def test_without_scipy_the_fix_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install adcompile\[scipy\]"):
        jacobian(lambda x: x, sparsity="auto")


# ------------------------------------------------------------------------------------------- users


def test_of_other_transformations():
    f = program("rosenbrock")
    agree(jacobian(grad(f), sparsity="auto")(POINT), hessian(f)(POINT))
    value, gradient = jacobian(value_and_grad(f), sparsity="auto")(POINT)
    agree(value, grad(f)(POINT))
    agree(gradient, hessian(f)(POINT))


def test_scipy_takes_it_as_it_is():
    from scipy.optimize import least_squares, minimize, root

    def residuals(x):
        return np.concatenate([10 * (x[1:] - x[:-1] ** 2), 1 - x[:-1]])

    start = np.full(40, 0.8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = least_squares(residuals, start, jac=jacobian(residuals, sparsity="auto"))
        np.testing.assert_allclose(found.x, 1.0, rtol=1e-6)
        energy = program("rosenbrock")
        found = minimize(energy, start, jac=grad(energy), hess=hessian(energy, sparsity="auto"), method="trust-constr")
        np.testing.assert_allclose(found.x, 1.0, rtol=1e-4)

        def heated(u):
            around = np.pad(u, 1)
            return around[:-2] - 2 * u + around[2:] + 0.001 * np.exp(u)

        J = jacobian(heated, sparsity="auto")
        found = root(heated, np.zeros(30), jac=lambda u: J(u).toarray())
        assert found.success and abs(heated(found.x)).max() < 1e-10


def test_a_complex_constant_depends_on_nothing():
    def f(x):
        return np.real(np.array([x[0] * x[1], 1j, x[2]]))

    made = jacobian(f, sparsity="auto")(np.array([1.5, -0.5, 2.0])).toarray()
    assert np.array_equal(made, [[-0.5, 1.5, 0], [0, 0, 0], [0, 0, 1]])
