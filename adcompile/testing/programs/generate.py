"""Whole random programs: helper functions, the function `f`, and arguments to try it at."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from adcompile.testing.programs.containers import Containers
from adcompile.testing.programs.program import Program
from adcompile.testing.programs.writer import (
    ANYTHING,
    ARRAYS,
    COLUMN,
    GRID,
    INT,
    LIST,
    LIST_LENGTH,
    MATRIX,
    NOTHING,
    OWN,
    PART,
    SCALAR,
    TABLE,
    VECTOR,
)

# The parameters of `f` after `x`, with how many of 100 programs have them.
PARAMS = (("y", SCALAR, 60), ("v", VECTOR, 60), ("a", MATRIX, 40), ("c", COLUMN, 20), ("n", INT, 20))
MORE_PARAMS = (("u", VECTOR, 40), ("values", LIST, 15), ("table", TABLE, 15))  # where anything is stored to


class Generator(Containers):
    """Writes one program."""

    def more_forms(self) -> list[Callable[[], None]]:
        """Statements about memory and containers, and calls for their effect, where anything is stored to."""
        if self.stores != ANYTHING:
            return []
        calls = [self.call_for_effect] * bool(self.procedures())
        return [*self.memory_forms(), *self.container_forms(), *self.stencil_forms(), *calls]

    def procedures(self) -> list[tuple[str, list[str]]]:
        """The helpers that return nothing, with the kinds of their parameters."""
        return [(name, kinds) for name, kinds, result in self.helpers if result == NOTHING]

    def call_for_effect(self) -> None:
        """A call of a helper that changes its arguments."""
        name, kinds = self.pick(self.procedures())
        self.line(self.call(name, kinds, 1))

    def function(self, name: str, params: dict[str, str], result: str, statements: int) -> None:
        """A function definition."""
        self.line(f"def {name}({', '.join(params)}):")
        self.env, self.result, self.budget = dict(params), result, statements
        self.own, self.fixed = set(), {n for n, kind in params.items() if kind == INT}
        self.indent, self.loops = 1, 0
        if self.stores == ANYTHING and self.chance(50):  # what is the caller's stays as it is
            for param in self.names(*ARRAYS):
                self.line(f"{param} = {param}.copy()")
        while self.budget > 0:
            self.statement()
        if result != NOTHING:
            self.line(f"return {self.returned(params, result)}")
        self.indent = 0
        self.lines += ["", ""]

    def returned(self, params: dict[str, str], result: str) -> str:
        """What a function returns at its end: a sum of much that it has computed, or a view."""
        if self.stores == ANYTHING and result == VECTOR and self.chance(60):
            return f"{self.pick(self.names(VECTOR))}{self.pick(('', '', '[::-1]', '[:]'))}"
        names = [n for n in self.names(result) if n not in params] or self.names(result)
        parts = [self.expression(result, 2), *names[-3:]]
        if result == SCALAR:
            parts += [f"np.mean({n})" for n in self.names(*ARRAYS)[-3:]]
            parts += [f"np.mean({n})" for n in self.names(PART, GRID)[-2:]]
            parts += [f"{n}[0]" for n in self.names(LIST)[-1:]]
            parts += [f"np.mean({n})" for n in self.held(VECTOR)[-2:]]
        return " + ".join(dict.fromkeys(parts))

    def helper(self, name: str) -> None:
        """A helper function. Where anything is stored to, it may change its arguments, and return nothing."""
        anything = self.stores == ANYTHING
        options = (SCALAR, VECTOR, VECTOR) if anything else (SCALAR, SCALAR, VECTOR)
        kinds = [self.pick(options) for _ in range(self.pick((1, 2)))]
        params = {f"{'pqr'[j]}": kind for j, kind in enumerate(kinds)}
        result = self.pick((SCALAR, VECTOR)) if VECTOR in kinds else SCALAR
        if anything and VECTOR in kinds and self.chance(40):
            result = NOTHING
        self.function(name, params, result, self.pick((1, 2, 4)))
        self.helpers.append((name, kinds, result))

    def program(self) -> Program:
        """A whole program with arguments."""
        for i in range(self.pick((0, 0, 1, 2))):
            self.helper(f"helper{i}")
        params = {"x": SCALAR}
        for name, kind, percent in (*PARAMS, *MORE_PARAMS) if self.stores == ANYTHING else PARAMS:
            if self.chance(percent):
                params[name] = kind
        self.function("f", params, SCALAR, self.pick((2, 4, 6, 9)))
        args = {name: self.argument(kind) for name, kind in params.items()}
        if "u" in args and "v" in args and self.chance(15):
            args["u"] = args["v"]  # the same array passed twice
        return Program("\n".join(self.lines).rstrip() + "\n", tuple(args.values()))

    def argument(self, kind: str) -> Any:
        """An argument of a kind to try the program at."""

        def number() -> float:
            return self.random.randrange(-150, 150) / 100 + 0.00123

        if kind == SCALAR:
            return number()
        if kind == INT:
            return self.random.randrange(4)
        if kind == LIST:
            return [number() for _ in range(LIST_LENGTH)]
        if kind == TABLE:
            return {"p": self.argument(VECTOR), "q": number()}
        shape = {VECTOR: (self.n,), MATRIX: (self.m, self.n), COLUMN: (self.m, 1)}[kind]
        return np.array([number() for _ in range(int(np.prod(shape)))]).reshape(shape)


def generate(random: Random, stores: str = OWN) -> Program:
    """A random program that stores to nothing, to what is its own, or to anything."""
    return Generator(random, stores).program()


def programs(stores: str = OWN) -> Any:
    """Random programs as a Hypothesis strategy; they shrink."""
    from hypothesis import strategies

    return strategies.randoms(use_true_random=False).map(lambda random: generate(random, stores))
