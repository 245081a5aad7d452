import numpy as np


def f(x, k):
    table = {i: v * v for i, v in enumerate(x)}
    del table[k]
    return table[0]


ARGS = (np.array([1.0, 2.0, 3.0]), 1)


# refused:
# delete_entry.py:6: 'del' may change 'table' in place, which is read elsewhere
#     del table[k]
#         ^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: make a new one without it: {k: v for k, v in d.items() if k != key}
