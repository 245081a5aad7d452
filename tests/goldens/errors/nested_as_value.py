import numpy as np


def f(x):
    def twice(v):
        return 2 * v

    return sum(map(twice, x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_as_value.py:8: the nested function 'twice' is used as a value here
#     return sum(map(twice, x))
#                    ^^^^^
