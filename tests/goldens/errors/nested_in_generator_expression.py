import numpy as np


def f(x):
    def twice(text):
        return 2 * text

    return np.sum(x) * len(next(twice(letter) for letter in "ab"))


ARGS = (np.array([1.0, 2.0, 3.0]),)


# refused:
# nested_in_generator_expression.py:8: the nested function 'twice' is used as a value here
#     return np.sum(x) * len(next(twice(letter) for letter in "ab"))
#                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: it reads variables of the function, and who calls it when is not known
#   instead: call it here, or put it into the module with what it reads as parameters
