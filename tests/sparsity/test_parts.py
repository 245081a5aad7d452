"""Set numbers, the check of what reads them, and colours."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from adcompile.ir.parser import from_text
from adcompile.runtime import index_sets as sets
from adcompile.sparsity.colour import column_colours, count
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
    blocks = [np.ones((3, 2)), np.ones((2, 4)), np.ones((1, 1))]
    assert count(column_colours(scipy.sparse.csr_array(scipy.sparse.block_diag(blocks)))) == 4


def test_the_fullest_columns_first():
    # As it stands, the greedy colouring of this needs three colours.
    dense = np.zeros((4, 4))
    for row, columns in enumerate([(0, 2), (2, 3), (3, 1)]):
        dense[row, list(columns)] = 1
    assert count(column_colours(scipy.sparse.csr_array(dense))) == 2
