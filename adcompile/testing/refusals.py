"""Which errors say that something is not differentiated, and are no fault."""

from __future__ import annotations

import traceback

from adcompile.errors import ADError, InternalError
from adcompile.runtime import checks


def is_refusal(error: Exception) -> bool:
    """Whether an error says that something is not differentiated: at compile time, or by a check in
    the emitted program."""
    if isinstance(error, ADError):
        return not isinstance(error, InternalError)
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    return bool(frames and frames[-1].f_globals.get("__name__") == checks.__name__)
