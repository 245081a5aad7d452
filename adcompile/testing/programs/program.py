"""A program: its text, and arguments to try it at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.testing.loading import load_text


@dataclass(frozen=True, slots=True)
class Program:
    """A random program: its text, which defines `f`, and arguments to try it at."""

    text: str
    args: tuple[Any, ...]

    def function(self, **values: Any) -> Callable[..., Any]:
        """The program's function, loaded anew; `values` replace what it takes from outside."""
        return load_text(self.text, "f", **values)

    def __str__(self) -> str:
        first = [next(i for i, a in enumerate(self.args) if a is b) for b in self.args]
        shown = (
            f"argument {i} again" if i < position and isinstance(a, np.ndarray) else _shown(a)
            for position, (i, a) in enumerate(zip(first, self.args, strict=True))
        )
        return f"{self.text}\n# at f({', '.join(shown)})\n"


def _shown(value: Any) -> str:
    """An argument as Python text."""
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_shown(item)}" for key, item in value.items()) + "}"
    return repr(value)
