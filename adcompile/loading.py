"""From a compiled program to functions that can be called, by what its backend asks for."""

from __future__ import annotations

from functools import partial
from typing import Any

from adcompile.backend.capabilities import Capabilities
from adcompile.backend.load import load
from adcompile.backend.numba.load import load_compiled, passing
from adcompile.backend.numba.messages import refusal_of
from adcompile.backend.origins import origins_of_lines
from adcompile.errors import Refused
from adcompile.frontend.scope import OutsideScope
from adcompile.pipeline import Program


def loaded(program: Program, backend: Capabilities) -> dict[str, Any]:
    """The functions of a program by their names. What its entry takes from outside is read at each
    call, whatever the backend."""
    if backend.every_call:
        return load(program.text, program.holders, program.values, program.entry)

    def refusal(error: Exception) -> Refused:
        return refusal_of(error, origins_of_lines(program.text, program.emitted))

    functions = load_compiled(program.text, program.holders, program.values, program.entry, refusal)
    readers = [partial(OutsideScope(holder).value, name) for holder, name in program.passed]
    return functions | {program.entry: passing(functions[program.entry], readers, program.place)}
