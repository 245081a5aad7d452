"""SciPy's solvers take adcompile's derivatives as they are: jac=, hess=, hessp=.

Run it: python examples/scipy_solvers.py  (needs SciPy)
"""

import numpy as np
from scipy.optimize import NonlinearConstraint, least_squares, minimize, root

from adcompile import grad, hessian, hvp, jacobian, value_and_grad


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def minima(n=6):
    """The minimum, by solvers that take more and more of the derivatives."""
    x0 = np.linspace(0.2, 1.8, n)
    return {
        "jac=grad": minimize(rosenbrock, x0, jac=grad(rosenbrock)),
        "jac=True": minimize(value_and_grad(rosenbrock), x0, jac=True),
        "hess=hessian": minimize(
            rosenbrock, x0, jac=grad(rosenbrock), hess=hessian(rosenbrock), method="trust-exact"
        ),
        "hessp=hvp": minimize(rosenbrock, x0, jac=grad(rosenbrock), hessp=hvp(rosenbrock), method="trust-krylov"),
    }


TIMES = np.linspace(0.0, 4.0, 25)
MEASURED = 2.5 * np.exp(-1.3 * TIMES) + 0.5 + 0.01 * np.cos(40.0 * TIMES)


def residuals(p, times, measured):
    scale, rate, offset = p
    return scale * np.exp(-rate * times) + offset - measured


slopes = jacobian(residuals)


def fitted_decay():
    """A fit of an exponential decay: least squares with the Jacobian of the residuals."""
    return least_squares(residuals, [1.0, 1.0, 0.0], jac=slopes, args=(TIMES, MEASURED))


def forces(x):
    """Where two springs and a weight are at rest."""
    return np.array([x[0] ** 3 + x[0] - x[1], x[1] - x[0] * np.cos(x[1]) - 0.4])


def at_rest():
    """A root of a system of equations."""
    return root(forces, [0.5, 0.5], jac=jacobian(forces))


def on_the_circle(x):
    return np.sum(x**2)


def constrained():
    """A minimum on the unit circle."""
    circle = NonlinearConstraint(on_the_circle, 1.0, 1.0, jac=grad(on_the_circle))
    return minimize(
        rosenbrock, [0.5, 0.5], jac=grad(rosenbrock), constraints=circle, method="SLSQP", options={"ftol": 1e-12}
    )


if __name__ == "__main__":
    for name, found in minima().items():
        print(f"{name:14s} {found.fun:9.2e} after {found.nfev} values of the function")
    print("decay         ", fitted_decay().x)
    print("at rest       ", at_rest().x)
    print("on the circle ", constrained().x)
    print(slopes.source)
