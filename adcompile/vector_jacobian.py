"""`vjp`: the value of a function and its pullback, which takes cotangents of any form back."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Any

from adcompile.dispatch import Compiled
from adcompile.frontend.transformations import transformation
from adcompile.ir.types import Tuple, Type
from adcompile.loading import loaded
from adcompile.pipeline import Compilation, Program, Want
from adcompile.pullback import Pulled
from adcompile.transformed import Transformed, Wrt
from adcompile.within import PulledWithin


class VectorJacobian(Transformed):
    """`vjp(f)`: the value of `f` and its pullback at given arguments."""

    def _program(self, inputs: Sequence[Type]) -> Program:
        compilation = Compilation(backend=self._backend)
        with compilation.running():
            function = self._differentiated(inputs, compilation)
            return compilation.vector_jacobian(function, inputs, self._want, self._is_within)

    def _compile(self, inputs: Sequence[Type]) -> Compiled:
        program = self._program(inputs)
        functions = loaded(program, self._backend)
        forward, pullback = functions[program.entry], functions[program.second]

        def both(*args: Any, **kwargs: Any) -> Any:
            value, residual = forward(*args, **kwargs)
            return value, Pulled(pullback, residual, value, self._several and len(self._positions) == 1)

        return Compiled(program, both)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """`(value, pullback)` at these arguments; `pullback(v)` may be called any number of times."""
        dispatcher = self._dispatcher
        values = dispatcher.bind(args, kwargs)
        return dispatcher._fast(*values) if dispatcher.plain else self._spread_call(*dispatcher.find(values))

    def _called(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> tuple[Compiled, types.FunctionType]:
        call = self.call_within(args, kwargs)
        compiled, functions = self.emitted(list(call.types.values()))
        program = compiled.program
        forward = call.hold(program.entry, functions[program.entry])
        packed = self._several and len(self._positions) == 1
        packed = packed and not isinstance(call.type_of(self._positions[0]), Tuple)
        pullback = call.hold("pullback", PulledWithin(functions[program.second], packed))
        value, residual = call.fresh("value"), call.fresh("residual")
        body = [
            f"{value}, {residual} = {forward}({', '.join(call.handed_on())})",
            f"return {value}, ({pullback}, {residual}, {value})",
        ]
        return compiled, call.between(self.__name__, body, self._function.__module__)


@transformation
def vjp(f: Any, /, wrt: Wrt = 0) -> VectorJacobian:
    """The value of `f` and its vector-Jacobian product.

    `vjp(f)(*args)` gives `(value, pullback)`; `pullback(v)`, for `v` of the value's shape,
    gives `v @ J`: one cotangent, or a tuple for several `wrt`.
    """
    return VectorJacobian(f, wrt, lambda where: Want(where, split=True), "numpy")
