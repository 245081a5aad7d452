import numpy as np


def f(x):
    def product(a, b):
        return a * b

    return np.sum(product(x))


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_arguments.py:8: the arguments do not fit the nested function 'product'
#     return np.sum(product(x))
#                   ^^^^^^^^^^
#   why: it takes a, b
