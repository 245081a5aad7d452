import numpy as np


def f(x):
    def twice(v):
        return 2 * v

    return sum(map(twice, x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_as_value.py:8: 'map' is called with an active value, and has no derivative rule
#     return sum(map(twice, x))
#                ^^^^^^^^^^^^^
#   why: it has no source that can be differentiated, and nothing says what its derivative is
#   instead: write a list comprehension: [f(v) for v in values]
