"""Incompressible flow on a grid: in a cavity under a moving lid, and through a channel.

The momentum equations are stepped explicitly; the pressure is relaxed by Jacobi's iteration.
"""

from __future__ import annotations

import numpy as np

from .table import kernel, numbers, weigh


def divergence_source(b, u, v, rho, dt, dx, dy):
    """The right side of the pressure equation: what the velocities' divergence asks for."""
    ux = (u[1:-1, 2:] - u[1:-1, :-2]) / (2 * dx)
    vy = (v[2:, 1:-1] - v[:-2, 1:-1]) / (2 * dy)
    uy = (u[2:, 1:-1] - u[:-2, 1:-1]) / (2 * dy)
    vx = (v[1:-1, 2:] - v[1:-1, :-2]) / (2 * dx)
    b[1:-1, 1:-1] = rho * ((ux + vy) / dt - ux**2 - 2 * uy * vx - vy**2)


def cavity_pressure(p, b, sweeps, dx, dy):
    for _ in range(sweeps):
        pn = p.copy()
        p[1:-1, 1:-1] = (
            (pn[1:-1, 2:] + pn[1:-1, :-2]) * dy**2
            + (pn[2:, 1:-1] + pn[:-2, 1:-1]) * dx**2
            - b[1:-1, 1:-1] * dx**2 * dy**2
        ) / (2 * (dx**2 + dy**2))
        p[:, -1] = p[:, -2]
        p[0, :] = p[1, :]
        p[:, 0] = p[:, 1]
        p[-1, :] = 0.0


def cavity_flow(steps, sweeps, u, v, p, lid, dt, rho, nu):
    ny, nx = u.shape
    dx, dy = 2.0 / (nx - 1), 2.0 / (ny - 1)
    b = np.zeros((ny, nx))
    for _ in range(steps):
        un, vn = u.copy(), v.copy()
        divergence_source(b, u, v, rho, dt, dx, dy)
        cavity_pressure(p, b, sweeps, dx, dy)
        for w, wn, slope in (
            (u, un, (p[1:-1, 2:] - p[1:-1, :-2]) / (2 * rho * dx)),
            (v, vn, (p[2:, 1:-1] - p[:-2, 1:-1]) / (2 * rho * dy)),
        ):
            w[1:-1, 1:-1] = wn[1:-1, 1:-1] + dt * (
                -un[1:-1, 1:-1] * (wn[1:-1, 1:-1] - wn[1:-1, :-2]) / dx
                - vn[1:-1, 1:-1] * (wn[1:-1, 1:-1] - wn[:-2, 1:-1]) / dy
                - slope
                + nu * (wn[1:-1, 2:] - 2 * wn[1:-1, 1:-1] + wn[1:-1, :-2]) / dx**2
                + nu * (wn[2:, 1:-1] - 2 * wn[1:-1, 1:-1] + wn[:-2, 1:-1]) / dy**2
            )
        u[0, :] = u[:, 0] = u[:, -1] = 0.0
        u[-1, :] = lid
        v[0, :] = v[-1, :] = v[:, 0] = v[:, -1] = 0.0


def stable_step(n, largest):
    """A time step for which explicit diffusion on n points is stable."""
    return min(largest, (2.0 / (n - 1)) ** 2)


def initialise_cavity_flow(steps, sweeps, n):
    u, v, p = (0.01 * numbers(n, n, seed=k) for k in range(3))
    return steps, sweeps, u, v, p, 1.0, stable_step(n, 0.001), 1.0, 0.1


@kernel(initialise_cavity_flow, (3, 3, 6), (20, 20, 41), (20, 20, 161))
def cavity_flow_value(steps, sweeps, u, v, p, lid, dt, rho, nu):
    cavity_flow(steps, sweeps, u, v, p, lid, dt, rho, nu)
    return weigh(u) + weigh(v) + weigh(p)


# -------------------------------------------------------------------------------------- channel


def shifted(a, by):
    """The inner rows of an array, its columns shifted: the channel is periodic."""
    return np.roll(a[1:-1], by, axis=1)


def channel_pressure(p, b, sweeps, dx, dy):
    for _ in range(sweeps):
        pn = p.copy()
        p[1:-1] = (
            (shifted(pn, -1) + shifted(pn, 1)) * dy**2 + (pn[2:] + pn[:-2]) * dx**2 - b[1:-1] * dx**2 * dy**2
        ) / (2 * (dx**2 + dy**2))
        p[0], p[-1] = p[1], p[-2]


def channel_source(b, u, v, rho, dt, dx, dy):
    ux = (shifted(u, -1) - shifted(u, 1)) / (2 * dx)
    vx = (shifted(v, -1) - shifted(v, 1)) / (2 * dx)
    uy = (u[2:] - u[:-2]) / (2 * dy)
    vy = (v[2:] - v[:-2]) / (2 * dy)
    b[1:-1] = rho * ((ux + vy) / dt - ux**2 - 2 * uy * vx - vy**2)


def advected(w, un, vn, dt, dx, dy, nu):
    """The inner rows of a velocity after a step of advection and diffusion."""
    here, left, right = w[1:-1], shifted(w, 1), shifted(w, -1)
    return here + dt * (
        -un[1:-1] * (here - left) / dx
        - vn[1:-1] * (here - w[:-2]) / dy
        + nu * (right - 2 * here + left) / dx**2
        + nu * (w[2:] - 2 * here + w[:-2]) / dy**2
    )


def channel_flow(sweeps, tolerance, u, v, p, force, dt, rho, nu):
    """Flow under a constant force until a step changes its sum by less than a tolerance."""
    ny, nx = u.shape
    dx, dy = 2.0 / (nx - 1), 2.0 / (ny - 1)
    b = np.zeros((ny, nx))
    change = 1.0
    steps = 0
    while change > tolerance:
        un, vn = u.copy(), v.copy()
        channel_source(b, un, vn, rho, dt, dx, dy)
        channel_pressure(p, b, sweeps, dx, dy)
        u[1:-1] = advected(un, un, vn, dt, dx, dy, nu) + dt * (
            force - (shifted(p, -1) - shifted(p, 1)) / (2 * rho * dx)
        )
        v[1:-1] = advected(vn, un, vn, dt, dx, dy, nu) - dt * (p[2:] - p[:-2]) / (2 * rho * dy)
        u[0] = u[-1] = v[0] = v[-1] = 0.0
        change = abs((np.sum(u) - np.sum(un)) / np.sum(u))
        steps += 1
    return steps


def initialise_channel_flow(sweeps, digits, n):
    u, v, p = (0.01 * numbers(n, n, seed=k) for k in range(3))
    return sweeps, 10.0**-digits, 0.1 + u, v, p, 1.0, stable_step(n, 0.005), 1.0, 0.1


@kernel(initialise_channel_flow, (3, 1, 6), (20, 2, 31), (20, 3, 61))
def channel_flow_value(sweeps, tolerance, u, v, p, force, dt, rho, nu):
    steps = channel_flow(sweeps, tolerance, u, v, p, force, dt, rho, nu)
    return (weigh(u) + weigh(v) + weigh(p)) / steps
