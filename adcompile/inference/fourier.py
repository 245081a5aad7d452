"""Types of discrete Fourier transforms."""

from __future__ import annotations

import numpy as np

from adcompile.inference.arguments import (
    NOTHING,
    axes_of,
    dims_of,
    known_shape,
    make_array,
    numpy_dtype,
)
from adcompile.inference.registry import transfer, unknown_size
from adcompile.ir.dims import Dim, add_dims, scale_dim
from adcompile.ir.types import UNKNOWN, Array, Scalar, Tuple, Type, kind_of, real_dtype

LAST = Scalar("int", -1)
LAST_TWO = Tuple((Scalar("int", -2), LAST))


def _spectrum(a: Type) -> str:
    """The dtype of a spectrum: complex64 of short numbers, else complex128."""
    dtype = numpy_dtype(a)
    if dtype in ("float32", "complex64"):
        return "complex64"
    return "complex128" if dtype in ("float64", "complex128") or kind_of(dtype) in ("int", "bool") else "?"


def _sizes(a: Type, n: Type, axes: Type) -> tuple[list[Dim], list[int]]:
    """The shape that a transform sees, and the axes along which it works."""
    shape = list(known_shape(a))
    if n != NOTHING and axes == NOTHING:
        count = len(dims_of(n))
        over = list(range(len(shape) - count, len(shape)))
    else:
        over = list(axes_of(axes, len(shape)))
    if n != NOTHING:
        for axis, size in zip(over, dims_of(n), strict=True):
            shape[axis] = size if not isinstance(size, int) or size >= 0 else shape[axis]
    return shape, over


@transfer(np.fft.fft, np.fft.ifft)
def fft(a: Type, n: Type = NOTHING, axis: Type = LAST, norm: Type = NOTHING) -> Type:
    return Array(_spectrum(a), tuple(_sizes(a, n, axis)[0]))


@transfer(np.fft.fft2, np.fft.ifft2)
def fft2(a: Type, s: Type = NOTHING, axes: Type = LAST_TWO, norm: Type = NOTHING) -> Type:
    return Array(_spectrum(a), tuple(_sizes(a, s, axes)[0]))


@transfer(np.fft.fftn, np.fft.ifftn)
def fftn(a: Type, s: Type = NOTHING, axes: Type = NOTHING, norm: Type = NOTHING) -> Type:
    if not known_shape(a):
        return UNKNOWN
    return Array(_spectrum(a), tuple(_sizes(a, s, axes)[0]))


def _half(a: Type, n: Type, axes: Type) -> Type:
    shape, over = _sizes(a, n, axes)
    size = shape[over[-1]]
    shape[over[-1]] = size // 2 + 1 if isinstance(size, int) else unknown_size()
    return Array(_spectrum(a), tuple(shape))


def _whole(a: Type, n: Type, axes: Type) -> Type:
    shape, over = _sizes(a, n, axes)
    if n == NOTHING:
        shape[over[-1]] = scale_dim(add_dims(shape[over[-1]], -1), 2)
    return Array(real_dtype(_spectrum(a)), tuple(shape))


@transfer(np.fft.rfft)
def rfft(a: Type, n: Type = NOTHING, axis: Type = LAST, norm: Type = NOTHING) -> Type:
    return _half(a, n, axis)


@transfer(np.fft.rfft2)
def rfft2(a: Type, s: Type = NOTHING, axes: Type = LAST_TWO, norm: Type = NOTHING) -> Type:
    return _half(a, s, axes)


@transfer(np.fft.rfftn)
def rfftn(a: Type, s: Type = NOTHING, axes: Type = NOTHING, norm: Type = NOTHING) -> Type:
    return _half(a, s, axes)


@transfer(np.fft.irfft)
def irfft(a: Type, n: Type = NOTHING, axis: Type = LAST, norm: Type = NOTHING) -> Type:
    return _whole(a, n, axis)


@transfer(np.fft.irfft2)
def irfft2(a: Type, s: Type = NOTHING, axes: Type = LAST_TWO, norm: Type = NOTHING) -> Type:
    return _whole(a, s, axes)


@transfer(np.fft.irfftn)
def irfftn(a: Type, s: Type = NOTHING, axes: Type = NOTHING, norm: Type = NOTHING) -> Type:
    return _whole(a, s, axes)


@transfer(np.fft.fftshift, np.fft.ifftshift)
def shifted(x: Type, axes: Type = NOTHING) -> Type:
    return make_array(x, known_shape(x)) if isinstance(x, Array) else UNKNOWN


@transfer(np.fft.fftfreq)
def fftfreq(n: Type, d: Type | None = None) -> Type:
    return Array("float64" if _is_double(d) else "?", dims_of(n))


@transfer(np.fft.rfftfreq)
def rfftfreq(n: Type, d: Type | None = None) -> Type:
    size = dims_of(n)[0]
    half = size // 2 + 1 if isinstance(size, int) else unknown_size()
    return Array("float64" if _is_double(d) else "?", (half,))


def _is_double(d: Type | None) -> bool:
    return d is None or (isinstance(d, Scalar) and d.dtype in ("float", "float64", "int"))


