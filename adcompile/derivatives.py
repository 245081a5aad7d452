"""`jacobian`, `hessian` and `hvp`: derivatives that take more than one sweep, or two modes.

A Jacobian is made of columns by forward mode, or of rows by reverse mode, whichever are fewer.
A sweep makes many of them at once, if the program allows it. The arrays that the sweeps start
from are made once.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np

from adcompile.api import Wrt, grad
from adcompile.errors import UsageError
from adcompile.frontend.transformations import Emission, transformation, transformation_along
from adcompile.ir.types import Type
from adcompile.jacobian_within import ONCE, JacobianWithin
from adcompile.pushforward import JacobianVector, jvp
from adcompile.signature import signature_of
from adcompile.sparsity import SparseJacobian
from adcompile.together import Pullbacks, PulledTogether, Pushforwards
from adcompile.unit_vectors import Numbers, leaves_of, numbers_of, parts_of, with_leaves
from adcompile.vector_jacobian import vjp
from adcompile.within import Emissions

MODES = ("auto", "forward", "reverse")


class Jacobian:
    """The Jacobian of a function; made by `jacobian` and `hessian`."""

    def __init__(self, function: Any, wrt: Wrt, mode: str, square: bool = False) -> None:
        self._mode = known_mode(mode)
        self._square = square  # it has as many rows as columns
        self._several = isinstance(wrt, (tuple, list))
        self._reverse = Pullbacks(function, wrt if self._several else (wrt,))  # type: ignore[arg-type]
        self._forward = [Pushforwards(function, i) for i in self._reverse.positions]
        self._latest: Any = self._forward[0] if mode == "forward" else self._reverse
        self.__name__, self.__doc__ = self._reverse.__name__, self._reverse.__doc__
        self.__wrapped__ = function
        self.__signature__ = signature_of(self._reverse.parameters_of)
        forward = [jvp(function, i) for i in self._reverse.positions]
        within = JacobianWithin(vjp(function, self._reverse.positions), forward, mode, square, self._several)
        self._within = Emissions(self.__name__, within.called)

    is_pullback = False

    def __adcompile__(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> Emission:
        """What a call with arguments of these types is a call of, within a program."""
        return self._within.at(args, kwargs)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments.

        Raises:
            UsageError: for an argument in `wrt`, or a result, that is neither a number nor an
                array; for mode='forward', if the function has effects.
        """
        given = self._reverse.arguments(args, kwargs)
        inputs = [numbers_of(given[i], "an argument") for i in self._reverse.positions]
        columns = sum([one.size for one in inputs])
        if columns and (self._mode == "forward" or (self._mode == "auto" and self._square)):
            found = self._by_columns(given, inputs)
            if found is not None:
                return found
        self._latest = self._reverse
        value, pulled = self._reverse.at(given)
        results = [numbers_of(leaf, "a result") for leaf in leaves_of(value)]
        rows = sum([result.size for result in results])
        if self._mode == "auto" and 0 < columns <= rows and pulled.program.repeatable:
            found = self._by_columns(given, inputs)
            if found is not None:
                return found
        return self._structured(value, self._by_rows(value, results, pulled, inputs))

    def _by_rows(
        self, value: Any, results: list[Numbers], pulled: PulledTogether, inputs: list[Numbers]
    ) -> list[list[np.ndarray]]:
        """The Jacobian of each result by each argument, by reverse mode."""
        starts = [0, *itertools.accumulate([result.size for result in results])]
        parts = parts_of(starts.pop(), pulled.most)
        units = [result.units(parts, first) for result, first in zip(results, starts, strict=True)]
        if len(results) == len(inputs) == len(parts) == 1:
            (rows,) = pulled(with_leaves(value, units[0]))
            return [[results[0].from_rows(inputs[0], rows)]]
        blocks = [[result.by(one) for one in inputs] for result in results]
        for (start, stop), *seeds in zip(parts, *units, strict=True):
            cotangents = pulled(with_leaves(value, iter(seeds)))
            for made, result, first in zip(blocks, results, starts, strict=True):
                low, high = max(start, first), min(stop, first + result.size)
                for block, one, cotangent in zip(made, inputs, cotangents, strict=True) if low < high else ():
                    rows = block.reshape(result.size, one.size)[low - first : high - first]
                    rows[...] = cotangent[low - start : high - start].reshape(high - low, one.size)
        return blocks

    def _by_columns(self, given: tuple[Any, ...], inputs: list[Numbers]) -> Any:
        """The Jacobian by forward mode; None if that would repeat more than computing, and need not be."""
        value: Any = None
        results: list[Numbers] = []
        by_argument: list[list[np.ndarray]] = []
        for forward, one in zip(self._forward, inputs, strict=True):
            pushed = forward.at(given)
            if not pushed.program.repeatable and self._mode == "auto":
                return None
            if not pushed.program.repeatable:
                raise UsageError(ONCE)
            self._latest = forward
            blocks: list[np.ndarray] = []
            parts = parts_of(one.size, pushed.most)
            for (start, stop), units in zip(parts, one.units(parts), strict=True):
                value, tangent = pushed(units)
                results = results or [numbers_of(leaf, "a result") for leaf in leaves_of(value)]
                tangents = zip(results, leaves_of(tangent), strict=True)
                if len(parts) == 1:
                    blocks = [result.from_columns(one, columns) for result, columns in tangents]
                    break
                blocks = blocks or [result.by(one) for result in results]
                for block, (result, columns) in zip(blocks, tangents, strict=True):
                    block.reshape(result.size, one.size)[:, start:stop] = columns.reshape(stop - start, result.size).T
            by_argument.append(blocks)
        filled = [made or [result.by(one) for result in results] for made, one in zip(by_argument, inputs, strict=True)]
        return self._structured(value, list(zip(*filled, strict=True)))

    def _structured(self, value: Any, blocks: Sequence[Sequence[np.ndarray]]) -> Any:
        """The blocks in the structure of the value, for several `wrt` a tuple of each."""
        if self._several:
            return with_leaves(value, iter([tuple([block[()] for block in of_one]) for of_one in blocks]))
        return with_leaves(value, iter([block[()] for (block,) in blocks]))

    @property
    def source(self) -> str:
        """The text of the program that made the latest sweeps."""
        return str(self._latest.source)

    def __repr__(self) -> str:
        return f"<adcompile {type(self).__name__} of {self.__name__}>"


def known_mode(mode: str) -> str:
    """A mode that there is.

    Raises:
        UsageError: if there is none of this name.
    """
    if mode not in MODES:
        raise UsageError(f"mode={mode!r}: there are {', '.join(map(repr, MODES))}")
    return mode


@overload
def jacobian(f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: None = None, check: bool = True) -> Jacobian: ...


@overload
def jacobian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: Any, check: bool = True
) -> SparseJacobian: ...


@transformation
def jacobian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: Any = None, check: bool = True
) -> Jacobian | SparseJacobian:
    """The Jacobian of `f`, a function that returns an array, or several.

    `jacobian(f)(*args)` has the shape `out.shape + x.shape`: element `[i, ..., j, ...]` is the
    derivative of `out[i, ...]` by `x[j, ...]`.

    Args:
        f: a Python function of numbers and arrays, and of anything that is not in `wrt`.
        wrt: what to differentiate by: a parameter's position or name, or a tuple of them (then
            the result is a tuple, one Jacobian for each).
        mode: 'forward' makes the columns of the Jacobian, one for each number in the arguments;
            'reverse' its rows, one for each number in the result; 'auto' takes what is fewer, and
            'reverse' for a function that has effects or draws random numbers.
        sparsity: 'auto' finds where the Jacobian may have entries, and makes a `scipy.sparse.csr_array`
            of shape `(out.size, x.size)`, arrays of other dimensions flattened in C order, from one seed
            for each group of columns (or rows) that share none of their rows. Or the pattern itself: a
            sparse or boolean matrix of that shape. An entry that it lacks would give wrong numbers.
        check: compare the Jacobian of a given pattern with the derivative along a random vector, and
            refuse the pattern if they differ. It costs a seed.

    Returns:
        A function of the arguments of `f`. Where `f` returns a list, tuple or dict, so does it,
        with a Jacobian in place of each array. Its dtype is float64, or float32 where argument
        and result are.

    Raises:
        UsageError: for a wrong `wrt` or `mode`, or an argument that has no derivative.
        Refused: where `f` cannot be differentiated, with every place in it.
    """
    if sparsity is not None:
        return SparseJacobian(f, wrt, known_mode(mode), sparsity, check)
    return Jacobian(f, wrt, mode)


@overload
def hessian(f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: None = None, check: bool = True) -> Jacobian: ...


@overload
def hessian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: Any, check: bool = True
) -> SparseJacobian: ...


@transformation
def hessian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: Any = None, check: bool = True
) -> Jacobian | SparseJacobian:
    """The matrix of second derivatives of `f`, a function that returns one real number.

    `hessian(f)(*args)` has the shape `x.shape + x.shape`. For several `wrt` it is a tuple of
    tuples: `[i][j]` is the second derivative by parameter `i` and then by parameter `j`.

    Args:
        f: a Python function.
        wrt: what to differentiate by: a parameter's position or name, or a tuple of them.
        mode: 'forward' is forward mode over the gradient, 'reverse' reverse mode over it; 'auto' is
            'forward', but for a function that has effects or draws random numbers.
        sparsity, check: as for `jacobian`; the Hessian is a `csr_array` of shape `(x.size, x.size)`.

    Raises:
        UsageError: for a wrong `wrt` or `mode`, or an argument that has no derivative.
        Refused: where `f` cannot be differentiated twice, with every place in it.
    """
    if sparsity is not None:
        return SparseJacobian(grad(f, wrt), wrt, known_mode(mode), sparsity, check, square=True)
    return Jacobian(grad(f, wrt), wrt, mode, square=True)


class HessianVector(JacobianVector):
    """The Hessian times a vector; made by `hvp`."""

    has_value = False


@transformation_along
def hvp(f: Any, /, wrt: Wrt = 0) -> HessianVector:
    """The Hessian of `f`, a function that returns one real number, times a vector.

    `hvp(f)(*args, v)` gives `H @ v`, by forward mode over the gradient, at a small multiple of its
    cost: the arguments of `f`, and behind them the vector, of the shape of the argument. For
    several `wrt` both `v` and the result are tuples. (SciPy's `hessp=` puts the vector before the
    other arguments: that is `hessp(f)`.)

    Raises:
        UsageError: for a wrong `wrt`, an argument without derivative, or a vector that does not
            fit it.
        Refused: where `f` cannot be differentiated twice, with every place in it.
    """
    return HessianVector(grad(f, wrt), wrt)


class HessianProduct:
    """The Hessian times a vector in SciPy's order of arguments; made by `hessp`."""

    def __init__(self, function: Any) -> None:
        self._product = hvp(function)
        self.__name__, self.__doc__ = self._product.__name__, self._product.__doc__
        self.__wrapped__ = function

    def __call__(self, x: Any, p: Any, /, *args: Any) -> Any:
        """`H @ p` at `x`, and what else the function takes."""
        return self._product(x, *args, p)

    @property
    def source(self) -> str:
        """The text of the program that was compiled last."""
        return self._product.source

    def __repr__(self) -> str:
        return f"<adcompile HessianProduct of {self.__name__}>"


def hessp(f: Any, /) -> HessianProduct:
    """The Hessian of `f` by its first argument, times a vector, as `hessp=` of
    `scipy.optimize.minimize` calls it: `hessp(f)(x, p, *args)` gives `H @ p`.

    `hvp(f)` takes the vector last, and serves as well where `f` takes `x` alone.

    Raises:
        UsageError: if `f` cannot be differentiated by its first argument.
        Refused: where `f` cannot be differentiated twice, with every place in it.
    """
    return HessianProduct(f)
