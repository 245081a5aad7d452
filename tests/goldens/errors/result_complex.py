import numpy as np


def f(x):
    return np.sum(x * 1j)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad needs one real number, and the function returns a complex one
