"""Each row of the tables in docs/kinks.md: the slopes of a program, in both modes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from adcompile import grad, jvp
from adcompile.testing.loading import load_text

PAGE = Path(__file__).parents[1] / "docs" / "kinks.md"
ROW = re.compile(r"^\| `(.*?)` \| ([^|]*) \| ([^|]*) \|", re.M)
ROWS = ROW.findall(PAGE.read_text(encoding="utf-8"))


def numbers(text):
    return np.array([float(one) for one in text.split(",")])


def test_the_page_has_its_rows():
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert len(ROWS) == len(lines) >= 25


@pytest.mark.parametrize("program, at, slope", ROWS, ids=[row[0] for row in ROWS])
def test_row(program, at, slope):
    f = load_text(f"def f(x):\n    return np.sum({program})\n", "f")
    x, expected = numbers(at), numbers(slope)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(grad(f)(x), expected, rtol=1e-14)
        along = [jvp(f)(x, e)[1] for e in np.eye(x.size)]
    if np.isfinite(expected).all():
        np.testing.assert_allclose(along, expected, rtol=1e-14, atol=1e-16)
    else:  # along a direction that does not move a number, 0 times its infinite slope is nan too
        assert not np.isfinite(along).all()
