import numpy as np

BUFFER = np.zeros(3)


def buffer():
    return BUFFER


def f(x):
    scratch = buffer()
    scratch[0] = x[0] * x[1]
    return np.sum(scratch) + np.sum(BUFFER)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# outside_array_given_out_by_a_function.py:12: 'BUFFER' is changed in place, and may be the caller's 'BUFFER'
#     scratch[0] = x[0] * x[1]
#     ^^^^^^^^^^
#   why: which of the caller's objects it changes is known at run time alone
#   instead: work on a copy: BUFFER = BUFFER.copy()
