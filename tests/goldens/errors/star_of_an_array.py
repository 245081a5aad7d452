import numpy as np


def decay(t, scale, rate):
    return scale * np.exp(-rate * t)


def f(p):
    return decay(2.0, *p)


ARGS = (np.array([1.5, 0.3]),)

# refused:
# star_of_an_array.py:9: a call with '*' of unknown length
#     return decay(2.0, *p)
#            ^^^^^^^^^^^^^^
#   instead: write the arguments out
