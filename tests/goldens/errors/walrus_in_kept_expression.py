import numpy as np


def f(x):
    return sum({(y := v) * 2 for v in x}) + y


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# walrus_in_kept_expression.py:5: ':=' inside an expression that is kept as it is
#     return sum({(y := v) * 2 for v in x}) + y
#                ^^^^^^^^^^^^^^^^^^^^^^^^^
#   instead: assign before it
#
# walrus_in_kept_expression.py:5: 'y' is read before it is bound
#     return sum({(y := v) * 2 for v in x}) + y
#                                             ^
