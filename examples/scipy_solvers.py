"""SciPy's solvers take adcompile's derivatives as they are: jac=, hess=, hessp=, fprime=, constraints.
And a program that calls one is differentiated, by the equation that it solves.

Run it: python examples/scipy_solvers.py  (needs SciPy)
"""

import numpy as np
from scipy.optimize import NonlinearConstraint, brentq, curve_fit, least_squares, minimize, root, root_scalar

from adcompile import grad, hessian, hessp, hvp, jacobian, value_and_grad


def rosenbrock(x, steep=100.0):
    return np.sum(steep * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


slope, curvature = grad(rosenbrock), hessian(rosenbrock)


def minima(n=6):
    """The minimum, by solvers that take more and more of the derivatives; `args` go to all of them."""
    x0, args = np.linspace(0.2, 1.8, n), (50.0,)
    along = hessp(rosenbrock)
    return {
        "jac=grad": minimize(rosenbrock, x0, jac=slope),
        "jac=True": minimize(value_and_grad(rosenbrock), x0, jac=True),
        "hess=hessian": minimize(rosenbrock, x0, jac=slope, hess=curvature, method="trust-exact"),
        "hessp=hvp": minimize(rosenbrock, x0, jac=slope, hessp=hvp(rosenbrock), method="trust-krylov"),
        "args, hess": minimize(rosenbrock, x0, args, "trust-exact", jac=slope, hess=curvature),
        "args, hessp": minimize(rosenbrock, x0, args, "trust-ncg", jac=slope, hessp=along, options={"gtol": 1e-8}),
    }


TIMES = np.linspace(0.0, 4.0, 25)
MEASURED = 2.5 * np.exp(-1.3 * TIMES) + 0.5 + 0.01 * np.cos(40.0 * TIMES)


def decay(times, scale, rate, offset):
    return scale * np.exp(-rate * times) + offset


def residuals(p, times, measured):
    scale, rate, offset = p
    return decay(times, scale, rate, offset) - measured


slopes = jacobian(residuals)


def fitted_decay():
    """A fit of an exponential decay: least squares with the Jacobian of the residuals."""
    return least_squares(residuals, [1.0, 1.0, 0.0], jac=slopes, args=(TIMES, MEASURED))


def fitted_curve():
    """The same by `curve_fit`, which wants a column for each parameter."""
    by_parameters = jacobian(decay, wrt=("scale", "rate", "offset"))
    columns = lambda times, *p: np.transpose(by_parameters(times, *p))  # noqa: E731
    return curve_fit(decay, TIMES, MEASURED, [1.0, 1.0, 0.0], jac=columns)[0]


def forces(x, load):
    """Where two springs and a weight are at rest."""
    return np.array([x[0] ** 3 + x[0] - x[1], x[1] - x[0] * np.cos(x[1]) - load])


def at_rest(load=0.4):
    """A root of a system of equations."""
    return root(forces, [0.5, 0.5], args=(load,), jac=jacobian(forces))


def by_halley():
    """A root of a function of one number, with its first and second derivative."""
    f = lambda x, c: x * np.exp(x) - c  # noqa: E731
    return root_scalar(f, args=(2.0,), x0=1.0, fprime=grad(f), fprime2=grad(grad(f)), method="halley")


def on_the_circle(x):
    return np.sum(x**2)


def weighted(x, v):
    """What a constraint's `hess=` is the Hessian of."""
    return v[0] * on_the_circle(x)


def constrained():
    """A minimum on the unit circle, in each of the forms that a constraint has."""
    unit = lambda x: on_the_circle(x) - 1.0  # noqa: E731
    circle = NonlinearConstraint(on_the_circle, 1.0, 1.0, jac=grad(on_the_circle))
    curved = NonlinearConstraint(on_the_circle, 1.0, 1.0, jac=grad(on_the_circle), hess=hessian(weighted))
    equation = {"type": "eq", "fun": unit, "jac": grad(unit)}
    start, precise = [0.5, 0.5], {"ftol": 1e-12}
    return {
        "NonlinearConstraint": minimize(
            rosenbrock, start, jac=slope, constraints=circle, method="SLSQP", options=precise
        ),
        "dict": minimize(rosenbrock, start, jac=slope, constraints=equation, method="SLSQP", options=precise),
        "with hess": minimize(
            rosenbrock, start, jac=slope, hess=curvature, constraints=curved, method="trust-constr",
            options={"gtol": 1e-10},
        ),
    }  # fmt: skip


def compliance(load):
    """How far the springs give way: a program with a solver in it."""
    found = root(forces, np.array([0.5, 0.5]), args=(load,), tol=1e-12)
    return found.x[0] * load


def load_for(target):
    """The load at which they give way so far: a solver over a program with a solver."""
    return brentq(lambda load: compliance(load) - target, 0.1, 1.0, xtol=1e-13)


if __name__ == "__main__":
    for name, found in minima().items():
        print(f"{name:14s} {found.fun:9.2e} after {found.nfev} values of the function")
    print("decay         ", fitted_decay().x, fitted_curve())
    print("at rest       ", at_rest().x)
    print("by Halley     ", by_halley().root)
    for name, found in constrained().items():
        print(f"{name:20s}", found.x)
    print("compliance    ", compliance(0.4), grad(compliance)(0.4), hessian(compliance)(0.4))
    print("load          ", load_for(0.1), grad(load_for)(0.1))
    print(slopes.source)
