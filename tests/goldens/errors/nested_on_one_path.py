import numpy as np


def f(x):
    if x[0] > 0:
        def g(v):
            return 2 * v
    else:
        g = np.sin
    return np.sum(g(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_on_one_path.py:5: 'g' is a function on one path only
#     if x[0] > 0:
#     ^^^^^^^^^^^^
#   instead: define it before the branch
#
# nested_on_one_path.py:10: 'g' is read before it is bound
#     return np.sum(g(x))
#                   ^
