"""What every part of the grammar needs: choices, names and the values they stand for, lines."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

# The kinds of values: a number, (n,), (m, n), (m, 1), a list of numbers, an int.
SCALAR, VECTOR, MATRIX, COLUMN, LIST, INT = "scalar", "vector", "matrix", "column", "list", "int"
ARRAYS = (VECTOR, MATRIX, COLUMN)
# Arrays of some sizes of one and of two axes, mostly views; two positions in a vector.
PART, GRID, INDICES = "part", "grid", "indices"
# Containers: a list of vectors, two vectors, a dict of a vector 'p' and a number 'q'.
ROWS, PAIR, TABLE = "rows", "pair", "table"
PREFIX = {SCALAR: "s", VECTOR: "v", MATRIX: "m", COLUMN: "c", LIST: "items", INT: "k"}
PREFIX |= {PART: "w", GRID: "g", INDICES: "at", ROWS: "rows", PAIR: "pair", TABLE: "table"}
NOTHING = "nothing"  # the kind of a helper's result that returns None
LIST_LENGTH = 3

# What a program stores to: nothing; what it made itself and has one name; anything it can reach.
NO_STORES, OWN, ANYTHING = "none", "own", "anything"


class Writer:
    """The state of a program that is being written."""

    def __init__(self, random: Random, stores: str = OWN) -> None:
        self.random = random
        self.stores = stores
        self.m = self.pick((2, 2, 3, 1))
        self.n = self.pick((3, 3, 4, 2))
        self.lines: list[str] = []
        self.indent = 0
        self.env: dict[str, str] = {}
        self.fixed: set[str] = set()  # names that loops need: not assigned to
        self.own: set[str] = set()  # arrays and lists that the function made itself
        self.numbers = itertools.count(1)
        self.loops = 0
        self.helpers: list[tuple[str, list[str], str]] = []
        self.result = SCALAR
        self.budget = 0

    # ------------------------------------------------------------------------------- choosing

    def pick(self, options: Sequence[Any]) -> Any:
        """One of the options, each as likely as the others."""
        return options[self.random.randrange(len(options))]

    def chance(self, percent: int) -> bool:
        """True in `percent` of 100 cases."""
        return self.random.randrange(100) >= 100 - percent  # shrinks to False

    def number(self) -> str:
        """A number that is written into the program, of order one and not 0."""
        return str(self.random.randrange(1, 20) / 10 * self.pick((1, -1)))

    def names(self, *kinds: str) -> list[str]:
        """The variables of some kinds that are bound here."""
        return [name for name, kind in self.env.items() if kind in kinds]

    def fresh(self, kind: str) -> str:
        """A new name for a variable of a kind."""
        return f"{PREFIX[kind]}{next(self.numbers)}"

    def inside(self, more: dict[str, str], body: Callable[[], Any]) -> Any:
        """What `body` gives while some more variables are bound."""
        before, self.env = self.env, self.env | more
        try:
            return body()
        finally:
            self.env = before

    def may_store(self, name: str) -> bool:
        """Whether the program may change what a name stands for in place."""
        return self.stores == ANYTHING or (self.stores == OWN and name in self.own)

    def line(self, text: str) -> None:
        """Write one line at the indentation of this point."""
        self.lines.append("    " * self.indent + text)
