import numpy as np


def f(x, k):
    items = [v for v in x]  # noqa: C416
    items.remove(x[k])
    return items[0] * items[1]


ARGS = (np.array([1.0, 2.0, 3.0]), 1)


# refused:
# list_remove.py:6: '.remove' may change 'items' in place, which is read elsewhere
#     items.remove(x[k])
#     ^^^^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: make a list without it: items = items[:i] + items[i + 1:]
