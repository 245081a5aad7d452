import numpy as np


def f(params, scale):
    params[0] = params[0] * scale
    params[1] *= scale
    return np.sum(params[0] * params[1])


ARGS = ([np.ones(3), np.ones(3)], 2.0)

# refused:
# items_replaced_and_changed.py:4: 'params' is the caller's; items of it are replaced, and others are changed in place
#     def f(params, scale):
#           ^^^^^^
#   why: which of the caller's objects see the changes is known at run time alone
#   instead: change a copy: params = copy.deepcopy(params), and return it
