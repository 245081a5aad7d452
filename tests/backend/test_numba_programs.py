"""Programs of the language tests and of the zoo under Numba: value, gradients, and what the caller's
arrays hold afterwards are the NumPy backend's.

A sample, as each program takes a second to compile: loops and jumps, and stores through views and under
several names, where Numba's own order of reading and writing would show.
"""

import copy

import numpy as np
import pytest
from programs.language import CASES
from zoo import chosen, overwritten, views, whole_arrays  # noqa: F401  (they add their programs to the table)
from zoo.table import ZOO

from adcompile import value_and_grad

pytest.importorskip("numba", reason="the extra [numba] is not installed")
NAMES = {
    *("chosen.chosen_array_filled_from_a_candidate", "chosen.swapped_and_chosen", "chosen.chosen_views_of_one_array"),
    *("views.two_views_that_overlap", "views.transpose_written_to", "views.reversed_view_written_to"),
    *("views.view_outlives_the_name_of_its_base", "views.loop_over_rows_changes_them", "views.mask_gives_a_copy"),
    *("whole_arrays.out_is_a_view_of_an_operand", "whole_arrays.array_times_itself", "whole_arrays.copyto_broadcasts"),
    *("overwritten.window_of_a_trip_is_overwritten_by_the_next", "overwritten.polynomial_in_one_buffer"),
    *("break_and_continue", "both_branches_return_inside_a_loop", "else_of_a_loop_without_break", "for_over_zip"),
    *("mutual_recursion", "swap_in_a_loop", "variable_bound_in_a_loop_only", "integer_operators", "builtins"),
}
PROGRAMS = {p.name: p for p in (*CASES, *ZOO) if p.name in NAMES}


def is_float(value):
    return isinstance(value, (float, np.floating)) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def assert_close(made, expected):
    if isinstance(expected, (tuple, list)):
        assert len(made) == len(expected)
        for one, other in zip(made, expected, strict=True):
            assert_close(one, other)
    elif expected is None or not np.issubdtype(np.asarray(expected).dtype, np.number):
        assert np.array_equal(made, expected)
    else:
        assert np.shape(made) == np.shape(expected)
        np.testing.assert_allclose(made, expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_program(name):
    program = PROGRAMS[name]
    wrt = tuple(k for k, a in enumerate(program.calls[0]) if is_float(a))
    compiled, plain = (value_and_grad(program.function, wrt, backend=backend) for backend in ("numba", "numpy"))
    for args in program.calls:
        mine, theirs = copy.deepcopy(args), copy.deepcopy(args)
        assert_close(compiled(*mine), plain(*theirs))
        assert_close(mine, theirs)
