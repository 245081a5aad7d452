import numpy as np


def f(x):
    items = [x[0], x[1]]
    del items[0]
    return items[0]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# delete_element.py:6: 'del' of an element is not supported yet
#     del items[0]
#         ^^^^^^^^
#   why: what is deleted is known at run time alone
#   instead: make a new list or dict without it: items[:i] + items[i + 1:]
