"""Make the emitted text callable, compiled by Numba at the first call with arguments of a kind.

Numba reads what a function takes from outside once. So captures are parameters here, which get their
values at every call, and an int is refused that is so large that a product of two is no int64.
"""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adcompile.analyses.int_bits import SIZE
from adcompile.backend import load as plain
from adcompile.backend.callables import Bindings, attribute_node
from adcompile.backend.numba.messages import Refusal
from adcompile.errors import UsageError
from adcompile.runtime import broadcasting, checks

OPTIONS: dict[str, Any] = {"boundscheck": True}  # an index that is out of range is an error, as in NumPy
LARGEST = 2**SIZE


def require_numba() -> None:
    """Raise UsageError where Numba is not installed."""
    if importlib.util.find_spec("numba") is None:
        raise UsageError("backend='numba' needs Numba, which is not installed: pip install 'adcompile[numba]'")


def compiled_helpers() -> Mapping[Any, Any]:
    """The compiled counterparts of functions of `runtime`."""
    from adcompile.backend.numba import memory

    ours = (checks.require_apart, checks.require_view, checks.to_int, broadcasting.unbroadcast)
    return {function: getattr(memory, function.__name__) for function in ours}


def njit_decorator(bindings: Bindings) -> ast.expr:
    """`numba.njit(...)`, as each emitted function is decorated."""
    import numba

    options = [ast.keyword(name, ast.Constant(value)) for name, value in OPTIONS.items()]
    return ast.Call(attribute_node(bindings.module(numba, "numba"), "njit"), [], options)


def load_compiled(
    text: str, holders: dict[str, Any], values: dict[str, Any], label: str, refusal: Refusal
) -> dict[str, Callable[..., Any]]:
    """The compiled functions that `text` defines; what Numba cannot compile is raised as `refusal` says."""
    import numba

    compiled = plain.load(text, holders, values, label, numba.njit(**OPTIONS))
    return {name: _refusing(function, refusal) for name, function in compiled.items()}


def _refusing(function: Callable[..., Any], refusal: Refusal) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        for a in args:
            if type(a) is int and not -LARGEST < a < LARGEST:
                raise UsageError(f"{a} is too large an int for backend='numba'; pass a float, or use backend='numpy'")
        try:
            return function(*args)
        except Exception as error:
            if is_of_the_compiler(error):
                raise refusal(error) from None
            raise

    return call


def is_of_the_compiler(error: Exception) -> bool:
    """Whether Numba's compiler raised an error, and not the program that it compiled."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").startswith("numba."):
            return True
        trace = trace.tb_next
    return False


def passing(
    function: Callable[..., Any], captured: Sequence[Callable[[], Any]], place: int
) -> Callable[..., Any]:
    """The function of the user's arguments, which hands on what stands outside now, behind the first
    `place` of them."""
    if not captured:
        return function

    def call(*args: Any) -> Any:
        return function(*args[:place], *(read() for read in captured), *args[place:])

    return call
