"""Fit a two-layer network to a curve, with its parameters in a dict.

Run it: python examples/mlp.py
"""

import numpy as np

from adcompile import value_and_grad


def network(params, x):
    hidden = np.tanh(x @ params["W1"] + params["b1"])
    return hidden @ params["W2"] + params["b2"]


def loss(params, x, y):
    error = network(params, x) - y
    return np.sum(error * error) / len(x)


def train(steps=300, rate=0.05):
    rng = np.random.default_rng(1)
    x = np.linspace(-2, 2, 40).reshape(-1, 1)
    y = np.sin(2 * x)
    params = {
        "W1": rng.normal(size=(1, 16)),
        "b1": np.zeros(16),
        "W2": 0.3 * rng.normal(size=(16, 1)),
        "b2": np.zeros(1),
    }
    step = value_and_grad(loss)
    history = []
    for _ in range(steps):
        value, gradient = step(params, x, y)
        params = {name: params[name] - rate * gradient[name] for name in params}
        history.append(float(value))
    return history, step


if __name__ == "__main__":
    history, step = train()
    print(f"loss: {history[0]:.3f} at first, {history[-1]:.3f} after {len(history)} steps")
    print(step.source)
