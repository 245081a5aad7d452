import numpy as np


def f(x):
    y = x * 2
    np.sum(y)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# result_none.py:4: grad needs one real number, and the function returns None
#     def f(x):
#     ^^^^^^^^^
#   instead: return a number
