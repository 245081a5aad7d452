import numpy as np

from adcompile import grad


def f(x):
    seen = []

    def inner(y):
        seen.append(y)
        return np.sum(y * y)

    return np.sum(grad(inner)(x)) + np.sum(seen[0])


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_nested_changes.py:13: a derivative of the nested function 'inner' changes 'seen'
#     return np.sum(grad(inner)(x)) + np.sum(seen[0])
#                   ^^^^^^^^^^^^^^
#   why: it is a function of its own, and what it changes would be seen by nobody
#   instead: let it give the changed value back, or change an object of the module
