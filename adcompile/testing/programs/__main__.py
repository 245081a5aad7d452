"""The command: try many programs, and print what became of them."""

from __future__ import annotations

import argparse
import collections
import sys
import time
from collections.abc import Sequence

from adcompile.testing.programs.campaign import Campaign
from adcompile.testing.programs.verdict import CRASHED, REFUSED, WRONG, Verdict
from adcompile.testing.programs.writer import ANYTHING, NO_STORES, OWN


def main(arguments: Sequence[str] | None = None) -> int:
    """Try many programs and print what became of them."""
    parser = argparse.ArgumentParser(prog="python -m adcompile.testing.programs", description=main.__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many programs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first program")
    parser.add_argument("--order", type=int, default=1, choices=(1, 2), help="2: differentiate the emitted gradient")
    every = "with --order 2: every composition of forward and reverse mode, of each program"
    parser.add_argument("--composed", action="store_true", help=every)
    parser.add_argument("--layouts", action="store_true", help="arguments that lie in memory in other ways")
    stores = parser.add_mutually_exclusive_group()
    anything, nothing = "programs that store to anything: views, arguments, containers", "programs without stores"
    stores.add_argument("--stores", action="store_const", const=ANYTHING, default=OWN, help=anything)
    stores.add_argument("--no-stores", action="store_const", const=NO_STORES, dest="stores", help=nothing)
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--show", type=int, default=1, help="how many programs of each failure to print, reduced")
    options = parser.parse_args(arguments)
    campaign = Campaign(options.seed, options.stores, options.order, options.layouts, options.composed)
    numbers = range(options.first, options.first + options.count)
    found: dict[str, list[tuple[int, Verdict]]] = collections.defaultdict(list)
    start = time.perf_counter()
    for number, verdict in campaign.verdicts(numbers, options.jobs):
        found[verdict.words].append((number, verdict))
    took = time.perf_counter() - start
    print(f"{options.count} programs, seed {options.seed}, order {options.order}, {took:.0f} s")
    for words, several in sorted(found.items(), key=lambda item: -len(item[1])):
        print(f"{len(several):8d}  {words}", flush=True)
    failures = [(n, v) for several in found.values() for n, v in several[: options.show]]
    for number, verdict in failures:
        if verdict.kind in (WRONG, CRASHED, REFUSED):
            small = campaign.reduced(number, verdict)
            print(
                f"\n# ---- {verdict.words} (program {number})\n{small}# {campaign.judged(small).detail}",
                flush=True,
            )
    return 1 if any(several[0][1].kind in (WRONG, CRASHED) for several in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
