"""Which calls do nothing but compute, so that they may be dropped, moved, or made once."""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Callable, Mapping
from copy import copy, deepcopy
from typing import Any

import numpy as np

from adcompile.frontend.jumps import MUTATING_METHODS
from adcompile.frontend.transformations import is_transformation
from adcompile.inference.registry import ELEMENTWISE, TRANSFERS
from adcompile.ir.callables import IN_PLACE, METHODS, PURE_METHODS, canonical, is_update, out_place, outs_of
from adcompile.ir.nodes import (
    Attribute,
    Augmented,
    Call,
    FunctionRef,
    Method,
    ReverseBlock,
    Stmt,
    Syntax,
    Through,
    Var,
    WriteBack,
)
from adcompile.ir.types import UNKNOWN, Passive, Scalar, Static, Type
from adcompile.rules.registry import RULE_FUNCTIONS, RULES
from adcompile.rules.solvers import is_solver
from adcompile.runtime import broadcasting, checks, tangents
from adcompile.runtime.contexts import not_swallowing
from adcompile.runtime.solutions import require_regular, require_square, require_success
from adcompile.runtime.structures import make_dict, make_list, unpack, unpack_star

# Pure, but each call makes an object of its own, which may be changed in place later.
CREATORS = frozenset(
    [
        make_list,
        make_dict,
        np.zeros,
        np.ones,
        np.empty,
        np.full,
        np.zeros_like,
        np.ones_like,
        np.empty_like,
        np.full_like,
        np.copy,
        np.array,
        copy,
        deepcopy,
        list,
        dict,
        broadcasting.zeros_like,
        tangents.zero_tangent,
    ]
)
CHECKS = (
    checks.require_apart,
    checks.require_complex_scalar,
    checks.require_floats,
    checks.require_keeps,
    checks.require_list,
    checks.require_items,
    checks.require_items_apart,
    checks.require_no_items,
    checks.require_number,
    checks.require_part,
    checks.require_plain_numbers,
    checks.require_real,
    checks.require_real_power,
    checks.require_scalar,
    checks.require_shape,
    checks.require_view,
    *(require_regular, require_square, require_success),
)
EFFECTFUL = frozenset([print, *CHECKS])


def names_changed(node: ast.AST, known: bool = False) -> set[str]:
    """The names whose objects a piece of Python may change: those that it stores into, calls
    methods of, or passes to something unknown; with `known`, only where it is known that this
    changes arrays and containers."""
    found: set[str] = set()

    def root(part: ast.AST) -> None:
        while isinstance(part, (ast.Subscript, ast.Attribute, ast.Starred)):
            part = part.value
        if isinstance(part, ast.Name):
            found.add(part.id)

    for part in ast.walk(node):
        if isinstance(part, (ast.Subscript, ast.Attribute)) and not isinstance(part.ctx, ast.Load):
            root(part)
        elif isinstance(part, ast.AugAssign):
            root(part.target)
        elif isinstance(part, ast.Call):
            plain = isinstance(part.func, ast.Name) and (known or part.func.id in _HARMLESS_NAMES)
            if isinstance(part.func, ast.Attribute):
                of_module = _base(part.func) in MODULES
                plain = _only_reads(part, part.func) or (known and not of_module)
                unknown = part.func.attr not in PURE_METHODS and part.func.attr not in METHODS
                if not of_module and (part.func.attr in MUTATING_METHODS if known else unknown):
                    root(part.func)
            for argument in () if plain else [*part.args, *(k.value for k in part.keywords)]:
                root(argument)
    return found


MODULES = ("np", "numpy", "math")


def _base(node: ast.expr) -> str | None:
    """The name that a chain of attributes begins with."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _only_reads(call: ast.Call, func: ast.Attribute) -> bool:
    """Whether a call of a function of NumPy's or of `math` leaves its arguments as they are."""
    if _base(func) not in MODULES or any(k.arg in (None, "out", "copy", "overwrite_input") for k in call.keywords):
        return False
    if not isinstance(func.value, ast.Name):  # `np.linalg.norm`, but neither `np.add.at` nor `np.random.shuffle`
        return isinstance(func.value, ast.Attribute) and func.value.attr in ("linalg", "fft")
    fn = getattr(np, func.attr, None)
    place = out_place(fn)
    return fn not in NUMPY_MUTATORS and fn is not np.nan_to_num and (place is None or len(call.args) <= place)


def is_pure(call: Call) -> bool:
    """Whether a call only computes its result from its arguments."""
    return not call.kept and is_pure_callable(call.fn) and not outs_of(call)


def is_pure_callable(fn: Any) -> bool:
    """Whether a callable has no effect but its result."""
    if isinstance(fn, (Syntax, FunctionRef, WriteBack, Through, Augmented, ReverseBlock)):
        return isinstance(fn, (FunctionRef, Through, Augmented, ReverseBlock))
    if isinstance(fn, Attribute) or (isinstance(fn, Method) and fn.name in PURE_METHODS):
        return True
    try:
        if fn in EFFECTFUL or fn in RULE_FUNCTIONS:
            return fn in RULE_FUNCTIONS
        meant = canonical(fn)
        known = fn in RULES or meant in RULES or fn in TRANSFERS or meant in TRANSFERS
        return known or isinstance(meant, np.ufunc) or meant in ELEMENTWISE or fn in (unpack, unpack_star)
    except TypeError:
        return False


# Callables that look at their arguments and change none of them.
HARMLESS: frozenset[Callable[..., Any]] = frozenset(
    [
        *(print, repr, str, format, id, hash, type, input, open, getattr, hasattr, callable, next, iter),
        *(set, frozenset),  # what they hold cannot change: it is hashed
        *(itertools.combinations, itertools.combinations_with_replacement, itertools.permutations),
        *(itertools.product, itertools.pairwise, itertools.count, itertools.repeat, itertools.islice),
        *(*CHECKS, not_swallowing),
    ]
)
HARMLESS_MODULES = frozenset(["logging", "warnings", "time", "sys", "datetime", "os", "math", "cmath", "string"])
HARMLESS_RECEIVERS = frozenset(["str", "Logger", "TextIOWrapper", "StringIO", "bytes", "object"])
GENERATORS = (np.random.Generator, np.random.RandomState, random.Random)  # of random numbers
DRAWING_INTO = ("random", "standard_normal", "standard_exponential", "standard_gamma")  # their last argument is `out`


NUMPY_MUTATORS = frozenset([np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis])


def is_numpy(fn: Any) -> bool:
    """Whether a callable is a function of `np`, `np.linalg` or `np.fft`."""
    name = getattr(fn, "__name__", "")
    return any(getattr(module, name, None) is fn for module in (np, np.linalg, np.fft)) and bool(name)


_HARMLESS_NAMES = frozenset(f.__name__ for f in HARMLESS) | {"len", "sum", "float", "int", "range", "isinstance", "abs"}


def is_text(type_: Type) -> bool:
    """Whether a value is known to be a string, or None."""
    return isinstance(type_, Static) and (type_.value is None or isinstance(type_.value, (str, bytes)))


def leaves_arguments(call: Call, types: Mapping[Var, Type]) -> bool:
    """Whether a call certainly changes none of its arguments."""
    fn: Any = call.fn
    if isinstance(fn, Syntax):
        return not fn.called and names_changed(fn.node, known=True).isdisjoint(fn.reads)
    if is_pure(call) or isinstance(fn, (FunctionRef, WriteBack, Attribute, ReverseBlock)):
        return True
    if is_transformation(fn):
        return True
    if isinstance(fn, Method):
        receiver = types.get(call.operands[0], UNKNOWN) if isinstance(call.operands[0], Var) else Static(None)
        if isinstance(receiver, Passive) and receiver.kind in GENERATORS:
            return _only_draws(fn.name, call)
        return is_text(receiver) or (isinstance(receiver, Passive) and receiver.name in HARMLESS_RECEIVERS)
    try:
        if fn in HARMLESS or is_solver(fn):
            return True
    except TypeError:
        return False
    if isinstance(fn, type):
        return issubclass(fn, BaseException)
    if is_numpy(fn):
        return fn not in NUMPY_MUTATORS and not outs_of(call)
    owner = getattr(fn, "__self__", None)
    if type(owner) in GENERATORS:
        return _only_draws(fn.__name__, call)
    if type(owner).__name__ in HARMLESS_RECEIVERS:
        return True
    return (getattr(fn, "__module__", None) or "").split(".")[0] in HARMLESS_MODULES


def _only_draws(name: str, call: Call) -> bool:
    """Whether a method of a generator of random numbers changes the generator alone."""
    into = any(key == "out" for key, _ in call.kwargs) or (name in DRAWING_INTO and len(call.args) > 3)
    return name != "shuffle" and not into


def changes_memory(stmt: Stmt, types: Mapping[Var, Type]) -> bool:
    """Whether a statement is an update of something that has memory: `k += 1` of a number is none."""
    if not isinstance(stmt, Call) or not is_update(stmt):
        return False
    return not (isinstance(target := stmt.operands[0], Var) and isinstance(types.get(target), Scalar))


def is_mutation(fn: Any) -> bool:
    """Whether a callable of the user's program changes its first argument in place."""
    return not isinstance(fn, (Syntax, Method, Attribute, FunctionRef)) and fn in IN_PLACE
