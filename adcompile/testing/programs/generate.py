"""Whole random programs: helper functions, the function `f`, and arguments to try it at."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from adcompile.testing.programs.program import Program
from adcompile.testing.programs.statements import Statements
from adcompile.testing.programs.writer import ARRAYS, COLUMN, INT, LIST, MATRIX, SCALAR, VECTOR


class Generator(Statements):
    """Writes one program."""

    def function(self, name: str, params: dict[str, str], result: str, statements: int) -> None:
        """A function definition."""
        self.line(f"def {name}({', '.join(params)}):")
        self.env, self.result, self.budget = dict(params), result, statements
        self.own, self.fixed = set(), {n for n, kind in params.items() if kind == INT}
        self.indent, self.loops = 1, 0
        while self.budget > 0:
            self.statement()
        names = [n for n in self.names(result) if n not in params] or self.names(result)
        parts = [self.expression(result, 2), *names[-3:]]
        if result == SCALAR:
            parts += [f"np.mean({n})" for n in self.names(*ARRAYS)[-3:]]
            parts += [f"{n}[0]" for n in self.names(LIST)[-1:]]
        self.line(f"return {' + '.join(dict.fromkeys(parts))}")
        self.indent = 0
        self.lines += ["", ""]

    def program(self) -> Program:
        """A whole program with arguments."""
        for i in range(self.pick((0, 0, 1, 2))):
            kinds = [self.pick((SCALAR, SCALAR, VECTOR)) for _ in range(self.pick((1, 2)))]
            params = {f"{'pqr'[j]}": kind for j, kind in enumerate(kinds)}
            result = self.pick((SCALAR, VECTOR)) if VECTOR in kinds else SCALAR
            self.function(f"helper{i}", params, result, self.pick((1, 2, 4)))
            self.helpers.append((f"helper{i}", kinds, result))
        params = {"x": SCALAR}
        more = (("y", SCALAR, 60), ("v", VECTOR, 60), ("a", MATRIX, 40), ("c", COLUMN, 20), ("n", INT, 20))
        for name, kind, percent in more:
            if self.chance(percent):
                params[name] = kind
        self.function("f", params, SCALAR, self.pick((2, 4, 6, 9)))
        args = tuple(self.argument(kind) for kind in params.values())
        return Program("\n".join(self.lines).rstrip() + "\n", args)

    def argument(self, kind: str) -> Any:
        """An argument of a kind to try the program at."""

        def number() -> float:
            return self.random.randrange(-150, 150) / 100 + 0.00123

        if kind == SCALAR:
            return number()
        if kind == INT:
            return self.random.randrange(4)
        shape = {VECTOR: (self.n,), MATRIX: (self.m, self.n), COLUMN: (self.m, 1)}[kind]
        return np.array([number() for _ in range(int(np.prod(shape)))]).reshape(shape)


def generate(random: Random, stores: bool = True) -> Program:
    """A random program."""
    return Generator(random, stores).program()


def programs(stores: bool = True) -> Any:
    """Random programs as a Hypothesis strategy; they shrink."""
    from hypothesis import strategies

    return strategies.randoms(use_true_random=False).map(lambda random: generate(random, stores))
