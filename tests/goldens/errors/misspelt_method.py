import numpy as np


def f(x):
    return x.summ()


ARGS = (np.array([1.0, 2.0]),)

# refused:
# misspelt_method.py:5: an array has no method 'summ'
#     return x.summ()
#            ^^^^^^^^
