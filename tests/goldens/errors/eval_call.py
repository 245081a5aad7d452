import numpy as np


def f(x):
    return eval('np.sum(x * x)')


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# eval_call.py:5: 'eval' sees the function's variables by name
#     return eval('np.sum(x * x)')
#            ^^^^^^^^^^^^^^^^^^^^^
#   why: what it reads or changes cannot be followed
#   instead: write the expression out
