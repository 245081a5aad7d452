import random

import numpy as np


def f(x):
    items = [x[0], x[1]]
    random.shuffle(items)
    return items[0]


ARGS = (np.array([1.0, 2.0]),)

# refused:
# list_shuffled.py:8: 'shuffle' may change 'items' in place, which is read elsewhere
#     random.shuffle(items)
#     ^^^^^^^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: draw an order, and index by it: items = [items[i] for i in order]
