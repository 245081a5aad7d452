import numpy as np

from adcompile import grad_of


def f(x):
    h = x * x
    with grad_of(h) as g:
        g = np.clip(g, -1, 1)
    h += 1
    return np.sum(h * h)


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# grad_of_changed_behind.py:10: 'h' is changed in place behind its 'with grad_of' block
#     h += 1
#     ^^^^^^
#   why: the block would see the cotangent of the changed object
#   instead: compute a new value: h = h + ...
