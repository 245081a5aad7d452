"""Programs called with arguments that lie in memory in other ways, or hold other kinds of numbers.

The order of memory, strides, alignment and byte order of an array are no part of what a program
means, so the value and the gradient are those of plain arrays. Where a change of one element shows
in another one (strides of 0, arguments that overlap), where an array may not be written to, or where
the arguments have other dtypes, the plain function says what the value is; what cannot be
differentiated so is refused. All calls go to one gradient function: what was compiled for one
layout must not serve another that it does not fit.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from adcompile.api import value_and_grad
from adcompile.testing.gradients import GradientMismatch
from adcompile.testing.programs.checks import arrays, same
from adcompile.testing.programs.references import agree, float_arguments, numbers_of, tame_references
from adcompile.testing.refusals import is_refusal

Layout = Callable[[Sequence[Any]], list[Any]]


class Subclass(np.ndarray):
    """An array of a class of its own."""


def plain(array: np.ndarray) -> np.ndarray:
    """An array by itself."""
    return array.copy()


def in_fortran_order(array: np.ndarray) -> np.ndarray:
    """The first axis goes fastest."""
    return array.copy(order="F")


def backwards(array: np.ndarray) -> np.ndarray:
    """A view with negative strides."""
    back = (slice(None, None, -1),) * array.ndim
    return array[back].copy()[back]


def every_second(array: np.ndarray) -> np.ndarray:
    """A view of every second element of the last axis."""
    if not array.ndim:
        return array.copy()
    wide = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    wide[..., ::2] = array
    return wide[..., ::2]


def inside_a_larger_one(array: np.ndarray) -> np.ndarray:
    """A view that is contiguous in no axis but the last."""
    inner = np.zeros([n + 1 for n in array.shape], array.dtype)[(slice(1, None),) * array.ndim + (...,)]
    inner[...] = array
    return inner


def not_aligned(array: np.ndarray) -> np.ndarray:
    """An array whose elements start between two addresses that the processor prefers."""
    made = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    made[...] = array
    return made


def of_other_bytes(array: np.ndarray) -> np.ndarray:
    """The numbers in the other order of their bytes."""
    return array.astype(array.dtype.newbyteorder())


def read_only(array: np.ndarray) -> np.ndarray:
    """An array that may not be written to."""
    made = array.copy()
    made.flags.writeable = False
    return made


def spread(array: np.ndarray) -> np.ndarray:
    """One element, seen everywhere along the last axis; not to be written to."""
    return np.broadcast_to(array[..., :1].copy(), array.shape) if array.size else array.copy()


def spread_to_write(array: np.ndarray) -> np.ndarray:
    """One element, seen everywhere along the last axis: a store shows in all of them."""
    if not array.size or not array.ndim:
        return array.copy()
    return np.lib.stride_tricks.as_strided(array.copy(), array.shape, (*array.strides[:-1], 0))


def of_a_subclass(array: np.ndarray) -> np.ndarray:
    """An array of a class that NumPy does not know."""
    return array.copy().view(Subclass)


def as_a_matrix(array: np.ndarray) -> np.ndarray:
    """Two axes as a matrix, whose `*` is a product of matrices."""
    return array.copy().view(np.matrix) if array.ndim == 2 else array.copy()


def of_dtype(dtype: str) -> Callable[[np.ndarray], np.ndarray]:
    """A change of an array to a dtype."""
    def converted(array: np.ndarray) -> np.ndarray:
        return array.astype(dtype)

    converted.__name__ = f"of_{dtype}"
    return converted


EACH = (
    *(plain, in_fortran_order, backwards, every_second, inside_a_larger_one, not_aligned, of_other_bytes, read_only),
    *(spread, spread_to_write, of_a_subclass, as_a_matrix, of_dtype("float32")),
)


def each(change: Callable[[np.ndarray], np.ndarray]) -> Layout:
    """The layout in which every array of floats is changed in one way. An array that is passed
    twice stays one."""

    def layout(args: Sequence[Any]) -> list[Any]:
        made: dict[int, Any] = {}

        def laid(value: Any) -> Any:
            if isinstance(value, np.ndarray):
                changed = change(value) if value.dtype.kind == "f" else value.copy()
                return made.setdefault(id(value), changed)
            if isinstance(value, dict):
                return {key: laid(item) for key, item in value.items()}
            return type(value)([laid(v) for v in value]) if isinstance(value, (list, tuple)) else value

        return [laid(value) for value in args]

    layout.__name__ = change.__name__
    return layout


def mixed(args: Sequence[Any]) -> list[Any]:
    """Every other argument in single precision."""
    single = each(of_dtype("float32"))(args)
    return [one if i % 2 else copy.deepcopy(other) for i, (one, other) in enumerate(zip(single, args, strict=True))]


def numbers_as_arrays(args: Sequence[Any]) -> list[Any]:
    """Numbers as arrays without an axis."""
    return [np.array(a) if isinstance(a, float) else copy.deepcopy(a) for a in args]


def numbers_of_numpy(args: Sequence[Any]) -> list[Any]:
    """Numbers as NumPy's."""
    return [np.float64(a) if isinstance(a, float) else copy.deepcopy(a) for a in args]


def overlapping(args: Sequence[Any]) -> list[Any]:
    """Arrays that are parts of one: each shares elements with the next."""
    made = [a.astype(float) if isinstance(a, np.ndarray) else copy.deepcopy(a) for a in args]
    where = [i for i, a in enumerate(made) if isinstance(a, np.ndarray) and a.size]
    memory = np.concatenate([made[i].ravel() for i in where]) if where else np.zeros(0)
    start = 0
    for i in where:
        made[i] = memory[start : start + made[i].size].reshape(made[i].shape)
        start += max(1, made[i].size // 2)
    return made


LAYOUTS: tuple[Layout, ...] = (*map(each, EACH), mixed, numbers_as_arrays, numbers_of_numpy, overlapping)


def whole_memory(value: Any) -> Iterator[np.ndarray]:
    """The arrays that the arrays in an argument are parts of."""
    for array in arrays(value):
        while isinstance(array.base, np.ndarray):
            array = array.base
        yield np.asarray(array)


def copied(value: Any) -> Any:
    """An argument with plain copies of its arrays: of one class and order, each by itself."""
    if isinstance(value, np.ndarray):
        return np.array(value, dtype=value.dtype.newbyteorder("="), order="C")
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return type(value)([copied(item) for item in value]) if isinstance(value, (list, tuple)) else value


def check_layouts(f: Callable[..., Any], args: Sequence[Any], layouts: Sequence[Layout] = LAYOUTS) -> list[str]:
    """Check the value and the gradient of `f` in several layouts, one call after the other on one
    gradient function, and the first once more at the end.

    Returns:
        The names of the layouts that are refused.

    Raises:
        GradientMismatch: with the layout's name.
    """
    where = tuple(float_arguments(args))
    df = value_and_grad(f, where)
    refused = []
    for layout in (*layouts, layouts[0]):
        try:
            check_layout(f, df, args, where, layout)
        except GradientMismatch as error:
            raise GradientMismatch(f"{layout.__name__}: {error}") from None
        except Exception as error:
            # NumPy itself refuses to write to such an array, but where it sees that nothing changes.
            refused_by_numpy = isinstance(error, ValueError) and "read-only" in str(error)
            if layout is layouts[0] or not (refused_by_numpy or is_refusal(error)):
                raise
            refused.append(layout.__name__)
    return refused


def cut_to(size: int) -> Layout:
    """The layout in which every axis of an array has at most so many elements."""
    return each(lambda array: array[(slice(size),) * array.ndim].copy())


def check_sizes(f: Callable[..., Any], args: Sequence[Any]) -> list[int]:
    """Check the value and the gradient of `f` for arrays of one element, and for empty ones.

    Returns:
        The sizes that could be compared: those for which the function itself gives a number.

    Raises:
        GradientMismatch: if a value or gradient is another.
    """
    where = float_arguments(args)
    df = value_and_grad(f, tuple(where))
    compared = []
    for size in (1, 0):
        at = cut_to(size)(args)
        try:
            value = f(*copy.deepcopy(at))
            right = tame_references(f, at) if np.shape(value) == () else None
        except Exception:
            value = right = None
        if right is None:
            continue
        made, gradients = df(*copy.deepcopy(at))
        if not same(np.asarray(made), np.asarray(value)):
            raise GradientMismatch(f"the value for arrays of {size} is another: {made!r}, the function {value!r}")
        by = dict(zip(where, gradients, strict=True))
        for one in right:
            numbers = np.sum([numbers_of(by[p], at[p]) for p in one.positions], axis=0)
            if not agree(numbers, one.numbers, 1e-6):
                raise GradientMismatch(f"the gradient for arrays of {size} is wrong: {numbers}, expected {one.numbers}")
        compared.append(size)
    return compared


def check_layout(
    f: Callable[..., Any], df: Callable[..., Any], args: Sequence[Any], where: Sequence[int], layout: Layout
) -> None:
    """Check the value and the gradient of `f` in one layout."""
    at, ours = layout(args), layout(args)
    copies = [copied(a) for a in at]
    try:
        value = f(*at)
    except Exception as failure:
        try:
            df(*ours)
        except Exception:
            return
        raise GradientMismatch(f"the function fails ({failure!r}), and the gradient does not") from None
    made, gradients = df(*ours)
    if not same(np.asarray(made), np.asarray(value)):
        raise GradientMismatch(f"the value is another: {made!r}, the function {value!r}")
    left, expected = ([*values, *whole_memory(values)] for values in (ours, at))
    if not all(map(same, left, expected)):
        raise GradientMismatch(f"an argument is left different:\n  {left!r}\n  expected {expected!r}")
    others = list(arrays(ours))
    for array in arrays(list(gradients)):
        alone = not array.size or 0 not in array.strides
        if not alone or any(np.shares_memory(array, other) for other in others):
            raise GradientMismatch(f"a gradient shares memory: {array!r}")
        others.append(array)
    compare_with_copies(df, copies, value, dict(zip(where, gradients, strict=True)))


def compare_with_copies(
    df: Callable[..., Any], copies: Sequence[Any], value: Any, gradients: dict[int, Any]
) -> None:
    """The gradient is that at plain copies of the arguments, which has to be of one value with it."""
    tolerance = 1e-9 if np.asarray(value).dtype.itemsize >= 8 else 1e-3
    as_plain, expected = df(*copy.deepcopy(list(copies)))
    if not agree(np.asarray(as_plain, float), np.asarray(value, float), tolerance):
        raise GradientMismatch(f"the value at copies is another: {as_plain!r}, in this layout {value!r}; not refused")
    for position, right in zip(gradients, expected, strict=True):
        numbers, made = (numbers_of(g, copies[position]) for g in (right, gradients[position]))
        single = any(a.dtype.itemsize < 8 for a in arrays([right]))
        if not agree(made, numbers, 1e-3 if single else tolerance):
            raise GradientMismatch(f"the gradient is wrong: by argument {position}\n  {made}\n  at copies {numbers}")
