"""Derivatives of the orders 1 to 3 in every composition of modes: a few programs of the zoo, one
for each way in which a program changes what it works on. `python -m tests.zoo.orders` tries all."""

from __future__ import annotations

import pytest

from .not_yet import AT_RUN_TIME, NOT_YET, NOT_YET_COMPOSED
from .orders import refused_at, table_differs
from .table import ZOO

NAMES = [
    "aliases.alias_on_one_path_only",
    "arguments.element_of_an_argument",
    "buffers.buffer_doubles_while_a_name_keeps_it",
    "calls.right_side_changes_the_element_that_is_added_to",
    "dicts.state_changed_in_place_by_a_loop",
    "indexed_stores.rows_by_an_index_argument_that_repeats",
    "lists.snapshots_that_are_copies",
    "loops.store_and_break",
    "views.atleast_and_asarray_do_not_copy",
    "whole_arrays.buffers_with_out_in_a_loop",
]


@pytest.mark.parametrize("program", [p for p in ZOO if p.name in NAMES], ids=lambda p: p.name)
def test_every_composition(program):
    assert table_differs(program, refused_at(program)) == ""


def test_what_is_chosen_at_run_time_twice():
    """Of two names that are swapped, one has no cotangent where the other has."""
    (program,) = (p for p in ZOO if p.name == "containers.entries_swapped_in_each_trip")
    assert refused_at(program, orders=(2,)) == {}


def test_the_table_of_refused_compositions_names_programs_that_are_accepted():
    names = {p.name for p in ZOO} - {*NOT_YET, *AT_RUN_TIME}
    assert set(NOT_YET_COMPOSED) <= names
    assert set(NAMES) <= names
