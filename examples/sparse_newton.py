"""A rod that heats itself: Newton's method with a sparse Jacobian, of three colours.

Run it: python examples/sparse_newton.py  (needs SciPy)
"""

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse.linalg import spsolve

from adcompile import jacobian

LOAD = 2.0


def imbalance(u):
    """The equation u'' + LOAD exp(u) = 0 on a grid; the ends are held at 0."""
    around = np.zeros(len(u) + 2)
    around[1:-1] = u
    step = 1.0 / (len(u) + 1)
    return (around[:-2] - 2.0 * u + around[2:]) / step**2 + LOAD * np.exp(u)


slopes = jacobian(imbalance, sparsity="auto")


def by_newton(n=1000):
    """The temperatures, and how large the imbalance was at each step."""
    u, history = np.zeros(n), []
    for _ in range(20):
        f = imbalance(u)
        history.append(float(np.abs(f).max()))
        if history[-1] < 1e-6:
            break
        u = u - spsolve(slopes(u).tocsc(), f)
    return u, history


def by_least_squares(n=50):
    """The same by a solver of SciPy's, which takes the sparse Jacobian as it is."""
    return least_squares(imbalance, np.zeros(n), jac=slopes).x


if __name__ == "__main__":
    u, history = by_newton()
    print("imbalance", *(f"{h:.1e}" for h in history))
    print(f"hottest   {u.max():.6f}, {by_least_squares().max():.6f} on a coarse grid")
    print(f"seeds     {slopes.seeds} for each Jacobian; looked for its entries {slopes.searches} times")
    print(slopes.source)
