"""The table of the zoo: programs that change arrays, lists and dicts in place, with arguments to
try them at.

Each program stands as an engineer would write it. It returns one real number, or an array; every
float argument of it is differentiated by. The files hold one idea each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

V = np.array([0.5, -1.2, 0.8, 1.5])
W = np.array([1.1, 0.3, -0.7, 0.2])
P = np.array([0.6, 1.3, 0.9, 2.1, 0.4, 1.7])
M = np.array([[0.4, -0.3, 0.9, 1.4], [1.2, 0.6, -0.5, 0.7], [-0.8, 1.1, 0.3, -0.2]])
SQUARE = np.array([[2.4, -0.3, 0.5], [0.7, 1.9, -0.4], [0.2, 0.6, 3.1]])
for constant in (V, W, P, M, SQUARE):
    constant.flags.writeable = False  # programs get copies: one that wrote here would spoil the others


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the zoo, the arguments of each call that is checked, and how exactly."""

    function: Callable[..., Any]
    calls: tuple[tuple[Any, ...], ...]
    tolerance: float

    @property
    def name(self) -> str:
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}"


ZOO: list[Program] = []


def at(*calls: tuple[Any, ...], tolerance: float = 1e-12) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the decorated program into the zoo, with the arguments of several calls.

    `tolerance` is that of the gradient: only a program that computes in float32 needs its own.
    """

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        ZOO.append(Program(function, calls, tolerance))
        return function

    return add
