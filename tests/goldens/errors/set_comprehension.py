import numpy as np


def f(x):
    return sum({v * 2 for v in x})


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# set_comprehension.py:5: this expression depends on the arguments, and its derivative is not followed
#     return sum({v * 2 for v in x})
#                ^^^^^^^^^^^^^^^^^^
#   why: it is kept as it is: a generator, a set, or a lambda that is passed on
#   instead: write a list comprehension, or a nested def
