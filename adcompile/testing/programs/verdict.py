"""What becomes of a program: right, refused, wrong, crashed, or of no use as a test."""

from __future__ import annotations

import contextlib
import copy
import re
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adcompile.api import value_and_grad
from adcompile.errors import Refused
from adcompile.testing.gradients import GradientMismatch
from adcompile.testing.programs.checks import check_program, check_second_order
from adcompile.testing.programs.layouts import check_layouts, check_sizes
from adcompile.testing.programs.program import Program
from adcompile.testing.programs.references import (
    LARGE,
    ComplexNumPy,
    Reference,
    float_arguments,
    tame_references,
)
from adcompile.testing.refusals import is_refusal

RIGHT, DISCARDED, REFUSED, WRONG, CRASHED = "right", "discarded", "refused", "wrong", "crashed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a program: the kind, and the reason in words that group alike ones."""

    kind: str
    reason: str = ""
    detail: str = ""

    @property
    def words(self) -> str:
        """The kind and the reason, to count by."""
        return f"{self.kind}: {self.reason}" if self.reason else self.kind


def judge(program: Program, order: int = 1, composed: bool = False) -> Verdict:
    """Run and differentiate a program, and compare; with `composed` in every composition of modes."""
    with warnings.catch_warnings(), limited(30):
        warnings.simplefilter("error")
        try:
            f = program.function()
            value = f(*copy.deepcopy(program.args))
            tame = np.shape(value) == () and abs(value) < LARGE
            right = tame_references(f, program.args, program.function(np=ComplexNumPy())) if tame else None
        except Exception as error:
            return Verdict(DISCARDED, f"the program itself fails: {_pattern(repr(error))}", repr(error))
        if right is None:
            return Verdict(DISCARDED, "the value or gradient is large, or at a kink")
        try:
            return check(program, f, right, order, composed)
        except Exception as error:
            return failed(error)


def judge_layouts(program: Program) -> Verdict:
    """Run and differentiate a program in several layouts and sizes of its arguments, and compare.
    `detail` names the layouts that are refused."""
    with warnings.catch_warnings(), limited(60):
        warnings.simplefilter("error")
        try:
            f = program.function()
            tame = np.shape(value := f(*copy.deepcopy(program.args))) == () and abs(value) < LARGE
        except Exception as error:
            return Verdict(DISCARDED, f"the program itself fails: {_pattern(repr(error))}", repr(error))
        if not tame:
            return Verdict(DISCARDED, "the value is large")
        try:
            refused = check_layouts(f, program.args)
            check_sizes(f, program.args)
            return Verdict(RIGHT, detail=" ".join(refused))
        except Exception as error:
            return failed(error)


def failed(error: Exception) -> Verdict:
    """What an error says of a program that has been differentiated."""
    if isinstance(error, GradientMismatch):
        return Verdict(WRONG, str(error).split(":")[0], str(error))
    if is_refusal(error):
        what = error.diagnostics[0].what if isinstance(error, Refused) else str(error)
        return Verdict(REFUSED, _pattern(what), str(error))
    return Verdict(CRASHED, _pattern(f"{type(error).__name__}: {error}"), repr(error))


def check(
    program: Program, f: Callable[..., Any], right: Sequence[Reference], order: int, composed: bool = False
) -> Verdict:
    """Check all gradients at once, and one thing more: which, the program's text decides."""
    args = program.args
    where = float_arguments(args)
    more = len(program.text) % 3
    if order == 2:
        plain = [p for p in where if isinstance(args[p], (float, np.ndarray))]
        position = plain[len(program.text) % len(plain)]
        composed = composed or len(program.text) % 6 == 0
        return Verdict(RIGHT if check_second_order(f, args, position, composed) else DISCARDED)
    alone = [where[len(program.text) % len(where)]] if more == 0 else []
    text = check_program(f, args, alone=alone, pulled=more == 1, tolerance=1e-9, right=right)
    if more == 2 and text != compiled_text(program):
        return Verdict(WRONG, "compiled twice, two texts")
    return Verdict(RIGHT)


def compiled_text(program: Program) -> str:
    """The text of the value and the gradient by all arguments, compiled anew."""
    df = value_and_grad(program.function(), tuple(float_arguments(program.args)))
    df(*copy.deepcopy(program.args))
    return str(df.source)


def _pattern(message: str) -> str:
    """A message without what differs from program to program."""
    first = message.strip().splitlines()[0][:160] if message.strip() else ""
    first = re.sub(r"<[^>]*>", "<...>", first)
    first = re.sub(r"'[a-z]'|'(table|values)'", "'#'", first)
    return re.sub(r"\b[a-z]+(_[a-z]+)*_?\d+\b|\d+", "#", first)


class TooSlow(Exception):  # noqa: N818  (not a fault)
    """A program took longer than it may."""


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Stop a block that does not end, after some seconds of computing: how busy the machine is
    otherwise makes no difference. Does nothing outside the main thread's reach."""

    def stop(*_: Any) -> None:
        raise TooSlow(f"no end after {seconds} s")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
