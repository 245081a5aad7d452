"""What becomes of a program: right, refused, wrong, crashed, or of no use as a test."""

from __future__ import annotations

import contextlib
import copy
import re
import signal
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.api import value_and_grad
from adcompile.errors import Refused
from adcompile.testing.gradients import GradientMismatch
from adcompile.testing.programs.checks import check_program, check_second_order
from adcompile.testing.programs.program import Program
from adcompile.testing.programs.references import LARGE, float_arguments, tame_references

RIGHT, DISCARDED, REFUSED, WRONG, CRASHED = "right", "discarded", "refused", "wrong", "crashed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a program: the kind, and the reason in words that group alike ones."""

    kind: str
    reason: str = ""
    detail: str = ""


def judge(program: Program, order: int = 1) -> Verdict:
    """Run and differentiate a program, and compare."""
    args, where = program.args, float_arguments(program.args)
    one = len(program.text) % len(where)  # the argument that is taken alone: any, but always the same
    with warnings.catch_warnings(), limited(30):
        warnings.simplefilter("error")
        try:
            f = program.function()
            value = f(*copy.deepcopy(list(args)))
            references = tame_references(f, args) if np.shape(value) == () and abs(value) < LARGE else None
        except Exception as error:
            return Verdict(DISCARDED, f"the program itself fails: {_pattern(repr(error))}", repr(error))
        if references is None:
            return Verdict(DISCARDED, "the value or gradient is large, or at a kink")
        try:
            if order == 2:
                return Verdict(RIGHT if check_second_order(f, args, where[one]) else DISCARDED)
            text = check_program(f, args, alone=[where[one]], tolerance=1e-9, references=references)
            if text != compiled_text(program):
                return Verdict(WRONG, "compiled twice, two texts")
        except GradientMismatch as error:
            return Verdict(WRONG, str(error).split(":")[0], str(error))
        except Refused as error:
            return Verdict(REFUSED, _pattern(error.diagnostics[0].what), str(error))
        except Exception as error:
            return Verdict(CRASHED, _pattern(f"{type(error).__name__}: {error}"), repr(error))
    return Verdict(RIGHT)


def compiled_text(program: Program) -> str:
    """The text of the value and the gradient by all arguments, compiled anew."""
    where = float_arguments(program.args)
    df = value_and_grad(program.function(), where if len(where) > 1 else where[0])
    df(*copy.deepcopy(program.args))
    return str(df.source)


def _pattern(message: str) -> str:
    """A message without what differs from program to program."""
    first = message.strip().splitlines()[0][:160] if message.strip() else ""
    first = re.sub(r"<[^>]*>", "<...>", first)
    return re.sub(r"\b[a-z]+(_[a-z]+)*_?\d+\b|\d+", "#", first)


class TooSlow(Exception):  # noqa: N818  (not a fault)
    """A program took longer than it may."""


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Stop a block that does not end. Does nothing outside the main thread's reach."""

    def stop(*_: Any) -> None:
        raise TooSlow(f"no end after {seconds} s")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
