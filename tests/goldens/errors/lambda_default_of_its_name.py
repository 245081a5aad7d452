import numpy as np
from scipy.optimize import brentq


def f(p):
    root = brentq(lambda x, p=p: x**3 - p, 0.0, 2.0)
    return np.sin(root)


ARGS = (1.3,)

# refused:
# lambda_default_of_its_name.py:6: 'p' is a variable of this expression, and one that it reads from the function
#     root = brentq(lambda x, p=p: x**3 - p, 0.0, 2.0)
#                   ^^^^^^^^^^^^^^^^^^^^^^^
#   why: the two cannot be told apart in code that is kept as it is
#   instead: give one of them another name, or let a lambda read 'p' without a parameter for it
