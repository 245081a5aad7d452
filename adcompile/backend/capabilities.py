"""What a backend's programs may contain, and the passes that write a program without the rest.

There is one emitter. What a backend cannot run is written in another way here, before emission,
by passes from IR to IR; what cannot be written in another way is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adcompile.analyses.infer import Types
from adcompile.backend.callables import Bindings
from adcompile.backend.numba.check_support import check_arguments, check_support
from adcompile.backend.numba.check_values import check_values
from adcompile.backend.numba.load import compiled_helpers, njit_decorator, require_numba
from adcompile.backend.numba.spell_calls import spell_calls
from adcompile.errors import DiagnosticList
from adcompile.ir.nodes import Function
from adcompile.transforms.count_down import count_down
from adcompile.transforms.eliminate_dead import eliminate_dead
from adcompile.transforms.pass_captures import pass_captures
from adcompile.transforms.read_before_update import read_before_update


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a backend can do."""

    name: str
    reversed_sequences: bool  # `for x in reversed(xs)`
    overlapping_updates: bool  # `a[1:] += a[:-1]` reads all of the old `a`
    live_captures: bool  # a name from outside is read again at each call
    every_call: bool  # whatever NumPy and Python can run: every function, option, dtype and kind of argument

    def helpers(self) -> Mapping[Any, Any]:
        """For functions of `runtime`: the backend's own."""
        return {} if self.every_call else compiled_helpers()

    def decorators(self, bindings: Bindings) -> list[ast.expr]:
        """What decorates each emitted function."""
        return [] if self.every_call else [njit_decorator(bindings)]


NUMPY = Capabilities(
    "numpy", reversed_sequences=True, overlapping_updates=True, live_captures=True, every_call=True
)
NUMBA = Capabilities(
    "numba", reversed_sequences=False, overlapping_updates=False, live_captures=False, every_call=False
)
BACKENDS = {backend.name: backend for backend in (NUMPY, NUMBA)}

Typed = tuple[Function, Types]


def require(backend: Capabilities) -> None:
    """Raise UsageError where what a backend needs is not installed."""
    if not backend.every_call:
        require_numba()


def fit_primal(primal: Function, types: Types, backend: Capabilities, found: DiagnosticList) -> Function:
    """A user's function, as a backend can run it; `found` receives what it cannot."""
    if backend.every_call:
        return primal
    check_values(primal, types, found)
    return spell_calls(primal, types, is_emitted=False)


def fit(
    functions: Sequence[Typed], backend: Capabilities, found: DiagnosticList, entries: Sequence[str]
) -> list[Typed]:
    """The functions of a program, as a backend can run them; `found` receives what it cannot."""
    made = list(functions)
    if not backend.live_captures:
        made = pass_captures(made)
    if not backend.every_call:
        made = [(spell_calls(one, types, is_emitted=True), types) for one, types in made]
    if not backend.reversed_sequences:
        made = [(eliminate_dead(count_down(one, types)), types) for one, types in made]
    if not backend.overlapping_updates:
        made = [(read_before_update(one, types), types) for one, types in made]
    if not backend.every_call:
        for one, types in made:
            check_support(one, types, found)
            if one.name in entries:
                check_arguments(one, types, found)
    return made
