"""Two kernels of a weather model: horizontal diffusion with a limiter, vertical advection."""

from __future__ import annotations

import numpy as np

from .table import kernel, numbers, weigh


def hdiff(fields, out, coefficient):
    """Fourth-order diffusion in the horizontal, by two Laplacians. A flux that runs up the
    gradient is set to zero."""
    n, m = out.shape[0], out.shape[1]
    lap = 4.0 * fields[1:-1, 1:-1] - (fields[2:, 1:-1] + fields[:-2, 1:-1] + fields[1:-1, 2:] + fields[1:-1, :-2])
    flux_x = lap[1:, 1:-1] - lap[:-1, 1:-1]
    flux_x[flux_x * (fields[2 : n + 3, 2:-2] - fields[1 : n + 2, 2:-2]) > 0] = 0
    flux_y = lap[1:-1, 1:] - lap[1:-1, :-1]
    flux_y[flux_y * (fields[2:-2, 2 : m + 3] - fields[2:-2, 1 : m + 2]) > 0] = 0
    out[:, :, :] = fields[2:-2, 2:-2] - coefficient * (flux_x[1:] - flux_x[:-1] + flux_y[:, 1:] - flux_y[:, :-1])


def initialise_hdiff(n, levels):
    fields = numbers(n + 4, n + 4, levels)
    return fields, np.zeros((n, n, levels)), 0.5 + 0.2 * numbers(n, n, levels, seed=1)


@kernel(initialise_hdiff, (4, 2), (64, 20), (160, 60))
def hdiff_value(fields, out, coefficient):
    hdiff(fields, out, coefficient)
    return weigh(out)


def vadv(tendency, velocity, wind, position, tendency_before, step):
    """Implicit vertical advection: in every column a tridiagonal system, first level to last
    and back. `velocity` is given between columns and is averaged."""
    nx, ny, nz = wind.shape
    c, d = np.zeros_like(wind), np.zeros_like(wind)
    for k in range(nz):
        below, above = np.zeros((nx, ny)), np.zeros((nx, ny))
        correction = np.zeros((nx, ny))
        if k > 0:
            below = -0.25 * (velocity[1:, :, k] + velocity[:-1, :, k])
            correction += below * (wind[:, :, k - 1] - wind[:, :, k])
        if k < nz - 1:
            above = 0.25 * (velocity[1:, :, k + 1] + velocity[:-1, :, k + 1])
            correction += above * (wind[:, :, k + 1] - wind[:, :, k])
        diagonal = 1.0 / step - below - above
        load = position[:, :, k] / step + tendency[:, :, k] + tendency_before[:, :, k] - correction
        if k > 0:
            diagonal -= below * c[:, :, k - 1]
            load -= below * d[:, :, k - 1]
        c[:, :, k] = above / diagonal
        d[:, :, k] = load / diagonal
    for k in range(nz - 1, -1, -1):
        if k < nz - 1:
            d[:, :, k] -= c[:, :, k] * d[:, :, k + 1]
        tendency[:, :, k] = (d[:, :, k] - position[:, :, k]) / step


def initialise_vadv(n, levels):
    shape = (n, n, levels)
    fields = [numbers(*shape, seed=k) for k in range(4)]
    return fields[0], 0.2 * numbers(n + 1, n, levels), fields[1], fields[2], fields[3], 0.3


@kernel(initialise_vadv, (2, 4), (24, 40), (100, 80))
def vadv_value(tendency, velocity, wind, position, tendency_before, step):
    vadv(tendency, velocity, wind, position, tendency_before, step)
    return weigh(tendency)
