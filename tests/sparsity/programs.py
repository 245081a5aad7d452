"""Programs with sparse Jacobians, each with a point to try it at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

POINT = np.linspace(0.4, 2.1, 12) * np.where(np.arange(12) % 3 == 1, -1.0, 1.0)
MATRIX = POINT.reshape(3, 4)
ORDER = np.array([3, 0, 7, 7, 11, 2])
BANDS = np.eye(12) * 2.0 - np.eye(12, k=1) - np.eye(12, k=-1)

PROGRAMS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []


def at(*args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the decorated program into the table, with its arguments. It is differentiated by the first."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS.append((function, args))
        return function

    return add


# ------------------------------------------------------------------------------ the usual patterns


@at(POINT)
def tridiagonal(x):
    y = np.zeros(len(x))
    y[1:-1] = x[:-2] - 2 * x[1:-1] ** 2 + x[2:] * x[1:-1]
    y[0], y[-1] = x[0] ** 2 - x[1], np.sin(x[-1]) * x[-2]
    return y


@at(POINT)
def five_bands(x):
    y = x**2
    y[2:] += x[:-2] * x[1:-1]
    y[:-2] -= np.exp(x[2:])
    return y


@at(POINT)
def arrow(x):
    return np.concatenate([np.array([np.sum(x**2)]), x[1:] * x[0]])


@at(POINT)
def blocks(x):
    y = []
    for part in np.split(x, 4):
        y.append(part @ part * part)
    return np.concatenate(y)


@at(MATRIX)
def five_points(u):
    v = np.zeros_like(u)
    v[1:-1, 1:-1] = u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:] - 4 * u[1:-1, 1:-1] ** 2
    return v


@at(POINT)
def wide(x):
    return x[:6] * x[6:]


@at(POINT)
def tall(x):
    return np.concatenate([x[1:] - x[:-1], x**2, np.cumsum(x[:3])])


@at(POINT)
def nothing_moves(x):
    return np.zeros(4) + np.round(x[:4])


# ------------------------------------------------------------------------------- loops and stores


@at(POINT)
def recurrence(x):
    y = np.empty(len(x))
    last = 0.0
    for i in range(len(x)):
        if i % 4 == 0:
            last = x[i]
        last = last * x[i]
        y[i] = last
    return y


@at(POINT)
def smoothed_in_place(x):
    a = x * 1.0
    for _ in range(2):
        a[1:-1] = (a[:-2] + a[1:-1] + a[2:]) / 3
    return a


@at(POINT)
def overlapping(x):
    a = x.copy()
    a[1:] += a[:-1] * 0.5
    return a * a


@at(POINT)
def overwritten(x):
    a = x * 2
    a[3:6] = 1.0
    a[6] = a[0]
    return a


@at(POINT)
def double_buffered(x):
    a, b = x * 1.0, np.zeros(len(x))
    for _ in range(3):
        b[1:-1] = a[:-2] * a[2:]
        a, b = b, a
    return a + b


@at(MATRIX)
def rows_in_place(m):
    m = m * 1.0
    for i, row in enumerate(m):
        row *= row[i]
    return m


@at(MATRIX)
def through_views(m):
    m = m.copy()
    m.T[1] *= 2.0
    m.reshape(-1)[::5] += m[0, 0]
    m.ravel()[3] = m[2, 1] * m[1, 1]
    return m.T


@at(POINT)
def added_at(x):
    total = np.zeros(5)
    np.add.at(total, np.array([0, 2, 2, 4, 0, 3]), x[:6] ** 2)
    return total


@at(POINT)
def lists_and_tuples(x):
    pairs = [(x[i], x[i + 1] ** 2) for i in range(0, 10, 2)]
    pairs.append((1.0, x[0]))
    return np.array([a * b for a, b in pairs])


@at(POINT)
def dict_of_arrays(x):
    parts = {"low": x[:4], "high": x[8:] * 2}
    parts["low"] = parts["low"] * parts["high"]
    return np.stack([parts["low"], parts["high"]])


@at(POINT)
def until_small(x):
    y = x[:3] ** 2
    k = 3
    while np.max(y) < 40 and k < 12:
        y[k % 3] += x[k] ** 2 * 3
        k += 1
    return y


# --------------------------------------------------------------------------- indices and selection


@at(POINT, ORDER)
def permuted(x, order):
    return x[order] ** 2


@at(POINT)
def masked(x):
    y = x * 1.0
    y[y < 0] = 0.0
    y[x > 1.5] *= x[0]
    return y


@at(POINT)
def sorted_pairs(x):
    return np.sort(x[:6])[:2] * x[6:8]


@at(POINT)
def one_of_two(x):
    return np.where(x > 1.0, x**2, x[::-1])


@at(POINT)
def clipped(x):
    return np.clip(x, -1.0, 1.0) + np.maximum(x, x[::-1]) * 0


@at(POINT)
def zeros_that_are_values(x):
    return x * 0 + x[::-1] * np.zeros(12)


@at(MATRIX)
def moved_about(m):
    parts = [np.roll(m, 1, axis=1), np.flip(m, 0), np.tile(m[:, :2], (1, 2)), np.transpose(m.T)]
    a = np.stack(parts, axis=-1)
    return np.moveaxis(np.squeeze(np.expand_dims(a, 0)), 2, 0) ** 2


@at(MATRIX)
def padded(m):
    return np.pad(m, 1) + np.pad(m, ((1, 1), (2, 0)), mode="edge") ** 2


@at(MATRIX)
def triangles_and_diagonals(m):
    return np.concatenate([np.triu(m).ravel(), np.diag(m), np.diag(m[0]).ravel(), np.repeat(m[2], 2)])


@at(MATRIX)
def taken(m):
    return np.take(m, [2, 0, 0], axis=0) * np.take_along_axis(m, np.array([[1], [0], [3]]), 1)


# ------------------------------------------------------------------------- reductions and products


@at(MATRIX)
def along_axes(m):
    most = np.array([m.max()])
    return np.concatenate([m.sum(axis=0), m.mean(axis=1), most, np.prod(m[:, :2], axis=1), m.std(axis=-1)])


@at(MATRIX)
def running(m):
    return np.concatenate([np.cumsum(m, axis=1).ravel(), np.diff(m, axis=0).ravel(), np.diff(m.ravel(), n=2)])


@at(MATRIX)
def products(m):
    last = np.array([np.dot(m[0], m[1])])
    return np.concatenate([(m @ m.T).ravel(), m @ m[0], np.outer(m[0], m[1, :2]).ravel(), last])


@at(POINT, BANDS)
def bands_times(x, bands):
    return bands @ x * (x @ bands[:, :12]) + bands[0] @ x


@at(MATRIX, np.triu(BANDS[:4, :4]))
def triangle_times(m, triangle):
    parts = [m @ triangle, (triangle.T @ m.T).T, np.outer(m @ triangle[1], triangle[0] @ m.T)]
    return np.concatenate([part.ravel() for part in parts])


@at(POINT)
def signs_times(x):
    return np.diag(np.sign(x) + 1.0) @ x


@at(MATRIX)
def contracted(m):
    return np.einsum("ij,kj->ik", m, m) + np.tensordot(m, m, ([1], [1]))


@at(MATRIX)
def solved(m):
    return np.linalg.solve(m[:, :3] + 3 * np.eye(3), m[:, 3])


# ------------------------------------------------------------------------------------ other forms


def square_of(z, k=2):
    return z**k


def into_first(a, value):
    a[0] = value
    return a


@at(POINT)
def calls(x):
    parts = [square_of(x[:4]), square_of(x[4:8], k=3), into_first(x[8:] * 1.0, x[0])]
    return np.concatenate(parts)


@at(2.0)
def of_a_number(s):
    return s**2


@at(2.0, POINT)
def a_number_into_an_array(s, x):
    return s * x


@at(POINT)
def to_a_number(x):
    return x[0] * x[1] + x[-1]


@at(POINT.astype(np.float32))
def in_single(x):
    y = np.zeros(12, dtype=np.float32)
    y[1:] = x[1:] * x[:-1]
    return y


@at(POINT.astype(np.float16))
def in_half(x):
    y = x * 1
    y[1:] = y[1:] * x[:-1]
    return y


@at(POINT)
def by_half(x):
    y = np.zeros(12, dtype=np.float16)
    y[:] = x
    return y.astype(np.float64)


@at(MATRIX[:0])
def of_nothing(m):
    return m * 2


# ----------------------------------------------------------------------------------- energies

ENERGIES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []


def energy(*args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put the decorated program, of one real number, into the table of those with Hessians."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        ENERGIES.append((function, args))
        return function

    return add


@energy(POINT)
def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


@energy(POINT)
def rosenbrock_by_elements(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return total


@energy(MATRIX)
def membrane(u):
    """The energy of linear finite elements on a grid, with a load."""
    across, along = np.diff(u, axis=0), np.diff(u, axis=1)
    return np.sum(np.sqrt(1 + across**2)) + np.sum(np.sqrt(1 + along**2)) - 0.1 * np.sum(u)


ELEMENTS = np.array([[0, 1, 4], [1, 2, 5], [4, 5, 8], [2, 3, 6], [9, 10, 11]])


@energy(POINT)
def elements(x):
    """The energy of elements that are gathered by an array of indices."""
    local = x[ELEMENTS]
    stretch = local[:, 1:] - local[:, :-1]
    return np.sum(stretch**4) + np.sum(local[:, 0] ** 2 * local[:, 2])


@energy(POINT)
def linear_and_not(x):
    return np.sum(x) * 3.0 + np.sum(x[:3] ** 3) + x[4] * x[5]


@energy(POINT, BANDS)
def stiffness(x, bands):
    return 0.5 * x @ (bands @ x) + np.sum(bands @ x**3) - x @ np.arange(12)


@energy(POINT)
def arrow_energy(x):
    """One number that goes with all the others."""
    return np.sum(np.exp(x[0] * x[1:] * 0.3)) + x[0] ** 3


@energy(POINT)
def two_hubs(x):
    return np.sum(x[2:] ** 2 * x[0]) + np.sum(x[2:7] * np.sin(x[1])) + np.sum(x[2:-1] * x[3:] ** 2)


@energy(POINT)
def smoothed_energy(x):
    a = x * 1.0
    for _ in range(2):
        a[1:-1] = (a[:-2] + a[2:]) / 2
    return np.sum(a**3)


@energy(POINT)
def chain_by_calls(x):
    total = 0.0
    for i in range(1, len(x)):
        total += square_of(x[i] - x[i - 1], 4)
    return total


@at(POINT)
def real_parts_stored(x):
    # A complex number has one set: of what its real part was, the imaginary part still depends on.
    z = x * (1 + 2j)
    z.real[2] = x[0] * x[1]
    z.imag[5:7] *= x[:2]
    z.real[[0, 0, 3]] += x[9:]
    z.imag = z.real[::-1] + z.imag
    z[1:] *= 1j
    return z.real + z.imag


@at(MATRIX)
def added_through_the_transpose(a):
    b = a.copy()
    np.add.at(b.T, [1, 1, 3], a.T[:3] ** 2)
    np.add.at(b[:, ::-1].T, (slice(None), [0, 2, 0]), a.T[:, :3])
    return b
