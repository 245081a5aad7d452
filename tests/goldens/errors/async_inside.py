import numpy as np


def f(x):
    async def wait():
        return np.sum(x)

    return wait()


ARGS = (np.array([1.0, 2.0]),)

# refused:
# async_inside.py:5: an async function is not supported
#     async def wait():
#     ^^^^^^^^^^^^^^^^^
#   why: when it runs is not known
#   instead: write a plain def
