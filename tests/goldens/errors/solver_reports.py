import numpy as np
from scipy.optimize import brentq, newton, root


def cubic(x, p):
    return x**3 + x - p


def changing(x, p):
    x += p
    return x


def f(p):
    found = root(cubic, np.ones(1), args=(p,))
    x = found.fun[0]
    y, report = brentq(cubic, 0.0, 2.0, args=(p,), full_output=True)
    z = newton(cubic, np.ones(2), args=(p,))
    u = root(changing, np.ones(1), args=(p,)).x
    return x + y + np.sum(z) + np.sum(u)


ARGS = (1.3,)

# refused:
# solver_reports.py:18: the derivative of what 'newton' finds is not known
#     z = newton(cubic, np.ones(2), args=(p,))
#         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: of an array it may find some roots and not others, and does not say which
#   instead: use root
#
# solver_reports.py:19: the derivative of what 'root' finds is not known
#     u = root(changing, np.ones(1), args=(p,)).x
#         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: 'changing' changes its arguments
#   instead: copy what it changes
#
# solver_reports.py:17: the derivative of 'brentq' is not known for this call
#     y, report = brentq(cubic, 0.0, 2.0, args=(p,), full_output=True)
#                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: with this 'full_output' it, or its function, returns something else
#   instead: leave 'full_output' out
#
# solver_reports.py:16: the attribute 'fun' is read of an object that depends on the arguments
#     x = found.fun[0]
#         ^^^^^^^^^
#   why: an object that holds such a value is not followed
#   instead: keep the values in a dict, a tuple, or variables
