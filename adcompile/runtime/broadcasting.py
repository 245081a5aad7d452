"""What emitted code calls where shapes are known only at run time."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np


def unbroadcast(g: Any, x: Any) -> Any:
    """Sum the cotangent `g` over the axes along which `x` was broadcast; where `g` itself has a size
    of 1, or lacks an axis, repeat it.

    The result has the shape of `x`, and its dtype if `x` is a float array.
    """
    if isinstance(x, (list, tuple, dict)):
        if type(g) is type(x) and len(g) == len(x):
            return g  # what was stored in a container whose type is not known
        raise TypeError(f"an elementwise rule was applied to a {type(x).__name__}; convert it with np.array first")
    shape = np.shape(x)
    if np.shape(g) != shape:
        g = np.reshape(g, (*(1,) * (len(shape) - np.ndim(g)), *np.shape(g)))
        extra = np.ndim(g) - len(shape)
        stretched = tuple(i for i, n in enumerate(shape, extra) if n == 1 and np.shape(g)[i] != 1)
        axes = tuple(range(extra)) + stretched
        g = np.sum(g, axis=axes, keepdims=True)
        g = np.broadcast_to(np.reshape(g, np.shape(g)[extra:]), shape)
        if not shape:
            g = g[()]
    elif not shape and isinstance(g, np.ndarray) and not isinstance(x, np.ndarray):
        g = g[()]  # of a number, a number
    return match_dtype(g, x)


def match_dtype(g: Any, x: Any) -> Any:
    """The cotangent `g` in the dtype of `x`, where `x` is an array or NumPy scalar of floats or
    complex numbers; of a real number the real part, of a complex one a complex number; of a list,
    tuple or dict, each of its items."""
    if isinstance(x, (list, tuple)) and g is not None:
        items = [match_dtype(item, of) for item, of in zip(g, x, strict=True)]
        return items if isinstance(x, list) else tuple(items)
    if isinstance(x, dict) and g is not None:
        matched = copy(g)  # of a dict with a default, one
        matched.update((key, match_dtype(item, x[key])) for key, item in g.items())
        return matched
    if np.iscomplexobj(g) and not np.iscomplexobj(x):
        g = g.real
    elif isinstance(g, float) and np.iscomplexobj(x):
        g = complex(g)
    dtype = getattr(x, "dtype", None)
    if dtype is None or dtype.kind not in "fc" or getattr(g, "dtype", dtype) == dtype:
        return g
    return g.astype(dtype)


def items_of(g: Any, x: Any) -> Any:
    """The cotangent of a list or tuple that was made an array: `g`, the array's, as one like `x`."""
    if not isinstance(x, (list, tuple)):
        return g
    items = [items_of(part, item) for part, item in zip(g, x, strict=True)]
    return items if isinstance(x, list) else tuple(items)


def split_like(g: Any, arrays: Any, axis: int | None) -> list[Any]:
    """The pieces of the cotangent `g` of arrays that were joined along `axis`: one for each of them."""
    if axis is None:
        flat = np.split(g, np.cumsum([np.size(a) for a in arrays])[:-1])
        return [np.reshape(piece, np.shape(a)) for piece, a in zip(flat, arrays, strict=True)]
    return list(np.split(g, np.cumsum([np.shape(a)[axis] for a in arrays])[:-1], axis))


def zeros_like(x: Any) -> Any:
    """Zeros of the structure of `x`: arrays, numbers, and lists, tuples and dicts of them.

    None stands for the cotangent of what carries no derivative: ints, strings, None."""
    if isinstance(x, np.ndarray):
        return np.zeros_like(x) if x.dtype.kind in "fc" else None
    if isinstance(x, (list, tuple)):
        items = [zeros_like(item) for item in x]
        return items if isinstance(x, list) else tuple(items)
    if isinstance(x, dict):
        return {key: zeros_like(item) for key, item in x.items()}
    if isinstance(x, (float, complex, np.inexact)):
        return 0j if np.iscomplexobj(x) else 0.0
    return None


def add(a: Any, b: Any) -> Any:
    """The sum of two cotangents: of arrays, numbers, and lists, tuples and dicts of them.

    None stands for no cotangent."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, (list, tuple)):
        items = [add(p, q) for p, q in zip(a, b, strict=True)]
        return items if isinstance(a, list) else tuple(items)
    if isinstance(a, dict):
        return {key: add(item, b[key]) for key, item in a.items()}
    return a + b


def add_item(g: Any, index: Any, value: Any) -> Any:
    """The cotangent `g` with `value` added to its item `index`, however often that is named."""
    if isinstance(g, np.ndarray):
        summed = g.copy()
        np.add.at(summed, index, value)
        return summed
    if isinstance(g, (float, complex, np.inexact)):
        return g + np.sum(value)  # as in x.sum()[..., None]
    changed = dict(g) if isinstance(g, dict) else list(g)
    changed[index] = add(changed[index], value)
    return tuple(changed) if isinstance(g, tuple) else changed
