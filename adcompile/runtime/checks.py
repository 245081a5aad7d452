"""What emitted code checks at run time, where the types did not tell."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Number
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

CONTAINERS = (list, tuple, dict)


def require_view(view: Any, base: Any) -> None:
    """Raise ValueError if `view` is a copy of `base`: a store into one would not be seen in the other."""
    if np.size(view) and not np.may_share_memory(view, base):
        raise ValueError(
            "reshape or ravel makes a copy here, as the array's memory is not in order; "
            "the program was compiled for a view. Pass a C-contiguous array (np.ascontiguousarray), or copy first."
        )


def require_part(a: Any, index: Any) -> None:
    """Raise ValueError if `a[index]`, which is about to be changed, is a copy of elements of `a`: the
    program was compiled for a part of it."""
    copied = isinstance(a, list) and isinstance(index, slice)
    if copied or (isinstance(a, np.ndarray) and np.size(part := a[index]) and not np.may_share_memory(part, a)):
        raise ValueError(
            "what is changed was taken by a mask, a list of indices, or from a list by a slice, and is a copy; "
            "the program was compiled for a part of the whole. Give the copy a name: b = a[index]"
        )


def require_no_items(copied: Any) -> None:
    """Raise ValueError if `copied`, a copy that is changed or whose original is, is a list or dict with
    objects in it: they are the original's too, and the program was compiled for an array."""
    held = copied.values() if isinstance(copied, dict) else copied if isinstance(copied, list) else ()
    if any(isinstance(item, (np.ndarray, list, dict, tuple)) for item in held):
        raise ValueError("the copy of a list or dict holds the same objects, which change; copy them: copy.deepcopy(a)")


def require_apart(changed: Any, *others: Any) -> None:
    """Raise ValueError if `changed`, an argument that is about to be changed, shares memory with
    one of `others`, or if elements of it are in one place: the change would be seen there, and the
    program was compiled for objects apart."""
    arrays = list(_arrays_in(changed))
    rest = [b for other in others for b in _arrays_in(other)]
    for i, a in enumerate(arrays):
        if not (a.flags.c_contiguous or a.flags.f_contiguous or _elements_are_apart(a)):
            raise ValueError(
                "an argument that the function changes in place has several elements in one place; pass a copy of it"
            )
        if any(_share(a, b) for b in (*arrays[:i], *rest)):
            raise ValueError(
                "an argument that the function changes in place shares memory with another one; pass a copy of it"
            )


def require_items_apart(container: Any) -> None:
    """Raise ValueError if `container`, an item of which is about to be changed, holds an object twice,
    or objects that share memory: the change would be seen in both places, and the program was
    compiled for items apart."""
    containers = [id(one) for one in _containers_in(container)]
    arrays = sorted(((*byte_bounds(a), a) for a in _arrays_in(container) if a.size), key=lambda one: one[:2])
    together = len(set(containers)) < len(containers)
    for i, (low, _, a) in enumerate(arrays):
        together = together or any(low < high and _share(a, b) for _, high, b in arrays[:i])
    if together:
        raise ValueError(
            "an item that the function changes in place is in its list or dict twice, or shares memory "
            "with another one; put a copy of it there"
        )


def _containers_in(value: Any) -> Iterator[Any]:
    """A list or dict, and those in it."""
    if isinstance(value, (list, tuple, dict)):
        if not isinstance(value, tuple):
            yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers_in(item)


def _arrays_in(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _arrays_in(item)


def _elements_are_apart(a: np.ndarray) -> bool:
    """Whether each element has memory of its own: along each axis, a step is longer than all that
    the axes with shorter steps reach. Taken for not so where that is hard to tell."""
    reached = 0
    for step, count in sorted((abs(step), n) for step, n in zip(a.strides, a.shape, strict=True) if n > 1):
        if step < reached + a.itemsize:
            return not a.size
        reached += step * (count - 1)
    return True


def _share(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays have an element in common; taken for granted where that is hard to tell."""
    if not np.may_share_memory(a, b):
        return False
    try:
        return np.shares_memory(a, b, max_work=100_000)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True


def require_number(value: Any) -> None:
    """Raise TypeError if `value`, an attribute that an operator changes (`self.calls += 1`), may
    change itself then, under all its names, as arrays and lists do."""
    if not isinstance(value, (int, float, complex, np.generic, str, bytes, tuple)):
        raise TypeError(
            f"an attribute is changed in place by an operator, and is of the type {type(value).__name__}; "
            "write the operation out: self.a = self.a + b"
        )


def require_floats(value: Any) -> None:
    """Raise TypeError if `value`, by which a program differentiates, is no real number or array of
    floats, or is a container: the program was compiled for those."""
    kind = value.dtype.kind if isinstance(value, (np.ndarray, np.generic)) else "f" * isinstance(value, float)
    if kind != "f" and not hasattr(value, "__array_function__"):
        raise TypeError(f"a derivative by a {type(value).__name__} is asked for; pass floats")
    if kind not in ("f", ""):
        raise TypeError(f"a derivative by numbers of dtype {value.dtype} is asked for; pass floats")


def require_shape(value: Any, like: Any) -> None:
    """Raise ValueError unless a tangent or cotangent has the shape of its value; of a list, tuple or
    dict its form, with floats for each number in it (complex ones for complex ones)."""
    if isinstance(like, CONTAINERS):
        if type(value) is not type(like) or _keys(value) != _keys(like):
            raise ValueError(f"a tangent or cotangent for a {type(like).__name__} has to be one with as many items")
        for key in _keys(like):
            if isinstance(like[key], (*CONTAINERS, np.ndarray, np.generic, complex, float, int)):
                require_shape(value[key], like[key])
                _require_floats_like(value[key], like[key])
    elif isinstance(value, CONTAINERS) or np.shape(value) != np.shape(like):
        kind = "a container" if isinstance(value, CONTAINERS) else f"shape {np.shape(value)}"
        raise ValueError(f"a tangent or cotangent of {kind} is given for a value of shape {np.shape(like)}")


def _keys(container: Any) -> list[Any] | set[Any]:
    return set(container) if isinstance(container, dict) else list(range(len(container)))


def _require_floats_like(value: Any, like: Any) -> None:
    if not isinstance(like, CONTAINERS):
        kind = np.asarray(value).dtype.kind
        if kind not in "fc" or (kind == "c") != np.iscomplexobj(like):
            raise ValueError(f"a tangent or cotangent of {_kind(value)} is given for {_kind(like)}")


def to_int(number: float) -> int:
    """`int(number)`, for a backend that has to check that there is one."""
    return int(number)


def require_real(value: Any) -> None:
    """Raise TypeError if `value` is complex: it goes into a function whose derivative is known for
    real numbers only."""
    if np.iscomplexobj(value):
        raise TypeError(
            "a complex number goes into a function whose derivative is known for real numbers only; "
            "compute with the parts, z.real and z.imag"
        )


def require_keeps(a: Any, value: Any) -> None:
    """Raise TypeError if `a` is an array of ints or truths, in which a number that is stored loses its
    fraction, or of real numbers, and `value` is complex: the program was compiled for one that keeps it."""
    kind = a.dtype.kind if isinstance(a, np.ndarray) else "c"
    if kind not in "fc" or (kind == "f" and np.iscomplexobj(value)):
        raise TypeError(
            f"a value that depends on the arguments is stored in an array of {a.dtype}, which does not keep it; "
            "make that an array of floats: a.astype(float), or np.zeros(n, dtype=complex) for complex numbers"
        )


def require_list(value: Any) -> None:
    """Raise TypeError if `value`, of which `append`, `extend` or `pop` is called, is no list: its class says
    what that does, and the program was compiled for lists."""
    if not isinstance(value, list):
        raise TypeError(
            f"'append', 'extend' or 'pop' is called of a {type(value).__name__}, and the program was compiled for "
            "lists; use a list"
        )


def require_plain_numbers(value: Any) -> None:
    """Raise TypeError if `value`, which meets a value with a derivative in an operator or in a method of
    arrays, is an object whose class says itself what those do: the program was compiled for arrays."""
    if not computes_as_numbers(type(value)):
        raise TypeError(
            f"an operator, or a method that arrays have, is given a {type(value).__name__}, whose class says what it "
            "does, and a value that depends on the arguments; call a function, or convert it: np.asarray(a)"
        )


def require_items(holder: Any) -> None:
    """Raise TypeError if `holder`, whose item is read by a subscript that depends on the arguments, may
    compute the item of it, as `np.r_[x]` does: the program was compiled for one that holds its items."""
    if not isinstance(holder, (np.ndarray, np.generic, list, tuple, dict, str)):
        raise TypeError(
            f"the subscript depends on the arguments, and nothing says how the items of a {type(holder).__name__} "
            "depend on it; call a function instead"
        )


def computes_as_numbers(kind: type) -> bool:
    """Whether operators do on objects of a class what they do on numbers and arrays."""
    if issubclass(kind, np.ndarray):  # but for masked arrays and matrices
        return kind.__mul__ is np.ndarray.__mul__ and kind.__array_ufunc__ is np.ndarray.__array_ufunc__
    is_sparse = kind.__module__.startswith("scipy.sparse.")
    return issubclass(kind, (Number, np.generic, list, tuple)) or is_sparse or hasattr(kind, "__array_function__")


def require_real_power(power: Any) -> None:
    """Raise TypeError if `power`, of real numbers, is complex, as Python's `(-4.0) ** 0.5` is: the program
    was compiled for a float."""
    if isinstance(power, complex):
        raise TypeError(
            "a negative number to this power is a complex number in Python, and is taken for a float; "
            "write complex(x) ** y if that is meant"
        )


def require_scalar(value: Any) -> None:
    """Raise TypeError unless `value` is one real number."""
    number = isinstance(value, (int, float, np.number)) or hasattr(value, "__array_function__")
    if number and np.ndim(value) == 0 and not np.iscomplexobj(value):
        return
    raise TypeError(
        f"the function returns {_kind(value)}; grad needs one real number. "
        "Sum it, or use vjp (cotangents of any shape) or jacobian."
    )


def require_complex_scalar(value: Any) -> None:
    """Raise TypeError unless `value` is one complex number."""
    if np.iscomplexobj(value) and np.ndim(value) == 0:
        return
    raise TypeError(
        f"the function returns {_kind(value)}; grad with holomorphic=True needs one complex number. "
        "Leave out holomorphic=True, or use vjp (cotangents of any shape)."
    )


def _kind(value: Any) -> str:
    return f"an array of shape {np.shape(value)}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
