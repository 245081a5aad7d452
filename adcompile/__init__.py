"""adcompile: gradients of NumPy programs, as readable Python source.

    import numpy as np
    from adcompile import grad

    @grad
    def f(x):
        return 2 * np.dot(x, x)

    f(np.arange(4.0))      # array([ 0.,  4.,  8., 12.])
    print(f.source)        # the gradient's own code
"""

import adcompile.called  # noqa: F401  (functions that are known at run time are differentiated by it)
from adcompile.api import grad, value_and_grad
from adcompile.derivatives import hessian, hessp, hvp, jacobian
from adcompile.errors import ADError, InternalError, Refused, SourceError, UsageError
from adcompile.pushforward import jvp
from adcompile.runtime.markers import detach, grad_of, no_grad
from adcompile.testing.gradients import check_grads
from adcompile.testing.rules import check_rule
from adcompile.user_rules import implicit, partials, pullback, pushforward, zero
from adcompile.vector_jacobian import vjp

__version__ = "0.1.0"

__all__ = [
    "ADError",
    "InternalError",
    "Refused",
    "SourceError",
    "UsageError",
    "check_grads",
    "check_rule",
    "detach",
    "grad",
    "grad_of",
    "hessian",
    "hessp",
    "hvp",
    "implicit",
    "jacobian",
    "jvp",
    "no_grad",
    "partials",
    "pullback",
    "pushforward",
    "value_and_grad",
    "vjp",
    "zero",
]
