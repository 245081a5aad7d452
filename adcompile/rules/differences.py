"""Differences of neighbours along an axis, slopes, and the areas of trapezoids between them."""

from __future__ import annotations

import numpy as np

from adcompile.rules.axes import differences_back, ends_of, part_along
from adcompile.rules.registry import inline, pullback, pushforward, static
from adcompile.rules.samples import call, distinct, numbers
from adcompile.runtime.broadcasting import unbroadcast
from adcompile.runtime.slopes import transposed_gradient

# -------------------------------------------------------------------------------- differences


def differences():
    """Samples of np.diff."""
    x = distinct(3, 4)
    return [
        call(distinct(5)),
        call(distinct(5), 2),
        call(distinct(5), n=0),
        call(x),
        call(x, axis=0),
        call(x, n=2, axis=-2),
        call(distinct(4), prepend=0.3),
        call(x, axis=0, prepend=0, append=0),
        call(distinct(2, 3, 2), axis=-2, prepend=0.5),
        call(distinct(2, 3, 2), axis=-3, append=0.5),
        call(distinct(2, 3, 2), axis=1, append=0.5),
        call(distinct(2), 3),
        call(distinct(3), 1, -1, numbers(2), numbers(1)),
        call(x, axis=1, prepend=numbers(3, 2), append=numbers(3, 1)),
        call(distinct(1), 3, prepend=0.5, append=numbers(2)),
        call(distinct(1), 4, prepend=numbers(1), append=0.5),
        call(distinct(1), 2, prepend=numbers(2)),
    ]


@inline
def width_along(x, axis):
    """How many elements along an axis are joined to an array: one of a number, which is spread."""
    if x is None:
        return 0
    return 1 if np.ndim(x) == 0 else np.shape(x)[axis]


@inline
def of_end(part, x):
    """The cotangent of what was joined to an array at one end; of a vector, and a number, it is one itself."""
    if np.ndim(x) == 0 and np.ndim(part) == 1:
        return part[0]
    return unbroadcast(part, x)


@pullback(
    np.diff,
    together=("a", "prepend", "append"),
    spelled={"prepend": "prepend", "append": "append"},
    order=("a", "n", "axis", "prepend", "append"),
    samples=differences,
)
def diff(r, a, prepend, append, r_bar, *, n=1, axis=-1):
    start, size = width_along(prepend, axis), np.shape(a)[axis]
    prepend_bar = append_bar = None
    if start + size + width_along(append, axis) < n:  # nothing is left
        return np.zeros_like(a), None, None
    for _ in range(n):
        r_bar = differences_back(r_bar, axis)
    stop = None
    if append is not None:
        stop = -1 if np.ndim(append) == 0 else start + size
        append_bar = of_end(part_along(r_bar, axis, stop, None), append)
    if prepend is not None:
        prepend_bar = of_end(part_along(r_bar, axis, None, start), prepend)
        return part_along(r_bar, axis, start, stop), prepend_bar, append_bar
    return r_bar if append is None else part_along(r_bar, axis, None, stop), None, append_bar


@pullback(
    np.ediff1d,
    together=("ary", "to_end", "to_begin"),
    spelled={"to_end": "to_end", "to_begin": "to_begin"},
    samples=lambda: [
        call(distinct(5)),
        call(distinct(2, 3)),
        call(distinct(4), 0.5),
        call(distinct(4), to_begin=numbers(2)),
        call(distinct(4), numbers(2), numbers(1, 3)),
    ],
)
def ediff1d(r, ary, to_end, to_begin, r_bar):
    start = 0 if to_begin is None else np.size(to_begin)
    stop = start + np.size(ary) - 1
    begin_bar = None if to_begin is None else np.reshape(r_bar[:start], np.shape(to_begin))
    end_bar = None if to_end is None else np.reshape(r_bar[stop:], np.shape(to_end))
    if to_end is not None:
        r_bar = r_bar[:stop]
    if to_begin is not None:
        r_bar = r_bar[start:]
    return np.reshape(differences_back(r_bar, 0), np.shape(ary)), end_bar, begin_bar


# -------------------------------------------------------------------------------------- slopes


def fields():
    """Samples of np.gradient: one axis and several, spacings and coordinates, both orders at the edges."""
    x, y = np.array([0.0, 0.4, 1.0, 1.3]), np.array([-0.5, 0.1, 0.4])
    return [
        call(distinct(5)),
        call(distinct(4), 0.5),
        call(distinct(4), x),
        call(distinct(4), x, edge_order=2),
        call(distinct(5), 0.5, edge_order=2),
        call(distinct(2)),
        call(distinct(3, 4)),
        call(distinct(3, 4), 0.5, 2.0, edge_order=2),
        call(distinct(3, 4), y, x),
        call(distinct(3, 4), x, axis=1),
        call(distinct(3, 4), 0.3, axis=-2),
        call(distinct(3, 4), x, y, axis=(1, 0)),
        call(distinct(3, 4), axis=[1, 0]),
        call(distinct(2, 3, 2), 1.0, 2.0, 0.5),
    ]


@static
def axes_of(axis, rank):
    """The axes along which slopes are taken."""
    if axis is None:
        return tuple(range(rank))
    return tuple(axis) if isinstance(axis, tuple | list) else (axis,)


@inline
def spacing_of(i, first, second, third, fourth):
    """The spacing along the axis of a number: one spacing is of all axes."""
    if first is None:
        return 1.0
    if second is None or i == 0:
        return first
    if i == 1:
        return second
    return third if i == 2 else fourth


# The spacings of the axes are given one by one.
@pullback(np.gradient, linear="f", samples=fields)
def gradient(r, f, r_bar, *, spacing=None, second=None, third=None, fourth=None, axis=None, edge_order=1):
    axes = axes_of(axis, np.ndim(f))
    if len(axes) == 1:
        return transposed_gradient(r_bar, 1.0 if spacing is None else spacing, axes[0], edge_order)
    f_bar = transposed_gradient(r_bar[0], spacing_of(0, spacing, second, third, fourth), axes[0], edge_order)
    for i in range(1, len(axes)):
        step = spacing_of(i, spacing, second, third, fourth)
        f_bar = f_bar + transposed_gradient(r_bar[i], step, axes[i], edge_order)
    return f_bar


@pullback(
    transposed_gradient,
    linear="g",
    samples=lambda: [call(numbers(4), 0.5, 0, 1), call(numbers(2, 3), np.array([0.0, 0.4, 1.0]), -1, 2)],
)
def transposed_gradient_back(f, g, f_bar, *, spacing, axis, edge_order):
    return np.gradient(f_bar, spacing, axis=axis, edge_order=edge_order)


# ------------------------------------------------------------------------------------ trapezoids


def curves():
    """Samples of np.trapezoid: steps of one length, of several, along every axis."""
    x, y = np.array([0.0, 0.4, 1.0, 1.3]), numbers(3, 4)
    return [
        call(numbers(4)),
        call(numbers(4), dx=0.5),
        call(numbers(4), x),
        call(y),
        call(y, x),
        call(y, x[:3], axis=0),
        call(y, numbers(3, 4, seed=1)),
        call(y, numbers(1, 4, seed=1), axis=1),
        call(y, numbers(3, 4, seed=1), axis=-2),
        call(y, dx=0.3, axis=0),
        call(numbers(2, 3, 2), np.array([0.2, 0.5, 0.6]), axis=1),
    ]


@static
def laid_along(axis, rank):
    """The shape of a vector that lies along an axis of an array."""
    return tuple(-1 if i == axis % rank else 1 for i in range(rank))


@inline
def steps_between(y, x, axis):
    """The lengths of the steps, as they are multiplied with the heights."""
    if np.ndim(x) == 1:
        return np.diff(x) if np.ndim(y) == 1 else np.reshape(np.diff(x), laid_along(axis, np.ndim(y)))
    return np.diff(x, axis=axis)


@inline
def area(y, x, axis):
    """The area under a curve."""
    if x is None:
        return np.trapezoid(y) if axis == -1 else np.trapezoid(y, axis=axis)
    return np.trapezoid(y, x) if axis == -1 else np.trapezoid(y, x, axis=axis)


@inline
def shared_with_next(halves, axis):
    """The cotangent of the numbers along an axis, of which each pair of neighbours shares one."""
    between = np.pad(halves, 1 if np.ndim(halves) == 1 else ends_of(axis, np.ndim(halves)))
    return part_along(between, axis, None, -1) + part_along(between, axis, 1, None)


@pullback(np.trapezoid, spelled={"x": "x", "dx": "dx"}, samples=curves)
def trapezoid(r, y, x, dx, r_bar, *, axis=-1):
    if (dx is not None and np.ndim(dx) > 0) or (x is not None and np.ndim(x) != 1 and np.ndim(x) != np.ndim(y)):
        raise NotImplementedError("the derivative of np.trapezoid is not known for steps of such a shape")
    half = r_bar / 2 if np.ndim(y) == 1 else np.expand_dims(r_bar, axis) / 2
    low, high = part_along(y, axis, None, -1), part_along(y, axis, 1, None)
    if x is None:
        step_bar = None if dx is None else np.sum(half * (low + high))
        step = half if dx is None else half * dx
        return shared_with_next(unbroadcast(step, high), axis), None, step_bar
    steps = steps_between(y, x, axis)
    y_bar = shared_with_next(unbroadcast(half * steps, high), axis)
    steps_bar = unbroadcast(half * (low + high), steps)
    if np.ndim(y) == 1:
        return y_bar, differences_back(steps_bar, 0), None
    if np.ndim(x) == 1:
        return y_bar, differences_back(np.ravel(steps_bar), 0), None
    return y_bar, differences_back(steps_bar, axis), None


@pushforward(np.trapezoid)
def trapezoid_tangent(r, y, x, dx, y_dot, x_dot, dx_dot, *, axis=-1):
    if (dx is not None and np.ndim(dx) > 0) or (x is not None and np.ndim(x) != 1 and np.ndim(x) != np.ndim(y)):
        raise NotImplementedError("the derivative of np.trapezoid is not known for steps of such a shape")
    if x is not None:
        return area(y_dot, x, axis), area(y, x_dot, axis), None
    if dx is None:
        return area(y_dot, None, axis), None, None
    return dx * area(y_dot, None, axis), None, area(y, None, axis) * dx_dot
