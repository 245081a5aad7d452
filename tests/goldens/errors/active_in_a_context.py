import contextlib

import numpy as np


def f(x):
    with contextlib.nullcontext(x * x) as y:
        total = np.sum(y)
    return total


ARGS = (np.array([1.0, 2.0]),)

# refused:
# active_in_a_context.py:7: 'nullcontext' may change 'an argument' in place, which is read elsewhere
#     with contextlib.nullcontext(x * x) as y:
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: nothing says what it does to its arguments
#   instead: pass a copy, or compute a new value instead of changing 'an argument'
#
# active_in_a_context.py:7: a value that depends on the arguments is given to a context
#     with contextlib.nullcontext(x * x) as y:
#     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: what the context gives back, or changes, would count as constant
#   instead: detach() the value if it should count as a constant, or compute without the context
