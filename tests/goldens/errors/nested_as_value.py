import numpy as np


def f(x):
    def twice(v):
        return 2 * v

    return sum(map(twice, x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_as_value.py:8: 'map' may change 'x' in place, which is read elsewhere
#     return sum(map(twice, x))
#                ^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'x'
