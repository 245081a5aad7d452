"""What leaves elements out, or puts some in: `delete`, `compress` and `extract`, `insert`; and `diagflat`."""

from __future__ import annotations

import numpy as np

from adcompile.ir.nodes import Method
from adcompile.rules.creation import is_discrete
from adcompile.rules.registry import inline, pullback, pushforward
from adcompile.rules.samples import call, numbers
from adcompile.runtime.broadcasting import unbroadcast
from adcompile.runtime.placing import put_back


@pullback(
    np.diagflat,
    linear="v",
    samples=lambda: [call(numbers(3)), call(numbers(2, 2)), call(numbers(3), 1), call(numbers(3), k=-2), call(1.5)],
)
def diagflat(r, v, r_bar, *, k=0):
    return np.reshape(np.diagonal(r_bar, k), np.shape(v))


@inline
def count_of(x, axis):
    """How many elements an array has along an axis, or at all."""
    return np.size(x) if axis is None else np.shape(x)[axis]


def deletions():
    """Samples: one index, several, truth values, slices, along every axis."""
    x = numbers(3, 4)
    return [
        call(numbers(4), 1),
        call(numbers(4), [0, 2]),
        call(numbers(4), np.array([True, False, False, True])),
        call(x, 5),
        call(x, 1, axis=0),
        call(x, np.array([0, 3]), axis=-1),
    ]


@pullback(np.delete, linear="arr", samples=deletions)
def delete(r, arr, r_bar, *, obj, axis=None):
    kept = np.delete(np.arange(count_of(arr, axis)), obj)
    return put_back(r_bar, np.shape(arr), kept, axis)


def choices():
    """Samples: a condition for all elements, one that is shorter, of an axis."""
    mask = np.array([True, False, True])
    return [
        call(mask, numbers(3)),
        call(mask[:2], numbers(4)),
        call(mask, numbers(3, 2), axis=0),
        call(mask, numbers(2, 3), -1),
        call(mask, numbers(2, 3)),
    ]


@pullback(np.compress, linear="a", samples=choices)
def compress(r, condition, a, r_bar, *, axis=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of np.compress is not known with out=")
    return None, put_back(r_bar, np.shape(a), np.flatnonzero(condition), axis)


# A method takes the array first.
@pullback(Method("compress"), linear="a", samples=lambda: [call(args[1], args[0]) for args, _ in choices()[:2]])
def compress_method(r, a, r_bar, *, condition, axis=None, out=None):
    if out is not None:
        raise NotImplementedError("the derivative of np.compress is not known with out=")
    return put_back(r_bar, np.shape(a), np.flatnonzero(condition), axis)


@pullback(
    np.extract,
    linear="arr",
    samples=lambda: [
        call(np.array([True, False, True]), numbers(3)),
        call(np.array([[1, 0, 0], [0, 1, 1]]), numbers(2, 3)),
    ],
)
def extract(r, condition, arr, r_bar):
    return None, put_back(r_bar, np.shape(arr), np.flatnonzero(condition), None)


def insertions():
    """Samples: numbers and arrays, in front of one place and of several, along every axis."""
    x = numbers(2, 3)
    return [
        call(numbers(3), 1, 0.5),
        call(numbers(3), [0, 2, 2], numbers(3, seed=1)),
        call(numbers(3), (3, 0), 0.5),
        call(numbers(3), -1, numbers(2)),
        call(numbers(3), slice(0, 2), 1.5),
        call(numbers(40), 7, 0.5),
        call(x, 4, 0.5),
        call(x, 1, numbers(3, seed=1), axis=0),
        call(x, 1, numbers(2, seed=1), axis=1),
        call(x, [1], numbers(2, 1, seed=1), axis=1),
        call(x, [0, 3], numbers(2, 2, seed=1), axis=-1),
        call(x, 0, 0.5, axis=0),
    ]


@inline
def places_before(arr, obj, axis, count):
    """Where the elements of an array are after an insertion, and behind them those that were inserted."""
    old = np.full(count_of(arr, axis), -1)
    return np.argsort(np.insert(old, obj, np.arange(count - np.size(old))), kind="stable")


@pullback(np.insert, samples=insertions)
def insert(r, arr, obj, values, r_bar, *, axis=None):
    if is_discrete(r.dtype):
        raise NotImplementedError("what is inserted into an array of whole numbers loses its fraction")
    size = count_of(arr, axis)
    places = places_before(arr, obj, axis, count_of(r, axis))
    if axis is None:
        values_bar = unbroadcast(np.take(r_bar, places[size:]), values)
        return np.reshape(np.take(r_bar, places[:size]), np.shape(arr)), None, values_bar
    inserted = np.take(r_bar, places[size:], axis)
    if np.ndim(obj) == 0:
        inserted = np.moveaxis(inserted, axis, 0)  # in front of one place the values' first axis is put along `axis`
    return np.take(r_bar, places[:size], axis), None, unbroadcast(inserted, values)


@pushforward(np.insert)
def insert_tangent(r, arr, obj, values, arr_dot, obj_dot, values_dot, *, axis=None):
    if is_discrete(r.dtype):
        raise NotImplementedError("what is inserted into an array of whole numbers loses its fraction")
    return (
        np.insert(arr_dot, obj, np.zeros_like(values), axis),
        None,
        np.insert(np.zeros_like(arr), obj, values_dot, axis),
    )
