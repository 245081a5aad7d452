"""Bodies that attract each other."""

from __future__ import annotations

import numpy as np

from .table import kernel, numbers, weigh


def accelerations(position, mass, softening, acceleration):
    """Newton's law for every pair, each pair once."""
    n = len(mass)
    acceleration[:, :] = 0.0
    for i in range(n):
        for j in range(i):
            dx = position[j, 0] - position[i, 0]
            dy = position[j, 1] - position[i, 1]
            dz = position[j, 2] - position[i, 2]
            strength = (dx * dx + dy * dy + dz * dz + softening * softening) ** -1.5
            acceleration[i, 0] += mass[j] * strength * dx
            acceleration[i, 1] += mass[j] * strength * dy
            acceleration[i, 2] += mass[j] * strength * dz
            acceleration[j, 0] -= mass[i] * strength * dx
            acceleration[j, 1] -= mass[i] * strength * dy
            acceleration[j, 2] -= mass[i] * strength * dz


def nbody(steps, mass, position, velocity, dt, softening):
    """Leapfrog: half a kick, a drift, half a kick."""
    acceleration = np.zeros_like(position)
    accelerations(position, mass, softening, acceleration)
    for _ in range(steps):
        velocity += 0.5 * dt * acceleration
        position += dt * velocity
        accelerations(position, mass, softening, acceleration)
        velocity += 0.5 * dt * acceleration


def initialise_nbody(steps, n):
    return steps, 1.0 + 0.3 * numbers(n), numbers(n, 3), 0.1 * numbers(n, 3, seed=1), 0.01, 0.2


@kernel(initialise_nbody, (2, 4), (5, 12), (10, 30))
def nbody_value(steps, mass, position, velocity, dt, softening):
    nbody(steps, mass, position, velocity, dt, softening)
    return weigh(position) + np.sum(mass[:, np.newaxis] * velocity * velocity)
