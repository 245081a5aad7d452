"""What is put into a list has a cotangent of its own."""
import numpy as np


def f(x):
    found = []
    for v in x:
        found.append(v * v)
    return found[0] + found[-1]


ARGS = (np.array([1.0, 2.0]),)

# refused:
# items_of_a_list.py:9: numba has to know the shape and kind of this before the program runs
#     return found[0] + found[-1]
#                       ^^^^^^^^^
#   why: 'zeros_like' would look at it then
#   instead: backend='numpy'
