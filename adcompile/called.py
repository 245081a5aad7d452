"""The derivatives of functions that only the running program knows (`runtime/called.py`).

A method, and an object that is called, is differentiated as the function of its class, with the object as
the first argument: layers of one class share what is compiled.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

from adcompile.analyses.user_functions import is_user_function
from adcompile.errors import UsageError
from adcompile.frontend.stand_in import written
from adcompile.ir.types import Type
from adcompile.pipeline import Program, Want
from adcompile.pushforward import JacobianVector
from adcompile.rules.registry import rule_for
from adcompile.runtime.called import Differentiation
from adcompile.transformed import Transformed
from adcompile.vector_jacobian import VectorJacobian

MOST = 256  # functions whose derivatives are kept


class _Leaving(Transformed):
    """Of functions that leave alone what they are given: the program around the call relies on it."""

    def _program(self, inputs: Sequence[Type], *more: Any) -> Program:
        program = super()._program(inputs, *more)
        if program.changes:
            raise UsageError(
                f"'{self.__name__}', which is known only when the program runs, may change what it is given; "
                "let it work on a copy, or call it by its name"
            )
        return program


class _Pulling(_Leaving, VectorJacobian):
    pass


class _Pushing(_Leaving, JacobianVector):
    pass


def pulling(function: Any, wrt: tuple[int, ...], count: int) -> Callable[..., Any]:
    """What gives the value and the pullback of a function, at its arguments."""
    plain, first = _plain(function, count)
    return functools.partial(_pulling_of(plain, _shifted(wrt, first)), *first)


def pushing(function: Any, wrt: tuple[int, ...], count: int) -> Callable[..., Any]:
    """What gives the value and the tangent of a function, at the tuple of tangents and its arguments."""
    plain, first = _plain(function, count)
    made = _pushing_of(plain, _shifted(wrt, first))

    def pushed(tangents: tuple[Any, ...], *args: Any, **options: Any) -> Any:
        given = made.given((*first, *args), options)
        along = tangents if len(wrt) > 1 else tangents[0]
        return made(*given[: made.count_before], along, *given[made.count_before :])

    return pushed


@functools.lru_cache(MOST)
def _pulling_of(function: Any, wrt: tuple[int, ...]) -> _Pulling:
    return _Pulling(function, wrt if len(wrt) > 1 else wrt[0], lambda where: Want(where, split=True), "numpy")


@functools.lru_cache(MOST)
def _pushing_of(function: Any, wrt: tuple[int, ...]) -> _Pushing:
    return _Pushing(function, wrt if len(wrt) > 1 else wrt[0])


def _shifted(wrt: tuple[int, ...], first: tuple[Any, ...]) -> tuple[int, ...]:
    return tuple(place + len(first) for place in wrt)


def _plain(function: Any, count: int) -> tuple[Any, tuple[Any, ...]]:
    """A callable, called with so many arguments, as one whose derivative is kept, and what stands before
    its arguments."""
    if isinstance(function, types.MethodType):
        plain, first = _plain(function.__func__, count + 1)
        return plain, (*first, function.__self__)
    if isinstance(function, functools.partial) and not function.keywords:
        plain, first = _plain(function.func, count + len(function.args))
        return plain, (*first, *function.args)
    if isinstance(function, functools.partial) or (is_user_function(function) or isinstance(function, Transformed)):
        return function, ()
    called = inspect.getattr_static(type(function), "__call__", None)
    if is_user_function(called):
        return called, (function,)
    return _written_out(function, count), ()


@functools.lru_cache(MOST)
def _written_out(function: Any, count: int) -> types.FunctionType:
    """A function with a rule, which may have no source, called in one that has."""
    name = function.__name__ if inspect.isroutine(function) else type(function).__name__
    if rule_for(function) is None:
        raise UsageError(f"'{name}', which is known only when the program runs, has neither source nor a rule")
    given = ", ".join(f"a{i}" for i in range(count))
    name = getattr(function, "__name__", name)
    return written(name, f"({given})", [f"return function({given})"], {"function": function}, __name__)


Differentiation.pulling = staticmethod(pulling)
Differentiation.pushing = staticmethod(pushing)
