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

    def function(self) -> Callable[..., Any]:
        """The program's function, loaded anew."""
        return load_text(self.text, "f")

    def __str__(self) -> str:
        shown = ", ".join(f"np.array({a.tolist()})" if isinstance(a, np.ndarray) else repr(a) for a in self.args)
        return f"{self.text}\n# at f({shown})\n"
