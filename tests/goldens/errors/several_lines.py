import numpy as np


def f(x):
    return np.sum(
        np.unwrap(
            x * 2
        )
    )


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# several_lines.py:6: 'unwrap' may change 'an argument' in place, which is read elsewhere
#     np.unwrap(
#     ^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'an argument'
