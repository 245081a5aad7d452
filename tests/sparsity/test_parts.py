"""Set numbers, the check of what reads them, and colours."""

from __future__ import annotations

import itertools
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse

from adcompile.ir.parser import from_text
from adcompile.runtime import index_sets as sets
from adcompile.sparsity.colour import column_colours, count
from adcompile.sparsity.found import Sparsity
from adcompile.sparsity.recover import Product
from adcompile.sparsity.symmetric import Symmetric
from adcompile.transforms.check_sets import check_sets

# --------------------------------------------------------------------------------------- sets


@pytest.fixture
def table():
    made = sets.Table()
    for i in range(12):
        made.number(frozenset((i,)))
    with sets.in_use(made):
        yield made


NUMBERS = np.arange(1.0, 13).reshape(3, 4)


def members(table, numbers):
    return [sorted(table.sets[int(number)]) for number in np.ravel(numbers)]


def test_equal_sets_have_one_number(table):
    first = sets.join(0.0, 1.0, 2.0)
    assert first == sets.join(0.0, 2.0, 1.0) == sets.join(0.0, first, 1.0, 0.0)
    assert members(table, first) == [[0, 1]]
    assert sets.join(0.0) == 0.0


def test_sets_are_broadcast_as_their_operands_are(table):
    made = sets.join(np.zeros((3, 4)), NUMBERS[:, :1], NUMBERS[0])
    assert members(table, made[2]) == [[0, 8], [1, 8], [2, 8], [3, 8]]
    assert members(table, made[0]) == [[0], [0, 1], [0, 2], [0, 3]]


def test_reductions(table):
    by_rows = sets.join_along(np.zeros(3), NUMBERS, -1)
    assert members(table, by_rows) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert members(table, sets.join_along(np.zeros((1, 4)), NUMBERS, 0)[0, 1]) == [[1, 5, 9]]
    assert members(table, sets.join_along(0.0, NUMBERS, (0, 1))) == [list(range(12))]
    assert members(table, sets.join_running(NUMBERS, 0)[2, 0]) == [[0, 4, 8]]
    assert members(table, sets.join_neighbours(NUMBERS, 1, 0)[1]) == [[4, 8], [5, 9], [6, 10], [7, 11]]
    assert members(table, sets.join_broadcast(NUMBERS, np.zeros((3, 1)))[1]) == [[4, 5, 6, 7]]
    assert sets.join_along(np.zeros((0, 3)), np.zeros((0, 3, 2)), 2).shape == (0, 3)


def test_products(table):
    made = sets.join_product(np.zeros((3, 3)), NUMBERS, np.zeros((4, 3)))
    assert members(table, made[1]) == [[4, 5, 6, 7]] * 3
    assert members(table, sets.join_product(0.0, NUMBERS[0, :2], NUMBERS[1, :2])) == [[0, 1, 4, 5]]
    weights = np.array([[1.0, 0.0, 0.0, 2.0], [0.0, np.nan, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    made = sets.join_weighted(np.zeros((3, 3)), weights, NUMBERS.T, True)
    assert members(table, made) == [[0, 3], [4, 7], [8, 11], [1], [5], [9], [], [], []]
    assert np.array_equal(sets.join_weighted(np.zeros((3, 3)), weights.T, NUMBERS, False), made.T)
    assert members(table, sets.join_weighted(0.0, weights[0], NUMBERS[1], False)) == [[4, 7]]
    assert sets.join_weighted(np.zeros((0, 2)), np.zeros((0, 3)), np.zeros((3, 2)), True).shape == (0, 2)
    assert members(table, sets.join_outer(np.zeros((2, 2)), NUMBERS[0, :2], NUMBERS[1, :2])[1, 0]) == [[1, 4]]


def test_what_is_added_where_an_index_repeats(table):
    made = sets.join_at(np.zeros(3), np.array([0, 2, 0]), NUMBERS[0, :3])
    assert members(table, made) == [[0, 2], [], [1]]


def test_what_is_not_known_depends_on_everything(table):
    made = sets.join_all([np.zeros(2), 1.0], (NUMBERS[0, :2], None, {"a": 5.0}))
    assert members(table, made[0]) == [[0, 1, 4]] * 2 and members(table, made[1]) == [[0, 1, 4]]
    # So does an operand of another shape than an elementwise function takes.
    assert members(table, sets.join(np.zeros(2), NUMBERS[0, :3])) == [[0, 1, 2]] * 2


def test_without_a_table_nothing_is_joined():
    with pytest.raises(RuntimeError, match="without a table"):
        sets.join(0.0, 1.0)


# ----------------------------------------------------------------------------- what reads sets


@pytest.mark.parametrize(
    "line",
    [
        "%2 = operator.add(%1, %1)",
        "%2 = np.sum(%1)",
        "%2 = operator.mul(2.0, %1)",
        "%2 = updates.increment(%1, 0, 1.0)",
        "%2 = np.ndarray.astype(%1, np.dtype('<f4'))",
    ],
)
def test_nothing_computes_with_set_numbers(line):
    text = f"function f(%x, %x_sets):\n  %1 = operator.getitem(%x_sets, 0)\n  {line}\n  yield %2\n"
    function = from_text(text, {})
    with pytest.raises(TypeError, match="computes with set numbers"):
        check_sets(function.body, [function.params[1].var], {})


def test_set_numbers_are_followed_through_loops():
    text = (
        "function f(%x, %x_sets):\n"
        "  for %i in range(0, 3, 1) carry %a = %x_sets, %b = %x -> %c, %d:\n"
        "    yield %b, %a\n"
        "  %1 = operator.add(%d, 1.0)\n"
        "  yield %1\n"
    )
    function = from_text(text, {})
    with pytest.raises(TypeError, match="computes with set numbers"):
        check_sets(function.body, [function.params[1].var], {})


# -------------------------------------------------------------------------------------- colours


def test_columns_of_a_colour_share_no_row():
    rng = np.random.default_rng(1)
    for _ in range(60):
        dense = rng.random((rng.integers(0, 12), rng.integers(0, 15))) < rng.random() * 0.6
        colours = column_colours(scipy.sparse.csr_array(dense))
        fullest = int(dense.sum(axis=1).max(initial=0)) if dense.size else 0
        assert fullest <= count(colours) <= dense.shape[1]
        for colour in range(count(colours)):
            assert dense[:, colours == colour].sum(axis=1).max(initial=0) <= 1
        assert np.array_equal(colours < 0, ~dense.any(axis=0))


@pytest.mark.parametrize("bands", [1, 2, 3, 5, 8])
def test_bands_take_as_many_colours_as_there_are(bands):
    matrix = scipy.sparse.diags_array([np.ones(50 - k) for k in range(bands)], offsets=range(bands), shape=(50, 50))
    assert count(column_colours(matrix.tocsr())) == bands


def test_blocks_take_as_many_colours_as_the_largest_has_columns():
    dense = np.zeros((6, 7))
    dense[:3, :2] = dense[3:5, 2:6] = dense[5:, 6:] = 1.0
    assert count(column_colours(scipy.sparse.csr_array(dense))) == 4


def test_the_fullest_columns_first():
    # As it stands, the greedy colouring of this needs three colours.
    dense = np.zeros((4, 4))
    for row, columns in enumerate([(0, 2), (2, 3), (3, 1)]):
        dense[row, list(columns)] = 1
    assert count(column_colours(scipy.sparse.csr_array(dense))) == 2


def star_form(dense):
    found = Symmetric(Sparsity(scipy.sparse.csr_array(dense)))
    assert found.readable
    return found


def test_a_symmetric_matrix_is_read_off_its_products():
    rng = np.random.default_rng(2)
    for _ in range(60):
        size = rng.integers(1, 14)
        dense = np.where(rng.random((size, size)) < rng.random() * 0.5, rng.normal(size=(size, size)), 0.0)
        dense += dense.T
        found = star_form(dense != 0)
        made = found.filled(Product(lambda vectors, of=dense: vectors @ of.T, 3), np.dtype(float))
        np.testing.assert_allclose(made.toarray(), dense, rtol=1e-12, atol=1e-14)
        # Each of the colours alone is proper, and no path of four columns has two of them.
        colours, joined = found.colours, (dense != 0) & ~np.eye(size, dtype=bool)
        paths = [p for p in itertools.permutations(range(min(size, 8)), 4) if all(joined[a, b] for a, b in pairwise(p))]
        assert all(colours[a] != colours[b] for a, b in zip(*np.nonzero(joined), strict=True))
        assert all(len({colours[i] for i in path}) > 2 for path in paths)


def test_an_arrow_takes_two_colours():
    dense = np.eye(3000)
    dense[0] = dense[:, 0] = 1.0
    assert count(star_form(dense).colours) == 2


def test_a_matrix_that_is_not_symmetric_is_not_read_off_as_if_it_were():
    dense = np.eye(8)
    dense[0], dense[:, 0] = 1.0, 2.0
    assert star_form(dense).filled(Product(lambda vectors: vectors @ dense.T, 8), np.dtype(float)) is None
