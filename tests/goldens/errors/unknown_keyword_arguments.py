import numpy as np


def f(x):
    options = {'axis': 0}
    return np.sum(x, **options)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# unknown_keyword_arguments.py:6: a call with '*' of unknown length
#     return np.sum(x, **options)
#            ^^^^^^^^^^^^^^^^^^^^
#   instead: write the arguments out
