"""Numbers from NumPy's generator."""
import numpy as np


def f(x):
    noise = np.random.rand()
    return np.sum(x * noise)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# random_numbers.py:6: numba does not compile 'rand'
#     noise = np.random.rand()
#             ^^^^^^^^^^^^^^^^
#   why: numba draws from a generator of its own, which is not seeded with NumPy's
#   instead: backend='numpy'
