import numpy as np


def f(x):
    rng = np.random.default_rng(0)
    y = x * 2
    rng.shuffle(y)
    return y[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# changed_by_an_unknown_function.py:7: '.shuffle' may change 'y' in place, which is read elsewhere
#     rng.shuffle(y)
#     ^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: draw an order, and index by it: items = [items[i] for i in order]
