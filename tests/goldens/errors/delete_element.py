import numpy as np


def f(x, k):
    items = [v * v for v in x]
    del items[k]
    return items[0]


ARGS = (np.array([1.0, 2.0, 3.0]), 1)

# refused:
# delete_element.py:6: 'del' may change 'items' in place, which is read elsewhere
#     del items[k]
#         ^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: make a new list or dict without it: items[:i] + items[i + 1:]
