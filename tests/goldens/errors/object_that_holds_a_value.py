import dataclasses

import numpy as np


@dataclasses.dataclass
class State:
    position: object
    speed: object


def f(x):
    state = State(x, x * 2)
    return np.sum(state.position)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# object_that_holds_a_value.py:13: 'State' is given 'x', which is read elsewhere
#     state = State(x, x * 2)
#             ^^^^^^^^^^^^^^^
#   why: the object may keep it, or change it
#   instead: keep the values in a dict, a tuple, or variables
#
# object_that_holds_a_value.py:14: the attribute 'position' is read of an object that depends on the arguments
#     return np.sum(state.position)
#                   ^^^^^^^^^^^^^^
#   why: an object that holds such a value is not followed
#   instead: keep the values in a dict, a tuple, or variables
