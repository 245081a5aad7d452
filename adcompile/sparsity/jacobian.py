"""`jacobian(f, sparsity=...)`: the Jacobian as a sparse matrix, at a seed for each colour."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from adcompile.api import Wrt
from adcompile.errors import UsageError
from adcompile.sparsity.found import EFFECTS, FoundSparsity, Sparsity, given_sparsity
from adcompile.sparsity.recover import Product, check_sparsity, entries_by_columns, entries_by_rows
from adcompile.sparsity.symmetric import Symmetric, symmetric_form
from adcompile.together import Pullbacks, Pushforwards

NUMBERS = (bool, int, float, complex, np.integer, np.inexact, np.ndarray)


class SparseJacobian:
    """The Jacobian of a function as a `scipy.sparse.csr_array`; made by `jacobian` and `hessian`.

    `seeds` is the number of seeds that the sweeps of the latest call started from: one for each colour,
    and one to check a given sparsity. A sweep carries many of them, if the program allows it.
    """

    def __init__(self, function: Any, wrt: Wrt, mode: str, sparsity: Any, check: bool, square: bool = False) -> None:
        if importlib.util.find_spec("scipy") is None:
            raise UsageError("sparsity= makes matrices of scipy.sparse; install it: pip install adcompile[scipy]")
        if not isinstance(wrt, (int, str)):
            raise UsageError("sparsity= is for one argument; make a sparse Jacobian for each")
        self._mode = "forward" if mode == "auto" and square else mode
        self._square = square
        self._form: tuple[Sparsity | None, Symmetric | None] = (None, None)  # of the latest sparsity
        self._reverse = Pullbacks(function, (wrt,))
        (self._position,) = self._reverse.positions
        self._forward = Pushforwards(function, self._position)
        auto = isinstance(sparsity, str) and sparsity == "auto"
        self._given = None if auto else given_sparsity(sparsity)
        self._found = FoundSparsity(function, self._position) if auto else None
        self._check = check and not auto
        self._latest: Any = self._forward
        self.seeds = 0
        self.__name__, self.__doc__ = self._reverse.__name__, self._reverse.__doc__
        self.__wrapped__ = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The Jacobian at these arguments: a `csr_array` of shape `(out.size, x.size)`.

        Raises:
            UsageError: for an argument or a result that is neither a number nor an array, for a
                function with effects, or for a given sparsity that does not fit.
        """
        sparsity, x = self._at(args, kwargs)
        dtype = x.dtype if isinstance(x, np.ndarray) and x.dtype.kind == "f" else np.dtype(float)
        by_rows = self._mode == "reverse" or (self._mode == "auto" and sparsity.prefers_rows())
        product = self._pulled(sparsity, args, kwargs) if by_rows else self._pushed(sparsity, args, kwargs, x)
        form = None if by_rows else self._symmetric_form(sparsity)
        made = form.filled(product, dtype) if form is not None else None
        if made is None:
            made = sparsity.filled((entries_by_rows if by_rows else entries_by_columns)(sparsity, product, dtype))
            if self._check:
                check_sparsity(made.T if by_rows else made, product, "column" if by_rows else "row")
        self.seeds = product.seeds
        return made

    def _symmetric_form(self, sparsity: Sparsity) -> Symmetric | None:
        """How to read a Hessian from fewer seeds, if it has a form for that."""
        if not self._square:
            return None
        of, form = self._form
        if of is not sparsity:
            form = symmetric_form(sparsity)
            self._form = sparsity, form
        return form

    def sparsity(self, *args: Any, **kwargs: Any) -> Any:
        """Where the Jacobian at these arguments may have entries: a boolean `csr_array`."""
        return self._at(args, kwargs)[0].matrix.copy()

    def _at(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Sparsity, Any]:
        """The sparsity, and the argument that is differentiated by."""
        x = self._reverse.arguments(args, kwargs)[self._position]
        _require_numbers(x, "the argument")
        if self._found is not None:
            return self._found.at(args, kwargs, x), x
        assert self._given is not None
        columns = self._given.matrix.shape[1]
        if columns != np.size(x):
            raise UsageError(f"sparsity= has {columns} columns, and the argument {np.size(x)} numbers")
        return self._given, x

    # ------------------------------------------------------------------------------------ products

    def _pushed(self, sparsity: Sparsity, args: tuple[Any, ...], kwargs: dict[str, Any], x: Any) -> Product:
        """The product of the Jacobian and vectors, by forward mode."""
        pushed = self._forward(*args, **kwargs)
        if not pushed.program.repeatable:
            raise UsageError(EFFECTS)
        self._latest = self._forward

        def run(vectors: np.ndarray) -> np.ndarray:
            value, tangents = pushed(_shaped(vectors, x))
            _require_rows(value, sparsity)
            return np.reshape(tangents, (len(vectors), -1))

        return Product(run, pushed.most)

    def _pulled(self, sparsity: Sparsity, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Product:
        """The product of the transposed Jacobian and vectors, by reverse mode."""
        value, pulled = self._reverse(*args, **kwargs)
        _require_rows(value, sparsity)
        self._latest = self._reverse

        def run(vectors: np.ndarray) -> np.ndarray:
            (cotangents,) = pulled(_shaped(vectors, value))
            return np.reshape(cotangents, (len(vectors), -1))

        return Product(run, pulled.most)

    @property
    def searches(self) -> int:
        """How many of the calls so far looked for the sparsity anew."""
        return self._found.runs if self._found is not None else 0

    @property
    def source(self) -> str:
        """The text of the program that made the latest sweeps."""
        return str(self._latest.source)

    def __repr__(self) -> str:
        return f"<adcompile {type(self).__name__} of {self.__name__}>"


def _require_numbers(value: Any, what: str) -> None:
    if not isinstance(value, NUMBERS):
        raise UsageError(f"{what} is of type {type(value).__name__}; a sparse Jacobian is of numbers and arrays")
    if np.iscomplexobj(value):
        raise UsageError(f"{what} is complex; a Jacobian is of real numbers: take z.real and z.imag, or use jvp")


def _require_rows(value: Any, sparsity: Sparsity) -> None:
    _require_numbers(value, "the result")
    rows = sparsity.matrix.shape[0]
    if rows != np.size(value):
        raise UsageError(f"sparsity= has {rows} rows, and the result {np.size(value)} numbers")


def _shaped(vectors: np.ndarray, like: Any) -> np.ndarray:
    """Vectors in the shape of an argument or a result, and in its dtype."""
    dtype = like.dtype if isinstance(like, np.ndarray) and like.dtype.kind == "f" else np.dtype(float)
    return vectors.reshape(len(vectors), *np.shape(like)).astype(dtype)
