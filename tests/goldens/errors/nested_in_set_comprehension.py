import numpy as np


def f(x):
    def twice(v):
        return 2 * v

    return np.sum(x) * len({twice(k) for k in range(2)})


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_in_set_comprehension.py:8: the nested function 'twice' is used as a value here
#     return np.sum(x) * len({twice(k) for k in range(2)})
#                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: it reads variables of the function, and who calls it when is not known
#   instead: call it here, or put it into the module with what it reads as parameters
