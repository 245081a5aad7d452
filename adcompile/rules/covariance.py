"""Covariances and correlations of variables, whose samples stand in rows or columns."""

from __future__ import annotations

import numpy as np

from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, distinct, numbers
from adcompile.rules.statistics import from_mean


def variables():
    """Samples: rows, columns, one variable, two vectors."""
    x = distinct(3, 5)
    return [
        call(x),
        call(x, rowvar=False),
        call(numbers(4), numbers(4, seed=1)),
        call(distinct(2, 4), None, True),
        call(distinct(1, 4)),
        call(distinct(5)),
    ]


def spreads():
    """The same, by what is divided."""
    x = distinct(3, 5)
    return [*variables(), call(x, bias=True), call(x, ddof=0), call(numbers(4), numbers(4, seed=1), ddof=2)]


@inline
def in_rows(m, y, rowvar):
    """The variables as rows."""
    if np.ndim(m) > 2 or (y is not None and (np.ndim(m) != 1 or np.ndim(y) != 1)):
        raise NotImplementedError("the derivative of a covariance is known for one matrix, or for vectors")
    if y is not None:
        return np.stack((m, y))
    if np.ndim(m) == 1:
        return m[None, :]
    return m if rowvar else m.T


@inline
def out_of_rows(rows, m, y, rowvar):
    """The cotangents of the variables, of which `rows` are those of the rows."""
    if y is not None:
        return rows[0], rows[1]
    if np.ndim(m) == 1:
        return rows[0], None
    return (rows if rowvar else rows.T), None


@inline
def both_ways(r_bar, rows):
    """The cotangent of a matrix of products, for the rows on its left and those on its right."""
    count = np.shape(rows)[0]
    square = np.reshape(r_bar, (count, count))
    return square + square.T


@inline
def divisor(rows, bias, ddof):
    """What the sums of products are divided by."""
    if ddof is None:
        return np.shape(rows)[1] if bias else np.shape(rows)[1] - 1
    return np.shape(rows)[1] - ddof


@inline
def with_turned(r, half):
    """A matrix and its transpose together, in the shape of the result."""
    return np.reshape(half + half.T, np.shape(r))


@pullback(np.cov, samples=spreads, spelled={"y": "y"})
def cov(r, m, y, r_bar, *, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, dtype=None):
    if fweights is not None or aweights is not None or dtype is not None:
        raise NotImplementedError("the derivative of np.cov is not known with weights or dtype=")
    rows = in_rows(m, y, rowvar)
    rows_bar = both_ways(r_bar, rows) @ from_mean(rows, 1) / divisor(rows, bias, ddof)
    return out_of_rows(rows_bar, m, y, rowvar)


@pushforward(np.cov)
def cov_tangent(r, m, y, m_dot, y_dot, *, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, dtype=None):
    if fweights is not None or aweights is not None or dtype is not None:
        raise NotImplementedError("the derivative of np.cov is not known with weights or dtype=")
    rows = in_rows(m, y, rowvar)
    weights = from_mean(rows, 1).T / divisor(rows, bias, ddof)
    if y is None:
        return with_turned(r, in_rows(m_dot, None, rowvar) @ weights), None
    by_m, by_y = np.stack((m_dot, np.zeros_like(y))), np.stack((np.zeros_like(m), y_dot))
    return with_turned(r, by_m @ weights), with_turned(r, by_y @ weights)


@inline
def size_of_rows(rows):
    """The length of each row, from its mean."""
    return np.sqrt(np.sum(from_mean(rows, 1) ** 2, axis=1, keepdims=True))


@inline
def across(rows, units):
    """Rows without what lies along others, of length 1."""
    return rows - units * np.sum(rows * units, axis=1, keepdims=True)


@pullback(np.corrcoef, samples=lambda: variables()[:4], spelled={"y": "y"})
def corrcoef(r, x, y, r_bar, *, rowvar=True):
    rows = in_rows(x, y, rowvar)
    sizes = size_of_rows(rows)
    units = from_mean(rows, 1) / sizes
    return out_of_rows(across(both_ways(r_bar, rows) @ units, units) / sizes, x, y, rowvar)


@pushforward(np.corrcoef)
def corrcoef_tangent(r, x, y, x_dot, y_dot, *, rowvar=True):
    rows = in_rows(x, y, rowvar)
    sizes = size_of_rows(rows)
    units = from_mean(rows, 1) / sizes
    if y is None:
        return with_turned(r, across(in_rows(x_dot, None, rowvar), units) / sizes @ units.T), None
    by_x, by_y = np.stack((x_dot, np.zeros_like(y))), np.stack((np.zeros_like(x), y_dot))
    by_x, by_y = across(by_x, units) / sizes, across(by_y, units) / sizes
    return with_turned(r, by_x @ units.T), with_turned(r, by_y @ units.T)
