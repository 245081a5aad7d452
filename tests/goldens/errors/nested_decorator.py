import numpy as np


def f(x):
    @np.vectorize
    def twice(v):
        return 2 * v

    return np.sum(twice(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_decorator.py:6: a nested function with a decorator is not supported
#     def twice(v):
#     ^^^^^^^^^^^^^
#   why: what the decorator makes of it is not known
#   instead: put the function, with its decorator, into the module
