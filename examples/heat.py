"""Find the heat source on a rod that explains the temperatures measured later.

Run it: python examples/heat.py
"""

import numpy as np

from adcompile import value_and_grad


def simulate(source, steps=60, diffusion=0.2):
    """Temperatures of a rod that is heated by `source`, its ends kept cold."""
    t = np.zeros(len(source))
    for _ in range(steps):
        flow = t[:-2] - 2 * t[1:-1] + t[2:]
        change = np.concatenate((np.zeros(1), diffusion * flow, np.zeros(1)))
        t = t + change + 0.01 * source
    return t


def misfit(source, measured):
    return np.sum((simulate(source) - measured) ** 2)


def recover(steps=400, rate=1.0):
    where = np.linspace(0, 1, 24)
    truth = np.exp(-(((where - 0.3) / 0.1) ** 2))
    measured = simulate(truth)
    step = value_and_grad(misfit)
    source, history = np.zeros(24), []
    for _ in range(steps):
        value, gradient = step(source, measured)
        source = source - rate * gradient
        history.append(float(value))
    return history, source, truth, step


if __name__ == "__main__":
    history, source, truth, step = recover()
    print(f"misfit: {history[0]:.4f} at first, {history[-1]:.2e} after {len(history)} steps")
    print(f"largest error of the source: {np.max(np.abs(source - truth)):.3f}")
    print(step.source)
