"""Compare an inferred type with the value that it describes."""

from __future__ import annotations

import numpy as np

from adcompile.ir.dims import Affine
from adcompile.ir.types import Array, Dict, List, Passive, Scalar, Static, Tuple, Unknown, of_constant
from adcompile.signature import Sizes, type_of_value


def symbols(sizes):
    """What the symbols of the parameters are, by the sizes that were given for them."""
    return {dim.terms[0][0]: size for size, dim in sizes._known.items()}


def type_of(value, sizes):
    """The type of a value in a program: a constant, or an argument."""
    if isinstance(value, tuple):
        return Tuple(tuple(type_of(v, sizes) for v in value))
    if isinstance(value, (np.ndarray, np.generic, list, float)):
        return type_of_value(value, "", sizes)
    return of_constant(value)


def check(type_, value, env):
    """Assert that `value` is of `type_`; `env` has the symbols' values, and receives new ones."""
    if isinstance(type_, (Unknown, Passive)):
        return
    if isinstance(type_, Static):
        assert type_.value is value or type_.value == value
    elif isinstance(type_, Scalar):
        assert not isinstance(value, (np.ndarray, list, tuple)), f"{type_}: {value!r} is no number"
        _dtype(type_.dtype, value)
        if type_.value is not None:
            _dim(type_.value, value, env)
    elif isinstance(type_, Array):
        assert type(value) is np.ndarray, f"{type_}: {value!r} is no array"
        _dtype(type_.dtype, value)
        if type_.shape is not None:
            assert len(type_.shape) == value.ndim, f"{type_}: the shape is {value.shape}"
            for dim, size in zip(type_.shape, value.shape, strict=True):
                _dim(dim, size, env)
    elif isinstance(type_, Tuple):
        assert isinstance(value, tuple) and len(value) == len(type_.items)
        for item, part in zip(type_.items, value, strict=True):
            check(item, part, env)
    elif isinstance(type_, List):
        assert isinstance(value, list)
        for part in value:
            check(type_.item, part, dict(env))
    else:
        assert isinstance(type_, Dict)


def _dtype(name, value):
    if name == "?":
        return
    have = value.dtype.name if isinstance(value, (np.ndarray, np.generic)) else type(value).__name__
    assert name == have, f"{name} is {have}"


def _dim(dim, size, env):
    if not isinstance(dim, Affine):
        assert dim == size, f"{dim} is {size}"
        return
    unknown = [s for s, _ in dim.terms if s not in env]
    if not unknown:
        assert dim.const + sum(c * env[s] for s, c in dim.terms) == size, f"{dim} is {size}"
    elif len(dim.terms) == 1 and dim.terms[0][1] == 1:
        env[unknown[0]] = size - dim.const
        assert env[unknown[0]] >= unknown[0].least


__all__ = ["Sizes", "check", "symbols", "type_of"]
