import contextlib

import numpy as np


class Quiet:
    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        return kind is ValueError


@contextlib.contextmanager
def guarded():
    try:
        yield
    except ValueError:
        print("bad value")


def f(x):
    y = x
    with contextlib.suppress(ValueError):
        y = x * int("2")
    with Quiet():
        y = y * 3
    with guarded():
        y = y * 4
    return np.sum(y)


ARGS = (np.array([1.0, 2.0]),)

# refused:
# swallowing_context.py:24: this context may swallow an error that is raised in its block
#     with contextlib.suppress(ValueError):
#          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
#   why: where the block ends then, and what follows from it, is not followed
#   instead: test for the case with 'if', or let __exit__ return None
#
# swallowing_context.py:26: this context may swallow an error that is raised in its block
#     with Quiet():
#          ^^^^^^^
#   why: where the block ends then, and what follows from it, is not followed
#   instead: test for the case with 'if', or let __exit__ return None
#
# swallowing_context.py:28: this context may swallow an error that is raised in its block
#     with guarded():
#          ^^^^^^^^^
#   why: where the block ends then, and what follows from it, is not followed
#   instead: test for the case with 'if', or let __exit__ return None
