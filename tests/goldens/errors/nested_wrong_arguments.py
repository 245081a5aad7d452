import numpy as np


def f(x):
    def scaled(v, factor):
        return v * factor

    return np.sum(scaled(x))


ARGS = (np.array([1.0, 2.0]),)

# refused:
# nested_wrong_arguments.py:8: the arguments do not fit the nested function 'scaled'
#     return np.sum(scaled(x))
#                   ^^^^^^^^^
#   why: it takes v, factor
