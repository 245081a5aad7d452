"""A program's value and gradient against the plain function's, first and second order."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from adcompile.api import grad, value_and_grad
from adcompile.testing.gradients import GradientMismatch
from adcompile.testing.loading import along
from adcompile.testing.programs.references import (
    Reference,
    agree,
    float_arguments,
    numbers_of,
    reference,
    tame_references,
)


def check_program(
    f: Callable[..., Any],
    args: Sequence[Any],
    *,
    alone: Sequence[int] | None = None,
    tolerance: float = 1e-12,
    references: Sequence[Reference] | None = None,
) -> str:
    """Check the value and the gradient of `f` by all arguments that hold floats.

    The value has to be the plain function's to the bit. The gradient has to agree with the
    complex step within `tolerance`, or with differences within 1e-6. It is computed by all
    arguments at once, and by those in `alone` (all, if left out) one at a time.

    Returns:
        The emitted program that gives all gradients at once.

    Raises:
        GradientMismatch: with both gradients.
    """
    where = float_arguments(args)
    expected = f(*copy.deepcopy(list(args)))
    references = references or [reference(f, args, position) for position in where]
    wanted = dict(zip(where, references, strict=True))
    together = value_and_grad(f, where if len(where) > 1 else where[0])
    requests: list[tuple[list[int], Any]] = [(where, together)]
    if len(where) > 1:
        requests += [([p], value_and_grad(f, p)) for p in (where if alone is None else alone)]
    for positions, df in requests:
        value, gradients = df(*copy.deepcopy(list(args)))
        if np.asarray(value).tobytes() != np.asarray(expected).tobytes():
            raise GradientMismatch(f"value_and_grad gives another value: {value!r}, the function {expected!r}")
        for position, gradient in zip(positions, gradients if len(positions) > 1 else [gradients], strict=True):
            made, right = numbers_of(gradient, args[position]), wanted[position]
            if not agree(made, right.numbers, tolerance if right.exact else 1e-6):
                way = "complex step" if right.exact else "differences"
                raise GradientMismatch(
                    f"the gradient is wrong: by argument {position} of {positions}\n"
                    f"  computed {made}\n  expected {right.numbers} ({way})"
                )
    return str(together.source)


def check_second_order(f: Callable[..., Any], args: Sequence[Any], position: int) -> bool:
    """Check the emitted gradient by an argument as a program: it is multiplied by fixed numbers,
    and differentiated by every argument.

    Returns:
        Whether that could be checked: it cannot where the gradient is not smooth or is large.
    """
    bare = grad(f, position).specialize(*copy.deepcopy(list(args)))
    weights = np.cos(np.arange(1.0, np.size(args[position]) + 1)).reshape(np.shape(args[position]))
    scalar = along(bare, weights if np.ndim(weights) else float(weights), len(args))
    references = tame_references(scalar, args)
    if references is None:
        return False
    check_program(scalar, args, alone=(), tolerance=1e-9, references=references)
    return True
