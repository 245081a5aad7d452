import numpy as np


def f(x):
    items = [x[0]]
    for v in items:
        if len(items) < 4:
            items.append(v * x[1])
    return items[-1]


ARGS = (np.array([1.0, 2.0, 3.0]),)

# refused:
# list_grows_while_a_loop_runs_over_it.py:8: 'items' is changed in place while a loop runs over it
#     items.append(v * x[1])
#     ^^^^^^^^^^^^^^^^^^^^^^
#   why: what the later trips are about depends on the change
#   instead: loop over a copy: for ... in list(items)
