import numpy as np


def f(x):
    def check(v):
        return v > 0

    assert check(x[0])
    return np.sum(x)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# nested_in_kept_statement.py:8: the nested function 'check' is used in a statement that is kept as it is
#     assert check(x[0])
#            ^^^^^
