"""Discrete Fourier transforms.

The matrix of a transform is symmetric, so the transform, with the same scale, is its own
transpose: it takes cotangents as it takes values. Where `n=` or `s=` cut the array or filled it up,
the cotangent is filled up or cut. The transform of real numbers keeps half of a spectrum, and the
one back counts each number of that half twice, but for those that are their own counterparts.
"""

from __future__ import annotations

import numpy as np

from adcompile.rules.registry import inline, pullback, static, zero
from adcompile.rules.samples import call, numbers

zero(np.fft.fftfreq, np.fft.rfftfreq)


def lines():
    """Samples of transforms along one axis: every length, cut and filled up, every scale."""
    x = numbers(3, 4)
    return [
        call(numbers(4)),
        call(numbers(5)),
        call(x, axis=0),
        call(numbers(6), 4),
        call(numbers(4), n=7),
        call(x, 5, 0),
        call(x, n=3, axis=1, norm="ortho"),
        call(numbers(4), norm="forward"),
        call(x, norm="backward"),
    ]


@static
def all_axes(axes, rank):
    """The axes of a transform along several, all of them if none are named."""
    return tuple(range(rank)) if axes is None else tuple(axes)


def fitted_to(g, shape):
    """An array cut, or filled up with zeros behind, to a shape."""
    for axis, size in enumerate(shape):
        have = np.shape(g)[axis]
        if size < have:
            g = g[(slice(None),) * axis + (slice(size),)]
        elif size > have:
            g = np.pad(g, [(0, size - have if i == axis else 0) for i in range(np.ndim(g))])
    return g


@pullback(
    fitted_to,
    linear="g",
    samples=lambda: [call(numbers(3), (5,)), call(numbers(3), (2,)), call(numbers(2, 3), (3, 1))],
)
def fitted_to_back(r, g, r_bar, *, shape):
    return fitted_to(r_bar, np.shape(g))


@static
def names_twice(axes, rank):
    """Whether an axis stands twice among some: it is transformed twice, and cut or filled up twice."""
    return len({axis % rank for axis in axes}) < len(axes)


@inline
def cut_back(a_bar, a, axes):
    """The cotangent of an array that was cut, or filled up, along some axes."""
    if names_twice(axes, np.ndim(a)):
        raise NotImplementedError("the derivative of a transform is not known with s= and an axis that is named twice")
    return fitted_to(a_bar, np.shape(a))


@pullback(np.fft.fft, linear="a", samples=lines)
def fft(r, a, r_bar, *, n=None, axis=-1, norm=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of a transform is not known with out=")
    if n is None and norm is None:
        return np.fft.fft(r_bar) if axis == -1 else np.fft.fft(r_bar, axis=axis)
    a_bar = np.fft.fft(r_bar, axis=axis, norm=norm)
    return a_bar if n is None else fitted_to(a_bar, np.shape(a))


@pullback(np.fft.ifft, linear="a", samples=lines)
def ifft(r, a, r_bar, *, n=None, axis=-1, norm=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of a transform is not known with out=")
    if n is None and norm is None:
        return np.fft.ifft(r_bar) if axis == -1 else np.fft.ifft(r_bar, axis=axis)
    a_bar = np.fft.ifft(r_bar, axis=axis, norm=norm)
    return a_bar if n is None else fitted_to(a_bar, np.shape(a))


def planes():
    """Samples of transforms along two axes."""
    x = numbers(3, 4)
    return [
        call(x),
        call(numbers(2, 3, 4)),
        call(x, (4, 3), (0, 1)),
        call(numbers(2, 3, 4), axes=(0, 2), norm="ortho"),
        call(x, (2, 6), axes=(1, 0), norm="forward"),
    ]


def boxes():
    """Samples of transforms along any axes."""
    x = numbers(2, 3, 4)
    return [*planes(), call(numbers(5)), call(x, axes=(1,)), call(x, (3, 2, 5), (0, 1, 2))]


@pullback(np.fft.fft2, samples=planes, linear="a")
def fft2(r, a, r_bar, *, s=None, axes=(-2, -1), norm=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of a transform is not known with out=")
    if axes == (-2, -1) and s is None and norm is None:
        return np.fft.fft2(r_bar)
    a_bar = np.fft.fft2(r_bar, axes=axes, norm=norm)
    return a_bar if s is None else cut_back(a_bar, a, axes)


@pullback(np.fft.ifft2, samples=planes, linear="a")
def ifft2(r, a, r_bar, *, s=None, axes=(-2, -1), norm=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of a transform is not known with out=")
    if axes == (-2, -1) and s is None and norm is None:
        return np.fft.ifft2(r_bar)
    a_bar = np.fft.ifft2(r_bar, axes=axes, norm=norm)
    return a_bar if s is None else cut_back(a_bar, a, axes)


@pullback(np.fft.fftn, samples=boxes, linear="a")
def fftn(r, a, r_bar, *, s=None, axes=None, norm=None, out=None):
    if out is not None or (s is not None and axes is None):
        raise NotImplementedError("the derivative of a transform is not known with out=, nor with s= without axes=")
    if axes is None and s is None and norm is None:
        return np.fft.fftn(r_bar)
    a_bar = np.fft.fftn(r_bar, axes=axes, norm=norm)
    return a_bar if s is None else cut_back(a_bar, a, axes)


@pullback(np.fft.ifftn, samples=boxes, linear="a")
def ifftn(r, a, r_bar, *, s=None, axes=None, norm=None, out=None):
    if out is not None or (s is not None and axes is None):
        raise NotImplementedError("the derivative of a transform is not known with out=, nor with s= without axes=")
    if axes is None and s is None and norm is None:
        return np.fft.ifftn(r_bar)
    a_bar = np.fft.ifftn(r_bar, axes=axes, norm=norm)
    return a_bar if s is None else cut_back(a_bar, a, axes)


# ------------------------------------------------------------------------------ of real numbers


@pullback(np.fft.rfft, linear="a", samples=lines)
def rfft(r, a, r_bar, *, n=None, axis=-1, norm=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of a transform is not known with out=")
    if n is None and norm is None:
        if axis == -1:
            return np.fft.fft(r_bar, np.shape(a)[-1]).real
        return np.fft.fft(r_bar, np.shape(a)[axis], axis).real
    if n is None:
        return np.fft.fft(r_bar, np.shape(a)[axis], axis, norm).real
    return fitted_to(np.fft.fft(r_bar, n, axis, norm).real, np.shape(a))


@pullback(np.fft.irfft, linear="a", samples=lines)
def irfft(r, a, r_bar, *, n=None, axis=-1, norm=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of a transform is not known with out=")
    if norm is None and axis == -1:
        a_bar = half_of(np.fft.ifft(r_bar), -1)
    else:
        a_bar = half_of(np.fft.ifft(r_bar, axis=axis, norm=norm), axis)
    return a_bar if n is None else fitted_to(a_bar, np.shape(a))


def half_of(g, axis):
    """The first half of a spectrum along an axis, with the second half added to it: what is not
    its own counterpart counts twice."""
    size = np.shape(g)[axis]
    half = np.moveaxis(g, axis, -1)[..., : size // 2 + 1].copy()
    half[..., 1 : (size + 1) // 2] *= 2
    return np.moveaxis(half, -1, axis)


@pullback(half_of, linear="g", samples=lambda: [call(numbers(4), 0), call(numbers(2, 5), 1), call(numbers(1), 0)])
def half_of_back(h, g, h_bar, *, axis):
    return whole_of(h_bar, np.shape(g)[axis], axis)


def whole_of(h, size, axis):
    """A half spectrum filled up to `size` numbers along an axis, with what counts twice doubled."""
    whole = np.zeros((*np.shape(np.moveaxis(h, axis, -1))[:-1], size), np.result_type(h))
    whole[..., : size // 2 + 1] = np.moveaxis(h, axis, -1)
    whole[..., 1 : (size + 1) // 2] *= 2
    return np.moveaxis(whole, -1, axis)


@pullback(whole_of, linear="h", samples=lambda: [call(numbers(3), 4, 0), call(numbers(2, 3), 5, 1)])
def whole_of_back(w, h, w_bar, *, size, axis):
    return half_of(w_bar, axis)


@pullback(np.fft.rfft2, samples=planes, linear="a")
def rfft2(r, a, r_bar, *, s=None, axes=(-2, -1), norm=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of a transform is not known with out=")
    whole = sizes_along(np.shape(a), axes) if s is None else s
    a_bar = np.fft.fft2(r_bar, whole, axes, norm).real
    return a_bar if s is None else cut_back(a_bar, a, axes)


@pullback(np.fft.rfftn, samples=boxes, linear="a")
def rfftn(r, a, r_bar, *, s=None, axes=None, norm=None, out=None):
    if out is not None or (s is not None and axes is None):
        raise NotImplementedError("the derivative of a transform is not known with out=, nor with s= without axes=")
    over = all_axes(axes, np.ndim(a))
    whole = sizes_along(np.shape(a), over) if s is None else s
    a_bar = np.fft.fftn(r_bar, whole, over, norm).real
    return a_bar if s is None else cut_back(a_bar, a, axes)


@pullback(np.fft.irfft2, samples=planes, linear="a")
def irfft2(r, a, r_bar, *, s=None, axes=(-2, -1), norm=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of a transform is not known with out=")
    a_bar = half_of(np.fft.ifft2(r_bar, axes=axes, norm=norm), axes[-1])
    return a_bar if s is None else cut_back(a_bar, a, axes)


@pullback(np.fft.irfftn, samples=boxes, linear="a")
def irfftn(r, a, r_bar, *, s=None, axes=None, norm=None, out=None):
    if out is not None or (s is not None and axes is None):
        raise NotImplementedError("the derivative of a transform is not known with out=, nor with s= without axes=")
    over = all_axes(axes, np.ndim(a))
    a_bar = half_of(np.fft.ifftn(r_bar, axes=over, norm=norm), over[-1])
    return a_bar if s is None else cut_back(a_bar, a, axes)


def sizes_along(shape, axes):
    """The sizes of an array along some axes."""
    return tuple(shape[axis] for axis in axes)


zero(sizes_along)


# -------------------------------------------------------------------------------- order of lines


def shifts():
    """Samples of shifts."""
    x = numbers(2, 5)
    return [call(numbers(4)), call(numbers(5)), call(x), call(x, 1), call(x, axes=(0, 1))]


@pullback(np.fft.fftshift, linear="x", samples=shifts)
def fftshift(r, x, r_bar, *, axes=None):
    return np.fft.ifftshift(r_bar, axes)


@pullback(np.fft.ifftshift, linear="x", samples=shifts)
def ifftshift(r, x, r_bar, *, axes=None):
    return np.fft.fftshift(r_bar, axes)
