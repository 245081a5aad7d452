import numpy as np


class Model:
    @staticmethod
    def energy(x):
        return np.sum(np.unwrap(x))


f = Model.energy


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# indented_method.py:7: 'unwrap' may change 'x' in place, which is read elsewhere
#     return np.sum(np.unwrap(x))
#                   ^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'x'
