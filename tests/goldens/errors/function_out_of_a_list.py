import numpy as np


def f(x):
    total = 0.0
    for g in [lambda v: v * x, np.cos]:
        total += np.sum(g(x))
    return total


ARGS = (np.array([1.0, 2.0]),)

# refused:
# function_out_of_a_list.py:7: a function that is known only at run time is called with an active value
#     total += np.sum(g(x))
#                     ^^^^
#   why: neither its source nor a derivative rule can be looked up
#   instead: call the function by its name, with an 'if' for each that it may be
#
# function_out_of_a_list.py:6: this expression depends on the arguments, and its derivative is not followed
#     for g in [lambda v: v * x, np.cos]:
#               ^^^^^^^^^^^^^^^
#   why: it is kept as it is: a generator, a set, or a lambda that is passed on
#   instead: write a list comprehension, or a nested def
