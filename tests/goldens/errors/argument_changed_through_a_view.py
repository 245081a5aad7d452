import numpy as np


def f(x):
    row = x[1:]
    row *= 2.0
    return np.sum(x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# argument_changed_through_a_view.py:6: 'row' is changed in place, and may be the caller's 'x'
#     row *= 2.0
#     ^^^^^^^^^^
#   why: what the function does to the caller's objects is not followed yet
#   instead: work on a copy: row = row.copy()
