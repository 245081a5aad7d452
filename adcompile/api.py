"""The public functions `grad` and `value_and_grad`: the gradient of a scalar function."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

import numpy as np

from adcompile.dispatch import Compiled
from adcompile.errors import UsageError
from adcompile.frontend.transformations import transformation
from adcompile.ir.types import Type
from adcompile.pipeline import Want
from adcompile.transformed import Transformed, Wrt


class Gradient(Transformed):
    """The gradient of a scalar function; made by `grad` and `value_and_grad`."""

    def __call__(self, *args: Any, out: Any = None, accumulate: bool = False, **kwargs: Any) -> Any:
        """The gradient at these arguments.

        `out` is an array (for several `wrt`, a tuple of arrays) that receives the gradient and
        is returned; with `accumulate` the gradient is added to what it holds.
        """
        if out is not None and "out" in self._dispatcher.signature.parameters:
            raise UsageError(
                f"'out' is a parameter of {self.__name__} and the name for where the gradient goes; "
                "pass the parameter by position"
            )
        dispatcher = self._dispatcher
        if kwargs or len(args) != dispatcher.count or not dispatcher.plain:
            args = dispatcher.bind(args, kwargs)
        if dispatcher.plain:
            result = dispatcher._fast(*args)
        else:
            result = self._spread_call(*dispatcher.find(args))
        if out is None:
            if accumulate:
                raise UsageError("accumulate=True needs out=, the array to add to")
            return result
        return self._deliver(result, out, accumulate)

    def _called(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> tuple[Compiled, types.FunctionType]:
        if "out" in kwargs or "accumulate" in kwargs:
            raise UsageError("out= and accumulate= are for calls from outside; assign what the call gives")
        call = self.call_within(args, kwargs)
        compiled, functions = self.emitted(list(call.types.values()))
        entry = compiled.program.entry
        if call.is_plain:
            return compiled, functions[entry]
        called = call.hold(entry, functions[entry])
        body = [f"return {called}({', '.join(call.handed_on())})"]
        return compiled, call.between(self.__name__, body, self._function.__module__)

    def _deliver(self, result: Any, out: Any, accumulate: bool) -> Any:
        if self._want.value or self._want.has_aux:
            raise UsageError("out= is for grad without has_aux, whose result is the gradient alone")
        count = len(self._positions)
        if self._several and not (isinstance(out, (tuple, list)) and len(out) == count):
            raise UsageError(f"out= takes a tuple of {count} arrays, one for each gradient")
        made, targets = (result, out) if self._several else ((result,), (out,))
        for gradient, target in zip(made, targets, strict=True):
            _check_target(gradient, target)
        for gradient, target in zip(made, targets, strict=True):
            if accumulate:
                np.add(target, gradient, out=target, casting="same_kind")
            else:
                np.copyto(target, gradient, casting="same_kind")
        return out


def _check_target(gradient: Any, target: Any) -> None:
    """Refuse an `out` that cannot take the gradient, before anything is written."""
    if not isinstance(target, np.ndarray):
        raise UsageError("out= takes an array that is written to")
    if isinstance(gradient, (list, tuple, dict)):
        raise UsageError(f"out= takes gradients that are arrays; this one is a {type(gradient).__name__}")
    if target.shape != np.shape(gradient):
        raise UsageError(f"out= has shape {target.shape}, the gradient {np.shape(gradient)}")
    if not np.can_cast(np.result_type(gradient), target.dtype, "same_kind"):
        raise UsageError(f"out= has dtype {target.dtype}, the gradient {np.result_type(gradient)}")
    if not target.flags.writeable:
        raise UsageError("out= is read-only")


@overload
def grad(
    f: None = None, /, wrt: Wrt = 0, *, has_aux: bool = False, holomorphic: bool = False, backend: str = "numpy"
) -> Callable[[Any], Gradient]: ...
@overload
def grad(
    f: Callable[..., Any],
    /,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
) -> Gradient: ...


@transformation
def grad(
    f: Any = None,
    /,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
) -> Any:
    """The gradient of `f`, a function that returns one real number.

    Of a complex argument `x + 1j*y` it is the derivative by `x`, less `1j` times that by `y`: its
    conjugate is the direction in which `f` grows the most.

    Args:
        f: a Python function; left out, `grad(...)` is a decorator.
        wrt: what to differentiate by: a parameter's position or name, or a tuple of them
            (then the result is a tuple of gradients).
        has_aux: `f` returns `(value, aux)`; the result is `(gradient, aux)`.
        holomorphic: `f` takes and returns complex numbers, and is complex differentiable: the
            result is its complex derivative. A step that is not so is refused.
        backend: 'numpy', or 'numba': the emitted program compiled by `numba.njit`, which pays for
            loops over elements. What Numba cannot compile is refused.

    Returns:
        A function of the arguments of `f`. For an array its gradient is an array of the same
        shape and dtype, for a number a number, for a list, tuple or dict the same structure.

    Raises:
        UsageError: for a wrong `wrt` or an argument that has no derivative.
        Refused: where `f` cannot be differentiated, with every place in it.
    """
    if f is None:
        return lambda function: grad(function, wrt, has_aux=has_aux, holomorphic=holomorphic, backend=backend)
    return Gradient(f, wrt, lambda where: Want(where, has_aux=has_aux, holomorphic=holomorphic), backend)


@transformation
def value_and_grad(
    f: Any = None,
    /,
    wrt: Wrt = 0,
    *,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "numpy",
) -> Any:
    """Like `grad`, with the value: `(value, gradient)`, or `((value, aux), gradient)`."""
    if f is None:
        return lambda function: value_and_grad(
            function, wrt, has_aux=has_aux, holomorphic=holomorphic, backend=backend
        )
    return Gradient(f, wrt, lambda where: Want(where, True, has_aux, holomorphic=holomorphic), backend)
