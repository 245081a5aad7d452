"""The corpus of `benchmarks/corpus` as it stands: value, gradient by every float argument, and
what the caller's arrays hold afterwards.

The gradient is compared along three random directions with the complex step, or, where a kernel
takes maxima or moduli, with 5-point differences.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from adcompile import value_and_grad
from adcompile.testing.gradients import FIVE_POINT

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from corpus import KERNELS
from zoo.wide import in_wide_floats

WANTED = {
    *("jacobi_1d", "jacobi_2d", "heat_3d", "fdtd_2d", "seidel_2d", "adi", "hdiff", "vadv"),
    *("lu", "ludcmp", "cholesky", "trisolv", "durbin", "gramschmidt"),
    *("gemm", "gemver", "gesummv", "bicg", "atax", "mvt", "two_mm", "three_mm", "symm", "syrk", "syr2k", "trmm"),
    *("doitgen", "covariance", "correlation", "deriche", "cavity_flow", "channel_flow"),
    *("conv2d", "mlp", "softmax", "lenet", "nbody", "spmv", "fft", "contour_integral"),
}


EVERY = pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)


def directions(kernel):
    """Three random directions, one array or number for each active argument; a number moves in
    proportion to itself."""
    rng = np.random.default_rng(5)
    args = [kernel.arguments("small")[k] for k in kernel.active()]
    scales = [1.0 if isinstance(a, np.ndarray) else abs(a) for a in args]
    return [[rng.uniform(-s, s, np.shape(a)) for a, s in zip(args, scales, strict=True)] for _ in range(3)]


def moved(kernel, direction, step):
    args = list(kernel.arguments("small"))
    for k, along in zip(kernel.active(), direction, strict=True):
        args[k] = args[k] + step * along
    return args


def by_complex_step(kernel, direction):
    wide = in_wide_floats(kernel.program)
    return float(np.imag(wide(*moved(kernel, direction, 1e-30j)))) / 1e-30


def by_differences(kernel, direction, h=1e-4):
    return sum(weight * kernel.program(*moved(kernel, direction, k * h)) / h for k, weight in FIVE_POINT)


def slope(kernel, direction):
    """The slope along a direction, and how exactly it is known."""
    rough = by_differences(kernel, direction)
    try:
        exact = by_complex_step(kernel, direction)
    except (TypeError, ValueError, Warning):  # it does not take complex numbers
        return rough, 1e-6
    return (exact, 1e-10) if abs(exact - rough) <= 1e-5 * max(1.0, abs(rough)) else (rough, 1e-6)


@EVERY
def test_value_and_gradient(kernel):
    value, gradients = value_and_grad(kernel.program, kernel.active())(*kernel.arguments("small"))
    plain = kernel.program(*kernel.arguments("small"))
    assert np.asarray(value).tobytes() == np.asarray(plain).tobytes()
    for direction in directions(kernel):
        made = sum(np.vdot(g, d) for g, d in zip(gradients, direction, strict=True))
        expected, tolerance = slope(kernel, direction)
        assert abs(made - expected) <= tolerance * max(1.0, abs(expected)), f"computed {made}, expected {expected}"


@EVERY
def test_each_argument_alone(kernel):
    args = kernel.arguments("small")
    for place, k in enumerate(kernel.active()):
        gradient = value_and_grad(kernel.program, k)(*kernel.arguments("small"))[1]
        assert np.shape(gradient) == np.shape(args[k])
        for direction in directions(kernel)[:1]:
            alone = [d if i == place else 0.0 * d for i, d in enumerate(direction)]
            expected, tolerance = slope(kernel, alone)
            made = np.vdot(gradient, direction[place])
            assert abs(made - expected) <= tolerance * max(1.0, abs(expected)), f"argument {k}"


@EVERY
def test_what_the_caller_sees_afterwards(kernel):
    plain, ours = kernel.arguments("small"), kernel.arguments("small")
    kernel.program(*plain)
    value_and_grad(kernel.program, kernel.active())(*ours)
    for a, b in zip(ours, plain, strict=True):
        np.testing.assert_array_equal(a, b)


@EVERY
def test_another_size_uses_the_same_program(kernel):
    df = value_and_grad(kernel.program, kernel.active())
    df(*kernel.arguments("small"))
    text = df.source
    value, gradients = df(*kernel.arguments("medium"))
    assert value == kernel.program(*kernel.arguments("medium"))
    assert df.source == text
    assert all(np.all(np.isfinite(g)) for g in gradients)


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda k: k.name)
def test_reference_is_reliable(kernel):
    """The complex step and differences agree, but for kernels that are not analytic."""
    direction = directions(kernel)[0]
    coarse, fine = by_differences(kernel, direction), by_differences(kernel, direction, 5e-5)
    assert abs(coarse - fine) <= 1e-6 * max(1.0, abs(fine))
    not_analytic = {"hdiff", "channel_flow", "softmax", "mlp", "lenet", "correlation", "covariance"}
    if kernel.name not in not_analytic:
        assert slope(kernel, direction)[1] == 1e-10


def test_the_corpus_is_complete():
    assert sorted(kernel.name for kernel in KERNELS) == sorted(WANTED)
