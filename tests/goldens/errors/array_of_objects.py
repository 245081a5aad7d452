import numpy as np


def f(x):
    items = np.empty(2, dtype=object)
    items[0] = x
    items[1] = x.astype(object)
    return np.sum(items[0])


ARGS = (np.array([1.0, 2.0]),)

# refused:
# array_of_objects.py:5: arrays of objects are not supported
#     items = np.empty(2, dtype=object)
#             ^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: an array of objects may hold anything
#   instead: use a list, or an array of numbers
#
# array_of_objects.py:7: arrays of objects are not supported
#     items[1] = x.astype(object)
#                ^^^^^^^^^^^^^^^^
#   why: an array of objects may hold anything
#   instead: use a list, or an array of numbers
