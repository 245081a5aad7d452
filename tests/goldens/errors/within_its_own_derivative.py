import numpy as np

from adcompile import grad


def f(x):
    def tower(y, n):
        return y * grad(tower)(y, n - 1) if n else y

    return tower(x[0], 2) + grad(tower)(x[0], 2)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# within_its_own_derivative.py:8: the nested function 'tower' calls its own derivative
#     return y * grad(tower)(y, n - 1) if n else y
#                ^^^^^^^^^^^^^^^^^^^^^
#   why: it is written when the program is compiled, which would not end
#   instead: write each derivative as a function of its own
