"""The Jacobians of every rule on its samples: by rows and by columns, and no entry is missing in the sparse one."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

import adcompile.rules  # noqa: F401 (fills the registry)
from adcompile import Refused, UsageError, jacobian
from adcompile.ir.nodes import Attribute, Method
from adcompile.rules.python import concatenate_lists, repeat_list
from adcompile.rules.registry import RULES
from adcompile.testing.loading import load_text

EVERY = 4  # of a rule's samples, for the time that they take


SEQUENCES = (concatenate_lists, repeat_list)  # they give lists, of the items as they are


def is_plain(value: Any) -> bool:
    """Whether an argument is written down as it is: an option."""
    if isinstance(value, (tuple, list)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, bool, int, slice))


def program(primitive: Any, args: Any, kwargs: Any) -> tuple[Any, list[Any]]:
    """A program that calls a primitive, and its arguments. Items of lists are arguments of their own."""
    values: list[Any] = []

    def written(value: Any) -> str:
        if is_plain(value):
            return repr(value)
        if isinstance(value, (list, tuple)):
            items = ", ".join(map(written, value))
            return f"[{items}]" if isinstance(value, list) else f"({items},)"
        values.append(value)
        return f"x{len(values) - 1}"

    given = [*map(written, args), *(f"{name}={written(value)}" for name, value in kwargs.items())]
    if isinstance(primitive, (Method, Attribute)):
        rest = f"({', '.join(given[1:])})" if isinstance(primitive, Method) else ""
        call = f"{given[0]}.{primitive.name}{rest}"
    else:
        call = f"primitive({', '.join(given)})"
    names = ", ".join(f"x{i}" for i in range(len(values)))
    text = f"def program({names}):\n    result = {call}\n    return {{}}\n"
    known = {} if isinstance(primitive, (Method, Attribute)) else {"primitive": primitive}
    result = load_text(text.format("result"), "program", **known)(*values)
    while isinstance(result, (list, tuple)):
        text, result = text.replace("{}", "{}[0]"), result[0]
    return load_text(text.format("result"), "program", **known), values


def cases() -> list[Any]:
    """Each rule with some of its samples."""
    found = []
    for primitive, rule in RULES.items():
        samples = list(rule.samples()) if rule.samples else []
        name = getattr(primitive, "__name__", str(primitive))
        samples = [s for s in samples[::EVERY] if primitive not in SEQUENCES]
        for i, sample in enumerate(samples):
            starts = primitive is builtins.sum and len(sample[0]) > 1
            marks = [pytest.mark.xfail(raises=Refused, reason="sets of a sum that starts with what moves")] * starts
            found.append(pytest.param(primitive, sample, id=f"{name}-{i}", marks=marks))
    return found


@pytest.mark.parametrize("primitive, sample", cases())
def test_no_entry_is_missing(primitive: Any, sample: Any) -> None:
    function, values = program(primitive, *sample)
    for i, value in enumerate(values):
        if not (isinstance(value, (float, np.ndarray)) and np.asarray(value).dtype.kind == "f"):
            continue
        dense = jacobian(function, i, mode="reverse")
        with np.errstate(all="ignore"):
            try:
                expected = dense(*values)
            except (Refused, UsageError):
                continue
            sparse = jacobian(function, i, sparsity="auto")
            forward = jacobian(function, i, mode="forward")(*values)
            np.testing.assert_allclose(forward, expected, rtol=1e-9, atol=1e-10)
            if np.iscomplexobj(expected):
                with pytest.raises(UsageError, match="the result is complex; a sparse Jacobian is of real numbers"):
                    sparse(*values)
                continue
            places = sparse.sparsity(*values).toarray()
            made = sparse(*values).toarray()
        expected = np.reshape(expected, places.shape)
        assert not np.any((expected != 0) & ~places)
        np.testing.assert_allclose(made, expected, rtol=1e-9, atol=1e-10)
