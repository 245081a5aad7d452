import numpy as np


def f(x, k):
    items = [v for v in x]  # noqa: C416
    items.insert(k, x[2])
    return items[0] * items[1]


ARGS = (np.array([1.0, 2.0, 3.0]), 1)

# refused:
# list_insert.py:6: '.insert' may change 'items' in place, which is read elsewhere
#     items.insert(k, x[2])
#     ^^^^^^^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: make a new list: items = items[:i] + [v] + items[i:]
