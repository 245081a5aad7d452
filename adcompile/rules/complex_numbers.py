"""Which rules are right for complex numbers. A rule that stands nowhere here refuses them.

Cotangents are paired with values without a conjugate: `Re(z_bar * z_dot)` is what a move `z_dot`
of `z` adds to the result. So the rule of a holomorphic function is that of real numbers, with no
conjugate in it, and what is linear is transposed, not transposed and conjugated. The cotangent of
a real number that became complex is the real part; that is taken where cotangents are added up.

The others return real numbers of complex ones, or take conjugates. Of a real result the partial
derivative is that by the real part, less 1j times that by the imaginary part; the tangent is the
real part of its product with the tangent of the argument.
"""

from __future__ import annotations

import builtins
import operator
from copy import copy, deepcopy

import numpy as np

from adcompile.ir.nodes import Method
from adcompile.rules import (  # noqa: F401  (what is said here is said of rules that are there)
    convolution,
    differences,
    elementwise,
    extremes,
    fourier,
    interpolation,
    joining,
    linalg,
    picking,
    products,
    python,
    reductions,
    repetition,
    selection,
    shaping,
    statistics,
    tensors,
    trigonometry,
)
from adcompile.rules.registry import complex_too, holomorphic
from adcompile.runtime import broadcasting, placing, slopes, tangents, updates

# -------------------------------------------------------------------------- element by element

holomorphic(np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive)
holomorphic(np.power, np.float_power, np.square, np.sqrt, np.reciprocal)
holomorphic(np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p)
holomorphic(np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan, np.sinc)
holomorphic(np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh)
holomorphic(np.complex128, np.complex64, builtins.complex, np.where, np.select)
complex_too(np.real, np.imag, np.conjugate, np.angle, np.absolute)

# --------------------------------------------------------------------- sums, products, algebra

holomorphic(np.sum, np.nansum, builtins.sum, np.prod, np.cumsum, np.cumprod)
holomorphic(np.diff, np.gradient, np.trapezoid, slopes.transposed_gradient)
holomorphic(np.mean, np.nanmean, np.average)
holomorphic(np.matmul, operator.matmul, np.dot, np.inner, np.outer, np.cross, np.kron, np.tensordot, np.einsum)
holomorphic(np.linalg.cross)
holomorphic(np.convolve, np.polyval, np.vander)
holomorphic(np.linalg.solve, np.linalg.inv, np.linalg.det, np.linalg.matrix_power, np.linalg.multi_dot)
complex_too(np.vdot, np.var, np.std, np.linalg.norm)

# ------------------------------------------------------------------------ what moves elements

holomorphic(np.copy, copy, deepcopy, np.ascontiguousarray, np.asfortranarray, np.array, np.asarray, np.asanyarray)
holomorphic(np.full, np.full_like, np.linspace, np.meshgrid)
holomorphic(np.ndarray.astype, Method("astype"))  # to a real dtype it refuses
holomorphic(np.reshape, np.ravel, np.expand_dims, np.squeeze, np.atleast_1d, np.atleast_2d, np.atleast_3d)
holomorphic(np.transpose, np.matrix_transpose, np.swapaxes, np.moveaxis, np.rollaxis)
holomorphic(np.flip, np.fliplr, np.flipud, np.rot90, np.roll)
holomorphic(np.concatenate, np.stack, np.vstack, np.hstack, np.column_stack, np.dstack, np.append)
holomorphic(np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit)
holomorphic(np.broadcast_to, np.broadcast_arrays, np.repeat, np.tile, np.pad)
holomorphic(np.diagflat, np.delete, np.compress, Method("compress"), np.extract)
holomorphic(np.tril, np.triu, np.diag, np.diagonal, np.trace, np.take, np.take_along_axis)

# ------------------------------------------------------------------------------------ Fourier

holomorphic(np.fft.fft, np.fft.ifft, np.fft.fft2, np.fft.ifft2, np.fft.fftn, np.fft.ifftn)
holomorphic(np.fft.fftshift, np.fft.ifftshift)
complex_too(np.fft.rfft, np.fft.irfft, np.fft.rfft2, np.fft.irfft2, np.fft.rfftn, np.fft.irfftn)

# ----------------------------------------------------------- what emitted programs call of ours

holomorphic(python.concatenate_lists, python.repeat_list, updates.extend)
holomorphic(broadcasting.add, broadcasting.add_item, broadcasting.items_of, broadcasting.split_like, tangents.spread)
complex_too(broadcasting.unbroadcast, broadcasting.match_dtype)  # of a real number they take the real part
holomorphic(placing.on_diagonal, placing.along_diagonal, placing.put_back, placing.put_along_axis)
holomorphic(repetition.sum_repeats, repetition.sum_tiles, repetition.sum_padding, tensors.on_repeats)
holomorphic(fourier.fitted_to, fourier.half_of, fourier.whole_of)
