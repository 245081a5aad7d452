"""What is proved to share no memory, in a program in which many values may be one another."""

import numpy as np

from adcompile import check_grads


def many_that_may_be_one_another(x, u):
    u = u.copy()
    for k, first in enumerate(u):
        if np.sum(u) > 0.2 * k:
            v, w = u.copy(), np.zeros_like(u)
            for _ in range(3):
                w[:] = np.sin(v) * u
                w[1:] = 0.5 * (v[1:] + v[:-1])
                w[0] = np.tanh(x)
                v[:] = w
        elif first > 1.4:
            u[0] += 0.3 * np.cos(x)
        else:
            u = np.sin(np.array([0.3 * x, -0.1]) - u * u)
        u[[1, 0]] *= np.cos(np.sin(u[[1, 0]]))
        u[...] *= np.cos(x)
        u[u > 0.1] /= 1.5 + np.sin(u[u > 0.1])
    return np.mean(u)


def test_a_proof_that_takes_long_is_given_up():
    """It took minutes: the number of ways to a proof grows with each value that may be another one."""
    check_grads(many_that_may_be_one_another, (0.7, np.array([0.96, 0.58])), wrt=(0, 1))
