"""Random programs, and what makes the gradient of a program right.

`generate(random)` writes a Python function of a few numbers, vectors and matrices: nested
loops, branches on values, early exits, reassignment, stores, slices, comprehensions, helper
functions. Values stay of order one, so that derivatives can be compared. `programs()` is the
same as a Hypothesis strategy; `python -m adcompile.testing.programs --count 20000 --seed 1`
tries many without pytest and prints what became of them.

`writer`, `expressions`, `statements`, `memory`, `stencils`, `containers` and `generate` are the
grammar, from the smallest part to the largest. `references` finds gradients without adcompile,
`checks` compares, `verdict` sorts what came out, `reduction` makes a program small. `layouts` calls
programs with arguments that lie in memory in other ways (`--layouts`).
"""

from adcompile.testing.programs.checks import check_program, check_second_order
from adcompile.testing.programs.generate import generate, programs
from adcompile.testing.programs.program import Program
from adcompile.testing.programs.reduction import reduce_program
from adcompile.testing.programs.references import reference_gradient
from adcompile.testing.programs.verdict import CRASHED, DISCARDED, REFUSED, RIGHT, WRONG, compiled_text, judge

__all__ = [
    "CRASHED",
    "DISCARDED",
    "REFUSED",
    "RIGHT",
    "WRONG",
    "Program",
    "check_program",
    "check_second_order",
    "compiled_text",
    "generate",
    "judge",
    "programs",
    "reduce_program",
    "reference_gradient",
]
