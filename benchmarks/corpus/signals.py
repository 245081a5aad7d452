"""Filters and transforms: recursive smoothing, convolution, the FFT, a contour integral."""

from __future__ import annotations

import math

import numpy as np

from .table import dominant, kernel, numbers, weigh


def smooth(lines, a1, a2, a3, a4, b1, b2):
    """Smooth every line: a recursion forwards, one backwards, and their sum."""
    n = lines.shape[1]
    there, back = np.zeros_like(lines), np.zeros_like(lines)
    there[:, 0] = a1 * lines[:, 0]
    there[:, 1] = a1 * lines[:, 1] + a2 * lines[:, 0] + b1 * there[:, 0]
    for j in range(2, n):
        there[:, j] = a1 * lines[:, j] + a2 * lines[:, j - 1] + b1 * there[:, j - 1] + b2 * there[:, j - 2]
    back[:, n - 2] = a3 * lines[:, n - 1]
    for j in range(n - 3, -1, -1):
        back[:, j] = a3 * lines[:, j + 1] + a4 * lines[:, j + 2] + b1 * back[:, j + 1] + b2 * back[:, j + 2]
    np.add(there, back, out=lines)


def deriche(image, alpha):
    """Deriche's recursive filter, along the rows and then along the columns of an image."""
    e1, e2 = np.exp(-alpha), np.exp(-2.0 * alpha)
    k = (1.0 - e1) ** 2 / (1.0 + 2.0 * alpha * e1 - e2)
    coefficients = k, k * e1 * (alpha - 1.0), k * e1 * (alpha + 1.0), -k * e2, 2.0 * e1, -e2
    smooth(image, *coefficients)
    smooth(image.T, *coefficients)


def initialise_deriche(n, m):
    return numbers(n, m), 0.25


@kernel(initialise_deriche, (4, 5), (64, 48), (320, 240))
def deriche_value(image, alpha):
    deriche(image, alpha)
    return weigh(image)


def conv2d(images, weights, bias):
    """Convolution of a batch of images with several channels, one output point at a time."""
    size = weights.shape[0]
    n, height, width = images.shape[0], images.shape[1] - size + 1, images.shape[2] - size + 1
    out = np.empty((n, height, width, weights.shape[3]))
    for i in range(height):
        for j in range(width):
            window = images[:, i : i + size, j : j + size, :, np.newaxis]
            out[:, i, j, :] = np.sum(window * weights[np.newaxis], axis=(1, 2, 3))
    out += bias
    return out


def initialise_conv2d(n, size, channels):
    return numbers(n, size, size, channels), numbers(3, 3, channels, channels + 1), numbers(channels + 1)


@kernel(initialise_conv2d, (2, 5, 2), (4, 16, 4), (8, 32, 8))
def conv2d_value(images, weights, bias):
    return weigh(conv2d(images, weights, bias))


def fft(re, im):
    """The discrete Fourier transform in place, of a power of two: Cooley and Tukey's stages.

    Complex numbers are kept as two arrays of their parts.
    """
    n = len(re)
    bits = n.bit_length() - 1
    order = np.array([int(format(k, f"0{bits}b")[::-1], 2) for k in range(n)])
    re[:] = re[order]
    im[:] = im[order]
    half = 1
    while half < n:
        angle = -math.pi / half * np.arange(half)
        c, s = np.cos(angle), np.sin(angle)
        blocks_re, blocks_im = re.reshape(-1, 2 * half), im.reshape(-1, 2 * half)
        odd_re = blocks_re[:, half:] * c - blocks_im[:, half:] * s
        odd_im = blocks_re[:, half:] * s + blocks_im[:, half:] * c
        blocks_re[:, half:] = blocks_re[:, :half] - odd_re
        blocks_im[:, half:] = blocks_im[:, :half] - odd_im
        blocks_re[:, :half] += odd_re
        blocks_im[:, :half] += odd_im
        half *= 2


def initialise_fft(n):
    return numbers(n), numbers(n, seed=1)


@kernel(initialise_fft, (8,), (1_024,), (65_536,))
def fft_value(re, im):
    fft(re, im)
    return weigh(re * re + im * im)


def contour_integral(A, Y, points, centre, radius):
    """The projection of Y on the eigenvectors whose eigenvalues lie in a circle: the integral of
    the resolvent around it, by the trapezoidal rule.

    (z - A) X = Y is solved in real numbers: the parts of X are the halves of one vector.
    """
    n, m = Y.shape
    total = np.zeros((n, m))
    block = np.zeros((2 * n, 2 * n))
    right = np.zeros((2 * n, m))
    right[:n] = Y
    for k in range(points):
        angle = 2.0 * math.pi * (k + 0.5) / points
        c, s = radius * math.cos(angle), radius * math.sin(angle)
        block[:n, :n] = (centre + c) * np.eye(n) - A
        block[n:, n:] = block[:n, :n]
        block[:n, n:] = -s * np.eye(n)
        block[n:, :n] = s * np.eye(n)
        x = np.linalg.solve(block, right)
        total += (c * x[:n] - s * x[n:]) / points
    return total


def initialise_contour_integral(n, points):
    A = dominant(n)
    A[0, 0] -= 2.0
    return A, numbers(n, 2), points, 1.0, 1.0


@kernel(initialise_contour_integral, (4, 6), (30, 16), (100, 32))
def contour_integral_value(A, Y, points, centre, radius):
    return weigh(contour_integral(A, Y, points, centre, radius))
