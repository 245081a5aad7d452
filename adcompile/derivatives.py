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

from adcompile.api import grad
from adcompile.errors import Refused, UsageError
from adcompile.frontend.transformations import Emission, transformation, transformation_along
from adcompile.ir.types import Type
from adcompile.jacobian_within import ONCE, JacobianWithin
from adcompile.pushforward import JacobianVector, jvp
from adcompile.signature import signature_of
from adcompile.sparsity import SparseJacobian
from adcompile.together import Pullbacks, PulledTogether, PushedTogether, Pushforwards
from adcompile.transformed import Wrt
from adcompile.unit_vectors import Numbers, check_one_complex, leaves_of, numbers_of, parts_of, with_leaves
from adcompile.vector_jacobian import vjp
from adcompile.within import Emissions

MODES = ("auto", "forward", "reverse")


class Jacobian:
    """The Jacobian of a function; made by `jacobian` and `hessian`."""

    def __init__(
        self, function: Any, wrt: Wrt, mode: str, holomorphic: bool, square: bool = False
    ) -> None:
        self._mode = known_mode(mode)
        self._holomorphic = holomorphic
        self._square = square  # it has as many rows as columns
        self._several = isinstance(wrt, (tuple, list))
        names: Any = wrt if self._several else (wrt,)
        self._reverse = Pullbacks(function, names, holomorphic)
        self._forward = [Pushforwards(function, i, holomorphic) for i in self._reverse.positions]
        self._latest: Any = self._forward[0] if mode == "forward" else self._reverse
        self.__name__, self.__doc__ = self._reverse.__name__, self._reverse.__doc__
        self.__wrapped__ = function
        self.__signature__ = signature_of(self._reverse.parameters_of)
        forward = [jvp(function, i) for i in self._reverse.positions]
        within = JacobianWithin(
            vjp(function, self._reverse.positions), forward, mode, square, self._several, holomorphic
        )
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
        inputs = [numbers_of(given[i], "an argument", self._holomorphic) for i in self._reverse.positions]
        columns = sum([one.count for one in inputs])
        if columns and (self._mode == "forward" or (self._mode == "auto" and self._square)):
            found = self._by_columns(given, inputs)
            if found is not None:
                return found
        self._latest = self._reverse
        value, pulled = self._reverse.at(given)
        results = self._results(value, inputs)
        rows = sum([result.count for result in results])
        if self._mode == "auto" and 0 < columns <= rows and pulled.program.repeatable:
            found = self._by_columns(given, inputs)
            if found is not None:
                return found
        return self._structured(value, self._by_rows(value, results, pulled, inputs))

    def _results(self, value: Any, inputs: list[Numbers]) -> list[Numbers]:
        """The numbers of each array in the value."""
        results = [numbers_of(leaf, "a result", self._holomorphic) for leaf in leaves_of(value)]
        check_one_complex(inputs, results)
        return results

    def _by_rows(
        self, value: Any, results: list[Numbers], pulled: PulledTogether, inputs: list[Numbers]
    ) -> list[list[np.ndarray]]:
        """The Jacobian of each result by each argument, by reverse mode."""
        starts = [0, *itertools.accumulate([result.count for result in results])]
        parts = parts_of(starts.pop(), pulled.most)
        units = [result.units(parts, first) for result, first in zip(results, starts, strict=True)]
        if len(results) == len(inputs) == len(parts) == 1:
            (rows,) = pulled(with_leaves(value, units[0]))
            return [[results[0].from_rows(inputs[0], rows)]]
        swept = [[result.rows_by(one) for one in inputs] for result in results]
        for (start, stop), *seeds in zip(parts, *units, strict=True):
            cotangents = pulled(with_leaves(value, iter(seeds)))
            for made, result, first in zip(swept, results, starts, strict=True):
                low, high = max(start, first), min(stop, first + result.count)
                for rows, one, cotangent in zip(made, inputs, cotangents, strict=True) if low < high else ():
                    rows[low - first : high - first] = cotangent[low - start : high - start].reshape(-1, one.size)
        return [
            [result.from_rows(one, rows) for one, rows in zip(inputs, made, strict=True)]
            for result, made in zip(results, swept, strict=True)
        ]

    def _by_columns(self, given: tuple[Any, ...], inputs: list[Numbers]) -> Any:
        """The Jacobian by forward mode; None if that is refused, or would repeat more than computing, and
        need not be."""
        try:
            pushed = [forward.at(given) for forward in self._forward]
        except Refused:
            if self._mode == "forward":
                raise
            self._mode = "reverse"  # which knows rules without a pushforward, and blocks of grad_of
            return None
        once = [one for one in pushed if not one.program.repeatable]
        if once and self._mode == "auto":
            return None
        if once:
            raise UsageError(ONCE)
        self._latest = self._forward[-1]
        value: Any = None
        results: list[Numbers] = []
        swept = []
        for push, one in zip(pushed, inputs, strict=True):
            found, numbers, columns = self._columns(push, one, inputs)
            if one.count:
                value, results = found, numbers
            swept.append(columns)
        pairs = list(zip(inputs, swept, strict=True))
        blocks = [
            [result.from_columns(one, some[k] if some else result.columns_by(one)) for one, some in pairs]
            for k, result in enumerate(results)
        ]
        return self._structured(value, blocks)

    def _columns(
        self, pushed: PushedTogether, one: Numbers, inputs: list[Numbers]
    ) -> tuple[Any, list[Numbers], list[np.ndarray]]:
        """The value with its numbers, and the columns of each result's Jacobian by one argument; nothing,
        if there is nothing in the argument."""
        value: Any = None
        results: list[Numbers] = []
        swept: list[np.ndarray] = []
        parts = parts_of(one.count, pushed.most)
        for (start, stop), units in zip(parts, one.units(parts), strict=True):
            value, tangent = pushed(units)
            results = results or self._results(value, inputs)
            found = [t.reshape(stop - start, r.size).T for t, r in zip(leaves_of(tangent), results, strict=True)]
            if len(parts) == 1:
                return value, results, found
            swept = swept or [result.columns_by(one) for result in results]
            for columns, some in zip(swept, found, strict=True):
                columns[:, start:stop] = some
        return value, results, swept

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
def jacobian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: None = None, check: bool = True, holomorphic: bool = False
) -> Jacobian: ...


@overload
def jacobian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: Any, check: bool = True, holomorphic: bool = False
) -> SparseJacobian: ...


@transformation
def jacobian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: Any = None, check: bool = True, holomorphic: bool = False
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
            'reverse' for a function that has effects or draws random numbers, or that forward mode refuses.
        sparsity: 'auto' finds where the Jacobian may have entries, and makes a `scipy.sparse.csr_array`
            of shape `(out.size, x.size)`, arrays of other dimensions flattened in C order, from one seed
            for each group of columns (or rows) that share none of their rows. Or the pattern itself: a
            sparse or boolean matrix of that shape (for several `wrt` a tuple of them; of one result
            only). An entry that it lacks would give wrong numbers.
        check: compare the Jacobian of a given pattern with the derivative along a random vector, and
            refuse the pattern if they differ. It costs a seed.
        holomorphic: `f` takes and returns complex numbers, and is complex differentiable: the
            derivative is one complex number for each pair of them.

    Returns:
        A function of the arguments of `f`. Where `f` returns a list, tuple or dict, so does it,
        with a Jacobian in place of each array. Its dtype is float64, or float32 where argument
        and result are. It is complex where one of the two is: by `z = x + 1j*y` the derivative of a
        real result is `df/dx - 1j * df/dy`, as a gradient is.

    Raises:
        UsageError: for a wrong `wrt` or `mode`, or an argument that has no derivative.
        Refused: where `f` cannot be differentiated, with every place in it.
    """
    if sparsity is not None:
        _check_dense(holomorphic)
        return SparseJacobian(f, wrt, known_mode(mode), sparsity, check)
    return Jacobian(f, wrt, mode, holomorphic)


@overload
def hessian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: None = None, check: bool = True, holomorphic: bool = False
) -> Jacobian: ...


@overload
def hessian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: Any, check: bool = True, holomorphic: bool = False
) -> SparseJacobian: ...


@transformation
def hessian(
    f: Any, /, wrt: Wrt = 0, mode: str = "auto", *, sparsity: Any = None, check: bool = True, holomorphic: bool = False
) -> Jacobian | SparseJacobian:
    """The matrix of second derivatives of `f`, a function that returns one real number.

    `hessian(f)(*args)` has the shape `x.shape + x.shape`. For several `wrt` it is a tuple of
    tuples: `[i][j]` is the second derivative by parameter `i` and then by parameter `j`.

    Args:
        f: a Python function.
        wrt: what to differentiate by: a parameter's position or name, or a tuple of them.
        mode: 'forward' is forward mode over the gradient, 'reverse' reverse mode over it; 'auto' is
            'forward', but for a function that has effects or draws random numbers, or that forward
            mode refuses.
        sparsity, check: as for `jacobian`; the Hessian is a `csr_array` of shape `(x.size, x.size)`, and
            for several `wrt` a tuple of tuples of them.
        holomorphic: `f` is a holomorphic function, of complex numbers and with a complex result.

    Raises:
        UsageError: for a wrong `wrt` or `mode`, or an argument that has no derivative.
        Refused: where `f` cannot be differentiated twice, with every place in it.
    """
    if sparsity is not None:
        _check_dense(holomorphic)
        return SparseJacobian(grad(f, wrt), wrt, known_mode(mode), sparsity, check, square=True)
    return Jacobian(grad(f, wrt, holomorphic=holomorphic), wrt, mode, holomorphic, square=True)


def _check_dense(holomorphic: bool) -> None:
    if holomorphic:
        raise UsageError("sparsity= is for real numbers; leave it out with holomorphic=True")


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
