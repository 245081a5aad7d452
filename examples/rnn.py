"""Train a small recurrent network to tell whether a sequence has a positive sum.

Run it: python examples/rnn.py
"""

import numpy as np

from adcompile import value_and_grad


def loss(W, U, v, sequences, labels):
    total = 0.0
    for i, xs in enumerate(sequences):
        h = np.zeros(U.shape[0])
        for x in xs:
            h = np.tanh(x @ W + h @ U)
        total += (np.dot(h, v) - labels[i]) ** 2
    return total / len(labels)


def train(steps=60, rate=0.1):
    rng = np.random.default_rng(0)
    sequences = rng.normal(size=(20, 6, 2))
    labels = np.sign(sequences.sum(axis=(1, 2)))
    W, U, v = 0.3 * rng.normal(size=(2, 4)), 0.3 * rng.normal(size=(4, 4)), 0.3 * rng.normal(size=4)
    step = value_and_grad(loss, wrt=("W", "U", "v"))
    history = []
    for _ in range(steps):
        value, (W_bar, U_bar, v_bar) = step(W, U, v, sequences, labels)
        W, U, v = W - rate * W_bar, U - rate * U_bar, v - rate * v_bar
        history.append(float(value))
    return history, step


if __name__ == "__main__":
    history, step = train()
    print(f"loss: {history[0]:.3f} at first, {history[-1]:.3f} after {len(history)} steps")
    print(step.source)
