"""Programs whose sweeps carry many seeds: together they use every seed rule."""

from __future__ import annotations

import numpy as np
import pytest

from adcompile import no_grad

X = np.array([0.5, -1.2, 0.8, 1.5])
Y = np.array([1.1, 0.3, -0.7, 0.2])
A = np.array([[0.4, -0.3, 0.9, 1.4], [1.2, 0.6, -0.5, 0.7], [-0.8, 1.1, 0.3, -0.2]])
SQUARE = np.array([[2.4, -0.3, 0.5], [0.7, 1.9, -0.4], [0.2, 0.6, 3.1]])
STACK = np.stack([SQUARE, SQUARE.T * 0.5])
CASES = []


def at(*args):
    """Try the decorated program at these arguments."""

    def add(function):
        CASES.append(pytest.param(function, args, id=function.__name__))
        return function

    return add


# ------------------------------------------------------------------------- functions of arrays


@at(A, X, 0.5)
def broadcasting(a, x, s):
    return a * x + s - x / (2.0 + s) + np.where(a > 0, x, s * a)


@at(A, X)
def sums(a, x):
    b = a * x
    parts = b.sum(axis=0), b.mean(axis=-1), np.sum(b, axis=(0, 1)), b.sum(axis=1, keepdims=True) * x, np.mean(b)
    return parts[0] * np.sum(parts[1]) + parts[2] + parts[3] * parts[4] + sum(b) + sum([x, b[0], 2 * x])


@at(A, X, SQUARE, Y[:3])
def products(a, x, s, y):
    return (a @ x) * (y @ a @ x) + s @ (a @ x) + (s @ a @ x) * np.dot(x, x) + np.dot(s, y) * x[0] + np.dot(2.0, y)


@at(STACK, A, X)
def stacks_of_matrices(t, a, x):
    b = t @ a
    c = np.tensordot(t, a, axes=1) + np.tensordot(t, a, ([2], [0]))
    return b * x + STACK @ a + np.einsum("tij,jk->tik", t, a) + c


@at(X, Y, A)
def outer_products(x, y, a):
    return np.outer(x, y) * np.outer(Y, x) + a.T @ a + np.einsum("ij,ij->j", a, np.sin(a))


@at(SQUARE, Y[:3], A)
def equations(s, y, a):
    return np.linalg.solve(s, y) * y + np.linalg.solve(s, a).sum(axis=1) + np.linalg.solve(SQUARE, y * y)


@at(A, STACK)
def shapes(a, t):
    b = a.reshape(2, 6).ravel() * np.reshape(a, (12,)) + a.T.flatten()
    c = np.transpose(t, (2, 0, 1)) + np.moveaxis(t, -1, 0) + np.swapaxes(t, 0, 2).swapaxes(1, 2)
    d = np.expand_dims(a, 1).squeeze(axis=1) + np.squeeze(a[:, None]) + np.ascontiguousarray(np.matrix_transpose(a)).T
    traces = np.trace(a[:, :3]) + np.trace(t, axis1=1, axis2=2)
    return b.reshape(a.shape) * d + np.sum(c), np.broadcast_to(a[0], (2, 4)), traces


@at(X, A)
def joined_and_moved(x, a):
    b = np.concatenate([x, 2 * x[:2], a[0]]), np.concatenate((a, a * a), axis=1), np.stack([x, a[1]], axis=-1)
    c = np.vstack([x, Y]), np.hstack([x[:3], x]), np.cumsum(a, axis=0) + np.cumsum(x), np.flip(x) * np.flip(a, axis=1)
    d = np.roll(x, 1) + np.roll(a, 1, axis=0), np.repeat(x, 2), np.pad(a, 1), np.pad(x, (1, 2)), np.diff(a, axis=0)
    return b, c, d, np.diagonal(a), np.tril(a), np.diff(x), np.repeat(a, 2, axis=1)


@at(X, 0.7)
def filled(x, s):
    b = np.full((2, 4), x) * np.full(4, s) + np.full_like(x, s * 2)
    c = np.zeros_like(x)
    c[1:3] = s
    return b + c, np.array([s, x[0], s * x[1]]), np.array([s * v for v in x]), np.asarray(s * x), np.copy(x) * 2


@at(X, A)
def subscripts(x, a):
    i = np.array([0, 2, 1, 1])
    picked = x[i] * a[0, i] + a[1][::-1] + a[:, None, 2][0] + a[-1, ...] + x[x > 0].sum()
    return picked, a[i[:3], :2], a[:, i], x[1:3], x[2], a[[0, 1], [2, 3]] * x[0]


@at(X, A, 0.4)
def stores(x, a, s):
    b = np.zeros((3, 4))
    b[0] = x
    b[1:, 1] = s
    b[:, -1] += a[:, 0]
    b[2] += s * x
    b[np.array([0, 0, 1]), 2] += 1.0
    b.T[3, :2] = x[:2] * s
    for i in range(1, 4):
        b[0, i] = b[0, i - 1] * b[0, i] + x[i]
        b[1, i] *= s
    return b * a


@at(X, 0.3)
def in_place(x, s):
    b = x.copy()
    b *= x
    b += s
    b[1:] -= b[:-1] * s
    t = s
    t *= 2.0
    t += float(x[0])
    return b * t


@at(X, 0.7)
def spectrum(x, s):
    f = np.fft.fft(x * s)
    g = f * np.exp(1j * s) + np.fft.rfft(x)[0]
    filtered = np.fft.irfft(np.fft.rfft(x, axis=0) * (1 + 2j), 4)
    return np.abs(g) ** 2 * x + np.real(g) * np.imag(f) + filtered


# ------------------------------------------------------------------------ statements, containers


@at(X, 0.9, 3)
def loops(x, s, n):
    total = 0.0
    state = np.zeros_like(x)
    for i in range(n):
        state = state * s + np.sin(x) * i
        total = total + state[i] * s
    while np.sum(state * state) > 0.5:
        state = state * 0.5
    for v, w in zip(x, state):
        total = total + v * w
        if v < 0:
            continue
        s = s * v
        if s > 100:
            break
    return state * total + s


@at(A, X)
def loops_over_rows(a, x):
    rows = []
    for row in a:
        x = np.tanh(x * row)
        rows.append(x * 2)
    total = x
    for row in rows:
        total = total + row * rows[0]
    return np.stack(rows), total


@at(X, 0.3)
def branches(x, s):
    if s > 0:
        y, t = x * s, 0.0
    else:
        y, t = np.zeros(4), s
    if np.sum(x) > 0:
        t = t + x[0]
    return np.abs(y) + t, np.maximum(y, 0.0), np.clip(x, -1.0, 1.0)


@at(X, 0.3, 1.5)
def containers(x, s, t):
    pair = x * s, t
    state = {"x": x, "t": (t, s)}
    state["x"] = state["x"] * pair[1]
    values = [s, t, s * t]
    values[1] = values[1] * x[0]
    a, b = pair
    first, *_ = x
    for k in range(2):
        values[k] = values[k] + a[k]
    return [a * b, state["x"] * state["t"][1]], {"sum": values[0] + values[1] * values[2], "first": first}


@at(X, 0.3)
def items_that_run_time_chooses(x, s):
    values = [x, x * s, s * np.sin(x)]
    total = np.zeros(4)
    for k in range(4):
        total = total + values[k % 3] * values[(k * k) % 3]
    return total


def smooth(x, k=0.5):
    y = x.copy()
    y[1:-1] = k * (x[:-2] + x[2:])
    return y, np.sum(y)


def power(x, n):
    return x if n <= 1 else x * power(x, n - 1)


@at(X, 0.5)
def calls(x, s):
    y, total = smooth(x * s)
    z, more = smooth(y * total, s)
    return z + more, smooth(Y * s * x[0], s)[0]


@at(X, 2.0)
def passive_parts(x, s):
    with no_grad():
        scale = np.max(np.abs(Y)) * 0.5
    y = np.sqrt(np.abs(x)) / scale
    return y * s, 3.0, np.arange(3)


@at(X.astype(np.float32), np.float32(0.5), 0.25)
def single_precision(x, s, t):
    y = x * s + t
    y[0] = t * 2
    return y * np.sum(y), s * t
