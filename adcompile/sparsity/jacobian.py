"""`jacobian(f, sparsity=...)`: the Jacobian as a sparse matrix, at a seed for each colour."""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from adcompile.errors import Refused, UsageError
from adcompile.frontend.transformations import Emission
from adcompile.ir.types import Type
from adcompile.sparsity.found import EFFECTS, FoundSparsity, Sparsity, given_sparsity
from adcompile.sparsity.recover import Product, check_sparsity, entries_by_columns, entries_by_rows
from adcompile.sparsity.symmetric import Symmetric, symmetric_form
from adcompile.together import Pullbacks, Pushforwards
from adcompile.transformed import Wrt
from adcompile.unit_vectors import leaves_of, with_leaves

WITHIN = (
    "a sparse Jacobian is a matrix of scipy.sparse, of which no derivative is known; in a differentiated function "
    "leave out sparsity=, or use jvp, hvp or vjp for its products with vectors"
)
NUMBERS = (bool, int, float, complex, np.integer, np.inexact, np.ndarray)


class SparseJacobian:
    """The Jacobian of a function as a `scipy.sparse.csr_array`; made by `jacobian` and `hessian`.

    `seeds` is the number of seeds that the sweeps of the latest call started from: one for each colour,
    and one to check a given sparsity. A sweep carries many of them, if the program allows it.
    """

    is_pullback = False

    def __init__(self, function: Any, wrt: Wrt, mode: str, sparsity: Any, check: bool, square: bool = False) -> None:
        if importlib.util.find_spec("scipy") is None:
            raise UsageError("sparsity= makes matrices of scipy.sparse; install it: pip install adcompile[scipy]")
        self._several = isinstance(wrt, (tuple, list))
        names: Any = wrt if self._several else (wrt,)
        bound = Pullbacks(function, names)
        each = isinstance(sparsity, (tuple, list)) and len(sparsity) == len(names)
        if self._several and not each and not _is_auto(sparsity):
            raise UsageError(f"sparsity= for a tuple of arguments is 'auto', or a tuple of {len(names)} matrices")
        given = sparsity if self._several and each else [sparsity] * len(names)
        self._by_argument = [
            _ByArgument(function, position, mode, one, check, square)
            for position, one in zip(bound.positions, given, strict=True)
        ]
        self._arguments = bound.arguments
        self.__name__, self.__doc__ = bound.__name__, bound.__doc__
        self.__wrapped__ = function

    def __adcompile__(self, args: Sequence[Type], kwargs: Mapping[str, Type]) -> Emission:
        """It has no place within a program.

        Raises:
            UsageError: always.
        """
        raise UsageError(WITHIN)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments: a `csr_array` of shape `(out.size, x.size)`, one for each of
        several results in the structure of what the function returns, for several `wrt` a tuple of each.

        Raises:
            UsageError: for an argument or a result that is neither a number nor an array, for a
                function with effects, or for a given sparsity that does not fit.
        """
        given = self._arguments(args, kwargs)
        return self._structured([one.made(args, kwargs, given) for one in self._by_argument])

    def sparsity(self, *args: Any, **kwargs: Any) -> Any:
        """Where the Jacobian at these arguments may have entries: a boolean `csr_array` in the place of each."""
        given = self._arguments(args, kwargs)
        found = [one.at(args, kwargs, given) for one in self._by_argument]
        return self._structured([(one, one.matrix.copy()) for one in found])

    def _structured(self, made: Sequence[tuple[Sparsity, Any]]) -> Any:
        """The matrices, by each argument, cut into those of each result."""
        sizes = made[0][0].sizes
        if sizes is None:
            return tuple([matrix for _, matrix in made]) if self._several else made[0][1]
        stops = list(itertools.accumulate(leaves_of(sizes)))
        blocks = [[matrix[start:stop] for _, matrix in made] for start, stop in zip([0, *stops], stops, strict=False)]
        return with_leaves(sizes, iter([tuple(block) if self._several else block[0] for block in blocks]))

    @property
    def seeds(self) -> int:
        """How many seeds the sweeps of the latest call started from."""
        return sum(one.seeds for one in self._by_argument)

    @property
    def searches(self) -> int:
        """How many of the calls so far looked for the sparsity anew, by each argument."""
        return sum(one.searches for one in self._by_argument)

    @property
    def source(self) -> str:
        """The text of the program that made the latest sweeps."""
        return self._by_argument[-1].source

    def __repr__(self) -> str:
        return f"<adcompile {type(self).__name__} of {self.__name__}>"


class _ByArgument:
    """The Jacobian by one argument, the rows of several results one below the other."""

    def __init__(self, function: Any, position: int, mode: str, sparsity: Any, check: bool, square: bool) -> None:
        self._mode = "forward" if mode == "auto" and square else mode
        self._only_forward = mode == "forward"
        self._square = square
        self._form: tuple[Sparsity | None, Symmetric | None] = (None, None)  # of the latest sparsity
        self._reverse = Pullbacks(function, (position,))
        self._forward = Pushforwards(function, position)
        self._position = position
        self._given = None if _is_auto(sparsity) else given_sparsity(sparsity)
        self._found = FoundSparsity(function, position) if _is_auto(sparsity) else None
        self._check = check and not _is_auto(sparsity)
        self._latest: Any = self._forward
        self.seeds = 0

    def made(self, args: tuple[Any, ...], kwargs: dict[str, Any], given: tuple[Any, ...]) -> tuple[Sparsity, Any]:
        """The sparsity and the Jacobian at these arguments; `given` are the values of all parameters."""
        sparsity = self.at(args, kwargs, given)
        by_rows = self._mode == "reverse" or (self._mode == "auto" and sparsity.prefers_rows())
        try:
            product, dtype = self._pulled(sparsity, given) if by_rows else self._pushed(sparsity, given)
        except Refused:
            if by_rows or self._only_forward:
                raise
            self._mode, by_rows = "reverse", True
            product, dtype = self._pulled(sparsity, given)
        form = None if by_rows else self._symmetric_form(sparsity)
        made = form.filled(product, dtype) if form is not None else None
        if made is None:
            made = sparsity.filled((entries_by_rows if by_rows else entries_by_columns)(sparsity, product, dtype))
            if self._check:
                check_sparsity(made.T if by_rows else made, product, "column" if by_rows else "row")
        self.seeds = product.seeds
        return sparsity, made

    def at(self, args: tuple[Any, ...], kwargs: dict[str, Any], given: tuple[Any, ...]) -> Sparsity:
        """The sparsity at these arguments."""
        x = given[self._position]
        _require_numbers(x, "the argument")
        if self._found is not None:
            return self._found.at(args, kwargs, x)
        assert self._given is not None
        columns = self._given.matrix.shape[1]
        if columns != np.size(x):
            raise UsageError(f"sparsity= has {columns} columns, and the argument {np.size(x)} numbers")
        return self._given

    def _symmetric_form(self, sparsity: Sparsity) -> Symmetric | None:
        """How to read a Hessian from fewer seeds, if it has a form for that."""
        if not self._square:
            return None
        of, form = self._form
        if of is not sparsity:
            form = symmetric_form(sparsity)
            self._form = sparsity, form
        return form

    def _pushed(self, sparsity: Sparsity, given: tuple[Any, ...]) -> tuple[Product, Any]:
        """The product of the Jacobian and vectors, by forward mode, and the dtype that it has at least."""
        pushed = self._forward.at(given)
        if not pushed.program.repeatable:
            raise UsageError(EFFECTS)
        self._latest = self._forward

        def run(vectors: np.ndarray) -> np.ndarray:
            value, tangents = pushed(_shaped(vectors, given[self._position]))
            _require_rows(value, sparsity)
            return np.concatenate([np.reshape(some, (len(vectors), -1)) for some in leaves_of(tangents)], axis=1)

        return Product(run, pushed.most), _dtype_of(given[self._position])

    def _pulled(self, sparsity: Sparsity, given: tuple[Any, ...]) -> tuple[Product, Any]:
        """The product of the transposed Jacobian and vectors, by reverse mode, and the dtype of both."""
        value, pulled = self._reverse.at(given)
        _require_rows(value, sparsity)
        self._latest = self._reverse
        results = leaves_of(value)
        stops = list(itertools.accumulate(map(np.size, results)))

        def run(vectors: np.ndarray) -> np.ndarray:
            cut = np.split(vectors, stops[:-1], axis=1)
            (cotangents,) = pulled(with_leaves(value, map(_shaped, cut, results)))
            return np.reshape(cotangents, (len(vectors), -1))

        dtype = np.result_type(*map(_dtype_of, (given[self._position], *results)))
        return Product(run, pulled.most), dtype

    @property
    def searches(self) -> int:
        """How many of the calls so far looked for the sparsity anew."""
        return self._found.runs if self._found is not None else 0

    @property
    def source(self) -> str:
        """The text of the program that made the latest sweeps."""
        return str(self._latest.source)


def _is_auto(sparsity: Any) -> bool:
    return isinstance(sparsity, str) and sparsity == "auto"


def _require_numbers(value: Any, what: str) -> None:
    if not isinstance(value, NUMBERS):
        raise UsageError(f"{what} is of type {type(value).__name__}; a sparse Jacobian is of numbers and arrays")
    if np.iscomplexobj(value):
        raise UsageError(f"{what} is complex; a sparse Jacobian is of real numbers: take z.real and z.imag")


def _require_rows(value: Any, sparsity: Sparsity) -> None:
    results = [value] if sparsity.sizes is None else leaves_of(value)
    for result in results:
        _require_numbers(result, "the result")
    rows, numbers = sparsity.matrix.shape[0], sum(map(np.size, results))
    if rows != numbers:
        raise UsageError(f"sparsity= has {rows} rows, and the result {numbers} numbers")


def _shaped(vectors: np.ndarray, like: Any) -> np.ndarray:
    """Vectors in the shape of an argument or a result, and in its dtype."""
    return vectors.reshape(len(vectors), *np.shape(like)).astype(_dtype_of(like))


def _dtype_of(value: Any) -> Any:
    """The dtype of the derivatives of an argument or a result."""
    return value.dtype if isinstance(value, (np.ndarray, np.floating)) and value.dtype.kind == "f" else np.dtype(float)
