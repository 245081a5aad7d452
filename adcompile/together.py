"""Many seeds at once: matrices of cotangents pulled back, or of tangents pushed forward.

    value, pulled = Pullbacks(f, wrt)(*args)   pulled(seeds): a cotangent of each argument
    pushed = Pushforwards(f, position)(*args)  pushed(seeds): the value, and its tangents

Seeds have the structure of what they are derivatives by, or of, with one axis more in front of every
array, and so has what is returned. A program that carries seeds takes one sweep for all; of
another each seed takes a sweep. `most` is how many should be given at once, for the
sweep to stay within memory. Until the last seeds are given, neither the arguments nor the value may be
changed: a sweep reads them, and has no copies.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from adcompile.dispatch import Compiled
from adcompile.inference.tangents import tangent_type
from adcompile.ir.dims import Affine, Dim, Symbol
from adcompile.ir.types import Array, Dict, Scalar, Tuple, Type
from adcompile.loading import loaded
from adcompile.pipeline import Carried, Compilation, Program, Want
from adcompile.runtime.seeds import one_by_one, together
from adcompile.signature import signature_of
from adcompile.transformed import Transformed, Wrt

FAST = 2**14 - 256  # numbers that the largest array of a sweep should hold: larger ones are new pages of memory
MOST = 2**17  # numbers that it may hold
ENOUGH = 32  # seeds that make Python's own time small
GROWING = 16  # seeds of a sweep that makes a list as it goes: all of it is kept


class Sweep:
    """A compiled sweep for seeds: `function` takes what stands before them, the seeds, and what
    stands behind them."""

    def __init__(self, program: Program, inputs: Sequence[Type], function: Callable[..., Any]) -> None:
        self.program = program
        self.inputs = inputs
        self.function = function
        self._most: dict[Any, int] = {}  # by the shapes of the arguments, if they are all arrays and numbers
        self._holds_more = not all(isinstance(type_, (Array, Scalar)) for type_ in inputs)

    def most(self, values: Sequence[Any]) -> int:
        """How many seeds one call should take, for these arguments."""
        if self.program.carried is None:
            return 1
        key = tuple([getattr(value, "shape", None) for value in values])
        if key not in self._most or self._holds_more:
            self._most[key] = self._bounded(self.program.carried, values)
        return self._most[key]

    def _bounded(self, carried: Carried, values: Sequence[Any]) -> int:
        sizes: dict[Symbol, int] = {}
        for type_, value in zip(self.inputs, values, strict=True):
            _bind(type_, value, sizes)
        largest = max((_size(shape, sizes) for shape in carried.shapes), default=1)
        most = max(1, FAST // max(1, largest), min(ENOUGH, MOST // max(1, largest)))
        return min(most, GROWING) if carried.grows else most


def _bind(type_: Type, value: Any, sizes: dict[Symbol, int]) -> None:
    """Learn what the sizes in a type are."""
    if isinstance(type_, Array):
        for dim, size in zip(type_.shape or (), np.shape(value), strict=False):
            if isinstance(dim, Affine) and len(dim.terms) == 1 and dim.terms[0][1] == 1:
                sizes[dim.terms[0][0]] = size - dim.const
    elif isinstance(type_, (Tuple, Dict)):
        items = enumerate(type_.items) if isinstance(type_, Tuple) else type_.items
        for key, item in items:
            _bind(item, value[key], sizes)


def _size(shape: Sequence[Dim], sizes: dict[Symbol, int]) -> int:
    """About how many numbers an array holds; a size that is not known is taken for the largest one."""
    unknown = max(sizes.values(), default=1)
    total = 1
    for dim in shape:
        terms = dim.terms if isinstance(dim, Affine) else ()
        const = dim.const if isinstance(dim, Affine) else dim
        total *= max(1, const + sum(factor * sizes.get(symbol, unknown) for symbol, factor in terms))
    return total


class ManySeeds(Transformed):
    """What takes many seeds at given arguments."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What takes the seeds at these arguments, and what is known before there are any."""
        return self.at(self.arguments(args, kwargs))

    def at(self, given: tuple[Any, ...]) -> Any:
        """The same, at the values of all parameters."""
        raise NotImplementedError

    def _made_at(self, given: tuple[Any, ...]) -> Any:
        """What the function that is compiled for such arguments gives."""
        find = self._dispatcher
        return find(*given) if find.plain else self._spread_call(*find.find(given))


class Pullbacks(ManySeeds):
    """The value of a function, and at that point the pullback of many cotangents."""

    def __init__(self, function: Any, wrt: Wrt, holomorphic: bool = False) -> None:
        want = partial(Want, split=True, seeds=True, holomorphic=holomorphic)
        super().__init__(function, wrt, want, "numpy")

    def _program(self, inputs: Sequence[Type]) -> Program:
        compilation = Compilation()
        with compilation.running():
            return compilation.vector_jacobian(self._differentiated(inputs, compilation), inputs, self._want, True)

    def _compile(self, inputs: Sequence[Type]) -> Compiled:
        program = self._program(inputs)
        functions = loaded(program, self._backend)
        forward, sweep = functions[program.entry], Sweep(program, inputs, functions[program.second])

        def both(*args: Any, **kwargs: Any) -> Any:
            return sweep, *forward(*args, **kwargs)

        return Compiled(program, both)

    def at(self, given: tuple[Any, ...]) -> tuple[Any, PulledTogether]:
        """The value at these arguments, and what pulls cotangents back from it."""
        sweep, value, residual = self._made_at(given)
        return value, PulledTogether(sweep, given, residual, len(self._positions))


class PulledTogether:
    """The pullback of many cotangents at a point."""

    def __init__(self, sweep: Sweep, given: Sequence[Any], residual: Any, count: int) -> None:
        self.program = sweep.program
        self._pull = sweep.function
        self._residual = residual
        self._count = count
        self.most = sweep.most(given)

    def __call__(self, seeds: Any) -> tuple[np.ndarray, ...]:
        """The cotangents of each argument, for cotangents of the value: one for each seed."""
        if self.program.carried is not None:
            return self._each(self._pull(self._residual, seeds))
        found = [self._each(self._pull(self._residual, one)) for one in one_by_one(seeds)]
        return tuple(map(together, zip(*found, strict=True)))

    def _each(self, found: Any) -> tuple[Any, ...]:
        return found if self._count > 1 else (found,)


class Pushforwards(ManySeeds):
    """The value of a function and its tangents along many tangents of one argument."""

    def __init__(self, function: Any, position: int, holomorphic: bool = False) -> None:
        super().__init__(function, position, partial(Want, value=True, seeds=True, holomorphic=holomorphic), "numpy")
        kinds = [p.kind for p in signature_of(self._function).parameters.values()]
        self._before = sum(kind not in (kind.KEYWORD_ONLY, kind.VAR_KEYWORD) for kind in kinds)

    def _program(self, inputs: Sequence[Type]) -> Program:
        compilation = Compilation()
        before, tangent = self._before, tangent_type(inputs[self._positions[0]])
        given = (*inputs[:before], tangent, *inputs[before:])
        with compilation.running():
            function = self._differentiated(inputs, compilation)
            return compilation.pushforward(function, given, replace(self._want, before=before))

    def _compile(self, inputs: Sequence[Type]) -> Compiled:
        program = self._program(inputs)
        sweep = Sweep(program, inputs, loaded(program, self._backend)[program.entry])
        name = list(inspect.signature(sweep.function).parameters)[self._before]  # of the tangents

        def bound(*args: Any, **kwargs: Any) -> Any:
            return sweep, lambda tangents: sweep.function(*args, **{name: tangents}, **kwargs)

        return Compiled(program, bound)

    def at(self, given: tuple[Any, ...]) -> PushedTogether:
        """What pushes tangents forward at these arguments."""
        sweep, run = self._made_at(given)
        return PushedTogether(sweep, run, given)


class PushedTogether:
    """The pushforward of many tangents of one argument at a point."""

    def __init__(self, sweep: Sweep, run: Callable[[Any], tuple[Any, Any]], given: Sequence[Any]) -> None:
        self.program = sweep.program
        self.most = sweep.most(given)
        self._run = run

    def __call__(self, seeds: Any) -> tuple[Any, Any]:
        """The value, and its tangent along each tangent of the argument."""
        if self.program.carried is not None:
            return self._run(seeds)
        found = [self._run(one) for one in one_by_one(seeds)]
        return found[-1][0], together([tangent for _, tangent in found])
