"""The example that `adcompile demo` differentiates: a recurrent network, and its loss."""

from __future__ import annotations

from typing import Any

import numpy as np


def rnn(W: Any, U: Any, h: Any, xs: Any) -> Any:  # noqa: N803
    """The sum of the squared states of a recurrent network that reads the sequence `xs`."""
    total = 0.0
    for x in xs:
        h = np.tanh(x @ W + h @ U)
        total += np.sum(h**2)
    return total


WRT = ("W", "U", "h")


def point() -> tuple[Any, ...]:
    """Arguments of `rnn`: a sequence of 20 inputs of 3 numbers, and a state of 2."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, 2)), rng.normal(size=(2, 2)), np.zeros(2), rng.normal(size=(20, 3))
