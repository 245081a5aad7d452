"""The collector of cyclic garbage, at rest while a program is compiled.

A compilation makes many objects in a short time and keeps most of them. The collector, which starts
whenever there are 700 new ones, would look for garbage among them some thirty times and find none:
a tenth of the time. It looks once, behind the compilation.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from starting, if it is on."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
