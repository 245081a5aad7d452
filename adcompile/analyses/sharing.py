"""Whether what a call gives may be memory that it was given: a view, an argument, or what holds one.

relies on: types.  ensures: `hands_on` is False, and `copies` is True, only of calls whose result is new memory.
"""

from __future__ import annotations

import operator
from collections.abc import Container, Mapping
from copy import copy
from typing import Any

import numpy as np

from adcompile.inference.indexing import is_basic_index
from adcompile.ir.callables import canonical
from adcompile.ir.nodes import Atom, Attribute, Call, Const, Method, Star, Syntax, Var
from adcompile.ir.types import UNKNOWN, Array, Dict, List, Never, Scalar, Tuple, Type, of_constant, parts_of
from adcompile.rules.solvers import scipy_solver
from adcompile.runtime import broadcasting, decompositions, seeds, tangents
from adcompile.runtime.markers import detach

LISTS = (list, sorted)  # they make a list of what another sequence holds
ASTYPE = (np.ndarray.astype, Method("astype"))
# Pure functions whose result may be an argument, a view of it, or may hold it.
SHARING = frozenset(
    [
        np.transpose,
        np.reshape,
        np.ravel,
        np.swapaxes,
        np.moveaxis,
        np.expand_dims,
        np.squeeze,
        np.broadcast_to,
        np.diagonal,
        np.linalg.diagonal,
        np.diag,
        np.asarray,
        np.real,
        np.imag,
        np.flip,
        np.fliplr,
        np.flipud,
        np.rot90,
        np.matrix_transpose,
        np.atleast_1d,
        np.atleast_2d,
        np.atleast_3d,
        np.ascontiguousarray,
        np.split,
        np.array_split,
        np.broadcast_arrays,
        np.rollaxis,
        np.permute_dims,
        np.hsplit,
        np.vsplit,
        np.dsplit,
        np.unstack,
        np.ix_,
        np.require,
        np.asanyarray,
        np.asfortranarray,
        np.asarray_chkfinite,
        np.astype,
        np.ndarray.astype,
        Method("astype"),
        Method("conj"),  # of real numbers, the array itself
        Method("conjugate"),
        np.float64,
        np.float32,
        # These may hand on their argument: einsum("ii->i"), matrix_power(a, 1), diff(a, 0).
        np.einsum,
        np.linalg.matrix_power,
        np.diff,
        np.nan_to_num,
        np.trim_zeros,
        detach,
        getattr,
        list,
        tuple,
        dict,
        min,
        max,
        sorted,
        reversed,
        zip,
        enumerate,
        broadcasting.unbroadcast,
        broadcasting.match_dtype,
        broadcasting.add,
        broadcasting.add_item,
        broadcasting.items_of,
        broadcasting.split_like,
        *(decompositions.determined, decompositions.of_this_rank),
        tangents.spread,
        seeds.unbroadcast_seeds,
        seeds.spread_seeds,
        seeds.elementwise_seeds,
        seeds.align_seeds,
        seeds.add_seeds,
        seeds.of_one_seed,
    ]
)


def holds_arrays_alone(type_: Type) -> bool:
    """Whether a container, and each one in it, certainly holds nothing but arrays and numbers."""
    if not isinstance(type_, (List, Tuple, Dict)):
        return False
    return all(isinstance(t, (Array, Scalar, Never)) or holds_arrays_alone(t) for t in parts_of(type_))


def copies(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a call copies an array, takes elements of one by a mask or an array of indices, or
    makes one of another dtype. What SciPy's solvers find is new as well, and products by `einsum`."""
    if scipy_solver(call.fn) is not None:
        return True
    if call.fn is np.einsum and not call.kwargs and not isinstance(call.args[0], Var):
        return sum(not isinstance(a, Star) for a in call.args[1:]) > 1  # of one operand it may be a view
    given = [types.get(a, UNKNOWN) if isinstance(a, Var) else of_constant(a.value) for a in call.operands]
    if not given or not isinstance(given[0], Array):
        return False
    if call.fn in ASTYPE:  # unless it is told not to
        return len(call.args) <= 2 and not any(name == "copy" for name, _ in call.kwargs)
    if isinstance(call.fn, (Method, Attribute, Syntax)):
        return False
    if call.fn is operator.getitem:
        return is_basic_index(given[1]) is False
    if call.fn is copy:
        return True
    made = types.get(call.result) if call.fn in (np.asarray, np.asanyarray) else None
    return isinstance(made, Array) and made.dtype != given[0].dtype and "?" not in (made.dtype, given[0].dtype)


def makes_list(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a call makes a list of its own of what it is given, or of parts of that."""
    if call.fn is broadcasting.split_like:
        return True
    if call.fn is broadcasting.items_of:
        return isinstance(types.get(call.operands[1]), List)  # type: ignore[arg-type]
    return call.fn in LISTS and not any(isinstance(a, Star) for a in call.args)


def hands_on(call: Call, iterators: Container[Atom]) -> bool:
    """Whether the result of a pure call may be an argument, a view of it, or may hold it. That is so
    of a rule, or a helper of one, that is called at run time. `iterators` are values `a.flat`:
    NumPy makes an array of such a one in the memory of `a`, even where it is asked for a copy."""
    fn: Any = call.fn
    if any(name == "copy" and not (isinstance(a, Const) and a.value is True) for name, a in call.kwargs):
        return True
    if fn is np.copy or fn is np.array:
        return call.operands[0] in iterators
    is_of_rules = (getattr(fn, "__module__", None) or "").startswith("adcompile.rules.")
    return is_of_rules or fn in SHARING or canonical(fn) in SHARING
