import contextlib

import numpy as np


def f(x):
    with contextlib.nullcontext(x * x) as y:
        total = np.sum(y)
    return total


ARGS = (np.array([1.0, 2.0]),)

# refused:
# active_in_a_context.py:7: 'nullcontext' is given 'an argument', which is read elsewhere
#     with contextlib.nullcontext(x * x) as y:
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: the object may keep it, or change it
#   instead: keep the values in a dict, a tuple, or variables
#
# active_in_a_context.py:7: a value that depends on the arguments is given to a context
#     with contextlib.nullcontext(x * x) as y:
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: what the context gives back, or changes, would count as constant
#   instead: detach() the value if it should count as a constant, or compute without the context
