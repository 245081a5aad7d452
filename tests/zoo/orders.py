"""Orders 1 to 3 of the zoo in every composition of the modes.

    PYTHONPATH=. python -m tests.zoo.orders                        all programs
    PYTHONPATH=. python -m tests.zoo.orders loops views.split_gives_views
    PYTHONPATH=. python -m tests.zoo.orders --part 3/20            every 20th program, from the third

`test_orders.py` runs the same on a few programs. Which compositions are refused is in
`not_yet.py`; the run fails if a number is wrong, if anything crashes, or if that table is not true.
All of it takes about ten minutes of one core.
"""

from __future__ import annotations

import argparse
import copy
import inspect
import sys
import time
import traceback
import warnings

from adcompile.testing.programs.orders import Derivatives, check_order, spelled

from .not_yet import AT_RUN_TIME, NOT_YET, NOT_YET_COMPOSED
from .table import ZOO
from .test_zoo import outside, put_back, scalar

ORDERS = (1, 2, 3)


def derivatives(program):
    """The derivatives of a program at its first arguments; if it returns an array, of the sum of
    its squares. What it changes outside is put back after each call."""
    args = program.calls[0]

    def call(f, at):
        saved = copy.deepcopy(outside(program.function))
        try:
            return float(f(*copy.deepcopy(list(at))))
        finally:
            put_back(program.function, saved)

    return Derivatives(scalar(program.function, args), args, calls=call)


def refused_at(program, orders=ORDERS):
    """The compositions that are refused, with the errors; the numbers of the others are right."""
    of, found = derivatives(program), {}
    single = "float32" in inspect.getsource(program.function) or program.tolerance > 1e-9
    for order in orders:
        rtol = 1e-4 if single else 1e-9
        found |= check_order(of, order, rtol, by_differences=not single).refused
    return found


def chosen(names, part):
    programs = [p for p in ZOO if p.name not in {*NOT_YET, *AT_RUN_TIME}]
    if names:
        programs = [p for p in programs if p.name in names or p.name.partition(".")[0] in names]
    first, _, step = part.partition("/")
    return programs[int(first) - 1 :: int(step)] if part else programs


def brief(refused):
    """Compositions as `NOT_YET_COMPOSED` has them: a letter for each mode, the last one first."""
    return " ".join(sorted("".join(mode[0] for mode in reversed(modes)) for modes in refused))


def table_differs(program, refused):
    """How the table is not true of a program; an empty text if it is."""
    found, known = brief(refused), NOT_YET_COMPOSED.get(program.name, "")
    if found == known:
        return ""
    words = "; ".join(f"{spelled(modes)}: {str(error).splitlines()[0]}" for modes, error in refused.items())
    return f"refused are {found!r}, in the table {known!r}\n{words}"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m tests.zoo.orders", description="Orders 1 to 3 of the zoo.")
    parser.add_argument("names", nargs="*", help="programs, or files of them")
    parser.add_argument("--part", default="", help="K/N: every N-th program, from the K-th")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    failed, start = 0, time.perf_counter()
    programs = chosen(options.names, options.part)
    for program in programs:
        try:
            wrong = table_differs(program, refused_at(program))
        except Exception:
            wrong = traceback.format_exc()
        if wrong:
            failed += 1
            print(f"{program.name}: {wrong}", flush=True)
    print(f"{len(programs)} programs in {time.perf_counter() - start:.0f} s, {failed} to look at")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
