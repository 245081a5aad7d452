"""Covariance and correlation of the columns of a table. The table is centred in place."""

from __future__ import annotations

import numpy as np

from .table import kernel, numbers, weigh


def covariance(data):
    n, m = data.shape
    data -= data.mean(axis=0)
    cov = np.zeros((m, m))
    for i in range(m):
        cov[i, i:] = data[:, i] @ data[:, i:] / (n - 1.0)
        cov[i:, i] = cov[i, i:]
    return cov


def initialise_table(n, m):
    return (numbers(n, m) + np.arange(m) / m,)


@kernel(initialise_table, (6, 4), (100, 40), (1_000, 200))
def covariance_value(data):
    return weigh(covariance(data))


def correlation(data):
    n, m = data.shape
    deviation = data.std(axis=0)
    deviation[deviation <= 0.1] = 1.0
    data -= data.mean(axis=0)
    data /= np.sqrt(n) * deviation
    corr = np.eye(m)
    for i in range(m - 1):
        corr[i, i + 1 :] = data[:, i] @ data[:, i + 1 :]
        corr[i + 1 :, i] = corr[i, i + 1 :]
    return corr


@kernel(initialise_table, (6, 4), (100, 40), (1_000, 200))
def correlation_value(data):
    return weigh(correlation(data))
