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
# nested_on_one_path.py:5: 'g' is a function, and not the same one on both paths
#     if x[0] > 0:
#     ^^^^^^^^^^^^
#   why: which one is called is not known
#   instead: call it in the branch, or put the branch into the function
