import numpy as np


def f(x):
    n = 0
    while (n := n + 1) < 3:
        x = x * 2
    else:
        x = x * 3
    return np.sum(x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# walrus_in_while_with_else.py:6: 'else' of a while loop whose test assigns
#     while (n := n + 1) < 3:
#     ^^^^^^^^^^^^^^^^^^^^^^^
#   instead: assign inside the loop
