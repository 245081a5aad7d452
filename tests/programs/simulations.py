"""Simulations as they are written: with random numbers, each of which is drawn once and in order, and with
objects of classes."""

from __future__ import annotations

import random

import numpy as np
from programs.language import V, at


def noisy(x, rng):
    return x * rng.normal(size=x.shape)


def walk(steps, rng):
    return np.cumsum(rng.choice(3, size=steps) - 1.0)


@at((V,), (V[:2],))
def a_generator_of_its_own(x):
    rng = np.random.default_rng(42)
    total = 0.0
    for _ in range(3):
        z = rng.standard_normal(x.shape)
        total += np.sum(x * z) + rng.normal()
    return total


@at((V, 3), (V[:2], 4))
def a_generator_that_calls_share(x, seed):
    rng = np.random.default_rng(seed)
    return np.sum(noisy(x, rng) * x) + np.sum(noisy(x**2, rng)) + walk(4, rng) @ walk(4, rng) * x[0]


@at((0.04, 1.5, -0.6))
def heston(variance, speed, correlation):
    rng = np.random.RandomState(7)
    paths, dt = 8, 0.1
    price = np.zeros(paths)
    v = np.full(paths, variance)
    for _ in range(4):
        z = rng.standard_normal(paths)
        w = correlation * z + np.sqrt(1 - correlation**2) * rng.randn(paths)
        price += -0.5 * v * dt + np.sqrt(v * dt) * z
        v = v + speed * (0.05 - v) * dt + 0.01 * np.sqrt(v * dt) * w
    return np.mean(np.exp(price))


@at((V,), (3 * V,))
def metropolis(x):
    rng = np.random.default_rng(1)
    chain, accepted = [], 0
    for _ in range(5):
        proposal = 0.9 * x + 0.4 * rng.standard_normal(x.shape)
        if np.log(rng.random()) < 0.5 * np.sum(x**2) - 0.5 * np.sum(proposal**2):
            x = proposal
            accepted += 1
        chain.append(x)
    return np.mean(np.array(chain) ** 2) + accepted


@at((np.array([0.3, -0.2]), np.arange(12.0).reshape(6, 2) / 10))
def minibatches(w, data):
    rng = np.random.default_rng(3)
    for _ in range(2):
        order = rng.permutation(len(data))
        for rows in np.split(order, 3):
            batch = data[rows]
            w = w - 0.1 * batch.T @ (np.tanh(batch @ w) - 1.0)
    return w @ w


@at((V,))
def numbers_of_pythons_generator(x):
    rng = random.Random(5)
    total = 0.0
    for v in x:
        total += v * v * rng.gauss(0.0, 1.0)
    return total


class Molecules:
    """Particles in a periodic box: what a program knows of the object's attributes it knows when it runs."""

    def __init__(self, count, box):
        self.box = box
        self.pairs = [(i, j) for i in range(count) for j in range(i + 1, count)]
        self.masses = np.linspace(1.0, 2.0, count)

    def energy_and_forces(self, positions):
        forces, energy = np.zeros_like(positions), 0.0
        for i, j in self.pairs:
            r = positions[i] - positions[j]
            r = r - self.box * np.round(r / self.box)
            if r @ r > (self.box / 2) ** 2:
                continue
            s6 = 1.0 / (r @ r) ** 3
            energy += 4 * (s6 * s6 - s6)
            force = 24 * (2 * s6 * s6 - s6) / (r @ r) * r
            forces[i] += force
            forces[j] -= force
        return energy, forces

    def step(self, positions, velocities, dt):
        velocities = velocities + dt * self.energy_and_forces(positions)[1] / self.masses[:, None]
        positions = positions + dt * velocities
        energy, forces = self.energy_and_forces(positions)
        return positions, velocities + dt * forces / self.masses[:, None], energy


MOLECULES = Molecules(3, 6.0)


@at((np.array([[0.0, 0.1], [1.2, 0.0], [0.1, 1.3]]), np.array([[0.1, -0.2], [0.3, 0.1], [-0.2, 0.2]])))
def molecular_dynamics(positions, velocities):
    energies = []
    for _ in range(2):
        positions, velocities, energy = MOLECULES.step(positions, velocities, 0.01)
        energies.append(energy)
    return np.sum(np.array(energies)) + np.sum(MOLECULES.masses[:, None] * velocities**2)
