"""The command: try many programs, and print what became of them."""

from __future__ import annotations

import argparse
import collections
import sys
import time
from collections.abc import Sequence
from functools import partial
from random import Random

from adcompile.testing.programs.generate import generate
from adcompile.testing.programs.program import Program
from adcompile.testing.programs.reduction import reduce_program
from adcompile.testing.programs.verdict import CRASHED, REFUSED, WRONG, Verdict, judge
from adcompile.testing.programs.writer import ANYTHING, NO_STORES, OWN


def main(arguments: Sequence[str] | None = None) -> int:
    """Try many programs and print what became of them."""
    parser = argparse.ArgumentParser(prog="python -m adcompile.testing.programs", description=main.__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first program")
    parser.add_argument("--order", type=int, default=1, choices=(1, 2), help="2: differentiate the emitted gradient")
    stores = parser.add_mutually_exclusive_group()
    anything, nothing = "programs that store to anything: views, arguments, containers", "programs without stores"
    stores.add_argument("--stores", action="store_const", const=ANYTHING, default=OWN, help=anything)
    stores.add_argument("--no-stores", action="store_const", const=NO_STORES, dest="stores", help=nothing)
    parser.add_argument("--show", type=int, default=1, help="how many programs of each failure to print, reduced")
    options = parser.parse_args(arguments)
    verdicts: collections.Counter[tuple[str, str]] = collections.Counter()
    examples: dict[tuple[str, str], list[tuple[int, Program, Verdict]]] = collections.defaultdict(list)
    start = time.perf_counter()
    for number in range(options.first, options.first + options.count):
        program = generate(Random(f"{options.seed}-{number}"), options.stores)
        verdict = judge(program, options.order)
        key = (verdict.kind, verdict.reason)
        verdicts[key] += 1
        if verdict.kind in (REFUSED, WRONG, CRASHED) and len(examples[key]) < options.show:
            examples[key].append((number, program, verdict))
    took = time.perf_counter() - start
    print(f"{options.count} programs, seed {options.seed}, order {options.order}, {took:.0f} s")
    for (kind, reason), count in sorted(verdicts.items(), key=lambda item: -item[1]):
        print(f"{count:8d}  {kind}{': ' if reason else ''}{reason}", flush=True)
    for key, found in examples.items():
        for number, program, _ in found:
            small = reduce_program(program, partial(_is_same, key=key, order=options.order))
            print(f"\n# ---- {key[0]}: {key[1]} (program {number})\n{small}# {judge(small, options.order).detail}")
            sys.stdout.flush()
    return 1 if any(kind in (WRONG, CRASHED) for kind, _ in verdicts) else 0


def _is_same(program: Program, key: tuple[str, str], order: int) -> bool:
    verdict = judge(program, order)
    return (verdict.kind, verdict.reason) == key


if __name__ == "__main__":
    sys.exit(main())
