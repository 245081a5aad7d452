import numpy as np


def f(x):
    y = x * 2.0
    np.random.shuffle(y)
    return np.sum(y)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# changed_by_a_function.py:6: 'shuffle' may change 'y' in place, which is read elsewhere
#     np.random.shuffle(y)
#     ^^^^^^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: draw an order, and index by it: items = [items[i] for i in order]
