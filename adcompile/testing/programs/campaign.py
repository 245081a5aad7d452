"""Many random programs, tried one after the other or in several processes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from random import Random

from adcompile.testing.programs.generate import generate
from adcompile.testing.programs.program import Program
from adcompile.testing.programs.reduction import reduce_program
from adcompile.testing.programs.verdict import Verdict, judge, judge_layouts
from adcompile.testing.programs.writer import OWN


@dataclass(frozen=True, slots=True)
class Campaign:
    """A row of programs, each made from the seed and its number alone, and how they are judged."""

    seed: int
    stores: str = OWN
    order: int = 1
    layouts: bool = False  # each program with arguments in several layouts
    composed: bool = False  # the second order of each program in every composition of modes

    def program(self, number: int) -> Program:
        """The program with a number."""
        return generate(Random(f"{self.seed}-{number}"), self.stores)

    def verdict(self, number: int) -> Verdict:
        """What becomes of the program with a number."""
        return self.judged(self.program(number))

    def judged(self, program: Program) -> Verdict:
        """What becomes of a program."""
        return judge_layouts(program) if self.layouts else judge(program, self.order, self.composed)

    def verdicts(self, numbers: Iterable[int], jobs: int = 1) -> Iterator[tuple[int, Verdict]]:
        """What becomes of several programs, in their order. New processes are started for several
        jobs: threads and their locks do not come along."""
        numbers = list(numbers)
        if jobs == 1:
            yield from zip(numbers, map(self.verdict, numbers), strict=True)
            return
        with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
            yield from zip(numbers, pool.map(self.verdict, numbers, chunksize=10), strict=True)

    def reduced(self, number: int, verdict: Verdict, seconds: float = 60.0) -> Program:
        """A smaller program than the one with a number, of which the same becomes."""
        return reduce_program(self.program(number), partial(self.becomes, verdict=verdict), seconds)

    def becomes(self, program: Program, verdict: Verdict) -> bool:
        """Whether a program gets a verdict of the same kind for the same reason."""
        return self.judged(program).words == verdict.words
