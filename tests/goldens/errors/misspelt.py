import numpy as np

weights = np.array([1.0, 2.0])


def f(x):
    y = np.summ(x * wieghts)
    return y * x.summ()


ARGS = (np.array([1.0, 2.0]),)

# refused:
# misspelt.py:7: numpy has no attribute 'summ'
#     y = np.summ(x * wieghts)
#         ^^^^^^^
#   instead: did you mean 'sum'?
#
# misspelt.py:7: 'wieghts' is not defined
#     y = np.summ(x * wieghts)
#                     ^^^^^^^
#   instead: did you mean 'weights'?
