"""Types of eigenvalues, singular values and factors. Their results are tuples whose items have names,
also where nothing is known of the matrix."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import FALSE, NOTHING, TWO, inexact, joined_dtype, known_shape, make
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.dims import Affine, Dim, symbol
from adcompile.ir.types import UNKNOWN, Array, NotStatic, Scalar, Static, Tuple, Type, kind_of, static_value
from adcompile.runtime.decompositions import determined, of_this_rank

TRUE = Scalar("bool", True)
REAL = {"complex64": "float32", "complex128": "float64"}
REDUCED = Static("reduced")
SYMMETRIC = ("eigenvalues", "eigenvectors")
SINGULAR = ("U", "S", "Vh")
Shape = tuple[Dim, ...] | None


def matrices(a: Type) -> tuple[str, str, Shape]:
    """Of matrices: their dtype, that of their real numbers, and their shape, as far as they are known."""
    try:
        dtype = inexact(a)
    except NotStatic:
        dtype = "?"
    try:
        shape = known_shape(a)
    except NotStatic:
        return dtype, REAL.get(dtype, dtype), None
    return dtype, REAL.get(dtype, dtype), shape if len(shape) > 1 else None


def smaller(m: Dim, n: Dim) -> Dim:
    """The smaller one of two sizes."""
    if m == n or (isinstance(m, int) and _is_least(m, n)):
        return m
    if isinstance(n, int) and _is_least(n, m):
        return n
    return symbol(("smaller", *sorted((m, n), key=repr)))


def _is_least(size: int, other: Dim) -> bool:
    """Whether a size is certainly no larger than another one."""
    least = other.least if isinstance(other, Affine) else other
    return least is not None and size <= least


def array(dtype: str, shape: Shape, *last: Dim) -> Type:
    """An array for each matrix, with these axes at its end."""
    return Array(dtype, None if shape is None else (*shape[:-2], *last))


@transfer(np.linalg.eigh)
def eigh(a: Type, UPLO: Type = NOTHING) -> Type:  # noqa: N803  (the name that NumPy gives it)
    dtype, real, shape = matrices(a)
    return Tuple((array(real, shape, *(shape or ())[-1:]), Array(dtype, shape)), SYMMETRIC)


@transfer(np.linalg.eigvalsh)
def eigvalsh(a: Type, UPLO: Type = NOTHING) -> Type:  # noqa: N803
    _, real, shape = matrices(a)
    return array(real, shape, *(shape or ())[-1:])


@transfer(np.linalg.svd)
def svd(a: Type, full_matrices: Type = TRUE, compute_uv: Type = TRUE, hermitian: Type = FALSE) -> Type:
    dtype, real, shape = matrices(a)
    with_vectors, is_full = static_value(compute_uv), static_value(full_matrices)
    if shape is None:
        of_any = Array(dtype, None)
        return Tuple((of_any, Array(real, None), of_any), SINGULAR) if with_vectors else Array(real, None)
    m, n = shape[-2:]
    k = smaller(m, n)
    values = array(real, shape, k)
    if not with_vectors:
        return values
    left = array(dtype, shape, m, m if is_full else k)
    return Tuple((left, values, array(dtype, shape, n if is_full else k, n)), SINGULAR)


@transfer(np.linalg.svdvals)
def svdvals(x: Type) -> Type:
    return svd(x, compute_uv=FALSE)


@transfer(np.linalg.qr)
def qr(a: Type, mode: Type = REDUCED) -> Type:
    dtype, _, shape = matrices(a)
    form = static_value(mode)
    if form not in ("reduced", "r"):
        return UNKNOWN
    m, n = (0, 0) if shape is None else shape[-2:]
    k = smaller(m, n)
    first, second = array(dtype, shape, m, k), array(dtype, shape, k, n)
    return second if form == "r" else Tuple((first, second), ("Q", "R"))


@transfer(np.linalg.cond)
def cond(x: Type, p: Type = NOTHING) -> Type:
    _, real, shape = matrices(x)
    return UNKNOWN if shape is None else make(real, shape[:-2])


@transfer(determined)
def of_thin(g: Type, thin: Type) -> Type:
    return thin


@transfer(np.linalg.pinv)
def pinv(a: Type, rcond: Type = NOTHING, hermitian: Type = FALSE, rtol: Type = NOTHING) -> Type:
    dtype, _, shape = matrices(a)
    return array(dtype, shape, *(shape or ())[:-3:-1])


@transfer(np.linalg.lstsq)
def lstsq(a: Type, b: Type, rcond: Type = NOTHING) -> Type:
    _, _, shape = matrices(a)
    rows = b.shape if isinstance(b, Array) else None
    dtype = joined_dtype([a, b]) if isinstance(a, Array) and isinstance(b, Array) else "?"
    dtype = "float64" if kind_of(dtype) in ("bool", "int") else dtype
    sums = Array(REAL.get(dtype, dtype), None)
    if shape is None or rows is None:
        return Tuple((Array(dtype, None), sums, Scalar("int32"), Array("?", None)))
    x = Array(dtype, (shape[-1], *rows[1:]))
    s = Array(REAL.get(dtype, dtype), (smaller(shape[0], shape[1]),))
    return Tuple((x, Array(sums.dtype, (unknown_size(),)), Scalar("int32"), s))


@transfer(of_this_rank)
def of_this_rank_type(a: Type, rcond: Type) -> Type:
    return a


@transfer(np.linalg.tensorsolve)
def tensorsolve(a: Type, b: Type, axes: Type = NOTHING) -> Type:
    before, behind = known_shape(b), known_shape(a)
    if static_value(axes) is not None:
        return UNKNOWN
    dtype = joined_dtype([a, b])
    return Array("float64" if kind_of(dtype) in ("bool", "int") else dtype, behind[len(before) :])


@transfer(np.linalg.tensorinv)
def tensorinv(a: Type, ind: Type = TWO) -> Type:
    shape, count = known_shape(a), static_value(ind)
    return Array(inexact(a), (*shape[count:], *shape[:count]))
