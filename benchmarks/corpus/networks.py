"""Neural networks: softmax, a perceptron with three layers, and one like LeNet."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .signals import conv2d
from .table import kernel, numbers, weigh


def softmax(x):
    """Along the last axis, in place."""
    x -= np.max(x, axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= np.sum(x, axis=-1, keepdims=True)


def initialise_softmax(n, m):
    return (3.0 * numbers(n, m),)


@kernel(initialise_softmax, (3, 5), (64, 100), (512, 1_000))
def softmax_value(x):
    softmax(x)
    return weigh(x)


def relu(x):
    return np.maximum(x, 0.0)


def mlp(x, w1, b1, w2, b2, w3, b3):
    x = relu(x @ w1 + b1)
    x = relu(x @ w2 + b2)
    x = x @ w3 + b3
    softmax(x)
    return x


def initialise_mlp(batch, inputs, hidden, outputs):
    sizes = (inputs, hidden, hidden, outputs)
    layers = [
        (numbers(a, b, seed=k) / np.sqrt(a), 0.1 * numbers(b, seed=k)) for k, (a, b) in enumerate(pairwise(sizes))
    ]
    return numbers(batch, inputs), *(array for layer in layers for array in layer)


@kernel(initialise_mlp, (3, 4, 5, 3), (32, 64, 64, 10), (256, 256, 512, 10))
def mlp_value(x, w1, b1, w2, b2, w3, b3):
    return weigh(mlp(x, w1, b1, w2, b2, w3, b3))


def maxpool(x):
    """The largest of each square of two by two, one output point at a time."""
    out = np.empty((x.shape[0], x.shape[1] // 2, x.shape[2] // 2, x.shape[3]))
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            out[:, i, j, :] = np.max(x[:, 2 * i : 2 * i + 2, 2 * j : 2 * j + 2, :], axis=(1, 2))
    return out


def lenet(images, c1, d1, c2, d2, w1, b1, w2, b2):
    x = maxpool(relu(conv2d(images, c1, d1)))
    x = maxpool(relu(conv2d(x, c2, d2)))
    x = x.reshape(x.shape[0], -1)
    x = relu(x @ w1 + b1)
    return x @ w2 + b2


def initialise_lenet(batch, size, channels, hidden):
    """`size` is that of the images; two convolutions of 3 by 3 and two poolings leave `after`."""
    after = ((size - 2) // 2 - 2) // 2
    flat = after * after * 2 * channels
    return (
        numbers(batch, size, size, 1),
        numbers(3, 3, 1, channels),
        0.1 * numbers(channels),
        numbers(3, 3, channels, 2 * channels) / 3.0,
        0.1 * numbers(2 * channels),
        numbers(flat, hidden) / np.sqrt(flat),
        0.1 * numbers(hidden),
        numbers(hidden, 10) / np.sqrt(hidden),
        0.1 * numbers(10),
    )


@kernel(initialise_lenet, (2, 10, 2, 4), (4, 18, 4, 32), (16, 28, 6, 84))
def lenet_value(images, c1, d1, c2, d2, w1, b1, w2, b2):
    return weigh(lenet(images, c1, d1, c2, d2, w1, b1, w2, b2))
