import numpy as np


def f(x):
    step = lambda v: 2 * v
    for _ in range(3):
        x = step(x)
        step = lambda v: 3 * v
    return np.sum(x)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# nested_redefined_in_a_loop.py:8: 'step' is another function from the second trip on
#     step = lambda v: 3 * v
#     ^^^^^^^^^^^^^^^^^^^^^^
#   why: which one is called is not known
#   instead: give them two names
