"""Nested functions and lambdas that read variables, given to functions of the module: as integrators,
quadratures and solvers are called."""

from __future__ import annotations

import numpy as np
from programs.language import V, at


def rk4(f, y, h, steps):
    for k in range(steps):
        t = k * h
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + f(t + h, y + h * k3))
    return y


def apply(f, *args, **options):
    return f(*args, **options)


def accumulate(f, y):
    for k in range(2):
        y += f(k + 1.0)
    return y


def first(f, g):
    return f


def newton(f, slope, x, tolerance=1e-12):
    for _ in range(20):
        step = f(x) / slope(x)
        x = x - step
        if abs(step) < tolerance:
            break
    return x


def simpson(f, a, b, n=4):
    h = (b - a) / n
    total = f(a) + f(b)
    for k in range(1, n):
        total += (4 if k % 2 else 2) * f(a + k * h)
    return total * h / 3


def weighted(f, y):
    return apply(lambda z: f(z) * y, y)


class Euler:
    def __init__(self, h):
        self.h = h

    def run(self, f, y, steps):
        while steps > 0:
            y = y + self.h * f(steps * self.h, y)
            steps -= 1
        return y


EULER = Euler(0.1)
RATE = 0.7


@at((V, 1.3), (V[:2], -0.4))
def a_right_side_of_nested_def(x, mu):
    def rhs(t, y):
        if t > 0.15:
            return -RATE * y
        slope = np.zeros(len(y))
        for i in range(len(y)):
            slope[i] = mu * (1 - y[i] ** 2) * x[i] - t * y[i]
        return slope

    return np.sum(rk4(rhs, x, 0.1, 3))


@at((V,))
def a_lambda_and_a_method(x):
    return np.sum(EULER.run(lambda t, y: -y * x + t, x, 3))


@at((V,))
def variables_that_are_bound_again(x):
    rate = 1.0
    rhs = lambda t, y: y * x * rate  # noqa: E731
    y = rk4(rhs, x, 0.1, 1)
    rate = 2.0
    y = rk4(rhs, y, 0.1, 1)
    for k in range(2):
        y = apply(lambda z: z * x * k + rate, y)
    return np.sum(y)


@at((V,))
def defaults_and_names(x):
    rate = 2.0

    def scaled(t, y, by=rate * x, *, power=2):
        return (y * by * t) ** power

    rate = 3.0
    return np.sum(apply(scaled, 1.0, x) * apply(scaled, 1.0, y=x * x, power=3) + apply(scaled, t=rate, y=x, by=x))


@at((V,))
def what_it_reads_changes_meanwhile(x):
    y = x * x
    z = accumulate(lambda t: y * t * x, y)
    return np.sum(z * y)


@at((V,))
def an_argument_that_changes_meanwhile(x):
    z = accumulate(lambda t: x * t, x)
    return np.sum(z * x)


@at((V,))
def one_that_reads_another(x):
    return np.sum(weighted(lambda z: z * x, np.sin(x)))


@at((0.8, 2.0))
def a_root_and_an_integral(a, b):
    root = newton(lambda z: z**3 - a * z - b, lambda z: 3 * z**2 - a, 2.0)
    return root * simpson(lambda t: np.exp(-a * t) * b, 0.0, root)


@at((V,))
def one_that_carries_no_derivative(x):
    h = 0.1

    def point(i):
        return i * h

    grid = [apply(point, i) for i in range(3)]
    return np.sum(x * grid[1] + x**2 * grid[2])


def outlives_its_call(x):
    rate = 2.0
    later = first(lambda y: y * rate * x, None)
    rate = 3.0
    return np.sum(later(x))


def counts_its_calls(x):
    calls = 0

    def rhs(t, y):
        nonlocal calls
        calls += 1
        return y * x

    return np.sum(rk4(rhs, x, 0.1, 1)) * calls


@at((V,), (V[:2],))
def names_bound_to_a_generators_items(x):
    def scaled(a):
        return a * x

    p, q = (scaled(k * x) for k in (1.0, 2.0))
    r, *rest = map(np.sin, [p, q, x])
    return np.sum(p * q + r) + np.sum(rest[0] * rest[1])


@at((V,))
def a_function_that_one_numpy_has(x):
    total = np.sum if hasattr(np, "sum") else np.no_such_sum
    return total(x**3) * (np.sum(x) if not hasattr(np, "no_such_sum") else 1.0)
